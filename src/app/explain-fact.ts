/**
 * "Who was credited with this?": for one fact, each credit rule of the plans with those whom it credits, what guardrails
 * made of it, and why every other rule credits nobody, or not this or that person; then where it was counted and paid.
 * What won is read from the run; what lost is worked out for the single fact, and must agree with it.
 */
import type { ProgramRunner } from '../engine/engine.ts';
import type { Typed } from '../plan/formula.ts';
import type { CreditRule, Kind, Measure, Plan } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import { gatheringsOf } from '../plan/rounds.ts';
import { kindWords } from '../plan/words-facts.ts';
import { spaced } from '../plan/words-formula.ts';
import { and, col, eq, filter, int, join, named, project, type Relation, scan, text } from '../relation/relation.ts';
import type { PlanEntry } from '../stage/catalogue.ts';
import { REVIEWS } from '../stage/facts.ts';
import { lineage } from '../stage/lineage.ts';
import { isTimed, measuresOf, namesOf } from '../stage/reads.ts';
import { listFields, ownFields, PARTS, partyTable, WORD } from '../stage/store.ts';
import { must, type Outcome } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import { ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { countedOf, type Subject } from './explain-fact-counted.ts';
import { type CreditsContext, explainRule, type KeyedCredit, readCredits, type RuleResult, totalsOf } from './explain-fact-credits.ts';
import { findFact, type FoundFact } from './explain-fact-find.ts';
import { askedOf } from './explain-fact-rules.ts';
import { personWords, whyNot } from './explain-fact-words.ts';
import { fieldsOf, nameOf, originOf } from './explain-facts.ts';
import { percentShown, plural } from './explain-words.ts';
import { smallOf, textIn } from './explain-rows.ts';
import { holds } from './fact-values.ts';
import type { CountedCredit, FactExplanation, FactPlan } from './fact-explanation.ts';
import { readKnown, type Wanted } from './known-rows.ts';
import { looker } from './payment-needs.ts';
import { relationOf, wordsOf } from './run-relations.ts';
import { UNCREDITED_WORDS, uncreditedFacts } from './uncredited.ts';

export type * from './fact-explanation.ts';

export interface FactRequest {
  readonly fact: string;
  /** where ids of two kinds are the same */
  readonly kind?: string;
}

/** Pay is told apart by facts only in a calculation with `everyLine`. */
export async function explainFact(engine: ProgramRunner, calculation: Calculation, request: FactRequest): Promise<Outcome<FactExplanation>> {
  const asked = await findFact(engine, calculation, request.fact, request.kind);
  if ('refused' in asked) return { value: undefined, diagnostics: asked.refused };
  const fact = asked.found, { catalogue } = calculation, { kinds } = catalogue;
  const family = kinds.filter((k) => lineage(k.name, kinds).at(-1) === fact.kind.name);
  const entries = catalogue.plans.filter((entry) => (holdsOn(entry.spec, fact.day) || looksBack(entry, fact.day)) && (counts(entry.spec, family) || readersOf(entry.spec, family).length > 0));
  const lists = await listsOf(engine, fact), reached = await reachedLists(engine, calculation, fact, family);
  const shared = {
    catalogue, family, rows: await readCredits(engine, calculation, fact.row), known: await readKnown(engine, calculation, kinds, wantedOf(entries, family, calculation, fact)),
    lists: new Map([...lists, ...reached].map(([path, of]) => [path, of.map((p) => p.id)])), decisions: await decisionsOn(engine, calculation, fact),
  };
  const all = entries.map((entry) => { const context: CreditsContext = { ...shared, plan: entry.spec }; return { entry, context, rules: rulesOf(entry.spec, context).map((rule) => ({ rule, result: explainRule(rule, context) })) }; });
  const counted = await countedOf(engine, calculation, fact.row, await subjectsOf(engine, all.flatMap((r) => r.rules.flatMap((x) => x.result.credits)), shared.rows, calculation));
  // a plan that begins later has it only where a measure looks back so far
  const results = all.filter(({ entry: { spec } }) => holdsOn(spec, fact.day) || counted.some((c) => c.plan === spec.plan)), credits = results.flatMap((r) => r.rules.flatMap((x) => x.result.credits));
  return { diagnostics: [], value: {
    ...toldOf(fact, lists, calculation), plans: results.filter(({ entry: { spec }, rules }) => rules.length > 0 || counted.some((c) => c.plan === spec.plan)).map(({ entry, rules }) => planOf(entry, rules.map((r) => r.result))), totals: totalsOf(credits), counted,
    idle: results.filter(({ entry }) => holdsOn(entry.spec, fact.day)).flatMap(({ context, rules }) => rules.flatMap(({ rule, result }) => result.credits.flatMap((c) => idleOf(c, rule, context, counted)))),
    uncredited: await whyNobody(engine, calculation, fact, family, { plans: results.map((r) => r.entry), credits, counted }),
  } };
}

/** Its own row: what it says, and the file that it is from. */
function toldOf({ kind, day, origin, takesBack }: FoundFact, lists: Lists, { cut }: Calculation): Pick<FactExplanation, 'kind' | 'id' | 'date' | 'known_at' | 'fields' | 'money' | 'currency' | 'entered' | 'file' | 'row' | 'line' | 'takes_back'> {
  const listed = [...lists].map(([field, of]) => [field, of.map(({ id, share }) => (share === null ? id : `${id} ${percentShown(ratio(share, PARTS))}`)).join(', ')]);
  return {
    kind: kind.name, id: textIn(origin['id']), date: formatDay(day), known_at: cut, fields: { ...fieldsOf(origin, kind, textIn(origin['currency_word'])), ...Object.fromEntries(listed) as Record<string, string> }, currency: textIn(origin['currency_word']),
    money: ownFields(kind).filter((f) => f.type === 'money').map((f) => f.name), ...originOf(origin, kind.state), takes_back: takesBack?.id ?? null,
  };
}

function planOf({ spec }: PlanEntry, rules: readonly RuleResult[]): FactPlan {
  return { plan: spec.plan, title: spec.title, rules: rules.map((r) => r.explained), totals: totalsOf(rules.flatMap((r) => r.credits)) };
}

// ---- what is looked at ----

const holdsOn = ({ effective: { from, to } }: Plan, day: number): boolean => from <= day && day < to;
const looksBack = ({ spec, counted }: PlanEntry, day: number): boolean => counted !== undefined && day < spec.effective.from;
const counts = (plan: Plan, family: readonly Kind[]): boolean => measuresOf(plan).some((m) => 'from' in m && m.from.some((name) => family.some((k) => k.name === name)));

/** In the order of the plan; the owner's, where the plan says none. */
function rulesOf(plan: Plan, { catalogue, family }: CreditsContext): CreditRule[] {
  const of = (from: readonly string[]): boolean => family.some((k) => from.includes(k.name));
  const own = plan.credits.filter((r) => of(r.from)), used = catalogue.gathered.credited.filter((u) => u.plan === plan && of([u.kind])).map((u) => u.credit);
  return [...new Set([...own, ...used])];
}

/** What conditions, names and shares of the rules read. */
function wantedOf(entries: readonly PlanEntry[], family: readonly Kind[], { catalogue: { kinds } }: Calculation, fact: FoundFact): Wanted {
  const facts = new Set<string>(), references = new Set<string>(), states = new Set<string>(), names = family.map((k) => k.name);
  for (const { spec } of entries) {
    const look = looker(spec, kinds, { facts, references, states, seen: new Set() });
    for (const rule of spec.credits) {
      const about = rule.from.filter((k) => names.includes(k));
      look.formula(rule.where?.formula, about);
      for (const path of [...rule.to, ...rule.split.flat().map((s) => s.to)]) look.path(path, about);
      for (const n of [rule.share, rule.factor, ...rule.split.flat().map((s) => s.share)]) if (n !== 'rest') look.number(n, about);
      if (rule.through === undefined || about.length === 0) continue;
      look.kind(rule.through.kind);
      look.path(rule.through.to, [rule.through.kind]);
      look.path(['account'], about);
    }
    for (const g of spec.guardrails) {
      const about = names.filter((k) => lineage(k, kinds).some((one) => g.from.includes(one)));
      look.formula(g.require.formula, about);
      if (g.otherwise.kind === 'factor') look.number(g.otherwise.factor, about);
    }
    for (const m of measuresOf(spec)) if ('from' in m) look.formula(m.where?.formula, m.from.filter((k) => names.includes(k)));
    if (spec.exchange !== undefined) look.number(spec.exchange.rate, []);
    references.add('currency');
  }
  if (!kinds.some((k) => k.name === 'currency' && !k.dated)) references.delete('currency');
  return { facts, references, states, single: { kinds: names, row: fact.row } };
}

/** Lists of payees of the fact; of what takes back another, those of that one. */
type Listed = readonly { readonly id: string; readonly share: bigint | null }[];
type Lists = ReadonlyMap<string, Listed>;
async function listsOf(engine: ProgramRunner, { kind, row, takesBack }: FoundFact): Promise<Lists> {
  if (listFields(kind).length === 0) return new Map();
  return entriesIn(engine, filter(scan(partyTable(kind)), eq(col('row'), int(takesBack?.row ?? row))));
}
async function entriesIn(engine: ProgramRunner, listed: Relation): Promise<Lists> {
  const rows = rowsOf(await engine.read(project(join(['p', listed], ['inner', 'w', scan(WORD), eq(col('code', 'w'), col('payee', 'p'))]), [named('field', col('field', 'p')), named('position', col('position', 'p')), named('share', col('share', 'p')), named('word', col('word', 'w'))]), ['field', 'position']));
  return new Map([...Map.groupBy(rows, (r) => textIn(r['field']))].map(([field, of]) => [field, of.map((r) => ({ id: textIn(r['word']), share: typeof r['share'] === 'bigint' ? r['share'] : null }))]));
}

/** Lists of what the fact refers to, by their path: those that rules of the run credit. */
async function reachedLists(engine: ProgramRunner, { catalogue: { gathered }, compiled }: Calculation, { row }: FoundFact, family: readonly Kind[]): Promise<Lists> {
  const out = new Map<string, Listed>();
  for (const { kind, rule } of gathered.rules) {
    const path = rule.list?.path ?? [], builder = compiled.builders.get(kind);
    if (path.length < 2 || builder === undefined || !family.some((k) => k.name === kind)) continue;
    const { owner, row: held } = builder.list(path);
    const [of] = rowsOf(await engine.read(project(filter(builder.scan(), eq(col('fact'), int(row))), [named('held', held)])));
    if (typeof of?.['held'] !== 'bigint') continue;
    const listed = await entriesIn(engine, filter(scan(partyTable(owner)), and(eq(col('row'), int(of['held'])), eq(col('field'), text(must(path.at(-1)))))));
    for (const found of listed.values()) out.set(path.join('.'), found);
  }
  return out;
}

/** What reviewers decided last, by guardrail. */
async function decisionsOn(engine: ProgramRunner, calculation: Calculation, { origin }: FoundFact): Promise<ReadonlyMap<string, string>> {
  if (!calculation.compiled.program.statements.some((s) => s.name === REVIEWS)) return new Map();
  const word = (as: string, of: string): readonly ['inner', string, Relation, ReturnType<typeof eq>] => ['inner', as, scan(WORD), eq(col('code', as), col(of, 'd'))];
  const joined = join(['d', relationOf(calculation, REVIEWS)], word('f', 'fact'), word('g', 'guardrail'), word('w', 'decision'));
  const rows = rowsOf(await engine.read(project(filter(joined, eq(col('word', 'f'), text(textIn(origin['id'])))), [named('guardrail', col('word', 'g')), named('decision', col('word', 'w'))])));
  return new Map(rows.map((r) => [textIn(r['guardrail']), textIn(r['decision'])]));
}

/** Everybody who is credited, and the groups that it counts for. */
async function subjectsOf(engine: ProgramRunner, credits: readonly KeyedCredit[], rows: readonly Row[], { catalogue: { gathered } }: Calculation): Promise<Subject[]> {
  const people = [...new Set(credits.map((c) => c.person))].map((p): Subject => ({ code: p.payee, of: 'payee', name: nameOf(p) }));
  const grouped = rows.flatMap((r) => { const { group } = must(gathered.rules[smallOf(r, 'rule')]); return group === undefined ? [] : [{ code: smallOf(r, 'payee'), group }]; });
  const once = [...new Map(grouped.map((g) => [`${g.group}|${g.code}`, g])).values()], words = await wordsOf(engine, once.map((g) => g.code));
  return [...people, ...once.map(({ code, group }): Subject => (group === 'company' ? { code, of: 'company', name: 'the company' } : { code, of: { entity: group }, name: `the ${spaced(group)} ${words.get(code) ?? ''}` }))];
}

// ---- credited, and yet not counted ----

/** Conditions of the plan's measures that leave the fact out. */
function idleOf({ person, share, credit }: KeyedCredit, rule: CreditRule, context: CreditsContext, counted: readonly CountedCredit[]): FactExplanation['idle'][number][] {
  const { plan, family, known } = context;
  if (credit.on_plan !== 'this' || share.n === 0n || counted.some((c) => c.payee === person.id && c.plan === plan.plan)) return [];
  const reasons = plan.components.flatMap(leaves).flatMap(({ title, measure }) => gatheringsOf(measure).flatMap((m) => {
    const kind = family.find((k) => m.from.includes(k.name)), fact = kind === undefined ? undefined : known.facts(kind.name)[0];
    if (fact === undefined || (m.credited.length > 0 && !m.credited.includes(rule.name)) || m.where === undefined || isTimed(m.where.formula) || namesOf(m.where.formula).some((n) => n.ref.kind === 'via_field')) return [];
    const asked = askedOf(fact, context, person);
    return holds(m.where.formula, asked) ? [] : [`${title} counts only where ${whyNot(m.where.formula, asked)}`];
  }));
  const text = reasons.length === 0 ? 'nothing on the plan counts it' : [...new Set(reasons)].join('; ');
  return [{ payee: person.id, name: nameOf(person), plan: plan.plan, text: `${personWords(person)}: ${text}` }];
}
function leaves(c: Plan['components'][number]): { readonly title: string; readonly measure: Measure }[] {
  return c.kind === 'group' ? c.components.flatMap(leaves) : c.measure === undefined ? [] : [{ title: c.title, measure: c.measure }];
}

/** What asks about facts of a kind without crediting them. */
function readersOf(plan: Plan, family: readonly Kind[]): string[] {
  const of = (kind: string | undefined): boolean => family.some((k) => k.name === kind), inside = (m: Measure | undefined): boolean => m !== undefined && gatheringsOf(m).some((a) => a.from.some(of));
  const named = (formula: Typed | undefined): boolean => namesOf(formula).some((n) => { const { ref } = n; return ref.kind === 'measure' && inside(plan.measures.find((m) => m.name === ref.measure)); });
  const parts = [...plan.release, ...plan.components.flatMap((c) => c.release ?? [])], backs = [...plan.takeBack, ...plan.components.flatMap((c) => c.takeBack ?? [])];
  return [
    ...plan.states.filter((s) => of(s.change?.from) || named(s.while?.formula)).map((s) => `the state ${spaced(s.name)}`),
    ...parts.filter((p) => of(p.event?.from) || inside(p.as) || named(p.require?.formula)).map((p) => `the release ${spaced(p.name)}`),
    ...backs.filter((b) => of(b.from)).map((b) => `the take-back ${spaced(b.name)}`),
    ...plan.credits.filter((r) => of(r.through?.kind)).map((r) => `the credit rule ${spaced(r.name)}`),
  ];
}

interface Done { readonly plans: readonly PlanEntry[]; readonly credits: readonly KeyedCredit[]; readonly counted: readonly CountedCredit[] }
async function whyNobody(engine: ProgramRunner, calculation: Calculation, { kind, day, row }: FoundFact, family: readonly Kind[], { plans, credits, counted }: Done): Promise<FactExplanation['uncredited']> {
  if (counted.length > 0) return null;
  if (plans.length === 0) return { why: 'no_plan_counts', text: `no plan that holds on ${formatDay(day)} counts ${plural(kindWords(kind.name))}` };
  const [found] = await uncreditedFacts(engine, calculation, family, row);
  if (found !== undefined) return { why: found.why, text: UNCREDITED_WORDS[found.why][1] };
  if (credits.length > 0) return null;
  const readers = plans.flatMap(({ spec }) => readersOf(spec, family));
  return { why: 'not_counted', text: readers.length === 0 ? 'no component counts it' : `no component counts it; it is read by ${both([...new Set(readers)])}` };
}
