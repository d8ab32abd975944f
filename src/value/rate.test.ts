import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  ONE, ZERO, abs, add, compare, divide, divideRounded, equal, formatRatio, max, min, multiply, negate, parseRatio, ratio, roundTo, subtract,
} from './rate.ts';
import type { Ratio, RoundingMode } from './rate.ts';

const MODES: readonly RoundingMode[] = ['half_up', 'half_even', 'half_away', 'up', 'down', 'floor'];
const anyInteger = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const positive = fc.bigInt({ min: 1n, max: 10n ** 20n });
const anyRatio = fc.tuple(anyInteger, positive).map(([n, d]) => ratio(n, d));
const anyMode = fc.constantFrom(...MODES);

describe('ratio', () => {
  test('is reduced with a positive denominator, so that equal numbers have equal parts', () => {
    expect(ratio(6n, 4n)).toEqual({ n: 3n, d: 2n });
    expect(ratio(6n, -4n)).toEqual({ n: -3n, d: 2n });
    expect(ratio(-6n, -4n)).toEqual({ n: 3n, d: 2n });
    expect(ratio(0n, -7n)).toEqual(ZERO);
    expect(ratio(5n)).toEqual({ n: 5n, d: 1n });
    expect(() => ratio(1n, 0n)).toThrow('denominator 0');
    expect(() => divide(ONE, ZERO)).toThrow('division by zero');
  });

  test('0.1 + 0.2 is 0.3, and a third three times is one', () => {
    expect(add(ratio(1n, 10n), ratio(2n, 10n))).toEqual(ratio(3n, 10n));
    const third = ratio(1n, 3n);
    expect(add(add(third, third), third)).toEqual(ONE);
  });

  test('[C19] arithmetic keeps the laws of the rational numbers, whatever the size', () => {
    fc.assert(fc.property(anyRatio, anyRatio, anyRatio, (a, b, c) => {
      expect(add(a, b)).toEqual(add(b, a));
      expect(multiply(a, add(b, c))).toEqual(add(multiply(a, b), multiply(a, c)));
      expect(subtract(add(a, b), b)).toEqual(a);
      if (b.n !== 0n) expect(multiply(divide(a, b), b)).toEqual(a);
      expect(add(a, negate(a))).toEqual(ZERO);
      expect(compare(abs(a), ZERO)).not.toBe(-1);
      expect(compare(a, b)).toBe(compare(subtract(a, b), ZERO));
      expect(equal(a, b)).toBe(compare(a, b) === 0);
      expect(compare(min(a, b), max(a, b))).not.toBe(1);
      expect(add(min(a, b), max(a, b))).toEqual(add(a, b));
    }));
  });
});

describe('rounding', () => {
  // quarters from -10/4 to 10/4, by hand
  const quarters = [-10n, -7n, -6n, -5n, -2n, -1n, 0n, 1n, 2n, 5n, 6n, 7n, 10n];
  const expected: Readonly<Record<RoundingMode, readonly bigint[]>> = {
    half_up: [-2n, -2n, -1n, -1n, 0n, 0n, 0n, 0n, 1n, 1n, 2n, 2n, 3n],
    half_even: [-2n, -2n, -2n, -1n, 0n, 0n, 0n, 0n, 0n, 1n, 2n, 2n, 2n],
    half_away: [-3n, -2n, -2n, -1n, -1n, 0n, 0n, 0n, 1n, 1n, 2n, 2n, 3n],
    up: [-3n, -2n, -2n, -2n, -1n, -1n, 0n, 1n, 1n, 2n, 2n, 2n, 3n],
    down: [-2n, -1n, -1n, -1n, 0n, 0n, 0n, 0n, 0n, 1n, 1n, 1n, 2n],
    floor: [-3n, -2n, -2n, -2n, -1n, -1n, 0n, 0n, 0n, 1n, 1n, 1n, 2n],
  };

  test.each(MODES)('%s is right for both signs, at ties and beside them', (mode) => {
    expect(quarters.map((n) => divideRounded(n, 4n, mode))).toEqual(expected[mode]);
    expect(quarters.map((n) => divideRounded(-n, -4n, mode))).toEqual(expected[mode]);
  });

  test('a divisor of 0 is refused', () => {
    expect(() => divideRounded(1n, 0n, 'floor')).toThrow('divisor 0');
  });

  test('each mode gives a neighbour of the exact number, on the side that it names', () => {
    fc.assert(fc.property(anyInteger, positive, fc.boolean(), anyMode, (n, size, flip, mode) => {
      const d = flip ? -size : size;
      const exact = ratio(n, d);
      const got = divideRounded(n, d, mode);
      const off = subtract(ratio(got), exact);
      expect(compare(abs(off), ONE)).toBe(-1);
      if (exact.d === 1n) expect(got).toBe(exact.n);
      else if (mode === 'floor') expect(compare(off, ZERO)).toBe(-1);
      else if (mode === 'up') expect(compare(abs(ratio(got)), abs(exact))).toBe(1);
      else if (mode === 'down') expect(compare(abs(ratio(got)), abs(exact))).toBe(-1);
      else expect(compare(abs(off), ratio(1n, 2n))).not.toBe(1);
    }));
  });

  test('ties differ only where the modes say so', () => {
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), (k) => {
      const n = 2n * k + 1n; // k + 1/2
      expect(divideRounded(n, 2n, 'half_up')).toBe(k + 1n);
      expect(divideRounded(n, 2n, 'half_away')).toBe(n > 0n ? k + 1n : k);
      expect(divideRounded(n, 2n, 'half_even') % 2n).toBe(0n);
    }));
  });

  test('every mode but half_up and floor treats a credit and its reversal alike', () => {
    fc.assert(fc.property(anyInteger, positive, fc.constantFrom<RoundingMode>('half_even', 'half_away', 'up', 'down'), (n, d, mode) => {
      expect(divideRounded(-n, d, mode)).toBe(-divideRounded(n, d, mode));
    }));
  });

  test('roundTo goes to multiples of any unit, and stays where it has been', () => {
    expect(roundTo(ratio(1005n, 1000n), ratio(1n, 100n), 'half_away')).toEqual(ratio(101n, 100n));
    expect(roundTo(ratio(-1005n, 1000n), ratio(1n, 100n), 'half_up')).toEqual(ratio(-1n));
    expect(roundTo(ratio(13n), ratio(5n), 'half_away')).toEqual(ratio(15n));
    expect(roundTo(ratio(1n, 3n), ratio(1n, 20n), 'down')).toEqual(ratio(3n, 10n));
    expect(() => roundTo(ONE, ZERO, 'up')).toThrow('above zero');
    fc.assert(fc.property(anyRatio, fc.tuple(positive, positive), anyMode, (x, [n, d], mode) => {
      const unit = ratio(n, d);
      const once = roundTo(x, unit, mode);
      expect(divide(once, unit).d).toBe(1n);
      expect(roundTo(once, unit, mode)).toEqual(once);
    }));
  });
});

describe('decimal text', () => {
  test('reads plain decimals exactly', () => {
    const cases: readonly (readonly [string, Ratio])[] = [
      ['0', ZERO], ['-0', ZERO], ['-0.00', ZERO], ['12', ratio(12n)], ['1.005', ratio(201n, 200n)], ['-0.1', ratio(-1n, 10n)],
      ['007.50', ratio(15n, 2n)], ['0.1000000000000000055511151231257827', ratio(1000000000000000055511151231257827n, 10n ** 34n)],
    ];
    for (const [text, value] of cases) expect(parseRatio(text), text).toEqual(value);
  });

  test('reads nothing that is not a plain decimal', () => {
    const refused = [
      '', ' ', ' 1', '1 ', '+1', '--1', '1-', '(1)', '.5', '5.', '1,5', '1,000.0', '1_000', '1e3', '1E3', '0x10', '0b1', '5%', '1x', '$1',
      'NaN', 'Infinity', '-Infinity', 'null', '−1', '١٢٣', '１', '1\n', '1\u00a0', '1.2.3', '1n', '9'.repeat(101),
    ];
    for (const text of refused) expect(parseRatio(text), JSON.stringify(text)).toBeUndefined();
  });

  test('writes finite decimals in full and never rounds them', () => {
    expect(formatRatio(ratio(1n, 8n))).toBe('0.125');
    expect(formatRatio(ratio(1n, 8n), 2)).toBe('0.125');
    expect(formatRatio(ratio(-5n, 2n))).toBe('-2.5');
    expect(formatRatio(ratio(-1n, 10n ** 9n))).toBe('-0.000000001');
    expect(formatRatio(ratio(100n))).toBe('100');
    expect(formatRatio(ZERO)).toBe('0');
    expect(formatRatio(ratio(1n, 3_125n))).toBe('0.00032');
  });

  test('says "about" where no decimal is exact, half away from zero', () => {
    expect(formatRatio(ratio(1n, 3n))).toBe('about 0.333333');
    expect(formatRatio(ratio(-2n, 3n))).toBe('about -0.666667');
    expect(formatRatio(ratio(2n, 3n), 0)).toBe('about 1');
    expect(formatRatio(ratio(200n, 3n), 2)).toBe('about 66.67');
    expect(formatRatio(ratio(-1n, 3n * 10n ** 9n))).toBe('about 0.000000');
  });

  test('[A10] parse(format(x)) = x for every decimal', () => {
    fc.assert(fc.property(anyInteger, fc.integer({ min: 0, max: 30 }), (n, places) => {
      const x = ratio(n, 10n ** BigInt(places));
      expect(parseRatio(formatRatio(x))).toEqual(x);
    }));
  });

  test('[C19] any text at all gives a number or undefined, and never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[-+0-9.,eE_ ]{0,20}$/)), (text) => {
      const got = parseRatio(text);
      if (got !== undefined) expect(text).toMatch(/^-?[0-9]+(\.[0-9]+)?$/);
    }));
  });
});
