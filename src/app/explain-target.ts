/** The target, and how it came about: which values with a unit of time it is made of, and for how many days. */
import type { TimeUnit, Typed } from '../plan/formula.ts';
import { spaced } from '../plan/words-formula.ts';
import { rowAt as personRowAt } from '../stage/people.ts';
import { merged } from '../stage/assign.ts';
import { asRatio, type Place as TermPlace, shareOfDays, valueAt } from '../stage/terms.ts';
import { toMinor } from '../value/money.ts';
import { type Day, formatDay } from '../value/period.ts';
import { compare, equal, multiply, ONE, ratio, type Ratio } from '../value/rate.ts';
import { type Place, rowAt } from './explain-place.ts';
import { numText } from './explain-steps.ts';
import type { Step } from './explanation.ts';
import { pairIn } from './explain-rows.ts';
import { plainValue, spanWords, valueShown } from './explain-words.ts';

export function targetSteps(place: Place): Step[] {
  const { spec } = place.entry;
  if (spec.kind !== 'leaf' || spec.target === undefined || spec.measure === undefined) return [];
  const target = pairIn(rowAt(place, 'attainment'), 'target'), { type } = spec.measure;
  if (target === undefined) return [{ step: 'target', text: 'There is no target for you here.', numbers: {} }];
  const terms = spec.target.kind === 'formula' ? timedTerms(spec.target.formula, place) : [];
  const shown = valueShown(target, type, place.currency), numbers = { target: plainValue(target, type, place.currency) };
  if (terms.length === 0) return [{ step: 'target', text: `The target is ${shown}.`, numbers }];
  const whole = { from: place.step.from, to: place.step.to };
  const bare = spec.target.kind === 'formula' && spec.target.formula.kind === 'name';
  const formula = bare ? '' : ` It is ${numText(spec.target)}.`;
  const because = terms.map((t) => valuesWords(t, place)).join(' ');
  return [{ step: 'target', text: `Your target ${spanWords(whole)} is ${shown}.${formula} ${because}${daysWords(place)}`, numbers }];
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

function termPlace(place: Place, day: Day): TermPlace {
  const stints = place.plan.members.get(place.person) ?? [];
  return {
    plan: place.plan.spec, people: place.calculation.catalogue.people, person: place.person, eligible: merged(stints), round: {},
    window: { from: place.step.from, to: place.step.to, cut: place.step.soFar }, day,
  };
}
