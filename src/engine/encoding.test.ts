import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { chooseEncoding, readPieces, wholeCharacters } from './encoding.ts';
import type { DeclaredEncoding } from './encoding.ts';
import { LIMITS } from './sources.ts';

const dir = mkdtempSync(join(tmpdir(), 'trueup-encoding-'));
afterAll(() => { rmSync(dir, { recursive: true }); });

async function read(bytes: Buffer, declared: DeclaredEncoding, gzip = false) {
  const path = join(dir, 'file');
  writeFileSync(path, bytes);
  const chosen = chooseEncoding(bytes.subarray(0, 4_096), declared);
  if ('refused' in chosen) return { text: '', refused: chosen.refused.message };
  const parts: Buffer[] = [];
  for await (const piece of readPieces(path, 'f.csv', gzip, chosen, LIMITS)) {
    if ('refused' in piece) return { text: Buffer.concat(parts).toString('utf8'), refused: piece.refused(7).message };
    parts.push(piece.bytes);
  }
  return { text: Buffer.concat(parts).toString('utf8'), refused: undefined };
}

function utf16(text: string, order: 'le' | 'be', mark = true): Buffer {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

describe('encodings', () => {
  const text = 'Name,Città\nJosé €,"😀 ’x’"\n';

  test.each([
    ['UTF-8', Buffer.from(text), 'auto'],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`), 'auto'],
    ['UTF-8, declared', Buffer.from(text), 'utf-8'],
    ['UTF-16 little-endian', utf16(text, 'le'), 'auto'],
    ['UTF-16 big-endian', utf16(text, 'be'), 'auto'],
    ['UTF-16 little-endian, declared', utf16(text, 'le'), 'utf-16'],
    ['UTF-16 big-endian without a mark, declared', utf16(text, 'be', false), 'utf-16'],
    ['UTF-16 little-endian without a mark, declared', utf16(text, 'le', false), 'utf-16'],
  ] as const)('%s reads as the same text', async (_name, bytes, declared) => {
    expect(await read(bytes, declared)).toEqual({ text, refused: undefined });
  });

  test('Windows-1252 is read only where it is declared, with its own letters for 80 to 9F', async () => {
    const bytes = Buffer.from([0x4a, 0xe9, 0x2c, 0x80, 0x93, 0x94, 0x0a]);
    expect((await read(bytes, 'windows-1252')).text).toBe('Jé,€“”\n');
    expect((await read(bytes, 'auto')).refused).toContain('is not UTF-8 text');
  });

  test('[A10] any text in any encoding comes out of many pieces as it went in', async () => {
    const long = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).map((s) => `a,b\n${s.toWellFormed().repeat(9_000)}`);
    await fc.assert(fc.asyncProperty(long, fc.constantFrom('utf-8', 'le', 'be'), async (value, kind) => {
      const bytes = kind === 'utf-8' ? Buffer.from(value) : utf16(value, kind as 'le' | 'be');
      expect((await read(bytes, 'auto')).text === value).toBe(true);
    }), { numRuns: 12 });
  });

  test('the byte, the line and a reading in Windows-1252 are named where UTF-8 breaks, also far into the file', async () => {
    const before = 'Ünïcödé,1\n'.repeat(40_000);
    const at = Buffer.byteLength(before) + 5;
    const result = await read(Buffer.concat([Buffer.from(before), Buffer.from('x,Jos\u00e9,Won\n', 'latin1')]), 'auto');
    expect(result.refused).toBe(`Byte ${(at + 1).toLocaleString('en-US')} (line 7) is not UTF-8 text. Read as Windows-1252 the place would be "x,José,Won".`);
    expect(result.text).toBe(`${before}x,Jos`);
  });

  test('a broken sequence is found at its first byte, wherever it stands', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constantFrom([0xe9], [0xff], [0xc3, 0x28], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xc0, 0x80]), async (good, broken) => {
      const before = Buffer.from(`a${good.toWellFormed()}`);
      const { refused, text: kept } = await read(Buffer.concat([before, Buffer.from(broken), Buffer.from(',z')]), 'utf-8');
      expect(refused).toContain(`Byte ${before.length + 1} (`);
      expect(kept).toBe(before.toString());
    }), { numRuns: 60 });
  });

  test('a character that is cut off by the end of the file', async () => {
    expect((await read(Buffer.from('a,b\n1,€').subarray(0, 7), 'auto')).refused).toContain('Byte 7 (line 7) is not UTF-8 text.');
    expect((await read(utf16('a,b\n1,2\n', 'le').subarray(0, 17), 'auto')).refused).toBe('The file ends in the middle of a UTF-16 (little-endian) character, at byte 17.');
  });

  test('a declaration that the byte order mark contradicts is refused', () => {
    const refused = (bytes: Buffer, declared: DeclaredEncoding) => {
      const chosen = chooseEncoding(bytes, declared);
      return 'refused' in chosen ? `${chosen.refused.message} ${chosen.refused.hint}` : 'accepted';
    };
    expect(refused(utf16('a,b', 'be'), 'utf-8')).toBe('The source says that this file is utf-8, but it begins with the byte order mark of utf-16. Write `format: { encoding: utf-16 }` for this source.');
    expect(refused(Buffer.from('\ufeffa'), 'windows-1252')).toContain('begins with the byte order mark of utf-8');
    expect(refused(Buffer.from('a,b\n'), 'utf-16')).toContain('has no byte order mark and does not look like UTF-16');
    expect(refused(utf16('id,amount\n', 'le', false), 'auto')).toContain('Every second byte of this file is zero');
  });

  test('whole characters end before a character that is not complete', () => {
    const bytes = Buffer.from('a€😀');
    expect(Array.from({ length: bytes.length + 1 }, (_, n) => wholeCharacters(bytes.subarray(0, n)))).toEqual([0, 1, 1, 1, 4, 4, 4, 4, 8]);
  });

  test('gzip is unpacked as a stream, in several members too', async () => {
    const packed = Buffer.concat([gzipSync('a,b\n'), gzipSync('1,2\n')]);
    const path = join(dir, 'two.gz');
    writeFileSync(path, packed);
    const parts: string[] = [];
    for await (const piece of readPieces(path, 'two.gz', true, { encoding: 'utf-8', bom: 0, note: undefined }, LIMITS)) {
      parts.push('bytes' in piece ? piece.bytes.toString() : piece.refused(1).message);
    }
    expect(parts.join('')).toBe('a,b\n1,2\n');
  });
});
