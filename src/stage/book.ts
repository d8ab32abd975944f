/**
 * Measures over reference rows: sums over the accounts of a book, as of the last day of each window,
 * of fields of the account and of its own measures. Retention is two such levels.
 */
import type { At, Kind } from '../plan/plan.ts';
import {
  aggregate, and, cast, col, compare, countDistinct, eq, type Expr, filter, int, isNotNull, type JoinInput, keep, max, min, minus, named, type Named, project, type Relation, scan, type Statement, sum, times, union, wide,
} from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { asWide, scanOf } from './arithmetic.ts';
import { bookValue } from './book-value.ts';
import { type Creditor, slotsOfRule } from './credits.ts';
import type { PlanMoney } from './exchange.ts';
import { divisorsOf } from './facts.ts';
import { type BookTerm, COMPANY, constantShare, type Gathered, type LinearMeasure, weighs } from './gather.ts';
import { lower, NotBuilt, type Scope } from './lower.ts';
import { REF_NEED, REF_NEED_GROUP, REF_PERIOD, REF_ROUTE, REF_STINT, REF_WORLD } from './reference.ts';
import { datedColumns, forceOn, groupPath, type Joins, joinsOf, listRow, lowerPortion, type Row, rowScope } from './row-scope.ts';

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
export function gatheredBy({ book, divisor }: LinearMeasure): Expr {
  switch (must(book)[0]?.form) {
    case 'min': return min(col('num'));
    case 'max': return max(col('num'));
    case 'distinct': return times(asWide(countDistinct(col('num'))), int(divisor));
    default: return sum(col('num'));
  }
}

/** Rows of one term; `told`: what else is said of each: `f` is the row, `s` the stint of whom it is credited to; the share is in parts of gathered.shareDivisor. */
export function termRows(measure: LinearMeasure, term: BookTerm, before: Statement | undefined, gathered: Gathered, kinds: readonly Kind[], references: Set<Kind>, told: (value: Expr, party: Expr, share: Expr) => readonly Named[] = () => []): Relation {
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
  const money: PlanMoney = { currency: term.plan.currency, exchange: undefined }, row: Row = { kind, alias: 'f', day: last }, creditor = creditorOf(row, joins, money);
  const need = term.group === undefined ? REF_NEED : REF_NEED_GROUP;
  const windows = aggregate(filter(scan(need), eq(col('measure'), int(measure.index))), keep(undefined, 'plan_world', 'plan', 'window'), []);
  const inputs = (): JoinInput[] => [
    { as: 'o', how: 'from', relation: scan(REF_WORLD) },
    { as: 'a', how: 'inner', relation: windows, on: eq(col('plan_world', 'a'), col('plan_world', 'o')) },
    { as: 'p', how: 'inner', relation: scan(REF_PERIOD), on: eq(col('window', 'p'), col('window', 'a')) },
    { as: 'f', how: 'inner', relation: { kind: 'scan', table: `dated_${kind.name}`, columns: datedColumns(kind) }, on: forceOn('f', last) },
    ...joins.inputs.values(), ...asked.values(),
  ];
  const key = [...keep('o', 'world'), ...keep('a', 'plan'), ...keep('p', 'window', 'period')], { rule } = term;
  if (rule?.through !== undefined || rule?.yieldsTo !== undefined) throw new NotBuilt(term.at, `Rows of ${term.kind} are not credited ${rule.through === undefined ? `by a rule that yields to another, as ${rule.name} does` : `through facts, as ${rule.name} does`}`, 'Name the payee in a field of the row.');
  const slots = rule === undefined ? [] : slotsOfRule({ rule, kind: kind.name, plan: term.plan, guards: [] }, creditor, { gathered, divisors: divisorsOf(kinds) });
  const fixed = constantShare(rule?.factor), factor = rule?.factor === undefined ? undefined : fixed === undefined ? lowerPortion(rule.factor, rowScope(row, joins, money, rule.at)).n : int(fixed.n);
  const group = term.group === undefined ? undefined : groupParty(term.group, kind, kinds, creditor, term.at);
  for (const r of joins.references) references.add(r);
  if (group !== undefined) return project(filter({ kind: 'join', inputs: inputs() }, and(isNotNull(group), ...wanted)), [...key, ...told(asWide(pair.n), group, wide(gathered.shareDivisor)), named('payee', group), named('num', amount)]);
  return union(slots.map((slot): Relation => {
    const share = factor === undefined ? asWide(slot.share) : times(asWide(slot.share), factor), varies = slot.share.kind !== 'literal' || factor !== undefined;
    const own: JoinInput[] = [
      ...(slot.joins ?? []),
      { as: 's', how: 'inner', relation: scan(REF_STINT), on: and(eq(col('people_world', 's'), col('people_world', 'o')), eq(col('payee', 's'), slot.party), compare('<=', col('from_day', 's'), last), compare('<', last, col('to_day', 's'))) },
      { as: 'r', how: 'inner', relation: scan(REF_ROUTE), on: and(eq(col('people_world', 'r'), col('people_world', 'o')), eq(col('route', 'r'), int(term.route)), eq(col('payee', 'r'), col('payee', 's')), eq(col('stint', 'r'), col('stint', 's'))) },
      { as: 'need', how: 'inner', relation: scan(REF_NEED), on: and(eq(col('plan_world', 'need'), col('plan_world', 'o')), eq(col('plan', 'need'), col('plan', 'a')), eq(col('measure', 'need'), int(measure.index)), eq(col('window', 'need'), col('window', 'a')), eq(col('subject', 'need'), col('subject', 'r')), eq(col('stint', 'need'), col('subject_stint', 'r'))) },
    ];
    return project(filter({ kind: 'join', inputs: [...inputs(), ...own] }, and(...(varies ? [compare('<>', share, int(0))] : []), ...wanted)), [...key, ...told(asWide(pair.n), slot.party, share), named('payee', col('subject', 'need')), named('num', shares ? times(amount, share) : amount)]);
  }));
}

/** The group that a row belongs to, or the company. */
function groupParty(group: string, kind: Kind, kinds: readonly Kind[], creditor: Creditor, at: At): Expr {
  return group === 'company' ? cast(int(COMPANY), 'integer') : creditor.party(must(groupPath(kind, group, kinds)), at);
}

/** How rules name payees and shares of rows of a kind. */
function creditorOf(row: Row, joins: Joins, money: PlanMoney): Creditor {
  const scope = (at: At): Scope => rowScope(row, joins, money, at);
  return {
    party(path, at) {
      const out = lower({ kind: 'name', name: path.join('.'), ref: { kind: 'field', path }, type: { kind: 'payee' }, at: { start: 0, end: 0 } }, scope(at), false);
      assert(out.kind === 'code', 'whom a row belongs to is a word');
      return out.expr;
    },
    portion: (num, _, at) => lowerPortion(num, scope(at)),
    list(path) { const { owner, row: held } = listRow(path, row, joins); return { owner, row: held }; },
  };
}
