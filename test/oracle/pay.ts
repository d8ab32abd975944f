/**
 * Attainment and pay of a component for one subject: measure beside target, then rate, payout or
 * amount (language.md sections 1.4, 4, 6.4, 6.5).
 */
import { add, divide, max, multiply, subtract, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { isMap, listOf, mapOf, textOf } from './documents.ts';
import type { Yaml, YamlMap } from './documents.ts';
import { evaluate } from './evaluate.ts';
import { namesIn, parse } from './formula.ts';
import type { Formula } from './formula.ts';
import { overOf, overWindow } from './component.ts';
import type { Over, Result, Setting } from './component.ts';
import { additions } from './measures.ts';
import { payees } from './payees.ts';
import { eligibleIn, memberships } from './people.ts';
import { rounded, roundedOrBlank } from './rounding.ts';
import { dayOfRow, namesOf, number, numberOrValue, subjectKind, subjectOf, UnknownName } from './scope.ts';
import type { Scope } from './scope.ts';
import { innerOf, kindOf, readTable, slices, TABLE_KINDS, tableAt } from './tables.ts';
import { termOf } from './terms.ts';
import { clipped, periodAt } from './time.ts';
import { Bad, isNumberText, isRatio, numberOf, ratioOf } from './value.ts';
import type { Value } from './value.ts';
import { personField } from './world.ts';
import type { Only, Subject, World } from './world.ts';

/** One calculation: a component for a subject, as a whole or for one line. */
export interface Job {
  readonly world: World;
  readonly setting: Setting;
  readonly over: Over;
  readonly subject: Subject;
  readonly result: Result;
  /** results are named in formulas through it; `row` is the fact of a line */
  readonly scope: Scope;
  readonly only?: Only | undefined;
}

/** Fills value, target, attainment and `raw`. */
export function pay(job: Job): void {
  const { setting: { spec }, result, world } = job;
  const x = valueOf(job);
  result.values.set('value', x);
  const attainment = 'target' in spec ? attained(job, x) : null;
  const form = (['rate', 'payout', 'amount'] as const).find((f) => f in spec);
  if (form === undefined) return;
  const by = 'target' in spec ? 'attainment' : 'value';
  const node = spec[form] ?? '', table = tableAt(node, world.tables);
  const reads = table === undefined ? namesIn(parse(textOf(node) ?? '')).includes(by) : readsBy(table, by);
  // what is held may go back of what was earned before: facts share that, too
  if (form !== 'amount' && (textOf(spec['of']) ?? 'value') === 'value' && (table === undefined || (kindOf(table) !== 'marginal' && !readsFacts(table, job.scope)))) attribute(job, (value) => value);
  if (by === 'attainment' && attainment === null && reads) return hold(job, 'no attainment');
  if (by === 'value' && x === null && 'measure' in spec && (form !== 'amount' || reads)) return hold(job, 'no value');
  const here: Job = { ...job, scope: { ...job.scope, reads: by } };
  if (form === 'rate') return byRate(here, node, table, by, x);
  if (form === 'payout') return byPayout(here, node, table, by);
  const amount = number(table ?? node, here.scope);
  if (amount === null) return hold(job, 'no row');
  result.raw = amount;
}

function hold(job: Job, why: string): void {
  job.result.held = why;
  job.result.raw = ZERO;
}

/** X, rounded at the point `measure`. */
function valueOf({ world, setting: { spec, round }, over, subject, only }: Job): Value {
  if (spec['measure'] === undefined) return null;
  const x = world.ask.measure(spec['measure'], subject, { from: over.from, to: over.soFar }, only);
  return isRatio(x) && !('tied' in x) ? rounded(x, round['measure']) : x;
}

/** T and A. A target that is not above 0 is none; where lower is better, so is a measure that is not above 0 no value. */
function attained(job: Job, value: Value): Ratio | null {
  const { setting: { spec, round }, result } = job;
  const target = roundedOrBlank(targetOf(job, job.over), round['target']);
  if (target !== null) result.values.set('target', target);
  const x = ratioOf(value), lower = spec['better'] === 'lower';
  const otherwise = (key: string): Ratio | null => { const said = textOf(spec[key]) ?? 'hold'; return said === 'hold' ? null : numberOf(said); };
  const exact = target === null || target.n <= 0n ? otherwise('no_target')
    : x === null || (lower && x.n <= 0n) ? otherwise('missing')
      : lower ? divide(target, x) : divide(x, target);
  const attainment = roundedOrBlank(exact, round['attainment']);
  if (attainment !== null) result.values.set('attainment', attainment);
  return attainment;
}

/** `carry: shortfall`: what the period before missed of its target is added to this one's. */
function targetOf(job: Job, over: Over): Ratio | null {
  const { world, setting, subject, scope } = job;
  const own = overWindow(world, setting.spec['target'] ?? '', over, { ...scope, period: over.period });
  const before = textOf(setting.spec['carry']) !== 'shortfall' || own === null ? undefined : earlierOver(job, over);
  if (before === undefined || own === null) return own;
  const target = targetOf(job, before), reached = roundedOrBlank(ratioOf(world.ask.measure(setting.spec['measure'] ?? '', subject, { from: before.from, to: before.soFar })), setting.round['measure']) ?? ZERO;
  return target === null ? own : add(own, max(ZERO, subtract(target, reached)));
}

/** The last period before this one in which the payee was on the plan, and in the group whose number it is; of a pot, in which somebody was to share it. */
function earlierOver({ world, setting, subject, scope: { payee } }: Job, over: Over): Over | undefined {
  for (let from = over.period.from; from > world.span.from;) {
    const before = overOf(world, setting, periodAt(world.calendar, setting.grain, from - 1)), span = { from: before.from, to: before.soFar };
    from = before.period.from;
    if (payee !== undefined && eligibleIn(world, payee, span) === 0) continue;
    if (payee === undefined && 'pool' in setting.spec && !payees(world).some((p) => eligibleIn(world, p, clipped(before.period, world.span)) > 0 && (subject.kind === 'company' || personField(world, p, subject.kind, before.soFar - 1) === subject.id))) continue;
    if (payee === undefined || subject.kind === 'payee' || subject.kind === 'company' || memberships(world, payee, subject.kind, span).some((m) => m.group === subject.id)) return before;
  }
  return undefined;
}

/** Does the table read attainment or value, by default or by name? */
function readsBy(table: YamlMap, name: string): boolean {
  return table['by'] === undefined || listOf(table['by']).some((b) => namesIn(parse(textOf(b) ?? '')).includes(name));
}

// ---- payout: share of the incentive ----

function byPayout(job: Job, node: Yaml, table: YamlMap | undefined, by: 'attainment' | 'value'): void {
  const { result, scope, setting: { round, name } } = job;
  const incentive = ratioOf(result.values.get('incentive') ?? null);
  if (incentive === null) throw new Bad(`${name} pays a share of an incentive that the plan does not have`);
  if (table !== undefined && kindOf(table) === 'marginal') {
    const { at, rows } = innerOf(table, namesOf(scope), by), x = ratioOf(at);
    if (x === null) return hold(job, 'no value');
    result.tiers = slices(rows, x).map((s) => rounded(multiply(multiply(incentive, cell(scope, s.text)), s.width), round['tier']));
    result.raw = result.tiers.reduce(add, ZERO);
    // where its parts are not rounded, the share that they add up to is
    if (round['tier'] === undefined && incentive.n !== 0n) result.raw = multiply(incentive, rounded(divide(result.raw, incentive), round['payout']));
  } else {
    const share = roundedOrBlank(number(table ?? node, scope), round['payout']);
    if (share === null) return hold(job, 'no row');
    result.values.set('payout', share);
    result.raw = multiply(incentive, share);
  }
  attribute(job, (value) => value);
}

// ---- rate: for each unit measured ----

function byRate(job: Job, node: Yaml, table: YamlMap | undefined, by: 'attainment' | 'value', x: Value): void {
  const { result, scope, setting: { spec, round } } = job;
  const one = baseRate(job), paid = base(job, x);
  const rate = (text: string): Ratio => (isMultiple(job.world, text) ? multiply(cell(scope, text), one) : cell(scope, text));
  if (paid === null) return hold(job, 'no value');
  if (table !== undefined && kindOf(table) === 'marginal') return byParts(job, table, by, rate);
  if (table !== undefined && scope.row === undefined && readsFacts(table, scope)) return byFact(job, table, by, one);
  const multiple = isMultiple(job.world, table ?? node);
  const read = table === undefined ? rate(textOf(node) ?? '') : ratioOf(readTable(table, namesOf(scope), { by, cell: rate }));
  if (read === null) return paid.n === 0n ? undefined : hold(job, 'no row');
  const found = multiple ? read : rounded(read, round['rate']);
  result.values.set('rate', found);
  result.raw = multiply(found, paid);
  if ((textOf(spec['of']) ?? 'value') === 'value') attribute(job, (value) => (found.n === 0n ? value : multiply(value, found)));
}

/** What a rate is paid on: the value, what is above the target, or another measure. */
function base({ world, setting: { spec }, over, result, scope, only }: Job, x: Value): Ratio | null {
  const of = textOf(spec['of']) ?? 'value', value = ratioOf(x);
  if (of === 'value') return value;
  if (of === 'excess') return value === null ? null : max(ZERO, subtract(value, ratioOf(result.values.get('target') ?? null) ?? ZERO));
  const other = subjectOf(scope, subjectKind(world, of) ?? 'payee');
  return other === null ? null : ratioOf(world.ask.measure(of, other, { from: over.from, to: over.soFar }, only));
}

/** Section 3: the base rate is incentive ÷ target. */
function baseRate({ result, setting: { round } }: Job): Ratio {
  const incentive = ratioOf(result.values.get('incentive') ?? null), target = ratioOf(result.values.get('target') ?? null);
  return incentive === null || target === null || target.n <= 0n ? ZERO : rounded(divide(incentive, target), round['rate']);
}

/** A marginal rate: each part of the value at its own rate. Facts take theirs in running order. */
function byParts(job: Job, table: YamlMap, by: string, rate: (text: string) => Ratio): void {
  const { result, scope, setting: { round } } = job;
  const inner = innerOf(table, namesOf(scope), by), x = ratioOf(inner.at);
  if (x === null) return hold(job, 'no value');
  const size = inner.by === 'attainment' ? ratioOf(result.values.get('target') ?? null) ?? ZERO : { n: 1n, d: 1n };
  const parts = (at: Ratio): Ratio[] => slices(inner.rows, at).map((s) => multiply(multiply(s.width, size), rate(s.text)));
  // facts share the earning by what each adds before its parts are rounded
  const upTo = (value: Ratio): Ratio => parts(size.n === 0n ? ZERO : divide(value, size)).reduce(add, ZERO);
  result.tiers = parts(x).map((part) => rounded(part, round['tier']));
  result.raw = result.tiers.reduce(add, ZERO);
  let running = ZERO;
  attribute(job, (value) => {
    const before = upTo(running);
    running = add(running, value);
    return subtract(upTo(running), before);
  }, true);
}

/** Section 3: if `by` names a field of the fact, the rate is found for each fact. */
function byFact(job: Job, table: YamlMap, by: 'attainment' | 'value', one: Ratio): void {
  const { world, result, scope, over, setting: { spec }, subject, only } = job;
  const shares = new Map<string, Ratio>();
  for (const c of additions(world, spec['measure'] ?? '', subject, { from: over.from, to: over.soFar }, only) ?? []) {
    const inside: Scope = { ...scope, row: c.fact, via: c.via, day: dayOfRow(c.fact, scope.day) };
    const rate = ratioOf(readTable(table, namesOf(inside), { by, cell: (text) => (isMultiple(world, text) ? multiply(cell(inside, text), one) : cell(inside, text)) }));
    if (rate === null) { if (c.value.n !== 0n) result.held = `no row for ${c.fact.id}`; continue; }
    const amount = multiply(c.value, rate);
    result.raw = add(result.raw, amount);
    if (c.fact.date !== null && c.fact.date >= over.period.from) shares.set(c.fact.id, add(shares.get(c.fact.id) ?? ZERO, amount));
  }
  result.shares = shares;
}
function readsFacts(table: YamlMap, scope: Scope): boolean {
  try {
    for (const b of listOf(table['by'])) evaluate(parse(textOf(b) ?? ''), namesOf(scope));
    return false;
  } catch (error) {
    if (error instanceof UnknownName) return true;
    throw error;
  }
}

/** Shares of the period's facts in what is paid; facts of earlier periods run ahead where order matters. */
function attribute(job: Job, amount: (value: Ratio) => Ratio, running = false): void {
  const { world, setting: { spec }, over, subject, result, scope } = job;
  const added = scope.row !== undefined || spec['measure'] === undefined ? undefined : additions(world, spec['measure'], subject, { from: over.from, to: over.soFar });
  if (added === undefined) return;
  const shares = new Map<string, Ratio>();
  for (const c of added) {
    const counts = c.fact.date !== null && c.fact.date >= over.period.from;
    if (!counts && !running) continue;
    const part = amount(c.value);
    if (counts) shares.set(c.fact.id, add(shares.get(c.fact.id) ?? ZERO, part));
  }
  result.shares = shares;
}

function cell(scope: Scope, text: string): Ratio {
  const value = ratioOf(numberOrValue(text, scope));
  if (value === null) throw new Bad(`${text} has no value`);
  return value;
}

function givesMultiple(world: World, f: Formula): boolean {
  switch (f.kind) {
    case 'literal': return isNumberText(f.text) && f.text.endsWith('x');
    case 'name': return f.name in world.terms && termOf(world, f.name).type === 'factor';
    case 'call': return (f.name === 'if' ? f.args.slice(1) : ['min', 'max', 'round'].includes(f.name) ? f.args : []).some((a) => givesMultiple(world, a));
    case 'operation': return ['+', '-', '*', '/'].includes(f.op) && [f.left, f.right].some((a) => givesMultiple(world, a));
    default: return false;
  }
}
/** A multiple of the base rate: `1.5x`, a term of type factor, or a formula that gives one. */
function isMultiple(world: World, node: Yaml): boolean {
  if (typeof node === 'string') return node.trim() !== '' && givesMultiple(world, parse(node));
  if (!isMap(node)) return listOf(node).some((n) => isMultiple(world, n));
  const kind = TABLE_KINDS.find((k) => k in node);
  return Object.values(kind === undefined ? node : mapOf(node[kind])).some((n) => isMultiple(world, n));
}
