/** Lengths of time as plans give them (`90 days`, `10 business days`, `20 quarters`), added to days. */
import type { Day } from './day.ts';
import { addMonths, weekdayOf } from './day.ts';

export interface Length { readonly n: number; readonly unit: 'day' | 'business_day' | 'week' | 'month' | 'quarter' | 'half' | 'year' }

const MONTHS: Readonly<Record<'month' | 'quarter' | 'half' | 'year', number>> = Object.freeze({ month: 1, quarter: 3, half: 6, year: 12 });

/** The day that comes so long after the day; months end on the last day where they have no such date. */
export function later(day: Day, { n, unit }: Length): Day {
  switch (unit) {
    case 'day': return day + n;
    case 'week': return day + 7 * n;
    case 'business_day': return businessDays(day, n);
    default: return addMonths(day, n * MONTHS[unit]);
  }
}

/** The days of equal parts: the first on the day itself, each later one a unit after the one before. */
export function instalmentDays(day: Day, { n, unit }: Length): Day[] {
  return Array.from({ length: n }, (_, i) => later(day, { n: i, unit }));
}

/** Monday to Friday; five are a week, so that only the rest is walked. */
function businessDays(day: Day, n: number): Day {
  let at = day + 7 * Math.floor(n / 5);
  for (let left = n % 5; left > 0 || weekdayOf(at) > 5;) {
    at += 1;
    if (weekdayOf(at) <= 5 && left > 0) left -= 1;
  }
  return at;
}
