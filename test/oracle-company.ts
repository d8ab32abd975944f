/** Drawn companies as the route that pays people reads them: files of a workspace, and rows of a store. */
import { partiesOf } from '../src/app/party-lists.ts';
import type { Lists, SmallEntity, SmallRow, SmallStore } from '../src/app/small-store.ts';
import type { Value } from '../src/plan/evaluate.ts';
import { isList } from '../src/plan/kinds.ts';
import { readLiteral } from '../src/plan/literal.ts';
import type { FieldType, Kind, Plan } from '../src/plan/plan.ts';
import { assert } from '../src/value/diagnostic.ts';
import { parseDay } from '../src/value/period.ts';
import { asList, asMap, asText, isMap, written, type Yaml, type YamlMap } from './language/yaml.ts';
import { type Drawn, KINDS } from './oracle/draw.ts';

export const planFile = (plan: YamlMap): string => `plans/${asText(plan['plan'])}.yaml`;

export function filesOf({ plans, amendments, templates }: Drawn): Map<string, string> {
  const sources = Object.fromEntries(['account', 'pod', 'role', 'currency'].map((kind) => [kind, { file: `${kind}.csv`, into: kind, id: 'id', fields: Object.fromEntries(Object.keys(asMap(asMap(KINDS[kind])['fields'])).map((f) => [f, f])) }]));
  return new Map([
    ['trueup.yaml', written({ company: 'Acme', currency: 'USD', calendar: 'months' })], ['facts/kinds.yaml', written({ facts: KINDS })], ['sources/entities.yaml', written({ sources })],
    ...plans.map((p): [string, string] => [planFile(p), written(p)]),
    ...amendments.map((a, i): [string, string] => [`plans/${asText(a['plan'])}-amended-${i}.yaml`, written(a)]),
    ...templates.map((t): [string, string] => [`templates/${asText(t['template'])}.yaml`, written(t)]),
  ]);
}

export function storeOf(drawn: Drawn, kinds: readonly Kind[], plans: readonly Plan[]): SmallStore {
  const known = kinds.map((k) => (k.name === 'person' ? withTerms(k, plans) : k));
  return { kinds: known, facts: factsOf(drawn, known), entities: entitiesOf(drawn, known) };
}
function withTerms(person: Kind, plans: readonly Plan[]): Kind {
  const fields = [...person.fields];
  for (const { name, type } of plans.flatMap((p) => p.terms)) if (!fields.some((f) => f.name === name)) fields.push({ name, type: type === 'factor' ? 'number' : type });
  return { ...person, fields };
}


function factsOf({ facts }: Drawn, kinds: readonly Kind[]): Map<string, SmallRow[]> {
  return new Map(Object.entries(facts).map(([name, rows]) => {
    const kind = kindOf(kinds, name);
    return [name, asList(rows).map(asMap).map((row): SmallRow => ({ id: asText(row['id']), day: dayOf(row['date']), currency: asText(row['currency'] ?? 'USD'), values: valuesOf(row, kind), lists: listsOf(row, kind) }))];
  }));
}
function entitiesOf(drawn: Drawn, kinds: readonly Kind[]): Map<string, SmallEntity[]> {
  const all: YamlMap = { ...drawn.entities, person: drawn.people, role: drawn.roles };
  return new Map(Object.entries(all).map(([name, rows]) => {
    const kind = kindOf(kinds, name);
    return [name, Object.entries(asMap(rows)).flatMap(([id, row]) => {
      const days = [...new Set([null, ...Object.values(asMap(row)).flatMap(datedRows).map((d) => d.from)])].sort((a, b) => (a ?? -Infinity) - (b ?? -Infinity));
      return days.map((from): SmallEntity => ({ id, from, values: valuesOf(Object.fromEntries(Object.entries(asMap(row)).map(([f, v]) => [f, datedRows(v).findLast((d) => d.from === null || (from !== null && d.from <= from))?.value ?? ''])), kind) }));
    })];
  }));
}
/** One value from the beginning, or dated ones. */
export function datedRows(value: Yaml): { readonly from: number | null; readonly value: Yaml }[] {
  const rows = asList(value).map(asMap);
  return isMap(value) || typeof value === 'string' ? [{ from: null, value }] : rows.map((r) => ({ from: r['from'] === undefined ? null : dayOf(r['from']), value: r['value'] ?? '' }));
}
function kindOf(kinds: readonly Kind[], name: string): Kind {
  const kind = kinds.find((k) => k.name === name);
  assert(kind !== undefined, `the kind ${name} is there`);
  return kind;
}
function dayOf(value: Yaml | undefined): number {
  const day = parseDay(asText(value));
  assert(day !== undefined, `${asText(value)} is a day`);
  return day;
}
function valuesOf(row: YamlMap, kind: Kind): Map<string, Value> {
  return new Map(kind.fields.filter((f) => !isList(f.type)).map((f) => [f.name, valueOf(asText(row[f.name]), f.type)]));
}
function valueOf(text: string, type: FieldType): Value {
  if (text === '') return null;
  if (type === 'yes_no') return text === 'yes';
  if (type === 'date') return { day: dayOf(text) };
  if (type !== 'money' && type !== 'number' && type !== 'percent') return text;
  const literal = readLiteral(text);
  assert(literal?.kind === 'number', `${text} is a number`);
  return literal.value;
}
function listsOf(row: YamlMap, kind: Kind): Lists {
  return new Map(kind.fields.flatMap(({ name, type }) => {
    if (!isList(type) || row[name] === undefined) return [];
    const parties = partiesOf(asList(row[name]).map((p) => (typeof p === 'string' ? { payee: p, share: null } : { payee: asText(asList(p)[0]), share: asText(asList(p)[1]) })), type, '.');
    assert(!('code' in parties), 'a drawn list can be read');
    return [[name, parties] as const];
  }));
}
