/**
 * Parquet files through DuckDB. Two traps are closed here: a HUGEINT would be written as DOUBLE
 * without a word, and DOUBLE columns cannot be read as exact amounts, so they are refused.
 */
import { realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { identifier, quoteText } from '../relation/emit.ts';
import type { Column } from '../relation/relation.ts';
import type { OnBatch } from './duckdb-child.ts';
import { stop, stopOf } from './duckdb-errors.ts';
import type { QueryTask, Task } from './duckdb-messages.ts';
import { EngineStop } from './engine.ts';

const BATCH_ROWS = 4_096;

export interface Files {
  /** folders that may be touched, without symbolic links in their own path */
  readonly folders: readonly string[];
  readonly ask: (task: Task, step: string, file: string, onBatch?: OnBatch) => Promise<readonly string[]>;
}

/** Writes the rows of a query, sorted; whole or not at all. Integers of 38 digits become DECIMAL(38,0). */
export async function exportParquet(files: Files, columns: readonly Column[], sql: string, path: string, sortedBy: readonly string[]): Promise<void> {
  const target = fenced(files.folders, path), part = `${target}.${process.pid}.part`;
  const list = columns.map(({ name, type }) => (type === 'wide' ? `CAST(${identifier(name)} AS DECIMAL(38,0)) AS ${identifier(name)}` : identifier(name)));
  const order = sortedBy.length === 0 ? '' : `\nORDER BY ${sortedBy.map((c) => `${identifier(c)} NULLS LAST`).join(', ')}`;
  // a name of ours, removed first: DuckDB would follow a symbolic link out of the fence when it writes
  rmSync(part, { force: true });
  try {
    await files.ask({ kind: 'run', sql: `COPY (\nSELECT ${list.join(', ')}\nFROM (\n${sql}\n) AS t${order}\n) TO ${quoteText(part)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)` }, 'write Parquet', path);
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw error instanceof EngineStop ? error : systemStop(error, path);
  }
}

/** Every column as text, exactly as the file holds it: DECIMAL with all its places, DATE as YYYY-MM-DD. Rows in the order of the file. */
export async function readParquet(files: Files, path: string, onBatch: (header: readonly string[], batch: readonly (readonly (string | null)[])[]) => void | Promise<void>): Promise<void> {
  const source = `read_parquet(${quoteText(literally(fenced(files.folders, path)))}, hive_partitioning = false)`;
  const columns = await columnsOfFile(files, source, path);
  const floats = columns.filter((c) => /\b(DOUBLE|FLOAT)\b/.test(c.type));
  if (floats.length > 0) throw floatStop(path, floats);
  const header = columns.map((c) => c.name);
  const list = header.map((name, i) => `CAST(${identifier(name)} AS VARCHAR) AS c${i}`).join(', ');
  const task: QueryTask = {
    kind: 'query', sql: `SELECT ${list} FROM ${source}`, apart: true, batchRows: BATCH_ROWS,
    columns: header.map((_, i) => ({ name: `c${i}`, type: 'VARCHAR' })),
  };
  let seen = 0;
  await files.ask(task, 'read Parquet', path, async (data, count) => {
    seen += count;
    // the types were checked in the worker: text or null
    await onBatch(header, Array.from({ length: count }, (_, r) => data.map((cells) => (cells[r] ?? null) as string | null)));
  });
  if (seen === 0) await onBatch(header, []);
}

async function columnsOfFile(files: Files, source: string, path: string): Promise<{ name: string; type: string }[]> {
  const columns: { name: string; type: string }[] = [];
  const task: QueryTask = {
    kind: 'query', sql: `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${source})`, apart: true, batchRows: BATCH_ROWS,
    columns: ['column_name', 'column_type'].map((name) => ({ name, type: 'VARCHAR' })),
  };
  try {
    await files.ask(task, 'read Parquet', path, ([names, types]) => { names?.forEach((name, i) => columns.push({ name: String(name), type: String(types?.[i]) })); });
  } catch (error) {
    if (!(error instanceof EngineStop) || !['engine.failed', 'engine.store'].includes(error.diagnostic.code)) throw error;
    throw stop('file.parquet_unreadable', { file: path, path: '' }, `${basename(path)} cannot be read as a Parquet file: ${error.diagnostic.message.replace(/^The (step|file) [^:]*: /, '')}`,
      'Check that the file is there and complete, and that it is Parquet; export it again, or use CSV.');
  }
  return columns;
}

function floatStop(path: string, floats: readonly { readonly name: string; readonly type: string }[]): EngineStop {
  const names = floats.map((c) => `${c.name} (${c.type})`).join(', ');
  return stop('file.parquet_float', { file: path, path: floats[0]?.name ?? '' },
    `${basename(path)} holds floating point numbers in ${names}: such numbers are only near the amounts that were meant (0.1 + 0.2 is 0.30000000000000004), so they cannot be paid on.`,
    'Export these columns as DECIMAL, for example CAST(amount AS DECIMAL(18,2)), or as text; or leave them out of the file.');
}

/** Absolute path of a file, its folder without symbolic links. EngineStop where it lies outside the folders. */
function fenced(folders: readonly string[], path: string): string {
  const absolute = resolve(path);
  let folder: string;
  try {
    folder = realpathSync(dirname(absolute));
  } catch (error) {
    throw systemStop(error, path);
  }
  if (!folders.some((f) => folder === f || folder.startsWith(f.endsWith(sep) ? f : f + sep))) throw stop('engine.folder', { file: path, path: '' },
    `${path} lies outside the folders of this workspace, so it is neither read nor written.`, 'Put the file into the workspace, or name a folder for it on the command line.');
  return join(folder, basename(absolute));
}

/** A folder as the system really calls it; one that does not exist stays as it is named. */
export function trueFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return resolve(folder);
  }
}

/** DuckDB reads names as patterns: `[1]` would be another file. */
function literally(path: string): string {
  return path.replaceAll(/[*?[]/g, (sign) => `[${sign}]`);
}

function systemStop(error: unknown, path: string): EngineStop {
  return stopOf(error instanceof Error ? error.message : String(error), { step: 'file', file: path, memoryMb: 0 });
}
