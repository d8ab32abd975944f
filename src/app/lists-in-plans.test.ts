/** Lists of payees in plans: who is credited, how many there are; of the fact, and of what it refers to. On both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { checked, differing, openForTests, RIGHT } from './both-engines.fixture.ts';
import { checkPlans } from './check.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('lists-in-plans'); });
afterAll(() => engine.close());

const FACTS = `facts:
  account: { fields: { team: payees, parts: splits, tier: text } }
  deal: { fields: { owner: payee, team: payees, account: account, amount: money, reverses: deal }, derived: { people: count(team), each: amount / count(team) } }
  payment: { fields: { owner: payee, deal: deal, amount: money } }
  wide: { from: deal, where: count(team) >= 2 }
sources: { accounts: { file: a.csv, into: account, id: id, fields: { team: team, parts: parts, tier: tier } } }
`;
const files = (plan: string): Record<string, string> => ({ 'facts/f.yaml': FACTS, 'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\n${plan}` });
const wrong = (plan: string, wanted: string): Promise<readonly (readonly string[])[]> => differing(engine, files(plan), `plan: p\npeople: { ann: {}, bob: {}, cat: {} }
entities: { account: { x: { team: [ { value: [ann, bob] }, { from: 2026-02-01, value: [cat] } ], parts: [[ann, 70%], [cat, 30%]], tier: gold } } }
facts:
  deal: [ { id: d1, owner: ann, date: 2026-01-15, account: x, amount: 100, team: [ann, bob, cat] }, { id: d2, owner: ann, date: 2026-01-16, account: x, amount: 8 }, { id: d3, owner: ann, date: 2026-02-10, account: x, amount: 40, team: [bob] }, { id: r1, date: 2026-03-10, reverses: d1 } ]
  payment: [ { owner: bob, date: 2026-04-01, deal: d1, amount: 30 } ]
expect: [ ${wanted} ]`);

describe('count(…)', () => {
  test('of the fact: in values, filters, derived fields and kinds; a blank list has no number, and what is taken back counts as the fact did', async () => {
    expect(await wrong(`components:
  sum: { measure: { sum: count(team), from: deal }, rate: 1 }
  per_head: { measure: { sum: each, from: deal }, rate: 100% }
  few: { measure: { count: deal, where: people < 3 }, rate: 1 }
  many: { measure: { count: wide }, rate: 1 }
`, '[ann, 2026-01, sum.value, 3], [ann, 2026-02, sum.value, 1], [ann, 2026-03, sum.value, -3], [ann, 2026-01, per_head, 33.33], [ann, 2026-03, per_head, -33.33], [ann, 2026-01, few.value, 0], [ann, 2026-02, few.value, 1], [ann, 2026-01, many.value, 1], [ann, 2026-03, many.value, -1]')).toEqual(RIGHT);
  });
  test('of what it refers to, as of the day', async () => {
    expect(await wrong(`components:
  team: { measure: { sum: count(account.team), from: deal }, rate: 1 }
  cash: { measure: { sum: amount * count(deal.team), from: payment }, rate: 100% }
`, '[ann, 2026-01, team.value, 4], [ann, 2026-02, team.value, 1], [ann, 2026-03, team.value, -2], [bob, 2026-04, cash.value, 90]')).toEqual(RIGHT);
  });
});

test('a rule credits a list of what the fact refers to, as of the day of the fact', async () => {
  expect(await wrong('credits: { team: { from: deal, to: account.team } }\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 100% } }\n',
    '[ann, 2026-01, c.value, 54], [bob, 2026-01, c.value, 54], [cat, 2026-02, c.value, 40], [ann, 2026-03, c.value, -50], [bob, 2026-03, c.value, -50], [cat, 2026-03, c.value, 0]')).toEqual(RIGHT);
  expect(await wrong('credits: { paid: { from: payment, to: deal.team } }\ncomponents: { c: { measure: { sum: amount, from: payment }, rate: 100% } }\n', '[ann, 2026-04, c.value, 10], [cat, 2026-04, c.value, 10]')).toEqual(RIGHT);
});

describe('what cannot be read is told when the plan is checked', () => {
  test.each<[string, string]>([
    ['components: { c: { measure: { sum: amount, from: deal, where: team = "ann" }, rate: 1% } }\n', '`team` is a list of payees, and a formula can only count its entries.'],
    ['components: { c: { measure: { sum: count(owner), from: deal }, rate: 1% } }\n', '`count` counts the entries of a list, which only fields of type payees and splits are.'],
    ['components: { c: { measure: { sum: amount, from: deal }, rate: 1%, gates: { g: { require: count(payee.team) > 1, otherwise: 0% } } } }\n', '`team` of `person` is a list of payees, not one value.'],
    ['credits: { team: { from: deal, split: { account.team: 100% } } }\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 1% } }\n', 'list'],
    ['terms: { people: number }\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 1%, gates: { g: { require: payee.mates > 1, otherwise: 0% } } } }\n', 'The derived field mates counts the entries of a list'],
  ])('%s', async (plan, message) => {
    const { workspace, errors } = checked({ ...files(plan), 'facts/f.yaml': FACTS.replace('facts:\n', 'facts:\n  person: { fields: { team: payees }, derived: { mates: count(team) } }\n') });
    const said = errors.length > 0 || workspace === undefined ? errors : await checkPlans(workspace, undefined);
    expect(said.map((d) => d.message).join('\n')).toContain(message);
  });
});
