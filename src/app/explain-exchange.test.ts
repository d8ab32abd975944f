/** What an explanation says of money in another currency. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { calculated } from './explain.fixture.ts';
import { explain } from './explain.ts';
import { explanationText } from './explain-text.ts';

let engine: Engine;
beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 500, threads: 1, tempDir: join(tmpdir(), 'trueup-explain-exchange') }); });
afterAll(() => engine.close());

const FACTS = `facts: { deal: { fields: { owner: payee, amount: money, cost: money } }, currency: { fields: { usd: number } } }
sources: { rates: { file: rates.csv, into: currency, id: code, fields: { usd: usd, from: day } }, deals: { file: deals.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, amount: a, cost: c } } }
`;

test('the amount in its own currency, the rate and its day stand beside the amount that was counted', async () => {
  const { calculation, workspace } = await calculated({
    engine, facts: FACTS,
    plans: { 'p.yaml': 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\nexchange: { rate: currency.usd }\ncomponents:\n  c: { title: Commission, measure: { sum: amount, from: deal }, rate: 10% }\n  m: { title: Margin, measure: { sum: amount - cost, from: deal }, rate: 10% }\n' },
    rows: { deal: [
      { id: 'd1', date: '2026-02-10', owner: 'ann', amount: '1000.05', cost: '0', currency: 'EUR' }, { id: 'd2', date: '2026-02-11', owner: 'ann', amount: '10', cost: '0', currency: 'USD' },
      { id: 'd3', date: '2026-02-12', owner: 'ann', amount: '10', cost: '0', currency: 'CHF' },
    ] },
    entities: { person: [{ id: 'ann' }], currency: [{ id: 'EUR', from: '2026-02-01', usd: '1.1' }] },
  });
  const { value } = await explain(engine, calculation, { payee: 'ann', period: '2026-Q1', kinds: workspace.kinds });
  const [commission, margin] = value?.plans[0]?.components ?? [];
  expect(commission?.facts[0]?.facts.map((f) => [f.id, f.value, f.exchange])).toEqual([
    ['d1', '1100.06', { currency: 'EUR', amount: '1000.05', rate: '1.1', on: '2026-02-10', since: '2026-02-01' }], ['d2', '10.00', null],
  ]);
  expect(margin?.facts[0]?.facts[0]?.exchange).toEqual({ currency: 'EUR', amount: null, rate: '1.1', on: '2026-02-10', since: '2026-02-01' });
  expect(value === undefined ? '' : explanationText(value)).toContain(`    deal      date        converted                            amount  file and line
    d1        2026-02-10  1,000.05 EUR at 1.1 of 2026-02-10  1,100.06`);
});
