/**
 * The child process that holds DuckDB: the only file that imports the driver. It is fenced before it
 * runs anything, it ends with its parent, and it does one task after the other, except that a query
 * `apart` reads on a connection of its own.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBType } from '@duckdb/node-api';
import type { Cell } from './engine.ts';
import type { AppendTask, DuckdbType, FromWorker, OpenTask, QueryTask, Task, ToWorker } from './duckdb-messages.ts';

/** Rows of one DuckDB chunk: its vector size. */
const CHUNK_ROWS = 2048;
/** Batches that may be under way before the reader asks for more. */
const AHEAD = 2;
const TICK_MS = 100;

// a parent that is gone, however it went, needs no answer: the file is safe at every moment
process.on('disconnect', () => {
  if (tempDir !== '') rmSync(tempDir, { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL');
});
// Ctrl-C reaches the whole group; the parent decides what it means
process.on('SIGINT', () => undefined);

const driver = import('@duckdb/node-api');
driver.catch(() => undefined);
const send = (message: FromWorker): void => { process.send?.(message); };

interface Open { readonly instance: DuckDBInstance; readonly main: DuckDBConnection }
let open: Open | undefined;
let tempDir = '';
let cancelled = false;
const running = new Set<DuckDBConnection>();
const readers = new Map<number, { sent: number; wanted: number; enough: boolean; wake: () => void }>();
let line: Promise<void> = Promise.resolve();
let ticking: NodeJS.Timeout | undefined;
let tasks = 0;

process.on('message', (message: ToWorker) => {
  if ('cancel' in message) {
    cancelled = true;
    for (const connection of running) connection.interrupt();
    for (const reader of readers.values()) reader.wake();
  } else if ('more' in message) {
    const reader = readers.get(message.more);
    if (reader !== undefined) { reader.wanted += 1; reader.wake(); }
  } else if ('enough' in message) {
    const reader = readers.get(message.enough);
    if (reader !== undefined) { reader.enough = true; reader.wake(); }
  } else if (message.task.kind === 'query' && message.task.apart) {
    void answer(message.id, message.task);
  } else {
    line = line.then(() => answer(message.id, message.task));
  }
});

/** Breach of a rule of ours: not the user's doing, and not DuckDB's. */
class Breach extends Error {}

async function answer(id: number, task: Task): Promise<void> {
  tasks += 1;
  ticking ??= setInterval(tick, TICK_MS);
  try {
    send({ id, done: await perform(id, task) });
  } catch (error) {
    send({ id, failed: error instanceof Error ? error.message : String(error), ours: error instanceof Breach });
  }
  tasks -= 1;
  if (tasks === 0) { clearInterval(ticking); ticking = undefined; }
}

function tick(): void {
  const percent = open !== undefined && running.has(open.main) ? open.main.progress.percentage : -1;
  send({ tick: { percent, rssMb: Math.ceil(process.memoryUsage.rss() / 2 ** 20) } });
}

async function perform(id: number, task: Task): Promise<readonly string[]> {
  if (task.kind === 'open') { open = await openInstance(task); return []; }
  if (open === undefined) throw new Breach('a task came before the store was open');
  switch (task.kind) {
    case 'run': {
      const { sql } = task;
      if (task.always !== true) await interruptible(open.main, (connection) => connection.run(sql));
      else await open.main.run(sql);
      return [];
    }
    case 'query': return query(id, task, open);
    case 'append': return append(task, open.main);
    case 'versions': {
      const library: { readonly version: string } = createRequire(import.meta.url)('@duckdb/node-api/package.json');
      return [(await driver).version(), library.version];
    }
    case 'close':
      open.main.closeSync();
      open.instance.closeSync();
      open = undefined;
      return [];
  }
}

/**
 * Opens the file and shuts everything else off. The order matters: once `enable_external_access` is
 * false no folder can be added, and once the configuration is locked nothing can be set.
 */
async function openInstance(task: OpenTask): Promise<Open> {
  const { DuckDBInstance: Instance } = await driver.catch((error: unknown) => {
    throw new Error(`Driver Error: ${error instanceof Error ? error.message : String(error)}`);
  });
  tempDir = task.tempDir;
  mkdirSync(tempDir, { recursive: true });
  const instance = await Instance.create(task.path, {
    access_mode: task.readOnly ? 'READ_ONLY' : 'AUTOMATIC',
    threads: String(task.threads),
    memory_limit: `${task.memoryMb}MiB`,
    temp_directory: task.tempDir,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const main = await instance.connect();
  const folders = task.folders.map(quoted).join(', ');
  for (const setting of [
    // `/` of integers cuts and stays an integer; a DOUBLE near money would be a wrong cent
    'SET GLOBAL integer_division = true',
    "SET GLOBAL TimeZone = 'UTC'",
    'SET enable_progress_bar = true', 'SET enable_progress_bar_print = false', 'SET progress_bar_time = 0',
    `SET home_directory = ${quoted(task.tempDir)}`,
    // INSTALL would ask the network even without external access: it fails before, at a folder that may not be made
    "SET extension_directory = '/no-extensions'", "SET custom_extension_repository = '/no-extensions'",
    ...(folders === '' ? [] : [`SET allowed_directories = [${folders}]`]),
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]) await main.run(setting);
  return { instance, main };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Runs with the connection marked, so that a cancel finds it. */
async function interruptible<T>(connection: DuckDBConnection, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  stopIfCancelled();
  running.add(connection);
  try {
    return await work(connection);
  } finally {
    running.delete(connection);
  }
}

function stopIfCancelled(): void {
  if (cancelled) throw new Error('INTERRUPT Error: cancelled');
}

async function query(id: number, task: QueryTask, { instance, main }: Open): Promise<readonly string[]> {
  const connection = task.apart ? await instance.connect() : main;
  readers.set(id, { sent: 0, wanted: AHEAD, enough: false, wake: () => undefined });
  try {
    await interruptible(connection, async () => sendBatches(id, task, await connection.stream(task.sql)));
  } finally {
    readers.delete(id);
    if (task.apart) connection.closeSync();
  }
  return [];
}

async function sendBatches(id: number, task: QueryTask, result: DuckDBResult): Promise<void> {
  checkColumns(task, result);
  const width = task.columns.length;
  let batch: Cell[][] = task.columns.map(() => []), count = 0;
  const flush = async (): Promise<boolean> => {
    const wanted = await turn(id);
    if (wanted) send({ id, batch, count });
    batch = task.columns.map(() => []);
    count = 0;
    return wanted;
  };
  for (;;) {
    stopIfCancelled();
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    const rows = chunk.rowCount;
    for (let c = 0; c < width; c += 1) {
      const vector = chunk.getColumnVector(c), cells = batch[c] ?? [];
      // the types were checked: these are the cells of the five types and nothing else
      for (let r = 0; r < rows; r += 1) cells.push(vector.getItem(r) as Cell);
    }
    count += rows;
    if (count >= task.batchRows && !(await flush())) return;
  }
  if (count > 0) await flush();
}

/** Waits until the reader wants a batch; false where it wants no more. */
async function turn(id: number): Promise<boolean> {
  const reader = readers.get(id);
  if (reader === undefined) return false;
  while (reader.sent >= reader.wanted && !reader.enough) {
    stopIfCancelled();
    await new Promise<void>((resolve) => { reader.wake = resolve; });
  }
  reader.sent += 1;
  return !reader.enough;
}

function checkColumns(task: QueryTask, result: DuckDBResult): void {
  const wanted = task.columns.map((c) => `${c.name} ${c.type}`).join(', ');
  const got = result.columnNames().map((name, i) => `${name} ${result.columnType(i).toString()}`).join(', ');
  if (got !== wanted) throw new Breach(`a result has the columns that its relation says: wanted ${wanted}; got ${got}`);
}

async function append(task: AppendTask, main: DuckDBConnection): Promise<readonly string[]> {
  stopIfCancelled();
  const { DuckDBDataChunk, BIGINT, BOOLEAN, HUGEINT, INTEGER, VARCHAR } = await driver;
  const byName: Readonly<Record<DuckdbType, DuckDBType>> = { INTEGER, BIGINT, HUGEINT, BOOLEAN, VARCHAR };
  task.data.forEach((cells, c) => checkCells(cells, task.types[c], `${task.table}, column ${c + 1}`));
  const appender = await main.createAppender(task.table);
  try {
    const stored = Array.from({ length: appender.columnCount }, (_, i) => appender.columnType(i).toString()).join(', ');
    if (stored !== task.types.join(', ')) throw new Breach(`rows for ${task.table} have the types of its columns: ${task.types.join(', ')}; the table has ${stored}`);
    const types = task.types.map((t) => byName[t]);
    const rows = task.data[0]?.length ?? 0;
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const to = Math.min(rows, from + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create(types, to - from);
      task.data.forEach((cells, c) => chunk.setColumnValues(c, cells.slice(from, to)));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } catch (error) {
    // an appender that is dropped with rows in it would write them later, into somebody else's transaction
    appender.clear();
    throw error;
  } finally {
    appender.closeSync();
  }
  return [];
}

/** The driver converts what it can (true to 1n, half a surrogate pair to a replacement sign); here nothing is converted. */
function checkCells(cells: readonly Cell[], type: DuckdbType | undefined, where: string): void {
  const wanted = type === 'INTEGER' ? 'number' : type === 'BOOLEAN' ? 'boolean' : type === 'VARCHAR' ? 'string' : 'bigint';
  for (const cell of cells) {
    if (cell === null) continue;
    if (typeof cell !== wanted) throw new Breach(`cells of ${where} are ${wanted}, not ${typeof cell}`);
    if (typeof cell === 'string' && !cell.isWellFormed()) throw new Breach(`text of ${where} is well-formed Unicode`);
  }
}
