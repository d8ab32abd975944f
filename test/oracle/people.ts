/** Who is on the plan on which days, and who belongs to which group (language.md section 7). */
import { overlapDays } from '../../src/value/period.ts';
import { must } from '../../src/value/diagnostic.ts';
import { textOf } from './documents.ts';
import { isTrue } from './scope.ts';
import { clipped } from './time.ts';
import type { Day, Span } from './time.ts';
import { isDated, isDay } from './value.ts';
import { once, personField, personOf } from './world.ts';
import type { World } from './world.ts';

/** `hired` to `left`. */
export function working(world: World, payee: string, day: Day): boolean {
  const hired = personField(world, payee, 'hired', day), left = personField(world, payee, 'left', day);
  return !(isDay(hired) && day < hired.day) && !(isDay(left) && day >= left.day);
}

/** `payees` is read day by day: on the plan is who works that day and meets the condition that day, also on days before the version that a measure looks back on. */
export function isOn(world: World, payee: string, day: Day): boolean {
  return once(world, `on ${payee} ${day}`, () => working(world, payee, day) && meets(world, payee, day));
}
function meets(world: World, payee: string, day: Day): boolean {
  const condition = textOf(world.plan['payees']) ?? 'all';
  return condition === 'all' || isTrue(condition, { world, payee, day, row: personOf(world, payee), window: { from: day, to: day + 1 } });
}

/** Stretches of days on which the payee is on the plan. */
export function eligible(world: World, payee: string): readonly Span[] {
  return once(world, `eligible ${payee}`, () => {
    const spans: { from: Day; to: Day }[] = [];
    for (let day = world.span.from; day < world.span.to; day += 1) {
      if (!isOn(world, payee, day)) continue;
      const last = spans.at(-1);
      if (last?.to === day) last.to = day + 1;
      else spans.push({ from: day, to: day + 1 });
    }
    return spans;
  });
}
export function eligibleIn(world: World, payee: string, span: Span): number {
  return eligible(world, payee).reduce((days, on) => days + overlapDays(on, span), 0);
}

/** The payee's groups of a kind within the span, each with its days: two pods in a period are two calculations. */
export function memberships(world: World, payee: string, kind: string, span: Span): { readonly group: string; readonly days: number; readonly of: number }[] {
  const field = personOf(world, payee).fields.get(kind);
  const rows = field === undefined ? [] : isDated(field) ? field.rows : [{ from: null, value: field }];
  const of = eligibleIn(world, payee, span), days = new Map<string, number>();
  rows.forEach((row, i) => {
    const holds = clipped(span, { from: row.from ?? span.from, to: rows[i + 1]?.from ?? span.to });
    const n = holds.to > holds.from ? eligibleIn(world, payee, holds) : 0;
    if (n > 0 && typeof row.value === 'string') days.set(row.value, (days.get(row.value) ?? 0) + n);
  });
  return [...days.keys()].map((group) => ({ group, days: must(days.get(group)), of }));
}
