/**
 * `Plan`: what a plan file means once every name is found, every default is filled in and every
 * number is typed. Frozen plain data. Only `stage/` reads it to calculate; `words.ts` to speak.
 */
import type { Outcome } from '../value/diagnostic.ts';
import type { Ratio } from '../value/rate.ts';
import type { Calendar, Day, Grain } from '../value/period.ts';
import type { Typed, Type } from './formula.ts';
import type { CreditRule, Duration, Guardrail, Kind, Source, State } from './plan-facts.ts';
import type { At, Filter, Num, Roundings, Term } from './plan-numbers.ts';

export type * from './plan-facts.ts';
export type * from './plan-numbers.ts';

/** Whose number a measure is: each payee's, the company's, or that of each row of a kind (pod, account, invoice …). */
export type Subject = 'payee' | 'company' | { readonly entity: string };

/** At most so much of the values, in order of date and fact: per day, per fields. */
export interface MeasureLimit { readonly name: string; readonly atMost: Ratio; readonly per: readonly ('day' | readonly string[])[]; readonly at: At }

/** Which facts a measure gathers, and how. */
export interface Gathering {
  /** kinds of fact, kinds derived from them, entries of states; or one kind of reference rows, as of the window's last day */
  readonly from: readonly string[];
  readonly where?: Filter;
  readonly credited: readonly string[];
  /** the field that decides the period, in place of `date` */
  readonly date?: readonly string[];
  /** what runs at that instant; of facts without `runs`, all before it */
  readonly moment?: 'start' | 'end';
  /** days before the window's end that count, in place of the window */
  readonly lookBack?: number;
  /** days in which a value halves */
  readonly halfLife?: number;
  readonly factors: readonly Factor[];
  readonly limits: readonly MeasureLimit[];
}

/**
 * `sum` … `last`  of a formula over facts, `count` of a kind;  `ratio` keeps both parts;
 * `formula` arithmetic of measures;  `rank`  the place among payees.
 */
export type Measure = { readonly name: string; readonly title: string; readonly type: Type; readonly subject: Subject; readonly at: At } & (
  | { readonly kind: 'sum' | 'distinct' | 'average' | 'min' | 'max' | 'first' | 'last'; readonly of: Typed } & Gathering
  | { readonly kind: 'count' } & Gathering
  /** below `minSample` of the denominator `otherwise` is used */
  | { readonly kind: 'ratio'; readonly numerator: Measure; readonly denominator: Measure; readonly minSample?: Ratio; readonly otherwise?: Measure }
  | { readonly kind: 'formula'; readonly formula: Typed; readonly measures: Readonly<Record<string, Measure>> }
  /** equal values share a place; `among`: a field of person that tells the groups apart */
  | { readonly kind: 'rank'; readonly of: Measure; readonly among?: readonly string[] }
);
export type Aggregate = Extract<Measure, Gathering>;

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
export interface Gate {
  readonly name: string;
  readonly title?: string;
  /** the condition, if it is a row of comparisons that must all hold; else empty */
  readonly require: readonly Test[];
  /** the condition, whatever it is */
  readonly condition: Typed;
  readonly text: string;
  readonly otherwise: Otherwise;
  readonly at: At;
}
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
  /** of a top-level component; in place of the plan's */
  readonly release?: readonly ReleasePart[];
  readonly takeBack?: readonly TakeBack[];
  readonly convert?: Convert;
  readonly limits: readonly RunningLimit[];
  readonly pool?: Pool;
  readonly at: At;
}

/** At most so much pay, in order of date and fact, over the plan version; the rest is listed as unfunded. */
export interface RunningLimit {
  readonly name: string;
  readonly atMost: { readonly kind: 'money'; readonly amount: Ratio } | { readonly kind: 'times'; readonly times: number };
  readonly per: 'payee' | 'plan' | readonly string[];
  readonly at: At;
}
/** The result is one pot, shared equally or by a number of each payee among those who meet a condition. */
export interface Pool { readonly share: 'equal' | Num; readonly among?: Filter; readonly at: At }

/** When and how much of an earning becomes payable. Shares of all parts sum to 100 %. */
export interface ReleasePart {
  readonly name: string;
  readonly title?: string;
  readonly share: Ratio;
  /** the event that names the fact of the line */
  readonly event?: { readonly from: string; readonly where?: Filter };
  readonly day: 'pay_day' | 'quarter_end' | 'half_end' | 'year_end';
  readonly after?: Duration;
  readonly within?: Duration;
  /** a ratio for the fact of the line: payable as it grows; with `after`, once, in this proportion */
  readonly as?: Measure;
  /** reads the fact of the line, what it refers to, and measures of these */
  readonly require?: Filter;
  readonly otherwise: { readonly kind: 'lapse' | 'release' | 'hold' } | { readonly kind: 'share'; readonly share: Num };
  readonly instalments?: Duration;
  readonly at: At;
}
/** What goes back when an event names the fact of a line: a share of it, or an amount, at most the line. */
export interface TakeBack {
  readonly name: string;
  readonly title?: string;
  readonly from: string;
  readonly where?: Filter;
  readonly within?: Duration;
  readonly share?: Num;
  readonly amount?: Num;
  /** at most this part of a period's pay; the rest waits */
  readonly cap?: Ratio;
  readonly instalments?: Duration;
  readonly at: At;
}
/** Tops up a weak period; what was advanced comes back from pay above it. */
export interface Draw {
  readonly amount: Num;
  readonly within?: Duration;
  readonly recover: 'never' | Ratio;
  readonly after?: Duration;
  readonly forgive?: Day;
  readonly at: At;
}
/** Exchange rate of each released part, and of which day. */
export interface Convert { readonly rate: Num; readonly when: 'date' | 'period' | 'payment'; readonly at: At }
/** What one unit of a fact's currency is worth in the plan's: on the day of the fact, or on the last day of the period. */
export interface Exchange { readonly rate: Num; readonly when: 'date' | 'period'; readonly at: At }
export interface Accounting { readonly capitalise: number; readonly expenseUpTo?: number }
export interface Group extends ComponentBase { readonly kind: 'group'; readonly components: readonly Component[] }
export interface Leaf extends ComponentBase {
  readonly kind: 'leaf';
  readonly measure?: Measure;
  readonly target?: Num;
  /** a missed target is added to the next */
  readonly carry: 'none' | 'shortfall';
  /** one calculation and one rounding for each fact, or for each value of a field */
  readonly per?: { readonly kind: 'fact'; readonly of: string } | { readonly kind: 'field'; readonly path: readonly string[] };
  /** what a rate is paid on: X, what is above the target, or another measure */
  readonly of: 'value' | 'excess' | Measure;
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
  readonly family?: string;                         // the name in the file, which the plans of a `for_each` share
  readonly title: string;
  readonly purpose: string;
  readonly effective: { readonly from: Day; readonly to: Day };
  readonly payees: Filter | 'all';
  readonly currency: string;
  readonly exchange?: Exchange;                     // without it, and without a rate, money of facts in another currency does not count
  readonly calendar: Calendar;
  readonly period: Grain;
  readonly prorate: 'days' | 'days_after_first' | 'none';
  readonly terms: readonly Term[];
  readonly incentive?: Num;
  readonly components: readonly Component[];
  readonly credits: readonly CreditRule[];
  /** the active ones, in order */
  readonly guardrails: readonly Guardrail[];
  /** states whose entries or levels the plan reads */
  readonly states: readonly State[];
  /** kinds that the plan derives for itself; their names are `plan.kind` */
  readonly kinds: readonly Kind[];
  /** measures that formulas, tables and kinds name; others stand where they are used */
  readonly measures: readonly Measure[];
  readonly cap?: Limit;
  readonly round: Roundings;
  readonly release: readonly ReleasePart[];
  readonly takeBack: readonly TakeBack[];
  readonly draw?: Draw;
  readonly negative: 'carry' | 'pay_back' | 'forgive';
  readonly paysIn: string;
  readonly convert?: Convert;
  readonly accounting?: Accounting;
  /** salary, shown beside, never posted */
  readonly base?: Num;
  readonly labels?: 'target-and-payout';            // word pack of screens and statements, where it is not the standard one
  readonly at: At;
  /** SHA-256 of the canonical form: `pay` of what can change a payout, `words` of titles and purposes */
  readonly fingerprint: { readonly pay: string; readonly words: string };
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
  /** every measure that some plan can name; and plans as if they read those of these names, as a plan holds only what it reads */
  readonly measures: { readonly names: readonly string[]; readonly read: (plans: readonly Plan[], names: readonly string[]) => Outcome<readonly Plan[]> };
  /** paths of `tests/*.yaml`, relative to the workspace */
  readonly tests: readonly string[];
}
