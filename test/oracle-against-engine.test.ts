/**
 * Drawn companies, twice: by the oracle, straight from the documents, and by the route that pays people. Every
 * payout and every line is the same. `npm run test:long` draws as many as are asked for, and makes what differs small.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDuckdb } from '../src/engine/duckdb.ts';
import { openMemory } from '../src/engine/memory.ts';
import { draw } from './oracle/draw.ts';
import { compare } from './oracle-runs.ts';
import { shownCase, smallest } from './oracle-smaller.ts';

const PLANS = 40, FIRST = 1, COMPANIES = 58;
/** so many companies of each hundred run on the engine that pays, the others on the one in memory, which is faster for few rows */
const ON_DUCKDB = 5;

test('[C1] what the oracle pays for drawn plans, the engine pays: every payout, every line', async () => {
  const counts = { cases: 0, payouts: 0, lines: 0, duckdb: 0 }, excluded: Record<string, number> = {}, different: string[] = [];
  for (let seed = FIRST; seed < FIRST + COMPANIES; seed += 1) {
    const duckdb = seed % 100 < ON_DUCKDB, company = draw(seed, duckdb ? PLANS / 4 : PLANS);
    const found = await compare(company, () => (duckdb ? openDuckdb({ path: ':memory:', folders: [], memoryMb: 1000, threads: 2, tempDir: join(tmpdir(), 'trueup-oracle') }) : Promise.resolve(openMemory())));
    counts.cases += found.cases; counts.payouts += found.payouts; counts.lines += found.lines; counts.duckdb += duckdb ? found.cases : 0;
    for (const [reason, n] of Object.entries(found.excluded)) excluded[reason] = (excluded[reason] ?? 0) + n;
    for (const d of found.differences) different.push(`seed ${seed}, ${d.plan} (${d.kind}): ${d.rows.slice(0, 3).join('; ')}`);
    const [first] = found.differences;
    // the first difference is made small and shown; the others are told
    if (first !== undefined && different.length === found.differences.length) console.log(shownCase(await smallest(company, first.plan, () => Promise.resolve(openMemory()))));
  }
  const out = Object.values(excluded).reduce((a, b) => a + b, 0);
  console.log(`Oracle against engine, seeds ${FIRST} to ${FIRST + COMPANIES - 1}: ${counts.cases} cases (${counts.duckdb} on DuckDB), ${counts.payouts} payouts, ${counts.lines} lines compared; ${out} plans that the engine says it does not calculate: ${Object.entries(excluded).map(([r, n]) => `${n} ${r}`).join(', ')}`);
  expect(different.join('\n')).toBe('');
  expect(counts.cases).toBeGreaterThanOrEqual(2_000);
  // what is not calculated may not become a way out
  expect(out).toBeLessThan(counts.cases / 4);
}, 300_000);
