/** What was measured, in words for the person who is paid: "Your won deals in 2026-Q1 were 118,204.00 USD (3 deals)." */
import type { Aggregate, Measure } from '../plan/plan.ts';
import type { Type, Typed } from '../plan/formula.ts';
import { both } from '../plan/problem.ts';
import { humanised } from '../plan/titles.ts';
import { conditionWords, formulaWords, spaced } from '../plan/words-formula.ts';
import { equal, ONE, type Ratio } from '../value/rate.ts';
import type { Place } from './explain-steps.ts';
import { bareValue, capital, plural, spanWords, valueShown } from './explain-words.ts';

export interface MeasuredValue { readonly top: Ratio; readonly under: Ratio | undefined; readonly value: Ratio | undefined }

export function measureSentence(place: Place, measure: Measure, measured: MeasuredValue, index: number): string {
  const { currency } = place, when = whenWords(place), { who, whose } = whoseWords(place, index);
  const facts = place.facts.words(index), noun = nounOf(place, measure);
  if (measured.under !== undefined) {
    const [topType, underType] = partTypes(measure);
    const parts = `${bareValue(measured.top, topType, currency)} of ${valueShown(measured.under, underType, currency)}`;
    const value = measured.value === undefined ? ', so there is no value' : ` = ${valueShown(measured.value, measure.type, currency)}`;
    const counts = measure.kind === 'ratio' && isNameless(place, measure) ? [countWords(measure.numerator, measured.top, currency), countWords(measure.denominator, measured.under, currency)] as const : [undefined, undefined] as const;
    if (counts[0] !== undefined && counts[1] !== undefined) {
      const share = measured.value === undefined ? ', so there is no value' : `, which is ${valueShown(measured.value, measure.type, currency)}`;
      return `${who} had ${counts[0]} of ${counts[1]} ${when}${share}.`;
    }
    return `${measureName(place, measure)} ${when}: ${parts}${value}.`;
  }
  const value = measured.value === undefined ? 'no value' : valueShown(measured.value, measure.type, currency);
  const list = facts === '' ? '' : noun === undefined && who !== 'You' ? ` (${facts} of ${lowerFirst(who)})` : ` (${facts})`;
  if (noun === undefined && isNameless(place, measure)) return `${capital(when)} ${descriptionOf(measure)}: ${value}${facts === '' ? ' (none yet)' : list}.`;
  if (noun === undefined) return `${measureName(place, measure)} ${when}: ${value}${list}.`;
  if (measure.kind !== 'count') return `${whose} ${noun} ${when} were ${value}${facts === '' ? ' (none yet)' : list}.`;
  return `${who} had ${measured.value === undefined ? `${value} ${noun}` : countWords(measure, measured.value, currency)} ${when}.`;
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
  const many = plainNoun(measure), [kind = ''] = measure.from, one = spaced(kind);
  if (many === undefined) return undefined;
  return `${bareValue(count, measure.type, currency)} ${equal(count, ONE) ? `${many.slice(0, many.length - plural(one).length)}${one}` : many}`;
}
function plainNoun(measure: Measure): string | undefined {
  if (measure.kind !== 'sum' && measure.kind !== 'count') return undefined;
  const [kind, other] = measure.from;
  if (kind === undefined || other !== undefined || measure.credited.length > 0) return undefined;
  if (measure.kind === 'sum' && !(measure.of.kind === 'name' && /^(amount|value)$/.test(measure.of.name))) return undefined;
  const adjectives = measure.where === undefined ? [] : adjectivesOf(measure.where.formula);
  return adjectives === undefined ? undefined : [...adjectives, plural(spaced(kind))].join(' ');
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

/** The types of both parts of a quotient. */
export function partTypes(measure: Measure): readonly [Type, Type] {
  if (measure.kind === 'ratio') return [measure.numerator.type, measure.denominator.type];
  const [top, under] = measure.kind === 'formula' && measure.formula.kind === 'op' ? measure.formula.args : [];
  return [top?.type ?? measure.type, under?.type ?? measure.type];
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
  const kinds = both(measure.from.map((k) => plural(spaced(k))));
  return measure.where === undefined ? kinds : `${kinds} where ${conditionWords(measure.where.formula)}`;
}

/** "in 2026-Q1"; of a window that goes on, its days. */
export function whenWords(place: Place): string {
  const { step, entry } = place;
  return entry.spec.window.kind === 'period' ? `in ${step.label.label}` : spanWords({ from: step.from, to: step.soFar });
}

/** Whose facts they are: his own, or of those below him. */
function whoseWords(place: Place, index: number): { readonly who: string; readonly whose: string } {
  const routes = (place.calculation.catalogue.gathered.measures[index]?.terms ?? []).map((t) => t.route);
  if (routes.every((r) => r === 0)) return { who: 'You', whose: 'Your' };
  return routes.every((r) => r !== 0) ? { who: 'Your team', whose: 'Your team\'s' } : { who: 'You and your team', whose: 'Your and your team\'s' };
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
