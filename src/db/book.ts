/** Opens the book of record, ready to be worked with: the file, then its migrations. */
import type { Outcome } from '../value/diagnostic.ts';
import { hasErrors } from '../value/diagnostic.ts';
import type { Db } from './db.ts';
import { migrate } from './migrate.ts';
import { openSqlite } from './sqlite.ts';

/**
 * `path` is where the file is or shall be; `at` the instant, ISO text, that new migrations are
 * recorded with; `shown` the path as the user wrote it. The caller closes what it gets.
 */
export async function openBook(path: string, at: string, shown: string = path): Promise<Outcome<Db>> {
  const opened = openSqlite(path, shown);
  if (!opened.value) return opened;
  const migrated = await migrate(opened.value, at);
  if (!hasErrors(migrated.diagnostics)) return opened;
  await opened.value.close();
  return { value: undefined, diagnostics: migrated.diagnostics };
}
