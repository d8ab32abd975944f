/**
 * Tables of a workspace's files, row by row, with every cell as text. A file is surveyed once from
 * end to end before its first row is given out: encoding, quotes and header are then known to be
 * sound, so that a file is refused as a whole or read as a whole. The price is reading it twice.
 *
 * Nothing is guessed: no types, no dates, no decimal marks. DuckDB's own reader was rejected, since
 * it turns `03/04/2025` into a date and drops rows of ragged files without a word.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import type { Diagnostic } from '../value/diagnostic.ts';
import { assert } from '../value/diagnostic.ts';
import { csvCell, isBlank, recordScanner } from './csv.ts';
import type { RecordScanner } from './csv.ts';
import { chooseEncoding, fileRefused, readPieces, unreadable } from './encoding.ts';
import type { ChosenEncoding, Doubt, Refusal, UnpackLimits } from './encoding.ts';
import { openQuote, readHeader } from './header.ts';
import type { Header } from './header.ts';
import { controlCharacter, recordProblem, rowOf } from './row.ts';
import type { BadRow, SourceRow } from './row.ts';
import { quoted } from '../value/wording.ts';

export type { BadRow, Problem, SourceRow } from './row.ts';

export interface TableFormat {
  readonly delimiter: ',' | ';' | '\t' | 'auto';
  readonly encoding: 'auto' | 'utf-8' | 'utf-16' | 'windows-1252';
}
export interface Batch { readonly rows: readonly SourceRow[]; readonly bad: readonly BadRow[] }
export interface TableFile {
  readonly header: readonly string[];
  /** `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, or `parquet` */
  readonly encoding: string;
  /** '' for Parquet */
  readonly delimiter: string;
  /** what a person should know, for the report of the import: 'UTF-16 (little-endian), decoded' */
  readonly notes: readonly string[];
  /** data records, good and bad, for progress; undefined where only reading tells */
  readonly records: number | undefined;
  /**
   * Reads the file from its first row, at each call. Batches hold about 4,096 rows or 4 MB.
   * Rejects with an error that carries `diagnostic` where the file changes or vanishes meanwhile:
   * what was read until then must not be kept.
   */
  rows(): AsyncIterable<Batch>;
}

export interface Limits extends UnpackLimits { readonly rowBytes: number; readonly columns: number }
export const LIMITS: Limits = {
  rowBytes: 1_000_000, columns: 2_000,
  unpackedRatio: 200, unpackedRatioFrom: 32_000_000, unpackedBytes: 20_000_000_000,
};

const BATCH_ROWS = 4_096;
const BATCH_CHARACTERS = 4_000_000;
const HEAD_BYTES = 4_096;

interface OpenFile {
  readonly path: string;
  readonly shownName: string;
  readonly gzip: boolean;
  readonly chosen: ChosenEncoding;
  readonly limits: Limits;
  /** size and time of change, to notice a file that is written to while it is read */
  readonly version: string;
}

/**
 * Opens a CSV file (plain or gzip) and surveys all of it. `shownName` is the file in messages.
 * Refused: nothing of the file may be read; each diagnostic says why.
 */
export async function openTable(
  path: string, shownName: string, format: TableFormat, limits: Limits = LIMITS,
): Promise<{ readonly table: TableFile } | { readonly refused: readonly Diagnostic[] }> {
  const head = await readHead(path);
  if ('refused' in head) return { refused: [fileRefused(shownName, 0, head.refused)] };
  const chosen = chooseEncoding(head.bytes, format.encoding);
  if ('refused' in chosen) return { refused: [fileRefused(shownName, 1, chosen.refused)] };
  const file: OpenFile = { path, shownName, gzip: head.gzip, chosen, limits, version: head.version };
  const survey = await surveyFile(file, format.delimiter);
  if ('refused' in survey) return survey;
  const { header, records } = survey;
  const notes = [
    ...(head.gzip ? ['gzip, unpacked'] : []),
    ...(chosen.note === undefined ? [] : [chosen.note]),
    ...(survey.readsAsUtf8 ? ['every accented letter of this file would also be valid UTF-8; if names look wrong, write `format: { encoding: utf-8 }`'] : []),
    ...header.notes,
    ...(records === 0 ? ['a header and 0 rows: a feed that becomes empty has usually failed'] : []),
  ];
  return { table: {
    header: header.names, encoding: chosen.encoding, delimiter: header.delimiter, notes, records,
    rows: () => readRows(file, header, records),
  } };
}

/** Rows that another reader takes out of a Parquet file, column by column, on the same route as those of a CSV file. Null reads as the empty text. */
export function parquetTable(
  header: readonly string[], batches: () => AsyncIterable<readonly (readonly (string | null)[])[]>, records?: number,
): TableFile {
  return { header, encoding: 'parquet', delimiter: '', notes: ['Parquet'], records, rows: () => parquetRows(header, batches()) };
}

/** SHA-256 (hex) and length of a file as it lies on the disk, packed or not. Rejects as the file system does where it cannot be read. */
export async function fileDigest(path: string): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function surveyFile(
  file: OpenFile, delimiter: TableFormat['delimiter'],
): Promise<{ readonly header: Header; readonly records: number; readonly readsAsUtf8: boolean } | { readonly refused: readonly Diagnostic[] }> {
  const { shownName, limits } = file;
  let waiting: Buffer = Buffer.alloc(0);
  let scanned: { header: Header; scanner: RecordScanner } | undefined;
  let records = -1;
  const start = (last: boolean): readonly Diagnostic[] | undefined => {
    const result = readHeader(waiting, last, delimiter, limits);
    if ('more' in result) return undefined;
    if ('refused' in result) return result.refused.map((refusal) => fileRefused(shownName, result.line, refusal));
    const scanner = recordScanner(result.header.delimiter, limits.rowBytes, (bytes, from, to) => { if (!isBlank(bytes, from, to)) records++; });
    scanner.push(waiting);
    scanned = { header: result.header, scanner };
    return undefined;
  };
  const doubts = new Set<Doubt>();
  for await (const piece of readPieces(file.path, shownName, file.gzip, file.chosen, limits)) {
    if ('refused' in piece) return { refused: [piece.refused(scanned?.scanner.line() ?? 1 + lineEnds(waiting))] };
    if (piece.doubt !== undefined) doubts.add(piece.doubt);
    if (scanned !== undefined) { scanned.scanner.push(piece.bytes); continue; }
    waiting = waiting.length === 0 ? piece.bytes : Buffer.concat([waiting, piece.bytes]);
    const refused = start(false);
    if (refused !== undefined) return { refused };
  }
  if (scanned === undefined) {
    const refused = start(true);
    if (refused !== undefined) return { refused };
  }
  assert(scanned !== undefined, 'a survey ends with a header or a refusal');
  const { header, scanner } = scanned as { header: Header; scanner: RecordScanner };
  const open = scanner.end();
  if (open !== undefined) return { refused: [fileRefused(shownName, open, openQuote(open, Math.max(records, 0)))] };
  return { header, records, readsAsUtf8: doubts.has('utf_8') && !doubts.has('none') };
}

async function* readRows(file: OpenFile, header: Header, records: number): AsyncGenerator<Batch> {
  let rows: SourceRow[] = [];
  let bad: BadRow[] = [];
  let characters = 0;
  let record = -1;
  const width = header.names.length;
  const scanner = recordScanner(header.delimiter, file.limits.rowBytes, (bytes, start, end, line, flags) => {
    if (isBlank(bytes, start, end)) return;
    record++;
    if (record === 0) return;
    const raw = bytes.toString('utf8', start, end);
    const row = rowOf(raw, record, line, flags, header.delimiter);
    characters += raw.length;
    const problem = flags < 2 && row.cells.length === width ? undefined : recordProblem(row, flags, header.names, header.delimiter, file.limits.rowBytes);
    if (problem === undefined) rows.push(row);
    else bad.push({ ...row, problem });
  });
  await sameVersion(file);
  for await (const piece of readPieces(file.path, file.shownName, file.gzip, file.chosen, file.limits)) {
    if ('refused' in piece) throw stopped(piece.refused(scanner.line()));
    scanner.push(piece.bytes);
    if (rows.length + bad.length < BATCH_ROWS && characters < BATCH_CHARACTERS) continue;
    yield { rows, bad };
    rows = [];
    bad = [];
    characters = 0;
  }
  const open = scanner.end();
  await sameVersion(file);
  if (open !== undefined || record !== records) throw stopped(changed(file));
  if (rows.length + bad.length > 0) yield { rows, bad };
}

async function* parquetRows(header: readonly string[], batches: AsyncIterable<readonly (readonly (string | null)[])[]>): AsyncGenerator<Batch> {
  let record = 0;
  for await (const columns of batches) {
    assert(columns.length === header.length, `a Parquet batch has ${header.length} columns, not ${columns.length}`);
    const rows: SourceRow[] = [];
    const bad: BadRow[] = [];
    const length = columns[0]?.length ?? 0;
    assert(columns.every((column) => column.length === length), 'the columns of a Parquet batch are equally long');
    for (let i = 0; i < length; i++) {
      record++;
      const cells = columns.map((column) => column[i] ?? '');
      const row = { record, line: record, cells, raw: cells.map(csvCell).join(',') };
      const problem = controlCharacter(row, header);
      if (problem === undefined) rows.push(row);
      else bad.push({ ...row, problem });
    }
    yield { rows, bad };
  }
}

type Head = { readonly bytes: Buffer; readonly gzip: boolean; readonly version: string };

/** The first bytes, unpacked where they are gzip, and whether the file is of a kind that cannot be a table. */
async function readHead(path: string): Promise<Head | { readonly refused: Refusal }> {
  try {
    const version = await versionOf(path);
    if (version === undefined) return { refused: { code: 'file.unreadable', message: 'This is a folder or a device, not a file.', hint: 'Name one file in the source.' } };
    const packed = await firstBytes(path);
    const gzip = packed[0] === 0x1f && packed[1] === 0x8b;
    if (!gzip && packed.length > 0 && /\.gz$/i.test(path)) {
      return { refused: {
        code: 'file.wrong_kind',
        message: 'The name ends in .gz, but the content is not gzip.',
        hint: 'Some programs unpack a download without renaming it; if it is plain CSV, take ".gz" off its name.',
      } };
    }
    // Cut off on purpose: 4 KB unpack to at most about 4 MB.
    const bytes = gzip ? gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }) : packed;
    if (bytes.length === 0) return { refused: emptyFile(gzip) };
    const kind = binaryKind(bytes, gzip);
    return kind === undefined ? { bytes, gzip, version } : { refused: kind };
  } catch (error) {
    return { refused: isMissing(error) ? await missing(path) : unreadable(error) };
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const AS_CSV = 'Open it and save the sheet as "CSV UTF-8", then name that file in the source.';
const BINARY: readonly (readonly [magic: string, what: string, hint: string])[] = [
  ['PK\u0003\u0004', 'a ZIP archive', 'Unpack it and name the CSV file in it (or its .csv.gz) in the source.'],
  ['PK\u0005\u0006', 'an empty ZIP archive', 'Export the file again, as CSV.'],
  ['\u00d0\u00cf\u0011\u00e0', 'an old Excel workbook (.xls)', AS_CSV],
  ['PAR1', 'a Parquet file', 'Give it a name that ends in .parquet.'],
  ['%PDF', 'a PDF document', 'Export the data as CSV; tables are not read out of documents.'],
  ['SQLite format 3\u0000', 'a SQLite database', 'Export the table as CSV.'],
  ['\u001f\u008b', 'gzip inside gzip', 'Pack the file only once.'],
  ['7z\u00bc\u00af', 'a 7z archive', 'Unpack it and name the CSV file in it in the source.'],
];

function binaryKind(bytes: Buffer, unpacked: boolean): Refusal | undefined {
  const start = bytes.toString('latin1', 0, HEAD_BYTES);
  const found = BINARY.find(([magic]) => start.startsWith(magic));
  if (found === undefined) return undefined;
  const office = found[1] === 'a ZIP archive' && (start.includes('[Content_Types].xml') || start.includes('xl/'));
  const [what, hint] = office ? ['an Excel workbook (.xlsx)', AS_CSV] : [found[1], found[2]];
  return { code: 'file.wrong_kind', message: `${unpacked ? 'The gzip file holds' : 'This is'} ${what}, not a CSV file.`, hint };
}

function emptyFile(gzip: boolean): Refusal {
  return {
    code: 'file.empty',
    message: gzip ? 'The gzip file holds nothing (0 bytes).' : 'The file is empty (0 bytes).',
    hint: 'An export that comes out empty has usually failed; export it again.',
  };
}

async function missing(path: string): Promise<Refusal> {
  const plain = (name: string) => name.toLowerCase().replace(/\.gz$/, '');
  const name = basename(path);
  const names = await readdir(dirname(path)).catch(() => undefined);
  if (names === undefined) {
    return { code: 'file.missing', message: 'The folder of this file does not exist.', hint: 'Check "file" in the source: it is relative to the workspace.' };
  }
  const near = names.find((other) => plain(other) === plain(name));
  return {
    code: 'file.missing',
    message: `There is no file ${quoted(name)}.`,
    hint: near === undefined ? 'Put the file there, or correct "file" in the source.' : `There is ${quoted(near)}: write that name as "file" in the source.`,
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

async function versionOf(path: string): Promise<string | undefined> {
  const facts = await stat(path, { bigint: true });
  return facts.isFile() ? `${facts.size} ${facts.mtimeNs} ${facts.ino}` : undefined;
}

async function sameVersion(file: OpenFile): Promise<void> {
  const version = await versionOf(file.path).catch(() => undefined);
  if (version !== file.version) throw stopped(changed(file));
}

function changed(file: OpenFile): Diagnostic {
  return fileRefused(file.shownName, 0, {
    code: 'file.changed',
    message: 'The file was changed, replaced or removed while it was being read.',
    hint: 'Wait until whatever writes it has finished, then import again; nothing of it was taken over.',
  });
}

function stopped(diagnostic: Diagnostic): Error & { readonly diagnostic: Diagnostic } {
  return Object.assign(new Error(`${diagnostic.file}: ${diagnostic.message}`), { diagnostic });
}

function lineEnds(bytes: Buffer): number {
  return bytes.toString('latin1').match(/\r\n|\r|\n/g)?.length ?? 0;
}
