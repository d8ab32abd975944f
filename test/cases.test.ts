/**
 * What others have published of their plans: rules, inputs and pay. Each case is a folder of
 * `test/cases`; its figures are read from `../shared/cases/published`, and all is skipped where that is
 * absent.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../src/engine/engine.ts';
import { caseIds, caseOf, readCase } from './cases/case.ts';
import { PUBLISHED_THERE, publishedIds, publishedOf } from './cases/published.ts';
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

  test.for(publishedIds())('%s', async (id) => {
    const result = await runCase(readCase(id), engine);
    const words = inWords(result);
    came.set(words, (came.get(words) ?? 0) + 1);
    expect(result.kind === 'differs' ? result.why : []).toEqual([]);
  });

  test('all agree but the one that is refused on purpose', () => {
    expect(came.get('agrees') ?? 0).toBe(publishedIds().length - 1);
  });
});

describe('a case file', () => {
  const published = publishedOf(JSON.stringify({
    family: 'made up', plan: {}, inputs: { rep: { sold: '15000' }, deals: [{ id: 'A', amount: '80' }], parts: ['x', 'y'] },
    expected: { rep: { year: { total: '2000.00', rate_pct: '13.3', start: '2026-02' } } },
  }));
  const read = (text: string): ReturnType<typeof caseOf> => caseOf('made-up', { plan: '', facts: '', case: text }, published);
  const values = (text: string): string[] => read(`expect:\n${text}`).expected.map((e) => `${e.payee} ${e.period} ${e.figure} = ${e.value}`);

  test('says of every published figure what it is, or why it is not compared', () => {
    expect(read('expect: { rep.year.total: [rep, 2026, earned] }\nnot compared: { rep.year.rate_pct: a reason, rep.year.end: a reason }').mistakes).toEqual([
      'nothing is said of the published figure `rep.year.start`', 'there is no published figure `rep.year.end`']);
    expect(read('expect: { rep.year.total: [rep, 2026, earned], rep.year.rate_pct: [rep, 2026, rate] }\nnot compared: { rep.year.start: "", rep.year.rate_pct: a reason }').mistakes).toEqual([
      '`rep.year.start` is either compared, or not compared with a reason', '`rep.year.rate_pct` is either compared, or not compared with a reason']);
  });
  test('takes inputs by their path: by id, or by number where there is none', () => {
    const one = read('facts: { sale: [ { amount: $inputs.deals.A.amount, share: $inputs.rep.sold%, day: 2026-$inputs.parts.1 } ] }\nalso: [ [rep, 2026, sold, $inputs.rep.gone] ]');
    expect(one.rows).toEqual({ sale: [{ amount: '80', share: '15000%', day: '2026-y' }] });
    expect(one.mistakes).toContain('`$inputs.rep.gone` leads nowhere');
  });
  test('brings a published figure into our units, step by step', () => {
    expect(values('  rep.year.total: [[a, 2026, earned], [b, 2026, earned, less 500, times 2]]')).toEqual(['a 2026 earned = 2000', 'b 2026 earned = 3000']);
    // 13.3 % of what was sold; rounded to a tenth of a percent, so the amount may be 7.50 off
    expect(values('  rep.year.rate_pct: [rep, 2026, earned, percent, times $inputs.rep.sold, to 0.1]')).toEqual(['rep 2026 earned = 1995 ~ 15']);
    expect(values('  rep.year.start: [rep, $published, target, is 25%]')).toEqual(['rep 2026-02 target = 0.25']);
    expect(read('expect: { rep.year.start: [rep, 2026, earned], rep.year.total: [rep, 2026, earned, over 3] }\nnot compared: { rep.year.rate_pct: a reason }').mistakes).toEqual([
      'the published figure `rep.year.start` is not a number', '`over 3` of `rep.year.total` is not understood']);
  });
});
