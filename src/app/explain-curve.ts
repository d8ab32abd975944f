/** How the pay of one component was found: the rate, the row or the two points of its table, tier by tier. */
import type { Type, Typed } from '../plan/formula.ts';
import type { Leaf, Table, TableRow } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import { formulaWords, numberWords, valueWords } from '../plan/words-formula.ts';
import { SCALE } from '../stage/arithmetic.ts';
import { HELD } from '../stage/attainment.ts';
import { BLANK_KEY } from '../stage/facts.ts';
import { FIGURE } from '../stage/figures.ts';
import { hasFactors, READS } from '../stage/curve.ts';
import { digitsOf } from '../stage/lower.ts';
import type { Piece } from '../stage/tables.ts';
import { assert } from '../value/diagnostic.ts';
import { toMinor } from '../value/money.ts';
import { add, compare, divide, divideRounded, equal, multiply, ONE, powerOfTen, ratio, type Ratio, ZERO } from '../value/rate.ts';
import type { Row } from './cells.ts';
import { keyText, nameOf } from './explain-facts.ts';
import { inputsSentence, measureName } from './explain-measure.ts';
import { earnedAt, type Place, rowAt, rowsAt } from './explain-place.ts';
import { pairIn, smallOf, smallOrNull, wideOf } from './explain-rows.ts';
import { writtenFigure } from './explain-values.ts';
import { bareValue, capital, moneyWords, percentShown, plainMoney, plainNumber, plainScaled, plainValue, rateWords, scaledWords, valueShown } from './explain-words.ts';
import type { ExplainedValue, Step } from './explanation.ts';

/** Steps from what was measured to the pay before conditions. `tiers`: rows of the relation of tiers for this component, period, part and line. */
export function paySteps(place: Place, tiers: readonly Row[]): Step[] {
  const { spec, shape } = place.entry;
  if (spec.kind !== 'leaf') return [];
  if (spec.pay === undefined) return [{ step: 'pay', text: 'This is shown for information, and pays nothing.', numbers: {} }];
  const parts = rowsAt(place, 'parts');
  if (shape.reads === READS.field && spec.per === undefined) return [byField(place, spec, parts)];
  const [part] = parts;
  if (part === undefined || smallOrNull(part, 'held') !== HELD.no) return [];
  const { number } = spec.pay;
  if (number.kind === 'table' && number.table.kind === 'marginal' && shape.reads !== READS.nothing && !shape.paysOnValue && shape.figure?.kind !== 'value') return [marginal(place, spec, number.table, tiers, part)];
  return [single(place, spec, part), ...tieSteps(place, spec, part)];
}

/** What a rate is paid on. */
const paidType = (spec: Leaf): Type => (typeof spec.of === 'object' ? spec.of : spec.measure)?.type ?? { kind: 'number' };

/** One value for everything: a rate, a share of the incentive, or an amount. */
function single(place: Place, spec: Leaf, part: Row): Step {
  const { number } = spec.pay ?? { number: undefined }, { shape } = place.entry, { currency } = place, figure = place.entry.figures.reading;
  const written = figure === undefined ? undefined : writtenFigure(place, figure), tie = tied(place, part);
  const read = number?.kind === 'table' && shape.reads !== READS.nothing && shape.figure?.kind !== 'value' ? readAt(place) : undefined;
  const lead = number?.kind === 'formula' ? (shape.figure === undefined || written === undefined ? '' : `By ${formulaWords(number.formula)}${inputsClause(written.inputs, currency)}: `)
    : number === undefined ? '' : shape.reads === READS.nothing || shape.figure?.kind === 'value' ? `By ${formulaWords(number.table.by)}${written === undefined ? '' : inputsClause(written.inputs, currency)}: ` : rowWords(place, spec, number.table, part, read ?? ZERO);
  const { calculation, numbers } = product(place, spec, part, rowAt(place, 'attainment'));
  const raw = tie === undefined ? wideOf(part, 'raw') : tie.own, base = baseOf(place, spec, part);
  const excess = spec.of === 'excess' ? ' above the target' : '';
  return {
    step: 'pay', text: capital(`${lead}${base?.text ?? ''}${calculation}${excess}${spec.pay?.form === 'amount' ? '' : ' ='} ${scaledWords(raw, currency)}.`), ...(written !== undefined && { written }),
    numbers: { ...numbers, ...base?.numbers, ...(read === undefined ? {} : tableNumbers(place, spec, part, read)), amount: plainScaled(raw, currency) },
  };
}
const inputsClause = (inputs: Readonly<Record<string, ExplainedValue>>, currency: string): string => { const said = inputsSentence(inputs, currency).trim().replace(/\.$/, ''); return said === '' ? '' : ` (${said.charAt(0).toLowerCase()}${said.slice(1)})`; };

/** The base rate, where a formula of results says how many times it is paid. */
function baseOf(place: Place, spec: Leaf, part: Row): { readonly text: string; readonly numbers: Record<string, string> } | undefined {
  const { shape } = place.entry, piece = pieceOf(place, part);
  if (shape.figure?.kind !== 'value' || spec.pay?.form !== 'rate' || !hasFactors(spec.pay.number) || piece === undefined) return undefined;
  const base = ratio(piece.b, piece.c), money = paidType(spec).kind !== 'money';
  return { text: `${numberWords(readAt(place))} times the base rate of ${money ? moneyWords(base, place.currency) : rateWords(base)}; `, numbers: { multiple: plainNumber(readAt(place)), base_rate: money ? plainMoney(base, place.currency) : plainNumber(base) } };
}

/** What the table is read at: the own result, another value, a formula, a place. */
function readAt(place: Place): Ratio {
  const { entry } = place;
  const ranked = rankRow(place);
  if (ranked !== undefined) return ratio(wideOf(ranked, 'position'));
  if (entry.shape.reads === READS.figure && entry.figures.reading !== undefined) {
    const look = FIGURE + entry.figures.reading.index, row = rowsAt(place, 'figures').find((r) => r['look'] === look);
    if (typeof row?.['n'] === 'bigint' && typeof row['d'] === 'bigint' && row['d'] !== 0n) return ratio(row['n'], row['d']);
  }
  return pairIn(rowAt(place, 'attainment'), 'r') ?? ZERO;
}
/** The place that a table is read by, where it is. */
function rankRow(place: Place): Row | undefined {
  const { entry } = place, rank = entry.reading?.kind === 'rank' ? entry.reading : entry.reading === undefined && entry.value?.kind === 'rank' ? entry.value : undefined;
  return rank === undefined || entry.spec.kind !== 'leaf' || entry.spec.pay?.number.kind !== 'table' ? undefined : rowsAt(place, 'ranks').find((r) => r['look'] === rank.index);
}

/** The piece of the table: its edges, and its value as a line, `from_value` + `slope` × (`read_at` − `from`). */
function tableNumbers(place: Place, spec: Leaf, part: Row, read: Ratio): Record<string, string> {
  const piece = pieceOf(place, part), type = readType(place, spec);
  if (piece === undefined) return {};
  const low = piece.low?.at ?? ZERO, slope = ratio(piece.b, piece.c), at = divide(add(ratio(piece.a), multiply(ratio(piece.b), low)), ratio(piece.c));
  const each = (r: Ratio): string => plainValue(r, type, place.currency), plain = (r: Ratio): string => plainY(place, spec, r);
  // money is read in units of the currency, and so is the slope
  const perUnit = type.kind === 'money' ? multiply(slope, ratio(powerOfTen(digitsOf(place.currency)))) : slope;
  return { read_at: each(read), ...(piece.low === null ? {} : { from: each(low) }), ...(piece.high === null ? {} : { to: each(piece.high.at) }), from_value: plain(at), slope: plain(perUnit) };
}
const pieceOf = (place: Place, part: Row): Piece | undefined => place.calculation.catalogue.curves[smallOrNull(rowAt(place, 'attainment'), 'curve') ?? -1]?.[smallOrNull(part, 'segment') ?? -1];
/** A value of the table: money, where it is an amount, or one for each unit that is no money; else a share. */
const plainY = (place: Place, spec: Leaf, value: Ratio): string => (spec.pay?.form === 'amount' || paysMoneyEach(place, spec) ? plainMoney(value, place.currency) : plainNumber(value));

/** Those who share a place share the pay of the places that they take up. */
function tied(place: Place, part: Row): { readonly own: bigint; readonly places: readonly { readonly position: number; readonly who: string; readonly pays: bigint }[] } | undefined {
  const own = rankRow(place);
  if (own === undefined) return undefined;
  const peers = place.peers(smallOf(own, 'look')).filter((p) => p.place === Number.parseInt(String(own['num']), 10));
  if (peers.length < 2) return undefined;
  const curve = place.calculation.catalogue.curves[smallOrNull(rowAt(place, 'attainment'), 'curve') ?? -1] ?? [], unit = pairIn(rowAt(place, 'attainment'), 'unit') ?? ONE;
  const pays = (position: number): bigint => {
    const at = ratio(BigInt(position)), piece = curve.find((p) => inPiece(p, at));
    const value = piece === undefined ? ZERO : multiply(divide(add(ratio(piece.a), multiply(ratio(piece.b), at)), ratio(piece.c)), unit);
    return divideRounded(value.n * SCALE, value.d, 'half_away');
  };
  const places = peers.map((p) => ({ position: p.position, who: nameOf(p.person), pays: pays(p.position) }));
  return { own: places.find((p) => BigInt(p.position) === own['position'])?.pays ?? wideOf(part, 'raw'), places };
}
function inPiece({ low, high }: Piece, at: Ratio): boolean {
  const above = low === null || compare(at, low.at) > 0 || (!low.over && equal(at, low.at)), below = high === null || compare(at, high.at) < 0 || (high.over && equal(at, high.at));
  return above && below;
}
function tieSteps(place: Place, _spec: Leaf, part: Row): Step[] {
  const tie = tied(place, part), { currency } = place;
  if (tie === undefined) return [];
  const raw = wideOf(part, 'raw'), sum = tie.places.map((p) => scaledWords(p.pays, currency)).join(' + ');
  return [{ step: 'tie', text: `This place is shared by ${both(tie.places.map((p) => p.who))}, so each has the mean of what these places pay: (${sum}) ÷ ${tie.places.length} = ${scaledWords(raw, currency)}.`, numbers: { amount: plainScaled(raw, currency) },
    rows: tie.places.map((p) => ({ payee: p.who, position: String(p.position), pays: plainScaled(p.pays, currency) })) }];
}

/** "3 % of 118,204.00", "250.00 for each of 12", "96 % of 4,200.00", "500.00" */
function product(place: Place, spec: Leaf, part: Row, attained: Row | undefined): { readonly calculation: string; readonly numbers: Record<string, string> } {
  const { currency } = place, value = pairIn(part, 'value') ?? ZERO, unit = pairIn(attained, 'unit') ?? ONE;
  const form = spec.pay?.form, type = paidType(spec);
  if (form === 'amount') return { calculation: 'it pays', numbers: { value: plainMoney(value, currency) } };
  if (form === 'payout') return { calculation: `${rateWords(value)} of ${moneyWords(unit, currency)}`, numbers: { value: plainNumber(value), of: plainMoney(unit, currency) } };
  if (type.kind === 'money') return { calculation: `${rateWords(value)} of ${bareValue(unit, type, currency)}`, numbers: { rate: plainNumber(value), of: plainValue(unit, type, currency) } };
  const each = type.kind === 'number' ? `${moneyWords(value, currency)} for each of ${bareValue(unit, type, currency)}` : `${moneyWords(value, currency)} × ${bareValue(unit, type, currency)}`;
  return { calculation: each, numbers: { rate: plainMoney(value, currency), of: plainValue(unit, type, currency) } };
}

// ---- which row, or which two points ----

function rowWords(place: Place, spec: Leaf, table: Table, part: Row, read: Ratio): string {
  const { shape, figures } = place.entry, piece = pieceOf(place, part);
  if (piece === undefined) return '';
  const type = readType(place, spec), ranked = rankRow(place);
  const name = shape.reads === READS.measure && shape.measure !== undefined && ranked === undefined ? `${measureName(place, shape.measure)}: ` : figures.reading !== undefined ? `${capital(formulaWords(table.by))}: ` : '';
  const said = type.kind === 'text' || type.kind === 'payee' || type.kind === 'entity' ? place.context.sums.word(Number.parseInt(read.n.toString(), 10)) ?? 'this' : type.kind === 'yes_no' ? (read.n === 1n ? 'yes' : 'no') : bareValue(read, type, place.currency);
  const shown = ranked !== undefined ? `Place ${said}` : `${name}${said}`;
  return `${bandWords(table, piece, read, shown, place)}: `;
}

function bandWords(table: Table, piece: Piece, read: Ratio, shown: string, place: Place): string {
  const key = (row: TableRow): string => (typeof row.key === 'object' ? valueWords(row.key, keyType(table, place)) : String(row.key));
  const { row } = piece, [first] = table.rows;
  if (table.kind === 'lookup') return row === undefined ? `${shown} has no row of its own, so the rest of the table holds` : `${shown} is a row of the table`;
  if (row === undefined) return first === undefined ? shown : `${shown} is ${first.over ? 'not above' : 'below'} ${key(first)}, where the table begins`;
  // a curve that several components share keeps the rows of the first of them
  const at = table.rows.findIndex((r) => r === row || (typeof r.key === 'object' && typeof row.key === 'object' && equal(r.key, row.key) && r.over === row.over)), next = at < 0 ? undefined : table.rows[at + 1];
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
    step: 'pay', text: `${capital(texts.join('; '))}${byItself}.${together}`, numbers: { unit: tierUnit(place, spec), ...(tier === undefined ? {} : { tier_unit: plainMoney(toMinor(tier.unit, currency), currency), tier_mode: tier.mode }), amount: plainScaled(raw, currency) },
    rows: used.map(({ t, piece, slice }) => ({
      from: piece?.low === null || piece === undefined ? '' : plainValue(piece.low.at, readType(place, spec), currency), part: plainValue(slice, readType(place, spec), currency),
      rate: piece === undefined ? '0' : plainRate(place, spec, ratio(piece.b, piece.c)), amount: plainScaled(wideOf(t, 'amount'), currency),
    })),
  };
}

/** The type of what the table is read at. */
function readType({ entry: { shape, value, reading } }: Place, spec: Leaf): Type {
  if (reading?.kind === 'rank' || (reading === undefined && value?.kind === 'rank' && spec.pay?.number.kind === 'table')) return { kind: 'number' };
  switch (shape.reads) {
    case READS.attainment: return { kind: 'percent' };
    case READS.measure: return shape.measure?.type ?? { kind: 'number' };
    case READS.field: return shape.field?.type ?? { kind: 'number' };
    case READS.figure: return shape.figure?.kind === 'by' ? shape.figure.by.type : { kind: 'number' };
    default: return spec.measure?.type ?? { kind: 'number' };
  }
}

/** Is the value of the table an amount for each unit, and not a share? */
function paysMoneyEach(_: Place, spec: Leaf): boolean {
  return spec.pay?.form === 'rate' && paidType(spec).kind !== 'money';
}

/** What a unit of what is read pays, times `tierUnit`: money for each unit, or a share. */
function plainRate(place: Place, spec: Leaf, rate: Ratio): string {
  if (paysMoneyEach(place, spec)) return plainMoney(rate, place.currency);
  // a part of a payout by money is a share for each unit of the currency
  return plainNumber(spec.pay?.form === 'payout' && readType(place, spec).kind === 'money' ? multiply(rate, ratio(powerOfTen(digitsOf(place.currency)))) : rate);
}
/** What a part of the table is multiplied with, beside its rate: the incentive; the target, where a rate is read at attainment. */
function tierUnit(place: Place, spec: Leaf): string {
  const unit = pairIn(rowAt(place, 'attainment'), 'unit') ?? ONE;
  if (spec.pay?.form === 'payout') return plainMoney(unit, place.currency);
  return place.entry.shape.reads === READS.attainment ? plainValue(unit, spec.measure?.type ?? { kind: 'number' }, place.currency) : '1';
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
  const { currency, entry } = place, earned = earnedAt(place);
  const field = entry.shape.field, type: Type = field?.type ?? { kind: 'number' };
  const attained = rowsAt(place, 'attainment');
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
  const divisor = place.entry.value?.kind === 'simple' ? place.entry.value.measure.keyDivisor : 1n;
  if (type.kind === 'money' && key !== BLANK_KEY) return valueShown(ratio(key, divisor), type, place.currency);
  return keyText(key, type, divisor, place.context);
}
