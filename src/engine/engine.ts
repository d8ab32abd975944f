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

/** A number that its type cannot hold, in the step that it came up in. Every engine stops there; none wraps. */
export function overflowStop(at: { readonly file: string; readonly path: string }, what: string): EngineStop {
  return new EngineStop({
    code: 'engine.overflow', severity: 'error', file: at.file, line: 0, column: 0, path: at.path,
    message: `A number in the step "${at.path}" is larger than can be held exactly (${what}); rather than pay a wrong amount, the run was ended.`,
    hint: 'Look for an amount, quantity or rate that is far too large in the plan or in the source files; 38 digits, scale included, are the limit.',
  });
}

/** What a calculation asks of an engine: tables with rows, statements, and rows back. Both engines do it. */
export interface ProgramRunner {
  /** makes the table where it does not exist; a table of other columns is refused */
  ensure(schema: TableSchema): Promise<void>;
  drop(table: string): Promise<void>;
  /** makes one table or view, or inserts; replaces a table or view of the same name */
  execute(statement: Statement): Promise<void>;
  /** rows of a relation, sorted by these columns (nulls last) */
  read(relation: Relation, sortedBy?: readonly string[]): Promise<Rows>;
  /** makes temporary tables anew, with these rows */
  fill(tables: readonly { readonly schema: TableSchema; readonly data: readonly (readonly Cell[])[] }[]): Promise<void>;
  append(schema: TableSchema, data: readonly (readonly Cell[])[]): Promise<void>;
  /** dictionary codes used by literals of later statements */
  setCodes(codes: ReadonlyMap<string, number>): void;
  close(): Promise<void>;
}

/** The engine of a store, with files around it. A table of other columns than `ensure` asks for is an EngineStop. */
export interface Engine extends ProgramRunner {
  /** `read` in chunks, for results that do not fit in memory */
  stream(relation: Relation, onChunk: (rows: Rows) => void | Promise<void>): Promise<void>;
  /** all or nothing */
  transaction<T>(body: () => Promise<T>): Promise<T>;
  exportParquet(relation: Relation, path: string, sortedBy: readonly string[]): Promise<void>;
  /** header and batches of text cells of a Parquet file */
  readParquet(path: string, onBatch: (header: readonly string[], batch: readonly (readonly (string | null)[])[]) => void | Promise<void>): Promise<void>;
  /** stops what is running; the pending call ends with EngineStop */
  cancel(): Promise<void>;
  versions(): Promise<{ readonly engine: string; readonly library: string }>;
}
