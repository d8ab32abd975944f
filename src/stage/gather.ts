/**
 * What the plans want to know of the facts, each thing once: columns of facts, credit rules, columns
 * of the cube, routes and measures. Two plans that say the same in other words share the same column;
 * so the statements grow with different measures, never with plans.
 */
import { constantOf } from '../plan/literal.ts';
import type { Typed } from '../plan/formula.ts';
import { EARNING } from '../plan/rounds.ts';
import type { Aggregate, CreditRule, Guardrail, Kind, Measure, MeasureLimit, Num, Plan, Subject } from '../plan/plan.ts';
import { assert, must } from '../value/diagnostic.ts';
import { lcm, ONE, powerOfTen, ratio, type Ratio, ZERO } from '../value/rate.ts';
import { CARRIED } from './arithmetic.ts';
import { asQuotient, type Divisors, type Form, type FormTerm, linearForm, sameSubject } from './gather-form.ts';
import { type Exchanges, exchangesOf, moneyKey, type PlanMoney } from './exchange.ts';
import { bookKey, comparesMoney, keyed, rowKey, ruleKey, termsKey, yieldsKey } from './gather-keys.ts';
import { digitsOf, NotBuilt } from './lower.ts';
import { readsMoney } from './row-scope.ts';
import { lineage } from './lineage.ts';
import { contentKey, isPersonal, isTimed, namesOf } from './reads.ts';
import { ofComponents } from './rounds.ts';

/** A value of each fact: what a measure sums, counts, tells apart or puts in order. `weight`: 1 where there is a value. */
export interface FactColumn {
  readonly index: number;
  readonly kind: string;
  readonly role: 'sum' | 'count' | 'distinct' | 'key' | 'weight' | 'fact';
  readonly formula: Typed | null;
  readonly factors: readonly Num[];
  readonly where: Typed | null;
  /** whose money and terms it is in */
  readonly plan: Plan;
  readonly at: Measure['at'];
  /** found for each credit, as it reads the payee */
  readonly personal: boolean;
  /** reads the window at hand: found where windows are known */
  readonly timed: boolean;
}
/**
 * A direct credit rule of one kind; rules with `up` share the direct rule that they climb from. `group`:
 * the fact counts for the row of that kind that it belongs to, or for the company; nobody is credited.
 * `climbs`: those above are found for each credit, as its value reads them.
 */
export interface DirectRule { readonly index: number; readonly kind: string; readonly rule: CreditRule; readonly plan: Plan; readonly guards: readonly Guardrail[]; readonly group?: string; readonly climbs: boolean; /** only facts of this plan */ readonly own?: number }
/** A rule of a plan for the facts of a kind; `rule`: its number; `route`: for whom its credits count, where those above are not credited themselves. */
export interface CreditOf { readonly plan: Plan; readonly kind: string; readonly credit: CreditRule; readonly rule: number; readonly route: number }
/** Whom a credit counts for: route 0 is the payee himself. */
export interface Route { readonly index: number; readonly field: string; readonly levels: number | 'all' }
/** Which days a measure looks at: the window; so many days before its end; all before an edge of it; what runs at an edge of it; all, each weighed by its age. */
export type SpanSpec =
  | { readonly kind: 'window' } | { readonly kind: 'look_back'; readonly days: number } | { readonly kind: 'before' | 'instant'; readonly edge: 'start' | 'end' } | { readonly kind: 'half_life'; readonly days: number };
export interface MeasureSpan { readonly index: number; readonly spec: SpanSpec }
/** How the time of a fact is told: the slice of its date (or of another date), the day, or all instants at which it runs. */
export interface TimeOf { readonly grain: 'slice' | 'day' | 'instant'; readonly date: readonly string[] | null }
/** A sum over credits of one fact column, for certain rules; `key`: kept apart by a field of the fact. */
export interface CubeColumn { readonly index: number; readonly value: FactColumn; readonly key: FactColumn | null; readonly rules: readonly number[]; readonly time: TimeOf }
export interface MeasureTerm { readonly column: CubeColumn; readonly route: number; readonly span: number; readonly coefficient: bigint }
/** What is found from single rows, in their order. */
export interface RowTerm {
  readonly form: 'sum' | 'count' | 'distinct' | 'min' | 'max' | 'first' | 'last';
  /** `scale`: by which its values become parts of the one divisor of all */
  readonly columns: readonly { readonly value: FactColumn; readonly key: FactColumn | null; readonly rules: readonly number[]; readonly route: number; readonly scale: bigint }[];
  readonly limits: readonly { readonly limit: MeasureLimit; readonly atMost: bigint; readonly keys: readonly (readonly FactColumn[])[]; readonly perDay: boolean }[];
  readonly span: number;
  readonly time: TimeOf;
}
/** What is gathered from reference rows as of the end of each window. `weight`: the shares of those that have a value. */
export interface BookTerm {
  readonly kind: string;
  readonly form: 'sum' | 'weight' | 'count' | 'distinct' | 'min' | 'max';
  readonly of: Typed | null;
  readonly where: Typed | null;
  readonly factors: readonly Num[];
  readonly rule: CreditRule | undefined;
  readonly route: number;
  readonly group: string | undefined;
  readonly plan: Plan;
  readonly at: Measure['at'];
  /** measures of the row itself that the value reads, by name */
  readonly inputs: ReadonlyMap<string, MeasureValue>;
}
/** Σ coefficient × column, in `divisor`-ths of its unit (minor units, ones); or what is found from single rows. */
export interface LinearMeasure {
  readonly index: number;
  readonly terms: readonly MeasureTerm[];
  readonly rows: RowTerm | undefined;
  /** gathered from rows of a reference: accounts of a book */
  readonly book: readonly BookTerm[] | undefined;
  readonly divisor: bigint;
  readonly distinct: boolean;
  readonly byValue: boolean;
  readonly keyDivisor: bigint;
  readonly subject: Subject;
  /** nothing measured is 0; else it is no value */
  readonly zeroIfNone: boolean;
  /** some value or share was divided on the way, and is exact to 10⁻¹² only */
  readonly carried: boolean;
}
/** What a component, a gate or a factor looks at, as a pair. */
export type MeasureValue = { readonly index: number; readonly subject: Subject; readonly measureOf: Measure } & (
  /** measure · mul ÷ (div · over); `over` undefined: 1 */
  | { readonly kind: 'simple'; readonly measure: LinearMeasure; readonly over: LinearMeasure | undefined; readonly mul: bigint; readonly div: bigint }
  /** arithmetic of other values, by the names of their measures */
  | { readonly kind: 'formula'; readonly formula: Typed; readonly inputs: ReadonlyMap<string, MeasureValue>; readonly plan: Plan }
  /** `of`, where its denominator is at least `least`; else `otherwise` */
  | { readonly kind: 'sample'; readonly of: SimpleValue; readonly least: Ratio; readonly otherwise: MeasureValue }
  /** the place of the payee among others */
  | { readonly kind: 'rank'; readonly of: MeasureValue; readonly among: readonly string[] | undefined }
);
export type SimpleValue = Extract<MeasureValue, { kind: 'simple' }>;

/** What the facts of one kind are told apart by: a field, or each by itself. */
export type KeyOf = Typed | 'fact';

export interface Gathered {
  readonly facts: readonly FactColumn[];
  readonly rules: readonly DirectRule[];
  /** the rules of plans whose credits are counted, by plan and kind */
  readonly credited: readonly CreditOf[];
  readonly routes: readonly Route[];
  readonly spans: readonly MeasureSpan[];
  readonly cube: readonly CubeColumn[];
  readonly measures: readonly LinearMeasure[];
  readonly values: readonly MeasureValue[];
  /** who is compared with whom, by fields of person; '' is everybody */
  readonly amongs: readonly string[];
  /** kinds some of whose facts are reversals */
  readonly reversed: ReadonlySet<string>;
  /** every share is a whole number of 1/shareDivisor */
  readonly shareDivisor: bigint;
  /** plans whose rates of exchange are used, by number */
  readonly exchanges: readonly Plan[];
  moneyOf(plan: Plan): PlanMoney;
  /** the value of a plan's measure; `key`: kept apart by this field of the fact */
  valueOf(plan: Plan, measure: Measure, key?: KeyOf): MeasureValue;
}

/** The owner of a fact is credited where no rule speaks of its kind. */
export const OWNER: CreditRule = Object.freeze({
  name: 'owner', from: [], to: [['owner']], split: [], overlay: false, at: { file: '', line: 0, column: 0, path: '' },
});

export function gatherer(kinds: readonly Kind[], plans: readonly Plan[], divisors: Divisors, exchanges: Exchanges = exchangesOf(plans)): Gathered {
  const divisorOf = divisors.column;
  const facts = keyed<FactColumn>(), rules = keyed<DirectRule>(), routes = keyed<Route>(), spans = keyed<MeasureSpan>(), cube = keyed<CubeColumn>(), credited = keyed<CreditOf>(), measures = keyed<LinearMeasure>(), values = keyed<MeasureValue>();
  const shareDivisor = plans.reduce((d, plan) => [OWNER, ...plan.credits].reduce((e, rule) => lcm(e, divisors.shares(rule, plan)), d), 1n);
  const reversed = new Set(kinds.filter((k) => lineage(k.name, kinds).some((name) => kinds.find((x) => x.name === name)?.fields.some((f) => f.name === 'reverses'))).map((k) => k.name));
  const spanOf = (spec: SpanSpec): number => spans.get(JSON.stringify(spec), (index) => ({ index, spec })).index;
  spanOf({ kind: 'window' });
  const kindOf = (name: string): Kind => { const kind = kinds.find((k) => k.name === name); assert(kind !== undefined, `the kind ${name} exists; resolve checks it`); return kind; };

  /** a filter that compares money means another thing in another currency */
  const moneyOfFilter = (where: Typed | null, kind: Kind, plan: Plan): string => (where !== null && (comparesMoney(where) || readsMoney(where, kind, kinds)) ? moneyKey(plan) : '');
  const factColumn = (plan: Plan, at: Measure['at'], kind: string, role: FactColumn['role'], formula: Typed | null, where: Typed | null, factors: readonly Num[] = []): FactColumn => {
    const money = role === 'sum' || role === 'distinct' || factors.length > 0 || readsMoney(formula, kindOf(kind), kinds) ? moneyKey(plan) : '';
    const key = [kind, role, contentKey(formula), contentKey(where), contentKey(factors), money, moneyOfFilter(where, kindOf(kind), plan)].join('|');
    const personal = isPersonal(formula) || isPersonal(where) || factors.some(isPersonal);
    return facts.get(key, (index) => ({ index, kind, role, formula, where, factors, plan, at, personal, timed: isTimed(formula) || isTimed(where) || factors.some(isTimed) }));
  };
  const directRule = (plan: Plan, kind: string, rule: CreditRule, climbs: boolean, group?: string): DirectRule => {
    const guards = plan.guardrails.filter((g) => g.from.some((k) => lineage(kind, kinds).includes(k)) && (group === undefined || !isPersonal(g.require.formula)));
    // earnings count for the plan that earned them
    const own = kind === EARNING ? plans.findIndex((p) => p.plan === plan.plan) : undefined;
    const key = [kind, ruleKey(rule, climbs), yieldsKey(rule, plan), moneyOfFilter(rule.where?.formula ?? null, kindOf(kind), plan), contentKey(guards), guards.some((g) => moneyOfFilter(g.require.formula, kindOf(kind), plan) !== '') ? moneyKey(plan) : '', group ?? '', own ?? ''].join('|');
    return rules.get(key, (index) => ({ index, kind, rule, plan, guards, climbs, ...(group !== undefined && { group }), ...(own !== undefined && { own }) }));
  };
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
  /** rules by the route of those for whom they count */
  const creditsOf = (plan: Plan, measure: Aggregate, kind: string, value: FactColumn): Map<number, number[]> => {
    const byRoute = new Map<number, number[]>();
    if (measure.subject !== 'payee') {
      const group = measure.subject === 'company' ? 'company' : measure.subject.entity;
      byRoute.set(0, [directRule(plan, kind, { ...OWNER, name: group, to: [] }, false, group).index]);
      return byRoute;
    }
    for (const rule of rulesFor(plan, kind, measure.credited)) {
      const climbs = rule.up !== undefined && (value.personal || isPersonal(rule.factor));
      const above = routeOf(rule), route = climbs ? 0 : above;
      const { index } = directRule(plan, kind, rule, climbs);
      credited.get([plan.plan, plan.effective.from, kind, rule.name].join('|'), () => ({ plan, kind, credit: rule, rule: index, route }));
      byRoute.set(route, [...(byRoute.get(route) ?? []), index]);
    }
    return byRoute;
  };
  const keyColumn = (plan: Plan, at: Measure['at'], kind: string, key: KeyOf | undefined): FactColumn | null =>
    (key === undefined ? null : key === 'fact' ? factColumn(plan, at, kind, 'fact', null, null) : factColumn(plan, at, kind, 'key', key, null));

  const aggregate = (plan: Plan, measure: Aggregate, key: KeyOf | undefined): Form => {
    if (measure.from.some((k) => !kindOf(k).dated)) return fromBook(plan, measure, key);
    const time = timeOf(measure, kindOf), span = spanOf(spanSpec(measure, time));
    const where = measure.where?.formula ?? null, of = measure.kind === 'count' ? null : measure.of;
    const plain = measure.kind === 'sum' || measure.kind === 'count' || (measure.kind === 'distinct' && !measure.from.some((k) => reversed.has(k)));
    if (!plain || measure.limits.length > 0 || isTimed(of) || isTimed(where) || measure.factors.some((f) => isTimed(f.factor)) || (measure.kind === 'distinct' && key !== undefined)) return fromRows(plan, measure, key, time, span);
    const terms: FormTerm[] = [];
    const weighed = time.grain === 'day' ? HALF_LIFE_PARTS : 1n;
    for (const kind of measure.from) {
      const value = factColumn(plan, measure.at, kind, measure.kind, of, whereOf(plan, measure, kind), measure.factors.map((f) => f.factor));
      const keyed_ = keyColumn(plan, measure.at, kind, key);
      for (const [route, indexes] of creditsOf(plan, measure, kind, value)) {
        const chosen = [...new Set(indexes)].sort((a, b) => a - b);
        const column = cube.get([value.index, keyed_?.index ?? '', chosen.join(), contentKey(time)].join('|'), (index) => ({ index, value, key: keyed_, rules: chosen, time }));
        const parts = (measure.kind === 'sum' ? shareDivisor * divisorOf(value) : measure.kind === 'count' && measure.factors.length > 0 ? divisorOf(value) : 1n) * weighed;
        terms.push({ column, route, span, coefficient: ratio(1n, parts) });
      }
    }
    return { terms, constant: ZERO, distinct: measure.kind === 'distinct', subject: measure.subject };
  };

  const fromRows = (plan: Plan, measure: Aggregate, key: KeyOf | undefined, time: TimeOf, span: number): Form => {
    const form = measure.kind === 'average' ? 'sum' : measure.kind;
    const of = measure.kind === 'count' ? null : measure.of;
    const word = of !== null && !['money', 'number', 'percent', 'factor'].includes(of.type.kind);
    const role: FactColumn['role'] = form === 'count' ? 'count' : form === 'distinct' || word ? 'distinct' : 'sum';
    const found = measure.from.flatMap((kind) => {
      const value = factColumn(plan, measure.at, kind, role, of, whereOf(plan, measure, kind), measure.factors.map((f) => f.factor));
      return [...creditsOf(plan, measure, kind, value)].map(([route, indexes]) => ({ value, key: keyColumn(plan, measure.at, kind, key), rules: [...new Set(indexes)].sort((a, b) => a - b), route }));
    });
    const partsOf = (c: FactColumn): bigint => (role === 'distinct' ? 1n : divisorOf(c));
    const valueDivisor = found.reduce((d, c) => lcm(d, partsOf(c.value)), 1n), columns = found.map((c) => ({ ...c, scale: valueDivisor / partsOf(c.value) }));
    const weighs = form === 'sum' || form === 'count';
    const divisor = valueDivisor * (form === 'sum' ? shareDivisor : 1n) * (time.grain === 'day' && weighs ? HALF_LIFE_PARTS : 1n);
    const limits = measure.limits.map((limit) => {
      const minor = of?.type.kind === 'money' ? powerOfTen(digitsOf(plan.currency)) : 1n;
      const most = { n: limit.atMost.n * minor * valueDivisor * (form === 'sum' ? shareDivisor : 1n), d: limit.atMost.d };
      assert(most.n % most.d === 0n, 'a limit is a whole number of parts');
      const paths = limit.per.filter((p): p is readonly string[] => p !== 'day');
      return { limit, atMost: most.n / most.d, perDay: limit.per.includes('day'), keys: measure.from.map((kind) => paths.map((path) => factColumn(plan, limit.at, kind, 'key', fieldName(path, kindOf(kind)), null))) };
    });
    return { terms: [], constant: ZERO, distinct: false, rows: { term: { form, columns, limits, span, time }, divisor }, subject: measure.subject };
  };

  /** sums over reference rows, such as the accounts of a book */
  const fromBook = (plan: Plan, measure: Aggregate, key: KeyOf | undefined, form: BookTerm['form'] | 'first' | 'last' = measure.kind === 'average' ? 'sum' : measure.kind): Form => {
    if (form === 'first' || form === 'last') throw new NotBuilt(measure.at, `Rows of ${measure.from.join(', ')} have no date, so none of them is the ${form}`, 'Use `min` or `max`, or measure facts.');
    if (key !== undefined) throw new NotBuilt(measure.at, `${measure.name} looks at ${measure.from.join(', ')}, whose rows are no facts; they cannot be paid one by one`, 'Leave `per` out.');
    const of = measure.kind === 'count' ? null : measure.of, where = measure.where?.formula ?? null;
    const inputs = new Map([...namesOf(of), ...namesOf(where), ...measure.factors.flatMap((f) => namesOf(f.factor))].flatMap((n) => {
      const { ref } = n, inner = ref.kind === 'measure' ? plan.measures.find((m) => m.name === ref.measure) : undefined;
      return inner === undefined ? [] : [[inner.name, valueOf(plan, inner)] as const];
    }));
    const shared = { form, of, where, factors: measure.factors.map((f) => f.factor), plan, at: measure.at, inputs };
    const terms = measure.from.flatMap((kind): BookTerm[] => {
      if (measure.subject !== 'payee') return [{ ...shared, kind, rule: undefined, route: 0, group: measure.subject === 'company' ? 'company' : measure.subject.entity }];
      return rulesFor(plan, kind, measure.credited).map((rule) => ({ ...shared, kind, rule, route: routeOf(rule), group: undefined }));
    });
    const divisor = terms.reduce((d, t) => lcm(d, divisors.book(t)), 1n) * (measure.subject === 'payee' && weighs(form) ? shareDivisor : 1n);
    return { terms: [], constant: ZERO, distinct: false, book: { terms, divisor }, subject: measure.subject };
  };

  /** undefined: not a sum of columns, so a formula of values */
  const formOf = (plan: Plan, measure: Measure, key: KeyOf | undefined): Form | undefined => {
    if (measure.kind === 'formula') return linearForm(measure.measures, measure.formula, (inner) => formOf(plan, inner, key));
    if (measure.kind === 'ratio' || measure.kind === 'rank' || measure.kind === 'average') return undefined;
    return aggregate(plan, measure, key);
  };

  const isCarried = (form: Form, terms: readonly MeasureTerm[]): boolean => form.book?.terms.some((t) => divisors.book(t) >= CARRIED)
    ?? [...terms.map((t) => t.column), ...form.rows?.term.columns ?? []].some((c) => (c.value.role !== 'distinct' && divisors.isCarried(c.value)) || c.rules.some((i) => divisors.isCarried(must(rules.all()[i]))));
  const measureOf = (form: Form, at: Measure): LinearMeasure => {
    const zeroIfNone = [form.rows?.term, ...(form.book?.terms ?? [])].every((t) => t === undefined || !['min', 'max', 'first', 'last'].includes(t.form));
    const divisor = form.rows?.divisor ?? form.book?.divisor ?? form.terms.reduce((d, t) => lcm(d, t.coefficient.d), 1n);
    const terms = form.terms.map((t): MeasureTerm => ({ column: t.column, route: t.route, span: t.span, coefficient: t.coefficient.n * (divisor / t.coefficient.d) }));
    const key = [form.distinct, divisor, ...terms.map((t) => `${t.column.index}:${t.route}:${t.span}:${t.coefficient}`), form.rows === undefined ? '' : rowKey(form.rows.term), form.book === undefined ? '' : bookKey(form.book.terms), contentKey(form.subject)].join('|');
    const keyed_ = terms.find((t) => t.column.key !== null)?.column.key ?? form.rows?.term.columns.find((c) => c.key !== null)?.key ?? undefined;
    return measures.get(key, (index) => ({
      index, terms, rows: form.rows?.term, book: form.book?.terms, divisor, distinct: form.distinct, byValue: keyed_ !== undefined, keyDivisor: keyed_ === undefined || keyed_.role === 'fact' ? 1n : divisorOf(keyed_),
      subject: form.subject ?? at.subject, zeroIfNone, carried: isCarried(form, terms),
    }));
  };

  const valued = <T extends MeasureValue>(key: string, make: (index: number) => T): T => values.get(key, make) as T;
  const simple = (measure: Measure, top: Form, under: Form | undefined): SimpleValue => {
    const measure_ = measureOf(top, measure), over = under && measureOf(under, measure);
    const f = over === undefined ? { n: 1n, d: measure_.divisor } : ratio(over.divisor, measure_.divisor);
    return valued(['simple', measure_.index, over?.index ?? '', f.n, f.d].join('|'), (index) => ({ index, kind: 'simple', subject: measure_.subject, measureOf: measure, measure: measure_, over, mul: f.n, div: f.d }));
  };
  const isPlain = (form: Form | undefined): form is Form => form !== undefined && form.constant.n === 0n && (form.terms.length > 0 || form.rows !== undefined || form.book !== undefined);

  const valueOf = (plan: Plan, measure: Measure, key?: KeyOf): MeasureValue => {
    if (measure.kind === 'average') {
      const { kind: _, ...rest } = measure;
      const top = aggregate(plan, { ...rest, kind: 'sum' }, key), under = weightForm(plan, measure, key);
      return simple(measure, top, under);
    }
    const quotient = asQuotientOf(measure);
    const top = formOf(plan, quotient.numerator, key), under = quotient.denominator && formOf(plan, quotient.denominator, key);
    if (isPlain(top) && (quotient.denominator === undefined || (isPlain(under) && sameOrNone(top, under)))) return simple(measure, top, under);
    if (key !== undefined) throw new NotBuilt(measure.at, `${measure.name} is worked out from several measures; it cannot be told apart by single facts`, 'Measure a sum, a count or a ratio of two of them.');
    return worked(plan, measure);
  };
  const worked = (plan: Plan, measure: Measure): MeasureValue => {
    if (measure.kind === 'rank') { const of = valueOf(plan, measure.of); return valued(`rank|${of.index}|${measure.among?.join('.') ?? ''}`, (index) => ({ index, kind: 'rank', subject: 'payee', measureOf: measure, of, among: measure.among })); }
    if (measure.kind === 'ratio' && measure.minSample !== undefined && measure.otherwise !== undefined) {
      const { minSample, otherwise, ...ratio_ } = measure;
      const of = valueOf(plan, ratio_), instead = valueOf(plan, otherwise);
      if (of.kind !== 'simple') throw new NotBuilt(measure.at, `${measure.name} has a smallest sample, but its parts are not counts`, 'Count what the sample consists of below the line.');
      return valued(`sample|${of.index}|${minSample.n}/${minSample.d}|${instead.index}`, (index) => ({ index, kind: 'sample', subject: measure.subject, measureOf: measure, of, least: minSample, otherwise: instead }));
    }
    const { formula: written, parts } = asFormula(measure);
    const formula = typeof measure.subject === 'object' ? ofGroup(written, measure.subject.entity) : written;
    const inputs = new Map(Object.entries(parts).map(([name, m]) => [name, valueOf(plan, m)]));
    const key = ['formula', contentKey(formula), [...inputs].map(([n, v]) => `${n}=${v.index}`).join(), plan.currency, termsKey(formula, plan), contentKey(measure.subject)].join('|');
    return valued(key, (index) => ({ index, kind: 'formula', subject: measure.subject, measureOf: measure, formula, inputs, plan }));
  };
  /** below an average: the shares of what has a value */
  const weightForm = (plan: Plan, measure: Extract<Aggregate, { kind: 'average' }> | Aggregate, key: KeyOf | undefined): Form => {
    if (measure.from.some((k) => !kindOf(k).dated)) return fromBook(plan, measure, key, 'weight');
    const time = timeOf(measure, kindOf), span = spanOf(spanSpec(measure, time)), of = measure.kind === 'count' ? null : measure.of;
    const terms = measure.from.flatMap((kind): FormTerm[] => {
      const value = factColumn(plan, measure.at, kind, 'weight', of, whereOf(plan, measure, kind));
      return [...creditsOf(plan, measure, kind, value)].map(([route, indexes]) => {
        const chosen = [...new Set(indexes)].sort((a, b) => a - b), keyed_ = keyColumn(plan, measure.at, kind, key);
        const column = cube.get([value.index, keyed_?.index ?? '', chosen.join(), contentKey(time)].join('|'), (index) => ({ index, value, key: keyed_, rules: chosen, time }));
        return { column, route, span, coefficient: ratio(1n, shareDivisor) };
      });
    });
    return { terms, constant: ZERO, distinct: false, subject: measure.subject };
  };

  return {
    get facts() { return facts.all(); }, get rules() { return rules.all(); }, get routes() { return routes.all(); }, get credited() { return credited.all(); }, get spans() { return spans.all(); },
    reversed,
    get amongs() { return [...new Set(values.all().flatMap((v) => (v.kind === 'rank' ? [v.among?.join('.') ?? ''] : [])))]; },
    get cube() { return cube.all(); }, get measures() { return measures.all(); }, get values() { return values.all(); }, shareDivisor, valueOf, exchanges: exchanges.all, moneyOf: exchanges.moneyOf,
  };
}

/** a half-life weighs by factors of six decimals */
export const HALF_LIFE_PARTS = 1_000_000n;
/** Shares weigh amounts; a row that is counted counts whole. */
export const weighs = (form: BookTerm['form']): boolean => form === 'sum' || form === 'weight';
/** Whose rows count for the company: no word has this code. */
export const COMPANY = -2;

const whereOf = (plan: Plan, measure: Aggregate, kind: string): Typed | null => (kind === EARNING ? ofComponents(measure, plan) : measure.where?.formula ?? null);

function timeOf(measure: Aggregate, kindOf: (name: string) => Kind): TimeOf {
  const runs = measure.from.every((k) => kindOf(k).runs !== undefined);
  const grain = measure.halfLife !== undefined ? 'day' : measure.moment !== undefined && runs ? 'instant' : 'slice';
  return { grain, date: measure.date ?? null };
}
function spanSpec(measure: Aggregate, time: TimeOf): SpanSpec {
  if (measure.halfLife !== undefined) return { kind: 'half_life', days: measure.halfLife };
  if (measure.moment !== undefined) return { kind: time.grain === 'instant' ? 'instant' : 'before', edge: measure.moment };
  return measure.lookBack === undefined ? { kind: 'window' } : { kind: 'look_back', days: measure.lookBack };
}

function asQuotientOf(measure: Measure): ReturnType<typeof asQuotient> {
  return measure.kind === 'ratio' && measure.minSample !== undefined ? { numerator: measure, denominator: undefined } : asQuotient(measure);
}
const sameOrNone = (a: Form, b: Form): boolean => a.subject === undefined || b.subject === undefined || sameSubject(a.subject, b.subject);

/** A measure as arithmetic of others. */
function asFormula(measure: Measure): { readonly formula: Typed; readonly parts: Readonly<Record<string, Measure>> } {
  if (measure.kind === 'formula') return { formula: measure.formula, parts: measure.measures };
  const at = { start: 0, end: 0 };
  const name = (m: Measure): Typed => ({ kind: 'name', name: m.name, ref: { kind: 'measure', measure: m.name }, type: m.type, at });
  if (measure.kind === 'ratio') return { formula: { kind: 'op', op: '/', args: [name(measure.numerator), name(measure.denominator)], type: measure.type, at }, parts: { [measure.numerator.name]: measure.numerator, [measure.denominator.name]: measure.denominator } };
  return { formula: name(measure), parts: { [measure.name]: measure } };
}
/** Fields of the row that a measure is of are fields of the payee's group, where he looks at it. */
function ofGroup(f: Typed, group: string): Typed {
  if (f.kind === 'name' && f.ref.kind === 'field') return { ...f, ref: { kind: 'group_field', group, path: f.ref.path[0] === group ? f.ref.path.slice(1) : f.ref.path } };
  return f.kind === 'op' || f.kind === 'call' ? { ...f, args: f.args.map((a) => ofGroup(a, group)) } : f;
}
/** A share that is the same for every fact; all of it where none is said; undefined where it is found for each fact. */
export function constantShare(share: Num | undefined): Ratio | undefined {
  return share === undefined ? ONE : constantOf(share);
}

/** A field of a row as a formula. */
export function fieldName(path: readonly string[], kind: Kind): Typed {
  const type = kind.fields.find((f) => f.name === path[0])?.type;
  return { kind: 'name', name: path.join('.'), ref: { kind: 'field', path }, type: typeof type === 'object' ? { kind: 'entity', entity: type.entity } : { kind: 'text' }, at: { start: 0, end: 0 } };
}
