import { expect, test } from 'vitest';
import { wrapped } from './text.ts';

test('a word that is too long is cut after a mark that names are made of, else where the line ends', () => {
  expect(wrapped('leaders-americas', 11)).toEqual(['leaders-', 'americas']);
  expect(wrapped('the plan daniel.rahman is on', 11)).toEqual(['the plan', 'daniel.', 'rahman is', 'on']);
  expect(wrapped('abcdefghijk', 5)).toEqual(['abcde', 'fghij', 'k']);
});
test('nothing is lost in wrapping', () => {
  for (const text of ['a/b/cccccccccccc/d', '----------', 'x', '']) expect(wrapped(text, 4).join('').replaceAll(' ', '')).toBe(text);
});
test('a number stays with its unit', () => {
  expect(wrapped('the share is 80 % of it', 15)).toEqual(['the share is', '80 % of it']);
  expect(wrapped('you earned 1,200.00 USD', 20)).toEqual(['you earned', '1,200.00 USD']);
});
