/** Figures of a run by the names that tests and statements use: `earned`, `COMPONENT`, `COMPONENT.target` … */
import type { Cell, Engine, Rows } from '../engine/engine.ts';
import { type Relation } from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { REF_ASSIGN } from '../stage/reference.ts';
import type { Catalogue, ComponentEntry } from '../stage/catalogue.ts';
import { digitsOf } from '../stage/lower.ts';
import { assert } from '../value/diagnostic.ts';
import { add, powerOfTen, type Ratio, ratio, ZERO } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';

export interface Figures {
  /** in currency units; `none`: there is none (held, or not measured); undefined: no such figure */
  get(payee: string, period: string, figure: string): Ratio | 'none' | undefined;
}

export async function figuresOf(engine: Engine, calculation: Calculation): Promise<Figures> {
  const { catalogue } = calculation;
  const payouts = await table(engine, calculation, 'payouts'), attainment = await table(engine, calculation, 'attainment');
  const assign = indexed(await engine.read({ kind: 'scan', table: REF_ASSIGN.table, columns: REF_ASSIGN.columns }), ['component', 'payee', 'period']);
  const byRow = { payouts: indexed(payouts, ['component', 'payee', 'period']), attainment: indexed(attainment, ['component', 'payee', 'period']) };
  const payees = new Map(catalogue.people.persons.map((p) => [p.id, p.payee]));
  return {
    get(payee, period, figure) {
      const code = payees.get(payee);
      if (code === undefined) return undefined;
      const [name = '', ...rest] = figure.split('.');
      const chosen = name === 'earned' ? catalogue.components.filter((c) => c.parent === null) : named(catalogue, [name, ...rest]);
      const what = name === 'earned' ? undefined : rest.find((r) => ['value', 'target', 'attainment', 'incentive'].includes(r));
      if (chosen.length === 0) return undefined;
      const keys = chosen.flatMap((c) => c.window.steps.filter((s) => period === '' || s.label.label === period).map((s) => ({ c, key: [c.component, code, s.period].join('|') })));
      if (what === undefined) {
        const amounts = keys.flatMap(({ c, key }) => (byRow.payouts.get(key) ?? []).map((r) => inUnits(r['payout'], c, catalogue)));
        return amounts.length === 0 ? undefined : amounts.reduce(add, ZERO);
      }
      for (const { c, key } of keys) {
        const value = what === 'incentive' ? pairOf(assign.get(key)?.[0], 'incentive_n', 'incentive_d', c, catalogue, true)
          : what === 'attainment' ? pairOf(byRow.attainment.get(key)?.[0], 'a_n', 'a_d', c, catalogue, false)
          : pairOf(byRow.attainment.get(key)?.[0], what === 'value' ? 'x_n' : 'target_n', what === 'value' ? 'x_d' : 'target_d', c, catalogue, isMoney(c));
        if (value !== undefined) return value;
      }
      return undefined;
    },
  };
}

/** Components by name, in all versions of the plan: `shared.pipeline`, or a part by its own name. */
function named(catalogue: Catalogue, path: readonly string[]): ComponentEntry[] {
  const words = path.filter((p) => !['value', 'target', 'attainment', 'incentive'].includes(p)).join('.');
  return catalogue.components.filter((c) => c.path.join('.') === words);
}
const isMoney = (c: ComponentEntry): boolean => c.spec.kind === 'leaf' && c.spec.measure?.type.kind === 'money';

function inUnits(minor: Cell | undefined, c: ComponentEntry, catalogue: Catalogue): Ratio {
  assert(typeof minor === 'bigint', 'an amount is a bigint');
  return ratio(minor, powerOfTen(digitsOf(catalogue.plans[c.plan]?.spec.currency ?? 'USD')));
}
function pairOf(row: Row | undefined, n: string, d: string, c: ComponentEntry, catalogue: Catalogue, money: boolean): Ratio | 'none' | undefined {
  if (row === undefined) return undefined;
  const top = row[n], bottom = row[d];
  if (typeof top !== 'bigint' || typeof bottom !== 'bigint') return 'none';
  return ratio(top, bottom * (money ? powerOfTen(digitsOf(catalogue.plans[c.plan]?.spec.currency ?? 'USD')) : 1n));
}

export type Row = Readonly<Record<string, Cell>>;
/** Rows of one relation of the run. */
export async function table(engine: Engine, calculation: Calculation, name: string): Promise<Rows> {
  return engine.read(relationOf(calculation, name));
}
export function relationOf(calculation: Calculation, name: string): Relation {
  const statement = calculation.compiled.program.statements.find((s) => s.name === name);
  assert(statement !== undefined, `the program has the relation ${name}`);
  return { kind: 'scan', table: name, columns: columnsOf(statement.relation) };
}
export function rowsOf(rows: Rows): Row[] {
  return Array.from({ length: rows.count }, (_, r) => Object.fromEntries(rows.columns.map((c, i) => [c.name, rows.data[i]?.[r] ?? null])));
}
function indexed(rows: Rows, key: readonly string[]): Map<string, Row[]> {
  const out = new Map<string, Row[]>();
  for (const row of rowsOf(rows)) {
    const k = key.map((c) => String(row[c])).join('|');
    out.set(k, [...(out.get(k) ?? []), row]);
  }
  return out;
}
