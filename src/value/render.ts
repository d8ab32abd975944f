/**
 * A diagnostic as text, the way a good compiler shows it: what is wrong, where, the line itself
 * with the place underlined, and what to do. Plain text; a terminal passes a painter for colour.
 */
import type { Diagnostic } from './diagnostic.ts';

export type Role = 'error' | 'warning' | 'where' | 'mark' | 'hint';
export type Painter = (role: Role, text: string) => string;

/** The most of a quoted line that is shown; the rest is cut around the place that is meant. */
const QUOTED_CHARACTERS = 100;
// Control characters, zero-width characters and marks that change the direction of writing: a file
// could use them to repaint the reader's terminal or to show other text than it has.
const INVISIBLE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const TWO_CELLS = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** @param sourceText the whole file; without it the line is not quoted */
export function renderDiagnostic(diagnostic: Diagnostic, sourceText?: string, paint: Painter = plain): string {
  const { severity, code, message, hint } = diagnostic;
  return [
    `${paint(severity, `${severity}[${code}]`)}: ${visible(message)}`,
    ...whereLines(diagnostic, paint),
    ...quote(diagnostic, sourceText, paint),
    ...(hint === '' ? [] : [`  ${paint('hint', 'hint')}: ${visible(hint)}`]),
  ].join('\n');
}

/** All of them, a blank line between, with a closing count. `textOf` gives a file's text, where it can be read. */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[], textOf: (file: string) => string | undefined, paint: Painter = plain,
): string {
  const shown = diagnostics.map((one) => renderDiagnostic(one, textOf(one.file), paint));
  return [...shown, countLine(diagnostics)].join('\n\n');
}

/** `2 errors, 1 warning`; `No errors` where there are none. */
export function countLine(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((one) => one.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const parts = [errors > 0 ? counted(errors, 'error') : 'No errors', ...(warnings > 0 ? [counted(warnings, 'warning')] : [])];
  return parts.join(', ');
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function whereLines({ file, line, column, path }: Diagnostic, paint: Painter): string[] {
  // an option or a step of a calculation is no place that could be opened; the message names it
  if (file === '') return [];
  const place = [visible(file), ...(line > 0 ? [line] : []), ...(line > 0 && column > 0 ? [column] : [])].join(':');
  return [`  ${paint('where', '-->')} ${place}${line === 0 && path !== '' ? `, at ${visible(path)}` : ''}`];
}

function quote({ line, column, severity }: Diagnostic, sourceText: string | undefined, paint: Painter): string[] {
  const whole = line > 0 ? sourceText?.split(/\r\n|\n|\r/)[line - 1] : undefined;
  if (whole === undefined || whole.trim() === '') return [];
  const from = column > 0 ? Math.min(column - 1, whole.length) : whole.search(/\S/);
  const length = column > 0 ? markedLength(whole.slice(from)) : whole.trim().length;
  const cut = clip(whole, from, length);
  const bar = paint('where', '|');
  const gutter = ' '.repeat(String(line).length);
  return [
    `${gutter} ${bar}`,
    `${paint('where', String(line))} ${bar} ${visible(cut.text)}`,
    `${gutter} ${bar} ${blank(cut.text.slice(0, cut.from))}${paint(severity, '^'.repeat(cells(cut.text.slice(cut.from, cut.from + cut.length))))}`,
  ];
}

/** What stands at the place: a quoted text whole, else up to the next blank, comma, colon or bracket. */
function markedLength(rest: string): number {
  const token = /^("[^"]*"|'[^']*'|[^\s,:;()[\]{}]+)/.exec(rest);
  return Math.max(1, token?.[0].length ?? 1);
}

/** A long line is cut to a window around the marked part, with `…` where something is left out. */
function clip(whole: string, from: number, length: number): { text: string; from: number; length: number } {
  if (whole.length <= QUOTED_CHARACTERS) return { text: whole, from, length: Math.max(1, length) };
  const start = Math.max(0, Math.min(from - QUOTED_CHARACTERS / 4, whole.length - QUOTED_CHARACTERS));
  const end = start + QUOTED_CHARACTERS;
  const before = start > 0 ? '…' : '';
  const text = `${before}${whole.slice(start, end)}${end < whole.length ? '…' : ''}`;
  return { text, from: from - start + before.length, length: Math.max(1, Math.min(length, end - from)) };
}

/** As wide as the text: tabs stay tabs, everything else becomes blanks. */
function blank(text: string): string {
  return [...text].map((character) => (character === '\t' ? '\t' : ' '.repeat(cells(character)))).join('');
}

/** How many terminal cells the text takes, at least 1. */
function cells(text: string): number {
  return Math.max(1, [...text].reduce((sum, character) => sum + (TWO_CELLS.test(character) ? 2 : 1), 0));
}

/** Control characters as their pictures (␛), others that hide as a replacement mark. */
function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}

function plain(_role: Role, text: string): string {
  return text;
}
