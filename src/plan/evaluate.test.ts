import { describe, expect, test } from 'vitest';
import { compileFormula, isDay, isRatio } from './evaluate.ts';
import type { Value } from './evaluate.ts';
import { writtenValue } from './formula-value.ts';
import type { Type, Typed } from './formula.ts';
import { parseFormula } from './parse-formula.ts';
import type { Table } from './plan.ts';
import { parseDay } from '../value/period.ts';
import { parseRatio, ratio } from '../value/rate.ts';
import { typeFormula } from './type-formula.ts';

type Row = Readonly<Record<string, Value>>;
const types: Readonly<Record<string, Type>> = {
  amount: { kind: 'money' }, quota: { kind: 'money' }, n: { kind: 'number' }, none: { kind: 'number' }, share: { kind: 'percent' }, date: { kind: 'date' }, opened: { kind: 'date' }, no_date: { kind: 'date' },
  stage: { kind: 'text' }, empty: { kind: 'text' }, no_text: { kind: 'text' }, won: { kind: 'yes_no' }, unknown: { kind: 'yes_no' },
};
const day = (text: string): Value => ({ day: parseDay(text) ?? Number.NaN });
const row: Row = {
  amount: ratio(123_456n, 100n), quota: ratio(5_000n), n: ratio(7n), none: null, share: ratio(1n, 3n), date: day('2024-03-31'), opened: day('2024-01-31'), no_date: null,
  stage: 'Won', empty: '', no_text: null, won: true, unknown: null,
};

function compiled(text: string, surroundings: Parameters<typeof compileFormula<Row>>[2] = {}): (row: Row) => Value {
  const read = parseFormula(text);
  if (!('formula' in read)) throw new Error(read.problem.message);
  const typed = typeFormula(read.formula, {
    lookup: (name) => { const type = types[name]; return type && { ref: name === 'quota' ? { kind: 'term', term: name } : { kind: 'field', path: [name] }, type }; },
    names: () => Object.keys(types),
    table: (name) => (name === 'floor' ? ([by]) => by && { table: { kind: 'lookup', by, rows: [], beyond: 'flat', at: { file: '', line: 1, column: 1, path: '' } }, type: { kind: 'percent' } } : undefined),
  });
  if (!('typed' in typed)) throw new Error(typed.problems[0]?.message);
  return compileFormula<Row>(typed.typed, (_ref, name) => (env) => env[name] ?? null, surroundings);
}
/** The value as text: dates as dates, numbers as exact decimals or n/d, blank as `blank`. */
function value(text: string): string {
  const found = compiled(text)(row);
  return found === null ? 'blank' : writtenValue(found);
}

test.each([
  ['amount * 7.5%', '92.592'], ['0.1 + 0.2', '0.3'], ['share * 3', '1'], ['n / 3', '7/3'], ['amount / quota', '0.246912'], ['-n - -n', '0'],
  ['if(amount >= 1_234.56, 1.5x, 1x)', '1.5'], ['max(0, quota - amount)', '3765.44'], ['min(n, 5, 6)', '5'], ['abs(n - 10)', '3'],
  ['round(2.5, 1)', '3'], ['round(-2.5, 1)', '-3'], ['round(amount, 0.1)', '1234.6'], ['round(1_250, 500)', '1500'], ['round(1_249.99, 500)', '1000'],
  ['date - opened', '60'], ['days(opened, date)', '60'], ['date + 1', '2024-04-01'], ['date - 31.9', '2024-02-29'], ['add_months(opened, 1)', '2024-02-29'], ['add_months(date, -13)', '2023-02-28'],
  ['months(opened, date)', '2'], ['months(2024-01-31, 2024-02-29)', '0'], ['months(date, opened)', '-2'], ['month_number(opened, date, 15)', '2'], ['month_number(2024-01-15, date, 15)', '3'],
  ['month_start(date)', '2024-03-01'], ['day(date)', '31'], ['month(date)', '3'], ['quarter(2024-04-01)', '2'], ['quarter(2024-12-31)', '4'], ['year(date)', '2024'], ['weekday(date)', '7'], ['weekday(2024-04-01)', '1'], ['weekday(1969-12-31)', '3'],
  ['left("2017-03-09 10:00", 10)', '2017-03-09'], ['date(left("2017-03-09 10:00", 10))', '2017-03-09'], ['left("a😀b", 2)', 'a😀'], ['left(stage, 0 - 1)', ''], ['lower(stage) & upper("x")', 'wonX'],
  ['concat("ae-", stage, no_text, n, date)', 'ae-Won72024-03-31'], ['concat(no_text)', ''], ['ifblank(no_text, "?")', '?'], ['ifblank(empty, "?")', '?'], ['ifblank(stage, "?")', 'Won'],
  ['switch(stage, "Lost", 1, "Won", 2, 3)', '2'], ['switch(no_text, "Lost", 1, 3)', '3'],
])('%s is %s', (text, expected) => {
  expect(value(text)).toBe(expected);
});

describe('blanks', () => {
  test.each(['none + 1', '1 - none', 'none * 0', 'none / 2', '-none', 'max(none, 1)', 'round(none, 1)', 'no_date + 1', 'date - no_date', 'year(no_date)', 'lower(no_text)', 'no_text & "x"', 'date(no_text)', 'date("soon")', 'n / (n - 7)', 'if(won, none, 1)'])(
    '%s is blank', (text) => expect(value(text)).toBe('blank'));
  test.each(['none > 0', 'none <= 0', 'none between 0 and 9', 'n between none and 9', 'n between 0 and none', 'none = 0', 'none in (0, 1)', 'no_text in ("Won")', 'no_text = ""', 'known(none)', 'known(empty)', 'known(no_text)', 'unknown and won', 'no_date < date'])(
    '%s is no', (text) => expect(value(text)).toBe('no'));
  test.each(['none <> 0', 'none = none', 'no_text <> "Won"', 'not (none > 0)', 'not unknown', 'unknown or won', 'known(n)', 'n between 7 and 7', 'stage in ("Lost", "Won")', 'n in (1, 14 / 2)', 'date = 2024-03-31', 'stage < "a"', '"\uffff" < "😀"'])(
    '%s is yes', (text) => expect(value(text)).toBe('yes'));
  test('a blank condition takes the second way of an if', () => expect(value('if(unknown, 1, 2)')).toBe('2'));
});

test('`and` and `or` stop at the first part that decides', () => {
  const asked: string[] = [];
  const read = parseFormula('won or unknown and won');
  if (!('formula' in read)) throw new Error('not read');
  const typed = typeFormula(read.formula, { lookup: (name) => ({ ref: { kind: 'field', path: [name] }, type: { kind: 'yes_no' } }), names: () => [] });
  if (!('typed' in typed)) throw new Error('not typed');
  const run = compileFormula<Row>(typed.typed, (_ref, name) => (env) => { asked.push(name); return env[name] ?? null; });
  expect(run({ won: true })).toBe(true);
  expect(asked).toEqual(['won']);
  expect(run({ won: false })).toBe(false);
  expect(asked).toEqual(['won', 'won', 'unknown']);
});

test('amounts over time, yearly values and tables are read by the surroundings', () => {
  const surroundings = {
    per: (x: { n: bigint; d: bigint }, every: string, type: Type) => () => (every === 'year' && type.kind === 'money' ? ratio(x.n, x.d * 12n) : null),
    yearly: (_ref: unknown, name: string) => (env: Row) => env[name] ?? null,
    table: (table: Table, read: (part: Typed) => (env: Row) => Value) => (env: Row) => (read(table.by)(env) === 'Won' ? ratio(1n, 2n) : null),
  };
  expect(compiled('24_000 a year + quota', surroundings)(row)).toEqual(ratio(7_000n));
  expect(compiled('amount / yearly(quota)', surroundings)(row)).toEqual(ratio(30_864n, 125_000n));
  expect(compiled('floor(stage) * 2', surroundings)(row)).toEqual(ratio(1n));
  expect(compiled('floor("x") * 2', surroundings)(row)).toBeNull();
  expect(() => compiled('24_000 a year')).toThrow('Trueup is wrong here');
});

test('endless days, months and letters give a blank or all there is, at once', () => {
  for (const text of ['date + 10M * 10M', 'date - 10M', 'add_months(date, 999_999_999_999)', 'add_months(date, -100_000)', 'date + 3M']) expect(value(text)).toBe('blank');
  expect(value('left(stage, 999_999_999_999)')).toBe('Won');
  expect(value('2000-01-01 + 1')).toBe('2000-01-02');
});

test('a name that gives another type than it was typed with is our mistake, loudly', () => {
  expect(() => compiled('amount * 2')({ amount: '12' })).toThrow('typed to compute with a number, and read "12"');
});

test('values tell themselves apart', () => {
  expect([parseRatio('1') ?? null, day('2024-01-01'), 'x', true, null].map(isRatio)).toEqual([true, false, false, false, false]);
  expect([parseRatio('1') ?? null, day('2024-01-01'), 'x', true, null].map(isDay)).toEqual([false, true, false, false, false]);
});

test('a compiled formula runs over many rows at a good pace', () => {
  const run = compiled('stage in ("Won", "Lost") and amount >= 1_000 and date >= 2024-01-01');
  let yes = 0;
  for (let i = 0; i < 200_000; i += 1) if (run(row) === true) yes += 1;
  expect(yes).toBe(200_000);
}, 3000);
