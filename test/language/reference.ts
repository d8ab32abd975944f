/**
 * The tests of the language's own reference, made runnable by our route: each document becomes a
 * workspace in memory (its plan, what it uses, kinds with fields) and a test in our format.
 *
 * The reference types nothing, so the types of fields are found here: from what the plan says, from
 * how the values look, and, where a number could be money or a plain number, by trying: the first
 * choice that the plan checks with, money before number.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KEYS } from '../../src/plan/keys.ts';
import type { Workspace } from '../../src/plan/plan.ts';
import { readWorkspace } from '../../src/plan/workspace.ts';
import { type Diagnostic, hasErrors } from '../../src/value/diagnostic.ts';
import { asList, asMap, asText, isMap, overlay, readDocuments, wordsOf, written, type Yaml, type YamlMap } from './yaml.ts';

export interface Runnable { readonly workspace: Workspace; readonly text: string; readonly diagnostics: readonly Diagnostic[]; readonly types: string }
export type Prepared = { readonly runnable: Runnable } | { readonly skip: string } | { readonly wrong: readonly Diagnostic[] };

/** What says how a plan looks, not what it pays. */
const LOOKS = ['allow', 'labels'];

export function prepare(folder: string, document: YamlMap): Prepared {
  const test = withoutBlanks(document);
  const read = plansOf(folder, test);
  if ('skip' in read) return read;
  const plans = read.plans.map(withoutLooks).map(renamed);
  const later = plans.flatMap((p) => notBuilt(p, 'plan'));
  if (later[0] !== undefined) return { skip: `key not built: ${later[0]}` };
  const library = withoutIdle(neededOf(removedFrom(libraryOf(folder, test), asMap(test['set'])), plans, measuresAsked(test)), plans, test);
  const laterThere = notBuilt(library, 'plan');
  if (laterThere[0] !== undefined) return { skip: `key not built: ${laterThere[0]} (library)` };
  if (asList(asMap(test['facts'])['earning']).length > 0) return { skip: 'earnings are given' };
  return typed(plans.map((p) => withActive(p, library)), library, test);
}

/** A field that our store has a column of its own for. */
const RENAMED = 'line';
function renamed(plan: YamlMap): YamlMap {
  const go = (v: Yaml): Yaml => (typeof v === 'string' ? v.replaceAll(/(?<![\w".])line(?![\w"])/g, 'product_line') : isMap(v) ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, go(x)])) : v.map(go));
  return Object.fromEntries(Object.entries(plan).map(([k, v]) => [k, ['title', 'purpose'].includes(k) ? v : go(v)]));
}

function plansOf(folder: string, test: YamlMap): { readonly plans: YamlMap[] } | { readonly skip: string } {
  const plans: YamlMap[] = [];
  for (const name of asList(test['plan'])) {
    const path = join(folder, `plans/${asText(name)}.yaml`);
    const doc = asMap(readDocuments(readFileSync(path, 'utf8'))[0]);
    plans.push(calculable(asMap(overlay(withRows(onTemplate(folder, doc), path), asMap(test['set']))), asMap(test['set'])));
  }
  return { plans };
}

/** A measure that the test says anew is only what it says; an earning finer than a cent is refused, and no table needs one. */
function calculable(plan: YamlMap, set: YamlMap): YamlMap {
  const { end, ...round } = asMap(plan['round']);
  return {
    ...plan, ...(plan['measures'] !== undefined && { measures: { ...asMap(plan['measures']), ...asMap(set['measures']) } }),
    ...(end !== undefined && /^0\.00\d/.test(asText(end)) && { round }), ...(plan['states'] !== undefined && { states: Object.fromEntries(Object.entries(asMap(plan['states'])).filter(([, s]) => s !== 'removed')) }),
  };
}
/** The types of fields are found in the whole document, so the template is laid below it here; our own way has tests of its own. */
function onTemplate(folder: string, doc: YamlMap): YamlMap {
  const { based_on: name, ...own } = doc;
  if (name === undefined) return doc;
  const { template: _, ...template } = asMap(readDocuments(readFileSync(join(folder, `library/templates/${asText(name)}.yaml`), 'utf8'))[0]);
  return asMap(overlay(template, own));
}
/** The file of `for_each` becomes the name of its file and its text, until the files are written. */
function withRows(doc: YamlMap, path: string): YamlMap {
  return doc['for_each'] === undefined ? doc : { ...doc, for_each: [asText(doc['for_each']), readFileSync(join(dirname(path), asText(doc['for_each'])), 'utf8')] };
}

function libraryOf(folder: string, test: YamlMap): YamlMap {
  let out: YamlMap = {};
  for (const name of asList(test['uses'])) {
    const path = join(folder, `${asText(name)}.yaml`);
    if (existsSync(path)) out = asMap(overlay(out, readDocuments(readFileSync(path, 'utf8'))[0] ?? {}));
  }
  return Object.fromEntries(['facts', 'states', 'credits', 'measures', 'tables', 'guardrails'].flatMap((s) => (isMap(out[s]) ? [[s, out[s]]] : [])));
}

/** `removed` takes a thing of the library away, too. */
function removedFrom(library: YamlMap, set: YamlMap): YamlMap {
  return Object.fromEntries(Object.entries(library).map(([section, map]) => [section, Object.fromEntries(Object.entries(asMap(map)).filter(([name]) => asMap(set[section])[name] !== 'removed'))]));
}
/** Guardrails of kinds that have no rows stop nothing: their kinds and fields are not declared. */
function withoutIdle(library: YamlMap, plans: readonly YamlMap[], test: YamlMap): YamlMap {
  const filled = new Set([...Object.keys(asMap(test['facts'])), ...Object.keys(madeOf(declaredFacts(plans, library)))]);
  const guardrails = Object.fromEntries(Object.entries(asMap(library['guardrails'])).flatMap(([name, g]) => {
    const from = asList(asMap(g)['from']).filter((kind) => filled.has(asText(kind)));
    return from.length === 0 ? [] : [[name, { ...asMap(g), from }]];
  }));
  return Object.keys(guardrails).length === 0 ? library : { ...library, guardrails };
}
function withActive(plan: YamlMap, library: YamlMap): YamlMap {
  const guardrails = plan['guardrails'];
  return guardrails !== undefined && typeof guardrails !== 'string' && !isMap(guardrails) ? { ...plan, guardrails: guardrails.filter((g) => asText(g) in asMap(library['guardrails'])) } : plan;
}
function measuresAsked(test: YamlMap): string[] {
  return asList(test['expect']).flatMap((row) => { const [what, name] = asText(asList(row)[2]).split('.'); return what === 'measure' && name !== undefined ? [name] : []; });
}
/** Of a library only what the plans and the figures name, and what that names in turn. */
function neededOf(library: YamlMap, plans: readonly YamlMap[], asked: readonly string[]): YamlMap {
  const words = new Set([...wordsOf(plans), ...asked]);
  let out: YamlMap = {};
  for (let before = -1; before !== words.size;) {
    before = words.size;
    out = Object.fromEntries(Object.entries(library).flatMap(([section, map]) => {
      const kept = Object.entries(asMap(map)).filter(([name]) => words.has(name));
      for (const [, value] of kept) wordsOf(value, words);
      return kept.length === 0 ? [] : [[section, Object.fromEntries(kept)]];
    }));
  }
  return out;
}

function withoutLooks(plan: YamlMap): YamlMap {
  return Object.fromEntries(Object.entries(plan).filter(([k]) => !LOOKS.includes(k)));
}

/** What keys say that this version does not calculate, by the closed table of keys. */
function notBuilt(value: Yaml | undefined, place: keyof typeof KEYS): string[] {
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, inner]): string[] => {
    const known = KEYS[place][key];
    if (known === undefined) return [];
    const { shape } = known;
    if (typeof shape === 'string') {
      const within = shape === 'number' || shape === 'numbers' ? 'table' : shape === 'measure' || shape === 'measures' ? 'measure' : undefined;
      return within === undefined ? [] : asList(inner).flatMap((i) => notBuilt(i, within));
    }
    if ('place' in shape) return notBuilt(inner, shape.place);
    if (!('map' in shape)) return [];
    const { map } = shape, below = map === 'number' ? 'table' : map;
    return below === 'text' || below === 'texts' ? [] : Object.values(asMap(inner)).flatMap((i) => notBuilt(i, below));
  });
}

// ---- rows ----

function withoutBlanks(test: YamlMap): YamlMap {
  const clean = (v: Yaml): Yaml => (isMap(v) ? Object.fromEntries(Object.entries(v).filter(([, x]) => x !== '').map(([k, x]) => [k === RENAMED ? `product_${k}` : k, clean(x)])) : v);
  const facts = Object.fromEntries(Object.entries(asMap(test['facts'])).map(([kind, rows]) => [kind, asList(rows).map(clean)]));
  return { ...test, facts };
}

interface Found { readonly kind: string; readonly field: string; readonly value: Yaml }
/** Every value of facts, by kind and field. */
function valuesOf(test: YamlMap): Found[] {
  return Object.entries(asMap(test['facts'])).flatMap(([kind, rows]) => asList(rows).flatMap((row) =>
    Object.entries(asMap(row)).filter(([f]) => !['id', 'date', 'copies'].includes(f)).map(([field, value]) => ({ kind, field, value }))));
}

type FieldKinds = Map<string, Map<string, string>>;
const OPEN = 'money or number';

function typed(plans: readonly YamlMap[], library: YamlMap, test: YamlMap): Prepared {
  const kinds = fieldsOf(plans, library, test);
  const open = [...kinds].flatMap(([kind, fields]) => [...fields].filter(([, t]) => t === OPEN).map(([field]) => ({ kind, field })));
  let wrong: readonly Diagnostic[] = [];
  for (let choice = 0; choice < 2 ** Math.min(open.length, 7); choice++) {
    open.forEach(({ kind, field }, i) => kinds.get(kind)?.set(field, (choice >> i) % 2 === 0 ? 'money' : 'number'));
    const { value, diagnostics } = readWorkspace('reference', readerOf(workspaceFiles(plans, library, kinds, test)));
    if (value !== undefined && !hasErrors(diagnostics)) {
      return { runnable: { workspace: value, text: written(testOf(test, plans, kinds)), diagnostics, types: open.map(({ kind, field }) => `${kind}.${field}: ${kinds.get(kind)?.get(field)}`).join(', ') } };
    }
    const errors = diagnostics.filter((d) => d.severity === 'error');
    if (wrong.length === 0 || errors.length < wrong.length) wrong = errors;
  }
  // the ledger holds whole minor units
  if (wrong.some((d) => d.code === 'plan.round' && d.message.includes('finer than the smallest amount'))) return { skip: 'rounds finer than the smallest amount of its currency' };
  const later = wrong.find((d) => d.code === 'plan.not_built_yet');
  if (later !== undefined) return { skip: `not built: ${later.message}` };
  if (wrong.some((d) => d.message.startsWith('There is no function and no table'))) return { skip: 'a table that is called' };
  return { wrong };
}

function fieldsOf(plans: readonly YamlMap[], library: YamlMap, test: YamlMap): FieldKinds {
  const kinds: FieldKinds = new Map();
  const fields = (kind: string): Map<string, string> => kinds.get(kind) ?? kinds.set(kind, new Map()).get(kind) ?? new Map<string, string>();
  const declared = declaredFacts(plans, library), made = rowless(plans, library);
  for (const [kind, body] of Object.entries(declared)) if (!made.has(kind)) for (const [f, t] of Object.entries(asMap(asMap(body)['fields']))) fields(kind).set(f, asText(t));
  const entities = asMap(test['entities']);
  const terms = new Set(plans.flatMap((p) => Object.keys(asMap(p['terms']))));
  const sample = (kind: string, field: string, value: Yaml): void => {
    const now = fields(kind).get(field), guess = field === 'reverses' ? kind : guessed(value, field, entities, kinds);
    if (now === undefined || (now === 'money' && guess === 'percent')) fields(kind).set(field, guess);
    else if (now === 'date' && guess === 'yes/no') fields(kind).set(field, guess);
    else if (now !== guess && !(kind in declared) && [OPEN, 'percent', 'date', 'yes/no'].includes(now)) fields(kind).set(field, [OPEN, 'percent'].includes(now) && [OPEN, 'percent'].includes(guess) ? now : 'text');
  };
  for (const kind of Object.keys(asMap(test['facts']))) if (!made.has(kind)) fields(kind);
  for (const v of valuesOf(test)) if (!made.has(v.kind)) sample(v.kind, v.field, v.value);
  for (const [kind, rows] of Object.entries(entities)) { fields(kind); for (const row of Object.values(asMap(rows))) for (const [f, v] of Object.entries(asMap(row))) for (const one of dated(v)) sample(kind, f, one); }
  for (const row of Object.values(asMap(test['people']))) for (const [f, v] of Object.entries(asMap(row))) if (!terms.has(f) && !['role', 'hired', 'left', 'manager', 'currency'].includes(f)) for (const one of dated(v)) sample('person', f, one);
  for (const row of Object.values(asMap(test['roles']))) for (const f of Object.keys(asMap(row))) fields('role').set(f, termType(f, plans));
  // what a field or a measure refers to is a kind, also where no row of it is given
  for (const name of [...declaredTypes(declared), ...subjectsOf([library, ...plans]), ...eventsOf(plans).filter((k) => !made.has(k))]) fields(name);
  for (const [kind, own] of kinds) for (const [field, type] of own) if (type === 'text' && kinds.has(field) && field !== 'person' && kind !== field) own.set(field, field);
  payeeFields(plans, library, kinds, fields);
  blankFields(plans, library, fields);
  return kinds;
}

const PLAIN = ['money', 'number', 'percent', 'date', 'text', 'yes/no', 'payee', 'payees', 'splits', 'person'];
function declaredTypes(declared: YamlMap): string[] {
  return Object.values(declared).flatMap((body) => Object.values(asMap(asMap(body)['fields'])).map(asText)).filter((type) => !PLAIN.includes(type));
}
/** The events that releases and take-backs wait for. */
function eventsOf(plans: readonly YamlMap[]): string[] {
  const from = (v: Yaml | undefined): string[] => Object.values(asMap(v)).map((part) => asText(asMap(part)['from'])).filter((kind) => kind !== '');
  return [...plans, ...plans.flatMap((p) => Object.values(asMap(p['components'])).map(asMap))].flatMap((p) => [...from(p['release']), ...from(p['take_back'])]);
}
/** What measures are `for`, beside payees and the company. */
function subjectsOf(value: Yaml): string[] {
  if (typeof value === 'string') return [];
  if (!isMap(value)) return value.flatMap(subjectsOf);
  const own = asText(value['for']);
  return [...(own === '' || own === 'payee' || own === 'company' ? [] : [own]), ...Object.values(value).flatMap(subjectsOf)];
}

/** Names of formulas that no row fills are blank in every row. */
function blankFields(plans: readonly YamlMap[], library: YamlMap, fields: (kind: string) => Map<string, string>): void {
  const made = rowless(plans, library), declared = declaredFacts(plans, library);
  const isDerived = (kind: string, name: string): boolean => name in asMap(asMap(declared[kind])['derived']);
  const other = new Set([library, ...plans].flatMap((p) => ['terms', 'tables', 'measures'].flatMap((s) => Object.keys(asMap(p[s])))));
  const walk = (v: Yaml): void => {
    if (typeof v === 'string') return;
    if (!isMap(v)) { v.forEach(walk); return; }
    for (const kind of [...asList(v['from']), ...asList(v['count'])].map(asText).filter((k) => /^\w+$/.test(k))) {
      const add = (name: string, type: string): void => { if (!made.has(kind) && !other.has(name) && !isDerived(kind, name) && !fields(kind).has(name)) fields(kind).set(name, type); };
      for (const form of ['sum', 'average', 'min', 'max', 'first', 'last', 'distinct']) if (/^[a-z]\w*$/.test(asText(v[form]))) add(asText(v[form]), form === 'distinct' ? 'text' : OPEN);
      for (const [, name = ''] of asText(v['where']).matchAll(/(\w+) (?:=|<>|in) ?\(?"/g)) add(name, 'text');
    }
    Object.values(v).forEach(walk);
  };
  for (const p of [library, ...plans]) for (const section of ['measures', 'components', 'release', 'take_back']) walk(p[section] ?? '');
}

function dated(value: Yaml): Yaml[] {
  return isMap(value) || typeof value === 'string' ? [value] : value.map((v) => (isMap(v) ? v['value'] ?? '' : v));
}
/** `[ann, bob]` is a list of payees, `[[ann, 60%], …]` one with shares. */
function listType(value: Yaml): string | undefined {
  if (typeof value === 'string' || isMap(value)) return undefined;
  return value.some((v) => typeof v !== 'string') ? 'splits' : 'payees';
}
function guessed(value: Yaml, field: string, entities: YamlMap, kinds: FieldKinds): string {
  const list = listType(value);
  if (list !== undefined) return list;
  const text = asText(value);
  if (field in entities || (kinds.has(field) && field !== 'person' && entities[field] !== undefined)) return field;
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return 'date';
  if (text === 'yes' || text === 'no') return 'yes/no';
  if (/^-?[\d_.]+%$/.test(text)) return 'percent';
  if (/^-?[\d_]+(\.\d+)?[kM]?$/.test(text)) return OPEN;
  return 'text';
}
function termType(name: string, plans: readonly YamlMap[]): string {
  const text = plans.map((p) => asText(asMap(p['terms'])[name])).find((t) => t !== '') ?? 'text';
  const type = text.split(/[ =]/)[0] ?? 'text';
  return type === 'factor' ? 'number' : type;
}

/** Who is credited is a payee. */
function payeeFields(plans: readonly YamlMap[], library: YamlMap, kinds: FieldKinds, fields: (kind: string) => Map<string, string>): void {
  const mark = (kind: string, path: string): void => {
    const [first = '', second] = path.split('.');
    const known = kinds.get(kind)?.get(first);
    const listed = ['payees', 'splits'].includes(known ?? '');
    if (second === undefined) { if (!listed) fields(kind).set(first, 'payee'); }
    else if (known !== undefined && kinds.has(known)) fields(known).set(second, 'payee');
  };
  const credited = new Set<string>();
  for (const source of [library, ...plans]) for (const rule of Object.values(asMap(source['credits']))) {
    const r = asMap(rule);
    for (const kind of asList(r['from']).map(asText)) {
      credited.add(kind);
      if (kind === 'earning') continue;
      if (r['through'] !== undefined) { mark(asText(r['through']), asText(r['to']).split('.').at(-1) ?? ''); continue; }
      const split = asList(r['split']).flatMap((step) => Object.keys(asMap(step)));
      for (const path of split.length > 0 ? split : r['to'] === undefined ? ['owner'] : asList(r['to']).map(asText)) mark(kind, path);
      if (r['up'] !== undefined) mark('person', asText(r['up']));
    }
  }
  const made = rowless(plans, library);
  for (const kind of measuredKinds(plans, library)) if (!credited.has(kind) && !made.has(kind)) mark(kind, 'owner');
}
function measuredKinds(plans: readonly YamlMap[], library: YamlMap): Set<string> {
  const out = new Set<string>();
  const walk = (v: Yaml): void => {
    if (typeof v === 'string') return;
    if (!isMap(v)) { v.forEach(walk); return; }
    for (const key of ['from', 'count']) for (const k of asList(v[key]).map(asText)) if (/^\w+$/.test(k)) out.add(k);
    Object.values(v).forEach(walk);
  };
  for (const p of [library, ...plans]) { walk(p['measures'] ?? ''); walk(p['components'] ?? ''); }
  return out;
}

// ---- files ----

/** Kinds of fact that are made of others. */
function madeOf(facts: Yaml | undefined): YamlMap {
  return Object.fromEntries(Object.entries(asMap(facts)).filter(([, body]) => asMap(body)['from'] !== undefined));
}
function declaredFacts(plans: readonly YamlMap[], library: YamlMap): YamlMap {
  return asMap([library, ...plans].reduce<Yaml>((a, p) => overlay(a, asMap(p['facts'])), {}));
}
/** Names whose rows no file holds: derived kinds, entries of states, earnings. */
function rowless(plans: readonly YamlMap[], library: YamlMap): Set<string> {
  return new Set(['earning', ...[library, ...plans].flatMap((p) => [...Object.keys(asMap(p['states'])), ...Object.keys(madeOf(p['facts']))])]);
}

function workspaceFiles(plans: readonly YamlMap[], library: YamlMap, kinds: FieldKinds, test: YamlMap): Map<string, string> {
  const entities = asMap(test['entities']);
  const referred = new Set([...declaredTypes(declaredFacts(plans, library)), ...subjectsOf([library, ...plans])]);
  const undated = (kind: string): boolean => kind in entities || kind === 'role' || (referred.has(kind) && asList(asMap(test['facts'])[kind]).length === 0 && ['pod', 'shop', 'account', 'contact'].includes(kind));
  const declared = declaredFacts(plans, library);
  const facts = { ...Object.fromEntries([...kinds].filter(([k]) => k !== '').map(([kind, fields]) => [kind, { ...asMap(declared[kind]), fields: Object.fromEntries(fields) }])), ...madeOf(library['facts']) };
  const sources = Object.fromEntries([...kinds].filter(([k]) => undated(k)).map(([kind, fields]) => [kind, { file: `${kind}.csv`, into: kind, id: 'id', fields: Object.fromEntries([...fields.keys()].map((f) => [f, f])) }]));
  const { facts: _, ...rest } = library;
  return new Map([
    ['trueup.yaml', written({ company: 'Acme', currency: 'USD', calendar: 'months', defaults: { period: 'quarter', prorate: 'days', round: { end: '0.01' } } })],
    ['facts/kinds.yaml', written({ facts })], ['sources/entities.yaml', written(Object.keys(sources).length === 0 ? {} : { sources })],
    ['measures/library.yaml', written(rest)],
    ...plans.flatMap((p, i): [string, string][] => {
      const { facts: declaredHere, for_each: rows, ...own } = p, made = madeOf(declaredHere);
      const [file, csv] = asList(rows).map(asText);
      return [[`plans/${i}.yaml`, written({ ...own, ...(Object.keys(made).length > 0 && { facts: made }), ...(file !== undefined && { for_each: file }) })], ...(file !== undefined && csv !== undefined ? [[`plans/${file}`, csv] as [string, string]] : [])];
    }),
  ]);
}
export function readerOf(files: ReadonlyMap<string, string>): { list(folder: string): string[]; text(path: string): string | undefined } {
  return { list: (folder) => [...files.keys()].filter((f) => f.startsWith(`${folder}/`)), text: (path) => files.get(path) };
}

/** The document in our format: everybody who is credited is a person, every fact has a date, roles are rows. */
function testOf(test: YamlMap, plans: readonly YamlMap[], kinds: FieldKinds): YamlMap {
  const start = (asText(plans[0]?.['effective']).split(' / ')[0] ?? '').trim();
  const facts = Object.fromEntries(Object.entries(asMap(test['facts'])).map(([kind, rows]) => [kind, asList(rows).map((row) => ({ date: start, ...asMap(row) }))]));
  const people: Record<string, Yaml> = { ...asMap(test['people']) };
  const named = (value: Yaml): string[] => (typeof value === 'string' ? [value] : isMap(value) ? [] : value.flatMap((v) => (typeof v === 'string' ? [v] : isMap(v) ? [] : [asText(v[0])])));
  const add = (kind: string, field: string, value: Yaml): void => { if (['payee', 'payees', 'splits'].includes(kinds.get(kind)?.get(field) ?? '')) for (const id of named(value)) if (!(id in people)) people[id] = {}; };
  for (const v of valuesOf(test)) add(v.kind, v.field, v.value);
  for (const [kind, rows] of Object.entries(asMap(test['entities']))) for (const row of Object.values(asMap(rows))) for (const [f, v] of Object.entries(asMap(row))) for (const one of dated(v)) add(kind, f, one);
  for (const row of Object.values(people)) for (const one of dated(asMap(row)['manager'] ?? '')) if (one !== '' && !(asText(one) in people)) people[asText(one)] = {};
  const roles = asMap(test['roles']);
  return { plan: plans.map((p) => asText(p['plan'])), ...(test['known'] !== undefined && { known: test['known'] }), people, entities: { ...asMap(test['entities']), ...(Object.keys(roles).length === 0 ? {} : { role: roles }) }, facts, expect: test['expect'] ?? [] };
}
