/** `trueup export earnings`: imports what has changed, calculates, and writes what everybody earned. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { calculate, type Calculation } from '../../app/calculate.ts';
import { earnedRows } from '../../app/earned.ts';
import { exportEarnings as earningsText } from '../../app/export-earnings.ts';
import { importSources } from '../../app/import.ts';
import { sourceProblems } from '../../app/run-notes.ts';
import { hasErrors } from '../../value/diagnostic.ts';
import { plainAmount } from '../../value/money.ts';
import { type Answer, type Context, type Options, refused, textOption } from '../answer.ts';
import { type Ready, withWorkspace } from '../open.ts';
import { renderImport } from '../render/import-report.ts';
import { fileProblem } from '../request.ts';
import { importDocument, isClean } from './import.ts';
import { counted } from '../../value/wording.ts';

export function exportEarnings(context: Context, options: Options): Promise<Answer> {
  return withWorkspace(context, async (ready) => {
    const { workspace, engine } = ready;
    const progress = (p: { readonly step: string; readonly done: number; readonly of: number }): void => { context.terminal.progress.show(p.step, p.done, p.of); };
    const imported = await importSources(workspace, engine, { progress });
    const notes = [...imported.diagnostics, ...await sourceProblems(workspace, engine)];
    if (hasErrors(notes)) return refused([...imported.files.flatMap((f) => f.diagnostics), ...notes]);
    const { calculation, diagnostics } = await calculate(engine, workspace.plans, workspace.kinds, { onProgress: progress });
    if (calculation === undefined) return refused([...notes, ...diagnostics]);
    const told = isClean(imported) ? [] : [renderImport(imported, { width: context.terminal.width, examples: 2, notes: false, paint: undefined })];
    for (const text of told) if (!context.json) context.terminal.note(`${text}\n`);
    const written = await write(context, ready, calculation, textOption(options, 'out'));
    if ('problem' in written) return refused([written.problem]);
    return { exit: isClean(imported) ? 0 : 2, document: { ...written.document, import: importDocument(imported) }, text: written.text, diagnostics: [...notes, ...diagnostics] };
  });
}

type Written = { readonly document: Record<string, unknown>; readonly text: string } | { readonly problem: Answer['diagnostics'][number] };

async function write(context: Context, { engine }: Ready, calculation: Calculation, out: string | undefined): Promise<Written> {
  if (out !== undefined && out !== '-') return toFile(earningsText(calculation, engine), out);
  if (context.json) {
    const rows = await earnedRows(engine, calculation);
    return { document: { earnings: rows.map((r) => ({ plan: r.plan, component: r.component, payee: r.payee, period: r.period, amount: plainAmount(r.amountMinor, r.currency), currency: r.currency })) }, text: '' };
  }
  let text = '';
  for await (const piece of earningsText(calculation, engine)) text += piece;
  return { document: {}, text: text.trimEnd() };
}

/** Beside the file first, so that a reader never finds half of it. */
async function toFile(pieces: AsyncIterable<string>, out: string): Promise<Written> {
  const path = resolve(out), part = join(dirname(path), `.${basename(path)}.part`);
  let file: FileHandle | undefined, rows = -1;
  try {
    mkdirSync(dirname(path), { recursive: true });
    file = await open(part, 'w');
    for await (const piece of pieces) {
      await file.write(piece);
      rows += piece.split('\n').length - 1;
    }
    await file.sync();
    await file.close();
    renameSync(part, path);
    return { document: { rows, out }, text: `${counted(rows, 'row')} in ${out}.` };
  } catch (error) {
    await file?.close().catch(() => undefined);
    rmSync(part, { force: true });
    const problem = fileProblem(error);
    if (problem === undefined) throw error;
    return { problem };
  }
}
