/** The text of the tree, on a real engine: what a tree says is what comes out, or the run stops. */
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Cell, Engine } from '../engine/engine.ts';
import { divideRounded, type RoundingMode } from '../value/rate.ts';
import { type Dialect, generic } from './dialect.ts';
import { duckdb } from './dialects/duckdb.ts';
import { trino } from './dialects/trino.ts';
import { emitRelation, emitStatement, emitTable, identifier, quoteText } from './emit.ts';
import {
  aggregate, and, anyTrue, bool, call, cases, cast, coalesce, codeOf, col, compare, type Column, count, countDistinct, eq, type Expr, filter, int, isNotNull, isNull, join, keep,
  max, min, minus, named, not, nothing, or, plus, project, type Relation, replaceRelations, replaceScans, scan, type SqlType, type Statement, sum, type TableSchema, text, times, union, when, wide, windowed,
} from './relation.ts';
import { RESERVED } from './reserved.ts';

let engine: Engine;
beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 500, threads: 2, tempDir: joinPath(tmpdir(), 'trueup-emit') }); });
afterAll(() => engine.close());

const columns = (spec: string): Column[] => spec.split(', ').map((c) => { const [name = '', type = ''] = c.split(' '); return { name, type: type as SqlType }; });
const valuesOf = (spec: string, rows: readonly (readonly (bigint | string | boolean | null)[])[]): Relation => ({ kind: 'values', columns: columns(spec), rows });
/** Rows, as the engine gives them. */
async function rows(relation: Relation, sortedBy: readonly string[] = []): Promise<Cell[][]> {
  const { data, count: n } = await engine.read(relation, sortedBy);
  return Array.from({ length: n }, (_, r) => data.map((c) => c[r] ?? null));
}
/** The value of an expression over one row. */
async function value(expr: Expr, of: Relation = valuesOf('one bigint', [[1n]])): Promise<Cell> {
  return (await rows(project(of, [named('x', expr)])))[0]?.[0] ?? null;
}
const sales = valuesOf('who text, day integer, amount bigint', [['ann', 1n, 10n], ['bob', 2n, 20n], ['ann', 3n, null], ['cyd', 4n, -5n]]);

describe('every kind of relation runs', () => {
  test('values, and values without a row', async () => {
    expect(await rows(valuesOf('a integer, b wide, c boolean, d text', [[1n, 10n ** 37n, true, 'x'], [null, null, null, null]]), ['a'])).toEqual([[1, 10n ** 37n, true, 'x'], [null, null, null, null]]);
    expect(await rows(valuesOf('a integer, d text', []))).toEqual([]);
  });
  test('filter over filter over a project', async () => {
    expect(await rows(filter(filter(project(sales, keep(undefined, 'who', 'amount')), isNotNull(col('amount'))), compare('>', col('amount'), int(0))), ['who'])).toEqual([['ann', 10n], ['bob', 20n]]);
  });
  test('join: inner and left, columns by input; a filter on what is missing', async () => {
    const teams = valuesOf('who text, team text', [['ann', 'red'], ['bob', 'blue']]);
    const joined = join(['s', sales], ['left', 't', teams, eq(col('who', 't'), col('who', 's'))]);
    expect(await rows(project(joined, [...keep('s', 'who', 'day'), ...keep('t', 'team')]), ['day'])).toEqual([['ann', 1, 'red'], ['bob', 2, 'blue'], ['ann', 3, 'red'], ['cyd', 4, null]]);
    expect(await rows(project(filter(joined, isNull(col('team', 't'))), keep('s', 'who')))).toEqual([['cyd']]);
    const inner = join(['s', sales], ['inner', 't', teams, and(eq(col('who', 't'), col('who', 's')), compare('>', col('day', 's'), int(1)))]);
    expect(await rows(project(inner, keep('s', 'day')), ['day'])).toEqual([[2], [3]]);
  });
  test('aggregate: by a column, by an expression, and over everything, also over no row', async () => {
    expect(await rows(aggregate(sales, keep(undefined, 'who'), [named('n', count()), named('total', sum(col('amount')))]), ['who'])).toEqual([['ann', 2n, 10n], ['bob', 1n, 20n], ['cyd', 1n, -5n]]);
    expect(await rows(aggregate(sales, [named('odd', eq(call('modulo', col('day'), int(2)), int(1)))], [named('n', count())]), ['odd'])).toEqual([[false, 2n], [true, 2n]]);
    expect(await rows(aggregate(filter(sales, bool(false)), [], [named('n', count()), named('total', sum(col('amount'))), named('safe', coalesce(sum(col('amount')), wide(0n)))]))).toEqual([[0n, null, 0n]]);
  });
  test('aggregates: filtered, different, least, greatest, any', async () => {
    const all = aggregate(sales, [], [
      named('big', sum(col('amount'), { where: compare('>', col('amount'), int(15)) })), named('known', count(isNotNull(col('amount')))), named('people', countDistinct(col('who'))),
      named('late', countDistinct(col('who'), compare('>', col('day'), int(2)))), named('low', min(col('amount'))), named('high', max(col('amount'))), named('negative', anyTrue(compare('<', col('amount'), int(0)))),
    ]);
    expect(await rows(all)).toEqual([[20n, 3n, 3n, 2n, -5n, 20n, true]]);
  });
  test('window: row number, lag with a value before, lead, running sum and total', async () => {
    const w = windowed(sales, [
      { name: 'place', fn: 'row_number', partition: [], order: [{ column: 'amount', descending: true }, { column: 'day', descending: false }] },
      { name: 'last', fn: 'lag', of: col('day'), before: cast(int(-1), 'integer'), partition: ['who'], order: [{ column: 'day', descending: false }] },
      { name: 'next', fn: 'lead', of: col('day'), partition: ['who'], order: [{ column: 'day', descending: false }] },
      { name: 'so_far', fn: 'sum', of: coalesce(col('amount'), int(0)), partition: [], order: [{ column: 'day', descending: false }] },
      { name: 'total', fn: 'sum', of: col('amount'), partition: ['who'], order: [] },
    ]);
    expect(await rows(w, ['day'])).toEqual([
      ['ann', 1, 10n, 2n, -1, 3, 10n, 10n], ['bob', 2, 20n, 1n, -1, null, 30n, 20n], ['ann', 3, null, 4n, 1, null, 30n, 10n], ['cyd', 4, -5n, 3n, -1, null, 25n, -5n],
    ]);
  });
  test('union keeps what is there twice', async () => {
    const one = project(sales, keep(undefined, 'who'));
    expect(await rows(aggregate(union([one, one, filter(one, eq(col('who'), text('bob')))]), keep(undefined, 'who'), [named('n', count())]), ['who'])).toEqual([['ann', 4n], ['bob', 3n], ['cyd', 2n]]);
  });
  test('statements: table, view, insert; a table replaces a view of the same name', async () => {
    const s = (make: Statement['make'], relation: Relation): Statement => ({ name: 'order', make, relation, key: ['who'], about: 'a word of SQL as its name', sorted: ['who'] });
    await engine.execute(s('view', sales));
    await engine.execute(s('table', sales));
    await engine.execute(s('insert', filter(sales, eq(col('who'), text('cyd')))));
    expect(await rows(aggregate({ kind: 'scan', table: 'order', columns: columns('who text, day integer, amount bigint') }, [], [named('n', count())]))).toEqual([[5n]]);
    await engine.drop('order');
  });
});

describe('every kind of expression runs', () => {
  test('arithmetic, with its signs', async () => {
    const at = valuesOf('a bigint, b bigint', [[-7n, 2n]]);
    const all = [plus(col('a'), col('b')), minus(col('a'), col('b')), times(col('a'), col('b')), call('negate', col('a')), call('abs', col('a')), call('quotient', col('a'), col('b')), call('modulo', col('a'), col('b'))];
    expect(await Promise.all(all.map((e) => value(e, at)))).toEqual([-5n, -9n, -14n, 7n, 7n, -3n, -1n]);
    // a literal below 0 after a minus is no comment
    expect(await value(minus(int(1), int(-2)))).toBe(3n);
    expect(await value(call('negate', int(-2)))).toBe(2n);
  });
  test('logic of three values', async () => {
    const none = nothing('boolean');
    expect(await Promise.all([and(bool(true), none), and(bool(false), none), or(bool(true), none), or(bool(false), none), not(none), isNull(none), isNotNull(bool(false)), and(), or()].map((e) => value(e))))
      .toEqual([null, false, true, null, null, true, true, true, false]);
  });
  test('comparisons, also of what is missing', async () => {
    const ops = ['=', '<>', '<', '<=', '>', '>=', 'is_distinct_from', 'is_not_distinct_from'] as const;
    expect(await Promise.all(ops.map((op) => value(compare(op, int(1), int(2)))))).toEqual([false, true, true, true, false, false, true, false]);
    expect(await Promise.all(ops.map((op) => value(compare(op, int(1), nothing('bigint')))))).toEqual([null, null, null, null, null, null, true, false]);
  });
  test('case takes the first branch that holds; a missing condition does not', async () => {
    expect(await value(cases([[nothing('boolean'), text('a')], [bool(true), text('b')], [bool(true), text('c')]], text('d')))).toBe('b');
    expect(await value(when(bool(false), int(1), nothing('bigint')))).toBe(null);
    expect(await value(cases([], int(3)))).toBe(3n);
  });
  test('a branch that is not taken is not calculated', async () => {
    const rowsOfTwo = valuesOf('n bigint, d bigint', [[6n, 0n], [6n, 2n]]);
    expect(await rows(project(rowsOfTwo, [named('d', col('d')), named('q', when(eq(col('d'), int(0)), nothing('bigint'), call('quotient', col('n'), col('d'))))]), ['d'])).toEqual([[0n, null], [2n, 3n]]);
    const big = valuesOf('n wide, skip boolean', [[10n ** 37n, true], [5n, false]]);
    expect(await rows(project(big, [named('x', when(col('skip'), wide(0n), times(col('n'), col('n'))))]), ['x'])).toEqual([[0n], [25n]]);
  });
  test('greatest common divisor, without sign; of 0 and a number the number', async () => {
    const gcd = (a: bigint, b: bigint): Promise<unknown> => value(call('gcd', wide(a), wide(b)));
    expect([await gcd(-12n, 18n), await gcd(0n, 7n), await gcd(7n, 0n), await gcd(3n * 10n ** 37n, 10n ** 36n)]).toEqual([6n, 7n, 7n, 10n ** 36n]);
  });
  test('coalesce, nullif, least, greatest', async () => {
    expect(await value(coalesce(nothing('bigint'), int(2), int(3)))).toBe(2n);
    expect(await value(call('nullif', int(2), int(2)))).toBe(null);
    expect(await value(call('least', int(2), int(-3)))).toBe(-3n);
    expect(await value(call('greatest', int(2), int(-3)))).toBe(2n);
  });
  test('text: joined, lower, upper, left by code point', async () => {
    expect(await value(call('concat', text('ä'), text('😀')))).toBe('ä😀');
    expect(await value(call('lower', text('ÄB')))).toBe('äb');
    expect(await value(call('upper', text('äb')))).toBe('ÄB');
    expect(await value(call('left', text('😀ab'), int(2)))).toBe('😀a');
  });
  test('casts, and a code for a word; a word of no row is nobody\'s code', async () => {
    expect(await value(cast(int(7), 'wide'))).toBe(7n);
    expect(await value(cast(int(7), 'integer'))).toBe(7);
    engine.setCodes(new Map([['Won', 42]]));
    expect(await value(codeOf('Won'))).toBe(42);
    expect(await value(codeOf('*/ DROP TABLE x; --'))).toBe(-1);
  });
  test('literals of every size', async () => {
    for (const n of [0n, -1n, 2n ** 31n, -(2n ** 31n) - 1n, 2n ** 63n - 1n, -(2n ** 63n) + 1n]) expect(await value(int(n))).toBe(n);
    for (const n of [2n ** 63n, -(2n ** 63n), 10n ** 38n - 1n, -(10n ** 38n) + 1n]) expect(await value(wide(n))).toBe(n);
  });
});

describe('names and texts that are hostile', () => {
  const HOSTILE = ['a"b', "it's", 'x; DROP TABLE word; --', '*/ x /*', 'line\nbreak', 'tab\t', 'Größe', '数量', '😀', ' ', 'select', 'TABLE', '1st', 'a.b', '%', '\\', "'; --", '${x}', 'é', 'a'.repeat(200)];
  test.each(HOSTILE)('as column, table, alias and text: %j', async (word) => {
    const one: Relation = { kind: 'values', columns: [{ name: word, type: 'text' }], rows: [[word]] };
    const joined = join([word, one], ['left', `${word} 2`, one, eq(col(word, `${word} 2`), col(word, word))]);
    const relation = project(filter(joined, eq(col(word, word), text(word))), [named(`${word}!`, col(word, `${word} 2`)), named(`${word}?`, text(word))]);
    expect(await rows(relation)).toEqual([[word, word]]);
    const statement: Statement = { name: `t ${word}`, make: 'table', relation, key: [`${word}!`], about: `what ${word} holds */ x\n; SELECT 1` };
    await engine.execute(statement);
    expect(await rows({ kind: 'scan', table: `t ${word}`, columns: [{ name: `${word}?`, type: 'text' }] })).toEqual([[word]]);
    await engine.drop(`t ${word}`);
  });
  test('every reserved word is a column and an alias', async () => {
    const words = [...RESERVED];
    const one: Relation = { kind: 'values', columns: words.map((name) => ({ name, type: 'bigint' as const })), rows: [words.map((_, i) => BigInt(i))] };
    expect((await rows(project(one, keep(undefined, ...words))))[0]).toEqual(words.map((_, i) => BigInt(i)));
    for (const word of words) expect(identifier(word)).toBe(`"${word}"`);
  });
  test('any text comes back as it went in', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.oneof(fc.string({ unit: 'binary' }).filter((s) => !s.includes('\0') && s.isWellFormed()), fc.string({ unit: fc.constantFrom('\n', '\r', "'", '"', ' ', 'a') })), { minLength: 1, maxLength: 40 }), async (words) => {
      const got = await rows(project({ kind: 'values', columns: columns('i bigint, w text'), rows: words.map((w, i) => [BigInt(i), w]) }, keep(undefined, 'i', 'w')), ['i']);
      expect(got.map((r) => r[1])).toEqual(words);
    }), { numRuns: 25 });
  });
  test('a comment does not end early, whatever is said', () => {
    const said = emitStatement({ name: 'x', make: 'view', relation: sales, key: [], about: 'a */ b -- c\nDROP TABLE x; \u2028 d' }, duckdb, () => undefined);
    expect(said.split('\n').slice(0, 2)).toEqual(['-- x: a  / b -- c DROP TABLE x;   d', 'CREATE OR REPLACE TEMP VIEW x AS']);
    const code = emitRelation(project(sales, [named('c', codeOf('Won */ , 1 AS x /*'))]), duckdb, () => 3);
    expect(code).toContain('3 /* Won  / , 1 AS x /  */ AS c');
  });
  test('NUL and names without a letter are our own mistake', () => {
    expect(() => quoteText('a\0')).toThrow('NUL');
    expect(() => identifier('')).toThrow('has a name');
  });
});

describe('exactness', () => {
  const MODES: readonly RoundingMode[] = ['half_up', 'half_even', 'half_away', 'up', 'down', 'floor'];
  const SCALE = 10n ** 15n;
  const EDGES: readonly (readonly [bigint, bigint])[] = [0n, 1n, 2n, 3n, 5n, 7n, 9n, 10n, 15n, 25n, 35n, 99n, 100n, 101n, 2n ** 62n, 2n ** 63n, 10n ** 18n + 1n, 10n ** 21n - 1n]
    .flatMap((n) => [1n, 2n, 3n, 4n, 10n, 20n, 101n, 10n ** 6n + 3n, 10n ** 20n + 39n].flatMap((d) => [[n, d], [-n, d]] as const));
  let plain: Awaited<ReturnType<DuckDBInstance['connect']>>;
  beforeAll(async () => {
    plain = await (await DuckDBInstance.create(':memory:')).connect();
    await plain.run('SET integer_division = true');
  });
  afterAll(() => { plain.closeSync(); });

  // the hooks that Trino's dialect has, with types that DuckDB has: `(n - n % d) / d` itself is tried
  const plainForm: Dialect = { ...generic, name: 'plain', types: duckdb.types };
  const relationOf = (pairs: readonly (readonly [bigint, bigint])[], scale: bigint): Relation => project(valuesOf('i bigint, n wide, d wide', pairs.map(([n, d], i) => [BigInt(i), n, d])),
    [named('i', col('i')), ...MODES.map((mode) => named(mode, { kind: 'ratio', n: col('n'), d: col('d'), scale, mode }))]);
  const wanted = (pairs: readonly (readonly [bigint, bigint])[], scale: bigint): bigint[][] => pairs.map(([n, d], i) => [BigInt(i), ...MODES.map((mode) => divideRounded(n * scale, d, mode))]);
  async function both(pairs: readonly (readonly [bigint, bigint])[], scale: bigint): Promise<void> {
    expect(await rows(relationOf(pairs, scale), ['i'])).toEqual(wanted(pairs, scale));
    const text_ = emitRelation(relationOf(pairs, scale), plainForm, () => undefined, ['i']);
    expect(text_).not.toContain('//');
    expect((await plain.runAndReadAll(text_)).getRows()).toEqual(wanted(pairs, scale));
  }

  test('[M2] a ratio is divideRounded in all six modes: edges, scale 1 and 10^15, both forms of division', async () => {
    await both(EDGES, 1n);
    await both(EDGES.filter(([n]) => (n < 0n ? -n : n) < 10n ** 21n), SCALE);
  });
  test('[M2] and 2,000 random ones: any sign, numerators of up to 37 digits', async () => {
    const big = (digits: number): fc.Arbitrary<bigint> => fc.integer({ min: 0, max: digits }).chain((k) => fc.bigInt({ min: -(10n ** BigInt(k)), max: 10n ** BigInt(k) }));
    const pair = fc.tuple(big(37), big(36)).map(([n, d]) => [n, d < 0n ? -d : d === 0n ? 1n : d] as const);
    await both(fc.sample(pair, { numRuns: 1000, seed: 7 }), 1n);
    // q·scale and (2·rest + d)·scale stay below 38 digits: what digits.ts bounds
    const scaled = fc.tuple(big(37), big(21)).map(([n, d]) => [n, d < 0n ? -d : d === 0n ? 1n : d] as const).filter(([n, d]) => (n < 0n ? -n : n) / d < 10n ** 22n);
    await both(fc.sample(scaled, { numRuns: 1000, seed: 8 }), SCALE);
  });
  test('[M1] a number that is too large ends the run: it never wraps', async () => {
    const top = 2n ** 63n - 1n, widest = 10n ** 38n - 1n;
    const raises = async (expr: Expr, of: Relation): Promise<void> => { await expect(rows(project(of, [named('x', expr)]))).rejects.toMatchObject({ diagnostic: { code: 'engine.overflow' } }); };
    const narrow = valuesOf('a bigint, w wide', [[top, widest]]);
    await raises(plus(col('a'), col('a')), narrow);
    await raises(times(col('a'), int(2)), narrow);
    await raises(minus(call('negate', col('a')), int(2)), narrow);
    await raises(times(col('w'), col('w')), narrow);
    await raises(plus(col('w'), col('w')), narrow);
    await raises(cast(col('w'), 'bigint'), narrow);
    await raises(cast(plus(cast(col('a'), 'wide'), int(1)), 'bigint'), narrow);
    const many = valuesOf('g bigint, w wide', [[1n, widest], [1n, widest]]);
    await expect(rows(aggregate(many, [], [named('x', sum(col('w')))]))).rejects.toMatchObject({ diagnostic: { code: 'engine.overflow' } });
    await expect(rows(windowed(many, [{ name: 'x', fn: 'sum', of: col('w'), partition: ['g'], order: [] }]))).rejects.toMatchObject({ diagnostic: { code: 'engine.overflow' } });
  });
  test('[M1] sums of 64-bit numbers are wide: grouped, and over a window', async () => {
    const top = 2n ** 63n - 1n, many = valuesOf('i bigint, a bigint', [[1n, top], [2n, top], [3n, top]]);
    expect(await rows(aggregate(many, [], [named('x', sum(col('a')))]))).toEqual([[3n * top]]);
    expect(await rows(windowed(many, [{ name: 'x', fn: 'sum', of: col('a'), partition: [], order: [{ column: 'i', descending: false }] }]), ['i'])).toEqual([[1n, top, top], [2n, top, 2n * top], [3n, top, 3n * top]]);
  });
  test('no floating point comes out of any expression: the engine has the types that the tree says', async () => {
    const of = valuesOf('i integer, a bigint, w wide, t text, b boolean', [[7n, 8n, 9n, 'x', true]]);
    const all: Expr[] = [
      ...(['i', 'a', 'w'] as const).flatMap((x) => (['i', 'a', 'w'] as const).flatMap((y) => (['add', 'subtract', 'multiply', 'quotient', 'modulo', 'least', 'greatest', 'coalesce', 'nullif'] as const).map((fn) => call(fn, col(x), col(y))))),
      ...(['i', 'a', 'w'] as const).flatMap((x) => [call('negate', col(x)), call('abs', col(x))]), when(col('b'), col('i'), col('w')), when(col('b'), col('a'), int(1)),
      { kind: 'ratio', n: col('w'), d: col('a'), scale: SCALE, mode: 'half_even' }, call('concat', col('t'), col('t')), cast(col('a'), 'integer'),
    ];
    await engine.execute({ name: 'typed', make: 'table', key: [], about: 'each expression once', relation: project(of, all.map((e, i) => named(`x${i}`, e))) });
    await engine.drop('typed');
  });
});

describe('the same tree with other relations in place', () => {
  const schema: TableSchema = { table: 'sold', key: ['who'], columns: columns('who text, amount bigint') };
  const total = (from: Relation): Relation => aggregate(filter(from, isNotNull(col('amount'))), keep(undefined, 'who'), [named('amount', cast(sum(col('amount')), 'bigint'))]);
  const mine = valuesOf('who text, amount bigint', [['ann', 3n], ['ann', 4n]]);
  test('replaceScans reaches every place: filter, project, aggregate, window, join, union', async () => {
    const s = scan(schema);
    const deep = union([
      project(join(['a', total(s)], ['left', 'b', project(windowed(s, [{ name: 'n', fn: 'row_number', partition: [], order: [{ column: 'amount', descending: false }] }]), keep(undefined, 'who', 'n')), eq(col('who', 'a'), col('who', 'b'))]), [...keep('a', 'who'), named('amount', plus(col('amount', 'a'), col('n', 'b')))]),
      total(s),
    ]);
    expect(await rows(replaceScans(deep, new Map([['sold', mine]])), ['amount'])).toEqual([['ann', 7n], ['ann', 8n], ['ann', 9n]]);
    expect(replaceScans(deep, new Map([['other', mine]]))).toEqual(deep);
  });
  test('replaceRelations leaves out the statements of replaced names, and nothing else', () => {
    const of = (name: string, relation: Relation): Statement => ({ name, make: 'table', relation, key: ['who'], about: name });
    const program = { inputs: [schema], statements: [of('one', total(scan(schema))), of('two', total({ kind: 'scan', table: 'one', columns: schema.columns }))] };
    const out = replaceRelations(program, new Map([['one', mine]]));
    expect(out.statements.map((s) => s.name)).toEqual(['two']);
    expect(out.statements[0]?.relation).toEqual(total(mine));
    expect(program.statements).toHaveLength(2);
  });
});

describe('the text', () => {
  test('is the same for the same tree', () => {
    const tree = (): Relation => aggregate(filter(sales, compare('>', col('day'), int(1))), keep(undefined, 'who'), [named('x', sum(col('amount')))]);
    expect(emitRelation(tree(), duckdb, () => undefined)).toBe(emitRelation(tree(), duckdb, () => undefined));
  });
  test('tables of a run are temporary on DuckDB, and plain on Trino', () => {
    const schema: TableSchema = { table: 'ref', key: [], columns: columns('a wide, order bigint'), temporary: true };
    expect(emitTable(schema, duckdb)).toBe('CREATE TEMP TABLE IF NOT EXISTS ref (a HUGEINT, "order" BIGINT)');
    expect(emitTable(schema, trino)).toBe('CREATE TABLE IF NOT EXISTS ref (a DECIMAL(38,0), "order" BIGINT)');
    expect(emitStatement({ name: 'x', make: 'table', relation: sales, key: [], about: 'x', sorted: ['day'] }, trino, () => undefined)).not.toMatch(/TEMP|REPLACE|ORDER BY/);
  });
  test('Trino: a wide literal is quoted, a sum is widened, a window sum is cast before it is added', () => {
    const of = (e: Expr): string => emitRelation(aggregate(sales, [], [named('x', e)]), trino, () => undefined);
    expect(of(sum(wide(2n ** 63n)))).toContain("CAST('9223372036854775808' AS DECIMAL(38,0))");
    expect(of(sum(col('amount'), { where: bool(true) }))).toContain('CAST(sum(amount) FILTER (WHERE true) AS DECIMAL(38,0))');
    expect(emitRelation(windowed(sales, [{ name: 'x', fn: 'sum', of: col('amount'), partition: ['who'], order: [] }]), trino, () => undefined)).toContain('sum(CAST(amount AS DECIMAL(38,0))) OVER (PARTITION BY who');
    expect(of(sum(call('quotient', col('amount'), col('day'))))).toContain('((amount - amount % "day") / "day")');
  });
});
