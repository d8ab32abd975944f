import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import {
  dayOf, formatDay, halfMonthsOf, hasGrain, isWholeMonths, monthsOf, overlapDays, parseCalendar, parseDay, periodAt, periodFromLabel, periodsIn, windowAt,
} from './period.ts';
import type { Calendar, Day, Grain, Period } from './period.ts';
import { ZERO, add, ratio } from './rate.ts';

const GRAINS: readonly Grain[] = ['week', 'half month', 'month', 'quarter', 'half', 'year'];
const anyGrain = fc.constantFrom(...GRAINS);
const anyCalendar: fc.Arbitrary<Calendar> = fc.oneof(
  fc.record({ kind: fc.constant('months'), start: fc.integer({ min: 1, max: 12 }) }),
  fc.record({
    kind: fc.constantFrom('445', '454', '544'),
    ends: fc.constantFrom('last', 'nearest'),
    weekday: fc.constantFrom(1, 2, 3, 4, 5, 6, 7),
    month: fc.integer({ min: 1, max: 12 }),
  }),
);
const calendarAndGrain = fc.tuple(anyCalendar, anyGrain).filter(([c, grain]) => hasGrain(c, grain));
const anyDay = fc.integer({ min: dayOf(1950, 1, 1), max: dayOf(2100, 1, 1) });

function day(text: string): Day {
  const got = parseDay(text);
  if (got === undefined) throw new Error(`${text} is no date`);
  return got;
}

function calendar(text: string): Calendar {
  const got = parseCalendar(text);
  if (got === undefined) throw new Error(`${text} is no calendar`);
  return got;
}

function shown(p: Period | undefined): string {
  return p === undefined ? 'none' : `${p.label} ${formatDay(p.from)} ${formatDay(p.to)}`;
}

const MONTHS = calendar('months');
const APRIL = calendar('months from April');
const RETAIL = calendar('4-5-4 ending Saturday nearest to January 31');

describe('periodAt', () => {
  test('cuts calendar years', () => {
    expect(GRAINS.map((grain) => shown(periodAt(MONTHS, grain, day('2017-03-31'))))).toEqual([
      '2017-W13 2017-03-27 2017-04-03', '2017-03-B 2017-03-16 2017-04-01', '2017-03 2017-03-01 2017-04-01', '2017-Q1 2017-01-01 2017-04-01', '2017-H1 2017-01-01 2017-07-01', '2017 2017-01-01 2018-01-01',
    ]);
    expect(shown(periodAt(MONTHS, 'month', day('2024-02-29')))).toBe('2024-02 2024-02-01 2024-03-01');
    expect(shown(periodAt(MONTHS, 'half', day('2017-07-01')))).toBe('2017-H2 2017-07-01 2018-01-01');
  });

  test('cuts fiscal years that start in April and are called after the year in which they end', () => {
    expect(GRAINS.map((grain) => shown(periodAt(APRIL, grain, day('2018-03-31'))))).toEqual([
      '2018-W13 2018-03-26 2018-04-02', '2018-03-B 2018-03-16 2018-04-01', '2018-03 2018-03-01 2018-04-01', 'FY2018-Q4 2018-01-01 2018-04-01', 'FY2018-H2 2017-10-01 2018-04-01', 'FY2018 2017-04-01 2018-04-01',
    ]);
    expect(periodAt(APRIL, 'quarter', day('2018-04-01')).label).toBe('FY2019-Q1');
    expect(shown(periodAt(calendar('months from December'), 'quarter', day('2017-12-01')))).toBe('FY2018-Q1 2017-12-01 2018-03-01');
    expect(shown(periodAt(calendar('months from February'), 'year', day('2018-01-31')))).toBe('FY2018 2017-02-01 2018-02-01');
  });

  test('gives the days around New Year to the ISO week of their Thursday', () => {
    const week = (text: string) => periodAt(MONTHS, 'week', day(text)).label;
    expect(['2016-01-03', '2016-01-04', '2018-12-31', '2021-01-03', '2020-12-31', '2027-01-03', '2017-02-15'].map(week))
      .toEqual(['2015-W53', '2016-W01', '2019-W01', '2020-W53', '2020-W53', '2026-W53', '2017-W07']);
    fc.assert(fc.property(anyDay, (d) => {
      const other = Temporal.PlainDate.from(formatDay(d));
      expect(periodAt(MONTHS, 'week', d).label).toBe(`${other.yearOfWeek}-W${String(other.weekOfYear).padStart(2, '0')}`);
    }));
  });

  test('cuts 4-5-4 years, and the 53rd week belongs to the last month', () => {
    // year of 53 weeks: 2017-01-29 to 2018-02-03
    const year = periodsIn(RETAIL, 'month', day('2017-01-29'), day('2018-02-04'));
    expect(year.map((p) => (p.to - p.from) / 7)).toEqual([4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5]);
    expect(shown(year[0])).toBe('FY2018-01 2017-01-29 2017-02-26');
    expect(shown(year[11])).toBe('FY2018-12 2017-12-31 2018-02-04');
    expect(GRAINS.filter((grain) => hasGrain(RETAIL, grain)).map((grain) => shown(periodAt(RETAIL, grain, day('2018-02-03'))))).toEqual([
      'FY2018-W53 2018-01-28 2018-02-04', 'FY2018-12 2017-12-31 2018-02-04', 'FY2018-Q4 2017-10-29 2018-02-04', 'FY2018-H2 2017-07-30 2018-02-04', 'FY2018 2017-01-29 2018-02-04',
    ]);
    expect(periodAt(RETAIL, 'week', day('2018-02-04')).label).toBe('FY2019-W01');
  });

  test.each([['4-4-5', [4, 4, 5]], ['4-5-4', [4, 5, 4]], ['5-4-4', [5, 4, 4]]] as const)('%s has its weeks in this order in each quarter', (pattern, weeks) => {
    const c = calendar(`${pattern} ending last Saturday of September`);
    const year = periodAt(c, 'year', day('2019-01-01'));
    expect(year.to - year.from).toBe(364);
    expect(periodsIn(c, 'month', year.from, year.to).map((p) => (p.to - p.from) / 7)).toEqual([...weeks, ...weeks, ...weeks, ...weeks]);
  });

  test('[E3] each date lies in exactly one period of each grain, and periods follow each other without gap or overlap', () => {
    fc.assert(fc.property(calendarAndGrain, anyDay, ([c, grain], d) => {
      const period = periodAt(c, grain, d);
      expect(period.from <= d && d < period.to).toBe(true);
      expect(periodAt(c, grain, period.from)).toEqual(period);
      expect(periodAt(c, grain, period.to - 1)).toEqual(period);
      const next = periodAt(c, grain, period.to);
      expect(next.from).toBe(period.to);
      expect(next.label).not.toBe(period.label);
      expect(periodAt(c, grain, period.from - 1).to).toBe(period.from);
    }), { numRuns: 500 });
  });

  test('[E3] smaller periods fill larger ones: 12 months, 4 quarters, 2 halves a year; weeks too where years are cut in weeks', () => {
    fc.assert(fc.property(anyCalendar, anyDay, (c, d) => {
      const year = periodAt(c, 'year', d);
      for (const [grain, count] of [['month', 12], ['quarter', 4], ['half', 2]] as const) {
        const parts = periodsIn(c, grain, year.from, year.to);
        expect(parts).toHaveLength(count);
        expect(parts[0]?.from).toBe(year.from);
        expect(parts.at(-1)?.to).toBe(year.to);
      }
      if (c.kind === 'months') expect(periodsIn(c, 'half month', year.from, year.to)).toHaveLength(24);
      else expect(periodsIn(c, 'week', year.from, year.to)).toHaveLength((year.to - year.from) / 7);
    }));
  });
});

describe('half months', () => {
  test('end on the 15th and with the month, of whatever length', () => {
    expect(periodsIn(MONTHS, 'half month', day('2024-02-01'), day('2024-03-16')).map(shown)).toEqual([
      '2024-02-A 2024-02-01 2024-02-16', '2024-02-B 2024-02-16 2024-03-01', '2024-03-A 2024-03-01 2024-03-16']);
    expect(shown(periodAt(APRIL, 'half month', day('2018-12-31')))).toBe('2018-12-B 2018-12-16 2019-01-01');
    expect(hasGrain(RETAIL, 'half month')).toBe(false);
    expect(() => periodAt(RETAIL, 'half month', day('2018-02-03'))).toThrow('calendar months only');
  });

  test('are counted of whole ones', () => {
    expect(halfMonthsOf(MONTHS, { from: day('2024-02-16'), to: day('2024-04-01') })).toBe(3);
    expect(halfMonthsOf(MONTHS, { from: day('2024-02-16'), to: day('2024-04-02') })).toBeUndefined();
    expect(halfMonthsOf(RETAIL, periodAt(RETAIL, 'month', day('2018-02-03')))).toBeUndefined();
    fc.assert(fc.property(anyDay, (d) => { expect(halfMonthsOf(MONTHS, periodAt(MONTHS, 'year', d))).toBe(24); }));
  });
});

describe('windowAt', () => {
  test('weeks belong to the month, quarter and year of their Thursday', () => {
    const window = (grain: Grain, text: string): string => { const w = windowAt(MONTHS, grain, periodAt(MONTHS, 'week', day(text))); return `${formatDay(w.from)} ${formatDay(w.to)}`; };
    // 2026 begins on a Thursday, so its first week begins on 29 December; it has 53 weeks
    expect(['2025-12-28', '2025-12-29', '2026-12-28', '2027-01-04'].map((d) => window('year', d))).toEqual(['2024-12-30 2025-12-29', '2025-12-29 2027-01-04', '2025-12-29 2027-01-04', '2027-01-04 2028-01-03']);
    expect(['2026-03-30', '2026-04-27'].map((d) => window('month', d))).toEqual(['2026-03-30 2026-05-04', '2026-03-30 2026-05-04']);
    expect(window('quarter', '2026-03-29')).toBe('2025-12-29 2026-03-30');
  });

  test('[E3] is made of whole periods, and windows follow each other without gap or overlap', () => {
    const order = (g: Grain): number => GRAINS.indexOf(g);
    fc.assert(fc.property(calendarAndGrain, anyGrain, anyDay, ([c, grain], of, d) => {
      fc.pre(order(of) >= order(grain) && hasGrain(c, of) && !(grain === 'week' && of === 'half month'));
      const period = periodAt(c, grain, d), window = windowAt(c, of, period);
      expect(window.from <= period.from && period.to <= window.to).toBe(true);
      const inside = periodsIn(c, grain, window.from, window.to);
      expect([inside[0]?.from, inside.at(-1)?.to]).toEqual([window.from, window.to]);
      for (const p of inside) expect(windowAt(c, of, p)).toMatchObject({ from: window.from, to: window.to });
      expect(windowAt(c, of, periodAt(c, grain, window.to)).from).toBe(window.to);
    }), { numRuns: 500 });
  });
});

describe('periodsIn', () => {
  test('gives whole periods that overlap the span, in order, and none for an empty span', () => {
    expect(periodsIn(MONTHS, 'quarter', day('2017-03-31'), day('2017-07-01')).map((p) => p.label)).toEqual(['2017-Q1', '2017-Q2']);
    expect(periodsIn(MONTHS, 'quarter', day('2017-03-31'), day('2017-07-02')).map((p) => p.label)).toEqual(['2017-Q1', '2017-Q2', '2017-Q3']);
    expect(periodsIn(MONTHS, 'month', day('2017-03-31'), day('2017-03-31'))).toEqual([]);
    expect(periodsIn(MONTHS, 'month', day('2017-03-31'), day('2017-01-01'))).toEqual([]);
  });

  test('[C16] shares of days of a span over its periods sum to exactly 1', () => {
    fc.assert(fc.property(calendarAndGrain, anyDay, fc.integer({ min: 1, max: 1500 }), ([c, grain], from, length) => {
      const span = { from, to: from + length };
      const shares = periodsIn(c, grain, span.from, span.to).map((p) => ratio(BigInt(overlapDays(p, span)), BigInt(length)));
      expect(shares.every((share) => share.n > 0n)).toBe(true);
      expect(shares.reduce(add, ZERO)).toEqual(ratio(1n));
    }));
  });
});

describe('labels', () => {
  test('[A10] parse(format(x)) = x for every period', () => {
    fc.assert(fc.property(calendarAndGrain, anyDay, ([c, grain], d) => {
      const period = periodAt(c, grain, d);
      expect(periodFromLabel(c, period.label)).toEqual(period);
    }), { numRuns: 500 });
  });

  test('that the calendar does not have are refused', () => {
    const refused = ['', '17', '2017-Q5', '2017-Q0', '2017-H3', '2017-13', '2017-00', '2017-W00', '2017-W53', '2017-W54', '2017-3', '2017-w07', 'FY2017', 'FY2017-Q1', '2017-03-01', '2017-03-C', '2017-13-A', '2017-A', '2017-Q1-A', '2017-03-a', '0000', ' 2017', '2017 ', '２017'];
    for (const label of refused) expect(periodFromLabel(MONTHS, label), label).toBeUndefined();
    expect(periodFromLabel(MONTHS, '2020-W53')?.to).toBe(day('2021-01-04'));
    // Where years are fiscal, a quarter without FY could mean two things.
    for (const label of ['2017', '2017-Q1', 'FY2017-03', 'FY2017-03-A', 'FY2017-W07']) expect(periodFromLabel(APRIL, label), label).toBeUndefined();
    expect(shown(periodFromLabel(APRIL, '2017-04'))).toBe('2017-04 2017-04-01 2017-05-01');
    for (const label of ['2018-01', '2018', '2018-01-A', 'FY2018-01-A', 'FY2017-W53', 'FY2018-W54', 'FY2018-13']) expect(periodFromLabel(RETAIL, label), label).toBeUndefined();
    expect(periodFromLabel(RETAIL, 'FY2018-W53')?.to).toBe(day('2018-02-04'));
  });

  test('sort as text in the order of time within a grain', () => {
    fc.assert(fc.property(calendarAndGrain, anyDay, anyDay, ([c, grain], a, b) => {
      const [x, y] = [periodAt(c, grain, a), periodAt(c, grain, b)];
      expect(x.label < y.label).toBe(x.from < y.from);
    }));
  });
});

describe('monthsOf', () => {
  test('counts calendar and fiscal months of whole months', () => {
    expect(monthsOf(MONTHS, { from: day('2017-01-01'), to: day('2018-01-01') })).toBe(12);
    expect(monthsOf(MONTHS, { from: day('2017-11-01'), to: day('2018-02-01') })).toBe(3);
    expect(monthsOf(MONTHS, { from: day('2017-11-01'), to: day('2017-11-01') })).toBe(0);
    expect(monthsOf(RETAIL, { from: day('2017-01-29'), to: day('2018-02-04') })).toBe(12);
    fc.assert(fc.property(anyCalendar, fc.constantFrom<Grain>('month', 'quarter', 'half', 'year'), anyDay, (c, grain, d) => {
      expect(monthsOf(c, periodAt(c, grain, d))).toBe({ week: 0, 'half month': 0, month: 1, quarter: 3, half: 6, year: 12 }[grain]);
    }));
  });

  test('refuses a span that is not whole months', () => {
    const week = periodAt(MONTHS, 'week', day('2017-02-15'));
    expect(isWholeMonths(MONTHS, week)).toBe(false);
    expect(isWholeMonths(MONTHS, { from: day('2017-01-01'), to: day('2017-03-31') })).toBe(false);
    expect(isWholeMonths(MONTHS, { from: day('2017-03-01'), to: day('2017-01-01') })).toBe(false);
    expect(isWholeMonths(RETAIL, { from: day('2017-02-01'), to: day('2017-03-01') })).toBe(false);
    expect(isWholeMonths(RETAIL, periodAt(RETAIL, 'month', day('2018-02-03')))).toBe(true);
    expect(() => monthsOf(MONTHS, week)).toThrow('whole months');
  });
});
