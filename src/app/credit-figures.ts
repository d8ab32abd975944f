/** What a payee is credited with of single facts: `credit.FACT`, `credit.RULE.FACT`, and of a credit its `status`, `why`, `via` and `held`. */
import type { ProgramRunner } from '../engine/engine.ts';
import { everyGuard } from '../stage/credits.ts';
import { OUTCOME } from '../stage/guards.ts';
import { REF_ROUTE } from '../stage/reference.ts';
import { col, compare, filter, int, scan } from '../relation/relation.ts';
import { add, type Ratio, ratio, ZERO } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf, wholeOf } from './cells.ts';
import { factIds, relationOf } from './run-relations.ts';

export interface Credits {
  /** share of the fact, as a part of one; `held`: what a guardrail holds back of it */
  share(payee: number, path: readonly string[]): Ratio | undefined;
  /** `status`; the names of the guardrails that did not pass; the payee below, through whom it came */
  word(payee: number, path: readonly string[]): string | undefined;
}
interface Credit { readonly payee: number; readonly fact: string; /** names of the rule in plans that say the same */ readonly rules: ReadonlySet<string>; readonly via: number | undefined; readonly share: Ratio; readonly whole: Ratio; readonly failed: readonly { readonly name: string; readonly outcome: number }[] }

export const isCreditFigure = (figure: string): boolean => figure.startsWith('credit.');
const WORDS = ['status', 'why', 'via'];
export const CREDIT_WORDS = [...WORDS, 'held'];

export async function creditsOf(engine: ProgramRunner, calculation: Calculation): Promise<Credits> {
  const { catalogue } = calculation, { gathered } = catalogue;
  const guards = everyGuard(gathered), ids = await factIds(engine, calculation, gathered.rules.map((r) => r.kind));
  const part = (cell: Row[string] | undefined): Ratio => ratio(BigInt(String(cell)), gathered.shareDivisor);
  const named = Map.groupBy(gathered.credited, (c) => `${c.rule}|${c.route}`);
  const routes = Map.groupBy(rowsOf(await engine.read(filter(scan(REF_ROUTE), compare('<>', col('route'), int(0))))), (r) => `${r['route']}|${r['payee']}|${r['stint']}`);
  const credits = rowsOf(await engine.read(relationOf(calculation, 'credits'))).flatMap((r) => [...named].flatMap(([key, rules]): Credit[] => {
    const [rule, route] = key.split('|');
    if (rule !== String(r['rule'])) return [];
    const credit = {
      fact: ids.get(String(r['fact'])) ?? '', rules: new Set(rules.map((c) => c.credit.name)), share: part(r['share']), whole: part(r['unguarded'] ?? r['share']),
      failed: guards.flatMap((g, i) => (typeof r[`guard_${i}`] === 'number' && r[`guard_${i}`] !== OUTCOME.pass ? [{ name: g.name, outcome: wholeOf(r[`guard_${i}`]) }] : [])),
    };
    // who is above is credited himself where the credit reads him; else it counts for him by its route
    const climbed = typeof r['via'] === 'number' ? r['via'] : undefined;
    if (route === '0') return [{ ...credit, payee: wholeOf(r['payee']), via: climbed }];
    return (routes.get(`${route}|${r['payee']}|${r['stint']}`) ?? []).map((above) => ({ ...credit, payee: wholeOf(above['subject']), via: wholeOf(above['via']) }));
  }));
  // ids of facts may have points
  const of = (payee: number, path: readonly string[]): Credit[] => {
    const said = CREDIT_WORDS.includes(path.at(-1) ?? '') ? path.slice(0, -1) : path, [rule = '', ...fact] = said;
    return credits.filter((c) => c.payee === payee && (c.fact === said.join('.') || (c.rules.has(rule) && c.fact === fact.join('.'))));
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
      if (what === 'via') return first.via === undefined ? '' : catalogue.personOf(first.via)?.id;
      return what === 'why' ? first.failed.map((f) => f.name).join(' ') : Object.entries(OUTCOME).find(([, n]) => n === statusOf(first))?.[0];
    },
  };
}
/** Reject beats hold beats reduce. */
const statusOf = (credit: Credit): number => Math.max(OUTCOME.pass, ...credit.failed.map((f) => f.outcome));
