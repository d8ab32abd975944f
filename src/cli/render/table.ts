/**
 * Tables for a terminal: a header, a thin rule, numbers to the right, and never wider than the screen
 * where something can be wrapped. Own code: what libraries offer are frames, and a rule under the
 * header alone is what is wanted here.
 */
import { cells, wrapped } from './text.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** may be wrapped where the table is too wide: names and sentences, never numbers */
  readonly wraps?: true;
}

export interface TableOptions {
  /** cells of the terminal */
  readonly width: number;
  /** last rows, under a rule of their own */
  readonly totals?: readonly (readonly string[])[];
  /** blanks before each line */
  readonly indent?: number;
}

/** The narrowest that a column is wrapped to. */
const NARROW = 10;
const GAP = '  ';

/** Lines of the table, without a closing newline. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly string[])[], options: TableOptions): string {
  const totals = options.totals ?? [], indent = ' '.repeat(options.indent ?? 2);
  const titles = columns.map((c) => c.title);
  const widths = fitted(columns, [titles, ...rows, ...totals], options.width - indent.length);
  const rule = '─'.repeat(widths.reduce((sum, w) => sum + w, 0) + GAP.length * (widths.length - 1));
  const lines = [
    ...lineOf(columns, titles, widths), rule,
    ...rows.flatMap((row) => lineOf(columns, row, widths)),
    ...(totals.length === 0 ? [] : [rule, ...totals.flatMap((row) => lineOf(columns, row, widths))]),
  ];
  return lines.map((line) => (indent + line).trimEnd()).join('\n');
}

/** One row; more lines where a cell wraps. */
function lineOf(columns: readonly Column[], row: readonly string[], widths: readonly number[]): string[] {
  const parts = columns.map((column, c) => (column.wraps === true ? wrapped(row[c] ?? '', widths[c] ?? 0) : [row[c] ?? '']));
  const height = Math.max(1, ...parts.map((p) => p.length));
  return Array.from({ length: height }, (_, line) => columns.map((column, c) => {
    const text = parts[c]?.[line] ?? '', blank = ' '.repeat(Math.max(0, (widths[c] ?? 0) - cells(text)));
    return column.align === 'right' ? blank + text : text + blank;
  }).join(GAP));
}

/** Each column as wide as its content; those that may wrap give up what is missing, the widest first. */
function fitted(columns: readonly Column[], lines: readonly (readonly string[])[], width: number): number[] {
  const widths = columns.map((_, c) => Math.max(...lines.map((line) => cells(line[c] ?? ''))));
  let over = widths.reduce((sum, w) => sum + w, 0) + GAP.length * (columns.length - 1) - width;
  for (; over > 0; over -= 1) {
    let widest = -1;
    for (const [c, column] of columns.entries()) {
      if (column.wraps === true && (widths[c] ?? 0) > Math.max(NARROW, widths[widest] ?? 0)) widest = c;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
