/**
 * Stage 3, measures, in two statements. `cube`: sums of credits by payee, stint, slice and, where a
 * table is read by a field of the fact, by that field; filtered sums of one scan. `measures`: the
 * cube gathered into measures, for whom they are needed, window by window; those above a payee join
 * here, by route.
 */
import {
  aggregate, and, cast, cases, coalesce, col, compare, count, countDistinct, eq, type Expr, filter, int, isNotNull, join, keep, named, type Named, not, nothing,
  or, type Relation, scan, type Statement, sum, times, union, when,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import type { CubeColumn, Gathered } from './gather.ts';
import { columnName } from './facts.ts';
import { REF_MEASURE, REF_NEED, REF_ROUTE, REF_WINDOW, REF_WORLD } from './reference.ts';

/** Columns of the cube that share a grain: `key` null is none, else the fact column whose value is kept apart. */
interface Block { readonly index: number; readonly key: string | null; readonly columns: readonly CubeColumn[] }

export function blocksOf(gathered: Gathered): Block[] {
  const byKey = new Map<string, CubeColumn[]>();
  if (gathered.cube.length === 0) return [{ index: 0, key: null, columns: [] }];
  for (const c of gathered.cube) {
    const key = c.value.role === 'distinct' ? columnName(c.value) : c.key === null ? '' : columnName(c.key);
    byKey.set(key, [...(byKey.get(key) ?? []), c]);
  }
  return [...byKey].map(([key, columns], index) => ({ index, key: key === '' ? null : key, columns }));
}

export function cubeStage(credits: Statement, gathered: Gathered): Statement {
  const from: Relation = { kind: 'scan', table: credits.name, columns: columnsOf(credits.relation) };
  const parts = blocksOf(gathered).map((block): Relation => {
    const rows = block.key === null ? from : filter(from, isNotNull(col(block.key)));
    return aggregate(rows, [
      ...keep(undefined, 'facts_world', 'people_world'), named('block', cast(int(block.index), 'integer')), ...keep(undefined, 'payee', 'stint', 'slice'),
      named('field_value', block.key === null ? int(0) : col(block.key)),
    ], gathered.cube.map((c) => named(`sum_${c.index}`, block.columns.includes(c) ? sumOf(c, gathered) : nothing('bigint'))));
  });
  return {
    name: 'cube', make: 'table', relation: union(parts), key: ['facts_world', 'block', 'payee', 'stint', 'slice', 'field_value'],
    about: 'sums of credits by payee, stint and slice of time',
  };
}

function sumOf(c: CubeColumn, gathered: Gathered): Expr {
  const value = col(columnName(c.value));
  const everyRule = gathered.rules.filter((r) => r.kind === c.value.kind).every((r) => c.rules.includes(r.index));
  const rule = everyRule ? [] : [or(...c.rules.map((r) => eq(col('rule'), int(r))))];
  if (c.value.role !== 'sum') return count(and(isNotNull(value), ...rule));
  const weighted = gathered.shareDivisor === 1n ? value : times(value, col('share'));
  return cast(sum(weighted, rule.length === 0 ? {} : { where: and(...rule) }), 'bigint');
}

export function measuresStage(cube: Statement, gathered: Gathered): Statement {
  const sums = union([
    measureRows(cube, gathered, false),
    ...(gathered.measures.some((m) => m.distinct) ? [measureRows(cube, gathered, true)] : []),
  ]);
  return {
    name: 'measures', make: 'table', relation: sums, key: ['world', 'plan', 'measure', 'window', 'period', 'payee', 'field_value'],
    about: 'what is counted, for whom, as gathered by the end of each period',
  };
}

function measureRows(cube: Statement, gathered: Gathered, distinct: boolean): Relation {
  const inWorld = (alias: string, layer: string): Expr => eq(col(layer, alias), col(layer, 'o'));
  const joined = join(
    ['o', scan(REF_WORLD)],
    ['inner', 'c', { kind: 'scan', table: cube.name, columns: columnsOf(cube.relation) }, and(inWorld('c', 'facts_world'), inWorld('c', 'people_world'))],
    ['inner', 'm', scan(REF_MEASURE), and(inWorld('m', 'plan_world'), eq(col('block', 'm'), col('block', 'c')))],
    ['inner', 'r', scan(REF_ROUTE), and(inWorld('r', 'people_world'), eq(col('route', 'r'), col('route', 'm')), eq(col('payee', 'r'), col('payee', 'c')), eq(col('stint', 'r'), col('stint', 'c')))],
    ['inner', 'n', scan(REF_NEED), and(inWorld('n', 'plan_world'), eq(col('measure', 'n'), col('measure', 'm')), eq(col('subject', 'n'), col('subject', 'r')), eq(col('stint', 'n'), col('subject_stint', 'r')))],
    ['inner', 'w', scan(REF_WINDOW), and(eq(col('window', 'w'), col('window', 'n')), eq(col('slice', 'w'), col('slice', 'c')))],
  );
  const value = cases(gathered.cube.map((c) => [eq(col('cube_column', 'm'), int(c.index)), col(`sum_${c.index}`, 'c')] as const), nothing('bigint'));
  const keys: Named[] = [
    ...keep('o', 'world'), ...keep('n', 'plan', 'measure', 'window'), ...keep('w', 'period'), named('payee', col('subject', 'n')),
    named('field_value', distinct ? int(0) : when(col('by_value', 'm'), col('field_value', 'c'), int(0))),
  ];
  const chosen = filter(joined, distinct ? col('distinct_values', 'm') : not(col('distinct_values', 'm')));
  const total = distinct
    ? countDistinct(col('field_value', 'c'), compare('>', value, int(0)))
    : cast(coalesce(sum(times(value, col('coefficient', 'm'))), cast(int(0), 'wide')), 'bigint');
  return aggregate(chosen, keys, [named('num', total)]);
}
