/** What is paid for each value of a field, where a component pays by one (`per: account`): `COMPONENT.line.VALUE`. */
import type { ProgramRunner } from '../engine/engine.ts';
import type { Type } from '../plan/formula.ts';
import { col, eq, filter, int, or } from '../relation/relation.ts';
import type { ComponentEntry } from '../stage/catalogue.ts';
import type { FactColumn } from '../stage/gather.ts';
import { divisorsOf } from '../stage/facts.ts';
import { must } from '../value/diagnostic.ts';
import { add, type Ratio, ratio, ZERO } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { keyText } from './explain-facts.ts';
import { smallOf, wideOf } from './explain-rows.ts';
import { unitsOf } from './minor.ts';
import { relationOf, wordsOf } from './run-relations.ts';

/** In currency units, before the plan's cap; undefined: it is nothing that the component pays by itself. */
export interface FieldLines { amount(c: ComponentEntry, payee: number, period: number, value: string): Ratio | undefined }

export const paysByField = ({ parent, spec }: ComponentEntry): boolean => parent === null && spec.kind === 'leaf' && spec.per?.kind === 'field';

/** The field that rows are told apart by; of every kind that is measured it is the same. */
export function keyColumn({ value }: ComponentEntry): FactColumn | undefined {
  const measure = value?.kind === 'simple' ? value.measure : undefined;
  return measure?.terms.find((t) => t.column.key !== null)?.column.key ?? measure?.rows?.columns.find((c) => c.key !== null)?.key ?? undefined;
}

export async function fieldLines(engine: ProgramRunner, calculation: Calculation): Promise<FieldLines> {
  const { catalogue } = calculation, divisors = divisorsOf(catalogue.kinds);
  const chosen = catalogue.components.filter(paysByField).map((c) => eq(col('component'), int(c.component)));
  const rows = rowsOf(await engine.read(filter(relationOf(calculation, 'lines'), or(...chosen)), ['component', 'payee', 'cycle', 'line', 'period']));
  const typeOf = (c: ComponentEntry): Type => must(must(keyColumn(c)).formula).type, entryOf = (row: Row): ComponentEntry => must(catalogue.components[smallOf(row, 'component')]);
  const words = await wordsOf(engine, rows.flatMap((r) => (['text', 'payee', 'entity'].includes(typeOf(entryOf(r)).kind) ? [Number.parseInt(wideOf(r, 'line').toString(), 10)] : [])));
  const found = new Map<string, Ratio>(), before = new Map<string, bigint>();
  for (const row of rows) {
    const c = entryOf(row), column = must(keyColumn(c)), { currency } = must(catalogue.plans[c.plan]).spec;
    const value = keyText(wideOf(row, 'line'), typeOf(c), divisors.column(column), { currency, sums: { of: () => [], word: (code) => words.get(code) } });
    // a window that goes on pays what came to it since the period before
    const line = [c.component, row['payee'], row['cycle'], row['line']].join('|'), key = [c.component, row['payee'], row['period'], value].join('|');
    const amount = wideOf(row, 'so_far') - (before.get(line) ?? 0n);
    before.set(line, wideOf(row, 'so_far'));
    found.set(key, add(found.get(key) ?? ZERO, ratio(amount, unitsOf(currency))));
  }
  return { amount: (c, payee, period, value) => found.get([c.component, payee, period, value].join('|')) };
}
