/**
 * Drawn companies, twice: by the oracle and by the route that pays people. The two do not agree
 * everywhere yet, so this is a ratchet: for these seeds the plans that differ may become fewer, not more.
 * `SEED=7 COMPANIES=1` runs others and prints each difference with its seed; then nothing is held.
 */
import { expect, test } from 'vitest';
import { openMemory } from '../src/engine/memory.ts';
import { draw } from './oracle/draw.ts';
import { compare } from './oracle-runs.ts';

const PLANS = 20;
const SEED = Number(process.env['SEED'] ?? 1), COMPANIES = Number(process.env['COMPANIES'] ?? 4);
const CHOSEN = process.env['SEED'] !== undefined || process.env['COMPANIES'] !== undefined;
/** Plans of the default seeds that differ today. Lower it with each difference that is decided. */
const DIFFER_TODAY = 4;

test('what the oracle pays for drawn plans, the engine pays, but for differences that are known', async () => {
  let cases = 0, payouts = 0, refused = 0;
  const different: string[] = [];
  for (let seed = SEED; seed < SEED + COMPANIES; seed += 1) {
    const found = await compare(draw(seed, PLANS), () => Promise.resolve(openMemory()));
    cases += found.cases; payouts += found.payouts; refused += found.refused.length;
    different.push(...found.differences.map((d) => `seed ${seed}, ${d.plan}: ${d.rows[0] ?? ''}`));
  }
  console.log(`Drawn plans: ${cases} cases, ${payouts} payouts compared, ${different.length} plans differ, ${refused} refused by one of the two (seeds ${SEED} to ${SEED + COMPANIES - 1})`);
  if (CHOSEN) { console.log(different.join('\n')); return; }
  expect(cases).toBeGreaterThan(40);
  expect(different.length, different.join('\n')).toBeLessThanOrEqual(DIFFER_TODAY);
}, 120_000);
