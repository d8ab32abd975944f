/**
 * `for_each: regions.csv`: one plan for each row of a file. The columns are terms, whose cells stand
 * in the place of `with`; an empty cell leaves the term to `with` and its default. The plan of a row is
 * called after the plan and the first cell: `regional-ae-north`.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { closest } from './closest.ts';
import { readCsvRows } from './csv-rows.ts';
import type { Cell, CsvRows } from './csv-rows.ts';
import { entriesOf, find, textOf } from './document.ts';
import type { Entry, MapNode } from './document.ts';
import type { FileReader } from './files.ts';
import { both, problem } from './problem.ts';
import { PLAN_NAME } from './names.ts';

/** One row: the name of its plan, and `with`. */
export interface RowPlan { readonly name: string; readonly with: MapNode }
export interface ForEach { readonly file: string; readonly rows: readonly RowPlan[] }

/** undefined where there is no `for_each`; no rows where its file cannot be used, which is reported. `terms`: of the whole document. */
export function forEach(name: string, root: MapNode, terms: MapNode, read: FileReader, found: Diagnostic[]): ForEach | undefined {
  const node = find(root, 'for_each');
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined) return undefined;
  const file = beside(node.at.file, text);
  const none: ForEach = { file: file ?? text, rows: [] };
  // an empty value has been reported with its key
  if (text === '') return none;
  if (file === undefined) {
    found.push(problem('plan.for_each', node.at, `\`${text}\` lies outside of the workspace`, 'put the file beside the plan, and write its name'));
    return none;
  }
  const content = read.text(file);
  if (content === undefined) {
    found.push(problem('plan.for_each', node.at, `there is no file \`${file}\``, `put it beside ${node.at.file}: the names of the terms in the first line, one row for each plan below`));
    return none;
  }
  const csv = readCsvRows(file, content, found);
  return csv === undefined ? none : { file, rows: rowPlans(name, csv, columnsOf(csv, terms, found), find(root, 'with'), found) };
}

/** The columns that are terms, by their place. */
function columnsOf(csv: CsvRows, root: MapNode, found: Diagnostic[]): ReadonlyMap<number, string> {
  const terms = entriesOf(find(root, 'terms')).map((e) => e.key);
  const columns = new Map<number, string>();
  for (const [i, { text, at }] of csv.header.entries()) {
    const first = csv.header.findIndex((c) => c.text === text);
    if (text === '') {
      found.push(problem('plan.for_each', at, `column ${i + 1} has no name`, 'write the name of a term, or remove the column'));
    } else if (first < i) {
      found.push(problem('plan.for_each', at, `two columns are called \`${text}\``, 'keep one of them'));
    } else if (!terms.includes(text)) {
      const near = closest(text, terms);
      found.push(problem('plan.for_each', at, `the column \`${text}\` is not a term of the plan`, near !== undefined ? `did you mean \`${near}\`?` : `declare it under \`terms\` (${text}: ${i === 0 ? 'text' : 'money'})${terms.length === 0 ? '' : `; its terms are ${both(terms)}`}`));
    } else {
      columns.set(i, text);
    }
  }
  return columns;
}

function rowPlans(name: string, csv: CsvRows, columns: ReadonlyMap<number, string>, given: Entry['value'] | undefined, found: Diagnostic[]): RowPlan[] {
  if (csv.rows.length === 0) found.push(problem('plan.for_each', csv.header[0]?.at ?? { file: '', line: 0, column: 0, path: '' }, 'the file has no rows, so there is no plan', 'write one row for each plan below the names of the terms'));
  const seen = new Map<string, Cell>();
  return csv.rows.flatMap(({ cells }): RowPlan[] => {
    const [first] = cells;
    if (first === undefined) return [];
    const id = `${name}-${first.text}`;
    const before = seen.get(first.text);
    if (first.text === '') {
      found.push(problem('plan.for_each', first.at, 'the first cell is empty, so the plan of this row has no name', 'write a short name that no other row has'));
      return [];
    }
    if (before !== undefined) {
      found.push(problem('plan.for_each', first.at, `\`${first.text}\` stands here twice; the first is on line ${before.at.line}`, 'give each row a first cell of its own'));
      return [];
    }
    seen.set(first.text, first);
    if (!PLAN_NAME.test(`x-${first.text}`)) {
      found.push(problem('plan.bad_name', first.at, `\`${id}\` cannot be the name of a plan, which stands in file names and commands`, 'use letters, digits, `-` and `_` in the first column; words for people belong into another one'));
      return [];
    }
    const entries = cells.flatMap((cell, i): Entry[] => {
      const term = columns.get(i);
      if (term === undefined || cell.text === '') return [];
      const at = { ...cell.at, path: `with.${term}` };
      return [{ key: term, at, value: { kind: 'text', text: cell.text, at, inner: at.column, quoted: true } }];
    });
    const others = entriesOf(given).filter((e) => !entries.some((c) => c.key === e.key));
    return [{ name: id, with: { kind: 'map', entries: [...others, ...entries], at: given?.at ?? first.at } }];
  });
}

/** A file named in another one, from the top of the workspace; undefined where it lies outside. */
function beside(file: string, name: string): string | undefined {
  if (/^([/\\]|[A-Za-z]:)/.test(name)) return undefined;
  const parts: string[] = file.split('/').slice(0, -1);
  for (const part of name.replaceAll('\\', '/').split('/')) {
    if (part === '..') { if (parts.pop() === undefined) return undefined; } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
