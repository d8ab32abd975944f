/**
 * Lines: the earning of a component shared over the facts of its period, in running order under a marginal
 * rate, else by what each fact was paid on. Made only where something asks for single facts: releases that
 * wait for an event, take-backs, running limits. Parts add up to the whole, by largest remainder.
 */
import {
  aggregate, and, call, cases, cast, col, compare, eq, type Expr, filter, int, isNotNull, join, keep, minus, named, nothing, or, project, type Relation, scan, type Statement, sum, times, union, when, wide, windowed,
} from '../relation/relation.ts';
import { must } from '../value/diagnostic.ts';
import { asWide, atScale, SCALE, scanOf, sign } from './arithmetic.ts';
import type { Catalogue, ComponentEntry } from './catalogue.ts';
import { isMarginal } from './components.ts';
import { READS } from './curve.ts';
import { holds, valueAt } from './earnings.ts';
import { columnName, type FactsBuilder } from './facts.ts';
import { afterLimits, askLimits, fundedLines } from './limits.ts';
import { NotBuilt } from './lower.ts';
import type { CubeColumn, SimpleValue } from './gather.ts';
import { REF_COMPONENT, REF_LOOK, REF_MEASURE, REF_NEED, REF_PERIOD, REF_ROUTE, REF_SEGMENT, REF_WINDOW, REF_WORLD } from './reference.ts';

const TOP = ['world', 'component', 'payee', 'period'] as const;
const ORDER = ['day', 'fact_id', 'fact'].map((column) => ({ column, descending: false }));

/** Does something ask which fact an earning came from? */
export function asksForLines(c: ComponentEntry, catalogue: Catalogue): boolean {
  const plan = must(catalogue.plans[c.plan]).spec, release = c.spec.release ?? plan.release, back = c.spec.takeBack ?? plan.takeBack;
  const convert = c.spec.convert ?? plan.convert;
  return c.parent === null && (catalogue.everyLine || convert?.when === 'date' || back.length > 0 || c.spec.limits.length > 0 || release.some((p) => p.event !== undefined || p.as !== undefined || p.after !== undefined || p.require !== undefined));
}
/** Components whose earnings can be shared over facts: those that pay on a sum or count of the payee's credits. */
function sharedComponents(catalogue: Catalogue): ComponentEntry[] {
  return catalogue.components.filter((c) => asksForLines(c, catalogue) && isShared(c));
}
function isShared(c: ComponentEntry): boolean {
  return c.spec.kind === 'leaf' && c.spec.per === undefined && c.spec.pay !== undefined && c.spec.pay.form !== 'amount' && c.spec.of === 'value'
    && c.value?.kind === 'simple' && c.value.over === undefined && c.value.subject === 'payee' && c.value.measure.terms.length > 0 && c.value.measure.terms.every((t) => t.column.value.role !== 'distinct' && t.column.time.grain === 'slice');
}

/** Can what this component pays be told apart by facts? */
export const hasLines = (c: ComponentEntry): boolean => isSingle(c) || isShared(c);
/** Is it told apart in this run? */
export const isLined = (c: ComponentEntry, catalogue: Catalogue): boolean => asksForLines(c, catalogue) && hasLines(c);

export interface LinesFrom { readonly credits: Statement; readonly attainment: Statement; readonly parts: Statement; readonly lines: Statement | undefined; readonly earnings: Statement }
export interface Lines {
  /** what comes before payouts: weights, and what running limits leave */
  readonly before: readonly Statement[];
  /** earnings after running limits */
  readonly paid: Statement;
  /** `attributed`: what is paid for each fact, where something asks */
  readonly after: (payouts: Statement) => Statement[];
}
const kindIn = (c: ComponentEntry): string => (c.spec.kind === 'leaf' && c.spec.per?.kind === 'fact' ? c.spec.per.of : c.value?.kind === 'simple' ? c.value.measure.terms[0]?.column.value.kind ?? c.value.measure.rows?.columns[0]?.value.kind ?? '' : '');
const isSingle = (c: ComponentEntry): boolean => c.spec.kind === 'leaf' && c.spec.per?.kind === 'fact';
const limitedOf = (catalogue: Catalogue): ComponentEntry[] => catalogue.components.filter((c) => c.parent === null && c.spec.limits.length > 0);

/** Asks the facts for what limits are counted by. */
export function askLines(catalogue: Catalogue, builders: ReadonlyMap<string, FactsBuilder>): void {
  askLimits(limitedOf(catalogue), catalogue, builders, kindIn);
}

export function linesStages(catalogue: Catalogue, from: LinesFrom, builders: ReadonlyMap<string, FactsBuilder>): Lines {
  const shared = sharedComponents(catalogue), single = catalogue.components.filter((c) => asksForLines(c, catalogue) && isSingle(c)), limited = limitedOf(catalogue);
  for (const c of limited) if (!shared.includes(c) && !single.includes(c)) throw new NotBuilt(c.spec.at, `${c.spec.name} has limits, but its pay cannot be told apart by facts`, 'Pay on a sum or a count of facts, or write `per` with the kind of fact.');
  const weights = shared.length === 0 ? [] : [weightsStage(shared, from.credits, from.attainment, from.parts)];
  const one = (some: readonly ComponentEntry[]): Relation[] => some.map((c) => factLines(c, must(from.lines), must(builders.get(kindIn(c)))));
  const columns = keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'amount');
  const unlimited = (of: Relation): Relation => (limited.length === 0 ? of : filter(of, and(...limited.map((c) => compare('<>', col('component'), int(c.component))))));
  const capped = catalogue.plans.some((p) => p.spec.cap !== undefined);
  let funded: Statement | undefined;
  if (limited.length > 0) {
    const earned = project(scanOf(from.earnings), keep(undefined, ...TOP, 'amount'));
    const lines = union([...weights.map((w) => project(sharedOut(scanOf(w), earned), columns)), ...one(single.filter((c) => limited.includes(c))).map((r) => project(r, columns))]);
    funded = { name: 'funded', make: 'table', key: [...TOP, 'fact'], relation: fundedLines(lines, limited, catalogue, builders, kindIn), about: 'what running limits leave of the pay for each fact' };
  }
  const paid = funded === undefined ? from.earnings : afterLimits(from.earnings, funded);
  return {
    before: [...weights, ...(funded === undefined ? [] : [funded, paid])], paid,
    after(payouts) {
      const amounts = project(scanOf(payouts), [...keep(undefined, ...TOP), named('amount', col('payout'))]), short = keep(undefined, ...TOP, 'fact', 'day', 'amount');
      const parts = [
        ...weights.map((w) => project(unlimited(sharedOut(scanOf(w), amounts)), short)),
        ...[...one(single.filter((c) => !limited.includes(c))), ...(funded === undefined ? [] : [project(scanOf(funded), [...keep(undefined, ...TOP, 'fact', 'fact_id', 'day'), named('amount', cast(col('funded'), 'bigint'))])])]
          .map((r) => project(capped ? afterCap(r, amounts) : r, short)),
      ];
      return parts.length === 0 ? [] : [{ name: 'attributed', make: 'table', key: [...TOP, 'fact'], relation: union(parts), about: 'what is paid for each fact' }];
    },
  };
}
/** Lines that have their amounts already: what the cap of the plan cut off is taken from them in proportion. */
function afterCap(lines: Relation, payouts: Relation): Relation {
  const weighed = windowed(project(lines, [...keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'amount'), named('weight', asWide(col('amount')))]), [{ name: 'total', fn: 'sum', of: col('weight'), partition: [...TOP], order: [] }]);
  const joined = project(join(['l', weighed], ['inner', 'p', payouts, and(...TOP.map((k) => eq(col(k, 'p'), col(k, 'l'))))]), [...keep('l', ...TOP, 'fact', 'fact_id', 'day', 'amount', 'weight', 'total'), named('paid', asWide(col('amount', 'p')))]);
  const columns = keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'amount');
  return union([
    project(filter(joined, eq(col('total'), col('paid'))), columns),
    project(sharedOut(project(filter(joined, compare('<>', col('total'), col('paid'))), keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'weight')), payouts), columns),
  ]);
}

/** Facts that are paid one by one have their lines already. */
function factLines(c: ComponentEntry, lines: Statement, facts: FactsBuilder): Relation {
  const own = filter(scanOf(lines), eq(col('component'), int(c.component)));
  return project(join(['l', own], ['inner', 'f', facts.scan(), eq(col('fact', 'f'), col('line', 'l'))]), [...keep('l', ...TOP), named('fact', col('line', 'l')), ...keep('f', 'fact_id', 'day'), named('amount', col('so_far', 'l'))]);
}

/** What each fact weighs in its component's earning of a period. */
function weightsStage(shared: readonly ComponentEntry[], credits: Statement, attainment: Statement, parts: Statement): Statement {
  const marginal = shared.filter((c) => isMarginal(c) && c.spec.kind === 'leaf' && c.spec.pay?.form === 'rate'), byField = shared.filter((c) => c.shape.reads === READS.field);
  const plain = shared.filter((c) => !marginal.includes(c) && !byField.includes(c));
  const rows = (some: readonly ComponentEntry[]): Relation => factRows(some, credits);
  const pieces = [
    ...(plain.length === 0 ? [] : [project(rows(plain), [...keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'own_from'), named('weight', col('num'))])]),
    ...(byField.length === 0 ? [] : [fieldWeights(rows(byField), parts)]),
    ...(marginal.length === 0 ? [] : [runningWeights(rows(marginal), attainment)]),
  ];
  return {
    name: 'weights', make: 'table', key: [...TOP, 'fact'], about: 'what each fact weighs in the earning of its component',
    relation: project(filter(union(pieces), compare('>=', col('day'), col('own_from'))), keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'weight')),
  };
}

/** The credits of these components, fact by fact, over their whole windows. */
function factRows(some: readonly ComponentEntry[], credits: Statement): Relation {
  const values = some.map((c) => c.value as SimpleValue), terms = values.flatMap((v) => v.measure.terms), columns = [...new Set(terms.map((t) => t.column))];
  const anyOf = (of: Expr, numbers: readonly number[]): Expr => or(...[...new Set(numbers)].map((n) => eq(of, int(n))));
  const joined = join(
    ['o', scan(REF_WORLD)],
    ['inner', 'k', filter(scan(REF_COMPONENT), anyOf(col('component'), some.map((c) => c.component))), eq(col('plan_world', 'k'), col('plan_world', 'o'))],
    ['inner', 'l', scan(REF_LOOK), and(eq(col('plan_world', 'l'), col('plan_world', 'o')), eq(col('component', 'l'), col('component', 'k')), eq(col('look', 'l'), col('look', 'k')))],
    ['inner', 'm', scan(REF_MEASURE), and(eq(col('plan_world', 'm'), col('plan_world', 'o')), eq(col('measure', 'm'), col('measure', 'l')))],
    ['inner', 'r', scan(REF_ROUTE), and(eq(col('people_world', 'r'), col('people_world', 'o')), eq(col('route', 'r'), col('route', 'm')))],
    ['inner', 'c', scanOf(credits), and(eq(col('facts_world', 'c'), col('facts_world', 'o')), eq(col('people_world', 'c'), col('people_world', 'o')), eq(col('payee', 'c'), col('payee', 'r')), eq(col('stint', 'c'), col('stint', 'r')))],
    ['inner', 'n', scan(REF_NEED), and(eq(col('plan_world', 'n'), col('plan_world', 'o')), eq(col('plan', 'n'), col('plan', 'k')), eq(col('measure', 'n'), col('measure', 'm')), eq(col('window', 'n'), col('window', 'k')), eq(col('subject', 'n'), col('subject', 'r')), eq(col('stint', 'n'), col('subject_stint', 'r')))],
    ['inner', 'w', scan(REF_WINDOW), and(eq(col('window', 'w'), col('window', 'k')), eq(col('span', 'w'), col('span', 'm')), eq(col('slice', 'w'), col('slice', 'c')))],
    ['inner', 'p', scan(REF_PERIOD), and(eq(col('window', 'p'), col('window', 'w')), eq(col('period', 'p'), col('period', 'w')))],
  );
  const chosen = (expr: (c: CubeColumn) => Expr): Expr => cases(columns.map((c) => [and(eq(col('cube_column', 'm'), int(c.index)), or(...c.rules.map((r) => eq(col('rule', 'c'), int(r))))), expr(c)] as const), nothing('wide'));
  const raw = project(joined, [
    ...keep('o', 'world'), ...keep('k', 'component'), named('payee', col('subject', 'n')), ...keep('w', 'period'), ...keep('c', 'fact', 'fact_id', 'day'), ...keep('p', 'own_from'),
    named('field_value', chosen((c) => asWide(c.key === null ? int(0) : col(columnName(c.key), 'c')))),
    named('num', times(chosen((c) => (c.value.role === 'count' ? when(compare('<>', col('share', 'c'), int(0)), asWide(col(columnName(c.value), 'c')), wide(0n)) : times(asWide(col(columnName(c.value), 'c')), asWide(col('share', 'c'))))), col('coefficient', 'm'))),
  ]);
  return aggregate(filter(raw, isNotNull(col('num'))), keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'own_from', 'field_value'), [named('num', sum(col('num')))]);
}

/** Each fact at the rate that its field has. */
function fieldWeights(rows: Relation, parts: Statement): Relation {
  const found = project(join(['f', rows], ['inner', 'p', scanOf(parts), and(...TOP.map((k) => eq(col(k, 'p'), col(k, 'f'))), eq(asWide(col('field_value', 'p')), col('field_value', 'f')))]),
    [...keep('f', ...TOP, 'fact', 'fact_id', 'day', 'own_from'), named('top', times(col('num', 'f'), col('value_n', 'p'))), named('bottom', col('value_d', 'p'))]);
  return project(found, [...keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'own_from'), named('weight', { kind: 'ratio', n: col('top'), d: col('bottom'), scale: PER_UNIT, mode: 'half_away' })]);
}

/** how finely what a fact adds under a marginal rate is weighed: parts of a minor unit */
const PER_UNIT = 10n ** 9n;

/** In order of date and fact: what the pay so far grows by with each. */
function runningWeights(rows: Relation, attainment: Statement): Relation {
  const running = windowed(rows, [{ name: 'running', fn: 'sum', of: col('num'), partition: [...TOP], order: ORDER }]);
  // without a target nothing is read, and nothing paid
  const hasTarget = or(compare('<>', col('reads', 'k'), int(READS.attainment)), compare('>', call('coalesce', asWide(col('target_n', 't')), wide(0n)), wide(0n)));
  const read = project(filter(join(
    ['f', running],
    ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'f'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 'f')), eq(col('plan_world', 'k'), col('plan_world', 'o')))],
    ['inner', 'l', scan(REF_LOOK), and(eq(col('plan_world', 'l'), col('plan_world', 'o')), eq(col('component', 'l'), col('component', 'k')), eq(col('look', 'l'), col('look', 'k')))],
    ['inner', 't', scanOf(attainment), and(...TOP.map((k) => eq(col(k, 't'), col(k, 'f'))))],
  ), hasTarget), [
    ...keep('f', ...TOP, 'fact', 'fact_id', 'day', 'own_from'), ...keep('o', 'plan_world'), ...keep('t', 'curve', 'unit_n', 'unit_d'),
    named('r_n', when(eq(col('reads', 'k'), int(READS.attainment)), times(col('running', 'f'), col('mul', 'l'), asWide(col('target_d', 't'))), times(col('running', 'f'), col('mul', 'l')))),
    named('r_d', when(eq(col('reads', 'k'), int(READS.attainment)), times(asWide(col('div', 'l')), asWide(col('target_n', 't'))), asWide(col('div', 'l')))),
  ]);
  const found = project(join(['f', read], ['inner', 's', scan(REF_SEGMENT), and(eq(col('plan_world', 's'), col('plan_world', 'f')), eq(col('curve', 's'), col('curve', 'f')), holds('s', col('r_n', 'f'), col('r_d', 'f')))]), [
    ...keep('f', ...TOP, 'fact', 'fact_id', 'day', 'own_from'), named('top', times(valueAt('s', col('r_n', 'f'), col('r_d', 'f')).n, col('unit_n', 'f'))), named('bottom', times(valueAt('s', col('r_n', 'f'), col('r_d', 'f')).d, col('unit_d', 'f'))),
  ]);
  const upTo = project(found, [...keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'own_from'), named('so_far', atScale(col('top'), col('bottom')))]);
  const before = windowed(upTo, [{ name: 'before', fn: 'lag', of: col('so_far'), before: wide(0n), partition: [...TOP], order: ORDER }]);
  return project(before, [...keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'own_from'), named('weight', call('quotient', minus(col('so_far'), col('before')), wide(SCALE / PER_UNIT)))]);
}

/**
 * An amount of each component, payee and period shared over its facts by weight, in units of the earning's
 * rounding, ties in order of date and fact; what is negative is shared as what is positive is. `amounts` has the columns of TOP and `amount`.
 */
function sharedOut(weights: Relation, amounts: Relation): Relation {
  const joined = join(['w', weights], ['inner', 'e', amounts, and(...TOP.map((k) => eq(col(k, 'e'), col(k, 'w'))))], ['inner', 'o', scan(REF_WORLD), eq(col('world', 'o'), col('world', 'w'))],
    ['inner', 'k', scan(REF_COMPONENT), and(eq(col('component', 'k'), col('component', 'w')), eq(col('plan_world', 'k'), col('plan_world', 'o')))]);
  const group = [...TOP];
  const rows = windowed(project(joined, [...keep('w', ...TOP, 'fact', 'fact_id', 'day', 'weight'), ...keep('k', 'end_minor'), named('towards', sign(col('amount', 'e'))), named('units', call('abs', call('quotient', asWide(col('amount', 'e')), asWide(col('end_minor', 'k'))))), named('odd', call('modulo', asWide(col('amount', 'e')), asWide(col('end_minor', 'k'))))]),
    [{ name: 'total', fn: 'sum', of: col('weight'), partition: group, order: [] }]);
  const cut = project(filter(rows, compare('<>', col('total'), int(0))), [
    ...keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'end_minor', 'towards', 'units', 'odd'), named('part_n', times(col('units'), asWide(col('weight')), sign(col('total')))), named('part_d', call('abs', col('total'))),
  ]);
  const whole = project(cut, [...keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'end_minor', 'towards', 'units', 'odd', 'part_n', 'part_d'), named('part', { kind: 'ratio', n: col('part_n'), d: col('part_d'), scale: 1n, mode: 'floor' })]);
  const rest = project(whole, [...keep(undefined, ...TOP, 'fact', 'fact_id', 'day', 'end_minor', 'towards', 'units', 'odd', 'part'), named('rest', minus(col('part_n'), times(col('part'), col('part_d'))))]);
  const ranked = windowed(rest, [
    { name: 'place', fn: 'row_number', partition: group, order: [{ column: 'rest', descending: true }, ...ORDER] }, { name: 'given', fn: 'sum', of: col('part'), partition: group, order: [] },
    { name: 'last', fn: 'row_number', partition: group, order: [...ORDER].map((o) => ({ ...o, descending: true })) },
  ]);
  const extra = when(compare('<=', asWide(col('place')), minus(col('units'), col('given'))), wide(1n), wide(0n));
  // what is finer than the unit stays with the last
  const odd = when(eq(col('last'), int(1)), col('odd'), wide(0n));
  return project(ranked, [...keep(undefined, ...TOP, 'fact', 'fact_id', 'day'), named('amount', cast({ kind: 'call', fn: 'add', args: [times({ kind: 'call', fn: 'add', args: [col('part'), extra] }, asWide(col('end_minor')), col('towards')), odd] }, 'bigint'))]);
}
