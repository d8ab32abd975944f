import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Statements } from '../db/db.ts';
import { MAX_MINOR } from '../value/money.ts';
import type { Earned } from './entry.ts';
import { AT, apply, bookIn, contents, earned, prepare, withBook } from './ledger.fixture.ts';
import { lastRun, postedBefore, recordRun, trialBalance } from './store.ts';

const FIRST = earned(`
  ae bookings Ann 2017-Q1 USD 12000
  ae bookings Bob 2017-Q1 USD 500
  ae bookings Cid 2017-Q1 USD 0
  ae spiff    Ann 2017-Q1 USD 900`);

/** The same run, with one row replaced by its payee and component, or left out. */
function changed(payee: string, component: string, amountMinor: bigint | undefined): Earned[] {
  return FIRST.flatMap((row) => {
    if (row.payee !== payee || row.component !== component) return [row];
    return amountMinor === undefined ? [] : [{ ...row, amountMinor }];
  });
}

function lines(db: Statements): Promise<readonly unknown[]> {
  return db.all(`SELECT e.seq, e.reason, e.component, e.payee, p.amount_minor AS amount FROM entry e
    JOIN posting p ON p.entry_id = e.entry_id WHERE p.line = 1 ORDER BY e.seq`);
}

test('[L3][L7][E8] a second apply posts nothing, whatever the clock says', () => withBook(async (db) => {
  const one = await apply(db, FIRST);
  expect(one.value).toMatchObject({ written: true, entryCount: 3, run: { earnedCount: 4n, payeeCount: 3n, previous: null, createdAt: AT } });
  const before = await contents(db);
  const two = await apply(db, FIRST.toReversed(), { createdAt: '2026-02-28T12:00:00.000Z' });
  expect(two).toEqual({ value: { written: false, entryCount: 0, run: one.value?.run }, diagnostics: [] });
  expect(await contents(db)).toEqual(before);
}));

test('[L1][L13] one changed amount posts only the difference, and names what it corrects', () => withBook(async (db) => {
  await apply(db, FIRST);
  expect((await apply(db, changed('Ann', 'bookings', 11500n))).value?.entryCount).toBe(1);
  expect((await lines(db)).slice(3)).toEqual([{ seq: 4n, reason: 'changed', component: 'bookings', payee: 'Ann', amount: -500n }]);
  const corrected = await db.all('SELECT o.seq, o.payee FROM entry e JOIN entry o ON o.entry_id = e.corrects');
  expect(corrected).toEqual([{ seq: 1n, payee: 'Ann' }]);
  expect(await trialBalance(db)).toEqual([
    { account: 'expense:commission', currency: 'USD', amountMinor: 12900n },
    { account: 'payable:Ann', currency: 'USD', amountMinor: -12400n },
    { account: 'payable:Bob', currency: 'USD', amountMinor: -500n },
  ]);
}));

test('[L4][L9] a key that is gone is taken back, and comes back after the latest entry', () => withBook(async (db) => {
  await apply(db, FIRST);
  await apply(db, changed('Bob', 'bookings', undefined));
  expect((await lines(db)).slice(3)).toEqual([{ seq: 4n, reason: 'no_longer_earned', component: 'bookings', payee: 'Bob', amount: -500n }]);
  // the first result again is a new run, although its fingerprint is in the book already
  const again = await apply(db, FIRST);
  expect(again.value).toMatchObject({ written: true, entryCount: 1 });
  expect((await lines(db)).slice(4)).toEqual([{ seq: 5n, reason: 'changed', component: 'bookings', payee: 'Bob', amount: 500n }]);
  expect(await db.all('SELECT count(*) AS runs, count(DISTINCT fingerprint) AS results FROM run')).toEqual([{ runs: 3n, results: 2n }]);
  expect(await db.all('SELECT o.seq FROM entry e JOIN entry o ON o.entry_id = e.corrects WHERE e.seq = 5')).toEqual([{ seq: 4n }]);
}));

test('[L3] other plans or facts with the same pay are a run without entries', () => withBook(async (db) => {
  await apply(db, FIRST);
  expect((await apply(db, FIRST, { importCut: 2n })).value).toMatchObject({ written: true, entryCount: 0 });
  const plans = [{ plan: 'sm', fingerprint: 's' }, { plan: 'ae', fingerprint: 'f2' }];
  expect((await apply(db, FIRST, { importCut: 2n, plans })).value).toMatchObject({ written: true, entryCount: 0 });
  expect((await lastRun(db))?.plans).toEqual(plans.toReversed());
}));

test('an empty result on an empty book is a run like any other', () => withBook(async (db) => {
  expect(await lastRun(db)).toBeUndefined();
  expect((await apply(db, [])).value).toMatchObject({ written: true, entryCount: 0 });
  expect(await trialBalance(db)).toEqual([]);
}));

test('[L7][D5] recording the very same run again writes nothing, and with other entries it is refused', () => withBook(async (db) => {
  const { run, entries } = await prepare(db, FIRST);
  const one = await recordRun(db, run, entries);
  await apply(db, changed('Ann', 'bookings', 1n));
  const before = await contents(db);
  expect(await recordRun(db, run, entries)).toEqual({ value: { written: false, entryCount: 0, run: one.value?.run }, diagnostics: [] });
  await expect(recordRun(db, run, entries.slice(1))).rejects.toThrow('the entries that it was written with');
  expect(await contents(db)).toEqual(before);
}));

test('[L8][D8] a run that was calculated before another one was applied is refused', () => withBook(async (db, folder) => {
  const other = await bookIn(folder);
  const mine = await prepare(db, FIRST);
  const same = await prepare(db, FIRST);
  await apply(other, changed('Ann', 'bookings', 1n), { createdAt: '2026-02-01T00:00:00.000Z' });
  const refused = await recordRun(db, mine.run, mine.entries);
  expect(refused.value).toBeUndefined();
  expect(refused.diagnostics[0]).toMatchObject({ code: 'ledger.book_moved_on', file: 'data/book.sqlite' });
  expect(refused.diagnostics[0]?.message).toContain('2026-02-01T00:00:00.000Z');
  // where the other process applied the very same result, there is nothing left to do
  await apply(other, FIRST);
  expect((await recordRun(db, same.run, same.entries)).value?.written).toBe(false);
  await other.close();
}));

test('[L5][D13] entries that do not lead to what the run earned are refused before the commit', () => withBook(async (db) => {
  const { run, entries } = await prepare(db, FIRST);
  const before = await contents(db);
  await expect(recordRun(db, run, entries.slice(1))).rejects.toThrow('the book says for every key what the run earned');
  await expect(recordRun(db, { ...run, resultHash: '0'.repeat(64) }, entries)).rejects.toThrow('what the run earned');
  await expect(recordRun(db, run, [...entries, ...entries.slice(0, 1)])).rejects.toThrow('an entry follows the last one, once');
  await expect(recordRun(db, { ...run, runId: '0'.repeat(64) }, entries)).rejects.toThrow('carry its id');
  expect(await contents(db)).toEqual(before);
}));

test('[L11][D11][E7] record time does not go back when the clock does', () => withBook(async (db) => {
  await apply(db, FIRST, { createdAt: '2026-03-31T12:00:00.000Z' });
  const late = await apply(db, changed('Ann', 'spiff', 1n), { createdAt: '2026-01-01T00:00:00.000Z' });
  expect(late.value?.run.createdAt).toBe('2026-03-31T12:00:00.000Z');
  expect(await lastRun(db)).toEqual(late.value?.run);
  expect(await db.all('SELECT DISTINCT posted_at FROM entry')).toEqual([{ posted_at: '2026-03-31T12:00:00.000Z' }]);
}));

test('[L12][D3] the database refuses to update, delete or replace what is posted, for any program', () => withBook(async (db, folder) => {
  await apply(db, FIRST);
  const before = await contents(db);
  // a connection that was not set up by us: no foreign keys, no recursive triggers
  const raw = new DatabaseSync(join(folder, 'book.sqlite'), { enableForeignKeyConstraints: false });
  const attempts = [
    'UPDATE posting SET amount_minor = amount_minor + 1', 'DELETE FROM posting', 'DELETE FROM posting WHERE line = 2',
    "UPDATE entry SET payee = 'Bob'", 'DELETE FROM entry', 'UPDATE entry SET seq = seq + 10',
    "UPDATE run SET status = 'applied'", 'DELETE FROM run', "UPDATE run_plan SET fingerprint = 'x'", 'DELETE FROM run_plan',
    'INSERT OR REPLACE INTO posting SELECT entry_id, line, account, payee, amount_minor + 1, currency FROM posting',
    'INSERT OR REPLACE INTO entry SELECT * FROM entry',
    "INSERT OR REPLACE INTO entry SELECT 99, entry_id, run_id, kind, reason, plan, component, 'Bob', period, period_from, corrects, posted_at FROM entry LIMIT 1",
    "INSERT OR REPLACE INTO entry SELECT 4, entry_id, run_id, kind, reason, plan, component, 'Bob', period, period_from, corrects, posted_at FROM entry LIMIT 1",
    'INSERT OR REPLACE INTO run SELECT * FROM run', "INSERT OR REPLACE INTO run_plan SELECT run_id, plan, 'x' FROM run_plan",
    "INSERT INTO entry SELECT 9, '" + 'c'.repeat(64) + "', run_id, kind, reason, plan, component, payee, period, period_from, corrects, posted_at FROM entry LIMIT 1",
  ];
  for (const sql of attempts) expect(() => raw.exec(sql), sql).toThrow(/never|once|follows/);
  raw.close();
  expect(await contents(db)).toEqual(before);
}));

test('[L1][L2][L3][L5][L11][L16][D1][D2][D8][D11][D13][E8] after any sequence of runs the book is what the last one earned', async () => {
  const amount = fc.oneof(fc.constant(0n), fc.bigInt(-3n, 3n), fc.bigInt(-MAX_MINOR, MAX_MINOR));
  const row = fc.record({
    plan: fc.constantFrom('ae', 'am'), component: fc.constantFrom('bookings', 'spiff'),
    payee: fc.constantFrom('Ann', 'ann', ' Ann', "O'Brien", 'a:b', '\u0000', '李 💶', 'payable:x'),
    period: fc.constantFrom('2017-Q1', '2017-Q2'), periodFrom: fc.constant(17167), currency: fc.constantFrom('USD', 'JPY', 'KWD'), amountMinor: amount,
  });
  const result = fc.uniqueArray(row, { selector: keyText, maxLength: 8 });
  await fc.assert(fc.asyncProperty(fc.array(result, { minLength: 1, maxLength: 6 }), (results) => withBook(async (db) => {
    for (const rows of results) {
      const previous = new Map((await postedBefore(db)).map((p) => [keyText(p), p.amountMinor]));
      const now = new Map(rows.map((r) => [keyText(r), r.amountMinor]));
      const differing = [...new Set([...previous.keys(), ...now.keys()])].filter((k) => (previous.get(k) ?? 0n) !== (now.get(k) ?? 0n));
      const { value } = await apply(db, rows);
      expect(value?.entryCount).toBe(differing.length);
      const book = new Map((await postedBefore(db)).map((p) => [keyText(p), p.amountMinor]));
      for (const key of new Set([...book.keys(), ...now.keys()])) expect(book.get(key) ?? 0n).toBe(now.get(key) ?? 0n);
    }
    await expectSound(db);
  })), { numRuns: 60 });
});

function keyText(r: Earned): string {
  return [r.plan, r.component, r.payee, r.period, r.currency].join('|');
}

/** By SQL alone, without the functions under test. */
async function expectSound(db: Statements): Promise<void> {
  expect(await db.all(`SELECT entry_id FROM posting GROUP BY entry_id, currency HAVING sum(amount_minor) <> 0 OR count(*) < 2`)).toEqual([]);
  expect(await db.all('SELECT currency FROM posting GROUP BY currency HAVING sum(amount_minor) <> 0')).toEqual([]);
  const [counts] = await db.all<Record<string, bigint>>(
    'SELECT count(*) AS n, count(DISTINCT entry_id) AS ids, coalesce(max(seq), 0) AS top, coalesce(min(seq), 1) AS bottom FROM entry');
  expect(counts).toEqual({ n: counts?.['n'], ids: counts?.['n'], top: counts?.['n'], bottom: 1n });
  expect(await db.all('SELECT e.run_id FROM run e WHERE e.entry_count <> (SELECT count(*) FROM entry WHERE run_id = e.run_id)')).toEqual([]);
  expect(await db.all('SELECT a.seq FROM entry a JOIN entry b ON b.seq = a.seq + 1 WHERE b.posted_at < a.posted_at')).toEqual([]);
  expect(await db.all('PRAGMA foreign_key_check')).toEqual([]);
}
