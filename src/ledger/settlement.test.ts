import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ONE, ratio } from '../value/rate.ts';
import { accounted, converted, owedOf, settle, type SettlementPeriod } from './settlement.ts';

const CENT = { unit: 1n, mode: 'half_away' } as const;
const period = (payable: bigint, more: Partial<SettlementPeriod> = {}): SettlementPeriod =>
  ({ label: '2026-01', payable, takeBacks: [], draw: 0n, recovers: null, advances: false, forgives: false, negative: 'carry', rounding: CENT, ...more });
const recoverable = (payable: bigint, draw: bigint, more: Partial<SettlementPeriod> = {}): SettlementPeriod => period(payable, { draw, recovers: ONE, advances: true, ...more });
const told = (periods: readonly SettlementPeriod[]): string => settle(periods).map((s) => `${s.paid}/${owedOf(s)}`).join(' ');

test('a weak period is topped up, and pay above the draw pays it back', () => {
  expect(told([275000n, 300000n, 150000n, 237500n, 300000n, 275000n].map((x) => recoverable(x, 200000n)))).toBe('275000/0 300000/0 200000/50000 200000/12500 287500/0 275000/0');
});

test('recovery starts later where the plan says so, and the balance can be dropped at a date', () => {
  const months = [500n, 700n, 400n, 1300n, 1600n, 2500n].map((x, i) => recoverable(x, 1000n, i < 3 ? { recovers: null } : {}));
  expect(told(months)).toBe('1000/500 1000/800 1000/1400 1000/1100 1000/500 2000/0');
  expect(told([recoverable(500n, 1000n), recoverable(0n, 1000n, { forgives: true }), recoverable(3000n, 1000n)])).toBe('1000/500 1000/0 3000/0');
});

test('a guarantee is never recovered; pay below zero is carried, paid back or dropped', () => {
  expect(told([period(2000n, { draw: 5000n }), period(7000n, { draw: 5000n })])).toBe('5000/0 7000/0');
  expect(told([period(-100n), period(300n)])).toBe('0/100 200/0');
  expect(told([period(-100n, { negative: 'pay_back' }), period(300n)])).toBe('-100/0 300/0');
  expect(told([period(-100n, { negative: 'forgive' }), period(300n)])).toBe('0/0 300/0');
});

test('take-backs above their cap wait for the next period', () => {
  const back = [{ rule: 'cancelled', amount: 700000n, cap: ratio(1n, 2n) }];
  expect(settle([period(800000n, { takeBacks: back }), period(1600000n)]).map((s) => `${s.takenBack} ${s.paid} ${owedOf(s)}`)).toEqual(['400000 400000 300000', '300000 1300000 0']);
  expect(told([period(0n, { takeBacks: [{ rule: 'cancelled', amount: 700n, cap: undefined }] })])).toBe('0/700');
});

test('conversion, and assets over their life', () => {
  expect(converted(816700n, ratio(90n), { from: 100n, to: 100n }, { unit: 100n, mode: 'half_away' })).toBe(73503000n);
  expect(converted(10000n, ratio(150n), { from: 100n, to: 1n }, CENT)).toBe(15000n);
  expect(accounted(300000n, { capitalise: 60 })).toMatchObject({ capitalised: 300000n, months: Array.from({ length: 60 }, () => 5000n) });
  expect(accounted(300000n, { capitalise: 12, expenseUpTo: 12 })).toEqual({ capitalised: 0n, months: [300000n] });
});

// ---- properties by their ids ----

const cap = fc.option(fc.integer({ min: 0, max: 100 }).map((p) => ratio(BigInt(p), 100n)), { nil: undefined });
const any: fc.Arbitrary<SettlementPeriod> = fc.record({
  label: fc.constant('p'), payable: fc.bigInt(-100_000n, 1_000_000n), takeBacks: fc.array(fc.record({ rule: fc.constantFrom('a', 'b'), amount: fc.bigInt(0n, 500_000n), cap }), { maxLength: 2 }),
  draw: fc.oneof(fc.constant(0n), fc.bigInt(1n, 500_000n)), recovers: fc.option(fc.integer({ min: 1, max: 100 }).map((p) => ratio(BigInt(p), 100n))), advances: fc.boolean(), forgives: fc.constant(false),
  negative: fc.constantFrom('carry' as const, 'pay_back' as const, 'forgive' as const), rounding: fc.constant(CENT),
});
const many = fc.array(any, { minLength: 1, maxLength: 10 });

test('[F4] no more is recovered than is owed, and a cap of a period is never passed', () => {
  fc.assert(fc.property(many, (periods) => {
    let owed = 0n, waiting = 0n;
    for (const [i, s] of settle(periods).entries()) {
      const p = periods[i] as SettlementPeriod;
      expect(s.recovered).toBeLessThanOrEqual(owed);
      const asked = p.takeBacks.reduce((sum, t) => sum + t.amount, 0n);
      expect(s.takenBack).toBeLessThanOrEqual(waiting + asked);
      expect(s.takenBack + s.balances.waiting).toBe(waiting + asked);
      owed = s.balances.draw;
      waiting = s.balances.waiting;
    }
    const capped = settle(periods.map((p) => ({ ...p, takeBacks: p.takeBacks.map((t) => ({ ...t, rule: 'a', cap: ratio(1n, 3n) })) })));
    for (const [i, s] of capped.entries()) { const payable = periods[i]?.payable ?? 0n; expect(3n * s.takenBack).toBeLessThanOrEqual(payable > 0n ? payable : 0n); }
  }));
});

test('[F5] the balance of a recoverable draw is all that was advanced less all that was recovered, and never below 0; a draw that is never recovered leaves none', () => {
  fc.assert(fc.property(many, (periods) => {
    let balance = 0n;
    for (const [i, s] of settle(periods).entries()) {
      balance += (periods[i]?.advances === true ? s.topUp : 0n) - s.recovered;
      expect(s.balances.draw).toBe(balance);
      expect(balance).toBeGreaterThanOrEqual(0n);
    }
    for (const s of settle(periods.map((p) => ({ ...p, advances: false, recovers: null })))) { expect(s.recovered).toBe(0n); expect(s.balances.draw).toBe(0n); }
  }));
});

test('[F6] a guarantee tops up to itself: max(0, guarantee − what is payable)', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.bigInt(0n, 1_000_000n), fc.bigInt(0n, 500_000n)), { minLength: 1, maxLength: 8 }), (months) => {
    const settled = settle(months.map(([payable, draw]) => period(payable, { draw })));
    for (const [i, s] of settled.entries()) { const [payable, draw] = months[i] as [bigint, bigint]; expect(s.topUp).toBe(draw > payable ? draw - payable : 0n); expect(s.paid).toBe(payable + s.topUp); }
  }));
});

test('nothing is lost: what is paid is all that was payable, less what went back, what is carried and what was recovered, plus top-ups', () => {
  fc.assert(fc.property(many, (periods) => {
    const kept = settle(periods.map((p) => ({ ...p, negative: 'carry' as const })));
    const sum = (of: (s: (typeof kept)[number]) => bigint): bigint => kept.reduce((total, s) => total + of(s), 0n);
    expect(sum((s) => s.paid)).toBe(sum((s) => s.payable - s.takenBack + s.topUp - s.recovered) + (kept.at(-1)?.balances.negative ?? 0n));
  }));
});
