/** A workspace in a temporary folder with a real store, for tests of the import. One engine serves all of a test file, one after the other. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Cell, Engine } from '../engine/engine.ts';
import type { Workspace } from '../plan/plan.ts';
import { scan } from '../relation/relation.ts';
import { IMPORTED, isCoded, QUARANTINE, SETTLED, storeTable, supersededTable, tablesOf, WORD } from '../stage/store.ts';
import { listOf } from './cells.ts';
import { importSources } from './import.ts';
import type { FileReport, ImportOptions, ImportReport } from './import.ts';
import { listQuarantine } from './quarantine.ts';
import { openWorkspace, pathsOf } from './workspace-files.ts';
import type { WorkspacePaths } from './workspace-files.ts';

export interface TestWorkspace {
  readonly dir: string;
  readonly paths: WorkspacePaths;
  readonly workspace: Workspace;
  readonly engine: Engine;
  /** writes a file of the workspace; sources are read again */
  write(file: string, content: string | Buffer): void;
  run(options?: ImportOptions): Promise<ImportReport>;
  /** current rows of a kind with words for codes, without where they came from, sorted */
  rows(kind: string): Promise<readonly string[]>;
  /** how many versions of each id the store has, superseded ones included */
  versions(kind: string): Promise<ReadonlyMap<string, number>>;
  imported(): Promise<readonly Readonly<Record<string, Cell>>[]>;
  quarantine(source?: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const DEALS = `facts:
  deal: { fields: { owner: payee, account: text, amount: money } }
sources:
  people: { file: people.csv, into: person, id: name, fields: { manager: boss } }
  deals:
    file: deals.csv
    into: deal
    id: id
    date: closed
    fields: { owner: owner, account: account, amount: amount }
`;
export const PEOPLE = 'name,boss\nAnn,Bob\nBob,\nCy,Bob\n';
export const HEADER = 'id,owner,account,closed,amount\n';

export async function testWorkspace(files: Readonly<Record<string, string | Buffer>>, root = 'company: Acme\ncurrency: USD\n'): Promise<TestWorkspace> {
  const dir = mkdtempSync(join(tmpdir(), 'trueup-import-'));
  const write = (file: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), content);
  };
  write('trueup.yaml', root);
  for (const [file, content] of Object.entries(files)) write(file, content);
  const opened = (): Workspace => {
    const { workspace, diagnostics } = openWorkspace(dir);
    const errors = diagnostics.filter((d) => d.severity === 'error');
    if (workspace === undefined || errors.length > 0) throw new Error(JSON.stringify(errors));
    return workspace;
  };
  const workspace = opened();
  const paths = pathsOf(dir);
  mkdirSync(paths.data, { recursive: true });
  const engine = await sharedEngine();
  for (const table of leftBehind.splice(0)) await engine.drop(table);
  leftBehind.push('layout', ...[WORD, IMPORTED, QUARANTINE, SETTLED, ...workspace.kinds.flatMap(tablesOf)].map((t) => t.table));
  const kindOf = (name: string) => {
    const kind = workspace.kinds.find((k) => k.name === name);
    if (kind === undefined) throw new Error(`no kind ${name}`);
    return kind;
  };
  return {
    dir, paths, workspace, engine, write,
    run: (options) => importSources(opened(), engine, options),
    async rows(name) {
      const kind = kindOf(name), table = storeTable(kind);
      const words = new Map(listOf(await engine.read(scan(WORD))).map(([code, word]) => [code, word]));
      const old = new Set(listOf(await engine.read(scan(supersededTable(kind)))).map(([row]) => row));
      const coded = new Set(['currency', ...kind.fields.filter((f) => isCoded(f.type)).map((f) => f.name)]);
      const hidden = new Set(['row', 'seq', 'file', 'record', 'line', 'hash', 'entity']);
      return listOf(await engine.read(scan(table))).filter(([row]) => !old.has(row ?? null))
        .map((cells) => table.columns.flatMap((c, i) => (hidden.has(c.name) || cells[i] === null ? [] : [`${c.name}=${coded.has(c.name) ? words.get(cells[i] ?? null) : cells[i]}`])).join(' ')).sort();
    },
    async versions(name) {
      const table = storeTable(kindOf(name)), at = table.columns.findIndex((c) => c.name === 'id');
      const counts = new Map<string, number>();
      for (const cells of listOf(await engine.read(scan(table)))) counts.set(String(cells[at]), (counts.get(String(cells[at])) ?? 0) + 1);
      return counts;
    },
    async imported() {
      return listOf(await engine.read(scan(IMPORTED), ['file'])).map((cells) => Object.fromEntries(IMPORTED.columns.map((c, i) => [c.name, cells[i] ?? null])));
    },
    async quarantine(source) {
      return (await listQuarantine(engine, source)).map((r) => `${r.path}:${r.line} ${r.code} ${r.column}`.trim());
    },
    close() {
      rmSync(dir, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

/** Tables of the workspace before: opening the next one empties the store. */
const leftBehind: string[] = [];
let shared: Promise<Engine> | undefined;
function sharedEngine(): Promise<Engine> {
  shared ??= openDuckdb({ path: ':memory:', folders: [tmpdir()], memoryMb: 500, threads: 2, tempDir: join(tmpdir(), 'trueup-import-engine') });
  return shared;
}
/** For `afterAll`. */
export async function closeShared(): Promise<void> {
  await (await shared)?.close();
  shared = undefined;
}

/** The report of one source; the last one, where it was tried again. */
export function reportOf(report: ImportReport, source: string): FileReport {
  const found = report.files.findLast((f) => f.source === source);
  if (found === undefined) throw new Error(`no report of ${source}: ${JSON.stringify(report.diagnostics)}`);
  return found;
}

/** `read new changed unchanged quarantined left-out` */
export function counts(report: ImportReport, source: string): string {
  const { counts: c } = reportOf(report, source);
  return [c.read, c.new, c.changed, c.unchanged, c.quarantined, c.leftOut].join(' ');
}
