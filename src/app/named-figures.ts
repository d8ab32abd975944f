/**
 * Numbers by their own names: `term.NAME`; `measure.NAME`, of a payee or of the row whose number it is (an account,
 * a pod); `round.COMPONENT`, of nobody, the round in which it is calculated; `COMPONENT.days`, the share of the days of its window on which he is on the plan.
 */
import type { ProgramRunner } from '../engine/engine.ts';
import { isRatio } from '../plan/evaluate.ts';
import { askedOf } from '../stage/asked.ts';
import { roundsOf } from '../plan/rounds.ts';
import type { PlanEntry } from '../stage/catalogue.ts';
import type { MeasureValue } from '../stage/gather.ts';
import { digitsOf } from '../stage/lower.ts';
import type { Person } from '../stage/people.ts';
import { NoValue, roundingsOf, shareOfDays, valueAt } from '../stage/terms.ts';
import { periodFromLabel } from '../value/period.ts';
import { must } from '../value/diagnostic.ts';
import { powerOfTen, type Ratio, ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { relationOf } from './run-relations.ts';

export interface NamedFigures { get(who: string, period: string, figure: string): Ratio | 'none' | undefined }

/** The measure that a figure asks for. */
export const measureAsked = (figure: string): string | undefined => (figure.startsWith('measure.') ? figure.slice('measure.'.length) : undefined);
export const isNamedFigure = (figure: string): boolean => /^(term|measure|round)\.|\.days$/.test(figure);

export async function namedFigures(engine: ProgramRunner, calculation: Calculation): Promise<NamedFigures> {
  const { catalogue, compiled } = calculation;
  const name = must(compiled.program.statements.findLast((s) => s.name === 'looks')).name;
  const keyOf = (...parts: readonly unknown[]): string => parts.join('|');
  const looks = new Map<string, Row>(rowsOf(await engine.read(relationOf(calculation, name))).map((r) => [keyOf(r['component'], r['payee'], r['period'], r['look']), r]));
  const measure = (wanted: string, who: string, period: string): Ratio | 'none' | undefined => {
    for (const c of catalogue.asked) for (const step of c.window.steps) {
      const of = c.spec.name === wanted && step.label.label === period ? askedOf(c, who, step, catalogue) : undefined, value = must(c.value);
      const row = of && looks.get(keyOf(c.component, of.payee, step.period, value.index));
      if (row !== undefined) return pairOf(row, value, must(catalogue.plans[c.plan]));
    }
    return undefined;
  };
  const term = (wanted: string, person: Person | undefined, period: string): Ratio | 'none' | undefined => {
    const plan = catalogue.plans.find(({ spec }) => {
      const found = periodFromLabel(spec.calendar, period);
      return spec.terms.some((t) => t.name === wanted) && found !== undefined && spec.effective.from < found.to && found.from < spec.effective.to;
    }), at = plan && periodFromLabel(plan.spec.calendar, period);
    const found = plan?.spec.terms.find((t) => t.name === wanted);
    if (person === undefined || at === undefined || plan === undefined || found === undefined) return undefined;
    const place = { plan: plan.spec, people: catalogue.people, person, eligible: plan.members.get(person) ?? [], round: plan.spec.round, window: { from: at.from, to: at.to, cut: at.to }, day: at.to - 1 };
    try {
      const value = valueAt({ kind: 'name', name: wanted, ref: { kind: 'term', term: wanted }, type: { kind: found.type }, at: { start: 0, end: 0 } }, place);
      return value === null ? 'none' : isRatio(value) ? value : undefined;
    } catch (error) {
      if (error instanceof NoValue) return 'none';
      throw error;
    }
  };
  const days = (path: string, person: Person | undefined, period: string): Ratio | undefined => {
    const found = catalogue.components.filter((c) => c.path.join('.') === path).flatMap((c) => c.window.steps.filter((s) => period === '' || s.label.label === period).flatMap((s): Ratio[] => {
      const { spec, members } = must(catalogue.plans[c.plan]);
      if (person === undefined || !members.has(person)) return [];
      const window = { from: s.from, to: s.to };
      return [shareOfDays({ plan: spec, people: catalogue.people, person, eligible: members.get(person) ?? [], round: roundingsOf(spec, c.spec.round), window: { ...window, cut: s.to }, day: s.to - 1 }, window)];
    }));
    return found.find((d) => d.n !== 0n) ?? found[0];
  };
  return {
    get(who, period, figure) {
      const person = catalogue.people.byId.get(who);
      const [what, ...rest] = figure.split('.'), wanted = rest.join('.');
      if (figure.endsWith('.days')) return days(figure.slice(0, -'.days'.length), person, period);
      if (what === 'round') return catalogue.plans.flatMap(({ spec }) => roundsOf(spec).get(wanted) ?? []).map((r) => ratio(BigInt(r)))[0];
      return what === 'term' ? term(wanted, person, period) : measure(wanted, who, period);
    },
  };
}

function pairOf(row: Row, value: MeasureValue, { spec }: PlanEntry): Ratio | 'none' {
  const { num, den } = row;
  if (typeof num !== 'bigint' || typeof den !== 'bigint' || den === 0n) return 'none';
  return ratio(num, den * (value.measureOf.type.kind === 'money' ? powerOfTen(digitsOf(spec.currency)) : 1n));
}
