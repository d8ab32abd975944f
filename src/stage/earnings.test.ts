/** From a measure to pay, on the real engine: what is easy to get wrong, each with figures worked out by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { HELD } from './attainment.ts';
import { type FactRow, openEngine, type Run, runCompany, tryCompany } from './stage.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openEngine('earnings'); });
afterAll(() => engine.close());

const MEASURES = `measures:
  won: { sum: amount, from: deal, where: stage = "Won" }
  deals: { count: deal }
  won_deals: { count: deal, where: stage = "Won" }
  units: { sum: qty, from: deal }
  win_rate: { ratio: [won_deals, deals] }
`;
const plan = (component: string, more = ''): string => `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\nterms: { quota: money a year }\nincentive: 10_000 a year\n${more}${MEASURES}components:\n  c: ${component}\n`;
const run = (component: string, facts: readonly FactRow[], quota = '100_000', more = ''): Promise<Run> => runCompany(engine, { plans: [plan(component, more)], people: { ann: { quota, role: 'AE' } }, facts, accounts: { x: { tier: 'A' }, y: { tier: 'B' }, z: {} } });
const pay = async (component: string, facts: readonly FactRow[], quota?: string, more?: string): Promise<bigint | undefined> => (await (await run(component, facts, quota, more)).earned())['ann p c 2026'];
const held = async (r: Run): Promise<unknown> => (await r.rows('payouts'))[0]?.['held'];
const won = (amount: string, more: Partial<FactRow> = {}): FactRow => ({ id: `${amount} ${JSON.stringify(more)}`, date: '2026-02-03', owner: 'ann', stage: 'Won', amount, ...more });

describe('what a table is read at, and what it pays on', () => {
  test('a marginal table of value, of attainment with a base rate, and of attainment as a payout agree where they say the same', async () => {
    const facts = [won('150_000')];
    expect(await pay('{ measure: won, rate: { marginal: { 0: 10%, 100_000: 15% } } }', facts)).toBe(1_750_000n);
    expect(await pay('{ measure: won, target: quota, rate: { marginal: { 0%: 1x, 100%: 1.5x } } }', facts)).toBe(1_750_000n);
    expect(await pay('{ measure: won, target: quota, payout: { marginal: { 0%: 1x, 100%: 1.5x } } }', facts)).toBe(1_750_000n);
  });
  test('a payout by money has a share for each unit of the currency, not for each cent', async () => {
    expect(await pay('{ measure: deals, payout: { by: won, marginal: { 0: 0.01%, 1_000: 0.02% } } }', [won('1_500')])).toBe(200_000n);
  });
  test('a returned deal pays back at the first rate', async () => {
    expect(await pay('{ measure: won, rate: { marginal: { 0: 5%, 1_000: 9% } } }', [won('-2_000')])).toBe(-10_000n);
  });
  test('a rate for each unit is money for each; halves of units pay halves', async () => {
    expect(await pay('{ measure: units, rate: 250 }', [won('1', { qty: '2.5' })])).toBe(62_500n);
    expect(await pay('{ measure: won_deals, rate: { retroactive: { 0: 10, 2: 20 } } }', [won('1'), won('2')])).toBe(4_000n);
  });
  test('lower is better: attainment is target over measure', async () => {
    expect(await pay('{ measure: units, target: 10, better: lower, payout: attainment }', [won('1', { qty: '8' })])).toBe(1_250_000n);
  });
});

describe('a rate that is found for each fact', () => {
  const BY = 'rate: { by: account.tier, lookup: { A: 10%, B: 5%, otherwise: 1% } }';
  const facts = [won('1_000', { account: 'x' }), won('2_000', { account: 'y' }), won('3_000', { account: 'z' }), won('4_000')];
  test('each at its own; a blank word, and a reference that is not there, have `otherwise`', async () => {
    expect(await pay(`{ measure: won, ${BY} }`, facts)).toBe(10_000n + 10_000n + 3_000n + 4_000n);
  });
  test('without `otherwise` a blank word is in no row: it pays nothing, and that is said', async () => {
    const r = await run('{ measure: won, rate: { by: account.tier, lookup: { A: 10%, B: 5% } } }', facts);
    expect(await r.earned()).toEqual({ 'ann p c 2026': 20_000n });
    expect(await held(r)).toBe(HELD.no_row);
  });
  test('nothing is held for a fact that the measure does not count', async () => {
    const r = await run('{ measure: won, rate: { by: account.tier, lookup: { A: 10%, B: 5% } } }', [won('1_000', { account: 'x' }), won('9_000', { stage: 'Lost' })]);
    expect([await held(r), await r.earned()]).toEqual([HELD.no, { 'ann p c 2026': 10_000n }]);
  });
  test('nobody without a fact is held, and his floor stands', async () => {
    const r = await run('{ measure: won, rate: { by: account.tier, lookup: { A: 10% } }, floor: 100 }', []);
    expect([await held(r), await r.earned()]).toEqual([HELD.no, { 'ann p c 2026': 10_000n }]);
  });
  test('a blank number is not 0: it is in no band', async () => {
    const r = await run('{ measure: won, rate: { by: qty, points: { 0: 5%, 10: 15% } } }', [won('1_000', { qty: '5' }), won('2_000')]);
    expect([await held(r), await r.earned()]).toEqual([HELD.no_reading, { 'ann p c 2026': 10_000n }]);
  });
  test('yes, no and blank are three', async () => {
    const facts3 = [won('1_000', { renewal: 'yes' }), won('2_000', { renewal: 'no' }), won('4_000')];
    expect(await pay('{ measure: won, rate: { by: renewal, lookup: { yes: 10%, no: 20%, otherwise: 1% } } }', facts3)).toBe(10_000n + 40_000n + 4_000n);
  });
  test('gates, factors and attainment see the measure as a whole, not a part of it', async () => {
    const quota = '{ measure: won, target: quota, GATE, ' + BY + ' }';
    expect(await pay(quota.replace('GATE', 'gates: { g: { require: attainment >= 100%, otherwise: 50% } }'), facts, '10_000')).toBe(27_000n);
    expect(await pay(quota.replace('GATE', 'gates: { g: { require: attainment > 100%, otherwise: 50% } }'), facts, '10_000')).toBe(13_500n);
    expect(await pay(quota.replace('GATE', 'multiply: { f: { steps: { 0%: 1x, 100%: 2x } } }'), facts, '10_000')).toBe(54_000n);
    const x = (await (await run(`{ measure: won, ${BY} }`, facts)).rows('attainment')).map((r) => r['x_n']);
    expect(x).toEqual([1_000_000n, 1_000_000n, 1_000_000n]);
  });
});

describe('what is missing is never 0', () => {
  test.each<[string, string, number]>([
    ['a target of 0', '{ measure: won, target: quota, payout: attainment }', HELD.no_target],
    ['a share of the incentive where the measure has no value', '{ measure: win_rate, payout: 80% }', HELD.no_value],
    ['a table at a measure without a value', '{ measure: won, payout: { by: win_rate, steps: { 0%: 50% } } }', HELD.no_reading],
    ['a gate that says hold', '{ measure: won, payout: 100%, gates: { g: { require: won_deals >= 1, otherwise: hold } } }', HELD.gate],
    ['a factor at a measure without a value', '{ measure: won, payout: 100%, multiply: { f: { by: win_rate, steps: { 0%: 1x } } } }', HELD.factor],
  ])('%s holds pay, and a floor does not undo it', async (_, component, code) => {
    const r = await run(component.replace(/ \}$/, ', floor: 50 }'), [], '0');
    expect([await held(r), (await r.earned())['ann p c 2026']]).toEqual([code, 0n]);
  });
  test('`no_target` and `missing` say what holds instead', async () => {
    expect(await pay('{ measure: won, target: quota, no_target: 100%, payout: attainment }', [], '0')).toBe(1_000_000n);
    expect(await pay('{ measure: win_rate, target: 50%, missing: 80%, payout: attainment }', [])).toBe(800_000n);
  });
});

describe('gates, factors, caps and floors, in this order', () => {
  test('each step is kept', async () => {
    const r = await run('{ measure: won, rate: 10%, gates: { g: { require: won_deals >= 2, otherwise: 50% } }, multiply: { f: 3x }, cap: 1_200, floor: 100 }', [won('10_000')]);
    const [e] = await r.rows('earned_0'), units = (name: string): bigint => (e?.[name] as bigint) / 10n ** 15n;
    expect([units('raw'), units('gated'), units('factored'), units('limited')]).toEqual([100_000n, 50_000n, 150_000n, 120_000n]);
  });
  test('a gate at its threshold; at most a share of the incentive; several conditions', async () => {
    const gate = (require: string, otherwise: string): string => `{ measure: won, rate: 10%, gates: { g: { require: ${require}, otherwise: ${otherwise} } } }`;
    const facts = [won('50_000'), won('20_000', { stage: 'Lost' })];
    expect(await pay(gate('win_rate >= 50%', '0%'), facts)).toBe(500_000n);
    expect(await pay(gate('win_rate > 50%', 'at most 30%'), facts)).toBe(300_000n);
    expect(await pay(gate('win_rate >= 50% and won_deals >= 2', '0%'), facts)).toBe(0n);
    expect(await pay(gate('win_rate > 50%', 'at most 80%'), facts)).toBe(500_000n);
  });
  test('a marginal table as a factor is the average of its parts, below 0 too', async () => {
    const factor = '{ measure: won, target: quota, payout: 100%, multiply: { f: { marginal: { 0%: 1x, 100%: 2x } } } }';
    expect(await pay(factor, [won('50_000')])).toBe(1_000_000n);
    expect(await pay(factor, [won('200_000')])).toBe(1_500_000n);
    expect(await pay(factor, [won('-50_000')])).toBe(1_000_000n);
  });
  test('the plan\'s cap is shared out by largest remainder, to the cent', async () => {
    const three = `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\ncap: 100\n${MEASURES}components:\n  a: { measure: won, rate: 10% }\n  b: { measure: won, rate: 10% }\n  c: { measure: won, rate: 10% }\n`;
    const r = await runCompany(engine, { plans: [three], people: { ann: {} }, facts: [won('10_000')] });
    expect(await r.earned()).toEqual({ 'ann p a 2026': 3_334n, 'ann p b 2026': 3_333n, 'ann p c 2026': 3_333n });
  });
});

describe('one rounding', () => {
  test('half a cent goes away from zero, on both sides, and what a third loses on the way is not half a cent', async () => {
    const rate = (r: string, amount: string): Promise<bigint | undefined> => pay(`{ measure: won, rate: ${r} }`, [won(amount)]);
    expect([await rate('5%', '0.10'), await rate('5%', '-0.10'), await rate('5%', '0.09'), await rate('5%', '0.11')]).toEqual([1n, -1n, 0n, 1n]);
    // 1/3 · 3 · 0.005: exact fractions give half a cent
    const facts = [won('0.10', { second: 'ben', third: 'cat' })], thirds = 'credits: { r: { from: deal, to: [owner, second, third] } }\n';
    const r = await runCompany(engine, { plans: [plan('{ measure: won, rate: 15% }', thirds)], people: { ann: { quota: '1' }, ben: { quota: '1' }, cat: { quota: '1' } }, facts });
    expect(await r.earned()).toEqual({ 'ann p c 2026': 1n, 'ben p c 2026': 1n, 'cat p c 2026': 1n });
  });
  test('where the plan says, up and down, to its unit', async () => {
    const end = (unit: string, amount: string): Promise<bigint | undefined> => pay('{ measure: won, rate: 10% }', [won(amount)], '1', `round: { end: ${unit} }\n`);
    expect([await end('0.05', '0.70'), await end('0.05', '0.80'), await end('1 down', '19.99'), await end('1 up', '10.01'), await end('1 up', '10.00'), await end('1 down', '-19.99')]).toEqual([5n, 10n, 100n, 200n, 100n, -100n]);
  });
  test('[C8] what a window pays is rounded as a whole: its lines add up to the cent', async () => {
    const r = await runCompany(engine, { plans: [plan('{ measure: won, rate: 1%, window: year to date, period: month }')], people: { ann: { quota: '1' } }, facts: Array.from({ length: 9 }, (_, i) => won('0.33', { date: `2026-0${i + 1}-10` })) });
    const earned = Object.values(await r.earned());
    expect(earned.reduce((a, b) => a + b, 0n)).toBe(3n);
    expect(earned.filter((x) => x === 1n)).toHaveLength(3);
  });
});

describe('numbers beyond 38 digits', () => {
  test('end the run with the component that it was, and nothing is paid', async () => {
    const { run: none, diagnostics } = await tryCompany(engine, {
      plans: [plan('{ measure: { sum: amount * part, from: deal }, target: quota, payout: { points: { 0%: 0%, 33.333333%: 77.777777%, 123.456789%: 200% } } }')],
      people: { ann: [{ quota: '99_999_999_999.97' }, { from: '2026-05-05', quota: '88_888_888_888.83' }] }, facts: [won('98_765_432_109.87', { part: '33.3333%' })],
    });
    expect(none).toBeUndefined();
    expect(diagnostics).toMatchObject([{ code: 'plan.too_many_digits', path: 'components.c', severity: 'error' }]);
    expect(diagnostics[0]?.hint).toContain('round: { target: 1 }');
  });
  test('what could only in theory pass them is calculated', async () => {
    expect(await pay('{ measure: won, target: quota, rate: { marginal: { 0%: 1x, 87.5%: 1.37x } } }', [won('123_456_789.01')], '131_313_131.31')).toBe(964_284n);
  });
});
