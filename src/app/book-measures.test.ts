/** Measures over reference rows: averages, extremes and different values of the accounts of a book. On both engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { checked, differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('book-measures'); });
afterAll(() => engine.close());

const FACTS = `facts:
  account: { fields: { lead: payee, second: payee, team: payees, parts: splits, part: percent, tier: text, score: number, opened: date, fee: money } }
  deal: { fields: { owner: payee, account: account, amount: money } }
sources:
  accounts: { file: a.csv, into: account, id: id, fields: { lead: lead, second: second, team: team, parts: parts, part: part, tier: tier, score: score, opened: opened, fee: fee } }
`;
const plan = (more: string, credit = 'lead: { from: account, to: lead }'): string => `plan: p
effective: 2026-01-01 / 2027-01-01
period: quarter
credits: { ${credit} }
${more}
`;
const DATA = `plan: p
people: { ann: {}, bob: {}, cid: {} }
entities: { account: {
  w: { lead: ann, tier: A, score: 10, opened: 2025-01-05, fee: 3 }, x: { lead: ann, tier: B, score: 25, opened: 2025-03-05, fee: 8 }, y: { lead: ann, tier: A, fee: 10 },
  z: { lead: [ { from: 2026-01-01, value: bob }, { from: 2026-05-01, value: ann } ], tier: C, score: -5, opened: 2024-01-01, fee: 1 } } }
facts:
  deal: [ { owner: ann, account: w, date: 2026-01-10, amount: 60 }, { owner: ann, account: x, date: 2026-01-11, amount: 15 }, { owner: ann, account: y, date: 2026-04-11, amount: 9 } ]
`;

test('the average, the least, the greatest and how many differ, as of the last day of each period', async () => {
  expect(await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': plan(`measures:
  bought: { for: account, sum: amount, from: deal }
components:
  mean: { measure: { average: score, from: account }, amount: 1 }
  low: { measure: { min: score, from: account }, amount: 1 }
  high: { measure: { max: score, from: account }, amount: 1 }
  tiers: { measure: { distinct: tier, from: account, where: fee > 2 }, amount: 1 }
  all: { measure: { for: company, distinct: tier, from: account }, amount: 1 }
  best: { measure: { max: bought, from: account }, amount: 1 }
  usual: { measure: { average: bought, from: account, where: bought > 0 }, amount: 1 }
  part: { measure: { average: fee * 3 / 7, from: account }, amount: 1 }
`) }, `${DATA}expect: [
  [ann, 2026-Q1, mean.value, 17.5], [ann, 2026-Q2, mean.value, 10], [bob, 2026-Q1, mean.value, -5],
  [ann, 2026-Q1, low.value, 10], [ann, 2026-Q2, low.value, -5], [ann, 2026-Q1, high.value, 25], [bob, 2026-Q1, high.value, -5],
  [ann, 2026-Q1, tiers.value, 2], [bob, 2026-Q1, tiers.value, 0], [ann, 2026-Q1, all.value, 3],
  [ann, 2026-Q1, best.value, 60], [ann, 2026-Q2, best.value, 9], [ann, 2026-Q1, usual.value, 37.5], [ann, 2026-Q1, part.value, 3] ]`)).toEqual(RIGHT);
}, 60_000);

test('a book without rows has no average and no extreme: pay is held', async () => {
  const [real, memory] = await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': plan(`components:
  low: { measure: { min: score, from: account }, rate: 1 }
`) }, `${DATA}expect: [ [cid, 2026-Q1, low, 1], [ann, 2026-Q1, low, 10] ]`);
  expect(real).toHaveLength(1);
  expect(real?.[0]).toContain('cid 2026-Q1 low');
  expect(memory).toEqual(real);
}, 60_000);

test('shares weigh amounts; a row that is counted counts whole', async () => {
  expect(await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': plan(`components:
  fees: { measure: { sum: fee, from: account }, amount: 1 }
  rows: { measure: { count: account }, amount: 1 }
  mean: { measure: { average: fee, from: account }, amount: 1 }
  high: { measure: { max: fee, from: account }, amount: 1 }
`, 'lead: { from: account, to: lead, share: 25% }') }, `${DATA}expect: [ [ann, 2026-Q1, fees.value, 5.25], [ann, 2026-Q1, rows.value, 3], [ann, 2026-Q1, mean.value, 7], [ann, 2026-Q1, high.value, 10] ]`)).toEqual(RIGHT);
}, 60_000);

test('none of them is the first: they have no date', async () => {
  const files = { 'facts/f.yaml': FACTS, 'plans/p.yaml': plan('components:\n  one: { measure: { first: fee, from: account }, amount: 1 }\n') };
  expect(checked(files).errors).toEqual([]);
  const [real] = await differing(engine, files, `${DATA}expect: [ [ann, 2026-Q1, one, 1] ]`);
  expect(real?.join()).toContain('Rows of account have no date, so none of them is the first');
}, 60_000);

const SHARED = `plan: p
people: { ann: {}, bob: { manager: ann }, cid: {} }
entities: { account: {
  w: { lead: ann, second: bob, part: 50%, fee: 30, tier: A }, x: { lead: ann, part: 20%, fee: 60, tier: B }, y: { lead: cid, fee: 120, tier: A, team: [ann, bob, cid], parts: [ [ann, 70%], [bob, 30%] ] } } }
`;
const shared = (credit: string): string => plan(`components:
  fees: { measure: { sum: fee, from: account }, amount: 1 }
  mean: { measure: { average: fee, from: account }, amount: 1 }
  rows: { measure: { count: account }, amount: 1 }
`, credit);
/** What each is credited with of the fees, and of how many rows. */
const says = (fees: Readonly<Record<string, readonly [number, number]>>): string => `${SHARED}expect: [ ${Object.entries(fees).map(([who, [sum, rows]]) => `[${who}, 2026-Q1, fees.value, ${sum}], [${who}, 2026-Q1, rows.value, ${rows}]`).join(', ')} ]`;

test.each([
  ['a share of each row, and none where it is blank', 'lead: { from: account, to: lead, share: part }', { ann: [27, 2], cid: [0, 0] }],
  ['a share by a table', 'lead: { from: account, to: lead, share: { by: tier, lookup: { A: 10%, otherwise: 25% } } }', { ann: [18, 2], cid: [12, 1] }],
  ['a factor', 'lead: { from: account, to: lead, factor: { by: tier, lookup: { A: 0.5x, otherwise: 2x } } }', { ann: [135, 2], cid: [60, 1] }],
  ['equally among those who are there', 'both: { from: account, to: [lead, second] }', { ann: [75, 2], bob: [15, 1], cid: [120, 1] }],
  ['steps of a split', 'split: { from: account, split: [ { second: 20% }, { lead: part } ] }', { ann: [24, 2], bob: [6, 1], cid: [0, 0] }],
  ['a list, equally', 'team: { from: account, to: team, share: 30% }', { ann: [12, 1], bob: [12, 1], cid: [12, 1] }],
  ['a list of payees and shares', 'parts: { from: account, to: parts }', { ann: [84, 1], bob: [36, 1], cid: [0, 0] }],
  ['those above a list', 'team: { from: account, to: team, up: manager, overlay: yes }', { ann: [40, 1], bob: [0, 0] }],
] as const)('a row is credited by %s', async (_, credit, fees) => {
  expect(await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': shared(credit) }, says(fees))).toEqual(RIGHT);
}, 60_000);
