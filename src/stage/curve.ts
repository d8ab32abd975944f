/**
 * How a component's pay is found: what its table is read at, what the value is multiplied with, and
 * the pieces of the curve. Three forms of pay, one shape of row.
 *
 *   rate     pay for each unit measured: value × X; a marginal table sums its parts
 *   payout   share of the incentive
 *   amount   money
 */
import type { Typed } from '../plan/formula.ts';
import type { Leaf, Measure, Num, Plan, Roundings, Table } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { powerOfTen, divide, multiply, ONE, type Ratio, ratio, ZERO } from '../value/rate.ts';
import { digitsOf, NotBuilt } from './lower.ts';
import { constantPiece, type Piece, pieces } from './tables.ts';
import { asRatio, numberAt, type Place, rounded, valueAt } from './terms.ts';

export const READS = { nothing: 0, value: 1, attainment: 2, measure: 3, field: 4 } as const;

/** Fixed for a component: the same for all payees. */
export interface CurveShape {
  readonly reads: (typeof READS)[keyof typeof READS];
  /** what another measure the table is read at; the field of the fact it is read by */
  readonly measure: Measure | undefined;
  readonly field: Typed | undefined;
  /** true: the value is multiplied with X; false: with the unit amount of the row */
  readonly paysOnValue: boolean;
  /** cells read no terms: one curve for everybody */
  readonly constant: boolean;
  readonly roundsValue: 'rate' | 'payout' | undefined;
}

export function curveShape(leaf: Leaf, plan: Plan): CurveShape {
  const none: CurveShape = { reads: READS.nothing, measure: undefined, field: undefined, paysOnValue: false, constant: true, roundsValue: undefined };
  if (leaf.pay === undefined) return none;
  const { form, number } = leaf.pay;
  const rounds = form === 'amount' ? undefined : form;
  const constant = !readsNames(number) && !hasFactors(number);
  if (number.kind === 'formula') return { ...none, paysOnValue: form === 'rate', constant, roundsValue: hasFactors(number) ? undefined : rounds };
  const { table } = number;
  const reads = readingOf(table, plan);
  if (form !== 'rate') return { ...reads, paysOnValue: false, constant: constant && reads.reads !== READS.nothing, roundsValue: rounds };
  const own = reads.reads === READS.value || reads.reads === READS.attainment;
  if (table.kind === 'marginal' && !own && reads.reads !== READS.nothing) {
    throw new NotBuilt(table.at, 'A marginal rate is read at the component\'s own value or attainment', 'Leave `by` out, or use `retroactive`, `points` or `lookup`.');
  }
  return { ...reads, paysOnValue: table.kind !== 'marginal' || reads.reads === READS.nothing, constant: constant && reads.reads !== READS.nothing, roundsValue: table.kind === 'marginal' || hasFactors(number) ? undefined : 'rate' };
}

/** What a table is read at. What is known of the payee without facts is read at once: `nothing`. */
export function readingOf(table: Table, plan: Plan): Pick<CurveShape, 'reads' | 'measure' | 'field'> {
  const { by } = table;
  const known = { reads: READS.nothing, measure: undefined, field: undefined } as const;
  if (by.kind === 'name') {
    const { ref } = by;
    if (ref.kind === 'result' && ref.what === 'attainment') return { ...known, reads: READS.attainment };
    if (ref.kind === 'result' && ref.what === 'value') return { ...known, reads: READS.value };
    if (ref.kind === 'measure') {
      const measure = plan.measures.find((m) => m.name === ref.measure);
      assert(measure !== undefined, `the measure ${ref.measure} exists; resolve checks it`);
      return { ...known, reads: READS.measure, measure };
    }
    if (ref.kind === 'result' || ref.kind === 'component') throw new NotBuilt(table.at, `A table read by ${by.name} is not built yet`, 'Read it by attainment, value, a measure, or a field of the fact or the payee.');
  }
  return readsFacts(by) ? { ...known, reads: READS.field, field: by } : known;
}

/** One payee's curve and unit amount for one window. Money in minor units. */
export interface PayeeCurve { readonly pieces: readonly Piece[]; readonly unit: Ratio }

export interface CurveNumbers { readonly target: Ratio | null; readonly incentive: Ratio | null; readonly code: (word: string) => number | undefined; readonly round: Roundings }

export function payeeCurve(leaf: Leaf, shape: CurveShape, place: Place, numbers: CurveNumbers): PayeeCurve {
  assert(leaf.pay !== undefined, 'a component that pays has a form');
  const { form, number } = leaf.pay;
  const unit = unitOf(form, number, shape, numbers);
  const cell = cellReader(leaf, place, numbers, form, number);
  if (number.kind === 'formula') return { pieces: constantPiece(cell(number.formula)), unit };
  if (shape.reads === READS.nothing) {
    const y = numberAt(number, place);
    return { pieces: y === null ? [] : constantPiece(scaled(y, number.table.rows[0]?.value ?? number.table.by, leaf, place.plan, form, numbers)), unit };
  }
  const scale = keyScale(number.table, shape, leaf, place.plan);
  // a part of a payout by money is a share for each unit of the currency, not for each cent
  const each = form === 'payout' && number.table.kind === 'marginal' ? (typed: Typed): Ratio => divide(cell(typed), scale) : cell;
  return { unit, pieces: pieces(number.table, { keyScale: scale, code: numbers.code, cell: each, timesReading: false }) };
}

/** incentive for shares of it; for a marginal rate by attainment the target, times the base rate where values are multiples of it */
function unitOf(form: 'rate' | 'payout' | 'amount', number: Num, shape: CurveShape, numbers: CurveNumbers): Ratio {
  if (form === 'payout') return numbers.incentive ?? ZERO;
  if (form === 'rate' && number.kind === 'table' && number.table.kind === 'marginal' && shape.reads === READS.attainment) return numbers.target ?? ZERO;
  return ONE;
}

function cellReader(leaf: Leaf, place: Place, numbers: CurveNumbers, form: 'rate' | 'payout' | 'amount', number: Num): (typed: Typed) => Ratio {
  return (typed) => {
    const y = asRatio(valueAt(typed, place));
    assert(y !== null || number !== undefined, 'a cell has a value');
    return scaled(y ?? ZERO, typed, leaf, place.plan, form, numbers);
  };
}

/** A value as the form needs it: minor units of money, shares as they are, multiples of the base rate times it. */
function scaled(y: Ratio, typed: Typed, leaf: Leaf, plan: Plan, form: 'rate' | 'payout' | 'amount', numbers: CurveNumbers): Ratio {
  const minor = ratio(powerOfTen(digitsOf(plan.currency)));
  if (form === 'amount') return multiply(y, minor);
  if (form === 'payout') return y;
  if (typed.type.kind === 'factor') return multiply(y, baseRate(numbers));
  const perUnit = leaf.measure !== undefined && leaf.measure.type.kind !== 'money' && typed.type.kind !== 'percent';
  return perUnit ? multiply(y, minor) : y;
}

/** What one unit of the measure pays at target: incentive ÷ target. */
function baseRate(numbers: CurveNumbers): Ratio {
  if (numbers.incentive === null || numbers.target === null || numbers.target.n === 0n) return ZERO;
  return rounded(divide(numbers.incentive, numbers.target), numbers.round.rate);
}

/** Units of a table's keys → units of what is read. */
export function keyScale(table: Table, shape: Pick<CurveShape, 'reads' | 'measure'>, leaf: Leaf | undefined, plan: Plan): Ratio {
  const minor = ratio(powerOfTen(digitsOf(plan.currency)));
  const read = shape.reads === READS.value ? leaf?.measure?.type.kind : shape.reads === READS.measure ? shape.measure?.type.kind : shape.reads === READS.field ? table.by.type.kind : undefined;
  return read === 'money' ? minor : ONE;
}

/** Are values multiples of the base rate (1.5x, or a term of type factor)? */
function hasFactors(number: Num): boolean {
  const all = number.kind === 'formula' ? [number.formula] : cellsOf(number.table);
  return all.some((t) => t.type.kind === 'factor');
}
function cellsOf(table: Table): Typed[] {
  return [...table.rows.flatMap((r) => (r.right === undefined ? [r.value] : [r.value, r.right])), ...(table.otherwise === undefined ? [] : [table.otherwise])];
}
export function readsNames(number: Num): boolean {
  const all = number.kind === 'formula' ? [number.formula] : cellsOf(number.table);
  return all.some(namesAnything);
}
function namesAnything(t: Typed): boolean {
  return t.kind === 'name' || t.kind === 'per' || ((t.kind === 'op' || t.kind === 'call') && t.args.some(namesAnything));
}
function readsFacts(t: Typed): boolean {
  if (t.kind === 'name') return t.ref.kind === 'field';
  return (t.kind === 'op' || t.kind === 'call') && t.args.some(readsFacts);
}
