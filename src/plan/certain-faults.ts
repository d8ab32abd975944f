/** What cannot be calculated whatever the facts are: a division by a term that is 0, factors with more digits than a run holds. */
import type { Diagnostic } from '../value/diagnostic.ts';
import type { Ratio } from '../value/rate.ts';
import type { Typed } from './formula.ts';
import type { At, Plan, Term } from './plan.ts';
import { problem } from './problem.ts';

/** The digits that exact numbers of a run have room for. */
const DIGITS = 38;
type Operation = Extract<Typed, { kind: 'op' }>;

export function certainFaults(plan: Pick<Plan, 'terms' | 'at'>): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  const zero = new Set(plan.terms.filter(isZero).map((t) => t.name));
  visit(plan, plan.at, (operation, at) => {
    for (const d of [divided(operation, zero, at), multiplied(operation, at)]) if (d !== undefined) found.set(`${d.file}:${d.line}:${d.column}`, d);
  });
  return [...found.values()];
}

function isZero({ given, fallback }: Term): boolean {
  const value: Ratio | string | undefined = given ?? fallback;
  return typeof value === 'object' && value.n === 0n;
}

function divided({ op, args }: Operation, zero: ReadonlySet<string>, at: At): Diagnostic | undefined {
  const divisor = args[1];
  if (op !== '/' || divisor?.kind !== 'name' || divisor.ref.kind !== 'term' || !zero.has(divisor.ref.term)) return undefined;
  return problem('plan.formula', at, `this divides by the term \`${divisor.ref.term}\`, which is 0`, `give the term a value that is not 0, or do not divide by it`);
}

function multiplied(operation: Operation, at: At): Diagnostic | undefined {
  const digits = factorsOf(operation).reduce((sum, value) => sum + value.toString().length - 1, 0);
  if (operation.op !== '*' || digits < DIGITS) return undefined;
  return problem('plan.too_many_digits', at, `the numbers that are multiplied here have ${digits + 1} digits together, and ${DIGITS} is the most that a result can have`, 'check the numbers for a slip, or count in a larger unit');
}
/** The numbers of a product, as it is written. */
function factorsOf(part: Typed): bigint[] {
  if (part.kind === 'number') return [part.value.n < 0n ? -part.value.n : part.value.n];
  return part.kind === 'op' && part.op === '*' ? part.args.flatMap(factorsOf) : [];
}

/** Every operation of the formulas below, each with the nearest place of a file. */
function visit(value: unknown, near: At, each: (operation: Operation, at: At) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) { for (const item of value) visit(item, near, each); return; }
  const { at, kind } = value as { readonly at?: Partial<At>; readonly kind?: unknown };
  const here = typeof at?.file === 'string' && typeof at.line === 'number' ? (at as At) : near;
  if (kind === 'op' && 'op' in value) each(value as Operation, here);
  for (const part of Object.values(value)) visit(part, here, each);
}
