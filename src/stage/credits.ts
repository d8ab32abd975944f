/**
 * Stage 2, credits: who is credited with which share of a fact, by which rule, and for which group of
 * accounts it counts. One row a fact, payee and rule; the share is a whole number of `shareDivisor`-ths.
 * A view: nothing is stored at this grain. Those above a payee are not credited here but at the grain
 * of measures (`ref_route`), where it costs a thousandth; only where the value itself reads them are
 * they found here.
 */
import type { CreditRule, Guardrail, Num } from '../plan/plan.ts';
import {
  aggregate, and, call, cast, col, compare, count, eq, type Expr, filter, int, isNotNull, isNull, join, type JoinInput, keep, min, minus, named, type Named, not, nothing, or,
  plus, project, type Relation, scan, type SqlType, type Statement, text, times, union, when,
} from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import type { Day } from '../value/period.ts';
import { lcm, type Ratio } from '../value/rate.ts';
import { asWide } from './arithmetic.ts';
import { columnName, EQUAL_PARTS, type FactsBuilder, isWideColumn, SPLIT_PARTS } from './facts.ts';
import { COMPANY, constantShare, type DirectRule, type FactColumn, type Gathered } from './gather.ts';
import type { Divisors } from './gather-form.ts';
import { leftOf, outcomeOf } from './guards.ts';
import { lowerCondition } from './lower.ts';
import { surely } from './lower-pair.ts';
import { personalScope, personalValue, type Personal } from './personal.ts';
import { contentKey, isPersonal } from './reads.ts';
import { REF_PERSONAL, REF_ROUTE, REF_STINT } from './reference.ts';
import { groupPath, lowerPortion } from './row-scope.ts';
import { partyTable } from './store.ts';

/** One recipient of a rule: the column that names him, and his share. */
export interface Slot { readonly party: Expr; readonly share: Expr; readonly joins?: readonly JoinInput[]; readonly distinct?: true; /** of what is joined, these rows */ readonly where?: Expr }

export interface CreditsContext {
  readonly gathered: Gathered;
  readonly divisors: Divisors;
  readonly builders: ReadonlyMap<string, FactsBuilder>;
  readonly personal: Personal;
  readonly asOf: Day | undefined;
  /** every guardrail once; its outcome is a column of each credit */
  readonly guards: readonly Guardrail[];
  /** are decisions of reviewers known? */
  readonly reviewed: boolean;
  /** columns that tell the time of a fact, beside its slice */
  readonly times: readonly string[];
  readonly ids: boolean;
}

/** shares beyond this many parts are weighed in wide numbers */
const PLAIN_SHARES = 10_000n;
export const sharesAreWide = (gathered: Gathered): boolean => gathered.shareDivisor > PLAIN_SHARES;

/** May it give somebody a share of 0? That is no credit: nothing of the fact counts for him. */
export function mayGiveNothing({ rule, guards }: DirectRule): boolean {
  const varies = (n: Num | 'rest' | undefined): boolean => n === 'rest' || constantShare(n)?.n === 0n || constantShare(n) === undefined;
  return guards.length > 0 || varies(rule.share) || varies(rule.factor) || rule.split.length > 1 || rule.split.some((step) => step.some((s) => varies(s.share))) || rule.list?.shares === true;
}

export function creditsStage(context: CreditsContext): Statement {
  const { gathered } = context;
  const rules = gathered.rules.filter((r) => context.builders.has(r.kind));
  const plain = rules.filter((r) => r.group === undefined && !isOwn(r, context));
  const branches = plain.flatMap((r) => slotsOf(r, context).map((slot) => branch(r, slot, context)));
  const all = branches.length === 0 ? [] : [union(branches)];
  const columns = namesOf(context);
  const credited = all.map((relation) => project(join(['c', relation], ['inner', 's', scan(REF_STINT), here(col('payee', 'c'), creditDay(context))]), [...keep('c', ...columns), ...keep('s', 'stint', 'people_world')]));
  const own = rules.filter((r) => r.group === undefined && isOwn(r, context)).flatMap((r) => slotsOf(r, context).map((slot) => personalBranch(r, slot, context)));
  const groups = rules.filter((r) => r.group !== undefined).map((r) => groupBranch(r, context));
  const parts = [...credited, ...own, ...groups];
  return {
    name: 'credits', make: 'view', key: ['facts_world', 'fact', 'payee', 'rule'],
    relation: parts.length === 0 ? NOBODY : union(parts),
    about: `who is credited with what share of each fact, in ${gathered.shareDivisor} parts`,
  };
}

/** A rule whose factor, guardrails or values read the payee is worked out for each of them. */
function isOwn(rule: DirectRule, { gathered }: CreditsContext): boolean {
  const counts = (c: FactColumn): boolean => c.personal && c.kind === rule.kind;
  return rule.climbs || isPersonal(rule.rule.factor) || rule.guards.some((g) => isPersonal(g.require.formula) || (g.otherwise.kind === 'factor' && isPersonal(g.otherwise.factor))) || gathered.facts.some(counts);
}

/** The payee works here on the day, in this stint. */
function here(payee: Expr, day: string): Expr {
  return and(eq(col('payee', 's'), payee), compare('<=', col('from_day', 's'), col(day, 'c')), compare('<', col(day, 'c'), col('to_day', 's')));
}
/** Some facts are reversals: the credits of what they take back are repeated, as of its day. */
const isSigned = ({ builders }: CreditsContext): boolean => [...builders.values()].some((b) => b.signed);
const creditDay = (context: CreditsContext): string => (isSigned(context) ? 'as_of' : 'day');

/** Where plans pay without measuring anything, nobody is credited with anything. */
const NOBODY: Relation = {
  kind: 'values', rows: [],
  columns: [
    { name: 'facts_world', type: 'integer' }, { name: 'fact', type: 'bigint' }, { name: 'day', type: 'integer' }, { name: 'slice', type: 'integer' },
    { name: 'payee', type: 'integer' }, { name: 'rule', type: 'integer' }, { name: 'share', type: 'bigint' }, { name: 'stint', type: 'integer' }, { name: 'people_world', type: 'integer' },
  ],
};

const handed = (context: CreditsContext): string[] => ['facts_world', 'fact', ...(context.ids ? ['fact_id'] : []), 'day', 'slice', ...(isSigned(context) ? ['as_of', 'reversed'] : []), ...context.times];
/** Every guardrail that rules have, once; its outcome is a column of each credit. */
export function everyGuard(gathered: Gathered): Guardrail[] {
  return [...new Map(gathered.rules.flatMap((r) => r.guards).map((g) => [contentKey(g), g])).values()];
}
const guardName = (context: CreditsContext, g: Guardrail): string => `guard_${context.guards.findIndex((x) => contentKey(x) === contentKey(g))}`;
const valuesOf = ({ gathered }: CreditsContext): readonly FactColumn[] => gathered.facts.filter((c) => c.role !== 'fact' && !c.timed);
function namesOf(context: CreditsContext): string[] {
  return [...handed(context), 'payee', 'rule', ...viaOf(nothing('integer'), context).map((v) => v.name), 'share', ...(context.guards.length === 0 ? [] : ['unguarded', ...context.guards.map((g) => guardName(context, g))]), ...valuesOf(context).map(columnName)];
}
/** Where those above are credited themselves: through whom. */
const viaOf = (via: Expr, { gathered }: CreditsContext): Named[] => (gathered.rules.some((r) => r.climbs) ? [named('via', via)] : []);
const typeOfColumn = (c: FactColumn, { divisors }: CreditsContext): SqlType => (c.role === 'sum' && isWideColumn(divisors.column(c)) ? 'wide' : 'bigint');

/** What every branch hands on: the fact and its time; times that the kind does not have are blank. */
function factColumns(builder: FactsBuilder, context: CreditsContext, alias: string | undefined): Named[] {
  const have = new Set(builder.times());
  return handed(context).map((name) => {
    if (name === 'as_of' && !builder.signed) return named(name, col('day', alias));
    if (name === 'reversed' && !builder.signed) return named(name, nothing('bigint'));
    return named(name, context.times.includes(name) && !have.has(name) ? nothing('integer') : col(name, alias));
  });
}

function branch(rule: DirectRule, slot: Slot, context: CreditsContext): Relation {
  const builder = must(context.builders.get(rule.kind));
  const { from, where, q } = creditedFacts(rule, slot, context);
  const guarded = guardsOf(rule, context, q);
  const columns = [
    ...factColumns(builder, context, 'c'), named('payee', q(slot.party)), named('rule', cast(int(rule.index), 'integer')), ...viaOf(nothing('integer'), context),
    ...shareColumns(q(slot.share), rule, guarded, context, q), ...valuesOf(context).map((c) => named(columnName(c), c.kind === rule.kind && !c.personal ? q(col(columnName(c))) : nothing(typeOfColumn(c, context)))),
  ];
  const made = project(filter(from, where), columns);
  return slot.distinct === true ? aggregate(made, keep(undefined, ...columns.map((c) => c.name)), []) : made;
}

/** The facts (c) that a recipient of a rule has a share of. */
export function creditedFacts(rule: DirectRule, slot: Slot, context: CreditsContext): { readonly from: Extract<Relation, { kind: 'join' }>; readonly where: Expr; readonly q: (e: Expr) => Expr } {
  const builder = must(context.builders.get(rule.kind)), q = qualified('c');
  const wanted = builder.isWanted(rule), { joins, where } = yielding(rule, q(slot.party), context, q);
  return {
    q, from: { kind: 'join', inputs: [{ as: 'c', how: 'from', relation: builder.scan() }, ...(slot.joins ?? []), ...joins] },
    where: and(isNotNull(q(slot.party)), ...shareIsKnown(rule, q(slot.share)), ...(slot.where === undefined ? [] : [slot.where]), ...(wanted === undefined ? [] : [q(wanted)]), ...where),
  };
}

/** A share that is not known credits nobody. */
function shareIsKnown({ rule }: DirectRule, share: Expr): Expr[] {
  const said = [rule.share, ...rule.split.flat().map((s) => s.share)].filter((s) => s !== undefined && s !== 'rest');
  return said.every((s) => constantShare(s) !== undefined) ? [] : [isNotNull(share)];
}

/** Whoever is credited by the other rule on the same fact is not credited by this one. */
function yielding(rule: DirectRule, party: Expr, context: CreditsContext, q: (e: Expr) => Expr): { readonly joins: readonly JoinInput[]; readonly where: readonly Expr[] } {
  const other = rule.plan.credits.find((r) => r.name === rule.rule.yieldsTo);
  if (other === undefined) return { joins: [], where: [] };
  const builder = must(context.builders.get(rule.kind));
  const wanted = other.where === undefined ? [] : [surely(q(builder.condition(other.where.formula, rule.plan, rule.rule.at)))];
  if (other.list === undefined && other.through === undefined) {
    const paths = other.split.length > 0 ? other.split.flat().map((s) => s.to) : other.to;
    return { joins: [], where: [not(surely(and(or(...paths.map((p) => eq(q(builder.party(p, rule.rule.at)), party))), ...wanted)))] };
  }
  const { factor: _, yieldsTo: __, ...says } = other;
  const theirs = slotsOf({ ...rule, rule: says, guards: [] }, context).map((slot) => {
    const from: Relation = { kind: 'join', inputs: [{ as: 'c', how: 'from', relation: builder.scan() }, ...(slot.joins ?? [])] };
    return project(filter(from, and(isNotNull(slot.party), compare('<>', q(slot.share), int(0)), ...(slot.where === undefined ? [] : [slot.where]))), [...keep('c', 'facts_world', 'fact'), named('payee', slot.party)]);
  });
  const once = aggregate(union(theirs), keep(undefined, 'facts_world', 'fact', 'payee'), []);
  const joins: JoinInput[] = [{ as: 'y', how: 'left', relation: once, on: and(eq(col('facts_world', 'y'), col('facts_world', 'c')), eq(col('fact', 'y'), col('fact', 'c')), eq(col('payee', 'y'), party)) }];
  return { joins, where: [not(and(isNotNull(col('payee', 'y')), ...wanted))] };
}

type Guarded = readonly { readonly guard: Guardrail; readonly outcome: Expr; readonly factor?: { readonly n: Expr; readonly d: bigint } }[];
function guardsOf(rule: DirectRule, context: CreditsContext, q: (e: Expr) => Expr, personal?: ReturnType<typeof personalScope>): Guarded {
  const builder = must(context.builders.get(rule.kind));
  return rule.guards.map((guard) => {
    const passes = personal !== undefined && isPersonal(guard.require.formula) ? lowerCondition(guard.require.formula, personal) : q(builder.condition(guard.require.formula, rule.plan, guard.at));
    const decision = context.reviewed ? q(builder.decision(guard.name)) : undefined;
    const outcome = outcomeOf({ guard, passes, decision, day: q(col(builder.signed ? 'as_of' : 'day')), asOf: context.asOf });
    const { otherwise } = guard;
    return { guard, outcome, ...(otherwise.kind === 'factor' && { factor: portionOf(otherwise.factor, rule, context, q, personal) }) };
  });
}
function portionOf(num: Num, rule: DirectRule, context: CreditsContext, q: (e: Expr) => Expr, personal: ReturnType<typeof personalScope> | undefined): { readonly n: Expr; readonly d: bigint } {
  const constant = constantShare(num);
  if (constant !== undefined) return { n: int(constant.n), d: constant.d };
  if (personal !== undefined && isPersonal(num)) return lowerPortion(num, personal);
  const portion = must(context.builders.get(rule.kind)).portion(num, rule.plan, rule.rule.at);
  return { n: q(portion.n), d: portion.d };
}

/** The share after factor and guardrails, and beside it the share before guardrails and what each came to. */
function shareColumns(share: Expr, rule: DirectRule, guarded: Guarded, context: CreditsContext, q: (e: Expr) => Expr, personal?: ReturnType<typeof personalScope>): Named[] {
  const wide = sharesAreWide(context.gathered);
  const factor = rule.rule.factor === undefined ? undefined : portionOf(rule.rule.factor, rule, context, q, personal);
  const start = wide ? asWide(share) : share;
  const whole = factor === undefined ? start : times(start, factor.n);
  const parts = guarded.reduce((d, g) => d * (g.factor?.d ?? 1n), 1n);
  const left = guarded.length === 0 ? whole : leftOf(whole, guarded);
  if (context.guards.length === 0) return [named('share', left)];
  return [
    named('share', wide ? asWide(left) : cast(left, 'bigint')), named('unguarded', wide ? asWide(times(whole, int(parts))) : cast(times(whole, int(parts)), 'bigint')),
    ...context.guards.map((g) => named(guardName(context, g), guarded.find((x) => guardName(context, x.guard) === guardName(context, g))?.outcome ?? nothing('integer'))),
  ];
}

/** The payee, and for a rule that climbs those above him, each with his own terms and fields. */
function personalBranch(rule: DirectRule, slot: Slot, context: CreditsContext): Relation {
  const builder = must(context.builders.get(rule.kind)), { personal } = context;
  const { from, where, q } = creditedFacts(rule, slot, context);
  const base: JoinInput[] = [
    { as: 's', how: 'inner', relation: scan(REF_STINT), on: here(q(slot.party), builder.signed ? 'as_of' : 'day') },
    ...(rule.climbs ? [{ as: 'r', how: 'inner' as const, relation: scan(REF_ROUTE), on: and(eq(col('people_world', 'r'), col('people_world', 's')), eq(col('route', 'r'), int(personal.routeOf(rule.rule))), eq(col('payee', 'r'), col('payee', 's')), eq(col('stint', 'r'), col('stint', 's'))) }] : []),
  ];
  const subject = rule.climbs ? { payee: col('subject', 'r'), stint: col('subject_stint', 'r'), via: col('via', 'r'), viaStint: col('via_stint', 'r') } : { payee: col('payee', 's'), stint: col('stint', 's'), via: nothing('integer'), viaStint: nothing('integer') };
  const asked = new Map<string, JoinInput>();
  const scope = personalScope({ builder, at: rule.rule.at, q, payee: subject.payee, param: (index, who) => {
    const alias = `${who}_${index}`;
    if (!asked.has(alias)) {
      asked.set(alias, { as: alias, how: 'left', relation: scan(REF_PERSONAL), on: and(eq(col('people_world', alias), col('people_world', 's')), eq(col('param', alias), int(index)),
        eq(col('payee', alias), who === 'p' ? subject.payee : subject.via), eq(col('stint', alias), who === 'p' ? subject.stint : subject.viaStint)) });
    }
    return alias;
  } }, personal, rule.plan);
  const guarded = guardsOf(rule, context, q, scope);
  const columns = [
    ...factColumns(builder, context, 'c'), named('payee', subject.payee), named('rule', cast(int(rule.index), 'integer')), ...viaOf(subject.via, context), ...shareColumns(q(slot.share), rule, guarded, context, q, scope),
    ...valuesOf(context).map((c) => named(columnName(c), c.kind !== rule.kind ? nothing(typeOfColumn(c, context)) : c.personal ? cast(personalValue(c, builder, scope, q).expr, typeOfColumn(c, context)) : col(columnName(c), 'c'))),
    named('stint', subject.stint), named('people_world', col('people_world', 's')),
  ];
  return project(filter({ kind: 'join', inputs: [...from.inputs, ...base, ...asked.values()] }, where), columns);
}

/** Each fact once, for the row of a kind (a pod, an account) that it belongs to, or for the company. */
function groupBranch(rule: DirectRule, context: CreditsContext): Relation {
  const builder = must(context.builders.get(rule.kind)), same = qualified(undefined);
  const path = rule.group === 'company' ? undefined : groupPath(builder.kind, must(rule.group), builder.kinds);
  assert(rule.group === 'company' || path !== undefined, `a fact of ${rule.kind} belongs to a ${rule.group}; resolve checks it`);
  const subject = path === undefined ? cast(int(COMPANY), 'integer') : builder.party(path, rule.rule.at);
  const guarded = guardsOf(rule, context, same), wanted = builder.isWanted(rule);
  return project(filter(builder.scan(), and(isNotNull(subject), ...(wanted === undefined ? [] : [wanted]))), [
    ...factColumns(builder, context, undefined), named('payee', subject), named('rule', cast(int(rule.index), 'integer')), ...viaOf(nothing('integer'), context), ...shareColumns(int(wholeOf(rule, context)), { ...rule, rule: { ...rule.rule } }, guarded, context, same),
    ...valuesOf(context).map((c) => named(columnName(c), c.kind === rule.kind && !c.personal ? col(columnName(c)) : nothing(typeOfColumn(c, context)))),
    named('stint', cast(int(0), 'integer')), named('people_world', cast(int(0), 'integer')),
  ]);
}

/** What the share is a part of, before the factor and the guardrails take their divisors. */
function wholeOf(rule: RuleOfKind, context: Shares): bigint {
  const portions = [...(rule.rule.factor === undefined ? [] : [divisorOfPortion(rule.rule.factor, rule, context)]), ...rule.guards.flatMap((g) => (g.otherwise.kind === 'factor' ? [divisorOfPortion(g.otherwise.factor, rule, context)] : []))];
  const d = portions.reduce((a, b) => a * b, 1n);
  assert(context.gathered.shareDivisor % d === 0n, 'the divisor of shares holds every factor');
  return context.gathered.shareDivisor / d;
}
function divisorOfPortion(num: Num, rule: RuleOfKind, context: Shares): bigint {
  return constantShare(num)?.d ?? context.divisors.portion(num, rule.kind, rule.plan, rule.rule.at);
}

/** How the payees and shares that a rule names are read from a row. */
export type Creditor = Pick<FactsBuilder, 'party' | 'portion' | 'list'>;
type RuleOfKind = Pick<DirectRule, 'rule' | 'kind' | 'plan' | 'guards'>;
type Shares = Pick<CreditsContext, 'gathered' | 'divisors'>;

export function slotsOf(direct: DirectRule, context: CreditsContext): Slot[] {
  const { rule } = direct, builder = must(context.builders.get(direct.kind));
  return rule.through === undefined ? slotsOfRule(direct, builder, context) : [throughSlot(rule, builder, wholeShare(direct, builder, context).part, context)];
}
/** Of a rule that credits whom the row itself names. */
export function slotsOfRule(direct: RuleOfKind, builder: Creditor, context: Shares): Slot[] {
  const { rule } = direct, { whole, own, part } = wholeShare(direct, builder, context);
  if (rule.list !== undefined) return [listSlot(rule, builder, whole, own, context)];
  if (rule.split.length > 0) return splitSlots(direct, builder, whole, own);
  const names = rule.to.map((path) => builder.party(path, rule.at));
  const [only] = names;
  if (only !== undefined && names.length === 1) return [{ party: only, share: part }];
  // shared equally among those who are there
  const there = plus(...names.map((name) => when(isNotNull(name), int(1), int(0))));
  return names.map((party) => ({ party, share: call('quotient', part, there) }));
}
interface Share { readonly n: Expr; readonly d: bigint; readonly constant: Ratio | undefined }
function wholeShare(direct: RuleOfKind, builder: Creditor, context: Shares): { readonly whole: bigint; readonly own: Share; readonly part: Expr } {
  const whole = wholeOf(direct, context), own = shareOf(direct.rule.share, direct, builder);
  assert(whole % own.d === 0n, 'the divisor of shares holds every share');
  return { whole, own, part: own.constant === undefined ? times(int(whole / own.d), own.n) : int((whole * own.constant.n) / own.constant.d) };
}
function shareOf(num: Num | undefined, direct: RuleOfKind, builder: Creditor): Share {
  const constant = constantShare(num);
  if (constant !== undefined) return { n: int(constant.n), d: constant.d, constant };
  return { ...builder.portion(must(num), direct.plan, direct.rule.at), constant: undefined };
}

/** Payees of a list, equally or each with his own share. */
function listSlot(rule: CreditRule, builder: Creditor, whole: bigint, own: Share, context: Shares): Slot {
  const list = must(rule.list), { owner, row: held } = builder.list(list.path);
  const rows = filter(scan(partyTable(owner)), eq(col('field'), text(must(list.path.at(-1)))));
  const q = qualified('c'), row = q(held);
  const joins: JoinInput[] = [{ as: 'l', how: 'inner', relation: rows, on: eq(col('row', 'l'), row) }];
  const wide = (e: Expr): Expr => (sharesAreWide(context.gathered) ? asWide(e) : e);
  if (list.shares) return { party: col('payee', 'l'), joins, share: times(wide(int(whole / (SPLIT_PARTS * own.d))), q(own.n), col('share', 'l')) };
  joins.push({ as: 'n', how: 'inner', relation: aggregate(rows, keep(undefined, 'row'), [named('payees', count())]), on: eq(col('row', 'n'), row) });
  return { party: col('payee', 'l'), joins, share: times(wide(int(whole / (EQUAL_PARTS * own.d))), q(own.n), call('quotient', int(EQUAL_PARTS), col('payees', 'n'))) };
}

/** Everybody who is named on facts of another kind for the same account in the days before, once each. */
function throughSlot(rule: CreditRule, builder: FactsBuilder, part: Expr, context: CreditsContext): Slot {
  const through = must(rule.through), touches = must(context.builders.get(through.kind));
  const account = builder.party(['account'], rule.at), theirs = touches.party(['account'], rule.at), party = touches.party(through.to, rule.at);
  const t = qualified('t'), c = qualified('c');
  const day = col(builder.signed ? 'as_of' : 'day', 'c');
  // from the day on which it is taken back a touch is none, and what takes it back never is
  const gone = project(filter(touches.scan(), isNotNull(col('reversed'))), [named('touch', col('reversed')), named('gone', col('day'))]);
  const standing: JoinInput[] = touches.signed ? [{ as: 'g', how: 'left', relation: aggregate(gone, keep(undefined, 'touch'), [named('gone', min(col('gone')))]), on: eq(col('touch', 'g'), col('fact', 't')) }] : [];
  const on = and(
    eq(t(theirs), c(account)), compare('<=', col('day', 't'), day), ...(through.lookBack === undefined ? [] : [compare('>=', col('day', 't'), minus(day, int(through.lookBack)))]),
    ...(touches.signed ? [isNull(col('reversed', 't'))] : []));
  return {
    party: t(party), share: part, distinct: true, joins: [{ as: 't', how: 'inner', relation: touches.scan(), on }, ...standing],
    ...(touches.signed && { where: or(isNull(col('gone', 'g')), compare('<', day, col('gone', 'g'))) }),
  };
}

/** Steps: each takes its shares from what is left; `rest` is what remains in the step; nobody there leaves it for the next. */
function splitSlots(direct: RuleOfKind, builder: Creditor, whole: bigint, own: Share): Slot[] {
  const { rule } = direct;
  const slots: Slot[] = [];
  const start: Expr = own.constant === undefined ? own.n : int(own.constant.n);
  let left: Expr = int(1), leftDivisor = own.d;
  for (const step of rule.split) {
    const shares = step.map((s) => (s.share === 'rest' ? 'rest' as const : shareOf(s.share, direct, builder)));
    const d = shares.reduce((m, s) => (s === 'rest' ? m : lcm(m, s.d)), 1n);
    let given: Expr = int(0);
    step.forEach((s, i) => {
      const share = must(shares[i]), party = builder.party(s.to, rule.at);
      const part: Expr = share === 'rest' ? minus(int(d), given) : share.constant !== undefined ? int((share.constant.n * d) / share.constant.d) : times(share.n, int(d / share.d));
      const factor = whole / (leftDivisor * d);
      assert(factor * leftDivisor * d === whole, 'the divisor of shares holds every step');
      const scaled = own.constant === undefined ? times(int(factor), start) : int(factor * own.constant.n);
      slots.push({ party, share: times(scaled, left, part) });
      given = plus(given, when(isNotNull(party), part, int(0)));
    });
    left = times(left, minus(int(d), given));
    leftDivisor *= d;
  }
  return slots;
}

/** The columns of an expression under an alias; without one, as they are. */
export function qualified(alias: string | undefined): (e: Expr) => Expr {
  if (alias === undefined) return (e) => e;
  const go = (e: Expr): Expr => {
    switch (e.kind) {
      case 'column': return e.of === undefined ? { ...e, of: alias } : e;
      case 'call': return { ...e, args: e.args.map(go) };
      case 'case': return { ...e, when: e.when.map(([a, b]) => [go(a), go(b)] as const), otherwise: go(e.otherwise) };
      case 'cast': return { ...e, of: go(e.of) };
      case 'compare': return { ...e, left: go(e.left), right: go(e.right) };
      case 'ratio': return { ...e, n: go(e.n), d: go(e.d) };
      case 'literal': case 'aggregate': return e;
    }
  };
  return go;
}
