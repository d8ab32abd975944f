/**
 * What formulas about facts read of the payee who is credited, or of the one below him: fields and
 * terms, found for each stretch of days in which nothing about him changes, and joined as columns.
 */
import type { Ref, Typed } from '../plan/formula.ts';
import type { At, CreditRule, Plan } from '../plan/plan.ts';
import { and, cast, col, eq, type Expr, isNotNull, nothing, when } from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { multiply, ratio } from '../value/rate.ts';
import { divisorsOf, isWideColumn, type FactsBuilder, needsMoney } from './facts.ts';
import type { FactColumn, Gathered, Route } from './gather.ts';
import { asWide, CARRIED } from './arithmetic.ts';
import { digitsOf, lowerCondition, lowerNumber, type Lowered, NotBuilt, type Scope, type TypedName } from './lower.ts';
import { type Pair, productOfPairs } from './lower-pair.ts';
import type { People, Stint } from './people.ts';
import { isPersonal } from './reads.ts';
import { lowerPortion } from './row-scope.ts';
import type { Cell } from './rows.ts';
import { PARTS } from './store.ts';
import { NoValue, valueAt } from './terms.ts';
import { powerOfTen } from '../value/rate.ts';

/** One thing that is read of a payee. */
export interface PersonalParam { readonly index: number; readonly typed: Typed; readonly plan: Plan }
export interface Personal {
  readonly params: readonly PersonalParam[];
  paramOf(typed: Typed, plan: Plan): PersonalParam;
  routeOf(rule: CreditRule): number;
}

export function personalOf(gathered: Gathered): Personal {
  const found = new Map<string, PersonalParam>();
  return {
    get params() { return [...found.values()]; },
    paramOf(typed, plan) {
      const ofPlan = typed.kind === 'call' || (typed.kind === 'name' && (typed.ref.kind === 'term' || typed.ref.kind === 'person_term'));
      const key = JSON.stringify([typed.kind === 'name' ? { ...typed.ref, who: undefined, kind: wordOf(typed.ref) } : ['yearly', typed.kind === 'call' ? typed.args.map((a) => (a.kind === 'name' ? a.name : '')) : ''], ofPlan ? [plan.plan, plan.effective.from] : '', plan.currency]);
      const known = found.get(key);
      if (known !== undefined) return known;
      const made = { index: found.size, typed, plan };
      found.set(key, made);
      return made;
    },
    routeOf(rule) {
      const { up } = rule;
      const route: Route | undefined = gathered.routes.find((r) => r.field === up?.field && r.levels === up.levels);
      assert(route !== undefined, 'a rule that climbs has a route');
      return route.index;
    },
  };
}
const wordOf = (ref: Ref): string => (ref.kind === 'via_field' ? 'payee_field' : ref.kind === 'person_term' ? 'term' : ref.kind);

export interface PersonalPlace {
  readonly builder: FactsBuilder;
  readonly at: At;
  readonly q: (e: Expr) => Expr;
  readonly payee: Expr;
  /** joins a parameter of the payee (p) or of the one below him (v), and says under which alias */
  readonly param: (index: number, who: 'p' | 'v') => string;
}

export function personalScope(place: PersonalPlace, personal: Personal, plan: Plan): Scope {
  const { builder, at, q } = place, { currency } = plan;
  const read = (typed: Typed, who: 'p' | 'v'): Lowered => {
    const alias = place.param(personal.paramOf(typed, plan).index, who), value = col('value', alias);
    switch (typed.type.kind) {
      case 'date': return { kind: 'day', expr: cast(value, 'integer') };
      case 'yes_no': return { kind: 'yes_no', expr: when(isNotNull(value), eq(value, { kind: 'literal', type: 'bigint', value: 1n }), nothing('boolean')) };
      case 'text': case 'payee': case 'entity': return { kind: 'code', expr: cast(value, 'integer') };
      case 'money': return { kind: 'number', n: value, d: PARTS / powerOfTen(digitsOf(currency)) };
      case 'number': case 'percent': case 'factor': return { kind: 'number', n: value, d: PARTS };
    }
  };
  const asPayee = (typed: TypedName): Typed => {
    const { ref } = typed;
    if (ref.kind === 'via_field') return { ...typed, ref: { kind: 'payee_field', path: ref.path } };
    return ref.kind === 'person_term' ? { ...typed, ref: { kind: 'term', term: ref.term } } : typed;
  };
  return {
    currency, at,
    known(typed) {
      if (typed.kind === 'call' && typed.name === 'yearly') return read(typed, 'p');
      return undefined;
    },
    name(typed) {
      const { ref } = typed;
      switch (ref.kind) {
        case 'field': case 'state': { const out = builder.handedOn(typed, plan, at); return out.kind === 'number' ? { ...out, n: q(out.n) } : { ...out, expr: q(out.expr) }; }
        case 'payee': return { kind: 'code', expr: place.payee };
        case 'payee_field': return read(typed, 'p');
        case 'via_field': return read(asPayee(typed), 'v');
        case 'person_term': return read(asPayee(typed), ref.who === 'via' ? 'v' : 'p');
        case 'term': {
          const every = plan.terms.find((t) => t.name === ref.term)?.every;
          if (every !== undefined) throw new NotBuilt(at, `${ref.term} has a unit of time, so it has no value for a single fact`, `Write yearly(${ref.term}) for the undivided value.`);
          return read(typed, 'p');
        }
        default: throw new NotBuilt(at, `${typed.name} cannot be read for a single credit`, 'Use fields of the fact, and fields and terms of the payee.');
      }
    },
    quotient: (pair) => ({ n: { kind: 'ratio', n: asWide(pair.n), d: typeof pair.d === 'bigint' ? { kind: 'literal', type: 'wide', value: pair.d } : pair.d, scale: CARRIED, mode: 'half_away' }, d: CARRIED }),
  };
}

/** A value that reads the payee, from columns that the facts hand on. */
export function personalValue(c: FactColumn, builder: FactsBuilder, scope: Scope, q: (e: Expr) => Expr): { readonly expr: Expr; readonly divisor: bigint } {
  const counted = c.where === null ? [] : [isPersonal(c.where) ? lowerCondition(c.where, scope) : q(builder.condition(c.where, c.plan, c.at))];
  if (needsMoney(c, builder.kind, builder.kinds)) counted.push(q(builder.hasMoney(c.plan)));
  const start: Pair = c.formula === null || c.role === 'weight' ? { n: { kind: 'literal', type: 'bigint', value: 1n }, d: 1n } : lowerNumber(c.formula, scope);
  const pair = c.factors.reduce((value: Pair, factor) => productOfPairs(value, lowerPortion(factor, scope)), start);
  const fixed = typeof pair.d === 'bigint' ? pair : must(scope.quotient)(pair);
  assert(typeof fixed.d === 'bigint', 'a value has a constant divisor');
  // the measure divides by what was found before there were payees
  assert(divisorsOf(builder.kinds).column(c) === fixed.d, 'a value is kept in the parts that its measure counts in');
  const sign = builder.signed ? q(builder.column('sign', '', () => col('sign', 'f'))) : undefined;
  const n = sign === undefined ? fixed.n : { kind: 'call' as const, fn: 'multiply' as const, args: [fixed.n, sign] };
  const whole = isWideColumn(fixed.d) && c.role === 'sum' ? asWide(n) : n;
  return { expr: counted.length === 0 ? whole : when(and(...counted), whole, nothing(isWideColumn(fixed.d) && c.role === 'sum' ? 'wide' : 'bigint')), divisor: fixed.d };
}

/** Rows of `ref_personal`: each parameter for each stint. What a payee lacks has no row. */
export function personalRows(personal: Personal, stints: Iterable<readonly Stint[]>, people: People, code: (word: string) => number | undefined): Cell[][] {
  const out: Cell[][] = [];
  if (personal.params.length === 0) return out;
  for (const all of stints) for (const s of all) for (const { index, typed, plan } of personal.params) {
    const value = valueOf(typed, plan, s, people, code);
    if (value !== null) out.push([0, index, s.person.payee, s.stint, value]);
  }
  return out;
}
function valueOf(typed: Typed, plan: Plan, stint: Stint, people: People, code: (word: string) => number | undefined): bigint | null {
  try {
    const value = valueAt(typed, { plan, people, person: stint.person, eligible: [], window: { from: stint.from, to: stint.from + 1, cut: stint.from + 1 }, day: stint.from, round: {} });
    if (value === null) return null;
    if (typeof value === 'string') { const c = code(value); return c === undefined ? null : BigInt(c); }
    if (typeof value === 'boolean') return value ? 1n : 0n;
    if ('day' in value) return BigInt(value.day);
    const parts = multiply(value, ratio(PARTS));
    return parts.n / parts.d;
  } catch (error) {
    // who lacks the term is not credited by what needs it
    if (error instanceof NoValue) return null;
    throw error;
  }
}
