/**
 * Tiers, for explaining: what each part of a marginal table gave for one payee. One row a piece that was
 * reached, with the stretch of what was read that fell into it, what that stretch is worth in the unit
 * that the pay is of, and the amount at scale (10^-15 minor units).
 *
 * An amount is the pay up to the end of the piece less the pay up to its beginning, both at scale, and
 * rounded where the plan rounds tiers; so the amounts add up to `raw` of `parts` exactly.
 */
import {
  and, call, coalesce, col, eq, filter, int, isNotNull, isNull, join, keep, minus, named, or, plus, project, type Relation, scan, type Statement, times, when,
  wide, windowed,
} from '../relation/relation.ts';
import { asWide, atScale, comparePairs, scanOf, sign } from './arithmetic.ts';
import { ATTAINED } from './attainment.ts';
import { REF_COMPONENT, REF_SEGMENT, REF_WORLD } from './reference.ts';

export interface TiersOf { readonly payee: number; readonly components: readonly number[] }

const ROW = ATTAINED;

/** Tiers of one payee, of these components. */
export function tiersRelation(attainment: Statement, of: TiersOf): Relation {
  const own = filter(scanOf(attainment), and(eq(col('world'), int(0)), eq(col('payee'), int(of.payee)), or(...of.components.map((c) => eq(col('component'), int(c))))));
  return project(tierRows(own), keep(undefined, 'component', 'period', 'part', 'line', 'field_value', 'segment', 'full', 'slice_n', 'slice_d', 'base_n', 'base_d', 'amount'));
}

/**
 * Over rows of attainment: one row a piece that was reached. `full`: the piece is used up; slice: the
 * stretch of what was read; base: what it is worth in the unit that the pay is of; `amount` at scale,
 * rounded where the plan rounds tiers (`rounded`).
 */
export function tierRows(attained: Relation): Relation {
  const reached = or(isNull(col('low_n', 's')), comparePairs('>', col('r_n', 't'), col('r_d', 't'), col('low_n', 's'), col('low_d', 's')));
  const full = and(isNotNull(col('high_n', 's')), comparePairs('>=', col('r_n', 't'), col('r_d', 't'), coalesce(col('high_n', 's'), int(0)), coalesce(col('high_d', 's'), int(1))));
  const found = project(join(
    ['t', attained],
    ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 't'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 't')), eq(col('plan_world', 'k'), col('plan_world', 'o')))],
    ['inner', 's', scan(REF_SEGMENT), and(eq(col('plan_world', 's'), col('plan_world', 'o')), eq(col('curve', 's'), col('curve', 't')), reached)],
  ), [
    ...keep('t', ...ROW, 'unit_n', 'unit_d'), ...keep('k', 'tier_unit', 'tier_add'), ...keep('s', 'segment', 'a', 'b', 'c'), named('full', full),
    named('from_n', asWide(coalesce(col('low_n', 's'), int(0)))), named('from_d', asWide(coalesce(col('low_d', 's'), int(1)))),
    named('to_n', when(full, asWide(col('high_n', 's')), asWide(col('r_n', 't')))), named('to_d', when(full, asWide(col('high_d', 's')), asWide(col('r_d', 't')))),
  ]);
  const cut = project(found, [
    ...keep(undefined, ...ROW, 'segment', 'full', 'unit_n', 'unit_d', 'tier_unit', 'tier_add'),
    named('slice_n', minus(times(col('to_n'), col('from_d')), times(col('from_n'), col('to_d')))), named('slice_d', times(col('to_d'), col('from_d'))),
    named('pay_n', times(plus(times(asWide(col('a')), col('to_d')), times(asWide(col('b')), col('to_n'))), col('unit_n'))),
    named('pay_d', times(asWide(col('c')), col('to_d'), col('unit_d'))),
  ]);
  const upTo = project(cut, [
    ...keep(undefined, ...ROW, 'segment', 'full', 'slice_n', 'slice_d', 'tier_unit', 'tier_add'), named('base_n', times(col('slice_n'), col('unit_n'))), named('base_d', times(col('slice_d'), col('unit_d'))),
    named('up_to', atScale(col('pay_n'), col('pay_d'))),
  ]);
  // what could not be read is held, and has no tiers
  const paired = windowed(filter(upTo, isNotNull(col('up_to'))), [{ name: 'below', fn: 'lag', of: col('up_to'), before: wide(0n), partition: [...ROW], order: [{ column: 'segment', descending: false }] }]);
  const exact = project(paired, [...keep(undefined, ...ROW, 'segment', 'full', 'slice_n', 'slice_d', 'base_n', 'base_d', 'tier_unit', 'tier_add'), named('gain', minus(col('up_to'), col('below')))]);
  const whole = times(sign(col('gain')), call('quotient', call('greatest', plus(call('abs', col('gain')), col('tier_add')), wide(0n)), col('tier_unit')), col('tier_unit'));
  return project(exact, [
    ...keep(undefined, ...ROW, 'segment', 'full', 'slice_n', 'slice_d', 'base_n', 'base_d'), named('rounded', isNotNull(col('tier_unit'))),
    named('amount', when(isNull(col('tier_unit')), col('gain'), whole)),
  ]);
}
