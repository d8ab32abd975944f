/** The rows of the reference relations: everything that plans say in numbers, and who is on them. */
import type { Value } from '../plan/evaluate.ts';
import type { Typed } from '../plan/formula.ts';
import type { Rounding } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { multiply, powerOfTen, type Ratio, ratio } from '../value/rate.ts';
import { SCALE, SNAP } from './arithmetic.ts';
import { type AssignRows, isPot, missed, ofNobody } from './assign.ts';
import { PAYS_ON } from './attainment.ts';
import type { Catalogue, ComponentEntry } from './catalogue.ts';
import { figuresIn, isMarginal, poolFigures } from './components.ts';
import { CARRY_UNIT, carryUnit } from './curve.ts';
import { rateRows } from './exchange.ts';
import { EARLIER } from './facts.ts';
import { FIGURE } from './figures.ts';
import { HALF_LIFE_PARTS, type MeasureValue, type SpanSpec } from './gather.ts';
import { digitsOf } from './lower.ts';
import { GROUP } from './looks.ts';
import { DAY_BASE, INSTANT_BASE } from './measures.ts';
import { type ParamsOf } from './params.ts';
import { type Personal, personalRows } from './personal.ts';
import { aboveStint } from './people.ts';
import { type Made, sumsOf, valuesIn } from './program.ts';
import * as R from './reference.ts';
import type { ReferenceRows } from './reference.ts';
import { earningReference } from './rounds.ts';
import type { Cell } from './rows.ts';
import { slicesIn, type WindowStep } from './spans.ts';
import { NoValue, type Place, valueAt } from './terms.ts';

export interface RowsContext { readonly personal: Personal; readonly params: ParamsOf; readonly groupKinds: readonly string[]; readonly code: (word: string) => number | undefined }

export function referenceRows(catalogue: Catalogue, rows: AssignRows, made: Made, context: RowsContext): ReferenceRows[] {
  const { spans, gathered } = catalogue;
  const days: Cell[][] = [];
  spans.sliceStarts.forEach((from, slice) => { for (let day = from; day < (spans.sliceStarts[slice + 1] ?? spans.to); day++) days.push([day, slice]); });
  const measures = gathered.measures.flatMap((m) => m.terms.map((t): Cell[] => [0, m.index, made.blockOf(t.column), t.column.index, t.route, t.span, t.coefficient, m.distinct, m.byValue, m.subject !== 'payee']));
  const periods = spans.windows.flatMap((w) => w.steps.map((s): Cell[] => [w.id, s.period, s.from, s.soFar, Math.max(s.from, s.label.from)]));
  const instants = gathered.spans.some((s) => s.spec.kind === 'instant') ? [...new Set(spans.windows.flatMap((w) => w.steps.flatMap((s) => [s.from, s.soFar])))].sort((x, y) => x - y) : [];
  return [
    { schema: R.REF_WORLD, rows: [[0, 0, 0, 0]] },
    { schema: R.REF_DAY, rows: days },
    { schema: R.REF_WINDOW, rows: gathered.spans.flatMap(({ index, spec }) => spans.windows.flatMap((w) => w.steps.flatMap((s) => spanRows(spec, s, catalogue).map(([slice, weight]): Cell[] => [w.id, index, s.period, slice, weight])))) },
    { schema: R.REF_PERIOD, rows: periods },
    { schema: R.REF_INSTANT, rows: instants.map((day): Cell[] => [INSTANT_BASE + day, day]) },
    { schema: R.REF_STINT, rows: [...catalogue.stints.values()].flat().map((s): Cell[] => [0, s.person.payee, s.stint, s.from, s.to]) },
    { schema: R.REF_ROUTE, rows: routeRows(catalogue) },
    { schema: R.REF_AGE, rows: made.halfLives.flatMap((days) => Array.from({ length: 10 * days }, (_, age): Cell[] => [days, age, halved(age, days)])) },
    { schema: R.REF_MEASURE, rows: measures },
    ...needRows(catalogue),
    { schema: R.REF_PERSONAL, rows: personalRows(context.personal, catalogue.stints.values(), catalogue.people, context.code) },
    { schema: R.REF_GROUP, rows: unique(rows.groups) },
    { schema: R.REF_LOOK, rows: looking(catalogue).flatMap((c) => lookRows(c, context)) },
    { schema: R.REF_PARAM, rows: paramRows(rows, context) },
    { schema: R.REF_COMPONENT, rows: looking(catalogue).map((c) => componentRow(c, catalogue)) },
    { schema: R.REF_ASSIGN, rows: rows.assign },
    { schema: R.REF_STRETCH, rows: rows.stretches },
    { schema: R.REF_SEGMENT, rows: rows.segments },
    { schema: R.REF_GATE, rows: rows.gates },
    { schema: R.REF_FACTOR, rows: rows.factors },
    { schema: R.REF_RATE, rows: rateRows(gathered.exchanges, catalogue.currencies, context.code, spans.to) },
    { schema: R.REF_CAP, rows: rows.caps },
    { schema: R.REF_EARNING, rows: earningReference(catalogue, context.code) },
  ];
}
const looking = ({ components, asked }: Catalogue): ComponentEntry[] => [...components, ...asked];
const unique = (rows: readonly Cell[][]): Cell[][] => [...new Map(rows.map((r) => [r.join('|'), r])).values()];

/** Slices, each with its weight, that a measure looks at in a window. */
function spanRows(spec: SpanSpec, step: WindowStep, { spans }: Catalogue): [number, bigint][] {
  const plain = (slices: readonly number[]): [number, bigint][] => slices.map((s) => [s, 1n]);
  switch (spec.kind) {
    case 'window': return plain(slicesIn(spans, step.from, step.soFar));
    case 'look_back': return plain(slicesIn(spans, step.soFar - spec.days, step.soFar));
    case 'before': return plain([EARLIER, ...slicesIn(spans, spans.from, spec.edge === 'start' ? step.from : step.soFar)]);
    case 'instant': return [[INSTANT_BASE + (spec.edge === 'start' ? step.from : step.soFar), 1n]];
    case 'half_life': return Array.from({ length: 10 * spec.days }, (_, age): [number, bigint] => [DAY_BASE + step.soFar - 1 - age, halved(age, spec.days)]);
  }
}

const halves = new Map<string, bigint>();
/** 2^(−age ÷ half-life) in millionths, half up: the w for which (2w − 1)^h · 2^age ≤ (2 · 10^6)^h. */
export function halved(age: number, halfLife: number): bigint {
  const key = `${age}|${halfLife}`, known = halves.get(key);
  if (known !== undefined) return known;
  const h = BigInt(halfLife), most = (2n * HALF_LIFE_PARTS) ** h, half = 2n ** BigInt(age);
  let low = 0n, high = HALF_LIFE_PARTS;
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if ((2n * middle - 1n) ** h * half <= most) low = middle;
    else high = middle - 1n;
  }
  halves.set(key, low);
  return low;
}

function routeRows(catalogue: Catalogue): Cell[][] {
  const out: Cell[][] = [];
  for (const [person, stints] of catalogue.stints) for (const s of stints) {
    out.push([0, 0, person.payee, s.stint, person.payee, s.stint, person.payee, s.stint]);
    for (const route of catalogue.gathered.routes) for (const a of aboveStint(s, route, catalogue)) out.push([0, route.index, person.payee, s.stint, a.subject.person.payee, a.subject.stint, a.via.payee, a.viaStint]);
  }
  return out;
}

/** Which sums are needed for whom, and in which windows. */
function needRows(catalogue: Catalogue): ReferenceRows[] {
  const own: Cell[][] = [], grouped: Cell[][] = [];
  for (const plan of catalogue.plans) {
    const wanted = new Map<string, readonly [number, number]>();
    for (const c of looking(catalogue)) {
      if (c.plan !== plan.plan) continue;
      for (const m of c.looks.flatMap(sumsOf)) {
        const key = `${m.index}|${c.window.id}`;
        if (wanted.has(key)) continue;
        if (m.subject === 'payee') wanted.set(key, [m.index, c.window.id]);
        else if (!grouped.some((r) => r[1] === plan.plan && r[2] === m.index && r[3] === c.window.id)) grouped.push([0, plan.plan, m.index, c.window.id]);
      }
    }
    for (const [person, stints] of plan.counted ?? plan.members) for (const s of stints) for (const [measure, window] of wanted.values()) own.push([0, plan.plan, measure, window, person.payee, s.stint]);
  }
  return [{ schema: R.REF_NEED, rows: own }, { schema: R.REF_NEED_GROUP, rows: grouped }];
}

function lookRows(c: ComponentEntry, context: RowsContext): Cell[][] {
  const values = new Map(c.looks.flatMap(valuesIn).map((v) => [v.index, v]));
  const group = (v: MeasureValue): number => (v.subject === 'payee' ? GROUP.payee : v.subject === 'company' ? GROUP.company : GROUP.first + context.groupKinds.indexOf(v.subject.entity));
  // what is paid line by line is not calculated where there are no lines
  const figures = figuresIn(c.figures), paysLines = c.spec.kind === 'leaf' && c.spec.per !== undefined;
  return [
    ...[...values.values()].map((v): Cell[] => (v.kind === 'simple' ? [0, c.component, v.index, v.measure.index, v.over?.index ?? null, v.mul, v.div, group(v), v.measure.zeroIfNone && !(paysLines && v === c.value), v.measure.carried, v.measure.byValue] : [0, c.component, v.index, null, null, 1n, 1n, group(v), false, false, false])),
    ...[...new Set(figures.map((f) => f.index))].map((index): Cell[] => [0, c.component, FIGURE + index, null, null, 1n, 1n, GROUP.payee, false, false, false]),
  ];
}

/** What is known of each payee and period before the facts are, for the formulas of his components. */
function paramRows(rows: AssignRows, { params, code }: RowsContext): Cell[][] {
  const out: Cell[][] = [];
  if ([...params.slots.values()].every((s) => s.length === 0)) return out;
  for (const { entry, person, step, part, place } of rows.places) {
    const looks = [...new Set([...entry.looks.flatMap(valuesIn).map((v) => v.index), ...figuresIn(entry.figures).map((f) => FIGURE + f.index)])];
    // a pot is nobody's; what it is shared by, and among whom, are numbers of each payee
    const nobody = isPot(entry) ? ofNobody(place) : place, shares = new Set(entry.looks.flatMap(valuesIn).flatMap((v) => (v.subject === 'payee' ? [v.index] : [])));
    for (const f of poolFigures(entry.figures)) shares.add(FIGURE + f.index);
    for (const look of looks) (params.slots.get(look) ?? []).forEach((typed, slot) => {
      const at = shares.has(look) ? place : nobody, value = orBlank(typed, at, (term) => { if (entry.level >= 0) missed(rows, place.plan, person, term); });
      if (value === null) return;
      const minor = typed.type.kind === 'money' ? powerOfTen(digitsOf(place.plan.currency)) : 1n;
      const cells: [bigint, bigint] = typeof value === 'string' ? [BigInt(code(value) ?? -1), 1n] : typeof value === 'boolean' ? [value ? 1n : 0n, 1n] : 'day' in value ? [BigInt(value.day), 1n] : inLowest(value, minor);
      out.push([0, 0, entry.component, look, slot, person.payee, step.period, part, ...cells]);
    });
  }
  return out;
}
/** Where it has no value: of an account or a pod that a measure is asked of, a term has one for payees alone; of a payee that is told. */
function orBlank(typed: Typed, place: Place, tell: (term: string) => void): Value {
  try { return valueAt(typed, place); } catch (error) {
    if (!(error instanceof NoValue)) throw error;
    tell(error.term);
    return null;
  }
}
function inLowest(value: Ratio, by: bigint): [bigint, bigint] {
  const r = multiply(value, ratio(by));
  return [r.n, r.d];
}

function componentRow(c: ComponentEntry, catalogue: Catalogue): Cell[] {
  const plan = catalogue.plans[c.plan]?.spec;
  assert(plan !== undefined, 'the plan of a component is there');
  const { spec } = c, leaf = spec.kind === 'leaf' ? spec : undefined, round = { ...plan.round, ...spec.round };
  const known = (r: Ratio | 'hold' | undefined): [Cell, Cell] => (r === undefined || r === 'hold' ? [null, null] : [r.n, r.d]);
  const minor = ratio(powerOfTen(digitsOf(plan.currency)));
  const money = leaf?.measure?.type.kind === 'money';
  const fieldDivisor = c.value?.kind === 'simple' ? c.value.measure.keyDivisor : 1n;
  const figure = c.figures.reading === undefined ? null : FIGURE + c.figures.reading.index;
  const pays = c.shape.paysOnValue ? (leaf?.of === 'excess' ? PAYS_ON.excess : typeof leaf?.of === 'object' ? PAYS_ON.other : PAYS_ON.value) : PAYS_ON.unit;
  const ranked = [c.value, c.reading].some((v) => v?.kind === 'rank') && leaf?.pay?.number.kind === 'table';
  return [0, c.component, c.plan, c.parent, c.level, c.window.id, c.value?.index ?? null, leaf?.better === 'lower', leaf?.target !== undefined, leaf?.pay !== undefined,
    leaf?.measure !== undefined && (leaf.pay?.form === 'rate' || (leaf.target === undefined && leaf.pay?.form === 'payout')), leaf?.per !== undefined, leaf?.carry === 'shortfall', isPot(c), leaf === undefined ? CARRY_UNIT.none : carryUnit(leaf, c.shape),
    ...known(leaf?.noTarget), ...known(leaf?.missing), c.shape.reads,
    c.reading?.index ?? figure, fieldDivisor, pays, c.base?.index ?? null, ranked,
    ...roundingCells(round.measure, money ? minor : undefined), ...roundingCells(round.attainment), ...roundingCells(c.shape.roundsValue === undefined ? undefined : round[c.shape.roundsValue]),
    ...roundingCells(round.factor), ...tierCells(c, round.tier, plan.currency), ...endCells(round.end, plan.currency)];
}

const MODES = { half_away: 0, down: 1, up: 2 } as const;
function roundingCells(r: Rounding | undefined, scale: Ratio = ratio(1n)): [Cell, Cell, Cell] {
  if (r === undefined) return [null, null, null];
  const unit = multiply(r.unit, scale);
  return [unit.n, unit.d, MODES[r.mode]];
}

/** Each part of a marginal table, rounded: unit at scale and what is added before the cut. */
function tierCells(c: ComponentEntry, r: Rounding | undefined, currency: string): [Cell, Cell] {
  if (r === undefined || !isMarginal(c)) return [null, null];
  const unit = multiply(r.unit, ratio(powerOfTen(digitsOf(currency)) * SCALE));
  assert(unit.d === 1n, 'a unit of rounding is not finer than the scale');
  return [unit.n, addBeforeCut(unit.n, r.mode)];
}
function addBeforeCut(size: bigint, mode: Rounding['mode']): bigint {
  return mode === 'half_away' ? size / 2n + SNAP : mode === 'down' ? SNAP : size - 1n - SNAP;
}

/** The one rounding: unit at scale, unit in minor units, and what is added before the cut (with what may have been lost on the way). */
function endCells(r: Rounding | undefined, currency: string): [Cell, Cell, Cell] {
  const unit = multiply(r?.unit ?? ratio(1n, powerOfTen(digitsOf(currency))), ratio(powerOfTen(digitsOf(currency))));
  assert(unit.d === 1n, 'the end is rounded to whole minor units; resolve checks it');
  const size = unit.n * SCALE;
  return [size, unit.n, addBeforeCut(size, r?.mode ?? 'half_away')];
}

