/** Figures of a run by the names that tests and statements use: `earned`, `COMPONENT`, `COMPONENT.target` … */
import type { Cell, ProgramRunner, Rows } from '../engine/engine.ts';
import { isDay, isRatio } from '../plan/evaluate.ts';
import { REF_ASSIGN } from '../stage/reference.ts';
import type { Catalogue, ComponentEntry } from '../stage/catalogue.ts';
import { digitsOf } from '../stage/lower.ts';
import { hasTiers, tiersOf } from './tier-figures.ts';
import { assert } from '../value/diagnostic.ts';
import type { Day } from '../value/period.ts';
import { add, negate, powerOfTen, type Ratio, ratio, ZERO } from '../value/rate.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { creditsOf, isCreditFigure } from './credit-figures.ts';
import { HELD_FIGURES, heldFigures } from './held-figures.ts';
import { fieldLines, paysByField } from './line-figures.ts';
import { isNamedFigure, namedFigures } from './named-figures.ts';
import { asksForLines, isPaymentFigure, paymentFigure } from './payment-figures.ts';
import type { Payments } from './payments.ts';
import { table } from './run-relations.ts';

export interface Figures {
  /** in currency units; `none`: there is none (held, or not measured); undefined: no such figure */
  get(payee: string, period: string, figure: string): Ratio | 'none' | undefined;
  /** figures that are days: when a part is first payable */
  day(payee: string, period: string, figure: string): Day | undefined;
  /** figures that are words: what became of a credit, why something is held */
  word(payee: string, period: string, figure: string): string | undefined;
}

/** What can be asked of a component beside its pay, and of which relation. */
export const RESULTS = ['value', 'target', 'attainment', 'incentive', 'rate', 'payout'] as const;
type Result = (typeof RESULTS)[number];
const isResult = (word: string): word is Result => (RESULTS as readonly string[]).includes(word);

/** `asked`: the figures that are wanted; `payments`: those of the run, where a figure of payments is among them. */
export async function figuresOf(engine: ProgramRunner, calculation: Calculation, asked: readonly string[], payments?: Payments): Promise<Figures> {
  const { catalogue } = calculation;
  const key = ['component', 'payee', 'period'];
  const found: Found = {
    catalogue,
    payouts: indexed(await table(engine, calculation, 'payouts'), key), attainment: indexed(await table(engine, calculation, 'attainment'), key), parts: indexed(await table(engine, calculation, 'parts'), key),
    assign: indexed(await engine.read({ kind: 'scan', table: REF_ASSIGN.table, columns: REF_ASSIGN.columns }), key),
  };
  const payees = new Map(catalogue.people.persons.map((p) => [p.id, p.payee]));
  const tiers = catalogue.components.some(hasTiers) ? await tiersOf(engine, calculation) : undefined;
  const credits = asked.some(isCreditFigure) ? await creditsOf(engine, calculation) : undefined;
  const lines = asked.some(asksForLines) && catalogue.components.some(paysByField) ? await fieldLines(engine, calculation) : undefined;
  const heldBack = asked.some(isHeldFigure) ? await heldFigures(engine, calculation) : undefined;
  const byName = asked.some(isNamedFigure) ? await namedFigures(engine, calculation) : undefined;
  return {
    get(payee, period, figure) {
      if (isNamedFigure(figure)) return byName?.get(payee, period, figure);
      const code = payees.get(payee);
      if (code === undefined) return undefined;
      if (isCreditFigure(figure)) return credits?.share(code, figure.split('.').slice(1));
      const line = /^(.+?)\.line\.(.+)$/.exec(figure);
      if (lines !== undefined && line !== null && chosenBy(catalogue, line[1] ?? '').some(paysByField)) return summed(placesOf(chosenBy(catalogue, line[1] ?? ''), period).flatMap(({ c, at }) => lines.amount(c, code, at, line[2] ?? '') ?? []));
      if (payments !== undefined && isPaymentFigure(figure)) {
        const value = paymentFigure(payments, payee, period, figure);
        return value !== null && isRatio(value) ? value : undefined;
      }
      const tiered = /^(.+?)\.tier\.(?:(.+)\.)?(\d+)$/.exec(figure);
      if (tiered !== null) return summed(placesOf(chosenBy(catalogue, tiered[1] ?? '').filter(hasTiers), period).flatMap(({ c, at }) => tiers?.amount(c, code, at, tiered[2], Number.parseInt(tiered[3] ?? '', 10)) ?? []));
      const words = figure.split('.'), last = words.at(-1) ?? '';
      if (heldBack !== undefined && isHeldFigure(figure)) return last === 'would' ? placesOf(chosenBy(catalogue, words.slice(0, -1).join('.')), period).flatMap(({ c, at }) => heldBack.would(c, code, at) ?? [])[0] : undefined;
      const what = words.length > 1 && isResult(last) ? last : undefined;
      const path = (what === undefined ? words : words.slice(0, -1)).join('.');
      const chosen = figure === 'earned' ? catalogue.components.filter((c) => c.parent === null) : chosenBy(catalogue, path);
      const places = placesOf(chosen, period).map(({ c, at }): Keyed => ({ c, key: [c.component, code, at].join('|') }));
      return what === undefined ? paid(places, found) : resultOf(what, places, found);
    },
    word(payee, period, figure) {
      const code = payees.get(payee), words = figure.split('.'), last = words.at(-1);
      if (code === undefined) return undefined;
      if (isCreditFigure(figure)) return credits?.word(code, words.slice(1));
      if (heldBack === undefined || !isHeldFigure(figure) || (last !== 'held' && last !== 'gated')) return undefined;
      // of all periods: the first in which there is one
      const said = placesOf(chosenBy(catalogue, words.slice(0, -1).join('.')), period).flatMap(({ c, at }) => heldBack.word(c, code, at, last) ?? []);
      const found = said.find((w) => w !== '') ?? said[0];
      return found === '' && last === 'held' ? 'no' : found;
    },
    day(payee, period, figure) {
      const value = payments !== undefined && isPaymentFigure(figure) ? paymentFigure(payments, payee, period, figure) : null;
      return value !== null && isDay(value) ? value.day : undefined;
    },
  };
}

/** A part of a release may have the name `held`: it is a figure of payments. */
const isHeldFigure = (figure: string): boolean => !isCreditFigure(figure) && !isPaymentFigure(figure) && (HELD_FIGURES as readonly string[]).includes(figure.split('.').slice(1).at(-1) ?? '');
const chosenBy = (catalogue: Catalogue, path: string): ComponentEntry[] => catalogue.components.filter((c) => c.path.join('.') === path);
/** Components in the period that is asked for, or in each of their periods. */
interface Place { readonly c: ComponentEntry; readonly at: number }
function placesOf(chosen: readonly ComponentEntry[], period: string): Place[] {
  return chosen.flatMap((c) => c.window.steps.filter((s) => period === '' || s.label.label === period).map((s) => ({ c, at: s.period })));
}
/** Over all periods that were asked for; undefined: there is none. */
const summed = (amounts: readonly Ratio[]): Ratio | undefined => (amounts.length === 0 ? undefined : amounts.reduce(add, ZERO));

interface Found { readonly catalogue: Catalogue; readonly payouts: Index; readonly attainment: Index; readonly parts: Index; readonly assign: Index }
type Index = ReadonlyMap<string, readonly Row[]>;

interface Keyed { readonly c: ComponentEntry; readonly key: string }
function paid(places: readonly Keyed[], found: Found): Ratio | undefined {
  return summed(places.flatMap(({ c, key }) => (found.payouts.get(key) ?? []).map((r) => inUnits(r['payout'], c, found.catalogue))));
}

/** Of the first period that has one; a year is asked for by its only period that is not 0. */
function resultOf(what: Result, places: readonly Keyed[], found: Found): Ratio | 'none' | undefined {
  const all = places.flatMap((place) => { const value = resultAt(what, place, found); return value === undefined ? [] : [value]; });
  return all.find((v) => v !== 'none' && v.n !== 0n) ?? all[0];
}
function resultAt(what: Result, { c, key }: Keyed, found: Found): Ratio | 'none' | undefined {
  const row = found.attainment.get(key)?.[0];
  switch (what) {
    case 'incentive': return pairOf(found.assign.get(key)?.[0], 'incentive_n', 'incentive_d', c, found.catalogue, true);
    case 'attainment': return pairOf(row, 'a_n', 'a_d', c, found.catalogue, false);
    case 'value': return valueOver(found.attainment.get(key) ?? [], c, found.catalogue);
    case 'target': return pairOf(row, 'target_n', 'target_d', c, found.catalogue, isMoney(c));
    // what a table gave; where it is read by a field of the fact there are several
    case 'rate': case 'payout': {
      const parts = found.parts.get(key) ?? [];
      const form = c.spec.kind === 'leaf' ? c.spec.pay?.form : undefined;
      return form !== what || parts.length !== 1 ? undefined : pairOf(parts[0], 'value_n', 'value_d', c, found.catalogue, form === 'rate' && !paysOnMoney(c));
    }
  }
}

/** X; of what is paid line by line, all lines together. */
function valueOver(rows: readonly Row[], c: ComponentEntry, catalogue: Catalogue): Ratio | 'none' | undefined {
  const lines = [...new Map(rows.map((r) => [String(r['line']), r])).values()];
  // a line that takes back another fact is read at what that fact was; a quotient of two sums is the same for both
  const signed = (r: Row, x: ReturnType<typeof pairOf>): typeof x => (r['takes_back'] === true && c.value?.kind === 'simple' && c.value.over === undefined && x !== undefined && x !== 'none' ? negate(x) : x);
  const values = lines.map((r) => (r['has_value'] === false ? 'none' : signed(r, pairOf(r, 'x_n', 'x_d', c, catalogue, isMoney(c))))), known = values.filter((v): v is Ratio => v !== undefined && v !== 'none');
  return lines.length > 1 && known.length === values.length ? known.reduce(add) : values[0];
}
/** What its rate is paid on is money. */
function paysOnMoney({ spec }: ComponentEntry): boolean {
  return spec.kind === 'leaf' && (typeof spec.of === 'object' ? spec.of : spec.measure)?.type.kind === 'money';
}
const isMoney = (c: ComponentEntry): boolean => c.spec.kind === 'leaf' && c.spec.measure?.type.kind === 'money';

function inUnits(minor: Cell | undefined, c: ComponentEntry, catalogue: Catalogue): Ratio {
  assert(typeof minor === 'bigint', 'an amount is a bigint');
  return ratio(minor, powerOfTen(digitsOf(catalogue.plans[c.plan]?.spec.currency ?? 'USD')));
}
function pairOf(row: Row | undefined, n: string, d: string, c: ComponentEntry, catalogue: Catalogue, money: boolean): Ratio | 'none' | undefined {
  if (row === undefined) return undefined;
  const top = row[n], bottom = row[d];
  if (typeof top !== 'bigint' || typeof bottom !== 'bigint') return 'none';
  return ratio(top, bottom * (money ? powerOfTen(digitsOf(catalogue.plans[c.plan]?.spec.currency ?? 'USD')) : 1n));
}

function indexed(rows: Rows, key: readonly string[]): Map<string, Row[]> {
  const out = new Map<string, Row[]>();
  for (const row of rowsOf(rows)) {
    const k = key.map((c) => String(row[c])).join('|');
    out.set(k, [...(out.get(k) ?? []), row]);
  }
  return out;
}
