/**
 * Calendars → periods, windows and slices. Slices are the shortest stretches of days between any two
 * edges that matter to the plans at hand; facts are summed by slice once, and every period, month to
 * date or whole year is a set of slices.
 */
import type { Component, Plan, Window } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { type Day, formatCalendar, type Grain, type Period, periodsIn, type Span, windowAt } from '../value/period.ts';

/** A window of a plan version: how it accumulates, period by period. */
export interface WindowOfPlan {
  readonly id: number;
  readonly key: string;
  readonly steps: readonly WindowStep[];
}
export interface WindowStep {
  /** id of the period, ascending in time; shared by all plans */
  readonly period: number;
  readonly label: Period;
  /** [from, soFar): what has accumulated by the end of the period */
  readonly from: Day;
  readonly soFar: Day;
  /** end of what the target covers */
  readonly to: Day;
  readonly targetPeriods: readonly Span[];
  /** what the window starts again with, as a number that is the same for all its periods */
  readonly cycle: number;
}

export interface Spans {
  /** the days that the plans cover */
  readonly from: Day;
  readonly to: Day;
  /** first day of each slice, ascending; a slice ends where the next begins */
  readonly sliceStarts: readonly Day[];
  readonly windows: readonly WindowOfPlan[];
  readonly periods: readonly Period[];
  windowOf(plan: Plan, component: Pick<Component, 'period' | 'window'>): WindowOfPlan;
}

/** Periods of a plan that are wanted beside those of its components. */
export interface AlsoWanted { readonly plan: Plan; readonly grain: Grain }

/** `lookBacks`: days before the end of a window that some measure looks at. */
export function spansOf(plans: readonly Plan[], lookBacks: readonly number[] = [], also: readonly AlsoWanted[] = []): Spans {
  const first = Math.min(...plans.map((p) => p.effective.from)), from = first - Math.max(0, ...lookBacks), to = Math.max(...plans.map((p) => p.effective.to));
  const wanted = new Map<string, { plan: Plan; grain: Grain; window: Window }>();
  for (const plan of plans) for (const c of componentsOf(plan.components)) wanted.set(keyOf(plan, c.period, c.window), { plan, grain: c.period, window: c.window });
  for (const { plan, grain } of also) wanted.set(keyOf(plan, grain, { kind: 'period' }), { plan, grain, window: { kind: 'period' } });
  const periods = allPeriods([...wanted.values()]);
  const ids = new Map(periods.map((p, i) => [periodKey(p), i]));
  const windows = [...wanted].map(([key, w], id): WindowOfPlan => ({ id, key, steps: stepsOf(w.plan, w.grain, w.window, ids) }));
  const byKey = new Map(windows.map((w) => [w.key, w]));
  return {
    from, to, windows, periods, sliceStarts: slices(from, to, plans, windows, lookBacks),
    windowOf(plan, component) {
      const found = byKey.get(keyOf(plan, component.period, component.window));
      assert(found !== undefined, 'every component has its window');
      return found;
    },
  };
}

/** Components and their parts, parents before parts. */
export function componentsOf(components: readonly Component[]): Component[] {
  return components.flatMap((c) => (c.kind === 'group' ? [c, ...componentsOf(c.components)] : [c]));
}

function keyOf(plan: Plan, grain: Grain, window: Window): string {
  return [formatCalendar(plan.calendar), grain, window.kind, window.kind === 'period' ? '' : window.of, plan.effective.from, plan.effective.to].join('|');
}
const periodKey = (p: Period): string => `${p.from}|${p.to}|${p.grain}|${p.label}`;

function allPeriods(wanted: readonly { plan: Plan; grain: Grain }[]): Period[] {
  const found = new Map<string, Period>();
  for (const { plan, grain } of wanted) for (const p of periodsIn(plan.calendar, grain, plan.effective.from, plan.effective.to)) found.set(periodKey(p), p);
  return [...found.values()].sort((a, b) => a.from - b.from || a.to - b.to || (a.label < b.label ? -1 : 1));
}

function stepsOf(plan: Plan, grain: Grain, window: Window, ids: ReadonlyMap<string, number>): WindowStep[] {
  const { from: start, to: end } = plan.effective;
  return periodsIn(plan.calendar, grain, start, end).map((label): WindowStep => {
    const id = ids.get(periodKey(label));
    assert(id !== undefined, 'every period has a number');
    const base = { period: id, label, soFar: Math.min(label.to, end) };
    if (window.kind === 'period') return { ...base, from: Math.max(label.from, start), to: label.to, targetPeriods: [label], cycle: label.from };
    const big = windowAt(plan.calendar, window.of, label);
    const from = Math.max(big.from, start);
    const to = window.kind === 'whole' ? Math.min(big.to, end) : label.to;
    return { ...base, from, to, targetPeriods: periodsIn(plan.calendar, grain, from, to), cycle: big.from };
  });
}

function slices(from: Day, to: Day, plans: readonly Plan[], windows: readonly WindowOfPlan[], lookBacks: readonly number[]): Day[] {
  const edges = new Set<Day>([from]);
  for (const p of plans) { edges.add(p.effective.from); edges.add(p.effective.to); }
  for (const w of windows) for (const s of w.steps) for (const d of [s.from, s.soFar, s.label.from, s.label.to, ...lookBacks.map((n) => s.soFar - n)]) edges.add(d);
  return [...edges].filter((d) => d >= from && d < to).sort((a, b) => a - b);
}

/** Slices that lie in [from, to), by number. */
export function slicesIn(spans: Spans, from: Day, to: Day): number[] {
  const out: number[] = [];
  spans.sliceStarts.forEach((day, i) => { if (day >= from && day < to) out.push(i); });
  return out;
}

