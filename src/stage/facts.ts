/**
 * Stage 1, facts: the rows of one kind as a run sees them, each with the slice of time that it falls
 * into, the parties that credit rules may name, and one column for every value that a measure wants.
 * Every formula over facts alone sits here, in one scan a kind; what reads the payee who is credited
 * is found one stage later, from columns that are handed on.
 */
import type { Typed } from '../plan/formula.ts';
import type { At, CreditRule, Kind, Num, Plan } from '../plan/plan.ts';
import {
  and, bool, cast, codeOf, col, type Column, compare, eq, type Expr, filter, int, isNotNull, isNull, type JoinInput, named, type Named, nothing, or, project, type Relation, scan, type Statement, when,
} from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { lcm, powerOfTen } from '../value/rate.ts';
import { asWide, CARRIED, scanOf } from './arithmetic.ts';
import { bookValue } from './book-value.ts';
import { constantShare, type DirectRule, type FactColumn, type Gathered, type TimeOf } from './gather.ts';
import type { Divisors } from './gather-form.ts';
import { moneyKey, type PlanMoney } from './exchange.ts';
import { type KindRows, rowOf } from './kind-rows.ts';
import { exprOf } from './lowered.ts';
import { digitsOf, lower, lowerCondition, lowerKey, lowerNumber, type Lowered, type Scope, type TypedName } from './lower.ts';
import { type Pair, productOfPairs } from './lower-pair.ts';
import { hasPlanMoney, OWN_MONEY } from './money.ts';
import { contentKey } from './reads.ts';
import { REF_DAY } from './reference.ts';
import { fieldsOf, idCode as ownCode, type Joins, joinsOf, listRow, lowerPortion, moneyRow, type OtherNames, readsMoney, type Row, rowScope } from './row-scope.ts';

export interface Divided { readonly relation: Relation; readonly at: At }
export interface FactsStage {
  readonly statement: Statement;
  /** the same columns, with values where money has no rate, and blanks where it has one */
  readonly unrated: () => Relation;
  /** (fact, id): facts whose value is blank as it divides by 0; `at`: the first measure with such a value */
  readonly divided: Divided | undefined;
  /** kinds whose dated rows, or facts by their ids, it joins */
  readonly references: readonly Kind[];
  readonly parties: readonly (readonly string[])[];
}

/** Formulas over the row, with its money as a plan has it. */
type ScopeOf = (plan: Plan, at: At) => Scope;

/** The facts of one kind while their columns are asked for. */
export interface FactsBuilder {
  readonly kind: Kind;
  readonly kinds: readonly Kind[];
  readonly rules: readonly DirectRule[];
  /** some of its facts are reversals */
  readonly signed: boolean;
  /** the facts, with the columns asked for so far */
  scan(): Relation;
  /** columns that tell the time of a fact, beside its slice */
  times(): readonly string[];
  /** the code of what a reviewer decided under a guardrail, NULL where nobody did */
  decision(guardrail: string): Expr;
  /** the column of a party that rules name */
  party(path: readonly string[], at: At): Expr;
  /** the column of what chooses the facts of a rule, where something does */
  isWanted(rule: DirectRule): Expr | undefined;
  /** a share or factor that is found for each fact, in parts of its divisor */
  portion(num: Num, plan: Plan, at: At): Pair & { readonly d: bigint };
  /** a condition on the fact alone */
  condition(formula: Typed, plan: Plan, at: At): Expr;
  /** is the money of the fact in the plan's currency, or has it a rate? */
  hasMoney(plan: Plan): Expr;
  /** a name of the row, as a column that the next stage reads */
  handedOn(typed: TypedName, plan: Plan, at: At): Lowered;
  /** the row of the store that holds a list of payees, and the kind that it is of */
  list(path: readonly string[]): { readonly owner: Kind; readonly row: Expr };
  /** a column of any expression over the row */
  column(prefix: string, key: string, expr: (scope: ScopeOf, as?: 'unrated') => Expr): Expr;
  /** the column that tells the slice, day or other date of a fact */
  time(time: TimeOf): string;
  finish(): FactsStage;
}

export function factsBuilder(kind: Kind, gathered: Gathered, rows: KindRows, options: { readonly kinds: readonly Kind[]; /** first day that the plans cover; facts before it are wanted, too */ readonly from: number; readonly history: boolean; readonly ids: boolean; readonly runs: boolean; readonly others?: OtherNames; /** the name of the statement, where it is not `facts_<kind>` */ readonly name?: string }): FactsBuilder {
  const { kinds } = options, name = options.name ?? `facts_${kind.name}`;
  const joins = joinsOf(kinds);
  const row = rowOf(kind, rows);
  const moneyAs = (as: 'unrated' | undefined, plan: Plan): PlanMoney => ({ ...gathered.moneyOf(plan), ...(as !== undefined && { as }) });
  const scopeAs = (as?: 'unrated'): ScopeOf => (plan, at) => rowScope(row, joins, moneyAs(as, plan), at, options.others);
  const scope = scopeAs();
  const rules = gathered.rules.filter((r) => r.kind === kind.name);
  const parties = new Map<string, Named>(), more = new Map<string, { readonly name: string; readonly make: (scope: ScopeOf, as?: 'unrated') => Expr }>(), dates = new Map<string, string>(), decisions = new Map<string, Expr>();
  const partyList: (readonly string[])[] = [];
  let finished: FactsStage | undefined;
  const column: FactsBuilder['column'] = (prefix, key, make) => {
    const found = more.get(`${prefix}|${key}`);
    if (found !== undefined) return col(found.name);
    assert(finished === undefined, `a column is asked for before the facts are finished: ${key}`);
    const made = { name: `${prefix}_${[...more.keys()].filter((k) => k.startsWith(`${prefix}|`)).length}`, make };
    // what it joins is asked for at once
    make(scope);
    more.set(`${prefix}|${key}`, made);
    return col(made.name);
  };
  const party = (path: readonly string[]): Expr => {
    const key = path.join('.'), known = parties.get(key);
    if (known !== undefined) return col(known.name);
    assert(finished === undefined, `a party is asked for before the facts are finished: ${key}`);
    const made = named(`party_${parties.size}`, partyOf(path, rowScope(row, joins, OWN_MONEY, rules[0]?.rule.at ?? kind.at, options.others), kind, kinds));
    parties.set(key, made);
    partyList.push(path);
    return col(made.name);
  };
  for (const r of rules) for (const path of partyPaths(r.rule)) party(path);
  const chooses = (r: DirectRule): boolean => r.own !== undefined || (r.rule.where !== undefined && r.group === undefined);
  const hasMoney = (as: 'unrated' | undefined, plan: Plan): (() => Expr) => () => hasPlanMoney(moneyAs(as, plan), moneyRow(row, joins));
  /** columns that may read money */
  const columnsAs = (as?: 'unrated', in_ = scopeAs(as)): Named[] => [
    ...rules.filter(chooses).map((r) => named(`rule_${r.index}`, and(
      ...(r.own === undefined ? [] : [eq(col('plan', 'f'), int(r.own))]), ...(r.rule.where === undefined || r.group !== undefined ? [] : [lowerCondition(r.rule.where.formula, in_(r.plan, r.rule.at))])))),
    ...gathered.facts.filter((c) => c.kind === kind.name && !c.personal && !c.timed && c.role !== 'fact').map((c) => named(columnName(c), valueColumn(c, kind, kinds, in_(c.plan, c.at), rows.signed, hasMoney(as, c.plan)).expr)),
    ...[...more.values()].map(({ name, make }) => named(name, make(in_, as))),
  ];
  /** facts that would count, were a divisor of their value not 0 */
  const dividedBy = (): readonly { readonly at: At; readonly test: Expr }[] => gathered.facts.filter((c) => c.kind === kind.name && !c.personal && !c.timed && ['sum', 'count', 'weight'].includes(c.role)).flatMap((c) => {
    const before = joins.divisors.length, in_ = scope(c.plan, c.at), { expr } = valueOf(c, in_), divisors = joins.divisors.slice(before);
    return divisors.length === 0 ? [] : [{ at: c.at, test: and(isNull(expr), or(...divisors.map((d) => eq(d, int(0)))), ...(c.where === null ? [] : [lowerCondition(c.where, in_)])) }];
  });
  const finish = (): FactsStage => {
    const dateColumns = [...dates].flatMap(([path, n]): Named[] => {
      const out = lower({ kind: 'name', name: path, ref: { kind: 'field', path: path.split('.') }, type: { kind: 'date' }, at: { start: 0, end: 0 } }, rowScope(row, joins, OWN_MONEY, kind.at, options.others), false);
      assert(out.kind === 'day', 'a date field holds days; resolve checks it');
      joins.inputs.set(`d${n}`, { as: `d${n}`, how: 'left', relation: scan(REF_DAY), on: eq(col('day', `d${n}`), out.expr) });
      return [named(`date_${n}`, out.expr), named(`slice_${n}`, col('slice', `d${n}`))];
    });
    const early = options.history || dates.size > 0;
    const plain: Named[] = [
      named('facts_world', cast(int(0), 'integer')), named('fact', col('row', 'f')), ...(options.ids ? [named('fact_id', col('id', 'f'))] : []), named('day', col('day', 'f')), ...(rows.signed ? [named('as_of', col('as_of', 'f')), named('reversed', col('reversed', 'f'))] : []),
      named('slice', early ? sliceOf(options.from) : col('slice', 'd')), ...dateColumns,
      ...(kind.runs === undefined || !options.runs ? [] : kind.runs.map((field, i) => named(i === 0 ? 'runs_from' : 'runs_until', col(field, 'f')))),
      ...parties.values(),
    ];
    const blank = dividedBy(), credited = rules.filter((r) => r.group === undefined && r.rule.where !== undefined), [first] = blank;
    const columns = columnsAs();
    const from: JoinInput[] = [
      { as: 'f', how: 'from', relation: rows.relation },
      { as: 'd', how: early ? 'left' : 'inner', relation: scan(REF_DAY), on: eq(col('day', 'd'), col('day', 'f')) },
      ...joins.inputs.values(),
    ];
    const made = (more_: readonly Named[]): Relation => project({ kind: 'join', inputs: from }, [...plain, ...more_]);
    return {
      statement: { name, make: 'view', relation: made(columns), key: ['fact'], about: `${kind.title || kind.name}: what is asked of each` },
      unrated: () => made(columnsAs('unrated')),
      divided: first && { at: first.at, relation: project(filter({ kind: 'join', inputs: from }, and(
        isNotNull(col('slice', 'd')), or(...blank.map((b) => b.test)), ...(credited.length < rules.length ? [] : [or(...credited.map((r) => lowerCondition(must(r.rule.where).formula, scope(r.plan, r.rule.at))))]),
      )), [named('fact', col('row', 'f')), named('id', col('id', 'f'))]) },
      references: [...joins.references, ...rows.references], parties: partyList,
    };
  };
  return {
    kind, kinds, rules, signed: rows.signed, column, party,
    scan: () => (finished === undefined ? { kind: 'scan', table: name, columns: [] } : scanOf(finished.statement)),
    times: () => [...[...dates.values()].flatMap((n) => [`date_${n}`, `slice_${n}`]), ...(kind.runs === undefined || !options.runs ? [] : ['runs_from', 'runs_until'])],
    isWanted: (rule) => (chooses(rule) ? col(`rule_${rule.index}`) : undefined),
    portion(num, plan, at) {
      const { d } = lowerPortion(num, scope(plan, at));
      return { n: column('portion', `${contentKey(num)}|${moneyKey(plan)}`, (s) => lowerPortion(num, s(plan, at)).n), d };
    },
    condition: (formula, plan, at) => column('holds', `${contentKey(formula)}|${moneyKey(plan)}`, (s) => lowerCondition(formula, s(plan, at))),
    hasMoney: (plan) => column('has_money', moneyKey(plan), (_, as) => hasMoney(as, plan)()),
    decision(guardrail) {
      const made = decisions.get(guardrail) ?? decisionOf(guardrail, row, joins);
      decisions.set(guardrail, made);
      return column('decision', guardrail, () => made);
    },
    list(path) {
      const { owner, row: held } = listRow(path, row, joins);
      return { owner, row: column('list', path.join('.'), () => held) };
    },
    handedOn(typed, plan, at) {
      const key = `${contentKey(typed.ref)}|${moneyKey(plan)}`;
      const handed = (s: ScopeOf): Lowered => lower(typed, s(plan, at), typed.type.kind === 'money'), made = handed(scope);
      const expr = column('raw', key, (s) => exprOf(handed(s)));
      if (made.kind !== 'number') return { kind: made.kind, expr };
      assert(typeof made.d === 'bigint', 'a field has a constant divisor');
      return { kind: 'number', n: expr, d: made.d };
    },
    time({ grain, date }) {
      if (date === null) return grain === 'day' ? 'day' : 'slice';
      const path = date.join('.'), number = dates.get(path) ?? String(dates.size);
      dates.set(path, number);
      return grain === 'day' ? `date_${number}` : `slice_${number}`;
    },
    finish: () => (finished ??= finish()),
  };
}

/** Facts before the first day that the plans cover lie in the slice of all earlier days. */
function sliceOf(from: number): Expr {
  return { kind: 'case', when: [[isNotNull(col('slice', 'd')), col('slice', 'd')], [compare('<', col('day', 'f'), int(from)), cast(int(EARLIER), 'integer')]], otherwise: nothing('integer') };
}
/** The slice of all days before those that the plans cover. */
export const EARLIER = -1;

/** What was decided last on a fact under a guardrail. */
function decisionOf(guardrail: string, row: Row, joins: Joins): Expr {
  const alias = `review_${[...joins.inputs.keys()].filter((k) => k.startsWith('review_')).length}`;
  const own = ownCode(row, joins);
  joins.inputs.set(alias, { as: alias, how: 'left', relation: { kind: 'scan', table: REVIEWS, columns: REVIEW_COLUMNS }, on: and(eq(col('fact', alias), own), eq(col('guardrail', alias), codeOf(guardrail))) });
  return col('decision', alias);
}
export const REVIEWS = 'decided';
export const REVIEW_COLUMNS: readonly Column[] = [{ name: 'fact', type: 'integer' }, { name: 'guardrail', type: 'integer' }, { name: 'decision', type: 'integer' }];

export const columnName = (c: FactColumn): string => (c.role === 'fact' ? 'fact' : c.role === 'key' ? `key_${c.index}` : `value_${c.index}`);

/** How many parts of one the stored number of a column counts, and all shares of a rule. */
export function divisorsOf(kinds: readonly Kind[]): Divisors {
  // how money is converted changes no divisor
  let quotients = 0;
  const scopeFor = (kind: Kind, plan: Plan, at: At): { scope: Scope; joins: Joins } => {
    const joins = joinsOf(kinds);
    const scope = rowScope({ kind, alias: 'f', day: col('day', 'f') }, joins, { currency: plan.currency, exchange: undefined }, at, dummies(plan.currency));
    return { joins, scope: { ...scope, quotient: (pair) => { quotients += 1; return must(scope.quotient)(pair); }, known: (typed) => (typed.kind === 'call' && typed.name === 'yearly' ? dummyNumber(typed, plan.currency) : undefined) } };
  };
  const portion = (num: Num | undefined, kind: Kind, plan: Plan, at: At): bigint => {
    const constant = constantShare(num);
    return constant !== undefined ? constant.d : lowerPortion(must(num), scopeFor(kind, plan, at).scope).d;
  };
  const all: Divisors = {
    book(term) {
      const kind = must(kinds.find((k) => k.name === term.kind));
      return bookValue(term, kind, kinds, joinsOf(kinds), { currency: term.plan.currency, exchange: undefined }, int(0), () => asWide(int(0))).pair.d;
    },
    portion: (num, name, plan, at) => portion(num, must(kinds.find((k) => k.name === name)), plan, at),
    column(column) {
      if (column.role === 'fact') return 1n;
      const kind = kinds.find((k) => k.name === column.kind);
      assert(kind !== undefined, 'the kind of a column exists');
      return valueColumn(column, kind, kinds, scopeFor(kind, column.plan, column.at).scope, false, () => bool(true)).divisor;
    },
    shares(rule, plan) {
      const list = rule.list === undefined ? 1n : rule.list.shares ? SPLIT_PARTS : EQUAL_PARTS;
      let whole = 1n;
      for (const name of rule.from.length === 0 ? [''] : rule.from) {
        const kind = kinds.find((k) => k.name === name);
        const of = (num: Num | undefined): bigint => (kind === undefined ? constantShare(num)?.d ?? 1n : portion(num, kind, plan, rule.at));
        let d = list * of(rule.share) * (rule.factor === undefined ? 1n : of(rule.factor)) * (rule.split.length === 0 ? equalShares(rule.to.length) : 1n);
        for (const step of rule.split) d *= step.reduce((m, s) => (s.share === 'rest' ? m : lcm(m, of(s.share))), 1n);
        if (kind !== undefined) for (const g of plan.guardrails) if (g.from.includes(name) && g.otherwise.kind === 'factor') d *= portion(g.otherwise.factor, kind, plan, g.at);
        whole = lcm(whole, d);
      }
      return whole;
    },
    isCarried(of) {
      const before = quotients;
      if ('rule' in of) all.shares(of.rule, of.plan); else all.column(of);
      return quotients > before;
    },
  };
  return all;
}
/** shares of a list that says them; equal shares of up to 16 payees */
export const SPLIT_PARTS = 1_000_000n;
export const EQUAL_PARTS = 720_720n;
/** lcm of 1 … n: any number of these payees may be there */
function equalShares(n: number): bigint {
  let d = 1n;
  for (let i = 2n; i <= BigInt(n); i++) d = lcm(d, i);
  return d;
}
/** Names of the payee and the window, for finding divisors only: they are kept as `personal.ts` keeps them. */
const dummies = (currency: string): OtherNames => (typed) => {
  switch (typed.ref.kind) {
    case 'field': return undefined;
    default: return typed.type.kind === 'date' ? { kind: 'day', expr: { kind: 'literal', type: 'integer', value: 0n } } : typed.type.kind === 'yes_no' ? { kind: 'yes_no', expr: { kind: 'literal', type: 'boolean', value: true } }
      : typed.type.kind === 'text' || typed.type.kind === 'payee' || typed.type.kind === 'entity' ? { kind: 'code', expr: { kind: 'literal', type: 'integer', value: 0n } } : dummyNumber(typed, currency);
  }
};
function dummyNumber(typed: Typed, currency: string): Lowered {
  return { kind: 'number', n: int(1), d: typed.type.kind === 'money' ? SPLIT_PARTS / powerOfTen(digitsOf(currency)) : SPLIT_PARTS };
}

/** Does its value need the money of the fact in the plan's currency, where a blank would not already leave it out? */
export function needsMoney(c: Omit<FactColumn, 'index'>, kind: Kind, kinds: readonly Kind[]): boolean {
  const { formula } = c, reads = (part: Typed | Num | null): boolean => readsMoney(part, kind, kinds, true);
  return c.role !== 'key' && c.role !== 'fact' && (reads(c.where) || c.factors.some(reads) || (reads(formula) && !(formula !== null && isArithmetic(formula, kind, kinds))));
}
/** A blank in it makes it blank. */
function isArithmetic(f: Typed, kind: Kind, kinds: readonly Kind[]): boolean {
  if (f.kind === 'name') return f.ref.kind !== 'field' || f.ref.path.length > 1 || fieldsOf(kind, kinds).some((x) => x.name === f.name);
  return f.kind === 'number' || (f.kind === 'op' && ['+', '-', '*', '/', 'negate'].includes(f.op) && f.args.every((a) => isArithmetic(a, kind, kinds)));
}

export function valueColumn(c: Omit<FactColumn, 'index'>, kind: Kind, kinds: readonly Kind[], scope: Scope, signed: boolean, hasMoney: () => Expr): { readonly expr: Expr; readonly divisor: bigint } {
  if (c.role === 'fact') return { expr: col('row', 'f'), divisor: 1n };
  const counted = [...(c.where === null ? [] : [lowerCondition(c.where, scope)]), ...(needsMoney(c, kind, kinds) ? [hasMoney()] : [])];
  const value = valueOf(c, scope);
  if (c.role === 'key') return { expr: { kind: 'call', fn: 'coalesce', args: [value.expr, int(blankKey(must(c.formula)))] }, divisor: value.divisor };
  const signedValue = signed && c.role !== 'distinct' ? { kind: 'call' as const, fn: 'multiply' as const, args: [value.expr, col('sign', 'f')] } : value.expr;
  const whole = value.divisor >= WIDE_FROM && c.role === 'sum' ? asWide(signedValue) : signedValue;
  return { expr: counted.length === 0 ? whole : when(and(...counted), whole, nothing(value.divisor >= WIDE_FROM && c.role === 'sum' ? 'wide' : 'bigint')), divisor: value.divisor };
}
/** a value in so many parts of one does not fit into 64 bits any more */
const WIDE_FROM = CARRIED;
export const isWideColumn = (divisor: bigint): boolean => divisor >= WIDE_FROM;

function valueOf(c: Omit<FactColumn, 'index'>, scope: Scope): { readonly expr: Expr; readonly divisor: bigint } {
  if (c.role === 'distinct' || c.role === 'key') return lowerKey(must(c.formula), scope);
  if (c.role === 'weight') return { expr: when(isNotNull(lowerNumber(must(c.formula), scope).n), int(1), nothing('bigint')), divisor: 1n };
  const start: Pair = c.role === 'count' ? { n: int(1), d: 1n } : lowerNumber(must(c.formula), scope);
  const pair = c.factors.reduce((value: Pair, factor) => productOfPairs(value, lowerPortion(factor, scope)), start);
  const fixed = typeof pair.d === 'bigint' ? pair : must(scope.quotient)(pair);
  assert(typeof fixed.d === 'bigint', 'a value has a constant divisor');
  return { expr: fixed.n, divisor: fixed.d };
}
/** A blank number or date is not 0: it can be read by no table. A blank word is no word's code: only `otherwise` holds it. */
export const BLANK_KEY = -(2n ** 63n) + 1n;
function blankKey(formula: Typed): bigint {
  const { kind } = formula.type;
  return kind === 'text' || kind === 'payee' || kind === 'entity' || kind === 'yes_no' ? -1n : BLANK_KEY;
}

export function partyPaths(rule: CreditRule): readonly (readonly string[])[] {
  if (rule.list !== undefined || rule.through !== undefined) return [];
  return rule.split.length > 0 ? rule.split.flat().map((s) => s.to) : rule.to;
}
function partyOf(path: readonly string[], scope: Scope, kind: Kind, kinds: readonly Kind[]): Expr {
  const [first] = path;
  assert(first !== undefined && (fieldsOf(kind, kinds).some((f) => f.name === first)), `${kind.name} has the field ${path.join('.')}; resolve checks it`);
  const out = lower({ kind: 'name', name: path.join('.'), ref: { kind: 'field', path }, type: { kind: 'payee' }, at: { start: 0, end: 0 } }, scope, false);
  assert(out.kind === 'code', 'a party is a word');
  return out.expr;
}
