/**
 * Dated rows of people and roles that the store learned after a cut, and whose pay they can change: the
 * person's own, that of everybody who has the role, and that of those above, then or now.
 */
import type { Engine } from '../engine/engine.ts';
import type { Kind } from '../plan/plan.ts';
import { aggregate, cast, count, keep, named, project } from '../relation/relation.ts';
import { aboveOn, type People, type Person, stintsOf } from '../stage/people.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf, wholeOf } from './cells.ts';
import { goneRows, newRows, type Since } from './fact-changes.ts';
import { loadPeople } from './people.ts';

/** By id of the payee: how many changed rows of people and roles stand behind his pay. Absent: none. */
export type PeopleChanges = ReadonlyMap<string, number>;

export async function peopleChanges(engine: Engine, calculation: Calculation, kinds: readonly Kind[], since: number): Promise<PeopleChanges> {
  const span = { since, cut: calculation.cut };
  const persons = await changedRows(engine, kinds, 'person', span), roles = await changedRows(engine, kinds, 'role', span);
  if (persons.size === 0 && roles.size === 0) return new Map();
  const now = calculation.catalogue.people, then = await loadPeople(engine, kinds, since);
  const behind = new Map<string, Map<string, number>>();
  const note = (payee: string, what: string, rows: number): void => { behind.set(payee, (behind.get(payee) ?? new Map<string, number>()).set(what, rows)); };
  for (const people of [then, now]) for (const person of people.persons) {
    const changes = ownChanges(person, persons, roles);
    if (changes.length === 0) continue;
    for (const payee of [person.id, ...bossesOf(person, people, calculation)]) for (const [what, rows] of changes) note(payee, what, rows);
  }
  return new Map([...behind].map(([payee, changes]) => [payee, [...changes.values()].reduce((a, b) => a + b, 0)]));
}

/** By id: rows that came after the cut, or, where none came, that no longer count. */
async function changedRows(engine: Engine, kinds: readonly Kind[], name: 'person' | 'role', span: Since): Promise<ReadonlyMap<string, number>> {
  const kind = kinds.find((k) => k.name === name && !k.dated);
  if (kind === undefined) return new Map();
  const ids = (relation: ReturnType<typeof newRows>) => aggregate(project(relation, keep(undefined, 'id')), keep(undefined, 'id'), [named('rows', cast(count(), 'integer'))]);
  const changed = new Map<string, number>();
  for (const relation of [goneRows(kind, span), newRows(kind, span)]) for (const r of rowsOf(await engine.read(ids(relation)))) changed.set(String(r['id']), wholeOf(r['rows']));
  return changed;
}

function ownChanges(person: Person, persons: ReadonlyMap<string, number>, roles: ReadonlyMap<string, number>): [string, number][] {
  const own = persons.get(person.id);
  const named_ = new Set(person.rows.map((r) => r.values.get('role')));
  return [
    ...(own === undefined ? [] : [[`person ${person.id}`, own] as [string, number]]),
    ...[...roles].flatMap(([role, rows]): [string, number][] => (named_.has(role) ? [[`role ${role}`, rows]] : [])),
  ];
}

/** Everybody for whom the credits of this person count at some time, by the rules of the plans. */
function bossesOf(person: Person, people: People, { catalogue }: Calculation): ReadonlySet<string> {
  const { routes } = catalogue.gathered, { from, to } = catalogue.spans;
  const out = new Set<string>();
  if (routes.length === 0) return out;
  const stints = stintsOf({ ...people, persons: [person] }, from, to, routes.map((r) => r.field)).get(person) ?? [];
  for (const stint of stints) for (const route of routes) for (const { subject } of aboveOn(person, stint.from, route.field, route.levels, people).above) out.add(subject.id);
  return out;
}
