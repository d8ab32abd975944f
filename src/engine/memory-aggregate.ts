/** Aggregates in memory: rows become groups, each function folds the rows of a group. What is null is skipped. */
import type { Codes } from '../relation/emit.ts';
import type { Column, Relation, SqlType } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import type { Cell } from './engine.ts';
import { asType, type Computed, holding, orderOf, type Read } from './memory-cells.ts';
import { type Aggregate, cellsOf, compile, type Scope } from './memory-expression.ts';
import { type Body, type Frame, frame, keysOf, picked, scopeOver } from './memory-frame.ts';

export function aggregated(relation: Extract<Relation, { kind: 'aggregate' }>, columns: readonly Column[], body: Body, codes: Codes): Frame {
  const scope = scopeOver(body, codes), types = new Map(columns.map((c) => [c.name, c.type]));
  const groups = grouped(relation.by.map(({ expr }) => compile(expr, scope).read), body.count);
  // a column of a group is that of any of its rows: here, of the first
  const firsts = scopeOver(picked(body, groups.first), codes);
  const ofGroups: Scope = { ...firsts, aggregate: (e) => folded(e, groups, scope) };
  const all = new Map([...relation.by, ...relation.columns].map(({ name, expr }) => [name, expr]));
  return frame(columns, groups.first.length, (name) => {
    const expr = all.get(name), type = types.get(name);
    assert(expr !== undefined && type !== undefined, `${name} is a column of the aggregate`);
    return cellsOf(expr, type, ofGroups, groups.first.length);
  });
}

interface Groups { readonly of: Int32Array; readonly first: Int32Array }

/** Over everything there is one group, with no row where there is none. */
function grouped(by: readonly Read[], count: number): Groups {
  const of = new Int32Array(count), first: number[] = by.length === 0 ? [count > 0 ? 0 : -1] : [], keys = keysOf(by.length);
  for (let row = 0; row < count && by.length > 0; row++) {
    const group = keys.put(by, row);
    of[row] = group;
    if (group === first.length) first.push(row);
  }
  return { of, first: Int32Array.from(first) };
}

interface Folding { readonly groups: Groups; readonly of: Computed | undefined; readonly where: Read | undefined }

const AGGREGATES: Readonly<Record<Aggregate['fn'], { readonly type: (of: SqlType | undefined) => SqlType; readonly cells: (folding: Folding) => Cell[] }>> = {
  sum: { type: () => 'wide', cells: sums },
  count: { type: () => 'bigint', cells: (f) => fold<bigint>(f, 0n, (n) => n + 1n) },
  count_distinct: { type: () => 'bigint', cells: differences },
  min: { type: valueType, cells: (f) => extremes(f, -1) },
  max: { type: valueType, cells: (f) => extremes(f, 1) },
  any_true: { type: () => 'boolean', cells: (f) => fold<boolean | null>(f, null, (any, x) => any === true || x === true) },
};

function folded(e: Aggregate, groups: Groups, scope: Scope): Computed {
  const { type, cells } = AGGREGATES[e.fn], of = e.of === undefined ? undefined : compile(e.of, scope);
  assert(of !== undefined || e.fn === 'count', `${e.fn} is of something`);
  const made = cells({ groups, of, where: e.where === undefined ? undefined : compile(e.where, scope).read });
  return { type: type(of?.type), read: (group) => made[group] ?? null };
}
function valueType(of: SqlType | undefined): SqlType {
  assert(of !== undefined, 'the least and the largest are of something');
  return of;
}

/** Goes through the rows that count: those of the filter, whose value is there. Values are calculated for all rows, as engines do before they filter. */
function eachCounted({ groups, of, where }: Folding, step: (group: number, cell: Cell) => void): void {
  for (let row = 0; row < groups.of.length; row++) {
    const cell = of === undefined ? true : of.read(row);
    if (cell !== null && (where === undefined || where(row) === true)) step(groups.of[row] ?? 0, cell);
  }
}
function fold<T extends Cell>(folding: Folding, start: T, step: (so: T, cell: Cell) => T): T[] {
  const out = Array.from(folding.groups.first, () => start);
  eachCounted(folding, (group, cell) => { out[group] = step(out[group] as T, cell); });
  return out;
}

/** Exact; only the sum itself has to fit, since the order of rows says nothing. */
function sums(folding: Folding): Cell[] {
  const of = folding.of === undefined ? undefined : { type: 'wide' as const, read: asType(folding.of, 'wide') }, hold = holding('wide');
  return fold<bigint | null>({ ...folding, of }, null, (so, cell) => (so === null ? cell as bigint : so + (cell as bigint))).map((total) => (total === null ? null : hold(total)));
}
function differences(folding: Folding): Cell[] {
  const seen = Array.from(folding.groups.first, () => new Set<Cell>());
  eachCounted(folding, (group, cell) => { seen[group]?.add(cell); });
  return seen.map((set) => BigInt(set.size));
}
function extremes(folding: Folding, sign: 1 | -1): Cell[] {
  const order = orderOf(valueType(folding.of?.type));
  return fold<Cell>(folding, null, (best, cell) => (best === null || sign * order(cell, best) > 0 ? cell : best));
}

