/** Tables of plain text: columns side by side, numbers to the right. */

export type Cells = readonly string[];

/** The first row is the heading. Widths are of characters; a column that is empty in every row but the heading is left out. */
export function alignedTable(rows: readonly Cells[], right: readonly boolean[], indent = ''): string {
  const [head = [], ...body] = rows;
  const shown = head.map((_, c) => body.some((row) => (row[c] ?? '') !== ''));
  const widths = head.map((_, c) => Math.max(...rows.map((row) => widthOf(row[c] ?? ''))));
  return rows.map((row) => {
    const cells = row.flatMap((cell, c) => (shown[c] === true ? [padded(cell, widths[c] ?? 0, right[c] === true)] : []));
    return `${indent}${cells.join('  ')}`.trimEnd();
  }).join('\n');
}

function padded(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? space + text : text + space;
}
/** Characters as a reader counts them: an accent that stands by itself takes no place. */
function widthOf(text: string): number {
  return [...text.normalize('NFC')].length;
}
