/** One version of a plan, all stages in the order of language.md section 6. */
import { add, compare, ZERO } from '../../src/value/rate.ts';
import { must } from '../../src/value/diagnostic.ts';
import { mapOf } from './documents.ts';
import type { YamlMap } from './documents.ts';
import { settingOf } from './component.ts';
import type { Line } from './component.ts';
import { earningOf, earningRows, finish, roundOf } from './earnings.ts';
import type { Earning } from './earnings.ts';
import { rowsOf } from './facts.ts';
import { moneyOf } from './gates.ts';
import { linesOf, linesScaled } from './lines.ts';
import { measure } from './measures.ts';
import { eligible } from './people.ts';
import { released } from './releases.ts';
import { minorUnit, rounded, spread, unitOf } from './rounding.ts';
import { settled } from './settle.ts';
import type { Released, Settled } from './settle.ts';
import { levelOn } from './states.ts';
import { numberOf, ratioOf } from './value.ts';
import type { Value } from './value.ts';
import { factById, worldOf } from './world.ts';
import type { Asks, Data, World } from './world.ts';

export interface Run {
  readonly world: World;
  readonly released: readonly Released[];
  readonly settled: ReadonlyMap<string, ReadonlyMap<string, Settled>>;
}

export function run(plan: YamlMap, data: Data): Run {
  const world = worldWithStages(plan, data);
  const components = Object.keys(world.components);
  const order = components.map((name) => ({ name, round: roundOf(world, name) })).sort((a, b) => a.round - b.round);
  for (const { name } of order) finish(world, name);
  const earnings = components.flatMap((name) => finish(world, name));
  capped(world, earnings);
  const parts = earnings.map((earning) => ({ earning, parts: released(world, earning) }));
  return { world, released: parts, settled: settled(world, parts) };
}

function worldWithStages(plan: YamlMap, data: Data): World {
  const ask: Asks = {
    rows: (kind) => (kind === 'earning' ? earningRows(world) : rowsOf(world, kind)),
    measure: (asked, subject, window, only) => measure(world, asked, subject, window, only),
    result: (component, payee, period): ReadonlyMap<string, Value> => earningOf(world, component, payee, period)?.result.values ?? new Map(),
    level: (state, entity, day) => levelOn(world, state, entity, day),
    eligible: (payee) => eligible(world, payee),
  };
  const world: World = worldOf(plan, data, ask);
  return world;
}

const PAID = ['rate', 'payout', 'amount', 'components'];

/** The plan's cap: on the sum of what its components earn a payee in a period, shared out by largest remainder. */
function capped(world: World, earnings: readonly Earning[]): void {
  const cap = world.plan['cap'];
  if (cap === undefined) return;
  const groups = Map.groupBy(earnings, (e) => `${e.payee} ${e.period.label}`);
  for (const group of groups.values()) {
    const [first] = group, unit = numberOf(minorUnit(world.currency));
    if (first === undefined) continue;
    const { payee, period } = first;
    // what is shown and not paid has no incentive
    const incentive = group.filter((e) => PAID.some((key) => mapOf(world.components[e.component])[key] !== undefined)).map((e) => ratioOf(e.result.values.get('incentive') ?? null) ?? ZERO).reduce(add, ZERO);
    const most = rounded(moneyOf(world, cap, { values: new Map([['incentive', incentive]]) }, { world, payee, day: period.to - 1, window: period }), minorUnit(world.currency));
    if (compare(group.map((e) => e.earned).reduce(add, ZERO), most) <= 0) continue;
    const parts = spread(most, group.map((e) => e.earned), unit);
    group.forEach((e, i) => { e.earned = must(parts[i]); e.lines = linesAgain(world, e); });
  }
}
/** What is left of an earning is shared over its facts as the whole was; lines that have amounts of their own are cut in proportion. */
function linesAgain(world: World, { component, earned, lines, result }: Earning): ReadonlyMap<string, Line> {
  const setting = settingOf(world, component), { end } = setting.round;
  if (result.lines !== undefined || 'pool' in setting.spec || 'limits' in setting.spec) return linesScaled(lines, earned, unitOf(end));
  return linesOf(earned, result.shares ?? new Map(), end, (id) => factById(world, id));
}
