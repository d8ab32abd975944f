/** Facts whose value divides by 0 have none, so they do not count: whoever is paid on them must know. */
import type { ProgramRunner } from '../engine/engine.ts';
import { both } from '../plan/problem.ts';
import type { Compiled } from '../stage/compile.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { counted, quoted } from '../value/wording.ts';
import { rowsOf } from './cells.ts';

/** So many facts are named; the others are counted. */
const NAMED = 3;

/** A warning for each kind that has such facts. */
export async function dividedByZero(engine: ProgramRunner, { builders }: Compiled): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const [kind, builder] of builders) {
    const { divided } = builder.finish();
    if (divided === undefined) continue;
    const { file, line, column, path } = divided.at, ids = rowsOf(await engine.read(divided.relation, ['fact'])).map((r) => String(r['id'])), more = ids.length - NAMED, one = ids.length === 1;
    if (ids.length === 0) continue;
    found.push({
      code: 'run.divided_by_zero', severity: 'warning', file, line, column, path,
      message: `The value of ${counted(ids.length, `${kind} fact`)} divides by 0, so ${one ? 'it does' : 'they do'} not count: ${both([...ids.slice(0, NAMED).map(quoted), ...(more > 0 ? [`${more} more`] : [])])}.`,
      hint: 'Say what such a fact is worth, `if(qty = 0, 0, amount / qty)`, or leave it out: `where: qty <> 0`.',
    });
  }
  return found;
}
