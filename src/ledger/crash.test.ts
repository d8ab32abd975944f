/** What is left of a run when the process, the statement or the disk fails in the middle of it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Statements } from '../db/db.ts';
import type { Earned } from './entry.ts';
import { AT, apply, bookIn, contents, earned, interruptedAt, prepare, withBook } from './ledger.fixture.ts';
import { recordRun } from './store.ts';

const ROWS = earned('ae bookings Ann 2017-Q1 USD 12000\nae bookings Bob 2017-Q1 USD 500\nae spiff Bob 2017-Q2 JPY 7');

test('[L6] whichever step of a run fails, nothing of it stays, and the next try records it whole', () => withBook(async (db) => {
  await apply(db, ROWS);
  const more = ROWS.map((row) => ({ ...row, amountMinor: row.amountMinor * 2n }));
  const { run, entries } = await prepare(db, more);
  const before = await contents(db);
  let failures = 0;
  for (;;) {
    const failing = interruptedAt(db, failures + 1, () => {
      throw new Error('the power went');
    });
    const outcome = await recordRun(failing, run, entries).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) break;
    expect(outcome.message).toBe('the power went');
    expect(await contents(db)).toEqual(before);
    failures += 1;
  }
  // 3 entries and 6 postings alone are 9 steps; the last try had no step left to fail at
  expect(failures).toBeGreaterThan(12);
  expect(await db.all('SELECT entry_count FROM run ORDER BY seq')).toEqual([{ entry_count: 3n }, { entry_count: 3n }]);
}));

test('[L6] a full disk is told to the user, and nothing of the run stays', () => withBook(async (db) => {
  await apply(db, ROWS);
  const before = await contents(db);
  const pages = await db.one<{ page_count: bigint }>('PRAGMA page_count');
  await db.script(`PRAGMA max_page_count = ${(pages?.page_count ?? 0n) + 4n}`);
  const refused = await apply(db, many(1));
  expect(refused.value).toBeUndefined();
  expect(refused.diagnostics[0]).toMatchObject({ code: 'book.full', message: 'The book data/book.sqlite cannot grow: the disk is full.' });
  expect(await contents(db)).toEqual(before);
  await db.script('PRAGMA max_page_count = 1000000');
  expect((await apply(db, many(1))).value?.written).toBe(true);
}));

test('[L6] a book that another process is writing is told to the user', () => withBook(async (db, folder) => {
  const other = await bookIn(folder);
  await db.script('PRAGMA busy_timeout = 10');
  await other.transaction(async (tx) => {
    await tx.run("INSERT INTO migration VALUES (900, 'x', 'x', 'x')");
    const refused = await apply(db, ROWS);
    expect(refused.diagnostics[0]).toMatchObject({ code: 'book.busy' });
    await tx.run('DELETE FROM migration WHERE number = 900');
  });
  await other.close();
  expect((await apply(db, ROWS)).value?.written).toBe(true);
}));

/** A process that applies run after run, says so, and may be told to kill itself at a step of the second. */
const CHILD = `
import { writeSync } from 'node:fs';
import { apply, bookIn, interruptedAt } from ${JSON.stringify(new URL('./ledger.fixture.ts', import.meta.url).href)};
const [folder, step] = process.argv.slice(1);
const book = await bookIn(folder);
const die = () => process.kill(process.pid, 'SIGKILL');
for (let n = 1; ; n += 1) {
  const rows = Array.from({ length: 1500 }, (_, i) => ({
    plan: 'ae', component: 'bookings', payee: 'payee ' + i, period: '2017-Q1', periodFrom: 17167, currency: 'USD', amountMinor: BigInt(n * 1000 + i),
  }));
  writeSync(1, 'begin ' + n + '\\n');
  await apply(n === 2 ? interruptedAt(book, Number(step), die) : book, rows);
  writeSync(1, 'end ' + n + '\\n');
}`;

interface Killed {
  readonly begun: number;
  readonly ended: number;
}

/** Lets the child run until it kills itself at the step, or until so many milliseconds after its first run. */
function killed(folder: string, step: number, afterMs: number | undefined): Promise<Killed> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, folder, String(step)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let complaint = '';
    let timer: NodeJS.Timeout | undefined;
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (afterMs !== undefined && timer === undefined && said.includes('end 1\n')) timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      clearTimeout(timer);
      if (signal !== 'SIGKILL') reject(new Error(`the child ended by itself: ${complaint}`));
      resolve({ begun: said.split('begin').length - 1, ended: said.split('end').length - 1 });
    });
  });
}

async function runsWhole(db: Statements): Promise<number> {
  expect(await db.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(await db.all('PRAGMA foreign_key_check')).toEqual([]);
  const runs = await db.all<Record<string, bigint>>(`SELECT r.entry_count AS said, count(DISTINCT e.entry_id) AS entries, count(p.line) AS postings
    FROM run r LEFT JOIN entry e ON e.run_id = r.run_id LEFT JOIN posting p ON p.entry_id = e.entry_id GROUP BY r.seq`);
  for (const run of runs) expect(run).toEqual({ said: 1500n, entries: 1500n, postings: 3000n });
  expect(await db.all('SELECT count(*) AS n FROM entry')).toEqual([{ n: BigInt(runs.length) * 1500n }]);
  return runs.length;
}

function many(amount: number): Earned[] {
  return Array.from({ length: 1500 }, (_, i): Earned => ({
    plan: 'ae', component: 'bookings', payee: `payee ${i}`, period: '2017-Q1', periodFrom: 17167, currency: 'USD', amountMinor: BigInt(amount),
  }));
}

test.skipIf(process.platform === 'win32')('[L6] kill -9 anywhere in a run leaves all of it or nothing', { timeout: 30_000 }, async () => {
  // a step inside of run 2: the first read, the run, an entry, a posting, the last check
  const kills: [number, number | undefined][] = [[1, undefined], [4, undefined], [700, undefined], [3000, undefined], [4508, undefined],
    [0, 3], [0, 17], [0, 41], [0, 83]];
  let inTheMiddle = 0;
  for (const [step, afterMs] of kills) {
    const folder = mkdtempSync(join(tmpdir(), 'trueup-kill-'));
    try {
      const { begun, ended } = await killed(folder, step, afterMs);
      const db = await bookIn(folder);
      const runs = await runsWhole(db);
      // what was acknowledged is there; what was begun may be, where the commit was through
      expect([ended, begun]).toContain(runs);
      if (step > 0) expect([begun, ended, runs]).toEqual([2, 1, 1]);
      if (runs < begun) inTheMiddle += 1;
      expect((await apply(db, many(9), { createdAt: AT })).value?.written).toBe(true);
      await db.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  expect(inTheMiddle).toBeGreaterThanOrEqual(5);
});
