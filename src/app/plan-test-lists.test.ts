/** Lists of payees in small tables: the ways to write them, and what they become in the store. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { readWorkspace } from '../plan/workspace.ts';
import { scan } from '../relation/relation.ts';
import { partyTable, tablesOf, WORD } from '../stage/store.ts';
import { listOf } from './cells.ts';
import { runTestFile } from './plan-tests.ts';

let engine: Engine;
beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 500, threads: 1, tempDir: join(tmpdir(), 'trueup-list-tables') }); });
afterAll(() => engine.close());

const FILES: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n',
  'facts/f.yaml': 'facts: { deal: { fields: { owner: payee, team: payees, parts: splits, amount: money } }, pod: { fields: { members: payees } } }\nsources: { pods: { file: pods.csv, into: pod, id: id, fields: { members: members } } }\n',
  'plans/p.yaml': 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 10% } }\n',
};
const { value: workspace } = readWorkspace('.', { list: (folder) => Object.keys(FILES).filter((f) => f.startsWith(`${folder}/`)), text: (path) => FILES[path] });

async function run(text: string): Promise<{ readonly said: readonly string[]; readonly lists: readonly string[] }> {
  if (workspace === undefined) throw new Error('no workspace');
  const report = await runTestFile(workspace, 'tests/t.yaml', text, async () => {
    for (const table of [...workspace.kinds.flatMap(tablesOf), WORD, { table: 'imported' }]) await engine.drop(table.table);
    return { ...engine, close: () => Promise.resolve() };
  });
  const lists: string[] = [];
  for (const kind of report.diagnostics.length > 0 ? [] : workspace.kinds.filter((k) => tablesOf(k).length > 2)) {
    const words = new Map(listOf(await engine.read(scan(WORD))).map(([code, word]) => [code, word]));
    for (const [row, field, position, payee, share] of listOf(await engine.read(scan(partyTable(kind)), ['row', 'field', 'position']))) lists.push(`${String(row)} ${String(field)} ${String(position)} ${String(words.get(payee ?? null))} ${String(share)}`);
  }
  return { said: [...report.diagnostics.map((d) => `${d.line} ${d.message} ${d.hint}`), ...report.differences.map((d) => JSON.stringify(d))], lists };
}

test('lists, pairs and cells are read alike; a person or account has dated ones', async () => {
  expect(await run(`plan: p
people: { ann: {}, bob: {}, cy1: {} }
entities: { pod: { north: { members: [ann, bob] }, south: { members: [ { value: [ann] }, { from: 2026-07-01, value: 'bob; cy1' } ] } } }
facts:
  deal:
    - { owner: ann, date: 2026-02-01, amount: 100, team: [ann, bob], parts: [[ann, 60%], [bob, 40%]] }
    - { owner: ann, date: 2026-02-01, amount: 100, copies: 2, team: [bob, 'cy#'], parts: ann 12.5% }
expect: [ [ann, '', c, 30] ]
`)).toEqual({ said: [], lists: [
    '0 parts 1 ann 600000', '0 parts 2 bob 400000', '0 team 1 ann null', '0 team 2 bob null',
    '1 parts 1 ann 125000', '1 team 1 bob null', '1 team 2 cy0 null', '2 parts 1 ann 125000', '2 team 1 bob null', '2 team 2 cy1 null',
    '3 members 1 ann null', '3 members 2 bob null', '4 members 1 ann null', '5 members 1 bob null', '5 members 2 cy1 null',
  ] });
});

test('what is no list is told at its line', async () => {
  const { said } = await run('plan: p\nfacts:\n  deal:\n    - { date: 2026-02-01, team: [] }\n    - { date: 2026-02-01, copies: 3, parts: [[ann, 60], bob] }\n    - { date: 2026-02-01, parts: [[ann, 60%], [bob, 60%]] }\n    - { date: 2026-02-01, team: [[ann, 60%]] }\nexpect: [ [ann, 2026-Q1, c, 1] ]\n');
  expect(said).toEqual([
    '4 The list names nobody. Write `[ann, bob]`, or leave it blank.',
    '5 "60", the share of "ann", is not a percentage. Write it with its sign: 60%.',
    '6 The shares add up to 120 %, which is more than the whole. Lower one of them; what a rule credits on top of the whole belongs into a field of its own.',
    '7 The list says a share, "60%", but it is shared equally. Declare the field as `splits` in `facts`, or leave the shares out.',
  ]);
});
