import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_MINOR } from '../value/money.ts';
import type { Earned, Entry, Posted } from './entry.ts';
import { amountOf, assertEntry, entryId } from './entry.ts';
import { earned } from './ledger.fixture.ts';
import { entriesFor, tooLarge } from './post.ts';
import { newRun, resultHash } from './run.ts';

const RUN = { runId: 'a'.repeat(64) };

function posted(table: string): Posted[] {
  return earned(table).map((row, i) => ({ ...row, lastEntryId: `before-${i}` }));
}

function told(entries: readonly Entry[]): string[] {
  return entries.map((e) => `${e.reason} ${e.component} ${e.payee} ${e.period} ${amountOf(e).minor} ${amountOf(e).currency} after ${e.corrects}`);
}

test('[L1][L3][L4][L13][E8] an entry is the difference, with its reason and what it corrects', () => {
  const now = earned(`
    ae bookings Ann 2017-Q1 USD 12000
    ae bookings Bob 2017-Q1 USD 500
    ae bookings Cid 2017-Q1 USD 0
    ae bookings Dee 2017-Q1 USD -70
    ae spiff    Ann 2017-Q1 USD 900`);
  const before = posted(`
    ae bookings Ann 2017-Q1 USD 10000
    ae bookings Bob 2017-Q1 USD 500
    ae bookings Dee 2017-Q1 USD 30
    ae bookings Eve 2017-Q1 USD 4000
    ae bookings Fay 2017-Q1 USD 0`);
  expect(told(entriesFor(now, before, RUN))).toEqual([
    'changed bookings Ann 2017-Q1 2000 USD after before-0',
    'changed bookings Dee 2017-Q1 -100 USD after before-2',
    'no_longer_earned bookings Eve 2017-Q1 -4000 USD after before-3',
    'first spiff Ann 2017-Q1 900 USD after null',
  ]);
});

test('[L1] each part of the key keeps amounts apart: plan, component, payee, period, currency', () => {
  const now = earned(`
    ae bookings Ann 2017-Q1 USD 1
    am bookings Ann 2017-Q1 USD 2
    ae renewals Ann 2017-Q1 USD 4
    ae bookings Bob 2017-Q1 USD 8
    ae bookings Ann 2017-Q2 USD 16
    ae bookings Ann 2017-Q1 EUR 32`);
  expect(entriesFor(now, [], RUN).map((e) => amountOf(e).minor).reduce((a, b) => a + b)).toBe(63n);
  expect(new Set(entriesFor(now, [], RUN).map((e) => e.entryId)).size).toBe(6);
  expect(entriesFor(now, now.map((row) => ({ ...row, lastEntryId: 'x' })), RUN)).toEqual([]);
});

test('[L2][D1] an earning debits the expense and credits what the payee is owed', () => {
  const [entry] = entriesFor(earned('ae bookings Ann 2017-Q1 USD 12000'), [], RUN);
  expect(entry?.postings).toEqual([
    { account: 'expense:commission', payee: null, amountMinor: 12000n, currency: 'USD' },
    { account: 'payable:Ann', payee: 'Ann', amountMinor: -12000n, currency: 'USD' },
  ]);
});

test('[L2][D9] an entry that does not balance, or uses other accounts, is refused', () => {
  const [good] = entriesFor(earned('ae bookings Ann 2017-Q1 USD 100'), [], RUN);
  if (!good) throw new Error('there is an entry');
  const [debit, credit] = good.postings;
  if (!debit || !credit) throw new Error('there are two legs');
  const bad: [string, Entry][] = [
    ['add up to zero', { ...good, postings: [debit, { ...credit, amountMinor: -99n }] }],
    ['add up to zero', { ...good, postings: [debit, { ...credit, currency: 'EUR' }] }],
    ['two legs', { ...good, postings: [debit] }],
    ['two legs', { ...good, postings: [] }],
    ['two legs', { ...good, postings: [debit, { ...debit, amountMinor: -100n }, { ...credit, amountMinor: 0n }] }],
    ['first leg', { ...good, postings: [{ ...debit, account: 'cash:bank' }, credit] }],
    ['second leg', { ...good, postings: [debit, { ...credit, account: 'payable:Bob', payee: 'Bob' }] }],
    ['changes something', { ...good, postings: [{ ...debit, amountMinor: 0n }, { ...credit, amountMinor: 0n }] }],
    ['names the one', { ...good, reason: 'changed' }],
    ['names the one', { ...good, corrects: 'x' }],
    ['id of an entry', { ...good, period: '2017-Q2' }],
  ];
  assertEntry(good);
  for (const [says, entry] of bad) expect(() => assertEntry(entry)).toThrow(says);
});

test('[L10] ids depend on run and key alone, and keys that read alike stay apart', () => {
  const key = { plan: 'a', component: 'b', payee: 'c', period: 'd', currency: 'USD' };
  expect(entryId('r', 'earning', key)).toBe(entryId('r', 'earning', { ...key }));
  const others = [
    entryId('s', 'earning', key),
    entryId('r', 'earning', { ...key, plan: 'a,b', component: '' }),
    entryId('r', 'earning', { ...key, plan: 'ab', component: '' }),
    entryId('r', 'earning', { ...key, payee: 'c","d' }),
  ];
  expect(new Set([...others, entryId('r', 'earning', key)]).size).toBe(5);
  const rows = earned('ae bookings Ann 2017-Q1 USD 1');
  const how = { plans: [{ plan: 'ae', fingerprint: 'f' }], importCut: 1n, engineVersion: '1', createdAt: '2026-01-31T12:00:00.000Z' };
  const run = newRun(undefined, rows, how);
  const changed = [
    newRun(run, rows, how),
    newRun(undefined, earned('ae bookings Ann 2017-Q1 USD 2'), how),
    newRun(undefined, rows, { ...how, plans: [{ plan: 'ae', fingerprint: 'g' }] }),
    newRun(undefined, rows, { ...how, importCut: 2n }),
    newRun(undefined, rows, { ...how, engineVersion: '2' }),
  ];
  expect(new Set([run, ...changed].map((r) => r.runId)).size).toBe(6);
  // when it was calculated is no part of what it is
  expect(newRun(undefined, rows, { ...how, createdAt: '2027-01-31T12:00:00.000Z' }).runId).toBe(run.runId);
});

test('[L11] an instant that would not sort as text is refused', () => {
  const how = { plans: [], importCut: 1n, engineVersion: '1' };
  for (const createdAt of ['2026-01-31', '2026-01-31T12:00:00+02:00', '2026-01-31T12:00:00Z', '']) {
    expect(() => newRun(undefined, [], { ...how, createdAt })).toThrow('an instant is written like');
  }
});

test('[L14] the same key twice in a result is refused, not added up', () => {
  const twice = earned('ae bookings Ann 2017-Q1 USD 1\nae bookings Ann 2017-Q1 USD 2');
  expect(() => entriesFor(twice, [], RUN)).toThrow('stands in a result once');
});

test('[L15][C2] the order of the rows changes neither entries nor hashes', () => {
  const rows = fc.uniqueArray(
    fc.record({
      plan: fc.constantFrom('ae', 'am'), component: fc.constantFrom('x', 'y'), payee: fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
      period: fc.constant('2017-Q1'), periodFrom: fc.constant(17167), currency: fc.constantFrom('USD', 'JPY'), amountMinor: fc.bigInt(-5n, 5n),
    }),
    { selector: (r: Earned) => `${r.plan} ${r.component} ${r.currency} ${r.payee}`, maxLength: 12 },
  );
  fc.assert(fc.property(rows.chain((r) => fc.tuple(fc.constant(r), fc.shuffledSubarray(r, { minLength: r.length }))), ([a, b]) => {
    expect(entriesFor(b, [], RUN)).toEqual(entriesFor(a, [], RUN));
    expect(resultHash(b)).toBe(resultHash(a));
    expect(resultHash(b.filter((r) => r.amountMinor !== 0n))).toBe(resultHash(a));
  }), { numRuns: 50 });
});

test('[L17][C19] an amount that the book does not hold is told to the user, with component and payee', () => {
  const at = (amountMinor: bigint): Earned[] => earned('ae bookings Ann 2017-Q1 USD 1').map((row) => ({ ...row, amountMinor }));
  expect(tooLarge([...at(MAX_MINOR), ...at(-MAX_MINOR)], 'plans/ae.yaml')).toEqual([]);
  const [problem, ...more] = tooLarge([...at(MAX_MINOR + 1n), ...at(-MAX_MINOR - 1n)], 'plans/ae.yaml');
  expect(more).toHaveLength(1);
  expect(problem).toMatchObject({ code: 'ledger.amount_too_large', file: 'plans/ae.yaml', path: 'components.bookings' });
  expect(problem?.message).toBe(
    'Component bookings of plan ae would pay Ann 10,000,000,000,000.01 USD for 2017-Q1; one amount may be up to 10,000,000,000,000.00 USD.');
  // from the largest of one sign to the largest of the other is still one entry
  const [swing] = entriesFor(at(MAX_MINOR), at(-MAX_MINOR).map((row) => ({ ...row, lastEntryId: 'x' })), RUN);
  expect(swing && amountOf(swing).minor).toBe(2n * MAX_MINOR);
});
