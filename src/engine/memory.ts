/**
 * The second engine: programs over rows in memory, in plain TypeScript that also runs in a browser. For
 * one payee's own data, and to hold DuckDB to what the tree says: `test/parity.test.ts` compares the two.
 * Nothing is written anywhere; tables and views are gone with the engine.
 */
import { columnsOf } from '../relation/check.ts';
import type { Column, Relation, Statement, TableSchema } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import { type Cell, overflowStop, type ProgramRunner, type Rows } from './engine.ts';
import { checkCells, NumberTooLarge, rowOrder } from './memory-cells.ts';
import { type Frame, stored } from './memory-frame.ts';
import { frameOf, type Reading } from './memory-relation.ts';

/** A view keeps the codes that it was made with, as its text would; `read`: the tables that its rows were made of. */
interface View { readonly relation: Relation; readonly codes: Reading['codes']; rows?: Frame; read?: ReadonlyMap<string, Frame> }
type Stored = { readonly table: Frame } | { readonly view: View };
interface Memory { readonly tables: Map<string, Stored>; codes: ReadonlyMap<string, number> }

export function openMemory(): ProgramRunner {
  const m: Memory = { tables: new Map(), codes: new Map() };
  // what is wrong rejects, as it does where an engine is another process
  const now = async <T>(step: string, work: () => T): Promise<T> => said(step, work);
  return {
    ensure: (schema) => now(schema.table, () => ensure(m, schema)),
    drop: (table) => now(table, () => { m.tables.delete(table); }),
    execute: (statement) => now(statement.name, () => execute(m, statement)),
    read: (relation, sortedBy = []) => now('read', () => read(m, relation, sortedBy)),
    fill: (tables) => now('tables of the run', () => {
      for (const { schema, data } of tables) {
        assert(schema.temporary === true, `${schema.table} is a table of one run`);
        m.tables.delete(schema.table);
        ensure(m, schema);
        append(m, schema, data);
      }
    }),
    append: (schema, data) => now(`add rows to ${schema.table}`, () => append(m, schema, data)),
    setCodes: (codes) => { m.codes = codes; },
    close: () => now('close', () => { m.tables.clear(); }),
  };
}

function said<T>(step: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof NumberTooLarge) throw overflowStop({ file: '', path: step }, error.message);
    throw error;
  }
}

function ensure(m: Memory, schema: TableSchema): void {
  const spelt = (columns: readonly Column[]): string => columns.map((c) => `${c.name} ${c.type}`).join(', ');
  if (!m.tables.has(schema.table)) m.tables.set(schema.table, { table: stored(schema.columns, [], 0) });
  const found = spelt(tableOf(m, schema.table).columns);
  assert(found === spelt(schema.columns), `the table ${schema.table} has the columns of its schema, not ${found}`);
}

function append(m: Memory, schema: TableSchema, data: readonly (readonly Cell[])[]): void {
  const count = data[0]?.length ?? 0, table = tableOf(m, schema.table);
  assert(data.length === schema.columns.length && data.every((cells) => cells.length === count), `rows for ${schema.table} are ${schema.columns.length} columns of one length`);
  schema.columns.forEach((column, c) => checkCells(column, data[c] ?? [], schema.table));
  m.tables.set(schema.table, { table: longer(table, stored(schema.columns, data, count)) });
}

function execute(m: Memory, { name, make, relation }: Statement): void {
  const codes = codesOf(m);
  // a view is looked through when it is read, but it must be possible
  columnsOf(relation);
  if (make === 'view') { m.tables.set(name, { view: { relation, codes } }); return; }
  const rows = whole(columnsOf(relation), frameOf(relation, readingOf(m, codes)));
  m.tables.set(name, { table: make === 'insert' ? longer(tableOf(m, name), rows) : rows });
}

function read(m: Memory, relation: Relation, sortedBy: readonly string[]): Rows {
  const columns = columnsOf(relation), rows = frameOf(relation, readingOf(m, codesOf(m))), { count } = rows;
  const data = columns.map((c) => rows.cells(c.name));
  if (sortedBy.length === 0) return { columns, data, count };
  const order = rowOrder(sortedBy.map((name) => ({ type: rows.typeOf(name), cells: rows.cells(name), descending: false })));
  const sorted = Array.from({ length: count }, (_, row) => row).sort(order);
  return { columns, data: data.map((cells) => sorted.map((row) => cells[row] ?? null)), count };
}

// ---- tables and views ----

function codesOf(m: Memory): Reading['codes'] {
  const { codes } = m;
  return (word) => codes.get(word);
}
function readingOf(m: Memory, codes: Reading['codes']): Reading {
  return { codes, done: new Map(), table: (name) => tableOf(m, name) };
}

function tableOf(m: Memory, name: string): Frame {
  const found = m.tables.get(name);
  assert(found !== undefined, `the table ${name} is there`);
  return 'table' in found ? found.table : viewed(m, found.view);
}
/** Rows of a view, calculated anew where a table below it has changed. */
function viewed(m: Memory, view: View): Frame {
  const { rows, read: before } = view;
  if (rows !== undefined && before !== undefined && [...before].every(([name, made]) => m.tables.has(name) && tableOf(m, name) === made)) return rows;
  const seen = new Map<string, Frame>(), reading = readingOf(m, view.codes);
  const table = (name: string): Frame => { const made = reading.table(name); seen.set(name, made); return made; };
  const made = frameOf(view.relation, { ...reading, table });
  view.rows = made;
  view.read = seen;
  return made;
}

/** All columns calculated, under the names and in the order of the statement. */
function whole(columns: readonly Column[], rows: Frame): Frame {
  return stored(columns, columns.map((c) => rows.cells(c.name)), rows.count);
}
/** Rows added at the end; columns that they do not have are null. */
function longer(table: Frame, more: Frame): Frame {
  if (more.count === 0) return table;
  const given = new Set(more.columns.map((c) => c.name));
  for (const name of given) table.typeOf(name);
  const missing = Array.from({ length: more.count }, () => null);
  return stored(table.columns, table.columns.map(({ name }) => [...table.cells(name), ...given.has(name) ? more.cells(name) : missing]), table.count + more.count);
}
