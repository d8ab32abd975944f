/** Formulas: tree → value. A blank makes arithmetic blank and comparisons no (language.md section 5). */
import type { Ratio } from '../../src/value/rate.ts';
import { abs, add, divide, max, min, multiply, ratio, roundTo, subtract } from '../../src/value/rate.ts';
import { addMonths, dayOf, monthsBetween, parseDay, partsOf, weekdayOf } from '../../src/value/period.ts';
import type { Day } from '../../src/value/period.ts';
import { must } from '../../src/value/diagnostic.ts';
import { FUNCTIONS } from './formula.ts';
import type { Formula, TimeUnit } from './formula.ts';
import { Bad, isBlank, isDay, isList, isRatio, orderOf, sameValue, shown } from './value.ts';
import type { Value } from './value.ts';

/** What names mean where the formula stands. */
export interface Names {
  get(name: string): Value;
  /** `margin_floor(line)` */
  table(name: string, args: readonly Value[]): Value;
  /** `20_000 a year`: the share for the window at hand */
  share(value: Ratio, unit: TimeUnit): Value;
  /** `yearly(quota)`: the undivided value on the day */
  yearly(term: string): Value;
}

export function evaluate(formula: Formula, names: Names): Value {
  switch (formula.kind) {
    case 'literal': return formula.value;
    case 'name': return names.get(formula.name);
    case 'per': return names.share(formula.value, formula.unit);
    case 'not': return !holds(formula.of, names);
    case 'in': {
      const value = evaluate(formula.of, names);
      const among = 'kind' in formula.among ? evaluate(formula.among, names) : formula.among.map((f) => evaluate(f, names));
      return isList(among) && among.some((v) => sameValue(value, v));
    }
    case 'call': return call(formula.name, formula.args, names);
    case 'operation': return operation(formula.op, formula.left, formula.right, names);
  }
}

/** Does the condition hold? A blank does not. */
export function holds(formula: Formula, names: Names): boolean {
  return evaluate(formula, names) === true;
}

function operation(op: string, left: Formula, right: Formula, names: Names): Value {
  if (op === 'and') return holds(left, names) && holds(right, names);
  if (op === 'or') return holds(left, names) || holds(right, names);
  const a = evaluate(left, names), b = evaluate(right, names);
  // nothing is the same as what is missing, and nothing differs from it
  if (op === '=' || op === '<>') return a !== null && b !== null && sameValue(a, b) === (op === '=');
  if (['<', '>', '<=', '>='].includes(op)) return compared(op, orderOf(a, b));
  if (a === null || b === null) return null;
  if (op === '&') return shown(a) + shown(b);
  if (isDay(a)) return onDays(op, a.day, b);
  if (!isRatio(a) || !isRatio(b)) throw new Bad(`${shown(a)} ${op} ${shown(b)} cannot be calculated`);
  switch (op) {
    case '+': return add(a, b);
    case '-': return subtract(a, b);
    case '*': return multiply(a, b);
    default: return b.n === 0n ? null : divide(a, b);
  }
}

function compared(op: string, order: number | undefined): boolean {
  if (order === undefined) return false;
  return op === '<' ? order < 0 : op === '>' ? order > 0 : op === '<=' ? order <= 0 : order >= 0;
}

/** `date - date` is days; a date and a number of days is a date. */
function onDays(op: string, day: Day, b: Value): Value {
  if (op === '-' && isDay(b)) return whole(day - b.day);
  const days = wholePart(b);
  if (op === '+') return { day: day + days };
  if (op === '-') return { day: day - days };
  throw new Bad(`a date cannot be used with ${op}`);
}

function call(name: string, args: readonly Formula[], names: Names): Value {
  const at = (i: number): Value => { const arg = args[i]; return arg === undefined ? null : evaluate(arg, names); };
  switch (name) {
    case 'if': return holds(must(args[0]), names) ? at(1) : at(2);
    case 'yearly': {
      const [term] = args;
      if (term?.kind !== 'name') throw new Bad('yearly( ) takes the name of a term');
      return names.yearly(term.name);
    }
    case 'ifblank': { const value = at(0); return isBlank(value) ? at(1) : value; }
    case 'known': return !isBlank(at(0));
    case 'switch': {
      const value = at(0);
      for (let i = 1; i + 1 < args.length; i += 2) if (sameValue(value, at(i))) return at(i + 1);
      return args.length % 2 === 0 ? at(args.length - 1) : null;
    }
    case 'concat': return args.map((_, i) => shown(at(i))).join('');
    default: {
      const values = args.map((_, i) => at(i));
      if (!FUNCTIONS.has(name)) return names.table(name, values);
      return values.includes(null) ? null : plainCall(name, values);
    }
  }
}

/** Functions of values that are all there. */
function plainCall(name: string, values: readonly Value[]): Value {
  const n = (i: number): Ratio => { const v = values[i]; if (!isRatio(v)) throw new Bad(`${name}( ) takes numbers`); return v; };
  const d = (i: number): Day => { const v = values[i]; if (!isDay(v)) throw new Bad(`${name}( ) takes dates`); return v.day; };
  const t = (i: number): string => { const v = values[i]; if (typeof v !== 'string') throw new Bad(`${name}( ) takes text`); return v; };
  switch (name) {
    case 'min': return isDay(values[0]) ? { day: Math.min(...values.map((_, i) => d(i))) } : values.map((_, i) => n(i)).reduce(min);
    case 'max': return isDay(values[0]) ? { day: Math.max(...values.map((_, i) => d(i))) } : values.map((_, i) => n(i)).reduce(max);
    case 'abs': return abs(n(0));
    case 'round': return n(1).n > 0n ? roundTo(n(0), n(1), 'half_away') : null;
    case 'days': return whole(d(1) - d(0));
    case 'months': return whole(monthsBetween(d(0), d(1)));
    case 'month_number': return monthNumber(d(0), d(1), n(2));
    case 'add_months': return { day: addMonths(d(0), wholePart(n(1))) };
    case 'month_start': { const { year, month } = partsOf(d(0)); return { day: dayOf(year, month, 1) }; }
    case 'day': return whole(partsOf(d(0)).date);
    case 'month': return whole(partsOf(d(0)).month);
    case 'quarter': return whole(Math.ceil(partsOf(d(0)).month / 3));
    case 'year': return whole(partsOf(d(0)).year);
    case 'weekday': return whole(weekdayOf(d(0)));
    case 'lower': return t(0).toLowerCase();
    case 'upper': return t(0).toUpperCase();
    case 'left': return [...t(0)].slice(0, wholePart(n(1))).join('');
    case 'date': { const day = parseDay(t(0)); return day === undefined ? null : { day }; }
    case 'count': { const list = must(values[0]); return whole(isList(list) ? list.length : 1); }
    default: throw new Bad(`there is no function ${name}`);
  }
}

/** 1 in the month of the start; a start after the cutoff day counts from the month after. */
function monthNumber(start: Day, day: Day, cutoff: Ratio): Ratio {
  const from = partsOf(start), to = partsOf(day);
  const late = orderOf(whole(from.date), cutoff) === 1 ? 1 : 0;
  return whole(to.year * 12 + to.month - (from.year * 12 + from.month + late) + 1);
}

function whole(n: number): Ratio {
  return ratio(BigInt(n));
}
/** Toward zero: of days, months and letters only. */
function wholePart(value: Value): number {
  if (!isRatio(value)) throw new Bad(`${shown(value)} is not a number of days, months or letters`);
  return Number(value.n / value.d);
}
