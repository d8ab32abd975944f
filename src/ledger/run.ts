/**
 * What makes a run: which plans, which facts, which engine, which result.
 *
 * Its fingerprint says what was calculated; its id says where in the chain of runs it stands.
 * They are two things because going from one plan to another and back again gives the same
 * fingerprint twice, and the second time the way back must be posted.
 */
import { assert } from '../value/diagnostic.ts';
import type { Earned } from './entry.ts';
import { hashOf, keyOf } from './entry.ts';

export interface RunPlan {
  readonly plan: string;
  readonly fingerprint: string;
}

export interface Run {
  readonly runId: string;
  /** id of the run that was the last one when this one was calculated; null for the first */
  readonly previous: string | null;
  readonly fingerprint: string;
  /** sorted by plan */
  readonly plans: readonly RunPlan[];
  /** the last import that the run saw: a sequence number, not a time */
  readonly importCut: bigint;
  readonly engineVersion: string;
  readonly resultHash: string;
  readonly earnedCount: bigint;
  readonly payeeCount: bigint;
  /** instant, `2026-01-31T12:00:00.000Z` */
  readonly createdAt: string;
}

/** The run that these rows are the result of, coming after `last` (undefined in an empty book). */
export function newRun(
  last: Pick<Run, 'runId'> | undefined,
  earned: readonly Earned[],
  how: Pick<Run, 'plans' | 'importCut' | 'engineVersion' | 'createdAt'>,
): Run {
  assert(INSTANT.test(how.createdAt), `an instant is written like 2026-01-31T12:00:00.000Z, not ${how.createdAt}`);
  assert(new Set(how.plans.map((p) => p.plan)).size === how.plans.length, 'each plan is named once in a run');
  const previous = last?.runId ?? null;
  const plans = how.plans.toSorted((a, b) => (a.plan < b.plan ? -1 : 1));
  const hash = resultHash(earned);
  const fingerprint = hashOf(['result', plans.map((p) => [p.plan, p.fingerprint]), how.importCut, how.engineVersion, hash]);
  return Object.freeze({
    runId: hashOf(['run', previous, fingerprint]),
    previous,
    fingerprint,
    plans,
    importCut: how.importCut,
    engineVersion: how.engineVersion,
    resultHash: hash,
    earnedCount: BigInt(earned.length),
    payeeCount: BigInt(new Set(earned.map((e) => e.payee)).size),
    createdAt: how.createdAt,
  });
}

/** Fixed width and always UTC, so that the order of the texts is the order in time. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * What everybody earned, as one hash. The order of the rows makes no difference, and neither do
 * rows of zero: the book has none, and must give the same hash after the run (see `store.ts`).
 */
export function resultHash(earned: readonly Earned[]): string {
  return hashOf(earned.filter((e) => e.amountMinor !== 0n).map((e) => `${keyOf(e)} ${e.amountMinor}`).sort());
}
