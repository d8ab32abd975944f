/** For the tests of this folder: rows of earnings, applying them as `app` does, and accidents on the way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBook } from '../db/book.ts';
import type { Db, Statements, Value } from '../db/db.ts';
import type { Outcome } from '../value/diagnostic.ts';
import { assert } from '../value/diagnostic.ts';
import { parseDay } from '../value/period.ts';
import type { Earned, Entry } from './entry.ts';
import { entriesFor } from './post.ts';
import type { Run } from './run.ts';
import { newRun } from './run.ts';
import type { Recorded } from './store.ts';
import { lastRun, postedBefore, recordRun } from './store.ts';

export const AT = '2026-01-31T12:00:00.000Z';

/** `earned('ae bookings Ann 2017-Q1 USD 100.00 …')`: a row a line; amounts in minor units. */
export function earned(table: string): Earned[] {
  return table.trim().split('\n').map((line) => {
    const [plan = '', component = '', payee = '', period = '', currency = '', amount = ''] = line.trim().split(/\s+/);
    return { plan, component, payee, period, periodFrom: firstDay(period), currency, amountMinor: BigInt(amount) };
  });
}

function firstDay(quarter: string): number {
  const day = parseDay(`${quarter.slice(0, 4)}-${{ 1: '01', 2: '04', 3: '07', 4: '10' }[quarter.at(-1) ?? '']}-01`);
  assert(day !== undefined, `tests use quarters, not ${quarter}`);
  return day;
}

export async function bookIn(folder: string): Promise<Db> {
  const { value } = await openBook(join(folder, 'book.sqlite'), AT, 'data/book.sqlite');
  assert(value, 'the book of a test opens');
  return value;
}

/** Runs the work on a new book in a folder of its own, and removes both. */
export async function withBook<T>(work: (db: Db, folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'trueup-ledger-'));
  const db = await bookIn(folder);
  try {
    return await work(db, folder);
  } finally {
    await db.close();
    rmSync(folder, { recursive: true });
  }
}

type How = Partial<Pick<Run, 'plans' | 'importCut' | 'engineVersion' | 'createdAt'>>;

/** What `apply` would record: the run after the last one, and its entries. */
export async function prepare(db: Db, rows: readonly Earned[], how: How = {}): Promise<{ run: Run; entries: readonly Entry[] }> {
  const run = newRun(await lastRun(db), rows, {
    plans: [{ plan: 'ae', fingerprint: 'f1' }], importCut: 1n, engineVersion: '0.1.0', createdAt: AT, ...how,
  });
  return { run, entries: entriesFor(rows, await postedBefore(db), run) };
}

export async function apply(db: Db, rows: readonly Earned[], how: How = {}): Promise<Outcome<Recorded>> {
  const { run, entries } = await prepare(db, rows, how);
  return recordRun(db, run, entries);
}

/** The book, with something happening at the n-th step (statement or row) of its transactions. */
export function interruptedAt(db: Db, n: number, happens: () => void): Db {
  let step = 0;
  const tick = (): void => {
    step += 1;
    if (step === n) happens();
  };
  function* ticking(rows: Iterable<readonly Value[]>): Iterable<readonly Value[]> {
    for (const row of rows) {
      tick();
      yield row;
    }
  }
  const watched = (tx: Statements): Statements => ({
    run: async (sql, values) => (tick(), tx.run(sql, values)),
    runEach: async (sql, rows) => tx.runEach(sql, ticking(rows)),
    all: async <R>(sql: string, values?: readonly Value[]) => (tick(), tx.all<R>(sql, values)),
    one: async <R>(sql: string, values?: readonly Value[]) => (tick(), tx.one<R>(sql, values)),
    script: async (sql) => (tick(), tx.script(sql)),
  });
  return { ...db, transaction: (work) => db.transaction((tx) => work(watched(tx))) };
}

/** Everything that the tables hold, in order. */
export async function contents(db: Statements): Promise<unknown> {
  return {
    runs: await db.all('SELECT * FROM run ORDER BY seq'),
    plans: await db.all('SELECT * FROM run_plan ORDER BY run_id, plan'),
    entries: await db.all('SELECT * FROM entry ORDER BY seq'),
    postings: await db.all('SELECT * FROM posting ORDER BY entry_id, line'),
  };
}
