/**
 * Brings a book to the shape that this version works with.
 *
 * The steps are the files of `migrations/`, numbered with four digits and only ever added to:
 * a step that went out is never edited. The book remembers each step with the hash of its text,
 * so that an edited step, or a book of a newer version, is refused instead of guessed at.
 */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { assert } from '../value/diagnostic.ts';
import type { Diagnostic, Outcome } from '../value/diagnostic.ts';
import type { Db, Statements } from './db.ts';

export interface Migration {
  /** 1, 2, 3 … without a gap */
  readonly number: bigint;
  /** as in the file name, without the number: `book` */
  readonly name: string;
  readonly sql: string;
}

interface Applied {
  readonly number: bigint;
  readonly name: string;
  readonly sha256: string;
}

/**
 * Applies the steps that are missing, all in one transaction; answers how many there were.
 * `at` is the instant to record, ISO text. A book that cannot be worked with is left untouched.
 */
export async function migrate(
  db: Db,
  at: string,
  migrations: readonly Migration[] = migrationFiles(),
): Promise<Outcome<number>> {
  migrations.forEach((m, i) => assert(m.number === BigInt(i + 1), `migration ${i + 1} is there exactly once`));
  try {
    await db.script(MIGRATION_TABLE);
    // First without the write lock: a book that is up to date can be read while another process writes.
    const before = compare(await applied(db), migrations, db.file);
    if (before.diagnostics.length > 0 || before.value?.length === 0) return { value: 0, diagnostics: before.diagnostics };
    return await db.transaction(async (tx) => {
      const { value: missing = [], diagnostics } = compare(await applied(tx), migrations, db.file);
      for (const migration of missing) {
        await tx.script(migration.sql);
        await tx.run('INSERT INTO migration (number, name, sha256, applied_at) VALUES (?, ?, ?, ?)',
          [migration.number, migration.name, sha256(migration.sql), at]);
      }
      return { value: missing.length, diagnostics };
    });
  } catch (error) {
    const problem = db.diagnose(error);
    if (!problem) throw error;
    return { value: undefined, diagnostics: [problem] };
  }
}

const MIGRATION_TABLE = `CREATE TABLE IF NOT EXISTS migration (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  applied_at TEXT NOT NULL
) STRICT`;

function applied(statements: Statements): Promise<readonly Applied[]> {
  return statements.all<Applied>('SELECT number, name, sha256 FROM migration ORDER BY number');
}

/** The steps that the book does not have yet, or why this version must not touch it. */
function compare(
  done: readonly Applied[],
  migrations: readonly Migration[],
  file: string,
): Outcome<readonly Migration[]> {
  const newest = done.at(-1);
  if (newest && newest.number > BigInt(migrations.length)) {
    return refused(file, 'book.newer',
      `The book ${file} was written by a newer Trueup: it has step ${stepName(newest)}, and this version knows the steps up to ${stepName(migrations.at(-1))}.`,
      'Use the newer version of Trueup; the book was not changed.');
  }
  for (const step of done) {
    const known = migrations.find((migration) => migration.number === step.number);
    if (known && (known.name !== step.name || sha256(known.sql) !== step.sha256)) {
      return refused(file, 'book.other_step',
        `The book ${file} was made with another text of step ${stepName(step)} than this version of Trueup has.`,
        'Use the version of Trueup that made the book, or install this one again unchanged; the book was not changed.');
    }
  }
  return { value: migrations.slice(done.length), diagnostics: [] };
}

function refused(file: string, code: Diagnostic['code'], message: string, hint: string): Outcome<never> {
  return { value: undefined, diagnostics: [{ code, severity: 'error', file, line: 0, column: 0, path: '', message, hint }] };
}

function stepName(step: { readonly number: bigint; readonly name: string } | undefined): string {
  return step ? `${String(step.number).padStart(4, '0')}_${step.name}` : 'none';
}

/** The steps that came with this version, in order. */
export function migrationFiles(folder: URL = new URL('./migrations/', import.meta.url)): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const [, number, name] = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file) ?? [];
      assert(number && name, `a migration is named like 0001_book.sql, not ${file}`);
      // A checkout on Windows may end lines otherwise; the step is the same.
      return { number: BigInt(number), name, sql: readFileSync(new URL(file, folder), 'utf8').replaceAll('\r\n', '\n') };
    });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
