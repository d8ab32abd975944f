/** Drawn companies through the oracle and through the route that pays people, and what differs. */
import { calculate, type Calculation } from '../src/app/calculate.ts';
import { type Row, rowsOf } from '../src/app/cells.ts';
import { table } from '../src/app/run-relations.ts';
import { fillStore } from '../src/app/small-store.ts';
import { EngineStop, type ProgramRunner } from '../src/engine/engine.ts';
import type { Kind, Plan } from '../src/plan/plan.ts';
import { readWorkspace } from '../src/plan/workspace.ts';
import { factTable } from '../src/stage/store.ts';
import { assert, type Diagnostic, must } from '../src/value/diagnostic.ts';
import { formatDay } from '../src/value/period.ts';
import { readerOf } from './language/reference.ts';
import { asMap, asText, type YamlMap } from './language/yaml.ts';
import { filesOf, storeOf } from './oracle-company.ts';
import { type Drawn, KINDS } from './oracle/draw.ts';
import { oracle } from './oracle/oracle.ts';

/** What a plan pays on one side. Keys: version, component, payee, period. */
export interface Paid {
  /** minor units */
  readonly payouts: ReadonlyMap<string, bigint>;
  /** keys whose pay is held for want of something */
  readonly held: ReadonlySet<string>;
  /** where pay is told apart: minor units of each fact by its id, or of each value of a field in order of size; what is 0 is left out */
  readonly lines: ReadonlyMap<string, Lines>;
}
export type Lines = { readonly by: 'fact'; readonly amounts: ReadonlyMap<string, bigint> } | { readonly by: 'field'; readonly amounts: readonly bigint[] };
/** `refused`: the words of a side that does not calculate the plan. `wrong`: what it threw. */
export type Outcome = Paid | { readonly refused: string } | { readonly wrong: string };
export interface Difference { readonly plan: string; readonly kind: 'figures' | 'refused' | 'wrong'; readonly rows: readonly string[] }
export interface Compared {
  readonly cases: number; readonly payouts: number; readonly lines: number;
  /** plans that one side does not calculate, by the reason's name */
  readonly excluded: Readonly<Record<string, number>>;
  readonly differences: readonly Difference[];
}

/** What the engine says that it does not calculate. Everything else that one side alone refuses is a difference. */
const REASONS: readonly (readonly [string, RegExp])[] = [
  ['more than 38 digits', /^plan\.too_many_digits/], ['limits on pay that is not told apart by facts', /has limits, but its pay cannot be told apart/],
  ['what single facts read changes within a period', /what was in force on the day of each fact/], ['pots that read what only a payee has', /The pot of|next pot of/],
  ['a rounded base rate of a carried target', /a target that a shortfall is added to/], ['outer keys of a table read of results', /whose outer keys are read of results|read by fields of facts and by results/],
];

/** Runs all plans of a company at once, twice. */
export async function compare(drawn: Drawn, open: () => Promise<ProgramRunner>): Promise<Compared> {
  const ours = await outcomesOf(drawn, open);
  const excluded: Record<string, number> = {}, differences: Difference[] = [];
  let cases = 0, payouts = 0, lines = 0;
  for (const plan of drawn.plans) {
    const name = asText(plan['plan']), mine = must(ours.get(name));
    if ('wrong' in mine) { differences.push({ plan: name, kind: 'wrong', rows: [mine.wrong] }); continue; }
    if ('refused' in mine) {
      const reason = REASONS.find(([, words]) => words.test(mine.refused))?.[0];
      if (reason === undefined) differences.push({ plan: name, kind: 'refused', rows: [`engine: ${mine.refused}`] });
      else excluded[reason] = (excluded[reason] ?? 0) + 1;
      continue;
    }
    const theirs = byOracle(drawn, plan);
    if (!('payouts' in theirs)) { differences.push({ plan: name, kind: 'refused', rows: [`oracle: ${'refused' in theirs ? theirs.refused : theirs.wrong}`] }); continue; }
    cases += 1;
    payouts += new Set([...theirs.payouts.keys(), ...mine.payouts.keys()]).size;
    for (const l of mine.lines.values()) lines += l.by === 'fact' ? l.amounts.size : l.amounts.length;
    const rows = different(theirs, mine);
    if (rows.length > 0) differences.push({ plan: name, kind: 'figures', rows });
  }
  return { cases, payouts, lines, excluded, differences };
}

function different(theirs: Paid, mine: Paid): string[] {
  const keys = [...new Set([...theirs.payouts.keys(), ...mine.payouts.keys()])].sort();
  // a payout of 0 and none are the same money
  const paid = keys.filter((k) => (theirs.payouts.get(k) ?? 0n) !== (mine.payouts.get(k) ?? 0n)).map((k) => `${k}: oracle ${theirs.payouts.get(k) ?? 'nothing'}, engine ${mine.payouts.get(k) ?? 'nothing'}`);
  const apart = [...mine.lines].flatMap(([k, l]) => {
    const other = theirs.lines.get(k), [a, b] = [other === undefined ? '' : shown(other), shown(l)];
    return a === b ? [] : [`${k}, lines: oracle ${a}, engine ${b}`];
  });
  return [...paid, ...apart];
}
function shown(lines: Lines): string {
  return lines.by === 'field' ? [...lines.amounts].sort((a, b) => (a < b ? -1 : 1)).join(' ') : [...lines.amounts].map(([id, x]) => `${id} ${x}`).sort().join(' ');
}

function byOracle(drawn: Drawn, plan: YamlMap): Outcome {
  try {
    const amendments = drawn.amendments.filter((a) => a['plan'] === plan['plan']);
    const found = oracle({ ...drawn, plans: [plan, ...amendments], library: { facts: KINDS } });
    const payouts = new Map<string, bigint>(), held = new Set<string>(), lines = new Map<string, Map<string, bigint>>();
    const keyOf = (p: { readonly from: string; readonly component: string; readonly payee: string; readonly period: string }): string => `${p.from} ${p.component} ${p.payee} ${p.period}`;
    for (const p of found.payouts()) {
      payouts.set(keyOf(p), must(p.minor));
      lines.set(keyOf(p), new Map());
      if (p.held !== null) held.add(keyOf(p));
    }
    for (const l of found.lines()) if (must(l.minor) !== 0n) lines.get(keyOf(l))?.set(l.line, must(l.minor));
    const byField = new Set(Object.entries(asMap(plan['components'])).flatMap(([name, part]) => { const c = asMap(part); return (c['per'] !== undefined && c['per'] !== 'deal' ? [name] : []); }));
    return { payouts, held, lines: new Map([...lines].map(([k, amounts]): [string, Lines] => [k, byField.has(k.split(' ')[1] ?? '') ? { by: 'field', amounts: [...amounts.values()] } : { by: 'fact', amounts }])) };
  } catch (error) {
    return { refused: error instanceof Error ? `${error.name} ${error.message}` : String(error) };
  }
}

// ---- the route that pays people ----

/** A run that stops is run again in halves, so that it is one plan that stops. */
async function outcomesOf(drawn: Drawn, open: () => Promise<ProgramRunner>): Promise<Map<string, Outcome>> {
  const { value: workspace, diagnostics } = readWorkspace('drawn', readerOf(filesOf(drawn)));
  assert(workspace !== undefined, 'the workspace can be read');
  const out = new Map<string, Outcome>();
  // a run whose numbers need more than 38 digits names every plan that may have done it: each of them is run alone
  const alone = new Set<string>();
  const kept = (plans: readonly Plan[], found: readonly Diagnostic[]): readonly Plan[] => {
    const names = new Set(plans.map((p) => p.plan)), wrong = new Map(found.filter((d) => d.severity === 'error').map((d) => [d.file.replace(/^plans\/|(-amended-\d+)?\.yaml$/g, ''), d]));
    for (const [plan, d] of wrong) {
      assert(drawn.plans.some((p) => p['plan'] === plan), `only plans are refused: ${d.message}`);
      if (d.code === 'plan.too_many_digits' && names.size > 1) alone.add(plan);
      else out.set(plan, { refused: `${d.code}: ${d.message} (${d.path})` });
    }
    return plans.filter((p) => !wrong.has(p.plan));
  };
  const run = async (plans: readonly Plan[]): Promise<void> => {
    if (plans.length === 0) return;
    const engine = await open();
    try {
      await paidBy(engine, drawn, workspace.kinds, plans, kept, out);
    } catch (error) {
      const names = [...new Set(plans.map((p) => p.plan))], half = names.slice(0, Math.ceil(names.length / 2)), [first] = names;
      // numbers beyond 38 digits are refused with a message of their own; everything else that is thrown is a fault
      if (names.length === 1) out.set(first ?? '', error instanceof EngineStop && error.diagnostic.code === 'engine.overflow' ? { refused: `plan.too_many_digits: ${error.diagnostic.message}` } : { wrong: error instanceof Error ? error.message : 'it stopped' });
      else for (const some of [plans.filter((p) => half.includes(p.plan)), plans.filter((p) => !half.includes(p.plan))]) await run(some);
    } finally { await engine.close(); }
  };
  await run(kept(workspace.plans, diagnostics));
  for (const name of alone) await run(workspace.plans.filter((p) => p.plan === name));
  return out;
}

type Kept = (plans: readonly Plan[], found: readonly Diagnostic[]) => readonly Plan[];
async function paidBy(engine: ProgramRunner, drawn: Drawn, kinds: readonly Kind[], all: readonly Plan[], kept: Kept, out: Map<string, Outcome>): Promise<void> {
  const store = storeOf(drawn, kinds, all);
  await fillStore(engine, store);
  for (let plans = all; plans.length > 0;) {
    const { calculation, diagnostics } = await calculate(engine, plans, store.kinds, { everyLine: true });
    if (calculation === undefined) {
      const left = kept(plans, diagnostics);
      assert(left.length < plans.length, 'what is refused is a plan');
      plans = left;
      continue;
    }
    for (const [plan, paid] of await paidIn(engine, calculation)) out.set(plan, paid);
    return;
  }
}

async function paidIn(engine: ProgramRunner, calculation: Calculation): Promise<Map<string, Paid>> {
  const { catalogue } = calculation, has = (name: string): boolean => calculation.compiled.program.statements.some((s) => s.name === name);
  const read = async (name: string): Promise<Row[]> => (has(name) ? rowsOf(await table(engine, calculation, name)) : []);
  const out = new Map(catalogue.plans.map((p) => [p.spec.plan, { payouts: new Map<string, bigint>(), held: new Set<string>(), lines: new Map<string, { by: 'fact'; amounts: Map<string, bigint> } | { by: 'field'; amounts: bigint[] }>() }]));
  const placed = (row: Row): { readonly key: string; readonly to: Of; readonly c: Calculation['catalogue']['components'][number] } => {
    const c = must(catalogue.components[row['component'] as number]), { spec } = must(catalogue.plans[c.plan]);
    return { c, to: must(out.get(spec.plan)), key: `${formatDay(spec.effective.from)} ${c.path.join('.')} ${catalogue.personOf(row['payee'] as number)?.id} ${catalogue.periodOf(row['period'] as number).label}` };
  };
  type Of = NonNullable<ReturnType<typeof out.get>>;
  for (const row of await read('payouts')) {
    const { key, to } = placed(row);
    to.payouts.set(key, row['payout'] as bigint);
    if (row['held'] !== 0) to.held.add(key);
  }
  const ids = await idsOf(engine, catalogue.kinds);
  for (const row of await read('attributed')) {
    const { key, to } = placed(row), found = to.lines.get(key) ?? { by: 'fact' as const, amounts: new Map<string, bigint>() };
    to.lines.set(key, found);
    if (row['amount'] !== 0n && found.by === 'fact') found.amounts.set(must(ids.get(String(row['fact']))), row['amount'] as bigint);
  }
  for (const row of await read('lines')) {
    const { key, to, c } = placed(row);
    if (c.parent !== null || c.spec.kind !== 'leaf' || c.spec.per?.kind !== 'field' || must(catalogue.plans[c.plan]).spec.cap !== undefined) continue;
    const found = to.lines.get(key) ?? { by: 'field' as const, amounts: [] };
    to.lines.set(key, found);
    if (row['so_far'] !== 0n && found.by === 'field') found.amounts.push(row['so_far'] as bigint);
  }
  return out;
}

/** Ids of facts by their rows. */
async function idsOf(engine: ProgramRunner, kinds: readonly Kind[]): Promise<Map<string, string>> {
  const out = new Map<string, string>();
  for (const kind of kinds) {
    if (!kind.dated || kind.derivation !== undefined || !(kind.name in KINDS)) continue;
    const { table: name, columns } = factTable(kind);
    for (const row of rowsOf(await engine.read({ kind: 'scan', table: name, columns }))) out.set(String(row['row']), String(row['id']));
  }
  return out;
}
