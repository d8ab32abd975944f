/** What was measured, in words for the person who is paid: "Your won deals in 2026-Q1 were 118,204.00 USD (3 deals)." */
import type { Aggregate, Measure } from '../plan/plan.ts';
import type { Type, Typed } from '../plan/formula.ts';
import { bareKind } from '../plan/kinds.ts';
import { both } from '../plan/problem.ts';
import { humanised } from '../plan/titles.ts';
import { kindWords } from '../plan/words-facts.ts';
import { conditionWords, formulaWords, spaced } from '../plan/words-formula.ts';
import { toMinor } from '../value/money.ts';
import { compare, equal, ONE, parseRatio, type Ratio, ZERO } from '../value/rate.ts';
import type { Place } from './explain-place.ts';
import { partTypes } from './explain-sums.ts';
import { bareValue, capital, counted, plural, spanWords, valueShown } from './explain-words.ts';
import type { ExplainedValue } from './explanation.ts';

/** What was measured, of whom, and from how many rows; what it is made of, where it is worked out from others. */
export function measureSentence(place: Place, measure: Measure, explained: ExplainedValue, exact: Ratio | undefined): string {
  const { currency } = place, when = whenWords(place), noun = nounOf(place, measure);
  const value = exact === undefined ? 'no value' : valueShown(exact, measure.type, currency), name = `${measureName(place, measure)} ${when}`;
  const [list, below] = explained.kind === 'sum' ? [explained.list] : explained.kind === 'quotient' ? [explained.above, explained.below] : [];
  const { who, whose } = whoseWords(place, list);
  switch (explained.kind) {
    case 'known': return `${name}: ${value}.`;
    case 'rank': return exact === undefined ? `${name}: no value.` : `Your place by ${explained.of.title} ${when} is ${value} of ${explained.among.length}${explained.of.value === null ? '' : ` (${shownText(explained.of.value, explained.of.type, currency)})`}.`;
    case 'formula': return `${name}: ${formulaOf(measure)} = ${value}.${inputsSentence(explained.inputs, currency)}`;
    case 'sample': {
      const pair = explained.of.kind === 'quotient' ? totalOf(place, explained.of.below) : '0', below_ = shownText(pair, 'number', currency), enough = compare(parseRatio(pair) ?? ZERO, parseRatio(explained.least) ?? ZERO) >= 0;
      if (enough) return measureSentence(place, measure, explained.of, exact);
      return `${name}: ${below_} to divide by is fewer than ${shownText(explained.least, 'number', currency)}, so ${explained.otherwise.title} is used instead: ${value}.`;
    }
    case 'quotient': {
      const [topType, underType] = partTypes(measure), top = toShown(totalOf(place, list), topType, currency), under = toShown(totalOf(place, below), underType, currency);
      const counts = measure.kind === 'ratio' && isNameless(place, measure) ? [countWords(measure.numerator, top, currency), countWords(measure.denominator, under, currency)] as const : [undefined, undefined] as const;
      if (counts[0] !== undefined && counts[1] !== undefined) return `${who} had ${counts[0]} of ${counts[1]} ${when}${exact === undefined ? ', so there is no value' : `, which is ${value}`}.`;
      return `${name}: ${bareValue(top, topType, currency)} of ${valueShown(under, underType, currency)}${exact === undefined ? ', so there is no value' : ` = ${value}`}.`;
    }
    case 'sum': {
      const facts = rowsIn(place, list), rows = facts === '' ? '' : noun === undefined && who !== 'You' ? ` (${facts} of ${lowerFirst(who)})` : ` (${facts})`;
      const text = exact === undefined ? 'no value' : shownText(explained.value ?? '', measure.type.kind, currency);
      if (noun === undefined && isNameless(place, measure)) return `${capital(when)} ${descriptionOf(measure)}: ${text}${facts === '' ? ' (none yet)' : rows}.`;
      if (noun === undefined) return `${name}: ${text}${rows}.`;
      if (measure.kind !== 'count') return `${whose} ${noun} ${when} were ${value}${facts === '' ? ' (none yet)' : rows}.`;
      return `${who} had ${exact === undefined ? `${value} ${noun}` : countWords(measure, exact, currency) ?? noun} ${when}.`;
    }
  }
}
const totalOf = (place: Place, id: string | undefined): string => place.lists.find((l) => l.id === id)?.total ?? '0';
const formulaOf = (measure: Measure): string => (measure.kind === 'formula' ? formulaWords(measure.formula) : descriptionOf(measure));

/** " Closing mrr is 90.00 and opening mrr 100.00." */
export function inputsSentence(inputs: Readonly<Record<string, ExplainedValue>>, currency: string): string {
  const said = Object.values(inputs).map((v) => `${v.title} is ${v.value === null ? 'blank' : shownText(v.value, v.type, currency)}`);
  return said.length === 0 ? '' : ` ${capital(both(said))}.`;
}
/** Plain text of an explanation, for a reader. */
export function shownText(plain: string, type: Type['kind'], currency: string): string {
  const value = parseRatio(plain);
  return value === undefined || type === 'date' || type === 'text' || type === 'payee' || type === 'entity' || type === 'yes_no' ? plain : valueShown(toShown(plain, { kind: type }, currency), { kind: type }, currency);
}
/** Plain text back to the number that it stands for, money in minor units. */
export function toShown(plain: string, type: Type, currency: string): Ratio {
  const value = parseRatio(plain) ?? ZERO;
  return type.kind === 'money' ? toMinor(value, currency) : value;
}
/** "31 deals", "12 deals and 3 renewals": the rows of a list that count. */
function rowsIn(place: Place, id: string | undefined): string {
  const list = place.lists.find((l) => l.id === id), kinds = [...new Set(list?.facts.map((f) => f.kind))].sort();
  return both(kinds.flatMap((kind) => { const many = new Set(list?.facts.filter((f) => f.kind === kind && f.share !== '0').map((f) => f.id)).size; return many === 0 ? [] : [counted(many, bareKind(kind))]; }));
}

/** The name of a measure, as its owner wrote it; of one that has no name, what it counts. */
export function measureName(place: Place, measure: Measure, first = true): string {
  const noun = nounOf(place, measure);
  if (noun !== undefined) return first ? `Your ${noun}` : noun;
  if (!isNameless(place, measure)) return measure.name.length <= 3 && measure.title === humanised(measure.name) ? measure.name.toUpperCase() : first ? capital(measure.title) : lowerFirst(measure.title);
  const words = descriptionOf(measure);
  return first ? capital(words) : words;
}

/** "won deals": where a measure without a title of its own sums the amount of a kind of fact, or counts it. */
function nounOf(place: Place, measure: Measure): string | undefined {
  return isNameless(place, measure) ? plainNoun(measure) : undefined;
}
/** "3 won deals", "1 won deal"; undefined where it takes more words to say what is counted. */
function countWords(measure: Measure, count: Ratio, currency: string): string | undefined {
  if (measure.kind !== 'count') return undefined;
  const many = plainNoun(measure), [kind = ''] = measure.from, one = kindWords(kind);
  if (many === undefined) return undefined;
  return `${bareValue(count, measure.type, currency)} ${equal(count, ONE) ? `${many.slice(0, many.length - plural(one).length)}${one}` : many}`;
}
function plainNoun(measure: Measure): string | undefined {
  if (measure.kind !== 'sum' && measure.kind !== 'count') return undefined;
  const [kind, other] = measure.from;
  if (kind === undefined || other !== undefined || measure.credited.length > 0) return undefined;
  if (measure.kind === 'sum' && !(measure.of.kind === 'name' && /^(amount|value)$/.test(measure.of.name))) return undefined;
  const adjectives = measure.where === undefined ? [] : adjectivesOf(measure.where.formula);
  return adjectives === undefined ? undefined : [...adjectives, plural(kindWords(kind))].join(' ');
}

/** `stage = "Won"` → won; `held` → held; undefined where the condition says more. */
function adjectivesOf(where: Typed): string[] | undefined {
  if (where.kind === 'name' && where.type.kind === 'yes_no') return [spaced(where.name)];
  if (where.kind !== 'op') return undefined;
  const [left, right] = where.args;
  if (left === undefined || right === undefined) return undefined;
  if (where.op === 'and') {
    const a = adjectivesOf(left), b = adjectivesOf(right);
    return a === undefined || b === undefined ? undefined : [...b, ...a];
  }
  return where.op === '=' && left.kind === 'name' && right.kind === 'text' && /^\p{L}+$/u.test(right.value) ? [right.value.toLowerCase()] : undefined;
}

/** Nobody gave it a title: it stands inside its component, or has a name that was made up. */
function isNameless(place: Place, measure: Measure): boolean {
  return measure.title === humanised(measure.name) && (measure.name === place.entry.spec.name || measure.name.includes('.'));
}

/** "the amount of deals where stage is won" */
function descriptionOf(measure: Measure): string {
  switch (measure.kind) {
    case 'ratio': return `${descriptionOf(measure.numerator)} ÷ ${descriptionOf(measure.denominator)}`;
    case 'formula': return formulaWords(measure.formula);
    case 'sum': return `the ${formulaWords(measure.of)} of ${factsWords(measure)}`;
    case 'count': return `the number of ${factsWords(measure)}`;
    case 'distinct': return `different values of ${formulaWords(measure.of)} of ${factsWords(measure)}`;
    case 'average': return `the average ${formulaWords(measure.of)} of ${factsWords(measure)}`;
    case 'min': return `the lowest ${formulaWords(measure.of)} of ${factsWords(measure)}`;
    case 'max': return `the highest ${formulaWords(measure.of)} of ${factsWords(measure)}`;
    case 'first': case 'last': return `the ${measure.kind} ${formulaWords(measure.of)} of ${factsWords(measure)}`;
    case 'rank': return `the place by ${descriptionOf(measure.of)}`;
  }
}
function factsWords(measure: Aggregate): string {
  const kinds = both(measure.from.map((k) => plural(kindWords(k))));
  return measure.where === undefined ? kinds : `${kinds} where ${conditionWords(measure.where.formula)}`;
}

/** "in 2026-Q1"; of a window that goes on, its days. */
export function whenWords(place: Place): string {
  const { step, entry } = place;
  return entry.spec.window.kind === 'period' ? `in ${step.label.label}` : spanWords({ from: step.from, to: step.soFar });
}

/** Whose facts they are: his own, of those below him, or of a group. */
function whoseWords(place: Place, id: string | undefined): { readonly who: string; readonly whose: string } {
  const list = place.lists.find((l) => l.id === id), facts = list?.facts ?? [];
  if (list !== undefined && list.subject !== null) return { who: capital(list.subject), whose: `${capital(list.subject)}'s` };
  const routes = place.calculation.catalogue.gathered.measures[Number.parseInt(/\d+/.exec(id ?? '')?.[0] ?? '-1', 10)]?.terms.map((t) => t.route) ?? facts.map((f) => (f.through === null ? 0 : 1));
  if (routes.every((r) => r === 0)) return { who: 'You', whose: 'Your' };
  return routes.every((r) => r !== 0) ? { who: 'Your team', whose: 'Your team\'s' } : { who: 'You and your team', whose: 'Your and your team\'s' };
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
