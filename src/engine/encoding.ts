/**
 * From a file to UTF-8 bytes: unpacks gzip within limits, decides the encoding from the byte order
 * mark or the declaration (never from statistics), and refuses what would need a replacement
 * character. Everything after this file sees whole UTF-8 characters without a byte order mark.
 *
 * Bytes rather than strings go on, because rows that are cut from one large string keep all of it
 * alive for as long as anybody keeps a single cell.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import { grouped, quoted } from '../value/wording.ts';

export type DeclaredEncoding = 'auto' | 'utf-8' | 'utf-16' | 'windows-1252';
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

export interface UnpackLimits {
  /** most unpacked bytes for each packed byte … */
  readonly unpackedRatio: number;
  /** … looked at only once so many bytes are unpacked */
  readonly unpackedRatioFrom: number;
  /** most bytes that a packed file may unpack to */
  readonly unpackedBytes: number;
}

/** Whole UTF-8 characters, or why reading stops here. The reader of the pieces knows the line. */
export type Piece = { readonly bytes: Buffer; readonly doubt?: Doubt } | { readonly refused: (line: number) => Diagnostic };
/** Of accented letters in text declared as Windows-1252: `utf_8` where the bytes are UTF-8 as well, so that `é` may be read as `Ã©`. */
export type Doubt = 'utf_8' | 'none';
export interface Refusal { readonly code: Code; readonly message: string; readonly hint: string }
export interface ChosenEncoding { readonly encoding: Encoding; readonly bom: number; readonly note: string | undefined }

const CHUNK_BYTES = 256 * 1024;

/** Reads a file as pieces of UTF-8. Ends after the first refusal; closes the file however the reader leaves. */
export async function* readPieces(
  path: string, shownName: string, gzip: boolean, chosen: ChosenEncoding, limits: UnpackLimits,
): AsyncGenerator<Piece> {
  const refuse = (refusal: Refusal | ((line: number) => Refusal)): Piece => ({
    refused: (line) => fileRefused(shownName, line, typeof refusal === 'function' ? refusal(line) : refusal),
  });
  const decode = decoderOf(chosen, gzip);
  const source = openBytes(path, gzip);
  let unpacked = 0;
  let skip = chosen.bom;
  try {
    for await (const chunk of source.stream as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      const limit = gzip ? overLimit(unpacked, source.packed(), limits) : undefined;
      if (limit !== undefined) { yield refuse(limit); return; }
      const body = chunk.subarray(skip);
      skip -= chunk.length - body.length;
      const { bytes, bad } = decode(body, false);
      if (bytes.length > 0) yield chosen.encoding === 'windows-1252' && !isAscii(body) ? { bytes, doubt: doubtOf(body) } : { bytes };
      if (bad !== undefined) { yield refuse(bad); return; }
    }
    const { bytes, bad } = decode(Buffer.alloc(0), true);
    if (bytes.length > 0) yield { bytes };
    if (bad !== undefined) yield refuse(bad);
  } catch (error) {
    yield refuse(unreadable(error));
  } finally {
    source.close();
  }
}

/** What the first bytes and the declaration say together. They must agree. */
export function chooseEncoding(head: Buffer, declared: DeclaredEncoding): ChosenEncoding | { readonly refused: Refusal } {
  const marked = byteOrderMark(head);
  if (marked !== undefined) {
    const family = marked.encoding === 'utf-8' ? 'utf-8' : 'utf-16';
    if (declared === 'auto' || declared === family) return marked;
    return { refused: {
      code: 'file.encoding',
      message: `The source says that this file is ${declared}, but it begins with the byte order mark of ${family}.`,
      hint: `Write \`format: { encoding: ${family} }\` for this source.`,
    } };
  }
  const order = zeroPattern(head);
  if (declared === 'utf-16') {
    if (order !== undefined) return { encoding: order, bom: 0, note: `${nameOf(order)} without a byte order mark; the order of the bytes was taken from the header` };
    return { refused: {
      code: 'file.encoding',
      message: 'The source says that this file is utf-16, but it has no byte order mark and does not look like UTF-16.',
      hint: 'Write `format: { encoding: utf-8 }` (or windows-1252) for this source, or save the file again as UTF-16 with a byte order mark.',
    } };
  }
  if (order !== undefined) {
    return { refused: {
      code: 'file.encoding',
      message: 'Every second byte of this file is zero: it looks like UTF-16 without a byte order mark.',
      hint: 'Write `format: { encoding: utf-16 }` for this source, or save the file as UTF-8.',
    } };
  }
  if (declared === 'windows-1252') return { encoding: 'windows-1252', bom: 0, note: 'Windows-1252, as declared' };
  return { encoding: 'utf-8', bom: 0, note: undefined };
}

/** The length of the longest prefix that does not end inside a character. */
export function wholeCharacters(bytes: Buffer): number {
  const n = bytes.length;
  for (let back = 1; back <= Math.min(3, n); back++) {
    const byte = bytes[n - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return length > back ? n - back : n;
  }
  return n;
}

export function fileRefused(file: string, line: number, refusal: Refusal): Diagnostic {
  return { severity: 'error', file, line, column: 0, path: '', ...refusal };
}

/** An error of the file system or of gzip, as a sentence for the user. */
export function unreadable(error: unknown): Refusal {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code.startsWith('Z_') || code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END') {
    return {
      code: 'file.gzip_damaged',
      message: code === 'Z_BUF_ERROR' ? 'The gzip file is cut off: it ends before its content does.' : 'The gzip file is damaged: it cannot be unpacked.',
      hint: 'The upload or download was probably incomplete; fetch the file again.',
    };
  }
  const causes: Record<string, string> = {
    EACCES: 'this account may not read it', EPERM: 'this account may not read it', EISDIR: 'it is a folder', EMFILE: 'too many files are open',
  };
  return {
    code: 'file.unreadable',
    message: `The file cannot be read: ${causes[code] ?? (error instanceof Error ? error.message : String(error))}.`,
    hint: 'Check the file and its permissions, then import again; nothing of it was taken over.',
  };
}

type Decoder = (chunk: Buffer, last: boolean) => { readonly bytes: Buffer; readonly bad: ((line: number) => Refusal) | undefined };

function decoderOf({ encoding, bom }: ChosenEncoding, gzip: boolean): Decoder {
  const where = gzip ? ' of the unpacked file' : '';
  if (encoding === 'utf-8') return utf8Decoder(bom, where);
  const text = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  let read = bom;
  return (chunk, last) => {
    if (encoding === 'windows-1252' && isAscii(chunk)) return { bytes: chunk, bad: undefined };
    try {
      const bytes = Buffer.from(text.decode(chunk, { stream: !last }), 'utf8');
      read += chunk.length;
      return { bytes, bad: undefined };
    } catch {
      return { bytes: Buffer.alloc(0), bad: () => notUtf16(encoding, read, last, where) };
    }
  };
}

function doubtOf(chunk: Buffer): Doubt {
  let start = 0;
  while (start < 3 && (chunk[start]! & 0xc0) === 0x80) start++;
  const inner = chunk.subarray(start);
  return isUtf8(inner.subarray(0, wholeCharacters(inner))) ? 'utf_8' : 'none';
}

function notUtf16(encoding: Encoding, at: number, last: boolean, where: string): Refusal {
  const message = last
    ? `The file ends in the middle of a ${nameOf(encoding)} character, at byte ${grouped(at)}${where}.`
    : `The file is not ${nameOf(encoding)} all through: a character after byte ${grouped(at)}${where} is broken.`;
  return { code: 'file.encoding', message, hint: 'The upload was probably incomplete or two files were joined; export the file again, best as UTF-8.' };
}

function utf8Decoder(bom: number, where: string): Decoder {
  let carry: Buffer = Buffer.alloc(0);
  let at = bom;
  return (chunk, last) => {
    const all = carry.length > 0 ? Buffer.concat([carry, chunk]) : chunk;
    const whole = last ? all.length : wholeCharacters(all);
    const bytes = all.subarray(0, whole);
    if (!isUtf8(bytes)) {
      const bad = firstBadByte(bytes);
      const position = at + bad + 1;
      const ends = last && bad + 4 > bytes.length && bytes[bad]! >= 0xc2;
      return { bytes: bytes.subarray(0, bad), bad: (line) => notUtf8(position, where, line, windowsSample(all, bad), ends) };
    }
    carry = all.subarray(whole);
    at += whole;
    return { bytes, bad: undefined };
  };
}

function notUtf8(position: number, where: string, line: number, sample: string, ends: boolean): Refusal {
  const cut = ends ? ' If the file was cut off on its way here, fetch it again.' : '';
  return {
    code: 'file.encoding',
    message: `Byte ${grouped(position)}${where} (line ${grouped(line)}) is not UTF-8 text. Read as Windows-1252 the place would be ${sample}.`,
    hint: `If that reads right, write \`format: { encoding: windows-1252 }\` for this source; otherwise save the file as UTF-8.${cut}`,
  };
}

/** Where the first broken sequence begins. `bytes` is known not to be UTF-8. */
function firstBadByte(bytes: Buffer): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    const prefix = bytes.subarray(0, middle);
    if (isUtf8(prefix.subarray(0, wholeCharacters(prefix)))) good = middle;
    else bad = middle;
  }
  // A broken sequence shows at a later byte than the one it begins with.
  let start = bad - 1;
  while (start > 0 && !isUtf8(bytes.subarray(0, start))) start--;
  return start;
}

function windowsSample(bytes: Buffer, at: number): string {
  const from = Math.max(bytes.lastIndexOf(10, at) + 1, at - 24);
  const lineEnd = bytes.indexOf(10, at);
  const to = Math.min(lineEnd < 0 ? bytes.length : lineEnd, at + 24);
  return quoted(new TextDecoder('windows-1252').decode(bytes.subarray(from, to)).trim());
}

function byteOrderMark(head: Buffer): ChosenEncoding | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', bom: 3, note: 'UTF-8 with a byte order mark' };
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', bom: 2, note: 'UTF-16 (little-endian), decoded' };
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', bom: 2, note: 'UTF-16 (big-endian), decoded' };
  return undefined;
}

/** Western text in UTF-16 has a zero in every second byte; which one tells the order. */
function zeroPattern(head: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const pairs = Math.min(100, head.length >> 1);
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs; i++) {
    if (head[2 * i] === 0) even++;
    if (head[2 * i + 1] === 0) odd++;
  }
  if (odd * 10 > pairs * 7 && even * 10 < pairs) return 'utf-16le';
  if (even * 10 > pairs * 7 && odd * 10 < pairs) return 'utf-16be';
  return undefined;
}

function nameOf(encoding: Encoding): string {
  return { 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16 (little-endian)', 'utf-16be': 'UTF-16 (big-endian)', 'windows-1252': 'Windows-1252' }[encoding];
}

function openBytes(path: string, gzip: boolean) {
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  if (!gzip) return { stream: file, packed: () => file.bytesRead, close: () => { file.destroy(); } };
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  file.on('error', (error) => { unpacked.destroy(error); });
  file.pipe(unpacked);
  return { stream: unpacked, packed: () => unpacked.bytesWritten, close: () => { file.destroy(); unpacked.destroy(); } };
}

function overLimit(unpacked: number, packed: number, limits: UnpackLimits): Refusal | undefined {
  const hint = 'If this really is your data, unpack it yourself and import the plain CSV file, or split it.';
  if (unpacked > limits.unpackedBytes) {
    return { code: 'file.archive_limit', message: `The gzip file unpacks to more than ${grouped(limits.unpackedBytes)} bytes, the limit for one file.`, hint };
  }
  if (unpacked > limits.unpackedRatioFrom && unpacked > packed * limits.unpackedRatio) {
    return {
      code: 'file.archive_limit',
      message: `The gzip file unpacks to more than ${grouped(limits.unpackedRatio)} times its size (${grouped(packed)} bytes became ${grouped(unpacked)} so far), which is the limit.`,
      hint,
    };
  }
  return undefined;
}
