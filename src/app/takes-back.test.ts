/** What takes back a fact that is paid by itself takes back its pay, whatever table, gate, cap or floor made it. On both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('takes-back'); });
afterAll(() => engine.close());

const FACTS = `facts:
  account: { fields: { tier: text } }
  deal: { fields: { owner: payee, second: payee, account: account, amount: money, cost: money, reverses: deal } }
  big: { from: deal, where: amount >= 50 }
sources: { accounts: { file: a.csv, into: account, id: id, fields: { tier: tier } } }
`;
const DEALS = '{ id: d1, owner: ann, second: bob, date: 2026-01-15, account: x, amount: 800, cost: 300 }, { id: d2, owner: ann, second: bob, date: 2026-01-16, account: y, amount: 300.05, cost: 20 }, { id: d3, owner: ann, date: 2026-01-17, account: x, amount: -40, cost: 5 }';
const back = (id: string, of: string, date: string): string => `{ id: ${id}, date: ${date}, reverses: ${of} }`;
const wrong = (component: string, facts: string, expected: string, more = ''): Promise<readonly (readonly string[])[]> =>
  differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\nterms: { share: percent = 10% }\n${more}components:\n  c:\n    per: deal\n${component}` },
    `plan: p\npeople: { ann: { share: 10% }, bob: { share: 10% } }\nentities: { account: { x: { tier: A }, y: { tier: B } } }\nfacts: { deal: [ ${facts} ] }\nexpect: [ ${expected} ]`);
/** Pay for the deals, then all of it back: in the period of each reversal what that deal paid. */
const comesBack = async (component: string, paid: readonly [string, string, string], more?: string): Promise<void> => {
  const sum = (...parts: readonly string[]): string => (parts.reduce((n, p) => n + BigInt(p.replace('.', '')), 0n)).toString().replace(/^(-?)(\d{1,2})$/, (_, minus: string, digits: string) => `${minus}${digits.padStart(3, '0')}`).replace(/(\d\d)$/, '.$1');
  const minus = (p: string): string => (p.startsWith('-') ? p.slice(1) : `-${p}`), [one, two, three] = paid;
  expect(await wrong(component, DEALS, `[ann, 2026-01, c, ${sum(...paid)}]`, more)).toEqual(RIGHT);
  // in the same period as if they had not been
  expect(await wrong(component, `${DEALS}, ${back('r1', 'd1', '2026-01-20')}, ${back('r2', 'd2', '2026-01-21')}, ${back('r3', 'd3', '2026-01-22')}`, '[ann, 2026-01, c, 0], [ann, 2026-01, c.value, 0]', more)).toEqual(RIGHT);
  // one by one, each in a later period
  expect(await wrong(component, `${DEALS}, ${back('r1', 'd1', '2026-02-20')}, ${back('r2', 'd2', '2026-03-21')}, ${back('r3', 'd3', '2026-04-22')}`,
    `[ann, 2026-01, c, ${sum(...paid)}], [ann, 2026-02, c, ${minus(one)}], [ann, 2026-03, c, ${minus(two)}], [ann, 2026-04, c, ${minus(three)}]`, more)).toEqual(RIGHT);
};
const SUM = '    measure: { sum: amount, from: deal }\n';

describe('[C12] a fact that is paid by itself and its reversal pay nothing together', () => {
  test('steps to an amount: of 800 and of 300.05 the pay goes back, and of a return nothing', () => comesBack(`${SUM}    amount: { steps: { 0: 0, 250: 100, 500: 450 } }\n`, ['450.00', '100.00', '0.00']));
  test('an amount for each, which does not look at the value', () => comesBack(`${SUM}    amount: 25\n`, ['25.00', '25.00', '25.00']));
  test('a retroactive rate: everything at the rate that was reached', () => comesBack(`${SUM}    rate: { retroactive: { 0: 1%, 250: 5%, 500: 10% } }\n`, ['80.00', '15.00', '0.00']));
  test('a marginal rate, whose tiers are rounded, and points', async () => {
    await comesBack(`${SUM}    rate: { marginal: { 0: 3.333%, 250: 5%, 500: 8% } }\n    round: { tier: 0.1 }\n`, ['44.80', '10.80', '-1.30']);
    await comesBack(`${SUM}    amount: { points: { 0: 10, 1_000: 210 } }\n`, ['170.00', '70.01', '0.00']);
  });
  test('a linear rate gives what it gave', () => comesBack(`${SUM}    rate: 7.77%\n`, ['62.16', '23.31', '-3.11']));
  test('a cap and a floor, in money', () => comesBack(`${SUM}    rate: 10%\n    cap: 50\n    floor: 10\n`, ['50.00', '30.01', '10.00']));
  test('attainment of a target, which must be reached', async () => {
    await comesBack(`${SUM}    target: 500\n    amount: { steps: { 50%: 20, 100%: 70 } }\n`, ['70.00', '20.00', '0.00']);
    await comesBack(`${SUM}    target: 500\n    of: excess\n    rate: 10%\n`, ['30.00', '0.00', '0.00']);
  });
  test('gates and factors that look at the line, or at fields of the fact', async () => {
    await comesBack(`${SUM}    rate: 10%\n    gates: { least: { require: value >= 500, otherwise: 50% } }\n`, ['80.00', '15.00', '-2.00']);
    await comesBack(`${SUM}    rate: 10%\n    gates: { tier: { require: account.tier = "A", otherwise: 0% } }\n`, ['80.00', '0.00', '-4.00']);
    await comesBack(`${SUM}    rate: 10%\n    multiply: { size: { by: value, steps: { 0: 1x, 500: 2x } } }\n`, ['160.00', '30.01', '0.00']);
    await comesBack(`${SUM}    rate: 10%\n    multiply: { margin: "1 - cost / amount" }\n`, ['50.00', '28.01', '-4.50']);
  });
  test('tables that a field of the fact is looked up in', () => comesBack(`${SUM}    rate: { by: [account.tier, value], retroactive: { A: { 0: 5%, 500: 10% }, B: { 0: 2%, 250: 4% } } }\n`, ['80.00', '12.00', '0.00']));
  test('a rate on another measure, a count, and an average, which is the same for both', async () => {
    await comesBack(`${SUM}    of: spent\n    rate: { retroactive: { 0: 1%, 500: 10% } }\n`, ['30.00', '0.20', '0.00'], 'measures: { spent: { sum: cost, from: deal } }\n');
    await comesBack('    measure: { count: deal }\n    amount: { steps: { 1: 30 } }\n', ['30.00', '30.00', '30.00']);
    expect(await wrong('    measure: { average: amount, from: deal }\n    amount: { steps: { 0: 0, 250: 100, 500: 450 } }\n', `${DEALS}, ${back('r1', 'd1', '2026-02-01')}`, '[ann, 2026-01, c, 550], [ann, 2026-02, c, -450], [ann, 2026-02, c.value, 800]')).toEqual(RIGHT);
  });
});

test('shares are taken back from whoever had them; each share is read by itself', async () => {
  const plan = 'credits: { both: { from: deal, split: { second: 25%, owner: rest } } }\n', pay = `${SUM}    amount: { steps: { 100: 40, 500: 450 } }\n`;
  expect(await wrong(pay, `${DEALS}, ${back('r1', 'd1', '2026-02-03')}`, '[ann, 2026-01, c, 490], [bob, 2026-01, c, 40], [ann, 2026-02, c, -450], [bob, 2026-02, c, -40]', plan)).toEqual(RIGHT);
});
test('what is paid for each tier goes back tier by tier', async () => {
  expect(await wrong(`${SUM}    rate: { marginal: { 0: 1%, 500: 10% } }\n`, `${DEALS}, ${back('r1', 'd1', '2026-01-31')}`, '[ann, 2026-01, c, 2.60], [ann, 2026-01, c.tier.d1.2, 30], [ann, 2026-01, c.tier.r1.1, -5], [ann, 2026-01, c.tier.r1.2, -30]')).toEqual(RIGHT);
});
test('what is taken back reads what its fact read: a rate that was raised since takes back no more', async () => {
  const facts = `${DEALS}, ${back('r1', 'd1', '2026-02-03')}`;
  expect(await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\nterms: { share: percent }\ncomponents: { c: { per: deal, ${SUM.trim()}, rate: share, cap: 50 } }\n` },
    `plan: p\npeople: { ann: { share: [ { value: 5% }, { from: 2026-02-01, value: 6% } ] }, bob: { share: 5% } }\nentities: { account: { x: { tier: A }, y: { tier: B } } }\nfacts: { deal: [ ${facts} ] }\nexpect: [ [ann, 2026-01, c, 53], [ann, 2026-02, c, -40] ]`)).toEqual(RIGHT);
});
test('a kind that is made of others, and a part in a group', async () => {
  expect(await wrong('    measure: { sum: amount, from: big }\n    amount: { steps: { 250: 100, 500: 450 } }\n', `${DEALS}, ${back('r1', 'd1', '2026-02-03')}`, '[ann, 2026-01, c, 550], [ann, 2026-02, c, -450]')).toEqual(RIGHT);
  expect(await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\ncomponents: { all: { cap: 500, components: { c: { per: deal, ${SUM.trim()}, amount: { steps: { 250: 100, 500: 450 } } } } } }\n` },
    `plan: p\npeople: { ann: {}, bob: {} }\nentities: { account: { x: { tier: A }, y: { tier: B } } }\nfacts: { deal: [ ${DEALS}, ${back('r1', 'd1', '2026-01-20')}, ${back('r2', 'd2', '2026-02-20')} ] }\nexpect: [ [ann, 2026-01, all, 100], [ann, 2026-02, all, -100] ]`)).toEqual(RIGHT);
});
