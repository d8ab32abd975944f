/**
 * Formula text → tokens. Slips that are common in spreadsheets and other languages (`1,000`, `==`,
 * single quotes, `$`) are named here, where they are seen, with what to write in their place.
 */
import { parseRatio, divide, multiply, ratio } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { parseDay } from '../value/period.ts';
import type { Day } from '../value/period.ts';
import { assert } from '../value/diagnostic.ts';
import type { Span } from './formula.ts';

/** What is wrong with a formula, where in its text, and what to do. */
export interface FormulaProblem { readonly at: Span; readonly message: string; readonly hint: string }

export type Written = 'number' | 'percent' | 'factor';

export interface SpokenToken { readonly kind: 'name' | 'word' | 'symbol'; readonly text: string; readonly at: Span }

/** `word` is one of WORDS, in small letters; `symbol` an operator, a bracket or a comma. */
export type Token =
  | { readonly kind: 'number'; readonly value: Ratio; readonly written: Written; readonly at: Span }
  | { readonly kind: 'date'; readonly day: Day; readonly at: Span }
  | { readonly kind: 'text'; readonly value: string; readonly at: Span }
  | SpokenToken
  | { readonly kind: 'end'; readonly at: Span };

const MAX_LENGTH = 10_000;
/** More digits than any money or rate has, and few enough that products stay quick. */
const MAX_DIGITS = 30;
/** Read in small letters and in capitals; a name in mixed case (`In`) stays a name. */
const WORDS = new Set(['and', 'or', 'not', 'in', 'between']);
const LITERAL_WORDS = new Set(['yes', 'no']);

export function tokenize(text: string): { readonly tokens: readonly Token[] } | { readonly problem: FormulaProblem } {
  if (text.length > MAX_LENGTH) {
    return { problem: {
      at: { start: MAX_LENGTH, end: text.length },
      message: `The formula has ${text.length} characters; at most ${MAX_LENGTH} are read.`,
      hint: 'Split it into derived fields or measures, or put the cases into a table.',
    } };
  }
  const tokens: Token[] = [];
  let position = skipSpace(text, 0);
  while (position < text.length) {
    const next = tokenAt(text, position);
    if ('problem' in next) return next;
    tokens.push(next.token);
    position = skipSpace(text, next.token.at.end);
  }
  tokens.push({ kind: 'end', at: { start: text.length, end: text.length } });
  return { tokens };
}

type Found = { readonly token: Token } | { readonly problem: FormulaProblem };

function tokenAt(text: string, start: number): Found {
  return dateAt(text, start) ?? numberAt(text, start) ?? textAt(text, start) ?? nameAt(text, start) ?? symbolAt(text, start);
}

const SPACE = /\s*/y;
const DATE = /\d{4}-\d\d-\d\d/y;
/** a day written another way: 2026-7-1, 01/07/2026, 1.7.2026 */
const OTHER_DATE = /(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2\d{4})(?![\d_])/y;
const COMMA_NUMBER = /\d{1,3}(?:,\d{3})+(?![\d_])/y;
const NUMBER = /\d[\d_]*(?:\.[\d_]+)?/y;
const NUMBER_FORM = /^\d+(?:_\d+)*(?:\.\d+)?$/;
const SUFFIX = /%|[\p{L}\p{N}_]+/uy;
const TEXT = /"(?:[^"]|"")*"/y;
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_]*(?:\.[\p{L}\p{M}\p{N}_]+)*/uy;
const SYMBOL = /<=|>=|<>|[-+*/&=<>(),]/y;

function match(pattern: RegExp, text: string, start: number): string | undefined {
  pattern.lastIndex = start;
  return pattern.exec(text)?.[0];
}

function skipSpace(text: string, start: number): number {
  return start + (match(SPACE, text, start) ?? '').length;
}

function spanOf(start: number, part: string): Span {
  return { start, end: start + part.length };
}

function wrong(start: number, part: string, message: string, hint: string): Found {
  return { problem: { at: spanOf(start, part), message, hint } };
}

function dateAt(text: string, start: number): Found | undefined {
  const iso = match(DATE, text, start);
  if (iso !== undefined) {
    const rest = match(SUFFIX, text, start + iso.length) ?? '';
    if (rest !== '') {
      return wrong(start, iso + rest, `\`${clip(iso + rest)}\` is not a date.`, 'Write a date as year-month-day, without a time: 2026-07-01.');
    }
    const day = parseDay(iso);
    if (day === undefined) {
      return wrong(start, iso, `${iso} is not a day of the calendar.`, 'Write a day that exists as year-month-day, for example 2026-02-28.');
    }
    return { token: { kind: 'date', day, at: spanOf(start, iso) } };
  }
  const other = match(OTHER_DATE, text, start);
  if (other === undefined) return undefined;
  return wrong(start, other, `\`${other}\` looks like a date, but is not written as one.`,
    'Write dates as year-month-day with two digits each for month and day: 2026-07-01. If you mean arithmetic, put spaces around the signs.');
}

function numberAt(text: string, start: number): Found | undefined {
  const commas = match(COMMA_NUMBER, text, start);
  if (commas !== undefined) {
    const digits = commas.replaceAll(',', '');
    return wrong(start, commas, `\`${clip(commas)}\` has a thousands comma.`,
      `Write ${clip(commas.replaceAll(',', '_'))} or ${clip(digits)}; if these are several numbers, put a space after each comma.`);
  }
  const digits = match(NUMBER, text, start);
  if (digits === undefined) return undefined;
  const suffix = match(SUFFIX, text, start + digits.length) ?? '';
  const whole = digits + suffix;
  if (!NUMBER_FORM.test(digits)) {
    return wrong(start, whole, `\`${clip(whole)}\` is not a number.`, 'In numbers, `_` stands between two digits only: 50_000, 1_234.56.');
  }
  if (digits.replace(/\D/g, '').length > MAX_DIGITS) {
    return wrong(start, whole, `The number \`${clip(whole)}\` has more than ${MAX_DIGITS} digits.`, 'Check it for a slip; no money and no rate needs that many.');
  }
  const scale = SCALES.get(suffix);
  if (scale === undefined) return unknownSuffix(start, digits, suffix);
  const value = parseRatio(digits.replaceAll('_', ''));
  assert(value !== undefined, `"${digits}" has the form of a number`);
  return { token: { kind: 'number', value: scale.apply(value), written: scale.written, at: spanOf(start, whole) } };
}

interface Scale { readonly written: Written; readonly apply: (value: Ratio) => Ratio }
const SCALES: ReadonlyMap<string, Scale> = new Map<string, Scale>([
  ['', { written: 'number', apply: (value) => value }],
  ['k', { written: 'number', apply: (value) => multiply(value, ratio(1_000n)) }],
  ['M', { written: 'number', apply: (value) => multiply(value, ratio(1_000_000n)) }],
  ['x', { written: 'factor', apply: (value) => value }],
  ['%', { written: 'percent', apply: (value) => divide(value, ratio(100n)) }],
]);
const SUFFIXES_ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['K', 'k'], ['m', 'M'], ['X', 'x'], ['mn', 'M'], ['mio', 'M'], ['bn', '000M'], ['b', '000M'], ['B', '000M'],
]);

function unknownSuffix(start: number, digits: string, suffix: string): Found {
  const meant = SUFFIXES_ELSEWHERE.get(suffix);
  return wrong(start, digits + suffix, `\`${clip(digits + suffix)}\` is not a number.`,
    meant === undefined
      ? 'After a number may stand k (thousand), M (million), % or x (times): 50k, 2.4M, 7.5%, 1.5x. A name cannot begin with a digit.'
      : `Write ${clip(digits)}${meant}: k is thousand, M is million, x is times.`);
}

function textAt(text: string, start: number): Found | undefined {
  if (text[start] !== '"') return undefined;
  const quoted = match(TEXT, text, start);
  if (quoted === undefined) {
    return wrong(start, text.slice(start), `The quote that opens at ${clip(text.slice(start))} is never closed.`,
      'Close the text with a second ". Where a formula stands in { … }, a comma cuts it off: put the whole formula in single quotes there.');
  }
  return { token: { kind: 'text', value: quoted.slice(1, -1).replaceAll('""', '"'), at: spanOf(start, quoted) } };
}

function nameAt(text: string, start: number): Found | undefined {
  const name = match(NAME, text, start);
  if (name === undefined) return undefined;
  const at = spanOf(start, name);
  if (text[at.end] === '.') {
    return wrong(start, `${name}.`, `\`${clip(name)}.\` ends with a dot.`, 'After a dot stands the name of a field, without spaces: account.tier.');
  }
  const small = name.toLowerCase();
  if (WORDS.has(small) && (name === small || name === name.toUpperCase())) return { token: { kind: 'word', text: small, at } };
  if (LITERAL_WORDS.has(name)) return { token: { kind: 'word', text: name, at } };
  return { token: { kind: 'name', text: name, at } };
}

/** What people write out of habit, and what the formula language has instead. Longer signs first. */
const SLIPS: readonly (readonly [sign: string, message: string, hint: string])[] = [
  ['===', '`===` is not an operator here.', 'Write `=` to compare.'],
  ['==', '`==` is not an operator here.', 'Write `=` to compare.'],
  ['!=', '`!=` is not an operator here.', 'Write `<>` for "is not equal to".'],
  ['=>', '`=>` is not an operator here.', 'Write `>=` for "at least".'],
  ['=<', '`=<` is not an operator here.', 'Write `<=` for "at most".'],
  ['&&', '`&&` is not an operator here.', 'Write `and`.'],
  ['||', '`||` is not an operator here.', 'Write `or`; to join texts write `&`.'],
  ['**', '`**` is not an operator here.', 'There are no powers in formulas; multiply, or use a table.'],
  ['!', '`!` is not an operator here.', 'Write `not`.'],
  ['|', '`|` is not an operator here.', 'Write `or`.'],
  ['^', '`^` is not an operator here.', 'There are no powers in formulas; multiply, or use a table.'],
  ["'", 'Text stands in double quotes, not in single ones.', 'Write "Won", and if the file needs quotes around the whole formula, use single quotes there: \'stage = "Won"\'.'],
  ['`', 'Text stands in double quotes, and names stand without quotes.', 'Write "Won" for a word of the data, and close_date for a name.'],
  ['%', 'A `%` must follow its number directly.', 'Write 50% without a space.'],
  [';', 'A `;` does not separate values here.', 'Write a comma.'],
  ['.', 'A `.` stands alone here.', 'Begin a number with its 0 (0.5), end it without a dot (5), and write names without spaces (account.tier).'],
  ['[', 'Square brackets have no meaning in a formula.', 'Write lists as in ("a", "b"), and names without brackets.'],
  [']', 'Square brackets have no meaning in a formula.', 'Write lists as in ("a", "b"), and names without brackets.'],
  ['{', 'Curly brackets have no meaning in a formula.', 'Write a table as { by: …, steps: { … } } in place of the whole formula.'],
  ['}', 'Curly brackets have no meaning in a formula.', 'Write a table as { by: …, steps: { … } } in place of the whole formula.'],
  ['?', '`?` is not an operator here.', 'Write if(condition, then, else).'],
  [':', '`:` is not an operator here.', 'Write if(condition, then, else); a key of the file needs its own line.'],
  ['≤', '`≤` is not an operator here.', 'Write `<=`.'],
  ['≥', '`≥` is not an operator here.', 'Write `>=`.'],
  ['≠', '`≠` is not an operator here.', 'Write `<>`.'],
  ['×', '`×` is not an operator here.', 'Write `*`.'],
  ['·', '`·` is not an operator here.', 'Write `*`.'],
  ['÷', '`÷` is not an operator here.', 'Write `/`.'],
  ['−', '`−` is a typographic minus sign.', 'Write the plain `-` of the keyboard.'],
  ['–', '`–` is a dash, not a minus sign.', 'Write the plain `-` of the keyboard.'],
  ['—', '`—` is a dash, not a minus sign.', 'Write the plain `-` of the keyboard.'],
];
const CURLY_QUOTES = '“”„‟‘’‚‛«»‹›';

function symbolAt(text: string, start: number): Found {
  if (text[start] === '=' && text.slice(0, start).trim() === '' && /\b[A-Z]{1,3}\d+\b/.test(text)) {
    return wrong(start, text.slice(start), `\`${clip(text.slice(start))}\` is a formula on cells of a spreadsheet.`, 'Say what is added up, and from which kind of facts: { sum: amount, from: deal }. Formulas here name fields, not cells, and have no = before them.');
  }
  for (const [sign, message, hint] of SLIPS) {
    if (text.startsWith(sign, start)) return wrong(start, sign, message, hint);
  }
  const symbol = match(SYMBOL, text, start);
  if (symbol !== undefined) return { token: { kind: 'symbol', text: symbol, at: spanOf(start, symbol) } };
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  if (CURLY_QUOTES.includes(character)) {
    return wrong(start, character, `\`${character}\` is a typographic quote.`, 'Write the plain double quote of the keyboard: "Won".');
  }
  if (/\p{Sc}/u.test(character)) {
    return wrong(start, character, `\`${character}\`: amounts stand without a currency sign.`, `Write ${/^\s*-?[\d_.,]*\d[kM]?/.exec(text.slice(start + character.length))?.[0].trim().replace(/,(?=\d{3})/g, '_') ?? '50_000'}; it is money of the plan's currency.`);
  }
  if (/[\p{C}\p{M}\p{Z}]/u.test(character)) {
    const code = (text.codePointAt(start) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return wrong(start, character, `There is an invisible character here (U+${code}).`, 'Delete it; it often comes with text copied from a web page or a mail.');
  }
  return wrong(start, character, `\`${character}\` has no meaning in a formula.`, 'Formulas have + - * / & = <> < <= > >= and or not in between, names, numbers, dates and "text".');
}

/** A piece of the formula for a message: at most 40 characters. */
export function clip(text: string): string {
  const characters = [...text];
  return characters.length <= 40 ? text : `${characters.slice(0, 39).join('')}…`;
}
