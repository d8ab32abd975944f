/**
 * Functions of the tree in memory: each takes its arguments ready to run and gives what reads one row.
 * Whatever engines do differently (a division by 0, a null among the least) is an assertion here, so
 * that a program which relies on one engine does not pass.
 */
import type { CompareOp, Fn, SqlType } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import { divideRounded, type RoundingMode } from '../value/rate.ts';
import { asBigint, asType, type Computed, holding, integer, narrow, orderOf, type Read } from './memory-cells.ts';
import type { Cell } from './engine.ts';

/** `type`: of the result, as an engine infers it. */
type Build = (args: readonly Computed[], type: SqlType) => Read;

export const FUNCTIONS: Readonly<Record<Fn, Build>> = {
  add: ofTwo((a, b) => a + b, (a, b) => a + b),
  subtract: ofTwo((a, b) => a - b, (a, b) => a - b),
  multiply: ofTwo((a, b) => a * b, (a, b) => a * b),
  quotient: ofTwo((a, b) => Math.trunc(a / divisor(b, 0)), (a, b) => a / divisor(b, 0n)),
  modulo: ofTwo((a, b) => { integer(a / divisor(b, 0)); return a % b; }, (a, b, hold) => { hold(a / divisor(b, 0n)); return a % b; }),
  gcd: ofTwo(() => assert(false, 'the greatest common divisor is of wide numbers') as never, commonDivisor),
  negate: ofOne((a) => -a, (a) => -a),
  abs: ofOne((a) => Math.abs(a), (a) => (a < 0n ? -a : a)),
  and: ([a, b]) => logic(a, b, false),
  or: ([a, b]) => logic(a, b, true),
  not: ([a]) => { const read = argument(a).read; return (row) => { const x = read(row); return x === null ? null : x !== true; }; },
  is_null: ([a]) => { const read = argument(a).read; return (row) => read(row) === null; },
  is_not_null: ([a]) => { const read = argument(a).read; return (row) => read(row) !== null; },
  coalesce: (args, type) => {
    const reads = args.map((a) => asType(a, type));
    return (row) => { for (const read of reads) { const x = read(row); if (x !== null) return x; } return null; };
  },
  nullif: ([a, b]) => {
    const { read } = argument(a), same = comparison('=', argument(a), argument(b));
    return (row) => (same(row) === true ? null : read(row));
  },
  least: (args, type) => extreme(args, type, -1),
  greatest: (args, type) => extreme(args, type, 1),
  concat: ofTexts((a, b) => a + b),
  lower: ofText((a) => eachLetter(a, (letter) => Array.from(letter.toLowerCase())[0] ?? letter)),
  upper: ofText((a) => eachLetter(a, upperLetter)),
  left: ([a, b]) => {
    const { read } = argument(a), length = asBigint(argument(b));
    return (row) => { const x = read(row), n = length(row); return x === null || n === null ? null : firstLetters(x as string, n); };
  },
};

function argument(of: Computed | undefined): Computed {
  assert(of !== undefined, 'a function has its arguments');
  return of;
}
/** Only these two: the text of a function with two sides says no third. */
function twoArguments(args: readonly Computed[]): readonly [Computed, Computed] {
  assert(args.length === 2, 'a function with two sides has two arguments');
  return [argument(args[0]), argument(args[1])];
}

// ---- numbers ----

function ofTwo(small: (a: number, b: number) => number, large: (a: bigint, b: bigint, hold: (x: bigint) => bigint) => bigint): Build {
  return (args, type) => {
    const [left, right] = twoArguments(args);
    if (type === 'integer') {
      const a = left.read, b = right.read;
      return (row) => { const x = a(row), y = b(row); return x === null || y === null ? null : integer(small(x as number, y as number)); };
    }
    const a = asBigint(left), b = asBigint(right), hold = holding(type);
    return (row) => { const x = a(row), y = b(row); return x === null || y === null ? null : hold(large(x, y, hold)); };
  };
}
function ofOne(small: (a: number) => number, large: (a: bigint) => bigint): Build {
  return ([of], type) => {
    const { read } = argument(of), hold = type === 'integer' ? undefined : holding(type);
    return (row) => { const x = read(row); return x === null ? null : hold === undefined ? integer(small(x as number)) : hold(large(x as bigint)); };
  };
}
function commonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
/** On DuckDB a division by 0 gives nothing, on Trino it ends the run. */
function divisor<T extends number | bigint>(value: T, zero: T): T {
  assert(value !== zero, 'a program does not divide by 0: engines differ on it');
  return value;
}

/** Engines differ on a null among the arguments: programs see to it that there is none. */
function extreme(args: readonly Computed[], type: SqlType, sign: 1 | -1): Read {
  const reads = args.map((a) => asType(a, type)), order = orderOf(type);
  return (row) => {
    let best: Cell = null;
    for (const [i, read] of reads.entries()) {
      const x = read(row);
      assert(x !== null, 'no argument of least and greatest is null: engines differ on it');
      if (i === 0 || sign * order(x, best) > 0) best = x;
    }
    return best;
  };
}

/**
 * n ÷ d × scale, rounded. What the text of the emitter holds on the way (the whole part, the rest and
 * what is added to it before the cut) has to fit as well: where SQL would end the run, so does this.
 */
export function ratioRead(n: Computed, d: Computed, scale: bigint, mode: RoundingMode, type: SqlType): Read {
  const top = asBigint(n), bottom = asBigint(d), hold = holding(type), holdDivisor = holding(d.type);
  const doubles = mode === 'half_away' || mode === 'half_up';
  return (row) => {
    const x = top(row), y = bottom(row);
    if (x === null || y === null) return null;
    assert(y > 0n, 'the divisor of a ratio is above 0');
    hold((x / y) * scale);
    hold(ON_THE_WAY[mode](hold((x % y) * scale), y));
    if (doubles) holdDivisor(2n * y);
    const value = hold(divideRounded(x * scale, y, mode));
    return type === 'integer' ? narrow(value) : value;
  };
}
const positive = (x: bigint): bigint => (x < 0n ? -x : x);
/** The largest number that rounding a rest passes through. */
const ON_THE_WAY: Readonly<Record<RoundingMode, (rest: bigint, d: bigint) => bigint>> = {
  down: (rest) => rest,
  floor: (rest) => rest,
  up: (rest, d) => positive(rest) + d - 1n,
  half_away: (rest, d) => 2n * positive(rest) + d,
  half_up: (rest, d) => (rest < 0n ? 2n * rest : 2n * rest + d),
  half_even: (rest, d) => 2n * positive(rest % d),
};

// ---- logic and comparisons ----

/** `decides`: the side that settles it, whatever the other is. */
function logic(a: Computed | undefined, b: Computed | undefined, decides: boolean): Read {
  const left = argument(a).read, right = argument(b).read;
  return (row) => {
    const x = left(row);
    if (x === decides) return decides;
    const y = right(row);
    return y === decides ? decides : x === null || y === null ? null : !decides;
  };
}

const COMPARE: Readonly<Record<CompareOp, (a: Read, b: Read, order: (x: Cell, y: Cell) => number) => Read>> = {
  '=': known((x, y) => x === y),
  '<>': known((x, y) => x !== y),
  '<': known((x, y, order) => order(x, y) < 0),
  '<=': known((x, y, order) => order(x, y) <= 0),
  '>': known((x, y, order) => order(x, y) > 0),
  '>=': known((x, y, order) => order(x, y) >= 0),
  is_distinct_from: (a, b) => (row) => a(row) !== b(row),
  is_not_distinct_from: (a, b) => (row) => a(row) === b(row),
};
/** Where a side is missing, so is the answer. */
function known(test: (x: Cell, y: Cell, order: (x: Cell, y: Cell) => number) => boolean): (typeof COMPARE)[CompareOp] {
  return (a, b, order) => (row) => { const x = a(row), y = b(row); return x === null || y === null ? null : test(x, y, order); };
}
export function comparison(op: CompareOp, left: Computed, right: Computed): Read {
  const [a, b, type] = alike(left, right);
  return COMPARE[op](a, b, orderOf(type));
}
/** Both sides in one form, so that equal numbers are the same cell. */
export function alike(left: Computed, right: Computed): readonly [Read, Read, SqlType] {
  if (left.type === right.type) return [left.read, right.read, left.type];
  return [asBigint(left), asBigint(right), 'wide'];
}

// ---- text ----

function ofText(make: (text: string) => string): Build {
  return ([of]) => { const { read } = argument(of); return (row) => { const x = read(row); return x === null ? null : make(x as string); }; };
}
function ofTexts(make: (a: string, b: string) => string): Build {
  return (args) => {
    const [left, right] = twoArguments(args);
    return (row) => { const x = left.read(row), y = right.read(row); return x === null || y === null ? null : make(x as string, y as string); };
  };
}
/** Letter by letter, as engines do: no letter becomes two, and none looks at its neighbours. A letter that would become two stays (DuckDB has ẞ for ß, Trino has ß). */
function eachLetter(text: string, change: (letter: string) => string): string {
  return Array.from(text, change).join('');
}
function upperLetter(letter: string): string {
  const upper = Array.from(letter.toUpperCase());
  return upper.length === 1 ? upper.join('') : letter;
}
function firstLetters(text: string, length: bigint): string {
  assert(length >= 0n, 'the length of a text is not below 0: engines differ on it');
  return BigInt(text.length) <= length ? text : Array.from(text).slice(0, narrow(length)).join('');
}
