/** What plans say and the stages do not calculate yet: told before anything is calculated, each with its place. */
import type { At, Kind, Plan } from '../plan/plan.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { NotBuilt } from './lower.ts';
import { measuresOf } from './reads.ts';

/** One diagnostic for each thing of these plans that is not built. */
export function notBuilt(plans: readonly Plan[], kinds: readonly Kind[]): Diagnostic[] {
  const found = plans.flatMap((plan) => [
    ...plan.states.map((s) => refused(s.at, `The state ${s.name}`)),
    ...measuresOf(plan).flatMap((m) => ('from' in m && m.from.includes('earning') ? [refused(m.at, `The measure ${m.name} of earnings`)] : [])),
    ...kinds.filter((k) => k.name === 'person').flatMap((k) => k.derived.slice(0, 1)).map((d) => refused(d.at, `The derived field ${d.name} of person`)),
  ]);
  return [...new Map(found.map((d) => [`${d.file}|${d.line}|${d.column}|${d.message}`, d])).values()];
}

function refused(at: At, what: string): Diagnostic {
  return new NotBuilt(at, `${what} is part of the plan language, but this version does not calculate it yet`, 'Say it in another way for now.').diagnostic;
}
