/**
 * Exact arithmetic of pairs (numerator, positive divisor) and of amounts at scale, written once for
 * all stages. An amount at scale is an integer of 10⁻¹⁵ minor units: pay is carried at this scale from
 * the curve to the one rounding at the end. A true amount whose divisor is below 5 · 10¹² is either
 * exactly half-way between two minor units or further from it than what the scale can lose, so the
 * rounding, which takes anything within 10⁻¹³ of a tie for a tie, gives the cent that exact fractions
 * give.
 */
import { columnsOf } from '../relation/check.ts';
import { call, cast, col, compare, type Expr, isNull, int, named, type Named, plus, minus, project, type Relation, type Statement, times, when, cases, eq } from '../relation/relation.ts';

/** parts of a minor unit that an amount at scale counts */
export const SCALE = 10n ** 15n;
/** parts of one in which a quotient of fields of a fact is carried, so that it can be added up */
export const CARRIED = 10n ** 12n;
/** what may have been lost on the way: 100 units of scale */
export const SNAP = 100n;

/** What a statement makes, read. */
export const scanOf = (s: Statement): Relation => ({ kind: 'scan', table: s.name, columns: columnsOf(s.relation) });

/** All columns of a relation, with these put in or replaced. */
export function extend(relation: Relation, columns: readonly Named[]): Relation {
  const put = new Map(columns.map((c) => [c.name, c]));
  const have = columnsOf(relation);
  const kept = have.map((c) => put.get(c.name) ?? named(c.name, col(c.name)));
  return project(relation, [...kept, ...columns.filter((c) => !have.some((h) => h.name === c.name))]);
}

/** n ÷ d at scale: amounts of minor units. `n` and `d` are columns. */
export const atScale = (n: Expr, d: Expr): Expr => ({ kind: 'ratio', n, d, scale: SCALE, mode: 'half_away' });
/** An amount at scale times n ÷ d, where `n` already holds the product. */
export const over = (n: Expr, d: Expr): Expr => ({ kind: 'ratio', n, d, scale: 1n, mode: 'half_away' });

export const asWide = (e: Expr): Expr => cast(e, 'wide');
export const sign = (e: Expr): Expr => when(compare('<', e, int(0)), int(-1), int(1));

/**
 * A pair rounded to multiples of a unit (itself a pair), where the unit is not null; mode 0 half away
 * from zero, 1 cut, 2 away from zero.
 */
export function roundedPair(relation: Relation, n: string, d: string, prefix: string): Relation {
  const unit = `${prefix}_unit`;
  const top = `${prefix}_top`, bottom = `${prefix}_bottom`;
  const scaled = extend(relation, [
    named(top, times(call('abs', asWide(col(n))), asWide(col(`${unit}_d`)))),
    named(bottom, times(asWide(col(d)), asWide(col(`${unit}_n`)))),
  ]);
  const two = int(2);
  const whole = cases([
    [eq(col(`${prefix}_mode`), int(1)), call('quotient', col(top), col(bottom))],
    [eq(col(`${prefix}_mode`), int(2)), call('quotient', minus(plus(col(top), col(bottom)), int(1)), col(bottom))],
  ], call('quotient', plus(times(col(top), two), col(bottom)), times(col(bottom), two)));
  return extend(scaled, [
    named(n, when(isNull(col(`${unit}_n`)), asWide(col(n)), times(sign(col(n)), whole, asWide(col(`${unit}_n`))))),
    named(d, when(isNull(col(`${unit}_n`)), asWide(col(d)), asWide(col(`${unit}_d`)))),
  ]);
}

/** compare n ÷ d with m ÷ e by cross-multiplication; divisors are positive */
export function comparePairs(op: '<' | '<=' | '=' | '>=' | '>' | '<>', n: Expr, d: Expr, m: Expr, e: Expr): Expr {
  return compare(op, times(asWide(n), asWide(e)), times(asWide(m), asWide(d)));
}
