/** One payee's statement for a period, across plans: each component with its target, result, attainment and amount, and the total. */
import type { ProgramRunner } from '../engine/engine.ts';
import type { Type } from '../plan/formula.ts';
import { aggregate, and, cases, col, eq, filter, int, named, or, sum } from '../relation/relation.ts';
import { componentsOf } from '../stage/spans.ts';
import type { ComponentEntry } from '../stage/catalogue.ts';
import type { Outcome } from '../value/diagnostic.ts';
import { ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf } from './cells.ts';
import { nameOf } from './explain-facts.ts';
import { findPayee, findSpots, type Spot } from './explain-request.ts';
import { type PayeeRows, pairIn, readPayee, smallOrNull, wideOf } from './explain-rows.ts';
import { relationOf } from './run-relations.ts';
import { bareValue, percentShown, plainMoney, plainNumber, plainScaled, plainValue } from './explain-words.ts';
import { groupedAmount } from '../value/wording.ts';
import { alignedTable, type Cells } from './text-table.ts';

export interface PayStatement {
  readonly payee: string;
  readonly name: string;
  readonly period: string;
  readonly lines: readonly StatementLine[];
  /** one a currency */
  readonly totals: readonly { readonly currency: string; readonly amount: string }[];
}
/** Numbers are plain decimal text, null where there is none; `shown` is how a reader sees them. */
export interface StatementLine {
  readonly plan: string;
  readonly plan_title: string;
  readonly component: string;
  readonly title: string;
  /** 0: paid by itself; above: a part of the group before it */
  readonly depth: number;
  readonly period: string;
  readonly currency: string;
  readonly result: string | null;
  readonly target: string | null;
  readonly attainment: string | null;
  /** of a part of a group: what it gives to the group, before rounding */
  readonly amount: string;
  readonly held: boolean;
  readonly shown: { readonly result: string; readonly target: string; readonly attainment: string };
}

/** Without a period: the last one for which there is pay. */
export async function statement(engine: ProgramRunner, calculation: Calculation, payee: string, period?: string): Promise<Outcome<PayStatement>> {
  const found = findPayee(calculation.catalogue, payee);
  if ('refused' in found) return { value: undefined, diagnostics: found.refused };
  const rows = await readPayee(engine, calculation, found.found.payee);
  const chosen = findSpots(calculation.catalogue, found.found, rows, { period });
  if ('refused' in chosen) return { value: undefined, diagnostics: chosen.refused };
  const { spots } = chosen.found;
  const lines = [...spots].sort((a, b) => a.plan.plan - b.plan.plan || a.step.period - b.step.period || a.entry.component - b.entry.component).flatMap((spot) => {
    const parts = componentsOf([spot.entry.spec]).slice(1);
    const below = calculation.catalogue.components.filter((c) => c.plan === spot.plan.plan && c.path[0] === spot.entry.path[0] && parts.includes(c.spec));
    return [lineOf(spot, spot.entry, rows), ...below.map((c) => lineOf(spot, c, rows))];
  });
  return {
    value: {
      payee: found.found.id, name: nameOf(found.found), period: chosen.found.period, lines,
      totals: await totalsOf(engine, calculation, found.found.payee, spots),
    },
    diagnostics: [],
  };
}

/** Sums of what is paid, by currency. */
async function totalsOf(engine: ProgramRunner, calculation: Calculation, payee: number, spots: readonly Spot[]): Promise<PayStatement['totals']> {
  const currencies = [...new Set(spots.map((s) => s.plan.spec.currency))];
  const wanted = or(...spots.map((s) => and(eq(col('component'), int(s.entry.component)), eq(col('period'), int(s.step.period)))));
  const place = cases(calculation.catalogue.plans.map((p) => [eq(col('plan'), int(p.plan)), int(currencies.indexOf(p.spec.currency))] as const), int(-1));
  const paid = filter(relationOf(calculation, 'payouts'), and(eq(col('world'), int(0)), eq(col('payee'), int(payee)), wanted));
  const rows = rowsOf(await engine.read(aggregate(paid, [named('currency', place)], [named('amount', sum(col('payout')))])));
  return currencies.map((currency, i) => ({ currency, amount: plainMoney(ratio(rows.flatMap((r) => (r['currency'] === BigInt(i) ? [wideOf(r, 'amount')] : []))[0] ?? 0n), currency) }));
}

function lineOf({ plan, step }: Spot, entry: ComponentEntry, rows: PayeeRows): StatementLine {
  const { spec } = entry, { currency } = plan.spec, type: Type = spec.kind === 'leaf' && spec.measure !== undefined ? spec.measure.type : { kind: 'number' };
  const [first] = rows.of('attainment', entry.component, step.period);
  const x = spec.kind === 'leaf' && spec.measure !== undefined && first?.['has_value'] === true ? pairIn(first, 'x') : undefined;
  const target = spec.kind === 'leaf' && spec.target !== undefined ? pairIn(first, 'target') : undefined, a = spec.kind === 'leaf' && spec.target !== undefined ? pairIn(first, 'a') : undefined;
  const payout = rows.of('payouts', entry.component, step.period)[0], earned = rows.of('earned', entry.component, step.period)[0];
  return {
    plan: plan.spec.plan, plan_title: plan.spec.title, component: entry.path.join('.'), title: spec.title, depth: entry.path.length - 1, period: step.label.label, currency,
    result: x === undefined ? null : plainValue(x, type, currency), target: target === undefined ? null : plainValue(target, type, currency), attainment: a === undefined ? null : plainNumber(a),
    amount: payout === undefined ? plainScaled(earned === undefined ? 0n : wideOf(earned, 'limited'), currency) : plainMoney(ratio(wideOf(payout, 'payout')), currency),
    held: (smallOrNull(earned, 'held') ?? 0) !== 0,
    shown: { result: x === undefined ? '' : bareValue(x, type, currency), target: target === undefined ? '' : bareValue(target, type, currency), attainment: a === undefined ? '' : percentShown(a) },
  };
}

export function statementText(pay: PayStatement): string {
  const name = pay.name === pay.payee ? pay.name : `${pay.name} (${pay.payee})`;
  const periods = pay.lines.some((l) => l.period !== pay.period), several = new Set(pay.lines.map((l) => l.plan)).size > 1;
  const head: Cells = ['', 'period', 'result', 'target', 'attainment', 'amount', ''];
  const rows: Cells[] = [];
  let plan = '';
  for (const line of pay.lines) {
    if (several && line.plan !== plan) rows.push([line.plan_title, '', '', '', '', '', '']);
    plan = line.plan;
    const indent = '  '.repeat(line.depth + (several ? 1 : 0));
    rows.push([`${indent}${line.title}`, periods ? line.period : '', line.shown.result, line.shown.target, line.shown.attainment, `${groupedAmount(line.amount)} ${line.currency}`, line.held ? 'held' : line.depth > 0 ? '(part)' : '']);
  }
  const totals = pay.totals.map((t): Cells => ['Total', '', '', '', '', `${groupedAmount(t.amount)} ${t.currency}`, '']);
  return `${name}, ${pay.period}\n\n${alignedTable([head, ...rows, ...totals], [false, false, true, true, true, true, false])}\n`;
}
