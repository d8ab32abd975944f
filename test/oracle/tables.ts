/** Tables (language.md section 3): a table says how it is read; keys are lower ends. */
import { add, compare, divide, equal, max, min, multiply, ratio, subtract, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { must } from '../../src/value/diagnostic.ts';
import { isMap, listOf, mapOf, textOf } from './documents.ts';
import type { Yaml, YamlMap } from './documents.ts';
import { evaluate } from './evaluate.ts';
import type { Names } from './evaluate.ts';
import { parse } from './formula.ts';
import { Bad, cellOf, isDay, isPlace, isRatio, ratioOf, sameValue } from './value.ts';
import type { Value } from './value.ts';

export const TABLE_KINDS = ['marginal', 'retroactive', 'steps', 'points', 'lookup'] as const;
export type TableKind = (typeof TABLE_KINDS)[number];

/** How a table is read where it stands. */
export interface Reading {
  /** what a table without `by` reads */
  readonly by: 'attainment' | 'value';
  /** under a factor or share a marginal table gives the average of its parts */
  readonly average?: boolean;
  /** a cell as a value: under a rate `1.5x` is a multiple of the base rate */
  readonly cell?: (text: string) => Value;
}

export function kindOf(table: YamlMap): TableKind | undefined {
  return TABLE_KINDS.find((k) => k in table);
}

/** The last index of a table, once its outer keys are found. */
export interface Inner { readonly kind: TableKind; readonly by: string; readonly at: Value; readonly rows: YamlMap }

export function innerOf(table: YamlMap, names: Names, by: string): Inner {
  const kind = kindOf(table);
  if (kind === undefined) throw new Bad('a table says how it is read: marginal, retroactive, steps, points or lookup');
  const indexes = table['by'] === undefined ? [by] : listOf(table['by']).map((b) => textOf(b) ?? '');
  const last = indexes.at(-1) ?? by;
  let rows = mapOf(table[kind]);
  for (const outer of indexes.slice(0, -1)) rows = mapOf(found(rows, evaluate(parse(outer), names)));
  return { kind, by: last, at: evaluate(parse(last), names), rows };
}

export function readTable(table: YamlMap, names: Names, reading: Reading): Value {
  const inner = innerOf(table, names, reading.by);
  const cell = reading.cell ?? ((text: string): Value => evaluate(parse(text), names));
  switch (inner.kind) {
    case 'lookup': return lookup(inner, cell);
    case 'steps': case 'retroactive': return reached(inner, cell);
    case 'points': return line(inner, cell, textOf(table['beyond']) === 'extend');
    case 'marginal': {
      const at = numberAt(inner.at);
      if (at === null) return null;
      const total = slices(inner.rows, at).reduce((sum, s) => add(sum, multiply(s.width, numberIn(cell(s.text)))), ZERO);
      return reading.average === true && at.n !== 0n ? divide(total, at) : total;
    }
  }
}

/** The row of this word, code or yes/no; no row is blank, which holds, unless there is `otherwise`. */
function lookup({ rows, at }: Inner, cell: (text: string) => Value): Value {
  if (isPlace(at)) return meanOfPlaces(at, (place) => lookup({ kind: 'lookup', by: '', at: place, rows }, cell));
  const text = textOf(exact(rows, at) ?? rows['otherwise']);
  return text === undefined ? null : cell(text);
}

/** The value of the band reached; below the first 0. */
function reached({ rows, at }: Inner, cell: (text: string) => Value): Value {
  if (at === null) return null;
  if (isPlace(at)) return meanOfPlaces(at, (place) => reached({ kind: 'steps', by: '', at: place, rows }, cell));
  const text = textOf(found(rows, at));
  return text === undefined ? ZERO : cell(text);
}

/** Section 3: a table read by a rank gives tied payees the mean of their places. */
function meanOfPlaces(at: Ratio & { readonly tied: number }, read: (place: Ratio) => Value): Ratio {
  const places = Array.from({ length: at.tied }, (_, i) => add({ n: at.n, d: at.d }, ratio(BigInt(i))));
  return divide(places.map((p) => ratioOf(read(p)) ?? ZERO).reduce(add, ZERO), ratio(BigInt(at.tied)));
}

/** Straight lines between; below the first 0; flat after the last, or extended; `[left, right]` is a jump. */
function line({ rows, at }: Inner, cell: (text: string) => Value, extend: boolean): Value {
  const x = numberAt(at);
  if (x === null) return null;
  const points = edgesOf(rows).map(({ edge, value }) => {
    const [left, right = left] = listOf(value).map((v) => numberIn(cell(textOf(v) ?? '')));
    return { x: edge, left: must(left), right: must(right) };
  });
  const i = points.findLastIndex((p) => compare(p.x, x) <= 0);
  const here = points[i], next = points[i + 1], before = points[i - 1];
  if (here === undefined) return ZERO;
  if (next !== undefined) return onLine(here.x, here.right, next.x, next.left, x);
  if (!extend || before === undefined) return here.right;
  return add(here.right, subtract(onLine(before.x, before.right, here.x, here.left, x), here.left));
}
function onLine(x0: Ratio, y0: Ratio, x1: Ratio, y1: Ratio, x: Ratio): Ratio {
  return add(y0, divide(multiply(subtract(y1, y0), subtract(x, x0)), subtract(x1, x0)));
}

/** The parts of a marginal table up to x. Below a first edge of 0 the first value goes on, so that returns pay back. */
export function slices(rows: YamlMap, x: Ratio): { readonly text: string; readonly width: Ratio }[] {
  const edges = edgesOf(rows);
  return edges.map(({ edge, value }, i) => {
    const next = edges[i + 1]?.edge;
    const width = subtract(next === undefined ? x : min(x, next), edge);
    const open = i === 0 && edge.n === 0n;
    return { text: textOf(value) ?? '', width: open ? width : max(ZERO, width) };
  });
}

interface Edge { readonly edge: Ratio; readonly over: boolean; readonly value: Yaml }

function edgesOf(rows: YamlMap): Edge[] {
  return Object.entries(rows).filter(([key]) => key !== 'otherwise').map(([key, value]) => {
    const edge = numberAt(cellOf(bare(key)));
    if (edge === null) throw new Bad(`${key} is not a lower end`);
    return { edge, over: key.startsWith(OVER), value };
  }).sort((a, b) => compare(a.edge, b.edge) || Number(a.over) - Number(b.over));
}
const OVER = 'over ';
function bare(key: string): string {
  return key.startsWith(OVER) ? key.slice(OVER.length) : key;
}

/** The row of an outer key, or of a band: the last lower end reached where keys are numbers or dates, else the row of this word. */
function found(rows: YamlMap, at: Value): Yaml | undefined {
  const keys = Object.keys(rows).filter((k) => k !== 'otherwise');
  const sized = keys.every((k) => { const v = cellOf(bare(k)); return isRatio(v) || isDay(v); });
  const x = sized ? numberAt(at) : null;
  if (x === null) return exact(rows, at) ?? rows['otherwise'];
  return edgesOf(rows).findLast(({ edge, over }) => compare(x, edge) > 0 || (!over && equal(x, edge)))?.value ?? rows['otherwise'];
}
function exact(rows: YamlMap, at: Value): Yaml | undefined {
  return Object.entries(rows).find(([key]) => key !== 'otherwise' && (key === at || sameValue(cellOf(key), at)))?.[1];
}

/** A number, or a date as the number of its day; anything else has no size. */
function numberAt(at: Value): Ratio | null {
  return isDay(at) ? ratio(BigInt(at.day)) : isRatio(at) ? { n: at.n, d: at.d } : null;
}
function numberIn(cell: Value): Ratio {
  const n = ratioOf(cell);
  if (n === null) throw new Bad('a cell of the table has no value');
  return n;
}

/** Is this a table, in place or by name? */
export function tableAt(node: Yaml | undefined, tables: YamlMap): YamlMap | undefined {
  let at = node;
  while (typeof at === 'string' && tables[at] !== undefined) at = tables[at];
  return isMap(at) ? at : undefined;
}
