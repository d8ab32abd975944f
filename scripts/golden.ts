/**
 * `npm run golden`: every lesson of `examples/` on both engines against its expected rows, stage by stage;
 * `-- --update` writes them anew, `-- NAME …` takes only these. An amount that changes needs a line in
 * CHANGELOG.md; which one is said at the end. Exit code 1 where anything differs or the line is missing.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lessons, openCorpus } from '../test/corpus/corpus.ts';
import { differences, expectedPayouts, lineFor, unexplained, wrong, writeExpected } from '../test/corpus/expected.ts';

const ROOT = resolve(import.meta.dirname, '..');

async function main(args: readonly string[]): Promise<number> {
  const update = args.includes('--update'), wanted = args.filter((a) => !a.startsWith('--')), all = lessons();
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) { console.error(`There is no lesson ${unknown.join(', ')} in examples. There are ${all.join(', ')}.`); return 1; }
  const corpus = await openCorpus(), problems: string[] = [];
  console.log(`${'lesson'.padEnd(30)}${'stages'.padStart(7)}${'rows'.padStart(7)}`);
  try {
    for (const name of wanted.length > 0 ? wanted : all) {
      const lesson = await corpus.lesson(name), { duckdb, memory } = lesson.stages;
      const apart = differences(duckdb, memory), changed = wrong(lesson);
      // what the engines do not agree on is nothing to expect
      if (update && apart.length === 0) writeExpected(name, duckdb);
      const found = apart.length > 0 ? [`${name}: the engines differ, - DuckDB, + memory`, ...apart] : update ? [] : changed;
      problems.push(...found);
      const rows = [...duckdb.values()].reduce((n, text) => n + text.split('\n').length - 2, 0);
      console.log(`${name.padEnd(30)}${String(duckdb.size).padStart(7)}${String(rows).padStart(7)}  ${found.length > 0 ? 'DIFFERENT' : changed.length > 0 ? 'written anew' : 'equal'}`);
    }
  } finally { await corpus.close(); }
  for (const line of problems) console.log(line);
  const lost = unexplained(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), expectedPayouts());
  if (lost.length > 0) console.log(`\nAmounts are new or changed: write a line with the reason at the top of "Pay and safety" in CHANGELOG.md:\n${lineFor(lost)}`);
  return problems.length + lost.length === 0 ? 0 : 1;
}
process.exitCode = await main(process.argv.slice(2));
