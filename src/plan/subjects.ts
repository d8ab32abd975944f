/** Whose number a measure is: `for`, and what follows from the measures that it names. */
import { closest } from './closest.ts';
import { find, itemsOf, textOf } from './document.ts';
import type { Entry, Node } from './document.ts';
import type { Kinds } from './kinds.ts';
import { bareKind } from './kinds.ts';
import type { Kind, Subject } from './plan.ts';
import { either, problem } from './problem.ts';
import { pathTo } from './row-names.ts';
import type { PlanContext } from './scopes.ts';

/** The subject of a measure by its text alone, so that asking for it resolves nothing: the full name of a kind, `payee` or `company`. */
export function subjectLookup(entries: ReadonlyMap<string, Entry>, kinds: ReadonlyMap<string, Kind>): (name: string) => string {
  const open = new Set<string>();
  const named = (name: string): string => {
    const entry = entries.get(name);
    if (entry === undefined || open.has(name)) return 'payee';
    open.add(name);
    const subject = subjectSaid(entry.value, entries, kinds, named);
    open.delete(name);
    return subject;
  };
  return named;
}

/** `for`; without it that of the measures which a ratio or a formula names, if all have the same. */
export function subjectSaid(node: Node, entries: { has(name: string): boolean }, kinds: ReadonlyMap<string, Kind>, subjectOf: (name: string) => string): string {
  const said = textOf(find(node, 'for'))?.trim();
  if (said !== undefined && said !== '') return kinds.get(said)?.name ?? said;
  const parts = node.kind === 'text' ? [node] : ['ratio', 'formula'].flatMap((key) => itemsOf(find(node, key)));
  const names = parts.flatMap((part) => (part.kind === 'text' ? wordsOf(part.text) : [])).filter((name) => entries.has(name));
  const subjects = new Set(names.map(subjectOf));
  const [only] = subjects;
  return subjects.size === 1 && only !== undefined ? only : 'payee';
}

/** Names of a formula, without what stands in quotes. */
export function wordsOf(text: string): string[] {
  return text.replace(/"[^"]*"?/g, ' ').match(/[A-Za-z_][\w.]*/g) ?? [];
}

/** What a measure says under `for`, or takes over from the measure that it is a part of. */
export function subjectOf(ctx: PlanContext, node: Node, inherited: Subject | undefined): Subject | undefined {
  const said = find(node, 'for');
  if (said === undefined && inherited !== undefined) return inherited;
  const name = subjectSaid(node, ctx.measureNames, ctx.kinds, ctx.subjectOf);
  if (name === 'payee' || name === 'company') return name;
  const kind = ctx.kinds.get(name);
  if (kind !== undefined && kind.name !== 'person') return { entity: kind.name };
  const at = said ?? node;
  const known = ['payee', 'company', ...[...ctx.kinds].filter(([key, k]) => !key.includes('.') && k.name !== 'person').map(([key]) => key)];
  const near = closest(name, known);
  ctx.found.push(problem('plan.unknown_name', at.at, name === 'person' ? 'a measure of each person is one of each payee' : `there is no kind \`${name}\` of which a measure could be`, name === 'person' ? 'write `for: payee`, or leave it out' : near !== undefined ? `did you mean \`${near}\`?` : `write ${either(known.slice(0, 12))}`));
  return undefined;
}

export function subjectName(subject: Subject): string {
  return typeof subject === 'string' ? subject : subject.entity;
}

/** Whether a number of the one can be seen from the other: a pod's from its payees and accounts, the company's from everywhere. */
export function reaches(kinds: Kinds, from: Subject, to: string): boolean {
  if (to === 'company' || subjectName(from) === to) return true;
  if (from === 'company' || to === 'payee') return false;
  const kind = kinds.get(from === 'payee' ? 'person' : from.entity);
  return kind !== undefined && pathTo(kinds, kind, to) !== undefined;
}

/** "the payee", "the company", "the pod" */
export function theSubject(subject: Subject): string {
  return `the ${typeof subject === 'string' ? subject : bareKind(subject.entity).replaceAll('_', ' ')}`;
}
