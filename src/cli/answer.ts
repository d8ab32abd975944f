/** What a command gives back, and what it is given. The command decides what is true; `main.ts` prints it. */
import type { EngineSession } from '../app/engine-session.ts';
import { hasErrors, type Diagnostic } from '../value/diagnostic.ts';
import type { Painter } from '../value/render.ts';
import type { ProgressBar } from './render/progress.ts';

/** 0 done; 1 the plan or the request is wrong; 2 done, but something was rejected; 3 our fault */
export type Exit = 0 | 1 | 2 | 3;

export interface Answer {
  readonly exit: Exit;
  /** for `--json`: keys in snake_case, bigints as they are; `ok`, `exit_code` and `diagnostics` are added */
  readonly document: Readonly<Record<string, unknown>>;
  /** what is printed to stdout otherwise; may be empty */
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  /** the diagnostics stand in `text` already */
  readonly told?: true;
}

export interface Terminal {
  /** a line, or lines, to stdout */
  print(text: string): void;
  /** to stderr */
  note(text: string): void;
  /** cells that tables may take */
  readonly width: number;
  /** for what goes to stdout; undefined: no colour */
  readonly paint: Painter | undefined;
  readonly progress: ProgressBar;
}

export interface Context {
  readonly terminal: Terminal;
  /** one JSON document on stdout and nothing else */
  readonly json: boolean;
  /** the workspace, as the user wrote it */
  readonly dir: string;
  /** the instant, as `2026-01-31T12:00:00.000Z` */
  readonly now: () => string;
  readonly memoryMb: number;
  readonly threads: number;
  /** the engine of this command; its process runs already where the command always needs one */
  readonly session: () => EngineSession;
  /** Ctrl-C was pressed */
  readonly isStopped: () => boolean;
}

/** Options as they were read; a flag is true or absent. */
export type Options = Readonly<Record<string, string | true | undefined>>;
export type Command = (context: Context, options: Options) => Promise<Answer>;

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** An answer that is only what was wrong. */
export function refused(diagnostics: readonly Diagnostic[], document: Answer['document'] = {}): Answer {
  return { exit: exitOf(diagnostics), document, text: '', diagnostics };
}

/** 1 where the user can put it right, 3 where only we can. */
export function exitOf(diagnostics: readonly Diagnostic[]): Exit {
  if (!hasErrors(diagnostics)) return 0;
  return diagnostics.some((d) => OURS.has(d.code)) ? 3 : 1;
}

/** A run that is done, but for facts that were rejected by name. */
export function exitOfRun(diagnostics: readonly Diagnostic[]): Exit {
  return diagnostics.some((d) => d.code === 'run.no_rate') ? 2 : 0;
}

const OURS: ReadonlySet<string> = new Set(['engine.failed', 'engine.died']);
