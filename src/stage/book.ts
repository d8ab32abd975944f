/**
 * Measures over reference rows: sums over the accounts of a book, as of the last day of each window,
 * of fields of the account and of its own measures. Retention is two such levels.
 */
import type { Kind } from '../plan/plan.ts';
import {
  aggregate, and, cast, coalesce, col, compare, countDistinct, eq, type Expr, filter, int, isNotNull, isNull, type JoinInput, keep, max, min, minus, named, type Named, nothing, project, type Relation, scan, type Statement, sum, times, union, when,
} from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { asWide, scanOf } from './arithmetic.ts';
import type { PlanMoney } from './exchange.ts';
import { type BookTerm, COMPANY, constantShare, type Gathered, type LinearMeasure, type MeasureValue, weighs } from './gather.ts';
import { lower, lowerCondition, lowerKey, lowerNumber, type Lowered, NotBuilt, type Scope } from './lower.ts';
import { casesOfPairs, type Pair, productOfPairs } from './lower-pair.ts';
import { REF_NEED, REF_NEED_GROUP, REF_PERIOD, REF_ROUTE, REF_STINT, REF_WORLD } from './reference.ts';
import { datedColumns, forceOn, groupPath, type Joins, joinsOf, lowerPortion, rowScope } from './row-scope.ts';

/** A value from the sums of its measures; `read` gives the sum of one, NULL where there is none. */
export function lowerValue(value: MeasureValue, read: (measure: LinearMeasure) => Expr, scope: (names: (name: string) => Lowered | undefined) => Scope): Pair {
  switch (value.kind) {
    case 'simple': {
      const num = (m: LinearMeasure): Expr => (m.zeroIfNone ? coalesce(read(m), asWide(int(0))) : read(m));
      const top = times(asWide(num(value.measure)), int(value.mul));
      if (value.over === undefined) return { n: top, d: value.div };
      const under = num(value.over), positive = { kind: 'call' as const, fn: 'nullif' as const, args: [asWide(under), int(0)] };
      return { n: when(compare('<', asWide(under), int(0)), { kind: 'call', fn: 'negate', args: [top] }, top), d: times({ kind: 'call', fn: 'abs', args: [positive] }, int(value.div)) };
    }
    case 'formula': return lowerNumber(value.formula, scope((name) => { const input = value.inputs.get(name); return input === undefined ? undefined : { kind: 'number', ...lowerValue(input, read, scope) }; }));
    case 'sample': {
      const below = value.of.over, least = times(asWide(int(value.least.n)), int(must(below).divisor));
      const enough = compare('>=', times(asWide(coalesce(read(must(below)), asWide(int(0)))), int(value.least.d)), least);
      return casesOfPairs([[enough, lowerValue(value.of, read, scope)]], lowerValue(value.otherwise, read, scope));
    }
    case 'rank': throw new NotBuilt(value.measureOf.at, `${value.measureOf.name} cannot be read for single rows`, 'Use sums, counts and ratios of them.');
  }
}

/** Rows of `measures` for one measure over reference rows. `before`: the measures of earlier passes. */
export function bookRows(measure: LinearMeasure, before: Statement | undefined, gathered: Gathered, kinds: readonly Kind[]): { readonly relation: Relation; readonly references: readonly Kind[] } {
  const references = new Set<Kind>();
  const rows = union(must(measure.book).map((term) => termRows(measure, term, before, gathered, kinds, references)));
  const by = keep(undefined, 'world', 'plan', 'window', 'period', 'payee');
  const summed = aggregate(rows, by, [named('num', gatheredBy(measure))]);
  return {
    references: [...references],
    relation: project(filter(summed, isNotNull(col('num'))), [...keep(undefined, 'world', 'plan'), named('measure', cast(int(measure.index), 'integer')), ...keep(undefined, 'window', 'period', 'payee'), named('field_value', int(0)), ...keep(undefined, 'num')]),
  };
}

/** All terms of a measure have its form. */
function gatheredBy({ book, divisor }: LinearMeasure): Expr {
  switch (must(book)[0]?.form) {
    case 'min': return min(col('num'));
    case 'max': return max(col('num'));
    case 'distinct': return times(asWide(countDistinct(col('num'))), int(divisor));
    default: return sum(col('num'));
  }
}

/** Rows of one term; `told`: what else is said of each: `f` is the row, `s` the stint of whom it is credited to. */
export function termRows(measure: LinearMeasure, term: BookTerm, before: Statement | undefined, gathered: Gathered, kinds: readonly Kind[], references: Set<Kind>, told: (value: Expr, party: Expr) => readonly Named[] = () => []): Relation {
  const kind = must(kinds.find((k) => k.name === term.kind)), joins = joinsOf(kinds), asked = new Map<number, JoinInput>();
  references.add(kind);
  const last = minus(col('to_day', 'p'), int(1));
  const read = (m: LinearMeasure): Expr => {
    assert(before !== undefined, 'measures of a row come from a pass before');
    const alias = `m_${m.index}`;
    asked.set(m.index, { as: alias, how: 'left', relation: scanOf(before), on: and(eq(col('world', alias), col('world', 'o')), eq(col('plan', alias), col('plan', 'a')), eq(col('measure', alias), int(m.index)), eq(col('window', alias), col('window', 'p')), eq(col('period', alias), col('period', 'p')), eq(col('payee', alias), col('entity', 'f'))) });
    return col('num', alias);
  };
  const { pair, wanted } = bookValue(term, kind, kinds, joins, gathered.moneyOf(term.plan), last, read);
  const shares = term.group === undefined && weighs(term.form);
  const whole = measure.divisor / (pair.d * (shares ? gathered.shareDivisor : 1n));
  const amount = times(asWide(pair.n), int(whole));
  const party = term.group === 'company' ? cast(int(COMPANY), 'integer') : partyOf(term, kind, kinds, joins, last);
  const need = term.group === undefined ? REF_NEED : REF_NEED_GROUP;
  const windows = aggregate(filter(scan(need), eq(col('measure'), int(measure.index))), keep(undefined, 'plan_world', 'plan', 'window'), []);
  const inputs: JoinInput[] = [
    { as: 'o', how: 'from', relation: scan(REF_WORLD) },
    { as: 'a', how: 'inner', relation: windows, on: eq(col('plan_world', 'a'), col('plan_world', 'o')) },
    { as: 'p', how: 'inner', relation: scan(REF_PERIOD), on: eq(col('window', 'p'), col('window', 'a')) },
    { as: 'f', how: 'inner', relation: { kind: 'scan', table: `dated_${kind.name}`, columns: datedColumns(kind) }, on: forceOn('f', last) },
    ...joins.inputs.values(), ...asked.values(),
  ];
  for (const r of joins.references) references.add(r);
  const key = [...keep('o', 'world'), ...keep('a', 'plan'), ...keep('p', 'window', 'period'), ...told(asWide(pair.n), party)];
  if (term.group !== undefined) return project(filter({ kind: 'join', inputs }, and(isNotNull(party), ...wanted)), [...key, named('payee', party), named('num', amount)]);
  const share = constantShare(term.rule?.share);
  if (share === undefined) throw new NotBuilt(term.at, 'A share of reference rows that is found for each row is not built yet', 'Write a percentage.');
  inputs.push(
    { as: 's', how: 'inner', relation: scan(REF_STINT), on: and(eq(col('people_world', 's'), col('people_world', 'o')), eq(col('payee', 's'), party), compare('<=', col('from_day', 's'), last), compare('<', last, col('to_day', 's'))) },
    { as: 'r', how: 'inner', relation: scan(REF_ROUTE), on: and(eq(col('people_world', 'r'), col('people_world', 'o')), eq(col('route', 'r'), int(term.route)), eq(col('payee', 'r'), col('payee', 's')), eq(col('stint', 'r'), col('stint', 's'))) },
    { as: 'n', how: 'inner', relation: scan(REF_NEED), on: and(eq(col('plan_world', 'n'), col('plan_world', 'o')), eq(col('plan', 'n'), col('plan', 'a')), eq(col('measure', 'n'), int(measure.index)), eq(col('window', 'n'), col('window', 'a')), eq(col('subject', 'n'), col('subject', 'r')), eq(col('stint', 'n'), col('subject_stint', 'r'))) },
  );
  return project(filter({ kind: 'join', inputs }, and(...wanted)), [...key, named('payee', col('subject', 'n')), named('num', shares ? times(amount, int((gathered.shareDivisor * share.n) / share.d)) : amount)]);
}

/** Whom a row belongs to: the payee whom the rule names, or the group. */
function partyOf(term: BookTerm, kind: Kind, kinds: readonly Kind[], joins: Joins, day: Expr): Expr {
  const path = term.group === undefined ? term.rule?.to[0] : groupPath(kind, term.group, kinds);
  if (path === undefined || (term.rule !== undefined && (term.rule.to.length !== 1 || term.rule.split.length > 0))) throw new NotBuilt(term.at, `Rows of ${term.kind} are credited to one payee each`, 'Use a rule with one payee in `to`.');
  const out = lower({ kind: 'name', name: path.join('.'), ref: { kind: 'field', path }, type: { kind: 'payee' }, at: { start: 0, end: 0 } }, rowScope({ kind, alias: 'f', day }, joins, { currency: term.plan.currency, exchange: undefined }, term.at), false);
  assert(out.kind === 'code', 'whom a row belongs to is a word');
  return out.expr;
}

/** The value of a row, in parts of a constant divisor, and the conditions under which it counts. */
export function bookValue(term: BookTerm, kind: Kind, kinds: readonly Kind[], joins: Joins, money: PlanMoney, day: Expr, read: (m: LinearMeasure) => Expr): { readonly pair: Pair & { readonly d: bigint }; readonly wanted: readonly Expr[] } {
  const scope: Scope = rowScope({ kind, alias: 'f', day }, joins, money, term.at, (typed) => {
    const input = typed.ref.kind === 'measure' ? term.inputs.get(typed.ref.measure) : undefined;
    return input === undefined ? undefined : { kind: 'number', ...lowerValue(input, read, (names) => ({ ...scope, name: (t) => (t.ref.kind === 'measure' ? names(t.ref.measure) : undefined) ?? scope.name(t) })) };
  });
  const where = [...(term.where === null ? [] : [lowerCondition(term.where, scope)]), ...(term.rule?.where === undefined ? [] : [lowerCondition(term.rule.where.formula, scope)])];
  if (term.form === 'distinct') {
    const key = lowerKey(must(term.of), scope);
    return { pair: { n: key.expr, d: key.divisor }, wanted: where };
  }
  const start: Pair = term.of === null ? { n: int(1), d: 1n } : lowerNumber(term.of, scope);
  const pair = term.factors.reduce((v: Pair, f) => productOfPairs(v, lowerPortion(f, scope)), start);
  const fixed = typeof pair.d === 'bigint' ? pair : must(scope.quotient)(pair);
  assert(typeof fixed.d === 'bigint', 'a value has a constant divisor');
  const own: Pair & { readonly d: bigint } = term.form === 'weight' ? { n: when(isNull(fixed.n), nothing('bigint'), int(1)), d: 1n } : { n: fixed.n, d: fixed.d };
  return { pair: own, wanted: where };
}
