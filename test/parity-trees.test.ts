/**
 * Generated trees on both engines: logic of nulls, rounding, overflow, joins, groups and windows. Where one
 * ends with an overflow, so must the other, but for what an engine may leave out or calculate early: a
 * constant, a row that a filter takes away, the second side of an `and`. Those few are counted, and bounded.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cell, type Engine, EngineStop, type ProgramRunner, type Rows } from '../src/engine/engine.ts';
import { openMemory } from '../src/engine/memory.ts';
import { named, project, type Relation } from '../src/relation/relation.ts';
import { openEngine } from '../src/stage/stage.fixture.ts';
import { differences } from './parity/paired.ts';
import { aggregated, CODES, expr, joinedTables, type Numbers, projectedTable, rows, TABLES, scanOf, tree, windowedTable } from './parity/trees.ts';

let duckdb: Engine;
const memory = openMemory();
const said: string[] = [];
beforeAll(async () => {
  duckdb = await openEngine('parity-trees');
  for (const engine of [duckdb, memory]) engine.setCodes(CODES);
});
afterAll(async () => { await duckdb.close(); console.log(`Generated trees on DuckDB and in memory:\n${said.join('\n')}`); });

interface Tally { alike: number; rows: number; overflow: number; beyond: number; undecided: number }

/** Rows, or why a number was too large; every other error is a fault. */
async function outcome(engine: ProgramRunner, relation: Relation): Promise<Rows | string> {
  try {
    return await engine.read(relation);
  } catch (error) {
    if (error instanceof EngineStop && error.diagnostic.code === 'engine.overflow') return error.diagnostic.message;
    throw error;
  }
}
async function compareOn(relation: Relation, data: readonly (readonly (readonly Cell[])[])[], tally: Tally): Promise<void> {
  const tables = TABLES.map((schema, i) => ({ schema: { ...schema, temporary: true as const }, data: data[i] ?? schema.columns.map(() => []) }));
  for (const engine of [duckdb, memory]) await engine.fill(tables);
  const a = await outcome(duckdb, relation), b = await outcome(memory, relation);
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a === typeof b) tally.overflow++;
    // DuckDB holds numbers up to 2^127, of which the last do not have 38 digits
    else if (typeof b === 'string' && b.includes('38 digits')) tally.beyond++;
    else tally.undecided++;
    return;
  }
  expect(differences('tree', a, b)).toEqual([]);
  tally.alike++; tally.rows += a.count;
}

async function property(name: string, relation: fc.Arbitrary<Relation>, size: Numbers, runs: number, most: number): Promise<void> {
  const tally: Tally = { alike: 0, rows: 0, overflow: 0, beyond: 0, undecided: 0 };
  await fc.assert(fc.asyncProperty(relation, rows(size, most), rows(size, most), (tree_, one, two) => compareOn(tree_, [one, two], tally)), { numRuns: runs, seed: 20_261_125 });
  said.push(`  ${name}, ${size} numbers: ${tally.alike} trees with ${tally.rows} rows alike, ${tally.overflow} overflow on both, ${tally.beyond} between 38 digits and 2^127, ${tally.undecided} on one alone`);
  expect(tally.alike).toBeGreaterThan(runs / 4);
  expect(tally.undecided).toBeLessThanOrEqual(runs / 10);
}

describe('generated trees', () => {
  const SIZES: readonly Numbers[] = ['small', 'large'];
  // one expression over one row: what overflows cannot hide behind another row
  test.each(SIZES)('single expressions, %s numbers', async (size) => {
    const one = fc.constantFrom('integer', 'bigint', 'wide', 'boolean', 'text').chain((type) => expr(type as 'text', 3, { size, from: [{ of: undefined, columns: TABLES[0]?.columns ?? [] }] }));
    await property('single expressions', one.map((e) => project(scanOf(0), [named('x', e)])), size, 120, 1);
  }, 120_000);
  test.each(SIZES)('projects, %s numbers', (size) => property('projects', projectedTable(size), size, 150, 8), 120_000);
  test.each(SIZES)('joins, %s numbers', (size) => property('joins', joinedTables(size), size, 150, 8), 120_000);
  test.each(SIZES)('aggregates, %s numbers', (size) => property('aggregates', aggregated(scanOf(0), size), size, 150, 12), 120_000);
  test.each(SIZES)('windows, %s numbers', (size) => property('windows', windowedTable(scanOf(0), size), size, 150, 12), 120_000);
  test.each(SIZES)('relations over relations, %s numbers', (size) => property('relations over relations', tree(size), size, 150, 8), 120_000);
});
