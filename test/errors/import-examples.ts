/** Rows that an import cannot take, and files that it cannot begin with. One engine and a few imports serve all examples. */
import { join } from 'node:path';
import { importSources } from '../../src/app/import.ts';
import type { ImportOptions } from '../../src/app/import.ts';
import { openWorkspace } from '../../src/app/workspace-files.ts';
import { openDuckdb } from '../../src/engine/duckdb.ts';
import type { Code, Diagnostic } from '../../src/value/diagnostic.ts';
import type { Example } from './example.ts';
import { inFolder } from './example.ts';

const SOURCES = `facts:
  deal: { fields: { owner: payee, note: text, amount: money, discount: percent, trial: yes/no, currency: text } }
  placement: { fields: { team: payees, parts: splits, reverses: placement } }
  currency: { fields: { usd: number } }
sources:
  people: { file: people.csv, into: person, id: name, fields: { manager: manager, from: from, to: to } }
  deals: { file: deals.csv, into: deal, id: id, date: closed, fields: { owner: owner, note: note, amount: amount, discount: discount, trial: trial, currency: currency } }
  other: { file: other.csv, into: deal, id: id, date: closed, fields: { owner: owner, amount: amount, currency: currency } }
  placements: { file: placements.csv, into: placement, id: id, date: closed, fields: { team: team, parts: parts, reverses: takes_back } }
  rates: { file: rates.csv, into: currency, id: code, fields: { usd: usd, from: day } }
`;
const PEOPLE = `name,manager,from,to
Ada Lind,,,
Bo Ek,Cy Ray,,
Cy Ray,Bo Ek,,
Di Fox,Ada Lind,2026-01-01,2025-01-01
Ed Orr,Ada Lind,2026-01-01,2026-12-01
Ed Orr,Ada Lind,2026-07-01,
`;
const HEADER = 'id,owner,closed,amount,currency,discount,trial,note\n';
const DEALS = `${HEADER}7,Ada Lind,2026-07-01,1200.00,USD,5%,no,
,Ada Lind,2026-07-01,1200.00,USD,5%,no,
1.23457E+15,Ada Lind,2026-07-01,1200.00,USD,5%,no,
9,Ada Lind,,1200.00,USD,5%,no,
10,Ada Lind,2026-02-30,1200.00,USD,5%,no,
11,Ada Lind,2026-07-01,,USD,5%,no,
12,Ada Lind,2026-07-01,twelve,USD,5%,no,
13,Ada Lind,2026-07-01,"1,200.00",USD,5%,no,
14,Ada Lind,2026-07-01,1.005,USD,5%,no,
15,Ada Lind,2026-07-01,46701234567890123,USD,5%,no,
16,Ada Lind,2026-07-01,1200.00,HRK,5%,no,
17,Ada Lind,2026-07-01,1200.00,USD,5%,perhaps,
18,Ada Lind,2026-07-01,1200.00,USD,5%,no,${'word '.repeat(2_001)}.
19,Ada Lind,2026-07-01,1200.00,USD,5%,no,
19,Ada Lind,2026-07-01,1300.00,USD,5%,no,
20,Ada Lynd,2026-07-01,1200.00,USD,5%,no,
`;
const OTHER = 'id,owner,closed,amount,currency\n7,Ada Lind,2026-07-01,1200.00,USD\n';
const LISTS = 'id,closed,team,parts,takes_back\n1,2026-07-01,Ada Lind; Ada Lind,,\n2,2026-07-01,,Ada Lind 60%; Bo Ek 60%,\n3,2026-07-01,Ada Lind,,3\n';
const RATES = 'code,day,usd\nEUR,2026-07-01,1.08\nEUR,2026-08-01,0\n';
const FILES = { 'rates.csv': RATES, 'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'sources/deals.yaml': SOURCES, 'people.csv': PEOPLE, 'deals.csv': DEALS, 'other.csv': OTHER, 'placements.csv': LISTS };
const MISSPELT = DEALS.replace('amount', 'amuont');
const US_DATES = `${HEADER}7,Ada Lind,07/13/2026,1200.00,USD,5%,no,\n8,Ada Lind,08/02/2026,1200.00,USD,5%,no,\n`;

const rows = once(FILES);
const row = (about: string): Example => ({ about, text: DEALS, diagnose: rows });
const list = (about: string): Example => ({ about, text: LISTS, diagnose: rows });
const person = (about: string): Example => ({ about, text: PEOPLE, diagnose: rows });

export const IMPORT_EXAMPLES = {
  'row.blank_id': row('The id is what tells a correction from a new row.'),
  'row.damaged_id': row('Two ids that a spreadsheet has rounded would be one.'),
  'row.blank_date': row('The date decides the period in which a fact counts.'),
  'row.not_a_date': row('Dates are read in the form that the source declares, and in no other.'),
  'row.blank_amount': row('Where nothing was meant, the file says 0.'),
  'row.not_a_number': row('Amounts are read as text and checked; nothing is guessed.'),
  'row.number_format': row('The same digits are another amount with another decimal mark.'),
  'row.too_many_decimals': row('An amount is not rounded without a word.'),
  'row.too_large': row('Usually a telephone number or an id in the wrong column.'),
  'row.unknown_currency': row('Codes are those of ISO 4217 that are in use.'),
  'row.bad_rate': { about: 'Numbers of the kind `currency` are rates. A rate of 0 would pay nothing without a word.', text: RATES, diagnose: rows },
  'row.not_yes_no': row('Other words can be read by a formula of the source.'),
  'row.text_too_long': row('Text of a fact is a name or a word; long comments make every search slow.'),
  'row.id_conflict': row('Both rows wait: the last one is not better than the first.'),
  'row.unknown_payee': row('The row is tried again when the person is there.'),
  'row.other_source': { about: 'Otherwise each import would change what the other one said.', text: OTHER, diagnose: rows },
  'row.bad_list': list('A name that stands twice could mean two people, or a double part.'),
  'row.bad_share': list('Shares are of the whole; what is credited on top is a field of its own.'),
  'row.reverses_itself': list('A reversal takes back what another fact was credited with.'),
  'row.ends_before_start': person('Rows of people are dated: from the first day, up to the day on which they no longer hold.'),
  'row.overlap': person('Both rows wait, since it is not certain which one holds.'),
  'row.circle': person('Credits go up the hierarchy, and would never stop. What was known before holds.'),
  'import.missing_column': { about: 'Nothing of the file is taken over.', text: MISSPELT, diagnose: once({ ...FILES, 'deals.csv': MISSPELT }) },
  'import.date_order': { about: 'The order of day and month is never guessed; what speaks for one is shown.', diagnose: once({ ...FILES, 'deals.csv': US_DATES }) },
  'import.unknown_source': { about: 'Sources are named in the files of the folder `sources`.', diagnose: once(FILES, { sources: ['deal'] }) },
  'import.people_first': { about: 'Facts are checked against the people.', diagnose: once({ ...FILES, 'people.csv': '' }) },
} satisfies Partial<Record<Code, Example>>;

/** Imports these files, the first time that it is asked, and gives all that was said. */
function once(files: Readonly<Record<string, string>>, options: ImportOptions = {}): () => Promise<readonly Diagnostic[]> {
  let said: Promise<readonly Diagnostic[]> | undefined;
  return () => (said ??= inFolder(files, (dir) => imported(dir, options)));
}

async function imported(dir: string, options: ImportOptions): Promise<readonly Diagnostic[]> {
  const { workspace } = openWorkspace(dir);
  if (workspace === undefined) throw new Error('the workspace of the examples can be read');
  const engine = await openDuckdb({ path: ':memory:', folders: [dir], memoryMb: 300, threads: 1, tempDir: join(dir, 'temp') });
  try {
    const report = await importSources(workspace, engine, options);
    return [...report.diagnostics, ...report.files.flatMap((f) => [...f.diagnostics, ...f.reasons.flatMap((r) => r.examples)])];
  } finally {
    await engine.close();
  }
}
