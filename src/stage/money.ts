/**
 * Money of a fact in the currency of a plan. A fact in that currency has its amount as it is; any other is
 * converted and rounded to the minor unit once, here, wherever the field is read. Without a rate it is
 * blank: never 1.0, never 0.
 */
import {
  and, cases, cast, codeOf, col, compare, eq, type Expr, int, isNotNull, isNull, type JoinInput, not, nothing, or, scan, times, when,
} from '../relation/relation.ts';
import { MINOR_DIGITS } from '../value/currency.ts';
import { powerOfTen } from '../value/rate.ts';
import { asWide } from './arithmetic.ts';
import type { PlanMoney } from './exchange.ts';
import { digitsOf } from './lowered.ts';
import { REF_RATE } from './reference.ts';

/** A row with a currency, in a view. `day`: which day tells its rate. */
export interface MoneyRow { readonly alias: string; readonly day: Expr; readonly inputs: Map<string, JoinInput> }

/** A money field of the row, in minor units of the plan's currency. Of unrated money: the bare amount where there is no rate, else blank. */
export function planMoney(field: string, money: PlanMoney, row: MoneyRow): Expr {
  const amount = col(field, row.alias), own = isOwn(money, row);
  if (money.as === 'is') return inFinestUnits(amount, col('currency', row.alias));
  if (money.as === 'unrated' || money.exchange === undefined) return when(hasPlanMoney(money, row), amount, nothing('bigint'));
  const fx = joinedRate(money.exchange, row);
  return when(own, amount, cast({ kind: 'ratio', n: times(asWide(amount), asWide(col('n', fx))), d: asWide(col('d', fx)), scale: 1n, mode: 'half_away' }, 'bigint'));
}

/** Is the money of the row in the plan's currency, or is there a rate for it? Of unrated money: neither. */
export function hasPlanMoney(money: PlanMoney, row: MoneyRow): Expr {
  const own = isOwn(money, row), rate = money.exchange === undefined ? undefined : col('d', joinedRate(money.exchange, row));
  if (money.as === 'unrated') return and(or(not(own), isNull(own)), ...(rate === undefined ? [] : [isNull(rate)]));
  return rate === undefined ? own : or(own, isNotNull(rate));
}
const isOwn = (money: PlanMoney, row: MoneyRow): Expr => eq(col('currency', row.alias), codeOf(money.currency));

/** A currency whose minor unit has as many digits as any. */
const [FINEST, FINEST_DIGITS] = [...MINOR_DIGITS].reduce((a, b) => (b[1] > a[1] ? b : a));
/** Money of no plan: each amount in its own currency, and all in units of one size, so that 50 is 50 of any. */
export const OWN_MONEY: PlanMoney = { currency: FINEST, exchange: undefined, as: 'is' };
function inFinestUnits(amount: Expr, currency: Expr): Expr {
  const codes = Map.groupBy([...MINOR_DIGITS.keys()].filter((c) => digitsOf(c) !== 2), digitsOf), size = (digits: number): Expr => int(powerOfTen(FINEST_DIGITS - digits));
  return times(asWide(amount), cases([...codes].map(([digits, some]) => [or(...some.map((c) => eq(currency, codeOf(c)))), size(digits)] as const), size(2)));
}

function joinedRate(exchange: number, { alias, day, inputs }: MoneyRow): string {
  const fx = `fx${exchange}_${alias}`;
  if (!inputs.has(fx)) {
    inputs.set(fx, { as: fx, how: 'left', relation: scan(REF_RATE), on: and(
      eq(col('exchange', fx), int(exchange)), eq(col('currency', fx), col('currency', alias)), compare('<=', col('from_day', fx), day), compare('<', day, col('to_day', fx))) });
  }
  return fx;
}
