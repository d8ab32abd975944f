/**
 * Settling what is payable to one payee, period after period:
 *
 *     payable − taken back − balance → draw → paid
 *
 * A fold: each period begins with the balances that the one before it left.
 */
import { multiply, ratio, type Ratio } from '../value/rate.ts';
import { inEqualParts, type MinorRounding, roundMinor } from './spread.ts';

export interface SettlementPeriod {
  readonly label: string;
  /** sum of the payments that fall due in it */
  readonly payable: bigint;
  /** what goes back in it, by rule; what passes the cap of a rule waits for the next period */
  readonly takeBacks: readonly { readonly rule: string; readonly amount: bigint; readonly cap: Ratio | undefined }[];
  /** pay is topped up to this; 0 where no draw runs */
  readonly draw: bigint;
  /** of pay above the draw, this share pays back what was advanced; null: nothing does */
  readonly recovers: Ratio | null;
  /** whether a top-up of this period is owed */
  readonly advances: boolean;
  /** the balance of the draw is dropped at its end */
  readonly forgives: boolean;
  /** what pay below zero does */
  readonly negative: 'carry' | 'pay_back' | 'forgive';
  readonly rounding: MinorRounding;
}

export interface Balances {
  /** advanced by draws, not recovered yet */
  readonly draw: bigint;
  /** pay below zero that is carried on, as an amount above zero */
  readonly negative: bigint;
  /** take-backs that wait, because a period's cap was reached */
  readonly waiting: bigint;
}
export interface SettledPeriod {
  readonly label: string;
  readonly payable: bigint;
  readonly takenBack: bigint;
  /** carried from earlier periods and taken off here */
  readonly carried: bigint;
  readonly topUp: bigint;
  readonly recovered: bigint;
  readonly forgiven: bigint;
  readonly paid: bigint;
  /** at its end */
  readonly balances: Balances;
}

export function settle(periods: readonly SettlementPeriod[]): SettledPeriod[] {
  const out: SettledPeriod[] = [], waiting = new Map<string, { amount: bigint; cap: Ratio | undefined }>();
  let before: Balances = { draw: 0n, negative: 0n, waiting: 0n };
  for (const period of periods) {
    const takenBack = takeBacks(period, waiting), wait = [...waiting.values()].reduce((s, w) => s + w.amount, 0n);
    const net = period.payable - takenBack - before.negative;
    const settled: SettledPeriod = { label: period.label, payable: period.payable, takenBack, carried: before.negative, ...drawn(period, net, before.draw, wait) };
    out.push(settled);
    before = settled.balances;
  }
  return out;
}

/** Of what waited and what comes now, each rule takes up to its cap; `waiting` keeps the rest. */
function takeBacks(period: SettlementPeriod, waiting: Map<string, { amount: bigint; cap: Ratio | undefined }>): bigint {
  for (const { rule, amount, cap } of period.takeBacks) waiting.set(rule, { amount: (waiting.get(rule)?.amount ?? 0n) + amount, cap });
  let taken = 0n;
  for (const one of waiting.values()) {
    const payable = period.payable > 0n ? period.payable : 0n;
    // a cap is never passed, not even by half a cent
    const most = one.cap === undefined ? one.amount : roundMinor(multiply(ratio(payable), one.cap), { unit: 1n, mode: 'down' });
    const now = one.amount < most ? one.amount : most;
    one.amount -= now;
    taken += now;
  }
  return taken;
}

function drawn(period: SettlementPeriod, net: bigint, owed: bigint, waiting: bigint): Omit<SettledPeriod, 'label' | 'payable' | 'takenBack' | 'carried'> {
  const topUp = period.draw > 0n && net < period.draw ? period.draw - net : 0n;
  const above = net > period.draw ? net - period.draw : 0n;
  const most = topUp > 0n || period.recovers === null ? 0n : roundMinor(multiply(ratio(above), period.recovers), { unit: 1n, mode: 'down' });
  const recovered = most < owed ? most : owed;
  const left = owed + (period.advances ? topUp : 0n) - recovered, forgiven = period.forgives ? left : 0n;
  const after = net + topUp - recovered, keeps = after >= 0n || period.negative === 'pay_back';
  return {
    topUp, recovered, forgiven, paid: keeps ? roundMinor(ratio(after), period.rounding) : 0n,
    balances: { draw: left - forgiven, negative: !keeps && period.negative === 'carry' ? -after : 0n, waiting },
  };
}

/** What is owed to the company at the end of a period. */
export function owedOf({ balances }: SettledPeriod): bigint {
  return balances.draw + balances.negative + balances.waiting;
}

/** An amount of one currency in another, at a rate between whole units of both. */
export function converted(amount: bigint, rate: Ratio, digits: { readonly from: bigint; readonly to: bigint }, rounding: MinorRounding): bigint {
  return roundMinor(multiply(ratio(amount * digits.to, digits.from), rate), rounding);
}

/** An asset over its life in months, or, up to `expenseUpTo`, an expense at once. `months`: what each month bears. */
export function accounted(amount: bigint, { capitalise, expenseUpTo = 0 }: { readonly capitalise: number; readonly expenseUpTo?: number | undefined }): { readonly capitalised: bigint; readonly months: readonly bigint[] } {
  return capitalise <= expenseUpTo ? { capitalised: 0n, months: [amount] } : { capitalised: amount, months: inEqualParts(amount, capitalise) };
}

