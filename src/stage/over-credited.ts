/**
 * Facts whose direct credits in a plan are more than the whole. What the rules alone say is told when a plan is
 * checked; whether filters really exclude each other, and what shares come to that are found for each fact, only
 * the facts show.
 */
import type { CreditRule } from '../plan/plan.ts';
import { EARNING } from '../plan/rounds.ts';
import { aggregate, and, cast, col, compare, filter, int, keep, named, project, type Relation, sum, union, windowed } from '../relation/relation.ts';
import { must } from '../value/diagnostic.ts';
import { asWide } from './arithmetic.ts';
import { creditedFacts, type CreditsContext, slotsOf } from './credits.ts';
import { constantShare, type CreditOf, type DirectRule } from './gather.ts';

/** `relation`: (place, fact, rule, share, whole) in parts of `shareDivisor`, before factors and guardrails; `of`: the rules of each place, which is a plan and a kind. */
export interface OverCredited { readonly relation: Relation; readonly of: readonly (readonly CreditOf[])[] }

/** Undefined where no rules of the run can come to more than the whole. */
export function overCredited(context: CreditsContext): OverCredited | undefined {
  const { gathered, builders } = context;
  const groups = Map.groupBy(gathered.credited.filter((d) => !d.credit.overlay && d.credit.up === undefined && builders.has(d.kind) && d.kind !== EARNING), (d) => `${d.plan.plan}|${d.plan.effective.from}|${d.kind}`);
  const of = [...groups.values()].filter((some) => some.length > 1 || mayExceed(must(some[0]).credit));
  if (of.length === 0) return undefined;
  const given = of.flatMap((some, place) => some.map((direct) => sharesOf(direct, place, context)));
  const summed = aggregate(union(given), keep(undefined, 'place', 'fact', 'rule'), [named('share', sum(col('share')))]);
  const whole = windowed(summed, [{ name: 'whole', fn: 'sum', of: col('share'), partition: ['place', 'fact'], order: [] }]);
  return { of, relation: filter(whole, compare('>', col('whole'), asWide(int(gathered.shareDivisor)))) };
}

/** What a rule gives of each fact on the days of the plan, to whomever it names. */
function sharesOf({ plan, rule }: CreditOf, place: number, context: CreditsContext): Relation {
  const direct = must(context.gathered.rules[rule]), { factor: _, ...says } = direct.rule, plain: DirectRule = { ...direct, guards: [], rule: says };
  return union(slotsOf(plain, context).map((slot): Relation => {
    const { from, where, q } = creditedFacts(plain, slot, context), day = col('day', 'c');
    const on = and(where, compare('>=', day, int(plan.effective.from)), compare('<', day, int(plan.effective.to)));
    const rows = project(filter(from, on), [named('place', cast(int(place), 'integer')), named('fact', col('fact', 'c')), named('payee', q(slot.party)), named('rule', cast(int(rule), 'integer')), named('share', asWide(q(slot.share)))]);
    return slot.distinct === true ? aggregate(rows, keep(undefined, 'place', 'fact', 'payee', 'rule', 'share'), []) : rows;
  }));
}

/** One rule alone can give more than the whole: to everybody who is named on touches, or a share that each fact says. */
function mayExceed(rule: CreditRule): boolean {
  return rule.through !== undefined || constantShare(rule.share) === undefined || rule.split.some((step) => step.some((s) => s.share !== 'rest' && constantShare(s.share) === undefined));
}
