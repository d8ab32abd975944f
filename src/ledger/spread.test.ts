import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ratio } from '../value/rate.ts';
import { inEqualParts, roundMinor, spread, wholeWeights } from './spread.ts';

test('largest remainder, ties in order', () => {
  expect(inEqualParts(10000n, 3)).toEqual([3334n, 3333n, 3333n]);
  expect(spread(-10000n, [1n, 1n, 1n])).toEqual([-3334n, -3333n, -3333n]);
  expect(spread(1564500n, wholeWeights([ratio(3n, 4n), ratio(1n, 4n)]), 100n)).toEqual([1173400n, 391100n]);
});

test('what is finer than the unit stays in the last part, and no part turns its sign', () => {
  expect(spread(50n, [1n, 1n], 100n)).toEqual([0n, 50n]);
  expect(spread(1564550n, [3n, 1n], 100n)).toEqual([1173400n, 391150n]);
});

test('lines with returns share a part in proportion', () => {
  expect(spread(60n, [100n, -40n])).toEqual([100n, -40n]);
  expect(spread(30n, [100n, -40n])).toEqual([50n, -20n]);
  expect(spread(0n, [100n, -100n])).toEqual([0n, 0n]);
});

test('the parts add up to the whole, each is within a unit of its share', () => {
  const units = fc.constantFrom(1n, 5n, 100n);
  fc.assert(fc.property(fc.bigInt(-(10n ** 14n), 10n ** 14n), fc.array(fc.bigInt(0n, 10n ** 9n), { minLength: 1, maxLength: 12 }).filter((w) => w.some((x) => x > 0n)), units, (total, weights, unit) => {
    const parts = spread(total, weights, unit), sum = weights.reduce((s, w) => s + w, 0n);
    expect(parts.reduce((s, p) => s + p, 0n)).toBe(total);
    for (const [i, part] of parts.entries()) {
      expect(part * (total < 0n ? -1n : 1n)).toBeGreaterThanOrEqual(0n);
      const off = part * sum - total * (weights[i] ?? 0n), bound = 2n * unit * sum;
      expect(off < bound && off > -bound).toBe(true);
    }
  }));
});

test('amounts are rounded to the unit by name', () => {
  expect(roundMinor(ratio(267857n, 1n), { unit: 100n, mode: 'half_away' })).toBe(267900n);
  expect(roundMinor(ratio(5n, 2n), { unit: 1n, mode: 'half_away' })).toBe(3n);
  expect(roundMinor(ratio(299n), { unit: 100n, mode: 'down' })).toBe(200n);
});
