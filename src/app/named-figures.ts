/**
 * Numbers of a payee by their own names: `term.NAME`; `measure.NAME`, where a component, a gate or a factor of his
 * looks at it; `COMPONENT.days`, the share of the days of its window on which he is on the plan.
 */
import type { ProgramRunner } from '../engine/engine.ts';
import { isRatio } from '../plan/evaluate.ts';
import type { PlanEntry } from '../stage/catalogue.ts';
import type { MeasureValue } from '../stage/gather.ts';
import { digitsOf } from '../stage/lower.ts';
import { valuesIn } from '../stage/program.ts';
import { NoValue, roundingsOf, shareOfDays, valueAt } from '../stage/terms.ts';
import { must } from '../value/diagnostic.ts';
import { powerOfTen, type Ratio, ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { relationOf } from './run-relations.ts';

export interface NamedFigures { get(payee: number, period: string, figure: string): Ratio | 'none' | undefined }

export const isNamedFigure = (figure: string): boolean => /^(term|measure)\.|\.days$/.test(figure);

export async function namedFigures(engine: ProgramRunner, calculation: Calculation): Promise<NamedFigures> {
  const { catalogue, compiled } = calculation;
  const name = must(compiled.program.statements.findLast((s) => s.name === 'looks')).name;
  const keyOf = (...parts: readonly unknown[]): string => parts.join('|');
  const looks = new Map<string, Row>(rowsOf(await engine.read(relationOf(calculation, name))).map((r) => [keyOf(r['component'], r['payee'], r['period'], r['look']), r]));
  const measure = (wanted: string, payee: number, period: string): Ratio | 'none' | undefined => {
    for (const c of catalogue.components) for (const step of c.window.steps) {
      if (step.label.label !== period) continue;
      for (const value of c.looks.flatMap(valuesIn)) {
        const row = value.measureOf.name === wanted ? looks.get(keyOf(c.component, payee, step.period, value.index)) : undefined;
        if (row !== undefined) return pairOf(row, value, must(catalogue.plans[c.plan]));
      }
    }
    return undefined;
  };
  const term = (wanted: string, payee: number, period: string): Ratio | 'none' | undefined => {
    const person = catalogue.personOf(payee), at = catalogue.spans.periods.find((p) => p.label === period);
    const plan = catalogue.plans.find(({ spec }) => spec.terms.some((t) => t.name === wanted) && at !== undefined && spec.effective.from < at.to && at.from < spec.effective.to);
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
  const days = (path: string, payee: number, period: string): Ratio | undefined => {
    const person = catalogue.personOf(payee);
    const found = catalogue.components.filter((c) => c.path.join('.') === path).flatMap((c) => c.window.steps.filter((s) => period === '' || s.label.label === period).flatMap((s): Ratio[] => {
      const { spec, members } = must(catalogue.plans[c.plan]);
      if (person === undefined || !members.has(person)) return [];
      const window = { from: s.from, to: s.to };
      return [shareOfDays({ plan: spec, people: catalogue.people, person, eligible: members.get(person) ?? [], round: roundingsOf(spec, c.spec.round), window: { ...window, cut: s.to }, day: s.to - 1 }, window)];
    }));
    return found.find((d) => d.n !== 0n) ?? found[0];
  };
  return {
    get(payee, period, figure) {
      const [what, ...rest] = figure.split('.'), wanted = rest.join('.');
      if (figure.endsWith('.days')) return days(figure.slice(0, -'.days'.length), payee, period);
      return what === 'term' ? term(wanted, payee, period) : measure(wanted, payee, period);
    },
  };
}

function pairOf(row: Row, value: MeasureValue, { spec }: PlanEntry): Ratio | 'none' {
  const { num, den } = row;
  if (typeof num !== 'bigint' || typeof den !== 'bigint' || den === 0n) return 'none';
  return ratio(num, den * (value.measureOf.type.kind === 'money' ? powerOfTen(digitsOf(spec.currency)) : 1n));
}
