/**
 * What the ledger is made of: runs, entries, postings, and the checks that each must pass
 * before it is written. Plain data; every id is computed from what it stands for, so that
 * doing the same thing twice gives the same ids. The rules are in SPEC.md.
 */
import { createHash } from 'node:crypto';
import { assert } from '../value/diagnostic.ts';
import { MAX_MINOR } from '../value/money.ts';
import type { Day } from '../value/period.ts';

/** What a run says a payee has earned. One row for each key, zeros included. */
export interface Earned {
  readonly plan: string;
  /** top-level component */
  readonly component: string;
  readonly payee: string;
  /** label of the period: `2017`, `2017-Q1`, `2017-03` */
  readonly period: string;
  /** first day of the period */
  readonly periodFrom: Day;
  readonly currency: string;
  readonly amountMinor: bigint;
}

/** What the book says so far about a key: the sum over all runs, and the latest entry in it. */
export interface Posted extends Earned {
  readonly lastEntryId: string;
}

/** `first`: the key was never posted; `changed`: it earns another amount; `no_longer_earned`: it is taken back whole. */
export type Reason = 'first' | 'changed' | 'no_longer_earned';

export interface Posting {
  readonly account: string;
  /** null for accounts that are not of one payee */
  readonly payee: string | null;
  /** debit positive, credit negative */
  readonly amountMinor: bigint;
  readonly currency: string;
}

export interface Entry {
  readonly entryId: string;
  readonly runId: string;
  readonly kind: 'earning';
  readonly reason: Reason;
  readonly plan: string;
  readonly component: string;
  readonly payee: string;
  readonly period: string;
  readonly periodFrom: Day;
  /** the latest earlier entry of the same key; null for the first */
  readonly corrects: string | null;
  readonly postings: readonly Posting[];
}

export const COMMISSION_EXPENSE = 'expense:commission';

export function payableTo(payee: string): string {
  return `payable:${payee}`;
}

/** SHA-256 over the parts, in hexadecimal. As JSON, so that no two lists of parts look alike. */
export function hashOf(parts: readonly unknown[]): string {
  const text = JSON.stringify(parts, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
  return createHash('sha256').update(text).digest('hex');
}

type Key = Pick<Earned, 'plan' | 'component' | 'payee' | 'period' | 'currency'>;

/** The business key as one text, for maps. */
export function keyOf(key: Key): string {
  return JSON.stringify([key.plan, key.component, key.payee, key.period, key.currency]);
}

/** In a run there is one entry for a key at most: run and key are its identity. */
export function entryId(runId: string, kind: Entry['kind'], key: Key): string {
  return hashOf(['entry', runId, kind, key.plan, key.component, key.payee, key.period, key.currency]);
}

/** The hash of a run's entries, in their order: the same run is never written with other ones. */
export function hashOfEntries(entries: readonly Entry[]): string {
  return hashOf(entries.map((e) => [
    e.entryId, e.reason, e.periodFrom, e.corrects, e.postings.map((p) => [p.account, p.payee, p.amountMinor, p.currency]),
  ]));
}

/** By how much the entry changes what its payee is owed. */
export function amountOf(entry: Entry): { readonly minor: bigint; readonly currency: string } {
  const expense = entry.postings.find((p) => p.account === COMMISSION_EXPENSE);
  assert(expense, 'an earning has a leg on the expense account');
  return { minor: expense.amountMinor, currency: expense.currency };
}

/** All that must hold for an entry before it may be written; a breach is ours. */
export function assertEntry(entry: Entry): void {
  const [expense, payable, ...more] = entry.postings;
  assert(expense && payable && more.length === 0, `an earning has two legs; entry ${entry.entryId} has ${entry.postings.length}`);
  assert(isBalanced(entry.postings), `the legs of entry ${entry.entryId} add up to zero in each currency`);
  assert(expense.account === COMMISSION_EXPENSE && expense.payee === null, 'the first leg of an earning is the expense');
  assert(payable.account === payableTo(entry.payee) && payable.payee === entry.payee, 'the second leg of an earning is what its payee is owed');
  assert(expense.amountMinor !== 0n, 'an entry changes something');
  // A change can reach from the largest amount with one sign to the largest with the other.
  assert(expense.amountMinor <= 2n * MAX_MINOR && expense.amountMinor >= -2n * MAX_MINOR, 'amounts are checked before they become entries');
  assert((entry.reason === 'first') === (entry.corrects === null), 'an entry that is not the first of its key names the one that it corrects');
  assert(entry.entryId === entryId(entry.runId, entry.kind, { ...entry, currency: expense.currency }), 'the id of an entry is computed from its run and key');
}

/** Whether the legs add up to zero in each currency on its own. */
export function isBalanced(postings: readonly Posting[]): boolean {
  const sums = new Map<string, bigint>();
  for (const p of postings) sums.set(p.currency, (sums.get(p.currency) ?? 0n) + p.amountMinor);
  return [...sums.values()].every((sum) => sum === 0n);
}
