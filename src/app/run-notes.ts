/** What a run tells beside its amounts: nothing to run, sources that were never imported, facts in other currencies. */
import type { Engine } from '../engine/engine.ts';
import type { Run } from '../ledger/run.ts';
import type { Workspace } from '../plan/plan.ts';
import { aggregate, keep, scan } from '../relation/relation.ts';
import { IMPORTED } from '../stage/store.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { rowsOf } from './cells.ts';
import { ensureStore } from './store-layout.ts';
import type { OtherCurrency } from './other-currencies.ts';
import type { ReasonCount } from './reasons.ts';
import { formatDay } from '../value/period.ts';
import { counted, quoted } from '../value/wording.ts';

const nowhere = { line: 0, column: 0, path: '' } as const;

/** Errors where there is nothing to run with; a warning where a part of the facts is missing. Makes the tables of kinds that the store has never met. */
export async function sourceProblems(workspace: Workspace, engine: Engine): Promise<readonly Diagnostic[]> {
  if (workspace.plans.length === 0) {
    return [{ ...nowhere, code: 'run.no_plans', severity: 'error', file: 'plans', message: 'This workspace has no plan, so nobody can be paid.', hint: 'Write one into the folder `plans`; `trueup init FOLDER` makes a small workspace with a plan to start from.' }];
  }
  await ensureStore(engine, workspace);
  const imported = new Set(rowsOf(await engine.read(aggregate(scan(IMPORTED), keep(undefined, 'source'), []))).map((r) => r['source']));
  if (imported.size === 0) {
    return [{ ...nowhere, code: 'run.no_facts', severity: 'error', file: 'data/facts.duckdb', message: 'No file has been imported yet, so there are no facts to pay on.', hint: 'Run `trueup import`: it reads the files that the sources name.' }];
  }
  const missing = workspace.sources.filter((s) => !imported.has(s.name));
  return missing.map((s): Diagnostic => ({
    code: 'run.source_not_imported', severity: 'warning', file: s.at.file, line: s.at.line, column: s.at.column, path: s.at.path,
    message: `Nothing of the source ${s.name} (${s.file}) has been imported yet, so none of its rows count.`, hint: 'Run `trueup import`, or remove the source here if it is no longer used.',
  }));
}

export function otherCurrencyWarning(other: OtherCurrency, workspace: Workspace): Diagnostic {
  const at = workspace.plans.find((p) => p.plan === other.plan)?.at;
  const what = other.currency === '' ? 'without a currency' : `in ${other.currency}`;
  return {
    code: 'run.other_currency', severity: 'warning', file: at?.file ?? '', line: at?.line ?? 0, column: at?.column ?? 0, path: 'currency',
    message: `${counted(other.facts, `${other.kind} fact`)} ${what} ${other.facts === 1 ? 'does' : 'do'} not count in plan ${other.plan}, which is in ${other.planCurrency}.`,
    hint: 'Say what they are worth: `exchange: { rate: { by: currency, lookup: { EUR: 1.08 } } }` in the plan, or give these payees a plan in that currency.',
  };
}

/** The rest is paid; these wait for their rate. */
export function noRateWarning(other: OtherCurrency, workspace: Workspace): Diagnostic {
  const at = workspace.plans.find((p) => p.plan === other.plan)?.exchange?.at;
  const one = other.facts === 1, days = other.from === other.to ? `on ${formatDay(other.from)}` : `between ${formatDay(other.from)} and ${formatDay(other.to)}`;
  return {
    code: 'run.no_rate', severity: 'warning', file: at?.file ?? '', line: at?.line ?? 0, column: at?.column ?? 0, path: 'exchange',
    message: `${counted(other.facts, `${other.kind} fact`)} in ${other.currency === '' ? 'no currency' : other.currency} ${days} ${one ? 'has' : 'have'} no rate in plan ${other.plan}, so ${one ? 'it does' : 'they do'} not count: ${one ? quoted(other.example) : `${quoted(other.example)} is one of them`}.`,
    hint: other.currency === '' ? 'Give the money of their source a currency.' : `Import a rate of ${other.currency} that holds on these days, or write one into the plan; the next run counts them.`,
  };
}

/** The same plans, facts, people and engine give the same amounts; where they do not, the facts are other ones. */
export function replacedWarning(reasons: readonly ReasonCount[], last: Run | undefined, book: string): readonly Diagnostic[] {
  const found = reasons.find((r) => r.kind === 'store_replaced');
  if (found === undefined || last === undefined) return [];
  return [{
    ...nowhere, code: 'run.store_replaced', severity: 'warning', file: book,
    message: `${counted(found.differences, 'difference')} ${found.differences === 1 ? 'comes' : 'come'} from no change of plans, facts, people or engine since the run of ${last.createdAt}: the store of facts is another one than that run saw.`,
    hint: 'Where the store was moved away and made anew, that is expected; otherwise put the old store back. Look at the differences one by one before you apply.',
  }];
}
