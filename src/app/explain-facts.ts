/** The rows that were gathered, one by one, with share, rule, guardrails, the way through the hierarchy, and the row of the file. */
import type { Type, Typed } from '../plan/formula.ts';
import { bareKind } from '../plan/kinds.ts';
import type { Field, FieldType, Kind, State } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import { formulaWords, spaced } from '../plan/words-formula.ts';
import { everyGuard } from '../stage/credits.ts';
import type { Person } from '../stage/people.ts';
import { BLANK_KEY, divisorsOf } from '../stage/facts.ts';
import { rateFor } from '../stage/exchange.ts';
import { COMPANY, type FactColumn, type Gathered, type LinearMeasure } from '../stage/gather.ts';
import { OUTCOME } from '../stage/guards.ts';
import type { AskedSum } from '../stage/lines.ts';
import { digitsOf } from '../stage/lower.ts';
import { readsMoney, rootOf } from '../stage/row-scope.ts';
import { ownFields, PARTS } from '../stage/store.ts';
import { assert, must } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import { ONE, powerOfTen, ratio, type Ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import type { Row } from './cells.ts';
import { smallOf, smallOrNull, textIn, wideOf } from './explain-rows.ts';
import type { ListedSum, SumRows } from './explain-sums.ts';
import { counted, plainMoney, plainNumber, plainValue } from './explain-words.ts';
import type { ConvertedMoney, CountedFact, FactList } from './explanation.ts';

export interface ListContext {
  readonly calculation: Calculation;
  readonly sums: SumRows;
  readonly person: Person;
  readonly currency: string;
  /** what a sum comes to, in parts of its divisor */
  readonly measured: (sum: AskedSum) => bigint | undefined;
}
export const idOfList = (sum: number, subject: number, person: Person): string => (subject === person.payee ? `sum ${sum}` : `sum ${sum} of ${subject}`);

/** `by`: the field by which the facts are told apart for a table, or as lines. */
export function listOf(listed: ListedSum, asked: AskedSum, by: Typed | undefined, context: ListContext): FactList {
  const { sum, type } = listed, { kinds } = context.calculation.catalogue;
  const rows = context.sums.of(asked).filter((f) => !isNoCredit(f)), total = context.measured(asked) ?? 0n;
  const plain = (value: Ratio): string => plainValue(value, type, context.currency);
  const kindsHere = [...new Set(rows.map((f) => smallOf(f, 'kind')))].flatMap((k) => kinds[k] ?? []);
  const fieldsWith = (is: (f: Field) => boolean): string[] => [...new Set(kindsHere.flatMap((k) => ownFields(k).filter(is).map((f) => f.name)))];
  const form = formOf(sum), apart = form === 'distinct' ? distinctOf(rows, context.calculation.catalogue.gathered) : by;
  sameTotal(listed, rows, total);
  return {
    id: idOfList(sum.index, asked.subject, context.person), role: listed.role, form, title: listed.title, type: type.kind, currency: type.kind === 'money' ? context.currency : '',
    subject: asked.subject === context.person.payee ? null : asked.subject === COMPANY ? 'the company' : context.sums.word(asked.subject) ?? 'nobody',
    references: fieldsWith((f) => typeof f.type === 'object'), words: fieldsWith((f) => f.type === 'text' && f.name !== 'currency'),
    read_by: apart === undefined ? null : formulaWords(apart).replace(/^.*'s /, ''),
    limits: (sum.rows?.limits ?? []).map(({ limit, atMost }) => ({ name: limit.name, at_most: plain(ratio(atMost, sum.divisor)), per: limit.per.map((p) => (p === 'day' ? 'day' : p.join('.'))).join(', ') })),
    facts: rows.map((f) => factOf(f, listed, apart, context)),
    total: form === 'distinct' ? total.toString() : valueText(ratio(total, sum.divisor), type, context),
  };
}
/** A rule may give somebody a share of 0: that is no credit. What a guardrail stopped is told. */
function isNoCredit(f: Row): boolean {
  return f['num'] === 0n && f['share'] === 0n && (f['unguarded'] ?? 0n) === 0n;
}
function distinctOf(rows: readonly Row[], gathered: Gathered): Typed | undefined {
  return gathered.facts[smallOrNull(rows[0], 'value_column') ?? -1]?.formula ?? undefined;
}
function formOf(sum: LinearMeasure): FactList['form'] {
  const form = sum.distinct ? 'distinct' : sum.rows?.form ?? sum.book?.[0]?.form ?? 'sum';
  return form === 'count' || form === 'weight' ? 'sum' : form;
}

/** The rows are all that the measure counted, and nothing else. */
function sameTotal({ sum, title }: ListedSum, rows: readonly Row[], total: bigint): void {
  if (formOf(sum) !== 'sum') return;
  const found = rows.reduce((n, r) => n + wideOf(r, 'num'), 0n);
  assert(found === total, `the rows of ${title} add up to what was measured: ${found}, ${total}`);
}

/** "31 deals", "12 deals and 3 renewals": what counted. */
export function rowsWords(asked: AskedSum, { sums, calculation }: ListContext): string {
  const byKind = Map.groupBy(sums.of(asked).filter((r) => wideOf(r, 'share') !== 0n), (r) => smallOf(r, 'kind'));
  return both([...byKind].sort(([a], [b]) => a - b).map(([kind, rows]) => counted(new Set(rows.map((r) => r['fact'])).size, bareKind(calculation.catalogue.kinds[kind]?.name ?? ''))));
}

/** A value of a sum: an amount, a day, or a word. */
function valueText(value: Ratio, type: Type, { currency, sums }: ListContext): string {
  switch (type.kind) {
    case 'text': case 'payee': case 'entity': return sums.word(whole(value.n)) ?? 'blank';
    case 'yes_no': return value.n === 1n ? 'yes' : 'no';
    case 'date': return formatDay(whole(value.n));
    default: return plainValue(value, type, currency);
  }
}

function factOf(f: Row, { sum, type }: ListedSum, apart: Typed | undefined, context: ListContext): CountedFact {
  const { gathered, kinds } = context.calculation.catalogue, divisors = divisorsOf(kinds);
  const column = gathered.facts[smallOf(f, 'value_column')], kind = must(kinds[smallOf(f, 'kind')]), rule = gathered.rules[smallOf(f, 'rule')];
  const plain = (value: Ratio): string => valueText(value, type, context);
  const shared = { kind: kind.name, id: textIn(f['id']), date: formatDay(smallOf(f, 'day')), fields: fieldsOf(f, kind, context.currency), rule: rule?.rule.name ?? '', guardrails: guardrailsOf(f, gathered), exchange: convertedOf(f, column, kind, context), through: throughOf(f, context), read_at: apart === undefined ? null : readAt(f, apart, context), ...originOf(f, rootOf(kind, kinds).state) };
  const parts = ratio(wideOf(f, 'share'), gathered.shareDivisor), num = wideOf(f, 'num'), share = plainNumber(parts);
  switch (formOf(sum)) {
    case 'distinct': return { ...shared, value: '1', share: '1', times: '1', cut: '0', credited: num === 0n ? '0' : '1' };
    case 'min': case 'max': case 'first': case 'last': return { ...shared, value: plain(ratio(wideOf(f, 'value'), sum.divisor)), share: '1', times: '1', cut: plainNumber(ratio(0n)), credited: plain(ratio(wideOf(f, 'value'), sum.divisor)) };
    case 'sum': {
      const weighs = column === undefined || column.role === 'sum' || column.role === 'weight';
      const own = column === undefined ? divisors.book(must(sum.book?.find((t) => t.kind === kind.name))) : sum.rows === undefined ? divisors.column(column) : valueDivisor(sum, weighs, gathered);
      const times = column === undefined ? ONE : ratio(wideOf(f, 'coefficient') * wideOf(f, 'weight') * own * (weighs ? gathered.shareDivisor : 1n), sum.divisor);
      return { ...shared, value: plain(ratio(wideOf(f, 'value'), own)), share: weighs || num === 0n ? share : '1', times: plainNumber(times), cut: plain(ratio(wideOf(f, 'whole') - num, sum.divisor)), credited: plain(ratio(num, sum.divisor)) };
    }
  }
}
/** Of rows in order, values are in parts of the measure, before shares and age. */
function valueDivisor(sum: LinearMeasure, weighs: boolean, gathered: Gathered): bigint {
  return sum.divisor / (weighs ? gathered.shareDivisor : 1n) / (sum.rows?.time.grain === 'day' ? 1_000_000n : 1n);
}

/** The rate that the run found, once more by its own function. What takes back another fact has the rate of that one, which is told there. */
function convertedOf(f: Row, column: FactColumn | undefined, kind: Kind, { calculation: { catalogue } }: ListContext): ConvertedMoney | null {
  const currency = textIn(f['currency_word']);
  if (column === undefined || column.plan.exchange === undefined || currency === '' || currency === column.plan.currency || typeof f['field_reverses'] === 'string') return null;
  const { plan, formula } = column;
  if (![formula, column.where, ...column.factors].some((part) => readsMoney(part, kind, catalogue.kinds, true))) return null;
  const found = rateFor(plan, currency, smallOf(f, 'day'), catalogue.currencies);
  assert(found !== undefined, `what was counted has a rate: ${textIn(f['id'])}`);
  const amount = formula?.kind === 'name' ? f[`field_${formula.name}`] : undefined;
  return {
    currency, amount: typeof amount === 'bigint' ? plainMoney(ratio(amount), currency) : null,
    rate: plainNumber(found.rate), on: formatDay(found.on), since: found.since === null ? null : formatDay(found.since),
  };
}

/** The row of a file; or since when the state held, or what it changed from; what was earned is in no file. */
export function originOf(f: Row, state: State | undefined): Pick<CountedFact, 'entered' | 'file' | 'row' | 'line'> {
  // what an earlier round of the run paid is no row of a file
  if (state === undefined && typeof f['record'] !== 'bigint') return { entered: `earned: ${spaced(textIn(f['field_component']))}`, file: '', row: 0, line: 0 };
  if (state === undefined) return { entered: null, file: textIn(f['path']), row: whole(wideOf(f, 'record')), line: whole(wideOf(f, 'line')) };
  const since = f['field_since'], previous = textIn(f['field_previous']), value = textIn(f['field_value']);
  const held = `held from ${typeof since === 'number' ? formatDay(since) : 'the beginning'} on${state.lasting === 0 ? '' : `, for ${counted(state.lasting, 'day')}`}`;
  const changed = previous === '' ? `${value === '' ? 'blank' : value} from the beginning` : `from ${previous} to ${value === '' ? 'blank' : value}`;
  return { entered: `${state.title}: ${state.change === undefined ? held : changed}`, file: '', row: 0, line: 0 };
}

function guardrailsOf(f: Row, gathered: Gathered): CountedFact['guardrails'] {
  return everyGuard(gathered).flatMap((g, i): CountedFact['guardrails'][number][] => {
    const code = smallOrNull(f, `guard_${i}`);
    if (code === null || code === OUTCOME.pass) return [];
    return [{ name: g.name, outcome: code === OUTCOME.reduce ? 'reduce' : code === OUTCOME.hold ? 'hold' : 'reject' }];
  });
}

/** What the table was read by, or what is told apart; of text of the fact itself the word, otherwise as the number or code that it is. */
function readAt(f: Row, apart: Typed, context: ListContext): string | null {
  const { catalogue } = context.calculation, column = catalogue.gathered.facts[smallOf(f, 'key_column')];
  if (column === undefined) return null;
  if (column.role === 'fact') return textIn(f['id']);
  return keyText(wideOf(f, 'key'), apart.type, divisorsOf(catalogue.kinds).column(column), context);
}
export function keyText(key: bigint, type: Type, divisor: bigint, { currency, sums }: Pick<ListContext, 'currency' | 'sums'>): string {
  if (key === BLANK_KEY) return 'blank';
  switch (type.kind) {
    case 'text': case 'payee': case 'entity': return key < 0n ? 'blank' : sums.word(whole(key)) ?? `no. ${key}`;
    case 'yes_no': return key === 1n ? 'yes' : key === 0n ? 'no' : 'blank';
    case 'date': return formatDay(whole(key));
    default: return plainValue(ratio(key, divisor), type, currency);
  }
}

function throughOf(f: Row, { calculation }: ListContext): CountedFact['through'] {
  const route = smallOf(f, 'route');
  if (route === 0) return null;
  const { catalogue } = calculation;
  const credited = catalogue.personOf(smallOf(f, 'payee')), via = catalogue.personOf(smallOf(f, 'via'));
  const field = catalogue.gathered.routes.find((r) => r.index === route)?.field ?? 'manager';
  assert(credited !== undefined && via !== undefined, 'whoever is credited is somebody');
  const below = field === 'manager' ? 'who reports to you' : `whose ${spaced(field)} you are`;
  const text = credited === via ? `through ${nameOf(credited)}, ${below}` : `through ${nameOf(credited)}, in the team of ${nameOf(via)}, ${below}`;
  return { payee: credited.id, via: via.id, name: nameOf(credited), team: nameOf(via), text };
}

/** The name of a person, where the people file has one; else the id. */
export function nameOf(person: Person): string {
  const name = person.rows.at(-1)?.values.get('name');
  return typeof name === 'string' && name !== '' ? name : person.id;
}

export function fieldsOf(f: Row, kind: Kind, currency: string): Readonly<Record<string, string>> {
  const own = textIn(f['currency_word']) === '' ? currency : textIn(f['currency_word']);
  return Object.fromEntries(ownFields(kind).flatMap((field) => {
    const text = fieldText(f, field.name, field.type, kind.dated ? own : undefined);
    return text === undefined || text === '' ? [] : [[field.name, text]];
  }));
}
/** Money of reference rows has no currency, and is kept in other parts. */
function fieldText(f: Row, name: string, type: FieldType, currency: string | undefined): string | undefined {
  const cell = f[`field_${name}`];
  if (cell === null || cell === undefined) return undefined;
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'number') return formatDay(cell);
  return plainNumber(ratio(cell, type === 'money' && currency !== undefined ? powerOfTen(digitsOf(currency)) : PARTS));
}

function whole(n: bigint): number {
  return Number.parseInt(n.toString(), 10);
}
