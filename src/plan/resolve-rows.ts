/** The rows of a table: keys of the type that is read, in order, and rows within rows where a table is read by several things. */
import type { Diagnostic } from '../value/diagnostic.ts';
import { compare, formatRatio, multiply, ratio } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { itemsOf } from './document.ts';
import type { Entry, MapNode, Node, TextNode } from './document.ts';
import { fits, isWord, PERCENT, settle, typeName } from './formula-units.ts';
import type { Type, Typed } from './formula.ts';
import { readLiteral } from './literal.ts';
import type { At, OuterRow, Table, TableKind, TableRow } from './plan.ts';
import { both, problem } from './problem.ts';

export interface RowsUse {
  readonly found: Diagnostic[];
  readonly kind: TableKind;
  readonly beyond: Table['beyond'];
  /** a value of a row */
  readonly value: (node: TextNode) => Typed | undefined;
}
type Key = Pick<TableRow, 'key' | 'over'>;

/** The table of these rows, read by `keys`, first to last. `otherwise`: what stands beside the rows. */
export function resolveRows(use: RowsUse, node: MapNode, keys: readonly Typed[], otherwise: Node | undefined): Table | undefined {
  const [by, ...more] = keys;
  if (by === undefined) return undefined;
  return more.length === 0 ? innermost(use, node, by, otherwise) : outermost(use, node, by, more, otherwise);
}

/** What a table is read at, where its keys say that a number ÷ a number is meant as a percentage. */
export function settledKeys(node: MapNode, keys: readonly Typed[]): readonly Typed[] {
  return keys.map((by, depth) => {
    const share = by.type.kind === 'number' && keysAt(node, depth).some((e) => e.key.trim().endsWith('%')) && fits(by, PERCENT, false);
    return share ? settle(by, PERCENT) : by;
  });
}

/** A key that does not fit what is read, at each depth. */
export function misfit(node: MapNode, depth: number, by: Type, kind: TableKind): string | undefined {
  return keysAt(node, depth).find((entry) => readKey([], entry, kind, by) === undefined)?.key;
}

function keysAt(node: MapNode, depth: number): readonly Entry[] {
  const entries = node.entries.filter((e) => e.key !== 'otherwise');
  return depth === 0 ? entries : node.entries.flatMap((e) => (e.value.kind === 'map' ? keysAt(e.value, depth - 1) : []));
}

function outermost(use: RowsUse, node: MapNode, by: Typed, more: readonly Typed[], beside: Node | undefined): Table | undefined {
  const entries = node.entries.filter((e) => e.key !== 'otherwise');
  if (entries.length === 0) return noRows(use, node);
  const rows = entries.map((entry): OuterRow | undefined => {
    const key = readKey(use.found, entry, 'steps', by.type);
    if (entry.value.kind !== 'map') {
      use.found.push(problem('plan.table', entry.at, `\`${entry.key}\` has no rows of its own, but \`by\` names something more`, `write rows below it, read by ${both(more.map(nameOf))}`));
      return undefined;
    }
    const table = resolveRows(use, entry.value, more, undefined);
    return key && table && { ...key, table, at: entry.at };
  });
  const whole = rows.filter((r) => r !== undefined);
  const ordered = typeof whole[0]?.key === 'object' ? ascending(use.found, whole) : noTwins(use.found, whole);
  const rest = otherwiseTable(use, node.entries.find((e) => e.key === 'otherwise')?.value ?? beside, more);
  if (whole.length < rows.length || !ordered || rest === 'broken') return undefined;
  return { kind: use.kind, by, rows: [], beyond: use.beyond, outer: { rows: whole, ...(rest !== undefined && { otherwise: rest }) }, at: node.at };
}

function nameOf(by: Typed): string {
  return by.kind === 'name' ? `\`${by.name}\`` : typeName(by.type);
}

/** What holds where no outer row does: rows, or one value. */
function otherwiseTable(use: RowsUse, node: Node | undefined, keys: readonly Typed[]): Table | undefined | 'broken' {
  if (node?.kind === 'map') return resolveRows(use, node, keys, undefined) ?? 'broken';
  if (node?.kind !== 'text') return undefined;
  const [by, ...more] = keys;
  const value = use.value(node);
  if (by === undefined || value === undefined) return 'broken';
  const inner = more.length === 0 ? undefined : otherwiseTable(use, node, more);
  if (inner === 'broken') return 'broken';
  return { kind: 'lookup', by, rows: [], beyond: 'flat', at: node.at, ...(inner === undefined ? { otherwise: value } : { outer: { rows: [], otherwise: inner } }) };
}

function innermost(use: RowsUse, node: MapNode, by: Typed, beside: Node | undefined): Table | undefined {
  const entries = node.entries.filter((e) => e.key !== 'otherwise');
  if (entries.length === 0) return noRows(use, node);
  const rows = entries.map((entry) => resolveRow(use, entry, by.type));
  const whole = rows.filter((r) => r !== undefined);
  const ordered = use.kind === 'lookup' ? noTwins(use.found, whole) : ascending(use.found, whole);
  const otherwise = resolveOtherwise(use, node.entries.find((e) => e.key === 'otherwise')?.value, beside);
  if (whole.length < rows.length || !ordered || otherwise === 'broken') return undefined;
  return { kind: use.kind, by, rows: whole, ...(otherwise !== undefined && { otherwise }), beyond: use.beyond, at: node.at };
}

function noRows(use: RowsUse, node: MapNode): undefined {
  use.found.push(problem('plan.table', node.at, 'the table has no rows', 'write rows such as `{ 0: 3%, 50k: 5% }`'));
  return undefined;
}

function resolveRow(use: RowsUse, entry: Entry, by: Type): TableRow | undefined {
  const key = readKey(use.found, entry, use.kind, by);
  const values = resolveValues(use, entry);
  if (key === undefined || values === undefined) return undefined;
  const [value, right] = values;
  return value && { ...key, value, ...(right !== undefined && { right }), at: entry.at };
}

function readKey(found: Diagnostic[], entry: Entry, kind: TableKind, by: Type): Key | undefined {
  const text = entry.key.trim();
  if (isWord(by)) return { key: text.replace(/^"(.*)"$/, '$1'), over: false };
  const bare = text.replace(/^over\s+/, '');
  const over = bare !== text;
  if (over && (kind === 'points' || kind === 'lookup')) {
    found.push(problem('plan.table', entry.at, `\`${text}\` cannot stand in \`${kind}\``, kind === 'points' ? `a jump is written \`${bare}: [left, right]\`` : 'write the value itself'));
    return undefined;
  }
  const literal = readLiteral(bare);
  if (by.kind === 'yes_no') {
    if (literal?.kind === 'yes_no') return { key: literal.value, over: false };
    found.push(problem('plan.table', entry.at, `\`${text}\` is not yes or no, which this table looks up`, 'write `yes` and `no` as keys'));
    return undefined;
  }
  if (by.kind === 'date') {
    if (literal?.kind === 'date') return { key: ratio(BigInt(literal.day)), over };
    found.push(problem('plan.unit', entry.at, `\`${text}\` is not a day, but this table reads a date`, 'write keys such as `2026-07-01`'));
    return undefined;
  }
  const written = by.kind === 'percent' ? 'percent' : by.kind === 'factor' ? 'factor' : 'number';
  if (literal?.kind === 'number' && literal.written === written) return { key: literal.value, over };
  found.push(unfitting(entry.at, text, bare, by, literal?.kind === 'number' ? literal.written : undefined));
  return undefined;
}

function unfitting(at: At, text: string, bare: string, by: Type, written: 'number' | 'percent' | 'factor' | undefined): Diagnostic {
  const reads = by.kind === 'percent' ? 'a percentage' : typeName(by);
  const range = lowerEnd(text);
  const hint = range !== undefined ? `keys are the lower ends of the bands: write \`${range}\``
    : written !== undefined && by.kind === 'percent' ? percentHint(bare)
    : written === 'percent' ? 'write plain keys such as 50k, or give the component a `target`, so that the table reads attainment'
    : /,/.test(bare) ? 'write numbers without commas: 50_000 or 50k' : `write ${by.kind === 'percent' ? 'keys such as 100% or over 100%' : 'keys such as 0, 50k or over 50k'}`;
  return problem('plan.unit', at, `the key \`${text}\` does not fit: this table reads ${reads}`, hint);
}

/** `0-50k`, `100%+`, `> 100k`, `up to 50k`: the lower end that is meant. */
function lowerEnd(text: string): string | undefined {
  const { from, least, above, most } = /^(?:(?<from>[\d_.,]+[kM%]?)\s*(?:-|–|\.\.|to)\s*[\d_.,]+[kM%]?|(?:>=|from)?\s*(?<least>[\d_.,]+[kM%]?)\s*(?:\+|and (?:more|above|over))?|(?:>|above|more than)\s*(?<above>[\d_.,]+[kM%]?)|(?:up to|under|below|<=?)\s*(?<most>[\d_.,]+[kM%]?))$/.exec(text.trim())?.groups ?? {};
  const clean = (end: string, also = ''): string => `${end.replace(/,/g, '_')}${also.endsWith('%') && !end.endsWith('%') ? '%' : ''}`;
  if (from !== undefined) return clean(from, text.trim());
  if (least !== undefined && !/^[\d_.,]+[kM%]?$/.test(text.trim())) return clean(least);
  return above !== undefined ? `over ${clean(above)}` : most === undefined ? undefined : most.endsWith('%') ? '0%' : '0';
}

/** 0.5 in a spreadsheet is 50 %, where the cell has that format; 50 is 50 %, too. */
function percentHint(bare: string): string {
  const literal = readLiteral(bare), value = literal?.kind === 'number' ? literal.value : undefined;
  if (value === undefined || value.n <= 0n || compare(value, ratio(5n)) > 0) return `write \`${bare}%\``;
  return `write \`${formatRatio(multiply(value, ratio(100n)))}%\` if it is ${bare} of the whole, or \`${bare}%\``;
}

function resolveValues(use: RowsUse, entry: Entry): Typed[] | undefined {
  const { kind } = use;
  const items = itemsOf(entry.value);
  if (entry.value.kind === 'list' && (kind !== 'points' || items.length !== 2)) {
    use.found.push(problem('plan.table', entry.value.at, `\`${entry.key}\` has a list of values`, kind === 'points' ? 'a jump has two: `100%: [80%, 100%]`, the value up to it and the value from it on' : 'write one value for each key'));
    return undefined;
  }
  const values = items.map((item) => {
    if (item.kind === 'text') return use.value(item);
    use.found.push(problem('plan.table', item.at, `\`${entry.key}\` has rows of its own, but \`by\` does not say what they are read by`, 'name one thing more in `by`, such as `by: [payee.role, attainment]`; or give the inner table a name under `tables`, and write it here'));
    return undefined;
  });
  return values.every((v) => v !== undefined) ? values : undefined;
}

function resolveOtherwise(use: RowsUse, inside: Node | undefined, beside: Node | undefined): Typed | undefined | 'broken' {
  const node = inside ?? beside;
  if (node?.kind !== 'text') return undefined;
  if (inside !== undefined && beside !== undefined) use.found.push(problem('plan.table', node.at, '`otherwise` stands twice in this table', 'keep the one beside the rows'));
  if (use.kind === 'lookup') return use.value(node) ?? 'broken';
  use.found.push(problem('plan.table', node.at, `\`otherwise\` belongs to \`lookup\`, not to \`${use.kind}\``, 'below the first key the value is 0; write a lower first key for another value'));
  return undefined;
}

type Row = Key & { readonly at: At };

function ascending(found: Diagnostic[], rows: readonly Row[]): boolean {
  for (const [i, row] of rows.entries()) {
    const before = rows[i - 1];
    if (before === undefined) continue;
    const order = compare(before.key as Ratio, row.key as Ratio);
    if (order < 0 || (order === 0 && !before.over && row.over)) continue;
    const [low, high] = [lastName(before), lastName(row)];
    const message = order === 0 ? `\`${high}\` and \`${low}\` (line ${before.at.line}) are the same key` : `\`${high}\` follows \`${low}\`, which is higher`;
    found.push(problem('plan.table', row.at, message, order === 0 ? 'keep one of them' : 'write the keys in ascending order; each is the lower end of its band'));
    return false;
  }
  return true;
}

function noTwins(found: Diagnostic[], rows: readonly Row[]): boolean {
  const seen = new Map<string, Row>();
  for (const row of rows) {
    const key = typeof row.key === 'object' ? `${row.key.n}/${row.key.d}` : String(row.key);
    const before = seen.get(key);
    seen.set(key, row);
    if (before === undefined) continue;
    found.push(problem('plan.table', row.at, `\`${lastName(row)}\` and \`${lastName(before)}\` (line ${before.at.line}) are the same key`, 'keep one of them'));
    return false;
  }
  return true;
}

function lastName(row: Row): string {
  return row.at.path.replace(/^.*\b(?:marginal|retroactive|steps|points|lookup)\./, '');
}
