/**
 * Typed tree → closure, compiled once and run for every row. All numbers are exact.
 *
 * A blank (null) makes arithmetic blank and comparisons no; `=` and `<>` compare blanks. Division by
 * zero is blank. `and` and `or` stop at the first part that decides. A blank condition counts as no.
 */
import { add, divide, multiply, negate, subtract } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { assert } from '../value/diagnostic.ts';
import { PLAIN_FUNCTIONS, dayIn, daysLater, numberOf } from './evaluate-functions.ts';
import type { PlainFunction } from './evaluate-functions.ts';
import { isFunction } from './formula-functions.ts';
import { isBlank, order, sameValue, writtenValue } from './formula-value.ts';
import type { Value } from './formula-value.ts';
import type { Ref, TimeUnit, Type, Typed } from './formula.ts';
import type { Table } from './plan.ts';

export { isBlank, isDay, isRatio, sameValue } from './formula-value.ts';
export type { DayValue, Value } from './formula-value.ts';

/** A compiled formula, or a part of one: the value over one row, payee or whatever `E` stands for. */
export type Read<E> = (env: E) => Value;

/** How a name is read. Called once for each name of the formula, when it is compiled. */
export type Names<E> = (ref: Ref, name: string, type: Type) => Read<E>;

/** Parts whose meaning depends on where the formula stands; needed only where a formula has them. */
export interface Surroundings<E> {
  /** `20_000 a year`: the share for the window at hand */
  readonly per?: (value: Ratio, every: TimeUnit, type: Type) => Read<E>;
  /** `yearly(quota)`: the undivided value of the term */
  readonly yearly?: Names<E>;
  /** `quota * season`, `margin_floor(line)`: the table, and how what it is read at and its values are read */
  readonly table?: (table: Table, read: (part: Typed) => Read<E>) => Read<E>;
}

export function compileFormula<E>(typed: Typed, names: Names<E>, surroundings: Surroundings<E> = {}): Read<E> {
  return compilePart({ names, ...surroundings }, typed);
}

type Meanings<E> = Surroundings<E> & { readonly names: Names<E> };
type TypedCall = Extract<Typed, { kind: 'call' }>;
type TypedOperation = Extract<Typed, { kind: 'op' }>;

function compilePart<E>(m: Meanings<E>, typed: Typed): Read<E> {
  switch (typed.kind) {
    case 'number': case 'text': case 'yes_no': {
      const value = typed.value;
      return () => value;
    }
    case 'date': {
      const value = Object.freeze({ day: typed.day });
      return () => value;
    }
    case 'per':
      assert(m.per !== undefined, 'a formula with an amount over time is compiled where time is known');
      return m.per(typed.value, typed.every, typed.type);
    case 'name': return m.names(typed.ref, typed.name, typed.type);
    case 'call': return compileCall(m, typed);
    case 'read':
      assert(m.table !== undefined, `the table ${typed.name} is read where tables are known`);
      return m.table(typed.table, (part) => compilePart(m, part));
    case 'op': return compileOperation(typed, typed.args.map((arg) => compilePart(m, arg)));
  }
}

function compileOperation<E>(typed: TypedOperation, args: readonly Read<E>[]): Read<E> {
  const [a, b, c] = args as readonly [Read<E>, Read<E>, Read<E>];
  switch (typed.op) {
    case 'and': return (env) => a(env) === true && b(env) === true;
    case 'or': return (env) => a(env) === true || b(env) === true;
    case 'not': return (env) => a(env) !== true;
    case '=': return (env) => sameValue(a(env), b(env));
    case '<>': return (env) => !sameValue(a(env), b(env));
    case '<': return (env) => order(a(env), b(env)) === -1;
    case '>': return (env) => order(a(env), b(env)) === 1;
    case '<=': return (env) => atMost(a(env), b(env));
    case '>=': return (env) => atMost(b(env), a(env));
    case 'between': return (env) => {
      const value = a(env);
      return atMost(b(env), value) && atMost(value, c(env));
    };
    case 'in': return compileIn(typed, args);
    case 'negate': return (env) => {
      const value = a(env);
      return value === null ? null : negate(numberOf(value));
    };
    case '+': return typed.type.kind === 'date' ? both(a, b, (x, y) => daysLater(dayIn(x), numberOf(y))) : both(a, b, (x, y) => add(numberOf(x), numberOf(y)));
    case '-': return compileMinus(typed, a, b);
    case '*': return both(a, b, (x, y) => multiply(numberOf(x), numberOf(y)));
    case '/': return both(a, b, (x, y) => {
      const divisor = numberOf(y);
      return divisor.n === 0n ? null : divide(numberOf(x), divisor);
    });
    case '&': return both(a, b, (x, y) => writtenValue(x) + writtenValue(y));
  }
}

type Known = Exclude<Value, null>;

/** Blank where one of the two is. */
function both<E>(a: Read<E>, b: Read<E>, compute: (x: Known, y: Known) => Value): Read<E> {
  return (env) => {
    const x = a(env);
    if (x === null) return null;
    const y = b(env);
    return y === null ? null : compute(x, y);
  };
}

function compileMinus<E>(typed: TypedOperation, a: Read<E>, b: Read<E>): Read<E> {
  if (typed.type.kind === 'date') return both(a, b, (x, y) => daysLater(dayIn(x), negate(numberOf(y))));
  if (typed.args[0]?.type.kind === 'date') return both(a, b, (x, y) => ({ n: BigInt(dayIn(x) - dayIn(y)), d: 1n }));
  return both(a, b, (x, y) => subtract(numberOf(x), numberOf(y)));
}

function atMost(a: Value, b: Value): boolean {
  const found = order(a, b);
  return found === -1 || found === 0;
}

function compileIn<E>(typed: TypedOperation, args: readonly Read<E>[]): Read<E> {
  const [value, ...items] = args as readonly [Read<E>, ...Read<E>[]];
  const texts = typed.args.slice(1).map((item) => (item.kind === 'text' ? item.value : undefined));
  if (texts.every((text) => text !== undefined)) {
    const words: ReadonlySet<Value> = new Set(texts);
    return (env) => words.has(value(env));
  }
  return (env) => {
    const wanted = value(env);
    return items.some((item) => sameValue(wanted, item(env)));
  };
}

function compileCall<E>(m: Meanings<E>, typed: TypedCall): Read<E> {
  const { name } = typed;
  assert(isFunction(name), `${name} is a function; a table that is called has become a reading of it`);
  if (name === 'yearly') return compileYearly(m, typed);
  const args: readonly Read<E>[] = typed.args.map((arg) => compilePart(m, arg));
  switch (name) {
    case 'if': {
      const [condition, then, otherwise] = args as readonly [Read<E>, Read<E>, Read<E>];
      return (env) => (condition(env) === true ? then(env) : otherwise(env));
    }
    case 'ifblank': {
      const [value, other] = args as readonly [Read<E>, Read<E>];
      return (env) => {
        const found = value(env);
        return isBlank(found) ? other(env) : found;
      };
    }
    case 'known': {
      const [value] = args as readonly [Read<E>];
      return (env) => !isBlank(value(env));
    }
    case 'concat': return (env) => args.reduce((text, arg) => text + writtenOrNothing(arg(env)), '');
    case 'switch': return compileSwitch(args);
    case 'count': return assert(false, 'lists are counted where their rows are; a formula over one row has none') as never;
    default: return compilePlain(name, args);
  }
}

function compilePlain<E>(name: PlainFunction, args: readonly Read<E>[]): Read<E> {
  const compute = PLAIN_FUNCTIONS[name];
  return (env) => {
    const values: Known[] = [];
    for (const arg of args) {
      const value = arg(env);
      if (value === null) return null;
      values.push(value);
    }
    return compute(values);
  };
}

function compileYearly<E>(m: Meanings<E>, typed: TypedCall): Read<E> {
  const [term] = typed.args;
  assert(m.yearly !== undefined && term?.kind === 'name', 'yearly( ) takes a term, where terms are known');
  return m.yearly(term.ref, term.name, term.type);
}

function compileSwitch<E>(args: readonly Read<E>[]): Read<E> {
  const [value, ...rest] = args as readonly [Read<E>, ...Read<E>[]];
  const otherwise = rest.at(-1) as Read<E>;
  return (env) => {
    const found = value(env);
    for (let i = 0; i + 1 < rest.length; i += 2) {
      if (sameValue(found, (rest[i] as Read<E>)(env))) return (rest[i + 1] as Read<E>)(env);
    }
    return otherwise(env);
  };
}

function writtenOrNothing(value: Value): string {
  return value === null ? '' : writtenValue(value);
}
