/** Which sums stand behind the values that components look at, of whom, and the rows that each was gathered from: read for all components at once. */
import type { ProgramRunner } from '../engine/engine.ts';
import type { Type } from '../plan/formula.ts';
import type { Kind, Measure } from '../plan/plan.ts';
import { col, eq, filter, isNotNull, join, keep, project, type Relation, scan } from '../relation/relation.ts';
import type { ComponentEntry, PlanEntry } from '../stage/catalogue.ts';
import { readingOf } from '../stage/curve.ts';
import type { Figure } from '../stage/figures.ts';
import { COMPANY, type Gathered, type LinearMeasure, type MeasureValue } from '../stage/gather.ts';
import { currentRows } from '../stage/kind-rows.ts';
import { type AskedSum, lineOrigins, linesRelation } from '../stage/lines.ts';
import { GROUP } from '../stage/looks.ts';
import { rootOf } from '../stage/row-scope.ts';
import { entityTable, ownFields, WORD } from '../stage/store.ts';
import { leafTable } from '../stage/tables.ts';
import { must } from '../value/diagnostic.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { type PayeeRows, smallOf, textIn, wideOf } from './explain-rows.ts';
import { wordsOf } from './run-relations.ts';
import type { FactList, Role } from './explanation.ts';

/** A value that a component looks at, and the measure that it is of. */
export interface Looked { readonly role: Role; readonly value: MeasureValue; readonly measure: Measure }

/** All that a component looks at: itself, its table, its gates, factors and pool; each once. */
export function lookedAt({ spec, value, base, reading, shape, figures }: ComponentEntry, plan: PlanEntry, gathered: Gathered): Looked[] {
  const out: Looked[] = [];
  const put = (role: Role, of: MeasureValue | undefined, measure: Measure | undefined): void => {
    if (of !== undefined && measure !== undefined && !out.some((o) => o.value === of)) out.push({ role, value: of, measure });
  };
  const putFigure = (role: Role, figure: Figure | undefined): void => { for (const [name, of] of figure?.values ?? []) put(role, of, plan.spec.measures.find((m) => m.name === name)); };
  const leaf = spec.kind === 'leaf' ? spec : undefined;
  put('measure', value, leaf?.measure);
  if (typeof leaf?.of === 'object') put('base', base, leaf.of);
  put('reading', reading, shape.measure);
  putFigure('reading', figures.reading);
  spec.gates.forEach((gate, slot) => {
    for (const { left } of gate.require) if (left.kind === 'measure') put('condition', gathered.valueOf(plan.spec, left.measure), left.measure);
    putFigure('condition', figures.gates.get(slot));
  });
  spec.multiply.forEach(({ factor }, slot) => {
    const measure = factor.kind === 'table' && figures.factors.get(slot) === undefined ? readingOf(leafTable(factor.table), plan.spec, leaf).measure : undefined;
    if (measure !== undefined) put('factor', gathered.valueOf(plan.spec, measure), measure);
    putFigure('factor', figures.factors.get(slot));
  });
  putFigure('pool', figures.pool?.share);
  putFigure('pool', figures.pool?.among);
  return out;
}

/** A sum of one subject, as it is listed. */
export interface ListedSum { readonly sum: LinearMeasure; readonly subject: number; readonly role: FactList['role']; readonly title: string; readonly type: Type }
/** The types of both parts of a quotient. */
export function partTypes(measure: Measure): readonly [Type, Type] {
  if (measure.kind === 'ratio') return [measure.numerator.type, measure.denominator.type];
  if (measure.kind === 'average') return [measure.type, { kind: 'number' }];
  const [top, under] = measure.kind === 'formula' && measure.formula.kind === 'op' ? measure.formula.args : [];
  return [top?.type ?? measure.type, under?.type ?? measure.type];
}

/** The sums that a value is made of. */
export function sumsBehind({ value, measure, role }: Looked, subjectOf: (value: MeasureValue) => number | undefined): ListedSum[] {
  const below = (v: MeasureValue, m: Measure): ListedSum[] => sumsBehind({ value: v, measure: m, role }, subjectOf);
  switch (value.kind) {
    case 'simple': {
      const subject = subjectOf(value);
      if (subject === undefined) return [];
      const [top, under] = value.over === undefined ? [measure.type, measure.type] : partTypes(measure), [a, b] = measure.kind === 'ratio' ? [measure.numerator, measure.denominator] : [measure, measure];
      return [
        { sum: value.measure, subject, role, title: a.title, type: top },
        ...(value.over === undefined ? [] : [{ sum: value.over, subject, role: role === 'measure' ? 'divisor' as const : role, title: b.title, type: under }]),
      ];
    }
    case 'formula': return [...value.inputs.values()].flatMap((v) => below(v, v.measureOf));
    case 'sample': return [...below(value.of, measure), ...below(value.otherwise, measure.kind === 'ratio' ? measure.otherwise ?? value.otherwise.measureOf : value.otherwise.measureOf)];
    case 'rank': return below(value.of, measure.kind === 'rank' ? measure.of : value.of.measureOf);
  }
}

/** Kinds of group that values are of, in the order of their numbers. */
function groupKinds(gathered: Gathered): string[] {
  return [...new Set(gathered.values.flatMap((v) => (typeof v.subject === 'object' ? [v.subject.entity] : [])))].sort();
}
/** Whose a value is: the payee, the company, or the group that he is in, as a code; undefined: he is in none. */
export function subjectIn(entry: ComponentEntry, period: number, part: number, payee: number, rows: PayeeRows, gathered: Gathered): (value: MeasureValue) => number | undefined {
  const kinds = groupKinds(gathered);
  return ({ subject }) => (subject === 'payee' ? payee : subject === 'company' ? COMPANY
    : entry.group === subject.entity && part !== 0 ? part : rows.group(entry.plan, entry.window.id, GROUP.first + kinds.indexOf(subject.entity), period, part));
}

const KEY = ['plan', 'window', 'period', 'measure', 'subject'] as const;
export const keyOfSum = (a: AskedSum): string => KEY.map((k) => a[k]).join('|');

/** Rows of sums, in order of date and id, with what the store knows of each. */
export interface SumRows { of(sum: AskedSum): readonly Row[]; /** a word of the dictionary */ word(code: number): string | undefined }

/** Of accounts that are summed up, the rows behind their own measures are read, too. */
export async function readSums(engine: ProgramRunner, calculation: Calculation, asked: readonly AskedSum[]): Promise<SumRows> {
  const { gathered } = calculation.catalogue;
  const found = new Map<string, Row[]>(), wordsNeeded = new Set<number>(asked.map((a) => a.subject));
  let next = [...new Map(asked.map((a) => [keyOfSum(a), a])).values()];
  for (let pass = 0; next.length > 0 && pass < 4; pass++) {
    for (const row of await readLines(engine, calculation, next)) {
      const key = KEY.map((k) => row[k]).join('|'), list = found.get(key);
      if (list === undefined) found.set(key, [row]); else list.push(row);
      for (const code of codesIn(row, gathered)) wordsNeeded.add(code);
    }
    // of accounts, what was gathered for each
    const inner = next.flatMap((a): AskedSum[] => {
      const sums = (gathered.measures[a.measure]?.book ?? []).flatMap((t) => [...t.inputs.values()].flatMap((v) => sumsBehind({ role: 'measure', value: v, measure: v.measureOf }, () => 0).map((s) => s.sum.index)));
      return sums.length === 0 ? [] : (found.get(keyOfSum(a)) ?? []).flatMap((row) => [...new Set(sums)].map((measure): AskedSum => ({ ...a, measure, subject: smallOf(row, 'entity') })));
    });
    next = [...new Map(inner.filter((a) => !found.has(keyOfSum(a))).map((a) => [keyOfSum(a), a])).values()];
  }
  const words = await wordsOf(engine, wordsNeeded);
  return { of: (sum) => found.get(keyOfSum(sum)) ?? [], word: (code) => words.get(code) };
}

/** Codes of words that are counted, told apart or read by. */
function codesIn(row: Row, gathered: Gathered): number[] {
  const coded = (column: number, cell: bigint | undefined): number[] => {
    const type = gathered.facts[column]?.formula?.type.kind;
    return cell !== undefined && cell > 0n && cell < 2n ** 31n && (type === 'text' || type === 'payee' || type === 'entity') ? [Number.parseInt(cell.toString(), 10)] : [];
  };
  return [...coded(smallOf(row, 'key_column'), wideOf(row, 'key')), ...coded(smallOf(row, 'value_column'), wideOf(row, 'value'))];
}

async function readLines(engine: ProgramRunner, calculation: Calculation, asked: readonly AskedSum[]): Promise<Row[]> {
  const { compiled, catalogue, cut } = calculation, { kinds, gathered } = catalogue;
  const statement = (name: string) => must(compiled.program.statements.find((s) => s.name === name));
  const lines = linesRelation(asked, { credits: statement('credits'), measures: statement('measures'), gathered, kinds, builders: compiled.builders });
  if (lines === undefined) return [];
  const places = new Set(asked.flatMap((a) => kindsOf(must(gathered.measures[a.measure])).map((name) => kinds.findIndex((k) => k.name === name))));
  const out: Row[] = [];
  for (const [root, own] of Map.groupBy(places, (place) => rootOf(must(kinds[place]), kinds))) out.push(...await withOrigins(engine, kinds, root, lineOrigins(lines, root, own), cut));
  return out.sort((a, b) => smallOf(a, 'day') - smallOf(b, 'day'));
}
/** Rows of one kind with what the store knows of each; what they refer to is called by its name, too. */
export async function withOrigins(engine: ProgramRunner, kinds: readonly Kind[], root: Kind, rows: Relation, cut: number): Promise<Row[]> {
  const found = rowsOf(await engine.read(rows, ['day', 'id', 'rule', 'payee']));
  const names = await referenceNames(engine, kinds, root, found, cut);
  return found.map((row) => ({ ...row, ...withNames(row, root, names) }));
}
const kindsOf = (m: LinearMeasure): string[] => [...m.terms.map((t) => t.column.value.kind), ...(m.rows?.columns.map((c) => c.value.kind) ?? []), ...(m.book?.map((t) => t.kind) ?? [])];

/** `field_account` with the name that the account has: "Northwind (A-7)". */
function withNames(row: Row, kind: Kind, names: ReadonlyMap<string, ReadonlyMap<number, string>>): Row {
  return Object.fromEntries(kind.fields.flatMap((field) => {
    const code = row[`code_${field.name}`], id = row[`field_${field.name}`];
    const name = typeof code === 'number' ? names.get(field.name)?.get(code) : undefined;
    return name === undefined || name === id ? [] : [[`field_${field.name}`, `${name} (${textIn(id)})`]];
  }));
}

/** Names of what the facts refer to, by field and code; the last name where it changed. */
async function referenceNames(engine: ProgramRunner, kinds: readonly Kind[], kind: Kind, found: readonly Row[], cut: number): Promise<Map<string, Map<number, string>>> {
  const out = new Map<string, Map<number, string>>(), targets = new Map<Kind, Set<number>>(), fields = new Map<string, Kind>();
  for (const field of ownFields(kind)) {
    const target = typeof field.type === 'object' ? field.type.entity : field.type === 'payee' ? 'person' : undefined;
    const refers = kinds.find((k) => k.name === target && !k.dated);
    if (refers === undefined || !refers.fields.some((f) => f.name === 'name' && f.type === 'text')) continue;
    fields.set(field.name, refers);
    const wanted = targets.get(refers) ?? new Set<number>();
    for (const f of found) { const code = f[`code_${field.name}`]; if (typeof code === 'number') wanted.add(code); }
    targets.set(refers, wanted);
  }
  const byKind = new Map<Kind, Map<number, string>>();
  for (const [refers, wanted] of targets) if (wanted.size > 0) byKind.set(refers, await namesOfRows(engine, refers, wanted, cut));
  for (const [field, refers] of fields) out.set(field, byKind.get(refers) ?? new Map<number, string>());
  return out;
}
async function namesOfRows(engine: ProgramRunner, refers: Kind, wanted: ReadonlySet<number>, cut: number): Promise<Map<number, string>> {
  const codes: Relation = { kind: 'values', columns: [{ name: 'code', type: 'integer' }], rows: [...wanted].map((code) => [BigInt(code)]) };
  const named = filter(currentRows(entityTable(refers), refers, cut), isNotNull(col('name')));
  const rows = rowsOf(await engine.read(project(join(['c', codes], ['inner', 'e', named, eq(col('entity', 'e'), col('code', 'c'))], ['inner', 'w', scan(WORD), eq(col('code', 'w'), col('name', 'e'))]),
    [...keep('e', 'entity', 'from_day', 'row'), ...keep('w', 'word')]), ['entity', 'row']));
  const byCode = new Map<number, { readonly from: number; readonly name: string }>();
  for (const r of rows) {
    const from = typeof r['from_day'] === 'number' ? r['from_day'] : -Infinity, code = smallOf(r, 'entity');
    if (from >= (byCode.get(code)?.from ?? -Infinity)) byCode.set(code, { from, name: textIn(r['word']) });
  }
  return new Map([...byCode].map(([code, { name }]) => [code, name]));
}
