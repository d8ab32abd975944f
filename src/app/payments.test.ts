/** What a user sees of payments: releases, take-backs and draws of a small company, through real files and a real store. */
import { expect, test } from 'vitest';
import { renderPayments } from '../cli/render/payments.ts';
import type { Day } from '../value/period.ts';
import { parseDay } from '../value/period.ts';
import { paymentList } from './payment-list.ts';
import { paymentsOf } from './payments.ts';
import { calculate } from './calculate.ts';
import { type Company, withCompany } from './run.fixture.ts';
import type { Preview } from './run.ts';
import { openWorkspace } from './workspace-files.ts';

const HEAVY = { timeout: 60_000 };

const FILES = {
  'facts/acme.yaml': `facts:
  account: { fields: { tier: text } }
  deal: { fields: { account: account, owner: payee, stage: text, amount: money, currency: text } }
  cash: { fields: { deal: deal, amount: money, currency: text } }
  go_live: { fields: { account: account } }
  cancelled: { fields: { deal: deal, reason: text } }
`,
  'sources/more.yaml': `sources:
  cash: { file: in/cash.csv, into: cash, id: id, date: date, fields: { deal: deal, amount: amount, currency: currency } }
  live: { file: in/live.csv, into: go_live, id: id, date: date, fields: { account: account } }
  ends: { file: in/ends.csv, into: cancelled, id: id, date: date, fields: { deal: deal, reason: reason } }
`,
  'plans/reps.yaml': `plan: reps
effective: 2026-01-01 / 2026-07-01
payees: role = "AE"
period: month
measures:
  collected: { for: deal, ratio: [{ sum: amount, from: cash }, { sum: amount, from: deal }] }
components:
  commission: { measure: { sum: amount, from: deal, where: stage = "Won" }, rate: 10% }
release:
  booking: { share: 50%, title: at booking }
  live: { share: 30%, from: go_live, within: 60 days, otherwise: lapse }
  cash: { share: 20%, as: collected, within: 90 days, otherwise: hold }
take_back:
  ended: { from: cancelled, where: reason <> "ours", within: 12 months, share: 100%, cap: 50% }
draw: { amount: 60 a month, within: 3 months, recover: 50% }
`,
  'plans/leaders.yaml': '',
  'in/cash.csv': 'id,date,deal,amount,currency\nc1,2026-02-05,d1,400.00,USD\nc2,2026-03-05,d1,600.00,USD\n',
  'in/live.csv': 'id,date,account\nl1,2026-02-20,acme\n',
  'in/ends.csv': 'id,date,deal,reason\ne1,2026-03-20,d2,moved\ne2,2026-03-21,d1,ours\n',
};

async function listed(company: Company, asOf: string): Promise<string[]> {
  await company.importAll();
  return company.withStore(async (engine) => {
    const { workspace } = openWorkspace(company.dir);
    const { calculation, diagnostics } = await calculate(engine, workspace?.plans ?? [], workspace?.kinds ?? []);
    expect(diagnostics).toEqual([]);
    if (calculation === undefined) return [];
    const { value, diagnostics: problems } = await paymentsOf(engine, calculation, parseDay(asOf) as Day);
    expect(problems).toEqual([]);
    const list = value && paymentList(value);
    return [
      ...list?.rows.filter((r) => r.payee === 'ann').map((r) => `${r.day ?? '-'} ${r.what === 'part' ? r.part : r.what} ${r.period} ${r.amount} ${r.status}`) ?? [],
      ...list?.paid.filter((p) => p.payee === 'ann').map((p) => `paid ${p.period} ${p.paid}, owed ${p.owed}`) ?? [],
    ];
  });
}

test('parts of an earning by day; what goes back, what a draw adds and gets back; what is due adds up to what is paid', HEAVY, () => withCompany(async (company) => {
  // d1 of January 1,000.00 (goes live, is paid); d2 of February 2,000.00 (is cancelled in March: half of it is not payable yet)
  expect(await listed(company, '2026-04-30')).toEqual([
    '2026-01-31 booking 2026-01 5000 due', '2026-01-31 draw 2026-01 1000 due',
    '2026-02-05 cash 2026-01 800 due',
    '2026-02-20 live 2026-01 3000 due',
    '2026-02-28 booking 2026-02 10000 due', '2026-02-28 recovery 2026-02 -1000 due',
    '2026-03-05 cash 2026-01 1200 due',
    '2026-03-31 take_back 2026-03 -600 due', '2026-03-31 draw 2026-03 5400 due',
    '2026-04-30 take_back 2026-04 -9400 held',
    '- cash 2026-02 4000 cancelled', '- live 2026-02 6000 cancelled',
    'paid 2026-01 6000, owed 1000', 'paid 2026-02 12800, owed 0', 'paid 2026-03 6000, owed 14800', 'paid 2026-04 0, owed 14800',
  ]);
}, FILES));

test('what comes later than the day that is asked for is not due, and nothing of it has lapsed', HEAVY, () => withCompany(async (company) => {
  company.edit('in/ends.csv', 'e1,2026-03-20,d2,moved\n', '');
  expect((await listed(company, '2026-02-28')).filter((r) => !r.startsWith('2026-01') && !r.startsWith('paid'))).toEqual([
    '2026-02-05 cash 2026-01 800 due', '2026-02-20 live 2026-01 3000 due', '2026-02-28 booking 2026-02 10000 due', '2026-02-28 recovery 2026-02 -1000 due',
    '- cash 2026-01 1200 held', '- cash 2026-02 4000 held', '- live 2026-02 6000 held',
  ]);
}, FILES));

test('a take-back may ask for the level of a state on the day of the event', HEAVY, () => withCompany(async (company) => {
  // all of d1 alone, whose account is live since February; d2 is of an account that never was
  expect((await listed(company, '2026-04-30')).filter((r) => r.includes('take_back') || r.includes('cancelled'))).toEqual(['2026-03-31 take_back 2026-03 -600 due', '2026-04-30 take_back 2026-04 -9400 held']);
}, {
  ...FILES,
  'facts/acme.yaml': FILES['facts/acme.yaml'].replace('go_live: { fields: { account: account } }', 'go_live: { fields: { account: account, stage: text } }'),
  'sources/more.yaml': FILES['sources/more.yaml'].replace('fields: { account: account } }', 'fields: { account: account, stage: stage } }'),
  'plans/reps.yaml': FILES['plans/reps.yaml'].replace('where: reason <> "ours"', 'where: deal.account.level = "live"').replace('measures:', 'states:\n  level: { for: account, from: go_live, value: stage, lasting: 10 days }\nmeasures:'),
  'in/live.csv': 'id,date,account,stage\nl1,2026-02-20,acme,live\n',
}));

test('the preview shows them, and says nothing where no plan does', HEAVY, async () => {
  await withCompany(async (company) => {
    await company.importAll();
    const { value } = await company.preview(), preview = value as Preview;
    expect(preview.payments?.as_of).toBe('2026-04-01');
    const text = renderPayments(preview.payments, { width: 100, only: { payee: 'ann' }, all: true });
    expect(text).toContain('ann    2026-01-31  commission: at booking');
    expect(text).toContain('topped up to the draw');
  }, FILES);
  await withCompany(async (company) => {
    await company.importAll();
    expect((await company.preview()).value?.payments).toBeUndefined();
  });
});
