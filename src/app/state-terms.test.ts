/** States whose measures read terms. On both engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('state-terms'); });
afterAll(() => engine.close());

const FACTS = `facts:
  account: { fields: { tier: text } }
  touch: { fields: { account: account, points: number, channel: text } }
sources: { accounts: { file: a.csv, into: account, id: id, fields: { tier: tier } } }
`;
const plan = (name: string, terms: string, state: string, measures: string): string => `plan: ${name}\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\nterms: { ${terms} }\nstates: { ${state} }\nmeasures: { ${measures} }\ncomponents: { c: { measure: { for: company, count: STATE }, rate: 100 } }\n`;
const ROWS = 'people: { ann: {} }\nentities: { account: { a: { tier: "A" }, b: { tier: "B" } } }\nfacts: { touch: [ { account: a, date: 2026-01-10, points: 10, channel: web }, { account: a, date: 2026-04-10, points: 10, channel: fair }, { account: b, date: 2026-05-10, points: 30, channel: web } ] }\n';

test('values, filters and factors of measures that a state reads have terms in them, which are what they are for nobody', async () => {
  for (const [measure, q1, q2] of [
    ['sum: points * weight, from: touch, at: end', 100, 100], ['sum: points, from: touch, at: end, where: points >= large', 0, 100],
    ['sum: points, from: touch, at: end, factors: { channel: { by: channel, lookup: { web: weight, otherwise: small } } }', 100, 100], ['sum: points, from: touch, at: end, where: channel = place', 0, 100],
    ['sum: points, from: touch, at: end, factors: { channel: weight }', 100, 100],
  ] as const) {
    const files = { 'facts/f.yaml': FACTS, 'plans/p.yaml': plan('p', 'weight: number = 2, small: number = 0.5, large: number = 25, place: text = web', 'warm: { for: account, while: worth >= 20 }', `worth: { for: account, ${measure} }`).replace('STATE', 'warm') };
    expect(await differing(engine, files, `plan: p\n${ROWS}expect: [ [ann, 2026-Q1, c, ${q1}], [ann, 2026-Q2, c, ${q2}] ]`), measure).toEqual(RIGHT);
  }
});

test('money is money, and a plan of a family may give it', async () => {
  for (const currency of ['USD', 'JPY']) {
    const files = { 'facts/f.yaml': 'facts: { account: {}, deal: { fields: { account: account, amount: money } } }\nsources: { accounts: { file: a.csv, into: account, id: id } }\n', 'plans/p.yaml': `plan: p\ncurrency: ${currency}\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\nterms: { least: money = 50, off: money = 10 }\nstates: { big: { for: account, while: sold >= 40 } }\nmeasures: { sold: { for: account, sum: amount - off, from: deal, where: amount >= least, at: end } }\ncomponents: { c: { measure: { for: company, count: big }, rate: 100 } }\n` };
    expect(await differing(engine, files, `plan: p\npeople: { ann: {} }\nentities: { account: { a: {}, b: {}, c: {} } }
facts: { deal: [ { account: a, currency: ${currency}, date: 2026-01-10, amount: 50 }, { account: b, currency: ${currency}, date: 2026-01-10, amount: 49 }, { account: c, currency: ${currency}, date: 2026-01-10, amount: 49 }, { account: c, currency: ${currency}, date: 2026-01-11, amount: 48 } ] }
expect: [ [ann, 2026-Q1, c, 100] ]`), currency).toEqual(RIGHT);
  }
});

test('what has a unit of time is told', async () => {
  const files = { 'facts/f.yaml': FACTS, 'plans/p.yaml': plan('p', 'weight: number a month = 2', 'warm: { for: account, while: worth >= 20 }', 'worth: { for: account, sum: points * weight, from: touch, at: end }').replace('STATE', 'warm') };
  const said = ['plan.not_built_yet: The state warm reads a measure with a term that has a unit of time, or with the period, which is another on each day'];
  expect(await differing(engine, files, `plan: p\n${ROWS}expect: [ [ann, 2026-Q1, c, 0] ]`)).toEqual([said, said]);
});

test('two plans that give the term other values have two states', async () => {
  const [one, two] = ['p', 'q'].map((name, i) => plan(name, `weight: number = ${i + 1}`, 'warm: { for: account, while: worth >= 20 }', 'worth: { for: account, sum: points * weight, from: touch, at: end }').replace('STATE', 'warm'));
  const said = await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': one ?? '', 'plans/q.yaml': two ?? '' }, `plan: [p, q]\n${ROWS}expect: [ [ann, 2026-Q1, c, 0] ]`);
  expect(said[0]?.[0]).toMatch(/^plan.not_built_yet: The state warm comes to other entries in q /);
});

test('a word that only a default says is found among the words of files', async () => {
  const files = { 'facts/f.yaml': 'facts: { deal: { fields: { owner: payee, channel: text } } }\n', 'plans/p.yaml': 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\nterms: { place: text = web }\ncomponents: { c: { measure: { count: deal, where: channel = place }, rate: 100 } }\n' };
  expect(await differing(engine, files, 'plan: p\npeople: { ann: {} }\nfacts: { deal: [ { owner: ann, date: 2026-01-10, channel: web }, { owner: ann, date: 2026-01-10, channel: fair } ] }\nexpect: [ [ann, 2026-Q1, c, 100] ]')).toEqual(RIGHT);
});
