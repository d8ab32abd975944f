/** Which events take back what was paid for a fact, as the rules of a plan say it of each event. */
import type { BackEvent } from '../ledger/take-back.ts';
import type { Plan, TakeBack } from '../plan/plan.ts';
import { inMinor } from '../stage/terms.ts';
import { instalmentDays, later } from '../value/length.ts';
import { periodAt } from '../value/period.ts';
import { ONE, ZERO } from '../value/rate.ts';
import { type Asked, holds, numberOf } from './fact-values.ts';
import type { KnownFact, KnownRows } from './known-rows.ts';
import { factFields } from './payment-timing.ts';

export interface Backs {
  /** how many rules there are */
  readonly rules: number;
  /** in order of day, then id */
  of(fact: KnownFact, asked: Asked): readonly BackEvent[];
}

export function backsOf(rules: readonly TakeBack[], plan: Plan, known: KnownRows): Backs {
  const events = (fact: KnownFact, rule: TakeBack): readonly KnownFact[] =>
    factFields(rule.from, fact.kind, known.kinds).flatMap((field) => known.naming(rule.from, field, fact.id));
  return {
    rules: rules.length,
    of: (fact, asked) => rules.flatMap((rule) => events(fact, rule).flatMap((event) => backOf(rule, event, fact, plan, asked)))
      .sort((a, b) => a.back.day - b.back.day || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)).map((x) => x.back),
  };
}

function backOf(rule: TakeBack, event: KnownFact, fact: KnownFact, plan: Plan, asked: Asked): { readonly id: string; readonly back: BackEvent }[] {
  const about: Asked = { ...asked, about: { fact: event }, day: event.day };
  if (!holds(rule.where?.formula, about)) return [];
  if (rule.within !== undefined && event.day >= later(fact.day, rule.within)) return [];
  // a blank share or amount takes nothing: it is not known
  const takes: BackEvent['takes'] = rule.amount === undefined
    ? { kind: 'share', share: rule.share === undefined ? ONE : numberOf(rule.share, about) ?? ZERO }
    : { kind: 'amount', amount: inMinor(numberOf(rule.amount, about) ?? ZERO, plan.currency) };
  return [{ id: event.id, back: {
    rule: rule.name, day: event.day, paidUntil: periodAt(plan.calendar, plan.period, event.day).to, takes,
    days: rule.instalments === undefined ? [event.day] : instalmentDays(event.day, rule.instalments), cap: rule.cap,
  } }];
}
