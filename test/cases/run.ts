/** A published case through the route that pays people, the one of `trueup test`. */
import { runTestFile } from '../../src/app/plan-tests.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { readWorkspace } from '../../src/plan/workspace.ts';
import { renderDiagnostic } from '../../src/value/render.ts';
import { readerOf } from '../language/reference.ts';
import { emptied } from '../language/store.ts';
import { written } from '../language/yaml.ts';
import type { Case } from './case.ts';

export type Result =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'differs'; readonly why: readonly string[] }
  /** runs, and pays something else on purpose */
  | { readonly kind: 'refused'; readonly why: string };

export async function runCase(one: Case, engine: Engine): Promise<Result> {
  if (one.mistakes.length > 0) return { kind: 'differs', why: one.mistakes };
  const { value: workspace, diagnostics } = readWorkspace(one.id, readerOf(filesOf(one)));
  const wrong = diagnostics.filter((d) => d.severity === 'error');
  if (workspace === undefined || wrong.length > 0) return { kind: 'differs', why: wrong.map((d) => renderDiagnostic(d)) };
  const report = await runTestFile(workspace, 'case.yaml', testOf(one), () => emptied(engine, workspace.kinds));
  if (report.diagnostics.length > 0) return { kind: 'differs', why: report.diagnostics.map((d) => renderDiagnostic(d)) };
  if (report.differences.length > 0) return { kind: 'differs', why: report.differences.map((d) => `${d.payee} ${d.period} ${d.figure}: ${d.expected} is published, ${d.got} is ours`) };
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
