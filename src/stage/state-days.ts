/**
 * What the condition of a state reads of facts: measures of the account (or whatever the state is of), each
 * worked out as of every day on which it may change. These are the days of its facts, the days on which facts
 * leave a look-back, every day while a half-life runs, the first days of dated rows, and the days on which
 * another state changes. Between two of them nothing that a condition can read differs.
 */
import type { Kind, Plan } from '../plan/plan.ts';
import { columnsOf } from '../relation/check.ts';
import {
  aggregate, and, cast, coalesce, col, compare, countDistinct, eq, type Expr, filter, int, isNotNull, isNull, join, type JoinInput, keep, minus, named, type Named, or, plus, project, type Relation, scan, type Statement, sum, times, union,
} from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import type { Day } from '../value/period.ts';
import { asWide, scanOf } from './arithmetic.ts';
import type { Exchanges } from './exchange.ts';
import { type CreditsContext, creditsStage } from './credits.ts';
import { columnName, divisorsOf, factsBuilder, type FactsBuilder } from './facts.ts';
import { type FactColumn, type Gathered, type LinearMeasure, type MeasureTerm, type RowTerm, type SpanSpec, type TimeOf } from './gather.ts';
import type { KindRows } from './kind-rows.ts';
import { NotBuilt } from './lower.ts';
import { personalOf } from './personal.ts';
import { candidates, gatheredRows, hasReversals, limitKeys, withLimit } from './picked.ts';
import { contentKey } from './reads.ts';
import { REF_AGE } from './reference.ts';
import { datedColumns, type Joins } from './row-scope.ts';
import { bookDays, followedDays } from './state-books.ts';

/** What the statements of a state are made with. */
export interface StateContext {
  /** those of all plans of the run */
  readonly exchanges: Exchanges;
  readonly kind: Kind;
  readonly subject: Kind;
  readonly plan: Plan;
  readonly kinds: readonly Kind[];
  readonly asOf: Day | undefined;
  rowsOf(kind: string): KindRows;
}
export interface MeasuredDays {
  readonly statements: readonly Statement[];
  /** (entity, day): when the condition is looked at */
  readonly days: Relation;
  /** (measure, entity, day, num); undefined where the condition reads no measure */
  readonly measured: Relation | undefined;
  readonly references: readonly Kind[];
  readonly halfLives: readonly number[];
  readonly reviewed: boolean;
}

/** Days before all others: of rows without a first day. */
export const ALWAYS = -1_000_000;

export const datedRowsOf = (subject: Kind): Relation => ({ kind: 'scan', table: `dated_${subject.name}`, columns: datedColumns(subject) });

/** `joins`: the references that the condition follows; `measures`: those that it reads. */
export function measuredDays(context: StateContext, joins: Joins, gathered: Gathered, measures: readonly LinearMeasure[]): MeasuredDays {
  const { kind, subject, asOf } = context, ofFacts = measures.filter((m) => m.book === undefined), facts = factsFor(context, gathered, ofFacts);
  const sources = facts === undefined ? [] : ofFacts.flatMap((m) => sourcesOf(m, facts));
  const books = new Map(measures.flatMap((m) => (m.book === undefined ? [] : [[m, bookDays(m, kind, gathered, context.kinds)] as const])));
  const valuesOn = (m: LinearMeasure): Relation => books.get(m)?.on(scanOf(days)) ?? (m.rows === undefined ? summedOn(m, sourcesOf(m, must(facts)), gathered, scanOf(days)) : pickedOn(m, sourcesOf(m, must(facts)), gathered, scanOf(days), must(facts).builders));
  const own = datedRowsOf(subject);
  const entities = aggregate(own, keep(undefined, 'entity'), []);
  const changes = union([
    ...['_starts', '_next_day', 'to_day'].map((day) => project(filter(own, isNotNull(col(day))), [...keep(undefined, 'entity'), named('day', col(day))])),
    ...[...joins.followed].flatMap(([alias, f]) => followedDays(alias, f, joins, own, col('entity', 'f'))),
    ...[...books.values()].flatMap((b) => b.changes),
    ...sources.flatMap((s) => changeDays(s, spanOf(s, gathered))),
  ]);
  const wanted = filter(join(['d', changes], ['inner', 'e', entities, eq(col('entity', 'e'), col('entity', 'd'))]), asOf === undefined ? isNotNull(col('day', 'd')) : compare('<', col('day', 'd'), int(asOf)));
  const days: Statement = {
    name: `days_${kind.name}`, make: 'table', key: ['entity', 'day'], relation: aggregate(wanted, keep('d', 'entity', 'day'), []), about: `${kind.title}: days on which what it reads may change`,
  };
  const measured: Statement | undefined = measures.length === 0 ? undefined : {
    name: `measured_${kind.name}`, make: 'table', key: ['measure', 'entity', 'day'], about: `${kind.title}: what it reads, as of each of these days`,
    relation: union(measures.map((m) => project(valuesOn(m), [named('measure', cast(int(m.index), 'integer')), ...keep(undefined, 'entity', 'day', 'num')]))),
  };
  return {
    days: scanOf(days), measured: measured && scanOf(measured), references: [...(facts?.references ?? []), ...[...books.values()].flatMap((b) => b.references)], reviewed: facts?.reviewed === true,
    halfLives: [...new Set(sources.flatMap((s) => { const spec = spanOf(s, gathered); return spec.kind === 'half_life' ? [spec.days] : []; }))],
    statements: [...(facts?.statements ?? []), days, ...(measured === undefined ? [] : [measured])],
  };
}

// ---- facts ----

/** Facts that the measures read, each for the row that it belongs to, with what guardrails leave of it. */
interface StateFacts {
  readonly credits: Relation;
  readonly builders: ReadonlyMap<string, FactsBuilder>;
  readonly statements: readonly Statement[];
  readonly references: readonly Kind[];
  readonly reviewed: boolean;
}

function factsFor(context: StateContext, gathered: Gathered, measures: readonly LinearMeasure[]): StateFacts | undefined {
  if (measures.length === 0) return undefined;
  const { kind, kinds, asOf } = context;
  for (const m of measures) {
    const at = kind.at, timed = [...m.terms.map((t) => t.column.value), ...(m.rows?.columns.map((c) => c.value) ?? [])].some((v) => v.timed || v.personal);
    if (timed) throw new NotBuilt(at, `The state ${kind.name} reads a measure with a term that has a unit of time, or with the period, which is another on each day`, 'Read measures of fields of the fact, and of terms with one value for all.');
  }
  const read = [...new Set(gathered.rules.map((r) => r.kind))].map((name) => must(kinds.find((k) => k.name === name)));
  const runs = gathered.spans.some((s) => s.spec.kind === 'instant');
  const builders = new Map(read.map((k) => [k.name, factsBuilder(k, gathered, context.rowsOf(k.name), { kinds, from: 0, history: true, ids: true, runs, name: `facts_${k.name}_of_${kind.name}` })]));
  for (const m of measures) for (const s of [...m.terms.map((t) => t.column), ...(m.rows?.columns.map((c) => ({ value: c.value, time: must(m.rows).time })) ?? [])]) must(builders.get(s.value.kind)).time({ grain: 'day', date: s.time.date });
  const guards = [...new Map(gathered.rules.flatMap((r) => r.guards).map((g) => [contentKey(g), g])).values()];
  const review = kinds.find((k) => k.name === 'review' && k.dated), reviewed = guards.length > 0 && review !== undefined && ['fact', 'guardrail', 'decision'].every((f) => review.fields.some((x) => x.name === f));
  const credited: CreditsContext = { gathered, divisors: divisorsOf(kinds), builders, personal: personalOf(gathered), asOf, guards, reviewed, times: [...new Set([...builders.values()].flatMap((b) => b.times()))].sort(), ids: true };
  creditsStage(credited);
  const facts = [...builders.values()].map((b) => b.finish());
  const credits: Statement = { ...creditsStage(credited), name: `credits_of_${kind.name}`, make: 'table', about: `${kind.title}: the facts that it reads, for whom they count` };
  return { credits: scanOf(credits), builders, statements: [...facts.map((f) => f.statement), credits], references: facts.flatMap((f) => f.references), reviewed };
}

/** Facts of one kind under a measure. `columns`: those that tell when they count. */
interface Source { readonly rows: Relation; readonly value: FactColumn; readonly time: TimeOf; readonly columns: readonly [string] | readonly [string, string]; readonly span: number; readonly term?: MeasureTerm; readonly index: number }

function sourcesOf(m: LinearMeasure, facts: StateFacts): Source[] {
  const of = (value: FactColumn, rules: readonly number[], time: TimeOf, span: number, index: number, term?: MeasureTerm): Source => {
    const columns = time.grain === 'instant' ? ['runs_from', 'runs_until'] as const : [must(facts.builders.get(value.kind)).time({ grain: 'day', date: time.date })] as const;
    const counted = and(or(...rules.map((r) => eq(col('rule'), int(r)))), compare('<>', col('share'), int(0)), isNotNull(col(columnName(value))), isNotNull(col(columns[0])));
    return { rows: filter(facts.credits, counted), value, time, columns, span, index, ...(term !== undefined && { term }) };
  };
  return [...m.terms.map((t, i) => of(t.column.value, t.column.rules, t.column.time, t.span, i, t)), ...(m.rows?.columns.map((c, i) => of(c.value, c.rules, must(m.rows).time, must(m.rows).span, i)) ?? [])];
}
function spanOf(source: Source, gathered: Gathered): SpanSpec {
  const found = gathered.spans.find((s) => s.index === source.span);
  assert(found !== undefined, 'a measure has a span');
  return found.spec;
}

/** (entity, day): when a fact begins to count, and when it ends. The window at hand is the day itself. */
function changeDays({ rows, columns }: Source, spec: SpanSpec): Relation[] {
  const [first, last] = columns, day = col(first);
  const on = (...all: readonly Expr[]): Relation[] => all.map((d) => project(rows, [named('entity', col('payee')), named('day', cast(d, 'integer'))]));
  switch (spec.kind) {
    case 'window': return on(day, plus(day, int(1)));
    case 'look_back': return on(day, plus(day, int(spec.days)));
    case 'before': return on(spec.edge === 'start' ? plus(day, int(1)) : day);
    case 'instant': {
      const shift = (d: Expr): Expr => (spec.edge === 'start' ? d : minus(d, int(1)));
      return on(shift(day), shift(col(must(last))));
    }
    case 'half_life': {
      const once = aggregate(rows, [named('entity', col('payee')), named('day', day)], []);
      const every = project(join(['c', once], ['inner', 'a', scan(REF_AGE), eq(col('half_life', 'a'), int(spec.days))]), [...keep('c', 'entity'), named('day', plus(col('day', 'c'), col('age', 'a')))]);
      return [every, ...on(plus(day, int(10 * spec.days)))];
    }
  }
}

/** Does a fact (c) count on a day (t)? Half-lives join its age. */
function countsOn({ columns: [first, last] }: Source, spec: SpanSpec): { readonly on: Expr; readonly age?: JoinInput } {
  const from = col(first, 'c'), day = col('day', 't');
  switch (spec.kind) {
    case 'window': return { on: eq(from, day) };
    case 'look_back': return { on: and(compare('<=', from, day), compare('<', day, plus(from, int(spec.days)))) };
    case 'before': return { on: compare(spec.edge === 'start' ? '<' : '<=', from, day) };
    case 'instant': {
      const at = spec.edge === 'start' ? day : plus(day, int(1)), until = col(must(last), 'c');
      return { on: and(compare('<=', from, at), or(isNull(until), compare('<', at, until))) };
    }
    case 'half_life': return {
      on: and(compare('<=', from, day), compare('<', day, plus(from, int(10 * spec.days)))),
      age: { as: 'a', how: 'inner', relation: scan(REF_AGE), on: and(eq(col('half_life', 'a'), int(spec.days)), eq(col('age', 'a'), minus(day, from))) },
    };
  }
}
/** Facts beside each day on which they count. */
function onDays(rows: Relation, source: Source, spec: SpanSpec, days: Relation, columns: readonly Named[]): Relation {
  const { on, age } = countsOn(source, spec);
  return project({ kind: 'join', inputs: [
    { as: 'c', how: 'from', relation: rows }, { as: 't', how: 'inner', relation: days, on: and(eq(col('entity', 't'), col('payee', 'c')), on) }, ...(age === undefined ? [] : [age]),
  ] }, columns);
}
const weightOf = (spec: SpanSpec): Expr => (spec.kind === 'half_life' ? asWide(col('weight', 'a')) : asWide(int(1)));

// ---- measures ----

/** Sums and counts: what the facts of each day come to, then what is gathered of these. */
function summedOn(m: LinearMeasure, sources: readonly Source[], gathered: Gathered, days: Relation): Relation {
  const by = keep(undefined, 'entity', 'day');
  const parts = sources.map((s): Relation => {
    const spec = spanOf(s, gathered), value = col(columnName(s.value)), key = [...keep('t', 'entity', 'day')];
    if (m.distinct) return onDays(s.rows, s, spec, days, [...key, named('num', asWide(col(columnName(s.value), 'c')))]);
    const weighed = s.value.role === 'count' ? asWide(value) : times(asWide(value), col('share'));
    const once = aggregate(s.rows, keep(undefined, 'payee', ...s.columns), [named('amount', sum(times(weighed, int(must(s.term).coefficient))))]);
    return onDays(once, s, spec, days, [...key, named('num', times(col('amount', 'c'), weightOf(spec)))]);
  });
  return aggregate(union(parts), by, [named('num', m.distinct ? asWide(countDistinct(col('num'))) : coalesce(sum(col('num')), asWide(int(0))))]);
}

const ROW = ['world', 'plan', 'window', 'period', 'payee', 'field_value'] as const;

/** The first, the last, and sums with limits. Limits of each day hold whichever day is asked for, so they are found once. */
function pickedOn(m: LinearMeasure, sources: readonly Source[], gathered: Gathered, days: Relation, builders: StateFacts['builders']): Relation {
  const term = must(m.rows), limited = (rows: Relation): Relation => term.limits.reduce((r: Relation, _, i) => withLimit(r, term, i), rows);
  const daily = term.time.grain !== 'instant' && term.time.date === null && term.limits.every((l) => l.perDay);
  const all = union(sources.map((s) => factRows(s, term, hasReversals(term, builders)))), [first] = sources, source = must(first), spec = spanOf(source, gathered);
  const rows = daily ? limited(all) : all;
  const beside = onDays(rows, source, spec, days, columnsOf(rows).map(({ name }) => named(name, name === 'period' ? col('day', 't') : name === 'weight' ? weightOf(spec) : col(name, 'c'))));
  const kept = daily ? beside : limited(beside);
  return project(gatheredRows(candidates(kept, term, builders), term), [named('entity', col('payee')), named('day', col('period')), ...keep(undefined, 'num')]);
}
/** One row a fact, as limits and places want it. */
function factRows(s: Source, term: RowTerm, reversals: boolean): Relation {
  const own = asWide(col(columnName(s.value))), { scale } = must(term.columns[s.index]), value = scale === 1n ? own : times(own, int(scale));
  const limits = term.limits.flatMap((l, n): Named[] => [
    ...(l.perDay ? [named(`limit_${n}_day`, col('day'))] : []), ...limitKeys(l, s.value.kind).map((k, j) => named(`limit_${n}_${j}`, col(columnName(k)))),
  ]);
  const zero = (name: (typeof ROW)[number]): Named => named(name, name === 'payee' ? col('payee') : cast(int(0), 'integer'));
  return project(s.rows, [
    ...ROW.map(zero), ...keep(undefined, 'day', ...s.columns.filter((c) => c !== 'day'), 'fact', 'fact_id', ...(reversals ? ['reversed'] : [])),
    named('value', value), named('weighed', term.form === 'sum' ? times(value, col('share')) : value), named('weight', asWide(int(1))), ...limits,
  ]);
}
