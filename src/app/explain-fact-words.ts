/** Why a condition does not hold of a fact, in the words of the plan and with what the fact says. */
import { isDay, isRatio, type Value } from '../plan/evaluate.ts';
import type { Type, Typed } from '../plan/formula.ts';
import type { Num } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import { conditionWords, nameWords } from '../plan/words-formula.ts';
import { digitsOf } from '../stage/lower.ts';
import type { Person } from '../stage/people.ts';
import { namesOf } from '../stage/reads.ts';
import { formatDay } from '../value/period.ts';
import { multiply, powerOfTen, ratio } from '../value/rate.ts';
import { nameOf } from './explain-facts.ts';
import { bareValue } from './explain-words.ts';
import { type Asked, valueOf } from './fact-values.ts';

/** "Ann Lee (ann)"; the id alone, where there is no name. */
export function personWords(person: Person): string {
  const name = nameOf(person);
  return name === person.id ? name : `${name} (${person.id})`;
}

/** The parts of a condition that do not hold, each with what it reads: "amount is at least 5,000; it is 1,000.01". */
export function whyNot(condition: Typed, asked: Asked): string {
  const failed = conjuncts(condition).filter((part) => valueOf(part, asked) !== true);
  const said = failed.map((part) => ({ words: conditionWords(part, failed.length > 1 ? 'and' : ''), facts: readWords(part, asked, 'it') }));
  const [only] = said;
  if (only !== undefined && said.length === 1) return only.facts === '' ? only.words : `${only.words}; ${only.facts}`;
  return both(said.map((s) => (s.facts === '' ? s.words : `${s.words} (${s.facts})`)));
}
function conjuncts(condition: Typed): readonly Typed[] {
  return condition.kind === 'op' && condition.op === 'and' ? condition.args.flatMap(conjuncts) : [condition];
}

/** What a formula or a table reads: "tier is 2 and account's region is North"; `it`: the only name is called so. */
export function readWords(part: Typed | Num | undefined, asked: Asked, it?: string): string {
  const names = [...new Map(namesOf(part).map((n) => [nameWords(n.ref, n.name), n])).entries()];
  return both(names.map(([words, n]) => `${names.length === 1 && it !== undefined ? it : words} is ${valueText(valueOf(n, asked), n.type, asked.plan.currency)}`));
}

function valueText(value: Value, type: Type, currency: string): string {
  if (value === null || value === '') return 'blank';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (isDay(value)) return formatDay(value.day);
  return isRatio(value) && type.kind === 'money' ? bareValue(multiply(value, ratio(powerOfTen(digitsOf(currency)))), type, currency) : bareValue(value, type, currency);
}
