/** What the numbers of a program stand for: the way back from rows to the words of plans. */
import type { Component, Plan } from '../plan/plan.ts';
import type { Period } from '../value/period.ts';
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
  readonly level: number;
  readonly spec: Component;
  readonly window: WindowOfPlan;
  readonly shape: CurveShape;
  readonly value: MeasureValue | undefined;
  readonly reading: MeasureValue | undefined;
}
export interface PlanEntry { readonly plan: number; readonly spec: Plan; readonly members: ReadonlyMap<Person, readonly Stint[]> }

export interface Catalogue {
  readonly plans: readonly PlanEntry[];
  readonly components: readonly ComponentEntry[];
  readonly spans: Spans;
  readonly people: People;
  readonly stints: ReadonlyMap<Person, readonly Stint[]>;
  readonly gathered: Gathered;
  /** by number of the curve, the pieces by number of the segment */
  readonly curves: readonly (readonly Piece[])[];
  periodOf(number: number): Period;
  personOf(payee: number): Person | undefined;
}
