/**
 * A measure of one fact, account or other row, up to a day, from the facts read back: how much of an invoice
 * is paid, whether revenue of an account still runs.
 */
import { isDay, isRatio, type Value } from '../plan/evaluate.ts';
import type { Aggregate, Kind, Measure, MeasureLimit } from '../plan/plan.ts';
import { HALF_LIFE_PARTS } from '../stage/gather.ts';
import { lineage } from '../stage/lineage.ts';
import { NotBuilt } from '../stage/lower.ts';
import { groupPath } from '../stage/row-scope.ts';
import { halved } from '../stage/reference-rows.ts';
import { byCodePoint } from '../value/code-points.ts';
import { must } from '../value/diagnostic.ts';
import type { Day, Span } from '../value/period.ts';
import { add, compare, divide, multiply, negate, ONE, ratio, type Ratio, subtract, ZERO } from '../value/rate.ts';
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
  const { known } = asked;
  const facts = measure.from.flatMap((name) => {
    const kind = must(known.kinds.find((k) => k.name === name));
    if (!kind.dated) throw new NotBuilt(measure.at, `${measure.name} counts rows of ${name}, which cannot be done for a single fact yet`, 'Count facts.');
    return ofSubject(kind, subject, asked).filter((f) => (only === undefined || only(f)) && inTime(measure, kind, f, asked, window));
  });
  const rows = facts.flatMap((fact): CountedFact[] => {
    const about = { ...asked, about: { fact }, day: fact.day };
    if (!holds(measure.where?.formula, about)) return [];
    let value: Value = measure.kind === 'count' ? ONE : valueOf(measure.of, about);
    for (const { factor } of measure.factors) {
      const by = numberOf(factor, about), before = numeric(value);
      value = by === null || before === null ? null : multiply(before, by);
    }
    return value === null ? [] : [{ fact, value: fact.reversal && isRatio(value) ? negate(value) : value }];
  }).sort((a, b) => a.fact.day - b.fact.day || byCodePoint(a.fact.id, b.fact.id));
  return faded(measure, measure.limits.reduce((some, limit) => limited(some, limit, asked), rows), asked, window);
}

/** A limit in order of date, then fact: of running sums S, what counts so far is S − max(0, highest S − limit). */
function limited(rows: readonly CountedFact[], { atMost, per }: MeasureLimit, asked: Asked): CountedFact[] {
  const reached = new Map<string, { sum: Ratio; highest: Ratio; counted: Ratio }>();
  return rows.map(({ fact, value }) => {
    const key = per.map((p) => (p === 'day' ? String(fact.day) : keyText(follow(p, { fact }, { ...asked, day: fact.day })))).join('|');
    const before = reached.get(key) ?? { sum: ZERO, highest: ZERO, counted: ZERO };
    const sum = add(before.sum, numeric(value) ?? ZERO), highest = !reached.has(key) || compare(sum, before.highest) > 0 ? sum : before.highest, over = subtract(highest, atMost);
    const counted = compare(over, ZERO) > 0 ? subtract(sum, over) : sum;
    reached.set(key, { sum, highest, counted });
    return { fact, value: subtract(counted, before.counted) };
  });
}
const keyText = (value: Value): string => JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? String(v) : v));

/** The value of each halves with its age on the last day of the window. */
function faded(measure: Aggregate, rows: readonly CountedFact[], asked: Asked, window: Span): CountedFact[] {
  const { halfLife } = measure;
  if (halfLife === undefined) return [...rows];
  return rows.flatMap(({ fact, value }) => {
    const date = dateOf(measure, fact, asked), amount = numeric(value);
    return date === undefined || amount === null ? [] : [{ fact, value: multiply(amount, ratio(halved(window.to - 1 - date, halfLife), HALF_LIFE_PARTS)) }];
  });
}
function dateOf(measure: Aggregate, fact: KnownFact, asked: Asked): Day | undefined {
  const date: Value = measure.date === undefined ? { day: fact.day } : follow(measure.date, { fact }, { ...asked, day: fact.day });
  return date !== null && isDay(date) ? date.day : undefined;
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
  const day = dateOf(measure, fact, asked);
  if (day === undefined) return false;
  if (moment !== undefined) return day < instant;
  const back = measure.halfLife === undefined ? measure.lookBack : 10 * measure.halfLife;
  return (back === undefined ? window.from : window.to - back) <= day && day < window.to;
}

function aggregated(measure: Aggregate, facts: readonly CountedFact[]): Value {
  const sum = (): Ratio => facts.reduce((s, f) => add(s, numeric(f.value) ?? ZERO), ZERO);
  switch (measure.kind) {
    case 'sum': case 'count': return sum();
    case 'average': return facts.length === 0 ? null : divide(sum(), ratio(BigInt(facts.length)));
    case 'distinct': return ratio(BigInt(new Set(facts.map((f) => keyText(f.value))).size));
    case 'first': return facts[0]?.value ?? null;
    case 'last': return facts.at(-1)?.value ?? null;
    case 'min': case 'max': return facts.map((f) => numeric(f.value)).filter((v) => v !== null).reduce<Ratio | null>((best, v) => (best === null || compare(v, best) === (measure.kind === 'min' ? -1 : 1) ? v : best), null);
  }
}
