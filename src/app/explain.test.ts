import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { calculate } from './calculate.ts';
import { type Calculated, calculated, type Cells } from './explain.fixture.ts';
import { explain, type ExplainedComponent, type Explanation, type ExplainRequest } from './explain.ts';
import { explanationText } from './explain-text.ts';
import { importSources } from './import.ts';
import { openWorkspace } from './workspace-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'trueup-explain-'));
const open = (): Promise<Engine> => openDuckdb({ path: ':memory:', folders: [folder], memoryMb: 500, threads: 2, tempDir: join(folder, 'temp') });
let engine: Engine;
beforeAll(async () => { engine = await open(); });
afterAll(async () => { await engine.close(); rmSync(folder, { recursive: true, force: true }); });

const FACTS = `facts:
  person: { fields: { name: text } }
  account: { fields: { name: text, tier: number, lead: payee } }
  move: { fields: { account: account, stage: text } }
  deal: { fields: { owner: payee, helper: payee, account: account, product: text, stage: text, amount: money, costs: money } }
  meeting: { fields: { owner: payee, account: account, held: yes/no } }
sources:
  accounts: { file: a.csv, into: account, id: id, fields: { name: name, tier: tier, lead: lead } }
  moves: { file: v.csv, into: move, id: id, date: day, fields: { account: a, stage: s } }
  people: { file: p.csv, into: person, id: id, fields: { name: name, role: role, manager: manager, from: since, hired: hired, left: left } }
  deals: { file: d.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, helper: h, account: a, product: p, stage: s, amount: m, costs: c } }
  meetings: { file: m.csv, into: meeting, id: id, date: day, fields: { owner: o, account: a, held: h } }
`;
const plan = (components: string, more = ''): string => `plan: p\ntitle: The plan\neffective: 2026-01-01 / 2027-01-01\npayees: all\nperiod: quarter\n${more}components:\n${components}`;
const deal = (id: string, amount: string, more: Cells = {}): Cells => ({ id, date: '2026-02-10', owner: 'ann', stage: 'Won', amount, ...more });

async function given(plans: string | Readonly<Record<string, string>>, rows: Readonly<Record<string, readonly Cells[]>>, people: readonly Cells[] = [{ id: 'ann', name: 'Ann Lee' }], accounts: readonly Cells[] = []): Promise<Calculated> {
  return calculated({ plans: typeof plans === 'string' ? { 'p.yaml': plans } : plans, facts: FACTS, rows, entities: { person: people, account: accounts }, engine });
}
async function explained(run: Calculated, request: Partial<ExplainRequest> = {}): Promise<Explanation> {
  const { value, diagnostics } = await explain(run.engine, run.calculation, { payee: 'ann', period: '2026-Q1', kinds: run.workspace.kinds, ...request });
  if (value === undefined) throw new Error(diagnostics.map((d) => `${d.message} ${d.hint}`).join('\n'));
  return value;
}
const first = (e: Explanation): ExplainedComponent => e.plans[0]?.components[0] as ExplainedComponent;
const sentences = (e: Explanation): string[] => first(e).steps.map((s) => s.text);
async function refusedWith(run: Calculated, request: Partial<ExplainRequest>): Promise<string[]> {
  const { value, diagnostics } = await explain(run.engine, run.calculation, { payee: 'ann', period: '2026-Q1', kinds: run.workspace.kinds, ...request });
  expect(value).toBeUndefined();
  return diagnostics.map((d) => `${d.code}: ${d.message} ${d.hint}`);
}

describe('the first plan', () => {
  it('is explained in the very words of the issue, down to the rows of the file', async () => {
    cpSync(join(import.meta.dirname, '../../examples/first-plan'), join(folder, 'first'), { recursive: true, filter: (path) => !/first-plan\/data(\/|$)/.test(path) });
    const { workspace } = openWorkspace(join(folder, 'first'));
    if (workspace === undefined) throw new Error('the first plan can be read');
    await importSources(workspace, engine);
    const { calculation } = await calculate(engine, workspace.plans, workspace.kinds);
    if (calculation === undefined) throw new Error('the first plan can be calculated');
    const run = { engine, calculation, workspace };
    expect(explanationText(await explained(run, { payee: 'Ann Lee' }))).toBe(`Ann Lee, 2026-Q1

Sales commission (USD)

Commission on won deals: 5,456.32 USD
  Your won deals in 2026-Q1 were 118,204.00 USD (3 deals).
  3 % of the first 50,000.00 = 1,500.00; 5 % of the next 50,000.00 = 2,500.00; 8 % of 18,204.00 = 1,456.32. Together 5,456.32.

  Deals that were counted:
    deal      date            amount  file and line
    D01       2026-01-14   24,000.00  deals.csv:2
    D03       2026-02-03   41,000.00  deals.csv:4
    D06       2026-03-27   53,204.00  deals.csv:7
    together              118,204.00
`);
    const ben = await explained(run, { payee: 'ben ortiz' });
    expect(sentences(ben)).toEqual([
      'Your won deals in 2026-Q1 were 41,250.50 USD (2 deals).', '3 % of 41,250.50 = 1,237.515.', 'Rounded: 1,237.515 becomes 1,237.52.',
    ]);
    expect(sentences(await explained(run, { payee: 'Cara Novak' }))).toEqual(['Your won deals in 2026-Q1 were 50,000.00 USD (1 deal).', '3 % of 50,000.00 = 1,500.00.']);
    expect(first(ben).facts[0]?.facts[0]).toEqual({
      kind: 'deal', id: 'D02', date: '2026-01-20', fields: { owner: 'Ben Ortiz', stage: 'Won', amount: '18500' }, value: '18500.00', share: '1', times: '1', cut: '0.00', credited: '18500.00', exchange: null, rule: 'owner', guardrails: [], through: null, read_at: null, entered: null,
      file: 'data-in/deals.csv', row: 2, line: 3,
    });
    expect(JSON.parse(JSON.stringify(ben))).toEqual(ben);
  });
});

describe('entries of states', () => {
  const accounts: Cells[] = [{ id: 'x', name: 'Northwind', lead: 'ann' }, { id: 'y', name: 'Contoso', lead: 'ann' }];
  const states = `credits: { r: { from: [mqa, level, first_mqa], to: account.lead } }
states:
  mqa: { title: MQA, for: account, while: meetings >= 2, lasting: 5 days }
  level: { title: Level, for: account, from: move, value: stage, levels: [A, B, C] }
facts: { first_mqa: { from: mqa, keep: first, per: account } }
measures: { meetings: { for: account, count: meeting, look_back: 30 days } }
`;
  const rows = {
    meeting: [{ id: 'm1', date: '2026-01-05', account: 'x' }, { id: 'm2', date: '2026-01-10', account: 'x' }, { id: 'm3', date: '2026-01-05', account: 'y' }],
    move: [{ id: 'v1', date: '2026-01-02', account: 'x', stage: 'A' }, { id: 'v2', date: '2026-03-02', account: 'x', stage: 'C' }],
  };
  it('say since when they held, or what changed into what', async () => {
    const held = await explained(await given(plan('  c: { measure: { count: mqa }, rate: 50 }', states), rows, undefined, accounts));
    expect(explanationText(held)).toContain(`
  Mqas that were counted:
    mqa               date        account        entered
    mqa/x/2026-01-10  2026-01-15  Northwind (x)  MQA: held from 2026-01-10 on, for 5 days
`);
    const changed = await explained(await given(plan('  c: { measure: { sum: steps, from: level }, rate: 50 }', states), rows, undefined, accounts));
    expect(first(changed).facts[0]?.facts.map((f) => [f.date, f.credited, f.entered])).toEqual([['2026-01-02', '0', 'Level: A from the beginning'], ['2026-03-02', '2', 'Level: from A to C']]);
    expect(JSON.parse(JSON.stringify(changed))).toEqual(changed);
  });
  it('also where another kind picks some of them', async () => {
    const picked = await explained(await given(plan('  c: { measure: { count: first_mqa }, rate: 50 }', states), rows, undefined, accounts));
    expect(first(picked).amount).toBe('50.00');
    expect(first(picked).facts[0]?.facts.map((f) => [f.date, f.entered])).toEqual([['2026-01-15', 'MQA: held from 2026-01-10 on, for 5 days']]);
  });
});

describe('tables', () => {
  const won = 'measure: { sum: amount, from: deal, where: stage = "Won" }';
  it('marginal: a first part that pays nothing, returns below zero, and a table with no facts', async () => {
    const run = await given(plan(`  c: { ${won}, rate: { marginal: { 1_000: 10%, 3_000: 20% } } }\n  d: { ${won}, rate: { marginal: { 0: 10%, 3_000: 20% } } }`), {
      deal: [deal('1', '2500'), deal('2', '1500', { date: '2026-02-11' }), deal('3', '-500', { date: '2026-04-02' })],
    });
    const q1 = await explained(run);
    expect(sentences(q1)).toEqual(['Your won deals in 2026-Q1 were 4,000.00 USD (2 deals).', 'Nothing for the first 1,000.00; 10 % of the next 2,000.00 = 200.00; 20 % of 1,000.00 = 200.00. Together 400.00.']);
    const q2 = await explained(run, { period: '2026-Q2', component: 'd' });
    expect(sentences(q2)).toEqual(['Your won deals in 2026-Q2 were -500.00 USD (1 deal).', '10 % of -500.00 = -50.00.']);
    expect(sentences(await explained(run, { period: '2026-Q3', component: 'd' }))).toEqual(['Your won deals in 2026-Q3 were 0.00 USD (none yet).', 'So there is nothing to pay on yet.']);
  });

  it('a rate, an amount for each, and a marginal table over a count', async () => {
    const run = await given(plan(`  a: { ${won}, rate: 7.5% }\n  b: { measure: { count: meeting, where: held }, rate: 25 }\n  c: { measure: { count: meeting, where: held }, rate: { marginal: { 0: 250, 3: 400 } } }`), {
      deal: [deal('1', '100.10')], meeting: ['1', '2', '3', '4'].map((id) => ({ id, date: '2026-03-31', owner: 'ann', held: 'yes' })),
    });
    const [a, b, c] = (await explained(run)).plans[0]?.components.map((x) => x.steps.map((s) => s.text)) ?? [];
    expect(a).toEqual(['Your won deals in 2026-Q1 were 100.10 USD (1 deal).', '7.5 % of 100.10 = 7.5075.', 'Rounded: 7.5075 becomes 7.51.']);
    expect(b).toEqual(['You had 4 held meetings in 2026-Q1.', '25.00 for each of 4 = 100.00.']);
    expect(c).toEqual(['You had 4 held meetings in 2026-Q1.', '250.00 each for the first 3 = 750.00; 400.00 each for 1 = 400.00. Together 1,150.00.']);
  });

  it('steps, points, and one rate for all', async () => {
    const run = await given(plan(`  s: { weight: 60%, ${won}, target: 1_000, payout: { steps: { 50%: 40%, 100%: 100% } } }\n  t: { weight: 40%, ${won}, target: 1_000, payout: { points: { 50%: 0%, 100%: 100% } } }\n  r: { ${won}, incentive: 1, rate: { retroactive: { 0: 4%, 700: 6% } } }`, 'incentive: 600\n'), { deal: [deal('1', '800')] });
    const [s, t] = (await explained(run)).plans[0]?.components.map((x) => x.steps.slice(2).map((y) => y.text)) ?? [];
    expect(s).toEqual(['Your attainment is 800.00 ÷ 1,000.00 = 80 %.', 'Your incentive for this is 360.00 USD, 60 % of the whole.', '80 % is in the row from 50 % to below 100 %, which pays 40 %: 40 % of 360.00 = 144.00.']);
    expect(t).toEqual(['Your attainment is 800.00 ÷ 1,000.00 = 80 %.', 'Your incentive for this is 240.00 USD, 40 % of the whole.', '80 % lies between 50 %, which pays 0 %, and 100 %, which pays 100 %: 60 % of 240.00 = 144.00.']);
    expect((await explained(run, { component: 'r' })).plans[0]?.components[0]?.steps.at(-1)?.text).toBe('800.00 is in the row from 700 on, which pays 6 % for all of it: 6 % of 800.00 = 48.00.');
  });

  it('marginal, each part rounded by itself: the sentence says so, and its parts add up to the pay', async () => {
    const tiers = (round: string): string => plan(`  c: { ${won}, rate: { marginal: { 0: 3.33%, 10_000: 5% } }, round: { tier: ${round} } }`);
    const one = { deal: [deal('1', '9800')] }, two = { deal: [deal('1', '10010.50')] };
    expect(sentences(await explained(await given(tiers('1'), one)))[1]).toBe('3.33 % of 9,800.00 = 326.00 (each part is rounded to 1.00 USD).');
    expect(sentences(await explained(await given(tiers('1 up'), two)))[1]).toBe('3.33 % of the first 10,000.00 = 333.00; 5 % of 10.50 = 1.00 (each part is rounded up to 1.00 USD). Together 334.00.');
    expect(sentences(await explained(await given(tiers('0.5 down'), two)))[1]).toBe('3.33 % of the first 10,000.00 = 333.00; 5 % of 10.50 = 0.50 (each part is rounded down to 0.50 USD). Together 333.50.');
    expect(sentences(await explained(await given(plan(`  c: { ${won}, rate: 3.33%, round: { tier: 1 } }`), one)))[1]).toBe('3.33 % of 9,800.00 = 326.34.');
  });

  it('marginal payout, by attainment and by the measure', async () => {
    const run = await given(plan(`  a: { weight: 60%, ${won}, target: 1_000, payout: { marginal: { 0%: 1x, 100%: 2x } } }\n  b: { weight: 40%, measure: { count: meeting }, payout: { by: value, marginal: { 0: 10%, 2: 25% } } }`, 'incentive: 500\n'), {
      deal: [deal('1', '1200')], meeting: ['1', '2', '3'].map((id) => ({ id, date: '2026-01-05', owner: 'ann' })),
    });
    const [a, b] = (await explained(run)).plans[0]?.components.map((x) => [x.amount, x.steps.at(-1)?.text]) ?? [];
    expect(a).toEqual(['420.00', 'The first 100 % of attainment × 300.00 = 300.00; 2 times 20 % of attainment × 300.00 = 120.00. Together 420.00.']);
    expect(b).toEqual(['90.00', '10 % of 200.00 for each of the first 2 = 40.00; 25 % of 200.00 for each of 1 = 50.00. Together 90.00.']);
  });

  it('marginal, an amount for each unit above a share of the target', async () => {
    const run = await given(plan('  c: { measure: { count: meeting }, target: 2, rate: { marginal: { 0%: 100, 100%: 300 } } }'), { meeting: ['1', '2', '3'].map((id) => ({ id, date: '2026-01-05', owner: 'ann' })) });
    const all = await explained(run);
    expect([first(all).amount, sentences(all).at(-1)]).toEqual(['500.00', '100.00 each for the first 2 (up to 100 % of the target) = 200.00; 300.00 each for 1 = 300.00. Together 500.00.']);
  });

  it('better: lower: attainment goes up as the measure goes down', async () => {
    const run = await given(plan('  c: { measure: { sum: costs, from: deal }, target: 1_000, better: lower, amount: { steps: { 0%: 0, 100%: 500 } } }'), { deal: [deal('1', '1', { costs: '800' }), deal('2', '1', { date: '2026-04-05', costs: '1250' })] });
    expect(sentences(await explained(run))).toEqual([
      'In 2026-Q1 the costs of deals: 800.00 USD (1 deal).', 'The target is 1,000.00 USD.',
      'Less is better here, so your attainment is the target ÷ the result: 1,000.00 ÷ 800.00 = 125 %.', '125 % is in the row from 100 % on, which pays 500: it pays 500.00.',
    ]);
    expect(sentences(await explained(run, { period: '2026-Q2' })).slice(2)).toEqual([
      'Less is better here, so your attainment is the target ÷ the result: 1,000.00 ÷ 1,250.00 = 80 %.', '80 % is in the row from 0 % to below 100 %, which pays 0: it pays 0.00.',
    ]);
    expect(sentences(await explained(run, { period: '2026-Q3' }))[2]).toMatch(/^This pay is held for now, because there is nothing to measure yet\./);
  });

  it('an amount by a share that has no name: what was counted of what, and what it pays', async () => {
    const rate = '  c: { measure: { ratio: [{ count: deal, where: stage = "Won" }, { count: deal }] }, amount: { steps: { 50%: 2_500 } } }';
    const run = await given(plan(rate), { deal: [deal('1', '1'), deal('2', '1'), deal('3', '1', { stage: 'Lost' }), deal('4', '1', { date: '2026-04-01', stage: 'Lost' })] });
    expect(sentences(await explained(run))).toEqual(['You had 2 won deals of 3 deals in 2026-Q1, which is 66.67 %.', '66.67 % is in the row from 50 % on, which pays 2,500: it pays 2,500.00.']);
    expect(sentences(await explained(run, { period: '2026-Q2' }))).toEqual(['You had 0 won deals of 1 deal in 2026-Q2, which is 0 %.', '0 % is below 50 %, where the table begins: it pays 0.00.']);
    expect(sentences(await explained(run, { period: '2026-Q3' }))).toEqual(['You had 0 won deals of 0 deals in 2026-Q3, so there is no value.', 'This pay is held for now, because there is nothing to measure yet. It is not lost: it is calculated again with every run.']);
    expect(explanationText(await explained(run))).toMatch(/Won +1 +1/);
  });

  it('a look-up by what each fact says, with the rows that it read', async () => {
    const run = await given(plan('  m: { measure: { count: meeting, where: held }, rate: { by: account.tier, lookup: { 1: 110, 2: 70 } } }\n  p: { measure: { sum: amount, from: deal }, rate: { by: product, lookup: { Core: 3%, otherwise: 1% } } }'), {
      meeting: [['1', 'a'], ['2', 'a'], ['3', 'b']].map(([id, account]) => ({ id: id ?? '', date: '2026-01-05', owner: 'ann', account: account ?? '', held: 'yes' })),
      deal: [deal('1', '100', { product: 'Core' }), deal('2', '50', { product: 'Odd' })],
    }, undefined, [{ id: 'a', name: 'Northwind', tier: '1' }, { id: 'b', name: 'Contoso', tier: '2' }]);
    const all = await explained(run);
    expect(sentences(all)).toEqual(['You had 3 held meetings in 2026-Q1.', 'Tier 1: 110.00 for each of 2 = 220.00; Tier 2: 70.00 for each of 1 = 70.00. Together 290.00.']);
    expect(first(all).facts[0]?.facts.map((f) => [f.id, f.fields['account'], f.read_at])).toEqual([['1', 'Northwind (a)', '1'], ['2', 'Northwind (a)', '1'], ['3', 'Contoso (b)', '2']]);
    expect(all.plans[0]?.components[1]?.steps[1]?.text).toBe('Core: 3 % of 100.00 = 3.00; Odd: 1 % of 50.00 = 0.50. Together 3.50.');
  });
});

describe('after the table', () => {
  const gated = (otherwise: string): string => plan(`  c:\n    measure: { sum: amount, from: deal, where: stage = "Won" }\n    rate: 10%\n    gates: { win_rate: { require: win_rate >= 24%, otherwise: ${otherwise} } }`,
    'incentive: 100\nmeasures: { win_rate: { title: Deals won of those decided, ratio: [{ count: deal, where: stage = "Won" }, { count: deal }] } }\n');
  const five = { deal: [deal('1', '800'), ...['2', '3', '4', '5'].map((id) => deal(id, '10', { stage: 'Lost' }))] };

  it('a condition that is not met: what was tested, and before and after', async () => {
    const condition = 'A condition: Deals won of those decided must be at least 24 %. It is 1 of 5 = 20 %.';
    expect(sentences(await explained(await given(gated('75%'), five)))[2]).toBe(`${condition} That is not met, so 75 % is paid: 80.00 becomes 60.00.`);
    expect(sentences(await explained(await given(gated('at most 50%'), five)))[2]).toBe(`${condition} That is not met, so at most 50 % of the incentive is paid: 80.00 becomes 50.00.`);
    expect(sentences(await explained(await given(gated('0%'), five)))[2]).toBe(`${condition} That is not met, so nothing is paid: 80.00 becomes 0.00.`);
    const held = await explained(await given(gated('hold'), five));
    expect(sentences(held)[2]).toBe(`${condition} That is not met, so the pay is held for now.`);
    expect(first(held).held).toBe(true);
    expect(first(held).facts.map((f) => [f.role, f.facts.length, f.total])).toEqual([['measure', 1, '800.00'], ['condition', 1, '1'], ['condition', 5, '5']]);
  });

  it('a condition that is met, and one whose rounded value looks like the threshold', async () => {
    const met = await given(gated('75%'), { deal: [deal('1', '800')] });
    expect(sentences(await explained(met))[2]).toBe('A condition: Deals won of those decided must be at least 24 %. It is 1 of 1 = 100 %. That is met.');
    const near = await given(gated('75%').replace('24%', '33.33%'), { deal: [deal('1', '800'), deal('2', '1', { stage: 'Lost' }), deal('3', '1', { stage: 'Lost' })] });
    expect(sentences(await explained(near))[2]).toBe('A condition: Deals won of those decided must be at least 33.33 %. It is 1 of 3 = 33.333333 %. That is met.');
  });

  it('a factor, a cap, a floor and rounding, each with before and after', async () => {
    const run = await given(plan(`  c:
    measure: { sum: amount, from: deal, where: stage = "Won" }
    rate: 10%
    multiply: { breadth: { by: products, steps: { 0: 1x, 2: 1.1x } } }
    cap: 85.5
    round: { end: 1 }
  f: { measure: { sum: amount, from: deal, where: stage = "Lost" }, rate: 1%, floor: 25 }`, 'measures: { products: { title: Different products sold, distinct: product, from: deal } }\n'), {
      deal: [deal('1', '500', { product: 'Core' }), deal('2', '300', { product: 'Shield' })],
    });
    const all = await explained(run);
    expect(sentences(all).slice(1)).toEqual(['10 % of 800.00 = 80.00.', 'Times 1.1 for breadth (different products sold: 2): 80.00 becomes 88.00.', 'At most 85.50 is paid: 88.00 becomes 85.50.', 'Rounded to 1 USD: 85.50 becomes 86.00.']);
    expect(all.plans[0]?.components[1]?.steps.at(-1)?.text).toBe('At least 25.00 is paid: 0.00 becomes 25.00.');
    expect(first(all).facts.at(-1)).toMatchObject({ role: 'factor', total: '2' });
  });

  it('a group: its parts, their sum, and the cap of the plan', async () => {
    const run = await given(plan(`  g:
    title: Together
    components:
      a: { title: Won, weight: 60%, measure: { sum: amount, from: deal, where: stage = "Won" }, payout: { by: value, steps: { 0: 100% } } }
      b: { title: Meetings, weight: 40%, measure: { count: meeting }, payout: { by: value, steps: { 0: 50% } } }`, 'incentive: 1_000\ncap: 70%\n'), { deal: [deal('1', '1')], meeting: [{ id: '1', date: '2026-01-01', owner: 'ann' }] });
    const all = await explained(run);
    expect(sentences(all)).toEqual(['Won 600.00 + Meetings 200.00 = 800.00.', "The plan pays at most 700.00 for 2026-Q1 in all; this component's part of it is 700.00 instead of 800.00."]);
    expect(first(all).parts.map((p) => [p.component, p.amount, p.steps.at(-1)?.text])).toEqual([
      ['g.a', '600.00', '1.00 is in the row from 0 on, which pays 100 %: 100 % of 600.00 = 600.00.'], ['g.b', '200.00', '1 is in the row from 0 on, which pays 50 %: 50 % of 400.00 = 200.00.'],
    ]);
    expect(explanationText(all)).toContain('\n\n  Won: 600.00 USD\n    Your won deals in 2026-Q1');
    const part = await explained(run, { component: 'b' });
    expect(part.plans[0]?.components.map((c) => c.component)).toEqual(['g.b']);
  });
});

describe('targets and windows', () => {
  const yearly = plan('  c: { measure: { sum: amount, from: deal }, target: quota, no_target: 0%, window: whole year, rate: { marginal: { 0%: 1x, 100%: 1.5x } } }', 'terms: { quota: money a year, ti: money a year }\nincentive: ti\n');
  const withTerms = (values: Cells): Cells => ({ id: 'ann', name: 'Ann Lee', ...values });

  it('true-up: the year so far, what was paid before, and the rest', async () => {
    const run = await given(yearly, { deal: [deal('1', '200000', { date: '2026-02-10' }), deal('2', '165000', { date: '2026-05-10' }), deal('3', '635000', { date: '2026-08-01' })] }, [withTerms({ quota: '730000', ti: '73000' })]);
    expect(sentences(await explained(run, { period: '2026-Q2' }))).toEqual([
      'Your deals from 2026-01-01 to 2026-06-30 were 365,000.00 USD (2 deals).',
      'Your target from 2026-01-01 to 2026-12-31 is 730,000.00 USD. Your quota is 730,000.00 USD a year.', 'Your attainment is 365,000.00 ÷ 730,000.00 = 50 %.',
      'Your incentive for this is 73,000.00 USD. Your base rate is that ÷ your target of 730,000.00 USD.', '10 % of 365,000.00 = 36,500.00.',
      'So far this year 36,500.00, paid for earlier periods 20,000.00, so 16,500.00 for 2026-Q2.',
    ]);
    expect(sentences(await explained(run, { period: '2026-Q3' })).slice(4)).toEqual([
      '10 % of the first 730,000.00 (up to 100 % of the target) = 73,000.00; 15 % (1.5 times the base rate) of 270,000.00 = 40,500.00. Together 113,500.00.',
      'So far this year 113,500.00, paid for earlier periods 36,500.00, so 77,000.00 for 2026-Q3.',
    ]);
  });

  it('a target that is shared out: the days on the plan, and values that changed', async () => {
    const run = await given(yearly, { deal: [deal('1', '100')] }, [
      withTerms({ hired: '2026-02-01', quota: '365000', ti: '36500' }), withTerms({ from: '2026-03-01', hired: '2026-02-01', quota: '730000', ti: '73000' }),
    ]);
    const target = sentences(await explained(run))[1] ?? '';
    expect(target).toMatch(/ Your quota is 365,000\.00 USD a year, from 2026-03-01 on 730,000\.00 USD\. You are on the plan on 334 of these 365 days\.$/);
  });

  it('without a target the pay is held, and says why', async () => {
    const run = await given(yearly.replace('no_target: 0%, ', ''), { deal: [deal('1', '100')] }, [withTerms({ quota: '0', ti: '73000' })]);
    const all = await explained(run);
    expect(sentences(all).at(-2)).toBe('This pay is held for now, because no target is known for you here. It is not lost: it is calculated again with every run.');
    expect(first(all)).toMatchObject({ held: true, amount: '0.00' });
  });
});

describe('credit', () => {
  const team = plan('  c: { measure: { sum: amount, from: deal }, rate: 1% }', 'credits: { team: { from: deal, to: owner, up: manager, levels: 2 } }\n').replace('payees: all', 'payees: role = "Boss"');
  const people = [{ id: 'vic', name: 'Vic Stone', role: 'Boss' }, { id: 'mo', name: 'Mo Khan', role: 'Boss', manager: 'vic' }, { id: 'ann', name: 'Ann Lee', role: 'AE', manager: 'mo' }];

  it('a manager sees through whom each fact came', async () => {
    const run = await given(team, { deal: [deal('1', '200'), deal('2', '100', { owner: 'mo', date: '2026-02-11' })] }, people);
    const mo = await explained(run, { payee: 'Mo Khan' });
    expect(sentences(mo)[0]).toBe("Your team's deals in 2026-Q1 were 200.00 USD (1 deal).");
    expect(first(mo).facts[0]?.facts.map((f) => f.through?.text)).toEqual(['through Ann Lee, who reports to you']);
    const vic = await explained(run, { payee: 'vic' });
    expect(first(vic).facts[0]?.facts.map((f) => [f.id, f.credited, f.through?.text])).toEqual([
      ['1', '200.00', 'through Ann Lee, in the team of Mo Khan, who reports to you'], ['2', '100.00', 'through Mo Khan, who reports to you'],
    ]);
    expect(first(vic).facts[0]?.total).toBe('300.00');
    expect(explanationText(vic)).toContain('Ann Lee, team of Mo Khan');
  });

  it('a shared fact shows all of it, the share and the part', async () => {
    const shared = plan('  c: { measure: { sum: amount, from: deal }, rate: 1% }', 'credits: { sold: { from: deal, split: [ { helper: 30% }, { owner: rest } ] } }\n');
    const run = await given(shared, { deal: [deal('1', '200', { helper: 'bo' }), deal('2', '100', { date: '2026-02-11' })] }, [{ id: 'ann' }, { id: 'bo' }]);
    const ann = await explained(run);
    expect(first(ann).facts[0]?.facts.map((f) => [f.value, f.share, f.credited, f.rule])).toEqual([['200.00', '0.7', '140.00', 'sold'], ['100.00', '1', '100.00', 'sold']]);
    expect(explanationText(ann)).toMatch(/200\.00 +70 % +140\.00/);
  });

  it('more than fifty facts: the text shows forty and says how to see all; the data has every one', async () => {
    const run = await given(plan('  c: { measure: { sum: amount, from: deal }, rate: 1% }'), { deal: Array.from({ length: 51 }, (_, i) => deal(`d${i}`, '10')) });
    const all = await explained(run);
    expect(first(all).facts[0]?.facts.length).toBe(51);
    expect(explanationText(all)).toContain('These are the first 40 of 51 deals; --all shows every one.');
    expect(explanationText(all).match(/^ +d\d+ /gm)?.length).toBe(40);
    expect(explanationText(all, { all: true }).match(/^ +d\d+ /gm)?.length).toBe(51);
  });
});

describe('what cannot be explained is said, with what to ask instead', () => {
  it('payee, period, component and plan that do not exist; a payee who is on no plan', async () => {
    const run = await given(plan('  commission: { measure: { sum: amount, from: deal }, rate: 1% }').replace('payees: all', 'payees: role = "AE"'), { deal: [deal('1', '1')] },
      [{ id: 'ann', name: 'Ann Lee', role: 'AE', hired: '2026-05-01' }, { id: 'bo', name: 'Bo Nash', role: 'Chef' }, { id: 'c1', name: 'Sam Poe', role: 'AE' }, { id: 'c2', name: 'Sam Poe', role: 'AE' }]);
    expect(await refusedWith(run, { payee: 'An Lee' })).toEqual(['explain.unknown_payee: There is nobody called "An Lee". Did you mean Ann Lee?']);
    expect(await refusedWith(run, { payee: 'zzzzzz' })).toEqual(['explain.unknown_payee: There is nobody called "zzzzzz". There are 4 people, among them Ann Lee, Bo Nash, Sam Poe.']);
    expect(await refusedWith(run, { payee: 'Sam Poe' })).toEqual(['explain.unknown_payee: 2 people are called "Sam Poe". Ask by id: c1, c2.']);
    expect(await refusedWith(run, { period: 'Q2 2026' })).toEqual(['explain.unknown_period: "Q2 2026" is not a period of the calendar. Write it like one of these: 2026-Q1, 2026-Q2, 2026-Q3, 2026-Q4.']);
    expect(await refusedWith(run, { period: '2026-Q5' })).toEqual(['explain.unknown_period: "2026-Q5" is not a period of the calendar. Did you mean 2026-Q1?']);
    expect(await refusedWith(run, { period: '2026-05' })).toEqual(['explain.unknown_period: Ann Lee is not paid for 2026-05 by itself. Pay is calculated for longer periods: ask for 2026-Q2.']);
    expect(await refusedWith(run, {})).toEqual(['explain.not_on_plan: Ann Lee is on no plan in 2026-Q1. Ask for a period on a plan, which for Ann Lee is p (2026-05-01 to 2026-12-31).']);
    expect(await refusedWith(run, { payee: 'bo' })).toEqual(['explain.not_on_plan: Bo Nash is on no plan in 2026-Q1. Look at `payees` of the plans, and at the role, hired and left of this person in the people file.']);
    expect(await refusedWith(run, { period: '2026-Q2', component: 'comission' })).toEqual(['explain.unknown_component: There is no component "comission" in these plans. Did you mean commission?']);
    expect(await refusedWith(run, { plan: 'q' })).toEqual(['explain.unknown_plan: There is no plan "q". Plans are: p.']);
  });

  it('a whole year explains each of its quarters; without a period it is the last one with pay', async () => {
    const run = await given(plan('  c: { measure: { sum: amount, from: deal }, rate: 1% }'), { deal: [deal('1', '100'), deal('2', '100', { date: '2026-06-01' })] });
    expect((await explained(run, { period: '2026' })).plans[0]?.components.map((c) => [c.period, c.amount])).toEqual([['2026-Q1', '1.00'], ['2026-Q2', '1.00'], ['2026-Q3', '0.00'], ['2026-Q4', '0.00']]);
    const { value } = await explain(run.engine, run.calculation, { payee: 'ann', kinds: run.workspace.kinds });
    expect(value?.period).toBe('2026-Q2');
  });
});
