/**
 * Kinds of fact whose rows are not stored: those with `from`, entries of states, and `earning`, what
 * earlier rounds of a run paid. Their fields are known at once; their conditions are read later, since
 * they may name measures (`resolve-facts.ts`).
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { closest } from './closest.ts';
import { find, textOf } from './document.ts';
import type { Entry } from './document.ts';
import type { Type } from './formula.ts';
import { isWord } from './formula-units.ts';
import { bareKind, fieldOf, typeOf } from './kinds.ts';
import { checkName } from './names.ts';
import type { Field, Kind } from './plan.ts';
import { both, problem } from './problem.ts';
import { humanised } from './titles.ts';

/** One line of pay of an earlier round; credited to its payee where no rule says otherwise. */
export const EARNING: Kind = Object.freeze({
  name: 'earning', title: 'Earning', dated: true, derived: [],
  fields: [{ name: 'payee', type: 'payee' }, { name: 'component', type: 'text' }, { name: 'amount', type: 'money' }] as const,
  at: { file: 'trueup.yaml', line: 0, column: 0, path: 'earning' },
});

export interface Made {
  /** all kinds by the name that is said, those of a plan also by their full name */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** the new ones, in order */
  readonly made: readonly Kind[];
  /** full names of kinds that cannot be read, which has been reported */
  readonly broken: ReadonlySet<string>;
}

export interface Declared {
  /** entries with `from` */
  readonly facts: readonly Entry[];
  readonly states: readonly Entry[];
  /** whose own they are; left out for those that all plans share */
  readonly plan?: string;
}

/** The kinds with those that are made of them. A state that is called like a kind is left out, which is reported elsewhere. */
export function withDerived(base: ReadonlyMap<string, Kind>, { facts, states, plan }: Declared, found: Diagnostic[]): Made {
  const kinds = new Map(base);
  const broken = new Set<string>(), made: Kind[] = [];
  const entries = new Map<string, { readonly entry: Entry; readonly state: boolean }>([...facts.map((entry) => [entry.key, { entry, state: false }] as const), ...states.filter((entry) => base.get(entry.key)?.at.path.startsWith('states.') !== false && !facts.some((f) => f.key === entry.key)).map((entry) => [entry.key, { entry, state: true }] as const)]);
  const open: string[] = [];
  const make = (name: string): Kind | undefined => {
    const todo = entries.get(name);
    if (todo === undefined || made.some((k) => bareKind(k.name) === name)) return kinds.get(name);
    const { entry, state } = todo;
    if (open.includes(name)) {
      const path = [...open.slice(open.indexOf(name)), name];
      found.push(problem('plan.cycle', entry.at, `these kinds are made of each other: ${path.join(' → ')}`, 'name a kind whose rows come from a file'));
      return undefined;
    }
    open.push(name);
    const full = state || plan === undefined ? name : `${plan}.${name}`;
    const kind = state ? stateKind(entry, make) : derivedKind(entry, full, make, [...kinds.keys(), ...entries.keys()], found);
    open.pop();
    const result = kind ?? { name: full, title: humanised(name), dated: true, fields: [], derived: [], at: entry.at };
    if (kind === undefined && !state) broken.add(full);
    for (const key of new Set([name, full])) kinds.set(key, result);
    made.push(result);
    return result;
  };
  for (const name of entries.keys()) make(name);
  return { kinds, made, broken };
}

/** A kind has the fields of the kind that it is made of. */
function derivedKind(entry: Entry, full: string, kindOf: (name: string) => Kind | undefined, names: readonly string[], found: Diagnostic[]): Kind | undefined {
  if (!checkName(entry, 'a kind', found)) return undefined;
  const node = find(entry.value, 'from'), from = textOf(node)?.trim() ?? '';
  const stray = entry.value.kind === 'map' ? entry.value.entries.find((e) => e.key === 'fields' || e.key === 'runs') : undefined;
  if (stray !== undefined) {
    found.push(problem('source.bad_field', stray.at, `\`${entry.key}\` is made of rows of \`${from}\` and has its fields, so \`${stray.key}\` has no place here`, stray.key === 'fields' ? `declare them under \`${from}\`, or calculate them under \`derived\`` : `write it under \`${from}\``));
  }
  const parent = kindOf(from);
  // made of itself, which has been reported
  if (parent === undefined && names.includes(from)) return undefined;
  if (parent?.dated === true) {
    return { name: full, title: textOf(find(entry.value, 'title')) ?? humanised(entry.key), dated: true, fields: parent.fields, derived: [], ...(parent.runs !== undefined && { runs: parent.runs }), derivation: { from: parent.name, keep: 'all', per: [] }, at: entry.at };
  }
  if (node !== undefined && parent !== undefined) found.push(problem('source.bad_field', node.at, `rows of \`${from}\` are not facts, so no other kind can be made of them`, 'pick rows in a measure: `{ count: account, where: … }`'));
  else if (node !== undefined) {
    const near = closest(from, names);
    found.push(problem('plan.unknown_name', node.at, `there is no kind of fact \`${from}\``, near !== undefined ? `did you mean \`${near}\`?` : `kinds: ${both(names)}`));
  }
  return undefined;
}

/** Entries of a state: whose, since when, and for changes into what. What is wrong is said where the state is resolved. */
function stateKind(entry: Entry, kindOf: (name: string) => Kind | undefined): Kind {
  const subject = kindOf(textOf(find(entry.value, 'for'))?.trim() ?? '');
  const value = levelType(entry, kindOf);
  const fields: Field[] = [
    ...(subject === undefined ? [] : [{ name: bareKind(subject.name), type: { entity: subject.name } }]),
    { name: 'since', type: 'date' },
    ...(value === undefined ? [] : [{ name: 'value', type: fieldTypeOf(value) }, { name: 'previous', type: fieldTypeOf(value) }, { name: 'steps', type: 'number' as const }]),
  ];
  return { name: entry.key, title: textOf(find(entry.value, 'title')) ?? humanised(entry.key), dated: true, fields, derived: [], at: entry.at };
}

/** What a state changes between: the type of the field that holds it; none for a state with `while`. */
export function levelType(entry: Entry, kindOf: (name: string) => Kind | undefined): Type | undefined {
  const from = kindOf(textOf(find(entry.value, 'from'))?.trim() ?? '');
  const field = fieldOf(from, textOf(find(entry.value, 'value'))?.trim() ?? '');
  const type = field && typeOf(field.type);
  return type !== undefined && isWord(type) ? type : undefined;
}

function fieldTypeOf(type: Type): Field['type'] {
  return type.kind === 'entity' ? { entity: type.entity } : type.kind === 'payee' ? 'payee' : 'text';
}
