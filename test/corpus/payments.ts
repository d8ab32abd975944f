/** When pay is payable, what goes back and what is paid: for workspaces some plan of which says anything about it, or where somebody earns less than nothing. */
import type { Calculation } from '../../src/app/calculate.ts';
import { saysPayments } from '../../src/app/payment-needs.ts';
import { type PaidEarning, paymentsOf } from '../../src/app/payments.ts';
import type { SettledPayee } from '../../src/app/payment-settle.ts';
import type { ProgramRunner } from '../../src/engine/engine.ts';
import { FOREVER } from '../../src/ledger/release.ts';
import { owedOf } from '../../src/ledger/settlement.ts';
import { formatDay } from '../../src/value/period.ts';
import { renderDiagnostic } from '../../src/value/render.ts';
import { csvOf, inUnits, type Line } from './text.ts';

export async function paymentTables(engine: ProgramRunner, calculation: Calculation): Promise<[string, string][]> {
  const plans = calculation.catalogue.plans.map((p) => p.spec);
  const { value, diagnostics } = await paymentsOf(engine, calculation, FOREVER);
  if (value === undefined || diagnostics.length > 0) throw new Error(diagnostics.map((d) => renderDiagnostic(d)).join('\n'));
  const { earnings, settled } = value;
  const says = plans.some((p) => saysPayments(p) || p.convert !== undefined || p.base !== undefined);
  if (!says && !earnings.some((e) => e.earned < 0n)) return [];
  return [
    ['releases.csv', csvOf(['plan', 'component', 'payee', 'period', 'part', 'planned', 'payable', 'lapsed', 'cancelled', 'waits', 'pays'], earnings.filter((e) => (e.component.release ?? e.plan.release).length > 0).flatMap(releases), 5)],
    ['take-backs.csv', csvOf(['plan', 'component', 'payee', 'period', 'rule', 'date', 'amount'], earnings.flatMap(takeBacks), 4)],
    ['payments.csv', csvOf(['plan', 'payee', 'period', 'payable', 'taken_back', 'carried', 'top_up', 'recovered', 'forgiven', 'paid', 'owed', 'gross'], settled.flatMap(payments), 3)],
  ];
}

const some = (minor: bigint, currency: string): string => (minor === 0n ? '' : inUnits(minor, currency));
const keyOf = (e: PaidEarning): Line => ({ plan: e.plan.plan, component: e.component.name, payee: e.payee.id, period: e.period.label });

function releases(e: PaidEarning): Line[] {
  const { currency, paysIn } = e.plan;
  return e.parts.filter((p) => p.planned !== 0n).map((p) => ({
    ...keyOf(e), part: p.name, planned: inUnits(p.planned, currency), payable: p.payments.toSorted((a, b) => a.day - b.day).map((x) => `${formatDay(x.day)} ${inUnits(x.amount, currency)}`).join(', '),
    lapsed: some(p.lapsed, currency), cancelled: some(p.cancelled, currency), waits: some(p.held, currency), pays: p.pays === undefined ? '' : `${inUnits(p.pays, paysIn)} ${paysIn}`,
  }));
}

function takeBacks(e: PaidEarning): Line[] {
  return e.recoverable.map((b) => ({ ...keyOf(e), rule: b.rule, date: formatDay(b.day), amount: inUnits(b.amount, e.plan.currency) }));
}

function payments({ plan, payee, currency, periods }: SettledPayee): Line[] {
  return periods.filter((p) => [p.payable, p.takenBack, p.carried, p.topUp, p.paid, owedOf(p), p.gross ?? 0n].some((n) => n !== 0n)).map((p) => ({
    plan: plan.plan, payee: payee.id, period: p.label, payable: inUnits(p.payable, currency), taken_back: some(p.takenBack, currency), carried: some(p.carried, currency), top_up: some(p.topUp, currency),
    recovered: some(p.recovered, currency), forgiven: some(p.forgiven, currency), paid: inUnits(p.paid, currency), owed: some(owedOf(p), currency), gross: p.gross === undefined ? '' : inUnits(p.gross, currency),
  }));
}
