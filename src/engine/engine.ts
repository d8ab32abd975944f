/**
 * What runs programs. Rows come and go as columns; integers of 64 and 38 digits are bigints, text is
 * string, booleans are booleans, 32-bit integers are numbers. Nothing here knows what a plan is.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import type { Column, Relation, Statement, TableSchema } from '../relation/relation.ts';

export type Cell = bigint | number | string | boolean | null;

/** Columns of a result, or of rows to append: `data[c][r]`. */
export interface Rows { readonly columns: readonly Column[]; readonly data: readonly (readonly Cell[])[]; readonly count: number }

export interface Progress { readonly step: string; readonly done: number; readonly of: number }

export interface EngineOptions {
  /** DuckDB file, or ':memory:' */
  readonly path: string;
  /** folders that files may be read from and written to; everything else is fenced off */
  readonly folders: readonly string[];
  readonly memoryMb: number;
  readonly threads: number;
  readonly tempDir: string;
  readonly readOnly?: boolean;
  readonly onProgress?: (progress: Progress) => void;
}

/** Ends a run for a reason that the user can act on: memory, cancel, disk, a locked file. */
export class EngineStop extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) { super(diagnostic.message); this.diagnostic = diagnostic; }
}

export interface Engine {
  /** makes the table where it does not exist; a table of other columns is an EngineStop */
  ensure(schema: TableSchema): Promise<void>;
  drop(table: string): Promise<void>;
  /** makes one table or view, or inserts; replaces a table or view of the same name */
  execute(statement: Statement): Promise<void>;
  /** rows of a relation, sorted by these columns (nulls last) */
  read(relation: Relation, sortedBy?: readonly string[]): Promise<Rows>;
  /** the same in chunks, for results that do not fit in memory */
  stream(relation: Relation, onChunk: (rows: Rows) => void | Promise<void>): Promise<void>;
  /** makes temporary tables anew, with these rows */
  fill(tables: readonly { readonly schema: TableSchema; readonly data: readonly (readonly Cell[])[] }[]): Promise<void>;
  append(schema: TableSchema, data: readonly (readonly Cell[])[]): Promise<void>;
  /** all or nothing */
  transaction<T>(body: () => Promise<T>): Promise<T>;
  /** dictionary codes used by literals of later statements */
  setCodes(codes: ReadonlyMap<string, number>): void;
  exportParquet(relation: Relation, path: string, sortedBy: readonly string[]): Promise<void>;
  /** header and batches of text cells of a Parquet file */
  readParquet(path: string, onBatch: (header: readonly string[], batch: readonly (readonly (string | null)[])[]) => void | Promise<void>): Promise<void>;
  /** stops what is running; the pending call ends with EngineStop */
  cancel(): Promise<void>;
  versions(): Promise<{ readonly engine: string; readonly library: string }>;
  close(): Promise<void>;
}
