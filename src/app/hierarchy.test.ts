import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCircles } from './hierarchy.ts';
import type { HierarchyRow } from './hierarchy.ts';

const row = (id: string, above: string | null, from: number | null = null, to: number | null = null): HierarchyRow<string> => ({ id, above, from, to, key: `${id}<${above}` });
const names = (rows: readonly HierarchyRow<string>[]): readonly (readonly string[])[] => findCircles(rows).map((c) => c.names);

test('a tree has no circle, whatever its order', () => {
  expect(names([row('a', 'b'), row('b', 'c'), row('d', 'c'), row('c', null), row('e', 'nobody')])).toEqual([]);
});
test('circles are told with their names in order; whoever hangs below one is not part of it', () => {
  expect(names([row('x', 'a'), row('a', 'b'), row('b', 'c'), row('c', 'a')])).toEqual([['a', 'b', 'c', 'a']]);
  expect(names([row('a', 'a')])).toEqual([['a', 'a']]);
  expect(names([row('a', 'b'), row('b', 'a'), row('c', 'd'), row('d', 'c')])).toEqual([['a', 'b', 'a'], ['c', 'd', 'c']]);
});
test('two who manage each other one after the other are no circle', () => {
  expect(names([row('a', 'b', 0, 100), row('b', null, 0), row('b', 'a', 100)])).toEqual([]);
  expect(names([row('a', 'b', 0), row('a', null, 100), row('b', null, 0), row('b', 'a', 100)])).toEqual([]);
});
test('a circle that closes later is found on the day on which it closes', () => {
  const circles = findCircles([row('a', 'b', null), row('b', null, null), row('b', 'a', 50), row('a', null, 90)]);
  expect(circles.map((c) => [c.day, c.rows.map((r) => r.key)])).toEqual([[50, ['a<b', 'b<a']]]);
});
test('[B5] random hierarchies: a circle is found exactly where somebody is above himself', () => {
  const people = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.option(fc.integer({ min: 0, max: 7 }), { nil: null }), fc.option(fc.integer({ min: 0, max: 3 }), { nil: null })), { maxLength: 16 });
  fc.assert(fc.property(people, (list) => {
    const rows = [...new Map(list.map(([id, above, from]) => [`${id} ${from}`, row(String(id), above === null ? null : String(above), from)])).values()];
    const aboveOn = (id: string, day: number): string | null => rows.filter((r) => r.id === id && (r.from ?? -1) <= day).sort((a, b) => (a.from ?? -1) - (b.from ?? -1)).at(-1)?.above ?? null;
    const circular = [-1, 0, 1, 2, 3].some((day) => rows.some(({ id }) => {
      let at = aboveOn(id, day);
      for (let i = 0; i < 9 && at !== null && at !== id; i++) at = aboveOn(at, day);
      return at === id;
    }));
    expect(names(rows).length > 0).toBe(circular);
  }));
});
