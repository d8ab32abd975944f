/**
 * The flaws of one file of the demo, data-in/opportunities-americas.csv: what real exports bring
 * along, so that the import has something to refuse. Every flaw damages a deal that was really won,
 * so that correcting the file and importing it again changes somebody's pay.
 */
import type { CsvRow } from './csv.ts';

export interface Flaw {
  /** the opportunity that was damaged */
  readonly opportunity: string;
  readonly column: string;
  readonly was: string;
  readonly now: string;
  readonly what: string;
}
export interface Flawed { readonly rows: readonly CsvRow[]; readonly flaws: readonly Flaw[] }

type Damage = readonly [column: string, now: string, what: string];
const DAMAGES: readonly Damage[] = [
  ['amount', '12.345,6', 'an amount with a decimal comma and a thousands point'],
  ['amount', '', 'a won deal without an amount'],
  ['amount', '18500.005', 'an amount with a third decimal'],
  ['amount', '$ 64,000', 'an amount with a currency sign and a thousands comma'],
  ['close_date', '2026-02-30', 'a day that does not exist'],
  ['close_date', '03/04/2026', 'a date that is 3 April or 4 March'],
  ['close_date', '', 'a won deal without a close date'],
  ['owner_id', 'crm.trainee', 'an owner who is not in the people file'],
  ['account_id', 'A9999', 'an account that is not in the accounts file'],
  ['opportunity_id', '', 'a row without an id'],
];

/** Spellings that the CRM let through; the source file puts them right with `replace`. */
export const SPELLINGS: Readonly<Record<string, string>> = { 'Quill Shield': 'QuillShield', 'Quill Insights': 'quill insights', 'Quill Connect': 'Quill-Connect' };

export function withFlaws(rows: readonly CsvRow[]): Flawed {
  const won = rows.flatMap((row, i) => (row['stage'] === 'Won' ? [i] : []));
  const flaws: Flaw[] = [];
  const out: CsvRow[] = rows.map((row, i) => (i % 31 === 0 ? misspelt(row) : row));
  // Spread over the second year, far enough apart that no payee is hit twice by chance alone.
  DAMAGES.forEach(([column, now, what], n) => {
    const at = won[Math.trunc((won.length * (55 + 4 * n)) / 100)] ?? 0;
    const row = out[at] ?? {};
    flaws.push({ opportunity: row['opportunity_id'] ?? '', column, was: row[column] ?? '', now, what });
    out[at] = { ...row, [column]: now };
  });
  const twice = out[won[Math.trunc((won.length * 97) / 100)] ?? 0] ?? {};
  out.push({ ...twice, amount: '99000.00' });
  flaws.push({ opportunity: twice['opportunity_id'] ?? '', column: 'amount', was: twice['amount'] ?? '', now: '99000.00', what: 'the same id twice, with two amounts' });
  return { rows: out, flaws };
}

function misspelt(row: CsvRow): CsvRow {
  const product = row['product'] ?? '';
  return { ...row, product: SPELLINGS[product] ?? product };
}
