/**
 * The engine of one command: its process is started at once, so that it loads while plans are read,
 * and opened when the workspace is known. Whatever is open can be stopped from outside (Ctrl-C).
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckdbChild, startDuckdb } from '../engine/duckdb-child.ts';
import { type Engine, EngineStop, type Progress } from '../engine/engine.ts';
import type { Workspace } from '../plan/plan.ts';
import type { Diagnostic } from '../value/diagnostic.ts';

export type { Engine, Progress } from '../engine/engine.ts';

export interface SessionOptions {
  readonly memoryMb: number;
  readonly threads: number;
  readonly onProgress?: (progress: Progress) => void;
}

export interface EngineSession {
  /** the store of the workspace, with the folder `data` made where it is missing. Rejects with EngineStop. */
  store(workspace: Workspace, more?: { /** other folders that may be written to */ readonly folders: readonly string[] }): Promise<Engine>;
  /** an empty store in memory, for tests of plans; it leaves nothing in the workspace */
  empty(): Promise<Engine>;
  /** stops what runs; what is asked for afterwards is refused */
  cancel(): Promise<void>;
  /** closes everything that is still open */
  close(): Promise<void>;
}

export function startSession(options: SessionOptions): EngineSession {
  let spare: DuckdbChild | undefined = startDuckdb();
  let cancelled = false;
  const open = new Set<Engine>();
  const started = async (make: (child: DuckdbChild) => Promise<Engine>): Promise<Engine> => {
    const child = spare ?? startDuckdb();
    spare = undefined;
    if (cancelled) await child.cancel();
    const engine = await make(child);
    open.add(engine);
    if (cancelled) await engine.cancel();
    return { ...engine, close: () => { open.delete(engine); return engine.close(); } };
  };
  return {
    store: (workspace, more) => started(async (child) => {
      const [{ openDuckdb }, { foldersOf, pathsOf }] = await Promise.all([import('../engine/duckdb.ts'), import('./workspace-files.ts')]);
      const paths = pathsOf(workspace.dir);
      // what people are paid is nobody else's business
      mkdirSync(paths.data, { recursive: true, mode: 0o700 });
      return openDuckdb({ ...options, path: paths.store, folders: [...foldersOf(workspace), ...(more?.folders ?? [])], tempDir: paths.temp }, child);
    }),
    empty: () => started(async (child) => {
      // tests open one store after the other: the next process loads while this one works
      spare = startDuckdb();
      const { openDuckdb } = await import('../engine/duckdb.ts');
      const tempDir = mkdtempSync(join(tmpdir(), 'trueup-'));
      const engine = await openDuckdb({ ...options, path: ':memory:', folders: [], tempDir }, child);
      return { ...engine, close: async () => { await engine.close(); rmSync(tempDir, { recursive: true, force: true }); } };
    }),
    async cancel() {
      cancelled = true;
      await Promise.all([...open].map((engine) => engine.cancel()));
    },
    async close() {
      await Promise.all([...open].map((engine) => engine.close()));
      open.clear();
      await spare?.close();
      spare = undefined;
    },
  };
}

/** The reason that the engine gave for ending a run; undefined for every other error. */
export function stopReason(error: unknown): Diagnostic | undefined {
  return error instanceof EngineStop ? error.diagnostic : undefined;
}
