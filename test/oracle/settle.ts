/** Stages 6 and 7: what is taken back, then payable − take-back − balance → draw → paid (language.md section 4, 6.7). */
import { add, max, min, multiply, negate, subtract, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { must } from '../../src/value/diagnostic.ts';
import { settingOf } from './component.ts';
import { mapOf, mapsOf, textOf, textsOf } from './documents.ts';
import type { YamlMap } from './documents.ts';
import type { Earning } from './earnings.ts';
import { byDate } from './facts.ts';
import { payees } from './payees.ts';
import type { Part } from './releases.ts';
import { minorUnit, rounded, shareOut } from './rounding.ts';
import { isTrue, number, scopeOfRow } from './scope.ts';
import { dayOfText, later, periodAt, periodsIn } from './time.ts';
import type { Day, Period } from './time.ts';
import { Bad, numberOf } from './value.ts';
import { keyOf, lineage } from './world.ts';
import type { Row, World } from './world.ts';

export interface Settled {
  readonly period: Period;
  readonly due: Ratio;
  readonly takenBack: Ratio;
  readonly topup: Ratio;
  readonly paid: Ratio;
  /** draw to recover, pay below zero that is carried, and take-backs that wait for their cap */
  readonly owed: Ratio;
  readonly gross: Ratio | undefined;
}
export interface Released { readonly earning: Earning; readonly parts: ReadonlyMap<string, Part> }

interface TakeBack { readonly payee: string; readonly day: Day; readonly amount: Ratio; readonly rule: string; readonly cap: Ratio | undefined }

/** By payee, then by label of the period. */
export function settled(world: World, released: readonly Released[]): ReadonlyMap<string, ReadonlyMap<string, Settled>> {
  const due = released.flatMap(({ earning, parts }) => [...parts.values()].flatMap((p) => p.payments)
    .filter((p) => p.day <= world.known).map((p) => ({ payee: earning.payee, day: p.day, amount: p.amount })));
  const back = takenBack(world, released.map((r) => r.earning));
  const end = Math.max(world.span.to, ...[...due, ...back].map((p) => periodAt(world.calendar, world.grain, p.day).to));
  const periods = periodsIn(world.calendar, world.grain, world.span.from, later(end, '1 month'));
  return new Map(payees(world).map((payee) => [payee, settlePayee(world, payee, periods, due.filter((d) => d.payee === payee), back.filter((b) => b.payee === payee), released.map((r) => r.earning).filter((e) => e.payee === payee))]));
}

function settlePayee(world: World, payee: string, periods: readonly Period[], due: readonly { readonly day: Day; readonly amount: Ratio }[], back: readonly TakeBack[], earnings: readonly Earning[]): ReadonlyMap<string, Settled> {
  const out = new Map<string, Settled>(), waiting = new Map<string, { amount: Ratio; readonly cap: Ratio | undefined }>();
  const start = world.ask.eligible(payee)[0]?.from ?? world.span.from;
  let balance: Balance = { debt: ZERO, below: ZERO };
  for (const period of periods) {
    const payable = sumIn(period, due);
    for (const b of back) if (isIn(period, b.day)) waiting.set(b.rule, { amount: add(waiting.get(b.rule)?.amount ?? ZERO, b.amount), cap: b.cap });
    const takes = [...waiting.values()].map((w) => {
      const taken = w.cap === undefined ? w.amount : min(w.amount, multiply(w.cap, max(ZERO, payable)));
      w.amount = subtract(w.amount, taken);
      return taken;
    });
    const taken = takes.reduce(add, ZERO), wait = [...waiting.values()].map((w) => w.amount).reduce(add, ZERO);
    const { net, topup, next } = settleOne(world, payee, period, start, subtract(subtract(payable, taken), balance.below), balance.debt);
    balance = next;
    const earned = earnings.filter((e) => e.period.label === period.label).map((e) => e.earned).reduce(add, ZERO);
    out.set(period.label, {
      period, due: payable, takenBack: negate(taken), topup, paid: rounded(net, world.round['paid']), owed: add(add(balance.debt, balance.below), wait), gross: grossOf(world, payee, period, earned),
    });
  }
  return out;
}

interface Balance { readonly debt: Ratio; readonly below: Ratio }
interface Step { readonly net: Ratio; readonly topup: Ratio; readonly next: Balance }

/** A weak period is topped up to the draw; what is above it pays the draw back. Where no draw runs, `negative` says what pay below zero does. */
function settleOne(world: World, payee: string, period: Period, start: Day, net: Ratio, debt: Ratio): Step {
  const draw = world.plan['draw'] === undefined ? undefined : mapOf(world.plan['draw']);
  if (draw === undefined) return negative(world, net, ZERO);
  const first = periodAt(world.calendar, world.grain, start).from, recover = textOf(draw['recover']) ?? 'never';
  const runs = !('within' in draw) || period.from < later(first, textOf(draw['within']) ?? '');
  const amount = runs ? drawOf(world, draw, payee, period) : ZERO;
  const forgiven = (balance: Ratio): Ratio => ('forgive' in draw && period.to > dayOfText(textOf(draw['forgive']) ?? '') ? ZERO : balance);
  if (amount.n > 0n && subtract(net, amount).n < 0n) {
    const topup = subtract(amount, net);
    return { net: amount, topup, next: { debt: forgiven(recover === 'never' ? debt : add(debt, topup)), below: ZERO } };
  }
  const starts = !('after' in draw) || period.from >= later(first, textOf(draw['after']) ?? '');
  const back = recover === 'never' || !starts ? ZERO : max(ZERO, min(debt, multiply(numberOf(recover), subtract(net, amount))));
  return negative(world, subtract(net, back), forgiven(subtract(debt, back)));
}
function drawOf(world: World, draw: YamlMap, payee: string, period: Period): Ratio {
  const amount = number(draw['amount'] ?? '', { world, payee, day: period.to - 1, window: period });
  if (amount === null) throw new Bad('the amount of the draw has no value');
  return rounded(amount, world.round['paid']);
}
function negative(world: World, net: Ratio, debt: Ratio): Step {
  const policy = textOf(world.plan['negative']) ?? 'carry';
  if (net.n >= 0n || policy === 'pay back') return { net, topup: ZERO, next: { debt, below: ZERO } };
  return { net: ZERO, topup: ZERO, next: { debt, below: policy === 'carry' ? negate(net) : ZERO } };
}

/** Salary is shown beside what is earned. */
function grossOf(world: World, payee: string, period: Period, earned: Ratio): Ratio | undefined {
  if (world.plan['base'] === undefined) return undefined;
  const base = number(world.plan['base'], { world, payee, day: period.to - 1, window: period });
  return base === null ? undefined : rounded(add(base, earned), world.round['total']);
}

function isIn(period: Period, day: Day): boolean {
  return period.from <= day && day < period.to;
}
function sumIn(period: Period, payments: readonly { readonly day: Day; readonly amount: Ratio }[]): Ratio {
  return payments.filter((p) => isIn(period, p.day)).map((p) => p.amount).reduce(add, ZERO);
}

// ---- take-backs ----

/** What events take back of the lines of the facts that they name: at most the line, in instalments from the event's day. */
function takenBack(world: World, earnings: readonly Earning[]): TakeBack[] {
  return Object.keys(world.components).flatMap((component) => {
    const { spec, round } = settingOf(world, component), left = new Map<Earning, Map<string, Ratio>>();
    const own = earnings.filter((e) => e.component === component);
    const rules = mapsOf(spec['take_back'] ?? world.plan['take_back']);
    const events = rules.flatMap(([name, rule]) => textsOf(rule['from']).flatMap((kind) => world.ask.rows(kind)).map((event) => ({ name, rule, event }))).sort((a, b) => byDate(a.event, b.event));
    return events.flatMap(({ name, rule, event }) => {
      const fact = namedBy(world, event);
      if (fact === undefined || event.date === null || !isTrue(rule['where'], scopeOfRow(world, event))) return [];
      if ('within' in rule && event.date >= later(fact.date ?? world.span.from, textOf(rule['within']) ?? '')) return [];
      return own.flatMap((earning) => {
        const of = left.get(earning) ?? new Map<string, Ratio>(), line = of.get(fact.id) ?? earning.lines.get(fact.id)?.amount ?? ZERO;
        if (line.n <= 0n) return [];
        const amount = amountOf(world, rule, event, earning, earning.lines.get(fact.id)?.amount ?? ZERO, line, round['end']);
        left.set(earning, of.set(fact.id, subtract(line, amount)));
        return inInstalments(world, rule, name, event, earning.payee, amount);
      });
    });
  });
}

function amountOf(world: World, rule: YamlMap, event: Row, earning: Earning, line: Ratio, left: Ratio, end: string | undefined): Ratio {
  const scope = scopeOfRow(world, event, { payee: earning.payee });
  const said = number(rule['amount'] ?? rule['share'] ?? '100%', scope);
  if (said === null) throw new Bad('the share of a take-back has no value');
  return max(ZERO, min(left, 'amount' in rule ? said : rounded(multiply(line, said), end)));
}
function inInstalments(world: World, rule: YamlMap, name: string, event: Row, payee: string, amount: Ratio): TakeBack[] {
  const [count = '1', unit = 'months'] = (textOf(rule['instalments']) ?? '1 month').split(/\s+/), cap = textOf(rule['cap']);
  return shareOut(amount, Number(count), numberOf(minorUnit(world.currency))).map((part, i): TakeBack => ({
    payee, day: later(must(event.date), `${i} ${unit}`), amount: part, rule: name, cap: cap === undefined ? undefined : numberOf(cap),
  }));
}
/** The fact that an event names by a field of its kind. */
function namedBy(world: World, event: Row): Row | undefined {
  for (const [field, value] of event.fields) {
    const fact = typeof value === 'string' && field !== 'id' ? world.byId.get(keyOf(field, value)) : undefined;
    if (fact !== undefined && lineage(world, fact.kind).includes(field)) return fact;
  }
  return undefined;
}
