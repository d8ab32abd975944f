/** States that read reference rows of their account: how many there are, and what they come to, on each day. On both engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('state-books'); });
afterAll(() => engine.close());

const FACTS = `facts:
  account: { fields: { least: number } }
  city: { fields: { size: number } }
  site: { fields: { account: account, city: city, seats: number, rent: money } }
  deal: { fields: { account: account, amount: money } }
sources:
  accounts: { file: a.csv, into: account, id: id, fields: { least: least } }
  cities: { file: c.csv, into: city, id: id, fields: { size: size } }
  sites: { file: s.csv, into: site, id: id, fields: { account: account, city: city, seats: seats, rent: rent } }
`;
const plan = (condition: string, measures: string): Readonly<Record<string, string>> => ({ 'facts/f.yaml': FACTS,
  'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\nstates: { wide: { for: account, while: ${condition} } }\nmeasures:\n${measures}components: { c: { measure: { for: company, count: wide, where: since >= 2026-01-01 }, rate: 100 } }\n` });
// x: two sites from March on, of 5 and 10 seats, the second 20 from June on; y: a site that goes over from x in September
const ROWS = `people: { ann: {} }
entities:
  account: { x: { least: 25 }, y: { least: 3 } }
  city: { big: { size: [ { value: 1 }, { from: 2026-05-10, value: 9 } ] } }
  site:
    s1: { account: [ { value: x }, { from: 2026-09-05, value: y } ], city: big, seats: 5, rent: 10.50 }
    s2: { account: [ { from: 2026-03-10, value: x } ], city: big, seats: [ { from: 2026-03-10, value: 10 }, { from: 2026-06-01, value: 20 } ], rent: [ { from: 2026-03-10, value: 20 } ] }
`;
const entered = (...months: readonly string[]): string => `expect: [ ${Array.from({ length: 12 }, (_, i) => { const month = `2026-${String(i + 1).padStart(2, '0')}`; return `[ann, ${month}, c, ${months.filter((m) => m === month).length * 100}]`; }).join(', ')} ]`;

test('a count, a sum, and a sum of money, as of each day', async () => {
  // one site is enough for y in September
  expect(await differing(engine, plan('sites >= 2', '  sites: { for: account, count: site }\n'), `plan: p\n${ROWS}${entered('2026-03')}`)).toEqual(RIGHT);
  expect(await differing(engine, plan('seats >= least', '  seats: { for: account, sum: seats, from: site }\n'), `plan: p\n${ROWS}${entered('2026-06', '2026-09')}`)).toEqual(RIGHT);
  expect(await differing(engine, plan('rent >= 30.50', '  rent: { for: account, sum: rent, from: site }\n'), `plan: p\n${ROWS}${entered('2026-03')}`)).toEqual(RIGHT);
});

test('a filter follows what the row refers to, and a quotient has rows above and below', async () => {
  expect(await differing(engine, plan('large >= 15', '  large: { for: account, sum: seats, from: site, where: city.size > 5 }\n'), `plan: p\n${ROWS}${entered('2026-05')}`)).toEqual(RIGHT);
  expect(await differing(engine, plan('each >= 1200%', '  seats: { for: account, sum: seats, from: site }\n  sites: { for: account, count: site }\n  each: { for: account, ratio: [seats, sites] }\n'), `plan: p\n${ROWS}${entered('2026-06')}`)).toEqual(RIGHT);
});

test('an account is a row of its own', async () => {
  // x has rows from the first day on: what held before the plan is no entry in it
  expect(await differing(engine, plan('own >= 20', '  own: { for: account, sum: least, from: account }\n'), `plan: p\npeople: { ann: {} }\nentities: { account: { x: { least: 25 }, y: { least: [ { value: 3 }, { from: 2026-04-01, value: 30 } ] } } }\n${entered('2026-04')}`)).toEqual(RIGHT);
});

test('beside a measure of facts', async () => {
  const files = plan('sites >= 2 and sold >= 100', '  sites: { for: account, count: site }\n  sold: { for: account, sum: amount, from: deal, at: end }\n');
  expect(await differing(engine, files, `plan: p\n${ROWS}facts: { deal: [ { account: x, date: 2026-02-01, amount: 60 }, { account: x, date: 2026-07-20, amount: 40 } ] }\n${entered('2026-07')}`)).toEqual(RIGHT);
});

test('rows with measures of their own are told', async () => {
  const files = plan('worth >= 2', '  own: { for: site, count: visit }\n  worth: { for: account, sum: own, from: site }\n');
  const said = await differing(engine, { ...files, 'facts/f.yaml': FACTS.replace('  deal:', '  visit: { fields: { site: site } }\n  deal:') }, `plan: p\n${ROWS}${entered()}`);
  expect(said[0]).toEqual(['plan.not_built_yet: The state wide reads a measure over rows of site, which have measures of their own; this is not calculated day by day']);
});
