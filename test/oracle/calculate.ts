/** A component, whole: groups on the sum of their parts, lines one by one, group measures by days of membership (language.md section 6.4, 6.5). */
import { add, multiply, negate, ONE, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { mapOf, mapsOf, textOf } from './documents.ts';
import type { YamlMap } from './documents.ts';
import { emptyResult, overOf, overWindow, within } from './component.ts';
import type { Line, Over, Result, Setting } from './component.ts';
import { evaluate } from './evaluate.ts';
import { parse } from './formula.ts';
import { limitedByKeys } from './gates.ts';
import { counted, specOf } from './measures.ts';
import type { Counted } from './measures.ts';
import { pay } from './pay.ts';
import type { Job } from './pay.ts';
import { memberships } from './people.ts';
import { rounded } from './rounding.ts';
import { dayOfRow, namesOf, number, subjectKind } from './scope.ts';
import type { Scope } from './scope.ts';
import { shareOfDays } from './terms.ts';
import { fraction } from './time.ts';
import type { Period } from './time.ts';
import { shown } from './value.ts';
import { lineage } from './world.ts';
import type { Row, World } from './world.ts';

export function calculate(world: World, setting: Setting, payee: string, period: Period): Result {
  const over = overOf(world, setting, period);
  const { spec, round } = setting;
  const base = { world, payee, period, round };
  const result = emptyResult();
  result.days = shareOfDays(world, payee, over.whole, round);
  const incentive = incentiveOf(world, setting, over, { ...base, day: over.soFar - 1 });
  if (incentive !== null) result.values.set('incentive', incentive);
  const scope: Scope = { ...base, day: over.soFar - 1, window: { from: over.from, to: over.soFar }, results: result.values };
  if ('components' in spec) return group(world, setting, result, scope, (part) => calculate(world, part, payee, period));
  const kind = spec['measure'] === undefined ? 'payee' : subjectKind(world, spec['measure']) ?? 'payee';
  if (kind === 'payee' || kind === 'company') {
    leaf({ world, setting, over, subject: { kind, id: kind === 'payee' ? payee : kind }, result, scope }, ONE);
    return result;
  }
  return byMembership(world, setting, over, kind, payee, result, scope);
}

/** Share of the plan's, or the group's, incentive; or its own. */
function incentiveOf(world: World, setting: Setting, over: Over, scope: Scope): Ratio | null {
  if (setting.incentive === undefined) return null;
  const amount = overWindow(world, setting.incentive, over, scope);
  const weight = setting.weight.map((w) => number(w, { ...scope, window: over.period, day: Math.min(over.period.to, over.soFar) - 1 }) ?? ZERO).reduce(multiply, ONE);
  return amount === null ? null : rounded(multiply(amount, weight), setting.round['incentive']);
}

/** A group's gates, factors and caps act on the sum of its parts. */
function group(world: World, setting: Setting, result: Result, scope: Scope, calculated: (part: Setting) => Result): Result {
  for (const [name, spec] of mapsOf(setting.spec['components'])) {
    const part = calculated(within(setting, name, spec));
    result.parts.set(name, part);
    result.raw = add(result.raw, part.raw);
    result.held ??= part.held;
  }
  const paying = [...result.parts.values()].filter((p) => p.raw.n !== 0n);
  if (paying.every((p) => p.shares !== undefined)) result.shares = sumOf(paying.map((p) => p.shares ?? new Map()));
  limitedByKeys(world, setting, result, { ...scope, parts: new Map([...result.parts].map(([n, p]) => [n, p.values])) });
  return result;
}

/** Section 7: a group's result × the share of the payee's days in it; two pods in a period are two calculations. */
function byMembership(world: World, setting: Setting, over: Over, kind: string, payee: string, result: Result, scope: Scope): Result {
  const parts = memberships(world, payee, kind, { from: over.from, to: over.soFar });
  if (parts.length === 0) { result.held = `no ${kind}`; return result; }
  const all = parts.map(({ group: id, days, of }) => {
    const share = rounded(fraction(days, of), setting.round['days']);
    const one: Result = { ...emptyResult(), values: new Map(result.values), days: share };
    leaf({ world, setting, over, subject: { kind, id }, result: one, scope: { ...scope, results: one.values, groups: new Map([[kind, id]]) } }, share);
    return one;
  });
  const last = all.at(-1) ?? result;
  const whole: Result = { ...last, raw: all.map((r) => r.raw).reduce(add, ZERO), held: all.find((r) => r.held !== null)?.held ?? null };
  if (all.every((r) => r.shares !== undefined)) whole.shares = sumOf(all.map((r) => r.shares ?? new Map()));
  if (all.some((r) => r.lines !== undefined)) whole.lines = new Map(all.flatMap((r) => [...r.lines ?? []]));
  return whole;
}

function leaf(job: Job, share: Ratio): void {
  if ('per' in job.setting.spec) return perLine(job, share);
  pay(job);
  // without a form of pay it is shown, not paid: there is nothing that a floor could raise; what its gates read is asked for all the same
  const paid = paysAnything(job.setting.spec);
  limitedByKeys(job.world, job.setting, paid ? job.result : { ...job.result }, { ...job.scope, reads: reads(job) });
  if (!paid) return;
  job.result.raw = multiply(job.result.raw, share);
  if (job.result.shares !== undefined) job.result.shares = new Map([...job.result.shares].map(([id, x]) => [id, multiply(x, share)]));
}
const paysAnything = (spec: YamlMap): boolean => 'rate' in spec || 'payout' in spec || 'amount' in spec;
const reads = (job: Job): 'attainment' | 'value' => ('target' in job.setting.spec ? 'attainment' : 'value');

/** `per`: one calculation and one rounding for each fact, or for each value of a field. What takes back a fact takes back what that fact is paid. */
function perLine(job: Job, share: Ratio): void {
  const { world, setting, over, subject, result } = job;
  const measured = setting.spec['measure'] ?? '', spec = mapOf(specOf(world, measured)), per = textOf(setting.spec['per']) ?? '';
  const lines = new Map<string, Line>();
  for (const [key, facts] of grouped(world, per, there(counted(world, spec, subject, { from: over.from, to: over.soFar })))) {
    const [first] = facts, ids = new Set(facts.map((c) => c.fact.id));
    const one: Result = { ...emptyResult(), values: new Map(result.values) };
    const scope: Scope = { ...job.scope, day: first === undefined ? job.scope.day : dayOfRow(first.fact, job.scope.day), row: first?.fact, via: first?.via, results: one.values };
    const turned = first !== undefined && first.fact.reverses !== null && lineage(world, first.fact.kind).includes(per), signed = (x: Ratio): Ratio => (turned ? negate(x) : x);
    pay({ ...job, result: one, scope, only: Object.assign((f: Row) => ids.has(f.id), { turned }) });
    limitedByKeys(world, setting, one, { ...scope, reads: reads(job) });
    lines.set(key, { amount: signed(rounded(multiply(one.raw, share), setting.round['end'])), fact: first?.fact });
    if (one.tiers !== undefined) result.lineTiers.set(key, one.tiers.map(signed));
    result.held ??= one.held;
  }
  result.values.set('value', world.ask.measure(measured, subject, { from: over.from, to: over.soFar }));
  result.lines = lines;
  result.raw = [...lines.values()].map((l) => l.amount).reduce(add, ZERO);
}

/** What counts nothing has no line: what is blank, held or rejected. */
const there = (facts: readonly Counted[]): Counted[] => facts.filter((c) => c.value !== null && c.share.n !== 0n);

/** A kind of fact: by fact. A field: by its value. */
export function grouped(world: World, per: string, facts: readonly Counted[]): Map<string, Counted[]> {
  const out = new Map<string, Counted[]>();
  for (const c of facts) {
    const key = lineage(world, c.fact.kind).includes(per) ? c.fact.id : shown(evaluate(parse(per), namesOf({ world, day: c.fact.date ?? world.span.from, row: c.fact })));
    out.set(key, [...out.get(key) ?? [], c]);
  }
  return out;
}

function sumOf(maps: readonly ReadonlyMap<string, Ratio>[]): Map<string, Ratio> {
  const out = new Map<string, Ratio>();
  for (const map of maps) for (const [id, x] of map) out.set(id, add(out.get(id) ?? ZERO, x));
  return out;
}
