/** `trueup export`: earnings as CSV, the stored facts as Parquet, rows in quarantine as CSV. */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { exportFacts } from '../../app/export-facts.ts';
import { ensureStore } from '../../app/store-layout.ts';
import { countQuarantine, exportQuarantine } from '../../app/quarantine.ts';
import { type Answer, type Context, type Options, refused, textOption } from '../answer.ts';
import { withWorkspace } from '../open.ts';
import { renderTable } from '../render/table.ts';
import { missingOption, requestProblem, unknownName, wrongOption } from '../request.ts';
import { exportEarnings } from './export-earnings.ts';
import { counted, grouped } from '../../value/wording.ts';

const FORMATS: Readonly<Record<string, string>> = { earnings: 'csv', facts: 'parquet', quarantine: 'csv' };

export function exportData(context: Context, options: Options): Promise<Answer> {
  const what = textOption(options, 'argument') ?? '';
  const format = FORMATS[what];
  if (format === undefined) return Promise.resolve(refused([unknownName('export', what, Object.keys(FORMATS))]));
  const asked = textOption(options, 'format') ?? format;
  if (asked !== format) return Promise.resolve(refused([wrongOption(`--format of ${what}`, asked, [format])]));
  switch (what) {
    case 'earnings': return exportEarnings(context, options);
    case 'facts': return facts(context, options);
    default: return quarantine(context, options);
  }
}

function facts(context: Context, options: Options): Promise<Answer> {
  const out = textOption(options, 'out');
  if (out === undefined || out === '-') return Promise.resolve(refused([missingOption('--out', 'Parquet files need a folder', 'trueup export facts --out facts')]));
  const folder = resolve(out);
  if (existsSync(folder) && !statSync(folder).isDirectory()) return Promise.resolve(refused([requestProblem('cli.unwritable', `${out} is a file, and facts are written into a folder, one file for each kind.`, 'Name a folder with --out.')]));
  mkdirSync(folder, { recursive: true });
  return withWorkspace(context, async ({ workspace, engine }) => {
    const files = await exportFacts(workspace, engine, folder);
    const table = renderTable([{ title: 'kind' }, { title: 'rows', align: 'right' }, { title: 'file', wraps: true }], files.map((f) => [f.kind, grouped(f.rows), relative('', f.path)]), { width: context.terminal.width });
    return { exit: 0, document: { files }, text: `${table}\n\nMoney is in minor units (amount_minor), other numbers in millionths.`, diagnostics: [] };
  }, [folder]);
}

function quarantine(context: Context, options: Options): Promise<Answer> {
  return withWorkspace(context, async ({ workspace, engine }) => {
    await ensureStore(engine, workspace);
    const waiting = [...new Set((await countQuarantine(engine)).map((c) => c.source))];
    const source = textOption(options, 'source') ?? (waiting.length === 1 ? waiting[0] : undefined), out = textOption(options, 'out');
    if (waiting.length === 0) return { exit: 0, document: { rows: 0 }, text: 'No row is in quarantine.', diagnostics: [] };
    const example = `trueup export quarantine --source ${source ?? waiting[0]} --out rows.csv`;
    if (source === undefined) return refused([missingOption('--source', `rows of ${waiting.join(' and ')} are in quarantine, and a file holds those of one source`, example)]);
    if (!waiting.includes(source)) return refused([unknownName('quarantined source', source, waiting)]);
    if (out === undefined || out === '-') return refused([missingOption('--out', 'the rows are written to a file', example)]);
    mkdirSync(dirname(resolve(out)), { recursive: true });
    const rows = await exportQuarantine(engine, source, resolve(out));
    const text = `${counted(rows, 'row')} in ${out}. Correct the cells (the columns after what_to_do), then:\n  trueup import --source ${source} --corrected ${out}`;
    return { exit: 0, document: { rows, source, out }, text, diagnostics: [] };
  });
}
