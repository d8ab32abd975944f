/** How the pay of one component was found: the rate, the row or the two points of its table, tier by tier. */
import type { Type, Typed } from '../plan/formula.ts';
import type { Leaf, Table, TableRow } from '../plan/plan.ts';
import { formulaWords, numberWords, spaced, valueWords } from '../plan/words-formula.ts';
import { HELD } from '../stage/attainment.ts';
import { BLANK_KEY } from '../stage/facts.ts';
import { READS } from '../stage/curve.ts';
import type { Piece } from '../stage/tables.ts';
import { assert } from '../value/diagnostic.ts';
import { toMinor } from '../value/money.ts';
import { compare, equal, ONE, ratio, type Ratio, ZERO } from '../value/rate.ts';
import type { Row } from './cells.ts';
import { measureName } from './explain-measure.ts';
import { pairIn, smallOf, smallOrNull, wideOf } from './explain-rows.ts';
import { type Place, rowAt, type Step } from './explain-steps.ts';
import { bareValue, capital, moneyWords, percentShown, plainMoney, plainNumber, plainScaled, plainValue, rateWords, scaledWords, valueShown } from './explain-words.ts';

/** Steps from what was measured to the pay before conditions. `tiers`: rows of the relation of tiers for this component and period. */
export function paySteps(place: Place, tiers: readonly Row[]): Step[] {
  const { spec, shape } = place.entry;
  if (spec.kind !== 'leaf') return [];
  if (spec.pay === undefined) return [{ step: 'pay', text: 'This is shown for information, and pays nothing.', numbers: {} }];
  const parts = place.rows.of('parts', place.entry.component, place.step.period);
  if (shape.reads === READS.field) return [byField(place, spec, parts)];
  const [part] = parts;
  if (part === undefined || smallOrNull(part, 'held') !== HELD.no) return [];
  const { number } = spec.pay;
  if (spec.per !== undefined) return [lineByLine(place, spec)];
  if (number.kind === 'table' && number.table.kind === 'marginal' && shape.reads !== READS.nothing && !shape.paysOnValue) return [marginal(place, spec, number.table, tiers, part)];
  return [single(place, spec, part)];
}

/** Facts that are paid one by one, or by the values of a field: how many, and what they come to before gates. */
function lineByLine(place: Place, spec: Leaf): Step {
  const parts = place.rows.of('parts', place.entry.component, place.step.period), raw = parts.reduce((n, p) => n + wideOf(p, 'raw'), 0n);
  const what = spec.per?.kind === 'fact' ? spaced(spec.per.of) : spaced(spec.per?.path.at(-1) ?? '');
  const each = parts.map((p) => scaledWords(wideOf(p, 'raw'), place.currency));
  const listed = each.length > 1 && each.length <= 12 ? `${each.join(' + ')} = ` : '';
  return { step: 'pay', text: `Each ${what} is paid by itself; there ${parts.length === 1 ? 'is 1' : `are ${parts.length}`}: ${listed}${scaledWords(raw, place.currency)}.`, numbers: { lines: String(parts.length), amount: plainScaled(raw, place.currency) } };
}

/** One value for everything: a rate, a share of the incentive, or an amount. */
function single(place: Place, spec: Leaf, part: Row): Step {
  const { number } = spec.pay ?? { number: undefined }, { shape } = place.entry, { currency } = place;
  const lead = number?.kind === 'table' ? shape.reads === READS.nothing ? `By ${formulaWords(number.table.by)}: ` : rowWords(place, spec, number.table, part) : '';
  const { calculation, numbers } = product(place, spec, part, rowAt(place, 'attainment'));
  const raw = wideOf(part, 'raw');
  return { step: 'pay', text: capital(`${lead}${calculation}${spec.pay?.form === 'amount' ? '' : ' ='} ${scaledWords(raw, currency)}.`), numbers: { ...numbers, amount: plainScaled(raw, currency) } };
}

/** "3 % of 118,204.00", "250.00 for each of 12", "96 % of 4,200.00", "500.00" */
function product(place: Place, spec: Leaf, part: Row, attained: Row | undefined): { readonly calculation: string; readonly numbers: Record<string, string> } {
  const { currency } = place, value = pairIn(part, 'value') ?? ZERO, unit = pairIn(attained, 'unit') ?? ONE;
  const form = spec.pay?.form, type: Type = spec.measure?.type ?? { kind: 'number' };
  if (form === 'amount') return { calculation: 'it pays', numbers: { value: plainMoney(value, currency) } };
  if (form === 'payout') return { calculation: `${rateWords(value)} of ${moneyWords(unit, currency)}`, numbers: { value: plainNumber(value), of: plainMoney(unit, currency) } };
  if (type.kind === 'money') return { calculation: `${rateWords(value)} of ${bareValue(unit, type, currency)}`, numbers: { rate: plainNumber(value), of: plainValue(unit, type, currency) } };
  const each = type.kind === 'number' ? `${moneyWords(value, currency)} for each of ${bareValue(unit, type, currency)}` : `${moneyWords(value, currency)} × ${bareValue(unit, type, currency)}`;
  return { calculation: each, numbers: { rate: plainMoney(value, currency), of: plainValue(unit, type, currency) } };
}

// ---- which row, or which two points ----

function rowWords(place: Place, spec: Leaf, table: Table, part: Row): string {
  const { shape } = place.entry, attained = rowAt(place, 'attainment');
  const read = pairIn(attained, 'r') ?? ZERO, segment = smallOf(part, 'segment');
  const curve = place.calculation.catalogue.curves[smallOrNull(attained, 'curve') ?? -1];
  const piece = curve?.[segment];
  assert(piece !== undefined, 'a part that was found has its piece');
  const type: Type = shape.reads === READS.attainment ? { kind: 'percent' } : shape.reads === READS.measure ? shape.measure?.type ?? { kind: 'number' } : spec.measure?.type ?? { kind: 'number' };
  const name = shape.reads === READS.measure && shape.measure !== undefined ? `${measureName(place, shape.measure)}: ` : '';
  const shown = `${name}${bareValue(read, type, place.currency)}`;
  return `${bandWords(table, piece, read, shown, place)}: `;
}

function bandWords(table: Table, piece: Piece, read: Ratio, shown: string, place: Place): string {
  const key = (row: TableRow): string => (typeof row.key === 'object' ? valueWords(row.key, keyType(table, place)) : String(row.key));
  const { row } = piece, [first] = table.rows;
  if (table.kind === 'lookup') return row === undefined ? `${shown} has no row of its own, so the rest of the table holds` : `${shown} is a row of the table`;
  if (row === undefined) return first === undefined ? shown : `${shown} is ${first.over ? 'not above' : 'below'} ${key(first)}, where the table begins`;
  const next = table.rows[table.rows.indexOf(row) + 1];
  if (table.kind === 'points') {
    const value = formulaWords(row.right ?? row.value);
    if (piece.low !== null && equal(piece.low.at, read)) return `${shown} is a point of the table, which pays ${value}`;
    if (next === undefined) return `${shown} is above ${key(row)}, the last point, which pays ${value}${table.beyond === 'extend' ? ' and goes on' : ''}`;
    return `${shown} lies between ${key(row)}, which pays ${value}, and ${key(next)}, which pays ${formulaWords(next.value)}`;
  }
  const upTo = next === undefined ? '' : ` ${next.over ? 'up to' : 'to below'} ${key(next)}`;
  const all = table.kind === 'retroactive' && place.entry.shape.paysOnValue ? ' for all of it' : '';
  return `${shown} is in the row ${row.over ? 'above' : 'from'} ${key(row)}${upTo}${upTo === '' && !row.over ? ' on' : ''}, which pays ${formulaWords(row.value)}${all}`;
}
function keyType(table: Table, place: Place): Type {
  const { by } = table;
  if (by.kind === 'name' && by.ref.kind === 'result' && by.ref.what === 'value' && place.entry.spec.kind === 'leaf') return place.entry.spec.measure?.type ?? by.type;
  return by.type;
}

// ---- marginal tables, tier by tier ----

function marginal(place: Place, spec: Leaf, table: Table, tiers: readonly Row[], part: Row): Step {
  const { currency, entry } = place, attained = rowAt(place, 'attainment');
  const curve = place.calculation.catalogue.curves[smallOrNull(attained, 'curve') ?? -1] ?? [];
  const raw = wideOf(part, 'raw');
  const used = tiers.map((t) => ({ t, piece: curve[smallOf(t, 'segment')], slice: pairIn(t, 'slice') ?? ZERO })).filter(({ slice }) => slice.n !== 0n);
  const point = entry.shape.roundsValue, rounded = point !== undefined && { ...place.plan.spec.round, ...entry.spec.round }[point] !== undefined;
  const sum = used.reduce((n, { t }) => n + wideOf(t, 'amount'), 0n);
  assert(rounded || sum === raw, `the tiers of ${entry.path.join('.')} add up to its pay: ${sum}, ${raw}`);
  if (used.length === 0) return { step: 'pay', text: 'So there is nothing to pay on yet.', numbers: { amount: plainScaled(raw, currency) } };
  let begun = false;
  const texts = used.map(({ t, piece, slice }, i) => {
    const full = t['full'] === true && i < used.length - 1;
    const text = `${tierWords(place, spec, table, t, piece, slice, full ? (begun ? 'the next ' : 'the first ') : '')} = ${scaledWords(wideOf(t, 'amount'), currency)}`;
    begun = true;
    return piece !== undefined && piece.a === 0n && piece.b === 0n ? `nothing for ${full ? 'the first ' : ''}${sliceWords(place, spec, t, slice)}` : text;
  });
  const tier = { ...place.plan.spec.round, ...entry.spec.round }.tier;
  const byItself = tier === undefined ? '' : ` (each part is rounded ${tier.mode === 'half_away' ? '' : `${tier.mode} `}to ${moneyWords(toMinor(tier.unit, currency), currency)} ${currency})`;
  const together = used.length > 1 || rounded ? ` Together ${scaledWords(raw, currency)}.` : '';
  return {
    step: 'pay', text: `${capital(texts.join('; '))}${byItself}.${together}`, numbers: { amount: plainScaled(raw, currency) },
    rows: used.map(({ t, piece, slice }) => ({
      from: piece?.low === null || piece === undefined ? '' : plainValue(piece.low.at, readType(place, spec), currency), part: plainValue(slice, readType(place, spec), currency),
      rate: piece === undefined ? '0' : plainRate(place, spec, ratio(piece.b, piece.c)), amount: plainScaled(wideOf(t, 'amount'), currency),
    })),
  };
}

const readType = (place: Place, spec: Leaf): Type => (place.entry.shape.reads === READS.attainment ? { kind: 'percent' } : spec.measure?.type ?? { kind: 'number' });

/** Is the value of the table an amount for each unit, and not a share? */
function paysMoneyEach(place: Place, spec: Leaf): boolean {
  return spec.pay?.form === 'rate' && spec.measure?.type.kind !== 'money';
}

/** Money for each unit, or a share. */
function plainRate(place: Place, spec: Leaf, rate: Ratio): string {
  return paysMoneyEach(place, spec) ? plainMoney(rate, place.currency) : plainNumber(rate);
}

/** "3 % of the first 50,000.00", "250.00 each for the first 3", "10 % of the first 700,000.00 (to 100 % of the target)" */
function tierWords(place: Place, spec: Leaf, table: Table, t: Row, piece: Piece | undefined, slice: Ratio, which: string): string {
  const rate = piece === undefined ? ZERO : ratio(piece.b, piece.c), { currency } = place;
  const multiple = piece?.row?.value.type.kind === 'factor' && spec.pay?.form === 'rate' && !isOne(piece.row.value) ? ` (${formulaWords(piece.row.value)} the base rate)` : '';
  const what = sliceWords(place, spec, t, slice);
  const edge = place.entry.shape.reads === READS.attainment && spec.pay?.form === 'rate' && which !== '' && piece?.high !== undefined && piece.high !== null ? ` (up to ${percentShown(piece.high.at)} of the target)` : '';
  if (spec.pay?.form === 'payout') {
    const whole = moneyWords(pairIn(rowAt(place, 'attainment'), 'unit') ?? ZERO, currency);
    if (place.entry.shape.reads !== READS.attainment) return `${rateWords(rate)} of ${whole} for each of ${which}${what}`;
    return `${equal(rate, ONE) ? '' : `${numberWords(rate)} times `}${which}${percentShown(slice)} of attainment × ${whole}`;
  }
  if (paysMoneyEach(place, spec)) return `${moneyWords(rate, currency)}${multiple} each for ${which}${what}${edge}`;
  return `${rateWords(rate)}${multiple} of ${which}${what}${edge}`;
}
/** The stretch in units of what is paid on: of the measure where the table is read at attainment. */
function sliceWords(place: Place, spec: Leaf, t: Row, slice: Ratio): string {
  if (place.entry.shape.reads !== READS.attainment || spec.pay?.form !== 'rate') return bareValue(slice, readType(place, spec), place.currency);
  return bareValue(pairIn(t, 'base') ?? ZERO, spec.measure?.type ?? { kind: 'number' }, place.currency);
}
function isOne(value: Typed): boolean {
  return value.kind === 'number' && compare(value.value, ONE) === 0;
}

// ---- look-ups by a field of the fact ----

function byField(place: Place, spec: Leaf, parts: readonly Row[]): Step {
  const { currency, entry } = place, earned = rowAt(place, 'earned');
  const field = entry.shape.field, type: Type = field?.type ?? { kind: 'number' };
  const attained = place.rows.of('attainment', entry.component, place.step.period);
  const lines = parts.filter((p) => attained.some((a) => a['field_value'] === p['field_value'] && (wideOf(a, 'unit_n') !== 0n || !entry.shape.paysOnValue)));
  const name = field === undefined ? '' : formulaWords(field).replace(/^.*'s /, '');
  const texts = lines.map((part) => {
    const row = attained.find((a) => a['field_value'] === part['field_value']);
    const value = keyWords(place, wideOf(part, 'field_value'), type);
    const shown = type.kind === 'number' || type.kind === 'yes_no' ? `${capital(name)} ${value}` : value;
    const held = smallOrNull(part, 'held');
    if (held !== HELD.no) return { text: `${shown}: ${held === HELD.no_row ? 'the table has no row for it' : 'the table cannot be read'}, so this part is held`, part, value };
    const { calculation } = product(place, spec, part, row);
    return { text: `${shown}: ${calculation}${spec.pay?.form === 'amount' ? '' : ' ='} ${scaledWords(wideOf(part, 'raw'), currency)}`, part, value };
  });
  const raw = earned === undefined ? 0n : wideOf(earned, 'raw');
  const together = texts.length > 1 ? `. Together ${scaledWords(raw, currency)}` : '';
  return {
    step: 'pay', text: texts.length === 0 ? 'So there is nothing to pay on yet.' : `${texts.map((t) => t.text).join('; ')}${together}.`, numbers: { amount: plainScaled(raw, currency) },
    rows: texts.map(({ part, value }) => ({ [name === '' ? 'value' : name]: value, amount: plainScaled(wideOf(part, 'raw'), currency) })),
  };
}

/** What the table was read by, in words. */
function keyWords(place: Place, key: bigint, type: Type): string {
  if (key === BLANK_KEY) return 'blank';
  switch (type.kind) {
    case 'text': case 'payee': case 'entity': return place.word(Number.parseInt(key.toString(), 10)) ?? 'blank';
    case 'yes_no': return key === 1n ? 'yes' : key === 0n ? 'no' : 'blank';
    default: return valueShown(ratio(key, place.entry.value?.kind === 'simple' ? place.entry.value.measure.keyDivisor : 1n), type, place.currency);
  }
}
