/** What follows a sale: meetings before it, renewals, invoices and payments after it. */
import { addMonths } from '../../src/value/period.ts';
import type { Day } from '../../src/value/period.ts';
import type { Account } from './accounts.ts';
import type { Opportunity } from './opportunities.ts';
import { END_DAY, FIRST_DAY, atWork } from './people.ts';
import type { Region, Staff } from './people.ts';
import { randomFrom } from './random.ts';
import type { Random } from './random.ts';

export interface Meeting {
  readonly id: string;
  readonly account: string;
  readonly bookedBy: string;
  readonly on: Day;
  readonly persona: string;
  readonly status: 'Held' | 'No-show' | 'Cancelled';
}
/** A year's revenue that was due, and what of it was renewed, in minor units of the region's currency. */
export interface Renewal {
  readonly id: string;
  readonly account: Account;
  readonly csm: string;
  readonly due: Day;
  readonly outcome: 'Renewed' | 'Downsized' | 'Churned';
  readonly arrDue: bigint;
  readonly arrRenewed: bigint;
}
export interface Invoice {
  readonly id: string;
  readonly region: Region;
  readonly account: string;
  readonly owner: string;
  /** the opportunity or the renewal that it is for */
  readonly contract: string;
  readonly issued: Day;
  readonly amount: bigint;
}
export interface Payment { readonly id: string; readonly invoice: Invoice; readonly received: Day; readonly amount: bigint }

const PERSONAS = ['Champion', 'Champion', 'User', 'User', 'Technical buyer', 'Economic buyer'] as const;
/** yearly revenue of a customer from before 2025, in thousands, per tier */
const INSTALLED: readonly (readonly [number, number])[] = [[90, 260], [40, 120], [12, 55]];

/** SDRs book meetings at the accounts of their pod. */
export function makeMeetings(seed: number, staff: Staff, accounts: readonly Account[]): readonly Meeting[] {
  const random = randomFrom(seed, 'meetings');
  const books = new Map(staff.pods.map((pod) => [pod.id, accounts.filter((a) => a.pod === pod.id)]));
  const meetings: Meeting[] = [];
  for (let month = FIRST_DAY; month < END_DAY; month = addMonths(month, 1)) {
    for (const person of staff.people) {
      const many = random.between(10, 20);
      for (let i = 0; i < many; i += 1) {
        const on = month + random.below(addMonths(month, 1) - month);
        const placed = atWork(person, on);
        if (placed?.role !== 'SDR') continue;
        const roll = random.below(100);
        meetings.push({
          id: `M${String(20001 + meetings.length)}`, account: random.pick(books.get(placed.pod) ?? []).id, bookedBy: person.id, on,
          persona: random.pick(PERSONAS), status: roll < 76 ? 'Held' : roll < 90 ? 'No-show' : 'Cancelled',
        });
      }
    }
  }
  return meetings;
}

/** Half of the accounts were customers before 2025; one-year deals of the demo come up for renewal after a year. */
export function makeRenewals(seed: number, staff: Staff, accounts: readonly Account[], opportunities: readonly Opportunity[]): readonly Renewal[] {
  const random = randomFrom(seed, 'renewals');
  const renewals: Renewal[] = [];
  const follow = (account: Account, first: Day, value: bigint): void => {
    let arr = value;
    for (let due = first; due < END_DAY && arr > 0n; due = addMonths(due, 12)) {
      const { outcome, renewed } = decision(random, arr);
      renewals.push({ id: `R${String(30001 + renewals.length)}`, account, csm: csmOf(staff, account, due), due, outcome, arrDue: arr, arrRenewed: renewed });
      arr = renewed;
    }
  };
  for (const account of accounts.filter((a) => a.place % 2 === 0)) {
    const [low, high] = INSTALLED[account.tier - 1] as readonly [number, number];
    // Spread over the year by place, so that every customer success manager has renewals in every quarter.
    follow(account, addMonths(FIRST_DAY, (account.place / 2) % 12) + random.below(28), BigInt(random.between(low * 10, high * 10)) * 10_000n);
  }
  for (const o of opportunities) {
    if (o.closed !== null && isWon(o) && o.years === 1 && o.type === 'New') follow(o.account, addMonths(o.closed, 12), o.amount);
  }
  return renewals;
}

function decision(random: Random, arr: bigint): { outcome: Renewal['outcome']; renewed: bigint } {
  const roll = random.below(100);
  if (roll < 6) return { outcome: 'Churned', renewed: 0n };
  if (roll < 14) return { outcome: 'Downsized', renewed: (arr * BigInt(random.between(55, 90))) / 100n };
  // Four in ten come with the yearly price rise.
  return { outcome: 'Renewed', renewed: random.chance(40) ? (arr * BigInt(random.between(102, 107))) / 100n : arr };
}

/** The customer success manager of the account on that day: those of the pod share its accounts. */
function csmOf(staff: Staff, account: Account, day: Day): string {
  const able = staff.people.filter((p) => p.region === account.region && atWork(p, day)?.role === 'CSM');
  const near = able.filter((p) => atWork(p, day)?.pod === account.pod);
  const team = near.length > 0 ? near : able;
  return team[Math.trunc(account.place / 2) % team.length]?.id ?? '';
}

/** Contracts are invoiced for a year or for each quarter, renewals for the year. */
export function makeInvoices(seed: number, opportunities: readonly Opportunity[], renewals: readonly Renewal[]): readonly Invoice[] {
  const random = randomFrom(seed, 'invoices');
  const drafts: Omit<Invoice, 'id'>[] = [];
  for (const o of opportunities) {
    if (o.closed === null || !isWon(o)) continue;
    const parts = random.chance(35) ? 4 : 1;
    for (let n = 0; n < parts * o.years; n += 1) {
      const issued = addMonths(o.closed, (12 / parts) * n) + 5;
      const part = o.amount / BigInt(parts);
      const amount = n % parts === 0 ? o.amount - part * BigInt(parts - 1) : part;
      if (issued < END_DAY) drafts.push({ region: o.region, account: o.account.id, owner: o.owner, contract: o.id, issued, amount });
    }
  }
  for (const r of renewals.filter((one) => one.arrRenewed > 0n)) {
    drafts.push({ region: r.account.region, account: r.account.id, owner: r.csm, contract: r.id, issued: r.due, amount: r.arrRenewed });
  }
  return drafts
    .sort((a, b) => a.issued - b.issued || (a.contract < b.contract ? -1 : 1))
    .map((d, i) => ({ id: `I${String(40001 + i)}`, ...d }));
}

/** Most invoices are paid in full within 75 days, some in two parts, a few not at all. */
export function makePayments(seed: number, invoices: readonly Invoice[]): readonly Payment[] {
  const random = randomFrom(seed, 'payments');
  const drafts: Omit<Payment, 'id'>[] = [];
  for (const invoice of invoices) {
    const roll = random.below(100);
    const received = invoice.issued + random.between(8, 60);
    if (roll < 3) continue;
    const first = roll < 8 ? (invoice.amount * BigInt(random.between(30, 70))) / 100n : invoice.amount;
    drafts.push({ invoice, received, amount: first });
    if (first < invoice.amount) drafts.push({ invoice, received: received + random.between(20, 45), amount: invoice.amount - first });
  }
  return drafts
    .filter((d) => d.received < END_DAY)
    .sort((a, b) => a.received - b.received || (a.invoice.id < b.invoice.id ? -1 : 1))
    .map((d, i) => ({ id: `Z${String(50001 + i)}`, ...d }));
}

export function isWon(o: Opportunity): boolean {
  return o.stages.at(-1)?.stage === 'Won';
}
