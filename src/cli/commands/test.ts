/** `trueup test`: the small tables of a workspace, facts in and pay out. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { runTestFile, type TestReport } from '../../app/plan-tests.ts';
import { openWorkspace } from '../../app/workspace-files.ts';
import { hasErrors } from '../../value/diagnostic.ts';
import { type Answer, type Context, exitOf, type Options, refused, textOption } from '../answer.ts';
import { unknownName } from '../request.ts';
import { renderTable } from '../render/table.ts';
import { printable } from '../render/text.ts';
import { counted } from '../../value/wording.ts';

export async function test(context: Context, options: Options): Promise<Answer> {
  const { workspace, diagnostics, paths } = openWorkspace(context.dir);
  if (workspace === undefined || hasErrors(diagnostics)) return refused(diagnostics.filter((d) => d.severity === 'error'));
  const wanted = textOption(options, 'argument');
  const files = workspace.tests.filter((file) => wanted === undefined || file === inWorkspace(wanted, paths.dir) || file === wanted);
  if (wanted !== undefined && files.length === 0) return refused([unknownName('file of tests', wanted, workspace.tests)]);
  if (files.length === 0) return { exit: 0, document: { files: [] }, text: 'This workspace has no tests yet: put one into tests/, for example as `trueup init` makes it.', diagnostics: [] };
  const reports: TestReport[] = [];
  for (const [i, file] of files.entries()) {
    context.terminal.progress.show(file, i, files.length);
    reports.push(await runTestFile(workspace, file, readFileSync(join(paths.dir, file), 'utf8'), () => context.session().empty()));
  }
  const found = reports.flatMap((r) => r.diagnostics);
  const failed = reports.some((r) => r.differences.length > 0) || hasErrors(found);
  return { exit: failed ? exitOf(found) || 1 : 0, document: documentOf(reports), text: textOf(reports, context.terminal.width), diagnostics: found };
}

function inWorkspace(path: string, dir: string): string {
  return relative(dir, isAbsolute(path) ? path : join(dir, path)).replaceAll('\\', '/');
}

function textOf(reports: readonly TestReport[], width: number): string {
  const differences = reports.flatMap((r) => r.differences);
  const figures = reports.reduce((sum, r) => sum + r.figures, 0);
  const table = differences.length === 0 ? [] : [renderTable(
    [{ title: 'where', wraps: true }, { title: 'payee', wraps: true }, { title: 'period' }, { title: 'figure', wraps: true }, { title: 'expected', align: 'right' }, { title: 'calculated', align: 'right', wraps: true }],
    differences.map((d) => [`${d.file}:${d.line}`, printable(d.payee), printable(d.period), printable(d.figure), printable(d.expected), printable(d.got)]), { width },
  ), ''];
  const broken = reports.filter((r) => hasErrors(r.diagnostics)).length;
  const end = [
    `${counted(figures, 'figure')} in ${counted(reports.length, 'file')}`,
    differences.length === 0 ? 'none differs' : `${differences.length} ${differences.length === 1 ? 'differs' : 'differ'}`,
    ...(broken === 0 ? [] : [`${counted(broken, 'file')} could not be run whole`]),
  ].join(', ');
  return [...table, `${end}.`].join('\n');
}

function documentOf(reports: readonly TestReport[]): Answer['document'] {
  return { files: reports.map(({ file, figures, differences }) => ({ file, figures, differences })) };
}
