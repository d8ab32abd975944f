/** `sources`: which files hold the rows of each kind, and what each field is made of. */
import type { Diagnostic } from '../value/diagnostic.ts';
import { minorDigits } from '../value/money.ts';
import { closest } from './closest.ts';
import { entriesOf, find, hasRefusedKey, placeOf, textOf } from './document.ts';
import type { Entry, MapNode, Node, TextNode } from './document.ts';
import type { Sections } from './files.ts';
import { formulaText } from './formula-text.ts';
import { DATE, isWord, sameType, TEXT, typeName, YES_NO } from './formula-units.ts';
import type { Type, Typed } from './formula.ts';
import { fieldOf, namesPayees, typeOf } from './kinds.ts';
import { readLiteral } from './literal.ts';
import { FUNCTION_NAMES } from './formula-functions.ts';
import { parseFormula } from './parse-formula.ts';
import type { Filter, Kind, Source, SourceFormat } from './plan.ts';
import { both, problem } from './problem.ts';
import { typed } from './scopes.ts';
import type { Names, TypedText } from './scopes.ts';
import { humanised } from './titles.ts';

export function resolveSources(shared: Sections, kinds: ReadonlyMap<string, Kind>, currency: string, found: Diagnostic[]): Source[] {
  return [...shared.sources.values()].flatMap((entry) => {
    if (entry.value.kind !== 'map') return [];
    const source = resolveSource(entry, entry.value, kinds, currency, found);
    return source === undefined ? [] : [source];
  });
}

/** Every name is a column of the file; the file decides at import whether it is there. */
const COLUMNS: Names = {
  all: () => [],
  find(name) {
    if (!name.includes('.')) return { meaning: { ref: { kind: 'column', column: name }, type: TEXT } };
    return { refusal: { code: 'plan.not_built_yet', message: `\`${name}\` reads a field of another kind; in a source this is part of the plan language, but this version does not calculate it yet`, hint: 'use columns of this file only' } };
  },
};

function resolveSource(entry: Entry, node: MapNode, kinds: ReadonlyMap<string, Kind>, currency: string, found: Diagnostic[]): Source | undefined {
  const before = found.length;
  const file = required(entry, node, 'file', 'deals.csv', found);
  const into = required(entry, node, 'into', 'deal', found);
  const id = required(entry, node, 'id', 'deal_id', found);
  const kind = kinds.get(into?.text.trim() ?? '');
  const read = (key: string, expected?: readonly Type[]): TypedText | undefined => {
    const text = find(node, key);
    return text?.kind === 'text' && text.text !== '' ? column(found, text, expected) : undefined;
  };
  const idFormula = id === undefined ? undefined : read('id', [TEXT]);
  const date = read('date', [TEXT, DATE]);
  const where = read('where', [YES_NO]);
  const fields = entriesOf(find(node, 'fields')).flatMap((f): Source['fields'] => {
    if (f.value.kind !== 'text' || f.value.text === '') return [];
    const got = column(found, f.value);
    if (got !== undefined) checkFieldType(f, got.formula, kind, found);
    return got === undefined ? [] : [{ field: f.key, formula: got.formula, text: got.text, at: f.at }];
  });
  const always = alwaysOf(find(node, 'always'), kind, found);
  const formulas = [idFormula?.formula, date?.formula, where?.formula, ...fields.map((f) => f.formula)].filter((f) => f !== undefined);
  const columns = [...new Set(formulas.flatMap(columnsIn))];
  const replace = replaceOf(find(node, 'replace'), columns, found);
  const money = currencyOfSource(find(node, 'currency'), found);
  const format = formatOf(find(node, 'format'), found);
  if (file === undefined || into === undefined || idFormula === undefined || found.slice(before).some((d) => d.severity === 'error')) return undefined;
  const whereNode = find(node, 'where');
  const filter: Filter | undefined = where && whereNode && { ...where, at: whereNode.at };
  return Object.freeze({
    name: entry.key, title: textOf(find(node, 'title')) ?? humanised(entry.key), file: file.text.trim(), into: into.text.trim(), id: idFormula.formula,
    ...(date !== undefined && { date: date.formula }), ...(filter !== undefined && { where: filter }),
    currency: money ?? currency, fields, always, replace, format, columns, at: entry.at,
  });
}

function required(entry: Entry, node: MapNode, key: 'file' | 'into' | 'id', example: string, found: Diagnostic[]): TextNode | undefined {
  const value = find(node, key);
  if (value?.kind === 'text') return value.text === '' ? undefined : value;
  const what = { file: 'which file it reads', into: 'which kind its rows become', id: 'what makes a row unique' }[key];
  if (value === undefined && !hasRefusedKey(node, 'source')) found.push(problem('source.missing_key', entry.at, `the source \`${entry.key}\` does not say ${what}`, key === 'id' ? `add \`id: ${example}\`: the column that is different in every row` : `add \`${key}: ${example}\``));
  return undefined;
}

/** A column with blanks in its name (`Close Date`, `Amount (USD)`) is not a formula; words alone are read as one column. */
function column(found: Diagnostic[], node: TextNode, expected?: readonly Type[]): TypedText | undefined {
  const text = node.text.trim();
  const words = 'problem' in parseFormula(node.text) && /^[\p{L}_][\p{L}\p{M}\p{N}_#/.-]*( [\p{L}\p{M}\p{N}_#/.-]+)+$/u.test(text);
  // `Amount (USD)`
  const withUnit = /^[\p{L}_][\p{L}\p{M}\p{N}_#/. -]* \([\p{L}\p{M}\p{N}_#/. %-]+\)$/u.test(text) && !FUNCTION_NAMES.includes(text.split(' ')[0] ?? '');
  if (words || withUnit) {
    const formula: Typed = { kind: 'name', name: text, ref: { kind: 'column', column: text }, type: TEXT, at: { start: 0, end: node.text.length } };
    if (expected === undefined || expected.some((t) => t.kind === 'text')) return { formula, text };
  }
  return typed(found, node, COLUMNS, expected);
}

/** A column is text that import reads as the type of its field; what a formula makes must be of that type. */
function checkFieldType(entry: Entry, formula: Typed, kind: Kind | undefined, found: Diagnostic[]): void {
  const field = fieldOf(kind, entry.key);
  if (field === undefined || kind === undefined || formula.type.kind === 'text') return;
  const wanted = typeOf(field.type);
  const numbers = formula.kind === 'number' && formula.written === 'number' && wanted.kind === 'money';
  if (sameType(wanted, formula.type) || numbers || isWord(formula.type)) return;
  const at = entry.value.kind === 'text' ? placeOf(entry.value, formula.at) : entry.value.at;
  found.push(problem('source.bad_type', at, `\`${formulaText(formula)}\` is ${typeName(formula.type)}, but the field \`${entry.key}\` of \`${kind.name}\` is ${typeName(wanted)}`, `change the formula, or the type of \`${entry.key}\` in \`facts\``));
}

function alwaysOf(node: Node | undefined, kind: Kind | undefined, found: Diagnostic[]): Record<string, string> {
  const pairs = entriesOf(node).flatMap((entry): [string, string][] => {
    const text = textOf(entry.value);
    if (text === undefined) return [];
    const field = fieldOf(kind, entry.key);
    const literal = readLiteral(text);
    const type = field?.type ?? 'text';
    const fits = typeof type === 'object' || type === 'text' || namesPayees(type) || text === ''
      || (type === 'yes_no' ? literal?.kind === 'yes_no' : type === 'date' ? literal?.kind === 'date' : literal?.kind === 'number' && (type === 'percent') === (literal.written === 'percent'));
    if (!fits) found.push(problem('source.bad_type', entry.value.at, `\`${text}\` is not ${typeName(typeOf(type))}, which the field \`${entry.key}\` needs`, 'write a value of that type, without quotes'));
    return [[entry.key, text]];
  });
  return Object.fromEntries(pairs);
}

function replaceOf(node: Node | undefined, columns: readonly string[], found: Diagnostic[]): Source['replace'] {
  const maps = entriesOf(node).map((entry) => {
    if (!columns.includes(entry.key)) {
      const near = closest(entry.key, columns);
      found.push(problem('source.unused_replace', entry.at, `nothing in this source reads the column \`${entry.key}\``, near !== undefined ? `did you mean \`${near}\`?` : `\`replace\` goes by columns of the file: ${both(columns)}`));
    }
    return [entry.key, Object.fromEntries(entriesOf(entry.value).map((e) => [e.key, textOf(e.value) ?? '']))] as const;
  });
  return Object.fromEntries(maps);
}

function currencyOfSource(node: Node | undefined, found: Diagnostic[]): string | undefined {
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined || text === '') return undefined;
  if (minorDigits(text) !== undefined) return text;
  const capital = text.toUpperCase();
  found.push(problem('source.bad_format', node.at, `\`${text}\` is not a currency in use`, minorDigits(capital) !== undefined ? `write it in capitals: \`${capital}\`` : 'write the three letters of ISO 4217, such as USD, EUR or GBP'));
  return undefined;
}

function formatOf(node: Node | undefined, found: Diagnostic[]): SourceFormat {
  const text = (key: string): string | undefined => textOf(find(node, key));
  const delimiter = text('delimiter') ?? 'auto';
  const dates = text('dates')?.trim() ?? 'YYYY-MM-DD';
  const datesNode = find(node, 'dates');
  if (datesNode !== undefined) checkDates(datesNode, dates, found);
  return {
    delimiter: delimiter === 'tab' ? '\t' : (delimiter as SourceFormat['delimiter']),
    encoding: (text('encoding') ?? 'auto') as SourceFormat['encoding'],
    decimal: (text('decimal') ?? '.') as SourceFormat['decimal'],
    dates,
  };
}

function checkDates(node: Node, dates: string, found: Diagnostic[]): void {
  const parts: readonly string[] = dates.match(/[A-Za-z]+/g) ?? [];
  if (parts.length === 3 && ['DD', 'MM', 'YYYY'].every((p) => parts.includes(p)) && !/\d/.test(dates)) return;
  const short = parts.includes('YY');
  found.push(problem('source.bad_format', node.at, short ? `\`${dates}\` has years of two digits, which could be of two centuries` : `\`${dates}\` is not a way to write dates`, short ? 'export the dates with four digits for the year' : 'write YYYY, MM and DD with what stands between them, such as DD.MM.YYYY or MM/DD/YYYY'));
}

function columnsIn(formula: Typed): string[] {
  if (formula.kind === 'name') return formula.ref.kind === 'column' ? [formula.ref.column] : [];
  return formula.kind === 'call' || formula.kind === 'op' ? formula.args.flatMap(columnsIn) : [];
}
