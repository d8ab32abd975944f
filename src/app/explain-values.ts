/** What a component looks at, as data: sums of lists, quotients, arithmetic of them, places among others, and the formulas that read results. */
import { compileFormula, isDay, isRatio, type Value } from '../plan/evaluate.ts';
import type { Ref, Type, Typed } from '../plan/formula.ts';
import type { Measure, Num } from '../plan/plan.ts';
import { formulaWords, spaced } from '../plan/words-formula.ts';
import { HELD } from '../stage/attainment.ts';
import type { Figure } from '../stage/figures.ts';
import type { LinearMeasure, MeasureValue } from '../stage/gather.ts';
import { isKnownBefore, namesOf } from '../stage/reads.ts';
import { KEPT } from '../stage/looks.ts';
import { cellsOf, readTable } from '../stage/tables.ts';
import { valueAt } from '../stage/terms.ts';
import { formatDay, parseDay } from '../value/period.ts';
import { parseRatio, ratio, type Ratio } from '../value/rate.ts';
import { idOfList, nameOf } from './explain-facts.ts';
import { measureName } from './explain-measure.ts';
import { inUnits, lookOf, type Place, resultsAt, rowAt, termPlace } from './explain-place.ts';
import { pairIn, smallOrNull } from './explain-rows.ts';
import { plainNumber, plainValue } from './explain-words.ts';
import type { ExplainedValue, RoledValue, Written } from './explanation.ts';

export function explainedValues(place: Place): RoledValue[] {
  return place.looked.map(({ role, value, measure }) => ({ role, value: explainedValue(place, value, measure) }));
}

export function explainedValue(place: Place, value: MeasureValue, measure: Measure): ExplainedValue {
  const found = lookOf(place, value), { type } = measure;
  const head = { name: measure.name, title: measureName(place, measure, false), type: type.kind, value: found === undefined ? null : shownValue(place, found, type) };
  const list = (sum: LinearMeasure): string => idOfList(sum.index, place.subjectOf(value) ?? 0, place.person);
  switch (value.kind) {
    // what was divided on the way is carried in small parts, and read to so much
    case 'simple': return value.over === undefined ? { ...head, kind: 'sum', list: list(value.measure), ...(value.measure.carried && { read_to: plainValue(ratio(1n, KEPT), type, place.currency) }) } : { ...head, kind: 'quotient', above: list(value.measure), below: list(value.over) };
    case 'formula': return { ...head, kind: 'formula', ...writtenFormula(place, value.formula, value.inputs) };
    case 'sample': return { ...head, kind: 'sample', least: plainNumber(value.least), of: explainedValue(place, value.of, measure), otherwise: explainedValue(place, value.otherwise, measure.kind === 'ratio' ? measure.otherwise ?? value.otherwise.measureOf : value.otherwise.measureOf) };
    case 'rank': return { ...head, kind: 'rank', of: explainedValue(place, value.of, measure.kind === 'rank' ? measure.of : value.of.measureOf), among: place.peers(value.index).map((p) => ({ payee: nameOf(p.person), value: p.value === undefined ? '0' : plainValue(p.value, measure.kind === 'rank' ? measure.of.type : type, place.currency), place: String(p.place) })) };
  }
}
/** Words, days and yes/no are kept as numbers. */
function shownValue(place: Place, value: Ratio, type: Type): string {
  switch (type.kind) {
    case 'text': case 'payee': case 'entity': return place.context.sums.word(Number.parseInt(value.n.toString(), 10)) ?? 'blank';
    case 'yes_no': return value.n === 1n ? 'yes' : 'no';
    case 'date': return formatDay(Number.parseInt(value.n.toString(), 10));
    default: return plainValue(value, type, place.currency);
  }
}

/** The formula of a figure, with what it reads. */
export function writtenFigure(place: Place, figure: Figure): Written {
  const { what } = figure;
  return what.kind === 'number' ? writtenNumber(place, what.number, figure.values) : writtenFormula(place, what.formula, figure.values);
}
export function writtenNumber(place: Place, number: Num, values: ReadonlyMap<string, MeasureValue>): Written {
  if (number.kind === 'formula') return writtenFormula(place, number.formula, values);
  const inputs: Record<string, ExplainedValue> = {}, type = cellsOf(number.table)[0]?.type ?? { kind: 'number' };
  const typed: Typed = { kind: 'read', name: 'the table', table: number.table, type, at: NOWHERE };
  return { formula: written(typed, inputs, { place, values }), inputs };
}
/** In the notation of plans; what is read stands in brackets. Parts that are known without facts are one input each. */
export function writtenFormula(place: Place, formula: Typed, values: ReadonlyMap<string, MeasureValue>, row?: RowOf): Written {
  const inputs: Record<string, ExplainedValue> = {};
  return { formula: written(formula, inputs, { place, values, ...(row !== undefined && { row }) }), inputs };
}
/** A row of a reference: its own fields and measures. */
export interface RowOf { readonly field: (path: readonly string[], type: Type) => Value; readonly value: (value: MeasureValue, name: string) => ExplainedValue }

/** Functions that are written out; others of what is known without facts are one input. */
const PLAIN_CALLS: ReadonlySet<string> = new Set(['min', 'max', 'abs', 'if', 'ifblank', 'known', 'round']);

interface Reading { readonly place: Place; readonly values: ReadonlyMap<string, MeasureValue>; readonly row?: RowOf }

function written(f: Typed, inputs: Record<string, ExplainedValue>, reading: Reading): string {
  const put = (name: string, value: ExplainedValue): string => { inputs[name] = value; return `[${name}]`; };
  const known = (value: Value, name = formulaWords(f)): string => put(name, { kind: 'known', name, title: name, type: f.type.kind, value: valueText(value) });
  const go = (x: Typed): string => written(x, inputs, reading);
  if (f.kind === 'call' && !PLAIN_CALLS.has(f.name) && isKnownBefore(f)) return known(valueOf(f, reading));
  switch (f.kind) {
    case 'number': return plainNumber(f.value);
    case 'date': return formatDay(f.day);
    case 'text': return `"${f.value}"`;
    case 'yes_no': return f.value ? 'yes' : 'no';
    case 'per': return known(valueOf(f, reading));
    case 'read': {
      for (const part of namesOf({ kind: 'table', table: f.table })) if (!isKnownBefore(part)) go(part);
      return known(valueOf(f, reading));
    }
    case 'name': {
      const value = f.ref.kind === 'measure' ? reading.values.get(f.ref.measure) : undefined;
      return value === undefined ? known(valueOf(f, reading)) : put(spaced(f.name), reading.row === undefined ? explainedValue(reading.place, value, value.measureOf) : reading.row.value(value, f.name));
    }
    case 'call': return `${f.name}(${f.args.map(go).join(', ')})`;
    case 'op': {
      const [a = '', b = '', c = ''] = f.args.map((x) => (x.kind === 'op' ? `(${go(x)})` : go(x)));
      if (f.op === 'negate') return `-${a}`;
      if (f.op === 'not') return `not ${a}`;
      if (f.op === 'between') return `${a} >= ${b} and ${a} <= ${c}`;
      if (f.op === 'in') return f.args.slice(1).map((x) => `${a} = ${go(x)}`).join(' or ');
      return `${a} ${f.op} ${b}`;
    }
  }
}

const NOWHERE = Object.freeze({ start: 0, end: 0 });
function valueText(value: Value): string | null {
  if (value === null) return null;
  if (isRatio(value)) return plainNumber(value);
  return isDay(value) ? formatDay(value.day) : typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
}

function valueOf(f: Typed, reading: Reading): Value {
  const { place } = reading;
  const terms = place.terms ?? termPlace(place);
  return compileFormula<null>(f, (ref, name, type) => () => nameValue(ref, name, type, reading), {
    per: (value, every, type) => { const one: Typed = { kind: 'per', value, every, type, at: NOWHERE }; return () => valueAt(one, terms); },
    yearly: (ref, name, type) => { const one: Typed = { kind: 'call', name: 'yearly', args: [{ kind: 'name', ref, name, type, at: NOWHERE }], type, at: NOWHERE }; return () => valueAt(one, terms); },
    table: (table) => () => readTable(table, (t) => valueOf(t, reading)),
  })(null);
}
function nameValue(ref: Ref, name: string, type: Type, { place, values, row: own }: Reading): Value {
  switch (ref.kind) {
    case 'measure': { const value = values.get(ref.measure), found = value === undefined ? undefined : lookOf(place, value); return found === undefined ? null : typedValue(found, type, place); }
    case 'result': return ref.what === 'rate' || ref.what === 'payout' ? given(place, type) : resultOf(place, ref.what);
    case 'component': {
      const other = place.calculation.catalogue.components.find((c) => c.plan === place.entry.plan && c.path.at(-1) === ref.component);
      const row = other === undefined ? undefined : place.rows.of('attainment', other.component, place.step.period)[0];
      if (other?.spec.kind !== 'leaf' || row === undefined) return null;
      const found = ref.what === 'attainment' ? pairIn(row, 'a') : ref.what === 'target' ? pairIn(row, 'target') : row['has_value'] === true ? pairIn(row, 'x') : undefined;
      return found === undefined ? null : ref.what === 'attainment' ? found : inUnits(found, other.spec.measure?.type ?? { kind: 'number' }, place.currency);
    }
    case 'field': return own !== undefined ? own.field(ref.path, type) : place.line === null ? null : place.fieldOf(place.line, ref.path);
    default: return valueAt({ kind: 'name', ref, name, type, at: NOWHERE }, place.terms ?? termPlace(place));
  }
}
function typedValue(found: Ratio, type: Type, place: Place): Value {
  if (type.kind === 'text' || type.kind === 'payee' || type.kind === 'entity') return place.context.sums.word(Number.parseInt(found.n.toString(), 10)) ?? null;
  if (type.kind === 'date') return { day: Number.parseInt(found.n.toString(), 10) };
  return type.kind === 'yes_no' ? found.n === 1n : inUnits(found, type, place.currency);
}
/** What the component's table gave. */
function given(place: Place, type: Type): Value {
  const part = rowAt(place, 'parts'), value = part === undefined || smallOrNull(part, 'held') !== HELD.no ? undefined : pairIn(part, 'value');
  return value === undefined ? null : inUnits(value, type, place.currency);
}
function resultOf(place: Place, what: string): Value {
  const { spec } = place.entry, { x, attained, target } = resultsAt(place), type: Type = (spec.kind === 'leaf' ? spec.measure?.type : undefined) ?? { kind: 'number' };
  const units = (value: Ratio | undefined, of: Type): Value => (value === undefined ? null : inUnits(value, of, place.currency));
  switch (what) {
    case 'attainment': return attained ?? null;
    case 'value': return units(x, type);
    case 'target': return units(target, type);
    case 'incentive': return units(pairIn(rowAt(place, 'assign'), 'incentive'), { kind: 'money' });
    default: return null;
  }
}

/** A field as it is listed. */
export function parsed(text: string, type: Type): Value {
  switch (type.kind) {
    case 'date': { const day = parseDay(text); return day === undefined ? null : { day }; }
    case 'yes_no': return text === 'yes';
    case 'text': case 'payee': case 'entity': return text;
    default: return parseRatio(text) ?? null;
  }
}
