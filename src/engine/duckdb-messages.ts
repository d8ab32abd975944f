/**
 * What the client (`duckdb.ts`) and its child process (`duckdb-worker.ts`) say to each other. Plain
 * data; cells are numbers, bigints, strings, booleans and null, so nothing is rounded on the way.
 */
import type { Cell } from './engine.ts';

/** DuckDB's names of the five types that programs use. */
export type DuckdbType = 'INTEGER' | 'BIGINT' | 'HUGEINT' | 'BOOLEAN' | 'VARCHAR';

export interface OpenTask {
  readonly kind: 'open';
  readonly path: string;
  readonly folders: readonly string[];
  readonly memoryMb: number;
  readonly threads: number;
  /** a folder of this process alone; made by the worker, removed by the client */
  readonly tempDir: string;
  readonly readOnly: boolean;
}
export interface RunTask {
  readonly kind: 'run';
  readonly sql: string;
  /** COMMIT and ROLLBACK end what was begun, whether or not somebody cancels meanwhile */
  readonly always?: boolean;
}
/** Answers with batches of columns, then with `done`. */
export interface QueryTask {
  readonly kind: 'query';
  readonly sql: string;
  /** names and types that the result must have, exactly */
  readonly columns: readonly { readonly name: string; readonly type: DuckdbType }[];
  /** on a connection of its own, so that other work can go on between batches; it sees what is committed */
  readonly apart: boolean;
  readonly batchRows: number;
}
export interface AppendTask {
  readonly kind: 'append';
  readonly table: string;
  readonly types: readonly DuckdbType[];
  /** `data[c][r]`; at least one row */
  readonly data: readonly (readonly Cell[])[];
}
export type Task = OpenTask | RunTask | QueryTask | AppendTask | { readonly kind: 'versions' } | { readonly kind: 'close' };

export type ToWorker =
  | { readonly id: number; readonly task: Task }
  /** one more batch may be sent */
  | { readonly more: number }
  /** no more batches of this task are wanted */
  | { readonly enough: number }
  | { readonly cancel: true };

export type FromWorker =
  | { readonly id: number; readonly batch: readonly (readonly Cell[])[]; readonly count: number }
  | { readonly id: number; readonly done: readonly string[] }
  /** the engine's own words; `ours`: a rule of this project was broken, not one of the user's */
  | { readonly id: number; readonly failed: string; readonly ours: boolean }
  /** every 100 ms while something runs; percent of the statement, -1 where it is not known */
  | { readonly tick: { readonly percent: number; readonly rssMb: number } };
