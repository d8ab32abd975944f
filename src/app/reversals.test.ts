/** What takes back a fact repeats the credits of that fact, whoever they went to, and is no value of its own. On both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('reversals'); });
afterAll(() => engine.close());

const FACTS = `facts:
  account: { fields: { tier: text } }
  deal: { fields: { owner: payee, team: payees, parts: splits, account: account, amount: money, reverses: deal } }
  touch: { fields: { by: payee, account: account, reverses: touch } }
  big: { from: deal, where: amount >= 50 }
sources: { accounts: { file: a.csv, into: account, id: id, fields: { tier: tier } } }
`;
const wrong = (plan: string, table: string): Promise<readonly (readonly string[])[]> =>
  differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\n${plan}` }, `plan: p\npeople: { ann: {}, bob: {}, cat: {} }\nentities: { account: { x: { tier: gold } } }\n${table}`);
const SUM = 'components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }\n';
const DEAL = '{ id: d1, owner: ann, date: 2026-01-15, account: x, amount: 100, team: [ann, bob], parts: [[ann, 70%], [cat, 30%]] }';
const BACK = '{ id: r1, date: 2026-02-10, reverses: d1 }';

describe('credits', () => {
  test('of a list are repeated: whoever shared the fact gives back his share, whatever the row of the reversal says', async () => {
    expect(await wrong(`credits: { all: { from: deal, to: team } }\n${SUM}`, `facts: { deal: [ ${DEAL}, ${BACK} ] }
expect: [ [ann, 2026-01, c.value, 50], [bob, 2026-01, c.value, 50], [ann, 2026-02, c.value, -50], [bob, 2026-02, c.value, -50], [cat, 2026-02, c.value, 0] ]`)).toEqual(RIGHT);
    expect(await wrong(`credits: { all: { from: deal, to: team } }\n${SUM}`, `facts: { deal: [ ${DEAL}, { id: r1, date: 2026-02-10, owner: cat, team: [cat], reverses: d1 } ] }
expect: [ [ann, 2026-02, c.value, -50], [bob, 2026-02, c.value, -50], [cat, 2026-02, c.value, 0] ]`)).toEqual(RIGHT);
  });
  test('of a list of shares are repeated, of a kind made of others too', async () => {
    expect(await wrong(`credits: { all: { from: big, to: parts } }\ncomponents: { c: { measure: { sum: amount, from: big }, rate: 10% } }\n`, `facts: { deal: [ ${DEAL}, ${BACK} ] }
expect: [ [ann, 2026-01, c.value, 70], [cat, 2026-01, c.value, 30], [ann, 2026-02, c.value, -70], [cat, 2026-02, c.value, -30], [bob, 2026-02, c.value, 0] ]`)).toEqual(RIGHT);
  });
  test('through touches are repeated as of the day of the fact: who came to the account later gives nothing back', async () => {
    expect(await wrong(`credits: { all: { from: deal, to: by, through: touch } }\n${SUM}`, `facts: { deal: [ ${DEAL}, ${BACK} ], touch: [ { by: ann, account: x, date: 2026-01-02 }, { by: bob, account: x, date: 2026-01-20 } ] }
expect: [ [ann, 2026-01, c.value, 100], [bob, 2026-01, c.value, 0], [ann, 2026-02, c.value, -100], [bob, 2026-02, c.value, 0] ]`)).toEqual(RIGHT);
    expect(await wrong(`credits: { all: { from: deal, to: by, through: touch, look_back: 20 days } }\n${SUM}`, `facts: { deal: [ ${DEAL}, ${BACK} ], touch: [ { by: ann, account: x, date: 2026-01-02 }, { by: bob, account: x, date: 2025-12-20 } ] }
expect: [ [ann, 2026-01, c.value, 100], [ann, 2026-02, c.value, -100], [bob, 2026-02, c.value, 0] ]`)).toEqual(RIGHT);
  });
  test('through touches that were taken back: until that day it was one, and what takes it back is none', async () => {
    // ann touched it until the 10th; from then on only bob did
    const touches = '[ { id: t1, by: ann, account: x, date: 2026-01-02 }, { id: t2, reverses: t1, date: 2026-01-10 }, { id: t3, by: bob, account: x, date: 2026-01-05 } ]';
    expect(await wrong(`credits: { all: { from: deal, to: by, through: touch, overlay: yes } }\n${SUM}`, `facts: { deal: [ { id: d0, date: 2026-01-09, account: x, amount: 7 }, ${DEAL}, ${BACK} ], touch: ${touches} }
expect: [ [ann, 2026-01, c.value, 7], [bob, 2026-01, c.value, 107], [ann, 2026-02, c.value, 0], [bob, 2026-02, c.value, -100] ]`)).toEqual(RIGHT);
  });
  test('of a rule that yields to a list or to touches are those that it left', async () => {
    expect(await wrong(`credits: { all: { from: deal, to: team, share: 50% }, own: { from: deal, to: owner, share: 50%, yields_to: all } }\n${SUM}`, `facts: { deal: [ ${DEAL}, { id: d2, owner: cat, date: 2026-01-15, amount: 10, team: [ann, bob] }, ${BACK} ] }
expect: [ [ann, 2026-01, c.value, 27.5], [bob, 2026-01, c.value, 27.5], [cat, 2026-01, c.value, 5], [ann, 2026-02, c.value, -25] ]`)).toEqual(RIGHT);
    expect(await wrong(`credits: { all: { from: deal, to: by, through: touch, share: 50% }, own: { from: deal, to: owner, share: 50%, yields_to: all } }\n${SUM}`, `facts: { deal: [ ${DEAL}, { id: d2, owner: cat, account: x, date: 2026-01-15, amount: 10 }, ${BACK} ], touch: [ { by: ann, account: x, date: 2026-01-02 } ] }
expect: [ [ann, 2026-01, c.value, 55], [cat, 2026-01, c.value, 5], [ann, 2026-02, c.value, -50] ]`)).toEqual(RIGHT);
  });
});
