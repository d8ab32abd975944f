/** What formulas refer to, wherever they stand in a plan: names, and tables that they read. */
import type { Ref, Typed } from './formula.ts';

type Named = Extract<Typed, { kind: 'name' }>;
export type Read = Extract<Typed, { kind: 'read' }>;

/** All names of formulas in a part of a plan, in order. Plans are plain data, so every part is walked alike. */
export function namesOf(part: unknown): readonly Named[] {
  return nodesOf(part).filter((node): node is Named => node.kind === 'name');
}

/** All readings of tables by name, those inside of tables first. */
export function readsOf(part: unknown): readonly Read[] {
  return nodesOf(part).filter((node): node is Read => node.kind === 'read');
}

/** Names of measures that formulas and tables say; a measure that stands in its place itself is not named. */
export function measuresNamed(part: unknown): readonly string[] {
  return [...new Set(refsOf(part, 'measure').map((ref) => ref.measure))].sort();
}

/** References of one kind. */
export function refsOf<K extends Ref['kind']>(part: unknown, kind: K): readonly Extract<Ref, { kind: K }>[] {
  return namesOf(part).flatMap((node) => (node.ref.kind === kind ? [node.ref as Extract<Ref, { kind: K }>] : []));
}

function nodesOf(part: unknown): readonly (Named | Read)[] {
  if (typeof part !== 'object' || part === null) return [];
  // arithmetic of measures has the measures beside it that it names
  if ('measures' in part && 'formula' in part) return nodesOf(part.measures);
  const inside = (Array.isArray(part) ? part : Object.values(part)).flatMap(nodesOf);
  const kind = 'kind' in part ? part.kind : undefined;
  const node = (kind === 'name' && 'ref' in part) || (kind === 'read' && 'table' in part) ? [part as Named | Read] : [];
  return [...inside, ...node];
}
