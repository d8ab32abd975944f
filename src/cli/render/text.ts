/** Text on a terminal: how wide it is, where it is wrapped, what is one and what are many. */

const TWO_CELLS = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const NO_CELL = /\p{Mark}|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;
/** Control characters could repaint the reader's terminal; they arrive here in names and cells of files. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Terminal cells that the text takes. */
export function cells(text: string): number {
  let count = 0;
  for (const character of text) count += NO_CELL.test(character) ? 0 : TWO_CELLS.test(character) ? 2 : 1;
  return count;
}

/** A number is not parted from its unit: "80 %", "1,200.00 USD". */
const BETWEEN_WORDS = /(?<!\d) | (?!%|[A-Z]{3}\b)/;

/** Lines of at most `width` cells, cut between words where possible. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BETWEEN_WORDS).flatMap((w) => pieces(w, width))) {
    if (line !== '' && cells(line) + 1 + cells(word) > width) { lines.push(line); line = word; }
    else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A paragraph: wrapped, with the same indent before each line. */
export function paragraph(text: string, width: number, indent = ''): string {
  return wrapped(text, width - cells(indent)).map((line) => (indent + line).trimEnd()).join('\n');
}

/** A text from a file or a cell, safe to print on one line. */
export function printable(text: string): string {
  return text.replace(CONTROL, '\ufffd');
}

/** A word that does not fit on a line of its own is cut, after a `-`, `_`, `.` or `/` where it has one. */
function pieces(word: string, width: number): string[] {
  if (cells(word) <= width || width < 1) return [word];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && cells(piece) + cells(character) > width) break;
    piece += character;
  }
  const cut = Math.max(...['-', '_', '.', '/'].map((mark) => piece.lastIndexOf(mark) + 1));
  const head = cut > 1 ? piece.slice(0, cut) : piece;
  return [head, ...pieces(word.slice(head.length), width)];
}
