/**
 * A number of a plan: a literal, a name, a formula or a table, and whether it fits its place. Which
 * tables stand where, what their keys and values may be, is all here.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { ONE, ZERO } from '../value/rate.ts';
import { closest } from './closest.ts';
import { find, hasRefusedKey, itemsOf, textOf } from './document.ts';
import type { Entry, MapNode, Node, TextNode } from './document.ts';
import { commonType, FACTOR, isNumeric, isWord, MONEY, NUMBER, PERCENT, settle, shown, typeName } from './formula-units.ts';
import type { Type, Typed } from './formula.ts';
import type { Num, Table, TableKind } from './plan.ts';
import { both, either, problem } from './problem.ts';
import { resolveRows, settledKeys } from './resolve-rows.ts';
import { cellsOf, mapCells } from './table-cells.ts';
import { typed } from './typed-text.ts';
import type { Names } from './typed-text.ts';

/** `share`: a part of something; `weighing`: what something is shared by; `any`: whatever the values are. */
export type NumberPlace = 'rate' | 'payout' | 'amount' | 'target' | 'incentive' | 'weight' | 'factor' | 'limit' | 'share' | 'weighing' | 'number' | 'any';
export interface NumberUse {
  readonly place: NumberPlace;
  /** what formulas, `by` and values of tables may name */
  readonly names: Names;
  /** what `by` may name, where that is something else */
  readonly by?: Names;
  /** what a table reads that does not say `by` */
  readonly reads?: Reads;
  /** results of the component that may be the whole of a payout */
  readonly results?: Readonly<Partial<Record<'attainment' | 'value', Type>>>;
  /** type of what is measured, which decides the unit of a rate and of a target */
  readonly measure?: Type;
  /** the number is found for each fact by itself */
  readonly perFact?: boolean;
}
export interface Reads { readonly name: 'attainment' | 'value'; readonly type: Type }
/** What numbers need to know of their plan. */
export interface TableContext {
  readonly found: Diagnostic[];
  readonly tables: ReadonlyMap<string, Entry>;
  /** names of tables that something reads */
  readonly used?: Set<string>;
}

export const KINDS: readonly TableKind[] = ['marginal', 'retroactive', 'steps', 'points', 'lookup'];
const PLAIN: readonly TableKind[] = ['steps', 'points', 'lookup'];

/** Which kinds of table each place takes; the reasons are those of the language. */
const ALLOWED: Readonly<Record<NumberPlace, readonly TableKind[]>> = {
  rate: ['marginal', 'retroactive', 'points', 'lookup'],
  payout: ['marginal', ...PLAIN],
  amount: PLAIN, target: PLAIN, incentive: PLAIN, weight: PLAIN, limit: PLAIN, weighing: PLAIN, number: PLAIN, any: PLAIN,
  factor: ['marginal', ...PLAIN], share: ['marginal', ...PLAIN],
};

export function resolveNumber(ctx: TableContext, node: Node, use: NumberUse): Num | undefined {
  if (node.kind === 'map') return tableNumber(resolveTable(ctx, node, use));
  if (node.kind === 'list') return undefined;
  const whole = node.text.trim();
  const named = ctx.tables.get(whole);
  // one that means something else too is reported as any name is
  if (named !== undefined && use.names.find(whole, node)?.several === undefined) {
    ctx.used?.add(named.key);
    return named.value.kind === 'map' ? tableNumber(resolveTable(ctx, named.value, use)) : undefined;
  }
  const type = use.place === 'payout' && (whole === 'attainment' || whole === 'value') ? use.results?.[whole] : undefined;
  if (type?.kind === 'percent') return { kind: 'table', table: proportional(node, whole as 'attainment' | 'value') };
  const got = typed(ctx.found, node, use.names, expectedTypes(use, undefined));
  if (got === undefined || !saysUnit(ctx, node, got.formula, use)) return undefined;
  return { kind: 'formula', formula: got.formula, text: got.text, at: node.at };
}

/** The values that a number may have: its formula, or the cells of its table. */
export function valuesOf(number: Num): readonly Typed[] {
  return number.kind === 'formula' ? [number.formula] : cellsOf(number.table);
}

/** A bare number where a percentage or a multiple is meant: `5` could be 5 % or 5 times, which pay very differently. */
function saysUnit(ctx: TableContext, node: TextNode, value: Typed, use: NumberUse): boolean {
  const bare = value.kind === 'number' && value.written === 'number' && value.value.n !== 0n && (value.type.kind === 'factor' || use.place === 'share');
  if (use.place === 'factor' || !bare) return true;
  const text = node.text.trim();
  const hint = use.place === 'share' ? `write \`${text}%\`` : use.place === 'rate' ? `write \`${text}%\` of the money, or \`${text}x\` for ${text} times the base rate` : `write \`${text}x\` for ${text} times the incentive, or a percentage of it`;
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
    case 'share': return [PERCENT, FACTOR, NUMBER];
    case 'factor': return [FACTOR, PERCENT, NUMBER];
    case 'limit': return [PERCENT, MONEY];
    case 'weighing': return [NUMBER, PERCENT, FACTOR, MONEY];
    case 'number': return [NUMBER];
    case 'any': return undefined;
  }
}

/** The table of a map. `keys`: what it is read at, where it is called with values in place of its `by`. */
export function resolveTable(ctx: TableContext, node: MapNode, use: NumberUse, keys?: readonly Typed[]): Table | undefined {
  const kind = tableKind(ctx, node, use.place);
  const by = keys ?? resolveBy(ctx, node, use, kind);
  const rows = kind === undefined ? undefined : find(node, kind);
  if (kind === undefined || rows?.kind !== 'map') return undefined;
  const last = by?.at(-1);
  if (last !== undefined && (isWord(last.type) || last.type.kind === 'yes_no') && kind !== 'lookup') {
    ctx.found.push(problem('plan.table', rows.at, `\`${kind}\` needs something with an order, but \`by\` is ${typeName(last.type)}`, 'use `lookup`, which finds the row of a word'));
    return undefined;
  }
  const beyond = beyondOf(ctx, node, kind, rows);
  if (by === undefined) return undefined;
  const value = (text: TextNode): Typed | undefined => {
    const got = typed(ctx.found, text, use.names, expectedTypes(use, kind));
    return got !== undefined && saysUnit(ctx, text, got.formula, use) ? got.formula : undefined;
  };
  const table = resolveRows({ found: ctx.found, kind, beyond, value }, rows, settledKeys(rows, by), find(node, 'otherwise'));
  const title = textOf(find(node, 'title'));
  const alike = table && (use.place === 'any' ? oneType(ctx, table) : table);
  return alike && { ...(title !== undefined && { title }), ...alike, at: node.at };
}

function beyondOf(ctx: TableContext, node: MapNode, kind: TableKind, rows: MapNode): Table['beyond'] {
  const beyond = find(node, 'beyond');
  if (beyond !== undefined && kind !== 'points') ctx.found.push(problem('plan.table', beyond.at, `\`beyond\` belongs to \`points\`, not to \`${kind}\``, 'remove it'));
  if (textOf(beyond) !== 'extend') return 'flat';
  if (innermostMaps(rows).some((map) => map.entries.length < 2)) ctx.found.push(problem('plan.table', rows.at, 'a line can be extended only where there are two points', 'add a point, or remove `beyond`'));
  return 'extend';
}

function innermostMaps(rows: MapNode): readonly MapNode[] {
  const inner = rows.entries.flatMap((e) => (e.value.kind === 'map' ? innermostMaps(e.value) : []));
  return inner.length > 0 ? inner : [rows];
}

/** Values of a table that any type would do for: they must share one. */
function oneType(ctx: TableContext, table: Table): Table | undefined {
  const cells = cellsOf(table);
  const common = commonType(cells, true);
  if ('unlike' in common) {
    ctx.found.push(problem('plan.unit', table.at, `the values ${both(common.unlike.map((v) => `${shown(v)} (${typeName(v.type)})`))} of the table are not alike`, 'write all values in one unit: money, a percent (5%), a factor (1.5x), a number, words or yes/no'));
    return undefined;
  }
  const straight = table.kind === 'points' && !isNumeric(common.type);
  if (straight) ctx.found.push(problem('plan.table', table.at, `between values that are ${typeName(common.type)} there is no straight line`, 'write `steps`: the value of the band reached'));
  return straight ? undefined : mapCells(table, (cell) => settle(cell, common.type));
}

/** The one kind that a table says, if the place takes it. */
function tableKind(ctx: TableContext, node: MapNode, place: NumberPlace): TableKind | undefined {
  const said = tableKindSaid(ctx, node);
  if (said === undefined || ALLOWED[place].includes(said)) return said;
  const words: Readonly<Partial<Record<NumberPlace, string>>> = { factor: 'a factor', limit: 'a cap or floor', share: 'a share', weighing: 'a share', number: 'a number', any: 'a value' };
  const hint = said === 'retroactive' ? 'write `steps`: the value of the band reached'
    : said === 'steps' && place === 'rate' ? 'write `retroactive` (the rate reached, for everything) or `marginal` (each part at its own rate)'
    : `write ${either(ALLOWED[place].map((k) => `\`${k}\``))}`;
  ctx.found.push(problem('plan.table', find(node, said)?.at ?? node.at, `a \`${said}\` table cannot stand under ${words[place] ?? `\`${place}\``}`, hint));
  return undefined;
}

export function tableKindSaid(ctx: Pick<TableContext, 'found'>, node: MapNode): TableKind | undefined {
  const said = KINDS.filter((k) => find(node, k) !== undefined);
  if (said.length === 1 || (said.length === 0 && hasRefusedKey(node, 'table'))) return said[0];
  const message = said.length === 0 ? 'the table does not say how it is read' : `the table says in ${said.length} ways how it is read: ${both(said.map((k) => `\`${k}\``))}`;
  ctx.found.push(problem('plan.table', node.at, message, 'write one of `marginal` (each part at its own value), `retroactive` (the rate reached, for everything), `steps` (the value of the band), `points` (straight lines) or `lookup` (words)'));
  return undefined;
}

function resolveBy(ctx: TableContext, node: MapNode, use: NumberUse, kind: TableKind | undefined): readonly Typed[] | undefined {
  const by = find(node, 'by');
  if (by === undefined) {
    if (use.reads !== undefined) return [resultRead(use.reads)];
    ctx.found.push(problem('plan.table', node.at, 'the table does not say `by`, and there is no measure here that it could read', 'add `by:` and what is looked up, such as `by: payee.role`'));
    return undefined;
  }
  const keys = itemsOf(by).map((item) => (item.kind === 'text' ? typed(ctx.found, item, use.by ?? use.names)?.formula : undefined));
  if (keys.length === 0 || !keys.every((k) => k !== undefined)) return undefined;
  const last = keys.at(-1);
  // a factor is the average of the parts; what is paid for parts must be a sum
  if (last !== undefined && kind === 'marginal' && (use.place === 'rate' || use.place === 'payout') && use.perFact !== true && readsField(last)) {
    const text = textOf(itemsOf(by).at(-1)) ?? '';
    ctx.found.push(problem('plan.table', by.at, `\`${text.trim()}\` is a field of the fact; a \`marginal\` table needs the sum that is cut into parts`, 'write `retroactive`, which finds the rate for each fact'));
    return undefined;
  }
  return keys;
}

export function resultRead({ name, type }: Reads): Typed {
  return { kind: 'name', name, ref: { kind: 'result', what: name }, type, at: { start: 0, end: name.length } };
}

/** Whether a formula is about single facts. */
export function readsField(formula: Typed): boolean {
  if (formula.kind === 'name') return formula.ref.kind === 'field';
  if (formula.kind === 'read') return [formula.table.by, ...cellsOf(formula.table)].some(readsField);
  return (formula.kind === 'call' || formula.kind === 'op') && formula.args.some(readsField);
}

/** Tables that nothing reads are still checked, as far as they can be without their place. */
export function checkUnusedTables(ctx: TableContext, own: ReadonlySet<string>): void {
  for (const [name, entry] of ctx.tables) {
    if (ctx.used?.has(name) || !own.has(name)) continue;
    if (entry.value.kind === 'map') tableKindSaid(ctx, entry.value);
    const near = closest(name, [...(ctx.used ?? [])]);
    ctx.found.push(problem('plan.unused', entry.at, `nothing reads the table \`${name}\``, near === undefined ? 'write its name where a number stands, or remove it' : `write its name where a number stands, or remove it; \`${near}\` is read`, 'warning'));
  }
}
