/** Functions of formulas → expressions. A blank argument makes the result blank. */
import type { FunctionName } from '../plan/formula-functions.ts';
import { isFunction } from '../plan/formula-functions.ts';
import type { Typed } from '../plan/formula.ts';
import { and, call, cast, coalesce, compare, type CompareOp, type Expr, int, isNotNull, minus, nothing, plus, text, times, when } from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { formulaText } from '../plan/formula-text.ts';
import { sign } from './arithmetic.ts';
import { civil, monthIndex, monthsBetween, monthsLater, monthStart, quarterOf, weekday } from './lower-date.ts';
import { asPair, isKnown, isMoney, type Lower, type Lowered, NotBuilt, type Scope } from './lowered.ts';
import { casesOfPairs, comparePair, flatCase, overOne, type Pair, surely } from './lower-pair.ts';

type Call = Extract<Typed, { kind: 'call' }>;

export function lowerCall(typed: Call, scope: Scope, money: boolean, lower: Lower): Lowered {
  const number = (x: Typed, asMoney: boolean): Pair => asPair(lower(x, scope, asMoney), x);
  const { args } = typed;
  assert(isFunction(typed.name), 'tables that are called are read nodes; resolve makes them');
  const name: FunctionName = typed.name;
  const [a, b, c] = args;
  const day = (x: Typed | undefined): Expr => { const out = lower(must(x), scope, false); assert(out.kind === 'day', 'a date is a day'); return cast(out.expr, 'bigint'); };
  const whole = (n: Expr): Lowered => ({ kind: 'number', n, d: 1n });
  switch (name) {
    case 'if': { const [x, y] = alike([must(b), must(c)], scope, money, lower); return chosen([[surely(yesNo(lower(must(a), scope, false))), must(x)]], must(y), must(b)); }
    case 'switch': return switched(args, scope, money, lower);
    case 'min': case 'max': return extreme(name, args, money, number);
    case 'abs': { const x = number(must(a), money); return { kind: 'number', n: call('abs', x.n), d: x.d }; }
    case 'round': return rounded(must(a), must(b), scope, money, number);
    case 'days': return whole(minus(day(b), day(a)));
    case 'months': return whole(monthsBetween(day(a), day(b)));
    case 'month_number': return monthNumber(day(a), day(b), number(must(c), false));
    case 'add_months': return { kind: 'day', expr: cast(monthsLater(day(a), cutToWhole(number(must(b), false))), 'integer') };
    case 'month_start': return { kind: 'day', expr: cast(monthStart(day(a)), 'integer') };
    case 'day': return whole(civil(day(a)).date);
    case 'month': return whole(civil(day(a)).month);
    case 'quarter': return whole(quarterOf(day(a)));
    case 'year': return whole(civil(day(a)).year);
    case 'weekday': return whole(weekday(day(a)));
    case 'known': return { kind: 'yes_no', expr: isKnown(lower(must(a), scope, money)) };
    case 'ifblank': { const [x, y] = alike(args, scope, money, lower); return chosen([[isKnown(must(x)), must(x)]], must(y), must(a)); }
    case 'count': {
      if (scope.count === undefined || a?.kind !== 'name') throw new NotBuilt(scope.at, 'The entries of a list cannot be counted here', 'Count them in a derived field of the fact: `derived: { people: count(team) }`.');
      return scope.count(a);
    }
    case 'lower': case 'upper': return { kind: 'text', expr: call(name, asText(must(a), lower(must(a), scope, false), scope)) };
    case 'left': return { kind: 'text', expr: call('left', asText(must(a), lower(must(a), scope, false), scope), lettersOf(must(b), scope)) };
    case 'concat': return { kind: 'text', expr: args.map((x) => coalesce(asText(x, lower(x, scope, false), scope), text(''))).reduce((x, y) => call('concat', x, y)) };
    case 'yearly': case 'date':
      throw new NotBuilt(scope.at, `${name}(…) cannot be computed for a single fact`, 'Compute it in the source: `fields: { name: formula }`, and use the field here.');
  }
}

/** The first of these whose test holds, else the last: of one kind, numbers over one divisor. */
export function chosen(branches: readonly (readonly [Expr, Lowered])[], otherwise: Lowered | null, typed: Typed): Lowered {
  const all = [...branches.map(([, x]) => x), ...(otherwise === null ? [] : [otherwise])];
  const [first] = all;
  assert(first !== undefined, 'there is something to choose from');
  if (all.some((x) => x.kind === 'number')) {
    return { kind: 'number', ...casesOfPairs(branches.map(([test, x]) => [test, asPair(x, typed)] as const), otherwise === null ? null : asPair(otherwise, typed)) };
  }
  assert(first.kind !== 'number' && all.every((x) => x.kind === first.kind), 'what is chosen from has one type');
  const expr = (x: Lowered): Expr => { assert(x.kind !== 'number', 'a number has a pair'); return x.expr; };
  const none = nothing(first.kind === 'yes_no' ? 'boolean' : first.kind === 'text' ? 'text' : 'integer');
  return { kind: first.kind, expr: flatCase(branches.reduceRight((rest: Expr, [test, x]) => when(test, expr(x), rest), otherwise === null ? none : expr(otherwise))) };
}

function switched(args: readonly Typed[], scope: Scope, money: boolean, lower: Lower): Lowered {
  const [what, ...rest] = args;
  const results = rest.filter((_, i) => i % 2 === 1 || i === rest.length - 1), made = alike(results, scope, money, lower);
  const pairs = made.slice(0, -1).map((x, i) => [surely(comparison('=', must(what), must(rest[2 * i]), scope, isMoney(must(what).type), lower)), x] as const);
  return chosen(pairs, must(made.at(-1)), must(rest[1]));
}

/** Text among codes makes text of all. */
function alike(all: readonly Typed[], scope: Scope, money: boolean, lower: Lower): readonly Lowered[] {
  const out = all.map((x) => lower(x, scope, money));
  return out.some((x) => x.kind === 'text') ? out.map((x, i): Lowered => ({ kind: 'text', expr: asText(must(all[i]), x, scope) })) : out;
}

/** How many letters: a number that is written out. */
function lettersOf(typed: Typed, scope: Scope): Expr {
  if (typed.kind !== 'number' || typed.value.d !== 1n || typed.value.n < 0n) throw new NotBuilt(scope.at, 'The number of letters of left(…) is a whole number that is written out', 'Write it as `left(code, 2)`.');
  return int(typed.value.n);
}

type NumberOf = (typed: Typed, money: boolean) => Pair;

function extreme(name: 'min' | 'max', args: readonly Typed[], money: boolean, number: NumberOf): Lowered {
  const dated = args[0]?.type.kind === 'date';
  const pair = args.map((a) => number(a, money || args.some((x) => isMoney(x.type)))).reduce((x, y): Pair => {
    const one = overOne(x, y);
    // a blank makes the result blank; engines differ on it
    const n = when(and(isNotNull(one.a), isNotNull(one.b)), call(name === 'min' ? 'least' : 'greatest', one.a, one.b), nothing(typeof one.d === 'bigint' ? 'bigint' : 'wide'));
    return { n, d: one.d };
  });
  return dated ? { kind: 'day', expr: cast(pair.n, 'integer') } : { kind: 'number', ...pair };
}

/** To multiples of a unit that is a literal; half goes away from zero. */
function rounded(x: Typed, unit: Typed, scope: Scope, money: boolean, number: NumberOf): Lowered {
  const pair = number(x, money), to = number(unit, money || isMoney(x.type));
  if (to.n.kind !== 'literal' || typeof to.n.value !== 'bigint' || to.n.value <= 0n || typeof to.d !== 'bigint') throw new NotBuilt(scope.at, 'The unit of round(…) is a number that is written out', 'Write it as `round(amount, 0.01)`.');
  const top = times(call('abs', pair.n), int(2n * to.d)), bottom = typeof pair.d === 'bigint' ? int(pair.d * to.n.value) : times(pair.d, int(to.n.value));
  const steps = call('quotient', plus(top, bottom), times(int(2), bottom));
  return { kind: 'number', n: times(sign(pair.n), steps, int(to.n.value)), d: to.d };
}

/** Toward zero. */
function cutToWhole(pair: Pair): Expr {
  return typeof pair.d === 'bigint' ? (pair.d === 1n ? pair.n : call('quotient', pair.n, int(pair.d))) : call('quotient', pair.n, pair.d);
}

/** 1 in the month of the start; a start after the cutoff day counts from the month after. */
function monthNumber(start: Expr, day: Expr, cutoff: Pair): Lowered {
  const late = when(compare('>', times(civil(start).date, typeof cutoff.d === 'bigint' ? int(cutoff.d) : cutoff.d), cutoff.n), int(1), int(0));
  return { kind: 'number', n: plus(minus(minus(monthIndex(day), monthIndex(start)), late), int(1)), d: 1n };
}

function yesNo(x: Lowered): Expr {
  assert(x.kind === 'yes_no', 'a condition is yes or no');
  return x.expr;
}

export function comparison(op: CompareOp, left: Typed, right: Typed, scope: Scope, money: boolean, lower: Lower): Expr {
  const a = lower(left, scope, money), b = lower(right, scope, money);
  if (a.kind === 'number' || b.kind === 'number') return comparePair(op, asPair(a, left), asPair(b, right));
  if (a.kind === 'text' || b.kind === 'text') return compare(op, asText(left, a, scope), asText(right, b, scope));
  if (a.kind === 'code' && op !== '=' && op !== '<>') throw new NotBuilt(scope.at, `Text cannot be compared by ${op}`, 'Use = or in (…).');
  return compare(op, a.expr, b.expr);
}
export function asText(typed: Typed, lowered: Lowered, scope: Scope): Expr {
  if (typed.kind === 'text') return text(typed.value);
  if (lowered.kind === 'text') return lowered.expr;
  const word = lowered.kind === 'code' ? scope.word?.(lowered.expr) : undefined;
  if (word !== undefined) return word;
  throw new NotBuilt(scope.at, `The letters of ${formulaText(typed)} cannot be read here`, 'Make the text that you need a field in the source: `fields: { name: formula }`.');
}
