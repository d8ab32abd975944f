/** Figures that name nothing: each is told with what there is, and none is 0. */
import { expect, test } from 'vitest';
import { openMemory } from '../engine/memory.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { runTestFile } from './plan-tests.ts';

const FILES: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n',
  'facts/f.yaml': 'facts: { deal: { fields: { owner: payee, amount: money, pod: pod } }, pod: { fields: { size: number } } }\nsources: { p: { file: p.csv, into: pod, id: id, fields: { size: size } } }\n',
  'plans/p.yaml': `plan: p
effective: 2026-01-01 / 2027-01-01
period: quarter
terms: { quota: money a year = 400 }
credits: { shared: { from: deal, to: owner } }
measures: { won: { sum: amount, from: deal }, pod_won: { for: pod, sum: amount, from: deal } }
components:
  commission: { measure: won, target: quota, rate: 10%, release: { half: { share: 50% }, rest: { share: 50% } } }
  group: { components: { single: { measure: won, rate: 1% } } }
  monthly: { measure: won, period: month, rate: 1% }
`,
};

async function said(figures: readonly string[]): Promise<readonly string[]> {
  const { value: workspace, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(FILES).filter((f) => f.startsWith(`${folder}/`)), text: (path) => FILES[path] });
  if (workspace === undefined || workspace.plans.length === 0) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const report = await runTestFile(workspace, 'tests/t.yaml', `plan: p
people: { annabel: {}, bob: {} }
entities: { pod: { north: { size: 1 } } }
facts: { deal: [ { id: d1.1, owner: annabel, date: 2026-02-01, amount: 100, pod: north }, { id: other, owner: annabel, date: 2026-02-01, amount: 50 } ] }
expect:
${figures.map((f) => `  - [${f}]`).join('\n')}
`, () => Promise.resolve(openMemory()));
  expect(report.figures).toBe(figures.length);
  return [...report.diagnostics.map((d) => `${d.line}: ${d.message} ${d.hint}`), ...report.differences.map((d) => `${d.line}: ${d.got}`)];
}

test('what there is has its figure, ids with points too', async () => {
  expect(await said([
    'annabel, 2026-Q1, commission, 15', 'annabel, \'\', commission.line.d1.1, 10', 'annabel, \'\', credit.d1.1, 100%', 'annabel, \'\', credit.shared.d1.1.status, pass', 'bob, \'\', credit.other, 0', 'bob, 2026-Q1, commission.line.other, 0',
    'annabel, 2026-Q1, commission.release.half, 7.50', 'annabel, 2026-Q1, group.single.value, 150', 'annabel, 2026-02, monthly, 1.50', 'north, 2026-Q1, measure.pod_won, 100', 'annabel, 2026-H1, term.quota, 200', 'annabel, 2026-Q1, earned, 16.50',
  ])).toEqual([]);
});

test.for([
  ['anabel, 2026-Q1, earned, 1', 'There is no payee `anabel` here. Did you mean `annabel`?'],
  ['\'\', 2026-Q1, earned, 1', 'The figure names no payee. There are `annabel` and `bob`.'],
  ['annabel, 2026-Q5, earned, 1', 'There is no period `2026-Q5` here. Did you mean `2026-Q1`?'],
  ['annabel, 2026-01, commission, 1', 'There is no period `2026-01` here. Did you mean `2026-Q1`?'],
  ['annabel, 2026-Q1, group.single, 1', 'What `group.single` earns is no figure: it is a part of `group`, which is rounded and paid whole. Ask for `group`, or for `group.single.value`, `.attainment`, `.incentive` …'],
  ['annabel, 2026-Q1, comission, 1', 'There is no figure `comission` here. Did you mean `commission`?'],
  ['annabel, 2026-Q1, bonus, 1', 'There is no figure `bonus` here. Components are `commission`, `group`, `group.single` and `monthly`; other figures begin with `earned`, `paid`, `release`, `credit`, `measure`, `term` and `round`.'],
  ['annabel, 2026-Q1, commission.atainment, 1', 'There is no figure `atainment` here. Did you mean `attainment`?'],
  ['annabel, 2026-Q1, commission.line.othr, 0', 'There is no fact `othr` here. Did you mean `other`?'],
  ['annabel, 2026-Q1, commission.line.d9, 0', 'There is no fact `d9` here. There are `d1.1` and `other`.'],
  ['annabel, \'\', credit.othe, 0', 'There is no fact `othe` here. Did you mean `other`?'],
  ['annabel, \'\', credit.share.other, 0', 'There is no credit rule `share` here. Did you mean `shared`?'],
  ['annabel, \'\', credit.other.statu, pass', 'There is no figure `statu` here. Did you mean `status`?'],
  ['annabel, 2026-Q1, term.quotas, 1', 'There is no term `quotas` here. Did you mean `quota`?'],
  ['annabel, \'\', term.quota, 1', 'The figure names no period. There are `2026-Q1`, `2026-Q2`, `2026-Q3` and `2026-Q4`.'],
  ['annabel, 2026-Q1, measure.pod_one, 1', 'There is no measure `pod_one` here. Did you mean `pod_won`?'],
  ['nort, 2026-Q1, measure.pod_won, 1', 'There is no payee and no pod `nort` here. Did you mean `north`?'],
  ['\'\', \'\', round.comission, 1', 'There is no component `comission` here. Did you mean `commission`?'],
  ['annabel, 2026-Q1, commission.release.halff, 1', 'There is no part of a release `halff` here. Did you mean `half`?'],
  ['annabel, 2026-Q1, commission.release.half.lapse, 1', 'There is no figure `lapse` here. Did you mean `lapsed`?'],
] as const)('%s', async ([figure, message]) => {
  expect(await said([figure])).toEqual([`6: ${message}`]);
});

test('what has a name, and is not calculated, is nothing', async () => {
  expect(await said(['bob, 2026-Q1, commission.rate, 1', 'bob, 2026-Q1, measure.pod_won, 1'])).toEqual(['6: 0.1', '7: nothing: no such figure, or the payee is not on the plan then']);
});
