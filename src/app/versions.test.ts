import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { engineVersion, VERSION } from './versions.ts';

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(VERSION).toBe(version);
});

test('a run names product and engine', async () => {
  expect(await engineVersion({ versions: async () => ({ engine: 'DuckDB v9', library: 'x' }) })).toBe(`trueup ${VERSION}, DuckDB v9`);
});
