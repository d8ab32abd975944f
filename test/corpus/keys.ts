/** Which keys of the plan language the lessons use, found by the closed table of keys itself. */
import { entriesOf, itemsOf, type Node, readDocument, textOf } from '../../src/plan/document.ts';
import { KEYS, type Place, type Shape } from '../../src/plan/keys.ts';
import { fileReader } from '../../src/app/workspace-files.ts';
import { join } from 'node:path';
import { EXAMPLES } from './corpus.ts';

/** `place.key`, and `place.key: value` where the values are a closed list. */
export function keysUsed(lesson: string): Set<string> {
  const files = fileReader(join(EXAMPLES, lesson)), found = new Set<string>();
  for (const path of files.list('.').filter((p) => /\.ya?ml$/.test(p))) walk(path === 'trueup.yaml' ? 'workspace' : 'plan', readDocument(path, files.text(path) ?? '').value, found);
  return found;
}
/** All that there are. */
export function allKeys(): string[] {
  return Object.entries(KEYS).flatMap(([place, keys]) => Object.entries(keys).flatMap(([name, { shape }]) =>
    [`${place}.${name}`, ...(typeof shape === 'object' && 'choice' in shape ? shape.choice.map((value) => `${place}.${name}: ${value}`) : [])]));
}

function walk(place: Place, node: Node | undefined, found: Set<string>): void {
  for (const entry of entriesOf(node)) {
    const known = KEYS[place][entry.key];
    if (known === undefined) continue;
    found.add(`${place}.${entry.key}`);
    below(known.shape, entry.value, `${place}.${entry.key}`, found);
  }
}
function below(shape: Shape, node: Node | undefined, path: string, found: Set<string>): void {
  if (typeof shape === 'string') {
    const inner = INNER[shape];
    if (inner !== undefined) for (const one of node?.kind === 'list' ? itemsOf(node) : [node]) walk(inner, one, found);
    // a list of guardrails is names; a map has them by name
    if (shape === 'guardrails') for (const entry of entriesOf(node)) walk('guardrail', entry.value, found);
  } else if ('choice' in shape) found.add(`${path}: ${textOf(node) ?? ''}`);
  else if ('place' in shape) walk(shape.place, node, found);
  else for (const entry of entriesOf(node)) {
    const { map } = shape;
    if (map === 'text' || map === 'texts') continue;
    walk(map === 'number' ? 'table' : map, entry.value, found);
  }
}
const INNER: Partial<Record<Extract<Shape, string>, Place>> = { number: 'table', numbers: 'table', measure: 'measure', measures: 'measure' };
