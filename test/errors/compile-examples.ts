/** What shows only when plans meet people: found while the program of a run is made. */
import type { Value } from '../../src/plan/evaluate.ts';
import { readWorkspace } from '../../src/plan/workspace.ts';
import { compile } from '../../src/stage/compile.ts';
import type { People, Person } from '../../src/stage/people.ts';
import type { Code, Diagnostic } from '../../src/value/diagnostic.ts';
import { assert } from '../../src/value/diagnostic.ts';
import type { Example } from './example.ts';
import { BESIDE, HEAD, PAY, PLAN, reader } from './plan-examples.ts';

const PAID_TWICE = HEAD + PAY;

export const COMPILE_EXAMPLES = {
  'plan.paid_twice': { about: 'A second pay for the same measure is meant only where its component has a name of its own.', text: PAID_TWICE, diagnose: () => diagnose(PAID_TWICE, { Ada: {}, Bo: {} }, { 'plans/spring.yaml': PAID_TWICE.replace('plan: ae', 'plan: spring') }) },
  'plan.no_term_value': compiled('Missing is never zero.', `${HEAD}terms: { quota: money a year }\ncomponents:\n  deals: { measure: { sum: amount, from: deal }, target: quota, rate: 5% }\n`, { Ada: {}, Bo: {} }),
  'plan.hierarchy_cycle': compiled('Whoever is above everybody would be above himself.', `${HEAD}credits: { team: { from: deal, to: owner, up: manager, levels: all } }\n${PAY}`, { Ada: { manager: 'Bo' }, Bo: { manager: 'Ada' } }),
  'plan.too_many_digits': compiled('Numbers are added exactly, in up to 38 digits; a target of so many leaves too few for what is multiplied with it.',
    `${HEAD}components:\n  deals: { measure: { sum: amount, from: deal }, target: ${'9'.repeat(20)}, no_target: 0%, rate: { marginal: { 0%: 5% } } }\n`, { Ada: {} }),
} satisfies Partial<Record<Code, Example>>;

function compiled(about: string, text: string, people: Readonly<Record<string, Readonly<Record<string, Value>>>>): Example {
  return { about, text, diagnose: () => diagnose(text, people) };
}

function diagnose(text: string, people: Readonly<Record<string, Readonly<Record<string, Value>>>>, also: Readonly<Record<string, string>> = {}): readonly Diagnostic[] {
  const { value, diagnostics } = readWorkspace('.', reader({ ...BESIDE, [PLAN]: text, ...also }));
  if (!value || value.plans.length === 0) return diagnostics;
  const code = (word: string): number => [...word].reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 7) % 1_000_003;
  return [...diagnostics, ...compile({ plans: value.plans, kinds: value.kinds, people: peopleOf(people), code, cut: 1 }).diagnostics];
}

function peopleOf(people: Readonly<Record<string, Readonly<Record<string, Value>>>>): People {
  const persons = Object.entries(people).map(([id, values], index): Person => ({
    payee: index + 1, id, rows: [{ from: null, values: new Map(Object.entries(values)) }], hired: null, left: null,
  }));
  assert(persons.length > 0, 'an example has people');
  return { persons, byId: new Map(persons.map((person) => [person.id, person])), roles: new Map(), groups: new Map(), code: () => undefined };
}
