/** A measure of facts of several kinds, whose values are kept in other parts of one: each counts as what it is. On both engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('several-kinds'); });
afterAll(() => engine.close());

const FACTS = `facts:
  account: { fields: { tier: text } }
  deal: { fields: { owner: payee, account: account, amount: money }, derived: { worth: amount, units: amount / 100 } }
  rent: { fields: { owner: payee, account: account, amount: money, part: percent }, derived: { worth: amount * part, units: part } }
sources: { accounts: { file: a.csv, into: account, id: id, fields: { tier: tier } } }
`;
const MEASURES: Readonly<Record<string, readonly [measure: string, is: string]>> = {
  lowest: ['min: worth', '30'], highest: ['max: worth', '200'], first_one: ['first: worth', '200'], last_one: ['last: worth', '30'],
  total: ['sum: worth', '230'], mean: ['average: worth', '115'], limited: ['sum: worth, limits: { d: { at_most: 150, per: day } }', '180'],
  with_factor: ['max: worth, factors: { f: 33.3% }', '66.6'], limited_count: ['count: [deal, rent], limits: { d: { at_most: 1, per: day } }', '2'],
};
const facts = 'facts: { deal: [ { owner: ann, account: x, date: 2026-01-15, amount: 200 } ], rent: [ { owner: ann, account: x, date: 2026-01-16, amount: 60, part: 50% } ] }';

test('sums, limits, averages, the highest, lowest, first and last', async () => {
  const of = (m: string): string => (m.startsWith('count') ? m : `${m}, from: [deal, rent]`);
  const plan = `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\nmeasures:\n${Object.entries(MEASURES).map(([n, [m]]) => `  ${n}: { ${of(m)} }\n`).join('')}  of_account: { for: account, max: worth, from: [deal, rent], at: end }\nstates: { s: { for: account, while: of_account >= 100 }, t: { for: account, while: of_account >= 300 } }
components:\n${Object.keys(MEASURES).map((n) => `  c_${n}: { measure: ${n}, rate: 1 }\n`).join('').replaceAll(/(c_(?!limited_count)\w+: \{.*?rate: )1/g, '$110%')}  entered: { measure: { for: company, count: s }, rate: 1 }\n  none: { measure: { for: company, count: t }, rate: 1 }\n`;
  expect(await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': plan }, `plan: p\npeople: { ann: {} }\nentities: { account: { x: { tier: gold } } }\n${facts}\nexpect: [ ${Object.entries(MEASURES).map(([n, [, is]]) => `[ann, 2026, c_${n}.value, ${is}]`).join(', ')}, [ann, 2026, entered.value, 1], [ann, 2026, none.value, 0] ]`)).toEqual(RIGHT);
}, 60_000);

test('limits for each account, also where facts come over several rules', async () => {
  // boss has deals of x (his own), and those of ann of x and y: 100 of each account are counted
  const plan = `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\ncredits: { own: { from: [deal, rent], to: owner }, team: { from: [deal, rent], to: owner, up: manager, overlay: yes } }
components: { c: { measure: { sum: amount, from: [deal, rent], limits: { a: { at_most: 100, per: account } } }, rate: 100% } }\n`;
  const deal = (kind: string, owner: string, account: string, amount: string): string => `{ owner: ${owner}, account: ${account}, date: 2026-01-15, amount: ${amount}, id: ${kind}${owner}${account} }`;
  expect(await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': plan }, `plan: p\npeople: { ann: { manager: boss }, boss: {} }\nentities: { account: { x: { tier: gold }, y: { tier: gold } } }
facts: { deal: [ ${deal('d', 'ann', 'x', '80')}, ${deal('d', 'ann', 'y', '90')} ], rent: [ ${deal('r', 'ann', 'x', '70')}, ${deal('r', 'boss', 'y', '60')} ] }
expect: [ [ann, 2026, c.value, 190], [boss, 2026, c.value, 200] ]`)).toEqual(RIGHT);
});
