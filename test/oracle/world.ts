/**
 * Everything that one version of a plan is calculated from, as plain data: the plan with its library,
 * people, roles, entities and the facts known at the cut.
 */
import { parseCalendar } from '../../src/value/period.ts';
import { must } from '../../src/value/diagnostic.ts';
import { isMap, listOf, mapOf, mapsOf, textOf } from './documents.ts';
import type { Yaml, YamlMap } from './documents.ts';
import { planRoundings } from './rounding.ts';
import type { Roundings } from './rounding.ts';
import { dayOfText, FAR, grainOf } from './time.ts';
import type { Calendar, Day, Grain, Period, Span, Window } from './time.ts';
import { asOf, Bad, cellOf, isDated, isDay } from './value.ts';
import type { Field, Value } from './value.ts';

/** A fact, an entity or a person. Entities and persons have no date. */
export interface Row {
  readonly kind: string;
  readonly id: string;
  readonly date: Day | null;
  /** The fact that this one reverses: its credits count again, negative, in this one's own period. */
  readonly reverses: Row | null;
  readonly fields: ReadonlyMap<string, Field>;
}

/** Whose number: a payee, the company, or an entity by its kind. */
export interface Subject { readonly kind: string; readonly id: string }
/** Restricts which facts a measure reads: one line, or what has come so far. */
export interface Only { (fact: Row): boolean; /** what takes back a fact is read as that fact is: the other way round */ readonly turned?: boolean }
/** What a formula may name of a component's result: attainment, value, target, incentive, rate, payout. */
export type Named = ReadonlyMap<string, Value>;

/** What the stages ask of each other in a circle: a condition reads a measure, a measure facts, a derived fact a condition. */
export interface Asks {
  rows(kind: string): readonly Row[];
  measure(measure: Yaml, subject: Subject, window: Window, only?: Only): Value;
  result(component: string, payee: string, period: Period): Named;
  level(state: string, entity: string, day: Day): Value;
  /** days on which somebody is on the plan */
  eligible(payee: string): readonly Span[];
}

export interface World {
  readonly name: string;
  readonly plan: YamlMap;
  readonly span: Span;
  readonly calendar: Calendar;
  readonly grain: Grain;
  readonly currency: string;
  readonly round: Roundings;
  /** the day of the run: what happens later is not known */
  readonly known: Day;
  readonly kinds: YamlMap;
  readonly states: YamlMap;
  readonly credits: YamlMap;
  readonly measures: YamlMap;
  readonly tables: YamlMap;
  readonly guardrails: YamlMap;
  /** names of the guardrails that the plan uses */
  readonly active: readonly string[];
  readonly terms: YamlMap;
  readonly components: YamlMap;
  readonly people: ReadonlyMap<string, Row>;
  readonly roles: ReadonlyMap<string, ReadonlyMap<string, Field>>;
  readonly entities: ReadonlyMap<string, ReadonlyMap<string, Row>>;
  /** facts as they were given and are known, by kind */
  readonly given: ReadonlyMap<string, readonly Row[]>;
  /** every fact by kind and id, those not yet known too */
  readonly byId: ReadonlyMap<string, Row>;
  readonly memo: Map<string, unknown>;
  readonly ask: Asks;
}

export interface Data {
  readonly library?: YamlMap;
  readonly people?: YamlMap;
  readonly roles?: YamlMap;
  readonly entities?: YamlMap;
  readonly facts?: YamlMap;
  readonly known?: string | undefined;
}

/** `ask` is filled by run.ts, which knows all stages. */
export function worldOf(plan: YamlMap, data: Data, ask: Asks): World {
  const [from = '', to = ''] = (textOf(plan['effective']) ?? '').split('/');
  const span = { from: dayOfText(from), to: dayOfText(to) };
  const known = data.known === undefined ? FAR : dayOfText(data.known);
  const section = (key: string): YamlMap => ({ ...mapOf(data.library?.[key]), ...mapOf(plan[key]) });
  const calendar = parseCalendar(textOf(plan['calendar']) ?? 'months');
  if (calendar === undefined) throw new Bad('the calendar cannot be read');
  const kinds = section('facts'), guardrails = plan['guardrails'];
  const references = new Set([...Object.keys(mapOf(data.facts)), ...Object.keys(mapOf(data.entities)), 'id', 'owner', 'payee', 'reverses', 'fact']);
  const field = (kind: string) => (name: string, value: Yaml): Field => fieldOf(value, isReference(kinds, kind, name, references));
  const entities = new Map(mapsOf(data.entities).map(([kind, rows]) => [kind, new Map(mapsOf(rows).map(([id, f]) => [id, rowOf(kind, id, null, f, field(kind))]))]));
  const facts = readFacts(mapOf(data.facts), span.from, field);
  return {
    name: textOf(plan['plan']) ?? '', plan, span, calendar, known, kinds, entities, ask, memo: new Map(),
    grain: grainOf(textOf(plan['period']) ?? 'month'), currency: textOf(plan['currency']) ?? 'USD', round: planRoundings(plan),
    states: section('states'), credits: section('credits'), measures: section('measures'), tables: section('tables'), guardrails: section('guardrails'),
    active: isMap(guardrails) ? Object.keys(guardrails) : listOf(guardrails).flatMap((g) => textOf(g) ?? []),
    terms: mapOf(plan['terms']), components: mapOf(plan['components']),
    people: new Map(mapsOf(data.people).map(([id, f]) => [id, rowOf('person', id, null, f, field('person'))])),
    roles: new Map(mapsOf(data.roles).map(([id, f]) => [id, new Map(Object.entries(f).map(([k, v]) => [k, fieldOf(v, false)]))])),
    given: new Map([...facts].map(([kind, rows]) => [kind, rows.filter((f) => f.date === null || f.date <= known)])),
    byId: new Map([...facts.values()].flat().map((f) => [keyOf(f.kind, f.id), f])),
  };
}

export function keyOf(kind: string, id: string): string {
  return `${kind} ${id}`;
}

function rowOf(kind: string, id: string, date: Day | null, fields: YamlMap, read: (name: string, value: Yaml) => Field): Row {
  return { kind, id, date, reverses: null, fields: new Map(Object.entries(fields).map(([name, value]) => [name, read(name, value)])) };
}

/** A fact without a date is one of the first day; `reverses` takes the fields of the fact that it names. */
function readFacts(facts: YamlMap, first: Day, field: (kind: string) => (name: string, value: Yaml) => Field): Map<string, Row[]> {
  const out = new Map<string, Row[]>();
  for (const [kind, rows] of Object.entries(facts)) {
    const plain = listOf(rows).map((row, i): Row => {
      const map = mapOf(row), date = map['date'] === undefined ? { day: first } : field(kind)('date', map['date']);
      return rowOf(kind, textOf(map['id']) ?? `${kind}${i}`, isDatedOrBlank(date) ? null : date.day, map, field(kind));
    });
    out.set(kind, plain);
  }
  const all = [...out.values()].flat();
  const original = (f: Row, seen: readonly Row[] = []): Row => {
    const name = f.fields.get('reverses');
    if (typeof name !== 'string' || seen.includes(f)) return f;
    const of = all.find((o) => o.id === name && o.kind === f.kind) ?? all.find((o) => o.id === name);
    if (of === undefined) throw new Bad(`${f.kind} ${f.id} reverses ${name}, which is not there`);
    const reversed = original(of, [...seen, f]);
    return { ...f, reverses: reversed, fields: reversed.fields };
  };
  return new Map([...out].map(([kind, rows]) => [kind, rows.map((f) => original(f))]));
}
function isDatedOrBlank(f: Field): f is Exclude<Field, { readonly day: Day }> {
  return isDated(f) || !isDay(f);
}

/** Ids stay the text that they are, `007` too. */
function isReference(kinds: YamlMap, kind: string, name: string, references: ReadonlySet<string>): boolean {
  const type = textOf(mapOf(mapOf(kinds[kind])['fields'])[name]);
  return references.has(name) || type === 'text' || type === 'payee' || (type !== undefined && references.has(type));
}

function fieldOf(value: Yaml, reference: boolean): Field {
  const rows = listOf(value);
  const [first] = rows;
  if (typeof value !== 'string' && isMap(first) && 'value' in first) {
    return { rows: rows.map((r) => ({ from: dayOrNull(textOf(mapOf(r)['from'])), value: valueOf(mapOf(r)['value'] ?? '', reference) })) };
  }
  return valueOf(value, reference);
}
function dayOrNull(text: string | undefined): Day | null {
  return text === undefined || text === '' ? null : dayOfText(text);
}
function valueOf(value: Yaml, reference: boolean): Value {
  if (typeof value === 'string') return reference && value !== '' ? value : cellOf(value);
  return listOf(value).map((v) => valueOf(v, false));
}

/** A person without a row of his own is one of whom nothing is known. */
export function personOf(world: World, id: string): Row {
  return world.people.get(id) ?? { kind: 'person', id, date: null, reverses: null, fields: new Map() };
}
/** A field of a person as of a day. */
export function personField(world: World, id: string, name: string, day: Day): Value {
  return asOf(personOf(world, id).fields.get(name), day);
}
export function entityOf(world: World, kind: string, id: string): Row {
  return world.entities.get(kind)?.get(id) ?? { kind, id, date: null, reverses: null, fields: new Map() };
}

/** A fact by its id alone, of whatever kind. */
export function factById(world: World, id: string): Row | undefined {
  return once(world, 'facts by id', () => {
    const by = new Map<string, Row>();
    for (const f of world.byId.values()) if (!by.has(f.id)) by.set(f.id, f);
    return by;
  }).get(id);
}

/** The kind and those that it is derived from, nearest first. */
export function lineage(world: World, kind: string): string[] {
  const out = [kind];
  for (let at = parentOf(world, kind); at !== undefined && !out.includes(at); at = parentOf(world, at)) out.push(at);
  return out;
}
export function parentOf(world: World, kind: string): string | undefined {
  return textOf(mapOf(world.kinds[kind])['from']);
}

/** Calculated once for a key; the same question asked within its own answer is a cycle. */
export function once<T>(world: World, key: string, make: () => T, what = key): T {
  const found = world.memo.get(key);
  if (found === ASKING) throw new Bad(`cycle: ${[...asking(world), what].join(' -> ')}`);
  if (found !== undefined) return found as T;
  world.memo.set(key, ASKING);
  stackOf(world).push(what);
  try {
    const made = make();
    world.memo.set(key, made);
    return made;
  } catch (error) {
    world.memo.delete(key);
    throw error;
  } finally { stackOf(world).pop(); }
}
const ASKING = Symbol('asking');
const STACK = ' stack';
function stackOf(world: World): string[] {
  const found = world.memo.get(STACK);
  if (found !== undefined) return found as string[];
  world.memo.set(STACK, []);
  return must(world.memo.get(STACK)) as string[];
}
function asking(world: World): readonly string[] {
  return stackOf(world);
}
