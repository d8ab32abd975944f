/** What a reference row is worth to a measure: its fields and its own measures. */
import type { Kind } from '../plan/plan.ts';
import { coalesce, compare, type Expr, int, isNull, nothing, times, when } from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { asWide } from './arithmetic.ts';
import type { PlanMoney } from './exchange.ts';
import type { BookTerm, LinearMeasure, MeasureValue } from './gather.ts';
import { lowerCondition, lowerKey, lowerNumber, type Lowered, NotBuilt, type Scope } from './lower.ts';
import { type Pair, casesOfPairs, productOfPairs } from './lower-pair.ts';
import { type Joins, lowerPortion, rowScope } from './row-scope.ts';

/** A value from the sums of its measures; `read` gives the sum of one, NULL where there is none. */
export function lowerValue(value: MeasureValue, read: (measure: LinearMeasure) => Expr, scope: (names: (name: string) => Lowered | undefined) => Scope): Pair {
  switch (value.kind) {
    case 'simple': {
      const num = (m: LinearMeasure): Expr => (m.zeroIfNone ? coalesce(read(m), asWide(int(0))) : read(m));
      const top = times(asWide(num(value.measure)), int(value.mul));
      if (value.over === undefined) return { n: top, d: value.div };
      const under = num(value.over), positive = { kind: 'call' as const, fn: 'nullif' as const, args: [asWide(under), int(0)] };
      return { n: when(compare('<', asWide(under), int(0)), { kind: 'call', fn: 'negate', args: [top] }, top), d: times({ kind: 'call', fn: 'abs', args: [positive] }, int(value.div)) };
    }
    case 'formula': return lowerNumber(value.formula, scope((name) => { const input = value.inputs.get(name); return input === undefined ? undefined : { kind: 'number', ...lowerValue(input, read, scope) }; }));
    case 'sample': {
      const below = value.of.over, least = times(asWide(int(value.least.n)), int(must(below).divisor));
      const enough = compare('>=', times(asWide(coalesce(read(must(below)), asWide(int(0)))), int(value.least.d)), least);
      return casesOfPairs([[enough, lowerValue(value.of, read, scope)]], lowerValue(value.otherwise, read, scope));
    }
    case 'rank': throw new NotBuilt(value.measureOf.at, `${value.measureOf.name} cannot be read for single rows`, 'Use sums, counts and ratios of them.');
  }
}

/** The value of a row, in parts of a constant divisor, and the conditions under which it counts. */
export function bookValue(term: BookTerm, kind: Kind, kinds: readonly Kind[], joins: Joins, money: PlanMoney, day: Expr, read: (m: LinearMeasure) => Expr): { readonly pair: Pair & { readonly d: bigint }; readonly wanted: readonly Expr[] } {
  const scope: Scope = rowScope({ kind, alias: 'f', day }, joins, money, term.at, (typed) => {
    const input = typed.ref.kind === 'measure' ? term.inputs.get(typed.ref.measure) : undefined;
    return input === undefined ? undefined : { kind: 'number', ...lowerValue(input, read, (names) => ({ ...scope, name: (t) => (t.ref.kind === 'measure' ? names(t.ref.measure) : undefined) ?? scope.name(t) })) };
  });
  const where = [...(term.where === null ? [] : [lowerCondition(term.where, scope)]), ...(term.rule?.where === undefined ? [] : [lowerCondition(term.rule.where.formula, scope)])];
  if (term.form === 'distinct') {
    const key = lowerKey(must(term.of), scope);
    return { pair: { n: key.expr, d: key.divisor }, wanted: where };
  }
  const start: Pair = term.of === null ? { n: int(1), d: 1n } : lowerNumber(term.of, scope);
  const pair = term.factors.reduce((v: Pair, f) => productOfPairs(v, lowerPortion(f, scope)), start);
  const fixed = typeof pair.d === 'bigint' ? pair : must(scope.quotient)(pair);
  assert(typeof fixed.d === 'bigint', 'a value has a constant divisor');
  const own: Pair & { readonly d: bigint } = term.form === 'weight' ? { n: when(isNull(fixed.n), nothing('bigint'), int(1)), d: 1n } : { n: fixed.n, d: fixed.d };
  return { pair: own, wanted: where };
}
