/** Lists of payees in small tables: `[ann, bob]`, `[[ann, 60%], [bob, 40%]]`, or as in a cell of a file, `ann 60%; bob 40%`. */
import { find, itemsOf, type Node, textOf } from '../plan/document.ts';
import { isList, type ListType } from '../plan/kinds.ts';
import type { At, Kind } from '../plan/plan.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { parseDay } from '../value/period.ts';
import { example, partiesOf, type Party, readParties, type WrittenParty, writtenParty } from './party-lists.ts';
import type { Lists } from './small-store.ts';

/** A diagnostic at a node of the test file. */
export type Say = (at: { readonly at: At } | undefined, message: string, hint: string) => Diagnostic;
export type DatedLists = readonly { readonly from: number | null; readonly value: readonly Party[] | null }[];

/** The lists of a fact. `copy` stands for `#` in names. */
export function listsOf(node: Node, kind: Kind, copy: string, problems: Diagnostic[], say: Say): Lists {
  return withParties(kind.fields.flatMap(({ name, type }) => (isList(type) ? [[name, listOf(find(node, name), type, (text) => text.replaceAll('#', copy), problems, say)] as const] : [])));
}

/** A list of a person or account: one, or several as `{ from, value }`. */
export function datedLists(node: Node, type: ListType, problems: Diagnostic[], say: Say): DatedLists {
  const rows = node.kind === 'list' && node.items.length > 0 && node.items.every((item) => item.kind === 'map') ? node.items : undefined;
  if (rows === undefined) return [{ from: null, value: listOf(node, type, asItIs, problems, say) }];
  return rows.map((row) => ({ from: parseDay(textOf(find(row, 'from')) ?? '') ?? null, value: listOf(find(row, 'value'), type, asItIs, problems, say) }));
}
const asItIs = (text: string): string => text;

function listOf(node: Node | undefined, type: ListType, read: (text: string) => string, problems: Diagnostic[], say: Say): readonly Party[] | null {
  if (node === undefined || (node.kind === 'text' && node.text === '')) return null;
  const one = (item: Node): WrittenParty => (item.kind === 'list' ? { payee: read(textOf(item.items[0]) ?? ''), share: textOf(item.items[1]) ?? null } : writtenParty(read(textOf(item) ?? ''), type));
  const parties = node.kind === 'text' ? readParties(read(node.text), type, '.') : partiesOf(itemsOf(node).map(one), type, '.');
  if (!('code' in parties)) return parties;
  problems.push(say(node, parties.message, parties.hint.replace(example(type), type === 'payees' ? '`[ann, bob]`' : '`[[ann, 60%], [bob, 40%]]`')));
  return null;
}

/** Of rows that ascend by day, the value that holds on one. */
export function asOf<T>(rows: readonly { readonly from: number | null; readonly value: T | null }[], day: number | null): T | null {
  return [...rows].reverse().find((r) => r.from === null || (day !== null && r.from <= day))?.value ?? null;
}
/** Lists that name somebody. */
export function withParties(lists: readonly (readonly [string, readonly Party[] | null])[]): Lists {
  return new Map(lists.flatMap(([name, parties]) => (parties === null ? [] : [[name, parties] as const])));
}
