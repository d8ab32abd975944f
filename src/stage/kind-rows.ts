/**
 * Rows of a kind as a run sees them, whatever they come from: the store, with reversed facts in the
 * place of those that reverse them; another kind, of which some are kept; or the entries of a state.
 * All have row, id, day, currency and the fields of the kind; where facts may be reversed also `sign`,
 * `as_of`, the day on which dated things are read, and `reversed`, the row that is taken back.
 */
import type { Kind } from '../plan/plan.ts';
import { EARNING } from '../plan/rounds.ts';
import {
  aggregate, and, cast, coalesce, col, compare, eq, filter, int, isNull, join, keep, min, named, type Named, nothing, project, type Relation, scan, type Statement, type TableSchema, union, when, windowed,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { assert, must } from '../value/diagnostic.ts';
import { scanOf } from './arithmetic.ts';
import { lowerCondition, lowerKey } from './lower.ts';
import { earningRows } from './rounds.ts';
import { OWN_MONEY } from './money.ts';
import { idedColumns, idedName, joinsOf, referenced, type Row, rowScope } from './row-scope.ts';
import { entityTable, factTable, storedType, supersededTable, WORD } from './store.ts';
import { fieldName } from './gather.ts';

export interface KindRows {
  readonly relation: Relation;
  readonly signed: boolean;
  /** what makes the rows, in order */
  readonly statements: readonly Statement[];
  readonly references: readonly Kind[];
}

/** Rows of a kind that count at a cut: versions learned by it, and not superseded by it. */
export function currentRows(table: TableSchema, kind: Kind, cut: number): Relation {
  const columns = table.columns.map((c) => named(c.name, col(c.name, 'v')));
  const joined = join(['v', scan(table)], ['left', 's', scan(supersededTable(kind)), and(eq(col('row', 's'), col('row', 'v')), compare('<=', col('seq', 's'), int(cut)))]);
  return project(filter(joined, and(isNull(col('row', 's')), compare('<=', col('seq', 'v'), int(cut)))), columns);
}

/** Dated rows of a reference, each with the day on which the next one begins. */
export function entityRows(kind: Kind, cut: number): Statement {
  // a row without a first day comes before all others
  const ordered = project(currentRows(entityTable(kind), kind, cut), [
    ...entityTable(kind).columns.map((c) => named(c.name, col(c.name))), named('_starts', coalesce(col('from_day'), cast(int(-1_000_000), 'integer'))),
  ]);
  const rows = windowed(ordered, [{ name: '_next_day', fn: 'lead', of: col('from_day'), partition: ['entity'], order: [{ column: '_starts', descending: false }] }]);
  return { name: `dated_${kind.name}`, make: 'view', relation: rows, key: ['row'], about: `dated rows of ${kind.name}, each until the next one begins` };
}

/** Facts of a kind by the dictionary code of their ids. */
export function idedRows(kind: Kind, cut: number): Statement {
  const joined = join(['v', kind.name === EARNING ? earningRows(kind).relation : currentRows(factTable(kind), kind, cut)], ['inner', 'w', scan(WORD), eq(col('word', 'w'), col('id', 'v'))]);
  return {
    name: idedName(kind), make: 'view', key: ['row'], about: `${kind.title || kind.name}, by the code of their ids`,
    relation: project(joined, idedColumns(kind).map((c) => named(c.name, c.name === 'code' ? col('code', 'w') : col(c.name, 'v')))),
  };
}

/** Where the entries of a state are, and what each has: as any fact, its row, id and day, and its fields. */
export const entriesName = (kind: Kind): string => `rows_${kind.name}`;
export function entriesOf(kind: Kind): Relation {
  return { kind: 'scan', table: entriesName(kind), columns: [
    { name: 'row', type: 'bigint' }, { name: 'id', type: 'text' }, { name: 'day', type: 'integer' }, { name: 'currency', type: 'integer' },
    ...kind.fields.map((f) => ({ name: f.name, type: storedType(f.type) })),
  ] };
}

/** All rows of a kind with the place that they came from; entries of a state stand in no file. */
export function originsOf(kind: Kind): Relation {
  if (kind.state === undefined) return scan(factTable(kind));
  const entries = entriesOf(kind);
  return project(entries, [...columnsOf(entries).map((c) => named(c.name, col(c.name))), named('file', nothing('integer')), named('record', nothing('bigint')), named('line', nothing('bigint'))]);
}

/** Does a fact of this kind name another one that it takes back? */
export const reverses = (kind: Kind, kinds: readonly Kind[]): Kind | undefined => (kind.dated && kind.fields.some((f) => f.name === 'reverses') ? referenced(kind, 'reverses', kinds) : undefined);

export function rowsOfKind(kind: Kind, kinds: readonly Kind[], cut: number, made: ReadonlyMap<string, KindRows>): KindRows {
  const { derivation } = kind;
  if (kind.state !== undefined) return { relation: entriesOf(kind), signed: false, statements: [], references: [] };
  if (derivation !== undefined) return derivedRows(kind, kinds, must(made.get(derivation.from)));
  if (kind.name === EARNING) return earningRows(kind);
  const target = reverses(kind, kinds);
  const current = currentRows(factTable(kind), kind, cut);
  if (target === undefined) return { relation: current, signed: false, statements: [], references: [] };
  const statement = reversedRows(kind, target, current);
  return { relation: scanOf(statement), signed: true, statements: [statement], references: [target] };
}

function reversedRows(kind: Kind, target: Kind, current: Relation): Statement {
  const joined = join(['v', current], ['left', 't', { kind: 'scan', table: idedName(target), columns: idedColumns(target) }, eq(col('code', 't'), col('reverses', 'v'))]);
  const own = isNull(col('reverses', 'v'));
  // what is taken back is what was given: all that is dated is read as of the day of the fact that is reversed
  const more = [named('sign', when(own, int(1), int(-1))), named('as_of', coalesce(col('day', 't'), col('day', 'v'))), named('reversed', col('row', 't'))];
  const columns = columnsOf(current).map(({ name }): Named => {
    const theirs = name === 'currency' || target.fields.some((f) => f.name === name);
    const taken = ['row', 'seq', 'id', 'file', 'record', 'line', 'hash', 'day', 'reverses'].includes(name) || !theirs;
    return named(name, taken ? col(name, 'v') : when(own, col(name, 'v'), col(name, 't')));
  });
  return { name: `rows_${kind.name}`, make: 'view', key: ['row'], relation: project(joined, [...columns, ...more]), about: `${kind.title || kind.name}, reversed facts in the place of those that reverse them` };
}

/** A row of the kind as formulas read it: what is reversed is read as of the day of the fact that it takes back. */
export function rowOf(kind: Kind, { signed }: Pick<KindRows, 'signed'>): Row {
  const day = col(signed ? 'as_of' : 'day', 'f');
  return { kind, alias: 'f', day, date: day, ...(signed && { stored: coalesce(col('reversed', 'f'), col('row', 'f')) }) };
}

function derivedRows(kind: Kind, kinds: readonly Kind[], source: KindRows): KindRows {
  const { derivation } = kind;
  assert(derivation !== undefined, 'a derived kind says what it is from');
  const from = must(kinds.find((k) => k.name === derivation.from)), joins = joinsOf(kinds);
  // a derived kind belongs to no plan
  const scope = rowScope(rowOf(from, source), joins, OWN_MONEY, kind.at);
  const columns = columnsOf(source.relation);
  const keys = derivation.per.map((path, i) => named(`per_${i}`, coalesce(lowerKey(fieldName(path, from), scope).expr, int(-1))));
  const where = derivation.where === undefined ? undefined : lowerCondition(derivation.where.formula, scope);
  const inputs = { kind: 'join' as const, inputs: [{ as: 'f', how: 'from' as const, relation: source.relation }, ...joins.inputs.values()] };
  const wanted = project(where === undefined ? inputs : filter(inputs, where), [...keep('f', ...columns.map((c) => c.name)), ...keys]);
  const names = columns.map((c) => c.name), per = keys.map((k) => k.name);
  const base = { signed: source.signed, references: [...source.references, ...joins.references] };
  const finished = (relation: Relation, before: readonly Statement[]): KindRows => {
    const statement: Statement = { name: `rows_${kind.name}`, make: 'view', key: ['row'], relation, about: kind.title || kind.name };
    return { ...base, relation: scanOf(statement), statements: [...source.statements, ...before, statement] };
  };
  if (derivation.keep === 'all') return finished(project(wanted, keep(undefined, ...names)), []);
  const descending = derivation.keep === 'last';
  const placed = windowed(wanted, [{ name: 'place', fn: 'row_number', partition: per, order: [{ column: 'day', descending }, { column: 'id', descending }] }]);
  if (derivation.againAfter === undefined) return finished(project(filter(placed, eq(col('place'), int(1))), keep(undefined, ...names)), []);
  const all: Statement = { name: `candidates_${kind.name}`, make: 'table', key: ['row'], relation: placed, about: `${kind.title || kind.name}: those that may count, in order` };
  const chosen = again(kind.name, scanOf(all), per, derivation.againAfter);
  const kept = project(join(['f', scanOf(all)], ['inner', 'k', scanOf(must(chosen.at(-1))), eq(col('row', 'k'), col('row', 'f'))]), keep('f', ...names));
  return finished(kept, [all, ...chosen]);
}

/** Hops are doubled so often: chains of up to 256 facts a key are followed. */
const DOUBLINGS = 8;

/**
 * The first row of each key, and again the first that comes so many days after the last that counted.
 * Each row knows its next; hops of 1, 2, 4 … steps reach every row of the chain. `rows` has row, day,
 * place and the key columns; the last statement holds the rows that count.
 */
export function again(name: string, rows: Relation, per: readonly string[], days: number): Statement[] {
  const later = and(...per.map((k) => eq(col(k, 's'), col(k, 'r'))), compare('>=', col('day', 's'), { kind: 'call', fn: 'add', args: [col('day', 'r'), int(days)] }));
  const next = aggregate(join(['r', rows], ['inner', 's', rows, later]), [...keep('r', 'row', ...per)], [named('place', min(col('place', 's')))]);
  const hop = project(join(['n', next], ['inner', 's', rows, and(...per.map((k) => eq(col(k, 's'), col(k, 'n'))), eq(col('place', 's'), col('place', 'n')))]), [named('row', col('row', 'n')), named('next', col('row', 's'))]);
  const out: Statement[] = [
    { name: `hop_0_${name}`, make: 'table', key: ['row'], relation: hop, about: 'the next that may count after each' },
    { name: `kept_0_${name}`, make: 'table', key: ['row'], relation: project(filter(rows, eq(col('place'), int(1))), keep(undefined, 'row')), about: 'the first of each key' },
  ];
  for (let i = 0; i < DOUBLINGS; i++) {
    const hops = must(out.find((s) => s.name === `hop_${i}_${name}`)), kept = must(out.find((s) => s.name === `kept_${i}_${name}`));
    const reached = union([scanOf(kept), project(join(['k', scanOf(kept)], ['inner', 'h', scanOf(hops), eq(col('row', 'h'), col('row', 'k'))]), [named('row', col('next', 'h'))])]);
    out.push({ name: `kept_${i + 1}_${name}`, make: 'table', key: ['row'], relation: aggregate(reached, keep(undefined, 'row'), []), about: `reached in fewer than ${2 ** (i + 1)} steps` });
    if (i + 1 < DOUBLINGS) out.push({ name: `hop_${i + 1}_${name}`, make: 'table', key: ['row'], about: `${2 ** (i + 1)} steps on`, relation: project(join(['a', scanOf(hops)], ['inner', 'b', scanOf(hops), eq(col('row', 'b'), col('next', 'a'))]), [named('row', col('row', 'a')), named('next', col('next', 'b'))]) });
  }
  return out;
}
