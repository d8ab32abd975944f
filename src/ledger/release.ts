/**
 * When a part of an earning becomes payable. What plans say about facts and days has been found out before
 * (`Timing`); here it becomes amounts with days. What is neither payable on some day nor lapsed is held:
 *
 *     payments + lapses + held = amount
 */
import { equal, multiply, ONE, ratio, type Ratio } from '../value/rate.ts';
import type { Day } from '../value/period.ts';
import { inEqualParts, type MinorRounding, roundMinor, spread, wholeWeights } from './spread.ts';

/** Later than every day: a run that knows everything knows of days up to it. */
export const FOREVER: Day = Number.MAX_SAFE_INTEGER;

export interface Payment { readonly day: Day; readonly amount: bigint }
export interface Released {
  /** in the order in which they become payable */
  readonly payments: readonly Payment[];
  readonly lapses: readonly Payment[];
}

/** What is done with what did not become payable: a ratio pays that share, and the rest lapses. */
export type Otherwise = 'lapse' | 'release' | 'hold' | Ratio;

export type Timing =
  /** on this day; `met`: the condition of that day, true where it has not come yet or there is none */
  | { readonly kind: 'day'; readonly day: Day; readonly met: boolean; readonly otherwise: Otherwise }
  /** in equal parts */
  | { readonly kind: 'instalments'; readonly days: readonly Day[] }
  /** when the event comes before `end` (null: whenever), and not before `notBefore` */
  | { readonly kind: 'event'; readonly event: { readonly day: Day; readonly met: boolean } | null; readonly notBefore: Day; readonly end: Day | null; readonly otherwise: Otherwise }
  /** as a ratio grows, before `end`; moves in order of time, each with the ratio from then on, 0 to 1 */
  | { readonly kind: 'growing'; readonly moves: readonly { readonly day: Day; readonly ratio: Ratio }[]; readonly end: Day | null; readonly otherwise: Otherwise }
  /** once, in this proportion; the rest lapses; null: the day has not come yet */
  | { readonly kind: 'proportion'; readonly day: Day; readonly ratio: Ratio | null };

/** Amounts of the parts of an earning, by their shares. */
export function partAmounts(earned: bigint, shares: readonly Ratio[], unit: bigint): bigint[] {
  return spread(earned, wholeWeights(shares), unit);
}

/** Amounts of a part for each line, in proportion to the lines. */
export function lineAmounts(part: bigint, lines: readonly bigint[], unit: bigint): bigint[] {
  return spread(part, lines, unit);
}

/** `asOf`: the last day that is known of; nothing lapses, and no share is decided, on a day after it. */
export function released(amount: bigint, timing: Timing, asOf: Day, rounding: MinorRounding): Released {
  switch (timing.kind) {
    case 'instalments': {
      const parts = inEqualParts(amount, timing.days.length, rounding.unit);
      return { payments: timing.days.map((day, i) => ({ day, amount: parts[i] ?? 0n })), lapses: [] };
    }
    case 'day': return timing.met ? on(timing.day, amount) : instead(amount, timing.day, timing.otherwise, asOf, rounding);
    case 'event': {
      const { event, end, notBefore, otherwise } = timing;
      if (event === null || (end !== null && event.day >= end)) return end === null ? NOTHING : instead(amount, end, otherwise, asOf, rounding);
      return event.met ? on(Math.max(event.day, notBefore), amount) : instead(amount, event.day, otherwise, asOf, rounding);
    }
    case 'proportion': {
      if (timing.ratio === null) return NOTHING;
      const payable = inProportion(amount, timing.ratio, rounding);
      return { ...on(timing.day, payable), lapses: some(timing.day, amount - payable) };
    }
    case 'growing': return growing(amount, timing, asOf, rounding);
  }
}

const NOTHING: Released = Object.freeze({ payments: [], lapses: [] });
const some = (day: Day, amount: bigint): Payment[] => (amount === 0n ? [] : [{ day, amount }]);
function on(day: Day, amount: bigint): Released {
  return { payments: [{ day, amount }], lapses: [] };
}

/** All of it at 1, whatever it is rounded to. */
function inProportion(amount: bigint, share: Ratio, rounding: MinorRounding): bigint {
  return equal(share, ONE) ? amount : roundMinor(multiply(ratio(amount), share), rounding);
}

function instead(rest: bigint, day: Day, otherwise: Otherwise, asOf: Day, rounding: MinorRounding): Released {
  if (otherwise === 'release') return on(day, rest);
  if (otherwise === 'hold' || day > asOf) return NOTHING;
  if (otherwise === 'lapse') return { payments: [], lapses: some(day, rest) };
  const payable = inProportion(rest, otherwise, rounding);
  return { payments: some(day, payable), lapses: some(day, rest - payable) };
}

function growing(amount: bigint, timing: Extract<Timing, { kind: 'growing' }>, asOf: Day, rounding: MinorRounding): Released {
  const { end } = timing, payments: Payment[] = [];
  let paid = 0n;
  for (const { day, ratio: share } of timing.moves) {
    if (day > asOf || (end !== null && day >= end)) break;
    const now = inProportion(amount, share, rounding);
    payments.push(...some(day, now - paid));
    paid = now;
  }
  if (end === null || end > asOf || paid === amount) return { payments, lapses: [] };
  const more = instead(amount - paid, end, timing.otherwise, asOf, rounding);
  return { payments: [...payments, ...more.payments], lapses: more.lapses };
}

export function sumOf(payments: readonly Payment[]): bigint {
  return payments.reduce((sum, p) => sum + p.amount, 0n);
}
