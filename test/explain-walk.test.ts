/**
 * Every line of every workspace in `examples/`, and of the documents of the language's reference, worked
 * out again from its explanation alone: what the sentences say must come to the amount.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { calculate, type Calculation } from '../src/app/calculate.ts';
import { makeDemo } from '../src/app/demo.ts';
import { calculated } from '../src/app/explain.fixture.ts';
import { explain, type ExplainedComponent, type Explanation, type Step } from '../src/app/explain.ts';
import { importSources } from '../src/app/import.ts';
import { runTestFile } from '../src/app/plan-tests.ts';
import { openWorkspace } from '../src/app/workspace-files.ts';
import { openDuckdb } from '../src/engine/duckdb.ts';
import type { ProgramRunner } from '../src/engine/engine.ts';
import { openMemory } from '../src/engine/memory.ts';
import { storedKinds } from '../src/plan/kinds.ts';
import type { Kind, Workspace } from '../src/plan/plan.ts';
import { IMPORTED, tablesOf, WORD } from '../src/stage/store.ts';
import type { Day } from '../src/value/period.ts';
import { nothingWalked, walk, type Walked } from './explain/walk.ts';
import { prepare } from './language/reference.ts';
import { asText, readDocuments } from './language/yaml.ts';
import { copyTables } from './parity/paired.ts';

const ROOT = resolve(import.meta.dirname, '..');
const EXAMPLES = join(ROOT, 'examples'), LANGUAGE = join(ROOT, '../shared/language');
/** of a large company, so many payees are walked, every so-manyth */
const PAYEES = 12;
/** 2030-01-01: whatever can come has come */
const LATE: Day = 21_915;
const all = nothingWalked();
afterAll(() => { console.log(`${all.lines} lines worked out again:\n${[...all.steps].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, n]) => `  ${String(n).padStart(6)} × ${kind}`).join('\n')}`); });

/** Of each payee, all periods of each year that his plans cover. */
async function walkAll(engine: ProgramRunner, calculation: Calculation, kinds: readonly Kind[], where: string, walked: Walked, asOf: Day): Promise<void> {
  const { persons } = calculation.catalogue.people, every = Math.max(1, Math.floor(persons.length / PAYEES));
  const years = new Set(calculation.catalogue.components.flatMap((c) => c.window.steps.flatMap((s) => s.label.label.split('-', 1))));
  for (const person of persons.filter((_, i) => i % every === 0)) for (const period of years) {
    const { value } = await explain(engine, calculation, { payee: person.id, period, kinds, asOf });
    if (value !== undefined) walk(value, where, walked);
  }
}
function together(walked: Walked): void {
  all.lines += walked.lines;
  for (const [kind, n] of walked.steps) all.steps.set(kind, (all.steps.get(kind) ?? 0) + n);
}

describe('[C18] workspaces of examples/', () => {
  const names = readdirSync(EXAMPLES).filter((name) => name === 'demo' || existsSync(join(EXAMPLES, name, 'trueup.yaml')));
  test.for(names)('%s', { timeout: 60_000 }, async (name) => {
    const dir = mkdtempSync(join(tmpdir(), 'trueup-walk-')), made = join(dir, 'made');
    const store = await openDuckdb({ path: ':memory:', folders: [dir], memoryMb: 1000, threads: 2, tempDir: join(dir, 'temp') });
    try {
      if (name === 'demo') await makeDemo(made);
      const { workspace, diagnostics } = openWorkspace(name === 'demo' ? made : join(EXAMPLES, name));
      expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
      const { calculation, memory } = await inMemory(workspace as Workspace, store, dir);
      const walked = nothingWalked();
      await walkAll(memory, calculation, calculation.catalogue.kinds, name, walked, LATE);
      expect(walked.wrong.slice(0, 20)).toEqual([]);
      expect(walked.lines).toBeGreaterThan(0);
      together(walked);
    } finally {
      await store.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});

/** Imported by the engine of stores, and calculated in memory, where a reading costs no message to another process. */
async function inMemory(workspace: Workspace, store: Awaited<ReturnType<typeof openDuckdb>>, dir: string): Promise<{ readonly calculation: Calculation; readonly memory: ProgramRunner }> {
  await importSources({ ...workspace, dir, sources: workspace.sources.map((s) => ({ ...s, file: resolve(workspace.dir, s.file) })) }, store);
  const memory = openMemory();
  await copyTables(store, memory, [WORD, IMPORTED, ...storedKinds(workspace.kinds).flatMap(tablesOf)]);
  const { calculation, diagnostics } = await calculate(memory, workspace.plans, workspace.kinds);
  expect(calculation, JSON.stringify(diagnostics)).toBeDefined();
  return { calculation: calculation as Calculation, memory };
}

describe.skipIf(!existsSync(LANGUAGE))('documents of the reference of the language (skipped where ../shared/language is absent)', () => {
  test('all that are built', async () => {
    const walked = nothingWalked();
    for (const file of readdirSync(join(LANGUAGE, 'tests')).sort()) {
      for (const [i, document] of readDocuments(readFileSync(join(LANGUAGE, 'tests', file), 'utf8')).entries()) {
        const prepared = prepare(LANGUAGE, { ...document, expect: [] });
        if (!('runnable' in prepared) || asText(document['error'] ?? '') !== '') continue;
        const { workspace, text } = prepared.runnable;
        await runTestFile(workspace, file, text, () => Promise.resolve(openMemory()), ({ engine, calculation, kinds, asOf }) => walkAll(engine, calculation, kinds, `${file} ${i + 1}`, walked, asOf));
      }
    }
    together(walked);
    expect(walked.wrong.slice(0, 20)).toEqual([]);
    expect(walked.lines).toBeGreaterThan(2_500);
  }, 120_000);
});

/** Numbers of an explanation, one of them a little larger. */
function tampered(explanation: Explanation, change: (c: ExplainedComponent) => ExplainedComponent): string[] {
  const walked = nothingWalked();
  walk({ ...explanation, plans: explanation.plans.map((p) => ({ ...p, components: p.components.map(change) })) }, 'tampered', walked);
  return walked.wrong;
}

test('a wrong number is seen wherever it stands: in a fact, a measure, a target, a tier, the rounding, the amount', async () => {
  const kinds = `facts:\n  deal: { fields: { owner: payee, amount: money } }\nsources:\n  deals: { file: d.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, amount: m } }\n`;
  const plan = 'plan: p\ntitle: P\neffective: 2026-01-01 / 2027-01-01\npayees: all\nperiod: quarter\nterms: { quota: money a year = 400_000 }\nincentive: 10_000 a quarter\ncomponents: { c: { measure: { sum: amount, from: deal }, target: quota, payout: { marginal: { 0%: 1x, 100%: 1.5x } }, multiply: { team: 0.9 }, cap: 115.55555% } }';
  const run = await calculated({ plans: { 'p.yaml': plan }, facts: kinds, rows: { deal: [{ id: 'd1', date: '2026-02-01', owner: 'ann', amount: '70000.11' }, { id: 'd2', date: '2026-02-02', owner: 'ann', amount: '50000' }] }, entities: {}, engine: openMemory() });
  const { value } = await explain(run.engine, run.calculation, { payee: 'ann', period: '2026-Q1', kinds: run.workspace.kinds });
  if (value === undefined) throw new Error('it is explained');
  expect(tampered(value, (c) => c)).toEqual([]);
  const more = (text: string | undefined): string => `1${text ?? ''}`;
  expect(tampered(value, (c) => ({ ...c, amount: more(c.amount) })).length).toBeGreaterThan(0);
  expect(tampered(value, (c) => ({ ...c, facts: c.facts.map((l) => ({ ...l, facts: l.facts.slice(1) })) })).join()).toMatch(/adds up to 50000/);
  expect(tampered(value, (c) => ({ ...c, values: c.values.map((v) => ({ ...v, value: { ...v.value, value: more(v.value.value ?? '') } })) })).length).toBeGreaterThan(0);
  const [component] = value.plans[0]?.components ?? [];
  for (const [i, step] of (component?.steps ?? []).entries()) {
    const changed = (s: Step): (c: ExplainedComponent) => ExplainedComponent => (c) => ({ ...c, steps: c.steps.map((x, n) => (n === i ? s : x)) });
    for (const [name, number] of Object.entries(step.numbers)) if (/^[\d.]+$/.test(number) && !['condition'].includes(name)) expect(tampered(value, changed({ ...step, numbers: { ...step.numbers, [name]: more(number) } })).length, `${step.step} ${name}`).toBeGreaterThan(0);
    for (const [n, row] of (step.rows ?? []).entries()) for (const [name, cell] of Object.entries(row)) if (/^[\d.]+$/.test(cell) && name !== 'from') expect(tampered(value, changed({ ...step, rows: (step.rows ?? []).map((r, m) => (m === n ? { ...r, [name]: more(cell) } : r)) })).length, `${step.step} row ${name}`).toBeGreaterThan(0);
  }
  expect(component?.steps.map((s) => s.step)).toEqual(['measure', 'target', 'attainment', 'incentive', 'pay', 'factor', 'cap', 'rounding']);
});

test('what takes back a fact that is paid by itself is worked out as that fact is, and then turned', async () => {
  const kinds = `facts:\n  deal: { fields: { owner: payee, amount: money, cost: money, reverses: deal } }\nsources:\n  deals: { file: d.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, amount: m, cost: c, reverses: r } }\n`;
  const pay = ['rate: { marginal: { 0: 3%, 500: 8% } }, gates: { big: { require: value >= 500, otherwise: 50% } }, cap: 45, floor: 10', 'amount: { steps: { 0: 10, 500: 450 } }, multiply: { size: { by: value, steps: { 0: 1x, 500: 2x } } }',
    'target: 600, rate: { retroactive: { 0%: 1%, 100%: 5% } }', 'of: spent, rate: { retroactive: { 0: 1%, 500: 10.005% } }', 'amount: { points: { 0: 10, 1_000: 210 } }, multiply: { margin: "1 - cost / amount" }'];
  const plan = `plan: p\ntitle: P\neffective: 2026-01-01 / 2027-01-01\npayees: all\nperiod: month\nmeasures: { spent: { sum: cost, from: deal } }\ncomponents:\n${pay.map((p, i) => `  c${i}: { measure: { sum: amount, from: deal }, per: deal, ${p} }\n`).join('')}`;
  const deals = [{ id: 'd1', date: '2026-01-05', owner: 'ann', amount: '800.01', cost: '300.07' }, { id: 'd2', date: '2026-01-06', owner: 'ann', amount: '90', cost: '20' }, { id: 'r1', date: '2026-01-25', reverses: 'd1' }, { id: 'r2', date: '2026-02-01', reverses: 'd2' }];
  const run = await calculated({ plans: { 'p.yaml': plan }, facts: kinds, rows: { deal: deals }, entities: {}, engine: openMemory() });
  const walked = nothingWalked(), amounts: string[] = [];
  for (const period of ['2026-01', '2026-02']) {
    const { value } = await explain(run.engine, run.calculation, { payee: 'ann', period, kinds: run.workspace.kinds });
    if (value === undefined) throw new Error('it is explained');
    walk(value, 'reversals', walked);
    for (const c of value.plans[0]?.components ?? []) amounts.push(`${period} ${c.amount}: ${c.parts.map((l) => `${l.line ?? ''} ${l.amount}`).join(', ')}`);
    if (period === '2026-01') expect(value.plans[0]?.components[1]?.parts.at(-1)?.steps.map((x) => x.text)).toEqual([
      'It takes back d1, which is read at 800.01 USD.', '800.01 is in the row from 500 on, which pays 450: it pays 450.00.', 'Times 2 for size (deals: 800.01): 450.00 becomes 900.00.', 'It takes back d1: -900.00.',
    ]);
  }
  together(walked);
  expect(walked.wrong).toEqual([]);
  expect(amounts).toEqual([
    '2026-01 10.00: d1 39.00, d2 10.00, r1 -39.00', '2026-01 10.00: d1 900.00, d2 10.00, r1 -900.00', '2026-01 0.90: d1 40.00, d2 0.90, r1 -40.00', '2026-01 0.20: d1 30.02, d2 0.20, r1 -30.02', '2026-01 21.78: d1 106.24, d2 21.78, r1 -106.24',
    '2026-02 -10.00: r2 -10.00', '2026-02 -10.00: r2 -10.00', '2026-02 -0.90: r2 -0.90', '2026-02 -0.20: r2 -0.20', '2026-02 -21.78: r2 -21.78',
  ]);
});
