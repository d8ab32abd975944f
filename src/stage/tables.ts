/**
 * Tables. `readTable` reads one at a value that is known; `pieces` turns one into affine pieces, so
 * that every reading of every one-dimensional table is the same look-up: find the piece that holds r,
 * take (a + b · r) ÷ c.
 *
 *   steps        the value of the band reached; below the first 0
 *   points       straight lines between; below the first 0; flat after the last, or extended
 *   marginal     each part at its own value, summed; a first edge of 0 goes on below it, so that returns pay back
 *   retroactive  the value reached, for everything that is paid on
 *   lookup       the row of this word
 */
import type { Value } from '../plan/evaluate.ts';
import type { Typed } from '../plan/formula.ts';
import type { Table, TableRow } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { add, compare, divide, equal, multiply, ratio, type Ratio, subtract, ZERO, lcm } from '../value/rate.ts';

/** One piece: from `low` (at it, or only over it) up to `high`; null is without end. f(r) = (a + b · r) ÷ c. */
export interface Piece {
  readonly low: Edge | null;
  readonly high: Edge | null;
  readonly a: bigint; readonly b: bigint; readonly c: bigint;
  /** the row of the table that the piece stands for; undefined below the first and in gaps */
  readonly row?: TableRow;
}
export interface Edge { readonly at: Ratio; readonly over: boolean }

/** How keys and cells of a table become numbers of the reading and of the result. */
export interface TableContext {
  /** units of keys → units of what is read */
  readonly keyScale: Ratio;
  /** dictionary code of a word, for lookups of a text field of facts; undefined where no row says it */
  readonly code: (word: string) => number | undefined;
  /** a cell, in units of the result */
  readonly cell: (typed: Typed) => Ratio;
}

export function constantPiece(y: Ratio): Piece[] {
  return [{ low: null, high: null, ...affine(y, ZERO) }];
}

export function pieces(table: Table, context: TableContext): Piece[] {
  if (table.kind === 'lookup') return lookupPieces(table, context);
  const rows = table.rows.map((row) => ({ row, edge: { at: multiply(keyOf(row), context.keyScale), over: row.over }, y: context.cell(row.value), right: row.right === undefined ? undefined : context.cell(row.right) }));
  const first = rows[0];
  assert(first !== undefined, 'a table has rows');
  switch (table.kind) {
    case 'steps': case 'retroactive': {
      return [below(first.edge, ZERO), ...rows.map(({ row, edge, y }, i): Piece => ({ low: edge, high: rows[i + 1]?.edge ?? null, row, ...affine(y, ZERO) }))];
    }
    case 'marginal': return marginalPieces(rows);
    case 'points': return pointPieces(rows, table.beyond);
  }
}

type Read = readonly { readonly row: TableRow; readonly edge: Edge; readonly y: Ratio; readonly right: Ratio | undefined }[];

function marginalPieces(rows: Read): Piece[] {
  let base = ZERO;
  const out = rows.map(({ row, edge, y }, i): Piece => {
    // F(r) = base + y · (r − edge)
    const piece: Piece = { low: edge, high: rows[i + 1]?.edge ?? null, row, ...affine(subtract(base, multiply(y, edge.at)), y) };
    const next = rows[i + 1];
    if (next !== undefined) base = add(base, multiply(y, subtract(next.edge.at, edge.at)));
    return piece;
  });
  const [first, ...rest] = out;
  assert(first !== undefined && first.low !== null, 'a marginal table has rows');
  if (equal(first.low.at, ZERO)) return [{ ...first, low: null }, ...rest];
  return [below(first.low, ZERO), ...out];
}

function pointPieces(rows: Read, beyond: 'flat' | 'extend'): Piece[] {
  const first = rows[0], last = rows.at(-1), beforeLast = rows.at(-2);
  assert(first !== undefined && last !== undefined, 'a table has rows');
  const out: Piece[] = [below({ at: first.edge.at, over: false }, ZERO)];
  rows.forEach((point, i) => {
    const next = rows[i + 1];
    const from = point.right ?? point.y;
    const low = { at: point.edge.at, over: false };
    if (next !== undefined) {
      const slope = divide(subtract(next.y, from), subtract(next.edge.at, point.edge.at));
      out.push({ low, high: { at: next.edge.at, over: false }, row: point.row, ...line(point.edge.at, from, slope) });
    } else if (beyond === 'extend' && beforeLast !== undefined) {
      const slope = divide(subtract(last.y, beforeLast.right ?? beforeLast.y), subtract(last.edge.at, beforeLast.edge.at));
      out.push({ low, high: null, row: point.row, ...line(point.edge.at, from, slope) });
    } else out.push({ low, high: null, row: point.row, ...affine(from, ZERO) });
  });
  return out;
}

/** Codes have no order that means anything: each word is a piece of its own, and the gaps are `otherwise`. */
function lookupPieces(table: Table, context: TableContext): Piece[] {
  const known = table.rows.flatMap((row) => {
    const at = typeof row.key === 'string' ? context.code(row.key) : typeof row.key === 'boolean' ? Number(row.key) : undefined;
    if (typeof row.key === 'object') return [{ row, at: multiply(row.key, context.keyScale), next: multiply(row.key, context.keyScale) }];
    // a word that no row of the store says is never read
    return at === undefined ? [] : [{ row, at: ratio(BigInt(at)), next: ratio(BigInt(at)) }];
  }).sort((a, b) => compare(a.at, b.at));
  const otherwise = table.otherwise === undefined ? undefined : context.cell(table.otherwise);
  const out: Piece[] = [];
  let low: Edge | null = null;
  for (const { row, at, next } of known) {
    if (otherwise !== undefined) out.push({ low, high: { at, over: false }, ...affine(otherwise, ZERO) });
    out.push({ low: { at, over: false }, high: { at: next, over: true }, row, ...affine(context.cell(row.value), ZERO) });
    low = { at: next, over: true };
  }
  if (otherwise !== undefined) out.push({ low, high: null, ...affine(otherwise, ZERO) });
  return out;
}

function below(edge: Edge, y: Ratio): Piece {
  return { low: null, high: edge, ...affine(y, ZERO) };
}
function line(x: Ratio, y: Ratio, slope: Ratio): { a: bigint; b: bigint; c: bigint } {
  return affine(subtract(y, multiply(slope, x)), slope);
}
/** alpha + beta · r as whole numbers over one divisor. */
function affine(alpha: Ratio, beta: Ratio): { a: bigint; b: bigint; c: bigint } {
  const c = lcm(alpha.d, beta.d);
  return { a: alpha.n * (c / alpha.d), b: beta.n * (c / beta.d), c };
}
function keyOf(row: TableRow): Ratio {
  assert(typeof row.key === 'object', 'keys of a table that is read by size are numbers; resolve checks it');
  return row.key;
}

/** A table read at a value that is known without facts; null where it is blank or no row holds. */
export function readTable(table: Table, value: (typed: Typed) => Value): Value {
  const inner = innerTable(table, value);
  if (inner === undefined) return null;
  const at = value(inner.by);
  if (inner.kind === 'lookup') {
    const row = inner.rows.find((r) => sameKey(r.key, at)), chosen = row?.value ?? inner.otherwise;
    return chosen === undefined ? null : value(chosen);
  }
  if (at === null) return null;
  const r = sizeOf(at);
  if (inner.kind === 'steps' || inner.kind === 'retroactive') {
    const row = inner.rows.findLast((x) => reaches(x, r));
    return row === undefined ? (inner.rows.some((x) => isNumber(value(x.value))) ? ZERO : null) : value(row.value);
  }
  const cell = (typed: Typed): Ratio => {
    const y = value(typed);
    assert(isNumber(y), 'a cell is a number; resolve checks it');
    return y;
  };
  const found = pieces(inner, { keyScale: ratio(1n), code: () => undefined, cell }).find((p) => holds(p, r));
  return found === undefined ? null : divide(add(ratio(found.a), multiply(ratio(found.b), r)), ratio(found.c));
}
const isNumber = (v: Value): v is Ratio => v !== null && typeof v === 'object' && 'n' in v;
function sizeOf(at: Value): Ratio {
  const r = at !== null && typeof at === 'object' && 'day' in at ? ratio(BigInt(at.day)) : at;
  assert(r !== null && typeof r === 'object', 'a table by size reads a number or a date; resolve checks it');
  return r;
}
function reaches(row: { readonly key: TableRow['key']; readonly over: boolean }, r: Ratio): boolean {
  assert(typeof row.key === 'object', 'an edge is a number');
  const c = compare(r, row.key);
  return c > 0 || (c === 0 && !row.over);
}

/** The table of one dimension that outer keys lead to; undefined where none holds. */
export function innerTable(table: Table, value: (typed: Typed) => Value): Table | undefined {
  if (table.outer === undefined) return table;
  const at = value(table.by), { rows, otherwise } = table.outer;
  const words = rows.some((r) => typeof r.key !== 'object');
  const row = at === null ? undefined : words ? rows.find((r) => sameKey(r.key, at)) : rows.findLast((r) => reaches(r, sizeOf(at)));
  const next = row?.table ?? otherwise;
  return next === undefined ? undefined : innerTable(next, value);
}
/** The first table of one dimension below outer keys: all of them are read in one way. */
export function leafTable(table: Table): Table {
  const first = table.outer?.rows[0]?.table;
  return first === undefined ? table : leafTable(first);
}
/** What the outer keys are found by, from the outside in. */
export function outerReads(table: Table): Typed[] {
  return table.outer === undefined ? [] : [table.by, ...(table.outer.rows[0] === undefined ? [] : outerReads(table.outer.rows[0].table))];
}
/** Every cell of a table, whatever its dimensions. */
export function cellsOf(table: Table): Typed[] {
  return [
    ...table.rows.flatMap((r) => (r.right === undefined ? [r.value] : [r.value, r.right])), ...(table.otherwise === undefined ? [] : [table.otherwise]),
    ...(table.outer?.rows.flatMap((r) => cellsOf(r.table)) ?? []), ...(table.outer?.otherwise === undefined ? [] : cellsOf(table.outer.otherwise)),
  ];
}

/**
 * A table of several dimensions whose outer keys are read of facts, as one dimension: each cell has a number,
 * facts are told apart by the number of their cell, and the table is a look-up of that number.
 */
export function flattened(table: Table): Table {
  const cells: Typed[] = [];
  const at = { start: 0, end: 0 };
  const numbered = (value: Typed): Typed => { cells.push(value); return { kind: 'number', value: ratio(BigInt(cells.length)), written: 'number', type: { kind: 'number' }, at }; };
  const go = (t: Table): Table => ({
    ...t, rows: t.rows.map((r) => ({ ...r, value: numbered(r.value) })), ...(t.otherwise !== undefined && { otherwise: numbered(t.otherwise) }),
    ...(t.outer !== undefined && { outer: { rows: t.outer.rows.map((r) => ({ ...r, table: go(r.table) })), ...(t.outer.otherwise !== undefined && { otherwise: go(t.outer.otherwise) }) } }),
  });
  const by: Typed = { kind: 'read', name: 'cell', table: go(table), type: { kind: 'number' }, at };
  return { kind: 'lookup', by, rows: cells.map((value, i) => ({ key: ratio(BigInt(i + 1)), over: false, value, at: table.at })), beyond: 'flat', at: table.at };
}

function sameKey(key: Ratio | string | boolean, at: Value): boolean {
  if (typeof key !== 'object') return key === at;
  return at !== null && typeof at === 'object' && 'n' in at && equal(key, at);
}

/** Does the piece hold r? */
export function holds(piece: Piece, r: Ratio): boolean {
  const from = piece.low === null ? 1 : compare(r, piece.low.at), to = piece.high === null ? -1 : compare(r, piece.high.at);
  const above = from > 0 || (from === 0 && piece.low?.over !== true);
  const under = to < 0 || (to === 0 && piece.high?.over === true);
  return above && under;
}
