/** Credits of one fact as the run made them, put to the rules of each plan: what won, what became of it, and what lost. */
import type { ProgramRunner } from '../engine/engine.ts';
import type { CreditRule, Kind, Plan } from '../plan/plan.ts';
import { describeCredit } from '../plan/words-credits.ts';
import { spaced } from '../plan/words-formula.ts';
import { and, col, eq, filter, int } from '../relation/relation.ts';
import type { Catalogue } from '../stage/catalogue.ts';
import { everyGuard } from '../stage/credits.ts';
import type { CreditOf, DirectRule } from '../stage/gather.ts';
import { aboveStint, type Person } from '../stage/people.ts';
import { contentKey } from '../stage/reads.ts';
import { assert, must } from '../value/diagnostic.ts';
import { add, ratio, type Ratio, ZERO } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { guardOutcome } from './explain-fact-guards.ts';
import { askedOf, evaluated, type FactPlace, noShare } from './explain-fact-rules.ts';
import { personWords } from './explain-fact-words.ts';
import { nameOf } from './explain-facts.ts';
import { smallOf, smallOrNull, wideOf } from './explain-rows.ts';
import { plainNumber } from './explain-words.ts';
import type { CreditTotals, ExplainedRule, FactCredit, LostCredit } from './fact-explanation.ts';
import { relationOf } from './run-relations.ts';

/** All that the run credits of a fact, to payees and to groups. */
export async function readCredits(engine: ProgramRunner, calculation: Calculation, fact: bigint): Promise<readonly Row[]> {
  const happened = and(eq(col('facts_world'), int(0)), eq(col('people_world'), int(0)));
  return rowsOf(await engine.read(filter(relationOf(calculation, 'credits'), and(happened, eq(col('fact'), int(fact)))), ['rule', 'payee', 'share']));
}

/** One credit with the number of what it says, so that those of plans that say the same are told once. */
export interface KeyedCredit { readonly key: string; readonly person: Person; readonly rule: number; readonly onTop: boolean; readonly share: Ratio; readonly credit: FactCredit }
export interface RuleResult { readonly explained: ExplainedRule; readonly credits: readonly KeyedCredit[] }
export interface CreditsContext extends FactPlace {
  /** what the run credits */
  readonly rows: readonly Row[];
  /** the kind that the fact was found under, and those derived from it */
  readonly family: readonly Kind[];
  /** what reviewers decided, by guardrail */
  readonly decisions: ReadonlyMap<string, string>;
}

export function explainRule(rule: CreditRule, context: CreditsContext): RuleResult {
  const kinds = context.family.filter((k) => rule.from.includes(k.name));
  const parts = kinds.map((kind) => ofKind(rule, kind, context));
  const lost = parts.flatMap((p) => p.lost), credits = parts.flatMap((p) => p.credits);
  return { credits, explained: { rule: rule.name, title: rule.title ?? null, says: describeCredit(rule), on_top: isOnTop(rule), credits: credits.map((c) => c.credit), lost } };
}
const isOnTop = (rule: CreditRule): boolean => rule.overlay || rule.up !== undefined;

function ofKind(rule: CreditRule, kind: Kind, context: CreditsContext): { readonly credits: readonly KeyedCredit[]; readonly lost: readonly LostCredit[] } {
  const { catalogue: { gathered }, plan } = context, { credited, lost } = evaluated(rule, kind, context);
  const of = gathered.credited.find((u) => u.plan === plan && u.kind === kind.name && u.credit === rule);
  if (of === undefined) return { credits: [], lost: credited.length === 0 ? lost : [{ why: 'no_measure', payee: null, text: 'no measure of the plan counts its credits' }] };
  const direct = must(gathered.rules[of.rule]);
  const made = direct.climbs ? climbed(credited, of, direct, context) : found(credited, of, context), alone = rule.up === undefined ? [] : nobodyAbove(credited, rule, made);
  // a share of 0 is no credit, unless a guardrail made it so
  const none = (m: Made): boolean => wideOf(m.row, 'unguarded' in m.row ? 'unguarded' : 'share') === 0n;
  const zero = made.filter(none).map((m) => noShare(rule, m.person, kind, context));
  return { credits: made.filter((m) => !none(m)).map((m) => creditOf(m, of, direct, kind, context)), lost: [...lost, ...alone, ...zero] };
}

// ---- what won ----

/** `base`: whom the rule names; `person`: for whom it counts; `via`: the one directly below him. */
interface Made { readonly row: Row; readonly person: Person; readonly base: Person; readonly via: Person; readonly stint: number }

/** The run's rows, each for the payee himself or for those above him. What was worked out must be the same people. */
function found(credited: readonly Person[], of: CreditOf, { catalogue, rows }: CreditsContext): Made[] {
  const own = rows.filter((r) => smallOf(r, 'rule') === of.rule);
  sameList(of, credited, own.map((r) => smallOf(r, 'payee')));
  const route = catalogue.gathered.routes.find((r) => r.index === of.route);
  return own.flatMap((row): Made[] => {
    const base = personOf(catalogue, smallOf(row, 'payee')), stint = must(catalogue.stints.get(base)?.find((s) => s.stint === smallOf(row, 'stint')));
    if (route === undefined) return [{ row, person: base, base, via: base, stint: stint.stint }];
    return aboveStint(stint, route, catalogue).map(({ subject, via }) => ({ row, person: subject.person, base, via, stint: subject.stint }));
  });
}
/** Those above were found for each credit: the rows are theirs. */
function climbed(credited: readonly Person[], of: CreditOf, { rule }: DirectRule, { catalogue, rows, known }: CreditsContext): Made[] {
  const ways = credited.flatMap((base) => {
    const { moneyDay: day } = must(known.facts(of.kind)[0]), stint = must(catalogue.stints.get(base)?.find((s) => s.from <= day && day < s.to));
    return aboveStint(stint, must(rule.up), catalogue).map((way) => ({ base, ...way }));
  });
  const left = rows.filter((r) => smallOf(r, 'rule') === of.rule);
  sameList(of, ways.map((w) => w.subject.person), left.map((r) => smallOf(r, 'payee')));
  return ways.map(({ base, subject, via }): Made => ({ base, via, person: subject.person, stint: subject.stint, row: must(left.splice(left.findIndex((r) => smallOf(r, 'payee') === subject.person.payee), 1)[0]) }));
}
function personOf(catalogue: Catalogue, payee: number): Person {
  const person = catalogue.personOf(payee);
  assert(person !== undefined, 'whoever is credited is somebody');
  return person;
}

/** A rule that is said to have won has its rows, and one that is said to have lost has none. */
function sameList({ credit, plan, kind }: CreditOf, people: readonly Person[], payees: readonly number[]): void {
  const sorted = (list: readonly number[]): string => [...list].sort((a, b) => a - b).join();
  const said = sorted(people.map((p) => p.payee)), ran = sorted(payees);
  assert(said === ran, `the explanation of the rule ${credit.name} of ${plan.plan} for this ${kind} names those whom the run credits: ${said}; ${ran}`);
}

function creditOf({ row, person, base, via, stint }: Made, of: CreditOf, { guards }: DirectRule, kind: Kind, context: CreditsContext): KeyedCredit {
  const { gathered } = context.catalogue, fact = must(context.known.facts(kind.name)[0]);
  const part = (name: string): Ratio => ratio(fact.reversal ? -wideOf(row, name) : wideOf(row, name), gathered.shareDivisor), share = part('share');
  const guardrails = everyGuard(gathered).flatMap((g, i) => {
    const code = smallOrNull(row, `guard_${i}`);
    if (code === null || !guards.some((own) => contentKey(own) === contentKey(g))) return [];
    return guardOutcome(g, code, context.decisions.get(g.name), askedOf(fact, context, base)) ?? [];
  });
  const through = person === base ? null : { payee: base.id, via: via.id, text: base === via ? `above ${personWords(base)}` : `above ${personWords(base)}, in the team of ${personWords(via)}` };
  const credit: FactCredit = {
    payee: person.id, name: nameOf(person), share: plainNumber(share), before: plainNumber(part('unguarded' in row ? 'unguarded' : 'share')), guardrails, through,
    on_plan: isOn(context.plan, person, stint, context) ? 'this' : context.catalogue.plans.some((p) => isCountedBy(p.spec, context) && isOn(p.spec, person, stint, context)) ? 'another' : 'none',
  };
  return { key: [of.rule, of.route, person.payee, base.payee, via.payee].join('|'), person, rule: of.rule, onTop: isOnTop(of.credit), share, credit };
}

function isOn(plan: Plan, person: Person, stint: number, { catalogue }: CreditsContext): boolean {
  const entry = must(catalogue.plans.find((p) => p.spec === plan));
  return (entry.counted ?? entry.members).get(person)?.some((s) => s.stint === stint) === true;
}
const isCountedBy = (plan: Plan, { catalogue, family }: CreditsContext): boolean => catalogue.gathered.credited.some((u) => u.plan.plan === plan.plan && family.some((k) => k.name === u.kind));

/** Rules that climb credit nobody for those who have nobody above. */
function nobodyAbove(credited: readonly Person[], rule: CreditRule, made: readonly Made[]): LostCredit[] {
  return [...new Set(credited)].filter((base) => !made.some((m) => m.base === base))
    .map((base) => ({ why: 'nobody_above', payee: null, text: `${personWords(base)} has no ${spaced(must(rule.up).field)} who works here on that day` }));
}

// ---- sums ----

/** Of those who are on the plan whose rule it is: what a plan gives to people of other plans counts for nobody. */
export function totalsOf(credits: readonly KeyedCredit[]): CreditTotals {
  const once = new Map<string, KeyedCredit>();
  for (const c of credits.filter((k) => k.credit.on_plan === 'this')) { const key = `${c.key}|${c.credit.share}`, before = once.get(key); if (before === undefined || before.onTop) once.set(key, c); }
  const sum = (onTop: boolean): Ratio => [...once.values()].filter((c) => c.onTop === onTop).reduce((s, c) => add(s, c.share), ZERO);
  const direct = sum(false), top = sum(true);
  return { direct: plainNumber(direct), on_top: plainNumber(top), total: plainNumber(add(direct, top)) };
}
