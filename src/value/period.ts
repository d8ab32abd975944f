/**
 * Periods: the weeks, half months, months, quarters, halves and years of a calendar, half-open and with a label.
 * Each day lies in exactly one period of each grain, and each period begins where the one before ends.
 */
import { assert } from './diagnostic.ts';
import { lastDayOf, weekYearAt } from './calendar.ts';
import type { Calendar, WeekCalendar } from './calendar.ts';
import { dayOf, formatYear, modulo, pad2, partsOf, weekdayOf } from './day.ts';
import type { Day, Span } from './day.ts';

export { addMonths, dayOf, daysInMonth, effectiveAt, formatDay, isDate, monthsBetween, overlapDays, parseDay, partsOf, weekdayOf } from './day.ts';
export { formatCalendar, parseCalendar } from './calendar.ts';
export type { Day, Span } from './day.ts';
export type { Calendar } from './calendar.ts';

/** A half month ends on the 15th or with the month; calendars that are cut in weeks have none. */
export type Grain = 'week' | 'half month' | 'month' | 'quarter' | 'half' | 'year';

/**
 * `from` belongs to the period, `to` does not. Labels by calendar:
 *
 *     months            2017  2017-H1  2017-Q1  2017-03  2017-03-A  2017-W07     (A to the 15th, B from the 16th)
 *     months from April FY2018  FY2018-H1  FY2018-Q1  2017-04  2017-04-A  2017-W07     (months and ISO weeks keep their calendar names)
 *     4-4-5 …           FY2018  FY2018-H1  FY2018-Q1  FY2018-03  FY2018-W07  (third month, seventh week of the year)
 */
export interface Period { readonly grain: Grain; readonly label: string; readonly from: Day; readonly to: Day }

/** The period of this grain that the day lies in. */
export function periodAt(calendar: Calendar, grain: Grain, day: Day): Period {
  if (calendar.kind !== 'months') return weekCalendarPeriod(calendar, grain, day);
  return grain === 'week' ? isoWeek(day) : grain === 'half month' ? halfMonth(day) : monthsPeriod(calendar.start, grain, day);
}

/** All periods that share a day with [from, to), in order and whole: the first may begin before `from`. */
export function periodsIn(calendar: Calendar, grain: Grain, from: Day, to: Day): Period[] {
  const periods: Period[] = [];
  for (let day = from; day < to;) {
    const period = periodAt(calendar, grain, day);
    periods.push(period);
    day = period.to;
  }
  return periods;
}

/** Whether the calendar has periods of this grain. */
export function hasGrain(calendar: Calendar, grain: Grain): boolean {
  return grain !== 'half month' || calendar.kind === 'months';
}

/**
 * The window of this grain that the period belongs to, made of whole periods. ISO weeks cross the ends of months,
 * quarters and years: each belongs to the one that holds its Thursday, as the week of a year does.
 */
export function windowAt(calendar: Calendar, of: Grain, period: Period): Span {
  if (period.grain !== 'week' || of === 'week' || calendar.kind !== 'months') return periodAt(calendar, of, period.from);
  const { from, to } = periodAt(calendar, of, period.from + 3);
  return { from: firstWeekOf(from), to: firstWeekOf(to) };
}

/** The Monday of the first week whose Thursday is not before the day. */
function firstWeekOf(day: Day): Day {
  const monday = day - weekdayOf(day) + 1;
  return monday + 3 < day ? monday + 7 : monday;
}

/** The period that `periodAt` labels so; undefined where the calendar has none of this label (`2017-W53`, `2017-Q1` where years are fiscal). */
export function periodFromLabel(calendar: Calendar, label: string): Period | undefined {
  const match = LABEL.exec(label);
  if (!match) return undefined;
  const [, prefix, yearText = '', half, quarter, week, month, part] = match;
  const year = Number(yearText);
  const grain: Grain = half ? 'half' : quarter ? 'quarter' : week ? 'week' : part ? 'half month' : month ? 'month' : 'year';
  const index = part ? (Number(month) - 1) * 2 + (part === 'B' ? 1 : 0) : Number(half ?? quarter ?? week ?? month ?? 1) - 1;
  if (year < 1 || index < 0 || !hasGrain(calendar, grain)) return undefined;
  const period = periodAt(calendar, grain, dayWithin(calendar, grain, year, index, prefix === 'FY'));
  return period.label === label ? period : undefined;
}

/** Whether the span begins and ends with months of the calendar, and so has a number of months. */
export function isWholeMonths(calendar: Calendar, span: Span): boolean {
  return span.from <= span.to && monthEdge(calendar, span.from) !== undefined && monthEdge(calendar, span.to) !== undefined;
}

/** How many half months of the calendar the span is: 1 to 15 and 16 to the end; undefined where it is not whole ones. */
export function halfMonthsOf(calendar: Calendar, span: Span): number | undefined {
  if (calendar.kind !== 'months' || span.to < span.from) return undefined;
  const [from, to] = [halfMonthEdge(span.from), halfMonthEdge(span.to)];
  return from === undefined || to === undefined ? undefined : to - from;
}

/** How many months of the calendar (fiscal ones where it is cut in weeks) the span is. Only for whole months: see `isWholeMonths`. */
export function monthsOf(calendar: Calendar, span: Span): number {
  const from = monthEdge(calendar, span.from);
  const to = monthEdge(calendar, span.to);
  assert(from !== undefined && to !== undefined && from <= to, 'months are counted of whole months only');
  return to - from;
}

const LABEL = /^(FY)?([0-9]{4})(?:-(?:H([12])|Q([1-4])|W([0-9]{2})|([0-9]{2})(?:-([AB]))?))?$/;

type MonthsGrain = Exclude<Grain, 'week' | 'half month'>;
const MONTHS_IN: Readonly<Record<MonthsGrain, number>> = Object.freeze({ month: 1, quarter: 3, half: 6, year: 12 });

/** Weeks before each month of a year, by pattern; the end of the last month is the end of the year. */
const WEEKS_BEFORE: Readonly<Record<WeekCalendar['kind'], readonly number[]>> = Object.freeze({
  445: [0, 4, 8, 13, 17, 21, 26, 30, 34, 39, 43, 47],
  454: [0, 4, 9, 13, 17, 22, 26, 30, 35, 39, 43, 48],
  544: [0, 5, 9, 13, 18, 22, 26, 31, 35, 39, 44, 48],
});

function monthsPeriod(start: number, grain: MonthsGrain, day: Day): Period {
  const { year, month } = partsOf(day);
  const size = MONTHS_IN[grain];
  // Months since year 0, counted so that fiscal years begin at multiples of twelve.
  const index = year * 12 + month - start;
  const first = index - modulo(index, size);
  const label = grain === 'month'
    ? `${formatYear(year)}-${pad2(month)}`
    : fiscalLabel(start === 1 ? '' : 'FY', Math.floor(first / 12) + (start === 1 ? 0 : 1), grain, modulo(first, 12) / size);
  return { grain, label, from: firstOfMonth(first + start - 1), to: firstOfMonth(first + start - 1 + size) };
}

function halfMonth(day: Day): Period {
  const { year, month, date } = partsOf(day);
  const label = `${formatYear(year)}-${pad2(month)}-${date < 16 ? 'A' : 'B'}`;
  const from = dayOf(year, month, date < 16 ? 1 : 16);
  return { grain: 'half month', label, from, to: date < 16 ? from + 15 : firstOfMonth(year * 12 + month) };
}

function isoWeek(day: Day): Period {
  const from = day - weekdayOf(day) + 1;
  // A week belongs to the year that holds its Thursday.
  const { year } = partsOf(from + 3);
  const number = Math.floor((from + 3 - dayOf(year, 1, 1)) / 7);
  return { grain: 'week', label: fiscalLabel('', year, 'week', number), from, to: from + 7 };
}

function weekCalendarPeriod(calendar: WeekCalendar, grain: Grain, day: Day): Period {
  const { year, from, weeks } = weekYearAt(calendar, day);
  const week = Math.floor((day - from) / 7);
  if (grain === 'week') return { grain, label: fiscalLabel('FY', year, grain, week), from: from + week * 7, to: from + week * 7 + 7 };
  assert(grain !== 'half month', 'half months are asked for of calendar months only; resolve checks it');
  const size = MONTHS_IN[grain];
  const before = WEEKS_BEFORE[calendar.kind];
  const month = before.findLastIndex((start) => start <= week);
  const index = Math.floor(month / size);
  return {
    grain,
    label: fiscalLabel('FY', year, grain, index),
    from: from + 7 * (before[index * size] ?? 0),
    to: from + 7 * (before[(index + 1) * size] ?? weeks),
  };
}

/** `index` counts from 0 within the year. */
function fiscalLabel(prefix: '' | 'FY', year: number, grain: Exclude<Grain, 'half month'>, index: number): string {
  const name = prefix + formatYear(year);
  switch (grain) {
    case 'year': return name;
    case 'half': return `${name}-H${index + 1}`;
    case 'quarter': return `${name}-Q${index + 1}`;
    case 'month': return `${name}-${pad2(index + 1)}`;
    case 'week': return `${name}-W${pad2(index + 1)}`;
  }
}

/** A day that lies in the period with these numbers, if there is such a period. `index` counts from 0. */
function dayWithin(calendar: Calendar, grain: Grain, year: number, index: number, fiscal: boolean): Day {
  if (calendar.kind !== 'months') {
    assert(grain !== 'half month', 'a calendar of weeks has no half months');
    const weeks = grain === 'week' ? index : WEEKS_BEFORE[calendar.kind][index * MONTHS_IN[grain]] ?? 0;
    return lastDayOf(calendar, year - 1) + 1 + 7 * weeks;
  }
  // 4 January lies in the first ISO week of its year.
  if (grain === 'week') return dayOf(year, 1, 4) + 7 * index;
  if (grain === 'half month') return firstOfMonth(year * 12 + Math.floor(index / 2)) + (index % 2) * 15;
  const firstMonth = fiscal ? (year - 1) * 12 + calendar.start - 1 : year * 12;
  return firstOfMonth(firstMonth + index * MONTHS_IN[grain]);
}

/** The number of the month that begins on this day; undefined inside a month. Months that follow each other have numbers that do. */
function monthEdge(calendar: Calendar, day: Day): number | undefined {
  if (calendar.kind === 'months') {
    const { year, month, date } = partsOf(day);
    return date === 1 ? year * 12 + month - 1 : undefined;
  }
  const { year, from } = weekYearAt(calendar, day);
  const month = WEEKS_BEFORE[calendar.kind].indexOf((day - from) / 7);
  return month < 0 ? undefined : year * 12 + month;
}

/** The number of the half month that begins on this day. */
function halfMonthEdge(day: Day): number | undefined {
  const { year, month, date } = partsOf(day);
  return date === 1 || date === 16 ? (year * 12 + month - 1) * 2 + (date === 16 ? 1 : 0) : undefined;
}

/** First day of a month that is counted from January of year 0. */
function firstOfMonth(index: number): Day {
  const year = Math.floor(index / 12);
  return dayOf(year, index - year * 12 + 1, 1);
}
