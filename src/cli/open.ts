/** The workspace of a command, or why there is none to work with. */
import type { Engine } from '../app/engine-session.ts';
import { openWorkspace, type OpenWorkspace } from '../app/workspace-files.ts';
import type { Workspace } from '../plan/plan.ts';
import { hasErrors } from '../value/diagnostic.ts';
import { type Answer, type Context, refused } from './answer.ts';

export interface Ready { readonly workspace: Workspace; readonly opened: OpenWorkspace; readonly engine: Engine }

/**
 * For commands that calculate or write: nothing may be wrong with any file of the workspace, because a
 * plan that is left out would pay nobody. Warnings are told by `check`. `folders`: where the engine may write besides.
 */
export async function withWorkspace(context: Context, work: (ready: Ready) => Promise<Answer>, folders: readonly string[] = []): Promise<Answer> {
  const opened = openWorkspace(context.dir);
  const { workspace } = opened;
  if (workspace === undefined || hasErrors(opened.diagnostics)) return refused(opened.diagnostics.filter((d) => d.severity === 'error'));
  const engine = await context.session().store(workspace, { folders });
  return work({ workspace, opened, engine });
}
