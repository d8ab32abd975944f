/** Preview and apply over real files, a real store and a real book. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trialBalance } from '../ledger/store.ts';
import type { Workspace } from '../plan/plan.ts';
import type { Outcome } from '../value/diagnostic.ts';
import { AT, companyIn, type Company, FILES, withCompany } from './run.fixture.ts';
import { type Applied, applyRun, type Preview } from './run.ts';
import { openWorkspace } from './workspace-files.ts';

const HEAVY = { timeout: 60_000 };

/** `payee component period difference reasons`, where something differs */
function differences(preview: Preview | undefined): string[] {
  return (preview?.rows ?? []).filter((r) => r.difference !== 0n)
    .map((r) => `${r.payee} ${r.component} ${r.period} ${r.difference} ${r.reasons.map((x) => `${x.kind}:${x.count}`).join(' ')}`);
}
function value<T>(outcome: Outcome<T>): T {
  expect(outcome.diagnostics).toEqual([]);
  return outcome.value as T;
}
async function applied(company: Company): Promise<Applied> {
  await company.importAll();
  return value(await company.apply());
}

test('[D8] applying twice posts nothing the second time, and the preview said what apply would do', HEAVY, () => withCompany(async (company) => {
  await company.importAll();
  const preview = value(await company.preview());
  expect(differences(preview)).toEqual([
    'mo override 2026-Q1 3000 first:1', 'mo override 2026-Q2 500 first:1',
    'ann commission 2026-Q1 15000 first:1', 'bob commission 2026-Q2 2500 first:1', 'ann gold 2026-Q1 10000 first:1',
  ]);
  expect(preview.reasons).toEqual([{ kind: 'first', differences: 5 }]);
  const first = value(await company.apply());
  expect(first.preview).toEqual(preview);
  expect(first.recorded).toMatchObject({ written: true, entryCount: 5, run: { importCut: 3n } });
  const second = value(await company.apply());
  expect(second.recorded).toMatchObject({ written: false, entryCount: 0, run: { runId: first.recorded.run.runId } });
  expect(differences(second.preview)).toEqual([]);
  expect(second.preview.rows.map((r) => [r.now, r.posted]).every(([now, posted]) => now === posted)).toBe(true);
}));

test('[C20] a preview leaves the book and the store as they are, byte by byte', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  company.edit('in/deals.csv', '1000.00', '1400.00');
  await company.importAll();
  const bytes = (): Buffer[] => ['facts.duckdb', 'book.sqlite'].map((name) => readFileSync(join(company.dir, 'data', name)));
  await company.close();
  const before = bytes();
  expect(differences(value(await company.preview())).length).toBe(2);
  expect(differences(value(await company.preview())).length).toBe(2);
  await company.close();
  for (const [i, now] of bytes().entries()) expect(now.equals(before[i] as Buffer)).toBe(true);
}));

test('[D8] a changed fact posts only its difference, for the payee and for whoever is above, and says so', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  company.edit('in/deals.csv', 'd1,2026-01-10,ann,acme,Won,1000.00', 'd1,2026-01-10,ann,acme,Won,1400.00');
  const { preview, recorded } = await applied(company);
  expect(differences(preview)).toEqual(['mo override 2026-Q1 400 facts_changed:1', 'ann commission 2026-Q1 2000 facts_changed:1']);
  expect(recorded.entryCount).toBe(2);
  expect(preview.learned).toEqual({ added: 0, changed: 1 });
  await company.withStore(async (_engine, book) => {
    expect(await trialBalance(book)).toEqual([
      { account: 'expense:commission', currency: 'USD', amountMinor: 33400n }, { account: 'payable:ann', currency: 'USD', amountMinor: -27000n },
      { account: 'payable:bob', currency: 'USD', amountMinor: -2500n }, { account: 'payable:mo', currency: 'USD', amountMinor: -3900n },
    ]);
  });
}));

test('a deal that goes to another owner is a reason for both; a new one is counted apart', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  company.edit('in/deals.csv', 'd2,2026-02-10,ann', 'd2,2026-02-10,bob');
  company.edit('in/deals.csv', 'd3,', 'd9,2026-02-11,bob,acme,Won,100.00,USD\nd3,');
  const { preview } = await applied(company);
  expect(differences(preview)).toEqual([
    'mo override 2026-Q1 100 facts_new:1 facts_changed:1',
    'ann commission 2026-Q1 -10000 facts_changed:1', 'bob commission 2026-Q1 10500 first:1 facts_new:1 facts_changed:1', 'bob gold 2026-Q1 10000 first:1 facts_new:1 facts_changed:1',
  ]);
  expect(preview.learned).toEqual({ added: 1, changed: 1 });
  expect(preview.reasons).toEqual([{ kind: 'first', differences: 2 }, { kind: 'facts_new', differences: 3 }, { kind: 'facts_changed', differences: 4 }]);
}));

test('a deal that moves to another quarter is a reason in both', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  company.edit('in/deals.csv', 'd3,2026-05-10', 'd3,2026-03-10');
  expect(differences((await applied(company)).preview)).toEqual([
    'mo override 2026-Q1 500 facts_changed:1', 'mo override 2026-Q2 -500 facts_changed:1',
    'bob commission 2026-Q1 2500 first:1 facts_changed:1', 'bob commission 2026-Q2 -2500 facts_changed:1',
  ]);
}));

test('[D8] changed there and back between two runs is no difference; there, apply, and back posts the way back', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  company.edit('in/deals.csv', '1000.00', '1400.00');
  await company.importAll();
  company.edit('in/deals.csv', '1400.00', '1000.00');
  const { preview, recorded } = await applied(company);
  expect(differences(preview)).toEqual([]);
  // the facts that it saw are others: that is worth a run, without entries
  expect(recorded).toMatchObject({ written: true, entryCount: 0 });
  company.edit('in/deals.csv', '1000.00', '1400.00');
  expect((await applied(company)).recorded.entryCount).toBe(2);
  company.edit('in/deals.csv', '1400.00', '1000.00');
  expect(differences((await applied(company)).preview)).toEqual(['mo override 2026-Q1 -400 facts_changed:1', 'ann commission 2026-Q1 -2000 facts_changed:1']);
}));

test('a changed rate posts the difference, and only the changed plan is the reason; a changed title is none', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  company.edit('plans/leaders.yaml', 'plan: leaders', 'plan: leaders\ntitle: Those who lead');
  expect(value(await company.apply()).recorded.written).toBe(false);
  company.edit('plans/reps.yaml', 'rate: 5%', 'rate: 6%');
  const { preview, recorded } = value(await company.apply());
  expect(differences(preview)).toEqual(['ann commission 2026-Q1 3000 plan_changed:1', 'bob commission 2026-Q2 500 plan_changed:1']);
  expect(recorded.entryCount).toBe(2);
  expect(preview.totals.filter((t) => t.plan === 'reps').map((t) => [t.period, t.now, t.posted, t.difference, t.payees, t.differences])).toEqual([
    ['2026-Q1', 28000n, 25000n, 3000n, 2, 1], ['2026-Q2', 3000n, 2500n, 500n, 2, 1],
  ]);
}));

test('[D8] what a payee earned is taken back when he is not on the plan any more', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  company.edit('in/people.csv', 'bob,,AE', 'bob,,Finance');
  const { preview } = await applied(company);
  expect(differences(preview)).toEqual(['bob commission 2026-Q2 -2500 no_longer_earned:1 people_changed:1']);
  // his manager still leads him
  expect(preview.rows.find((r) => r.payee === 'mo' && r.period === '2026-Q2' && r.component === 'override')).toMatchObject({ now: 500n, difference: 0n });
  expect(differences(value(await company.apply()).preview)).toEqual([]);
}));

test('another manager is a reason for the one before and the one after; another tier of an account for whoever sold to it', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  company.edit('in/people.csv', 'bob,,AE,mo', 'bob,,AE,kim');
  company.edit('in/accounts.csv', 'bolt,silver', 'bolt,gold');
  expect(differences((await applied(company)).preview)).toEqual([
    'kim override 2026-Q2 500 first:1 people_changed:1', 'mo override 2026-Q2 -500 people_changed:1',
    'ann gold 2026-Q1 10000 references_changed:1', 'bob gold 2026-Q2 10000 first:1 references_changed:1 people_changed:1',
  ]);
}));

test('under the cap of a plan a fact of one component is a reason for the others', HEAVY, () => withCompany(async (company) => {
  company.edit('plans/reps.yaml', 'components:', 'cap: 200\ncomponents:');
  await applied(company);
  // no deal with gold more: the amount alone changes how 200.00 are shared out
  company.edit('in/deals.csv', 'd1,2026-01-10,ann,acme,Won,1000.00', 'd1,2026-01-10,ann,acme,Won,9000.00');
  expect(differences((await applied(company)).preview).filter((d) => d.startsWith('ann'))).toEqual([
    'ann commission 2026-Q1 4923 facts_changed:1', 'ann gold 2026-Q1 -4923 facts_changed:1',
  ]);
}));

test('two versions of a plan in one quarter are one amount; a change of the later is no reason in earlier periods', HEAVY, () => withCompany(async (company) => {
  company.edit('plans/reps.yaml', '2026-07-01', '2026-02-01');
  company.write('plans/reps-later.yaml', 'plan: reps\namends: 2026-01-01\neffective: 2026-02-01 / 2026-07-01\ncomponents: { commission: { rate: 10% } }\n');
  const { preview } = await applied(company);
  expect(differences(preview)).toContain('ann commission 2026-Q1 25000 first:1');
  expect(preview.run.plans.map((p) => p.plan)).toEqual(['leaders@2026-01-01', 'reps@2026-01-01', 'reps@2026-02-01']);
  company.edit('plans/reps-later.yaml', '10%', '20%');
  company.edit('in/deals.csv', 'd1,2026-01-10,ann,acme,Won,1000.00', 'd1,2026-01-10,ann,acme,Won,1400.00');
  company.edit('in/deals.csv', 'd3,2026-05-10,bob,bolt,Won', 'd3,2026-05-10,bob,bolt,Lost');
  expect(differences((await applied(company)).preview).filter((d) => d.includes('commission'))).toEqual([
    'ann commission 2026-Q1 22000 plan_changed:1 facts_changed:1', 'bob commission 2026-Q2 -5000 plan_changed:1 facts_changed:1',
  ]);
}));

test('a plan with an error stops the run: what it paid is not taken back', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  company.edit('plans/reps.yaml', 'rate: 5%', 'rite: 5%');
  const refused = await company.apply();
  expect(refused.value).toBeUndefined();
  expect(refused.diagnostics.some((d) => d.severity === 'error' && d.file === 'plans/reps.yaml')).toBe(true);
}));

test('without plans or facts there is a plain answer', HEAVY, () => withCompany(async (company) => {
  expect((await company.preview()).diagnostics).toMatchObject([{ code: 'run.no_facts', severity: 'error', hint: 'Run `trueup import`: it reads the files that the sources name.' }]);
  company.write('plans/reps.yaml', '');
  company.write('plans/leaders.yaml', '');
  expect((await company.preview()).diagnostics).toContainEqual(expect.objectContaining({ code: 'run.no_plans', severity: 'error' }));
}));

test('a store that was made anew is told apart from changes', HEAVY, () => withCompany(async (company) => {
  await applied(company);
  await company.close();
  for (const name of ['facts.duckdb', 'inbox']) rmSync(join(company.dir, 'data', name), { recursive: true });
  company.edit('in/deals.csv', '1000.00', '1400.00');
  await company.importAll();
  const { value: preview, diagnostics } = await company.preview();
  expect(differences(preview)).toEqual(['mo override 2026-Q1 400 store_replaced:1', 'ann commission 2026-Q1 2000 store_replaced:1']);
  expect(diagnostics).toMatchObject([{ code: 'run.store_replaced', severity: 'warning', message: '2 differences come from no change of plans, facts, people or engine since the run of 2026-04-01T12:00:00.000Z: the store of facts is another one than that run saw.' }]);
}));

test('what is held says why, and who earns nothing is listed', HEAVY, () => withCompany(async (company) => {
  await company.importAll();
  const preview = value(await company.preview());
  expect(preview.held).toEqual(['2026-Q1', '2026-Q2'].map((period) => ({ plan: 'leaders', component: 'club', payee: 'kim', period, why: 'no_target' })));
  expect(preview.withoutEarning).toEqual([{ plan: 'leaders', payee: 'kim' }]);
  expect(preview.rows.filter((r) => r.payee === 'kim').length).toBe(4);
}));

test('a run that is cancelled records nothing, and says so', HEAVY, () => withCompany(async (company) => {
  await company.importAll();
  const { workspace, diagnostics: found } = openWorkspace(company.dir);
  await company.withStore(async (engine, book) => {
    const outcome = await applyRun(workspace as Workspace, engine, book, { at: AT, found, onProgress: ({ step }) => { if (step === 'cube') void engine.cancel(); } });
    expect(outcome).toMatchObject({ value: undefined, diagnostics: [{ code: 'engine.cancelled', severity: 'error' }] });
    expect(await book.all('SELECT * FROM run')).toEqual([]);
  });
}));

/** A process that applies and kills itself at a step of the transaction. */
const CHILD = `
import { companyIn } from ${JSON.stringify(new URL('./run.fixture.ts', import.meta.url).href)};
import { applyRun } from ${JSON.stringify(new URL('./run.ts', import.meta.url).href)};
import { openWorkspace } from ${JSON.stringify(new URL('./workspace-files.ts', import.meta.url).href)};
import { interruptedAt } from ${JSON.stringify(new URL('../ledger/ledger.fixture.ts', import.meta.url).href)};
const [dir, step] = process.argv.slice(1);
const { workspace } = openWorkspace(dir);
const company = companyIn(dir, {});
await company.withStore((engine, book) => applyRun(workspace, engine, interruptedAt(book, Number(step), () => process.kill(process.pid, 'SIGKILL')), { at: '2026-04-02T12:00:00.000Z', found: [] }));
`;

test.skipIf(process.platform === 'win32')('[L6] kill -9 during apply leaves all of the run or nothing, and the next try posts the rest', HEAVY, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'trueup-run-kill-'));
  try {
    const company = companyIn(dir, FILES);
    await company.importAll();
    await company.close();
    for (const step of [2, 6, 11]) {
      const signal = await new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, dir, String(step)], { stdio: ['ignore', 'inherit', 'inherit'] });
        child.on('error', reject);
        child.on('close', (_code, how) => resolve(how));
      });
      expect(signal).toBe('SIGKILL');
      await company.withStore(async (_engine, book) => {
        expect(await book.all('SELECT (SELECT count(*) FROM run) AS runs, (SELECT count(*) FROM entry) AS entries, (SELECT count(*) FROM posting) AS postings')).toEqual([{ runs: 0n, entries: 0n, postings: 0n }]);
      });
      await company.close();
    }
    expect(value(await company.apply()).recorded).toMatchObject({ written: true, entryCount: 5 });
    await company.close();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
