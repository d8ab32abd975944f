/** What a run found for one payee: a few reads of its relations, ready to be looked up by component and period. */
import type { Cell, ProgramRunner } from '../engine/engine.ts';
import { and, col, eq, filter, int, join, keep, or, project, type Relation, scan, union } from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { COMPANY } from '../stage/gather.ts';
import { REF_ASSIGN, REF_CAP, REF_FACTOR, REF_GATE, REF_GROUP } from '../stage/reference.ts';
import { assert } from '../value/diagnostic.ts';
import { add, ratio, type Ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { relationOf } from './run-relations.ts';

export interface PayeeRows {
  /** rows of a relation for a component and period, of all its parts and lines */
  of(table: PayeeTable, component: number, period: number): readonly Row[];
  /** what a sum of the payee, or of a group of his, comes to, in parts of its divisor; undefined where nothing was counted */
  measured(plan: number, measure: number, window: number, period: number, subject: number): bigint | undefined;
  /** the plan's cap in minor units */
  cap(plan: number, period: number): bigint | undefined;
  /** the row of a kind of group that the payee belongs to */
  group(plan: number, window: number, kind: number, period: number, part: number): number | undefined;
}
export type PayeeTable = 'attainment' | 'parts' | 'gates' | 'factors' | 'earned' | 'lines' | 'earnings' | 'payouts' | 'assign' | 'looks' | 'figures' | 'ranks' | 'limited';

export async function readPayee(engine: ProgramRunner, calculation: Calculation, payee: number): Promise<PayeeRows> {
  const names = calculation.compiled.program.statements.map((s) => s.name);
  const own = (name: string): Relation => filter(relationOf(calculation, name), and(eq(col('world'), int(0)), eq(col('payee'), int(payee))));
  const read = async (relation: Relation, sortedBy: readonly string[]): Promise<Row[]> => rowsOf(await engine.read(relation, sortedBy));
  const found = new Map<string, Row[]>();
  const put = async (table: PayeeTable, relation: Relation, sortedBy: readonly string[] = []): Promise<void> => {
    for (const row of await read(relation, ['component', 'period', ...sortedBy])) {
      const key = [table, row['component'], row['period']].join('|');
      const list = found.get(key);
      if (list === undefined) found.set(key, [row]); else list.push(row);
    }
  };
  for (const table of ['attainment', 'parts'] as const) await put(table, own(table), ['part', 'line', 'field_value']);
  if (names.includes('gates')) await put('gates', gatesOf(own('gates')), ['part', 'line', 'slot', 'test']);
  if (names.includes('factors')) await put('factors', factorsOf(own('factors')), ['part', 'line', 'slot']);
  const levels = names.filter((n) => /^earned_\d+$/.test(n)).map((name) => own(name));
  await put('earned', union(levels), ['part', 'line']);
  for (const table of ['earnings', 'payouts', 'looks'] as const) await put(table, own(table));
  for (const table of ['lines', 'figures', 'ranks', 'limited'] as const) if (names.includes(table)) await put(table, own(table));
  const inForce = (worlds: readonly string[]): readonly ReturnType<typeof eq>[] => [...worlds.map((w) => eq(col(w), int(0))), eq(col('payee'), int(payee))];
  await put('assign', filter(scan(REF_ASSIGN), and(...inForce(['people_world', 'plan_world']))), ['part']);
  const groups = await read(filter(scan(REF_GROUP), and(...inForce(['people_world']))), []);
  const subjects = [...new Set([payee, COMPANY, ...groups.map((g) => smallOf(g, 'subject')), ...[...found].flatMap(([key, rows]) => (key.startsWith('assign|') ? rows.map((r) => smallOf(r, 'part')) : []))])].filter((s) => s !== 0);
  const measures = filter(relationOf(calculation, 'measures'), and(eq(col('world'), int(0)), or(...subjects.map((s) => eq(col('payee'), int(s))))));
  const totals = new Map<string, bigint>();
  for (const r of await read(measures, [])) {
    const key = [r['plan'], r['measure'], r['window'], r['period'], r['payee']].join('|');
    totals.set(key, (totals.get(key) ?? 0n) + wideOf(r, 'num'));
  }
  const caps = new Map((await read(filter(scan(REF_CAP), and(...inForce(['plan_world']))), [])).map((r) => [[r['plan'], r['period']].join('|'), wideOf(r, 'cap')]));
  const grouped = new Map(groups.map((g) => [[g['plan'], g['window'], g['group_kind'], g['period'], g['part']].join('|'), smallOf(g, 'subject')]));
  return {
    of: (table, component, period) => found.get([table, component, period].join('|')) ?? [],
    measured: (...key) => totals.get(key.join('|')),
    cap: (plan, period) => caps.get([plan, period].join('|')),
    group: (...key) => grouped.get(key.join('|')),
  };
}

/** Conditions beside what the plan says of them. */
function gatesOf(gates: Relation): Relation {
  return project(join(['t', gates], ['inner', 'a', scan(REF_ASSIGN), sameRow()],
    ['inner', 'g', scan(REF_GATE), and(eq(col('plan_world', 'g'), int(0)), eq(col('gate_set', 'g'), col('gate_set', 'a')), eq(col('slot', 'g'), col('slot', 't')), eq(col('test', 'g'), col('test', 't')))]),
  [...keep('t', ...columnsOf(gates).map((c) => c.name)), ...keep('g', 'left_side', 'look', 'op', 'threshold_n', 'threshold_d')].filter((c, i, all) => all.findIndex((x) => x.name === c.name) === i));
}
function factorsOf(factors: Relation): Relation {
  return project(join(['t', factors], ['inner', 'a', scan(REF_ASSIGN), sameRow()],
    ['inner', 'g', scan(REF_FACTOR), and(eq(col('plan_world', 'g'), int(0)), eq(col('factor_set', 'g'), col('factor_set', 'a')), eq(col('slot', 'g'), col('slot', 't')))]),
  [...keep('t', ...columnsOf(factors).map((c) => c.name)), ...keep('g', 'curve', 'reads', 'look', 'average')]);
}
function sameRow(): ReturnType<typeof and> {
  return and(...['people_world', 'plan_world'].map((w) => eq(col(w, 'a'), int(0))), ...['component', 'payee', 'period', 'part'].map((k) => eq(col(k, 'a'), col(k, 't'))));
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
/** Of rows of `looks` the sum; undefined where one has no value. */
export function lookSum(rows: readonly Row[]): Ratio | undefined {
  let sum: Ratio | undefined;
  for (const { num, den } of rows) {
    if (typeof num !== 'bigint' || typeof den !== 'bigint' || den === 0n) return undefined;
    sum = sum === undefined ? ratio(num, den) : add(sum, ratio(num, den));
  }
  return sum;
}
export function textIn(cell: Cell | undefined): string {
  return typeof cell === 'string' ? cell : '';
}
