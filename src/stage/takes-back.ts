/**
 * Facts that take back others, where each fact is paid by itself: what the fact was paid goes back, so the
 * line is read at what the fact was measured, and what it comes to has the other sign. A table that is
 * not in proportion to what it reads would give something else below 0.
 */
import { col, eq, type Expr, filter, isNotNull, int, keep, or, project, type Relation } from '../relation/relation.ts';
import type { FactsBuilder } from './facts.ts';
import type { MeasureValue } from './gather.ts';

export interface TakesBack {
  /** the facts of a kind that take back another */
  readonly facts: Relation;
  /** values that are told apart by facts of the kind */
  readonly values: readonly number[];
  /** those of them that are negative for what takes back a fact; a quotient of two sums is not */
  readonly sums: readonly number[];
}

/** One for each kind that is paid fact by fact, and has reversals. */
export function takesBack(values: readonly MeasureValue[], builders: ReadonlyMap<string, FactsBuilder>): TakesBack[] {
  return [...builders].flatMap(([kind, builder]): TakesBack[] => {
    const own = values.filter((v) => v.kind === 'simple' && builder.signed && keysOf(v.measure).some((k) => k?.role === 'fact' && k.kind === kind));
    return own.length === 0 ? [] : [{ facts: project(filter(builder.scan(), isNotNull(col('reversed'))), keep(undefined, 'fact')), values: own.map((v) => v.index), sums: own.flatMap((v) => (v.kind === 'simple' && v.over === undefined ? [v.index] : [])) }];
  });
}
const keysOf = ({ terms, rows }: Extract<MeasureValue, { kind: 'simple' }>['measure']) => [...terms.map((t) => t.column.key), ...rows?.columns.map((c) => c.key) ?? []];

export const isAmong = (of: Expr, values: readonly number[]): Expr => or(...values.map((v) => eq(of, int(v))));
