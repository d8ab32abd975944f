/**
 * Stage 5, earnings. One arm for every one-dimensional table: find the piece that holds r, take
 * (a + b · r) ÷ c, times the unit amount. Then, in this order and each in its own column: gates,
 * factors, cap, floor; groups do the same on the sum of their parts; the top-level component is
 * rounded once, and pays what it has earned in its window less what earlier periods of it earned.
 */
import {
  aggregate, anyTrue, and, bool, call, cast, cases, coalesce, col, type Column, compare, eq, type Expr, filter, int, isNotNull, isNull, join, keep, max, minus, named, not, nothing, or,
  plus, project, type Relation, scan, type Statement, sum, times, union, when, wide, windowed,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { asWide, atScale, comparePairs, extend, over, roundedPair, SCALE, scanOf, sign } from './arithmetic.ts';
import { tierRows } from './tiers.ts';
import { HELD } from './attainment.ts';
import { REF_ASSIGN, REF_CAP, REF_COMPONENT, REF_FACTOR, REF_GATE, REF_SEGMENT, REF_WORLD } from './reference.ts';

/** A row up to the end: `part` of a payee who was in several groups, `line` where each fact is paid by itself. */
export const PAID = ['world', 'component', 'payee', 'period', 'part', 'line'] as const;
const ROW = PAID;
const TOP = ['world', 'component', 'payee', 'period'] as const;
const sameRow = (a: string, b: string): Expr => and(...ROW.map((k) => eq(col(k, a), col(k, b))));

/** What an earning is after each step. */
const STEPS = ['raw', 'gated', 'factored', 'limited'] as const;

/** The column that says that a line is of a fact that takes back another; a program whose facts take back none lacks it. */
const TAKES_BACK = 'takes_back';
const takesBackIn = (of: Statement): string[] => columnsOf(of.relation).flatMap((c) => (c.name === TAKES_BACK ? [c.name] : []));

/** What of the rarer relations a program has. */
export interface More { readonly figures?: Statement; readonly ranks?: Statement }

/**
 * What each reading of a table comes to, before gates: one row a component, payee, period and field
 * value. `tiersRounded`: a plan rounds each part of a marginal table; there the parts are summed.
 */
export function partsStage(attainment: Statement, tiersRounded: boolean, more: More): Statement {
  const read = readAt(attainment, more), back = takesBackIn(attainment);
  const found = project(join(
    ['t', read],
    ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 't'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 't')), eq(col('plan_world', 'k'), col('plan_world', 'o')), col('paid', 'k'))],
    ['left', 's', scan(REF_SEGMENT), and(eq(col('plan_world', 's'), col('plan_world', 'o')), eq(col('curve', 's'), col('curve', 't')), holds('s', col('r_n', 't'), col('r_d', 't')))],
  ), [
    ...keep('t', ...ROW, 'field_value', ...back, ...(more.ranks === undefined ? [] : ['place', 'peers']), 'r_n', 'r_d', 'unit_n', 'unit_d'), ...keep('k', 'value_unit_n', 'value_unit_d', 'value_mode'), ...keep('s', 'segment'),
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
  const scaled = project(product, [...keep(undefined, ...ROW, 'field_value', ...back, ...(more.ranks === undefined ? [] : ['place', 'peers']), 'segment', 'value_n', 'value_d', 'held'), named('raw', atScale(col('raw_n'), col('raw_d')))]);
  const parts = more.ranks === undefined ? scaled : sharedPlaces(scaled);
  return {
    name: 'parts', make: 'table', key: [...ROW, 'field_value'], about: 'what each reading of a table comes to, in 10^-15 minor units',
    relation: tiersRounded ? withRoundedTiers(parts, attainment) : parts,
  };
}

/** Attainment with what its table is read at, where that is a formula of results or a place among others. */
function readAt(attainment: Statement, { figures, ranks }: More): Relation {
  if (figures === undefined && ranks === undefined) return scanOf(attainment);
  const columns = columnsOf(attainment.relation).map((c) => c.name);
  const joined = join(
    ['t', scanOf(attainment)],
    ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 't'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 't')), eq(col('plan_world', 'k'), col('plan_world', 'o')))],
    ...(figures === undefined ? [] : [['left', 'f', scanOf(figures), and(...ROW.map((k) => eq(col(k, 'f'), col(k, 't'))), eq(col('look', 'f'), col('reads_look', 'k')))] as const]),
    ...(ranks === undefined ? [] : [['left', 'p', scanOf(ranks), and(...(['world', 'component', 'payee', 'period', 'part'] as const).map((k) => eq(col(k, 'p'), col(k, 't'))), eq(col('look', 'p'), coalesce(col('reads_look', 'k'), col('look', 'k'))))] as const]),
  );
  const worked = eq(col('reads', 'k'), int(5)), ranked = ranks === undefined ? bool(false) : and(col('ranked', 'k'), isNotNull(col('position', 'p')));
  const pick = (own: string, figure: string, rank: Expr): Expr => cases([
    ...(figures === undefined ? [] : [[worked, col(figure, 'f')] as const]), ...(ranks === undefined ? [] : [[ranked, rank] as const]),
  ], col(own, 't'));
  const lacking = figures === undefined ? bool(false) : and(worked, or(isNull(col('n', 'f')), isNull(col('d', 'f'))), compare('<>', col('unit_n', 't'), int(0)), eq(col('held', 't'), int(HELD.no)));
  return project(joined, [
    ...columns.map((name) => named(name, name === 'r_n' ? pick('r_n', 'n', asWide(col('position', ranks === undefined ? 't' : 'p'))) : name === 'r_d' ? pick('r_d', 'd', wide(1n)) : name === 'held' ? cast(when(lacking, int(HELD.no_reading), col('held', 't')), 'integer') : col(name, 't'))),
    ...(ranks === undefined ? [] : [named('place', when(ranked, col('num', 'p'), nothing('wide'))), named('peers', col('peers', 'p'))]),
  ]);
}

/** Those who share a place share the pay of the places that they take up. */
function sharedPlaces(parts: Relation): Relation {
  const names = columnsOf(parts).map((c) => c.name).filter((name) => name !== 'place' && name !== 'peers');
  const all = extend(parts, [named('one', int(1))]);
  const group = ['world', 'component', 'period', 'peers', 'place'];
  const totals = windowed(all, [{ name: 'total', fn: 'sum', of: col('raw'), partition: group, order: [] }, { name: 'payees', fn: 'sum', of: col('one'), partition: group, order: [] }]);
  return project(totals, names.map((name) => named(name, name === 'raw' ? when(isNull(col('place')), col('raw'), over(col('total'), col('payees'))) : col(name))));
}

/** (a + b · r) ÷ c as a pair. Where b is 0 the divisor of r is left out: most tables need few digits so. */
export function valueAt(s: string, rn: Expr, rd: Expr): { readonly n: Expr; readonly d: Expr } {
  const [a, b, c] = [asWide(col('a', s)), asWide(col('b', s)), asWide(col('c', s))];
  const level = eq(col('b', s), int(0));
  return { n: when(level, a, plus(times(a, rd), times(b, rn))), d: when(level, c, times(c, rd)) };
}

function withRoundedTiers(parts: Relation, attainment: Statement): Relation {
  const key = [...ROW, 'field_value'];
  const sums = aggregate(filter(tierRows(scanOf(attainment)), col('rounded')), keep(undefined, ...key), [named('raw', sum(col('amount')))]);
  const joined = join(['p', parts], ['left', 't', sums, and(...key.map((k) => eq(col(k, 't'), col(k, 'p'))))]);
  return project(joined, [...keep('p', ...key, ...takesBackIn(attainment), 'segment', 'value_n', 'value_d', 'held'), named('raw', when(eq(col('held', 'p'), int(HELD.no)), coalesce(col('raw', 't'), col('raw', 'p')), col('raw', 'p')))]);
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
export function gatesStage(looks: Statement, attainment: Statement, more: More): Statement {
  const joined = join(
    ...assigned('gate_set'),
    ['inner', 'g', scan(REF_GATE), and(eq(col('plan_world', 'g'), col('plan_world', 'o')), eq(col('gate_set', 'g'), col('gate_set', 'a')))],
    ...readings('g', looks, attainment, more),
  );
  const tested = pairOf(joined, [...keep('g', 'slot', 'test', 'op', 'threshold_n', 'threshold_d', 'otherwise', 'share_n', 'share_d'), named('reads', plus(col('left_side', 'g'), int(0)))], { look: 0, attainment: 1, value: 2, figure: 3 }, more);
  const ops = ['=', '<>', '<', '<=', '>', '>='] as const;
  const passed = cases(ops.map((op, i) => [eq(col('op'), int(i)), comparePairs(op, col('r_n'), col('r_d'), col('threshold_n'), col('threshold_d'))] as const), nothing('boolean'));
  return {
    // a value that is missing passes nothing
    name: 'gates', make: 'table', key: [...ROW, 'slot', 'test'], about: 'each condition, and whether it held',
    relation: project(tested, [...keep(undefined, ...ROW, 'slot', 'test', 'r_n', 'r_d', 'otherwise', 'share_n', 'share_d'), named('passed', coalesce(passed, bool(false)))]),
  };
}

/** Each factor, as a pair. Null where what it reads is missing: it holds pay then. */
export function factorsStage(looks: Statement, attainment: Statement, more: More): Statement {
  const joined = join(
    ...assigned('factor_set'),
    ['inner', 'g', scan(REF_FACTOR), and(eq(col('plan_world', 'g'), col('plan_world', 'o')), eq(col('factor_set', 'g'), col('factor_set', 'a')))],
    ...readings('g', looks, attainment, more),
  );
  const read = pairOf(joined, [...keep('g', 'slot', 'curve', 'average', 'reads'), ...keep('o', 'plan_world'), ...keep('k', 'factor_unit_n', 'factor_unit_d', 'factor_mode')], { none: 0, value: 1, attainment: 2, look: 3, figure: 5 }, more);
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
function readings(g: string, looks: Statement, attainment: Statement, { figures }: More): Extract<Join[1], readonly unknown[]>[] {
  const row = (alias: string): Expr => and(...(['payee', 'period', 'part'] as const).map((k) => eq(col(k, alias), col(k, 'a'))), eq(col('world', alias), col('world', 'o')), eq(col('component', alias), col('component', 'k')));
  return [
    ['left', 't', resultsOf(attainment), row('t')],
    ['left', 'm', scanOf(looks), and(row('m'), eq(col('look', 'm'), col('look', g)), eq(col('field_value', 'm'), int(0)))],
    ...(figures === undefined ? [] : [['left', 'f', scanOf(figures), and(row('f'), eq(col('look', 'f'), col('look', g)), eq(col('line', 'f'), coalesce(col('line', 't'), int(0))))] as const]),
  ];
}

/** X and attainment of each component, once: they are the same in all rows of a table that is read by a field of the fact. */
function resultsOf(attainment: Statement): Relation {
  const pairs = ['x_n', 'x_d', 'a_n', 'a_d'].map((name) => named(name, max(col(name))));
  return aggregate(scanOf(attainment), keep(undefined, ...ROW), [...pairs, named('has_value', anyTrue(col('has_value')))]);
}

/** What a gate or factor reads, as the pair (r_n, r_d); null where it is missing. */
function pairOf(joined: Relation, columns: Parameters<typeof project>[1], codes: { readonly look: number; readonly attainment: number; readonly value: number; readonly none?: number; readonly figure: number }, { figures }: More): Relation {
  const raw = project(joined, [
    ...keep('o', 'world'), ...keep('k', 'component'), ...keep('a', 'payee', 'period', 'part'), named('line', coalesce(col('line', 't'), int(0))), ...columns, ...keep('t', 'x_n', 'x_d', 'a_n', 'a_d', 'has_value'),
    named('top', col('num', 'm')), named('bottom', coalesce(when(isNull(col('num', 'm')), nothing('wide'), col('den', 'm')), wide(0n))),
    ...(figures === undefined ? [] : [named('figure_n', col('n', 'f')), named('figure_d', col('d', 'f'))]),
  ]);
  const is = (code: number | undefined): Expr => eq(col('reads'), int(code ?? -1));
  const there = compare('<>', col('bottom'), int(0));
  return extend(raw, [
    named('r_n', cases([
      [is(codes.look), when(there, when(compare('<', col('bottom'), int(0)), call('negate', col('top')), col('top')), nothing('wide'))],
      [is(codes.attainment), col('a_n')], [is(codes.value), when(coalesce(col('has_value'), bool(false)), col('x_n'), nothing('wide'))],
      ...(figures === undefined ? [] : [[is(codes.figure), col('figure_n')] as const]),
    ], wide(0n))),
    named('r_d', cases([
      [is(codes.look), when(there, call('abs', col('bottom')), nothing('wide'))], [is(codes.attainment), col('a_d')], [is(codes.value), col('x_d')],
      ...(figures === undefined ? [] : [[is(codes.figure), col('figure_d')] as const]),
    ], wide(1n))),
  ]);
}

/** Raw amounts → after gates, factors, cap and floor. `level` 0: leaves from their parts; above: groups from what is below them. */
export function earnedStage(level: number, below: readonly Statement[], gates: Statement | undefined, factors: Statement | undefined, slots: { readonly gates: number; readonly factors: number }): Statement {
  const raw = level === 0 ? leafSums(below[0] as Statement) : groupSums(level, below), back = columnsOf(raw).some((c) => c.name === TAKES_BACK);
  const withRefs = project(join(
    ['e', raw],
    ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'e'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 'e')), eq(col('plan_world', 'k'), col('plan_world', 'o')))],
    ['inner', 'a', scan(REF_ASSIGN), and(eq(col('component', 'a'), col('component', 'e')), eq(col('payee', 'a'), col('payee', 'e')), eq(col('period', 'a'), col('period', 'e')), eq(col('part', 'a'), col('part', 'e')), eq(col('plan_world', 'a'), col('plan_world', 'o')), eq(col('people_world', 'a'), col('people_world', 'o')))],
  ), [...keep('e', ...ROW, 'raw', ...(back ? [TAKES_BACK] : [])), named('held', cast(when(eq(col('days_n', 'a'), int(0)), int(HELD.no_group), col('held', 'e')), 'integer')), ...keep('k', 'plan', 'parent'), ...keep('a', 'cycle', 'days_n', 'days_d', 'incentive_n', 'incentive_d', 'cap_n', 'cap_d', 'floor_n', 'floor_d'), named('gated', col('raw', 'e'))]);
  let now = withRefs;
  if (gates !== undefined) for (let slot = 0; slot < slots.gates; slot++) now = gated(now, gates, slot);
  now = extend(now, [named('factored', col('gated'))]);
  if (factors !== undefined) for (let slot = 0; slot < slots.factors; slot++) now = multiplied(now, factors, slot);
  return {
    name: `earned_${level}`, make: 'table', key: [...ROW], about: level === 0 ? 'pay of each single component, step by step' : `pay of groups of level ${level}, step by step`,
    // what takes back another fact pays what that fact pays, with the other sign
    relation: project(limited(now), [...keep(undefined, ...ROW, 'plan', 'parent', 'cycle', 'days_n', 'days_d'), ...STEPS.map((s) => named(s, back ? when(col(TAKES_BACK), call('negate', col(s)), col(s)) : col(s))), ...keep(undefined, 'held')]),
  };
}

function leafSums(parts: Statement): Relation {
  return aggregate(scanOf(parts), keep(undefined, ...ROW), [named('raw', sum(col('raw'))), named('held', max(col('held'))), ...takesBackIn(parts).map((name) => named(name, anyTrue(col(name))))]);
}
function groupSums(level: number, below: readonly Statement[]): Relation {
  const all = union(below.map((s) => project(scanOf(s), [...keep(undefined, 'world', 'parent', 'payee', 'period'), named('limited', byDays('limited')), ...keep(undefined, 'held')])));
  const chosen = join(['e', all], ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'e'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('parent', 'e')), eq(col('plan_world', 'k'), col('plan_world', 'o')), eq(col('level', 'k'), int(level)))]);
  return aggregate(chosen, [...keep('e', 'world'), ...keep('k', 'component'), ...keep('e', 'payee', 'period'), named('part', cast(int(0), 'integer')), named('line', int(0))], [named('raw', sum(col('limited', 'e'))), named('held', max(col('held', 'e')))]);
}

/** Of a payee who was in several groups, each counts for its share of his days. */
function byDays(amount: string): Expr {
  return when(eq(col('days_n'), col('days_d')), col(amount), over(times(col(amount), asWide(col('days_n'))), asWide(col('days_d'))));
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

/**
 * The earning of each top-level component: rounded once, or once for each line; less what earlier periods of its
 * window earned. `lines`: some component pays each fact, or each value of a field, by itself.
 */
export function earningsStages(levels: readonly Statement[], lines: boolean, pooled: (tops: Relation) => Relation): Statement[] {
  const tops = pooled(filter(union(levels.map(scanOf)), isNull(col('parent'))));
  const summed = aggregate(tops, keep(undefined, ...TOP, 'line', 'plan', 'cycle'), [...STEPS.map((s) => named(s, sum(byDays(s)))), named('held', max(col('held')))]);
  const withUnit = project(join(['e', summed], ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'e'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 'e')), eq(col('plan_world', 'k'), col('plan_world', 'o')))]),
  [...keep('e', ...TOP, 'line', 'plan', 'cycle', ...STEPS, 'held'), ...keep('k', 'end_unit', 'end_minor', 'end_add')]);
  const whole = call('quotient', call('greatest', plus(call('abs', col('limited')), col('end_add')), wide(0n)), col('end_unit'));
  const rounded = extend(withUnit, [named('so_far', cast(times(sign(col('limited')), whole, asWide(col('end_minor'))), 'bigint'))]);
  const paid: Statement = { name: 'lines', make: 'table', key: [...TOP, 'line'], about: 'pay of each fact or field value by itself, rounded', relation: project(rounded, keep(undefined, ...TOP, 'line', 'plan', 'cycle', ...STEPS, 'so_far', 'held')) };
  const soFar = lines ? aggregate(union([scanOf(paid), withoutLines(columnsOf(paid.relation))]), keep(undefined, ...TOP, 'plan', 'cycle'), [...STEPS.map((s) => named(s, sum(col(s)))), named('so_far', cast(sum(col('so_far')), 'bigint')), named('held', max(col('held')))]) : project(rounded, keep(undefined, ...TOP, 'plan', 'cycle', ...STEPS, 'so_far', 'held'));
  const lagged = windowed(soFar, [{ name: 'before', fn: 'lag', of: col('so_far'), before: int(0), partition: ['world', 'component', 'payee', 'cycle'], order: [{ column: 'period', descending: false }] }]);
  const earnings: Statement = {
    name: 'earnings', make: 'table', key: [...TOP], about: 'what each component earns in each period, in minor units, and what rounding left over',
    relation: project(lagged, [...keep(undefined, ...TOP, 'plan', 'cycle', ...STEPS, 'so_far', 'before', 'held'),
      named('amount', minus(col('so_far'), col('before'))), named('residue', minus(col('limited'), times(asWide(col('so_far')), wide(SCALE))))]),
  };
  return lines ? [paid, earnings] : [earnings];
}

/** Who is on a component that pays line by line and has no line earns 0: for each, a row with nothing in it. */
function withoutLines(columns: readonly Column[]): Relation {
  const on = join(['o', scan(REF_WORLD)],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('plan_world', 'k'), col('plan_world', 'o')), isNull(col('parent', 'k')))],
    ['inner', 'a', scan(REF_ASSIGN), and(eq(col('component', 'a'), col('component', 'k')), eq(col('plan_world', 'a'), col('plan_world', 'o')), eq(col('people_world', 'a'), col('people_world', 'o')))]);
  const from = new Map([['world', 'o'], ['plan', 'k'], ...['component', 'payee', 'period', 'cycle'].map((name) => [name, 'a'] as const)]);
  return project(on, columns.map(({ name, type }) => named(name, from.has(name) ? col(name, from.get(name)) : cast(int(0), type))));
}

/** Pay of a plan's components after the plan's cap, which is shared out by largest remainder. */
export function payoutsStage(earnings: Statement): Statement {
  const group = ['world', 'plan', 'payee', 'period'];
  const totals = windowed(project(scanOf(earnings), keep(undefined, ...TOP, 'plan', 'amount', 'held')), [{ name: 'total', fn: 'sum', of: col('amount'), partition: group, order: [] }]);
  const capped = project(join(['e', totals], ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'e'))],
    ['left', 'c', scan(REF_CAP), and(eq(col('plan_world', 'c'), col('plan_world', 'o')), ...group.slice(1).map((k) => eq(col(k, 'c'), col(k, 'e'))), compare('>', col('total', 'e'), col('cap', 'c')))]),
  [...keep('e', ...TOP, 'plan', 'amount', 'held'), ...keep('c', 'cap'), named('part_n', coalesce(times(asWide(col('amount', 'e')), col('cap', 'c')), wide(0n))),
    named('part_d', when(isNull(col('cap', 'c')), wide(1n), col('total', 'e')))]);
  const cut = extend(capped, [named('part', { kind: 'ratio', n: col('part_n'), d: col('part_d'), scale: 1n, mode: 'floor' })]);
  const rest = extend(cut, [named('rest', minus(col('part_n'), times(col('part'), col('part_d'))))]);
  const ranked = windowed(rest, [
    { name: 'place', fn: 'row_number', partition: group, order: [{ column: 'rest', descending: true }, { column: 'component', descending: false }] },
    { name: 'given', fn: 'sum', of: col('part'), partition: group, order: [] },
  ]);
  const extra = when(compare('<=', asWide(col('place')), minus(asWide(col('cap')), col('given'))), wide(1n), wide(0n));
  return {
    name: 'payouts', make: 'table', key: [...TOP], about: 'what is paid: earnings after the cap of the plan',
    relation: project(ranked, [...keep(undefined, 'world', 'plan', 'component', 'payee', 'period', 'amount', 'held'), named('payout', when(isNull(col('cap')), col('amount'), cast(plus(col('part'), extra), 'bigint')))]),
  };
}
