/**
 * YAML text → a tree of plain nodes that know where they stand. Scalars stay the text that was
 * written (`on`, `10.10`, `2026-01-01`), because what a scalar means depends on its key.
 *
 * Anchors, aliases, tags and second documents are refused: a plan is read by people, and each of
 * them makes the text mean something that it does not say (and lets a small file grow without end).
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, Scalar } from 'yaml';
import type { Pair, YAMLError, YAMLMap, YAMLSeq } from 'yaml';
import type { Diagnostic, Outcome } from '../value/diagnostic.ts';
import type { Span } from './formula.ts';
import { isKey } from './keys.ts';
import type { Place } from './keys.ts';
import type { At } from './plan.ts';
import { problem } from './problem.ts';

export interface TextNode {
  readonly kind: 'text';
  readonly text: string;
  readonly at: At;
  /** column of the first character inside the quotes; 0 where the text runs over several lines */
  readonly inner: number;
  readonly quoted: boolean;
}
export interface Entry { readonly key: string; readonly at: At; readonly value: Node }
export interface MapNode { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly at: At }
export interface ListNode { readonly kind: 'list'; readonly items: readonly Node[]; readonly at: At }
export type Node = TextNode | MapNode | ListNode;

const LONGEST = 1_000_000;
const DEEPEST = 40;

/**
 * Reads one file. `value` is its top map (an empty file gives an empty map); it is absent where the
 * text is not YAML at all, since a half-read tree would only produce misleading further errors.
 */
export function readDocument(file: string, text: string): Outcome<MapNode> {
  const start: At = { file, line: 1, column: 1, path: '' };
  if (text.length > LONGEST) {
    return refused(problem('plan.yaml', start, `the file has ${text.length} characters; at most ${LONGEST} are read`, 'split it: one file for each plan'));
  }
  const lines = new LineCounter();
  let documents;
  try {
    documents = parseAllDocuments(text, { schema: 'failsafe', lineCounter: lines, uniqueKeys: false, prettyErrors: false, logLevel: 'silent' });
  } catch {
    // the YAML reader recurses; only absurd nesting gets here
    return refused(problem('plan.yaml', start, 'the file is nested too deeply to be read', `nest at most ${DEEPEST} levels`));
  }
  const list = [...documents];
  const first = list[0];
  if (first === undefined) return { value: { kind: 'map', entries: [], at: start }, diagnostics: [] };
  const reading: Reading = { file, text, lines, found: [], unreadable: false };
  for (const d of list) {
    // one tab is every tab of a file
    const [tab, ...rest] = partition([...d.errors, ...d.warnings], (e) => e.code === 'TAB_AS_INDENT');
    for (const e of [...tab.slice(0, 1), ...rest.flat()]) reading.found.push(yamlProblem(reading, e));
  }
  const second = list[1];
  if (second !== undefined) {
    reading.found.push(problem('plan.yaml', placeAt(reading, second.range[0], ''), 'the file holds a second document (after `---`)', 'one file is one plan: move it to a file of its own'));
  }
  if (reading.found.length > 0) return { value: undefined, diagnostics: reading.found };
  const contents = first.contents as unknown;
  if (contents === null || (isScalar(contents) && contents.value === '')) return { value: { kind: 'map', entries: [], at: start }, diagnostics: [] };
  const node = convert(reading, contents, '', 0);
  if (node.kind !== 'map') {
    reading.found.push(problem('plan.yaml', node.at, 'the file is not a map of keys', 'start with `plan: name-of-the-plan`, one key a line'));
    return { value: undefined, diagnostics: reading.found };
  }
  return { value: reading.unreadable ? undefined : node, diagnostics: reading.found };
}

/** `unreadable`: a part of the tree is not what was meant, so nothing more should be said about it */
interface Reading { readonly file: string; readonly text: string; readonly lines: LineCounter; readonly found: Diagnostic[]; unreadable: boolean }

function partition<T>(items: readonly T[], is: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(is), items.filter((item) => !is(item))];
}

function refused(d: Diagnostic): Outcome<MapNode> {
  return { value: undefined, diagnostics: [d] };
}

function placeAt(r: Reading, offset: number, path: string): At {
  const { line, col } = r.lines.linePos(offset);
  return { file: r.file, line: Math.max(line, 1), column: Math.max(col, 1), path };
}

function yamlProblem(r: Reading, e: YAMLError): Diagnostic {
  const at = placeAt(r, e.pos[0], ''), line = r.text.split(/\r\n|\n|\r/)[at.line - 1] ?? '', indent = line.search(/\S|$/);
  if (e.code === 'TAB_AS_INDENT') return problem('plan.yaml', at, 'a tab is used to indent this line', 'indent with spaces, two for each level, in all lines of the file');
  if (/must start at the same column/.test(e.message)) {
    return problem('plan.yaml', { ...at, column: indent + 1 }, `this line is indented by ${indent === 1 ? '1 space' : `${indent} spaces`}, which is no level of the lines above it`, 'begin it in the same column as the keys that it belongs to; each level is two spaces');
  }
  const words = /^\s*([A-Za-z_]\w*) +(\S.*?)\s*$/.exec(line);
  if (words !== null && !line.includes(':') && /IMPLICIT_KEY|MISSING_CHAR/.test(e.code)) {
    return problem('plan.yaml', { ...at, column: indent + 1 }, `\`${line.trim()}\` has no colon after its key`, `write \`${words[1]}: ${words[2]}\``);
  }
  if (e.code === 'TAG_RESOLVE_FAILED') return problem('plan.yaml', at, `${e.message}: tags are not part of plan files`, 'remove the word that starts with `!`');
  if (e.code === 'BLOCK_AS_IMPLICIT_KEY' || e.code === 'MULTILINE_IMPLICIT_KEY') {
    return problem('plan.yaml', at, 'this line has two `: `, so it is not clear what the key is', 'put the part after the first colon in quotes, or on a line of its own');
  }
  if (/^Flow (map|sequence)/.test(e.message)) {
    const [brace, closing] = e.message.startsWith('Flow map') ? ['{', '}'] : ['[', ']'];
    return problem('plan.yaml', at, `a \`${brace}\` above this line is not closed`, `close it with \`${closing}\`, and indent what is inside`);
  }
  const inBraces = e.code === 'MISSING_CHAR' || e.code === 'BAD_SCALAR_START' || e.code === 'UNEXPECTED_TOKEN';
  const hint = inBraces
    ? 'close every quote and bracket; inside { } or [ ], put a formula that has a comma or quotes in \'…\''
    : 'check the indentation (spaces, two for each level), the colons and the quotes of this line';
  return problem('plan.yaml', at, `the YAML cannot be read here: ${e.message.replace(/\s+/g, ' ')}`, hint);
}

function convert(r: Reading, node: unknown, path: string, depth: number): Node {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
  const at = placeAt(r, range?.[0] ?? 0, path);
  if (depth > DEEPEST) {
    r.unreadable = true;
    r.found.push(problem('plan.yaml', at, `this is nested more than ${DEEPEST} levels deep`, `nest at most ${DEEPEST} levels`));
    return { kind: 'text', text: '', at, inner: at.column, quoted: true };
  }
  if (isAlias(node)) {
    r.unreadable = true;
    r.found.push(problem('plan.yaml', at, `\`*${node.source}\` repeats another part of the file; plan files do not have this`, 'write the value again, or give it a name in `terms` or `tables`'));
    return { kind: 'text', text: '', at, inner: at.column, quoted: true };
  }
  const anchor = (node as { anchor?: string } | null)?.anchor;
  if (anchor !== undefined) {
    r.found.push(problem('plan.yaml', at, `\`&${anchor}\` marks a part to be repeated; plan files do not have this`, `remove \`&${anchor}\``));
  }
  if (isMap(node)) return convertMap(r, node, at, depth);
  if (isSeq(node)) return convertList(r, node, at, depth);
  if (isScalar(node)) return convertText(r, node, at);
  return { kind: 'text', text: '', at, inner: at.column, quoted: false };
}

function convertText(r: Reading, node: Scalar, at: At): TextNode {
  const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
  const written = node.range ? r.text.slice(node.range[0], node.range[1]) : '';
  const oneLine = !written.includes('\n') && (quoted || node.type === 'PLAIN');
  return { kind: 'text', text: String(node.value ?? ''), at, inner: oneLine ? at.column + (quoted ? 1 : 0) : 0, quoted };
}

function convertMap(r: Reading, node: YAMLMap, at: At, depth: number): MapNode {
  const entries: Entry[] = [];
  const seen = new Map<string, At>();
  for (const pair of joinCut(r, node, at.path)) {
    const key = pair.key;
    if (!isScalar(key)) {
      r.found.push(problem('plan.yaml', at, 'a key must be one word or text, not a list or a map', 'write the key as plain text'));
      continue;
    }
    const name = String(key.value ?? '');
    const path = at.path === '' ? name : `${at.path}.${name}`;
    const keyAt = placeAt(r, key.range?.[0] ?? 0, path);
    const before = seen.get(name);
    if (before !== undefined) {
      r.found.push(problem('plan.duplicate_key', keyAt, `\`${name}\` stands here twice; the first is on line ${before.line}`, 'keep one of them, or give them different names'));
      continue;
    }
    seen.set(name, keyAt);
    const value = convert(r, pair.value, path, depth + 1);
    // an empty value has no place of its own: point at its key
    entries.push({ key: name, at: keyAt, value: value.kind === 'text' && value.text === '' && !value.quoted ? { ...value, at: { ...keyAt } } : value });
  }
  return { kind: 'map', entries, at };
}

function convertList(r: Reading, node: YAMLSeq, at: At, depth: number): ListNode {
  const items: Node[] = [];
  const parts = node.items as unknown[];
  for (let i = 0; i < parts.length; i++) {
    const path = `${at.path}[${items.length}]`;
    const item = convert(r, parts[i], path, depth + 1);
    let last = i;
    if (node.flow && item.kind === 'text' && !item.quoted && open(item.text) > 0) last = closes(parts, i);
    if (last === i) { items.push(item); continue; }
    const whole = textBetween(r, rangeOf(parts[i])[0], rangeOf(parts[last])[1]);
    r.found.push(cut(item.at, whole, '['));
    items.push({ ...(item as TextNode), text: whole });
    i = last;
  }
  return { kind: 'list', items, at };
}

/**
 * In a map in braces a comma ends the value, also in the middle of a formula: `{ rate: if(a, b, c) }`
 * has the keys `rate`, `b` and `c)`. Says so, and goes on as if the formula had been in quotes.
 */
function joinCut(r: Reading, node: YAMLMap, path: string): Pair[] {
  const pairs = node.items as Pair[];
  if (!node.flow) return pairs;
  const kept: Pair[] = [];
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i] as Pair;
    if (pair.value !== null) { kept.push(pair); continue; }
    const word = String((pair.key as Scalar).value ?? '');
    const tight = /^([a-z_]+):(\S.*)$/.exec(word);
    if (tight !== null) {
      // says so, and goes on as if the space were there
      const [, name = '', value = ''] = tight, [from, to] = rangeOf(pair.key);
      r.found.push(problem('plan.yaml', placeAt(r, from, path), `\`${word}\` has no space after the colon`, `write \`${name}: ${value}\``));
      kept.push({ key: scalarOf(name, from, from + name.length), value: scalarOf(value, to - value.length, to) } as Pair);
      continue;
    }
    const at = placeAt(r, rangeOf(pair.key)[0], path);
    const previous = kept.at(-1);
    const next = pairs[i + 1];
    const nextWord = next && isScalar(next.key) ? String(next.key.value) : '';
    if (/^\d{1,3}$/.test(word) && /^\d{3}/.test(nextWord)) {
      r.found.push(thousands(at, `${word},${nextWord}`));
      i++;
    } else if (previous !== undefined && isScalar(previous.value) && /^\d{3}\b/.test(word) && /\d$/.test(String(previous.value.value))) {
      const before = String(previous.value.value);
      const [digits = ''] = /\d{1,3}$/.exec(before) ?? [];
      r.found.push(thousands(placeAt(r, rangeOf(previous.value)[1] - digits.length, path), `${digits},${word}`));
      previous.value.value = `${before}_${word}`;
    } else if (previous !== undefined && isScalar(previous.value) && /^\d{1,2}(%|x)?$/.test(word) && /^-?\d+$/.test(String(previous.value.value))) {
      const before = String(previous.value.value), number = `${before}.${word}`;
      r.found.push(problem('plan.cut_formula', placeAt(r, rangeOf(previous.value)[0], path), `\`${before},${word}\` is read as two entries, because a comma separates the entries of { }`, `write decimals with a point: ${number}`));
      previous.value.value = number;
    } else if (previous !== undefined && isScalar(previous.value) && open(String(previous.value.value)) > 0) {
      const scalar = previous.value;
      let last = i;
      let whole = textBetween(r, rangeOf(scalar)[0], rangeOf(pair.key)[1]);
      while (open(whole) > 0 && pairs[last + 1]?.value === null) {
        last++;
        whole = textBetween(r, rangeOf(scalar)[0], rangeOf((pairs[last] as Pair).key)[1]);
      }
      r.found.push(cut(placeAt(r, rangeOf(scalar)[0], path), whole, '{', String((previous.key as Scalar).value)));
      scalar.value = whole;
      i = last;
    } else {
      const before = previous !== undefined && isScalar(previous.value) ? String(previous.value.value) : undefined;
      const message = before === undefined ? `\`${word}\` stands in { } without a value` : `inside { }, the comma after \`${before}\` ends the value, so \`${word}\` is a key without one`;
      r.found.push(problem('plan.yaml', at, message, before === undefined ? `write \`${word}: value\`, or remove it` : `put the whole text in quotes, or write \`${word}: value\``));
    }
  }
  return kept;
}

function scalarOf(value: string, from: number, to: number): Scalar {
  const scalar = new Scalar(value);
  scalar.type = 'PLAIN';
  scalar.range = [from, to, to];
  return scalar;
}

function cut(at: At, whole: string, brace: '{' | '[', key = ''): Diagnostic {
  const close = brace === '{' ? '}' : ']';
  const quote = whole.includes('"') ? '\'' : '"';
  return problem('plan.cut_formula', at, `the comma in \`${whole}\` cuts the formula, because it stands inside ${brace} ${close}`, `put it in quotes: ${key === '' ? '' : `${key}: `}${quote}${whole}${quote}`);
}

function thousands(at: At, written: string): Diagnostic {
  return problem('plan.cut_formula', at, `\`${written}\` is read as two entries, because a comma separates the entries of { }`, `write ${written.replace(/,/g, '_')}`);
}

/** open brackets that are not closed, outside of quotes */
function open(text: string): number {
  const bare = text.replace(/"[^"]*"?/g, '');
  return [...bare].reduce((n, c) => n + (c === '(' ? 1 : c === ')' ? -1 : 0), 0);
}

function closes(parts: readonly unknown[], from: number): number {
  let depth = 0;
  for (let i = from; i < parts.length; i++) {
    const part = parts[i];
    if (!isScalar(part)) return from;
    depth += open(String(part.value ?? ''));
    if (depth <= 0) return i;
  }
  return from;
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
  return range ? [range[0], range[1]] : [0, 0];
}

function textBetween(r: Reading, from: number, to: number): string {
  return r.text.slice(from, to).replace(/\s+/g, ' ').trim();
}

/** Where a part of a formula stands in the file. */
export function placeOf(node: TextNode, span: Span): At {
  return node.inner === 0 ? node.at : { ...node.at, column: node.inner + span.start };
}

export function find(node: Node | undefined, key: string): Node | undefined {
  return node?.kind === 'map' ? node.entries.find((e) => e.key === key)?.value : undefined;
}

export function entriesOf(node: Node | undefined): readonly Entry[] {
  return node?.kind === 'map' ? node.entries : [];
}

/** Whether the map has a key that is refused: what seems to be missing may be what that key was meant to say. */
export function hasRefusedKey(node: MapNode, place: Place): boolean {
  return node.entries.some((e) => !isKey(place, e.key));
}

/** The items of a list, or the one node that stands in its place. */
export function itemsOf(node: Node | undefined): readonly Node[] {
  return node === undefined ? [] : node.kind === 'list' ? node.items : [node];
}

export function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'text' ? node.text : undefined;
}
