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
import { isKnownBefore, readsFacts } from './reads.ts';
import { cellsOf, constantPiece, flattened, innerTable, leafTable, outerReads, type Piece, pieces } from './tables.ts';
import { asRatio, numberAt, type Place, rounded, valueAt } from './terms.ts';

export const READS = { nothing: 0, value: 1, attainment: 2, measure: 3, field: 4, figure: 5 } as const;

/** Fixed for a component: the same for all payees. */
export interface CurveShape {
  readonly reads: (typeof READS)[keyof typeof READS];
  /** what another measure the table is read at; the field of the fact it is read by */
  readonly measure: Measure | undefined;
  readonly field: Typed | undefined;
  /** a formula of results that the table is read at, or that is the value itself */
  readonly figure: { readonly kind: 'by'; readonly by: Typed } | { readonly kind: 'value'; readonly number: Num } | undefined;
  /** true: the value is multiplied with X; false: with the unit amount of the row */
  readonly paysOnValue: boolean;
  /** cells read no terms: one curve for everybody */
  readonly constant: boolean;
  readonly roundsValue: 'rate' | 'payout' | undefined;
  /** the number of the pay, in the form in which it is read */
  readonly number: Num | undefined;
}

export const NO_CURVE: CurveShape = { reads: READS.nothing, measure: undefined, field: undefined, figure: undefined, paysOnValue: false, constant: true, roundsValue: undefined, number: undefined };

export function curveShape(leaf: Leaf, plan: Plan): CurveShape {
  if (leaf.pay === undefined) return NO_CURVE;
  const { form } = leaf.pay, number = inReadableForm(leaf.pay.number, leaf);
  const rounds = form === 'amount' ? undefined : form;
  if (leaf.carry === 'shortfall' && form === 'rate' && hasFactors(number) && { ...plan.round, ...leaf.round }.rate !== undefined) {
    throw new NotBuilt(leaf.at, 'A base rate that is rounded, of a target that a shortfall is added to, is not built yet', 'Leave `round: { rate: … }` out here.');
  }
  const constant = !readsNames(number) && !hasFactors(number);
  if (number.kind === 'formula') {
    const figure = isKnownBefore(number.formula) ? undefined : { kind: 'value' as const, number };
    return { ...NO_CURVE, reads: figure === undefined ? READS.nothing : READS.figure, figure, paysOnValue: form === 'rate', constant: constant || (figure !== undefined && !hasFactors(number)), roundsValue: hasFactors(number) ? undefined : rounds, number };
  }
  const { table } = number, leafOf = leafTable(table), outer = outerReads(table);
  if (outer.length > 0 && !outer.every(isKnownBefore)) {
    if (form === 'rate' && leafOf.kind === 'marginal') throw new NotBuilt(table.at, 'A marginal rate whose outer keys are read of results is not built yet', 'Read the outer keys by a field of the payee, or use `retroactive`.');
    return { ...NO_CURVE, reads: READS.figure, figure: { kind: 'value', number }, paysOnValue: form === 'rate', constant: !hasFactors(number), roundsValue: hasFactors(number) ? undefined : rounds, number };
  }
  const reads = readingOf(leafOf, plan, leaf);
  if (form !== 'rate') return { ...reads, paysOnValue: false, constant: constant && outer.length === 0 && reads.reads !== READS.nothing, roundsValue: rounds, number };
  const own = reads.reads === READS.value || reads.reads === READS.attainment;
  if (leafOf.kind === 'marginal' && !own && reads.reads !== READS.nothing) {
    throw new NotBuilt(table.at, 'A marginal rate is read at the component\'s own value or attainment', 'Leave `by` out, or use `retroactive`, `points` or `lookup`.');
  }
  return { ...reads, paysOnValue: leafOf.kind !== 'marginal' || reads.reads === READS.nothing, constant: constant && outer.length === 0 && reads.reads !== READS.nothing, roundsValue: leafOf.kind === 'marginal' || hasFactors(number) ? undefined : 'rate', number };
}

/** Outer keys that are read of facts become one: the number of the cell. Facts that are paid one by one are read as they are. */
function inReadableForm(number: Num, leaf: Leaf): Num {
  if (number.kind === 'formula' || number.table.outer === undefined || leaf.per?.kind === 'fact') return number;
  const reads = [...outerReads(number.table), leafTable(number.table).by];
  if (!reads.some(readsFacts)) return number;
  if (!reads.every((r) => readsFacts(r) || isKnownBefore(r)) || !['lookup', 'steps', 'retroactive'].includes(leafTable(number.table).kind)) {
    throw new NotBuilt(number.table.at, 'A table read by fields of facts and by results at once is not built yet', 'Pay each fact by itself (`per`), or read the table by fields alone.');
  }
  return { kind: 'table', table: flattened(number.table) };
}

/** What a table is read at. What is known of the payee without facts is read at once: `nothing`. */
export function readingOf(table: Table, plan: Plan, leaf?: Leaf): CurveShape {
  const { by } = table;
  const known = NO_CURVE;
  if (by.kind === 'name') {
    const { ref } = by;
    if (ref.kind === 'result' && ref.what === 'attainment') return { ...known, reads: READS.attainment };
    if (ref.kind === 'result' && ref.what === 'value') return { ...known, reads: READS.value };
    if (ref.kind === 'measure') {
      const measure = plan.measures.find((m) => m.name === ref.measure);
      assert(measure !== undefined, `the measure ${ref.measure} exists; resolve checks it`);
      return { ...known, reads: READS.measure, measure };
    }
  }
  if (isKnownBefore(by)) return known;
  if (!readsFacts(by)) return { ...known, reads: READS.figure, figure: { kind: 'by', by } };
  // facts that are paid one by one are read one by one; a field that they are told apart by is the key of the line
  if (leaf?.per?.kind === 'fact') return { ...known, reads: READS.figure, figure: { kind: 'by', by } };
  if (leaf?.per?.kind === 'field' && !(by.kind === 'name' && by.name === leaf.per.path.join('.'))) throw new NotBuilt(table.at, `${by.kind === 'name' ? by.name : 'a field'} can differ among the facts that are paid together`, 'Read the table by the field that `per` names, or pay `per` fact.');
  return { ...known, reads: READS.field, field: by };
}

/** What the unit amount is where a shortfall is added to the target: the target that was reached for is known after the facts only. */
export const CARRY_UNIT = { none: 0, target: 1, perTarget: 2 } as const;
export function carryUnit(leaf: Leaf, shape: CurveShape): number {
  if (leaf.carry !== 'shortfall' || leaf.pay?.form !== 'rate' || shape.number === undefined) return CARRY_UNIT.none;
  const marginal = shape.number.kind === 'table' && leafTable(shape.number.table).kind === 'marginal' && shape.reads === READS.attainment;
  if (hasFactors(shape.number)) return marginal ? CARRY_UNIT.none : CARRY_UNIT.perTarget;
  return marginal ? CARRY_UNIT.target : CARRY_UNIT.none;
}

/** One payee's curve and unit amount for one window. Money in minor units. */
export interface PayeeCurve { readonly pieces: readonly Piece[]; readonly unit: Ratio }

export interface CurveNumbers { readonly target: Ratio | null; readonly incentive: Ratio | null; readonly code: (word: string) => number | undefined; readonly round: Roundings }

export function payeeCurve(leaf: Leaf, shape: CurveShape, place: Place, known: CurveNumbers): PayeeCurve {
  assert(leaf.pay !== undefined, 'a component that pays has a form');
  const { form } = leaf.pay, number = shape.number ?? leaf.pay.number;
  // multiples of the base rate are of the incentive there, and what they are paid on is divided by the target with its shortfall
  const numbers = leaf.carry === 'shortfall' && form === 'rate' && hasFactors(number) ? { ...known, target: ONE } : known;
  const unit = unitOf(form, number, shape, numbers);
  const cell = cellReader(leaf, place, numbers, form, number);
  // the figure is the value, or says how many times the base rate it is
  if (shape.figure?.kind === 'value') return { pieces: form === 'rate' && hasFactors(number) ? timesBase(baseRate(numbers)) : IDENTITY, unit };
  if (number.kind === 'formula') return { pieces: constantPiece(cell(number.formula)), unit };
  if (shape.reads === READS.nothing) {
    const y = numberAt(number, place);
    return { pieces: y === null ? [] : constantPiece(scaled(y, cellsOf(number.table)[0] ?? number.table.by, leaf, place.plan, form, numbers)), unit };
  }
  const table = innerTable(number.table, (t) => valueAt(t, place));
  if (table === undefined) return { pieces: [], unit };
  const scale = keyScale(table, shape, leaf, place.plan);
  // a part of a payout by money is a share for each unit of the currency, not for each cent
  const each = form === 'payout' && table.kind === 'marginal' ? (typed: Typed): Ratio => divide(cell(typed), scale) : cell;
  return { unit, pieces: pieces(table, { keyScale: scale, code: numbers.code, cell: each }) };
}
/** f(r) = base · r */
const timesBase = (base: Ratio): Piece[] => [{ low: null, high: null, a: 0n, b: base.n, c: base.d }];
/** f(r) = r */
export const IDENTITY: readonly Piece[] = [{ low: null, high: null, a: 0n, b: 1n, c: 1n }];

/** incentive for shares of it; for a marginal rate by attainment the target, times the base rate where values are multiples of it */
function unitOf(form: 'rate' | 'payout' | 'amount', number: Num, shape: CurveShape, numbers: CurveNumbers): Ratio {
  if (form === 'payout') return numbers.incentive ?? ZERO;
  if (form === 'rate' && number.kind === 'table' && leafTable(number.table).kind === 'marginal' && shape.reads === READS.attainment) return numbers.target ?? ZERO;
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
  const paid = typeof leaf.of === 'object' ? leaf.of : leaf.measure;
  const perUnit = paid !== undefined && paid.type.kind !== 'money' && typed.type.kind !== 'percent';
  return perUnit ? multiply(y, minor) : y;
}

/** What one unit of the measure pays at target: incentive ÷ target. */
function baseRate(numbers: CurveNumbers): Ratio {
  if (numbers.incentive === null || numbers.target === null || numbers.target.n === 0n) return ZERO;
  return rounded(divide(numbers.incentive, numbers.target), numbers.round.rate);
}

/** Units of a table's keys → units of what is read. */
export function keyScale(table: Table, shape: Pick<CurveShape, 'reads' | 'measure' | 'figure'>, leaf: Leaf | undefined, plan: Plan): Ratio {
  const minor = ratio(powerOfTen(digitsOf(plan.currency)));
  const read = shape.reads === READS.value ? leaf?.measure?.type.kind : shape.reads === READS.measure ? shape.measure?.type.kind : shape.reads === READS.field || shape.reads === READS.figure ? table.by.type.kind : undefined;
  return read === 'money' ? minor : ONE;
}

/** Are values multiples of the base rate (1.5x, or a term of type factor)? */
export function hasFactors(number: Num): boolean {
  const all = number.kind === 'formula' ? [number.formula] : cellsOf(number.table);
  return all.some((t) => t.type.kind === 'factor');
}
export function readsNames(number: Num): boolean {
  const all = number.kind === 'formula' ? [number.formula] : cellsOf(number.table);
  return all.some(namesAnything);
}
function namesAnything(t: Typed): boolean {
  return t.kind === 'name' || t.kind === 'per' || t.kind === 'read' || ((t.kind === 'op' || t.kind === 'call') && t.args.some(namesAnything));
}
