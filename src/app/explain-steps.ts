/** The steps before and after the table: measure, attainment, incentive; gates, factors, limits. */
import type { Comparison, Measure, Num } from '../plan/plan.ts';
import type { Type, Typed } from '../plan/formula.ts';
import { COMPARISON_WORDS, conditionWords, numberWords, spaced } from '../plan/words-formula.ts';
import { SCALE } from '../stage/arithmetic.ts';
import { numberAt } from '../stage/terms.ts';
import { divide, divideRounded, equal, multiply, negate, ONE, ratio, type Ratio } from '../value/rate.ts';
import type { Row } from './cells.ts';
import { inputsSentence, measureName, measureSentence, toShown } from './explain-measure.ts';
import { earnedAt, lookOf, type Place, resultsAt, rowAt, rowsAt, takesBack, termPlace } from './explain-place.ts';
import { pairIn, smallOf, smallOrNull, wideOf } from './explain-rows.ts';
import { partTypes } from './explain-sums.ts';
import { numText, overWindow } from './explain-target.ts';
import { explainedValue, writtenFigure } from './explain-values.ts';
import { bareValue, capital, moneyWords, percentShown, plainMoney, plainNumber, plainScaled, plainValue, rateWords, scaledWords, valueShown } from './explain-words.ts';
import type { ExplainedValue, Step } from './explanation.ts';

/** Both totals of a quotient, in plain text. */
export function pairOf(place: Place, value: ExplainedValue): { readonly above: string; readonly below: string } | undefined {
  if (value.kind === 'sample') return pairOf(place, value.of);
  if (value.kind !== 'quotient') return undefined;
  const total = (id: string): string => place.lists.find((l) => l.id === id)?.total ?? '0';
  return { above: total(value.above), below: total(value.below) };
}

export function measureSteps(place: Place): Step[] {
  const { spec, value } = place.entry;
  if (spec.kind !== 'leaf' || spec.measure === undefined || value === undefined) return [];
  const { x } = resultsAt(place), turned = takesBack(place) && value.kind === 'simple' && value.over === undefined, looked = lookOf(place, value), exact = turned && looked !== undefined ? negate(looked) : looked, { type } = spec.measure;
  const explained = explainedValue(place, value, spec.measure), pair = pairOf(place, explained);
  const plain = (r: Ratio): string => plainValue(r, type, place.currency);
  const rounded = x !== undefined && exact !== undefined && !equal(x, exact) ? ` That is rounded to ${valueShown(x, type, place.currency)}.` : '';
  return [{ step: 'measure', text: `${place.line === null ? measureSentence(place, spec.measure, explained, exact) : `${turned ? `It takes back ${takenBack(place)}, which is read at` : 'It measures'} ${exact === undefined ? 'nothing' : valueShown(exact, type, place.currency)}.`}${rounded}`, numbers: {
    ...(x === undefined ? {} : { value: plain(x) }), ...(turned ? { turned: 'yes' } : {}), ...(rounded === '' || exact === undefined ? {} : { exact: plain(exact) }),
    ...(pair === undefined ? {} : { numerator: pair.above, denominator: pair.below }),
  } }];
}

export function attainmentSteps(place: Place): Step[] {
  const { spec } = place.entry, row = rowAt(place, 'attainment');
  if (spec.kind !== 'leaf' || spec.target === undefined || spec.measure === undefined || row === undefined) return [];
  const a = pairIn(row, 'a'), x = pairIn(row, 'x'), target = pairIn(row, 'target');
  if (a === undefined) return [];
  const { type } = spec.measure, plain = (r: Ratio): string => plainValue(r, type, place.currency);
  const taken = { attainment: plainNumber(a), taken: 'yes' };
  if (target === undefined || target.n <= 0n) return [{ step: 'attainment', numbers: taken, text: `The target is 0, so your attainment is taken to be ${percentShown(a)}.` }];
  if (row['has_value'] !== true || x === undefined) return [{ step: 'attainment', numbers: taken, text: `There is nothing to measure yet, so your attainment is taken to be ${percentShown(a)}.` }];
  if (spec.better === 'lower' && x.n <= 0n) return [{ step: 'attainment', numbers: taken, text: `Your attainment is taken to be ${percentShown(a)}.` }];
  const [over, under] = spec.better === 'lower' ? [target, x] : [x, target], exact = divide(over, under), { attainment: rounding } = { ...place.plan.spec.round, ...spec.round };
  const numbers = { attainment: plainNumber(a), over: plain(over), under: plain(under), ...(equal(exact, a) || rounding === undefined ? {} : { exact: plainNumber(exact), unit: plainNumber(rounding.unit), mode: rounding.mode }), ...(place.line === null ? {} : { target: plain(target) }) };
  const rounds = 'exact' in numbers ? `, rounded from ${percentShown(exact, 6)}` : '';
  const said = `${bareValue(over, type, place.currency)} ÷ ${bareValue(under, type, place.currency)} = ${percentShown(a)}${rounds}`;
  return [{ step: 'attainment', numbers, text: spec.better === 'lower' ? `Less is better here, so your attainment is the target ÷ the result: ${said}.` : `Your attainment is ${said}.` }];
}

/** What the pay is a share of, where it is. */
export function incentiveSteps(place: Place): Step[] {
  const { spec } = place.entry, incentive = pairIn(rowAt(place, 'assign'), 'incentive'), target = pairIn(rowAt(place, 'assign'), 'target');
  if (spec.kind !== 'leaf' || spec.pay === undefined || incentive === undefined) return [];
  const multiples = cellsOf(spec.pay.number).some((t) => t.type.kind === 'factor') && spec.pay.form === 'rate';
  if (spec.pay.form !== 'payout' && !multiples) return [];
  const weight = spec.weight === undefined ? '' : `, ${numText(spec.weight)} of the whole`;
  const money = moneyWords(incentive, place.currency), made = incentiveOver(place), numbers = { incentive: plainMoney(incentive, place.currency), ...made?.numbers };
  const base = multiples && target !== undefined ? ` Your base rate is that ÷ your target of ${valueShown(target, spec.measure?.type ?? { kind: 'number' }, place.currency)}.` : '';
  return [{ step: 'incentive', numbers, ...(made !== undefined && { rows: made.rows }), text: `Your incentive for this is ${money} ${place.currency}${weight}.${base}` }];
}
/** The incentive of the component, or its part of the plan's: over the window, times the weights of it and of its groups. */
function incentiveOver(place: Place): { readonly numbers: Record<string, string>; readonly rows: NonNullable<Step['rows']> } | undefined {
  const { plan, calculation } = place, rounding = { ...plan.spec.round, ...place.entry.spec.round }.incentive;
  let weight = ONE, own: Num | undefined = plan.spec.incentive;
  for (let at: typeof place.entry | undefined = place.entry; at !== undefined; at = calculation.catalogue.components.find((c) => c.component === at?.parent)) {
    if (at.spec.incentive !== undefined) { own = at.spec.incentive; break; }
    if (at.spec.weight !== undefined) weight = multiply(weight, numberAt(at.spec.weight, termPlace(place, Math.min(place.step.label.to, place.step.soFar) - 1)) ?? ratio(0n));
  }
  if (own === undefined) return undefined;
  return { numbers: { weight: plainNumber(weight), ...(rounding === undefined ? {} : { unit: plainNumber(rounding.unit), mode: rounding.mode }) }, rows: overWindow(place, own).rows };
}
export function cellsOf(number: Num): Typed[] {
  if (number.kind === 'formula') return [number.formula];
  const { table } = number;
  return [...table.rows.flatMap((r) => (r.right === undefined ? [r.value] : [r.value, r.right])), ...(table.otherwise === undefined ? [] : [table.otherwise])];
}
const OPS: readonly Comparison[] = ['=', '<>', '<', '<=', '>', '>='];

export function gateSteps(place: Place): Step[] {
  const rows = rowsAt(place, 'gates'), earned = earnedAt(place), incentive = pairIn(rowAt(place, 'assign'), 'incentive');
  if (rows.length === 0 || earned === undefined) return [];
  const failed = new Set(rows.filter((r) => r['passed'] !== true).map((r) => smallOf(r, 'slot')));
  const change = `${scaledWords(wideOf(earned, 'raw'), place.currency)} becomes ${scaledWords(wideOf(earned, 'gated'), place.currency)}`;
  const so = failed.size !== 1 ? '' : wideOf(earned, 'raw') === wideOf(earned, 'gated') ? '; the pay is not above that' : `: ${change}`;
  const edges = { before: plainScaled(wideOf(earned, 'raw'), place.currency), after: plainScaled(wideOf(earned, 'gated'), place.currency) };
  const steps = rows.map((r): Step => {
    const gate = place.entry.spec.gates[smallOf(r, 'slot')], last = rows.findLast((x) => x['slot'] === r['slot'] && x['passed'] !== true) === r;
    const passed = r['passed'] === true, share = pairIn(r, 'share') ?? ONE;
    const { text, numbers, written } = testWords(place, r);
    const held = gate?.otherwise.kind === 'hold', most = gate?.otherwise.kind === 'at_most';
    const outcome = passed ? 'That is met.' : !last ? 'That is not met.' : held ? 'That is not met, so the pay is held for now.'
      : most ? `That is not met, so at most ${rateWords(share)} of the incentive is paid${so}.`
      : share.n === 0n ? `That is not met, so nothing is paid${failed.size === 1 ? `: ${change}` : ''}.` : `That is not met, so ${rateWords(share)} is paid${failed.size === 1 ? `: ${change}` : ''}.`;
    return { step: 'gate', text: `${text} ${outcome}`, ...(written !== undefined && { written }), numbers: {
      condition: String(smallOf(r, 'slot')), ...numbers, passed: passed ? 'yes' : 'no', ...(passed ? {} : { otherwise: gate?.otherwise.kind ?? 'share', share: plainNumber(share) }),
      ...(most && incentive !== undefined ? { incentive: plainMoney(incentive, place.currency) } : {}), ...edges,
    } };
  });
  return failed.size > 1 ? [...steps, { step: 'gate', text: `After these conditions ${change}.`, numbers: edges }] : steps;
}

interface Tested { readonly text: string; readonly numbers: Record<string, string>; readonly written?: Step['written'] }

/** "Deals won of those decided: 1 of 5 = 20 %; it must be at least 24 %." */
function testWords(place: Place, row: Row): Tested {
  const test = place.entry.spec.gates[smallOf(row, 'slot')]?.require[smallOf(row, 'test')], { spec } = place.entry;
  const figure = place.entry.figures.gates.get(smallOf(row, 'slot'));
  if (figure !== undefined && figure.what.kind === 'condition') {
    const written = writtenFigure(place, figure);
    return { text: `A condition: ${conditionWords(figure.what.formula)}.${inputsSentence(written.inputs, place.currency)}`, numbers: {}, written };
  }
  const read = pairIn(row, 'r'), threshold = pairIn(row, 'threshold') ?? ratio(0n), op = OPS[smallOf(row, 'op')] ?? '=';
  const own = spec.kind === 'leaf' ? spec.measure : undefined;
  const measure = test?.left.kind === 'measure' ? test.left.measure : test?.left.kind === 'value' ? own : undefined;
  const type: Type = measure?.type ?? { kind: 'percent' };
  const parts = test?.left.kind === 'measure' ? partsWords(place, test.left.measure, smallOrNull(row, 'look')) : undefined;
  const places = type.kind === 'percent' && read !== undefined && !equal(read, threshold) && percentShown(read) === percentShown(threshold) ? 6 : 2;
  const shown = (r: Ratio): string => (type.kind === 'percent' ? percentShown(r, places) : valueShown(r, type, place.currency));
  const what = measure === undefined ? 'Your attainment' : measureName(place, measure);
  const value = read === undefined ? (parts === undefined ? 'has no value yet' : `${parts}, so there is no value`) : parts === undefined ? shown(read) : `${parts} = ${shown(read)}`;
  const must = op === '=' ? 'must be' : op === '<>' ? 'must not be' : `must be ${COMPARISON_WORDS[op].replace(/^is /, '')}`;
  return { text: `A condition: ${what} ${must} ${shown(threshold)}. ${read === undefined && parts === undefined ? 'It' : 'It is'} ${value}.`,
    numbers: { ...(read === undefined ? {} : { value: plainValue(read, type, place.currency) }), is: op, required: plainValue(threshold, type, place.currency) } };
}
/** "3 of 12", where the value is a quotient. */
function partsWords(place: Place, measure: Measure, look: number | null): string | undefined {
  const value = place.calculation.catalogue.gathered.values[look ?? -1], pair = value === undefined ? undefined : pairOf(place, explainedValue(place, value, measure));
  if (pair === undefined) return undefined;
  const [top, under] = partTypes(measure), shown = (text: string, type: Type, say: typeof bareValue): string => say(toShown(text, type, place.currency), type, place.currency);
  return `${shown(pair.above, top, bareValue)} of ${shown(pair.below, under, valueShown)}`;
}

export function factorSteps(place: Place): Step[] {
  const rows = rowsAt(place, 'factors'), earned = earnedAt(place);
  if (rows.length === 0 || earned === undefined) return [];
  const change = `${scaledWords(wideOf(earned, 'gated'), place.currency)} becomes ${scaledWords(wideOf(earned, 'factored'), place.currency)}`;
  const edges = { before: plainScaled(wideOf(earned, 'gated'), place.currency), after: plainScaled(wideOf(earned, 'factored'), place.currency) };
  const steps = rows.map((r): Step => {
    const slot = smallOf(r, 'slot'), spec = place.entry.spec.multiply[slot], f = pairIn(r, 'f'), read = pairIn(r, 'r');
    const name = spaced(spec?.name ?? 'factor'), figure = place.entry.figures.factors.get(slot), written = figure === undefined ? undefined : writtenFigure(place, figure);
    const because = written !== undefined ? '' : readingWords(place, spec?.factor, smallOf(r, 'reads'), read, r);
    const inputs = written === undefined ? '' : inputsSentence(written.inputs, place.currency);
    const more = { ...(written !== undefined && figure?.what.kind === 'number' && { written }) };
    if (f === undefined) return { step: 'factor', text: `${capital(name)} has no value yet${because}, so the pay waits for it.${inputs}`, numbers: edges, ...more };
    const so = rows.length === 1 ? `: ${change}` : '';
    return { step: 'factor', text: `Times ${numberWords(f)} for ${name}${because}${so}.${inputs}`, numbers: { factor: plainNumber(f), ...(read === undefined || smallOf(r, 'reads') === 0 ? {} : { read_at: plainNumber(read) }), ...edges }, ...more };
  });
  return rows.length > 1 ? [...steps, { step: 'factor', text: `After these factors ${change}.`, numbers: edges }] : steps;
}
/** " (different products sold: 3)" */
function readingWords(place: Place, factor: Num | undefined, reads: number, read: Ratio | undefined, row: Row): string {
  if (factor?.kind !== 'table' || reads === 0) return '';
  const { by } = factor.table, own = place.entry.spec.kind === 'leaf' ? place.entry.spec.measure : undefined;
  const named = by.kind === 'name' && by.ref.kind === 'measure' ? by.ref.measure : undefined;
  const measure = reads === 1 ? own : place.plan.spec.measures.find((m) => m.name === named);
  const what = reads === 2 ? 'attainment' : measure === undefined ? 'the measure' : measureName(place, measure, false);
  if (read === undefined) return ` (${what})`;
  const pair = reads === 3 && measure !== undefined ? partsWords(place, measure, smallOrNull(row, 'look')) : undefined;
  return ` (${what}: ${pair === undefined ? '' : `${pair} = `}${bareValue(read, reads === 2 ? { kind: 'percent' } : measure?.type ?? { kind: 'number' }, place.currency)})`;
}

export function limitSteps(place: Place): Step[] {
  const earned = earnedAt(place), assign = rowAt(place, 'assign');
  if (earned === undefined) return [];
  const first = wideOf(earned, 'factored'), last = wideOf(earned, 'limited'), cap = pairIn(assign, 'cap'), floor = pairIn(assign, 'floor');
  const numbers = (limit: Ratio, before: bigint, after: bigint): Record<string, string> => ({ limit: plainMoney(limit, place.currency), before: plainScaled(before, place.currency), after: plainScaled(after, place.currency) });
  const change = (before: bigint, after: bigint): string => `${scaledWords(before, place.currency)} becomes ${scaledWords(after, place.currency)}`;
  // what a floor did not raise is what the cap left
  const raised = floor !== undefined && last === divideRounded(floor.n * SCALE, floor.d, 'half_away') && last > first ? last : undefined, capped = raised === undefined ? last : first;
  const steps: Step[] = [];
  if (cap !== undefined && capped < first) steps.push({ step: 'cap', text: `At most ${moneyWords(cap, place.currency)} is paid: ${change(first, capped)}.`, numbers: numbers(cap, first, capped) });
  else if (cap !== undefined && first !== 0n) steps.push({ step: 'cap', text: `At most ${moneyWords(cap, place.currency)} could be paid; you are not above that.`, numbers: numbers(cap, first, capped) });
  if (raised !== undefined && floor !== undefined) steps.push({ step: 'floor', text: `At least ${moneyWords(floor, place.currency)} is paid: ${change(capped, raised)}.`, numbers: numbers(floor, capped, raised) });
  return steps;
}

/** The fact that the fact of this line takes back. */
const takenBack = (place: Place): string => place.factOf(place.line ?? 0n)?.fields['reverses'] ?? 'another fact';
/** What takes back a fact has the pay of that fact, with the other sign. */
export function takesBackStep(place: Place): Step[] {
  const found = earnedAt(place);
  if (found === undefined || !takesBack(place)) return [];
  const before = wideOf(found, 'limited');
  return [{ step: 'takes_back', text: `It takes back ${takenBack(place)}: ${scaledWords(-before, place.currency)}.`, numbers: { before: plainScaled(before, place.currency), after: plainScaled(-before, place.currency) } }];
}
