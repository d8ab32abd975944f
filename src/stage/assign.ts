/**
 * Reference rows of components, payees and periods: targets, incentives, curves, gates, factors and
 * limits as numbers. What is alike is kept once: curves, sets of gates and sets of factors are numbered
 * by content, so that a thousand payees of one plan share one curve.
 */
import type { Factor, Gate, Limit, Measure, Plan, Roundings } from '../plan/plan.ts';
import { assert, must } from '../value/diagnostic.ts';
import { overlapDays, type Span } from '../value/period.ts';
import { add, divideRounded, min, multiply, ONE, ratio, type Ratio, ZERO } from '../value/rate.ts';
import type { Catalogue, ComponentEntry, PlanEntry } from './catalogue.ts';
import { IDENTITY, payeeCurve, READS, readingOf, keyScale } from './curve.ts';
import { FIGURE } from './figures.ts';
import type { Gathered } from './gather.ts';
import { AMONG, GROUP } from './looks.ts';
import { type Person, rowAt, type Stint } from './people.ts';
import type { Cell } from './rows.ts';
import { changedIn, isCut, kindsPaid, partOfStretch, readForEachFact, stretchesOf } from './single-days.ts';
import type { WindowStep } from './spans.ts';
import { constantPiece, innerTable, leafTable, type Piece, pieces } from './tables.ts';
import { asRatio, inMinor, numberAt, numberOver, NoValue, type Place, placeAt, rounded, roundingsOf, valueAt } from './terms.ts';

export interface AssignRows {
  readonly assign: Cell[][];
  readonly segments: Cell[][];
  readonly gates: Cell[][];
  readonly factors: Cell[][];
  readonly caps: Cell[][];
  readonly curves: Piece[][];
  /** which group a payee belongs to, where components look at groups */
  readonly groups: Cell[][];
  /** every row of `assign` with its place, where formulas have parts that are known before the facts are */
  readonly places: { readonly entry: ComponentEntry; readonly person: Person; readonly step: WindowStep; readonly part: number; readonly place: Place }[];
  /** terms without a value → payees that it happens to */
  readonly missing: Map<string, Set<string>>;
  /** which facts an assignment is for, where what they read changes within a window */
  readonly stretches: Cell[][];
  /** what is read for each fact, and changes within a period, where facts are not told apart by their days */
  readonly changing: Map<ComponentEntry, { readonly person: Person; readonly name: string }>;
  readonly tooLarge: { readonly plan: Plan; readonly person: Person; readonly number: Ratio }[];
}

export interface AssignContext {
  readonly catalogue: Omit<Catalogue, 'curves'>;
  readonly gathered: Gathered;
  /** kinds of group that values are of, in order */
  readonly groupKinds: readonly string[];
  readonly code: (word: string) => number | undefined;
}

export function assignRows(context: AssignContext): AssignRows {
  const out: AssignRows = { assign: [], segments: [], gates: [], factors: [], caps: [], curves: [], groups: [], places: [], stretches: [], missing: new Map(), changing: new Map(), tooLarge: [] };
  const sets = { curves: numbered(), gates: numbered(), factors: numbered() };
  for (const plan of context.catalogue.plans) {
    const entries = context.catalogue.components.filter((c) => c.plan === plan.plan), single = new Map(entries.map((e) => [e, readForEachFact(e)]));
    for (const [person, stints] of plan.members) {
      const eligible = merged(stints);
      const incentives = new Map<number, Ratio>();
      for (const entry of entries) for (const step of entry.window.steps) {
        if (!eligible.some((on) => overlapDays(on, { from: Math.max(step.label.from, plan.spec.effective.from), to: step.soFar }) > 0)) continue;
        const place = basePlace(plan.spec, person, eligible, step, context.catalogue.people, roundingsOf(plan.spec, entry.spec.round));
        withTerms(out, plan.spec, person, () => {
          let incentive: Ratio | null = null;
          for (const part of isPot(entry) ? potOf(entry, person, place, context) : partsOf(entry, person, place, context)) {
            const at = part.id === null ? place : { ...place, group: { kind: must(entry.group), id: part.id } };
            const reads = single.get(entry) ?? [], cut = isCut(entry), stretches = stretchesOf(entry, reads, plan, at);
            if (stretches.length > 1 && !cut && !out.changing.has(entry)) out.changing.set(entry, { person, name: changedIn(reads, at, stretches) });
            (cut ? stretches : [{ from: step.from, to: at.day + 1 }]).forEach((stretch, i, all) => {
              // what is in force at the end is the part of the whole
              const own = i === all.length - 1 ? part : { ...part, code: partOfStretch(i) }, day = stretch.to - 1, whose = isPot(entry) ? ofNobody(at) : at;
              incentive = assignOne(entry, entries, plan.spec, person, step, own, whose, { ...whose, day }, context, out, sets);
              if (all.length > 1) for (const kind of kindsPaid(entry, context.catalogue.kinds)) out.stretches.push([0, 0, entry.component, person.payee, step.period, own.code, kind, stretch.from, stretch.to]);
              out.places.push({ entry, person, step, part: own.code, place: { ...at, day } });
              groupRows(entry, plan, person, step, own, at, context, out);
            });
          }
          // what is shown and not paid has no part in what the plan pays at most
          if (entry.parent === null && (entry.spec.kind === 'group' || entry.spec.pay !== undefined)) incentives.set(step.period, add(incentives.get(step.period) ?? ZERO, incentive ?? ZERO));
        });
      }
      withTerms(out, plan.spec, person, () => planCaps(plan, person, eligible, incentives, entries, context, out));
    }
  }
  return out;
}

/** A group that a payee was in during a window, with his share of days; code 0: the component looks at no group. */
interface Part { readonly code: number; readonly id: string | null; readonly days: Ratio }
export const WHOLE: Part = { code: 0, id: null, days: ONE };

/** One pot of the component's group, or of the company: shared by those who are in it on the last day. */
export const isPot = ({ spec }: ComponentEntry): boolean => spec.kind === 'leaf' && spec.pool !== undefined && spec.per === undefined;
function potOf({ group }: ComponentEntry, person: Person, place: Place, context: AssignContext): Part[] {
  if (group === undefined) return [WHOLE];
  const id = rowAt(person, place.day).values.get(group);
  return [typeof id === 'string' ? { code: context.catalogue.people.code(id) ?? -1, id, days: ONE } : { ...WHOLE, days: ZERO }];
}
/** A pot has no payee: terms are what they are for nobody, and nothing is prorated. */
export function ofNobody(place: Place): Place {
  return { ...place, person: { payee: -1, id: '', rows: [], hired: null, left: null }, eligible: [{ from: place.window.from, to: Math.max(place.window.to, place.plan.effective.to) }] };
}

function partsOf(entry: ComponentEntry, person: Person, place: Place, context: AssignContext): Part[] {
  const { group } = entry;
  if (group === undefined) return [WHOLE];
  const { from, to } = place.window, on = place.eligible.map((e) => ({ from: Math.max(e.from, from), to: Math.min(e.to, to) })).filter((e) => e.from < e.to);
  const total = on.reduce((n, e) => n + e.to - e.from, 0);
  const days = new Map<string, number>();
  person.rows.forEach((row, i) => {
    const id = row.values.get(group), span = { from: i === 0 ? from : Math.max(row.from ?? from, from), to: Math.min(person.rows[i + 1]?.from ?? to, to) };
    const in_ = on.reduce((n, e) => n + Math.max(0, overlapDays(e, span)), 0);
    if (typeof id === 'string' && in_ > 0) days.set(id, (days.get(id) ?? 0) + in_);
  });
  // nobody is paid for a group that he is not in, and it says so
  if (days.size === 0) return [{ ...WHOLE, days: ZERO }];
  return [...days].map(([id, n]): Part => {
    const code = context.catalogue.people.code(id);
    return { code: code ?? -1, id, days: rounded(ratio(BigInt(n), BigInt(total)), place.round.days) };
  });
}

/** Which group each value of the component is of: of the kinds that it names, and of those among whom it is ranked. */
export function groupRows(entry: ComponentEntry, plan: PlanEntry, person: Person, step: WindowStep, part: Part, place: Place, context: AssignContext, out: AssignRows): void {
  const { people } = context.catalogue, row = rowAt(person, place.day);
  const add_ = (kind: number, subject: number): void => { out.groups.push([0, plan.plan, entry.window.id, kind, person.payee, step.period, part.code, subject]); };
  context.groupKinds.forEach((kind, i) => {
    const own = row.values.get(kind);
    const code = part.code !== 0 && entry.group === kind ? part.code : typeof own === 'string' ? people.code(own) : undefined;
    if (code !== undefined) add_(GROUP.first + i, code);
  });
  context.gathered.amongs.forEach((field, i) => {
    const own = field === '' ? undefined : row.values.get(field);
    if (own !== undefined && own !== null) add_(AMONG + i, typeof own === 'string' ? people.code(own) ?? -1 : -1);
  });
}

/** A term without a value stops this payee's row, and is told once for all payees. */
function withTerms(out: AssignRows, plan: Plan, person: Person, body: () => void): void {
  try { body(); } catch (error) {
    if (error instanceof TooLarge) { out.tooLarge.push({ plan, person, number: error.number }); return; }
    if (!(error instanceof NoValue)) throw error;
    missed(out, plan, person, error.term);
  }
}
export function missed({ missing }: Pick<AssignRows, 'missing'>, plan: Plan, person: Person, term: string): void {
  const key = `${plan.plan}|${plan.effective.from}|${term}`;
  missing.set(key, (missing.get(key) ?? new Set()).add(person.id));
}

export function basePlace(plan: Plan, person: Person, eligible: readonly Span[], step: WindowStep, people: Place['people'], round: Roundings): Place {
  return { plan, person, people, eligible, round, window: { from: step.from, to: step.soFar, cut: step.soFar }, day: Math.min(step.label.to, step.soFar) - 1 };
}

/** `onDay`: where what is dated is read as of the day of single facts; target and incentive are those of the window. */
function assignOne(entry: ComponentEntry, entries: readonly ComponentEntry[], plan: Plan, person: Person, step: WindowStep, part: Part, place: Place, onDay: Place, context: AssignContext, out: AssignRows, sets: Sets): Ratio | null {
  const { spec } = entry;
  const over = { from: step.from, soFar: step.soFar, to: step.to, periods: step.targetPeriods };
  const incentive = incentiveOf(entry, entries, plan, place, over);
  const target = spec.kind === 'leaf' && spec.target !== undefined ? targetOf(entry, plan, place, over) : null;
  let curve: number | null = null, unit: Ratio = ONE;
  if (spec.kind === 'leaf' && spec.pay !== undefined) {
    const made = payeeCurve(spec, entry.shape, onDay, { target, incentive, code: context.code, round: place.round });
    unit = made.unit;
    curve = curveNumber(made.pieces, out, sets);
  }
  const gateSet = spec.gates.length === 0 ? null : gateNumber(spec.gates, entry, plan, onDay, context, out, sets);
  const factorSet = spec.multiply.length === 0 ? null : factorNumber(spec.multiply, entry, plan, onDay, context, out, sets);
  const cap = spec.caps.map((c) => limitOf(c, plan, onDay, incentive)).reduce<Ratio | null>((a, b) => (a === null ? b : b === null ? a : min(a, b)), null);
  const floor = spec.floor === undefined ? null : limitOf(spec.floor, plan, onDay, incentive);
  out.assign.push([0, 0, entry.component, person.payee, step.period, part.code, step.cycle, ...pair(part.days),
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

/** what a condition looks at */
const LEFT = { measure: 0, attainment: 1, value: 2, figure: 3 } as const;
const OPS = ['=', '<>', '<', '<=', '>', '>='] as const;

function gateNumber(gates: readonly Gate[], entry: ComponentEntry, plan: Plan, place: Place, context: AssignContext, out: AssignRows, sets: Sets): number {
  const rows: Cell[][] = [];
  gates.forEach((gate, slot) => {
    const share = gate.otherwise.kind === 'hold' ? ZERO : asRatio(valueAt(gate.otherwise.kind === 'share' ? gate.otherwise.of : gate.otherwise.share, place)) ?? ZERO;
    const consequence = [{ share: 0, at_most: 1, hold: 2 }[gate.otherwise.kind], ...pair(share)];
    const figure = entry.figures.gates.get(slot);
    if (figure !== undefined) { rows.push([slot, 0, LEFT.figure, FIGURE + figure.index, OPS.indexOf('='), 1n, 1n, ...consequence]); return; }
    gate.require.forEach((test, i) => {
      const value = test.left.kind === 'measure' ? context.gathered.valueOf(plan, test.left.measure) : undefined;
      const money = test.left.kind === 'measure' ? isMoney(test.left.measure) : test.left.kind === 'value' && entry.spec.kind === 'leaf' && isMoney(entry.spec.measure);
      const threshold = asRatio(valueAt(test.right, place)) ?? ZERO;
      rows.push([slot, i, LEFT[test.left.kind], value?.index ?? null, OPS.indexOf(test.op), ...pair(money ? inMinor(threshold, plan.currency) : threshold), ...consequence]);
    });
  });
  return sets.gates.of(rows.map((r) => r.join()).join(';'), (set) => { for (const r of rows) out.gates.push([0, set, ...r]); });
}

function factorNumber(factors: readonly Factor[], entry: ComponentEntry, plan: Plan, place: Place, context: AssignContext, out: AssignRows, sets: Sets): number {
  const rows = factors.map(({ factor }, slot): Cell[] => {
    const leaf = entry.spec.kind === 'leaf' ? entry.spec : undefined, figure = entry.figures.factors.get(slot);
    const reading = factor.kind === 'table' ? readingOf(leafTable(factor.table), plan, leaf) : undefined;
    if (figure !== undefined && figure.what.kind === 'number') return [slot, curveNumber(IDENTITY, out, sets), READS.figure, FIGURE + figure.index, false];
    if (factor.kind === 'formula' || reading === undefined || reading.reads === READS.nothing) {
      const y = numberAt(factor, place);
      return [slot, curveNumber(y === null ? [] : constantPiece(y), out, sets), READS.nothing, null, false];
    }
    const value = reading.measure === undefined ? undefined : context.gathered.valueOf(plan, reading.measure);
    const table = innerTable(factor.table, (t) => valueAt(t, place));
    if (table === undefined) return [slot, curveNumber([], out, sets), READS.nothing, null, false];
    const made = pieces(table, { keyScale: keyScale(table, reading, leaf, plan), code: context.code, cell: (t) => asRatio(valueAt(t, place)) ?? ZERO });
    return [slot, curveNumber(made, out, sets), reading.reads, figure === undefined ? value?.index ?? null : FIGURE + figure.index, table.kind === 'marginal'];
  });
  return sets.factors.of(rows.map((r) => r.join()).join(';'), (set) => { for (const r of rows) out.factors.push([0, set, ...r]); });
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
