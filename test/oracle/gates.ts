/** Section 6.5: gates → `multiply` → cap → floor, of a component, a line, or a group's sum. */
import { max, min, multiply, ONE, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { listOf, mapsOf, mapOf, textOf } from './documents.ts';
import type { Yaml } from './documents.ts';
import type { Result, Setting } from './component.ts';
import { roundedOrBlank } from './rounding.ts';
import { factor, isTrue, number } from './scope.ts';
import type { Scope } from './scope.ts';
import { termOf } from './terms.ts';
import { Bad, isNumberText, ratioOf } from './value.ts';
import type { World } from './world.ts';

export function limitedByKeys(world: World, { spec, round }: Setting, result: Result, scope: Scope): void {
  let share = ONE;
  const held = (why: string): void => { result.held = why; result.would = result.raw; result.raw = ZERO; };
  for (const [name, gate] of mapsOf(spec['gates'])) {
    if (isTrue(gate['require'], scope)) continue;
    result.gated.push(name);
    const otherwise = textOf(gate['otherwise']) ?? '0%';
    if (otherwise === 'hold') held(`gate ${name}`);
    else if (otherwise.startsWith('at most ')) result.raw = min(result.raw, multiply(valueOf(otherwise.slice('at most '.length), scope), incentiveOf(result)));
    else {
      const by = valueOf(otherwise, scope);
      share = multiply(share, by);
      result.raw = multiply(result.raw, by);
    }
  }
  for (const [name, node] of Object.entries(mapOf(spec['multiply']))) {
    const by = roundedOrBlank(factor(node, { ...scope, reads: 'target' in spec ? 'attainment' : 'value' }), round['factor']);
    if (by === null) { held(`multiply ${name}`); continue; }
    share = multiply(share, by);
    result.raw = multiply(result.raw, by);
  }
  for (const cap of listOf(spec['cap'])) result.raw = min(result.raw, moneyOf(world, cap, result, scope));
  if (spec['floor'] !== undefined && result.held === null) result.raw = max(result.raw, moneyOf(world, spec['floor'], result, scope));
  // where nothing is left, what remains (a floor, what goes back) is shared as the whole was
  if (result.shares !== undefined && share.n !== 0n) result.shares = new Map([...result.shares].map(([id, x]) => [id, multiply(x, share)]));
}

/** A cap or floor: `%` of the incentive, or money. */
export function moneyOf(world: World, node: Yaml, result: Pick<Result, 'values'>, scope: Scope): Ratio {
  const text = textOf(node), amount = valueOf(node, scope);
  const ofIncentive = text !== undefined && ((isNumberText(text) && text.endsWith('%')) || (text in world.terms && termOf(world, text).type === 'percent'));
  return ofIncentive ? multiply(amount, incentiveOf(result)) : amount;
}

function incentiveOf(result: Pick<Result, 'values'>): Ratio {
  const incentive = ratioOf(result.values.get('incentive') ?? null);
  if (incentive === null) throw new Bad('a share of the incentive is said where there is no incentive');
  return incentive;
}
function valueOf(node: Yaml, scope: Scope): Ratio {
  const value = number(node, scope);
  if (value === null) throw new Bad(`${textOf(node) ?? 'a table'} has no value`);
  return value;
}
