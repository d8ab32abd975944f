/**
 * The true-up: what is earned now, minus what was posted before.
 *
 * A first run, a second run, a late fact, a correction and a clawback are all this one
 * subtraction. Pure: preview prints its result, apply writes it.
 */
import { assert } from '../value/diagnostic.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { MAX_MINOR, formatMoney } from '../value/money.ts';
import type { Earned, Entry, Posted, Posting, Reason } from './entry.ts';
import { COMMISSION_EXPENSE, assertEntry, entryId, keyOf, payableTo } from './entry.ts';
import type { Run } from './run.ts';

/**
 * The entries that bring the book from `posted` to `earned`, sorted by plan, component, payee,
 * period and currency. A key whose amount does not change gets none; a key that is in the book
 * but not in `earned` is taken back. Each key may stand in `earned` once.
 */
export function entriesFor(
  earned: readonly Earned[],
  posted: readonly Posted[],
  run: Pick<Run, 'runId'>,
): readonly Entry[] {
  const before = byKey(posted);
  const now = byKey(earned);
  const changes: Entry[] = [];
  for (const [key, e] of now) {
    const p = before.get(key);
    const delta = e.amountMinor - (p?.amountMinor ?? 0n);
    if (delta !== 0n) changes.push(entry(run.runId, e, delta, p ? 'changed' : 'first', p));
  }
  for (const [key, p] of before) {
    if (!now.has(key) && p.amountMinor !== 0n) changes.push(entry(run.runId, p, -p.amountMinor, 'no_longer_earned', p));
  }
  return changes.sort(inOrder);
}

/**
 * Amounts that the book refuses to hold. A slip in a plan, such as a rate of a billion, gets
 * this far; ask before the entries are made.
 */
export function tooLarge(earned: readonly Earned[], file: string): readonly Diagnostic[] {
  return earned
    .filter((e) => e.amountMinor > MAX_MINOR || e.amountMinor < -MAX_MINOR)
    .map((e) => ({
      code: 'ledger.amount_too_large',
      severity: 'error',
      file,
      line: 0,
      column: 0,
      path: `components.${e.component}`,
      message: `Component ${e.component} of plan ${e.plan} would pay ${e.payee} ${money(e.amountMinor, e.currency)} for ${e.period}; one amount may be up to ${money(MAX_MINOR, e.currency)}.`,
      hint: 'Look for a rate, a target or an amount with too many digits; `trueup explain` shows how the amount came about.',
    }));
}

function money(minor: bigint, currency: string): string {
  return formatMoney({ minor, currency });
}

function byKey<T extends Earned>(rows: readonly T[]): Map<string, T> {
  const map = new Map(rows.map((row) => [keyOf(row), row]));
  assert(map.size === rows.length, 'each plan, component, payee, period and currency stands in a result once');
  return map;
}

function entry(runId: string, of: Earned, delta: bigint, reason: Reason, corrected: Posted | undefined): Entry {
  const { plan, component, payee, period, periodFrom, currency } = of;
  const postings: readonly Posting[] = [
    { account: COMMISSION_EXPENSE, payee: null, amountMinor: delta, currency },
    { account: payableTo(payee), payee, amountMinor: -delta, currency },
  ];
  const made: Entry = Object.freeze({
    entryId: entryId(runId, 'earning', of),
    runId,
    kind: 'earning',
    reason,
    plan,
    component,
    payee,
    period,
    periodFrom,
    corrects: corrected?.lastEntryId ?? null,
    postings,
  });
  assertEntry(made);
  return made;
}

/** A total order that depends on the entries alone, never on a locale. */
function inOrder(a: Entry, b: Entry): number {
  for (const field of ['plan', 'component', 'payee', 'periodFrom', 'period', 'entryId'] as const) {
    if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1;
  }
  return 0;
}
