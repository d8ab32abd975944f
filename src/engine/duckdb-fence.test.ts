import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { named, project, scan, col, wide, times } from '../relation/relation.ts';
import type { TableSchema } from '../relation/relation.ts';
import { type DuckdbChild, startDuckdb } from './duckdb-child.ts';
import { openDuckdb } from './duckdb.ts';
import { type Engine, EngineStop } from './engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'trueup-fence-'));
const inside = join(folder, "it's inside"), outside = join(folder, 'outside');
const secret = join(outside, 'secret.csv');
mkdirSync(inside); mkdirSync(outside);
writeFileSync(secret, 'a,b\nnobody,may read this\n');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => undefined, (e: unknown) => e);
  return error instanceof EngineStop ? error.diagnostic.code : `${String(error)}`;
}

describe('[T12] no statement reaches beyond the fence', () => {
  let child: DuckdbChild, asked = 0;
  const server = createServer((_, response) => { asked += 1; response.end('no'); });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    symlinkSync(secret, join(inside, 'link.csv'));
    symlinkSync(outside, join(inside, 'folder'));
    child = startDuckdb();
    await child.ask({ kind: 'open', path: join(inside, 'store.duckdb'), folders: [inside], memoryMb: 200, threads: 1, tempDir: join(folder, 'temp'), readOnly: false }, 'open');
    await child.ask({ kind: 'run', sql: 'CREATE TABLE t AS SELECT 1 AS a' }, 'fill');
  });
  afterAll(async () => { await child.close(); server.close(); });

  const sql = (path: string): string => `'${path.replaceAll("'", "''")}'`;
  const escapes = (): string[] => [
    `SELECT * FROM read_csv(${sql(secret)})`,
    `SELECT * FROM read_text(${sql(secret)})`,
    `SELECT * FROM read_blob(${sql(secret)})`,
    `SELECT * FROM read_json(${sql(secret)})`,
    `SELECT * FROM sniff_csv(${sql(secret)})`,
    `SELECT * FROM parquet_metadata(${sql(secret)})`,
    `SELECT * FROM ${sql(secret).replaceAll("'", '"')}`,
    `SELECT * FROM glob(${sql(`${outside}/*`)})`,
    `SELECT * FROM read_text(${sql(join(inside, 'link.csv'))})`,
    `SELECT * FROM read_text(${sql(join(inside, 'folder', 'secret.csv'))})`,
    `SELECT * FROM read_text(${sql(`${inside}/../outside/secret.csv`)})`,
    `SELECT * FROM read_text(${sql(`file://${secret}`)})`,
    "SELECT * FROM read_text('~/.bashrc')",
    "SELECT * FROM read_text('/proc/self/environ')",
    "SELECT * FROM read_csv('/etc/passwd')",
    `COPY t TO ${sql(join(outside, 'out.csv'))}`,
    `COPY t TO ${sql(`${inside}/../outside/out.csv`)}`,
    `COPY t TO ${sql(join(inside, 'folder', 'out.csv'))}`,
    `COPY t FROM ${sql(secret)}`,
    `EXPORT DATABASE ${sql(join(outside, 'dump'))}`,
    `IMPORT DATABASE ${sql(outside)}`,
    `ATTACH ${sql(join(outside, 'other.duckdb'))}`,
    `ATTACH ${sql(join(outside, 'other.db'))} (TYPE sqlite)`,
    `SELECT * FROM read_parquet('${url}/x.parquet')`,
    `SELECT * FROM read_csv('${url}/x.csv')`,
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    'INSTALL httpfs', `INSTALL httpfs FROM '${url}'`, 'LOAD httpfs', `LOAD ${sql(join(inside, 'x.duckdb_extension'))}`,
    'SET enable_external_access = true', "SET allowed_directories = ['/']", "SET allowed_paths = ['/etc/passwd']", "SET memory_limit = '100GB'", 'SET GLOBAL threads = 64',
    "PRAGMA memory_limit = '100GB'", 'RESET lock_configuration', 'SET integer_division = false', `SET temp_directory = ${sql(outside)}`, `SET log_query_path = ${sql(join(outside, 'log'))}`,
    `PRAGMA enable_profiling = 'json'`, `SET profiling_output = ${sql(join(outside, 'profile'))}`,
    "SELECT getenv('PATH')", 'CREATE PERSISTENT SECRET (TYPE s3)', "SELECT * FROM sqlite_scan('x', 'y')", "SELECT * FROM read_xlsx('x.xlsx')",
  ];

  it('every escape that was thought of is refused, and leaves no file and no request behind', async () => {
    const through: string[] = [];
    for (const statement of escapes()) {
      await child.ask({ kind: 'run', sql: statement }, 'escape').then(() => through.push(statement), () => undefined);
    }
    expect(through).toEqual([]);
    expect(escapes().length).toBeGreaterThan(40);
    expect(readdirSync(outside)).toEqual(['secret.csv']);
    expect(asked).toBe(0);
  });

  it('the same on a second connection', async () => {
    const columns = [{ name: 'x', type: 'VARCHAR' as const }];
    for (const from of [`read_text(${sql(secret)})`, "read_text('/etc/passwd')"]) {
      expect(await codeOf(child.ask({ kind: 'query', sql: `SELECT content AS x FROM ${from}`, columns, apart: true, batchRows: 10 }, 'escape', '', () => undefined))).toBe('engine.folder');
    }
    const seen: unknown[] = [];
    await child.ask({ kind: 'query', sql: 'SELECT typeof(7 / 2) AS x', columns, apart: true, batchRows: 10 }, 'division', '', (batch) => { seen.push(...batch); });
    expect(seen).toEqual([['INTEGER']]);
  });

  it('inherits nothing of the environment', async () => {
    const held = startDuckdb();
    const environment = `/proc/${held.pid}/environ`;
    if (existsSync(environment)) {
      await held.ask({ kind: 'open', path: ':memory:', folders: [], memoryMb: 100, threads: 1, tempDir: join(folder, 'temp'), readOnly: false }, 'open');
      const names = readFileSync(environment, 'utf8').split('\0').map((pair) => pair.split('=')[0]).filter((name) => name !== '');
      expect(names.filter((name) => !name?.startsWith('NODE_CHANNEL_'))).toEqual(['TZ']);
    }
    await held.close();
  });
});

describe('Parquet', () => {
  let engine: Engine;
  const schema: TableSchema = { table: 'pay', key: ['n'], columns: [{ name: 'n', type: 'integer' }, { name: 'amount', type: 'bigint' }, { name: 'exact', type: 'wide' }, { name: 'held', type: 'boolean' }, { name: 'group', type: 'text' }] };
  const make = async (name: string, query: string): Promise<string> => {
    const child = startDuckdb(), path = join(inside, name);
    await child.ask({ kind: 'open', path: ':memory:', folders: [inside], memoryMb: 300, threads: 2, tempDir: join(folder, 'temp'), readOnly: false }, 'open');
    await child.ask({ kind: 'run', sql: `COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet, ROW_GROUP_SIZE 5000)` }, 'make');
    await child.close();
    return path;
  };
  const readAll = async (path: string): Promise<{ header: readonly string[]; rows: (readonly (string | null)[])[]; largest: number }> => {
    const rows: (readonly (string | null)[])[] = [];
    let header: readonly string[] = [], largest = 0;
    await engine.readParquet(path, (names, batch) => { header = names; largest = Math.max(largest, batch.length); rows.push(...batch); });
    return { header, rows, largest };
  };
  beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [inside], memoryMb: 300, threads: 2, tempDir: join(folder, 'temp') }); });
  afterAll(() => engine.close());

  it('[A10] a file that was written reads back the same, numbers of 38 digits exactly', async () => {
    await engine.ensure(schema);
    await engine.append(schema, [[2, 1, null], [-(2n ** 63n), 2n ** 63n - 1n, null], [10n ** 38n - 1n, -123456789012345678901234567890n, null], [true, false, null], ["O'Hara; \"x\"\n", '', null]]);
    const path = join(inside, 'pay [1]*.parquet');
    await engine.exportParquet(scan(schema), path, ['n']);
    expect(await readAll(path)).toEqual({ header: ['n', 'amount', 'exact', 'held', 'group'], largest: 3, rows: [
      ['1', '9223372036854775807', '-123456789012345678901234567890', 'false', ''],
      ['2', '-9223372036854775808', '99999999999999999999999999999999999999', 'true', "O'Hara; \"x\"\n"],
      [null, null, null, null, null],
    ] });
    expect(readdirSync(inside).filter((n) => n.includes('.part'))).toEqual([]);
  });

  it('a number that does not fit into the file is a stop, and no file appears', async () => {
    const path = join(inside, 'large.parquet');
    const larger = project(scan(schema), [named('x', times(col('exact'), wide(10n)))]);
    expect(await codeOf(engine.exportParquet(larger, path, []))).toBe('engine.overflow');
    expect(readdirSync(inside).filter((n) => n.startsWith('large'))).toEqual([]);
  });

  it('decimals, dates and text keep every sign; rows come in the order of the file', async () => {
    const path = await make('typed.parquet', "SELECT CAST(range AS DECIMAL(18,2)) AS amount, DATE '2016-02-29' + CAST(range % 1000 AS INTEGER) AS day, range AS n, CAST(range AS UBIGINT) AS u FROM range(30000)");
    const { header, rows, largest } = await readAll(path);
    expect(header).toEqual(['amount', 'day', 'n', 'u']);
    expect(rows.length).toBe(30_000);
    expect(rows[1]).toEqual(['1.00', '2016-03-01', '1', '1']);
    expect(rows.every((r, i) => r[2] === String(i))).toBe(true);
    expect(largest).toBeLessThanOrEqual(6_144);
  });

  it('floating point columns are refused with their names and with what to do', async () => {
    const path = await make('float.parquet', 'SELECT 1 AS n, CAST(0.1 AS DOUBLE) AS amount, CAST(0.1 AS FLOAT) AS rate');
    const error = await engine.readParquet(path, () => undefined).catch((e: unknown) => e);
    expect(error instanceof EngineStop && error.diagnostic).toMatchObject({ code: 'file.parquet_float', file: path, path: 'amount' });
    expect((error as EngineStop).message).toContain('amount (DOUBLE), rate (FLOAT)');
    expect((error as EngineStop).diagnostic.hint).toContain('DECIMAL(18,2)');
  });

  it('an empty file still has its header; a name of a folder adds no column', async () => {
    mkdirSync(join(inside, 'year=2017'), { recursive: true });
    const path = await make('year=2017/none.parquet', 'SELECT 1 AS n WHERE false');
    expect(await readAll(path)).toEqual({ header: ['n'], rows: [], largest: 0 });
  });

  it.each([['missing.parquet', undefined], ['text.parquet', 'a,b\n1,2\n'], ['cut.parquet', 'PAR1....']])('%s is a plain message', async (name, content) => {
    const path = join(inside, name);
    if (content !== undefined) writeFileSync(path, content);
    const error = await engine.readParquet(path, () => undefined).catch((e: unknown) => e);
    expect(error instanceof EngineStop && error.diagnostic.code).toBe('file.parquet_unreadable');
    expect((error as EngineStop).message).toContain(name);
  });

  it('files outside are neither read nor written, symbolic links included', async () => {
    expect(await codeOf(engine.readParquet(secret, () => undefined))).toBe('engine.folder');
    expect(await codeOf(engine.readParquet(join(inside, 'folder', 'secret.csv'), () => undefined))).toBe('engine.folder');
    expect(await codeOf(engine.exportParquet(scan(schema), join(outside, 'x.parquet'), []))).toBe('engine.folder');
    expect(await codeOf(engine.exportParquet(scan(schema), join(inside, 'nowhere', 'x.parquet'), []))).toBe('engine.store');
    symlinkSync(join(outside, 'planted.parquet'), join(inside, 'planted.parquet'));
    await engine.exportParquet(scan(schema), join(inside, 'planted.parquet'), ['n']);
    expect(readdirSync(outside)).toEqual(['secret.csv']);
  });
});
