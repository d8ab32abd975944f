/**
 * Single facts and reference rows of a run, read back as values: what releases and take-backs say about
 * one fact is found from them. Only the kinds that they name are read.
 */
import type { Cell, ProgramRunner } from '../engine/engine.ts';
import type { Value } from '../plan/evaluate.ts';
import type { FieldType, Kind } from '../plan/plan.ts';
import { columnsOf } from '../relation/check.ts';
import { col, eq, filter, int, type JoinInput, keep, named, project, type Relation, scan, type Statement } from '../relation/relation.ts';
import { scanOf } from '../stage/arithmetic.ts';
import { lineage } from '../stage/lineage.ts';
import { entityRows, idedRows, type KindRows, rowsOfKind } from '../stage/kind-rows.ts';
import { digitsOf } from '../stage/lower.ts';
import type { DatedRow } from '../stage/people.ts';
import { fieldsOf, staysColumns, staysName } from '../stage/row-scope.ts';
import { isCoded, PARTS, WORD } from '../stage/store.ts';
import { byCodePoint } from '../value/code-points.ts';
import { must } from '../value/diagnostic.ts';
import type { Day } from '../value/period.ts';
import { powerOfTen, ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { datedRows } from './people.ts';

export interface KnownFact {
  readonly kind: string;
  /** its number in the store */
  readonly row: bigint;
  readonly id: string;
  readonly day: Day;
  /** whose rate of exchange its money has: of what takes back another fact, the day of that one */
  readonly moneyDay: Day;
  /** takes back another fact */
  readonly reversal: boolean;
  readonly values: ReadonlyMap<string, Value>;
}
export interface KnownRows {
  readonly kinds: readonly Kind[];
  /** in order of day, then id */
  facts(kind: string): readonly KnownFact[];
  fact(kind: string, id: string): KnownFact | undefined;
  /** whatever its kind */
  numbered(row: bigint): KnownFact | undefined;
  /** facts of a kind in which the field has the value */
  naming(kind: string, field: string, value: string): readonly KnownFact[];
  /** rows of a reference, in order of time */
  dated(kind: string, id: string): readonly DatedRow[];
  /** the level of a state on a day: a word, or whether it holds */
  level(state: string, id: string, day: Day): Value;
}

/** `row`: of the kinds that are wanted for nothing else, only this fact. */
export interface Wanted { readonly facts: ReadonlySet<string>; readonly references: ReadonlySet<string>; readonly states: ReadonlySet<string>; readonly single?: { readonly kinds: readonly string[]; readonly row: bigint } }
/** What a state was from when until when; null: until now. */
interface Stay { readonly from: Day; readonly to: Day | null; readonly value: Value }

export async function readKnown(engine: ProgramRunner, calculation: Calculation, kinds: readonly Kind[], wanted: Wanted): Promise<KnownRows> {
  const { single } = wanted, alone = (single?.kinds ?? []).filter((k) => !wanted.facts.has(k));
  const made = await madeRows(engine, calculation, kinds, new Set([...wanted.facts, ...alone]));
  const facts = new Map<string, readonly KnownFact[]>(), references = new Map<string, ReadonlyMap<string, readonly DatedRow[]>>();
  for (const [name, relation] of made) facts.set(name, await factsOf(engine, must(kinds.find((k) => k.name === name)), kinds, single !== undefined && alone.includes(name) ? filter(relation, eq(col('row'), int(single.row))) : relation));
  for (const name of wanted.references) {
    const kind = must(kinds.find((k) => k.name === name));
    references.set(name, new Map((await datedRows(engine, kind, calculation.cut)).map((e) => [e.id, e.rows])));
  }
  const stays = new Map<string, ReadonlyMap<string, readonly Stay[]>>();
  for (const name of wanted.states) stays.set(name, await staysOf(engine, must(kinds.find((k) => k.name === name))));
  return knownRows(kinds, facts, references, stays);
}

export function knownRows(kinds: readonly Kind[], facts: ReadonlyMap<string, readonly KnownFact[]>, references: ReadonlyMap<string, ReadonlyMap<string, readonly DatedRow[]>>, stays: ReadonlyMap<string, ReadonlyMap<string, readonly Stay[]>> = new Map()): KnownRows {
  const byId = new Map([...facts].map(([kind, rows]) => [kind, new Map(rows.map((f) => [f.id, f]))]));
  const byRow = new Map<bigint, KnownFact>(), indexes = new Map<string, Map<Value, KnownFact[]>>();
  // a fact of a derived kind is one of the kind that it is from; it is called by the first, which is narrower
  for (const rows of [...facts].sort(([a], [b]) => lineage(a, kinds).length - lineage(b, kinds).length).map(([, r]) => r)) for (const f of rows) byRow.set(f.row, f);
  return {
    kinds,
    facts: (kind) => facts.get(kind) ?? [],
    fact: (kind, id) => byId.get(kind)?.get(id),
    numbered: (row) => byRow.get(row),
    naming(kind, field, value) {
      const key = `${kind}|${field}`;
      let index = indexes.get(key);
      if (index === undefined) {
        index = Map.groupBy(facts.get(kind) ?? [], (f): Value => f.values.get(field) ?? null);
        indexes.set(key, index);
      }
      return index.get(value) ?? [];
    },
    dated: (kind, id) => references.get(kind)?.get(id) ?? [],
    level: (state, id, day) => {
      const stay = stays.get(state)?.get(id)?.find((s) => s.from <= day && (s.to === null || day < s.to));
      return stay?.value ?? (must(kinds.find((k) => k.name === state)).state?.change === undefined ? false : null);
    },
  };
}

/** The rows of kinds as the run saw them; what the program itself did not need is made now, by the same stage. */
async function madeRows(engine: ProgramRunner, calculation: Calculation, kinds: readonly Kind[], wanted: ReadonlySet<string>): Promise<Map<string, Relation>> {
  const { statements } = calculation.compiled.program, done = new Set(statements.map((s) => s.name));
  const run = async (statement: Statement): Promise<void> => {
    if (done.has(statement.name)) return;
    done.add(statement.name);
    await engine.execute(statement);
  };
  const rows = new Map<string, KindRows>(), out = new Map<string, Relation>();
  for (const name of wanted) {
    const own = statements.find((s) => s.name === `rows_${name}`);
    if (own !== undefined) { out.set(name, scanOf(own)); continue; }
    for (const one of lineage(name, kinds).toReversed()) {
      if (rows.has(one)) continue;
      const made = rowsOfKind(must(kinds.find((k) => k.name === one)), kinds, calculation.cut, rows);
      rows.set(one, made);
      for (const kind of made.references) await run(kind.dated ? idedRows(kind, calculation.cut) : entityRows(kind, calculation.cut));
      for (const statement of made.statements) await run(statement);
    }
    out.set(name, must(rows.get(name)).relation);
  }
  return out;
}

/** By id of whose state it is. */
async function staysOf(engine: ProgramRunner, kind: Kind): Promise<ReadonlyMap<string, readonly Stay[]>> {
  const follows = kind.state?.change !== undefined;
  const inputs: JoinInput[] = [
    { as: 's', how: 'from', relation: { kind: 'scan', table: staysName(kind), columns: staysColumns(kind) } },
    { as: 'w', how: 'inner', relation: scan(WORD), on: eq(col('code', 'w'), col('entity', 's')) },
    ...(follows ? [{ as: 'v', how: 'left' as const, relation: scan(WORD), on: eq(col('code', 'v'), col('value', 's')) }] : []),
  ];
  const { data, count } = await engine.read(project({ kind: 'join', inputs }, [...keep('w', 'word'), ...keep('s', 'from_day', 'to_day'), ...(follows ? [named('value', col('word', 'v'))] : [])]), ['word', 'from_day']);
  const all = Array.from({ length: count }, (_, r) => ({ id: String(data[0]?.[r]), from: data[1]?.[r] as Day, to: (data[2]?.[r] ?? null) as Day | null, value: follows ? (data[3]?.[r] ?? null) as Value : true }));
  return Map.groupBy(all, (s) => s.id);
}

async function factsOf(engine: ProgramRunner, kind: Kind, kinds: readonly Kind[], relation: Relation): Promise<KnownFact[]> {
  const fields = fieldsOf(kind, kinds).filter((f) => f.name !== 'currency' && f.type !== 'payees' && f.type !== 'splits');
  const coded = fields.filter((f) => isCoded(f.type)), signed = columnsOf(relation).some((c) => c.name === 'sign');
  const inputs: JoinInput[] = [
    { as: 'f', how: 'from', relation },
    { as: 'cw', how: 'left', relation: scan(WORD), on: eq(col('code', 'cw'), col('currency', 'f')) },
    ...coded.map((f): JoinInput => ({ as: `w_${f.name}`, how: 'left', relation: scan(WORD), on: eq(col('code', `w_${f.name}`), col(f.name, 'f')) })),
  ];
  const { data, count } = await engine.read(project({ kind: 'join', inputs }, [
    ...keep('f', 'row', 'id', 'day'), named('currency_word', col('word', 'cw')),
    ...fields.map((f) => named(`field_${f.name}`, isCoded(f.type) ? col('word', `w_${f.name}`) : col(f.name, 'f'))), ...(signed ? [named('sign', col('sign', 'f')), named('as_of', col('as_of', 'f'))] : []),
  ]), ['day', 'id', 'row']);
  const facts = Array.from({ length: count }, (_, r): KnownFact => {
    const at = (c: number): Cell => data[c]?.[r] ?? null;
    const currency = at(3), parts = typeof currency === 'string' ? powerOfTen(digitsOf(currency)) : 1n;
    const values = new Map<string, Value>(fields.map((f, i) => [f.name, decoded(at(4 + i), f.type, parts)]));
    if (typeof currency === 'string') values.set('currency', currency);
    const sign = signed ? at(4 + fields.length) : 1n;
    return { kind: kind.name, row: must(at(0)) as bigint, id: String(at(1)), day: must(at(2)) as Day, moneyDay: must(at(signed ? 5 + fields.length : 2)) as Day, reversal: sign === -1n || sign === -1, values };
  });
  return facts.sort((a, b) => a.day - b.day || byCodePoint(a.id, b.id));
}

function decoded(cell: Cell, type: FieldType, moneyParts: bigint): Value {
  if (cell === null) return null;
  if (typeof cell === 'bigint') return ratio(cell, type === 'money' ? moneyParts : PARTS);
  if (typeof cell === 'number') return { day: cell };
  return cell;
}
