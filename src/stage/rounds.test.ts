/** Earnings as facts of later rounds. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { openEngine, runCompany } from './stage.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openEngine('rounds'); });
afterAll(async () => { await engine.close(); });

const HEAD = 'effective: 2026-01-01 / 2026-07-01\nperiod: month\n';
const OVERRIDE = (plan: string, more = ''): string => `plan: ${plan}
${HEAD}credits: { team: { from: earning, to: payee, up: manager } }
components:
  commission: { measure: { sum: amount, from: deal }, rate: 10% }
  override: { measure: { sum: amount, from: earning, where: component = "commission" }, rate: 5% }
${more}`;
const TEAM = { top: {}, boss: { manager: 'top' }, ann: { manager: 'boss' }, bob: { manager: 'boss' } };
const deal = (id: string, owner: string, amount: string, date = '2026-01-15') => ({ id, owner, amount, date, closed: date });

describe('an override on what others earned', () => {
  test('is paid on the earning after its rounding, cap and floor, and only to the one above', async () => {
    const capped = OVERRIDE('p').replace('rate: 10% }', 'rate: 10%, cap: 5_000 }');
    const run = await runCompany(engine, { plans: [capped], people: TEAM, facts: [deal('d1', 'ann', '1000.05'), deal('d2', 'bob', '500_000'.replace('_', ''))] });
    const earned = await run.earned();
    // 10 % of 1,000.05 is 100.005: the override is on 100.01; of bob's 50,000 the cap leaves 5,000
    expect(earned['ann p commission 2026-01']).toBe(10_001n);
    expect(earned['bob p commission 2026-01']).toBe(500_000n);
    expect(earned['boss p override 2026-01']).toBe(25_500n);
    expect(earned['top p override 2026-01'] ?? 0n).toBe(0n);
    expect(earned['ann p override 2026-01'] ?? 0n).toBe(0n);
  });
  test('without names reads the first round, and not itself', async () => {
    const plan = `plan: p\n${HEAD}components:
  a: { measure: { sum: amount, from: deal }, rate: 10% }
  b: { measure: { count: deal }, rate: 7 }
  bonus: { measure: { sum: amount, from: earning }, rate: 10% }
  more: { measure: { sum: amount, from: earning, where: component = "bonus" }, rate: 50% }
`;
    const earned = await (await runCompany(engine, { plans: [plan], people: { ann: {} }, facts: [deal('d1', 'ann', '1000')] })).earned();
    expect([earned['ann p bonus 2026-01'], earned['ann p more 2026-01']]).toEqual([1_070n, 535n]);
  });
  test('counts what was earned by who left within the period', async () => {
    const earned = await (await runCompany(engine, { plans: [OVERRIDE('p')], people: { ...TEAM, ann: { manager: 'boss', left: '2026-01-20' } }, facts: [deal('d1', 'ann', '1000')] })).earned();
    expect(earned['boss p override 2026-01']).toBe(500n);
  });
  test('of one plan is not on the earnings of another, though both say the same', async () => {
    const plans = [OVERRIDE('p'), OVERRIDE('q').replace('from: deal', 'from: deal, where: amount > 0').replace('rate: 10%', 'rate: 20%')];
    const earned = await (await runCompany(engine, { plans, people: TEAM, facts: [deal('d1', 'ann', '1000')] })).earned();
    expect([earned['boss p override 2026-01'], earned['boss q override 2026-01']]).toEqual([500n, 1_000n]);
  });
  test('follows the true-up of a cumulative window, down as well as up', async () => {
    const plan = OVERRIDE('p').replace('rate: 10% }', 'window: year to date, rate: { retroactive: { 0: 10%, 1000: 20% } } }');
    const run = await runCompany(engine, { plans: [plan.replace('2026-07-01', '2027-01-01')], people: TEAM, facts: [deal('d1', 'ann', '900'), deal('d2', 'ann', '200', '2026-02-10'), deal('d3', 'ann', '-300', '2026-03-10')] });
    const earned = await run.earned();
    expect(['01', '02', '03'].map((m) => earned[`ann p commission 2026-${m}`])).toEqual([9_000n, 13_000n, -14_000n]);
    expect(['01', '02', '03'].map((m) => earned[`boss p override 2026-${m}`])).toEqual([450n, 650n, -700n]);
  });
});

test('three rounds: each is made once, and the statements do not depend on the number of plans', async () => {
  const more = '  second: { measure: { sum: amount, from: earning, where: component = "override" }, rate: 10% }\n';
  const names = async (count: number): Promise<string[]> => (await runCompany(engine, { plans: Array.from({ length: count }, (_, i) => OVERRIDE(`p${i}`, more).replace('from: deal', `from: deal, where: amount > ${i}`)), people: TEAM, facts: [deal('d1', 'ann', '100000')] })).calculation.compiled.program.statements.map((s) => s.name);
  const one = await names(1);
  expect(one.filter((n) => n === 'payouts')).toHaveLength(1);
  expect(one.filter((n) => /^earnings_round_[12]$/.test(n))).toHaveLength(2);
  expect(one.some((n) => n.startsWith('facts_deal_round'))).toBe(false);
  expect(await names(5)).toEqual(one);
});
