/** What can be wrong with a request: names and options that mean nothing here. */
import type { Workspace } from '../plan/plan.ts';
import type { Code, Diagnostic } from '../value/diagnostic.ts';

export function requestProblem(code: Code, message: string, hint: string): Diagnostic {
  return { code, severity: 'error', file: '', line: 0, column: 0, path: '', message, hint };
}

export function unknownPlan(name: string, workspace: Workspace): Diagnostic {
  const known = [...new Set(workspace.plans.map((p) => p.plan))];
  return unknownName('plan', name, known);
}

/** `what`: plan, payee, source, kind, … */
export function unknownName(what: string, name: string, known: readonly string[]): Diagnostic {
  return requestProblem('request.unknown_name', `There is no ${what} "${name}" here.`, known.length === 0 ? `There is no ${what} at all yet.` : `${plural(what)} are: ${some(known)}.`);
}

export function wrongOption(option: string, value: string, allowed: readonly string[]): Diagnostic {
  return requestProblem('request.bad_option', `${option} does not take "${value}".`, `It takes ${allowed.join(' or ')}.`);
}

export function missingOption(option: string, why: string, example: string): Diagnostic {
  return requestProblem('request.missing_option', `${option} is missing: ${why}.`, `Say for example: ${example}`);
}

function plural(what: string): string {
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}s`;
}

function some(names: readonly string[], most = 12): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}
