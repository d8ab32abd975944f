/**
 * What the explanation of a fact is: who was credited with it and who was not, and where it was counted and paid.
 * Plain data; numbers are plain decimal text, shares parts of one, money in units of the currency that stands beside it.
 */
import type { Role } from './explanation.ts';
import type { UncreditedWhy } from './uncredited.ts';

export interface FactExplanation {
  readonly kind: string;
  readonly id: string;
  readonly date: string;
  /** the import up to which facts are known */
  readonly known_at: number;
  /** what the source says of it; references with the name that they have, if they have one */
  readonly fields: Readonly<Record<string, string>>;
  /** fields that hold money, which is in this currency */
  readonly money: readonly string[];
  readonly currency: string;
  /** how a state was entered, whose entries are no rows of a file */
  readonly entered: string | null;
  /** as it was imported; the row is counted from the one under the header, the line from the top of the file */
  readonly file: string;
  readonly row: number;
  readonly line: number;
  /** the fact that it takes back: it has the credits of that one, negative */
  readonly takes_back: string | null;
  /** those that hold on its day and count its kind */
  readonly plans: readonly FactPlan[];
  /** over all plans: what two plans say alike is one credit */
  readonly totals: CreditTotals;
  readonly counted: readonly CountedCredit[];
  /** whoever is credited, on a plan, and what of that plan does not count it, with the reason */
  readonly idle: readonly { readonly payee: string; readonly name: string; readonly plan: string; readonly text: string }[];
  /** why it counts for nobody */
  readonly uncredited: { readonly why: UncreditedWhy | 'not_counted' | 'no_plan_counts'; readonly text: string } | null;
}

/** Of those who are on the plans. `total` is the total credit factor: direct credits are at most 1 of each plan, what overlays and those above have comes on top. */
export interface CreditTotals { readonly direct: string; readonly on_top: string; readonly total: string }

export interface FactPlan {
  readonly plan: string;
  readonly title: string;
  /** every rule of the plan that speaks of the kind, in the order of the plan */
  readonly rules: readonly ExplainedRule[];
  readonly totals: CreditTotals;
}
export interface ExplainedRule {
  readonly rule: string;
  readonly title: string | null;
  /** what it says, in words */
  readonly says: string;
  readonly on_top: boolean;
  readonly credits: readonly FactCredit[];
  /** whom it credits not, and why; `payee`: null where it is nobody at all */
  readonly lost: readonly LostCredit[];
}
export interface FactCredit {
  readonly payee: string;
  readonly name: string;
  /** after guardrails; negative of what is taken back */
  readonly share: string;
  /** what the rule gives, before guardrails */
  readonly before: string;
  /** those that it did not simply pass */
  readonly guardrails: readonly GuardOutcome[];
  /** who was credited and through whom it came, where it is for somebody above */
  readonly through: { readonly payee: string; readonly via: string; readonly text: string } | null;
  /** is the payee on this plan that day; on any that counts the fact? */
  readonly on_plan: 'this' | 'another' | 'none';
}
export interface GuardOutcome { readonly name: string; readonly outcome: 'pass' | 'reduce' | 'hold' | 'reject'; readonly until: string | null; readonly text: string }
export type LostWhy = 'no_measure' | 'other_kind' | 'condition' | 'blank' | 'unknown' | 'not_here' | 'yields' | 'no_touch' | 'nobody_above' | 'no_share';
export interface LostCredit { readonly why: LostWhy; readonly payee: string | null; readonly text: string }

/** A component that gathered the fact. */
export interface CountedCredit {
  readonly plan: string;
  readonly component: string;
  readonly title: string;
  /** what is measured, in words; what for: the component's own measure, or a condition, a factor … */
  readonly measure: string;
  readonly role: Role | 'divisor';
  /** whose measure: a payee's, or that of a group */
  readonly payee: string | null;
  readonly name: string;
  /** all periods whose window has it */
  readonly periods: readonly string[];
  readonly value: string;
  /** empty where it is no money */
  readonly currency: string;
  /** what is paid for this fact alone; null where pay cannot be told apart by facts */
  readonly paid: readonly { readonly period: string; readonly amount: string }[] | null;
  readonly pays_in: string;
}
