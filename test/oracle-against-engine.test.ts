/**
 * Drawn companies, twice: by the oracle and by the route that pays people. The two do not agree
 * everywhere yet, so this is a ratchet: for these seeds the plans that differ may become fewer, not more.
 * `SEED=7 COMPANIES=1` runs others and prints each difference with its seed; then nothing is held.
 */
import { expect, test } from 'vitest';
import { openMemory } from '../src/engine/memory.ts';
import { draw, type Drawn } from './oracle/draw.ts';
import { inCurrencies } from './oracle/draw-money.ts';
import { compare } from './oracle-runs.ts';

const PLANS = 20;
const SEED = Number(process.env['SEED'] ?? 1), COMPANIES = Number(process.env['COMPANIES'] ?? 4);
const CHOSEN = process.env['SEED'] !== undefined || process.env['COMPANIES'] !== undefined;
/** Plans of the default seeds that differ today, in one currency and in several. Lower it with each difference that is decided. */
const DIFFER_TODAY = { one: 4, several: 5 };

async function compared(name: string, most: number, company: (seed: number) => Drawn): Promise<void> {
  let cases = 0, payouts = 0, refused = 0;
  const different: string[] = [];
  for (let seed = SEED; seed < SEED + COMPANIES; seed += 1) {
    const found = await compare(company(seed), () => Promise.resolve(openMemory()));
    cases += found.cases; payouts += found.payouts; refused += found.refused.length;
    different.push(...found.differences.map((d) => `seed ${seed}, ${d.plan}: ${d.rows[0] ?? ''}`));
  }
  console.log(`Drawn plans in ${name}: ${cases} cases, ${payouts} payouts compared, ${different.length} plans differ, ${refused} refused by one of the two (seeds ${SEED} to ${SEED + COMPANIES - 1})`);
  if (CHOSEN) { console.log(different.join('\n')); return; }
  expect(cases).toBeGreaterThan(40);
  expect(different.length, different.join('\n')).toBeLessThanOrEqual(most);
}

test('[C22] what the oracle pays for drawn plans, the engine pays, but for differences that are known', () => compared('one currency', DIFFER_TODAY.one, (seed) => draw(seed, PLANS)), 120_000);
test('[C22] so it does where deals are in several currencies', () => compared('several currencies', DIFFER_TODAY.several, (seed) => inCurrencies(draw(seed, PLANS), seed)), 120_000);
