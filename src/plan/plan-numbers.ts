/** What plans are written in: where something is said, roundings, tables, numbers, terms and conditions. */
import type { Ratio } from '../value/rate.ts';
import type { TimeUnit, Typed } from './formula.ts';

/** Where something is said: for messages and for the rows that a program derives from it. */
export interface At { readonly file: string; readonly line: number; readonly column: number; readonly path: string }

export type RoundMode = 'half_away' | 'down' | 'up';
/** A named point of rounding: to multiples of `unit`. Half goes away from zero; `down` cuts, `up` raises the amount. */
export interface Rounding { readonly unit: Ratio; readonly mode: RoundMode }
export type RoundPoint =
  | 'measure' | 'days' | 'part' | 'incentive' | 'target' | 'attainment' | 'payout' | 'rate' | 'factor' | 'tier' | 'end'
  | 'release' | 'paid' | 'total';
export type Roundings = Partial<Readonly<Record<RoundPoint, Rounding>>>;

export type TableKind = 'marginal' | 'retroactive' | 'steps' | 'points' | 'lookup';
/** One row of a table. `key`: lower end (number, date as day) or word/code/yes-no of a lookup. `right` only at a jump of `points`. */
export interface TableRow {
  readonly key: Ratio | string | boolean;
  /** `over 100%`: above the key, not at it */
  readonly over: boolean;
  readonly value: Typed;
  readonly right?: Typed;
  readonly at: At;
}
export interface Table {
  readonly title?: string;
  readonly kind: TableKind;
  /** what is looked up; `attainment`, `value`, a measure, a field of the fact, a field of the payee */
  readonly by: Typed;
  readonly rows: readonly TableRow[];
  readonly otherwise?: Typed;
  readonly beyond: 'flat' | 'extend';
  /**
   * Outer dimensions, first to last: each row of `outer` leads to a table of one dimension less, the last
   * of which is this table's own kind. Then `rows` is empty and `by` is the first dimension. A key that is
   * a size is a lower end, as in steps; a word, code or yes/no is found.
   */
  readonly outer?: { readonly rows: readonly OuterRow[]; readonly otherwise?: Table };
  readonly at: At;
}
export interface OuterRow { readonly key: Ratio | string | boolean; readonly over: boolean; readonly table: Table; readonly at: At }
/** A number is a literal, a name, a formula or a table. A name of `tables:` has been replaced by its table. */
export type Num =
  | { readonly kind: 'formula'; readonly formula: Typed; readonly text: string; readonly at: At }
  | { readonly kind: 'table'; readonly table: Table };

export type TermType = 'money' | 'number' | 'percent' | 'factor' | 'text';
export interface Term {
  readonly name: string;
  readonly type: TermType;
  /** `money a quarter`: its value is for this unit of time and is shared out to windows */
  readonly every?: TimeUnit;
  /** the default, typed as `type`; a ratio for numbers (money in currency units, not minor units) */
  readonly fallback?: Ratio | string;
  /** `with:` */
  readonly given?: Ratio | string;
  readonly at: At;
}

export interface Filter { readonly formula: Typed; readonly text: string; readonly at: At }
