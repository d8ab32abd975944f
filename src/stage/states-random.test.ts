/** Drawn histories of 200 accounts: both engines find the entries that looking at every single day finds. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, ProgramRunner } from '../engine/engine.ts';
import { openMemory } from '../engine/memory.ts';
import { formatDay } from '../value/period.ts';
import { halved } from './reference-rows.ts';
import { openEngine, runCompany } from './stage.fixture.ts';
import { companyOf, FIRST, type History, history, type Touch } from './states.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openEngine('states-random'); });
afterAll(() => engine.close());

/** Days after the first that are looked at. */
const LAST = 330;

// ---- every single day ----

type Stay<T> = { readonly from: number; readonly to: number; readonly value: T };
const NEVER = 10_000;
/** Shorter stays are passed over, equal neighbours merge. */
function merged<T>(stays: readonly Stay<T>[], lasting: number): Stay<T>[] {
  const out: Stay<T>[] = [];
  for (const s of stays) {
    if (s.from + lasting > s.to) continue;
    const last = out.pop();
    if (last === undefined) out.push(s);
    else if (last.value === s.value) out.push({ ...last, to: s.to });
    else out.push({ ...last, to: s.from }, s);
  }
  return out;
}
function daily(holds: (t: number) => boolean, lasting: number): Stay<boolean>[] {
  const out: Stay<boolean>[] = [{ from: -NEVER, to: 0, value: holds(-NEVER) }];
  for (let t = 0; t < LAST; t++) {
    const value = holds(t), last = out.pop() as Stay<boolean>;
    if (last.value === value) out.push({ ...last, to: t + 1 });
    else out.push(last, { from: t, to: t + 1, value });
  }
  const last = out.pop() as Stay<boolean>;
  return merged([...out, { ...last, to: NEVER }], lasting);
}
/** What is left of each fact, in order of day and place in the list, where a key has at most so much. */
function limited(facts: readonly Touch[], most: number, key: (f: Touch) => string): readonly Touch[] {
  const used = new Map<string, number>();
  return facts.map((f) => { const before = used.get(key(f)) ?? 0, points = Math.min(f.points, most - before); used.set(key(f), before + points); return { ...f, points }; });
}
const total = (facts: readonly Touch[]): number => facts.reduce((n, f) => n + f.points, 0);

function expected({ least, touches, moves }: History): Record<string, string[]> {
  const sorted = touches.map((f, i) => ({ ...f, i })).sort((a, b) => a.at - b.at || a.i - b.i);
  const back = (t: number, days: number): Touch[] => sorted.filter((f) => f.at <= t && f.at > t - days);
  const daily_ = (f: Touch): string => `${f.contact}${f.at}`;
  const heat = (t: number): number => limited(back(t, 40), 25, daily_).reduce((n, f) => n + f.points * Number(halved(t - f.at, 4)), 0) / 1_000_000;
  const leastOn = (t: number): number => least.findLast((r) => r.at <= Math.max(t, -1))?.least ?? 0;
  const warm = daily((t) => total(back(t, 30)) >= leastOn(t), 7);
  const hot = daily((t) => heat(t) >= 12 || new Set(back(t, 12).map((f) => f.contact)).size >= 2, 3);
  const broad = daily((t) => total(limited(back(t, 20), 12, daily_)) >= 15 && leastOn(t) < 25, 0);
  const deep = daily((t) => { const near = back(t, 25); return total(limited(back(t, NEVER * 3), 25, (f) => f.contact)) >= 30 && near.length > 0 && total(near) / near.length >= 8; }, 4);
  const changes = moves.toSorted((a, b) => a.at - b.at), stage = merged(changes.map((m, i) => ({ from: m.at, to: changes[i + 1]?.at ?? NEVER, value: m.stage })), 5);
  const on = <T>(stays: readonly Stay<T>[], t: number): T | undefined => stays.find((s) => s.from <= t && t < s.to)?.value;
  const both = daily((t) => (on(warm, t) === true && on(stage, t) === 'B') || on(hot, t) !== true, 2);
  const entries = (stays: readonly Stay<boolean>[], lasting: number, again = 0): string[] => {
    let last = -NEVER * 2;
    return stays.filter((s) => s.value).flatMap(({ from }) => {
      if (from + lasting < last + again) return [];
      last = from + lasting;
      return [from === -NEVER ? 'always' : formatDay(FIRST + from)];
    });
  };
  const levels = ['A', 'B', 'C'];
  return {
    warm: entries(warm, 7, 40), hot: entries(hot, 3), broad: entries(broad, 0), deep: entries(deep, 4), both: entries(both, 2),
    stage: stage.map((s, i) => { const before = stage[i - 1]; return `${formatDay(FIRST + s.from)} ${before === undefined ? 0 : levels.indexOf(s.value) - levels.indexOf(before.value)}`; }),
  };
}

async function found(runner: ProgramRunner, all: readonly History[]): Promise<Record<string, string[]>[]> {
  const run = await runCompany(runner, companyOf(all));
  const out = all.map((): Record<string, string[]> => ({ warm: [], hot: [], broad: [], deep: [], both: [], stage: [] }));
  for (const state of ['warm', 'hot', 'broad', 'deep', 'both', 'stage']) for (const r of await run.rows(`rows_${state}`)) {
    const [, account = '', since = ''] = String(r['id']).split('/');
    out[Number(account.slice(1))]?.[state]?.push(state === 'stage' ? `${since} ${(r['steps'] as bigint) / 1_000_000n}` : since);
  }
  return out.map((o) => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, v.sort()])));
}

test('entries of 200 drawn accounts, on DuckDB and in memory', async () => {
  const all = fc.sample(history, { numRuns: 200, seed: 20_261_125 });
  const wanted = all.map((h) => Object.fromEntries(Object.entries(expected(h)).map(([k, v]) => [k, v.sort()])));
  for (const state of ['warm', 'hot', 'broad', 'deep', 'both', 'stage']) expect(wanted.reduce((n, w) => n + (w[state]?.length ?? 0), 0), state).toBeGreaterThan(30);
  const differing = (got: readonly Record<string, string[]>[]): unknown[] => all.flatMap((h, n) => (JSON.stringify(got[n]) === JSON.stringify(wanted[n]) ? [] : [{ history: h, wanted: wanted[n], got: got[n] }]));
  expect(differing(await found(engine, all))).toEqual([]);
  expect(differing(await found(openMemory(), all))).toEqual([]);
}, 120_000);
