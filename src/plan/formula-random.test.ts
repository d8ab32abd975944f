/** Random formulas: text and tree are one, and evaluation agrees with a second, naive reading of the language. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFormula } from './evaluate.ts';
import type { Value } from './evaluate.ts';
import { formulaText } from './formula-text.ts';
import type { Formula, Operator, Type } from './formula.ts';
import { parseFormula } from './parse-formula.ts';
import { typeFormula } from './type-formula.ts';
import type { Scope } from './type-formula.ts';

const at = { start: 0, end: 0 };
const op = (operator: Operator, ...args: Formula[]): Formula => ({ kind: 'op', op: operator, args, at });
const call = (name: string, ...args: Formula[]): Formula => ({ kind: 'call', name, args, at });
const reduced = (n: bigint, d: bigint): { n: bigint; d: bigint } => {
  let [a, b] = [n < 0n ? -n : n, d];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n ? { n: 0n, d: 1n } : { n: n / a, d: d / a };
};

const decimal = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.constantFrom(1n, 10n, 100n, 10_000n)).map(([n, d]) => reduced(n, d));
const number = decimal.map((value): Formula => ({ kind: 'number', value, written: 'number', at }));
const percent = fc.integer({ min: 0, max: 3000 }).map((n): Formula => ({ kind: 'number', value: reduced(BigInt(n), 1000n), written: 'percent', at }));
const factor = fc.integer({ min: 0, max: 50 }).map((n): Formula => ({ kind: 'number', value: reduced(BigInt(n), 10n), written: 'factor', at }));
const per = fc.tuple(decimal, fc.constantFrom('day', 'week', 'month', 'quarter', 'half', 'year'))
  .map(([value, every]): Formula => ({ kind: 'per', value, every: every as 'day', at }));
const date = fc.integer({ min: -20_000, max: 40_000 }).map((day): Formula => ({ kind: 'date', day, at }));
const text = fc.oneof(fc.constantFrom('Won', 'Lost', '', '2024-02-29', 'say "so"', ' a, b) '), fc.string({ unit: 'binary', maxLength: 6 })).map((value): Formula => ({ kind: 'text', value, at }));
const yesNo = fc.boolean().map((value): Formula => ({ kind: 'yes_no', value, at }));
const named = (...names: string[]): fc.Arbitrary<Formula> => fc.constantFrom(...names).map((name): Formula => ({ kind: 'name', name, at }));

function bare(formula: Formula): unknown {
  const { at: _at, ...rest } = formula;
  return 'args' in rest ? { ...rest, args: rest.args.map(bare) } : rest;
}

describe('text', () => {
  const operators: Operator[] = ['+', '-', '*', '/', '&', '=', '<>', '<', '<=', '>', '>=', 'and', 'or'];
  const { tree } = fc.letrec<{ tree: Formula }>((tie) => ({
    tree: fc.oneof({ maxDepth: 7, depthSize: 'medium' },
      fc.oneof(number, percent, factor, per, date, text, yesNo, named('amount', 'payee.role', 'größe_1', 'a', 'x', 'per', 'In', '_')),
      fc.tuple(fc.constantFrom(...operators), tie('tree'), tie('tree')).map(([o, a, b]) => op(o, a, b)),
      fc.tuple(fc.constantFrom<Operator>('not', 'negate'), tie('tree')).map(([o, a]) => op(o, a)),
      fc.tuple(tie('tree'), tie('tree'), tie('tree')).map((args) => op('between', ...args)),
      fc.tuple(tie('tree'), fc.array(tie('tree'), { minLength: 1, maxLength: 3 })).map(([a, list]) => op('in', a, ...list)),
      fc.tuple(fc.constantFrom('max', 'concat', 'margin_floor', 'yearly'), fc.array(tie('tree'), { maxLength: 3 })).map(([name, args]) => call(name, ...args)),
    ),
  }));

  test('every tree survives being written and read again', () => {
    fc.assert(fc.property(tree, (formula) => {
      const read = parseFormula(formulaText(formula));
      expect('formula' in read ? bare(read.formula) : read.problem).toEqual(bare(formula));
    }), { numRuns: 600 });
  });

  test('the spans of a read tree cut its own text out of the whole', () => {
    fc.assert(fc.property(tree, (formula) => {
      const written = formulaText(formula);
      const read = parseFormula(written);
      if (!('formula' in read)) throw new Error(read.problem.message);
      for (const part of partsOf(read.formula)) {
        const again = parseFormula(written.slice(part.at.start, part.at.end));
        expect('formula' in again ? bare(again.formula) : again.problem).toEqual(bare(part));
      }
    }), { numRuns: 150 });
  });

  test('any text gives a formula or a problem inside the text, never an exception', () => {
    const pieces = fc.constantFrom('amount', '(', ')', ',', '"', '1,000', '50k', '5%', 'if(', 'between', ' and ', 'in', '-', '=', '\u200b', '😀', '2026-07-01', 'a year', '.', "'", '\n');
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.array(pieces, { maxLength: 12 }).map((p) => p.join(''))), (written) => {
      const read = parseFormula(written);
      if ('formula' in read) return;
      expect(read.problem.message).not.toBe('');
      expect(read.problem.hint).not.toBe('');
      expect(read.problem.at.start).toBeLessThanOrEqual(read.problem.at.end);
      expect(read.problem.at.end).toBeLessThanOrEqual(written.length);
    }), { numRuns: 1000 });
  });
});

function partsOf(formula: Formula): Formula[] {
  return formula.kind === 'op' || formula.kind === 'call' ? [formula, ...formula.args.flatMap(partsOf)] : [formula];
}

const types: Record<string, Type> = {
  n1: { kind: 'number' }, n2: { kind: 'number' }, d1: { kind: 'date' }, d2: { kind: 'date' },
  t1: { kind: 'text' }, t2: { kind: 'text' }, b1: { kind: 'yes_no' }, b2: { kind: 'yes_no' },
};
const scope: Scope = {
  lookup: (name) => { const type = types[name]; return type && { ref: { kind: 'field', path: [name] }, type }; },
  names: () => Object.keys(types),
};

type Sort = 'number' | 'date' | 'text' | 'yes_no';
const sorts = fc.letrec<Record<Sort, Formula>>((tie) => {
  const [n, d, t, b] = [tie('number'), tie('date'), tie('text'), tie('yes_no')];
  const small = fc.integer({ min: 0, max: 40 }).map((v): Formula => ({ kind: 'number', value: { n: BigInt(v), d: 1n }, written: 'number', at }));
  const comparison = fc.constantFrom<Operator>('<', '<=', '>', '>=', '=', '<>');
  const alike = fc.oneof(fc.tuple(n, n, n), fc.tuple(d, d, d), fc.tuple(t, t, t));
  return {
    number: fc.oneof({ maxDepth: 4 }, fc.oneof(number, small, named('n1', 'n2')),
      fc.tuple(fc.constantFrom<Operator>('+', '-', '*', '/'), n, n).map(([o, x, y]) => op(o, x, y)), n.map((x) => op('negate', x)),
      fc.tuple(fc.constantFrom('min', 'max'), fc.array(n, { minLength: 1, maxLength: 3 })).map(([f, args]) => call(f, ...args)),
      n.map((x) => call('abs', x)), n.map((x) => call('round', x, { kind: 'number', value: { n: 1n, d: 20n }, written: 'number', at })),
      fc.tuple(d, d).map(([x, y]) => op('-', x, y)), fc.tuple(fc.constantFrom('days', 'months'), d, d).map(([f, x, y]) => call(f, x, y)),
      fc.tuple(d, d, small).map((args) => call('month_number', ...args)),
      fc.tuple(fc.constantFrom('day', 'month', 'quarter', 'year', 'weekday'), d).map(([f, x]) => call(f, x)),
      fc.tuple(n, n).map(([x, y]) => call('ifblank', x, y)), fc.tuple(t, t, n, n).map((args) => call('switch', ...args))),
    date: fc.oneof({ maxDepth: 4 }, fc.oneof(date, named('d1', 'd2')), fc.tuple(d, small).map(([x, y]) => op('+', x, y)), fc.tuple(d, n).map(([x, y]) => op('-', x, y)),
      fc.tuple(d, small).map(([x, y]) => call('add_months', x, y)), d.map((x) => call('month_start', x)), t.map((x) => call('date', call('left', x, { kind: 'number', value: { n: 10n, d: 1n }, written: 'number', at })))),
    text: fc.oneof({ maxDepth: 4 }, fc.oneof(text, named('t1', 't2')), fc.tuple(t, t).map(([x, y]) => op('&', x, y)), fc.array(t, { minLength: 1, maxLength: 3 }).map((args) => call('concat', ...args)),
      fc.tuple(fc.constantFrom('lower', 'upper'), t).map(([f, x]) => call(f, x)), fc.tuple(t, small).map(([x, y]) => call('left', x, y)), fc.tuple(t, t).map(([x, y]) => call('ifblank', x, y))),
    yes_no: fc.oneof({ maxDepth: 4 }, fc.oneof(yesNo, named('b1', 'b2')), fc.tuple(fc.constantFrom<Operator>('and', 'or'), b, b).map(([o, x, y]) => op(o, x, y)), b.map((x) => op('not', x)),
      fc.tuple(comparison, alike).map(([o, [x, y]]) => op(o, x, y)), alike.map((args) => op('between', ...args)), alike.map((args) => op('in', ...args)),
      fc.oneof(n, d, t).map((x) => call('known', x))),
  };
});

const rational = fc.tuple(fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n }), fc.bigInt({ min: 1n, max: 60n })).map(([n, d]) => reduced(n, d));
const values = {
  number: fc.option(fc.oneof(rational, fc.constant({ n: 0n, d: 1n }))),
  date: fc.option(fc.integer({ min: -20_000, max: 40_000 }).map((day) => ({ day }))),
  text: fc.option(fc.constantFrom('', 'Won', 'lost', '2024-02-29', '2023-02-29', 'A😀b', '\uffff')),
  yes_no: fc.option(fc.boolean()),
};
const envs = fc.record({ n1: values.number, n2: values.number, d1: values.date, d2: values.date, t1: values.text, t2: values.text, b1: values.yes_no, b2: values.yes_no });
type Env = Readonly<Record<string, Value>>;
const anyFormula = fc.oneof(sorts.number, sorts.date, sorts.text, sorts.yes_no);

describe('evaluation', () => {
  test('agrees with a naive reading of the language on random formulas and rows', () => {
    fc.assert(fc.property(anyFormula, fc.array(envs, { minLength: 1, maxLength: 4 }), (formula, rows) => {
      const typed = typeFormula(formula, scope);
      if (!('typed' in typed)) {
        // a literal 0 may have been put under a `/`; nothing else in these formulas is wrong
        expect(typed.problems.map((p) => p.hint)).toContain('A division by zero gives a blank; write the number that is meant.');
        return;
      }
      const compiled = compileFormula<Env>(typed.typed, (_ref, name) => (env) => env[name] ?? null);
      for (const row of rows) expect(compiled(row)).toEqual(naive(formula, row));
    }), { numRuns: 1500 });
  });

  test('gives a value of the type that the formula was given', () => {
    fc.assert(fc.property(anyFormula, envs, (formula, row) => {
      const typed = typeFormula(formula, scope);
      if (!('typed' in typed)) return;
      const value = compileFormula<Env>(typed.typed, (_ref, name) => (env) => env[name] ?? null)(row);
      if (value !== null) expect(sortOf(value)).toBe(typed.typed.type.kind);
    }), { numRuns: 300 });
  });
});

function sortOf(value: Exclude<Value, null>): Sort {
  return typeof value === 'string' ? 'text' : typeof value === 'boolean' ? 'yes_no' : 'day' in value ? 'date' : 'number';
}

/** The language once more, straight over the tree: numbers as n/d by hand, dates by Temporal. */
function naive(f: Formula, env: Env): Value {
  switch (f.kind) {
    case 'number': case 'text': case 'yes_no': return f.value;
    case 'date': return { day: f.day };
    case 'per': return null;
    case 'name': return env[f.name] ?? null;
    case 'op': return naiveOperation(f.op, f.args, env);
    case 'call': return naiveCall(f.name, f.args.map((arg) => naive(arg, env)));
  }
}

const isDate = (v: Value): v is { day: number } => typeof v === 'object' && v !== null && 'day' in v;
const key = (v: Value): string => (v === null ? 'blank' : typeof v === 'object' ? ('day' in v ? `day ${v.day}` : `${v.n}/${v.d}`) : `${typeof v} ${String(v)}`);
const difference = (a: Value, b: Value): bigint => {
  if (isDate(a) && isDate(b)) return BigInt(a.day - b.day);
  if (typeof a === 'string' && typeof b === 'string') return BigInt(Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const [x, y] = [a, b] as { n: bigint; d: bigint }[];
  return x!.n * y!.d - y!.n * x!.d;
};
const daysAway = (day: number, n: bigint): Value => (day + Number(n) < -719_162 || day + Number(n) > 2_932_896 ? null : { day: day + Number(n) });

function naiveOperation(o: Operator, args: readonly Formula[], env: Env): Value {
  const v = args.map((arg) => naive(arg, env));
  const [a, b] = v as [Value, Value];
  if (o === 'not') return a !== true;
  if (o === 'and') return a === true && b === true;
  if (o === 'or') return a === true || b === true;
  if (o === '=') return key(a) === key(b);
  if (o === '<>') return key(a) !== key(b);
  if (o === 'in') return v.slice(1).some((x) => key(x) === key(a));
  if (o === 'between') return v.every((x) => x !== null) && difference(a, b) >= 0n && difference(a, v[2]!) <= 0n;
  const compared = { '<': -1, '<=': 0, '>': 1, '>=': 0 }[o as '<'];
  if (compared !== undefined) {
    if (a === null || b === null) return false;
    const d = difference(a, b);
    return o === '<' ? d < 0n : o === '<=' ? d <= 0n : o === '>' ? d > 0n : d >= 0n;
  }
  if (v.includes(null)) return null;
  if (o === '&') return (a as string) + (b as string);
  if (isDate(a)) {
    if (isDate(b)) return { n: BigInt(a.day - b.day), d: 1n };
    const days = (b as { n: bigint; d: bigint });
    return daysAway(a.day, (o === '+' ? 1n : -1n) * (days.n / days.d));
  }
  const x = a as { n: bigint; d: bigint };
  if (o === 'negate') return { n: -x.n, d: x.d };
  const y = b as { n: bigint; d: bigint };
  if (o === '*') return reduced(x.n * y.n, x.d * y.d);
  if (o === '/') return y.n === 0n ? null : y.n < 0n ? reduced(-x.n * y.d, x.d * -y.n) : reduced(x.n * y.d, x.d * y.n);
  return o === '+' ? reduced(x.n * y.d + y.n * x.d, x.d * y.d) : reduced(x.n * y.d - y.n * x.d, x.d * y.d);
}

function naiveCall(name: string, v: readonly Value[]): Value {
  const [a, b, c] = v as [Value, Value, Value];
  if (name === 'known') return a !== null && a !== '';
  if (name === 'ifblank') return a === null || a === '' ? b : a;
  if (name === 'concat') return v.map((x) => x ?? '').join('');
  if (name === 'switch') return key(a) === key(b) ? c : v.at(-1)!;
  if (v.includes(null)) return null;
  const utc = (x: Value): Temporal.PlainDate => EPOCH.add({ days: (x as { day: number }).day });
  const int = (n: number): Value => ({ n: BigInt(n), d: 1n });
  switch (name) {
    case 'min': return v.reduce((x, y) => (difference(y, x) < 0n ? y : x));
    case 'max': return v.reduce((x, y) => (difference(y, x) > 0n ? y : x));
    case 'abs': return { n: (a as { n: bigint }).n < 0n ? -(a as { n: bigint }).n : (a as { n: bigint }).n, d: (a as { d: bigint }).d };
    case 'round': return naiveRound(a as { n: bigint; d: bigint }, b as { n: bigint; d: bigint });
    case 'days': return int((b as { day: number }).day - (a as { day: number }).day);
    case 'months': return int(monthIndex(utc(b)) - monthIndex(utc(a)) - (utc(b).day < utc(a).day ? 1 : 0));
    case 'month_number': {
      const cutoff = c as { n: bigint; d: bigint };
      return int(monthIndex(utc(b)) - monthIndex(utc(a)) - (BigInt(utc(a).day) * cutoff.d > cutoff.n ? 1 : 0) + 1);
    }
    case 'add_months': return dayValue(utc(a).add({ months: Number((b as { n: bigint }).n) }));
    case 'month_start': return dayValue(utc(a).with({ day: 1 }));
    case 'day': return int(utc(a).day);
    case 'month': return int(utc(a).month);
    case 'quarter': return int([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4][utc(a).month - 1]!);
    case 'year': return int(utc(a).year);
    case 'weekday': return int(utc(a).dayOfWeek);
    case 'lower': return (a as string).toLowerCase();
    case 'upper': return (a as string).toUpperCase();
    case 'left': return [...(a as string)].slice(0, Number((b as { n: bigint }).n)).join('');
    case 'date': return naiveDate(a as string);
    default: throw new Error(name);
  }
}

const EPOCH = Temporal.PlainDate.from('1970-01-01');
const dayValue = (date: Temporal.PlainDate): Value => ({ day: EPOCH.until(date, { largestUnit: 'day' }).days });

function monthIndex(date: Temporal.PlainDate): number {
  return date.year * 12 + date.month;
}

function naiveDate(text: string): Value {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  try {
    return dayValue(Temporal.PlainDate.from(text));
  } catch {
    return null;
  }
}

function naiveRound(x: { n: bigint; d: bigint }, unit: { n: bigint; d: bigint }): Value {
  const size = x.n < 0n ? -x.n : x.n;
  const [top, bottom] = [size * unit.d, x.d * unit.n];
  let steps = top / bottom;
  if (2n * (top - steps * bottom) >= bottom) steps += 1n;
  return reduced((x.n < 0n ? -steps : steps) * unit.n, unit.d);
}
