/**
 * What goes back, or is payable, by what happens to single facts must be pay that can be told apart by
 * facts. Where it cannot, a rule of the plan would do nothing, and nobody would see it.
 */
import type { Plan, ReleasePart, TakeBack } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { hasLines } from './attributed.ts';
import type { Catalogue, ComponentEntry } from './catalogue.ts';

/** Rules of take-backs that never reach what a component pays. */
export function unreached({ plans, components }: Catalogue): Diagnostic[] {
  return plans.flatMap(({ plan, spec }) => {
    const paying = components.filter((c) => c.plan === plan && c.parent === null && pays(c)), apart = paying.filter((c) => !hasLines(c));
    const own = apart.flatMap((c) => (c.spec.takeBack ?? []).map((rule) => said(rule, [c], 'error')));
    const under = paying.filter((c) => c.spec.takeBack === undefined), never = under.filter((c) => apart.includes(c));
    // a rule of the plan that reaches some of its components is told where it does not; one that reaches none is a mistake
    return [...waiting(spec, apart), ...own, ...(never.length === 0 ? [] : spec.takeBack.map((rule) => said(rule, never, never.length === under.length ? 'error' : 'warning')))];
  });
}
const pays = ({ spec }: ComponentEntry): boolean => spec.kind === 'group' || spec.pay !== undefined;

/** Parts of a release that an event, or a ratio of the fact, makes payable. */
function waiting(plan: Plan, apart: readonly ComponentEntry[]): Diagnostic[] {
  const parts = new Map<ReleasePart, ComponentEntry[]>();
  for (const c of apart) for (const part of c.spec.release ?? plan.release) if (part.event !== undefined || part.as !== undefined) parts.set(part, [...(parts.get(part) ?? []), c]);
  return [...parts].map(([part, some]): Diagnostic => {
    const { file, line, column, path } = part.at, names = both(some.map((c) => `\`${c.spec.name}\``));
    return {
      code: 'plan.release', severity: 'warning', file, line, column, path,
      message: `The part \`${part.name}\` waits for what happens to single facts, and what ${names} ${some.length === 1 ? 'pays' : 'pay'} cannot be told apart by the facts that it came from: ${part.event === undefined ? 'it is payable without that' : 'the event never comes'}.`,
      hint: 'Pay on a sum or a count of facts, or write `per` with the kind of fact; or give the component a `release` of its own.',
    };
  });
}

function said(rule: TakeBack, never: readonly ComponentEntry[], severity: 'error' | 'warning'): Diagnostic {
  const { file, line, column, path } = rule.at, names = both(never.map((c) => `\`${c.spec.name}\``));
  return {
    code: 'plan.release', severity, file, line, column, path,
    message: `The take-back \`${rule.name}\` never takes anything of ${names}: what ${never.length === 1 ? 'it pays' : 'they pay'} cannot be told apart by the facts that it came from.`,
    hint: severity === 'error' ? 'Pay on a sum or a count of facts, or write `per` with the kind of fact; or remove the take-back.' : 'If that is meant, move the take-back to the components that it is about.',
  };
}
