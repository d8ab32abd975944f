import { expect, test } from 'vitest';
import type { Run } from '../ledger/run.ts';
import { type Changed, countReasons, type Evidence, reasonsFor } from './reasons.ts';

const ROW: Changed = { plan: 'reps', component: 'commission', payee: 'ann', period: '2026-Q1', currency: 'USD', versions: ['reps@2026-01-01'], was: 'posted', isEarned: true };
const LAST: Run = {
  runId: 'r1', previous: null, fingerprint: 'f', plans: [{ plan: 'reps@2026-01-01', fingerprint: 'a' }], importCut: 3n, engineVersion: 'trueup 1, DuckDB 1',
  resultHash: 'h', earnedCount: 1n, payeeCount: 1n, createdAt: '2026-04-01T12:00:00.000Z',
};
const SAME: Evidence = {
  plans: new Map([['reps@2026-01-01', 'a']]), last: LAST, engineVersion: LAST.engineVersion, facts: new Map(), people: new Map(), learned: { added: 0, changed: 0 }, untraced: new Set(),
};
const kinds = (row: Partial<Changed>, evidence: Partial<Evidence>): string[] => reasonsFor({ ...ROW, ...row }, { ...SAME, ...evidence }).map((r) => `${r.kind}:${r.count}`);

test('a version of the plan that is new, changed or gone is a reason; another plan is none', () => {
  expect(kinds({}, { plans: new Map([['reps@2026-01-01', 'b']]) })).toEqual(['plan_changed:1']);
  expect(kinds({}, { plans: new Map([['reps@2026-01-01', 'a'], ['other@2026-01-01', 'b']]), people: new Map([['ann', 2]]) })).toEqual(['people_changed:2']);
  // a later version does not touch this period, so long as this one keeps its days
  expect(kinds({}, { plans: new Map([['reps@2026-01-01', 'a'], ['reps@2026-07-01', 'b']]), people: new Map([['ann', 2]]) })).toEqual(['people_changed:2']);
  expect(kinds({ isEarned: false, versions: [] }, { plans: new Map() })).toEqual(['no_longer_earned:1', 'plan_changed:1']);
  expect(kinds({ plan: 'reps@x' }, { plans: new Map([['reps@x@2026-01-01', 'b']]), people: new Map([['ann', 1]]) })).not.toContain('no_longer_earned:1');
});

test('the engine is a reason only where nothing else is, and the store only where the engine is the same', () => {
  expect(kinds({}, { engineVersion: 'trueup 1, DuckDB 2' })).toEqual(['engine_changed:1']);
  expect(kinds({}, { engineVersion: 'trueup 1, DuckDB 2', people: new Map([['ann', 1]]) })).toEqual(['people_changed:1']);
  expect(kinds({}, {})).toEqual(['store_replaced:1']);
  expect(kinds({}, { people: new Map([['bob', 1]]) })).toEqual(['store_replaced:1']);
});

test('what others have is a reason only for what looks at it, and only where something changed', () => {
  const looks = { untraced: new Set(['reps|commission']) };
  expect(kinds({}, { ...looks, learned: { added: 1, changed: 2 } })).toEqual(['others_changed:3']);
  expect(kinds({}, { ...looks, people: new Map([['bob', 1]]) })).toEqual(['others_changed:1']);
  expect(kinds({ component: 'gold' }, { ...looks, learned: { added: 1, changed: 2 } })).toEqual(['store_replaced:1']);
});

test('differences are counted once for each of their reasons', () => {
  const reasons = (...of: string[]) => ({ reasons: of.map((kind) => ({ kind: kind as 'first', count: 7 })) });
  expect(countReasons([reasons('people_changed', 'first'), reasons('first')])).toEqual([{ kind: 'first', differences: 2 }, { kind: 'people_changed', differences: 1 }]);
});
