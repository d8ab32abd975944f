/** The bad inputs of files, one by one: what the user gets for each. Numbers are those of the list of bad inputs. */
import { gzipSync } from 'node:zlib';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeShared, DEALS, HEADER, PEOPLE, counts, reportOf, testWorkspace } from './import.fixture.ts';
import type { TestWorkspace } from './import.fixture.ts';

const open: TestWorkspace[] = [];
afterEach(async () => { for (const t of open.splice(0)) await t.close(); });
afterAll(closeShared);
async function workspace(files: Readonly<Record<string, string | Buffer>>, root?: string): Promise<TestWorkspace> {
  const t = await testWorkspace({ 'sources/s.yaml': DEALS, 'people.csv': PEOPLE, ...files }, root);
  open.push(t);
  return t;
}
const GOOD = 'D-1,Ann,Acme,2025-01-05,10.00\n';
const withFormat = (format: string): string => DEALS.replace("    date: closed", `    date: closed\n    format: { ${format} }`);

/** What a file is refused with; that nothing of it was taken is looked at each time. */
async function refusal(content: string | Buffer | undefined, sources = DEALS): Promise<string> {
  const t = await workspace({ 'sources/s.yaml': sources, ...(content === undefined ? {} : { 'deals.csv': content }) });
  const report = reportOf(await t.run(), 'deals');
  expect([report.outcome, report.counts.read]).toEqual(['refused', 0]);
  expect(await t.rows('deal')).toEqual([]);
  expect((await t.imported()).map((i) => i['source'])).toEqual(['people']);
  return report.diagnostics.map((d) => `${d.code} ${d.line}: ${d.message} | ${d.hint}`).join('\n');
}

/** What a row goes to quarantine with, beside one good row, which is taken. */
async function quarantined(row: string, sources = DEALS, header = HEADER, good = GOOD): Promise<string> {
  const t = await workspace({ 'sources/s.yaml': sources, 'deals.csv': `${header}${good}${row}\n` });
  const report = await t.run();
  expect(counts(report, 'deals')).toBe('2 1 0 0 1 0');
  const [d] = reportOf(report, 'deals').reasons[0]?.examples ?? [];
  return `${d?.code} ${d?.line} ${d?.path}: ${d?.message} | ${d?.hint}`;
}

/** What one row is stored as. */
async function accepted(content: string | Buffer, sources = DEALS): Promise<{ readonly rows: readonly string[]; readonly notes: readonly string[] }> {
  const t = await workspace({ 'sources/s.yaml': sources, 'deals.csv': content });
  const report = reportOf(await t.run(), 'deals');
  expect([report.outcome, report.counts.quarantined, report.diagnostics]).toEqual(['imported', 0, []]);
  return { rows: await t.rows('deal'), notes: report.notes };
}

describe('files that are refused as a whole', () => {
  test('1 an empty file', async () => { expect(await refusal('')).toMatch(/^file\.empty 0: The file is empty \(0 bytes\)\./); });
  test('3 a missing column is named, with what there is and what is near', async () => {
    expect(await refusal('id,owner,account,closed,amuont\nD-1,Ann,A,2025-01-05,1\n'))
      .toBe('import.missing_column 1: There is no column `amount`. The file has `id`, `owner`, `account`, `closed`, `amuont`. | Did you mean `amuont`? Correct the source `deals` in sources/s.yaml, or the export.');
  });
  test('4 two columns with one name', async () => { expect(await refusal('id,owner,account,closed,amount,amount\n')).toMatch(/^file\.duplicate_column 1: .*column 5 \(E\) and column 6 \(F\)/); });
  test('8 an unclosed quote', async () => { expect(await refusal(`${HEADER}${GOOD}D-2,"Ann,A,2025-01-05,1\n`)).toMatch(/^file\.open_quote 3: The quote opened at line 3 is never closed/); });
  test('9 a wrong delimiter', async () => { expect(await refusal('id;owner;account;closed;amount\n', withFormat('delimiter: ","'))).toMatch(/^file\.wrong_delimiter 1: .*with a semicolon there are 5\. \| Write `format: \{ delimiter: ";" \}`/); });
  test('10 not UTF-8 where UTF-8 is declared', async () => { expect(await refusal(Buffer.from(`${HEADER}D-1,Ann,Caf\u00e9,2025-01-05,1\n`, 'latin1'), withFormat('encoding: utf-8'))).toMatch(/^file\.encoding 2: /); });
  test('14 a gzip file that was cut off', async () => {
    const packed = gzipSync(HEADER + GOOD.repeat(500));
    expect(await refusal(packed.subarray(0, packed.length - 20))).toMatch(/^file\.gzip_damaged /);
  });
  test('29 dates of another order: the evidence is shown and the order asked for', async () => {
    expect(await refusal(`${HEADER}D-1,Ann,A,03/04/2025,1\nD-2,Ann,A,13/04/2025,1\n`))
      .toBe('import.date_order 0: All 2 dates are like "03/04/2025", not in the form YYYY-MM-DD; the first number is above 12 in 1 of them, so the day stands first. | Write `format: { dates: DD/MM/YYYY }` for this source.');
    expect(await refusal(`${HEADER}D-1,Ann,A,03/04/2025,1\n`)).toMatch(/nothing in the file shows whether the day or the month stands first\. \| Ask whoever made the file, then write .*DD\/MM\/YYYY.* or .*MM\/DD\/YYYY/);
  });
  test('57 a header of too many columns', async () => { expect(await refusal(`${Array.from({ length: 3000 }, (_, i) => `c${i}`).join(',')}\n`)).toMatch(/^file\.header_limit 1: The file has 3,000 columns/); });
  test('58 a web page in the place of a file, a workbook with the name of a CSV file', async () => {
    expect(await refusal('<!DOCTYPE html><html><body>Log in</body></html>')).toMatch(/^file\.web_page 1: .*login/);
    expect(await refusal(Buffer.from('PK\u0003\u0004rest of a workbook [Content_Types].xml', 'latin1'))).toMatch(/^file\.wrong_kind 0: This is an Excel workbook/);
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

describe('rows that go to quarantine', () => {
  test('7 too few and too many fields', async () => {
    expect(await quarantined('D-2,Ann,A,2025-01-05')).toMatch(/^row\.too_few_fields 3 amount \(E\): The row has 4 fields, the header has 5/);
    expect(await quarantined('D-2,Ann,A,2025-01-05,1,2')).toMatch(/^row\.too_many_fields 3 : The row has 6 fields, the header has 5/);
  });
  test('12 control characters', async () => { expect(await quarantined('D-2,Ann,A\u0000B,2025-01-05,1')).toMatch(/^row\.control_character 3 account \(C\): Character 2 of "account" \(C\) is a NUL character/); });
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
  test.each([
    ['19 a decimal comma that is not declared', '"1.234,56"', 'row.number_format', /it is no number if "\." is the decimal mark, 1234\.56 if "," is|1234\.56/],
    ['19 thousands', '"1,234.56"', 'row.number_format', /it is 1234\.56 if "\." is the decimal mark/],
    ['20 a point that may part thousands', '1.234', 'row.too_many_decimals', /USD has at most 2/],
    ['21 brackets', '(100.00)', 'row.not_a_number', /brackets/],
    ['21 a minus at the end', '100-', 'row.not_a_number', /minus at the end/],
    ['21 another minus', '\u2212100', 'row.not_a_number', /dash that is not the minus/],
    ['22 a currency sign', '$100', 'row.not_a_number', /currency sign/],
    ['22 a currency code', '100 EUR', 'row.not_a_number', /currency code/],
    ['23 an exponent', '1e3', 'row.not_a_number', /scientific/],
    ['23 hexadecimal', '0x10', 'row.not_a_number', /not a decimal number/],
    ['23 underscores', '1_000', 'row.not_a_number', /underscores/],
    ['23 NaN', 'NaN', 'row.not_a_number', /failed calculation/],
    ['23 infinity', 'Infinity', 'row.not_a_number', /failed calculation/],
    ['23 digits of another script', '١٢٣', 'row.not_a_number', /another script/],
    ['24 more decimals than the currency has', '1.005', 'row.too_many_decimals', /3 digits after the decimal mark; USD has at most 2/],
    ['25 far too large', '99999999999999999', 'row.too_large', /too large/],
    ['26 blank', '', 'row.blank_amount', /a blank is never taken for 0\. \| .*ifblank\(amount, "0"\)/],
  ])('%s', async (_, amount, code, message) => {
    const text = await quarantined(`D-2,Ann,A,2025-01-05,${amount}`);
    expect(text).toMatch(new RegExp(`^${code.replace('.', '\\.')} 3 amount \\(E\\): `));
    expect(text).toMatch(message);
  });
  test('24 yen have no decimals', async () => { expect(await quarantined('D-2,Ann,A,2025-01-05,10.5', DEALS.replace('    date: closed', '    date: closed\n    currency: JPY'))).toMatch(/^row\.too_many_decimals 3 .*JPY has none/); });
  test.each([
    ['28 no day of the calendar', '2025-02-29', /"2025-02-29" is not a day of the calendar, read as YYYY-MM-DD: February 2025 has 28 days\. \| Correct the date in the file\./],
    ['29 another order in a file of many', '03/13/2025', /"03\/13\/2025" is not a date in the form YYYY-MM-DD\. \| .*declare how this file writes dates/],
    ['30 a number of a spreadsheet', '45000', /\| This is how a spreadsheet stores a date inside/],
    ['31 a year of two digits', '13.01.25', /\| Its year has two digits/],
    ['32 a time of day', '2025-01-05 10:00:00', /\| It has a time of day: take the date out of it with `left\(column, 10\)`/],
  ])('%s', async (_, date, message) => {
    const text = await quarantined(`D-2,Ann,A,${date},1`);
    expect(text).toMatch(/^row\.not_a_date 3 closed \(D\): /);
    expect(text).toMatch(message);
  });
  test('a blank date and a blank id', async () => {
    expect(await quarantined('D-2,Ann,A,,1')).toMatch(/^row\.blank_date 3 closed \(D\): The date is blank.*where: known\(close_date\)/);
    expect(await quarantined(',Ann,A,2025-01-05,1')).toMatch(/^row\.blank_id 3 id \(A\): The id is blank/);
  });
  test('several problems of one row are told together', async () => {
    expect(await quarantined('D-2,Ann,A,2025-02-30,x')).toMatch(/^row\.not_a_date 3 closed \(D\): "2025-02-30" is not a day .* Also: "amount": "x" is not a plain number\./);
  });
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
  test('38 an id that a spreadsheet has damaged', async () => {
    expect(await quarantined('1.23457E+15,Ann,A,2025-01-05,1')).toMatch(/^row\.damaged_id 3 id \(A\): "1\.23457E\+15" is an id that a spreadsheet has shortened/);
    expect(await quarantined('D-2,1.23457E+15,A,2025-01-05,1')).toMatch(/^row\.damaged_id 3 owner \(B\)/);
  });
  test('45 unknown, withdrawn, small and blank currencies', async () => {
    const sources = DEALS.replace('amount: money }', 'amount: money, currency: text }').replace('amount: amount }', 'amount: amount, currency: ccy }');
    const bad = (currency: string): Promise<string> => quarantined(`D-2,Ann,A,2025-01-05,1,${currency}`, sources, HEADER.replace('amount\n', 'amount,ccy\n'), GOOD.replace('10.00', '10.00,EUR'));
    expect(await bad('HRK')).toMatch(/^row\.unknown_currency 3 ccy \(F\): "HRK" is not a currency in use\./);
    expect(await bad('usd')).toMatch(/\| Write it in capitals: USD\./);
    expect(await bad('')).toMatch(/The currency is blank/);
  });
  test('60 a text over the limit', async () => {
    expect(await quarantined(`D-2,Ann,${'x'.repeat(10_001)},2025-01-05,1`)).toMatch(/^row\.text_too_long 3 account \(C\): The text "x{60}…" has 10,001 characters; 10,000 is the most/);
    expect(await quarantined(`D-2,Ann,${'x'.repeat(1_000_001)},2025-01-05,1`)).toMatch(/^row\.too_long 3/);
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

describe('what is taken, with a word about it', () => {
  const ROW = ['id=D-1 day=20093 currency=USD owner=Ann account=Acme amount=1000'];
  test('2 a header alone', async () => { expect(await accepted(HEADER)).toEqual({ rows: [], notes: expect.arrayContaining([expect.stringContaining('a header and 0 rows')]) }); });
  test('5 columns that nothing reads are listed', async () => { expect((await accepted(`extra,${HEADER}1,${GOOD}`)).notes).toEqual(['not mapped: extra']); });
  test('6 names of columns that differ in case and spaces', async () => { expect((await accepted(`ID, Owner ,ACCOUNT,Closed,AMOUNT\n${GOOD}`)).rows).toEqual(ROW); });
  test('6 11 a BOM, UTF-16', async () => {
    expect((await accepted(`\ufeff${HEADER}${GOOD}`)).rows).toEqual(ROW);
    const utf16 = await accepted(Buffer.from(`\ufeff${HEADER}${GOOD}`, 'utf16le'));
    expect(utf16).toEqual({ rows: ROW, notes: [expect.stringContaining('UTF-16')] });
  });
  test('10 Windows-1252 where it is declared', async () => {
    expect((await accepted(Buffer.from(`${HEADER}D-1,Ann,Caf\u00e9,2025-01-05,1\n`, 'latin1'), withFormat('encoding: windows-1252'))).rows[0]).toContain('account=Café');
  });
  test('13 mixed line ends, no last one, line breaks in quotes', async () => {
    expect((await accepted(`${HEADER}D-1,Ann,"Acme\nInc",2025-01-05,10\r\nD-2,Ann,A,2025-01-05,1`)).rows).toHaveLength(2);
  });
  test('gzip, semicolons, tabs, a decimal comma and another date form where declared', async () => {
    expect((await accepted(gzipSync(HEADER + GOOD))).rows).toEqual(ROW);
    expect((await accepted('id;owner;account;closed;amount\nD-1;Ann;Acme;05.01.2025;10,00\n', withFormat('decimal: ",", dates: DD.MM.YYYY, delimiter: ";"'))).rows).toEqual(ROW);
    expect((await accepted('id\towner\taccount\tclosed\tamount\nD-1\tAnn\tAcme\t2025-01-05\t10\n')).rows).toEqual(ROW);
  });
  test('16 a row that is there twice: one is kept', async () => {
    const t = await workspace({ 'deals.csv': HEADER + GOOD + GOOD + GOOD });
    const report = await t.run();
    expect(counts(report, 'deals')).toBe('3 1 0 2 0 0');
    expect(reportOf(report, 'deals').notes).toContain('2 rows are in the file more than once, exactly alike; one of each is kept, the others count as unchanged');
  });
  test('21 a minus in front, 26 an amount of 0, 24 zeros beyond the decimals', async () => {
    expect((await accepted(`${HEADER}D-1,Ann,A,2025-01-05,-100\nD-2,Ann,A,2025-01-05,0\nD-3,Ann,A,2025-01-05,1.5000\n`)).rows.map((r) => /amount=(.*)/.exec(r)?.[1])).toEqual(['-10000', '0', '150']);
  });
  test('40 characters that cannot be seen are taken out, and it is said; composed and decomposed letters are the same', async () => {
    const t = await workspace({ 'people.csv': 'name,boss\nAnn,\nJos\u00e9,\n', 'deals.csv': `${HEADER}D-1,A\u200bnn ,Acme,2025-01-05,10\nD-2,Jose\u0301,Acme,2025-01-05,10\n` });
    const report = reportOf(await t.run(), 'deals');
    expect(report.counts.new).toBe(2);
    expect(report.notes).toEqual(['`owner`: characters that cannot be seen (of no width) were taken out of 1 value']);
  });
  test('40 a look-alike letter of another alphabet is another name, with the near one suggested', async () => {
    expect(await quarantined('D-2,\u0410nn,A,2025-01-05,1')).toMatch(/^row\.unknown_payee 3 owner \(B\): .* The nearest name is "Ann"\./);
  });
  test('59 text that a spreadsheet would run is stored as it is', async () => { expect((await accepted(`${HEADER}D-1,Ann,=1+1,2025-01-05,10\n`)).rows[0]).toContain('account==1+1'); });
  test('60 emoji and marks of direction', async () => { expect((await accepted(`${HEADER}D-1,Ann,\u{1F680}\u202egpj.exe,2025-01-05,10\n`)).rows[0]).toContain('\u{1F680}\u202egpj.exe'); });
  test('references that nobody describes are counted, not refused', async () => {
    const sources = DEALS.replace('account: text', 'account: account').replace('sources:\n', 'sources:\n  accounts: { file: accounts.csv, into: account, id: name, fields: { parent: parent } }\n').replace('facts:\n', 'facts:\n  account: { fields: { parent: account } }\n');
    const t = await workspace({ 'sources/s.yaml': sources, 'accounts.csv': 'name,parent\nAcme,\nSub,Nowhere\n', 'deals.csv': `${HEADER}${GOOD}D-2,Ann,Ghost,2025-01-05,1\nD-3,Ann,,2025-01-05,1\n` });
    const report = await t.run();
    expect(counts(report, 'deals')).toBe('3 3 0 0 0 0');
    expect(reportOf(report, 'deals').notes).toEqual(['`account` is blank in 1 row that was read']);
    expect(report.notes).toEqual([
      '2 people of 3 in `people` have no fact: Bob, Cy',
      '`parent` of 1 row of `account` names something that no row of `account` describes: "Nowhere"',
      '`account` of 1 row of `deal` names something that no row of `account` describes: "Ghost"',
    ]);
  });
});
