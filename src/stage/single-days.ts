/**
 * Pay that is found for each fact reads what is dated as of the day of the fact. Where it changes, the payee has a
 * row of `ref_assign` for each stretch of days in which it does not, and `ref_stretch` says which facts each is for.
 */
import { sameValue, type Value } from '../plan/evaluate.ts';
import type { Typed } from '../plan/formula.ts';
import type { Num } from '../plan/plan.ts';
import { cast, col, int, keep, named, project, type Relation, union } from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import type { Day, Span } from '../value/period.ts';
import type { Catalogue, ComponentEntry, PlanEntry } from './catalogue.ts';
import { READS } from './curve.ts';
import type { FactsBuilder } from './facts.ts';
import { LONG_AGO } from './people.ts';
import { namesOf } from './reads.ts';
import { type Place, valueAt } from './terms.ts';

/** Names of the payee, his terms and his group that pay for single facts reads. */
export function readForEachFact(c: ComponentEntry): Typed[] {
  const { spec, shape } = c;
  if (spec.kind !== 'leaf' || spec.pay === undefined || (spec.per === undefined && shape.reads !== READS.field)) return [];
  const more = spec.per === undefined ? [] : [
    ...spec.gates.flatMap((g): (Typed | Num)[] => [g.condition, ...(g.otherwise.kind === 'hold' ? [] : [g.otherwise.kind === 'share' ? g.otherwise.of : g.otherwise.share])]),
    ...spec.multiply.map((f) => f.factor), ...spec.caps.map((c) => c.amount), ...(spec.floor === undefined ? [] : [spec.floor.amount]),
  ];
  const names = [spec.pay.number, ...more].flatMap(namesOf).filter((n) => ['term', 'person_term', 'payee_field', 'group_field'].includes(n.ref.kind));
  return [...new Map(names.map((n) => [n.name, n])).values()].map((n) => (isCut(c) ? undivided(n) : n));
}
/** As of the day: what a term with a unit of time is for a whole window does not change within it, what `yearly` gives of it does. */
function undivided(name: Extract<Typed, { kind: 'name' }>): Typed {
  const { ref } = name;
  if (ref.kind !== 'term' && ref.kind !== 'person_term') return name;
  return { kind: 'call', name: 'yearly', args: [{ ...name, ref: { kind: 'term', term: ref.term } }], type: name.type, at: name.at };
}
export const wordOf = (read: Typed): string => (read.kind === 'call' ? wordOf(must(read.args[0])) : read.kind === 'name' ? read.name : '');

/** Can it be cut into stretches? Not where rows of different facts are one: of a field, of a group, of a place among others. */
export function isCut(c: ComponentEntry): boolean {
  return c.spec.kind === 'leaf' && c.spec.per?.kind === 'fact' && c.spec.carry !== 'shortfall' && c.group === undefined && c.value?.kind === 'simple' && !c.looks.some((v) => v.kind === 'rank');
}

/** Stretches of days up to the end of the window in each of which what single facts read has one value; there is one at least. What is taken back may be of long before. */
export function stretchesOf(c: ComponentEntry, reads: readonly Typed[], plan: PlanEntry, place: Place): Span[] {
  const { person, people, day: last } = place, first = isCut(c) && plan.counted !== undefined ? LONG_AGO : place.window.from, whole: Span = { from: first, to: last + 1 };
  if (reads.length === 0) return [whole];
  const rows = [...person.rows, ...[...people.roles.values()].flat(), ...[...people.groups.values()].flatMap((ids) => [...ids.values()].flat())];
  const days = [...new Set(rows.flatMap((r) => (r.from !== null && r.from > first && r.from <= last ? [r.from] : [])))].sort((a, b) => a - b);
  const out: { from: Day; to: Day; readonly values: readonly Value[] }[] = [];
  for (const [i, from] of [first, ...days].entries()) {
    const to = days[i] ?? last + 1, values = reads.map((n) => valueAt(n, { ...place, day: from })), before = out.at(-1);
    if (before !== undefined && before.values.every((v, n) => sameValue(v, values[n] ?? null))) before.to = to;
    else out.push({ from, to, values });
  }
  return out;
}
/** The first of these whose value is another one on the first day of the stretches than on the last. */
export function changedIn(reads: readonly Typed[], place: Place, stretches: readonly Span[]): string {
  const found = reads.find((n) => stretches.some((s) => !sameValue(valueAt(n, { ...place, day: s.from }), valueAt(n, place))));
  assert(found !== undefined, 'something changes from stretch to stretch');
  return wordOf(found);
}

/** The part of a stretch, counted from 0: no group has such a code. That which is in force at the end has the part of the whole. */
export const partOfStretch = (n: number): number => FIRST - n;
export const isStretch = (part: number): boolean => part <= FIRST;
const FIRST = -1000;
/** The last day of the stretch that a part is, else of the window. */
export function lastDayOf(part: number, c: ComponentEntry, plan: PlanEntry, place: Place): Day {
  return isStretch(part) ? must(stretchesOf(c, readForEachFact(c), plan, place)[FIRST - part]).to - 1 : place.day;
}

/** Kinds of the facts that a component pays one by one, by their place in the catalogue. */
export function kindsPaid(c: ComponentEntry, kinds: Catalogue['kinds']): number[] {
  assert(c.value?.kind === 'simple', 'what is paid one by one is a sum or a count');
  const { terms, rows } = c.value.measure, columns = [...terms.map((t) => t.column), ...rows?.columns ?? []];
  return [...new Set(columns.map((k) => kinds.findIndex((x) => x.name === k.value.kind)))];
}

/** The day on which each fact reads what is dated: what takes a fact back reads it as of that fact's day. */
export function factDays({ components, kinds }: Catalogue, builders: ReadonlyMap<string, FactsBuilder>): Relation | undefined {
  const cut = components.filter((c) => isCut(c) && readForEachFact(c).length > 0);
  const paid = [...new Set(cut.flatMap((c) => kindsPaid(c, kinds)))].sort((a, b) => a - b);
  if (paid.length === 0) return undefined;
  return union(paid.map((kind) => {
    const builder = must(builders.get(must(kinds[kind]).name));
    return project(builder.scan(), [named('kind', cast(int(kind), 'integer')), ...keep(undefined, 'facts_world', 'fact'), named('day', col(builder.signed ? 'as_of' : 'day'))]);
  }));
}
