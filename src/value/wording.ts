/** How counts, amounts, names, values and columns are written for people. */

const SHOWN_CHARACTERS = 60;
// Control characters, zero-width characters, line separators and marks that change the direction of writing: shown as code points.
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** A whole number with commas: `12345` as `12,345`. */
export function grouped(count: number | bigint): string {
  return groupedDigits(count.toString());
}

/** The digits of a whole number in threes; a sign before them stays. */
export function groupedDigits(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Plain decimal text with its thousands told apart: "-1,234.50". */
export function groupedAmount(plain: string): string {
  const [whole = '', decimals] = plain.split('.');
  return decimals === undefined ? groupedDigits(whole) : `${groupedDigits(whole)}.${decimals}`;
}

/** `1 row`, `1,480 rows` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** The first few of many, for a sentence: `a, b, c and 4 more`. */
export function some(names: readonly string[], most = 5): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${grouped(more)} more` : names.join(', ');
}

/** A value in double quotes, cut to 60 characters, with what cannot be seen written as `<U+0000>`. */
export function quoted(value: string): string {
  return `"${shortened(value)}"`;
}

/** The same without the quotes. */
export function shortened(value: string): string {
  const characters = Array.from(value.slice(0, 2 * SHOWN_CHARACTERS + 2));
  const cut = characters.length > SHOWN_CHARACTERS ? `${characters.slice(0, SHOWN_CHARACTERS).join('')}…` : characters.join('');
  return cut.replace(INVISIBLE, (character) => `<${codePoint(character)}>`);
}

/** Position of the first control character, or -1. Line ends are allowed (inside quotes), tabs too. */
export function controlAt(text: string): number {
  return text.search(CONTROL);
}

export function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** The spreadsheet's letter of a column, from its 0-based position: A, B, … Z, AA. */
export function columnLetter(index: number): string {
  let letters = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}

/** `"Close Date" (F)`, or `column F` where it has no name. */
export function columnTitle(header: readonly string[], index: number): string {
  const name = header[index] ?? '';
  return name === '' ? `column ${columnLetter(index)}` : `${quoted(name)} (${columnLetter(index)})`;
}

export function delimiterName(delimiter: string): string {
  return { ',': 'a comma', ';': 'a semicolon', '\t': 'a tab', '|': 'a vertical bar' }[delimiter] ?? quoted(delimiter);
}
