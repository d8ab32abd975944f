/**
 * Facts that a plan would count, were they in its currency. Money is added in one currency only, and nothing is
 * converted: whoever is paid on facts in another one must know.
 */
import type { Engine } from '../engine/engine.ts';
import type { Kind } from '../plan/plan.ts';
import { columnsOf } from '../relation/check.ts';
import {
  aggregate, and, cast, coalesce, col, countDistinct, eq, type Expr, filter, isNotNull, join, keep, named, type Named, nothing, or, project, type Relation,
  replaceScans, scan, type Statement, text,
} from '../relation/relation.ts';
import { columnName } from '../stage/facts.ts';
import type { FactColumn } from '../stage/gather.ts';
import { originsOf } from '../stage/kind-rows.ts';
import { rootOf } from '../stage/row-scope.ts';
import { WORD } from '../stage/store.ts';
import { assert } from '../value/diagnostic.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf, wholeOf } from './cells.ts';
import { planOf } from './earned.ts';
import { countedCredits, counts } from './reach.ts';
import { isCounted } from './uncredited.ts';

/** Facts of one kind and currency, credited to payees of the plan on days when it holds. */
export interface OtherCurrency { readonly kind: string; readonly currency: string; readonly plan: string; readonly planCurrency: string; readonly facts: number }

/** Sorted by kind, plan and currency; a currency that is blank is told as empty text. */
export async function otherCurrencies(engine: Engine, calculation: Calculation, kinds: readonly Kind[]): Promise<readonly OtherCurrency[]> {
  const found: OtherCurrency[] = [];
  for (const kind of kinds) {
    const turned = isCounted(calculation, kind) ? inOtherCurrencies(calculation, kind) : undefined;
    if (turned === undefined) continue;
    await engine.execute(turned);
    const elsewhere: Relation = { kind: 'scan', table: turned.name, columns: columnsOf(turned.relation) };
    const credits = countedCredits(calculation, (c) => filter(elsewhere, counts(c, calculation.catalogue.gathered)), ['fact']);
    const named_ = project(join(
      ['c', credits],
      ['inner', 'f', originsOf(rootOf(kind, kinds)), eq(col('row', 'f'), col('fact', 'c'))],
      ['left', 'w', scan(WORD), eq(col('code', 'w'), col('currency', 'f'))],
    ), [...keep('c', 'fact', 'plan'), named('currency', coalesce(col('word', 'w'), text('')))]);
    const rows = await engine.read(aggregate(named_, keep(undefined, 'plan', 'currency'), [named('facts', cast(countDistinct(col('fact')), 'integer'))]), ['plan', 'currency']);
    for (const r of rowsOf(rows)) {
      const { spec } = planOf(calculation, r['plan']);
      addTo(found, { kind: kind.name, currency: String(r['currency']), plan: spec.plan, planCurrency: spec.currency, facts: wholeOf(r['facts']) });
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
