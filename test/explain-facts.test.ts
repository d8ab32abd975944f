/**
 * Every fact of the lessons is explained: whom the explanation says to be credited is whom the run credits (it stops
 * where they differ), every rule has an answer, and facts that count for nobody are those that a preview counts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rowsOf } from '../src/app/cells.ts';
import { explainFact, type FactExplanation } from '../src/app/explain-fact.ts';
import { factText } from '../src/app/explain-fact-text.ts';
import { uncreditedFacts } from '../src/app/uncredited.ts';
import { storedKinds } from '../src/plan/kinds.ts';
import { keep, project } from '../src/relation/relation.ts';
import { currentRows } from '../src/stage/kind-rows.ts';
import { factTable } from '../src/stage/store.ts';
import { calculation, type Corpus, lessons, openCorpus } from './corpus/corpus.ts';

let corpus: Corpus;
beforeAll(async () => { corpus = await openCorpus(); });
afterAll(async () => { await corpus.close(); });

const UNCREDITED: readonly string[] = ['no_payee', 'not_here', 'no_rule', 'no_plan'];

describe('every fact of the lessons', () => {
  test.for(lessons())('%s', { timeout: 60_000 }, async (name) => {
    const { workspace, memory } = await corpus.inMemory(name), run = await calculation(workspace, memory, { everyLine: true });
    const told: FactExplanation[] = [];
    for (const kind of storedKinds(workspace.kinds).filter((k) => k.dated)) {
      for (const { id } of rowsOf(await memory.read(project(currentRows(factTable(kind), kind, run.cut), keep(undefined, 'id'))))) {
        const { value, diagnostics } = await explainFact(memory, run, { fact: String(id), kind: kind.name });
        if (value === undefined) throw new Error(diagnostics.map((d) => d.message).join('\n'));
        told.push(value);
      }
    }
    expect(told.length).toBeGreaterThan(0);
    for (const fact of told) {
      expect(factText(fact), fact.id).not.toMatch(/undefined|null|NaN|\[object/);
      for (const plan of fact.plans) {
        expect(Math.abs(Number.parseFloat(plan.totals.direct)), `${fact.id} in ${plan.plan}`).toBeLessThanOrEqual(1);
        for (const rule of plan.rules) expect(rule.credits.length + rule.lost.length, `${fact.id}: ${rule.rule}`).toBeGreaterThan(0);
      }
    }
    const expected = await uncreditedFacts(memory, run, workspace.kinds), here = told.filter((f) => UNCREDITED.includes(f.uncredited?.why ?? ''));
    expect(here.map((f) => f.uncredited?.why ?? '').sort()).toEqual(expected.flatMap((u) => Array.from({ length: u.facts }, () => u.why)).sort());
  });
});
