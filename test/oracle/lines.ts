/** Lines of an earning: its shares by largest remainder (language.md section 6; law 6: lines always add up). */
import { add, divide, equal, multiply, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { byCodePoint } from '../../src/value/code-points.ts';
import { must } from '../../src/value/diagnostic.ts';
import type { Line } from './component.ts';
import { apportion, unitOf } from './rounding.ts';
import type { Rounding } from './rounding.ts';
import type { Row } from './world.ts';

/**
 * The earning shared over the facts of its period, in proportion to what each added, returns among sales
 * too. Where their shares cancel each other there is nothing to share by, and there are no lines.
 */
export function linesOf(earned: Ratio, shares: ReadonlyMap<string, Ratio>, rounding: Rounding, factOf: (id: string) => Row | undefined): Map<string, Line> {
  const ids = [...shares.keys()], parts = ids.map((id) => must(shares.get(id))), sum = parts.reduce(add, ZERO), unit = unitOf(rounding);
  const amounts = sum.n === 0n ? [] : apportion(earned, parts.map((p) => divide(multiply(earned, p), sum)), unit);
  return new Map(amounts.map((amount, i) => [must(ids[i]), { amount, fact: factOf(must(ids[i])) }]));
}

/** The lines again, sharing a changed whole in proportion; as they were where nothing changed. */
export function linesScaled(lines: ReadonlyMap<string, Line>, total: Ratio, unit: Ratio): Map<string, Line> {
  const keys = [...lines.keys()], now = keys.map((k) => must(lines.get(k)).amount), sum = now.reduce(add, ZERO);
  if (equal(sum, total)) return new Map(lines);
  if (sum.n === 0n) return new Map();
  const amounts = apportion(total, now.map((x) => divide(multiply(total, x), sum)), unit);
  return new Map(keys.map((k, i) => [k, { ...must(lines.get(k)), amount: must(amounts[i]) }]));
}

/** In order of date, then fact. */
export function inOrder(a: Line, b: Line, keyA: string, keyB: string): number {
  return (a.fact?.date ?? -Infinity) - (b.fact?.date ?? -Infinity) || byCodePoint(keyA, keyB);
}
