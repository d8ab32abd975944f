/**
 * Lines, for explaining: what the measures of one payee, and of the groups that he looks at, were gathered
 * from, row by row, with what came from below through a hierarchy. The same joins as `measures` makes,
 * before its sums: the numbers of the lines of a measure add up to what `measures` holds.
 */
import type { Kind } from '../plan/plan.ts';
import {
  and, cases, cast, col, eq, type Expr, filter, int, isNotNull, join, type JoinInput, keep, named, type Named, nothing, or, project,
  type Relation, scan, type Statement, times, union, wide,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { asWide, scanOf } from './arithmetic.ts';
import { termRows } from './book.ts';
import { mayGiveNothing } from './credits.ts';
import { columnName, type FactsBuilder } from './facts.ts';
import { type CubeColumn, type FactColumn, type Gathered, type LinearMeasure, weighs } from './gather.ts';
import { originsOf } from './kind-rows.ts';
import { timed } from './measures.ts';
import { pickedLines } from './picked.ts';
import { REF_MEASURE, REF_NEED, REF_ROUTE, REF_WINDOW, REF_WORLD } from './reference.ts';
import { IMPORTED, isCoded, ownFields, storeTable, WORD } from './store.ts';

/** A measure of one subject on one plan, in a window as it stands at the end of a period. */
export interface AskedSum { readonly plan: number; readonly window: number; readonly period: number; readonly measure: number; readonly subject: number }
/** A run: its credits and measures, and what it reads of the facts. */
export interface LinesFrom { readonly credits: Statement; readonly measures: Statement; readonly gathered: Gathered; readonly kinds: readonly Kind[]; readonly builders: ReadonlyMap<string, FactsBuilder> }

const SUM = ['plan', 'window', 'period', 'measure', 'subject'] as const;

/**
 * Columns: those of the sum; `value_column` (its place among the facts' columns, −1 for rows of a reference), `key_column`; kind (its place in `kinds`), fact, day,
 * rule (−1: none), route (0: his own), payee (who was credited), via (the one directly below the subject), share (in parts of
 * gathered.shareDivisor), unguarded (the same before guardrails), value, key (what a table is read by, or what is told apart), coefficient,
 * weight, whole (before limits), num (in parts of the measure's divisor), and what each guardrail came to.
 */
export function linesRelation(asked: readonly AskedSum[], from: LinesFrom): Relation | undefined {
  const { gathered } = from;
  const measures = [...new Set(asked.map((a) => a.measure))].flatMap((i) => gathered.measures[i] ?? []);
  const of = (some: readonly LinearMeasure[]): AskedSum[] => asked.filter((a) => some.some((m) => m.index === a.measure));
  const out: Relation[] = [];
  for (const grouped of [false, true]) {
    const cubed = measures.filter((m) => m.terms.length > 0 && (m.subject !== 'payee') === grouped);
    const columns = [...new Set(cubed.flatMap((m) => m.terms.map((t) => t.column)))];
    const timeOf = (c: CubeColumn): string => from.builders.get(c.value.kind)?.time(c.time) ?? '';
    for (const block of Map.groupBy(columns, (c) => `${c.time.grain}|${timeOf(c)}`).values()) {
      const [first] = block;
      if (first !== undefined) out.push(cubeLines(of(cubed.filter((m) => m.terms.some((t) => block.includes(t.column)))), block, grouped, { time: first.time, timeColumn: timeOf(first) }, from));
    }
  }
  for (const m of measures) {
    if (m.rows !== undefined) out.push(orderedLines(of([m]), m, from));
    if (m.book !== undefined) out.push(bookLines(of([m]), m, from));
  }
  return out.length === 0 ? undefined : union(out);
}

function askedRows(asked: readonly AskedSum[]): Relation {
  return { kind: 'values', columns: SUM.map((name) => ({ name, type: 'integer' as const })), rows: asked.map((a) => SUM.map((k) => BigInt(a[k]))) };
}
const whole = (n: number): Expr => cast(int(n), 'integer');
const kindOf = (kinds: readonly Kind[], name: string): Expr => whole(kinds.findIndex((k) => k.name === name));
const keyColumn = (c: { readonly value: FactColumn; readonly key: FactColumn | null }): FactColumn | null => (c.value.role === 'distinct' ? c.value : c.key);

/** What guardrails said of a credit; a program without guardrails has no such columns. */
function guarded(credits: Statement, alias: string): Named[] {
  const names = columnsOf(credits.relation).map((c) => c.name);
  return [named('unguarded', names.includes('unguarded') ? asWide(col('unguarded', alias)) : nothing('wide')), ...keep(alias, ...names.filter((n) => n.startsWith('guard_')))];
}
/** Of rows that are no credits. */
function unguarded(credits: Statement): Named[] {
  return [named('unguarded', nothing('wide')), ...columnsOf(credits.relation).flatMap((c) => (c.name.startsWith('guard_') ? [named(c.name, nothing('integer'))] : []))];
}

function cubeLines(asked: readonly AskedSum[], columns: readonly CubeColumn[], grouped: boolean, time: Parameters<typeof timed>[1], { credits, gathered, kinds }: LinesFrom): Relation {
  // branches of other rules are not even read
  const { from, slice } = timed(filter(scanOf(credits), anyOf(col('rule'), [...new Set(columns.flatMap((c) => c.rules))])), time);
  const placed = project(from, [...columnsOf(from).flatMap((c) => (c.name === 'slice' ? [] : [named(c.name, col(c.name))])), named('slice', slice)]);
  const inWorld = (alias: string, layer: string): Expr => eq(col(layer, alias), col(layer, 'o'));
  const credited: readonly JoinInput[] = grouped ? [] : [
    { as: 'n', how: 'inner', relation: scan(REF_NEED), on: and(inWorld('n', 'plan_world'), ...(['plan', 'measure', 'window', 'subject'] as const).map((k) => eq(col(k, 'n'), col(k, 'x')))) },
    { as: 'r', how: 'inner', relation: scan(REF_ROUTE), on: and(inWorld('r', 'people_world'), eq(col('route', 'r'), col('route', 'm')), eq(col('subject', 'r'), col('subject', 'n')), eq(col('subject_stint', 'r'), col('stint', 'n'))) },
  ];
  const joined: Relation = { kind: 'join', inputs: [
    { as: 'o', how: 'from', relation: filter(scan(REF_WORLD), eq(col('world'), int(0))) },
    { as: 'x', how: 'inner', relation: askedRows(asked), on: isNotNull(col('measure', 'x')) },
    { as: 'm', how: 'inner', relation: filter(scan(REF_MEASURE), anyOf(col('cube_column'), columns.map((c) => c.index))), on: and(inWorld('m', 'plan_world'), eq(col('measure', 'm'), col('measure', 'x'))) },
    ...credited,
    { as: 'c', how: 'inner', relation: placed, on: and(inWorld('c', 'facts_world'), inWorld('c', 'people_world'), ...(grouped ? [eq(col('payee', 'c'), col('subject', 'x'))] : [eq(col('payee', 'c'), col('payee', 'r')), eq(col('stint', 'c'), col('stint', 'r'))])) },
    { as: 'w', how: 'inner', relation: scan(REF_WINDOW), on: and(eq(col('window', 'w'), col('window', 'x')), eq(col('period', 'w'), col('period', 'x')), eq(col('span', 'w'), col('span', 'm')), eq(col('slice', 'w'), col('slice', 'c'))) },
  ] };
  const chosen = (type: 'wide' | 'integer', expr: (c: CubeColumn) => Expr): Expr => cases(columns.map((c) => [and(eq(col('cube_column', 'm'), int(c.index)), anyOf(col('rule', 'c'), c.rules)), expr(c)] as const), nothing(type));
  const weighs = (c: CubeColumn): boolean => c.value.role === 'sum' || c.value.role === 'weight';
  const raw = project(joined, [
    ...keep('x', ...SUM), ...keep('c', 'fact', 'day', 'rule', 'payee'), named('route', grouped ? whole(0) : col('route', 'm')), named('via', grouped ? col('payee', 'c') : col('via', 'r')),
    named('share', asWide(col('share', 'c'))), ...guarded(credits, 'c'), named('coefficient', asWide(col('coefficient', 'm'))), named('weight', asWide(col('weight', 'w'))),
    named('value_column', chosen('integer', (c) => whole(c.value.index))), named('key_column', chosen('integer', (c) => whole(keyColumn(c)?.index ?? -1))),
    named('kind', cases(gathered.rules.map((r) => [eq(col('rule', 'c'), int(r.index)), kindOf(kinds, r.kind)] as const), nothing('integer'))),
    named('value', chosen('wide', (c) => asWide(col(columnName(c.value), 'c')))),
    named('key', chosen('wide', (c) => { const key = keyColumn(c); return key === null ? wide(0n) : asWide(col(columnName(key), 'c')); })),
    // shares weigh amounts; a fact that is counted counts whole, and one that is told apart once
    named('amount', chosen('wide', (c) => (c.value.role === 'distinct' ? wide(1n) : weighs(c) ? times(asWide(col(columnName(c.value), 'c')), asWide(col('share', 'c'))) : asWide(col(columnName(c.value), 'c'))))),
  ]);
  // what guardrails hold or reject counts nothing, as a share of 0 does, and is told all the same
  const stopped = gathered.rules.filter(mayGiveNothing).map((r) => r.index), amount = times(col('amount'), col('coefficient'), col('weight'));
  const counts = stopped.length === 0 ? amount : cases([[and(eq(col('share'), int(0)), anyOf(col('rule'), stopped)), wide(0n)]], amount);
  return finished(project(filter(raw, and(isNotNull(col('value')), isNotNull(col('key')))), [...columnsOf(raw).map((c) => named(c.name, col(c.name))), named('whole', counts), named('num', counts)]));
}

/** Of measures that depend on single rows in their order. */
function orderedLines(asked: readonly AskedSum[], measure: LinearMeasure, { credits, builders, kinds }: LinesFrom): Relation {
  const grouped = measure.subject !== 'payee';
  const rows = pickedLines(measure, credits, builders, (column) => [
    ...keep('c', 'rule'), named('credited', col('payee', 'c')), named('route', whole(column.route)), named('via', grouped ? col('payee', 'c') : col('via', 'r')), named('share', asWide(col('share', 'c'))), ...guarded(credits, 'c'),
    named('value_column', whole(column.value.index)), named('key_column', whole(keyColumn(column)?.index ?? -1)), named('kind', kindOf(kinds, column.value.kind)),
  ]);
  const form = measure.rows?.form, sums = form === 'sum' || form === 'count', aged = measure.rows?.time.grain === 'day';
  const weighed = (name: string): Expr => (!sums ? col('value') : aged ? times(col(name), col('weight')) : col(name));
  const names = columnsOf(rows).map((c) => c.name).filter((n) => n.startsWith('guard_'));
  return finished(project(join(['x', askedRows(asked)], ['inner', 'l', filter(rows, eq(col('world'), int(0))), and(...(['plan', 'window', 'period'] as const).map((k) => eq(col(k, 'l'), col(k, 'x'))), eq(col('payee', 'l'), col('subject', 'x')))]), [
    ...keep('x', ...SUM), ...keep('l', 'fact', 'day', 'rule', 'route', 'via', 'share', 'unguarded', ...names, 'value_column', 'key_column', 'kind', 'value'), named('payee', col('credited', 'l')),
    named('key', form === 'distinct' ? col('value', 'l') : asWide(col('field_value', 'l'))), named('coefficient', wide(1n)), named('weight', aged && sums ? col('weight', 'l') : wide(1n)),
    named('whole', qualify(weighed('whole'))), named('num', qualify(weighed('weighed'))),
  ]));
}
function qualify(e: Expr): Expr {
  return e.kind === 'column' ? col(e.name, 'l') : e.kind === 'call' ? { ...e, args: e.args.map(qualify) } : e;
}

/** Of measures over rows of a reference: the accounts of a book. */
function bookLines(asked: readonly AskedSum[], measure: LinearMeasure, { credits, measures, gathered, kinds }: LinesFrom): Relation {
  return finished(union((measure.book ?? []).map((term): Relation => {
    const grouped = term.group !== undefined;
    const rows = termRows(measure, term, measures, gathered, kinds, new Set(), (value, party, share) => [
      named('fact', col('row', 'f')), named('day', cast({ kind: 'call', fn: 'subtract', args: [col('to_day', 'p'), int(1)] }, 'integer')), named('credited', cast(party, 'integer')), named('via', grouped ? cast(party, 'integer') : col('via', 'r')), named('value', value), named('share', weighs(term.form) ? share : wide(gathered.shareDivisor)),
    ]);
    return project(join(['x', askedRows(asked)], ['inner', 'l', filter(rows, eq(col('world'), int(0))), and(...(['plan', 'window', 'period'] as const).map((k) => eq(col(k, 'l'), col(k, 'x'))), eq(col('payee', 'l'), col('subject', 'x')))]), [
      ...keep('x', ...SUM), ...keep('l', 'fact', 'day'), named('rule', whole(-1)), named('route', whole(term.route)), ...keep('l', 'via', 'value', 'share'), named('payee', col('credited', 'l')), ...unguarded(credits),
      named('value_column', whole(-1)), named('key_column', whole(-1)), named('kind', kindOf(kinds, term.kind)), named('key', wide(0n)), named('coefficient', wide(1n)), named('weight', wide(1n)),
      named('whole', asWide(col('num', 'l'))), named('num', asWide(col('num', 'l'))),
    ]);
  })));
}

const LINE = [...SUM, 'value_column', 'key_column', 'kind', 'fact', 'day', 'rule', 'route', 'payee', 'via', 'share', 'unguarded', 'value', 'key', 'coefficient', 'weight', 'whole', 'num'] as const;
function finished(rows: Relation): Relation {
  const guards = columnsOf(rows).map((c) => c.name).filter((n) => n.startsWith('guard_')).sort();
  return project(filter(rows, isNotNull(col('num'))), keep(undefined, ...LINE, ...guards));
}

/**
 * Lines of one kind with what the store knows of each row: id, currency, the file and the row of it
 * (counted without the header), and its fields as `field_<name>`; coded ones as words.
 */
export function lineOrigins(lines: Relation, kind: Kind, places: readonly number[]): Relation {
  const fields = ownFields(kind), coded = fields.filter((f) => isCoded(f.type));
  const inputs: JoinInput[] = [
    { as: 'l', how: 'from', relation: filter(lines, anyOf(col('kind'), places)) },
    { as: 'f', how: 'inner', relation: kind.dated ? originsOf(kind) : scan(storeTable(kind)), on: eq(col('row', 'f'), col('fact', 'l')) },
    { as: 'i', how: 'left', relation: scan(IMPORTED), on: eq(col('file', 'i'), col('file', 'f')) },
    ...(kind.dated ? [{ as: 'cw', how: 'left' as const, relation: scan(WORD), on: eq(col('code', 'cw'), col('currency', 'f')) }] : []),
    ...coded.map((f): JoinInput => ({ as: `w_${f.name}`, how: 'left', relation: scan(WORD), on: eq(col('code', `w_${f.name}`), col(f.name, 'f')) })),
  ];
  return project({ kind: 'join', inputs }, [
    ...keep('l', ...columnsOf(lines).map((c) => c.name)), ...keep('f', 'id', 'record', 'line'), ...(kind.dated ? [] : keep('f', 'entity')),
    named('path', col('path', 'i')), named('currency_word', kind.dated ? col('word', 'cw') : nothing('text')),
    ...fields.map((f) => named(`field_${f.name}`, isCoded(f.type) ? col('word', `w_${f.name}`) : col(f.name, 'f'))),
    ...coded.map((f) => named(`code_${f.name}`, col(f.name, 'f'))),
  ]);
}

const anyOf = (of: Expr, values: readonly number[]): Expr => or(...values.map((v) => eq(of, int(v))));
