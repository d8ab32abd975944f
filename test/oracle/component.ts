/** A component at one payee and period: what its keys come to before anything is rounded (language.md section 4 "component"). */
import { ONE, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { isMap, mapOf, textOf } from './documents.ts';
import type { Yaml, YamlMap } from './documents.ts';
import { parse } from './formula.ts';
import { withRound } from './rounding.ts';
import type { Roundings } from './rounding.ts';
import { number } from './scope.ts';
import type { Scope } from './scope.ts';
import { termOf } from './terms.ts';
import { grainOf, periodAt, periodsIn } from './time.ts';
import type { Day, Grain, Period, Span } from './time.ts';
import type { Value } from './value.ts';
import type { Row, World } from './world.ts';
import { add } from '../../src/value/rate.ts';

/** What a component has come to. `raw` is exact, after gates, factors, caps and floor. */
export interface Result {
  /** attainment, value, target, incentive, rate, payout: what formulas and figures may name */
  readonly values: Map<string, Value>;
  raw: Ratio;
  held: string | null;
  /** what it would have paid, had it not been held */
  would?: Ratio;
  readonly gated: string[];
  days: Ratio;
  tiers?: readonly Ratio[];
  /** exact shares of facts in what is paid */
  shares?: ReadonlyMap<string, Ratio>;
  /** one calculation and one rounding for each (`per`) */
  lines?: ReadonlyMap<string, Line>;
  readonly lineTiers: Map<string, readonly Ratio[]>;
  readonly parts: Map<string, Result>;
}
export interface Line { readonly amount: Ratio; readonly fact: Row | undefined }

export function emptyResult(): Result {
  return { values: new Map(), raw: ZERO, held: null, gated: [], days: ONE, lineTiers: new Map(), parts: new Map() };
}

/** Where a component stands: what it takes from the plan or its group. */
export interface Setting {
  readonly name: string;
  readonly spec: YamlMap;
  readonly round: Roundings;
  readonly grain: Grain;
  readonly window: string;
  /** the incentive that weights share out, and this component's part of it */
  readonly incentive: Yaml | undefined;
  readonly weight: readonly Yaml[];
}

/** A top-level component. */
export function settingOf(world: World, name: string): Setting {
  const plan: Setting = { name: '', spec: {}, round: world.round, grain: world.grain, window: 'period', incentive: world.plan['incentive'], weight: [] };
  return within(plan, name, mapOf(world.components[name]));
}
/** A part takes period, window and points of rounding from its group; an incentive of its own is outside the weights. */
export function within(outer: Setting, name: string, spec: YamlMap): Setting {
  return {
    name, spec, round: withRound(outer.round, spec),
    grain: spec['period'] === undefined ? outer.grain : grainOf(textOf(spec['period']) ?? ''),
    window: textOf(spec['window']) ?? outer.window,
    incentive: spec['incentive'] ?? outer.incentive,
    weight: spec['incentive'] !== undefined ? [] : spec['weight'] === undefined ? outer.weight : [...outer.weight, spec['weight']],
  };
}

/** Section 7: windows lie inside their version; a period that is cut by it is prorated, not its target. */
export interface Over {
  readonly period: Period;
  /** first day of what accumulates, and its end so far */
  readonly from: Day;
  readonly soFar: Day;
  /** what target and incentive cover */
  readonly whole: Span;
  readonly periods: readonly Span[];
}

export function overOf(world: World, setting: Setting, period: Period): Over {
  const { from: start, to: end } = world.span, soFar = Math.min(period.to, end);
  if (setting.window === 'period') return { period, from: Math.max(period.from, start), soFar, whole: period, periods: [period] };
  const toDate = /^(\w+) to date$/.exec(setting.window), grain = grainOf(toDate?.[1] ?? setting.window.replace(/^whole /, ''));
  const big = periodAt(world.calendar, grain, period.from);
  const from = Math.max(big.from, start), to = toDate === null ? Math.min(big.to, end) : period.to;
  return { period, from, soFar, whole: { from, to }, periods: periodsIn(world.calendar, setting.grain, from, to) };
}

/** The periods of a component that the version holds. */
export function periodsOf(world: World, setting: Setting): readonly Period[] {
  return periodsIn(world.calendar, setting.grain, world.span.from, world.span.to);
}

/** Section 6.4: a bare term or literal with a unit of time is blended over the window at once; anything else is the sum over its periods. */
export function overWindow(world: World, node: Yaml, over: Over, scope: Scope): Ratio | null {
  if (isBare(world, node)) return number(node, { ...scope, window: { ...over.whole, cut: over.soFar }, day: over.whole.to - 1 });
  return over.periods.reduce<Ratio | null>((sum, p) => {
    const part = number(node, { ...scope, window: p, day: p.to - 1 });
    return sum === null || part === null ? null : add(sum, part);
  }, ZERO);
}
function isBare(world: World, node: Yaml): boolean {
  if (isMap(node) || typeof node !== 'string') return false;
  const formula = parse(node);
  return formula.kind === 'per' || (formula.kind === 'name' && node in world.terms && termOf(world, node).unit !== undefined);
}
