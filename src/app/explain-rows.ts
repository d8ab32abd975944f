/** What a run found for one payee: a few reads of its relations, ready to be looked up by component and period. */
import type { Cell, Engine } from '../engine/engine.ts';
import { aggregate, and, col, eq, filter, int, join, keep, named, project, type Relation, scan, sum } from '../relation/relation.ts';
import { REF_ASSIGN, REF_CAP, REF_FACTOR, REF_GATE } from '../stage/reference.ts';
import { assert } from '../value/diagnostic.ts';
import { ratio, type Ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { relationOf } from './run-relations.ts';

export interface PayeeRows {
  /** rows of `attainment`, `parts`, `gates`, `factors`, `earned`, `earnings`, `payouts`, `assign` */
  of(table: PayeeTable, component: number, period: number): readonly Row[];
  /** what a measure comes to, in parts of its divisor; undefined where nothing was counted */
  measured(plan: number, measure: number, window: number, period: number): bigint | undefined;
  /** the plan's cap in minor units */
  cap(plan: number, period: number): bigint | undefined;
}
export type PayeeTable = 'attainment' | 'parts' | 'gates' | 'factors' | 'earned' | 'earnings' | 'payouts' | 'assign';

export async function readPayee(engine: Engine, calculation: Calculation, payee: number): Promise<PayeeRows> {
  const names = calculation.compiled.program.statements.map((s) => s.name);
  const own = (name: string): Relation => filter(relationOf(calculation, name), and(eq(col('world'), int(0)), eq(col('payee'), int(payee))));
  const read = async (relation: Relation, sortedBy: readonly string[]): Promise<Row[]> => rowsOf(await engine.read(relation, sortedBy));
  const found = new Map<string, Row[]>();
  const put = (table: PayeeTable, rows: readonly Row[]): void => {
    for (const row of rows) {
      const key = [table, row['component'], row['period']].join('|');
      const list = found.get(key);
      if (list === undefined) found.set(key, [row]); else list.push(row);
    }
  };
  for (const table of ['attainment', 'parts'] as const) put(table, await read(own(table), ['component', 'period', 'field_value']));
  if (names.includes('gates')) put('gates', await read(gatesOf(own('gates')), ['component', 'period', 'slot', 'test']));
  if (names.includes('factors')) put('factors', await read(factorsOf(own('factors')), ['component', 'period', 'slot']));
  for (const name of names.filter((n) => /^earned_\d+$/.test(n))) put('earned', await read(own(name), ['component', 'period']));
  for (const table of ['earnings', 'payouts'] as const) put(table, await read(own(table), ['component', 'period']));
  put('assign', await read(filter(scan(REF_ASSIGN), and(...['people_world', 'plan_world'].map((w) => eq(col(w), int(0))), eq(col('payee'), int(payee)))), ['component', 'period']));
  const measured = aggregate(own('measures'), keep(undefined, 'plan', 'measure', 'window', 'period'), [named('num', sum(col('num')))]);
  const totals = new Map((await read(measured, [])).map((r) => [[r['plan'], r['measure'], r['window'], r['period']].join('|'), wideOf(r, 'num')]));
  const caps = new Map((await read(filter(scan(REF_CAP), and(eq(col('plan_world'), int(0)), eq(col('payee'), int(payee)))), [])).map((r) => [[r['plan'], r['period']].join('|'), wideOf(r, 'cap')]));
  return {
    of: (table, component, period) => found.get([table, component, period].join('|')) ?? [],
    measured: (plan, measure, window, period) => totals.get([plan, measure, window, period].join('|')),
    cap: (plan, period) => caps.get([plan, period].join('|')),
  };
}

/** Conditions beside what the plan says of them. */
function gatesOf(gates: Relation): Relation {
  return project(join(['t', gates], ['inner', 'a', scan(REF_ASSIGN), sameRow()],
    ['inner', 'g', scan(REF_GATE), and(eq(col('plan_world', 'g'), int(0)), eq(col('gate_set', 'g'), col('gate_set', 'a')), eq(col('slot', 'g'), col('slot', 't')), eq(col('test', 'g'), col('test', 't')))]),
  [...keep('t', 'component', 'period', 'slot', 'test', 'r_n', 'r_d', 'otherwise', 'share_n', 'share_d', 'passed'), ...keep('g', 'left_side', 'look', 'op', 'threshold_n', 'threshold_d')]);
}
function factorsOf(factors: Relation): Relation {
  return project(join(['t', factors], ['inner', 'a', scan(REF_ASSIGN), sameRow()],
    ['inner', 'g', scan(REF_FACTOR), and(eq(col('plan_world', 'g'), int(0)), eq(col('factor_set', 'g'), col('factor_set', 'a')), eq(col('slot', 'g'), col('slot', 't')))]),
  [...keep('t', 'component', 'period', 'slot', 'segment', 'r_n', 'r_d', 'f_n', 'f_d'), ...keep('g', 'curve', 'reads', 'look', 'average')]);
}
function sameRow(): ReturnType<typeof and> {
  return and(...['people_world', 'plan_world'].map((w) => eq(col(w, 'a'), int(0))), ...['component', 'payee', 'period'].map((k) => eq(col(k, 'a'), col(k, 't'))));
}

// ---- cells ----

export function wideOf(row: Row | undefined, name: string): bigint {
  const cell = row?.[name];
  assert(typeof cell === 'bigint', `${name} is a whole number`);
  return cell;
}
export function smallOf(row: Row | undefined, name: string): number {
  const cell = row?.[name];
  assert(typeof cell === 'number', `${name} is a small number`);
  return cell;
}
/** A small number, or null. */
export function smallOrNull(row: Row | undefined, name: string): number | null {
  const cell = row?.[name];
  return typeof cell === 'number' ? cell : null;
}
/** The pair `name_n` ÷ `name_d`; undefined where it is missing. */
export function pairIn(row: Row | undefined, name: string): Ratio | undefined {
  const n = row?.[`${name}_n`], d = row?.[`${name}_d`];
  return typeof n === 'bigint' && typeof d === 'bigint' ? ratio(n, d) : undefined;
}
export function textIn(cell: Cell | undefined): string {
  return typeof cell === 'string' ? cell : '';
}
