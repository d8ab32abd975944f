/**
 * Rows in memory, column by column. A column is calculated when it is first asked for and then kept: a
 * view costs nothing until it is read, and what nobody reads is not calculated, as on a real engine.
 */
import type { Codes } from '../relation/emit.ts';
import type { Column, SqlType } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import type { Cell } from './engine.ts';
import type { Read } from './memory-cells.ts';
import type { Scope } from './memory-expression.ts';

export interface Frame {
  readonly columns: readonly Column[];
  readonly count: number;
  readonly typeOf: (name: string) => SqlType;
  readonly cells: (name: string) => readonly Cell[];
}

export function frame(columns: readonly Column[], count: number, make: (name: string) => readonly Cell[]): Frame {
  const types = new Map(columns.map((c) => [c.name, c.type])), made = new Map<string, readonly Cell[]>();
  const typeOf = (name: string): SqlType => {
    const type = types.get(name);
    // asked for each cell of a program: the words are made only when they are needed
    return type ?? assert(false, `column ${name} exists in ${[...types.keys()].join(', ')}`) as never;
  };
  const cells = (name: string): readonly Cell[] => {
    const known = made.get(name);
    if (known !== undefined) return known;
    typeOf(name);
    const fresh = make(name);
    made.set(name, fresh);
    return fresh;
  };
  return { columns, count, typeOf, cells };
}

/** The same rows with every column calculated, and nothing kept of where they came from. */
export function stored(columns: readonly Column[], data: readonly (readonly Cell[])[], count: number): Frame {
  const byName = new Map(columns.map((c, i) => [c.name, data[i] ?? []]));
  return frame(columns, count, (name) => byName.get(name) ?? []);
}

/** What stands after FROM: one relation, or the inputs of a join. `index`: the row of the input for each row; -1 where a left join found none. */
export interface Body { readonly count: number; readonly inputs: readonly Input[] }
export interface Input { readonly as: string | undefined; readonly frame: Frame; readonly index: Int32Array | undefined }

export function bodyOver(rows: Frame, as?: string): Body {
  return { count: rows.count, inputs: [{ as, frame: rows, index: undefined }] };
}
/** These rows of a body, in this order. */
export function picked(body: Body, rows: Int32Array): Body {
  return { count: rows.length, inputs: body.inputs.map((input) => ({ ...input, index: pickedIndex(input.index, rows) })) };
}
function pickedIndex(index: Int32Array | undefined, rows: Int32Array): Int32Array {
  return index === undefined ? rows : rows.map((row) => (row < 0 ? -1 : index[row] ?? -1));
}

export function scopeOver(body: Body, codes: Codes): Scope {
  return { codes, column: (name, of) => {
    const input = inputOf(body, of);
    return { type: input.frame.typeOf(name), read: through(input.frame.cells(name), input.index) };
  } };
}
/** A column as it stands: no copy where the rows are all there and in order. */
export function columnCells(body: Body, name: string, of: string | undefined): readonly Cell[] {
  const { frame: rows, index } = inputOf(body, of), cells = rows.cells(name);
  return index === undefined ? cells : Array.from(index, (row) => (row < 0 ? null : cells[row] ?? null));
}
function inputOf(body: Body, of: string | undefined): Input {
  const input = body.inputs.find((i) => i.as === of);
  assert(input !== undefined, `${of ?? 'the relation'} is an input`);
  return input;
}
function through(cells: readonly Cell[], index: Int32Array | undefined): Read {
  if (index === undefined) return (row) => cells[row] ?? null;
  return (row) => { const at = index[row] ?? -1; return at < 0 ? null : cells[at] ?? null; };
}

/** Numbers the different keys of rows, densely and in the order of their first row. */
export interface Keys {
  /** the number of a row's key, new where it was not there */
  put(keys: readonly Read[], row: number): number;
  /** -1 where no row with this key was put */
  find(keys: readonly Read[], row: number): number;
  size(): number;
}
/** One dictionary a column, and one for each pair of a key so far and the next column's value: rows are fewer than 2^26. */
const NEXT = 2 ** 26;
export function keysOf(width: number): Keys {
  const words = Array.from({ length: width }, () => new Map<Cell, number>()), pairs = Array.from({ length: width }, () => new Map<number, number>());
  let any = false;
  return {
    put(keys, row) {
      any = true;
      let id = 0;
      for (let k = 0; k < width; k++) {
        const code = numbered(words[k] as Map<Cell, number>, keys[k]?.(row) ?? null);
        id = k === 0 ? code : numbered(pairs[k] as Map<number, number>, id * NEXT + code);
      }
      return id;
    },
    find(keys, row) {
      let id = any ? 0 : -1;
      for (let k = 0; k < width && id >= 0; k++) {
        const code = words[k]?.get(keys[k]?.(row) ?? null);
        id = code === undefined ? -1 : k === 0 ? code : pairs[k]?.get(id * NEXT + code) ?? -1;
      }
      return id;
    },
    size: () => (width === 0 ? (any ? 1 : 0) : (width === 1 ? words[0] : pairs[width - 1])?.size ?? 0),
  };
}
function numbered<K>(known: Map<K, number>, key: K): number {
  const found = known.get(key);
  if (found !== undefined) return found;
  known.set(key, known.size);
  return known.size - 1;
}

