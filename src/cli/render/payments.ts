/** When what is earned is paid, as a table: parts of earnings, take-backs, draws, and what comes to be paid. */
import type { PaymentList, PaymentRow } from '../../app/payment-list.ts';
import { formatAmount } from '../../value/money.ts';
import { counted } from '../../value/wording.ts';
import { type Column, renderTable } from './table.ts';
import { printable } from './text.ts';

export interface PaymentOptions {
  readonly width: number;
  readonly only: { readonly plan?: string | undefined; readonly payee?: string | undefined; readonly period?: string | undefined };
  readonly all: boolean;
}

/** Rows that are shown before `--all` is asked for. */
const FIRST_ROWS = 20;
const SETTLED_WORDS: Readonly<Record<Exclude<PaymentRow['what'], 'part'>, string>> = {
  take_back: 'taken back', draw: 'topped up to the draw', recovery: 'pays back the draw', brought_forward: 'owed from before',
  carried_forward: 'below zero, carried on', forgiven: 'below zero, dropped', rounding: 'rounding',
};

/** Empty where there is nothing to show. */
export function renderPayments(list: PaymentList | undefined, options: PaymentOptions): string {
  if (list === undefined) return '';
  const { only } = options;
  const rows = list.rows.filter((r) => (only.plan ?? r.plan) === r.plan && (only.payee ?? r.payee) === r.payee && (only.period ?? r.period) === r.period);
  if (rows.length === 0) return '';
  const shown = options.all ? rows : rows.slice(0, FIRST_ROWS), rest = rows.length - shown.length;
  const converts = shown.some((r) => r.pays !== undefined);
  const columns: Column[] = [{ title: 'payee', wraps: true }, { title: 'payable' }, { title: 'what', wraps: true }, { title: 'of' }, { title: 'amount', align: 'right' }, { title: '' }, ...(converts ? [{ title: 'paid', align: 'right' } as const, { title: '' }] : []), { title: 'status' }];
  const table = renderTable(columns, shown.map((r) => [printable(r.payee), r.day ?? '', whatOf(r), r.period, formatAmount(r.amount, r.currency), r.currency, ...(converts ? [r.pays === undefined ? '' : formatAmount(r.pays.amount, r.pays.currency), r.pays?.currency ?? ''] : []), r.status]), { width: options.width });
  return [`Payments, as of ${list.as_of}:`, table, ...(rest > 0 ? [`… and ${counted(rest, 'payment')} more: --all shows them.`] : [])].join('\n\n');
}

function whatOf(row: PaymentRow): string {
  if (row.what === 'part') return `${row.component}: ${row.title}`;
  return row.part === '' ? SETTLED_WORDS[row.what] : `${SETTLED_WORDS[row.what]}: ${row.title}`;
}
