import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { add, compare, parseRatio, type Ratio, roundTo, ratio, ZERO } from '../value/rate.ts';
import { calculated } from './explain.fixture.ts';
import { explain } from './explain.ts';

const folder = mkdtempSync(join(tmpdir(), 'trueup-tiers-'));
let engine: Engine;
beforeAll(async () => { engine = await openDuckdb({ path: ':memory:', folders: [], memoryMb: 500, threads: 2, tempDir: join(folder, 'temp') }); });
afterAll(async () => { await engine.close(); rmSync(folder, { recursive: true, force: true }); });

const FACTS = `facts:
  deal: { fields: { owner: payee, amount: money } }
sources:
  deals: { file: d.csv, into: deal, id: id, date: day, currency: USD, fields: { owner: o, amount: m } }
`;
const EDGES = '{ 0: 3%, 1_000: 5.25%, 20_000: 8%, 20_000.50: 0.125%, 75_000: 12% }';
/** The numbers behind the equals signs, and the one behind "Together". */
const results = (text: string): string[] => [...text.matchAll(/= (-?[\d,]+\.\d+)/g)].map((m) => (m[1] ?? '').replaceAll(',', ''));
const number = (text: string): Ratio => parseRatio(text) ?? ZERO;

describe('the sentence of a marginal table', () => {
  it('has parts that add up to what is paid, for fifty random payees', async () => {
    const amounts = fc.sample(fc.array(fc.bigInt({ min: -300_000n, max: 5_000_000n }), { minLength: 1, maxLength: 4 }), { numRuns: 48, seed: 3 });
    amounts.push([100_000n], [2_000_050n]);
    const text = (minor: bigint): string => `${minor < 0n ? '-' : ''}${(minor < 0n ? -minor : minor).toString().padStart(3, '0').replace(/(..)$/, '.$1')}`;
    const rows = amounts.flatMap((list, who) => list.map((minor, i) => ({ id: `${who}-${i}`, date: '2026-02-01', owner: `payee ${who}`, amount: text(minor) })));
    const run = await calculated({
      plans: { 'p.yaml': `plan: p\ntitle: P\neffective: 2026-01-01 / 2027-01-01\npayees: all\nperiod: quarter\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: { marginal: ${EDGES} } } }` },
      facts: FACTS, rows: { deal: rows }, entities: {}, engine,
    });
    let several = 0;
    for (const [who, list] of amounts.entries()) {
      const { value } = await explain(run.engine, run.calculation, { payee: `payee ${who}`, period: '2026-Q1', kinds: run.workspace.kinds });
      const component = value?.plans[0]?.components[0], pay = component?.steps.find((s) => s.step === 'pay');
      expect(component?.facts[0]?.total).toBe(text(list.reduce((a, b) => a + b, 0n)));
      const parts = results(pay?.text ?? ''), sum = parts.map(number).reduce(add, ZERO);
      const together = /Together (-?[\d,.]+)\.$/.exec(pay?.text ?? '')?.[1]?.replaceAll(',', '');
      if (together !== undefined) { several += 1; expect(compare(sum, number(together))).toBe(0); }
      expect(pay?.text).not.toContain('about');
      expect(compare(roundTo(sum, ratio(1n, 100n), 'half_away'), number(component?.amount ?? ''))).toBe(0);
      expect(compare((pay?.rows ?? []).map((r) => number(r['amount'] ?? '')).reduce(add, ZERO), sum)).toBe(0);
    }
    expect(several).toBeGreaterThan(20);
  });
});
