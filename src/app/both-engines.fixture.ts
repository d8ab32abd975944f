/** For tests of plans: a workspace from text, and what a test of it says, on the real engine and on the one in memory. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { openMemory } from '../engine/memory.ts';
import type { Workspace } from '../plan/plan.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { tablesOf } from '../stage/store.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { runTestFile } from './plan-tests.ts';

export type Files = Readonly<Record<string, string>>;
/** Nothing differs, on neither engine. */
export const RIGHT = [[], []];

export function openForTests(name: string): Promise<Engine> {
  return openDuckdb({ path: ':memory:', folders: [], memoryMb: 500, threads: 1, tempDir: join(tmpdir(), `trueup-${name}`) });
}

/** What `check` says of these files, without warnings. */
export function checked(files: Files): { readonly workspace: Workspace | undefined; readonly errors: readonly Diagnostic[] } {
  const all: Files = { 'trueup.yaml': 'company: Acme\ncurrency: USD\n', ...files };
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(all).filter((f) => f.startsWith(`${folder}/`)), text: (path) => all[path] });
  return { workspace: value, errors: diagnostics.filter((d) => d.severity === 'error') };
}

/** What differs from `expect`, and errors of the run, by engine. */
export async function differing(engine: Engine, files: Files, text: string): Promise<readonly (readonly string[])[]> {
  const { workspace, errors } = checked(files);
  if (workspace === undefined || errors.length > 0) throw new Error(errors.map((d) => `${d.message} ${d.hint}`).join('\n'));
  const clean = async (): Promise<Engine> => {
    for (const name of ['word', 'imported', ...workspace.kinds.flatMap(tablesOf).map((t) => t.table)]) await engine.drop(name);
    return { ...engine, close: () => Promise.resolve() };
  };
  return Promise.all([clean, () => Promise.resolve(openMemory())].map(async (open) => {
    const report = await runTestFile(workspace, 'tests/t.yaml', text, open);
    return [...report.diagnostics.map((d) => `${d.code}: ${d.message}`), ...report.differences.map((d) => `${d.payee} ${d.period} ${d.figure}: ${d.expected}, got ${d.got}`)];
  }));
}
