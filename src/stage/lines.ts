/**
 * Lines, for explaining: the credits that the measures of one payee gathered in one window, fact by fact,
 * with those that came from below through a hierarchy. The same joins as `measures` makes, before its
 * sums: the numbers of the lines of a measure add up to what `measures` holds.
 */
import type { Kind } from '../plan/plan.ts';
import {
  aggregate, and, cases, cast, col, compare, countDistinct, eq, type Expr, filter, int, isNotNull, join, type JoinInput, keep, named, nothing, or, project,
  type Relation, scan, type Statement, sum, times, type TableSchema,
} from '../relation/relation.ts';
import { asWide } from './arithmetic.ts';
import { scanOf } from './arithmetic.ts';
import { columnName } from './facts.ts';
import type { CubeColumn, Gathered } from './gather.ts';
import { originsOf } from './kind-rows.ts';
import { REF_MEASURE, REF_NEED, REF_ROUTE, REF_WINDOW, REF_WORLD } from './reference.ts';
import { IMPORTED, isCoded, ownFields, WORD } from './store.ts';

/** Which lines: of one subject on one plan, for these measures, in the window as it stands at the end of a period. */
export interface LinesOf { readonly payee: number; readonly plan: number; readonly window: number; readonly period: number; readonly measures: readonly number[] }

/**
 * Columns: measure, cube_column, kind (its place in `kinds`), fact, day, rule, route (0: his own), payee (who was
 * credited), via (the one directly below the subject), share (in parts of gathered.shareDivisor), value,
 * key (what a table is read by, or what is told apart), num (in parts of the measure's divisor).
 */
export function linesRelation(credits: Statement, gathered: Gathered, kinds: readonly Kind[], of: LinesOf): Relation {
  const measures = gathered.measures.filter((m) => of.measures.includes(m.index));
  const columns = [...new Set(measures.flatMap((m) => m.terms.map((t) => t.column)))];
  const joined = join(
    ['o', only(REF_WORLD, ['world', 0])],
    ['inner', 'r', only(REF_ROUTE, ['subject', of.payee]), eq(col('people_world', 'r'), col('people_world', 'o'))],
    // branches of other rules are not even read
    ['inner', 'c', filter(scanOf(credits), anyOf(col('rule'), [...new Set(columns.flatMap((c) => c.rules))])), and(...['facts_world', 'people_world'].map((w) => eq(col(w, 'c'), col(w, 'o'))), eq(col('payee', 'c'), col('payee', 'r')), eq(col('stint', 'c'), col('stint', 'r')))],
    ['inner', 'm', filter(scan(REF_MEASURE), anyOf(col('measure'), of.measures)), and(eq(col('plan_world', 'm'), col('plan_world', 'o')), eq(col('route', 'm'), col('route', 'r')))],
    ['inner', 'n', only(REF_NEED, ['plan', of.plan], ['window', of.window], ['subject', of.payee]), and(
      eq(col('plan_world', 'n'), col('plan_world', 'o')), eq(col('measure', 'n'), col('measure', 'm')), eq(col('stint', 'n'), col('subject_stint', 'r')))],
    ['inner', 'w', only(REF_WINDOW, ['window', of.window], ['period', of.period]), and(eq(col('span', 'w'), col('span', 'm')), eq(col('slice', 'w'), col('slice', 'c')))],
  );
  const chosen = (expr: (c: CubeColumn) => Expr): Expr => cases(columns.map((c) => [and(eq(col('cube_column', 'm'), int(c.index)), anyOf(col('rule', 'c'), c.rules)), expr(c)] as const), nothing('bigint'));
  const raw = project(joined, [
    ...keep('m', 'measure', 'cube_column', 'coefficient'), ...keep('c', 'fact', 'day', 'rule', 'payee', 'share'), ...keep('r', 'route', 'via'),
    named('kind', cases(gathered.rules.map((r) => [eq(col('rule', 'c'), int(r.index)), cast(int(kinds.findIndex((k) => k.name === r.kind)), 'integer')] as const), nothing('integer'))),
    named('value', chosen((c) => col(columnName(c.value), 'c'))),
    named('key', chosen((c) => { const key = c.value.role === 'distinct' ? c.value : c.key; return key === null ? cast(int(0), 'bigint') : col(columnName(key), 'c'); })),
    // shares weigh amounts; a fact that is counted counts whole
    named('weighed', chosen((c) => cast(int(c.value.role === 'sum' ? 1 : 0), 'bigint'))),
  ]);
  const amount = times(asWide(col('value')), asWide(col('share')), asWide(col('coefficient')));
  // what guardrails hold or reject counts nothing
  const counted = gathered.rules.some((r) => r.guards.length > 0) ? [compare('<>', col('share'), int(0))] : [];
  return project(filter(raw, and(isNotNull(col('value')), isNotNull(col('key')), ...counted)), [
    ...keep(undefined, 'measure', 'cube_column', 'kind', 'fact', 'day', 'rule', 'route', 'payee', 'via', 'share', 'value', 'key'),
    named('num', cases([[eq(col('weighed'), int(1)), amount]], asWide(col('coefficient')))),
  ]);
}

/** By measure and kind: how many facts, the sum of their numbers, and how many different keys. */
export function lineTotals(lines: Relation): Relation {
  return aggregate(lines, keep(undefined, 'measure', 'kind'), [named('facts', countDistinct(col('fact'))), named('num', sum(col('num'))), named('keys', countDistinct(col('key')))]);
}

/**
 * Lines of one kind with what the store knows of each fact: id, currency, the file and the row of it
 * (counted without the header), and its fields as `field_<name>`; coded ones as words.
 */
export function lineOrigins(lines: Relation, kind: Kind, place: number): Relation {
  const fields = ownFields(kind), coded = fields.filter((f) => isCoded(f.type));
  const inputs: JoinInput[] = [
    { as: 'l', how: 'from', relation: filter(lines, eq(col('kind'), int(place))) },
    { as: 'f', how: 'inner', relation: originsOf(kind), on: eq(col('row', 'f'), col('fact', 'l')) },
    { as: 'i', how: 'left', relation: scan(IMPORTED), on: eq(col('file', 'i'), col('file', 'f')) },
    { as: 'cw', how: 'left', relation: scan(WORD), on: eq(col('code', 'cw'), col('currency', 'f')) },
    ...coded.map((f): JoinInput => ({ as: `w_${f.name}`, how: 'left', relation: scan(WORD), on: eq(col('code', `w_${f.name}`), col(f.name, 'f')) })),
  ];
  return project({ kind: 'join', inputs }, [
    ...keep('l', 'measure', 'cube_column', 'fact', 'day', 'rule', 'route', 'payee', 'via', 'share', 'value', 'key', 'num'), ...keep('f', 'id', 'record', 'line'),
    named('path', col('path', 'i')), named('currency_word', col('word', 'cw')),
    ...fields.map((f) => named(`field_${f.name}`, isCoded(f.type) ? col('word', `w_${f.name}`) : col(f.name, 'f'))),
    ...coded.map((f) => named(`code_${f.name}`, col(f.name, 'f'))),
  ]);
}

function only(schema: TableSchema, ...tests: readonly (readonly [string, number])[]): Relation {
  return filter(scan(schema), and(...tests.map(([name, n]) => eq(col(name), int(n)))));
}
const anyOf = (of: Expr, values: readonly number[]): Expr => or(...values.map((v) => eq(of, int(v))));
