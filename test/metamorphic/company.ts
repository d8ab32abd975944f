/** Companies as files in memory: what a relation changes, cell by cell, and what the route from files to pay reads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileReader } from '../../src/app/workspace-files.ts';
import { cellsOf, csvCell } from '../../src/engine/csv.ts';
import type { FieldType, Kind, Source, Workspace } from '../../src/plan/plan.ts';
import { readWorkspace } from '../../src/plan/workspace.ts';
import { must } from '../../src/value/diagnostic.ts';
import { EXAMPLES } from '../corpus/corpus.ts';

/** Path in the workspace → text: plans, sources and data alike. */
export interface Company { readonly name: string; readonly files: ReadonlyMap<string, string> }
/** What a column of a file holds, for one of the sources that read the file. */
export interface Use { readonly kind: Kind; readonly field: string; readonly type: FieldType | 'id' | 'day'; readonly source: Source }
export interface Column { readonly name: string; readonly uses: readonly Use[] }
export type Cells = readonly string[];
export interface Table { readonly file: string; readonly sources: readonly Source[]; readonly kinds: readonly Kind[]; readonly columns: readonly Column[]; readonly rows: readonly Cells[] }

export function lessonCompany(name: string): Company {
  const dir = join(EXAMPLES, name), { list } = fileReader(dir);
  const files = ['plans', 'templates', 'facts', 'sources', 'states', 'measures', 'guardrails', 'tables', 'data-in'].flatMap((folder) => list(folder));
  return { name, files: new Map(['trueup.yaml', ...files].map((file) => [file, readFileSync(join(dir, file), 'utf8')])) };
}
export function workspaceOf({ name, files }: Company): Workspace {
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => [...files.keys()].filter((f) => f.startsWith(`${folder}/`)).sort(), text: (path) => files.get(path) });
  if (value === undefined || diagnostics.some((d) => d.severity === 'error')) throw new Error(`${name}: ${diagnostics.map((d) => `${d.file}:${d.line}: ${d.message}`).join('; ')}`);
  return value;
}

/** The data files, each once, however many sources read it. */
export function tablesOf(company: Company): Table[] {
  const { sources, kinds } = workspaceOf(company);
  return [...Map.groupBy(sources, (s) => s.file)].map(([file, of]): Table => {
    const [header, ...rows] = must(company.files.get(file)).split('\n').filter((line) => line !== '').map((line) => cellsOf(line, delimiterOf(of), line.includes('"')));
    const columns = must(header).map((name): Column => ({ name, uses: of.flatMap((source) => usesOf(name, source, must(kinds.find((k) => k.name === source.into)))) }));
    return { file, sources: of, kinds: of.map((s) => must(kinds.find((k) => k.name === s.into))), columns, rows };
  });
}
function usesOf(column: string, source: Source, kind: Kind): Use[] {
  const fields = source.fields.filter((f) => f.text === column).map((f): Use => {
    const field = kind.fields.find((x) => x.name === f.field);
    return { kind, source, field: f.field, type: f.field === 'from' || f.field === 'to' ? 'day' : field?.type === 'date' ? 'day' : field?.type ?? 'text' };
  });
  return [...reads(source.id, column) ? [{ kind, source, field: 'id', type: 'id' as const }] : [], ...reads(source.date, column) ? [{ kind, source, field: 'date', type: 'day' as const }] : [], ...fields];
}
/** A column by itself, not in a formula. */
const reads = (formula: Source['date'], column: string): boolean => formula?.kind === 'name' && formula.name === column;
const delimiterOf = (sources: readonly Source[]): string => { const { delimiter } = must(sources[0]).format; return delimiter === 'auto' ? ',' : delimiter; };

/** The company with other rows in its data files; undefined leaves a file as it is. */
export function withRows(company: Company, change: (table: Table) => readonly Cells[] | undefined): Company {
  const files = new Map(company.files);
  for (const table of tablesOf(company)) {
    const rows = change(table), delimiter = delimiterOf(table.sources);
    if (rows !== undefined) files.set(table.file, [table.columns.map((c) => c.name), ...rows].map((cells) => `${cells.map((c) => (delimiter === ',' ? csvCell(c) : c)).join(delimiter)}\n`).join(''));
  }
  return { ...company, files };
}
/** Every cell anew, by what its column holds. */
export function withCells(company: Company, change: (cell: string, column: Column, table: Table) => string): Company {
  return withRows(company, (table) => table.rows.map((cells) => cells.map((cell, i) => (cell === '' ? '' : change(cell, must(table.columns[i]), table)))));
}

/** The words of every file that is no data: an id that stands there has a meaning for a plan. */
export function plainText(company: Company): string {
  return [...company.files].filter(([file]) => file.endsWith('.yaml') || file.startsWith('plans/')).map(([, text]) => text).join('\n');
}
