/**
 * Money: a whole number of minor units (cents, yen, fils) with its currency. It is read from text
 * without ever passing through floating point, and whatever is not plainly one number is a problem
 * with a message, never a guess.
 */
import { assert } from './diagnostic.ts';
import { MINOR_DIGITS, WITHDRAWN } from './currency.ts';
import { multiply, powerOfTen, ratio } from './rate.ts';
import type { Ratio } from './rate.ts';
import { groupedAmount } from './wording.ts';

/** `minor` counts the smallest units of `currency` (an ISO 4217 code): 12.34 USD is 1234n. */
export interface Money { readonly minor: bigint; readonly currency: string }

export interface MoneyProblem {
  readonly kind: 'blank' | 'not_a_plain_number' | 'too_many_decimals' | 'number_format' | 'too_large' | 'unknown_currency';
  /** what is wrong, with the text in it */
  readonly message: string;
  /** what to do */
  readonly hint: string;
}

/** An amount beyond this many minor units, either way, is a slip of the file and not an amount. */
export const MAX_MINOR = 10n ** 15n;

/** Digits after the decimal mark: JPY 0, USD 2, KWD 3, CLF 4; undefined where ISO 4217 has no such code (any more). */
export function minorDigits(currency: string): number | undefined {
  return MINOR_DIGITS.get(currency);
}

/**
 * Reads an amount in currency units: `-?digits[mark digits]` with spaces or tabs around it, and no more
 * digits after the decimal mark than the currency has (zeros beyond them are let pass: they say nothing).
 */
export function parseMoney(text: string, currency: string, decimal: '.' | ',' = '.'): { readonly money: Money } | { readonly problem: MoneyProblem } {
  const digits = MINOR_DIGITS.get(currency);
  if (digits === undefined) return { problem: unknownCurrency(currency) };
  const match = (decimal === '.' ? PLAIN_WITH_POINT : PLAIN_WITH_COMMA).exec(text);
  if (!match) return { problem: unreadable(text, currency, decimal) };
  const [, sign = '', whole = '', written = ''] = match;
  let decimals = written;
  if (decimals.length > digits) {
    decimals = written.slice(0, digits);
    if (!onlyZeros(written, digits)) return { problem: tooManyDecimals(text, currency, decimal, written.length, digits) };
    if (looksGrouped(whole, written)) return { problem: numberFormat(text, decimal) };
  }
  const significant = whole.replace(LEADING_ZEROS, '');
  // The length is looked at first: turning a million digits into a number takes long.
  if (significant.length > MAX_WHOLE_DIGITS) return { problem: tooLarge(text, currency) };
  const size = BigInt(significant + decimals.padEnd(digits, '0'));
  if (size > MAX_MINOR) return { problem: tooLarge(text, currency) };
  return { money: { minor: sign === '-' ? -size : size, currency } };
}

export function addMoney(a: Money, b: Money): Money {
  assertSameCurrency(a, b);
  return { minor: a.minor + b.minor, currency: a.currency };
}

export function compareMoney(a: Money, b: Money): -1 | 0 | 1 {
  assertSameCurrency(a, b);
  return a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0;
}

/**
 * Shares `total` out in proportion to the weights by largest remainder: each part is its exact share cut
 * toward zero, and the units left over go one each to the largest remainders, earlier ones first.
 * The parts add up to the total, none is further than one unit from its exact share, and a weight of 0 gets 0.
 */
export function allocate(total: bigint, weights: readonly bigint[]): bigint[] {
  const sum = weights.reduce((s, w) => s + w, 0n);
  assert(sum > 0n, 'an amount is shared out over at least one weight above 0');
  const sign = total < 0n ? -1n : 1n;
  const size = total * sign;
  let left = size;
  const parts: bigint[] = [];
  const remainders: bigint[] = [];
  for (const weight of weights) {
    assert(weight >= 0n, 'a weight of a share is not negative');
    const part = (size * weight) / sum;
    left -= part;
    parts.push(part);
    remainders.push((size * weight) % sum);
  }
  if (left > 0n) {
    for (const i of byRemainder(remainders)) {
      if (left === 0n) break;
      parts[i] = (parts[i] ?? 0n) + 1n;
      left--;
    }
  }
  return sign < 0n ? parts.map((part) => -part) : parts;
}

/** For people: `-1,234,567.50 USD`. */
export function formatMoney(m: Money): string {
  return `${formatAmount(m.minor, m.currency)} ${m.currency}`;
}

/** For people, without the currency: `-1,234,567.50`. */
export function formatAmount(minor: bigint, currency: string): string {
  return groupedAmount(plainAmount(minor, currency));
}

/** For CSV and JSON: `-1234567.50`. `parseMoney` reads it back. */
export function plainAmount(minor: bigint, currency: string): string {
  const digits = knownDigits(currency);
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, '0');
  const cut = text.length - digits;
  return (minor < 0n ? '-' : '') + text.slice(0, cut) + (digits > 0 ? `.${text.slice(cut)}` : '');
}

/** Currency units → minor units, exact: 12.345 USD → 1234.5 cents. Rounding is the caller's, with a mode. */
export function toMinor(amount: Ratio, currency: string): Ratio {
  return multiply(amount, ratio(powerOfTen(knownDigits(currency))));
}

const PLAIN_WITH_POINT = /^[ \t]*(-?)([0-9]+)(?:\.([0-9]+))?[ \t]*$/;
const PLAIN_WITH_COMMA = /^[ \t]*(-?)([0-9]+)(?:,([0-9]+))?[ \t]*$/;
const LEADING_ZEROS = /^0+(?=[0-9])/;
const MAX_WHOLE_DIGITS = 16;

function knownDigits(currency: string): number {
  const digits = MINOR_DIGITS.get(currency);
  assert(digits !== undefined, `the currency "${currency}" was checked when it was read`);
  return digits;
}

function assertSameCurrency(a: Money, b: Money): void {
  assert(a.currency === b.currency, `${a.currency} and ${b.currency} are converted before they meet`);
}

/** Indexes of the remainders above 0, the largest first, equal ones in order. */
function byRemainder(remainders: readonly bigint[]): number[] {
  return remainders
    .map((remainder, i) => ({ remainder, i }))
    .filter(({ remainder }) => remainder > 0n)
    .sort((a, b) => (a.remainder > b.remainder ? -1 : a.remainder < b.remainder ? 1 : a.i - b.i))
    .map(({ i }) => i);
}

function onlyZeros(decimals: string, from: number): boolean {
  for (let i = from; i < decimals.length; i++) if (decimals.charCodeAt(i) !== 48) return false;
  return true;
}

/** `1.000` where the mark is a point: one, or a thousand as much of Europe writes it. Zeros would hide the slip. */
function looksGrouped(whole: string, decimals: string): boolean {
  return decimals.length === 3 && whole.length <= 3 && !whole.startsWith('0');
}

function unknownCurrency(currency: string): MoneyProblem {
  const successor = WITHDRAWN.get(currency);
  const upper = currency.trim().toUpperCase();
  return {
    kind: 'unknown_currency',
    message: successor === undefined
      ? `${quote(currency)} is not a currency code that is in use (ISO 4217).`
      : `${quote(currency)} is a currency code that was withdrawn (ISO 4217).`,
    hint: successor !== undefined
      ? `Convert the amount to ${successor}, which took its place, and write ${successor}.`
      : MINOR_DIGITS.has(upper)
        ? `Write ${upper}: three capital letters, no spaces.`
        : 'Write a code of three capital letters such as USD, EUR or JPY.',
  };
}

function tooManyDecimals(text: string, currency: string, decimal: '.' | ',', written: number, digits: number): MoneyProblem {
  const allowed = digits === 0 ? 'none' : `at most ${digits}`;
  const grouped = digits < 3 && written === 3 ? ` If the "${decimal}" separates thousands here, export the amounts without it.` : '';
  return {
    kind: 'too_many_decimals',
    message: `${quote(trimmed(text))} has ${written} digit${written === 1 ? '' : 's'} after the decimal mark; ${currency} has ${allowed}.`,
    hint: `Correct the amount in the file; it is not rounded silently.${grouped}`,
  };
}

function numberFormat(text: string, decimal: '.' | ','): MoneyProblem {
  const bare = trimmed(text).replace(GROUP_SPACES, '');
  const asPoint = reading(bare, '.');
  const asComma = reading(bare, ',');
  return {
    kind: 'number_format',
    message: `${quote(trimmed(text))} is not one plain number: it is ${asPoint} if "." is the decimal mark, ${asComma} if "," is.`,
    hint: numberFormatHint(trimmed(text), decimal),
  };
}

/** Marks between thousands are never read, whatever the decimal mark is: only where the other mark stands alone can it be the decimal mark. */
export function numberFormatHint(text: string, decimal: '.' | ','): string {
  const other = decimal === '.' ? ',' : '.';
  const plain = `Export numbers as plain digits, with "${decimal}" before the decimals and nothing between thousands.`;
  return text.includes(decimal) || text.split(other).length !== 2 ? plain : `${plain} If the "${other}" is the decimal mark of this file, say so in its source: \`format: { decimal: "${other}" }\`.`;
}

/** What the text would be if `decimal` were its decimal mark and the other mark separated thousands. */
function reading(bare: string, decimal: '.' | ','): string {
  const plain = bare.split(decimal === '.' ? ',' : '.').join('');
  const parts = plain.split(decimal);
  if (parts.length > 2) return 'no number';
  const [whole = '', decimals = ''] = parts;
  if (!/[0-9]/.test(whole) || (parts.length === 2 && decimals === '')) return 'no number';
  return shortened(decimals === '' ? whole : `${whole}.${decimals}`);
}

function tooLarge(text: string, currency: string): MoneyProblem {
  return {
    kind: 'too_large',
    message: `${quote(trimmed(text))} is too large: an amount in ${currency} goes up to ${formatAmount(MAX_MINOR, currency)}.`,
    hint: 'Look whether digits were added, or whether another column (an id, a phone number) stands here.',
  };
}

/** Digits with marks or gaps between them. */
const MARKED_NUMBER = /^-?[0-9.,' \u00a0\u2009\u202f\u2019]*[0-9][0-9.,' \u00a0\u2009\u202f\u2019]*$/;
const GROUP_SPACES = /[' \u00a0\u2009\u202f\u2019]/g;

/** pattern, what it is, what to do */
type Spelling = readonly [pattern: RegExp, is: string, hint: string];

/** Spellings that people and programs use and that we do not guess at, most telling first. */
const SPELLINGS: readonly Spelling[] = [
  [/^\(.*\)$/, 'stands in brackets, which some exports use for negative amounts', 'Write negative amounts with a minus in front: -100.00.'],
  [/^[0-9.,]+ *[-\u2212\u2010-\u2015]$/, 'has its minus at the end', 'Write the minus in front: -100.00.'],
  [/[\u2212\u2010-\u2015\uff0d\ufe63]/, 'has a dash that is not the minus of the keyboard', 'Write the plain minus: -100.00.'],
  [/\p{Sc}/u, 'has a currency sign', 'Write the number alone; the currency has a column or a setting of its own.'],
  [/^(?:[A-Za-z]{3} *-?[0-9][0-9.,]*|-?[0-9][0-9.,]* *[A-Za-z]{3})$/, 'has a currency code', 'Write the number alone; the currency has a column or a setting of its own.'],
  [/^[-+]?[0-9]+(?:[.,][0-9]+)?[eE][-+]?[0-9]+$/, 'is in scientific notation, which may have lost digits', 'Export the column as plain digits; 1e3 is 1000.'],
  [/^[-+]?0[xXbBoO][0-9a-fA-F]+$/, 'is not a decimal number', 'Write decimal digits.'],
  [/^[-+]?[0-9][0-9_]*_[0-9_.,]*$/, 'has underscores', 'Write the digits without anything between them: 1000.'],
  [/^[-+]?(?:nan|inf|infinity|∞)$/i, 'is not a number but the result of a failed calculation', 'Correct the calculation that wrote it; where there is no amount, leave the row out.'],
  [/^#/, 'is an error that a spreadsheet wrote', 'Correct the formula in the spreadsheet and export again.'],
  [/%$/, 'is a percentage', 'Write an amount in units of the currency.'],
  [/(?![0-9])\p{Nd}/u, 'has digits of another script', 'Write the digits 0 to 9.'],
  [/^\+/, 'has a plus sign', 'Write the number without the plus.'],
  [/^-?[.,][0-9]+$/, 'has nothing before its decimal mark', 'Write the zero: 0.50.'],
  [/^-?[0-9]+[.,]$/, 'ends with a decimal mark', 'Write the number without the mark at its end.'],
  [/^- +[0-9]/, 'has a space after its minus', 'Write the minus and the digits together: -100.00.'],
  [/[\r\n]/, 'has a line break', 'Take the line break out of the cell.'],
];

function unreadable(text: string, currency: string, decimal: '.' | ','): MoneyProblem {
  const bare = trimmed(text);
  if (bare.trim() === '') {
    return {
      kind: 'blank',
      message: `The amount in ${currency} is blank.`,
      hint: 'Write the amount; write 0 where nothing is meant. A blank is never taken for 0.',
    };
  }
  // Patterns look at the beginning only, so that a cell of a megabyte costs no time.
  const looked = bare.slice(0, 200);
  const spelling = SPELLINGS.find(([pattern]) => pattern.test(looked)) ?? gaps(looked, decimal);
  if (!spelling && MARKED_NUMBER.test(looked)) return numberFormat(text, decimal);
  return {
    kind: 'not_a_plain_number',
    message: `${quote(bare)} ${spelling ? spelling[1] : 'is not a plain number'}.`,
    hint: spelling ? spelling[2] : `Write digits, with "${decimal}" before the decimals and a minus in front where the amount is negative.`,
  };
}

/** Digits that would be plain without the spaces or apostrophes among them. */
function gaps(bare: string, decimal: '.' | ','): Spelling | undefined {
  const closed = bare.replace(GROUP_SPACES, '');
  if (closed === bare || !(decimal === '.' ? PLAIN_WITH_POINT : PLAIN_WITH_COMMA).test(closed)) return undefined;
  return [GROUP_SPACES, 'has spaces or apostrophes with its digits', 'Write the digits alone: 1000.'];
}

/** Without the spaces and tabs around it, which are let pass; other blanks stay, to be shown. */
function trimmed(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '');
}

/** The text in quotes, with invisible characters made visible and long text cut. */
function quote(text: string): string {
  const visible = shortened(text).replace(/[\p{C}\p{Zl}\p{Zp}\u00a0\u202f\u2009]/gu, (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
  return `"${visible}"`;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
