/** Measures by their own names: of payees, pods, accounts and the company, whether or not a component looks at them. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { openMemory } from '../engine/memory.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { tablesOf, WORD } from '../stage/store.ts';
import { runTestFile } from './plan-tests.ts';

let engine: Engine;
beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 500, threads: 1, tempDir: join(tmpdir(), 'trueup-measure-figures') }); });
afterAll(() => engine.close());

const FILES: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n',
  'facts/f.yaml': `facts:
  deal: { fields: { owner: payee, account: account, amount: money } }
  account: { fields: { pod: pod, seats: number } }
  pod: { fields: { size: number } }
  payment: { fields: { deal: deal, paid: money } }
  person: { fields: { pod: pod } }
sources: { a: { file: a.csv, into: account, id: id, fields: { pod: pod, seats: seats } }, p: { file: p.csv, into: pod, id: id, fields: { size: size } }, h: { file: h.csv, into: person, id: id, fields: { pod: pod } } }
`,
  'measures/m.yaml': `measures:
  won: { for: account, sum: amount, from: deal }
  deals: { for: account, count: deal }
  average: { ratio: [won, deals] }
  a_seat: { for: account, formula: 'min(won, 1_000) / account.seats' }
  pod_won: { for: pod, sum: amount, from: deal }
  pod_share: { for: pod, formula: pod_won / pod.size }
  all_won: { for: company, sum: amount, from: deal }
  mine: { sum: amount, from: deal }
  paid_of: { for: deal, sum: paid, from: payment }
  place: { rank: mine }
  of_another_plan: { sum: amount, from: deal, where: amount > threshold }
`,
  'plans/p.yaml': 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\ncomponents: { c: { measure: { count: deal }, rate: 10 } }\n',
  'plans/q.yaml': 'plan: q\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\nterms: { threshold: money = 5 }\ncomponents: { d: { measure: of_another_plan, rate: 1% } }\n',
};
const TABLE = `plan: p
people: { ann: { pod: [ { value: north }, { from: 2026-02-01, value: south } ] }, bob: { pod: north } }
entities: { pod: { north: { size: 4 }, south: { size: 2 }, empty: { size: 1 } }, account: { x: { pod: north, seats: 10 }, y: { pod: south, seats: 3 }, z: { pod: south, seats: 1 } } }
facts:
  deal:
    - { id: first, owner: ann, account: x, date: 2026-01-10, amount: 900 }
    - { owner: bob, account: x, date: 2026-02-10, amount: 300 }
    - { owner: bob, account: y, date: 2026-03-10, amount: 100.50 }
    - { owner: ann, account: y, date: 2026-05-10, amount: 50 }
  payment: [ { deal: first, date: 2026-02-01, paid: 40 }, { deal: first, date: 2026-03-01, paid: 2 }, { deal: other, date: 2026-03-01, paid: 7 } ]
`;

async function run(expected: string): Promise<readonly string[]> {
  const { value: workspace, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(FILES).filter((f) => f.startsWith(`${folder}/`)), text: (path) => FILES[path] });
  if (workspace === undefined || diagnostics.some((d) => d.severity === 'error')) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const reports = await Promise.all([openMemory(), { ...engine, close: () => Promise.resolve() }].map(async (runner) => {
    for (const table of runner === engine ? [] : [...workspace.kinds.flatMap(tablesOf), WORD, { table: 'imported' }]) await runner.drop(table.table);
    return runTestFile(workspace, 'tests/t.yaml', TABLE + expected, () => Promise.resolve(runner));
  }));
  const [memory, duckdb] = reports.map((r) => [...r.diagnostics.map((d) => `${d.line} ${d.message} ${d.hint}`), ...r.differences.map((d) => `${d.payee} ${d.period} ${d.figure} ${d.expected}: ${d.got}`)]);
  expect(duckdb).toEqual(memory);
  return memory ?? [];
}

test('of an account, a pod, a payee\'s pod on the last day, the company, by a fraction, a formula with fields of the row, and a place', async () => {
  expect(await run(`expect:
  - [x, 2026-Q1, measure.won, 1_200]
  - [x, 2026-Q2, measure.won, 0]
  - [y, 2026, measure.won, 150.50]
  - [y, 2026-03, measure.won, 100.50]
  - [x, 2026-Q1, measure.average, 600]
  - [z, 2026-Q1, measure.average, '']
  - [x, 2026-Q1, measure.a_seat, 100]
  - [y, 2026-Q1, measure.a_seat, 33.5]
  - [z, 2026-Q1, measure.a_seat, 0]
  - [north, 2026-Q1, measure.pod_won, 1_200]
  - [empty, 2026-Q1, measure.pod_won, 0]
  - [ann, 2026-01, measure.pod_won, 900]
  - [ann, 2026-Q1, measure.pod_won, 100.50]
  - [bob, 2026-Q1, measure.pod_share, 300]
  - [north, 2026-Q1, measure.pod_share, 300]
  - ['', 2026-Q1, measure.all_won, 1_300.50]
  - [bob, 2026-Q1, measure.all_won, 1_300.50]
  - [ann, 2026-Q1, measure.mine, 900]
  - [first, 2026-Q1, measure.paid_of, 42]
  - [other, 2026-Q1, measure.paid_of, 7]
  - [ann, 2026-Q1, measure.place, 1]
  - [bob, 2026-Q1, measure.place, 2]
  - [bob, 2026-Q1, c, 20]
  - [bob, 2026-Q1, measure.place, 3]
`)).toEqual(['bob 2026-Q1 measure.place 3: 2']);
});

test('a measure that the plan cannot have says why', async () => {
  expect((await run('expect: [ [ann, 2026-Q1, measure.of_another_plan, 3] ]\n')).map((said) => said.split('.')[0])).toEqual(['12 The name `threshold` means nothing here']);
});
