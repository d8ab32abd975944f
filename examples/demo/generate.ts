/**
 * The exports of the demo company, from a seed: what its HR system, its CRM and its billing would
 * put into data-in/. The rest of the demo workspace (sources, plans, tests) is under workspace/.
 */
import { makeAccounts } from './accounts.ts';
import type { Account } from './accounts.ts';
import { csvText, dayCell, moneyCell } from './csv.ts';
import type { CsvRow } from './csv.ts';
import { isWon, makeInvoices, makeMeetings, makePayments, makeRenewals } from './customers.ts';
import type { Invoice, Meeting, Payment, Renewal } from './customers.ts';
import { withFlaws } from './flaws.ts';
import type { Flaw } from './flaws.ts';
import { PRODUCTS } from './names.ts';
import { makeOpportunities } from './opportunities.ts';
import type { Opportunity } from './opportunities.ts';
import { makeStaff } from './people.ts';
import type { Person, Region } from './people.ts';

/** The seed of `trueup demo`; the README of the workspace speaks about its rows. */
export const DEMO_SEED = 2026;

export interface DemoFile { readonly path: string; readonly text: string }

/** Every file of data-in/, the same bytes for the same seed. */
export function generateDemo(seed: number): DemoFile[] {
  return demoData(seed).files;
}

/** The files, and the flaws that one of them was given on purpose. */
export function demoData(seed: number): { readonly files: DemoFile[]; readonly flaws: readonly Flaw[] } {
  const staff = makeStaff(seed);
  const accounts = makeAccounts(seed, staff.pods);
  const opportunities = makeOpportunities(seed, staff, accounts);
  const renewals = makeRenewals(seed, staff, accounts, opportunities);
  const invoices = makeInvoices(seed, opportunities, renewals);
  const payments = makePayments(seed, invoices);
  const americas = withFlaws(opportunities.filter((o) => o.region === 'Americas').map(opportunityRow));
  const file = (name: string, rows: readonly CsvRow[]): DemoFile => ({ path: `data-in/${name}.csv`, text: csvText(rows) });
  const inRegion = <T>(name: string, list: readonly T[], region: (one: T) => Region, row: (one: T) => CsvRow): DemoFile[] =>
    (['Americas', 'Europe'] as const).map((r) => file(`${name}-${r.toLowerCase()}`, list.filter((one) => region(one) === r).map(row)));
  return {
    flaws: americas.flaws,
    files: [
      file('people', staff.people.flatMap(personRows)),
      file('pods', staff.pods.map((p) => ({ pod_id: p.id, name: p.name, region: p.region }))),
      file('products', PRODUCTS.map((p) => ({ product: p.name, family: p.family, sold_since: p.since }))),
      file('accounts', accounts.map(accountRow)),
      file('opportunities-americas', americas.rows),
      file('opportunities-europe', opportunities.filter((o) => o.region === 'Europe').map(opportunityRow)),
      file('stage-history', opportunities.flatMap(stageRows)),
      file('meetings', makeMeetings(seed, staff, accounts).map(meetingRow)),
      ...inRegion('renewals', renewals, (r) => r.account.region, renewalRow),
      ...inRegion('invoices', invoices, (i) => i.region, invoiceRow),
      ...inRegion('payments', payments, (p) => p.invoice.region, paymentRow),
    ],
  };
}

function personRows(p: Person): CsvRow[] {
  return p.rows.map((r) => ({
    employee_id: p.id, name: p.name, role: r.role, region: p.region, pay_currency: p.region === 'Europe' ? 'EUR' : 'USD',
    pod_id: r.pod, manager_id: r.manager, hired: dayCell(p.hired), left: dayCell(p.left),
    valid_from: dayCell(r.from), status: r.status,
    annual_quota: moneyCell(r.quota), annual_target_incentive: moneyCell(r.incentive),
  }));
}

function accountRow(a: Account): CsvRow {
  return { account_id: a.id, name: a.name, tier: String(a.tier), region: a.region, country: a.country, industry: a.industry, pod_id: a.pod, parent_id: a.parent };
}

function opportunityRow(o: Opportunity): CsvRow {
  return {
    opportunity_id: o.id, account_id: o.account.id, owner_id: o.owner, second_owner_id: o.secondOwner, partner_manager_id: o.partnerManager, sdr_id: o.sdr,
    product: o.product, type: o.type, stage: o.stages.at(-1)?.stage ?? '', created: dayCell(o.created), close_date: dayCell(o.closed),
    amount: moneyCell(o.amount), contract_years: isWon(o) ? String(o.years) : '',
  };
}

function stageRows(o: Opportunity): CsvRow[] {
  return o.stages.map((s, i) => ({
    change_id: `${o.id}-${i + 1}`, opportunity_id: o.id, account_id: o.account.id,
    stage: s.stage, entered: dayCell(s.entered), owner_id: o.owner, sdr_id: o.sdr,
  }));
}

function meetingRow(m: Meeting): CsvRow {
  return { meeting_id: m.id, account_id: m.account, booked_by: m.bookedBy, meeting_date: dayCell(m.on), persona: m.persona, status: m.status };
}

function renewalRow(r: Renewal): CsvRow {
  return {
    renewal_id: r.id, account_id: r.account.id, csm_id: r.csm, due_date: dayCell(r.due), outcome: r.outcome,
    arr_due: moneyCell(r.arrDue), arr_renewed: moneyCell(r.arrRenewed),
  };
}

function invoiceRow(i: Invoice): CsvRow {
  return { invoice_id: i.id, account_id: i.account, owner_id: i.owner, contract_id: i.contract, issued: dayCell(i.issued), amount: moneyCell(i.amount) };
}

function paymentRow(p: Payment): CsvRow {
  return {
    payment_id: p.id, invoice_id: p.invoice.id, account_id: p.invoice.account, owner_id: p.invoice.owner,
    received: dayCell(p.received), amount: moneyCell(p.amount),
  };
}
