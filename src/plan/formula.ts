/**
 * The formula language of plans and sources: Excel-like, typed, exact. This file holds the tree;
 * `parse-formula.ts` reads text into it, `type-formula.ts` gives each node its type and each name
 * its meaning, `evaluate.ts` computes a typed tree over one row or one payee.
 */
import type { Ratio } from '../value/rate.ts';
import type { Day } from '../value/period.ts';
import type { Table } from './plan.ts';

/** Where a node stands in its formula text, 0-based, end exclusive. */
export interface Span { readonly start: number; readonly end: number }

export type TimeUnit = 'day' | 'week' | 'month' | 'quarter' | 'half' | 'year';

export type Operator =
  | '+' | '-' | '*' | '/' | '&'
  | '=' | '<>' | '<' | '<=' | '>' | '>='
  | 'and' | 'or' | 'not' | 'negate' | 'in' | 'between';

/**
 * `number`  50_000, 50k, 2.4M (written 'number'), 7.5% (written 'percent', value 0.075), 1.5x (written 'factor')
 * `per`     20_000 a year
 * `op`      args in reading order: not/negate 1, in 1 + n, between 3, the rest 2
 */
export type Formula =
  | { readonly kind: 'number'; readonly value: Ratio; readonly written: 'number' | 'percent' | 'factor'; readonly at: Span }
  | { readonly kind: 'per'; readonly value: Ratio; readonly every: TimeUnit; readonly at: Span }
  | { readonly kind: 'date'; readonly day: Day; readonly at: Span }
  | { readonly kind: 'text'; readonly value: string; readonly at: Span }
  | { readonly kind: 'yes_no'; readonly value: boolean; readonly at: Span }
  | { readonly kind: 'name'; readonly name: string; readonly at: Span }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Formula[]; readonly at: Span }
  | { readonly kind: 'op'; readonly op: Operator; readonly args: readonly Formula[]; readonly at: Span };

/** Types of values. `any` is the type of a blank or of a column whose file is not typed yet (source cells are `text`). */
export type Type =
  | { readonly kind: 'money' }
  | { readonly kind: 'number' }
  | { readonly kind: 'percent' }   // also a ratio and an attainment
  | { readonly kind: 'factor' }
  | { readonly kind: 'date' }
  | { readonly kind: 'text' }
  | { readonly kind: 'yes_no' }
  | { readonly kind: 'payee' }
  | { readonly kind: 'entity'; readonly entity: string };

/** What a name means once it is resolved. */
export type Ref =
  | { readonly kind: 'column'; readonly column: string }                                   // source: a column of the file
  | { readonly kind: 'field'; readonly path: readonly string[] }                           // field of the fact or entity row; more than one part follows references
  | { readonly kind: 'payee' }                                                             // the payee himself
  | { readonly kind: 'payee_field'; readonly path: readonly string[] }                     // payee.x
  | { readonly kind: 'via_field'; readonly path: readonly string[] }                       // via.x: of the payee directly below the one who is credited
  | { readonly kind: 'person_term'; readonly who: 'payee' | 'via'; readonly term: string } // payee.x, via.x where x is a term
  | { readonly kind: 'group_field'; readonly group: string; readonly path: readonly string[] } // pod.x: of the group whose measure the component looks at, or that the payee is in
  | { readonly kind: 'result'; readonly what: 'attainment' | 'value' | 'target' | 'incentive' | 'rate' | 'payout' }
  | { readonly kind: 'component'; readonly component: string; readonly what: 'attainment' | 'value' | 'target' }
  | { readonly kind: 'measure'; readonly measure: string }
  | { readonly kind: 'state'; readonly state: string }                                     // the level of the row's account on the day
  | { readonly kind: 'table'; readonly table: string }
  | { readonly kind: 'term'; readonly term: string }
  | { readonly kind: 'period'; readonly edge: 'start' | 'end' };                           // period_start, period_end

/** A formula with a type on every node and a meaning on every name. */
export type Typed =
  | (Extract<Formula, { kind: 'number' | 'per' | 'date' | 'text' | 'yes_no' }> & { readonly type: Type })
  | { readonly kind: 'name'; readonly name: string; readonly ref: Ref; readonly type: Type; readonly at: Span }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Typed[]; readonly type: Type; readonly at: Span }
  /** a table, by its name alone or `called` as `margin_floor(line)`; its `by` holds what it is read at */
  | { readonly kind: 'read'; readonly name: string; readonly called?: true; readonly table: Table; readonly type: Type; readonly at: Span }
  | { readonly kind: 'op'; readonly op: Operator; readonly args: readonly Typed[]; readonly type: Type; readonly at: Span };
