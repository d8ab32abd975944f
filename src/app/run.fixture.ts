/** For tests of runs: a small company in a folder of its own, with files that can be written anew, a real store and a real book. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openBook } from '../db/book.ts';
import type { Db } from '../db/db.ts';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import type { Workspace } from '../plan/plan.ts';
import { assert, type Outcome } from '../value/diagnostic.ts';
import { importSources } from './import.ts';
import { type Applied, applyRun, type Preview, previewRun, type RunOptions } from './run.ts';
import { foldersOf, openWorkspace, pathsOf } from './workspace-files.ts';

export const AT = '2026-04-01T12:00:00.000Z';
export const FILES: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\ncalendar: months\ndefaults: { period: quarter }\n',
  'facts/acme.yaml': `facts:
  account: { fields: { tier: text } }
  deal: { fields: { account: account, owner: payee, stage: text, amount: money, currency: text } }
`,
  'sources/acme.yaml': `sources:
  people: { file: in/people.csv, into: person, id: id, fields: { from: since, role: role, manager: manager, quota: quota } }
  accounts: { file: in/accounts.csv, into: account, id: id, fields: { tier: tier } }
  deals: { file: in/deals.csv, into: deal, id: id, date: closed, fields: { account: account, owner: owner, stage: stage, amount: amount, currency: currency } }
`,
  'plans/reps.yaml': `plan: reps
effective: 2026-01-01 / 2026-07-01
payees: role = "AE"
components:
  commission: { measure: { sum: amount, from: deal, where: stage = "Won" }, rate: 5% }
  gold: { measure: { count: deal, where: stage = "Won" }, rate: { by: account.tier, lookup: { gold: 100, otherwise: 0 } } }
`,
  'plans/leaders.yaml': `plan: leaders
effective: 2026-01-01 / 2026-07-01
payees: role = "Manager"
terms: { quota: money a year }
credits: { team: { from: deal, to: owner, up: manager } }
components:
  override: { measure: { sum: amount, from: deal, where: stage = "Won" }, rate: 1% }
  club: { measure: { sum: amount, from: deal, where: stage = "Won" }, target: quota, rate: { retroactive: { 0%: 0%, 100%: 1% } } }
`,
  'in/people.csv': `id,since,role,manager,quota
ann,,AE,mo,
bob,,AE,mo,
kim,,Manager,,0
mo,,Manager,,100000
zoe,,Finance,,
`,
  'in/accounts.csv': 'id,tier\nacme,gold\nbolt,silver\n',
  'in/deals.csv': `id,closed,owner,account,stage,amount,currency
d1,2026-01-10,ann,acme,Won,1000.00,USD
d2,2026-02-10,ann,bolt,Won,2000.00,USD
d3,2026-05-10,bob,bolt,Won,500.00,USD
d4,2026-05-11,bob,bolt,Lost,9000.00,USD
`,
};

export interface Company {
  readonly dir: string;
  /** writes a file of the workspace; `edit` changes the text that it has */
  write(path: string, text: string): void;
  edit(path: string, from: string, to: string): void;
  importAll(): Promise<void>;
  preview(): Promise<Outcome<Preview>>;
  apply(options?: Partial<RunOptions>): Promise<Outcome<Applied>>;
  /** work with the store and the book, which stay open until `close`; other processes cannot open the store meanwhile */
  withStore<T>(work: (engine: Engine, book: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function withCompany<T>(work: (company: Company) => Promise<T>, files: Readonly<Record<string, string>> = {}): Promise<T> {
  const dir = mkdtempSync(join(tmpdir(), 'trueup-run-'));
  const company = companyIn(dir, { ...FILES, ...files });
  try {
    return await work(company);
  } finally {
    await company.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

export function companyIn(dir: string, files: Readonly<Record<string, string>>): Company {
  const texts = new Map<string, string>();
  const write = (path: string, text: string): void => {
    texts.set(path, text);
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const opened = () => {
    const { workspace, diagnostics } = openWorkspace(dir);
    assert(workspace, `the workspace of a test opens: ${JSON.stringify(diagnostics)}`);
    return { workspace, found: diagnostics };
  };
  let open: { readonly engine: Engine; readonly book: Db } | undefined;
  const withStore = async <R>(run: (engine: Engine, book: Db) => Promise<R>): Promise<R> => {
    open ??= await openBoth(dir, opened().workspace);
    return run(open.engine, open.book);
  };
  return {
    dir, write, withStore,
    async close() {
      await open?.engine.close();
      await open?.book.close();
      open = undefined;
    },
    edit(path, from, to) {
      const text = texts.get(path) ?? '';
      assert(text.includes(from), `${path} has the text ${from}`);
      write(path, text.replace(from, to));
    },
    async importAll() {
      const report = await withStore((engine) => importSources(opened().workspace, engine));
      const problems = [...report.diagnostics, ...report.files.flatMap((f) => [...f.diagnostics, ...f.reasons.flatMap((r) => r.examples)])];
      assert(problems.length === 0, `the files of a test are good: ${JSON.stringify(problems)}`);
    },
    preview: () => withStore((engine, book) => previewRun(opened().workspace, engine, book, { at: AT, found: opened().found })),
    apply: (options = {}) => withStore((engine, book) => applyRun(opened().workspace, engine, book, { at: AT, found: opened().found, ...options })),
  };
}

async function openBoth(dir: string, workspace: Workspace): Promise<{ readonly engine: Engine; readonly book: Db }> {
  const paths = pathsOf(dir);
  mkdirSync(paths.data, { recursive: true });
  const engine = await openDuckdb({ path: paths.store, folders: foldersOf(workspace), tempDir: paths.temp, memoryMb: 500, threads: 1 });
  const { value: book } = await openBook(paths.book, AT, 'data/book.sqlite');
  assert(book, 'the book of a test opens');
  return { engine, book };
}
