/**
 * A handful of rows → a store in memory, for `trueup test`: the same tables, codes and versions as an
 * import makes, so that plans run over them through the very same program.
 */
import type { Cell, ProgramRunner } from '../engine/engine.ts';
import { storedKinds } from '../plan/kinds.ts';
import type { Value } from '../plan/evaluate.ts';
import type { FieldType, Kind } from '../plan/plan.ts';
import type { TableSchema } from '../relation/relation.ts';
import { digitsOf } from '../stage/lower.ts';
import { entityTable, factTable, IMPORTED, isCoded, listFields, PARTS, partyTable, supersededTable, WORD } from '../stage/store.ts';
import type { Party } from './party-lists.ts';
import { assert } from '../value/diagnostic.ts';
import { multiply, powerOfTen, type Ratio, ratio } from '../value/rate.ts';

/** Lists of payees, by field. */
export type Lists = ReadonlyMap<string, readonly Party[]>;
export interface SmallRow { readonly id: string; readonly day: number; readonly currency: string; readonly values: ReadonlyMap<string, Value>; readonly lists?: Lists }
export interface SmallEntity { readonly id: string; readonly from: number | null; readonly values: ReadonlyMap<string, Value>; readonly lists?: Lists }
export interface SmallStore {
  readonly kinds: readonly Kind[];
  readonly facts: ReadonlyMap<string, readonly SmallRow[]>;
  readonly entities: ReadonlyMap<string, readonly SmallEntity[]>;
}

export async function fillStore(engine: ProgramRunner, store: SmallStore): Promise<void> {
  const words = wordsOf(store);
  const code = (word: string): number => { const c = words.get(word); assert(c !== undefined, `the word ${word} has a code`); return c; };
  await put(engine, WORD, [...words].map(([word, c]) => [c, word]));
  await put(engine, IMPORTED, [[1, 1, 'test', '', '', 0n, '', 0n, 0n, 0n, 0n, 0n, 0n, ...IMPORTED.columns.slice(13).map(() => null)]]);
  let row = 0n;
  for (const kind of storedKinds(store.kinds)) {
    await put(engine, supersededTable(kind), []);
    const table = kind.dated ? factTable(kind) : entityTable(kind);
    const fields = kind.fields.filter((f) => kind.dated || (f.name !== 'from' && f.name !== 'to'));
    const rows = kind.dated
      ? (store.facts.get(kind.name) ?? []).map((f): Cells => ({ row: row++, id: f.id, day: f.day, currency: code(f.currency), values: f.values, lists: f.lists, moneyParts: powerOfTen(digitsOf(f.currency)) }))
      : (store.entities.get(kind.name) ?? []).map((e): Cells => ({ row: row++, id: e.id, entity: code(e.id), from: e.from, values: e.values, lists: e.lists, moneyParts: PARTS }));
    await put(engine, table, rows.map((r, i) => table.columns.map((c) => cellOf(c.name, r, i, (name) => {
      const field = fields.find((f) => f.name === name);
      assert(field !== undefined, `the column ${name} is a field`);
      return stored(r.values.get(name) ?? null, field.type, code, r.moneyParts);
    }))));
    if (listFields(kind).length === 0) continue;
    await put(engine, partyTable(kind), rows.flatMap((r) => [...(r.lists ?? [])].flatMap(([field, parties]) => parties.map((p, i): Cell[] => [r.row, field, i + 1, code(p.payee), p.share]))));
  }
}

interface Cells { readonly row: bigint; readonly id: string; readonly day?: number; readonly currency?: number; readonly entity?: number; readonly from?: number | null; readonly values: ReadonlyMap<string, Value>; readonly lists: Lists | undefined; readonly moneyParts: bigint }

function cellOf(column: string, r: Cells, index: number, field: (name: string) => Cell): Cell {
  switch (column) {
    case 'row': return r.row;
    case 'seq': case 'file': return 1;
    case 'id': return r.id;
    case 'record': case 'line': return BigInt(index + 1);
    case 'hash': return '';
    case 'day': return r.day ?? null;
    case 'currency': return r.currency ?? field(column);
    case 'entity': return r.entity ?? null;
    case 'from_day': return r.from ?? null;
    case 'to_day': return null;
    default: return field(column);
  }
}

function stored(value: Value, type: FieldType, code: (word: string) => number, moneyParts: bigint): Cell {
  if (value === null) return null;
  if (isCoded(type)) return code(wordOf(value));
  switch (type) {
    case 'money': return whole(value, moneyParts);
    case 'number': case 'percent': return whole(value, PARTS);
    case 'date': return typeof value === 'object' && 'day' in value ? value.day : null;
    case 'yes_no': return value === true;
    default: return null;
  }
}
function whole(value: Value, parts: bigint): bigint | null {
  if (value === null || typeof value !== 'object' || !('n' in value)) return null;
  const scaled: Ratio = multiply(value, ratio(parts));
  assert(scaled.d === 1n, `a value of a test fits its column: ${value.n}/${value.d}`);
  return scaled.n;
}
/** What is written in a text field: numbers keep their plain form. */
export function wordOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value !== null && 'n' in value) return value.d === 1n ? String(value.n) : `${value.n}/${value.d}`;
  return value === null ? '' : String(value.day);
}

function wordsOf(store: SmallStore): Map<string, number> {
  const words = new Set<string>();
  const add = (kind: Kind, { values, lists }: Pick<SmallRow, 'values' | 'lists'>): void => {
    for (const parties of lists?.values() ?? []) for (const p of parties) words.add(p.payee);
    for (const f of kind.fields) { const v = values.get(f.name); if (isCoded(f.type) && v !== null && v !== undefined) words.add(wordOf(v)); }
  };
  for (const kind of storedKinds(store.kinds)) {
    for (const f of store.facts.get(kind.name) ?? []) { words.add(f.currency); add(kind, f); }
    for (const e of store.entities.get(kind.name) ?? []) { words.add(e.id); add(kind, e); }
  }
  return new Map([...words].sort().map((w, i) => [w, i + 1]));
}

async function put(engine: ProgramRunner, schema: TableSchema, rows: readonly (readonly Cell[])[]): Promise<void> {
  await engine.ensure(schema);
  if (rows.length > 0) await engine.append(schema, schema.columns.map((_, c) => rows.map((r) => r[c] ?? null)));
}
