/** Why pay differs where what is counted is made of other facts: entries of states, and kinds that pick facts. */
import { expect, test } from 'vitest';
import { type Company, withCompany } from './run.fixture.ts';

const HEAVY = { timeout: 60_000 };
const FILES = {
  'facts/acme.yaml': `facts:
  account: { fields: { tier: text, lead: payee } }
  deal: { fields: { account: account, owner: payee, stage: text, amount: money, currency: text } }
  touch: { fields: { account: account } }
  first_deal: { from: deal, keep: first, per: account }
`,
  'sources/more.yaml': `sources:
  accounts: { file: in/accounts.csv, into: account, id: id, fields: { tier: tier, lead: lead } }
  touches: { file: in/touches.csv, into: touch, id: id, date: day, fields: { account: account } }
`,
  'sources/acme.yaml': `sources:
  people: { file: in/people.csv, into: person, id: id, fields: { from: since, role: role, manager: manager } }
  deals: { file: in/deals.csv, into: deal, id: id, date: closed, fields: { account: account, owner: owner, stage: stage, amount: amount, currency: currency } }
`,
  'plans/reps.yaml': `plan: reps
effective: 2026-01-01 / 2026-07-01
payees: role = "AE"
credits: { r: { from: warm, to: account.lead } }
states: { warm: { for: account, while: touches >= 2, lasting: 5 days } }
measures: { touches: { for: account, count: touch, look_back: 20 days } }
components:
  warm: { measure: { count: warm }, rate: 100 }
`,
  'plans/leaders.yaml': '',
  'in/accounts.csv': 'id,tier,lead\nacme,gold,ann\nbolt,silver,bob\n',
  'in/touches.csv': 'id,day,account\nt1,2026-01-05,acme\nt2,2026-01-08,acme\nt3,2026-01-05,bolt\n',
};
/** After the change, as a preview tells them: `ann 2026-Q1 100.00: facts_new 1`. */
async function reasons(company: Company, path: string, from: string, to: string): Promise<string[]> {
  await company.importAll();
  await company.apply();
  company.edit(path, from, to);
  await company.importAll();
  const { value, diagnostics } = await company.preview();
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  return value?.rows.filter((d) => d.difference !== 0n).map((d) => `${d.payee} ${d.period} ${d.reasons.map((r) => `${r.kind} ${r.count}`).join(', ')}`) ?? [];
}

test('an entry that a new fact brings', HEAVY, () => withCompany(async (company) => {
  expect(await reasons(company, 'in/touches.csv', 't3,2026-01-05,bolt\n', 't3,2026-01-05,bolt\nt4,2026-01-20,bolt\n')).toEqual(['bob 2026-Q1 first 1, facts_new 1']);
}, FILES));
test('an entry that a corrected fact takes away', HEAVY, () => withCompany(async (company) => {
  expect(await reasons(company, 'in/touches.csv', 't2,2026-01-08,acme', 't2,2026-03-08,acme')).toEqual(['ann 2026-Q1 facts_changed 1']);
}, FILES));
test('an entry that is somebody else\'s', HEAVY, () => withCompany(async (company) => {
  expect(await reasons(company, 'in/accounts.csv', 'acme,gold,ann', 'acme,gold,bob')).toEqual(['ann 2026-Q1 references_changed 1', 'bob 2026-Q1 first 1, references_changed 1']);
}, FILES));
test('a fact that is the first in place of another', HEAVY, () => withCompany(async (company) => {
  expect(await reasons(company, 'in/deals.csv', 'd1,2026-01-10,ann', 'd1,2026-05-10,ann')).toEqual(expect.arrayContaining(['ann 2026-Q1 facts_changed 1']));
}, { ...FILES, 'plans/reps.yaml': 'plan: reps\neffective: 2026-01-01 / 2026-07-01\npayees: role = "AE"\ncomponents:\n  firsts: { measure: { count: first_deal }, rate: 100 }\n' }));
