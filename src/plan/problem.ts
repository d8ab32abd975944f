/** One way to make a diagnostic of a plan file. */
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import type { At } from './plan.ts';

export function problem(code: Code, at: At, message: string, hint: string, severity: 'error' | 'warning' = 'error'): Diagnostic {
  return { code, severity, file: at.file, line: at.line, column: at.column, path: at.path, message: sentence(message), hint: sentence(hint) };
}

/** A capital at the start and a full stop at the end; what stands in quotes stays as it is. */
export function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(capital) ? capital : `${capital}.`;
}

/** "a, b or c" */
export function either(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** "a, b and c" */
export function both(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
