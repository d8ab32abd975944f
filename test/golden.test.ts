/**
 * Every lesson of `examples/` gives its expected rows at every stage, on both engines. `npm run golden` prints
 * what differs, `npm run golden -- --update` writes the rows anew; a changed amount needs a line in the changelog.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Corpus, EXAMPLES, lessons, openCorpus } from './corpus/corpus.ts';
import { allKeys, keysUsed } from './corpus/keys.ts';
import { expectedOf, expectedPayouts, lineFor, marksIn, markOf, unexplained, wrong } from './corpus/expected.ts';

let corpus: Corpus;
beforeAll(async () => { corpus = await openCorpus(); });
afterAll(async () => { await corpus.close(); });

describe('the lessons', () => {
  test.for(lessons())('%s', { timeout: 60_000 }, async (name) => {
    const lesson = await corpus.lesson(name);
    expect(wrong(lesson), 'npm run golden -- --update writes what is expected anew').toEqual([]);
    const amounts = [...(lesson.stages.duckdb.get('payouts.csv') ?? '').matchAll(/,(-?[\d.]+),[A-Z]{3}$/gm)].map(([, amount]) => amount);
    expect(amounts.some((amount) => /[1-9]/.test(amount ?? '')), 'somebody is paid').toBe(true);
  });
  test('each has a text that says what it teaches and how to run it', () => {
    for (const name of lessons()) {
      const path = join(EXAMPLES, name, 'README.md');
      expect(existsSync(path), path).toBe(true);
      expect(readFileSync(path, 'utf8'), path).toContain(`trueup preview --workspace examples/${name}`);
    }
  });
  test('a changed row is seen, on the engine that has it', () => {
    const expected = expectedOf('first-plan'), changed = new Map(expected).set('payouts.csv', (expected.get('payouts.csv') ?? '').replace('5456.32', '5456.33'));
    expect(wrong({ name: 'first-plan', stages: { duckdb: expected, memory: changed } })).toEqual([
      'first-plan, memory: payouts.csv: 1 rows gone, 1 new', '  - commission,won,Ann Lee,2026-Q1,5456.32,USD', '  + commission,won,Ann Lee,2026-Q1,5456.33,USD',
    ]);
    expect(wrong({ name: 'first-plan', stages: { duckdb: expected, memory: new Map([...expected].filter(([file]) => file !== 'credits.csv')) } })[0]).toMatch(/^first-plan, memory: credits.csv: 13 rows gone/);
  });
});

/** Keys, and values of keys, that no lesson uses, each with the reason. */
const IN_NO_LESSON: readonly (readonly [string, RegExp])[] = [
  ['money of facts in another currency is not converted yet', /^plan\.exchange$|^exchange\./],
  ['what holds without a word', /^plan\.labels: standard$|^component\.(carry: none|better: higher)$|^table\.beyond: flat$|^credit\.overlay: no$|^release\.at: pay day$|^format\.(delimiter: (auto|,)|encoding: auto|decimal: \.)$/],
  ['another length of the same period', /^(plan|component)\.period: (week|half month|month|quarter|half|year)$|^release\.at: half end$/],
  ['another spelling of the same thing', /^format\.(delimiter: (\t|tab)|encoding: (utf-16|windows-1252))$/],
  ['stands in a plan here; a component has it in the same words', /^component\.convert$/],
  ['another day of the same rate', /^convert\.at: (date|payment)$/],
  ['the other two ways are there', /^plan\.negative: pay back$/],
];
test('the lessons use every key of the language, but for what is named with its reason', () => {
  const used = new Set(lessons().flatMap((name) => [...keysUsed(name)])), unused = allKeys().filter((key) => !used.has(key));
  expect(unused.filter((key) => !IN_NO_LESSON.some(([, which]) => which.test(key)))).toEqual([]);
  // an exception that is not needed any more goes
  expect(IN_NO_LESSON.filter(([, which]) => !unused.some((key) => which.test(key))).map(([why]) => why)).toEqual([]);
  expect(used.size).toBeGreaterThan(200);
});

describe('changed amounts', () => {
  test('are explained in the changelog', () => {
    const lost = unexplained(readFileSync(join(EXAMPLES, '../CHANGELOG.md'), 'utf8'), expectedPayouts());
    expect(lost.length === 0 ? '' : `Write in CHANGELOG.md, with the reason: ${lineFor(lost)}`).toBe('');
  });
  test('need a line with the mark of what is expected and a reason', () => {
    const payouts = new Map([['tiers', 'ann,1.00\n'], ['gates', 'bob,2.00\n']]), line = lineFor([...payouts].map(([name, text]) => [name, markOf(text)] as const));
    expect(unexplained('', payouts).map(([name]) => name)).toEqual(['tiers', 'gates']);
    expect(unexplained(line.replace(' WHY', ''), payouts)).toHaveLength(2);
    expect(unexplained(line.replace('WHY', 'first amounts'), payouts)).toEqual([]);
    const changed = new Map(payouts).set('gates', 'bob,2.01\n');
    expect(unexplained(line.replace('WHY', 'first amounts'), changed)).toEqual([['gates', markOf('bob,2.01\n')]]);
    // the newest line of a lesson stands first, and holds
    const later = lineFor([['gates', markOf('bob,2.01\n')]]).replace('WHY', 'half a cent goes up, as the plan says');
    expect(unexplained(`${later}\n${line.replace('WHY', 'first amounts')}`, changed)).toEqual([]);
    expect(marksIn(`${later}\n${line}`).size).toBe(2);
  });
});
