/**
 * Dates as a source declares them. The order of day and month is never guessed; what a file of another
 * order looks like is gathered as evidence, so that the person who knows it can say so once.
 */
import { daysInMonth, isDate } from '../value/day.ts';
import { dayOf, parseDay } from '../value/period.ts';
import type { Day } from '../value/period.ts';
import type { CellProblem } from './import-cells.ts';
import { grouped, quoted } from '../value/wording.ts';

export interface DateReader {
  /** form as declared: `DD.MM.YYYY` */
  readonly form: string;
  read(text: string): Day | CellProblem;
  /** Values that are all written in one other form, and none in this one; undefined where some could be read. */
  evidence(): DateEvidence | undefined;
}
export interface DateEvidence {
  readonly count: number;
  readonly example: string;
  readonly separator: string;
  /** values whose first, second number is above 12 and so can only be a day */
  readonly firstIsDay: number;
  readonly secondIsDay: number;
}

const ISO = 'YYYY-MM-DD';

/** `form`: YYYY, MM and DD in any order with separators, as the plan language checks it. */
export function dateReader(form: string): DateReader {
  const order = (form.match(/YYYY|MM|DD/g) ?? []) as ('YYYY' | 'MM' | 'DD')[];
  const pattern = new RegExp(`^${form.split(/(YYYY|MM|DD)/).map((part) => PARTS[part] ?? part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('')}$`);
  let read = 0;
  let other = 0;
  let firstIsDay = 0;
  let secondIsDay = 0;
  let example: readonly [string, string] | undefined;
  const note = (text: string): void => {
    const found = DAY_MONTH_YEAR.exec(text);
    if (found === null) { read++; return; }
    const [, first = '', separator = '', second = ''] = found;
    other++;
    if (aboveTwelve(first)) firstIsDay++;
    if (aboveTwelve(second)) secondIsDay++;
    example ??= [text, separator];
  };
  return {
    form,
    read(text) {
      if (form === ISO) {
        const day = parseDay(text);
        if (day !== undefined) { read++; return day; }
      }
      const found = pattern.exec(text);
      if (found === null) { note(text); return unreadable(text, form); }
      const at = (part: 'YYYY' | 'MM' | 'DD'): number => digitsOf(found[order.indexOf(part) + 1] ?? '');
      const year = at('YYYY'), month = at('MM'), date = at('DD');
      read++;
      return isDate(year, month, date) && year > 0 ? dayOf(year, month, date) : notInCalendar(text, form, year, month, date);
    },
    evidence: () => (read > 0 || example === undefined ? undefined : { count: other, example: example[0], separator: example[1], firstIsDay, secondIsDay }),
  };
}

/** Why a file is refused whose dates are in another form than the source says, with what speaks for which order. */
export function orderProblem(found: DateEvidence, form: string): { readonly message: string; readonly hint: string } {
  const dayFirst = ['DD', 'MM', 'YYYY'].join(found.separator), monthFirst = ['MM', 'DD', 'YYYY'].join(found.separator);
  const evidence = found.firstIsDay > 0 && found.secondIsDay > 0 ? `the first number is above 12 in ${grouped(found.firstIsDay)} and the second in ${grouped(found.secondIsDay)} of them, so the file mixes both orders`
    : found.firstIsDay > 0 ? `the first number is above 12${found.count === 1 ? '' : ` in ${grouped(found.firstIsDay)} of them`}, so the day stands first`
    : found.secondIsDay > 0 ? `the second number is above 12${found.count === 1 ? '' : ` in ${grouped(found.secondIsDay)} of them`}, so the month stands first`
    : 'no number is above 12, so nothing in the file shows whether the day or the month stands first';
  const write = (dates: string): string => `\`format: { dates: ${dates} }\``;
  return {
    message: `${found.count === 1 ? `The only date is ${quoted(found.example)}` : `All ${grouped(found.count)} dates are like ${quoted(found.example)}`}, not in the form ${form}; ${evidence}.`,
    hint: found.firstIsDay > 0 && found.secondIsDay > 0 ? `Export the dates in one form, best ${ISO}.`
      : found.firstIsDay > 0 ? `Write ${write(dayFirst)} for this source.`
      : found.secondIsDay > 0 ? `Write ${write(monthFirst)} for this source.`
      : `Ask whoever made the file, then write ${write(dayFirst)} or ${write(monthFirst)} for this source.`,
  };
}

const PARTS: Readonly<Record<string, string>> = { YYYY: '([0-9]{4})', MM: '([0-9]{1,2})', DD: '([0-9]{1,2})' };
const DAY_MONTH_YEAR = /^([0-9]{1,2})([./-])([0-9]{1,2})\2[0-9]{4}$/;
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

function notInCalendar(text: string, form: string, year: number, month: number, date: number): CellProblem {
  const swapped = month > 12 && date >= 1 && date <= 12 && month <= 31;
  const why = month < 1 || month > 12 ? `there is no month ${month}` : year < 1 ? 'there is no year 0' : `${MONTHS[month - 1]} ${year} has ${daysInMonth(year, month)} days`;
  return {
    code: 'row.not_a_date', message: `${quoted(text)} is not a day of the calendar, read as ${form}: ${why}.`,
    hint: swapped ? 'Perhaps the file writes day and month in the other order: then say so under `format: { dates: … }`; else correct the date.' : 'Correct the date in the file.',
  };
}

/** Both orders, with the mark that the text has between its parts. */
function orders(text: string): string {
  const mark = /[./-]/.exec(text)?.[0] ?? '/';
  return `\`format: { dates: DD${mark}MM${mark}YYYY }\` or \`MM${mark}DD${mark}YYYY\``;
}

function unreadable(text: string, form: string): CellProblem {
  const hint = /^.{8,10}[T ][0-9]{1,2}:/.test(text) ? `It has a time of day: take the date out of it with \`left(column, 10)\`.`
    : /^[0-9]{5}(?:[.,][0-9]+)?$/.test(text) ? `This is how a spreadsheet stores a date inside: format the column as a date (${form}) or as text, and export again.`
    : /^[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}$/.test(text) ? 'Its year has two digits, which could be of two centuries: export the dates with four.'
    : DAY_MONTH_YEAR.test(text) ? `Correct it, or declare how this file writes dates: ${orders(text)}.`
    : `Write the date as ${form}, or declare how this file writes dates under \`format: { dates: … }\`.`;
  return { code: 'row.not_a_date', message: `${quoted(text)} is not a date in the form ${form}.`, hint };
}

function aboveTwelve(digits: string): boolean {
  return digitsOf(digits) > 12;
}

/** A whole number of at most four digits. */
function digitsOf(digits: string): number {
  let n = 0;
  for (let i = 0; i < digits.length; i++) n = n * 10 + digits.charCodeAt(i) - 48;
  return n;
}
