import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { call, codeOf, col, eq, filter, int, named, nothing, project, scan, sum, aggregate, times, wide } from '../relation/relation.ts';
import type { Relation, SqlType, Statement, TableSchema } from '../relation/relation.ts';
import { openDuckdb, startDuckdb } from './duckdb.ts';
import type { Cell, Engine, EngineOptions, Progress } from './engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'trueup-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opened: Engine[] = [];
afterEach(async () => { for (const e of opened.splice(0)) await e.close(); });
async function open(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const engine = await openDuckdb({ path: ':memory:', folders: [folder], memoryMb: 500, threads: 2, tempDir: join(folder, 'temp'), ...options });
  opened.push(engine);
  return engine;
}
const diagnosticOf = async (work: Promise<unknown>): Promise<{ code: string; message: string; hint: string }> => {
  const error = await work.then(() => new Error('it went through'), (e: unknown) => e);
  if (!(error instanceof Error) || !('diagnostic' in error)) throw error;
  return error.diagnostic as { code: string; message: string; hint: string };
};

const EVERY: TableSchema = {
  table: 'every', key: ['n'],
  columns: [{ name: 'n', type: 'integer' }, { name: 'big', type: 'bigint' }, { name: 'w', type: 'wide' }, { name: 'yes', type: 'boolean' }, { name: 'select', type: 'text' }],
};
const table = (name: string, relation: Relation, rest: Partial<Statement> = {}): Statement => ({ name, make: 'table', relation, key: [], about: 'a test', ...rest });

describe('cells', () => {
  it('come back as they went in, extremes of every type included', async () => {
    const engine = await open();
    await engine.ensure(EVERY);
    const data: Cell[][] = [
      [2147483647, -2147483648, 0, null],
      [2n ** 63n - 1n, -(2n ** 63n), 0n, null],
      [2n ** 127n - 1n, -(2n ** 127n), 10n ** 38n - 1n, null],
      [true, false, true, null],
      ['', 'a\0b \u{1F600} "quote" \'s\' \r\n', 'x'.repeat(100_000), null],
    ];
    await engine.append(EVERY, data);
    const rows = await engine.read(scan(EVERY));
    expect(rows).toEqual({ columns: EVERY.columns, data, count: 4 });
  });

  it('come back as they went in, whatever they are', async () => {
    const engine = await open();
    await engine.ensure(EVERY);
    const or = (cell: fc.Arbitrary<Cell>): fc.Arbitrary<Cell> => fc.option(cell, { nil: null, freq: 9 });
    const row = fc.tuple(
      or(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), or(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
      or(fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n })), or(fc.boolean()), or(fc.string({ unit: 'grapheme', maxLength: 30 })),
    );
    await fc.assert(fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 50 }), async (list) => {
      const data = EVERY.columns.map((_, c) => list.map((cells) => cells[c] as Cell));
      await engine.drop('every');
      await engine.ensure(EVERY);
      await engine.append(EVERY, data);
      expect((await engine.read(scan(EVERY))).data).toEqual(data);
    }), { numRuns: 25 });
  });

  it.each<[string, Cell[][]]>([
    ['a 65-bit integer', [[1], [2n ** 63n], [0n], [true], ['']]],
    ['a number of 40 digits', [[1], [0n], [2n ** 127n], [true], ['']]],
    ['a fraction', [[1.5], [0n], [0n], [true], ['']]],
    ['a number for a bigint', [[1], [5], [0n], [true], ['']]],
    ['a yes for a bigint', [[1], [true], [0n], [true], ['']]],
    ['half a surrogate pair', [[1], [0n], [0n], [true], ['\ud800']]],
  ])('[A2] %s is refused, and no row of its batch stays', async (_, bad) => {
    const engine = await open();
    await engine.ensure(EVERY);
    const good: Cell[][] = [[1], [1n], [1n], [true], ['good']];
    await expect(engine.append(EVERY, good.map((cells, c) => [...Array<Cell>(3000).fill(cells[0] as Cell), ...(bad[c] as Cell[])]))).rejects.toThrow();
    expect((await engine.read(scan(EVERY))).count).toBe(0);
    await engine.append(EVERY, good);
    expect((await engine.read(scan(EVERY))).count).toBe(1);
  });

  it('a million rows go in and come back sorted within a minute', async () => {
    const engine = await open();
    const schema: TableSchema = { table: 'facts', key: ['row'], columns: [{ name: 'row', type: 'bigint' }, { name: 'payee', type: 'integer' }, { name: 'amount', type: 'bigint' }, { name: 'id', type: 'text' }] };
    const count = 1_000_000, index = Array.from({ length: count }, (_, i) => i);
    const data: Cell[][] = [index.map((i) => BigInt(count - i)), index.map((i) => i % 997), index.map((i) => BigInt(i) * 101n), index.map((i) => `OPP-${i}`)];
    const begun = performance.now();
    await engine.ensure(schema);
    await engine.append(schema, data);
    const rows = await engine.read(scan(schema), ['row']);
    expect(performance.now() - begun).toBeLessThan(60_000);
    expect([rows.count, rows.data[0]?.[0], rows.data[3]?.[0], rows.data[0]?.at(-1)]).toEqual([count, 1n, `OPP-${count - 1}`, BigInt(count)]);
  }, 90_000);
});

describe('statements', () => {
  const numbers: TableSchema = { table: 'numbers', key: ['n'], columns: [{ name: 'n', type: 'bigint' }, { name: 'w', type: 'wide' }] };
  const fill = async (engine: Engine, count: number): Promise<void> => {
    await engine.ensure(numbers);
    await engine.append(numbers, [Array.from({ length: count }, (_, i) => BigInt(i)), Array.from({ length: count }, (_, i) => BigInt(i * 7919 % 1000) - 500n)]);
  };

  it('replace a table by a view and a view by a table', async () => {
    const engine = await open();
    await fill(engine, 3);
    const doubled = project(scan(numbers), [named('n', times(col('n'), int(2)))]);
    for (const make of ['view', 'table', 'view', 'view', 'table', 'table'] as const) {
      await engine.execute(table('made', doubled, { make }));
      expect((await engine.read({ kind: 'scan', table: 'made', columns: [{ name: 'n', type: 'bigint' }] }, ['n'])).data).toEqual([[0n, 2n, 4n]]);
    }
    await engine.execute(table('made', doubled, { make: 'insert' }));
    expect((await engine.read({ kind: 'scan', table: 'made', columns: [{ name: 'n', type: 'bigint' }] })).count).toBe(6);
    await engine.drop('made');
    await engine.drop('made');
  });

  it('[C1] give equal results on one and on two threads', async () => {
    const results: unknown[] = [];
    for (const threads of [1, 2]) {
      const engine = await open({ threads });
      await fill(engine, 300_000);
      await engine.execute(table('sums', aggregate(scan(numbers), [named('g', call('modulo', col('n'), int(1013)))], [named('s', sum(times(col('w'), wide(10n ** 30n))))]), { sorted: ['g'] }));
      results.push((await engine.read({ kind: 'scan', table: 'sums', columns: [{ name: 'g', type: 'bigint' }, { name: 's', type: 'wide' }] }, ['g'])).data);
    }
    expect(results[0]).toEqual(results[1]);
  });

  it('use the codes that were set', async () => {
    const engine = await open();
    await fill(engine, 10);
    engine.setCodes(new Map([['GTX Pro', 7]]));
    const of = (word: string): Relation => filter(scan(numbers), eq(col('n'), codeOf(word)));
    expect((await engine.read(of('GTX Pro'))).data[0]).toEqual([7n]);
    expect((await engine.read(of("never ' said */"))).count).toBe(0);
  });

  it('fail as our own fault where the engine has other types than the tree', async () => {
    const engine = await open();
    await fill(engine, 3);
    const lie = (type: SqlType): Relation => ({ kind: 'scan', table: 'numbers', columns: [{ name: 'n', type }] });
    for (const type of ['integer', 'wide', 'text', 'boolean'] as const) {
      await expect(engine.read(lie(type))).rejects.toThrow('Trueup is wrong here, not you');
      await expect(engine.execute(table('lie', lie(type)))).rejects.toThrow('Trueup is wrong here, not you');
    }
  });

  it('overflow is a stop in our words, never a wrapped number', async () => {
    const engine = await open();
    await engine.ensure(numbers);
    await engine.append(numbers, [[2n ** 63n - 1n], [2n ** 127n - 1n]]);
    for (const column of ['n', 'w']) {
      const stopped = await diagnosticOf(engine.execute(table('too_big', project(scan(numbers), [named('x', call('add', col(column), col(column)))]))));
      expect(stopped.code).toBe('engine.overflow');
      expect(stopped.message).toContain('too_big');
      expect(stopped.message).toContain('larger than can be held exactly');
    }
    const summed = aggregate(filter(scan(numbers), eq(col('n'), col('n'))), [], [named('x', sum(call('multiply', col('w'), wide(2n))))]);
    expect((await diagnosticOf(engine.execute(table('sum_too_big', summed)))).code).toBe('engine.overflow');
  });

  it('a failure that nobody foresaw names the statement', async () => {
    const engine = await open();
    const stopped = await diagnosticOf(engine.execute(table('lost', { kind: 'scan', table: 'nowhere', columns: [{ name: 'n', type: 'bigint' }] })));
    expect(stopped).toMatchObject({ code: 'engine.failed' });
    expect(stopped.message).toContain('"lost"');
    expect(stopped.message).toContain('nowhere');
  });

  it('a stream hands on every row, in chunks, while other statements run between them', async () => {
    const engine = await open();
    await fill(engine, 200_000);
    let seen = 0, chunks = 0, total = 0n;
    await engine.stream(scan(numbers), async (rows) => {
      chunks += 1; seen += rows.count;
      for (const n of rows.data[0] ?? []) total += n as bigint;
      await engine.execute(table(`made_${chunks}`, project(scan(numbers), [named('n', nothing('bigint'))])));
    });
    expect([seen, total]).toEqual([200_000, (200_000n * 199_999n) / 2n]);
    expect(chunks).toBeGreaterThan(2);
    await expect(engine.stream(scan(numbers), () => { throw new Error('the reader gave up'); })).rejects.toThrow('the reader gave up');
    expect((await engine.read(scan(numbers))).count).toBe(200_000);
  });

  it('a stream inside a transaction sees its rows, and lets nothing else in', async () => {
    const engine = await open();
    await engine.transaction(async () => {
      await fill(engine, 100_000);
      let seen = 0;
      await engine.stream(scan(numbers), (rows) => { seen += rows.count; });
      expect(seen).toBe(100_000);
      await expect(engine.stream(scan(numbers), () => engine.drop('numbers'))).rejects.toThrow('nothing else runs while');
    });
    expect((await engine.read(scan(numbers))).count).toBe(100_000);
  });

  it('a transaction keeps all or nothing', async () => {
    const engine = await open();
    await fill(engine, 3);
    await expect(engine.transaction(async () => {
      await engine.append(numbers, [[9n], [9n]]);
      await engine.execute(table('half', scan(numbers)));
      throw new Error('changed my mind');
    })).rejects.toThrow('changed my mind');
    expect((await engine.read(scan(numbers))).count).toBe(3);
    expect((await diagnosticOf(engine.read({ ...scan(numbers), table: 'half' } as Relation))).code).toBe('engine.failed');
    await engine.transaction(async () => { await engine.append(numbers, [[9n], [9n]]); });
    expect((await engine.read(scan(numbers))).count).toBe(4);
  });

  it('a store of other columns is refused with both lists', async () => {
    const engine = await open();
    await engine.ensure(numbers);
    await engine.ensure(numbers);
    const stopped = await diagnosticOf(engine.ensure({ ...numbers, columns: [{ name: 'n', type: 'bigint' }, { name: 'w', type: 'text' }] }));
    expect(stopped.code).toBe('engine.table_differs');
    expect(stopped.message).toContain('w HUGEINT');
    expect(stopped.message).toContain('w VARCHAR');
  });

  it('long statements say how far they are', async () => {
    const heard: Progress[] = [];
    const engine = await open({ onProgress: (p) => heard.push(p) });
    await fill(engine, 400_000);
    const paired: Relation = { kind: 'project', columns: [named('n', col('n', 'a'))], from: { kind: 'filter', where: eq(call('modulo', times(col('n', 'a'), col('n', 'b')), int(99_991)), int(7)), from: { kind: 'join', inputs: [{ as: 'a', how: 'from', relation: scan(numbers) }, { as: 'b', how: 'inner', relation: filter(scan(numbers), { kind: 'compare', op: '<', left: col('n'), right: int(150) }), on: { kind: 'compare', op: '>', left: col('n', 'a'), right: col('n', 'b') } }] } } };
    await engine.execute(table('pairs', paired));
    expect(heard.length).toBeGreaterThan(0);
    for (const p of heard) expect(p.step === 'pairs' && p.done >= 0 && p.done <= 100 && p.of === 100).toBe(true);
  }, 60_000);
});

describe('opening', () => {
  it('a child that was started early answers within 0.5 s of its start, and says its versions', async () => {
    const begun = performance.now(), child = startDuckdb();
    const engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 200, threads: 1, tempDir: join(folder, 'temp') }, child);
    opened.push(engine);
    expect(await engine.versions()).toEqual({ engine: 'DuckDB v1.5.5', library: '@duckdb/node-api 1.5.5-r.5' });
    // 0.2 s on an idle machine
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it('keeps the file, opens it again to read only, and leaves no temporary files', async () => {
    const path = join(folder, 'kept.duckdb'), tempDir = join(folder, 'temp-kept');
    const first = await open({ path, tempDir });
    await first.ensure(EVERY);
    await first.append(EVERY, [[1], [2n], [3n], [true], ['x']]);
    await first.close();
    const again = await open({ path, tempDir, readOnly: true });
    await again.ensure(EVERY);
    expect((await again.read(scan(EVERY))).count).toBe(1);
    await expect(again.append(EVERY, [[1], [2n], [3n], [true], ['x']])).rejects.toThrow();
    await again.close();
    expect(readdirSync(tempDir)).toEqual([]);
  });
});

describe('time', () => {
  let engine: Engine;
  beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 200, threads: 1, tempDir: join(folder, 'temp') }); });
  afterAll(() => engine.close());
  it('a small statement takes milliseconds', async () => {
    await engine.ensure(EVERY);
    const begun = performance.now();
    for (let i = 0; i < 20; i += 1) await engine.execute(table('small', scan(EVERY)));
    expect((performance.now() - begun) / 20).toBeLessThan(100);
  });
});
