/**
 * Formulas about one fact on one day, evaluated: its fields, what it refers to, terms of its payee, and
 * measures of the fact or of what it refers to. For releases and take-backs, which ask about single facts;
 * what is earned is worked out by the engine.
 */
import { compileFormula, isRatio, type Read, type Value } from '../plan/evaluate.ts';
import type { Ref, Typed } from '../plan/formula.ts';
import type { Kind, Measure, Num, Plan } from '../plan/plan.ts';
import { lineage } from '../stage/lineage.ts';
import { CURRENCY, rateFor, rowOn } from '../stage/exchange.ts';
import { digitsOf, NotBuilt } from '../stage/lower.ts';
import { fieldsOf, groupPath, referenced } from '../stage/row-scope.ts';
import { readTable } from '../stage/tables.ts';
import { type Place, valueAt } from '../stage/terms.ts';
import { assert, must } from '../value/diagnostic.ts';
import type { Day, Span } from '../value/period.ts';
import { multiply, powerOfTen, ratio, type Ratio, roundTo } from '../value/rate.ts';
import type { KnownFact, KnownRows } from './known-rows.ts';

/** What a formula is about: a fact, or a row of a reference. */
export type About = { readonly fact: KnownFact } | { readonly kind: string; readonly id: string };
export interface Asked {
  readonly known: KnownRows;
  readonly plan: Plan;
  /** left out where a formula stands for no row: an exchange rate of a day */
  readonly about?: About;
  /** as of which day references are followed, and up to which facts are counted */
  readonly day: Day;
  /** whose terms and fields; left out where nobody is meant */
  readonly place?: Place;
  /** how a measure is found: `fact-measures.ts`, which reads formulas itself */
  readonly measured: (measure: Measure, subject: MeasuredOf, asked: Asked, window: Span) => Value;
  /** measures that the formula of a measure names */
  readonly parts?: Readonly<Record<string, Measure>>;
}
/** Whose number a measure is. */
export interface MeasuredOf { readonly kind: string; readonly id: string }

export function holds(formula: Typed | undefined, asked: Asked): boolean {
  return formula === undefined || valueOf(formula, asked) === true;
}

export function numberOf(num: Num, asked: Asked): Ratio | null {
  const value = num.kind === 'formula' ? valueOf(num.formula, asked) : readTable(num.table, (typed) => valueOf(typed, asked));
  assert(value === null || isRatio(value), 'a number is a number; resolve checks the type');
  return value;
}

export function valueOf(typed: Typed, asked: Asked): Value {
  let run = compiled.get(typed);
  if (run === undefined) {
    run = compileFormula<Asked>(typed, names, {
      per: (value, every, type) => { const one: Typed = { kind: 'per', value, every, type, at: NOWHERE }; return (a) => valueAt(one, must(a.place)); },
      yearly: (ref, name, type) => { const one: Typed = { kind: 'call', name: 'yearly', args: [{ kind: 'name', ref, name, type, at: NOWHERE }], type, at: NOWHERE }; return (a) => valueAt(one, must(a.place)); },
      table: (table) => (a) => readTable(table, (t) => valueOf(t, a)),
    });
    compiled.set(typed, run);
  }
  return run(asked);
}
// plans are frozen data: a formula is compiled once, and run for each fact and day
const compiled = new WeakMap<Typed, Read<Asked>>();
const NOWHERE = Object.freeze({ start: 0, end: 0 });

const names = (ref: Ref, name: string, type: Typed['type']): Read<Asked> => {
  switch (ref.kind) {
    case 'field': return (a) => (a.about === undefined ? withoutFact(ref.path, a) : follow(ref.path, a.about, a));
    case 'measure': return (a) => ofNamed(ref.measure, a);
    case 'term': case 'person_term': case 'payee': case 'payee_field': case 'group_field': case 'period': {
      const one: Typed = { kind: 'name', ref, name, type, at: NOWHERE };
      return (a) => (a.place === undefined ? null : valueAt(one, a.place));
    }
    case 'state': return (a) => levelOf(ref.state, a);
    case 'column': case 'via_field': case 'result': case 'component': case 'table':
      return assert(false, `resolve refuses ${ref.kind} names in formulas about single facts`) as never;
  }
};

/** The level of a state on the day, of what the fact belongs to. */
function levelOf(state: string, asked: Asked): Value {
  const { kinds } = asked.known, subject = must(kinds.find((k) => k.name === state)?.state).subject, about = must(asked.about);
  const kind = must(kinds.find((k) => k.name === kindOf(about))), path = kind.name === subject ? [] : must(groupPath(kind, subject, kinds));
  const id = path.length === 0 ? idOf(about) : follow(path, about, asked);
  return typeof id === 'string' ? asked.known.level(state, id, asked.day) : null;
}

/** Where there is no fact (a rate at which pay is converted, a period in which nothing was earned): the day, the plan's currency and imported rates of it; everything else is blank. */
function withoutFact([first, field]: readonly string[], { day, plan, known }: Asked): Value {
  if (first === 'date') return { day };
  if (first !== CURRENCY) return null;
  return field === undefined ? plan.currency : rowOn(known.dated(CURRENCY, plan.currency), day)?.values.get(field) ?? null;
}

/** Fields, then derived fields; at the end of a path also measures of what it leads to. */
export function follow(path: readonly string[], about: About, asked: Asked): Value {
  const [first, ...rest] = path, { kinds } = asked.known;
  assert(first !== undefined, 'a path has a first part');
  const kind = must(kinds.find((k) => k.name === kindOf(about)));
  const value = fieldOf(first, kind, about, asked);
  if (rest.length === 0) return value;
  const target = referenced(kind, first, kinds);
  assert(target !== undefined, 'a path follows references; resolve checks it');
  if (typeof value !== 'string') return null;
  if (!target.dated) return follow(rest, { kind: target.name, id: value }, asked);
  const fact = asked.known.fact(target.name, value);
  return fact === undefined ? null : follow(rest, { fact }, asked);
}

const kindOf = (about: About): string => ('fact' in about ? about.fact.kind : about.kind);
const idOf = (about: About): string => ('fact' in about ? about.fact.id : about.id);

function fieldOf(name: string, kind: Kind, about: About, asked: Asked): Value {
  const { kinds } = asked.known, own = lineage(kind.name, kinds);
  if (name === 'id' || own.some((k) => (k.split('.').at(-1) ?? k) === name && !kind.fields.some((f) => f.name === name))) return idOf(about);
  if (name === 'date' && 'fact' in about) return { day: about.fact.day };
  if (name === 'currency' || fieldsOf(kind, kinds).some((f) => f.name === name)) {
    const stored = storedValue(name, about, asked) ?? null;
    return 'fact' in about && stored !== null && isRatio(stored) && isMoneyField(kind, name, kinds) ? planMoney(stored, about.fact, asked) : stored;
  }
  const derived = own.flatMap((k) => kinds.find((x) => x.name === k)?.derived ?? []).find((d) => d.name === name);
  if (derived !== undefined) return derived.number.kind === 'formula' ? valueOf(derived.number.formula, { ...asked, about }) : readTable(derived.number.table, (t) => valueOf(t, { ...asked, about }));
  if (asked.plan.states.some((x) => x.name === name)) return asked.known.level(name, idOf(about), asked.day);
  const measure = asked.plan.measures.find((m) => m.name === name);
  assert(measure !== undefined, `${name} is a field of ${kind.name} or a measure of it; resolve checks it`);
  return measureOf(measure, { kind: kind.name, id: idOf(about) }, asked);
}

function isMoneyField(kind: Kind, name: string, kinds: readonly Kind[]): boolean {
  return fieldsOf(kind, kinds).some((f) => f.name === name && f.type === 'money');
}
/** As the run counts it: converted into the plan's currency and rounded; blank without a rate. */
function planMoney(amount: Ratio, fact: KnownFact, { plan, known }: Asked): Value {
  const currency = fact.values.get('currency');
  if (typeof currency !== 'string' || currency === plan.currency) return amount;
  const found = plan.exchange && rateFor(plan, currency, fact.moneyDay, { get: (code) => known.dated(CURRENCY, code) });
  return found === undefined ? null : roundTo(multiply(amount, found.rate), ratio(1n, powerOfTen(digitsOf(plan.currency))), 'half_away');
}

function storedValue(name: string, about: About, asked: Asked): Value | undefined {
  if ('fact' in about) return about.fact.values.get(name);
  if (about.kind === 'person') {
    const person = asked.place?.people.byId.get(about.id);
    return person === undefined ? undefined : rowOn(person.rows, asked.day)?.values.get(name);
  }
  // as the run joins them: before the first row, and after one that ends, there is nothing
  return rowOn(asked.known.dated(about.kind, about.id), asked.day)?.values.get(name);
}

/** A measure that is called by its name alone is one of the fact, or of what it belongs to. */
function ofNamed(name: string, asked: Asked): Value {
  const measure = asked.parts?.[name] ?? asked.plan.measures.find((m) => m.name === name);
  assert(measure !== undefined && asked.about !== undefined, `the measure ${name} is one of the plan's`);
  const { subject } = measure;
  if (typeof subject !== 'object') throw new NotBuilt(measure.at, `${name} is a number of ${subject === 'payee' ? 'each payee' : 'the company'}, which cannot be asked for a single fact yet`, `Give it \`for: ${kindOf(asked.about)}\`.`);
  const own = lineage(kindOf(asked.about), asked.known.kinds).includes(subject.entity);
  const id = own ? idOf(asked.about) : follow([subject.entity], asked.about, asked);
  return typeof id === 'string' ? measureOf(measure, { kind: subject.entity, id }, asked) : null;
}

function measureOf(measure: Measure, subject: MeasuredOf, asked: Asked): Value {
  return asked.measured(measure, subject, asked, { from: LONG_AGO, to: asked.day + 1 });
}
/** Before every fact. */
export const LONG_AGO: Day = -1_000_000;

