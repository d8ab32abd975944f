import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { calculated, type Calculated } from './explain.fixture.ts';
import { statement, statementText } from './statement.ts';

const folder = mkdtempSync(join(tmpdir(), 'trueup-statement-'));
let engine: Engine, run: Calculated;
beforeAll(async () => {
  engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 500, threads: 2, tempDir: join(folder, 'temp') });
  run = await calculated({
    plans: {
      'a.yaml': `plan: a\ntitle: Sales plan\neffective: 2026-01-01 / 2027-01-01\npayees: role = "AE"\nperiod: quarter\nincentive: 1_000\ncomponents:
  won: { title: Won deals, weight: 100%, measure: { sum: amount, from: deal }, target: 900, payout: { points: { 0%: 0%, 100%: 100% } } }
  extra: { title: Extra, components: { one: { title: One percent, measure: { sum: amount, from: deal }, rate: 1% } } }`,
      'b.yaml': 'plan: b\ntitle: SPIFF\neffective: 2026-01-01 / 2027-01-01\npayees: role = "AE"\nperiod: month\ncurrency: EUR\ncomponents: { spiff: { title: A prize, measure: { count: deal }, rate: 50 } }',
    },
    facts: `facts:\n  person: { fields: { name: text } }\n  deal: { fields: { owner: payee, amount: money } }\nsources:
  people: { file: p.csv, into: person, id: id, fields: { name: name, role: role } }
  deals: { file: d.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, amount: m } }\n`,
    rows: { deal: [{ id: '1', date: '2026-02-01', owner: 'ann', amount: '600' }, { id: '2', date: '2026-03-01', owner: 'ann', amount: '1' }] },
    entities: { person: [{ id: 'ann', name: 'Ann Lee', role: 'AE' }] }, engine,
  });
});
afterAll(async () => { await engine.close(); rmSync(folder, { recursive: true, force: true }); });

describe('a statement', () => {
  it('shows every plan and part with target, result, attainment and amount, and a total for each currency', async () => {
    const { value, diagnostics } = await statement(run.engine, run.calculation, 'ann', '2026-Q1');
    expect(diagnostics).toEqual([]);
    if (value === undefined) throw new Error('there is a statement');
    expect(statementText(value)).toBe(`Ann Lee (ann), 2026-Q1

                 period   result  target  attainment      amount
Sales plan
  Won deals      2026-Q1  601.00  900.00     66.78 %  667.78 USD
  Extra          2026-Q1                                6.01 USD
    One percent  2026-Q1  601.00                        6.01 USD  (part)
SPIFF
  A prize        2026-01       0                        0.00 EUR
  A prize        2026-02       1                       50.00 EUR
  A prize        2026-03       1                       50.00 EUR
Total                                                 673.79 USD
Total                                                 100.00 EUR
`);
    expect(value.totals).toEqual([{ currency: 'USD', amount: '673.79' }, { currency: 'EUR', amount: '100.00' }]);
    expect(value.lines[0]).toMatchObject({ plan: 'a', component: 'won', result: '601.00', target: '900.00', amount: '667.78', held: false });
    expect(JSON.parse(JSON.stringify(value))).toEqual(value);
  });

  it('of a month has only what is paid by the month; of nobody it says who there is', async () => {
    const { value } = await statement(run.engine, run.calculation, 'Ann Lee', '2026-02');
    expect(value?.lines.map((l) => [l.component, l.amount])).toEqual([['spiff', '50.00']]);
    expect((await statement(run.engine, run.calculation, 'Anne Lee')).diagnostics.map((d) => `${d.message} ${d.hint}`)).toEqual(['There is nobody called "Anne Lee". Did you mean Ann Lee?']);
  });
});
