/** Drawn companies through the oracle and through the route that pays people; what differs; and the smallest company that still differs. */
import { EngineStop, type ProgramRunner } from '../src/engine/engine.ts';
import { calculate } from '../src/app/calculate.ts';
import { rowsOf } from '../src/app/cells.ts';
import { table } from '../src/app/run-relations.ts';
import { partiesOf } from '../src/app/party-lists.ts';
import { fillStore, type Lists, type SmallEntity, type SmallRow } from '../src/app/small-store.ts';
import type { Value } from '../src/plan/evaluate.ts';
import { isList } from '../src/plan/kinds.ts';
import { readLiteral } from '../src/plan/literal.ts';
import type { FieldType, Kind, Plan } from '../src/plan/plan.ts';
import { readWorkspace } from '../src/plan/workspace.ts';
import { assert, type Diagnostic } from '../src/value/diagnostic.ts';
import { parseDay } from '../src/value/period.ts';
import { readerOf } from './language/reference.ts';
import { asList, asMap, asText, isMap, written, type Yaml, type YamlMap } from './language/yaml.ts';
import { type Drawn, KINDS } from './oracle/draw.ts';
import { oracle } from './oracle/oracle.ts';

/** plan, component, payee, period → minor units */
export type Payouts = ReadonlyMap<string, bigint>;
/** What a plan comes to on one side: payouts, or the words of its refusal. */
export type Outcome = Payouts | string;
export interface Difference { readonly plan: string; readonly rows: readonly string[] }
export interface Compared { readonly cases: number; readonly payouts: number; readonly refused: readonly string[]; readonly differences: readonly Difference[] }

/** Runs all plans of a company at once, twice. */
export async function compare(drawn: Drawn, open: () => Promise<ProgramRunner>): Promise<Compared> {
  const ours = await outcomesOf(drawn, open);
  const refused: string[] = [], differences: Difference[] = [];
  let cases = 0, payouts = 0;
  for (const plan of drawn.plans) {
    const name = asText(plan['plan']), mine = ours.get(name) ?? new Map<string, bigint>();
    if (typeof mine === 'string') {
      if (mine.startsWith(WRONG)) differences.push({ plan: name, rows: [mine] });
      else refused.push(mine);
      continue;
    }
    const theirs = oracleOutcome(drawn, plan);
    if (typeof theirs === 'string') { refused.push(`oracle: ${theirs}`); continue; }
    cases += 1;
    const keys = [...new Set([...theirs.keys(), ...mine.keys()])].sort();
    payouts += keys.length;
    // a payout of 0 and none are the same money
    const rows = keys.filter((k) => (theirs.get(k) ?? 0n) !== (mine.get(k) ?? 0n)).map((k) => `${k}: oracle ${theirs.get(k) ?? 'nothing'}, engine ${mine.get(k) ?? 'nothing'}`);
    if (rows.length > 0) differences.push({ plan: name, rows });
  }
  return { cases, payouts, refused, differences };
}

function oracleOutcome(drawn: Drawn, plan: YamlMap): Outcome {
  try {
    const rows = oracle({ ...drawn, plans: [plan], library: { facts: KINDS } }).payouts();
    return new Map(rows.map((p) => { assert(p.minor !== undefined, 'pay is whole minor units'); return [`${p.plan} ${p.component} ${p.payee} ${p.period}`, p.minor]; }));
  } catch (error) {
    return error instanceof Error ? `${error.name} ${error.message}` : String(error);
  }
}

// ---- the route that pays people ----

const WRONG = 'wrong: ';
/** A run that stops is run again in halves, so that it is one plan that stops. */
async function outcomesOf(drawn: Drawn, open: () => Promise<ProgramRunner>): Promise<Map<string, Outcome>> {
  try {
    return await engineOutcomes(drawn, open);
  } catch (error) {
    const { plans } = drawn, half = Math.ceil(plans.length / 2);
    // numbers beyond 38 digits are refused with a message of their own; everything else that is thrown is a fault
    if (plans.length === 1) return new Map([[asText(plans[0]?.['plan']), error instanceof EngineStop ? error.diagnostic.message : `${WRONG}${error instanceof Error ? error.message : 'it stopped'}`]]);
    return new Map([...await outcomesOf({ ...drawn, plans: plans.slice(0, half) }, open), ...await outcomesOf({ ...drawn, plans: plans.slice(half) }, open)]);
  }
}

/** Plans that are refused are taken out, until the others run. */
async function engineOutcomes(drawn: Drawn, open: () => Promise<ProgramRunner>): Promise<Map<string, Outcome>> {
  const out = new Map<string, Outcome>();
  for (let plans = drawn.plans; plans.length > 0;) {
    const { value: workspace, diagnostics } = readWorkspace('drawn', readerOf(filesOf(plans)));
    const wrong = refusedOf(diagnostics);
    if (wrong.size > 0) { plans = without(plans, wrong, out); continue; }
    assert(workspace !== undefined, 'a workspace without errors is there');
    const kinds = workspace.kinds.map((k) => (k.name === 'person' ? withTerms(k, workspace.plans) : k));
    const engine = await open();
    try {
      await fillStore(engine, { kinds, facts: factsOf(drawn, kinds), entities: entitiesOf(drawn, kinds) });
      const { calculation, diagnostics: found } = await calculate(engine, workspace.plans, kinds);
      if (calculation === undefined) { plans = without(plans, refusedOf(found), out); continue; }
      const { catalogue } = calculation;
      for (const row of rowsOf(await table(engine, calculation, 'payouts'))) {
        const c = catalogue.components[row['component'] as number];
        if (c === undefined || c.path.length > 1) continue;
        const plan = catalogue.plans[c.plan]?.spec.plan ?? '', amount = row['payout'];
        assert(typeof amount === 'bigint', 'an amount is a bigint');
        const rows = (out.get(plan) ?? new Map<string, bigint>()) as Map<string, bigint>;
        rows.set(`${plan} ${c.path.join('.')} ${catalogue.personOf(row['payee'] as number)?.id} ${catalogue.periodOf(row['period'] as number).label}`, amount);
        out.set(plan, rows);
      }
      return out;
    } finally { await engine.close(); }
  }
  return out;
}
function refusedOf(diagnostics: readonly Diagnostic[]): Map<string, string> {
  return new Map(diagnostics.filter((d) => d.severity === 'error').map((d) => [d.file, `${d.code}: ${d.message} (${d.path})`]));
}
function without(plans: readonly YamlMap[], wrong: ReadonlyMap<string, string>, out: Map<string, Outcome>): YamlMap[] {
  const left = plans.filter((p) => { const why = wrong.get(fileOf(p)); if (why !== undefined) out.set(asText(p['plan']), why); return why === undefined; });
  assert(left.length < plans.length, `only plans are refused: ${[...wrong].join('; ')}`);
  return left;
}
const fileOf = (plan: YamlMap): string => `plans/${asText(plan['plan'])}.yaml`;

function filesOf(plans: readonly YamlMap[]): Map<string, string> {
  const sources = Object.fromEntries(['account', 'pod', 'role', 'currency'].map((kind) => [kind, { file: `${kind}.csv`, into: kind, id: 'id', fields: Object.fromEntries(Object.keys(asMap(asMap(KINDS[kind])['fields'])).map((f) => [f, f])) }]));
  return new Map([
    ['trueup.yaml', written({ company: 'Acme', currency: 'USD', calendar: 'months' })], ['facts/kinds.yaml', written({ facts: KINDS })], ['sources/entities.yaml', written({ sources })],
    ...plans.map((p): [string, string] => [fileOf(p), written(p)]),
  ]);
}

function withTerms(person: Kind, plans: readonly Plan[]): Kind {
  const fields = [...person.fields];
  for (const { name, type } of plans.flatMap((p) => p.terms)) if (!fields.some((f) => f.name === name)) fields.push({ name, type: type === 'factor' ? 'number' : type });
  return { ...person, fields };
}

// ---- rows ----

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

// ---- smaller ----

/** Takes away whatever the difference does not need: facts, people's fields, keys of the plan. */
export async function smallest(drawn: Drawn, plan: string, open: () => Promise<ProgramRunner>): Promise<Drawn> {
  let now: Drawn = { ...drawn, plans: drawn.plans.filter((p) => p['plan'] === plan) };
  // a figure that differs must stay one: a smaller company that stops altogether is another fault
  const found = async (d: Drawn): Promise<'same' | 'wrong' | 'figures'> => {
    try { const [first] = (await compare(d, open)).differences; return first === undefined ? 'same' : first.rows[0]?.startsWith(WRONG) === true ? 'wrong' : 'figures'; } catch { return 'same'; }
  };
  const first = await found(now), differs = async (d: Drawn): Promise<boolean> => await found(d) === first;
  if (first === 'same') return drawn;
  for (let changed = true; changed;) {
    changed = false;
    for (const smaller of smallerOf(now)) {
      if (!await differs(smaller)) continue;
      now = smaller;
      changed = true;
      break;
    }
  }
  return now;
}
function smallerOf(d: Drawn): Drawn[] {
  return [...cuts(d.facts).map((facts) => ({ ...d, facts })), ...cuts(d.plans[0] ?? {}).map((p) => ({ ...d, plans: [p] })), ...fieldCuts(d.people).map((people) => ({ ...d, people })), ...fieldCuts(d.entities).map((entities) => ({ ...d, entities })), ...cuts(d.roles).map((roles) => ({ ...d, roles }))];
}
/** Everybody stays, with less known of him: who is there is a question of its own. */
function fieldCuts(rows: YamlMap): YamlMap[] {
  return Object.entries(rows).flatMap(([id, row]) => cuts(row).map((smaller) => ({ ...rows, [id]: smaller })));
}
/** Every way to leave out one thing, the largest first. */
function cuts<T extends Yaml>(value: T): T[] {
  if (typeof value === 'string') return [];
  if (!isMap(value)) {
    const list = value as readonly Yaml[];
    const halves = list.length > 3 ? [list.slice(0, list.length / 2), list.slice(list.length / 2)] : [];
    return [...halves, ...list.map((_, i) => list.filter((__, j) => j !== i)), ...list.flatMap((v, i) => cuts(v).map((w) => list.map((x, j) => (j === i ? w : x))))] as unknown as T[];
  }
  const keys = Object.keys(value).filter((k) => k !== 'plan' && k !== 'effective' && k !== 'id' && k !== 'date');
  const map = value as YamlMap;
  return [...keys.map((k) => Object.fromEntries(Object.entries(map).filter(([n]) => n !== k))), ...keys.flatMap((k) => cuts(map[k] ?? '').map((v) => ({ ...map, [k]: v })))] as unknown as T[];
}
/** As text to read and to keep. */
export function shownCase(d: Drawn): string {
  return [...d.plans.map(written), written({ people: d.people, roles: d.roles, entities: d.entities, facts: d.facts })].join('---\n').replaceAll('"', '');
}
