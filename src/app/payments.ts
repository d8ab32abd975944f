/**
 * From what is earned to what is paid: the parts of each earning with the days on which they are payable, what
 * events take back, and the settlement of each period. The program has worked out what is earned; here plans
 * are asked about single facts and days, and `src/ledger` makes amounts of the answers.
 */
import type { ProgramRunner } from '../engine/engine.ts';
import { lineAmounts, partAmounts, type Released, released, sumOf } from '../ledger/release.ts';
import { type LineLeft, type LineReleased, type Recoverable, takenBack } from '../ledger/take-back.ts';
import type { MinorRounding } from '../ledger/spread.ts';
import type { Component, Plan, ReleasePart } from '../plan/plan.ts';
import { and, col, eq, type Expr, filter, int } from '../relation/relation.ts';
import type { Catalogue, ComponentEntry, PlanEntry } from '../stage/catalogue.ts';
import type { Person } from '../stage/people.ts';
import { type Place, roundingsOf } from '../stage/terms.ts';
import { must, type Outcome } from '../value/diagnostic.ts';
import type { Day, Period } from '../value/period.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { smallOf, wideOf } from './explain-rows.ts';
import { measured } from './fact-measures.ts';
import type { Asked } from './fact-values.ts';
import { relationOf } from './run-relations.ts';
import { type KnownFact, type KnownRows, readKnown } from './known-rows.ts';
import { minorRounding } from './minor.ts';
import { backsOf, type Backs } from './payment-backs.ts';
import { convertedPart } from './payment-convert.ts';
import { needsLines, releaseOf, takeBacksOf, wantedRows } from './payment-needs.ts';
import { diagnosticOf, forPayee } from './payment-stop.ts';
import { settledOf, type SettledPayee } from './payment-settle.ts';
import { timingOf } from './payment-timing.ts';

/** One part of an earning. payments + lapsed + cancelled + held = planned. */
export interface PaidPart extends Released {
  readonly name: string;
  readonly title: string | undefined;
  readonly planned: bigint;
  readonly lapsed: bigint;
  /** never payable any more, because an event took it back before */
  readonly cancelled: bigint;
  /** waits for something that has not come */
  readonly held: bigint;
  /** by id of the fact; empty where the part is not shared out over lines */
  readonly byLine: ReadonlyMap<string, Released>;
  /** in minor units of the money of the payment, where the plan converts */
  readonly pays: bigint | undefined;
}
export interface PaidEarning {
  readonly plan: Plan;
  readonly component: Component;
  readonly payee: Person;
  readonly period: Period;
  readonly earned: bigint;
  /** by id of the fact */
  readonly lines: ReadonlyMap<string, bigint>;
  /** what running limits leave unpaid of each */
  readonly unfunded: ReadonlyMap<string, bigint>;
  readonly parts: readonly PaidPart[];
  readonly recoverable: readonly Recoverable[];
}
export interface Payments { readonly asOf: Day; readonly earnings: readonly PaidEarning[]; readonly settled: readonly SettledPayee[] }

/** `asOf`: the last day that the run knows of. `only`: of one payee. */
export async function paymentsOf(engine: ProgramRunner, calculation: Calculation, asOf: Day, only?: Person): Promise<Outcome<Payments>> {
  try {
    return { value: await made(engine, calculation, asOf, only), diagnostics: [] };
  } catch (error) {
    return { value: undefined, diagnostics: [diagnosticOf(error)] };
  }
}

async function made(engine: ProgramRunner, calculation: Calculation, asOf: Day, only: Person | undefined): Promise<Payments> {
  const { catalogue } = calculation, { kinds } = catalogue, plans = catalogue.plans.map((p) => p.spec);
  const known = await readKnown(engine, calculation, kinds, wantedRows(plans, kinds, catalogue.everyLine));
  const lines = await linesOf(engine, calculation, 'attributed', only), funded = await linesOf(engine, calculation, 'funded', only);
  const rows = rowsOf(await engine.read(filter(relationOf(calculation, 'payouts'), ofPayee(only)), ['plan', 'payee', 'period', 'component']));
  const backs = new Map<ComponentEntry, Backs>();
  const earnings = rows.map((row): PaidEarning => {
    const entry = must(catalogue.components[smallOf(row, 'component')]), plan = must(catalogue.plans[entry.plan]);
    const own = backs.get(entry) ?? backsOf(takeBacksOf(plan.spec, entry.spec), plan.spec, known);
    backs.set(entry, own);
    const payee = must(catalogue.personOf(smallOf(row, 'payee')));
    return forPayee(plan.spec, payee, () => earningOf({ row, entry, plan, payee, catalogue, known, backs: own, asOf, lines: lines.get(keyOf(row)) ?? [], funded: funded.get(keyOf(row)) ?? [] }));
  });
  return { asOf, earnings, settled: settledOf(catalogue, earnings, asOf, only) };
}

const ofPayee = (only: Person | undefined): Expr => and(eq(col('world'), int(0)), ...(only === undefined ? [] : [eq(col('payee'), int(only.payee))]));
const keyOf = (row: Row): string => [row['component'], row['payee'], row['period']].join('|');

/** Lines by component, payee and period, in order; none where nothing asks for them. */
async function linesOf(engine: ProgramRunner, calculation: Calculation, name: 'attributed' | 'funded', only: Person | undefined): Promise<Map<string, Row[]>> {
  if (!calculation.compiled.program.statements.some((s) => s.name === name)) return new Map();
  return Map.groupBy(rowsOf(await engine.read(filter(relationOf(calculation, name), ofPayee(only)), ['component', 'payee', 'period', 'day', 'fact'])), keyOf);
}

interface Given {
  readonly row: Row;
  readonly entry: ComponentEntry;
  readonly plan: PlanEntry;
  readonly payee: Person;
  readonly catalogue: Catalogue;
  readonly known: KnownRows;
  readonly backs: Backs;
  readonly asOf: Day;
  readonly lines: readonly Row[];
  readonly funded: readonly Row[];
}
interface Line { readonly fact: KnownFact; readonly amount: bigint }

function earningOf(given: Given): PaidEarning {
  const { row, entry, plan, payee, catalogue, known } = given, { spec } = plan;
  const period = catalogue.periodOf(smallOf(row, 'period')), earned = wideOf(row, 'payout');
  const asked: Asked = { known, plan: spec, day: period.to - 1, measured, place: placeOf(plan, catalogue, payee, period) };
  const lines = given.lines.flatMap((l): Line[] => {
    const fact = known.numbered(wideOf(l, 'fact')), amount = wideOf(l, 'amount');
    return fact === undefined || amount === 0n ? [] : [{ fact, amount }];
  });
  const round = roundingsOf(spec, entry.spec.round), rounding = minorRounding(round.release ?? round.end, spec.currency);
  const parts = releaseOf(spec, entry.spec), amounts = partAmounts(earned, parts.map((p) => p.share), rounding.unit);
  const context: PartContext = { lines, period, asked, asOf: given.asOf, rounding, split: given.backs.rules > 0 };
  const planned = parts.map((part, i): Planned => plannedPart(part, amounts[i] ?? 0n, context));
  const backs = given.backs.rules === 0 ? [] : lines.map((line, l) => ({ line, left: takenBack(lineReleased(line, l, planned), given.backs.of(line.fact, asked), minorRounding(round.end, spec.currency)) }));
  const pays = (released: Released, amount: bigint): bigint | undefined => convertedPart({ plan: spec, component: entry.spec, asked, released, amount, period, first: lines[0]?.fact, round });
  return {
    plan: spec, component: entry.spec, payee, period, earned, lines: new Map(lines.map((l) => [l.fact.id, l.amount])), unfunded: unfundedOf(given),
    parts: planned.map((p, i) => paidPart(p, i, lines.map((l) => l.fact.id), backs, pays)), recoverable: backs.flatMap((b) => b.left.recoverable),
  };
}

/** Where terms of a payee are read, for a window. */
function placeOf(plan: PlanEntry, catalogue: Catalogue, person: Person, period: { readonly from: Day; readonly to: Day }): Place {
  return {
    plan: plan.spec, people: catalogue.people, person, eligible: plan.members.get(person) ?? [], round: plan.spec.round,
    window: { from: period.from, to: period.to, cut: period.to }, day: period.to - 1,
  };
}

function unfundedOf({ funded, known }: Given): Map<string, bigint> {
  return new Map(funded.flatMap((row): [string, bigint][] => {
    const fact = known.numbered(wideOf(row, 'fact')), left = wideOf(row, 'amount') - wideOf(row, 'funded');
    return fact === undefined || left === 0n ? [] : [[fact.id, left]];
  }));
}

interface PartContext { readonly lines: readonly Line[]; readonly period: Period; readonly asked: Asked; readonly asOf: Day; readonly rounding: MinorRounding; /** an event may take single lines back */ readonly split: boolean }
/** `lines`: amount and outcome of each line, where the part is shared out over them. */
interface Planned { readonly part: ReleasePart; readonly amount: bigint; readonly whole: Released; readonly lines: readonly (Released & { readonly amount: bigint })[] | undefined }

function plannedPart(part: ReleasePart, amount: bigint, context: PartContext): Planned {
  const { lines, period, asked, asOf, rounding } = context;
  const timed = (fact: KnownFact | undefined, of: bigint): Released => released(of, timingOf({ part, fact, period, calendar: asked.plan.calendar, asOf, asked }), asOf, rounding);
  if (lines.length === 0 || !(context.split || needsLines(part))) return { part, amount, whole: timed(undefined, amount), lines: undefined };
  const shares = lineAmounts(amount, lines.map((l) => l.amount), rounding.unit);
  const each = lines.map((line, i) => { const of = shares[i] ?? 0n; return { amount: of, ...timed(line.fact, of) }; });
  return { part, amount, whole: merged(each), lines: each };
}
function merged(all: readonly Released[]): Released {
  return { payments: all.flatMap((r) => r.payments), lapses: all.flatMap((r) => r.lapses) };
}

function lineReleased(line: Line, index: number, planned: readonly Planned[]): LineReleased {
  return { amount: line.amount, parts: planned.map((p) => must(p.lines?.[index])) };
}

/** After take-backs. */
function paidPart({ part, amount, whole, lines }: Planned, index: number, ids: readonly string[], backs: readonly { readonly line: Line; readonly left: LineLeft }[], pays: (released: Released, amount: bigint) => bigint | undefined): PaidPart {
  const left = backs.map((b) => must(b.left.parts[index])), outcome = backs.length === 0 ? whole : merged(left);
  const lapsed = sumOf(outcome.lapses), cancelled = left.reduce((s, l) => s + l.cancelled, 0n);
  const each = backs.length === 0 ? lines ?? [] : left;
  return {
    name: part.name, title: part.title, planned: amount, ...outcome, lapsed, cancelled, held: amount - lapsed - cancelled - sumOf(outcome.payments),
    byLine: new Map(each.map((r, i) => [must(ids[i]), r])), pays: pays(outcome, amount - cancelled - lapsed),
  };
}
