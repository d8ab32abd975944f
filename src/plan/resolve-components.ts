/** `components`: what each part pays, with every default filled in. */
import { abs, add, compare, ONE, subtract, ZERO } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import type { Grain } from '../value/period.ts';
import { knownOnly } from './component-scopes.ts';
import type { Inside } from './component-scopes.ts';
import { entriesOf, find, hasRefusedKey, textOf } from './document.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { GRAINS } from './keys.ts';
import { readNumber } from './literal.ts';
import { checkName } from './names.ts';
import type { Component, Group, Leaf, Measure, Num, Roundings, Window } from './plan.ts';
import { both, problem } from './problem.ts';
import { isZero, resolveAfter } from './resolve-after.ts';
import { resolveMeasure } from './resolve-measures.ts';
import { checkBase, FORMS, gathers, paidFacts, resolveLimits, resolveOf, resolvePay, resolvePer, resolvePool } from './resolve-pay.ts';
import type { Form } from './resolve-pay.ts';
import { lineKinds, resolveReleases, resolveTakeBacks } from './resolve-releases.ts';
import { resolveRoundings } from './resolve-roundings.ts';
import { resolveConvert } from './resolve-settlement.ts';
import { resolveNumber, valuesOf } from './resolve-tables.ts';
import type { NumberPlace, NumberUse } from './resolve-tables.ts';
import { resolveWindow } from './resolve-window.ts';
import { groupsOf } from './scopes.ts';
import type { Measured, PlanContext, Results } from './scopes.ts';
import { humanised, percentText } from './titles.ts';

/** What a component takes over from the plan or from its group. */
export interface Outer {
  readonly top: boolean;
  readonly period: Grain;
  readonly window: Window;
  readonly round: Roundings;
  readonly hasIncentive: boolean;
}

export function resolveComponents(ctx: PlanContext, entries: readonly Entry[], outer: Outer): Component[] {
  checkWeights(ctx, entries, outer);
  return entries.flatMap((entry) => {
    if (entry.value.kind !== 'map' || !checkName(entry, 'a component', ctx.found)) return [];
    return resolveComponent(ctx, entry, entry.value, outer) ?? [];
  });
}

function resolveComponent(ctx: PlanContext, entry: Entry, node: MapNode, outer: Outer): Component | undefined {
  hidesGroup(ctx, entry);
  const parts = find(node, 'components');
  const forms = [...FORMS, 'components' as const].filter((f) => find(node, f) !== undefined);
  if (forms.length > 1) {
    const second = node.entries.find((e) => e.key === forms[1]);
    ctx.found.push(problem('plan.pay_form', second?.at ?? entry.at, `\`${entry.key}\` has ${both(forms.map((f) => `\`${f}\``))}; a component pays in one way`, 'keep one, or make a component of each'));
    return undefined;
  }
  const inner = insideOf(ctx, node, outer);
  const ownIncentive = find(node, 'incentive') !== undefined;
  const base = {
    name: entry.key,
    title: textOf(find(node, 'title')) ?? humanised(entry.key),
    ...present('weight', known(ctx, find(node, 'weight'), 'weight')),
    ...present('incentive', known(ctx, find(node, 'incentive'), 'incentive')),
    period: inner.period,
    window: inner.window,
    round: inner.round,
    at: entry.at,
  };
  if (ownIncentive && find(node, 'weight') !== undefined) {
    ctx.found.push(problem('plan.weights', find(node, 'weight')?.at ?? entry.at, `\`${entry.key}\` has an \`incentive\` of its own, so its \`weight\` would count for nothing`, 'keep one of them'));
  }
  return parts === undefined ? leaf(ctx, entry, node, base, inner, outer.top) : group(ctx, entry, node, base, inner, outer.top, parts);
}

function insideOf(ctx: PlanContext, node: MapNode, outer: Outer): Outer {
  const asked = find(node, 'period');
  const grain = GRAINS.find((g) => g === textOf(asked));
  if (asked !== undefined && grain !== undefined && grain !== outer.period && !outer.top) {
    ctx.found.push(problem('plan.window', asked.at, `the parts of a group share its period, ${outer.period}, but this one says ${grain}`, 'remove `period` here, or set it at the component at the top'));
  }
  const period = grain !== undefined && outer.top ? grain : outer.period;
  const window = resolveWindow(ctx.found, find(node, 'window'), period) ?? outer.window;
  const roundNode = find(node, 'round');
  const end = find(roundNode, 'end');
  if (end !== undefined && !outer.top) ctx.found.push(problem('plan.round', end.at, '`end` rounds the earning of a component at the top, so it has no effect inside a group', 'move it to the group'));
  const round = { ...outer.round, ...resolveRoundings(ctx.found, roundNode, ctx.currency) };
  return { top: false, period, window, round, hasIncentive: outer.hasIncentive || find(node, 'incentive') !== undefined };
}

type Base = Pick<Group, 'name' | 'title' | 'period' | 'window' | 'round' | 'at'> & { weight?: Num; incentive?: Num };

/** `pod.quota` could not be told from a result of a component that is called `pod`. */
function hidesGroup(ctx: PlanContext, entry: Entry): void {
  const group = groupsOf(ctx.kinds.get('person')).find((g) => g.kind === entry.key || g.field === entry.key);
  if (group !== undefined) ctx.found.push(problem('plan.two_meanings', entry.at, `\`${entry.key}\` is a component here, and the ${group.kind} that a payee is in; \`${entry.key}.x\` could be a result of the one or a field of the other`, `give the component another name, such as \`${entry.key}_part\``));
}

function group(ctx: PlanContext, entry: Entry, node: MapNode, base: Base, inner: Outer, top: boolean, parts: Node): Group {
  for (const key of ['measure', 'target', 'better', 'no_target', 'missing', 'carry', 'per', 'of', 'limits', 'pool']) {
    const found = node.entries.find((e) => e.key === key);
    if (found !== undefined) ctx.found.push(problem('plan.pay_form', found.at, `\`${entry.key}\` is a group, so \`${key}\` has no effect here`, 'move it into one of its components'));
  }
  if (entriesOf(parts).length === 0) ctx.found.push(problem('plan.missing_key', parts.at, `the group \`${entry.key}\` has no components`, 'write the parts below `components`, indented by two spaces'));
  const components = resolveComponents(ctx, entriesOf(parts), inner);
  const inside: Inside = { results: inner.hasIncentive ? { incentive: { kind: 'money' } } : {}, rows: [], single: false };
  return { ...base, kind: 'group', components, limits: [], ...resolveAfter(ctx, node, inside, inner.hasIncentive), ...payable(ctx, node, top, lineKinds(components)) };
}

function leaf(ctx: PlanContext, entry: Entry, node: MapNode, base: Base, inner: Outer, top: boolean): Leaf | undefined {
  const measureNode = find(node, 'measure');
  const { measure, broken } = ctx.measuredBy(entry.key);
  const targetNode = find(node, 'target');
  const form = FORMS.find((f) => find(node, f) !== undefined);
  if (measureNode === undefined) needsMeasure(ctx, entry, node, form, targetNode);
  if (targetNode === undefined) needsTarget(ctx, node);
  if (form === 'payout' && !inner.hasIncentive) {
    ctx.found.push(problem('plan.pay_form', find(node, 'payout')?.at ?? entry.at, `\`payout\` is a share of the incentive, but neither the plan nor \`${entry.key}\` has one`, 'add `incentive: 10_000 a quarter` (or a term), or write `rate` or `amount` instead'));
  }
  // with an error in the measure, everything that reads it would only repeat that
  if (broken) return undefined;
  const hasTarget = targetNode !== undefined;
  const target = known(ctx, targetNode, 'target', measure);
  if (targetNode !== undefined && target?.kind === 'formula' && isZero(target.formula) && find(node, 'no_target') === undefined) ctx.found.push(problem('plan.pay_form', targetNode.at, 'a target of 0 gives no attainment, so the pay would always be held', 'write the target, or say which attainment holds without one: `no_target: 100%`'));
  const per = resolvePer(ctx, node, measure);
  const of = resolveOf(ctx, entry, node, form);
  const reads: Inside['reads'] = hasTarget ? { name: 'attainment', type: { kind: 'percent' } } : measure && { name: 'value', type: measure.type };
  const results = resultsOf(measure, hasTarget, inner.hasIncentive);
  const inside: Inside = { results, rows: paidFacts(measure, of ?? 'value', per), single: per !== undefined, ...(reads !== undefined && { reads }) };
  const pay = form === undefined || of === undefined ? undefined : resolvePay(ctx, form, find(node, form) as Node, inside, { measure, of, round: inner.round });
  if (pay !== undefined) checkBase(ctx, entry, node, pay, { incentive: inner.hasIncentive, target: hasTarget });
  const after = resolveAfter(ctx, node, { ...inside, results: { ...results, ...found(form, pay, typeof of === 'object' ? of : measure) } }, inner.hasIncentive);
  return {
    ...base, kind: 'leaf', carry: carryOf(ctx, node, inner.window), of: of ?? 'value', ...present('measure', measure), ...present('target', target), ...present('per', per),
    better: textOf(find(node, 'better')) === 'lower' ? 'lower' : 'higher',
    noTarget: shareOrHold(ctx, node, 'no_target'), missing: shareOrHold(ctx, node, 'missing'),
    ...present('pay', pay), ...after,
    limits: resolveLimits(ctx, find(node, 'limits'), measure, top), ...present('pool', resolvePool(ctx, entry, node, measure, top)),
    ...payable(ctx, node, top, gathers(measure) ? measure.from : []),
  };
}

/** `release`, `take_back` and `convert` of a component at the top, in place of the plan's. */
function payable(ctx: PlanContext, node: MapNode, top: boolean, lines: readonly string[]): Pick<Group, 'release' | 'takeBack' | 'convert'> {
  for (const key of ['release', 'take_back', 'convert']) {
    const stray = top ? undefined : node.entries.find((e) => e.key === key);
    if (stray !== undefined) ctx.found.push(problem('plan.release', stray.at, `\`${key}\` is about an earning, and this component is only a part of one`, 'move it to the component at the top'));
  }
  return {
    ...present('release', resolveReleases(ctx, find(node, 'release'), lines)), ...present('takeBack', resolveTakeBacks(ctx, find(node, 'take_back'))),
    ...present('convert', resolveConvert(ctx, find(node, 'convert'))),
  };
}

/** The rate or the share that was found; a marginal table has one for each part, and so none. */
function found(form: Form | undefined, pay: Leaf['pay'], paid: Measure | undefined): Results {
  const value = pay && valuesOf(pay.number)[0];
  if (pay === undefined || value === undefined || form === 'amount' || (pay.number.kind === 'table' && pay.number.table.kind === 'marginal')) return {};
  // a multiple of the base rate has become money, or a share of money, when it can be read
  return form === 'payout' ? { payout: { kind: 'percent' } } : { rate: value.type.kind === 'factor' ? { kind: paid?.type.kind === 'money' ? 'percent' : 'money' } : value.type };
}

function carryOf(ctx: PlanContext, node: MapNode, window: Window): Leaf['carry'] {
  const carry = find(node, 'carry');
  if (carry === undefined || textOf(carry) !== 'shortfall') return 'none';
  if (window.kind !== 'period') ctx.found.push(problem('plan.window', carry.at, '`carry` adds a missed target to the next, and a window that accumulates does so already', 'remove `carry`, or `window`'));
  if (textOf(find(node, 'better')) === 'lower') ctx.found.push(problem('plan.pay_form', carry.at, '`carry: shortfall` adds what is missing to the next target, but here less of the measure is better', 'remove `carry`, or `better: lower`'));
  return 'shortfall';
}

/** What each component measures, found when it is first asked for; others may read it (`bookings.attainment`). */
export function measuredLookup(components: ReadonlyMap<string, Entry>, ctx: () => PlanContext): (component: string) => Measured {
  const done = new Map<string, Measured>();
  const open = new Set<string>();
  return (name) => {
    const known = done.get(name);
    if (known !== undefined) return known;
    const node = find(components.get(name)?.value, 'measure');
    if (node === undefined) return { broken: false };
    if (open.has(name)) {
      ctx().found.push(problem('plan.cycle', node.at, `what \`${name}\` measures needs a result of \`${name}\``, 'measure facts, or name other measures'));
      return { broken: true };
    }
    open.add(name);
    const measure = resolveMeasure(ctx(), ctx().measureNames.has(name) ? `${name}.measure` : name, node);
    open.delete(name);
    const made = measure === undefined ? { broken: true } : { measure, broken: false };
    done.set(name, made);
    return made;
  };
}

function needsMeasure(ctx: PlanContext, entry: Entry, node: MapNode, form: string | undefined, target: Node | undefined): void {
  const why = form === 'rate' ? '`rate` is paid for each unit of a measure' : target !== undefined ? '`target` is what a measure is compared with' : undefined;
  if (hasRefusedKey(node, 'component')) return;
  if (why !== undefined) ctx.found.push(problem('plan.missing_key', entry.at, `\`${entry.key}\` has no \`measure\`, but ${why}`, 'add `measure`, such as `measure: { sum: amount, from: deal }`'));
  else if (form === undefined) ctx.found.push(problem('plan.missing_key', entry.at, `\`${entry.key}\` neither measures nor pays anything`, 'add `measure` and one of `rate`, `payout` or `amount`'));
  const missing = find(node, 'missing');
  if (missing !== undefined) ctx.found.push(problem('plan.pay_form', missing.at, '`missing` has no effect without a `measure`', 'remove it'));
}

function needsTarget(ctx: PlanContext, node: MapNode): void {
  for (const key of ['better', 'no_target', 'carry']) {
    const entry = node.entries.find((e) => e.key === key);
    if (entry !== undefined) ctx.found.push(problem('plan.pay_form', entry.at, `\`${key}\` has no effect without a \`target\``, 'add `target`, or remove it'));
  }
}

function resultsOf(measure: Measure | undefined, hasTarget: boolean, hasIncentive: boolean): Results {
  return {
    ...(measure !== undefined && { value: measure.type }),
    ...(hasTarget && { attainment: { kind: 'percent' } as const }),
    ...(hasTarget && measure !== undefined && { target: measure.type }),
    ...(hasIncentive && { incentive: { kind: 'money' } as const }),
  };
}

function shareOrHold(ctx: PlanContext, node: MapNode, key: 'no_target' | 'missing'): Ratio | 'hold' {
  const value = find(node, key);
  const text = textOf(value)?.trim();
  if (value === undefined || text === undefined || text === 'hold') return 'hold';
  const share = readNumber(text, 'percent');
  if (share !== undefined && compare(share, ZERO) >= 0) return share;
  ctx.found.push(problem('plan.bad_value', value.at, `\`${key}: ${text}\` is neither a percentage nor \`hold\``, `write the attainment that counts, such as \`${key}: 100%\`, or \`hold\``));
  return 'hold';
}

const KNOWN: Readonly<Partial<Record<NumberPlace, string>>> = { target: 'the target', incentive: 'the incentive', weight: 'the weight' };

/** A number that is found before any fact is looked at. */
export function known(ctx: PlanContext, node: Node | undefined, place: NumberPlace, measure?: Measure): Num | undefined {
  return node && resolveNumber(ctx, node, { ...knownUse(ctx, KNOWN[place] ?? 'this number'), place, ...(measure !== undefined && { measure: measure.type }) });
}

export function knownUse(ctx: PlanContext, what: string): Omit<NumberUse, 'place'> {
  return { names: knownOnly(ctx, what) };
}

function checkWeights(ctx: PlanContext, entries: readonly Entry[], outer: Outer): void {
  const weighted = entries.filter((e) => find(e.value, 'weight') !== undefined);
  if (weighted.length === 0) return;
  const values = weighted.map((e) => readNumber(textOf(find(e.value, 'weight')) ?? '', 'percent'));
  const first = find(weighted[0]?.value, 'weight');
  const last = find(weighted.at(-1)?.value, 'weight');
  if (values.every((v) => v !== undefined)) {
    const sum = values.reduce((s, v) => add(s, v), ZERO);
    const listed = weighted.map((e) => `${e.key} ${textOf(find(e.value, 'weight')) ?? ''}`);
    if (compare(sum, ONE) !== 0 && first !== undefined && last !== undefined) {
      ctx.found.push(problem('plan.weights', last.at, `the weights add up to ${percentText(sum)}, not to 100 %: ${both(listed)}`, compare(sum, ONE) < 0 ? `raise one of them by ${percentText(abs(subtract(sum, ONE)))}, or pay the rest with another component` : `lower one of them by ${percentText(abs(subtract(sum, ONE)))}`));
    }
  }
  if (!outer.hasIncentive) return;
  for (const entry of entries) {
    const pays = find(entry.value, 'payout') !== undefined || find(entry.value, 'components') !== undefined;
    if (weighted.includes(entry) || !pays || find(entry.value, 'incentive') !== undefined) continue;
    ctx.found.push(problem('plan.weights', entry.at, `\`${entry.key}\` has no \`weight\`, so it pays on the whole incentive, while the components beside it have weights`, 'give it a weight, or an `incentive` of its own', 'warning'));
  }
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]: V });
}
