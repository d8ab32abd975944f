import { expect, test } from 'vitest';
import { formulaText } from './formula-text.ts';
import type { Formula } from './formula.ts';
import { parseFormula } from './parse-formula.ts';

const at = { start: 0, end: 0 };

test('equal formulas have one text, however they were written', () => {
  const texts = ['if(amount>=50k,7.50%,1.5x)', 'IF ( (amount) >= 50_000 , 7.5% , 1.50x )', 'if(amount >= 0.05M, 7.5%, 1.5x)'].map((text) => {
    const read = parseFormula(text);
    return 'formula' in read ? formulaText(read.formula) : read.problem.message;
  });
  expect(new Set(texts)).toEqual(new Set(['if(amount >= 50_000, 7.5%, 1.5x)']));
});

test('numbers are written in full, with underscores from five digits on', () => {
  const number = (n: bigint, d: bigint): Formula => ({ kind: 'number', value: { n, d }, written: 'number', at });
  expect(formulaText(number(2026n, 1n))).toBe('2026');
  expect(formulaText(number(1_234_567_891n, 1000n))).toBe('1_234_567.891');
  expect(formulaText(number(12_345n, 1n))).toBe('12_345');
  expect(formulaText(number(1n, 8n))).toBe('0.125');
  expect(formulaText({ kind: 'number', value: { n: 1n, d: 3200n }, written: 'percent', at })).toBe('0.03125%');
});

test('brackets stand only where they change the meaning', () => {
  for (const text of ['a - (b - c)', '(a + b) * -c', 'not (a or b) and c', '(a = b) = c', '-(-a + b)', '--a', '(x between a and b) between (p and q) and r', '(a in (b)) in (c)', 'a / (b * c)', '(a & b) & c']) {
    const read = parseFormula(text);
    expect('formula' in read && formulaText(read.formula)).toBe(text === '(a & b) & c' ? 'a & b & c' : text);
  }
});
