/** Conditions and factors that read what the component's own table gave are worked out again from what is said. */
import { expect, test } from 'vitest';
import { calculated } from '../../src/app/explain.fixture.ts';
import { explain } from '../../src/app/explain.ts';
import { openMemory } from '../../src/engine/memory.ts';
import { nothingWalked, walk } from './walk.ts';

const FACTS = `facts:
  deal: { fields: { owner: payee, amount: money } }
sources:
  deals: { file: d.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, amount: m } }
`;
const PLAN = `plan: p
effective: 2026-01-01 / 2027-01-01
period: quarter
incentive: 1_000 a quarter
components:
  whole: { measure: { sum: amount, from: deal }, rate: { retroactive: { 0: 5%, 3_000: 10% } }, gates: { high: { require: rate > 5%, otherwise: 50% } }, multiply: { more: { by: rate, steps: { 0%: 1x, 10%: 2x } } } }
  each: { measure: { sum: amount, from: deal }, per: deal, rate: { retroactive: { 0: 5%, 2_000: 10% } }, gates: { high: { require: rate > 5%, otherwise: 20% } } }
  points: { measure: { sum: amount, from: deal }, target: 2_000, payout: { points: { 0%: 0%, 100%: 100%, 200%: 300% } }, multiply: { more: "if(payout > 150%, 2x, 1x)" } }
  count: { measure: { count: deal }, rate: { retroactive: { 0: 50, 2: 75 } }, gates: { high: { require: rate > 60, otherwise: 0% } } }
`;

test('of the component and of each fact', async () => {
  const run = await calculated({ plans: { 'p.yaml': PLAN }, facts: FACTS, engine: openMemory(), entities: {}, rows: { deal: [{ id: 'd1', date: '2026-01-10', owner: 'ann', amount: '1000' }, { id: 'd2', date: '2026-02-10', owner: 'ann', amount: '2000' }] } });
  const { value } = await explain(run.engine, run.calculation, { payee: 'ann', period: '2026-Q1', kinds: run.workspace.kinds });
  if (value === undefined) throw new Error('nothing is explained');
  const walked = nothingWalked();
  walk(value, 'own rate', walked);
  expect([walked.lines, walked.wrong]).toEqual([4, []]);
  expect(value.plans[0]?.components.map((c) => c.amount)).toEqual(['600.00', '210.00', '4000.00', '150.00']);
});

test('multiples of the base rate that are found by a formula or a table of several', async () => {
  const plan = `plan: p
effective: 2026-01-01 / 2027-01-01
period: quarter
incentive: 1_000 a quarter
components:
  worked: { measure: { sum: amount, from: deal }, target: 2_000, rate: "if(attainment >= 150%, 2x, 1x)" }
  outer: { measure: { sum: amount, from: deal }, target: 2_000, rate: { by: [value, attainment], retroactive: { 0: { 0%: 1x, 100%: 2x }, 2_000: { 0%: 1x, 150%: 3x } } } }
  units: { measure: { count: deal }, target: 2, rate: "if(attainment >= 100%, 1.5x, 1x)" }
`;
  const run = await calculated({ plans: { 'p.yaml': plan }, facts: FACTS, engine: openMemory(), entities: {}, rows: { deal: [{ id: 'd1', date: '2026-01-10', owner: 'ann', amount: '1000' }, { id: 'd2', date: '2026-02-10', owner: 'ann', amount: '2000' }] } });
  const { value } = await explain(run.engine, run.calculation, { payee: 'ann', period: '2026-Q1', kinds: run.workspace.kinds });
  if (value === undefined) throw new Error('nothing is explained');
  const walked = nothingWalked();
  walk(value, 'base rate', walked);
  expect([walked.lines, walked.wrong]).toEqual([3, []]);
  expect(value.plans[0]?.components.map((c) => c.amount)).toEqual(['3000.00', '4500.00', '1500.00']);
});
