/** What pays nothing for now, and why: components that are held, one row each, the innermost that says so. */
import type { ProgramRunner } from '../engine/engine.ts';
import { and, col, compare, eq, filter, int, keep, project, union } from '../relation/relation.ts';
import { HELD } from '../stage/attainment.ts';
import { assert } from '../value/diagnostic.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf, wholeOf } from './cells.ts';
import { byName, componentName, payeeName, planOf } from './earned.ts';
import { relationOf } from './run-relations.ts';

export type HeldWhy = Exclude<keyof typeof HELD, 'no'>;
/** Each reason: `words`, to stand after "is held: "; `figure`, as tests of plans say it, before the name of what it is about. */
export const HELD_REASONS: Readonly<Record<HeldWhy, { readonly words: string; readonly figure: string }>> = {
  no_target: { words: 'the target is 0 or blank', figure: 'no target' },
  no_value: { words: 'there is no value to measure', figure: 'no value' },
  no_reading: { words: 'what its table is read at has no value', figure: 'no reading' },
  no_row: { words: 'no row of its table fits the value', figure: 'no row' },
  gate: { words: 'a gate holds it back', figure: 'gate' },
  factor: { words: 'a factor has no value', figure: 'multiply' },
  no_group: { words: 'the payee is in no group whose result it looks at', figure: 'no' },
};
/** `gate both_sides`, `multiply quality`, `no pod`, `no row`. */
export function heldWord(why: HeldWhy, about: { readonly gate: string | undefined; readonly factor: string | undefined; readonly group: string | undefined }): string {
  const name = why === 'gate' ? about.gate : why === 'factor' ? about.factor : why === 'no_group' ? about.group : undefined;
  return name === undefined ? HELD_REASONS[why].figure : `${HELD_REASONS[why].figure} ${name}`;
}
export interface Held {
  readonly plan: string;
  /** with the groups around it: `retention.revenue` */
  readonly component: string;
  readonly payee: string;
  readonly period: string;
  readonly why: HeldWhy;
}

/** Sorted by plan, component, payee and period in time. */
export async function heldComponents(engine: Pick<ProgramRunner, 'read'>, calculation: Calculation): Promise<readonly Held[]> {
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

/** The reason behind a code that is not `no`. */
export function whyOf(code: Row[string] | undefined): HeldWhy {
  const found = Object.entries(HELD).find(([, number]) => number === code)?.[0];
  assert(found !== undefined && found !== 'no', `${code} is a code of HELD`);
  return found as HeldWhy;
}
