/**
 * Rates of exchange: what a plan says of money in another currency, as rows (`ref_rate`) of stretches of days. A
 * rate depends on the currency and the day alone, so it is found here, exactly and once, not for each fact.
 */
import { compileFormula, isRatio, type Read, type Value } from '../plan/evaluate.ts';
import type { Ref, Typed } from '../plan/formula.ts';
import type { Num, Plan } from '../plan/plan.ts';
import { assert, must } from '../value/diagnostic.ts';
import { MINOR_DIGITS } from '../value/currency.ts';
import { dayOf, type Day, formatCalendar, periodAt, periodsIn, type Span } from '../value/period.ts';
import { compare, equal, multiply, powerOfTen, ratio, type Ratio, ZERO } from '../value/rate.ts';
import { digitsOf } from './lowered.ts';
import type { DatedRow } from './people.ts';
import { contentKey, namesOf } from './reads.ts';
import type { Cell } from './rows.ts';
import { readTable } from './tables.ts';

/**
 * The money of a plan: its currency, and by which rates other money becomes it; without `exchange` it does not.
 * `as: 'unrated'`: what stands in its place where facts are looked for that would count, were there a rate;
 * `as: 'is'`: of no plan, so each fact in its own currency.
 */
export interface PlanMoney { readonly currency: string; readonly exchange: number | undefined; readonly as?: 'unrated' | 'is' }
/** Rows of the reference kind `currency`, by code: EUR, GBP. */
export type Currencies = Pick<ReadonlyMap<string, readonly DatedRow[]>, 'get'>;
export interface Rate {
  /** what one unit is worth in the plan's currency */
  readonly rate: Ratio;
  /** the day on which it is looked up */
  readonly on: Day;
  /** the first day of the imported row that it is from, where it is from one */
  readonly since: Day | null;
}
/** The reference kind whose rows are rates. */
export const CURRENCY = 'currency';

/** Plans whose money is the same have the same key. */
export function moneyKey(plan: Plan): string {
  const { exchange } = plan;
  if (exchange === undefined) return plan.currency;
  const terms = namesOf(exchange.rate).flatMap(({ ref }) => (ref.kind === 'term' ? [ref.term] : [])).map((name) => [name, termOf(plan, name)]);
  const periodic = exchange.when === 'period' || namesOf(exchange.rate).some((n) => n.ref.kind === 'period');
  return contentKey([plan.currency, exchange.rate, exchange.when, terms, periodic ? [formatCalendar(plan.calendar), plan.period] : '']);
}

/** One plan for each way of converting, in the order of their numbers. */
export interface Exchanges { readonly all: readonly Plan[]; moneyOf(plan: Plan): PlanMoney }
export function exchangesOf(plans: readonly Plan[]): Exchanges {
  const all: Plan[] = [], numbers = new Map<string, number>();
  for (const plan of plans) {
    if (plan.exchange === undefined || numbers.has(moneyKey(plan))) continue;
    numbers.set(moneyKey(plan), all.length);
    all.push(plan);
  }
  return { all, moneyOf: (plan) => ({ currency: plan.currency, exchange: numbers.get(moneyKey(plan)) }) };
}

/** The rate of a currency for a fact of a day; undefined where there is none: blank, 0 or below. */
export function rateFor(plan: Plan, currency: string, day: Day, currencies: Currencies): Rate | undefined {
  return rateOn(plan, currency, rateDay(plan, day), currencies);
}
/** The day whose rate a fact of this day has. */
function rateDay(plan: Plan, day: Day): Day {
  return must(plan.exchange).when === 'date' ? day : periodAt(plan.calendar, plan.period, day).to - 1;
}
function rateOn(plan: Plan, currency: string, on: Day, currencies: Currencies): Rate | undefined {
  const { rate } = must(plan.exchange), at: RateAt = { plan, currency, on, row: rowOn(currencies.get(currency) ?? [], on) };
  const found = rate.kind === 'formula' ? valueOf(rate.formula, at) : readTable(rate.table, (typed) => valueOf(typed, at));
  assert(found === null || isRatio(found), 'a rate is a number; resolve checks it');
  if (found === null || compare(found, ZERO) <= 0) return undefined;
  return { rate: found, on, since: readsRows(rate) ? at.row?.from ?? null : null };
}

/** The row in force on the day; before the first, and after one that ends, there is none. */
export function rowOn(rows: readonly DatedRow[], day: Day): DatedRow | undefined {
  const row = rows.findLast((r) => r.from === null || r.from <= day);
  return row?.to === undefined || row.to === null || day < row.to ? row : undefined;
}
const readsRows = (rate: Num): boolean => namesOf(rate).some(({ ref }) => ref.kind === 'field' && ref.path[0] === CURRENCY && ref.path.length > 1);

interface RateAt { readonly plan: Plan; readonly currency: string; readonly on: Day; readonly row: DatedRow | undefined }

function valueOf(typed: Typed, at: RateAt): Value {
  let run = compiled.get(typed);
  if (run === undefined) {
    run = compileFormula<RateAt>(typed, reader, { table: (table) => (a) => readTable(table, (t) => valueOf(t, a)) });
    compiled.set(typed, run);
  }
  return run(at);
}
// plans are frozen data: a formula is compiled once, and run for each currency and day
const compiled = new WeakMap<Typed, Read<RateAt>>();

const reader = (ref: Ref): Read<RateAt> => {
  switch (ref.kind) {
    case 'field': {
      const [first, field] = ref.path;
      if (first === 'date') return (at) => ({ day: at.on });
      return field === undefined ? (at) => at.currency : (at) => at.row?.values.get(field) ?? null;
    }
    case 'term': return (at) => termOf(at.plan, ref.term);
    case 'period': return (at) => { const { from, to } = periodAt(at.plan.calendar, at.plan.period, at.on); return { day: ref.edge === 'start' ? from : to }; };
    default: return assert(false, `resolve refuses ${ref.kind} names in a rate of exchange`) as never;
  }
};
/** Resolve lets in only terms that have one value for the whole plan. */
function termOf(plan: Plan, name: string): Value {
  const term = must(plan.terms.find((t) => t.name === name));
  return term.given ?? term.fallback ?? null;
}

/** Rows of `ref_rate`, for the currencies that some row of the store has. `to`: the end of what the plans cover. */
export function rateRows(plans: readonly Plan[], currencies: Currencies, code: (word: string) => number | undefined, to: Day): Cell[][] {
  return plans.flatMap((plan, exchange) => [...MINOR_DIGITS.keys()].flatMap((currency): Cell[][] => {
    const word = code(currency);
    if (word === undefined || currency === plan.currency) return [];
    const out: { from: Day; to: Day; rate: Ratio }[] = [];
    for (const { from, to: end } of stretches(plan, currencies.get(currency) ?? [], to)) {
      const found = rateFor(plan, currency, from, currencies), last = out.at(-1);
      if (found === undefined) continue;
      if (last !== undefined && last.to === from && equal(last.rate, found.rate)) last.to = end;
      else out.push({ from, to: end, rate: found.rate });
    }
    return out.map(({ from, to: end, rate }): Cell[] => { const { n, d } = inMinorUnits(rate, currency, plan.currency); return [exchange, word, from, end, n, d]; });
  }));
}
/** Of one minor unit, in minor units. */
export function inMinorUnits(rate: Ratio, from: string, to: string): Ratio {
  return multiply(rate, ratio(powerOfTen(digitsOf(to)), powerOfTen(digitsOf(from))));
}

/** No fact of a business is older. */
const FIRST = dayOf(2000, 1, 1), ALWAYS: Span = { from: -1_000_000, to: 1_000_000 };
/** Facts that count by another date than their own may lie so long after the plans. */
const LATER = 731;

/** Stretches of days in which the rate is the same, or may be: as few as can be told from what it reads. */
function stretches(plan: Plan, rows: readonly DatedRow[], to: Day): readonly Span[] {
  const { rate, when } = must(plan.exchange), names = namesOf(rate);
  const isTimed = names.some(({ ref }) => ref.kind === 'period' || (ref.kind === 'field' && ref.path[0] === 'date'));
  if (!isTimed && !readsRows(rate)) return [ALWAYS];
  if (when === 'period') return periodsIn(plan.calendar, plan.period, FIRST, to + LATER);
  if (isTimed) return Array.from({ length: Math.max(0, to + LATER - FIRST) }, (_, i) => ({ from: FIRST + i, to: FIRST + i + 1 }));
  const edges = [ALWAYS.from, ...new Set(rows.flatMap((r) => [r.from, r.to ?? null].filter((d) => d !== null)))].sort((a, b) => a - b);
  return edges.map((from, i) => ({ from, to: edges[i + 1] ?? ALWAYS.to }));
}
