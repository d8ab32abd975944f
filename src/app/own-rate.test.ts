/** Gates and factors may read the rate, or the share of the incentive, that the component's own table gave. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('own-rate'); });
afterAll(() => engine.close());

const FACTS = 'facts: { deal: { fields: { owner: payee, amount: money, size: number } } }\n';
const HEAD = 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\nincentive: 1_000 a month\n';
const DATA = `plan: p
people: { ann: {}, bob: {} }
facts: { deal: [ { owner: ann, date: 2026-01-10, amount: 1_000, size: 1 }, { owner: ann, date: 2026-01-11, amount: 2_000, size: 2 }, { owner: bob, date: 2026-01-11, amount: 500, size: 2 } ] }
`;
const pays = (components: string, expected: string): Promise<readonly (readonly string[])[]> =>
  differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': `${HEAD}components:\n${components}` }, `${DATA}expect: [ ${expected} ]\n`);

describe('what the table gave', () => {
  test('in a gate and a factor, of the component and of each fact', async () => {
    expect(await pays(`  whole: { measure: { sum: amount, from: deal }, rate: { retroactive: { 0: 5%, 3_000: 10% } }, gates: { high: { require: rate > 5%, otherwise: 50% } }, multiply: { more: { by: rate, steps: { 0%: 1x, 10%: 2x } } } }
  each: { measure: { sum: amount, from: deal }, per: deal, rate: { retroactive: { 0: 5%, 2_000: 10% } }, gates: { high: { require: rate > 5%, otherwise: 0% } } }
  points: { measure: { sum: amount, from: deal }, target: 2_000, payout: { points: { 0%: 0%, 100%: 100%, 200%: 300% } }, multiply: { more: "if(payout > 150%, 2x, 1x)" } }
  base: { measure: { sum: amount, from: deal }, target: 2_000, rate: { retroactive: { 0%: 1x, 150%: 2x } }, gates: { half: { require: rate >= 60%, otherwise: 10% } } }
  count: { measure: { count: deal }, rate: { retroactive: { 0: 50, 2: 75 } }, gates: { high: { require: rate > 60, otherwise: 0% } } }
  units: { measure: { count: deal }, target: 2, rate: { retroactive: { 0%: 1x, 100%: 1.5x } }, gates: { high: { require: rate > 500, otherwise: 20% } } }
  worked: { measure: { sum: amount, from: deal }, target: 30_000, rate: attainment, multiply: { more: "if(rate >= 10%, 3x, 1x)" } }
`, `[ann, 2026-01, whole, 600], [bob, 2026-01, whole, 12.5], [ann, 2026-01, each, 200], [bob, 2026-01, each, 0], [ann, 2026-01, points, 4_000], [bob, 2026-01, points, 250],
    [ann, 2026-01, base, 3_000], [bob, 2026-01, base, 25], [ann, 2026-01, count, 150], [bob, 2026-01, count, 0], [ann, 2026-01, units, 1_500], [bob, 2026-01, units, 100], [ann, 2026-01, worked, 900], [bob, 2026-01, worked, 8.33]`)).toEqual(RIGHT);
  });
  test('what cannot be read yet is refused by name', async () => {
    const said = async (more: string): Promise<string> => (await pays(`  c: { measure: { sum: amount, from: deal }, ${more} }\n`, '[ann, 2026-01, c, 1]'))[0]?.[0] ?? '';
    for (const more of ['cap: rate', 'floor: value * 1%', 'gates: { g: { require: value > 1, otherwise: rate } }']) expect(await said(`rate: 5%, ${more}`)).toContain('of c reads results or facts, which is not built yet');
    expect(await said('rate: { by: size, lookup: { 1: 5%, 2: 6% } }, gates: { g: { require: rate > 5% } }')).toContain('c has a rate for each fact');
  });
});
