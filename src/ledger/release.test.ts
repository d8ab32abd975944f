import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Day } from '../value/period.ts';
import { ONE, ratio } from '../value/rate.ts';
import { FOREVER, partAmounts, type Payment, released, type Released, sumOf, type Timing } from './release.ts';

const CENT = { unit: 1n, mode: 'half_away' } as const;
const told = ({ payments, lapses }: Released): string => [...payments.map((p) => `${p.amount}@${p.day}`), ...lapses.map((l) => `lapsed ${l.amount}@${l.day}`)].join(' ');

test('on a day; where its condition does not hold, what the plan says instead', () => {
  expect(told(released(100n, { kind: 'day', day: 31, met: true, otherwise: 'lapse' }, 50, CENT))).toBe('100@31');
  expect(told(released(100n, { kind: 'day', day: 31, met: false, otherwise: 'lapse' }, 50, CENT))).toBe('lapsed 100@31');
  expect(told(released(100n, { kind: 'day', day: 31, met: false, otherwise: 'hold' }, 50, CENT))).toBe('');
  expect(told(released(101n, { kind: 'day', day: 31, met: false, otherwise: ratio(1n, 2n) }, 50, CENT))).toBe('51@31 lapsed 50@31');
});

test('when an event comes in time, and not before the pay day', () => {
  const timing = (event: Day | null, more: Partial<Extract<Timing, { kind: 'event' }>> = {}): Timing =>
    ({ kind: 'event', event: event === null ? null : { day: event, met: true }, notBefore: 31, end: 120, otherwise: 'lapse', ...more });
  expect(told(released(100n, timing(40), 200, CENT))).toBe('100@40');
  expect(told(released(100n, timing(10), 200, CENT))).toBe('100@31');
  expect(told(released(100n, timing(null), 100, CENT))).toBe('');
  expect(told(released(100n, timing(null), 120, CENT))).toBe('lapsed 100@120');
  expect(told(released(100n, timing(130), 200, CENT))).toBe('lapsed 100@120');
  expect(told(released(100n, timing(null, { otherwise: 'release' }), 100, CENT))).toBe('100@120');
  expect(told(released(100n, timing(null, { end: null }), FOREVER, CENT))).toBe('');
  expect(told(released(100n, timing(40, { event: { day: 40, met: false } }), 200, CENT))).toBe('lapsed 100@40');
});

test('as a ratio grows; what has not grown in time is released, held or lapses', () => {
  const moves = [{ day: 5, ratio: ratio(1n, 2n) }, { day: 9, ratio: ratio(7n, 10n) }];
  const timing: Timing = { kind: 'growing', moves, end: 180, otherwise: 'release' };
  expect(told(released(1000n, timing, 8, CENT))).toBe('500@5');
  expect(told(released(1000n, timing, 180, CENT))).toBe('500@5 200@9 300@180');
  expect(told(released(1000n, { ...timing, end: 9, otherwise: 'lapse' }, 180, CENT))).toBe('500@5 lapsed 500@9');
});

test('once in a proportion, and in instalments', () => {
  expect(told(released(180000n, { kind: 'proportion', day: 730, ratio: ratio(3n, 5n) }, 800, CENT))).toBe('108000@730 lapsed 72000@730');
  expect(told(released(180000n, { kind: 'proportion', day: 730, ratio: null }, 700, CENT))).toBe('');
  expect(told(released(100n, { kind: 'instalments', days: [1, 2, 3] }, 0, CENT))).toBe('34@1 33@2 33@3');
});

// ---- properties by their ids ----

const day = fc.integer({ min: 0, max: 400 });
const otherwise = fc.oneof(fc.constantFrom('lapse' as const, 'release' as const), fc.integer({ min: 0, max: 100 }).map((p) => ratio(BigInt(p), 100n)));
/** Ends: nothing of these waits for ever. */
const ending: fc.Arbitrary<Timing> = fc.oneof(
  fc.record({ kind: fc.constant('day' as const), day, met: fc.boolean(), otherwise }),
  fc.record({ kind: fc.constant('instalments' as const), days: fc.array(day, { minLength: 1, maxLength: 8 }).map((d) => d.sort((a, b) => a - b)) }),
  fc.record({ kind: fc.constant('event' as const), event: fc.option(fc.record({ day, met: fc.boolean() })), notBefore: day, end: day, otherwise }),
  fc.record({ kind: fc.constant('growing' as const), moves: fc.array(fc.record({ day, part: fc.integer({ min: 0, max: 100 }) }), { maxLength: 6 }).map(growingMoves), end: day, otherwise }),
  fc.record({ kind: fc.constant('proportion' as const), day, ratio: fc.integer({ min: 0, max: 100 }).map((p) => ratio(BigInt(p), 100n)) }),
);
function growingMoves(moves: readonly { day: Day; part: number }[]): { day: Day; ratio: typeof ONE }[] {
  const days = moves.map((m) => m.day).sort((a, b) => a - b), parts = moves.map((m) => m.part).sort((a, b) => a - b);
  return days.map((d, i) => ({ day: d, ratio: ratio(BigInt(parts[i] ?? 0), 100n) }));
}
const amount = fc.bigInt(0n, 10n ** 12n), units = fc.constantFrom(1n, 100n).map((unit) => ({ unit, mode: 'half_away' as const }));
const upTo = (list: readonly Payment[], asOf: Day): bigint => sumOf(list.filter((p) => p.day <= asOf));
/** A proportion is known on its day only. */
const known = (timing: Timing, asOf: Day): Timing => (timing.kind === 'proportion' && timing.day > asOf ? { ...timing, ratio: null } : timing);

test('[F1] vested + unvested + forfeited = granted at all times, vested never falls, and nothing is unvested at the end', () => {
  fc.assert(fc.property(amount, ending, units, fc.array(day, { minLength: 2, maxLength: 5 }), (granted, timing, rounding, days) => {
    let before = 0n;
    for (const asOf of days.sort((a, b) => a - b)) {
      const out = released(granted, known(timing, asOf), asOf, rounding), vested = upTo(out.payments, asOf), forfeited = upTo(out.lapses, asOf);
      const unvested = granted - vested - forfeited;
      expect(unvested).toBeGreaterThanOrEqual(0n);
      expect(vested).toBeGreaterThanOrEqual(before);
      before = vested;
    }
    const end = released(granted, timing, FOREVER, rounding);
    expect(sumOf(end.payments) + sumOf(end.lapses)).toBe(granted);
  }));
});

test('[F2] of what is held, released + forfeited + remaining = held, and never more than that is released', () => {
  const holding = fc.record({ kind: fc.constant('event' as const), event: fc.option(fc.record({ day, met: fc.boolean() })), notBefore: day, end: fc.option(day), otherwise: fc.oneof(otherwise, fc.constant('hold' as const)) });
  fc.assert(fc.property(amount, holding, units, day, (held, timing, rounding, asOf) => {
    const { payments, lapses } = released(held, timing, asOf, rounding), remaining = held - sumOf(payments) - sumOf(lapses);
    for (const part of [sumOf(payments), sumOf(lapses), remaining]) { expect(part).toBeGreaterThanOrEqual(0n); expect(part).toBeLessThanOrEqual(held); }
  }));
});

test('parts of an earning add up to it', () => {
  expect(partAmounts(1399n, [ratio(4n, 5n), ratio(1n, 5n)], 1n)).toEqual([1119n, 280n]);
  expect(partAmounts(-1399n, [ONE], 1n)).toEqual([-1399n]);
});
