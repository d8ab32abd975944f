/**
 * One file of one source into the store, in one transaction: all of it or nothing. Its bytes are kept
 * first; then its rows are read and staged, judged by the store, added or put into quarantine, and the
 * counts must add up before anything is committed.
 */
import { createHash } from 'node:crypto';
import { EngineStop } from '../engine/engine.ts';
import type { Cell, Engine, Progress } from '../engine/engine.ts';
import { fileDigest } from '../engine/sources.ts';
import type { Problem, SourceRow, TableFile } from '../engine/sources.ts';
import { formulaText } from '../plan/formula-text.ts';
import type { Kind, Source, Workspace } from '../plan/plan.ts';
import { aggregate, and, anyTrue, cast, coalesce, col, compare, eq, filter, int, keep, max, named, project, scan, text } from '../relation/relation.ts';
import { IMPORTED, listFields } from '../stage/store.ts';
import { assert } from '../value/diagnostic.ts';
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import { listOf, wholeOf, wordOf } from './cells.ts';
import { orderProblem } from './import-dates.ts';
import { circleProblems, refusedProblem } from './import-refusals.ts';
import { NOTHING, noticeNotes, rowDiagnostic } from './import-report.ts';
import type { Counts, FileReport, ImportHow, Reason } from './import-report.ts';
import { badRow, findColumns, rowReader } from './import-rows.ts';
import type { PartyList, RowReader } from './import-rows.ts';
import { addVersions, codedColumns, countJudged, dropStaging, INCOMING_PARTIES, INCOMING_WORDS, incomingTable, judge, makeStaging, REFUSED_ROWS } from './import-store.ts';
import type { Incoming } from './import-store.ts';
import { openSource, unguarded } from './import-tables.ts';
import { keepInInbox } from './inbox.ts';
import { openRows, settle, takeOver } from './settle.ts';
import type { Tried } from './settle.ts';
import { counted } from '../value/wording.ts';

export interface ImportContext {
  readonly workspace: Workspace;
  readonly engine: Engine;
  readonly inbox: string;
  readonly dryRun: boolean;
  readonly progress: (progress: Progress) => void;
  /** one transaction; where nothing shall be kept, a part of the one that is rolled back */
  readonly transaction: <T>(body: () => Promise<T>) => Promise<T>;
}
export interface Attempt {
  readonly source: Source;
  readonly how: ImportHow;
  /** where the bytes are */
  readonly path: string;
  /** as messages call it */
  readonly shownName: string;
  /** rows in the form of exported quarantine */
  readonly corrected: boolean;
  /** of an earlier file, only these records */
  readonly again?: { readonly file: number; readonly records: ReadonlySet<number> };
}

/** Rows that go to the engine in one message. */
const CHUNK_ROWS = 16_384;
/** Words whose numbers are remembered while a file is read: some 100 MB. */
const MOST_WORDS = 1_000_000;
const EXAMPLES = 3;
/** Counted up where rows are read in another way, so that files are read anew. */
const READING = 1;

export async function importFile(context: ImportContext, attempt: Attempt): Promise<FileReport> {
  try {
    return await readAndStore(context, attempt);
  } catch (error) {
    const diagnostics = refusalIn(error);
    if (diagnostics === undefined) throw error;
    return { ...reportOf(attempt), outcome: 'refused', diagnostics };
  }
}

async function readAndStore(context: ImportContext, attempt: Attempt): Promise<FileReport> {
  const { engine } = context;
  const { source, how, path, shownName } = attempt;
  const kind = kindOf(context.workspace, source);
  const digest = await fileDigest(path).catch(() => undefined);
  const mapping = mappingOf(source, kind, context.workspace);
  const last = await lastImport(engine, source, how);
  if (digest !== undefined && how !== 'retry' && last?.sha256 === digest.sha256 && last.mapping === mapping) {
    const waiting = await engine.read(project(openRows(source.name), keep(undefined, 'record')));
    return { ...reportOf(attempt), outcome: 'same', notes: [
      `this very file was imported before (import ${last.file}); nothing to do`,
      ...(waiting.count === 0 ? [] : [`${counted(waiting.count, 'row')} of this source ${waiting.count === 1 ? 'is' : 'are'} still in quarantine`]),
    ] };
  }
  if (digest !== undefined && !context.dryRun && !(await keepInInbox(context.inbox, path, digest.sha256))) throw refusal([changedFile(shownName)]);
  const opened = await openSource(engine, source, path, shownName, attempt.corrected);
  if ('refused' in opened) throw refusal(opened.refused);
  assert(digest !== undefined, 'a file that can be opened has a digest');
  const { table } = opened;
  const found = findColumns(source, table.header);
  if ('refused' in found) throw refusal(found.refused);
  const reader = rowReader(source, kind, table.header, found.columns);
  const known = { sha256: digest.sha256, bytes: digest.bytes, mapping };
  return context.transaction(() => store(context, attempt, { kind, table, reader, known }));
}

interface Prepared {
  readonly kind: Kind;
  readonly table: TableFile;
  readonly reader: RowReader;
  readonly known: { readonly sha256: string; readonly bytes: number; readonly mapping: string };
}

async function store(context: ImportContext, attempt: Attempt, { kind, table, reader, known }: Prepared): Promise<FileReport> {
  const { engine, workspace } = context;
  const { source } = attempt;
  const before = await storeState(engine);
  const file = before.file + 1;
  const hasPeople = workspace.sources.some((s) => s.into === 'person');
  const incoming: Incoming = {
    kind, source, file, others: workspace.sources.filter((s) => s.into === kind.name).map((s) => s.name),
    payees: kind.dated && hasPeople ? kind.fields.filter((f) => f.type === 'payee').map((f) => f.name) : [],
    lists: kind.dated && hasPeople ? listFields(kind).map((f) => f.name) : [],
  };
  await makeStaging(engine, kind);
  const quarantine = quarantineOf(engine, file, attempt.shownName, table.delimiter);
  const staged = await stageRows(context, attempt, { kind, table, reader, quarantine });
  const noticed = reader.noticed();
  if (noticed.dates !== undefined) throw refusal([dateOrder(source, attempt.shownName, noticed.dates)]);
  await refuseRows(engine, workspace, incoming, table, quarantine);
  await quarantine.flush();
  const judged = await countJudged(engine, kind);
  const counts: Counts = {
    read: staged.read, new: judged.new, changed: judged.changed, unchanged: judged.unchanged + judged.repeated,
    quarantined: quarantine.rows(), leftOut: staged.leftOut,
  };
  assert(counts.read === counts.new + counts.changed + counts.unchanged + counts.quarantined + counts.leftOut,
    `every row of ${attempt.shownName} is in exactly one place: ${JSON.stringify(counts)}`);
  const changes = counts.new + counts.changed;
  const seq = changes > 0 ? before.seq + 1 : before.seq;
  if (changes > 0) await addVersions(engine, incoming, seq, before.lastRow, counts.changed);
  if (counts.quarantined > 0) await takeOver(engine);
  if (before.quarantined) await settle(engine, incoming, attempt.how, staged.tried, attempt.again);
  await engine.append(IMPORTED, importedRow(attempt, { file, seq, lastRow: before.lastRow + BigInt(changes), counts, table, known }).map((cell) => [cell]));
  await dropStaging(engine, kind);
  const repeated = judged.repeated === 0 ? [] : [`${counted(judged.repeated, 'row')} ${judged.repeated === 1 ? 'is' : 'are'} in the file more than once, exactly alike; one of each is kept, the others count as unchanged`];
  return {
    ...reportOf(attempt), outcome: 'imported', counts, reasons: quarantine.reasons(),
    notes: [...table.notes, ...repeated, ...noticeNotes(noticed, source.where, counts.leftOut)],
  };
}

function reportOf({ source, how, shownName }: Attempt): Omit<FileReport, 'outcome'> {
  return { source: source.name, title: source.title, path: shownName, how, counts: NOTHING, reasons: [], notes: [], diagnostics: [] };
}

// ---- reading ----

interface Staging { readonly kind: Kind; readonly table: TableFile; readonly reader: RowReader; readonly quarantine: QuarantineRows }

async function stageRows({ engine, progress }: ImportContext, attempt: Attempt, { kind, table, reader, quarantine }: Staging): Promise<{ read: number; leftOut: number; tried: readonly Tried[] }> {
  const staging = wordAppender(engine, kind);
  const tried: Tried[] = [];
  const wanted = attempt.again?.records;
  const place = attempt.corrected && attempt.how === 'corrected' ? (row: SourceRow): void => { tried.push({ path: row.cells[0] ?? '', line: row.cells[1] ?? '' }); } : undefined;
  let read = 0, leftOut = 0;
  for await (const batch of table.rows()) {
    for (const raw of batch.rows) {
      if (wanted !== undefined && !wanted.has(raw.record)) continue;
      const row = attempt.corrected ? unguarded(raw) : raw;
      read++;
      place?.(row);
      const result = reader.read(row);
      if (result === 'left_out') leftOut++;
      else if ('cells' in result) staging.add(result.cells, result.lists);
      else quarantine.add(row, result.problem, result.id);
    }
    for (const row of batch.bad) {
      if (wanted !== undefined && !wanted.has(row.record)) continue;
      read++;
      quarantine.add(row, badRow(row).problem, null);
    }
    await staging.flush(CHUNK_ROWS);
    await quarantine.flush(CHUNK_ROWS);
    progress({ step: `read ${attempt.shownName}`, done: read, of: table.records ?? 0 });
  }
  await staging.flush();
  await quarantine.flush();
  progress({ step: `store ${attempt.shownName}`, done: read, of: read });
  return { read, leftOut, tried };
}

/** Rows that only the store, or all rows together, can refuse: they are looked up in the file once more, for their text. */
async function refuseRows(engine: Engine, workspace: Workspace, incoming: Incoming, table: TableFile, quarantine: QuarantineRows): Promise<void> {
  const refused = await judge(engine, incoming);
  const people = refused.some((r) => r.why === 'unknown_payee') ? workspace.kinds.find((k) => k.name === 'person') : undefined;
  const problemOf = await refusedProblem(engine, incoming, table.header, refused, people);
  const problems = new Map<number, { readonly problem: Problem; readonly id: string }>();
  for (const row of refused) problems.set(row.record, { problem: problemOf(row), id: row.id });
  for (const [record, found] of await circleProblems(engine, incoming.kind, workspace, problems)) problems.set(record, found);
  if (problems.size === 0) return;
  for await (const batch of table.rows()) {
    for (const row of batch.rows) {
      const found = problems.get(row.record);
      if (found !== undefined) quarantine.add(row, found.problem, found.id);
    }
    await quarantine.flush(CHUNK_ROWS);
  }
}

interface QuarantineRows {
  add(row: SourceRow, problem: Problem, id: string | null): void;
  flush(atLeast?: number): Promise<void>;
  rows(): number;
  reasons(): readonly Reason[];
}

function quarantineOf(engine: Engine, file: number, shownName: string, delimiter: string): QuarantineRows {
  const rows = appender(engine, REFUSED_ROWS);
  const byCode = new Map<Code, { rows: number; examples: Diagnostic[] }>();
  let count = 0;
  return {
    add(row, problem, id) {
      const { column, letter, value, code, message, hint } = problem;
      count++;
      rows.add([file, BigInt(row.record), BigInt(row.line), column ?? null, letter ?? null, value ?? null, code, message, hint, row.raw, id]);
      const reason = byCode.get(code) ?? { rows: 0, examples: [] };
      reason.rows++;
      if (reason.examples.length < EXAMPLES) reason.examples.push(rowDiagnostic(shownName, row, problem, delimiter));
      byCode.set(code, reason);
    },
    flush: (atLeast) => rows.flush(atLeast),
    rows: () => count,
    reasons: () => [...byCode].map(([code, reason]) => ({ code, ...reason })).sort((a, b) => b.rows - a.rows || (a.code < b.code ? -1 : 1)),
  };
}

/** Gathers rows as columns. `flush` sends them where there are enough; the next ones are gathered while they are under way. */
function appender(engine: Engine, schema: typeof IMPORTED): { add(cells: readonly Cell[]): void; flush(atLeast?: number): Promise<void> } {
  const fresh = (): Cell[][] => schema.columns.map(() => []);
  let columns = fresh();
  let count = 0;
  let underway: Promise<void> = Promise.resolve();
  return {
    add(cells) {
      for (let c = 0; c < columns.length; c++) (columns[c] as Cell[]).push(cells[c] ?? null);
      count++;
    },
    async flush(atLeast = 0) {
      if (count > 0 && count >= atLeast) {
        await underway;
        underway = engine.append(schema, columns);
        // it is waited for at the next turn; until then a failure must not count as unheard
        underway.catch(() => undefined);
        columns = fresh();
        count = 0;
      }
      if (atLeast === 0) await underway;
    },
  };
}

/** Staged rows with their words by number. A word is told once, unless there are too many to remember. */
function wordAppender(engine: Engine, kind: Kind): { add(cells: readonly Cell[], lists: readonly PartyList[]): void; flush(atLeast?: number): Promise<void> } {
  const table = incomingTable(kind);
  const rows = appender(engine, table), words = appender(engine, INCOMING_WORDS), parties = appender(engine, INCOMING_PARTIES);
  const coded = codedColumns(kind).map((name) => table.columns.findIndex((c) => c.name === name));
  const numbers = new Map<Cell, number>();
  let last = 0;
  const numberOf = (word: Cell): number => {
    const known = numbers.get(word);
    if (known !== undefined) return known;
    const n = ++last;
    words.add([n, word]);
    if (numbers.size >= MOST_WORDS) numbers.clear();
    numbers.set(word, n);
    return n;
  };
  return {
    add(cells, lists) {
      const out = [...cells];
      for (const c of coded) {
        const word = out[c] ?? null;
        if (word !== null) out[c] = numberOf(word);
      }
      rows.add(out);
      for (const list of lists) for (const [i, p] of list.parties.entries()) parties.add([cells[0] ?? null, list.field, i + 1, numberOf(p.payee), p.share]);
    },
    async flush(atLeast) {
      await rows.flush(atLeast);
      await words.flush(atLeast);
      await parties.flush(atLeast);
    },
  };
}

// ---- what was imported before ----

interface StoreState {
  readonly file: number;
  readonly seq: number;
  readonly lastRow: bigint;
  /** whether any row ever went to quarantine */
  readonly quarantined: boolean;
}

export async function storeState(engine: Engine): Promise<StoreState> {
  const zero = cast(int(0), 'integer');
  const [[file, seq, lastRow, quarantined] = []] = listOf(await engine.read(aggregate(scan(IMPORTED), [], [
    named('file', coalesce(max(col('file')), zero)), named('seq', coalesce(max(col('seq')), zero)), named('last_row', coalesce(max(col('last_row')), cast(int(0), 'bigint'))),
    named('quarantined', anyTrue(compare('>', col('rows_quarantined'), int(0)))),
  ])));
  return { file: wholeOf(file), seq: wholeOf(seq), lastRow: typeof lastRow === 'bigint' ? lastRow : 0n, quarantined: quarantined === true };
}

async function lastImport(engine: Engine, source: Source, how: ImportHow): Promise<{ readonly sha256: string; readonly mapping: string; readonly file: number } | undefined> {
  const rows = await engine.read(project(filter(scan(IMPORTED), and(eq(col('source'), text(source.name)), eq(col('how'), text(how)))), keep(undefined, 'file', 'sha256', 'mapping')), ['file']);
  const last = listOf(rows).at(-1);
  return last === undefined ? undefined : { sha256: wordOf(last[1]), mapping: wordOf(last[2]), file: wholeOf(last[0]) };
}

/** Fingerprint of everything that decides how the rows of a file are read; titles and places do not. */
function mappingOf(source: Source, kind: Kind, workspace: Workspace): string {
  const said = {
    reading: READING, into: source.into, id: formulaText(source.id), date: source.date === undefined ? '' : formulaText(source.date), where: source.where?.text ?? '',
    currency: source.currency ?? workspace.currency, format: source.format, always: sorted(Object.entries(source.always)),
    fields: sorted(source.fields.map((f) => [f.field, f.text])), kind: sorted(kind.fields.map((f) => [f.name, JSON.stringify(f.type)])),
    replace: sorted(Object.entries(source.replace).map(([column, spellings]) => [column, JSON.stringify(sorted(Object.entries(spellings)))])),
    people: workspace.sources.some((s) => s.into === 'person'),
  };
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}
function sorted(pairs: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...pairs].sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
}

function importedRow({ source, how, shownName }: Attempt, on: { readonly file: number; readonly seq: number; readonly lastRow: bigint; readonly counts: Counts; readonly table: TableFile; readonly known: Prepared['known'] }): readonly Cell[] {
  const { counts, known, table } = on;
  return [
    on.file, on.seq, source.name, shownName, known.sha256, BigInt(known.bytes), known.mapping,
    ...[counts.read, counts.new, counts.changed, counts.unchanged, counts.quarantined, counts.leftOut].map(BigInt),
    how, JSON.stringify(table.header), table.delimiter, on.lastRow,
  ];
}

export function kindOf(workspace: Workspace, source: Source): Kind {
  const kind = workspace.kinds.find((k) => k.name === source.into);
  assert(kind !== undefined, `the kind ${source.into} of the source ${source.name} is known`);
  return kind;
}

// ---- refusing a file ----

function refusal(diagnostics: readonly Diagnostic[]): Error & { readonly diagnostics: readonly Diagnostic[] } {
  return Object.assign(new Error(diagnostics.map((d) => d.message).join(' ')), { diagnostics });
}

/** What a thrown error says about the file; undefined where it is about something else. */
function refusalIn(error: unknown): readonly Diagnostic[] | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof EngineStop) return error.diagnostic.code.startsWith('file.') ? [error.diagnostic] : undefined;
  if ('diagnostics' in error) return error.diagnostics as readonly Diagnostic[];
  return 'diagnostic' in error ? [error.diagnostic as Diagnostic] : undefined;
}

function changedFile(file: string): Diagnostic {
  return { code: 'file.changed', severity: 'error', file, line: 0, column: 0, path: '', message: 'The file was changed, replaced or removed while it was being read.', hint: 'Wait until whatever writes it has finished, then import again; nothing of it was taken over.' };
}

function dateOrder(source: Source, file: string, evidence: Parameters<typeof orderProblem>[0]): Diagnostic {
  return { code: 'import.date_order', severity: 'error', file, line: 0, column: 0, path: source.name, ...orderProblem(evidence, source.format.dates) };
}
