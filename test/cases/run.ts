/** A published case through the route that pays people, the one of `trueup test`. */
import { runTestFile } from '../../src/app/plan-tests.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { readWorkspace } from '../../src/plan/workspace.ts';
import type { Diagnostic } from '../../src/value/diagnostic.ts';
import { renderDiagnostic } from '../../src/value/render.ts';
import { readerOf } from '../language/reference.ts';
import { emptied } from '../language/store.ts';
import { asList, asMap, written } from '../language/yaml.ts';
import type { Case } from './case.ts';

export type Result =
  | { readonly kind: 'agrees' }
  /** this version does not calculate something that the case needs */
  | { readonly kind: 'not built'; readonly key: string }
  | { readonly kind: 'differs'; readonly why: readonly string[] }
  /** runs, and pays something else on purpose */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * What this version does not calculate and does not call `plan.not_built_yet` either: by the words
 * of a message, or by what stands in the facts. A line goes when it is built.
 */
const UNNAMED: readonly { readonly key: string; readonly message?: RegExp; readonly facts?: (field: string, value: unknown) => boolean }[] = [
];

export async function runCase(one: Case, engine: Engine): Promise<Result> {
  if (one.mistakes.length > 0) return { kind: 'differs', why: one.mistakes };
  const { value: workspace, diagnostics } = readWorkspace(one.id, readerOf(filesOf(one)));
  const wrong = diagnostics.filter((d) => d.severity === 'error');
  if (workspace === undefined || wrong.length > 0) return refusedByUs(one, wrong);
  const report = await runTestFile(workspace, 'case.yaml', testOf(one), () => emptied(engine, workspace.kinds));
  if (report.diagnostics.length > 0) return refusedByUs(one, report.diagnostics);
  const missing = report.differences.filter((d) => d.got === 'nothing: no such figure');
  if (report.differences.length > missing.length) return different(one, report.differences.map((d) => `${d.payee} ${d.period} ${d.figure}: ${d.expected} is published, ${d.got} is ours`));
  if (missing[0] !== undefined) return { kind: 'not built', key: `the figure \`${missing[0].figure}\`` };
  return one.refused === undefined ? { kind: 'agrees' } : { kind: 'refused', why: one.refused };
}

/** The folder as the workspace that it would be. */
function filesOf(one: Case): Map<string, string> {
  return new Map([
    ['trueup.yaml', 'company: Published cases\ncurrency: USD\ncalendar: months\n'],
    ['facts/facts.yaml', one.facts], [`plans/${one.id}.yaml`, one.plan],
  ]);
}
/** The case in the format of `trueup test`. */
export function testOf(one: Case): string {
  return written({ plan: one.id, people: one.people, entities: one.entities, facts: one.rows, expect: one.expected.map((e) => [e.payee, e.period, e.figure, e.value]) });
}

/** A key that is not built comes before what follows from its absence. */
function refusedByUs(one: Case, diagnostics: readonly Diagnostic[]): Result {
  const later = diagnostics.find((d) => d.code === 'plan.not_built_yet');
  if (later !== undefined) return { kind: 'not built', key: /`[^`]+`/.exec(later.message)?.[0] ?? later.message };
  const unnamed = UNNAMED.find(({ message }) => message !== undefined && diagnostics.some((d) => message.test(d.message)));
  return unnamed === undefined ? different(one, diagnostics.map((d) => renderDiagnostic(d))) : { kind: 'not built', key: unnamed.key };
}

function different(one: Case, why: readonly string[]): Result {
  const fields = Object.values(asMap(one.rows)).flatMap((rows) => asList(rows).flatMap((row) => Object.entries(asMap(row))));
  const unnamed = UNNAMED.find((u) => u.facts !== undefined && fields.some(([field, value]) => u.facts?.(field, value)));
  return unnamed === undefined ? { kind: 'differs', why } : { kind: 'not built', key: unnamed.key };
}
