/**
 * What names mean in a formula about one row: its fields, those of what it refers to as of the day, its
 * derived fields. Asking for a field of a reference joins it.
 */
import type { Typed } from '../plan/formula.ts';
import { EARNING } from '../plan/rounds.ts';
import type { At, DerivedField, Field, Kind, Num } from '../plan/plan.ts';
import { aggregate, and, col, compare, count, eq, type Expr, filter, isNotNull, isNull, type JoinInput, keep, named, or, type Relation, scan, type TableSchema, text } from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { powerOfTen } from '../value/rate.ts';
import { asWide, CARRIED } from './arithmetic.ts';
import { digitsOf, lowerNum, lowerNumber, type Lowered, lowerTable, NotBuilt, type Scope, type TypedName } from './lower.ts';
import { divisorExpr, type Pair } from './lower-pair.ts';
import { lineage } from './lineage.ts';
import type { PlanMoney } from './exchange.ts';
import { type MoneyRow, planMoney } from './money.ts';
import { namesOf } from './reads.ts';
import { entityTable, factTable, isCoded, PARTS, partyTable, WORD } from './store.ts';

/** The joins of one view, by alias, in the order in which they were asked for. */
export interface Joins {
  readonly kinds: readonly Kind[];
  readonly inputs: Map<string, JoinInput>;
  /** kinds whose dated rows, whose facts by their id, or whose levels (of states) are joined */
  readonly references: Set<Kind>;
  /** what formulas divide by, in the order in which they were asked for */
  readonly divisors: Expr[];
  /** how each of these joins begins, whatever the day */
  readonly followed: Map<string, Followed>;
}
/** `of`: the row that it is reached from; `days`: columns with the days on which another row takes its place. */
export interface Followed { readonly of: string; readonly relation: Relation; readonly on: Expr; readonly days: readonly string[] }
export function joinsOf(kinds: readonly Kind[]): Joins {
  return { kinds, inputs: new Map(), references: new Set(), divisors: [], followed: new Map() };
}

/** A row that a formula is about. */
export interface Row { readonly kind: Kind; readonly alias: string; /** as of which day references are followed */ readonly day: Expr; /** its date, where that is not its `day` */ readonly date?: Expr; /** the row of the store whose fields it has, where that is not its own */ readonly stored?: Expr }
/** Names that no row gives: the payee, the period, measures of the row. Undefined where there is none here. */
export type OtherNames = (typed: TypedName, row: Row) => Lowered | undefined;

export function rowScope(row: Row, joins: Joins, money: PlanMoney, at: At, others: OtherNames = () => undefined): Scope {
  return {
    currency: money.currency, at,
    name(typed) {
      const other = others(typed, row);
      if (other !== undefined) return other;
      if (typed.ref.kind === 'field') return follow(typed.ref.path, row, joins, money, at, others);
      if (typed.ref.kind === 'state') return levelOf(typed.ref.state, row, joins, money, at, others);
      throw new NotBuilt(at, `${typed.name} cannot be read for a single fact here`, 'Use fields of the fact, and of what it refers to.');
    },
    count(list) {
      assert(list.ref.kind === 'field', 'only fields are lists; resolve checks it');
      const { owner, of, row: stored_ } = listRow(list.ref.path, row, joins), field = must(list.ref.path.at(-1)), alias = `${of}_count_${field}`;
      const counted = aggregate(filter(scan(partyTable(owner)), eq(col('field'), text(field))), keep(undefined, 'row'), [named('payees', count())]);
      if (!joins.inputs.has(alias)) joins.inputs.set(alias, { as: alias, how: 'left', relation: counted, on: eq(col('row', alias), stored_) });
      return { kind: 'number', n: col('payees', alias), d: 1n };
    },
    word(code) {
      // what rounds pay is called by names that no file says
      if (code.kind !== 'column' || code.of === undefined || row.kind.name === EARNING) return undefined;
      const alias = `word_${code.of}_${code.name}`;
      if (!joins.inputs.has(alias)) joins.inputs.set(alias, { as: alias, how: 'left', relation: scan(WORD), on: eq(col('code', alias), code) });
      return col('word', alias);
    },
    divides: (by) => { joins.divisors.push(by); },
    quotient: carried,
  };
}
/** The row of the store whose list a path names: of the row itself, or of what it refers to. */
export function listRow(path: readonly string[], row: Row, joins: Joins): { readonly owner: Kind; readonly of: string; readonly row: Expr } {
  const [first, ...rest] = path;
  assert(first !== undefined, 'a path has a first part');
  if (rest.length === 0) return { owner: rootOf(row.kind, joins.kinds), of: row.alias, row: row.stored ?? col('row', row.alias) };
  const target = referenced(row.kind, first, joins.kinds);
  assert(target !== undefined, `${first} refers to something; resolve checks it`);
  return listRow(rest, { kind: target, alias: joined(row, first, target, joins), day: row.day }, joins);
}

/** A quotient of fields is carried at 10⁻¹², so that it can be added up. */
function carried(pair: Pair): Pair {
  return { n: { kind: 'ratio', n: asWide(pair.n), d: divisorExpr(pair.d), scale: CARRIED, mode: 'half_away' }, d: CARRIED };
}

/** A share, a factor: a marginal table is the average of its parts. */
export function lowerPortion(num: Num, scope: Scope): Pair & { readonly d: bigint } {
  const made = num.kind === 'formula' ? lowerNumber(num.formula, scope) : lowerTable(num.table, scope, false, true);
  assert('d' in made, 'a share is a number; resolve checks it');
  const pair = typeof made.d === 'bigint' ? made : must(scope.quotient)(made);
  assert(typeof pair.d === 'bigint', 'a carried quotient has a constant divisor');
  return { n: pair.n, d: pair.d };
}
function follow(path: readonly string[], row: Row, joins: Joins, money: PlanMoney, at: At, others: OtherNames): Lowered {
  const [first, ...rest] = path;
  const { kind, alias } = row;
  assert(first !== undefined, 'a path has a first part');
  if (rest.length === 0) {
    if (first === 'date' && kind.dated) return { kind: 'day', expr: row.date ?? col('day', alias) };
    if (first === 'id' && kind.dated) return { kind: 'text', expr: col('id', alias) };
    const fields = fieldsOf(kind, joins.kinds), isField = fields.some((f) => f.name === first);
    if (kind.state !== undefined && first === kind.name && !isField) throw new NotBuilt(at, `Entries of ${kind.name} cannot be told apart by their ids`, `Use its fields, such as ${kind.fields[0]?.name ?? 'since'} and since.`);
    if (first === 'id' || (first === kind.name && !isField)) return kind.dated ? { kind: 'code', expr: idCode(row, joins) } : { kind: 'code', expr: col('entity', alias) };
    if (first === 'currency' && kind.dated) return { kind: 'code', expr: col('currency', alias) };
    const derived = derivedField(kind, first, joins.kinds);
    if (derived !== undefined) return lowerNum(derived.number, rowScope(row, joins, money, derived.at, others), derived.type.kind === 'money');
    if (!isField) {
      if (isLevel(first, kind, joins.kinds)) return levelOf(first, row, joins, money, at, others);
      throw new NotBuilt(at, `${first}, a measure of each ${kind.name}, cannot be read for a single fact`, 'Use fields of the fact, and of what it refers to.');
    }
    if (kind.dated && fields.some((f) => f.name === first && f.type === 'money')) return { kind: 'number', n: planMoney(first, money, moneyRow(row, joins)), d: 1n };
    // money of a reference row is kept in millionths of the currency unit: it has no currency of its own
    return stored(fields, first, alias, PARTS / powerOfTen(digitsOf(money.currency)));
  }
  const target = referenced(kind, first, joins.kinds);
  if (target === undefined) throw new NotBuilt(at, `${path.join('.')} cannot be followed from ${kind.name}`, 'Declare the field with the kind that it refers to.');
  return follow(rest, { kind: target, alias: joined(row, first, target, joins), day: row.day }, joins, money, at, others);
}
/** A row with money, as conversion sees it. */
export function moneyRow(row: Row, joins: Joins): MoneyRow {
  return { alias: row.alias, day: row.date ?? col('day', row.alias), inputs: joins.inputs };
}

/** The alias under which the reference of a field is joined. */
function joined(row: Row, field: string, target: Kind, joins: Joins): string {
  const alias = row.alias === 'f' ? `e_${field}` : `${row.alias}_${field}`;
  if (joins.inputs.has(alias)) return alias;
  joins.references.add(target);
  const relation: Relation = target.dated ? { kind: 'scan', table: idedName(target), columns: idedColumns(target) } : { kind: 'scan', table: `dated_${target.name}`, columns: datedColumns(target) };
  const same = eq(col(target.dated ? 'code' : 'entity', alias), col(field, row.alias));
  joins.inputs.set(alias, { as: alias, how: 'left', relation, on: target.dated ? same : and(same, forceOn(alias, row.day)) });
  joins.followed.set(alias, { of: row.alias, relation, on: same, days: target.dated ? [] : ['from_day', '_next_day', 'to_day'] });
  return alias;
}

/** Where states are read: from when until when an account was on which level. */
export const staysName = (kind: Kind): string => `stays_${kind.name}`;
/** `value`: the level, of a state that follows a field. */
export function staysColumns(kind: Kind): TableSchema['columns'] {
  return [{ name: 'entity', type: 'integer' }, { name: 'from_day', type: 'integer' }, { name: 'to_day', type: 'integer' }, ...(kind.state?.change === undefined ? [] : [{ name: 'value', type: 'integer' as const }])];
}
const isLevel = (name: string, kind: Kind, kinds: readonly Kind[]): boolean => kinds.some((k) => k.name === name && k.state?.subject === kind.name);

/** The level of a state on the day: of the row itself, or of what it belongs to. Before anything is known it is blank, and what holds for some days does not hold. */
function levelOf(name: string, row: Row, joins: Joins, money: PlanMoney, at: At, others: OtherNames): Lowered {
  const kind = joins.kinds.find((k) => k.name === name && k.state !== undefined), state = kind?.state;
  assert(kind !== undefined && state !== undefined, `the state ${name} exists; resolve checks it`);
  const path = row.kind.name === state.subject ? undefined : groupPath(row.kind, state.subject, joins.kinds);
  assert(path !== undefined || row.kind.name === state.subject, `a row of ${row.kind.name} belongs to a ${state.subject}; resolve checks it`);
  const entity: Lowered = path === undefined ? { kind: 'code', expr: col('entity', row.alias) } : follow(path, row, joins, money, at, others);
  assert(entity.kind === 'code' && entity.expr.kind === 'column' && entity.expr.of !== undefined, 'what a row belongs to is a column');
  const alias = `${row.alias}_is_${name}`;
  if (!joins.inputs.has(alias)) {
    joins.references.add(kind);
    const relation: Relation = { kind: 'scan', table: staysName(kind), columns: staysColumns(kind) }, same = eq(col('entity', alias), entity.expr);
    joins.inputs.set(alias, { as: alias, how: 'left', relation, on: and(same, compare('<=', col('from_day', alias), row.day), or(isNull(col('to_day', alias)), compare('<', row.day, col('to_day', alias)))) });
    joins.followed.set(alias, { of: entity.expr.of, relation, on: same, days: ['from_day', 'to_day'] });
  }
  return state.change === undefined ? { kind: 'yes_no', expr: isNotNull(col('entity', alias)) } : { kind: 'code', expr: col('value', alias) };
}
/** The dictionary code of a fact's own id. */
export function idCode(of: Row, joins: Joins): Expr {
  // a derived kind has the facts of the kind that it is from
  const row = { ...of, kind: rootOf(of.kind, joins.kinds) };
  const alias = row.alias === 'f' ? 'own' : `${row.alias}_own`;
  if (!joins.inputs.has(alias)) {
    joins.references.add(row.kind);
    joins.inputs.set(alias, { as: alias, how: 'left', relation: { kind: 'scan', table: idedName(row.kind), columns: idedColumns(row.kind) }, on: eq(col('row', alias), col('row', row.alias)) });
  }
  return col('code', alias);
}
/** Facts of a kind with the dictionary code of their ids. */
export const idedName = (kind: Kind): string => `ided_${kind.name}`;
export function idedColumns(kind: Kind): TableSchema['columns'] {
  return [{ name: 'code', type: 'integer' }, ...factTable(kind).columns];
}
export function datedColumns(kind: Kind): TableSchema['columns'] {
  return [...entityTable(kind).columns, { name: '_starts', type: 'integer' }, { name: '_next_day', type: 'integer' }];
}

/** The row of a reference was in force on the day. */
export function forceOn(alias: string, day: Expr): Expr {
  return and(
    or(isNull(col('from_day', alias)), compare('<=', col('from_day', alias), day)),
    or(isNull(col('_next_day', alias)), compare('<', day, col('_next_day', alias))),
    or(isNull(col('to_day', alias)), compare('<', day, col('to_day', alias))),
  );
}

/** The kind that a field of this kind refers to. */
export function referenced(kind: Kind, field: string, kinds: readonly Kind[]): Kind | undefined {
  const type = fieldsOf(kind, kinds).find((f) => f.name === field)?.type;
  const name = typeof type === 'object' ? type.entity : type === 'payee' ? 'person' : undefined;
  return kinds.find((k) => k.name === name);
}
/** Its own fields, and those of the kind that it is derived from. */
export function fieldsOf(kind: Kind, kinds: readonly Kind[]): readonly Field[] {
  const all = lineage(kind.name, kinds).flatMap((name) => must(kinds.find((k) => k.name === name)).fields);
  return [...new Map(all.toReversed().map((f) => [f.name, f])).values()].toReversed();
}
function derivedField(kind: Kind, name: string, kinds: readonly Kind[]): DerivedField | undefined {
  for (const k of lineage(kind.name, kinds)) {
    const found = kinds.find((x) => x.name === k)?.derived.find((d) => d.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function stored(fields: readonly Field[], name: string, alias: string, moneyDivisor: bigint): Lowered {
  const found = fields.find((f) => f.name === name);
  assert(found !== undefined, `the field ${name} exists; resolve checks it`);
  const expr = col(name, alias);
  if (isCoded(found.type)) return { kind: 'code', expr };
  switch (found.type) {
    case 'money': return { kind: 'number', n: expr, d: moneyDivisor };
    case 'number': case 'percent': return { kind: 'number', n: expr, d: PARTS };
    case 'date': return { kind: 'day', expr };
    case 'yes_no': return { kind: 'yes_no', expr };
    default: return { kind: 'code', expr };
  }
}

/** Does it read money of facts, through derived fields too? `own`: of the fact itself, not of one that it refers to. */
export function readsMoney(part: Typed | Num | null, kind: Kind, kinds: readonly Kind[], own = false): boolean {
  return namesOf(part).some(({ ref }) => ref.kind === 'field' && isMoneyPath(ref.path, kind, kinds, own));
}
function isMoneyPath([first, ...rest]: readonly string[], kind: Kind, kinds: readonly Kind[], own: boolean): boolean {
  if (first === undefined) return false;
  const target = rest.length === 0 || own ? undefined : referenced(kind, first, kinds);
  if (rest.length > 0) return target !== undefined && isMoneyPath(rest, target, kinds, own);
  const derived = derivedField(kind, first, kinds);
  return derived === undefined ? kind.dated && fieldsOf(kind, kinds).some((f) => f.name === first && f.type === 'money') : readsMoney(derived.number, kind, kinds, own);
}

/** The path of the row of a kind that a fact belongs to: its own field of that name, else its account's; of the kind itself its own id. */
export function groupPath(kind: Kind, group: string, kinds: readonly Kind[]): readonly string[] | undefined {
  if (kind.name === group) return [group];
  if (fieldsOf(kind, kinds).some((f) => f.name === group)) return [group];
  const own = fieldsOf(kind, kinds).find((f) => typeof f.type === 'object' && f.type.entity === group);
  if (own !== undefined) return [own.name];
  const account = referenced(kind, 'account', kinds);
  return account !== undefined && fieldsOf(account, kinds).some((f) => f.name === group) ? ['account', group] : undefined;
}

/** The kind whose stored facts a kind consists of. */
export function rootOf(kind: Kind, kinds: readonly Kind[]): Kind {
  return must(kinds.find((k) => k.name === lineage(kind.name, kinds).at(-1)));
}
