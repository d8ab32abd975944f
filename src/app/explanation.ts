/**
 * What an explanation is: plain data, which pages of text and screens are made from. Numbers are plain decimal
 * text, to 18 places where they have no end: money in units of the currency of the plan, shares as parts of one.
 * They suffice to work the amount out again, step by step (`test/explain-walk.test.ts` does).
 */
import type { Type } from '../plan/formula.ts';

export type StepKind =
  | 'measure' | 'target' | 'attainment' | 'incentive' | 'pay' | 'tie' | 'lines' | 'sum' | 'days' | 'gate' | 'factor' | 'cap' | 'floor' | 'takes_back' | 'pot' | 'rounding' | 'true_up' | 'limits' | 'plan_cap' | 'held'
  | 'release' | 'take_back' | 'settled';
/** One step: what is said of it, and its numbers. */
export interface Step {
  readonly step: StepKind;
  readonly text: string;
  readonly numbers: Readonly<Record<string, string>>;
  /** one a tier, a part, a value that a table was read by … */
  readonly rows?: readonly Readonly<Record<string, string>>[];
  /** the formula that was read, in the notation of plans, and what it names in brackets */
  readonly written?: Written;
}
/** A formula in the notation of plans; what it names stands in brackets. */
export interface Written { readonly formula: string; readonly inputs: Readonly<Record<string, ExplainedValue>> }

export interface Explanation {
  readonly payee: string;
  readonly name: string;
  readonly period: string;
  /** the import up to which facts are known */
  readonly known_at: number;
  readonly plans: readonly ExplainedPlan[];
}
export interface ExplainedPlan {
  readonly plan: string;
  readonly title: string;
  readonly currency: string;
  readonly components: readonly ExplainedComponent[];
  /** when it is paid, and what was taken back: of plans that say so, where the day is known */
  readonly payments: readonly Step[];
}
export interface ExplainedComponent {
  /** its name, with the groups that it stands in: `retention.revenue` */
  readonly component: string;
  readonly title: string;
  readonly period: string;
  /** the payee's group that it is for, where he was in several: a part of the component, by days */
  readonly group?: string;
  /** the fact, or the value of a field, that is paid by itself: a line of the component */
  readonly line?: string;
  /** what is paid; of a part or a line: what it gives to the whole */
  readonly amount: string;
  readonly held: boolean;
  readonly steps: readonly Step[];
  readonly parts: readonly ExplainedComponent[];
  /** what it looks at, its gates, factors and tables included */
  readonly values: readonly RoledValue[];
  /** all rows that were gathered for these values */
  readonly facts: readonly FactList[];
}

/** What a value is looked at for: the measure itself, what pay is for, what a table, a condition or a factor reads, how a pot is shared. */
export type Role = 'measure' | 'base' | 'reading' | 'condition' | 'factor' | 'pool';
export interface RoledValue { readonly role: Role; readonly value: ExplainedValue }
/** `value`: null where there is none. */
export type ExplainedValue = { readonly name: string; readonly title: string; readonly type: Type['kind']; readonly value: string | null } & (
  /** the total of a list; `read_to`: to multiples of this, where something was divided on the way */
  | { readonly kind: 'sum'; readonly list: string; readonly read_to?: string }
  /** the total of one list ÷ that of another; no value where that is 0 */
  | { readonly kind: 'quotient'; readonly above: string; readonly below: string }
  /** arithmetic, in the words of the plan, of what it names */
  | { readonly kind: 'formula'; readonly formula: string; readonly inputs: Readonly<Record<string, ExplainedValue>> }
  /** `of`, where what it is divided by is at least `least`; else `otherwise` */
  | { readonly kind: 'sample'; readonly least: string; readonly of: ExplainedValue; readonly otherwise: ExplainedValue }
  /** the place by `of` among all who are compared; equal values share a place */
  | { readonly kind: 'rank'; readonly of: ExplainedValue; readonly among: readonly { readonly payee: string; readonly value: string; readonly place: string }[] }
  /** known without facts: a term, a field of the payee or his group, an edge of the period; or a result of another component */
  | { readonly kind: 'known' }
);

export interface FactList {
  /** what values call it */
  readonly id: string;
  /** what it was counted for first; `divisor`: what the measure is divided by */
  readonly role: Role | 'divisor';
  /** how the total comes from the facts; `distinct`: how many different keys; `first` and `last` in order of date and id */
  readonly form: 'sum' | 'distinct' | 'min' | 'max' | 'first' | 'last';
  readonly title: string;
  /** these are behind the value of a row of another list */
  readonly within?: string;
  /** the group, account … whose facts they are; null: the payee's */
  readonly subject: string | null;
  readonly type: Type['kind'];
  readonly currency: string;
  /** fields that refer to something, such as the account; fields that hold words */
  readonly references: readonly string[];
  readonly words: readonly string[];
  /** the field by which a table was read fact by fact, or by which values are told apart */
  readonly read_by: string | null;
  /** running limits: at most so much, in order of date and id */
  readonly limits: readonly { readonly name: string; readonly at_most: string; readonly per: string }[];
  readonly facts: readonly CountedFact[];
  readonly total: string;
}
/** One credit; value × share × times − cut = credited. */
export interface CountedFact {
  readonly kind: string;
  readonly id: string;
  readonly date: string;
  /** what the source says of it, by field; references with the name that they have, if they have one */
  readonly fields: Readonly<Record<string, string>>;
  /** the whole of it, before the share */
  readonly value: string;
  /** after factors and guardrails; 1 is all of it */
  readonly share: string;
  /** how often it counts: −1 where it is taken off, less than 1 where it is old and values halve with age */
  readonly times: string;
  /** of a row of a reference whose value is worked out from its fields and its own measures: how */
  readonly made?: Written;
  /** what a running limit leaves out */
  readonly cut: string;
  readonly credited: string;
  /** how its money came into the plan's currency, where it was in another */
  readonly exchange: ConvertedMoney | null;
  /** the credit rule; empty of rows of a reference */
  readonly rule: string;
  /** those that it did not simply pass, and what each came to */
  readonly guardrails: readonly { readonly name: string; readonly outcome: 'reduce' | 'hold' | 'reject' }[];
  /** who was credited and through whom it came, where it was not the payee himself */
  readonly through: { readonly payee: string; readonly via: string; readonly name: string; readonly team: string; readonly text: string } | null;
  /** what a table was read by, or what it is told apart by */
  readonly read_at: string | null;
  /** how a state was entered, whose entries are no rows of a file */
  readonly entered: string | null;
  /** as it was imported; the row is counted from the one under the header, the line from the top of the file */
  readonly file: string;
  readonly row: number;
  readonly line: number;
}
/** `amount`: in its own currency, where a single field is counted; `on`: the day whose rate it is; `since`: the first day of the imported rate. */
export interface ConvertedMoney { readonly currency: string; readonly amount: string | null; readonly rate: string; readonly on: string; readonly since: string | null }
