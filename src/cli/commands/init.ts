/** `trueup init`: a small workspace to start from. */
import { initWorkspace } from '../../app/init.ts';
import { type Answer, type Context, type Options, refused, textOption } from '../answer.ts';

export function init(_context: Context, options: Options): Promise<Answer> {
  const dir = textOption(options, 'argument') ?? '.';
  const { value: files, diagnostics } = initWorkspace(dir);
  if (files === undefined) return Promise.resolve(refused(diagnostics));
  const where = dir === '.' ? '' : ` --workspace ${/^[\w./-]+$/.test(dir) ? dir : JSON.stringify(dir)}`;
  const steps: readonly (readonly [string, string])[] = [
    ['check', 'is everything right?'], ['test', 'does the plan pay what tests/ae.yaml expects?'], ['import', 'read data-in/'],
    ['preview', 'what would be paid'], ['explain', 'why'],
  ];
  const lines = steps.map(([name, about]) => [`trueup ${name}${where}${name === 'explain' ? ' --payee "Ada Lind" --period 2026-Q1' : ''}`, about] as const);
  const width = Math.max(...lines.slice(0, -1).map(([line]) => line.length));
  const text = [
    `Made a workspace in ${dir === '.' ? 'this folder' : dir}:`, ...files.map((f) => `  ${f}`), '',
    'Try it, then change it into yours:', ...lines.map(([line, about]) => `  ${line.padEnd(width)}   ${about}`),
  ].join('\n');
  return Promise.resolve({ exit: 0, document: { dir, files }, text, diagnostics: [] });
}
