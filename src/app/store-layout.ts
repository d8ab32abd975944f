/**
 * The tables of the store, made where they are missing. A kind that has got more fields gets its columns:
 * they are blank in the versions that are there, and the files of its sources are read anew, because
 * their mapping is another one. Fields that went away or changed their type are an EngineStop: what runs
 * have seen must stay as it was.
 */
import type { Engine } from '../engine/engine.ts';
import { storedKinds } from '../plan/kinds.ts';
import type { Kind, Workspace } from '../plan/plan.ts';
import { col, named, nothing, project, scan } from '../relation/relation.ts';
import type { Column, SqlType, TableSchema } from '../relation/relation.ts';
import { IMPORTED, QUARANTINE, SETTLED, storeTable, tablesOf, WORD } from '../stage/store.ts';
import { listOf, wholeOf, wordOf } from './cells.ts';

/** What columns the tables of kinds have. The newest layout of a table is the one that holds. */
const LAYOUT: TableSchema = {
  table: 'layout', key: ['table_name', 'version', 'position'],
  columns: [{ name: 'table_name', type: 'text' }, { name: 'version', type: 'integer' }, { name: 'position', type: 'integer' }, { name: 'column_name', type: 'text' }, { name: 'type', type: 'text' }],
};

export async function ensureStore(engine: Engine, workspace: Workspace): Promise<void> {
  for (const schema of [WORD, IMPORTED, QUARANTINE, SETTLED, LAYOUT, ...storedKinds(workspace.kinds).flatMap((kind) => tablesOf(kind).slice(1))]) await engine.ensure(schema);
  const layouts = await layoutsOf(engine);
  for (const kind of storedKinds(workspace.kinds)) await ensureKind(engine, kind, layouts.get(storeTable(kind).table));
}

interface Layout { readonly version: number; readonly columns: readonly Column[] }

async function layoutsOf(engine: Engine): Promise<ReadonlyMap<string, Layout>> {
  const layouts = new Map<string, Layout>();
  for (const cells of listOf(await engine.read(scan(LAYOUT), ['table_name', 'version', 'position']))) {
    const table = wordOf(cells[0]), version = wholeOf(cells[1]);
    const before = layouts.get(table);
    const column: Column = { name: wordOf(cells[3]), type: wordOf(cells[4]) as SqlType };
    layouts.set(table, { version, columns: [...(before?.version === version ? before.columns : []), column] });
  }
  return layouts;
}

async function ensureKind(engine: Engine, kind: Kind, layout: Layout | undefined): Promise<void> {
  const wanted = storeTable(kind);
  if (layout !== undefined && shape(layout.columns) === shape(wanted.columns)) return;
  if (layout !== undefined && isWider(wanted.columns, layout.columns)) {
    await engine.transaction(async () => {
      await widen(engine, wanted, layout.columns);
      await note(engine, wanted, layout.version + 1);
    });
    return;
  }
  await engine.transaction(async () => {
    await engine.ensure(wanted);
    if (layout === undefined) await note(engine, wanted, 1);
  });
}

/** The same rows with more columns; order and numbers of rows stay. */
async function widen(engine: Engine, wanted: TableSchema, known: readonly Column[]): Promise<void> {
  const has = new Set(known.map((c) => c.name));
  const relation = project({ kind: 'scan', table: wanted.table, columns: known }, wanted.columns.map((c) => named(c.name, has.has(c.name) ? col(c.name) : nothing(c.type))));
  await engine.execute({ name: wanted.table, make: 'table', relation, key: ['row'], about: `${wanted.table} with more fields`, sorted: ['row'], stays: true });
}

async function note(engine: Engine, { table, columns }: TableSchema, version: number): Promise<void> {
  await engine.append(LAYOUT, [columns.map(() => table), columns.map(() => version), columns.map((_, i) => i), columns.map((c) => c.name), columns.map((c) => c.type)]);
}

/** Every column that is there is wanted, as it is. */
function isWider(wanted: readonly Column[], known: readonly Column[]): boolean {
  return known.every((c) => wanted.some((w) => w.name === c.name && w.type === c.type));
}
function shape(columns: readonly Column[]): string {
  return columns.map((c) => `${c.name} ${c.type}`).join(', ');
}
