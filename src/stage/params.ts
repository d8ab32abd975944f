/**
 * Parts of formulas that are known before the facts are (terms, fields of the payee, edges of the period)
 * become rows of `ref_param`, one a payee and period, and are joined as columns. So forty plans whose
 * formulas differ in their numbers only share one statement.
 */
import type { Typed } from '../plan/formula.ts';
import type { At } from '../plan/plan.ts';
import { and, cast, col, eq, type Expr, int, isNotNull, type JoinInput, nothing, scan, when } from '../relation/relation.ts';
import { type Lowered, NotBuilt, type Scope } from './lower.ts';
import { hasTime, isKnownBefore, namesOf } from './reads.ts';
import { REF_PARAM } from './reference.ts';
import { contentKey } from './reads.ts';

/** The known parts of each formula, by its number among the looks. */
export interface ParamsOf { readonly slots: Map<number, Typed[]> }

/** A scope in which known parts are parameters. Rows are those of `o`, `k` and `a`: world, component and assignment. */
export function paramScope(look: number, params: ParamsOf, currency: string, at: At): { readonly scope: Scope; joins(): readonly JoinInput[] } {
  const slots = params.slots.get(look) ?? [];
  params.slots.set(look, slots);
  const asked = new Set<number>();
  const slotOf = (typed: Typed): number => {
    const key = contentKey(typed), found = slots.findIndex((s) => contentKey(s) === key);
    if (found >= 0) return found;
    slots.push(typed);
    return slots.length - 1;
  };
  const on = (alias: string, slot: number): Expr => and(
    eq(col('people_world', alias), col('people_world', 'o')), eq(col('plan_world', alias), col('plan_world', 'o')), eq(col('component', alias), col('component', 'k')),
    eq(col('look', alias), int(look)), eq(col('slot', alias), int(slot)), eq(col('payee', alias), col('payee', 'a')), eq(col('period', alias), col('period', 'a')), eq(col('part', alias), col('part', 'a')));
  return {
    joins: () => [...asked].map((slot): JoinInput => ({ as: `p_${slot}`, how: 'left', relation: scan(REF_PARAM), on: on(`p_${slot}`, slot) })),
    scope: {
      currency, at,
      known(typed) {
        if ((namesOf(typed).length === 0 && !hasTime(typed)) || !isKnownBefore(typed)) return undefined;
        const slot = slotOf(typed);
        asked.add(slot);
        return paramColumn(typed, `p_${slot}`);
      },
      name(typed) { throw new NotBuilt(at, `${typed.name} cannot be read here`, 'Use measures, results of components, terms and fields of the payee.'); },
    },
  };
}

function paramColumn(typed: Typed, alias: string): Lowered {
  const n = col('n', alias);
  switch (typed.type.kind) {
    case 'date': return { kind: 'day', expr: cast(n, 'integer') };
    case 'yes_no': return { kind: 'yes_no', expr: when(isNotNull(n), eq(n, int(1)), nothing('boolean')) };
    case 'text': case 'payee': case 'entity': return { kind: 'code', expr: cast(n, 'integer') };
    case 'money': case 'number': case 'percent': case 'factor': return { kind: 'number', n: cast(n, 'wide'), d: cast(col('d', alias), 'wide') };
  }
}
