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
  /** runs beside the others */
  readonly apart: boolean;
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
  const h: Held = { child, calls: new Map(), next: 1, cancelled: false, ended: undefined, watch: undefined, rssMb: 0, memoryMb: 0, tempDir: '', words: '', hear: () => undefined };
  keepAlive(child, false);
  child.stderr?.on('data', (bytes: Buffer) => { h.words = (h.words + bytes.toString('utf8')).slice(-2000); });
  child.on('error', (error) => end(h, () => stopOf(`Driver Error: ${error.message}`, { step: 'start', file: '', memoryMb: 0 })));
  child.on('message', (message: FromWorker) => receive(h, message));
  child.on('exit', (code, signal) => {
    // its last words may still be in the pipe
    if (h.ended === undefined) setTimeout(gone, LAST_WORDS_MS, h, code, signal);
    else gone(h, code, signal);
  });
  return {
    pid: child.pid,
    ask: (task, step, file, onBatch) => ask(h, task, step, file, onBatch),
    cancel: () => cancel(h),
    cancelled: () => h.cancelled,
    onPercent: (hear) => { h.hear = hear; },
    close: () => close(h),
  };
}

/** One child and what is known of it. */
interface Held {
  readonly child: ChildProcess;
  readonly calls: Map<number, Call>;
  next: number;
  cancelled: boolean;
  /** why nothing can be asked any more */
  ended: ((step: string) => Error) | undefined;
  watch: NodeJS.Timeout | undefined;
  /** as the child last said */
  rssMb: number;
  memoryMb: number;
  tempDir: string;
  /** the end of what it wrote to stderr */
  words: string;
  hear: (step: string, percent: number) => void;
}

async function ask(h: Held, task: Task, step: string, file = '', onBatch?: OnBatch): Promise<readonly string[]> {
  const always = task.kind === 'close' || (task.kind === 'run' && task.always === true);
  if (h.ended !== undefined) throw h.cancelled ? cancelledStop(step) : h.ended(step);
  if (h.cancelled && !always) throw cancelledStop(step);
  if (task.kind === 'open') { h.memoryMb = task.memoryMb; h.tempDir = task.tempDir; }
  const id = h.next++;
  return new Promise((resolve, reject) => {
    h.calls.set(id, { step, file, always, apart: task.kind === 'query' && task.apart, onBatch, resolve, reject, batches: Promise.resolve(), broken: undefined });
    keepAlive(h.child, true);
    h.watch ??= setInterval(look, WATCH_MS, h);
    post(h, { id, task });
  });
}

async function cancel(h: Held): Promise<void> {
  h.cancelled = true;
  post(h, { cancel: true });
  const waiting = (): boolean => [...h.calls.values()].some((c) => !c.always);
  const deadline = performance.now() + CANCEL_MS;
  while (waiting() && performance.now() < deadline) await pause(5);
  if (waiting()) end(h, cancelledStop);
  while (waiting()) await pause(5);
}

async function close(h: Held): Promise<void> {
  if (h.ended !== undefined) return;
  const exited = new Promise<void>((resolve) => { h.child.once('exit', () => resolve()); });
  await ask(h, { kind: 'close' }, 'close').catch(() => undefined);
  keepAlive(h.child, true);
  h.ended ??= (step) => new Error(`Trueup is wrong here, not you: "${step}" was asked for after the store was closed`);
  if (h.child.connected) h.child.disconnect();
  await exited;
}

function post(h: Held, message: ToWorker): void {
  if (h.child.connected) h.child.send(message, () => undefined);
}

function receive(h: Held, message: FromWorker): void {
  if ('tick' in message) {
    h.rssMb = message.tick.rssMb;
    const running = [...h.calls.values()].find((c) => !c.apart);
    if (running !== undefined && message.tick.percent >= 0) h.hear(running.step, message.tick.percent);
    return;
  }
  const call = h.calls.get(message.id);
  if (call === undefined) return;
  if ('batch' in message) call.batches = call.batches.then(() => hand(h, message.id, call, message.batch, message.count));
  else void call.batches.then(() => finish(h, message));
}

function settle(h: Held, id: number): Call | undefined {
  const call = h.calls.get(id);
  h.calls.delete(id);
  if (h.calls.size === 0) { keepAlive(h.child, false); clearInterval(h.watch); h.watch = undefined; }
  return call;
}

function end(h: Held, why: (step: string) => Error): void {
  h.ended ??= why;
  h.child.kill('SIGKILL');
}

function gone(h: Held, code: number | null, signal: string | null): void {
  const why = h.ended ?? ((step: string) => diedStop(step, signal ?? `exit code ${code}`, h.words));
  h.ended = why;
  for (const [id, call] of h.calls) { settle(h, id); call.reject(h.cancelled ? cancelledStop(call.step) : why(call.step)); }
  if (h.tempDir !== '') rmSync(h.tempDir, { recursive: true, force: true });
}

function look(h: Held): void {
  const usedMb = residentMb(h.child.pid) ?? h.rssMb;
  const step = [...h.calls.values()][0]?.step ?? '';
  if (usedMb > h.memoryMb * HARD_FACTOR + PROCESS_MB) end(h, () => memoryStop(step, { memoryMb: h.memoryMb, usedMb }));
}

async function hand(h: Held, id: number, call: Call, batch: readonly (readonly Cell[])[], count: number): Promise<void> {
  assert(call.onBatch !== undefined, `${call.step} asked for the rows that it gets`);
  if (call.broken !== undefined) return;
  try {
    await call.onBatch(batch, count);
    post(h, { more: id });
  } catch (error) {
    call.broken = { error };
    post(h, { enough: id });
  }
}

function finish(h: Held, message: Extract<FromWorker, { done: unknown } | { failed: unknown }>): void {
  const call = settle(h, message.id);
  if (call === undefined) return;
  if (call.broken !== undefined) call.reject(call.broken.error);
  else if ('done' in message) call.resolve(message.done);
  else if (message.ours) call.reject(new Error(`Trueup is wrong here, not you: ${call.step}: ${message.failed}`));
  else call.reject(stopOf(message.failed, { step: call.step, file: call.file, memoryMb: h.memoryMb }));
}

function diedStop(step: string, how: string, words: string): Error {
  const last = words.trim().split('\n').filter((l) => l.trim() !== '').slice(-1)[0];
  return stop('engine.died', { file: '', path: step },
    `The calculation process ended by itself (${how}) during "${step}"; nothing of that step was kept.${last === undefined ? '' : ` Its last words: ${last.slice(0, 300)}`}`,
    how === 'SIGKILL' ? 'The system may have ended it for lack of memory: give it less with --memory, or close other programs; then run the command again.'
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
