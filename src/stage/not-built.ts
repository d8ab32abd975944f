/** What plans say and the stages do not calculate yet: told before anything is calculated, each with its place. */
import type { At, Kind, Plan } from '../plan/plan.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import { NotBuilt } from './lower.ts';
import { meaningOf } from './states.ts';

/** One diagnostic for each thing of these plans that is not built. */
export function notBuilt(plans: readonly Plan[], kinds: readonly Kind[]): Diagnostic[] {
  const found = plans.flatMap((plan) => [
    ...(plan.exchange === undefined ? [] : [refused(plan.exchange.at, '`exchange`')]),
    ...kinds.filter((k) => k.name === 'person').flatMap((k) => k.derived.slice(0, 1)).map((d) => refused(d.at, `The derived field ${d.name} of person`)),
  ]);
  found.push(...twoMeanings(plans, kinds));
  return [...new Map(found.map((d) => [`${d.file}|${d.line}|${d.column}|${d.message}`, d])).values()];
}

function refused(at: At, what: string): Diagnostic {
  return new NotBuilt(at, `${what} is part of the plan language, but this version does not calculate it yet`, 'Say it in another way for now.').diagnostic;
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
