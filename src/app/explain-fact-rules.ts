/**
 * One credit rule on one fact, worked out for this fact alone: whom it names, and why it credits nobody, or not
 * this or that person. The run credits by relations; what is found here must agree with them (`explain-fact-credits.ts`).
 */
import type { Value } from '../plan/evaluate.ts';
import type { CreditRule, Kind, Plan } from '../plan/plan.ts';
import { describeKind, kindWords } from '../plan/words-facts.ts';
import { spaced } from '../plan/words-formula.ts';
import type { Catalogue } from '../stage/catalogue.ts';
import type { Person } from '../stage/people.ts';
import { assert, must } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import { readWords, whyNot, personWords } from './explain-fact-words.ts';
import type { LostCredit, LostWhy } from './fact-explanation.ts';
import { measured } from './fact-measures.ts';
import { type Asked, follow, holds } from './fact-values.ts';
import type { KnownFact, KnownRows } from './known-rows.ts';

/** A fact as rules see it: what takes back another is read as of the day of that one. */
export interface FactPlace {
  readonly catalogue: Catalogue;
  readonly known: KnownRows;
  readonly plan: Plan;
  /** lists of payees of the fact, and of what it refers to, by their path */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}
/** Whom a rule credits of a fact of this kind, before shares, and whom not. Somebody whom it names twice stands twice. */
export interface Evaluated { readonly credited: readonly Person[]; readonly lost: readonly LostCredit[] }

/** `person`: whose terms and fields are read, where they are. */
export function askedOf(fact: KnownFact, { catalogue: { people }, known, plan }: FactPlace, person: Person | undefined = people.persons[0]): Asked {
  const day = fact.moneyDay;
  return { known, plan, day, about: { fact: { ...fact, day } }, measured, ...(person !== undefined && { place: { plan, people, person, eligible: [], window: { from: day, to: day + 1, cut: day + 1 }, day, round: {} } }) };
}

export function evaluated(rule: CreditRule, kind: Kind, place: FactPlace): Evaluated {
  const fact = place.known.facts(kind.name)[0];
  if (fact === undefined) return { credited: [], lost: [nobody('other_kind', `it is no ${kindWords(kind.name)}: ${said(kind)}`)] };
  const asked = askedOf(fact, place);
  if (rule.where !== undefined && !holds(rule.where.formula, asked)) return { credited: [], lost: [nobody('condition', whyNot(rule.where.formula, asked))] };
  const { parties, lost } = namedBy(rule, asked, place);
  const credited: Person[] = [], more: LostCredit[] = [];
  for (const { words, id } of parties) {
    if (typeof id !== 'string') { more.push(nobody('blank', `${words} is blank`)); continue; }
    const person = place.catalogue.people.byId.get(id), reason = person === undefined ? unknown(words, id) : notHere(person, fact, words, place) ?? yielded(rule, person, asked, place);
    if (person !== undefined && reason === undefined) credited.push(person);
    else if (reason !== undefined) more.push(reason);
  }
  return { credited, lost: [...lost, ...more] };
}

const nobody = (why: LostWhy, text: string): LostCredit => ({ why, payee: null, text });
function said(kind: Kind): string {
  const [first = ''] = describeKind(kind);
  return `${first.charAt(0).toLowerCase()}${first.slice(1).replace(/\.$/, '')}`;
}

// ---- whom it names ----

interface Party { readonly words: string; readonly id: Value }
interface Parties { readonly parties: readonly Party[]; readonly lost: readonly LostCredit[] }
const pathWords = (path: readonly string[]): string => path.map(spaced).join('\'s ');

const namedBy = (rule: CreditRule, asked: Asked, place: FactPlace): Parties => (rule.through === undefined ? ownParties(rule, asked, place) : touched(rule.through, asked));
function ownParties(rule: CreditRule, asked: Asked, { lists }: FactPlace): Parties {
  if (rule.list !== undefined) {
    const words = pathWords(rule.list.path), ids = lists.get(rule.list.path.join('.')) ?? [];
    return ids.length === 0 ? { parties: [], lost: [nobody('blank', `${words} is blank`)] } : { parties: ids.map((id) => ({ words, id })), lost: [] };
  }
  return { parties: pathsOf(rule).map((path) => ({ words: pathWords(path), id: follow(path, must(asked.about), asked) })), lost: [] };
}
const pathsOf = (rule: CreditRule): readonly (readonly string[])[] => (rule.split.length > 0 ? rule.split.flat().map((s) => s.to) : rule.to);

/** Everybody who is named on touches of the same account in the days before, once each. */
function touched(through: NonNullable<CreditRule['through']>, asked: Asked): Parties {
  const { day, known } = asked, account = follow(['account'], must(asked.about), asked);
  if (typeof account !== 'string') return { parties: [], lost: [nobody('blank', 'account is blank')] };
  const from = through.lookBack === undefined ? -Infinity : day - through.lookBack;
  const all = known.facts(through.kind), gone = new Map(all.filter((t) => t.reversal).map((t) => [t.values.get('reverses'), t.day]));
  // from the day on which it is taken back a touch is none, and what takes it back never is
  const touches = all.filter((t) => !t.reversal && (gone.get(t.id) ?? Infinity) > day && t.day >= from && t.day <= day && follow(['account'], { fact: t }, { ...asked, day: t.moneyDay }) === account);
  const back = through.lookBack === undefined ? 'before it' : `in the ${through.lookBack} days before it`;
  if (touches.length === 0) return { parties: [], lost: [nobody('no_touch', `there is no ${kindWords(through.kind)} of ${account} ${back}`)] };
  const ids = new Set(touches.map((t) => follow(through.to, { fact: t }, { ...asked, day: t.moneyDay })).filter((id): id is string => typeof id === 'string'));
  const words = `${pathWords(through.to)} of a ${kindWords(through.kind)}`;
  return ids.size === 0 ? { parties: [], lost: [nobody('blank', `${words} is blank`)] } : { parties: [...ids].map((id) => ({ words, id })), lost: [] };
}

// ---- why not him ----

function unknown(words: string, id: string): LostCredit {
  return { why: 'unknown', payee: id, text: `${words} is ${id}, who is not among the people` };
}

function notHere(person: Person, fact: KnownFact, words: string, { catalogue }: FactPlace): LostCredit | undefined {
  const day = fact.moneyDay;
  if (catalogue.stints.get(person)?.some((s) => s.from <= day && day < s.to) === true) return undefined;
  const { hired, left } = person, when = hired !== null && day < hired ? `who begins on ${formatDay(hired)}` : left !== null && left <= day ? `who left on ${formatDay(left)}` : 'who does not work here on that day';
  return { why: 'not_here', payee: person.id, text: `${words} is ${personWords(person)}, ${when}` };
}

/** As the run does: a rule gives way to one that names the same payee on this fact. */
function yielded(rule: CreditRule, person: Person, asked: Asked, place: FactPlace): LostCredit | undefined {
  if (rule.yieldsTo === undefined) return undefined;
  const other = asked.plan.credits.find((r) => r.name === rule.yieldsTo);
  assert(other !== undefined, 'a rule yields to another of its plan; resolve checks it');
  if (!holds(other.where?.formula, asked)) return undefined;
  if (!namedBy(other, asked, place).parties.some(({ id }) => id === person.id)) return undefined;
  return { why: 'yields', payee: person.id, text: `${personWords(person)}: it yields to ${spaced(other.name)}, which names the same person` };
}

/** Why the share is 0: the tables and formulas that it is found by, with what they read. */
export function noShare(rule: CreditRule, person: Person, kind: Kind, place: FactPlace): LostCredit {
  const asked = askedOf(must(place.known.facts(kind.name)[0]), place, person);
  const slots = rule.split.flat().filter((s) => follow(s.to, must(asked.about), asked) === person.id);
  const rest = slots.length > 0 && slots.every((s) => s.share === 'rest');
  const read = [...slots.map((s) => (s.share === 'rest' ? undefined : s.share)), rule.share, ...(rule.up === undefined ? [rule.factor] : [])].map((n) => readWords(n, asked)).filter((t) => t !== '');
  return { why: 'no_share', payee: person.id, text: `${personWords(person)}: ${rest ? 'nothing is left' : 'the share is 0 %'}${read.length === 0 ? '' : `, as ${read.join(', ')}`}` };
}
