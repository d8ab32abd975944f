import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { call, col, keep, named, plus, project, type Relation, times, wide } from '../relation/relation.ts';
import { divideRounded, ratio, roundTo } from '../value/rate.ts';
import { atScale, comparePairs, roundedPair, SCALE, sign, SNAP } from './arithmetic.ts';

let engine: Engine;
beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 500, threads: 2, tempDir: join(tmpdir(), 'trueup-arithmetic') }); });
afterAll(() => engine.close());

const pairs = (rows: readonly (readonly [bigint, bigint])[]): Relation => ({ kind: 'values', columns: [{ name: 'i', type: 'bigint' }, { name: 'n', type: 'wide' }, { name: 'd', type: 'wide' }], rows: rows.map(([n, d], i) => [BigInt(i), n, d]) });
const column = async (relation: Relation, at: number): Promise<unknown[]> => [...((await engine.read(relation, ['i'])).data[at] ?? [])];

describe('an amount at scale', () => {
  /** The rounding of `earnings.ts`: to whole minor units, within SNAP of a tie for a tie. */
  const rounded = (from: Relation): Relation => project(project(from, [...keep(undefined, 'i'), named('x', atScale(col('n'), col('d')))]), [
    ...keep(undefined, 'i'), named('r', times(sign(col('x')), call('quotient', plus(call('abs', col('x')), wide(SCALE / 2n + SNAP)), wide(SCALE)))),
  ]);
  const divisor = fc.bigInt({ min: 1n, max: 5n * 10n ** 12n });
  test('[M2] is rounded as exact fractions are, at ties and next to them, for every divisor below 5 · 10^12', async () => {
    const any = fc.tuple(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), divisor).map(([n, d]) => [n, d] as const);
    // (k + 1/2) and one part of the divisor beside it
    const tie = fc.tuple(fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n }), fc.bigInt({ min: 1n, max: 2n * 10n ** 12n }), fc.constantFrom(-1n, 0n, 1n)).map(([k, half, off]) => [(2n * k + 1n) * half + off, 2n * half] as const);
    const rows = [...fc.sample(any, { numRuns: 1000, seed: 1 }), ...fc.sample(tie, { numRuns: 1500, seed: 2 })];
    expect(await column(rounded(pairs(rows)), 1)).toEqual(rows.map(([n, d]) => divideRounded(n, d, 'half_away')));
  });
  test('[M2] a third lost three times is still the tie that it was', async () => {
    const rows = fc.sample(fc.tuple(fc.bigInt({ min: -(10n ** 9n), max: 10n ** 9n }), fc.constantFrom(3n, 7n, 60n, 99n)), { numRuns: 300, seed: 3 });
    // d parts of n ÷ 2d, each at scale, summed: n ÷ 2
    const summed = project(project(pairs(rows.map(([n, d]) => [n, 2n * d])), [...keep(undefined, 'i'), named('d', col('d')), named('part', atScale(col('n'), col('d')))]), [
      ...keep(undefined, 'i'), named('n', times(col('part'), call('quotient', col('d'), wide(2n)))), named('d', wide(SCALE))]);
    const got = await column(rounded(summed), 1);
    rows.forEach(([n, d], i) => { expect(got[i], `${n} / 2 in ${d} parts`).toBe(divideRounded(n, 2n, 'half_away')); });
  });
});

describe('pairs', () => {
  test('are compared by cross-multiplication, never divided', async () => {
    const ops = ['<', '<=', '=', '>=', '>', '<>'] as const;
    const of = project(pairs([[1n, 3n], [2n, 6n], [-1n, 3n], [333n, 1000n]]), [...keep(undefined, 'i'), ...ops.map((op) => named(op, comparePairs(op, col('n'), col('d'), wide(1n), wide(3n))))]);
    const { data } = await engine.read(of, ['i']);
    expect(data.slice(1)).toEqual([[false, false, true, true], [true, true, true, true], [true, true, false, false], [true, true, false, false], [false, false, false, false], [false, false, true, true]]);
  });
  test('[M2] are rounded to multiples of a unit in the mode that the row says; without a unit they stay', async () => {
    const rows = fc.sample(fc.tuple(fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), fc.bigInt({ min: 1n, max: 10n ** 6n }), fc.constantFrom([1n, 1n], [1n, 100n], [5n, 1000n], [100n, 1n]), fc.constantFrom(0, 1, 2)), { numRuns: 500, seed: 4 });
    const modes = ['half_away', 'down', 'up'] as const;
    const of: Relation = {
      kind: 'values', columns: [{ name: 'i', type: 'bigint' }, { name: 'n', type: 'wide' }, { name: 'd', type: 'wide' }, { name: 'x_unit_n', type: 'bigint' }, { name: 'x_unit_d', type: 'bigint' }, { name: 'x_mode', type: 'bigint' }],
      rows: [...rows.map(([n, d, [un, ud], mode], i) => [BigInt(i), n, d, un ?? 1n, ud ?? 1n, BigInt(mode)]), [BigInt(rows.length), 7n, 3n, null, null, null]],
    };
    const { data } = await engine.read(project(roundedPair(of, 'n', 'd', 'x'), keep(undefined, 'i', 'n', 'd')), ['i']);
    rows.forEach(([n, d, [un = 1n, ud = 1n], mode], i) => {
      expect(ratio(data[1]?.[i] as bigint, data[2]?.[i] as bigint), `${n}/${d} to ${un}/${ud} ${mode}`).toEqual(roundTo(ratio(n, d), ratio(un, ud), modes[mode] ?? 'down'));
    });
    expect([data[1]?.[rows.length], data[2]?.[rows.length]]).toEqual([7n, 3n]);
  });
});
