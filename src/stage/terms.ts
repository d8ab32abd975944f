/**
 * Numbers that are known without facts: terms, targets, incentives, weights, limits, cells of tables.
 * They are found here, exactly, for one payee and one window, and become rows of the reference
 * relations. Money is in currency units in this file; `inMinor` is the one way out.
 *
 * What has a unit of time means the share for the window at hand, wherever it stands: a year's quota
 * in a quarter is a quarter of it, blended by days over the dated rows begun by the window's end, and
 * scaled by the days on which the payee is on the plan.
 */
import { compileFormula, sameValue, type Value } from '../plan/evaluate.ts';
import type { TimeUnit, Typed } from '../plan/formula.ts';
import type { Num, Plan, Rounding, Roundings, Term } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { toMinor } from '../value/money.ts';
import { type Day, effectiveAt, halfMonthsOf, isWholeMonths, monthsOf, overlapDays, periodsIn, type Span } from '../value/period.ts';
import { add, multiply, ratio, type Ratio, roundTo, ZERO } from '../value/rate.ts';
import { type DatedRow, type People, type Person, rowAt } from './people.ts';
import { readTable } from './tables.ts';

/** Where a number is asked for. `window.cut`: dated rows begun at or after it do not count yet. */
export interface Place {
  readonly plan: Plan;
  readonly people: People;
  readonly person: Person;
  /** days on which the person is on the plan, ascending */
  readonly eligible: readonly Span[];
  readonly window: Span & { readonly cut: Day };
  /** the day on which undated-by-window values are read: the window's last day */
  readonly day: Day;
  readonly round: Roundings;
  /** the group whose measure the component looks at */
  readonly group?: { readonly kind: string; readonly id: string };
}

/** A term without a value. The caller knows the payees that it happens to, and says so once. */
export class NoValue extends Error {
  readonly term: string;
  constructor(term: string) { super(`no value for the term ${term}`); this.term = term; }
}

export const UNIT_MONTHS: Readonly<Record<Exclude<TimeUnit, 'day' | 'week'>, number>> = { month: 1, quarter: 3, half: 6, year: 12 };

export function placeAt(place: Place, window: Span & { readonly cut?: Day }): Place {
  return { ...place, window: { from: window.from, to: window.to, cut: window.cut ?? window.to }, day: window.to - 1 };
}

/** A number of the plan at a place; null where a blank made it blank. */
export function numberAt(num: Num, place: Place): Ratio | null {
  if (num.kind === 'formula') return asRatio(valueAt(num.formula, place));
  return asRatio(readTable(num.table, (typed) => valueAt(typed, place)));
}

/** A formula at a place. */
export function valueAt(typed: Typed, place: Place): Value {
  let run = compiled.get(typed);
  if (run === undefined) {
    run = compileFormula<Place>(typed, reader, {
      per: (value, every) => (p) => timed([{ from: null, value }], every, p),
      yearly: (ref) => { assert(ref.kind === 'term', 'yearly is of a term; resolve checks it'); return (p) => termAt(ref.term, p, false); },
      table: (table) => (p) => readTable(table, (t) => valueAt(t, p)),
    });
    compiled.set(typed, run);
  }
  return run(place);
}
// plans are frozen data: a formula is compiled once, and run for each payee and period
const compiled = new WeakMap<Typed, (place: Place) => Value>();

const reader = (ref: Extract<Typed, { kind: 'name' }>['ref']): ((place: Place) => Value) => {
  switch (ref.kind) {
    case 'term': return (place) => termAt(ref.term, place, true);
    case 'field': case 'payee_field': {
      const [field, ...rest] = ref.path;
      assert(field !== undefined, 'a path has a first part');
      if (rest.length > 0) return (place) => groupValue(field, rest, place);
      return (place) => rowAt(place.person, place.day).values.get(field) ?? (field === 'id' ? place.person.id : field === 'hired' ? dayValue(place.person.hired) : field === 'left' ? dayValue(place.person.left) : null);
    }
    case 'period': return ref.edge === 'start' ? (place) => ({ day: place.window.from }) : (place) => ({ day: place.window.to });
    case 'payee': return (place) => place.person.id;
    case 'person_term': assert(ref.who === 'payee', 'who is below is known for single credits only'); return (place) => termAt(ref.term, place, true);
    case 'group_field': return (place) => groupValue(ref.group, ref.path, place);
    case 'column': case 'result': case 'component': case 'measure': case 'table': case 'via_field': case 'state':
      return assertRefused(ref.kind);
  }
};

/** A field of the group (a pod) that the component looks at, or else that the payee is in on the day. */
function groupValue(field: string, path: readonly string[], place: Place): Value {
  const own = rowAt(place.person, place.day).values.get(field);
  const id = place.group?.kind === field ? place.group.id : typeof own === 'string' ? own : undefined;
  const rows = id === undefined ? undefined : place.people.groups.get(field)?.get(id);
  const [name] = path;
  assert(name !== undefined && path.length === 1, 'one reference is followed from a payee; resolve checks it');
  return rows === undefined ? (name === 'id' && id !== undefined ? id : null) : (effectiveAt(rows, place.day) ?? rows[0])?.values.get(name) ?? null;
}

function dayValue(day: Day | null): Value { return day === null ? null : { day }; }
function assertRefused(kind: string): never {
  assert(false, `resolve refuses ${kind} names in numbers that must be known without facts`);
}

/** Is this a bare term or literal with a unit of time? Then it is asked for a whole window at once. */
function isBare(num: Num, plan: Plan): boolean {
  if (num.kind !== 'formula') return false;
  const { formula } = num;
  if (formula.kind === 'per') return true;
  if (formula.kind !== 'name' || formula.ref.kind !== 'term') return false;
  const name = formula.ref.term;
  return plan.terms.some((t) => t.name === name && t.every !== undefined);
}

/** The number over a window: a bare term by days at once; anything else as the sum over its periods. */
export function numberOver(num: Num, place: Place, window: { readonly from: Day; readonly soFar: Day; readonly to: Day; readonly periods: readonly Span[] }): Ratio | null {
  if (isBare(num, place.plan)) return numberAt(num, placeAt(place, { from: window.from, to: window.to, cut: window.soFar }));
  let total: Ratio | null = ZERO;
  for (const period of window.periods) {
    const part: Ratio | null = numberAt(num, placeAt(place, period));
    total = total === null || part === null ? null : add(total, part);
  }
  return total;
}

function termAt(name: string, place: Place, shared: boolean): Value {
  const term = place.plan.terms.find((t) => t.name === name);
  assert(term !== undefined, `the term ${name} exists`);
  const rows = termRows(term, place);
  if (term.every !== undefined && shared) return timed(rows.map(({ from, value }) => ({ from, value: numeric(value, name) })), term.every, place);
  let found = rows[0];
  for (const row of rows) if (row.from === null || row.from <= place.day) found = row;
  return found?.value ?? null;
}

interface TermRow { readonly from: Day | null; readonly value: Value }

/** The payee's own dated rows, else his role's, else `with`, else the default. */
function termRows(term: Term, place: Place): readonly TermRow[] {
  const own = valuesOf(place.person.rows, term.name);
  if (own.length > 0) return own;
  const byRole = roleRows(term, place);
  if (byRole.length > 0) return byRole;
  const value = term.given ?? term.fallback;
  if (value === undefined) throw new NoValue(term.name);
  return [{ from: null, value }];
}

/** What the payee's role gives, role after role: changing it is a change like any other. */
function roleRows(term: Term, place: Place): TermRow[] {
  const { person, people } = place;
  const out: TermRow[] = [];
  person.rows.forEach((row, i) => {
    const role = row.values.get('role'), before = person.rows[i - 1]?.values.get('role');
    if (typeof role !== 'string' || (i > 0 && role === before)) return;
    const until = person.rows.slice(i + 1).find((r) => r.values.get('role') !== role)?.from ?? null;
    const values = valuesOf(people.roles.get(role) ?? [], term.name);
    values.forEach((v, n) => {
      const next = values[n + 1]?.from ?? null;
      // what the role gave before the payee had it, and after he had another one, is not his
      if ((row.from !== null && next !== null && next <= row.from) || (until !== null && v.from !== null && v.from >= until)) return;
      out.push({ from: row.from === null ? v.from : v.from === null ? row.from : Math.max(row.from, v.from), value: v.value });
    });
  });
  return out;
}

/** A dated row holds all columns of its person: only where this one changes does another row of the term begin. */
function valuesOf(rows: readonly DatedRow[], name: string): TermRow[] {
  const out: TermRow[] = [];
  for (const row of rows) {
    const value = row.values.get(name), before = out.at(-1);
    if (value === undefined || value === null || (before !== undefined && sameValue(before.value, value))) continue;
    out.push({ from: row.from, value });
  }
  return out;
}

/** A value with a unit of time for some days of a window: value × units × days = part. */
export interface TimedPart { readonly span: Span; readonly value: Ratio; /** of the unit of time that the whole window is */ readonly units: Ratio; /** share of the window's days */ readonly days: Ratio; readonly part: Ratio }

/** The share of a window of values with a unit of time, stretch by stretch. */
function timedParts(rows: readonly { readonly from: Day | null; readonly value: Ratio }[], every: TimeUnit, place: Place): TimedPart[] {
  const { from, to, cut } = place.window;
  const length = BigInt(to - from);
  const units = shareOfUnit(place.plan, { from, to }, every);
  const begun = rows.filter((r) => r.from === null || r.from < cut);
  const counted = begun.length > 0 ? begun : rows.slice(0, 1);
  return counted.flatMap((row, i): TimedPart[] => {
    const span = { from: Math.max(row.from ?? from, from), to: Math.min(counted[i + 1]?.from ?? to, to) };
    const on = eligibleDays(place, span);
    if (on <= 0) return [];
    const days = rounded(ratio(BigInt(on), length), place.round.days);
    return [{ span, value: row.value, units, days, part: rounded(multiply(multiply(row.value, units), days), place.round.part) }];
  });
}
function timed(rows: readonly { readonly from: Day | null; readonly value: Ratio }[], every: TimeUnit, place: Place): Ratio {
  return timedParts(rows, every, place).reduce((sum, t) => add(sum, t.part), ZERO);
}
/** A bare term or literal with a unit of time at a place, stretch by stretch. */
export function bareParts(num: Num, place: Place): TimedPart[] | undefined {
  if (!isBare(num, place.plan) || num.kind !== 'formula') return undefined;
  const { formula } = num;
  if (formula.kind === 'per') return timedParts([{ from: null, value: formula.value }], formula.every, place);
  assert(formula.kind === 'name' && formula.ref.kind === 'term', 'what is bare is a term');
  const { term: name } = formula.ref, term = place.plan.terms.find((t) => t.name === name);
  assert(term?.every !== undefined, 'a bare term has a unit of time');
  return timedParts(termRows(term, place).map(({ from, value }) => ({ from, value: numeric(value, name) })), term.every, place);
}

/**
 * How many of a unit of time a window is: 3 months are a quarter of a year. In a plan with half months these are
 * halves, however many days they have. What is not whole months counts by the days of each month.
 */
function shareOfUnit(plan: Plan, span: Span, every: TimeUnit): Ratio {
  if (every === 'day' || every === 'week') return ratio(BigInt(span.to - span.from), every === 'day' ? 1n : 7n);
  const { calendar } = plan;
  const unit = BigInt(UNIT_MONTHS[every]);
  if (isWholeMonths(calendar, span)) return ratio(BigInt(monthsOf(calendar, span)), unit);
  const halves = hasHalfMonths(plan) ? halfMonthsOf(calendar, span) : undefined;
  if (halves !== undefined) return ratio(BigInt(halves), unit * 2n);
  let months = ZERO;
  for (const month of periodsIn(calendar, 'month', span.from, span.to)) {
    months = add(months, ratio(BigInt(overlapDays(month, span)), BigInt(month.to - month.from)));
  }
  return multiply(months, ratio(1n, unit));
}

function hasHalfMonths(plan: Plan): boolean {
  return plan.period === 'half month' || plan.components.some((c) => c.period === 'half month');
}

/** Days of the span on which the payee is on the plan, as `prorate` counts them. */
function eligibleDays(place: Place, span: Span): number {
  if (span.to <= span.from) return 0;
  if (place.plan.prorate === 'none') return span.to - span.from;
  let days = 0;
  for (const on of place.eligible) {
    const late = place.plan.prorate === 'days_after_first' && on.from > place.window.from;
    days += overlapDays({ from: late ? on.from + 1 : on.from, to: on.to }, span);
  }
  return days;
}

/** Share of the window's days on which the payee is on the plan. */
export function shareOfDays(place: Place, window: Span): Ratio {
  return rounded(ratio(BigInt(eligibleDays(place, window)), BigInt(window.to - window.from)), place.round.days);
}

export function rounded(x: Ratio, rounding: Rounding | undefined): Ratio {
  return rounding === undefined ? x : roundTo(x, rounding.unit, rounding.mode);
}
export function roundingsOf(plan: Plan, component: Roundings): Roundings {
  return { ...plan.round, ...component };
}

export function asRatio(value: Value): Ratio | null {
  if (value === null) return null;
  assert(typeof value === 'object' && 'n' in value, 'a number is a number; resolve checks the type');
  return value;
}
function numeric(value: Value, name: string): Ratio {
  const n = asRatio(value);
  assert(n !== null, `the term ${name} has a value`);
  return n;
}

export function inMinor(amount: Ratio, currency: string): Ratio {
  return toMinor(amount, currency);
}

export interface WindowSpan {
  /** first day of what accumulates */
  readonly from: Day;
  /** end of what has accumulated by this period */
  readonly soFar: Day;
  /** end of what the target covers */
  readonly to: Day;
  /** the periods that the target covers, whole */
  readonly periods: readonly Span[];
  /** label of what the window starts again with: the period itself, or the year */
  readonly cycle: Day;
}
