/**
 * "Why this number?": for one payee, each component of a period from what was measured to what is paid,
 * in words and numbers, down to the row of the file. Every number is read from the relations of the
 * run; what no relation holds yet (tiers, single credits) is read from the facts by relations of the same
 * kind (`stage/tiers.ts`, `stage/lines.ts`), which must add up to it.
 */
import type { Cell, Engine } from '../engine/engine.ts';
import type { Kind, Measure } from '../plan/plan.ts';
import { col, eq, filter, int, or, scan } from '../relation/relation.ts';
import { READS } from '../stage/curve.ts';
import type { Person } from '../stage/people.ts';
import { WORD } from '../stage/store.ts';
import { tiersRelation } from '../stage/tiers.ts';
import { assert, type Outcome } from '../value/diagnostic.ts';
import { ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { paySteps } from './explain-curve.ts';
import { countFacts, type FactList, nameOf, type Wanted } from './explain-facts.ts';
import { partTypes } from './explain-measure.ts';
import { findPayee, findSpots, type Spot } from './explain-request.ts';
import { type PayeeRows, readPayee, smallOf, smallOrNull, textIn, wideOf } from './explain-rows.ts';
import { attainmentSteps, closingSteps, factorSteps, gateSteps, heldSteps, incentiveSteps, limitSteps, measureSteps, type Place, type Step } from './explain-steps.ts';
import { targetSteps } from './explain-target.ts';
import { plainMoney, plainScaled, scaledWords } from './explain-words.ts';

export interface ExplainRequest {
  /** id or name */
  readonly payee: string;
  /** a label: all periods that lie within it are explained; without one, the last period with pay */
  readonly period?: string;
  readonly component?: string;
  readonly plan?: string;
  readonly kinds: readonly Kind[];
}

/** Plain data. Amounts are plain decimal text in the currency of the plan. */
export interface Explanation {
  readonly payee: string;
  readonly name: string;
  readonly period: string;
  /** the import up to which facts are known */
  readonly known_at: number;
  readonly plans: readonly ExplainedPlan[];
}
export interface ExplainedPlan { readonly plan: string; readonly title: string; readonly currency: string; readonly components: readonly ExplainedComponent[] }
export interface ExplainedComponent {
  /** its name, with the groups that it stands in: `retention.revenue` */
  readonly component: string;
  readonly title: string;
  readonly period: string;
  /** what is paid; of a part of a group: what it gives to the group, before rounding */
  readonly amount: string;
  readonly held: boolean;
  readonly steps: readonly Step[];
  readonly parts: readonly ExplainedComponent[];
  /** all facts that were counted, for the measure and for what tables, conditions and factors read */
  readonly facts: readonly FactList[];
}

export async function explain(engine: Engine, calculation: Calculation, request: ExplainRequest): Promise<Outcome<Explanation>> {
  const payee = findPayee(calculation.catalogue, request.payee);
  if ('refused' in payee) return { value: undefined, diagnostics: payee.refused };
  const person = payee.found;
  const rows = await readPayee(engine, calculation, person.payee);
  const chosen = findSpots(calculation.catalogue, person, rows, request);
  if ('refused' in chosen) return { value: undefined, diagnostics: chosen.refused };
  const { spots, period } = chosen.found;
  const tiers = await readTiers(engine, calculation, person);
  const word = await readWords(engine, calculation, rows, spots);
  const plans: ExplainedPlan[] = [];
  for (const plan of new Set(spots.map((s) => s.plan))) {
    const components: ExplainedComponent[] = [];
    for (const spot of spots.filter((s) => s.plan === plan).sort(inOrder)) components.push(await explainSpot(engine, { calculation, rows, person, tiers, word, kinds: calculation.catalogue.kinds }, spot));
    plans.push({ plan: plan.spec.plan, title: plan.spec.title, currency: plan.spec.currency, components });
  }
  return { value: { payee: person.id, name: nameOf(person), period, known_at: calculation.cut, plans }, diagnostics: [] };
}

interface Context {
  readonly calculation: Calculation;
  readonly rows: PayeeRows;
  readonly person: Person;
  readonly tiers: readonly Row[];
  readonly word: Place['word'];
  readonly kinds: readonly Kind[];
}

function inOrder(a: Spot, b: Spot): number {
  return a.step.period - b.step.period || a.entry.component - b.entry.component;
}

async function explainSpot(engine: Engine, context: Context, spot: Spot): Promise<ExplainedComponent> {
  const { calculation, rows, person } = context, { entry, step, plan } = spot, { spec } = entry, { currency } = plan.spec;
  const wanted = wantedOf(spot, rows, calculation.catalogue), of = { payee: person.payee, plan: plan.plan, window: entry.window.id, period: step.period, measures: wanted.map((w) => w.measure) };
  const facts = await countFacts(engine, calculation, context.kinds, person, of, wanted, rows, currency);
  const place: Place = { ...spot, calculation, rows, person, currency, facts, word: context.word };
  const parts: ExplainedComponent[] = [];
  for (const part of calculation.catalogue.components.filter((c) => c.parent === entry.component)) {
    const own = part.window.steps.find((s) => s.period === step.period);
    if (own !== undefined) parts.push(await explainSpot(engine, context, { plan, entry: part, step: own }));
  }
  const earned = rows.of('earned', entry.component, step.period)[0], payout = rows.of('payouts', entry.component, step.period)[0];
  return {
    component: entry.path.join('.'), title: spec.title, period: step.label.label, held: (smallOrNull(earned, 'held') ?? 0) !== 0,
    amount: payout === undefined ? plainScaled(earned === undefined ? 0n : wideOf(earned, 'limited'), currency) : plainMoney(ratio(wideOf(payout, 'payout')), currency),
    steps: stepsOf(place, context.tiers.filter((t) => t['component'] === entry.component && t['period'] === step.period)),
    parts, facts: facts.lists,
  };
}

function stepsOf(place: Place, tiers: readonly Row[]): Step[] {
  const before = place.entry.spec.kind === 'group' ? groupSteps(place)
    : [...measureSteps(place), ...targetSteps(place), ...attainmentSteps(place), ...incentiveSteps(place), ...paySteps(place, tiers)];
  return [...before, ...gateSteps(place), ...factorSteps(place), ...limitSteps(place), ...heldSteps(place), ...closingSteps(place)];
}

/** "Gross revenue retention 4,032.00 + contracts renewed 2,160.00 = 6,192.00." */
function groupSteps(place: Place): Step[] {
  const parts = place.calculation.catalogue.components.filter((c) => c.parent === place.entry.component).flatMap((c) => place.rows.of('earned', c.component, place.step.period).map((row) => ({ c, row })));
  const [earned] = place.rows.of('earned', place.entry.component, place.step.period);
  if (earned === undefined) return [];
  const money = (scaled: bigint): string => scaledWords(scaled, place.currency), raw = wideOf(earned, 'raw');
  const sum = parts.map(({ c, row }) => `${c.spec.title} ${money(wideOf(row, 'limited'))}`).join(' + ');
  return [{ step: 'sum', text: `${sum} = ${money(raw)}.`, numbers: { amount: plainScaled(raw, place.currency) },
    rows: parts.map(({ c, row }) => ({ component: c.path.join('.'), amount: plainScaled(wideOf(row, 'limited'), place.currency) })) }];
}

/** The measures whose facts are listed, each once. */
function wantedOf({ plan, entry, step: { period } }: Spot, rows: PayeeRows, { gathered }: Calculation['catalogue']): Wanted[] {
  const { spec } = entry, out = new Map<number, Wanted>();
  const put = (measure: Measure, index: number, over: number | null, role: Wanted['role']): void => {
    const by = entry.shape.field, [top, under] = over === null ? [measure.type, measure.type] : partTypes(measure);
    const title = (part: Measure | undefined): string => part?.title ?? measure.title;
    if (!out.has(index)) out.set(index, { measure: index, role, title: measure.kind === 'ratio' ? title(measure.numerator) : measure.title, type: top, by });
    if (over !== null && !out.has(over)) out.set(over, { measure: over, role: role === 'measure' ? 'divisor' : role, title: measure.kind === 'ratio' ? title(measure.denominator) : measure.title, type: under, by });
  };
  // of a formula of several measures no facts are listed
  const putValue = (measure: Measure, look: number, role: Wanted['role']): void => {
    const value = gathered.values[look];
    // what is found from rows in order, or over accounts, has no list of facts that add up to it
    if (value?.kind === 'simple' && [value.measure, ...(value.over === undefined ? [] : [value.over])].every((m) => m.terms.length > 0 && m.subject === 'payee' && m.terms.every((t) => t.column.time.grain === 'slice' && t.column.time.date === null))) put(measure, value.measure.index, value.over?.index ?? null, role);
  };
  if (spec.kind === 'leaf' && spec.measure !== undefined && entry.value !== undefined) putValue(spec.measure, entry.value.index, 'measure');
  if (entry.shape.measure !== undefined && entry.reading !== undefined) putValue(entry.shape.measure, entry.reading.index, 'reading');
  for (const row of rows.of('gates', entry.component, period)) {
    const left = spec.gates[smallOf(row, 'slot')]?.require[smallOf(row, 'test')]?.left, look = smallOrNull(row, 'look');
    if (left?.kind === 'measure' && look !== null) putValue(left.measure, look, 'condition');
  }
  for (const row of rows.of('factors', entry.component, period)) {
    const factor = spec.multiply[smallOf(row, 'slot')]?.factor, by = factor?.kind === 'table' ? factor.table.by : undefined, look = smallOrNull(row, 'look');
    const name = by?.kind === 'name' && by.ref.kind === 'measure' ? by.ref.measure : undefined, measure = plan.spec.measures.find((m) => m.name === name);
    if (measure !== undefined && look !== null) putValue(measure, look, 'factor');
  }
  return [...out.values()];
}

/** What each tier of each marginal table gave. */
async function readTiers(engine: Engine, calculation: Calculation, person: Person): Promise<Row[]> {
  const components = calculation.catalogue.components.filter(({ spec, shape }) => spec.kind === 'leaf' && spec.per === undefined && spec.pay?.number.kind === 'table' && spec.pay.number.table.kind === 'marginal' && shape.reads !== READS.nothing).map((c) => c.component);
  if (components.length === 0) return [];
  const attainment = calculation.compiled.program.statements.find((s) => s.name === 'attainment');
  assert(attainment !== undefined, 'a run has attainment');
  return rowsOf(await engine.read(tiersRelation(attainment, { payee: person.payee, components }), ['component', 'period', 'segment']));
}

/** Words of what tables are read by, fact by fact. */
async function readWords(engine: Engine, calculation: Calculation, rows: PayeeRows, spots: readonly Spot[]): Promise<Place['word']> {
  const codes = new Set(spots.flatMap(({ step, plan }) => calculation.catalogue.components.filter((c) => c.plan === plan.plan && c.shape.reads === READS.field)
    .flatMap((c) => rows.of('attainment', c.component, step.period).map((r) => wideOf(r, 'field_value')))));
  if (codes.size === 0) return () => undefined;
  const found = rowsOf(await engine.read(filter(scan(WORD), or(...[...codes].map((code) => eq(col('code'), int(code)))))));
  const words = new Map(found.map((r): readonly [Cell | undefined, string] => [r['code'], textIn(r['word'])]));
  return (code) => words.get(code);
}
