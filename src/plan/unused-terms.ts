/** Terms that nothing of a plan reads: often a name that is misspelt, or a number that people think counts. */
import type { Diagnostic } from '../value/diagnostic.ts';
import { closest } from './closest.ts';
import type { Plan } from './plan.ts';
import { problem } from './problem.ts';

/** A warning for each term that the plan's own files declare and nothing reads; what a template offers is left to its plans. */
export function unusedTerms(plan: Pick<Plan, 'terms'>, files: readonly string[]): Diagnostic[] {
  const read = new Set<string>();
  visit(plan, read);
  return plan.terms.filter((t) => !read.has(t.name) && files.includes(t.at.file)).map((t) => {
    const near = closest(t.name, [...read]);
    return problem('plan.unused', t.at, `nothing reads the term \`${t.name}\``, `write its name where a number stands${near === undefined ? '' : ` (\`${near}\` is read)`}, or remove it`, 'warning');
  });
}

/** `payees: region = area` reads a term as well as a column of the payee. */
function visit(value: unknown, read: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) { for (const item of value) visit(item, read); return; }
  const { kind, term, path } = value as { readonly kind?: unknown; readonly term?: unknown; readonly path?: unknown };
  if (kind === 'term' && typeof term === 'string') read.add(term);
  if (Array.isArray(path) && typeof path[0] === 'string') read.add(path[0]);
  for (const part of Object.values(value)) visit(part, read);
}
