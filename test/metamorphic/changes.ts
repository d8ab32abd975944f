/**
 * Changes of a company's files that must change no pay, each with the way back in what the stages give: names
 * of before, years of before, without the rows of whoever was added. Invariants by their id.
 */
import { must } from '../../src/value/diagnostic.ts';
import { cellsOf, csvCell } from '../../src/engine/csv.ts';
import { byCodePoint } from '../../src/value/code-points.ts';
import type { Stages } from '../corpus/corpus.ts';
import { type Random, random } from '../oracle/random.ts';
import { type Cells, type Column, type Company, plainText, type Table, tablesOf, withCells, withRows } from './company.ts';

/** What is imported one after the other, and how what comes out reads as before. */
export interface Changed { readonly arrivals: readonly Company[]; readonly back: (stages: Stages) => Stages }
export interface Change { readonly id: string; readonly says: string; readonly apply: (company: Company, seed: number) => Changed }

const unchanged = (stages: Stages): Stages => stages;
const one = (company: Company, back: Changed['back'] = unchanged): Changed => ({ arrivals: [company], back });

/** Rows of each file in another order. */
export function shuffled(company: Company, seed: number): Company {
  const r = random(seed);
  return withRows(company, ({ rows }) => inOrder(rows, r));
}
function inOrder<T>(rows: readonly T[], r: Random): T[] {
  return rows.map((row) => ({ row, at: r.int(1_000_000) })).sort((a, b) => a.at - b.at).map(({ row }) => row);
}

/** Each file in two parts, whatever row is in which. The last file of a source is its second part. */
function inParts(company: Company, seed: number): Changed {
  const r = random(seed), first = new Map(tablesOf(company).map((t) => [t.file, t.rows.map(() => r.chance(50))]));
  const part = (wanted: boolean): Company => withRows(company, ({ file, rows }) => rows.filter((_, i) => first.get(file)?.[i] === wanted));
  return { arrivals: [part(true), part(false)], back: unchanged };
}

// ---- names ----

const NEW = /zq\d{4}x/g;
/** Kinds whose ids say something: codes of currencies, names of roles. */
const NAMED = new Set(['currency', 'role']);

/** Every id of people, groups, accounts and facts is another word, in the opposite order; but for those that a plan names. */
function renamed(company: Company): Changed {
  const text = plainText(company), tables = tablesOf(company);
  const ids = [...new Set(tables.flatMap((t) => t.columns.flatMap((column, i) => t.rows.flatMap((cells) => namesIn(must(cells[i]), column)))))].filter((id) => !new RegExp(`(?<![\\w-])${RegExp.escape(id)}(?![\\w-])`).test(text)).sort(byCodePoint);
  const names = new Map(ids.map((id, i) => [id, `zq${String(ids.length - i).padStart(4, '0')}x`])), old = new Map([...names].map(([id, name]) => [name, id]));
  const other = (id: string): string => names.get(id) ?? id;
  const made = withCells(company, (cell, column) => {
    if (column.uses.some((u) => u.type === 'payees')) return cell.split(';').map((p) => other(p.trim())).join('; ');
    if (column.uses.some((u) => u.type === 'splits')) return cell.split(';').map((p) => p.trim().replace(/^[^:\s]+/, other)).join('; ');
    return namesIn(cell, column).length > 0 ? other(cell) : cell;
  });
  return one(made, (stages) => sortedAgain(stages, (line) => line.replaceAll(NEW, (name) => must(old.get(name)))));
}
function namesIn(cell: string, { uses }: Column): string[] {
  if (cell === '') return [];
  return uses.flatMap(({ type, kind, field }) => {
    if (type === 'payees' || type === 'splits') return cell.split(';').map((p) => must(/^[^:\s]+/.exec(p.trim()))[0]);
    const named = type === 'id' ? !NAMED.has(kind.name) : type === 'payee' || (typeof type === 'object' && !NAMED.has(type.entity)) || (kind.name === 'review' && field === 'fact');
    return named ? [cell] : [];
  });
}

// ---- years ----

/** After so many years each date is the same day of the week again, and leap years are leap years. */
const YEARS = 28;
/** A whole 28 years later: dates of data, of plans and of periods. */
function later(company: Company): Changed {
  const text = new Map([...company.files].map(([file, t]) => [file, file.endsWith('.yaml') ? t.replaceAll(/(?<![\d_.])20[12]\d(?![\d_.,])/g, moved) : t]));
  const made = withCells({ ...company, files: text }, (cell, { uses }) => (uses.some((u) => u.type === 'day') ? cell.replace(/(19|20)\d\d/, moved) : cell));
  return one(made, (stages) => sortedAgain(stages, (line) => line.replaceAll(/(?<!\d)20[2-5]\d(?=-)/g, (year) => String(Number(year) - YEARS))));
}
const moved = (year: string): string => String(Number(year) + YEARS);

// ---- somebody else, and what is outside ----

const ADDED = 'zz9';
/**
 * Somebody like the first payee of a fact: his rows, what he alone did, and accounts and groups of his own, all
 * under other ids. Whatever names one of them is left out of the comparison.
 */
function neighbour(company: Company): Changed {
  const tables = tablesOf(company), twin = must(firstPayee(tables));
  const made = withRows(company, (t) => {
    const asPayee = ({ uses }: Column): boolean => uses.some((u) => u.type === 'payee' || (u.type === 'id' && u.kind.name === 'person'));
    const named = (cells: Cells): string[] => cells.flatMap((cell, i) => (must(t.columns[i]).uses.some((u) => u.type === 'payees' || u.type === 'splits') || asPayee(must(t.columns[i])) ? namesIn(cell, must(t.columns[i])) : []));
    // those above him are named in his own row
    const his = (cells: Cells): boolean => named(cells).includes(twin) && (!t.kinds.some((k) => k.dated) || named(cells).every((n) => n === twin));
    const shared = t.kinds.some((k) => k.dated || k.name === 'person' || NAMED.has(k.name));
    const added = t.rows.filter((cells) => !shared || his(cells)).map((cells) => cells.map((cell, i) => {
      const column = must(t.columns[i]);
      const other = column.uses.some((u) => (u.type === 'id' && !NAMED.has(u.kind.name)) || (typeof u.type === 'object' && !NAMED.has(u.type.entity))) || (cell === twin && asPayee(column));
      return cell === '' || other ? cell && `${ADDED}${cell}` : !shared && asPayee(column) ? '' : cell;
    }));
    return [...t.rows, ...added];
  });
  return one(made, without);
}
/** Without lines of what was added, and without columns that only they had. */
function without(stages: Stages): Stages {
  return new Map([...stages].map(([file, text]) => {
    const lines = text.split('\n').filter((line) => line !== '' && !line.includes(ADDED)).map((line) => cellsOf(line, ',', line.includes('"')));
    const kept = must(lines[0]).map((_, i) => lines.slice(1).some((cells) => cells[i] !== ''));
    return [file, lines.map((cells) => `${cells.filter((__, i) => kept[i]).map(csvCell).join(',')}\n`).join('')] as const;
  }).filter(([, text]) => text.trim() !== ''));
}
function firstPayee(tables: readonly Table[]): string | undefined {
  const cells = tables.filter((t) => t.kinds.some((k) => k.dated)).flatMap((t) => t.columns.flatMap((c, i) => (c.uses.some((u) => u.type === 'payee') ? t.rows.map((r) => must(r[i])) : [])));
  return cells.find((cell) => cell !== '');
}

/** A copy of the first fact of each file, long after every plan. */
function outside(company: Company): Changed {
  const made = withRows(company, (t) => {
    const [first] = t.rows;
    if (first === undefined || !t.kinds.some((k) => k.dated)) return undefined;
    return [...t.rows, first.map((cell, i) => {
      const { uses } = must(t.columns[i]);
      if (uses.some((u) => u.type === 'id')) return `${ADDED}out-${cell}`;
      return uses.some((u) => u.type === 'day') ? cell.replace(/(19|20)\d\d/, '2097') : cell;
    })];
  });
  return one(made, without);
}

/** Lines of each file in the order of their text, after a change in them. */
function sortedAgain(stages: Stages, change: (line: string) => string): Stages {
  return new Map([...stages].map(([file, text]) => {
    const [header, ...lines] = text.split('\n').slice(0, -1).map(change);
    return [file, `${[must(header), ...lines.sort(byCodePoint)].join('\n')}\n`];
  }));
}

/** In the order in which they are made together: files are parted last. */
export const CHANGES = {
  names: { id: 'C17', says: 'other ids', apply: renamed },
  years: { id: 'C17', says: 'all dates 28 years later', apply: later },
  neighbour: { id: 'C13', says: 'somebody else with facts of his own', apply: neighbour },
  outside: { id: 'C10', says: 'facts after every plan', apply: outside },
  rows: { id: 'C2', says: 'the rows of each file in another order', apply: (c, seed) => one(shuffled(c, seed)) },
  parts: { id: 'A5', says: 'each file in two parts, one after the other', apply: inParts },
  arrival: { id: 'A4', says: 'facts before the people and accounts that they name', apply: (c) => one(c) },
} as const satisfies Readonly<Record<string, Change>>;
export type ChangeName = keyof typeof CHANGES;

/** All of them at once: each arrival of one goes through the next. */
export function together(company: Company, names: readonly ChangeName[], seed: number): Changed {
  return names.reduce<Changed>((so, name) => {
    const { apply } = CHANGES[name];
    const each = so.arrivals.map((c) => apply(c, seed));
    return { arrivals: each.flatMap((e) => e.arrivals), back: (stages) => so.back(must(each[0]).back(stages)) };
  }, one(company));
}
