/** Walks over the cells and the dimensions of a table, however many keys it is read by. */
import type { Typed } from './formula.ts';
import type { Table } from './plan.ts';

/** What the table is read at, first to last. */
export function keysOf(table: Table): readonly Typed[] {
  const inner = table.outer?.rows[0]?.table ?? table.outer?.otherwise;
  return inner === undefined ? [table.by] : [table.by, ...keysOf(inner)];
}

/** Every value that the table may give. */
export function cellsOf(table: Table): readonly Typed[] {
  return [
    ...table.rows.flatMap((row) => (row.right === undefined ? [row.value] : [row.value, row.right])),
    ...(table.otherwise === undefined ? [] : [table.otherwise]),
    ...(table.outer?.rows.flatMap((row) => cellsOf(row.table)) ?? []),
    ...(table.outer?.otherwise === undefined ? [] : cellsOf(table.outer.otherwise)),
  ];
}

/** The table with each of its values changed. */
export function mapCells(table: Table, change: (cell: Typed) => Typed): Table {
  const { outer } = table;
  return {
    ...table,
    rows: table.rows.map((row) => ({ ...row, value: change(row.value), ...(row.right !== undefined && { right: change(row.right) }) })),
    ...(table.otherwise !== undefined && { otherwise: change(table.otherwise) }),
    ...(outer !== undefined && { outer: {
      rows: outer.rows.map((row) => ({ ...row, table: mapCells(row.table, change) })),
      ...(outer.otherwise !== undefined && { otherwise: mapCells(outer.otherwise, change) }),
    } }),
  };
}
