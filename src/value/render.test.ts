import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from './diagnostic.ts';
import { countLine, renderDiagnostic, renderDiagnostics } from './render.ts';

const wrong: Diagnostic = {
  code: 'plan.unknown_key', severity: 'error', file: 'plans/ae.yaml', line: 3, column: 5, path: 'components.deals.wieght',
  message: '`wieght` is not a key of a component', hint: 'Did you mean `weight`?',
};
const text = 'plan: ae\ncomponents:\n    wieght: 70%\n';

describe('renderDiagnostic', () => {
  test('quotes the line and underlines the word that is meant', () => {
    expect(renderDiagnostic(wrong, text)).toBe([
      'error[plan.unknown_key]: `wieght` is not a key of a component',
      '  --> plans/ae.yaml:3:5',
      '  |',
      '3 |     wieght: 70%',
      '  |     ^^^^^^',
      '  hint: Did you mean `weight`?',
    ].join('\n'));
  });
  test('without the source text it says where, and quotes nothing', () => {
    expect(renderDiagnostic(wrong)).toBe([
      'error[plan.unknown_key]: `wieght` is not a key of a component',
      '  --> plans/ae.yaml:3:5',
      '  hint: Did you mean `weight`?',
    ].join('\n'));
  });
  test('column 0 underlines the whole line; line 0 means the whole file and names the path in it', () => {
    expect(renderDiagnostic({ ...wrong, column: 0 }, text)).toContain('\n  |     ^^^^^^^^^^^\n');
    const file = renderDiagnostic({ ...wrong, line: 0, column: 0, severity: 'warning' }, text);
    expect(file).toContain('warning[plan.unknown_key]');
    expect(file).toContain('  --> plans/ae.yaml, at components.deals.wieght\n  hint');
  });
  test('no file at all: nothing but the message and what to do', () => {
    expect(renderDiagnostic({ ...wrong, file: '', line: 0, column: 0, path: '' })).toBe(
      'error[plan.unknown_key]: `wieght` is not a key of a component\n  hint: Did you mean `weight`?');
  });
  test('a place behind the end of its line, or of the file, is no reason to fail', () => {
    expect(renderDiagnostic({ ...wrong, column: 400 }, text)).toContain('3 |     wieght: 70%\n  |                ^\n');
    expect(renderDiagnostic({ ...wrong, line: 99 }, text)).not.toContain('|');
  });
  test('the mark stands below its word after tabs, wide characters and Windows line ends', () => {
    expect(renderDiagnostic({ ...wrong, line: 1, column: 3 }, '\t\tbad: 1\r\nb\r\n')).toContain('1 | \t\tbad: 1\n  | \t\t^^^\n');
    expect(renderDiagnostic({ ...wrong, line: 1, column: 4 }, '営業 bad')).toContain('1 | 営業 bad\n  |      ^^^\n');
  });
  test('a very long line is cut around the place', () => {
    const long = `${'a,'.repeat(2000)}bad,${'b,'.repeat(2000)}`;
    const lines = renderDiagnostic({ ...wrong, line: 1, column: 4001 }, long).split('\n');
    expect(lines[3]?.length).toBeLessThan(110);
    const at = lines[4]?.indexOf('^') ?? 0;
    expect(lines[3]?.slice(at, at + 3)).toBe('bad');
    expect(lines[4]?.slice(at)).toBe('^^^');
  });
  test('a hostile line cannot repaint the terminal or turn the direction of writing', () => {
    const shown = renderDiagnostic({ ...wrong, line: 1, column: 1, message: 'a\u001b[2Jb', file: 'a\u202eb.csv' }, '\u001b[2J\u202ename');
    expect(shown).not.toMatch(/[\u001b\u202e]/);
    expect(shown).toContain('␛[2J');
  });
  test('a painter is given each part by its role, and nothing is painted without one', () => {
    const shown = renderDiagnostic(wrong, text, (role, part) => `<${role}>${part}</>`);
    expect(shown).toContain('<error>error[plan.unknown_key]</>:');
    expect(shown).toContain('<error>^^^^^^</>');
    expect(shown).toContain('<hint>hint</>:');
  });
  test('any text and any place: it never throws, and every line of it stays a line of ours', () => {
    const character = fc.constantFrom(...'ab \t\n\r"\':,{}営é\u0301😀\u0000\u001b\u009b\u202e\u2028\ufeff\ud800');
    fc.assert(fc.property(fc.string({ unit: character, maxLength: 300 }), fc.nat(50), fc.nat(400), (source, line, column) => {
      const shown = renderDiagnostic({ ...wrong, line, column, message: source, hint: source }, source).split('\n');
      expect(shown.length).toBeLessThanOrEqual(6);
      expect(shown[0]).toMatch(/^error\[plan\.unknown_key\]: /);
    }), { numRuns: 300 });
  });
});

test('several: a blank line between, and the count at the end', () => {
  const both = renderDiagnostics([wrong, { ...wrong, severity: 'warning' }], () => undefined);
  expect(both.split('\n\n')).toHaveLength(3);
  expect(both.endsWith('\n\n1 error, 1 warning')).toBe(true);
  expect(countLine([wrong, wrong])).toBe('2 errors');
  expect(countLine([])).toBe('No errors');
});
