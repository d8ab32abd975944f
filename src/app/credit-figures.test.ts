/** Figures of credits, terms, measures and days, as small tables ask for them. */
import { expect, test } from 'vitest';
import { openMemory } from '../engine/memory.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { runTestFile } from './plan-tests.ts';

const FILES: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'facts/f.yaml': 'facts: { deal: { fields: { owner: payee, second: payee, amount: money, ok: yes/no } } }\n',
  'plans/p.yaml': `plan: p
effective: 2026-01-01 / 2027-01-01
period: quarter
terms: { quota: money a year = 400 }
credits: { shared: { from: deal, split: { owner: 60%, second: rest } } }
guardrails: { checked: { from: deal, require: ok, otherwise: hold }, small: { from: deal, require: amount < 1_000, otherwise: 50% }, clean: { from: deal, require: amount > 0 } }
measures: { won: { sum: amount, from: deal }, share: { ratio: [won, won] } }
components: { c: { measure: won, target: quota, rate: 10%, gates: { g: { require: share > 0 } } } }
`,
};

test('shares, what became of a credit and why, what is held back; terms for the window; measures that a gate looks at; days', async () => {
  const { value: workspace, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(FILES).filter((f) => f.startsWith(`${folder}/`)), text: (path) => FILES[path] });
  if (workspace === undefined) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const report = await runTestFile(workspace, 'tests/t.yaml', `plan: p
known: 2026-06-30
people: { ann: {}, bob: { hired: 2026-02-15, quota: 800 } }
facts: { deal: [ { id: a, owner: ann, second: bob, date: 2026-03-01, amount: 100, ok: yes }, { id: b, owner: ann, date: 2026-03-01, amount: 2_000, ok: yes }, { id: c, owner: ann, date: 2026-03-01, amount: 10, ok: no }, { id: d, owner: ann, date: 2026-03-01, amount: -1, ok: yes } ] }
expect:
  - [ann, '', credit.a, 60%]
  - [bob, '', credit.shared.a, 40%]
  - [bob, '', credit.b, 0]
  - [ann, '', credit.a.status, pass]
  - [ann, '', credit.b, 30%]
  - [ann, '', credit.b.status, reduce]
  - [ann, '', credit.b.why, small]
  - [ann, '', credit.c, 0]
  - [ann, '', credit.c.status, hold]
  - [ann, '', credit.c.held, 60%]
  - [ann, '', credit.a.held, 0]
  - [ann, '', credit.d.status, reject]
  - [ann, 2026-Q1, term.quota, 100]
  - [bob, 2026-Q2, term.quota, 200]
  - [ann, 2026-Q1, measure.won, 660]
  - [ann, 2026-Q1, measure.share, 100%]
  - [bob, 2026-Q1, c.days, 0.5]
  - [bob, 2026-Q2, c.days, 1]
  - [ann, '', credit.a.status, reject]
  - [ann, '', credit.b, 40%]
`, () => Promise.resolve(openMemory()));
  expect(report.diagnostics).toEqual([]);
  // the last two are wrong on purpose
  expect(report.differences.map((d) => `${d.figure} ${d.expected}: ${d.got}`)).toEqual(['credit.a.status reject: pass', 'credit.b 40%: 0.3']);
});

test('through whom a credit came: of those above who are credited themselves, and of those for whom the credits of others count', async () => {
  const files: Readonly<Record<string, string>> = {
    'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'facts/f.yaml': 'facts: { deal: { fields: { owner: payee, amount: money } } }\n',
    'plans/p.yaml': `plan: p
effective: 2026-01-01 / 2027-01-01
period: quarter
terms: { level: factor = 1x }
credits:
  direct: { from: deal }
  team: { from: deal, to: owner, up: manager, levels: all, overlay: yes }
  spread: { from: deal, to: owner, up: manager, levels: all, overlay: yes, factor: payee.level - via.level }
measures: { own: { sum: amount, from: deal, credited: direct }, below: { sum: amount, from: deal, credited: team }, spread_of: { sum: amount, from: deal, credited: spread } }
components: { a: { measure: own, rate: 1% }, b: { measure: below, rate: 1% }, c: { measure: spread_of, rate: 1% } }
`,
  };
  const { value: workspace, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)), text: (path) => files[path] });
  if (workspace === undefined) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const report = await runTestFile(workspace, 'tests/t.yaml', `plan: p
people: { top: { level: 1.5 }, m: { manager: top, level: 1.2 }, n: { manager: top }, ann: { manager: m }, bob: { manager: n } }
facts: { deal: [ { id: x, owner: ann, date: 2026-03-01, amount: 100 }, { id: y, owner: bob, date: 2026-03-01, amount: 100 } ] }
expect:
  - [ann, '', credit.direct.x.via, '']
  - [m, '', credit.team.x, 100%]
  - [m, '', credit.team.y, 0]
  - [top, '', credit.team.x, 100%]
  - [top, '', credit.team.x.via, m]
  - [top, '', credit.team.y.via, n]
  - [m, '', credit.spread.x.via, ann]
  - [m, '', credit.spread.x, 20%]
  - [top, '', credit.spread.x.via, m]
  - [top, '', credit.spread.x, 30%]
  - [top, '', credit.x, 130%]
  - [top, '', credit.team.y.via, m]
`, () => Promise.resolve(openMemory()));
  expect([...report.diagnostics.map((d) => d.message), ...report.differences.map((d) => `${d.payee} ${d.figure} ${d.expected}: ${d.got}`)]).toEqual(['top credit.team.y.via m: n']);
});
