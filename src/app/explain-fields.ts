/** Fields of facts that are paid one by one, which formulas of results read, references followed. */
import type { Cell, ProgramRunner } from '../engine/engine.ts';
import type { Value } from '../plan/evaluate.ts';
import type { Typed } from '../plan/formula.ts';
import { cast, col, eq, filter, int, keep, named, or, project } from '../relation/relation.ts';
import { asWide } from '../stage/arithmetic.ts';
import { figuresIn } from '../stage/components.ts';
import type { Figure } from '../stage/figures.ts';
import type { Lowered } from '../stage/lower.ts';
import { namesOf } from '../stage/reads.ts';
import { ratio } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf } from './cells.ts';
import { must } from '../value/diagnostic.ts';
import { inUnits } from './explain-place.ts';
import type { Spot } from './explain-request.ts';
import { type PayeeRows, wideOf } from './explain-rows.ts';
import { wordsOf } from './run-relations.ts';

/** The value of a field of a fact, by the path that a formula writes. */
export interface LineFields { of(line: bigint, path: readonly string[]): Value }

export async function readLineFields(engine: ProgramRunner, { compiled, catalogue }: Calculation, spots: readonly Spot[], rows: PayeeRows): Promise<LineFields> {
  const values = new Map<string, Value>(), coded: { readonly key: string; readonly code: number }[] = [];
  for (const [entry, own] of Map.groupBy(spots, (s) => s.entry)) {
    for (const figure of figuresIn(entry.figures)) {
      const builder = figure.facts === undefined ? undefined : compiled.builders.get(figure.facts), plan = must(catalogue.plans[entry.plan]).spec, { currency } = plan;
      const lines = [...new Set(own.flatMap((s) => rows.of('attainment', entry.component, s.step.period).map((r) => wideOf(r, 'line'))))];
      if (builder === undefined || lines.length === 0) continue;
      const fields = fieldsIn(figure), handed = fields.map((f) => builder.handedOn(f, plan, figure.at));
      const relation = project(filter(builder.scan(), or(...lines.map((l) => eq(col('fact'), int(l))))), [...keep(undefined, 'fact'), ...handed.map((h, i) => named(`field_${i}`, valueExpr(h)))]);
      for (const row of rowsOf(await engine.read(relation))) fields.forEach((f, i) => {
        const key = `${wideOf(row, 'fact')}|${pathOf(f)}`, cell = row[`field_${i}`] ?? null, lowered = handed[i];
        if (lowered?.kind === 'code' && typeof cell === 'number') coded.push({ key, code: cell });
        else if (lowered !== undefined) values.set(key, valueOf(cell, lowered, f, currency));
      });
    }
  }
  const words = await wordsOf(engine, coded.map((c) => c.code));
  for (const { key, code } of coded) values.set(key, words.get(code) ?? null);
  return { of: (line, path) => values.get(`${line}|${path.join('.')}`) ?? null };
}

type Field = Extract<Typed, { kind: 'name' }>;
const pathOf = (f: Field): string => (f.ref.kind === 'field' ? f.ref.path.join('.') : '');
function fieldsIn({ what }: Figure): Field[] {
  const fields = (what.kind === 'number' ? namesOf(what.number) : namesOf(what.formula)).filter((n) => n.ref.kind === 'field');
  return [...new Map(fields.map((f) => [pathOf(f), f])).values()];
}
const valueExpr = (h: Lowered): ReturnType<typeof col> => (h.kind === 'number' ? asWide(h.n) : h.kind === 'code' || h.kind === 'day' ? cast(h.expr, 'integer') : h.expr) as ReturnType<typeof col>;
function valueOf(cell: Cell, lowered: Lowered, field: Field, currency: string): Value {
  if (typeof cell === 'bigint' && lowered.kind === 'number' && typeof lowered.d === 'bigint') return inUnits(ratio(cell, lowered.d), field.type, currency);
  if (typeof cell === 'number') return { day: cell };
  return typeof cell === 'boolean' || typeof cell === 'string' ? cell : null;
}
