/**
 * The only writer of runs, entries and postings, and the only file that knows their tables.
 * What it checks before it writes it asks the database once more before it commits (SPEC.md).
 */
import type { Db, Statements, Value } from '../db/db.ts';
import { assert } from '../value/diagnostic.ts';
import type { Outcome } from '../value/diagnostic.ts';
import { formatDay, parseDay } from '../value/period.ts';
import type { Entry, Posted } from './entry.ts';
import { COMMISSION_EXPENSE, assertEntry, hashOfEntries } from './entry.ts';
import type { Run, RunPlan } from './run.ts';
import { resultHash } from './run.ts';

export interface Recorded {
  /** false where the book said all this already */
  readonly written: boolean;
  /** how many entries were written */
  readonly entryCount: number;
  /** the run as it stands in the book */
  readonly run: Run;
}

export interface Balance {
  readonly account: string;
  readonly currency: string;
  readonly amountMinor: bigint;
}

/**
 * Writes the run, its entries and their postings in one transaction: all or nothing.
 * A run that stands in the book already, or the same result as the last one, writes nothing.
 * Where another run was applied since this one was calculated, it is refused.
 */
export async function recordRun(db: Db, run: Run, entries: readonly Entry[]): Promise<Outcome<Recorded>> {
  for (const entry of entries) {
    assert(entry.runId === run.runId, 'the entries of a run carry its id');
    assertEntry(entry);
  }
  try {
    return await db.transaction(async (tx) => {
      const there = await alreadyThere(tx, run, entries);
      if (there) return { value: { written: false, entryCount: 0, run: there }, diagnostics: [] };
      const last = await lastRun(tx);
      if ((last?.runId ?? null) !== run.previous) return movedOn(db.file, last);
      // Record time never goes back, even where the clock of the machine did.
      const recorded: Run = last && last.createdAt > run.createdAt ? { ...run, createdAt: last.createdAt } : run;
      await writeRun(tx, recorded, entries);
      await writeEntries(tx, recorded, entries);
      await assertWritten(tx, recorded, entries);
      return { value: { written: true, entryCount: entries.length, run: recorded }, diagnostics: [] };
    });
  } catch (error) {
    const problem = db.diagnose(error);
    if (!problem) throw error;
    return { value: undefined, diagnostics: [problem] };
  }
}

/** The run of the book that makes this one superfluous. */
async function alreadyThere(tx: Statements, run: Run, entries: readonly Entry[]): Promise<Run | undefined> {
  const same = await tx.one<RunRow>(`${RUN} WHERE run_id = ?`, [run.runId]);
  if (same) {
    assert(same.entries_hash === hashOfEntries(entries), `run ${run.runId} has the entries that it was written with`);
    return toRun(tx, same);
  }
  const last = await lastRun(tx);
  return last?.fingerprint === run.fingerprint ? last : undefined;
}

function movedOn(file: string, last: Run | undefined): Outcome<Recorded> {
  const since = last ? `the last run is now ${last.runId.slice(0, 12)} of ${last.createdAt}` : 'it has no run any more';
  return {
    value: undefined,
    diagnostics: [{
      code: 'ledger.book_moved_on',
      severity: 'error',
      file,
      line: 0,
      column: 0,
      path: '',
      message: `The book changed while this run was calculated: ${since}.`,
      hint: 'Run `trueup preview` to see what is left to post, then apply again; nothing was written.',
    }],
  };
}

async function writeRun(tx: Statements, run: Run, entries: readonly Entry[]): Promise<void> {
  await tx.run(
    `INSERT INTO run (seq, run_id, previous, fingerprint, import_cut, engine_version, result_hash, entries_hash,
       earned_count, payee_count, entry_count, status, created_at)
     SELECT coalesce(max(seq), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'applied', ? FROM run`,
    [run.runId, run.previous, run.fingerprint, run.importCut, run.engineVersion, run.resultHash, hashOfEntries(entries),
      run.earnedCount, run.payeeCount, BigInt(entries.length), run.createdAt],
  );
  await tx.runEach('INSERT INTO run_plan (run_id, plan, fingerprint) VALUES (?, ?, ?)',
    run.plans.map((p) => [run.runId, p.plan, p.fingerprint]));
}

async function writeEntries(tx: Statements, run: Run, entries: readonly Entry[]): Promise<void> {
  const top = await tx.one<{ seq: bigint }>('SELECT coalesce(max(seq), 0) AS seq FROM entry');
  const before = top?.seq ?? 0n;
  await tx.runEach(
    `INSERT INTO entry (seq, entry_id, run_id, kind, reason, plan, component, payee, period, period_from, corrects, posted_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    entries.map((e, i): Value[] => [before + BigInt(i) + 1n, e.entryId, e.runId, e.kind, e.reason, e.plan, e.component,
      e.payee, e.period, formatDay(e.periodFrom), e.corrects, run.createdAt]),
  );
  await tx.runEach(
    'INSERT INTO posting (entry_id, line, account, payee, amount_minor, currency) VALUES (?, ?, ?, ?, ?, ?)',
    entries.flatMap((e) => e.postings.map((p, i): Value[] =>
      [e.entryId, BigInt(i) + 1n, p.account, p.payee, p.amountMinor, p.currency])),
  );
}

/** The other half of the checks: the same facts, read back from the database before the commit. */
async function assertWritten(tx: Statements, run: Run, entries: readonly Entry[]): Promise<void> {
  const wrong = await tx.all<{ entry_id: string }>(
    `SELECT e.entry_id FROM entry e LEFT JOIN posting p ON p.entry_id = e.entry_id WHERE e.run_id = ?
     GROUP BY e.entry_id, p.currency HAVING count(p.line) < 2 OR sum(p.amount_minor) <> 0`, [run.runId]);
  assert(wrong.length === 0, `entry ${wrong[0]?.entry_id} is balanced in the book`);
  const count = await tx.one<{ n: bigint }>('SELECT count(*) AS n FROM entry WHERE run_id = ?', [run.runId]);
  assert(count?.n === BigInt(entries.length), 'the book has every entry of the run');
  const book = resultHash(await postedBefore(tx));
  assert(book === run.resultHash, 'after a run, the book says for every key what the run earned');
}

/**
 * What the book says for each key: the sum over all runs, zeros included, because a key that was
 * taken back still has a latest entry. Sorted by plan, component, payee, period.
 */
export async function postedBefore(db: Statements): Promise<readonly Posted[]> {
  const rows = await db.all<{
    plan: string; component: string; payee: string; period: string; period_from: string;
    currency: string; amount_minor: bigint; last_entry_id: string;
  }>(
    `SELECT k.plan, k.component, k.payee, k.period, l.period_from, k.currency, k.amount_minor, l.entry_id AS last_entry_id
     FROM (SELECT e.plan, e.component, e.payee, e.period, p.currency, sum(p.amount_minor) AS amount_minor, max(e.seq) AS last_seq
           FROM entry e JOIN posting p ON p.entry_id = e.entry_id
           WHERE e.kind = 'earning' AND p.account = ?
           GROUP BY e.plan, e.component, e.payee, e.period, p.currency) k
     JOIN entry l ON l.seq = k.last_seq
     ORDER BY k.plan, k.component, k.payee, l.period_from, k.period, k.currency`, [COMMISSION_EXPENSE]);
  return rows.map((r) => {
    const periodFrom = parseDay(r.period_from);
    assert(periodFrom !== undefined, `the book holds days, not ${r.period_from}`);
    return {
      plan: r.plan, component: r.component, payee: r.payee, period: r.period, periodFrom,
      currency: r.currency, amountMinor: r.amount_minor, lastEntryId: r.last_entry_id,
    };
  });
}

/** The last run that was applied; undefined in an empty book. */
export async function lastRun(db: Statements): Promise<Run | undefined> {
  const row = await db.one<RunRow>(`${RUN} ORDER BY seq DESC LIMIT 1`);
  return row && toRun(db, row);
}

/** Every account with its sum, by account and currency. The sums of one currency add up to zero. */
export async function trialBalance(db: Statements): Promise<readonly Balance[]> {
  const rows = await db.all<{ account: string; currency: string; amount_minor: bigint }>(
    'SELECT account, currency, sum(amount_minor) AS amount_minor FROM posting GROUP BY account, currency ORDER BY account, currency');
  return rows.map((r) => ({ account: r.account, currency: r.currency, amountMinor: r.amount_minor }));
}

interface RunRow {
  readonly run_id: string;
  readonly previous: string | null;
  readonly fingerprint: string;
  readonly import_cut: bigint;
  readonly engine_version: string;
  readonly result_hash: string;
  readonly entries_hash: string;
  readonly earned_count: bigint;
  readonly payee_count: bigint;
  readonly created_at: string;
}

const RUN = `SELECT run_id, previous, fingerprint, import_cut, engine_version, result_hash, entries_hash,
  earned_count, payee_count, created_at FROM run`;

async function toRun(db: Statements, row: RunRow): Promise<Run> {
  const plans = await db.all<RunPlan>('SELECT plan, fingerprint FROM run_plan WHERE run_id = ? ORDER BY plan', [row.run_id]);
  return Object.freeze({
    runId: row.run_id,
    previous: row.previous,
    fingerprint: row.fingerprint,
    plans: plans.map((p) => ({ plan: p.plan, fingerprint: p.fingerprint })),
    importCut: row.import_cut,
    engineVersion: row.engine_version,
    resultHash: row.result_hash,
    earnedCount: row.earned_count,
    payeeCount: row.payee_count,
    createdAt: row.created_at,
  });
}
