import { describe, expect, it } from 'vitest';
import { find, placeOf, readDocument, textOf } from './document.ts';
import type { Node } from './document.ts';

function read(text: string): Node {
  const { value, diagnostics } = readDocument('plans/ae.yaml', text);
  expect(diagnostics).toEqual([]);
  if (value === undefined) throw new Error('no document');
  return value;
}

describe('documents', () => {
  it('scalars stay the text that was written', () => {
    const root = read('a: on\nb: 10.10\nc: 2026-01-01\nd: ~\ne: "0x1F"\nf: 1e3\ng: null\nh: yes\n');
    expect(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((k) => textOf(find(root, k)))).toEqual(['on', '10.10', '2026-01-01', '~', '0x1F', '1e3', 'null', 'yes']);
  });

  it('every key and value knows its line and column', () => {
    const root = read('plan: ae\ncomponents:\n  won: { rate: "5%", cap: [50k, 60k] }\n');
    const won = find(find(root, 'components'), 'won');
    const rate = find(won, 'rate');
    const cap = find(won, 'cap');
    expect(won?.at).toEqual({ file: 'plans/ae.yaml', line: 3, column: 8, path: 'components.won' });
    expect(rate?.at).toEqual({ file: 'plans/ae.yaml', line: 3, column: 16, path: 'components.won.rate' });
    expect(cap?.kind === 'list' ? cap.items[1]?.at : undefined).toEqual({ file: 'plans/ae.yaml', line: 3, column: 33, path: 'components.won.cap[1]' });
  });

  it('places inside a formula count from the first letter, past the quote', () => {
    const plain = find(read('f: amount + x'), 'f');
    const quoted = find(read('f: "amount + x"'), 'f');
    const long = find(read('f: >\n  amount\n  + x\n'), 'f');
    const span = { start: 9, end: 10 };
    expect([plain, quoted, long].map((n) => (n?.kind === 'text' ? placeOf(n, span).column : 0))).toEqual([13, 14, 4]);
  });

  it('a byte order mark, Windows line ends and an empty file are fine', () => {
    expect(textOf(find(read('\uFEFFplan: ae\r\ntitle: A\r\n'), 'title'))).toBe('A');
    expect(read('')).toMatchObject({ kind: 'map', entries: [] });
    expect(read('# only a comment\n')).toMatchObject({ kind: 'map', entries: [] });
  });

  it('a cut formula goes on as if it had been quoted, so that it is not reported again', () => {
    const { value, diagnostics } = readDocument('a.yaml', 'm: { sum: if(a > 5, b, max(c, d)), from: deal }');
    expect(diagnostics.map((d) => d.code)).toEqual(['plan.cut_formula']);
    expect(textOf(find(find(value, 'm'), 'sum'))).toBe('if(a > 5, b, max(c, d))');
    expect(textOf(find(find(value, 'm'), 'from'))).toBe('deal');
  });

  it('hostile files end with a diagnostic, not with an exception', () => {
    const texts = [
      '['.repeat(50_000), '{a: '.repeat(20_000), 'a: '.repeat(10_000), `a: ${'x'.repeat(1_100_000)}`, '\u0000', 'a: !!js/function "x"', '? [1, 2]\n: 3',
      'a: &a [*a]', `a: &a [x]\nb: [${'*a, '.repeat(1000)}]`, '%YAML 9.9\n---\na: 1', 'a: "\\q"', "a: 'x", '<<: { a: 1 }\n*x : 2', '{{ a }}: 1',
    ];
    for (const text of texts) {
      const { diagnostics } = readDocument('a.yaml', text);
      expect(diagnostics.length, text.slice(0, 30)).toBeGreaterThan(0);
      for (const d of diagnostics) expect([d.code, d.line > 0, d.message.length < 300], text.slice(0, 30)).toEqual(['plan.yaml', true, true]);
    }
  });

  it('a key called __proto__ is a key like any other', () => {
    const root = read('__proto__: { a: 1 }\nconstructor: x\n');
    expect(textOf(find(find(root, '__proto__'), 'a'))).toBe('1');
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});
