/** The facts that were counted, one by one, with share, rule, the way through the hierarchy, and the row of the file. */
import type { Engine } from '../engine/engine.ts';
import type { Type, Typed } from '../plan/formula.ts';
import type { Field, FieldType, Kind, State } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import { formulaWords, spaced } from '../plan/words-formula.ts';
import { col, eq, filter, isNotNull, join, keep, project, type Relation, scan } from '../relation/relation.ts';
import type { Person } from '../stage/people.ts';
import { BLANK_KEY, divisorsOf } from '../stage/facts.ts';
import { rootOf } from '../stage/row-scope.ts';
import { currentRows } from '../stage/kind-rows.ts';
import { digitsOf } from '../stage/lower.ts';
import { lineOrigins, linesRelation, type LinesOf, lineTotals } from '../stage/lines.ts';
import { entityTable, ownFields, PARTS, WORD } from '../stage/store.ts';
import { assert } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import { powerOfTen, ratio, type Ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { type PayeeRows, smallOf, textIn, wideOf } from './explain-rows.ts';
import { counted, plainNumber, plainValue } from './explain-words.ts';

/** One credit. Numbers are plain decimal text; money in currency units. */
export interface CountedFact {
  readonly kind: string;
  readonly id: string;
  readonly date: string;
  /** what the source says of it, by field; references with the name that they have, if they have one */
  readonly fields: Readonly<Record<string, string>>;
  /** the whole of it, before the share */
  readonly value: string;
  /** 1 is all of it */
  readonly share: string;
  /** what was counted */
  readonly credited: string;
  /** the credit rule */
  readonly rule: string;
  /** who was credited and through whom it came, where it was not the payee himself */
  readonly through: { readonly payee: string; readonly via: string; readonly name: string; readonly team: string; readonly text: string } | null;
  /** what a table was read by, where it is read fact by fact */
  readonly read_at: string | null;
  /** how a state was entered, whose entries are no rows of a file */
  readonly entered: string | null;
  /** as it was imported; the row is counted from the one under the header, the line from the top of the file */
  readonly file: string;
  readonly row: number;
  readonly line: number;
}
export interface FactList {
  /** what it was counted for: the measure itself, what it is divided by, what a table, a condition or a factor reads */
  readonly role: 'measure' | 'divisor' | 'reading' | 'condition' | 'factor';
  readonly title: string;
  readonly type: Type['kind'];
  readonly currency: string;
  /** fields that refer to something, such as the account; fields that hold words */
  readonly references: readonly string[];
  readonly words: readonly string[];
  /** the field by which a table was read fact by fact */
  readonly read_by: string | null;
  readonly facts: readonly CountedFact[];
  readonly total: string;
}
/** A measure whose facts are wanted. `measure`: its number in the program. */
export interface Wanted { readonly measure: number; readonly role: FactList['role']; readonly title: string; readonly type: Type; readonly by: Typed | undefined }

export interface CountedFacts {
  readonly lists: readonly FactList[];
  /** "31 deals", "12 deals and 3 renewals" */
  words(measure: number): string;
}

export async function countFacts(engine: Engine, calculation: Calculation, kinds: readonly Kind[], person: Person, of: LinesOf, wanted: readonly Wanted[], rows: PayeeRows, currency: string): Promise<CountedFacts> {
  const { gathered } = calculation.catalogue;
  if (wanted.length === 0) return { lists: [], words: () => '' };
  const credits = calculation.compiled.program.statements.find((s) => s.name === 'credits');
  assert(credits !== undefined, 'a run has credits');
  const lines = linesRelation(credits, gathered, kinds, of);
  const totals = rowsOf(await engine.read(lineTotals(lines), ['measure', 'kind']));
  const facts: Row[] = [];
  for (const place of new Set(totals.map((t) => smallOf(t, 'kind')))) {
    const derived = kinds[place], kind = derived && rootOf(derived, kinds);
    assert(kind !== undefined, 'a line has a kind');
    const found = rowsOf(await engine.read(lineOrigins(lines, kind, place), ['day', 'id', 'rule', 'payee']));
    const names = await referenceNames(engine, kinds, kind, found, calculation.cut);
    facts.push(...found.map((row) => ({ ...row, kind: place, ...withNames(row, kind, names) })));
  }
  facts.sort((a, b) => smallOf(a, 'day') - smallOf(b, 'day'));
  for (const w of wanted) sameSum(w, totals, facts, rows, of, calculation);
  const context = { calculation, kinds, person, currency };
  return {
    lists: wanted.map((w) => listOf(w, facts.filter((f) => f['measure'] === w.measure), rows, of, context)),
    words: (measure) => both(totals.filter((t) => t['measure'] === measure).map((t) => counted(wideOf(t, 'facts'), kinds[smallOf(t, 'kind')]?.name ?? ''))),
  };
}

interface Context { readonly calculation: Calculation; readonly kinds: readonly Kind[]; readonly person: Person; readonly currency: string }

/** The lines are all that the measure counted, and nothing else. */
function sameSum(w: Wanted, totals: readonly Row[], facts: readonly Row[], rows: PayeeRows, of: LinesOf, calculation: Calculation): void {
  const measure = calculation.catalogue.gathered.measures[w.measure];
  assert(measure !== undefined, 'a measure has its number');
  const own = totals.filter((t) => t['measure'] === w.measure);
  const counted_ = rows.measured(of.plan, w.measure, of.window, of.period) ?? 0n;
  const sum = measure.distinct ? own.reduce((n, t) => n + wideOf(t, 'keys'), 0n) : own.reduce((n, t) => n + wideOf(t, 'num'), 0n);
  assert(sum === counted_ || (measure.distinct && own.length > 1), `the facts of ${w.title} add up to what was measured: ${sum}, ${counted_}`);
  assert(own.length > 0 || !facts.some((f) => f['measure'] === w.measure), `no fact of ${w.title} is left out`);
}

function listOf(w: Wanted, facts: readonly Row[], rows: PayeeRows, of: LinesOf, context: Context): FactList {
  const measure = context.calculation.catalogue.gathered.measures[w.measure];
  assert(measure !== undefined, 'a measure has its number');
  const plain = (value: Ratio): string => plainValue(value, w.type, context.currency);
  const kinds = [...new Set(facts.map((f) => smallOf(f, 'kind')))].flatMap((k) => context.kinds[k] ?? []);
  const fieldsWith = (is: (f: Field) => boolean): string[] => [...new Set(kinds.flatMap((k) => ownFields(k).filter(is).map((f) => f.name)))];
  return {
    role: w.role, title: w.title, type: w.type.kind, currency: w.type.kind === 'money' ? context.currency : '',
    references: fieldsWith((f) => typeof f.type === 'object'), words: fieldsWith((f) => f.type === 'text' && f.name !== 'currency'),
    read_by: w.by === undefined ? null : formulaWords(w.by).replace(/^.*'s /, ''),
    facts: facts.map((f) => factOf(f, w, measure.divisor, plain, context)),
    total: plain(ratio(rows.measured(of.plan, w.measure, of.window, of.period) ?? 0n, measure.divisor)),
  };
}

function factOf(f: Row, w: Wanted, divisor: bigint, plain: (value: Ratio) => string, context: Context): CountedFact {
  const { gathered } = context.calculation.catalogue;
  const column = gathered.cube[smallOf(f, 'cube_column')], kind = context.kinds[smallOf(f, 'kind')], rule = gathered.rules[smallOf(f, 'rule')];
  assert(column !== undefined && kind !== undefined && rule !== undefined, 'a line has a column, a kind and a rule');
  const distinct = column.value.role === 'distinct', summed = column.value.role === 'sum';
  return {
    kind: kind.name, id: textIn(f['id']), date: formatDay(smallOf(f, 'day')), fields: fieldsOf(f, kind, context.currency),
    value: summed ? plain(ratio(wideOf(f, 'value'), divisorsOf(context.kinds).column(column.value))) : '1',
    share: summed ? plainNumber(ratio(wideOf(f, 'share'), gathered.shareDivisor)) : '1',
    credited: distinct ? '1' : plain(ratio(wideOf(f, 'num'), divisor)),
    rule: rule.rule.name, through: throughOf(f, context),
    read_at: w.by === undefined || column.key === null ? null : readAt(f, column.key.formula?.kind === 'name' ? column.key.formula.ref : undefined, w.by.type, divisorsOf(context.kinds).column(column.key), context.currency),
    ...originOf(f, rootOf(kind, context.kinds).state),
  };
}

/** The row of a file; or since when the state held, or what it changed from. */
function originOf(f: Row, state: State | undefined): Pick<CountedFact, 'entered' | 'file' | 'row' | 'line'> {
  if (state === undefined) return { entered: null, file: textIn(f['path']), row: whole(wideOf(f, 'record')), line: whole(wideOf(f, 'line')) };
  const since = f['field_since'], previous = textIn(f['field_previous']), value = textIn(f['field_value']);
  const held = `held from ${typeof since === 'number' ? formatDay(since) : 'the beginning'} on${state.lasting === 0 ? '' : `, for ${counted(state.lasting, 'day')}`}`;
  const changed = previous === '' ? `${value === '' ? 'blank' : value} from the beginning` : `from ${previous} to ${value === '' ? 'blank' : value}`;
  return { entered: `${state.title}: ${state.change === undefined ? held : changed}`, file: '', row: 0, line: 0 };
}

/** What the table was read by; of text of the fact itself the word, otherwise as the number or code that it is. */
function readAt(f: Row, ref: { readonly kind: string; readonly path?: readonly string[] } | undefined, type: Type, divisor: bigint, currency: string): string {
  const [field, more] = ref?.path ?? [];
  const word = field === undefined || more !== undefined ? undefined : f[`field_${field}`];
  if (typeof word === 'string') return word;
  const key = wideOf(f, 'key');
  if (key === BLANK_KEY) return 'blank';
  if (type.kind === 'yes_no') return key === 1n ? 'yes' : key === 0n ? 'no' : 'blank';
  return plainValue(ratio(key, divisor), type, currency);
}

function throughOf(f: Row, context: Context): CountedFact['through'] {
  const route = smallOf(f, 'route');
  if (route === 0) return null;
  const { catalogue } = context.calculation;
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

function fieldsOf(f: Row, kind: Kind, currency: string): Readonly<Record<string, string>> {
  const own = textIn(f['currency_word']) === '' ? currency : textIn(f['currency_word']);
  return Object.fromEntries(ownFields(kind).flatMap((field) => {
    const text = fieldText(f, field.name, field.type, own);
    return text === undefined || text === '' ? [] : [[field.name, text]];
  }));
}
function fieldText(f: Row, name: string, type: FieldType, currency: string): string | undefined {
  const cell = f[`field_${name}`];
  if (cell === null || cell === undefined) return undefined;
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'number') return formatDay(cell);
  return plainNumber(ratio(cell, type === 'money' ? powerOfTen(digitsOf(currency)) : PARTS));
}

/** `field_account` with the name that the account has: "Northwind (A-7)". */
function withNames(row: Row, kind: Kind, names: ReadonlyMap<string, ReadonlyMap<number, string>>): Row {
  return Object.fromEntries(kind.fields.flatMap((field) => {
    const code = row[`code_${field.name}`], id = row[`field_${field.name}`];
    const name = typeof code === 'number' ? names.get(field.name)?.get(code) : undefined;
    return name === undefined || name === id ? [] : [[`field_${field.name}`, `${name} (${textIn(id)})`]];
  }));
}

/** Names of what the facts refer to, by field and code; the last name where it changed. */
async function referenceNames(engine: Engine, kinds: readonly Kind[], kind: Kind, found: readonly Row[], cut: number): Promise<Map<string, Map<number, string>>> {
  const out = new Map<string, Map<number, string>>();
  for (const field of ownFields(kind)) {
    const target = typeof field.type === 'object' ? field.type.entity : field.type === 'payee' ? 'person' : undefined;
    const refers = kinds.find((k) => k.name === target && !k.dated);
    if (refers === undefined || !refers.fields.some((f) => f.name === 'name' && f.type === 'text')) continue;
    const wanted = new Set(found.flatMap((f) => { const code = f[`code_${field.name}`]; return typeof code === 'number' ? [code] : []; }));
    if (wanted.size === 0) continue;
    const codes: Relation = { kind: 'values', columns: [{ name: 'code', type: 'integer' }], rows: [...wanted].map((code) => [BigInt(code)]) };
    const named = filter(currentRows(entityTable(refers), refers, cut), isNotNull(col('name')));
    const rows = rowsOf(await engine.read(project(join(['c', codes], ['inner', 'e', named, eq(col('entity', 'e'), col('code', 'c'))], ['inner', 'w', scan(WORD), eq(col('code', 'w'), col('name', 'e'))]),
      [...keep('e', 'entity', 'from_day', 'row'), ...keep('w', 'word')]), ['entity', 'row']));
    const byCode = new Map<number, { readonly from: number; readonly name: string }>();
    for (const r of rows) {
      const from = typeof r['from_day'] === 'number' ? r['from_day'] : -Infinity, code = smallOf(r, 'entity');
      if (from >= (byCode.get(code)?.from ?? -Infinity)) byCode.set(code, { from, name: textIn(r['word']) });
    }
    out.set(field.name, new Map([...byCode].map(([code, { name }]) => [code, name])));
  }
  return out;
}

function whole(n: bigint): number {
  return Number.parseInt(n.toString(), 10);
}
