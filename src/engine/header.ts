/** The first row of a CSV file: its delimiter, its names, and why a file is refused for it. */
import { HAS_CONTROL, HAS_QUOTES, TEXT_AFTER_QUOTE, TOO_LONG, cellsOf, isBlank, recordScanner } from './csv.ts';
import type { Refusal } from './encoding.ts';
import { columnLetter, columnTitle, controlAt, delimiterName, grouped, quoted } from '../value/wording.ts';

export type Delimiter = ',' | ';' | '\t';
export interface Header {
  /** names without surrounding spaces; a column without a name is '' */
  readonly names: readonly string[];
  readonly delimiter: Delimiter;
  readonly line: number;
  readonly notes: readonly string[];
}
export type HeaderResult =
  | { readonly header: Header }
  | { readonly refused: readonly Refusal[]; readonly line: number }
  /** the header row has not ended yet in these bytes */
  | { readonly more: true };

interface First { readonly raw: string; readonly line: number; readonly flags: number; readonly cells: readonly string[] }

const DELIMITERS: readonly Delimiter[] = [',', ';', '\t'];

/** Reads the header from the beginning of a file. `last` says that the file has no more than `bytes`. */
export function readHeader(
  bytes: Buffer, last: boolean, declared: Delimiter | 'auto', limits: { readonly rowBytes: number; readonly columns: number },
): HeaderResult {
  const waits = !last && bytes.length <= limits.rowBytes + 4;
  const other = otherKind(bytes);
  if (other !== undefined) return { refused: [other], line: 1 };
  const firsts = new Map([...DELIMITERS, '|'].map((delimiter) => [delimiter, firstRecord(bytes, last, delimiter, limits.rowBytes)] as const));
  if (waits && [...firsts.values()].includes(undefined)) return { more: true };
  const choice = chooseDelimiter(declared, firsts);
  if ('refused' in choice) return { refused: [choice.refused], line: choice.line };
  const first = firsts.get(choice.delimiter);
  if (first === undefined) return noHeader(bytes, last, choice.delimiter, limits.rowBytes);
  return judge(first, choice, limits);
}

function chooseDelimiter(
  declared: Delimiter | 'auto', firsts: ReadonlyMap<string, First | undefined>,
): { readonly delimiter: Delimiter; readonly note: string | undefined } | { readonly refused: Refusal; readonly line: number } {
  const width = widths(firsts);
  const line = firsts.get(',')?.line ?? 1;
  const ranked = [...firsts.keys()].sort((a, b) => width(b) - width(a));
  const best = ranked[0] ?? ',';
  if (declared !== 'auto') {
    if (firsts.get(declared)?.cells.length === 1 && width(best) > 1) return { refused: wrongDelimiter(declared, best, width(best)), line };
    return { delimiter: declared, note: undefined };
  }
  const [widest, second] = DELIMITERS.toSorted((a, b) => width(b) - width(a));
  if (width(widest!) <= 1) {
    if (width('|') > 1) return { refused: wrongDelimiter(undefined, '|', width('|')), line };
    return { delimiter: ',', note: undefined };
  }
  if (width(widest!) === width(second!)) {
    return { line, refused: {
      code: 'file.delimiter_unclear',
      message: `The header has ${grouped(width(widest!))} columns with ${delimiterName(widest!)} and as many with ${delimiterName(second!)} as the delimiter.`,
      hint: `Say which one it is: write ${formatOf(widest!)} or ${formatOf(second!)} for this source.`,
    } };
  }
  return { delimiter: widest!, note: widest === ',' ? undefined : `${delimiterName(widest!)} is the delimiter, as the header shows` };
}

/** Columns by delimiter. A delimiter that leaves quotes in the middle of values is the wrong one: `a,"b;c;d",e` has no semicolons. */
function widths(firsts: ReadonlyMap<string, First | undefined>): (delimiter: string) => number {
  const clean = [...firsts].filter(([, first]) => first !== undefined && !hasStrayQuotes(first));
  const trusted = clean.length > 0 ? new Map(clean) : firsts;
  return (delimiter) => trusted.get(delimiter)?.cells.length ?? 0;
}

function hasStrayQuotes({ raw, flags }: First): boolean {
  return (flags & TEXT_AFTER_QUOTE) !== 0 || ((flags & HAS_QUOTES) === 0 && raw.includes('"'));
}

function wrongDelimiter(declared: string | undefined, best: string, columns: number): Refusal {
  const found = declared === undefined ? 'Only one column was found' : `Only one column was found with ${delimiterName(declared)} as the delimiter`;
  return {
    code: 'file.wrong_delimiter',
    message: `${found}; with ${delimiterName(best)} there are ${grouped(columns)}.`,
    hint: best === '|'
      ? 'Export the file with a comma, a semicolon or a tab: a vertical bar is not read.'
      : `Write ${formatOf(best)} for this source.`,
  };
}

/** The line of a source that declares a delimiter. */
function formatOf(delimiter: string): string {
  return `\`format: { delimiter: ${JSON.stringify(delimiter)} }\``;
}

function judge(first: First, choice: { readonly delimiter: Delimiter; readonly note: string | undefined }, limits: { readonly rowBytes: number; readonly columns: number }): HeaderResult {
  const refuse = (...refused: Refusal[]): HeaderResult => ({ refused, line: first.line });
  if ((first.flags & TOO_LONG) !== 0) return refuse(headerTooLong(limits.rowBytes));
  if (first.cells.length > limits.columns) {
    return refuse({
      code: 'file.header_limit',
      message: `The file has ${grouped(first.cells.length)} columns; ${grouped(limits.columns)} is the limit.`,
      hint: 'Export only the columns that the source uses.',
    });
  }
  const names = first.cells.map((cell) => cell.trim());
  if ((first.flags & TEXT_AFTER_QUOTE) !== 0) {
    return refuse({
      code: 'file.header_quote',
      message: 'In the header text follows a closing quote, so its names cannot be told apart.',
      hint: 'Write a quote inside a quoted name twice (""), or remove the quotes.',
    });
  }
  const problems = [...controlNames(first, names), ...duplicates(names)];
  if (problems.length > 0) return refuse(...problems);
  const nameless = names.flatMap((name, index) => (name === '' ? [columnLetter(index)] : []));
  const notes = [
    ...(choice.note === undefined ? [] : [choice.note]),
    ...(nameless.length === 0 ? [] : [`${nameless.length === 1 ? 'column' : 'columns'} ${nameless.slice(0, 10).join(', ')}${nameless.length > 10 ? ' …' : ''} without a name`]),
  ];
  return { header: { names, delimiter: choice.delimiter, line: first.line, notes } };
}

function controlNames(first: First, names: readonly string[]): Refusal[] {
  if ((first.flags & HAS_CONTROL) === 0) return [];
  const index = names.findIndex((name) => controlAt(name) >= 0);
  return [{
    code: 'file.header_control',
    message: `The name of ${columnTitle(names, Math.max(index, 0))} holds a control character, which cannot be seen.`,
    hint: 'This may not be a text file, or its encoding is another one; export it again as CSV in UTF-8.',
  }];
}

function duplicates(names: readonly string[]): Refusal[] {
  const places = new Map<string, number[]>();
  names.forEach((name, index) => places.set(name, [...(places.get(name) ?? []), index]));
  return [...places].filter(([name, at]) => name !== '' && at.length > 1).map(([name, at]) => ({
    code: 'file.duplicate_column' as const,
    message: `${at.length === 2 ? 'Two' : grouped(at.length)} columns have the name ${quoted(name)}: ${at.map((index) => `column ${grouped(index + 1)} (${columnLetter(index)})`).join(' and ')}.`,
    hint: 'Rename or remove all but one of them in the export, so that it is certain which one is meant.',
  }));
}

/** What the beginning says where the file is text, but no table. */
function otherKind(bytes: Buffer): Refusal | undefined {
  const text = bytes.toString('utf8', 0, 1_000).trimStart();
  if (/^<(!doctype\s+html|html|head|body|script|meta|title|div|table)\b/i.test(text)) {
    return {
      code: 'file.web_page',
      message: 'This is a web page, not a CSV file.',
      hint: "The feed's login has probably expired and the page is its login form; sign in again and export the file anew.",
    };
  }
  const kind = /^<(\?xml|!doctype|[a-z])/i.test(text) ? 'an XML file' : /^(\{\s*["}]|\[\s*[[{"\]])/.test(text) ? 'a JSON file' : undefined;
  return kind === undefined ? undefined : {
    code: 'file.wrong_kind',
    message: `This is ${kind}, not a CSV file.`,
    hint: 'Export the data as CSV (UTF-8); if a service gave it, the text may be its error message, so read it.',
  };
}

function noHeader(bytes: Buffer, last: boolean, delimiter: Delimiter, rowBytes: number): HeaderResult {
  if (!last) return { refused: [headerTooLong(rowBytes)], line: 1 };
  const scanner = recordScanner(delimiter, Number.MAX_SAFE_INTEGER, () => undefined);
  scanner.push(bytes);
  const open = scanner.end();
  if (open !== undefined) return { refused: [openQuote(open, 0)], line: open };
  return { line: 1, refused: [{
    code: 'file.empty',
    message: 'The file has no header and no rows, only blank lines.',
    hint: 'An export that comes out empty has usually failed; export it again.',
  }] };
}

/** `before`: data rows that end before the quote. */
export function openQuote(line: number, before: number): Refusal {
  const readable = before === 0 ? '' : ` (${before === 1 ? '1 row before it is' : `${grouped(before)} rows before it are`} readable)`;
  return {
    code: 'file.open_quote',
    message: `The quote opened at line ${grouped(line)} is never closed, so it is not certain where rows end${readable}.`,
    hint: 'Close it, or write it twice ("") if it belongs to the text; if the file was cut off on its way here, fetch it again.',
  };
}

function headerTooLong(rowBytes: number): Refusal {
  return {
    code: 'file.header_limit',
    message: `The header is longer than ${grouped(rowBytes)} bytes, the limit for one row.`,
    hint: 'Look for a quote that is never closed or missing line ends; this may not be a CSV file.',
  };
}

function firstRecord(bytes: Buffer, last: boolean, delimiter: string, rowBytes: number): First | undefined {
  let first: First | undefined;
  const scanner = recordScanner(delimiter, rowBytes, (buffer, start, end, line, flags) => {
    if (first !== undefined || isBlank(buffer, start, end)) return;
    const raw = buffer.toString('utf8', start, end);
    first = { raw, line, flags, cells: cellsOf(raw, delimiter, (flags & HAS_QUOTES) !== 0) };
  });
  scanner.push(bytes);
  if (last) scanner.end();
  return first;
}
