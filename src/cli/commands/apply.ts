/** `trueup apply`: what the preview shows, written into the ledger. */
import { type Applied, applyRun } from '../../app/run.ts';
import { openWorkspaceBook } from '../../app/workspace-book.ts';
import { formatMoney } from '../../value/money.ts';
import { type Answer, type Context, exitOfRun, type Options, refused } from '../answer.ts';
import { withWorkspace } from '../open.ts';
import { renderPreview } from '../render/preview.ts';
import { previewDocument } from './preview.ts';
import { counted } from '../../value/wording.ts';

export function apply(context: Context, _options: Options): Promise<Answer> {
  return withWorkspace(context, async ({ workspace, engine, opened }) => {
    const { value: book, diagnostics: problems } = await openWorkspaceBook(opened.paths, context.now());
    if (book === undefined) return refused(problems);
    try {
      const { value, diagnostics } = await applyRun(workspace, engine, book, {
        at: context.now(), found: opened.diagnostics, onProgress: (p) => { context.terminal.progress.show(p.step, p.done, p.of); },
      });
      return value === undefined ? refused(diagnostics) : appliedAnswer(context, value, diagnostics);
    } finally {
      await book.close();
    }
  });
}

function appliedAnswer(context: Context, { preview, recorded }: Applied, diagnostics: Answer['diagnostics']): Answer {
  const { run, written, entryCount } = recorded;
  const name = `run ${run.runId.slice(0, 12)}, facts as of import ${run.importCut}`;
  const text = written
    ? `${renderPreview(preview, { width: context.terminal.width, only: {}, all: false })}\n\n${entryCount === 0 ? 'Recorded, with nothing to post' : `Posted: ${counted(entryCount, 'entry', 'entries')}, ${changeWords(preview)}`} (${name}).`
    : `Nothing to post: the book says all this already (${name}).`;
  return { exit: exitOfRun(diagnostics), document: { applied: { written, entries: entryCount, run_id: run.runId }, preview: previewDocument(preview) }, text, diagnostics };
}

/** By how much the book changed: "1,234.00 USD and -20.00 EUR". */
function changeWords({ totals }: Applied['preview']): string {
  const sums = new Map<string, bigint>();
  for (const t of totals) sums.set(t.currency, (sums.get(t.currency) ?? 0n) + t.difference);
  return [...sums].map(([currency, minor]) => formatMoney({ minor, currency })).join(' and ');
}
