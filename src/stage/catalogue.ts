/** What the numbers of a program stand for: the way back from rows to the words of plans. */
import type { Component, Kind, Plan } from '../plan/plan.ts';
import type { Period } from '../value/period.ts';
import type { Currencies } from './exchange.ts';
import type { Figure } from './figures.ts';
import type { MeasureValue, Gathered } from './gather.ts';
import type { CurveShape } from './curve.ts';
import type { People, Person, Stint } from './people.ts';
import type { Spans, WindowOfPlan } from './spans.ts';
import type { Piece } from './tables.ts';

export interface ComponentEntry {
  /** number of the component in all relations */
  readonly component: number;
  readonly plan: number;
  /** names from the top: ['commission'] or ['shared', 'pipeline'] */
  readonly path: readonly string[];
  readonly parent: number | null;
  /** 0: a single component; above: a group, one more than the highest part */
  level: number;
  readonly spec: Component;
  readonly window: WindowOfPlan;
  readonly shape: CurveShape;
  readonly value: MeasureValue | undefined;
  /** all that it, its gates and its factors look at */
  readonly looks: readonly MeasureValue[];
  readonly reading: MeasureValue | undefined;
  /** what a rate is paid on, where it is another measure */
  readonly base: MeasureValue | undefined;
  /** the kind of group whose measure it looks at */
  readonly group: string | undefined;
  /** formulas of results: what its table is read at; conditions of its gates; its factors, by place */
  readonly figures: { readonly reading?: Figure; readonly gates: ReadonlyMap<number, Figure>; readonly factors: ReadonlyMap<number, Figure>; readonly pool?: { readonly share?: Figure; readonly among?: Figure } };
}
/** `counted`: as `members`, with the days before the plan begins, where some measure looks back. */
export interface PlanEntry { readonly plan: number; readonly spec: Plan; readonly members: ReadonlyMap<Person, readonly Stint[]>; readonly counted: ReadonlyMap<Person, readonly Stint[]> | undefined }

export interface Catalogue {
  readonly plans: readonly PlanEntry[];
  /** kinds of the workspace, and those that plans derive for themselves */
  readonly kinds: readonly Kind[];
  /** rates of exchange, where a plan converts money */
  readonly currencies: Currencies;
  readonly components: readonly ComponentEntry[];
  /** measures that are asked for by name, each as a component that looks at it and is nothing else; numbered after the components */
  readonly asked: readonly ComponentEntry[];
  readonly spans: Spans;
  readonly people: People;
  readonly stints: ReadonlyMap<Person, readonly Stint[]>;
  readonly gathered: Gathered;
  readonly figures: readonly Figure[];
  /** what is paid for each fact is wanted of every component */
  readonly everyLine: boolean;
  /** by number of the curve, the pieces by number of the segment */
  readonly curves: readonly (readonly Piece[])[];
  periodOf(number: number): Period;
  personOf(payee: number): Person | undefined;
}
