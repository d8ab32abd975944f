/**
 * The canonical store: how facts and reference rows lie in the DuckDB file. Dense integers and
 * dictionary codes, one table a kind, every version of a row kept with the import that brought it
 * (`seq`, the known-at sequence) and the place that it came from (`file`, `record`).
 *
 * Insert-only: a changed row is a new version, and `superseded_<kind>` says from which import on the
 * older one no longer counts. Lists of payees stand beside their rows, in `party_<kind>`. What a run with cut `n` sees: versions with `seq <= n`, less those
 * superseded at or before `n`.
 */
import { assert } from '../value/diagnostic.ts';
import { FACT_COLUMNS, isList, REFERENCE_COLUMNS, ROW_COLUMNS } from '../plan/kinds.ts';
import type { ListType } from '../plan/kinds.ts';
import type { Field, FieldType, Kind } from '../plan/plan.ts';
import type { Column, SqlType, TableSchema } from '../relation/relation.ts';

/** Numbers and percents are stored as integers of this many parts of one. */
export const PARTS = 1_000_000n;

/**
 * money: of facts, minor units of the row's currency; of reference rows, which have no currency,
 * millionths of the currency unit. number, percent: millionths. date: day. text, payee, entity: dictionary code.
 */
export function storedType(type: FieldType): SqlType {
  if (typeof type === 'object') return 'integer';
  switch (type) {
    case 'money': case 'number': case 'percent': return 'bigint';
    case 'yes_no': return 'boolean';
    case 'date': case 'text': case 'payee': return 'integer';
    case 'payees': case 'splits': assert(false, 'lists of payees are not stored in a column');
  }
}
export function isCoded(type: FieldType): boolean {
  return typeof type === 'object' || type === 'text' || type === 'payee';
}

/** Every word of the store has one number: ids of people and accounts, products, stages. */
export const WORD: TableSchema = {
  table: 'word', key: ['code'],
  columns: [{ name: 'code', type: 'integer' }, { name: 'word', type: 'text' }],
};

/**
 * One row for each file that was imported; `seq` is the known-at sequence, which moves on only where
 * something changed. `how`: `file` (the file of the source), `corrected` (rows that a person corrected),
 * `retry` (quarantined rows of an earlier file, tried again). `mapping`: fingerprint of the source.
 * `header`: names of the columns as JSON; `delimiter` is empty for Parquet. `last_row`: the highest row
 * number of the store after this file.
 */
export const IMPORTED: TableSchema = {
  table: 'imported', key: ['file'],
  columns: [
    { name: 'file', type: 'integer' }, { name: 'seq', type: 'integer' }, { name: 'source', type: 'text' }, { name: 'path', type: 'text' },
    { name: 'sha256', type: 'text' }, { name: 'bytes', type: 'bigint' }, { name: 'mapping', type: 'text' },
    { name: 'rows_read', type: 'bigint' }, { name: 'rows_new', type: 'bigint' }, { name: 'rows_changed', type: 'bigint' },
    { name: 'rows_unchanged', type: 'bigint' }, { name: 'rows_quarantined', type: 'bigint' }, { name: 'rows_left_out', type: 'bigint' },
    { name: 'how', type: 'text' }, { name: 'header', type: 'text' }, { name: 'delimiter', type: 'text' }, { name: 'last_row', type: 'bigint' },
  ],
};

/** Rows that could not be taken, whole, with the reason and what to do. `id`: where it could be read. `value`: the cell; of an unknown payee in full. */
export const QUARANTINE: TableSchema = {
  table: 'quarantine', key: ['file', 'record'],
  columns: [
    { name: 'file', type: 'integer' }, { name: 'record', type: 'bigint' }, { name: 'line', type: 'bigint' },
    { name: 'column_name', type: 'text' }, { name: 'letter', type: 'text' }, { name: 'value', type: 'text' },
    { name: 'code', type: 'text' }, { name: 'message', type: 'text' }, { name: 'hint', type: 'text' }, { name: 'raw', type: 'text' },
    { name: 'id', type: 'text' },
  ],
};

/** Quarantined rows that a later import has dealt with: taken, or tried again (and then perhaps quarantined anew). */
export const SETTLED: TableSchema = {
  table: 'settled', key: ['file', 'record'],
  columns: [{ name: 'file', type: 'integer' }, { name: 'record', type: 'bigint' }, { name: 'by_file', type: 'integer' }],
};

/** Fields with a column of their own: lists of payees have a table; the currency of a fact, `from` and `to` of a reference row stand in columns of the layout. */
export function ownFields(kind: Kind): readonly Field[] {
  return kind.fields.filter((f) => !isList(f.type) && (kind.dated ? f.name !== 'currency' : f.name !== 'from' && f.name !== 'to'));
}
/** Fields that list payees. */
export function listFields(kind: Kind): readonly (Field & { readonly type: ListType })[] {
  return kind.fields.filter((f): f is Field & { readonly type: ListType } => isList(f.type));
}
const fieldColumns = (fields: readonly Field[]): Column[] => fields.map((f) => ({ name: f.name, type: storedType(f.type) }));

type KeptColumn = keyof typeof ROW_COLUMNS | keyof typeof FACT_COLUMNS | keyof typeof REFERENCE_COLUMNS;
/** `row`: dense number of the version, unique in the store; `id`: what the source calls it; `hash`: of the typed content. */
const KEPT_TYPES: Readonly<Record<KeptColumn, SqlType>> = {
  row: 'bigint', seq: 'integer', id: 'text', file: 'integer', record: 'bigint', line: 'bigint', hash: 'text',
  day: 'integer', entity: 'integer', from_day: 'integer', to_day: 'integer',
};
/** The plan language refuses fields of these names. */
const keptColumns = (kept: Partial<Readonly<Record<KeptColumn, string>>>): Column[] => (Object.keys(kept) as KeptColumn[]).map((name) => ({ name, type: KEPT_TYPES[name] }));
const ORIGIN: readonly Column[] = keptColumns(ROW_COLUMNS);

/** Facts of one kind. `day`: the date of the fact; `currency`: code of the currency of its money, null where the kind has none. */
export function factTable(kind: Kind): TableSchema {
  return { table: `fact_${kind.name}`, key: ['row'], columns: [...ORIGIN, ...keptColumns(FACT_COLUMNS), { name: 'currency', type: 'integer' }, ...fieldColumns(ownFields(kind))] };
}

/** Dated rows of a reference (person, account, …): in force from `from_day` (null: from the beginning) to the next row of the entity, or `to_day`. */
export function entityTable(kind: Kind): TableSchema {
  return { table: `entity_${kind.name}`, key: ['row'], columns: [...ORIGIN, ...keptColumns(REFERENCE_COLUMNS), ...fieldColumns(ownFields(kind))] };
}

export function storeTable(kind: Kind): TableSchema {
  return kind.dated ? factTable(kind) : entityTable(kind);
}

/** From import `seq` on, version `row` no longer counts. */
export function supersededTable(kind: Kind): TableSchema {
  return { table: `superseded_${kind.name}`, key: ['row'], columns: [{ name: 'row', type: 'bigint' }, { name: 'seq', type: 'integer' }] };
}
/**
 * Who is in the lists of a version, in the order of its cell: written with the version, never changed.
 * `payee`: dictionary code. `share`: parts per million; null is an equal part of the list.
 */
export function partyTable(kind: Kind): TableSchema {
  return { table: `party_${kind.name}`, key: ['row', 'field', 'position'], columns: [
    { name: 'row', type: 'bigint' }, { name: 'field', type: 'text' }, { name: 'position', type: 'integer' }, { name: 'payee', type: 'integer' }, { name: 'share', type: 'bigint' },
  ] };
}

/** Everything that the store has of a kind. */
export function tablesOf(kind: Kind): readonly TableSchema[] {
  return [storeTable(kind), supersededTable(kind), ...(listFields(kind).length === 0 ? [] : [partyTable(kind)])];
}
