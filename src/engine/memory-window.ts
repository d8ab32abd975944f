/** Window functions in memory: each goes through the partitions, whose rows are in order, nulls last. */
import type { Codes } from '../relation/emit.ts';
import type { Column, Relation, WindowColumn } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import type { Cell } from './engine.ts';
import { asType, holding, type Read, rowOrder } from './memory-cells.ts';
import { compile } from './memory-expression.ts';
import { bodyOver, type Frame, frame, keysOf, scopeOver } from './memory-frame.ts';

export function windowed(relation: Extract<Relation, { kind: 'window' }>, columns: readonly Column[], from: Frame, codes: Codes): Frame {
  const made = new Map(relation.columns.map((w) => [w.name, w])), types = new Map(columns.map((c) => [c.name, c.type]));
  // several columns often look through the same window
  const partitions = new Map<string, readonly (readonly number[])[]>();
  const partitionsOf = (w: WindowColumn): readonly (readonly number[])[] => {
    const key = JSON.stringify([w.partition, w.order]), known = partitions.get(key) ?? partitioned(w, from);
    partitions.set(key, known);
    return known;
  };
  return frame(columns, from.count, (name) => {
    const w = made.get(name), type = types.get(name);
    if (w === undefined) return from.cells(name);
    assert(type !== undefined, `${name} is a column of the window`);
    assert(w.fn === 'sum' || w.fn === 'max' || w.order.length > 0, `${w.fn} of a window has an order`);
    const scope = scopeOver(bodyOver(from), codes);
    const read = (e: WindowColumn['of']): Read => (e === undefined ? () => null : asType(compile(e, scope), type));
    const out: Cell[] = Array.from({ length: from.count }, () => null);
    WINDOWS[w.fn]({ of: read(w.of), before: read(w.before), ordered: w.order.length > 0, partitions: partitionsOf(w), out });
    return out;
  });
}

function partitioned(w: WindowColumn, from: Frame): readonly (readonly number[])[] {
  const keys = keysOf(w.partition.length), by = w.partition.map((name): Read => { const cells = from.cells(name); return (row) => cells[row] ?? null; });
  const parts: number[][] = [];
  for (let row = 0; row < from.count; row++) (parts[keys.put(by, row)] ??= []).push(row);
  if (w.order.length === 0) return parts;
  const order = rowOrder(w.order.map((o) => ({ type: from.typeOf(o.column), cells: from.cells(o.column), descending: o.descending })));
  return parts.map((rows) => rows.sort(order));
}

interface Window {
  readonly of: Read;
  readonly before: Read;
  readonly ordered: boolean;
  /** rows of each partition, in order */
  readonly partitions: readonly (readonly number[])[];
  readonly out: Cell[];
}

const WINDOWS: Readonly<Record<WindowColumn['fn'], (window: Window) => void>> = {
  row_number: ({ partitions, out }) => { for (const rows of partitions) rows.forEach((row, i) => { out[row] = BigInt(i + 1); }); },
  lag: (window) => neighbour(window, -1),
  lead: (window) => neighbour(window, 1),
  sum: (window) => gathered(window, (a, b) => a + b),
  max: (window) => gathered(window, (a, b) => (a > b ? a : b)),
};

function neighbour({ of, before, partitions, out }: Window, step: 1 | -1): void {
  for (const rows of partitions) rows.forEach((row, i) => {
    const other = rows[i + step];
    out[row] = other === undefined ? before(row) : of(other);
  });
}
/** Running where there is an order, else the total beside each row; nothing until something was there. */
function gathered({ of, ordered, partitions, out }: Window, add: (a: bigint, b: bigint) => bigint): void {
  const hold = holding('wide');
  for (const rows of partitions) {
    let total: bigint | null = null;
    for (const row of rows) {
      const x = of(row) as bigint | null;
      if (x !== null) total = total === null ? x : add(total, x);
      if (ordered) out[row] = total === null ? null : hold(total);
    }
    if (!ordered) { const all = total === null ? null : hold(total); for (const row of rows) out[row] = all; }
  }
}
