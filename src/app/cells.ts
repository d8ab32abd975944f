/** Rows and cells of an engine's answer as plain values. */
import type { Cell, Rows } from '../engine/engine.ts';
import { assert } from '../value/diagnostic.ts';

/** Rows as lists, their cells in the order of the columns. */
export function listOf(rows: Rows): readonly (readonly Cell[])[] {
  return Array.from({ length: rows.count }, (_, r) => rows.data.map((cells) => cells[r] ?? null));
}

/** A cell of a 32-bit column that is not null. */
export function wholeOf(cell: Cell | undefined): number {
  assert(typeof cell === 'number', 'a 32-bit cell that is not null is a number');
  return cell;
}

/** A cell of a text column; null is no text. */
export function wordOf(cell: Cell | undefined): string {
  return typeof cell === 'string' ? cell : '';
}

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, Cell>>;

export function rowsOf(rows: Rows): Row[] {
  return Array.from({ length: rows.count }, (_, r) => Object.fromEntries(rows.columns.map((c, i) => [c.name, rows.data[i]?.[r] ?? null])));
}
