/** One engine for many small stores: starting a process for each would be most of the time. */
import type { ProgramRunner } from '../../src/engine/engine.ts';
import type { Kind } from '../../src/plan/plan.ts';
import { IMPORTED, tablesOf, WORD } from '../../src/stage/store.ts';

/** The engine without the tables of these kinds; closing it leaves it open for the next. */
export async function emptied(engine: ProgramRunner, kinds: readonly Kind[]): Promise<ProgramRunner> {
  for (const table of [...kinds.flatMap(tablesOf).map((t) => t.table), WORD.table, IMPORTED.table]) await engine.drop(table);
  return { ...engine, close: async () => undefined };
}
