/**
 * Is a workspace right? Its files, then everything that shows only when plans are compiled: what is
 * not built yet, numbers that are too large, and, where people were imported, terms without a value.
 */
import type { Engine } from '../engine/engine.ts';
import { storedKinds } from '../plan/kinds.ts';
import type { Kind, Plan, Workspace } from '../plan/plan.ts';
import { resolvedText } from '../plan/resolved-text.ts';
import { planJsonSchema, workspaceJsonSchema } from '../plan/schema.ts';
import { describePlan } from '../plan/words.ts';
import { compile } from '../stage/compile.ts';
import { digitProblems } from '../stage/digits.ts';
import type { People } from '../stage/people.ts';
import { IMPORTED, tablesOf, WORD } from '../stage/store.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { lastImport } from './calculate.ts';
import { loadPeople } from './people.ts';

const NOBODY: People = { persons: [], byId: new Map(), roles: new Map(), groups: new Map(), code: () => undefined };

/** What compiling says. `engine`: the open store, where there is one. */
export async function checkPlans(workspace: Workspace, engine: Engine | undefined): Promise<readonly Diagnostic[]> {
  const { plans, kinds } = workspace;
  if (plans.length === 0) return [];
  const { people, cut } = engine === undefined ? { people: NOBODY, cut: 0 } : await peopleNow(engine, kinds);
  const compiled = compile({ plans, kinds, people, cut, code: () => undefined });
  return 'program' in compiled ? [...compiled.diagnostics, ...digitProblems(compiled, 0n)] : compiled.diagnostics;
}

async function peopleNow(engine: Engine, kinds: readonly Kind[]): Promise<{ readonly people: People; readonly cut: number }> {
  for (const schema of [WORD, IMPORTED, ...storedKinds(kinds).flatMap(tablesOf)]) await engine.ensure(schema);
  const cut = await lastImport(engine);
  return { people: await loadPeople(engine, kinds, cut), cut };
}

/** A plan in words, and as a file with every default written out. */
export function resolvedPlan(plan: Plan): { readonly words: readonly string[]; readonly text: string } {
  return { words: describePlan(plan), text: resolvedText(plan) };
}

/** For completion and checks in an editor. */
export function jsonSchema(which: 'plan' | 'workspace'): unknown {
  return which === 'plan' ? planJsonSchema() : workspaceJsonSchema();
}
