/** Arithmetic of measures that are sums: Σ coefficient × column. What is more than that is a formula of values. */
import type { Typed } from '../plan/formula.ts';
import type { CreditRule, Measure, Num, Plan, Subject } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { add, divide, multiply, ONE, ratio, type Ratio, ZERO } from '../value/rate.ts';
import type { BookTerm, CubeColumn, FactColumn, RowTerm } from './gather.ts';

/** How a number of a field is kept: divisor of its stored integer; and that of all shares of a rule. The facts stage knows both. */
export interface Divisors {
  column(column: Omit<FactColumn, 'index'>): bigint;
  shares(rule: CreditRule, plan: Plan): bigint;
  portion(num: Num, kind: string, plan: Plan, at: Measure['at']): bigint;
  book(term: BookTerm): bigint;
  /** is it divided by something that is not constant? */
  isCarried(of: Omit<FactColumn, 'index'> | { readonly rule: CreditRule; readonly plan: Plan }): boolean;
}

export interface FormTerm { readonly column: CubeColumn; readonly route: number; readonly span: number; readonly coefficient: Ratio }
/** `rows`, `book`: found in their own way, in parts of `divisor`; they stand alone. `distinct` stands alone, too. */
export interface Form {
  readonly terms: readonly FormTerm[];
  readonly constant: Ratio;
  readonly distinct: boolean;
  readonly rows?: { readonly term: RowTerm; readonly divisor: bigint };
  readonly book?: { readonly terms: readonly BookTerm[]; readonly divisor: bigint };
  readonly subject: Subject | undefined;
}
type FormOf = (measure: Measure) => Form | undefined;

export const sameSubject = (a: Subject, b: Subject): boolean => (typeof a === 'object' && typeof b === 'object' ? a.entity === b.entity : a === b);

/** The formula as a sum of columns and a constant; undefined where it is not one. */
export function linearForm(measures: Readonly<Record<string, Measure>>, formula: Typed, formOf: FormOf): Form | undefined {
  const go = (f: Typed | undefined): Form | undefined => (f === undefined ? undefined : linearForm(measures, f, formOf));
  if (formula.kind === 'number') return { terms: [], constant: formula.value, distinct: false, subject: undefined };
  if (formula.kind === 'name' && formula.ref.kind === 'measure') {
    const inner = measures[formula.ref.measure];
    assert(inner !== undefined, `the measure ${formula.ref.measure} is there`);
    return formOf(inner);
  }
  if (formula.kind !== 'op') return undefined;
  const [left, right] = formula.args;
  const a = go(left);
  if (a === undefined) return undefined;
  if (formula.op === 'negate') return scaleForm(a, ratio(-1n));
  const b = go(right);
  if (b === undefined) return undefined;
  if (formula.op === '+' || formula.op === '-') return plusForm(a, formula.op === '+' ? b : scaleForm(b, ratio(-1n)));
  if (formula.op === '*' && isNumber(a)) return scaleForm(b, a.constant);
  if (formula.op === '*' && isNumber(b)) return scaleForm(a, b.constant);
  if (formula.op === '/' && isNumber(b) && b.constant.n !== 0n) return scaleForm(a, divide(ONE, b.constant));
  return undefined;
}
const isNumber = (f: Form | undefined): boolean => f !== undefined && f.terms.length === 0 && f.rows === undefined && f.book === undefined && !f.distinct;

export function scaleForm(form: Form | undefined, by: Ratio): Form | undefined {
  if (form === undefined || form.rows !== undefined || form.book !== undefined || form.distinct) return undefined;
  return { ...form, terms: form.terms.map((t) => ({ ...t, coefficient: multiply(t.coefficient, by) })), constant: multiply(form.constant, by) };
}
function plusForm(a: Form | undefined, b: Form | undefined): Form | undefined {
  if (a === undefined || b === undefined || a.rows !== undefined || b.rows !== undefined || a.book !== undefined || b.book !== undefined || a.distinct || b.distinct) return undefined;
  if (a.subject !== undefined && b.subject !== undefined && !sameSubject(a.subject, b.subject)) return undefined;
  const terms: FormTerm[] = [...a.terms];
  for (const t of b.terms) {
    const i = terms.findIndex((have) => have.column === t.column && have.route === t.route && have.span === t.span);
    const have = terms[i];
    if (have === undefined) terms.push(t);
    else terms[i] = { ...have, coefficient: add(have.coefficient, t.coefficient) };
  }
  return { terms: terms.filter((t) => t.coefficient.n !== 0n), constant: add(a.constant, b.constant), distinct: false, subject: a.subject ?? b.subject };
}

/** A ratio, or a formula whose outermost step divides two measures. */
export function asQuotient(measure: Measure): { readonly numerator: Measure; readonly denominator: Measure | undefined } {
  if (measure.kind === 'ratio' && measure.minSample === undefined) return measure;
  if (measure.kind === 'formula') {
    const { formula } = measure;
    const [left, right] = formula.kind === 'op' && formula.op === '/' ? formula.args : [];
    if (left !== undefined && right !== undefined && readsMeasures(right)) return { numerator: { ...measure, formula: left }, denominator: { ...measure, formula: right } };
    if (formula.kind === 'name' && formula.ref.kind === 'measure') {
      const inner = measure.measures[formula.ref.measure];
      if (inner !== undefined) return asQuotient(inner);
    }
  }
  return { numerator: measure, denominator: undefined };
}
function readsMeasures(f: Typed): boolean {
  if (f.kind === 'name') return f.ref.kind === 'measure';
  return (f.kind === 'op' || f.kind === 'call') && f.args.some(readsMeasures);
}
export const NO_FORM: Form = { terms: [], constant: ZERO, distinct: false, subject: undefined };
