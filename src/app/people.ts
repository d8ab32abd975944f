/** Dated people and roles of the store → `People`. Where no source gives people, everybody who is named in a fact is one. */
import type { ProgramRunner } from '../engine/engine.ts';
import type { FieldType, Kind } from '../plan/plan.ts';
import type { Value } from '../plan/evaluate.ts';
import { aggregate, col, eq, filter, isNotNull, join, type JoinInput, keep, named, project, type Relation, scan, union } from '../relation/relation.ts';
import { CURRENCY, type Currencies } from '../stage/exchange.ts';
import { currentRows } from '../stage/kind-rows.ts';
import type { DatedRow, People, Person } from '../stage/people.ts';
import { entityTable, factTable, isCoded, listFields, ownFields, PARTS, partyTable, WORD } from '../stage/store.ts';
import { assert } from '../value/diagnostic.ts';
import { ratio } from '../value/rate.ts';
import type { Cell } from '../engine/engine.ts';

/** `groups`: kinds that people belong to, whose rows plans read. */
export async function loadPeople(engine: ProgramRunner, kinds: readonly Kind[], cut: number, groups: readonly string[] = []): Promise<People> {
  const person = kinds.find((k) => k.name === 'person' && !k.dated), role = kinds.find((k) => k.name === 'role' && !k.dated);
  // the kind is always there; rows of it only where a source gives people
  const described = person === undefined ? [] : await datedRows(engine, person, cut);
  const rows = described.length === 0 ? await creditedPeople(engine, kinds, cut) : described;
  const persons = rows.map(({ code, id, rows: dated }): Person => ({ payee: code, id, rows: dated, hired: dayOf(dated, 'hired', 'first'), left: dayOf(dated, 'left', 'last') }));
  const roles = role === undefined ? [] : await datedRows(engine, role, cut);
  const belongsTo = new Map<string, ReadonlyMap<string, readonly DatedRow[]>>(), codes = new Map(persons.map((p) => [p.id, p.payee]));
  for (const name of groups) {
    const kind = kinds.find((k) => k.name === name && !k.dated);
    if (kind === undefined) continue;
    const found = await datedRows(engine, kind, cut);
    belongsTo.set(name, new Map(found.map((g) => [g.id, g.rows])));
  }
  await addCodes(engine, persons, codes);
  return { persons, byId: new Map(persons.map((p) => [p.id, p])), roles: new Map(roles.map((r) => [r.id, r.rows])), groups: belongsTo, code: (word) => codes.get(word) };
}

/** Codes of the words in rows of people: pods, regions, roles. */
async function addCodes(engine: ProgramRunner, persons: readonly Person[], codes: Map<string, number>): Promise<void> {
  const words = new Set(persons.flatMap((p) => p.rows.flatMap((r) => [...r.values.values()].filter((v): v is string => typeof v === 'string'))));
  for (const known of codes.keys()) words.delete(known);
  if (words.size === 0) return;
  const wanted: Relation = { kind: 'values', columns: [{ name: 'word', type: 'text' }], rows: [...words].sort().map((w) => [w]) };
  const { data, count } = await engine.read(project(join(['v', wanted], ['inner', 'w', scan(WORD), eq(col('word', 'w'), col('word', 'v'))]), [...keep('w', 'code'), ...keep('v', 'word')]), ['code']);
  for (let r = 0; r < count; r++) codes.set(String(data[1]?.[r]), Number(data[0]?.[r]));
}

/** Rates of exchange: the dated rows of the kind `currency`, by code. */
export async function loadCurrencies(engine: ProgramRunner, kinds: readonly Kind[], cut: number): Promise<Currencies> {
  const kind = kinds.find((k) => k.name === CURRENCY && !k.dated);
  return new Map((kind === undefined ? [] : await datedRows(engine, kind, cut)).map((c) => [c.id, c.rows]));
}

/** A reference row with all its dated rows. */
export interface DatedEntity { readonly code: number; readonly id: string; readonly rows: readonly DatedRow[] }

export async function datedRows(engine: ProgramRunner, kind: Kind, cut: number): Promise<DatedEntity[]> {
  const table = entityTable(kind), fields = ownFields(kind);
  const coded = fields.filter((f) => isCoded(f.type));
  const inputs: JoinInput[] = [
    { as: 'e', how: 'from', relation: currentRows(table, kind, cut) },
    ...coded.map((f): JoinInput => ({ as: `w_${f.name}`, how: 'left', relation: scan(WORD), on: eq(col('code', `w_${f.name}`), col(f.name, 'e')) })),
  ];
  const relation = project({ kind: 'join', inputs }, [
    ...keep('e', 'entity', 'id', 'from_day', 'to_day'), ...fields.map((f) => named(`field_${f.name}`, isCoded(f.type) ? col('word', `w_${f.name}`) : col(f.name, 'e'))),
  ]);
  const { data, count } = await engine.read(relation, ['id', 'from_day']);
  const byId = new Map<string, { code: number; rows: DatedRow[] }>();
  for (let r = 0; r < count; r++) {
    const at = (c: number): Cell => data[c]?.[r] ?? null;
    const id = String(at(1)), from = at(2), to = at(3);
    const found = byId.get(id) ?? { code: Number(at(0)), rows: [] };
    found.rows.push({ from: typeof from === 'number' ? from : null, to: typeof to === 'number' ? to : null, values: new Map(fields.map((f, i) => [f.name, decoded(at(4 + i), f.type)])) });
    byId.set(id, found);
  }
  // a row without a first day comes before all others
  return [...byId].map(([id, { code, rows }]) => ({ code, id, rows: rows.sort((a, b) => (a.from ?? -Infinity) - (b.from ?? -Infinity)) }));
}

function decoded(cell: Cell, type: FieldType): Value {
  if (cell === null) return null;
  if (isCoded(type)) return String(cell);
  switch (type) {
    // money of people has no currency of its own: it is kept in millionths, as numbers are
    case 'money': case 'number': case 'percent': assert(typeof cell === 'bigint', 'a number is a bigint'); return ratio(cell, PARTS);
    case 'date': return { day: Number(cell) };
    case 'yes_no': return cell === true;
    default: return String(cell);
  }
}

function dayOf(rows: readonly DatedRow[], field: string, which: 'first' | 'last'): number | null {
  const days = rows.flatMap((r) => { const v = r.values.get(field); return v !== undefined && v !== null && typeof v === 'object' && 'day' in v ? [v.day] : []; });
  if (days.length === 0) return null;
  return which === 'first' ? Math.min(...days) : days[days.length - 1] ?? null;
}

/** Everybody whom a field of type payee or a list names. */
async function creditedPeople(engine: ProgramRunner, kinds: readonly Kind[], cut: number): Promise<DatedEntity[]> {
  const named_ = kinds.flatMap((k): Relation[] => {
    const table = k.dated ? factTable(k) : entityTable(k);
    const rows = currentRows(table, k, cut);
    const listed = listFields(k).length === 0 ? [] : [project(join(['p', scan(partyTable(k))], ['inner', 'v', rows, eq(col('row', 'v'), col('row', 'p'))]), [named('code', col('payee', 'p'))])];
    return [...ownFields(k).filter((f) => f.type === 'payee').map((f) => project(filter(rows, isNotNull(col(f.name))), [named('code', col(f.name))])), ...listed];
  });
  if (named_.length === 0) return [];
  const distinct = aggregate(union(named_), [named('code', col('code'))], []);
  const { data, count } = await engine.read(project(join(['c', distinct], ['inner', 'w', scan(WORD), eq(col('code', 'w'), col('code', 'c'))]), [...keep('c', 'code'), ...keep('w', 'word')]), ['word']);
  return Array.from({ length: count }, (_, r) => ({ code: Number(data[0]?.[r]), id: String(data[1]?.[r]), rows: [{ from: null, values: new Map() }] }));
}
