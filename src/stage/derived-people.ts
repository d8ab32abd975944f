/**
 * Derived fields of people, and of what they belong to: worked out once for each dated row, so that whatever
 * reads a field of a payee reads them alike. Where one reads what it refers to, a row of that begins a row here.
 */
import { compileFormula, type Value } from '../plan/evaluate.ts';
import type { Typed } from '../plan/formula.ts';
import type { DerivedField, Kind } from '../plan/plan.ts';
import { assert, must } from '../value/diagnostic.ts';
import { type Day, effectiveAt } from '../value/period.ts';
import { byCodePoint } from '../value/code-points.ts';
import { NotBuilt } from './lowered.ts';
import type { DatedRow, People, Person } from './people.ts';
import { namesOf } from './reads.ts';
import { readTable } from './tables.ts';

const PERSON = 'person';
/** Earlier than every row. */
const BEFORE: Day = -1_000_000;

/** Kinds whose rows the derived fields of people, and of these kinds, read. */
export function referencesOfDerived(kinds: readonly Kind[], of: readonly string[]): string[] {
  const found = new Set<string>();
  const look = (name: string): void => {
    const kind = kinds.find((k) => k.name === name && !k.dated);
    if (kind === undefined || found.has(name)) return;
    found.add(name);
    for (const { path } of kind.derived.flatMap(pathsOf)) {
      let at: Kind | undefined = kind;
      for (const step of path.slice(0, -1)) { at = targetOf(at, step, kinds); if (at !== undefined) look(at.name); }
    }
  };
  for (const name of [PERSON, ...of]) look(name);
  found.delete(PERSON);
  return [...found].sort();
}
function pathsOf(derived: DerivedField): { readonly path: readonly string[] }[] {
  return namesOf(derived.number).flatMap(({ ref }) => (ref.kind === 'field' ? [{ path: ref.path }] : []));
}
function targetOf(kind: Kind | undefined, field: string, kinds: readonly Kind[]): Kind | undefined {
  const type = kind?.fields.find((f) => f.name === field)?.type;
  return kinds.find((k) => !k.dated && k.name === (typeof type === 'object' ? type.entity : type === 'payee' ? PERSON : undefined));
}

/** The same people, with derived fields among their values. `code`: of words that rows of the store say. */
export function withDerived(people: People, kinds: readonly Kind[], code: (word: string) => number | undefined): People {
  const derivedOf = (name: string): readonly DerivedField[] => kinds.find((k) => k.name === name && !k.dated)?.derived ?? [];
  const known = (word: string): number | undefined => people.code(word) ?? code(word);
  for (const name of [PERSON, ...people.groups.keys()]) for (const d of derivedOf(name)) refuseLists(d, name, kinds);
  if ([PERSON, ...people.groups.keys()].every((name) => derivedOf(name).length === 0)) return { ...people, code: known };
  const reader: Reader = { kinds, derivedOf, rowsOf: (kind, id) => (kind === PERSON ? people.byId.get(id)?.rows : people.groups.get(kind)?.get(id)) ?? [] };
  const persons = derivedOf(PERSON).length === 0 ? people.persons : people.persons.map((p): Person => ({ ...p, rows: derivedRows(PERSON, p.id, reader) }));
  const groups = new Map([...people.groups].map(([kind, rows]) => [kind, derivedOf(kind).length === 0 ? rows : new Map([...rows.keys()].map((id) => [id, derivedRows(kind, id, reader)]))]));
  const made = madeWords([...persons.map((p) => p.rows), ...[...groups.values()].flatMap((g) => [...g.values()])], known);
  return { ...people, persons, byId: new Map(persons.map((p) => [p.id, p])), groups, code: (word) => known(word) ?? made.get(word) };
}

/** Lists stand beside their rows in the store: people are read without them. */
function refuseLists(derived: DerivedField, name: string, kinds: readonly Kind[]): void {
  for (const { path } of pathsOf(derived)) {
    let at = kinds.find((k) => k.name === name && !k.dated);
    for (const step of path.slice(0, -1)) at = targetOf(at, step, kinds);
    const type = at?.fields.find((f) => f.name === path.at(-1))?.type;
    if (type === 'payees' || type === 'splits') throw new NotBuilt(derived.at, `The derived field ${derived.name} counts the entries of a list, which can be done for facts alone`, 'Write the number into a column of the source.');
  }
}

interface Reader { readonly kinds: readonly Kind[]; derivedOf(kind: string): readonly DerivedField[]; rowsOf(kind: string, id: string): readonly DatedRow[] }

function derivedRows(kind: string, id: string, reader: Reader): DatedRow[] {
  const own = reader.rowsOf(kind, id), first = own[0]?.from ?? null;
  // a row that begins with what it refers to never comes before the first of its own
  const days = [...new Set<Day | null>([...own.map((r) => r.from), ...referredDays(kind, id, reader, new Set()).filter((d) => first === null || d > first)])].sort((a, b) => (a ?? -Infinity) - (b ?? -Infinity));
  return days.map((from): DatedRow => {
    const day = from ?? BEFORE, row = must(effectiveAt(own, day) ?? own[0]);
    return { from, values: new Map([...row.values, ...reader.derivedOf(kind).map((d) => [d.name, derivedValue(d, { kind, id, day, reader })] as const)]) };
  });
}
/** First days of the rows that its derived fields may read, whenever it referred to them. */
function referredDays(kind: string, id: string, reader: Reader, seen: Set<string>): Day[] {
  if (seen.has(`${kind}|${id}`)) return [];
  seen.add(`${kind}|${id}`);
  return reader.derivedOf(kind).flatMap(pathsOf).flatMap(({ path }) => {
    const days: Day[] = [];
    let at = reader.kinds.find((k) => k.name === kind && !k.dated), ids = new Set([id]);
    for (const field of path.slice(0, -1)) {
      const from = must(at).name, target = targetOf(at, field, reader.kinds);
      if (target === undefined) break;
      ids = new Set([...ids].flatMap((one) => reader.rowsOf(from, one)).flatMap((r) => { const v = r.values.get(field); return typeof v === 'string' ? [v] : []; }));
      for (const other of ids) days.push(...reader.rowsOf(target.name, other).flatMap((r) => (r.from === null ? [] : [r.from])), ...referredDays(target.name, other, reader, seen));
      at = target;
    }
    return days;
  });
}

/** Whose field, and as of which day. */
interface About { readonly kind: string; readonly id: string; readonly day: Day; readonly reader: Reader }

function derivedValue(derived: DerivedField, about: About): Value {
  const { number } = derived;
  return number.kind === 'formula' ? valueOf(number.formula, derived, about) : readTable(number.table, (t) => valueOf(t, derived, about));
}
function valueOf(typed: Typed, derived: DerivedField, about: About): Value {
  return compileFormula<About>(typed, (ref, name) => {
    if (ref.kind !== 'field') throw new NotBuilt(derived.at, `The derived field ${derived.name} reads ${name}, which is no field of a row`, 'Use fields of the row, and of what it refers to.');
    return (a) => fieldValue(ref.path, derived, a);
  }, { table: (table) => (a) => readTable(table, (t) => valueOf(t, derived, a)) })(about);
}
function fieldValue([field, ...rest]: readonly string[], derived: DerivedField, about: About): Value {
  const { kind, id, day, reader } = about, rows = reader.rowsOf(kind, id);
  assert(field !== undefined, 'a path has a first part');
  const other = reader.derivedOf(kind).find((d) => d.name === field);
  const value = other !== undefined ? derivedValue(other, about) : field === 'id' || field === kind ? id : (effectiveAt(rows, day) ?? rows[0])?.values.get(field) ?? null;
  const known = other !== undefined || field === 'id' || field === kind || reader.kinds.some((k) => k.name === kind && !k.dated && k.fields.some((f) => f.name === field));
  if (!known) throw new NotBuilt(derived.at, `The derived field ${derived.name} reads ${field} of a ${kind}, which is no field of a row`, 'Use fields of the row, and of what it refers to.');
  if (rest.length === 0) return value;
  const target = targetOf(reader.kinds.find((k) => k.name === kind && !k.dated), field, reader.kinds);
  if (target === undefined) throw new NotBuilt(derived.at, `The derived field ${derived.name} follows ${field} to a fact`, 'Follow fields that name people, accounts or other reference rows.');
  return typeof value === 'string' ? fieldValue(rest, derived, { ...about, kind: target.name, id: value }) : null;
}

/** Words that no file says: each has a number of its own, far from those of the store and of plans. */
function madeWords(rows: readonly (readonly DatedRow[])[], known: (word: string) => number | undefined): ReadonlyMap<string, number> {
  const words = new Set(rows.flat().flatMap((r) => [...r.values.values()].filter((v): v is string => typeof v === 'string' && known(v) === undefined)));
  return new Map([...words].sort(byCodePoint).map((word, i) => [word, MADE - i]));
}
const MADE = -1_000_000_000;
