/**
 * `npm run bench`: figures as ratios within one run. `--events N` chooses the size (default 1,000,000).
 * Writes the table below the marker of bench/README.md. Baseline: the scan floor, one DuckDB scan that
 * sums the columns that the plan needs, over the same facts as Parquet.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { execFileSync, spawnSync } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { calculate } from '../src/app/calculate.ts';
import { exportFacts } from '../src/app/export-facts.ts';
import { importSources } from '../src/app/import.ts';
import { openWorkspace } from '../src/app/workspace-files.ts';
import { openDuckdb } from '../src/engine/duckdb.ts';
import type { Engine } from '../src/engine/engine.ts';
import type { Workspace } from '../src/plan/plan.ts';

const ROOT = resolve(import.meta.dirname, '..');
const ROUNDS = 5;
const at = process.argv.indexOf('--events');
const EVENTS = at < 0 ? 1_000_000 : Number.parseInt((process.argv[at + 1] ?? '').replaceAll('_', ''), 10);

interface Figure { readonly what: string; readonly goal: string; readonly figure: string }

/** A workspace of n deals of n/500 payees in a year, written without chance: the same files each time. */
async function makeWorkspace(n: number, plans: number): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'trueup-bench-'));
  for (const folder of ['sources', 'facts', 'plans', 'data-in']) mkdirSync(join(dir, folder));
  writeFileSync(join(dir, 'trueup.yaml'), 'company: Bench\ncurrency: USD\ncalendar: months\nzone: UTC\n');
  writeFileSync(join(dir, 'facts/crm.yaml'), 'facts:\n  deal:\n    title: Deal\n    fields: { owner: payee, account: text, stage: text, amount: money }\n');
  writeFileSync(join(dir, 'sources/crm.yaml'), `sources:
  people: { file: data-in/people.csv, into: person, id: id, fields: { role: role } }
  deals:
    file: data-in/deals.csv
    into: deal
    id: id
    date: date
    fields: { owner: owner, account: account, stage: stage, amount: amount }
`);
  for (let p = 0; p < plans; p++) writeFileSync(join(dir, `plans/ae-${p}.yaml`), `plan: ae-${p}
effective: 2025-01-01 / 2026-01-01
payees: role = "AE ${p}"
period: quarter
components:
  commission: { measure: { sum: amount, from: deal, where: stage = "Won" }, rate: { marginal: { 0: ${3 + (p % 3)}%, ${50 + p}k: 5.5%, 100k: 8% } } }
`);
  const payees = Math.max(5, Math.min(20_000, Math.floor(n / 500)));
  writeFileSync(join(dir, 'data-in/people.csv'), `id,role\n${Array.from({ length: payees }, (_, i) => `P${i},AE ${i % plans}`).join('\n')}\n`);
  const out = createWriteStream(join(dir, 'data-in/deals.csv'));
  out.write('id,date,owner,account,stage,amount\n');
  let seed = 1n;
  const next = (below: number): number => { seed = (seed * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n); return Number((seed >> 33n) % BigInt(below)); };
  for (let i = 0; i < n; i++) {
    const month = 1 + next(12), day = 1 + next(28), cents = next(100);
    const line = `D${i},2025-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')},P${next(payees)},A${next(Math.max(10, Math.floor(n / 10)))},${next(3) === 0 ? 'Lost' : 'Won'},${next(20_000)}.${String(cents).padStart(2, '0')}\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return dir;
}

const opened = (dir: string): Workspace => {
  const { workspace, diagnostics } = openWorkspace(dir);
  if (workspace === undefined || diagnostics.some((d) => d.severity === 'error')) throw new Error(JSON.stringify(diagnostics));
  return workspace;
};
const open = (workspace: Workspace): Promise<Engine> => openDuckdb({ path: join(workspace.dir, 'data/facts.duckdb'), folders: [workspace.dir], memoryMb: 4096, threads: 2, tempDir: join(workspace.dir, 'data/temp') });

/** CPU milliseconds that the processes started by this one have used and still run: the engine. */
function childrenCpu(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ').filter((c) => c !== '');
  return children.reduce((ms, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return ms + (Number.parseInt(fields[11] ?? '0', 10) + Number.parseInt(fields[12] ?? '0', 10)) * 10;
  }, 0);
}
async function timed(body: () => Promise<unknown>): Promise<{ wall: number; cpu: number }> {
  const wall = performance.now(), own = process.cpuUsage(), theirs = childrenCpu();
  await body();
  const used = process.cpuUsage(own);
  return { wall: performance.now() - wall, cpu: (used.user + used.system) / 1000 + childrenCpu() - theirs };
}
const median = (xs: readonly number[]): number => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)] ?? 0;
const round = (x: number, digits = 2): string => x.toFixed(digits);

async function size(n: number): Promise<Figure[]> {
  const workspace = opened(await makeWorkspace(n, 1));
  const engine = await open(workspace);
  const imported = await timed(() => importSources(workspace, engine));
  const parquet = join(workspace.dir, 'data/parquet');
  mkdirSync(parquet, { recursive: true });
  await exportFacts(workspace, engine, parquet);
  const floorDb = await DuckDBInstance.create(':memory:', { threads: '2' });
  const floorAt = await floorDb.connect();
  const file = readdirSync(parquet).find((f) => f.includes('deal')) ?? '';
  const scan = `SELECT sum(length(date)), sum(length(owner)), sum(length(stage)), sum(amount_minor) FROM read_parquet('${join(parquet, file)}')`;
  const runs: { wall: number; cpu: number }[] = [], floors: { wall: number; cpu: number }[] = [];
  for (let i = 0; i <= ROUNDS; i++) {
    const f = await timed(async () => { await floorAt.runAndReadAll(scan); });
    const r = await timed(async () => { if ((await calculate(engine, workspace.plans, workspace.kinds)).calculation === undefined) throw new Error('the plan did not run'); });
    // the first round warms up
    if (i > 0) { floors.push(f); runs.push(r); }
  }
  await engine.close();
  floorAt.closeSync();
  const shown = n.toLocaleString('en-US');
  const bytes = statSync(join(workspace.dir, 'data-in/deals.csv')).size / 1e6;
  rmSync(workspace.dir, { recursive: true });
  const cpu = median(runs.map((r, i) => r.cpu / (floors[i]?.cpu ?? 1))), wall = median(runs.map((r, i) => r.wall / (floors[i]?.wall ?? 1)));
  return [
    { what: `${shown} facts, one plan with marginal tiers: CPU ÷ scan floor`, goal: 'first figure', figure: `${round(cpu, 1)} (${round(median(runs.map((r) => r.cpu)), 0)} ms ÷ ${round(median(floors.map((f) => f.cpu)), 0)} ms)` },
    { what: `${shown} facts, the same: wall ÷ scan floor`, goal: 'first figure', figure: `${round(wall, 1)} (${round(median(runs.map((r) => r.wall)), 0)} ms ÷ ${round(median(floors.map((f) => f.wall)), 0)} ms)` },
    { what: `${shown} facts, import of CSV: CPU ÷ scan floor`, goal: 'first figure', figure: `${round(imported.cpu / median(floors.map((f) => f.cpu)), 0)} (${round(imported.cpu / 1000, 1)} s; ${round(bytes / (imported.wall / 1000), 0)} MB/s, ${round(n / imported.wall * 1000, 0)} rows/s)` },
  ];
}

async function manyPlans(n: number): Promise<Figure> {
  const cpu: number[][] = [];
  for (const plans of [1, 40]) {
    const workspace = opened(await makeWorkspace(n, plans));
    const engine = await open(workspace);
    await importSources(workspace, engine);
    const each: number[] = [];
    for (let i = 0; i <= ROUNDS; i++) { const r = await timed(() => calculate(engine, workspace.plans, workspace.kinds)); if (i > 0) each.push(r.cpu); }
    cpu.push(each);
    await engine.close();
    rmSync(workspace.dir, { recursive: true });
  }
  return { what: `${n.toLocaleString('en-US')} facts: 40 plans ÷ 1 plan, CPU`, goal: '≤ 1.15 (a later issue)', figure: round(median(cpu[1] ?? []) / median(cpu[0] ?? [])) };
}

async function startToResult(): Promise<Figure[]> {
  const dir = await makeWorkspace(10_000, 1);
  const node = process.execPath, cli = join(ROOT, 'bin/trueup.mjs');
  spawnSync(node, [cli, 'import', '--workspace', dir], { stdio: 'ignore' });
  const bare: number[] = [], preview: number[] = [];
  for (let i = 0; i <= ROUNDS; i++) {
    const a = performance.now();
    spawnSync(node, ['-e', '0']);
    const b = performance.now();
    const out = spawnSync(node, [cli, 'preview', '--workspace', dir, '--json'], { encoding: 'utf8' });
    const c = performance.now();
    if (out.status !== 0) throw new Error(out.stderr);
    if (i > 0) { bare.push(b - a); preview.push(c - b); }
  }
  rmSync(dir, { recursive: true });
  return [
    { what: '10,000 facts, start of the process to the result (`trueup preview`)', goal: '≤ 0.5 s', figure: `${round(median(preview) / 1000)} s` },
    { what: 'the same ÷ starting Node with nothing to do', goal: 'first figure', figure: `${round(median(preview) / median(bare), 1)}` },
  ];
}

function packages(): Figure[] {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, { dev?: boolean; optional?: boolean }> };
  const installed = Object.entries(lock.packages).filter(([name]) => name !== '');
  const runtime = installed.filter(([, p]) => p.dev !== true && p.optional !== true).length;
  const mb = Number.parseInt(execFileSync('du', ['-sm', join(ROOT, 'node_modules')], { encoding: 'utf8' }), 10);
  const here = readdirSync(join(ROOT, 'node_modules')).length;
  return [
    { what: 'packages in the lockfile (needed at run time, without those of other platforms)', goal: 'few', figure: `${installed.length} (${runtime})` },
    { what: 'size of node_modules, the runtime and the engine among it', goal: 'first figure', figure: `${mb} MB in ${here} folders` },
  ];
}

const figures = [...await size(EVENTS), await manyPlans(Math.min(EVENTS, 200_000)), ...await startToResult(), ...packages()];
const table = ['| what | goal | figure |', '|---|---|---|', ...figures.map((f) => `| ${f.what} | ${f.goal} | ${f.figure} |`)].join('\n');
console.log(table);
const page = join(ROOT, 'bench/README.md'), marker = '<!-- figures -->';
const text = readFileSync(page, 'utf8');
writeFileSync(page, `${text.slice(0, text.indexOf(marker) + marker.length)}\n\n${table}\n`);
