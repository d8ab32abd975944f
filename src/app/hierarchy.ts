/**
 * Circles in a dated hierarchy: somebody who, on some day, is above himself. Rows are those that would
 * count after an import; whoever is in a circle is told with the names in order.
 */
import type { Day } from '../value/period.ts';

/** One dated row: from `from` (null: from the beginning) until the next row of `id` or `to`, `above` is the one above. */
export interface HierarchyRow<K> { readonly id: string; readonly from: Day | null; readonly to: Day | null; readonly above: string | null; readonly key: K }
export interface Circle<K> { readonly names: readonly string[]; readonly rows: readonly HierarchyRow<K>[]; readonly day: Day | null }

/** The circles of the first day that has one; an empty list where the hierarchy is sound. */
export function findCircles<K>(rows: readonly HierarchyRow<K>[]): readonly Circle<K>[] {
  const suspects = onCircles(rows);
  if (suspects.length === 0) return [];
  const byId = new Map<string, HierarchyRow<K>[]>();
  for (const row of suspects) byId.set(row.id, [...(byId.get(row.id) ?? []), row]);
  for (const list of byId.values()) list.sort((a, b) => begins(a) - begins(b));
  for (const day of [...new Set(suspects.map((row) => row.from))].sort((a, b) => (a ?? EARLIEST) - (b ?? EARLIEST))) {
    const circles = circlesOn(byId, day);
    if (circles.length > 0) return circles;
  }
  return [];
}

const EARLIEST = Number.NEGATIVE_INFINITY;
const begins = (row: HierarchyRow<unknown>): number => row.from ?? EARLIEST;

/** All rows of those who could be on a circle if days did not matter: whoever has nobody below, or nobody above, is taken away until nobody more goes. */
function onCircles<K>(rows: readonly HierarchyRow<K>[]): readonly HierarchyRow<K>[] {
  let left = rows.filter((row) => row.above !== null);
  for (;;) {
    const below = new Set(left.map((row) => row.id));
    const above = new Set(left.map((row) => row.above));
    const kept = left.filter((row) => above.has(row.id) && below.has(row.above ?? ''));
    if (kept.length === left.length) break;
    left = kept;
  }
  const ids = new Set(left.map((row) => row.id));
  return rows.filter((row) => ids.has(row.id));
}

function circlesOn<K>(byId: ReadonlyMap<string, readonly HierarchyRow<K>[]>, day: Day | null): Circle<K>[] {
  const rowOn = (id: string): HierarchyRow<K> | undefined => {
    const row = byId.get(id)?.findLast((r) => begins(r) <= (day ?? EARLIEST));
    return row !== undefined && (row.to === null || row.to > (day ?? EARLIEST)) ? row : undefined;
  };
  const done = new Set<string>();
  const circles: Circle<K>[] = [];
  for (const start of byId.keys()) {
    const path: string[] = [];
    const places = new Map<string, number>();
    let at: string | null | undefined = start;
    while (at !== null && at !== undefined && !done.has(at) && !places.has(at)) {
      places.set(at, path.length);
      path.push(at);
      at = rowOn(at)?.above;
    }
    const first = at === null || at === undefined ? undefined : places.get(at);
    if (first !== undefined) {
      const names = path.slice(first);
      circles.push({ names: [...names, names[0] as string], rows: names.flatMap((id) => rowOn(id) ?? []), day });
    }
    for (const id of path) done.add(id);
  }
  return circles;
}
