/** What an import did, as a table, with the rows in quarantine by reason. */
import type { FileReport, ImportReport } from '../../app/import.ts';
import { CODES } from '../../value/diagnostic.ts';
import { type Painter, renderDiagnostic } from '../../value/render.ts';
import { type Column, renderTable } from './table.ts';
import { paragraph, printable } from './text.ts';
import { counted, grouped } from '../../value/wording.ts';

export interface ReportOptions {
  readonly width: number;
  /** examples of quarantined rows for each reason */
  readonly examples: number;
  /** what was noticed in each file */
  readonly notes: boolean;
  readonly paint?: Painter | undefined;
}

export function renderImport(report: ImportReport, options: ReportOptions): string {
  const fresh = report.files.filter((f) => f.outcome !== 'same'), same = report.files.length - fresh.length;
  return [
    ...(fresh.length === 0 ? [] : [countsTable(fresh, options.width)]),
    ...(same === 0 ? [] : [sameLine(same, fresh.length)]),
    ...problems(fresh, options),
    ...quarantined(fresh, options),
    ...(options.notes ? noticed(report, options.width) : []),
    ...(report.dryRun ? ['This was a trial: nothing was kept.'] : []),
  ].join('\n\n');
}

const COLUMNS: readonly Column[] = [
  { title: 'file', wraps: true },
  ...['read', 'new', 'changed', 'unchanged', 'left out', 'quarantined'].map((title): Column => ({ title, align: 'right' })),
];

/** Rows of each file by what became of them, with the sums. */
export function countsTable(files: readonly FileReport[], width: number): string {
  const rows = files.map((f) => [printable(f.path) + HOW[f.how], ...(f.outcome === 'imported' ? countsOf(f).map(grouped) : [f.outcome === 'waits' ? 'waits' : 'refused'])]);
  const sums = files.map(countsOf).reduce((a, b) => a.map((n, i) => n + (b[i] ?? 0)), [0, 0, 0, 0, 0, 0]);
  return renderTable(COLUMNS, rows, { width, totals: files.length > 1 ? [['together', ...sums.map(grouped)]] : [] });
}

const HOW: Readonly<Record<FileReport['how'], string>> = { file: '', corrected: ' (corrected rows)', retry: ' (tried again)' };

function countsOf({ counts: c }: FileReport): number[] {
  return [c.read, c.new, c.changed, c.unchanged, c.leftOut, c.quarantined];
}

function sameLine(same: number, fresh: number): string {
  return fresh === 0 ? `Nothing is new: ${counted(same, 'file')} ${same === 1 ? 'is' : 'are'} as at the last import.` : `${counted(same, 'other file')} ${same === 1 ? 'is' : 'are'} as at the last import.`;
}

function problems(files: readonly FileReport[], { paint }: ReportOptions): string[] {
  return files.flatMap((f) => f.diagnostics).map((d) => renderDiagnostic(d, undefined, paint));
}

function quarantined(files: readonly FileReport[], options: ReportOptions): string[] {
  const reasons = files.flatMap((f) => f.reasons.map((reason) => ({ f, reason })));
  if (reasons.length === 0) return [];
  const total = reasons.reduce((sum, { reason }) => sum + reason.rows, 0);
  const blocks = reasons.map(({ reason }) => {
    const head = `${reason.code}: ${CODES[reason.code]}, ${counted(reason.rows, 'row')}`;
    const shown = reason.examples.slice(0, options.examples).map((d) => {
      const place = `${printable(d.file)}:${d.line}${d.path === '' ? '' : `, ${printable(d.path)}`}`;
      return `${paragraph(`${place}: ${printable(d.message)}`, options.width, '    ')}\n${paragraph(printable(d.hint), options.width, '      ')}`;
    });
    return [`  ${head}`, ...shown].join('\n');
  });
  return [`In quarantine: ${counted(total, 'row')}; everything else was taken.`, ...blocks];
}

function noticed(report: ImportReport, width: number): string[] {
  const lines = [
    ...report.files.filter((f) => f.outcome === 'imported' && f.notes.length > 0).flatMap((f) => [`  ${printable(f.path)}`, paragraph(printable(f.notes.join('; ')), width, '    ')]),
    ...report.notes.map((n) => paragraph(printable(n), width, '  ')),
  ];
  return lines.length === 0 ? [] : [['Noticed:', ...lines].join('\n')];
}
