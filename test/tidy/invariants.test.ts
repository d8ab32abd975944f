/**
 * The invariants that the product promises about input, credits, calculation, holds and rounding, each by its id:
 * every one is in the title of a test, or stands below with the reason why not yet.
 */
import { expect, test } from 'vitest';
import { codeFiles } from './source.ts';

const PROMISED = { A: 10, B: 7, C: 22, F: 9, G: 4 } as const;
const LATER: Readonly<Record<string, string>> = {
  A8: 'files have no control query; connectors will',
  A9: 'a file does not say what was deleted upstream; what it does not bring stays',
  F8: 'payments are not posted yet, so there is no final settlement of whoever leaves',
  F9: 'payments are not posted yet, so nothing that was paid is taken back',
};

const IDS = /\[(\w\d+)\]/g;
/** Titles of tests: the first argument of test, it and describe, and of their `each` and `for`. */
const TITLE = /\b(?:test|it|describe)(?:\.\w+)*(?:\([^'"`\n]*\))?\(\s*(?<quote>['"`])(?<title>(?:\\.|(?!\k<quote>)[^\\])*)\k<quote>/g;

function idsInTitles(text: string): string[] {
  return [...text.matchAll(TITLE)].flatMap((m) => [...(m.groups?.['title'] ?? '').matchAll(IDS)].map(([, id = '']) => id));
}

test('every invariant has a test that is named after it, or a reason why it comes later', () => {
  const tested = new Map<string, number>();
  for (const { path, scan } of codeFiles()) if (path.endsWith('.test.ts')) for (const id of idsInTitles(scan.text)) tested.set(id, (tested.get(id) ?? 0) + 1);
  const promised = Object.entries(PROMISED).flatMap(([letter, n]) => Array.from({ length: n }, (_, i) => `${letter}${i + 1}`));
  const found = promised.filter((id) => tested.has(id));
  console.log(`Invariants: ${found.length} of ${promised.length} are tested: ${found.map((id) => `${id} ×${tested.get(id)}`).join(', ')}.\n${Object.entries(LATER).map(([id, why]) => `Later: ${id}, ${why}.`).join('\n')}`);
  expect(promised.filter((id) => !tested.has(id) && !(id in LATER)), 'put the id into the title of a test that proves it: `[B1] shares add up`').toEqual([]);
  expect(Object.keys(LATER).filter((id) => tested.has(id) || !promised.includes(id)), 'what is tested does not come later').toEqual([]);
});

test('an id counts in a title, and nowhere else', () => {
  expect(idsInTitles("test('[A1] [B2] rows', () => {});\ntest.for([1])('[C3] of %i', f);\ndescribe.skipIf(x)('[C4] y', f);\n// [D1]\nexpect('[D2]');\nit(`[C5] it's`, f);")).toEqual(['A1', 'B2', 'C3', 'C4', 'C5']);
});
