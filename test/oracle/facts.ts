/** Stage 1, facts: derived kinds, and entries of states as facts (language.md section 4 "fact", section 6 (a) to (c)). */
import { byCodePoint } from '../../src/value/code-points.ts';
import { mapOf, textOf, textsOf } from './documents.ts';
import { evaluate } from './evaluate.ts';
import { parse } from './formula.ts';
import { isTrue, namesOf, scopeOfRow } from './scope.ts';
import { entriesOf } from './states.ts';
import { later } from './time.ts';
import { shown } from './value.ts';
import { once, parentOf } from './world.ts';
import type { Row, World } from './world.ts';

export function byDate(a: Row, b: Row): number {
  return (a.date ?? -Infinity) - (b.date ?? -Infinity) || byCodePoint(a.id, b.id);
}

/** Facts of a kind: given, derived from another kind, or entries of a state. Earnings of earlier rounds are given by earnings.ts. */
export function rowsOf(world: World, kind: string): readonly Row[] {
  if (kind in world.states) return once(world, `rows ${kind}`, () => entriesOf(world, kind));
  if (parentOf(world, kind) !== undefined) return once(world, `rows ${kind}`, () => derivedRows(world, kind));
  return world.given.get(kind) ?? [];
}

/** `where`, then one for each `per`: the first or the last, counted again so long after the last that counted. */
function derivedRows(world: World, kind: string): Row[] {
  const spec = mapOf(world.kinds[kind]), keep = textOf(spec['keep']), again = textOf(spec['again_after']);
  const per = 'per' in spec ? textsOf(spec['per']) : ['id'];
  const rows = textsOf(spec['from']).flatMap((from) => world.ask.rows(from)).filter((f) => isTrue(spec['where'], scopeOfRow(world, f))).sort(byDate);
  if (keep === 'last') rows.reverse();
  const counted = new Map<string, Row>(), out: Row[] = [];
  for (const row of rows) {
    const key = per.map((f) => shown(evaluate(parse(f), namesOf(scopeOfRow(world, row))))).join('|');
    const before = counted.get(key);
    if (keep !== undefined && before !== undefined && !longEnough(row, before, again, keep)) continue;
    counted.set(key, row);
    out.push({ ...row, kind });
  }
  return out.sort(byDate);
}

function longEnough(row: Row, before: Row, again: string | undefined, keep: string): boolean {
  if (again === undefined || row.date === null || before.date === null) return false;
  return keep === 'last' ? later(row.date, again) <= before.date : later(before.date, again) <= row.date;
}
