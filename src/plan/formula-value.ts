/** The values that formulas compute with, and when two of them are equal or ordered. */
import { byCodePoint } from '../value/code-points.ts';
import { compare, equal, formatRatio } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { formatDay } from '../value/period.ts';
import type { Day } from '../value/period.ts';

/** A date. An object, so that it is told apart from a number at a glance. */
export interface DayValue { readonly day: Day }

/**
 * Money (in currency units, not minor units), numbers, percents (7.5 % is 0.075) and factors are a
 * Ratio; dates a DayValue; text, payees and entities a string; yes/no a boolean; blank is null.
 */
export type Value = Ratio | DayValue | string | boolean | null;

export function isRatio(value: Value): value is Ratio {
  return typeof value === 'object' && value !== null && 'n' in value;
}

export function isDay(value: Value): value is DayValue {
  return typeof value === 'object' && value !== null && 'day' in value;
}

/** Blank and text without letters. */
export function isBlank(value: Value): boolean {
  return value === null || value === '';
}

/** `=`: blank equals blank; values of two kinds are never equal. */
export function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (isRatio(a)) return isRatio(b) && equal(a, b);
  return isDay(b) && a.day === b.day;
}

/** -1, 0, 1; undefined where a value is blank or the two are of different kinds. */
export function order(a: Value, b: Value): -1 | 0 | 1 | undefined {
  if (a === null || b === null) return undefined;
  if (isRatio(a)) return isRatio(b) ? compare(a, b) : undefined;
  if (isDay(a)) return isDay(b) ? sign(a.day - b.day) : undefined;
  return typeof a === 'string' && typeof b === 'string' ? sign(byCodePoint(a, b)) : undefined;
}

/** How `&` and concat write a value: numbers as exact decimals, or as n/d where they have none. */
export function writtenValue(value: Exclude<Value, null>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (isDay(value)) return formatDay(value.day);
  const decimal = formatRatio(value);
  return decimal.startsWith('about') ? `${value.n}/${value.d}` : decimal;
}

function sign(difference: number): -1 | 0 | 1 {
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}
