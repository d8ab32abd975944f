/** Releases, limits and settlement of a plan as they are written, for `check --resolved`. */
import { formatDay } from '../value/period.ts';
import type { Ratio } from '../value/rate.ts';
import { durationText } from './durations.ts';
import { formulaText } from './formula-text.ts';
import type { Accounting, Component, Convert, Draw, Duration, Leaf, Measure, Num, Plan, Pool, ReleasePart, RunningLimit, TakeBack } from './plan.ts';

/** What is printed: a text, or a map. Lists of texts and maps are printed in brackets. */
/** `Map`: keys in this order, also such as `0`, `1.5` and `3`, which an object would put in another. */
export type Out = string | readonly Out[] | { readonly [key: string]: Out | undefined } | ReadonlyMap<string, Out>;

/** How a number and a measure are written where they stand. */
export interface Writers { readonly number: (number: Num) => Out; readonly measure: (measure: Measure) => Out }

export function mapOf<T>(items: readonly T[], key: (item: T) => string, value: (item: T) => Out): Out | undefined {
  return items.length === 0 ? undefined : Object.fromEntries(items.map((item) => [key(item), value(item)]));
}

function percent(value: Ratio): string {
  return formulaText({ kind: 'number', value, written: 'percent', at: { start: 0, end: 0 } });
}
function plain(value: Ratio): string {
  return formulaText({ kind: 'number', value, written: 'number', at: { start: 0, end: 0 } });
}
function length(duration: Duration | undefined): string | undefined {
  return duration && durationText(duration);
}

/** `per`, `of` and `carry`; their defaults are written where they could be meant. */
export function ofOut(leaf: Leaf, write: Writers): { readonly [key: string]: Out | undefined } {
  const of = typeof leaf.of === 'object' ? write.measure(leaf.of) : leaf.of;
  return {
    carry: leaf.target === undefined ? undefined : leaf.carry,
    per: leaf.per === undefined ? undefined : leaf.per.kind === 'fact' ? leaf.per.of : leaf.per.path.join('.'),
    of: leaf.pay?.form === 'rate' ? of : undefined,
  };
}

export function limitsOut(limits: readonly RunningLimit[]): Out | undefined {
  return mapOf(limits, (l) => l.name, (l) => ({
    at_most: l.atMost.kind === 'money' ? plain(l.atMost.amount) : `${l.atMost.times} times`, per: typeof l.per === 'string' ? l.per : l.per.join('.'),
  }));
}

export function poolOut(pool: Pool | undefined, write: Writers): Out | undefined {
  return pool && { share: pool.share === 'equal' ? 'equal' : write.number(pool.share), among: pool.among?.text };
}

/** `release`, `take_back` and `convert`, of a plan or of a component. */
export function payableOut(of: Pick<Component, 'release' | 'takeBack' | 'convert'>, write: Writers): { readonly [key: string]: Out | undefined } {
  return {
    release: of.release && mapOf(of.release, (r) => r.name, (r) => releaseOut(r, write)),
    take_back: of.takeBack && mapOf(of.takeBack, (t) => t.name, (t) => takeBackOut(t, write)),
    convert: of.convert && convertOut(of.convert, write),
  };
}

function releaseOut(part: ReleasePart, write: Writers): Out {
  const { otherwise } = part;
  return {
    title: part.title, share: percent(part.share), from: part.event?.from, where: part.event?.where?.text,
    // the default is left out beside keys that name the day themselves
    at: part.after === undefined ? part.day.replace('_', ' ') : undefined, after: length(part.after), within: length(part.within),
    as: part.as && write.measure(part.as), require: part.require?.text, instalments: length(part.instalments),
    otherwise: part.within === undefined && part.require === undefined ? undefined : otherwise.kind === 'share' ? write.number(otherwise.share) : otherwise.kind,
  };
}

function takeBackOut(t: TakeBack, write: Writers): Out {
  return {
    title: t.title, from: t.from, where: t.where?.text, within: length(t.within), share: t.share && write.number(t.share), amount: t.amount && write.number(t.amount),
    cap: t.cap && percent(t.cap), instalments: length(t.instalments),
  };
}

function convertOut(convert: Convert, write: Writers): Out {
  return { rate: write.number(convert.rate), at: convert.when };
}

/** `draw`, `negative`, `accounting`, `base`. */
export function settlementOut(plan: Plan, write: Writers): { readonly [key: string]: Out | undefined } {
  return {
    base: plan.base && write.number(plan.base),
    draw: plan.draw && drawOut(plan.draw, write),
    negative: plan.negative === 'pay_back' ? 'pay back' : plan.negative,
    accounting: plan.accounting && accountingOut(plan.accounting),
  };
}

function drawOut(draw: Draw, write: Writers): Out {
  return {
    amount: write.number(draw.amount), within: length(draw.within), recover: draw.recover === 'never' ? 'never' : percent(draw.recover),
    after: length(draw.after), forgive: draw.forgive === undefined ? undefined : formatDay(draw.forgive),
  };
}

function accountingOut(accounting: Accounting): Out {
  const months = (n: number): string => durationText({ n, unit: 'month' });
  return { capitalise: months(accounting.capitalise), expense_up_to: accounting.expenseUpTo === undefined ? undefined : months(accounting.expenseUpTo) };
}
