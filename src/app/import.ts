/**
 * Import: the files of the sources → the store. People and other references come before facts, so that
 * facts can be checked against them. Each file is one transaction; a file that is refused does not stop
 * the others. Rows in quarantine whose payee has meanwhile become known are tried again by themselves.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Cell, Engine, Progress } from '../engine/engine.ts';
import { closest } from '../plan/closest.ts';
import { namesPayees } from '../plan/kinds.ts';
import type { Kind, Source, Workspace } from '../plan/plan.ts';
import { col, eq, filter, join as joined, keep, named, cast, project, text } from '../relation/relation.ts';
import { IMPORTED } from '../stage/store.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { listOf, wholeOf, wordOf } from './cells.ts';
import { importFile, kindOf, storeState } from './import-file.ts';
import type { Attempt, ImportContext } from './import-file.ts';
import { storeNotes } from './import-notes.ts';
import { NOTHING } from './import-report.ts';
import type { FileReport, ImportReport } from './import-report.ts';
import { knownPeople } from './import-store.ts';
import { isQuarantineExport } from './import-tables.ts';
import { withKeptFile } from './inbox.ts';
import { openRows } from './settle.ts';
import { ensureStore } from './store-layout.ts';
import { pathsOf } from './workspace-files.ts';

export type { Counts, FileReport, ImportReport, Reason } from './import-report.ts';

export interface ImportOptions {
  /** names of the sources to import; all where left out */
  readonly sources?: readonly string[];
  /** rows of this source that a person corrected, as `exportQuarantine` wrote them; `path` is absolute or relative to the workspace. Nothing else is imported then. */
  readonly corrected?: { readonly source: string; readonly path: string };
  readonly progress?: (progress: Progress) => void;
  /** shows what would happen; nothing is kept */
  readonly dryRun?: boolean;
}

/** Rejects with EngineStop where the store cannot be used, is full, or the work was cancelled; the file under way leaves nothing then. */
export async function importSources(workspace: Workspace, engine: Engine, options: ImportOptions = {}): Promise<ImportReport> {
  const dryRun = options.dryRun === true;
  const diagnostics = unknownSources(workspace, options);
  if (diagnostics.length > 0) return { files: [], notes: [], diagnostics, seq: await sequence(engine), dryRun };
  await ensureStore(engine, workspace);
  const inbox = pathsOf(workspace.dir).inbox;
  tidyInbox(inbox);
  const context: ImportContext = {
    workspace, engine, inbox, dryRun, progress: options.progress ?? (() => undefined),
    transaction: dryRun ? (body) => body() : (body) => engine.transaction(body),
  };
  const all = (): Promise<ImportReport> => importAll(context, options);
  return dryRun ? rolledBack(engine, all) : all();
}

async function importAll(context: ImportContext, options: ImportOptions): Promise<ImportReport> {
  const { workspace, engine } = context;
  const files: FileReport[] = [];
  let peopleMissing = false;
  for (const attempt of attemptsOf(workspace, options)) {
    const kind = kindOf(workspace, attempt.source);
    if (peopleMissing && kind.dated && kind.fields.some((f) => namesPayees(f.type))) { files.push(waiting(attempt)); continue; }
    const report = await importFile(context, attempt);
    files.push(report);
    if (report.outcome === 'refused' && kind.name === 'person' && !(await knowsPeople(engine, kind))) peopleMissing = true;
  }
  if (!context.dryRun) files.push(...await tryAgain(context));
  const changed = files.some((f) => f.counts.new + f.counts.changed > 0);
  return {
    files, notes: changed ? await storeNotes(engine, workspace) : [], diagnostics: [],
    seq: await sequence(engine), dryRun: context.dryRun,
  };
}

/** References before facts, people first; else in the order of the workspace. */
function attemptsOf(workspace: Workspace, options: ImportOptions): readonly Attempt[] {
  const { corrected } = options;
  if (corrected !== undefined) {
    return workspace.sources.filter((s) => s.name === corrected.source)
      .map((source): Attempt => ({ source, how: 'corrected', path: resolve(workspace.dir, corrected.path), shownName: shownPath(workspace.dir, corrected.path), corrected: true }));
  }
  const rank = (source: Source): number => (kindOf(workspace, source).dated ? 2 : source.into === 'person' ? 0 : 1);
  return workspace.sources.filter((s) => options.sources === undefined || options.sources.includes(s.name))
    .toSorted((a, b) => rank(a) - rank(b))
    .map((source): Attempt => ({ source, how: 'file', path: resolve(workspace.dir, source.file), shownName: source.file, corrected: false }));
}

function shownPath(dir: string, path: string): string {
  const inside = relative(dir, resolve(dir, path));
  return inside.startsWith('..') ? path : inside;
}

/** Rows that wait for a payee who is known by now, from the copies in the inbox. */
async function tryAgain(context: ImportContext): Promise<readonly FileReport[]> {
  const { workspace, engine, inbox } = context;
  const person = workspace.kinds.find((k) => k.name === 'person' && !k.dated);
  if (person === undefined) return [];
  const ready = project(
    joined(['q', filter(openRows(), eq(col('code'), text('row.unknown_payee')))], ['inner', 'p', knownPeople(person), eq(col('id', 'p'), col('value', 'q'))]),
    [...keep('q', 'file', 'source', 'path', 'sha256', 'header'), named('record', cast(col('record', 'q'), 'integer'))],
  );
  const byFile = new Map<number, { readonly cells: readonly Cell[]; readonly records: Set<number> }>();
  for (const cells of listOf(await engine.read(ready, ['file', 'record']))) {
    const file = wholeOf(cells[0]);
    const found = byFile.get(file) ?? { cells, records: new Set<number>() };
    found.records.add(wholeOf(cells[5]));
    byFile.set(file, found);
  }
  const reports: FileReport[] = [];
  for (const [file, { cells, records }] of byFile) {
    const source = workspace.sources.find((s) => s.name === wordOf(cells[1]));
    if (source === undefined) continue;
    const shownName = wordOf(cells[2]);
    const header = JSON.parse(wordOf(cells[4])) as readonly string[];
    const report = await withKeptFile(inbox, wordOf(cells[3]), shownName, (path) => importFile(context, {
      source, how: 'retry', path, shownName, corrected: isQuarantineExport(header), again: { file, records },
    }));
    if (report !== undefined) reports.push(report);
  }
  return reports;
}

async function sequence(engine: Engine): Promise<number> {
  await engine.ensure(IMPORTED);
  return (await storeState(engine)).seq;
}

async function knowsPeople(engine: Engine, person: Kind): Promise<boolean> {
  return (await engine.read(knownPeople(person))).count > 0;
}

function waiting({ source, shownName, how }: Attempt): FileReport {
  return {
    source: source.name, title: source.title, path: shownName, how, outcome: 'waits', counts: NOTHING, reasons: [], notes: [],
    diagnostics: [{
      code: 'import.people_first', severity: 'error', file: shownName, line: 0, column: 0, path: source.name,
      message: 'The file was not read: the file of people was refused and nobody is known yet, so every row would go to quarantine.', hint: 'Put the file of people right first (its own message says how), and import again.',
    }],
  };
}

function unknownSources(workspace: Workspace, options: ImportOptions): Diagnostic[] {
  const names = workspace.sources.map((s) => s.name);
  const asked = [...(options.sources ?? []), ...(options.corrected === undefined ? [] : [options.corrected.source])];
  return asked.filter((name) => !names.includes(name)).map((name): Diagnostic => {
    const near = closest(name, names);
    return {
      code: 'import.unknown_source', severity: 'error', file: '', line: 0, column: 0, path: '', message: `There is no source \`${name}\` in this workspace.`,
      hint: near !== undefined ? `Did you mean \`${near}\`?` : names.length === 0 ? 'Write a file in the folder `sources` that says which file holds what.' : `There are ${names.map((n) => `\`${n}\``).join(', ')}.`,
    };
  });
}

/** What a killed import left under way. */
function tidyInbox(inbox: string): void {
  if (!existsSync(inbox)) return;
  for (const name of readdirSync(inbox)) if (name.startsWith('.part-')) rmSync(join(inbox, name), { recursive: true, force: true });
}

/** Runs the body in one transaction that is never committed. */
async function rolledBack<T>(engine: Engine, body: () => Promise<T>): Promise<T> {
  const done: { value?: T } = {};
  const enough = new Error('a trial ends without keeping anything');
  try {
    await engine.transaction(async () => { done.value = await body(); throw enough; });
  } catch (error) {
    if (error !== enough) throw error;
  }
  return done.value as T;
}
