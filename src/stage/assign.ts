/**
 * Reference rows of components, payees and periods: targets, incentives, curves, gates, factors and
 * limits as numbers. What is alike is kept once: curves, sets of gates and sets of factors are numbered
 * by content, so that a thousand payees of one plan share one curve.
 */
import type { Factor, Gate, Limit, Measure, Plan, Roundings } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { overlapDays, type Span } from '../value/period.ts';
import { add, divideRounded, min, multiply, ONE, type Ratio, ZERO } from '../value/rate.ts';
import type { Catalogue, ComponentEntry, PlanEntry } from './catalogue.ts';
import { payeeCurve, READS, readingOf, keyScale } from './curve.ts';
import type { Gathered, MeasureValue } from './gather.ts';
import type { Person, Stint } from './people.ts';
import type { Cell } from './rows.ts';
import type { WindowStep } from './spans.ts';
import { constantPiece, type Piece, pieces } from './tables.ts';
import { asRatio, inMinor, numberAt, numberOver, NoValue, type Place, placeAt, rounded, roundingsOf, valueAt } from './terms.ts';

export interface AssignRows {
  readonly assign: Cell[][];
  readonly segments: Cell[][];
  readonly gates: Cell[][];
  readonly factors: Cell[][];
  readonly caps: Cell[][];
  readonly curves: Piece[][];
  /** measures that gates and factors need, by component */
  readonly needs: Map<number, Set<number>>;
  /** terms without a value → payees that it happens to */
  readonly missing: Map<string, Set<string>>;
  readonly tooLarge: { readonly plan: Plan; readonly person: Person; readonly number: Ratio }[];
}

export interface AssignContext {
  readonly catalogue: Omit<Catalogue, 'curves'>;
  readonly gathered: Gathered;
  readonly code: (word: string) => number | undefined;
}

export function assignRows(context: AssignContext): AssignRows {
  const out: AssignRows = { assign: [], segments: [], gates: [], factors: [], caps: [], curves: [], needs: new Map(), missing: new Map(), tooLarge: [] };
  const sets = { curves: numbered(), gates: numbered(), factors: numbered() };
  for (const plan of context.catalogue.plans) {
    const entries = context.catalogue.components.filter((c) => c.plan === plan.plan);
    for (const [person, stints] of plan.members) {
      const eligible = merged(stints);
      const incentives = new Map<number, Ratio>();
      for (const entry of entries) for (const step of entry.window.steps) {
        if (!eligible.some((on) => overlapDays(on, { from: Math.max(step.label.from, plan.spec.effective.from), to: step.soFar }) > 0)) continue;
        const place = basePlace(plan.spec, person, eligible, step, context.catalogue.people, roundingsOf(plan.spec, entry.spec.round));
        withTerms(out, plan.spec, person, () => {
          const incentive = assignOne(entry, entries, plan.spec, person, step, place, context, out, sets);
          if (entry.parent === null) incentives.set(step.period, add(incentives.get(step.period) ?? ZERO, incentive ?? ZERO));
        });
      }
      withTerms(out, plan.spec, person, () => planCaps(plan, person, eligible, incentives, entries, context, out));
    }
  }
  return out;
}

/** A term without a value stops this payee's row, and is told once for all payees. */
function withTerms(out: AssignRows, plan: Plan, person: Person, body: () => void): void {
  try { body(); } catch (error) {
    if (error instanceof TooLarge) { out.tooLarge.push({ plan, person, number: error.number }); return; }
    if (!(error instanceof NoValue)) throw error;
    const key = `${plan.plan}|${plan.effective.from}|${error.term}`;
    out.missing.set(key, (out.missing.get(key) ?? new Set()).add(person.id));
  }
}

function basePlace(plan: Plan, person: Person, eligible: readonly Span[], step: WindowStep, people: Place['people'], round: Roundings): Place {
  return { plan, person, people, eligible, round, window: { from: step.from, to: step.soFar, cut: step.soFar }, day: Math.min(step.label.to, step.soFar) - 1 };
}

function assignOne(entry: ComponentEntry, entries: readonly ComponentEntry[], plan: Plan, person: Person, step: WindowStep, place: Place, context: AssignContext, out: AssignRows, sets: Sets): Ratio | null {
  const { spec } = entry;
  const over = { from: step.from, soFar: step.soFar, to: step.to, periods: step.targetPeriods };
  const incentive = incentiveOf(entry, entries, plan, place, over);
  const target = spec.kind === 'leaf' && spec.target !== undefined ? targetOf(entry, plan, place, over) : null;
  let curve: number | null = null, unit: Ratio = ONE;
  if (spec.kind === 'leaf' && spec.pay !== undefined) {
    const made = payeeCurve(spec, entry.shape, place, { target, incentive, code: context.code, round: place.round });
    unit = made.unit;
    curve = curveNumber(made.pieces, out, sets);
  }
  const gateSet = spec.gates.length === 0 ? null : gateNumber(spec.gates, entry, plan, place, context, out, sets);
  const factorSet = spec.multiply.length === 0 ? null : factorNumber(spec.multiply, entry, plan, place, context, out, sets);
  const cap = spec.caps.map((c) => limitOf(c, plan, place, incentive)).reduce<Ratio | null>((a, b) => (a === null ? b : b === null ? a : min(a, b)), null);
  const floor = spec.floor === undefined ? null : limitOf(spec.floor, plan, place, incentive);
  out.assign.push([0, 0, entry.component, person.payee, step.period, step.cycle,
    ...pair(target), ...pair(unit), ...pair(incentive ?? ZERO), curve, gateSet, factorSet, ...pair(cap), ...pair(floor)]);
  return incentive;
}

type Over = { readonly from: number; readonly soFar: number; readonly to: number; readonly periods: readonly Span[] };

/** In minor units: a component's own incentive, else its weight (and that of its groups) of the plan's. */
function incentiveOf(entry: ComponentEntry, entries: readonly ComponentEntry[], plan: Plan, place: Place, over: Over): Ratio | null {
  let weight = ONE;
  for (let at: ComponentEntry | undefined = entry; at !== undefined; at = entries.find((e) => e.component === at?.parent)) {
    const own = at.spec.incentive;
    if (own !== undefined) return finished(numberOver(own, place, over), weight, plan, place);
    if (at.spec.weight !== undefined) weight = multiply(weight, numberAt(at.spec.weight, place) ?? ZERO);
  }
  return plan.incentive === undefined ? null : finished(numberOver(plan.incentive, place, over), weight, plan, place);
}
function finished(amount: Ratio | null, weight: Ratio, plan: Plan, place: Place): Ratio | null {
  if (amount === null) return null;
  return inMinor(rounded(multiply(amount, weight), place.round.incentive), plan.currency);
}

/** In units of the measure: minor units where it is money. */
function targetOf(entry: ComponentEntry, plan: Plan, place: Place, over: Over): Ratio | null {
  assert(entry.spec.kind === 'leaf' && entry.spec.target !== undefined, 'a target is there');
  const target = numberOver(entry.spec.target, place, over);
  if (target === null) return null;
  const exact = rounded(target, place.round.target);
  return isMoney(entry.spec.measure) ? inMinor(exact, plan.currency) : exact;
}
const isMoney = (m: Measure | undefined): boolean => m?.type.kind === 'money';

function limitOf(limit: Limit, plan: Plan, place: Place, incentive: Ratio | null): Ratio | null {
  const amount = numberAt(limit.amount, place);
  if (amount === null) return null;
  return limit.kind === 'share' ? multiply(amount, incentive ?? ZERO) : inMinor(amount, plan.currency);
}

// ---- what is kept once ----

interface Numbered { of(key: string, make: (number: number) => void): number }
interface Sets { readonly curves: Numbered; readonly gates: Numbered; readonly factors: Numbered }
function numbered(): Numbered {
  const known = new Map<string, number>();
  return {
    of(key, make) {
      const found = known.get(key);
      if (found !== undefined) return found;
      const number = known.size;
      known.set(key, number);
      make(number);
      return number;
    },
  };
}

function curveNumber(made: readonly Piece[], out: AssignRows, sets: Sets): number {
  const edge = (e: Piece['low']): string => (e === null ? '' : `${e.over ? '>' : ''}${e.at.n}/${e.at.d}`);
  const key = made.map((p) => `${edge(p.low)} ${edge(p.high)} ${p.a} ${p.b} ${p.c}`).join(';');
  return sets.curves.of(key, (curve) => {
    out.curves[curve] = [...made];
    made.forEach((p, segment) => out.segments.push([0, curve, segment, ...pair(p.low?.at ?? null), p.low?.over ?? false, ...pair(p.high?.at ?? null), p.high?.over ?? false, fitting(p.a), fitting(p.b), fitting(p.c)]));
  });
}

const OPS = ['=', '<>', '<', '<=', '>', '>='] as const;

function gateNumber(gates: readonly Gate[], entry: ComponentEntry, plan: Plan, place: Place, context: AssignContext, out: AssignRows, sets: Sets): number {
  const rows: Cell[][] = [];
  gates.forEach((gate, slot) => {
    const share = gate.otherwise.kind === 'hold' ? ZERO : asRatio(valueAt(gate.otherwise.kind === 'share' ? gate.otherwise.of : gate.otherwise.share, place)) ?? ZERO;
    gate.require.forEach((test, i) => {
      const value = test.left.kind === 'measure' ? context.gathered.valueOf(plan, test.left.measure) : undefined;
      if (value !== undefined) need(entry, value, out);
      const money = test.left.kind === 'measure' ? isMoney(test.left.measure) : test.left.kind === 'value' && entry.spec.kind === 'leaf' && isMoney(entry.spec.measure);
      const threshold = asRatio(valueAt(test.right, place)) ?? ZERO;
      rows.push([slot, i, { measure: 0, attainment: 1, value: 2 }[test.left.kind], ...valueCells(value), OPS.indexOf(test.op),
        ...pair(money ? inMinor(threshold, plan.currency) : threshold), { share: 0, at_most: 1, hold: 2 }[gate.otherwise.kind], ...pair(share)]);
    });
  });
  return sets.gates.of(rows.map((r) => r.join()).join(';'), (set) => { for (const r of rows) out.gates.push([0, set, ...r]); });
}

function factorNumber(factors: readonly Factor[], entry: ComponentEntry, plan: Plan, place: Place, context: AssignContext, out: AssignRows, sets: Sets): number {
  const rows = factors.map(({ factor }, slot): Cell[] => {
    const reading = factor.kind === 'table' ? readingOf(factor.table, plan) : undefined;
    const leaf = entry.spec.kind === 'leaf' ? entry.spec : undefined;
    if (factor.kind === 'formula' || reading === undefined || reading.reads === READS.nothing) {
      const y = numberAt(factor, place);
      return [slot, curveNumber(y === null ? [] : constantPiece(y), out, sets), READS.nothing, ...valueCells(undefined), false];
    }
    const value = reading.measure === undefined ? undefined : context.gathered.valueOf(plan, reading.measure);
    if (value !== undefined) need(entry, value, out);
    const made = pieces(factor.table, { keyScale: keyScale(factor.table, reading, leaf, plan), code: context.code, timesReading: false, cell: (t) => asRatio(valueAt(t, place)) ?? ZERO });
    return [slot, curveNumber(made, out, sets), reading.reads, ...valueCells(value), factor.table.kind === 'marginal'];
  });
  return sets.factors.of(rows.map((r) => r.join()).join(';'), (set) => { for (const r of rows) out.factors.push([0, set, ...r]); });
}

function need(entry: ComponentEntry, value: MeasureValue, out: AssignRows): void {
  const set = out.needs.get(entry.component) ?? new Set();
  set.add(value.measure.index);
  if (value.over !== undefined) set.add(value.over.index);
  out.needs.set(entry.component, set);
}
export function valueCells(value: MeasureValue | undefined): Cell[] {
  return value === undefined ? [null, null, 1n, 1n] : [value.measure.index, value.over?.index ?? null, value.mul, value.div];
}

/** The plan's cap in whole minor units, for each of the plan's periods. */
function planCaps(plan: PlanEntry, person: Person, eligible: readonly Span[], incentives: ReadonlyMap<number, Ratio>, entries: readonly ComponentEntry[], context: AssignContext, out: AssignRows): void {
  const { cap } = plan.spec;
  if (cap === undefined) return;
  const steps = new Map(entries.filter((e) => e.parent === null).flatMap((e) => e.window.steps.map((s) => [s.period, s] as const)));
  for (const [period, step] of steps) {
    const incentive = incentives.get(period);
    if (incentive === undefined) continue;
    const place = placeAt(basePlace(plan.spec, person, eligible, step, context.catalogue.people, plan.spec.round), step.label);
    const limit = limitOf(cap, plan.spec, place, incentive);
    if (limit !== null) out.caps.push([0, plan.plan, person.payee, period, divideRounded(limit.n, limit.d, 'half_away')]);
  }
}

/** Stints of a payee on the plan as stretches of days without a break. */
export function merged(stints: readonly Stint[]): Span[] {
  const out: { from: number; to: number }[] = [];
  for (const s of stints) {
    const last = out.at(-1);
    if (last !== undefined && last.to === s.from) last.to = s.to;
    else out.push({ from: s.from, to: s.to });
  }
  return out;
}

const LARGEST = 2n ** 63n - 1n;
/** A number of a plan that no column holds. The caller says where it came from. */
class TooLarge extends Error {
  readonly number: Ratio;
  constructor(number: Ratio) { super('too large'); this.number = number; }
}
/** A whole number that a column of 64 bits holds. */
function fitting(n: bigint): bigint {
  if (n > LARGEST || n < -LARGEST) throw new TooLarge({ n, d: 1n });
  return n;
}
/** A pair of cells. */
function pair(r: Ratio | null): [Cell, Cell] {
  if (r === null) return [null, null];
  if (r.n > LARGEST || r.n < -LARGEST || r.d > LARGEST) throw new TooLarge(r);
  return [r.n, r.d];
}
