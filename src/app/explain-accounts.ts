/** Accounts of a book, one by one: how the value of each comes from its fields and its own measures, and the rows behind these. */
import type { Type } from '../plan/formula.ts';
import type { BookTerm, MeasureValue } from '../stage/gather.ts';
import type { AskedSum } from '../stage/lines.ts';
import { namesOf } from '../stage/reads.ts';
import { divide, ratio } from '../value/rate.ts';
import type { Row } from './cells.ts';
import { idOfList, listOf } from './explain-facts.ts';
import type { Place } from './explain-place.ts';
import { smallOf, wideOf } from './explain-rows.ts';
import { type ListedSum, sumsBehind } from './explain-sums.ts';
import { parsed, writtenFormula } from './explain-values.ts';
import { plainValue } from './explain-words.ts';
import type { CountedFact, ExplainedValue, FactList } from './explanation.ts';

/** A list over rows of a reference, with how each value was made; and the lists behind them. */
export function withAccounts(place: Place, list: FactList, { sum }: ListedSum, asked: AskedSum): FactList[] {
  const { book } = sum, rows = place.context.sums.of(asked), inner = new Map<string, FactList>();
  if (book === undefined) return [list];
  const facts = list.facts.map((fact, i): CountedFact => {
    const term = book.find((t) => t.kind === fact.kind), row = rows[i];
    // a value that reads derived fields or through references, or is multiplied by factors, is told by its amount alone
    if (term === undefined || row === undefined || term.of === null || term.form === 'weight' || term.form === 'distinct' || term.factors.length > 0 || namesOf(term.of).some((n) => n.ref.kind === 'field' && !isStored(n.ref.path, place, term.kind))) return fact;
    return { ...fact, made: writtenFormula(place, term.of, term.inputs, { field: (path, type) => fieldOf(fact, path, type), value: (value, name) => ofAccount(place, list, value, name, { row, asked, fact, term }, inner) }) };
  });
  return [{ ...list, facts }, ...inner.values()];
}
function isStored([name, more]: readonly string[], place: Place, kind: string): boolean {
  const found = place.calculation.catalogue.kinds.find((k) => k.name === kind);
  return more === undefined && (name === 'id' || (found?.fields.some((f) => f.name === name) === true && !found.derived.some((d) => d.name === name)));
}
function fieldOf(fact: CountedFact, path: readonly string[], type: Type): ReturnType<typeof parsed> {
  const [name = ''] = path, text = name === 'id' ? fact.id : fact.fields[name];
  return text === undefined ? null : parsed(text, type);
}

interface Account { readonly row: Row; readonly asked: AskedSum; readonly fact: CountedFact; readonly term: BookTerm }

/** A measure of the account itself. */
function ofAccount(place: Place, list: FactList, value: MeasureValue, name: string, account: Account, inner: Map<string, FactList>): ExplainedValue {
  const subject = smallOf(account.row, 'entity'), { measureOf: measure } = value;
  const head = { name, title: name.replaceAll('_', ' '), type: measure.type.kind };
  if (value.kind !== 'simple') return { ...head, value: null, kind: 'known' };
  const total = (s: ListedSum['sum']): bigint => totalOf(s, place.context.sums.of({ ...account.asked, measure: s.index, subject }));
  for (const listed of sumsBehind({ role: list.role === 'divisor' ? 'measure' : list.role, value, measure }, () => subject)) {
    const asked = { ...account.asked, measure: listed.sum.index, subject }, made = listOf(listed, asked, undefined, { ...place.context, measured: () => total(listed.sum) });
    inner.set(made.id, { ...made, subject: account.fact.id, within: list.id });
  }
  const above = ratio(total(value.measure), value.measure.divisor), below = value.over === undefined ? undefined : ratio(total(value.over), value.over.divisor);
  const id = (s: ListedSum['sum']): string => idOfList(s.index, subject, place.person);
  const found = below === undefined ? above : below.n === 0n ? undefined : divide(above, below), text = found === undefined ? null : plainValue(found, measure.type, place.currency);
  return value.over === undefined ? { ...head, value: text, kind: 'sum', list: id(value.measure) } : { ...head, value: text, kind: 'quotient', above: id(value.measure), below: id(value.over) };
}

/** What the rows of one account come to, in parts of the measure; they stand in order of date and id. */
function totalOf({ distinct, rows: picked, book }: ListedSum['sum'], rows: readonly Row[]): bigint {
  const ordered = picked ?? book?.[0];
  const values = rows.filter((r) => wideOf(r, 'num') !== 0n || ordered !== undefined).map((r) => wideOf(r, 'num'));
  if (distinct || ordered?.form === 'distinct') return BigInt(new Set(rows.filter((r) => wideOf(r, 'share') !== 0n).map((r) => wideOf(r, 'key'))).size);
  switch (ordered?.form) {
    case 'first': return values[0] ?? 0n;
    case 'last': return values.at(-1) ?? 0n;
    case 'min': return values.reduce((a, b) => (b < a ? b : a), values[0] ?? 0n);
    case 'max': return values.reduce((a, b) => (b > a ? b : a), values[0] ?? 0n);
    default: return values.reduce((a, b) => a + b, 0n);
  }
}
