/** Facts as plans see them: kinds of rows and the sources that fill them, who is credited, what guards credits, and states. */
import type { Type, Typed } from './formula.ts';
import type { At, Filter, Num } from './plan-numbers.ts';

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
  /** its rows are the entries of this state */
  readonly state?: State;
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
