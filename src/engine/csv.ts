/**
 * Where the rows of a CSV file begin and end, found in UTF-8 bytes: RFC 4180 with three delimiters,
 * quoted line ends and any mixture of line ends. The survey of a file and the reading of its rows
 * use this one scanner, so that they cannot disagree about what a row is.
 *
 * A quote opens a quoted field only as the first character of the field; elsewhere it is a
 * character like any other, as in `5" pipe`.
 */
import { wholeCharacters } from './encoding.ts';

/** Flags of a record. */
export const HAS_QUOTES = 1;
export const HAS_CONTROL = 2;
export const TEXT_AFTER_QUOTE = 4;
export const TOO_LONG = 8;
export const NO_LINE_END = 16;

/** The bytes `start` to `end` of `bytes` are the record without its line end; of a record that is too long, its beginning. Valid only during the call. */
export type OnRecord = (bytes: Buffer, start: number, end: number, line: number, flags: number) => void;

export interface RecordScanner {
  /** takes the next bytes, whole characters, and reports the records that end in them */
  push(bytes: Buffer): void;
  /** reports the last record; the line of a quote that is still open, or undefined */
  end(): number | undefined;
  /** the physical line that the scanner has come to, 1-based */
  line(): number;
}

const LF = 10;
const CR = 13;
const QUOTE = 34;
/** lead byte of U+0080 to U+00BF, of which the first half are control characters */
const LATIN_LEAD = 0xc2;
const TAB = 9;
const KEPT_BYTES = 2_000;

interface State {
  readonly delimiter: number;
  readonly rowBytes: number;
  readonly onRecord: OnRecord;
  /** bytes of the record that has not ended, and how many of them are scanned */
  carry: Buffer;
  scanned: number;
  /** beginning of a record that has passed the limit; the rest of it is let go */
  head: Buffer | undefined;
  /** byte before `carry` where the record has passed the limit */
  before: number;
  quoted: boolean;
  quoteLine: number;
  flags: number;
  line: number;
  startLine: number;
}

/** Memory is bounded by the largest piece plus `rowBytes`, whatever the file holds. */
export function recordScanner(delimiter: string, rowBytes: number, onRecord: OnRecord): RecordScanner {
  const state: State = {
    delimiter: delimiter.charCodeAt(0), rowBytes, onRecord,
    carry: Buffer.alloc(0), scanned: 0, head: undefined, before: -1,
    quoted: false, quoteLine: 0, flags: 0, line: 1, startLine: 1,
  };
  return {
    push: (bytes) => { scan(state, bytes, false); },
    end: () => {
      scan(state, Buffer.alloc(0), true);
      return state.quoted ? state.quoteLine : undefined;
    },
    line: () => state.line,
  };
}

/** Only spaces, or nothing: no row at all. */
export function isBlank(bytes: Buffer, start: number, end: number): boolean {
  let i = start;
  while (i < end && bytes[i] === 32) i++;
  return i === end;
}

/** A field as it is written: in quotes where it has to be. */
export function csvCell(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** The fields of one record, quotes taken off. */
export function cellsOf(raw: string, delimiter: string, hasQuotes: boolean): string[] {
  if (!hasQuotes) return raw.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    let value = '';
    if (raw.charCodeAt(at) === QUOTE) {
      const close = closingQuote(raw, at + 1);
      value = raw.slice(at + 1, close);
      if (value.includes('""')) value = value.replaceAll('""', '"');
      at = close + 1;
    }
    const end = raw.indexOf(delimiter, at);
    const rest = end < 0 ? raw.slice(at) : raw.slice(at, end);
    cells.push(rest === '' ? value : value + rest);
    if (end < 0) return cells;
    at = end + 1;
  }
}

function closingQuote(raw: string, from: number): number {
  let at = from;
  for (;;) {
    const quote = raw.indexOf('"', at);
    if (quote < 0) return raw.length;
    if (raw.charCodeAt(quote + 1) !== QUOTE) return quote;
    at = quote + 2;
  }
}

// 1 for the bytes that the scanner has to look at.
const STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte < 32 && byte !== TAB) || byte === QUOTE || byte === 127 || byte === LATIN_LEAD ? 1 : 0);

function scan(state: State, pushed: Buffer, last: boolean): void {
  const bytes = state.carry.length > 0 ? Buffer.concat([state.carry, pushed]) : pushed;
  const length = bytes.length;
  let start = 0;
  let i = state.scanned;
  for (;;) {
    while (i < length && STOPS[bytes[i]!] === 0) i++;
    if (i >= length) break;
    const byte = bytes[i]!;
    // Whether a line end or a closing quote is complete shows only in the byte after it.
    if ((byte === CR || (byte === QUOTE && state.quoted)) && i + 1 >= length && !last) break;
    if (byte === LF || byte === CR) {
      const next = byte === CR && bytes[i + 1] === LF ? i + 2 : i + 1;
      if (!state.quoted) report(state, bytes, start, i);
      state.line++;
      if (!state.quoted) { start = next; state.startLine = state.line; }
      i = next;
    } else if (byte === QUOTE) {
      i = quote(state, bytes, start, i);
    } else {
      if (byte !== LATIN_LEAD || (bytes[i + 1]! >= 0x80 && bytes[i + 1]! < 0xa0)) state.flags |= HAS_CONTROL;
      i++;
    }
  }
  if (!last) keepRest(state, bytes, start, i);
  else if (!state.quoted && (length > start || state.head !== undefined)) {
    state.flags |= NO_LINE_END;
    report(state, bytes, start, length);
  }
}

/** Opens, doubles or closes a quoted field; gives the position after it. */
function quote(state: State, bytes: Buffer, start: number, at: number): number {
  if (!state.quoted) {
    const first = at > start ? bytes[at - 1] === state.delimiter : state.head === undefined || state.before === state.delimiter;
    if (first) {
      state.quoted = true;
      state.quoteLine = state.line;
      state.flags |= HAS_QUOTES;
    }
    return at + 1;
  }
  const next = bytes[at + 1];
  if (next === QUOTE) return at + 2;
  state.quoted = false;
  if (next !== undefined && next !== state.delimiter && next !== LF && next !== CR) state.flags |= TEXT_AFTER_QUOTE;
  return at + 1;
}

function report(state: State, bytes: Buffer, start: number, end: number): void {
  const flags = state.flags;
  const head = state.head;
  state.flags = 0;
  state.head = undefined;
  if (head !== undefined) state.onRecord(head, 0, head.length, state.startLine, flags | TOO_LONG);
  else if (end - start > state.rowBytes) {
    const kept = beginning(bytes.subarray(start, end), state.rowBytes);
    state.onRecord(kept, 0, kept.length, state.startLine, flags | TOO_LONG);
  } else state.onRecord(bytes, start, end, state.startLine, flags);
}

/** Keeps the record that has not ended, or only its beginning once it has passed the limit. */
function keepRest(state: State, bytes: Buffer, start: number, scanned: number): void {
  if (state.head === undefined && scanned - start > state.rowBytes) state.head = Buffer.from(beginning(bytes.subarray(start), state.rowBytes));
  if (state.head === undefined) {
    state.carry = bytes.subarray(start);
    state.scanned = scanned - start;
    return;
  }
  if (scanned > 0) state.before = bytes[scanned - 1]!;
  state.carry = bytes.subarray(scanned);
  state.scanned = 0;
}

/** The same bytes wherever the pieces were cut: `record` has passed the limit, so it has all of them. */
function beginning(record: Buffer, rowBytes: number): Buffer {
  const kept = record.subarray(0, Math.min(KEPT_BYTES, rowBytes));
  return kept.subarray(0, wholeCharacters(kept));
}
