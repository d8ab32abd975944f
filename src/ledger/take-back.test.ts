import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Day } from '../value/period.ts';
import { ratio } from '../value/rate.ts';
import { sumOf } from './release.ts';
import { type BackEvent, type LineReleased, takenBack } from './take-back.ts';

const CENT = { unit: 1n, mode: 'half_away' } as const;
/** Periods are 30 days. */
const event = (day: Day, percent: bigint, more: Partial<BackEvent> = {}): BackEvent =>
  ({ rule: 'cancelled', day, paidUntil: (Math.floor(day / 30) + 1) * 30, takes: { kind: 'share', share: ratio(percent, 100n) }, days: [day], cap: undefined, ...more });
const paidOn = (day: Day, amount: bigint): LineReleased => ({ amount, parts: [{ amount, payments: [{ day, amount }], lapses: [] }] });
const told = (line: LineReleased, events: readonly BackEvent[]): string => {
  const left = takenBack(line, events, CENT);
  return [...left.parts.map((p) => `paid ${sumOf(p.payments)} lapsed ${sumOf(p.lapses)} cancelled ${p.cancelled}`), ...left.recoverable.map((r) => `${r.amount} back@${r.day}`)].join(', ');
};

test('what was paid goes back: a share, an amount, at most the line, in instalments', () => {
  expect(told(paidOn(29, 10000n), [event(120, 50n)])).toBe('paid 10000 lapsed 0 cancelled 0, 5000 back@120');
  expect(told(paidOn(29, 10000n), [event(120, 0n, { takes: { kind: 'amount', amount: ratio(25000n) } })])).toBe('paid 10000 lapsed 0 cancelled 0, 10000 back@120');
  expect(told(paidOn(29, 10000n), [event(120, 0n, { takes: { kind: 'amount', amount: ratio(-5n) } })])).toBe('paid 10000 lapsed 0 cancelled 0');
  expect(told(paidOn(29, 200n), [event(120, 50n, { days: [120, 150, 180] })])).toBe('paid 200 lapsed 0 cancelled 0, 34 back@120, 33 back@150, 33 back@180');
});

test('several events take at most the line together, in their order', () => {
  expect(told(paidOn(29, 10000n), [event(60, 70n), event(90, 70n)])).toBe('paid 10000 lapsed 0 cancelled 0, 7000 back@60, 3000 back@90');
});

test('what becomes payable in the period of the event is paid there, and goes back there', () => {
  expect(told(paidOn(29, 10000n), [event(10, 100n)])).toBe('paid 10000 lapsed 0 cancelled 0, 10000 back@10');
});

test('pay that is not payable yet is cancelled, and only the rest goes back', () => {
  const held: LineReleased = { amount: 10000n, parts: [{ amount: 6000n, payments: [{ day: 29, amount: 6000n }], lapses: [] }, { amount: 4000n, payments: [], lapses: [] }] };
  expect(told(held, [event(60, 100n)])).toBe('paid 6000 lapsed 0 cancelled 0, paid 0 lapsed 0 cancelled 4000, 6000 back@60');
  const later: LineReleased = { ...held, parts: [held.parts[0] as LineReleased['parts'][number], { amount: 4000n, payments: [{ day: 200, amount: 4000n }], lapses: [] }] };
  expect(told(later, [event(60, 30n)])).toBe('paid 6000 lapsed 0 cancelled 0, paid 1000 lapsed 0 cancelled 3000');
});

test('what has lapsed cannot go back', () => {
  const lapsed: LineReleased = { amount: 10000n, parts: [{ amount: 6000n, payments: [{ day: 29, amount: 6000n }], lapses: [] }, { amount: 4000n, payments: [], lapses: [{ day: 50, amount: 4000n }] }] };
  expect(told(lapsed, [event(60, 100n)])).toBe('paid 6000 lapsed 0 cancelled 0, paid 0 lapsed 4000 cancelled 0, 6000 back@60');
});

// ---- properties by their ids ----

const day = fc.integer({ min: 0, max: 400 });
const lines: fc.Arbitrary<LineReleased> = fc.array(fc.record({ pays: fc.array(fc.tuple(day, fc.bigInt(0n, 10_000n)), { maxLength: 3 }), lapses: fc.array(fc.tuple(day, fc.bigInt(0n, 5_000n)), { maxLength: 1 }), held: fc.bigInt(0n, 5_000n) }), { minLength: 1, maxLength: 3 }).map((parts) => {
  const made = parts.map(({ pays, lapses, held }) => {
    const payments = pays.map(([d, amount]) => ({ day: d, amount })), gone = lapses.map(([d, amount]) => ({ day: d, amount }));
    return { amount: sumOf(payments) + sumOf(gone) + held, payments, lapses: gone };
  });
  return { amount: made.reduce((s, p) => s + p.amount, 0n), parts: made };
});
const events = fc.array(fc.tuple(day, fc.bigInt(0n, 150n)), { maxLength: 4 }).map((all) => all.sort((a, b) => a[0] - b[0]).map(([d, percent]) => event(d, percent)));

test('[F3] no more goes back of a line than was paid of it, and what was unpaid is cancelled first', () => {
  fc.assert(fc.property(lines, events, (line, all) => {
    const left = takenBack(line, all, CENT), back = left.recoverable.reduce((s, r) => s + r.amount, 0n);
    const cancelled = left.parts.reduce((s, p) => s + p.cancelled, 0n), paid = left.parts.reduce((s, p) => s + sumOf(p.payments), 0n), lapsed = left.parts.reduce((s, p) => s + sumOf(p.lapses), 0n);
    expect(back).toBeLessThanOrEqual(paid);
    for (const part of left.parts) {
      expect(part.cancelled).toBeGreaterThanOrEqual(0n);
      expect(part.amount - part.cancelled - sumOf(part.payments) - sumOf(part.lapses)).toBeGreaterThanOrEqual(0n);
    }
    // at every event: where something goes back, nothing of the line is left to be paid afterwards
    for (const r of left.recoverable) {
      const after = (Math.floor(r.day / 30) + 1) * 30;
      expect(left.parts.flatMap((p) => p.payments).filter((p) => p.day >= after)).toEqual([]);
    }
    expect(paid + lapsed + cancelled).toBeLessThanOrEqual(line.amount);
  }));
});

test('[F7] without some of its events a line gets back at most what they took', () => {
  fc.assert(fc.property(lines, events, fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), (line, all, kept) => {
    const net = (some: readonly BackEvent[]): bigint => { const left = takenBack(line, some, CENT); return left.parts.reduce((s, p) => s + sumOf(p.payments), 0n) - left.recoverable.reduce((s, r) => s + r.amount, 0n); };
    const with_ = net(all), without = net(all.filter((_, i) => kept[i] === true)), none = net([]);
    expect(with_).toBeLessThanOrEqual(without);
    expect(without).toBeLessThanOrEqual(none);
  }));
});
