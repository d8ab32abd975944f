/**
 * The book of record behind one small interface. The embedded book is SQLite (`sqlite.ts`);
 * everything above speaks only to what stands here.
 *
 * It is asynchronous although SQLite answers at once: a book on a server cannot be had
 * otherwise, and changing it later would touch every caller.
 *
 * SQL is written with `?` for each value, in order. Integers go in and come out as bigint,
 * dates and instants as ISO text. There are no floating point values: the type has no number.
 */
import type { Diagnostic } from '../value/diagnostic.ts';

export type Value = string | bigint | null | Uint8Array;

/** What statements can be run with: the book itself, or an open transaction in it. */
export interface Statements {
  /** Runs one statement that gives no rows; answers how many rows it changed. */
  run(sql: string, values?: readonly Value[]): Promise<bigint>;
  /** Runs one statement once for each row of values: the way to write many rows. */
  runEach(sql: string, rows: Iterable<readonly Value[]>): Promise<void>;
  /** All rows, keyed by column name. */
  all<R>(sql: string, values?: readonly Value[]): Promise<readonly R[]>;
  /** The only row, or undefined. More than one row is a mistake of ours. */
  one<R>(sql: string, values?: readonly Value[]): Promise<R | undefined>;
  /** Runs several statements without values: migrations. */
  script(sql: string): Promise<void>;
}

export interface Db extends Statements {
  /** path of the book as the user knows it; for messages */
  readonly file: string;
  /**
   * Runs the work with the book to itself: all of it is kept, or, where it throws, nothing.
   * Inside, use the transaction that is handed in; the book itself refuses, because its
   * statement would wait for the end of a transaction that waits for it.
   */
  transaction<T>(work: (tx: Statements) => Promise<T>): Promise<T>;
  /** What the user can do about an error of the database; undefined where the fault is ours. */
  diagnose(error: unknown): Diagnostic | undefined;
  /** Waits for what is under way, then closes. */
  close(): Promise<void>;
}
