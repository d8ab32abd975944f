/**
 * What the condition of a state reads of reference rows: how many sites an account has, what their seats come to.
 * Rows begin and end on days of their own, so what they come to is found for each day on which one of them, or what
 * it refers to, may change.
 */
import type { Kind } from '../plan/plan.ts';
import { aggregate, and, coalesce, col, eq, type Expr, filter, int, isNotNull, type JoinInput, keep, named, project, type Relation, times, union } from '../relation/relation.ts';
import { must } from '../value/diagnostic.ts';
import { asWide } from './arithmetic.ts';
import { gatheredBy } from './book.ts';
import { bookValue } from './book-value.ts';
import type { BookTerm, Gathered, LinearMeasure } from './gather.ts';
import { NotBuilt } from './lower.ts';
import { datedColumns, type Followed, forceOn, groupPath, type Joins, joinsOf } from './row-scope.ts';

/** `changes`: (entity, day) on which it may be another; `on`: (entity, day, num) for each of these days. */
export interface BookDays { readonly changes: readonly Relation[]; readonly on: (days: Relation) => Relation; readonly references: readonly Kind[] }

export function bookDays(measure: LinearMeasure, state: Kind, gathered: Gathered, kinds: readonly Kind[]): BookDays {
  const parts = must(measure.book).map((term) => termDays(measure, term, state, gathered, kinds));
  return {
    changes: parts.flatMap((p) => p.changes), references: parts.flatMap((p) => p.references),
    on: (days) => aggregate(union(parts.map((p) => p.on(days))), keep(undefined, 'entity', 'day'), [named('num', coalesce(gatheredBy(measure), asWide(int(0))))]),
  };
}

function termDays(measure: LinearMeasure, term: BookTerm, state: Kind, gathered: Gathered, kinds: readonly Kind[]): BookDays {
  const kind = must(kinds.find((k) => k.name === term.kind)), joins = joinsOf(kinds), day = col('day', 't');
  const path = groupPath(kind, must(term.group), kinds);
  if (term.form === 'min' || term.form === 'max') throw new NotBuilt(term.at, `The state ${state.name} reads the ${term.form === 'min' ? 'lowest' : 'highest'} of rows of ${kind.name}, which is not calculated day by day`, 'Read a sum, a number, an average or different values of them.');
  if (path?.length !== 1 || term.inputs.size > 0) throw new NotBuilt(term.at, `The state ${state.name} reads a measure over rows of ${kind.name}, which ${term.inputs.size > 0 ? 'have measures of their own' : `name no ${must(term.group)} themselves`}; this is not calculated day by day`, 'Read fields of rows that name it.');
  const owner = kind.name === term.group ? 'entity' : must(path[0]), party = col(owner, 'f'), none = (): Expr => asWide(int(0));
  const { pair, wanted } = bookValue(term, kind, kinds, joins, gathered.moneyOf(term.plan), day, none);
  const rows: Relation = { kind: 'scan', table: `dated_${kind.name}`, columns: datedColumns(kind) };
  return {
    references: [kind, ...joins.references],
    changes: [
      ...['_starts', '_next_day', 'to_day'].map((column) => project(filter(rows, and(isNotNull(col(column)), isNotNull(col(owner)))), [named('entity', col(owner)), named('day', col(column))])),
      ...[...joins.followed].flatMap(([alias, f]) => followedDays(alias, f, joins, rows, party)),
    ],
    on: (days) => project(filter({ kind: 'join', inputs: [
      { as: 't', how: 'from', relation: days }, { as: 'f', how: 'inner', relation: rows, on: and(eq(party, col('entity', 't')), forceOn('f', day)) }, ...joins.inputs.values(),
    ] }, and(...wanted, isNotNull(party))), [...keep('t', 'entity', 'day'), named('num', times(asWide(pair.n), int(measure.divisor / pair.d)))]),
  };
}

/** Days on which another row takes the place of one that is followed from rows `f`. `whose`: the entity that these days are of. */
export function followedDays(alias: string, { of, relation, on, days }: Followed, joins: Joins, rows: Relation, whose: Expr): Relation[] {
  const chain: JoinInput[] = [{ as: alias, how: 'inner', relation, on }];
  for (let at = of; at !== 'f';) {
    const before = must(joins.followed.get(at));
    chain.unshift({ as: at, how: 'inner', relation: before.relation, on: before.on });
    at = before.of;
  }
  const all: Relation = { kind: 'join', inputs: [{ as: 'f', how: 'from', relation: rows }, ...chain] };
  return days.map((day) => project(filter(all, and(isNotNull(col(day, alias)), isNotNull(whose))), [named('entity', whose), named('day', col(day, alias))]));
}
