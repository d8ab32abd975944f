/** The book of record, the ledger, and the engine with its store. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { openBook } from '../../src/db/book.ts';
import { openDuckdb, startDuckdb } from '../../src/engine/duckdb.ts';
import { cancelledStop, memoryStop, stopOf } from '../../src/engine/duckdb-errors.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { apply, AT, earned, prepare, withBook } from '../../src/ledger/ledger.fixture.ts';
import { tooLarge } from '../../src/ledger/post.ts';
import { recordRun } from '../../src/ledger/store.ts';
import { scan } from '../../src/relation/relation.ts';
import type { TableSchema } from '../../src/relation/relation.ts';
import type { Code, Diagnostic } from '../../src/value/diagnostic.ts';
import { assert } from '../../src/value/diagnostic.ts';
import type { Example } from './example.ts';
import { inFolder, refusedWith } from './example.ts';

const BOOK = 'data/book.sqlite';
const STORE = 'data/facts.duckdb';
const PAY = earned('ae bookings Ann 2026-Q1 USD 10000');

export const BOOK_EXAMPLES = {
  'book.unreadable': { about: 'The book is one file; its folder must be writable too.', diagnose: () => inFolder({ 'data': 'a file, not a folder' }, bookIn) },
  'book.not_a_book': { about: 'Nothing is written into a database that is somebody else\'s.', diagnose: () => inFolder({ 'data/note.txt': '' }, (folder) => otherDatabase(folder)) },
  'book.damaged': { about: 'A book that is damaged is not repaired in silence.', diagnose: () => inFolder({ [BOOK]: 'PK this is a zip file, whatever its name says '.repeat(50) }, bookIn) },
  'book.busy': { about: 'Only one command at a time writes the book; another one waits for a few seconds.', diagnose: () => sqliteSays(5) },
  'book.full': { about: 'A run is recorded whole or not at all.', diagnose: () => sqliteSays(13) },
  'book.newer': { about: 'An older version would not know what the newer one wrote.', diagnose: () => inFolder({}, (folder) => rewritten(folder, 'INSERT INTO migration VALUES (9000, \'later\', \'x\', \'2026\')')) },
  'book.other_step': { about: 'Every step that shaped the book is remembered with the hash of its text.', diagnose: () => inFolder({}, (folder) => rewritten(folder, 'UPDATE migration SET sha256 = \'x\' WHERE number = 1')) },

  'ledger.book_moved_on': { about: 'What would be posted is the difference to the last run; after another run it is another difference.', diagnose: movedOn },
  'ledger.amount_too_large': { about: 'Almost always a rate that is a hundred times too large, or an amount in the wrong unit.', diagnose: () => tooLarge(earned(`ae bookings Ann 2026-Q1 USD ${10n ** 17n}`), 'plans/ae.yaml') },

  'engine.cancelled': { about: 'Ctrl-C ends the work within a second.', diagnose: () => [cancelledStop('credits').diagnostic] },
  'engine.memory': { about: 'The calculation runs in a process of its own, which is ended where it takes more than its limit.', diagnose: () => [memoryStop('credits', { memoryMb: 2_000, usedMb: 3_120 }).diagnostic] },
  'engine.disk': { about: 'Large calculations put parts aside on the disk.', diagnose: () => duckdbSays('IO Error: Could not write file "data/temp/duckdb_temp_storage-0.tmp": No space left on device') },
  'engine.locked': { about: 'Two commands would overwrite each other\'s facts.', diagnose: () => duckdbSays('IO Error: Could not set lock on file "data/facts.duckdb": Conflicting lock is held in node (PID 4711)') },
  'engine.store': { about: 'The store can be made again: every fact in it came from a file.', diagnose: () => inFolder({ [STORE]: 'not a database'.repeat(400) }, (folder) => withEngine(folder, STORE, async () => undefined)) },
  'engine.folder': { about: 'Plans and sources can reach no file outside the workspace.', diagnose: () => inFolder({}, (folder) => withEngine(folder, ':memory:', (engine) => engine.readParquet('../deals.parquet', () => undefined))) },
  'engine.overflow': { about: 'An amount that cannot be held exactly ends the run; it is never rounded.', diagnose: () => duckdbSays('Out of Range Error: Overflow in multiplication of INT128 (9 * 9)!') },
  'engine.table_differs': { about: 'The store was made by another version.', diagnose: () => inFolder({}, (folder) => withEngine(folder, ':memory:', otherColumns)) },
  'engine.died': { about: 'The rest of the program lives on, and nothing half-done is kept.', diagnose: () => inFolder({}, killed) },
  'engine.driver': { about: 'DuckDB comes as a package with a part for each platform.', diagnose: () => duckdbSays('Driver Error: Cannot find module @duckdb/node-bindings-linux-x64') },
  'engine.failed': { about: 'The rest: our fault until shown otherwise.', diagnose: () => duckdbSays('Binder Error: Referenced column "amount" not found in FROM clause!') },
  'file.parquet_float': { about: 'A floating point number does not hold a cent exactly.', diagnose: () => inFolder({}, floats) },
  'file.parquet_unreadable': { about: 'Parquet files are told by their content.', diagnose: () => inFolder({ 'data/deals.parquet': 'id,amount\n7,1200.00\n' }, (folder) => withEngine(folder, ':memory:', (engine) => engine.readParquet(join(folder, 'data/deals.parquet'), () => undefined))) },
} satisfies Partial<Record<Code, Example>>;

async function bookIn(folder: string): Promise<readonly Diagnostic[]> {
  const { value, diagnostics } = await openBook(join(folder, BOOK), AT, BOOK);
  await value?.close();
  return diagnostics;
}

function otherDatabase(folder: string): Promise<readonly Diagnostic[]> {
  const database = new DatabaseSync(join(folder, BOOK));
  database.exec('CREATE TABLE customer (name TEXT)');
  database.close();
  return bookIn(folder);
}

/** A sound book, changed behind our back, opened again. */
async function rewritten(folder: string, sql: string): Promise<readonly Diagnostic[]> {
  await bookIn(folder);
  const database = new DatabaseSync(join(folder, BOOK));
  database.exec(sql);
  database.close();
  return bookIn(folder);
}

/** What the book makes of a result code of SQLite: waiting for a real lock takes seconds, and a real full disk more. */
function sqliteSays(errcode: number): Promise<readonly Diagnostic[]> {
  return withBook(async (db) => {
    const found = db.diagnose(Object.assign(new Error('SQLite'), { errcode }));
    return found ? [found] : [];
  });
}

function duckdbSays(text: string): readonly Diagnostic[] {
  return [stopOf(text, { step: 'credits', file: STORE, memoryMb: 2_000 }).diagnostic];
}

function movedOn(): Promise<readonly Diagnostic[]> {
  return withBook(async (db) => {
    const { run, entries } = await prepare(db, PAY);
    await apply(db, earned('ae bookings Ann 2026-Q1 USD 20000'));
    return (await recordRun(db, run, entries)).diagnostics;
  });
}

async function withEngine(
  folder: string, path: string, work: (engine: Engine) => Promise<unknown>, child = startDuckdb(),
): Promise<readonly Diagnostic[]> {
  mkdirSync(join(folder, 'data/temp'), { recursive: true });
  const options = {
    path: path === ':memory:' ? path : join(folder, path), folders: [join(folder, 'data')], memoryMb: 500, threads: 1, tempDir: join(folder, 'data/temp'),
  };
  return refusedWith(async () => {
    const engine = await openDuckdb(options, child);
    try {
      await work(engine);
    } finally {
      await engine.close();
    }
  });
}

const FACT: TableSchema = { table: 'fact', key: ['id'], columns: [{ name: 'id', type: 'bigint' }] };

async function otherColumns(engine: Engine): Promise<void> {
  await engine.ensure(FACT);
  await engine.ensure({ ...FACT, columns: [{ name: 'id', type: 'bigint' }, { name: 'amount', type: 'bigint' }] });
}

/** The system ends the process of the engine, as it does where memory runs out. */
async function killed(folder: string): Promise<readonly Diagnostic[]> {
  const child = startDuckdb();
  return withEngine(folder, ':memory:', async (engine) => {
    await engine.ensure(FACT);
    assert(child.pid !== undefined, 'the engine has a process');
    process.kill(child.pid, 'SIGKILL');
    await engine.read(scan(FACT));
  }, child);
}

async function floats(folder: string): Promise<readonly Diagnostic[]> {
  const path = join(folder, 'data/deals.parquet');
  mkdirSync(join(folder, 'data'));
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (SELECT 7 AS id, 1200.1::DOUBLE AS amount) TO '${path}' (FORMAT parquet)`);
  connection.closeSync();
  return withEngine(folder, ':memory:', (engine) => engine.readParquet(path, () => undefined));
}
