/** An answer on the terminal or as JSON. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrors } from '../value/diagnostic.ts';
import { type Painter, renderDiagnostic, renderDiagnostics } from '../value/render.ts';
import type { Answer, Terminal } from './answer.ts';

/** Diagnostics to stderr, the text to stdout. */
export function printAnswer(terminal: Terminal, answer: Answer, dir: string, paint: Painter | undefined): void {
  if (answer.told !== true && answer.diagnostics.length > 0) {
    const texts = sourceTexts(dir);
    // one refusal needs no count
    terminal.note(hasErrors(answer.diagnostics) && answer.diagnostics.length > 1
      ? renderDiagnostics(answer.diagnostics, texts, paint)
      : answer.diagnostics.map((d) => renderDiagnostic(d, texts(d.file), paint)).join('\n\n'));
    if (answer.text !== '') terminal.note('');
  }
  if (answer.text !== '') terminal.print(answer.text);
}

/** One document and a newline; bigints as text, so that no reader rounds them. */
export function printJson(stdout: NodeJS.WriteStream, answer: Answer): void {
  const document = { ok: answer.exit === 0 || answer.exit === 2, exit_code: answer.exit, ...answer.document, diagnostics: answer.diagnostics };
  stdout.write(`${JSON.stringify(document, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value), 2)}\n`);
}

/** Texts of the workspace's own files, to quote lines of them. Exports are named, not quoted: they are large and in any encoding. */
export function sourceTexts(dir: string): (file: string) => string | undefined {
  const read = new Map<string, string | undefined>();
  return (file) => {
    if (!read.has(file)) read.set(file, yamlText(join(dir, file)));
    return read.get(file);
  };
}

function yamlText(path: string): string | undefined {
  if (!/\.ya?ml$/i.test(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
