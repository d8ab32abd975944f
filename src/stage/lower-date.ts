/** Calendar arithmetic on days (days since 1970-01-01), as expressions of whole numbers. */
import { and, call, compare, type Expr, int, minus, or, plus, times, when } from '../relation/relation.ts';

const cut = (a: Expr, b: number): Expr => call('quotient', a, int(b));

/** Year, month (1-12) and day of the month. The year begins in March inside, so that leap days come last. */
export function civil(day: Expr): { readonly year: Expr; readonly month: Expr; readonly date: Expr } {
  const z = plus(day, int(719_468));
  const era = cut(z, 146_097);
  const ofEra = minus(z, times(era, int(146_097)));
  const yearOfEra = cut(minus(plus(minus(ofEra, cut(ofEra, 1_460)), cut(ofEra, 36_524)), cut(ofEra, 146_096)), 365);
  const dayOfYear = minus(ofEra, minus(plus(times(int(365), yearOfEra), cut(yearOfEra, 4)), cut(yearOfEra, 100)));
  const fromMarch = cut(plus(times(int(5), dayOfYear), int(2)), 153);
  const month = when(compare('<', fromMarch, int(10)), plus(fromMarch, int(3)), minus(fromMarch, int(9)));
  const year = plus(yearOfEra, times(era, int(400)), when(compare('>=', fromMarch, int(10)), int(1), int(0)));
  return { year, month, date: plus(minus(dayOfYear, cut(plus(times(int(153), fromMarch), int(2)), 5)), int(1)) };
}

/** Months since the year 0: January of year y is 12 y. */
export function monthIndex(day: Expr): Expr {
  const { year, month } = civil(day);
  return minus(plus(times(year, int(12)), month), int(1));
}
/** The first day of a month by its index. */
function firstOf(index: Expr): Expr {
  // years from March on: January and February belong to the year before
  const shifted = minus(index, int(2)), year = cut(shifted, 12), month = minus(shifted, times(year, int(12)));
  const days = minus(plus(times(int(365), year), cut(year, 4), cut(year, 400)), cut(year, 100));
  return minus(plus(days, cut(plus(times(int(153), month), int(2)), 5)), int(719_468));
}
export const monthStart = (day: Expr): Expr => plus(minus(day, civil(day).date), int(1));

/** So many months later, on the last day of the month where that is shorter. */
export function monthsLater(day: Expr, months: Expr): Expr {
  const index = plus(monthIndex(day), months), first = firstOf(index), next = firstOf(plus(index, int(1)));
  return call('least', minus(plus(first, civil(day).date), int(1)), minus(next, int(1)));
}
/** Whole months from one day to the other. */
export function monthsBetween(from: Expr, to: Expr): Expr {
  return minus(minus(monthIndex(to), monthIndex(from)), when(compare('<', civil(to).date, civil(from).date), int(1), int(0)));
}
/** Monday is 1. */
export const weekday = (day: Expr): Expr => plus(call('modulo', plus(day, int(3)), int(7)), int(1));
export const quarterOf = (day: Expr): Expr => cut(plus(civil(day).month, int(2)), 3);

/** Is the day in [from, to)? An open end is NULL. */
export function within(day: Expr, from: Expr, to: Expr): Expr {
  return and(compare('<=', from, day), or(call('is_null', to), compare('<', day, to)));
}
