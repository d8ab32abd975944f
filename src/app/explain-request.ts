/** Whose pay, for which time, of which component: what a person asks for → what the run calls it, or what to ask instead. */
import { closest } from '../plan/closest.ts';
import { both } from '../plan/problem.ts';
import type { Catalogue, ComponentEntry, PlanEntry } from '../stage/catalogue.ts';
import type { Person } from '../stage/people.ts';
import { componentsOf, type WindowStep } from '../stage/spans.ts';
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import { formatDay, type Period, periodFromLabel } from '../value/period.ts';
import { nameOf } from './explain-facts.ts';
import { type PayeeRows, wideOf } from './explain-rows.ts';
import { quoted } from '../value/wording.ts';

/** One component in one of its periods. */
export interface Spot { readonly plan: PlanEntry; readonly entry: ComponentEntry; readonly step: WindowStep }
export type Found<T> = { readonly found: T } | { readonly refused: readonly Diagnostic[] };

export function refusal(code: Code, path: string, message: string, hint: string): { readonly refused: readonly Diagnostic[] } {
  return { refused: [{ code, severity: 'error', file: '', line: 0, column: 0, path, message, hint }] };
}

/** By id, or by a name that only one person has; capitals do not count. */
export function findPayee(catalogue: Catalogue, asked: string): Found<Person> {
  const { persons, byId } = catalogue.people;
  const exact = byId.get(asked);
  if (exact !== undefined) return { found: exact };
  const folded = asked.trim().toLowerCase();
  const alike = persons.filter((p) => p.id.toLowerCase() === folded || nameOf(p).toLowerCase() === folded);
  const [first, second] = alike;
  if (first !== undefined && second === undefined) return { found: first };
  if (second !== undefined) return refusal('explain.unknown_payee', 'payee', `${alike.length} people are called ${quoted(asked)}.`, `Ask by id: ${alike.map((p) => p.id).join(', ')}.`);
  const near = closest(asked.trim(), persons.flatMap((p) => [p.id, nameOf(p)])) ?? persons.map(nameOf).find((name) => name.toLowerCase().includes(folded) && folded.length > 2);
  const some = [...new Set(persons.map(nameOf))].slice(0, 5).join(', ');
  return refusal('explain.unknown_payee', 'payee', `There is nobody called ${quoted(asked)}.`,
    near === undefined ? (persons.length === 0 ? 'No people have been imported yet: run `trueup import`.' : `There are ${persons.length} people, among them ${some}.`) : `Did you mean ${near}?`);
}

export interface Asked { readonly period?: string | undefined; readonly component?: string | undefined; readonly plan?: string | undefined }

/**
 * All top-level components (or the one that is asked for) in all of their periods that lie within the period asked for.
 * Without a period: the last one for which there is pay other than 0, or else the last one.
 */
export function findSpots(catalogue: Catalogue, person: Person, rows: PayeeRows, asked: Asked): Found<{ readonly spots: readonly Spot[]; readonly period: string }> {
  const plans = catalogue.plans.filter((p) => asked.plan === undefined || p.spec.plan === asked.plan);
  if (plans.length === 0) return unknownPlan(catalogue, asked.plan ?? '');
  const every = plans.flatMap((plan) => catalogue.components.filter((c) => c.plan === plan.plan).flatMap((entry) =>
    entry.window.steps.filter((s) => rows.of('assign', entry.component, s.period).length > 0).map((step): Spot => ({ plan, entry, step }))));
  const period = asked.period ?? lastPaid(every, rows);
  if (period === undefined) return onNoPlan(catalogue, person, asked.period);
  const spans = plans.map((plan) => ({ plan, span: periodFromLabel(plan.spec.calendar, period) }));
  if (spans.every((s) => s.span === undefined)) return unknownPeriod(catalogue, period);
  const within = every.filter((spot) => { const span = spans.find((s) => s.plan === spot.plan)?.span; return span !== undefined && spot.step.label.from >= span.from && spot.step.label.to <= span.to; });
  if (within.length === 0) return nothingThen(catalogue, person, every, period, spans.find((s) => s.span !== undefined)?.span);
  const chosen = within.filter(({ entry }) => (asked.component === undefined ? entry.parent === null : isCalled(entry, asked.component)));
  if (chosen.length === 0) return unknownComponent(within, asked.component ?? '');
  return { found: { spots: chosen, period } };
}

function lastPaid(every: readonly Spot[], rows: PayeeRows): string | undefined {
  const tops = every.filter((s) => s.entry.parent === null);
  const paid = tops.filter((s) => rows.of('payouts', s.entry.component, s.step.period).some((r) => wideOf(r, 'payout') !== 0n));
  return (paid.length > 0 ? paid : tops).reduce<Spot | undefined>((best, s) => (best === undefined || later(s.step.label, best.step.label) ? s : best), undefined)?.step.label.label;
}
/** Ends later, or as late and longer. */
function later(a: Period, b: Period): boolean {
  return a.to > b.to || (a.to === b.to && a.from < b.from);
}

function isCalled(entry: ComponentEntry, asked: string): boolean {
  const folded = asked.trim().toLowerCase();
  return [entry.path.join('.'), entry.spec.name, entry.spec.title].some((name) => name.toLowerCase() === folded);
}

function unknownPlan(catalogue: Catalogue, asked: string): ReturnType<typeof refusal> {
  const names = [...new Set(catalogue.plans.map((p) => p.spec.plan))], near = closest(asked, names);
  return refusal('explain.unknown_plan', 'plan', `There is no plan ${quoted(asked)}.`, near === undefined ? `Plans are: ${both(names)}.` : `Did you mean ${near}?`);
}

function unknownPeriod(catalogue: Catalogue, asked: string): ReturnType<typeof refusal> {
  const labels = catalogue.spans.periods.map((p) => p.label), near = closest(asked, labels);
  const some = [...new Set(labels)].slice(-4);
  return refusal('explain.unknown_period', 'period', `${quoted(asked)} is not a period of the calendar.`, near === undefined ? `Write it like one of these: ${some.join(', ')}.` : `Did you mean ${near}?`);
}

function onNoPlan(catalogue: Catalogue, person: Person, period: string | undefined): ReturnType<typeof refusal> {
  const on = catalogue.plans.flatMap((p) => (p.members.get(person) ?? []).map((s) => ({ plan: p.spec.plan, from: s.from, to: s.to })));
  const merged = [...new Set(on.map((o) => o.plan))].map((plan) => {
    const own = on.filter((o) => o.plan === plan);
    return `${plan} (${formatDay(Math.min(...own.map((o) => o.from)))} to ${formatDay(Math.max(...own.map((o) => o.to)) - 1)})`;
  });
  return refusal('explain.not_on_plan', 'period', `${nameOf(person)} is on no plan${period === undefined ? '' : ` in ${period}`}.`,
    merged.length === 0 ? 'Look at `payees` of the plans, and at the role, hired and left of this person in the people file.' : `Ask for a period on a plan, which for ${nameOf(person)} is ${both(merged)}.`);
}

function nothingThen(catalogue: Catalogue, person: Person, every: readonly Spot[], period: string, span: Period | undefined): ReturnType<typeof refusal> {
  const around = span === undefined ? [] : every.filter(({ step }) => step.label.from < span.to && step.label.to > span.from);
  if (around.length === 0) return onNoPlan(catalogue, person, period);
  const labels = [...new Set(around.map((s) => s.step.label.label))];
  return refusal('explain.unknown_period', 'period', `${nameOf(person)} is not paid for ${period} by itself.`, `Pay is calculated for longer periods: ask for ${both(labels)}.`);
}

function unknownComponent(within: readonly Spot[], asked: string): ReturnType<typeof refusal> {
  const tops = [...new Set(within.filter((s) => s.entry.parent === null).map((s) => s.entry.spec))];
  const names = [...new Set(componentsOf(tops).map((c) => c.name))], near = closest(asked, names);
  return refusal('explain.unknown_component', 'component', `There is no component ${quoted(asked)} in these plans.`, near === undefined ? `Components are: ${both(names)}.` : `Did you mean ${near}?`);
}
