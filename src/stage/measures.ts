/**
 * Stage 3, measures. `cube`: sums of credits by subject, stint, slice of time and, where pay is told apart by
 * a field of the fact, by that field; filtered sums of one scan. `measures`: the cube gathered into
 * measures, for whom they are needed, window by window; those above a payee join here, by route. What
 * depends on single rows in their order comes from `picked.ts`, sums over accounts from `book.ts`.
 */
import {
  aggregate, and, bool, call, cast, cases, coalesce, col, compare, count, countDistinct, eq, type Expr, filter, int, isNotNull, isNull, join, keep, named, type Named, not, nothing,
  or, plus, project, type Relation, scan, type Statement, sum, times, union, when,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { asWide, scanOf } from './arithmetic.ts';
import { mayGiveNothing, sharesAreWide } from './credits.ts';
import { columnName, isWideColumn } from './facts.ts';
import type { CubeColumn, Gathered, TimeOf } from './gather.ts';
import { REF_INSTANT, REF_MEASURE, REF_NEED, REF_NEED_GROUP, REF_ROUTE, REF_WINDOW, REF_WORLD } from './reference.ts';

/** Columns of the cube that share a grain: `key` null is none, else the fact column whose value is kept apart. */
interface Block { readonly index: number; readonly key: string | null; readonly time: TimeOf; readonly timeColumn: string; readonly columns: readonly CubeColumn[] }

/** Slices of single days, and of instants, lie beyond all others. */
export const DAY_BASE = 5_000_000;
export const INSTANT_BASE = 10_000_000;

export function blocksOf(gathered: Gathered, timeColumn: (c: CubeColumn) => string): Block[] {
  const byKey = new Map<string, CubeColumn[]>();
  if (gathered.cube.length === 0) return [{ index: 0, key: null, time: { grain: 'slice', date: null }, timeColumn: 'slice', columns: [] }];
  for (const c of gathered.cube) {
    const key = [keyOf(c) ?? '', c.time.grain, timeColumn(c)].join('|');
    byKey.set(key, [...(byKey.get(key) ?? []), c]);
  }
  return [...byKey.values()].map((columns, index) => {
    const [first] = columns;
    return { index, key: first === undefined ? null : keyOf(first), time: first?.time ?? { grain: 'slice', date: null }, timeColumn: first === undefined ? 'slice' : timeColumn(first), columns };
  });
}
const keyOf = (c: CubeColumn): string | null => (c.value.role === 'distinct' ? columnName(c.value) : c.key === null ? null : columnName(c.key));

export function cubeStage(credits: Statement, gathered: Gathered, blocks: readonly Block[]): Statement {
  const parts = blocks.map((block): Relation => {
    const { from, slice } = timed(scanOf(credits), block);
    const rows = block.key === null ? from : filter(from, isNotNull(col(block.key)));
    return aggregate(rows, [
      ...keep(undefined, 'facts_world', 'people_world'), named('block', cast(int(block.index), 'integer')), ...keep(undefined, 'payee', 'stint'), named('slice', slice),
      named('field_value', block.key === null ? int(0) : col(block.key)),
    ], gathered.cube.map((c) => named(`sum_${c.index}`, block.columns.includes(c) ? sumOf(c, gathered) : nothing(isWideSum(gathered) ? 'wide' : 'bigint'))));
  });
  return {
    name: 'cube', make: 'table', relation: union(parts), key: ['facts_world', 'block', 'payee', 'stint', 'slice', 'field_value'],
    about: 'sums of credits by payee, stint and slice of time',
  };
}
/** Wide where shares, or values that are quotients, have so many parts that sums of them may pass 64 bits. */
function isWideSum(gathered: Gathered): boolean {
  return sharesAreWide(gathered) || gathered.measures.some((m) => isWideColumn(m.divisor));
}

/** Rows with the slice of their time: of a date, of the day alone, or of every instant at which a fact runs. */
export function timed(credits: Relation, { time, timeColumn }: Pick<Block, 'time' | 'timeColumn'>): { readonly from: Relation; readonly slice: Expr } {
  if (time.grain === 'slice') return { from: timeColumn === 'slice' ? credits : filter(credits, isNotNull(col(timeColumn))), slice: col(timeColumn) };
  if (time.grain === 'day') return { from: filter(credits, isNotNull(col(timeColumn))), slice: cast(plus(cast(col(timeColumn), 'bigint'), int(DAY_BASE)), 'integer') };
  const runs = join(['c', credits], ['inner', 'i', scan(REF_INSTANT), and(compare('<=', col('runs_from', 'c'), col('day', 'i')), or(isNull(col('runs_until', 'c')), compare('<', col('day', 'i'), col('runs_until', 'c'))))]);
  const columns = columnsOf(credits).map((c) => c.name).filter((name) => name !== 'slice');
  return { from: project(runs, [...keep('c', ...columns), named('slice', col('slice', 'i'))]), slice: col('slice') };
}

function sumOf(c: CubeColumn, gathered: Gathered): Expr {
  const value = col(columnName(c.value));
  const everyRule = gathered.rules.filter((r) => r.kind === c.value.kind).every((r) => c.rules.includes(r.index));
  const rule = everyRule ? [] : [or(...c.rules.map((r) => eq(col('rule'), int(r))))];
  const guarded = gathered.rules.some((r) => c.rules.includes(r.index) && mayGiveNothing(r)) ? [compare('<>', col('share'), int(0))] : [];
  const type = isWideSum(gathered) ? 'wide' : 'bigint';
  // where pay is told apart, nothing counted is no line, not one of 0
  const counted = (of: Expr): Expr => (c.key === null ? of : call('nullif', of, int(0)));
  if (c.value.role === 'distinct') return cast(count(and(isNotNull(value), ...rule, ...guarded)), type);
  if (c.value.role === 'count') {
    // a fact that is counted counts whole; one that is reversed counts back
    const whole = c.value.factors.length === 0 && !signed(c, gathered);
    return cast(whole ? counted(count(and(isNotNull(value), ...rule, ...guarded))) : sum(value, and_([...rule, ...guarded])), type);
  }
  const weighted = gathered.shareDivisor === 1n && guarded.length === 0 && !isWideSum(gathered) ? value : times(isWideSum(gathered) ? asWide(value) : value, col('share'));
  return cast(sum(weighted, and_([...rule, ...c.key === null ? [] : guarded])), type);
}
const and_ = (parts: readonly Expr[]): { readonly where?: Expr } => (parts.length === 0 ? {} : { where: and(...parts) });
/** Facts of the kind may be reversals. */
function signed(c: CubeColumn, gathered: Gathered): boolean {
  return gathered.reversed.has(c.value.kind);
}

export function measuresStage(cube: Statement, gathered: Gathered, more: readonly Relation[]): Statement {
  const of = (grouped: boolean, distinct: boolean): Relation[] =>
    (gathered.measures.some((m) => m.rows === undefined && m.book === undefined && m.distinct === distinct && (m.subject !== 'payee') === grouped) || (!grouped && !distinct && gathered.measures.every((m) => m.rows === undefined && m.book === undefined && m.subject === 'payee'))
      ? [measureRows(cube, gathered, grouped, distinct)] : []);
  const parts = [...of(false, false), ...of(false, true), ...of(true, false), ...of(true, true), ...more];
  return {
    name: 'measures', make: 'table', relation: union(parts.length === 0 ? [measureRows(cube, gathered, false, false)] : parts), key: ['world', 'plan', 'measure', 'window', 'period', 'payee', 'field_value'],
    about: 'what is counted, for whom, as gathered by the end of each period',
  };
}

function measureRows(cube: Statement, gathered: Gathered, grouped: boolean, distinct: boolean): Relation {
  const inWorld = (alias: string, layer: string): Expr => eq(col(layer, alias), col(layer, 'o'));
  const joined = join(
    ['o', scan(REF_WORLD)],
    ['inner', 'c', scanOf(cube), and(inWorld('c', 'facts_world'), inWorld('c', 'people_world'))],
    ['inner', 'm', scan(REF_MEASURE), and(inWorld('m', 'plan_world'), eq(col('block', 'm'), col('block', 'c')))],
    ...(grouped ? [['inner', 'n', scan(REF_NEED_GROUP), and(inWorld('n', 'plan_world'), eq(col('measure', 'n'), col('measure', 'm')))] as const] : [
      ['inner', 'r', scan(REF_ROUTE), and(inWorld('r', 'people_world'), eq(col('route', 'r'), col('route', 'm')), eq(col('payee', 'r'), col('payee', 'c')), eq(col('stint', 'r'), col('stint', 'c')))] as const,
      ['inner', 'n', scan(REF_NEED), and(inWorld('n', 'plan_world'), eq(col('measure', 'n'), col('measure', 'm')), eq(col('subject', 'n'), col('subject', 'r')), eq(col('stint', 'n'), col('subject_stint', 'r')))] as const,
    ]),
    ['inner', 'w', scan(REF_WINDOW), and(eq(col('window', 'w'), col('window', 'n')), eq(col('span', 'w'), col('span', 'm')), eq(col('slice', 'w'), col('slice', 'c')))],
  );
  const value = cases(gathered.cube.map((c) => [eq(col('cube_column', 'm'), int(c.index)), col(`sum_${c.index}`, 'c')] as const), nothing(isWideSum(gathered) ? 'wide' : 'bigint'));
  const keys: Named[] = [
    ...keep('o', 'world'), ...keep('n', 'plan', 'measure', 'window'), ...keep('w', 'period'), named('payee', grouped ? col('payee', 'c') : col('subject', 'n')),
    named('field_value', distinct ? int(0) : when(col('by_value', 'm'), col('field_value', 'c'), int(0))),
  ];
  const kind = distinct ? col('distinct_values', 'm') : not(col('distinct_values', 'm'));
  const subject = gathered.measures.some((m) => m.subject !== 'payee') ? [grouped ? col('grouped', 'm') : not(col('grouped', 'm'))] : [];
  // one condition: DuckDB 1.5 loses columns where a condition on two of these tables stands beside one on a single table
  const keyed = when(and(kind, ...subject), or(not(col('by_value', 'm')), isNotNull(value)), bool(false));
  const chosen = filter(joined, gathered.cube.some((c) => c.key !== null) ? keyed : and(kind, ...subject));
  const halves = gathered.spans.some((s) => s.spec.kind === 'half_life');
  const total = distinct
    ? asWide(countDistinct(col('field_value', 'c'), compare('>', value, int(0))))
    : coalesce(sum(times(asWide(value), asWide(col('coefficient', 'm')), ...(halves ? [col('weight', 'w')] : []))), asWide(int(0)));
  return aggregate(chosen, keys, [named('num', total)]);
}
