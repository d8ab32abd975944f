import { expect, test } from 'vitest';
import { calculate, type Calculation } from './calculate.ts';
import { exportEarnings } from './export-earnings.ts';
import { type Company, withCompany } from './run.fixture.ts';
import { openWorkspace } from './workspace-files.ts';

const HEAVY = { timeout: 60_000 };

async function exported(company: Company): Promise<string[]> {
  await company.importAll();
  const { workspace } = openWorkspace(company.dir);
  return company.withStore(async (engine) => {
    const { calculation, diagnostics } = await calculate(engine, workspace?.plans ?? [], workspace?.kinds ?? []);
    expect(diagnostics).toEqual([]);
    let text = '';
    for await (const piece of exportEarnings(calculation as Calculation, engine)) text += piece;
    return text.split('\n');
  });
}

test('every payee, component and period has a row, zeros included, sorted, in currency units after the cap', HEAVY, () => withCompany(async (company) => {
  company.edit('plans/reps.yaml', 'components:', 'cap: 200\ncomponents:');
  company.edit('in/deals.csv', 'd2,', 'back,2026-05-12,ann,bolt,Won,-10.10,USD\nd2,');
  expect(await exported(company)).toEqual([
    'plan,component,payee,period,amount,currency',
    'leaders,club,kim,2026-Q1,0.00,USD', 'leaders,club,kim,2026-Q2,0.00,USD', 'leaders,club,mo,2026-Q1,0.00,USD', 'leaders,club,mo,2026-Q2,0.00,USD',
    'leaders,override,kim,2026-Q1,0.00,USD', 'leaders,override,kim,2026-Q2,0.00,USD', 'leaders,override,mo,2026-Q1,30.00,USD', 'leaders,override,mo,2026-Q2,4.90,USD',
    'reps,commission,ann,2026-Q1,120.00,USD', 'reps,commission,ann,2026-Q2,-0.51,USD', 'reps,commission,bob,2026-Q1,0.00,USD', 'reps,commission,bob,2026-Q2,25.00,USD',
    'reps,gold,ann,2026-Q1,80.00,USD', 'reps,gold,ann,2026-Q2,0.00,USD', 'reps,gold,bob,2026-Q1,0.00,USD', 'reps,gold,bob,2026-Q2,0.00,USD',
    '',
  ]);
}));

test('names are quoted, and no spreadsheet runs them; amounts stay numbers; periods are labels; yen have no decimals', HEAVY, () => withCompany(async (company) => {
  expect(await exported(company)).toEqual([
    'plan,component,payee,period,amount,currency',
    'yen,year,"""Q"" Doe",2026,0,JPY', "yen,year,'+1 Ann,2026,-51,JPY", "yen,year,'-Bo,2026,0,JPY", "yen,year,'=cmd|' /C calc'!A0,2026,0,JPY",
    "yen,year,'@Cy,2026,0,JPY", 'yen,year,"Doe, Jo",2026,1234,JPY', 'yen,year,ﬁ,2026,0,JPY', 'yen,year,𝒜nn,2026,0,JPY', '',
  ]);
}, {
  'plans/reps.yaml': 'plan: yen\neffective: 2026-01-01 / 2027-01-01\ncurrency: JPY\nperiod: year\npayees: role = "AE"\ncomponents: { year: { measure: { sum: amount, from: deal }, rate: 10% } }\n',
  'plans/leaders.yaml': '',
  'in/people.csv': `id,since,role,manager,quota\n"""Q"" Doe",,AE,,\n=cmd|' /C calc'!A0,,AE,,\n+1 Ann,,AE,,\n-Bo,,AE,,\n@Cy,,AE,,\n"Doe, Jo",,AE,,\n𝒜nn,,AE,,\nﬁ,,AE,,\n`,
  'in/deals.csv': 'id,closed,owner,account,stage,amount,currency\nd1,2026-01-10,"Doe, Jo",acme,Won,12344,JPY\nd2,2026-01-10,+1 Ann,acme,Won,-505,JPY\n',
}));

test('half-years, months and weeks are written as their labels', HEAVY, () => withCompany(async (company) => {
  const labels = new Set((await exported(company)).slice(1, -1).map((line) => line.split(',').slice(1, 4).join(' ')));
  expect([...labels]).toEqual(['h bob 2026-H1', 'm bob 2026-01', 'm bob 2026-02', ...['01', '02', '03', '04', '05', '06', '07', '08', '09'].map((n) => `w bob 2026-W${n}`)]);
}, {
  'plans/reps.yaml': `plan: reps\neffective: 2026-01-01 / 2026-03-01\npayees: id = "bob"\ncomponents:\n${['half', 'month', 'week'].map((p) => `  ${p[0]}: { period: ${p}, measure: { sum: amount, from: deal }, rate: 10% }\n`).join('')}`,
  'plans/leaders.yaml': '',
}));
