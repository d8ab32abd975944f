/** Days, periods and lengths of time (language.md section 7: periods are half-open). */
import { addMonths, parseDay, periodAt, periodFromLabel, periodsIn } from '../../src/value/period.ts';
import type { Calendar, Day, Grain, Period, Span } from '../../src/value/period.ts';
import { ratio } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { assert } from '../../src/value/diagnostic.ts';
import { Bad } from './value.ts';

/** Later and earlier than every day of a file. */
export const FAR: Day = 2_500_000;
export const LONG_AGO: Day = -719_162;

/** So far a window: facts of [from, to) count. `cut`: dated rows begun at or after it do not count yet. */
export interface Window extends Span { readonly cut?: Day }

/** d + `90 days` | `12 months` | `2 quarters` | `1 year` | `10 business days` */
export function later(day: Day, length: string): Day {
  const [count = '', word = '', more] = length.trim().split(/\s+/);
  const n = Number(count), unit = word.replace(/s$/, '');
  if (!Number.isInteger(n)) throw new Bad(`${length} is not a length of time`);
  switch (more === undefined ? unit : `${unit} days`) {
    case 'business days': return day + Math.floor((n * 7) / 5);
    case 'day': return day + n;
    case 'week': return day + n * 7;
    case 'month': return addMonths(day, n);
    case 'quarter': return addMonths(day, n * 3);
    case 'half': return addMonths(day, n * 6);
    case 'year': return addMonths(day, n * 12);
    default: throw new Bad(`${length} is not a length of time`);
  }
}

/** The number of days of `90 days`. */
export function daysOf(length: string): number {
  return later(0, length);
}

export function dayOfText(text: string): Day {
  const day = parseDay(text.trim());
  if (day === undefined) throw new Bad(`${text} is not a date`);
  return day;
}

export function grainOf(text: string): Grain {
  const found = (['week', 'month', 'quarter', 'half', 'year'] as const).find((g) => g === text);
  if (found === undefined) throw new Bad(`${text} is not a period`);
  return found;
}

export function labelled(calendar: Calendar, label: string): Period {
  const period = periodFromLabel(calendar, label);
  if (period === undefined) throw new Bad(`${label} is not a period of the calendar`);
  return period;
}

export function clipped(a: Span, b: Span): Span {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}
export function fraction(days: number, of: number): Ratio {
  assert(of > 0, 'a share of days has days');
  return ratio(BigInt(days), BigInt(of));
}
export { periodAt, periodsIn };
export type { Calendar, Day, Grain, Period, Span };
