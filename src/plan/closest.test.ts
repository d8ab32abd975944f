import { expect, test } from 'vitest';
import { closest } from './closest.ts';

const keys = ['measure', 'target', 'payout', 'amount', 'account.tier', 'rate', 'gates'];

test('a slip of one or two letters finds the word that was meant', () => {
  expect(closest('ammount', keys)).toBe('amount');
  expect(closest('mesure', keys)).toBe('measure');
  expect(closest('measrue', keys)).toBe('measure');
  expect(closest('acount.teir', keys)).toBe('account.tier');
  expect(closest('Amount', keys)).toBe('amount');
  expect(closest('gatse', keys)).toBe('gates');
});

test('a word that is merely short or different suggests nothing', () => {
  expect(closest('by', keys)).toBeUndefined();
  expect(closest('cat', keys)).toBeUndefined();
  expect(closest('bonus', keys)).toBeUndefined();
  expect(closest('', keys)).toBeUndefined();
  expect(closest('rate', [])).toBeUndefined();
});

test('the word itself is never its own suggestion, and the nearest wins over the first', () => {
  expect(closest('amount', ['amount'])).toBeUndefined();
  expect(closest('target', ['tagret', 'terget', 'targets'])).toBe('tagret');
  expect(closest('mesures', ['pleasures', 'measures'])).toBe('measures');
});

test('a very long word costs no time against short candidates', () => {
  expect(closest('x'.repeat(100_000), keys)).toBeUndefined();
});
