/** Relations that a run has made, to be read. */
import type { ProgramRunner, Rows } from '../engine/engine.ts';
import { columnsOf } from '../relation/check.ts';
import { col, eq, join, keep, project, type Relation, scan } from '../relation/relation.ts';
import { originsOf } from '../stage/kind-rows.ts';
import { rootOf } from '../stage/row-scope.ts';
import { WORD } from '../stage/store.ts';
import { assert, must } from '../value/diagnostic.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf, wholeOf } from './cells.ts';

/** Rows of one relation of the run. */
export async function table(engine: ProgramRunner, calculation: Calculation, name: string): Promise<Rows> {
  return engine.read(relationOf(calculation, name));
}
export function relationOf(calculation: Calculation, name: string): Relation {
  const statement = calculation.compiled.program.statements.find((s) => s.name === name);
  assert(statement !== undefined, `the program has the relation ${name}`);
  return { kind: 'scan', table: name, columns: columnsOf(statement.relation) };
}

/** Ids of the facts of kinds, by their rows in the store. */
export async function factIds(engine: ProgramRunner, { catalogue: { kinds } }: Calculation, names: readonly string[]): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const kind of new Set(names.map((name) => rootOf(must(kinds.find((k) => k.name === name)), kinds)))) {
    for (const row of rowsOf(await engine.read(project(originsOf(kind), keep(undefined, 'row', 'id'))))) ids.set(String(row['row']), String(row['id']));
  }
  return ids;
}

/** Words of the store by their codes; what is no code of the store has none. */
export async function wordsOf(engine: ProgramRunner, codes: Iterable<number>): Promise<Map<number, string>> {
  const rows = [...new Set(codes)].filter((c) => c > 0).map((c) => [BigInt(c)]);
  if (rows.length === 0) return new Map();
  const wanted: Relation = { kind: 'values', columns: [{ name: 'code', type: 'integer' }], rows };
  return new Map(rowsOf(await engine.read(project(join(['c', wanted], ['inner', 'w', scan(WORD), eq(col('code', 'w'), col('code', 'c'))]), keep('w', 'code', 'word')))).map((r) => [wholeOf(r['code']), String(r['word'])]));
}
