import { describe, expect, test } from 'vitest';
import { formulaText } from './formula-text.ts';
import { parseFormula } from './parse-formula.ts';

function read(text: string): string {
  const result = parseFormula(text);
  return 'formula' in result ? formulaText(result.formula) : `${result.problem.message} ${result.problem.hint}`;
}
function problemOf(text: string): { readonly cut: string; readonly message: string; readonly hint: string } {
  const result = parseFormula(text);
  if ('formula' in result) throw new Error(`${text} was read as ${formulaText(result.formula)}`);
  return { cut: text.slice(result.problem.at.start, result.problem.at.end), message: result.problem.message, hint: result.problem.hint };
}
function literal(text: string): unknown {
  const result = parseFormula(text);
  if (!('formula' in result)) return result.problem.message;
  const { at: _at, ...rest } = result.formula;
  return rest;
}

describe('what is read', () => {
  test('literals are exact and keep how they were written', () => {
    expect(literal('50_000')).toEqual({ kind: 'number', value: { n: 50_000n, d: 1n }, written: 'number' });
    expect(literal('2.4M')).toEqual({ kind: 'number', value: { n: 2_400_000n, d: 1n }, written: 'number' });
    expect(literal('7.5%')).toEqual({ kind: 'number', value: { n: 3n, d: 40n }, written: 'percent' });
    expect(literal('1.5x')).toEqual({ kind: 'number', value: { n: 3n, d: 2n }, written: 'factor' });
    expect(literal('0.1')).toEqual({ kind: 'number', value: { n: 1n, d: 10n }, written: 'number' });
    expect(literal('2026-07-01')).toEqual({ kind: 'date', day: 20_635 });
    expect(literal('"say ""so"""')).toEqual({ kind: 'text', value: 'say "so"' });
    expect(literal('yes')).toEqual({ kind: 'yes_no', value: true });
    expect(literal('20_000 a half')).toEqual({ kind: 'per', value: { n: 20_000n, d: 1n }, every: 'half' });
  });

  test('operators bind as in the independent reading of the language', () => {
    const grouped: readonly (readonly [string, string])[] = [
      ['a or b and c', 'a or (b and c)'], ['not a = b and c', '(not (a = b)) and c'], ['not a & b = c', 'not ((a & b) = c)'],
      ['a + b * c', 'a + (b * c)'], ['a - b - c', '(a - b) - c'], ['a / b * c', '(a / b) * c'], ['-a * b', '(-a) * b'],
      ['a & b + c = d', '(a & (b + c)) = d'], ['x between a + 1 and b and c', '(x between (a + 1) and b) and c'],
      ['not x in ("a", "b") or y', '(not (x in ("a", "b"))) or y'], ['a = b and c <> d', '(a = b) and (c <> d)'],
    ];
    for (const [plain, bracketed] of grouped) expect(read(plain), plain).toBe(read(bracketed));
    expect(read('a - (b - c)')).toBe('a - (b - c)');
    expect(read('(a or b) and c')).toBe('(a or b) and c');
    expect(read('(not a) = b')).toBe('(not a) = b');
  });

  test('canonical text drops what says nothing', () => {
    expect(read(' IF( (amount)>=50k ,1.50x,1x ) ')).toBe('if(amount >= 50_000, 1.5x, 1x)');
    expect(read('a AND NOT b OR c')).toBe('a and not b or c');
    expect(read('year(date) = 2026')).toBe('year(date) = 2026');
    expect(read('((((amount))))')).toBe('amount');
  });

  test('a place in the text is kept for every part', () => {
    const result = parseFormula('(a + b) * max(c, 5)');
    if (!('formula' in result) || result.formula.kind !== 'op') throw new Error('not read');
    expect(result.formula.at).toEqual({ start: 0, end: 19 });
    expect(result.formula.args.map((arg) => arg.at)).toEqual([{ start: 1, end: 6 }, { start: 10, end: 19 }]);
  });

  test('names have dots, letters of every script, and may look like words in mixed case', () => {
    expect(read('account.größe_2 + In + a')).toBe('account.größe_2 + In + a');
    expect(read('max_1(a)')).toBe('max_1(a)');
  });
});

describe('the commonest mistakes, in full', () => {
  test.each([
    ['amount >= 1,000', '1,000', '`1,000` has a thousands comma.', 'Write 1_000 or 1000; if these are several numbers, put a space after each comma.'],
    ['max(1,200)', '1,200', '`1,200` has a thousands comma.', 'Write 1_200 or 1200; if these are several numbers, put a space after each comma.'],
    ['stage == "Won"', '==', '`==` is not an operator here.', 'Write `=` to compare.'],
    ['stage != "Won"', '!=', '`!=` is not an operator here.', 'Write `<>` for "is not equal to".'],
    ['a && b', '&&', '`&&` is not an operator here.', 'Write `and`.'],
    ['a || b', '||', '`||` is not an operator here.', 'Write `or`; to join texts write `&`.'],
    ['stage = \'Won\'', "'", 'Text stands in double quotes, not in single ones.', 'Write "Won", and if the file needs quotes around the whole formula, use single quotes there: \'stage = "Won"\'.'],
    ['max(0', '(', 'This bracket is never closed.', 'Add the `)`. Where a formula stands in { … }, a comma cuts it off: put the whole formula in double quotes there, or single quotes if it has "text".'],
    ['amount *', '*', 'The formula ends after `*`, where a value should follow.', 'Write the value. Where a formula stands in { … }, a comma cuts it off: put the whole formula in quotes there.'],
    ['stage = "Won', '"Won', 'The quote that opens at "Won is never closed.', 'Close the text with a second ". Where a formula stands in { … }, a comma cuts it off: put the whole formula in single quotes there.'],
    ['if(a > 1, if(a > 2, 1, 2), 3)', 'if', 'An `if` stands inside another `if`.', 'One `if` is the most; write the cases as a table: { by: …, steps: { … } } for ranges, lookup for words.'],
    ['if(a > 1, 1, 0) + if(5 < a, 1, 0)', 'if(5 < a, 1, 0)', 'A second `if` compares `a` with a constant.', 'Write the ranges as a table: { by: a, steps: { … } }.'],
    ['close date > 5', 'date', 'Between `close` and `date` an operator is missing.', 'Names have no spaces: close_date. Words of the data stand in double quotes: "close date".'],
    ['a < b < c', '<', 'Two comparisons follow each other.', 'Join them with `and` (a < b and b < c), or write x between a and b.'],
    ['50K', '50K', '`50K` is not a number.', 'Write 50k: k is thousand, M is million, x is times.'],
    ['', '', 'The formula is empty.', 'Write a name, a number or a formula, or leave the key out.'],
  ])('%s', (text, cut, message, hint) => {
    expect(problemOf(text)).toEqual({ cut, message, hint });
  });

  test.each([
    ['50 %', '%'], ['$50', '$'], ['stage = “Won”', '“'], ['a ≥ b', '≥'], ['a − b', '−'], ['5 a years', '5 a years'], ['5 per year', '5 per year'], ['5% a year', '5% a year'],
    ['1__000', '1__000'], ['1_', '1_'], ['.5', '.'], ['5.', '.'], ['1e6', '1e6'], ['9'.repeat(31), '9'.repeat(31)], ['2026-02-30', '2026-02-30'], ['2026-7-1', '2026-7-1'], ['1/7/2026', '1/7/2026'],
    ['2026-07-01T00', '2026-07-01T00'], ['account.', 'account.'], ['AND(a, b)', 'AND'], ['=a', '='], ['a b', 'b'], ['(a', '('], ['a)', ')'], ['a, b', ','], ['f(a,)', ')'], ['f(,a)', ','], ['x in ()', '()'],
    ['x in 5', '5'], ['x between 5', ''], ['+5', '+'], ['a * / b', '/'], ['a[0]', '['], ['a; b', ';'], ['a\u200bb', '\u200b'], ['😀', '😀'], ['a ? b : c', '?'], ['a ** b', '**'], ['stage is "x"', 'is'], ['()', ')'],
  ])('%s is refused where it stands', (text, cut) => {
    expect(problemOf(text).cut).toBe(cut);
  });

  test('dates and thousands that are arithmetic or lists are read when they are spaced', () => {
    expect(read('2026 - 7 - 1')).toBe('2026 - 7 - 1');
    expect(read('max(1, 200)')).toBe('max(1, 200)');
    expect(read('x in (1, 200)')).toBe('x in (1, 200)');
  });

  test('two `if`s side by side that ask different things are fine', () => {
    expect(read('if(a > 1, 1, 0) + if(b > 1, 1, 0) + if(c = "x", 1, 0)')).toBe('if(a > 1, 1, 0) + if(b > 1, 1, 0) + if(c = "x", 1, 0)');
  });
});

describe('hostile text', () => {
  test.each([
    ['brackets', '('.repeat(200) + 'a' + ')'.repeat(200)], ['brackets never closed', '('.repeat(9_999)], ['minus signs', '-'.repeat(5_000) + 'a'], ['nots', 'not '.repeat(2_000) + 'a'],
    ['calls', 'f('.repeat(3_000)], ['a long sum', 'a' + '+a'.repeat(4_000)], ['a long list of ors', 'a' + ' or a'.repeat(1_900)], ['lists', 'a in ('.repeat(1_500)],
  ])('%s too deep is a problem, not an exception', (_name, text) => {
    expect(problemOf(text).message).toBe('The formula is more than 100 levels deep.');
  });

  test('exactly 100 levels are read, in brackets and in a sum', () => {
    expect(read(`${'('.repeat(100)}a${')'.repeat(100)}`)).toBe('a');
    expect(read(`a${' + a'.repeat(99)}`)).toBe(`a${' + a'.repeat(99)}`);
    expect(problemOf(`a${' + a'.repeat(100)}`).message).toMatch(/100 levels/);
  });

  test('more than 10,000 characters are refused before they are read; a wide list within them is fine', () => {
    expect(problemOf(`a${' '.repeat(10_000)}`).message).toBe('The formula has 10001 characters; at most 10000 are read.');
    expect(read(`stage in (${Array(2_400).fill('"a"').join(',')})`)).toMatch(/^stage in \("a", "a"/);
  });

  test('words of JavaScript are names like any other', () => {
    for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(read(word)).toBe(word);
      expect(read(`${word}(1)`)).toBe(`${word}(1)`);
      expect(problemOf(`5${word}`).cut).toBe(`5${word}`);
    }
  });

  test('quotes by the thousand are read in time', () => {
    parseFormula('"'.repeat(9_999));
    parseFormula(`"${'""'.repeat(4_900)}`);
  }, 1000);
});
