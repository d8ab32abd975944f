/**
 * Formulas that read results: of this component (its measure, target, attainment, incentive), of another one, or
 * of single facts where each is paid by itself. Conditions of gates and pools, factors, tables read by a
 * formula, pay that is a formula. One row a component, payee, period and line; yes is 1.
 */
import type { Type, Typed } from '../plan/formula.ts';
import type { At, Measure, Num, Plan } from '../plan/plan.ts';
import {
  and, cast, coalesce, col, eq, type Expr, int, isNotNull, type JoinInput, keep, named, nothing, project, type Relation, scan, type Statement, union, when,
} from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { asWide, scanOf } from './arithmetic.ts';
import { qualified } from './credits.ts';
import type { FactsBuilder } from './facts.ts';
import type { MeasureValue } from './gather.ts';
import { lower, type Lowered, lowerCondition, lowerTable, NotBuilt, type Scope } from './lower.ts';
import { divisorExpr, type Pair } from './lower-pair.ts';
import { valueReader } from './looks.ts';
import { type ParamsOf, paramScope } from './params.ts';
import { namesOf } from './reads.ts';
import { REF_ASSIGN, REF_COMPONENT, REF_LOOK, REF_WORLD } from './reference.ts';

/** numbers of figures among the looks */
export const FIGURE = 1_000_000;

export interface Figure {
  readonly index: number;
  /** what it says, to tell it apart */
  readonly key: string;
  readonly what: { readonly kind: 'condition'; readonly formula: Typed } | { readonly kind: 'key'; readonly formula: Typed } | { readonly kind: 'number'; readonly number: Num; readonly money: boolean; readonly average: boolean };
  readonly plan: Plan;
  readonly at: At;
  /** measures that it names */
  readonly values: ReadonlyMap<string, MeasureValue>;
  /** numbers of the components that it names; filled in when all have one */
  readonly components: Map<string, number>;
  /** the kind of the facts that are paid one by one, where it reads them */
  readonly facts: string | undefined;
  readonly isMoney: boolean;
}
export const measureNamed = (plan: Plan, name: string): Measure | undefined => plan.measures.find((m) => m.name === name);

const ROW = ['world', 'component', 'payee', 'period', 'part', 'line'] as const;

export interface FiguresFrom { readonly looks: Statement; readonly attainment: Statement; readonly builders: ReadonlyMap<string, FactsBuilder>; readonly params: ParamsOf }

/** Formulas of what is known before pay is found: all, where no gate or factor reads what a table gave. */
export function figuresStage(figures: readonly Figure[], from: FiguresFrom): Statement | undefined {
  const before = figures.filter((f) => !readsPay(f)), late = before.length < figures.length;
  return before.length === 0 ? undefined : made(late ? 'figures_before' : 'figures', before, from, undefined);
}
/** Those that read what a table gave, and a view of all. */
export function lateFigures(figures: readonly Figure[], from: FiguresFrom, before: Statement | undefined, parts: Statement): Statement[] {
  const late = figures.filter(readsPay);
  if (late.length === 0) return [];
  if (before === undefined) return [made('figures', late, from, parts)];
  const after = made('figures_after', late, from, parts);
  return [after, { ...after, name: 'figures', make: 'view', relation: union([scanOf(before), scanOf(after)]), about: before.about }];
}
/** Does it read `rate` or `payout`: what the table of the component gave? */
export const readsPay = ({ what }: Figure): boolean => namesOf(what.kind === 'number' ? what.number : what.formula).some((n) => n.ref.kind === 'result' && (n.ref.what === 'rate' || n.ref.what === 'payout'));
const made = (name: string, figures: readonly Figure[], from: FiguresFrom, parts: Statement | undefined): Statement => ({
  name, make: 'table', key: [...ROW, 'look'], about: 'formulas that read results, as pairs; yes is 1', relation: union(figures.map((f) => figureRows(f, from, parts))),
});

function figureRows(figure: Figure, { looks, attainment, builders, params }: FiguresFrom, parts: Statement | undefined): Relation {
  const joins = new Map<string, JoinInput>();
  const look = FIGURE + figure.index;
  const row = (alias: string): Expr => and(eq(col('world', alias), col('world', 'o')), eq(col('payee', alias), col('payee', 'a')), eq(col('period', alias), col('period', 'a')));
  const ask = (v: MeasureValue): string => {
    const alias = `v_${v.index}`;
    joins.set(alias, { as: alias, how: 'left', relation: scanOf(looks), on: and(row(alias), eq(col('component', alias), col('component', 'k')), eq(col('part', alias), col('part', 'a')), eq(col('look', alias), int(v.index)), eq(col('field_value', alias), int(0))) });
    return alias;
  };
  const other = (component: number): string => {
    const alias = `c_${component}`;
    joins.set(alias, { as: alias, how: 'left', relation: scanOf(attainment), on: and(row(alias), eq(col('component', alias), int(component)), eq(col('line', alias), int(0)), eq(col('field_value', alias), int(0))) });
    return alias;
  };
  const own = paramScope(look, params, figure.plan.currency, figure.at);
  const scope: Scope = {
    ...own.scope,
    name(typed) {
      const { ref } = typed;
      switch (ref.kind) {
        case 'result': return { kind: 'number', ...(ref.what === 'rate' || ref.what === 'payout' ? givenPair() : resultPair(ref.what, 't', 'a')) };
        case 'component': return { kind: 'number', ...resultPair(ref.what, other(must(figure.components.get(ref.component)))) };
        case 'measure': return asTyped(typed.type, valueReader(must(figure.values.get(ref.measure)), ask, (names) => ({ ...scope, name: (t) => (t.ref.kind === 'measure' ? names(t.ref.measure) : undefined) ?? scope.name(t) })));
        case 'field': {
          const builder = figure.facts === undefined ? undefined : builders.get(figure.facts);
          if (builder === undefined) throw new NotBuilt(figure.at, `${typed.name} is a field of single facts, which are not paid one by one here`, 'Add `per` with the kind of fact, or read a measure.');
          joins.set('f', { as: 'f', how: 'left', relation: builder.scan(), on: eq(col('fact', 'f'), col('line', 't')) });
          const q = qualified('f'), out = builder.handedOn(typed, figure.plan, figure.at);
          return out.kind === 'number' ? { ...out, n: q(out.n) } : { ...out, expr: q(out.expr) };
        }
        default: return own.scope.name(typed);
      }
    },
  };
  const pair = figurePair(figure, scope);
  const inputs: JoinInput[] = [
    { as: 'o', how: 'from', relation: scan(REF_WORLD) },
    { as: 'k', how: 'inner', relation: scan(REF_COMPONENT), on: eq(col('plan_world', 'k'), col('plan_world', 'o')) },
    { as: 'l', how: 'inner', relation: scan(REF_LOOK), on: and(eq(col('plan_world', 'l'), col('plan_world', 'o')), eq(col('component', 'l'), col('component', 'k')), eq(col('look', 'l'), int(look))) },
    { as: 'a', how: 'inner', relation: scan(REF_ASSIGN), on: and(eq(col('component', 'a'), col('component', 'k')), eq(col('plan_world', 'a'), col('plan_world', 'o')), eq(col('people_world', 'a'), col('people_world', 'o'))) },
    { as: 't', how: 'left', relation: scanOf(attainment), on: and(row('t'), eq(col('component', 't'), col('component', 'k')), eq(col('part', 't'), col('part', 'a')), eq(col('field_value', 't'), int(0))) },
    ...(parts === undefined ? [] : [{ as: 'g', how: 'left' as const, relation: scanOf(parts), on: and(row('g'), eq(col('component', 'g'), col('component', 'k')), eq(col('part', 'g'), col('part', 'a')), eq(col('line', 'g'), coalesce(col('line', 't'), int(0))), eq(col('field_value', 'g'), int(0))) }]),
    ...joins.values(), ...own.joins(),
  ];
  return project({ kind: 'join', inputs }, [
    ...keep('o', 'world'), ...keep('k', 'component'), ...keep('a', 'payee', 'period', 'part'), named('line', coalesce(col('line', 't'), int(0))), ...keep('l', 'look'),
    named('n', asWide(pair.n)), named('d', divisorExpr(pair.d)),
  ]);
}

/** A value of a measure as what it is: words, days and yes/no are whole numbers over 1. */
function asTyped(type: Type, pair: Pair): Lowered {
  switch (type.kind) {
    case 'yes_no': return { kind: 'yes_no', expr: when(isNotNull(pair.n), eq(pair.n, int(1)), nothing('boolean')) };
    case 'text': case 'payee': case 'entity': return { kind: 'code', expr: cast(pair.n, 'integer') };
    case 'date': return { kind: 'day', expr: cast(pair.n, 'integer') };
    case 'money': case 'number': case 'percent': case 'factor': return { kind: 'number', ...pair };
  }
}

function figurePair(figure: Figure, scope: Scope): Pair {
  const { what } = figure;
  if (what.kind === 'condition') { const holds = lowerCondition(what.formula, scope); return { n: when(isNotNull(holds), when(holds, int(1), int(0)), nothing('bigint')), d: 1n }; }
  const out: Lowered = what.kind === 'key' ? lower(what.formula, scope, figure.isMoney) : what.number.kind === 'formula' ? lower(what.number.formula, scope, what.money) : lowerTable(what.number.table, scope, what.money, what.average);
  switch (out.kind) {
    case 'number': return out;
    case 'yes_no': return { n: when(isNotNull(out.expr), when(out.expr, int(1), int(0)), nothing('bigint')), d: 1n };
    case 'code': case 'day': return { n: cast(out.expr, 'bigint'), d: 1n };
    case 'text': return assertNumber();
  }
}
function assertNumber(): never { assert(false, 'a figure is a number, a word or a day'); }

/** A result of a component as a pair. `a`: the alias of its assignment, where it is its own. */
function resultPair(what: 'attainment' | 'value' | 'target' | 'incentive', t: string, a?: string): Pair {
  const wide = (name: string, alias: string): Expr => asWide(col(name, alias));
  switch (what) {
    case 'attainment': return { n: col('a_n', t), d: col('a_d', t) };
    case 'value': return { n: when(coalesce(col('has_value', t), { kind: 'literal', type: 'boolean', value: false }), col('x_n', t), nothing('wide')), d: col('x_d', t) };
    case 'target': return { n: wide('target_n', t), d: wide('target_d', t) };
    case 'incentive': return a === undefined ? { n: nothing('wide'), d: 1n } : { n: wide('incentive_n', a), d: wide('incentive_d', a) };
  }
}
/** What the component's table gave; blank where its pay is held. */
function givenPair(): Pair {
  const there = coalesce(eq(col('held', 'g'), int(0)), { kind: 'literal', type: 'boolean', value: false });
  return { n: when(there, col('value_n', 'g'), nothing('wide')), d: col('value_d', 'g') };
}
