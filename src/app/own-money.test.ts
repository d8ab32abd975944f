/** Kinds of fact that are made of others belong to no plan: their conditions read each amount in its own currency. On both engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('own-money'); });
afterAll(() => engine.close());

const FACTS = `facts:
  account: { fields: { least: money } }
  deal: { fields: { owner: payee, account: account, amount: money, cost: money }, derived: { margin: amount - cost, size: { by: amount, steps: { 0: 1, 50: 2 } } } }
  big: { from: deal, where: amount >= 50 }
  rich: { from: deal, where: margin > 49.995 and amount / cost > 120% }
  large: { from: deal, where: size = 2 }
  enough: { from: deal, where: amount >= account.least }
  bigger: { from: big, where: amount * 2 > 120 }
sources: { accounts: { file: a.csv, into: account, id: id, fields: { least: least } } }
`;
const KINDS = ['big', 'rich', 'large', 'enough', 'bigger'];
const PLAN = `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\ncomponents:\n${KINDS.map((k) => `  ${k}: { measure: { count: ${k} }, rate: 1 }\n`).join('')}`;
const rows = (currency: string): string => ['49.99', '50', '61'].map((a) => `{ owner: ann, account: x, date: 2026-01-15, currency: ${currency}, amount: ${currency === 'JPY' && a === '49.99' ? '49' : a}, cost: ${a === '61' ? '11' : '1'} }`).join(', ');

test('whatever digits a currency has, 50 is 50 of it', async () => {
  for (const currency of ['USD', 'JPY', 'KWD', 'CLF']) {
    expect(await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': PLAN }, `plan: p\npeople: { ann: {} }\nentities: { account: { x: { least: 50 } } }
facts: { deal: [ ${rows(currency)} ] }
expect: [ [ann, 2026, big, 2], [ann, 2026, rich, 1], [ann, 2026, large, 2], [ann, 2026, enough, 2], [ann, 2026, bigger, 1] ]`), currency).toEqual(RIGHT);
  }
});

const ROWS = `facts:
  account: { fields: { least: money, lead: payee, pod: pod } }
  person: { fields: { pod: pod, quota: money } }
  pod: { fields: { goal: money }, derived: { double: goal * 2 } }
  deal: { fields: { owner: payee, account: account, amount: money } }
sources:
  accounts: { file: a.csv, into: account, id: id, fields: { least: least, lead: lead, pod: pod } }
  pods: { file: p.csv, into: pod, id: id, fields: { goal: goal } }
  people: { file: people.csv, into: person, id: id, fields: { pod: pod, quota: quota } }
`;
test('money of people, accounts and pods is of the plan\'s currency, whatever digits that has', async () => {
  for (const currency of ['USD', 'JPY', 'KWD']) {
    const plan = `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\ncurrency: ${currency}
terms: { quota: money a year }
credits: { own: { from: deal, to: owner }, lead: { from: account, to: lead } }
states: { won: { for: account, while: worth >= least } }
measures: { worth: { for: account, sum: amount, from: deal, at: end } }
components:
  count: { measure: { count: deal, where: amount >= account.least }, rate: 1 }
  factor: { measure: { sum: amount, from: deal, factors: { part: amount / account.least } }, rate: 100% }
  book: { measure: { sum: least, from: account }, rate: 100% }
  both: { measure: { sum: worth - least, from: account, where: least = 50 }, rate: 100% }
  year: { measure: { sum: amount, from: deal }, target: quota, amount: { steps: { 0%: 7, 100%: 9 } } }
  crew: { measure: { for: pod, sum: amount, from: deal }, target: pod.double, amount: pod.goal * 10% }
  entered: { measure: { for: company, count: won }, rate: 1 }
  gate: { measure: { sum: amount, from: deal }, rate: 100%, gates: { g: { require: value >= payee.quota, otherwise: 0% } } }
`;
    expect(await differing(engine, { 'facts/f.yaml': ROWS, 'plans/p.yaml': plan }, `plan: p\npeople: { ann: { pod: n, quota: 111 } }
entities: { account: { x: { least: 50, lead: ann, pod: n }, y: { least: 60, lead: ann, pod: n } }, pod: { n: { goal: 37 } } }
facts: { deal: [ { owner: ann, account: x, date: 2026-02-01, currency: ${currency}, amount: 50 }, { owner: ann, account: x, date: 2026-02-02, currency: ${currency}, amount: 49 }, { owner: ann, account: y, date: 2026-02-02, currency: ${currency}, amount: 12 } ] }
expect: [ [ann, 2026, count, 1], [ann, 2026, factor.value, 100.42], [ann, 2026, book.value, 110], [ann, 2026, both.value, 49], [ann, 2026, year, 9], [ann, 2026, year.attainment, 1], [ann, 2026, crew.attainment, 1.5], [ann, 2026, crew, ${currency === 'JPY' ? '4' : '3.7'}], [ann, 2026, entered.value, 1], [ann, 2026, gate, 111] ]`), currency).toEqual(RIGHT);
  }
});
