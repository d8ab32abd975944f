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
import { measuresOf } from '../stage/reads.ts';
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
  const unfilled = people.persons.length > 0 ? [] : unfilledTerms(workspace);
  return 'program' in compiled ? [...unfilled, ...otherMoney(workspace), ...compiled.diagnostics, ...digitProblems(compiled, 0n)] : compiled.diagnostics;
}

/** Before people are imported: terms without a value of their own that no source gives to anybody. */
function unfilledTerms({ plans, sources }: Workspace): readonly Diagnostic[] {
  if (!sources.some((s) => s.into === 'person')) return [];
  const filled = new Set(sources.filter((s) => s.into === 'person' || s.into === 'role').flatMap((s) => [...s.fields.map((f) => f.field), ...Object.keys(s.always)]));
  return plans.flatMap((plan) => plan.terms.filter((t) => t.given === undefined && t.fallback === undefined && !filled.has(t.name)).map((term): Diagnostic => {
    // a term of a template is filled by its plan
    const { file, line, column, path } = term.at.file === plan.at.file ? term.at : plan.at;
    return { code: 'plan.no_term_value', severity: 'error', file, line, column, path,
      message: `The term \`${term.name}\` of plan ${plan.plan} has no value: no source fills it, and it has no default.`,
      hint: `Give the plan one (\`with: { ${term.name}: … }\`), map a column to it in the source of the people (\`fields: { ${term.name}: column }\`), or give it a default where it is declared.` };
  }));
}

/** Money of a kind of fact whose sources are all in another currency than the plan: without a rate nothing of it counts. */
function otherMoney({ plans, sources }: Workspace): readonly Diagnostic[] {
  return plans.filter((p) => p.exchange === undefined).flatMap((plan) => {
    const of = (kind: string): readonly string[] | undefined => {
      const into = sources.filter((s) => s.into === kind);
      return into.length === 0 || into.some((s) => s.fields.some((f) => f.field === 'currency')) ? undefined : into.map((s) => s.currency ?? plan.currency);
    };
    const found = measuresOf(plan).flatMap((m): Diagnostic[] => {
      if (!('from' in m) || m.type.kind !== 'money') return [];
      const kind = m.from.find((k) => of(k)?.every((c) => c !== plan.currency)), currencies = kind === undefined ? [] : of(kind) ?? [];
      if (kind === undefined) return [];
      const { file, line, column, path } = m.at;
      return [{ code: 'plan.exchange', severity: 'error', file, line, column, path,
        message: `The plan is calculated in ${plan.currency}, but the money of \`${kind}\` is in ${[...new Set(currencies)].join(' and ')}, and nothing says a rate.`,
        hint: `Write \`currency: ${currencies[0] ?? ''}\` in the plan, or a rate: \`exchange: { rate: { by: currency, lookup: { ${currencies[0] ?? ''}: 1.08 } } }\`.` }];
    });
    return [...new Map(found.map((d) => [`${d.file}:${d.line}:${d.column}`, d])).values()];
  });
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
