/** How a plan settles: `draw`, `negative`, `pays_in`, `convert`, `accounting`, `base`. */
import { compare, ONE, ZERO } from '../value/rate.ts';
import { minorDigits } from '../value/money.ts';
import { parseDay } from '../value/period.ts';
import { knownNames, knownOnly } from './component-scopes.ts';
import { find, textOf } from './document.ts';
import type { MapNode, Node } from './document.ts';
import { readDuration } from './durations.ts';
import { readNumber } from './literal.ts';
import type { Accounting, Component, Convert, Draw, Num, Plan } from './plan.ts';
import { both, problem } from './problem.ts';
import { rateNames } from './resolve-exchange.ts';
import { duration } from './resolve-releases.ts';
import { resolveNumber } from './resolve-tables.ts';
import { together } from './scopes.ts';
import type { PlanContext } from './scopes.ts';

export function resolveDraw(ctx: PlanContext, node: Node | undefined): Draw | undefined {
  if (node?.kind !== 'map') return undefined;
  const before = ctx.found.length;
  const amountNode = find(node, 'amount');
  if (amountNode === undefined) ctx.found.push(problem('plan.missing_key', node.at, 'the draw does not say up to how much it tops up', 'add `amount: 1_000 a month`'));
  const amount = amountNode && resolveNumber(ctx, amountNode, { place: 'amount', names: knownOnly(ctx, 'the draw') });
  const recover = recoverOf(ctx, node);
  const forgive = forgiveOf(ctx, find(node, 'forgive'));
  const times = { ...duration(ctx, node, 'within'), ...duration(ctx, node, 'after') };
  for (const key of ['after', 'forgive'] as const) {
    const stray = recover === 'never' ? find(node, key) : undefined;
    if (stray !== undefined) ctx.found.push(problem('plan.settlement', stray.at, `\`${key}\` has no effect on a draw that is never recovered`, `remove \`${key}\`, or write \`recover: 100%\``));
  }
  if (amount === undefined || recover === undefined || ctx.found.slice(before).some((d) => d.severity === 'error')) return undefined;
  return { amount, ...times, recover, ...(forgive !== undefined && { forgive }), at: node.at };
}

function recoverOf(ctx: PlanContext, node: MapNode): Draw['recover'] | undefined {
  const recover = find(node, 'recover');
  const text = textOf(recover)?.trim();
  if (recover === undefined) {
    ctx.found.push(problem('plan.missing_key', node.at, 'the draw does not say how much of later pay goes back', 'add `recover: never`, or `recover: 100%` of the pay above the draw'));
    return undefined;
  }
  if (text === 'never') return 'never';
  const share = text === undefined ? undefined : readNumber(text, 'percent');
  if (share !== undefined && compare(share, ZERO) > 0 && compare(share, ONE) <= 0) return share;
  ctx.found.push(problem('plan.settlement', recover.at, `\`recover: ${text ?? ''}\` is neither \`never\` nor a share of the pay above the draw`, 'write `recover: never` or `recover: 100%`'));
  return undefined;
}

function forgiveOf(ctx: PlanContext, node: Node | undefined): Draw['forgive'] {
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined || text === '') return undefined;
  const day = parseDay(text);
  if (day === undefined) ctx.found.push(problem('plan.bad_date', node.at, `\`${text}\` is not a day`, 'write the day on which the balance is dropped, such as `2026-12-31`'));
  return day;
}

export function negativeOf(root: MapNode): Plan['negative'] {
  const text = textOf(find(root, 'negative'))?.trim();
  return text === 'forgive' ? 'forgive' : text === 'pay back' ? 'pay_back' : 'carry';
}

export function paysInOf(ctx: PlanContext, node: Node | undefined, currency: string): string {
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined || text === '') return currency;
  if (minorDigits(text) !== undefined) return text;
  ctx.found.push(problem('plan.bad_value', node.at, `\`${text}\` is not a currency in use`, minorDigits(text.toUpperCase()) !== undefined ? `write it in capitals: \`${text.toUpperCase()}\`` : 'write the three letters of ISO 4217, such as USD, EUR or GBP'));
  return currency;
}

const MOMENTS: readonly Convert['when'][] = ['date', 'period', 'payment'];

/** The exchange rate of each released part; `date` is the day on which it is looked up, `currency` the plan's. */
export function resolveConvert(ctx: PlanContext, node: Node | undefined): Convert | undefined {
  if (node?.kind !== 'map') return undefined;
  const rateNode = find(node, 'rate');
  if (rateNode === undefined) {
    ctx.found.push(problem('plan.missing_key', node.at, '`convert` does not say the exchange rate', 'add `rate: 85.50`, or the name of a table that is read by `date`'));
    return undefined;
  }
  const rate = resolveNumber(ctx, rateNode, { place: 'number', names: together(rateNames(ctx), knownNames(ctx)) });
  const when = MOMENTS.find((m) => m === textOf(find(node, 'at'))?.trim()) ?? 'payment';
  return rate && { rate, when, at: node.at };
}

/** Money of another currency needs a rate, and a rate another currency. */
export function checkCurrencies(ctx: PlanContext, plan: Pick<Plan, 'currency' | 'paysIn' | 'components' | 'at'> & { readonly convert?: Convert | undefined }, { payNode, refused }: { readonly payNode: Node | undefined; /** a rate that cannot be read has been told */ readonly refused: boolean }): void {
  const own = plan.components.filter((c) => c.convert !== undefined);
  if (plan.currency === plan.paysIn) {
    for (const { at } of [...(plan.convert === undefined ? [] : [plan.convert]), ...own.flatMap((c) => c.convert ?? [])]) {
      ctx.found.push(problem('plan.settlement', at, `\`convert\` has no effect: the plan is calculated and paid in ${plan.currency}`, 'add `pays_in: EUR` (the money of the payment), or remove it'));
    }
  } else if (!refused && plan.convert === undefined && own.length < plan.components.length) {
    const without: readonly Component[] = plan.components.filter((c) => c.convert === undefined);
    ctx.found.push(problem('plan.settlement', payNode?.at ?? plan.at, `the plan is calculated in ${plan.currency} and paid in ${plan.paysIn}, but nothing says the exchange rate of ${both(without.map((c) => `\`${c.name}\``))}`, 'add `convert: { rate: 85.50 }`, or a rate by day: `convert: { rate: market_rate, at: date }`'));
  }
}

export function resolveAccounting(ctx: PlanContext, node: Node | undefined): Accounting | undefined {
  if (node?.kind !== 'map') return undefined;
  const before = ctx.found.length;
  if (find(node, 'capitalise') === undefined) ctx.found.push(problem('plan.missing_key', node.at, '`accounting` does not say over how many months the cost is spread', 'add `capitalise: 60 months`'));
  const capitalise = monthsOf(ctx, find(node, 'capitalise'), 'capitalise');
  const upTo = monthsOf(ctx, find(node, 'expense_up_to'), 'expense_up_to');
  if (capitalise === undefined || ctx.found.length > before) return undefined;
  return { capitalise, ...(upTo !== undefined && { expenseUpTo: upTo }) };
}

function monthsOf(ctx: PlanContext, node: Node | undefined, key: string): number | undefined {
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined || text === '') return undefined;
  const length = readDuration(text);
  const months = { month: 1, quarter: 3, half: 6, year: 12, day: 0, week: 0, business_day: 0 }[length?.unit ?? 'day'];
  if (length !== undefined && months > 0) return length.n * months;
  ctx.found.push(problem('plan.bad_value', node.at, `\`${key}: ${text}\` is not a number of months`, `write \`${key}: 60 months\` or \`5 years\``));
  return undefined;
}

export function resolveBase(ctx: PlanContext, node: Node | undefined): Num | undefined {
  return node && resolveNumber(ctx, node, { place: 'incentive', names: knownOnly(ctx, 'the salary') });
}
