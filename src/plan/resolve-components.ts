/** `components`: what each part pays, with every default filled in. */
import { abs, add, compare, ONE, subtract, ZERO } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import type { Grain } from '../value/period.ts';
import { entriesOf, find, hasRefusedKey, itemsOf, textOf } from './document.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { GRAINS } from './keys.ts';
import type { Type, Typed } from './formula.ts';
import { readNumber } from './literal.ts';
import { checkName } from './names.ts';
import type { Component, Factor, Group, Leaf, Limit, Measure, Num, Roundings, Window } from './plan.ts';
import { both, problem } from './problem.ts';
import { knownNames, resolveGates } from './resolve-gates.ts';
import { resolveMeasure } from './resolve-measures.ts';
import { resolveRoundings } from './resolve-roundings.ts';
import { resolveNumber } from './resolve-tables.ts';
import type { NumberPlace, NumberUse } from './resolve-tables.ts';
import { resolveWindow } from './resolve-window.ts';
import { rowNames } from './row-names.ts';
import { componentNames, fieldsRefused, later, measureNames, resultNames, tableNames, together } from './scopes.ts';
import type { Names, PlanContext } from './scopes.ts';
import { humanised, percentText } from './titles.ts';

/** What a component takes over from the plan or from its group. */
export interface Outer {
  readonly top: boolean;
  readonly period: Grain;
  readonly window: Window;
  readonly round: Roundings;
  readonly hasIncentive: boolean;
}

export const FORMS = ['rate', 'payout', 'amount'] as const;

export function resolveComponents(ctx: PlanContext, entries: readonly Entry[], outer: Outer): Component[] {
  checkWeights(ctx, entries, outer);
  return entries.flatMap((entry) => {
    if (entry.value.kind !== 'map' || !checkName(entry, 'a component', ctx.found)) return [];
    return resolveComponent(ctx, entry, entry.value, outer) ?? [];
  });
}

function resolveComponent(ctx: PlanContext, entry: Entry, node: MapNode, outer: Outer): Component | undefined {
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
    ...present('weight', number(ctx, find(node, 'weight'), 'weight', knownUse(ctx))),
    ...present('incentive', number(ctx, find(node, 'incentive'), 'incentive', knownUse(ctx))),
    period: inner.period,
    window: inner.window,
    round: inner.round,
    at: entry.at,
  };
  if (ownIncentive && find(node, 'weight') !== undefined) {
    ctx.found.push(problem('plan.weights', find(node, 'weight')?.at ?? entry.at, `\`${entry.key}\` has an \`incentive\` of its own, so its \`weight\` would count for nothing`, 'keep one of them'));
  }
  return parts === undefined ? leaf(ctx, entry, node, base, inner) : group(ctx, entry, node, base, inner, parts);
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

function group(ctx: PlanContext, entry: Entry, node: MapNode, base: Base, inner: Outer, parts: Node): Group {
  for (const key of ['measure', 'target', 'better', 'no_target', 'missing']) {
    const found = node.entries.find((e) => e.key === key);
    if (found !== undefined) ctx.found.push(problem('plan.pay_form', found.at, `\`${entry.key}\` is a group, so \`${key}\` has no effect here`, 'move it into one of its components'));
  }
  if (entriesOf(parts).length === 0) ctx.found.push(problem('plan.missing_key', parts.at, `the group \`${entry.key}\` has no components`, 'write the parts below `components`, indented by two spaces'));
  const components = resolveComponents(ctx, entriesOf(parts), inner);
  return { ...base, kind: 'group', components, limits: [], ...after(ctx, node, inner, {}, undefined) };
}

function leaf(ctx: PlanContext, entry: Entry, node: MapNode, base: Base, inner: Outer): Leaf | undefined {
  const measureNode = find(node, 'measure');
  const inlineName = ctx.measureNames.has(entry.key) ? `${entry.key}.measure` : entry.key;
  const measure = measureNode === undefined ? undefined : resolveMeasure(ctx, inlineName, measureNode);
  const targetNode = find(node, 'target');
  const form = FORMS.find((f) => find(node, f) !== undefined);
  if (measureNode === undefined) needsMeasure(ctx, entry, node, form, targetNode);
  if (targetNode === undefined) needsTarget(ctx, node);
  if (form === 'payout' && !inner.hasIncentive) {
    ctx.found.push(problem('plan.pay_form', find(node, 'payout')?.at ?? entry.at, `\`payout\` is a share of the incentive, but neither the plan nor \`${entry.key}\` has one`, 'add `incentive: 10_000 a quarter` (or a term), or write `rate` or `amount` instead'));
  }
  // with an error in the measure, everything that reads it would only repeat that
  if (measureNode !== undefined && measure === undefined) return undefined;
  const target = number(ctx, targetNode, 'target', { ...knownUse(ctx), ...(measure !== undefined && { measure: measure.type }) });
  const results = resultsOf(measure, targetNode !== undefined, inner.hasIncentive);
  const reads = targetNode !== undefined ? { name: 'attainment' as const, type: { kind: 'percent' } as const } : measure && { name: 'value' as const, type: measure.type };
  const pay = form === undefined ? undefined : payOf(ctx, form, find(node, form) as Node, measure, results, reads);
  if (pay?.form === 'payout' && inner.round.payout !== undefined && textOf(find(node, 'payout')) !== undefined && pay.number.kind === 'table') {
    ctx.found.push(problem('plan.not_built_yet', find(node, 'payout')?.at ?? entry.at, `rounding the share that is paid (\`round: { payout: … }\`) of \`payout: ${textOf(find(node, 'payout')) ?? ''}\` is part of the plan language, but this version does not calculate it yet`, 'round the attainment instead: `round: { attainment: 0.1% }`'));
  }
  if (pay !== undefined) checkBase(ctx, entry, node, pay, inner.hasIncentive, targetNode !== undefined);
  return {
    ...base, kind: 'leaf', limits: [], carry: 'none', of: 'value', ...present('measure', measure), ...present('target', target),
    better: textOf(find(node, 'better')) === 'lower' ? 'lower' : 'higher',
    noTarget: shareOrHold(ctx, node, 'no_target'), missing: shareOrHold(ctx, node, 'missing'),
    ...present('pay', pay), ...after(ctx, node, inner, results, reads),
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
  for (const key of ['better', 'no_target']) {
    const entry = node.entries.find((e) => e.key === key);
    if (entry !== undefined) ctx.found.push(problem('plan.pay_form', entry.at, `\`${key}\` has no effect without a \`target\``, 'add `target`, or remove it'));
  }
}

type Results = Readonly<Partial<Record<'attainment' | 'value' | 'target' | 'incentive', Type>>>;

function resultsOf(measure: Measure | undefined, hasTarget: boolean, hasIncentive: boolean): Results {
  return {
    ...(measure !== undefined && { value: measure.type }),
    ...(hasTarget && { attainment: { kind: 'percent' } as const }),
    ...(hasTarget && measure !== undefined && { target: measure.type }),
    ...(hasIncentive && { incentive: { kind: 'money' } as const }),
  };
}

type Reads = NonNullable<NumberUse['reads']> | undefined;

function payOf(ctx: PlanContext, form: 'rate' | 'payout' | 'amount', node: Node, measure: Measure | undefined, results: Results, reads: Reads): Leaf['pay'] {
  const names = valueNames(ctx, results);
  const rows = measure !== undefined && (measure.kind === 'sum' || measure.kind === 'count') ? measure.from : [];
  const facts = form === 'rate' ? rowNames(ctx.kinds, rows) : fieldsRefused(ctx.kinds, rows);
  const use: NumberUse = { place: form, names, by: together(facts, readingNames(ctx, results)), results, ...(reads !== undefined && { reads }), ...(measure !== undefined && { measure: measure.type }) };
  const found = number(ctx, node, form, use);
  return found && { form, number: found };
}

/** What values of pay, factors and limits may name: what is known without facts. */
function valueNames(ctx: PlanContext, results: Results): Names {
  const facts = later(together(resultNames(results), measureNames(ctx)), 'as part of a formula of pay', 'write a table that is read by it, such as `{ by: attainment, points: { 50%: 0%, 100%: 100% } }`');
  return together(facts, componentNames(ctx), tableNames(ctx), knownNames(ctx));
}

/** What a table may be read by. */
function readingNames(ctx: PlanContext, { attainment, value, ...rest }: Results): Names {
  const own = resultNames({ ...(attainment && { attainment }), ...(value && { value }) });
  const others: Names = { all: () => [], find: (name, asked) => (name === 'target' || name === 'incentive' ? later(resultNames(rest), 'as what a table is read by', 'read it by attainment or value').find(name, asked) : undefined) };
  const mine: Names = { all: own.all, find: (name, asked) => (name === 'target' || name === 'incentive' ? undefined : own.find(name, asked)) };
  return together(mine, others, measureNames(ctx), componentNames(ctx), tableNames(ctx), knownNames(ctx));
}

/** `1.5x` under `rate` is times the base rate, incentive ÷ target; under `payout` times the incentive. */
function checkBase(ctx: PlanContext, entry: Entry, node: MapNode, pay: NonNullable<Leaf['pay']>, hasIncentive: boolean, hasTarget: boolean): void {
  if (pay.form !== 'rate' || (hasIncentive && hasTarget)) return;
  const values = pay.number.kind === 'formula' ? [pay.number.formula] : [...pay.number.table.rows.flatMap((r) => [r.value, ...(r.right ? [r.right] : [])]), ...(pay.number.table.otherwise ? [pay.number.table.otherwise] : [])];
  if (!values.some((v) => v.type.kind === 'factor' && !isZero(v))) return;
  const lacks = [...(hasIncentive ? [] : ['`incentive`']), ...(hasTarget ? [] : ['`target`'])];
  ctx.found.push(problem('plan.pay_form', find(node, 'rate')?.at ?? entry.at, `a rate such as 1.5x is times the base rate (incentive ÷ target), but there is no ${lacks.join(' and no ')} here`, `add ${lacks.join(' and ')}, or write rates such as 5% of money`));
}

function isZero(value: Typed): boolean {
  return value.kind === 'number' && value.value.n === 0n;
}

function after(ctx: PlanContext, node: MapNode, inner: Outer, results: Results, reads: Reads): Pick<Leaf, 'gates' | 'multiply' | 'caps' | 'floor'> {
  const names = valueNames(ctx, results);
  const factorUse: NumberUse = { place: 'factor', names, by: readingNames(ctx, results), ...(reads !== undefined && { reads }) };
  // a limit is found before the facts are looked at
  const limitUse: NumberUse = { place: 'limit', names, by: names };
  const { attainment, value } = results;
  const gates = resolveGates(ctx, find(node, 'gates'), { results: { ...(attainment && { attainment }), ...(value && { value }) }, hasIncentive: inner.hasIncentive });
  const multiply = entriesOf(find(node, 'multiply')).flatMap((entry): Factor[] => {
    const factor = checkName(entry, 'a factor', ctx.found) ? number(ctx, entry.value, 'factor', factorUse) : undefined;
    return factor === undefined ? [] : [{ name: entry.key, factor, at: entry.at }];
  });
  const caps = itemsOf(find(node, 'cap')).flatMap((item) => resolveLimit(ctx, item, limitUse, inner.hasIncentive) ?? []);
  const floorNode = find(node, 'floor');
  const floor = floorNode && resolveLimit(ctx, floorNode, limitUse, inner.hasIncentive);
  return { gates, multiply, caps, ...present('floor', floor) };
}

/** A cap or a floor: `%` is a share of the incentive, everything else money. */
export function resolveLimit(ctx: PlanContext, node: Node, use: NumberUse, hasIncentive: boolean): Limit | undefined {
  const amount = number(ctx, node, 'limit', use);
  if (amount === undefined) return undefined;
  const types = amount.kind === 'formula' ? [amount.formula] : [...amount.table.rows.map((r) => r.value), ...(amount.table.otherwise ? [amount.table.otherwise] : [])];
  const share = types.some((t) => t.type.kind === 'percent' && !isZero(t));
  if (share && types.some((t) => t.type.kind === 'money' && !isZero(t))) {
    ctx.found.push(problem('plan.unit', node.at, 'the table has shares of the incentive (such as 200%) and money (such as 50k)', 'write all values in one unit'));
    return undefined;
  }
  if (share && !hasIncentive) {
    ctx.found.push(problem('plan.pay_form', node.at, `${amount.kind === 'formula' ? `\`${amount.text}\`` : 'a percentage'} is a share of the incentive, but there is no incentive here`, 'add `incentive`, or write an amount of money'));
    return undefined;
  }
  return { kind: share ? 'share' : 'money', amount, at: node.at };
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

function number(ctx: PlanContext, node: Node | undefined, place: NumberPlace, use: Omit<NumberUse, 'place'>): Num | undefined {
  return node === undefined ? undefined : resolveNumber(ctx, node, { ...use, place });
}

/** Numbers that are found before any fact is looked at: targets, incentives, weights. */
export function knownUse(ctx: PlanContext): Omit<NumberUse, 'place'> {
  const names = together(knownNames(ctx), tableNames(ctx), outOfKnown(ctx));
  return { names, by: names };
}

function outOfKnown(ctx: PlanContext): Names {
  const facts = together(measureNames(ctx), componentNames(ctx));
  return {
    all: () => [],
    find(name, asked) {
      if (facts.find(name, asked) === undefined) return undefined;
      return { refusal: { code: 'plan.not_built_yet', message: `\`${name}\` depends on facts; a target, an incentive or a weight that does is part of the plan language, but this version does not calculate it yet`, hint: 'use terms, numbers and fields of the payee here' } };
    },
  };
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
