/**
 * Rows in quarantine: listed for people, and exported as a CSV file with what is wrong beside the
 * original cells, so that the cells can be corrected and the file imported with `corrected`.
 */
import { writeFileSync } from 'node:fs';
import { cellsOf, csvCell } from '../engine/csv.ts';
import type { Engine } from '../engine/engine.ts';
import { aggregate, cast, col, count, keep, named, project } from '../relation/relation.ts';
import type { Relation } from '../relation/relation.ts';
import { CODES } from '../value/diagnostic.ts';
import type { Code } from '../value/diagnostic.ts';
import { listOf, wholeOf, wordOf } from './cells.ts';
import { guarded, isQuarantineExport, QUARANTINE_COLUMNS } from './import-tables.ts';
import { openRows } from './settle.ts';

export interface QuarantinedRow {
  readonly source: string;
  /** path of the file, as the source or the person wrote it */
  readonly path: string;
  readonly line: number;
  readonly record: number;
  /** name and letter of the column, '' where none is meant */
  readonly column: string;
  readonly letter: string;
  readonly value: string;
  readonly code: Code;
  readonly message: string;
  readonly hint: string;
  /** cells by the header of the file; more or fewer than it has where that is what is wrong */
  readonly cells: readonly string[];
  readonly header: readonly string[];
}

/** Rows that nothing has settled yet, of one source or of all, in order of file and line. */
export async function listQuarantine(engine: Engine, source?: string): Promise<readonly QuarantinedRow[]> {
  const order = ['file', 'line', 'record'] as const;
  const relation: Relation = project(openRows(source), [
    ...keep(undefined, 'file'), named('line', cast(col('line'), 'integer')), named('record', cast(col('record'), 'integer')),
    ...keep(undefined, 'source', 'path', 'column_name', 'letter', 'value', 'code', 'message', 'hint', 'raw', 'header', 'delimiter'),
  ]);
  return listOf(await engine.read(relation, order)).map((cells): QuarantinedRow => {
    const [, line, record, ...words] = cells;
    const [name = '', path = '', column = '', letter = '', value = '', code = '', message = '', hint = '', raw = '', header = '', delimiter = ''] = words.map(wordOf);
    return {
      source: name, path, line: wholeOf(line), record: wholeOf(record), column, letter, value, code: codeOf(code), message, hint,
      // Parquet rows are kept as CSV
      cells: cellsOf(raw, delimiter === '' ? ',' : delimiter, raw.includes('"')), header: JSON.parse(header) as readonly string[],
    };
  });
}

/** How many rows wait, by source and reason. */
export async function countQuarantine(engine: Engine): Promise<readonly { readonly source: string; readonly code: Code; readonly rows: number }[]> {
  const by = ['source', 'code'];
  const rows = await engine.read(aggregate(openRows(), keep(undefined, ...by), [named('n', cast(count(), 'integer'))]), by);
  return listOf(rows).map(([source, code, n]) => ({ source: wordOf(source), code: codeOf(wordOf(code)), rows: wholeOf(n) }));
}

/**
 * Writes the rows of one source that wait, and gives back how many. UTF-8 with a mark that spreadsheets
 * understand. Text that a spreadsheet would run as a formula gets a quote in front, which the import of
 * corrected rows takes away again.
 */
export async function exportQuarantine(engine: Engine, source: string, path: string): Promise<number> {
  const rows = await listQuarantine(engine, source);
  const header = rows.reduce<readonly string[]>((all, row) => [...all, ...plainHeader(row).filter((name) => !all.includes(name))], []);
  const ours = QUARANTINE_COLUMNS.map((name) => (header.includes(name) ? `_${name}` : name));
  const lines = [[...ours, ...header], ...rows.map((row) => {
    const cells = new Map(plainHeader(row).map((name, i) => [name, plainCells(row)[i] ?? '']));
    return [row.path, String(row.line), row.column, row.value, row.code, row.message, row.hint, ...header.map((name) => cells.get(name) ?? '')].map(guarded);
  })];
  writeFileSync(path, `\ufeff${lines.map((cells) => cells.map(csvCell).join(',')).join('\r\n')}\r\n`);
  return rows.length;
}

/** Rows of a corrected file that were refused again have our columns in front already; they are written anew. */
function plainHeader({ header }: QuarantinedRow): readonly string[] {
  return isQuarantineExport(header) ? header.slice(QUARANTINE_COLUMNS.length) : header;
}
function plainCells({ header, cells }: QuarantinedRow): readonly string[] {
  return isQuarantineExport(header) ? cells.slice(QUARANTINE_COLUMNS.length) : cells;
}

function codeOf(code: string): Code {
  return (code in CODES ? code : 'row.too_few_fields') as Code;
}
