/** Kinds, states, guardrails and what measures gather, in words. */
import { bareKind } from './kinds.ts';
import { durationText } from './durations.ts';
import type { Gathering, Guardrail, Kind, MeasureLimit, Num, State, Subject } from './plan.ts';
import { both } from './problem.ts';
import { conditionWords, formulaWords, numberWords, spaced } from './words-formula.ts';
import { describeTable } from './words-table.ts';

/** "deal", also for a plan's own kinds */
export function kindWords(name: string): string {
  return spaced(bareKind(name));
}

function kindsWords(names: readonly string[]): string {
  return both(names.map(kindWords));
}

function pathWords(path: readonly string[]): string {
  return path.map(spaced).join('\'s ');
}

function numWords(number: Num): string {
  return number.kind === 'formula' ? formulaWords(number.formula) : `(${describeTable(number.table, 'factor')})`;
}

/** "1.2 times", or "a factor by your role: …" */
export function factorWords(number: Num): string {
  return number.kind === 'formula' ? formulaWords(number.formula) : `a factor ${describeTable(number.table, 'factor')}`;
}

/** A kind that the plan makes of others: "New logo is the first deal for each account." */
export function describeKind(kind: Kind): string[] {
  const { derivation } = kind;
  if (derivation === undefined) return [];
  const where = derivation.where === undefined ? '' : ` where ${conditionWords(derivation.where.formula)}`;
  const which = derivation.keep === 'all' ? `every ${kindWords(derivation.from)}${where}` : `the ${derivation.keep} ${kindWords(derivation.from)}${where} for each ${both(derivation.per.map(pathWords))}`;
  const again = derivation.againAfter === undefined ? '' : `, and again ${derivation.againAfter} days after the last that counted`;
  const own = kind.derived.filter((d) => d.at.path.startsWith(`facts.${bareKind(kind.name)}.`));
  return [`${kind.title} is ${which}${again}.`, ...own.map((d) => `Its ${spaced(d.name)} is ${numWords(d.number)}.`)];
}

/** "Stage of each account is the stage of stage change, …" */
export function describeState(state: State): string {
  const whose = `of each ${kindWords(state.subject)}`;
  if (state.change !== undefined) {
    const levels = state.change.levels.length === 0 ? '' : `, in the order ${both(state.change.levels)}`;
    const short = state.lasting === 0 ? '' : `; stays of less than ${state.lasting} days are passed over`;
    return `${state.title} ${whose} is the last ${spaced(state.change.value)} of ${kindWords(state.change.from)}${levels}${short}.`;
  }
  const lasting = state.lasting === 0 ? '' : `, once it has for ${state.lasting} days`;
  const again = state.againAfter === undefined ? '' : `, and again ${state.againAfter} days after it last did`;
  return `${state.title} ${whose} holds while ${state.while === undefined ? '' : conditionWords(state.while.formula)}${lasting}${again}.`;
}

/** "Small deal: a credit of deal counts if amount is at least 500; otherwise it is rejected." */
export function describeGuardrail(guardrail: Guardrail): string {
  const { otherwise } = guardrail;
  const then = guardrail.then === 'pass' ? 'then counts' : 'is then rejected';
  const instead = otherwise.kind === 'reject' ? 'it is rejected'
    : otherwise.kind === 'factor' ? `it is multiplied by ${factorWords(otherwise.factor)}`
      : otherwise.days === undefined ? 'it is held until somebody decides' : `it is held for ${otherwise.days} days, and ${then} if nobody has decided`;
  const review = guardrail.review === undefined ? '' : ` Somebody looks within ${durationText(guardrail.review)}.`;
  return `${guardrail.title ?? titled(guardrail.name)}: a credit of ${kindsWords(guardrail.from)} counts if ${conditionWords(guardrail.require.formula)}; otherwise ${instead}.${review}`;
}

function titled(name: string): string {
  const words = spaced(name);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** ", for each pod": whose number it is, where it is not the payee's. */
export function subjectSuffix(subject: Subject): string {
  return subject === 'payee' ? '' : subject === 'company' ? ', for the whole company' : `, for each ${kindWords(subject.entity)}`;
}

/** "deal where stage is Won, credited by leaders" */
export function gatheringWords(measure: Gathering): string {
  const where = measure.where === undefined ? '' : ` where ${conditionWords(measure.where.formula)}`;
  const credited = measure.credited.length === 0 ? [] : [`credited by ${both(measure.credited.map(spaced))}`];
  const date = measure.date === undefined ? [] : [`by the day of ${pathWords(measure.date)}`];
  const moment = measure.moment === undefined ? [] : [`as of the ${measure.moment} of the period`];
  const back = measure.lookBack === undefined ? [] : [`in the last ${measure.lookBack} days`];
  const half = measure.halfLife === undefined ? [] : [`halved every ${measure.halfLife} days`];
  const factors = measure.factors.map((f) => `multiplied by ${spaced(f.name)} ${f.factor.kind === 'formula' ? `(${numWords(f.factor)})` : numWords(f.factor)}`);
  const limits = measure.limits.map(limitWords);
  return [`${kindsWords(measure.from)}${where}`, ...credited, ...date, ...moment, ...back, ...half, ...factors, ...limits].join(', ');
}

function limitWords(limit: MeasureLimit): string {
  const per = limit.per.map((p) => (p === 'day' ? 'day' : pathWords(p)));
  return `at most ${numberWords(limit.atMost)}${per.length === 0 ? '' : ` for each ${both(per)}`}`;
}
