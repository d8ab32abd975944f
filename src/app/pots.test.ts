/** One pot for several payees: what it reads is nobody's, and a shortfall of it goes to the next pot. On both engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('pots'); });
afterAll(() => engine.close());

const FACTS = `facts:
  person: { fields: { pod: pod } }
  pod: { fields: { goal: money } }
  deal: { fields: { owner: payee, pod: pod, amount: money } }
sources:
  pods: { file: p.csv, into: pod, id: id, fields: { goal: goal } }
  people: { file: people.csv, into: person, id: id, fields: { pod: pod } }
`;
const plan = (component: string, more = ''): Readonly<Record<string, string>> => ({ 'facts/f.yaml': FACTS, 'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\nprorate: days\n${more}components:\n  pot: ${component}\n` });
const LATE = 'people: { ann: { hired: 2026-02-15 }, bo: {} }\n';
const DEALS = 'facts: { deal: [ { owner: ann, date: 2026-03-01, amount: 1_000 }, { owner: bo, date: 2026-05-01, amount: 400 } ] }\n';

test('a term beside results is what it is for nobody: a late hire does not make the pot smaller', async () => {
  // 1,000 - 200 = 800 and 400 - 200 = 200, each shared by two
  const terms = 'terms: { kept: money a year = 800, least: money a quarter = 900 }\n', all = 'measure: { sum: amount, from: deal, for: company }';
  expect(await differing(engine, plan(`{ ${all}, amount: value - kept, pool: { share: equal } }`, terms), `plan: p\n${LATE}${DEALS}expect: [ [ann, 2026-Q1, pot, 400], [bo, 2026-Q1, pot, 400], [bo, 2026-Q2, pot, 100] ]`)).toEqual(RIGHT);
  // in a gate and in a factor: 1,000 is at least 900, and 1,000 ÷ 800 × 4 is 5
  expect(await differing(engine, plan(`{ ${all}, rate: 10%, gates: { g: { require: "value + 0 >= least or value = least", otherwise: 50% } }, multiply: { size: value / kept }, pool: { share: equal } }`, terms),
    `plan: p\n${LATE}${DEALS}expect: [ [ann, 2026-Q1, pot, 250], [bo, 2026-Q1, pot, 250], [bo, 2026-Q2, pot, 20] ]`)).toEqual(RIGHT);
});

test('the number that it is shared by is one of each payee, also where the pot reads the same', async () => {
  // the factor is (1,000 + 200) ÷ 1,200; in 90 days ann has 45, so she has a part of 1,100 to 1,200
  const terms = 'terms: { kept: money a year = 800, whole: money = 1_200 }\nmeasures: { worth: { sum: amount, from: deal, for: company } }\n';
  expect(await differing(engine, plan('{ measure: worth, amount: 1_200, multiply: { size: (worth + kept) / whole }, pool: { share: (worth + kept) / whole } }', terms),
    `plan: p\n${LATE}${DEALS}expect: [ [ann, 2026-Q1, pot, 573.91], [bo, 2026-Q1, pot, 626.09] ]`)).toEqual(RIGHT);
});

const GOALS = 'entities: { pod: { n: { goal: 100 }, s: { goal: 50 } } }\n';
const CREWS = 'people: { ann: { pod: n }, bo: { pod: [ { value: n }, { from: 2026-04-01, value: s } ] }, cy: { pod: [ { value: s }, { from: 2026-07-01, value: n } ] } }\n';
test('a shortfall goes to the next pot of the pod, whoever is in it then', async () => {
  // north misses 40, then reaches 140 of it with nothing over; south reaches 50 of 50, then misses all
  const files = plan('{ measure: { sum: amount, from: deal, for: pod }, target: pod.goal, carry: shortfall, of: excess, rate: 50%, pool: { share: equal } }', 'credits: { own: { from: deal, to: owner } }\n');
  expect(await differing(engine, files, `plan: p\n${CREWS}${GOALS}facts: { deal: [ { owner: ann, pod: n, date: 2026-02-01, amount: 60 }, { owner: cy, pod: s, date: 2026-02-01, amount: 90 }, { owner: ann, pod: n, date: 2026-05-01, amount: 150 }, { owner: ann, pod: n, date: 2026-08-01, amount: 104 }, { owner: bo, pod: s, date: 2026-08-01, amount: 120 } ] }
expect:
  - [ann, 2026-Q1, pot.target, 100]
  - [bo, 2026-Q1, pot, 0]
  - [cy, 2026-Q1, pot, 20]
  - [ann, 2026-Q2, pot.target, 140]
  - [ann, 2026-Q2, pot, 5]
  - [bo, 2026-Q2, pot.target, 50]
  - [bo, 2026-Q3, pot.target, 100]
  - [bo, 2026-Q3, pot, 10]
  - [cy, 2026-Q3, pot.target, 100]
  - [cy, 2026-Q3, pot, 1]
  - [ann, 2026-Q3, pot, 1]
  - [ann, 2026-Q4, pot.target, 100]
`)).toEqual(RIGHT);
});

test('a quarter in which nobody shares the pot has none, and misses nothing', async () => {
  const files = plan('{ measure: { sum: amount, from: deal, for: pod }, target: pod.goal, carry: shortfall, of: excess, rate: 50%, pool: { share: equal } }');
  expect(await differing(engine, files, `plan: p
people: { ann: { pod: [ { value: n }, { from: 2026-04-01, value: s }, { from: 2026-07-01, value: n } ] } }
${GOALS}facts: { deal: [ { owner: ann, pod: n, date: 2026-02-01, amount: 60 } ] }
expect: [ [ann, 2026-Q1, pot.target, 100], [ann, 2026-Q2, pot.target, 50], [ann, 2026-Q3, pot.target, 140], [ann, 2026-Q4, pot.target, 240] ]`)).toEqual(RIGHT);
});

const NONE = ['plan.no_term_value: The term kept of plan p (from 2026-01-01) has no value for ann.'];
test('a term that has a value for payees alone is told', async () => {
  const files = plan('{ measure: { sum: amount, from: deal, for: company }, amount: value - kept, pool: { share: equal } }', 'terms: { kept: money }\n');
  expect(await differing(engine, files, `plan: p\npeople: { ann: { kept: 5 } }\n${DEALS}expect: [ [ann, 2026-Q1, pot, 5] ]`)).toEqual([NONE, NONE]);
  // so is one of a payee that only a condition of results reads
  const gate = plan('{ measure: { sum: amount, from: deal }, rate: 10%, gates: { g: { require: value + kept > 0, otherwise: 50% } } }', 'terms: { kept: money }\n');
  expect(await differing(engine, gate, `plan: p\npeople: { ann: {} }\n${DEALS}expect: [ [ann, 2026-Q1, pot, 5] ]`)).toEqual([NONE, NONE]);
});
