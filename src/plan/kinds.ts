/**
 * Kinds of rows and the types of their fields: what `facts:` declares, what sources fill, and what the
 * language knows of a person. Kinds and sources have one name space for the whole workspace.
 *
 * - A kind with a `date` in its sources is a fact; without one its rows are reference rows (person,
 *   account), which may be dated by fields `from` and `to`.
 * - A kind that only sources name (but `person`) has text fields, and a warning says so.
 * - A column of `person` that is called like a term has the type of the term.
 * - Kinds with `from` are made of the facts of other kinds, entries of states are facts too, and
 *   `earning` is what earlier rounds of a run paid (`derived-kinds.ts`).
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { closest } from './closest.ts';
import { entriesOf, find, itemsOf, textOf } from './document.ts';
import type { Entry, Node } from './document.ts';
import type { Sections } from './files.ts';
import type { Type } from './formula.ts';
import type { At, Field, FieldType, Kind, TermType } from './plan.ts';
import { both, either, problem } from './problem.ts';
import { humanised } from './titles.ts';
import { counted } from '../value/wording.ts';

/** The type of what a row has beside its stored fields; `broken`: it has errors of its own. */
export type More = Type | 'broken';
/**
 * The kinds by name. While a plan is resolved, derived fields are found when they are first asked for;
 * `dotted`: the name ends a path, where measures and states of the row may stand too.
 */
export interface Kinds extends ReadonlyMap<string, Kind> {
  readonly more?: (kind: Kind, name: string, asked: Node | undefined, dotted: boolean) => More | undefined;
  readonly derivedNames?: (kind: Kind) => readonly string[];
}

/** What the language itself knows of a person. */
const PERSON: Readonly<Record<string, FieldType>> = { role: 'text', manager: 'payee', hired: 'date', left: 'date', currency: 'text' };
/** What somebody decided about a credit that a guardrail stopped. */
const REVIEW: Readonly<Record<string, FieldType>> = { fact: 'text', guardrail: 'text', decision: 'text' };
/** Fields that date a reference row. */
const DATING: Readonly<Record<string, FieldType>> = { from: 'date', to: 'date' };
/** What the store keeps of every row beside its fields, and what it is. Fields cannot be called so. */
export const ROW_COLUMNS = {
  row: 'its number in the store', seq: 'the import that brought it', id: 'what makes it unique', file: 'the file that it came from',
  record: 'its place in the file', line: 'its line in the file', hash: 'the fingerprint of its content',
} as const;
/** The same of facts alone, and of reference rows alone. */
export const FACT_COLUMNS = { day: 'its date' } as const;
export const REFERENCE_COLUMNS = { entity: 'whom or what it describes', from_day: 'the first day on which it holds', to_day: 'the day from which it holds no longer' } as const;
/** What reports and exports call the source of a row. */
const SOURCE_COLUMN = { source: 'the source that it came from' } as const;
/** Fields that the import itself reads, by their types. */
const READ_FACT: Readonly<Record<string, FieldType>> = { currency: 'text' };
const SIMPLE = ['money', 'number', 'percent', 'date', 'text', 'yes/no', 'payee', 'payees', 'splits'] as const;

export interface DeclaredTerm { readonly type: TermType; readonly at: At }
export type DeclaredTerms = ReadonlyMap<string, readonly DeclaredTerm[]>;

/** Kinds whose rows are stored. `reviewed`: some plan has guardrails, so that there is a kind `review`. */
export function resolveKinds(shared: Sections, terms: DeclaredTerms, reviewed: boolean, found: Diagnostic[]): Map<string, Kind> {
  const declared = new Map([...shared.facts].filter(([, entry]) => !isDerived(entry)));
  const names = new Set([...declared.keys(), 'person', ...(reviewed ? ['review'] : [])]);
  for (const source of shared.sources.values()) {
    const node = find(source.value, 'into'), into = textOf(node);
    const from = shared.facts.get(into ?? '');
    if (from !== undefined && isDerived(from) && node !== undefined) {
      found.push(problem('source.bad_field', node.at, `\`${into ?? ''}\` is made of rows of \`${textOf(find(from.value, 'from')) ?? ''}\`, so no source fills it`, `write \`into: ${textOf(find(from.value, 'from')) ?? ''}\``));
    } else if (into !== undefined && into !== '') names.add(into);
  }
  const kinds = new Map<string, Kind>();
  for (const name of names) {
    const sources = [...shared.sources.values()].filter((s) => textOf(find(s.value, 'into')) === name);
    const kind = resolveKind(name, declared.get(name), sources, { names, terms, reviewed }, found);
    const other = sameWord(name, kinds.keys());
    if (other !== undefined) found.push(problem('source.bad_field', kind.at, `the kinds \`${name}\` and \`${other}\` differ only in capitals, so the store could not tell them apart`, `write \`${other}\` in both places, or give one of them another name`));
    kinds.set(name, kind);
  }
  return kinds;
}

/** A kind that is made of the facts of another. */
export function isDerived(entry: Entry): boolean {
  return find(entry.value, 'from') !== undefined;
}

interface Around { readonly names: ReadonlySet<string>; readonly terms: DeclaredTerms; readonly reviewed: boolean }

function resolveKind(name: string, declared: Entry | undefined, sources: readonly Entry[], { names, terms, reviewed }: Around, found: Diagnostic[]): Kind {
  const at = declared?.at ?? sources[0]?.at ?? { file: 'trueup.yaml', line: 0, column: 0, path: name };
  const dated = isDated(name, sources, found);
  const fields = new Map<string, FieldType>();
  if (!SAYABLE.test(name)) found.push(problem('source.bad_field', at, `\`${name}\` cannot be the name of a kind: formulas and tables could not say it`, 'use letters, digits and `_`, with a letter first'));
  for (const entry of entriesOf(find(declared?.value, 'fields'))) {
    const type = fieldType(entry, names, found);
    checkName(entry.key, entry.at, { name, dated }, fields.keys(), found);
    if (type !== undefined) fields.set(entry.key, type);
    checkRead(entry, type, dated, found);
  }
  if (name === 'person') {
    for (const [field, type] of Object.entries(PERSON)) if (!fields.has(field)) fields.set(field, type);
    for (const [term, types] of terms) {
      if (fields.has(term)) continue;
      checkTerm(term, types, found);
      fields.set(term, termFieldType(term, types, found));
    }
  }
  const review = reviewed && name === 'review';
  if (review) builtInFields(declared, fields, found);
  const filled = filledFields(sources);
  if (!dated) for (const [field, type] of Object.entries(DATING)) if (filled.has(field) && !fields.has(field)) fields.set(field, type);
  const open = name === 'person' || declared === undefined;
  const derived = find(declared?.value, 'derived');
  for (const [field, where] of filled) {
    if (fields.has(field)) continue;
    if (find(derived, field) !== undefined) {
      found.push(problem('source.bad_field', where, `\`${field}\` of \`${name}\` is calculated from other fields, so no source fills it`, 'remove it here, or declare it under `fields` in place of `derived`'));
      continue;
    }
    if (open) {
      checkName(field, where, { name, dated }, fields.keys(), found);
      fields.set(field, 'text');
    } else {
      const near = closest(field, fields.keys());
      found.push(problem('source.bad_field', where, `\`${name}\` has no field \`${field}\``, near === undefined ? `add it with its type to \`fields\` of \`${name}\` in ${at.file}, such as \`${field}: text\`` : `did you mean \`${near}\`?`));
    }
  }
  if (declared === undefined && name !== 'person' && !review) {
    found.push(problem('source.undeclared_kind', at, `no file declares the fields of \`${name}\`, so all of them (${both([...filled.keys()])}) are read as text`, `declare them: \`facts: { ${name}: { fields: { ${[...filled.keys()][0] ?? 'name'}: text } } }\``, 'warning'));
  } else if (sources.length > 0 && name !== 'person') {
    blankFields(name, dated, fields, filled, declared, found);
  }
  const list = [...fields].map(([field, type]): Field => ({ name: field, type }));
  for (const entry of entriesOf(derived)) checkName(entry.key, entry.at, { name, dated }, fields.keys(), found);
  for (const key of ['where', 'keep', 'per', 'again_after']) {
    const stray = declared?.value.kind === 'map' ? declared.value.entries.find((e) => e.key === key) : undefined;
    if (stray !== undefined) found.push(problem('source.bad_field', stray.at, `\`${key}\` picks rows of another kind, but \`${name}\` does not say \`from\` which`, `add \`from\` in place of \`fields\`, or remove \`${key}\``));
  }
  const runs = runsOf(find(declared?.value, 'runs'), name, fields, found);
  const kind: Kind = { name, title: textOf(find(declared?.value, 'title')) ?? humanised(name), dated, fields: list, derived: [], ...(runs !== undefined && { runs }), at };
  checkReverses(kind, find(find(declared?.value, 'fields'), REVERSES)?.at ?? filled.get(REVERSES) ?? at, found);
  return kind;
}

/** Reviews are rows that people fill in: their fields have the types that guardrails read. */
function builtInFields(declared: Entry | undefined, fields: Map<string, FieldType>, found: Diagnostic[]): void {
  for (const [field, type] of Object.entries(REVIEW)) {
    const own = fields.get(field), entry = entriesOf(find(declared?.value, 'fields')).find((e) => e.key === field);
    if (own !== undefined && own !== type && entry !== undefined) {
      found.push(problem('source.bad_type', entry.value.at, `guardrails read \`${field}\` of \`review\`, so its type is ${typeof type === 'string' ? type : type.entity}`, `write \`${field}: text\``));
    }
    fields.set(field, type);
  }
}

/** `runs: [starts, ends]`: two fields of type date. */
function runsOf(node: Node | undefined, name: string, fields: ReadonlyMap<string, FieldType>, found: Diagnostic[]): Kind['runs'] {
  if (node === undefined) return undefined;
  const [first, second, ...rest] = itemsOf(node).map((item) => textOf(item)?.trim() ?? '');
  if (first === undefined || second === undefined || rest.length > 0) {
    found.push(problem('source.bad_field', node.at, `\`runs\` of \`${name}\` names ${counted(itemsOf(node).length, 'field')}, not two`, 'write the field of the first day, then that of the day on which it no longer runs: `[starts, ends]`'));
    return undefined;
  }
  const wrong = [first, second].find((field) => fields.get(field) !== 'date');
  if (wrong === undefined) return [first, second];
  const near = closest(wrong, [...fields].filter(([, type]) => type === 'date').map(([field]) => field));
  found.push(problem('source.bad_field', node.at, fields.has(wrong) ? `\`${wrong}\` of \`${name}\` is not a date, which \`runs\` needs` : `\`${name}\` has no field \`${wrong}\`, which \`runs\` names`, near !== undefined ? `did you mean \`${near}\`?` : `add \`${wrong}: date\` to \`fields\``));
  return undefined;
}

const SAYABLE = /^[A-Za-z]\w*$/;

function checkName(field: string, at: At, kind: Pick<Kind, 'name' | 'dated'>, others: Iterable<string>, found: Diagnostic[]): void {
  if (!SAYABLE.test(field)) {
    const better = field.trim().replace(/\W+/g, '_').replace(/^[\d_]+/, '').toLowerCase();
    found.push(problem('source.bad_field', at, `\`${field}\` cannot be the name of a field: formulas could not say it`, better === '' ? 'use letters, digits and `_`, with a letter first' : `write \`${better}\`; the name of the column stands after the colon`));
    return;
  }
  const what = keptOf(field, kind.dated), other = sameWord(field, others);
  if (what !== undefined) {
    const own = (kind.dated ? ['id', 'date'] : ['id']).includes(field);
    found.push(problem('source.bad_field', at, `every row of \`${kind.name}\` has \`${field.toLowerCase()}\` already${own ? '' : `: ${what}`}`,
      own ? `remove it from \`fields\`, and say in the source what its \`${field}\` is` : `give the field another name, such as \`${kind.name}_${field.toLowerCase()}\`; the column of the file may stay as it is`));
  } else if (other !== undefined) {
    found.push(problem('source.bad_field', at, `the fields \`${field}\` and \`${other}\` of \`${kind.name}\` differ only in capitals, so the store could not tell them apart`, `write \`${other}\` in both places, or give one of them another name`));
  }
}

/** A term is a field of `person`. */
function checkTerm(term: string, types: readonly DeclaredTerm[], found: Diagnostic[]): void {
  const what = keptOf(term, false);
  if (what === undefined) return;
  for (const { at } of types) found.push(problem('plan.bad_name', at, `\`${term}\` cannot be the name of a term: every row of \`person\` has \`${term.toLowerCase()}\` already, ${what}`, `give it another name, such as \`${term}_value\``));
}

/** What a name means to the store, which does not tell capitals from small letters. */
function keptOf(field: string, dated: boolean): string | undefined {
  const kept: Readonly<Record<string, string>> = { ...ROW_COLUMNS, ...SOURCE_COLUMN, ...(dated ? { date: FACT_COLUMNS.day, ...FACT_COLUMNS } : REFERENCE_COLUMNS) };
  return Object.entries(kept).find(([name]) => name === field.toLowerCase())?.[1];
}
/** Another name that differs only in capitals. */
function sameWord(name: string, others: Iterable<string>): string | undefined {
  return [...others].find((other) => other !== name && other.toLowerCase() === name.toLowerCase());
}

/** Fields that the import reads by itself have one type. */
function checkRead(entry: Entry, type: FieldType | undefined, dated: boolean, found: Diagnostic[]): void {
  const wanted = Object.entries(dated ? READ_FACT : DATING).find(([name]) => name === entry.key)?.[1];
  if (typeof wanted !== 'string' || type === undefined || type === wanted) return;
  const what = dated ? 'says which currency the row is in' : `says ${entry.key === 'from' ? 'from' : 'up to'} which day the row holds`;
  found.push(problem('source.bad_type', entry.value.at, `\`${entry.key}\` ${what}, so its type is ${wanted}`, `write \`${entry.key}: ${wanted}\``));
}

/** The field of a fact that names another one of its kind, whose credits it takes back. */
export const REVERSES = 'reverses';

function checkReverses({ name, dated, fields }: Kind, at: At, found: Diagnostic[]): void {
  const type = fields.find((f) => f.name === REVERSES)?.type;
  if (type === undefined || (dated && typeof type === 'object' && type.entity === name)) return;
  found.push(problem('source.bad_type', at, dated ? `\`${REVERSES}\` names the \`${name}\` whose credits this one takes back, so its type is \`${name}\`` : `rows of \`${name}\` are not facts, so none takes back the credits of another`, dated ? `write \`${REVERSES}: ${name}\`` : 'give the field another name'));
}

function isDated(name: string, sources: readonly Entry[], found: Diagnostic[]): boolean {
  const withDate = sources.find((s) => find(s.value, 'date') !== undefined);
  const without = sources.find((s) => find(s.value, 'date') === undefined);
  if (name === 'person') {
    const date = find(withDate?.value, 'date');
    if (date !== undefined) found.push(problem('source.bad_field', date.at, '`person` rows are not facts and have no `date`', 'write `from` under `fields` for the first day of a dated row'));
    return false;
  }
  if (withDate !== undefined && without !== undefined) {
    found.push(problem('source.two_meanings', without.at, `rows of \`${name}\` have a \`date\` in \`${withDate.key}\` (${withDate.at.file}, line ${withDate.at.line}), but not here`, 'give both a `date`, so that they are facts, or neither, so that they are reference rows'));
  }
  return withDate !== undefined || sources.length === 0;
}

function filledFields(sources: readonly Entry[]): Map<string, At> {
  const filled = new Map<string, At>();
  for (const source of sources) {
    for (const section of ['fields', 'always']) {
      for (const entry of entriesOf(find(source.value, section))) if (!filled.has(entry.key)) filled.set(entry.key, entry.at);
    }
  }
  return filled;
}

/** A field that no file fills is blank in every row, and sums of it are 0: say so before somebody is paid nothing. */
function blankFields(name: string, dated: boolean, fields: ReadonlyMap<string, FieldType>, filled: ReadonlyMap<string, At>, declared: Entry | undefined, found: Diagnostic[]): void {
  for (const entry of entriesOf(find(declared?.value, 'fields'))) {
    if (!fields.has(entry.key) || filled.has(entry.key)) continue;
    // rows without a currency of their own are in the one of their source
    if (dated && entry.key === 'currency') continue;
    found.push(problem('source.blank_field', entry.at, `no source fills \`${entry.key}\` of \`${name}\`, so it is blank in every row`, `add \`${entry.key}: column\` to \`fields\` of the source, or remove the field`, 'warning'));
  }
}

/** Types of databases and other languages. */
const TYPES_ELSEWHERE: Readonly<Record<string, string>> = {
  boolean: 'yes/no', bool: 'yes/no', string: 'text', varchar: 'text', char: 'text', datetime: 'date', timestamp: 'date', day: 'date', integer: 'number', int: 'number', float: 'number', decimal: 'number', double: 'number', count: 'number',
  currency: 'money', amount: 'money', percentage: 'percent', rate: 'percent', employee: 'payee', user: 'payee',
};

function fieldType(entry: Entry, kinds: ReadonlySet<string>, found: Diagnostic[]): FieldType | undefined {
  const text = textOf(entry.value)?.trim();
  if (text === undefined || text === '') return undefined;
  if (text === 'yes/no') return 'yes_no';
  if ((SIMPLE as readonly string[]).includes(text)) return text as FieldType;
  if (text === 'person') return 'payee';
  if (kinds.has(text)) return { entity: text };
  const near = TYPES_ELSEWHERE[text.toLowerCase().replace(/\(.*\)$/, '')] ?? closest(text, [...SIMPLE, ...kinds]);
  found.push(problem('source.bad_type', entry.value.at, `\`${text}\` is not a type of a field`, near === undefined ? `write ${either(SIMPLE)}, or the name of a kind (${both([...kinds])})` : `did you mean \`${near}\`?`));
  return undefined;
}

function termFieldType(term: string, types: readonly DeclaredTerm[], found: Diagnostic[]): FieldType {
  const [first, ...rest] = types;
  const type = first?.type ?? 'text';
  const other = rest.find((t) => t.type !== type);
  if (other !== undefined && first !== undefined) {
    found.push(problem('plan.two_meanings', other.at, `the term \`${term}\` is ${other.type} here, but ${type} in ${first.at.file}, line ${first.at.line}; both would read one column of \`person\``, 'use one type, or give the terms different names'));
  }
  return type === 'factor' ? 'number' : type;
}

/** The type of a field as formulas see it. */
export function typeOf(type: FieldType): Type {
  if (typeof type === 'object') return { kind: 'entity', entity: type.entity };
  // credit rules read lists, and formulas count their entries (`type-formula.ts`)
  return { kind: isList(type) ? 'text' : type };
}

/** A list of payees. It stands beside its row, not in a column of it. */
export type ListType = 'payees' | 'splits';
export function isList(type: FieldType): type is ListType {
  return type === 'payees' || type === 'splits';
}
/** Whether the field names payees: one, or a list. */
export function namesPayees(type: FieldType): boolean {
  return type === 'payee' || isList(type);
}

export function fieldOf(kind: Kind | undefined, name: string): Field | undefined {
  return kind?.fields.find((f) => f.name === name);
}

/** The name of a kind as its plan says it: `new_logo` for a plan's own `a5.new_logo`. */
export function bareKind(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** A kind, the kind that it is made of, and so on up to one whose rows are stored. */
export function lineageOf(kinds: ReadonlyMap<string, Kind>, kind: Kind): readonly Kind[] {
  const out = [kind];
  for (let at: Kind | undefined = kind; at?.derivation !== undefined;) {
    at = kinds.get(at.derivation.from);
    if (at === undefined || out.includes(at)) break;
    out.push(at);
  }
  return out;
}

/** Kinds whose rows are stored: not those that are made of other facts. */
export function storedKinds(kinds: readonly Kind[]): readonly Kind[] {
  return kinds.filter((k) => k.derivation === undefined);
}
