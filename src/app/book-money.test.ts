/** Measures of a book, per account and then of the book, where the money of the facts is another one than the plan's. On both engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('book-money'); });
afterAll(() => engine.close());

const FACTS = `facts:
  account: { fields: { lead: payee, main: deal, fee: money } }
  deal: { fields: { owner: payee, account: account, amount: money } }
  subscription: { fields: { account: account, mrr: money, starts: date, ends: date }, runs: [starts, ends] }
  currency: { fields: { usd: number } }
sources:
  accounts: { file: a.csv, into: account, id: id, fields: { lead: lead, main: main, fee: fee } }
  rates: { file: rates.csv, into: currency, id: code, fields: { usd: usd, from: day } }
`;
const PLAN = `plan: p
effective: 2026-01-01 / 2027-01-01
period: quarter
states: { large: { for: account, while: main.amount >= 120 }, larger: { for: account, while: main.amount >= 121 } }
exchange: { rate: currency.usd }
credits: { lead: { from: account, to: lead } }
measures:
  opening_mrr: { for: account, sum: mrr, from: subscription, at: start }
  closing_mrr: { for: account, sum: mrr, from: subscription, at: end }
  bought: { for: account, sum: amount, from: deal, where: amount > 100 }
  largest: { for: account, max: amount, from: deal }
  opening: { sum: opening_mrr, from: account }
  closing: { sum: closing_mrr, from: account, where: opening_mrr > 0 }
  nrr: { ratio: [closing, opening] }
components:
  retained: { measure: nrr, amount: { steps: { 0%: 1, 105%: 5 } } }
  base: { measure: opening, rate: 10% }
  deals: { measure: { sum: bought, from: account }, rate: 10% }
  top: { measure: { sum: largest, from: account }, rate: 10% }
  main: { measure: { sum: main.amount, from: account }, rate: 10% }
  big: { measure: { count: account, where: main.amount >= 120 }, rate: 1 }
  entered: { measure: { for: company, count: large }, rate: 1 }
  more: { measure: { for: company, count: larger }, rate: 1 }
  fees: { measure: { sum: fee, from: account }, rate: 100% }
`;
const data = (rates: string): string => `plan: p
people: { ann: {} }
entities: { account: { x: { lead: ann, main: [ { from: 2026-02-01, value: d1 } ], fee: 7 }, y: { lead: ann, main: d2, fee: 5 } }, currency: { EUR: { usd: ${rates} } } }
facts:
  subscription: [ { date: 2025-06-01, currency: EUR, account: x, mrr: 100, starts: 2025-06-01 }, { date: 2025-06-01, currency: USD, account: y, mrr: 50, starts: 2025-06-01 }, { date: 2026-02-01, currency: EUR, account: x, mrr: 20, starts: 2026-02-01 } ]
  deal: [ { id: d1, owner: ann, account: x, date: 2026-01-10, currency: EUR, amount: 60 }, { id: d2, owner: ann, account: y, date: 2026-01-11, currency: USD, amount: 80 }, { id: d3, owner: ann, account: y, date: 2026-01-12, currency: EUR, amount: 10 } ]
`;

test('is converted by the rate of each fact, in each account and in the book', async () => {
  // x: 200 → 240, y: 50 → 50
  expect(await differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': PLAN }, `${data('2')}expect: [ [ann, 2026-Q1, base.value, 250], [ann, 2026-Q1, retained.value, 1.16], [ann, 2026-Q1, retained, 5], [ann, 2026-Q1, deals.value, 120], [ann, 2026-Q1, top.value, 200], [ann, 2026-Q1, main.value, 200], [ann, 2026-Q1, big.value, 1], [ann, 2026-Q1, fees.value, 12], [ann, 2026-Q1, entered.value, 1], [ann, 2026-Q1, more.value, 0] ]`)).toEqual(RIGHT);
}, 60_000);
