/**
 * States: from when until when something held, and the entries into it, which are facts. A state with `from`
 * follows the changes of a field; one with `while` holds on the days on which its condition does. Shorter
 * stays than `lasting` are passed over, then equal neighbours are one. An entry is dated on the day of the
 * change, or where `while` has held long enough.
 */
import type { Kind, Plan, State } from '../plan/plan.ts';
import { contentKey, namesOf } from './reads.ts';
import {
  and, bool, call, cases, cast, codeOf, col, compare, eq, type Expr, filter, int, isNotNull, isNull, join, type JoinInput, keep, minus, named, nothing, or, plus, project, type Relation, scan, type Statement, text, times, when, windowed,
} from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import type { Day } from '../value/period.ts';
import { scanOf } from './arithmetic.ts';
import { lowerValue } from './book-value.ts';
import { moneyKey } from './exchange.ts';
import { divisorsOf } from './facts.ts';
import { fieldName, gatherer, type LinearMeasure } from './gather.ts';
import { again, entriesName } from './kind-rows.ts';
import { lower, lowerCondition, type Lowered, NotBuilt, type TypedName } from './lower.ts';
import { civil } from './lower-date.ts';
import { surely } from './lower-pair.ts';
import { datedColumns, fieldsOf, forceOn, groupPath, joinsOf, type OtherNames, readsMoney, type Row, rowScope, staysName } from './row-scope.ts';
import { ALWAYS, datedRowsOf, measuredDays, type StateContext } from './state-days.ts';
import { PARTS, WORD } from './store.ts';

/** What makes the stays and the entries of a state. */
export interface StateRows { readonly statements: readonly Statement[]; readonly references: readonly Kind[]; readonly halfLives: readonly number[]; readonly reviewed: boolean }

/** The kind of a state's entries: whose, since when, and of a change from what to what, in how many steps. */
export function kindOfState(state: State, kinds: readonly Kind[]): Kind {
  const from = kinds.find((k) => k.name === state.change?.from), value = from && fieldsOf(from, kinds).find((f) => f.name === state.change?.value)?.type;
  return {
    name: state.name, title: state.title, dated: true, derived: [], at: state.at, state,
    fields: [
      { name: state.subject, type: { entity: state.subject } }, { name: 'since', type: 'date' },
      ...(value === undefined ? [] : [{ name: 'value', type: value }, { name: 'previous', type: value }, { name: 'steps', type: 'number' as const }]),
    ],
  };
}

/** An account has no terms of its own: in measures that a state reads they are what they are for nobody. What has a unit of time differs from day to day. */
function withTerms<T>(part: T, terms: Plan['terms']): T {
  const inside = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(inside);
    const name = node as Partial<TypedName>, read = name.kind === 'name' && name.ref?.kind === 'term' ? name.ref.term : undefined;
    const term = terms.find((t) => t.name === read && t.every === undefined), value = term?.given ?? term?.fallback;
    if (value !== undefined) return typeof value === 'string' ? { kind: 'text', value, type: name.type, at: name.at } : { kind: 'number', value, written: WRITTEN[term?.type ?? 'number'], type: name.type, at: name.at };
    return Object.fromEntries(Object.entries(node).map(([key, value_]) => [key, inside(value_)]));
  };
  return inside(part) as T;
}
const WRITTEN = { money: 'number', number: 'number', percent: 'percent', factor: 'factor', text: 'number' } as const;
const ofNobody = (plan: Plan): Plan => ({ ...plan, measures: withTerms(plan.measures, plan.terms) });

/** What a state comes to under a plan: the same for two plans whose entries of this name are the same. */
export function meaningOf(state: State, plan: Plan, kinds: readonly Kind[]): string {
  const subject = must(kinds.find((k) => k.name === state.subject)), seen = new Map<string, Plan['measures'][number]>(), from = new Set<string>();
  const add = (m: Plan['measures'][number]): void => {
    if ('from' in m) for (const k of m.from) from.add(k);
    if (m.kind === 'ratio') for (const part of [m.numerator, m.denominator, ...(m.otherwise === undefined ? [] : [m.otherwise])]) add(part);
    if (m.kind === 'formula') Object.values(m.measures).forEach(add);
  };
  for (const n of [...namesOf(state.while?.formula), ...subject.derived.flatMap((d) => namesOf(d.number))]) {
    const { ref } = n, measure = ref.kind === 'measure' ? plan.measures.find((m) => m.name === ref.measure) : undefined;
    if (measure !== undefined) { seen.set(measure.name, measure); add(measure); }
  }
  const guards = plan.guardrails.filter((g) => g.from.some((k) => from.has(k)));
  return contentKey([state, withTerms([...seen.values()], plan.terms), guards, seen.size === 0 && !readsMoney(state.while?.formula ?? null, subject, kinds) ? '' : moneyKey(plan)]);
}

export function stateRows(asked: StateContext): StateRows {
  const context: StateContext = { ...asked, plan: ofNobody(asked.plan) }, { kind, subject } = context, state = must(kind.state), made = state.change === undefined ? heldStays(context, state) : changedStays(context, state);
  const entries: Statement = { name: entriesName(kind), make: 'view', key: ['row'], relation: made.entries, about: `entries of ${kind.title}` };
  return { ...made, references: [subject, ...made.references], statements: [...made.statements, entries] };
}
interface Stays extends StateRows { readonly entries: Relation }

// ---- changes of a field ----

const IN_ORDER = ['day', 'id', 'row'].map((column) => ({ column, descending: false }));
const BY_DAY = [{ column: 'day', descending: false }];

function changedStays(context: StateContext, state: State): Stays {
  const { kind, kinds, asOf } = context, change = must(state.change), from = must(kinds.find((k) => k.name === change.from)), source = context.rowsOf(from.name);
  const joins = joinsOf(kinds), row: Row = { kind: from, alias: 'f', day: col('day', 'f') };
  const path = groupPath(from, state.subject, kinds);
  assert(path !== undefined, `a row of ${from.name} belongs to a ${state.subject}; resolve checks it`);
  const code = (p: readonly string[]): Expr => { const out = lower(fieldName(p, from), rowScope(row, joins, { currency: context.plan.currency, exchange: undefined }, state.at), false); assert(out.kind === 'code', 'states go from word to word; resolve checks it'); return out.expr; };
  const entity = code(path), value = code([change.value]);
  // a fact that takes back another one changes nothing by itself
  const counted = [isNotNull(entity), ...(source.signed ? [compare('>', col('sign', 'f'), int(0))] : []), ...(asOf === undefined ? [] : [compare('<=', col('day', 'f'), int(asOf))])];
  const changes = project(filter({ kind: 'join', inputs: [{ as: 'f', how: 'from', relation: source.relation }, ...joins.inputs.values()] }, and(...counted)), [
    named('entity', entity), ...keep('f', 'day', 'id', 'row'), named('value', value),
  ]);
  const kept = lasted(windowed(changes, [{ name: 'to_day', fn: 'lead', of: col('day'), partition: ['entity'], order: IN_ORDER }]), state, asOf);
  const beside = windowed(kept, [{ name: 'previous', fn: 'lag', of: col('value'), partition: ['entity'], order: IN_ORDER }, { name: 'place', fn: 'row_number', partition: ['entity'], order: IN_ORDER }]);
  const merged = project(filter(beside, or(eq(col('place'), int(1)), compare('is_distinct_from', col('value'), col('previous')))), keep(undefined, 'entity', 'day', 'id', 'row', 'value', 'previous'));
  const until = windowed(merged, [{ name: 'to_day', fn: 'lead', of: col('day'), partition: ['entity'], order: IN_ORDER }]);
  const stays: Statement = {
    name: staysName(kind), make: 'table', key: ['row'], relation: project(until, [...keep(undefined, 'entity'), named('from_day', col('day')), ...keep(undefined, 'to_day', 'value', 'previous', 'row')]),
    about: `${kind.title}: what it was from when until when`,
  };
  const level = (e: Expr): Expr => cases(change.levels.map((l, i) => [eq(e, codeOf(l)), int(i)] as const), nothing('bigint'));
  // from nothing to the first level is no step; to or from a word that is no level it is unknown
  const steps = change.levels.length === 0 ? int(0) : when(isNull(col('previous', 's')), int(0), times(minus(level(col('value', 's')), level(col('previous', 's'))), int(PARTS)));
  const entries = withIds(kind, scanOf(stays), [
    named('row', plus(int(bandOf(kind, kinds)), call('modulo', col('row', 's'), int(BAND)))), named('day', col('from_day', 's')), named('currency', nothing('integer')),
    named(state.subject, col('entity', 's')), named('since', col('from_day', 's')), ...keep('s', 'value', 'previous'), named('steps', cast(steps, 'bigint')),
  ]);
  return { statements: [stays], entries, references: [...joins.references, ...source.references], halfLives: [], reviewed: false };
}

// ---- days on which a condition holds ----

function heldStays(context: StateContext, state: State): Stays {
  const { kind, subject, kinds, plan, asOf } = context, condition = must(state.while), joins = joinsOf(kinds);
  const gathered = gatherer(kinds, [plan], divisorsOf(kinds), context.exchanges), asked = new Map<number, LinearMeasure>();
  const row: Row = { kind: subject, alias: 'f', day: col('day', 'f') };
  const read = (m: LinearMeasure): Expr => { asked.set(m.index, m); return col('num', `m_${m.index}`); };
  const own: OtherNames = (typed, of) => {
    const { ref } = typed;
    // a formula of measures names the fields of its own account
    if (ref.kind === 'group_field' && ref.group === subject.name) return scope.name({ ...typed, ref: { kind: 'field', path: ref.path } });
    if (ref.kind !== 'measure') return undefined;
    const measure = plan.measures.find((m) => m.name === ref.measure);
    assert(measure !== undefined, `the measure ${ref.measure} exists; resolve checks it`);
    if (of.alias !== 'f' || typeof measure.subject === 'string' || measure.subject.entity !== subject.name) throw new NotBuilt(condition.at, `The state ${state.name} reads ${measure.name}, which is not a number of the ${subject.name} itself`, `Read measures \`for: ${subject.name}\`.`);
    return measureValue(typed, lowerValue(gathered.valueOf(plan, measure), read, (names) => ({ ...scope, name: (t) => (t.ref.kind === 'measure' ? names(t.ref.measure) : undefined) ?? scope.name(t) })));
  };
  // quotients are compared as they are: nothing is added up here
  const { quotient: _, ...scope } = rowScope(row, joins, context.exchanges.moneyOf(plan), condition.at, own);
  const holds = surely(lowerCondition(condition.formula, scope));
  const looked = measuredDays(context, joins, gathered, [...asked.values()]);
  const rows = project(join(['t', looked.days], ['left', 'd', datedRowsOf(subject), and(eq(col('entity', 'd'), col('entity', 't')), forceOn('d', col('day', 't')))]), [
    ...keep('t', 'entity', 'day'), ...keep('d', ...datedColumns(subject).map((c) => c.name).filter((name) => name !== 'entity')),
  ]);
  const measured = [...asked.keys()].map((index): JoinInput => ({ as: `m_${index}`, how: 'left', relation: must(looked.measured), on: and(eq(col('measure', `m_${index}`), int(index)), eq(col('entity', `m_${index}`), col('entity', 'f')), eq(col('day', `m_${index}`), col('day', 'f'))) }));
  const tested: Statement = {
    name: `held_${kind.name}`, make: 'table', key: ['entity', 'day'], about: `${kind.title}: whether it holds, from each of these days on`,
    relation: project({ kind: 'join', inputs: [{ as: 'f', how: 'from', relation: rows }, ...joins.inputs.values(), ...measured] }, [...keep('f', 'entity', 'day'), named('holds', holds)]),
  };
  // before the first day it does not hold, however long ago that is
  const changed = (relation: Relation): Relation => project(filter(windowed(relation, [{ name: 'before', fn: 'lag', of: col('holds'), before: bool(false), partition: ['entity'], order: BY_DAY }]), compare('<>', col('holds'), col('before'))), keep(undefined, 'entity', 'day', 'holds'));
  const until = (relation: Relation): Relation => windowed(relation, [{ name: 'to_day', fn: 'lead', of: col('day'), partition: ['entity'], order: BY_DAY }]);
  const merged = until(changed(lasted(until(changed(scanOf(tested))), state, asOf)));
  const stays: Statement = {
    name: staysName(kind), make: 'table', key: ['entity', 'from_day'], relation: project(filter(merged, col('holds')), [...keep(undefined, 'entity'), named('from_day', col('day')), ...keep(undefined, 'to_day')]), about: `${kind.title}: from when until when it held`,
  };
  const row_ = plus(int(bandOf(kind, kinds)), times(cast(col('entity'), 'bigint'), int(DAYS_OF_ALL)), minus(cast(col('from_day'), 'bigint'), int(BEFORE_ALL)));
  const candidates = windowed(project(scanOf(stays), [...keep(undefined, 'entity', 'from_day'), named('day', cast(plus(col('from_day'), int(state.lasting)), 'integer')), named('row', row_)]),
    [{ name: 'place', fn: 'row_number', partition: ['entity'], order: BY_DAY }]);
  const chosen = state.againAfter === undefined ? undefined : againAfter(kind, candidates, state.againAfter);
  const entries = withIds(kind, chosen?.kept ?? candidates, [
    ...keep('s', 'row', 'day'), named('currency', nothing('integer')), named(state.subject, col('entity', 's')), named('since', when(eq(col('from_day', 's'), int(ALWAYS)), nothing('integer'), col('from_day', 's'))),
  ]);
  return { ...looked, references: [...joins.references, ...looked.references], statements: [...looked.statements, tested, stays, ...(chosen?.statements ?? [])], entries };
}

function againAfter(kind: Kind, candidates: Relation, days: number): { readonly statements: readonly Statement[]; readonly kept: Relation } {
  const all: Statement = { name: `candidates_${kind.name}`, make: 'table', key: ['row'], relation: candidates, about: `${kind.title}: entries that may count, in order` };
  const chosen = again(kind.name, scanOf(all), ['entity'], days);
  return { statements: [all, ...chosen], kept: project(join(['f', scanOf(all)], ['inner', 'k', scanOf(must(chosen.at(-1))), eq(col('row', 'k'), col('row', 'f'))]), keep('f', 'entity', 'from_day', 'day', 'row')) };
}

/** A measure as the value that its type says. */
function measureValue(typed: TypedName, pair: ReturnType<typeof lowerValue>): Lowered {
  const whole = (): Expr => { assert(typeof pair.d === 'bigint', 'what is picked from facts is not divided'); return call('quotient', pair.n, int(pair.d)); };
  switch (typed.type.kind) {
    case 'date': return { kind: 'day', expr: cast(whole(), 'integer') };
    case 'text': case 'payee': case 'entity': return { kind: 'code', expr: cast(whole(), 'integer') };
    case 'yes_no': return { kind: 'yes_no', expr: eq(whole(), int(1)) };
    case 'money': case 'number': case 'percent': case 'factor': return { kind: 'number', ...pair };
  }
}

// ---- both ----

/** Stays that have lasted; what has not ended yet has lasted until now. `asOf`: the last day that the run knows of; without it everything has. */
function lasted(stays: Relation, state: State, asOf: Day | undefined): Relation {
  if (state.lasting === 0) return stays;
  const least = plus(col('day'), int(state.lasting));
  return filter(stays, when(isNotNull(col('to_day')), compare('<=', least, col('to_day')), asOf === undefined ? bool(true) : compare('<=', least, int(asOf))));
}

/** Rows of each state have numbers of their own, beyond those of the store. */
const BAND = 2n ** 54n;
const DAYS_OF_ALL = 2n ** 22n;
const BEFORE_ALL = -(2n ** 20n);
function bandOf(kind: Kind, kinds: readonly Kind[]): bigint {
  const names = kinds.filter((k) => k.state !== undefined).map((k) => k.name).sort(), place = names.indexOf(kind.name) + 1;
  assert(place > 0 && place < 512, 'there are at most 511 states');
  return BigInt(place) * BAND;
}

/** `mqa/northwind/2026-03-05`: the state, whose, and since when. `rows`: s, with `entity` and `from_day`. */
function withIds(kind: Kind, rows: Relation, columns: readonly { readonly name: string; readonly expr: Expr }[]): Relation {
  const { year, month, date } = civil(cast(col('from_day', 's'), 'bigint')), two = (n: Expr): Expr => when(compare('<', n, int(10)), call('concat', text('0'), cast(n, 'text')), cast(n, 'text'));
  const since = when(eq(col('from_day', 's'), int(ALWAYS)), text('always'), call('concat', call('concat', call('concat', call('concat', cast(year, 'text'), text('-')), two(month)), text('-')), two(date)));
  const id = call('concat', call('concat', call('concat', text(`${kind.name}/`), col('word', 'w')), text('/')), since);
  const [row, ...rest] = columns;
  return project(join(['s', rows], ['inner', 'w', scan(WORD), eq(col('code', 'w'), col('entity', 's'))]), [must(row), named('id', id), ...rest]);
}
