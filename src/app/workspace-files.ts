/** A workspace on the disk: its files for the plan language, and the places of its data. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Workspace } from '../plan/plan.ts';
import { readWorkspace } from '../plan/workspace.ts';
import type { FileReader } from '../plan/workspace.ts';
import type { Diagnostic } from '../value/diagnostic.ts';

export interface WorkspacePaths {
  readonly dir: string;
  readonly data: string;
  /** DuckDB file of the facts */
  readonly store: string;
  /** SQLite file of the book */
  readonly book: string;
  /** imported files, as they were */
  readonly inbox: string;
  /** what calculations write while they run */
  readonly temp: string;
}
export interface OpenWorkspace {
  /** absent where `trueup.yaml` cannot be read; otherwise without the plans and sources that have errors */
  readonly workspace: Workspace | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly paths: WorkspacePaths;
}

export function openWorkspace(dir: string): OpenWorkspace {
  const { value, diagnostics } = readWorkspace(resolve(dir), fileReader(resolve(dir)));
  return { workspace: value, diagnostics, paths: pathsOf(dir) };
}

export function pathsOf(dir: string): WorkspacePaths {
  const data = join(resolve(dir), 'data');
  return { dir: resolve(dir), data, store: join(data, 'facts.duckdb'), book: join(data, 'book.sqlite'), inbox: join(data, 'inbox'), temp: join(data, 'temp') };
}

/** Folders that the engine may touch: the workspace, and where its Parquet files are. */
export function foldersOf(workspace: Workspace): readonly string[] {
  const parquet = workspace.sources.filter((s) => isParquet(s.file)).map((s) => dirname(resolve(workspace.dir, s.file)));
  return [...new Set([resolve(workspace.dir), ...parquet])];
}

export function isParquet(file: string): boolean {
  return /\.parquet$/i.test(file);
}

/** Files of the disk below a folder, which is an absolute path. Hidden files and links that lead in a circle are passed over. */
export function fileReader(dir: string): FileReader {
  const list = (folder: string): string[] => {
    const path = join(dir, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && (entry.isFile() || (entry.isSymbolicLink() && isFile(join(entry.parentPath, entry.name)))))
      .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'));
  };
  return {
    list: (folder) => list(folder).sort(),
    text: (path) => {
      const full = join(dir, path);
      return isFile(full) ? readFileSync(full, 'utf8') : undefined;
    },
  };
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
