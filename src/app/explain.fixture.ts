/** A small workspace from text, with people and facts, calculated: for tests that explain it. */
import type { ProgramRunner } from '../engine/engine.ts';
import type { Value } from '../plan/evaluate.ts';
import type { FieldType, Kind, Workspace } from '../plan/plan.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { tablesOf } from '../stage/store.ts';
import { parseDay } from '../value/period.ts';
import { parseRatio } from '../value/rate.ts';
import { calculate, type Calculation } from './calculate.ts';
import { fillStore, type Lists, type SmallEntity, type SmallRow } from './small-store.ts';

/** One row: `id`, `date` (facts) or `from` (people), and fields. */
export type Cells = Readonly<Record<string, string>>;
export interface Given {
  /** plan files by name, without `plans/` */
  readonly plans: Readonly<Record<string, string>>;
  readonly facts: string;
  readonly rows: Readonly<Record<string, readonly Cells[]>>;
  readonly entities: Readonly<Record<string, readonly Cells[]>>;
  /** an engine in memory; what an earlier call put there is removed */
  readonly engine: ProgramRunner;
}
export interface Calculated { readonly engine: ProgramRunner; readonly calculation: Calculation; readonly workspace: Workspace }

export async function calculated(given: Given): Promise<Calculated> {
  const files = new Map([['trueup.yaml', 'company: Test\ncurrency: USD\n'], ['facts/facts.yaml', given.facts], ...Object.entries(given.plans).map(([name, text]) => [`plans/${name}`, text] as const)]);
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => [...files.keys()].filter((f) => f.startsWith(`${folder}/`)), text: (path) => files.get(path) });
  const wrong = diagnostics.filter((d) => d.severity === 'error');
  if (value === undefined || wrong.length > 0) throw new Error(wrong.map((d) => `${d.file}:${d.line} ${d.message}`).join('\n'));
  const { kinds } = value, { engine } = given;
  const kindOf = (name: string): Kind => { const kind = kinds.find((k) => k.name === name); if (kind === undefined) throw new Error(`no kind ${name}`); return kind; };
  for (const table of ['word', 'imported', ...kinds.flatMap(tablesOf).map((t) => t.table)]) await engine.drop(table);
  await fillStore(engine, {
    kinds,
    facts: new Map(Object.entries(given.rows).map(([kind, rows]) => [kind, rows.map((r): SmallRow => ({ id: r['id'] ?? '', day: parseDay(r['date'] ?? '') ?? 0, currency: r['currency'] ?? 'USD', values: valuesOf(r, kindOf(kind)), lists: listsOf(r, kindOf(kind)) }))])),
    entities: new Map(Object.entries(given.entities).map(([kind, rows]) => [kind, rows.map((r): SmallEntity => ({ id: r['id'] ?? '', from: parseDay(r['from'] ?? '') ?? null, values: valuesOf(r, kindOf(kind)), lists: listsOf(r, kindOf(kind)) }))])),
  });
  const { calculation, diagnostics: found } = await calculate(engine, value.plans, kinds);
  if (calculation === undefined) throw new Error(found.map((d) => d.message).join('\n'));
  return { engine, calculation, workspace: value };
}

/** "ann; bob" in a field that holds payees. */
function listsOf(row: Cells, kind: Kind): Lists {
  return new Map(kind.fields.filter((f) => f.type === 'payees' && (row[f.name] ?? '') !== '').map((f) => [f.name, (row[f.name] ?? '').split('; ').map((payee) => ({ payee, share: null }))]));
}
function valuesOf(row: Cells, kind: Kind): ReadonlyMap<string, Value> {
  return new Map(kind.fields.map((f) => [f.name, valueOf(row[f.name], f.type)]));
}
function valueOf(text: string | undefined, type: FieldType): Value {
  if (text === undefined || text === '') return null;
  if (type === 'yes_no') return text === 'yes';
  if (type === 'date') { const day = parseDay(text); return day === undefined ? null : { day }; }
  return type === 'money' || type === 'number' || type === 'percent' ? parseRatio(text) ?? null : text;
}
