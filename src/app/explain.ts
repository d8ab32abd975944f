/**
 * "Why this number?": for one payee, each component of a period from what was measured to what is paid,
 * in words and numbers, down to the row of the file. Every number is read from the relations of the
 * run; what no relation holds yet (tiers, single credits) is read from the facts by relations of the same
 * kind (`stage/tiers.ts`, `stage/lines.ts`), which must add up to it.
 */
import type { ProgramRunner } from '../engine/engine.ts';
import type { Kind } from '../plan/plan.ts';
import { and, col, eq, type Expr, filter, int, or } from '../relation/relation.ts';
import type { ComponentEntry } from '../stage/catalogue.ts';
import { READS } from '../stage/curve.ts';
import type { AskedSum } from '../stage/lines.ts';
import type { Person } from '../stage/people.ts';
import { tiersRelation } from '../stage/tiers.ts';
import { must, type Outcome } from '../value/diagnostic.ts';
import { type Day, periodFromLabel } from '../value/period.ts';
import { ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { withAccounts } from './explain-accounts.ts';
import { closingSteps, daysStep, givenBy, heldSteps, type Others, potStep, readOthers, roundingStep } from './explain-closing.ts';
import { paySteps } from './explain-curve.ts';
import { keyText, type ListContext, listOf, nameOf } from './explain-facts.ts';
import { type LineFields, readLineFields } from './explain-fields.ts';
import { groupId, type Peer, type Place, rowAt } from './explain-place.ts';
import { findPayee, findSpots, type Spot } from './explain-request.ts';
import { paymentSteps } from './explain-payments.ts';
import { lookSum, type PayeeRows, readPayee, smallOf, smallOrNull, wideOf } from './explain-rows.ts';
import { attainmentSteps, factorSteps, gateSteps, incentiveSteps, limitSteps, measureSteps, takesBackStep } from './explain-steps.ts';
import { isStretch } from '../stage/single-days.ts';
import { type ListedSum, lookedAt, readSums, subjectIn, type SumRows, sumsBehind } from './explain-sums.ts';
import { targetSteps } from './explain-target.ts';
import { explainedValues } from './explain-values.ts';
import { plainMoney, plainScaled, scaledWords } from './explain-words.ts';
import type { ExplainedComponent, ExplainedPlan, Explanation, FactList, Step } from './explanation.ts';
import { relationOf } from './run-relations.ts';
import { saysPayments } from './payment-needs.ts';
import { paymentsOf } from './payments.ts';

export type * from './explanation.ts';

export interface ExplainRequest {
  /** id or name */
  readonly payee: string;
  /** a label: all periods that lie within it are explained; without one, the last period with pay */
  readonly period?: string;
  readonly component?: string;
  readonly plan?: string;
  /** the last day that is known of: with it, what is payable when, and what was taken back, is told, too */
  readonly asOf?: Day;
  readonly kinds: readonly Kind[];
}

export async function explain(engine: ProgramRunner, calculation: Calculation, request: ExplainRequest): Promise<Outcome<Explanation>> {
  const payee = findPayee(calculation.catalogue, request.payee);
  if ('refused' in payee) return { value: undefined, diagnostics: payee.refused };
  const person = payee.found;
  const rows = await readPayee(engine, calculation, person.payee);
  const chosen = findSpots(calculation.catalogue, person, rows, request);
  if ('refused' in chosen) return { value: undefined, diagnostics: chosen.refused };
  const { spots, period } = chosen.found;
  const every = spots.flatMap((s) => withParts(s, calculation)), entries = [...new Set(every.map((s) => s.entry))];
  const asked = every.flatMap((spot) => partsOf(spot, rows).flatMap((part) => sumsOf(spot, part, person, rows, calculation).map((l) => askedOf(l, spot))));
  const sums = await readSums(engine, calculation, asked);
  const context: Context = { calculation, rows, person, sums, tiers: await readTiers(engine, calculation, person, entries), peers: await readPeers(engine, calculation, entries), others: await readOthers(engine, calculation, entries), fields: await readLineFields(engine, calculation, every, rows) };
  const chosenPlans = [...new Set(spots.map((s) => s.plan))];
  const paid = request.asOf === undefined || !chosenPlans.some((p) => saysPayments(p.spec)) ? undefined : await paymentsOf(engine, calculation, request.asOf, person);
  if (paid !== undefined && paid.value === undefined) return { value: undefined, diagnostics: paid.diagnostics };
  const plans: ExplainedPlan[] = [];
  for (const plan of chosenPlans) {
    const components = spots.filter((s) => s.plan === plan).sort(inOrder).map((spot) => explainSpot(context, spot));
    const span = periodFromLabel(plan.spec.calendar, period);
    const payments = paid?.value === undefined || span === undefined || !saysPayments(plan.spec) ? [] : paymentSteps(paid.value, plan.spec.plan, person.id, span);
    plans.push({ plan: plan.spec.plan, title: plan.spec.title, currency: plan.spec.currency, components, payments });
  }
  return { value: { payee: person.id, name: nameOf(person), period, known_at: calculation.cut, plans }, diagnostics: [] };
}

interface Context {
  readonly calculation: Calculation;
  readonly rows: PayeeRows;
  readonly person: Person;
  readonly sums: SumRows;
  readonly tiers: readonly Row[];
  readonly peers: Peers;
  readonly others: Others;
  readonly fields: LineFields;
}

function inOrder(a: Spot, b: Spot): number {
  return a.step.period - b.step.period || a.entry.component - b.entry.component;
}

/** The spot, and those of the parts below it. */
function withParts(spot: Spot, calculation: Calculation): Spot[] {
  return [spot, ...childrenOf(spot, calculation).flatMap((child) => withParts(child, calculation))];
}
function childrenOf({ plan, entry, step }: Spot, { catalogue }: Calculation): Spot[] {
  return catalogue.components.filter((c) => c.parent === entry.component).flatMap((part) => {
    const own = part.window.steps.find((s) => s.period === step.period);
    return own === undefined ? [] : [{ plan, entry: part, step: own }];
  });
}
/** Groups of the payee whose measure the component looks at. */
const partsOf = ({ entry, step }: Spot, rows: PayeeRows): number[] => rows.of('assign', entry.component, step.period).map((r) => smallOf(r, 'part'));

function sumsOf({ plan, entry, step }: Spot, part: number, person: Person, rows: PayeeRows, { catalogue: { gathered } }: Calculation): ListedSum[] {
  const subjectOf = subjectIn(entry, step.period, part, person.payee, rows, gathered);
  const all = lookedAt(entry, plan, gathered).flatMap((l) => sumsBehind(l, subjectOf));
  const once = new Map<string, ListedSum>();
  for (const l of all) { const key = `${l.sum.index}|${l.subject}`; if (!once.has(key)) once.set(key, l); }
  return [...once.values()];
}
const askedOf = ({ sum, subject }: ListedSum, { entry, step }: Spot): AskedSum => ({ plan: entry.plan, window: entry.window.id, period: step.period, measure: sum.index, subject });

// ---- one component ----

function explainSpot(context: Context, spot: Spot): ExplainedComponent {
  const { calculation, rows } = context, { entry, step, plan: { spec: { currency } } } = spot;
  const codes = partsOf(spot, rows), several = codes.length > 1 || rows.of('earned', entry.component, step.period).some((r) => wideOf(r, 'days_n') !== wideOf(r, 'days_d'));
  const grouped = entry.group !== undefined && several && codes.some((c) => c !== 0);
  const place = placeOf(context, spot, grouped ? undefined : codes.at(-1) ?? 0);
  const children = grouped ? codes.map((part) => explainPart(context, placeOf(context, spot, part), undefined)) : childrenOf(spot, calculation).map((child) => explainSpot(context, child));
  const whole = grouped ? undefined : bodyOf(context, place);
  const lined = entry.spec.kind === 'leaf' && entry.spec.per !== undefined;
  const payout = rowAt(place, 'payouts');
  const held = rows.of('earned', entry.component, step.period).some((r) => (smallOrNull(r, 'held') ?? 0) !== 0);
  return {
    component: entry.path.join('.'), title: entry.spec.title, period: step.label.label, held,
    amount: payout === undefined ? plainScaled(givenBy(place), currency) : plainMoney(ratio(wideOf(payout, 'payout')), currency),
    steps: [...whole?.steps ?? [], ...(grouped ? daysStep(place, children) : []), ...(lined ? [] : potStep(place, context.others)), ...(grouped ? [] : heldSteps(place)), ...closingSteps(place, context.others, lined)],
    parts: [...children, ...whole?.lines ?? []], values: grouped ? [] : explainedValues(place), facts: grouped ? [] : listsOf(place),
  };
}

/** A component up to cap and floor: as one, or each of its lines. */
function bodyOf(context: Context, place: Place): { readonly steps: readonly Step[]; readonly lines: readonly ExplainedComponent[] } {
  const { spec } = place.entry;
  if (spec.kind === 'group') return { steps: [...groupSteps(place), ...afterPay(place)], lines: [] };
  if (spec.per === undefined) return { steps: [...measureSteps(place), ...targetSteps(place), ...attainmentSteps(place), ...incentiveSteps(place), ...paySteps(place, tiersAt(context, place)), ...afterPay(place)], lines: [] };
  const lines = linesOf(place).map(({ line, part }) => explainPart(context, { ...place, line, part }, line));
  return { steps: [...targetSteps(place), ...linesStep(place, lines)], lines };
}
const afterPay = (place: Place): Step[] => [...gateSteps(place), ...factorSteps(place), ...limitSteps(place)];
const tiersAt = ({ tiers }: Context, { entry, step, part, line }: Place): Row[] => tiers.filter((t) => t['component'] === entry.component && t['period'] === step.period && t['part'] === part && (line === null || t['line'] === line));

/** One of several groups, or one line. */
function explainPart(context: Context, place: Place, line: bigint | undefined): ExplainedComponent {
  const { entry, step, currency } = place, earned = rowAt(place, 'earned');
  const steps = [...measureSteps(place), ...(line === undefined ? targetSteps(place) : []), ...attainmentSteps(place), ...incentiveSteps(place), ...paySteps(place, tiersAt(context, place)), ...afterPay(place), ...takesBackStep(place)];
  const rounded = line === undefined ? undefined : rowAt(place, 'lines'), pots = line === undefined ? [] : potStep(place, context.others);
  return {
    component: entry.path.join('.'), title: entry.spec.title, period: step.label.label, held: (smallOrNull(earned, 'held') ?? 0) !== 0,
    ...(line === undefined ? { group: groupId(place) ?? '' } : { line: lineName(place, line) }),
    amount: rounded === undefined ? plainScaled(earned === undefined ? 0n : wideOf(earned, 'limited'), currency) : plainMoney(ratio(wideOf(rounded, 'so_far')), currency),
    steps: [...steps, ...pots, ...heldSteps(place), ...(rounded === undefined ? [] : roundingStep(place, wideOf(rounded, 'limited'), wideOf(rounded, 'so_far')))],
    parts: [], values: explainedValues(place), facts: line === undefined ? listsOf(place) : [],
  };
}

/** Lists of rows; of accounts also what is behind the value of each. */
function listsOf(place: Place): FactList[] {
  const { rows, person, calculation, part } = place, all = sumsOf(place, part, person, rows, calculation);
  return place.lists.flatMap((list, i) => { const listed = all[i]; return listed === undefined ? [list] : withAccounts(place, list, listed, askedOf(listed, place)); });
}

function placeOf(context: Context, spot: Spot, part: number | undefined): Place {
  const { calculation, rows, person, sums } = context, { entry, step, plan } = spot, { currency } = plan.spec, { gathered } = calculation.catalogue;
  const code = part ?? 0, subjectOf = subjectIn(entry, step.period, code, person.payee, rows, gathered);
  const lists: ListContext = { calculation, sums, person, currency, measured: (a) => rows.measured(a.plan, a.measure, a.window, a.period, a.subject) };
  const by = entry.spec.kind === 'leaf' && entry.spec.per?.kind === 'fact' ? { kind: 'name' as const, name: 'id', ref: { kind: 'field' as const, path: ['id'] }, type: { kind: 'text' as const }, at: { start: 0, end: 0 } } : entry.value?.kind === 'simple' ? keyFormula(entry) : undefined;
  const made: FactList[] = part === undefined ? [] : sumsOf(spot, code, person, rows, calculation).map((listed) => listOf(listed, askedOf(listed, spot), listed.sum.byValue ? by : undefined, lists));
  const facts = new Map<string, FactList['facts'][number]>();
  for (const listed of part === undefined ? [] : sumsOf(spot, code, person, rows, calculation)) {
    const list = made.find((l) => l.facts.length > 0 && l.title === listed.title && l.role === listed.role), own = sums.of(askedOf(listed, spot));
    own.forEach((row, i) => { const fact = list?.facts[i]; if (fact !== undefined) facts.set(String(row['fact']), fact); });
  }
  return {
    ...spot, calculation, rows, person, currency, part: code, line: null, looked: lookedAt(entry, plan, gathered), subjectOf, lists: made, context: lists,
    peers: (rank) => peersAt(context, spot, rank), fieldOf: context.fields.of, factOf: (line) => facts.get(String(line)),
  };
}
/** The field by which the facts of a component are told apart. */
function keyFormula({ value }: ComponentEntry) {
  if (value?.kind !== 'simple') return undefined;
  const key = value.measure.terms.find((t) => t.column.key !== null)?.column.key ?? value.measure.rows?.columns.find((c) => c.key !== null)?.key;
  return key?.formula ?? undefined;
}

// ---- lines and groups ----

/** In the order of their facts. */
function linesOf(place: Place): { readonly line: bigint; readonly part: number }[] {
  const rows = place.rows.of('attainment', place.entry.component, place.step.period).map((r) => ({ line: wideOf(r, 'line'), part: smallOf(r, 'part') }));
  const own = new Map(rows.flatMap(({ line, part }) => (part === place.part || isStretch(part) ? [[line, part] as const] : []))), found = [...own.keys()];
  // a period without facts has a row all the same
  const perFact = place.entry.spec.kind === 'leaf' && place.entry.spec.per?.kind === 'fact';
  const names = new Map(found.map((line) => [line, place.factOf(line)]));
  const key = (line: bigint): string => { const fact = names.get(line); return fact === undefined ? '' : `${fact.date}|${fact.id}`; };
  return found.map((line) => ({ line, part: own.get(line) ?? place.part })).filter(({ line, part }) => rowAt({ ...place, line, part }, 'earned') !== undefined && !(perFact && names.get(line) === undefined)).sort(({ line: a }, { line: b }) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a < b ? -1 : 1));
}
function lineName(place: Place, line: bigint): string {
  const fact = place.factOf(line), { spec, value } = place.entry;
  if (spec.kind === 'leaf' && spec.per?.kind === 'fact') return fact?.id ?? 'nothing';
  const formula = keyFormula(place.entry);
  return formula === undefined ? 'all' : keyText(line, formula.type, value?.kind === 'simple' ? value.measure.keyDivisor : 1n, place.context);
}
/** "d1 32.00 + d2 8.00 = 40.00." */
function linesStep(place: Place, lines: readonly ExplainedComponent[]): Step[] {
  const { spec } = place.entry, earning = rowAt(place, 'earnings');
  if (spec.kind !== 'leaf' || spec.per === undefined || earning === undefined) return [];
  const what = spec.per.kind === 'fact' ? spec.per.of.slice(spec.per.of.lastIndexOf('.') + 1).replaceAll('_', ' ') : spec.per.path.map((p) => p.replaceAll('_', ' ')).join('\'s ');
  const sum = wideOf(earning, 'so_far'), money = plainMoney(ratio(sum), place.currency), scaled = scaledWords(sum * 10n ** 15n, place.currency);
  const each = lines.length > 1 && lines.length <= 12 ? `${lines.map((l) => `${l.line ?? ''} ${l.amount}`).join(' + ')} = ` : '';
  return [{ step: 'lines', text: `Each ${what} is paid by itself; there ${lines.length === 1 ? 'is 1' : `are ${lines.length}`}: ${each}${scaled}.`, numbers: { lines: String(lines.length), amount: money },
    rows: lines.map((l) => ({ line: l.line ?? '', amount: l.amount })) }];
}

/** "Gross revenue retention 4,032.00 + contracts renewed 2,160.00 = 6,192.00." */
function groupSteps(place: Place): Step[] {
  const { calculation, rows, step, currency } = place, earned = rowAt(place, 'earned');
  const parts = childrenOf(place, calculation).map((child) => ({ c: child.entry, given: givenBy({ rows, entry: child.entry, step }) }));
  if (earned === undefined) return [];
  const money = (scaled: bigint): string => scaledWords(scaled, currency), raw = wideOf(earned, 'raw');
  const sum = parts.map(({ c, given }) => `${c.spec.title} ${money(given)}`).join(' + ');
  return [{ step: 'sum', text: `${sum} = ${money(raw)}.`, numbers: { amount: plainScaled(raw, currency) }, rows: parts.map(({ c, given }) => ({ component: c.path.join('.'), amount: plainScaled(given, currency) })) }];
}

// ---- what is read once for all components ----

/** What each tier of each marginal table gave. */
async function readTiers(engine: ProgramRunner, calculation: Calculation, person: Person, entries: readonly ComponentEntry[]): Promise<Row[]> {
  const components = entries.filter(({ spec, shape }) => spec.kind === 'leaf' && spec.pay?.number.kind === 'table' && spec.pay.number.table.kind === 'marginal' && shape.reads !== READS.nothing && !shape.paysOnValue).map((c) => c.component);
  if (components.length === 0) return [];
  const attainment = must(calculation.compiled.program.statements.find((s) => s.name === 'attainment'));
  return rowsOf(await engine.read(tiersRelation(attainment, { payee: person.payee, components }), ['component', 'period', 'part', 'line', 'segment']));
}

/** Rows of `ranks` and of what is ranked, of everybody. */
interface Peers { readonly ranks: readonly Row[]; readonly looks: readonly Row[] }

async function readPeers(engine: ProgramRunner, calculation: Calculation, entries: readonly ComponentEntry[]): Promise<Peers> {
  const ranked = entries.filter((c) => c.looks.some((v) => v.kind === 'rank'));
  if (ranked.length === 0) return { ranks: [], looks: [] };
  const of = [...new Set(ranked.flatMap((c) => c.looks.flatMap((v) => (v.kind === 'rank' ? [v.of.index] : []))))];
  const components = or(...ranked.map((c) => eq(col('component'), int(c.component))));
  const read = async (name: string, ...more: Expr[]): Promise<Row[]> => rowsOf(await engine.read(filter(relationOf(calculation, name), and(eq(col('world'), int(0)), components, ...more)), ['component', 'period', 'payee']));
  return { ranks: await read('ranks'), looks: await read('looks', or(...of.map((i) => eq(col('look'), int(i))))) };
}
/** Those who are compared with the payee, best first. */
function peersAt({ peers, calculation, person }: Context, { entry, step }: Spot, rank: number): Peer[] {
  const here = peers.ranks.filter((r) => r['component'] === entry.component && r['period'] === step.period && r['look'] === rank);
  const own = here.find((r) => r['payee'] === person.payee), value = calculation.catalogue.gathered.values[rank];
  if (own === undefined || value?.kind !== 'rank') return [];
  return here.filter((r) => r['peers'] === own['peers']).map((r): Peer => ({
    person: must(calculation.catalogue.personOf(smallOf(r, 'payee'))), place: Number.parseInt(String(r['num']), 10), position: Number.parseInt(String(r['position']), 10),
    value: lookSum(peers.looks.filter((l) => l['component'] === entry.component && l['period'] === step.period && l['payee'] === r['payee'] && l['look'] === value.of.index)),
  })).sort((a, b) => a.position - b.position);
}
