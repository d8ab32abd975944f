/** One plan that says everything a plan may say of tables, components, releases and settlement. */
import { describe, expect, it } from 'vitest';
import { resolvedText } from './resolved-text.ts';
import type { Component, Group, Leaf, Plan } from './plan.ts';
import { namesOf, readsOf } from './references.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { checkOrder, roundsOf } from './rounds.ts';
import { describePlan } from './words.ts';
import { readWorkspace } from './workspace.ts';

const SOURCES = `facts:
  deal: { fields: { owner: payee, product: text, amount: money, margin: percent, seats: number } }
  payment: { fields: { owner: payee, deal: text, amount: money } }
  pod: { fields: { quota: money, size: number } }
sources:
  deals: { file: d.csv, into: deal, id: id, date: date, fields: { owner: o, product: p, amount: a, margin: m, seats: n } }
  payments: { file: p.csv, into: payment, id: id, date: date, fields: { owner: o, deal: d, amount: a } }
  pods: { file: g.csv, into: pod, id: id, fields: { quota: q, size: s } }
  people: { file: w.csv, into: person, id: id, fields: { role: r, pod: pod, hired: h } }
`;
const PERSON = 'facts: { person: { fields: { pod: pod } } }\n';
const PLAN = `plan: whole
effective: 2026-01-01 / 2027-01-01
period: quarter
pays_in: EUR
terms: { quota: money a year, target_incentive: money a year, lift: factor = 1.5x }
incentive: target_incentive
base: 60_000 a year
tables:
  season: { by: quarter(period_start), lookup: { 1: 0.8, 2: 1, 3: 0.8, 4: 1.4 } }
  ramp: { by: [payee.role, "month_number(payee.hired, period_start, 15)"], steps: { AE: { 0: 50%, 4: 100% }, otherwise: 100% } }
  floor: { by: product, lookup: { Nova: 30%, otherwise: 20% } }
  activity: { by: seats_sold, steps: { 0: 0.5x, 50: 1x } }
  eur: { by: date, steps: { 2026-01-01: 0.9, 2026-07-01: 0.92 } }
measures:
  seats_sold: { sum: seats, from: deal }
  paid: { sum: amount, from: payment }
components:
  bookings:
    weight: 60%
    measure: { sum: amount, from: deal, where: margin >= floor(product) }
    target: quota * season * ramp
    carry: shortfall
    payout: { by: [payee.role, attainment], points: { AE: { 50%: 0%, 100%: [90%, 100%] }, AM: { 0%: 0%, 100%: 100% } }, beyond: extend }
    gates: { enough: { require: paid >= 50% * target or own.attainment > 100%, otherwise: at most 50% } }
    multiply: { activity: "if(payout > 80%, activity, 1x)", pod: { by: pod.size, steps: { 0: 1x, 5: 1.1x } } }
    cap: [200%, 50k * lift]
    release:
      booking: { share: 60%, at: quarter end }
      cash: { share: 40%, from: payment, where: amount > 0, within: 90 days, otherwise: release }
    take_back: { cancelled: { title: Cancelled deals, from: payment, where: amount < 0, within: 12 months, share: 1 - month(date) / 12, cap: 50%, instalments: 3 months } }
  own: { weight: 40%, measure: { sum: amount, from: deal }, target: pod.quota / pod.size, payout: attainment * 50% }
  each: { measure: { count: deal }, per: deal, rate: { by: [product, seats], lookup: { Nova: { 1: 100, 2: 150 }, otherwise: 10 } }, limits: { total: { at_most: 10k, per: plan }, often: { at_most: 3 times } } }
  over: { measure: paid, target: 100k, of: excess, rate: 2% }
  margin: { measure: seats_sold, of: paid, rate: { retroactive: { 0: 1%, 100: 2% } } }
  pot: { amount: 10_000, pool: { share: seats_sold, among: own.attainment >= 50% } }
release: { now: { share: 50% }, later: { share: 30%, after: 180 days, require: amount > 0, otherwise: hold }, slowly: { share: 20%, instalments: 4 quarters } }
take_back: { early: { from: payment, amount: 100 } }
draw: { amount: 1_000 a month, within: 6 months, recover: 50%, after: 3 months, forgive: 2026-12-31 }
negative: pay back
convert: { rate: eur, at: date }
accounting: { capitalise: 60 months, expense_up_to: 12 months }
round: { release: 1, paid: 0.01, total: 1, payout: 0.1% }
`;

function read(text: string, more: Readonly<Record<string, string>> = {}): { readonly plan: Plan | undefined; readonly said: readonly string[] } {
  const files: Record<string, string> = { 'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'sources/s.yaml': SOURCES, 'facts/p.yaml': PERSON, 'plans/p.yaml': text, ...more };
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)), text: (path) => files[path] });
  return { plan: value?.plans[0], said: diagnostics.map((d) => `${d.file}:${d.line} ${d.message} ${d.hint}`) };
}
function planOf(text: string): Plan {
  const { plan, said } = read(text);
  expect(said).toEqual([]);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}
const leaf = (plan: Plan, name: string): Leaf => plan.components.find((c): c is Leaf => c.kind === 'leaf' && c.name === name) as Leaf;

describe('a plan that says everything', () => {
  const plan = planOf(PLAN);

  it('reads tables where their names stand, with the types of their places', () => {
    expect(readsOf(leaf(plan, 'bookings')).map((r) => [r.name, r.called, r.type.kind])).toEqual([['floor', true, 'percent'], ['season', undefined, 'number'], ['ramp', undefined, 'percent'], ['activity', undefined, 'factor']]);
    const ramp = readsOf(leaf(plan, 'bookings').target).at(-1)?.table;
    expect(ramp).toMatchObject({ kind: 'steps', by: { name: 'payee.role' }, rows: [], outer: { rows: [{ key: 'AE', table: { by: { kind: 'call' }, rows: [{}, {}] } }], otherwise: { kind: 'lookup', rows: [], otherwise: { type: { kind: 'percent' } } } } });
  });

  it('finds what names mean', () => {
    const refs = new Map(namesOf(plan).map((n) => [n.name, n.ref]));
    expect(refs.get('pod.quota')).toEqual({ kind: 'group_field', group: 'pod', path: ['quota'] });
    expect(refs.get('payee.role')).toEqual({ kind: 'payee_field', path: ['role'] });
    expect(refs.get('own.attainment')).toEqual({ kind: 'component', component: 'own', what: 'attainment' });
    expect(refs.get('payout')).toEqual({ kind: 'result', what: 'payout' });
  });

  it('has conditions that are no row of comparisons', () => {
    expect(leaf(plan, 'bookings').gates[0]).toMatchObject({ require: [], condition: { kind: 'op', op: 'or' }, text: 'paid >= 50% * target or own.attainment > 100%' });
  });

  it('has components with per, of, limits and pools', () => {
    expect([leaf(plan, 'each').per, leaf(plan, 'over').of, leaf(plan, 'margin').of]).toMatchObject([{ kind: 'fact', of: 'deal' }, 'excess', { name: 'paid' }]);
    expect(leaf(plan, 'each').limits).toMatchObject([{ name: 'total', atMost: { kind: 'money' }, per: 'plan' }, { atMost: { kind: 'times', times: 3 }, per: 'payee' }]);
    expect(leaf(plan, 'pot').pool).toMatchObject({ share: { kind: 'formula', text: 'seats_sold' }, among: { text: 'own.attainment >= 50%' } });
  });

  it('has releases, take-backs and settlement', () => {
    expect(plan.release.map((r) => [r.name, r.day, r.after, r.instalments, r.otherwise.kind])).toEqual([
      ['now', 'pay_day', undefined, undefined, 'lapse'], ['later', 'pay_day', { n: 180, unit: 'day' }, undefined, 'hold'], ['slowly', 'pay_day', undefined, { n: 4, unit: 'quarter' }, 'lapse'],
    ]);
    expect([plan.negative, plan.paysIn, plan.draw?.forgive, plan.convert?.when, plan.accounting]).toEqual(['pay_back', 'EUR', 20818, 'date', { capitalise: 60, expenseUpTo: 12 }]);
  });

  it('prints as a plan that is the same', () => {
    const text = resolvedText(plan);
    const again = planOf(text);
    expect(again.fingerprint).toEqual(plan.fingerprint);
    expect(resolvedText(again)).toBe(text);
  });

  it('says one sentence for each key', () => {
    const words = describePlan(plan).join('\n');
    for (const sentence of [
      'Season, by quarter(the start of the period): 1 is 0.8, 2 is 1, 3 is 0.8, 4 is 1.4.',
      'What is missing to the target is added to the next one.', 'Each deal is calculated and rounded by itself.', 'It is paid on what is above the target.', 'It is paid on paid.',
      'It is required that paid is at least 50 % × the target or the attainment of own is more than 100 %; otherwise it pays at most 50 %.',
      'Over the plan it pays at most 10,000 USD to all payees together, in order of date (total); the rest is listed as unfunded.', 'Over the plan it pays at most 3 times to each payee, in order of date (often); the rest is listed as unfunded.',
      'The result is one pot, shared by seats sold among those of whom the attainment of own is at least 50 %.',
      '60 % (booking) is payable at the end of the quarter.', '40 % (cash) is payable when there is a payment of what is paid for where amount is more than 0 within 90 days; otherwise it is payable then.',
      '30 % (later) is payable 180 days after the fact, if amount is more than 0; otherwise it is held.', '20 % (slowly) are payable in 4 equal parts, one each quarter, from the pay day on.',
      'Where there is a payment, 100, at most what was paid, goes back.', 'Pay is topped up to 1,000 a month for 6 months.',
      'What was topped up goes back from 50 % of the pay above it, from 3 months after its start on; what is left on 2026-12-31 is dropped.', 'Pay below zero is paid back.',
      'What is payable is converted to EUR at (by date: below 2026-01-01 nothing, from 2026-01-01 on 0.9, from 2026-07-01 on 0.92), the rate of the day of the fact.', 'In the books the cost is spread over 60 months, or expensed at once where that is at most 12 months.', 'The salary, shown beside, is 60,000 a year.',
    ]) expect(words).toContain(sentence);
  });

  it.each([
    ['0.8, 4: 1.4', '0.8, 4: 1.5'], ['4: 100% }, otherwise: 100%', '4: 100% }, otherwise: 90%'], ['Nova: 30%', 'Nova: 31%'], ['carry: shortfall', 'carry: none'], ['paid >= 50%', 'paid >= 51%'],
    ['at_most: 10k', 'at_most: 11k'], ['3 times', '4 times'], ['of: excess', 'of: value'], ['among: own.attainment >= 50%', 'among: own.attainment >= 51%'], ['per: deal, rate', 'per: product, rate'],
    ['share: 50% }, later: { share: 30%', 'share: 40% }, later: { share: 40%'], ['180 days', '181 days'], ['4 quarters', '5 quarters'], ['amount: 100 }', 'amount: 101 }'], ['within: 12 months', 'within: 11 months'],
    ['recover: 50%', 'recover: never'], ['negative: pay back', 'negative: carry'], ['at: date', 'at: period'], ['2026-07-01: 0.92', '2026-07-01: 0.93'], ['capitalise: 60', 'capitalise: 48'], ['60_000 a year', '61_000 a year'], ['pays_in: EUR', 'pays_in: GBP'], ['release: 1,', 'release: 2,'],
  ])('a change of %s changes what is paid', (from, to) => {
    expect(PLAN).toContain(from);
    const changed = planOf((to === 'recover: never' ? PLAN.replace(', after: 3 months, forgive: 2026-12-31', '') : PLAN).replace(from, to));
    expect(changed.fingerprint.pay).not.toBe(plan.fingerprint.pay);
    expect(changed.fingerprint.words).toBe(plan.fingerprint.words);
  });

  it('a title of a take-back is a matter of words', () => {
    const changed = planOf(PLAN.replace('Cancelled deals', 'Cancellations'));
    expect([changed.fingerprint.pay === plan.fingerprint.pay, changed.fingerprint.words === plan.fingerprint.words]).toEqual([true, false]);
  });

  it('is in one round where nothing is paid on earnings', () => {
    expect([...new Set(roundsOf(plan).values())]).toEqual([1]);
  });
});

describe('order of components', () => {
  const at = { file: '', line: 1, column: 1, path: '' };
  const on = (name: string, from: string, where?: string): Component => ({
    kind: 'leaf', name, title: name, at, period: 'month', window: { kind: 'period' }, gates: [], multiply: [], caps: [], round: {}, limits: [], carry: 'none', of: 'value', better: 'higher', noTarget: 'hold', missing: 'hold',
    measure: { kind: 'count', name, title: name, type: { kind: 'number' }, subject: 'payee', at, from: [from], credited: [], factors: [], limits: [], ...(where !== undefined && { where: { text: '', at, formula: {
      kind: 'op', op: '=', type: { kind: 'yes_no' }, at: { start: 0, end: 0 },
      args: [{ kind: 'name', name: 'component', ref: { kind: 'field', path: ['component'] }, type: { kind: 'text' }, at: { start: 0, end: 0 } }, { kind: 'text', value: where, type: { kind: 'text' }, at: { start: 0, end: 0 } }],
    } } }) },
  });
  it('each is in the round after those whose earnings it reads', () => {
    const parts: Group = { kind: 'group', name: 'g', title: 'g', at, period: 'month', window: { kind: 'period' }, gates: [], multiply: [], caps: [], round: {}, limits: [], components: [on('part', 'earning', 'a')] };
    const said: Diagnostic[] = [];
    checkOrder({ components: [on('a', 'deal'), on('b', 'earning', 'aa')], measures: [] }, said);
    expect(said.map((d) => `${d.code} ${d.message} ${d.hint}`)).toEqual(['plan.unknown_name There is no component `aa` at the top of this plan, whose earnings could count. The components at the top are a and b.']);
    const loop: Diagnostic[] = [];
    checkOrder({ components: [on('a', 'earning', 'b'), on('b', 'earning', 'a')], measures: [] }, loop);
    checkOrder({ components: [on('a', 'deal'), on('b', 'earning', 'a'), on('c', 'earning', 'b'), on('d', 'earning', 'c')], measures: [] }, loop);
    expect(loop.map((d) => d.message)).toEqual(["These components are paid on each other's earnings: a → b → a.", '`d` would be paid in round 4: a → b → c → d; there are at most 3.']);
    expect(Object.fromEntries(roundsOf({ components: [on('third', 'earning', 'second'), on('a', 'deal'), on('second', 'earning'), on('b', 'deal'), parts], measures: [] }))).toEqual({ third: 3, a: 1, second: 2, b: 1, g: 2 });
  });
});
