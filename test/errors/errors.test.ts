/** docs/errors.md shows every code, and each message there is one that Trueup really gives. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../tidy/source.ts';
import { EXAMPLES } from './examples.ts';
import { codes, codesWithoutArea, PAGE, section, sectionsOf, show } from './page.ts';

const written = sectionsOf(readFileSync(join(ROOT, PAGE), 'utf8'));
const missing = codes().filter((code) => !EXAMPLES[code]);
const { shown, wrong } = await show(EXAMPLES);

describe(`${PAGE} and CODES are alike`, () => {
  test('every code has an example (add it to test/errors/examples.ts)', () => {
    expect(missing).toEqual([]);
  });
  test('every example brings its code about', () => {
    expect(wrong).toEqual([]);
  });
  test('every code stands on the page, in no other order and no other (run: npm run errors)', () => {
    expect([...written.keys()].sort()).toEqual(codes().filter((code) => EXAMPLES[code]).sort());
  });
  test('no two codes say the same', () => {
    const sayings = [...shown].map(([code, { diagnostic }]) => ({ code, message: diagnostic.message }));
    expect(sayings.filter((one) => sayings.some((other) => other.code !== one.code && other.message === one.message))).toEqual([]);
  });
  test('every area of codes has a heading (add it to AREAS in test/errors/page.ts)', () => {
    expect(codesWithoutArea()).toEqual([]);
  });
});

describe.each([...shown.keys()])('%s', (code) => {
  test('stands on the page as Trueup says it today (run: npm run errors)', () => {
    expect(written.get(code)).toBe(section(code, shown).trimEnd());
  });
  test('says what is wrong and what to do', () => {
    const one = shown.get(code);
    expect(one?.diagnostic.message).toMatch(/^.{10,}$/);
    expect(one?.diagnostic.hint).toMatch(/^.{10,}$/);
    expect(one?.text).not.toMatch(/undefined|\[object|\bNaN\b|\bnull\b/);
    // A path of one machine would make the page differ from one to the next.
    expect(one?.diagnostic.file).not.toMatch(/^([/\\]|[A-Za-z]:)/);
    if (one?.example.text !== undefined) expect(one.example.text.split('\n').length).toBeGreaterThanOrEqual(one.diagnostic.line);
  });
});
