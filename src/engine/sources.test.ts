import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { LIMITS, fileDigest, openTable, parquetTable } from './sources.ts';
import type { BadRow, Limits, SourceRow, TableFile, TableFormat } from './sources.ts';

const dir = mkdtempSync(join(tmpdir(), 'trueup-sources-'));
afterAll(() => { rmSync(dir, { recursive: true }); });

const AUTO: TableFormat = { delimiter: 'auto', encoding: 'auto' };
let files = 0;

function file(content: string | Buffer, name = 'deals.csv'): string {
  const folder = join(dir, String(files++));
  mkdirSync(folder);
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function opened(content: string | Buffer, format: Partial<TableFormat> = {}, name?: string, limits: Limits = LIMITS): Promise<TableFile> {
  const result = await openTable(file(content, name), 'deals.csv', { ...AUTO, ...format }, limits);
  if ('refused' in result) throw new Error(`refused: ${result.refused.map((d) => d.message).join(' ')}`);
  return result.table;
}

async function refusal(content: string | Buffer, format: Partial<TableFormat> = {}, name?: string, limits: Limits = LIMITS) {
  const result = await openTable(file(content, name), 'deals.csv', { ...AUTO, ...format }, limits);
  return 'refused' in result ? result.refused.map(({ code, line, message, hint }) => ({ code, line, message, hint })) : ['accepted'];
}

async function all(table: TableFile): Promise<{ rows: SourceRow[]; bad: BadRow[] }> {
  const rows: SourceRow[] = [];
  const bad: BadRow[] = [];
  for await (const batch of table.rows()) {
    rows.push(...batch.rows);
    bad.push(...batch.bad);
  }
  return { rows, bad };
}

async function problems(content: string | Buffer, limits?: Limits) {
  return (await all(await opened(content, {}, undefined, limits))).bad.map(({ record, line, problem }) => ({ record, line, ...problem }));
}

describe('tables', () => {
  test('rows come with record number, physical line, cells and their text', async () => {
    const table = await opened('id, Name ,amount\r\n1,"a ""b""\r\nc",2.50\r\n\r\n2,,\r\n');
    expect(table.header).toEqual(['id', 'Name', 'amount']);
    expect([table.delimiter, table.encoding, table.records, table.notes]).toEqual([',', 'utf-8', 2, []]);
    expect(await all(table)).toEqual({ bad: [], rows: [
      { record: 1, line: 2, cells: ['1', 'a "b"\r\nc', '2.50'], raw: '1,"a ""b""\r\nc",2.50' },
      { record: 2, line: 5, cells: ['2', '', ''], raw: '2,,' },
    ] });
  });

  test('a table can be read twice and gives the same rows', async () => {
    const table = await opened('a,b\n1,2\n3\n');
    expect(await all(table)).toEqual(await all(table));
  });

  test('mixed line ends and no final line end are normal', async () => {
    const { rows, bad } = await all(await opened('a,b\r\n1,2\n3,4\r5,6'));
    expect([rows.map((r) => r.cells), rows.map((r) => r.line), bad]).toEqual([[['1', '2'], ['3', '4'], ['5', '6']], [2, 3, 4], []]);
  });

  test.each([
    [';', 'a;b;c\n1,5;2;3\n', 'a semicolon is the delimiter, as the header shows'],
    ['\t', 'a\tb\n1\t2\n', 'a tab is the delimiter, as the header shows'],
    [',', 'a,"b;c;d",e\n1,2,3\n', undefined],
    [',', '"a;b;c",d\n1,2\n', undefined],
    [',', 'Size (5"),Name\n1,2\n', undefined],
  ])('the delimiter %j is found in the header, quotes respected', async (delimiter, text, note) => {
    const table = await opened(text);
    expect([table.delimiter, table.notes]).toEqual([delimiter, note === undefined ? [] : [note]]);
  });

  test('one column and blank lines: a quoted empty value is a row, a blank line is none', async () => {
    const table = await opened('\n\nid\nx\n\n   \n""\ny');
    expect(table.records).toBe(3);
    expect((await all(table)).rows.map((r) => [r.record, r.line, r.cells])).toEqual([[1, 4, ['x']], [2, 7, ['']], [3, 8, ['y']]]);
  });

  test('header only: no rows, and a note that says so', async () => {
    for (const text of ['a,b', 'a,b\n', 'a,b\n\n\n']) {
      const table = await opened(text);
      expect([table.records, table.notes, await all(table)]).toEqual([0, ['a header and 0 rows: a feed that becomes empty has usually failed'], { rows: [], bad: [] }]);
    }
  });

  test('columns without a name are kept and noted', async () => {
    const table = await opened(',a,,b\n0,1,2,3\n');
    expect([table.header, table.notes]).toEqual([['', 'a', '', 'b'], ['columns A, C without a name']]);
  });

  test('UTF-16, byte order marks and gzip are stated', async () => {
    const text = 'id,name\n1,José\n';
    expect((await opened(`\ufeff${text}`)).notes).toEqual(['UTF-8 with a byte order mark']);
    expect((await opened(Buffer.from(`\ufeff${text}`, 'utf16le'))).notes).toEqual(['UTF-16 (little-endian), decoded']);
    const packed = await opened(gzipSync(text), {}, 'deals.csv.gz');
    expect([packed.notes, packed.header, (await all(packed)).rows[0]!.cells]).toEqual([['gzip, unpacked'], ['id', 'name'], ['1', 'José']]);
  });

  test('Windows-1252 where declared; where the bytes are UTF-8 to the letter, a note doubts it', async () => {
    const latin = await opened(Buffer.from('id,name\n1,José\n', 'latin1'), { encoding: 'windows-1252' });
    expect([(await all(latin)).rows[0]!.cells[1], latin.notes]).toEqual(['José', ['Windows-1252, as declared']]);
    const doubtful = await opened('id,name\n1,José\n', { encoding: 'windows-1252' });
    expect([(await all(doubtful)).rows[0]!.cells[1], doubtful.notes[1]]).toEqual(['JosÃ©', 'every accented letter of this file would also be valid UTF-8; if names look wrong, write `format: { encoding: utf-8 }`']);
  });

  test('text that begins like a formula, look-alikes and digits of any length stay as they are', async () => {
    const cells = ['=1+1', '@x', '-5', '007', '1.23457E+15', '12345678901234567890123', ' a ', '‮x', '١٢٣'];
    const { rows } = await all(await opened(`${cells.map((_, i) => `c${i}`).join(',')}\n${cells.join(',')}\n`));
    expect(rows[0]!.cells).toEqual(cells);
  });

  test('many rows come in batches of bounded size, complete and in order', async () => {
    const table = await opened(`id,text\n${Array.from({ length: 30_000 }, (_, i) => `${i},${i % 3 === 0 ? '"x\ny"' : 'x'}\n`).join('')}`);
    let next = 1;
    for await (const { rows, bad } of table.rows()) {
      expect(rows.length + bad.length).toBeLessThan(40_000);
      for (const row of rows) {
        expect(row.record).toBe(next);
        expect(row.line).toBe(2 + (next - 1) + Math.ceil((next - 1) / 3));
        next++;
      }
    }
    expect(next).toBe(30_001);
  });

  test('[A10] any table comes back equal through a file, in any encoding, packed or not', async () => {
    const value = fc.string({ unit: fc.constantFrom('a', '0', '"', ',', ';', '\t', '\n', '\r', 'é', '€', '😀', ' '), maxLength: 6 });
    const table = fc.integer({ min: 2, max: 4 }).chain((width) => fc.array(fc.array(value, { minLength: width, maxLength: width }), { maxLength: 6 }));
    await fc.assert(fc.asyncProperty(table, fc.constantFrom(',', ';', '\t'), fc.constantFrom('utf8', 'utf16le'), fc.boolean(), fc.boolean(), async (rows, delimiter, encoding, packed, finalEnd) => {
      const header = ['h1', 'h2', 'h3', 'h4'].slice(0, rows[0]?.length ?? 2);
      const quote = (cell: string) => `"${cell.split('"').join('""')}"`;
      const text = [header, ...rows].map((row) => row.map((cell) => (/^[a0é€ ]*$/.test(cell) ? cell : quote(cell))).join(delimiter)).join('\n') + (finalEnd ? '\n' : '');
      const bytes = Buffer.from(`${encoding === 'utf8' ? '' : '\ufeff'}${text}`, encoding as BufferEncoding);
      const read = await all(await opened(packed ? gzipSync(bytes) : bytes, {}, packed ? 'f.csv.gz' : 'f.csv'));
      expect(read.bad).toEqual([]);
      expect(read.rows.map((r) => r.cells)).toEqual(rows);
      expect(read.rows.map((r) => r.record)).toEqual(rows.map((_, i) => i + 1));
    }), { numRuns: 40 });
  });

  test('no file makes the reader throw: it is refused, or every record is a row or a bad row', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((b) => Buffer.from(b)),
      fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', '\u0000', ';', 'é', '<', '{'), maxLength: 60 }).map((s) => Buffer.from(s)),
      fc.string({ maxLength: 60 }).map((s) => { const b = gzipSync(s); return b.subarray(0, b.length - (s.length % 9)); }),
    );
    await fc.assert(fc.asyncProperty(bytes, fc.constantFrom('auto', 'utf-8', 'utf-16', 'windows-1252'), async (content, encoding) => {
      const result = await openTable(file(content), 'f.csv', { delimiter: 'auto', encoding: encoding as TableFormat['encoding'] });
      if ('refused' in result) {
        expect(result.refused.length).toBeGreaterThan(0);
        return;
      }
      const { rows, bad } = await all(result.table);
      expect(rows.length + bad.length).toBe(result.table.records);
      expect(rows.every((row) => row.cells.length === result.table.header.length)).toBe(true);
    }), { numRuns: 120 });
  });
});

describe('files that are refused', () => {
  test('empty: nothing at all, only a mark, only blank lines, empty gzip', async () => {
    expect(await refusal('')).toEqual([{ code: 'file.empty', line: 0, message: 'The file is empty (0 bytes).', hint: 'An export that comes out empty has usually failed; export it again.' }]);
    for (const text of ['\ufeff', '\n\r\n  \n']) {
      expect(await refusal(text)).toEqual([{ code: 'file.empty', line: 1, message: 'The file has no header and no rows, only blank lines.', hint: 'An export that comes out empty has usually failed; export it again.' }]);
    }
    expect(await refusal(gzipSync(''), {}, 'a.csv.gz')).toMatchObject([{ code: 'file.empty', message: 'The gzip file holds nothing (0 bytes).' }]);
  });

  test('missing, with the near name where there is one; a missing folder; a folder', async () => {
    const path = file('a\n', 'Deals.csv.gz');
    const missing = async (p: string) => {
      const result = await openTable(p, 'x', AUTO);
      return 'refused' in result ? result.refused.map((d) => `${d.code}: ${d.message} ${d.hint}`) : [];
    };
    expect(await missing(path.replace('Deals.csv.gz', 'deals.csv'))).toEqual(['file.missing: There is no file "deals.csv". There is "Deals.csv.gz": write that name as "file" in the source.']);
    expect(await missing(path.replace('Deals', 'Other'))).toEqual(['file.missing: There is no file "Other.csv.gz". Put the file there, or correct "file" in the source.']);
    expect(await missing(join(dir, 'nowhere', 'x.csv'))).toEqual(['file.missing: The folder of this file does not exist. Check "file" in the source: it is relative to the workspace.']);
    expect(await missing(dir)).toEqual(['file.unreadable: This is a folder or a device, not a file. Name one file in the source.']);
  });

  test('duplicate column names, all of them, with their positions', async () => {
    expect(await refusal('id,Amount,x, Amount,x,x\n')).toEqual([
      { code: 'file.duplicate_column', line: 1, message: 'Two columns have the name "Amount": column 2 (B) and column 4 (D).', hint: 'Rename or remove all but one of them in the export, so that it is certain which one is meant.' },
      { code: 'file.duplicate_column', line: 1, message: '3 columns have the name "x": column 3 (C) and column 5 (E) and column 6 (F).', hint: 'Rename or remove all but one of them in the export, so that it is certain which one is meant.' },
    ]);
  });

  test('the wrong delimiter', async () => {
    expect(await refusal('id;name;amount\n1;x;2,5\n', { delimiter: ',' })).toEqual([{ code: 'file.wrong_delimiter', line: 1, message: 'Only one column was found with a comma as the delimiter; with a semicolon there are 3.', hint: 'Write `format: { delimiter: ";" }` for this source.' }]);
    expect(await refusal('id\tname\n', { delimiter: ';' })).toMatchObject([{ hint: 'Write `format: { delimiter: "\\t" }` for this source.' }]);
    expect(await refusal('id|name\n1|x\n')).toEqual([{ code: 'file.wrong_delimiter', line: 1, message: 'Only one column was found; with a vertical bar there are 2.', hint: 'Export the file with a comma, a semicolon or a tab: a vertical bar is not read.' }]);
    expect(await refusal('a;b,c\n')).toEqual([{ code: 'file.delimiter_unclear', line: 1, message: 'The header has 2 columns with a comma and as many with a semicolon as the delimiter.', hint: 'Say which one it is: write `format: { delimiter: "," }` or `format: { delimiter: ";" }` for this source.' }]);
    expect((await opened('a;b,c\n', { delimiter: ';' })).header).toEqual(['a', 'b,c']);
  });

  test('a web page, XML and JSON', async () => {
    for (const page of ['<!DOCTYPE html>\n<html><body>Sign in</body></html>', '\ufeff  <HTML lang="en">']) {
      expect(await refusal(page)).toEqual([{ code: 'file.web_page', line: 1, message: 'This is a web page, not a CSV file.', hint: "The feed's login has probably expired and the page is its login form; sign in again and export the file anew." }]);
    }
    expect(await refusal(Buffer.from('\ufeff<!doctype html>', 'utf16le'))).toMatchObject([{ code: 'file.web_page' }]);
    expect(await refusal('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>')).toMatchObject([{ code: 'file.wrong_kind', message: 'This is an XML file, not a CSV file.' }]);
    expect(await refusal('{"error":"unauthorized"}')).toMatchObject([{ code: 'file.wrong_kind', message: 'This is a JSON file, not a CSV file.' }]);
    expect((await opened('<5k,>5k\n1,2\n')).header).toEqual(['<5k', '>5k']);
  });

  test('workbooks, archives and other binary files under the name .csv', async () => {
    const csvHint = 'Open it and save the sheet as "CSV UTF-8", then name that file in the source.';
    expect(await refusal('PK\u0003\u0004\u0014\u0000....[Content_Types].xml....xl/workbook.xml')).toEqual([{ code: 'file.wrong_kind', line: 0, message: 'This is an Excel workbook (.xlsx), not a CSV file.', hint: csvHint }]);
    expect(await refusal('PK\u0003\u0004\u0014\u0000....deals.csv')).toMatchObject([{ message: 'This is a ZIP archive, not a CSV file.' }]);
    expect(await refusal(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]))).toMatchObject([{ message: 'This is an old Excel workbook (.xls), not a CSV file.' }]);
    expect(await refusal('PAR1xxxx')).toMatchObject([{ message: 'This is a Parquet file, not a CSV file.' }]);
    expect(await refusal(gzipSync(gzipSync('a,b\n')))).toMatchObject([{ message: 'The gzip file holds gzip inside gzip, not a CSV file.' }]);
    expect(await refusal('a,b\n', {}, 'a.csv.gz')).toMatchObject([{ code: 'file.wrong_kind', message: 'The name ends in .gz, but the content is not gzip.' }]);
    expect(await refusal('a,\u0000\u0001\n')).toMatchObject([{ code: 'file.header_control', message: 'The name of "<U+0000><U+0001>" (B) holds a control character, which cannot be seen.' }]);
  });

  test('an unclosed quote, also in the header and at the end of a cut file', async () => {
    const hint = 'Close it, or write it twice ("") if it belongs to the text; if the file was cut off on its way here, fetch it again.';
    expect(await refusal('a,b\n1,2\n3,"x\n4,5\n')).toEqual([{ code: 'file.open_quote', line: 3, message: 'The quote opened at line 3 is never closed, so it is not certain where rows end (1 row before it is readable).', hint }]);
    expect(await refusal('"a,b\n1,2\n')).toEqual([{ code: 'file.open_quote', line: 1, message: 'The quote opened at line 1 is never closed, so it is not certain where rows end.', hint }]);
    expect(await refusal('"a"b,c\n1,2\n')).toMatchObject([{ code: 'file.header_quote' }]);
  });

  test('text that is not UTF-8, with byte, line, a sample and what to write', async () => {
    expect(await refusal(Buffer.from('id,name,stage\n1,Ana,Won\n2,José,Won\n', 'latin1'))).toEqual([{
      code: 'file.encoding', line: 3,
      message: 'Byte 30 (line 3) is not UTF-8 text. Read as Windows-1252 the place would be "2,José,Won".',
      hint: 'If that reads right, write `format: { encoding: windows-1252 }` for this source; otherwise save the file as UTF-8.',
    }]);
  });

  test('a broken letter far behind refuses the file before a single row is given', async () => {
    const content = Buffer.concat([Buffer.from(`a,b\n${'1,2\n'.repeat(300_000)}`), Buffer.from('é,1\n', 'latin1')]);
    expect(await refusal(content)).toMatchObject([{ code: 'file.encoding', line: 300_002 }]);
  });

  test('a gzip file that is cut off or damaged', async () => {
    const packed = gzipSync(`a,b\n${Array.from({ length: 9_000 }, (_, i) => `${i},${(i * 7919) % 10_007}\n`).join('')}`);
    expect(await refusal(packed.subarray(0, packed.length - 900))).toEqual([{ code: 'file.gzip_damaged', line: expect.any(Number), message: 'The gzip file is cut off: it ends before its content does.', hint: 'The upload or download was probably incomplete; fetch the file again.' }]);
    const broken = Buffer.from(packed);
    broken.fill(0xff, 8_000, 8_100);
    expect(await refusal(broken)).toMatchObject([{ code: 'file.gzip_damaged', message: 'The gzip file is damaged: it cannot be unpacked.' }]);
  });

  test('a gzip bomb ends early and in little memory', async () => {
    const bomb = gzipSync(Buffer.concat([Buffer.from('a,b\n'), Buffer.alloc(200_000_000, '1,2\n')]));
    const path = file(bomb, 'bomb.csv.gz');
    const before = process.memoryUsage.rss();
    const started = performance.now();
    const result = await openTable(path, 'bomb.csv.gz', AUTO);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(80_000_000);
    expect('refused' in result && result.refused[0]!.message).toMatch(/^The gzip file unpacks to more than 200 times its size \([\d,]+ bytes became 3[\d,]+ so far\), which is the limit\.$/);
    const honest = { ...LIMITS, unpackedBytes: 1_000 };
    expect(await refusal(gzipSync(`a,b\n${'1,2\n'.repeat(300)}`), {}, 'b.csv.gz', honest)).toMatchObject([{ code: 'file.archive_limit', message: 'The gzip file unpacks to more than 1,000 bytes, the limit for one file.' }]);
  });

  test('too many columns, a header that is too long', async () => {
    const wide = (n: number) => `${Array.from({ length: n }, (_, i) => `c${i}`).join(',')}\n`;
    expect((await opened(wide(2_000))).header.length).toBe(2_000);
    expect(await refusal(wide(2_001))).toEqual([{ code: 'file.header_limit', line: 1, message: 'The file has 2,001 columns; 2,000 is the limit.', hint: 'Export only the columns that the source uses.' }]);
    const long = { code: 'file.header_limit', line: 1, message: 'The header is longer than 1,000,000 bytes, the limit for one row.', hint: 'Look for a quote that is never closed or missing line ends; this may not be a CSV file.' };
    expect(await refusal('x'.repeat(3_000_000))).toEqual([long]);
    expect(await refusal(`${'x,'.repeat(1_500_000)}\n1\n`)).toEqual([long]);
  });
});

describe('rows for quarantine', () => {
  test('too few and too many fields, with counts; the rows around them are read', async () => {
    const { rows, bad } = await all(await opened('id,name,Close Date\n1,a,b\n2,c\n3,d,e,f,g\n4,h,i\n'));
    expect(rows.map((r) => r.record)).toEqual([1, 4]);
    expect(bad).toEqual([
      { record: 2, line: 3, cells: ['2', 'c'], raw: '2,c', problem: {
        code: 'row.too_few_fields', column: 'Close Date', letter: 'C',
        message: 'The row has 2 fields, the header has 3; the first one missing is "Close Date" (C).',
        hint: 'Add what is missing (an empty value needs a comma too); if a value holds a line break, put it in quotes.',
      } },
      { record: 3, line: 4, cells: ['3', 'd', 'e', 'f', 'g'], raw: '3,d,e,f,g', problem: {
        code: 'row.too_many_fields', value: 'f,g',
        message: 'The row has 5 fields, the header has 3.',
        hint: 'Put a value that holds a comma in quotes.',
      } },
    ]);
  });

  test('a last row that is cut off says that the file is probably incomplete', async () => {
    expect(await problems('a,b,c\n1,2,3\n4,5')).toEqual([{
      record: 2, line: 3, code: 'row.too_few_fields', column: 'c', letter: 'C',
      message: 'The row has 2 fields, the header has 3; the first one missing is "c" (C).',
      hint: 'The file ends inside this row, without a line end: the export or upload is probably incomplete. Fetch the whole file again.',
    }]);
  });

  test('NUL and other control characters, with their position; line ends in quotes and tabs are none', async () => {
    expect(await problems('id,Note\n1,ab\u0000c\n2,"x\ny\tz"\n3,😀\u0085\n')).toEqual([
      { record: 1, line: 2, code: 'row.control_character', column: 'Note', letter: 'B', value: 'ab<U+0000>c', message: 'Character 3 of "Note" (B) is a NUL character (U+0000).', hint: 'Remove it at the source: it cannot be seen, and values that look alike would differ. It often comes from a damaged export or a wrong encoding.' },
      { record: 3, line: 5, code: 'row.control_character', column: 'Note', letter: 'B', value: '😀<U+0085>', message: 'Character 2 of "Note" (B) is a control character (U+0085).', hint: 'Remove it at the source: it cannot be seen, and values that look alike would differ. It often comes from a damaged export or a wrong encoding.' },
    ]);
  });

  test('text after a closing quote; a quote that holds lines together is named with its lines', async () => {
    expect(await problems('id,note\n1,"say "hi" now"\n2,ok\n')).toEqual([{
      record: 1, line: 2, code: 'row.text_after_quote', column: 'note', letter: 'B', value: 'say hi" now"',
      message: 'In "note" (B) text follows the closing quote.', hint: 'Write a quote inside a quoted value twice (""), or put a comma after the closing quote.',
    }]);
    expect(await problems('id,note\n1,"open\n2,b\n3,"c"\n4,d\n')).toMatchObject([{
      record: 1, line: 2, message: 'In "note" (B) text follows the closing quote (quotes hold lines 2 to 4 together as one row).',
    }]);
    expect(await problems('id,note\n1, "a,b"\n')).toMatchObject([{ hint: 'Remove the space before the opening quote: a quote counts only as the first character of a value.' }]);
  });

  test('a row over the limit; the rest goes on, and blank lines do not count', async () => {
    const text = `id,note\n1,a\n\n2,${'x'.repeat(1_200_000)}\n3,c\n`;
    const { rows, bad } = await all(await opened(text));
    expect(rows.map((r) => [r.record, r.line])).toEqual([[1, 2], [3, 5]]);
    expect(bad.map(({ record, line, raw, problem }) => [record, line, raw.length, problem.message])).toEqual([
      [2, 4, 2_000, 'The row is longer than 1,000,000 bytes, the limit for one row; only its beginning is kept here.'],
    ]);
  });

  test('a row of very many fields is one bad row', async () => {
    expect(await problems(`a,b\n${','.repeat(900_000)}\n1,2\n`)).toMatchObject([{ record: 1, message: 'The row has 900,001 fields, the header has 2.' }]);
  });
});

describe('files and other tables', () => {
  test('a file that changes between opening and reading stops the reading, with a diagnostic', async () => {
    const path = file('a,b\n1,2\n');
    const result = await openTable(path, 'deals.csv', AUTO);
    appendFileSync(path, '3,"4\n');
    if ('refused' in result) throw new Error('refused');
    await expect(all(result.table)).rejects.toMatchObject({ diagnostic: { code: 'file.changed', file: 'deals.csv', message: 'The file was changed, replaced or removed while it was being read.' } });
    rmSync(path);
    await expect(all(result.table)).rejects.toMatchObject({ diagnostic: { code: 'file.changed' } });
  });

  test('reading may be left in the middle', async () => {
    const table = await opened(`a,b\n${'1,2\n'.repeat(200_000)}`);
    for await (const { rows } of table.rows()) {
      expect(rows.length).toBeGreaterThan(0);
      break;
    }
    expect((await all(table)).rows.length).toBe(200_000);
  });

  test('the digest of a file is that of its bytes', async () => {
    expect(await fileDigest(file('abc'))).toEqual({ sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', bytes: 3 });
  });

  test('Parquet batches go the same route: numbering, null, control characters, text for quarantine', async () => {
    const table = parquetTable(['id', 'note'], async function* () {
      yield [['1', '2'], [null, 'a"b,c']];
      yield [['3'], ['x\u0000']];
    }, 3);
    const { rows, bad } = await all(table);
    expect(rows).toEqual([
      { record: 1, line: 1, cells: ['1', ''], raw: '1,' },
      { record: 2, line: 2, cells: ['2', 'a"b,c'], raw: '2,"a""b,c"' },
    ]);
    expect(bad.map(({ record, problem }) => [record, problem.code])).toEqual([[3, 'row.control_character']]);
    expect(await all(table)).toEqual({ rows, bad });
  });
});
