/**
 * Earnings as CSV: `plan,component,payee,period,amount,currency`, one row a payee, top-level component and
 * period, zeros included, in the order of code points. Amounts are plain decimals in currency units, after
 * the cap of the plan.
 */
import { csvCell } from '../engine/csv.ts';
import type { ProgramRunner } from '../engine/engine.ts';
import type { Earned } from '../ledger/entry.ts';
import { byCodePoint } from '../value/code-points.ts';
import { plainAmount } from '../value/money.ts';
import type { Calculation } from './calculate.ts';
import { earnedRows } from './earned.ts';

/** The text in pieces of some thousand rows, lines ended by LF. The relations of the run must still be there. */
export async function* exportEarnings(calculation: Calculation, engine: ProgramRunner): AsyncGenerator<string> {
  const rows = (await earnedRows(engine, calculation)).toSorted(inOrder);
  yield `${COLUMNS.join(',')}\n`;
  for (let from = 0; from < rows.length; from += PIECE) yield rows.slice(from, from + PIECE).map(lineOf).join('');
}
const COLUMNS = ['plan', 'component', 'payee', 'period', 'amount', 'currency'] as const;
const PIECE = 4096;

function lineOf(row: Earned): string {
  const words = [row.plan, row.component, row.payee, row.period].map((word) => csvCell(guarded(word)));
  return `${[...words, plainAmount(row.amountMinor, row.currency), csvCell(guarded(row.currency))].join(',')}\n`;
}

/** Words that a spreadsheet would run as a formula are told to be words. */
function guarded(word: string): string {
  return /^[=+\-@]/.test(word) ? `'${word}` : word;
}

function inOrder(a: Earned, b: Earned): number {
  return byCodePoint(a.plan, b.plan) || byCodePoint(a.component, b.component) || byCodePoint(a.payee, b.payee) || byCodePoint(a.period, b.period) || byCodePoint(a.currency, b.currency);
}
