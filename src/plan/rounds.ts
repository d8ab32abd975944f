/**
 * The order of components. One may read a result of another (`own.attainment`), and one may measure what
 * others have earned (`from: earning`): it is in the round after those it names by `component = "…"`, or
 * after all that read none. Neither may go round in a circle.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { must } from '../value/diagnostic.ts';
import { closest } from './closest.ts';
import type { Typed } from './formula.ts';
import type { Component, Measure, Plan } from './plan.ts';
import { both, problem } from './problem.ts';
import { measuresNamed, refsOf } from './references.ts';

type Ordered = Pick<Plan, 'components' | 'measures'>;

export const EARNING = 'earning';
/** More rounds than this make nobody's pay easier to explain. */
export const MOST_ROUNDS = 3;

/** The round of each component at the top: 1, or one more than the components whose earnings it reads. */
export function roundsOf(plan: Ordered): ReadonlyMap<string, number> {
  const feeds = feedsOf(plan);
  const rounds = new Map<string, number>();
  const roundOf = (name: string): number => {
    const known = rounds.get(name);
    if (known !== undefined) return known;
    const round = 1 + Math.max(0, ...must(feeds.get(name)).map(roundOf));
    rounds.set(name, round);
    return round;
  };
  for (const name of feeds.keys()) roundOf(name);
  return rounds;
}

/** Components that are paid on no earnings. */
export function firstRound(plan: Ordered): readonly string[] {
  return [...roundsOf(plan)].flatMap(([name, round]) => (round === 1 ? [name] : []));
}

/** Reports circles of results and of earnings, and more rounds than there may be. */
export function checkOrder(plan: Ordered, found: Diagnostic[]): void {
  const all = plan.components.flatMap(withParts);
  const results = new Map(all.map((c) => [c.name, resultsRead(c)]));
  const circle = circleIn(results);
  if (circle !== undefined) {
    found.push(problem('plan.cycle', atOf(all, circle), `these components need each other's results: ${circle.join(' → ')}`, 'break the circle at one of them: name the measure in place of the result'));
  }
  checkNamed(plan, found);
  const feeds = feedsOf(plan);
  const fed = circleIn(feeds);
  if (fed !== undefined) {
    found.push(problem('plan.cycle', atOf(all, fed), `these components are paid on each other's earnings: ${fed.join(' → ')}`, 'name the components whose earnings count: `where: component = "commission"`'));
    return;
  }
  for (const [name, round] of roundsOf(plan)) {
    if (round <= MOST_ROUNDS) continue;
    found.push(problem('plan.cycle', atOf(all, [name]), `\`${name}\` would be paid in round ${round}: ${pathTo(feeds, name).join(' → ')}; there are at most ${MOST_ROUNDS}`, 'pay on the first earnings, and not on what is paid on them'));
  }
}

/** Earnings of a component that does not exist would be 0 without a word. */
function checkNamed(plan: Ordered, found: Diagnostic[]): void {
  const names = plan.components.map((c) => c.name);
  const filters = plan.components.flatMap((c) => earningMeasures(c, plan)).flatMap((m) => ('where' in m && m.where !== undefined ? [m.where] : []));
  for (const where of new Set(filters)) {
    for (const name of componentsNamed(where.formula)) {
      if (names.includes(name)) continue;
      const near = closest(name, names);
      found.push(problem('plan.unknown_name', where.at, `there is no component \`${name}\` at the top of this plan, whose earnings could count`, near === undefined ? `the components at the top are ${both(names)}` : `did you mean \`${near}\`?`));
    }
  }
}

function withParts(c: Component): readonly Component[] {
  return c.kind === 'group' ? [c, ...c.components.flatMap(withParts)] : [c];
}

function atOf(all: readonly Component[], path: readonly string[]): Component['at'] {
  return must(all.find((c) => c.name === path[0])).at;
}

/** Components whose results a component reads itself; its parts read for themselves. */
function resultsRead(c: Component): readonly string[] {
  const own = c.kind === 'group' ? { ...c, components: [] } : c;
  return [...new Set(refsOf(own, 'component').map((ref) => ref.component))];
}

/** For each component at the top those whose earnings it reads. */
function feedsOf(plan: Ordered): ReadonlyMap<string, readonly string[]> {
  const names = plan.components.map((c) => c.name);
  const read = new Map(plan.components.map((c) => [c.name, earningsRead(c, plan, names)]));
  const first = names.filter((name) => read.get(name) === undefined);
  return new Map(names.map((name) => {
    const said = read.get(name);
    return [name, said === undefined ? [] : said === 'all' ? first : said];
  }));
}

/** Measures over earnings that a component names, wherever it does. */
function earningMeasures(c: Component, plan: Ordered): readonly Measure[] {
  const named = new Map(plan.measures.map((m) => [m.name, m]));
  const inline = withParts(c).flatMap((part) => (part.kind === 'leaf' ? [part.measure, typeof part.of === 'object' ? part.of : undefined] : []));
  const measures = [...inline, ...measuresNamed(c).map((name) => named.get(name))].flatMap((m) => (m === undefined ? [] : gatheringsOf(m)));
  return measures.filter((m) => 'from' in m && m.from.includes(EARNING));
}

/** The components whose earnings one reads: those it names, or all; undefined where it reads none. */
function earningsRead(c: Component, plan: Ordered, names: readonly string[]): readonly string[] | 'all' | undefined {
  const earning = earningMeasures(c, plan);
  if (earning.length === 0) return undefined;
  const said = earning.map((m) => ('where' in m && m.where !== undefined ? componentsNamed(m.where.formula) : []));
  return said.some((list) => list.length === 0) ? 'all' : [...new Set(said.flat())].filter((name) => names.includes(name));
}

type Gathering = Extract<Measure, { readonly from: unknown }>;
/** The measures over rows that one consists of. */
export function gatheringsOf(m: Measure): readonly Gathering[] {
  switch (m.kind) {
    case 'ratio': return [...gatheringsOf(m.numerator), ...gatheringsOf(m.denominator), ...(m.otherwise === undefined ? [] : gatheringsOf(m.otherwise))];
    case 'formula': return Object.values(m.measures).flatMap(gatheringsOf);
    case 'rank': return gatheringsOf(m.of);
    default: return [m];
  }
}

/** Words that `component` is compared with: `component = "commission"`, `component in ("a", "b")`. */
export function componentsNamed(formula: Typed): readonly string[] {
  if (formula.kind !== 'op' && formula.kind !== 'call') return [];
  const own = formula.kind === 'op' && (formula.op === '=' || formula.op === 'in') && formula.args.some((arg) => arg.kind === 'name' && arg.ref.kind === 'field' && arg.ref.path.at(-1) === 'component');
  const words = own ? formula.args.flatMap((arg) => (arg.kind === 'text' ? [arg.value] : [])) : [];
  return [...words, ...formula.args.flatMap(componentsNamed)];
}

/** A path that comes back to where it began. */
function circleIn(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, trail: readonly string[]): readonly string[] | undefined => {
    const start = trail.indexOf(name);
    if (start >= 0) return [...trail.slice(start), name];
    if (done.has(name)) return undefined;
    for (const next of edges.get(name) ?? []) {
      const circle = visit(next, [...trail, name]);
      if (circle !== undefined) return circle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of edges.keys()) {
    const circle = visit(name, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

function pathTo(feeds: ReadonlyMap<string, readonly string[]>, name: string): readonly string[] {
  const longest = must(feeds.get(name)).map((next) => pathTo(feeds, next)).sort((a, b) => b.length - a.length)[0];
  return [...(longest ?? []), name];
}
