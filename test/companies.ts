/** Random companies for properties: one plan that does most of what a run does, people whose managers change, and drawn facts. */
import fc from 'fast-check';
import type { Company, FactRow } from '../src/stage/stage.fixture.ts';

/** Terms, a gate, a factor, a group, a look-up by a field, splits and a roll-up: most of what a run does. */
export const PLAN = `plan: p
effective: 2026-01-01 / 2027-01-01
payees: all
period: month
incentive: 12_000 a year
terms: { quota: money a year = 120_000 }
credits:
  owner: { from: deal, split: { owner: 70%, second: rest } }
  team: { from: deal, to: owner, up: manager, levels: all, overlay: yes }
measures:
  won: { sum: amount, from: deal, where: stage = "Won", credited: owner }
  won_deals: { count: deal, where: stage = "Won", credited: owner }
  team_won: { sum: amount, from: deal, where: stage = "Won", credited: team }
components:
  ytd: { weight: 50%, measure: won, target: quota, window: year to date, payout: { points: { 0%: 0%, 80%: 60%, 100%: 100%, 200%: 250% } } }
  rest:
    weight: 50%
    components:
      tiers: { measure: won, rate: { marginal: { 0: 3.33%, 2_500: 5%, 9_999.99: 7.77% } } }
      words: { measure: won_deals, rate: { by: account.tier, lookup: { A: 11, otherwise: 3 } } }
    gates: { some: { require: won >= 500, otherwise: 40% } }
    multiply: { pace: { by: won, steps: { 0: 1x, 4_000: 1.25x } } }
  team: { measure: team_won, rate: 0.77% }
`;
export const PEOPLE: Company['people'] = {
  vic: {}, mo: { manager: 'vic' }, kim: { manager: 'vic' },
  ann: [{ manager: 'mo' }, { from: '2026-04-16', manager: 'kim' }], ben: { manager: 'mo', hired: '2026-02-10' }, cat: { manager: 'kim', left: '2026-08-20' },
};
export const ACCOUNTS: Company['accounts'] = { x: { tier: 'A' }, y: { tier: 'B' } };

export const fact: fc.Arbitrary<FactRow> = fc.record({
  month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }), owner: fc.constantFrom('ann', 'ben', 'cat', 'mo'), second: fc.constantFrom('ann', 'cat', undefined),
  account: fc.constantFrom('x', 'y'), stage: fc.constantFrom('Won', 'Won', 'Lost'), cents: fc.integer({ min: 1, max: 900_000 }),
}).map(({ month, day, cents, second, ...rest }): FactRow => ({
  ...rest, ...(second === undefined || second === rest.owner ? {} : { second }), date: `2026-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`,
  amount: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`,
}));
const numbered = (facts: readonly FactRow[]): FactRow[] => facts.map((f, i) => ({ ...f, id: `f${i}` }));
export const facts = fc.array(fact, { minLength: 1, maxLength: 25 }).map(numbered);
export const company = (rows: readonly FactRow[], plans: readonly string[] = [PLAN]): Company => ({ plans, people: PEOPLE, accounts: ACCOUNTS, facts: rows });
