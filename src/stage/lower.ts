/**
 * Formulas over facts → expressions of the tree. Numbers are pairs: a whole-number expression over a
 * constant divisor, so that nothing is divided before the end. Money is in minor units of the
 * currency at hand; text is a dictionary code; dates are days.
 */
import { formulaText } from '../plan/formula-text.ts';
import type { Type, Typed } from '../plan/formula.ts';
import type { At, Field, Kind } from '../plan/plan.ts';
import { cast, codeOf, col, compare, and, or, not, bool, call, coalesce, type CompareOp, type Expr, int, isNotNull, isNull, minus, nothing, plus, text, times, when } from '../relation/relation.ts';
import { assert, type Diagnostic, must } from '../value/diagnostic.ts';
import { powerOfTen, type Ratio, lcm } from '../value/rate.ts';
import { minorDigits } from '../value/money.ts';
import { isCoded, PARTS } from './store.ts';

export type Lowered =
  | { readonly kind: 'number'; readonly n: Expr; readonly d: bigint }
  | { readonly kind: 'code' | 'text' | 'day' | 'yes_no'; readonly expr: Expr };

/** What the formula may read: a fact (alias `f`) and the references that it follows, each joined under an alias. */
export interface FactScope {
  readonly kind: Kind;
  readonly currency: string;
  /** the alias under which the reference of this field is joined; asking for it joins it */
  readonly reference: (field: string) => { readonly alias: string; readonly kind: Kind } | undefined;
  readonly at: At;
}

/** Refused here and now: said with its place, collected by the caller. */
export class NotBuilt extends Error {
  readonly diagnostic: Diagnostic;
  constructor(at: At, message: string, hint: string) {
    super(message);
    this.diagnostic = { code: 'plan.not_built_yet', severity: 'error', file: at.file, line: at.line, column: at.column, path: at.path, message, hint };
  }
}

export function lowerNumber(typed: Typed, scope: FactScope): { readonly n: Expr; readonly d: bigint } {
  const out = lower(typed, scope, isMoney(typed.type));
  assert(out.kind === 'number', `${formulaText(typed)} is a number`);
  return out;
}
export function lowerCondition(typed: Typed, scope: FactScope): Expr {
  const out = lower(typed, scope, false);
  assert(out.kind === 'yes_no', `${formulaText(typed)} is yes or no`);
  return out.expr;
}
/** Any value as one integer that tells it apart from others: for counting different ones, and for look-ups by it. */
export function lowerKey(typed: Typed, scope: FactScope): { readonly expr: Expr; readonly divisor: bigint } {
  const out = lower(typed, scope, isMoney(typed.type));
  switch (out.kind) {
    case 'number': return { expr: out.n, divisor: out.d };
    case 'code': case 'day': return { expr: cast(out.expr, 'bigint'), divisor: 1n };
    case 'yes_no': return { expr: when(isNull(out.expr), nothing('bigint'), when(out.expr, int(1), int(0))), divisor: 1n };
    case 'text': throw new NotBuilt(scope.at, `Counting or looking up by ${formulaText(typed)} is not built yet`, 'Use a field of the fact that holds a code, a date or a number.');
  }
}

const isMoney = (type: Type): boolean => type.kind === 'money';

function lower(typed: Typed, scope: FactScope, money: boolean): Lowered {
  switch (typed.kind) {
    case 'number': return constant(typed.value, money && typed.written === 'number' ? scope.currency : undefined);
    case 'per': throw new NotBuilt(scope.at, 'An amount with a unit of time has no meaning for a single fact', 'Write the amount without "a year", or compare in a gate.');
    case 'date': return { kind: 'day', expr: { kind: 'literal', type: 'integer', value: BigInt(typed.day) } };
    case 'text': return { kind: 'code', expr: codeOf(typed.value) };
    case 'yes_no': return { kind: 'yes_no', expr: bool(typed.value) };
    case 'name': return field(typed, scope);
    case 'op': return operation(typed, scope, money);
    case 'call': return functionCall(typed, scope, money);
    case 'read': throw new NotBuilt(scope.at, `The table ${typed.name} cannot be read for a single fact in this version`, 'Use fields of the fact.');
  }
}

function constant(value: Ratio, currency: string | undefined): Lowered {
  if (currency === undefined) return { kind: 'number', n: int(value.n), d: value.d };
  const scaled = value.n * powerOfTen(digitsOf(currency));
  return { kind: 'number', n: int(scaled), d: value.d };
}
export function digitsOf(currency: string): number {
  const digits = minorDigits(currency);
  assert(digits !== undefined, `${currency} is a currency; resolve checks it`);
  return digits;
}

function field(typed: Extract<Typed, { kind: 'name' }>, scope: FactScope): Lowered {
  const { ref } = typed;
  if (ref.kind !== 'field') throw new NotBuilt(scope.at, `${typed.name} cannot be read for a single fact in this version`, 'Use fields of the fact, and of what it refers to.');
  const [first, second, third] = ref.path;
  assert(first !== undefined, 'a path has a first part');
  if (second === undefined) {
    if (first === 'date') return { kind: 'day', expr: col('day', 'f') };
    if (first === 'id') return { kind: 'text', expr: col('id', 'f') };
    return stored(scope.kind.fields, first, 'f', 1n, scope.at);
  }
  if (third !== undefined) throw new NotBuilt(scope.at, `${typed.name} follows two references`, 'One reference at a time is built: put the value on the nearer row.');
  const reference = scope.reference(first);
  if (reference === undefined) throw new NotBuilt(scope.at, `${typed.name} follows a reference to another fact, which is not built yet`, 'Put the value on the fact itself as a field of the source.');
  // money of a reference row is kept in millionths of the currency unit: it has no currency of its own
  return stored(reference.kind.fields, second, reference.alias, PARTS / powerOfTen(digitsOf(scope.currency)), scope.at);
}

function stored(fields: readonly Field[], name: string, alias: string, moneyDivisor: bigint, at: At): Lowered {
  const found = fields.find((f) => f.name === name);
  if (found === undefined) throw new NotBuilt(at, `${name} is calculated from other fields, which is not built yet`, 'Put the value into the source as a field.');
  const expr = col(name, alias);
  if (isCoded(found.type)) return { kind: 'code', expr };
  switch (found.type) {
    case 'money': return { kind: 'number', n: expr, d: moneyDivisor };
    case 'number': case 'percent': return { kind: 'number', n: expr, d: PARTS };
    case 'date': return { kind: 'day', expr };
    case 'yes_no': return { kind: 'yes_no', expr };
    default: return { kind: 'code', expr };
  }
}

function operation(typed: Extract<Typed, { kind: 'op' }>, scope: FactScope, money: boolean): Lowered {
  const { op, args } = typed;
  const sides = args.some((a) => isMoney(a.type));
  switch (op) {
    case 'and': return { kind: 'yes_no', expr: and(...args.map((a) => lowerCondition(a, scope))) };
    case 'or': return { kind: 'yes_no', expr: or(...args.map((a) => lowerCondition(a, scope))) };
    // a blank comparison is no, so that `not` of it is yes
    case 'not': return { kind: 'yes_no', expr: not(coalesce(lowerCondition(must(args[0]), scope), bool(false))) };
    case 'negate': { const x = number(must(args[0]), scope, money); return { kind: 'number', n: call('negate', x.n), d: x.d }; }
    case '+': case '-': return sumOf(op, must(args[0]), must(args[1]), scope, money || sides);
    case '*': return product(must(args[0]), must(args[1]), scope);
    case '/': return quotient(typed, scope);
    case '=': case '<>': case '<': case '<=': case '>': case '>=': return { kind: 'yes_no', expr: comparison(op, must(args[0]), must(args[1]), scope, sides) };
    case 'between': {
      const [x, low, high] = [must(args[0]), must(args[1]), must(args[2])];
      return { kind: 'yes_no', expr: and(comparison('>=', x, low, scope, sides), comparison('<=', x, high, scope, sides)) };
    }
    case 'in': return { kind: 'yes_no', expr: or(...args.slice(1).map((a) => comparison('=', must(args[0]), a, scope, sides))) };
    case '&': throw new NotBuilt(scope.at, 'Joining text of facts with & is not built yet', 'Make the joined text a field in the source: `fields: { key: concat(a, b) }`.');
  }
}

function number(typed: Typed, scope: FactScope, money: boolean): { n: Expr; d: bigint } {
  const out = lower(typed, scope, money);
  if (out.kind === 'day') return { n: cast(out.expr, 'bigint'), d: 1n };
  assert(out.kind === 'number', `${formulaText(typed)} is a number`);
  return out;
}
function scaled(x: { n: Expr; d: bigint }, to: bigint): Expr {
  return x.d === to ? x.n : times(x.n, int(to / x.d));
}

function sumOf(op: '+' | '-', left: Typed, right: Typed, scope: FactScope, money: boolean): Lowered {
  const a = number(left, scope, money), b = number(right, scope, money);
  const d = lcm(a.d, b.d);
  const n = op === '+' ? plus(scaled(a, d), scaled(b, d)) : minus(scaled(a, d), scaled(b, d));
  const dated = [left, right].some((t) => t.type.kind === 'date') && !(op === '-' && right.type.kind === 'date');
  return dated ? { kind: 'day', expr: cast(n, 'integer') } : { kind: 'number', n, d };
}
function product(left: Typed, right: Typed, scope: FactScope): Lowered {
  const a = number(left, scope, isMoney(left.type)), b = number(right, scope, isMoney(right.type));
  return { kind: 'number', n: times(a.n, b.n), d: a.d * b.d };
}
function quotient(typed: Extract<Typed, { kind: 'op' }>, scope: FactScope): Lowered {
  const right = must(typed.args[1]);
  if (right.kind !== 'number') throw new NotBuilt(scope.at, `${formulaText(typed)} divides by a field of the fact, which is not built yet`, 'Divide in a `ratio` measure, or put the quotient into the source as a field.');
  const a = number(must(typed.args[0]), scope, isMoney(must(typed.args[0]).type));
  assert(right.value.n > 0n, 'a divisor is positive; resolve checks it');
  return { kind: 'number', n: times(a.n, int(right.value.d)), d: a.d * right.value.n };
}

function comparison(op: CompareOp, left: Typed, right: Typed, scope: FactScope, money: boolean): Expr {
  const a = lower(left, scope, money), b = lower(right, scope, money);
  if (a.kind === 'number' || b.kind === 'number') {
    const x = number(left, scope, money), y = number(right, scope, money), d = lcm(x.d, y.d);
    return compare(op, scaled(x, d), scaled(y, d));
  }
  if (a.kind === 'text' || b.kind === 'text') return compare(op, asText(left, a, scope), asText(right, b, scope));
  if (a.kind === 'code' && op !== '=' && op !== '<>') throw new NotBuilt(scope.at, `Text cannot be compared by ${op}`, 'Use = or in (…).');
  return compare(op, a.expr, b.expr as Expr);
}
function asText(typed: Typed, lowered: Lowered, scope: FactScope): Expr {
  if (typed.kind === 'text') return text(typed.value);
  if (lowered.kind === 'text') return lowered.expr;
  throw new NotBuilt(scope.at, `${formulaText(typed)} cannot be compared with the id of a fact`, 'Compare the id with words in quotes.');
}

function functionCall(typed: Extract<Typed, { kind: 'call' }>, scope: FactScope, money: boolean): Lowered {
  const args = typed.args;
  switch (typed.name) {
    case 'if': {
      const [test, yes, no] = [must(args[0]), must(args[1]), must(args[2])];
      const a = lower(yes, scope, money), b = lower(no, scope, money);
      const condition = lowerCondition(test, scope);
      if (a.kind !== 'number' || b.kind !== 'number') {
        assert(a.kind !== 'number' && a.kind === b.kind, 'both ends of an if have one type');
        return { kind: a.kind, expr: when(condition, a.expr, b.expr) };
      }
      const d = lcm(a.d, b.d);
      return { kind: 'number', n: when(condition, scaled(a, d), scaled(b, d)), d };
    }
    case 'min': case 'max': {
      const xs = args.map((a) => number(a, scope, money)), d = xs.reduce((m, x) => lcm(m, x.d), 1n);
      const all = and(...xs.map((x) => isNotNull(x.n)));
      // a blank makes the result blank; engines differ on it
      return { kind: 'number', n: when(all, call(typed.name === 'min' ? 'least' : 'greatest', ...xs.map((x) => scaled(x, d))), nothing('bigint')), d };
    }
    case 'abs': { const x = number(must(args[0]), scope, money); return { kind: 'number', n: call('abs', x.n), d: x.d }; }
    case 'days': { const a = number(must(args[0]), scope, false), b = number(must(args[1]), scope, false); return { kind: 'number', n: minus(b.n, a.n), d: 1n }; }
    case 'known': return { kind: 'yes_no', expr: not(isNull(exprOf(lower(must(args[0]), scope, money)))) };
    case 'ifblank': {
      const a = lower(must(args[0]), scope, money), b = lower(must(args[1]), scope, money);
      if (a.kind === 'number' && b.kind === 'number') { const d = lcm(a.d, b.d); return { kind: 'number', n: coalesce(scaled(a, d), scaled(b, d)), d }; }
      assert(a.kind !== 'number' && b.kind === a.kind, 'ifblank has one type');
      return { kind: a.kind, expr: coalesce(a.expr, b.expr) };
    }
    default:
      throw new NotBuilt(scope.at, `${typed.name}(…) cannot be computed for a single fact in this version`, 'Compute it in the source: `fields: { name: formula }`, and use the field here.');
  }
}
function exprOf(x: Lowered): Expr { return x.kind === 'number' ? x.n : x.expr; }
