/**
 * What the plans want to know of the facts, each thing once: columns of facts, credit rules, columns
 * of the cube, routes and measures. Two plans that say the same in other words share the same column;
 * so the statements grow with different measures, never with plans.
 */
import { formulaText } from '../plan/formula-text.ts';
import type { Typed } from '../plan/formula.ts';
import { constantOf } from '../plan/literal.ts';
import type { Aggregate, CreditRule, Kind, Measure, Num, Plan } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { add, divide, multiply, ONE, ratio, type Ratio, ZERO, lcm } from '../value/rate.ts';
import { NotBuilt } from './lower.ts';

/** A value of each fact: what a measure sums, counts or tells apart. */
export interface FactColumn {
  readonly index: number;
  readonly kind: string;
  /** sum: the amount; count: 1; distinct: a key of the value; key: a field that a table is read by */
  readonly role: 'sum' | 'count' | 'distinct' | 'key';
  readonly formula: Typed | null;
  readonly where: Typed | null;
  /** money is summed in one currency only */
  readonly currency: string;
  readonly plan: Plan;
  readonly at: Measure['at'];
}
/** A direct credit rule of one kind; rules with `up` share the direct rule that they climb from. */
export interface DirectRule { readonly index: number; readonly kind: string; readonly rule: CreditRule; readonly currency: string }
/** Whom a credit counts for: route 0 is the payee himself. */
export interface Route { readonly index: number; readonly field: string; readonly levels: number | 'all' }
/** A sum over credits of one fact column, for certain rules; `key`: kept apart by a field of the fact. */
export interface CubeColumn { readonly index: number; readonly value: FactColumn; readonly key: FactColumn | null; readonly rules: readonly number[] }
export interface MeasureTerm { readonly column: CubeColumn; readonly route: number; readonly coefficient: bigint }
/** Σ coefficient × column, in `divisor`-ths of its unit (minor units, ones). */
export interface LinearMeasure { readonly index: number; readonly terms: readonly MeasureTerm[]; readonly divisor: bigint; readonly distinct: boolean; readonly byValue: boolean; readonly keyDivisor: bigint }
/** X = measure · mul ÷ (div · over); `over` undefined: 1. */
export interface MeasureValue { readonly measure: LinearMeasure; readonly over: LinearMeasure | undefined; readonly mul: bigint; readonly div: bigint }

export interface Gathered {
  readonly facts: readonly FactColumn[];
  readonly rules: readonly DirectRule[];
  readonly routes: readonly Route[];
  readonly cube: readonly CubeColumn[];
  readonly measures: readonly LinearMeasure[];
  /** every share is a whole number of 1/shareDivisor */
  readonly shareDivisor: bigint;
  /** the value of a plan's measure; `key`: kept apart by this field of the fact */
  valueOf(plan: Plan, measure: Measure, key?: Typed): MeasureValue;
}

/** The owner of a fact is credited where no rule speaks of its kind. */
export const OWNER: CreditRule = Object.freeze({
  name: 'owner', from: [], to: [['owner']], split: [], overlay: false, at: { file: '', line: 0, column: 0, path: '' },
});

/** How a number of a field is kept: divisor of its stored integer. Filled by the facts stage. */
export type DivisorOf = (column: Omit<FactColumn, 'index'>) => bigint;

export function gatherer(kinds: readonly Kind[], plans: readonly Plan[], divisorOf: DivisorOf): Gathered {
  const facts = keyed<FactColumn>(), rules = keyed<DirectRule>(), routes = keyed<Route>(), cube = keyed<CubeColumn>(), measures = keyed<LinearMeasure>();
  const shareDivisor = plans.flatMap((p) => [OWNER, ...p.credits]).reduce((d, rule) => lcm(d, shareDivisorOf(rule)), 1n);

  const factColumn = (plan: Plan, measure: Measure, kind: string, role: FactColumn['role'], formula: Typed | null, where: Typed | null): FactColumn => {
    const currency = role === 'key' || role === 'count' ? '' : plan.currency;
    const key = [kind, role, formula === null ? '' : formulaText(formula), where === null ? '' : formulaText(where), currency, moneyCurrency(where, plan)].join('|');
    return facts.get(key, (index) => ({ index, kind, role, formula, where, currency: plan.currency, plan, at: measure.at }));
  };
  const directRule = (plan: Plan, kind: string, rule: CreditRule): DirectRule =>
    rules.get([kind, ruleKey(rule), moneyCurrency(rule.where?.formula ?? null, plan)].join('|'), (index) => ({ index, kind, rule, currency: plan.currency }));
  const routeOf = (rule: CreditRule): number => {
    const { up } = rule;
    return up === undefined ? 0 : routes.get(`${up.field}|${up.levels}`, (index) => ({ index: index + 1, field: up.field, levels: up.levels })).index;
  };

  /** rules that credit a kind under a plan, of these names if names are given */
  const rulesFor = (plan: Plan, kind: string, credited: readonly string[]): readonly CreditRule[] => {
    const all = plan.credits.filter((r) => r.from.includes(kind));
    const rulesOfKind = all.length > 0 ? all : [OWNER];
    return credited.length === 0 ? rulesOfKind : rulesOfKind.filter((r) => credited.includes(r.name));
  };

  const base = (plan: Plan, measure: Aggregate, key: Typed | undefined): Form => {
    if (measure.kind !== 'sum' && measure.kind !== 'count' && measure.kind !== 'distinct') throw new NotBuilt(measure.at, `${measure.kind} is not built yet`, 'Use `sum`, `count` or `distinct`.');
    const terms: FormTerm[] = [];
    for (const kind of measure.from) {
      assert(kinds.some((k) => k.name === kind), `the kind ${kind} exists; resolve checks it`);
      const value = factColumn(plan, measure, kind, measure.kind, measure.kind === 'count' ? null : measure.of, measure.where?.formula ?? null);
      const keyColumn = key === undefined ? null : factColumn(plan, measure, kind, 'key', key, null);
      const byRoute = new Map<number, number[]>();
      for (const rule of rulesFor(plan, kind, measure.credited)) byRoute.set(routeOf(rule), [...(byRoute.get(routeOf(rule)) ?? []), directRule(plan, kind, rule).index]);
      for (const [route, indexes] of byRoute) {
        const chosen = [...new Set(indexes)].sort((a, b) => a - b);
        const column = cube.get([value.index, keyColumn?.index ?? '', chosen.join()].join('|'), (index) => ({ index, value, key: keyColumn, rules: chosen }));
        const parts = measure.kind === 'sum' ? shareDivisor * divisorOf(value) : 1n;
        terms.push({ column, route, coefficient: ratio(1n, parts) });
      }
    }
    return { terms, constant: ZERO, distinct: measure.kind === 'distinct' };
  };

  const formOf = (plan: Plan, measure: Measure, key: Typed | undefined): Form => {
    if (measure.kind === 'formula') return linear(plan, measure, measure.formula, key);
    if (measure.kind === 'ratio') throw new NotBuilt(measure.at, `${measure.name} is a ratio inside arithmetic, which is not built yet`, 'Make it the outermost step: `ratio: [a, b]`, with sums above and below.');
    if (measure.kind === 'rank') throw new NotBuilt(measure.at, `${measure.name} is a rank, which is not built yet`, 'Use a sum or a count.');
    return base(plan, measure, key);
  };
  const linear = (plan: Plan, measure: Extract<Measure, { kind: 'formula' }>, formula: Typed, key: Typed | undefined): Form => {
    const go = (f: Typed): Form => linear(plan, measure, f, key);
    if (formula.kind === 'number') return { terms: [], constant: formula.value, distinct: false };
    if (formula.kind === 'name' && formula.ref.kind === 'measure') {
      const inner = measure.measures[formula.ref.measure];
      assert(inner !== undefined, `the measure ${formula.ref.measure} is there`);
      return formOf(plan, inner, key);
    }
    if (formula.kind === 'op') {
      const [left, right] = formula.args;
      assert(left !== undefined, 'an operator has an argument');
      if (formula.op === 'negate') return scale(go(left), ratio(-1n));
      assert(right !== undefined || formula.op === 'not', 'an operator has two arguments');
      if (right !== undefined && (formula.op === '+' || formula.op === '-')) return plusForm(go(left), formula.op === '+' ? go(right) : scale(go(right), ratio(-1n)), measure);
      if (right !== undefined && formula.op === '*') {
        const a = go(left), b = go(right);
        if (a.terms.length === 0) return scale(b, a.constant);
        if (b.terms.length === 0) return scale(a, b.constant);
      }
      if (right !== undefined && formula.op === '/') {
        const b = go(right);
        if (b.terms.length === 0 && b.constant.n !== 0n) return scale(go(left), divide(ONE, b.constant));
      }
    }
    throw new NotBuilt(measure.at, `The formula of ${measure.name} does more than add measures and multiply them by numbers, which is not built yet`, 'Use + and −, numbers as factors, and `ratio: [a, b]` for one measure over another.');
  };

  const measureOf = (form: Form, at: Measure): LinearMeasure => {
    if (form.constant.n !== 0n) throw new NotBuilt(at.at, `${at.name} adds a number to a measure, which is not built yet`, 'Put the number into the target or the table.');
    const divisor = form.terms.reduce((d, t) => lcm(d, t.coefficient.d), 1n);
    const terms = form.terms.map((t): MeasureTerm => ({ column: t.column, route: t.route, coefficient: t.coefficient.n * (divisor / t.coefficient.d) }));
    const key = [form.distinct, divisor, ...terms.map((t) => `${t.column.index}:${t.route}:${t.coefficient}`)].join('|');
    const keyed_ = terms.find((t) => t.column.key !== null)?.column.key;
    return measures.get(key, (index) => ({ index, terms, divisor, distinct: form.distinct, byValue: keyed_ !== undefined && keyed_ !== null, keyDivisor: keyed_ === undefined || keyed_ === null ? 1n : divisorOf(keyed_) }));
  };

  return {
    get facts() { return facts.all(); }, get rules() { return rules.all(); }, get routes() { return routes.all(); },
    get cube() { return cube.all(); }, get measures() { return measures.all(); }, shareDivisor,
    valueOf(plan, measure, key) {
      const quotient = asQuotient(measure);
      const top = measureOf(formOf(plan, quotient.numerator, key), measure);
      if (quotient.denominator === undefined) return { measure: top, over: undefined, mul: 1n, div: top.divisor };
      const under = measureOf(formOf(plan, quotient.denominator, key), measure);
      const f = ratio(under.divisor, top.divisor);
      return { measure: top, over: under, mul: f.n, div: f.d };
    },
  };
}

/** A ratio, or a formula whose outermost step divides two measures. */
function asQuotient(measure: Measure): { numerator: Measure; denominator: Measure | undefined } {
  if (measure.kind === 'ratio') return measure;
  if (measure.kind === 'formula') {
    const { formula } = measure;
    const [left, right] = formula.kind === 'op' && formula.op === '/' ? formula.args : [];
    if (left !== undefined && right !== undefined && readsMeasures(right)) {
      return { numerator: { ...measure, formula: left }, denominator: { ...measure, formula: right } };
    }
    if (formula.kind === 'name' && formula.ref.kind === 'measure') {
      const inner = measure.measures[formula.ref.measure];
      if (inner !== undefined) return asQuotient(inner);
    }
  }
  return { numerator: measure, denominator: undefined };
}
function readsMeasures(f: Typed): boolean {
  if (f.kind === 'name') return f.ref.kind === 'measure';
  return (f.kind === 'op' || f.kind === 'call') && f.args.some(readsMeasures);
}

interface FormTerm { readonly column: CubeColumn; readonly route: number; readonly coefficient: Ratio }
interface Form { readonly terms: readonly FormTerm[]; readonly constant: Ratio; readonly distinct: boolean }

function scale(form: Form, by: Ratio): Form {
  return { terms: form.terms.map((t) => ({ ...t, coefficient: multiply(t.coefficient, by) })), constant: multiply(form.constant, by), distinct: form.distinct };
}
function plusForm(a: Form, b: Form, measure: Measure): Form {
  if (a.distinct || b.distinct) throw new NotBuilt(measure.at, `${measure.name} adds a count of different values, which is not built yet`, 'Use the count by itself, or in a ratio.');
  const terms: FormTerm[] = [...a.terms];
  for (const t of b.terms) {
    const i = terms.findIndex((have) => have.column === t.column && have.route === t.route);
    const have = terms[i];
    if (have === undefined) terms.push(t);
    else terms[i] = { ...have, coefficient: add(have.coefficient, t.coefficient) };
  }
  return { terms: terms.filter((t) => t.coefficient.n !== 0n), constant: add(a.constant, b.constant), distinct: false };
}

/** A share that is the same for every fact; all of it where none is said. */
export function shareOf(share: Num | undefined, rule: CreditRule): Ratio {
  const constant = share === undefined ? ONE : constantOf(share);
  if (constant === undefined) throw new NotBuilt(rule.at, `${rule.name} has a share that is found for each fact, which is not built yet`, 'Write a percentage such as 60%.');
  return constant;
}

/** Shares of a rule are whole numbers of one over this. */
export function shareDivisorOf(rule: CreditRule): bigint {
  let d = shareOf(rule.share, rule).d * (rule.split.length === 0 ? equalShares(rule.to.length) : 1n);
  for (const step of rule.split) d *= step.reduce((m, s) => (s.share === 'rest' ? m : lcm(m, shareOf(s.share, rule).d)), 1n);
  return d;
}
/** lcm of 1 … n: any number of these payees may be there */
function equalShares(n: number): bigint {
  let d = 1n;
  for (let i = 2n; i <= BigInt(n); i++) d = lcm(d, i);
  return d;
}

function ruleKey(rule: CreditRule): string {
  const share = (r: Num | 'rest' | undefined): string => { if (r === 'rest') return r; const s = shareOf(r, rule); return `${s.n}/${s.d}`; };
  return JSON.stringify([rule.where === undefined ? '' : formulaText(rule.where.formula), rule.to, rule.split.map((step) => step.map((s) => [s.to, share(s.share)])), share(rule.share)]);
}
/** A filter that compares money means another thing in another currency. */
function moneyCurrency(where: Typed | null, plan: Plan): string {
  const hasMoney = (f: Typed): boolean => f.type.kind === 'money' || ((f.kind === 'op' || f.kind === 'call') && f.args.some(hasMoney));
  return where !== null && hasMoney(where) ? plan.currency : '';
}

/** A list without repeats, numbered in order of first use. */
function keyed<T>(): { get(key: string, make: (index: number) => T): T; all(): readonly T[] } {
  const map = new Map<string, T>(), order: T[] = [];
  return {
    get(key, make) {
      let found = map.get(key);
      if (found === undefined) { found = make(order.length); map.set(key, found); order.push(found); }
      return found;
    },
    all: () => order,
  };
}
