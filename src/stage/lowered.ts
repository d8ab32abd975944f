/** What formulas become, and where they stand: shared by all that lowers them. */
import { formulaText } from '../plan/formula-text.ts';
import type { Type, Typed } from '../plan/formula.ts';
import type { At } from '../plan/plan.ts';
import { and, cast, type Expr, isNotNull } from '../relation/relation.ts';
import { assert, type Diagnostic } from '../value/diagnostic.ts';
import { minorDigits } from '../value/money.ts';
import type { Pair } from './lower-pair.ts';

export type Lowered =
  | ({ readonly kind: 'number' } & Pair)
  | { readonly kind: 'code' | 'text' | 'day' | 'yes_no'; readonly expr: Expr };
export type TypedName = Extract<Typed, { kind: 'name' }>;

/** Where a formula stands. */
export interface Scope {
  readonly currency: string;
  readonly at: At;
  /** what a name is here; throws NotBuilt where it cannot be read here */
  name(typed: TypedName): Lowered;
  /** how many payees are in a list; undefined: it cannot be read here */
  count?(list: TypedName): Lowered;
  /** the word that a code stands for, as text; undefined: words cannot be read here */
  word?(code: Expr): Expr | undefined;
  /** a part that is known before the facts are, as a column of its own; undefined where it is not */
  known?(typed: Typed): Lowered | undefined;
  /** told each divisor that is not constant */
  divides?(by: Expr): void;
  /** a quotient whose divisor is not constant; undefined: it stays a pair */
  quotient?(pair: Pair): Pair;
}

/** Refused here and now: said with its place, collected by the caller. */
export class NotBuilt extends Error {
  readonly diagnostic: Diagnostic;
  constructor(at: At, message: string, hint: string) {
    super(message);
    this.diagnostic = { code: 'plan.not_built_yet', severity: 'error', file: at.file, line: at.line, column: at.column, path: at.path, message, hint };
  }
}

/** Lowers a part of a formula. `money`: literals without a unit mean money here. */
export type Lower = (typed: Typed, scope: Scope, money: boolean) => Lowered;

export const isMoney = (type: Type): boolean => type.kind === 'money';

export function digitsOf(currency: string): number {
  const digits = minorDigits(currency);
  assert(digits !== undefined, `${currency} is a currency; resolve checks it`);
  return digits;
}

export function asPair(out: Lowered, typed: Typed): Pair {
  if (out.kind === 'day') return { n: cast(out.expr, 'bigint'), d: 1n };
  assert(out.kind === 'number', `${formulaText(typed)} is a number`);
  return out;
}

/** The expression that is NULL where the value is blank. */
export function exprOf(x: Lowered): Expr { return x.kind === 'number' ? x.n : x.expr; }
/** A pair is blank where its divisor is, too. */
export function isKnown(x: Lowered): Expr {
  return x.kind === 'number' && typeof x.d !== 'bigint' ? and(isNotNull(x.n), isNotNull(x.d)) : isNotNull(exprOf(x));
}
