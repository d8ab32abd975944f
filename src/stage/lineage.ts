/** What a kind of fact is made of. */
import type { Kind } from '../plan/plan.ts';

/** The kind and those that it is derived from, nearest first. */
export function lineage(name: string, kinds: readonly Kind[]): string[] {
  const out: string[] = [];
  for (let at: string | undefined = name; at !== undefined && !out.includes(at); at = kinds.find((k) => k.name === at)?.derivation?.from) out.push(at);
  return out;
}
