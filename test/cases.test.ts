/**
 * What others have published of their plans: rules, inputs and pay. Each case is a folder of
 * `test/cases`; its figures are read from `../shared/cases/published`, and all is skipped where that is
 * absent. A case that needs what this version does not calculate is skipped with that reason.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../src/engine/engine.ts';
import { caseIds, readCase } from './cases/case.ts';
import { PUBLISHED_THERE, publishedIds } from './cases/published.ts';
import { inWords, openForCases } from './cases/report.ts';
import { runCase } from './cases/run.ts';

describe.skipIf(!PUBLISHED_THERE)('published cases (skipped where ../shared/cases is absent)', () => {
  let engine: Engine;
  const came = new Map<string, number>();
  beforeAll(async () => { engine = await openForCases(); });
  afterAll(async () => {
    await engine.close();
    console.log(`Published cases:\n${[...came].sort((a, b) => b[1] - a[1]).map(([what, n]) => `  ${n} × ${what}`).join('\n')}`);
  });

  test('every published case has a folder, and every folder is a published case', () => {
    expect(caseIds()).toEqual(publishedIds());
  });

  test('every published figure is compared, or it is said why not', () => {
    const all = publishedIds().map(readCase);
    expect(all.flatMap((one) => one.mistakes.map((m) => `${one.id}: ${m}`))).toEqual([]);
    // what is left out: columns of a matrix, and what a refused case publishes
    expect(all.filter((one) => one.left.size > 0).map((one) => [one.id, one.left.size])).toEqual([['mrexcel-designation-matrix', 9], ['xactly-out-of-step', 2]]);
  });

  test.for(publishedIds())('%s', async (id, { skip }) => {
    const result = await runCase(readCase(id), engine);
    const words = inWords(result);
    came.set(words, (came.get(words) ?? 0) + 1);
    if (result.kind === 'not built') skip(words);
    expect(result.kind === 'differs' ? result.why : []).toEqual([]);
  });

  test('what agreed once goes on agreeing', () => {
    expect(came.get('agrees') ?? 0).toBeGreaterThanOrEqual(23);
  });
});
