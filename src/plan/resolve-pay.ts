/** How a component pays: one form, on what, for each fact by itself or for all together, with running limits, as a pool. */
import type { Ratio } from '../value/rate.ts';
import { payNames, sharingNames } from './component-scopes.ts';
import type { Inside } from './component-scopes.ts';
import { closest } from './closest.ts';
import { entriesOf, find, textOf } from './document.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { YES_NO } from './formula-units.ts';
import { readNumber } from './literal.ts';
import { checkName } from './names.ts';
import type { Aggregate, Leaf, Measure, Pool, Roundings, RunningLimit } from './plan.ts';
import { both, problem } from './problem.ts';
import { isZero } from './resolve-after.ts';
import { resolveMeasure } from './resolve-measures.ts';
import { resolveNumber, valuesOf } from './resolve-tables.ts';
import type { NumberUse } from './resolve-tables.ts';
import { rowNames } from './row-names.ts';
import { typed } from './scopes.ts';
import type { PlanContext } from './scopes.ts';

export const FORMS = ['rate', 'payout', 'amount'] as const;
export type Form = (typeof FORMS)[number];

/** A measure that gathers facts itself, so that they can be looked at one by one. */
export function gathers(measure: Measure | undefined): measure is Aggregate {
  return measure !== undefined && 'from' in measure;
}

/** What the pay is for: the facts of a sum or a count, unless something else is paid on. */
export function paidFacts(measure: Measure | undefined, of: Leaf['of'], per: Leaf['per']): readonly string[] {
  if (!gathers(measure)) return [];
  return per !== undefined || ((measure.kind === 'sum' || measure.kind === 'count') && of === 'value') ? measure.from : [];
}

export function resolvePay(ctx: PlanContext, form: Form, node: Node, inside: Inside, measured: { readonly measure: Measure | undefined; readonly of: Leaf['of']; readonly round: Roundings }): Leaf['pay'] {
  const { results, reads } = inside;
  const { measure, of } = measured;
  const whole = textOf(node)?.trim();
  // a share that is rounded is looked at by itself, not as the sum of its parts
  const asShare = measured.round.payout !== undefined && (whole === 'attainment' || whole === 'value');
  const type = typeof of === 'object' ? of.type : measure?.type;
  const use: NumberUse = {
    place: form, names: payNames(ctx, form, form === 'rate' ? { ...inside, single: true } : inside), perFact: inside.single,
    ...(!asShare && { results }), ...(reads !== undefined && { reads }), ...(type !== undefined && { measure: type }),
  };
  const number = resolveNumber(ctx, node, use);
  return number && { form, number };
}

/** `1.5x` under `rate` is times the base rate, incentive ÷ target; under `payout` times the incentive. */
export function checkBase(ctx: PlanContext, entry: Entry, node: MapNode, pay: NonNullable<Leaf['pay']>, has: { readonly incentive: boolean; readonly target: boolean }): void {
  if (pay.form !== 'rate' || (has.incentive && has.target)) return;
  if (!valuesOf(pay.number).some((v) => v.type.kind === 'factor' && !isZero(v))) return;
  const lacks = [...(has.incentive ? [] : ['`incentive`']), ...(has.target ? [] : ['`target`'])];
  ctx.found.push(problem('plan.pay_form', find(node, 'rate')?.at ?? entry.at, `a rate such as 1.5x is times the base rate (incentive ÷ target), but there is no ${lacks.join(' and no ')} here`, `add ${lacks.join(' and ')}, or write rates such as 5% of money`));
}

/** `of`: what a rate is paid on. */
export function resolveOf(ctx: PlanContext, entry: Entry, node: MapNode, form: Form | undefined): Leaf['of'] | undefined {
  const of = find(node, 'of');
  const text = textOf(of)?.trim();
  if (of === undefined || text === '') return 'value';
  if (form !== 'rate') {
    ctx.found.push(problem('plan.pay_form', of.at, '`of` says what a `rate` is paid on, and there is no `rate` here', 'remove it, or write `rate`'));
    return undefined;
  }
  if (text === 'excess' && find(node, 'target') === undefined) {
    ctx.found.push(problem('plan.pay_form', of.at, '`of: excess` pays on what is above the target, and there is no `target` here', 'add `target`'));
    return undefined;
  }
  if (text === 'value' || text === 'excess') return text;
  return resolveMeasure(ctx, `${entry.key}.of`, of);
}

/** `per`: one calculation for each fact of a kind, or for each value of a field. */
export function resolvePer(ctx: PlanContext, node: MapNode, measure: Measure | undefined): Leaf['per'] | undefined {
  const per = find(node, 'per');
  if (per?.kind !== 'text' || per.text.trim() === '') return undefined;
  const name = per.text.trim();
  const window = find(node, 'window');
  if (window !== undefined && textOf(window)?.trim() !== 'period') ctx.found.push(problem('plan.window', window.at, '`per` calculates each fact of a period by itself, so nothing accumulates over a window', 'remove `window`, or `per`'));
  const pool = find(node, 'pool') !== undefined;
  if (!gathers(measure)) {
    if (measure !== undefined || !pool) ctx.found.push(problem('plan.pay_form', per.at, '`per` needs a measure over facts, which can be calculated for each of them', 'write a measure such as `{ sum: amount, from: deal }`'));
    return undefined;
  }
  // facts of a kind are facts of the kind that it is made of, too
  const kind = ctx.kinds.get(name)?.name ?? name;
  if (measure.from.some((from) => lineageIn(ctx, from).includes(kind))) return { kind: 'fact', of: kind };
  const got = rowNames(ctx.kinds, measure.from).find(name, per);
  if (got?.meaning !== undefined && got.refusal === undefined) return { kind: 'field', path: name.split('.') };
  const near = closest(name, [...measure.from, ...rowNames(ctx.kinds, measure.from).all()]);
  ctx.found.push(problem('plan.unknown_name', per.at, `\`${name}\` is neither a kind of fact that is measured here (${both(measure.from)}) nor a field of it`, near === undefined ? `write \`per: ${measure.from[0] ?? ''}\`` : `did you mean \`${near}\`?`));
  return undefined;
}

/** A kind, the one that it is made of, and so on. */
function lineageIn(ctx: PlanContext, kind: string): readonly string[] {
  const from = ctx.kinds.get(kind)?.derivation?.from;
  return from === undefined ? [kind] : [kind, ...lineageIn(ctx, from)];
}

/** `limits`: running limits over the version of the plan. */
export function resolveLimits(ctx: PlanContext, node: Node | undefined, measure: Measure | undefined, top: boolean): RunningLimit[] {
  if (node === undefined) return [];
  if (!top || !gathers(measure) || (measure.kind !== 'sum' && measure.kind !== 'count')) {
    const message = top ? '`limits` run over the facts that are paid for, one after the other, so they need a sum or a count of facts' : '`limits` run over the lines of a component at the top, and this one is inside a group';
    ctx.found.push(problem('plan.pay_form', node.at, message, top ? 'write a measure such as `{ sum: amount, from: deal }`, or use `cap`' : 'move them to the group\'s own component, or use `cap`'));
    return [];
  }
  return entriesOf(node).flatMap((entry) => (checkName(entry, 'a limit', ctx.found) && entry.value.kind === 'map' ? resolveRunning(ctx, entry, entry.value, measure) ?? [] : []));
}

function resolveRunning(ctx: PlanContext, entry: Entry, node: MapNode, measure: Aggregate): RunningLimit | undefined {
  const atMost = find(node, 'at_most');
  const text = textOf(atMost)?.trim();
  if (atMost === undefined) ctx.found.push(problem('plan.missing_key', entry.at, `the limit \`${entry.key}\` does not say how much`, 'add `at_most: 1_000`, or `at_most: 3 times`'));
  const per = find(node, 'per');
  const who = perOf(ctx, per, measure);
  if (atMost === undefined || text === undefined || text === '' || who === undefined) return undefined;
  const times = /^(?<n>[1-9]\d{0,5})\s+times?$/.exec(text)?.groups?.['n'];
  if (times !== undefined) return { name: entry.key, atMost: { kind: 'times', times: Number(times) }, per: who, at: entry.at };
  const amount: Ratio | undefined = readNumber(text, 'number');
  if (amount !== undefined && amount.n >= 0n) return { name: entry.key, atMost: { kind: 'money', amount }, per: who, at: entry.at };
  ctx.found.push(problem('plan.bad_value', atMost.at, `\`at_most: ${text}\` is neither an amount of money nor a number of times`, 'write `at_most: 1_000` or `at_most: 3 times`'));
  return undefined;
}

function perOf(ctx: PlanContext, node: Node | undefined, measure: Aggregate): RunningLimit['per'] | undefined {
  if (node === undefined) return 'payee';
  if (node.kind !== 'text') {
    ctx.found.push(problem('plan.wrong_shape', node.at, 'a limit on pay runs for one thing, and `per` names several', 'write `payee`, `plan` or one field of the fact'));
    return undefined;
  }
  const text = node.text.trim();
  if (text === '') return undefined;
  if (text === 'payee' || text === 'plan') return text;
  const row = rowNames(ctx.kinds, measure.from);
  const got = row.find(text, node);
  if (got?.meaning !== undefined && got.refusal === undefined) return text.split('.');
  const near = closest(text, ['payee', 'plan', ...row.all()]);
  ctx.found.push(problem('plan.unknown_name', node.at, `\`per: ${text}\` is neither \`payee\`, \`plan\` nor a field of \`${measure.from.join('`, `')}\``, near === undefined ? 'write `payee` (each payee by himself), `plan` (all together) or a field of the fact' : `did you mean \`${near}\`?`));
  return undefined;
}

/** `pool`: the result is one pot that is shared. */
export function resolvePool(ctx: PlanContext, entry: Entry, node: MapNode, measure: Measure | undefined, top: boolean): Pool | undefined {
  const pool = find(node, 'pool');
  if (pool?.kind !== 'map') return undefined;
  if (!top) ctx.found.push(problem('plan.pay_form', pool.at, 'a `pool` shares what a component at the top gives, and this one is inside a group', 'move it to the top'));
  if (find(node, 'per') === undefined && measure?.subject === 'payee') {
    ctx.found.push(problem('plan.pay_form', pool.at, `\`${entry.key}\` measures each payee by himself, so there is no one pot that could be shared`, 'measure `for: company` or for a group of payees, or write `per: deal` to share the pay of each fact among those who are credited with it'));
    return undefined;
  }
  const share = find(pool, 'share');
  if (share === undefined) {
    ctx.found.push(problem('plan.missing_key', pool.at, `the pool of \`${entry.key}\` does not say how it is shared`, 'add `share: equal`, or a number of each payee such as `share: quality`'));
    return undefined;
  }
  const names = sharingNames(ctx);
  const by = textOf(share)?.trim() === 'equal' ? 'equal' as const : resolveNumber(ctx, share, { place: 'weighing', names });
  const among = find(pool, 'among');
  const filter = among?.kind === 'text' ? typed(ctx.found, among, names, [YES_NO]) : undefined;
  if (by === undefined || (among !== undefined && filter === undefined)) return undefined;
  return { share: by, ...(filter !== undefined && among !== undefined && { among: { ...filter, at: among.at } }), at: pool.at };
}
