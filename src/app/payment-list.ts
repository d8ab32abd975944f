/** Payments as a list for people: what of each earning is payable when, and what settlement adds and takes off. */
import { formatDay } from '../value/period.ts';
import type { Day } from '../value/period.ts';
import { byName } from './earned.ts';
import { saysPayments } from './payment-needs.ts';
import type { PaidEarning, PaidPart, Payments } from './payments.ts';
import type { SettledOf, SettledPayee } from './payment-settle.ts';

/** `due`: by the day that the run knows of; `later`: after it; `held`: waits for something; the last two are never paid. */
export type PaymentStatus = 'due' | 'later' | 'held' | 'lapsed' | 'cancelled';
export type PaymentWhat = 'part' | 'take_back' | 'draw' | 'recovery' | 'brought_forward' | 'carried_forward' | 'forgiven' | 'rounding';

export interface PaymentRow {
  readonly plan: string;
  readonly payee: string;
  readonly currency: string;
  readonly what: PaymentWhat;
  /** of the earning that a part is of; empty for what settlement does */
  readonly component: string;
  /** of the earning; of the settlement */
  readonly period: string;
  /** name of the part */
  readonly part: string;
  readonly title: string;
  /** `2026-03-31`; null where no day is known */
  readonly day: string | null;
  /** minor units; below zero it is taken off */
  readonly amount: bigint;
  readonly status: PaymentStatus;
  /** in the money of the payment, in its minor units: of a part that the plan converts and that is paid on one day */
  readonly pays?: { readonly amount: bigint; readonly currency: string };
}
/** What is paid to a payee in a period, and owed at its end. Together with `rows`: those due in a period add up to what is paid. */
export interface PaidRow { readonly plan: string; readonly payee: string; readonly currency: string; readonly period: string; readonly day: string; readonly paid: bigint; readonly owed: bigint }
export interface PaymentList { readonly as_of: string; readonly rows: readonly PaymentRow[]; readonly paid: readonly PaidRow[] }

/** Of plans that say more than that everything is paid at the pay day; undefined where none does. */
export function paymentList(payments: Payments): PaymentList | undefined {
  const earnings = payments.earnings.filter((e) => saysPayments(e.plan)), settled = payments.settled.filter((s) => saysPayments(s.plan));
  if (earnings.length === 0 && settled.length === 0) return undefined;
  const rows = [...earnings.flatMap((e) => e.parts.flatMap((p) => partRows(e, p, payments.asOf))), ...earnings.flatMap((e) => laterBacks(e, payments.asOf)), ...settled.flatMap((s) => s.periods.flatMap((p) => settledRows(s, p)))];
  return {
    as_of: formatDay(payments.asOf), rows: rows.filter((r) => r.amount !== 0n).sort(inOrder),
    paid: settled.flatMap((s) => s.periods.filter(hasSomething).map((p): PaidRow => ({
      plan: s.plan.plan, payee: s.payee.id, currency: s.currency, period: p.label, day: formatDay(p.period.to - 1), paid: p.paid, owed: p.balances.draw + p.balances.negative + p.balances.waiting,
    }))),
  };
}

const hasSomething = (p: SettledOf): boolean => p.paid !== 0n || p.payable !== 0n || p.takenBack !== 0n || p.balances.draw !== 0n || p.balances.negative !== 0n || p.balances.waiting !== 0n;

/** Payments of one day are one row, however many lines they are of. */
function partRows(earning: PaidEarning, part: PaidPart, asOf: Day): PaymentRow[] {
  const row = (day: Day | null, amount: bigint, status: PaymentStatus, pays?: bigint): PaymentRow => ({
    plan: earning.plan.plan, payee: earning.payee.id, currency: earning.plan.currency, what: 'part', component: earning.component.name, period: earning.period.label,
    part: part.name, title: part.title ?? part.name.replaceAll('_', ' '), day: day === null ? null : formatDay(day), amount, status,
    ...(pays !== undefined && { pays: { amount: pays, currency: earning.plan.paysIn } }),
  });
  const days = Map.groupBy(part.payments, (p) => p.day), pays = days.size === 1 && part.held === 0n ? part.pays : undefined;
  return [
    ...[...days].map(([day, all]) => row(day, all.reduce((s, p) => s + p.amount, 0n), day <= asOf ? 'due' : 'later', pays)),
    row(null, part.held, 'held'), row(null, part.lapsed, 'lapsed'), row(null, part.cancelled, 'cancelled'),
  ];
}

/** Instalments of take-backs that are still to come; the others are in the settlement of their period. */
function laterBacks(earning: PaidEarning, asOf: Day): PaymentRow[] {
  return earning.recoverable.filter((r) => r.day > asOf).map((r) => ({
    plan: earning.plan.plan, payee: earning.payee.id, currency: earning.plan.currency, what: 'take_back', component: earning.component.name, period: earning.period.label,
    part: r.rule, title: r.rule.replaceAll('_', ' '), day: formatDay(r.day), amount: -r.amount, status: 'later',
  }));
}

function settledRows(settled: SettledPayee, period: SettledOf): PaymentRow[] {
  const row = (what: PaymentWhat, amount: bigint, status: PaymentStatus = 'due'): PaymentRow => ({
    plan: settled.plan.plan, payee: settled.payee.id, currency: settled.currency, what, component: '', period: period.label, part: '', title: '', day: formatDay(period.period.to - 1), amount, status,
  });
  const net = period.payable - period.takenBack - period.carried + period.topUp - period.recovered;
  const dropped = net < 0n && period.paid === 0n && period.balances.negative === 0n ? -net : 0n;
  const waits = period === settled.periods.at(-1) ? period.balances.waiting : 0n;
  return [
    row('brought_forward', -period.carried), row('take_back', -period.takenBack), row('draw', period.topUp), row('recovery', -period.recovered),
    row('carried_forward', period.balances.negative), row('forgiven', dropped), row('rounding', period.paid - (net + period.balances.negative + dropped)), row('take_back', -waits, 'held'),
  ];
}

const ORDER: readonly PaymentWhat[] = ['part', 'brought_forward', 'take_back', 'draw', 'recovery', 'carried_forward', 'forgiven', 'rounding'];
function inOrder(a: PaymentRow, b: PaymentRow): number {
  return byName(a.plan, b.plan) || byName(a.payee, b.payee) || byName(a.day ?? '9', b.day ?? '9') || ORDER.indexOf(a.what) - ORDER.indexOf(b.what) || byName(a.component, b.component) || byName(a.period, b.period) || byName(a.part, b.part) || byName(a.status, b.status);
}
