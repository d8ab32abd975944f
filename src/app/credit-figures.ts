/** What a payee is credited with of single facts: `credit.FACT`, `credit.RULE.FACT`, and of a credit its `status`, `why` and `held`. */
import type { ProgramRunner } from '../engine/engine.ts';
import { contentKey } from '../stage/reads.ts';
import { OUTCOME } from '../stage/guards.ts';
import { originsOf } from '../stage/kind-rows.ts';
import { rootOf } from '../stage/row-scope.ts';
import { keep, project } from '../relation/relation.ts';
import { must } from '../value/diagnostic.ts';
import { add, type Ratio, ratio, ZERO } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf, wholeOf } from './cells.ts';
import { relationOf } from './run-relations.ts';

export interface Credits {
  /** share of the fact, as a part of one; `held`: what a guardrail holds back of it */
  share(payee: number, path: readonly string[]): Ratio | undefined;
  /** `status`, or the names of the guardrails that did not pass */
  word(payee: number, path: readonly string[]): string | undefined;
}
interface Credit { readonly payee: number; readonly fact: string; readonly rule: string; readonly share: Ratio; readonly whole: Ratio; readonly failed: readonly { readonly name: string; readonly outcome: number }[] }

export const isCreditFigure = (figure: string): boolean => figure.startsWith('credit.');
const WORDS = ['status', 'why'];

export async function creditsOf(engine: ProgramRunner, calculation: Calculation): Promise<Credits> {
  const { catalogue } = calculation, { gathered } = catalogue;
  const guards = [...new Map(gathered.rules.flatMap((r) => r.guards).map((g) => [contentKey(g), g])).values()];
  const ids = new Map<string, string>();
  for (const kind of new Set(gathered.rules.map((r) => r.kind))) {
    const origins = originsOf(rootOf(must(catalogue.kinds.find((k) => k.name === kind)), catalogue.kinds));
    for (const row of rowsOf(await engine.read(project(origins, keep(undefined, 'row', 'id'))))) ids.set(String(row['row']), String(row['id']));
  }
  const part = (cell: Row[string] | undefined): Ratio => ratio(BigInt(String(cell)), gathered.shareDivisor);
  const credits = rowsOf(await engine.read(relationOf(calculation, 'credits'))).map((r): Credit => ({
    payee: wholeOf(r['payee']), fact: ids.get(String(r['fact'])) ?? '', rule: must(gathered.rules[wholeOf(r['rule'])]).rule.name,
    share: part(r['share']), whole: part(r['unguarded'] ?? r['share']),
    failed: guards.flatMap((g, i) => (typeof r[`guard_${i}`] === 'number' && r[`guard_${i}`] !== OUTCOME.pass ? [{ name: g.name, outcome: wholeOf(r[`guard_${i}`]) }] : [])),
  }));
  const of = (payee: number, path: readonly string[]): Credit[] => {
    const [first, second] = path;
    return credits.filter((c) => c.payee === payee && (c.fact === first || (c.rule === first && c.fact === second)));
  };
  return {
    share(payee, path) {
      const found = of(payee, path), [first] = found;
      if (WORDS.includes(path.at(-1) ?? '')) return undefined;
      if (path.at(-1) === 'held') return first === undefined ? undefined : statusOf(first) === OUTCOME.hold ? first.whole : ZERO;
      return found.map((c) => c.share).reduce(add, ZERO);
    },
    word(payee, path) {
      const [first] = of(payee, path), what = path.at(-1) ?? '';
      if (first === undefined || !WORDS.includes(what)) return undefined;
      return what === 'why' ? first.failed.map((f) => f.name).join(' ') : Object.entries(OUTCOME).find(([, n]) => n === statusOf(first))?.[0];
    },
  };
}
/** Reject beats hold beats reduce. */
const statusOf = (credit: Credit): number => Math.max(OUTCOME.pass, ...credit.failed.map((f) => f.outcome));
