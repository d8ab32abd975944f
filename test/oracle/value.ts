/**
 * What a cell, a field or a formula can be, read from text: language.md section 3 (literals) and
 * section 8 (all scalars are text until something types them). Numbers are exact fractions.
 */
import { formatDay, parseDay } from '../../src/value/period.ts';
import type { Day } from '../../src/value/period.ts';
import { compare, equal, formatRatio, multiply, parseRatio, powerOfTen, ratio } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { byCodePoint } from '../../src/value/code-points.ts';
import { must } from '../../src/value/diagnostic.ts';

export interface DayValue { readonly day: Day }
/** A rank; `tied` payees share it (section 3: a table read by a rank gives them the mean of their places). */
export interface Place extends Ratio { readonly tied: number }
/** null is a blank. */
export type Value = null | boolean | string | Ratio | DayValue | readonly Value[];
/** A dated field: each value from its day on; null is from the beginning. */
export interface DatedRow { readonly from: Day | null; readonly value: Value }
export interface Dated { readonly rows: readonly DatedRow[] }
export type Field = Value | Dated;

/** What a plan or its data do wrong. The words are those of the reference, so that one test serves both. */
export class Bad extends Error {}

const NUMBER = /^-?\d[\d_]*(?:\.\d+)?[%xkM]?$/;
const SCALE: Readonly<Record<string, Ratio>> = { '%': ratio(1n, 100n), x: ratio(1n), k: ratio(1000n), M: ratio(powerOfTen(6)) };

export function isNumberText(text: string): boolean {
  return NUMBER.test(text);
}

/** `50_000`, `50k`, `2.4M`, `7.5%`, `1.5x`, `-3` */
export function numberOf(text: string): Ratio {
  const scale = SCALE[text.at(-1) ?? ''];
  const plain = parseRatio((scale === undefined ? text : text.slice(0, -1)).replaceAll('_', ''));
  if (plain === undefined) throw new Bad(`${text} is not a number`);
  return scale === undefined ? plain : multiply(plain, scale);
}

/** A cell of a test or a file, or a key of a table: number, date, yes or no, blank, else text. */
export function cellOf(text: string): Value {
  if (isNumberText(text)) return numberOf(text);
  const day = parseDay(text);
  if (day !== undefined) return { day };
  switch (text) {
    case '': return null;
    case 'yes': case 'true': return true;
    case 'no': case 'false': return false;
    default: return text;
  }
}

export function isRatio(v: Value | undefined): v is Ratio {
  return typeof v === 'object' && v !== null && 'n' in v;
}
export function isDay(v: Value | undefined): v is DayValue {
  return typeof v === 'object' && v !== null && 'day' in v;
}
export function isList(v: Value | undefined): v is readonly Value[] {
  return Array.isArray(v);
}
export function isPlace(v: Value): v is Place {
  return isRatio(v) && 'tied' in v;
}
export function isDated(f: Field | undefined): f is Dated {
  return typeof f === 'object' && f !== null && 'rows' in f;
}
export function isBlank(v: Value | undefined): boolean {
  return v === undefined || v === null || v === '';
}

/** A number, or blank. Anything else where a number must stand is an error. */
export function ratioOf(v: Value): Ratio | null {
  if (v === null || isRatio(v)) return v;
  throw new Bad(`${shown(v)} stands where a number is needed`);
}

export function sameValue(a: Value, b: Value): boolean {
  if (isRatio(a) && isRatio(b)) return equal(a, b);
  if (isDay(a) && isDay(b)) return a.day === b.day;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((x, i) => sameValue(x, must(b[i])));
  return a === b;
}

/** -1, 0, 1; undefined where the two have no order (a blank, or values of two types). */
export function orderOf(a: Value, b: Value): number | undefined {
  if (isRatio(a) && isRatio(b)) return compare(a, b);
  if (isDay(a) && isDay(b)) return Math.sign(a.day - b.day);
  if (typeof a === 'string' && typeof b === 'string') return Math.sign(byCodePoint(a, b));
  return undefined;
}

/** As text: for `&`, `concat`, keys of groups and messages. */
export function shown(v: Value): string {
  if (v === null) return '';
  if (typeof v === 'string') return v;
  if (typeof v === 'boolean') return v ? 'yes' : 'no';
  if (isList(v)) return v.map(shown).join(', ');
  return isDay(v) ? formatDay(v.day) : formatRatio(v);
}

/** A field as of a day: the last of its rows begun by then; blank before the first. */
export function asOf(field: Field | undefined, day: Day): Value {
  if (field === undefined) return null;
  if (!isDated(field)) return field;
  return field.rows.findLast((r) => r.from === null || r.from <= day)?.value ?? null;
}
