/**
 * Civil dates as day numbers, in whole-number arithmetic: no clock, no time zone, no Date object.
 * The method is Hinnant's: a year begins in March, so that the leap day is its last one.
 */
import { assert } from './diagnostic.ts';

/** Days since 1970-01-01, a whole number; negative before. */
export type Day = number;

/** A stretch of days: `from` belongs to it, `to` does not. */
export interface Span { readonly from: Day; readonly to: Day }

const DAYS_IN_400_YEARS = 146_097;
const DAYS_TO_1970 = 719_468; // from 0000-03-01

/** Reads `YYYY-MM-DD`, years 0001 to 9999, real dates only: `2025-02-29`, `2025-2-3` and ` 2025-02-03` give undefined. */
export function parseDay(text: string): Day | undefined {
  if (text.length !== 10 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const century = twoDigits(text, 0);
  const inCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const date = twoDigits(text, 8);
  if (century < 0 || inCentury < 0) return undefined;
  const year = century * 100 + inCentury;
  return year > 0 && isDate(year, month, date) ? dayNumber(year, month, date) : undefined;
}

/** `YYYY-MM-DD`. Outside the years 0001 to 9999, which no file can hold, ISO 8601's long form: `+12026-01-01`. */
export function formatDay(day: Day): string {
  const { year, month, date } = partsOf(day);
  return `${formatYear(year)}-${pad2(month)}-${pad2(date)}`;
}

/** The day of a real date; see `isDate` for dates that a user wrote. */
export function dayOf(year: number, month: number, date: number): Day {
  assert(Number.isInteger(year) && isDate(year, month, date), `${year}-${month}-${date} was checked to be a date`);
  return dayNumber(year, month, date);
}

export function partsOf(day: Day): { year: number; month: number; date: number } {
  assert(Number.isSafeInteger(day), `the day ${day} is a whole number`);
  const shifted = day + DAYS_TO_1970;
  const era = Math.floor(shifted / DAYS_IN_400_YEARS);
  const dayOfEra = shifted - era * DAYS_IN_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    date: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

/** Whether the three whole numbers are a date of the calendar. */
export function isDate(year: number, month: number, date: number): boolean {
  return month >= 1 && month <= 12 && date >= 1 && date <= daysInMonth(year, month)
    && Number.isInteger(month) && Number.isInteger(date);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The same date n months on (back where n is negative); the last day of the month where it has no such date. */
export function addMonths(day: Day, n: number): Day {
  assert(Number.isSafeInteger(n), `${n} months is a whole number of months`);
  const { year, month, date } = partsOf(day);
  const index = year * 12 + month - 1 + n;
  const toYear = Math.floor(index / 12);
  const toMonth = index - toYear * 12 + 1;
  return dayNumber(toYear, toMonth, Math.min(date, daysInMonth(toYear, toMonth)));
}

/**
 * Full months from a to b, as spreadsheets count them: a month is full once its date is reached, so that
 * 15 January to 14 March is 1 and 31 January to 28 February is 0. Rounded down where b is before a.
 */
export function monthsBetween(a: Day, b: Day): number {
  const from = partsOf(a);
  const to = partsOf(b);
  return (to.year - from.year) * 12 + to.month - from.month - (to.date < from.date ? 1 : 0);
}

/** 1 Monday to 7 Sunday, as ISO 8601 counts. */
export function weekdayOf(day: Day): number {
  return modulo(day + 3, 7) + 1; // 1970-01-01 was a Thursday
}

/** How many days two spans share. */
export function overlapDays(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));
}

/** The last of the rows that had begun by the day. Rows ascend by `from`; null is "from the beginning". */
export function effectiveAt<T extends { readonly from: Day | null }>(rows: readonly T[], day: Day): T | undefined {
  let begun = 0;
  let end = rows.length;
  while (begun < end) {
    const middle = (begun + end) >>> 1;
    const from = rows[middle]?.from ?? null;
    if (from === null || from <= day) begun = middle + 1;
    else end = middle;
  }
  return begun === 0 ? undefined : rows[begun - 1];
}

/** Four digits; the long form of ISO 8601 outside the years 0001 to 9999. */
export function formatYear(year: number): string {
  if (year >= 1 && year <= 9999) return String(year).padStart(4, '0');
  return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(4, '0')}`;
}

export function pad2(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

/** The remainder that is never negative. */
export function modulo(n: number, by: number): number {
  return n - Math.floor(n / by) * by;
}

function dayNumber(year: number, month: number, date: number): Day {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + date - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_IN_400_YEARS + dayOfEra - DAYS_TO_1970;
}

/** Two ASCII digits of the text, or -1. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}
