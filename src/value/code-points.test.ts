import { expect, test } from 'vitest';
import { byCodePoint } from './code-points.ts';

test('the order is that of code points, as of files sorted by their bytes', () => {
  const words = ['a', 'A', '', 'ab', '\u{FB01}', '\u{1D49C}', '\u{1D49D}', 'é', 'Z', '\u{10FFFF}', '\uFFFD'];
  expect(words.toSorted(byCodePoint)).toEqual(words.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
});
