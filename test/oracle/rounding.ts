/** Points of rounding, and the sharing out of a whole (language.md section 6; law 7: a spread keeps the whole). */
import type { Ratio } from '../../src/value/rate.ts';
import { add, compare, divide, divideRounded, multiply, ratio, roundTo, subtract, ZERO } from '../../src/value/rate.ts';
import { minorDigits } from '../../src/value/money.ts';
import { must } from '../../src/value/diagnostic.ts';
import { mapOf, textOf } from './documents.ts';
import type { YamlMap } from './documents.ts';
import { numberOf } from './value.ts';

/** `0.01`, `1 down`, `0.1% up`; undefined is exact. */
export type Rounding = string | undefined;
/** The rounding of each named point, as it stands at one component. */
export type Roundings = Readonly<Record<string, Rounding>>;

export function rounded(x: Ratio, rounding: Rounding): Ratio {
  if (rounding === undefined || rounding === 'none') return x;
  const [unit = '', mode] = rounding.split(/\s+/);
  return roundTo(x, numberOf(unit), mode === 'up' ? 'up' : mode === 'down' ? 'down' : 'half_away');
}
export function roundedOrBlank(x: Ratio | null, rounding: Rounding): Ratio | null {
  return x === null ? null : rounded(x, rounding);
}
export function unitOf(rounding: Rounding): Ratio {
  return numberOf(must(rounding).split(/\s+/)[0] ?? '');
}

export function minorUnit(currency: string): string {
  const digits = minorDigits(currency) ?? 2;
  return digits === 0 ? '1' : `0.${'0'.repeat(digits - 1)}1`;
}

/** The points of a plan with the defaults of section 6: `end` the minor unit, `release` as `end`, `paid` and `total` the minor unit of the payment. */
export function planRoundings(plan: YamlMap): Roundings {
  const currency = textOf(plan['currency']) ?? 'USD', paid = textOf(plan['pays_in']) ?? currency;
  return withRound({ end: minorUnit(currency), paid: minorUnit(paid), total: minorUnit(paid) }, plan);
}
/** A component's own points win over its group's, and these over the plan's. */
export function withRound(outer: Roundings, own: YamlMap): Roundings {
  return { ...outer, ...mapOf(own['round']) as Record<string, string> };
}
export function releaseUnit(points: Roundings): Ratio {
  return unitOf(points['release'] ?? points['end']);
}

/** Parts of `total` in proportion to the weights, in whole units: largest remainder, ties in order. A total finer than the unit keeps its rest in the last part. */
export function spread(total: Ratio, weights: readonly Ratio[], unit: Ratio): Ratio[] {
  const sum = weights.reduce(add, ZERO);
  if (sum.n === 0n) return weights.map(() => ZERO);
  return apportion(total, weights.map((w) => divide(multiply(total, w), sum)), unit);
}

/** Exact shares that add up to about `total` → whole units that add up to it: each is cut down, and the largest remainders get what is left. */
export function apportion(total: Ratio, exact: readonly Ratio[], unit: Ratio): Ratio[] {
  if (exact.length === 0) return [];
  const sign = total.n < 0n ? ratio(-1n) : ratio(1n);
  const inUnits = exact.map((x) => divide(multiply(x, sign), unit));
  const floors = inUnits.map((x) => divideRounded(x.n, x.d, 'floor'));
  const size = divide(multiply(total, sign), unit);
  let left = divideRounded(size.n, size.d, 'half_away') - floors.reduce((a, b) => a + b, 0n);
  const rest = inUnits.map((x, i) => subtract(x, ratio(must(floors[i]))));
  const order = rest.map((_, i) => i).sort((a, b) => compare(must(rest[b]), must(rest[a])) || a - b);
  for (const i of order) {
    if (left <= 0n) break;
    floors[i] = must(floors[i]) + 1n;
    left -= 1n;
  }
  const parts = floors.map((f) => multiply(multiply(ratio(f), unit), sign));
  const kept = parts.reduce(add, ZERO);
  return parts.map((p, i) => (i === parts.length - 1 ? add(p, subtract(total, kept)) : p));
}

export function shareOut(total: Ratio, parts: number, unit: Ratio): Ratio[] {
  return spread(total, Array.from({ length: parts }, () => ratio(1n)), unit);
}
