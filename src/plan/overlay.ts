/**
 * One document laid over another: a plan over its template and the defaults, an amendment over the
 * version that it names. Maps merge by key, everything else replaces, `removed` deletes.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { closest } from './closest.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { both, problem } from './problem.ts';

/** `removed` where there is nothing is reported: it is a misspelt key, and what it was meant for stays in force. */
export function overlay(below: MapNode, above: MapNode, found: Diagnostic[]): MapNode {
  return laid(below, above, found) as MapNode;
}

/** The map without some of its keys. */
export function without(map: MapNode, ...keys: readonly string[]): MapNode {
  return { ...map, entries: map.entries.filter((e) => !keys.includes(e.key)) };
}

function laid(below: Node | undefined, above: Node, found: Diagnostic[]): Node {
  if (above.kind !== 'map') return above;
  const old = below?.kind === 'map' ? below.entries : [];
  const kept = old.flatMap((e) => {
    const change = above.entries.find((n) => n.key === e.key);
    if (change === undefined) return [e];
    return isRemoved(change.value) ? [] : [{ key: e.key, at: change.at, value: laid(e.value, change.value, found) }];
  });
  const added = above.entries.filter((n) => !old.some((e) => e.key === n.key)).flatMap((n) => {
    if (!isRemoved(n.value)) return [{ ...n, value: laid(undefined, n.value, found) }];
    found.push(nothingThere(n, old));
    return [];
  });
  return { kind: 'map', entries: [...kept, ...added], at: above.at };
}

function isRemoved(node: Node): boolean {
  return node.kind === 'text' && node.text.trim() === 'removed';
}

function nothingThere(entry: Entry, old: readonly Entry[]): Diagnostic {
  const names = old.map((e) => e.key);
  const near = closest(entry.key, names);
  const hint = near !== undefined ? `did you mean \`${near}\`?` : names.length === 0 ? 'remove the line' : `remove the line, or name what is there: ${both(names.map((n) => `\`${n}\``))}`;
  return problem('plan.removes_nothing', entry.value.at, `\`${entry.key}: removed\` takes away what is not there`, hint);
}
