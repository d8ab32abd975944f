/**
 * What a name in a formula means (language.md section 5), in this order: this component's result; a
 * field of the row, dots following references as of the day; `payee.x`, `via.x`;
 * `component.attainment`; measure; table; term; the group's field; state.
 */
import { must } from '../../src/value/diagnostic.ts';
import { multiply } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { isMap, listOf, mapOf, textOf } from './documents.ts';
import type { Yaml } from './documents.ts';
import { evaluate, holds } from './evaluate.ts';
import type { Names } from './evaluate.ts';
import { namesIn, parse } from './formula.ts';
import { minorUnit, rounded } from './rounding.ts';
import type { Roundings } from './rounding.ts';
import { readTable, tableAt } from './tables.ts';
import type { Reading } from './tables.ts';
import { term, timed } from './terms.ts';
import { periodAt } from './time.ts';
import type { Day, Period, Window } from './time.ts';
import { asOf, Bad, ratioOf } from './value.ts';
import type { Value } from './value.ts';
import { entityOf, factById, keyOf, lineage, once, personField, personOf } from './world.ts';
import type { Named, Only, Row, Subject, World } from './world.ts';

export interface Scope {
  readonly world: World;
  readonly day: Day;
  readonly window?: Window | undefined;
  readonly payee?: string | undefined;
  /** the one directly below, through whom a leader is credited */
  readonly via?: string | undefined;
  readonly row?: Row | undefined;
  /** results of the component at hand, as far as they are known */
  readonly results?: Named | undefined;
  /** results of the parts of the group at hand */
  readonly parts?: ReadonlyMap<string, Named> | undefined;
  /** names with a value of their own: arguments of a table, the date of a conversion */
  readonly bound?: ReadonlyMap<string, Value> | undefined;
  /** the payee's groups, where a measure of a group is calculated */
  readonly groups?: ReadonlyMap<string, string> | undefined;
  readonly period?: Period | undefined;
  readonly reads?: 'attainment' | 'value' | undefined;
  readonly round?: Roundings | undefined;
  readonly only?: Only | undefined;
  /** facts whose money has no rate are left out whole, and not blank alone */
  readonly counting?: true | undefined;
  /** whose measure is being calculated: its measures are read for the same subject */
  readonly subject?: Subject | undefined;
}

export class UnknownName extends Bad {}
/** Money of the fact that is being counted cannot be had in the plan's currency. */
export class NoRate extends Bad {}

/** The day of a row: its own, or that of the fact that it reverses, whose credits it repeats. */
export function dayOfRow(row: Row, otherwise: Day): Day {
  return row.reverses?.date ?? row.date ?? otherwise;
}
export function scopeOfRow(world: World, row: Row, more: Partial<Scope> = {}): Scope {
  return { world, day: dayOfRow(row, world.span.from), row, ...more };
}

export function namesOf(scope: Scope): Names {
  const { world } = scope;
  return {
    get: (name) => {
      const value = lookUp(scope, name);
      if (value === undefined) throw new UnknownName(`${name} means nothing here`);
      return value;
    },
    table: (name, args) => {
      const table = tableAt(name, world.tables);
      if (table === undefined) throw new UnknownName(`there is no table ${name}`);
      const by = listOf(table['by']).map((b) => textOf(b) ?? '');
      const inside = { world, day: scope.day, window: scope.window, payee: scope.payee, bound: new Map(by.map((b, i) => [b, args[i] ?? null])) };
      return readTable(table, namesOf(inside), { by: 'value' });
    },
    share: (value, unit) => (scope.window === undefined ? value : timed(world, [{ from: null, value }], unit, placeOf(scope, scope.window))),
    yearly: (name) => term(world, name, placeOf(scope, undefined)),
  };
}
function placeOf<W extends Window | undefined>(scope: Scope, window: W): { readonly payee: string | undefined; readonly window: W; readonly day: Day; readonly round: Roundings } {
  return { payee: scope.payee, window, day: scope.day, round: scope.round ?? scope.world.round };
}

/** Results that a component has, known or not: what is missing is blank. */
const RESULTS = ['attainment', 'value', 'target', 'incentive', 'rate', 'payout'];

/** undefined: the name means nothing. */
function lookUp(scope: Scope, name: string): Value | undefined {
  const { world, payee } = scope;
  const dot = name.indexOf('.'), first = dot < 0 ? name : name.slice(0, dot), rest = dot < 0 ? '' : name.slice(dot + 1);
  const own = scope.results?.get(name) ?? scope.bound?.get(name);
  if (own !== undefined) return own;
  if (scope.bound?.has(name) === true || (scope.results !== undefined && RESULTS.includes(name))) return null;
  const part = rest === '' ? undefined : scope.parts?.get(first)?.get(rest);
  if (part !== undefined) return part;
  if (name === 'payee' && payee !== undefined) return payee;
  if ((first === 'payee' || first === 'via') && rest !== '') return ofPerson(scope, must(first === 'via' ? scope.via : payee), rest);
  if (name === 'period_start') return scope.window === undefined ? undefined : { day: scope.window.from };
  if (name === 'period_end') return scope.window === undefined ? undefined : { day: scope.window.to };
  const field = scope.subject === undefined || !(name in world.measures) ? ofRow(scope, name) : undefined;
  if (field !== undefined) return field;
  if (first in world.components && rest !== '' && payee !== undefined && scope.period !== undefined) return world.ask.result(first, payee, scope.period).get(rest) ?? null;
  if (name in world.measures) return measureNamed(scope, name);
  const table = tableAt(name, world.tables);
  if (table !== undefined && name in world.tables) return readTable(table, namesOf(scope), { by: scope.reads ?? 'value' });
  if (name in world.terms) return term(world, name, placeOf(scope, scope.window));
  return ofGroup(scope, first, rest, name) ?? ofState(scope, name);
}

function ofPerson(scope: Scope, id: string, name: string): Value {
  if (name in scope.world.terms) return term(scope.world, name, { ...placeOf(scope, scope.window), payee: id });
  const value = fieldOf(scope, personOf(scope.world, id), name);
  if (value === undefined) throw new UnknownName(`people have no ${name}`);
  return value;
}
function ofRow(scope: Scope, name: string): Value | undefined {
  return scope.row === undefined ? undefined : fieldOf(scope, scope.row, name);
}
/** `pod.quota`: of the group at hand, else of the payee's own. */
function ofGroup(scope: Scope, first: string, rest: string, name: string): Value | undefined {
  const group = scope.groups?.get(first);
  if (rest !== '' && group !== undefined) return fieldOf(scope, entityOf(scope.world, first, group), rest);
  if (rest === '' || scope.payee === undefined) return undefined;
  return personOf(scope.world, scope.payee).fields.has(first) ? fieldOf(scope, personOf(scope.world, scope.payee), name) : undefined;
}
function ofState(scope: Scope, name: string): Value | undefined {
  if (!(name in scope.world.states) || scope.row === undefined) return undefined;
  const who = textOf(mapOf(scope.world.states[name])['for']) ?? 'account';
  const entity = groupOf(scope.world, scope.row, who, scope.day);
  return entity === null ? null : scope.world.ask.level(name, entity, scope.day);
}

/** A measure by name: of the row's own subject, else of the payee's. */
function measureNamed(scope: Scope, name: string): Value {
  const { world } = scope, kind = subjectKind(world, name) ?? 'payee';
  const window = scope.window ?? { from: scope.day, to: scope.day + 1 };
  if (scope.subject !== undefined) return ofSubject(world, name, scope.subject, window, scope.only);
  const ofThisRow = scope.row !== undefined && kind !== 'payee' && kind !== 'company' ? groupOf(world, scope.row, kind, scope.day) : null;
  const subject = ofThisRow !== null ? { kind, id: ofThisRow } : subjectOf(scope, kind);
  return subject === null ? null : world.ask.measure(name, subject, window, scope.only);
}

/** The payee himself, the company, or the payee's group on the day; null where there is none. */
export function subjectOf(scope: Pick<Scope, 'world' | 'payee' | 'groups' | 'day'>, kind: string): Subject | null {
  if (kind === 'company') return { kind, id: 'company' };
  const id = kind === 'payee' ? scope.payee : scope.groups?.get(kind) ?? (scope.payee === undefined ? null : personField(scope.world, scope.payee, kind, scope.day));
  return typeof id === 'string' ? { kind, id } : null;
}

/** A measure, maybe of another subject, seen from this one: the payee's pod, the account's pod, the company. */
export function ofSubject(world: World, measure: Yaml, from: Subject, window: Window, only: Only | undefined): Value {
  const inherits = isMap(measure) && !('for' in measure);
  const kind = inherits ? from.kind : subjectKind(world, measure) ?? from.kind;
  const read = inherits && kind !== 'payee' ? { ...measure, for: kind } : measure;
  if (kind === from.kind) return world.ask.measure(read, from, window, only);
  const day = window.to - 1;
  if (from.kind === 'payee' || kind === 'company') {
    const subject = subjectOf({ world, payee: from.id, day }, kind);
    return subject === null ? null : world.ask.measure(read, subject, window, only);
  }
  const id = groupOf(world, entityOf(world, from.kind, from.id), kind, day);
  return id === null ? null : world.ask.measure(read, { kind, id }, window, only);
}

/** Whose number a measure is: what `for` says, else what it is made of; undefined where that says nothing. */
export function subjectKind(world: World, measure: Yaml): string | undefined {
  const spec = typeof measure === 'string' && measure in world.measures ? must(world.measures[measure]) : measure;
  if (typeof spec === 'string') {
    const kinds = new Set(namesIn(parse(spec)).filter((n) => n in world.measures).map((n) => subjectKind(world, n)));
    return kinds.size === 1 ? [...kinds][0] : kinds.size === 0 ? undefined : 'payee';
  }
  const map = mapOf(spec), said = textOf(map['for']);
  if (said !== undefined) return said.split('.').at(-1);
  const made = [...listOf(map['ratio']), ...listOf(map['formula'])].filter((m) => typeof m === 'string');
  const kinds = new Set(made.map((m) => subjectKind(world, m)).filter((k) => k !== undefined));
  return kinds.size === 1 ? [...kinds][0] : 'payee';
}

/** The pod (account, …) of a row: itself, its own field, else its account's. */
export function groupOf(world: World, row: Row, kind: string, day: Day): string | null {
  if (lineage(world, row.kind).includes(kind)) return row.id;
  for (const path of [kind, `account.${kind}`]) {
    const value = fieldOf({ world, day }, row, path);
    if (typeof value === 'string') return value;
  }
  return null;
}

/** A field of a row by its path; undefined where rows of this kind have no such field. */
export function fieldOf(scope: Scope, row: Row, path: string): Value | undefined {
  const { world } = scope;
  const dot = path.indexOf('.'), first = dot < 0 ? path : path.slice(0, dot), rest = dot < 0 ? '' : path.slice(dot + 1);
  const value = fieldHere(scope, row, first);
  if (rest === '' || value === undefined || value === null) return value;
  if (typeof value !== 'string') return undefined;
  const target = referred(world, row, first, value);
  return target === undefined ? null : fieldOf(scope, target, rest);
}

function fieldHere(scope: Scope, row: Row, name: string): Value | undefined {
  const { world } = scope, kinds = lineage(world, row.kind);
  const derived = kinds.map((k) => mapOf(mapOf(world.kinds[k])['derived'])[name]).find((d) => d !== undefined);
  if (derived !== undefined) return numberOrValue(derived, scope.row === row ? scope : { world, row, day: scope.day, window: scope.window });
  if (name === 'date' && row.date !== null) return { day: dayOfRow(row, row.date) };
  if (name === 'id') return row.id;
  if (isMoney(world, row, name)) return inPlanMoney(scope, row, asOf(row.fields.get(name) ?? null, scope.day));
  if (row.fields.has(name)) return asOf(row.fields.get(name), scope.day);
  if (kinds.includes(name)) return row.id;
  const kind = name in world.measures ? subjectKind(world, name) : undefined;
  if (kind !== undefined && kind !== 'payee' && kinds.includes(kind)) return world.ask.measure(name, { kind, id: row.id }, scope.window ?? { from: scope.day, to: scope.day + 1 });
  return kinds.some((k) => declares(world, k, name)) ? null : undefined;
}

function isMoney(world: World, row: Row, name: string): boolean {
  return row.date !== null && lineage(world, row.kind).some((k) => textOf(mapOf(mapOf(world.kinds[k])['fields'])[name]) === 'money');
}
/** Money of a fact, rounded to the plan's minor unit; what reverses a fact has the rate of that fact's day. */
function inPlanMoney(scope: Scope, row: Row, value: Value): Value {
  const { world } = scope, currency = row.fields.get('currency'), amount = ratioOf(value);
  if (typeof currency !== 'string' || currency === world.currency) return value;
  const rate = rateOf(world, currency, (row.reverses ?? row).date ?? scope.day);
  if (rate === null && scope.counting === true && scope.row === row) throw new NoRate(`${row.id} has no rate of ${currency}`);
  return rate === null || amount === null ? null : rounded(multiply(amount, rate), minorUnit(world.currency));
}
/** What a rate may name: the currency, the day, and imported rates of the currency that hold on it. */
export function rateNames(world: World, currency: string, day: Day): Map<string, Value> {
  const own = world.entities.get('currency')?.get(currency), fields = new Set([...Object.keys(mapOf(mapOf(world.kinds['currency'])['fields'])), ...own?.fields.keys() ?? []]);
  return new Map<string, Value>([['currency', currency], ['date', { day }], ...[...fields].map((f): [string, Value] => [`currency.${f}`, asOf(own?.fields.get(f), day)])]);
}
function rateOf(world: World, currency: string, day: Day): Ratio | null {
  const exchange = mapOf(world.plan['exchange']);
  if (exchange['rate'] === undefined) return null;
  const on = textOf(exchange['at']) === 'period' ? periodAt(world.calendar, world.grain, day).to - 1 : day;
  const rate = number(exchange['rate'], { world, day: on, window: periodAt(world.calendar, world.grain, on), bound: rateNames(world, currency, on) });
  return rate === null || rate.n <= 0n ? null : rate;
}

/** Fields that a kind declares, or that any of its rows has: where this row lacks one it is blank. */
function declares(world: World, kind: string, name: string): boolean {
  return once(world, `fields of ${kind}`, () => {
    const rows = kind === 'person' ? world.people.values() : world.entities.get(kind)?.values() ?? (world.given.get(kind) ?? []).values();
    const always = kind === 'person' ? ['role', 'hired', 'left'] : [];
    return new Set([...always, ...Object.keys(mapOf(mapOf(world.kinds[kind])['fields'])), ...rows.flatMap((r) => r.fields.keys())]);
  }).has(name);
}

/** The row that a reference names: an entity, a person, or another fact. */
function referred(world: World, row: Row, field: string, id: string): Row | undefined {
  const declared = lineage(world, row.kind).map((k) => textOf(mapOf(mapOf(world.kinds[k])['fields'])[field])).find((t) => t !== undefined);
  for (const kind of declared === undefined ? [field] : [declared, field]) {
    const entity = world.entities.get(kind)?.get(id) ?? world.byId.get(keyOf(kind, id));
    if (entity !== undefined) return entity;
  }
  return world.people.get(id) ?? factById(world, id);
}

// ---- a literal, a name, a formula or a table (section 1.2) ----

/** Where a number may stand, a table may stand. */
export function numberOrValue(node: Yaml, scope: Scope, reading: Partial<Reading> = {}): Value {
  if (isMap(node)) return readTable(node, namesOf(scope), { by: scope.reads ?? 'value', ...reading });
  return evaluate(parse(textOf(node) ?? ''), namesOf(scope));
}
export function number(node: Yaml, scope: Scope): Ratio | null {
  return ratioOf(numberOrValue(node, scope));
}
/** Under a factor or share a marginal table is the average of its parts (section 3). */
export function factor(node: Yaml, scope: Scope): Ratio | null {
  const table = tableAt(node, scope.world.tables);
  return ratioOf(table === undefined ? numberOrValue(node, scope) : readTable(table, namesOf(scope), { by: scope.reads ?? 'value', average: true }));
}
export function isTrue(condition: Yaml | undefined, scope: Scope): boolean {
  return condition === undefined || holds(parse(textOf(condition) ?? ''), namesOf(scope));
}
/** A name that may stand for nobody: undefined where it means nothing or is blank. */
export function maybe(name: string, scope: Scope): Value | undefined {
  try { return evaluate(parse(name), namesOf(scope)) ?? undefined; } catch (error) {
    if (error instanceof UnknownName) return undefined;
    throw error;
  }
}
