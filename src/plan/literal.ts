/** Literals that stand alone: keys of tables, defaults of terms, units of rounding, shares of credit. */
import { negate } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import type { Num } from './plan.ts';
import type { Day } from '../value/period.ts';
import type { TimeUnit } from './formula.ts';
import { parseFormula } from './parse-formula.ts';

export type Literal =
  | { readonly kind: 'number'; readonly value: Ratio; readonly written: 'number' | 'percent' | 'factor' }
  | { readonly kind: 'per'; readonly value: Ratio; readonly every: TimeUnit }
  | { readonly kind: 'date'; readonly day: Day }
  | { readonly kind: 'yes_no'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string };

/** undefined where the text is not one literal (a name, a formula, or not readable). Text must be quoted. */
export function readLiteral(text: string): Literal | undefined {
  const read = parseFormula(text);
  if ('problem' in read) return undefined;
  const f = read.formula;
  if (f.kind === 'number' || f.kind === 'per' || f.kind === 'date' || f.kind === 'yes_no' || f.kind === 'text') return f;
  const [inner] = f.kind === 'op' && f.op === 'negate' ? f.args : [];
  return inner?.kind === 'number' || inner?.kind === 'per' ? { ...inner, value: negate(inner.value) } : undefined;
}

/** A number written as `written`; 0 may be written in any way. */
export function readNumber(text: string, written: 'number' | 'percent' | 'factor'): Ratio | undefined {
  const literal = readLiteral(text);
  return literal?.kind === 'number' && (literal.written === written || literal.value.n === 0n) ? literal.value : undefined;
}

/** The value of a number that is a literal; undefined where it is anything else. */
export function constantOf(number: Num): Ratio | undefined {
  return number.kind === 'formula' && number.formula.kind === 'number' ? number.formula.value : undefined;
}
