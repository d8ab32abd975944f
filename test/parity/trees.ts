/**
 * Small relations and expressions, drawn at random over two tables of random rows: every kind and every
 * function, with nulls, negative numbers and numbers at the edge of their types. What engines may answer
 * differently is not drawn: a division by 0, a null among the least, an order of rows that ties.
 */
import fc from 'fast-check';
import type { Cell } from '../../src/engine/engine.ts';
import { columnsOf } from '../../src/relation/check.ts';
import {
  aggregate, and, anyTrue, bool, call, cases, cast, coalesce, codeOf, col, compare, type Column, type CompareOp, count, countDistinct, type Expr, filter, int, isNotNull, isNull, join, max, min, minus,
  named, not, nothing, or, plus, project, type Relation, scan, type SqlType, sum, type TableSchema, text, times, union, wide, type WindowColumn, windowed,
} from '../../src/relation/relation.ts';
import type { RoundingMode } from '../../src/value/rate.ts';

const columns = (spec: string): Column[] => spec.split(', ').map((c) => { const [name = '', type = ''] = c.split(' '); return { name, type: type as SqlType }; });
/** `id`: different in each row; `p`, `q`: above 0, for divisors; the rest may be null. */
const COLUMNS = columns('id bigint, i integer, j integer, a bigint, b bigint, w wide, f boolean, s text, p wide, q bigint');
export const TABLES: readonly TableSchema[] = ['one', 'two'].map((table) => ({ table, key: ['id'], columns: COLUMNS }));
export const CODES: ReadonlyMap<string, number> = new Map([['Won', 1], ['Lost', 2]]);

export type Numbers = 'small' | 'large';
const TOP_32 = 2n ** 31n - 1n, TOP_64 = 2n ** 63n - 1n, TOP_WIDE = 10n ** 38n - 1n;
const TEXTS = ['', 'a', 'A', 'ab', 'Won', 'ä', 'Ä', '😀', '\uffee', 'z z', "o'b", 'é\u0301'] as const;

function numbers(size: Numbers, top: bigint): fc.Arbitrary<bigint> {
  const few = fc.bigInt({ min: -4n, max: 4n }), some = fc.bigInt({ min: -1_000n, max: 1_000n });
  return size === 'small' ? fc.oneof(few, some) : fc.oneof(some, fc.bigInt({ min: -top, max: top }), fc.constantFrom(top, -top, top / 2n, top / 2n + 1n));
}
const orNull = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(of, { freq: 4 });

export function rows(size: Numbers, most: number): fc.Arbitrary<readonly (readonly Cell[])[]> {
  const small = orNull(numbers(size, TOP_32).map((n) => Number(n))), plain = orNull(numbers(size, TOP_64));
  const above = (top: bigint): fc.Arbitrary<bigint> => numbers(size, top).map((n) => (n < 0n ? -n : n) + (n === 0n ? 1n : 0n));
  const row = fc.tuple(small, small, plain, plain, orNull(numbers(size, TOP_WIDE)), orNull(fc.boolean()), orNull(fc.constantFrom(...TEXTS)), orNull(above(10n ** 20n)), orNull(above(TOP_64)));
  // what is too large for a type may be found without a row
  return fc.array(row, { minLength: size === 'large' ? 1 : 0, maxLength: most }).map((all) => COLUMNS.map((_, c) => all.map((cells, r) => (c === 0 ? BigInt(r) : cells[c - 1] ?? null))));
}

// ---- expressions ----

type Source = readonly { readonly of: string | undefined; readonly columns: readonly Column[] }[];
export interface Drawing { readonly size: Numbers; readonly from: Source }
const NUMBER = ['integer', 'bigint', 'wide'] as const;
const COMPARES: readonly CompareOp[] = ['=', '<>', '<', '<=', '>', '>=', 'is_distinct_from', 'is_not_distinct_from'];
const MODES: readonly RoundingMode[] = ['half_up', 'half_even', 'half_away', 'up', 'down', 'floor'];

export function expr(type: SqlType, depth: number, d: Drawing): fc.Arbitrary<Expr> {
  const plain = leaf(type, d);
  if (depth === 0) return plain;
  const of = (t: SqlType): fc.Arbitrary<Expr> => expr(t, depth - 1, d), condition = of('boolean');
  const own = type === 'boolean' ? conditions(of) : type === 'text' ? texts(of, leaf('text', d)) : calculations(type, of, d);
  const common = [
    fc.tuple(fc.array(fc.tuple(condition, of(type)), { minLength: 1, maxLength: 2 }), of(type)).map(([when, otherwise]) => cases(when, otherwise)),
    fc.tuple(of(type), of(type)).map(([x, y]) => coalesce(x, y)), fc.tuple(of(type), of(type)).map(([x, y]) => call('nullif', x, y)),
  ];
  return fc.oneof({ arbitrary: plain, weight: 1 }, { arbitrary: fc.oneof(...own), weight: 4 }, { arbitrary: fc.oneof(...common), weight: 1 });
}

function leaf(type: SqlType, { size, from }: Drawing): fc.Arbitrary<Expr> {
  const there = from.flatMap((input) => input.columns.filter((c) => c.type === type).map((c) => col(c.name, input.of)));
  const columns_ = there.length === 0 ? [] : [{ arbitrary: fc.constantFrom(...there), weight: 4 }];
  // an engine that sees a null in the text leaves out what stands beside it, too large or not: then nulls come from columns
  const none = type === 'text' || size === 'large' ? [] : [{ arbitrary: fc.constant(nothing(type)), weight: 1 }];
  return fc.oneof({ arbitrary: literal(type, size), weight: 2 }, ...none, ...columns_);
}
function literal(type: SqlType, size: Numbers): fc.Arbitrary<Expr> {
  switch (type) {
    case 'integer': return fc.oneof(numbers(size, TOP_32).map((n) => cast(int(n), 'integer')), fc.constantFrom('Won', 'Lost', 'Gone').map(codeOf));
    case 'bigint': return numbers(size, TOP_64).map(int);
    case 'wide': return numbers(size, TOP_WIDE).map(wide);
    case 'boolean': return fc.boolean().map(bool);
    case 'text': return fc.constantFrom(...TEXTS).map(text);
  }
}

type Of = (type: SqlType) => fc.Arbitrary<Expr>;

function conditions(of: Of): fc.Arbitrary<Expr>[] {
  const compared = fc.constantFrom<SqlType>(...NUMBER, 'text', 'boolean').chain((t) => fc.tuple(fc.constantFrom(...COMPARES), of(t), of(t)).map(([op, x, y]) => compare(op, x, y)));
  // numbers of different widths
  const mixed = fc.tuple(fc.constantFrom(...COMPARES), fc.constantFrom(...NUMBER).chain(of), fc.constantFrom(...NUMBER).chain(of)).map(([op, x, y]) => compare(op, x, y));
  return [
    compared, mixed, fc.tuple(of('boolean'), of('boolean')).map(([x, y]) => and(x, y)), fc.tuple(of('boolean'), of('boolean')).map(([x, y]) => or(x, y)), of('boolean').map(not),
    fc.constantFrom<SqlType>(...NUMBER, 'text', 'boolean').chain(of).map(isNull), fc.constantFrom<SqlType>(...NUMBER, 'text').chain(of).map(isNotNull),
  ];
}
function texts(of: Of, plain: fc.Arbitrary<Expr>): fc.Arbitrary<Expr>[] {
  return [
    // no constant that is null: DuckDB gives text that is joined to one the type INTEGER, and no program does that
    fc.tuple(plain, plain).map(([x, y]) => call('concat', x, y)), of('text').map((x) => call('lower', x)), of('text').map((x) => call('upper', x)),
    fc.tuple(of('text'), fc.integer({ min: 0, max: 3 })).map(([x, n]) => call('left', x, int(n))), of('bigint').map((x) => cast(x, 'text')),
  ];
}
function calculations(type: SqlType, of: Of, d: Drawing): fc.Arbitrary<Expr>[] {
  // a narrower number on one side, as programs have it
  const narrower = type === 'integer' ? of('integer') : type === 'bigint' ? fc.oneof(of('bigint'), of('integer')) : fc.oneof(of('wide'), of('bigint'), of('integer'));
  const two = fc.tuple(of(type), narrower), zero = type === 'wide' ? wide(0n) : type === 'integer' ? cast(int(0), 'integer') : int(0);
  const there = (x: Expr): Expr => coalesce(x, zero);
  const arithmetic = [
    two.map(([x, y]) => plus(x, y)), two.map(([x, y]) => minus(x, y)), two.map(([x, y]) => times(x, y)), of(type).map((x) => call('negate', x)), of(type).map((x) => call('abs', x)),
    two.map(([x, y]) => call('quotient', x, call('nullif', y, int(0)))), two.map(([x, y]) => call('modulo', x, call('nullif', y, int(0)))),
    two.map(([x, y]) => call('least', there(x), there(y))), two.map(([x, y]) => call('greatest', there(x), there(y))),
    fc.constantFrom<SqlType>(...NUMBER, 'boolean').chain(of).map((x) => cast(x, type)),
  ];
  return type === 'wide' ? [...arithmetic, ratios(d)] : arithmetic;
}
/** Columns or literals only, the divisor above 0. */
function ratios({ from, size }: Drawing): fc.Arbitrary<Expr> {
  const named_ = (names: readonly string[]): Expr[] => from.flatMap((input) => input.columns.filter((c) => names.includes(c.name)).map((c) => col(c.name, input.of)));
  const top = fc.constantFrom(...named_(['w']), wide(7n), wide(-15n), wide(10n ** 20n + 1n)), bottom = fc.constantFrom(...named_(['p', 'q']), wide(2n), wide(3n), wide(10n), wide(TOP_64));
  const scale = fc.constantFrom(1n, 1n, 10n, size === 'small' ? 10n ** 15n : 10n ** 3n);
  return fc.tuple(top, bottom, scale, fc.constantFrom(...MODES)).map(([n, d, s, mode]): Expr => ({ kind: 'ratio', n, d, scale: s, mode }));
}

// ---- relations ----

const drawing = (relation: Relation, size: Numbers): Drawing => ({ size, from: [{ of: undefined, columns: columnsOf(relation) }] });
export const scanOf = (i: number): Relation => scan(TABLES[i] as TableSchema);

/** Columns named after their types, so that what is drawn over them finds them. */
function projected(from: Relation, d: Drawing): fc.Arbitrary<Relation> {
  const wanted = fc.tuple(...(['integer', 'bigint', 'wide', 'boolean', 'text'] as const).map((type) => expr(type, 2, d)));
  return wanted.map((exprs) => project(from, exprs.map((e, i) => named(['i', 'a', 'w', 'f', 's'][i] ?? '', e))));
}
export function filtered(from: Relation, size: Numbers): fc.Arbitrary<Relation> {
  return expr('boolean', 2, drawing(from, size)).map((where) => filter(from, where));
}
export function aggregated(from: Relation, size: Numbers): fc.Arbitrary<Relation> {
  const d = drawing(from, size), number = fc.constantFrom(...NUMBER).chain((t) => expr(t, 1, d)), condition = fc.option(expr('boolean', 1, d), { nil: undefined });
  const by = fc.array(fc.constantFrom<SqlType>('integer', 'boolean', 'text', 'bigint').chain((t) => expr(t, 1, d).filter((e) => e.kind !== 'literal' && e.kind !== 'cast')), { maxLength: 2 });
  const value = fc.constantFrom<SqlType>(...NUMBER, 'text').chain((t) => leaf(t, d));
  return fc.tuple(by, number, condition, value, expr('boolean', 1, d), fc.tuple(leaf('bigint', d), leaf('wide', d), leaf('text', d))).map(([keys, n, where, v, yes, [a, w, s]]) => aggregate(from,
    keys.map((e, i) => named(`k${i}`, e)), [
      named('n', count()), named('some', count(where)), named('a', cast(sum(a), 'bigint')), named('w', coalesce(sum(n, where === undefined ? {} : { where }), wide(0n))), named('t', sum(w)),
      named('d', countDistinct(v, where)), named('f', anyTrue(yes)), named('s', min(s)), named('hi', max(col('i'))), named('lo', min(col('w'))), named('hs', max(s)),
    ]));
}
export function joinedTables(size: Numbers): fc.Arbitrary<Relation> {
  const d: Drawing = { size, from: [{ of: 'x', columns: COLUMNS }, { of: 'y', columns: COLUMNS }] };
  const equality = fc.constantFrom(['i', 'i'], ['i', 'a'], ['s', 's'], ['f', 'f'], ['w', 'b'], ['a', 'j']).map(([l = '', r = '']) => compare('=', col(r, 'y'), col(l, 'x')));
  const same = fc.constantFrom('i', 's', 'f').map((c) => compare('is_not_distinct_from', col(c, 'x'), col(c, 'y')));
  const on = fc.tuple(fc.array(fc.oneof(equality, same), { maxLength: 2 }), fc.option(expr('boolean', 1, d), { nil: undefined })).map(([all, more]) => and(...all, ...(more === undefined ? [] : [more])));
  return fc.tuple(fc.constantFrom('inner' as const, 'left' as const), on, fc.option(expr('boolean', 1, d), { nil: undefined })).chain(([how, condition, where]) => {
    const both = join(['x', scanOf(0)], [how, 'y', scanOf(1), condition]);
    return projected(where === undefined ? both : filter(both, where), d);
  });
}
export function windowedTable(from: Relation, size: Numbers): fc.Arbitrary<Relation> {
  // an expression of small numbers is of 32 bits to an engine; only a project tells it otherwise
  const d = drawing(from, size), partition = fc.subarray(['f', 's', 'i'], { maxLength: 2 }), descending = fc.boolean();
  const order = fc.tuple(fc.subarray(['a', 's', 'w', 'f'], { maxLength: 2 }), descending, descending).map(([names, one, two]) => [...names.map((column) => ({ column, descending: one })), { column: 'id', descending: two }]);
  return fc.tuple(partition, order, expr('bigint', 1, d), expr('integer', 1, d), leaf('bigint', d), leaf('text', d)).map(([by, ordered, a, i, before, s]) => {
    const w = (name: string, fn: WindowColumn['fn'], more: Partial<WindowColumn> = {}): WindowColumn => ({ name, fn, partition: by, order: ordered, ...more });
    return windowed(from, [
      w('place', 'row_number'), w('last', 'lag', { of: cast(a, 'bigint'), before }), w('next', 'lead', { of: s }), w('so_far', 'sum', { of: i }), w('all_of_it', 'sum', { of: a, order: [] }),
    ]);
  });
}
export function projectedTable(size: Numbers): fc.Arbitrary<Relation> {
  return projected(scanOf(0), drawing(scanOf(0), size));
}
/** Relations over relations. */
export function tree(size: Numbers): fc.Arbitrary<Relation> {
  const first = fc.oneof(filtered(scanOf(0), size), joinedTables(size), fc.tuple(projectedTable(size), projectedTable(size)).map((parts) => union(parts)), projectedTable(size));
  return first.chain((from) => fc.oneof(aggregated(from, size), filtered(from, size).chain((f) => projected(f, drawing(f, size))), fc.constant(from)));
}
