/**
 * Nobody is paid twice for one thing: two plans that hold on the same days, pay the same people, and have a
 * component of one name that looks at one measure. A second pay on purpose has a name of its own.
 */
import { meaningOf } from '../plan/canonical.ts';
import type { Typed } from '../plan/formula.ts';
import type { Component, Plan } from '../plan/plan.ts';
import { assert, type Diagnostic } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import type { PlanEntry } from './catalogue.ts';
import type { Person } from './people.ts';

/** `peopleKnown`: without them, plans count as paying the same people where they say so in the same words. */
export function paidTwice(entries: readonly PlanEntry[], peopleKnown: boolean): Diagnostic[] {
  const looks = new Map(entries.map((e) => [e, new Map(e.spec.components.flatMap(lookedAt).map((one) => [one.what, one.component]))]));
  return entries.flatMap((a, i) => entries.slice(i + 1).flatMap((b): Diagnostic[] => {
    const from = Math.max(a.spec.effective.from, b.spec.effective.from), to = Math.min(a.spec.effective.to, b.spec.effective.to);
    const component = a.spec.plan === b.spec.plan || from >= to ? undefined : [...looks.get(b) ?? []].find(([what]) => looks.get(a)?.has(what))?.[1];
    if (component === undefined) return [];
    const both = peopleKnown ? onBoth(a, b) : [];
    if (peopleKnown ? both.length === 0 : !samePayees(a.spec, b.spec)) return [];
    const who = peopleKnown ? `${both.slice(0, 3).join(', ')}${both.length > 3 ? ` and ${both.length - 3} more` : ''} would be paid` : 'The same people are paid';
    const { file, line, column, path } = component.at;
    return [{
      code: 'plan.paid_twice', severity: 'error', file, line, column, path,
      message: `${who} twice for one thing: \`${component.name}\` of ${a.spec.plan} and of ${b.spec.plan} look at the same measure, from ${formatDay(from)} to ${formatDay(to - 1)}.`,
      hint: 'Let one of the plans end, or narrow its `payees`. If both shall be paid, give the second component another name.',
    }];
  }));
}

/** What a component pays for, and under which name. */
function lookedAt(c: Component): { readonly what: string; readonly component: Component }[] {
  // earnings are those of the plan itself
  const own = c.kind === 'leaf' && c.measure !== undefined && 'from' in c.measure && c.measure.from.includes('earning');
  return c.kind === 'leaf' && c.pay !== undefined && c.measure !== undefined && !own ? [{ what: `${c.name} ${meaningOf(c.measure)}`, component: c }] : [];
}

function onBoth(a: PlanEntry, b: PlanEntry): string[] {
  const meets = (person: Person): boolean => (a.members.get(person) ?? []).some((x) => (b.members.get(person) ?? []).some((y) => x.from < y.to && y.from < x.to));
  return [...a.members.keys()].filter(meets).map((p) => p.id).sort();
}

function samePayees(a: Plan, b: Plan): boolean {
  if (a.payees === 'all' || b.payees === 'all') return a.payees === b.payees;
  // a term may say other people in each plan
  return meaningOf(a.payees.formula) === meaningOf(b.payees.formula) && !readsTerm(a.payees.formula);
}
function readsTerm(formula: Typed): boolean {
  if (formula.kind === 'name') return formula.ref.kind === 'term';
  assert(formula.kind !== 'read', 'who is on a plan is told by no table');
  return (formula.kind === 'op' || formula.kind === 'call') && formula.args.some(readsTerm);
}
