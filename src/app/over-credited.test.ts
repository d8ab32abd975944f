/** The direct credits of a fact are at most the whole, whatever the filters of the rules say. On both engines. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { openMemory } from '../engine/memory.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { tablesOf } from '../stage/store.ts';
import { runTestFile } from './plan-tests.ts';

let engine: Engine;
beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 500, threads: 1, tempDir: join(tmpdir(), 'trueup-over-credited') }); });
afterAll(() => engine.close());

/** What is said of these rules, by engine. */
async function said(credits: string, rows: string): Promise<readonly (readonly string[])[]> {
  const files: Readonly<Record<string, string>> = {
    'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'facts/f.yaml': 'facts: { deal: { fields: { owner: payee, second: payee, account: account, amount: money, part: percent } }, touch: { fields: { account: account, who: payee } }, account: { fields: { tier: text } } }\nsources: { accounts: { file: a.csv, into: account, id: id, fields: { tier: tier } } }\n',
    'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\ncredits: ${credits}\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 10% } }\n`,
  };
  const { value: workspace, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)), text: (path) => files[path] });
  const bad = diagnostics.filter((d) => d.severity === 'error');
  if (workspace === undefined || bad.length > 0) throw new Error(bad.map((d) => d.message).join('\n'));
  const clean = async (): Promise<Engine> => {
    for (const name of ['word', 'imported', ...workspace.kinds.flatMap(tablesOf).map((t) => t.table)]) await engine.drop(name);
    return { ...engine, close: () => Promise.resolve() };
  };
  return Promise.all([clean, () => Promise.resolve(openMemory())].map(async (open) => (await runTestFile(workspace, 'tests/t.yaml', `plan: p\npeople: { ann: {}, bob: {}, cy: {} }\n${rows}expect: []\n`, open)).diagnostics.map((d) => `${d.code} ${d.path}: ${d.message}`)));
}
const both = (...messages: readonly string[]): readonly (readonly string[])[] => [messages, messages];
const deal = (id: string, amount: number, more = ''): string => `{ id: ${id}, owner: ann, second: bob, account: x, date: 2026-02-01, amount: ${amount}${more} }`;

test('filters that do not exclude each other: the facts, what each rule gives, and how many more', async () => {
  const rules = '{ small: { from: deal, to: owner, where: amount < 100 }, large: { from: deal, to: second, share: 50%, where: amount > 90 } }';
  expect(await said(rules, `facts: { deal: [ ${deal('a', 10)}, ${deal('b', 100)} ] }\n`)).toEqual(both());
  expect(await said(rules, `facts: { deal: [ ${[...'abcde'].map((id) => deal(id, 95)).join(', ')}, ${deal('f', 10)}, { id: old, owner: ann, second: bob, date: 2025-12-31, amount: 95 } ] }\n`))
    .toEqual(both('run.over_credited credits.large: 5 deal facts are credited with more than 100 % in plan p: "a" with 150 % (100 % by `small` and 50 % by `large`), "b" with 150 % (100 % by `small` and 50 % by `large`), "c" with 150 % (100 % by `small` and 50 % by `large`) and 2 more.'));
});
test('shares that each fact says, and everybody who is named on touches', async () => {
  expect(await said('{ some: { from: deal, to: owner, share: part } }', `facts: { deal: [ ${deal('a', 10, ', part: 100%')}, ${deal('b', 10, ', part: 120.5%')} ] }\n`))
    .toEqual(both('run.over_credited credits.some: 1 deal fact is credited with more than 100 % in plan p: "b" with 120.5 % (120.5 % by `some`).'));
  const touches = '{ helped: { from: deal, through: touch, to: who, share: 60% } }';
  const of = (...who: readonly string[]): string => `facts: { deal: [ ${deal('a', 10)} ], touch: [ ${who.map((w) => `{ account: x, who: ${w}, date: 2026-01-15 }`).join(', ')} ] }\n`;
  expect(await said(touches, of('bob', 'bob'))).toEqual(both());
  expect(await said(touches, of('bob', 'cy', 'bob'))).toEqual(both('run.over_credited credits.helped: 1 deal fact is credited with more than 100 % in plan p: "a" with 120 % (120 % by `helped`).'));
});
test('factors, guardrails, overlays, those above and rules that yield take nothing of the whole', async () => {
  expect(await said('{ main: { from: deal, to: owner, factor: 2x, where: amount > 1 }, top: { from: deal, to: second, overlay: yes }, up: { from: deal, to: owner, up: manager }, rest: { from: deal, to: owner, yields_to: main, where: amount > 2 } }', `facts: { deal: [ ${deal('a', 10)} ] }\n`)).toEqual(both());
});
