import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { formatCalendar, lastDayOf, parseCalendar, weekYearAt } from './calendar.ts';
import type { Calendar, WeekCalendar } from './calendar.ts';
import { dayOf, daysInMonth, formatDay, parseDay, weekdayOf } from './day.ts';

const weekCalendar: fc.Arbitrary<WeekCalendar> = fc.record({
  kind: fc.constantFrom('445', '454', '544'),
  ends: fc.constantFrom('last', 'nearest'),
  weekday: fc.constantFrom(1, 2, 3, 4, 5, 6, 7),
  month: fc.integer({ min: 1, max: 12 }),
});
const anyCalendar: fc.Arbitrary<Calendar> = fc.oneof(fc.record({ kind: fc.constant('months'), start: fc.integer({ min: 1, max: 12 }) }), weekCalendar);

describe('text of a calendar', () => {
  test('is read as documented, whatever its capitals and spaces', () => {
    const cases: readonly (readonly [string, Calendar])[] = [
      ['months', { kind: 'months', start: 1 }],
      ['months from January', { kind: 'months', start: 1 }],
      ['  Months   from APRIL ', { kind: 'months', start: 4 }],
      ['4-4-5 ending last Saturday of January', { kind: '445', ends: 'last', weekday: 6, month: 1 }],
      ['4-5-4 ending Saturday nearest to January 31', { kind: '454', ends: 'nearest', weekday: 6, month: 1 }],
      ['5-4-4 ending Sunday nearest to February 28', { kind: '544', ends: 'nearest', weekday: 7, month: 2 }],
      ['5-4-4 ending Sunday nearest to February 29', { kind: '544', ends: 'nearest', weekday: 7, month: 2 }],
    ];
    for (const [text, calendar] of cases) expect(parseCalendar(text), text).toEqual(calendar);
  });

  test('that is anything else is not guessed at', () => {
    const refused = [
      '', 'month', 'months from', 'months from 4', 'months from Apr', 'weeks', '4-4-4 ending last Saturday of January', '4-4-5', '445 ending last Saturday of January',
      '5-5-4 ending last Saturday of January', '4-4-5 ending last Caturday of January', '4-4-5 ending last Saturday of Juno', '4-4-5 ending Saturday nearest to January 30',
      '4-4-5 ending Saturday nearest to April 31', '4-4-5 ending Saturday nearest to January', 'months from April and more',
    ];
    for (const text of refused) expect(parseCalendar(text), text).toBeUndefined();
  });

  test('[A10] parse(format(x)) = x for every calendar', () => {
    fc.assert(fc.property(anyCalendar, (calendar) => {
      expect(parseCalendar(formatCalendar(calendar))).toEqual(calendar);
    }));
  });
});

describe('years of weeks', () => {
  const ends = (text: string, years: readonly number[]) => {
    const calendar = parseCalendar(text);
    if (!calendar || calendar.kind === 'months') throw new Error(text);
    return years.map((year) => `${formatDay(lastDayOf(calendar, year))} ${weekYearAt(calendar, lastDayOf(calendar, year)).weeks}`);
  };

  test('end where published calendars end', () => {
    // The retail calendar: 53 weeks in the years that end in early February 2013, 2018 and 2024.
    expect(ends('4-5-4 ending Saturday nearest to January 31', [2013, 2017, 2018, 2019, 2023, 2024, 2025]))
      .toEqual(['2013-02-02 53', '2017-01-28 52', '2018-02-03 53', '2019-02-02 52', '2023-01-28 52', '2024-02-03 53', '2025-02-01 52']);
    // A maker of telephones: last Saturday of September, 53 weeks in 2017 and 2023.
    expect(ends('4-4-5 ending last Saturday of September', [2016, 2017, 2018, 2022, 2023, 2024]))
      .toEqual(['2016-09-24 52', '2017-09-30 53', '2018-09-29 52', '2022-09-24 52', '2023-09-30 53', '2024-09-28 52']);
    // A year that ends in the January after keeps the name of its December.
    expect(ends('4-4-5 ending Sunday nearest to December 31', [2015, 2020])).toEqual(['2016-01-03 53', '2021-01-03 53']);
  });

  test('[E3] have 52 or 53 weeks, end on their weekday, and follow each other', () => {
    fc.assert(fc.property(weekCalendar, fc.integer({ min: 1950, max: 2150 }), fc.integer({ min: 0, max: 364 }), (calendar, year, offset) => {
      const day = dayOf(year, 1, 1) + offset;
      const found = weekYearAt(calendar, day);
      expect(found.from <= day && day < found.to).toBe(true);
      expect([52, 53]).toContain(found.weeks);
      expect(weekdayOf(found.to - 1)).toBe(calendar.weekday);
      expect(weekYearAt(calendar, found.to)).toMatchObject({ year: found.year + 1, from: found.to });
      const monthEnd = dayOf(found.year, calendar.month, daysInMonth(found.year, calendar.month));
      const off = found.to - 1 - monthEnd;
      if (calendar.ends === 'last') expect(off > -7 && off <= 0).toBe(true);
      else expect(off >= -3 && off <= 3).toBe(true);
    }));
  });

  test('a leap day shifts the end of February and nothing is lost', () => {
    expect(ends('5-4-4 ending last Thursday of February', [2024])).toEqual(['2024-02-29 53']);
    expect(parseDay('2024-02-29')).toBe(dayOf(2024, 2, 29));
  });
});
