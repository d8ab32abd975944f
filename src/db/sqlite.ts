/**
 * The embedded book: one SQLite file through Node's own driver.
 *
 * Write-ahead log with `synchronous=FULL`, so that what was acknowledged survives a power cut.
 * One connection serves everybody in this process, one piece of work at a time: a statement
 * that is issued while a transaction is open waits for its end instead of joining it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { assert } from '../value/diagnostic.ts';
import type { Diagnostic, Outcome } from '../value/diagnostic.ts';
import type { Db, Statements, Value } from './db.ts';

/** How long a statement waits for another process that is writing, in milliseconds. */
const BUSY_TIMEOUT_MS = 5_000;

/** Marks a SQLite file as a book of Trueup: "TRUP" in ASCII. Never change it. */
const APPLICATION_ID = 0x54525550n;

/**
 * Opens the file, and makes it (readable by its owner only: it holds pay) where there is none.
 * `shown` is the path as the user wrote it. A file that is something else is left untouched.
 */
export function openSqlite(path: string, shown: string = path): Outcome<Db> {
  let connection: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'a', 0o600));
    connection = new DatabaseSync(path, {
      readBigInts: true,
      enableForeignKeyConstraints: true,
      timeout: BUSY_TIMEOUT_MS,
      defensive: true,
    });
    const foreign = claim(connection, shown);
    if (foreign) {
      connection.close();
      return { value: undefined, diagnostics: [foreign] };
    }
    return { value: sqliteDb(connection, shown), diagnostics: [] };
  } catch (error) {
    if (connection?.isOpen) connection.close();
    const problem = diagnose(error, shown);
    if (!problem) throw error;
    return { value: undefined, diagnostics: [problem] };
  }
}

/** Sets the connection up; answers a diagnostic where the file is a database of somebody else. */
function claim(connection: DatabaseSync, shown: string): Diagnostic | undefined {
  const id = pragma(connection, 'application_id');
  const objects = connection.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'];
  if (id !== APPLICATION_ID && (id !== 0n || objects !== 0n)) {
    return about(shown, 'book.not_a_book', 'is a database, but not a book of Trueup',
      'Point to another file for the book, or move this one away; it was not changed.');
  }
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON;');
  // Computed ids are spread over the whole index; with the default of 2 MB, 100,000 entries take half as long again.
  connection.exec('PRAGMA cache_size = -65536');
  if (pragma(connection, 'journal_mode') !== 'wal') {
    return about(shown, 'book.unreadable', 'lies on a file system that cannot keep a write-ahead log',
      'Keep the book on a local disk.');
  }
  if (id !== APPLICATION_ID) connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  return undefined;
}

function pragma(connection: DatabaseSync, name: string): unknown {
  return Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
}

function sqliteDb(connection: DatabaseSync, shown: string): Db {
  const statements = statementsOn(connection);
  const surroundings = new AsyncLocalStorage<{ open: boolean }>();
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    assert(!surroundings.getStore()?.open, 'inside a transaction, statements go through the transaction');
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  }

  return Object.freeze<Db>({
    file: shown,
    run: (sql, values) => inTurn(() => statements.run(sql, values)),
    runEach: (sql, rows) => inTurn(() => statements.runEach(sql, rows)),
    all: <R>(sql: string, values?: readonly Value[]) => inTurn(() => statements.all<R>(sql, values)),
    one: <R>(sql: string, values?: readonly Value[]) => inTurn(() => statements.one<R>(sql, values)),
    script: (sql) => inTurn(() => statements.script(sql)),
    transaction: (work) =>
      inTurn(() => {
        const state = { open: true };
        return surroundings.run(state, () => transact(connection, statements, state, work));
      }),
    diagnose: (error) => diagnose(error, shown),
    close: () => inTurn(async () => connection.close()),
  });
}

/** `BEGIN IMMEDIATE` takes the write lock at once: two writers queue up, none fails half-way. */
async function transact<T>(
  connection: DatabaseSync,
  statements: Statements,
  state: { open: boolean },
  work: (tx: Statements) => Promise<T>,
): Promise<T> {
  connection.exec('BEGIN IMMEDIATE');
  try {
    const result = await work(whileOpen(statements, state));
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  } finally {
    state.open = false;
  }
}

/** A transaction that somebody kept beyond its end would write outside it, without a word. */
function whileOpen(statements: Statements, state: { readonly open: boolean }): Statements {
  const check = (): void => assert(state.open, 'a transaction is not used after its end');
  return Object.freeze<Statements>({
    run: async (sql, values) => (check(), statements.run(sql, values)),
    runEach: async (sql, rows) => (check(), statements.runEach(sql, rows)),
    all: async <R>(sql: string, values?: readonly Value[]) => (check(), statements.all<R>(sql, values)),
    one: async <R>(sql: string, values?: readonly Value[]) => (check(), statements.one<R>(sql, values)),
    script: async (sql) => (check(), statements.script(sql)),
  });
}

function statementsOn(connection: DatabaseSync): Statements {
  // Texts are constants of the program, so this stays as small as the program.
  const prepared = new Map<string, StatementSync>();
  function prepare(sql: string): StatementSync {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = connection.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  }
  async function all<R>(sql: string, values: readonly Value[] = []): Promise<readonly R[]> {
    return prepare(sql).all(...values) as R[];
  }
  return Object.freeze<Statements>({
    run: async (sql, values = []) => BigInt(prepare(sql).run(...values).changes),
    runEach: async (sql, rows) => {
      const statement = prepare(sql);
      for (const row of rows) statement.run(...row);
    },
    all,
    one: async <R>(sql: string, values: readonly Value[] = []) => {
      const rows = await all<R>(sql, values);
      assert(rows.length <= 1, `one row at most was expected from: ${sql}`);
      return rows[0];
    },
    script: async (sql) => connection.exec(sql),
  });
}

const UNREADABLE_HINT = 'Check that the path is right and that you may write to the file and to its folder.';
const DAMAGED_HINT = 'Put the last good copy of the book in its place; keep the damaged file for the search for the cause.';

/** By the primary result code of SQLite (https://www.sqlite.org/rescode.html). */
const PROBLEMS: Readonly<Record<number, readonly [Diagnostic['code'], string, string]>> = {
  3: ['book.unreadable', 'may not be read or written', UNREADABLE_HINT],
  5: ['book.busy', `is being written by another Trueup, for more than ${BUSY_TIMEOUT_MS / 1000} seconds`,
    'Wait until the other command has ended, then try again; nothing was written.'],
  8: ['book.unreadable', 'may only be read, not written', UNREADABLE_HINT],
  10: ['book.unreadable', 'could not be read or written: the disk reports an error',
    'Check the disk; nothing of this step was written.'],
  11: ['book.damaged', 'is damaged', DAMAGED_HINT],
  13: ['book.full', 'cannot grow: the disk is full', 'Make room on the disk and try again; nothing was written.'],
  14: ['book.unreadable', 'cannot be opened', UNREADABLE_HINT],
  26: ['book.damaged', 'is not a database, or its beginning is damaged',
    'Point to another file for the book, or put the last good copy in its place; the file was not changed.'],
};

function diagnose(error: unknown, shown: string): Diagnostic | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') {
    // The low byte is the primary code; the rest says where in SQLite it arose.
    const problem = PROBLEMS[error.errcode & 0xff];
    return problem && about(shown, ...problem);
  }
  // Making the folder or the file failed before SQLite came into play.
  if ('syscall' in error && (error.syscall === 'open' || error.syscall === 'mkdir')) {
    return about(shown, 'book.unreadable', `cannot be opened (${'code' in error ? String(error.code) : error.message})`, UNREADABLE_HINT);
  }
  return undefined;
}

function about(shown: string, code: Diagnostic['code'], is: string, hint: string): Diagnostic {
  return { code, severity: 'error', file: shown, line: 0, column: 0, path: '', message: `The book ${shown} ${is}.`, hint };
}
