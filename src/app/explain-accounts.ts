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
    // a value that reads through references, or is multiplied by factors, is told by its amount alone
    if (term === undefined || row === undefined || term.of === null || term.factors.length > 0 || namesOf(term.of).some((n) => n.ref.kind === 'field' && n.ref.path.length > 1)) return fact;
    return { ...fact, made: writtenFormula(place, term.of, term.inputs, { field: (path, type) => fieldOf(fact, path, type), value: (value, name) => ofAccount(place, list, value, name, { row, asked, fact, term }, inner) }) };
  });
  return [{ ...list, facts }, ...inner.values()];
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
  const total = (s: ListedSum['sum']): bigint => place.context.sums.of({ ...account.asked, measure: s.index, subject }).reduce((n, r) => n + wideOf(r, 'num'), 0n);
  for (const listed of sumsBehind({ role: list.role === 'divisor' ? 'measure' : list.role, value, measure }, () => subject)) {
    const asked = { ...account.asked, measure: listed.sum.index, subject }, made = listOf(listed, asked, undefined, { ...place.context, measured: () => total(listed.sum) });
    inner.set(made.id, { ...made, subject: account.fact.id, within: list.id });
  }
  const above = ratio(total(value.measure), value.measure.divisor), below = value.over === undefined ? undefined : ratio(total(value.over), value.over.divisor);
  const id = (s: ListedSum['sum']): string => idOfList(s.index, subject, place.person);
  const found = below === undefined ? above : below.n === 0n ? undefined : divide(above, below), text = found === undefined ? null : plainValue(found, measure.type, place.currency);
  return value.over === undefined ? { ...head, value: text, kind: 'sum', list: id(value.measure) } : { ...head, value: text, kind: 'quotient', above: id(value.measure), below: id(value.over) };
}
