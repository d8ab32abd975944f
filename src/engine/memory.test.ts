/** The engine in memory by itself: tables, views, codes, and what it refuses. That it says what DuckDB says: `test/parity*.test.ts`. */
import { describe, expect, test } from 'vitest';
import {
  aggregate, and, anyTrue, call, cast, codeOf, col, compare, type Column, count, eq, type Expr, filter, int, isNull, join, keep, max, named, nothing, plus, project, type Relation, scan, type SqlType,
  type Statement, sum, type TableSchema, text, times, union, when, wide, windowed,
} from '../relation/relation.ts';
import type { Cell, ProgramRunner } from './engine.ts';
import { openMemory } from './memory.ts';

const columns = (spec: string): Column[] => spec.split(', ').map((c) => { const [name = '', type = ''] = c.split(' '); return { name, type: type as SqlType }; });
const SOLD: TableSchema = { table: 'sold', key: ['who'], columns: columns('who text, day integer, amount bigint') };
const statement = (name: string, make: Statement['make'], relation: Relation): Statement => ({ name, make, relation, key: [], about: name });
const values = (spec: string, rows: readonly (readonly (bigint | string | boolean | null)[])[]): Relation => ({ kind: 'values', columns: columns(spec), rows });
const one = values('one bigint', [[1n]]);

async function rows(engine: ProgramRunner, relation: Relation, sortedBy?: readonly string[]): Promise<Cell[][]> {
  const { data, count: n } = await engine.read(relation, sortedBy);
  return Array.from({ length: n }, (_, r) => data.map((cells) => cells[r] ?? null));
}
const value = async (expr: Expr, of: Relation = one): Promise<Cell> => (await rows(openMemory(), project(of, [named('x', expr)])))[0]?.[0] ?? null;
async function sales(): Promise<ProgramRunner> {
  const engine = openMemory();
  await engine.ensure(SOLD);
  await engine.append(SOLD, [['ann', 'bob', 'ann'], [1, 2, 3], [10n, 20n, null]]);
  return engine;
}

describe('tables and views', () => {
  test('rows stay as they were appended; reading sorts, nulls last, text by code points', async () => {
    const engine = await sales();
    await engine.append(SOLD, [['\u{1f600}', '\uffee'], [null, 9], [5n, 5n]]);
    expect(await rows(engine, scan(SOLD), ['amount', 'who'])).toEqual([['\uffee', 9, 5n], ['\u{1f600}', null, 5n], ['ann', 1, 10n], ['bob', 2, 20n], ['ann', 3, null]]);
  });
  test('a view sees what comes later, a table does not; a view over a view sees it too', async () => {
    const engine = await sales(), total = (from: string): Relation => aggregate({ kind: 'scan', table: from, columns: SOLD.columns }, [], [named('n', count())]);
    await engine.execute(statement('seen', 'view', scan(SOLD)));
    await engine.execute(statement('again', 'view', { kind: 'scan', table: 'seen', columns: SOLD.columns }));
    await engine.execute(statement('kept', 'table', scan(SOLD)));
    for (const name of ['seen', 'again', 'kept']) expect(await rows(engine, total(name)), name).toEqual([[3n]]);
    await engine.append(SOLD, [['cyd'], [4], [1n]]);
    expect(await Promise.all(['seen', 'again', 'kept'].map((name) => rows(engine, total(name))))).toEqual([[[4n]], [[4n]], [[3n]]]);
    await engine.drop('sold');
    await expect(rows(engine, total('again'))).rejects.toThrow('the table sold is there');
  });
  test('insert takes columns by name and leaves the others empty; what a run fills is made anew', async () => {
    const engine = await sales(), run: TableSchema = { ...SOLD, table: 'run', temporary: true };
    await engine.execute(statement('sold', 'insert', values('amount bigint, who text', [[7n, 'dee']])));
    expect(await rows(engine, filter(scan(SOLD), eq(col('who'), text('dee'))))).toEqual([['dee', null, 7n]]);
    for (const day of [1, 2]) await engine.fill([{ schema: run, data: [['ann'], [day], [1n]] }]);
    expect(await rows(engine, scan(run))).toEqual([['ann', 2, 1n]]);
  });
  test('a view keeps the codes that it was made with; a word of no row is nobody\'s', async () => {
    const engine = openMemory();
    engine.setCodes(new Map([['Won', 4]]));
    await engine.execute(statement('won', 'view', project(one, [named('won', codeOf('Won')), named('lost', codeOf('Lost'))])));
    engine.setCodes(new Map());
    expect(await rows(engine, { kind: 'scan', table: 'won', columns: columns('won integer, lost integer') })).toEqual([[4, -1]]);
  });
  test('cells of another type, columns of another length and tables of other columns are our own mistake', async () => {
    const engine = await sales();
    await expect(engine.append(SOLD, [['x'], [1n], [1n]])).rejects.toThrow('cells of sold.day are number, not bigint');
    await expect(engine.append(SOLD, [['x'], [1], []])).rejects.toThrow('3 columns of one length');
    await expect(engine.ensure({ ...SOLD, columns: columns('who text') })).rejects.toThrow('has the columns of its schema');
    await expect(rows(engine, { kind: 'scan', table: 'sold', columns: columns('day bigint') })).rejects.toThrow('sold.day is bigint; the table has it as integer');
    await expect(engine.fill([{ schema: SOLD, data: [] }])).rejects.toThrow('a table of one run');
  });
});

describe('what nobody reads is not calculated', () => {
  const tooLarge = times(wide(10n ** 37n), wide(10n ** 37n));
  test('a column of a view, and a branch that is not taken', async () => {
    const engine = openMemory();
    await engine.execute(statement('v', 'view', project(one, [named('fine', int(1)), named('large', tooLarge)])));
    expect(await rows(engine, { kind: 'scan', table: 'v', columns: columns('fine bigint') })).toEqual([[1n]]);
    expect(await value(when(eq(col('one'), int(1)), wide(0n), tooLarge))).toBe(0n);
  });
  test('a table is calculated whole, and the stop names its step', async () => {
    await expect(openMemory().execute(statement('t', 'table', project(one, [named('large', tooLarge)]))))
      .rejects.toMatchObject({ diagnostic: { code: 'engine.overflow', path: 't', message: expect.stringContaining('the step "t"') } });
  });
});

describe('numbers', () => {
  const overflows = async (expr: Expr, of?: Relation): Promise<void> => { await expect(value(expr, of)).rejects.toMatchObject({ diagnostic: { code: 'engine.overflow' } }); };
  test('small literals are of 32 bits, as in SQL; columns have their width; 38 digits are the end', async () => {
    await overflows(plus(int(2_000_000_000), int(2_000_000_000)));
    expect(await value(plus(cast(int(2_000_000_000), 'bigint'), int(2_000_000_000)))).toBe(4_000_000_000n);
    const top = values('i integer, b bigint, w wide', [[2n ** 31n - 1n, 2n ** 63n - 1n, 10n ** 38n - 1n]]);
    for (const name of ['i', 'b', 'w']) {
      await overflows(plus(col(name), int(1)), top);
      await overflows(times(col(name), int(-2)), top);
    }
    await overflows(cast(col('b'), 'integer'), top);
    await overflows(cast(col('w'), 'bigint'), top);
    await expect(rows(openMemory(), aggregate(union([top, top]), [], [named('w', sum(col('w')))]))).rejects.toMatchObject({ diagnostic: { code: 'engine.overflow' } });
  });
  test('greatest common divisor, without sign; of 0 and a number the number', async () => {
    const some = values('a wide, b wide', [[-12n, 18n], [0n, 7n], [7n, 0n], [3n * 10n ** 37n, 10n ** 36n]]);
    expect(await rows(openMemory(), project(some, [named('x', call('gcd', col('a'), col('b')))]))).toEqual([[6n], [7n], [7n], [10n ** 36n]]);
  });
  test('zero has no sign', async () => {
    const i = values('i integer', [[-4n]]), zero = cast(int(0), 'integer');
    for (const e of [call('modulo', col('i'), cast(int(2), 'integer')), call('quotient', cast(int(-1), 'integer'), cast(int(5), 'integer')), call('negate', zero), times(col('i'), zero)]) expect(Object.is(await value(e, i), 0)).toBe(true);
  });
  test('a ratio stops where its SQL would stop on the way', async () => {
    const w = values('n wide, d wide', [[10n ** 38n - 1n, 10n ** 38n - 1n]]), ratio = (mode: 'down' | 'half_away'): Expr => ({ kind: 'ratio', n: col('n'), d: col('d'), scale: 1n, mode });
    expect(await value(ratio('down'), w)).toBe(1n);
    await overflows(ratio('half_away'), w);
  });
});

describe('what engines answer differently is refused', () => {
  test.each([
    ['a division by 0', call('quotient', int(1), int(0)), 'does not divide by 0'], ['a rest of a division by 0', call('modulo', int(1), int(0)), 'does not divide by 0'],
    ['a ratio with a divisor of 0', { kind: 'ratio', n: wide(1n), d: wide(0n), scale: 1n, mode: 'down' } as Expr, 'above 0'],
    ['a null among the least', call('least', int(1), nothing('bigint')), 'no argument of least and greatest is null'],
    ['a third side', call('add', int(1), int(2), int(3)), 'two arguments'], ['text that becomes a number', cast(text('5'), 'integer'), 'when it is imported'],
    ['letters fewer than none', call('left', text('ab'), int(-1)), 'not below 0'],
  ])('%s', async (_, expr, says) => { await expect(value(expr)).rejects.toThrow(says); });
  test('a window without an order, but for a total', async () => {
    await expect(rows(openMemory(), windowed(one, [{ name: 'n', fn: 'row_number', partition: [], order: [] }]))).rejects.toThrow('has an order');
  });
});

describe('groups and joins', () => {
  test('over everything there is one group, also over no row; by something there is none', async () => {
    const none = filter(one, isNull(col('one'))), all = [named('n', count()), named('s', sum(col('one'))), named('m', max(col('one'))), named('f', anyTrue(isNull(col('one'))))];
    expect(await rows(openMemory(), aggregate(none, [], all))).toEqual([[0n, null, null, null]]);
    expect(await rows(openMemory(), aggregate(none, keep(undefined, 'one'), all))).toEqual([]);
  });
  test('nulls are one group, and meet in a join only where that is asked for', async () => {
    const some = values('k integer, t text', [[null, 'a'], [1n, 'b'], [null, 'c']]);
    expect(await rows(openMemory(), aggregate(some, keep(undefined, 'k'), [named('n', count())]), ['k'])).toEqual([[1, 1n], [null, 2n]]);
    const on = (op: '=' | 'is_not_distinct_from'): Relation => aggregate(join(['x', some], ['inner', 'y', some, compare(op, col('k', 'x'), col('k', 'y'))]), [], [named('n', count())]);
    expect(await rows(openMemory(), on('='))).toEqual([[1n]]);
    expect(await rows(openMemory(), on('is_not_distinct_from'))).toEqual([[5n]]);
  });
  test('50,000 rows joined with 50,000: by a dictionary, not row by row', async () => {
    const many: TableSchema = { table: 'many', key: ['k'], columns: columns('k integer, v bigint') }, engine = openMemory(), n = 50_000;
    await engine.ensure(many);
    await engine.append(many, [Array.from({ length: n }, (_, i) => i), Array.from({ length: n }, (_, i) => BigInt(i))]);
    const on = and(eq(plus(col('k', 'y'), int(1)), col('k', 'x')), compare('>', col('v', 'x'), int(10)));
    const both = aggregate(project(join(['x', scan(many)], ['left', 'y', scan(many), on]), [named('m', call('modulo', col('v', 'x'), int(7))), named('v', col('v', 'y'))]), keep(undefined, 'm'), [named('n', count()), named('v', sum(col('v')))]);
    const made = await rows(engine, both);
    expect(made).toHaveLength(7);
    expect(made.reduce((total, r) => total + (r[2] as bigint), 0n)).toBe(BigInt(n - 2) * BigInt(n - 1) / 2n - 45n);
  });
});
