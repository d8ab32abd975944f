/**
 * `npm run reproduce -- maven-crm`: a real data set through import and calculation, every row of its
 * expected pay compared; `-- published`: the worked examples that others have published. Exit code 1 on
 * any difference. Data and cases lie beside the project and are read there.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { calculate, type Calculation } from '../src/app/calculate.ts';
import { importSources } from '../src/app/import.ts';
import { asksForLines, isPaymentFigure } from '../src/app/payment-figures.ts';
import { paymentsOf } from '../src/app/payments.ts';
import { figuresOf, type Figures } from '../src/app/figures.ts';
import { openWorkspace } from '../src/app/workspace-files.ts';
import { openDuckdb } from '../src/engine/duckdb.ts';
import { FOREVER } from '../src/ledger/release.ts';
import type { Workspace } from '../src/plan/plan.ts';
import { hasErrors } from '../src/value/diagnostic.ts';
import { renderDiagnostic } from '../src/value/render.ts';
import { add, compare, parseRatio, type Ratio, ZERO } from '../src/value/rate.ts';
import { PUBLISHED_THERE } from '../test/cases/published.ts';
import { reportPublished } from '../test/cases/report.ts';
import { type Comparison, DATA_SETS, type DataSet } from './data-sets.ts';

const ROOT = resolve(import.meta.dirname, '..');

export interface Reproduced {
  readonly name: string;
  readonly rows: number;
  readonly equal: number;
  readonly ours: Ratio;
  readonly theirs: Ratio;
  readonly wrong: readonly string[];
}

/** Imports into a folder of its own, calculates, compares. */
export async function reproduce(set: DataSet, root: string, say: (line: string) => void): Promise<readonly Reproduced[]> {
  const { workspace: read, diagnostics: found, paths } = openWorkspace(join(root, set.workspace));
  if (read === undefined || hasErrors(found)) throw new Error(found.map((d) => renderDiagnostic(d)).join('\n'));
  const dir = mkdtempSync(join(tmpdir(), 'trueup-reproduce-'));
  const workspace: Workspace = { ...read, dir, sources: read.sources.map((s) => ({ ...s, file: resolve(paths.dir, s.file) })) };
  const engine = await openDuckdb({ path: join(dir, 'facts.duckdb'), folders: [dir], memoryMb: 1000, threads: 2, tempDir: join(dir, 'temp') });
  try {
    const report = await importSources(workspace, engine);
    for (const f of report.files) {
      say(`${f.source}: ${f.counts.read} read, ${f.counts.new} new, ${f.counts.unchanged} unchanged, ${f.counts.leftOut} left out, ${f.counts.quarantined} in quarantine`);
      for (const note of f.notes) say(`  ${note}`);
    }
    for (const note of report.notes) say(note);
    const asked = set.comparisons.flatMap((c) => rowsOf(c, root, set).slice(0, 1).map((r) => c.figure(r)[2]));
    const { calculation, diagnostics } = await calculate(engine, workspace.plans, workspace.kinds, { everyLine: asked.some(asksForLines) });
    if (calculation === undefined) throw new Error(diagnostics.map((d) => renderDiagnostic(d)).join('\n'));
    const payments = asked.some(isPaymentFigure) ? await paymentsOf(engine, calculation, FOREVER) : undefined;
    if (payments !== undefined && payments.value === undefined) throw new Error(payments.diagnostics.map((d) => renderDiagnostic(d)).join('\n'));
    const figures = await figuresOf(engine, calculation, asked, payments?.value);
    return set.comparisons.map((c) => compareRows(c, rowsOf(c, root, set), figures, calculation));
  } finally {
    await engine.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function rowsOf(c: Comparison, root: string, set: DataSet): ReturnType<typeof csv> {
  return csv(readFileSync(join(root, set.data, 'expected', c.file), 'utf8')).filter((r) => c.only?.(r) ?? true);
}
function compareRows(c: Comparison, rows: ReturnType<typeof csv>, figures: Figures, calculation: Calculation): Reproduced {
  const wrong: string[] = [];
  let ours = ZERO, theirs = ZERO;
  for (const row of rows) {
    const want = parseRatio(row[c.column] ?? ''), got = figures.get(...c.figure(row));
    if (want === undefined) { wrong.push(`${JSON.stringify(row)}: the expected value is not a number`); continue; }
    theirs = add(theirs, want);
    if (got === undefined || got === 'none') { wrong.push(`${JSON.stringify(row)}: ours has no such figure`); continue; }
    ours = add(ours, got);
    if (compare(got, want) !== 0) wrong.push(`${JSON.stringify(row)}: ours is ${plain(got)}`);
  }
  return { name: c.name, rows: rows.length, equal: rows.length - wrong.length, ours: c.whole === undefined ? ours : wholeOf(c.whole, figures, calculation), theirs, wrong };
}

/** Over all payees and periods. */
function wholeOf(names: readonly string[], figures: Figures, calculation: Calculation): Ratio {
  let sum = ZERO;
  for (const person of calculation.catalogue.people.persons) for (const name of names) {
    const got = figures.get(person.id, '', name);
    if (got !== undefined && got !== 'none') sum = add(sum, got);
  }
  return sum;
}

/** The expected files are plain: no quotes, no commas inside cells. */
function csv(text: string): Record<string, string>[] {
  const [header = '', ...lines] = text.split(/\r?\n/).filter((l) => l !== '');
  const names = header.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i] ?? '', cell])));
}
function plain(r: Ratio): string {
  const cents = (r.n * 100n) / r.d, sign = cents < 0n ? '-' : '', abs = cents < 0n ? -cents : cents;
  return `${sign}${abs / 100n}.${String(abs % 100n).padStart(2, '0')}`;
}

async function main(name: string | undefined): Promise<number> {
  const say = (line: string): void => { console.log(line); };
  if (name === 'published') {
    if (PUBLISHED_THERE) return (await reportPublished(say)) ? 0 : 1;
    say('Skipped: the published cases are not here (../shared/cases beside the project).');
    return 0;
  }
  const set = DATA_SETS[name ?? ''];
  if (set === undefined) { console.error(`Say which: published, ${Object.keys(DATA_SETS).join(', ')}.`); return 1; }
  if (!existsSync(join(ROOT, set.data))) { say(`Skipped: the data set is not here (${set.data} beside the project).`); return 0; }
  const out = await reproduce(set, ROOT, say);
  say(`\n${'compared'.padEnd(26)}${'rows'.padStart(7)}${'equal'.padStart(7)}${'sum, ours'.padStart(18)}${'sum, expected'.padStart(18)}`);
  for (const r of out) say(`${r.name.padEnd(26)}${String(r.rows).padStart(7)}${String(r.equal).padStart(7)}${plain(r.ours).padStart(18)}${plain(r.theirs).padStart(18)}`);
  for (const r of out) for (const w of r.wrong.slice(0, 10)) say(`DIFFERENT ${r.name}: ${w}`);
  const all = out.reduce((n, r) => n + r.rows, 0), good = out.every((r) => r.equal === r.rows && compare(r.ours, r.theirs) === 0);
  say(`\n${name}: ${good ? `all ${all} figures equal.` : 'there are differences.'}`);
  return good ? 0 : 1;
}
if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv[2]);
