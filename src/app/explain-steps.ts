/** What each step of an explanation knows, and the steps before and after the table: measure, target, attainment; gates, factors, limits, rounding. */
import type { Comparison, Num } from '../plan/plan.ts';
import type { Type, Typed } from '../plan/formula.ts';
import { describeTable } from '../plan/words-table.ts';
import { COMPARISON_WORDS, formulaWords, numberWords, spaced } from '../plan/words-formula.ts';
import { HELD } from '../stage/attainment.ts';
import type { ComponentEntry, PlanEntry } from '../stage/catalogue.ts';
import type { Person } from '../stage/people.ts';
import type { WindowStep } from '../stage/spans.ts';
import { toMinor } from '../value/money.ts';
import { equal, ONE, ratio, type Ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import type { Row } from './cells.ts';
import type { CountedFacts } from './explain-facts.ts';
import { measureName, measureSentence, partTypes } from './explain-measure.ts';
import { type PayeeRows, pairIn, smallOf, smallOrNull, wideOf } from './explain-rows.ts';
import { bareValue, capital, moneyWords, percentShown, plainMoney, plainNumber, plainScaled, plainValue, rateWords, scaledWords, valueShown } from './explain-words.ts';

export type StepKind =
  | 'measure' | 'target' | 'attainment' | 'incentive' | 'pay' | 'sum' | 'gate' | 'factor' | 'cap' | 'floor' | 'rounding' | 'true_up' | 'plan_cap' | 'held';
/** One step: what is said of it, and its numbers as plain decimal text (money in currency units, shares as parts of one). */
export interface Step {
  readonly step: StepKind;
  readonly text: string;
  readonly numbers: Readonly<Record<string, string>>;
  /** one a tier, or a value that a table was read by */
  readonly rows?: readonly Readonly<Record<string, string>>[];
}

/** One component of one payee in one period. */
export interface Place {
  readonly calculation: Calculation;
  readonly rows: PayeeRows;
  readonly person: Person;
  readonly plan: PlanEntry;
  readonly entry: ComponentEntry;
  readonly step: WindowStep;
  readonly currency: string;
  readonly facts: CountedFacts;
  /** words of the dictionary, by code */
  readonly word: (code: number) => string | undefined;
}

export function rowAt(place: Place, table: Parameters<PayeeRows['of']>[0]): Row | undefined {
  return place.rows.of(table, place.entry.component, place.step.period)[0];
}
/** A measure with both of its parts as they were gathered, in units of their own. */
export function gatheredPair(place: Place, measure: number | null, over: number | null): { readonly top: Ratio; readonly under: Ratio | undefined } | undefined {
  if (measure === null) return undefined;
  const { measures } = place.calculation.catalogue.gathered;
  const value = (index: number): Ratio => ratio(place.rows.measured(place.plan.plan, index, place.entry.window.id, place.step.period) ?? 0n, measures[index]?.divisor ?? 1n);
  return { top: value(measure), under: over === null ? undefined : value(over) };
}

/** The sums that a value is of: what is above the line, what is below; of a formula of several none. */
export function sumsOf(place: Place, look: number): readonly number[] {
  const value = place.calculation.catalogue.gathered.values[look];
  return value?.kind === 'simple' ? [value.measure.index, ...(value.over === undefined ? [] : [value.over.index])] : [];
}
function pairOfSums(place: Place, look: number | null): [number | null, number | null] {
  const [top, under] = look === null ? [] : sumsOf(place, look);
  return [top ?? null, under ?? null];
}

export function measureSteps(place: Place): Step[] {
  const { spec, value } = place.entry;
  if (spec.kind !== 'leaf' || spec.measure === undefined || value === undefined) return [];
  const attained = rowAt(place, 'attainment');
  const sums = sumsOf(place, value.index), pair = gatheredPair(place, sums[0] ?? null, sums[1] ?? null);
  const x = attained?.['has_value'] === true ? pairIn(attained, 'x') : undefined;
  if (pair === undefined) return [];
  const text = measureSentence(place, spec.measure, { ...pair, value: x }, sums[0] ?? -1);
  const plain = (r: Ratio, type: Type): string => plainValue(r, type, place.currency);
  return [{ step: 'measure', text, numbers: {
    ...(x === undefined ? {} : { value: plain(x, spec.measure.type) }),
    ...(pair.under === undefined ? {} : { numerator: plain(pair.top, partTypes(spec.measure)[0]), denominator: plain(pair.under, partTypes(spec.measure)[1]) }),
  } }];
}

export function attainmentSteps(place: Place): Step[] {
  const { spec } = place.entry, row = rowAt(place, 'attainment');
  if (spec.kind !== 'leaf' || spec.target === undefined || spec.measure === undefined || row === undefined) return [];
  const a = pairIn(row, 'a'), x = pairIn(row, 'x'), target = pairIn(row, 'target');
  if (a === undefined) return [];
  const numbers = { attainment: plainNumber(a) };
  if (target === undefined || target.n <= 0n) return [{ step: 'attainment', numbers, text: `The target is 0, so your attainment is taken to be ${percentShown(a)}.` }];
  if (row['has_value'] !== true || x === undefined) return [{ step: 'attainment', numbers, text: `There is nothing to measure yet, so your attainment is taken to be ${percentShown(a)}.` }];
  const [over, under] = spec.better === 'lower' ? [target, x] : [x, target];
  const said = `${bareValue(over, spec.measure.type, place.currency)} ÷ ${bareValue(under, spec.measure.type, place.currency)} = ${percentShown(a)}`;
  if (spec.better === 'lower' && x.n <= 0n) return [{ step: 'attainment', numbers, text: `Your attainment is taken to be ${percentShown(a)}.` }];
  return [{ step: 'attainment', numbers, text: spec.better === 'lower' ? `Less is better here, so your attainment is the target ÷ the result: ${said}.` : `Your attainment is ${said}.` }];
}

/** What the pay is a share of, where it is. */
export function incentiveSteps(place: Place): Step[] {
  const { spec } = place.entry, incentive = pairIn(rowAt(place, 'assign'), 'incentive'), target = pairIn(rowAt(place, 'assign'), 'target');
  if (spec.kind !== 'leaf' || spec.pay === undefined || incentive === undefined) return [];
  const multiples = cellsOf(spec.pay.number).some((t) => t.type.kind === 'factor') && spec.pay.form === 'rate';
  if (spec.pay.form !== 'payout' && !multiples) return [];
  const weight = spec.weight === undefined ? '' : `, ${numText(spec.weight)} of the whole`;
  const money = moneyWords(incentive, place.currency), numbers = { incentive: plainMoney(incentive, place.currency) };
  const base = multiples && target !== undefined ? ` Your base rate is that ÷ your target of ${valueShown(target, spec.measure?.type ?? { kind: 'number' }, place.currency)}.` : '';
  return [{ step: 'incentive', numbers, text: `Your incentive for this is ${money} ${place.currency}${weight}.${base}` }];
}
export function cellsOf(number: Num): Typed[] {
  if (number.kind === 'formula') return [number.formula];
  const { table } = number;
  return [...table.rows.flatMap((r) => (r.right === undefined ? [r.value] : [r.value, r.right])), ...(table.otherwise === undefined ? [] : [table.otherwise])];
}
export function numText(number: Num): string {
  return number.kind === 'formula' ? formulaWords(number.formula) : describeTable(number.table, 'weight', 'the whole');
}

const OPS: readonly Comparison[] = ['=', '<>', '<', '<=', '>', '>='];

export function gateSteps(place: Place): Step[] {
  const rows = place.rows.of('gates', place.entry.component, place.step.period), earned = rowAt(place, 'earned');
  if (rows.length === 0 || earned === undefined) return [];
  const failed = new Set(rows.filter((r) => r['passed'] !== true).map((r) => smallOf(r, 'slot')));
  const change = `${scaledWords(wideOf(earned, 'raw'), place.currency)} becomes ${scaledWords(wideOf(earned, 'gated'), place.currency)}`;
  const so = failed.size !== 1 ? '' : wideOf(earned, 'raw') === wideOf(earned, 'gated') ? '; the pay is not above that' : `: ${change}`;
  const steps = rows.map((r): Step => {
    const gate = place.entry.spec.gates[smallOf(r, 'slot')], last = rows.findLast((x) => x['slot'] === r['slot'] && x['passed'] !== true) === r;
    const passed = r['passed'] === true, share = pairIn(r, 'share') ?? ONE;
    const { text, numbers } = testWords(place, r);
    const held = gate?.otherwise.kind === 'hold', most = gate?.otherwise.kind === 'at_most';
    const outcome = passed ? 'That is met.' : !last ? 'That is not met.' : held ? 'That is not met, so the pay is held for now.'
      : most ? `That is not met, so at most ${rateWords(share)} of the incentive is paid${so}.`
      : share.n === 0n ? `That is not met, so nothing is paid${failed.size === 1 ? `: ${change}` : ''}.` : `That is not met, so ${rateWords(share)} is paid${failed.size === 1 ? `: ${change}` : ''}.`;
    return { step: 'gate', text: `${text} ${outcome}`, numbers: { ...numbers, passed: passed ? 'yes' : 'no', ...(passed ? {} : { share: plainNumber(share) }), before: plainScaled(wideOf(earned, 'raw'), place.currency), after: plainScaled(wideOf(earned, 'gated'), place.currency) } };
  });
  return failed.size > 1 ? [...steps, { step: 'gate', text: `After these conditions ${change}.`, numbers: {} }] : steps;
}

/** "Deals won of those decided: 1 of 5 = 20 %; it must be at least 24 %." */
function testWords(place: Place, row: Row): { readonly text: string; readonly numbers: Record<string, string> } {
  const test = place.entry.spec.gates[smallOf(row, 'slot')]?.require[smallOf(row, 'test')], { spec } = place.entry;
  const read = pairIn(row, 'r'), threshold = pairIn(row, 'threshold') ?? ratio(0n), op = OPS[smallOf(row, 'op')] ?? '=';
  const own = spec.kind === 'leaf' ? spec.measure : undefined;
  const measure = test?.left.kind === 'measure' ? test.left.measure : test?.left.kind === 'value' ? own : undefined;
  const type: Type = measure?.type ?? { kind: 'percent' };
  const pair = test?.left.kind === 'measure' ? gatheredPair(place, ...pairOfSums(place, smallOrNull(row, 'look'))) : undefined;
  const places = type.kind === 'percent' && read !== undefined && !equal(read, threshold) && percentShown(read) === percentShown(threshold) ? 6 : 2;
  const shown = (r: Ratio): string => (type.kind === 'percent' ? percentShown(r, places) : valueShown(r, type, place.currency));
  const parts = measure !== undefined && pair?.under !== undefined ? `${bareValue(pair.top, partTypes(measure)[0], place.currency)} of ${valueShown(pair.under, partTypes(measure)[1], place.currency)}` : undefined;
  const what = measure === undefined ? 'Your attainment' : measureName(place, measure);
  const value = read === undefined ? (parts === undefined ? 'has no value yet' : `${parts}, so there is no value`) : parts === undefined ? shown(read) : `${parts} = ${shown(read)}`;
  const must = op === '=' ? 'must be' : op === '<>' ? 'must not be' : `must be ${COMPARISON_WORDS[op].replace(/^is /, '')}`;
  return { text: `A condition: ${what} ${must} ${shown(threshold)}. ${read === undefined && parts === undefined ? 'It' : 'It is'} ${value}.`,
    numbers: { ...(read === undefined ? {} : { value: plainValue(read, type, place.currency) }), required: plainValue(threshold, type, place.currency) } };
}

export function factorSteps(place: Place): Step[] {
  const rows = place.rows.of('factors', place.entry.component, place.step.period), earned = rowAt(place, 'earned');
  if (rows.length === 0 || earned === undefined) return [];
  const change = `${scaledWords(wideOf(earned, 'gated'), place.currency)} becomes ${scaledWords(wideOf(earned, 'factored'), place.currency)}`;
  const before = plainScaled(wideOf(earned, 'gated'), place.currency), after = plainScaled(wideOf(earned, 'factored'), place.currency);
  const steps = rows.map((r): Step => {
    const spec = place.entry.spec.multiply[smallOf(r, 'slot')], f = pairIn(r, 'f'), read = pairIn(r, 'r');
    const name = spaced(spec?.name ?? 'factor');
    const because = readingWords(place, spec?.factor, smallOf(r, 'reads'), read, r);
    if (f === undefined) return { step: 'factor', text: `${capital(name)} has no value yet${because}, so the pay waits for it.`, numbers: {} };
    const so = rows.length === 1 ? `: ${change}` : '';
    return { step: 'factor', text: `Times ${numberWords(f)} for ${name}${because}${so}.`, numbers: { factor: plainNumber(f), before, after } };
  });
  return rows.length > 1 ? [...steps, { step: 'factor', text: `After these factors ${change}.`, numbers: { before, after } }] : steps;
}
/** " (different products sold: 3)" */
function readingWords(place: Place, factor: Num | undefined, reads: number, read: Ratio | undefined, row: Row): string {
  if (factor?.kind !== 'table' || reads === 0) return '';
  const { by } = factor.table, own = place.entry.spec.kind === 'leaf' ? place.entry.spec.measure : undefined;
  const named = by.kind === 'name' && by.ref.kind === 'measure' ? by.ref.measure : undefined;
  const measure = reads === 1 ? own : place.plan.spec.measures.find((m) => m.name === named);
  const what = reads === 2 ? 'attainment' : measure === undefined ? 'the measure' : measureName(place, measure, false);
  if (read === undefined) return ` (${what})`;
  const pair = reads === 3 ? gatheredPair(place, ...pairOfSums(place, smallOrNull(row, 'look'))) : undefined;
  const parts = pair?.under === undefined || measure === undefined ? '' : `${bareValue(pair.top, partTypes(measure)[0], place.currency)} of ${bareValue(pair.under, partTypes(measure)[1], place.currency)} = `;
  return ` (${what}: ${parts}${bareValue(read, reads === 2 ? { kind: 'percent' } : measure?.type ?? { kind: 'number' }, place.currency)})`;
}

export function limitSteps(place: Place): Step[] {
  const earned = rowAt(place, 'earned'), assign = rowAt(place, 'assign');
  if (earned === undefined) return [];
  const before = wideOf(earned, 'factored'), after = wideOf(earned, 'limited'), cap = pairIn(assign, 'cap'), floor = pairIn(assign, 'floor');
  const numbers = { before: plainScaled(before, place.currency), after: plainScaled(after, place.currency) };
  const change = `${scaledWords(before, place.currency)} becomes ${scaledWords(after, place.currency)}`;
  const limit = (l: Ratio): Record<string, string> => ({ ...numbers, limit: plainMoney(l, place.currency) });
  if (after > before && floor !== undefined) return [{ step: 'floor', text: `At least ${moneyWords(floor, place.currency)} is paid: ${change}.`, numbers: limit(floor) }];
  if (after < before && cap !== undefined) return [{ step: 'cap', text: `At most ${moneyWords(cap, place.currency)} is paid: ${change}.`, numbers: limit(cap) }];
  if (cap !== undefined && before !== 0n) return [{ step: 'cap', text: `At most ${moneyWords(cap, place.currency)} could be paid; you are not above that.`, numbers: limit(cap) }];
  return [];
}

/** Rounding, what earlier periods paid, and the cap of the plan: of top-level components only. */
export function closingSteps(place: Place): Step[] {
  const earning = rowAt(place, 'earnings'), payout = rowAt(place, 'payouts');
  if (earning === undefined || payout === undefined) return [];
  const { currency, entry } = place, steps: Step[] = [];
  const money = (minor: bigint): string => moneyWords(ratio(minor), currency), plain = (minor: bigint): string => plainMoney(ratio(minor), currency);
  const soFar = wideOf(earning, 'so_far'), before = wideOf(earning, 'before'), amount = wideOf(earning, 'amount'), residue = wideOf(earning, 'residue');
  if (residue !== 0n) {
    const unit = { ...place.plan.spec.round, ...entry.spec.round }.end?.unit, coin = toMinor(unit ?? ONE, currency);
    const to = unit === undefined || equal(coin, ONE) ? '' : ` to ${bareValue(unit, { kind: 'number' }, currency)} ${currency}`;
    steps.push({ step: 'rounding', text: `Rounded${to}: ${scaledWords(wideOf(earning, 'limited'), currency)} becomes ${money(soFar)}.`,
      numbers: { before: plainScaled(wideOf(earning, 'limited'), currency), after: plain(soFar), residue: plainScaled(residue, currency) } });
  }
  if (entry.spec.window.kind !== 'period') {
    const earlier = before === 0n ? 'nothing paid for earlier periods' : `paid for earlier periods ${money(before)}`;
    steps.push({ step: 'true_up', text: `So far this ${entry.spec.window.of === 'half' ? 'half-year' : entry.spec.window.of} ${money(soFar)}, ${earlier}, so ${money(amount)} for ${place.step.label.label}.`,
      numbers: { so_far: plain(soFar), before: plain(before), amount: plain(amount) } });
  }
  const paid = wideOf(payout, 'payout'), cap = place.rows.cap(place.plan.plan, place.step.period);
  if (paid !== amount && cap !== undefined) {
    steps.push({ step: 'plan_cap', text: `The plan pays at most ${money(cap)} for ${place.step.label.label} in all; this component's part of it is ${money(paid)} instead of ${money(amount)}.`,
      numbers: { cap: plain(cap), before: plain(amount), after: plain(paid) } });
  }
  return steps;
}

export function heldSteps(place: Place): Step[] {
  const row = place.entry.spec.kind === 'group' ? undefined : rowAt(place, 'earned'), held = smallOrNull(row, 'held') ?? HELD.no;
  if (held === HELD.no || held === HELD.gate) return [];
  const why: Readonly<Record<number, string>> = {
    [HELD.no_target]: 'no target is known for you here', [HELD.no_value]: 'there is nothing to measure yet', [HELD.no_reading]: 'what the table is read by has no value yet',
    [HELD.no_row]: 'the table of the plan has no row for this', [HELD.factor]: 'a factor has no value yet', [HELD.no_group]: 'you were in no group whose result it looks at',
  };
  return [{ step: 'held', text: `This pay is held for now, because ${why[held] ?? 'something is missing'}. It is not lost: it is calculated again with every run.`, numbers: {} }];
}
