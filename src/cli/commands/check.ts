/** `trueup check`: every mistake of a workspace at once, as a good compiler shows it. */
import { existsSync } from 'node:fs';
import { checkPlans, jsonSchema, resolvedPlan } from '../../app/check.ts';
import { stopReason } from '../../app/engine-session.ts';
import { openWorkspace, type OpenWorkspace } from '../../app/workspace-files.ts';
import type { Plan, Workspace } from '../../plan/plan.ts';
import { type Diagnostic, hasErrors } from '../../value/diagnostic.ts';
import { formatDay } from '../../value/period.ts';
import { countLine, renderDiagnostics } from '../../value/render.ts';
import { type Answer, type Context, exitOf, type Options, refused, textOption } from '../answer.ts';
import { sourceTexts } from '../print.ts';
import { unknownPlan, wrongOption } from '../request.ts';
import { renderTable } from '../render/table.ts';
import { paragraph } from '../render/text.ts';
import { counted } from '../../value/wording.ts';

export async function check(context: Context, options: Options): Promise<Answer> {
  const schema = textOption(options, 'schema');
  if (schema !== undefined) return schemaAnswer(schema);
  const opened = openWorkspace(context.dir);
  const { workspace } = opened;
  const diagnostics = workspace === undefined ? opened.diagnostics : [...opened.diagnostics, ...await compileProblems(context, opened, workspace)];
  if (options['resolved'] === true && workspace !== undefined && !hasErrors(diagnostics)) return resolvedAnswer(workspace, textOption(options, 'plan'), context.terminal.width);
  const plans = workspace?.plans ?? [];
  const shown = diagnostics.length === 0 ? '' : `${renderDiagnostics(diagnostics, sourceTexts(context.dir), context.terminal.paint)}\n`;
  const fine = hasErrors(diagnostics) || workspace === undefined ? '' : summary(workspace, context.terminal.width, diagnostics);
  return { exit: exitOf(diagnostics), document: { plans: plans.map(planDocument) }, text: [shown, fine].filter((t) => t !== '').join('\n').trimEnd(), diagnostics, told: true };
}

/** Where facts were imported the store is asked too; another command that uses it is no reason to fail. */
async function compileProblems(context: Context, { paths, diagnostics }: OpenWorkspace, workspace: Workspace): Promise<readonly Diagnostic[]> {
  if (!existsSync(paths.store) || hasErrors(diagnostics)) return checkPlans(workspace, undefined);
  try {
    const engine = await context.session().store(workspace);
    return await checkPlans(workspace, engine);
  } catch (error) {
    const reason = stopReason(error);
    if (reason === undefined || context.isStopped()) throw error;
    const found = await checkPlans(workspace, undefined);
    return [...found, { ...reason, severity: 'warning', message: `${reason.message} The plans were checked without the imported people.` }];
  }
}

/** What there is, when all is well. */
function summary(workspace: Workspace, width: number, diagnostics: readonly Diagnostic[]): string {
  const { plans, sources, kinds, tests } = workspace;
  const what = [counted(plans.length, 'plan'), counted(sources.length, 'source'), counted(kinds.length, 'kind of rows', 'kinds of rows'), counted(tests.length, 'file of tests', 'files of tests')].join(', ');
  const table = renderTable(
    [{ title: 'plan', wraps: true }, { title: 'from' }, { title: 'to' }, { title: 'payees', wraps: true }, { title: 'parts', align: 'right' }, { title: 'fingerprint' }],
    plans.map((p) => [p.plan, formatDay(p.effective.from), formatDay(p.effective.to - 1), payees(p), String(p.components.length), p.fingerprint.pay.slice(0, 8)]),
    { width },
  );
  const next = plans.length === 0 ? 'There is no plan yet: put one into plans/, for example as `trueup init` makes it.' : undefined;
  return [`${workspace.company}: ${what}.`, ...(plans.length === 0 ? [] : ['', table]), '', next ?? `${countLine(diagnostics)}.`].join('\n');
}

function payees(plan: Plan): string {
  return plan.payees === 'all' ? 'all' : plan.payees.text;
}

function planDocument(plan: Plan): Record<string, unknown> {
  return {
    plan: plan.plan, title: plan.title, file: plan.at.file, from: formatDay(plan.effective.from), until: formatDay(plan.effective.to), payees: payees(plan),
    currency: plan.currency, period: plan.period, components: plan.components.map((c) => c.name), fingerprint: plan.fingerprint,
  };
}

function resolvedAnswer(workspace: Workspace, name: string | undefined, width: number): Answer {
  const plans = workspace.plans.filter((p) => name === undefined || p.plan === name || p.family === name);
  if (plans.length === 0 && name !== undefined) return refused([unknownPlan(name, workspace)]);
  const resolved = plans.map((p) => ({ plan: p, ...resolvedPlan(p) }));
  const text = resolved.map(({ plan, words, text: yaml }) => [`# ${plan.at.file}`, ...words.map((w) => paragraph(w, width, '# ')), yaml].join('\n')).join('---\n').trimEnd();
  return { exit: 0, document: { plans: resolved.map(({ plan, words, text: yaml }) => ({ ...planDocument(plan), words, resolved: yaml })) }, text, diagnostics: [] };
}

function schemaAnswer(which: string): Answer {
  if (which !== 'plan' && which !== 'workspace') return refused([wrongOption('--schema', which, ['plan', 'workspace'])]);
  const schema = jsonSchema(which);
  return { exit: 0, document: { schema }, text: JSON.stringify(schema, undefined, 2), diagnostics: [] };
}
