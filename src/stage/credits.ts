/**
 * Stage 2, credits: who is credited with which share of a fact, by which rule. One row a fact, payee
 * and rule; the share is a whole number of `shareDivisor`-ths. A view: nothing is stored at this
 * grain. Those above a payee are not credited here but at the grain of measures (`ref_route`), where
 * it costs a thousandth.
 */
import type { CreditRule } from '../plan/plan.ts';
import {
  and, cast, col, compare, eq, type Expr, filter, int, isNotNull, join, keep, minus, named, type Named, nothing, plus, project, type Relation,
  scan, type Statement, times, union, when, call,
} from '../relation/relation.ts';
import { columnsOf } from '../relation/check.ts';
import { assert } from '../value/diagnostic.ts';
import { lcm, type Ratio } from '../value/rate.ts';
import { type DirectRule, type FactColumn, type Gathered, shareOf } from './gather.ts';
import { columnName, type FactsStage } from './facts.ts';
import { REF_STINT } from './reference.ts';

/** One recipient of a rule: the column that names him, and his share. */
interface Slot { readonly party: string; readonly share: Expr }

export function creditsStage(stages: ReadonlyMap<string, FactsStage>, gathered: Gathered): Statement {
  const branches = gathered.rules.flatMap((rule) => {
    const facts = stages.get(rule.kind);
    assert(facts !== undefined, 'facts of every credited kind are there');
    return slotsOf(rule.rule, facts.parties, gathered.shareDivisor).map((slot) => branch(rule, slot, facts, gathered.facts));
  });
  const all = branches.length === 0 ? NOBODY : union(branches);
  const credited = join(['c', all], ['inner', 's', scan(REF_STINT), and(
    eq(col('payee', 's'), col('payee', 'c')), compare('<=', col('from_day', 's'), col('day', 'c')), compare('<', col('day', 'c'), col('to_day', 's')))]);
  const columns = columnsOf(all).map((c) => c.name);
  return {
    name: 'credits', make: 'view', key: ['facts_world', 'fact', 'payee', 'rule'],
    relation: project(credited, [...keep('c', ...columns), ...keep('s', 'stint', 'people_world')]),
    about: `who is credited with what share of each fact, in ${gathered.shareDivisor} parts`,
  };
}

/** Where plans pay without measuring anything, nobody is credited with anything. */
const NOBODY: Relation = {
  kind: 'values', rows: [],
  columns: [
    { name: 'facts_world', type: 'integer' }, { name: 'fact', type: 'bigint' }, { name: 'day', type: 'integer' }, { name: 'slice', type: 'integer' },
    { name: 'payee', type: 'integer' }, { name: 'rule', type: 'integer' }, { name: 'share', type: 'bigint' },
  ],
};

function branch(rule: DirectRule, slot: Slot, facts: FactsStage, columns: readonly FactColumn[]): Relation {
  const from: Relation = { kind: 'scan', table: facts.statement.name, columns: columnsOf(facts.statement.relation) };
  const wanted = [isNotNull(col(slot.party)), ...(rule.rule.where === undefined ? [] : [col(`rule_${rule.index}`)])];
  const values: Named[] = columns.map((c) => named(columnName(c), c.kind === rule.kind ? col(columnName(c)) : nothing('bigint')));
  return project(filter(from, and(...wanted)), [
    ...keep(undefined, 'facts_world', 'fact', 'day', 'slice'), named('payee', col(slot.party)),
    named('rule', cast(int(rule.index), 'integer')), named('share', slot.share), ...values,
  ]);
}

function slotsOf(rule: CreditRule, parties: readonly (readonly string[])[], divisor: bigint): Slot[] {
  const column = (path: readonly string[]): string => {
    const i = parties.findIndex((p) => p.join('.') === path.join('.'));
    assert(i >= 0, 'every party has a column');
    return `party_${i}`;
  };
  const part = shareOf(rule.share, rule), whole = (divisor * part.n) / part.d;
  assert(whole * part.d === divisor * part.n, 'the divisor of shares holds every share');
  if (rule.split.length > 0) return splitSlots(rule, column, whole);
  const names = rule.to.map(column);
  if (names.length === 1) return [{ party: names[0] as string, share: int(whole) }];
  // shared equally among those who are there
  const there = plus(...names.map((name) => when(isNotNull(col(name)), int(1), int(0))));
  return names.map((party) => ({ party, share: call('quotient', int(whole), there) }));
}

/** Steps: each takes its shares from what is left; `rest` is what remains in the step; nobody there leaves it for the next. */
function splitSlots(rule: CreditRule, column: (path: readonly string[]) => string, whole: bigint): Slot[] {
  const slots: Slot[] = [];
  let left: Expr = int(1), leftDivisor = 1n;
  for (const step of rule.split) {
    const d = step.reduce((m, s) => (s.share === 'rest' ? m : lcm(m, shareOf(s.share, rule).d)), 1n);
    let given: Expr = int(0);
    for (const s of step) {
      const party = column(s.to);
      const part: Expr = s.share === 'rest' ? minus(int(d), given) : int(partsOf(shareOf(s.share, rule), d));
      const factor = whole / (leftDivisor * d);
      assert(factor * leftDivisor * d === whole, 'the divisor of shares holds every step');
      slots.push({ party, share: times(int(factor), left, part) });
      given = plus(given, when(isNotNull(col(party)), part, int(0)));
    }
    left = times(left, minus(int(d), given));
    leftDivisor *= d;
  }
  return slots;
}
function partsOf(share: Ratio, d: bigint): bigint { return (share.n * d) / share.d; }
