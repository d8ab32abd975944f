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

describe('a reversed fact is no candidate', () => {
  const points = (id: string, date: string, more: string): string => `{ id: ${id}, account: x, by: ann, date: ${date}, ${more} }`;
  // 5, then 9, then 2; the 9 is taken back in March, the 2 in April
  const touches = [points('t1', '2026-01-05', 'points: 5'), points('t2', '2026-02-05', 'points: 9'), points('t3', '2026-02-06', 'points: 2'), '{ id: b2, date: 2026-03-10, reverses: t2 }', '{ id: b3, date: 2026-04-10, reverses: t3 }'].join(', ');
  const facts = FACTS.replace('touch: { fields: { by: payee,', 'touch: { fields: { points: number, by: payee,');
  /** entries into a state of a condition on this measure, by month */
  const MEASURES: Readonly<Record<string, readonly [measure: string, holds: string, entered: Readonly<Record<string, number>>]>> = {
    highest: ['max: points', '<= 5', { '01': 1, '02': 0, '03': 1, '04': 0 }],
    lowest: ['min: points', '>= 5', { '01': 1, '02': 0, '03': 0, '04': 1 }],
    last_one: ['last: points', '= 5', { '01': 1, '03': 0, '04': 1 }],
    first_one: ['first: points', '= 5', { '01': 1, '04': 0 }],
    kinds_of: ['distinct: points', '= 2', { '01': 0, '02': 1, '03': 1, '04': 0 }],
    total: ['sum: points', '= 7', { '02': 0, '03': 1, '04': 0 }],
  };
  test('of the highest, lowest, first and last that a state reads; of sums and different values it counts back', async () => {
    const each = (line: (name: string, of: string, holds: string) => string): string => Object.entries(MEASURES).map(([name, [of, holds]]) => line(name, of, holds)).join('');
    const plan = `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\nmeasures:\n${each((n, of) => `  ${n}: { for: account, ${of}, from: touch, at: end }\n`)}states:\n${each((n, _, holds) => `  is_${n}: { for: account, while: ${n} ${holds} }\n`)}components:\n${each((n) => `  c_${n}: { measure: { for: company, count: is_${n} }, rate: 1 }\n`)}`;
    const wanted = Object.entries(MEASURES).flatMap(([n, [, , entered]]) => Object.entries(entered).map(([month, of]) => `[ann, 2026-${month}, c_${n}.value, ${of}]`));
    expect(await differing(engine, { 'facts/f.yaml': facts, 'plans/p.yaml': plan }, `plan: p\npeople: { ann: {} }\nentities: { account: { x: { tier: gold } } }\nfacts: { touch: [ ${touches} ] }\nexpect: [ ${wanted.join(', ')} ]`)).toEqual(RIGHT);
  }, 60_000);
});
