/**
 * A measure of one fact, account or other row, up to a day, from the facts read back: how much of an invoice
 * is paid, whether revenue of an account still runs.
 */
import { isDay, isRatio, type Value } from '../plan/evaluate.ts';
import type { Aggregate, Kind, Measure } from '../plan/plan.ts';
import { lineage } from '../stage/lineage.ts';
import { NotBuilt } from '../stage/lower.ts';
import { groupPath } from '../stage/row-scope.ts';
import { must } from '../value/diagnostic.ts';
import type { Span } from '../value/period.ts';
import { add, compare, divide, multiply, negate, ONE, ratio, type Ratio, ZERO } from '../value/rate.ts';
import { type Asked, follow, holds, type MeasuredOf, numberOf, valueOf } from './fact-values.ts';
import type { KnownFact } from './known-rows.ts';

/** Which facts count, where not all do. */
export type Only = (fact: KnownFact) => boolean;

export function measured(measure: Measure, subject: MeasuredOf, asked: Asked, window: Span, only?: Only): Value {
  switch (measure.kind) {
    case 'ratio': {
      const above = numeric(measured(measure.numerator, subject, asked, window, only)), below = numeric(measured(measure.denominator, subject, asked, window, only));
      if (measure.minSample !== undefined && compare(below ?? ZERO, measure.minSample) < 0) return measure.otherwise === undefined ? null : measured(measure.otherwise, subject, asked, window, only);
      return below === null || below.n === 0n ? null : divide(above ?? ZERO, below);
    }
    case 'formula': {
      // names in it are measures of the same subject, or its fields
      const fact = asked.known.fact(subject.kind, subject.id);
      return valueOf(measure.formula, { ...asked, parts: measure.measures, day: window.to - 1, about: fact === undefined ? subject : { fact } });
    }
    case 'rank': throw new NotBuilt(measure.at, `${measure.name} is a place among payees, which a single fact has none of`, 'Use a ratio or a sum of the fact.');
    default: return aggregated(measure, counted(measure, subject, asked, window, only));
  }
}

const numeric = (value: Value): Ratio | null => (value !== null && isRatio(value) ? value : null);

/** A fact under a measure, with its value; what takes back another counts negative. */
export interface CountedFact { readonly fact: KnownFact; readonly value: Value }

/** Facts of the subject in the window, in order of day and id. */
export function counted(measure: Aggregate, subject: MeasuredOf, asked: Asked, window: Span, only?: Only): CountedFact[] {
  if (measure.limits.length > 0 || measure.halfLife !== undefined) throw new NotBuilt(measure.at, `${measure.name} has ${measure.limits.length > 0 ? 'limits' : 'a half-life'}, which cannot be found for a single fact yet`, 'Use a sum without them.');
  const { known } = asked;
  const facts = measure.from.flatMap((name) => {
    const kind = must(known.kinds.find((k) => k.name === name));
    if (!kind.dated) throw new NotBuilt(measure.at, `${measure.name} counts rows of ${name}, which cannot be done for a single fact yet`, 'Count facts.');
    return ofSubject(kind, subject, asked).filter((f) => (only === undefined || only(f)) && inTime(measure, kind, f, asked, window));
  });
  return facts.flatMap((fact): CountedFact[] => {
    const about = { ...asked, about: { fact }, day: fact.day };
    if (!holds(measure.where?.formula, about)) return [];
    let value: Value = measure.kind === 'count' ? ONE : valueOf(measure.of, about);
    for (const { factor } of measure.factors) {
      const by = numberOf(factor, about), before = numeric(value);
      value = by === null || before === null ? null : multiply(before, by);
    }
    return value === null ? [] : [{ fact, value: fact.reversal && isRatio(value) ? negate(value) : value }];
  }).sort((a, b) => a.fact.day - b.fact.day || (a.fact.id < b.fact.id ? -1 : a.fact.id > b.fact.id ? 1 : 0));
}

/** Facts that are the subject, name it, or belong to it through their account. */
function ofSubject(kind: Kind, subject: MeasuredOf, asked: Asked): readonly KnownFact[] {
  const { known } = asked, { kinds } = known;
  if (lineage(kind.name, kinds).includes(subject.kind)) { const own = known.fact(kind.name, subject.id); return own === undefined ? [] : [own]; }
  const path = lineage(subject.kind, kinds).map((k) => groupPath(kind, k, kinds)).find((p) => p !== undefined);
  if (path === undefined) return [];
  const [field = '', ...rest] = path;
  return rest.length === 0 ? known.naming(kind.name, field, subject.id) : known.facts(kind.name).filter((f) => follow(path, { fact: f }, { ...asked, day: f.day }) === subject.id);
}

function inTime(measure: Aggregate, kind: Kind, fact: KnownFact, asked: Asked, window: Span): boolean {
  const { moment } = measure, instant = moment === 'start' ? window.from : window.to;
  const runs = lineage(kind.name, asked.known.kinds).map((k) => asked.known.kinds.find((x) => x.name === k)?.runs).find((r) => r !== undefined);
  if (moment !== undefined && runs !== undefined) {
    const [from, until] = runs.map((f) => fact.values.get(f) ?? null) as [Value, Value];
    return isDay(from) && from.day <= instant && !(isDay(until) && until.day <= instant);
  }
  const date = measure.date === undefined ? { day: fact.day } : follow(measure.date, { fact }, { ...asked, day: fact.day });
  if (date === null || !isDay(date)) return false;
  if (moment !== undefined) return date.day < instant;
  const from = measure.lookBack === undefined ? window.from : window.to - measure.lookBack;
  return from <= date.day && date.day < window.to;
}

function aggregated(measure: Aggregate, facts: readonly CountedFact[]): Value {
  const sum = (): Ratio => facts.reduce((s, f) => add(s, numeric(f.value) ?? ZERO), ZERO);
  switch (measure.kind) {
    case 'sum': case 'count': return sum();
    case 'average': return facts.length === 0 ? null : divide(sum(), ratio(BigInt(facts.length)));
    case 'distinct': return ratio(BigInt(new Set(facts.map((f) => JSON.stringify(f.value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v)))).size));
    case 'first': return facts[0]?.value ?? null;
    case 'last': return facts.at(-1)?.value ?? null;
    case 'min': case 'max': return facts.map((f) => numeric(f.value)).filter((v) => v !== null).reduce<Ratio | null>((best, v) => (best === null || compare(v, best) === (measure.kind === 'min' ? -1 : 1) ? v : best), null);
  }
}
