/** What stops the calculation of payments, as something that the user can act on. */
import type { Plan } from '../plan/plan.ts';
import { NotBuilt } from '../stage/lower.ts';
import type { Person } from '../stage/people.ts';
import { NoValue } from '../stage/terms.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';

class PaymentStop extends Error {
  readonly diagnostic: Diagnostic;
  constructor(diagnostic: Diagnostic) { super(diagnostic.message); this.diagnostic = diagnostic; }
}

/** Says whose term has no value, where one is missing. */
export function forPayee<T>(plan: Plan, payee: Person, body: () => T): T {
  try { return body(); } catch (error) {
    if (!(error instanceof NoValue)) throw error;
    const at = plan.terms.find((t) => t.name === error.term)?.at ?? plan.at;
    throw new PaymentStop({
      code: 'plan.no_term_value', severity: 'error', file: at.file, line: at.line, column: at.column, path: at.path,
      message: `The term ${error.term} of plan ${plan.plan} (from ${formatDay(plan.effective.from)}) has no value for ${payee.id}.`,
      hint: `Give it a value in a column of the people file that is mapped to the field ${error.term}, or give the term a default: \`${error.term}: … = 0\`.`,
    });
  }
}

export function diagnosticOf(error: unknown): Diagnostic {
  if (error instanceof PaymentStop || error instanceof NotBuilt) return error.diagnostic;
  throw error;
}
