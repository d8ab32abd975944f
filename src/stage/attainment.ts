/**
 * Stage 4, attainment: for each payee, component and period the measure X, its target T, the
 * attainment A, and r, what the component's table is read at. All pairs of integers; nothing is
 * divided. What has no value holds pay, and says which: see HELD.
 */
import {
  and, bool, call, cast, cases, coalesce, col, compare, eq, type Expr, filter, int, isNotNull, isNull, join, keep, minus, named, type Named, not, nothing, or, plus, project,
  type Relation, scan, type Statement, times, when, windowed,
} from '../relation/relation.ts';
import { asWide, atScale, extend, roundedPair, SCALE, scanOf } from './arithmetic.ts';
import { CARRY_UNIT } from './curve.ts';
import { BLANK_KEY } from './facts.ts';
import { REF_ASSIGN, REF_COMPONENT, REF_STRETCH, REF_WORLD } from './reference.ts';
import { isAmong, type TakesBack } from './takes-back.ts';

/** Why a component pays nothing for now. 0 is not held. */
export const HELD = { no: 0, no_target: 1, no_value: 2, no_reading: 3, no_row: 4, gate: 5, factor: 6, no_group: 7 } as const;

/** What identifies a row. `part`: the group whose measure it looks at; `line`: what is paid by itself; `field_value`: what a table is read by. */
export const ATTAINED = ['world', 'component', 'payee', 'period', 'part', 'line', 'field_value'] as const;

/** Which of the rarer forms some component has: pay line by line, a shortfall that is carried, pay on what is above the target, pay on another value; `pots`: a pot's is carried from pot to pot; `told`: what is read or paid on is told apart by a field of the fact as well; `days`: the days of facts, where some is paid by what was in force on its day; `back`: facts that are paid by themselves and take back others. */
export interface Forms { readonly lines: boolean; readonly carries: boolean; readonly pots: boolean; readonly excess: boolean; readonly other: boolean; readonly told: boolean; readonly days: Relation | undefined; readonly back: readonly TakesBack[] }

export function attainmentStage(looks: Statement, forms: Forms): Statement {
  const x = roundedPair(valuePairs(looks, forms), 'x_n', 'x_d', 'measure');
  const t = forms.carries ? carried(x, forms.pots) : x;
  const a = roundedPair(attained(t), 'a_n', 'a_d', 'attainment');
  const read = reading(a, forms);
  const columns = ['world', 'plan', ...ATTAINED.slice(1), 'has_value', 'x_n', 'x_d', 'target_n', 'target_d', 'a_n', 'a_d', 'r_n', 'r_d', 'unit_n', 'unit_d', 'curve', 'held', ...(forms.back.length > 0 ? ['takes_back'] : [])];
  return {
    name: 'attainment', make: 'table', key: [...ATTAINED],
    relation: project(read, keep(undefined, ...columns)),
    about: 'measure beside target, and what the table of the component is read at',
  };
}

/** Components joined with what they look at: X and the reading as pairs with positive divisors. */
function valuePairs(looks: Statement, forms: Forms): Relation {
  const lookOf = (alias: string, id: string, ...field: readonly Expr[]): Expr => and(
    eq(col('world', alias), col('world', 'o')), eq(col('component', alias), col('component', 'k')), eq(col('look', alias), col(id, 'k')),
    eq(col('payee', alias), col('payee', 'a')), eq(col('period', alias), col('period', 'a')), eq(col('part', alias), col('part', 'a')),
    ...field,
  );
  // a value that is not told apart stands at 0; two joins, as an `or` in one is no join of keys
  const alike = (alias: string, id: string): Extract<Parameters<typeof join>[1], readonly unknown[]>[] => [
    ['left', alias, scanOf(looks), lookOf(alias, id, eq(col('field_value', alias), int(0)))],
    ...(forms.told ? [['left', `${alias}_own`, scanOf(looks), lookOf(`${alias}_own`, id, eq(col('field_value', `${alias}_own`), coalesce(col('field_value', 'x'), int(0))))] as const] : []),
  ];
  // what takes back a fact is read, gated, capped and rounded as that fact is; what it comes to is negated in `earned_0`
  const backs = forms.back.map((b, i) => and(isNotNull(col('fact', `b${i}`)), isAmong(col('look', 'k'), b.values)));
  const turned = (num: Expr, id: string): Expr => cases(forms.back.flatMap((b, i) => (b.sums.length === 0 ? [] : [[and(isNotNull(col('fact', `b${i}`)), isAmong(col('look', 'k'), b.values), isAmong(col(id, 'k'), b.sums)), call('negate', num)] as const])), num);
  const pairOf = (prefix: string, alias: string, id: string): Named[] => {
    const of = (name: string): Expr => (forms.told ? when(isNull(col('look', `${alias}_own`)), col(name, alias), col(name, `${alias}_own`)) : col(name, alias));
    return [named(`${prefix}_top`, turned(coalesce(of('num'), asWide(int(0))), id)), named(`${prefix}_bottom`, coalesce(when(isNull(of('num')), nothing('wide'), of('den')), asWide(int(0))))];
  };
  const joined = filter(join(
    ['o', scan(REF_WORLD)],
    ['inner', 'k', scan(REF_COMPONENT), eq(col('plan_world', 'k'), col('plan_world', 'o'))],
    ['inner', 'a', scan(REF_ASSIGN), and(eq(col('component', 'a'), col('component', 'k')), eq(col('plan_world', 'a'), col('plan_world', 'o')), eq(col('people_world', 'a'), col('people_world', 'o')))],
    ['left', 'x', scanOf(looks), lookOf('x', 'look')],
    ...alike('r', 'reads_look'), ...(forms.other ? alike('y', 'pays_look') : []), ...stretches(forms),
    ...forms.back.map((b, i) => ['left', `b${i}`, b.facts, eq(col('fact', `b${i}`), col('field_value', 'x'))] as const),
  // one calculation for each line: without facts there is none
  ), and(eq(col('level', 'k'), int(0)), ...(forms.lines ? [or(not(col('lines', 'k')), isNotNull(col('num', 'x')))] : []), ...(forms.days === undefined ? [] : [or(isNull(col('kind', 'z')), isNotNull(col('day', 'd')))])));
  const found = coalesce(col('field_value', 'x'), int(0));
  const raw = project(joined, [
    ...keep('o', 'world'), ...keep('k', 'plan', 'component', 'reads', 'pays_on', 'has_target', 'lower_is_better', 'needs_value', 'no_target_n', 'no_target_d', 'missing_n', 'missing_d',
      'measure_unit_n', 'measure_unit_d', 'measure_mode', 'attainment_unit_n', 'attainment_unit_d', 'attainment_mode', 'field_div', 'lines', ...(forms.carries ? ['carries', 'carry_unit'] : []), ...(forms.pots ? ['pot'] : [])),
    ...keep('a', 'payee', 'period', 'part', 'cycle', 'target_n', 'target_d', 'curve'),
    named('unit_n', asWide(col('unit_n', 'a'))), named('unit_d', asWide(col('unit_d', 'a'))),
    named('line', when(col('lines', 'k'), found, int(0))), named('field_value', when(col('lines', 'k'), int(0), found)),
    named('measured', isNotNull(col('look', 'k'))),
    named('top', turned(coalesce(col('num', 'x'), asWide(int(0))), 'look')), named('bottom', coalesce(when(isNull(col('num', 'x')), nothing('wide'), col('den', 'x')), asWide(int(0)))),
    ...pairOf('r', 'r', 'reads_look'), ...(forms.other ? pairOf('y', 'y', 'pays_look') : []),
    ...(backs.length === 0 ? [] : [named('takes_back', or(...backs))]),
  ]);
  // a table read by a field of the fact has a row for each of its values: X is their sum, and each pays for its part
  const summed = windowed(raw, [{ name: 'total', fn: 'sum', of: col('top'), partition: ['world', 'component', 'payee', 'period', 'part', 'line'], order: [] }]);
  return extend(summed, [
    named('has_value', and(col('measured'), compare('<>', col('bottom'), int(0)))), ...upright('x', 'total', 'bottom'), ...upright('part', 'top', 'bottom'),
    named('has_reading', compare('<>', col('r_bottom'), int(0))), ...upright('o', 'r_top', 'r_bottom'),
    ...(forms.other ? [named('has_base', compare('<>', col('y_bottom'), int(0))), ...upright('y', 'y_top', 'y_bottom')] : []),
  ]);
}

/** Of several assignments of a payee, that of the stretch in which the fact is. */
function stretches({ days }: Forms): Extract<Parameters<typeof join>[1], readonly unknown[]>[] {
  if (days === undefined) return [];
  return [
    ['left', 'z', scan(REF_STRETCH), and(...['people_world', 'plan_world', 'component', 'payee', 'period', 'part'].map((k) => eq(col(k, 'z'), col(k, 'a'))))],
    ['left', 'd', days, and(eq(col('facts_world', 'd'), col('facts_world', 'o')), eq(col('kind', 'd'), col('kind', 'z')), eq(col('fact', 'd'), col('field_value', 'x')), compare('>=', col('day', 'd'), col('from_day', 'z')), compare('<', col('day', 'd'), col('to_day', 'z')))],
  ];
}

/** A missed target is added to the next: B = max(0, B before + T − X), so target and backlog are running sums. Carried at 10⁻¹⁵. `pots`: one backlog for all who share it, counted once a period. */
function carried(x: Relation, pots: boolean): Relation {
  const at = (n: Expr, d: Expr): Expr => atScale(coalesce(n, asWide(int(0))), coalesce(d, asWide(int(1))));
  const missed = extend(x, [named('wanted', at(asWide(col('target_n')), asWide(col('target_d')))), named('reached', when(col('has_value'), at(col('x_n'), col('x_d')), asWide(int(0))))]);
  const row = ['part', 'line', 'field_value'], surplus = minus(col('reached'), col('wanted')), whose = pots ? 'carrier' : 'payee';
  const by = { partition: ['world', 'component', whose, ...row], order: ['period', ...(pots ? ['payee'] : [])].map((column) => ({ column, descending: false })) };
  const once = [...by.partition, 'period'];
  // all who share a pot have its numbers: the first of them carries it
  const told = !pots ? missed : windowed(extend(missed, [named('carrier', when(col('pot'), int(0), col('payee')))]), [{ name: 'place', fn: 'row_number', partition: once, order: [{ column: 'payee', descending: false }] }]);
  const first = eq(col('place'), int(1));
  const over = extend(told, [named('surplus', pots ? when(first, surplus, asWide(int(0))) : surplus)]);
  const running = windowed(over, [{ name: 'running', fn: 'sum', of: col('surplus'), ...by }]);
  const highest = windowed(running, [{ name: 'highest', fn: 'max', of: col('running'), ...by }]);
  const backlog = extend(highest, [named('backlog', minus(call('greatest', col('highest'), asWide(int(0))), col('running')))]);
  const before = windowed(backlog, [{ name: 'owed', fn: 'lag', of: col('backlog'), before: asWide(int(0)), ...by }]);
  const owed = pots ? windowed(extend(before, [named('owed', when(first, col('owed'), nothing('wide')))]), [{ name: 'owed_by_all', fn: 'max', of: col('owed'), partition: once, order: [] }]) : before;
  const all = extend(owed, [named('carried_n', plus(col('wanted'), col(pots ? 'owed_by_all' : 'owed')))]);
  const whole = eq(call('modulo', col('carried_n'), asWide(int(SCALE))), int(0));
  return extend(all, [
    named('target_n', when(and(col('carries'), isNotNull(col('target_n'))), when(whole, call('quotient', col('carried_n'), asWide(int(SCALE))), col('carried_n')), asWide(col('target_n')))),
    named('target_d', when(and(col('carries'), isNotNull(col('target_n'))), when(whole, asWide(int(1)), asWide(int(SCALE))), asWide(col('target_d')))),
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

/** What a value of the table is multiplied with. */
export const PAYS_ON = { unit: 0, value: 1, excess: 2, other: 3 } as const;
const pays = (n: number): Expr => eq(col('pays_on'), int(n));
/** What is above the target, at least 0. */
function excess(): { readonly n: Expr; readonly d: Expr } {
  const above = minus(times(col('x_n'), asWide(col('target_d'))), times(asWide(col('target_n')), col('x_d')));
  return { n: call('greatest', above, asWide(int(0))), d: times(col('x_d'), asWide(col('target_d'))) };
}

/** Unit amounts that are, or are divided by, a target that a shortfall was added to. */
function onCarried(rows: Relation): Relation {
  const is = (n: number): Expr => eq(col('carry_unit'), int(n)), there = compare('>', coalesce(col('target_n'), asWide(int(0))), asWide(int(0)));
  const unit = (target: Expr, per: Expr, none: Expr, own: Expr): Expr => cases([[and(is(CARRY_UNIT.target), there), target], [and(is(CARRY_UNIT.perTarget), there), per], [compare('<>', col('carry_unit'), int(CARRY_UNIT.none)), none]], own);
  return extend(rows, [
    named('unit_n', unit(col('target_n'), times(col('unit_n'), col('target_d')), asWide(int(0)), col('unit_n'))),
    named('unit_d', unit(col('target_d'), times(col('unit_d'), col('target_n')), asWide(int(1)), col('unit_d'))),
  ]);
}

/** r, and the amount that the table's value is multiplied with: the payee's unit amount, or X (a part of it where the table is read by a field of the fact). */
function reading(a: Relation, forms: Forms): Relation {
  const reads = (n: number): Expr => eq(col('reads'), int(n));
  const key = when(col('lines'), col('line'), col('field_value'));
  const field = when(eq(key, int(BLANK_KEY)), nothing('wide'), asWide(key));
  const value = (part: string, whole: string): Expr => when(reads(4), col(part), col(whole));
  const side = (x: Expr, attainment: Expr, other: Expr, key: Expr, none: Expr): Expr => cases([
    [reads(1), when(col('has_value'), x, nothing('wide'))], [reads(2), attainment], [reads(3), when(col('has_reading'), other, nothing('wide'))], [reads(4), key],
  ], none);
  const over = excess();
  const read = extend(a, [
    named('r_n', side(col('x_n'), col('a_n'), col('o_n'), field, asWide(int(0)))),
    named('r_d', side(col('x_d'), col('a_d'), col('o_d'), asWide(col('field_div')), asWide(int(1)))),
    named('unit_n', cases([
      [pays(PAYS_ON.value), when(col('has_value'), value('part_n', 'x_n'), asWide(int(0)))], ...(forms.excess ? [[pays(PAYS_ON.excess), when(and(col('has_value'), isNotNull(col('target_n'))), over.n, asWide(int(0)))] as const] : []),
      ...(forms.other ? [[pays(PAYS_ON.other), when(col('has_base'), col('y_n'), asWide(int(0)))] as const] : []),
    ], col('unit_n'))),
    named('unit_d', cases([
      [pays(PAYS_ON.value), value('part_d', 'x_d')], ...(forms.excess ? [[pays(PAYS_ON.excess), coalesce(over.d, asWide(int(1)))] as const] : []), ...(forms.other ? [[pays(PAYS_ON.other), col('y_d')] as const] : []),
    ], col('unit_d'))),
  ]);
  const lacking = and(reads(2), isNull(col('a_n')));
  return extend(forms.carries ? onCarried(read) : read, [named('held', cast(cases([
    [lacking, col('lacks')], [and(col('needs_value'), not(col('has_value'))), int(HELD.no_value)],
    ...(forms.other ? [[and(pays(PAYS_ON.other), not(col('has_base'))), int(HELD.no_value)] as const] : []), [and(reads(1), isNull(col('r_n'))), int(HELD.no_value)],
    // nothing is held where there is nothing to pay on
    [and(isNull(col('r_n')), compare('<>', col('unit_n'), int(0))), int(HELD.no_reading)],
  ], int(HELD.no)), 'integer'))]);
}
