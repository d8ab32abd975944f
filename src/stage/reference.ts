/**
 * The reference relations: everything that a plan says in numbers, as rows. Forty plans give more
 * rows here and not one more statement. Rationals are pairs of integers (`…_n` ÷ `…_d`, reduced,
 * divisor positive); money is in minor units; days are integers.
 *
 * `world` names a layer: rows of layer 0 are what the plans say; a what-if brings rows of its own.
 */
import { assert } from '../value/diagnostic.ts';
import type { Column, SqlType, TableSchema } from '../relation/relation.ts';
import type { Cell } from './rows.ts';

function table(name: string, key: readonly string[], columns: string): TableSchema {
  const parsed = columns.trim().split(/\s*,\s*/).map((c): Column => {
    const [column, type] = c.split(' ');
    assert(column !== undefined && type !== undefined, `column ${c} has a name and a type`);
    return { name: column, type: type as SqlType };
  });
  return { table: name, key, columns: parsed, temporary: true };
}

/** Which layers a world is made of; world 0 is what happened under the plans in force. */
export const REF_WORLD = table('ref_world', ['world'], 'world integer, facts_world integer, people_world integer, plan_world integer');

/** Slices: the shortest stretches of days that every period and window is made of. */
export const REF_DAY = table('ref_day', ['day'], 'day integer, slice integer');

/** Which slices a window has gathered by the end of each of its periods. `cycle`: what it starts again with. */
export const REF_WINDOW = table('ref_window', ['window', 'period', 'slice'], 'window integer, period integer, slice integer');

/** Stints: stretches of days in which nothing that is dated changes for a payee, nor above him. */
export const REF_STINT = table('ref_stint', ['people_world', 'payee', 'stint'], 'people_world integer, payee integer, stint integer, from_day integer, to_day integer');

/** Whom the credits of a payee count for: route 0 himself; other routes those above him. `via`: the one directly below the subject. */
export const REF_ROUTE = table('ref_route', ['people_world', 'route', 'payee', 'stint', 'subject'],
  'people_world integer, route integer, payee integer, stint integer, subject integer, subject_stint integer, via integer');

/** A measure is a sum of columns of the cube, each with a route and a whole coefficient. */
export const REF_MEASURE = table('ref_measure', ['plan_world', 'measure', 'cube_column', 'route'],
  'plan_world integer, measure integer, block integer, cube_column integer, route integer, coefficient bigint, distinct_values boolean, by_value boolean');

/** Which measures are needed for whom: on which stints the subject is on the plan. */
export const REF_NEED = table('ref_need', ['plan_world', 'plan', 'measure', 'window', 'subject', 'stint'],
  'plan_world integer, plan integer, measure integer, window integer, subject integer, stint integer');

/**
 * One row a component. `measure` and `measure_2` (a ratio's denominator) with their multipliers:
 * X = measure · x_mul ÷ (x_div · measure_2). `reads`: what the curve is read at (0 nothing, 1 X,
 * 2 attainment, 3 another measure, 4 the value of a field). `pays_on`: 0 the payee's unit amount, 1 X.
 * `needs_value`: a share of the incentive is held where the measure has no value.
 * Roundings: unit as a pair and what is added before the cut; null = exact.
 */
export const REF_COMPONENT = table('ref_component', ['plan_world', 'component'], `
  plan_world integer, component integer, plan integer, parent integer, level integer, window integer,
  measure integer, measure_2 integer, x_mul bigint, x_div bigint, lower_is_better boolean, has_target boolean, paid boolean, needs_value boolean,
  no_target_n bigint, no_target_d bigint, missing_n bigint, missing_d bigint,
  reads integer, reads_measure integer, reads_measure_2 integer, reads_mul bigint, reads_div bigint, pays_on integer,
  measure_unit_n bigint, measure_unit_d bigint, measure_mode integer,
  attainment_unit_n bigint, attainment_unit_d bigint, attainment_mode integer,
  value_unit_n bigint, value_unit_d bigint, value_mode integer,
  factor_unit_n bigint, factor_unit_d bigint, factor_mode integer,
  tier_unit wide, tier_add wide, end_unit wide, end_minor bigint, end_add wide`);

/** One row a component, payee and period: target T, unit amount U, incentive, limits, and which curve, gates and factors apply. */
export const REF_ASSIGN = table('ref_assign', ['people_world', 'plan_world', 'component', 'payee', 'period'], `
  people_world integer, plan_world integer, component integer, payee integer, period integer, cycle integer,
  target_n bigint, target_d bigint, unit_n bigint, unit_d bigint, incentive_n bigint, incentive_d bigint,
  curve integer, gate_set integer, factor_set integer, cap_n bigint, cap_d bigint, floor_n bigint, floor_d bigint`);

/** Every one-dimensional table as affine pieces: between lower and upper end, value at r = (a + b · r) ÷ c. */
export const REF_SEGMENT = table('ref_segment', ['plan_world', 'curve', 'segment'], `
  plan_world integer, curve integer, segment integer,
  low_n bigint, low_d bigint, low_over boolean, high_n bigint, high_d bigint, high_over boolean,
  a bigint, b bigint, c bigint`);

/** Conditions: `left_side` 0 a measure, 1 attainment, 2 X; `op` 0 = 1 <> 2 < 3 <= 4 > 5 >=; `otherwise` 0 a share, 1 at most a share of the incentive, 2 hold. */
export const REF_GATE = table('ref_gate', ['plan_world', 'gate_set', 'slot', 'test'], `
  plan_world integer, gate_set integer, slot integer, test integer, left_side integer, measure integer, measure_2 integer, x_mul bigint, x_div bigint,
  op integer, threshold_n bigint, threshold_d bigint, otherwise integer, share_n bigint, share_d bigint`);

/** Factors: the value of a curve read at nothing (0), X (1), attainment (2) or a measure (3); `average`: of the parts of a marginal table. */
export const REF_FACTOR = table('ref_factor', ['plan_world', 'factor_set', 'slot'], `
  plan_world integer, factor_set integer, slot integer, curve integer, reads integer, measure integer, measure_2 integer, x_mul bigint, x_div bigint, average boolean`);

/** The plan's cap for a payee and period, in minor units. */
export const REF_CAP = table('ref_cap', ['plan_world', 'plan', 'payee', 'period'], 'plan_world integer, plan integer, payee integer, period integer, cap bigint');

export const REFERENCES = [REF_WORLD, REF_DAY, REF_WINDOW, REF_STINT, REF_ROUTE, REF_MEASURE, REF_NEED, REF_COMPONENT, REF_ASSIGN, REF_SEGMENT, REF_GATE, REF_FACTOR, REF_CAP] as const;

/** Rows of one reference relation, in the order of its columns. */
export interface ReferenceRows { readonly schema: TableSchema; readonly rows: readonly (readonly Cell[])[] }
