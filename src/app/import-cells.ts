/**
 * Text of a cell → the stored value of a field. Nothing is guessed and nothing is rounded: what is
 * not plainly a value of its type is a problem with a message, and its row goes to quarantine.
 */
import { namesPayees } from '../plan/kinds.ts';
import { readLiteral } from '../plan/literal.ts';
import { isDay, isRatio } from '../plan/evaluate.ts';
import type { Value } from '../plan/evaluate.ts';
import { writtenValue } from '../plan/formula-value.ts';
import type { FieldType } from '../plan/plan.ts';
import { PARTS } from '../stage/store.ts';
import { assert, type Code } from '../value/diagnostic.ts';
import { numberFormatHint, parseMoney, toMinor } from '../value/money.ts';
import type { MoneyProblem } from '../value/money.ts';
import type { Ratio } from '../value/rate.ts';
import type { DateReader } from './import-dates.ts';
import { grouped, quoted } from '../value/wording.ts';

export interface CellProblem { readonly code: Code; readonly message: string; readonly hint: string }

/** Stored value of a cell; text stays text here, its code is given later. */
export type Stored = bigint | number | string | boolean | null;

/** What converting a cell needs to know of its row and its file. */
export interface CellContext {
  readonly decimal: '.' | ',';
  readonly dates: DateReader;
  /** currency of the money of facts; undefined for entities, whose money has none */
  readonly currency: string | undefined;
}

export const MOST_TEXT = 10_000;
export const MOST_ID = 500;
// 10^12 units: beyond it 64 bits of millionths are near, and an id or a phone number is nearer than an amount
const MOST_PARTS = PARTS * 1_000_000_000_000n;

export function isProblem(stored: Stored | CellProblem): stored is CellProblem {
  return typeof stored === 'object' && stored !== null;
}

/** The value that a formula gave for a field of this type. Blank stays blank; whether it may is the caller's. */
export function storedValue(value: Value, type: FieldType, context: CellContext): Stored | CellProblem {
  if (value === null || value === '') return null;
  if (typeof type === 'object' || type === 'payee') return wordOf(textOf(value), true);
  switch (type) {
    case 'text': return wordOf(textOf(value), false);
    case 'date': return isDay(value) ? value.day : context.dates.read(textOf(value));
    case 'yes_no': return typeof value === 'boolean' ? value : yesNo(textOf(value));
    case 'percent': return isRatio(value) ? partsOf(value, type) : percent(textOf(value), context.decimal);
    case 'number': return isRatio(value) ? partsOf(value, type) : number(textOf(value), context.decimal);
    case 'money': return money(value, context);
    case 'payees': case 'splits': assert(false, 'lists of payees are read by party-lists.ts');
  }
}

/** A constant of `always`, written as in a plan: `50k`, `7.5%`, `2026-01-01`, `yes`; text as it is. */
export function constantValue(text: string, type: FieldType): Value {
  if (text === '' || typeof type === 'object' || type === 'text' || namesPayees(type)) return cleanText(text);
  const literal = readLiteral(text);
  if (literal?.kind === 'date') return { day: literal.day };
  return literal === undefined || literal.kind === 'per' ? text : literal.value;
}

/** Composed (NFC), without the spaces around it and without characters of no width: so that what looks the same is the same. */
export function cleanText(text: string): string {
  return isPlain(text) ? text : text.normalize('NFC').replace(NO_WIDTH, '').trim();
}

/** Whether cleaning takes away something that nobody can see (spaces around a value can be seen). */
export function hasNoWidth(text: string): boolean {
  return text.search(NO_WIDTH) >= 0;
}

// Zero-width joiners belong to emoji and to Arabic and Indic words; beside Latin letters and at the edges they are stray.
const NO_WIDTH = /[\u200b\u2060\ufeff]|(?<=^|[\u0020-\u024f])[\u200c\u200d]|[\u200c\u200d](?=$|[\u0020-\u024f])/g;

/** Printable ASCII without a space at either end, as most cells are. */
export function isPlain(text: string): boolean {
  const last = text.length - 1;
  for (let i = 0; i <= last; i++) {
    const code = text.charCodeAt(i);
    if (code > 126 || code < 32 || (code === 32 && (i === 0 || i === last))) return false;
  }
  return true;
}

/** An id that a spreadsheet has turned into a rounded number: its digits are lost. */
export function damagedId(text: string): CellProblem | undefined {
  if (!/^[0-9](?:[.,][0-9]+)?E\+[0-9]{1,3}$/i.test(text)) return undefined;
  return {
    code: 'row.damaged_id', message: `${quoted(text)} is an id that a spreadsheet has shortened to a power of ten; its last digits are lost.`,
    hint: 'Export the file again without opening it in a spreadsheet, or format the column as text before the file is opened.',
  };
}

function wordOf(text: string, isId: boolean): string | CellProblem {
  const most = isId ? MOST_ID : MOST_TEXT;
  if (text.length > most) return {
    code: 'row.text_too_long', message: `The text ${quoted(text)} has ${grouped(text.length)} characters; ${grouped(most)} is the most.`,
    hint: isId ? 'Look whether another column is meant: an id or a name is short.' : 'Leave long comments out of the source, or cut them: `left(comment, 200)`.',
  };
  return (isId ? damagedId(text) : undefined) ?? text;
}

function yesNo(text: string): boolean | CellProblem {
  switch (text.toLowerCase()) {
    case 'yes': case 'true': case '1': case 'y': return true;
    case 'no': case 'false': case '0': case 'n': return false;
    default: return {
      code: 'row.not_yes_no', message: `${quoted(text)} is neither yes nor no.`,
      hint: 'Write yes or no (true, false, 1, 0, y and n are read as well), or say in the source which word means yes: `is_trial = "Trial"`.',
    };
  }
}

function money(value: Exclude<Value, null>, context: CellContext): bigint | CellProblem {
  const { currency, decimal } = context;
  if (currency === undefined) return isRatio(value) ? partsOf(value, 'money') : number(textOf(value), decimal);
  if (isRatio(value)) {
    const minor = toMinor(value, currency);
    if (minor.d === 1n) return minor.n;
    return { code: 'row.too_many_decimals', message: `The formula gives ${writtenValue(value)}, which ${currency} has no coins for.`, hint: 'Say in the formula how it is rounded: `round(…, 0.01)`.' };
  }
  const read = parseMoney(textOf(value), currency, decimal);
  return 'money' in read ? read.money.minor : { code: MONEY_CODES[read.problem.kind], message: read.problem.message, hint: read.problem.hint };
}

const MONEY_CODES: Readonly<Record<MoneyProblem['kind'], Code>> = {
  blank: 'row.blank_amount', not_a_plain_number: 'row.not_a_number', too_many_decimals: 'row.too_many_decimals',
  number_format: 'row.number_format', too_large: 'row.too_large', unknown_currency: 'row.unknown_currency',
};

/** `12.5%` and `0.125` are the same. */
function percent(text: string, decimal: '.' | ','): bigint | CellProblem {
  const [, digits] = /^(.*?)\s*%$/s.exec(text) ?? [];
  return digits === undefined ? number(text, decimal) : number(digits, decimal, 2, text);
}

/** Millionths of a plain decimal; `shift` places further where the text is in percents. */
function number(text: string, decimal: '.' | ',', shift = 0, whole = text): bigint | CellProblem {
  const found = (decimal === '.' ? /^(-?)([0-9]+)(?:\.([0-9]+))?$/ : /^(-?)([0-9]+)(?:,([0-9]+))?$/).exec(text);
  if (found === null) return notNumber(text, decimal, whole);
  const [, sign = '', digits = '', decimals = ''] = found;
  const places = 6 - shift;
  if (/[1-9]/.test(decimals.slice(places))) return {
    code: 'row.too_many_decimals', message: `${quoted(whole)} has more than ${places} digits after the decimal mark${shift > 0 ? ' (six as a plain number)' : ''}.`,
    hint: 'Round it in the file or in the query that makes the file; it is not rounded silently.',
  };
  const significant = digits.replace(/^0+(?=[0-9])/, '');
  const size = significant.length > 13 ? MOST_PARTS + 1n : BigInt(significant + decimals.slice(0, places).padEnd(places, '0'));
  if (size > MOST_PARTS) return tooLarge(whole);
  return sign === '-' ? -size : size;
}

function partsOf(value: Ratio, type: 'number' | 'percent' | 'money'): bigint | CellProblem {
  const scaled = value.n * PARTS;
  if (scaled % value.d !== 0n) return { code: 'row.too_many_decimals', message: `The formula gives ${writtenValue(value)}, which has more than six decimals.`, hint: `Say in the formula how the ${type} is rounded: \`round(…, 0.000001)\`.` };
  const parts = scaled / value.d;
  return parts > MOST_PARTS || parts < -MOST_PARTS ? tooLarge(writtenValue(value)) : parts;
}

function tooLarge(text: string): CellProblem {
  return { code: 'row.too_large', message: `${quoted(text)} is larger than a million millions.`, hint: 'Look whether digits were added, or whether another column (an id, a phone number) stands here.' };
}

function notNumber(text: string, decimal: '.' | ',', whole: string): CellProblem {
  if (/^-?[0-9][0-9.,]*[0-9]$/.test(text)) {
    const reading = (mark: string): string => {
      const plain = text.replaceAll(mark === '.' ? ',' : '.', '');
      return plain.split(mark).length > 2 ? 'no number' : plain.replace(mark, '.');
    };
    return {
      code: 'row.number_format', message: `${quoted(whole)} is not one plain number: it is ${reading('.')} if "." is the decimal mark, ${reading(',')} if "," is.`,
      hint: numberFormatHint(text, decimal),
    };
  }
  return { code: 'row.not_a_number', message: `${quoted(whole)} is not a plain number.`, hint: `Write the digits 0 to 9, with "${decimal}" before decimals and a minus in front where it is negative; no unit, no exponent.` };
}

function textOf(value: Exclude<Value, null>): string {
  return typeof value === 'string' ? value : writtenValue(value);
}
