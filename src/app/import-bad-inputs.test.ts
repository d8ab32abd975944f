/** The bad inputs of files, one by one: what the user gets for each. Numbers are those of the list of bad inputs. */
import { gzipSync } from 'node:zlib';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeShared, DEALS, HEADER, PEOPLE, counts, reportOf, testWorkspace } from './import.fixture.ts';
import type { TestWorkspace } from './import.fixture.ts';
import { listQuarantine } from './quarantine.ts';
import type { FileReport } from './import.ts';
import type { Diagnostic } from '../value/diagnostic.ts';

const open: TestWorkspace[] = [];
afterEach(async () => { for (const t of open.splice(0)) await t.close(); });
afterAll(closeShared);
async function workspace(files: Readonly<Record<string, string | Buffer>>, root?: string): Promise<TestWorkspace> {
  const t = await testWorkspace({ 'sources/s.yaml': DEALS, 'people.csv': `${PEOPLE}Jos\u00e9,\n`, ...files }, root);
  open.push(t);
  return t;
}
const GOOD = 'D-1,Ann,Acme,2025-01-05,10.00\n';
/** Each content as the file of a source of its own, all imported at once; what is said of each. */
async function together(contents: readonly (readonly [content: string | Buffer, format: string | undefined])[]): Promise<{ readonly t: TestWorkspace; readonly reports: readonly FileReport[] }> {
  const sources = contents.map(([, format], i) => `  s${i}: { file: f${i}.csv, into: deal, id: id, date: closed, ${format === undefined ? '' : `format: { ${format} }, `}fields: { owner: owner, account: account, amount: amount } }\n`);
  const t = await workspace({ 'sources/s.yaml': DEALS.replace(/ {2}deals:[^]*/, '') + sources.join(''), ...Object.fromEntries(contents.map(([content], i) => [`f${i}.csv`, content])) });
  const report = await t.run();
  return { t, reports: contents.map((_, i) => reportOf(report, `s${i}`)) };
}

/** What one row goes to quarantine with, beside one good row, which is taken. */
async function quarantined(row: string, sources = DEALS, header = HEADER, good = GOOD): Promise<string> {
  const t = await workspace({ 'sources/s.yaml': sources, 'deals.csv': `${header}${good}${row}\n` });
  const report = await t.run();
  expect(counts(report, 'deals')).toBe('2 1 0 0 1 0');
  return shownReason(reportOf(report, 'deals').reasons[0]?.examples[0]);
}
const shownReason = (d: Diagnostic | undefined): string => `${d?.code} ${d?.line} ${d?.path}: ${d?.message} | ${d?.hint}`;

const REFUSED: readonly (readonly [name: string, content: string | Buffer, says: RegExp, format?: string])[] = [
  ['1 an empty file', '', /^file\.empty 0: The file is empty \(0 bytes\)\./],
  ['3 a missing column is named, with what there is and what is near', 'id,owner,account,closed,amuont\nD-1,Ann,A,2025-01-05,1\n',
    /^import\.missing_column 1: The file has no column `amount`; it has `id`, `owner`, `account`, `closed`, `amuont`\. \| Did you mean `amuont`\? Correct the source `s1` in sources\/s\.yaml, or the export\.$/],
  ['4 two columns with one name', 'id,owner,account,closed,amount,amount\n', /^file\.duplicate_column 1: .*column 5 \(E\) and column 6 \(F\)/],
  ['8 an unclosed quote', `${HEADER}${GOOD}D-2,"Ann,A,2025-01-05,1\n`, /^file\.open_quote 3: The quote opened at line 3 is never closed/],
  ['9 a wrong delimiter', 'id;owner;account;closed;amount\n', /^file\.wrong_delimiter 1: .*with a semicolon there are 5\. \| Write `format: \{ delimiter: ";" \}`/, 'delimiter: ","'],
  ['10 not UTF-8 where UTF-8 is declared', Buffer.from(`${HEADER}D-1,Ann,Caf\u00e9,2025-01-05,1\n`, 'latin1'), /^file\.encoding 2: /, 'encoding: utf-8'],
  ['14 a gzip file that was cut off', gzipSync(HEADER + GOOD.repeat(500)).subarray(0, 60), /^file\.gzip_damaged /],
  ['29 dates of another order: the evidence is shown', `${HEADER}D-1,Ann,A,03/04/2025,1\nD-2,Ann,A,13/04/2025,1\n`,
    /^import\.date_order 0: All 2 dates are like "03\/04\/2025", not in the form YYYY-MM-DD; the first number is above 12 in 1 of them, so the day stands first\. \| Write `format: \{ dates: DD\/MM\/YYYY \}` for this source\.$/],
  ['29 dates of another order: the order is asked for', `${HEADER}D-1,Ann,A,03/04/2025,1\n`, /nothing in the file shows whether the day or the month stands first\. \| Ask whoever made the file, then write .*DD\/MM\/YYYY.* or .*MM\/DD\/YYYY/],
  ['57 a header of too many columns', `${Array.from({ length: 3000 }, (_, i) => `c${i}`).join(',')}\n`, /^file\.header_limit 1: The file has 3,000 columns/],
  ['58 a web page in the place of a file', '<!DOCTYPE html><html><body>Log in</body></html>', /^file\.web_page 1: .*login/],
  ['58 a workbook with the name of a CSV file', Buffer.from('PK\u0003\u0004rest of a workbook [Content_Types].xml', 'latin1'), /^file\.wrong_kind 0: This is an Excel workbook/],
];
describe('files that are refused as a whole', () => {
  test('say why, and nothing of them is taken', async () => {
    const { t, reports } = await together(REFUSED.map(([, content, , format]) => [content, format] as const));
    for (const [i, [name, , says]] of REFUSED.entries()) {
      const report = reports[i] as FileReport;
      expect([report.outcome, report.counts.read], name).toEqual(['refused', 0]);
      expect(report.diagnostics.map((d) => `${d.code} ${d.line}: ${d.message} | ${d.hint}`).join('\n'), name).toMatch(says);
    }
    expect(await t.rows('deal')).toEqual([]);
    expect((await t.imported()).map((i) => i['source'])).toEqual(['people']);
  });
  test('a file that is not there, with the name that is', async () => {
    const t = await workspace({ 'Deals.csv': HEADER + GOOD });
    rmSync(join(t.dir, 'deals.csv'), { force: true });
    const report = reportOf(await t.run(), 'deals');
    expect(report.diagnostics.map((d) => `${d.code}: ${d.message} ${d.hint}`)).toEqual(['file.missing: There is no file "deals.csv". There is "Deals.csv": write that name as "file" in the source.']);
  });
  test('facts wait where nobody is known because the file of people was refused', async () => {
    const t = await workspace({ 'people.csv': '', 'deals.csv': HEADER + GOOD });
    const report = await t.run();
    expect([reportOf(report, 'people').outcome, reportOf(report, 'deals').outcome]).toEqual(['refused', 'waits']);
    expect(reportOf(report, 'deals').diagnostics[0]?.code).toBe('import.people_first');
    t.write('people.csv', PEOPLE);
    expect(counts(await t.run(), 'deals')).toBe('1 1 0 0 0 0');
  });
});

const AMOUNTS: readonly (readonly [name: string, amount: string, says: RegExp])[] = [
  ['19 a decimal comma that is not declared', '"1.234,56"', /^row\.number_format .*1234\.56/],
  ['19 thousands', '"1,234.56"', /^row\.number_format .*it is 1234\.56 if "\." is the decimal mark/],
  ['20 a point that may part thousands', '1.234', /^row\.too_many_decimals .*USD has at most 2/],
  ['21 brackets', '(100.00)', /^row\.not_a_number .*brackets/],
  ['21 a minus at the end', '100-', /^row\.not_a_number .*minus at the end/],
  ['21 another minus', '\u2212100', /^row\.not_a_number .*dash that is not the minus/],
  ['22 a currency sign', '$100', /^row\.not_a_number .*currency sign/],
  ['22 a currency code', '100 EUR', /^row\.not_a_number .*currency code/],
  ['23 an exponent', '1e3', /^row\.not_a_number .*scientific/],
  ['23 hexadecimal', '0x10', /^row\.not_a_number .*not a decimal number/],
  ['23 underscores', '1_000', /^row\.not_a_number .*underscores/],
  ['23 NaN', 'NaN', /^row\.not_a_number .*failed calculation/],
  ['23 infinity', 'Infinity', /^row\.not_a_number .*failed calculation/],
  ['23 digits of another script', '١٢٣', /^row\.not_a_number .*another script/],
  ['24 more decimals than the currency has', '1.005', /^row\.too_many_decimals .*3 digits after the decimal mark; USD has at most 2/],
  ['25 far too large', '99999999999999999', /^row\.too_large .*too large/],
  ['26 blank', '', /^row\.blank_amount .*a blank is never taken for 0\. \| .*ifblank\(amount, "0"\)/],
];
const DATES: readonly (readonly [name: string, date: string, says: RegExp])[] = [
  ['28 no day of the calendar', '2025-02-29', /"2025-02-29" is not a day of the calendar, read as YYYY-MM-DD: February 2025 has 28 days\. \| Correct the date in the file\./],
  ['29 another order in a file of many', '03/13/2025', /"03\/13\/2025" is not a date in the form YYYY-MM-DD\. \| .*declare how this file writes dates/],
  ['30 a number of a spreadsheet', '45000', /\| This is how a spreadsheet stores a date inside/],
  ['31 a year of two digits', '13.01.25', /\| Its year has two digits/],
  ['32 a time of day', '2025-01-05 10:00:00', /\| It has a time of day: take the date out of it with `left\(column, 10\)`/],
];
const ROWS: readonly (readonly [name: string, row: string, says: RegExp])[] = [
  ['7 too few fields', 'D-2,Ann,A,2025-01-05', /^row\.too_few_fields N amount \(E\): The row has 4 fields, the header has 5/],
  ['7 too many fields', 'D-3,Ann,A,2025-01-05,1,2', /^row\.too_many_fields N : The row has 6 fields, the header has 5/],
  ['12 control characters', 'D-4,Ann,A\u0000B,2025-01-05,1', /^row\.control_character N account \(C\): Character 2 of "account" \(C\) is a NUL character/],
  ['a blank date', 'D-5,Ann,A,,1', /^row\.blank_date N closed \(D\): The date is blank.*where: known\(close_date\)/],
  ['a blank id', ',Ann,A,2025-01-05,1', /^row\.blank_id N id \(A\): The id is blank/],
  ['several problems of one row are told together', 'D-6,Ann,A,2025-02-30,x', /^row\.not_a_date N closed \(D\): "2025-02-30" is not a day .* Also: "amount": "x" is not a plain number\./],
  ['38 an id that a spreadsheet has damaged', '1.23457E+15,Ann,A,2025-01-05,1', /^row\.damaged_id N id \(A\): "1\.23457E\+15" is an id that a spreadsheet has shortened/],
  ['38 a payee that a spreadsheet has damaged', 'D-7,1.23457E+15,A,2025-01-05,1', /^row\.damaged_id N owner \(B\)/],
  ['40 a look-alike letter of another alphabet', 'D-8,\u0410nn,A,2025-01-05,1', /^row\.unknown_payee N owner \(B\): .* The nearest name is "Ann"\./],
  ['60 a text over the limit', `D-9,Ann,${'x'.repeat(10_001)},2025-01-05,1`, /^row\.text_too_long N account \(C\): The text "x{60}…" has 10,001 characters; 10,000 is the most/],
  ['60 a row over the limit', `D-10,Ann,${'x'.repeat(1_000_001)},2025-01-05,1`, /^row\.too_long N/],
  ...AMOUNTS.map(([name, amount, says], i) => [name, `A-${i},Ann,A,2025-01-05,${amount}`, new RegExp(says.source.replace(' .*', ' N amount \\(E\\): .*'))] as const),
  ...DATES.map(([name, date, says], i) => [name, `T-${i},Ann,A,${date},1`, new RegExp(`^row\\.not_a_date N closed \\(D\\): .*${says.source}`)] as const),
];

describe('rows that go to quarantine', () => {
  test('each with its place, what is wrong and what to do; the good rest goes on', async () => {
    const t = await workspace({ 'deals.csv': `${HEADER}${GOOD}${ROWS.map(([, row]) => `${row}\n`).join('')}D-99,Ann,A,2025-01-06,1\n` });
    const report = await t.run();
    expect(counts(report, 'deals')).toBe(`${ROWS.length + 2} 2 0 0 ${ROWS.length} 0`);
    expect((await t.rows('deal')).map((r) => r.split(' ')[0])).toEqual(['id=D-1', 'id=D-99']);
    const byLine = new Map((await listQuarantine(t.engine)).map((r) => [r.line, r]));
    for (const [i, [name, , says]] of ROWS.entries()) {
      const row = byLine.get(i + 3);
      expect(`${row?.code} N ${row?.column}${row?.letter ? ` (${row.letter})` : ''}: ${row?.message} | ${row?.hint}`, name).toMatch(says);
    }
  });
  test('14 the last row of a file that was cut off', async () => {
    const t = await workspace({ 'deals.csv': `${HEADER}${GOOD}D-2,Ann,A,2025` });
    const report = await t.run();
    expect(counts(report, 'deals')).toBe('2 1 0 0 1 0');
    expect(reportOf(report, 'deals').reasons[0]?.examples[0]?.hint).toMatch(/The file ends inside this row/);
  });
  test('17 one id with two contents: both, each with the line of the other', async () => {
    const t = await workspace({ 'deals.csv': `${HEADER}D-1,Ann,A,2025-01-05,1\nD-2,Cy,B,2025-01-06,2\nD-1,Ann,A,2025-01-05,3\n` });
    const report = await t.run();
    expect(counts(report, 'deals')).toBe('3 1 0 0 2 0');
    expect(reportOf(report, 'deals').reasons[0]?.examples.map((d) => `${d.line} ${d.message}`)).toEqual([
      '2 "D-1" stands on line 2 and with other content on line 4, so it is not certain which one holds; none was taken.',
      '4 "D-1" stands on line 4 and with other content on line 2, so it is not certain which one holds; none was taken.',
    ]);
  });
  test('24 yen have no decimals', async () => { expect(await quarantined('D-2,Ann,A,2025-01-05,10.5', DEALS.replace('    date: closed', '    date: closed\n    currency: JPY'))).toMatch(/^row\.too_many_decimals 3 .*JPY has none/); });
  test('36 an unknown payee, with the nearest name', async () => {
    const people = 'name,boss\nAnn,\nGrace Hopper,\n';
    const t = await workspace({ 'people.csv': people, 'deals.csv': `${HEADER}${GOOD}D-2,Grace Hoper,A,2025-01-05,1\nD-3,Zoe,A,2025-01-05,1\n` });
    const report = await t.run();
    expect(counts(report, 'deals')).toBe('3 1 0 0 2 0');
    expect(reportOf(report, 'deals').reasons[0]?.examples.map((d) => `${d.code} ${d.path}: ${d.message}`)).toEqual([
      'row.unknown_payee owner (B): "Grace Hoper", the `owner` of this row, is not among the people. The nearest name is "Grace Hopper".',
      'row.unknown_payee owner (B): "Zoe", the `owner` of this row, is not among the people.',
    ]);
  });
  test('37 an id that lost its leading zeros is suggested, never matched', async () => {
    const t = await workspace({ 'people.csv': 'name,boss\n00123,\nAnn,\n', 'deals.csv': `${HEADER}${GOOD}D-2,123,A,2025-01-05,1\n` });
    expect(reportOf(await t.run(), 'deals').reasons[0]?.examples[0]?.message).toBe('"123", the `owner` of this row, is not among the people. The nearest name is "00123".');
    expect((await t.rows('deal')).length).toBe(1);
  });
  test('45 unknown, withdrawn, small and blank currencies', async () => {
    const sources = DEALS.replace('amount: money }', 'amount: money, currency: text }').replace('amount: amount }', 'amount: amount, currency: ccy }');
    const bad = (currency: string): Promise<string> => quarantined(`D-2,Ann,A,2025-01-05,1,${currency}`, sources, HEADER.replace('amount\n', 'amount,ccy\n'), GOOD.replace('10.00', '10.00,EUR'));
    expect(await bad('HRK')).toMatch(/^row\.unknown_currency 3 ccy \(F\): "HRK" is not a currency in use\./);
    expect(await bad('usd')).toMatch(/\| Write it in capitals: USD\./);
    expect(await bad('')).toMatch(/The currency is blank/);
  });
  test('an id that another source of the kind has given, with both named; a source that was renamed goes on', async () => {
    const other = `${DEALS}  more: { file: more.csv, into: deal, id: id, date: closed, fields: { owner: owner, account: account, amount: amount } }\n`;
    const t = await workspace({ 'sources/s.yaml': other, 'deals.csv': HEADER + GOOD, 'more.csv': HEADER + GOOD });
    const report = await t.run();
    expect([counts(report, 'deals'), counts(report, 'more')]).toEqual(['1 1 0 0 0 0', '1 0 0 0 1 0']);
    expect(reportOf(report, 'more').reasons[0]?.examples[0]?.message).toBe('The deal "D-1" was imported from the source `deals`, and now comes from `more` as well.');
    t.write('sources/s.yaml', DEALS.replace('  deals:\n', '  bookings:\n'));
    expect(counts(await t.run(), 'bookings')).toBe('1 0 0 1 0 0');
  });
});

describe('people', () => {
  const DATED = `facts:
  deal: { fields: { owner: payee, account: text, amount: money } }
sources:
  people: { file: people.csv, into: person, id: name, fields: { manager: boss, from: from, to: to } }
`;
  const people = async (rows: string): Promise<readonly string[]> => {
    const t = await workspace({ 'sources/s.yaml': DATED, 'people.csv': `name,boss,from,to\n${rows}` });
    const report = reportOf(await t.run(), 'people');
    return [counts({ files: [report], notes: [], diagnostics: [], seq: 0, dryRun: false }, 'people'), ...report.reasons.flatMap((r) => r.examples.map((d) => `${d.code} ${d.line}: ${d.message}`)), ...await t.rows('person')];
  };
  test('35 an end before the start, and rows that overlap', async () => {
    expect(await people('Ann,,2025-01-01,2024-01-01\n')).toEqual(['1 0 0 0 1 0', 'row.ends_before_start 2: The row ends on or before the day on which it begins, so it never holds.']);
    expect(await people('Ann,,2025-01-01,2025-12-01\nAnn,,2025-06-01,\nBob,,2025-01-01,2025-06-01\nBob,,2025-06-01,\n')).toEqual([
      '4 2 0 0 2 0',
      'row.overlap 2: Two rows of "Ann" hold on the same days: the one on line 2 ends only after the one on line 3 begins.',
      'row.overlap 3: Two rows of "Ann" hold on the same days: the one on line 2 ends only after the one on line 3 begins.',
      'id=Bob from_day=20089 to_day=20240', 'id=Bob from_day=20240',
    ]);
  });
  test('41 a circle and a self-manager: the rows of the circle, with the circle printed', async () => {
    expect(await people('Ann,Bob,,\nBob,Cy,,\nCy,Ann,,\nDi,Ann,,\n')).toEqual([
      '4 1 0 0 3 0',
      ...[2, 3, 4].map((line) => `row.circle ${line}: By \`manager\` these go round in a circle: Ann → Bob → Cy → Ann.`),
      'id=Di manager=Ann',
    ]);
    expect(await people('Ann,Ann,2025-01-01,\n')).toEqual(['1 0 0 0 1 0', 'row.circle 2: "Ann" is given as the `manager` of "Ann" from 2025-01-01 on.']);
  });
  test('41 what was known before holds where a change would close a circle', async () => {
    const t = await workspace({ 'sources/s.yaml': DATED, 'people.csv': 'name,boss,from,to\nAnn,Bob,,\nBob,,,\n' });
    await t.run();
    t.write('people.csv', 'name,boss,from,to\nAnn,Bob,,\nBob,Ann,,\n');
    expect(counts(await t.run(), 'people')).toBe('2 0 0 1 1 0');
    expect(await t.rows('person')).toEqual(['id=Ann manager=Bob', 'id=Bob']);
  });
  test('41 two managers from one day on', async () => {
    expect((await people('Ann,Bob,2025-01-01,\nAnn,Cy,2025-01-01,\nAnn,Cy,2025-02-01,\n'))[0]).toBe('3 1 0 0 2 0');
  });
});

const taken = (i: number): readonly string[] => [`id=${i}D-1 day=20093 currency=USD owner=Ann account=Acme amount=1000`];
const TAKEN: readonly (readonly [name: string, content: (id: string) => string | Buffer, rows: (i: number) => readonly (string | RegExp)[], notes: readonly (string | RegExp)[], format?: string])[] = [
  ['2 a header alone', () => HEADER, () => [], [/a header and 0 rows/]],
  ['5 columns that nothing reads are listed', (id) => `extra,${HEADER}1,${id}${GOOD}`, taken, ['not mapped: extra']],
  ['6 names of columns that differ in case and spaces', (id) => `ID, Owner ,ACCOUNT,Closed,AMOUNT\n${id}${GOOD}`, taken, []],
  ['6 a BOM', (id) => `\ufeff${HEADER}${id}${GOOD}`, taken, ['UTF-8 with a byte order mark']],
  ['11 UTF-16', (id) => Buffer.from(`\ufeff${HEADER}${id}${GOOD}`, 'utf16le'), taken, [/UTF-16/]],
  ['10 Windows-1252 where it is declared', (id) => Buffer.from(`${HEADER}${id}D-1,Ann,Caf\u00e9,2025-01-05,1\n`, 'latin1'), () => [/account=Café/], ['Windows-1252, as declared'], 'encoding: windows-1252'],
  ['13 mixed line ends, no last one, line breaks in quotes', (id) => `${HEADER}${id}D-1,Ann,"Acme\nInc",2025-01-05,10\r\n${id}D-2,Ann,A,2025-01-05,1`, () => [/Acme\nInc/, /account=A /], []],
  ['gzip', (id) => gzipSync(`${HEADER}${id}${GOOD}`), taken, ['gzip, unpacked']],
  ['semicolons, a decimal comma and another date form where declared', (id) => `id;owner;account;closed;amount\n${id}D-1;Ann;Acme;05.01.2025;10,00\n`, taken, [], 'decimal: ",", dates: DD.MM.YYYY, delimiter: ";"'],
  ['tabs', (id) => `id\towner\taccount\tclosed\tamount\n${id}D-1\tAnn\tAcme\t2025-01-05\t10\n`, taken, [/tab/]],
  ['21 a minus in front, 26 an amount of 0, 24 zeros beyond the decimals', (id) => `${HEADER}${id}D-1,Ann,A,2025-01-05,-100\n${id}D-2,Ann,A,2025-01-05,0\n${id}D-3,Ann,A,2025-01-05,1.5000\n`,
    () => [/amount=-10000$/, /amount=0$/, /amount=150$/], []],
  ['40 characters that cannot be seen are taken out, and it is said', (id) => `${HEADER}${id}D-1,A\u200bnn ,Acme,2025-01-05,10\n`, taken, ['`owner`: characters that cannot be seen (of no width) were taken out of 1 value']],
  ['40 composed and decomposed letters are the same', (id) => `${HEADER}${id}D-1,Jose\u0301,Acme,2025-01-05,10\n`, () => [/owner=José/], []],
  ['59 text that a spreadsheet would run is stored as it is', (id) => `${HEADER}${id}D-1,Ann,=1+1,2025-01-05,10\n`, () => [/account==1\+1/], []],
  ['60 emoji and marks of direction', (id) => `${HEADER}${id}D-1,Ann,\u{1F680}\u202egpj.exe,2025-01-05,10\n`, () => [/\u{1F680}\u202egpj\.exe/u], []],
];
function same(found: readonly string[], wanted: readonly (string | RegExp)[], name: string): void {
  expect(found.length, name).toBe(wanted.length);
  for (const [i, one] of wanted.entries()) {
    if (typeof one === 'string') expect(found[i], name).toBe(one);
    else expect(found[i], name).toMatch(one);
  }
}
describe('what is taken, with a word about it', () => {
  test('files in many forms', async () => {
    const { t, reports } = await together([...TAKEN.map(([, content, , , format], i) => [content(String(i)), format] as const)]);
    const all = await t.rows('deal');
    for (const [i, [name, , rows, notes]] of TAKEN.entries()) {
      const report = reports[i] as FileReport;
      expect([report.outcome, report.diagnostics, report.reasons], name).toEqual(['imported', [], []]);
      same(all.filter((r) => r.startsWith(`id=${i}D-`)), rows(i), name);
      same(report.notes, notes, name);
    }
  });
  test('16 a row that is there twice: one is kept', async () => {
    const t = await workspace({ 'deals.csv': HEADER + GOOD + GOOD + GOOD });
    const report = await t.run();
    expect(counts(report, 'deals')).toBe('3 1 0 2 0 0');
    expect(reportOf(report, 'deals').notes).toContain('2 rows are in the file more than once, exactly alike; one of each is kept, the others count as unchanged');
  });
  test('references that nobody describes are counted, not refused', async () => {
    const sources = DEALS.replace('account: text', 'account: account').replace('sources:\n', 'sources:\n  accounts: { file: accounts.csv, into: account, id: name, fields: { parent: parent } }\n').replace('facts:\n', 'facts:\n  account: { fields: { parent: account } }\n');
    const t = await workspace({ 'sources/s.yaml': sources, 'accounts.csv': 'name,parent\nAcme,\nSub,Nowhere\n', 'deals.csv': `${HEADER}${GOOD}D-2,Ann,Ghost,2025-01-05,1\nD-3,Ann,,2025-01-05,1\n` });
    const report = await t.run();
    expect(counts(report, 'deals')).toBe('3 3 0 0 0 0');
    expect(reportOf(report, 'deals').notes).toEqual(['`account` is blank in 1 row that was read']);
    expect(report.notes).toEqual([
      '3 people of 4 in `people` have no fact: Bob, Cy, José',
      '`parent` of 1 row of `account` names something that no row of `account` describes: "Nowhere"',
      '`account` of 1 row of `deal` names something that no row of `account` describes: "Ghost"',
    ]);
  });
});
