import { describe, expect, test } from 'vitest';
import { type Column, renderTable } from './table.ts';
import { cells, paragraph, printable, wrapped } from './text.ts';

const COLUMNS: readonly Column[] = [{ title: 'payee', wraps: true }, { title: 'amount', align: 'right' }];

describe('a table', () => {
  test('has a rule under the header and above the totals, and numbers to the right', () => {
    const text = renderTable(COLUMNS, [['Ann Lee', '1,500.00'], ['Ben', '2.50']], { width: 80, totals: [['together', '1,502.50']] });
    expect(text.split('\n')).toEqual([
      '  payee       amount',
      '  ──────────────────',
      '  Ann Lee   1,500.00',
      '  Ben           2.50',
      '  ──────────────────',
      '  together  1,502.50',
    ]);
  });
  test('wraps text, never a number, where the screen is narrow', () => {
    const text = renderTable(COLUMNS, [['Somebody with a long name', '1,234,567,890.00']], { width: 34 });
    expect(text.split('\n').slice(2)).toEqual(['  Somebody with   1,234,567,890.00', '  a long name']);
  });
  test('is as wide as it must be where nothing can be wrapped', () => {
    expect(renderTable([{ title: 'amount', align: 'right' }], [['1,234,567,890.00']], { width: 10 })).toContain('1,234,567,890.00');
  });
  test('counts cells of the terminal, not characters', () => {
    expect([cells('李明'), cells('é'), cells('e\u0301'), cells('a')]).toEqual([4, 1, 1, 1]);
    const lines = renderTable(COLUMNS, [['李明', '1'], ['Ann', '22']], { width: 40 }).split('\n').slice(2);
    expect(lines.map(cells)).toEqual([cells(lines[0] ?? ''), cells(lines[0] ?? '')]);
  });
});

describe('text', () => {
  test('is cut between words, and inside one that is too long', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(paragraph('one two three', 9, '  ')).toBe('  one two\n  three');
  });
  test('of a file cannot repaint the screen', () => {
    expect(printable('a\u001b[2Jb\u202ec')).toBe('a\ufffd[2Jb\ufffdc');
  });
});
