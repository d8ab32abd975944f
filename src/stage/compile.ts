/**
 * Plans → one program and its reference rows. Folds the stages in order; the program depends on what
 * is measured and on how deep components are nested, never on how many plans, components, tiers or
 * payees there are.
 */
import { EARNING } from '../plan/derived-kinds.ts';
import type { Aggregate, Kind, Plan, State } from '../plan/plan.ts';
import { checkProgram } from '../relation/check.ts';
import type { Program } from '../relation/relation.ts';
import { assert, type Diagnostic } from '../value/diagnostic.ts';
import { type Day, formatDay } from '../value/period.ts';
import { assignRows, type AssignRows } from './assign.ts';
import { askedEntries, type AskedMeasure, askedRows, periodsAsked } from './asked.ts';
import type { Catalogue, ComponentEntry, PlanEntry } from './catalogue.ts';
import { componentEntries } from './components.ts';
import { withDerived } from './derived-people.ts';
import type { Currencies } from './exchange.ts';
import { divisorsOf } from './facts.ts';
import type { Figure } from './figures.ts';
import { gatherer } from './gather.ts';
import { NotBuilt } from './lower.ts';
import { unreached } from './fact-lines.ts';
import { notBuilt } from './not-built.ts';
import type { ParamsOf } from './params.ts';
import { aboveOn, type DatedRow, LONG_AGO, type People, type Person, type Stint, stintsOf } from './people.ts';
import { personalOf } from './personal.ts';
import { paidTwice } from './paid-twice.ts';
import { type Made, programOf } from './program.ts';
import { measuresOf } from './reads.ts';
import { referenceRows } from './reference-rows.ts';
import type { ReferenceRows } from './reference.ts';
import { readsEarnings } from './rounds.ts';
import { spansOf } from './spans.ts';
import { kindOfState } from './states.ts';
import { NoValue, valueAt } from './terms.ts';

export interface CompileInput {
  readonly plans: readonly Plan[];
  readonly kinds: readonly Kind[];
  readonly people: People;
  /** rates of exchange, by code of the currency */
  readonly currencies?: Currencies;
  /** dictionary code of a word; undefined where no row of the store says it */
  readonly code: (word: string) => number | undefined;
  /** the last import that this run sees */
  readonly cut: number;
  /** the last day that this run knows of: holds that end later have not ended; undefined: all have */
  readonly asOf?: Day;
  /** what is paid for each fact is wanted of every component, whether or not its plan asks for it */
  readonly everyLine?: boolean;
  /** measures that somebody wants to see, whether or not a component looks at them */
  readonly asked?: readonly AskedMeasure[];
}
export interface Compiled { readonly program: Program; readonly overCredited: Made['overCredited']; readonly references: readonly ReferenceRows[]; readonly catalogue: Catalogue; readonly builders: Made['builders']; readonly diagnostics: readonly Diagnostic[] }

/** `program` is absent where a plan says what is not built yet; then all such places are told. */
export function compile(input: CompileInput): Compiled | { readonly diagnostics: readonly Diagnostic[] } {
  const plans = [...input.plans].sort((a, b) => (a.plan < b.plan ? -1 : a.plan > b.plan ? 1 : a.effective.from - b.effective.from));
  assert(plans.length > 0, 'there is a plan');
  const refused = notBuilt(plans, input.kinds);
  if (refused.length > 0) return { diagnostics: refused };
  const kinds = allKinds(input.kinds, plans);
  let people: People;
  try { people = withDerived(input.people, kinds, input.code); } catch (error) { return refusedFor(error); }
  const { code } = people;
  const gathered = gatherer(kinds, plans, divisorsOf(kinds));
  const aggregates = plans.flatMap(measuresOf).filter((m): m is Aggregate => 'from' in m);
  const spans = spansOf(plans, [...new Set(aggregates.flatMap((m) => (m.lookBack === undefined ? [] : [m.lookBack])))].sort((x, y) => x - y), periodsAsked(plans, input.asked ?? []));
  const history = aggregates.some((m) => m.lookBack !== undefined || m.moment !== undefined || m.halfLife !== undefined || m.date !== undefined);
  const upFields = [...new Set(plans.flatMap((p) => p.credits.flatMap((r) => (r.up === undefined ? [] : [r.up.field]))))];
  // what is reversed may be a fact of long before, whose credits are those of its day
  const early = history || aggregates.some((m) => m.from.some((k) => gathered.reversed.has(k)));
  const stints = stintsOf(people, early ? LONG_AGO : spans.from, spans.to, upFields);
  const entries = plans.map((spec, plan): PlanEntry => ({ plan, spec, members: membersOf(spec, stints, people, false), counted: early ? membersOf(spec, stints, people, true) : undefined }));
  const untold: Diagnostic[] = [], figures: Figure[] = [];
  const components = componentEntries(entries, gathered, spans, figures, untold);
  if (untold.length > 0) return { diagnostics: untold };
  let asked: readonly ComponentEntry[];
  try { asked = askedEntries(input.asked ?? [], { plans: entries, gathered, spans, first: components.length }); } catch (error) { return refusedFor(error); }
  const byCode = new Map(people.persons.map((p) => [p.payee, p]));
  const base = {
    plans: entries, kinds, currencies: input.currencies ?? new Map<string, readonly DatedRow[]>(), components, asked, spans, people, stints, gathered, figures, everyLine: input.everyLine === true,
    periodOf: (n: number) => { const p = spans.periods[n]; assert(p !== undefined, 'every period has a number'); return p; },
    personOf: (payee: number) => byCode.get(payee),
  };
  const groupKinds = [...new Set(gathered.values.flatMap((v) => (typeof v.subject === 'object' ? [v.subject.entity] : [])))].sort();
  const rows = assignRows({ catalogue: base, gathered, groupKinds, code });
  askedRows(input.asked ?? [], base, groupKinds, rows);
  const catalogue: Catalogue = { ...base, curves: rows.curves };
  const toldOf = (): Diagnostic[] => [...paidTwice(entries, people.persons.length > 0), ...missingTerms(rows, plans), ...unreached(catalogue), ...changing(rows), ...tooLarge(rows), ...cycles(upFields, stints, people)];
  const personal = personalOf(gathered), params: ParamsOf = { slots: new Map() };
  let made: Made;
  try { made = programOf({ ...input, kinds }, catalogue, { history, personal, params, groupKinds }); } catch (error) { return refusedFor(error); }
  checkProgram(made.program);
  // terms without a value are told of its rows too
  const references = referenceRows(catalogue, rows, made, { personal, params, groupKinds, code });
  return { program: made.program, overCredited: made.overCredited, references, catalogue, builders: made.builders, diagnostics: toldOf() };
}
function refusedFor(error: unknown): { readonly diagnostics: readonly Diagnostic[] } {
  if (error instanceof NotBuilt) return { diagnostics: [error.diagnostic] };
  throw error;
}

/** Kinds of the workspace, those that plans derive for themselves, and those of states and of earnings, whose rows the run makes. */
function allKinds(kinds: readonly Kind[], plans: readonly Plan[]): Kind[] {
  const all = new Map(kinds.map((k) => [k.name, k]));
  for (const plan of plans) for (const k of plan.kinds) all.set(k.name, k);
  if (plans.some(readsEarnings)) all.set(EARNING.name, EARNING);
  const states = new Map(plans.flatMap((p) => p.states).map((s) => [s.name, s]));
  const add = (state: State): void => {
    const before = states.get(state.change?.from ?? '');
    if (all.get(state.name)?.state !== undefined) return;
    if (before !== undefined) add(before);
    all.set(state.name, kindOfState(state, [...all.values()]));
  };
  states.forEach(add);
  return [...all.values()];
}

/** Stretches of days on which people are on a plan. `early`: before it begins as well, for measures that look back. */
function membersOf(plan: Plan, stints: ReadonlyMap<Person, readonly Stint[]>, people: People, early: boolean): ReadonlyMap<Person, readonly Stint[]> {
  const out = new Map<Person, readonly Stint[]>();
  for (const [person, all] of stints) {
    const on = all.flatMap((s): Stint[] => {
      const from = early ? s.from : Math.max(s.from, plan.effective.from), to = Math.min(s.to, plan.effective.to);
      return from < to && isOn(plan, s, people) ? [{ ...s, from, to }] : [];
    });
    if (on.length > 0) out.set(person, on);
  }
  return out;
}
function isOn(plan: Plan, stint: Stint, people: People): boolean {
  if (plan.payees === 'all') return true;
  const day = stint.from;
  try {
    return valueAt(plan.payees.formula, { plan, people, person: stint.person, eligible: [], window: { from: day, to: day + 1, cut: day + 1 }, day, round: {} }) === true;
  } catch (error) {
    // everybody is asked, also those whom the plan does not mean: who lacks a term of the condition is not on the plan
    if (error instanceof NoValue) return false;
    throw error;
  }
}

// ---- what the user must know ----

function missingTerms(rows: AssignRows, plans: readonly Plan[]): Diagnostic[] {
  return [...rows.missing].map(([key, payees]): Diagnostic => {
    const [name, from, term] = key.split('|');
    const plan = plans.find((p) => p.plan === name && String(p.effective.from) === from);
    const at = plan?.terms.find((t) => t.name === term)?.at ?? plan?.at;
    assert(plan !== undefined && at !== undefined, 'the plan of a missing term is there');
    const names = [...payees].sort(), shown = names.slice(0, 5).join(', ') + (names.length > 5 ? ` and ${names.length - 5} more` : '');
    return { code: 'plan.no_term_value', severity: 'error', file: at.file, line: at.line, column: at.column, path: at.path,
      message: `The term ${term} of plan ${plan.plan} (from ${formatDay(plan.effective.from)}) has no value for ${shown}.`,
      hint: `Give them a value in a column of the people file that is mapped to the field ${term}, or give the term a default: \`${term}: … = 0\`.` };
  });
}

function changing(rows: AssignRows): Diagnostic[] {
  return [...rows.changing].map(([{ spec }, { person, name }]) => new NotBuilt(spec.at, `${spec.name} reads ${name} as of the day of each fact, and it changes for ${person.id} within a period; that is calculated only where each fact of the payee is paid by itself`,
    `Let the change of ${name} begin with a period, or write \`per\` with the kind of fact.`).diagnostic);
}

function tooLarge(rows: AssignRows): Diagnostic[] {
  return rows.tooLarge.slice(0, 5).map(({ plan, person, number }): Diagnostic => ({
    code: 'plan.too_many_digits', severity: 'error', file: plan.at.file, line: plan.at.line, column: plan.at.column, path: plan.at.path,
    message: `A target, rate or amount of plan ${plan.plan} for ${person.id} is ${number.d === 1n ? `${number.n} (money in its smallest unit)` : `the fraction ${number.n}/${number.d}`}; 18 digits are the most.`,
    hint: 'Round it (`round: { target: 1 }`, `round: { days: 0.0001 }`), or count in a larger unit.',
  }));
}

function cycles(upFields: readonly string[], stints: ReadonlyMap<Person, readonly Stint[]>, people: People): Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  for (const field of upFields) for (const [person, all] of stints) for (const s of all) {
    const { cycle } = aboveOn(person, s.from, field, 'all', people);
    if (cycle === undefined) continue;
    const key = [...cycle.slice(1)].sort().join();
    if (!found.has(key)) found.set(key, { code: 'plan.hierarchy_cycle', severity: 'error', file: 'data/facts.duckdb', line: 0, column: 0, path: 'person',
      message: `The hierarchy by ${field} goes round in a circle on ${formatDay(s.from)}: ${cycle.join(' → ')}.`, hint: `Correct the ${field} of one of them in the people file and import it again.` });
  }
  return [...found.values()];
}
