/**
 * A row of a source file → a row of the staging table, by the formulas of the source. What cannot be
 * read is a problem that names the cell; a row with several problems names them all.
 */
import { hash } from 'node:crypto';
import type { BadRow, Problem, SourceRow } from '../engine/sources.ts';
import type { Cell } from '../engine/engine.ts';
import { compileFormula, isBlank } from '../plan/evaluate.ts';
import type { Read, Value } from '../plan/evaluate.ts';
import { closest } from '../plan/closest.ts';
import { writtenValue } from '../plan/formula-value.ts';
import { isList, namesPayees, REVERSES } from '../plan/kinds.ts';
import type { Typed } from '../plan/formula.ts';
import type { Field, Kind, Source } from '../plan/plan.ts';
import { CURRENCY } from '../stage/exchange.ts';
import { ownFields } from '../stage/store.ts';
import { assert } from '../value/diagnostic.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { minorDigits } from '../value/money.ts';
import { cleanText, constantValue, hasNoWidth, isPlain, isProblem, storedValue } from './import-cells.ts';
import type { CellContext, CellProblem, Stored } from './import-cells.ts';
import { dateReader } from './import-dates.ts';
import { readParties } from './party-lists.ts';
import type { Party } from './party-lists.ts';
import type { DateEvidence } from './import-dates.ts';
import { columnLetter, quoted, shortened } from '../value/wording.ts';

/** What became of a row: cells for the staging table, a problem, or left out by `where`. */
export type ReadRow = { readonly cells: readonly Cell[]; readonly lists: readonly PartyList[] } | { readonly problem: Problem; readonly id: string | null } | 'left_out';

/** Who stands in a list of a row. */
export interface PartyList { readonly field: string; readonly parties: readonly Party[] }

export interface RowReader {
  read(row: SourceRow): ReadRow;
  /** what was noticed on the way, for the report */
  noticed(): Noticed;
}
export interface Noticed {
  /** spellings that were replaced, with their rows, those of the source that no row has included */
  readonly replaced: readonly { readonly column: string; readonly from: string; readonly to: string; readonly rows: number }[];
  /** values from which characters of no width were taken, by column */
  readonly noWidth: ReadonlyMap<string, number>;
  /** rows in which a word of this field is blank, among those taken and those left out */
  readonly blanks: ReadonlyMap<string, { readonly taken: number; readonly leftOut: number }>;
  readonly dates: DateEvidence | undefined;
  readonly unmapped: readonly string[];
}

interface Place { readonly index: number; readonly column: string }
interface Evaluated { readonly read: Read<readonly string[]>; readonly place: Place | undefined; readonly text: string }
interface FieldReader extends Evaluated { readonly field: Field; readonly column: boolean }

/** The columns that the formulas of a source read, in the header of its file; or what is missing, with what there is. */
export function findColumns(source: Source, header: readonly string[]): { readonly columns: ReadonlyMap<string, number> } | { readonly refused: readonly Diagnostic[] } {
  const columns = new Map<string, number>();
  const refused: Diagnostic[] = [];
  for (const name of source.columns) {
    const alike = header.flatMap((title, index) => (folded(title) === folded(name) ? [index] : []));
    const index = header.includes(name) ? header.indexOf(name) : alike[0];
    if (index !== undefined && (header.includes(name) || alike.length === 1)) { columns.set(name, index); continue; }
    const near = closest(name, header);
    const several = alike.map((i) => quoted(header[i] ?? '')).join(' and ');
    refused.push({
      code: 'import.missing_column', severity: 'error', file: source.file, line: 1, column: 0, path: name,
      message: alike.length > 1 ? `The column \`${name}\` could be ${several}.` : `The file has no column \`${name}\`; it has ${header.map((title) => `\`${shortened(title)}\``).join(', ')}.`,
      hint: alike.length > 1 ? 'Write the name in the source exactly as in the file.' : near === undefined ? `Correct the source \`${source.name}\` (${source.at.file}, line ${source.at.line}), or add the column to the export.` : `Did you mean \`${near}\`? Correct the source \`${source.name}\` in ${source.at.file}, or the export.`,
    });
  }
  return refused.length > 0 ? { refused } : { columns };
}

export function rowReader(source: Source, kind: Kind, header: readonly string[], columns: ReadonlyMap<string, number>): RowReader {
  const cleaner = cellCleaner(source, columns);
  const dates = dateReader(source.format.dates);
  const blanks = new Map<string, { taken: number; leftOut: number }>();
  const evaluated = (formula: Typed, text: string): Evaluated => ({ read: compileFormula(formula, (ref) => columnOf(ref, columns)), place: placeOf(formula, columns), text });
  const id = evaluated(source.id, 'id');
  const date = source.date === undefined ? undefined : evaluated(source.date, 'date');
  const where = source.where === undefined ? undefined : evaluated(source.where.formula, 'where').read;
  const fields = kind.fields.map((field): FieldReader => {
    const mapped = source.fields.find((f) => f.field === field.name);
    if (mapped !== undefined) return { ...evaluated(mapped.formula, mapped.text), field, column: true };
    const constant = source.always[field.name];
    const value: Value = constant === undefined ? null : constantValue(constant, field.type);
    return { read: () => value, place: undefined, text: field.name, field, column: false };
  });
  const words = fields.filter((f) => f.column && f.field.name !== REVERSES && (typeof f.field.type === 'object' || namesPayees(f.field.type) || f.field.name === 'account'));
  for (const f of words) blanks.set(f.field.name, { taken: 0, leftOut: 0 });
  const countBlanks = (cells: readonly string[], into: 'taken' | 'leftOut'): void => {
    for (const f of words) if (isBlank(f.read(cells))) (blanks.get(f.field.name) as { taken: number; leftOut: number })[into]++;
  };
  const hashOf = contentHasher(kind);
  const content = contentReader({ source, kind, header, date, fields, dates });
  const listsOf = listReader(source, header, fields);
  const reverses = fields.find((f) => kind.dated && f.field.name === REVERSES && typeof f.field.type === 'object' && f.field.type.entity === kind.name);
  const read = (row: SourceRow): ReadRow => {
    const cells = cleaner.clean(row.cells);
    if (where !== undefined && where(cells) !== true) { countBlanks(cells, 'leftOut'); return 'left_out'; }
    const problems: Problem[] = [];
    const key = idOf(id, cells, header, problems);
    const values = content(cells, problems);
    const lists = listsOf(cells, problems);
    if (reverses !== undefined && key !== '' && storedValue(reverses.read(cells), reverses.field.type, NO_CONTEXT) === key) problems.push(placed(itself(key), reverses, cells, key, header));
    if (problems.length > 0) return { problem: together(problems), id: key === '' ? null : key };
    countBlanks(cells, 'taken');
    return { cells: [row.record, row.line, key, hashOf(values, lists), ...values], lists };
  };
  const mapped = new Set(columns.values());
  const unmapped = header.filter((_, index) => !mapped.has(index)).map((name) => name === '' ? '(no name)' : name);
  return { read, noticed: () => ({ replaced: cleaner.replaced(), noWidth: cleaner.noWidth, blanks, dates: dates.evidence(), unmapped }) };
}

/** The same for a row that could not be split into cells: nothing is known but its problem. */
export function badRow(row: BadRow): { readonly problem: Problem; readonly id: null } {
  return { problem: row.problem, id: null };
}

interface Content {
  readonly source: Source;
  readonly kind: Kind;
  readonly header: readonly string[];
  readonly date: Evaluated | undefined;
  readonly fields: readonly FieldReader[];
  readonly dates: CellContext['dates'];
}

/** Day and currency, or first and last day; then the fields: as the staging table has them after the hash. */
function contentReader(c: Content): (cells: readonly string[], problems: Problem[]) => Stored[] {
  const { kind, source } = c;
  const own = ownFields(kind).map((field) => c.fields.find((f) => f.field === field) as FieldReader);
  const plain = { decimal: source.format.decimal, dates: c.dates, currency: undefined };
  const hasMoney = kind.fields.some((f) => f.type === 'money');
  const currencyField = kind.dated ? c.fields.find((f) => f.field.name === 'currency') : undefined;
  const reverses = kind.dated ? c.fields.find((f) => f.field.name === REVERSES) : undefined;
  const dating = (name: string): FieldReader | undefined => c.fields.find((f) => f.field.name === name);
  const from = dating('from'), to = dating('to');
  const convert = (f: FieldReader, cells: readonly string[], context: CellContext, problems: Problem[]): Stored => {
    const value = f.read(cells);
    const stored = storedValue(value, f.field.type, context);
    if (isProblem(stored)) { problems.push(placed(stored, f, cells, value, c.header)); return null; }
    // a reversal takes back what was credited, so it needs no amount of its own
    if (stored === null && kind.dated && f.column && f.field.type === 'money' && (reverses === undefined || isBlank(reverses.read(cells)))) problems.push(placed(blankAmount(f), f, cells, '', c.header));
    return stored;
  };
  if (!kind.dated) return (cells, problems) => {
    const first = from === undefined ? null : convert(from, cells, plain, problems);
    const last = to === undefined ? null : convert(to, cells, plain, problems);
    if (typeof first === 'number' && typeof last === 'number' && last <= first && to !== undefined) problems.push(placed(BACKWARDS, to, cells, to.read(cells), c.header));
    const values = own.map((f) => convert(f, cells, plain, problems));
    if (kind.name === CURRENCY) problems.push(...rateProblems(own, values, cells, c.header));
    return [first, last, ...values];
  };
  assert(c.date !== undefined, `${source.name} fills a kind of fact, so it has a date`);
  const dateField: FieldReader = { ...c.date, field: { name: 'date', type: 'date' }, column: true };
  return (cells, problems) => {
    const day = convert(dateField, cells, plain, problems);
    if (day === null && isBlank(dateField.read(cells))) problems.push(placed(BLANK_DATE, dateField, cells, '', c.header));
    const currency = currencyOf(currencyField, hasMoney, source, cells, problems, c.header);
    const context = { ...plain, currency: currency ?? source.currency };
    return [day, currency, ...own.map((f) => convert(f, cells, context, problems))];
  };
}

/** Every number of a row of `currency` is a rate, and a rate is above 0. */
function rateProblems(fields: readonly FieldReader[], values: readonly Stored[], cells: readonly string[], header: readonly string[]): Problem[] {
  return fields.flatMap((f, i) => {
    const value = values[i];
    if (f.field.type !== 'number' || typeof value !== 'bigint' || value > 0n) return [];
    return [placed({ code: 'row.bad_rate', message: `${quoted(f.read(cells) === null ? '' : String(cells[f.place?.index ?? -1] ?? f.text))} is no rate of exchange: a rate is above 0.`, hint: 'Correct the rate; while there is none, leave the row out: what has no rate is rejected by name.' }, f, cells, f.read(cells), header)];
  });
}

/** The lists of a row that name somebody. */
function listReader(source: Source, header: readonly string[], fields: readonly FieldReader[]): (cells: readonly string[], problems: Problem[]) => PartyList[] {
  const lists = fields.flatMap((f) => (isList(f.field.type) ? [{ f, type: f.field.type }] : []));
  return (cells, problems) => lists.flatMap(({ f, type }): PartyList[] => {
    const value = f.read(cells);
    if (value === null || isBlank(value)) return [];
    const parties = readParties(typeof value === 'string' ? value : writtenValue(value), type, source.format.decimal);
    if (!('code' in parties)) return [{ field: f.field.name, parties }];
    problems.push(placed(parties, f, cells, value, header));
    return [];
  });
}

function currencyOf(field: FieldReader | undefined, hasMoney: boolean, source: Source, cells: readonly string[], problems: Problem[], header: readonly string[]): string | null {
  const value = field?.read(cells) ?? null;
  if (field === undefined || (!field.column && isBlank(value))) return hasMoney ? source.currency ?? null : null;
  const text = typeof value === 'string' ? value : '';
  if (minorDigits(text) !== undefined) return text;
  const capital = text.trim().toUpperCase();
  problems.push(placed({
    code: 'row.unknown_currency', message: text === '' ? 'The currency is blank.' : `${quoted(text)} is not a currency in use.`,
    hint: minorDigits(capital) !== undefined ? `Write it in capitals: ${capital}.` : 'Write the three letters of ISO 4217, such as USD or EUR; amounts without a currency cannot be paid on.',
  }, field, cells, text, header));
  return null;
}

function idOf(id: Evaluated, cells: readonly string[], header: readonly string[], problems: Problem[]): string {
  const stored = storedValue(id.read(cells), 'payee', NO_CONTEXT);
  if (typeof stored === 'string') return stored;
  problems.push(placed(isProblem(stored) ? stored : BLANK_ID, id, cells, id.read(cells), header));
  return '';
}

const NO_CONTEXT: CellContext = { decimal: '.', dates: dateReader('YYYY-MM-DD'), currency: undefined };
const BLANK_ID: CellProblem = { code: 'row.blank_id', message: 'The id is blank, so this row could not be told from another, nor found again.', hint: 'Fill the id in at the source; if the row is a total or a comment, leave it out with `where`.' };
const BLANK_DATE: CellProblem = { code: 'row.blank_date', message: 'The date is blank, so the row belongs to no period.', hint: 'Fill the date in; if rows without a date do not count yet, leave them out: `where: known(close_date)`.' };
const BACKWARDS: CellProblem = { code: 'row.ends_before_start', message: 'The row ends on or before the day on which it begins, so it never holds.', hint: '`to` is the first day on which it no longer holds; correct one of the two dates.' };

function itself(id: string): CellProblem {
  return { code: 'row.reverses_itself', message: `${quoted(id)} is given as the fact that it reverses itself.`, hint: 'Name the fact that is taken back, or leave the cell blank.' };
}

function blankAmount(f: FieldReader): CellProblem {
  return {
    code: 'row.blank_amount', message: `\`${f.field.name}\` is blank; a blank is never taken for 0.`,
    hint: `Fill the amount in, 0 included; or say in the source what a blank means: \`${f.field.name}: ifblank(${f.text}, "0")\`.`,
  };
}

/** A problem with the column it is in: the one that the formula reads; the first, where it reads several. */
function placed(problem: CellProblem, from: Evaluated, cells: readonly string[], value: Value, header: readonly string[]): Problem {
  const { place } = from;
  const cell = place === undefined ? (typeof value === 'string' ? value : '') : cells[place.index] ?? '';
  return {
    ...problem, value: shortened(cell),
    ...(place === undefined ? {} : { column: header[place.index] || place.column, letter: columnLetter(place.index) }),
  };
}

function together(problems: readonly Problem[]): Problem {
  const [first, ...rest] = problems;
  assert(first !== undefined, 'a row with a problem has a first problem');
  if (rest.length === 0) return first;
  return { ...first, message: `${first.message} Also: ${rest.map((p) => `${p.column === undefined ? '' : `${quoted(p.column)}: `}${p.message}`).join(' ')}` };
}

/**
 * Of the typed content, so that another spelling of the same (`1.50` and `1.5`) is no change. The order
 * of fields does not matter, nor do fields without a value.
 */
function contentHasher(kind: Kind): (values: readonly Stored[], lists: readonly PartyList[]) => string {
  const names = [...(kind.dated ? ['day', 'currency'] : ['from', 'to']), ...ownFields(kind).map((f) => f.name)];
  const inOrder = names.map((name, index) => ({ name, index })).sort((a, b) => (a.name < b.name ? -1 : 1));
  return (values, lists) => {
    let said = '';
    for (const { name, index } of inOrder) {
      const value = values[index];
      if (value !== null && value !== undefined) said += `${name}=${value}\u0001`;
    }
    for (const { field, parties } of [...lists].sort((a, b) => (a.field < b.field ? -1 : 1))) said += `${field}=${parties.map((p) => `${p.payee}\u0002${p.share ?? ''}`).join('\u0003')}\u0001`;
    return hash('sha256', said, 'hex').slice(0, 32);
  };
}

interface Cleaner {
  clean(cells: readonly string[]): readonly string[];
  replaced(): Noticed['replaced'];
  readonly noWidth: ReadonlyMap<string, number>;
}

/** Cells as formulas read them: cleaned, and spelled as the source says. */
function cellCleaner(source: Source, columns: ReadonlyMap<string, number>): Cleaner {
  const noWidth = new Map<string, number>();
  const read = [...columns].map(([column, index]) => {
    const spellings = new Map(Object.entries(source.replace[column] ?? {}).map(([from, to]) => [cleanText(from), { to: cleanText(to), rows: 0 }]));
    return { column, index, spellings };
  });
  return {
    noWidth,
    clean(cells) {
      let out: string[] | undefined;
      for (const { column, index, spellings } of read) {
        const before = cells[index] ?? '';
        let cell = before;
        if (!isPlain(cell)) {
          if (hasNoWidth(cell)) noWidth.set(column, (noWidth.get(column) ?? 0) + 1);
          cell = cleanText(cell);
        }
        const spelling = spellings.size === 0 ? undefined : spellings.get(cell);
        if (spelling !== undefined) { spelling.rows++; cell = spelling.to; }
        if (cell !== before) (out ??= [...cells])[index] = cell;
      }
      return out ?? cells;
    },
    replaced: () => read.flatMap(({ column, spellings }) => [...spellings].map(([from, { to, rows }]) => ({ column, from, to, rows }))),
  };
}

function columnOf(ref: { readonly kind: string; readonly column?: string }, columns: ReadonlyMap<string, number>): Read<readonly string[]> {
  assert(ref.kind === 'column' && ref.column !== undefined, 'formulas of a source read columns');
  const index = columns.get(ref.column);
  assert(index !== undefined, `the column ${ref.column} was found in the header`);
  return (cells) => { const cell = cells[index]; return cell === undefined || cell === '' ? null : cell; };
}

function placeOf(formula: Typed, columns: ReadonlyMap<string, number>): Place | undefined {
  if (formula.kind === 'name' && formula.ref.kind === 'column') {
    const index = columns.get(formula.ref.column);
    return index === undefined ? undefined : { index, column: formula.ref.column };
  }
  if (formula.kind !== 'call' && formula.kind !== 'op') return undefined;
  for (const arg of formula.args) {
    const place = placeOf(arg, columns);
    if (place !== undefined) return place;
  }
  return undefined;
}

function folded(name: string): string {
  return cleanText(name).toLowerCase().replaceAll(/[\s_./-]+/g, '_');
}

export function indexOfLetter(letters: string): number {
  let n = 0;
  for (let i = 0; i < letters.length; i++) n = n * 26 + letters.charCodeAt(i) - 64;
  return n - 1;
}
