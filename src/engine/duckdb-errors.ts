/**
 * What DuckDB says, in the words of this project: which of the reasons that a user can act on it is,
 * and what to do. Everything else is `engine.failed`, with DuckDB's first line.
 */
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import { EngineStop, overflowStop } from './engine.ts';

export interface ErrorContext {
  /** name of the statement or of what was done */
  readonly step: string;
  /** the file in question: the store, or the file read or written */
  readonly file: string;
  readonly memoryMb: number;
}

export function stop(code: Code, at: { readonly file: string; readonly path: string }, message: string, hint: string): EngineStop {
  const diagnostic: Diagnostic = { code, severity: 'error', file: at.file, line: 0, column: 0, path: at.path, message, hint };
  return new EngineStop(diagnostic);
}

/** The stop that an error text of DuckDB stands for. */
export function stopOf(text: string, context: ErrorContext): EngineStop {
  const at = { file: context.file, path: context.step };
  for (const [pattern, make] of REASONS) if (pattern.test(text)) return make(at, text, context);
  return stop('engine.failed', at, `The step "${context.step}" failed: ${firstLine(text)}.`,
    'This is most likely a fault in Trueup: please report it with this message and the plan or file that caused it.');
}

export function cancelledStop(step: string): EngineStop {
  return stop('engine.cancelled', { file: '', path: step }, 'The work was stopped on request; nothing of it was kept.', 'Run the command again when you want it done.');
}

export function memoryStop(step: string, context: { readonly memoryMb: number; readonly usedMb?: number }): EngineStop {
  const used = context.usedMb === undefined ? '' : ` (it had taken ${context.usedMb} MB)`;
  return stop('engine.memory', { file: '', path: step },
    `The step "${step}" needs more memory than the limit of ${context.memoryMb} MB${used}; it was ended, and nothing of it was kept.`,
    'Give it more with --memory, or calculate fewer plans or a shorter span at once.');
}

type Reason = readonly [RegExp, (at: { file: string; path: string }, text: string, context: ErrorContext) => EngineStop];

const REASONS: readonly Reason[] = [
  [/^INTERRUPT Error/, (at) => cancelledStop(at.path)],
  [/^(?!Conversion).*(No space left on device|ENOSPC|Disk quota exceeded|max_temp_directory_size|File too large)/s, (at, text) => stop('engine.disk', at,
    `The disk is full: the step "${at.path}" could not write${pathIn(text)}. Nothing of it was kept.`,
    'Make room on the disk (or move the workspace to a larger one), and run the command again.')],
  [/^Out of Memory Error|bad_alloc|Cannot allocate memory/, (at, _, context) => memoryStop(at.path, context)],
  [/^IO Error.*(Could not set lock on file|Conflicting lock|being used by another process|already open in)/s, (at, text) => stop('engine.locked', at,
    `The store ${at.file} is in use by another process${pidIn(text)}.`,
    'Wait until the other command has ended, or end it; one command at a time can use a workspace.')],
  [/^(Serialization Error|IO Error.*(not a valid DuckDB database file|Is a directory|database file with version|corrupt|checksum))/is, (at, text) => stop('engine.store', at,
    `The store ${at.file} cannot be read: ${firstLine(text)}.`,
    'Move it away and import again: every fact in it came from your files. If it matters what happened, keep the old file.')],
  [/^Driver Error/, (at, text) => stop('engine.driver', at,
    `The calculation engine (DuckDB) could not be loaded: ${firstLine(text).replace(/^Driver Error: /, '')}.`,
    'Run `npm ci` in the folder of Trueup; DuckDB exists for Linux, macOS and Windows on x64 and arm64.')],
  [/^Permission Error/, (at, text) => stop('engine.folder', at,
    `The step "${at.path}" may not touch${pathIn(text) || ' that file'}: it lies outside the folders of this workspace.`,
    'Put the file into the workspace, or name a folder for it on the command line.')],
  [/^(IO Error|EACCES|EROFS|EISDIR|ENOENT|ENOTDIR|EPERM)/, (at, text) => stop('engine.store', at,
    `The file${pathIn(text) || ` ${at.file}`} cannot be opened: ${firstLine(text).replace(/^[A-Z][\w ]*Error: /, '')}.`,
    'Check that the folder exists and that you may read and write there.')],
  [/^(Out of Range Error|Conversion Error)/, (at, text) => overflowStop(at, firstLine(text).replace(/^[A-Z][\w ]*Error: /, ''))],
];

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').trim().replace(/[.!]+$/, '');
}
function pathIn(text: string): string {
  const path = /"([^"]+)"/.exec(text)?.[1];
  return path === undefined ? '' : ` ${path}`;
}
function pidIn(text: string): string {
  const pid = /PID (\d+)/.exec(text)?.[1];
  return pid === undefined ? '' : ` (process ${pid})`;
}
