/** Why something is held, what it would pay, which gates were not met, and in which round it is calculated. */
import { expect, test } from 'vitest';
import { openMemory } from '../engine/memory.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { runTestFile } from './plan-tests.ts';

const PLAN = `plan: p
effective: 2026-01-01 / 2027-01-01
period: quarter
terms: { quota: money a year, pay: money a year = 4_000 }
incentive: pay
measures: { won: { sum: amount, from: deal }, calls: { sum: calls, from: deal }, pod_won: { for: pod, sum: amount, from: deal } }
components:
  gated:
    weight: 100%
    measure: won
    target: quota
    payout: { by: attainment, steps: { 0%: 0%, 50%: 100% } }
    gates: { small: { require: won >= 1_000, otherwise: 50% }, active: { require: calls >= 10, otherwise: hold }, large: { require: won >= 2_000, otherwise: at most 30% } }
    multiply: { bonus: 1.5 }
    cap: 40%
  kinds: { measure: won, amount: { by: value, lookup: { 600: 10 } } }
  scored: { measure: won, rate: 10%, multiply: { quality: { by: calls / calls, steps: { 0: 1 } } } }
  team: { measure: pod_won, rate: 1% }
  both:
    components: { one: { measure: won, rate: 1%, gates: { active: { require: calls >= 10, otherwise: hold } } }, two: { measure: won, rate: 2% } }
    gates: { small: { require: won >= 1_000, otherwise: 50% } }
  to_date: { measure: won, window: year to date, rate: 3%, gates: { active: { require: calls >= 10, otherwise: hold } } }
  override: { measure: { sum: amount, from: earning, where: component = "both" }, rate: 5% }
`;
const FILES: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'plans/p.yaml': PLAN,
  'facts/f.yaml': 'facts: { deal: { fields: { owner: payee, amount: money, calls: number, pod: pod } }, pod: { fields: { size: number } }, person: { fields: { pod: pod } } }\nsources: { p: { file: p.csv, into: pod, id: id, fields: { size: size } }, h: { file: h.csv, into: person, id: id, fields: { pod: pod } } }\n',
};

async function run(expected: string): Promise<readonly string[]> {
  const { value: workspace, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(FILES).filter((f) => f.startsWith(`${folder}/`)), text: (path) => FILES[path] });
  if (workspace === undefined || workspace.plans.length === 0) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const report = await runTestFile(workspace, 'tests/t.yaml', `plan: p
people: { ann: { quota: 4_000 }, bob: { quota: 0 }, cy: { quota: 4_000 } }
facts: { deal: [ { owner: ann, date: 2026-02-01, amount: 600, calls: 5 }, { owner: bob, date: 2026-02-01, amount: 500, calls: 20 }, { owner: ann, date: 2026-05-01, amount: 100, calls: 0 } ] }
${expected}`, () => Promise.resolve(openMemory()));
  return [...report.diagnostics.map((d) => `${d.line} ${d.message} ${d.hint}`), ...report.differences.map((d) => `${d.payee} ${d.period} ${d.figure} ${d.expected}: ${d.got}`)];
}

test('the reason with its name, and what would be paid: other gates, factors and the cap hold', async () => {
  expect(await run(`expect:
  - [ann, 2026-Q1, gated.held, gate active]
  - [ann, 2026-Q1, gated.gated, small active large]
  - [ann, 2026-Q1, gated, 0]
  - [ann, 2026-Q1, gated.would, 400]
  - [bob, 2026-Q1, gated.held, no target]
  - [bob, 2026-Q1, gated.gated, small large]
  - [bob, 2026-Q1, kinds.held, no row]
  - [ann, 2026-Q1, kinds.held, no]
  - [ann, 2026-Q1, kinds, 10]
  - [cy, 2026-Q1, scored.held, multiply quality]
  - [ann, 2026-Q1, scored.held, no]
  - [ann, 2026-Q1, team.held, no pod]
  - [ann, 2026-Q1, both.one.held, gate active]
  - [ann, 2026-Q1, both.held, gate active]
  - [ann, 2026-Q1, both.one.would, 6]
  - [ann, 2026-Q1, both.would, 9]
  - [ann, 2026-Q1, both.gated, small]
  - [ann, 2026-Q1, both, 6]
  - [bob, 2026-Q1, both.held, no]
  - [ann, 2026-Q2, to_date.would, 21]
  - ['', '', round.override, 2]
  - ['', '', round.both, 1]
  - [ann, 2026-Q1, gated.held, gate small]
  - [ann, 2026-Q1, gated.would, 401]
`)).toEqual(['ann 2026-Q1 gated.held gate small: gate active', 'ann 2026-Q1 gated.would 401: 400']);
});
