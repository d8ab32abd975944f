/**
 * A run: what everybody has earned now, minus what was posted before. Preview and apply take the same steps;
 * apply takes one more, and records the result in one transaction.
 *
 *     calculate → earned → posted before → entries → why  ( → record )
 */
import type { Db } from '../db/db.ts';
import { type Engine, EngineStop, type Progress } from '../engine/engine.ts';
import { type Earned, type Entry, keyOf, type Posted } from '../ledger/entry.ts';
import { entriesFor, tooLarge } from '../ledger/post.ts';
import { newRun, type Run } from '../ledger/run.ts';
import { lastRun, postedBefore, type Recorded, recordRun } from '../ledger/store.ts';
import type { Workspace } from '../plan/plan.ts';
import { assert, type Diagnostic, hasErrors, must, type Outcome } from '../value/diagnostic.ts';
import { type Day, parseDay } from '../value/period.ts';
import { calculate, type Calculation } from './calculate.ts';
import { byName, type EarnedRow, earnedRows, versionName } from './earned.ts';
import { type Held, heldComponents } from './held.ts';
import { otherCurrencies, type OtherCurrency } from './other-currencies.ts';
import { type PaymentList, paymentList } from './payment-list.ts';
import { saysPayments } from './payment-needs.ts';
import { paymentsOf } from './payments.ts';
import { countReasons, gatherEvidence, type Evidence, type Learned, type Reason, type ReasonCount, reasonsFor } from './reasons.ts';
import { noRateWarning, otherCurrencyWarning, replacedWarning, sourceProblems } from './run-notes.ts';
import { type Uncredited, uncreditedFacts } from './uncredited.ts';
import { engineVersion } from './versions.ts';

export interface RunOptions {
  /** the instant that the run is recorded with, `2026-01-31T12:00:00.000Z` */
  readonly at: string;
  /** what reading the workspace found: a plan with an error is left out of it, and must not be taken back for that */
  readonly found: readonly Diagnostic[];
  /** the last day that payments know of: what is payable later is not due; the day of `at` where it is left out */
  readonly asOf?: Day;
  readonly onProgress?: (progress: Progress) => void;
}

/** Amounts in minor units of the currency. `difference` = `now` − `posted`; its reasons are there where it is not 0. */
export interface PreviewRow {
  readonly plan: string;
  readonly component: string;
  readonly payee: string;
  readonly period: string;
  readonly periodFrom: number;
  readonly currency: string;
  readonly now: bigint;
  readonly posted: bigint;
  readonly difference: bigint;
  readonly reasons: readonly Reason[];
}
/** All rows of a plan, period and currency. */
export interface PreviewTotal extends Pick<PreviewRow, 'plan' | 'period' | 'periodFrom' | 'currency' | 'now' | 'posted' | 'difference'> { readonly payees: number; readonly differences: number }

export interface Preview {
  /** as apply records it, if nothing changes before */
  readonly run: Run;
  readonly last: Run | undefined;
  /** sorted by plan, component, payee and period in time; zeros included */
  readonly rows: readonly PreviewRow[];
  readonly totals: readonly PreviewTotal[];
  /** rows with a difference: so many entries apply writes */
  readonly differences: number;
  readonly reasons: readonly ReasonCount[];
  /** facts of the plans that the store has learned since the last run, whomever they reach */
  readonly learned: Learned;
  readonly held: readonly Held[];
  /** who is on a plan and earns nothing from it, in no period */
  readonly withoutEarning: readonly { readonly plan: string; readonly payee: string }[];
  readonly otherCurrencies: readonly OtherCurrency[];
  readonly uncredited: readonly Uncredited[];
  /** when what is earned is paid; only where a plan has releases, take-backs or a draw */
  readonly payments: PaymentList | undefined;
}
export interface Applied { readonly preview: Preview; readonly recorded: Recorded }

/** What apply would do. Writes nothing: neither into the book nor into the store. */
export async function previewRun(workspace: Workspace, engine: Engine, book: Db, options: RunOptions): Promise<Outcome<Preview>> {
  const { value, diagnostics } = await stopped(() => prepare(workspace, engine, book, options));
  return { value: value?.preview, diagnostics };
}

/** Does what the preview shows, all of it or nothing. `recorded.written` is false where the book says it all already. */
export async function applyRun(workspace: Workspace, engine: Engine, book: Db, options: RunOptions): Promise<Outcome<Applied>> {
  const { value: prepared, diagnostics } = await stopped(() => prepare(workspace, engine, book, options));
  if (prepared === undefined) return { value: undefined, diagnostics };
  const { value: recorded, diagnostics: refused } = await recordRun(book, prepared.preview.run, prepared.entries);
  return { value: recorded && { preview: prepared.preview, recorded }, diagnostics: [...diagnostics, ...refused] };
}

interface Prepared { readonly preview: Preview; readonly entries: readonly Entry[] }

/** All steps but the last. */
async function prepare(workspace: Workspace, engine: Engine, book: Db, options: RunOptions): Promise<Outcome<Prepared>> {
  if (hasErrors(options.found)) return { value: undefined, diagnostics: options.found };
  const notes = await sourceProblems(workspace, engine);
  if (hasErrors(notes)) return { value: undefined, diagnostics: notes };
  const { calculation, diagnostics } = await calculate(engine, workspace.plans, workspace.kinds, options.onProgress === undefined ? {} : { onProgress: options.onProgress });
  if (calculation === undefined) return { value: undefined, diagnostics: [...notes, ...diagnostics] };
  const earned = await earnedRows(engine, calculation);
  const large = workspace.plans.flatMap((p) => tooLarge(earned.filter((e) => e.versions[0] === versionName(p)), p.at.file));
  if (large.length > 0) return { value: undefined, diagnostics: [...notes, ...diagnostics, ...large] };
  // the last run first: where another is applied meanwhile, recording this one is refused
  const last = await lastRun(book), posted = await postedBefore(book), version = await engineVersion(engine);
  const run = newRun(last, earned, { plans: runPlans(calculation), importCut: BigInt(calculation.cut), engineVersion: version, createdAt: options.at });
  const entries = entriesFor(earned, posted, run);
  const payments = await listedPayments(engine, calculation, workspace, options);
  if (hasErrors(payments.diagnostics)) return { value: undefined, diagnostics: [...notes, ...diagnostics, ...payments.diagnostics] };
  const evidence = await gatherEvidence(engine, calculation, workspace, last, version);
  const preview = await previewOf({ workspace, engine, calculation, earned, posted, run, evidence, payments: payments.value });
  assert(preview.differences === entries.length, 'the preview shows a difference for each entry');
  const warnings = [...preview.otherCurrencies.map((o) => (o.converts ? noRateWarning : otherCurrencyWarning)(o, workspace)), ...replacedWarning(preview.reasons, last, book.file)];
  return { value: { preview, entries }, diagnostics: [...notes, ...diagnostics, ...warnings] };
}

/** Asked only where a plan says more than that everything is paid at the pay day. */
async function listedPayments(engine: Engine, calculation: Calculation, workspace: Workspace, { at, asOf }: RunOptions): Promise<Outcome<PaymentList | undefined>> {
  if (!workspace.plans.some(saysPayments)) return { value: undefined, diagnostics: [] };
  const { value, diagnostics } = await paymentsOf(engine, calculation, asOf ?? must(parseDay(at.slice(0, 10))));
  return { value: value && paymentList(value), diagnostics };
}

/** What the engine stopped for is told; nothing was recorded then. */
async function stopped<T>(work: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EngineStop)) throw error;
    return { value: undefined, diagnostics: [error.diagnostic] };
  }
}

/** Versions of plans with what can change a payout; titles and purposes are left out. */
function runPlans({ catalogue }: Calculation): Run['plans'] {
  return catalogue.plans.map(({ spec }) => ({ plan: versionName(spec), fingerprint: spec.fingerprint.pay }));
}

interface Parts {
  readonly workspace: Workspace;
  readonly engine: Engine;
  readonly calculation: Calculation;
  readonly earned: readonly EarnedRow[];
  readonly posted: readonly Posted[];
  readonly run: Run;
  readonly evidence: Evidence;
  readonly payments: PaymentList | undefined;
}

async function previewOf(parts: Parts): Promise<Preview> {
  const { workspace, engine, calculation, run, evidence } = parts;
  const rows = rowsOf(parts), differing = rows.filter((r) => r.difference !== 0n);
  return {
    run, last: evidence.last, rows, totals: totalsOf(rows), differences: differing.length, reasons: countReasons(differing), learned: evidence.learned,
    held: await heldComponents(engine, calculation), withoutEarning: withoutEarning(parts.earned),
    otherCurrencies: await otherCurrencies(engine, calculation, workspace.kinds), uncredited: await uncreditedFacts(engine, calculation, workspace.kinds), payments: parts.payments,
  };
}

function rowsOf({ earned, posted, evidence }: Parts): readonly PreviewRow[] {
  const before = new Map(posted.map((p) => [keyOf(p), p])), now = new Map(earned.map((e) => [keyOf(e), e]));
  const row = (key: Earned, e: EarnedRow | undefined, p: Posted | undefined): PreviewRow => {
    const { plan, component, payee, period, periodFrom, currency } = key;
    const earns = e?.amountMinor ?? 0n, was = p?.amountMinor ?? 0n;
    const changed = { plan, component, payee, period, currency, versions: e?.versions ?? [], was: p === undefined ? 'never_posted' : 'posted', isEarned: e !== undefined } as const;
    return { plan, component, payee, period, periodFrom, currency, now: earns, posted: was, difference: earns - was, reasons: earns === was ? [] : reasonsFor(changed, evidence) };
  };
  // what was taken back earlier is nothing to show
  const gone = posted.filter((p) => !now.has(keyOf(p)) && p.amountMinor !== 0n);
  return [...earned.map((e) => row(e, e, before.get(keyOf(e)))), ...gone.map((p) => row(p, undefined, p))]
    .sort((a, b) => byName(a.plan, b.plan) || byName(a.component, b.component) || byName(a.payee, b.payee) || a.periodFrom - b.periodFrom || byName(a.period, b.period) || byName(a.currency, b.currency));
}

function totalsOf(rows: readonly PreviewRow[]): readonly PreviewTotal[] {
  const groups = Map.groupBy(rows, (r) => JSON.stringify([r.plan, r.period, r.currency]));
  const totals = [...groups.values()].map((group): PreviewTotal => {
    const { plan, period, periodFrom, currency } = group[0] as PreviewRow;
    const sum = (of: 'now' | 'posted' | 'difference'): bigint => group.reduce((total, r) => total + r[of], 0n);
    return {
      plan, period, periodFrom, currency, now: sum('now'), posted: sum('posted'), difference: sum('difference'),
      payees: new Set(group.map((r) => r.payee)).size, differences: group.filter((r) => r.difference !== 0n).length,
    };
  });
  return totals.sort((a, b) => byName(a.plan, b.plan) || a.periodFrom - b.periodFrom || byName(a.period, b.period) || byName(a.currency, b.currency));
}

function withoutEarning(earned: readonly Earned[]): Preview['withoutEarning'] {
  const groups = Map.groupBy(earned, (e) => JSON.stringify([e.plan, e.payee]));
  return [...groups.values()].filter((group) => group.every((e) => e.amountMinor === 0n))
    .map((group) => ({ plan: (group[0] as Earned).plan, payee: (group[0] as Earned).payee }))
    .sort((a, b) => byName(a.plan, b.plan) || byName(a.payee, b.payee));
}

