/** Tables as names of formulas: `quota * season`, read at what the table's own `by` says, and `margin_floor(line)`. */
import { find, itemsOf, textOf } from './document.ts';
import type { Entry, MapNode, TextNode } from './document.ts';
import type { Checker, ReadTable } from './formula-scope.ts';
import { described, shown } from './formula-units.ts';
import type { Formula, Typed } from './formula.ts';
import { parseFormula } from './parse-formula.ts';
import { problem } from './problem.ts';
import { KINDS, resolveTable } from './resolve-tables.ts';
import type { Reads, TableContext } from './resolve-tables.ts';
import { misfit, settledKeys } from './resolve-rows.ts';
import { cellsOf } from './table-cells.ts';
import { namesIn } from './typed-text.ts';
import type { NamedTable, Names, Refusal } from './typed-text.ts';

/** The tables of a plan and of its workspace. `reads`: what one is read at that does not say `by`. */
export function tableNames(ctx: TableContext, reads?: Reads): Names {
  const open: string[] = [];
  return {
    all: () => [...ctx.tables.keys()],
    find(name) {
      const entry = ctx.tables.get(name);
      if (entry?.value.kind !== 'map') return entry && { broken: true };
      ctx.used?.add(name);
      const { value } = entry;
      const refusal = partsRefused(name, value);
      return refusal !== undefined ? { refusal } : { table: namedTable(ctx, entry, value, reads, open) };
    },
  };
}

/** What a marginal or retroactive table gives depends on what it is multiplied with, so it is a number by itself. */
function partsRefused(name: string, node: MapNode): Refusal | undefined {
  const kind = KINDS.find((k) => find(node, k) !== undefined);
  if (kind !== 'marginal' && kind !== 'retroactive') return undefined;
  return { code: 'plan.table', message: `\`${name}\` is a \`${kind}\` table, which cannot stand inside a formula`, hint: `write \`${name}\` alone, or read the value of the band reached with a \`steps\` table` };
}

function namedTable(ctx: TableContext, entry: Entry, node: MapNode, reads: Reads | undefined, open: string[]): NamedTable {
  const name = entry.key;
  const made = (names: Names, keys?: readonly Typed[]): ReadTable | undefined => {
    if (open.includes(name)) {
      ctx.found.push(problem('plan.cycle', entry.at, `these tables need each other: ${[...open.slice(open.indexOf(name)), name].join(' → ')}`, 'break the circle at one of them'));
      return undefined;
    }
    open.push(name);
    const table = resolveTable(ctx, node, { place: 'any', names, ...(reads !== undefined && { reads }) }, keys);
    open.pop();
    const type = table && cellsOf(table)[0]?.type;
    return table && type && { table, type };
  };
  return {
    name,
    lacks: (names, asked) => lacking(node, names, asked, reads),
    alone: (names) => made(names),
    called: (names, args, c, call) => (argumentsFit(c, entry, node, args, call) ? made(names, args) : undefined),
  };
}

function lacking(node: MapNode, names: Names, asked: TextNode, reads: Reads | undefined): readonly string[] | undefined {
  const by = find(node, 'by');
  if (by === undefined) return reads === undefined ? undefined : [];
  return itemsOf(by).flatMap((item) => {
    const read = parseFormula(textOf(item) ?? '');
    if (!('formula' in read)) return [];
    return namesIn(read.formula).map((n) => n.name).filter((n) => { const got = names.find(n, asked); return got === undefined || (got.refusal !== undefined && got.several === undefined); });
  });
}

/** One value for each entry of `by`, each of the type of the keys. */
function argumentsFit(c: Checker, entry: Entry, node: MapNode, args: readonly Typed[], call: Formula): boolean {
  const count = Math.max(1, itemsOf(find(node, 'by')).length);
  const name = entry.key;
  if (args.length !== count) {
    c.problem(call.at, `The table \`${name}\` is read by ${count} ${count === 1 ? 'value' : 'values'}, and has ${args.length} here.`, 'Give one value for each entry of its `by`, in that order.');
    return false;
  }
  const kind = KINDS.find((k) => find(node, k) !== undefined) ?? 'lookup';
  const rows = find(node, kind);
  if (rows?.kind !== 'map') return true;
  return settledKeys(rows, args).map((arg, depth) => {
    const key = misfit(rows, depth, arg.type, depth < count - 1 ? 'steps' : kind);
    if (key === undefined) return true;
    c.problem(arg.at, `${described(arg)}, and the keys of the table \`${name}\` are such as \`${key}\`.`, `Give a value that its keys are of, or change the keys: ${shown(arg).slice(1, -1)} is looked up there.`);
    return false;
  }).every((fit) => fit);
}
