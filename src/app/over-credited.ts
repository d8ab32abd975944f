/** Facts that the direct credit rules of a plan give more than once: nobody is paid before that is put right. */
import type { ProgramRunner } from '../engine/engine.ts';
import type { Kind } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import { aggregate, and, cast, col, compare, countDistinct, eq, filter, int, join, keep, named, project, windowed } from '../relation/relation.ts';
import type { Compiled } from '../stage/compile.ts';
import { originsOf } from '../stage/kind-rows.ts';
import { rootOf } from '../stage/row-scope.ts';
import { type Diagnostic, must } from '../value/diagnostic.ts';
import { formatRatio, multiply, ratio } from '../value/rate.ts';
import { counted, quoted } from '../value/wording.ts';
import { type Row, rowsOf, wholeOf } from './cells.ts';

/** So many facts are named; the others are counted. */
const NAMED = 3;

/** An error for each plan and kind that has such facts. */
export async function overCreditedProblems(engine: ProgramRunner, { overCredited, catalogue }: Compiled, kinds: readonly Kind[]): Promise<Diagnostic[]> {
  if (overCredited === undefined) return [];
  const { relation, of } = overCredited;
  const totals = rowsOf(await engine.read(aggregate(relation, keep(undefined, 'place'), [named('facts', cast(countDistinct(col('fact')), 'integer'))]), ['place']));
  const placed = windowed(aggregate(relation, keep(undefined, 'place', 'fact'), []), [{ name: 'nth', fn: 'row_number', partition: ['place'], order: [{ column: 'fact', descending: false }] }]);
  const first = filter(placed, compare('<=', col('nth'), int(NAMED)));
  const problems: Diagnostic[] = [];
  for (const total of totals) {
    const place = wholeOf(total['place']), rules = must(of[place]), { plan, kind } = must(rules[0]);
    const rows = rowsOf(await engine.read(project(
      join(['o', relation], ['inner', 'n', filter(first, eq(col('place'), int(place))), and(eq(col('place', 'n'), col('place', 'o')), eq(col('fact', 'n'), col('fact', 'o')))], ['inner', 'f', originsOf(rootOf(must(kinds.find((k) => k.name === kind)), kinds)), eq(col('row', 'f'), col('fact', 'o'))]),
      [...keep('o', 'fact', 'rule', 'share', 'whole'), ...keep('f', 'id')],
    ), ['fact', 'rule']));
    const facts = [...Map.groupBy(rows, (r) => String(r['fact'])).values()];
    const share = (n: Row[string] | undefined): string => `${formatRatio(multiply(ratio(must(n) as bigint, catalogue.gathered.shareDivisor), ratio(100n)), 2)} %`;
    const words = facts.map((some) => `${quoted(String(some[0]?.['id']))} with ${share(some[0]?.['whole'])} (${both(some.map((r) => `${share(r['share'])} by \`${rules.find((d) => d.rule === wholeOf(r['rule']))?.credit.name ?? ''}\``))})`);
    const n = wholeOf(total['facts']), more = n - words.length, at = must(rules.at(-1)).credit.at.file === '' ? plan.at : must(rules.at(-1)).credit.at;
    problems.push({
      code: 'run.over_credited', severity: 'error', file: at.file, line: at.line, column: at.column, path: at.path,
      message: `${counted(n, `${kind} fact`)} ${n === 1 ? 'is' : 'are'} credited with more than 100 % in plan ${plan.plan}: ${both(more > 0 ? [...words, `${more} more`] : words)}.`,
      hint: 'Let the filters of these rules exclude each other, give shares that add up to 100 %, or mark what is on top `overlay: yes`.',
    });
  }
  return problems;
}
