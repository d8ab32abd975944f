/** What an import has to say: counts that add up, rows in quarantine by reason, and what was noticed. */
import type { Problem, SourceRow } from '../engine/sources.ts';
import type { Filter } from '../plan/plan.ts';
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import { indexOfLetter } from './import-rows.ts';
import type { Noticed } from './import-rows.ts';
import { counted, quoted, some } from '../value/wording.ts';

/** `file`: the file of the source; `corrected`: rows that a person corrected; `retry`: quarantined rows of an earlier file, tried again. */
export type ImportHow = 'file' | 'corrected' | 'retry';

/** read = new + changed + unchanged + quarantined + leftOut */
export interface Counts {
  readonly read: number;
  readonly new: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly quarantined: number;
  /** by the source's `where` */
  readonly leftOut: number;
}
export interface Reason {
  readonly code: Code;
  readonly rows: number;
  /** the first few, with file, line and column */
  readonly examples: readonly Diagnostic[];
}
export interface FileReport {
  readonly source: string;
  readonly title: string;
  /** as the source writes it */
  readonly path: string;
  readonly how: ImportHow;
  /** `same`: this very file was imported before by the same mapping. `refused`: nothing of it was taken. `waits`: for people. */
  readonly outcome: 'imported' | 'same' | 'refused' | 'waits';
  readonly counts: Counts;
  readonly reasons: readonly Reason[];
  readonly notes: readonly string[];
  /** why the file was refused */
  readonly diagnostics: readonly Diagnostic[];
}
export interface ImportReport {
  readonly files: readonly FileReport[];
  /** about the store as a whole: people without facts, references to nothing */
  readonly notes: readonly string[];
  /** of the request and the workspace; those of files stand with the files */
  readonly diagnostics: readonly Diagnostic[];
  /** known-at sequence after the import */
  readonly seq: number;
  readonly dryRun: boolean;
}

export const NOTHING: Counts = { read: 0, new: 0, changed: 0, unchanged: 0, quarantined: 0, leftOut: 0 };

/** A row of a file in quarantine, as a diagnostic that points at the cell. `delimiter` is empty for Parquet, which has no lines. */
export function rowDiagnostic(file: string, row: SourceRow, problem: Problem, delimiter: string): Diagnostic {
  const { code, message, hint, letter } = problem;
  const path = problem.column === undefined ? '' : `${problem.column}${letter === undefined ? '' : ` (${letter})`}`;
  const column = letter === undefined || delimiter === '' ? 0 : cellAt(row.raw, delimiter, indexOfLetter(letter));
  return { code, severity: 'warning', file, line: row.line, column, path, message, hint };
}

/** Where a cell begins in the line of its row, 1-based; 0 where the row has no such cell, or where it stands on a later line. */
function cellAt(raw: string, delimiter: string, index: number): number {
  let at = 0;
  for (let i = 0; i < index; i++) {
    const quoted = /^"(?:[^"]|"")*"/.exec(raw.slice(at));
    const next = raw.indexOf(delimiter, at + (quoted?.[0].length ?? 0));
    if (next < 0) return 0;
    at = next + 1;
  }
  return /[\r\n]/.test(raw.slice(0, at)) ? 0 : at + 1;
}

/** What was noticed while a file was read, in sentences. */
export function noticeNotes(noticed: Noticed, where: Filter | undefined, leftOut: number): string[] {
  const notes: string[] = [];
  for (const { column, from, to, rows } of noticed.replaced) {
    notes.push(rows === 0 ? `no row has ${quoted(from)} in \`${column}\`, which \`replace\` would write as ${quoted(to)}` : `\`${column}\`: ${from} → ${to}: ${counted(rows, 'row')}`);
  }
  for (const [column, rows] of noticed.noWidth) notes.push(`\`${column}\`: characters that cannot be seen (of no width) were taken out of ${counted(rows, 'value')}`);
  if (where !== undefined && leftOut > 0) notes.push(`${counted(leftOut, 'row')} left out, where not ${where.text}`);
  for (const [field, { taken, leftOut: out }] of noticed.blanks) {
    if (taken > 0) notes.push(`\`${field}\` is blank in ${counted(taken, 'row')} that ${taken === 1 ? 'was' : 'were'} read`);
    if (out > 0) notes.push(`\`${field}\` is blank in ${counted(out, 'row')} of those left out`);
  }
  if (noticed.unmapped.length > 0) notes.push(`not mapped: ${some(noticed.unmapped, 20)}`);
  return notes;
}
