/** Real data sets against their expected pay, every row; skipped where `../shared/data` is absent. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DATA_SETS, reproduce } from '../scripts/reproduce.ts';

const ROOT = resolve(import.meta.dirname, '..');

describe.each(Object.entries(DATA_SETS))('%s', (_, set) => {
  test.skipIf(!existsSync(join(ROOT, set.data)))('every expected row comes out to the cent, and the sums (skipped where the data are absent)', async () => {
    const said: string[] = [];
    const compared = await reproduce(set, ROOT, (line) => { said.push(line); });
    for (const c of compared) {
      expect(c.wrong, c.name).toEqual([]);
      expect(c.rows, c.name).toBeGreaterThan(0);
      expect(c.ours, c.name).toEqual(c.theirs);
    }
    // what is odd in the data is told, not swallowed
    expect(said.join('\n')).toContain('GTXPro → GTX Pro: 1,480 rows');
    expect(said.join('\n')).toContain('`account` is blank in 1,425 rows of those left out');
    expect(said.join('\n')).toContain('5 people of 35 in `agents` have no fact');
  }, 60_000);
});
