/**
 * Plans and facts → the relations of a run, in the engine. The one place where a program is compiled
 * and executed; preview, apply, explain, export and test all come through here.
 */
import { type Cell, type ProgramRunner, EngineStop, type Progress } from '../engine/engine.ts';
import { storedKinds } from '../plan/kinds.ts';
import type { Kind, Plan } from '../plan/plan.ts';
import { aggregate, call, cast, coalesce, col, eq, int, join, keep, max, named, project, scan, type Relation, sum, type TableSchema, union, wide } from '../relation/relation.ts';
import type { AskedMeasure } from '../stage/asked.ts';
import type { Catalogue } from '../stage/catalogue.ts';
import { compile, type Compiled } from '../stage/compile.ts';
import { digitProblems } from '../stage/digits.ts';
import { currentRows } from '../stage/kind-rows.ts';
import type { ReferenceRows } from '../stage/reference.ts';
import { COMPANY } from '../stage/gather.ts';
import { referencesOfDerived } from '../stage/derived-people.ts';
import { groupsRead } from '../stage/reads.ts';
import { earningWords } from '../stage/rounds.ts';
import { factTable, IMPORTED, WORD } from '../stage/store.ts';
import { MINOR_DIGITS } from '../value/currency.ts';
import type { Day } from '../value/period.ts';
import { type Diagnostic, hasErrors } from '../value/diagnostic.ts';
import { dividedByZero } from './divided-by-zero.ts';
import { overCreditedProblems } from './over-credited.ts';
import { loadCurrencies, loadPeople } from './people.ts';

export interface Calculation { readonly compiled: Compiled; readonly catalogue: Catalogue; readonly cut: number; readonly diagnostics: readonly Diagnostic[] }

export interface CalculateOptions { readonly onProgress?: (progress: Progress) => void; readonly cut?: number; /** the last day that the run knows of: holds that end later have not ended */ readonly asOf?: Day; /** what is paid for each fact, of every component */ readonly everyLine?: boolean; /** measures that are wanted beside what components look at */ readonly asked?: readonly AskedMeasure[] }

/** Runs all plans. `calculation` is absent where a diagnostic is an error; nothing was calculated then. */
export async function calculate(engine: ProgramRunner, plans: readonly Plan[], kinds: readonly Kind[], options: CalculateOptions = {}): Promise<{ readonly calculation?: Calculation; readonly diagnostics: readonly Diagnostic[] }> {
  const cut = options.cut ?? await lastImport(engine);
  const codes = await codesOf(engine, plans, kinds, (options.asked ?? []).map((a) => a.who));
  const groups = groupsRead(plans), people = await loadPeople(engine, kinds, cut, [...new Set([...groups, ...referencesOfDerived(kinds, groups)])]);
  const currencies = plans.some((p) => p.exchange !== undefined || p.convert !== undefined || p.components.some((c) => c.convert !== undefined)) ? await loadCurrencies(engine, kinds, cut) : undefined;
  const compiled = compile({ plans, kinds, people, cut, ...(currencies !== undefined && { currencies }), code: (word) => codes.get(word), ...(options.asOf !== undefined && { asOf: options.asOf }), ...(options.everyLine === true && { everyLine: true }), ...(options.asked !== undefined && { asked: options.asked }) });
  if (!('program' in compiled)) return { diagnostics: compiled.diagnostics };
  const { diagnostics } = compiled;
  if (hasErrors(diagnostics)) return { diagnostics };
  engine.setCodes(codes);
  await engine.fill(compiled.references.map(columnsOfRows));
  try {
    await runStatements(engine, compiled, options);
  } catch (error) {
    // what is proven beforehand would refuse plans whose real numbers are small; it says which plan it was
    const why = error instanceof EngineStop && error.diagnostic.code === 'engine.overflow' ? digitProblems(compiled, await largestTotal(engine, kinds, cut)) : [];
    if (why.length === 0) throw error;
    return { diagnostics: [...diagnostics, ...why] };
  }
  const over = await overCreditedProblems(engine, compiled, compiled.catalogue.kinds);
  if (over.length > 0) return { diagnostics: [...diagnostics, ...over] };
  const all = [...diagnostics, ...await dividedByZero(engine, compiled)];
  return { calculation: { compiled, catalogue: compiled.catalogue, cut, diagnostics: all }, diagnostics: all };
}

async function runStatements(engine: ProgramRunner, compiled: Compiled, options: CalculateOptions): Promise<void> {
  const { statements } = compiled.program;
  for (const [i, statement] of statements.entries()) {
    options.onProgress?.({ step: statement.name, done: i, of: statements.length });
    await engine.execute(statement);
  }
  options.onProgress?.({ step: 'done', done: statements.length, of: statements.length });
}

/** Rows as columns, for the engine. */
function columnsOfRows({ schema, rows }: ReferenceRows): { readonly schema: TableSchema; readonly data: readonly (readonly Cell[])[] } {
  return { schema, data: schema.columns.map((_, c) => rows.map((r) => r[c] ?? null)) };
}

/** The known-at sequence of the newest import; 0 where there is none. */
export async function lastImport(engine: ProgramRunner): Promise<number> {
  const { data } = await engine.read(aggregate(scan(IMPORTED), [], [named('seq', coalesce(max(col('seq')), cast(int(0), 'integer')))]));
  return Number(data[0]?.[0] ?? 0);
}

/** Dictionary codes of all words that the plans say, and what kinds are made of. */
async function codesOf(engine: ProgramRunner, plans: readonly Plan[], kinds: readonly Kind[], more: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const words = new Set<string>(more);
  gatherWords(kinds, words);
  for (const plan of plans) { words.add(plan.currency); gatherWords(plan, words); for (const state of plan.states) for (const level of state.change?.levels ?? []) words.add(level); }
  for (const value of plans.flatMap((p) => p.terms.flatMap((t) => [t.given, t.fallback]))) if (typeof value === 'string') words.add(value);
  // what reviewers write: the name of a guardrail, and what they decided
  for (const word of plans.flatMap((p) => (p.guardrails.length === 0 ? [] : [...p.guardrails.map((g) => g.name), 'pass', 'reject']))) words.add(word);
  // a currency that no row has needs no rate
  const currencies = plans.some((p) => p.exchange !== undefined) || kinds.some((k) => k.derivation !== undefined) ? MINOR_DIGITS.keys() : [];
  const wanted: Relation = { kind: 'values', columns: [{ name: 'word', type: 'text' }], rows: [...new Set([...words, ...currencies])].sort().map((w) => [w]) };
  const { data, count } = await engine.read(project(join(['v', wanted], ['inner', 'w', scan(WORD), eq(col('word', 'w'), col('word', 'v'))]), [...keep('w', 'code'), ...keep('v', 'word')]), ['code']);
  const found = new Map(Array.from({ length: count }, (_, r) => [String(data[1]?.[r]), Number(data[0]?.[r])]));
  // what no file says is told apart, too: components, and words that formulas make
  for (const word of earningWords(plans)) words.add(word);
  [...words].sort().filter((word) => !found.has(word)).forEach((word, i) => found.set(word, COMPANY - 1 - i));
  return found;
}

/** Words in quotes of formulas, and keys of look-ups. */
function gatherWords(node: unknown, words: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  if (Array.isArray(node)) { for (const part of node) gatherWords(part, words); return; }
  const part = node as Readonly<Record<string, unknown>>;
  if (part['kind'] === 'text' && typeof part['value'] === 'string') words.add(part['value']);
  if (typeof part['key'] === 'string') words.add(part['key']);
  for (const value of Object.values(part)) gatherWords(value, words);
}

/** The largest absolute sum of any amount of the store: no measure can pass it. */
async function largestTotal(engine: ProgramRunner, kinds: readonly Kind[], cut: number): Promise<bigint> {
  const stored = storedKinds(kinds).filter((k) => k.dated);
  const totals = stored.flatMap((k) => k.fields
    .filter((f) => f.type === 'money' || f.type === 'number' || f.type === 'percent')
    .map((f) => aggregate(currentRows(factTable(k), k, cut), [], [named('total', coalesce(sum(call('abs', col(f.name))), wide(0n)))])));
  const rows = stored.map((k) => aggregate(currentRows(factTable(k), k, cut), [], [named('total', cast({ kind: 'aggregate', fn: 'count' }, 'wide'))]));
  const parts = [...totals, ...rows];
  if (parts.length === 0) return 0n;
  const { data } = await engine.read(aggregate(union(parts), [], [named('total', coalesce(max(col('total')), wide(0n)))]));
  const total = data[0]?.[0];
  return typeof total === 'bigint' ? total : 0n;
}
