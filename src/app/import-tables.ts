/** The file of a source as a table of text cells, whatever it is: CSV, Parquet, or rows that a person corrected. */
import { resolve } from 'node:path';
import { openTable, parquetTable } from '../engine/sources.ts';
import type { SourceRow, TableFile } from '../engine/sources.ts';
import { EngineStop } from '../engine/engine.ts';
import type { Engine } from '../engine/engine.ts';
import type { Source } from '../plan/plan.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { isParquet } from './workspace-files.ts';

/** What an export of quarantined rows puts before the columns of the file. */
export const QUARANTINE_COLUMNS = ['file', 'line', 'column', 'value', 'code', 'reason', 'what_to_do'] as const;

export type Opened = { readonly table: TableFile } | { readonly refused: readonly Diagnostic[] };

/** `path` is where the bytes are, `shownName` what the user calls the file. `corrected`: comma, UTF-8, as the export writes it. */
export async function openSource(engine: Engine, source: Source, path: string, shownName: string, corrected: boolean): Promise<Opened> {
  if (isParquet(shownName)) return openParquet(engine, path, shownName);
  return openTable(path, shownName, corrected ? { delimiter: 'auto', encoding: 'auto' } : source.format);
}

/** Whether the header is that of exported quarantined rows. A file that has one of the names itself gave ours an underscore. */
export function isQuarantineExport(header: readonly string[]): boolean {
  return QUARANTINE_COLUMNS.every((name, index) => header[index]?.replace(/^_+/, '') === name);
}

/** Text that a spreadsheet would run as a formula is given a quote before it is exported; numbers are not. */
export function guarded(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^[-+]?[0-9][0-9.,]*%?$/.test(cell) ? `'${cell}` : cell;
}
export function unguarded(row: SourceRow): SourceRow {
  return row.cells.some((cell) => GUARD.test(cell)) ? { ...row, cells: row.cells.map((cell) => (GUARD.test(cell) ? cell.slice(1) : cell)) } : row;
}
const GUARD = /^'[=+\-@\t\r]/;

async function openParquet(engine: Engine, path: string, shownName: string): Promise<Opened> {
  let header: readonly string[] | undefined;
  try {
    await engine.readParquet(resolve(path), (names) => {
      header = names;
      throw new Error(HEADER_READ);
    });
  } catch (error) {
    if (error instanceof EngineStop && error.diagnostic.code.startsWith('file.')) return { refused: [{ ...error.diagnostic, file: shownName }] };
    if (!(error instanceof Error && error.message === HEADER_READ)) throw error;
  }
  return { table: parquetTable(header ?? [], () => parquetBatches(engine, resolve(path))) };
}
const HEADER_READ = 'the header is read; the rows are not wanted yet';

type Column = readonly (string | null)[];
interface Handed { readonly rows: readonly Column[]; readonly width: number; readonly taken: () => void; readonly stop: (reason: Error) => void }

/** The engine calls with batches; whoever reads the table asks for them. One batch is held at a time. */
async function* parquetBatches(engine: Engine, path: string): AsyncGenerator<readonly Column[]> {
  const state: { handed: Handed | undefined; ended: boolean; failure: Error | undefined } = { handed: undefined, ended: false, failure: undefined };
  let wake = (): void => undefined;
  const end = (failure?: Error): void => { state.ended = true; state.failure = failure; wake(); };
  void engine.readParquet(path, (header, rows) => new Promise<void>((taken, stop) => {
    state.handed = { rows, width: header.length, taken, stop };
    wake();
  })).then(() => end(), end);
  try {
    for (;;) {
      while (state.handed === undefined && !state.ended) await new Promise<void>((resume) => { wake = resume; });
      const { handed } = state;
      if (handed === undefined) break;
      yield Array.from({ length: handed.width }, (_, c) => handed.rows.map((row) => row[c] ?? null));
      state.handed = undefined;
      handed.taken();
    }
    if (state.failure !== undefined) throw state.failure;
  } finally {
    state.handed?.stop(new Error('the reader of the Parquet file has stopped'));
  }
}
