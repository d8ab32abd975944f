/**
 * Settlement of each payee of a plan, period after period, over all versions of the plan: what one version
 * advanced, the next one recovers. A period is settled once its last day is known.
 */
import { type SettledPeriod, settle, type SettlementPeriod } from '../ledger/settlement.ts';
import { roundMinor } from '../ledger/spread.ts';
import type { Draw, Plan } from '../plan/plan.ts';
import type { Catalogue, PlanEntry } from '../stage/catalogue.ts';
import type { Person } from '../stage/people.ts';
import { inMinor, numberAt, type Place } from '../stage/terms.ts';
import { must } from '../value/diagnostic.ts';
import { later } from '../value/length.ts';
import { type Day, type Period, periodAt, periodsIn } from '../value/period.ts';
import { add, ratio, ZERO } from '../value/rate.ts';
import { minorRounding } from './minor.ts';
import { forPayee } from './payment-stop.ts';
import type { PaidEarning } from './payments.ts';

/** `gross`: what is earned in the period, with the salary; only where the plan knows one. */
export type SettledOf = SettledPeriod & { readonly period: Period; readonly gross: bigint | undefined };
export interface SettledPayee { readonly plan: Plan; readonly payee: Person; readonly currency: string; readonly periods: readonly SettledOf[] }

export function settledOf(catalogue: Catalogue, earnings: readonly PaidEarning[], asOf: Day, only?: Person): SettledPayee[] {
  const chains = [...Map.groupBy(catalogue.plans, (p) => JSON.stringify([p.spec.plan, p.spec.currency])).values()]
    .map((versions) => versions.toSorted((a, b) => a.spec.effective.from - b.spec.effective.from));
  const byPayee = Map.groupBy(earnings, (e) => `${e.plan.plan}|${e.plan.currency}|${e.payee.payee}`);
  return chains.flatMap((versions) => {
    const { plan, currency } = must(versions[0]).spec;
    const payees = new Set(versions.flatMap((v) => [...v.members.keys()]));
    return [...payees].filter((payee) => only === undefined || payee === only).map((payee) => forPayee(must(versions.at(-1)).spec, payee, () => settlePayee(versions, payee, byPayee.get(`${plan}|${currency}|${payee.payee}`) ?? [], catalogue, asOf)));
  });
}

function settlePayee(versions: readonly PlanEntry[], payee: Person, earnings: readonly PaidEarning[], catalogue: Catalogue, asOf: Day): SettledPayee {
  const payments = earnings.flatMap((e) => e.parts.flatMap((p) => p.payments)), backs = earnings.flatMap((e) => e.recoverable);
  const first = must(versions[0]).spec, last = must(versions.at(-1)).spec, start = versions.flatMap((v) => v.members.get(payee)?.[0]?.from ?? [])[0] ?? first.effective.from;
  const end = Math.max(last.effective.to, ...[...payments, ...backs].filter((p) => p.day <= asOf).map((p) => periodAt(last.calendar, last.period, p.day).to));
  const periods = periodsOf(versions, later(end, { n: 1, unit: 'month' })).filter((p) => p.period.to - 1 <= asOf);
  const sums = summer(payments), taken = Map.groupBy(backs, (b) => periods.findIndex(({ period }) => period.from <= b.day && b.day < period.to));
  const steps = periods.map(({ period, version }, i): SettlementPeriod => ({
    label: period.label, payable: sums(period.from, period.to), takeBacks: taken.get(i) ?? [],
    ...drawOf(version.spec.draw, { version, payee, period, start, catalogue }), negative: version.spec.negative, rounding: paidRounding(version.spec),
  }));
  const settled = settle(steps);
  return {
    plan: last, payee, currency: last.currency,
    periods: settled.map((s, i): SettledOf => { const { period, version } = must(periods[i]); return { ...s, period, gross: grossOf(earnings, { version, payee, period, start, catalogue }) }; }),
  };
}

/** The periods of each version; where two versions share one, the later has it. The last goes on until everything is settled. */
function periodsOf(versions: readonly PlanEntry[], end: Day): { readonly period: Period; readonly version: PlanEntry }[] {
  const found = new Map<string, { readonly period: Period; readonly version: PlanEntry }>();
  versions.forEach((version, i) => {
    const { calendar, period, effective } = version.spec;
    for (const p of periodsIn(calendar, period, effective.from, i + 1 < versions.length ? effective.to : end)) found.set(p.label, { period: p, version });
  });
  return [...found.values()].sort((a, b) => a.period.from - b.period.from);
}

/** Sums of payments from one day up to, not including, another. */
function summer(payments: readonly { readonly day: Day; readonly amount: bigint }[]): (from: Day, to: Day) => bigint {
  return (from, to) => payments.reduce((sum, p) => (from <= p.day && p.day < to ? sum + p.amount : sum), 0n);
}

/** What is paid is rounded in its own money; where the plan converts, that is done part by part. */
const paidRounding = (plan: Plan): SettlementPeriod['rounding'] => minorRounding(plan.paysIn === plan.currency ? plan.round.paid : undefined, plan.currency);

interface In { readonly version: PlanEntry; readonly payee: Person; readonly period: Period; /** the payee's first day on the plan */ readonly start: Day; readonly catalogue: Catalogue }

function drawOf(draw: Draw | undefined, where: In): Pick<SettlementPeriod, 'draw' | 'recovers' | 'advances' | 'forgives'> {
  if (draw === undefined) return { draw: 0n, recovers: null, advances: false, forgives: false };
  const { version: { spec }, period } = where;
  // before the payee is on the plan nothing is drawn; lengths of time count from the period in which he joins
  const first = periodAt(spec.calendar, spec.period, where.start).from;
  const runs = period.from >= first && (draw.within === undefined || period.from < later(first, draw.within)) && period.from < spec.effective.to;
  const amount = runs ? numberAt(draw.amount, place(where)) ?? ZERO : ZERO;
  const starts = draw.after === undefined || period.from >= later(first, draw.after);
  return {
    draw: roundMinor(inMinor(amount, spec.currency), paidRounding(spec)), recovers: draw.recover === 'never' || !starts ? null : draw.recover,
    advances: draw.recover !== 'never', forgives: draw.forgive !== undefined && period.to > draw.forgive,
  };
}

function place({ version, payee, period, catalogue }: In): Place {
  return {
    plan: version.spec, people: catalogue.people, person: payee, eligible: version.members.get(payee) ?? [], round: version.spec.round,
    window: { from: period.from, to: period.to, cut: period.to }, day: period.to - 1,
  };
}

function grossOf(earnings: readonly PaidEarning[], where: In): bigint | undefined {
  const { version: { spec }, period } = where;
  if (spec.base === undefined) return undefined;
  const base = numberAt(spec.base, place(where));
  if (base === null) return undefined;
  const earned = earnings.filter((e) => e.period.label === period.label).reduce((s, e) => s + e.earned, 0n);
  return roundMinor(add(inMinor(base, spec.currency), ratio(earned)), minorRounding(spec.round.total, spec.currency));
}
