/**
 * Measures that somebody asks for by name and that no component need look at: how engaged an account is, what a
 * pod has booked. Each is looked at as by a component without a target and without pay, below level 0, where
 * the stages after `looks` do not go. So what is asked for is worked out by the statements that pay people.
 */
import type { Leaf, Plan } from '../plan/plan.ts';
import { must } from '../value/diagnostic.ts';
import { overlapDays, periodFromLabel } from '../value/period.ts';
import { ONE } from '../value/rate.ts';
import { type AssignRows, basePlace, groupRows, merged, ofNobody, WHOLE } from './assign.ts';
import type { Catalogue, ComponentEntry, PlanEntry } from './catalogue.ts';
import { NO_CURVE } from './curve.ts';
import { COMPANY, type Gathered } from './gather.ts';
import { GROUP } from './looks.ts';
import { rowAt } from './people.ts';
import type { Cell } from './rows.ts';
import type { AlsoWanted, Spans, WindowStep } from './spans.ts';
import { roundingsOf } from './terms.ts';

/** `period`: its label; `who`: a payee, or the row of a kind whose number it is (an account, a pod). */
export interface AskedMeasure { readonly measure: string; readonly period: string; readonly who: string }

/** The periods in which measures are asked for need not be those of any component. */
export function periodsAsked(plans: readonly Plan[], asked: readonly AskedMeasure[]): AlsoWanted[] {
  return plans.flatMap((plan) => asked.flatMap((a): AlsoWanted[] => { const grain = grainOf(plan, a); return grain === undefined ? [] : [{ plan, grain }]; }));
}
function grainOf(plan: Plan, { measure, period }: AskedMeasure): AlsoWanted['grain'] | undefined {
  return plan.measures.some((m) => m.name === measure) ? periodFromLabel(plan.calendar, period)?.grain : undefined;
}

/** Each measure of each plan once, for each length of period. `first`: the number of the first. */
export function askedEntries(asked: readonly AskedMeasure[], given: { readonly plans: readonly PlanEntry[]; readonly gathered: Gathered; readonly spans: Spans; readonly first: number }): ComponentEntry[] {
  const out = new Map<string, ComponentEntry>();
  for (const { plan, spec } of given.plans) for (const a of asked) {
    const period = grainOf(spec, a), key = [plan, a.measure, period].join('|');
    if (period === undefined || out.has(key)) continue;
    const measure = must(spec.measures.find((m) => m.name === a.measure)), value = given.gathered.valueOf(spec, measure), window = { kind: 'period' as const };
    const looks: Leaf = {
      kind: 'leaf', name: measure.name, title: measure.title, measure, period, window, carry: 'none', of: 'value', better: 'higher', noTarget: 'hold', missing: 'hold',
      gates: [], multiply: [], caps: [], limits: [], round: {}, at: measure.at,
    };
    out.set(key, {
      component: given.first + out.size, plan, path: ['measure', measure.name], parent: NONE, level: NONE, spec: looks, window: given.spans.windowOf(spec, { period, window }), shape: NO_CURVE,
      value, looks: [value], reading: undefined, base: undefined, group: typeof measure.subject === 'object' ? measure.subject.entity : undefined, figures: { gates: new Map(), factors: new Map() },
    });
  }
  return [...out.values()];
}
/** no level, and no component above */
const NONE = -1;

/** Whose number it is when `who` asks in a step: his own, his group's of its last day, the company's. */
export function askedOf(entry: ComponentEntry, who: string, step: WindowStep, { people }: Pick<Catalogue, 'people'>): { readonly payee: number; readonly id: string } | undefined {
  const subject = must(entry.value).subject, person = people.byId.get(who);
  if (subject === 'company') return { payee: COMPANY, id: '' };
  if (subject === 'payee') return person && { payee: person.payee, id: who };
  const id = person === undefined ? who : rowAt(person, lastDay(step)).values.get(subject.entity);
  const payee = typeof id === 'string' ? people.code(id) : undefined;
  return typeof id === 'string' && payee !== undefined ? { payee, id } : undefined;
}
const lastDay = (step: WindowStep): number => Math.min(step.label.to, step.soFar) - 1;

/** For whom it is worked out: of a payee's number for everybody on the plan, as places among others are; else for those who are asked about. */
export function askedRows(asked: readonly AskedMeasure[], catalogue: Omit<Catalogue, 'curves'>, groupKinds: readonly string[], out: AssignRows): void {
  const { people } = catalogue, context = { catalogue, gathered: catalogue.gathered, groupKinds, code: people.code };
  for (const entry of catalogue.asked) for (const step of entry.window.steps) {
    const plan = must(catalogue.plans[entry.plan]), { spec } = plan, value = must(entry.value), round = roundingsOf(spec, {});
    if (value.subject === 'payee') {
      for (const [person, stints] of plan.members) {
        const eligible = merged(stints), place = basePlace(spec, person, eligible, step, people, round);
        if (!eligible.some((on) => overlapDays(on, { from: Math.max(step.label.from, spec.effective.from), to: step.soFar }) > 0)) continue;
        out.assign.push(rowOf(entry, person.payee, step));
        out.places.push({ entry, person, step, part: WHOLE.code, place });
        groupRows(entry, plan, person, step, WHOLE, place, context, out);
      }
      continue;
    }
    const found = asked.filter((a) => a.measure === entry.spec.name && a.period === step.label.label).flatMap((a) => askedOf(entry, a.who, step, catalogue) ?? []);
    for (const { payee, id } of new Map(found.map((f) => [f.payee, f])).values()) {
      const nobody = ofNobody(basePlace(spec, NOBODY, [], step, people, round)), person = { ...nobody.person, payee };
      const kind = value.subject === 'company' ? undefined : value.subject.entity, place = { ...nobody, person, ...(kind !== undefined && { group: { kind, id } }) };
      out.assign.push(rowOf(entry, payee, step));
      out.places.push({ entry, person, step, part: WHOLE.code, place });
      if (kind !== undefined) out.groups.push([0, plan.plan, entry.window.id, GROUP.first + groupKinds.indexOf(kind), payee, step.period, WHOLE.code, payee]);
    }
  }
}
const NOBODY = { payee: NONE, id: '', rows: [], hired: null, left: null };

/** As `assignOne` makes it of a component without target, pay and limits. */
function rowOf(entry: ComponentEntry, payee: number, step: WindowStep): Cell[] {
  return [0, 0, entry.component, payee, step.period, WHOLE.code, step.cycle, ONE.n, ONE.d, null, null, ONE.n, ONE.d, 0n, 1n, null, null, null, null, null, null, null];
}
