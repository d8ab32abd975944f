/**
 * The independent reference of the plan language (a slow evaluator in another language, with some 640
 * figures of published plans): what it pays, our route pays. Every document runs on
 * both engines, which say the same in every relation.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runTestFile } from '../src/app/plan-tests.ts';
import { openDuckdb } from '../src/engine/duckdb.ts';
import type { Engine } from '../src/engine/engine.ts';
import { openMemory } from '../src/engine/memory.ts';
import { prepare, type Runnable } from './language/reference.ts';
import { emptied } from './language/store.ts';
import { asList, asText, readDocuments, type YamlMap } from './language/yaml.ts';
import { nothingCompared, paired } from './parity/paired.ts';

const FOLDER = join(import.meta.dirname, '../../shared/language');
const THERE = existsSync(join(FOLDER, 'tests'));
/** Words of the reference's errors → the code of ours. */
const ERRORS: readonly (readonly [string, string])[] = [
  ['no value for the term', 'plan.no_term_value'], ['overlap', 'plan.versions_overlap'], ['there is no such version', 'plan.amends_nothing'], ['direct credits sum to', 'plan.two_rules'], ['cycle', 'plan.cycle'], ['more than three rounds', 'plan.cycle'],
];

interface Case { readonly name: string; readonly file: string; readonly document: YamlMap }
const CASES: readonly Case[] = !THERE ? [] : readdirSync(join(FOLDER, 'tests')).sort().flatMap((file) =>
  readDocuments(readFileSync(join(FOLDER, 'tests', file), 'utf8')).map((document, i): Case => ({ name: `${file.replace('.yaml', '')} ${i + 1}`, file, document })));

describe.skipIf(!THERE)('the reference of the language (skipped where ../shared/language is absent)', () => {
  let engine: Engine;
  const reasons = new Map<string, number>();
  const count = { documents: 0, figures: 0 }, compared = nothingCompared();
  beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 1000, threads: 2, tempDir: join(tmpdir(), 'trueup-language') }); });
  afterAll(async () => {
    await engine.close();
    const skipped = [...reasons].sort((a, b) => b[1] - a[1]).map(([reason, n]) => `  ${n} × ${reason}`).join('\n');
    console.log(`Reference of the language: ${count.documents} of ${CASES.length} documents run, ${count.figures} figures compared. DuckDB and memory: ${compared.relations} relations, ${compared.rows} rows. Documents skipped:\n${skipped}`);
  });

  test.for(CASES)('$name', async ({ file, document }, { skip }) => {
    const leave = (reason: string): never => { reasons.set(reason, (reasons.get(reason) ?? 0) + 1); return skip(reason); };
    const figures = asList(document['expect']);
    const wanted = document['error'];
    const prepared = prepare(FOLDER, document);
    if ('skip' in prepared) leave(prepared.skip);
    else if (wanted !== undefined) expect(await codesOf(prepared, file)).toContain(ERRORS.find(([words]) => asText(wanted).includes(words))?.[1]);
    else if ('wrong' in prepared) expect(prepared.wrong).toEqual([]);
    else {
      const report = await run(prepared.runnable, file);
      expect(report.diagnostics).toEqual([]);
      expect(report.differences.map((d) => `${d.payee} ${d.period} ${d.figure}: ${d.expected} in the reference, ${d.got} by us (${prepared.runnable.types})`)).toEqual([]);
      expect(report.figures).toBe(figures.length);
      count.figures += figures.length;
    }
    count.documents++;
  });

  test('the engines say the same', () => {
    expect(compared.differences).toEqual([]);
    expect(compared.rows).toBeGreaterThanOrEqual(10_000);
  });
  test('all of them are compared: a change that skips a document or a figure is seen', () => {
    expect(count).toEqual({ documents: CASES.length, figures: 633 });
  });
  async function codesOf(prepared: Exclude<ReturnType<typeof prepare>, { skip: string }>, file: string): Promise<string[]> {
    return ('wrong' in prepared ? prepared.wrong : (await run(prepared.runnable, file)).diagnostics).map((d) => d.code);
  }
  function run(runnable: Runnable, file: string): ReturnType<typeof runTestFile> {
    return runTestFile(runnable.workspace, file, runnable.text, async () => paired(await emptied(engine, runnable.workspace.kinds), openMemory(), compared));
  }
});
