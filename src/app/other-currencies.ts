/**
 * Facts that a plan would count, could their money be had in its currency. Money is never added across currencies,
 * and a rate that is missing is never taken for 1: whoever is paid on such facts must know.
 */
import type { Engine } from '../engine/engine.ts';
import type { Kind } from '../plan/plan.ts';
import { columnsOf } from '../relation/check.ts';
import {
  aggregate, bool, cast, coalesce, col, countDistinct, eq, filter, join, keep, max, min, named, project, type Relation, replaceScans, scan, type Statement, text, union,
} from '../relation/relation.ts';
import { originsOf } from '../stage/kind-rows.ts';
import { readsMoney, rootOf } from '../stage/row-scope.ts';
import { WORD } from '../stage/store.ts';
import { must } from '../value/diagnostic.ts';
import type { Day } from '../value/period.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf, wholeOf } from './cells.ts';
import { planOf } from './earned.ts';
import { type CountedColumn, countedCredits, countedOtherwise, counts } from './reach.ts';
import { isCounted } from './uncredited.ts';

/**
 * Facts of one kind and currency, credited to payees of the plan on days when it holds. `from`, `to`: the first and
 * the last day of them; `example`: the id of one. `converts`: the plan has rates, but none for these.
 */
export interface OtherCurrency { readonly kind: string; readonly currency: string; readonly plan: string; readonly planCurrency: string; readonly converts: boolean; readonly facts: number; readonly from: Day; readonly to: Day; readonly example: string }

/** Sorted by kind, plan and currency; a currency that is blank is told as empty text. */
export async function otherCurrencies(engine: Engine, calculation: Calculation, kinds: readonly Kind[]): Promise<readonly OtherCurrency[]> {
  const found: OtherCurrency[] = [], { gathered } = calculation.catalogue;
  for (const kind of kinds) {
    if (!isCounted(calculation, kind)) continue;
    const isMoney = ({ value: v }: CountedColumn): boolean => v.kind === kind.name && [v.formula, v.where, ...v.factors].some((part) => readsMoney(part, kind, kinds));
    if (!gathered.facts.some((value) => isMoney({ value, key: null, rules: [] }))) continue;
    const elsewhere = unratedCredits(calculation, kind);
    await engine.execute(elsewhere);
    const from = (c: CountedColumn): Relation => filter({ kind: 'scan', table: elsewhere.name, columns: columnsOf(elsewhere.relation) }, isMoney(c) ? counts(c, gathered) : bool(false));
    const summed = gathered.cube.length === 0 ? [] : [project(countedCredits(calculation, from, ['fact']), keep(undefined, 'fact', 'plan'))];
    const ways = [...summed, ...countedOtherwise(calculation, (c) => (isMoney(c) ? from(c) : undefined), ['fact'])];
    if (ways.length === 0) continue;
    const credits = union(ways);
    const named_ = project(join(
      ['c', credits],
      ['inner', 'f', originsOf(rootOf(kind, kinds)), eq(col('row', 'f'), col('fact', 'c'))],
      ['left', 'w', scan(WORD), eq(col('code', 'w'), col('currency', 'f'))],
    ), [...keep('c', 'fact', 'plan'), ...keep('f', 'day', 'id'), named('currency', coalesce(col('word', 'w'), text('')))]);
    const rows = await engine.read(aggregate(named_, keep(undefined, 'plan', 'currency'), [
      named('facts', cast(countDistinct(col('fact')), 'integer')), named('first', min(col('day'))), named('last', max(col('day'))), named('example', min(col('id'))),
    ]), ['plan', 'currency']);
    for (const r of rowsOf(rows)) {
      const { spec } = planOf(calculation, r['plan']);
      addTo(found, { kind: kind.name, currency: String(r['currency']), plan: spec.plan, planCurrency: spec.currency, converts: spec.exchange !== undefined, facts: wholeOf(r['facts']), from: wholeOf(r['first']), to: wholeOf(r['last']), example: String(r['example']) });
    }
  }
  return found;
}

/** Versions of a plan hold on different days, so their facts are different ones. */
function addTo(found: OtherCurrency[], more: OtherCurrency): void {
  const i = found.findIndex((f) => f.kind === more.kind && f.plan === more.plan && f.currency === more.currency && f.planCurrency === more.planCurrency && f.converts === more.converts);
  const have = found[i];
  if (have === undefined) found.push(more);
  else found[i] = { ...have, facts: have.facts + more.facts, from: Math.min(have.from, more.from), to: Math.max(have.to, more.to), example: have.example < more.example ? have.example : more.example };
}

/** Credits of a kind whose values are there where the money has no rate, and blank where it has one. */
function unratedCredits({ compiled }: Calculation, kind: Kind): Statement {
  const credits = must(compiled.program.statements.find((s) => s.name === 'credits'));
  const relation = replaceScans(credits.relation, new Map([[`facts_${kind.name}`, must(compiled.builders.get(kind.name)).finish().unrated()]]));
  return { name: 'credits_elsewhere', make: 'table', relation, key: ['fact', 'payee', 'rule'], about: `${kind.title || kind.name} in a currency that the plan has no rate for` };
}
