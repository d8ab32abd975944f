/**
 * Stage 5, earnings: rounded once, less what earlier periods of the window earned; pools and limits;
 * and rounds of earnings that are facts of later ones (language.md section 6).
 */
import { add, subtract, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { must } from '../../src/value/diagnostic.ts';
import { calculate } from './calculate.ts';
import { emptyResult, overOf, periodsOf, settingOf } from './component.ts';
import type { Line, Result, Setting } from './component.ts';
import { isMap, listOf, mapOf, mapsOf, textOf, textsOf } from './documents.ts';
import type { Yaml, YamlMap } from './documents.ts';
import { namesIn, parse } from './formula.ts';
import { limitRunning } from './limits.ts';
import { linesOf } from './lines.ts';
import { aggregateOf, specOf } from './measures.ts';
import { payees } from './payees.ts';
import { eligibleIn } from './people.ts';
import { pooled } from './pools.ts';
import { rounded } from './rounding.ts';
import { periodAt } from './time.ts';
import type { Period } from './time.ts';
import { Bad } from './value.ts';
import { factById, once } from './world.ts';
import type { Row, World } from './world.ts';

/** What a top-level component earns a payee in a period. Limits and the plan's cap change `earned` and `lines`. */
export interface Earning {
  readonly component: string;
  readonly payee: string;
  readonly period: Period;
  readonly result: Result;
  earned: Ratio;
  /** what the window has earned up to this period's end, and its lines */
  readonly soFar: Ratio;
  readonly linesSoFar: ReadonlyMap<string, Line>;
  lines: ReadonlyMap<string, Line>;
  readonly unfunded: Map<string, Ratio>;
}

/** undefined where the payee was on the plan on no day of the period. */
export function earningOf(world: World, component: string, payee: string, at: Period): Earning | undefined {
  const setting = settingOf(world, component), period = periodAt(world.calendar, setting.grain, at.from);
  if (eligibleIn(world, payee, period) === 0) return undefined;
  return once(world, `result ${component} ${payee} ${period.label}`, () => {
    for (const read of readBy(world, component) ?? []) finish(world, read);
    if ('pool' in setting.spec) return pool(world, setting, payee, period);
    return single(world, setting, payee, period);
  }, component);
}

function single(world: World, setting: Setting, payee: string, period: Period): Earning {
  const result = calculate(world, setting, payee, period), { round } = setting;
  const soFar = result.lines === undefined ? rounded(result.raw, round['end']) : [...result.lines.values()].map((l) => l.amount).reduce(add, ZERO);
  const before = earlier(world, setting, payee, period), linesSoFar = result.lines ?? new Map<string, Line>();
  const earned = before === undefined ? soFar : subtract(soFar, before.soFar);
  const lines = result.lines !== undefined ? newLines(linesSoFar, before?.linesSoFar)
    : linesOf(earned, result.shares ?? new Map(), round['end'], (id) => factById(world, id));
  return { component: setting.name, payee, period, result, earned, soFar, linesSoFar, lines, unfunded: new Map() };
}

/** The earning before this one in its window, if the payee had one. */
function earlier(world: World, setting: Setting, payee: string, period: Period): Earning | undefined {
  if (setting.window === 'period') return undefined;
  const from = overOf(world, setting, period).from;
  for (let at = period; at.from > from;) {
    at = periodAt(world.calendar, setting.grain, at.from - 1);
    const found = earningOf(world, setting.name, payee, at);
    if (found !== undefined) return found;
  }
  return undefined;
}
function newLines(now: ReadonlyMap<string, Line>, before: ReadonlyMap<string, Line> | undefined): Map<string, Line> {
  if (before === undefined) return new Map(now);
  const keys = new Set([...now.keys(), ...before.keys()]);
  return new Map([...keys].map((key): [string, Line] => {
    const a = now.get(key), b = before.get(key);
    return [key, { amount: subtract(a?.amount ?? ZERO, b?.amount ?? ZERO), fact: a?.fact ?? b?.fact }];
  }).filter(([, line]) => line.amount.n !== 0n));
}

function pool(world: World, setting: Setting, payee: string, period: Period): Earning {
  const { result, lines } = pooled(world, setting, payee, period);
  const earned = [...lines.values()].map((l) => l.amount).reduce(add, ZERO);
  return { component: setting.name, payee, period, result: { ...emptyResult(), ...result }, earned, soFar: earned, linesSoFar: lines, lines, unfunded: new Map() };
}

// ---- rounds ----

/** Components whose earnings a component reads: those that its condition names, else all that read none. undefined: it reads none. */
export function readBy(world: World, component: string): readonly string[] | undefined {
  const conditions = earningConditions(world, mapOf(world.components[component]));
  if (conditions.length === 0) return undefined;
  const named = conditions.flatMap((where) => [...where.matchAll(/component = "(\w+)"/g)].map((m) => must(m[1]))).filter((n) => n in world.components);
  return named.length > 0 ? named : Object.keys(world.components).filter((n) => n !== component && readBy(world, n) === undefined);
}
/** The `where` of every measure from `earning` under a component. */
function earningConditions(world: World, spec: YamlMap): string[] {
  return [...spec['measure'] === undefined ? [] : conditionsOf(world, spec['measure']), ...mapsOf(spec['components']).flatMap(([, part]) => earningConditions(world, part))];
}
function conditionsOf(world: World, measure: Yaml): string[] {
  const spec = specOf(world, measure);
  if (typeof spec === 'string') return namesIn(parse(spec)).filter((n) => n in world.measures).flatMap((n) => conditionsOf(world, n));
  if (!isMap(spec)) return [];
  const kinds = aggregateOf(spec) === 'count' ? textsOf(spec['count']) : textsOf(spec['from']);
  return [...kinds.includes('earning') ? [textOf(spec['where']) ?? ''] : [], ...listOf(spec['ratio']).flatMap((m) => conditionsOf(world, m)), ...listOf(spec['formula']).flatMap((m) => conditionsOf(world, m))];
}

/** 1, or one more than the latest of the components that it reads; at most three. */
export function roundOf(world: World, component: string, seen: readonly string[] = []): number {
  if (seen.includes(component)) throw new Bad(`cycle of earnings: ${[...seen, component].join(' -> ')}`);
  const reads = readBy(world, component);
  const round = reads === undefined ? 1 : 1 + Math.max(0, ...reads.map((r) => roundOf(world, r, [...seen, component])));
  if (round > 3) throw new Bad(`more than three rounds of earnings: ${component}`);
  return round;
}

/** All earnings of a component, limits included; then they are facts. */
export function finish(world: World, component: string): readonly Earning[] {
  return once(world, `finished ${component}`, () => {
    const setting = settingOf(world, component);
    const all = payees(world).flatMap((p) => periodsOf(world, setting).flatMap((period) => earningOf(world, component, p, period) ?? []));
    limitRunning(world, setting, all);
    addEarnings(world, all);
    return all;
  }, component);
}

/** Facts of kind `earning`: those that were given, else those of the rounds so far. */
export function earningRows(world: World): readonly Row[] {
  return world.given.get('earning') ?? (world.memo.get(EARNINGS) as readonly Row[] | undefined) ?? [];
}
const EARNINGS = 'earnings so far';

function addEarnings(world: World, all: readonly Earning[]): void {
  const rows = all.filter((e) => e.earned.n !== 0n).map(({ component, payee, period, earned }): Row => ({
    kind: 'earning', id: `${component}/${payee}/${period.label}`, date: Math.min(period.to, world.span.to) - 1, reverses: null,
    fields: new Map(Object.entries({ payee, component, amount: earned })),
  }));
  world.memo.set(EARNINGS, [...earningRows(world), ...rows]);
  // what was asked before these were there is asked again
  for (const key of [...world.memo.keys()]) if (/^(measure |(credits|candidates) earning )/.test(`${key} `)) world.memo.delete(key);
}
