/** The oracle against the test tables of the language, which an independent evaluator in another language agrees with. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { formatRatio } from '../../src/value/rate.ts';
import { listOf, textOf } from './documents.ts';
import type { YamlMap } from './documents.ts';
import type { Figure } from './figures.ts';
import { oracle } from './oracle.ts';
import { questionsOf, tablesOf } from './reference.ts';
import { rounded } from './rounding.ts';
import { cellOf, isRatio, shown } from './value.ts';

const FOLDER = join(import.meta.dirname, '../../../shared/language');
const TABLES = tablesOf(FOLDER);

describe.skipIf(TABLES.length === 0)('the tables of the language (skipped where ../shared/language is absent)', () => {
  const count = { documents: 0, figures: 0, wrong: 0 };
  afterAll(() => { console.log(`Oracle: ${count.documents} documents, ${count.figures} figures, ${count.wrong} wrong`); });

  test.for(TABLES)('$name', ({ document }) => {
    count.documents += 1;
    const wrong = wrongOf(document);
    count.figures += document['error'] === undefined ? listOf(document['expect']).length : 1;
    count.wrong += wrong.length;
    expect(wrong).toEqual([]);
  });
  test('all of them are read', () => {
    expect(TABLES.length).toBeGreaterThanOrEqual(162);
    expect(count.figures).toBeGreaterThanOrEqual(640);
  });
});

test('the oracle shares nothing with what it is compared with but src/value', () => {
  const files = readdirSync(import.meta.dirname).filter((f) => f.endsWith('.ts'));
  const imports = files.flatMap((f) => [...readFileSync(join(import.meta.dirname, f), 'utf8').matchAll(/^(?:import|export) [^;]* from '([^']+)'/gm)].map((m) => m[1] ?? ''));
  expect([...new Set(imports)].filter((i) => !/^(\.\/|\.\.\/\.\.\/src\/value\/|node:|vitest$|yaml$)/.test(i))).toEqual([]);
});

/** What differs, in words. */
function wrongOf(document: YamlMap): string[] {
  const error = textOf(document['error']);
  if (error !== undefined) {
    try { for (const question of questionsOf(FOLDER, document)) oracle(question); } catch (found) {
      const message = found instanceof Error ? found.message : '';
      return message.includes(error) ? [] : [`expected ${error}, got ${message}`];
    }
    return [`no error: ${error}`];
  }
  const all = questionsOf(FOLDER, document).map(oracle);
  return listOf(document['expect']).flatMap((row) => {
    const [payee = '', label = '', path = '', wanted = ''] = listOf(row).map((v) => textOf(v) ?? '');
    const [value = '', near] = wanted.split(' ~ ');
    const found = all.map((o) => o.figure(payee, label, path)).filter((f) => f !== undefined), [first] = found;
    const exact = found.length > 1 && found.every(isRatio) ? found.reduce((a, b) => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d })) : first;
    const got = isRatio(exact) ? rounded(exact, near) : exact;
    return text(got) === shown(cellOf(value)) ? [] : [`${payee} ${label} ${path}: expected ${value}, got ${text(got)}`];
  });
}
function text(f: Figure): string {
  return f === undefined ? '' : typeof f === 'string' ? f : formatRatio({ ...rounded(f, 'none') });
}
