/**
 * The relation `payouts` of a run → what each payee has earned, by the words of plans and people. The one
 * place where numbers of a program become rows of the ledger; preview, apply and export all read it.
 */
import type { Cell, ProgramRunner } from '../engine/engine.ts';
import type { Earned } from '../ledger/entry.ts';
import { keyOf } from '../ledger/entry.ts';
import type { Plan } from '../plan/plan.ts';
import { col, eq, filter, int } from '../relation/relation.ts';
import type { PlanEntry } from '../stage/catalogue.ts';
import { assert } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf, wholeOf } from './cells.ts';
import { relationOf } from './run-relations.ts';

/** A row of the ledger, with the versions of the plan that it is made of: two where a version begins inside the period. */
export interface EarnedRow extends Earned { readonly versions: readonly string[] }

/** Every top-level component, payee and period of what happened (world 0), zeros included; in no order. */
export async function earnedRows(engine: ProgramRunner, calculation: Calculation): Promise<readonly EarnedRow[]> {
  const payouts = await engine.read(filter(relationOf(calculation, 'payouts'), eq(col('world'), int(0))));
  const found = new Map<string, EarnedRow>();
  for (const row of rowsOf(payouts)) {
    const plan = planOf(calculation, row['plan']), period = calculation.catalogue.periodOf(wholeOf(row['period']));
    const amountMinor = row['payout'];
    assert(typeof amountMinor === 'bigint', 'a payout is a whole number of minor units');
    const made: EarnedRow = {
      plan: plan.spec.plan, component: componentName(calculation, row['component']), payee: payeeName(calculation, row['payee']),
      period: period.label, periodFrom: period.from, currency: plan.spec.currency, amountMinor, versions: [versionName(plan.spec)],
    };
    const key = keyOf(made), other = found.get(key);
    if (other === undefined) { found.set(key, made); continue; }
    // parts of one period under two versions are one amount; the same version twice would be our mistake
    assert(!other.versions.includes(made.versions[0] ?? ''), `version ${made.versions[0]} pays ${key} once`);
    found.set(key, { ...other, amountMinor: other.amountMinor + amountMinor, versions: [...other.versions, ...made.versions] });
  }
  return [...found.values()];
}

/** A version of a plan as a run names it: `ae-americas@2026-01-01`, by the first day on which it holds. */
export function versionName(plan: Pick<Plan, 'plan' | 'effective'>): string {
  return `${plan.plan}@${formatDay(plan.effective.from)}`;
}

export function planOf(calculation: Calculation, plan: Cell | undefined): PlanEntry {
  const entry = calculation.catalogue.plans[wholeOf(plan)];
  assert(entry !== undefined, `plan number ${plan} is in the catalogue`);
  return entry;
}
export function componentName(calculation: Calculation, component: Cell | undefined): string {
  const entry = calculation.catalogue.components[wholeOf(component)];
  assert(entry !== undefined, `component number ${component} is in the catalogue`);
  return entry.path.join('.');
}
export function payeeName(calculation: Calculation, payee: Cell | undefined): string {
  const person = calculation.catalogue.personOf(wholeOf(payee));
  assert(person !== undefined, `payee number ${payee} is in the catalogue`);
  return person.id;
}

/** Names of plans, components and payees in the order of a run. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
