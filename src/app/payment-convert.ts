/** What a released part is in the money of the payment: each payment at the rate of its day, or all of it at one day's. */
import type { Released } from '../ledger/release.ts';
import { sumOf } from '../ledger/release.ts';
import { converted } from '../ledger/settlement.ts';
import type { Component, Plan, Roundings } from '../plan/plan.ts';
import { placeAt } from '../stage/terms.ts';
import { must } from '../value/diagnostic.ts';
import type { Period } from '../value/period.ts';
import { compare, ZERO } from '../value/rate.ts';
import { type Asked, numberOf } from './fact-values.ts';
import type { KnownFact } from './known-rows.ts';
import { minorRounding, unitsOf } from './minor.ts';

export interface ToConvert {
  readonly plan: Plan;
  readonly component: Component;
  readonly asked: Asked;
  readonly released: Released;
  /** paid, or still to be paid */
  readonly amount: bigint;
  readonly period: Period;
  /** the fact of the first line: whose date counts where the plan says `at: date` */
  readonly first: KnownFact | undefined;
  readonly round: Roundings;
}

/** Undefined where nothing is converted, or where a rate is missing: never a guess, and never 0. */
export function convertedPart(of: ToConvert): bigint | undefined {
  const { plan, component, released, amount, period } = of, convert = component.convert ?? plan.convert;
  if (convert === undefined) return undefined;
  const last = period.to - 1, digits = { from: unitsOf(plan.currency), to: unitsOf(plan.paysIn) }, rounding = minorRounding(of.round.paid, plan.paysIn);
  const pieces = convert.when === 'payment' ? [...released.payments, { day: last, amount: amount - sumOf(released.payments) }]
    : [{ day: convert.when === 'date' ? of.first?.day ?? last : last, amount }];
  return pieces.filter((p) => p.amount !== 0n).reduce<bigint | undefined>((sum, { day, amount: piece }) => {
    const place = placeAt(must(of.asked.place), { from: day, to: day + 1 });
    const rate = numberOf(convert.rate, { ...of.asked, day, place });
    return sum === undefined || rate === null || compare(rate, ZERO) <= 0 ? undefined : sum + converted(piece, rate, digits, rounding);
  }, 0n);
}
