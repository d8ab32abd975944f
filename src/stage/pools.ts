/**
 * Pools: the result of a component is one pot, of the company, of a pod or of each fact, shared equally or
 * by a number of each payee among those who meet a condition. The pot is rounded, and its parts add up to it.
 */
import {
  and, call, cast, coalesce, col, compare, eq, type Expr, filter, int, join, keep, minus, named, not, or, plus, project, type Relation, scan, type Statement, times, when, wide, windowed,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { asWide, scanOf, sign } from './arithmetic.ts';
import type { ComponentEntry } from './catalogue.ts';
import { PAID } from './earnings.ts';
import { FIGURE } from './figures.ts';
import { REF_COMPONENT, REF_WORLD } from './reference.ts';
import { WORD } from './store.ts';

/** weights of payees are whole numbers of this many parts of one */
const WEIGHT_PARTS = 1_000_000n;

/** Rows of top-level components, those of pools with each payee's share in the place of the pot. */
export function withPools(tops: Relation, pools: readonly ComponentEntry[], figures: Statement | undefined): Relation {
  if (pools.length === 0) return tops;
  const names = columnsOf(tops).map((c) => c.name);
  const others = filter(tops, not(anyOf(pools.map((c) => c.component))));
  return { kind: 'union', relations: [project(others, keep(undefined, ...names)), ...pools.map((c) => poolRows(c, tops, names, figures))] };
}
const anyOf = (numbers: readonly number[]): Expr => or(...numbers.map((n) => eq(col('component'), int(n))));

function poolRows(c: ComponentEntry, tops: Relation, names: readonly string[], figures: Statement | undefined): Relation {
  const lines = c.spec.kind === 'leaf' && c.spec.per !== undefined;
  const { share, among } = c.figures.pool ?? {};
  const figured = (alias: string, look: number): readonly ['left', string, Relation, Expr][] => (figures === undefined ? [] : [['left', alias, scanOf(figures), and(...PAID.map((k) => eq(col(k, alias), col(k, 'e'))), eq(col('look', alias), int(FIGURE + look)))]]);
  const joined = join(
    ['e', filter(tops, eq(col('component'), int(c.component)))],
    ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'e'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 'e')), eq(col('plan_world', 'k'), col('plan_world', 'o')))],
    ['inner', 'w', scan(WORD), eq(col('code', 'w'), col('payee', 'e'))],
    ...(share === undefined ? [] : figured('s', share.index)), ...(among === undefined ? [] : figured('m', among.index)),
  );
  const number: Expr = share === undefined ? wide(WEIGHT_PARTS) : coalesce({ kind: 'ratio', n: coalesce(col('n', 's'), wide(0n)), d: coalesce(col('d', 's'), wide(1n)), scale: WEIGHT_PARTS, mode: 'half_away' }, wide(0n));
  // whoever is in no group has no part of a pot
  const apart = (weight: Expr): Expr => when(eq(col('days_n', 'e'), int(0)), wide(0n), weight);
  const counted = among === undefined ? number : when(coalesce(eq(col('n', 'm'), int(1)), { kind: 'literal', type: 'boolean', value: false }), number, wide(0n));
  const group = ['world', 'component', 'period', lines ? 'line' : 'part'];
  const rows = project(joined, [...keep('e', ...names), ...keep('k', 'end_unit', 'end_add'), named('payee_id', col('word', 'w')), named('weight', apart(counted))]);
  const potted = windowed(rows, [
    { name: 'pot', fn: lines ? 'sum' : 'max', of: col('limited'), partition: group, order: [] },
    { name: 'weights', fn: 'sum', of: col('weight'), partition: group, order: [] },
  ]);
  // the pot in whole units of the rounding of earnings; what is negative is shared as what is positive is
  const units = call('quotient', call('greatest', plus(call('abs', col('pot')), col('end_add')), wide(0n)), col('end_unit'));
  const whole = project(potted, [...keep(undefined, ...names, 'end_unit', 'payee_id', 'weight'), named('towards', sign(col('pot'))), named('units', units), named('part_d', when(eq(col('weights'), int(0)), wide(1n), col('weights')))]);
  const cut = project(whole, [...keep(undefined, ...names, 'end_unit', 'payee_id', 'towards', 'units', 'weight', 'part_d'), named('part_n', times(col('units'), col('weight')))]);
  const floored = project(cut, [...keep(undefined, ...names, 'end_unit', 'payee_id', 'towards', 'units', 'weight', 'part_n', 'part_d'), named('given', { kind: 'ratio', n: col('part_n'), d: col('part_d'), scale: 1n, mode: 'floor' })]);
  const rest = project(floored, [...keep(undefined, ...names, 'end_unit', 'payee_id', 'towards', 'units', 'weight', 'given'), named('rest', minus(col('part_n'), times(col('given'), col('part_d'))))]);
  // equal remainders go by the payee's id: his number in the store says only in which order files came
  const ranked = windowed(rest, [
    { name: 'place', fn: 'row_number', partition: group, order: [{ column: 'rest', descending: true }, { column: 'payee_id', descending: false }] },
    { name: 'all_given', fn: 'sum', of: col('given'), partition: group, order: [] },
  ]);
  const extra = when(and(compare('>', col('weight'), int(0)), compare('<=', asWide(col('place')), minus(col('units'), col('all_given')))), wide(1n), wide(0n));
  const amount = times(plus(col('given'), extra), col('end_unit'), col('towards'));
  return project(ranked, names.map((name) => named(name, name === 'limited' ? amount : name === 'days_n' || name === 'days_d' ? cast(int(1), 'bigint') : col(name))));
}
