import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { aggregate, call, col, compare, countDistinct, filter, int, join as joined, named, plus, project, scan, times } from '../relation/relation.ts';
import type { Relation, TableSchema } from '../relation/relation.ts';
import { stopOf } from './duckdb-errors.ts';
import { openDuckdb, startDuckdb } from './duckdb.ts';
import { type Engine, type EngineOptions, EngineStop } from './engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'trueup-stop-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const opened: Engine[] = [];
afterEach(async () => { for (const e of opened.splice(0)) await e.close(); });

const settings = (options: Partial<EngineOptions>): EngineOptions => ({ path: ':memory:', folders: [folder], memoryMb: 300, threads: 2, tempDir: join(folder, 'temp'), ...options });
async function open(options: Partial<EngineOptions> = {}, child = startDuckdb()): Promise<Engine> {
  const engine = await openDuckdb(settings(options), child);
  opened.push(engine);
  return engine;
}
async function stopped(work: Promise<unknown>): Promise<EngineStop['diagnostic']> {
  const error = await work.then(() => new Error('it went through'), (e: unknown) => e);
  if (error instanceof EngineStop) return error.diagnostic;
  throw error;
}
const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

const numbers: TableSchema = { table: 'numbers', key: ['n'], columns: [{ name: 'n', type: 'bigint' }] };
const fill = async (engine: Engine, rows = 200_000): Promise<void> => {
  await engine.ensure(numbers);
  await engine.append(numbers, [Array.from({ length: rows }, (_, i) => BigInt(i))]);
};
/** 40 billion pairs: minutes of work */
const endless: Relation = project(filter(
  joined(['a', scan(numbers)], ['inner', 'b', scan(numbers), compare('>', plus(col('n', 'a'), col('n', 'b')), int(-1))]),
  compare('<>', call('modulo', times(col('n', 'a'), col('n', 'b')), int(7)), int(9)),
), [named('n', col('n', 'a'))]);

describe('cancel', () => {
  it('stops a long insert within a second and leaves nothing half-written', async () => {
    const path = join(folder, 'cancel.duckdb');
    const engine = await open({ path });
    await fill(engine);
    const work = engine.transaction(async () => {
      await engine.append(numbers, [[-1n]]);
      await engine.execute({ name: 'numbers', make: 'insert', relation: endless, key: [], about: 'a long insert' });
    });
    work.catch(() => undefined);
    await pause(400);
    const begun = performance.now();
    await engine.cancel();
    expect(await stopped(work)).toMatchObject({ code: 'engine.cancelled', path: 'numbers' });
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect((await stopped(engine.read(scan(numbers)))).code).toBe('engine.cancelled');
    await engine.close();
    const again = await open({ path });
    expect((await again.read(scan(numbers))).count).toBe(200_000);
  });

  it('between two statements of a transaction ends the transaction', async () => {
    const path = join(folder, 'between.duckdb');
    const engine = await open({ path });
    await fill(engine, 10);
    const work = engine.transaction(async () => { await engine.append(numbers, [[-1n]]); await engine.cancel(); });
    expect((await stopped(work)).code).toBe('engine.cancelled');
    await engine.close();
    expect((await (await open({ path })).read(scan(numbers))).count).toBe(10);
  });

  it('stops a stream whose reader is slow', async () => {
    const engine = await open();
    await fill(engine);
    const work = engine.stream(scan(numbers), () => pause(50));
    work.catch(() => undefined);
    await pause(60);
    await engine.cancel();
    expect((await stopped(work)).code).toBe('engine.cancelled');
  });

  it('ends a child that does not listen', async () => {
    const child = startDuckdb(), engine = await open({}, child);
    await fill(engine, 10);
    process.kill(child.pid as number, 'SIGSTOP');
    const work = engine.read(scan(numbers));
    work.catch(() => undefined);
    const begun = performance.now();
    await engine.cancel();
    expect((await stopped(work)).code).toBe('engine.cancelled');
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});

describe('memory', () => {
  it('a statement that needs more than the limit ends with the limit and what to do; the store is whole', async () => {
    const engine = await open({ memoryMb: 10 });
    await fill(engine);
    const counts = [1, 3, 7].map((n) => named(`n${n}`, countDistinct(times(col('n'), int(n)))));
    const work = engine.transaction(() => engine.execute({ name: 'too_much', make: 'table', key: [], about: 'a test', relation: aggregate(scan(numbers), [], counts) }));
    const diagnostic = await stopped(work);
    expect(diagnostic).toMatchObject({ code: 'engine.memory', path: 'too_much' });
    expect(diagnostic.message).toContain('10 MB');
    expect(diagnostic.hint).toContain('--memory');
    expect((await engine.read(scan(numbers))).count).toBe(200_000);
  });

  it.runIf(existsSync('/proc/self/status'))('what passes by the limit of DuckDB is ended from outside', async () => {
    const child = startDuckdb();
    await child.ask({ kind: 'open', path: ':memory:', folders: [], memoryMb: 60, threads: 2, tempDir: join(folder, 'temp'), readOnly: false }, 'open');
    // a whole result held by the driver is not counted by DuckDB
    const work = child.ask({ kind: 'run', sql: 'SELECT range AS a, range * 3 AS b, range * 5 AS c FROM range(40000000)' }, 'hoard');
    const diagnostic = await stopped(work);
    expect(diagnostic.code).toBe('engine.memory');
    expect(diagnostic.message).toMatch(/limit of 60 MB \(it had taken \d+ MB\)/);
    expect((await stopped(child.ask({ kind: 'run', sql: 'SELECT 1' }, 'later'))).code).toBe('engine.memory');
    await child.close();
  }, 60_000);
});

describe('the child', () => {
  it('killed in mid-statement is reported, now and later, and the store is as before', async () => {
    const path = join(folder, 'killed.duckdb'), child = startDuckdb(), engine = await open({ path }, child);
    await fill(engine);
    const work = engine.transaction(() => engine.execute({ name: 'pairs', make: 'table', relation: endless, key: [], about: 'a test' }));
    work.catch(() => undefined);
    await pause(200);
    process.kill(child.pid as number, 'SIGKILL');
    const diagnostic = await stopped(work);
    expect(diagnostic).toMatchObject({ code: 'engine.died', path: 'pairs' });
    expect(diagnostic.message).toContain('SIGKILL');
    expect((await stopped(engine.read(scan(numbers)))).code).toBe('engine.died');
    expect((await (await open({ path })).read(scan(numbers))).count).toBe(200_000);
  });

  it('does not mind Ctrl-C, which reaches the whole group: its parent decides', async () => {
    const child = startDuckdb(), engine = await open({}, child);
    process.kill(child.pid as number, 'SIGINT');
    await pause(50);
    await fill(engine, 10);
    expect((await engine.read(scan(numbers))).count).toBe(10);
  });

  it('is not kept alive, nor keeps anything alive, when nothing is asked of it', () => {
    const script = `import { startDuckdb } from ${JSON.stringify(join(import.meta.dirname, 'duckdb.ts'))}; console.log(startDuckdb().pid);`;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], { encoding: 'utf8', timeout: 20_000 });
    expect(status).toBe(0);
    expect(Number(stdout)).toBeGreaterThan(0);
  });

  it('ends when its parent is killed, in the middle of a statement too', async () => {
    const tempDir = join(folder, 'temp-orphan');
    const script = `import { startDuckdb } from ${JSON.stringify(join(import.meta.dirname, 'duckdb.ts'))};
      const child = startDuckdb();
      await child.ask({ kind: 'open', path: ':memory:', folders: [], memoryMb: 300, threads: 1, tempDir: ${JSON.stringify(join(tempDir, 'duckdb-x'))}, readOnly: false }, 'open');
      console.log(child.pid);
      await child.ask({ kind: 'run', sql: 'CREATE TABLE t AS SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b' }, 'long');`;
    const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => { parent.stdout.once('data', (bytes: Buffer) => resolve(Number(bytes.toString()))); });
    await pause(200);
    parent.kill('SIGKILL');
    const begun = performance.now();
    while (isRunning(pid) && performance.now() - begun < 10_000) await pause(20);
    expect(performance.now() - begun).toBeLessThan(2_000);
    expect(readdirSync(tempDir)).toEqual([]);
  });
});

/** A process that nobody has waited for yet counts as ended. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync(`/proc/${pid}/stat`) || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a store that cannot be opened', () => {
  it('because another process has it says so, with its number', async () => {
    const path = join(folder, 'shared.duckdb');
    await open({ path });
    const diagnostic = await stopped(open({ path }));
    expect(diagnostic).toMatchObject({ code: 'engine.locked', file: path });
    expect(diagnostic.message).toMatch(/in use by another process \(process \d+\)/);
  });

  it('because it is no store, or its folder is not there, says so', async () => {
    const path = join(folder, 'note.duckdb');
    writeFileSync(path, 'this is a note and no store'.repeat(1000));
    const diagnostic = await stopped(open({ path }));
    expect(diagnostic).toMatchObject({ code: 'engine.store', file: path });
    expect(diagnostic.hint).toContain('import again');
    expect((await stopped(open({ path: join(folder, 'no', 'where.duckdb') }))).code).toBe('engine.store');
    expect((await stopped(open({ path: folder }))).code).toBe('engine.store');
  });
});

describe('what DuckDB says', () => {
  it.runIf(existsSync('/dev/full'))('of a full disk becomes engine.disk', async () => {
    const child = startDuckdb();
    await child.ask({ kind: 'open', path: ':memory:', folders: ['/dev'], memoryMb: 100, threads: 1, tempDir: join(folder, 'temp'), readOnly: false }, 'open');
    const diagnostic = await stopped(child.ask({ kind: 'run', sql: "COPY (SELECT repeat('x', 1000) FROM range(100000)) TO '/dev/full' (FORMAT csv, USE_TMP_FILE false)" }, 'export'));
    expect(diagnostic.code).toBe('engine.disk');
    await child.close();
  });

  it.each([
    ['INTERRUPT Error: Interrupted!', 'engine.cancelled'],
    ['Out of Memory Error: failed to allocate data of size 16.0 MiB (182.4 MiB/190.7 MiB used)\n\nPossible solutions:', 'engine.memory'],
    ["Out of Memory Error: failed to offload data block of size 256.0 KiB (1.0 GiB/1.0 GiB used).\nThis limit was set by the 'max_temp_directory_size' setting.", 'engine.disk'],
    ['IO Error: Could not write file "store.duckdb.wal": No space left on device', 'engine.disk'],
    ['IO Error: Could not set lock on file "s": Conflicting lock is held in node (PID 7). See also https://…', 'engine.locked'],
    ['Out of Range Error: Overflow in multiplication of INT64 (9223372036854775807 * 2)!', 'engine.overflow'],
    ['Conversion Error: Could not cast value 170141183460469231731687303715884105727 to DECIMAL(38,0)', 'engine.overflow'],
    ["Conversion Error: Could not convert string 'No space left on device, corrupt' to INT64", 'engine.overflow'],
    ['Permission Error: Cannot access file "/etc/passwd" - file system operations are disabled by configuration', 'engine.folder'],
    ['Serialization Error: Failed to deserialize: expected end of object', 'engine.store'],
    ['Driver Error: Cannot find package', 'engine.driver'],
    ['INTERNAL Error: something', 'engine.failed'],
  ])('%s', (text, code) => {
    const { diagnostic } = stopOf(text, { step: 'earnings', file: 'store.duckdb', memoryMb: 100 });
    expect(diagnostic.code).toBe(code);
    expect(diagnostic.message.length).toBeLessThan(300);
    expect(diagnostic.hint.length).toBeGreaterThan(20);
  });
});
