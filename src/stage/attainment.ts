/**
 * Stage 4, attainment: for each payee, component and period the measure X, its target T, the
 * attainment A, and r, what the component's table is read at. All pairs of integers; nothing is
 * divided. What has no value holds pay, and says which: see HELD.
 */
import {
  and, bool, call, cast, cases, coalesce, col, compare, eq, type Expr, filter, int, isNotNull, isNull, join, keep, named, type Named, not, nothing, or, project,
  type Relation, scan, type Statement, times, when, windowed,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { asWide, extend, roundedPair } from './arithmetic.ts';
import { BLANK_KEY } from './facts.ts';
import { REF_ASSIGN, REF_COMPONENT, REF_WORLD } from './reference.ts';

/** Why a component pays nothing for now. 0 is not held. */
export const HELD = { no: 0, no_target: 1, no_value: 2, no_reading: 3, no_row: 4, gate: 5, factor: 6 } as const;

export function attainmentStage(measures: Statement): Statement {
  const x = roundedPair(valuePairs(measures), 'x_n', 'x_d', 'measure');
  const a = roundedPair(attained(x), 'a_n', 'a_d', 'attainment');
  const read = reading(a);
  const columns = ['world', 'plan', 'component', 'payee', 'period', 'field_value', 'has_value', 'x_n', 'x_d', 'target_n', 'target_d', 'a_n', 'a_d', 'r_n', 'r_d', 'unit_n', 'unit_d', 'curve', 'held'];
  return {
    name: 'attainment', make: 'table', key: ['world', 'component', 'payee', 'period', 'field_value'],
    relation: project(read, keep(undefined, ...columns)),
    about: 'measure beside target, and what the table of the component is read at',
  };
}

/** Components joined with what they need: X and the reading as pairs with positive divisors. */
function valuePairs(measures: Statement): Relation {
  const table: Relation = { kind: 'scan', table: measures.name, columns: columnsOf(measures.relation) };
  const measureOf = (alias: string, id: string, sameField: boolean): Expr => and(
    eq(col('world', alias), col('world', 'o')), eq(col('plan', alias), col('plan', 'k')), eq(col('measure', alias), col(id, 'k')),
    eq(col('window', alias), col('window', 'k')), eq(col('period', alias), col('period', 'a')), eq(col('payee', alias), col('payee', 'a')),
    ...(sameField ? [eq(col('field_value', alias), coalesce(col('field_value', 'm'), int(0)))] : []),
  );
  const joined = filter(join(
    ['o', scan(REF_WORLD)],
    ['inner', 'k', scan(REF_COMPONENT), eq(col('plan_world', 'k'), col('plan_world', 'o'))],
    ['inner', 'a', scan(REF_ASSIGN), and(eq(col('component', 'a'), col('component', 'k')), eq(col('plan_world', 'a'), col('plan_world', 'o')), eq(col('people_world', 'a'), col('people_world', 'o')))],
    ['left', 'm', table, measureOf('m', 'measure', false)],
    ['left', 'm2', table, measureOf('m2', 'measure_2', true)],
    ['left', 'r', table, measureOf('r', 'reads_measure', false)],
    ['left', 'r2', table, measureOf('r2', 'reads_measure_2', false)],
  ), eq(col('level', 'k'), int(0)));
  const over = (two: string, value: string): Expr => when(isNull(col(two, 'k')), int(1), coalesce(col('num', value), int(0)));
  const raw = project(joined, [
    ...keep('o', 'world'), ...keep('k', 'plan', 'component', 'reads', 'pays_on', 'has_target', 'lower_is_better', 'needs_value', 'no_target_n', 'no_target_d', 'missing_n', 'missing_d',
      'measure_unit_n', 'measure_unit_d', 'measure_mode', 'attainment_unit_n', 'attainment_unit_d', 'attainment_mode', 'reads_div'),
    ...keep('a', 'payee', 'period', 'target_n', 'target_d', 'curve'),
    named('unit_n', asWide(col('unit_n', 'a'))), named('unit_d', asWide(col('unit_d', 'a'))),
    named('field_value', coalesce(col('field_value', 'm'), int(0))),
    named('measured', isNotNull(col('measure', 'k'))),
    named('top', times(asWide(coalesce(col('num', 'm'), int(0))), col('x_mul', 'k'))), named('bottom', times(asWide(over('measure_2', 'm2')), col('x_div', 'k'))),
    named('r_top', times(asWide(coalesce(col('num', 'r'), int(0))), col('reads_mul', 'k'))), named('r_bottom', times(asWide(over('reads_measure_2', 'r2')), col('reads_div', 'k'))),
  ]);
  // a table read by a field of the fact has a row for each of its values: X is their sum, and each pays for its part
  const summed = windowed(raw, [{ name: 'total', fn: 'sum', of: col('top'), partition: ['world', 'component', 'payee', 'period'], order: [] }]);
  return extend(summed, [
    named('has_value', and(col('measured'), compare('<>', col('bottom'), int(0)))), ...upright('x', 'total', 'bottom'), ...upright('part', 'top', 'bottom'),
    named('has_reading', compare('<>', col('r_bottom'), int(0))), ...upright('o', 'r_top', 'r_bottom'),
  ]);
}

/** The pair top ÷ bottom with a positive divisor: 1 where the quotient is whole, as it mostly is, which saves digits later. A divisor of 0 is no value; 1 stands for it. */
function upright(prefix: string, top: string, bottom: string): Named[] {
  const safe = call('nullif', col(bottom), int(0));
  const whole = coalesce(eq(call('modulo', col(top), safe), int(0)), bool(false));
  return [
    named(`${prefix}_n`, cases([[whole, call('quotient', col(top), safe)], [compare('<', col(bottom), int(0)), call('negate', col(top))]], col(top))),
    named(`${prefix}_d`, when(or(whole, eq(col(bottom), int(0))), asWide(int(1)), call('abs', col(bottom)))),
  ];
}

/** A = X ÷ T, or T ÷ X where lower is better. Null where there is none; `lacks` says what is missing. */
function attained(x: Relation): Relation {
  const noTarget = compare('<=', coalesce(col('target_n'), int(0)), int(0));
  const noValue = or(not(col('has_value')), and(col('lower_is_better'), compare('<=', col('x_n'), int(0))));
  const lacks = cases([[not(col('has_target')), int(HELD.no)], [noTarget, int(HELD.no_target)], [noValue, int(HELD.no_value)]], int(HELD.no));
  const known = extend(x, [named('lacks', cast(lacks, 'integer'))]);
  const pick = (higher: Expr, lower: Expr, noT: Expr, noX: Expr): Expr => cases([
    [not(col('has_target')), nothing('wide')],
    [eq(col('lacks'), int(HELD.no_target)), asWide(noT)],
    [eq(col('lacks'), int(HELD.no_value)), asWide(noX)],
    [col('lower_is_better'), lower],
  ], higher);
  return extend(known, [
    named('a_n', pick(times(col('x_n'), asWide(col('target_d'))), times(col('x_d'), asWide(col('target_n'))), col('no_target_n'), col('missing_n'))),
    named('a_d', pick(times(col('x_d'), asWide(col('target_n'))), times(col('x_n'), asWide(col('target_d'))), col('no_target_d'), col('missing_d'))),
  ]);
}

/** r, and the amount that the table's value is multiplied with: the payee's unit amount, or X (a part of it where the table is read by a field of the fact). */
function reading(a: Relation): Relation {
  const reads = (n: number): Expr => eq(col('reads'), int(n));
  const field = when(eq(col('field_value'), int(BLANK_KEY)), nothing('wide'), asWide(col('field_value')));
  const value = (part: string, whole: string): Expr => when(reads(4), col(part), col(whole));
  const side = (x: Expr, attainment: Expr, other: Expr, key: Expr, none: Expr): Expr => cases([
    [reads(1), when(col('has_value'), x, nothing('wide'))], [reads(2), attainment], [reads(3), when(col('has_reading'), other, nothing('wide'))], [reads(4), key],
  ], none);
  const read = extend(a, [
    named('r_n', side(col('x_n'), col('a_n'), col('o_n'), field, asWide(int(0)))),
    named('r_d', side(col('x_d'), col('a_d'), col('o_d'), asWide(col('reads_div')), asWide(int(1)))),
    named('unit_n', when(eq(col('pays_on'), int(1)), when(col('has_value'), value('part_n', 'x_n'), asWide(int(0))), col('unit_n'))),
    named('unit_d', when(eq(col('pays_on'), int(1)), value('part_d', 'x_d'), col('unit_d'))),
  ]);
  const lacking = and(reads(2), isNull(col('a_n')));
  return extend(read, [named('held', cast(cases([
    [lacking, col('lacks')], [and(col('needs_value'), not(col('has_value'))), int(HELD.no_value)], [and(reads(1), isNull(col('r_n'))), int(HELD.no_value)],
    // nothing is held where there is nothing to pay on
    [and(isNull(col('r_n')), compare('<>', col('unit_n'), int(0))), int(HELD.no_reading)],
  ], int(HELD.no)), 'integer'))]);
}
