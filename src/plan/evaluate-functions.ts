/** What each function of the formula language computes, over values that are there (blanks are the caller's). */
import { abs, compare, ratio, roundTo } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { assert } from '../value/diagnostic.ts';
import { addMonths, dayOf, monthsBetween, parseDay, partsOf, weekdayOf } from '../value/period.ts';
import type { Day } from '../value/period.ts';
import type { FunctionName } from './formula-functions.ts';
import { isDay, isRatio, order, writtenValue } from './formula-value.ts';
import type { DayValue, Value } from './formula-value.ts';

type Known = Exclude<Value, null>;
/** Functions that see to blanks or to their values' order of evaluation themselves: `evaluate.ts` has them. */
export type SpecialFunction = 'if' | 'ifblank' | 'known' | 'switch' | 'concat' | 'yearly' | 'count';
export type PlainFunction = Exclude<FunctionName, SpecialFunction>;

/** No argument is blank: a blank argument has made the result blank. A result is blank where there is none. */
export const PLAIN_FUNCTIONS: Readonly<Record<PlainFunction, (args: readonly Known[]) => Value>> = Object.freeze({
  min: (args) => args.reduce((best, next) => (order(next, best) === -1 ? next : best)),
  max: (args) => args.reduce((best, next) => (order(next, best) === 1 ? next : best)),
  abs: ([x]) => abs(numberOf(x)),
  round: ([x, unit]) => round(numberOf(x), numberOf(unit)),
  days: ([a, b]) => whole(dayIn(b) - dayIn(a)),
  months: ([a, b]) => whole(monthsBetween(dayIn(a), dayIn(b))),
  month_number: ([start, day, cutoff]) => monthNumber(dayIn(start), dayIn(day), numberOf(cutoff)),
  add_months: ([day, n]) => monthsLater(dayIn(day), numberOf(n)),
  month_start: ([day]) => {
    const { year, month } = partsOf(dayIn(day));
    return { day: dayOf(year, month, 1) };
  },
  day: ([day]) => whole(partsOf(dayIn(day)).date),
  month: ([day]) => whole(partsOf(dayIn(day)).month),
  quarter: ([day]) => whole(Math.floor((partsOf(dayIn(day)).month + 2) / 3)),
  year: ([day]) => whole(partsOf(dayIn(day)).year),
  weekday: ([day]) => whole(weekdayOf(dayIn(day))),
  lower: ([text]) => textOf(text).toLowerCase(),
  upper: ([text]) => textOf(text).toUpperCase(),
  left: ([text, n]) => left(textOf(text), numberOf(n)),
  date: ([text]) => dayOrBlank(parseDay(textOf(text))),
} satisfies Record<PlainFunction, (args: readonly Known[]) => Value>);

export function numberOf(value: Value | undefined): Ratio {
  assert(value !== undefined && isRatio(value), `a formula was typed to compute with a number, and read ${shownKind(value)}`);
  return value;
}

export function dayIn(value: Value | undefined): Day {
  assert(value !== undefined && isDay(value), `a formula was typed to compute with a date, and read ${shownKind(value)}`);
  return value.day;
}

export function textOf(value: Value | undefined): string {
  assert(typeof value === 'string', `a formula was typed to compute with text, and read ${shownKind(value)}`);
  return value;
}

function shownKind(value: Value | undefined): string {
  return value === undefined || value === null ? 'nothing' : `"${writtenValue(value)}"`;
}

const FIRST_DAY = dayOf(1, 1, 1);
const LAST_DAY = dayOf(9999, 12, 31);

/** The day so many days later, the part of a day cut off; blank outside the years 1 to 9999. */
export function daysLater(day: Day, days: Ratio): DayValue | null {
  const count = wholePart(days);
  return count === undefined ? null : dayOrBlank(day + count);
}

function monthsLater(day: Day, months: Ratio): DayValue | null {
  const count = wholePart(months);
  return count === undefined ? null : dayOrBlank(addMonths(day, count));
}

function dayOrBlank(day: Day | undefined): DayValue | null {
  return day === undefined || day < FIRST_DAY || day > LAST_DAY ? null : { day };
}

/** More than every day there is; counts of days, months and letters beyond it are as good as endless. */
const ENDLESS = 10_000_000n;

/** Toward zero; undefined where it is endless. For days, months and letters only, never for amounts. */
function wholePart(count: Ratio): number | undefined {
  const n = count.n / count.d;
  return n > ENDLESS || n < -ENDLESS ? undefined : Number(n);
}

function whole(n: number): Ratio {
  return ratio(BigInt(n));
}

/** To the nearest multiple of the unit, half away from zero; blank where the unit is not above zero. */
function round(x: Ratio, unit: Ratio): Ratio | null {
  return unit.n > 0n ? roundTo(x, unit, 'half_away') : null;
}

/** 1 in the month of the start; a start after the cutoff day counts from the month after. */
function monthNumber(start: Day, day: Day, cutoff: Ratio): Ratio {
  const from = partsOf(start);
  const to = partsOf(day);
  const late = compare(whole(from.date), cutoff) > 0 ? 1 : 0;
  return whole(to.year * 12 + to.month - (from.year * 12 + from.month + late) + 1);
}

/** The first n characters (code points, so that no character is cut in half). */
function left(text: string, n: Ratio): string {
  const count = wholePart(n);
  if (count === undefined) return n.n > 0n ? text : '';
  if (count <= 0) return '';
  if (count >= text.length) return text;
  let end = 0;
  for (let i = 0; i < count && end < text.length; i += 1) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return text.slice(0, end);
}
