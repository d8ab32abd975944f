import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Db } from './db.ts';
import { openSqlite } from './sqlite.ts';

let folder: string;
let opened: Db[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trueup-sqlite-'));
});

afterEach(async () => {
  for (const db of opened) await db.close();
  opened = [];
  rmSync(folder, { recursive: true });
});

function open(name = 'book.sqlite'): Db {
  const { value, diagnostics } = openSqlite(join(folder, name), name);
  expect(diagnostics).toEqual([]);
  if (!value) throw new Error('the book did not open');
  opened.push(value);
  return value;
}

test('what is committed is on the disk before it is acknowledged: WAL with full synchronisation', async () => {
  const db = open();
  expect(await db.one('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
  expect(await db.one('PRAGMA synchronous')).toEqual({ synchronous: 2n });
  expect(await db.one('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1n });
  expect(await db.one('PRAGMA busy_timeout')).toEqual({ timeout: 5000n });
});

test.skipIf(process.platform === 'win32')('the file can be read by its owner only, and its folder is made', () => {
  open('deep/er/book.sqlite');
  expect(statSync(join(folder, 'deep/er/book.sqlite')).mode & 0o777).toBe(0o600);
});

test('integers keep all 64 bits, and more than 64 bits are refused', async () => {
  const db = open();
  await db.script('CREATE TABLE t (a INTEGER NOT NULL) STRICT');
  const edges = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 0n];
  await db.runEach('INSERT INTO t VALUES (?)', edges.map((edge) => [edge]));
  expect((await db.all<{ a: bigint }>('SELECT a FROM t')).map((r) => r.a)).toEqual(edges);
  await expect(db.run('INSERT INTO t VALUES (?)', [2n ** 63n])).rejects.toThrow();
  // a sum beyond 64 bits is an error, never a wrong number
  await expect(db.one('SELECT sum(a) AS s FROM t WHERE a > 0')).rejects.toThrow('integer overflow');
});

test('text goes in and out as it is, and is never read as SQL', async () => {
  const db = open();
  await db.script('CREATE TABLE t (a TEXT NOT NULL) STRICT');
  const hostile = ["'); DROP TABLE t; --", 'Zoë\u0000Z', '', '💶', '"', 'a?b'];
  await db.runEach('INSERT INTO t VALUES (?)', hostile.map((text) => [text]));
  expect((await db.all<{ a: string }>('SELECT a FROM t ORDER BY rowid')).map((r) => r.a)).toEqual(hostile);
  expect(await db.run('DELETE FROM t')).toBe(BigInt(hostile.length));
});

test('a transaction that throws leaves nothing behind, and the next one works', async () => {
  const db = open();
  await db.script('CREATE TABLE t (a INTEGER NOT NULL) STRICT');
  await expect(db.transaction(async (tx) => {
    await tx.run('INSERT INTO t VALUES (?)', [1n]);
    throw new Error('stop');
  })).rejects.toThrow('stop');
  await db.transaction((tx) => tx.run('INSERT INTO t VALUES (?)', [2n]));
  expect(await db.all('SELECT a FROM t')).toEqual([{ a: 2n }]);
});

test('a statement outside waits for the end of an open transaction instead of joining it', async () => {
  const db = open();
  await db.script('CREATE TABLE t (a INTEGER NOT NULL) STRICT');
  const failing = db.transaction(async (tx) => {
    await tx.run('INSERT INTO t VALUES (?)', [1n]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error('stop');
  });
  const outside = db.run('INSERT INTO t VALUES (?)', [2n]);
  const second = db.transaction((tx) => tx.run('INSERT INTO t VALUES (?)', [3n]));
  await expect(failing).rejects.toThrow('stop');
  await Promise.all([outside, second]);
  expect(await db.all('SELECT a FROM t ORDER BY a')).toEqual([{ a: 2n }, { a: 3n }]);
});

test('the book itself inside its transaction is refused at once, not waited for for ever', async () => {
  const db = open();
  await expect(db.transaction(() => db.all('SELECT 1'))).rejects.toThrow('go through the transaction');
});

test('a transaction that is kept beyond its end is refused', async () => {
  const db = open();
  const kept = await db.transaction(async (tx) => tx);
  await expect(kept.all('SELECT 1')).rejects.toThrow('not used after its end');
});

test('[damaged] a file that is not a database is refused and left as it is', () => {
  const path = join(folder, 'notes.txt');
  const text = 'payee,amount\nAnn,12.00\n'.repeat(100);
  writeFileSync(path, text);
  const { value, diagnostics } = openSqlite(path, 'notes.txt');
  expect(value).toBeUndefined();
  expect(diagnostics[0]).toMatchObject({ code: 'book.damaged', file: 'notes.txt', message: 'The book notes.txt is not a database, or its beginning is damaged.' });
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('[foreign] the database of another program is refused and left as it is', () => {
  const path = join(folder, 'other.sqlite');
  const other = new DatabaseSync(path);
  other.exec('CREATE TABLE bookmark (url TEXT)');
  other.close();
  const bytes = readFileSync(path);
  expect(openSqlite(path, 'other.sqlite').diagnostics[0]).toMatchObject({ code: 'book.not_a_book' });
  expect(readFileSync(path).equals(bytes)).toBe(true);
});

test('[unreadable] a path that cannot be a file is a diagnostic, not a crash', () => {
  writeFileSync(join(folder, 'file'), '');
  for (const path of [folder, join(folder, 'file', 'book.sqlite')]) {
    const { diagnostics } = openSqlite(path, 'data');
    expect(diagnostics[0]).toMatchObject({ code: 'book.unreadable', severity: 'error' });
    expect(diagnostics[0]?.hint).toContain('may write');
  }
});

test('[busy, full] errors of the database say what the user can do; errors of ours stay errors', async () => {
  const db = open();
  await db.script('CREATE TABLE t (a INTEGER NOT NULL CHECK (a > 0), b BLOB) STRICT');
  await db.script('PRAGMA max_page_count = 8');
  const full = await failure(db.run('INSERT INTO t VALUES (1, zeroblob(100000))'));
  expect(db.diagnose(full)).toMatchObject({ code: 'book.full' });

  const other = new DatabaseSync(join(folder, 'book.sqlite'));
  other.exec('BEGIN IMMEDIATE');
  await db.script('PRAGMA busy_timeout = 10');
  const busy = await failure(db.transaction((tx) => tx.run('INSERT INTO t VALUES (1, NULL)')));
  expect(db.diagnose(busy)).toMatchObject({ code: 'book.busy' });
  other.close();

  const ours = await failure(db.run('INSERT INTO t VALUES (0, NULL)'));
  expect(db.diagnose(ours)).toBeUndefined();
  expect(db.diagnose(new Error('anything'))).toBeUndefined();
  expect(await db.all('SELECT a FROM t')).toEqual([]);
});

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to fail');
}
