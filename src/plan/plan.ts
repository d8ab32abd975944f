/**
 * `Plan`: what a plan file means once every name is found, every default is filled in and every
 * number is typed. Frozen plain data. Only `stage/` reads it to calculate; `words.ts` to speak.
 */
import type { Ratio } from '../value/rate.ts';
import type { Calendar, Day, Grain } from '../value/period.ts';
import type { Typed, TimeUnit, Type } from './formula.ts';

/** Where something is said: for messages and for the rows that a program derives from it. */
export interface At { readonly file: string; readonly line: number; readonly column: number; readonly path: string }

export type RoundMode = 'half_away' | 'down' | 'up';
/** A named point of rounding: to multiples of `unit`. Half goes away from zero; `down` cuts, `up` raises the amount. */
export interface Rounding { readonly unit: Ratio; readonly mode: RoundMode }
export type RoundPoint =
  | 'measure' | 'days' | 'part' | 'incentive' | 'target' | 'attainment' | 'payout' | 'rate' | 'factor' | 'tier' | 'end';
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
  readonly at: At;
}
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

/** How credits of one kind of fact arise. Rules are compared by content, not by name: forty plans that say the same share one rule. */
export interface CreditRule {
  readonly name: string;
  readonly title?: string;
  readonly from: readonly string[];                 // kinds of fact
  readonly where?: Filter;
  /** who: fields of type payee (dotted paths follow references); several share equally, unless `splits` gives shares */
  readonly to: readonly (readonly string[])[];
  /** `split`: steps of { payee field: share, or 'rest' }; empty where `to` speaks */
  readonly split: readonly (readonly { readonly to: readonly string[]; readonly share: Ratio | 'rest' }[])[];
  /** part credited, 1 by default */
  readonly share: Ratio;
  readonly overlay: boolean;
  /** credits those above the payee: the field of person that names the one above, and how many levels ('all') */
  readonly up?: { readonly field: string; readonly levels: number | 'all' };
  readonly at: At;
}

/**
 * `sum` / `distinct`  of a formula over facts;  `count` of a kind;
 * `ratio` keeps both parts;  `formula`  arithmetic of measures.
 */
export type Measure = { readonly name: string; readonly title: string; readonly type: Type; readonly at: At } & (
  | { readonly kind: 'sum' | 'distinct'; readonly of: Typed; readonly from: readonly string[]; readonly where?: Filter; readonly credited: readonly string[] }
  | { readonly kind: 'count'; readonly from: readonly string[]; readonly where?: Filter; readonly credited: readonly string[] }
  | { readonly kind: 'ratio'; readonly numerator: Measure; readonly denominator: Measure }
  | { readonly kind: 'formula'; readonly formula: Typed; readonly measures: Readonly<Record<string, Measure>> }
);

/** `period`; `year to date` (target so far); `whole year` (full target). */
export type Window = { readonly kind: 'period' } | { readonly kind: 'to_date' | 'whole'; readonly of: Grain };

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';
/** One comparison of a condition at payee grain. `and` gives several; all must hold. */
export interface Test {
  readonly left: { readonly kind: 'measure'; readonly measure: Measure } | { readonly kind: 'attainment' } | { readonly kind: 'value' };
  readonly op: Comparison;
  /** known without facts: literals, terms, payee fields */
  readonly right: Typed;
}
export type Otherwise =
  | { readonly kind: 'share'; readonly of: Typed }      // this share of the pay, default 0 %
  | { readonly kind: 'at_most'; readonly share: Typed } // at most this share of the incentive
  | { readonly kind: 'hold' };
export interface Gate { readonly name: string; readonly title?: string; readonly require: readonly Test[]; readonly text: string; readonly otherwise: Otherwise; readonly at: At }
export interface Factor { readonly name: string; readonly factor: Num; readonly at: At }
/** money, or a share of the incentive */
export interface Limit { readonly kind: 'money' | 'share'; readonly amount: Num; readonly at: At }

interface ComponentBase {
  readonly name: string;
  readonly title: string;
  readonly weight?: Num;
  readonly incentive?: Num;
  readonly period: Grain;
  readonly window: Window;
  readonly gates: readonly Gate[];
  readonly multiply: readonly Factor[];
  readonly caps: readonly Limit[];
  readonly floor?: Limit;
  readonly round: Roundings;
  readonly at: At;
}
export interface Group extends ComponentBase { readonly kind: 'group'; readonly components: readonly Component[] }
export interface Leaf extends ComponentBase {
  readonly kind: 'leaf';
  readonly measure?: Measure;
  readonly target?: Num;
  /** attainment = measure ÷ target, or target ÷ measure where lower is better */
  readonly better: 'higher' | 'lower';
  /** attainment where the target is 0; where the measure has no value */
  readonly noTarget: Ratio | 'hold';
  readonly missing: Ratio | 'hold';
  /** absent: shown, not paid */
  readonly pay?: { readonly form: 'rate' | 'payout' | 'amount'; readonly number: Num };
}
export type Component = Group | Leaf;

export interface Plan {
  readonly plan: string;
  readonly title: string;
  readonly purpose: string;
  readonly effective: { readonly from: Day; readonly to: Day };
  readonly payees: Filter | 'all';
  readonly currency: string;
  readonly calendar: Calendar;
  readonly period: Grain;
  readonly prorate: 'days' | 'days_after_first' | 'none';
  readonly terms: readonly Term[];
  readonly incentive?: Num;
  readonly components: readonly Component[];
  readonly credits: readonly CreditRule[];
  /** measures that tables name in `by`; others stand where they are used */
  readonly measures: readonly Measure[];
  readonly cap?: Limit;
  readonly round: Roundings;
  readonly at: At;
  /** SHA-256 of the canonical form: `pay` of what can change a payout, `words` of titles and purposes */
  readonly fingerprint: { readonly pay: string; readonly words: string };
}

export type FieldType = 'money' | 'number' | 'percent' | 'date' | 'text' | 'yes_no' | 'payee' | { readonly entity: string };
export interface Field { readonly name: string; readonly type: FieldType }
/** A kind of fact (`dated`) or of reference row (person, account, …). */
export interface Kind { readonly name: string; readonly title: string; readonly dated: boolean; readonly fields: readonly Field[]; readonly at: At }

export interface SourceFormat {
  readonly delimiter: ',' | ';' | '\t' | 'auto';
  readonly encoding: 'auto' | 'utf-8' | 'utf-16' | 'windows-1252';
  readonly decimal: '.' | ',';
  /** how dates are written: `YYYY-MM-DD` and the like; parts YYYY, YY (with pivot refused), MM, DD and separators */
  readonly dates: string;
}
export interface Source {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly into: string;
  readonly id: Typed;
  readonly date?: Typed;
  readonly where?: Filter;
  readonly currency?: string;
  readonly fields: readonly { readonly field: string; readonly formula: Typed; readonly text: string; readonly at: At }[];
  readonly always: Readonly<Record<string, string>>;
  /** column → spelling in the file → our spelling */
  readonly replace: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly format: SourceFormat;
  /** columns of the file that the formulas read */
  readonly columns: readonly string[];
  readonly at: At;
}

/** A workspace folder, read and resolved. */
export interface Workspace {
  readonly dir: string;
  readonly company: string;
  readonly currency: string;
  readonly calendar: Calendar;
  readonly zone: string;
  readonly kinds: readonly Kind[];
  readonly sources: readonly Source[];
  readonly plans: readonly Plan[];
  /** paths of `tests/*.yaml`, relative to the workspace */
  readonly tests: readonly string[];
}
