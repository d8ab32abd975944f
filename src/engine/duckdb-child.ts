/**
 * The child process as the client sees it: started at once, asked one task after the other, watched
 * while it works. It ends when it takes too much memory, when a cancel is not heard within a second,
 * and when this process ends.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { assert } from '../value/diagnostic.ts';
import type { Cell } from './engine.ts';
import { cancelledStop, memoryStop, stop, stopOf } from './duckdb-errors.ts';
import type { FromWorker, Task, ToWorker } from './duckdb-messages.ts';

/**
 * DuckDB's own limit is soft. Measured at a limit of 200 MB: the process of Node and the driver takes
 * 115 MB before it does anything, sorts and windows peak at 500 MB in all.
 */
const HARD_FACTOR = 1.5;
const PROCESS_MB = 256;
const WATCH_MS = 100;
/** an interrupt takes 1-50 ms; what does not answer by then is ended from outside */
const CANCEL_MS = 800;
const LAST_WORDS_MS = 20;

export type OnBatch = (batch: readonly (readonly Cell[])[], count: number) => void | Promise<void>;

interface Call {
  readonly step: string;
  readonly file: string;
  /** is finished even when somebody cancels: COMMIT, ROLLBACK, close */
  readonly always: boolean;
  readonly onBatch: OnBatch | undefined;
  readonly resolve: (done: readonly string[]) => void;
  readonly reject: (error: unknown) => void;
  /** batches are handed on one after the other */
  batches: Promise<void>;
  /** what `onBatch` threw */
  broken: { readonly error: unknown } | undefined;
}

export interface DuckdbChild {
  readonly pid: number | undefined;
  /** `step` and `file` are for messages. Rejects with EngineStop. */
  ask(task: Task, step: string, file?: string, onBatch?: OnBatch): Promise<readonly string[]>;
  /** later tasks are refused, except those that end something */
  cancel(): Promise<void>;
  readonly cancelled: () => boolean;
  onPercent(hear: (step: string, percent: number) => void): void;
  close(): Promise<void>;
}

/** Starts the child; it loads the driver while the caller does other things. It does not keep the process alive while idle. */
export function startDuckdb(): DuckdbChild {
  const worker = import.meta.url.endsWith('.ts') ? './duckdb-worker.ts' : './duckdb-worker.js';
  const child = fork(fileURLToPath(new URL(worker, import.meta.url)), [], {
    serialization: 'advanced', execArgv: [], env: { TZ: 'UTC' }, stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const calls = new Map<number, Call>();
  const state = { next: 1, cancelled: false, ended: undefined as ((step: string) => Error) | undefined, rssMb: 0, memoryMb: 0, tempDir: '', words: '', hear: (_step: string, _percent: number): void => undefined };
  let watch: NodeJS.Timeout | undefined;
  keepAlive(child, false);

  const settle = (id: number): Call | undefined => {
    const call = calls.get(id);
    calls.delete(id);
    if (calls.size === 0) { keepAlive(child, false); clearInterval(watch); watch = undefined; }
    return call;
  };
  const end = (why: (step: string) => Error): void => {
    state.ended ??= why;
    child.kill('SIGKILL');
  };
  const look = (): void => {
    const usedMb = residentMb(child.pid) ?? state.rssMb;
    const step = [...calls.values()][0]?.step ?? '';
    if (usedMb > state.memoryMb * HARD_FACTOR + PROCESS_MB) end(() => memoryStop(step, { memoryMb: state.memoryMb, usedMb }));
  };
  const post = (message: ToWorker): void => { if (child.connected) child.send(message, () => undefined); };

  child.stderr?.on('data', (bytes: Buffer) => { state.words = (state.words + bytes.toString('utf8')).slice(-2000); });
  child.on('error', (error) => end(() => stopOf(`Driver Error: ${error.message}`, { step: 'start', file: '', memoryMb: 0 })));
  child.on('message', (message: FromWorker) => {
    if ('tick' in message) {
      state.rssMb = message.tick.rssMb;
      const running = [...calls.values()][0];
      if (running !== undefined && message.tick.percent >= 0) state.hear(running.step, message.tick.percent);
    } else if ('batch' in message) {
      const call = calls.get(message.id);
      if (call !== undefined) call.batches = call.batches.then(() => hand(message.id, call, message.batch, message.count, post));
    } else {
      const call = calls.get(message.id);
      if (call !== undefined) void call.batches.then(() => finish(settle(message.id), message, state));
    }
  });
  child.on('exit', (code, signal) => {
    // its last words may still be in the pipe
    if (state.ended === undefined) setTimeout(gone, LAST_WORDS_MS, code, signal);
    else gone(code, signal);
  });
  const gone = (code: number | null, signal: string | null): void => {
    const why = state.ended ?? ((step: string) => diedStop(step, signal ?? `exit code ${code}`, state.words));
    state.ended = why;
    for (const [id, call] of [...calls]) { settle(id); call.reject(state.cancelled ? cancelledStop(call.step) : why(call.step)); }
    if (state.tempDir !== '') rmSync(state.tempDir, { recursive: true, force: true });
  };

  const ask = async (task: Task, step: string, file = '', onBatch?: OnBatch): Promise<readonly string[]> => {
    const always = task.kind === 'close' || (task.kind === 'run' && task.always === true);
    if (state.ended !== undefined) throw state.cancelled ? cancelledStop(step) : state.ended(step);
    if (state.cancelled && !always) throw cancelledStop(step);
    if (task.kind === 'open') { state.memoryMb = task.memoryMb; state.tempDir = task.tempDir; }
    const id = state.next++;
    return new Promise((resolve, reject) => {
      calls.set(id, { step, file, always, onBatch, resolve, reject, batches: Promise.resolve(), broken: undefined });
      keepAlive(child, true);
      watch ??= setInterval(look, WATCH_MS);
      post({ id, task });
    });
  };

  return {
    pid: child.pid,
    ask,
    cancelled: () => state.cancelled,
    onPercent: (hear) => { state.hear = hear; },
    async cancel() {
      state.cancelled = true;
      post({ cancel: true });
      const deadline = performance.now() + CANCEL_MS;
      const waiting = (): boolean => [...calls.values()].some((c) => !c.always);
      while (waiting() && performance.now() < deadline) await pause(5);
      if (waiting()) end(cancelledStop);
      while (waiting()) await pause(5);
    },
    async close() {
      if (state.ended !== undefined) return;
      const exited = new Promise<void>((resolve) => { child.once('exit', () => resolve()); });
      await ask({ kind: 'close' }, 'close').catch(() => undefined);
      keepAlive(child, true);
      state.ended ??= (step) => stop('engine.failed', { file: '', path: step }, `The step "${step}" came after the store was closed.`, 'Please report this: it is a fault in Trueup.');
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

async function hand(id: number, call: Call, batch: readonly (readonly Cell[])[], count: number, post: (message: ToWorker) => void): Promise<void> {
  assert(call.onBatch !== undefined, `${call.step} asked for the rows that it gets`);
  if (call.broken !== undefined) return;
  try {
    await call.onBatch(batch, count);
    post({ more: id });
  } catch (error) {
    call.broken = { error };
    post({ enough: id });
  }
}

function finish(call: Call | undefined, message: Exclude<FromWorker, { tick: unknown } | { batch: unknown }>, state: { readonly memoryMb: number }): void {
  if (call === undefined) return;
  if (call.broken !== undefined) call.reject(call.broken.error);
  else if ('done' in message) call.resolve(message.done);
  else if (message.ours) call.reject(new Error(`Trueup is wrong here, not you: ${call.step}: ${message.failed}`));
  else call.reject(stopOf(message.failed, { step: call.step, file: call.file, memoryMb: state.memoryMb }));
}

function diedStop(step: string, how: string, words: string): Error {
  const last = words.trim().split('\n').filter((l) => l.trim() !== '').slice(-1)[0];
  return stop('engine.died', { file: '', path: step },
    `The calculation process ended by itself (${how}) during "${step}"; nothing of that step was kept.${last === undefined ? '' : ` Its last words: ${last.slice(0, 300)}`}`,
    how === 'SIGKILL' ? 'The system may have ended it for lack of memory: lower `memory` in trueup.yaml, or close other programs; then run the command again.'
      : 'Run the command again; if it happens again, please report it with this message.');
}

/** A child with work to do keeps this process alive, an idle one does not. */
function keepAlive(child: ChildProcess, yes: boolean): void {
  const stderr = child.stderr as Socket | null;
  if (yes) { child.ref(); child.channel?.ref(); stderr?.ref(); } else { child.unref(); child.channel?.unref(); stderr?.unref(); }
}

/** Memory that the process holds, where the system says (Linux). */
function residentMb(pid: number | undefined): number | undefined {
  try {
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kb === undefined ? undefined : Math.ceil(Number(kb) / 1024);
  } catch {
    return undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, ms); });
}
