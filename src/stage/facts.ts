/**
 * Stage 1, facts: the stored rows of one kind as a run sees them, each with the slice of time that it
 * falls into, the parties that credit rules may name, and one column for every value that a measure
 * wants. Every formula over facts sits here, in one scan a kind.
 */
import type { Typed } from '../plan/formula.ts';
import type { Kind } from '../plan/plan.ts';
import {
  and, cast, coalesce, codeOf, col, compare, eq, type Expr, filter, int, isNull, join, type JoinInput, named, type Named, nothing, or,
  project, type Relation, scan, type Statement, type TableSchema, when, windowed,
} from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import type { DirectRule, FactColumn, Gathered } from './gather.ts';
import { type FactScope, lowerCondition, lowerKey, lowerNumber, NotBuilt } from './lower.ts';
import { REF_DAY } from './reference.ts';
import { entityTable, factTable, supersededTable } from './store.ts';

/** Rows of a kind that count at a cut: versions learned by it, and not superseded by it. */
export function currentRows(table: TableSchema, kind: Kind, cut: number): Relation {
  const columns = table.columns.map((c) => named(c.name, col(c.name, 'v')));
  const joined = join(['v', scan(table)], ['left', 's', scan(supersededTable(kind)), and(eq(col('row', 's'), col('row', 'v')), compare('<=', col('seq', 's'), int(cut)))]);
  return project(filter(joined, and(isNull(col('row', 's')), compare('<=', col('seq', 'v'), int(cut)))), columns);
}

/** Dated rows of a reference, each with the day on which the next one begins. */
export function entityRows(kind: Kind, cut: number): Statement {
  // a row without a first day comes before all others
  const ordered = project(currentRows(entityTable(kind), kind, cut), [
    ...entityTable(kind).columns.map((c) => named(c.name, col(c.name))), named('_starts', coalesce(col('from_day'), cast(int(-1_000_000), 'integer'))),
  ]);
  const rows = windowed(ordered, [{ name: '_next_day', fn: 'lead', of: col('from_day'), partition: ['entity'], order: [{ column: '_starts', descending: false }] }]);
  return { name: `dated_${kind.name}`, make: 'view', relation: rows, key: ['row'], about: `dated rows of ${kind.name}, each until the next one begins` };
}

export interface FactsStage { readonly statement: Statement; readonly references: readonly Kind[]; readonly parties: readonly (readonly string[])[] }

/** The facts of one kind. `parties`: the paths that credit rules credit, in order of the columns `party_0` … */
export function factsStage(kind: Kind, gathered: Gathered, kinds: readonly Kind[], cut: number): FactsStage {
  const joins = new Map<string, { alias: string; kind: Kind }>();
  const reference = (field: string): { alias: string; kind: Kind } | undefined => {
    const known = joins.get(field);
    if (known !== undefined) return known;
    const target = referenced(kind, field, kinds);
    if (target === undefined) return undefined;
    const made = { alias: `e_${field}`, kind: target };
    joins.set(field, made);
    return made;
  };
  const rules = gathered.rules.filter((r) => r.kind === kind.name);
  const parties = partiesOf(rules);
  const columns: Named[] = [
    named('facts_world', cast(int(0), 'integer')), named('fact', col('row', 'f')), named('day', col('day', 'f')), named('slice', col('slice', 'd')),
    ...parties.map((path, i) => named(`party_${i}`, partyColumn(path, reference, kind, rules))),
    ...rules.filter((r) => r.rule.where !== undefined).map((r) => named(`rule_${r.index}`, lowerCondition(must(r.rule.where).formula, scopeOf(kind, r.currency, reference, r.rule.at)))),
    ...gathered.facts.filter((c) => c.kind === kind.name).map((c) => named(columnName(c), valueColumn(c, kind, reference).expr)),
  ];
  const from: JoinInput[] = [
    { as: 'f', how: 'from', relation: currentRows(factTable(kind), kind, cut) },
    { as: 'd', how: 'inner', relation: scan(REF_DAY), on: eq(col('day', 'd'), col('day', 'f')) },
    ...[...joins].map(([field, r]): JoinInput => ({ as: r.alias, how: 'left', relation: { kind: 'scan', table: `dated_${r.kind.name}`, columns: datedColumns(r.kind) }, on: inForce(r.alias, field) })),
  ];
  return {
    statement: { name: `facts_${kind.name}`, make: 'view', relation: project({ kind: 'join', inputs: from }, columns), key: ['fact'], about: `${kind.title || kind.name}: what is asked of each` },
    references: [...new Set([...joins.values()].map((r) => r.kind))],
    parties,
  };
}

export const columnName = (c: FactColumn): string => (c.role === 'key' ? `key_${c.index}` : `value_${c.index}`);

/** How many parts of one the stored number of a column counts. */
export function divisorOf(column: Omit<FactColumn, 'index'>, kinds: readonly Kind[]): bigint {
  const kind = kinds.find((k) => k.name === column.kind);
  assert(kind !== undefined, 'the kind of a column exists');
  return valueColumn(column, kind, (field) => {
    const target = referenced(kind, field, kinds);
    return target === undefined ? undefined : { alias: `e_${field}`, kind: target };
  }).divisor;
}

function valueColumn(c: Omit<FactColumn, 'index'>, kind: Kind, reference: FactScope['reference']): { readonly expr: Expr; readonly divisor: bigint } {
  const scope = scopeOf(kind, c.currency, reference, c.at);
  const counted = c.where === null ? [] : [lowerCondition(c.where, scope)];
  // amounts of another currency are not added to these: they are told apart before anything is summed
  if (c.role === 'sum' && c.formula?.type.kind === 'money' && readsOwnMoney(c.formula, kind)) counted.push(eq(col('currency', 'f'), codeOf(c.currency)));
  const value = c.role === 'count' ? { expr: int(1), divisor: 1n } : c.role === 'sum' ? sumValue(must(c.formula), scope) : lowerKey(must(c.formula), scope);
  if (c.role === 'key') return { expr: coalesce(value.expr, int(blankKey(must(c.formula)))), divisor: value.divisor };
  return { expr: counted.length === 0 ? value.expr : when(and(...counted), value.expr, nothing('bigint')), divisor: value.divisor };
}
/** A blank number or date is not 0: it can be read by no table. A blank word is no word's code: only \`otherwise\` holds it. */
export const BLANK_KEY = -(2n ** 63n) + 1n;
function blankKey(formula: Typed): bigint {
  const { kind } = formula.type;
  return kind === 'text' || kind === 'payee' || kind === 'entity' || kind === 'yes_no' ? -1n : BLANK_KEY;
}
function sumValue(formula: Typed, scope: FactScope): { expr: Expr; divisor: bigint } {
  const { n, d } = lowerNumber(formula, scope);
  return { expr: n, divisor: d };
}
function readsOwnMoney(f: Typed, kind: Kind): boolean {
  if (f.kind === 'name') {
    const { ref } = f;
    return ref.kind === 'field' && ref.path.length === 1 && kind.fields.some((x) => x.name === ref.path[0] && x.type === 'money');
  }
  return (f.kind === 'op' || f.kind === 'call') && f.args.some((a) => readsOwnMoney(a, kind));
}

function scopeOf(kind: Kind, currency: string, reference: FactScope['reference'], at: FactScope['at']): FactScope {
  return { kind, currency, reference, at };
}

function partiesOf(rules: readonly DirectRule[]): readonly (readonly string[])[] {
  const paths = rules.flatMap((r) => (r.rule.split.length > 0 ? r.rule.split.flat().map((s) => s.to) : r.rule.to));
  return [...new Map(paths.map((p) => [p.join('.'), p])).values()];
}
function partyColumn(path: readonly string[], reference: FactScope['reference'], kind: Kind, rules: readonly DirectRule[]): Expr {
  const [first, second] = path;
  assert(first !== undefined, 'a party is named');
  const at = must(rules[0]).rule.at;
  if (second === undefined) {
    assert(kind.fields.some((f) => f.name === first), `${kind.name} has the field ${first}; resolve checks it`);
    return col(first, 'f');
  }
  if (path.length > 2) throw new NotBuilt(at, `${path.join('.')} follows two references`, 'One reference at a time is built: put the payee on the nearer row.');
  const r = reference(first);
  if (r === undefined) throw new NotBuilt(at, `${path.join('.')} follows a reference to another fact, which is not built yet`, 'Put the payee on the fact itself as a field of the source.');
  return col(second, r.alias);
}

/** The kind that a field of this kind refers to. */
export function referenced(kind: Kind, field: string, kinds: readonly Kind[]): Kind | undefined {
  const type = kind.fields.find((f) => f.name === field)?.type;
  const name = typeof type === 'object' ? type.entity : type === 'payee' ? 'person' : undefined;
  return kinds.find((k) => k.name === name && !k.dated);
}
function datedColumns(kind: Kind): TableSchema['columns'] {
  return [...entityTable(kind).columns, { name: '_starts', type: 'integer' }, { name: '_next_day', type: 'integer' }];
}
/** The row of a reference that was in force on the day of the fact. */
function inForce(alias: string, field: string): Expr {
  const day = col('day', 'f');
  return and(
    eq(col('entity', alias), col(field, 'f')),
    or(isNull(col('from_day', alias)), compare('<=', col('from_day', alias), day)),
    or(isNull(col('_next_day', alias)), compare('<', day, col('_next_day', alias))),
    or(isNull(col('to_day', alias)), compare('<', day, col('to_day', alias))),
  );
}
