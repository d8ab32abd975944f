/** The workspace of a command, or why there is none to work with. */
import type { Engine } from '../app/engine-session.ts';
import { openWorkspace, type OpenWorkspace } from '../app/workspace-files.ts';
import type { Workspace } from '../plan/plan.ts';
import { hasErrors } from '../value/diagnostic.ts';
import { type Answer, type Context, refused } from './answer.ts';
import { requestProblem } from './request.ts';

export interface Ready { readonly workspace: Workspace; readonly opened: OpenWorkspace; readonly engine: Engine }

/**
 * For commands that calculate or write: nothing may be wrong with any file of the workspace, because a
 * plan that is left out would pay nobody. Warnings are told by `check`.
 */
export async function withWorkspace(context: Context, work: (ready: Ready) => Promise<Answer>): Promise<Answer> {
  const opened = openWorkspace(context.dir);
  const { workspace } = opened;
  if (workspace === undefined || hasErrors(opened.diagnostics)) return refused(opened.diagnostics.filter((d) => d.severity === 'error'));
  const engine = await context.session().store(workspace);
  return work({ workspace, opened, engine });
}

/** There is nothing to calculate. */
export function nothingToCalculate(workspace: Workspace): Answer | undefined {
  if (workspace.plans.length > 0) return undefined;
  return refused([requestProblem('request.no_plan', 'This workspace has no plan, so there is nothing to calculate.', 'Write one into the folder plans; `trueup init` in an empty folder makes one to start from.')]);
}
