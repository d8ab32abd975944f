/** When a part of a line is payable, as the plan says it of the fact of the line: evaluated, as far as it is known. */
import { isRatio } from '../plan/evaluate.ts';
import type { Aggregate, Kind, Measure, ReleasePart } from '../plan/plan.ts';
import type { Otherwise, Timing } from '../ledger/release.ts';
import { lineage } from '../stage/lineage.ts';
import { NotBuilt } from '../stage/lower.ts';
import { placeAt } from '../stage/terms.ts';
import { must } from '../value/diagnostic.ts';
import { instalmentDays, later } from '../value/length.ts';
import { type Calendar, type Day, periodAt, type Span } from '../value/period.ts';
import { max, min, ONE, type Ratio, ZERO } from '../value/rate.ts';
import { counted, measured, type Only } from './fact-measures.ts';
import { type Asked, holds, LONG_AGO, numberOf } from './fact-values.ts';
import type { KnownFact } from './known-rows.ts';

/** One part of one line; without a fact where the part does not wait for anything of one. */
export interface TimingOf {
  readonly part: ReleasePart;
  readonly fact: KnownFact | undefined;
  readonly period: Span;
  readonly calendar: Calendar;
  readonly asOf: Day;
  /** its `day` and `about` are set here */
  readonly asked: Asked;
}

/** The last day of the period, or of its quarter, half or year. */
function payDayOf({ part, period, calendar }: TimingOf): Day {
  const last = period.to - 1;
  switch (part.day) {
    case 'pay_day': return last;
    case 'quarter_end': return periodAt(calendar, 'quarter', last).to - 1;
    case 'half_end': return periodAt(calendar, 'half', last).to - 1;
    case 'year_end': return periodAt(calendar, 'year', last).to - 1;
  }
}

export function timingOf(of: TimingOf): Timing {
  const { part, fact, asOf } = of, payDay = payDayOf(of), base = fact?.day ?? payDay;
  if (part.instalments !== undefined) return { kind: 'instalments', days: instalmentDays(payDay, part.instalments) };
  const end = part.within === undefined ? null : later(base, part.within);
  if (part.event !== undefined) return onEvent(of, part.event, payDay, end);
  const day = part.after === undefined ? payDay : later(base, part.after);
  if (part.as !== undefined && fact !== undefined) {
    if (part.after !== undefined) return { kind: 'proportion', day, ratio: day > asOf ? null : proportion(of, part.as, fact, day + 1) };
    return { kind: 'growing', moves: movesOf(of, part.as, fact), end, otherwise: otherwiseOf(of, end ?? day) };
  }
  // a condition about a fact is not known where there is none: it holds the pay, and shows it
  if (part.require !== undefined && fact === undefined) return { kind: 'day', day, met: day > asOf, otherwise: 'hold' };
  const met = day > asOf || part.require === undefined || holds(part.require.formula, at(of, day));
  return { kind: 'day', day, met, otherwise: met ? 'lapse' : otherwiseOf(of, day) };
}

/** The fact of the line, as of a day. */
function at({ asked, fact }: TimingOf, day: Day): Asked {
  return { ...asked, day, ...(fact !== undefined && { about: { fact } }), ...(asked.place !== undefined && { place: placeAt(asked.place, { from: day, to: day + 1 }) }) };
}

function otherwiseOf(of: TimingOf, day: Day): Otherwise {
  const { otherwise } = of.part;
  return otherwise.kind === 'share' ? numberOf(otherwise.share, at(of, day)) ?? ZERO : otherwise.kind;
}

function onEvent(of: TimingOf, event: NonNullable<ReleasePart['event']>, payDay: Day, end: Day | null): Timing {
  const { fact, asked } = of;
  const first = fact === undefined ? undefined : eventsOf(event.from, fact, asked).find((e) => e.day >= fact.day && holds(event.where?.formula, { ...asked, about: { fact: e }, day: e.day }));
  const late = first === undefined || (end !== null && first.day >= end);
  const met = first !== undefined && (of.part.require === undefined || holds(of.part.require.formula, at(of, first.day)));
  const day = late ? end : met ? null : first.day;
  return { kind: 'event', event: first === undefined ? null : { day: first.day, met }, notBefore: payDay, end, otherwise: day === null ? 'lapse' : otherwiseOf(of, day) };
}

/** Events that name the fact; of a kind that names no such facts, those of the same account. In order of time. */
export function eventsOf(kind: string, fact: KnownFact, { known }: Asked): readonly KnownFact[] {
  const fields = factFields(kind, fact.kind, known.kinds);
  if (fields.length > 0) return fields.length === 1 ? known.naming(kind, must(fields[0]), fact.id) : known.facts(kind).filter((e) => fields.some((f) => e.values.get(f) === fact.id));
  const account = fact.values.get('account');
  return typeof account === 'string' ? known.naming(kind, 'account', account) : [];
}
/** Fields of an event that name facts of a kind. */
export function factFields(event: string, fact: string, kinds: readonly Kind[]): string[] {
  const own = lineage(fact, kinds);
  return lineage(event, kinds).flatMap((k) => kinds.find((x) => x.name === k)?.fields ?? []).flatMap((f) => (typeof f.type === 'object' && own.includes(f.type.entity) ? [f.name] : []));
}

/** Whose number `as` is: of the kind that it says, or that the fact is of. */
function subjectOf(of: TimingOf, as: Measure, fact: KnownFact): { readonly kind: string; readonly id: string } {
  const said = typeof as.subject === 'object' ? as.subject.entity : fact.kind;
  return { kind: lineage(fact.kind, of.asked.known.kinds).includes(said) ? said : fact.kind, id: fact.id };
}
/** The ratio of facts before a day, between 0 and 1. */
function proportion(of: TimingOf, as: Measure, fact: KnownFact, to: Day, only?: Only): Ratio {
  const value = measured(as, subjectOf(of, as, fact), { ...of.asked, day: to - 1 }, { from: LONG_AGO, to }, only);
  return value !== null && isRatio(value) ? max(ZERO, min(ONE, value)) : ZERO;
}

/** Each fact of the ratio's upper part moves it; its lower part counts whole, as it is known. */
function movesOf(of: TimingOf, as: Measure, fact: KnownFact): { readonly day: Day; readonly ratio: Ratio }[] {
  const always = { from: LONG_AGO, to: ALWAYS }, subject = subjectOf(of, as, fact);
  const all = (m: Aggregate): Aggregate => {
    if (m.halfLife !== undefined || m.lookBack !== undefined) throw new NotBuilt(m.at, `${m.name} ${m.halfLife === undefined ? 'looks back some days' : 'has a half-life'}, so what is payable by it would shrink again`, 'Use a sum of all that came, or a condition (`require`).');
    return m;
  };
  const facts = (m: Measure): readonly KnownFact[] => ('from' in m ? counted(all(m), subject, { ...of.asked, day: of.asOf }, always).map((c) => c.fact) : m.kind === 'ratio' ? [...facts(m.numerator), ...facts(m.denominator)] : m.kind === 'formula' ? Object.values(m.measures).flatMap(facts) : []);
  const upper = new Set(as.kind === 'ratio' ? facts(as.numerator) : facts(as));
  const moves = [...new Set(facts(as))].sort((a, b) => a.day - b.day || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)), done = new Set<KnownFact>();
  return moves.flatMap((move) => {
    done.add(move);
    return move.day > of.asOf ? [] : [{ day: move.day, ratio: proportion(of, as, fact, ALWAYS, (f) => !upper.has(f) || done.has(f)) }];
  });
}
/** After every fact. */
const ALWAYS: Day = 4_000_000;
