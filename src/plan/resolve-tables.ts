/**
 * A number of a plan: a literal, a name, a formula or a table, and whether it fits its place. Which
 * tables stand where, what their keys and values may be, is all here.
 */
import { compare, ONE, ratio, ZERO } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { closest } from './closest.ts';
import { find, hasRefusedKey, itemsOf, textOf } from './document.ts';
import type { Entry, MapNode, Node, TextNode } from './document.ts';
import { commonType, FACTOR, fits, isWord, MONEY, NUMBER, PERCENT, settle, shown, typeName } from './formula-units.ts';
import type { Type, Typed } from './formula.ts';
import { readLiteral } from './literal.ts';
import type { Num, Table, TableKind, TableRow } from './plan.ts';
import { both, either, problem } from './problem.ts';
import { typed } from './scopes.ts';
import type { Names, PlanContext } from './scopes.ts';

export type NumberPlace = 'rate' | 'payout' | 'amount' | 'target' | 'incentive' | 'weight' | 'factor' | 'limit' | 'share' | 'any';
export interface NumberUse {
  readonly place: NumberPlace;
  /** what formulas and values of tables may name */
  readonly names: Names;
  /** what `by` may name; under `rate` also fields of the fact */
  readonly by: Names;
  /** what a table reads that does not say `by` */
  readonly reads?: { readonly name: 'attainment' | 'value'; readonly type: Type };
  /** results of the component that may be the whole of a payout */
  readonly results?: Readonly<Partial<Record<'attainment' | 'value', Type>>>;
  /** type of the measure, which decides the unit of a rate and of a target */
  readonly measure?: Type;
  /** the number is about single rows, so that tables may be read by anything that is known of a row */
  readonly row?: true;
}

export const KINDS: readonly TableKind[] = ['marginal', 'retroactive', 'steps', 'points', 'lookup'];

/** Which kinds of table each place takes; the reasons are those of the language. */
const ALLOWED: Readonly<Record<NumberPlace, readonly TableKind[]>> = {
  rate: ['marginal', 'retroactive', 'points', 'lookup'],
  payout: ['marginal', 'steps', 'points', 'lookup'],
  amount: ['steps', 'points', 'lookup'],
  target: ['steps', 'points', 'lookup'],
  incentive: ['steps', 'points', 'lookup'],
  weight: ['steps', 'points', 'lookup'],
  factor: ['marginal', 'steps', 'points', 'lookup'],
  limit: ['steps', 'points', 'lookup'],
  share: ['marginal', 'steps', 'points', 'lookup'],
  any: ['steps', 'points', 'lookup'],
};

export function resolveNumber(ctx: PlanContext, node: Node, use: NumberUse): Num | undefined {
  if (node.kind === 'map') return tableNumber(resolveTable(ctx, node, use));
  if (node.kind === 'list') return undefined;
  const named = ctx.tables.get(node.text.trim());
  // in a row a field may be called like a table that is not about rows
  if (named !== undefined && (use.row === undefined || use.names.find(named.key, node)?.meaning?.table !== undefined)) {
    ctx.used.add(named.key);
    return named.value.kind === 'map' ? tableNumber(resolveTable(ctx, named.value, use)) : undefined;
  }
  const whole = node.text.trim();
  const type = use.place === 'payout' && (whole === 'attainment' || whole === 'value') ? use.results?.[whole] : undefined;
  if (type?.kind === 'percent') return { kind: 'table', table: proportional(node, whole as 'attainment' | 'value') };
  const got = typed(ctx.found, node, use.names, expectedTypes(use, undefined));
  if (got === undefined || !saysUnit(ctx, node, got.formula, use)) return undefined;
  return { kind: 'formula', formula: got.formula, text: got.text, at: node.at };
}

/** A bare number where a percentage or a multiple is meant: `5` could be 5 % or 5 times, which pay very differently. */
function saysUnit(ctx: PlanContext, node: TextNode, value: Typed, use: NumberUse): boolean {
  if (['factor', 'share', 'any'].includes(use.place) || value.kind !== 'number' || value.type.kind !== 'factor' || value.written !== 'number' || value.value.n === 0n) return true;
  const text = node.text.trim();
  const hint = use.place === 'rate' ? `write \`${text}%\` of the money, or \`${text}x\` for ${text} times the base rate` : `write \`${text}x\` for ${text} times the incentive, or a percentage of it`;
  ctx.found.push(problem('plan.unit', node.at, `\`${text}\` has no unit`, hint));
  return false;
}

/** `payout: attainment` is the incentive × attainment, also below 0: a marginal table with one row. */
function proportional(node: TextNode, name: 'attainment' | 'value'): Table {
  const at = { start: 0, end: name.length };
  const by: Typed = { kind: 'name', name, ref: { kind: 'result', what: name }, type: PERCENT, at };
  const value: Typed = { kind: 'number', value: ONE, written: 'factor', type: FACTOR, at };
  return { kind: 'marginal', by, rows: [{ key: ZERO, over: false, value, at: node.at }], beyond: 'flat', at: node.at };
}

function tableNumber(table: Table | undefined): Num | undefined {
  return table && { kind: 'table', table };
}

/** What the values of a place may be. `5%` of money, `250` for each unit, `1.5x` times the base. */
function expectedTypes(use: NumberUse, kind: TableKind | undefined): readonly Type[] | undefined {
  switch (use.place) {
    case 'rate': return use.measure?.kind === 'money' || use.measure === undefined ? [PERCENT, FACTOR] : [MONEY, FACTOR];
    case 'payout': return kind === 'marginal' ? [FACTOR, PERCENT] : [PERCENT];
    case 'amount': case 'incentive': return [MONEY];
    case 'target': return [use.measure ?? MONEY];
    case 'weight': return [PERCENT];
    case 'factor': return [FACTOR, PERCENT, NUMBER];
    case 'limit': return [PERCENT, MONEY];
    case 'share': return [PERCENT, FACTOR, NUMBER];
    case 'any': return undefined;
  }
}

export function resolveTable(ctx: PlanContext, node: MapNode, use: NumberUse): Table | undefined {
  const kind = tableKind(ctx, node, use.place);
  const by = resolveBy(ctx, node, use, kind);
  const rowsNode = kind === undefined ? undefined : find(node, kind);
  if (kind === undefined || rowsNode?.kind !== 'map') return undefined;
  if (by !== undefined && (isWord(by.type) || by.type.kind === 'yes_no') && kind !== 'lookup') {
    ctx.found.push(problem('plan.table', rowsNode.at, `\`${kind}\` needs something with an order, but \`by\` is ${typeName(by.type)}`, 'use `lookup`, which finds the row of a word'));
    return undefined;
  }
  const rows = by === undefined ? undefined : resolveRows(ctx, rowsNode, kind, by, use);
  const otherwise = resolveOtherwise(ctx, node, rowsNode, kind, use);
  const beyond = find(node, 'beyond');
  if (beyond !== undefined && kind !== 'points') ctx.found.push(problem('plan.table', beyond.at, `\`beyond\` belongs to \`points\`, not to \`${kind}\``, 'remove it'));
  if (textOf(beyond) === 'extend' && rowsNode.entries.length < 2) {
    ctx.found.push(problem('plan.table', rowsNode.at, 'a line can be extended only where there are two points', 'add a point, or remove `beyond`'));
  }
  if (by === undefined || rows === undefined) return undefined;
  const title = textOf(find(node, 'title'));
  const percentKeys = rows.percent && by.type.kind !== 'percent' ? settle(by, PERCENT) : by;
  return {
    ...(title !== undefined && { title }), kind, by: percentKeys, rows: rows.rows,
    ...(otherwise !== undefined && { otherwise }), beyond: textOf(beyond) === 'extend' ? 'extend' : 'flat', at: node.at,
  };
}

/** The one kind that a table says, if the place takes it. */
function tableKind(ctx: PlanContext, node: MapNode, place: NumberPlace): TableKind | undefined {
  const said = tableKindSaid(ctx, node);
  if (said === undefined || ALLOWED[place].includes(said)) return said;
  const where = place === 'factor' ? 'a factor' : place === 'share' ? 'a share' : place === 'any' ? 'a value' : place === 'limit' ? 'a cap or floor' : `\`${place}\``;
  const hint = said === 'retroactive' ? 'write `steps`: the value of the band reached'
    : said === 'steps' && place === 'rate' ? 'write `retroactive` (the rate reached, for everything) or `marginal` (each part at its own rate)'
    : `write ${either(ALLOWED[place].map((k) => `\`${k}\``))}`;
  ctx.found.push(problem('plan.table', find(node, said)?.at ?? node.at, `a \`${said}\` table cannot stand under ${where}`, hint));
  return undefined;
}

export function tableKindSaid(ctx: Pick<PlanContext, 'found'>, node: MapNode): TableKind | undefined {
  const said = KINDS.filter((k) => find(node, k) !== undefined);
  if (said.length === 1 || (said.length === 0 && hasRefusedKey(node, 'table'))) return said[0];
  const message = said.length === 0 ? 'the table does not say how it is read' : `the table says in ${said.length} ways how it is read: ${both(said.map((k) => `\`${k}\``))}`;
  ctx.found.push(problem('plan.table', node.at, message, 'write one of `marginal` (each part at its own value), `retroactive` (the rate reached, for everything), `steps` (the value of the band), `points` (straight lines) or `lookup` (words)'));
  return undefined;
}

function resolveBy(ctx: PlanContext, node: MapNode, use: NumberUse, kind: TableKind | undefined): Typed | undefined {
  const by = find(node, 'by');
  if (by === undefined) {
    if (use.reads !== undefined) {
      const { name, type } = use.reads;
      return { kind: 'name', name, ref: { kind: 'result', what: name }, type, at: { start: 0, end: name.length } };
    }
    ctx.found.push(problem('plan.table', node.at, 'the table does not say `by`, and there is no measure here that it could read', 'add `by:` and what is looked up, such as `by: payee.role`'));
    return undefined;
  }
  const items = itemsOf(by);
  if (items.length !== 1) {
    ctx.found.push(problem('plan.not_built_yet', by.at, `a table with ${items.length} keys in \`by\` is part of the plan language, but this version does not calculate it yet`, 'use a table with one key for each case'));
    return undefined;
  }
  const item = items[0];
  const got = item?.kind === 'text' ? typed(ctx.found, item, use.by) : undefined;
  if (got !== undefined && kind === 'marginal' && use.row === undefined && readsField(got.formula)) {
    ctx.found.push(problem('plan.table', by.at, `\`${got.text}\` is a field of the fact; a \`marginal\` table needs the sum that is cut into parts`, 'write `retroactive`, which finds the rate for each fact'));
    return undefined;
  }
  return got === undefined || (use.row === undefined && !oneReading(ctx, item as TextNode, got.formula)) ? undefined : got.formula;
}

/** A table is read at one thing: a result, a measure, fields of the fact, or what is known of the payee. */
function oneReading(ctx: PlanContext, node: TextNode, by: Typed): boolean {
  const refs = refsIn(by);
  const mixed = refs.includes('field') && refs.some((r) => r !== 'field');
  const calculated = by.kind !== 'name' && refs.some((r) => r === 'measure' || r === 'result');
  if (!mixed && !calculated) return true;
  const what = mixed ? 'a table read by fields of the fact together with something else' : 'a table read by a formula of measures or results';
  ctx.found.push(problem('plan.not_built_yet', node.at, `${what} is part of the plan language, but this version does not calculate it yet`, calculated ? 'name what is calculated as a measure, and write its name after `by`' : 'read it by fields of the fact alone'));
  return false;
}

function refsIn(formula: Typed): readonly string[] {
  if (formula.kind === 'name') return [formula.ref.kind];
  return formula.kind === 'call' || formula.kind === 'op' ? formula.args.flatMap(refsIn) : [];
}

/** Whether a formula is about single facts. */
export function readsField(formula: Typed): boolean {
  if (formula.kind === 'name') return formula.ref.kind === 'field';
  return (formula.kind === 'call' || formula.kind === 'op') && formula.args.some(readsField);
}

interface Rows { readonly rows: readonly TableRow[]; readonly percent: boolean }

function resolveRows(ctx: PlanContext, node: MapNode, kind: TableKind, by: Typed, use: NumberUse): Rows | undefined {
  const entries = node.entries.filter((e) => e.key !== 'otherwise');
  if (entries.length === 0) {
    ctx.found.push(problem('plan.table', node.at, 'the table has no rows', 'write rows such as `{ 0: 3%, 50k: 5% }`'));
    return undefined;
  }
  // a number ÷ a number may be read as a percentage
  const share = entries.some((e) => e.key.trim().endsWith('%')) && by.type.kind === 'number' && fits(by, PERCENT, false);
  const type = share ? PERCENT : by.type;
  const rows = entries.map((entry) => resolveRow(ctx, entry, kind, type, use));
  const whole = use.place === 'any' ? alike(ctx, node, rows.filter((r) => r !== undefined)) : rows.filter((r) => r !== undefined);
  const ordered = kind === 'lookup' ? noTwins(ctx, whole) : ascending(ctx, whole);
  return whole.length === rows.length && ordered ? { rows: whole, percent: share } : undefined;
}

/** The rows of a table that may give anything: all of one type. */
function alike(ctx: PlanContext, node: MapNode, rows: readonly TableRow[]): readonly TableRow[] {
  const [first] = rows;
  if (first === undefined) return rows;
  const common = commonType(rows.map((r) => r.value), true);
  if ('type' in common) return rows.map((r) => ({ ...r, value: settle(r.value, common.type) }));
  ctx.found.push(problem('plan.unit', node.at, `the values ${both(common.unlike.map((v) => `${shown(v)} (${typeName(v.type)})`))} of the table are not alike`, 'write all values in one unit: money, a percent (5%), a factor (1.5x), a number, words or yes/no'));
  return [];
}

function resolveRow(ctx: PlanContext, entry: Entry, kind: TableKind, by: Type, use: NumberUse): TableRow | undefined {
  const key = readKey(ctx, entry, kind, by);
  const values = resolveValues(ctx, entry, kind, use);
  if (key === undefined || values === undefined) return undefined;
  const [value, right] = values;
  return value && { ...key, value, ...(right !== undefined && { right }), at: entry.at };
}

function readKey(ctx: PlanContext, entry: Entry, kind: TableKind, by: Type): { key: TableRow['key']; over: boolean } | undefined {
  const text = entry.key.trim();
  if (isWord(by)) return { key: text.replace(/^"(.*)"$/, '$1'), over: false };
  const bare = text.replace(/^over\s+/, '');
  const over = bare !== text;
  if (over && (kind === 'points' || kind === 'lookup')) {
    ctx.found.push(problem('plan.table', entry.at, `\`${text}\` cannot stand in \`${kind}\``, kind === 'points' ? `a jump is written \`${bare}: [left, right]\`` : 'write the value itself'));
    return undefined;
  }
  const literal = readLiteral(bare);
  if (by.kind === 'yes_no') {
    if (literal?.kind === 'yes_no') return { key: literal.value, over: false };
    ctx.found.push(problem('plan.table', entry.at, `\`${text}\` is not yes or no, which this table looks up`, 'write `yes` and `no` as keys'));
    return undefined;
  }
  if (by.kind === 'date') {
    if (literal?.kind === 'date') return { key: ratio(BigInt(literal.day)), over };
    ctx.found.push(problem('plan.unit', entry.at, `\`${text}\` is not a day, but this table reads a date`, 'write keys such as `2026-07-01`'));
    return undefined;
  }
  const written = by.kind === 'percent' ? 'percent' : by.kind === 'factor' ? 'factor' : 'number';
  if (literal?.kind === 'number' && literal.written === written) return { key: literal.value, over };
  const reads = by.kind === 'percent' ? 'a percentage' : by.kind === 'money' ? 'money' : `${typeName(by)}`;
  const number = literal?.kind === 'number';
  const hint = number && by.kind === 'percent' ? `write \`${bare}%\``
    : number && literal.written === 'percent' ? 'write plain keys such as 50k, or give the component a `target`, so that the table reads attainment'
    : /,/.test(bare) ? 'write numbers without commas: 50_000 or 50k' : `write ${by.kind === 'percent' ? 'keys such as 100% or over 100%' : 'keys such as 0, 50k or over 50k'}`;
  ctx.found.push(problem('plan.unit', entry.at, `the key \`${text}\` does not fit: this table reads ${reads}`, hint));
  return undefined;
}

function resolveValues(ctx: PlanContext, entry: Entry, kind: TableKind, use: NumberUse): Typed[] | undefined {
  const items = itemsOf(entry.value);
  if (entry.value.kind === 'list' && (kind !== 'points' || items.length !== 2)) {
    ctx.found.push(problem('plan.table', entry.value.at, `\`${entry.key}\` has a list of values`, kind === 'points' ? 'a jump has two: `100%: [80%, 100%]`, the value up to it and the value from it on' : 'write one value for each key'));
    return undefined;
  }
  const values = items.map((item) => {
    if (item.kind === 'text') return resolveValue(ctx, item, kind, use);
    ctx.found.push(problem('plan.not_built_yet', item.at, 'a table within a table is part of the plan language, but this version does not calculate it yet', 'use a table with one key for each case'));
    return undefined;
  });
  return values.every((v) => v !== undefined) ? values : undefined;
}

function resolveValue(ctx: PlanContext, node: TextNode, kind: TableKind, use: NumberUse): Typed | undefined {
  const got = typed(ctx.found, node, use.names, expectedTypes(use, kind));
  return got !== undefined && saysUnit(ctx, node, got.formula, use) ? got.formula : undefined;
}

function resolveOtherwise(ctx: PlanContext, table: MapNode, rows: MapNode, kind: TableKind, use: NumberUse): Typed | undefined {
  const said = [find(rows, 'otherwise'), find(table, 'otherwise')].filter((n) => n !== undefined);
  const node = said[0];
  if (node?.kind !== 'text') return undefined;
  if (said.length === 2) ctx.found.push(problem('plan.table', node.at, '`otherwise` stands twice in this table', 'keep the one beside the rows'));
  if (kind === 'lookup') return resolveValue(ctx, node, kind, use);
  ctx.found.push(problem('plan.table', node.at, `\`otherwise\` belongs to \`lookup\`, not to \`${kind}\``, 'below the first key the value is 0; write a lower first key for another value'));
  return undefined;
}

function ascending(ctx: PlanContext, rows: readonly TableRow[]): boolean {
  for (const [i, row] of rows.entries()) {
    const before = rows[i - 1];
    if (before === undefined) continue;
    const order = compare(before.key as Ratio, row.key as Ratio);
    if (order < 0 || (order === 0 && !before.over && row.over)) continue;
    const [low, high] = [lastName(before), lastName(row)];
    const message = order === 0 ? `\`${high}\` and \`${low}\` (line ${before.at.line}) are the same key` : `\`${high}\` follows \`${low}\`, which is higher`;
    ctx.found.push(problem('plan.table', row.at, message, order === 0 ? 'keep one of them' : 'write the keys in ascending order; each is the lower end of its band'));
    return false;
  }
  return true;
}

function noTwins(ctx: PlanContext, rows: readonly TableRow[]): boolean {
  const seen = new Map<string, TableRow>();
  for (const row of rows) {
    const key = typeof row.key === 'object' ? `${row.key.n}/${row.key.d}` : String(row.key);
    const before = seen.get(key);
    seen.set(key, row);
    if (before === undefined) continue;
    ctx.found.push(problem('plan.table', row.at, `\`${lastName(row)}\` and \`${lastName(before)}\` (line ${before.at.line}) are the same key`, 'keep one of them'));
    return false;
  }
  return true;
}

function lastName(row: TableRow): string {
  return row.at.path.replace(/^.*\b(?:marginal|retroactive|steps|points|lookup)\./, '');
}

/** Tables that nothing reads are still checked, as far as they can be without their place. */
export function checkUnusedTables(ctx: PlanContext, own: ReadonlySet<string>): void {
  for (const [name, entry] of ctx.tables) {
    if (ctx.used.has(name) || !own.has(name)) continue;
    if (entry.value.kind === 'map') tableKindSaid(ctx, entry.value);
    const near = closest(name, [...ctx.used]);
    ctx.found.push(problem('plan.unused', entry.at, `nothing reads the table \`${name}\``, near === undefined ? 'write its name where a number stands, or remove it' : `write its name where a number stands, or remove it; \`${near}\` is read`, 'warning'));
  }
}
