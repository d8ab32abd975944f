/** What can be wrong with a request: names and options that mean nothing here. */
import type { Workspace } from '../plan/plan.ts';
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import { some } from '../value/wording.ts';

export function requestProblem(code: Code, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', file: '', line: 0, column: 0, path: '', message, hint };
}

export function unknownPlan(name: string, workspace: Workspace): Diagnostic {
  const known = [...new Set(workspace.plans.map((p) => p.plan))];
  return unknownName('plan', name, known);
}

/** `what`: plan, payee, source, kind, … */
export function unknownName(what: string, name: string, known: readonly string[]): Diagnostic {
  return requestProblem('cli.unknown_name', `There is no ${what} "${name}" here.`, known.length === 0 ? `There is no ${what} at all yet.` : `${plural(what)} are: ${some(known, 12)}.`);
}

export function wrongOption(option: string, value: string, allowed: readonly string[]): Diagnostic {
  return requestProblem('cli.bad_option', `${option} does not take "${value}".`, `It takes ${allowed.join(' or ')}.`);
}

export function missingOption(option: string, why: string, example: string): Diagnostic {
  return requestProblem('cli.missing_option', `${option} is missing: ${why}.`, `Say for example: ${example}`);
}

/** What a disk refuses: its owner can change that. Undefined for every other error. */
export function fileProblem(error: unknown): Diagnostic | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  const { code = '', path = 'a file' } = error as NodeJS.ErrnoException, words = DISK_WORDS[code];
  return words === undefined ? undefined : requestProblem('cli.unwritable', `${path} cannot be read or written: ${words[0]} (${code}).`, words[1]);
}
const DISK_WORDS: Readonly<Record<string, readonly [string, string]>> = {
  EACCES: ['you have no right to', 'Give your user the right to it, or name another place.'],
  EPERM: ['you have no right to', 'Give your user the right to it, or name another place.'],
  EROFS: ['the disk can only be read', 'Name a place on another disk.'],
  ENOSPC: ['the disk is full', 'Make room on the disk, and run the command again.'],
  EDQUOT: ['the disk is full for you', 'Make room on the disk, and run the command again.'],
  ENOTDIR: ['a part of its path is a file, not a folder', 'Name another place.'],
  EISDIR: ['it is a folder, not a file', 'Name a file.'],
  EEXIST: ['something of that name is there already', 'Name another place.'],
};

function plural(what: string): string {
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}s`;
}
