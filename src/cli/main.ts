/**
 * The command line: reads the arguments, makes what belongs to the machine (clock, environment,
 * terminal, engine), runs one command and prints its answer. The only file that knows the process.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { CommanderError } from 'commander';
import { type EngineSession, startSession, stopReason } from '../app/engine-session.ts';
import { type Answer, type Context, exitOf, type Options, refused, textOption } from './answer.ts';
import { type CommandSpec, makeProgram } from './program.ts';
import { fileProblem } from './request.ts';
import { printAnswer, printJson } from './print.ts';
import { isColoured, openTerminal, type Streams } from './terminal.ts';
import { painter } from './render/colour.ts';

/** `main` waits this long for an answer after Ctrl-C. */
const STOP_MS = 900;
const MOST_MEMORY_MB = 4096;
const STOPPED = 130;

export async function main(argv: readonly string[]): Promise<void> {
  const streams: Streams = { stdout: process.stdout, stderr: process.stderr, variables: process.env, elapsed: () => performance.now() };
  const json = argv.includes('--json');
  const program = makeProgram({
    out: (text) => { process.stdout.write(text); },
    err: (text) => { process.stderr.write(text); },
    width: openTerminal(streams, true).width,
    version: ownVersion(),
    run: (spec, options) => runCommand(spec, options, streams),
  });
  try {
    await program.parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 1;
    if (json && error.exitCode !== 0) printJson(streams.stdout, { exit: 1, document: { problem: error.message.replace(/^error: /, '') }, text: '', diagnostics: [] });
  }
}

async function runCommand(spec: CommandSpec, options: Options, streams: Streams): Promise<void> {
  const json = options['json'] === true;
  const terminal = openTerminal(streams, json), dir = textOption(options, 'workspace') ?? '.';
  const limits = limitsOf(options);
  if ('problem' in limits) return finish({ exit: 1, document: { problem: limits.problem }, text: '', diagnostics: [] }, limits.problem);
  let session: EngineSession | undefined;
  const begin = (): EngineSession => (session ??= startSession({ ...limits, onProgress: (p) => { terminal.progress.within(p.done); } }));
  if (spec.engine === 'always') begin();
  const stopped = (): void => {
    // not one of our four codes: what a shell expects after Ctrl-C
    if (json) printJson(streams.stdout, { exit: 1, document: { exit_code: STOPPED, problem: `Stopped. ${spec.stopped}` }, text: '', diagnostics: [] });
    else terminal.note(`Stopped. ${spec.stopped}`);
    process.exitCode = STOPPED;
  };
  const stop = onStop(() => session, stopped);
  const context: Context = {
    terminal, json, dir, now: () => new Date().toISOString(), ...limits,
    session: begin, isStopped: stop.isStopped,
  };
  try {
    const command = await spec.load();
    const answer = await command(context, options);
    if (stop.isStopped() && answer.diagnostics.some((d) => d.code === 'engine.cancelled')) stopped();
    else finish(answer);
  } catch (error) {
    const reason = stopReason(error) ?? fileProblem(error);
    if (stop.isStopped()) stopped();
    else if (reason !== undefined) finish({ ...refused([reason]), exit: exitOf([reason]) });
    else finish({ exit: 3, document: { problem: messageOf(error) }, text: '', diagnostics: [] }, ourFault(error, spec, options['debug'] === true));
  } finally {
    await session?.close().catch(() => undefined);
    stop.release();
  }

  function finish(answer: Answer, problem?: string): void {
    terminal.progress.clear();
    process.exitCode = answer.exit;
    if (json) { printJson(streams.stdout, answer); return; }
    printAnswer(terminal, answer, dir, painter(isColoured(streams.stderr, streams.variables)));
    if (problem !== undefined) terminal.note(problem);
  }
}

/** The first Ctrl-C stops the engine and waits for a moment; the second ends at once. */
function onStop(session: () => EngineSession | undefined, stopped: () => void): { readonly isStopped: () => boolean; readonly release: () => void } {
  let isStopped = false;
  const stop = (): void => {
    if (isStopped) process.exit(STOPPED);
    isStopped = true;
    void session()?.cancel().catch(() => undefined);
    setTimeout(() => { stopped(); process.exit(STOPPED); }, STOP_MS).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { isStopped: () => isStopped, release: () => { process.off('SIGINT', stop); process.off('SIGTERM', stop); } };
}

function limitsOf(options: Options): { readonly memoryMb: number; readonly threads: number } | { readonly problem: string } {
  const half = Math.floor(totalmem() / 2 / 1024 / 1024);
  const memoryMb = wholeOption(options, 'memory', Math.min(MOST_MEMORY_MB, half));
  const threads = wholeOption(options, 'threads', availableParallelism());
  if (memoryMb === undefined || memoryMb < 64) return { problem: `--memory takes megabytes, 64 or more, as a whole number; not "${String(options['memory'])}".\nSay for example: --memory 2000` };
  if (threads === undefined || threads < 1 || threads > 1024) return { problem: `--threads takes a number of processors, 1 or more; not "${String(options['threads'])}".\nSay for example: --threads 2` };
  return { memoryMb, threads };
}

function wholeOption(options: Options, name: string, otherwise: number): number | undefined {
  const written = textOption(options, name);
  if (written === undefined) return otherwise;
  return /^\d{1,7}$/.test(written) ? Number.parseInt(written, 10) : undefined;
}

function ourFault(error: unknown, spec: CommandSpec, debug: boolean): string {
  const where = debug && error instanceof Error ? `\n\n${error.stack ?? ''}` : '';
  return `This should not have happened, and it is not your doing: \`trueup ${spec.name}\` stopped with\n  ${messageOf(error)}\n${spec.stopped}\n`
    + `Please report it, with version ${ownVersion()}, the command and this message${debug ? '' : '; with --debug it also says where it happened'}.${where}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return version;
}
