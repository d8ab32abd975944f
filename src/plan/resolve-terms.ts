/** `terms` and `with`: the parameters of a plan, their types, units of time, defaults and given values. */
import type { Diagnostic } from '../value/diagnostic.ts';
import type { Ratio } from '../value/rate.ts';
import { closest } from './closest.ts';
import { entriesOf, find, textOf } from './document.ts';
import type { Entry, MapNode, TextNode } from './document.ts';
import type { TimeUnit } from './formula.ts';
import { readLiteral } from './literal.ts';
import { checkName } from './names.ts';
import type { At, Term, TermType } from './plan.ts';
import { both, either, problem } from './problem.ts';

const TYPES: readonly TermType[] = ['money', 'number', 'percent', 'factor', 'text'];
const UNITS: readonly TimeUnit[] = ['day', 'week', 'month', 'quarter', 'half', 'year'];
const EXAMPLE: Readonly<Record<TermType, string>> = { money: '50_000', number: '12', percent: '40%', factor: '1.5x', text: 'north' };

export function resolveTerms(root: MapNode, found: Diagnostic[]): Term[] {
  const given = new Map(entriesOf(find(root, 'with')).map((e) => [e.key, e]));
  const terms = entriesOf(find(root, 'terms')).flatMap((entry) => {
    const declared = declaration(entry, found);
    if (declared === undefined || entry.value.kind !== 'text' || !checkName(entry, 'a term', found)) return [];
    const value = given.get(entry.key);
    return [{
      name: entry.key,
      type: declared.type,
      ...(declared.every !== undefined && { every: declared.every }),
      ...optional('fallback', declared.fallback === undefined ? undefined : termValue(entry.key, declared.type, declared.fallback, entry.value.at, found)),
      ...optional('given', value === undefined ? undefined : termValue(entry.key, declared.type, textOf(value.value) ?? '', value.value.at, found)),
      at: entry.at,
    }];
  });
  const names = entriesOf(find(root, 'terms')).map((e) => e.key);
  for (const entry of given.values()) {
    if (names.includes(entry.key)) continue;
    const near = closest(entry.key, names);
    found.push(problem('plan.unknown_term', entry.at, `\`with\` gives a value to \`${entry.key}\`, which is not a term of this plan`, near !== undefined ? `did you mean \`${near}\`?` : names.length === 0 ? `declare it: \`terms: { ${entry.key}: money }\`` : `its terms are ${both(names)}`));
  }
  return terms;
}

function optional<K extends 'fallback' | 'given'>(key: K, value: Ratio | string | undefined): Partial<Record<K, Ratio | string>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, Ratio | string>>);
}

/** The type of a term, as far as it can be read; the same for the column of `person` that fills it. */
export function termType(entry: Entry): TermType | undefined {
  return textOf(entry.value) === undefined ? undefined : TYPES.find((t) => new RegExp(`^${t}\\b`).test((entry.value as TextNode).text.trim()));
}

interface Declaration { readonly type: TermType; readonly every?: TimeUnit; readonly fallback?: string }

function declaration(entry: Entry, found: Diagnostic[]): Declaration | undefined {
  const text = textOf(entry.value);
  if (text === undefined || text === '') return undefined;
  const match = /^\s*(?<type>\w+)(?:\s+an?\s+(?<every>\w+))?(?:\s*=\s*(?<fallback>.*\S))?\s*$/.exec(text);
  const { type = '', every, fallback } = match?.groups ?? {};
  const known = TYPES.find((t) => t === type);
  if (match === null || known === undefined) {
    const near = closest(type === '' ? text : type, TYPES);
    const literal = readLiteral(text);
    const timed = /^\s*(?<kind>[a-z]+)\s+(?:per\s+|\/\s*)?(?<every>day|week|month|quarter|half|year)(?:ly)?\s*(?:=.*)?$/.exec(text)?.groups;
    const hint = timed !== undefined && TYPES.some((t) => t === timed['kind']) ? `write \`${entry.key}: ${timed['kind']} a ${timed['every']}\``
      : near !== undefined ? `did you mean \`${near}\`?`
      : literal?.kind === 'number' ? `write the type first: \`${entry.key}: ${literal.written === 'number' ? 'money' : literal.written} = ${text}\``
      : `write ${either(TYPES)}, then a unit of time and a default if there are any: \`money a quarter = 100k\``;
    found.push(problem('plan.bad_term', entry.value.at, `\`${text}\` does not say what type the term \`${entry.key}\` has`, hint));
    return undefined;
  }
  const unit = UNITS.find((u) => u === every);
  if (every !== undefined && unit === undefined) {
    const near = closest(every, UNITS);
    found.push(problem('plan.bad_term', entry.value.at, `\`${every}\` is not a unit of time`, near !== undefined ? `did you mean \`${near}\`?` : `write ${either(UNITS)}`));
    return undefined;
  }
  if (unit !== undefined && (known === 'text' || known === 'percent' || known === 'factor')) {
    found.push(problem('plan.bad_term', entry.value.at, `the term \`${entry.key}\` is ${known} a ${unit}; only money and numbers can be shared out over time`, `write \`${entry.key}: ${known}\``));
    return undefined;
  }
  return { type: known, ...(unit !== undefined && { every: unit }), ...(fallback !== undefined && { fallback }) };
}

function termValue(name: string, type: TermType, text: string, at: At, found: Diagnostic[]): Ratio | string | undefined {
  if (type === 'text') return text.replace(/^"(.*)"$/, '$1');
  const literal = readLiteral(text);
  const fits = literal?.kind === 'number' && (literal.value.n === 0n || literal.written === (type === 'money' ? 'number' : type));
  if (fits) return literal.value;
  const advice = literal?.kind === 'per' ? `say the unit of time with the type: \`${name}: ${type} a ${literal.every} = …\`` : `write it as in \`${EXAMPLE[type]}\``;
  found.push(problem('plan.bad_term', at, `\`${text}\` is not ${type === 'number' ? 'a plain number' : type === 'money' ? 'an amount of money' : `a ${type}`}, which the term \`${name}\` needs`, advice));
  return undefined;
}
