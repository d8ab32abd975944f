/** Where an explanation stands: one component of one payee in one period, of one group and one line where there are several. */
import type { Value } from '../plan/evaluate.ts';
import type { Type } from '../plan/formula.ts';
import { isPot, merged, ofNobody } from '../stage/assign.ts';
import type { MeasureValue } from '../stage/gather.ts';
import type { Person } from '../stage/people.ts';
import { lastDayOf } from '../stage/single-days.ts';
import { type Place as TermPlace, roundingsOf } from '../stage/terms.ts';
import type { Day } from '../value/period.ts';
import { divide, powerOfTen, ratio, type Ratio, ZERO } from '../value/rate.ts';
import { digitsOf } from '../stage/lower.ts';
import type { Calculation } from './calculate.ts';
import type { Row } from './cells.ts';
import type { ListContext } from './explain-facts.ts';
import type { Spot } from './explain-request.ts';
import { lookSum, pairIn, type PayeeRows, type PayeeTable, smallOrNull, wideOf } from './explain-rows.ts';
import type { CountedFact, FactList } from './explanation.ts';
import type { Looked } from './explain-sums.ts';

export interface Place extends Spot {
  readonly calculation: Calculation;
  readonly rows: PayeeRows;
  readonly person: Person;
  readonly currency: string;
  /** the group whose measure it looks at, as a code, or a stretch of days; 0: none, or all */
  readonly part: number;
  /** what is paid by itself: the row of a fact, or the value of a field; null: all lines, or none */
  readonly line: bigint | null;
  readonly looked: readonly Looked[];
  readonly subjectOf: (value: MeasureValue) => number | undefined;
  readonly lists: readonly FactList[];
  readonly context: ListContext;
  /** where terms are read, where it is not the end of the window */
  readonly terms?: TermPlace;
  /** those whom a rank compares, by its number: places and values, best first */
  readonly peers: (rank: number) => readonly Peer[];
  /** a field of the fact that is paid by itself */
  readonly fieldOf: (line: bigint, path: readonly string[]) => Value;
  /** the fact that is paid by itself, as it is listed */
  readonly factOf: (line: bigint) => CountedFact | undefined;
}
export interface Peer { readonly person: Person; readonly value: Ratio | undefined; readonly place: number; readonly position: number }

/** Rows of the component, of this part and line. */
export function rowsAt(place: Place, table: PayeeTable): readonly Row[] {
  const { part, line } = place;
  return place.rows.of(table, place.entry.component, place.step.period).filter((r) => (r['part'] === undefined || r['part'] === part) && (line === null || r['line'] === undefined || r['line'] === line));
}
export function rowAt(place: Place, table: PayeeTable): Row | undefined {
  return rowsAt(place, table)[0];
}

/** Is the line of a fact that takes back another? It is read as that fact is, and what it comes to is negated. */
export const takesBack = (place: Place): boolean => place.line !== null && rowAt(place, 'attainment')?.['takes_back'] === true;
/** What is earned, step by step; of what takes back a fact as it was found, before its sign was turned. */
export function earnedAt(place: Place): Row | undefined {
  const row = rowAt(place, 'earned');
  return row === undefined || !takesBack(place) ? row : { ...row, ...Object.fromEntries(['raw', 'gated', 'factored', 'limited'].map((step) => [step, -wideOf(row, step)])) };
}

/** A value that it looks at; undefined: there is none. */
export function lookOf(place: Place, value: MeasureValue): Ratio | undefined {
  const rows = rowsAt(place, 'looks').filter((r) => r['look'] === value.index && (place.line === null || (place.entry.value !== value && place.entry.base !== value) || BigInt(String(r['field_value'])) === place.line));
  return lookSum(rows) ?? (place.line === null && isNoneZero(value) ? ZERO : undefined);
}
/** Where lines are paid and there are none, nothing was measured: a sum of nothing is 0. */
export function isNoneZero(value: MeasureValue): boolean {
  return value.kind === 'simple' && value.over === undefined && value.measure.zeroIfNone;
}

/** What is known of him without facts is read here, of a pot what is known of nobody, for a line as of the day of its fact; `day`: where it changes within the window. */
export function termPlace(place: Place, day?: Day): TermPlace {
  const { step, plan, entry, person, part } = place;
  const { people } = place.calculation.catalogue;
  const id = part === 0 || entry.group === undefined ? undefined : groupId(place);
  const end: TermPlace = {
    plan: plan.spec, people, person, eligible: merged(plan.members.get(person) ?? []), round: roundingsOf(plan.spec, entry.spec.round),
    window: { from: step.from, to: step.soFar, cut: step.soFar }, day: Math.min(step.label.to, step.soFar) - 1,
    ...(id !== undefined && entry.group !== undefined && { group: { kind: entry.group, id } }),
  };
  const own = { ...end, day: day ?? lastDayOf(part, entry, plan, end) };
  return isPot(entry) ? ofNobody(own) : own;
}
/** The id of the group that this part is of. */
export function groupId({ person, entry, part, calculation }: Pick<Place, 'person' | 'entry' | 'part' | 'calculation'>): string | undefined {
  const { people } = calculation.catalogue;
  return person.rows.map((r) => (entry.group === undefined ? null : r.values.get(entry.group))).find((id): id is string => typeof id === 'string' && people.code(id) === part);
}

/** An amount in minor units as currency units, as formulas of plans have it. */
export function inUnits(value: Ratio, type: Type, currency: string): Ratio {
  return type.kind === 'money' ? divide(value, ratio(powerOfTen(digitsOf(currency)))) : value;
}
export const resultsAt = (place: Place): { readonly x: Ratio | undefined; readonly attained: Ratio | undefined; readonly target: Ratio | undefined; readonly held: number } => {
  const row = rowAt(place, 'attainment');
  return { x: row?.['has_value'] === true ? pairIn(row, 'x') : undefined, attained: pairIn(row, 'a'), target: pairIn(row, 'target'), held: smallOrNull(row, 'held') ?? 0 };
};
