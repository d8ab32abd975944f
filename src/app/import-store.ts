/**
 * The store's side of an import: staged rows are judged against the store, words get their codes, new
 * versions are added, older ones noted as superseded. All of it is trees that the engine runs; only
 * counts and refused rows come back here.
 *
 * A fact is known by (source, id), a reference row by (source, id, first day). Two sources of one kind
 * may not give the same key; a source that the workspace no longer has counts as renamed.
 */
import type { Cell, Engine } from '../engine/engine.ts';
import type { Kind, Source } from '../plan/plan.ts';
import {
  aggregate, and, cases, cast, coalesce, col, compare, count, eq, filter, int, isNotNull, isNull, join, keep, max, min, named, nothing, or, plus,
  project, scan, text, union, windowed,
} from '../relation/relation.ts';
import type { Column, Expr, JoinInput, Named, Relation, Statement, TableSchema } from '../relation/relation.ts';
import { IMPORTED, isCoded, listFields, ownFields, partyTable, QUARANTINE, storedType, storeTable, supersededTable, WORD } from '../stage/store.ts';
import { assert } from '../value/diagnostic.ts';
import { listOf, wholeOf, wordOf } from './cells.ts';

/** What is known of an import before its rows are judged. */
export interface Incoming {
  readonly kind: Kind;
  readonly source: Source;
  /** its number in `imported` */
  readonly file: number;
  /** fields of type payee that must name a known person */
  readonly payees: readonly string[];
  /** lists of payees who must be known people */
  readonly lists: readonly string[];
  /** names of the workspace's other sources of this kind */
  readonly others: readonly string[];
}

/** A row that the store refuses. Lines are those of the two rows of a conflict. */
export interface Refused {
  readonly record: number;
  readonly line: number;
  readonly id: string;
  readonly why: 'conflict' | 'unknown_payee' | 'other_source' | 'overlap';
  readonly lines: readonly [number, number];
  readonly rows: number;
  readonly otherSource: string;
  readonly field: string;
  readonly value: string;
}
export interface Judged { readonly new: number; readonly changed: number; readonly unchanged: number; readonly repeated: number }

/** Rows under way to `quarantine`. */
export const REFUSED_ROWS: TableSchema = { ...QUARANTINE, table: 'incoming_quarantine' };
/** The words of the staged rows. Their numbers hold for this import alone, and one word may have several. */
export const INCOMING_WORDS: TableSchema = { table: 'incoming_word', key: ['local'], columns: [{ name: 'local', type: 'integer' }, { name: 'word', type: 'text' }] };

/** The lists of the staged rows; payees by their numbers in `INCOMING_WORDS`. */
export const INCOMING_PARTIES: TableSchema = { table: 'incoming_party', key: ['record', 'field', 'position'], columns: [
  { name: 'record', type: 'integer' }, { name: 'field', type: 'text' }, { name: 'position', type: 'integer' }, { name: 'payee', type: 'integer' }, { name: 'share', type: 'bigint' },
] };

const VERDICT = { new: 0, changed: 1, unchanged: 2, repeated: 3, otherSource: 4, unknownPayee: 5, conflict: 6 } as const;

/** Staged rows: ids as text, words by their numbers in `INCOMING_WORDS`, the rest as it is stored. */
export function incomingTable(kind: Kind): TableSchema {
  const fields = ownFields(kind).map((f): Column => ({ name: f.name, type: storedType(f.type) }));
  const dating: Column[] = kind.dated ? [{ name: 'day', type: 'integer' }, { name: 'currency', type: 'integer' }] : [{ name: 'from_day', type: 'integer' }, { name: 'to_day', type: 'integer' }];
  const origin: Column[] = [{ name: 'record', type: 'integer' }, { name: 'line', type: 'integer' }, { name: 'id', type: 'text' }, { name: 'hash', type: 'text' }];
  return { table: `incoming_${kind.name}`, key: ['record'], columns: [...origin, ...dating, ...fields] };
}

export async function makeStaging(engine: Engine, kind: Kind): Promise<void> {
  for (const schema of [incomingTable(kind), INCOMING_WORDS, INCOMING_PARTIES, REFUSED_ROWS]) {
    await engine.drop(schema.table);
    await engine.ensure(schema);
  }
}

export async function dropStaging(engine: Engine, kind: Kind): Promise<void> {
  for (const table of [incomingTable(kind).table, INCOMING_WORDS.table, INCOMING_PARTIES.table, REFUSED_ROWS.table, judgedName(kind), acceptedName(kind), CODES]) await engine.drop(table);
}

/** Compares the staged rows with each other and with the store; gives back those that it refuses. */
export async function judge(engine: Engine, incoming: Incoming): Promise<readonly Refused[]> {
  const { kind } = incoming;
  await engine.execute({ name: judgedName(kind), make: 'table', relation: judgement(incoming), key: ['record'], about: `${kind.name}: what each row of the file is to the store` });
  const beside = join(['j', scan(judgedTable(kind))], ['left', 'l', scan(INCOMING_WORDS), eq(col('local', 'l'), col('payee', 'j'))]);
  const refused = project(filter(beside, compare('>', col('verdict', 'j'), int(VERDICT.repeated))), [...keep('j', ...judgedTable(kind).columns.map((c) => c.name)), ...keep('l', 'word')]);
  const rows = await engine.read(refused, ['record']);
  return [...listOf(rows).map(refusedRow), ...(kind.fields.some((f) => f.name === 'to') && !kind.dated ? await overlaps(engine, kind) : [])];
}

/** Counts of what is left after the refused rows, which must be in the staging table by now. */
export async function countJudged(engine: Engine, kind: Kind): Promise<Judged> {
  const rows = await engine.read(aggregate(notRefused(kind), [named('verdict', col('verdict', 'j'))], [named('rows', cast(count(), 'integer'))]));
  const counts = new Map(listOf(rows).map(([verdict, n]) => [verdict, wholeOf(n)]));
  return { new: counts.get(VERDICT.new) ?? 0, changed: counts.get(VERDICT.changed) ?? 0, unchanged: counts.get(VERDICT.unchanged) ?? 0, repeated: counts.get(VERDICT.repeated) ?? 0 };
}

/** Adds what is new and changed. `seq`: the sequence of this import; `lastRow`: the highest row number so far; `changed`: how many are not new. */
export async function addVersions(engine: Engine, incoming: Incoming, seq: number, lastRow: bigint, changed: number): Promise<void> {
  const { kind } = incoming;
  const table = acceptedTable(kind);
  const relation = candidates(kind, incomingTable(kind).columns.map((c) => c.name));
  await engine.execute({ name: table.table, make: 'table', relation, key: ['record'], about: `${kind.name}: rows to add` });
  await addWords(engine, kind);
  await engine.execute({ name: CODES, make: 'table', relation: project(join(['l', scan(INCOMING_WORDS)], ['inner', 'w', scan(WORD), eq(col('word', 'w'), col('word', 'l'))]), [...keep('l', 'local'), ...keep('w', 'code')]), key: ['local'], about: 'the code of each word of the file' });
  await engine.execute(versions(incoming, seq, lastRow));
  if (listFields(kind).length > 0) await engine.execute(parties(incoming));
  if (changed === 0) return;
  const superseded = project(filter(scan(table), isNotNull(col('_old_row'))), [named('row', col('_old_row')), named('seq', cast(int(seq), 'integer'))]);
  await engine.execute({ name: supersededTable(kind).table, make: 'insert', relation: superseded, key: ['row'], about: `${kind.name}: versions that no longer count` });
}

/** Rows that are current: in the store and not superseded, with the source that they came from. */
export function currentVersions(kind: Kind): Relation {
  const table = storeTable(kind);
  const joined = join(['v', scan(table)],
    ['left', 's', scan(supersededTable(kind)), eq(col('row', 's'), col('row', 'v'))],
    ['inner', 'm', project(scan(IMPORTED), keep(undefined, 'file', 'source')), eq(col('file', 'm'), col('file', 'v'))]);
  return project(filter(joined, isNull(col('row', 's'))), [...table.columns.map((c) => named(c.name, col(c.name, 'v'))), named('source', col('source', 'm'))]);
}

/** Who is named by the lists of rows that are current. */
export function currentParties(kind: Kind): Relation {
  return project(join(['p', scan(partyTable(kind))], ['inner', 'v', project(currentVersions(kind), keep(undefined, 'row', 'id')), eq(col('row', 'v'), col('row', 'p'))]),
    [...keep('v', 'id'), ...keep('p', 'field', 'position', 'payee', 'share')]);
}

/** Ids of the people that the store knows. */
export function knownPeople(person: Kind): Relation {
  return aggregate(scan(storeTable(person)), [named('id', col('id'))], []);
}

/** Staged rows that are about to be added, by record: those judged new or changed and not refused. */
export function candidates(kind: Kind, columns: readonly string[]): Relation {
  const joined: Relation = { kind: 'join', inputs: [...joinInputs(notRefused(kind)), { as: 'i', how: 'inner', relation: scan(incomingTable(kind)), on: eq(col('record', 'i'), col('record', 'j')) }] };
  return project(filter(joined, and(isNull(col('record', 'q')), compare('<=', col('verdict', 'j'), int(VERDICT.changed)))), [...columns.map((c) => named(c, col(c, 'i'))), named('_old_row', col('_old_row', 'j'))]);
}

// ---- judging ----

const judgedName = (kind: Kind): string => `judged_${kind.name}`;
const acceptedName = (kind: Kind): string => `accepted_${kind.name}`;

function judgedTable(kind: Kind): TableSchema {
  return { table: judgedName(kind), key: ['record'], columns: [
    { name: 'record', type: 'integer' }, { name: 'line', type: 'integer' }, { name: 'id', type: 'text' }, { name: 'verdict', type: 'integer' }, { name: '_old_row', type: 'bigint' },
    { name: 'line_a', type: 'integer' }, { name: 'line_b', type: 'integer' }, { name: 'rows', type: 'integer' }, { name: 'other_source', type: 'text' },
    { name: 'field', type: 'text' }, { name: 'payee', type: 'integer' },
  ] };
}
function acceptedTable(kind: Kind): TableSchema {
  return { table: acceptedName(kind), key: ['record'], columns: [...incomingTable(kind).columns, { name: '_old_row', type: 'bigint' }] };
}
const keyOf = (kind: Kind): readonly string[] => (kind.dated ? ['id'] : ['id', 'from_day']);

function judgement({ kind, source, payees, lists, others }: Incoming): Relation {
  const key = keyOf(kind);
  const same = (a: string, b: string): Expr => and(...key.map((c) => (c === 'id' ? eq(col(c, a), col(c, b)) : compare('is_not_distinct_from', col(c, a), col(c, b)))));
  const keyed = aggregate(scan(incomingTable(kind)), key.map((c) => named(c, col(c))), [
    named('rows', cast(count(), 'integer')), named('hash_a', min(col('hash'))), named('hash_b', max(col('hash'))),
    named('first_record', min(col('record'))), named('line_a', min(col('line'))), named('line_b', max(col('line'))),
  ]);
  const stored = project(currentVersions(kind), keep(undefined, 'row', 'hash', 'source', ...key));
  const people = aggregate(scan(PERSON_IDS), [named('id', col('id'))], []);
  const knownWords = project(join(['l', scan(INCOMING_WORDS)], ['inner', 'e', people, eq(col('id', 'e'), col('word', 'l'))]), keep('l', 'local'));
  const inputs: JoinInput[] = [
    { as: 'i', how: 'from', relation: scan(incomingTable(kind)) },
    { as: 'k', how: 'inner', relation: keyed, on: same('k', 'i') },
    { as: 'c', how: 'left', relation: stored, on: same('c', 'i') },
    ...payees.map((p, n): JoinInput => ({ as: `p${n}`, how: 'left', relation: knownWords, on: eq(col('local', `p${n}`), col(p, 'i')) })),
  ];
  // of a list the first one who is not known
  const strangers = lists.map((name, n): JoinInput => ({ as: `s${n}`, how: 'left', relation: aggregate(filter(join(
    ['p', filter(scan(INCOMING_PARTIES), eq(col('field'), text(name)))], ['left', 'e', knownWords, eq(col('local', 'e'), col('payee', 'p'))]), isNull(col('local', 'e'))),
  [named('record', col('record', 'p'))], [named('payee', min(col('payee', 'p')))]), on: eq(col('record', `s${n}`), col('record', 'i')) }));
  const unknown = [
    ...payees.map((name, n) => ({ name, is: and(isNotNull(col(name, 'i')), isNull(col('local', `p${n}`))), payee: col(name, 'i') })),
    ...lists.map((name, n) => ({ name, is: isNotNull(col('record', `s${n}`)), payee: col('payee', `s${n}`) })),
  ];
  const foreign = others.filter((o) => o !== source.name).map((o) => eq(col('source', 'c'), text(o)));
  const verdict = cases([
    [and(compare('>', col('rows', 'k'), int(1)), compare('<>', col('hash_a', 'k'), col('hash_b', 'k'))), verdictOf('conflict')],
    ...unknown.map((u): readonly [Expr, Expr] => [u.is, verdictOf('unknownPayee')]),
    ...(foreign.length === 0 ? [] : [[and(isNotNull(col('row', 'c')), or(...foreign)), verdictOf('otherSource')] as const]),
    [compare('<>', col('record', 'i'), col('first_record', 'k')), verdictOf('repeated')],
    [isNull(col('row', 'c')), verdictOf('new')],
    [eq(col('hash', 'c'), col('hash', 'i')), verdictOf('unchanged')],
  ], verdictOf('changed'));
  return project({ kind: 'join', inputs: [...inputs, ...strangers] }, [
    named('record', col('record', 'i')), named('line', col('line', 'i')), named('id', col('id', 'i')), named('verdict', verdict), named('_old_row', col('row', 'c')),
    named('line_a', col('line_a', 'k')), named('line_b', col('line_b', 'k')), named('rows', col('rows', 'k')), named('other_source', col('source', 'c')),
    named('field', cases(unknown.map((u) => [u.is, text(u.name)] as const), nothing('text'))),
    named('payee', cases(unknown.map((u) => [u.is, u.payee] as const), nothing('integer'))),
  ]);
}
const PERSON_IDS: TableSchema = { table: 'entity_person', key: [], columns: [{ name: 'id', type: 'text' }] };
const verdictOf = (name: keyof typeof VERDICT): Expr => cast(int(VERDICT[name]), 'integer');

function refusedRow(cells: readonly Cell[]): Refused {
  const [record, line, id, verdict, , lineA, lineB, rows, otherSource, field, , value] = cells;
  const why = verdict === VERDICT.conflict ? 'conflict' : verdict === VERDICT.unknownPayee ? 'unknown_payee' : 'other_source';
  return {
    record: wholeOf(record), line: wholeOf(line), id: wordOf(id), why, lines: [wholeOf(lineA), wholeOf(lineB)], rows: wholeOf(rows),
    otherSource: wordOf(otherSource), field: wordOf(field), value: wordOf(value),
  };
}

/** Rows of one entity of which the earlier says that it holds beyond the day on which the later begins: both of them. */
async function overlaps(engine: Engine, kind: Kind): Promise<readonly Refused[]> {
  const good = project(filter(scan(judgedTable(kind)), compare('<=', col('verdict'), int(VERDICT.unchanged))), keep(undefined, 'record'));
  const rows = project(join(['i', scan(incomingTable(kind))], ['inner', 'g', good, eq(col('record', 'g'), col('record', 'i'))]), [
    ...keep('i', 'record', 'line', 'id', 'from_day', 'to_day'), named('starts', coalesce(col('from_day', 'i'), cast(int(-1_000_000), 'integer'))),
  ]);
  const next = (name: string, of: string) => ({ name, fn: 'lead' as const, of: col(of), partition: ['id'], order: [{ column: 'starts', descending: false }] });
  const paired = windowed(rows, [next('next_record', 'record'), next('next_line', 'line'), next('next_from', 'from_day')]);
  const crossing = project(filter(paired, compare('>', col('to_day'), col('next_from'))), keep(undefined, 'record', 'line', 'id', 'next_record', 'next_line'));
  const found = listOf(await engine.read(crossing, ['record']));
  const byRecord = new Map<number, Refused>();
  for (const [record, line, id, nextRecord, nextLine] of found) {
    const lines = [wholeOf(line), wholeOf(nextLine)] as const;
    const base = { id: wordOf(id), why: 'overlap' as const, lines, rows: 2, otherSource: '', field: '', value: '' };
    byRecord.set(wholeOf(record), { ...base, record: wholeOf(record), line: lines[0] });
    byRecord.set(wholeOf(nextRecord), { ...base, record: wholeOf(nextRecord), line: lines[1] });
  }
  return [...byRecord.values()];
}

/** `j` judged rows beside `q`, their row in quarantine; where there is none, `q.record` is null. */
function notRefused(kind: Kind): Relation {
  const joined = join(['j', scan(judgedTable(kind))], ['left', 'q', project(scan(REFUSED_ROWS), [named('record', cast(col('record'), 'integer'))]), eq(col('record', 'q'), col('record', 'j'))]);
  return filter(joined, isNull(col('record', 'q')));
}
function joinInputs(relation: Relation): readonly JoinInput[] {
  const inner = relation.kind === 'filter' ? relation.from : relation;
  assert(inner.kind === 'join', 'judged rows are joined with the refused ones');
  return inner.inputs;
}

// ---- adding ----

const CODES = 'incoming_code';
const CODES_TABLE: TableSchema = { table: CODES, key: ['local'], columns: [{ name: 'local', type: 'integer' }, { name: 'code', type: 'integer' }] };

/** Columns of the staging table that hold numbers of words. */
export function codedColumns(kind: Kind): readonly string[] {
  return [...(kind.dated ? ['currency'] : []), ...ownFields(kind).filter((f) => isCoded(f.type)).map((f) => f.name)];
}

async function addWords(engine: Engine, kind: Kind): Promise<void> {
  const accepted = scan(acceptedTable(kind));
  const coded = [
    ...codedColumns(kind).map((c) => aggregate(filter(accepted, isNotNull(col(c))), [named('local', col(c))], [])),
    ...(listFields(kind).length === 0 ? [] : [aggregate(join(['p', scan(INCOMING_PARTIES)], ['inner', 'a', accepted, eq(col('record', 'a'), col('record', 'p'))]), [named('local', col('payee', 'p'))], [])]),
  ];
  const words = coded.length === 0 ? [] : [project(join(['c', union(coded)], ['inner', 'l', scan(INCOMING_WORDS), eq(col('local', 'l'), col('local', 'c'))]), keep('l', 'word'))];
  // reference rows are known by the code of their id
  const ids = kind.dated ? [] : [aggregate(accepted, [named('word', col('id'))], [])];
  const distinct = aggregate(union([...words, ...ids]), [named('word', col('word'))], []);
  const unknown = project(filter(join(['n', distinct], ['left', 'w', scan(WORD), eq(col('word', 'w'), col('word', 'n'))]), isNull(col('code', 'w'))), [named('word', col('word', 'n'))]);
  const [[last] = []] = listOf(await engine.read(aggregate(scan(WORD), [], [named('last', coalesce(max(col('code')), cast(int(0), 'integer')))])));
  const numbered = windowed(unknown, [{ name: 'n', fn: 'row_number', partition: [], order: [{ column: 'word', descending: false }] }]);
  const relation = project(numbered, [named('code', cast(plus(cast(int(wholeOf(last)), 'bigint'), col('n')), 'integer')), named('word', col('word'))]);
  await engine.execute({ name: WORD.table, make: 'insert', relation, key: ['code'], about: 'words that the store does not have yet, in order', sorted: ['code'] });
}

/** New versions in the order of day, first payee and id: the order in which they are read most. */
function versions({ kind, file }: Incoming, seq: number, lastRow: bigint): Statement {
  const table = storeTable(kind);
  const payee = kind.dated ? ownFields(kind).find((f) => f.type === 'payee')?.name : undefined;
  const coded = codedColumns(kind);
  const inputs: JoinInput[] = [
    { as: 'a', how: 'from', relation: scan(acceptedTable(kind)) },
    ...(kind.dated ? [] : [{ as: 'w_id', how: 'inner', relation: scan(WORD), on: eq(col('word', 'w_id'), col('id', 'a')) } satisfies JoinInput]),
    ...coded.map((c): JoinInput => ({ as: `w_${c}`, how: 'left', relation: scan(CODES_TABLE), on: eq(col('local', `w_${c}`), col(c, 'a')) })),
  ];
  const given = table.columns.filter((c) => c.name !== 'row').map((c): Named => named(c.name, storedColumn(c, { file, seq, coded })));
  const order = (kind.dated ? ['day', ...(payee === undefined ? [] : [payee]), 'id'] : ['id', 'from_day']).map((column) => ({ column, descending: false }));
  const numbered = windowed(project({ kind: 'join', inputs }, given), [{ name: 'row', fn: 'row_number', partition: [], order: [...order, { column: 'record', descending: false }] }]);
  const row = plus(cast(int(lastRow), 'bigint'), col('row'));
  const relation = project(numbered, table.columns.map((c) => named(c.name, c.name === 'row' ? row : col(c.name))));
  return { name: table.table, make: 'insert', relation, key: ['row'], about: `${kind.name}: new versions`, sorted: ['row'] };
}

/** The lists of the new versions, which are known by their place in the file. */
function parties({ kind, file }: Incoming): Statement {
  const added = project(filter(scan(storeTable(kind)), eq(col('file'), int(file))), [...keep(undefined, 'row'), named('record', cast(col('record'), 'integer'))]);
  const joined = join(['p', scan(INCOMING_PARTIES)], ['inner', 'v', added, eq(col('record', 'v'), col('record', 'p'))], ['inner', 'w', scan(CODES_TABLE), eq(col('local', 'w'), col('payee', 'p'))]);
  const relation = project(joined, [...keep('v', 'row'), ...keep('p', 'field', 'position'), named('payee', col('code', 'w')), ...keep('p', 'share')]);
  return { name: partyTable(kind).table, make: 'insert', relation, key: ['row', 'field', 'position'], about: `${kind.name}: lists of payees of the new versions`, sorted: ['row', 'field', 'position'] };
}

function storedColumn(c: Column, on: { readonly file: number; readonly seq: number; readonly coded: readonly string[] }): Expr {
  switch (c.name) {
    case 'seq': return cast(int(on.seq), 'integer');
    case 'file': return cast(int(on.file), 'integer');
    case 'record': case 'line': return cast(col(c.name, 'a'), 'bigint');
    case 'id': case 'hash': return col(c.name, 'a');
    case 'entity': return col('code', 'w_id');
    default: return on.coded.includes(c.name) ? col('code', `w_${c.name}`) : col(c.name, 'a');
  }
}
