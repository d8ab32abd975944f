/** A preview as text: sums by plan, why they differ from what was posted, the lines, and what pays nothing. */
import type { Preview, PreviewRow, PreviewTotal } from '../../app/run.ts';
import { HELD_REASONS } from '../../app/held.ts';
import { UNCREDITED_WORDS } from '../../app/uncredited.ts';
import { formatAmount } from '../../value/money.ts';
import { renderPayments } from './payments.ts';
import { REASON_WORDS, reasonText } from './reasons.ts';
import { type Column, renderTable } from './table.ts';
import { paragraph, printable } from './text.ts';
import { counted, grouped, some } from '../../value/wording.ts';

export interface PreviewOptions {
  readonly width: number;
  /** only rows of these; absent: all */
  readonly only: { readonly plan?: string | undefined; readonly payee?: string | undefined; readonly period?: string | undefined };
  /** every line */
  readonly all: boolean;
}

/** Lines that are shown before `--all` is asked for. */
const FIRST_LINES = 20;
/** Sums by period are shown where they fit on a screen. */
const MOST_SUMS = 24;

export function renderPreview(preview: Preview, options: PreviewOptions): string {
  const { only } = options;
  const isFiltered = Object.values(only).some((x) => x !== undefined);
  const rows = preview.rows.filter((r) => (only.plan ?? r.plan) === r.plan && (only.payee ?? r.payee) === r.payee && (only.period ?? r.period) === r.period);
  return [
    ...(isFiltered ? [] : [sums(preview.totals, options.width), reasons(preview)]),
    ...lines(rows, options, isFiltered), renderPayments(preview.payments, options),
    ...(isFiltered ? [] : quiet(preview, options.width)),
  ].filter((part) => part !== '').join('\n\n');
}

/** Where nothing was posted before, one amount says it all. */
function amountColumns(isFirst: boolean): readonly Column[] {
  return (isFirst ? ['now'] : ['now', 'posted', 'difference']).map((title): Column => ({ title, align: 'right' }));
}

function sums(totals: readonly PreviewTotal[], width: number): string {
  const byPeriod = totals.length <= MOST_SUMS;
  const shown = byPeriod ? totals : byPlan(totals);
  const isFirst = totals.every((t) => t.posted === 0n);
  const columns: Column[] = [{ title: 'plan', wraps: true }, { title: byPeriod ? 'period' : 'periods' }, { title: 'payees', align: 'right' }, ...amountColumns(isFirst), { title: '' }];
  return renderTable(columns, shown.map((t) => [t.plan, t.period, grouped(t.payees), ...amountsOf(t, isFirst), t.currency]), { width, totals: inAll(totals).map((t) => ['together', '', '', ...amountsOf(t, isFirst), t.currency]) });
}

function byPlan(totals: readonly PreviewTotal[]): readonly PreviewTotal[] {
  return [...Map.groupBy(totals, (t) => `${t.plan}|${t.currency}`).values()].map((group) => {
    const first = group[0] as PreviewTotal, last = group.at(-1) as PreviewTotal;
    return { ...summed(group, first), period: group.length === 1 ? first.period : `${first.period} … ${last.period}`, payees: Math.max(...group.map((t) => t.payees)) };
  });
}
function inAll(totals: readonly PreviewTotal[]): readonly PreviewTotal[] {
  return [...Map.groupBy(totals, (t) => t.currency).values()].map((group) => summed(group, group[0] as PreviewTotal));
}
function summed(group: readonly PreviewTotal[], first: PreviewTotal): PreviewTotal {
  const sum = (of: 'now' | 'posted' | 'difference'): bigint => group.reduce((total, t) => total + t[of], 0n);
  return { ...first, now: sum('now'), posted: sum('posted'), difference: sum('difference'), differences: group.reduce((n, t) => n + t.differences, 0) };
}
function amountsOf(of: Pick<PreviewTotal, 'now' | 'posted' | 'difference' | 'currency'>, isFirst: boolean): string[] {
  return (isFirst ? [of.now] : [of.now, of.posted, of.difference]).map((minor) => formatAmount(minor, of.currency));
}

function reasons(preview: Preview): string {
  if (preview.differences === 0) return 'Nothing differs from what was posted.';
  const { reasons: counts } = preview;
  const head = `${counted(preview.differences, 'amount')} ${preview.differences === 1 ? 'differs' : 'differ'} from what was posted:`;
  return [head, ...counts.map((c) => `${grouped(c.differences).padStart(9)}  ${REASON_WORDS[c.kind]}`)].join('\n');
}

function lines(rows: readonly PreviewRow[], options: PreviewOptions, isFiltered: boolean): string[] {
  const interesting = isFiltered ? rows : rows.filter((r) => r.difference !== 0n).toSorted((a, b) => (size(b) > size(a) ? 1 : size(b) < size(a) ? -1 : 0));
  if (interesting.length === 0) return isFiltered ? ['No line fits: nobody of these is paid by these plans in this period.'] : [];
  const shown = options.all ? (isFiltered ? interesting : rows.filter((r) => r.difference !== 0n)) : interesting.slice(0, FIRST_LINES * (isFiltered ? 2 : 1));
  const isFirst = shown.every((r) => r.posted === 0n);
  const columns: Column[] = [
    { title: 'payee', wraps: true }, { title: 'period' }, { title: 'plan', wraps: true }, { title: 'component', wraps: true }, ...amountColumns(isFirst), { title: '' }, ...(isFirst ? [] : [{ title: 'why', wraps: true } as const]),
  ];
  const table = renderTable(columns, shown.map((r) => [printable(r.payee), r.period, r.plan, r.component, ...amountsOf(r, isFirst), r.currency, reasonText(r)]), { width: options.width });
  const rest = interesting.length - shown.length;
  const head = isFiltered ? [] : [options.all || rest === 0 ? 'Line by line:' : `The ${grouped(shown.length)} largest differences:`];
  return [...head, table, ...(rest > 0 ? [`… and ${counted(rest, 'line')} more: --all shows them.`] : [])];
}
const size = (r: PreviewRow): bigint => (r.difference < 0n ? -r.difference : r.difference);

/** What pays nothing, and so would not be missed in a table of amounts. */
function quiet({ held, withoutEarning, uncredited }: Preview, width: number): string[] {
  const out: string[] = [];
  if (held.length > 0) {
    const groups = [...Map.groupBy(held, (h) => `${h.plan}, ${h.component}: ${HELD_REASONS[h.why].words}`)];
    out.push([`Held, so not paid for now: ${counted(held.length, 'amount')}`, ...groups.map(([what, list]) => paragraph(`${what}: ${some(list.map((h) => `${printable(h.payee)} ${h.period}`), 4)}`, width, '  '))].join('\n'));
  }
  if (uncredited.length > 0) {
    const groups = [...Map.groupBy(uncredited, (u) => `${u.kind}|${u.why}`).values()];
    out.push(['Facts that count for nobody:', ...groups.map((group) => {
      const { kind, why } = group[0] as (typeof group)[number];
      const names = group.flatMap((u) => (u.payee === null ? [] : [printable(u.payee)]));
      return paragraph(`${counted(group.reduce((n, u) => n + u.facts, 0), `${kind} fact`)}: ${UNCREDITED_WORDS[why][0]}${names.length === 0 ? '' : ` (${some(names, 5)})`}`, width, '  ');
    })].join('\n'));
  }
  if (withoutEarning.length > 0) {
    const groups = [...Map.groupBy(withoutEarning, (w) => w.plan)];
    out.push(['On a plan, and nothing earned in any period:', ...groups.map(([plan, list]) => paragraph(`${plan}: ${some(list.map((w) => printable(w.payee)), 5)}`, width, '  '))].join('\n'));
  }
  return out;
}
