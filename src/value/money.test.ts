import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { MINOR_DIGITS, WITHDRAWN } from './currency.ts';
import {
  MAX_MINOR, addMoney, allocate, compareMoney, formatAmount, formatMoney, minorDigits, parseMoney, plainAmount, toMinor,
} from './money.ts';
import type { MoneyProblem } from './money.ts';
import { ratio } from './rate.ts';

function minorOf(text: string, currency = 'USD', decimal?: '.' | ','): bigint {
  const got = parseMoney(text, currency, decimal);
  if ('problem' in got) throw new Error(got.problem.message);
  expect(got.money.currency).toBe(currency);
  return got.money.minor;
}

function problemOf(text: string, currency = 'USD', decimal?: '.' | ','): MoneyProblem {
  const got = parseMoney(text, currency, decimal);
  if ('money' in got) throw new Error(`${JSON.stringify(text)} was read as ${got.money.minor}`);
  return got.problem;
}

const anyCurrency = fc.constantFrom(...MINOR_DIGITS.keys());
const anyMinor = fc.bigInt({ min: -MAX_MINOR, max: MAX_MINOR });

describe('currencies', () => {
  test('have the digits of ISO 4217', () => {
    const digits = (codes: string) => codes.split(' ').map(minorDigits);
    expect(new Set(digits('JPY KRW CLP ISK VND UYI XAF XOF XPF'))).toEqual(new Set([0]));
    expect(new Set(digits('USD EUR GBP CHF INR MGA MRU XCG ZWG SLE'))).toEqual(new Set([2]));
    expect(new Set(digits('KWD BHD JOD OMR TND IQD LYD'))).toEqual(new Set([3]));
    expect(new Set(digits('UYW CLF'))).toEqual(new Set([4]));
    expect(MINOR_DIGITS.size).toBe(165);
    for (const code of MINOR_DIGITS.keys()) expect(code).toMatch(/^[A-Z]{3}$/);
  });

  test('that are withdrawn, unknown or misspelt have none, and the message names the way out', () => {
    for (const code of ['HRK', 'usd', ' USD', 'XAU', 'XTS', '', 'constructor', '__proto__']) expect(minorDigits(code), code).toBeUndefined();
    expect(problemOf('1', 'HRK')).toMatchObject({ kind: 'unknown_currency', message: expect.stringContaining('withdrawn'), hint: expect.stringContaining('EUR') });
    expect(problemOf('1', 'usd')).toMatchObject({ kind: 'unknown_currency', hint: expect.stringContaining('Write USD') });
    expect(problemOf('1', 'QQQ').kind).toBe('unknown_currency');
    for (const [old, successor] of WITHDRAWN) {
      expect(minorDigits(old)).toBeUndefined();
      expect(minorDigits(successor)).toBeDefined();
    }
  });
});

describe('parseMoney', () => {
  test('reads plain amounts exactly', () => {
    const cases: readonly (readonly [string, string, bigint])[] = [
      ['0', 'USD', 0n], ['-0.00', 'USD', 0n], ['1', 'USD', 100n], ['1.5', 'USD', 150n], ['-1234.56', 'USD', -123456n], ['0.07', 'USD', 7n],
      ['007.50', 'USD', 750n], [' 12.30\t', 'USD', 1230n], ['1.29', 'USD', 129n], ['1500', 'JPY', 1500n], ['1.234', 'KWD', 1234n], ['1.5', 'KWD', 1500n],
      ['0.0001', 'CLF', 1n], ['9007199254740.93', 'USD', 900719925474093n],
    ];
    for (const [text, currency, minor] of cases) expect(minorOf(text, currency), text).toBe(minor);
    expect(minorOf('1234,56', 'EUR', ',')).toBe(123456n);
    expect(minorOf('-0,5', 'EUR', ',')).toBe(-50n);
  });

  test('1.005 USD is a problem and never 1.01', () => {
    expect(problemOf('1.005')).toMatchObject({ kind: 'too_many_decimals', message: '"1.005" has 3 digits after the decimal mark; USD has at most 2.' });
    expect(problemOf('10.5', 'JPY')).toMatchObject({ kind: 'too_many_decimals', message: '"10.5" has 1 digit after the decimal mark; JPY has none.' });
    expect(problemOf('1.2345', 'KWD').kind).toBe('too_many_decimals');
    expect(problemOf('0.00001', 'CLF').kind).toBe('too_many_decimals');
  });

  test('zeros beyond the digits of the currency change nothing, except where they may be a thousand', () => {
    expect(minorOf('12.3400')).toBe(1234n);
    expect(minorOf('100.00', 'JPY')).toBe(100n);
    expect(minorOf('0.000')).toBe(0n);
    expect(minorOf('1234.000')).toBe(123400n);
    expect(problemOf('12.000').kind).toBe('number_format');
    expect(problemOf('-1.000', 'JPY').kind).toBe('number_format');
    expect(problemOf('1,000', 'EUR', ',').kind).toBe('number_format');
    expect(minorOf('12.000', 'KWD')).toBe(12000n);
  });

  test.each([
    ['1,234.56', '.', '1234.56', '1.23456'],
    ['1.234,56', '.', '1.23456', '1234.56'],
    ['1.234,56', ',', '1.23456', '1234.56'],
    ['1,234', '.', '1234', '1.234'],
    ['12,50', '.', '1250', '12.50'],
    ['12.50', ',', '12.50', '1250'],
    ['-1 234,56', '.', '-123456', '-1234.56'],
    ['1,234,567.00', '.', '1234567.00', 'no number'],
  ] as const)('%s with decimal mark "%s" shows both readings', (text, decimal, asPoint, asComma) => {
    const problem = problemOf(text, 'EUR', decimal);
    expect(problem.kind).toBe('number_format');
    expect(problem.message).toContain(`it is ${asPoint} if "."`);
    expect(problem.message).toContain(`${asComma} if ","`);
    expect(problem.hint).toContain('nothing between thousands');
    // no declaration makes marks between thousands readable, so none is advised
    const other = decimal === '.' ? ',' : '.', declared = parseMoney(text.replaceAll(' ', ''), 'EUR', other);
    expect(problem.hint.includes(`format: { decimal: "${other}" }`)).toBe('money' in declared || declared.problem.kind === 'too_many_decimals');
  });

  test.each([
    ['(100.00)', 'brackets', '-100.00'], ['100-', 'minus at the end', '-100.00'], ['−100', 'dash', '-100.00'], ['–100', 'dash', '-100.00'],
    ['$100', 'currency sign', 'number alone'], ['100€', 'currency sign', 'number alone'], ['-$5', 'currency sign', 'number alone'],
    ['100 EUR', 'currency code', 'number alone'], ['EUR100', 'currency code', 'number alone'],
    ['1e3', 'scientific', '1000'], ['1.5E-3', 'scientific', 'plain digits'], ['0x10', 'not a decimal', 'decimal digits'],
    ['1_000', 'underscores', '1000'], ['NaN', 'failed calculation', 'Correct'], ['Infinity', 'failed calculation', 'Correct'], ['-inf', 'failed calculation', 'Correct'],
    ['#REF!', 'spreadsheet', 'formula'], ['٣٢١', 'another script', '0 to 9'], ['１２', 'another script', '0 to 9'], ['5%', 'percentage', 'currency'],
    ['+5', 'plus', 'without the plus'], ['.5', 'nothing before', '0.50'], ['5.', 'ends with a decimal mark', 'without the mark'], ['- 5', 'space after its minus', '-100.00'],
    ["1'000", 'apostrophes', 'alone'], ['1 000', 'spaces', 'alone'], ['12\u00a0', '\\u00a0', 'alone'], ['1\n', '\\u000a', 'line break'],
    ['--5', 'not a plain number', 'minus in front'], ['N/A', 'not a plain number', 'digits'], ['-', 'not a plain number', 'digits'], ['\u0000', '\\u0000', 'digits'],
    ['1\u202e2', '\\u202e', 'digits'],
  ])('%j is refused, says why and what to do', (text, why, what) => {
    const problem = problemOf(text);
    expect(problem.kind).toBe('not_a_plain_number');
    expect(problem.message).toContain(why);
    expect(problem.hint).toContain(what);
    expect(problem.message).not.toMatch(/[\u0000-\u001f\u00a0\u202e]/);
  });

  test('a blank is never 0', () => {
    for (const text of ['', ' ', '\t', '\u00a0', '\n']) expect(problemOf(text).kind, JSON.stringify(text)).toBe('blank');
  });

  test('the largest amount passes, one unit more does not', () => {
    expect(minorOf('10000000000000.00')).toBe(MAX_MINOR);
    expect(minorOf('-10000000000000')).toBe(-MAX_MINOR);
    expect(problemOf('10000000000000.01')).toMatchObject({ kind: 'too_large', message: expect.stringContaining('10,000,000,000,000.00') });
    expect(problemOf('-1000000000000001', 'JPY').kind).toBe('too_large');
    expect(minorOf('0'.repeat(50) + '1')).toBe(100n);
  });

  test('a cell of a megabyte is answered at once and quoted short', () => {
    const digits = '9'.repeat(1_000_000);
    const cells = [digits, `${digits}x`, ' '.repeat(1_000_000) + 'x', `1${' '.repeat(1_000_000)}x`, `0.${digits}`, '1,'.repeat(500_000), 'x'.repeat(1_000_000)];
    const start = performance.now();
    for (const cell of cells) expect(problemOf(cell).message.length).toBeLessThan(250);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('[C19] any text gives either the exact amount or a problem with message and hint', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[-+(]?[0-9.,'_ eE]{0,20}[-)%]?$/));
    fc.assert(fc.property(text, anyCurrency, fc.constantFrom('.' as const, ',' as const), (cell, currency, decimal) => {
      const got = parseMoney(cell, currency, decimal);
      if ('problem' in got) {
        expect(got.problem.message).toMatch(/\.$/);
        expect(got.problem.hint).not.toBe('');
        return;
      }
      // Zeros aside, the digits that came in are the digits that came out.
      const inDigits = cell.replace(/[^0-9-]/g, '').replace(/^-?0*$/, '0').replace(/^(-?)0+/, '$1');
      const padded = got.money.minor.toString();
      expect(padded.replace(/0+$/, '')).toBe((inDigits === '' ? '0' : inDigits).replace(/0+$/, ''));
    }), { numRuns: 500 });
  });
});

describe('format', () => {
  test('groups by comma, sign first, digits as the currency has them', () => {
    expect(formatMoney({ minor: 123456750n, currency: 'USD' })).toBe('1,234,567.50 USD');
    expect(formatMoney({ minor: -123450n, currency: 'USD' })).toBe('-1,234.50 USD');
    expect(formatMoney({ minor: -5n, currency: 'USD' })).toBe('-0.05 USD');
    expect(formatMoney({ minor: 0n, currency: 'JPY' })).toBe('0 JPY');
    expect(formatAmount(-100000n, 'JPY')).toBe('-100,000');
    expect(formatAmount(999n, 'JPY')).toBe('999');
    expect(formatAmount(1234567n, 'KWD')).toBe('1,234.567');
    expect(plainAmount(123450n, 'USD')).toBe('1234.50');
    expect(plainAmount(-1n, 'CLF')).toBe('-0.0001');
    expect(() => plainAmount(1n, 'HRK')).toThrow('HRK');
  });

  test('[A10] parse(format(x)) = x in every currency and with both decimal marks', () => {
    fc.assert(fc.property(anyMinor, anyCurrency, (minor, currency) => {
      const plain = plainAmount(minor, currency);
      expect(minorOf(plain, currency)).toBe(minor);
      expect(formatAmount(minor, currency).replaceAll(',', '')).toBe(plain);
      expect(minorOf(plain.replace('.', ','), currency, ',')).toBe(minor);
    }));
  });

  test('toMinor is exact and leaves rounding to the caller', () => {
    expect(toMinor(ratio(12345n, 1000n), 'USD')).toEqual(ratio(2469n, 2n));
    expect(toMinor(ratio(1n, 3n), 'JPY')).toEqual(ratio(1n, 3n));
    expect(toMinor(ratio(3n, 2n), 'KWD')).toEqual(ratio(1500n));
  });
});

describe('add and compare', () => {
  test('stay within one currency', () => {
    const usd = (minor: bigint) => ({ minor, currency: 'USD' });
    expect(addMoney(usd(10n), usd(-25n))).toEqual(usd(-15n));
    expect([compareMoney(usd(1n), usd(2n)), compareMoney(usd(2n), usd(2n)), compareMoney(usd(3n), usd(2n))]).toEqual([-1, 0, 1]);
    expect(() => addMoney(usd(1n), { minor: 1n, currency: 'EUR' })).toThrow('USD and EUR');
    expect(() => compareMoney(usd(1n), { minor: 1n, currency: 'EUR' })).toThrow('USD and EUR');
  });
});

describe('allocate', () => {
  test('gives units left over to the largest remainders, ties in order', () => {
    expect(allocate(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(allocate(-100n, [1n, 1n, 1n])).toEqual([-34n, -33n, -33n]);
    expect(allocate(10n, [1n, 5n, 4n])).toEqual([1n, 5n, 4n]);
    expect(allocate(5n, [30n, 45n, 25n])).toEqual([2n, 2n, 1n]);
    expect(allocate(1n, [0n, 1n, 1n])).toEqual([0n, 1n, 0n]);
    expect(allocate(0n, [2n, 3n])).toEqual([0n, 0n]);
    expect(allocate(7n, [1n])).toEqual([7n]);
    expect(() => allocate(1n, [])).toThrow('above 0');
    expect(() => allocate(0n, [0n, 0n])).toThrow('above 0');
    expect(() => allocate(1n, [3n, -1n])).toThrow('not negative');
  });

  test('[B1] parts sum to the whole, each within one unit of its exact share, and nothing for a weight of 0', () => {
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 30 }).filter((w) => w.some((x) => x > 0n));
    fc.assert(fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), weights, (total, w) => {
      const parts = allocate(total, w);
      const sum = w.reduce((s, x) => s + x, 0n);
      expect(parts).toHaveLength(w.length);
      expect(parts.reduce((s, x) => s + x, 0n)).toBe(total);
      parts.forEach((part, i) => {
        const off = part * sum - total * (w[i] ?? 0n);
        expect(off < sum && off > -sum).toBe(true);
        if (w[i] === 0n) expect(part).toBe(0n);
      });
      expect(allocate(-total, w)).toEqual(parts.map((part) => -part));
    }));
  });
});
