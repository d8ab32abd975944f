/**
 * Why a component is held, what it would pay were it not, and which of its gates were not met: `COMPONENT.held`,
 * `COMPONENT.would`, `COMPONENT.gated`.
 */
import type { ProgramRunner } from '../engine/engine.ts';
import { REF_ASSIGN } from '../stage/reference.ts';
import { SCALE } from '../stage/arithmetic.ts';
import { HELD } from '../stage/attainment.ts';
import type { Catalogue, ComponentEntry } from '../stage/catalogue.ts';
import { scan, union } from '../relation/relation.ts';
import { must } from '../value/diagnostic.ts';
import { add, max, min, multiply, negate, ONE, ratio, type Ratio, roundTo } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { smallOf, wideOf } from './explain-rows.ts';
import { heldWord, whyOf } from './held.ts';
import { unitsOf } from './minor.ts';
import { relationOf } from './run-relations.ts';

export interface HeldFigures {
  /** blank where nothing is held, or every gate was met; undefined: it is not calculated */
  word(c: ComponentEntry, payee: number, period: number, what: 'held' | 'gated'): string | undefined;
  /** in currency units; undefined: nobody can say, as what is missing is no gate and no factor */
  would(c: ComponentEntry, payee: number, period: number): Ratio | undefined;
}
export const HELD_FIGURES = ['held', 'would', 'gated'] as const;

const OTHERWISE = { share: 0, atMost: 1, hold: 2 } as const;
const key = (...parts: readonly unknown[]): string => parts.join('|');
const rowKey = (r: Row): string => key(r['component'], r['payee'], r['period'], r['part'], r['line']);

export async function heldFigures(engine: ProgramRunner, calculation: Calculation): Promise<HeldFigures> {
  const { catalogue, compiled } = calculation, names = compiled.program.statements.map((s) => s.name);
  const read = async (name: string): Promise<Row[]> => (names.includes(name) ? rowsOf(await engine.read(relationOf(calculation, name))) : []);
  const levels = names.filter((n) => /^earned_\d+$/.test(n)).map((n) => relationOf(calculation, n));
  const earned = Map.groupBy(rowsOf(await engine.read(union(levels), ['component', 'payee', 'period', 'part', 'line'])), (r) => key(r['component'], r['payee'], r['period']));
  const gates = Map.groupBy((await read('gates')).filter((r) => r['passed'] === false), rowKey), factors = Map.groupBy(await read('factors'), rowKey);
  const assigned = new Map(rowsOf(await engine.read(scan(REF_ASSIGN))).map((r) => [key(r['component'], r['payee'], r['period'], r['part']), r]));
  const before = new Map((await read('earnings')).map((r) => [key(r['component'], r['payee'], r['period']), wideOf(r, 'before')]));
  const rowsAt = (c: ComponentEntry, payee: number, period: number): readonly Row[] => earned.get(key(c.component, payee, period)) ?? [];
  /** slots of the gates that were not met, each once, with what follows from it */
  const failed = (row: Row): Row[] => [...new Map((gates.get(rowKey(row)) ?? []).map((g) => [smallOf(g, 'slot'), g])).entries()].sort(([a], [b]) => a - b).map(([, g]) => g);
  const partsOf = (c: ComponentEntry): ComponentEntry[] => catalogue.components.filter((p) => p.parent === c.component);

  const held = (c: ComponentEntry, payee: number, period: number): string => {
    // a group is held where a part of it is: the part says why
    for (const part of partsOf(c)) { const said = held(part, payee, period); if (said !== '') return said; }
    const row = rowsAt(c, payee, period).find((r) => r['held'] !== HELD.no);
    if (row === undefined) return '';
    const holding = failed(row).find((g) => g['otherwise'] === OTHERWISE.hold), missing = (factors.get(rowKey(row)) ?? []).filter((f) => f['f_n'] === null).map((f) => smallOf(f, 'slot')).sort((a, b) => a - b)[0];
    return heldWord(whyOf(row['held']), { gate: holding && c.spec.gates[smallOf(holding, 'slot')]?.name, factor: missing === undefined ? undefined : c.spec.multiply[missing]?.name, group: c.group });
  };
  /** in minor units: what the component comes to with gates that hold, and factors without a value, left out */
  const unheld = (c: ComponentEntry, payee: number, period: number): Ratio | undefined => {
    const parts = partsOf(c), amounts = rowsAt(c, payee, period).map((row): Ratio | undefined => {
      const below = parts.map((part) => unheld(part, payee, period));
      const raw = c.spec.kind === 'leaf' ? ratio(wideOf(row, 'raw'), SCALE) : below.reduce((a, b) => (a === undefined || b === undefined ? undefined : add(a, b)), ratio(0n));
      const open = row['held'] === HELD.no || row['held'] === HELD.gate || row['held'] === HELD.factor || c.spec.kind === 'group';
      if (raw === undefined || !open || c.spec.pool !== undefined) return undefined;
      return multiply(after(raw, failed(row), factors.get(rowKey(row)) ?? [], must(assigned.get(key(row['component'], payee, period, row['part'])))), ratio(wideOf(row, 'days_n'), wideOf(row, 'days_d')));
    });
    return amounts.length === 0 ? undefined : amounts.reduce((a, b) => (a === undefined || b === undefined ? undefined : add(a, b)));
  };
  return {
    word(c, payee, period, what) {
      const rows = rowsAt(c, payee, period);
      if (rows.length === 0) return undefined;
      if (what === 'held') return held(c, payee, period);
      const slots = new Set(rows.flatMap(failed).map((g) => smallOf(g, 'slot')));
      return c.spec.gates.filter((_, slot) => slots.has(slot)).map((g) => g.name).join(' ');
    },
    would(c, payee, period) {
      const amount = unheld(c, payee, period), units = unitsOf(currencyOf(c, catalogue));
      if (amount === undefined) return undefined;
      const { end } = { ...must(catalogue.plans[c.plan]).spec.round, ...c.spec.round };
      if (c.parent !== null || end === undefined) return multiply(amount, ratio(1n, units));
      // of a window that goes on, what earlier periods of it earned is not paid again
      const soFar = roundTo(multiply(amount, ratio(1n, units)), end.unit, end.mode);
      return add(soFar, negate(ratio(before.get(key(c.component, payee, period)) ?? 0n, units)));
    },
  };
}
const currencyOf = (c: ComponentEntry, catalogue: Catalogue): string => must(catalogue.plans[c.plan]).spec.currency;

/** Gates, factors, cap, floor, as the program takes them. */
function after(raw: Ratio, failed: readonly Row[], factors: readonly Row[], assigned: Row): Ratio {
  const pair = (row: Row, n: string, d: string): Ratio | undefined => (row[n] === null || row[d] === null ? undefined : ratio(wideOf(row, n), wideOf(row, d)));
  let now = raw;
  for (const gate of failed) {
    const share = pair(gate, 'share_n', 'share_d') ?? ONE;
    if (gate['otherwise'] === OTHERWISE.share) now = multiply(now, share);
    if (gate['otherwise'] === OTHERWISE.atMost) now = min(now, multiply(must(pair(assigned, 'incentive_n', 'incentive_d')), share));
  }
  for (const factor of factors) now = multiply(now, pair(factor, 'f_n', 'f_d') ?? ONE);
  const cap = pair(assigned, 'cap_n', 'cap_d'), floor = pair(assigned, 'floor_n', 'floor_d');
  const capped = cap === undefined ? now : min(now, cap);
  return floor === undefined ? capped : max(capped, floor);
}
