/** Real data sets against their expected pay, every row; skipped where `../shared/data` is absent. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DATA_SETS } from '../scripts/data-sets.ts';
import { reproduce, type Reproduced } from '../scripts/reproduce.ts';

const ROOT = resolve(import.meta.dirname, '..');

describe.each(Object.entries(DATA_SETS))('%s (skipped where the data are absent)', (_, set) => {
  describe.skipIf(!existsSync(join(ROOT, set.data)))('every expected row comes out to the cent, and the sums', () => {
    let compared: readonly Reproduced[] = [];
    const said: string[] = [];
    beforeAll(async () => { compared = await reproduce(set, ROOT, (line) => { said.push(line); }); }, 120_000);

    test.for(set.comparisons)('$name', ({ name }) => {
      const found = compared.find((c) => c.name === name);
      expect(found?.wrong).toEqual([]);
      expect(found?.rows).toBeGreaterThan(0);
      expect(found?.ours).toEqual(found?.theirs);
    });
    test.for(set.told)('import tells: %s', (what) => {
      expect(said.join('\n')).toContain(what);
    });
  });
});
