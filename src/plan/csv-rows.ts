/**
 * A small CSV file of a plan folder: a header and rows, columns separated by commas, values in double
 * quotes where they hold a comma. Every cell knows where it stands. Files of facts are read by the engine.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import type { At } from './plan.ts';
import { problem } from './problem.ts';

export interface Cell { readonly text: string; readonly at: At }
export interface CsvRows { readonly header: readonly Cell[]; readonly rows: readonly { readonly cells: readonly Cell[]; readonly at: At }[] }

const LONGEST = 1_000_000;

/** undefined where the file cannot be read as a whole; rows that do not fit are reported and left out. */
export function readCsvRows(file: string, text: string, found: Diagnostic[]): CsvRows | undefined {
  const start: At = { file, line: 1, column: 1, path: '' };
  if (text.length > LONGEST) {
    found.push(problem('plan.for_each', start, `the file has ${text.length} characters; at most ${LONGEST} are read`, 'keep one row for each plan, and nothing else, in the file'));
    return undefined;
  }
  const lines = split(file, text.replace(/^\uFEFF/, ''), found);
  const [header, ...rest] = lines ?? [];
  if (lines === undefined) return undefined;
  if (header === undefined) {
    found.push(problem('plan.for_each', start, 'the file is empty', 'write the names of the terms into the first line, and one row for each plan below'));
    return undefined;
  }
  if (header.length === 1 && /[;\t]/.test(header[0]?.text ?? '')) {
    found.push(problem('plan.for_each', start, `\`${header[0]?.text ?? ''}\` is one column, because the columns of this file are not separated by commas`, 'save the file with commas between the columns'));
    return undefined;
  }
  const rows = rest.flatMap((cells) => {
    const at = cells[0]?.at ?? start;
    if (cells.length === header.length) return [{ cells, at }];
    found.push(problem('plan.for_each', at, `the row has ${count(cells.length)}, but the header has ${header.length}`, cells.length > header.length ? 'put a value that holds a comma in double quotes' : 'leave a cell empty, with its comma, where a plan takes the default'));
    return [];
  });
  return { header, rows };
}

function count(n: number): string {
  return n === 1 ? '1 cell' : `${n} cells`;
}

/** Lines that hold nothing are passed over. */
function split(file: string, text: string, found: Diagnostic[]): Cell[][] | undefined {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let line = 1, lineStart = 0, at = 0;
  while (at <= text.length) {
    const place: At = { file, line, column: at - lineStart + 1, path: '' };
    const lead = /[ \t]*/y;
    lead.lastIndex = at;
    const from = at + (lead.exec(text)?.[0].length ?? 0);
    let cell: string, end: number;
    if (text[from] === '"') {
      const quoted = /"((?:[^"]|"")*)"[ \t]*(?=,|\r?\n|$)/y;
      quoted.lastIndex = from;
      const match = quoted.exec(text);
      if (match === null) {
        found.push(problem('plan.for_each', place, 'a double quote is opened here and not closed, or text follows it', 'close it before the next comma; a double quote inside is written twice'));
        return undefined;
      }
      cell = (match[1] ?? '').replaceAll('""', '"');
      end = quoted.lastIndex;
      for (const newline of match[0].matchAll(/\n/g)) { line++; lineStart = from + newline.index + 1; }
    } else {
      const bare = /[^,\r\n]*/y;
      bare.lastIndex = at;
      cell = (bare.exec(text)?.[0] ?? '').trim();
      end = bare.lastIndex;
    }
    row.push({ text: cell, at: place });
    if (text[end] === ',') { at = end + 1; continue; }
    if (row.length > 1 || row[0]?.text !== '') rows.push(row);
    row = [];
    at = end + (text.startsWith('\r\n', end) ? 2 : 1);
    line++;
    lineStart = at;
  }
  return rows;
}
