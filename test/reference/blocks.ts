/**
 * docs/plan-language.md as examples that run. What the page writes as
 *
 *     ```yaml plan          a plan; what it leaves out of the head is put before it
 *     ```yaml file=PATH     a file beside it, for the rest of its section
 *     ```yaml tests         facts and expected figures of the plan before it
 *     | sold | paid |       one payee a row: who sold this is paid that
 *     ```text trueup …      what the command prints, in the workspace that `trueup init` makes
 *
 * The files of the chapter "The company of the examples" are beside every plan.
 */
import { type Node, readDocument } from '../../src/plan/document.ts';
import { KEYS, PLACE_NAMES, type Place, type Shape } from '../../src/plan/keys.ts';

export interface Example {
  readonly chapter: string;
  /** the heading above it, and where it stands */
  readonly name: string;
  readonly line: number;
  readonly files: ReadonlyMap<string, string>;
  readonly plan: string;
  readonly tests: readonly { readonly line: number; readonly text: string }[];
}
export interface Printed { readonly line: number; readonly command: string; readonly text: string }
export interface Page { readonly examples: readonly Example[]; readonly printed: readonly Printed[]; /** anchor of a heading → what the plans and files below it use */
  readonly anchors: ReadonlyMap<string, ReadonlySet<string>>; readonly rows: readonly (readonly string[])[]; readonly unknown: readonly string[] }

export const BASE_CHAPTER = 'The company of the examples';
const FIRST_QUARTER = '2026-Q1', DAY = '2026-02-10';

export function readPage(text: string): Page {
  const lines = text.split('\n');
  const examples: { chapter: string; name: string; line: number; files: Map<string, string>; plan: string; tests: { line: number; text: string }[] }[] = [];
  const printed: Printed[] = [], unknown: string[] = [], rows: string[][] = [], anchors = new Map<string, Set<string>>();
  const base = new Map<string, string>();
  let chapter = '', name = '', files = new Map<string, string>(), ofChapter = files, anchorsOpen: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string, heading = /^(#{2,3}) (.+)$/.exec(line);
    if (heading !== null) {
      name = heading[2] as string;
      anchorsOpen = heading[1] === '##' ? [anchorOf(name)] : [anchorsOpen[0] ?? '', anchorOf(name)];
      for (const a of anchorsOpen) if (!anchors.has(a)) anchors.set(a, new Set());
      // a file holds for its section, and for the whole chapter where it stands before the first section
      if (heading[1] === '##') { chapter = name; ofChapter = files = new Map(base); } else files = new Map(ofChapter);
    } else if (line.startsWith('```')) {
      const end = lines.indexOf('```', i + 1), body = `${lines.slice(i + 1, end).join('\n')}\n`, info = line.slice(3).trim();
      const path = /^(?:yaml|csv) file=(\S+)$/.exec(info)?.[1], last = examples.at(-1);
      if (info === 'yaml plan') examples.push({ chapter, name, line: i + 1, files: new Map(files), plan: body, tests: [] });
      else if (path !== undefined) { files.set(path, body); if (chapter === BASE_CHAPTER) base.set(path, body); }
      else if (info === 'yaml tests' && last?.chapter === chapter) last.tests.push({ line: i + 1, text: body });
      else if (info.startsWith('text trueup ')) printed.push({ line: i + 1, command: info.slice('text trueup '.length), text: body });
      else if (info !== 'text' && info !== 'sh' && info !== 'yaml shown') unknown.push(`line ${i + 1}: \`\`\`${info}`);
      if (/^yaml (plan|file)/.test(info)) for (const key of keysUsed(body, path === 'trueup.yaml' ? 'workspace' : 'plan')) for (const a of anchorsOpen) anchors.get(a)?.add(key);
      i = end;
    } else if (/^\| sold \|.* paid \|$/.test(line)) {
      const end = lines.findIndex((l, j) => j > i && !l.startsWith('|'));
      examples.at(-1)?.tests.push({ line: i + 1, text: soldAndPaid(lines.slice(i + 2, end).map(cellsOf)) });
      i = end - 1;
    } else if (line.startsWith('| `')) rows.push(cellsOf(line));
  }
  return { examples, printed, anchors, rows, unknown };
}

/** One payee a row, with the quota and the incentive of the examples. */
function soldAndPaid(rows: readonly (readonly string[])[]): string {
  const plain = (cell = ''): string => cell.replaceAll(',', '');
  return [
    'people:', ...rows.map((_, i) => `  p${i}: { role: AE, quota: 100_000, target_incentive: 10_000 }`),
    'facts:', '  deal:', ...rows.map((row, i) => `    - { owner: p${i}, date: ${DAY}, stage: Won, amount: ${plain(row[0])} }`),
    'expect:', ...rows.map((row, i) => `  - [p${i}, ${FIRST_QUARTER}, earned, ${plain(row.at(-1))}]`), '',
  ].join('\n');
}

/** A plan with a head; `name` where it says none. */
export function completed(plan: string): string {
  const has = (key: string): boolean => new RegExp(`^${key}:`, 'm').test(plan);
  if (has('amends') || has('template')) return plan;
  const head = [...(has('plan') ? [] : ['plan: example']), ...(has('effective') ? [] : ['effective: 2026-01-01 / 2027-01-01']), ...(has('period') || has('based_on') ? [] : ['period: quarter'])];
  return [...head, plan].join('\n');
}
/** A test of that plan; it may name another. */
export function testOf(plan: string, text: string): string {
  const name = /^plan: (\S+)/m.exec(plan)?.[1] ?? 'example';
  return text.split(/^---\n/m).map((part) => (/^plan:/m.test(part) ? part : `plan: ${name}\n${part}`)).join('---\n');
}

export function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
}
function cellsOf(line: string): string[] {
  return line.split(/(?<!\\)\|/).slice(1, -1).map((c) => c.trim());
}

/** Every key that a block uses, as `key in place`. */
export function keysUsed(text: string, root: Place): Set<string> {
  const used = new Set<string>();
  const shaped = (node: Node, shape: Shape): void => {
    if (node.kind === 'list') { for (const item of node.items) shaped(item, shape); return; }
    if (node.kind !== 'map') return;
    if (typeof shape === 'object') {
      if ('place' in shape) below(node, shape.place);
      else if ('map' in shape) for (const e of node.entries) if (shape.map in KEYS) below(e.value, shape.map as Place); else shaped(e.value, shape.map as Shape);
    } else if (shape === 'number' || shape === 'numbers') below(node, 'table');
    else if (shape === 'measure' || shape === 'measures') below(node, 'measure');
    else if (shape === 'guardrails') for (const e of node.entries) below(e.value, 'guardrail');
    else if (shape === 'splits') for (const e of node.entries) shaped(e.value, 'number');
  };
  const below = (node: Node, place: Place): void => {
    if (node.kind === 'list') { for (const item of node.items) below(item, place); return; }
    for (const e of node.kind === 'map' ? node.entries : []) {
      const key = KEYS[place][e.key];
      if (key === undefined) continue;
      used.add(`${e.key} in ${placeName(place)}`);
      shaped(e.value, key.shape);
    }
  };
  const { value } = readDocument('block.yaml', text);
  if (value !== undefined) below(value, root);
  return used;
}

/** What a place is called in the table of keys. */
export function placeName(place: Place): string {
  return PLACE_NAMES[place].replace(/^an? /, '').replaceAll('`', '');
}
