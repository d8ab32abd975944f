/** Each fact that is paid by itself reads what is dated as of its day, also where that changes within a period. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('single-days'); });
afterAll(() => engine.close());

const FACTS = `facts:
  deal:   { fields: { owner: payee, amount: money, size: number, reverses: deal } }
  pod:    { fields: { share: percent } }
`;
const HEAD = 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\n';
const PEOPLE = `plan: p
people:
  ann: { cut: [ { value: 10% }, { from: 2026-01-16, value: 20% } ], role: [ { value: AE }, { from: 2026-01-21, value: Lead } ], bonus: [ { value: 1_200 }, { from: 2026-01-16, value: 2_400 } ], most: [ { value: 30 }, { from: 2026-01-11, value: 500 } ] }
  bob: { cut: 10%, role: AE, bonus: 1_200, most: 500 }
`;
const DEALS = `facts:
  deal:
    - { id: d1, owner: ann, date: 2026-01-10, amount: 1_000, size: 1 }
    - { id: d2, owner: ann, date: 2026-01-15, amount: 1_000, size: 2 }
    - { id: d3, owner: ann, date: 2026-01-16, amount: 1_000, size: 3 }
    - { id: d4, owner: ann, date: 2026-01-31, amount: 1_000, size: 4 }
    - { id: d5, owner: bob, date: 2026-01-31, amount: 1_000, size: 5 }
    - { id: d6, owner: ann, date: 2026-02-03, amount: 1_000, size: 6 }
`;
const pays = (plan: string, expected: string, data = PEOPLE + DEALS): Promise<readonly (readonly string[])[]> =>
  differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': `${HEAD}terms: { cut: percent = 10%, bonus: money a year = 0, most: money = 500 }\n${plan}` }, `${data}expect: [ ${expected} ]\n`);

describe('what changes within a period', () => {
  test('a rate', async () => {
    expect(await pays('components: { c: { measure: { sum: amount, from: deal }, per: deal, rate: cut } }\n',
      '[ann, 2026-01, c, 600], [ann, 2026-01, c.line.d2, 100], [ann, 2026-01, c.line.d3, 200], [ann, 2026-01, c.value, 4_000], [bob, 2026-01, c, 100], [ann, 2026-02, c, 200]')).toEqual(RIGHT);
  });
  test('a cap, a floor, a gate, a factor and the row of a table', async () => {
    expect(await pays(`components:
  capped: { measure: { sum: amount, from: deal }, per: deal, rate: 10%, cap: most }
  gated:  { measure: { sum: amount, from: deal }, per: deal, rate: 10%, gates: { lead: { require: payee.role = "Lead", otherwise: cut } } }
  times:  { measure: { sum: amount, from: deal }, per: deal, rate: 10%, multiply: { own: cut } }
  chosen: { measure: { sum: amount, from: deal }, per: deal, rate: { by: payee.role, lookup: { AE: 5%, Lead: 7% } } }
  sized:  { measure: { sum: amount, from: deal }, per: deal, rate: { by: [payee.role, size], retroactive: { AE: { 0: 1%, 2: 2% }, Lead: { 0: 3%, 4: cut } } } }
  worked: { measure: { sum: amount, from: deal }, per: deal, amount: yearly(bonus) * size / 100 }
`, `[ann, 2026-01, capped, 330], [ann, 2026-01, gated, 140], [ann, 2026-01, times, 60], [ann, 2026-01, chosen, 220], [ann, 2026-01, sized, 250], [ann, 2026-01, worked, 204],
    [bob, 2026-01, capped, 100], [bob, 2026-01, gated, 10], [bob, 2026-01, times, 10], [bob, 2026-01, chosen, 50], [bob, 2026-01, sized, 20], [bob, 2026-01, worked, 60]`)).toEqual(RIGHT);
  });
  test('what is a share of a window stays that of the window; target and incentive do, too', async () => {
    expect(await pays('incentive: bonus\ncomponents: { c: { measure: { sum: amount, from: deal }, per: deal, target: 4_000, payout: { steps: { 0%: cut } } } }\n',
      '[ann, 2026-01, c, 90.96], [bob, 2026-01, c, 10]')).toEqual(RIGHT);
  });
  test('in a part of a group, and where a plan has a cap of its own', async () => {
    expect(await pays(`cap: 900
components:
  both:
    components:
      c: { measure: { sum: amount, from: deal }, per: deal, rate: cut }
      d: { measure: { sum: amount, from: deal }, rate: 1% }
    multiply: { half: 50% }
  alone: { measure: { sum: amount, from: deal }, per: deal, rate: cut }
`, '[ann, 2026-01, both, 313.04], [ann, 2026-01, alone, 586.96], [ann, 2026-02, both, 105], [ann, 2026-02, alone, 200]')).toEqual(RIGHT);
  });
  test('what takes a fact back reads what the fact read', async () => {
    expect(await pays('components: { c: { measure: { sum: amount, from: deal }, per: deal, rate: cut } }\n', '[ann, 2026-01, c, 600], [ann, 2026-02, c, 100]', `${PEOPLE}${DEALS}    - { id: r1, owner: ann, reverses: d1, date: 2026-02-10, amount: 1_000 }\n`)).toEqual(RIGHT);
  });
  test('where facts are paid together by a field, the change is refused by name', async () => {
    const said = await pays('components: { c: { measure: { sum: amount, from: deal }, rate: { by: size, retroactive: { 0: 1%, 2: cut } } } }\n', '[ann, 2026-01, c, 1]');
    for (const engineSaid of said) expect(engineSaid[0]).toContain('c reads cut as of the day of each fact, and it changes for ann within a period');
  });
});
