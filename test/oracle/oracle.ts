/**
 * A second, slow, obvious evaluator of plans, straight from their documents in exact fractions. It
 * shares nothing with the stages and engines but `src/value`, and exists to be compared with them.
 * Each file is one step of language.md section 6; what it must decide beyond the page says so.
 */
import { multiply, powerOfTen, ratio } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import { minorDigits } from '../../src/value/money.ts';
import { assert } from '../../src/value/diagnostic.ts';
import { byCodePoint } from '../../src/value/code-points.ts';
import { creditsOf } from './credits.ts';
import type { Status } from './guardrails.ts';
import { expanded, versions } from './documents.ts';
import type { Surroundings, YamlMap } from './documents.ts';
import { figureOf } from './figures.ts';
import type { Figure } from './figures.ts';
import { run } from './run.ts';
import type { Run } from './run.ts';
import { formatDay } from '../../src/value/period.ts';
import type { Data } from './world.ts';

export interface Question extends Data, Surroundings {
  /** plan documents in order: versions of a plan, amendments, several plans */
  readonly plans: readonly YamlMap[];
}
/** `from` is the first day of the plan's version. `minor`: whole minor units, undefined where the plan rounds finer. */
interface Amount { readonly plan: string; readonly from: string; readonly component: string; readonly payee: string; readonly period: string; readonly amount: Ratio; readonly minor: bigint | undefined }
export interface PayoutRow extends Amount { readonly held: string | null }
export interface LineRow extends Amount { readonly line: string }
export interface CreditRow {
  readonly plan: string; readonly from: string; readonly kind: string; readonly fact: string; readonly payee: string; readonly rule: string; readonly via: string;
  readonly share: Ratio; readonly status: Status; readonly why: string;
}
export interface Oracle {
  figure(payee: string, period: string, path: string): Figure;
  /** one row a payee, top-level component and period in which the payee was on the plan; after limits and the plan's cap */
  payouts(): PayoutRow[];
  lines(): LineRow[];
  /** credits of payees who are on the plan */
  credits(): CreditRow[];
}

export function oracle(question: Question): Oracle {
  const runs = versions(question.plans.flatMap((p) => expanded(p, question))).map((plan) => run(plan, question));
  return {
    figure: (payee, period, path) => together(runs.map((r) => figureOf(r, payee, period, path))),
    payouts: () => sorted(runs.flatMap(payoutsOf), (r) => [r.plan, r.from, r.component, r.payee, r.period]),
    lines: () => sorted(runs.flatMap(linesOf), (r) => [r.plan, r.from, r.component, r.payee, r.period, r.line]),
    credits: () => sorted(runs.flatMap(creditRows), (r) => [r.plan, r.from, r.kind, r.fact, r.payee, r.rule, r.via]),
  };
}

/** The same figure of several plans or versions: their sum; words as the first says them. */
function together(figures: readonly Figure[]): Figure {
  const found = figures.filter((f) => f !== undefined), numbers = found.filter((f) => typeof f !== 'string');
  if (numbers.length < found.length || found.length === 0) return found[0];
  return numbers.reduce((a, b) => ratio(a.n * b.d + b.n * a.d, a.d * b.d));
}

function amountOf({ world }: Run, component: string, payee: string, period: string, amount: Ratio): Amount {
  const minor = multiply(amount, ratio(powerOfTen(minorDigits(world.currency) ?? 2)));
  return { plan: world.name, from: formatDay(world.span.from), component, payee, period, amount, minor: minor.d === 1n ? minor.n : undefined };
}
function payoutsOf(r: Run): PayoutRow[] {
  return r.released.map(({ earning: e }) => ({ ...amountOf(r, e.component, e.payee, e.period.label, e.earned), held: e.result.held }));
}
function linesOf(r: Run): LineRow[] {
  return r.released.flatMap(({ earning: e }) => [...e.lines].map(([line, { amount }]) => ({ ...amountOf(r, e.component, e.payee, e.period.label, amount), line })));
}
function creditRows(r: Run): CreditRow[] {
  const { world } = r, kinds = new Set([...world.given.keys(), ...Object.keys(world.kinds)]);
  return [...kinds].flatMap((kind) => creditsOf(world, kind).filter((c) => c.counts).map((c) => ({
    plan: world.name, from: formatDay(world.span.from), kind, fact: c.fact.id, payee: c.payee, rule: c.rule, via: c.via ?? '', share: c.share, status: c.status, why: c.why.join(' '),
  })));
}

function sorted<T>(rows: readonly T[], key: (row: T) => readonly string[]): T[] {
  return rows.toSorted((a, b) => {
    const [x, y] = [key(a), key(b)];
    assert(x.length === y.length, 'rows of one list have one kind of key');
    return x.map((part, i) => byCodePoint(part, y[i] ?? '')).find((order) => order !== 0) ?? 0;
  });
}
