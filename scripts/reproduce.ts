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
import { figuresOf, type Figures } from '../src/app/figures.ts';
import { openWorkspace } from '../src/app/workspace-files.ts';
import { openDuckdb } from '../src/engine/duckdb.ts';
import { hasErrors } from '../src/value/diagnostic.ts';
import { renderDiagnostic } from '../src/value/render.ts';
import { add, compare, parseRatio, type Ratio, ratio, ZERO } from '../src/value/rate.ts';
import { PUBLISHED_THERE } from '../test/cases/published.ts';
import { reportPublished } from '../test/cases/report.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** One comparison: rows of an expected file, each with the figure that it must equal. */
export interface Comparison {
  readonly name: string;
  readonly file: string;
  readonly figure: (row: Readonly<Record<string, string>>, figures: Figures) => Ratio;
  readonly expected: (row: Readonly<Record<string, string>>) => string;
  /** the sum over all rows that we give, where the file lists only some of them */
  readonly whole?: (figures: Figures, calculation: Calculation) => Ratio;
}
export interface DataSet { readonly workspace: string; readonly data: string; readonly comparisons: readonly Comparison[] }

const figure = (figures: Figures, payee: string, period: string, name: string): Ratio => {
  const found = figures.get(payee, period, name);
  return found === undefined || found === 'none' ? ratio(-1n, 1_000_000n) : found;
};

export const DATA_SETS: Readonly<Record<string, DataSet>> = {
  'maven-crm': {
    workspace: 'test/data/maven-crm', data: '../shared/data/maven-crm',
    comparisons: [
      { name: 'plan A, commission', file: 'plan_a_agent_quarters.csv', expected: (r) => r['commission'] ?? '', figure: (r, f) => figure(f, r['sales_agent'] ?? '', r['quarter'] ?? '', 'commission') },
      { name: 'plan A, won value', file: 'plan_a_agent_quarters.csv', expected: (r) => r['won_value'] ?? '', figure: (r, f) => figure(f, r['sales_agent'] ?? '', r['quarter'] ?? '', 'commission.value') },
      { name: 'plan B, override', file: 'plan_b_managers.csv', expected: (r) => r['override'] ?? '', figure: (r, f) => figure(f, r['manager'] ?? '', r['quarter'] ?? '', 'override') },
      { name: 'plan B, team won value', file: 'plan_b_managers.csv', expected: (r) => r['team_won_value'] ?? '', figure: (r, f) => figure(f, r['manager'] ?? '', r['quarter'] ?? '', 'override.value') },
      { name: 'plan B, win-rate bonus', file: 'plan_b_managers.csv', expected: (r) => r['gate_bonus'] ?? '', figure: (r, f) => figure(f, r['manager'] ?? '', r['quarter'] ?? '', 'win_rate') },
      { name: 'plan B, payout', file: 'plan_b_managers.csv', expected: (r) => r['payout'] ?? '', figure: (r, f) => figure(f, r['manager'] ?? '', r['quarter'] ?? '', 'earned') },
      { name: 'plan B, spiffs', file: 'plan_b_spiffs.csv', expected: (r) => r['spiff'] ?? '', figure: (r, f) => figure(f, r['sales_agent'] ?? '', r['month'] ?? '', 'spiff'),
        whole: (f, c) => c.catalogue.people.persons.reduce((sum, p) => { const x = f.get(p.id, '', 'spiff'); return x === undefined || x === 'none' ? sum : add(sum, x); }, ZERO) },
    ],
  },
};

export interface Reproduced { readonly name: string; readonly rows: number; readonly equal: number; readonly ours: Ratio; readonly theirs: Ratio; readonly wrong: readonly string[] }

/** Imports into a folder of its own, calculates, compares. */
export async function reproduce(set: DataSet, root: string, say: (line: string) => void): Promise<readonly Reproduced[]> {
  const opened = openWorkspace(join(root, set.workspace));
  if (opened.workspace === undefined || hasErrors(opened.diagnostics)) throw new Error(opened.diagnostics.map((d) => renderDiagnostic(d)).join('\n'));
  const dir = mkdtempSync(join(tmpdir(), 'trueup-reproduce-'));
  const workspace = { ...opened.workspace, dir, sources: opened.workspace.sources.map((s) => ({ ...s, file: resolve(opened.paths.dir, s.file) })) };
  const engine = await openDuckdb({ path: join(dir, 'facts.duckdb'), folders: [dir], memoryMb: 1000, threads: 2, tempDir: join(dir, 'temp') });
  try {
    const report = await importSources(workspace, engine);
    for (const f of report.files) {
      say(`${f.source}: ${f.counts.read} read, ${f.counts.new} new, ${f.counts.unchanged} unchanged, ${f.counts.leftOut} left out, ${f.counts.quarantined} in quarantine`);
      for (const note of f.notes) say(`  ${note}`);
    }
    for (const note of report.notes) say(note);
    const { calculation, diagnostics } = await calculate(engine, workspace.plans, workspace.kinds);
    if (calculation === undefined) throw new Error(diagnostics.map((d) => renderDiagnostic(d)).join('\n'));
    const figures = await figuresOf(engine, calculation);
    return set.comparisons.map((c) => compareRows(c, join(root, set.data, 'expected', c.file), figures, calculation));
  } finally {
    await engine.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function compareRows(c: Comparison, path: string, figures: Figures, calculation: Calculation): Reproduced {
  const rows = csv(readFileSync(path, 'utf8'));
  const wrong: string[] = [];
  let ours = ZERO, theirs = ZERO;
  for (const row of rows) {
    const want = parseRatio(c.expected(row)), got = c.figure(row, figures);
    if (want === undefined) { wrong.push(`${JSON.stringify(row)}: the expected value is not a number`); continue; }
    ours = add(ours, got); theirs = add(theirs, want);
    if (compare(got, want) !== 0) wrong.push(`${JSON.stringify(row)}: ours is ${plain(got)}`);
  }
  return { name: c.name, rows: rows.length, equal: rows.length - wrong.length, ours: c.whole === undefined ? ours : c.whole(figures, calculation), theirs, wrong };
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
  if (name === 'published') {
    if (PUBLISHED_THERE) return (await reportPublished((line) => { console.log(line); })) ? 0 : 1;
    console.log('Skipped: the published cases are not here (../shared/cases beside the project).');
    return 0;
  }
  const set = DATA_SETS[name ?? ''];
  if (set === undefined) { console.error(`Say which: published, ${Object.keys(DATA_SETS).join(', ')}.`); return 1; }
  if (!existsSync(join(ROOT, set.data))) { console.log(`Skipped: the data set is not here (${set.data} beside the project).`); return 0; }
  const out = await reproduce(set, ROOT, (line) => { console.log(line); });
  console.log(`\n${'compared'.padEnd(26)}${'rows'.padStart(7)}${'equal'.padStart(7)}${'sum, ours'.padStart(18)}${'sum, expected'.padStart(18)}`);
  for (const r of out) console.log(`${r.name.padEnd(26)}${String(r.rows).padStart(7)}${String(r.equal).padStart(7)}${plain(r.ours).padStart(18)}${plain(r.theirs).padStart(18)}`);
  for (const r of out) for (const w of r.wrong.slice(0, 10)) console.log(`DIFFERENT ${r.name}: ${w}`);
  const good = out.every((r) => r.equal === r.rows && compare(r.ours, r.theirs) === 0);
  console.log(good ? `\n${name}: all ${out.reduce((n, r) => n + r.rows, 0)} figures equal.` : `\n${name}: there are differences.`);
  return good ? 0 : 1;
}
if (process.argv[1] === import.meta.filename) process.exitCode = await main(process.argv[2]);
