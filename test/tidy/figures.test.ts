/** The page about tests names every figure that there is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CREDIT_WORDS } from '../../src/app/credit-figures.ts';
import { RESULTS } from '../../src/app/figures.ts';
import { HELD_FIGURES } from '../../src/app/held-figures.ts';
import { OF_COMPONENT, OF_PART, SETTLED } from '../../src/app/payment-figures.ts';

test('docs/tests.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/tests.md'), 'utf8');
  const figures = [...CREDIT_WORDS, ...RESULTS, ...HELD_FIGURES, ...OF_COMPONENT, ...OF_PART, ...SETTLED, 'days', 'tier', 'earned', 'term', 'measure', 'round'];
  expect(figures.filter((figure) => !new RegExp(`[\`.]${figure}[\`.]`).test(page))).toEqual([]);
});
