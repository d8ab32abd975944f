/** Source files that cannot be read, and rows of them that go to quarantine. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Limits, TableFile, TableFormat } from '../../src/engine/sources.ts';
import { LIMITS, openTable } from '../../src/engine/sources.ts';
import type { Code, Diagnostic } from '../../src/value/diagnostic.ts';
import type { Example } from './example.ts';
import { inFolder, refusedWith } from './example.ts';

const ANY: TableFormat = { delimiter: 'auto', encoding: 'auto' };
const DEALS = 'id,amount,owner\n7,1200.00,Ada Lind\n';

export const FILE_EXAMPLES = {
  'file.missing': { about: 'A source names one file; its name is compared letter by letter.', diagnose: () => inFolder({ 'data/Deals.csv': DEALS }, (folder) => open(folder, 'data/deals.csv')) },
  'file.unreadable': { about: 'Nothing of such a file is taken over.', diagnose: () => inFolder({ 'data/deals/july.csv': DEALS }, (folder) => open(folder, 'data/deals')) },
  'file.empty': { about: 'An empty file is refused, since a feed that becomes empty has usually failed.', diagnose: () => inFolder({ 'data/deals.csv': '\n' }, (folder) => open(folder, 'data/deals.csv')) },
  'file.changed': {
    about: 'The file is read twice, once to see that it is sound. What changes in between is not imported.',
    diagnose: () => inFolder({ 'data/deals.csv': DEALS }, (folder) => open(folder, 'data/deals.csv', ANY, LIMITS, () => appendFileSync(join(folder, 'data/deals.csv'), '8,'))),
  },
  'file.web_page': csv('A login form in the place of data is a common end of an export.', '<!doctype html>\n<html><title>Sign in</title></html>\n'),
  'file.wrong_kind': csv('Excel workbooks, archives and JSON are told by their content, whatever the name says.', '[{"id": 7, "amount": 1200.00}]\n'),
  'file.gzip_damaged': { about: 'Files may be packed with gzip.', diagnose: () => inFolder({ 'data/deals.csv.gz': gzipSync(DEALS.repeat(500)).subarray(0, 60) }, (folder) => open(folder, 'data/deals.csv.gz')) },
  'file.archive_limit': {
    about: 'A small file that unpacks to a huge one would fill the disk.',
    diagnose: () => inFolder({ 'data/deals.csv.gz': gzipSync(DEALS.repeat(5_000)) }, (folder) => open(folder, 'data/deals.csv.gz', ANY, { ...LIMITS, unpackedBytes: 100_000 })),
  },
  'file.encoding': { about: 'Guessing would turn names into others.', diagnose: () => inFolder({ 'data/deals.csv': Buffer.from('id,owner\n7,Zo\xeb M\xfcller\n', 'latin1') }, (folder) => open(folder, 'data/deals.csv', { ...ANY, encoding: 'utf-8' })) },
  'file.wrong_delimiter': csv('Read with another delimiter, every row would be one long value.', 'id;amount;owner\n7;1200,00;Ada Lind\n', { ...ANY, delimiter: ',' }),
  'file.delimiter_unclear': csv('Trueup looks at the header to find the delimiter.', 'id,name;owner\n7,"x";"Ada Lind"\n'),
  'file.duplicate_column': csv('A formula that says the name could mean either.', 'id,amount,amount\n7,1200.00,1300.00\n'),
  'file.header_control': csv('A name that cannot be typed cannot be used.', 'id,amo\u0000unt\n7,1200.00\n'),
  'file.header_quote': csv('Where a name ends is then a guess.', 'id,"amount" in USD\n7,1200.00\n'),
  'file.header_limit': csv('A table of thousands of columns is usually one that was exported sideways.', `${Array.from({ length: 6 }, (_, i) => `c${i}`).join(',')}\n`, ANY, { ...LIMITS, columns: 5 }),
  'file.open_quote': csv('All that follows the quote would be read as one value.', 'id,amount,owner\n7,1200.00,"Ada Lind\n8,900.00,Bo Ek\n'),

  'row.too_few_fields': csv('The row goes to quarantine, and the good rest goes on.', 'id,amount,owner\n7,1200.00\n8,900.00,Bo Ek\n'),
  'row.too_many_fields': csv('Usually a value that holds the delimiter. The row goes to quarantine, and the good rest goes on.', 'id,amount,owner\n7,1,200.00,Ada Lind\n'),
  'row.control_character': csv('Two names that look alike would be two people.', 'id,amount,owner\n7,1200.00,Ada\u0007 Lind\n'),
  'row.text_after_quote': csv('Where the value ends is then a guess.', 'id,amount,owner\n7,1200.00,"Ada" Lind\n'),
  'row.too_long': csv('Usually a quote that was never closed, or a missing line end.', `id,amount,owner\n7,1200.00,${'Ada '.repeat(30)}\n`, ANY, { ...LIMITS, rowBytes: 60 }),
} satisfies Partial<Record<Code, Example>>;

function csv(about: string, text: string, format: TableFormat = ANY, limits: Limits = LIMITS): Example {
  return { about, text, diagnose: () => inFolder({ 'data/deals.csv': text }, (folder) => open(folder, 'data/deals.csv', format, limits)) };
}

/** `meanwhile` happens between the survey of the file and its reading. */
async function open(
  folder: string, name: string, format: TableFormat = ANY, limits: Limits = LIMITS, meanwhile: () => void = () => undefined,
): Promise<readonly Diagnostic[]> {
  const opened = await openTable(join(folder, name), name, format, limits);
  if ('refused' in opened) return opened.refused;
  meanwhile();
  const bad: Diagnostic[] = [];
  const refused = await refusedWith(() => readBad(opened.table, name, bad));
  return [...bad, ...refused];
}

async function readBad(table: TableFile, file: string, into: Diagnostic[]): Promise<void> {
  for await (const batch of table.rows()) {
    for (const { line, problem } of batch.bad) {
      into.push({ code: problem.code, severity: 'error', file, line, column: 0, path: problem.column ?? '', message: problem.message, hint: problem.hint });
    }
  }
}
