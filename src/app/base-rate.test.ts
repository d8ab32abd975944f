/** How many times the base rate is paid may be found by a formula of results, or by a table of several. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('base-rate'); });
afterAll(() => engine.close());

const FACTS = 'facts: { deal: { fields: { owner: payee, amount: money, won: yes/no } } }\n';
const HEAD = 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\nincentive: 1_000 a month\nterms: { boost: factor = 3x }\nmeasures: { wins: { count: deal, where: won } }\n';
const DATA = `plan: p
people: { ann: {}, bob: {} }
facts: { deal: [ { owner: ann, date: 2026-01-10, amount: 1_000, won: yes }, { owner: ann, date: 2026-01-11, amount: 2_000, won: no }, { owner: bob, date: 2026-01-11, amount: 500, won: no } ] }
`;
const pays = (components: string, expected: string): Promise<readonly (readonly string[])[]> =>
  differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': `${HEAD}components:\n${components}` }, `${DATA}expect: [ ${expected} ]\n`);

describe('multiples of the base rate', () => {
  test('by a formula, and by a table whose outer keys are results', async () => {
    // of 1,000 ÷ 2,000; of 1,000 for 2 deals
    expect(await pays(`  worked: { measure: { sum: amount, from: deal }, target: 2_000, rate: "if(attainment >= 150%, 2x, 1x)" }
  named: { measure: { sum: amount, from: deal }, target: 2_000, rate: "if(wins > 0, boost, 1x)" }
  outer: { measure: { sum: amount, from: deal }, target: 2_000, rate: { by: [wins, attainment], retroactive: { 0: { 0%: 1x, 100%: 2x }, 1: { 0%: 1x, 150%: boost } } } }
  units: { measure: { count: deal }, target: 2, rate: "if(attainment >= 100%, 1.5x, 1x)" }
  rounded: { measure: { sum: amount, from: deal }, target: 3_000, rate: "if(attainment >= 100%, 2x, 1x)", round: { rate: 1% } }
`, `[ann, 2026-01, worked, 3_000], [bob, 2026-01, worked, 250], [ann, 2026-01, named, 4_500], [bob, 2026-01, named, 250], [ann, 2026-01, outer, 4_500], [bob, 2026-01, outer, 250],
    [ann, 2026-01, units, 1_500], [bob, 2026-01, units, 500], [ann, 2026-01, rounded, 1_980], [bob, 2026-01, rounded, 165]`)).toEqual(RIGHT);
  });
});
