/**
 * Figures of payments by the names that tests use: `paid`, `owed`, `due`, `take_back`, `topup`, `gross`,
 * `release.PART.due`, `COMPONENT.pays.PART`, `COMPONENT.line.FACT` …
 */
import { type Payment, sumOf } from '../ledger/release.ts';
import { accounted, owedOf } from '../ledger/settlement.ts';
import { isDay, isRatio, type Value } from '../plan/evaluate.ts';
import { add, ratio, type Ratio } from '../value/rate.ts';
import { unitsOf } from './minor.ts';
import type { PaidEarning, PaidPart, Payments } from './payments.ts';
import type { SettledOf, SettledPayee } from './payment-settle.ts';

export const SETTLED = ['paid', 'owed', 'due', 'take_back', 'topup', 'gross'] as const;
export const OF_COMPONENT = ['release', 'pays', 'line', 'unfunded', 'capitalised', 'expense'] as const;
/** Of a part of a release, beside the number of a payment and what single lines have of it. */
export const OF_PART = ['due', 'later', 'lapsed', 'waiting', 'pays', 'date'] as const;
const among = <T extends string>(list: readonly T[], word: string | undefined): word is T => (list as readonly (string | undefined)[]).includes(word);

/** Is it a figure of payments? */
export function isPaymentFigure(figure: string): boolean {
  const [first, second] = figure.split('.');
  return first === 'release' || among(SETTLED, first) || among(OF_COMPONENT, second);
}
/** Does it ask for what single facts are paid? */
export function asksForLines(figure: string): boolean {
  return /\.(line|unfunded)\./.test(figure);
}

/** In currency units; a date for `.date`. Of all periods: sums, and the first date. */
export function paymentFigure(payments: Payments, payee: string, period: string, figure: string): Value {
  const [first = '', ...rest] = figure.split('.');
  const found = among(SETTLED, first)
    ? payments.settled.filter((s) => s.payee.id === payee).flatMap((s) => s.periods.filter((p) => period === '' || p.label === period).map((p) => settledFigure(first, s, p)))
    : payments.earnings.filter((e) => e.payee.id === payee && (period === '' || e.period.label === period) && (first === 'release' || e.component.name === first))
      .map((e) => (first === 'release' ? partFigure(payments, e, rest) : componentFigure(payments, e, rest)));
  const there = found.filter((v) => v !== null);
  const numbers = there.filter((v) => isRatio(v));
  if (numbers.length < there.length) return there.filter((v) => isDay(v)).sort((a, b) => a.day - b.day)[0] ?? null;
  return numbers.length === 0 ? null : numbers.reduce(add);
}

function settledFigure(figure: (typeof SETTLED)[number], { currency }: SettledPayee, period: SettledOf): Value {
  const units = (minor: bigint | undefined): Ratio | null => (minor === undefined ? null : ratio(minor, unitsOf(currency)));
  switch (figure) {
    case 'paid': return units(period.paid);
    case 'owed': return units(owedOf(period));
    case 'due': return units(period.payable);
    case 'take_back': return units(-period.takenBack);
    case 'topup': return units(period.topUp);
    case 'gross': return units(period.gross);
  }
}

function componentFigure(payments: Payments, earning: PaidEarning, path: readonly string[]): Value {
  const [what, name = ''] = path, units = (minor: bigint): Ratio => ratio(minor, unitsOf(earning.plan.currency));
  if (!among(OF_COMPONENT, what)) return null;
  switch (what) {
    case 'release': return partFigure(payments, earning, path.slice(1));
    case 'pays': return partFigure(payments, earning, [name, 'pays']);
    case 'line': return units(earning.lines.get(path.slice(1).join('.')) ?? 0n);
    case 'unfunded': return units(earning.unfunded.get(path.slice(1).join('.')) ?? 0n);
    case 'capitalised': case 'expense': {
      const { accounting } = earning.plan;
      if (accounting === undefined) return null;
      const { capitalised, months } = accounted(earning.earned, accounting);
      return units(what === 'capitalised' ? capitalised : months[0] ?? 0n);
    }
  }
}

function partFigure({ asOf }: Payments, earning: PaidEarning, [name = '', what, line = '', n = '1']: readonly string[]): Value {
  const part = earning.parts.find((p) => p.name === name), units = (minor: bigint | undefined): Ratio | null => (minor === undefined ? null : ratio(minor, unitsOf(earning.plan.currency)));
  if (part === undefined) return null;
  const due = part.payments.filter((p) => p.day <= asOf), later = part.payments.filter((p) => p.day > asOf);
  const nth = (of: readonly Payment[] | undefined, place: string): Ratio | null => units(of?.[Number.parseInt(place, 10) - 1]?.amount);
  switch (what) {
    case undefined: return units(part.planned);
    case 'due': return units(sumOf(due));
    case 'later': return units(sumOf(later));
    case 'lapsed': return units(part.lapsed);
    case 'waiting': return units(part.held);
    case 'pays': return part.pays === undefined ? null : ratio(part.pays, unitsOf(earning.plan.paysIn));
    case 'date': return firstDay(part);
    case 'line': return nth(part.byLine.get(line)?.payments, n);
    default: return nth([...due, ...later], what);
  }
}
function firstDay({ payments }: PaidPart): Value {
  return payments.length === 0 ? null : { day: Math.min(...payments.map((p) => p.day)) };
}
