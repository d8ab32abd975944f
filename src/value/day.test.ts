import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { addMonths, dayOf, daysInMonth, effectiveAt, formatDay, isDate, monthsBetween, overlapDays, parseDay, partsOf, weekdayOf } from './day.ts';
import type { Day } from './day.ts';
import { ZERO, add, ratio } from './rate.ts';

const FIRST = dayOf(1, 1, 1);
const LAST = dayOf(9999, 12, 31);
const anyDay = fc.integer({ min: FIRST, max: LAST });
const recentDay = fc.integer({ min: dayOf(1999, 1, 1), max: dayOf(2051, 1, 1) });

function day(text: string): Day {
  const got = parseDay(text);
  if (got === undefined) throw new Error(`${text} is no date`);
  return got;
}

describe('dates', () => {
  test('count from 1970-01-01', () => {
    expect([day('1970-01-01'), day('1970-01-02'), day('1969-12-31'), day('2000-02-29'), day('2038-01-19')]).toEqual([0, 1, -1, 11_016, 24_855]);
    expect(partsOf(day('2024-02-29'))).toEqual({ year: 2024, month: 2, date: 29 });
    expect([FIRST, LAST].map(formatDay)).toEqual(['0001-01-01', '9999-12-31']);
  });

  test('[E3] each date follows the one before through a whole cycle of 400 years', () => {
    let expected = dayOf(1800, 1, 1);
    for (let year = 1800; year < 2200; year++) {
      for (let month = 1; month <= 12; month++) {
        for (let date = 1; date <= daysInMonth(year, month); date++) {
          if (dayOf(year, month, date) !== expected) expect.fail(`${year}-${month}-${date}`);
          const parts = partsOf(expected);
          if (parts.year !== year || parts.month !== month || parts.date !== date) expect.fail(`day ${expected}`);
          expected++;
        }
      }
    }
    expect(expected - dayOf(1800, 1, 1)).toBe(146_097);
  });

  test('agree with the calendar of the runtime', () => {
    fc.assert(fc.property(anyDay, (d) => {
      const other = Temporal.PlainDate.from('1970-01-01').add({ days: d });
      expect(partsOf(d)).toEqual({ year: other.year, month: other.month, date: other.day });
      expect(weekdayOf(d)).toBe(other.dayOfWeek);
      expect(formatDay(d)).toBe(other.toString());
    }));
  });

  test('[A10] parse(format(x)) = x', () => {
    fc.assert(fc.property(anyDay, (d) => {
      expect(parseDay(formatDay(d))).toBe(d);
    }));
  });

  test('that the calendar does not have, or that are written otherwise, are refused', () => {
    const refused = [
      '2025-02-29', '2025-02-30', '1900-02-29', '2100-02-29', '2025-04-31', '2025-13-01', '2025-00-10', '2025-01-00', '2025-01-32', '0000-01-01',
      '2025-1-01', '2025-01-1', '25-01-01', '2025/01/01', '01-02-2025', '2025-01-01T00:00', ' 2025-01-01', '2025-01-01 ', '2025-01-0 ', '20250101', '',
      '-025-01-01', '+025-01-01', '２025-01-01', '٢٠٢٥-٠١-٠١', '2025−01−01', '12025-01-01', '2025-0x-01', '2e25-01-01', '2025-01-\u0000\u0000',
    ];
    for (const text of refused) expect(parseDay(text), JSON.stringify(text)).toBeUndefined();
    expect(parseDay('2000-02-29')).toBeDefined();
    expect(isDate(2023, 2, 29)).toBe(false);
    expect(isDate(2024, 1.5, 1)).toBe(false);
    expect(() => dayOf(2025, 2, 29)).toThrow('2025-2-29');
    expect(() => partsOf(0.5)).toThrow('whole number');
    expect(() => partsOf(Number.NaN)).toThrow('whole number');
  });

  test('beyond the years that a file can hold are written in a form that is not read back as another date', () => {
    expect(formatDay(LAST + 1)).toBe('+10000-01-01');
    expect(formatDay(FIRST - 1)).toBe('+0000-12-31');
    expect(formatDay(dayOf(-5, 3, 1))).toBe('-0005-03-01');
  });
});

describe('months', () => {
  test('addMonths goes to the last day where the month is shorter', () => {
    const cases: readonly (readonly [string, number, string])[] = [
      ['2023-01-31', 1, '2023-02-28'], ['2024-01-31', 1, '2024-02-29'], ['2024-02-29', 12, '2025-02-28'], ['2024-02-29', 48, '2028-02-29'],
      ['2024-03-31', -1, '2024-02-29'], ['2024-01-15', -1, '2023-12-15'], ['2024-12-01', 1, '2025-01-01'], ['2024-05-31', 0, '2024-05-31'], ['2024-01-01', -24, '2022-01-01'],
    ];
    for (const [from, n, to] of cases) expect(formatDay(addMonths(day(from), n)), `${from} + ${n}`).toBe(to);
  });

  test('monthsBetween counts a month once its date is reached', () => {
    const cases: readonly (readonly [string, string, number])[] = [
      ['2024-01-15', '2024-02-14', 0], ['2024-01-15', '2024-02-15', 1], ['2024-01-31', '2024-02-29', 0], ['2024-01-31', '2024-03-31', 2],
      ['2023-12-31', '2024-01-01', 0], ['2023-01-01', '2024-01-01', 12], ['2024-02-15', '2024-01-15', -1], ['2024-02-15', '2024-01-20', -1], ['2024-02-15', '2024-01-10', -2],
    ];
    for (const [a, b, n] of cases) expect(monthsBetween(day(a), day(b)), `${a} to ${b}`).toBe(n);
  });

  test('addMonths and monthsBetween agree with the runtime and with each other', () => {
    fc.assert(fc.property(recentDay, fc.integer({ min: -600, max: 600 }), (d, n) => {
      const other = Temporal.PlainDate.from(formatDay(d)).add({ months: n });
      expect(formatDay(addMonths(d, n))).toBe(other.toString());
      if (partsOf(d).date <= 28) expect(monthsBetween(d, addMonths(d, n))).toBe(n);
    }));
  });
});

describe('dated rows', () => {
  const rows = [{ from: null, id: 'a' }, { from: 10, id: 'b' }, { from: 20, id: 'c' }, { from: 20, id: 'd' }];

  test('the last row begun by the day counts; of two that begin together the later one', () => {
    expect([-1e6, 9, 10, 19, 20, 99].map((d) => effectiveAt(rows, d)?.id)).toEqual(['a', 'a', 'b', 'b', 'd', 'd']);
    expect(effectiveAt(rows.slice(1), 9)).toBeUndefined();
    expect(effectiveAt([], 9)).toBeUndefined();
  });

  test('the answer is that of looking through all rows', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -20, max: 20 })), fc.boolean(), fc.integer({ min: -25, max: 25 }), (starts, open, d) => {
      const dated: { from: Day | null }[] = starts.sort((a, b) => a - b).map((from) => ({ from }));
      if (open) dated.unshift({ from: null });
      expect(effectiveAt(dated, d)).toBe(dated.findLast((row) => row.from === null || row.from <= d));
    }));
  });
});

describe('overlap', () => {
  test('is counted in days of half-open spans', () => {
    expect(overlapDays({ from: 0, to: 10 }, { from: 5, to: 15 })).toBe(5);
    expect(overlapDays({ from: 0, to: 10 }, { from: 10, to: 15 })).toBe(0);
    expect(overlapDays({ from: 0, to: 10 }, { from: 12, to: 15 })).toBe(0);
    expect(overlapDays({ from: 0, to: 10 }, { from: 3, to: 4 })).toBe(1);
    expect(overlapDays({ from: 5, to: 5 }, { from: 0, to: 10 })).toBe(0);
  });

  test('[C16] shares of days of assignments without a gap sum to exactly 1', () => {
    fc.assert(fc.property(recentDay, fc.integer({ min: 1, max: 800 }), fc.array(fc.integer({ min: 0, max: 799 }), { maxLength: 8 }), (from, length, cuts) => {
      const period = { from, to: from + length };
      // The first assignment began before the period and the last one ends after it.
      const edges = [from - 40, ...cuts.map((c) => from + (c % length)).sort((a, b) => a - b), period.to + 40];
      const shares = edges.slice(1).map((to, i) => ratio(BigInt(overlapDays({ from: edges[i] ?? to, to }, period)), BigInt(length)));
      expect(shares.reduce(add, ZERO)).toEqual(ratio(1n));
    }));
  });
});
