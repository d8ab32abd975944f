/**
 * Why an amount differs from what was posted before: found in the store and the plans, by key, never guessed
 * from amounts. A difference may have several reasons.
 */
import type { Engine } from '../engine/engine.ts';
import { keyOf } from '../ledger/entry.ts';
import type { Run } from '../ledger/run.ts';
import type { Workspace } from '../plan/plan.ts';
import type { Calculation } from './calculate.ts';
import { componentName, type EarnedRow, payeeName, planOf, versionName } from './earned.ts';
import { factChanges, type FactChanges } from './fact-changes.ts';
import { type PeopleChanges, peopleChanges } from './people-changes.ts';
import { untraced } from './reach.ts';

/**
 * `first`: never posted before. `no_longer_earned`: posted, and gone from the result. `plan_changed`: another
 * fingerprint than in the last run. `facts_new`, `facts_changed`: learned since, credited to the payee then or
 * now, inside the window. `references_changed`: facts of his name an account or the like of which a row
 * changed. `people_changed`: dated rows of the payee, his role, or those below him. `others_changed`: something of
 * this changed for others, and the component looks at what they have (`untraced`). `engine_changed`: only the
 * version of the engine differs. `store_replaced`: nothing of this; the store is not the one of the last run.
 */
export type ReasonKind =
  | 'first' | 'no_longer_earned' | 'plan_changed' | 'facts_new' | 'facts_changed' | 'references_changed' | 'people_changed' | 'others_changed' | 'engine_changed' | 'store_replaced';
/** `count`: facts, or rows of people; 1 where there is nothing to count. */
export interface Reason { readonly kind: ReasonKind; readonly count: number }

/** A key with a difference. `versions`: of the plan, that its amount is made of now; empty where it is no longer earned. */
export interface Changed extends Pick<EarnedRow, 'plan' | 'component' | 'payee' | 'period' | 'currency' | 'versions'> { readonly was: 'never_posted' | 'posted'; readonly isEarned: boolean }

export interface Evidence {
  /** fingerprints by version: those of this run, and what the last run had */
  readonly plans: ReadonlyMap<string, string>;
  readonly last: Run | undefined;
  readonly engineVersion: string;
  /** by plan, component, payee and period */
  readonly facts: ReadonlyMap<string, FactChanges>;
  readonly people: PeopleChanges;
  readonly learned: Learned;
  /** plan and component, of those whose pay cannot be followed back to single facts; none where the store learned nothing */
  readonly untraced: ReadonlySet<string>;
}

/** Facts that are new or changed since the last run, of the kinds that plans count. */
export type Learned = Pick<FactChanges, 'added' | 'changed'>;
const NOTHING: Learned = { added: 0, changed: 0 };

/** What changed since the last run, from the store. Two queries, none where nothing was imported since. */
export async function gatherEvidence(engine: Engine, calculation: Calculation, workspace: Workspace, last: Run | undefined, engineVersion: string): Promise<Evidence> {
  const plans = new Map(calculation.catalogue.plans.map(({ spec }) => [versionName(spec), spec.fingerprint.pay]));
  const since = last === undefined ? calculation.cut : Number(last.importCut);
  if (since >= calculation.cut) return { plans, last, engineVersion, facts: new Map(), people: new Map(), learned: NOTHING, untraced: new Set() };
  const people = await peopleChanges(engine, calculation, workspace.kinds, since);
  const facts = new Map<string, FactChanges>();
  const { reached, learned } = await factChanges(engine, calculation, workspace.kinds, since);
  for (const r of reached) {
    const key = placeOf({
      plan: planOf(calculation, r.plan).spec.plan, component: componentName(calculation, r.top), payee: payeeName(calculation, r.payee),
      period: calculation.catalogue.periodOf(r.period).label,
    });
    const other = facts.get(key);
    facts.set(key, other === undefined ? r : { added: other.added + r.added, changed: other.changed + r.changed, referenced: other.referenced + r.referenced });
  }
  const apart = new Set(untraced(calculation).map((c) => `${planOf(calculation, c.plan).spec.plan}|${componentName(calculation, c.component)}`));
  return { plans, last, engineVersion, facts, people, learned, untraced: apart };
}

/** At least one reason, the most telling first. */
export function reasonsFor(row: Changed, evidence: Evidence): readonly Reason[] {
  const { last } = evidence;
  const facts = evidence.facts.get(placeOf(row)), people = evidence.people.get(row.payee) ?? 0;
  const found: Reason[] = [];
  const add = (kind: ReasonKind, count: number): void => { if (count > 0) found.push({ kind, count }); };
  add('first', row.was === 'never_posted' ? 1 : 0);
  add('no_longer_earned', row.isEarned ? 0 : 1);
  add('plan_changed', last !== undefined && hasOtherPlan(row, evidence.plans, last) ? 1 : 0);
  add('facts_new', facts?.added ?? 0);
  add('facts_changed', facts?.changed ?? 0);
  add('references_changed', facts?.referenced ?? 0);
  add('people_changed', people);
  if (found.length > 0) return found;
  // whatever the store learned since can be what the others have
  if (evidence.untraced.has(`${row.plan}|${row.component}`)) add('others_changed', Math.max(1, evidence.learned.added + evidence.learned.changed));
  if (found.length > 0) return found;
  return [{ kind: last !== undefined && last.engineVersion !== evidence.engineVersion ? 'engine_changed' : 'store_replaced', count: 1 }];
}

/** Whether a version that the amount is made of is new or changed, or one that the last run had is gone. */
function hasOtherPlan(row: Changed, now: ReadonlyMap<string, string>, last: Run): boolean {
  const before = new Map(last.plans.map((p) => [p.plan, p.fingerprint]));
  const ofPlan = (version: string): boolean => version.slice(0, version.lastIndexOf('@')) === row.plan;
  const isGone = [...before.keys()].some((version) => ofPlan(version) && !now.has(version));
  const versions = row.isEarned ? row.versions : [...now.keys()].filter(ofPlan);
  return isGone || versions.some((version) => before.get(version) !== now.get(version));
}

function placeOf(key: Pick<Changed, 'plan' | 'component' | 'payee' | 'period'>): string {
  return keyOf({ ...key, currency: '' });
}

/** How many differences have a reason of this kind. A difference with two reasons counts in both. */
export interface ReasonCount { readonly kind: ReasonKind; readonly differences: number }

const ORDER: readonly ReasonKind[] = ['first', 'no_longer_earned', 'plan_changed', 'facts_new', 'facts_changed', 'references_changed', 'people_changed', 'others_changed', 'engine_changed', 'store_replaced'];

export function countReasons(differences: readonly { readonly reasons: readonly Reason[] }[]): readonly ReasonCount[] {
  return ORDER.map((kind) => ({ kind, differences: differences.filter((d) => d.reasons.some((r) => r.kind === kind)).length })).filter((c) => c.differences > 0);
}
