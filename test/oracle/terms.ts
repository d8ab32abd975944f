/**
 * Terms, and what has a unit of time (language.md section 5, 7): a value comes from the payee's own
 * dated rows, else from his role's, else from `with`, else the default; with a unit of time it means
 * the share for the window at hand, blended by days and scaled by the days on the plan.
 */
import { isWholeMonths, monthsOf, overlapDays } from '../../src/value/period.ts';
import { add, multiply, ONE, ratio, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { mapOf, textOf } from './documents.ts';
import type { TimeUnit } from './formula.ts';
import { TIME_UNITS } from './formula.ts';
import { rounded } from './rounding.ts';
import type { Roundings } from './rounding.ts';
import { clipped, fraction, periodsIn } from './time.ts';
import type { Day, Span, Window } from './time.ts';
import { Bad, cellOf, isDated, isRatio, sameValue, shown } from './value.ts';
import type { DatedRow, Field, Value } from './value.ts';
import { personOf } from './world.ts';
import type { World } from './world.ts';

/** `money a year = 100k` */
export interface Term { readonly type: string; readonly unit: TimeUnit | undefined; readonly fallback: Value }

export function termOf(world: World, name: string): Term {
  const [declared = '', ...rest] = (textOf(world.terms[name]) ?? '').split('=');
  const [type = '', , unit] = declared.trim().split(/\s+/);
  return { type, unit: TIME_UNITS.find((u) => u === unit), fallback: cellOf(rest.join('=').trim()) };
}

/** Where a term is asked for. Without a window it is undivided. */
export interface TermPlace {
  readonly payee: string | undefined;
  readonly window: Window | undefined;
  readonly day: Day;
  readonly round: Roundings;
}

export function term(world: World, name: string, place: TermPlace): Value {
  const { unit } = termOf(world, name);
  const rows = termRows(world, name, place.payee);
  if (unit !== undefined && place.window !== undefined) return timed(world, rows.map((r) => numeric(r, name)), unit, { ...place, window: place.window });
  const row = rows.findLast((r) => r.from === null || r.from <= place.day) ?? rows[0];
  if (row === undefined || row.value === null) throw noValue(world, name, place.payee);
  return row.value;
}

/** The payee's own dated rows win over his role's entirely; a change of role is a dated row of what the roles say. */
function termRows(world: World, name: string, payee: string | undefined): readonly DatedRow[] {
  const person = payee === undefined ? undefined : personOf(world, payee);
  const own = rowsOf(person?.fields.get(name)).filter((r) => r.value !== null);
  if (own.length > 0) return merged(own);
  const given = mapOf(world.plan['with'])[name];
  const other = given === undefined ? termOf(world, name).fallback : cellOf(textOf(given) ?? '');
  const roles = rowsOf(person?.fields.get('role'));
  const byRole = roles.flatMap((r, i) => rowsOfRole(world, name, r, roles[i + 1]?.from ?? null, other));
  const rows = merged(byRole.length === 0 ? [{ from: null, value: other }] : byRole);
  if (rows.every((r) => r.value === null)) throw noValue(world, name, payee);
  return rows;
}

/** What one stay in a role gives, from its first day up to the next role. */
function rowsOfRole(world: World, name: string, role: DatedRow, until: Day | null, other: Value): DatedRow[] {
  const rows = typeof role.value === 'string' ? rowsOf(world.roles.get(role.value)?.get(name)).filter((r) => r.value !== null) : [];
  if (rows.length === 0) return [{ from: role.from, value: other }];
  return rows.flatMap((r, i): DatedRow[] => {
    const next = rows[i + 1]?.from ?? null;
    const over = role.from !== null && next !== null && next <= role.from;
    const notYet = until !== null && r.from !== null && r.from >= until;
    return over || notYet ? [] : [{ from: r.from === null || (role.from !== null && r.from < role.from) ? role.from : r.from, value: r.value }];
  });
}

function rowsOf(field: Field | undefined): readonly DatedRow[] {
  if (field === undefined) return [];
  return isDated(field) ? field.rows : [{ from: null, value: field }];
}
/** A row that says what the one before says begins nothing. */
function merged(rows: readonly DatedRow[]): DatedRow[] {
  return rows.filter((r, i) => { const before = rows[i - 1]; return before === undefined || !sameValue(before.value, r.value); });
}
function noValue(world: World, name: string, payee: string | undefined): Bad {
  return new Bad(`plan ${world.name}: no value for the term ${name} of ${payee ?? 'nobody'}`);
}

interface TimedRow { readonly from: Day | null; readonly value: Ratio | null }
function numeric(row: DatedRow, name: string): TimedRow {
  if (row.value !== null && !isRatio(row.value)) throw new Bad(`the term ${name} is ${shown(row.value)}, not a number`);
  return { from: row.from, value: row.value };
}

/** The share of the window: each row begun by its end, by the days on the plan on which it holds. */
export function timed(world: World, rows: readonly TimedRow[], unit: TimeUnit, place: TermPlace & { readonly window: Window }): Ratio {
  const { window } = place, cut = window.cut ?? window.to;
  const begun = rows.filter((r) => r.from === null || r.from < cut);
  const counted = begun.length > 0 ? begun : rows.slice(0, 1);
  const share = shareOfUnit(world, window, unit);
  return counted.reduce((total, row, i) => {
    const span = clipped(window, { from: row.from ?? window.from, to: counted[i + 1]?.from ?? window.to });
    const days = eligibleDays(world, place.payee, span, window);
    if (days <= 0) return total;
    if (row.value === null) throw noValue(world, 'of this window', place.payee);
    const part = multiply(multiply(row.value, share), rounded(fraction(days, window.to - window.from), place.round['days']));
    return add(total, rounded(part, place.round['part']));
  }, ZERO);
}

/** How many of a unit of time the window is. What is not whole months counts by the days of each month. */
function shareOfUnit(world: World, span: Span, unit: TimeUnit): Ratio {
  if (unit === 'day') return ratio(BigInt(span.to - span.from));
  if (unit === 'week') return ratio(BigInt(span.to - span.from), 7n);
  const each = ratio(1n, { month: 1n, quarter: 3n, half: 6n, year: 12n }[unit]);
  if (isWholeMonths(world.calendar, span)) return multiply(ratio(BigInt(monthsOf(world.calendar, span))), each);
  const months = periodsIn(world.calendar, 'month', span.from, span.to).map((m) => fraction(overlapDays(m, span), m.to - m.from));
  return multiply(months.reduce(add, ZERO), each);
}

/** Days of the span on which the payee is on the plan, as `prorate` counts them. A number of nobody's is not prorated. */
export function eligibleDays(world: World, payee: string | undefined, span: Span, window: Span): number {
  const prorate = textOf(world.plan['prorate']) ?? 'days';
  if (span.to <= span.from) return 0;
  if (payee === undefined || prorate === 'none') return span.to - span.from;
  return world.ask.eligible(payee).reduce((days, on) => {
    const late = prorate === 'days after the first' && on.from > window.from ? 1 : 0;
    return days + overlapDays({ from: on.from + late, to: on.to }, span);
  }, 0);
}

/** The share of the window's days on which the payee is on the plan. */
export function shareOfDays(world: World, payee: string | undefined, window: Span, round: Roundings): Ratio {
  if (window.to <= window.from) return ONE;
  return rounded(fraction(eligibleDays(world, payee, window, window), window.to - window.from), round['days']);
}
