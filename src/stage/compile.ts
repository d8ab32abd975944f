/**
 * Plans → one program and its reference rows. Folds the stages in order; the program depends on what
 * is measured and on how deep components are nested, never on how many plans, components, tiers or
 * payees there are.
 */
import type { Component, Kind, Plan, Rounding } from '../plan/plan.ts';
import { checkProgram } from '../relation/check.ts';
import type { Program, Statement, TableSchema } from '../relation/relation.ts';
import { assert, type Diagnostic, must } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import { multiply, powerOfTen, type Ratio, ratio } from '../value/rate.ts';
import { SCALE, SNAP } from './arithmetic.ts';
import { assignRows, type AssignRows, valueCells } from './assign.ts';
import { attainmentStage } from './attainment.ts';
import type { Catalogue, ComponentEntry, PlanEntry } from './catalogue.ts';
import { creditsStage } from './credits.ts';
import { type CurveShape, curveShape, readingOf } from './curve.ts';
import { earnedStage, earningsStage, factorsStage, gatesStage, partsStage, payoutsStage } from './earnings.ts';
import { divisorOf, entityRows, factsStage } from './facts.ts';
import { type Gathered, gatherer } from './gather.ts';
import { digitsOf, NotBuilt } from './lower.ts';
import { notBuiltIn } from './not-built.ts';
import { notBuilt } from './not-built-facts.ts';
import { blocksOf, cubeStage, measuresStage } from './measures.ts';
import { aboveOn, type People, type Person, type Stint, stintsOf } from './people.ts';
import { REFERENCES, type ReferenceRows, REF_ASSIGN, REF_CAP, REF_COMPONENT, REF_DAY, REF_FACTOR, REF_GATE, REF_MEASURE, REF_NEED, REF_ROUTE, REF_SEGMENT, REF_STINT, REF_WINDOW, REF_WORLD } from './reference.ts';
import type { Cell } from './rows.ts';
import { slicesIn, spansOf } from './spans.ts';
import { entityTable, factTable, supersededTable } from './store.ts';
import { NoValue, valueAt } from './terms.ts';

export interface CompileInput {
  readonly plans: readonly Plan[];
  readonly kinds: readonly Kind[];
  readonly people: People;
  /** dictionary code of a word; undefined where no row of the store says it */
  readonly code: (word: string) => number | undefined;
  /** the last import that this run sees */
  readonly cut: number;
}
export interface Compiled { readonly program: Program; readonly references: readonly ReferenceRows[]; readonly catalogue: Catalogue; readonly diagnostics: readonly Diagnostic[] }

/** `program` is absent where a plan says what is not built yet; then all such places are told. */
export function compile(input: CompileInput): Compiled | { readonly diagnostics: readonly Diagnostic[] } {
  const plans = [...input.plans].sort((a, b) => (a.plan < b.plan ? -1 : a.plan > b.plan ? 1 : a.effective.from - b.effective.from));
  assert(plans.length > 0, 'there is a plan');
  const refused = [...notBuiltIn(plans), ...notBuilt(plans, input.kinds)];
  if (refused.length > 0) return { diagnostics: refused };
  const gathered = gatherer(input.kinds, plans, (column) => divisorOf(column, input.kinds));
  const spans = spansOf(plans);
  const upFields = [...new Set(plans.flatMap((p) => p.credits.flatMap((r) => (r.up === undefined ? [] : [r.up.field]))))];
  const stints = stintsOf(input.people, spans.from, spans.to, upFields);
  const entries = plans.map((spec, plan): PlanEntry => ({ plan, spec, members: membersOf(spec, stints, input.people) }));
  const untold: Diagnostic[] = [];
  const components = componentEntries(entries, gathered, spans, untold);
  if (untold.length > 0) return { diagnostics: untold };
  const byCode = new Map(input.people.persons.map((p) => [p.payee, p]));
  const base = {
    plans: entries, components, spans, people: input.people, stints, gathered,
    periodOf: (n: number) => { const p = spans.periods[n]; assert(p !== undefined, 'every period has a number'); return p; },
    personOf: (payee: number) => byCode.get(payee),
  };
  const rows = assignRows({ catalogue: base, gathered, code: input.code });
  const catalogue: Catalogue = { ...base, curves: rows.curves };
  const diagnostics: Diagnostic[] = [...missingTerms(rows, plans), ...tooLarge(rows), ...cycles(upFields, stints, input.people)];
  let program: Program;
  try { program = programOf(input, catalogue); } catch (error) {
    if (error instanceof NotBuilt) return { diagnostics: [error.diagnostic] };
    throw error;
  }
  checkProgram(program);
  return { program, references: referenceRows(catalogue, rows), catalogue, diagnostics };
}

/** The statements, in order. */
function programOf(input: CompileInput, catalogue: Catalogue): Program {
  const { gathered } = catalogue;
  const kinds = input.kinds.filter((k) => gathered.rules.some((r) => r.kind === k.name));
  const facts = new Map(kinds.map((k) => [k.name, factsStage(k, gathered, input.kinds, input.cut)]));
  const references = [...new Set([...facts.values()].flatMap((f) => f.references))];
  const credits = creditsStage(facts, gathered);
  const cube = cubeStage(credits, gathered);
  const measures = measuresStage(cube, gathered);
  const attainment = attainmentStage(measures);
  const parts = partsStage(attainment, catalogue.components.some((c) => roundsTiers(c, catalogue)));
  // as many as a component of any plan has, whoever is on it: who works here does not change the text
  const slots = {
    gates: Math.max(...catalogue.components.map((c) => c.spec.gates.length)), factors: Math.max(...catalogue.components.map((c) => c.spec.multiply.length)),
  };
  const gates = slots.gates > 0 ? gatesStage(measures, attainment) : undefined;
  const factors = slots.factors > 0 ? factorsStage(measures, attainment) : undefined;
  const levels: Statement[] = [earnedStage(0, [parts], gates, factors, slots)];
  const top = Math.max(...catalogue.components.map((c) => c.level));
  for (let level = 1; level <= top; level++) levels.push(earnedStage(level, levels.slice(), gates, factors, slots));
  const earnings = earningsStage(levels);
  const stored: TableSchema[] = [...kinds.flatMap((k) => [factTable(k), supersededTable(k)]), ...references.flatMap((k) => [entityTable(k), supersededTable(k)])];
  return {
    inputs: [...stored, ...REFERENCES],
    statements: [
      ...references.map((k) => entityRows(k, input.cut)), ...[...facts.values()].map((f) => f.statement), credits, cube, measures, attainment, parts,
      ...(gates === undefined ? [] : [gates]), ...(factors === undefined ? [] : [factors]), ...levels, earnings, payoutsStage(earnings),
    ],
  };
}

function membersOf(plan: Plan, stints: ReadonlyMap<Person, readonly Stint[]>, people: People): ReadonlyMap<Person, readonly Stint[]> {
  const out = new Map<Person, readonly Stint[]>();
  for (const [person, all] of stints) {
    const on = all.flatMap((s): Stint[] => {
      const from = Math.max(s.from, plan.effective.from), to = Math.min(s.to, plan.effective.to);
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

function componentEntries(plans: readonly PlanEntry[], gathered: Gathered, spans: Catalogue['spans'], notBuilt: Diagnostic[]): ComponentEntry[] {
  const out: ComponentEntry[] = [];
  const told = <T>(body: () => T): T | undefined => {
    try { return body(); } catch (error) {
      if (!(error instanceof NotBuilt)) throw error;
      if (!notBuilt.some((d) => d.line === error.diagnostic.line && d.file === error.diagnostic.file && d.message === error.diagnostic.message)) notBuilt.push(error.diagnostic);
      return undefined;
    }
  };
  const walk = (plan: PlanEntry, spec: Component, path: readonly string[], parent: number | null): ComponentEntry => {
    const component = out.length;
    const shape = (spec.kind === 'leaf' ? told(() => curveShape(spec, plan.spec)) : undefined) ?? NO_CURVE;
    const value = spec.kind === 'leaf' && spec.measure !== undefined ? told(() => gathered.valueOf(plan.spec, must(spec.measure), shape.field)) : undefined;
    const reading = shape.measure === undefined ? undefined : told(() => gathered.valueOf(plan.spec, must(shape.measure)));
    // what gates and factors read is looked at here too, so that `check` tells of it without a payee
    for (const gate of spec.gates) for (const test of gate.require) if (test.left.kind === 'measure') { const { measure } = test.left; told(() => gathered.valueOf(plan.spec, measure)); }
    for (const { factor } of spec.multiply) if (factor.kind === 'table') told(() => { const { measure } = readingOf(factor.table, plan.spec); return measure === undefined ? undefined : gathered.valueOf(plan.spec, measure); });
    assert(shape.field === undefined || value?.over === undefined, 'only sums and counts are read by a field of the fact; resolve checks it');
    const window = spans.windowOf(plan.spec, spec);
    const entry = { component, plan: plan.plan, path, parent, level: 0, spec, window, shape, value, reading };
    out.push(entry);
    if (spec.kind === 'group') entry.level = 1 + Math.max(...spec.components.map((c) => walk(plan, c, [...path, c.name], component).level));
    return entry;
  };
  for (const plan of plans) for (const c of plan.spec.components) walk(plan, c, [c.name], null);
  return out;
}

const NO_CURVE: CurveShape = { reads: 0, measure: undefined, field: undefined, paysOnValue: false, constant: true, roundsValue: undefined };

// ---- rows ----

function referenceRows(catalogue: Catalogue, rows: AssignRows): ReferenceRows[] {
  const { spans, gathered } = catalogue;
  const days: Cell[][] = [];
  spans.sliceStarts.forEach((from, slice) => { for (let day = from; day < (spans.sliceStarts[slice + 1] ?? spans.to); day++) days.push([day, slice]); });
  const windows = spans.windows.flatMap((w) => w.steps.flatMap((s) => slicesIn(spans, s.from, s.soFar).map((slice): Cell[] => [w.id, s.period, slice])));
  const blockOf = new Map(blocksOf(gathered).flatMap((b) => b.columns.map((c) => [c, b.index] as const)));
  const measures = gathered.measures.flatMap((m) => m.terms.map((t): Cell[] => [0, m.index, blockOf.get(t.column) ?? 0, t.column.index, t.route, t.coefficient, m.distinct, m.byValue]));
  return [
    { schema: REF_WORLD, rows: [[0, 0, 0, 0]] },
    { schema: REF_DAY, rows: days },
    { schema: REF_WINDOW, rows: windows },
    { schema: REF_STINT, rows: [...catalogue.stints.values()].flat().map((s): Cell[] => [0, s.person.payee, s.stint, s.from, s.to]) },
    { schema: REF_ROUTE, rows: routeRows(catalogue) },
    { schema: REF_MEASURE, rows: measures },
    { schema: REF_NEED, rows: needRows(catalogue, rows) },
    { schema: REF_COMPONENT, rows: catalogue.components.map((c) => componentRow(c, catalogue)) },
    { schema: REF_ASSIGN, rows: rows.assign },
    { schema: REF_SEGMENT, rows: rows.segments },
    { schema: REF_GATE, rows: rows.gates },
    { schema: REF_FACTOR, rows: rows.factors },
    { schema: REF_CAP, rows: rows.caps },
  ];
}

function routeRows(catalogue: Catalogue): Cell[][] {
  const out: Cell[][] = [];
  for (const [person, stints] of catalogue.stints) for (const s of stints) {
    out.push([0, 0, person.payee, s.stint, person.payee, s.stint, person.payee]);
    for (const route of catalogue.gathered.routes) {
      for (const a of aboveOn(person, s.from, route.field, route.levels, catalogue.people).above) {
        const theirs = catalogue.stints.get(a.subject)?.find((t) => t.from <= s.from && s.from < t.to);
        if (theirs !== undefined) out.push([0, route.index, person.payee, s.stint, a.subject.payee, theirs.stint, a.via.payee]);
      }
    }
  }
  return out;
}

function needRows(catalogue: Catalogue, rows: AssignRows): Cell[][] {
  const out: Cell[][] = [];
  for (const plan of catalogue.plans) {
    const wanted = new Map<string, readonly [number, number]>();
    for (const c of catalogue.components) {
      if (c.plan !== plan.plan) continue;
      const measures = [...[c.value, c.reading].flatMap((v) => (v === undefined ? [] : [v.measure.index, ...(v.over === undefined ? [] : [v.over.index])])), ...(rows.needs.get(c.component) ?? [])];
      for (const m of measures) wanted.set(`${m}|${c.window.id}`, [m, c.window.id]);
    }
    for (const [person, stints] of plan.members) for (const s of stints) for (const [measure, window] of wanted.values()) out.push([0, plan.plan, measure, window, person.payee, s.stint]);
  }
  return out;
}

function componentRow(c: ComponentEntry, catalogue: Catalogue): Cell[] {
  const plan = catalogue.plans[c.plan]?.spec;
  assert(plan !== undefined, 'the plan of a component is there');
  const { spec } = c, leaf = spec.kind === 'leaf' ? spec : undefined, round = { ...plan.round, ...spec.round };
  const known = (r: Ratio | 'hold' | undefined): [Cell, Cell] => (r === undefined || r === 'hold' ? [null, null] : [r.n, r.d]);
  const minor = ratio(powerOfTen(digitsOf(plan.currency)));
  const money = leaf?.measure?.type.kind === 'money';
  const fieldDivisor = c.value?.measure.keyDivisor ?? 1n;
  return [0, c.component, c.plan, c.parent, c.level, c.window.id, ...valueCells(c.value), leaf?.better === 'lower', leaf?.target !== undefined, leaf?.pay !== undefined,
    leaf?.measure !== undefined && leaf.target === undefined && leaf.pay?.form === 'payout',
    ...known(leaf?.noTarget), ...known(leaf?.missing), c.shape.reads,
    ...(c.shape.reads === 4 ? [null, null, 1n, fieldDivisor] : valueCells(c.reading)), c.shape.paysOnValue ? 1 : 0,
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
function isMarginal({ spec }: ComponentEntry): boolean {
  return spec.kind === 'leaf' && spec.pay?.number.kind === 'table' && spec.pay.number.table.kind === 'marginal';
}
function roundsTiers(c: ComponentEntry, catalogue: Catalogue): boolean {
  return isMarginal(c) && { ...catalogue.plans[c.plan]?.spec.round, ...c.spec.round }.tier !== undefined;
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
