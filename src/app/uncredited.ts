/** Facts that count for nobody, with the reason [B2]. Only facts on days that the plans cover, and that some measure counts. */
import type { ProgramRunner } from '../engine/engine.ts';
import type { Kind } from '../plan/plan.ts';
import { columnsOf } from '../relation/check.ts';
import {
  aggregate, and, anyTrue, bool, cases, cast, coalesce, col, compare, count, eq, filter, int, isNotNull, isNull, join, keep, named, nothing, or, project,
  type Relation, scan, text, union,
} from '../relation/relation.ts';
import { columnName, partyPaths } from '../stage/facts.ts';
import { REF_NEED, REF_ROUTE, REF_STINT, REF_WINDOW } from '../stage/reference.ts';
import { WORD } from '../stage/store.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf, wholeOf } from './cells.ts';
import { relationOf } from './run-relations.ts';

/**
 * `no_payee`: the fact names nobody. `not_here`: whom it names does not work here on that day.
 * `no_rule`: the conditions of all credit rules leave it out. `no_plan`: nobody whom it is credited to, nor
 * anybody above, is on a plan that day.
 */
export type UncreditedWhy = 'no_payee' | 'not_here' | 'no_rule' | 'no_plan';
/** In words, of facts and of a single one. */
export const UNCREDITED_WORDS: Readonly<Record<UncreditedWhy, readonly [string, string]>> = {
  no_payee: ['they name nobody', 'it names nobody'], not_here: ['whom they name does not work here on that day', 'whom it names does not work here on that day'],
  no_rule: ['no credit rule takes them', 'no credit rule takes it'], no_plan: ['whom they name is on no plan on that day', 'whom it names is on no plan on that day'],
};
/** Facts of one kind; `payee` is the first whom they name, null where there is nobody. */
export interface Uncredited { readonly kind: string; readonly why: UncreditedWhy; readonly payee: string | null; readonly facts: number }

/** Sorted by kind, reason and payee. Each fact is counted once. `only`: the row of one fact. */
export async function uncreditedFacts(engine: ProgramRunner, calculation: Calculation, kinds: readonly Kind[], only?: bigint): Promise<readonly Uncredited[]> {
  const { gathered, plans } = calculation.catalogue;
  // measures that look back read facts of before, too
  const first = Math.min(...plans.map((p) => p.spec.effective.from)), end = Math.max(...plans.map((p) => p.spec.effective.to));
  const credited = creditedFacts(calculation);
  const parts = kinds.flatMap((kind): Relation[] => {
    if (!isCounted(calculation, kind)) return [];
    const facts = relationOf(calculation, `facts_${kind.name}`), there = new Set(columnsOf(facts).map((c) => c.name));
    // values that read the payee are found for each credit, and are no columns of the fact
    const values = gathered.facts.filter((c) => c.kind === kind.name && c.role !== 'key' && there.has(columnName(c))).map((c) => isNotNull(col(columnName(c))));
    // where no rule names a payee by a field of his own (a pod's facts, lists), nobody can be missed
    const parties = payeeColumns(calculation, kind);
    return parties.length > 0 && values.length > 0 ? [uncreditedOf(kind, parties, filter(facts, and(or(...values), compare('>=', col('day'), int(first)), compare('<', col('day'), int(end)), ...(only === undefined ? [] : [eq(col('fact'), int(only))]))), credited)] : [];
  });
  if (parts.length === 0) return [];
  const found = aggregate(union(parts), keep(undefined, 'kind', 'why', 'payee'), [named('facts', cast(count(), 'integer'))]);
  const columns = [...keep('u', 'kind', 'why', 'facts'), named('payee', col('word', 'w'))];
  const rows = await engine.read(project(join(['u', found], ['left', 'w', scan(WORD), eq(col('code', 'w'), col('payee', 'u'))]), columns), ['kind', 'why', 'payee']);
  return rowsOf(rows).map((r) => ({ kind: String(r['kind']), why: r['why'] as UncreditedWhy, payee: r['payee'] === null ? null : String(r['payee']), facts: wholeOf(r['facts']) }));
}

/** Does any plan count facts of this kind? */
export const isCounted = ({ compiled }: Calculation, kind: Kind): boolean => compiled.program.statements.some((s) => s.name === `facts_${kind.name}`);

/** Columns of the payees whom rules name; those of the groups that a fact counts for are none. */
function payeeColumns({ catalogue: { gathered }, compiled }: Calculation, kind: Kind): string[] {
  const named = new Set(gathered.rules.filter((r) => r.kind === kind.name && r.group === undefined).flatMap((r) => partyPaths(r.rule)).map((path) => path.join('.')));
  return compiled.builders.get(kind.name)?.finish().parties.flatMap((path, i) => (named.has(path.join('.')) ? [`party_${i}`] : [])) ?? [];
}

/** (fact, on_plan): facts that are credited to somebody who is here, and whether it counts for anybody on a plan. */
function creditedFacts(calculation: Calculation): Relation {
  const needed = aggregate(filter(scan(REF_NEED), eq(col('plan_world'), int(0))), keep(undefined, 'subject', 'stint', 'window'), []);
  const covered = aggregate(join(['n', needed], ['inner', 'w', filter(scan(REF_WINDOW), eq(col('span'), int(0))), eq(col('window', 'w'), col('window', 'n'))]),
    [...keep('n', 'subject', 'stint'), ...keep('w', 'slice')], []);
  const joined = join(
    ['c', filter(relationOf(calculation, 'credits'), and(eq(col('facts_world'), int(0)), eq(col('people_world'), int(0))))],
    ['inner', 'r', scan(REF_ROUTE), and(eq(col('people_world', 'r'), int(0)), eq(col('payee', 'r'), col('payee', 'c')), eq(col('stint', 'r'), col('stint', 'c')))],
    ['left', 'n', covered, and(eq(col('subject', 'n'), col('subject', 'r')), eq(col('stint', 'n'), col('subject_stint', 'r')), eq(col('slice', 'n'), col('slice', 'c')))],
  );
  return aggregate(joined, keep('c', 'fact'), [named('on_plan', anyTrue(isNotNull(col('subject', 'n'))))]);
}

/** (kind, why, payee) of each fact that counts for nobody. */
function uncreditedOf(kind: Kind, parties: readonly string[], facts: Relation, credited: Relation): Relation {
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
  const noCredit = or(isNull(col('fact', 'c')), eq(col('on_plan', 'c'), bool(false)));
  return project(filter(joined, and(eq(col('facts_world', 'f'), int(0)), noCredit)), [
    named('kind', text(kind.name)), named('why', why), named('payee', coalesce(...parties.map((p) => col(p, 'f')), nothing('integer'))),
  ]);
}
