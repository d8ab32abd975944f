/** A page of sentences and tables on a screen of some width. */
import { paragraph } from './text.ts';

/** Sentences of a page are wrapped, with what follows set in; tables stay as they are. */
export function fittedPage(page: string, width: number): string {
  return page.split('\n').map((line) => {
    const text = line.trimStart(), indent = line.slice(0, line.length - text.length);
    return line.length <= width || /\S {2,}\S/.test(text) ? line : paragraph(text, width, `${indent}  `).replace('  ', '');
  }).join('\n');
}
