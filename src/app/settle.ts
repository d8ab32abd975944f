/**
 * Quarantine over time: which rows an import has dealt with. A row is settled once a later import of its
 * source has had a row of the same id (taken, or in quarantine anew), once it was corrected or tried
 * again by itself, and, where not even its id could be read, once the file of the source comes anew.
 */
import type { Engine } from '../engine/engine.ts';
import { aggregate, and, cast, col, compare, eq, filter, int, isNotNull, isNull, join, keep, named, or, project, scan, text, union } from '../relation/relation.ts';
import type { Expr, Relation } from '../relation/relation.ts';
import { IMPORTED, QUARANTINE, SETTLED } from '../stage/store.ts';
import { listOf, wholeOf, wordOf } from './cells.ts';
import type { ImportHow } from './import-report.ts';
import { incomingTable, REFUSED_ROWS } from './import-store.ts';
import type { Incoming } from './import-store.ts';

/** The place of a row in the file that it was exported from, as the corrected file says it. */
export interface Tried { readonly path: string; readonly line: string }

/** Moves the refused rows of this import into quarantine. */
export async function takeOver(engine: Engine): Promise<void> {
  await engine.execute({ name: QUARANTINE.table, make: 'insert', relation: scan(REFUSED_ROWS), key: ['file', 'record'], about: 'rows of this file that could not be taken', sorted: ['record'] });
}

export async function settle(engine: Engine, incoming: Incoming, how: ImportHow, tried: readonly Tried[], again: { readonly file: number; readonly records: ReadonlySet<number> } | undefined): Promise<void> {
  const open = openRows(incoming.source.name, incoming.file);
  const ids = aggregate(union([
    project(scan(incomingTable(incoming.kind)), [named('id', col('id'))]),
    project(filter(scan(REFUSED_ROWS), isNotNull(col('id'))), [named('id', col('id'))]),
  ]), [named('id', col('id'))], []);
  const unread: Expr[] = how === 'file' ? [isNull(col('id', 'q'))] : [];
  const byId = how === 'retry' ? [] : [settled(filter(join(['q', open], ['left', 'i', ids, eq(col('id', 'i'), col('id', 'q'))]), or(isNotNull(col('id', 'i')), ...unread)), incoming.file)];
  const byPlace = again !== undefined ? [...again.records].map((record) => [again.file, record] as const) : tried.length > 0 ? await placesOf(engine, open, tried) : [];
  const parts = [...byId, ...(byPlace.length === 0 ? [] : [given(byPlace, incoming.file)])];
  if (parts.length === 0) return;
  const relation = aggregate(union(parts), ['file', 'record', 'by_file'].map((c) => named(c, col(c))), []);
  await engine.execute({ name: SETTLED.table, make: 'insert', relation, key: ['file', 'record'], about: 'quarantined rows that this import has dealt with' });
}

/** Rows in quarantine that nothing has settled, of all sources or of one, with what is known of their file. */
export function openRows(source?: string, before?: number): Relation {
  const joined = join(['q', scan(QUARANTINE)],
    ['inner', 'm', scan(IMPORTED), eq(col('file', 'm'), col('file', 'q'))],
    ['left', 's', scan(SETTLED), and(eq(col('file', 's'), col('file', 'q')), eq(col('record', 's'), col('record', 'q')))]);
  const where = and(isNull(col('file', 's')),
    ...(source === undefined ? [] : [eq(col('source', 'm'), text(source))]),
    ...(before === undefined ? [] : [compare('<', col('file', 'q'), int(before))]));
  return project(filter(joined, where), [...keep('q', ...QUARANTINE.columns.map((c) => c.name)), ...keep('m', 'source', 'path', 'sha256', 'header', 'delimiter', 'how')]);
}

function settled(joined: Relation, byFile: number): Relation {
  return project(joined, [named('file', col('file', 'q')), named('record', col('record', 'q')), named('by_file', cast(int(byFile), 'integer'))]);
}

function given(places: readonly (readonly [number, number])[], byFile: number): Relation {
  const rows = places.map(([file, record]) => [BigInt(file), BigInt(record), BigInt(byFile)]);
  return { kind: 'values', columns: SETTLED.columns, rows };
}

async function placesOf(engine: Engine, open: Relation, tried: readonly Tried[]): Promise<readonly (readonly [number, number])[]> {
  const named_ = new Set(tried.map(({ path, line }) => `${path}\n${line}`));
  const rows = listOf(await engine.read(project(open, [...keep(undefined, 'file', 'path'), named('record', cast(col('record'), 'integer')), named('line', cast(col('line'), 'integer'))]), ['file', 'record']));
  return rows.filter(([, path, , line]) => named_.has(`${wordOf(path)}\n${wholeOf(line)}`)).map(([file, , record]) => [wholeOf(file), wholeOf(record)] as const);
}
