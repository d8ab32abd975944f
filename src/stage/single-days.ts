/**
 * Pay that is found for each fact reads what is dated as of the day of the fact; the rows of `ref_assign` hold
 * what is known at the end of the period. Where the two differ within a period, it is said, not paid.
 */
import { sameValue } from '../plan/evaluate.ts';
import type { Typed } from '../plan/formula.ts';
import type { ComponentEntry } from './catalogue.ts';
import { READS } from './curve.ts';
import { namesOf } from './reads.ts';
import { type Place, valueAt } from './terms.ts';

/** Names of the payee, his terms and his group that pay for single facts reads. */
export function readForEachFact({ spec, shape }: ComponentEntry): Typed[] {
  if (spec.kind !== 'leaf' || spec.pay === undefined || (spec.per === undefined && shape.reads !== READS.field)) return [];
  const more = spec.per === undefined ? [] : [
    ...spec.gates.flatMap((g) => [...namesOf(g.condition), ...(g.otherwise.kind === 'hold' ? [] : namesOf(g.otherwise.kind === 'share' ? g.otherwise.of : g.otherwise.share))]),
    ...spec.multiply.flatMap((f) => namesOf(f.factor)), ...spec.caps.flatMap((c) => namesOf(c.amount)), ...namesOf(spec.floor?.amount),
  ];
  const names = [...namesOf(spec.pay.number), ...more].filter((n) => ['term', 'person_term', 'payee_field', 'group_field'].includes(n.ref.kind));
  return [...new Map(names.map((n) => [n.name, n])).values()];
}

/** The first of these names whose value changes within the window. */
export function changedWithin(names: readonly Typed[], place: Place): string | undefined {
  const { person, people, window } = place;
  const rows = [...person.rows, ...[...people.roles.values()].flat(), ...[...people.groups.values()].flatMap((ids) => [...ids.values()].flat())];
  const days = [window.from, ...new Set(rows.flatMap((r) => (r.from !== null && r.from > window.from && r.from < place.day ? [r.from] : [])))];
  const changed = names.find((n) => { const last = valueAt(n, place); return days.some((day) => !sameValue(valueAt(n, { ...place, day }), last)); });
  return changed?.kind === 'name' ? changed.name : undefined;
}
