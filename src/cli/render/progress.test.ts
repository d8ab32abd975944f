import { describe, expect, test } from 'vitest';
import { progressBar } from './progress.ts';

function barOn(isTerminal: boolean): { readonly bar: ReturnType<typeof progressBar>; readonly written: string[]; readonly at: (ms: number) => void } {
  let now = 0;
  const written: string[] = [];
  return { bar: progressBar({ write: (text) => { written.push(text); }, isTerminal, columns: 60, elapsed: () => now }), written, at: (ms) => { now = ms; } };
}

describe('progress', () => {
  test('is one line on a terminal, drawn over, and gone before other text', () => {
    const { bar, written, at } = barOn(true);
    bar.show('facts_deal', 1, 4);
    at(10);
    bar.show('credits', 2, 4);
    at(200);
    bar.within(50);
    bar.clear();
    expect(written.map((w) => w.replace(/[█░]+/, 'bar'))).toEqual(['\r\u001b[Kbar  25 %  facts deal', '\r\u001b[Kbar  62 %  credits', '\r\u001b[K']);
    expect(written.every((w) => w.length <= 70)).toBe(true);
  });
  test('is a line every few seconds elsewhere, and none where the work is short', () => {
    const { bar, written, at } = barOn(false);
    bar.show('credits', 1, 4);
    at(2_000);
    bar.show('cube', 2, 4);
    expect(written).toEqual([]);
    at(3_500);
    bar.show('measures', 3, 4);
    at(4_000);
    bar.show('parts', 3, 4);
    bar.clear();
    expect(written).toEqual([' 75 %  measures\n']);
  });
});
