/** Rows to CSV text, as a CRM or a billing system exports it: comma, line feed, quotes where needed. */
import { plainAmount } from '../../src/value/money.ts';
import { formatDay } from '../../src/value/period.ts';
import type { Day } from '../../src/value/period.ts';

/** Columns in the order of the export; every value is the text of its cell. */
export type CsvRow = Readonly<Record<string, string>>;

/** The keys of the first row are the header. */
export function csvText(rows: readonly CsvRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => columns.map((column) => cell(row[column] ?? '')).join(','));
  return `${[columns.map(cell).join(','), ...lines].join('\n')}\n`;
}

/** Blank where there is no day. */
export function dayCell(day: Day | null): string {
  return day === null ? '' : formatDay(day);
}

/** Minor units to a plain decimal: 1234.50. Both currencies of the demo have two digits. */
export function moneyCell(minor: bigint): string {
  return plainAmount(minor, 'USD');
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
