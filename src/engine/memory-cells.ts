/**
 * Cells of the engine in memory: what fits into which type, which comes first, what a cast makes.
 * 32-bit integers are numbers, wider ones bigints, as everywhere at the border of an engine. A column
 * or an expression is a function from the number of a row to its cell.
 */
import type { Column, SqlType } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import { byCodePoint } from '../value/code-points.ts';
import type { Cell } from './engine.ts';

export type Read = (row: number) => Cell;
/** An expression that is ready to run. `type`: what an engine calculates it in, which for a small literal is `integer`. */
export interface Computed { readonly type: SqlType; readonly read: Read }

/** A number that its type cannot hold. It becomes `engine.overflow`, with the step that it came up in. */
export class NumberTooLarge extends Error {}

const MAX_32 = 2 ** 31 - 1;
const MAX_64 = 2n ** 63n - 1n;
/** 38 digits: what Trino holds; DuckDB would go on to 2^127, which no program may rely on. */
const MAX_WIDE = 10n ** 38n - 1n;

/** The same number, where 32 bits hold it; zero has no sign. (A product beyond them may have lost digits, so it is not said.) */
export function integer(value: number): number {
  if (value > MAX_32 || value < -MAX_32 - 1) throw new NumberTooLarge('a number has more than 32 bits');
  return value + 0;
}
function bigint(value: bigint): bigint {
  if (value > MAX_64 || value < -MAX_64 - 1n) throw new NumberTooLarge(`${value} has more than 64 bits`);
  return value;
}
function wide(value: bigint): bigint {
  if (value > MAX_WIDE || value < -MAX_WIDE) throw new NumberTooLarge(`${value} has more than 38 digits`);
  return value;
}

/** What lets a whole number through that the type holds. */
export function holding(type: SqlType): (value: bigint) => bigint {
  switch (type) {
    case 'integer': return (value) => { narrow(value); return value; };
    case 'bigint': return bigint;
    case 'wide': return wide;
    case 'boolean': case 'text': assert(false, `${type} is not a number`);
  }
}
/** A whole number as a cell of 32 bits. */
export function narrow(value: bigint): number {
  return integer(Number(value));
}

/** Whole numbers in their common form, for types of any width. */
export function asBigint({ type, read }: Computed): (row: number) => bigint | null {
  if (type !== 'integer') return read as (row: number) => bigint | null;
  return (row) => { const x = read(row); return x === null ? null : BigInt(x as number); };
}
/** The same values in the form that cells of a type have; the type may only be wider. */
export function asType(of: Computed, type: SqlType): Read {
  if (of.type === type || (of.type !== 'integer' && type === 'wide')) return of.read;
  assert(type === 'bigint' || type === 'wide', `a column of ${type} is calculated in ${type}, not in ${of.type}`);
  return of.type === 'integer' ? asBigint(of) : of.read;
}

export function castTo(of: Computed, to: SqlType): Read {
  const { type: from, read } = of;
  if (from === to) return read;
  const make = conversion(from, to);
  return (row) => { const x = read(row); return x === null ? null : make(x); };
}
function conversion(from: SqlType, to: SqlType): (cell: NonNullable<Cell>) => Cell {
  assert(from !== 'text', 'text becomes a number when it is imported, not in a program');
  switch (to) {
    case 'integer': return from === 'boolean' ? (x) => (x === true ? 1 : 0) : (x) => narrow(x as bigint);
    case 'bigint': return from === 'wide' ? (x) => bigint(x as bigint) : (x) => BigInt(x);
    case 'wide': return from === 'bigint' ? (x) => x : (x) => BigInt(x);
    case 'boolean': return from === 'integer' ? (x) => x !== 0 : (x) => x !== 0n;
    case 'text': return (x) => String(x);
  }
}

/** Which of two cells of one type comes first; neither is null. Text goes by code points, as engines order UTF-8. */
export function orderOf(type: SqlType): (a: Cell, b: Cell) => number {
  if (type === 'text') return (a, b) => byCodePoint(a as string, b as string);
  return (a, b) => ((a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0);
}
/** Which of two rows comes first, nulls last whatever the direction. */
export function rowOrder(columns: readonly { readonly type: SqlType; readonly cells: readonly Cell[]; readonly descending: boolean }[]): (a: number, b: number) => number {
  const orders = columns.map(({ type, cells, descending }) => {
    const order = orderOf(type), sign = descending ? -1 : 1;
    return (i: number, j: number): number => {
      const a = cells[i] ?? null, b = cells[j] ?? null;
      if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
      return sign * order(a, b);
    };
  });
  return (i, j) => {
    for (const order of orders) { const o = order(i, j); if (o !== 0) return o; }
    return 0;
  };
}

/** Fails as our own fault where cells that come from outside are not of their column's type. */
export function checkCells(column: Column, cells: readonly Cell[], table: string): void {
  const { name, type } = column;
  const wanted = type === 'integer' ? 'number' : type === 'boolean' ? 'boolean' : type === 'text' ? 'string' : 'bigint';
  for (const cell of cells) {
    if (cell === null) continue;
    if (typeof cell !== wanted) assert(false, `cells of ${table}.${name} are ${wanted}, not ${typeof cell}`);
    if (typeof cell === 'number') integer(cell);
    else if (typeof cell === 'bigint') holding(type)(cell);
  }
}
