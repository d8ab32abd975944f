/** CSV and numbers as golden files write them. */
import { csvCell } from '../../src/engine/csv.ts';
import { SCALE } from '../../src/stage/arithmetic.ts';
import { byCodePoint } from '../../src/value/code-points.ts';
import { minorDigits } from '../../src/value/money.ts';
import { formatRatio, powerOfTen, type Ratio, ratio } from '../../src/value/rate.ts';

/** Cells by the name of their column. */
export type Line = Readonly<Record<string, string>>;

/** Lines in the order of their text; columns that are blank throughout are left out, but for the first ones. '' where there are no lines. */
export function csvOf(columns: readonly string[], lines: readonly Line[], always: number): string {
  if (lines.length === 0) return '';
  const kept = columns.filter((c, i) => i < always || lines.some((l) => (l[c] ?? '') !== ''));
  const texts = lines.map((l) => kept.map((c) => csvCell(l[c] ?? '')).join(',')).sort(byCodePoint);
  return `${[kept.join(','), ...texts].join('\n')}\n`;
}

/** A decimal where there is a finite one, else a fraction. */
export function exact(r: Ratio): string {
  const text = formatRatio(r);
  return text.startsWith('about ') ? `${r.n}/${r.d}` : text;
}
export const digitsOf = (currency: string): bigint => powerOfTen(minorDigits(currency) ?? 0);

/** What is carried in 10⁻¹⁵ of a minor unit, in currency units; finer than 10⁻⁶ it ends in `…`. */
export function scaled(amount: bigint, currency: string): string {
  const unit = SCALE * digitsOf(currency), most = 1_000_000n;
  const cut = (amount * most) / unit;
  return `${formatRatio(ratio(cut, most))}${cut * unit === amount * most ? '' : '…'}`;
}
export const inUnits = (minor: bigint, currency: string): string => formatRatio(ratio(minor, digitsOf(currency)));
