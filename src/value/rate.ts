/**
 * Exact rates and ratios: a numerator and a denominator of any size, always reduced. Nothing here
 * rounds unless a rounding mode is named, and nothing passes through floating point.
 */
import { assert } from './diagnostic.ts';

/** n ÷ d. Always reduced and `d > 0`, so that equal numbers have equal parts. */
export interface Ratio { readonly n: bigint; readonly d: bigint }

export const ZERO: Ratio = Object.freeze({ n: 0n, d: 1n });
export const ONE: Ratio = Object.freeze({ n: 1n, d: 1n });

/** The exact number n ÷ d (d is 1 where it is left out; never 0). */
export function ratio(n: bigint, d = 1n): Ratio {
  assert(d !== 0n, 'a ratio has no denominator 0');
  if (d === 1n) return { n, d };
  if (d < 0n) { n = -n; d = -d; }
  const common = greatestCommonDivisor(n < 0n ? -n : n, d);
  return common === 1n ? { n, d } : { n: n / common, d: d / common };
}

export function add(a: Ratio, b: Ratio): Ratio {
  return a.d === b.d ? ratio(a.n + b.n, a.d) : ratio(a.n * b.d + b.n * a.d, a.d * b.d);
}

export function subtract(a: Ratio, b: Ratio): Ratio {
  return a.d === b.d ? ratio(a.n - b.n, a.d) : ratio(a.n * b.d - b.n * a.d, a.d * b.d);
}

export function multiply(a: Ratio, b: Ratio): Ratio {
  return ratio(a.n * b.n, a.d * b.d);
}

/** a ÷ b. The caller has seen to it that b is not 0: a user's division by zero is a diagnostic, not a number. */
export function divide(a: Ratio, b: Ratio): Ratio {
  assert(b.n !== 0n, 'a division by zero is caught before it is carried out');
  return ratio(a.n * b.d, a.d * b.n);
}

export function negate(a: Ratio): Ratio {
  return { n: -a.n, d: a.d };
}

export function abs(a: Ratio): Ratio {
  return a.n < 0n ? negate(a) : a;
}

/** The smaller one; the first where they are equal. */
export function min(a: Ratio, b: Ratio): Ratio {
  return compare(a, b) <= 0 ? a : b;
}

/** The larger one; the first where they are equal. */
export function max(a: Ratio, b: Ratio): Ratio {
  return compare(a, b) >= 0 ? a : b;
}

export function compare(a: Ratio, b: Ratio): -1 | 0 | 1 {
  const left = a.n * b.d;
  const right = b.n * a.d;
  return left < right ? -1 : left > right ? 1 : 0;
}

export function equal(a: Ratio, b: Ratio): boolean {
  return a.n === b.n && a.d === b.d;
}

/**
 * - `half_up`   nearest; a tie goes toward +infinity (2.5 → 3, -2.5 → -2)
 * - `half_even` nearest; a tie goes to the even neighbour (2.5 → 2, 3.5 → 4)
 * - `half_away` nearest; a tie goes away from zero (2.5 → 3, -2.5 → -3)
 * - `up`        away from zero (2.1 → 3, -2.1 → -3)
 * - `down`      toward zero (2.9 → 2, -2.9 → -2)
 * - `floor`     toward -infinity (2.9 → 2, -2.1 → -3)
 */
export type RoundingMode = 'half_up' | 'half_even' | 'half_away' | 'up' | 'down' | 'floor';

/** n ÷ d as a whole number, rounded as the mode says. */
export function divideRounded(n: bigint, d: bigint, mode: RoundingMode): bigint {
  assert(d !== 0n, 'a rounded division has no divisor 0');
  if (d < 0n) { n = -n; d = -d; }
  const toZero = n / d;
  const rest = n % d;
  if (rest === 0n) return toZero;
  const away = toZero + (n < 0n ? -1n : 1n);
  const twice = 2n * (rest < 0n ? -rest : rest);
  switch (mode) {
    case 'down': return toZero;
    case 'up': return away;
    case 'floor': return n < 0n ? away : toZero;
    case 'half_away': return twice >= d ? away : toZero;
    case 'half_up': return twice > d || (twice === d && n > 0n) ? away : toZero;
    case 'half_even': return twice > d || (twice === d && toZero % 2n !== 0n) ? away : toZero;
  }
}

/** The multiple of `unit` (above 0) that the mode chooses: `roundTo(x, 1/100, 'half_away')` is x to the cent. */
export function roundTo(x: Ratio, unit: Ratio, mode: RoundingMode): Ratio {
  assert(unit.n > 0n, 'a unit of rounding is above zero');
  return ratio(divideRounded(x.n * unit.d, x.d * unit.n, mode) * unit.n, unit.d);
}

const PLAIN_DECIMAL = /^(-?)([0-9]+)(?:\.([0-9]+))?$/;

/** Longer text is no number that anybody meant; the bound keeps hostile cells from costing time. */
const MAX_TEXT = 100;

/**
 * Reads a plain decimal: `-?digits[.digits]`, ASCII digits, at most 100 characters. Everything else
 * (spaces, `+`, `1e3`, `1_000`, `5%`, `.5`, `5.`) gives undefined.
 */
export function parseRatio(text: string): Ratio | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const match = PLAIN_DECIMAL.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', decimals = ''] = match;
  const digits = BigInt(whole + decimals);
  return ratio(sign === '-' ? -digits : digits, powerOfTen(decimals.length));
}

/**
 * Decimal text for people and for files. A number with a finite decimal form is written in full, never
 * rounded: 0.125. Any other is rounded half away from zero to `decimals` places and says so: "about 0.333333".
 */
export function formatRatio(r: Ratio, decimals = 6): string {
  const places = decimalPlaces(r.d);
  if (places !== undefined) return scaledText(r.n * (powerOfTen(places) / r.d), places);
  return `about ${scaledText(divideRounded(r.n * powerOfTen(decimals), r.d, 'half_away'), decimals)}`;
}

/** Smallest positive number that both divide; both are positive. */
export function lcm(a: bigint, b: bigint): bigint {
  let x = a, y = b;
  while (y !== 0n) [x, y] = [y, x % y];
  return (a / x) * b;
}

/** 10 to the power of a small whole number. */
export function powerOfTen(exponent: number): bigint {
  return SMALL_POWERS[exponent] ?? 10n ** BigInt(exponent);
}

const SMALL_POWERS: readonly bigint[] = Object.freeze(Array.from({ length: 20 }, (_, i) => 10n ** BigInt(i)));

/** How many decimal places 1 ÷ d needs; undefined where no number of places is enough. */
function decimalPlaces(d: bigint): number | undefined {
  let twos = 0;
  let fives = 0;
  while (d % 2n === 0n) { d /= 2n; twos++; }
  while (d % 5n === 0n) { d /= 5n; fives++; }
  return d === 1n ? (twos > fives ? twos : fives) : undefined;
}

/** -1234 with 2 places → "-12.34" */
function scaledText(scaled: bigint, places: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(places + 1, '0');
  const cut = digits.length - places;
  return (scaled < 0n ? '-' : '') + digits.slice(0, cut) + (places > 0 ? `.${digits.slice(cut)}` : '');
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}
