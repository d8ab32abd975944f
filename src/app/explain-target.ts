/** The target, and how it came about: which values with a unit of time it is made of, and for how many days. */
import type { TimeUnit, Type, Typed } from '../plan/formula.ts';
import type { Num } from '../plan/plan.ts';
import { formulaWords, spaced } from '../plan/words-formula.ts';
import { describeTable } from '../plan/words-table.ts';
import { rowAt as personRowAt } from '../stage/people.ts';
import { asRatio, bareParts, numberAt, placeAt, shareOfDays, valueAt } from '../stage/terms.ts';
import { toMinor } from '../value/money.ts';
import { type Day, formatDay, parseDay } from '../value/period.ts';
import { add, compare, equal, multiply, ONE, ratio, type Ratio, subtract, ZERO } from '../value/rate.ts';
import { type Place, rowAt, termPlace } from './explain-place.ts';
import type { Step } from './explanation.ts';
import { pairIn } from './explain-rows.ts';
import { writtenNumber } from './explain-values.ts';
import { bareValue, plainNumber, plainValue, spanWords, valueShown } from './explain-words.ts';

export function targetSteps(place: Place): Step[] {
  const { spec } = place.entry;
  if (spec.kind !== 'leaf' || spec.target === undefined || spec.measure === undefined) return [];
  const target = pairIn(rowAt(place, 'attainment'), 'target'), { type } = spec.measure;
  if (target === undefined) return [{ step: 'target', text: 'There is no target for you here.', numbers: {} }];
  const terms = spec.target.kind === 'formula' ? timedTerms(spec.target.formula, place) : [];
  const made = overWindow(place, spec.target), minor = (r: Ratio): Ratio => (type.kind === 'money' ? toMinor(r, place.currency) : r), plain = (r: Ratio): string => plainValue(minor(r), type, place.currency);
  const own = pairIn(rowAt(place, 'assign'), 'target') ?? target, carried = subtract(target, own);
  const rows = [...made.rows, ...(carried.n === 0n ? [] : [{ carried: 'yes', part: plainValue(carried, type, place.currency) }])];
  const rounding = place.plan.spec.round.target ?? spec.round.target, exact = minor(made.total);
  const shown = valueShown(target, type, place.currency);
  const numbers = { target: plainValue(target, type, place.currency), ...(equal(exact, own) || rounding === undefined ? {} : { exact: plain(made.total), unit: plain(rounding.unit), mode: rounding.mode }) };
  const more = `${periodsWords(made, type, place)}${carried.n === 0n ? '' : ` ${valueShown(carried, type, place.currency)} of it is what was missing before.`}`;
  if (terms.length === 0) return [{ step: 'target', text: `The target is ${shown}.${more}`, numbers, rows }];
  const whole = { from: place.step.from, to: place.step.to };
  const bare = spec.target.kind === 'formula' && spec.target.formula.kind === 'name';
  const formula = bare ? '' : ` It is ${numText(spec.target)}.`;
  const because = terms.map((t) => valuesWords(t, place)).join(' ');
  return [{ step: 'target', text: `Your target ${spanWords(whole)} is ${shown}.${formula} ${because}${sinceWords(made, place)}${daysWords(place)}${more}`, numbers, rows }];
}
/** " There is a value from 2026-03-29 on only.": where the first dated row of a term begins within the window. */
function sinceWords({ rows: [first] }: OverWindow, place: Place): string {
  const from = first?.['from'], known = from === undefined ? undefined : parseDay(from);
  if (first?.['days'] === undefined || known === undefined || known <= place.step.from) return '';
  const before = shareOfDays(termPlace(place, place.step.from), { from: place.step.from, to: known });
  return before.n === 0n ? '' : ` There is a value from ${from} on only.`;
}

/** A number over the window of the target, in units of the currency: what it is the sum of. */
export interface OverWindow { readonly total: Ratio; readonly rows: readonly Readonly<Record<string, string>>[]; readonly parts: readonly Ratio[] }

/** A term or literal with a unit of time by stretches of days; anything else period by period, as its formula is read there. */
export function overWindow(place: Place, num: Num): OverWindow {
  const { step } = place, at = termPlace(place), whole = placeAt(at, { from: step.from, to: step.to, cut: step.soFar }), bare = bareParts(num, whole);
  const day = (d: Day): string => formatDay(d), { part: round } = at.round;
  if (bare !== undefined) return { total: bare.reduce((n, t) => add(n, t.part), ZERO), parts: [], rows: bare.map((t) => ({ from: day(t.span.from), to: day(t.span.to - 1), value: plainNumber(t.value), units: plainNumber(t.units), days: plainNumber(t.days), ...(round === undefined ? {} : { unit: plainNumber(round.unit), mode: round.mode }), part: plainNumber(t.part) })) };
  const parts = step.targetPeriods.map((span) => {
    const terms = placeAt(at, span), { formula, inputs } = writtenNumber({ ...place, terms }, num, new Map()), part = numberAt(num, terms) ?? ZERO;
    return { part, row: { from: day(span.from), to: day(span.to - 1), formula, ...Object.fromEntries(Object.values(inputs).map((v) => [`[${v.name}]`, v.value ?? ''])), part: plainNumber(part) } };
  });
  return { total: parts.reduce((n, p) => add(n, p.part), ZERO), parts: parts.map((p) => p.part), rows: parts.map((p) => p.row) };
}
/** " Period by period that is 50.00 + 75.00." */
function periodsWords({ parts }: OverWindow, type: Type, place: Place): string {
  if (parts.length < 2 || parts.length > 12 || parts.every((p) => equal(p, parts[0] ?? p))) return '';
  return ` Period by period that is ${parts.map((p) => bareValue(type.kind === 'money' ? toMinor(p, place.currency) : p, type, place.currency)).join(' + ')}.`;
}

export function numText(number: Num): string {
  return number.kind === 'formula' ? formulaWords(number.formula) : describeTable(number.table, 'weight', 'the whole');
}

interface TimedTerm { readonly name: string; readonly every: TimeUnit; readonly node: Typed }

/** Terms of the formula that have a unit of time, each once. */
function timedTerms(formula: Typed, place: Place): TimedTerm[] {
  const found = new Map<string, TimedTerm>();
  const visit = (f: Typed): void => {
    if (f.kind === 'name' && f.ref.kind === 'term') {
      const name = f.ref.term, every = place.plan.spec.terms.find((t) => t.name === name)?.every;
      if (every !== undefined) found.set(name, { name, every, node: f });
    }
    if (f.kind === 'op' || f.kind === 'call') f.args.forEach(visit);
  };
  visit(formula);
  return [...found.values()];
}

/** "Your quota is 700,000.00 USD a year." with the days on which it changed. */
function valuesWords(term: TimedTerm, place: Place): string {
  const { step, person } = place;
  const spec = place.plan.spec.terms.find((t) => t.name === term.name);
  const days = [step.from, ...changes(place).filter((day) => day > step.from && day < step.soFar)];
  const values: { readonly from: Day; readonly value: Ratio | null }[] = [];
  for (const day of days) {
    const value = asRatio(valueAt({ kind: 'call', name: 'yearly', args: [term.node], type: term.node.type, at: term.node.at }, termPlace(place, day)));
    const last = values.at(-1);
    if (last === undefined || (last.value === null) !== (value === null) || (last.value !== null && value !== null && !equal(last.value, value))) values.push({ from: day, value });
  }
  const shown = (v: Ratio | null): string => (v === null ? 'nothing' : spec?.type === 'money' ? valueShown(toMinor(v, place.currency), { kind: 'money' }, place.currency) : valueShown(v, term.node.type, place.currency));
  const [first, ...later] = values;
  const whose = person.rows.some((r) => r.values.get(term.name) !== undefined && r.values.get(term.name) !== null) ? 'Your' : 'The';
  return `${whose} ${spaced(term.name)} is ${shown(first?.value ?? null)} a ${term.every}${later.map((v) => `, from ${formatDay(v.from)} on ${shown(v.value)}`).join('')}.`;
}

/** Days on which something changed for the payee, or for his role. */
function changes(place: Place): Day[] {
  const { person, calculation, step } = place;
  const role = personRowAt(person, Math.min(step.label.to, step.soFar) - 1).values.get('role');
  const rows = [...person.rows, ...(typeof role === 'string' ? calculation.catalogue.people.roles.get(role) ?? [] : [])];
  return [...new Set(rows.flatMap((r) => (r.from === null ? [] : [r.from])))].sort((a, b) => a - b);
}

function daysWords(place: Place): string {
  const { step } = place, days = step.to - step.from;
  if (place.plan.spec.prorate === 'none') return '';
  const share = shareOfDays(termPlace(place, step.from), { from: step.from, to: step.to });
  if (compare(share, ONE) >= 0) return '';
  const on = multiply(share, ratio(BigInt(days)));
  return ` You are on the plan on ${on.n / on.d} of these ${days} days.`;
}
