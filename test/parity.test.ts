/**
 * The two engines say the same: every relation of every program, every row and column, over the
 * companies of this project and over random ones. The documents of the language's reference run on both
 * in language.test.ts.
 */
import fc from 'fast-check';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATA_SETS } from '../scripts/data-sets.ts';
import { calculate } from '../src/app/calculate.ts';
import { makeDemo } from '../src/app/demo.ts';
import { importSources } from '../src/app/import.ts';
import { fillStore } from '../src/app/small-store.ts';
import { openWorkspace } from '../src/app/workspace-files.ts';
import { openDuckdb } from '../src/engine/duckdb.ts';
import type { Engine, Rows } from '../src/engine/engine.ts';
import { openMemory } from '../src/engine/memory.ts';
import type { Workspace } from '../src/plan/plan.ts';
import { readWorkspace } from '../src/plan/workspace.ts';
import type { Relation, TableSchema } from '../src/relation/relation.ts';
import { storedKinds } from '../src/plan/kinds.ts';
import { IMPORTED, storeTable, supersededTable, WORD } from '../src/stage/store.ts';
import { openEngine, runCompany } from '../src/stage/stage.fixture.ts';
import { companyOf, history } from '../src/stage/states.fixture.ts';
import { company, facts } from './companies.ts';
import { emptied } from './language/store.ts';
import { type Compared, copyTables, differences, nothingCompared, paired } from './parity/paired.ts';
import { inMemory, SHARED, TEAM, variant } from './variants.ts';

const ROOT = resolve(import.meta.dirname, '..');

let engine: Engine;
const done: string[] = [];
beforeAll(async () => { engine = await openEngine('parity'); });
afterAll(async () => { await engine.close(); console.log(`DuckDB and memory compared:\n${done.join('\n')}`); });

/** Runs work over both, and holds them to each other. `least`: so that a comparison of nothing is seen. */
async function alike(name: string, least: number, work: (compared: Compared) => Promise<void>): Promise<void> {
  const compared = nothingCompared();
  await work(compared);
  expect(compared.differences).toEqual([]);
  expect(compared.rows).toBeGreaterThanOrEqual(least);
  done.push(`  ${name}: ${compared.relations} relations and ${compared.readings} readings, ${compared.rows} rows`);
}

const tablesOf = (workspace: Workspace): TableSchema[] => [WORD, IMPORTED, ...storedKinds(workspace.kinds).flatMap((k) => [storeTable(k), supersededTable(k)])];

/** Imports into a store of its own, takes it over into memory, and calculates over both. Nothing is written beside the workspace. */
async function imported(workspace: Workspace, compared: Compared): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'trueup-parity-'));
  const store = await openDuckdb({ path: ':memory:', folders: [dir], memoryMb: 1000, threads: 2, tempDir: join(dir, 'temp') });
  try {
    await importSources({ ...workspace, dir, sources: workspace.sources.map((s) => ({ ...s, file: resolve(workspace.dir, s.file) })) }, store);
    const memory = openMemory();
    await copyTables(store, memory, tablesOf(workspace));
    const { calculation, diagnostics } = await calculate(paired(store, memory, compared), workspace.plans, workspace.kinds);
    expect(calculation, JSON.stringify(diagnostics)).toBeDefined();
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
function opened(dir: string): Workspace {
  const { workspace, diagnostics } = openWorkspace(dir);
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  return workspace as Workspace;
}

describe('the companies of the golden texts', () => {
  test('first plan', () => alike('first plan', 50, (compared) => imported(opened(join(ROOT, 'examples/first-plan')), compared)));
  test('demo', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'trueup-parity-'));
    try {
      await makeDemo(dir);
      await alike('demo', 10_000, (compared) => imported(opened(dir), compared));
    } finally { rmSync(dir, { recursive: true, force: true }); }
  }, 120_000);
  test.for(Object.entries(DATA_SETS))('%s (skipped where its data are absent)', { timeout: 120_000 }, async ([name, set], { skip }) => {
    if (!existsSync(join(ROOT, set.data))) skip('the data are absent');
    await alike(name, 10_000, (compared) => imported(opened(join(ROOT, set.workspace)), compared));
  });
  test('variants, over a thousand deals', async () => {
    const files = { ...SHARED, ...Object.fromEntries([0, 1, 2].map((n) => [`plans/ae-${n}.yaml`, variant(n)])), 'plans/team.yaml': TEAM };
    const { value: workspace } = readWorkspace('.', inMemory(files));
    await alike('variants', 5_000, (compared) => deals(workspace as Workspace, compared));
  });
});

/** A thousand deals of twelve people, without chance: half of them at a plan of its own, three above the others. */
async function deals(workspace: Workspace, compared: Compared): Promise<void> {
  const ids = Array.from({ length: 12 }, (_, i) => `p${i}`);
  const both = paired(await emptied(engine, workspace.kinds), openMemory(), compared);
  const pick = <T>(of: readonly T[], n: number): T => of[n % of.length] as T;
  await fillStore(both, {
    kinds: workspace.kinds,
    entities: new Map([['person', ids.map((id, i) => ({ id, from: null, values: new Map([['role', `AE ${i % 4}`], ['manager', i < 3 ? null : `p${i % 3}`]]) }))]]),
    facts: new Map([['deal', Array.from({ length: 1_000 }, (_, i) => ({
      id: `d${i}`, day: 20_454 + (i * 7) % 365, currency: pick(['USD', 'EUR', 'USD'], i), values: new Map([
        ['owner', pick(ids, i * 5 + 1)], ['partner', i % 3 === 0 ? pick(ids, i * 11) : null], ['stage', pick(['Won', 'Lost', 'Won', 'Open'], i)],
        ['product', pick(['Core', "O'Brien */ kit", 'Plus', null], i)], ['amount', i % 50 === 0 ? null : { n: BigInt((i * 7_919) % 900_000 - 20_000), d: 100n }],
      ].map(([k, v]) => [k as string, v as null] as const)),
    }))]]),
  });
  const { calculation, diagnostics } = await calculate(both, workspace.plans, workspace.kinds);
  expect(calculation, JSON.stringify(diagnostics)).toBeDefined();
}

test('random companies', () => alike('random companies', 1_000, (compared) => fc.assert(fc.asyncProperty(facts, async (rows) => {
  const before = compared.differences.length;
  await runCompany(paired(engine, openMemory(), compared), company(rows));
  expect(compared.differences.slice(before)).toEqual([]);
}), { numRuns: 10 })), 60_000);

test('states of drawn accounts', () => alike('states', 10_000, async (compared) => {
  await runCompany(paired(engine, openMemory(), compared), companyOf(fc.sample(history, { numRuns: 40, seed: 7 })));
}), 60_000);

test('a difference is seen: in a cell, in a column, in a row too many', async () => {
  const numbers = (cells: readonly (bigint | null)[]): Relation => ({ kind: 'values', columns: [{ name: 'n', type: 'bigint' }], rows: cells.map((c) => [c]) });
  const memory = openMemory(), read = (cells: readonly (bigint | null)[]): Promise<Rows> => memory.read(numbers(cells));
  expect(differences('x', await read([1n, null, 1n]), await read([null, 1n, 1n]))).toEqual([]);
  expect(differences('x', await read([1n, 2n]), await read([1n, 3n]))).toEqual(['x: only the first has 2n', 'x: only the second has 3n']);
  expect(differences('x', await read([1n]), await read([1n, 1n]))).toEqual(['x: only the second has 1n']);
  expect(differences('x', await read([0n]), { ...await read([0n]), data: [[0]] })).toEqual(['x: only the second has 0', 'x: only the first has 0n']);
  const lying = { ...memory, read: async (relation: Relation) => { const rows = await memory.read(relation); return { ...rows, data: rows.data.map((cells) => cells.map(() => null)) }; } };
  const compared = nothingCompared();
  await paired(openMemory(), { ...lying, execute: async () => undefined }, compared).read(numbers([5n]));
  expect(compared.differences).toEqual(['a reading: only the first has 5n', 'a reading: only the second has null']);
});
