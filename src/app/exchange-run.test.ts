/** Rates from a file, through a run: what has none is rejected by name, and the rest is paid. */
import { expect, test } from 'vitest';
import { importSources } from './import.ts';
import { FILES, withCompany } from './run.fixture.ts';
import { openWorkspace } from './workspace-files.ts';

const HEAVY = { timeout: 60_000 };
const RATES = 'code,day,until,usd\nEUR,2026-01-01,,1.1\nEUR,2026-02-01,2026-03-01,1.2\n';
const MONEY = {
  'facts/acme.yaml': `${FILES['facts/acme.yaml'] ?? ''}  currency: { fields: { usd: number } }\n`,
  'sources/acme.yaml': `${FILES['sources/acme.yaml'] ?? ''}  rates: { file: in/rates.csv, into: currency, id: code, fields: { usd: usd, from: day, to: until } }\n`,
  'plans/reps.yaml': (FILES['plans/reps.yaml'] ?? '').replace('components:', 'exchange: { rate: currency.usd }\ncomponents:'),
  'in/rates.csv': RATES,
  'in/deals.csv': 'id,closed,owner,account,stage,amount,currency\nd1,2026-01-10,ann,acme,Won,1000.00,EUR\nd2,2026-02-28,ann,bolt,Won,1000.00,EUR\nd3,2026-03-01,ann,bolt,Won,500.00,EUR\nd4,2026-03-15,ann,bolt,Won,500.00,EUR\nd5,2026-03-16,ann,bolt,Lost,500.00,EUR\nd6,2026-03-17,bob,bolt,Won,10.00,CHF\n',
};

test('facts with a rate are paid; those without are named with days and an example, and are paid once their rate is imported', HEAVY, () => withCompany(async (company) => {
  await company.importAll();
  const { value: preview, diagnostics } = await company.preview();
  const paid = (rows: typeof preview): (readonly [string, string, bigint])[] => (rows?.rows ?? []).filter((r) => r.component === 'commission' && r.now !== 0n).map((r) => [r.payee, r.period, r.now] as const);
  expect(paid(preview)).toEqual([['ann', '2026-Q1', 11_500n]]);
  expect(diagnostics.filter((d) => d.code === 'run.no_rate').map((d) => [d.severity, d.file, d.message])).toEqual([
    ['warning', 'plans/reps.yaml', '1 deal fact in CHF on 2026-03-17 has no rate in plan reps, so it does not count: "d6".'],
    ['warning', 'plans/reps.yaml', '2 deal facts in EUR between 2026-03-01 and 2026-03-15 have no rate in plan reps, so they do not count: "d3" is one of them.'],
  ]);
  // the other plan converts nothing
  expect(diagnostics.filter((d) => d.code === 'run.other_currency').map((d) => d.message)).toContain('4 deal facts in EUR do not count in plan leaders, which is in USD.');
  company.write('in/rates.csv', `${RATES}EUR,2026-03-01,,1.3\nCHF,2026-03-01,,1.15\n`);
  await company.importAll();
  const later = await company.preview();
  expect(paid(later.value)).toEqual([['ann', '2026-Q1', 18_000n], ['bob', '2026-Q1', 58n]]);
  expect(later.diagnostics.filter((d) => d.code === 'run.no_rate')).toEqual([]);
}, MONEY));

test('a rate of 0 or below goes to quarantine; the last good one is not taken in its place where it has ended', HEAVY, () => withCompany(async (company) => {
  company.write('in/rates.csv', `${RATES}EUR,2026-03-01,,0\nCHF,2026-03-01,,-1.15\n`);
  const { workspace } = openWorkspace(company.dir);
  if (workspace === undefined) throw new Error('the workspace can be read');
  const report = await company.withStore((engine) => importSources(workspace, engine));
  expect(report.files.flatMap((f) => f.reasons).map((r) => [r.code, r.examples.map((e) => e.message)])).toEqual([['row.bad_rate', ['"0" is no rate of exchange: a rate is above 0.', '"-1.15" is no rate of exchange: a rate is above 0.']]]);
  const { diagnostics } = await company.preview();
  expect(diagnostics.filter((d) => d.code === 'run.no_rate')).toHaveLength(2);
}, MONEY));

test('facts without a rate are named whatever measure would count them', HEAVY, async () => {
  const deals = 'measure: { sum: amount, from: deal, where: stage = "Won" }, rate: 5%';
  const ways = ['max: amount, from: deal', 'last: amount, from: deal', 'average: amount, from: deal', 'sum: amount, from: deal, limits: { most: { at_most: 400, per: account } }', 'sum: amount, from: deal, for: company', 'max: amount, from: deal, for: company'];
  for (const way of ways) {
    const plan = (MONEY['plans/reps.yaml']).replace(deals, `measure: { ${way}, where: stage = "Won" }, rate: 5%`).replace(/^ {2}gold: .*\n/m, '');
    expect(plan).toContain(way);
    await withCompany(async (company) => {
      await company.importAll();
      const { diagnostics } = await company.preview();
      expect(diagnostics.filter((d) => d.code === 'run.no_rate').map((d) => d.message), way).toEqual([
        '1 deal fact in CHF on 2026-03-17 has no rate in plan reps, so it does not count: "d6".',
        '2 deal facts in EUR between 2026-03-01 and 2026-03-15 have no rate in plan reps, so they do not count: "d3" is one of them.',
      ]);
    }, { ...MONEY, 'plans/reps.yaml': plan });
  }
});
