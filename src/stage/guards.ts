/**
 * Guardrails on one credit: what each comes to, and what it leaves of the share. Factors multiply;
 * reject beats hold beats reduce. A credit that is held counts nothing until it passes: by a decision
 * (a `review` fact), or at its end.
 */
import type { Guardrail } from '../plan/plan.ts';
import { cases, cast, codeOf, compare, eq, type Expr, int, not, plus, times, when } from '../relation/relation.ts';
import type { Day } from '../value/period.ts';
import { surely } from './lower-pair.ts';

/** What a guardrail comes to on a credit. */
export const OUTCOME = { pass: 0, reduce: 1, hold: 2, reject: 3 } as const;

export interface GuardOn {
  readonly guard: Guardrail;
  /** does the condition hold? */
  readonly passes: Expr;
  /** code of what a reviewer decided, NULL where nobody did; undefined: nobody can */
  readonly decision: Expr | undefined;
  readonly day: Expr;
  /** the last day that the run knows of; undefined: all holds have ended */
  readonly asOf: Day | undefined;
}

export function outcomeOf({ guard, passes, decision, day, asOf }: GuardOn): Expr {
  const code = (o: keyof typeof OUTCOME): Expr => cast(int(OUTCOME[o]), 'integer');
  const decided = decision === undefined ? [] : [
    [surely(eq(decision, codeOf('pass'))), code('pass')] as const, [surely(eq(decision, codeOf('reject'))), code('reject')] as const,
  ];
  return cases([[surely(passes), code('pass')], ...decided], unanswered(guard, day, asOf, code));
}
function unanswered(guard: Guardrail, day: Expr, asOf: Day | undefined, code: (o: keyof typeof OUTCOME) => Expr): Expr {
  const { otherwise, then } = guard;
  if (otherwise.kind === 'reject') return code('reject');
  if (otherwise.kind === 'factor') return code('reduce');
  if (asOf === undefined) return otherwise.days === undefined ? code('hold') : code(then);
  return otherwise.days === undefined ? code('hold') : when(compare('<=', plus(day, int(otherwise.days)), int(asOf)), code(then), code('hold'));
}

/** What guardrails leave of a share: nothing where one rejects or holds, else the product of the factors. Each factor takes its divisor from `whole`. */
export function leftOf(share: Expr, outcomes: readonly { readonly outcome: Expr; readonly factor?: { readonly n: Expr; readonly d: bigint } }[]): Expr {
  const factors = outcomes.flatMap(({ outcome, factor }) => (factor === undefined ? [] : [when(eq(outcome, int(OUTCOME.reduce)), factor.n, int(factor.d))]));
  const blocked = outcomes.filter((o) => o.factor === undefined).map((o) => compare('>=', o.outcome, int(OUTCOME.hold)));
  // a decision can also reject what would only be reduced
  const rejected = outcomes.filter((o) => o.factor !== undefined).map((o) => eq(o.outcome, int(OUTCOME.reject)));
  const left = times(share, ...factors);
  const none = [...blocked, ...rejected];
  return none.length === 0 ? left : when(not(surely(none.reduce((a, b): Expr => ({ kind: 'call', fn: 'or', args: [a, b] })))), left, int(0));
}
