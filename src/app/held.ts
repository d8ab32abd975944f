/** What pays nothing for now, and why: components that are held, one row each, the innermost that says so. */
import type { Engine } from '../engine/engine.ts';
import { and, col, compare, eq, filter, int, keep, project, union } from '../relation/relation.ts';
import { HELD } from '../stage/attainment.ts';
import { assert } from '../value/diagnostic.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf, wholeOf } from './cells.ts';
import { byName, componentName, payeeName, planOf } from './earned.ts';
import { relationOf } from './run-relations.ts';

export type HeldWhy = Exclude<keyof typeof HELD, 'no'>;
/** Each reason in words, to stand after "is held: ". */
export const HELD_WORDS: Readonly<Record<HeldWhy, string>> = {
  no_target: 'the target is 0 or blank',
  no_value: 'there is no value to measure',
  no_reading: 'what its table is read at has no value',
  no_row: 'no row of its table fits the value',
  gate: 'a gate holds it back',
  factor: 'a factor has no value',
  no_group: 'the payee is in no group whose result it looks at',
};
export interface Held {
  readonly plan: string;
  /** with the groups around it: `retention.revenue` */
  readonly component: string;
  readonly payee: string;
  readonly period: string;
  readonly why: HeldWhy;
}

/** Sorted by plan, component, payee and period in time. */
export async function heldComponents(engine: Engine, calculation: Calculation): Promise<readonly Held[]> {
  const { catalogue, compiled } = calculation;
  const levels = compiled.program.statements.filter((s) => s.name.startsWith('earned_')).map((s) => project(
    filter(relationOf(calculation, s.name), and(eq(col('world'), int(0)), compare('<>', col('held'), int(HELD.no)))),
    keep(undefined, 'plan', 'component', 'payee', 'period', 'parent', 'held')));
  const rows = rowsOf(await engine.read(union(levels)));
  const keyOf = (component: Row[string] | undefined, row: Row): string => `${component}|${row['payee']}|${row['period']}`;
  // a group is held where a part of it is: the part says why
  const through = new Set(rows.flatMap((r) => (r['parent'] === null ? [] : [keyOf(r['parent'], r)])));
  return rows.filter((r) => !through.has(keyOf(r['component'], r)))
    .map((r) => ({ at: wholeOf(r['period']), held: {
      plan: planOf(calculation, r['plan']).spec.plan, component: componentName(calculation, r['component']), payee: payeeName(calculation, r['payee']),
      period: catalogue.periodOf(wholeOf(r['period'])).label, why: whyOf(r['held']),
    } }))
    .sort((a, b) => byName(a.held.plan, b.held.plan) || byName(a.held.component, b.held.component) || byName(a.held.payee, b.held.payee) || a.at - b.at)
    .map(({ held }) => held);
}

function whyOf(code: Row[string] | undefined): HeldWhy {
  const found = Object.entries(HELD).find(([, number]) => number === code)?.[0];
  assert(found !== undefined && found !== 'no', `${code} is a code of HELD`);
  return found as HeldWhy;
}
