/** Stage 3, measures (language.md section 4 "measure", section 6.3). */
import { add, compare, divide, min, multiply, negate, ONE, ratio, subtract, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { powerOfTen } from '../../src/value/rate.ts';
import { must } from '../../src/value/diagnostic.ts';
import { isMap, listOf, mapOf, textOf, textsOf } from './documents.ts';
import type { Yaml, YamlMap } from './documents.ts';
import { creditsOf, creditsOfEntities, isCounted } from './credits.ts';
import { evaluate } from './evaluate.ts';
import { byDate } from './facts.ts';
import { parse } from './formula.ts';
import { guarded } from './guardrails.ts';
import { eligibleIn } from './people.ts';
import { payees } from './payees.ts';
import { sumOfMeasures } from './linear.ts';
import { dayOfRow, factor, groupOf, isTrue, namesOf, NoRate, numberOrValue, ofSubject, scopeOfRow } from './scope.ts';
import type { Scope } from './scope.ts';
import { daysOf } from './time.ts';
import type { Day, Span, Window } from './time.ts';
import { asOf, Bad, isDay, isRatio, numberOf, orderOf, ratioOf, sameValue, shown } from './value.ts';
import type { Place, Value } from './value.ts';
import { entityOf, once, personField, lineage } from './world.ts';
import type { Only, Row, Subject, World } from './world.ts';

export const AGGREGATES = ['sum', 'count', 'distinct', 'average', 'min', 'max', 'first', 'last'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** A named measure, or one that stands in place. */
export function specOf(world: World, measure: Yaml): Yaml {
  return typeof measure === 'string' && measure in world.measures ? must(world.measures[measure]) : measure;
}
export function aggregateOf(spec: YamlMap): Aggregate | undefined {
  return AGGREGATES.find((a) => a in spec);
}

export function measure(world: World, asked: Yaml, subject: Subject, window: Window, only?: Only): Value {
  const make = (): Value => calculated(world, specOf(world, asked), subject, window, only);
  if (only !== undefined) return make();
  const name = typeof asked === 'string' ? asked : JSON.stringify(asked);
  return once(world, `measure ${name} ${subject.kind} ${subject.id} ${window.from} ${window.to}`, make, `measure ${name} of ${subject.id}`);
}

function calculated(world: World, spec: Yaml, subject: Subject, window: Window, only: Only | undefined): Value {
  if (!isMap(spec) || 'formula' in spec) return formula(world, textOf(isMap(spec) ? spec['formula'] : spec) ?? '', subject, window, only);
  if ('ratio' in spec) return quotient(world, spec, subject, window, only);
  if ('rank' in spec) return place(world, spec, subject, window);
  return aggregated(world, spec, subject, window, only);
}

/** Arithmetic of measures, each of the same subject. */
function formula(world: World, text: string, subject: Subject, window: Window, only: Only | undefined): Value {
  const payee = subject.kind === 'payee' ? subject.id : undefined;
  const row = payee !== undefined || subject.kind === 'company' ? undefined : rowOf(world, subject);
  return evaluate(parse(text), namesOf({ world, day: window.to - 1, window, payee, row, only, subject }));
}
function rowOf(world: World, { kind, id }: Subject): Row {
  return world.byId.get(`${kind} ${id}`) ?? entityOf(world, kind, id);
}

/** Both parts are kept: a roll-up divides sums. Below `min_sample` something else is used. */
function quotient(world: World, spec: YamlMap, subject: Subject, window: Window, only: Only | undefined): Value {
  const part = (i: number): Ratio | null => ratioOf(ofSubject(world, listOf(spec['ratio'])[i] ?? '', subject, window, only));
  const above = part(0), below = part(1), least = textOf(spec['min_sample']);
  if (least !== undefined && compare(below ?? ZERO, numberOf(least)) < 0) return ofSubject(world, spec['otherwise'] ?? '', subject, window, only);
  return below === null || below.n === 0n ? null : divide(above ?? ZERO, below);
}

/** The place among the payees who are on the plan in the window; equal values share it. Who has no value has no place. */
function place(world: World, spec: YamlMap, subject: Subject, window: Window): Place | null {
  const among = textOf(spec['among'])?.split('.').at(-1);
  const value = (payee: string): Ratio | null => ratioOf(world.ask.measure(spec['rank'] ?? '', { kind: 'payee', id: payee }, window));
  const group = (payee: string): Value => (among === undefined ? null : personField(world, payee, among, window.to - 1));
  const mine = value(subject.id);
  if (mine === null) return null;
  const peers = payees(world).filter((p) => p === subject.id || (eligibleIn(world, p, window) > 0 && sameValue(group(p), group(subject.id))));
  const values = peers.map(value).filter((v) => v !== null);
  const better = values.filter((v) => compare(v, mine) > 0).length, tied = values.filter((v) => compare(v, mine) === 0).length;
  return { ...ratio(BigInt(1 + better)), tied };
}

// ---- over facts ----

/** A fact under a measure: its share for the subject, and its value. */
export interface Counted { readonly fact: Row; readonly share: Ratio; readonly via: string | undefined; readonly value: Value }

function aggregated(world: World, spec: YamlMap, subject: Subject, window: Window, only: Only | undefined): Value {
  const aggregate = aggregateOf(spec);
  if (aggregate === undefined) throw new Bad('a measure says one of sum, count, distinct, average, last, ratio, formula, rank');
  const rows = contributions(world, spec, subject, window, only);
  const weighed = (): Ratio => rows.reduce((sum, c) => add(sum, multiply(ratioOf(c.value) ?? ZERO, c.share)), ZERO);
  switch (aggregate) {
    case 'sum': case 'count': return weighed();
    case 'average': {
      const shares = rows.reduce((sum, c) => add(sum, c.share), ZERO);
      return shares.n === 0n ? null : divide(weighed(), shares);
    }
    case 'distinct': return ratio(BigInt(new Set(standing(rows).map((c) => shown(c.value))).size));
    case 'first': case 'last': case 'min': case 'max': return chosen(aggregate, rows)?.value ?? null;
  }
}

/** The one fact that gives the value. The earlier one of equals. */
function chosen(aggregate: 'first' | 'last' | 'min' | 'max', rows: readonly Counted[]): Counted | undefined {
  const all = standing(rows);
  if (aggregate === 'first' || aggregate === 'last') return all.at(aggregate === 'first' ? 0 : -1);
  return all.reduce<Counted | undefined>((best, c) => (best === undefined || orderOf(c.value, best.value) === (aggregate === 'min' ? -1 : 1) ? c : best), undefined);
}

interface Added { readonly fact: Row; readonly via: string | undefined; readonly value: Ratio }
/** What each fact adds to the value of a measure of numbers; undefined where that has no meaning (a number of different values, a rank, arithmetic that is no sum). */
export function additions(world: World, measured: Yaml, subject: Subject, window: Window, only?: Only): readonly Added[] | undefined {
  const text = textOf(mapOf(specOf(world, measured))['formula']), times = text === undefined ? undefined : sumOfMeasures(parse(text), (name) => name in world.measures);
  if (times !== undefined) {
    const parts = [...times].map(([name, n]) => additions(world, name, subject, window, only)?.map((c) => ({ ...c, value: multiply(c.value, n) })));
    return parts.every((p) => p !== undefined) ? parts.flat().sort((a, b) => byDate(a.fact, b.fact)) : undefined;
  }
  const spec = specOf(world, measured), aggregate = isMap(spec) ? aggregateOf(spec) : undefined;
  if (!isMap(spec) || aggregate === undefined || aggregate === 'distinct') return undefined;
  const rows = contributions(world, spec, subject, window, only).filter((c) => isRatio(c.value));
  const value = (c: Counted): Ratio => must(ratioOf(c.value));
  switch (aggregate) {
    case 'sum': case 'count': return rows.map((c) => ({ fact: c.fact, via: c.via, value: multiply(value(c), c.share) }));
    case 'average': {
      const shares = rows.reduce((sum, c) => add(sum, c.share), ZERO);
      return shares.n === 0n ? [] : rows.map((c) => ({ fact: c.fact, via: c.via, value: divide(multiply(value(c), c.share), shares) }));
    }
    case 'first': case 'last': case 'min': case 'max': {
      const one = chosen(aggregate, rows);
      return one === undefined ? [] : [{ fact: one.fact, via: one.via, value: value(one) }];
    }
  }
}

/** Facts that count at all: neither held nor rejected, and neither reversed nor a reversal. */
function standing(rows: readonly Counted[]): readonly Counted[] {
  const reversed = new Set(rows.flatMap((c) => (c.fact.reverses === null ? [] : [c.fact.reverses.id])));
  return rows.filter((c) => c.share.n !== 0n && c.fact.reverses === null && !reversed.has(c.fact.id));
}

/** Running limits in the window, in order of date, then fact. */
function limited(world: World, spec: YamlMap, rows: readonly Counted[]): readonly Counted[] {
  let now = rows;
  for (const limit of Object.values(mapOf(spec['limits'])).map(mapOf)) {
    const most = numberOf(textOf(limit['at_most']) ?? ''), used = new Map<string, Ratio>();
    now = now.map((c) => {
      const key = textsOf(limit['per']).map((p) => (p === 'day' ? String(c.fact.date) : shown(evaluate(parse(p), namesOf(scopeOfRow(world, c.fact)))))).join('|');
      const before = used.get(key) ?? ZERO, value = ratioOf(c.value);
      if (value === null) return c;
      const kept = min(multiply(value, c.share), subtract(most, before));
      used.set(key, add(before, kept));
      return { ...c, value: kept, share: ONE };
    });
  }
  return now;
}

/** `half_life`: the value halves; six-decimal factors a day, 0 after ten half-lives. */
function aged(spec: YamlMap, window: Window, c: Counted): Counted {
  const half = textOf(spec['half_life']);
  if (half === undefined || c.fact.date === null) return c;
  return { ...c, value: multiply(ratioOf(c.value) ?? ZERO, decay(window.to - 1 - c.fact.date, daysOf(half))) };
}
const MILLION = powerOfTen(6);
/** 2^(-age ÷ half) to the nearest millionth, by whole numbers: the n with (2n − 1)^half · 2^age ≤ (2 · 10⁶)^half < (2n + 1)^half · 2^age. */
export function decay(age: number, half: number): Ratio {
  const whole = (2n * MILLION) ** BigInt(half), halved = 2n ** BigInt(age);
  let low = 0n, high = MILLION;
  while (low < high) {
    const middle = (low + high) / 2n;
    if (whole < (2n * middle + 1n) ** BigInt(half) * halved) high = middle;
    else low = middle + 1n;
  }
  return ratio(low, MILLION);
}

/** The facts under a measure with what each adds to it, limits and half-life included. */
export function contributions(world: World, spec: YamlMap, subject: Subject, window: Window, only?: Only): readonly Counted[] {
  // a limit is on the whole measure: lines share what it leaves
  const limits = 'limits' in spec, rows = limited(world, spec, counted(world, spec, subject, window, limits ? undefined : only));
  return rows.filter((c) => c.value !== null && (!limits || only === undefined || only(c.fact))).map((c) => aged(spec, window, c)).map((c) => (only?.turned === true ? { ...c, share: negate(c.share) } : c));
}

/** The facts under a measure, in order of date, then fact. */
export function counted(world: World, spec: YamlMap, subject: Subject, window: Window, only?: Only): Counted[] {
  const aggregate = aggregateOf(spec);
  if (aggregate === undefined) return [];
  const kinds = textsOf(aggregate === 'count' ? spec['count'] : spec['from']), rules = 'credited' in spec ? textsOf(spec['credited']) : undefined;
  return kinds.flatMap((kind) => {
    const day = isOfEntities(world, kind) ? window.to - 1 : undefined;
    return candidates(world, kind, spec, subject, day)
      .filter((c) => (rules === undefined || c.rule === undefined || rules.includes(c.rule)) && (only === undefined || only(c.fact)) && (day !== undefined || inTime(world, kind, spec, window, c.fact)))
      .filter((c) => subject.kind !== 'payee' || isCounted(world, subject.id, c.fact.kind, day ?? c.fact.reverses?.date ?? c.fact.date))
      .flatMap((c) => valued(world, spec, aggregate, subject, window, day, c));
  }).sort((a, b) => byDate(a.fact, b.fact));
}

export function isOfEntities(world: World, kind: string): boolean {
  return world.entities.has(kind) && world.ask.rows(kind).length === 0;
}

interface Candidate { readonly fact: Row; readonly share: Ratio; readonly via: string | undefined; readonly rule: string | undefined }

/** A payee's are the facts that he is credited with; a group's are its own facts, whoever is credited: one event counts once. */
function candidates(world: World, kind: string, spec: YamlMap, subject: Subject, day: Day | undefined): readonly Candidate[] {
  const said = (textOf(spec['for']) ?? subject.kind).replace(/^payee\./, '');
  return once(world, `candidates ${kind} ${subject.kind} ${said} ${day ?? ''}`, () => {
    const by = new Map<string, Candidate[]>();
    const put = (id: string, c: Candidate): void => {
      const list = by.get(id);
      if (list === undefined) by.set(id, [c]);
      else list.push(c);
    };
    const credits = subject.kind !== 'payee' ? [] : day === undefined ? creditsOf(world, kind) : creditsOfEntities(world, kind, day);
    for (const c of credits) put(c.payee, c);
    for (const c of subject.kind === 'payee' ? [] : ofGroups(world, kind, subject.kind, said, day)) put(c.group, c);
    return by;
  }).get(subject.id) ?? [];
}
function ofGroups(world: World, kind: string, group: string, said: string, day: Day | undefined): (Candidate & { readonly group: string })[] {
  const rows = day === undefined ? world.ask.rows(kind) : [...world.entities.get(kind)?.values() ?? []];
  return rows.flatMap((fact) => {
    const id = group === 'company' ? 'company' : lineage(world, fact.kind).includes(group) ? fact.id : groupOf(world, fact, said, day ?? dayOfRow(fact, world.span.from));
    if (id === null) return [];
    const { factor: left, status } = day === undefined ? guarded(world, fact.reverses ?? fact, undefined) : { factor: ONE, status: 'pass' };
    const share = status === 'hold' ? ZERO : fact.reverses === null ? left : multiply(left, ratio(-1n));
    return [{ group: id, fact, share, via: undefined, rule: undefined }];
  });
}

/** `date`, `at`, `look_back`, `half_life`: which facts the window holds. */
function inTime(world: World, kind: string, spec: YamlMap, window: Span, fact: Row): boolean {
  const at = textOf(spec['at']), instant = at === 'start' ? window.from : window.to;
  const runs = lineage(world, kind).map((k) => textsOf(mapOf(world.kinds[k])['runs'])).find((r) => r.length === 2);
  if (at !== undefined && runs !== undefined) {
    const [from, until] = runs.map((f) => asOf(fact.fields.get(f), instant));
    return isDay(from) && from.day <= instant && !(isDay(until) && until.day <= instant);
  }
  const date = dateOf(spec, fact);
  if (date === null) return false;
  if (at !== undefined) return date < instant;
  const look = textOf(spec['look_back']), half = textOf(spec['half_life']);
  const from = look !== undefined ? window.to - daysOf(look) : half !== undefined ? window.to - 10 * daysOf(half) : window.from;
  return from <= date && date < window.to;
}
function dateOf(spec: YamlMap, fact: Row): Day | null {
  const name = textOf(spec['date']) ?? 'date';
  if (name === 'date') return fact.date;
  const value = asOf(fact.fields.get(name), fact.date ?? 0);
  return isDay(value) ? value.day : null;
}

function valued(...asked: Parameters<typeof valueOfFact>): Counted[] {
  try { return valueOfFact(...asked); } catch (error) {
    if (error instanceof NoRate) return [];
    throw error;
  }
}
function valueOfFact(world: World, spec: YamlMap, aggregate: Aggregate, subject: Subject, window: Window, day: Day | undefined, c: Candidate): Counted[] {
  const payee = subject.kind === 'payee' ? subject.id : undefined;
  const scope: Scope = { world, day: day ?? dayOfRow(c.fact, window.to - 1), row: c.fact, window, payee, via: c.via, counting: true };
  if (!isTrue(spec['where'], scope)) return [];
  let value: Value = aggregate === 'count' ? ONE : numberOrValue(spec[aggregate] ?? '', scope);
  for (const node of Object.values(mapOf(spec['factors']))) {
    const by = factor(node, scope);
    value = by === null || value === null ? null : multiply(must(ratioOf(value)), by);
  }
  // shares weigh amounts; a fact that is counted counts whole
  const share = aggregate !== 'count' ? c.share : ratio(c.share.n > 0n ? 1n : c.share.n < 0n ? -1n : 0n);
  return [{ fact: c.fact, share, via: c.via, value: isRatio(value) ? { n: value.n, d: value.d } : value }];
}
