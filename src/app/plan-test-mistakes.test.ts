/** What is wrong in a file of tests is told; nothing in it is passed over, for a test that tests nothing looks like one that passes. */
import { expect, test } from 'vitest';
import { openMemory } from '../engine/memory.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { must } from '../value/diagnostic.ts';
import { runTestFile } from './plan-tests.ts';

const FILES: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n',
  'facts/f.yaml': 'facts: { deal: { fields: { owner: payee, amount: money, won: yes/no } }, account: { fields: { tier: number } }, pod: { fields: { size: number } } }\nsources: { accounts: { file: a.csv, into: account, id: id, fields: { tier: tier } } }\n',
  'plans/p.yaml': 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\npayees: role = "AE"\nterms: { quota: money a quarter = 100 }\ncomponents: { commission: { measure: { sum: amount, from: deal }, target: quota, rate: { marginal: { 0%: 5%, 100%: 8% } } } }\n',
};
const RIGHT = `plan: p
people: { ann: { role: AE, quota: 100 } }
entities: { account: { a1: { tier: 1 } } }
facts: { deal: [ { owner: ann, date: 2026-01-10, amount: 100, won: yes } ] }
expect: [ [ann, 2026-Q1, commission, 5] ]
`;

async function said(wrong: string, instead: string): Promise<readonly string[]> {
  expect(RIGHT).toContain(wrong);
  const { value: workspace } = readWorkspace('.', { list: (folder) => Object.keys(FILES).filter((f) => f.startsWith(`${folder}/`)), text: (path) => FILES[path] });
  const report = await runTestFile(must(workspace), 'tests/t.yaml', RIGHT.replace(wrong, instead), () => Promise.resolve(openMemory()));
  return [...report.diagnostics.map((d) => `${d.line}: ${d.message} ${d.hint}`), ...report.differences.map((d) => `${d.line}: ${d.figure} is ${d.got}`)];
}

test.each([
  ['plan: p', 'plan: p', []],
  ['facts:', 'fact:', ['4: `fact` is not a part of a test. Did you mean `facts`?']],
  ['expect: [ [ann, 2026-Q1, commission, 5] ]', '', ['1: The test expects nothing, so it can never differ. Add `expect: [ [PAYEE, 2026-Q1, earned, 1_000] ]`.']],
  ['role: AE', 'rol: AE', ['2: `person` has no field `rol`. Did you mean `role`?']],
  ['tier: 1', 'teir: 1', ['3: `account` has no field `teir`. Did you mean `tier`?']],
  ['account: { a1: { tier: 1 } }', 'deal: { d1: { amount: 1 } }', ['3: Rows of `deal` are facts, which have a date, because no source makes them a list. Write a source into `deal` that has no `date`: `{ file: data-in/deal.csv, into: deal, id: id, fields: { … } }`. If they do have a date, put them under `facts`.']],
  ['deal: [', 'account: [', ['4: Rows of `account` have no date: they are a list that facts refer to. Write them under `entities`: `entities: { account: { … } }`.']],
  ['amount: 100', 'amount: $100', ['4: `$100` cannot be read as money. Write 50_000 or 1_234.50, without a currency sign.']],
  ['won: yes', 'won: maybe', ['4: `maybe` cannot be read as yes or no. Write yes or no.']],
  ['[ann,', '[anne,', ['5: There is no payee `anne` here. Did you mean `ann`?']],
  ['2026-Q1', 'Q1', ['5: There is no period `Q1` here. There are `2026-Q1`, `2026-Q2`, `2026-Q3` and `2026-Q4`.']],
  ['commission, 5', 'comission, 5', ['5: There is no figure `comission` here. Did you mean `commission`?']],
  ['role: AE', 'role: AM', ['5: commission is nothing: no such figure, or the payee is not on the plan then']],
  ['commission, 5', 'commission, five', ['5: commission is the expected value is none of: a number, a date, `no value`']],
] as const)('%s → %s', async (wrong, instead, says) => {
  expect(await said(wrong, instead)).toEqual(says);
});
