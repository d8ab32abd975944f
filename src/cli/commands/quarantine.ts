/** `trueup import --quarantine`: the rows that wait, with what is wrong and what to do. */
import { listQuarantine as openRows, type QuarantinedRow } from '../../app/quarantine.ts';
import { ensureStore } from '../../app/store-layout.ts';
import { type Answer, type Context, type Options, refused, textOption } from '../answer.ts';
import { commandLine } from '../command-line.ts';
import type { Ready } from '../open.ts';
import { unknownName } from '../request.ts';
import { paragraph, printable } from '../render/text.ts';
import { counted } from '../../value/wording.ts';

const MOST = 40;

export async function listQuarantine(context: Context, { workspace, engine }: Ready, options: Options): Promise<Answer> {
  const source = textOption(options, 'source');
  const names = workspace.sources.map((s) => s.name);
  if (source !== undefined && !names.includes(source)) return refused([unknownName('source', source, names)]);
  await ensureStore(engine, workspace);
  const rows = await openRows(engine, source);
  return { exit: 0, document: { quarantine: rows }, text: rows.length === 0 ? 'No row is in quarantine.' : listed(rows, context), diagnostics: [] };
}

function listed(rows: readonly QuarantinedRow[], context: Context): string {
  const { width } = context.terminal;
  const sources = [...new Set(rows.map((r) => r.source))];
  const blocks = rows.slice(0, MOST).map((r) => [
    `${printable(r.path)}:${r.line}${r.column === '' ? '' : `, ${printable(r.column)}${r.letter === '' ? '' : ` (${r.letter})`}`}`,
    paragraph(printable(r.message), width, '  '), paragraph(`→ ${printable(r.hint)}`, width, '  '),
  ].join('\n'));
  const more = rows.length > MOST ? [`… and ${counted(rows.length - MOST, 'row')} more: --json lists them all.`] : [];
  const end = [
    `${counted(rows.length, 'row')} in quarantine. Correct the file and import again, or:`,
    ...sources.flatMap((s) => [`  ${commandLine(context, `export quarantine --source ${s} --out rows.csv`)}`, `  ${commandLine(context, `import --source ${s} --corrected rows.csv`)}      when you have corrected them`]),
  ].join('\n');
  return [...blocks, ...more, end].join('\n\n');
}
