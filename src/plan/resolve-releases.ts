/** `release` and `take_back`: when an earning becomes payable, and when it goes back. */
import { add, compare, ONE, ZERO } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { entriesOf, find, textOf } from './document.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { readDuration } from './durations.ts';
import { typeName, YES_NO } from './formula-units.ts';
import { readNumber } from './literal.ts';
import { checkName } from './names.ts';
import type { Component, Duration, Filter, Num, ReleasePart, TakeBack } from './plan.ts';
import { both, problem } from './problem.ts';
import { resolveMeasure } from './resolve-measures.ts';
import { gathers } from './resolve-pay.ts';
import { resolveNumber } from './resolve-tables.ts';
import { rowScope } from './row-scope.ts';
import { rowsFrom } from './rows-from.ts';
import { typed } from './scopes.ts';
import type { Names, PlanContext } from './scopes.ts';
import { percentText } from './titles.ts';

/** The kinds of the facts that the lines of an earning are for. */
export function lineKinds(components: readonly Component[]): readonly string[] {
  return [...new Set(components.flatMap((c) => (c.kind === 'group' ? lineKinds(c.components) : gathers(c.measure) ? c.measure.from : [])))];
}

/** A fact, looked at for the payee who was paid for it. */
function factNames(ctx: PlanContext, kinds: readonly string[]): Names {
  return rowScope(ctx, kinds, 'payee');
}

/** `release`: named parts whose shares make the whole. `lines`: kinds of the facts that are paid for. */
export function resolveReleases(ctx: PlanContext, node: Node | undefined, lines: readonly string[]): ReleasePart[] | undefined {
  if (node?.kind !== 'map') return undefined;
  const before = ctx.found.length;
  const parts = entriesOf(node).map((entry) => (checkName(entry, 'a release', ctx.found) && entry.value.kind === 'map' ? resolvePart(ctx, entry, entry.value, lines) : undefined));
  const whole = parts.filter((p) => p !== undefined);
  if (whole.length === parts.length && ctx.found.length === before) checkShares(ctx, node, whole);
  return whole;
}

function checkShares(ctx: PlanContext, node: MapNode, parts: readonly ReleasePart[]): void {
  const sum = parts.reduce((s, p) => add(s, p.share), ZERO);
  if (parts.length === 0) ctx.found.push(problem('plan.release', node.at, '`release` has no parts, so nothing would ever be payable', 'write parts such as `{ booking: { share: 60% }, cash: { share: 40%, as: collected } }`, or remove it: all is payable at the pay day'));
  else if (compare(sum, ONE) !== 0) ctx.found.push(problem('plan.release', node.at, `the shares of the release add up to ${percentText(sum)}, not to 100 %: ${both(parts.map((p) => `${p.name} ${percentText(p.share)}`))}`, compare(sum, ONE) < 0 ? 'raise one of them, or add a part: what is in no part would never be paid' : 'lower one of them'));
}

/** Keys that say different things about when a part is payable. */
const AGAINST: readonly (readonly [string, string, string])[] = [
  ['instalments', 'from', 'an event makes all of the part payable'], ['instalments', 'as', 'it is payable as the ratio grows'], ['instalments', 'after', 'instalments begin at the pay day'],
  ['instalments', 'within', 'instalments wait for nothing'], ['instalments', 'require', 'instalments wait for nothing'],
  ['from', 'as', 'it is payable by an event or as a ratio grows'], ['from', 'after', 'it is payable at the day of the event'], ['after', 'at', 'both name the day'], ['after', 'within', 'at that day it is decided'],
];

function resolvePart(ctx: PlanContext, entry: Entry, node: MapNode, lines: readonly string[]): ReleasePart | undefined {
  const before = ctx.found.length;
  const has = (key: string): boolean => find(node, key) !== undefined;
  for (const [a, b, why] of AGAINST) {
    if (has(a) && has(b)) ctx.found.push(problem('plan.release', keyAt(node, b), `\`${entry.key}\` has both \`${a}\` and \`${b}\`: ${why}`, 'keep one of them, or make two parts'));
  }
  needs(ctx, node, 'where', ['from'], 'it picks the event');
  needs(ctx, node, 'within', ['from', 'as'], 'it is the time in which the event must come, or the ratio must grow');
  needs(ctx, node, 'otherwise', ['within', 'require'], 'it says what is done where they do not hold');
  const share = shareOf(ctx, find(node, 'share'), 'share') ?? ONE;
  const event = eventOf(ctx, entry, node);
  const as = asOf(ctx, entry, find(node, 'as'));
  const names = factNames(ctx, lines);
  const require = conditionOf(ctx, find(node, 'require'), names);
  const otherwise = otherwiseOf(ctx, find(node, 'otherwise'), names);
  const title = textOf(find(node, 'title'));
  const times = { ...duration(ctx, node, 'after'), ...duration(ctx, node, 'within'), ...duration(ctx, node, 'instalments') };
  if (ctx.found.slice(before).some((d) => d.severity === 'error') || otherwise === undefined) return undefined;
  return {
    name: entry.key, ...(title !== undefined && { title }), share, ...(event !== undefined && { event }), day: dayOf(find(node, 'at')), ...times,
    ...(as !== undefined && { as }), ...(require !== undefined && { require }), otherwise, at: entry.at,
  };
}

function keyAt(node: MapNode, key: string): Entry['at'] {
  return node.entries.find((e) => e.key === key)?.at ?? node.at;
}

function needs(ctx: PlanContext, node: MapNode, key: string, others: readonly string[], why: string): void {
  if (find(node, key) === undefined || others.some((o) => find(node, o) !== undefined)) return;
  ctx.found.push(problem('plan.release', keyAt(node, key), `\`${key}\` has no effect without ${others.map((o) => `\`${o}\``).join(' or ')}: ${why}`, `add ${others.map((o) => `\`${o}\``).join(' or ')}, or remove \`${key}\``));
}

function dayOf(node: Node | undefined): ReleasePart['day'] {
  const days: Readonly<Record<string, ReleasePart['day']>> = { 'quarter end': 'quarter_end', 'half end': 'half_end', 'year end': 'year_end' };
  return days[textOf(node)?.trim() ?? ''] ?? 'pay_day';
}

function shareOf(ctx: PlanContext, node: Node | undefined, key: string): Ratio | undefined {
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined || text === '') return undefined;
  const share = readNumber(text, 'percent');
  if (share !== undefined && compare(share, ZERO) >= 0 && compare(share, ONE) <= 0) return share;
  ctx.found.push(problem('plan.release', node.at, `\`${key}: ${text}\` is not a share from 0 % to 100 %`, `write \`${key}: 60%\``));
  return undefined;
}

/** The event that names the fact of the line. */
function eventOf(ctx: PlanContext, entry: Entry, node: MapNode): ReleasePart['event'] {
  const from = find(node, 'from');
  if (from === undefined) return undefined;
  const [kind] = rowsFrom(ctx, from, entry.at, `the release \`${entry.key}\``) ?? [];
  const where = kind === undefined ? undefined : conditionOf(ctx, find(node, 'where'), factNames(ctx, [kind]));
  return kind === undefined ? undefined : { from: kind, ...(where !== undefined && { where }) };
}

function conditionOf(ctx: PlanContext, node: Node | undefined, names: Names): Filter | undefined {
  const got = node?.kind === 'text' ? typed(ctx.found, node, names, [YES_NO]) : undefined;
  return got && node && { ...got, at: node.at };
}

/** `as`: a ratio for the fact of the line. */
function asOf(ctx: PlanContext, entry: Entry, node: Node | undefined): ReleasePart['as'] {
  const measure = node && resolveMeasure(ctx, `${entry.key}.as`, node);
  if (node === undefined || measure === undefined) return undefined;
  if (measure.type.kind !== 'percent') {
    ctx.found.push(problem('plan.release', node.at, `the part is payable as \`${textOf(node)?.trim() ?? measure.name}\` grows, which is ${typeName(measure.type)}`, 'write a ratio, such as cash received of what was invoiced: `{ for: deal, ratio: [paid, invoiced] }`'));
  } else if (measure.subject === 'payee' || measure.subject === 'company') {
    ctx.found.push(problem('plan.release', node.at, `\`${textOf(node)?.trim() ?? measure.name}\` is a number of ${measure.subject === 'payee' ? 'each payee' : 'the company'}, not of the fact that is paid for`, 'give the measure `for: deal`, or whatever the facts of the lines are'));
  }
  return measure;
}

function otherwiseOf(ctx: PlanContext, node: Node | undefined, names: Names): ReleasePart['otherwise'] | undefined {
  if (node === undefined) return { kind: 'lapse' };
  const word = (['lapse', 'release', 'hold'] as const).find((w) => w === textOf(node)?.trim());
  if (word !== undefined) return { kind: word };
  const share = resolveNumber(ctx, node, { place: 'share', names, perFact: true });
  return share && { kind: 'share', share };
}

/** A key that holds a length of time. */
export function duration<K extends 'after' | 'within' | 'instalments'>(ctx: PlanContext, node: MapNode, key: K): { readonly [P in K]?: Duration } {
  const value = find(node, key);
  const text = textOf(value)?.trim();
  if (value === undefined || text === undefined || text === '') return {};
  const length = readDuration(text);
  const parts = key === 'instalments' && length?.unit === 'business_day' ? undefined : length;
  if (parts !== undefined) return { [key]: parts } as { readonly [P in K]?: Duration };
  ctx.found.push(problem('plan.bad_value', value.at, `\`${key}: ${text}\` is not a length of time`, key === 'instalments' ? 'write how many and how often: `20 quarters`, `3 months`' : 'write `90 days`, `10 business days`, `12 months`, `2 quarters` or `1 year`'));
  return {};
}

/** `take_back`: what goes back, by the events that name what was paid for. */
export function resolveTakeBacks(ctx: PlanContext, node: Node | undefined): TakeBack[] | undefined {
  if (node?.kind !== 'map') return undefined;
  return entriesOf(node).flatMap((entry) => (checkName(entry, 'a take-back', ctx.found) && entry.value.kind === 'map' ? resolveTakeBack(ctx, entry, entry.value) ?? [] : []));
}

function resolveTakeBack(ctx: PlanContext, entry: Entry, node: MapNode): TakeBack | undefined {
  const before = ctx.found.length;
  const [from] = rowsFrom(ctx, find(node, 'from'), entry.at, `the take-back \`${entry.key}\``) ?? [];
  if (from === undefined) return undefined;
  const names = factNames(ctx, [from]);
  const where = conditionOf(ctx, find(node, 'where'), names);
  const [shareNode, amountNode] = [find(node, 'share'), find(node, 'amount')];
  if (shareNode !== undefined && amountNode !== undefined) ctx.found.push(problem('plan.release', keyAt(node, 'amount'), `\`${entry.key}\` takes back both a \`share\` and an \`amount\``, 'keep one of them'));
  const number = (n: Node | undefined, place: 'share' | 'amount'): Num | undefined => n && resolveNumber(ctx, n, { place, names, perFact: true });
  const share = number(shareNode, 'share');
  const amount = number(amountNode, 'amount');
  const cap = shareOf(ctx, find(node, 'cap'), 'cap');
  const title = textOf(find(node, 'title'));
  const times = { ...duration(ctx, node, 'within'), ...duration(ctx, node, 'instalments') };
  if (ctx.found.slice(before).some((d) => d.severity === 'error')) return undefined;
  return {
    name: entry.key, ...(title !== undefined && { title }), from, ...(where !== undefined && { where }), ...times,
    ...(share !== undefined && { share }), ...(amount !== undefined && { amount }), ...(cap !== undefined && { cap }), at: entry.at,
  };
}

