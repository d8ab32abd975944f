/**
 * DuckDB behind the `Engine` interface: trees become SQL (`relation/emit.ts`), run in a fenced child
 * process (`duckdb-child.ts`, `duckdb-worker.ts`), and come back as exact cells. The only SQL written
 * here is about the engine itself: transactions, drops, the columns of a table.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assert } from '../value/diagnostic.ts';
import { columnsOf } from '../relation/check.ts';
import { duckdb } from '../relation/dialects/duckdb.ts';
import { emitRelation, emitStatement, emitTable, identifier } from '../relation/emit.ts';
import type { Column, Relation, Statement, TableSchema } from '../relation/relation.ts';
import { type DuckdbChild, type OnBatch, startDuckdb } from './duckdb-child.ts';
import { cancelledStop, stop } from './duckdb-errors.ts';
import type { DuckdbType, QueryTask, Task } from './duckdb-messages.ts';
import { exportParquet, readParquet, trueFolder } from './duckdb-parquet.ts';
import type { Cell, Engine, EngineOptions, Rows } from './engine.ts';

export { startDuckdb } from './duckdb-child.ts';

/** Rows that go to or from the child in one message: some megabytes, some 20 ms. */
const BATCH_ROWS = 32_768;

/**
 * Opens the store. Rejects with EngineStop where it is locked, damaged or out of reach. `child`: one
 * that was started earlier, so that its start overlaps with other work; it is used up.
 */
export async function openDuckdb(options: EngineOptions, child: DuckdbChild = startDuckdb()): Promise<Engine> {
  assert(options.memoryMb > 0 && options.threads > 0, 'an engine has memory and threads');
  const path = options.path === ':memory:' ? options.path : resolve(options.path);
  const folders = options.folders.map(trueFolder);
  const readOnly = options.readOnly === true;
  try {
    const tempDir = ownTempDir(options.tempDir, child.pid);
    await child.ask({ kind: 'open', path, folders, memoryMb: options.memoryMb, threads: options.threads, tempDir, readOnly }, 'open the store', options.path);
  } catch (error) {
    await child.close();
    throw error;
  }
  child.onPercent((step, percent) => options.onProgress?.({ step, done: Math.min(100, Math.floor(percent)), of: 100 }));
  return engineOn(child, folders, readOnly);
}

/** What the functions of the engine share. */
interface Session {
  readonly child: DuckdbChild;
  readonly readOnly: boolean;
  inTransaction: boolean;
  /** a stream in a transaction holds the only connection */
  busyWith: string | undefined;
  codes: ReadonlyMap<string, number>;
  /** names of tables and views; undefined where it must be asked again */
  catalog: Map<string, 'table' | 'view'> | undefined;
}

function engineOn(child: DuckdbChild, folders: readonly string[], readOnly: boolean): Engine {
  const s: Session = { child, readOnly, inTransaction: false, busyWith: undefined, codes: new Map(), catalog: undefined };
  const files = { folders, ask: (task: Task, step: string, file: string, onBatch?: OnBatch) => ask(s, task, step, file, onBatch) };
  const text = (relation: Relation, sortedBy?: readonly string[]): string => emitRelation(relation, duckdb, (word) => s.codes.get(word), sortedBy);
  return {
    ensure: (schema) => ensure(s, schema),
    drop: (table) => drop(s, table),
    execute: (statement) => execute(s, statement),
    read: (relation, sortedBy) => read(s, relation, text(relation, sortedBy)),
    stream: (relation, onChunk) => stream(s, relation, text(relation), onChunk),
    fill: (tables) => fill(s, tables),
    append: (schema, data) => append(s, schema, data),
    transaction: (body) => transaction(s, body),
    setCodes: (codes) => { s.codes = codes; },
    exportParquet: (relation, path, sortedBy) => exportParquet(files, columnsOf(relation), text(relation), path, sortedBy),
    readParquet: (path, onBatch) => readParquet(files, path, onBatch),
    cancel: () => child.cancel(),
    async versions() {
      const [engine = '', library = ''] = await ask(s, { kind: 'versions' }, 'versions');
      return { engine: `DuckDB ${engine}`, library: `@duckdb/node-api ${library}` };
    },
    close: () => child.close(),
  };
}

function ask(s: Session, task: Task, step: string, file?: string, onBatch?: OnBatch): Promise<readonly string[]> {
  const apart = task.kind === 'query' && task.apart;
  assert(s.busyWith === undefined || apart, `nothing else runs while "${s.busyWith}" is streamed inside a transaction ("${step}" was asked for)`);
  return s.child.ask(task, step, file, onBatch);
}
async function run(s: Session, sql: string, step: string): Promise<void> {
  await ask(s, { kind: 'run', sql }, step);
}

async function ensure(s: Session, schema: TableSchema): Promise<void> {
  if ((!s.readOnly || schema.temporary === true) && !(await catalogOf(s)).has(schema.table)) {
    await run(s, emitTable(schema, duckdb), schema.table);
    s.catalog?.set(schema.table, 'table');
  }
  const wanted = typed(schema.columns).map((c) => `${c.name} ${c.type}`).join(', ');
  const found: string[] = [];
  if ((await catalogOf(s)).has(schema.table)) {
    await ask(s, describe(`DESCRIBE ${identifier(schema.table)}`), schema.table, '', ([names, types]) => { names?.forEach((name, i) => found.push(`${name} ${types?.[i]}`)); });
  }
  if (found.join(', ') !== wanted) throw stop('engine.table_differs', { file: '', path: schema.table },
    `The table ${schema.table} of the store has the columns (${found.join(', ') || 'none: it is not there'}); this version of Trueup uses (${wanted}).`,
    'The store was made by another version, or a field of this kind was changed. Move the store away and import again: every fact in it came from your files.');
}

/** Names and types of the columns of a table or query. */
function describe(of: string): QueryTask {
  const columns = ['column_name', 'column_type'].map((name) => ({ name, type: 'VARCHAR' as const }));
  return { kind: 'query', sql: `SELECT column_name, column_type FROM (${of})`, columns, apart: false, batchRows: BATCH_ROWS };
}

async function drop(s: Session, name: string): Promise<void> {
  const is = (await catalogOf(s)).get(name);
  if (is === undefined) return;
  await run(s, `DROP ${is === 'view' ? 'VIEW' : 'TABLE'} ${identifier(name)}`, name);
  s.catalog?.delete(name);
}

async function execute(s: Session, statement: Statement): Promise<void> {
  const { name, make, relation } = statement, columns = columnsOf(relation);
  const codes = (word: string): number | undefined => s.codes.get(word);
  // CREATE OR REPLACE does not replace a view by a table, nor a table by a view
  if (make !== 'insert' && (await catalogOf(s)).get(name) !== make) await drop(s, name);
  // into a table of integers a DOUBLE would be rounded without a word: types are looked at before
  if (make === 'insert') await expectColumns(s, `(\n${emitRelation(relation, duckdb, codes)}\n) AS t`, columns, name);
  await run(s, emitStatement(statement, duckdb, codes), name);
  if (make === 'insert') return;
  s.catalog?.set(name, make);
  await expectColumns(s, identifier(name), columns, name);
}

/** Fails as our own fault where the engine made other types than the tree says. */
async function expectColumns(s: Session, from: string, columns: readonly Column[], step: string): Promise<void> {
  await ask(s, { kind: 'query', sql: `SELECT * FROM ${from} LIMIT 0`, columns: typed(columns), apart: false, batchRows: 1 }, step);
}

async function read(s: Session, relation: Relation, sql: string): Promise<Rows> {
  const columns = columnsOf(relation), data: Cell[][] = columns.map(() => []);
  let count = 0;
  await ask(s, { kind: 'query', sql, columns: typed(columns), apart: false, batchRows: BATCH_ROWS }, 'read', '', (batch, rows) => {
    batch.forEach((cells, c) => { const column = data[c]; for (const cell of cells) column?.push(cell); });
    count += rows;
  });
  return { columns, data, count };
}

async function stream(s: Session, relation: Relation, sql: string, onChunk: (rows: Rows) => void | Promise<void>): Promise<void> {
  const columns = columnsOf(relation);
  // apart from a transaction, other work may go on between the chunks; inside one, only its own connection sees its rows
  const apart = !s.inTransaction;
  const task: QueryTask = { kind: 'query', sql, columns: typed(columns), apart, batchRows: BATCH_ROWS };
  const answer = ask(s, task, 'read', '', (data, count) => onChunk({ columns, data, count }));
  if (!apart) s.busyWith = 'read';
  try { await answer; } finally { if (!apart) s.busyWith = undefined; }
}

async function append(s: Session, schema: TableSchema, data: readonly (readonly Cell[])[]): Promise<void> {
  const count = data[0]?.length ?? 0;
  assert(data.length === schema.columns.length && data.every((cells) => cells.length === count), `rows for ${schema.table} are ${schema.columns.length} columns of one length`);
  if (count === 0) return;
  const types = typed(schema.columns).map((c) => c.type);
  const all = async (): Promise<void> => {
    for (let from = 0; from < count; from += BATCH_ROWS) {
      const part = count <= BATCH_ROWS ? data : data.map((cells) => cells.slice(from, from + BATCH_ROWS));
      await ask(s, { kind: 'append', table: schema.table, types, data: part }, `add rows to ${schema.table}`);
    }
  };
  await (s.inTransaction ? all() : transaction(s, all));
}

/** One message makes all tables: below some 10,000 rows it is the messages that cost. */
async function fill(s: Session, tables: Parameters<Engine['fill']>[0]): Promise<void> {
  for (const { schema } of tables) assert(schema.temporary === true, `${schema.table} is a table of one run`);
  const all = async (): Promise<void> => {
    await run(s, tables.map(({ schema }) => `DROP TABLE IF EXISTS ${identifier(schema.table)};\n${emitTable(schema, duckdb)};`).join('\n'), 'tables of the run');
    for (const { schema } of tables) s.catalog?.set(schema.table, 'table');
    for (const { schema, data } of tables) await append(s, schema, data);
  };
  await (s.inTransaction ? all() : transaction(s, all));
}

async function transaction<T>(s: Session, body: () => Promise<T>): Promise<T> {
  assert(!s.inTransaction, 'a transaction does not begin inside another');
  s.inTransaction = true;
  try {
    await run(s, 'BEGIN TRANSACTION', 'begin');
    const result = await body();
    // a cancel that came between two statements stops the transaction as well
    if (s.child.cancelled()) throw cancelledStop('commit');
    await ask(s, { kind: 'run', sql: 'COMMIT', always: true }, 'commit');
    return result;
  } catch (error) {
    s.catalog = undefined;
    s.busyWith = undefined;
    // where the child is gone or the commit failed there is nothing left to roll back
    await ask(s, { kind: 'run', sql: 'ROLLBACK', always: true }, 'roll back').catch(() => undefined);
    throw error;
  } finally {
    s.inTransaction = false;
  }
}

async function catalogOf(s: Session): Promise<Map<string, 'table' | 'view'>> {
  if (s.catalog !== undefined) return s.catalog;
  const found = new Map<string, 'table' | 'view'>();
  const sql = "SELECT table_name, 'table' AS made FROM duckdb_tables() UNION ALL SELECT view_name, 'view' FROM duckdb_views() WHERE NOT internal";
  const columns = ['table_name', 'made'].map((name) => ({ name, type: 'VARCHAR' as const }));
  await ask(s, { kind: 'query', sql, columns, apart: false, batchRows: BATCH_ROWS }, 'tables of the store', '', ([names, made]) => {
    names?.forEach((name, i) => found.set(String(name), made?.[i] === 'view' ? 'view' : 'table'));
  });
  s.catalog = found;
  return found;
}

function typed(columns: readonly Column[]): { readonly name: string; readonly type: DuckdbType }[] {
  return columns.map(({ name, type }) => ({ name, type: duckdb.types[type] as DuckdbType }));
}

/** A folder for this child alone: two engines that spill into one folder would take each other's files. Folders of processes that are gone are removed. */
function ownTempDir(tempDir: string, pid: number | undefined): string {
  const folder = resolve(tempDir);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const owner = /^duckdb-(\d+)$/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(folder, name), { recursive: true, force: true });
  }
  return join(folder, `duckdb-${pid ?? 0}`);
}
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
