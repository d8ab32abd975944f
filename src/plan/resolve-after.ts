/** What is done to the pay of a component or a group, in this order: gates, `multiply`, `cap`, `floor`. */
import { earningNames } from './component-scopes.ts';
import type { Inside } from './component-scopes.ts';
import { compare } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { entriesOf, find, itemsOf } from './document.ts';
import type { MapNode, Node } from './document.ts';
import type { Typed } from './formula.ts';
import { checkName } from './names.ts';
import type { Factor, Leaf, Limit } from './plan.ts';
import { problem } from './problem.ts';
import { resolveGates } from './resolve-gates.ts';
import { resolveNumber, valuesOf } from './resolve-tables.ts';
import type { NumberUse } from './resolve-tables.ts';
import type { PlanContext } from './scopes.ts';

export function resolveAfter(ctx: PlanContext, node: MapNode, inside: Inside, hasIncentive: boolean): Pick<Leaf, 'gates' | 'multiply' | 'caps' | 'floor'> {
  const names = earningNames(ctx, inside);
  const { reads } = inside;
  const use = { names, perFact: inside.single, ...(reads !== undefined && { reads }) };
  const gates = resolveGates(ctx, find(node, 'gates'), { names, hasIncentive });
  const multiply = entriesOf(find(node, 'multiply')).flatMap((entry): Factor[] => {
    const factor = checkName(entry, 'a factor', ctx.found) ? resolveNumber(ctx, entry.value, { ...use, place: 'factor' }) : undefined;
    return factor === undefined ? [] : [{ name: entry.key, factor, at: entry.at }];
  });
  const caps = itemsOf(find(node, 'cap')).flatMap((item) => resolveLimit(ctx, item, { ...use, place: 'limit' }, hasIncentive) ?? []);
  const floorNode = find(node, 'floor');
  const floor = floorNode && resolveLimit(ctx, floorNode, { ...use, place: 'limit' }, hasIncentive);
  if (floor !== undefined) checkOrder(ctx, caps, floor);
  return { gates, multiply, caps, ...(floor !== undefined && { floor }) };
}

/** Where both are known, at most less than at least would leave open which one holds. */
function checkOrder(ctx: PlanContext, caps: readonly Limit[], floor: Limit): void {
  const least = literalOf(floor);
  for (const cap of caps) {
    const most = literalOf(cap);
    if (most === undefined || least === undefined || cap.kind !== floor.kind || compare(most.value, least.value) >= 0) continue;
    ctx.found.push(problem('plan.pay_form', floor.at, `this is at least \`${least.text}\`, but the cap is at most \`${most.text}\``, 'raise `cap`, or lower `floor`: the cap must not be below the floor'));
  }
}
function literalOf({ amount }: Limit): { readonly value: Ratio; readonly text: string } | undefined {
  return amount.kind === 'formula' && amount.formula.kind === 'number' ? { value: amount.formula.value, text: amount.text } : undefined;
}

/** A cap or a floor: `%` is a share of the incentive, everything else money. */
export function resolveLimit(ctx: PlanContext, node: Node, use: NumberUse, hasIncentive: boolean): Limit | undefined {
  const amount = resolveNumber(ctx, node, use);
  if (amount === undefined) return undefined;
  const values = valuesOf(amount);
  const share = values.some((t) => t.type.kind === 'percent' && !isZero(t));
  if (share && values.some((t) => t.type.kind === 'money' && !isZero(t))) {
    ctx.found.push(problem('plan.unit', node.at, 'the table has shares of the incentive (such as 200%) and money (such as 50k)', 'write all values in one unit'));
    return undefined;
  }
  if (share && !hasIncentive) {
    ctx.found.push(problem('plan.pay_form', node.at, `${amount.kind === 'formula' ? `\`${amount.text}\`` : 'a percentage'} is a share of the incentive, but there is no incentive here`, 'add `incentive`, or write an amount of money'));
    return undefined;
  }
  return { kind: share ? 'share' : 'money', amount, at: node.at };
}

export function isZero(value: Typed): boolean {
  return value.kind === 'number' && value.value.n === 0n;
}
