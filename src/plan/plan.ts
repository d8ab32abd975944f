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

/** How credits of one kind of fact arise. Rules are compared by content, not by name: forty plans that say the same share one rule. */
export interface CreditRule {
  readonly name: string;
  readonly title?: string;
  readonly from: readonly string[];                 // kinds of fact
  readonly where?: Filter;
  /** who: fields of type payee (dotted paths follow references); several share equally, unless `splits` gives shares */
  readonly to: readonly (readonly string[])[];
  /** in place of `to`: a field of type `payees` (shared equally) or `splits` (each with a share) */
  readonly list?: { readonly path: readonly string[]; readonly shares: boolean };
  /** `split`: steps of { payee field: share, or 'rest' }; empty where `to` speaks. Shares may read the fact. */
  readonly split: readonly (readonly { readonly to: readonly string[]; readonly share: Num | 'rest' }[])[];
  /** part credited, of the fact's value; may read the fact */
  readonly share?: Num;
  /** quality factor; may read the fact, and terms of the payee */
  readonly factor?: Num;
  readonly overlay: boolean;
  /** credits those above the payee: the field of person that names the one above, and how many levels ('all') */
  readonly up?: { readonly field: string; readonly levels: number | 'all' };
  /** credits whoever `to` names on facts of this kind for the same account, once each, up to `lookBack` days before */
  readonly through?: { readonly kind: string; readonly to: readonly string[]; readonly lookBack?: number };
  /** none for a payee whom this rule credits on the same fact */
  readonly yieldsTo?: string;
  readonly at: At;
}

/** A condition on credits. Factors multiply; reject beats hold beats reduce. */
export interface Guardrail {
  readonly name: string;
  readonly title?: string;
  readonly from: readonly string[];
  /** may read the fact, `payee.x` and terms of the payee */
  readonly require: Filter;
  readonly otherwise: { readonly kind: 'reject' } | { readonly kind: 'hold'; readonly days?: number } | { readonly kind: 'factor'; readonly factor: Num };
  readonly review?: Duration;
  /** what the end of a `hold N days` does */
  readonly then: 'pass' | 'reject';
  readonly at: At;
}

/** So long: `90 days`, `10 business days`, `20 quarters`. */
export interface Duration { readonly n: number; readonly unit: 'day' | 'business_day' | 'week' | 'month' | 'quarter' | 'half' | 'year' }

/** What held how long: changes of a field of facts, or days on which a condition holds. Its entries are facts of the kind of its name. */
export interface State {
  readonly name: string;
  readonly title: string;
  /** the kind whose state it is */
  readonly subject: string;
  /** changes of `value`; `levels`: their order */
  readonly change?: { readonly from: string; readonly value: string; readonly levels: readonly string[] };
  /** reads fields and measures of the subject */
  readonly while?: Filter;
  /** days; shorter stays are passed over */
  readonly lasting: number;
  /** days after which another entry counts */
  readonly againAfter?: number;
  readonly at: At;
}

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

/** `payees`: a list of payees; `splits`: a list of payees with shares. */
export type FieldType = 'money' | 'number' | 'percent' | 'date' | 'text' | 'yes_no' | 'payee' | 'payees' | 'splits' | { readonly entity: string };
export interface Field { readonly name: string; readonly type: FieldType }
/** A field that is calculated from others of its row. */
export interface DerivedField { readonly name: string; readonly type: Type; readonly number: Num; readonly at: At }
/** Which facts of another kind a kind consists of. `keep`: the first or last for each `per`, again so many days after the last that counted. */
export interface Derivation {
  readonly from: string;
  readonly where?: Filter;
  readonly keep: 'all' | 'first' | 'last';
  readonly per: readonly (readonly string[])[];
  readonly againAfter?: number;
}
/** A kind of fact (`dated`) or of reference row (person, account, …). A derived kind has the fields of the kind that it is from. */
export interface Kind {
  readonly name: string;
  readonly title: string;
  readonly dated: boolean;
  readonly fields: readonly Field[];
  readonly derived: readonly DerivedField[];
  /** lasts from, until: two fields of type date */
  readonly runs?: readonly [string, string];
  readonly derivation?: Derivation;
  readonly at: At;
}

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
