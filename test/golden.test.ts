/**
 * Every lesson of `examples/` gives its expected rows at every stage, on both engines. `npm run golden` prints
 * what differs, `npm run golden -- --update` writes the rows anew; a changed amount needs a line in the changelog.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Corpus, EXAMPLES, lessons, openCorpus } from './corpus/corpus.ts';
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
