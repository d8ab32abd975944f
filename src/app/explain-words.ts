/** How an explanation writes numbers and names: exact where a number can be written out, "about" where it cannot. */
import type { Type } from '../plan/formula.ts';
import { numberWords, percentWords, spaced } from '../plan/words-formula.ts';
import { SCALE } from '../stage/arithmetic.ts';
import { digitsOf } from '../stage/lower.ts';
import { formatDay, type Span } from '../value/period.ts';
import { divideRounded, equal, formatRatio, multiply, powerOfTen, ratio, type Ratio, roundTo } from '../value/rate.ts';

/** An amount in minor units, for people, without the currency: "1,237.515"; at least the digits of the currency. */
export function moneyWords(minor: Ratio, currency: string): string {
  const digits = digitsOf(currency), units = multiply(minor, ratio(1n, powerOfTen(digits)));
  const fine = rounded(units, digits + 6), exact = equal(fine, units);
  const text = numberWords(exact ? fine : rounded(units, digits + 2));
  const [whole = '', decimals = ''] = text.split('.');
  const padded = digits === 0 && decimals === '' ? whole : `${whole}.${decimals.padEnd(digits, '0')}`;
  return exact ? padded : `about ${padded}`;
}
/** The same of an amount at scale, 10^-15 minor units. */
export function scaledWords(scaled: bigint, currency: string): string {
  return moneyWords(ratio(scaled, SCALE), currency);
}

/** Plain decimal text of an amount in minor units, for programs: "1237.515". */
export function plainMoney(minor: Ratio, currency: string): string {
  const digits = digitsOf(currency);
  const [whole = '', decimals = ''] = plainNumber(multiply(minor, ratio(1n, powerOfTen(digits)))).split('.');
  return digits === 0 && decimals === '' ? whole : `${whole}.${decimals.padEnd(digits, '0')}`;
}
export function plainScaled(scaled: bigint, currency: string): string {
  return plainMoney(ratio(scaled, SCALE), currency);
}
/** Plain decimal text, to 18 places where it has no end. */
export function plainNumber(r: Ratio): string {
  return formatRatio(r, 18).replace('about ', '');
}

/** A result or an attainment: "81.01 %", to two places. */
export function percentShown(r: Ratio, places = 2): string {
  return `${numberWords(rounded(multiply(r, ratio(100n)), places))} %`;
}
/** A rate, in full where it has an end: "3 %", "about 8.333333 %". */
export const rateWords = percentWords;

/** A value of a type. Money is in minor units, and is followed by its currency. */
export function valueShown(value: Ratio, type: Type, currency: string): string {
  return type.kind === 'money' ? `${moneyWords(value, currency)} ${currency}` : bareValue(value, type, currency);
}
/** The same without the currency. */
export function bareValue(value: Ratio, type: Type, currency: string): string {
  switch (type.kind) {
    case 'money': return moneyWords(value, currency);
    case 'percent': return percentShown(value);
    case 'factor': return `${numberWords(value)} times`;
    case 'date': return formatDay(dayIn(value));
    default: return numberWords(rounded(value, 6));
  }
}
export function plainValue(value: Ratio, type: Type, currency: string): string {
  return type.kind === 'money' ? plainMoney(value, currency) : plainNumber(value);
}

/** "31 deals", "1 deal" */
export function counted(count: bigint | number, kind: string): string {
  return `${numberWords(ratio(BigInt(count)))} ${BigInt(count) === 1n ? spaced(kind) : plural(spaced(kind))}`;
}
export function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

/** Both days included: "from 2025-01-01 to 2025-09-30". */
export function spanWords(span: Span): string {
  return `from ${formatDay(span.from)} to ${formatDay(span.to - 1)}`;
}
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function rounded(r: Ratio, places: number): Ratio {
  return roundTo(r, ratio(1n, powerOfTen(places)), 'half_away');
}
/** A day that a pair holds. */
function dayIn(value: Ratio): number {
  return Number.parseInt(divideRounded(value.n, value.d, 'down').toString(), 10);
}
