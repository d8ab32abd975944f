/** What guardrails made of a credit, and why. */
import { constantOf } from '../plan/literal.ts';
import type { Guardrail } from '../plan/plan.ts';
import { percentWords, spaced } from '../plan/words-formula.ts';
import { OUTCOME } from '../stage/guards.ts';
import { formatDay } from '../value/period.ts';
import { whyNot } from './explain-fact-words.ts';
import type { GuardOutcome } from './fact-explanation.ts';
import { type Asked, holds, numberOf } from './fact-values.ts';

/** Undefined where the credit meets the condition. `decision`: what a reviewer said last. */
export function guardOutcome(guard: Guardrail, code: number, decision: string | undefined, asked: Asked): GuardOutcome | undefined {
  if (holds(guard.require.formula, asked)) return undefined;
  const name = spaced(guard.name), { otherwise } = guard, days = otherwise.kind === 'hold' ? otherwise.days : undefined;
  const until = days === undefined ? null : formatDay(asked.day + days), outcome = wordOf(code), reviewed = decision === outcome;
  const what = {
    pass: reviewed ? `passed in review, in spite of ${name}` : `held by ${name} until ${until ?? 'then'}, and passed then`,
    reduce: `reduced to ${factorWords(guard, asked)} by ${name}`,
    hold: until === null ? `held by ${name} until somebody decides` : `held by ${name} until ${until}`,
    reject: reviewed ? `rejected in review, by ${name}` : until === null ? `rejected by ${name}` : `held by ${name} until ${until}, and rejected then`,
  }[outcome];
  return { name: guard.name, outcome, until: reviewed ? null : until, text: `${what} (${whyNot(guard.require.formula, asked)})` };
}

function wordOf(code: number): GuardOutcome['outcome'] {
  return code === OUTCOME.pass ? 'pass' : code === OUTCOME.reduce ? 'reduce' : code === OUTCOME.hold ? 'hold' : 'reject';
}
function factorWords({ otherwise }: Guardrail, asked: Asked): string {
  const factor = otherwise.kind === 'factor' ? constantOf(otherwise.factor) ?? numberOf(otherwise.factor, asked) : null;
  return factor === null ? 'a part' : percentWords(factor);
}
