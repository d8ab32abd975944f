/** Facts that count for nobody, or not in this plan, are counted with the reason. */
import { expect, test } from 'vitest';
import { withCompany } from './run.fixture.ts';

const HEAVY = { timeout: 60_000 };
const SOURCES = `sources:
  people: { file: in/people.csv, into: person, id: id, fields: { from: since, role: role, manager: manager, left: left, quota: quota } }
  deals: { file: in/deals.csv, into: deal, id: id, date: closed, fields: { owner: owner, second: second, stage: stage, amount: amount, currency: currency } }
`;
const FACTS = 'facts: { deal: { fields: { owner: payee, second: payee, stage: text, amount: money, currency: text } } }\n';
const PEOPLE = `id,since,role,manager,left,quota
ann,,AE,mo,2026-03-01,
bob,,AE,mo,,
mo,,Manager,,,0
zoe,,Finance,,,
sam,,Finance,mo,,
`;
const HEAD = 'id,closed,owner,second,stage,amount,currency\n';
const REPS = (credits: string): string => `plan: reps
effective: 2026-01-01 / 2026-07-01
payees: role = "AE"
${credits}components:
  commission: { measure: { sum: amount, from: deal, where: stage = "Won" }, rate: 5% }
`;

test('[B2] every fact that some measure counts is credited, or is told with its reason', HEAVY, () => withCompany(async (company) => {
  await company.importAll();
  const preview = (await company.preview()).value;
  expect(preview?.uncredited).toEqual([
    { kind: 'deal', why: 'no_payee', payee: null, facts: 1 },
    { kind: 'deal', why: 'no_plan', payee: 'zoe', facts: 2 },
    { kind: 'deal', why: 'no_rule', payee: 'bob', facts: 1 },
    { kind: 'deal', why: 'not_here', payee: 'ann', facts: 1 },
  ]);
}, {
  'facts/acme.yaml': FACTS, 'sources/acme.yaml': SOURCES, 'in/people.csv': PEOPLE,
  'plans/reps.yaml': REPS('credits: { sold: { from: deal, to: [owner, second], where: amount > 10 } }\n'),
  'plans/leaders.yaml': `plan: leaders
effective: 2026-01-01 / 2026-07-01
payees: role = "Manager"
credits: { team: { from: deal, to: [owner, second], where: amount > 10, up: manager } }
components:
  override: { measure: { sum: amount, from: deal, where: stage = "Won" }, rate: 1% }
`,
  'in/deals.csv': `${HEAD}counts,2026-01-10,bob,,Won,100.00,USD
one of two,2026-01-11,zoe,bob,Won,100.00,USD
for his manager,2026-01-12,sam,,Won,100.00,USD
nobody,2026-01-13,,,Won,100.00,USD
no plan,2026-01-14,zoe,,Won,100.00,USD
no plan again,2026-01-15,zoe,zoe,Won,100.00,USD
gone,2026-03-01,ann,,Won,100.00,USD
last day,2026-02-28,ann,,Won,100.00,USD
too small,2026-01-16,bob,,Won,10.00,USD
no measure,2026-01-17,,,Lost,100.00,USD
before all plans,2025-12-31,,,Won,100.00,USD
after all plans,2026-07-01,zoe,,Won,100.00,USD
`,
}));

test('facts in another currency than the plan are counted and warned of, by kind, currency and plan; never added', HEAVY, () => withCompany(async (company) => {
  await company.importAll();
  const { value: preview, diagnostics } = await company.preview();
  expect(preview?.otherCurrencies.map(({ from: _, to: __, example: ___, converts: ____, ...o }) => o)).toEqual([
    { kind: 'deal', currency: 'EUR', plan: 'euro', planCurrency: 'JPY', facts: 1 },
    { kind: 'deal', currency: 'USD', plan: 'euro', planCurrency: 'JPY', facts: 1 },
    { kind: 'deal', currency: 'EUR', plan: 'reps', planCurrency: 'USD', facts: 3 },
    { kind: 'deal', currency: 'GBP', plan: 'reps', planCurrency: 'USD', facts: 1 },
  ]);
  expect(diagnostics.map((d) => [d.code, d.severity, d.file, d.message])).toContainEqual(
    ['run.other_currency', 'warning', 'plans/reps.yaml', '3 deal facts in EUR do not count in plan reps, which is in USD.']);
  expect(diagnostics).toContainEqual(expect.objectContaining({ message: '1 deal fact in GBP does not count in plan reps, which is in USD.' }));
  expect(preview?.rows.filter((r) => r.now !== 0n).map((r) => [r.payee, r.component, r.now])).toEqual([['bob', 'commission', 500n]]);
}, {
  'facts/acme.yaml': FACTS, 'sources/acme.yaml': SOURCES, 'in/people.csv': PEOPLE,
  // two versions, one plan: its facts are told together
  'plans/reps.yaml': REPS('').replace('2026-07-01', '2026-04-01'),
  'plans/reps-later.yaml': 'plan: reps\namends: 2026-01-01\neffective: 2026-04-01 / 2026-07-01\ncomponents: { commission: { rate: 6% } }\n',
  'plans/leaders.yaml': 'plan: euro\neffective: 2026-01-01 / 2026-07-01\ncurrency: JPY\npayees: role = "Finance"\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 1% } }\n',
  'in/deals.csv': `${HEAD}d1,2026-01-10,bob,,Won,100.00,USD
d2,2026-01-10,bob,,Won,100.00,EUR
d3,2026-02-10,ann,,Won,100.00,EUR
d4,2026-05-10,bob,,Won,100.00,EUR
d5,2026-05-10,bob,,Won,100.00,GBP
lost,2026-01-10,bob,,Lost,100.00,EUR
gone,2026-05-10,ann,,Won,100.00,EUR
other plan,2026-05-10,zoe,,Won,100.00,EUR
other plan 2,2026-05-10,zoe,,Lost,100.00,USD
`,
}));
