/** Running limits of a component over the version, in order of date, then fact; the rest is listed unfunded (language.md section 4 "limits"). */
import { byCodePoint } from '../../src/value/code-points.ts';
import { add, compare, min, ONE, subtract, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { must } from '../../src/value/diagnostic.ts';
import type { Line, Setting } from './component.ts';
import { mapsOf, textOf } from './documents.ts';
import type { YamlMap } from './documents.ts';
import type { Earning } from './earnings.ts';
import { evaluate } from './evaluate.ts';
import { parse } from './formula.ts';
import { inOrder } from './lines.ts';
import { namesOf, number, scopeOfRow } from './scope.ts';
import { shown } from './value.ts';
import type { World } from './world.ts';

interface Entry { readonly earning: Earning; readonly key: string }

export function limitRunning(world: World, { spec }: Setting, earnings: readonly Earning[]): void {
  if (!('limits' in spec)) return;
  const entries = earnings.flatMap((earning) => [...earning.lines.keys()].map((key): Entry => ({ earning, key })));
  const line = ({ earning, key }: Entry): Line => must(earning.lines.get(key));
  entries.sort((a, b) => inOrder(line(a), line(b), a.key, b.key) || byCodePoint(a.earning.payee, b.earning.payee));
  for (const [, limit] of mapsOf(spec['limits'])) {
    const used = new Map<string, Ratio>();
    for (const entry of entries) limitOne(world, limit, entry, line(entry), used);
  }
}

/** `N times`, or money, for each payee, the plan, or a field of the fact. What goes back makes room again. */
function limitOne(world: World, limit: YamlMap, { earning, key }: Entry, line: Line, used: Map<string, Ratio>): void {
  const said = textOf(limit['at_most']) ?? '', times = said.endsWith(' times');
  const most = must(number(said.replace(/ times$/, ''), { world, day: world.span.from, payee: earning.payee, window: world.span }));
  const who = perOf(world, limit, earning, line), before = used.get(who) ?? ZERO, amount = line.amount;
  const step = times ? (amount.n === 0n ? ZERO : ONE) : min(amount, subtract(most, before));
  const kept = !times ? step : compare(add(before, step), most) <= 0 ? amount : ZERO;
  used.set(who, add(before, step));
  const cut = subtract(amount, kept);
  if (cut.n === 0n) return;
  earning.unfunded.set(key, add(earning.unfunded.get(key) ?? ZERO, cut));
  earning.lines = new Map(earning.lines).set(key, { ...line, amount: kept });
  earning.earned = subtract(earning.earned, cut);
}

function perOf(world: World, limit: YamlMap, earning: Earning, line: Line): string {
  const per = textOf(limit['per']) ?? 'payee';
  if (per === 'payee') return earning.payee;
  if (per === 'plan' || line.fact === undefined) return '';
  return shown(evaluate(parse(per), namesOf(scopeOfRow(world, line.fact))));
}
