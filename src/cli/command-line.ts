/** Commands that a message names, so that they can be copied as they stand. */
import type { Context } from './answer.ts';

/** `trueup apply`, with the workspace where it is not the current folder. */
export function commandLine(context: Pick<Context, 'dir'>, command: string): string {
  return `trueup ${command}${context.dir === '.' ? '' : ` --workspace ${shellWord(context.dir)}`}`;
}

/** As a shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w./@%+=:,-]+$/.test(word) ? word : `"${word.replace(/(["\\$`])/g, '\\$1')}"`;
}
