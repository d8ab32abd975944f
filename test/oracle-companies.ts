/** Many drawn companies, twice: what is counted, what is printed, and what must hold. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openDuckdb } from '../src/engine/duckdb.ts';
import type { ProgramRunner } from '../src/engine/engine.ts';
import { openMemory } from '../src/engine/memory.ts';
import type { Drawn } from './oracle/draw.ts';
import { compare } from './oracle-runs.ts';
import { shownCase, smallest } from './oracle-smaller.ts';

/** plans of a company: they are compiled and run together */
const PLANS = 40;
/** of so many companies one runs on the engine that pays, with fewer plans; the others run on the one in memory, which is faster for few rows */
const ON_DUCKDB = 13;
/** of a hundred plans the engine may say so often that it does not calculate them */
const MOST_REFUSED = 5;
/** in `npm test`; `npm run test:long` asks for more. A case is one plan with the facts of its company. */
const CASES = Number.parseInt(process.env['CASES'] ?? '1000', 10), FIRST = Number.parseInt(process.env['SEED'] ?? '1', 10);
export const TIME_LIMIT = 120_000 + CASES * 1_500;

/** Draws companies until there are enough cases. Every payout and every line is the same on both sides. */
export async function everyPayout(name: string, company: (seed: number, plans: number) => Drawn): Promise<void> {
  const counts = { plans: 0, cases: 0, duckdb: 0, payouts: 0, lines: 0 }, refused = new Map<string, number>(), different: string[] = [];
  let seed = FIRST;
  for (; counts.cases < CASES; seed += 1) {
    const onDuckdb = seed % ON_DUCKDB === 0, drawn = company(seed, onDuckdb ? PLANS / 2 : PLANS);
    const found = await compare(drawn, onDuckdb ? onDisk : inMemory);
    counts.plans += drawn.plans.length; counts.cases += found.cases; counts.payouts += found.payouts; counts.lines += found.lines;
    if (onDuckdb) counts.duckdb += found.cases;
    for (const [reason, n] of Object.entries(found.excluded)) refused.set(reason, (refused.get(reason) ?? 0) + n);
    const [first] = found.differences;
    // the first difference is made small and shown; the others are told
    if (first !== undefined && different.length === 0) console.log(shownCase(await smallest(drawn, first.plan, inMemory)));
    different.push(...found.differences.map((d) => `seed ${seed}, ${d.plan} (${d.kind}): ${d.rows.slice(0, 3).join('; ')}`));
    if (different.length > 20) break;
  }
  const out = [...refused.values()].reduce((a, b) => a + b, 0);
  console.log(`Oracle against engine, ${name}, seeds ${FIRST} to ${seed - 1}: ${counts.cases} cases (${counts.duckdb} on DuckDB), ${counts.payouts} payouts and ${counts.lines} lines compared, ${different.length} differ; ${out} of ${counts.plans} plans refused by the engine${out === 0 ? '' : `: ${[...refused].map(([r, n]) => `${n} ${r}`).join(', ')}`}`);
  expect(different.join('\n')).toBe('');
  // what is not calculated may not become a way out
  expect(out * 100).toBeLessThanOrEqual(counts.plans * MOST_REFUSED);
  expect(counts.payouts).toBeGreaterThan(counts.cases * 10);
  expect(counts.lines).toBeGreaterThan(counts.cases * 2);
}

const inMemory = (): Promise<ProgramRunner> => Promise.resolve(openMemory());
const onDisk = (): Promise<ProgramRunner> => openDuckdb({ path: ':memory:', folders: [], memoryMb: 1000, threads: 2, tempDir: join(tmpdir(), 'trueup-oracle') });
