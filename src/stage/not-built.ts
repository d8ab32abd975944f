/** What plans say and the stages do not calculate yet: told before anything is calculated, each with its place. */
import type { Component, Kind, Plan } from '../plan/plan.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import { hasFactors } from './curve.ts';
import { NotBuilt } from './lower.ts';
import { namesOf } from './reads.ts';
import { meaningOf } from './states.ts';

/** One diagnostic for each thing of these plans that is not built. */
export function notBuilt(plans: readonly Plan[], kinds: readonly Kind[]): Diagnostic[] {
  const found = plans.flatMap((plan) => plan.components.flatMap((c) => [...potOf(c), ...carriedApart(c)]));
  found.push(...twoMeanings(plans, kinds));
  return [...new Map(found.map((d) => [`${d.file}|${d.line}|${d.column}|${d.message}`, d])).values()];
}

/** What one fact misses of its target is not what the payee misses. */
function carriedApart(spec: Component): Diagnostic[] {
  if (spec.kind !== 'leaf' || spec.per === undefined || spec.carry !== 'shortfall') return [];
  return [new NotBuilt(spec.at, `A shortfall of ${spec.name} that is carried while each fact is paid by itself is not built yet`, 'Leave `carry` or `per` out.').diagnostic];
}

/** A pot is nobody's until it is shared: what only a payee has, it cannot read. */
function potOf(spec: Component): Diagnostic[] {
  if (spec.kind !== 'leaf' || spec.pool === undefined || spec.per !== undefined) return [];
  const numbers = [...(spec.pay === undefined ? [] : [spec.pay.number]), spec.target, ...spec.multiply.map((f) => f.factor), ...spec.caps.map((c) => c.amount), spec.floor?.amount];
  const formulas = [...numbers, ...spec.gates.flatMap((g) => [g.condition, ...(g.otherwise.kind === 'hold' ? [] : [g.otherwise.kind === 'share' ? g.otherwise.of : g.otherwise.share])])].filter((f) => f !== undefined);
  const own = formulas.flatMap(namesOf).find((n) => ['payee', 'payee_field', 'person_term'].includes(n.ref.kind));
  const shares = spec.pay?.form === 'payout' || (spec.pay?.form === 'rate' && hasFactors(spec.pay.number)) || spec.gates.some((g) => g.otherwise.kind === 'at_most') || spec.caps.some((c) => c.kind === 'share') || spec.floor?.kind === 'share';
  const hint = 'Read terms with one value for all, fields of the group, the measure and its attainment.';
  return [
    ...(own === undefined ? [] : [new NotBuilt(spec.at, `The pot of ${spec.name} is nobody's until it is shared, and it reads ${own.name} of a payee`, hint)]),
    ...(shares && spec.incentive === undefined ? [new NotBuilt(spec.at, `The pot of ${spec.name} is a share of an incentive, and it has none of its own`, 'Give the component an `incentive`: the pot at 100 %.')] : []),
  ].map((n) => n.diagnostic);
}

/** A state is one thing to a run: its entries are facts of its name, whichever plan reads them. */
function twoMeanings(plans: readonly Plan[], kinds: readonly Kind[]): Diagnostic[] {
  const known = new Map<string, { readonly meaning: string; readonly plan: Plan }>();
  return plans.flatMap((plan) => plan.states.flatMap((s) => {
    const meaning = meaningOf(s, plan, kinds), before = known.get(s.name);
    if (before === undefined) known.set(s.name, { meaning, plan });
    if (before === undefined || before.meaning === meaning) return [];
    return [new NotBuilt(s.at, `The state ${s.name} comes to other entries in ${versionText(plan)} than in ${versionText(before.plan)}: what it says, the measures that it reads, or the guardrails of their facts differ`, 'Give one of them another name.').diagnostic];
  }));
}
const versionText = (plan: Plan): string => `${plan.plan} (from ${formatDay(plan.effective.from)})`;
