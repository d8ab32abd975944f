/** What each tier of a marginal table gave: `COMPONENT.tier.2`, and of facts that are paid one by one `COMPONENT.tier.FACT.2`. */
import type { Cell, ProgramRunner } from '../engine/engine.ts';
import { col, eq, filter, int, keep, or, project } from '../relation/relation.ts';
import { SCALE, scanOf } from '../stage/arithmetic.ts';
import type { ComponentEntry } from '../stage/catalogue.ts';
import { isMarginal } from '../stage/components.ts';
import { READS } from '../stage/curve.ts';
import { digitsOf } from '../stage/lower.ts';
import { tierRows } from '../stage/tiers.ts';
import { must } from '../value/diagnostic.ts';
import { add, powerOfTen, type Ratio, ratio, ZERO } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf, wholeOf } from './cells.ts';
import { factIds } from './run-relations.ts';

export interface Tiers {
  /** in currency units; `fact`: its id, where each is paid by itself; `tier`: place of the row in its table, from 1 */
  amount(c: ComponentEntry, payee: number, period: number, fact: string | undefined, tier: number): Ratio | undefined;
}

export function hasTiers(c: ComponentEntry): boolean {
  return isMarginal(c) && c.shape.reads !== READS.nothing && !c.shape.paysOnValue;
}

export async function tiersOf(engine: ProgramRunner, calculation: Calculation): Promise<Tiers> {
  const { catalogue, compiled } = calculation, marginal = catalogue.components.filter(hasTiers);
  const attainment = must(compiled.program.statements.find((s) => s.name === 'attainment'));
  const of = filter(scanOf(attainment), or(...marginal.map((c) => eq(col('component'), int(c.component)))));
  const tiers = marginal.length === 0 ? [] : rowsOf(await engine.read(project(tierRows(of), keep(undefined, 'component', 'payee', 'period', 'line', 'segment', 'amount'))));
  const rows = marginal.length === 0 ? [] : rowsOf(await engine.read(of));
  const ids = await factIds(engine, calculation, marginal.flatMap(({ spec }) => (spec.kind === 'leaf' && spec.per?.kind === 'fact' ? [spec.per.of] : [])));
  const key = (...parts: readonly (Cell | undefined)[]): string => parts.join('|');
  const rowOf = new Map(rows.map((r) => [key(r['component'], r['payee'], r['period'], r['line']), r]));
  const found = new Map<string, Ratio>();
  // what is held has no tiers
  for (const r of tiers.filter((t) => t['amount'] !== null)) {
    const c = must(catalogue.components[wholeOf(r['component'])]), row = rowOf.get(key(r['component'], r['payee'], r['period'], r['line'])), curve = catalogue.curves[wholeOf(row?.['curve'])] ?? [];
    // the piece below the first row, if there is one, belongs to no row
    const tier = curve.slice(0, wholeOf(r['segment']) + 1).filter((p) => p.row !== undefined).length;
    const fact = c.spec.kind === 'leaf' && c.spec.per !== undefined ? ids.get(String(r['line'])) ?? '' : '';
    // what is held has no amount
    if (typeof r['amount'] !== 'bigint') continue;
    const at = key(r['component'], r['payee'], r['period'], fact, String(tier));
    const amount = ratio(row?.['takes_back'] === true ? -r['amount'] : r['amount'], SCALE * powerOfTen(digitsOf(must(catalogue.plans[c.plan]).spec.currency)));
    found.set(at, add(found.get(at) ?? ZERO, amount));
  }
  const any = new Set(tiers.map((r) => key(r['component'], r['payee'], r['period'])));
  return {
    amount(c, payee, period, fact, tier) {
      if (!any.has(key(c.component, payee, period))) return undefined;
      return found.get(key(c.component, payee, period, fact ?? '', String(tier))) ?? ZERO;
    },
  };
}
