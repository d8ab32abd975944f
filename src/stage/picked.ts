/**
 * Measures that depend on single rows and their order: the first, the last, the lowest, the highest;
 * sums with a limit for each day or field; and values that read the window itself. Each is a relation
 * of credits × windows, gathered at once.
 */
import {
  aggregate, and, cast, col, compare, countDistinct, eq, type Expr, filter, int, isNotNull, type JoinInput, keep, max, min, minus, named, type Named, or, project, type Relation, scan, sum, times, union, when, windowed, call, wide,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import type { Statement } from '../relation/relation.ts';
import { must } from '../value/diagnostic.ts';
import { asWide, CARRIED, extend, scanOf } from './arithmetic.ts';
import { qualified } from './credits.ts';
import { columnName, type FactsBuilder, needsMoney } from './facts.ts';
import type { FactColumn, LinearMeasure, RowTerm } from './gather.ts';
import { lowerCondition, lowerNumber, type Scope } from './lower.ts';
import { type Pair, productOfPairs } from './lower-pair.ts';
import { timed } from './measures.ts';
import { REF_NEED, REF_NEED_GROUP, REF_PERIOD, REF_ROUTE, REF_WINDOW, REF_WORLD } from './reference.ts';
import { lowerPortion } from './row-scope.ts';

const ROW = ['world', 'plan', 'window', 'period', 'payee', 'field_value'] as const;

/** Rows of `measures` for one such measure. */
export function pickedRows(measure: LinearMeasure, credits: Statement, builders: ReadonlyMap<string, FactsBuilder>): Relation {
  const term = must(measure.rows);
  const rows = union(term.columns.map((_, i) => rowsOf(measure, term, i, credits, builders)));
  return project(gatheredRows(counting(rows, term, builders), term), [...keep(undefined, 'world', 'plan'), named('measure', cast(int(measure.index), 'integer')), ...keep(undefined, 'window', 'period', 'payee', 'field_value', 'num')]);
}

/** The rows that such a measure was gathered from, after its limits; `told`: what else is said of each, by the place of its column. `whole`: as `weighed`, before limits. */
export function pickedLines(measure: LinearMeasure, credits: Statement, builders: ReadonlyMap<string, FactsBuilder>, told: (column: RowTerm['columns'][number]) => readonly Named[]): Relation {
  const term = must(measure.rows);
  const rows = union(term.columns.map((column, i) => rowsOf(measure, term, i, credits, builders, told(column))));
  return counting(extend(rows, [named('whole', col('weighed'))]), term, builders);
}

function counting(rows: Relation, term: RowTerm, builders: ReadonlyMap<string, FactsBuilder>): Relation {
  return candidates(term.limits.reduce((r: Relation, _, i) => withLimit(r, term, i), rows), term, builders);
}
/** Of rows that take others back, none is a value of its own. */
export function candidates(rows: Relation, term: RowTerm, builders: ReadonlyMap<string, FactsBuilder>): Relation {
  return hasReversals(term, builders) && !weighs(term) ? standing(rows) : rows;
}
/** Some of its rows take others back: they have `reversed`. */
export const hasReversals = (term: RowTerm, builders: ReadonlyMap<string, FactsBuilder>): boolean => term.columns.some((c) => must(builders.get(c.value.kind)).signed);

/** One row a credit and window: its value, the same weighed by the share, and what tells it apart. */
function rowsOf(measure: LinearMeasure, term: RowTerm, i: number, credits: Statement, builders: ReadonlyMap<string, FactsBuilder>, told: readonly Named[] = []): Relation {
  const column = must(term.columns[i]), builder = must(builders.get(column.value.kind));
  const grouped = measure.subject !== 'payee';
  const chosen = filter(scanOf(credits), and(or(...column.rules.map((r) => eq(col('rule'), int(r)))), compare('<>', col('share'), int(0)), ...(column.value.timed ? [] : [isNotNull(col(columnName(column.value)))])));
  const { from, slice } = timed(chosen, { time: term.time, timeColumn: builder.time(term.time) });
  const named_ = project(from, [...columnsOf(from).filter((c) => c.name !== 'slice').map((c) => named(c.name, col(c.name))), named('slice', slice)]);
  const inWorld = (alias: string, layer: string): Expr => eq(col(layer, alias), col(layer, 'o'));
  const handed = column.value.timed ? [{ as: 'f', how: 'inner' as const, relation: builder.scan(), on: and(eq(col('fact', 'f'), col('fact', 'c')), eq(col('facts_world', 'f'), col('facts_world', 'c'))) }] : [];
  const inputs: JoinInput[] = [
    { as: 'o', how: 'from', relation: scan(REF_WORLD) },
    { as: 'c', how: 'inner', relation: named_, on: and(inWorld('c', 'facts_world'), inWorld('c', 'people_world')) },
    ...(grouped ? [{ as: 'n', how: 'inner' as const, relation: scan(REF_NEED_GROUP), on: and(inWorld('n', 'plan_world'), eq(col('measure', 'n'), int(measure.index))) }] : [
      { as: 'r', how: 'inner' as const, relation: scan(REF_ROUTE), on: and(inWorld('r', 'people_world'), eq(col('route', 'r'), int(column.route)), eq(col('payee', 'r'), col('payee', 'c')), eq(col('stint', 'r'), col('stint', 'c'))) },
      { as: 'n', how: 'inner' as const, relation: scan(REF_NEED), on: and(inWorld('n', 'plan_world'), eq(col('measure', 'n'), int(measure.index)), eq(col('subject', 'n'), col('subject', 'r')), eq(col('stint', 'n'), col('subject_stint', 'r'))) },
    ]),
    { as: 'w', how: 'inner', relation: scan(REF_WINDOW), on: and(eq(col('window', 'w'), col('window', 'n')), eq(col('span', 'w'), int(term.span)), eq(col('slice', 'w'), col('slice', 'c'))) },
    ...handed,
    ...(column.value.timed ? [{ as: 'p', how: 'inner' as const, relation: scan(REF_PERIOD), on: and(eq(col('window', 'p'), col('window', 'w')), eq(col('period', 'p'), col('period', 'w'))) }] : []),
  ];
  const own = column.value.timed ? timedValue(column.value, builder) : col(columnName(column.value), 'c'), value = column.scale === 1n ? own : times(asWide(own), int(column.scale));
  const limits = term.limits.flatMap((l, n): Named[] => [
    ...(l.perDay ? [named(`limit_${n}_day`, col('day', 'c'))] : []), ...limitKeys(l, column.value.kind).map((k, j) => named(`limit_${n}_${j}`, col(columnName(k), 'c'))),
  ]);
  const rows = project({ kind: 'join', inputs }, [
    ...keep('o', 'world'), ...keep('n', 'plan', 'window'), ...keep('w', 'period'), named('payee', grouped ? col('payee', 'c') : col('subject', 'n')),
    named('field_value', column.key === null ? int(0) : col(columnName(column.key), 'c')),
    ...keep('c', 'day', 'fact', 'fact_id', ...(hasReversals(term, builders) ? ['reversed'] : [])), named('value', asWide(value)), named('weighed', weighed(value, term)), named('weight', asWide(col('weight', 'w'))), ...limits, ...told,
  ]);
  return column.value.timed ? filter(rows, isNotNull(col('value'))) : rows;
}
/** What a limit is counted by, as columns of facts of this kind. */
export function limitKeys(limit: RowTerm['limits'][number], kind: string): readonly FactColumn[] {
  return limit.keys.find((keys) => keys.some((k) => k.kind === kind)) ?? [];
}
function weighed(value: Expr, term: RowTerm): Expr {
  return term.form === 'sum' ? times(asWide(value), asWide(col('share', 'c'))) : asWide(value);
}

/** Asks the facts for the columns that such values read. */
export function askTimed(measure: LinearMeasure, builders: ReadonlyMap<string, FactsBuilder>): void {
  for (const { value } of must(measure.rows).columns) if (value.timed) timedValue(value, must(builders.get(value.kind)));
}

/** A value that reads the window: the edges of the period. */
function timedValue(c: FactColumn, builder: FactsBuilder): Expr {
  const q = qualified('f');
  const scope: Scope = {
    currency: c.plan.currency, at: c.at,
    name(typed) {
      if (typed.ref.kind === 'period') return { kind: 'day', expr: col(typed.ref.edge === 'start' ? 'from_day' : 'to_day', 'p') };
      const out = builder.handedOn(typed, c.plan, c.at);
      return out.kind === 'number' ? { ...out, n: q(out.n) } : { ...out, expr: q(out.expr) };
    },
    quotient: (pair) => ({ n: { kind: 'ratio', n: asWide(pair.n), d: typeof pair.d === 'bigint' ? wide(pair.d) : pair.d, scale: CARRIED, mode: 'half_away' }, d: CARRIED }),
  };
  const start: Pair = c.formula === null ? { n: int(1), d: 1n } : lowerNumber(c.formula, scope);
  const pair = c.factors.reduce((v: Pair, factor) => productOfPairs(v, lowerPortion(factor, scope)), start);
  const n = typeof pair.d === 'bigint' ? pair.n : must(scope.quotient)(pair).n;
  const counted = [...(c.where === null ? [] : [lowerCondition(c.where, scope)]), ...(needsMoney(c, builder.kind, builder.kinds) ? [q(builder.hasMoney(c.plan))] : [])];
  return counted.length === 0 ? asWide(n) : when(and(...counted), asWide(n), { kind: 'literal', type: 'wide', value: null });
}

/**
 * A limit in order of date, then fact: of running sums S, what counts so far is S − max(0, highest S − limit),
 * so each row counts what that grows by.
 */
export function withLimit(rows: Relation, term: RowTerm, n: number): Relation {
  const limit = must(term.limits[n]);
  const keys = columnsOf(rows).map((c) => c.name).filter((name) => name.startsWith(`limit_${n}_`));
  const partition = [...ROW.filter((k) => k !== 'field_value'), ...keys];
  const order = ['day', 'fact_id', 'fact'].map((column) => ({ column, descending: false }));
  const names = columnsOf(rows).map((c) => c.name);
  const running = windowed(rows, [{ name: 'running', fn: 'sum', of: col('weighed'), partition, order }]);
  const highest = windowed(running, [{ name: 'highest', fn: 'max', of: col('running'), partition, order }]);
  const so = project(highest, [...keep(undefined, ...names), named('so_far', minus(col('running'), call('greatest', minus(col('highest'), wide(limit.atMost)), wide(0n))))]);
  const before = windowed(so, [{ name: 'before', fn: 'lag', of: col('so_far'), before: wide(0n), partition, order }]);
  return project(before, names.map((name) => named(name, name === 'weighed' ? minus(col('so_far'), col('before')) : col(name))));
}

const weighs = (term: RowTerm): boolean => term.form === 'sum' || term.form === 'count';
/** A reversal is no value of its own: it takes its fact out of those among which one is chosen. */
function standing(rows: Relation): Relation {
  const marked = project(rows, [...keep(undefined, ...columnsOf(rows).map((c) => c.name)), named('whose', call('coalesce', col('reversed'), col('fact'))), named('back', when(isNotNull(col('reversed')), int(1), int(0)))]);
  return filter(windowed(marked, [{ name: 'gone', fn: 'max', of: col('back'), partition: [...ROW, 'whose'], order: [] }]), eq(col('gone'), int(0)));
}

export function gatheredRows(rows: Relation, term: RowTerm): Relation {
  const by = keep(undefined, ...ROW);
  switch (term.form) {
    case 'sum': case 'count': return aggregate(rows, by, [named('num', sum(term.time.grain === 'day' ? times(col('weighed'), col('weight')) : col('weighed')))]);
    case 'distinct': return aggregate(rows, by, [named('num', asWide(countDistinct(col('value'))))]);
    case 'min': return aggregate(rows, by, [named('num', min(col('value')))]);
    case 'max': return aggregate(rows, by, [named('num', max(col('value')))]);
    case 'first': case 'last': {
      const descending = term.form === 'last';
      const placed = windowed(rows, [{ name: 'place', fn: 'row_number', partition: [...ROW], order: ['day', 'fact_id', 'fact'].map((column) => ({ column, descending })) }]);
      return project(filter(placed, eq(col('place'), int(1))), [...by, named('num', col('value'))]);
    }
  }
}
