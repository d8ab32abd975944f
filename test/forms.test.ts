/**
 * A program has two forms: payouts, and payouts with what each fact is paid (`everyLine`). Both pay the same, row
 * for row, and lines add up to the payout: over the lessons, the documents of the language's reference, and
 * random companies.
 */
import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { calculate, type Calculation } from '../src/app/calculate.ts';
import { type Row, rowsOf } from '../src/app/cells.ts';
import { relationOf } from '../src/app/run-relations.ts';
import { runTestFile } from '../src/app/plan-tests.ts';
import type { ProgramRunner } from '../src/engine/engine.ts';
import { openMemory } from '../src/engine/memory.ts';
import type { Kind, Plan } from '../src/plan/plan.ts';
import { hasLines } from '../src/stage/attributed.ts';
import { runCompany } from '../src/stage/stage.fixture.ts';
import { must } from '../src/value/diagnostic.ts';
import { company, facts, PLAN } from './companies.ts';
import { calculation, lessons, openCorpus } from './corpus/corpus.ts';
import { prepare } from './language/reference.ts';
import { asText, readDocuments } from './language/yaml.ts';

const LANGUAGE = join(import.meta.dirname, '../../shared/language');

/** What was compared, and what differs. */
interface Count { payouts: number; lined: number; lines: number; /** paid without lines */ whole: number; readonly differences: string[] }
const nothing = (): Count => ({ payouts: 0, lined: 0, lines: 0, whole: 0, differences: [] });
const said: string[] = [];
afterAll(() => { console.log(`Payouts of both forms:\n${said.join('\n')}`); });

/** `least`: so that a comparison of nothing is seen. */
function held(name: string, count: Count, least: number): void {
  said.push(`  ${name}: ${count.payouts} payouts, ${count.lined} of them are told apart by ${count.lines} lines; ${count.whole} could be and have no line`);
  expect(count.differences).toEqual([]);
  expect(count.lines).toBeGreaterThanOrEqual(least);
}

const KEY = ['world', 'component', 'payee', 'period'];
const keyOf = (row: Row): string => KEY.map((k) => row[k]).join('|');
const amountOf = (row: Row, column: string): bigint => BigInt(String(row[column]));
const read = async (engine: ProgramRunner, run: Calculation, name: string): Promise<Row[]> =>
  (run.compiled.program.statements.some((s) => s.name === name) ? rowsOf(await engine.read(relationOf(run, name))) : []);

/** Calculates what is in the store in both forms. */
async function compareForms(name: string, engine: ProgramRunner, plans: readonly Plan[], kinds: readonly Kind[], count: Count): Promise<void> {
  const short = must((await calculate(engine, plans, kinds)).calculation);
  const before = new Map((await read(engine, short, 'payouts')).map((r) => [keyOf(r), amountOf(r, 'payout')]));
  const { calculation: long, diagnostics } = await calculate(engine, plans, kinds, { everyLine: true });
  if (long === undefined) { count.differences.push(`${name}: ${diagnostics.map((d) => d.message).join('; ')}`); return; }
  const payouts = await read(engine, long, 'payouts'), lines = Map.groupBy(await read(engine, long, 'attributed'), keyOf);
  const words = (row: Row): string => `${name}, ${must(long.catalogue.components[Number(row['component'])]).path.join('.')} ${long.catalogue.personOf(Number(row['payee']))?.id} ${long.catalogue.periodOf(Number(row['period'])).label}`;
  if (payouts.length !== before.size) count.differences.push(`${name}: ${before.size} payouts, with lines ${payouts.length}`);
  for (const row of payouts) {
    const paid = amountOf(row, 'payout'), own = lines.get(keyOf(row)) ?? [];
    count.payouts++;
    if (before.get(keyOf(row)) !== paid) count.differences.push(`${words(row)}: ${before.get(keyOf(row))}, with lines ${paid}`);
    // what is paid where no fact was counted (a floor, a missing value) is nobody's line
    if (!hasLines(must(long.catalogue.components[Number(row['component'])]))) continue;
    if (own.length === 0) { if (paid !== 0n) count.whole++; continue; }
    const sum = own.reduce((s, r) => s + amountOf(r, 'amount'), 0n);
    count.lined++; count.lines += own.length;
    if (sum !== paid) count.differences.push(`${words(row)}: ${paid} is paid, the ${own.length} lines are ${sum}`);
  }
}

test('the lessons', async () => {
  const corpus = await openCorpus(), count = nothing();
  try {
    for (const name of lessons()) {
      const { workspace, memory } = await corpus.inMemory(name);
      await calculation(workspace, memory);
      await compareForms(name, memory, workspace.plans, workspace.kinds, count);
    }
  } finally { await corpus.close(); }
  held('lessons', count, 150);
}, 120_000);

describe.skipIf(!existsSync(LANGUAGE))('the reference of the language (skipped where ../shared/language is absent)', () => {
  test('all documents that are built', async () => {
    const count = nothing();
    for (const file of readdirSync(join(LANGUAGE, 'tests')).sort()) {
      for (const document of readDocuments(readFileSync(join(LANGUAGE, 'tests', file), 'utf8'))) {
        const prepared = prepare(LANGUAGE, document);
        if (!('runnable' in prepared) || asText(document['error'] ?? '') !== '') continue;
        const { workspace, text } = prepared.runnable;
        await runTestFile(workspace, file, text, () => Promise.resolve(openMemory()), ({ engine, calculation }) =>
          compareForms(file, engine, calculation.catalogue.plans.map((p) => p.spec), calculation.catalogue.kinds, count));
      }
    }
    held('reference of the language', count, 300);
  }, 120_000);
});

/** Each fact by itself, in running order and by a field; windows to date, running limits, caps of the component and of the plan, odd rounding. */
const LINED = ['cap: 60', '', 'round: { end: 0.05 }'].map((more, i) => `plan: lined-${i}
effective: 2026-01-01 / 2027-01-01
payees: all
period: month
${more}
measures: { won: { sum: amount, from: deal, where: stage = "Won" } }
components:
  single: { measure: won, per: deal, rate: { retroactive: { 0: 3.33%, 1_000: 4% } } }
  running: { measure: won, window: year to date, rate: { marginal: { 0: 1%, 3_000: 2.5% } }, cap: 400 }
  plain: { measure: won, rate: 0.777%, floor: 5 }
  some: { measure: won, rate: 1.5%, limits: { each: { at_most: 70, per: payee }, all: { at_most: 150, per: plan } } }
  by_word: { measure: won, rate: { by: account.tier, lookup: { A: 1%, otherwise: 0.5% } } }
`);

test('random companies', async () => {
  const count = nothing();
  await fc.assert(fc.asyncProperty(facts, async (rows) => {
    const already = count.differences.length;
    for (const plan of [PLAN, ...LINED]) {
      const engine = openMemory(), { workspace, calculation: run } = await runCompany(engine, company(rows, [plan]));
      await compareForms(must(workspace.plans[0]).plan, engine, workspace.plans, run.catalogue.kinds, count);
    }
    expect(count.differences.slice(already)).toEqual([]);
  }), { numRuns: 5 });
  held('random companies', count, 30);
}, 120_000);
