import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openBook } from './book.ts';
import type { Db } from './db.ts';
import { migrate, migrationFiles } from './migrate.ts';
import type { Migration } from './migrate.ts';
import { openSqlite } from './sqlite.ts';

const AT = '2026-01-31T12:00:00.000Z';
const FIRST: Migration = { number: 1n, name: 'one', sql: 'CREATE TABLE a (x INTEGER) STRICT;' };
const SECOND: Migration = { number: 2n, name: 'two', sql: 'CREATE TABLE b (x INTEGER) STRICT; INSERT INTO a VALUES (7);' };

let folder: string;
let db: Db;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trueup-migrate-'));
  const { value } = openSqlite(join(folder, 'book.sqlite'), 'data/book.sqlite');
  if (!value) throw new Error('the book did not open');
  db = value;
});

afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true });
});

test('steps are applied once, in order, and recorded with their hash', async () => {
  expect(await migrate(db, AT, [FIRST])).toEqual({ value: 1, diagnostics: [] });
  expect(await migrate(db, AT, [FIRST, SECOND])).toEqual({ value: 1, diagnostics: [] });
  expect(await migrate(db, AT, [FIRST, SECOND])).toEqual({ value: 0, diagnostics: [] });
  expect(await db.all('SELECT x FROM a')).toEqual([{ x: 7n }]);
  const steps = await db.all<{ sha256: string }>('SELECT number, name, sha256, applied_at FROM migration ORDER BY number');
  expect(steps).toMatchObject([{ number: 1n, name: 'one', applied_at: AT }, { number: 2n, name: 'two', applied_at: AT }]);
  expect(steps[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('a step that fails takes all steps of the same opening back with it', async () => {
  const broken: Migration = { ...SECOND, sql: 'CREATE TABLE b (x INTEGER) STRICT; INSERT INTO missing VALUES (1);' };
  await expect(migrate(db, AT, [FIRST, broken])).rejects.toThrow('missing');
  expect(await db.all("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')")).toEqual([]);
  expect((await migrate(db, AT, [FIRST, SECOND])).value).toBe(2);
});

test('[newer] a book of a newer version is refused by name, and left untouched', async () => {
  await migrate(db, AT, [FIRST, SECOND]);
  const { diagnostics } = await migrate(db, AT, [FIRST]);
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]).toMatchObject({
    code: 'book.newer',
    file: 'data/book.sqlite',
    message: 'The book data/book.sqlite was written by a newer Trueup: it has step 0002_two, and this version knows the steps up to 0001_one.',
  });
});

test('[other step] a step with another text than the one applied is refused', async () => {
  await migrate(db, AT, [FIRST]);
  const { diagnostics } = await migrate(db, AT, [{ ...FIRST, sql: `${FIRST.sql} ` }, SECOND]);
  expect(diagnostics[0]).toMatchObject({ code: 'book.other_step' });
  expect(diagnostics[0]?.message).toContain('0001_one');
  expect(await db.all("SELECT name FROM sqlite_schema WHERE name = 'b'")).toEqual([]);
});

test('the files of this version are numbered without a gap and build a book of strict tables', async () => {
  const files = migrationFiles();
  expect(files.map((f) => f.number)).toEqual(files.map((_, i) => BigInt(i + 1)));
  expect(files[0]?.name).toBe('book');
  await migrate(db, AT);
  const loose = await db.all("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'");
  expect(loose).toEqual([]);
  expect(await db.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
});

test('openBook makes a book, opens it again, and closes what it refuses', async () => {
  const path = join(folder, 'new', 'book.sqlite');
  for (let i = 0; i < 2; i += 1) {
    const { value, diagnostics } = await openBook(path, AT, 'new/book.sqlite');
    expect(diagnostics).toEqual([]);
    expect(await value?.all('SELECT number FROM migration')).toEqual(migrationFiles().map(({ number }) => ({ number })));
    if (i === 1) await value?.run("INSERT INTO migration VALUES (999, 'later', 'x', 'y')");
    await value?.close();
  }
  const refused = await openBook(path, AT, 'new/book.sqlite');
  expect(refused.value).toBeUndefined();
  expect(refused.diagnostics[0]?.code).toBe('book.newer');
});
