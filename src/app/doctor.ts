/** Is this machine and this workspace in order? One finding a line, with what to do where it is not. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { openBook } from '../db/book.ts';
import { lastRun, trialBalance } from '../ledger/store.ts';
import type { Workspace } from '../plan/plan.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { lastImport } from './calculate.ts';
import { type EngineSession, stopReason } from './engine-session.ts';
import { ensureStore } from './store-layout.ts';
import { openWorkspace, type WorkspacePaths } from './workspace-files.ts';

export interface Finding {
  readonly topic: string;
  readonly state: 'ok' | 'problem';
  readonly says: string;
  /** what to do; empty where it is in order */
  readonly advice: string;
}

/** What only the process knows of itself. */
export interface Machine {
  readonly version: string;
  readonly node: string;
  /** the Node that comes with the packages, not another one of the machine */
  readonly pinned: boolean;
  readonly platform: string;
  readonly sqlite: string;
  readonly processors: number;
  readonly memoryMb: number;
  /** bytes of the machine */
  readonly totalMemory: number;
  readonly threads: number;
}

const LEAST_FREE = 1_000_000_000;

export async function examine(dir: string, machine: Machine, session: EngineSession, now: string): Promise<readonly Finding[]> {
  const opened = openWorkspace(dir);
  return [
    ...machineFindings(machine), await engineFinding(session),
    ...workspaceFindings(dir, opened.workspace, opened.diagnostics),
    ...(opened.workspace === undefined ? [] : [
      ...folderFindings(opened.paths), await storeFinding(opened.paths, opened.workspace, session), await bookFinding(opened.paths, now),
    ]),
  ];
}

function ok(topic: string, says: string): Finding {
  return { topic, state: 'ok', says, advice: '' };
}
function problem(topic: string, says: string, advice: string): Finding {
  return { topic, state: 'problem', says, advice };
}

function machineFindings(m: Machine): Finding[] {
  const total = Math.floor(m.totalMemory / 1024 / 1024);
  return [
    ok('Trueup', m.version),
    ok('Node', `${m.node} on ${m.platform}, ${m.pinned ? 'the one that came with the packages' : 'not the one that comes with the packages'}`),
    ok('SQLite', m.sqlite),
    ok('processors', `${m.threads} of ${m.processors} are used`),
    m.memoryMb <= total ? ok('memory', `calculations may take ${m.memoryMb} of ${total} MB`) : problem('memory', `calculations may take ${m.memoryMb} MB, but the machine has ${total} MB`, 'Give a smaller number with --memory.'),
  ];
}

async function engineFinding(session: EngineSession): Promise<Finding> {
  try {
    const engine = await session.empty();
    const { engine: name, library } = await engine.versions();
    await engine.close();
    return ok('engine', `${name}, ${library}`);
  } catch (error) {
    return stopped('engine', error);
  }
}

function workspaceFindings(dir: string, workspace: Workspace | undefined, diagnostics: readonly Diagnostic[]): Finding[] {
  const errors = diagnostics.filter((d) => d.severity === 'error').length;
  if (workspace === undefined) return [problem('workspace', `${dir === '.' ? 'this folder' : dir} is not one that can be read: ${diagnostics[0]?.message ?? ''}`, diagnostics[0]?.hint ?? '')];
  const { plans, sources, tests } = workspace;
  if (errors > 0) return [problem('workspace', `${errors} ${errors === 1 ? 'mistake' : 'mistakes'} in its files`, 'Run trueup check: it shows them all.')];
  const missing = sources.filter((s) => !existsSync(new URL(s.file, `file://${workspace.dir}/`)));
  return [
    ok('workspace', `${workspace.company}: plans ${plans.length}, sources ${sources.length}, files of tests ${tests.length}`),
    ...(missing.length === 0 ? [] : [problem('sources', `no file for ${missing.map((s) => `${s.name} (${s.file})`).join(', ')}`, 'Put the exports there, or correct `file` in sources/.')]),
  ];
}

function folderFindings({ dir, data, store, book }: WorkspacePaths): Finding[] {
  const folder = existsSync(data) ? data : dir;
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize, gigabytes = `${Math.floor(free / 1e8) / 10} GB free`;
  const locked = [dir, data, store, book].filter((path) => existsSync(path) && !isUsable(path));
  const open = [data].filter((path) => existsSync(path) && isOpenToOthers(path));
  return [
    free >= LEAST_FREE ? ok('space', gigabytes) : problem('space', gigabytes, 'Make room: calculations put parts aside on the disk.'),
    locked.length > 0 ? problem('permissions', `${locked.join(', ')} cannot be read and written`, 'Give your user the right to both.')
      : open.length > 0 ? problem('permissions', `other users of this machine can read ${data}, which holds what people are paid`, `Run: chmod 700 ${data}`)
        : ok('permissions', existsSync(data) ? 'data/ can be read and written by you alone' : 'the folder can be written; data/ is made by the first import'),
  ];
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Group and others; Windows keeps rights elsewhere. */
function isOpenToOthers(path: string): boolean {
  return process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
}

async function storeFinding(paths: WorkspacePaths, workspace: Workspace, session: EngineSession): Promise<Finding> {
  if (!existsSync(paths.store)) return ok('store', 'none yet: trueup import makes it');
  try {
    const engine = await session.store(workspace);
    await ensureStore(engine, workspace);
    const imports = await lastImport(engine);
    await engine.close();
    return ok('store', `${megabytes(paths.store)}, ${imports} ${imports === 1 ? 'import' : 'imports'} that brought something`);
  } catch (error) {
    return stopped('store', error);
  }
}

async function bookFinding({ book }: WorkspacePaths, now: string): Promise<Finding> {
  if (!existsSync(book)) return ok('book', 'none yet: trueup apply makes it');
  const { value: db, diagnostics } = await openBook(book, now, 'data/book.sqlite');
  if (db === undefined) return problem('book', diagnostics[0]?.message ?? '', diagnostics[0]?.hint ?? '');
  try {
    const last = await lastRun(db);
    const sums = new Map<string, bigint>();
    for (const { currency, amountMinor } of await trialBalance(db)) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
    const off = [...sums].filter(([, sum]) => sum !== 0n).map(([currency]) => currency);
    if (off.length > 0) return problem('book', `debits and credits do not add up to zero in ${off.join(', ')}`, 'Keep a copy of data/book.sqlite and report this: it should not be possible.');
    return ok('book', `${megabytes(book)}, it balances; ${last === undefined ? 'no run yet' : `last run ${last.runId.slice(0, 8)} of ${last.createdAt.slice(0, 10)} by ${last.engineVersion}`}`);
  } finally {
    await db.close();
  }
}

function stopped(topic: string, error: unknown): Finding {
  const reason = stopReason(error);
  if (reason === undefined) throw error;
  return problem(topic, reason.message, reason.hint);
}

function megabytes(path: string): string {
  return `${Math.ceil(statSync(path).size / 1e5) / 10} MB`;
}
