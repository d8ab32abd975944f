/** What is said of the rarer kinds: one small workspace each, and the page that a payee reads. */
import { describe, expect, it } from 'vitest';
import { openMemory } from '../engine/memory.ts';
import { parseDay } from '../value/period.ts';
import { calculated, type Cells } from './explain.fixture.ts';
import { explain } from './explain.ts';
import { explanationText } from './explain-text.ts';

const FACTS = `facts:
  person: { fields: { name: text, pod: pod } }
  pod: { fields: { goal: money } }
  account: { fields: { lead: payee, size: number } }
  deal: { fields: { owner: payee, pod: pod, account: account, stage: text, amount: money, risky: yes/no } }
  order: { fields: { owner: payee, amount: money } }
  score: { fields: { owner: payee, points: number } }
  refund: { fields: { deal: deal, amount: money } }
sources:
  people: { file: p.csv, into: person, id: id, fields: { name: name, pod: pod, from: since } }
  pods: { file: o.csv, into: pod, id: id, fields: { goal: goal } }
  accounts: { file: a.csv, into: account, id: id, fields: { lead: lead, size: size } }
  deals: { file: d.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, pod: p, account: a, stage: s, amount: m, risky: r } }
  orders: { file: r.csv, into: order, id: id, date: day, currency: USD, fields: { owner: o, amount: m } }
  scores: { file: s.csv, into: score, id: id, date: day, fields: { owner: o, points: p } }
  refunds: { file: f.csv, into: refund, id: id, date: day, currency: USD, fields: { deal: d, amount: m } }
`;
const plan = (components: string, more = ''): string => `plan: p\ntitle: The plan\neffective: 2026-01-01 / 2027-01-01\npayees: all\nperiod: quarter\n${more}components:\n${components}`;
const deal = (id: string, amount: string, more: Cells = {}): Cells => ({ id, date: '2026-02-10', owner: 'ann', stage: 'Won', amount, ...more });

interface Asked { readonly all?: boolean; readonly asOf?: string; readonly entities?: Readonly<Record<string, readonly Cells[]>> }
async function page(text: string, rows: Readonly<Record<string, readonly Cells[]>>, { all, asOf, entities }: Asked = {}): Promise<string> {
  const run = await calculated({ plans: { 'p.yaml': text }, facts: FACTS, rows, entities: { person: [{ id: 'ann', name: 'Ann Lee' }], ...entities }, engine: openMemory() });
  const day = asOf === undefined ? undefined : parseDay(asOf);
  const { value, diagnostics } = await explain(run.engine, run.calculation, { payee: 'ann', period: '2026-Q1', kinds: run.workspace.kinds, ...(day !== undefined && { asOf: day }) });
  if (value === undefined) throw new Error(diagnostics.map((d) => `${d.message} ${d.hint}`).join('\n'));
  return explanationText(value, { all: all === true }).replaceAll(/ +/g, ' ');
}

describe('what is counted', () => {
  it('the last value, its rows in order, and a table read by it', async () => {
    const text = await page(plan('  c: { measure: { last: points, from: score }, amount: { steps: { 0: 0, 50: 500 } } }'), { score: [{ id: 's1', date: '2026-01-05', owner: 'ann', points: '40' }, { id: 's2', date: '2026-03-05', owner: 'ann', points: '62' }] });
    expect(text).toContain('In 2026-Q1 the last points of scores: 62 (2 scores).\n 62 is in the row from 50 on, which pays 500: it pays 500.00.');
    expect(text).toMatch(/s1 2026-01-05 40 .*\n s2 2026-03-05 62 .*\n together 62/);
  });
  it('what a guardrail rejects is listed, counts 0, and names it', async () => {
    const text = await page(plan('  c: { measure: { sum: amount, from: deal }, rate: 10% }', 'guardrails:\n  no_risk: { from: deal, require: not risky, otherwise: reject }\n'), { deal: [deal('d1', '100'), deal('d2', '900', { risky: 'yes' })] });
    expect(text).toContain('Your deals in 2026-Q1 were 100.00 USD (1 deal).');
    expect(text).toMatch(/d2 2026-02-10 900\.00 0 % 0\.00 no risk: not counted/);
  });
  it('a formula of several measures, with what each of them is', async () => {
    const text = await page(plan('  c: { measure: best, amount: { steps: { 0: 0, 100: 50 } } }', 'measures:\n  closed: { sum: amount, from: deal }\n  ordered: { sum: amount, from: order }\n  best: { formula: "max(closed, ordered)" }\n'), { deal: [deal('d1', '70')], order: [{ id: 'o1', date: '2026-01-03', owner: 'ann', amount: '120' }] });
    expect(text).toContain('Best in 2026-Q1: max(closed, ordered) = 120.00 USD. Closed is 70.00 USD and ordered is 120.00 USD.');
    expect(text).toMatch(/d1 2026-02-10/);
    expect(text).toMatch(/o1 2026-01-03/);
  });
  it('accounts of a book, and with --all the rows behind each', async () => {
    const book = plan('  c: { measure: { sum: won, from: account }, rate: 1% }', 'credits: { book: { from: account, to: lead } }\nmeasures: { won: { for: account, sum: amount, from: deal } }\n');
    const rows = { deal: [deal('d1', '100', { account: 'A1' }), deal('d2', '300', { account: 'A2' })] }, entities = { account: [{ id: 'A1', lead: 'ann', size: '1' }, { id: 'A2', lead: 'ann', size: '2' }] };
    const short = await page(book, rows, { entities });
    expect(short).toMatch(/A1 2026-03-31 100\.00 .*\n A2 2026-03-31 300\.00 .*\n together 400\.00/);
    expect(short).not.toContain('d1 2026-02-10');
    expect(await page(book, rows, { entities, all: true })).toMatch(/Deals of A1 \(Won\):\n.*\n d1 2026-02-10/);
  });
  it('the average, the greatest and how many differ of the accounts of a book', async () => {
    const book = plan('  mean: { measure: { average: size, from: account }, amount: 1 }\n  top: { measure: { max: won, from: account }, amount: 1 }\n  tall: { measure: { distinct: size, from: account }, amount: 1 }\n', 'credits: { book: { from: account, to: lead, share: 50% } }\nmeasures: { won: { for: account, sum: amount, from: deal } }\n');
    const text = await page(book, { deal: [deal('d1', '100', { account: 'A1' }), deal('d2', '300', { account: 'A2' })] }, { entities: { account: [{ id: 'A1', lead: 'ann', size: '1' }, { id: 'A2', lead: 'ann', size: '2' }, { id: 'A3', lead: 'ann' }] }, all: true });
    expect(text).toContain('The average size of accounts in 2026-Q1: 1.5 of 1 = 1.5.');
    expect(text).toMatch(/A1 2026-03-31 1 50 % 0\.5 0\.5 .*\n A2 2026-03-31 1 50 % 1 0\.5 .*\n together 1\.5 1/);
    expect(text).toContain('In 2026-Q1 the highest won of accounts: 300.00 USD (3 accounts).');
    expect(text).toContain('In 2026-Q1 different values of size of accounts: 2 (2 accounts).');
  });
  it('two groups in one period, each for its days', async () => {
    const text = await page(plan('  c: { measure: { sum: amount, from: deal, for: pod }, target: pod.goal, payout: { steps: { 0%: 0%, 100%: 100% } } }', 'incentive: 900 a quarter\n'),
      { deal: [deal('d1', '100', { pod: 'north' }), deal('d2', '10', { pod: 'south' })] }, { entities: { person: [{ id: 'ann', name: 'Ann Lee', pod: 'north' }, { id: 'ann', name: 'Ann Lee', pod: 'south', from: '2026-02-15' }], pod: [{ id: 'north', goal: '100' }, { id: 'south', goal: '100' }] } });
    expect(text).toContain('Each group counts for your days in it. north: 900.00 × 50 % of your days = 450.00; south: 0.00 × 50 % of your days = 0.00. Together 450.00.');
  });
});

describe('what is paid', () => {
  it('each fact by itself: a line each', async () => {
    const text = await page(plan('  c: { measure: { sum: amount, from: order }, per: order, rate: { retroactive: { 0: 10%, 100: 20% } } }'), { order: [{ id: 'o1', date: '2026-01-03', owner: 'ann', amount: '50' }, { id: 'o2', date: '2026-01-04', owner: 'ann', amount: '200' }] });
    expect(text).toContain('Each order is paid by itself; there are 2: o1 5.00 + o2 40.00 = 45.00.');
    expect(text).toContain('o1: 50.00 is in the row from 0 to below 100, which pays 10 % for all of it: 10 % of 50.00 = 5.00.');
  });
  it('a place that two share pays the mean', async () => {
    const text = await page(plan('  c: { measure: { rank: won }, amount: { lookup: { 1: 300, 2: 100, otherwise: 0 } } }', 'measures: { won: { sum: amount, from: deal } }\n'), { deal: [deal('d1', '70'), deal('d2', '70', { owner: 'bo' })] }, { entities: { person: [{ id: 'ann', name: 'Ann Lee' }, { id: 'bo', name: 'Bo Ek' }] } });
    expect(text).toContain('This place is shared by Ann Lee and Bo Ek, so each has the mean of what these places pay: (300.00 + 100.00) ÷ 2 = 200.00.');
  });
  it('a pot, among whom it is shared, and who has the odd cent', async () => {
    const people = ['ann', 'bo', 'cy'].map((id) => ({ id, name: id }));
    const text = await page(plan('  c: { measure: { sum: amount, from: deal, for: company }, rate: 10%, pool: { share: equal } }'), { deal: [deal('d1', '1000')] }, { entities: { person: people } });
    expect(text).toContain('The pot is 100.00, shared equally among 3: ann, bo, cy. Your part is 33.34. What cannot be shared goes to the first of them, one cent each.');
  });
  it('a running limit: what is cut, and that it is unfunded', async () => {
    const text = await page(plan('  c: { measure: { sum: amount, from: deal }, rate: 10%, limits: { budget: { at_most: 15 } } }'), { deal: [deal('d1', '100'), deal('d2', '100', { date: '2026-02-11' })] });
    expect(text).toContain('20.00 becomes 15.00; 5.00 is unfunded.');
  });
  it('when it is payable, and what goes back', async () => {
    const released = plan('  c: { measure: { sum: amount, from: deal }, rate: 10% }', 'release: { now: { share: 60% }, later: { share: 40%, from: refund, within: 30 days, otherwise: hold } }\ntake_back: { refunded: { from: refund, within: 12 months, share: 50% } }\n');
    const rows = { deal: [deal('d1', '100')], refund: [{ id: 'r1', date: '2026-05-01', deal: 'd1', amount: '100' }] };
    expect(await page(released, rows)).not.toContain('When it is paid');
    const told = await page(released, rows, { asOf: '2026-12-31' });
    expect(told).toContain('10.00 of C for 2026-Q1: now 6.00 (payable on 2026-03-31); later 4.00');
    expect(told).toMatch(/1\.00 of C for 2026-Q1 goes back on 2026-05-01 \(refunded\)\./);
    expect(told).toContain('Payable in 2026-Q1 6.00: paid 6.00.');
  });
});
