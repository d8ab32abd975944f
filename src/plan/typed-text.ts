/**
 * A text of a plan file → a typed formula. What names mean at its place is given; tables get their
 * meaning here, since what a table is read at depends on where its name stands.
 */
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import { placeOf } from './document.ts';
import type { TextNode } from './document.ts';
import type { Checker, Meaning, ReadTable } from './formula-scope.ts';
import { isFunction } from './formula-functions.ts';
import { formulaText } from './formula-text.ts';
import type { Formula, Ref, Span, Type, Typed } from './formula.ts';
import { parseFormula } from './parse-formula.ts';
import { both, problem } from './problem.ts';
import { typeFormula } from './type-formula.ts';

export interface Refusal { readonly code: Code; readonly message: string; readonly hint: string }

/** `broken`: what the name stands for has errors of its own, which are reported there */
export interface Found {
  readonly broken?: true;
  readonly meaning?: Meaning;
  /** a field that holds a list, whose entries `count` counts */
  readonly list?: true;
  readonly refusal?: Refusal;
  /** a table, whose meaning depends on the other names of the place */
  readonly table?: NamedTable;
  /** all that the name could mean here, where that is more than one thing */
  readonly several?: readonly Found[];
}
/** The names of one place. `asked` is the node that asks, for messages of what is resolved on the way. */
export interface Names {
  find(name: string, asked: TextNode): Found | undefined;
  all(): readonly string[];
}

/** A table of `tables:`. */
export interface NamedTable {
  readonly name: string;
  /** the names of its `by` that mean nothing at a place; undefined where it has no `by`, and the place none to give */
  lacks(names: Names, asked: TextNode): readonly string[] | undefined;
  /** read by its name alone; undefined where it has errors, which are reported at the table */
  alone(names: Names): ReadTable | undefined;
  /** called with values in place of its `by` */
  called(names: Names, args: readonly Typed[], c: Checker, call: Formula): ReadTable | undefined;
}

export interface TypedText { readonly formula: Typed; readonly text: string }

/** A text of a plan file as a typed formula; everything wrong with it is reported at its place in the file. */
export function typed(found: Diagnostic[], node: TextNode, names: Names, expected?: readonly Type[]): TypedText | undefined {
  // an empty value has been reported with its key
  if (node.text.trim() === '' && !node.quoted) return undefined;
  const read = parseFormula(node.text);
  if ('problem' in read) {
    found.push(problem('plan.formula', placeOf(node, read.problem.at), read.problem.message, read.problem.hint));
    return undefined;
  }
  const meant = meaningsOf(found, node, names, read.formula);
  if (meant === undefined) return undefined;
  const zero = divisionByZero(read.formula);
  if (zero !== undefined) {
    found.push(problem('plan.formula', placeOf(node, zero), 'this divides by 0', 'divide by something that is not 0'));
    return undefined;
  }
  const before = found.length;
  const result = typeFormula(read.formula, {
    lookup: (name) => meant.names.get(name),
    names: names.all,
    isList: (name) => names.find(name, node)?.list === true,
    table: (name) => { const table = meant.tables.get(name); return table && ((args, c, call): ReadTable | undefined => table.called(names, args, c, call)); },
    tables: () => names.all().filter((name) => names.find(name, node)?.table !== undefined),
  }, expected);
  if ('problems' in result) {
    for (const p of result.problems) if (!meant.refused.has(p.at.start)) found.push(problem('plan.formula', placeOf(node, p.at), p.message, p.hint));
    return undefined;
  }
  // a table that is called tells what is wrong with it at its own place
  const wrong = found.slice(before).some((d) => d.severity === 'error');
  return wrong || meant.refused.size > 0 ? undefined : { formula: result.typed, text: formulaText(result.typed) };
}

interface Meant {
  readonly names: ReadonlyMap<string, Meaning | ReadTable>;
  readonly tables: ReadonlyMap<string, NamedTable>;
  /** where names stand that have been refused */
  readonly refused: ReadonlySet<number>;
}

/** What the names of a formula mean; undefined where one has errors of its own, so that more would only repeat them. */
function meaningsOf(found: Diagnostic[], node: TextNode, names: Names, formula: Formula): Meant | undefined {
  const meant = { names: new Map<string, Meaning | ReadTable>(), tables: new Map<string, NamedTable>(), refused: new Set<number>() };
  const looked = new Map<string, Found | undefined>();
  let broken = false;
  for (const { name, at, called } of namesIn(formula)) {
    const key = called ? `${name}()` : name;
    if (!looked.has(key)) {
      const got = onlyOne(name, names, names.find(name, node), node, called);
      looked.set(key, got);
      if (got?.broken) broken = true;
      else if (got?.refusal === undefined && got?.table !== undefined) broken = !readTable(meant, got.table, names, called) || broken;
      else if (got?.meaning !== undefined && !called) meant.names.set(name, got.meaning);
    }
    const refusal = looked.get(key)?.refusal;
    if (refusal === undefined) continue;
    meant.refused.add(at.start);
    found.push(problem(refusal.code, placeOf(node, at), refusal.message, refusal.hint));
  }
  return broken ? undefined : meant;
}

function readTable(meant: { names: Map<string, Meaning | ReadTable>; tables: Map<string, NamedTable> }, table: NamedTable, names: Names, called: boolean): boolean {
  if (called) {
    meant.tables.set(table.name, table);
    return true;
  }
  const read = table.alone(names);
  if (read !== undefined) meant.names.set(table.name, read);
  return read !== undefined;
}

/** A name with two meanings is refused; a table that cannot be read at the place is none. */
function onlyOne(name: string, names: Names, got: Found | undefined, node: TextNode, called: boolean): Found | undefined {
  const lacks = (f: Found): readonly string[] | undefined => (f.table === undefined || called ? [] : f.table.lacks(names, node));
  if (got?.several !== undefined) {
    const left = called ? got.several.filter((f) => f.table !== undefined) : got.several.filter((f) => lacks(f)?.length === 0);
    return left.length === 1 ? left[0] : got;
  }
  if (got?.table === undefined || got.refusal !== undefined) return got;
  const missing = lacks(got);
  if (missing?.length === 0) return got;
  const what = missing === undefined ? `the table \`${name}\` does not say \`by\`, and nothing here says what it is read at` : `the table \`${name}\` is read by ${both(missing.map((m) => `\`${m}\``))}, which means nothing here`;
  return { refusal: { code: 'plan.table', message: what, hint: `say what it is read at: \`${name}(…)\`` } };
}

function divisionByZero(formula: Formula): Span | undefined {
  if (formula.kind !== 'call' && formula.kind !== 'op') return undefined;
  const [, by] = formula.args;
  if (formula.kind === 'op' && formula.op === '/' && by?.kind === 'number' && by.value.n === 0n) return by.at;
  return formula.args.map(divisionByZero).find((at) => at !== undefined);
}

/** Names of a formula; of a call its own, where it is no function. */
export function namesIn(formula: Formula): { readonly name: string; readonly at: Span; readonly called: boolean }[] {
  if (formula.kind === 'name') return [{ name: formula.name, at: formula.at, called: false }];
  if (formula.kind === 'op') return formula.args.flatMap(namesIn);
  if (formula.kind !== 'call') return [];
  const called = isFunction(formula.name) ? [] : [{ name: formula.name, at: { start: formula.at.start, end: formula.at.start + formula.name.length }, called: true }];
  return [...called, ...formula.args.flatMap(namesIn)];
}

/** Names that several groups give: one meaning at most. */
export function together(...groups: readonly Names[]): Names {
  return {
    all: () => [...new Set(groups.flatMap((g) => g.all()))],
    find(name, asked) {
      const hits = groups.flatMap((g) => g.find(name, asked) ?? []).flatMap((h) => h.several ?? [h]);
      const clear = hits.filter((h) => h.refusal === undefined && (h.meaning !== undefined || h.table !== undefined));
      if (clear.length < 2) return clear[0] ?? hits[0];
      const what = clear.map((h) => (h.meaning === undefined ? 'a table' : meaningName(h.meaning)));
      return { ...clear[0], refusal: { code: 'plan.two_meanings', message: `\`${name}\` means two things here: ${both(what)}`, hint: 'give one of them another name' }, several: clear };
    },
  };
}

function meaningName({ ref }: Meaning): string {
  const names: Readonly<Record<Ref['kind'], string>> = {
    column: 'a column of the file', field: 'a field of the row', payee_field: 'a field of the payee', result: 'a result of the component',
    component: 'a component', measure: 'a measure', payee: 'the payee', via_field: 'a field of the payee below', person_term: 'a term of the payee',
    group_field: 'a field of the group', state: 'a state', table: 'a table', term: 'a term', period: 'an edge of the period',
  };
  return names[ref.kind];
}
