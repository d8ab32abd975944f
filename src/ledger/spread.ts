/** Sharing out a whole: parts of an earning, lines of a part, instalments. What comes out always adds up to what went in. */
import { assert, must } from '../value/diagnostic.ts';
import { divideRounded, lcm, ratio, type Ratio, roundTo } from '../value/rate.ts';

/** How amounts of minor units are rounded: to multiples of `unit`, which is at least one minor unit. */
export interface MinorRounding { readonly unit: bigint; readonly mode: 'half_away' | 'down' | 'up' }

export function roundMinor(amount: Ratio, { unit, mode }: MinorRounding): bigint {
  return roundTo(amount, ratio(unit), mode).n;
}

/**
 * Shares `total` out in proportion to the weights, in multiples of `unit`, by largest remainder, ties in order.
 * What is finer than the unit stays in the last part. Weights may be of both signs, as lines with returns are;
 * only what adds up to 0 cannot be shared out, unless it is 0.
 */
export function spread(total: bigint, weights: readonly bigint[], unit = 1n): bigint[] {
  const sum = weights.reduce((s, w) => s + w, 0n);
  if (total === 0n) return weights.map(() => 0n);
  assert(sum !== 0n, 'an amount is shared out over weights that do not cancel each other');
  const sign = total < 0n ? -1n : 1n, size = total * sign, flip = sum < 0n ? -1n : 1n;
  const divisor = sum * flip * unit;
  const units = weights.map((w) => divideRounded(size * w * flip, divisor, 'floor'));
  const rests = weights.map((w, i) => size * w * flip - must(units[i]) * divisor);
  let left = size / unit - units.reduce((s, u) => s + u, 0n);
  const order = rests.map((_, i) => i).sort((a, b) => (must(rests[b]) > must(rests[a]) ? 1 : must(rests[b]) < must(rests[a]) ? -1 : a - b));
  for (const i of order) {
    if (left <= 0n) break;
    units[i] = must(units[i]) + 1n;
    left -= 1n;
  }
  const parts = units.map((u) => u * unit * sign);
  const last = parts.length - 1;
  parts[last] = must(parts[last]) + total - parts.reduce((s, p) => s + p, 0n);
  return parts;
}

export function inEqualParts(total: bigint, parts: number, unit = 1n): bigint[] {
  return spread(total, Array.from({ length: parts }, () => 1n), unit);
}

/** Shares as whole numbers in the same proportion. */
export function wholeWeights(shares: readonly Ratio[]): bigint[] {
  const divisor = shares.reduce((d, s) => lcm(d, s.d), 1n);
  return shares.map((s) => s.n * (divisor / s.d));
}
