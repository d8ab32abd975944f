/** From files to pay by the route that people use: files on the disk, import, calculation, what each stage gives. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { calculate, type CalculateOptions } from '../../src/app/calculate.ts';
import { importSources } from '../../src/app/import.ts';
import { listQuarantine } from '../../src/app/quarantine.ts';
import { openWorkspace, pathsOf } from '../../src/app/workspace-files.ts';
import { openDuckdb } from '../../src/engine/duckdb.ts';
import type { Engine, ProgramRunner } from '../../src/engine/engine.ts';
import type { Workspace } from '../../src/plan/plan.ts';
import { emptyStore, intoMemory, type Stages } from '../corpus/corpus.ts';
import type { Diagnostic } from '../../src/value/diagnostic.ts';
import { stagesOf } from '../corpus/stages.ts';
import type { Company } from './company.ts';

export interface Route {
  /** Imports a company as its files arrive, one after the other. `factsFirst`: sources in the opposite order, so that much waits in quarantine. Nothing waits at the end. `each`: called after each arrival. */
  imported(arrivals: readonly Company[], factsFirst?: boolean, each?: (so: Imported) => Promise<void>): Promise<Imported>;
  close(): Promise<void>;
}
export interface Imported { readonly dir: string; readonly workspace: Workspace; readonly store: Engine; memory(): Promise<ProgramRunner> }

export async function openRoute(threads = 2): Promise<Route> {
  const home = mkdtempSync(join(tmpdir(), 'trueup-metamorphic-'));
  const store = await openDuckdb({ path: ':memory:', folders: [home], memoryMb: 1000, threads, tempDir: join(home, 'temp') });
  let n = 0, before: Workspace | undefined;
  return {
    async imported(arrivals, factsFirst = false, each = () => Promise.resolve()) {
      const dir = join(home, `company-${n++}`);
      const so = (workspace: Workspace): Imported => ({ dir, workspace, store, memory: () => intoMemory(store, workspace) });
      let last: Imported | undefined;
      if (before !== undefined) await emptyStore(store, before);
      for (const company of arrivals) {
        const workspace = before = onDisk(company, dir);
        if (factsFirst && last === undefined) for (const source of workspace.sources.toReversed()) await importSources(workspace, store, { sources: [source.name] });
        const { diagnostics, files } = await importSources(workspace, store);
        const wrong = [...diagnostics, ...files.flatMap((f) => f.diagnostics)].filter((d) => d.severity === 'error');
        if (wrong.length > 0) throw new Error(`${company.name}: ${wrong.map((d) => d.message).join('; ')}`);
        await each(last = so(workspace));
      }
      // whoever was named before he was there is tried again by the next import of anything
      if (last === undefined) throw new Error('there is no company');
      let waiting = await listQuarantine(store);
      if (waiting.length > 0) {
        await importSources(last.workspace, store);
        waiting = await listQuarantine(store);
      }
      if (waiting.length > 0) throw new Error(`rows wait: ${waiting.map((q) => `${q.source} ${q.cells.join()}: ${q.message}`).join('; ')}`);
      return last;
    },
    async close() { await store.close(); rmSync(home, { recursive: true, force: true }); },
  };
}

function onDisk(company: Company, dir: string): Workspace {
  for (const [file, text] of company.files) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  mkdirSync(pathsOf(dir).data, { recursive: true });
  const { workspace, diagnostics } = openWorkspace(dir);
  if (workspace === undefined || diagnostics.some((d) => d.severity === 'error')) throw new Error(`${company.name}: ${diagnostics.map((d) => `${d.file}: ${d.message}`).join('; ')}`);
  return workspace;
}

/** What every stage gives. */
export async function paidBy(engine: ProgramRunner, workspace: Workspace, options: CalculateOptions = {}): Promise<Stages> {
  const { calculation, diagnostics } = await calculate(engine, workspace.plans, workspace.kinds, options);
  if (calculation === undefined) throw new Refused(diagnostics);
  return stagesOf(engine, calculation, workspace.kinds);
}
/** Plans that the calculation does not take. */
export class Refused extends Error {
  readonly files: readonly string[];
  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter((d) => d.severity === 'error');
    super(errors.map((d) => `${d.file}:${d.line}: ${d.message}`).join('; '));
    this.files = errors.map((d) => d.file);
  }
}
