/** Limits of measures, in the unit of what they limit. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { openEngine, runCompany } from './stage.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openEngine('limits'); });
afterAll(async () => { await engine.close(); });

test('a limit on money is money, not its smallest part; one on numbers is a number', async () => {
  const plan = `plan: p
effective: 2026-01-01 / 2026-07-01
period: month
measures:
  won: { sum: amount, from: deal, limits: { most: { at_most: 900.50 } } }
  units: { sum: qty, from: deal, limits: { most: { at_most: 3 } } }
components:
  money: { measure: won, rate: 10% }
  units_paid: { measure: units, rate: 10 }
`;
  const run = await runCompany(engine, { plans: [plan], people: { ann: {} }, facts: [{ id: 'd1', date: '2026-04-01', owner: 'ann', amount: '1000', qty: '5' }] });
  const earned = await run.earned();
  expect([earned['ann p money 2026-04'], earned['ann p units_paid 2026-04']]).toEqual([9_005n, 3_000n]);
});
