/** Calendars: how a company cuts its years. Their text form, and where the years of 52 and 53 weeks end. */
import { dayOf, daysInMonth, partsOf, weekdayOf } from './day.ts';
import type { Day, Span } from './day.ts';

/**
 * - `months`: calendar months; the fiscal year starts in month `start` (1 = calendar year). A fiscal year
 *   is called after the calendar year in which it ends.
 * - `445`, `454`, `544`: years of 52 or 53 whole weeks; each quarter has months of 4, 4 and 5 weeks (in
 *   the order that the name says) and the 53rd week belongs to the last month. The year ends on the last
 *   `weekday` (1 Monday to 7 Sunday) of `month`, or on the one nearest to the end of `month`, which may lie
 *   up to three days into the next month. The year is called after the year of that `month`.
 */
export type Calendar =
  | { readonly kind: 'months'; readonly start: number }
  | WeekCalendar;

export interface WeekCalendar {
  readonly kind: '445' | '454' | '544';
  readonly ends: 'last' | 'nearest';
  readonly weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  readonly month: number;
}

/** A year of whole weeks, under the name of the calendar year in which its `month` ends. */
export interface WeekYear extends Span { readonly year: number; readonly weeks: number }

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June',
  'July', 'August', 'September', 'October', 'November', 'December',
] as const;

const MONTHS_TEXT = /^months(?: from ([a-z]+))?$/;
const LAST_TEXT = /^([45]-[45]-[45]) ending last ([a-z]+) of ([a-z]+)$/;
const NEAREST_TEXT = /^([45]-[45]-[45]) ending ([a-z]+) nearest to ([a-z]+) ([0-9]{2})$/;

/**
 * Reads the text of a calendar. Capitals and the number of spaces do not matter; names are English and in full:
 *
 *     months                                                 calendar months, the year starts in January
 *     months from April                                      fiscal years that start in April
 *     4-4-5 ending last Saturday of January                  also 4-5-4 and 5-4-4
 *     4-4-5 ending Saturday nearest to January 31            the day is the last one of the month (28 or 29 for February)
 */
export function parseCalendar(text: string): Calendar | undefined {
  const bare = text.trim().toLowerCase().replace(/[ \t]+/g, ' ');
  const months = MONTHS_TEXT.exec(bare);
  if (months) {
    const start = months[1] === undefined ? 1 : numberOf(MONTHS, months[1]);
    return start === 0 ? undefined : { kind: 'months', start };
  }
  const last = LAST_TEXT.exec(bare);
  if (last) return weekCalendar(last[1], 'last', last[2], last[3]);
  const nearest = NEAREST_TEXT.exec(bare);
  if (!nearest) return undefined;
  const calendar = weekCalendar(nearest[1], 'nearest', nearest[2], nearest[3]);
  const end = Number(nearest[4]);
  return calendar && (end === daysInMonth(2001, calendar.month) || end === daysInMonth(2000, calendar.month)) ? calendar : undefined;
}

/** The text that `parseCalendar` reads back. */
export function formatCalendar(calendar: Calendar): string {
  if (calendar.kind === 'months') return calendar.start === 1 ? 'months' : `months from ${MONTHS[calendar.start - 1]}`;
  const pattern = calendar.kind.split('').join('-');
  const weekday = WEEKDAYS[calendar.weekday - 1];
  const month = MONTHS[calendar.month - 1];
  return calendar.ends === 'last'
    ? `${pattern} ending last ${weekday} of ${month}`
    : `${pattern} ending ${weekday} nearest to ${month} ${daysInMonth(2001, calendar.month)}`;
}

/** The year of whole weeks that the day lies in. */
export function weekYearAt(calendar: WeekCalendar, day: Day): WeekYear {
  let { year } = partsOf(day);
  while (day > lastDayOf(calendar, year)) year++;
  while (day <= lastDayOf(calendar, year - 1)) year--;
  const from = lastDayOf(calendar, year - 1) + 1;
  const to = lastDayOf(calendar, year) + 1;
  return { year, from, to, weeks: (to - from) / 7 };
}

/** The last day of the year of weeks that is called `year`. */
export function lastDayOf(calendar: WeekCalendar, year: number): Day {
  const monthEnd = dayOf(year, calendar.month, daysInMonth(year, calendar.month));
  const back = (weekdayOf(monthEnd) - calendar.weekday + 7) % 7;
  return calendar.ends === 'nearest' && back > 3 ? monthEnd - back + 7 : monthEnd - back;
}

function weekCalendar(pattern = '', ends: 'last' | 'nearest', weekdayName = '', monthName = ''): WeekCalendar | undefined {
  const kind = pattern.replaceAll('-', '');
  const weekday = numberOf(WEEKDAYS, weekdayName);
  const month = numberOf(MONTHS, monthName);
  if (kind !== '445' && kind !== '454' && kind !== '544') return undefined;
  if (weekday === 0 || month === 0) return undefined;
  return { kind, ends, weekday: weekday as WeekCalendar['weekday'], month };
}

/** 1-based place of a name, 0 where there is none. */
function numberOf(names: readonly string[], lower: string): number {
  return names.findIndex((name) => name.toLowerCase() === lower) + 1;
}
