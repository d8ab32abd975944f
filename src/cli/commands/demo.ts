/** `trueup demo`: the workspace of the demo company, and with `--tour` a walk through it. */
import { makeDemo } from '../../app/demo.ts';
import { type Answer, type Context, type Options, refused, textOption } from '../answer.ts';
import { commandLine, shellWord } from '../command-line.ts';
import { counted } from '../../value/wording.ts';

export async function demo(given: Context, options: Options): Promise<Answer> {
  const dir = textOption(options, 'argument') ?? './demo', context: Context = { ...given, dir };
  // the engine loads while files are made
  if (options['tour'] === true) context.session();
  const { value: made, diagnostics } = await makeDemo(dir);
  if (made === undefined) return refused(diagnostics);
  const says = made.written === 0 ? `The demo in ${dir} is there already; nothing was changed.` : `Made the demo in ${dir}: ${counted(made.written, 'file')}.`;
  const document = { dir, written: made.written, files: made.files };
  if (options['tour'] === true) return (await import('./tour.ts')).tour(context, says, document);
  const next = [...['check', 'import', 'preview', 'explain --payee vera.chen --period 2025-Q2'].map((c) => commandLine(context, c)), `trueup demo ${shellWord(dir)} --tour`];
  return { exit: 0, document, text: [says, '', 'Try:', ...next.map((line) => `  ${line}`)].join('\n'), diagnostics: [] };
}
