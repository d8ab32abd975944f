import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HAS_CONTROL, HAS_QUOTES, NO_LINE_END, TEXT_AFTER_QUOTE, TOO_LONG, cellsOf, isBlank, recordScanner } from './csv.ts';

interface Found { readonly raw: string; readonly line: number; readonly flags: number }

function scanAll(text: string, delimiter = ',', cuts: readonly number[] = [], rowBytes = 1_000_000) {
  const found: Found[] = [];
  const scanner = recordScanner(delimiter, rowBytes, (bytes, start, end, line, flags) => {
    found.push({ raw: bytes.toString('utf8', start, end), line, flags });
  });
  const characters = Array.from(text);
  let from = 0;
  for (const cut of [...cuts.map((c) => c % (characters.length + 1)).toSorted((a, b) => a - b), characters.length]) {
    scanner.push(Buffer.from(characters.slice(from, cut).join('')));
    from = cut;
  }
  return { found, open: scanner.end() };
}

function tableOf(text: string, delimiter = ','): string[][] {
  return scanAll(text, delimiter).found.map(({ raw, flags }) => cellsOf(raw, delimiter, (flags & HAS_QUOTES) !== 0));
}

const nasty = fc.string({ unit: fc.constantFrom('a', '7', ' ', '"', '"', ',', ';', '\t', '\n', '\r', '\r\n', 'é', '€', '😀', '\u0000', '\u0085') });
const cell = fc.string({ unit: fc.constantFrom('a', 'Z', '0', ' ', '"', ',', ';', '\t', '\n', '\r', 'é', '€', '😀', '\ufeff'), maxLength: 8 });
const delimiters = fc.constantFrom(',', ';', '\t');
const cuts = fc.array(fc.nat(), { maxLength: 12 });

/** A CSV writer that shares nothing with the reader: one choice of quoting per cell, one of line end per row. */
function write(table: readonly (readonly string[])[], delimiter: string, quoteAll: readonly boolean[], ends: readonly string[], finalEnd: boolean): string {
  let text = '';
  table.forEach((row, r) => {
    row.forEach((value, c) => {
      const must = /["\r\n]/.test(value) || value.includes(delimiter) || (row.length === 1 && /^ *$/.test(value));
      text += c > 0 ? delimiter : '';
      text += must || quoteAll[(r * 7 + c) % quoteAll.length] ? '"' + value.split('"').join('""') + '"' : value;
    });
    if (finalEnd || r < table.length - 1) text += ends[r % ends.length];
  });
  return text;
}

describe('records', () => {
  test('[A10] any table that another writer wrote reads back equal, wherever the pieces are cut', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 5 }).chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 })),
      delimiters, fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
      fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 1, maxLength: 4 }), fc.boolean(), cuts,
      (table, delimiter, quoteAll, ends, finalEnd, at) => {
        const text = write(table, delimiter, quoteAll, ends, finalEnd);
        const { found, open } = scanAll(text, delimiter, at);
        expect(open).toBeUndefined();
        expect(found.map(({ raw, flags }) => cellsOf(raw, delimiter, (flags & HAS_QUOTES) !== 0))).toEqual(table);
      },
    ), { numRuns: 400 });
  });

  test('the pieces never change what is found, whatever the text', () => {
    fc.assert(fc.property(nasty, delimiters, cuts, fc.constantFrom(5, 12, 1_000_000), (text, delimiter, at, rowBytes) => {
      const whole = scanAll(text, delimiter, [], rowBytes);
      const pieces = scanAll(text, delimiter, at, rowBytes);
      expect(pieces).toEqual(whole);
    }), { numRuns: 600 });
  });

  test('nothing is lost: records, line ends and an open rest make up the text, and line numbers agree with it', () => {
    fc.assert(fc.property(nasty, delimiters, (text, delimiter) => {
      const { found, open } = scanAll(text, delimiter);
      let at = 0;
      for (const { raw, line } of found) {
        expect(text.slice(0, at).split(/\r\n|\r|\n/).length).toBe(line);
        expect(text.startsWith(raw, at)).toBe(true);
        at += raw.length;
        if (text.startsWith('\r\n', at)) at += 2;
        else if (at < text.length) at += 1;
      }
      if (open === undefined) expect(at).toBe(text.length);
      else expect(text.indexOf('"', at)).toBeGreaterThanOrEqual(0);
    }), { numRuns: 400 });
  });

  test('line numbers are right after quoted line ends of each kind', () => {
    const { found } = scanAll('h\r\n"a\nb"\n"c\r\nd\re"\rf\n');
    expect(found.map(({ raw, line }) => [line, raw])).toEqual([[1, 'h'], [2, '"a\nb"'], [4, '"c\r\nd\re"'], [7, 'f']]);
  });

  test('a quote inside a value is only a character', () => {
    expect(tableOf('5" pipe,a "b" c,x\n')).toEqual([['5" pipe', 'a "b" c', 'x']]);
  });

  test('empty values, empty quotes and quotes of quotes', () => {
    expect(tableOf(',"",""""\n,,\n"a""b","","c"')).toEqual([['', '', '"'], ['', '', ''], ['a"b', '', 'c']]);
  });

  test('text after a closing quote is flagged, and the next row is whole again', () => {
    const { found } = scanAll('"a"b,c\n"d",e\n');
    expect(found).toEqual([
      { raw: '"a"b,c', line: 1, flags: HAS_QUOTES | TEXT_AFTER_QUOTE },
      { raw: '"d",e', line: 2, flags: HAS_QUOTES },
    ]);
    expect(cellsOf('"a"b,c', ',', true)).toEqual(['ab', 'c']);
  });

  test('the line of a quote that is never closed', () => {
    expect(scanAll('a,b\n1,2\n3,"x\n4,5\n').open).toBe(3);
    expect(scanAll('a\n"x""').open).toBe(2);
    expect(scanAll('a\n"x"').open).toBeUndefined();
  });

  test('control characters are flagged, letters with accents and tabs are not', () => {
    const flagged = (text: string) => (scanAll(`${text}\n`).found[0]!.flags & HAS_CONTROL) !== 0;
    for (const bad of ['\u0000', 'a\u001fb', '\u007f', '\u0080', '\u009f', '"\u0007"']) expect(flagged(bad), JSON.stringify(bad)).toBe(true);
    for (const good of ['é', '\u00a0', '¿', 'a\tb', 'Â', '€']) expect(flagged(good), good).toBe(false);
  });

  test('only the last row without a line end says so', () => {
    expect(scanAll('a\nb').found.map((f) => f.flags)).toEqual([0, NO_LINE_END]);
    expect(scanAll('a\r').found.map((f) => f.flags)).toEqual([0]);
  });

  test('a row over the limit keeps its beginning, whole characters only, and the rows after it are read', () => {
    const { found } = scanAll(`${'é'.repeat(3_000)},x\nb,c\n`, ',', [10, 500, 1_200], 2_500);
    expect(found.map(({ raw, line }) => [raw.length, line])).toEqual([[1_000, 1], [3, 2]]);
    expect(found[0]!.raw).toBe('é'.repeat(1_000));
    expect(found[0]!.flags & TOO_LONG).toBe(TOO_LONG);
  });

  test('one line of 400 MB is one record, and memory stays bounded', () => {
    const found: number[] = [];
    const scanner = recordScanner(',', 1_000_000, (_bytes, start, end) => { found.push(end - start); });
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 400; i++) scanner.push(piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(40_000_000);
    scanner.end();
    expect(found).toEqual([2_000]);
  });

  test('lines of spaces are blank, quoted empty values are not', () => {
    const blank = (text: string) => isBlank(Buffer.from(text), 0, Buffer.from(text).length);
    expect([blank(''), blank('   '), blank('""'), blank(','), blank(' a')]).toEqual([true, true, false, false, false]);
  });
});
