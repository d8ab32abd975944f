/**
 * The usual designs of incentive plans, each as a whole plan with the figures of its published example:
 * models of account-based teams (M), customer success (C), account executives (A), account managers (K),
 * a SPIFF (S), and parts that go with any of them. `trueup test --workspace test/designs` runs the same.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPlans } from '../src/app/check.ts';
import { runTestFile } from '../src/app/plan-tests.ts';
import { openWorkspace } from '../src/app/workspace-files.ts';
import { openDuckdb } from '../src/engine/duckdb.ts';
import type { Engine } from '../src/engine/engine.ts';
import { must } from '../src/value/diagnostic.ts';
import { emptied } from './language/store.ts';

const FOLDER = join(import.meta.dirname, 'designs');
const FILES = readdirSync(join(FOLDER, 'tests')).sort();
const { workspace: read, diagnostics } = openWorkspace(FOLDER);
const workspace = must(read);

let engine: Engine;
beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 1000, threads: 2, tempDir: join(tmpdir(), 'trueup-designs') }); });
afterAll(async () => { await engine.close(); });

test('there is nothing to say about the plans', async () => {
  expect([...diagnostics, ...await checkPlans(workspace, undefined)].map((d) => `${d.file}:${d.line} ${d.message}`)).toEqual([]);
});

test('each plan has a test', () => {
  const texts = FILES.map((file) => readFileSync(join(FOLDER, 'tests', file), 'utf8')).join('\n');
  expect(workspace.plans.map((p) => p.plan).filter((name) => !new RegExp(`^plan: ${name}$`, 'm').test(texts))).toEqual([]);
});

describe('pay what their examples say', () => {
  test.for(FILES.map((file) => ({ file, design: basename(file, '.yaml').toUpperCase() })))('$design', async ({ file }) => {
    const report = await runTestFile(workspace, `tests/${file}`, readFileSync(join(FOLDER, 'tests', file), 'utf8'), () => emptied(engine, workspace.kinds));
    expect(report.diagnostics.map((d) => `${d.line} ${d.message}`)).toEqual([]);
    expect(report.differences.map((d) => `${d.file}:${d.line} ${d.payee} ${d.period} ${d.figure}: ${d.expected} expected, ${d.got} calculated`)).toEqual([]);
    expect(report.figures).toBeGreaterThan(0);
  });
});
