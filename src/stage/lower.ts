/**
 * Formulas → expressions of the tree. Numbers are pairs, so that nothing is divided before the end.
 * Money is in minor units of the currency at hand; text is a dictionary code; dates are days. What a
 * name means is the scope's: a fact, a credit, or what a payee's component looks at.
 */
import { formulaText } from '../plan/formula-text.ts';
import type { Typed } from '../plan/formula.ts';
import type { Num, Table } from '../plan/plan.ts';
import { and, bool, call, cast, codeOf, type Expr, int, isNull, nothing, not, or, when } from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { powerOfTen, type Ratio } from '../value/rate.ts';
import { asText, comparison, lowerCall } from './lower-calls.ts';
import { asPair, digitsOf, isMoney, type Lowered, NotBuilt, type Scope } from './lowered.ts';
import { constantPair, type Pair, productOfPairs, quotientOfPairs, sumOfPairs, surely } from './lower-pair.ts';
import { readTable } from './lower-table.ts';

export { asPair, digitsOf, isMoney, type Lowered, NotBuilt, type Scope, type TypedName } from './lowered.ts';

export function lowerNumber(typed: Typed, scope: Scope): Pair {
  return number(typed, scope, isMoney(typed.type));
}
export function lowerCondition(typed: Typed, scope: Scope): Expr {
  const out = lower(typed, scope, false);
  assert(out.kind === 'yes_no', `${formulaText(typed)} is yes or no`);
  return out.expr;
}
/** Any value as one integer that tells it apart from others: for counting different ones, and for look-ups by it. */
export function lowerKey(typed: Typed, scope: Scope): { readonly expr: Expr; readonly divisor: bigint } {
  const out = lower(typed, scope, isMoney(typed.type));
  switch (out.kind) {
    case 'number':
      if (typeof out.d !== 'bigint') throw new NotBuilt(scope.at, `Telling facts apart by the quotient ${formulaText(typed)} is not built yet`, 'Use a field, or a product of fields.');
      return { expr: out.n, divisor: out.d };
    case 'code': case 'day': return { expr: cast(out.expr, 'bigint'), divisor: 1n };
    case 'yes_no': return { expr: when(isNull(out.expr), nothing('bigint'), when(out.expr, int(1), int(0))), divisor: 1n };
    case 'text': throw new NotBuilt(scope.at, `Counting or looking up by ${formulaText(typed)} is not built yet`, 'Use a field of the fact that holds a code, a date or a number.');
  }
}

/** `money`: literals without a unit mean money here. */
export function lower(typed: Typed, scope: Scope, money: boolean): Lowered {
  const known = scope.known?.(typed);
  if (known !== undefined) return known;
  switch (typed.kind) {
    case 'number': return { kind: 'number', ...constantPair(money && typed.written === 'number' ? inMinorUnits(typed.value, scope.currency) : typed.value) };
    case 'per': throw new NotBuilt(scope.at, 'An amount with a unit of time has no meaning for a single fact', 'Write the amount without "a year", or compare in a gate.');
    case 'date': return { kind: 'day', expr: { kind: 'literal', type: 'integer', value: BigInt(typed.day) } };
    case 'text': return { kind: 'code', expr: codeOf(typed.value) };
    case 'yes_no': return { kind: 'yes_no', expr: bool(typed.value) };
    case 'name': return scope.name(typed);
    case 'op': return operation(typed, scope, money);
    case 'call': return lowerCall(typed, scope, money, lower);
    case 'read': return readTable(typed.table, scope, money, lower);
  }
}

const inMinorUnits = (value: Ratio, currency: string): Ratio => ({ n: value.n * powerOfTen(digitsOf(currency)), d: value.d });
/** A formula as a pair; a date is its day. */
export function number(typed: Typed, scope: Scope, money: boolean): Pair {
  return asPair(lower(typed, scope, money), typed);
}
function operation(typed: Extract<Typed, { kind: 'op' }>, scope: Scope, money: boolean): Lowered {
  const { op, args } = typed;
  const sides = args.some((a) => isMoney(a.type));
  const [a, b, c] = args;
  switch (op) {
    case 'and': return { kind: 'yes_no', expr: and(...args.map((x) => lowerCondition(x, scope))) };
    case 'or': return { kind: 'yes_no', expr: or(...args.map((x) => lowerCondition(x, scope))) };
    // a blank comparison is no, so that `not` of it is yes
    case 'not': return { kind: 'yes_no', expr: not(surely(lowerCondition(must(a), scope))) };
    case 'negate': { const x = number(must(a), scope, money); return { kind: 'number', n: call('negate', x.n), d: x.d }; }
    case '+': case '-': return sumOf(op, must(a), must(b), scope, money || sides);
    case '*': return { kind: 'number', ...productOfPairs(number(must(a), scope, isMoney(must(a).type)), number(must(b), scope, isMoney(must(b).type))) };
    case '/': return quotient(must(a), must(b), scope);
    case '=': case '<>': case '<': case '<=': case '>': case '>=': return { kind: 'yes_no', expr: comparison(op, must(a), must(b), scope, sides, lower) };
    case 'between': return { kind: 'yes_no', expr: and(comparison('>=', must(a), must(b), scope, sides, lower), comparison('<=', must(a), must(c), scope, sides, lower)) };
    case 'in': return { kind: 'yes_no', expr: or(...args.slice(1).map((x) => comparison('=', must(a), x, scope, sides, lower))) };
    case '&': return { kind: 'text', expr: call('concat', ...args.map((x) => asText(x, lower(x, scope, false), scope))) };
  }
}

function sumOf(op: '+' | '-', left: Typed, right: Typed, scope: Scope, money: boolean): Lowered {
  const sum = sumOfPairs(op, number(left, scope, money), number(right, scope, money));
  const dated = [left, right].some((t) => t.type.kind === 'date') && !(op === '-' && right.type.kind === 'date');
  if (!dated) return { kind: 'number', ...sum };
  // a part of a day is cut off
  const whole = typeof sum.d === 'bigint' ? (sum.d === 1n ? sum.n : call('quotient', sum.n, int(sum.d))) : call('quotient', sum.n, sum.d);
  return { kind: 'day', expr: cast(whole, 'integer') };
}
function quotient(left: Typed, right: Typed, scope: Scope): Lowered {
  const a = number(left, scope, isMoney(left.type));
  if (right.kind === 'number') {
    assert(right.value.n !== 0n, 'a divisor is not 0; resolve checks it');
    const sign = right.value.n < 0n ? -1n : 1n;
    return { kind: 'number', ...productOfPairs(a, { n: int(sign * right.value.d), d: sign * right.value.n }) };
  }
  const by = number(right, scope, isMoney(right.type));
  scope.divides?.(by.n);
  const pair = quotientOfPairs(a, by);
  return { kind: 'number', ...(scope.quotient?.(pair) ?? pair) };
}

/** A table as a number; `average`: under a factor or a share a marginal table is the average of its parts. */
export function lowerTable(table: Table, scope: Scope, money: boolean, average = false): Lowered {
  return readTable(table, scope, money, lower, average);
}
export function lowerNum(num: Num, scope: Scope, money: boolean): Lowered {
  return num.kind === 'formula' ? lower(num.formula, scope, money) : lowerTable(num.table, scope, money);
}
