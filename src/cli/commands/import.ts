/** `trueup import`: the files of the sources into the store, and what became of every row. */
import { resolve } from 'node:path';
import { type ImportReport, importSources } from '../../app/import.ts';
import { type Answer, type Context, exitOf, type Options, refused, textOption } from '../answer.ts';
import { commandLine } from '../command-line.ts';
import { withWorkspace } from '../open.ts';
import { renderImport } from '../render/import-report.ts';
import { missingOption } from '../request.ts';
import { listQuarantine } from './quarantine.ts';

export async function importFiles(context: Context, options: Options): Promise<Answer> {
  return withWorkspace(context, async (ready) => {
    if (options['quarantine'] === true) return listQuarantine(context, ready, options);
    const source = textOption(options, 'source'), corrected = textOption(options, 'corrected');
    if (corrected !== undefined && source === undefined) return refused([missingOption('--source', 'corrected rows belong to one source', `trueup import --source ${ready.workspace.sources[0]?.name ?? 'deals'} --corrected ${corrected}`)]);
    const report = await importSources(ready.workspace, ready.engine, {
      progress: (p) => { context.terminal.progress.show(p.step, p.done, p.of); },
      ...(source === undefined ? {} : { sources: [source] }),
      ...(corrected === undefined || source === undefined ? {} : { corrected: { source, path: resolve(corrected) } }),
      ...(options['dryRun'] === true ? { dryRun: true } : {}),
    });
    return importAnswer(context, report);
  });
}

function importAnswer(context: Context, report: ImportReport): Answer {
  const nothing = report.files.length > 0 && report.files.every((f) => f.outcome === 'refused' || f.outcome === 'waits');
  const exit = exitOf(report.diagnostics) || (nothing ? 1 : isClean(report) ? 0 : 2);
  const { width, paint } = context.terminal;
  const parts = report.files.length === 0 && report.diagnostics.length === 0
    ? ['This workspace has no sources, so there is nothing to import. Say in sources/ which file holds what.']
    : [renderImport(report, { width, examples: 2, notes: true, paint }), next(context, report, exit)];
  return { exit, document: { import: importDocument(report) }, text: parts.filter((t) => t !== '').join('\n\n'), diagnostics: report.diagnostics };
}

/** Nothing was refused and nothing went to quarantine. */
export function isClean(report: ImportReport): boolean {
  return report.files.every((f) => f.counts.quarantined === 0 && f.outcome !== 'refused' && f.outcome !== 'waits');
}

function next(context: Context, report: ImportReport, exit: number): string {
  if (report.dryRun || exit === 1) return '';
  const held = report.files.some((f) => f.counts.quarantined > 0);
  return held ? `Correct the file and import again, or list the rows: ${commandLine(context, 'import --quarantine')}` : '';
}

export function importDocument(report: ImportReport): Record<string, unknown> {
  return {
    seq: report.seq, dry_run: report.dryRun, notes: report.notes,
    files: report.files.map((f) => ({
      source: f.source, path: f.path, how: f.how, outcome: f.outcome,
      read: f.counts.read, new: f.counts.new, changed: f.counts.changed, unchanged: f.counts.unchanged, left_out: f.counts.leftOut, quarantined: f.counts.quarantined,
      reasons: f.reasons, notes: f.notes, diagnostics: f.diagnostics,
    })),
  };
}
