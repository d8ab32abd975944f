/** The book of a workspace. Who only looks does not make one: a book that is not there yet reads as empty. */
import { existsSync } from 'node:fs';
import { openBook } from '../db/book.ts';
import type { Db, Statements } from '../db/db.ts';
import { assert, type Outcome } from '../value/diagnostic.ts';
import type { WorkspacePaths } from './workspace-files.ts';

export type { Db as Book } from '../db/db.ts';

const SHOWN = 'data/book.sqlite';

/** The caller closes it. `at`: the instant, `2026-01-31T12:00:00.000Z`, for steps that shape the book. */
export function openWorkspaceBook(paths: WorkspacePaths, at: string): Promise<Outcome<Db>> {
  return openBook(paths.book, at, SHOWN);
}

/** For preview and explain. */
export function lookIntoBook(paths: WorkspacePaths, at: string): Promise<Outcome<Db>> {
  return existsSync(paths.book) ? openWorkspaceBook(paths, at) : Promise.resolve({ value: EMPTY, diagnostics: [] });
}

const nobodyWrites = (): never => { assert(false, 'nobody writes into a book that is not there'); };
const NO_ROWS: Statements = {
  run: nobodyWrites, runEach: nobodyWrites, script: nobodyWrites,
  all: () => Promise.resolve([]), one: () => Promise.resolve(undefined),
};
const EMPTY: Db = { ...NO_ROWS, file: SHOWN, transaction: (work) => work(NO_ROWS), diagnose: () => undefined, close: () => Promise.resolve() };
