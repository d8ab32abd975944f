/**
 * Numbers of formulas as pairs: a whole-number expression over a divisor, so that nothing is divided
 * before the end. Where the divisor is known when the program is compiled it is a constant; where it
 * is itself measured it is an expression, above 0 or NULL.
 */
import { call, compare as compareExpr, type CompareOp, type Expr, int, minus, not, nothing, plus, times, type SqlType, when, wide } from '../relation/relation.ts';
import { lcm, type Ratio } from '../value/rate.ts';
import { asWide } from './arithmetic.ts';

export type Divisor = bigint | Expr;
export interface Pair { readonly n: Expr; readonly d: Divisor }

const isConstant = (d: Divisor): d is bigint => typeof d === 'bigint';
export const divisorExpr = (d: Divisor): Expr => (isConstant(d) ? wide(d) : d);

export const constantPair = (value: Ratio): Pair => ({ n: int(value.n), d: value.d });

/** n over the divisor `to`, a multiple of its own constant divisor. */
export function scaledTo(x: Pair & { readonly d: bigint }, to: bigint): Expr {
  return x.d === to ? x.n : product(x.n, int(to / x.d));
}
/** Numbers that are written out are multiplied here: engines take the product of two small ones for small, too. */
function product(a: Expr, b: Expr): Expr {
  const known = (e: Expr): bigint | undefined => (e.kind === 'literal' && e.type === 'bigint' && typeof e.value === 'bigint' ? e.value : undefined);
  const [x, y] = [known(a), known(b)];
  return x === undefined || y === undefined ? times(a, b) : int(x * y);
}

/** Two pairs over one divisor. */
export function overOne(a: Pair, b: Pair): { readonly a: Expr; readonly b: Expr; readonly d: Divisor } {
  if (isConstant(a.d) && isConstant(b.d)) {
    const d = lcm(a.d, b.d);
    return { a: scaledTo({ n: a.n, d: a.d }, d), b: scaledTo({ n: b.n, d: b.d }, d), d };
  }
  const ad = divisorExpr(a.d), bd = divisorExpr(b.d);
  return { a: times(asWide(a.n), bd), b: times(asWide(b.n), ad), d: times(ad, bd) };
}

export function sumOfPairs(op: '+' | '-', a: Pair, b: Pair): Pair {
  const one = overOne(a, b);
  return { n: op === '+' ? plus(one.a, one.b) : minus(one.a, one.b), d: one.d };
}
export function productOfPairs(a: Pair, b: Pair): Pair {
  if (isConstant(a.d) && isConstant(b.d)) return { n: product(a.n, b.n), d: a.d * b.d };
  return { n: times(asWide(a.n), asWide(b.n)), d: times(divisorExpr(a.d), divisorExpr(b.d)) };
}
/** a ÷ b; NULL where b is 0. The sign goes up, so that the divisor stays above 0. */
export function quotientOfPairs(a: Pair, b: Pair): Pair {
  const by = call('nullif', asWide(b.n), int(0));
  const up = times(asWide(a.n), divisorExpr(b.d));
  return { n: when(compareExpr('<', asWide(b.n), int(0)), call('negate', up), up), d: times(divisorExpr(a.d), call('abs', by)) };
}
export function comparePair(op: CompareOp, a: Pair, b: Pair): Expr {
  const one = overOne(a, b);
  return compareExpr(op, one.a, one.b);
}
/** Branches of one number, over one divisor. */
export function casesOfPairs(branches: readonly (readonly [Expr, Pair])[], otherwise: Pair | null): Pair {
  const pairs = [...branches.map(([, p]) => p), ...(otherwise === null ? [] : [otherwise])];
  const constant = pairs.every((p) => isConstant(p.d));
  const d = constant ? pairs.reduce((m, p) => lcm(m, p.d as bigint), 1n) : undefined;
  const type: SqlType = constant ? 'bigint' : 'wide';
  const n = (p: Pair): Expr => (d === undefined ? asWide(p.n) : scaledTo({ n: p.n, d: p.d as bigint }, d));
  const choose = (of: (p: Pair) => Expr, none: Expr): Expr => branches.reduceRight((rest: Expr, [test, p]) => when(test, of(p), rest), otherwise === null ? none : of(otherwise));
  return { n: flat(choose(n, nothing(type))), d: d ?? flat(choose((p) => divisorExpr(p.d), nothing('wide'))) };
}
/** CASE in CASE as one CASE: engines bound how deep an expression may be. */
function flat(e: Expr): Expr {
  if (e.kind !== 'case') return e;
  const rest = flat(e.otherwise);
  return rest.kind === 'case' ? { kind: 'case', when: [...e.when, ...rest.when], otherwise: rest.otherwise } : { ...e, otherwise: rest };
}
export const flatCase = flat;

/** Known to be false where it is unknown. */
export const surely = (e: Expr): Expr => call('coalesce', e, { kind: 'literal', type: 'boolean', value: false });
export const isNot = (e: Expr): Expr => not(surely(e));
