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

/**
 * Which slices a window has gathered by the end of each of its periods. `span`: which days a measure looks at
 * (0 those of the window); `weight`: of what is gathered there, in millionths where values halve with age, else 1.
 */
export const REF_WINDOW = table('ref_window', ['window', 'span', 'period', 'slice'], 'window integer, span integer, period integer, slice integer, weight bigint');

/** The days of a window as it stands at the end of each of its periods; `own_from`: the first day of the period itself. */
export const REF_PERIOD = table('ref_period', ['window', 'period'], 'window integer, period integer, from_day integer, to_day integer, own_from integer');

/** Days at which something is looked at that lasts, each with a slice of its own. */
export const REF_INSTANT = table('ref_instant', ['slice'], 'slice integer, day integer');

/** Stints: stretches of days in which nothing that is dated changes for a payee, nor above him. */
export const REF_STINT = table('ref_stint', ['people_world', 'payee', 'stint'], 'people_world integer, payee integer, stint integer, from_day integer, to_day integer');

/** Whom the credits of a payee count for: route 0 himself; other routes those above him. `via`: the one directly below the subject. */
export const REF_ROUTE = table('ref_route', ['people_world', 'route', 'payee', 'stint', 'subject'],
  'people_world integer, route integer, payee integer, stint integer, subject integer, subject_stint integer, via integer, via_stint integer');

/** What is left of a value that halves in so many days, by its age in days: in millionths. */
export const REF_AGE = table('ref_age', ['half_life', 'age'], 'half_life integer, age integer, weight bigint');

/** A measure is a sum of columns of the cube, each with a route, a span and a whole coefficient. `grouped`: of a pod, an account, the company. */
export const REF_MEASURE = table('ref_measure', ['plan_world', 'measure', 'cube_column', 'route', 'span'],
  'plan_world integer, measure integer, block integer, cube_column integer, route integer, span integer, coefficient bigint, distinct_values boolean, by_value boolean, grouped boolean');

/** Which measures are needed for whom: on which stints the subject is on the plan. */
export const REF_NEED = table('ref_need', ['plan_world', 'plan', 'measure', 'window', 'subject', 'stint'],
  'plan_world integer, plan integer, measure integer, window integer, subject integer, stint integer');

/** Which measures are needed for every row of their kind, or for the company. */
export const REF_NEED_GROUP = table('ref_need_group', ['plan_world', 'plan', 'measure', 'window'], 'plan_world integer, plan integer, measure integer, window integer');

/** What formulas about facts read of a payee, on each stint: numbers and money in millionths, words as codes, days. */
export const REF_PERSONAL = table('ref_personal', ['people_world', 'param', 'payee', 'stint'], 'people_world integer, param integer, payee integer, stint integer, value bigint');

/** Which group (0 the payee himself, 1 the company, others kinds such as pod) a payee belongs to at the end of each period of a window. `part`: the group whose measure the component looks at, else 0. */
export const REF_GROUP = table('ref_group', ['people_world', 'plan', 'window', 'group_kind', 'payee', 'period', 'part'], 'people_world integer, plan integer, window integer, group_kind integer, payee integer, period integer, part integer, subject integer');

/** What a component looks at: value = measure · mul ÷ (div · measure_2). `zero`: nothing measured is 0; else it is no value. `carried`: divided on the way, exact to 10⁻¹² only; `apart`: told apart by a field of the fact. */
export const REF_LOOK = table('ref_look', ['plan_world', 'component', 'look'],
  'plan_world integer, component integer, look integer, measure integer, measure_2 integer, mul bigint, div bigint, group_kind integer, zero boolean, carried boolean, apart boolean');

/** Parts of formulas that are known before the facts are: by component, formula and place in it. Words as codes, days and yes/no as numbers over 1. */
export const REF_PARAM = table('ref_param', ['people_world', 'plan_world', 'component', 'look', 'slot', 'payee', 'period', 'part'],
  'people_world integer, plan_world integer, component integer, look integer, slot integer, payee integer, period integer, part integer, n bigint, d bigint');

/**
 * One row a component. `look`: what it measures. `reads`: what the curve is read at (0 nothing, 1 X,
 * 2 attainment, 3 another value, 4 the value of a field, 5 a formula of results), by `reads_look`. `pays_on`: 0 the payee's
 * unit amount, 1 X, 2 what is above the target, 3 another value, by `pays_look`.
 * `needs_value`: pay is held where the measure has no value. `lines`: one rounding for each fact or field.
 * `carry_unit`: of a target that a shortfall is added to, the unit amount is 1 the target, 2 what is paid on ÷ the target; 0 neither.
 * Roundings: unit as a pair and what is added before the cut; null = exact.
 */
export const REF_COMPONENT = table('ref_component', ['plan_world', 'component'], `
  plan_world integer, component integer, plan integer, parent integer, level integer, window integer,
  look integer, lower_is_better boolean, has_target boolean, paid boolean, needs_value boolean, lines boolean, carries boolean, pot boolean, carry_unit integer,
  no_target_n bigint, no_target_d bigint, missing_n bigint, missing_d bigint,
  reads integer, reads_look integer, field_div bigint, pays_on integer, pays_look integer, ranked boolean,
  measure_unit_n bigint, measure_unit_d bigint, measure_mode integer,
  attainment_unit_n bigint, attainment_unit_d bigint, attainment_mode integer,
  value_unit_n bigint, value_unit_d bigint, value_mode integer,
  factor_unit_n bigint, factor_unit_d bigint, factor_mode integer,
  tier_unit wide, tier_add wide, end_unit wide, end_minor bigint, end_add wide`);

/** One row a component, payee, period and part: target T, unit amount U, incentive, limits, and which curve, gates and factors apply. `part`: the group whose measure it looks at, else 0, or one of `ref_stretch`; `days`: the share of days in it. */
export const REF_ASSIGN = table('ref_assign', ['people_world', 'plan_world', 'component', 'payee', 'period', 'part'], `
  people_world integer, plan_world integer, component integer, payee integer, period integer, part integer, cycle integer, days_n bigint, days_d bigint,
  target_n bigint, target_d bigint, unit_n bigint, unit_d bigint, incentive_n bigint, incentive_d bigint,
  curve integer, gate_set integer, factor_set integer, cap_n bigint, cap_d bigint, floor_n bigint, floor_d bigint`);

/**
 * Which facts a row of `ref_assign` is for, where something that single facts read as of their day changes within the
 * window: those of these days. Who has no row here has one assignment for all facts. `kind`: of the fact, by its place in the catalogue.
 */
export const REF_STRETCH = table('ref_stretch', ['people_world', 'plan_world', 'component', 'payee', 'period', 'part', 'kind'], `
  people_world integer, plan_world integer, component integer, payee integer, period integer, part integer, kind integer, from_day integer, to_day integer`);

/** Every one-dimensional table as affine pieces: between lower and upper end, value at r = (a + b · r) ÷ c. */
export const REF_SEGMENT = table('ref_segment', ['plan_world', 'curve', 'segment'], `
  plan_world integer, curve integer, segment integer,
  low_n bigint, low_d bigint, low_over boolean, high_n bigint, high_d bigint, high_over boolean,
  a bigint, b bigint, c bigint`);

/** Conditions: `left_side` 0 a value, 1 attainment, 2 X, 3 a formula of results (1 is yes); `op` 0 = 1 <> 2 < 3 <= 4 > 5 >=; `otherwise` 0 a share, 1 at most a share of the incentive, 2 hold. */
export const REF_GATE = table('ref_gate', ['plan_world', 'gate_set', 'slot', 'test'], `
  plan_world integer, gate_set integer, slot integer, test integer, left_side integer, look integer,
  op integer, threshold_n bigint, threshold_d bigint, otherwise integer, share_n bigint, share_d bigint`);

/** Factors: the value of a curve read at nothing (0), X (1), attainment (2), a value (3) or a formula of results (5); `average`: of the parts of a marginal table. */
export const REF_FACTOR = table('ref_factor', ['plan_world', 'factor_set', 'slot'], `
  plan_world integer, factor_set integer, slot integer, curve integer, reads integer, look integer, average boolean`);

/**
 * What one minor unit of a currency is worth in minor units of a plan's, for facts of these days: n ÷ d. `exchange`: plans
 * that convert alike share one. A currency or a day without a row has no rate.
 */
export const REF_RATE = table('ref_rate', ['exchange', 'currency', 'from_day'], 'exchange integer, currency integer, from_day integer, to_day integer, n bigint, d bigint');

/** The plan's cap for a payee and period, in minor units. */
export const REF_CAP = table('ref_cap', ['plan_world', 'plan', 'payee', 'period'], 'plan_world integer, plan integer, payee integer, period integer, cap bigint');

/** Components whose earnings are facts of later rounds, with the words and days of those facts. `plan`: the first of its name. */
export const REF_EARNING = table('ref_earning', ['plan_world', 'component', 'period'], `
  plan_world integer, component integer, period integer, round integer, plan integer, name text, word integer, currency integer, from_day integer, to_day integer, label text`);

export const REFERENCES = [
  REF_WORLD, REF_DAY, REF_WINDOW, REF_PERIOD, REF_INSTANT, REF_STINT, REF_ROUTE, REF_AGE, REF_MEASURE, REF_NEED, REF_NEED_GROUP, REF_PERSONAL, REF_GROUP, REF_LOOK, REF_PARAM, REF_COMPONENT, REF_ASSIGN, REF_STRETCH, REF_SEGMENT, REF_GATE, REF_FACTOR, REF_RATE, REF_CAP, REF_EARNING,
] as const;

/** Rows of one reference relation, in the order of its columns. */
export interface ReferenceRows { readonly schema: TableSchema; readonly rows: readonly (readonly Cell[])[] }
