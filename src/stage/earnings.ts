/**
 * Stage 5, earnings. One arm for every one-dimensional table: find the piece that holds r, take
 * (a + b · r) ÷ c, times the unit amount. Then, in this order and each in its own column: gates,
 * factors, cap, floor; groups do the same on the sum of their parts; the top-level component is
 * rounded once, and pays what it has earned in its window less what earlier periods of it earned.
 */
import {
  aggregate, anyTrue, and, bool, call, cast, cases, coalesce, col, compare, eq, type Expr, filter, int, isNotNull, isNull, join, keep, max, minus, named, not, nothing, or,
  plus, project, type Relation, scan, type Statement, sum, times, union, when, wide, windowed,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { asWide, atScale, comparePairs, extend, over, roundedPair, SCALE, scanOf, sign } from './arithmetic.ts';
import { tierRows } from './tiers.ts';
import { HELD } from './attainment.ts';
import { REF_ASSIGN, REF_CAP, REF_COMPONENT, REF_FACTOR, REF_GATE, REF_SEGMENT, REF_WORLD } from './reference.ts';

const ROW = ['world', 'component', 'payee', 'period'] as const;
const sameRow = (a: string, b: string): Expr => and(...ROW.map((k) => eq(col(k, a), col(k, b))));

/**
 * What each reading of a table comes to, before gates: one row a component, payee, period and field
 * value. `tiersRounded`: a plan rounds each part of a marginal table; there the parts are summed.
 */
export function partsStage(attainment: Statement, tiersRounded: boolean): Statement {
  const found = project(join(
    ['t', scanOf(attainment)],
    ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 't'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 't')), eq(col('plan_world', 'k'), col('plan_world', 'o')), col('paid', 'k'))],
    ['left', 's', scan(REF_SEGMENT), and(eq(col('plan_world', 's'), col('plan_world', 'o')), eq(col('curve', 's'), col('curve', 't')), holds('s', col('r_n', 't'), col('r_d', 't')))],
  ), [
    ...keep('t', ...ROW, 'field_value', 'r_n', 'r_d', 'unit_n', 'unit_d'), ...keep('k', 'value_unit_n', 'value_unit_d', 'value_mode'), ...keep('s', 'segment'),
    // where there is nothing to pay on, no row is missed
    named('held', cast(when(and(eq(col('held', 't'), int(HELD.no)), isNull(col('segment', 's')), compare('<>', col('unit_n', 't'), int(0))), int(HELD.no_row), col('held', 't')), 'integer')),
    named('value_n', coalesce(valueAt('s', col('r_n', 't'), col('r_d', 't')).n, wide(0n))), named('value_d', coalesce(valueAt('s', col('r_n', 't'), col('r_d', 't')).d, wide(1n))),
  ]);
  // a table of attainment that pays on the target has the target above and below the line: it is cancelled, which saves its digits
  const cancels = and(compare('>', col('unit_n'), int(1)), eq(call('modulo', col('value_d'), call('nullif', col('unit_n'), int(0))), int(0)));
  const product = extend(extend(roundedPair(found, 'value_n', 'value_d', 'value'), [named('cancels', coalesce(cancels, bool(false)))]), [
    named('raw_n', when(eq(col('held'), int(HELD.no)), when(col('cancels'), col('value_n'), times(col('unit_n'), col('value_n'))), wide(0n))),
    named('raw_d', times(col('unit_d'), when(col('cancels'), call('quotient', col('value_d'), call('nullif', col('unit_n'), int(0))), col('value_d')))),
  ]);
  const parts = project(product, [...keep(undefined, ...ROW, 'field_value', 'segment', 'value_n', 'value_d', 'held'), named('raw', atScale(col('raw_n'), col('raw_d')))]);
  return {
    name: 'parts', make: 'table', key: [...ROW, 'field_value'], about: 'what each reading of a table comes to, in 10^-15 minor units',
    relation: tiersRounded ? withRoundedTiers(parts, attainment) : parts,
  };
}

/** (a + b · r) ÷ c as a pair. Where b is 0 the divisor of r is left out: most tables need few digits so. */
function valueAt(s: string, rn: Expr, rd: Expr): { readonly n: Expr; readonly d: Expr } {
  const [a, b, c] = [asWide(col('a', s)), asWide(col('b', s)), asWide(col('c', s))];
  const level = eq(col('b', s), int(0));
  return { n: when(level, a, plus(times(a, rd), times(b, rn))), d: when(level, c, times(c, rd)) };
}

function withRoundedTiers(parts: Relation, attainment: Statement): Relation {
  const key = [...ROW, 'field_value'];
  const sums = aggregate(filter(tierRows(scanOf(attainment)), col('rounded')), keep(undefined, ...key), [named('raw', sum(col('amount')))]);
  const joined = join(['p', parts], ['left', 't', sums, and(...key.map((k) => eq(col(k, 't'), col(k, 'p'))))]);
  return project(joined, [...keep('p', ...key, 'segment', 'value_n', 'value_d', 'held'), named('raw', when(eq(col('held', 'p'), int(HELD.no)), coalesce(col('raw', 't'), col('raw', 'p')), col('raw', 'p')))]);
}

/** r lies in the piece `s`; both divisors are positive. */
export function holds(s: string, rn: Expr, rd: Expr): Expr {
  const lowN = col('low_n', s), lowD = col('low_d', s), highN = col('high_n', s), highD = col('high_d', s);
  return and(
    or(isNull(lowN), comparePairs('>', rn, rd, lowN, lowD), and(not(col('low_over', s)), comparePairs('=', rn, rd, lowN, lowD))),
    or(isNull(highN), comparePairs('<', rn, rd, highN, highD), and(col('high_over', s), comparePairs('=', rn, rd, highN, highD))),
  );
}

/** Each condition of each gate: passed or not, with the value that was tested. */
export function gatesStage(measures: Statement, attainment: Statement): Statement {
  const joined = join(
    ...assigned('gate_set'),
    ['inner', 'g', scan(REF_GATE), and(eq(col('plan_world', 'g'), col('plan_world', 'o')), eq(col('gate_set', 'g'), col('gate_set', 'a')))],
    ...readings('g', measures, attainment),
  );
  const tested = pairOf(joined, 'g', [...keep('g', 'slot', 'test', 'op', 'threshold_n', 'threshold_d', 'otherwise', 'share_n', 'share_d'), named('reads', plus(col('left_side', 'g'), int(0)))], { measure: 0, attainment: 1, value: 2 });
  const ops = ['=', '<>', '<', '<=', '>', '>='] as const;
  const passed = cases(ops.map((op, i) => [eq(col('op'), int(i)), comparePairs(op, col('r_n'), col('r_d'), col('threshold_n'), col('threshold_d'))] as const), nothing('boolean'));
  return {
    // a value that is missing passes nothing
    name: 'gates', make: 'table', key: [...ROW, 'slot', 'test'], about: 'each condition, and whether it held',
    relation: project(tested, [...keep(undefined, ...ROW, 'slot', 'test', 'r_n', 'r_d', 'otherwise', 'share_n', 'share_d'), named('passed', coalesce(passed, bool(false)))]),
  };
}

/** Each factor, as a pair. Null where what it reads is missing: it holds pay then. */
export function factorsStage(measures: Statement, attainment: Statement): Statement {
  const joined = join(
    ...assigned('factor_set'),
    ['inner', 'g', scan(REF_FACTOR), and(eq(col('plan_world', 'g'), col('plan_world', 'o')), eq(col('factor_set', 'g'), col('factor_set', 'a')))],
    ...readings('g', measures, attainment),
  );
  const read = pairOf(joined, 'g', [...keep('g', 'slot', 'curve', 'average', 'reads'), ...keep('o', 'plan_world'), ...keep('k', 'factor_unit_n', 'factor_unit_d', 'factor_mode')], { none: 0, value: 1, attainment: 2, measure: 3 });
  const found = project(join(['t', read], ['left', 's', scan(REF_SEGMENT), and(eq(col('plan_world', 's'), col('plan_world', 't')), eq(col('curve', 's'), col('curve', 't')), holds('s', col('r_n', 't'), col('r_d', 't')))]), [
    ...keep('t', ...ROW, 'slot', 'r_n', 'r_d', 'average', 'factor_unit_n', 'factor_unit_d', 'factor_mode'), ...keep('s', 'segment'),
    named('f_n', valueAt('s', col('r_n', 't'), col('r_d', 't')).n), named('f_d', valueAt('s', col('r_n', 't'), col('r_d', 't')).d),
    // under a factor a marginal table gives the average of its parts: its sum ÷ what is read, below 0 too
    named('sum_n', plus(times(asWide(col('a', 's')), col('r_d', 't')), times(asWide(col('b', 's')), col('r_n', 't')))), named('sum_d', times(asWide(col('c', 's')), call('abs', col('r_n', 't')))),
  ]);
  const averaged = and(col('average'), compare('<>', col('r_n'), int(0)));
  const factor = extend(found, [named('f_n', when(averaged, times(sign(col('r_n')), col('sum_n')), col('f_n'))), named('f_d', when(averaged, col('sum_d'), col('f_d')))]);
  return {
    name: 'factors', make: 'table', key: [...ROW, 'slot'], about: 'each factor, as a pair',
    relation: project(roundedPair(factor, 'f_n', 'f_d', 'factor'), keep(undefined, ...ROW, 'slot', 'segment', 'r_n', 'r_d', 'f_n', 'f_d')),
  };
}

type Join = Parameters<typeof join>;
function assigned(set: string): [Join[0], ...Extract<Join[1], readonly unknown[]>[]] {
  return [
    ['o', scan(REF_WORLD)],
    ['inner', 'k', scan(REF_COMPONENT), eq(col('plan_world', 'k'), col('plan_world', 'o'))],
    ['inner', 'a', scan(REF_ASSIGN), and(eq(col('component', 'a'), col('component', 'k')), eq(col('plan_world', 'a'), col('plan_world', 'o')), eq(col('people_world', 'a'), col('people_world', 'o')), isNotNull(col(set, 'a')))],
  ];
}
function readings(g: string, measures: Statement, attainment: Statement): Extract<Join[1], readonly unknown[]>[] {
  const on = (alias: string, id: string): Expr => and(
    eq(col('world', alias), col('world', 'o')), eq(col('plan', alias), col('plan', 'k')), eq(col('measure', alias), col(id, g)), eq(col('window', alias), col('window', 'k')),
    eq(col('period', alias), col('period', 'a')), eq(col('payee', alias), col('payee', 'a')));
  return [
    ['left', 'm', scanOf(measures), on('m', 'measure')], ['left', 'm2', scanOf(measures), on('m2', 'measure_2')],
    ['left', 't', resultsOf(attainment), and(eq(col('world', 't'), col('world', 'o')), eq(col('component', 't'), col('component', 'k')), eq(col('payee', 't'), col('payee', 'a')), eq(col('period', 't'), col('period', 'a')))],
  ];
}

/** X and attainment of each component, once: they are the same in all rows of a table that is read by a field of the fact. */
function resultsOf(attainment: Statement): Relation {
  const pairs = ['x_n', 'x_d', 'a_n', 'a_d'].map((name) => named(name, max(col(name))));
  return aggregate(scanOf(attainment), keep(undefined, ...ROW), [...pairs, named('has_value', anyTrue(col('has_value')))]);
}

/** What a gate or factor reads, as the pair (r_n, r_d); null where it is missing. */
function pairOf(joined: Relation, g: string, columns: Parameters<typeof project>[1], codes: { readonly measure: number; readonly attainment: number; readonly value: number; readonly none?: number }): Relation {
  const raw = project(joined, [
    ...keep('o', 'world'), ...keep('k', 'component'), ...keep('a', 'payee', 'period'), ...columns, ...keep('t', 'x_n', 'x_d', 'a_n', 'a_d', 'has_value'),
    named('top', times(asWide(coalesce(col('num', 'm'), int(0))), coalesce(col('x_mul', g), int(1)))),
    named('bottom', times(asWide(when(isNull(col('measure_2', g)), int(1), coalesce(col('num', 'm2'), int(0)))), coalesce(col('x_div', g), int(1)))),
  ]);
  const is = (code: number | undefined): Expr => eq(col('reads'), int(code ?? -1));
  const positive = compare('<>', col('bottom'), int(0));
  return extend(raw, [
    named('r_n', cases([
      [is(codes.measure), when(positive, when(compare('<', col('bottom'), int(0)), call('negate', col('top')), col('top')), nothing('wide'))],
      [is(codes.attainment), col('a_n')], [is(codes.value), when(coalesce(col('has_value'), bool(false)), col('x_n'), nothing('wide'))],
    ], wide(0n))),
    named('r_d', cases([[is(codes.measure), when(positive, call('abs', col('bottom')), nothing('wide'))], [is(codes.attainment), col('a_d')], [is(codes.value), col('x_d')]], wide(1n))),
  ]);
}

/** Raw amounts → after gates, factors, cap and floor. `level` 0: leaves from their parts; above: groups from what is below them. */
export function earnedStage(level: number, below: readonly Statement[], gates: Statement | undefined, factors: Statement | undefined, slots: { readonly gates: number; readonly factors: number }): Statement {
  const raw = level === 0 ? leafSums(below[0] as Statement) : groupSums(level, below);
  const withRefs = project(join(
    ['e', raw],
    ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'e'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 'e')), eq(col('plan_world', 'k'), col('plan_world', 'o')))],
    ['inner', 'a', scan(REF_ASSIGN), and(eq(col('component', 'a'), col('component', 'e')), eq(col('payee', 'a'), col('payee', 'e')), eq(col('period', 'a'), col('period', 'e')), eq(col('plan_world', 'a'), col('plan_world', 'o')), eq(col('people_world', 'a'), col('people_world', 'o')))],
  ), [...keep('e', ...ROW, 'raw', 'held'), ...keep('k', 'plan', 'parent'), ...keep('a', 'cycle', 'incentive_n', 'incentive_d', 'cap_n', 'cap_d', 'floor_n', 'floor_d'), named('gated', col('raw', 'e'))]);
  let now = withRefs;
  if (gates !== undefined) for (let slot = 0; slot < slots.gates; slot++) now = gated(now, gates, slot);
  now = extend(now, [named('factored', col('gated'))]);
  if (factors !== undefined) for (let slot = 0; slot < slots.factors; slot++) now = multiplied(now, factors, slot);
  return {
    name: `earned_${level}`, make: 'table', key: [...ROW], about: level === 0 ? 'pay of each single component, step by step' : `pay of groups of level ${level}, step by step`,
    relation: project(limited(now), keep(undefined, ...ROW, 'plan', 'parent', 'cycle', 'raw', 'gated', 'factored', 'limited', 'held')),
  };
}

function leafSums(parts: Statement): Relation {
  return aggregate(scanOf(parts), keep(undefined, ...ROW), [named('raw', sum(col('raw'))), named('held', max(col('held')))]);
}
function groupSums(level: number, below: readonly Statement[]): Relation {
  const all = union(below.map((s) => project(scanOf(s), keep(undefined, 'world', 'parent', 'payee', 'period', 'limited', 'held'))));
  const chosen = join(['e', all], ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'e'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('parent', 'e')), eq(col('plan_world', 'k'), col('plan_world', 'o')), eq(col('level', 'k'), int(level)))]);
  return aggregate(chosen, [...keep('e', 'world'), ...keep('k', 'component'), ...keep('e', 'payee', 'period')], [named('raw', sum(col('limited', 'e'))), named('held', max(col('held', 'e')))]);
}

/** One gate: where a condition failed, a share of the pay, at most a share of the incentive, or nothing for now. */
function gated(rows: Relation, gates: Statement, slot: number): Relation {
  const failed = aggregate(filter(scanOf(gates), and(eq(col('slot'), int(slot)), not(col('passed')))), keep(undefined, ...ROW),
    [named('otherwise', max(col('otherwise'))), named('share_n', max(col('share_n'))), named('share_d', max(col('share_d')))]);
  const have = columnsOf(rows).map((c) => c.name);
  const joined = project(join(['e', rows], ['left', 'g', failed, sameRow('g', 'e')]), [...keep('e', ...have), ...keep('g', 'otherwise'),
    named('part_n', coalesce(times(col('gated', 'e'), asWide(col('share_n', 'g'))), wide(0n))), named('part_d', asWide(coalesce(col('share_d', 'g'), int(1)))),
    named('most_n', coalesce(times(asWide(col('incentive_n', 'e')), asWide(col('share_n', 'g'))), wide(0n))), named('most_d', coalesce(times(asWide(col('incentive_d', 'e')), asWide(col('share_d', 'g'))), wide(1n))),
  ]);
  const now = cases([
    [isNull(col('otherwise')), col('gated')],
    [eq(col('otherwise'), int(0)), over(col('part_n'), col('part_d'))],
    [eq(col('otherwise'), int(1)), call('least', col('gated'), atScale(col('most_n'), col('most_d')))],
  ], wide(0n));
  const holding = coalesce(eq(col('otherwise'), int(2)), bool(false));
  return project(joined, have.map((name) => named(name, name === 'gated' ? now : name === 'held' ? cast(when(and(holding, eq(col('held'), int(0))), int(HELD.gate), col('held')), 'integer') : col(name))));
}

function multiplied(rows: Relation, factors: Statement, slot: number): Relation {
  const factor = project(filter(scanOf(factors), eq(col('slot'), int(slot))), [...keep(undefined, ...ROW, 'f_n', 'f_d'), named('there', int(1))]);
  const have = columnsOf(rows).map((c) => c.name);
  const joined = project(join(['e', rows], ['left', 'g', factor, sameRow('g', 'e')]), [...keep('e', ...have), ...keep('g', 'there', 'f_n'),
    named('part_n', coalesce(times(col('factored', 'e'), col('f_n', 'g')), wide(0n))), named('part_d', coalesce(col('f_d', 'g'), wide(1n)))]);
  const missing = and(isNotNull(col('there')), isNull(col('f_n')));
  return project(joined, have.map((name) => named(name, name === 'factored' ? when(isNull(col('there')), col('factored'), over(col('part_n'), col('part_d')))
    : name === 'held' ? cast(when(and(missing, eq(col('held'), int(0))), int(HELD.factor), col('held')), 'integer') : col(name))));
}

/** Cap, then floor. What is held has no floor. */
function limited(rows: Relation): Relation {
  const pairs = extend(rows, ['cap', 'floor'].flatMap((x) => [
    named(`${x}_top`, coalesce(asWide(col(`${x}_n`)), wide(0n))), named(`${x}_bottom`, coalesce(asWide(col(`${x}_d`)), wide(1n)))]));
  const capped = extend(pairs, [named('limited', when(isNull(col('cap_n')), col('factored'), call('least', col('factored'), atScale(col('cap_top'), col('cap_bottom')))))]);
  const floored = and(isNotNull(col('floor_n')), eq(col('held'), int(HELD.no)));
  return extend(capped, [named('limited', when(floored, call('greatest', col('limited'), atScale(col('floor_top'), col('floor_bottom'))), col('limited')))]);
}

/** The earning of each top-level component: rounded once, less what earlier periods of its window earned. */
export function earningsStage(levels: readonly Statement[]): Statement {
  const tops = filter(union(levels.map(scanOf)), isNull(col('parent')));
  const withUnit = project(join(['e', tops], ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'e'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 'e')), eq(col('plan_world', 'k'), col('plan_world', 'o')))]),
  [...keep('e', ...ROW, 'plan', 'cycle', 'raw', 'gated', 'factored', 'limited', 'held'), ...keep('k', 'end_unit', 'end_minor', 'end_add')]);
  const whole = call('quotient', call('greatest', plus(call('abs', col('limited')), col('end_add')), wide(0n)), col('end_unit'));
  const soFar = extend(withUnit, [named('so_far', cast(times(sign(col('limited')), whole, asWide(col('end_minor'))), 'bigint'))]);
  const lagged = windowed(soFar, [{ name: 'before', fn: 'lag', of: col('so_far'), before: int(0), partition: ['world', 'component', 'payee', 'cycle'], order: [{ column: 'period', descending: false }] }]);
  return {
    name: 'earnings', make: 'table', key: [...ROW], about: 'what each component earns in each period, in minor units, and what rounding left over',
    relation: project(lagged, [...keep(undefined, ...ROW, 'plan', 'cycle', 'raw', 'gated', 'factored', 'limited', 'so_far', 'before', 'held'),
      named('amount', minus(col('so_far'), col('before'))), named('residue', minus(col('limited'), times(asWide(col('so_far')), wide(SCALE))))]),
  };
}

/** Pay of a plan's components after the plan's cap, which is shared out by largest remainder. */
export function payoutsStage(earnings: Statement): Statement {
  const group = ['world', 'plan', 'payee', 'period'];
  const totals = windowed(project(scanOf(earnings), keep(undefined, ...ROW, 'plan', 'amount', 'held')), [{ name: 'total', fn: 'sum', of: col('amount'), partition: group, order: [] }]);
  const capped = project(join(['e', totals], ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'e'))],
    ['left', 'c', scan(REF_CAP), and(eq(col('plan_world', 'c'), col('plan_world', 'o')), ...group.slice(1).map((k) => eq(col(k, 'c'), col(k, 'e'))), compare('>', col('total', 'e'), col('cap', 'c')))]),
  [...keep('e', ...ROW, 'plan', 'amount', 'held'), ...keep('c', 'cap'), named('part_n', coalesce(times(asWide(col('amount', 'e')), col('cap', 'c')), wide(0n))),
    named('part_d', when(isNull(col('cap', 'c')), wide(1n), col('total', 'e')))]);
  const cut = extend(capped, [named('part', { kind: 'ratio', n: col('part_n'), d: col('part_d'), scale: 1n, mode: 'floor' })]);
  const rest = extend(cut, [named('rest', minus(col('part_n'), times(col('part'), col('part_d'))))]);
  const ranked = windowed(rest, [
    { name: 'place', fn: 'row_number', partition: group, order: [{ column: 'rest', descending: true }, { column: 'component', descending: false }] },
    { name: 'given', fn: 'sum', of: col('part'), partition: group, order: [] },
  ]);
  const extra = when(compare('<=', asWide(col('place')), minus(asWide(col('cap')), col('given'))), wide(1n), wide(0n));
  return {
    name: 'payouts', make: 'table', key: [...ROW], about: 'what is paid: earnings after the cap of the plan',
    relation: project(ranked, [...keep(undefined, 'world', 'plan', 'component', 'payee', 'period', 'amount', 'held'), named('payout', when(isNull(col('cap')), col('amount'), cast(plus(col('part'), extra), 'bigint')))]),
  };
}
