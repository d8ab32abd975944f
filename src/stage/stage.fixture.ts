/** For tests of stages: plans from text, people from short rows, and runs of both over a few facts, on a real engine. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculate, type Calculation } from '../app/calculate.ts';
import { type Row, rowsOf } from '../app/cells.ts';
import { table } from '../app/run-relations.ts';
import { fillStore, type SmallEntity, type SmallRow } from '../app/small-store.ts';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine, ProgramRunner } from '../engine/engine.ts';
import type { Value } from '../plan/evaluate.ts';
import { readLiteral } from '../plan/literal.ts';
import type { FieldType, Kind, Plan, Workspace } from '../plan/plan.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { assert, type Diagnostic, hasErrors } from '../value/diagnostic.ts';
import { type Day, parseDay } from '../value/period.ts';
import { parseRatio, type Ratio } from '../value/rate.ts';
import type { DatedRow, People, Person } from './people.ts';
import { IMPORTED, tablesOf, WORD } from './store.ts';

export const day = (text: string): Day => { const d = parseDay(text); assert(d !== undefined, `${text} is a day`); return d; };
/** `1/3` or `0.25` */
export const exact = (text: string): Ratio => {
  const [n, d] = text.split('/').map((part) => parseRatio(part));
  assert(n !== undefined && (d === undefined || d.d === 1n), `${text} is a number`);
  return d === undefined ? n : { n: n.n, d: d.n };
};

export const KINDS = `facts:
  account: { fields: { tier: text, lead: payee } }
  deal: { fields: { owner: payee, second: payee, third: payee, account: account, stage: text, amount: money, cost: money, qty: number, part: percent, closed: date, renewal: yes/no } }
  call: { fields: { owner: payee, minutes: number } }
`;
const SOURCES = 'sources: { accounts: { file: accounts.csv, into: account, id: id, fields: { tier: tier, lead: lead } } }\n';

/** A workspace in memory. Throws where a plan has an error. */
export function workspaceOf(plans: readonly string[], kinds: string = KINDS): Workspace {
  const files = new Map([['trueup.yaml', 'company: Acme\ncurrency: USD\n'], ['facts/kinds.yaml', kinds], ...(kinds === KINDS ? [['sources/accounts.yaml', SOURCES] as const] : []), ...plans.map((text, i) => [`plans/${i}.yaml`, text] as const)]);
  const { value, diagnostics } = readWorkspace('test', { list: (folder) => [...files.keys()].filter((f) => f.startsWith(`${folder}/`)), text: (path) => files.get(path) });
  assert(value !== undefined && !hasErrors(diagnostics), diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.file}:${d.line} ${d.path}: ${d.message}`).join('\n'));
  return value;
}
export function planOf(text: string): Plan {
  const plan = workspaceOf([text]).plans[0];
  assert(plan !== undefined, 'there is a plan');
  return plan;
}

/** `{ ann: { quota: 5, role: 'AE' } }`; several rows with `from` are dated. `hired` and `left` are days. */
export type PersonRow = Readonly<Record<string, string>>;
export function peopleOf(spec: Readonly<Record<string, PersonRow | readonly PersonRow[]>>, roles: Readonly<Record<string, PersonRow>> = {}): People {
  const persons = Object.entries(spec).map(([id, rows], i): Person => {
    const list = Array.isArray(rows) ? (rows as readonly PersonRow[]) : [rows as PersonRow];
    const find = (field: string): Day | null => { const text = list.find((r) => r[field] !== undefined)?.[field]; return text === undefined ? null : day(text); };
    return { payee: i + 1, id, rows: list.map(datedRow), hired: find('hired'), left: find('left') };
  });
  return { persons, byId: new Map(persons.map((p) => [p.id, p])), roles: new Map(Object.entries(roles).map(([role, row]) => [role, [datedRow(row)]])), groups: new Map(), code: () => undefined };
}
function datedRow(row: PersonRow): DatedRow {
  const from = row['from'];
  return { from: from === undefined ? null : day(from), values: new Map(Object.entries(row).filter(([k]) => k !== 'from').map(([k, v]) => [k, valueOf(v)])) };
}
function valueOf(text: string): Value {
  const literal = readLiteral(text);
  if (literal?.kind === 'number') return literal.value;
  return literal?.kind === 'date' ? { day: literal.day } : text;
}

// ---- runs ----

export interface FactRow { readonly kind?: string; readonly id?: string; readonly date: string; readonly currency?: string; readonly [field: string]: string | undefined }
export interface Company {
  readonly plans: readonly string[];
  readonly people: Readonly<Record<string, PersonRow | readonly PersonRow[]>>;
  readonly facts: readonly FactRow[];
  readonly accounts?: Readonly<Record<string, PersonRow | readonly PersonRow[]>>;
  readonly pods?: Readonly<Record<string, PersonRow | readonly PersonRow[]>>;
  readonly kinds?: string;
  /** the last day that the run knows of */
  readonly asOf?: string;
  /** what is paid for each fact, of every component */
  readonly everyLine?: boolean;
}
export interface Run { readonly workspace: Workspace; readonly calculation: Calculation; rows(name: string): Promise<Row[]>; earned(): Promise<Record<string, bigint>> }

export function openEngine(name: string, threads = 2): Promise<Engine> {
  return openDuckdb({ path: ':memory:', folders: [], memoryMb: 1000, threads, tempDir: join(tmpdir(), `trueup-${name}`) });
}

/** Fills the store anew and runs all plans. Throws where something is wrong. */
export async function runCompany(engine: ProgramRunner, company: Company): Promise<Run> {
  const { run, diagnostics } = await tryCompany(engine, company);
  assert(run !== undefined, diagnostics.map((d) => d.message).join('\n'));
  return run;
}
export async function tryCompany(engine: ProgramRunner, company: Company): Promise<{ readonly run?: Run; readonly diagnostics: readonly Diagnostic[] }> {
  const workspace = workspaceOf(company.plans, company.kinds ?? KINDS);
  const kinds = workspace.kinds.map((k) => (k.name === 'person' ? withFields(k, company) : k));
  for (const name of [...kinds.flatMap(tablesOf).map((t) => t.table), WORD.table, IMPORTED.table]) await engine.drop(name);
  const given: readonly (readonly [string, SmallEntity[]])[] = [['person', entities(company.people)], ['account', entities(company.accounts ?? {})], ['pod', entities(company.pods ?? {})]];
  await fillStore(engine, { kinds, facts: factsOf(company, kinds), entities: new Map(given.filter(([name]) => kinds.some((k) => k.name === name))) });
  const { calculation, diagnostics } = await calculate(engine, workspace.plans, kinds, { ...(company.asOf !== undefined && { asOf: day(company.asOf) }), ...(company.everyLine === true && { everyLine: true }) });
  if (calculation === undefined) return { diagnostics };
  const rows = async (name: string): Promise<Row[]> => rowsOf(await table(engine, calculation, name));
  return { diagnostics, run: { workspace, calculation, rows, earned: async () => amounts(calculation, await rows('payouts')) } };
}

/** payee, plan, component, period → minor units */
function amounts({ catalogue }: Calculation, rows: readonly Row[]): Record<string, bigint> {
  const entries = rows.map((r): [string, bigint] => {
    const c = catalogue.components[r['component'] as number];
    return [[catalogue.personOf(r['payee'] as number)?.id, catalogue.plans[c?.plan ?? -1]?.spec.plan, c?.path.join('.'), catalogue.periodOf(r['period'] as number).label].join(' '), r['payout'] as bigint];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withFields(person: Kind, company: Company): Kind {
  const names = new Set(Object.values(company.people).flatMap((rows) => (Array.isArray(rows) ? rows : [rows]).flatMap((r) => Object.keys(r as PersonRow))));
  const more = [...names].filter((n) => n !== 'from' && !person.fields.some((f) => f.name === n));
  return { ...person, fields: [...person.fields, ...more.map((name) => ({ name, type: 'text' as const }))] };
}
function entities(spec: Company['people']): SmallEntity[] {
  return Object.entries(spec).flatMap(([id, rows]) => (Array.isArray(rows) ? (rows as readonly PersonRow[]) : [rows as PersonRow]).map((r) => ({ id, ...datedRow(r) })));
}
function factsOf(company: Company, kinds: readonly Kind[]): Map<string, SmallRow[]> {
  const out = new Map<string, SmallRow[]>();
  company.facts.forEach((f, i) => {
    const kind = kinds.find((k) => k.name === (f.kind ?? 'deal'));
    assert(kind !== undefined, 'the kind of a fact is there');
    const values = new Map(kind.fields.map(({ name, type }) => [name, cell(f[name], type)] as const));
    out.set(kind.name, [...(out.get(kind.name) ?? []), { id: f.id ?? `f${i}`, day: day(f.date), currency: f.currency ?? 'USD', values }]);
  });
  return out;
}
function cell(text: string | undefined, type: FieldType): Value {
  if (text === undefined) return null;
  if (type === 'yes_no') return text === 'yes';
  return type === 'money' || type === 'number' || type === 'percent' || type === 'date' ? valueOf(text) : text;
}
