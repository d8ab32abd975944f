/** One record of a source file, judged: a row, or a row for quarantine with what is wrong with it. */
import type { Code } from '../value/diagnostic.ts';
import { HAS_CONTROL, HAS_QUOTES, NO_LINE_END, TEXT_AFTER_QUOTE, TOO_LONG, cellsOf } from './csv.ts';
import { codePoint, columnLetter, columnTitle, controlAt, delimiterName, grouped, shortened } from '../value/wording.ts';

export interface SourceRow {
  /** 1-based among the data records; bad rows count, blank lines do not */
  readonly record: number;
  /** physical line where the row starts, 1-based; the header is on line 1 */
  readonly line: number;
  readonly cells: readonly string[];
  /** the row's text as in the file, without its line end; of a row over the limit only its beginning */
  readonly raw: string;
}
export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  /** name of the column, where one is meant */
  readonly column?: string;
  /** its letter in a spreadsheet */
  readonly letter?: string;
  /** the value, shortened, with invisible characters written out */
  readonly value?: string;
}
/** Goes to quarantine. `cells` are as many as were found, not as many as the header has. */
export interface BadRow extends SourceRow { readonly problem: Problem }

/** What is wrong with a record of a CSV file as such; undefined where nothing is. */
export function recordProblem(
  row: SourceRow, flags: number, header: readonly string[], delimiter: string, rowBytes: number,
): Problem | undefined {
  if ((flags & TOO_LONG) !== 0) return tooLong(rowBytes);
  if ((flags & TEXT_AFTER_QUOTE) !== 0) return textAfterQuote(row, header, delimiter);
  if (row.cells.length < header.length) return tooFew(row, header, delimiter, (flags & NO_LINE_END) !== 0);
  if (row.cells.length > header.length) return tooMany(row, header, delimiter, (flags & HAS_QUOTES) !== 0);
  if ((flags & HAS_CONTROL) !== 0) return controlCharacter(row, header);
  return undefined;
}

/** The first control character of a row, with its column and position. */
export function controlCharacter(row: SourceRow, header: readonly string[]): Problem | undefined {
  const index = row.cells.findIndex((cell) => controlAt(cell) >= 0);
  if (index < 0) return undefined;
  const cell = row.cells[index] ?? '';
  const at = controlAt(cell);
  const character = codePoint(cell.charAt(at));
  const kind = character === 'U+0000' ? 'a NUL character' : 'a control character';
  return {
    code: 'row.control_character',
    message: `Character ${grouped(Array.from(cell.slice(0, at)).length + 1)} of ${columnTitle(header, index)} is ${kind} (${character}).`,
    hint: 'Remove it at the source: it cannot be seen, and values that look alike would differ. It often comes from a damaged export or a wrong encoding.',
    ...place(header, index), value: shortened(cell),
  };
}

function tooLong(rowBytes: number): Problem {
  return {
    code: 'row.too_long',
    message: `The row is longer than ${grouped(rowBytes)} bytes, the limit for one row; only its beginning is kept here.`,
    hint: 'Look for a quote that is never closed or a missing line end near this line, or shorten the long text in the export.',
  };
}

function textAfterQuote(row: SourceRow, header: readonly string[], delimiter: string): Problem {
  const index = fieldAfterQuote(row.raw, delimiter);
  const cell = row.cells[index] ?? '';
  return {
    code: 'row.text_after_quote',
    message: `In ${columnTitle(header, index)} text follows the closing quote${spanOf(row)}.`,
    hint: `Write a quote inside a quoted value twice (""), or put ${delimiterName(delimiter)} after the closing quote.`,
    ...place(header, index), value: shortened(cell),
  };
}

function tooFew(row: SourceRow, header: readonly string[], delimiter: string, cut: boolean): Problem {
  const found = row.cells.length;
  return {
    code: 'row.too_few_fields',
    message: `The row has ${fields(found)}, the header has ${grouped(header.length)}; the first one missing is ${columnTitle(header, found)}${spanOf(row)}.`,
    hint: cut
      ? 'The file ends inside this row, without a line end: the export or upload is probably incomplete. Fetch the whole file again.'
      : `Add what is missing (an empty value needs ${delimiterName(delimiter)} too); if a value holds a line break, put it in quotes.`,
    ...place(header, found),
  };
}

function tooMany(row: SourceRow, header: readonly string[], delimiter: string, hasQuotes: boolean): Problem {
  const spaceBeforeQuote = row.cells.some((cell) => /^ +"/.test(cell));
  const quotes = spaceBeforeQuote
    ? 'Remove the space before the opening quote: a quote counts only as the first character of a value.'
    : `Put a value that holds ${delimiterName(delimiter)} in quotes${hasQuotes ? ', and check the quotes of this row' : ''}.`;
  return {
    code: 'row.too_many_fields',
    message: `The row has ${fields(row.cells.length)}, the header has ${grouped(header.length)}${spanOf(row)}.`,
    hint: quotes,
    value: shortened(row.cells.slice(header.length).join(delimiter)),
  };
}

/** The field in which a closing quote is followed by something else. */
function fieldAfterQuote(raw: string, delimiter: string): number {
  for (let index = 0, at = 0; ; index++) {
    const closed = /^"(?:[^"]|"")*"/.exec(raw.slice(at));
    const after = closed === null ? at : at + closed[0].length;
    if (closed !== null && after < raw.length && raw[after] !== delimiter) return index;
    const next = raw.indexOf(delimiter, after);
    if (next < 0) return index;
    at = next + 1;
  }
}

function spanOf(row: SourceRow): string {
  const ends = row.raw.match(/\r\n|\r|\n/g)?.length ?? 0;
  return ends === 0 ? '' : ` (quotes hold lines ${grouped(row.line)} to ${grouped(row.line + ends)} together as one row)`;
}

function fields(count: number): string {
  return count === 1 ? '1 field' : `${grouped(count)} fields`;
}

function place(header: readonly string[], index: number): { column?: string; letter: string } {
  const name = header[index] ?? '';
  return name === '' ? { letter: columnLetter(index) } : { column: name, letter: columnLetter(index) };
}

/** The row that a record's text makes, before it is judged. */
export function rowOf(raw: string, record: number, line: number, flags: number, delimiter: string): SourceRow {
  return { record, line, cells: (flags & TOO_LONG) !== 0 ? [] : cellsOf(raw, delimiter, (flags & HAS_QUOTES) !== 0), raw };
}
