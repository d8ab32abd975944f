/**
 * Which pay a credit can reach: credits → measures that count them → for whom, in which windows → top-level
 * components. Keyed joins over the reference relations of a run, the same that the program itself makes;
 * nothing is calculated again.
 */
import {
  aggregate, and, cast, col, eq, type Expr, filter, int, isNotNull, join, keep, named, or, project, type Relation, scan, union,
} from '../relation/relation.ts';
import { EARNING } from '../plan/rounds.ts';
import type { ComponentEntry } from '../stage/catalogue.ts';
import { columnName } from '../stage/facts.ts';
import { REF_COMPONENT, REF_LOOK, REF_MEASURE, REF_NEED, REF_NEED_GROUP, REF_ROUTE, REF_WINDOW } from '../stage/reference.ts';
import type { CubeColumn, Gathered, MeasureValue } from '../stage/gather.ts';
import { sumsOf, valuesIn } from '../stage/program.ts';
import type { Calculation } from './calculate.ts';

const here = (layer: string, alias?: string): Expr => eq(col(layer, alias), int(0));

/** Credits that a column of the cube counts, with the columns `extra`, payee, stint and slice. */
export type CreditsOfColumn = (column: CubeColumn) => Relation;

/** Rows (…extra, plan, measure, window, period, payee) for each measure, payee and period that counts a credit. */
export function countedCredits(calculation: Calculation, credits: CreditsOfColumn, extra: readonly string[]): Relation {
  const { gathered } = calculation.catalogue;
  const counted = union(gathered.cube.map((c) => project(credits(c), [
    named('cube_column', cast(int(c.index), 'integer')), ...keep(undefined, ...extra, 'payee', 'stint', 'slice'),
  ])));
  const joined = filter(join(
    ['c', counted],
    ['inner', 'm', scan(REF_MEASURE), eq(col('cube_column', 'm'), col('cube_column', 'c'))],
    ['inner', 'r', scan(REF_ROUTE), and(eq(col('route', 'r'), col('route', 'm')), eq(col('payee', 'r'), col('payee', 'c')), eq(col('stint', 'r'), col('stint', 'c')))],
    ['inner', 'n', scan(REF_NEED), and(eq(col('measure', 'n'), col('measure', 'm')), eq(col('subject', 'n'), col('subject', 'r')), eq(col('stint', 'n'), col('subject_stint', 'r')))],
    ['inner', 'w', scan(REF_WINDOW), and(eq(col('window', 'w'), col('window', 'n')), eq(col('span', 'w'), col('span', 'm')), eq(col('slice', 'w'), col('slice', 'c')))],
  ), and(here('plan_world', 'm'), here('people_world', 'r'), here('plan_world', 'n')));
  return project(joined, [...keep('c', ...extra), ...keep('n', 'plan', 'measure', 'window'), ...keep('w', 'period'), named('payee', col('subject', 'n'))]);
}

/** What credits are counted by: a value, what keeps them apart, and rules. */
export type CountedColumn = Pick<CubeColumn, 'value' | 'key' | 'rules'>;

/** Rows (…extra, plan) for credits under measures that are no sums of payees: the highest, the last, sums with limits, and whatever is of a group. Those that read the window itself are left out. */
export function countedOtherwise({ catalogue: { gathered } }: Calculation, credits: (column: CountedColumn) => Relation | undefined, extra: readonly string[]): Relation[] {
  return gathered.measures.flatMap((m) => {
    const grouped = m.subject !== 'payee', { rows } = m;
    const columns = [...(grouped ? m.terms.map((t) => ({ ...t.column, route: t.route, span: t.span })) : []), ...(rows?.columns.map((c) => ({ ...c, span: rows.span })) ?? [])];
    return columns.flatMap((c): Relation[] => {
      const counted = c.value.timed ? undefined : credits(c);
      if (counted === undefined) return [];
      const need = grouped ? [['inner', 'n', scan(REF_NEED_GROUP), eq(col('measure', 'n'), int(m.index))] as const] : [
        ['inner', 'r', scan(REF_ROUTE), and(eq(col('route', 'r'), int(c.route)), eq(col('payee', 'r'), col('payee', 'c')), eq(col('stint', 'r'), col('stint', 'c')))] as const,
        ['inner', 'n', scan(REF_NEED), and(eq(col('measure', 'n'), int(m.index)), eq(col('subject', 'n'), col('subject', 'r')), eq(col('stint', 'n'), col('subject_stint', 'r')))] as const,
      ];
      const joined = join(['c', counted], ...need, ['inner', 'w', scan(REF_WINDOW), and(eq(col('window', 'w'), col('window', 'n')), eq(col('span', 'w'), int(c.span)), eq(col('slice', 'w'), col('slice', 'c')))]);
      return [project(filter(joined, here('plan_world', 'n')), [...keep('c', ...extra), ...keep('n', 'plan')])];
    });
  });
}

/** The same with `top` in the place of measure and window: the top-level components whose pay depends on the measure. */
export function reachedPay(calculation: Calculation, credits: CreditsOfColumn, extra: readonly string[]): Relation {
  return project(join(
    ['c', countedCredits(calculation, credits, extra)],
    ['inner', 'u', measuresOfComponents(), and(eq(col('plan', 'u'), col('plan', 'c')), eq(col('measure', 'u'), col('measure', 'c')), eq(col('window', 'u'), col('window', 'c')))],
    ['inner', 't', topsOf(calculation), eq(col('component', 't'), col('component', 'u'))],
  ), [...keep('c', ...extra, 'plan', 'payee', 'period'), ...keep('t', 'top')]);
}

/** As the sums of the cube count: the value is there, the key as well where there is one, and the rule is one of the measure's. */
export function counts(c: CountedColumn, gathered: Gathered): Expr {
  const everyRule = gathered.rules.filter((r) => r.kind === c.value.kind).every((r) => c.rules.includes(r.index));
  return and(
    isNotNull(col(columnName(c.value))), ...(c.key === null ? [] : [isNotNull(col(columnName(c.key)))]),
    ...(everyRule ? [] : [or(...c.rules.map((r) => eq(col('rule'), int(r))))]),
  );
}

/** (component, plan, window, measure): measures that a component pays on, is read at, or is gated or multiplied by. */
function measuresOfComponents(): Relation {
  const looks = (['measure', 'measure_2'] as const).map((name) => project(
    filter(join(['l', scan(REF_LOOK)], ['inner', 'k', scan(REF_COMPONENT), eq(col('component', 'k'), col('component', 'l'))]), and(here('plan_world', 'l'), here('plan_world', 'k'), isNotNull(col(name, 'l')))),
    [...keep('k', 'component', 'plan', 'window'), named('measure', col(name, 'l'))]));
  return aggregate(union(looks), keep(undefined, 'component', 'plan', 'window', 'measure'), []);
}

/** (component, top). The cap of a plan is shared out over its components, so what changes one changes all. */
function topsOf({ catalogue }: Calculation): Relation {
  const { components, plans } = catalogue;
  const topOf = (component: number): number => {
    let at = components[component];
    while (at !== undefined && at.parent !== null) at = components[at.parent];
    return at?.component ?? component;
  };
  const rows = components.flatMap((c) => {
    const capped = plans[c.plan]?.spec.cap !== undefined;
    const tops = capped ? components.filter((t) => t.plan === c.plan && t.parent === null).map((t) => t.component) : [topOf(c.component)];
    return tops.map((top) => [BigInt(c.component), BigInt(top)]);
  });
  return { kind: 'values', columns: [{ name: 'component', type: 'integer' }, { name: 'top', type: 'integer' }], rows };
}

/**
 * Top-level components of which pay cannot be followed back to single facts: what colleagues have moves it (pots,
 * places, running limits, earnings), or facts decide which others count (books, rows in order, kinds made of others).
 */
export function untraced({ catalogue }: Calculation): readonly ComponentEntry[] {
  const made = (kind: string): boolean => kind === EARNING || catalogue.kinds.some((k) => k.name === kind && (k.derivation !== undefined || k.state !== undefined));
  const apart = (value: MeasureValue): boolean => valuesIn(value).some((v) => v.kind === 'rank') || sumsOf(value).some((m) => m.rows !== undefined || m.book !== undefined || m.subject !== 'payee' || m.terms.some((t) => made(t.column.value.kind)));
  const partsOf = (top: ComponentEntry): ComponentEntry[] => catalogue.components.filter((c) => c.plan === top.plan && c.path[0] === top.path[0]);
  const own = (c: ComponentEntry): boolean => c.spec.pool !== undefined || c.spec.limits.length > 0 || c.looks.some(apart);
  return catalogue.components.filter((top) => top.parent === null && partsOf(top).some(own));
}
