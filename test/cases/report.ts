/** All published cases as a table: `npm run reproduce -- published`. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDuckdb } from '../../src/engine/duckdb.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { type Case, caseIds, readCase } from './case.ts';
import { publishedIds } from './published.ts';
import { type Result, runCase } from './run.ts';

/** One engine for all of them: starting a process for each would be most of the time. */
export function openForCases(): Promise<Engine> {
  return openDuckdb({ path: ':memory:', folders: [], memoryMb: 1000, threads: 2, tempDir: join(tmpdir(), 'trueup-cases') });
}

/** Prints the table and `N of 98`; true where all agree but those that are refused on purpose. */
export async function reportPublished(say: (line: string) => void): Promise<boolean> {
  const ids = publishedIds(), have = new Set(caseIds()), counts = new Map<Result['kind'], number>();
  const engine = await openForCases();
  say(line('case', 'family', 'figures', 'result'));
  try {
    for (const id of ids) {
      const one = have.has(id) ? readCase(id) : undefined;
      const result: Result = one === undefined ? { kind: 'differs', why: [`there is no folder test/cases/${id}`] } : await runCase(one, engine);
      counts.set(result.kind, (counts.get(result.kind) ?? 0) + 1);
      say(line(id, one?.family ?? '', one === undefined ? '' : figuresOf(one), inWords(result)));
      if (result.kind === 'differs') for (const why of result.why) say(`  ${why}`);
    }
  } finally {
    await engine.close();
  }
  const count = (kind: Result['kind']): number => counts.get(kind) ?? 0;
  const good = count('agrees') + count('refused');
  say(`\n${count('agrees')} agree to the cent, ${count('refused')} refused on purpose with the reason above, ${count('differs')} differ`);
  say(`${good} of ${ids.length}`);
  return good === ids.length;
}

function figuresOf(one: Case): string {
  return one.left.size === 0 ? String(one.compared.size) : `${one.compared.size} of ${one.compared.size + one.left.size}`;
}
/** What came of a case, in one line. */
export function inWords(result: Result): string {
  switch (result.kind) {
    case 'agrees': case 'differs': return result.kind;
    case 'refused': return `refused: ${result.why}`;
  }
}
function line(id: string, family: string, figures: string, result: string): string {
  return `${id.padEnd(31)}${family.padEnd(27)}${figures.padStart(8)}  ${result}`;
}
