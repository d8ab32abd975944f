/**
 * The workspaces of `examples/`, calculated on both engines out of one import each. What every stage gives
 * is text (`stages.ts`), which `examples/NAME/expected` holds; tests and `npm run golden` come through here.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { importSources } from '../../src/app/import.ts';
import { calculate, type Calculation, type CalculateOptions } from '../../src/app/calculate.ts';
import { openWorkspace } from '../../src/app/workspace-files.ts';
import { openDuckdb } from '../../src/engine/duckdb.ts';
import type { Engine, ProgramRunner } from '../../src/engine/engine.ts';
import { openMemory } from '../../src/engine/memory.ts';
import { storedKinds } from '../../src/plan/kinds.ts';
import type { Workspace } from '../../src/plan/plan.ts';
import { IMPORTED, QUARANTINE, SETTLED, storeTable, tablesOf, WORD } from '../../src/stage/store.ts';
import type { Diagnostic } from '../../src/value/diagnostic.ts';
import { renderDiagnostic } from '../../src/value/render.ts';
import { copyTables } from '../parity/paired.ts';
import { stagesOf } from './stages.ts';

const ROOT = resolve(import.meta.dirname, '../..');
export const EXAMPLES = join(ROOT, 'examples');
/** Made from a seed, and far too large to review row by row. */
const NOT_LESSONS = ['demo'];

/** Names of the lessons, in order. */
export const lessons = (): string[] => readdirSync(EXAMPLES).filter((name) => !NOT_LESSONS.includes(name) && existsSync(join(EXAMPLES, name, 'trueup.yaml'))).sort();

/** Text of each stage by the name of its file; the same on every engine, or there is a fault. */
export type Stages = ReadonlyMap<string, string>;
export interface Lesson { readonly name: string; readonly stages: { readonly duckdb: Stages; readonly memory: Stages } }

export interface Corpus {
  /** Imports one workspace and calculates it on both engines. */
  lesson(name: string): Promise<Lesson>;
  /** The store of one workspace, in memory. */
  inMemory(name: string): Promise<{ readonly workspace: Workspace; readonly memory: ProgramRunner }>;
  close(): Promise<void>;
}

/** One engine process for all workspaces. Nothing is written beside them. */
export async function openCorpus(): Promise<Corpus> {
  const dir = mkdtempSync(join(tmpdir(), 'trueup-corpus-'));
  const engine = await openDuckdb({ path: ':memory:', folders: [dir], memoryMb: 1000, threads: 2, tempDir: join(dir, 'temp') });
  return {
    async lesson(name) {
      const { workspace, memory } = await imported(name, dir, engine);
      return { name, stages: { duckdb: await calculated(workspace, engine), memory: await calculated(workspace, memory) } };
    },
    inMemory: (name) => imported(name, dir, engine),
    async close() { await engine.close(); rmSync(dir, { recursive: true, force: true }); },
  };
}

export function openLesson(name: string): Workspace {
  const { workspace, diagnostics } = openWorkspace(join(EXAMPLES, name));
  if (workspace === undefined || diagnostics.length > 0) throw new Error(`${name}: ${said(diagnostics)}`);
  return workspace;
}

/** A lesson that says something is wrong, or leaves rows aside, teaches the wrong thing. */
async function imported(name: string, dir: string, engine: Engine): Promise<{ readonly workspace: Workspace; readonly memory: ProgramRunner }> {
  const workspace = openLesson(name);
  await emptyStore(engine, workspace);
  const report = await importSources({ ...workspace, dir: join(dir, name), sources: workspace.sources.map((s) => ({ ...s, file: resolve(workspace.dir, s.file) })) }, engine);
  for (const f of report.files) if (f.diagnostics.length > 0 || f.counts.quarantined > 0) throw new Error(`${name}, ${f.source}: ${f.counts.quarantined} rows in quarantine (${f.reasons.map((r) => JSON.stringify(r)).join('; ')}). ${said(f.diagnostics)}`);
  return { workspace, memory: await intoMemory(engine, workspace) };
}

/** Nothing of a workspace is left in the store. */
export async function emptyStore(engine: Engine, { kinds }: Workspace): Promise<void> {
  for (const { table } of [...storedKinds(kinds).flatMap(tablesOf), WORD, IMPORTED, QUARANTINE, SETTLED]) await engine.drop(table);
  await engine.drop('layout');
}
/** What a run reads of a store, in an engine of its own. */
export async function intoMemory(engine: ProgramRunner, { kinds }: Workspace): Promise<ProgramRunner> {
  const memory = openMemory();
  await copyTables(engine, memory, [WORD, IMPORTED, ...storedKinds(kinds).flatMap((k) => [storeTable(k), ...tablesOf(k).slice(1)])]);
  return memory;
}

export async function calculation(workspace: Workspace, engine: ProgramRunner, options: CalculateOptions = {}): Promise<Calculation> {
  const { calculation: made, diagnostics } = await calculate(engine, workspace.plans, workspace.kinds, options);
  if (made === undefined || diagnostics.length > 0) throw new Error(said(diagnostics));
  return made;
}
async function calculated(workspace: Workspace, engine: ProgramRunner): Promise<Stages> {
  return stagesOf(engine, await calculation(workspace, engine), workspace.kinds);
}
const said = (diagnostics: readonly Diagnostic[]): string => diagnostics.map((d) => renderDiagnostic(d)).join('\n');
