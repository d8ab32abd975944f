/**
 * Rows that a run makes of others (entries of states, kinds that pick facts) as the run before saw them:
 * by the same statements, over the store as it was.
 */
import type { Engine } from '../engine/engine.ts';
import type { Kind } from '../plan/plan.ts';
import { columnsOf, partsOf } from '../relation/check.ts';
import { and, col, compare, eq, filter, int, isNull, join, keep, project, type Relation, replaceScans, scan, type Statement } from '../relation/relation.ts';
import { scanOf } from '../stage/arithmetic.ts';
import type { Calculation } from './calculate.ts';

/** Rows of a made kind: now, and as of the import that the last run saw. */
export interface MadeThen { readonly kind: Kind; readonly now: Relation; readonly then: Relation }

/** Of each made kind that plans count. Copies of the statements stay until the connection ends. */
export async function madeThen(engine: Engine, { catalogue, compiled }: Calculation, since: number): Promise<readonly MadeThen[]> {
  const { inputs, statements } = compiled.program;
  const counted = catalogue.kinds.filter((k) => (k.state !== undefined || k.derivation !== undefined) && statements.some((s) => s.name === `facts_${k.name}`));
  const needed = new Set(counted.map((k) => `rows_${k.name}`));
  for (const s of statements.toReversed()) if (needed.has(s.name)) for (const table of scansOf(s.relation)) needed.add(table);
  const then = new Map(inputs.filter((t) => t.columns.some((c) => c.name === 'seq')).map((t) => [t.table, filter(scan(t), compare('<=', col('seq'), int(since)))]));
  const made = new Map<string, Statement>();
  for (const s of statements.filter((x) => needed.has(x.name))) {
    const copy: Statement = { ...s, name: `then_${s.name}`, relation: replaceScans(s.relation, then) };
    await engine.execute(copy);
    then.set(s.name, scanOf(copy));
    made.set(s.name, s);
  }
  return counted.flatMap((kind): MadeThen[] => {
    const now = made.get(`rows_${kind.name}`), before = then.get(`rows_${kind.name}`);
    return now === undefined || before === undefined ? [] : [{ kind, now: scanOf(now), then: before }];
  });
}
function scansOf(relation: Relation): readonly string[] {
  return relation.kind === 'scan' ? [relation.table] : partsOf(relation).flatMap(scansOf);
}

/** Rows of the one that the other does not have, or has otherwise. */
export function onlyIn(rows: Relation, other: Relation): Relation {
  const columns = columnsOf(rows).map((c) => c.name);
  const same = and(eq(col('row', 'o'), col('row', 'r')), ...columns.filter((c) => c !== 'row').map((c) => compare('is_not_distinct_from', col(c, 'o'), col(c, 'r'))));
  return project(filter(join(['r', rows], ['left', 'o', other, same]), isNull(col('row', 'o'))), keep('r', ...columns));
}
