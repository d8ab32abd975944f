/**
 * Facts that count for nobody, with the reason [B2]; and facts that a plan does not count because they are in
 * another currency than its own. Only facts on days that the plans cover, and that some measure would count.
 */
import type { Engine } from '../engine/engine.ts';
import type { Kind } from '../plan/plan.ts';
import { columnsOf } from '../relation/check.ts';
import {
  aggregate, and, anyTrue, cases, cast, coalesce, col, compare, count, countDistinct, eq, type Expr, filter, int, isNotNull, isNull, join, keep, named, type Named,
  nothing, or, project, type Relation, replaceScans, scan, type Statement, text, union,
} from '../relation/relation.ts';
import { columnName } from '../stage/facts.ts';
import type { FactColumn } from '../stage/gather.ts';
import { REF_NEED, REF_ROUTE, REF_STINT, REF_WINDOW } from '../stage/reference.ts';
import { factTable, WORD } from '../stage/store.ts';
import { assert } from '../value/diagnostic.ts';
import type { Calculation } from './calculate.ts';
import { countOf, planOf } from './earned.ts';
import { relationOf, rowsOf } from './figures.ts';
import { countedCredits } from './reach.ts';

/**
 * `no_payee`: the fact names nobody. `not_here`: whom it names does not work here on that day.
 * `no_rule`: the conditions of all credit rules leave it out. `no_plan`: nobody whom it is credited to, nor
 * anybody above, is on a plan that day.
 */
export type UncreditedWhy = 'no_payee' | 'not_here' | 'no_rule' | 'no_plan';
/** Facts of one kind; `payee` is the first whom they name, null where there is nobody. */
export interface Uncredited { readonly kind: string; readonly why: UncreditedWhy; readonly payee: string | null; readonly facts: number }

/** Sorted by kind, reason and payee. Each fact is counted once. */
export async function uncreditedFacts(engine: Engine, calculation: Calculation, kinds: readonly Kind[]): Promise<readonly Uncredited[]> {
  const { gathered } = calculation.catalogue;
  const credited = creditedFacts(calculation);
  const parts = kinds.flatMap((kind): Relation[] => {
    const values = gathered.facts.filter((c) => c.kind === kind.name && c.role !== 'key').map((c) => isNotNull(col(columnName(c))));
    return isCounted(calculation, kind) && values.length > 0 ? [uncreditedOf(kind, filter(relationOf(calculation, `facts_${kind.name}`), or(...values)), credited)] : [];
  });
  if (parts.length === 0) return [];
  const found = aggregate(union(parts), keep(undefined, 'kind', 'why', 'payee'), [named('facts', count())]);
  const columns = [...keep('u', 'kind', 'why', 'facts'), named('payee', col('word', 'w'))];
  const rows = await engine.read(project(join(['u', found], ['left', 'w', scan(WORD), eq(col('code', 'w'), col('payee', 'u'))]), columns), ['kind', 'why', 'payee']);
  return rowsOf(rows).map((r) => ({ kind: String(r['kind']), why: r['why'] as UncreditedWhy, payee: r['payee'] === null ? null : String(r['payee']), facts: countOf(r['facts']) }));
}

const isCounted = ({ compiled }: Calculation, kind: Kind): boolean => compiled.program.statements.some((s) => s.name === `facts_${kind.name}`);

/** (fact, on_plan): facts that are credited to somebody who is here, and whether it counts for anybody on a plan. */
function creditedFacts(calculation: Calculation): Relation {
  const needed = aggregate(filter(scan(REF_NEED), eq(col('plan_world'), int(0))), keep(undefined, 'subject', 'stint', 'window'), []);
  const covered = aggregate(join(['n', needed], ['inner', 'w', scan(REF_WINDOW), eq(col('window', 'w'), col('window', 'n'))]),
    [...keep('n', 'subject', 'stint'), ...keep('w', 'slice')], []);
  const joined = join(
    ['c', filter(relationOf(calculation, 'credits'), and(eq(col('facts_world'), int(0)), eq(col('people_world'), int(0))))],
    ['inner', 'r', scan(REF_ROUTE), and(eq(col('people_world', 'r'), int(0)), eq(col('payee', 'r'), col('payee', 'c')), eq(col('stint', 'r'), col('stint', 'c')))],
    ['left', 'n', covered, and(eq(col('subject', 'n'), col('subject', 'r')), eq(col('stint', 'n'), col('subject_stint', 'r')), eq(col('slice', 'n'), col('slice', 'c')))],
  );
  return aggregate(joined, keep('c', 'fact'), [named('on_plan', anyTrue(isNotNull(col('subject', 'n'))))]);
}

/** (kind, why, payee) of each fact that counts for nobody. */
function uncreditedOf(kind: Kind, facts: Relation, credited: Relation): Relation {
  const parties = columnsOf(facts).map((c) => c.name).filter((name) => name.startsWith('party_'));
  const here = union(parties.map((party) => project(
    join(['f', facts], ['inner', 's', scan(REF_STINT), and(eq(col('people_world', 's'), int(0)), eq(col('payee', 's'), col(party, 'f')), compare('<=', col('from_day', 's'), col('day', 'f')), compare('<', col('day', 'f'), col('to_day', 's')))]),
    keep('f', 'fact'))));
  const joined = join(
    ['f', facts],
    ['left', 'c', credited, eq(col('fact', 'c'), col('fact', 'f'))],
    ['left', 'h', aggregate(here, keep(undefined, 'fact'), []), eq(col('fact', 'h'), col('fact', 'f'))],
  );
  const why = cases([
    [isNotNull(col('fact', 'c')), text('no_plan')],
    [and(...parties.map((p) => isNull(col(p, 'f')))), text('no_payee')],
    [isNull(col('fact', 'h')), text('not_here')],
  ], text('no_rule'));
  const noCredit = or(isNull(col('fact', 'c')), eq(col('on_plan', 'c'), NO));
  return project(filter(joined, and(eq(col('facts_world', 'f'), int(0)), noCredit)), [
    named('kind', text(kind.name)), named('why', why), named('payee', coalesce(...parties.map((p) => col(p, 'f')), nothing('integer'))),
  ]);
}
const NO: Expr = { kind: 'literal', type: 'boolean', value: false };

/** Facts of one kind and currency that a plan would count, were they in its own. */
export interface OtherCurrency { readonly kind: string; readonly currency: string; readonly plan: string; readonly planCurrency: string; readonly facts: number }

/** Sorted by kind, plan and currency; a currency that is blank is told as empty text. */
export async function otherCurrencies(engine: Engine, calculation: Calculation, kinds: readonly Kind[]): Promise<readonly OtherCurrency[]> {
  const found: OtherCurrency[] = [];
  for (const kind of kinds) {
    const turned = isCounted(calculation, kind) ? inOtherCurrencies(calculation, kind) : undefined;
    if (turned === undefined) continue;
    await engine.execute(turned);
    const credits = countedCredits(calculation, { kind: 'scan', table: turned.name, columns: columnsOf(turned.relation) }, ['fact']);
    const named_ = project(join(
      ['c', credits],
      ['inner', 'f', scan(factTable(kind)), eq(col('row', 'f'), col('fact', 'c'))],
      ['left', 'w', scan(WORD), eq(col('code', 'w'), col('currency', 'f'))],
    ), [...keep('c', 'fact', 'plan'), named('currency', coalesce(col('word', 'w'), text('')))]);
    const rows = await engine.read(aggregate(named_, keep(undefined, 'plan', 'currency'), [named('facts', countDistinct(col('fact')))]), ['plan', 'currency']);
    for (const r of rowsOf(rows)) {
      const { spec } = planOf(calculation, r['plan']);
      addTo(found, { kind: kind.name, currency: String(r['currency']), plan: spec.plan, planCurrency: spec.currency, facts: countOf(r['facts']) });
    }
  }
  return found;
}

/** Versions of a plan hold on different days, so their facts are different ones. */
function addTo(found: OtherCurrency[], more: OtherCurrency): void {
  const i = found.findIndex((f) => f.kind === more.kind && f.plan === more.plan && f.currency === more.currency && f.planCurrency === more.planCurrency);
  const have = found[i];
  if (have === undefined) found.push(more);
  else found[i] = { ...have, facts: have.facts + more.facts };
}

/** Credits of a kind whose values are there where the currency is another one, and blank where it is the plan's. */
function inOtherCurrencies(calculation: Calculation, kind: Kind): Statement | undefined {
  const { gathered } = calculation.catalogue, { statements } = calculation.compiled.program;
  const facts = statements.find((s) => s.name === `facts_${kind.name}`), credits = statements.find((s) => s.name === 'credits');
  assert(facts?.relation.kind === 'project' && credits !== undefined, 'facts of a kind are a projection, and credits are made of them');
  const tested = gathered.facts.filter((c) => c.kind === kind.name).flatMap((c) => {
    const expr = facts.relation.kind === 'project' ? facts.relation.columns.find((n) => n.name === columnName(c))?.expr : undefined;
    const turned = expr === undefined ? undefined : turnedValue(expr, c);
    return turned === undefined ? [] : [named(columnName(c), turned)];
  });
  if (tested.length === 0) return undefined;
  const isValue = (name: string): boolean => gathered.facts.some((c) => columnName(c) === name && c.role !== 'key');
  // values that have no currency are blank here: they are counted as they are
  const columns = facts.relation.columns.map((n): Named => tested.find((t) => t.name === n.name) ?? (isValue(n.name) ? named(n.name, nothing('bigint')) : n));
  const turned = replaceScans(credits.relation, new Map([[facts.name, project(facts.relation.from, columns)]]));
  const there = filter(turned, or(...tested.map((t) => isNotNull(col(t.name)))));
  return { name: 'credits_elsewhere', make: 'table', relation: there, key: ['fact', 'payee', 'rule'], about: `${kind.title || kind.name} in a currency that is not the plan's` };
}

/** `when(where and currency = X, value, null)` → the same with the currency turned round; undefined where no currency is asked for. */
function turnedValue(expr: Expr, column: FactColumn): Expr | undefined {
  if (column.role !== 'sum' || expr.kind !== 'case') return undefined;
  const [branch, ...more] = expr.when;
  const condition = branch?.[0];
  if (branch === undefined || more.length > 0 || condition === undefined) return undefined;
  const isLast = condition.kind === 'call' && condition.fn === 'and';
  const test = isLast ? condition.args.at(-1) : condition;
  if (test?.kind !== 'compare' || test.op !== '=' || test.right.kind !== 'literal' || test.right.code !== column.currency) return undefined;
  if (test.left.kind !== 'column' || test.left.name !== 'currency' || test.left.of !== 'f') return undefined;
  const other: Expr = { ...test, op: 'is_distinct_from' };
  return { ...expr, when: [[isLast ? and(...condition.args.slice(0, -1), other) : other, branch[1]]] };
}
