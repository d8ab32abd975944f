/** Wrong trees are our own mistakes, and none gets as far as an engine. */
import { describe, expect, test } from 'vitest';
import { checkProgram, columnsOf, typeOf } from './check.ts';
import {
  aggregate, and, anyTrue, bool, call, cases, cast, coalesce, col, compare, type Column, count, eq, type Expr, filter, int, join, keep, max, minus, named, nothing, not, plus, type Program, project,
  type Relation, scan, type SqlType, type Statement, sum, type TableSchema, text, union, when, wide, windowed,
} from './relation.ts';

const sold: TableSchema = { table: 'sold', key: ['who'], columns: [{ name: 'who', type: 'text' }, { name: 'day', type: 'integer' }, { name: 'amount', type: 'bigint' }, { name: 'open', type: 'boolean' }] };
const s = scan(sold);
const typesOf = (r: Relation): string => columnsOf(r).map((c: Column) => `${c.name} ${c.type}`).join(', ');
const scope = (types: Readonly<Record<string, SqlType>>) => (name: string): SqlType => { const t = types[name]; if (t === undefined) throw new Error(`no ${name}`); return t; };
const at = scope({ i: 'integer', a: 'bigint', w: 'wide', t: 'text', b: 'boolean' });

describe('types of expressions', () => {
  test.each<[string, Expr, SqlType]>([
    ['32 and 64 bits', plus(col('i'), col('a')), 'bigint'], ['64 and 38 digits', plus(col('a'), col('w')), 'wide'], ['32 bits', plus(col('i'), col('i')), 'integer'],
    ['a sum of anything is wide', sum(col('i')), 'wide'], ['a count', count(), 'bigint'], ['the greatest keeps its type', max(col('i')), 'integer'], ['any', anyTrue(col('b')), 'boolean'],
    ['a case is as wide as its widest end', cases([[col('b'), col('i')]], col('w')), 'wide'], ['a comparison', compare('<', col('i'), col('w')), 'boolean'],
    ['a ratio', { kind: 'ratio', n: col('w'), d: col('a'), scale: 1n, mode: 'down' }, 'wide'], ['text', call('left', col('t'), int(1)), 'text'], ['coalesce', coalesce(col('i'), col('a')), 'bigint'],
    ['nullif is its first', call('nullif', col('i'), col('w')), 'integer'], ['a cast', cast(col('w'), 'integer'), 'integer'], ['nothing has the type it is given', nothing('text'), 'text'],
  ])('%s', (_, e, type) => { expect(typeOf(e, at)).toBe(type); });

  test.each<[string, Expr, string]>([
    ['text and a number compared', eq(col('t'), col('a')), 'mixes text and bigint'],
    ['text and a number added', plus(col('t'), col('a')), 'mixes'],
    ['text added to text', plus(col('t'), col('t')), 'is of numbers'],
    ['ends of a case', when(col('b'), col('t'), col('a')), 'mixes'],
    ['a branch chosen by a number', when(col('a'), col('t'), col('t')), 'yes or no'],
    ['and of numbers', and(col('a'), col('b')), 'yes or no'],
    ['not of text', not(col('t')), 'yes or no'],
    ['a sum of text', sum(col('t')), 'of numbers'],
    ['an aggregate filtered by a number', count(col('a')), 'yes or no'],
    ['lower of a number', call('lower', col('a')), 'of text'],
    ['abs of yes or no', call('abs', col('b')), 'of numbers'],
    ['coalesce of text and a number', coalesce(col('t'), col('a')), 'mixes'],
    ['a ratio of text', { kind: 'ratio', n: col('t'), d: col('a'), scale: 1n, mode: 'down' }, 'of numbers'],
    ['a function without arguments', call('add'), 'has arguments'],
  ])('refused: %s', (_, e, says) => { expect(() => typeOf(e, at)).toThrow(says); });
});

describe('columns of relations', () => {
  test('project, aggregate, window, union and a join by input', () => {
    expect(typesOf(project(s, [named('x', minus(col('amount'), col('day'))), ...keep(undefined, 'who')]))).toBe('x bigint, who text');
    expect(typesOf(aggregate(s, keep(undefined, 'who'), [named('total', sum(col('amount'))), named('n', count())]))).toBe('who text, total wide, n bigint');
    expect(typesOf(windowed(s, [{ name: 'n', fn: 'row_number', partition: ['who'], order: [{ column: 'day', descending: false }] }, { name: 'last', fn: 'lag', of: col('day'), partition: [], order: [] }, { name: 'sum', fn: 'sum', of: col('day'), partition: [], order: [] }])))
      .toBe('who text, day integer, amount bigint, open boolean, n bigint, last integer, sum wide');
    expect(typesOf(project(join(['a', s], ['left', 'b', s, eq(col('who', 'a'), col('who', 'b'))]), [named('x', col('day', 'b'))]))).toBe('x integer');
    expect(typesOf(union([project(s, keep(undefined, 'who')), project(s, keep(undefined, 'who'))]))).toBe('who text');
  });
  test.each<[string, () => Relation, string]>([
    ['a column that is not there', () => project(s, keep(undefined, 'what')), 'column what exists in who, day, amount, open'],
    ['a column of an input that is not there', () => project(join(['a', s], ['inner', 'b', s, bool(true)]), keep('c', 'who')), 'column c.who exists; inputs are a, b'],
    ['a column without its input, under a join', () => project(join(['a', s], ['inner', 'b', s, bool(true)]), keep(undefined, 'who')), 'exists; inputs are a, b'],
    ['a column by input, without a join', () => project(s, keep('a', 'who')), 'column a.who exists'],
    ['two columns of one name', () => project(s, [...keep(undefined, 'who'), named('who', col('day'))]), 'have different names'],
    ['a group and a total of one name', () => aggregate(s, keep(undefined, 'who'), [named('who', count())]), 'have different names'],
    ['a window column named like one that is there', () => windowed(s, [{ name: 'day', fn: 'row_number', partition: [], order: [] }]), 'have different names'],
    ['a window over a column that is not there', () => windowed(s, [{ name: 'n', fn: 'row_number', partition: ['what'], order: [] }]), 'column what exists'],
    ['a window in an order that is not there', () => windowed(s, [{ name: 'n', fn: 'row_number', partition: [], order: [{ column: 'what', descending: false }] }]), 'column what exists'],
    ['a value before the first of another type', () => windowed(s, [{ name: 'n', fn: 'lag', of: col('day'), before: text('x'), partition: [], order: [] }]), 'mixes integer and text'],
    ['a filter under a project that is wrong', () => project(filter(filter(s, col('amount')), bool(true)), keep(undefined, 'who')), 'yes or no'],
    ['a filter that is a number', () => filter(s, col('amount')), 'yes or no'],
    ['a join on a number', () => project(join(['a', s], ['inner', 'b', s, col('amount', 'a')]), keep('a', 'who')), 'a join is on yes or no'],
    ['a union of other names', () => union([project(s, keep(undefined, 'who')), project(s, [named('name', col('who'))])]), 'the same columns'],
    ['a union of other types', () => union([project(s, [named('x', col('day'))]), project(s, [named('x', col('amount'))])]), 'the same columns'],
    ['a row of values with a cell too few', () => ({ kind: 'values', columns: sold.columns, rows: [['ann', 1n, 2n]] }), 'a cell for each column'],
  ])('refused: %s', (_, relation, says) => { expect(() => columnsOf(relation())).toThrow(says); });
  test('refused: a union of nothing', () => { expect(() => union([])).toThrow('at least one part'); });
});

describe('a program', () => {
  const statement = (over: Partial<Statement>): Statement => ({ name: 'made', make: 'table', relation: s, key: ['who'], about: '', ...over });
  const program = (...statements: Statement[]): Program => ({ inputs: [sold], statements });
  const reads = (table: string, columns = sold.columns): Relation => ({ kind: 'scan', table, columns });
  test('that reads inputs and what was made before is right', () => {
    expect(() => checkProgram(program(statement({}), statement({ name: 'more', relation: filter(reads('made'), col('open')) }), statement({ name: 'more', make: 'insert' })))).not.toThrow();
  });
  test.each<[string, Program, string]>([
    ['a table that nobody made', program(statement({ relation: reads('elsewhere') })), 'made reads elsewhere, which is made before it'],
    ['deep inside: below a union, a join, a window', program(statement({ relation: union([s, project(join(['a', windowed(filter(reads('elsewhere'), bool(true)), [])]), keep('a', 'who', 'day', 'amount', 'open'))]) })), 'reads elsewhere'],
    ['a table that is made later', program(statement({ relation: reads('later') }), statement({ name: 'later' })), 'reads later'],
    ['a column that the table does not have', program(statement({ relation: reads('sold', [...sold.columns, { name: 'what', type: 'text' }]) })), 'sold.what as text; the table has it as nothing'],
    ['a column of another type', program(statement({ relation: reads('sold', [{ name: 'who', type: 'integer' }]) })), 'sold.who as integer; the table has it as text'],
    ['a key that is no column', program(statement({ key: ['who', 'world'] })), 'made has its key column world'],
    ['rows added to what is not there', program(statement({ make: 'insert' })), 'made exists before rows are added to it'],
    ['rows of other columns added', program(statement({ name: 'sold', make: 'insert', key: [], relation: project(s, [named('who', col('day'))]) })), 'column who integer; the table has who text'],
    ['a wrong expression far below', program(statement({ relation: project(filter(s, eq(col('who'), wide(1n))), [named('who', text('x'))]) })), 'mixes text and wide'],
  ])('refused: %s', (_, bad, says) => { expect(() => checkProgram(bad)).toThrow(says); });
});
