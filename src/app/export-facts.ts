/**
 * The store as Parquet, for other programs: a file for each kind, the rows that count now, words written
 * out, dates as `YYYY-MM-DD`. Names say the unit: `amount_minor` is in minor units of `currency`;
 * `price_millionths` counts millionths (numbers, percents, and money of reference rows). Lists of payees have a file of their own, `deal_payees.parquet`.
 */
import { mkdirSync } from 'node:fs';
import { join as joinPath, resolve } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { storedKinds } from '../plan/kinds.ts';
import type { Field, Kind, Workspace } from '../plan/plan.ts';
import { aggregate, col, eq, filter, isNotNull, join, keep, named, project, scan, union } from '../relation/relation.ts';
import type { Expr, JoinInput, Named, Relation, TableSchema } from '../relation/relation.ts';
import { isCoded, listFields, ownFields, WORD } from '../stage/store.ts';
import { formatDay } from '../value/period.ts';
import { listOf, wholeOf } from './cells.ts';
import { currentParties, currentVersions } from './import-store.ts';
import { ensureStore } from './store-layout.ts';

export interface ExportedFile { readonly kind: string; readonly path: string; readonly rows: number }

/** `outDir` must lie in a folder that the engine may write to. Files are written whole or not at all. Rejects with EngineStop. */
export async function exportFacts(workspace: Workspace, engine: Engine, outDir: string): Promise<readonly ExportedFile[]> {
  mkdirSync(outDir, { recursive: true });
  await ensureStore(engine, workspace);
  await writeDates(engine, storedKinds(workspace.kinds));
  const files: ExportedFile[] = [];
  for (const kind of storedKinds(workspace.kinds)) {
    const path = resolve(joinPath(outDir, `${kind.name}.parquet`));
    const relation = exported(kind);
    await engine.exportParquet(relation, path, kind.dated ? ['date', 'id'] : ['id', 'from']);
    const rows = await engine.read(project(relation, keep(undefined, 'id')));
    files.push({ kind: kind.name, path, rows: rows.count });
    if (listFields(kind).length > 0) files.push(await exportLists(engine, kind, outDir));
  }
  await engine.drop(DATES.table);
  return files;
}

/** Who is in the lists of the rows that count now: a row for each, `share_millionths` blank where the list is shared equally. */
async function exportLists(engine: Engine, kind: Kind, outDir: string): Promise<ExportedFile> {
  const path = resolve(joinPath(outDir, `${kind.name}_payees.parquet`));
  const relation = project(join(['p', currentParties(kind)], ['inner', 'w', scan(WORD), eq(col('code', 'w'), col('payee', 'p'))]),
    [...keep('p', 'id', 'field', 'position'), named('payee', col('word', 'w')), named('share_millionths', col('share', 'p'))]);
  await engine.exportParquet(relation, path, ['id', 'field', 'position']);
  const rows = await engine.read(project(relation, keep(undefined, 'id')));
  return { kind: `${kind.name}_payees`, path, rows: rows.count };
}

/** The rows of a kind that count now, with everything as text or as a number that names its unit. */
export function exported(kind: Kind): Relation {
  const words = [...(kind.dated ? ['currency'] : []), ...ownFields(kind).filter((f) => isCoded(f.type)).map((f) => f.name)];
  const dates = [...(kind.dated ? ['day'] : ['from_day', 'to_day']), ...ownFields(kind).filter((f) => f.type === 'date').map((f) => f.name)];
  const inputs: JoinInput[] = [
    { as: 'v', how: 'from', relation: currentVersions(kind) },
    ...words.map((c): JoinInput => ({ as: `w_${c}`, how: 'left', relation: scan(WORD), on: eq(col('code', `w_${c}`), col(c, 'v')) })),
    ...dates.map((c): JoinInput => ({ as: `d_${c}`, how: 'left', relation: scan(DATES), on: eq(col('day', `d_${c}`), col(c, 'v')) })),
  ];
  const date = (c: string): Expr => col('date', `d_${c}`);
  const dating: Named[] = kind.dated ? [named('date', date('day')), named('currency', col('word', 'w_currency'))] : [named('from', date('from_day')), named('to', date('to_day'))];
  const fields = ownFields(kind).map((f): Named => named(exportedName(f, kind), isCoded(f.type) ? col('word', `w_${f.name}`) : f.type === 'date' ? date(f.name) : col(f.name, 'v')));
  return project({ kind: 'join', inputs }, [named('id', col('id', 'v')), ...dating, ...fields, named('source', col('source', 'v')), ...keep('v', 'file', 'record', 'line', 'seq')]);
}

function exportedName(field: Field, kind: Kind): string {
  if (field.type === 'money' && kind.dated) return `${field.name}_minor`;
  return field.type === 'money' || field.type === 'number' || field.type === 'percent' ? `${field.name}_millionths` : field.name;
}

/** The tree has no dates as text, so every day that the store says is written out once beside it. */
const DATES: TableSchema = { table: 'export_date', key: ['day'], columns: [{ name: 'day', type: 'integer' }, { name: 'date', type: 'text' }] };

async function writeDates(engine: Engine, kinds: readonly Kind[]): Promise<void> {
  const days = kinds.flatMap((kind) => [...(kind.dated ? ['day'] : ['from_day', 'to_day']), ...ownFields(kind).filter((f) => f.type === 'date').map((f) => f.name)]
    .map((c) => project(filter(currentVersions(kind), isNotNull(col(c))), [named('day', col(c))])));
  const distinct = days.length === 0 ? [] : listOf(await engine.read(aggregate(union(days), [named('day', col('day'))], []), ['day'])).map(([day]) => wholeOf(day));
  await engine.drop(DATES.table);
  await engine.ensure(DATES);
  await engine.append(DATES, [distinct, distinct.map((day) => formatDay(day))]);
}
