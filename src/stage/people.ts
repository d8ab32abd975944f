/**
 * Dated people → stints and routes. A stint is a stretch of days in which nothing that is dated
 * changes for a payee or for anybody above him; so who is credited, who is above him and whether he
 * is on a plan is the same on every day of a stint, and sums by stint are exact without looking at
 * single facts again.
 */
import type { Day } from '../value/period.ts';
import { effectiveAt } from '../value/period.ts';
import type { Value } from '../plan/evaluate.ts';

/** One dated row of a person or role: in force from `from` (null: always) to the next row. `to`: the first day on which it holds no longer, where the source says one; only rates of exchange ask. */
export interface DatedRow { readonly from: Day | null; readonly to?: Day | null; readonly values: ReadonlyMap<string, Value> }
export interface Person {
  /** dictionary code */
  readonly payee: number;
  readonly id: string;
  readonly rows: readonly DatedRow[];
  readonly hired: Day | null;
  /** first day on which the person is gone */
  readonly left: Day | null;
}
export interface People {
  readonly persons: readonly Person[];
  readonly byId: ReadonlyMap<string, Person>;
  /** terms that a role gives, by name of the role */
  readonly roles: ReadonlyMap<string, readonly DatedRow[]>;
  /** rows of kinds that people belong to (pods), by kind and id */
  readonly groups: ReadonlyMap<string, ReadonlyMap<string, readonly DatedRow[]>>;
  /** the dictionary code of a word that stands in a row of a person; undefined where none says it */
  readonly code: (word: string) => number | undefined;
}
export interface Stint { readonly person: Person; readonly stint: number; readonly from: Day; readonly to: Day; readonly row: DatedRow }
/** Somebody above: `via` is the one directly below. */
export interface Above { readonly subject: Person; readonly via: Person; readonly depth: number }

/** before every day that a file has */
export const LONG_AGO: Day = -1_000_000;

/** All stints of everybody within [from, to), in order of person and day. */
export function stintsOf(people: People, from: Day, to: Day, upFields: readonly string[]): ReadonlyMap<Person, readonly Stint[]> {
  const out = new Map<Person, readonly Stint[]>();
  for (const person of people.persons) out.set(person, stints(person, people, from, to, upFields));
  return out;
}

function stints(person: Person, people: People, from: Day, to: Day, upFields: readonly string[]): Stint[] {
  const start = Math.max(from, person.hired ?? from), end = Math.min(to, person.left ?? to);
  if (end <= start) return [];
  const cuts = new Set<Day>([start, end]);
  for (const day of changeDays(person, people, upFields, new Set())) if (day > start && day < end) cuts.add(day);
  const days = [...cuts].sort((a, b) => a - b);
  return days.slice(0, -1).map((day, i): Stint => ({
    person, stint: i, from: day, to: days[i + 1] ?? end, row: rowAt(person, day),
  }));
}

/** The row in force on a day; before the first dated row, the first one. */
export function rowAt(person: Person, day: Day): DatedRow {
  return effectiveAt(person.rows, day) ?? person.rows[0] ?? { from: null, values: new Map() };
}

/** Days on which something changes for the person, or for anybody who was ever above. */
function changeDays(person: Person, people: People, upFields: readonly string[], seen: Set<Person>): Day[] {
  if (seen.has(person)) return [];
  seen.add(person);
  const days = person.rows.flatMap((r) => (r.from === null ? [] : [r.from]));
  for (const d of [person.hired, person.left]) if (d !== null) days.push(d);
  for (const field of upFields) {
    for (const row of person.rows) {
      const boss = personOf(row.values.get(field), people);
      if (boss !== undefined) days.push(...changeDays(boss, people, upFields, seen));
    }
  }
  return days;
}

function personOf(value: Value | undefined, people: People): Person | undefined {
  return typeof value === 'string' ? people.byId.get(value) : undefined;
}

/** Those above on a day, nearest first. `cycle` names the persons of a circle, if the hierarchy has one. */
export function aboveOn(person: Person, day: Day, field: string, levels: number | 'all', people: People): { readonly above: readonly Above[]; readonly cycle?: readonly string[] } {
  const above: Above[] = [];
  const path = [person];
  let below = person;
  for (let depth = 1; levels === 'all' || depth <= levels; depth++) {
    const boss = personOf(rowAt(below, day).values.get(field), people);
    if (boss === undefined) return { above };
    if (path.includes(boss)) return { above, cycle: [...path.slice(path.indexOf(boss)), boss].map((p) => p.id) };
    above.push({ subject: boss, via: below, depth });
    path.push(boss);
    below = boss;
  }
  return { above };
}

/** For whom the credits of a stint count: those above who work here then, nearest first. */
export function aboveStint({ person, from }: Stint, { field, levels }: { readonly field: string; readonly levels: number | 'all' }, { stints, people }: { readonly stints: ReadonlyMap<Person, readonly Stint[]>; readonly people: People }): { readonly subject: Stint; readonly via: Person; readonly viaStint: number }[] {
  const then = (one: Person): Stint | undefined => stints.get(one)?.find((s) => s.from <= from && from < s.to);
  return aboveOn(person, from, field, levels, people).above.flatMap(({ subject, via }) => {
    const theirs = then(subject);
    return theirs === undefined ? [] : [{ subject: theirs, via, viaStint: then(via)?.stint ?? -1 }];
  });
}
