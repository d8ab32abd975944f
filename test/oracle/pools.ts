/** Pools: the result is one pot, shared equally or by a number among those who meet the condition (language.md section 4 "pool"). */
import { byCodePoint } from '../../src/value/code-points.ts';
import { add, multiply, negate, ONE, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { must } from '../../src/value/diagnostic.ts';
import { emptyResult, overOf, overWindow } from './component.ts';
import type { Line, Over, Result, Setting } from './component.ts';
import { creditsOf } from './credits.ts';
import { mapOf, textOf } from './documents.ts';
import { limitedByKeys } from './gates.ts';
import { specOf } from './measures.ts';
import { pay } from './pay.ts';
import { payees } from './payees.ts';
import { eligibleIn } from './people.ts';
import { rounded, spread, unitOf } from './rounding.ts';
import { isTrue, number, scopeOfRow, subjectKind } from './scope.ts';
import type { Scope } from './scope.ts';
import { clipped } from './time.ts';
import type { Period } from './time.ts';
import { personField } from './world.ts';
import type { Row, World } from './world.ts';

export interface Pooled { readonly result: Result; readonly lines: ReadonlyMap<string, Line> }

/** A payee's part of the pots of a period: of the measure's subject, or, with `per`, of each fact. */
export function pooled(world: World, setting: Setting, payee: string, period: Period): Pooled {
  return 'per' in setting.spec ? ofFacts(world, setting, payee, period) : ofSubject(world, setting, payee, period);
}

function ofSubject(world: World, setting: Setting, payee: string, period: Period): Pooled {
  const { spec, round } = setting, over = overOf(world, setting, period), day = over.soFar - 1;
  const kind = spec['measure'] === undefined ? 'company' : subjectKind(world, spec['measure']) ?? 'company';
  const groupOf = (p: string): string | undefined => { const g = kind === 'company' || kind === 'payee' ? 'company' : personField(world, p, kind, day); return typeof g === 'string' ? g : undefined; };
  const group = groupOf(payee);
  const result = emptyResult();
  if (group === undefined) return { result: { ...result, held: `no ${kind}` }, lines: new Map() };
  const scope: Scope = { world, day, window: { from: over.from, to: over.soFar }, results: result.values, period, round, groups: new Map([[kind, group]]) };
  const incentive = spec['incentive'] === undefined ? null : overWindow(world, spec['incentive'], over, scope);
  if (incentive !== null) result.values.set('incentive', incentive);
  pay({ world, setting, over, subject: { kind: kind === 'payee' ? 'company' : kind, id: group }, result, scope });
  limitedByKeys(world, setting, result, { ...scope, reads: 'target' in spec ? 'attainment' : 'value' });
  const members = payees(world).filter((p) => eligibleIn(world, p, clipped(period, world.span)) > 0 && groupOf(p) === group);
  const part = shared(world, setting, result.raw, members, over).get(payee);
  return { result, lines: part === undefined ? new Map() : new Map([[period.label, { amount: part, fact: undefined }]]) };
}

/** One pot a fact, of those who are credited with it. */
function ofFacts(world: World, setting: Setting, payee: string, period: Period): Pooled {
  const over = overOf(world, setting, period), result = emptyResult(), lines = new Map<string, Line>();
  const credits = creditsOf(world, textOf(setting.spec['per']) ?? '').filter((c) => c.counts && c.fact.date !== null && c.fact.date >= over.from && c.fact.date < over.soFar);
  for (const fact of new Set(credits.map((c) => c.fact))) {
    const members = [...new Set(credits.filter((c) => c.fact === fact).map((c) => c.payee))];
    const part = shared(world, setting, potOf(world, setting, over, fact), members, over).get(payee);
    if (part !== undefined) lines.set(fact.id, { amount: part, fact });
  }
  return { result, lines };
}
function potOf(world: World, setting: Setting, over: Over, fact: Row): Ratio {
  const { spec } = setting, result = emptyResult();
  const scope = scopeOfRow(world, fact, { window: { from: over.from, to: over.soFar }, results: result.values });
  const value = number(mapOf(specOf(world, spec['measure'] ?? ''))['sum'] ?? '1', scope);
  if (value !== null) result.values.set('value', value);
  if ('amount' in spec) result.raw = number(spec['amount'] ?? '', scope) ?? ZERO;
  else result.raw = multiply(number(spec['rate'] ?? '', scope) ?? ZERO, value ?? ZERO);
  limitedByKeys(world, setting, result, scope);
  // what takes back a fact takes back its pot
  return fact.reverses === null ? result.raw : negate(result.raw);
}

function shared(world: World, setting: Setting, pot: Ratio, members: readonly string[], over: Over): ReadonlyMap<string, Ratio> {
  const pool = mapOf(setting.spec['pool']), end = setting.round['end'];
  const scope = (payee: string): Scope => ({ world, payee, day: over.soFar - 1, window: { from: over.from, to: over.soFar }, period: over.period, round: setting.round });
  const among = members.filter((p) => isTrue(pool['among'], scope(p))).toSorted(byCodePoint);
  const weights = among.map((p) => (pool['share'] === undefined || pool['share'] === 'equal' ? ONE : number(pool['share'], scope(p)) ?? ZERO));
  if (weights.reduce(add, ZERO).n === 0n) return new Map();
  const parts = spread(rounded(pot, end), weights, unitOf(end));
  return new Map(among.map((p, i) => [p, must(parts[i])]));
}
