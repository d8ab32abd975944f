/** Which names things in a plan may have: those that formulas can say and that mean nothing else. */
import type { Diagnostic } from '../value/diagnostic.ts';
import type { Entry } from './document.ts';
import { FUNCTION_NAMES } from './formula-functions.ts';
import { problem } from './problem.ts';

/** A plan or a template: it stands in file names and commands. */
export const PLAN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Results of a component, as formulas call them. */
export const RESULTS = ['attainment', 'value', 'target', 'incentive', 'rate', 'payout'] as const;
const RESERVED: ReadonlySet<string> = new Set([
  ...RESULTS, 'payee', 'via', 'period_start', 'period_end', 'and', 'or', 'not', 'in', 'between', 'yes', 'no', 'a', 'over', 'otherwise', 'removed', 'rest', 'hold', 'all',
]);

/** What people mean by a result's name. */
const BETTER: Readonly<Record<string, string>> = { target: 'quota', incentive: 'target_incentive', rate: 'commission_rate', value: 'deal_value', payout: 'paid_share' };

/**
 * Says so, and returns false, where something cannot have its name. `what`: "a term". Names that stand
 * alone in formulas (measures, tables, terms) must not be words of formulas; others only need to be sayable.
 */
export function checkName(entry: Entry, what: 'a term' | 'a measure' | 'a table' | 'a component' | 'a credit rule' | 'a gate' | 'a factor' | 'a kind' | 'a state' | 'a guardrail' | 'a limit' | 'a release' | 'a take-back', found: Diagnostic[]): boolean {
  const name = entry.key;
  if (!/^[A-Za-z]\w*$/.test(name)) {
    const better = name.trim().replace(/\W+/g, '_').replace(/^[\d_]+/, '');
    found.push(problem('plan.bad_name', entry.at, `\`${name}\` cannot be the name of ${what}: formulas could not say it`, better === '' ? 'use letters, digits and `_`, with a letter first' : `write \`${better}\`, and put the words for people into \`title\``));
    return false;
  }
  const alone = what === 'a term' || what === 'a measure' || what === 'a table';
  if (alone ? RESERVED.has(name) || FUNCTION_NAMES.includes(name) : name === 'payee' || name === 'via') {
    const has = FUNCTION_NAMES.includes(name) ? 'a function' : (RESULTS as readonly string[]).includes(name) ? 'a result of the component in formulas' : 'something else in formulas';
    const better = BETTER[name] ?? `${name}_1`;
    found.push(problem('plan.bad_name', entry.at, `\`${name}\` cannot be the name of ${what}: it is ${has}`, `choose another name, such as \`${better}\`${name in BETTER ? '' : ' or a word that says more'}`));
    return false;
  }
  return true;
}
