/** `trueup preview`: what `trueup apply` would post. */
import type { PaymentList } from '../../app/payment-list.ts';
import { previewRun, type Preview } from '../../app/run.ts';
import { lookIntoBook } from '../../app/workspace-book.ts';
import { plainAmount } from '../../value/money.ts';
import { parseDay } from '../../value/period.ts';
import { commandLine } from '../command-line.ts';
import { type Answer, type Context, exitOfRun, type Options, refused, textOption } from '../answer.ts';
import { type Ready, withWorkspace } from '../open.ts';
import { renderPreview } from '../render/preview.ts';
import { paragraph } from '../render/text.ts';
import { unknownName, unknownPlan, wrongOption } from '../request.ts';
import { counted } from '../../value/wording.ts';

export function preview(context: Context, options: Options): Promise<Answer> {
  return withWorkspace(context, async (ready) => {
    const plan = textOption(options, 'plan');
    if (plan !== undefined && !ready.workspace.plans.some((p) => p.plan === plan)) return refused([unknownPlan(plan, ready.workspace)]);
    const asOfText = textOption(options, 'asOf'), asOf = asOfText === undefined ? undefined : parseDay(asOfText);
    if (asOfText !== undefined && asOf === undefined) return refused([wrongOption('--as-of', asOfText, ['a day such as 2026-03-31'])]);
    const { value: book, diagnostics: problems } = await lookIntoBook(ready.opened.paths, context.now());
    if (book === undefined) return refused(problems);
    try {
      const { value, diagnostics } = await previewRun(ready.workspace, ready.engine, book, {
        at: context.now(), found: ready.opened.diagnostics, ...(asOf !== undefined && { asOf }), onProgress: (p) => { context.terminal.progress.show(p.step, p.done, p.of); },
      });
      return value === undefined ? refused(diagnostics) : previewAnswer(context, ready, value, diagnostics, options);
    } finally {
      await book.close();
    }
  });
}

function previewAnswer(context: Context, { workspace }: Ready, value: Preview, diagnostics: Answer['diagnostics'], options: Options): Answer {
  const only = { plan: textOption(options, 'plan'), payee: textOption(options, 'payee'), period: textOption(options, 'period') };
  const payees = [...new Set(value.rows.map((r) => r.payee))], periods = [...new Set(value.rows.map((r) => r.period))];
  if (only.payee !== undefined && !payees.includes(only.payee)) return refused([unknownName('payee', only.payee, payees)]);
  if (only.period !== undefined && !periods.includes(only.period)) return refused([unknownName('period', only.period, periods)]);
  const head = `${workspace.company}: ${counted(payees.length, 'payee')}, ${counted(new Set(value.rows.map((r) => r.plan)).size, 'plan')}, facts as of import ${value.run.importCut}. ${value.last === undefined ? 'Nothing was posted before.' : `Last posted: ${value.last.createdAt.slice(0, 10)}.`}`;
  const end = value.differences === 0 ? '' : `\n\nPost it: ${commandLine(context, 'apply')}`;
  const text = `${paragraph(head, context.terminal.width)}\n\n${renderPreview(value, { width: context.terminal.width, only, all: options['all'] === true })}${end}`;
  return { exit: exitOfRun(diagnostics), document: { preview: previewDocument(value) }, text, diagnostics };
}

export function previewDocument(value: Preview): Record<string, unknown> {
  const amounts = (of: { readonly now: bigint; readonly posted: bigint; readonly difference: bigint; readonly currency: string }): Record<string, string> => ({
    now: plainAmount(of.now, of.currency), posted: plainAmount(of.posted, of.currency), difference: plainAmount(of.difference, of.currency), currency: of.currency,
  });
  return {
    run: { run_id: value.run.runId, previous: value.run.previous, import_cut: value.run.importCut, engine_version: value.run.engineVersion, result_hash: value.run.resultHash, plans: value.run.plans },
    differences: value.differences, reasons: value.reasons, held: value.held, without_earning: value.withoutEarning, uncredited: value.uncredited, other_currencies: value.otherCurrencies,
    ...(value.payments !== undefined && { payments: paymentsDocument(value.payments) }),
    totals: value.totals.map((t) => ({ plan: t.plan, period: t.period, payees: t.payees, differences: t.differences, ...amounts(t) })),
    rows: value.rows.map((r) => ({ plan: r.plan, component: r.component, payee: r.payee, period: r.period, ...amounts(r), reasons: r.reasons })),
  };
}

function paymentsDocument({ as_of, rows, paid }: PaymentList): Record<string, unknown> {
  return {
    as_of, rows: rows.map((r) => ({ ...r, amount: plainAmount(r.amount, r.currency) })),
    paid: paid.map((p) => ({ ...p, paid: plainAmount(p.paid, p.currency), owed: plainAmount(p.owed, p.currency) })),
  };
}
