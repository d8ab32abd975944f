/** Kinds, states, credits, guardrails and measures with every default written out. `num`: how a number is. */
import type { Ratio } from '../value/rate.ts';
import { durationText } from './durations.ts';
import { formulaText } from './formula-text.ts';
import type { Type } from './formula.ts';
import { bareKind } from './kinds.ts';
import type { Aggregate, CreditRule, Guardrail, Kind, Measure, MeasureLimit, Num, State, Subject } from './plan.ts';
import type { Out } from './resolved-payment.ts';

type NumOut = (number: Num) => Out;

/** A kind that the plan makes of others. What it has from the kind that it is made of is not said again. */
export function kindOut(kind: Kind, num: NumOut): Out {
  const { derivation } = kind;
  const own = kind.derived.filter((d) => d.at.path.startsWith(`facts.${bareKind(kind.name)}.`));
  return {
    title: kind.title,
    from: derivation === undefined ? undefined : bareKind(derivation.from),
    where: derivation?.where?.text,
    keep: derivation === undefined || derivation.keep === 'all' ? undefined : derivation.keep,
    per: derivation === undefined || derivation.per.length === 0 ? undefined : derivation.per.map(pathText),
    again_after: daysText(derivation?.againAfter),
    derived: own.length === 0 ? undefined : Object.fromEntries(own.map((d) => [d.name, num(d.number)])),
  };
}

export function stateOut(state: State): Out {
  const { change } = state;
  return {
    title: state.title,
    for: bareKind(state.subject),
    from: change && bareKind(change.from),
    value: change?.value,
    levels: change === undefined || change.levels.length === 0 ? undefined : [...change.levels],
    while: state.while?.text,
    lasting: state.lasting === 0 ? undefined : daysText(state.lasting),
    again_after: daysText(state.againAfter),
  };
}

export function creditOut(rule: CreditRule, num: NumOut): Out {
  const to = rule.through !== undefined ? [`${bareKind(rule.through.kind)}.${pathText(rule.through.to)}`] : rule.list !== undefined ? [pathText(rule.list.path)] : rule.to.map(pathText);
  return {
    title: rule.title,
    from: rule.from.map(bareKind),
    through: rule.through && bareKind(rule.through.kind),
    to: rule.split.length > 0 ? undefined : to,
    look_back: daysText(rule.through?.lookBack),
    split: rule.split.length === 0 ? undefined : rule.split.map((step) => Object.fromEntries(step.map((s) => [pathText(s.to), s.share === 'rest' ? 'rest' : num(s.share)]))),
    share: rule.share === undefined ? '100%' : num(rule.share),
    factor: rule.factor && num(rule.factor),
    where: rule.where?.text,
    overlay: rule.overlay ? 'yes' : 'no',
    up: rule.up?.field,
    levels: rule.up === undefined ? undefined : String(rule.up.levels),
    yields_to: rule.yieldsTo,
  };
}

export function guardrailOut(guardrail: Guardrail, num: NumOut): Out {
  const { otherwise } = guardrail;
  return {
    title: guardrail.title,
    from: guardrail.from.map(bareKind),
    require: guardrail.require.text,
    otherwise: otherwise.kind === 'reject' ? 'reject' : otherwise.kind === 'factor' ? num(otherwise.factor) : otherwise.days === undefined ? 'hold' : `hold ${daysText(otherwise.days)}`,
    review: guardrail.review && durationText(guardrail.review),
    then: otherwise.kind === 'hold' && otherwise.days !== undefined ? guardrail.then : undefined,
  };
}

/** A measure; parts that are called by a name are said by it. */
export function measureOut(measure: Measure, named: ReadonlyMap<string, Measure>, num: NumOut): Out {
  const part = (m: Measure): Out => (named.get(m.name) === undefined ? measureOut(m, named, num) : m.name);
  const head = { title: measure.title, for: subjectText(measure) };
  switch (measure.kind) {
    case 'ratio': return {
      ...head, ratio: [part(measure.numerator), part(measure.denominator)],
      min_sample: measure.minSample && literal(measure.minSample, measure.denominator.type), otherwise: measure.otherwise && part(measure.otherwise),
    };
    case 'formula': return { ...head, formula: formulaText(measure.formula) };
    case 'rank': return { ...head, rank: part(measure.of), among: measure.among && pathText(measure.among) };
    case 'count': return { ...head, count: measure.from.map(bareKind), ...overFacts(measure, num) };
    default: return { ...head, [measure.kind]: formulaText(measure.of), from: measure.from.map(bareKind), ...overFacts(measure, num) };
  }
}

function overFacts(measure: Aggregate, num: NumOut): { readonly [key: string]: Out | undefined } {
  return {
    where: measure.where?.text,
    credited: measure.credited.length === 0 ? undefined : [...measure.credited],
    date: measure.date && pathText(measure.date),
    at: measure.moment,
    look_back: daysText(measure.lookBack),
    half_life: daysText(measure.halfLife),
    factors: measure.factors.length === 0 ? undefined : Object.fromEntries(measure.factors.map((f) => [f.name, num(f.factor)])),
    limits: measure.limits.length === 0 ? undefined : Object.fromEntries(measure.limits.map((l) => [l.name, limitOut(l, measure.type)])),
  };
}

function limitOut(limit: MeasureLimit, type: Type): Out {
  return { at_most: literal(limit.atMost, type), per: limit.per.length === 0 ? undefined : limit.per.map((p) => (p === 'day' ? p : pathText(p))) };
}

/** Whose number it is, where that does not follow from its parts. */
function subjectText(measure: Measure): string | undefined {
  if (measure.subject !== 'payee') return typeof measure.subject === 'string' ? measure.subject : bareKind(measure.subject.entity);
  const parts: readonly { readonly subject: Subject }[] = measure.kind === 'ratio' ? [measure.numerator, measure.denominator] : measure.kind === 'formula' ? Object.values(measure.measures) : [];
  return parts.some((p) => p.subject !== 'payee') ? 'payee' : undefined;
}

function pathText(path: readonly string[]): string {
  return path.join('.');
}

function daysText(days: number | undefined): string | undefined {
  return days === undefined ? undefined : durationText({ n: days, unit: 'day' });
}

function literal(value: Ratio, type: Type): string {
  return formulaText({ kind: 'number', value, written: type.kind === 'percent' || type.kind === 'factor' ? type.kind : 'number', at: { start: 0, end: 0 } });
}
