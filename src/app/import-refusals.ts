/** Rows that the store refuses, in words: two contents for one id, unknown payees, circles, overlaps. */
import type { Engine } from '../engine/engine.ts';
import type { Problem } from '../engine/sources.ts';
import { closest } from '../plan/closest.ts';
import type { Kind, Source, Workspace } from '../plan/plan.ts';
import { col, eq, join, keep, named, project, scan } from '../relation/relation.ts';
import type { Relation } from '../relation/relation.ts';
import { ownFields, WORD } from '../stage/store.ts';
import { formatDay } from '../value/period.ts';
import { listOf, wholeOf, wordOf } from './cells.ts';
import { findCircles } from './hierarchy.ts';
import type { Circle, HierarchyRow } from './hierarchy.ts';
import { candidates, currentVersions, INCOMING_WORDS, knownPeople } from './import-store.ts';
import type { Incoming, Refused } from './import-store.ts';
import { columnLetter, counted, quoted, some } from '../value/wording.ts';

/** Names are compared one by one: for so many different ones a nearest name is looked for. */
const MOST_NAMES = 200;

/** A function that says what is wrong with a refused row. */
export async function refusedProblem(engine: Engine, incoming: Incoming, header: readonly string[], refused: readonly Refused[], people: Kind | undefined): Promise<(row: Refused) => Problem> {
  const { source } = incoming;
  const near = people === undefined ? new Map<string, string>() : await nearest(engine, people, refused);
  return (row) => {
    const [a, b] = row.lines;
    const other = row.line === a ? b : a;
    switch (row.why) {
      case 'conflict': return {
        code: 'row.id_conflict', message: `${quoted(row.id)} stands on line ${row.line} and with other content on line ${other}${row.rows > 2 ? ` (and ${counted(row.rows - 2, 'more row')})` : ''}, so it is not certain which one holds; none was taken.`,
        hint: 'Keep one of them in the file. If both are meant, give each an id of its own: `id: concat(order_id, "/", line_number)`.', value: row.id, ...columnOf(source, 'id', header),
      };
      case 'other_source': return {
        code: 'row.other_source', message: `The ${source.into} ${quoted(row.id)} was imported from the source \`${row.otherSource}\`, and now comes from \`${source.name}\` as well.`,
        hint: `Leave it out of one of them with \`where\`; or, if they are not the same, put a word before the ids of one: \`id: concat("${source.name}-", …)\`.`, value: row.id, ...columnOf(source, 'id', header),
      };
      case 'overlap': return {
        code: 'row.overlap', message: `Two rows of ${quoted(row.id)} hold on the same days: the one on line ${a} ends only after the one on line ${b} begins.`,
        hint: 'Correct `to` or `from` in one of them; without `to` a row holds until the next one begins.', value: row.id, ...columnOf(source, 'to', header),
      };
      case 'unknown_payee': {
        const meant = near.get(row.value);
        return {
          code: 'row.unknown_payee', message: `${quoted(row.value)}, the \`${row.field}\` of this row, is not among the people.${meant === undefined ? '' : ` The nearest name is ${quoted(meant)}.`}`,
          hint: `${meant === undefined ? 'Add the person to the file of people' : `If ${quoted(meant)} is meant, correct the row, or write \`replace\` in the source; else add the person to the file of people`}: the row is then tried again by itself.`,
          value: row.value, ...columnOf(source, row.field, header),
        };
      }
    }
  };
}

async function nearest(engine: Engine, person: Kind, refused: readonly Refused[]): Promise<ReadonlyMap<string, string>> {
  const ids = listOf(await engine.read(knownPeople(person), ['id'])).map(([id]) => wordOf(id));
  const plain = new Map(ids.map((id) => [id.replace(/^0+(?=.)/, ''), id]));
  const wanted = new Set(refused.filter((r) => r.why === 'unknown_payee').map((r) => r.value));
  const found = new Map<string, string>();
  for (const value of [...wanted].slice(0, MOST_NAMES)) {
    // an id whose leading zeros a spreadsheet took away
    const id = plain.get(value.replace(/^0+(?=.)/, '')) ?? closest(value, ids);
    if (id !== undefined) found.set(value, id);
  }
  return found;
}

/** Staged rows that would close a circle in a hierarchy, by record. What the store has already stays as it is. */
export async function circleProblems(engine: Engine, kind: Kind, workspace: Workspace, refused: ReadonlyMap<number, unknown>): Promise<ReadonlyMap<number, { readonly problem: Problem; readonly id: string }>> {
  const found = new Map<number, { readonly problem: Problem; readonly id: string }>();
  if (kind.dated) return found;
  for (const field of hierarchyFields(kind, workspace)) {
    let rows = await hierarchyRows(engine, kind, field, new Set([...refused.keys(), ...found.keys()]));
    for (;;) {
      // rows of the store alone make no circle: each was looked at when it came
      const circles = findCircles(rows).filter((c) => c.rows.some((r) => r.key !== null));
      if (circles.length === 0) break;
      for (const circle of circles) for (const { key, id } of circle.rows) if (key !== null) found.set(key, { problem: circleProblem(circle, field, id), id });
      rows = rows.filter((r) => r.key === null || !found.has(r.key));
    }
  }
  return found;
}

/** Fields in which a row names the one above it: what credits go up by, and references of a kind to itself. */
function hierarchyFields(kind: Kind, workspace: Workspace): readonly string[] {
  const itself = ownFields(kind).filter((f) => typeof f.type === 'object' && f.type.entity === kind.name).map((f) => f.name);
  if (kind.name !== 'person') return itself;
  const up = workspace.plans.flatMap((p) => p.credits.flatMap((c) => (c.up === undefined ? [] : [c.up.field])));
  const payees = ownFields(kind).filter((f) => f.type === 'payee').map((f) => f.name);
  return [...new Set([...itself, ...payees.filter((name) => name === 'manager' || up.includes(name))])];
}

/** Rows as they would count after the import. `key`: the record of a staged row, null for rows of the store. */
async function hierarchyRows(engine: Engine, kind: Kind, field: string, refused: ReadonlySet<number>): Promise<readonly HierarchyRow<number | null>[]> {
  const incoming = project(
    join(['i', candidates(kind, ['record', 'id', 'from_day', 'to_day', field])], ['left', 'l', scan(INCOMING_WORDS), eq(col('local', 'l'), col(field, 'i'))]),
    [...keep('i', 'record', 'id', 'from_day', 'to_day'), named('above', col('word', 'l')), ...keep('i', '_old_row')],
  );
  const staged = listOf(await engine.read(incoming, ['record'])).filter(([record]) => !refused.has(wholeOf(record)));
  if (staged.every((cells) => cells[4] === null)) return [];
  const current: Relation = project(
    join(['c', currentVersions(kind)], ['left', 'w', scan(WORD), eq(col('code', 'w'), col(field, 'c'))]),
    [...keep('c', 'id', 'from_day', 'to_day'), named('above', col('word', 'w')), ...keep('c', 'row')],
  );
  const replaced = new Set(staged.map((cells) => cells[5]));
  const stored = listOf(await engine.read(current, ['row'])).filter((cells) => !replaced.has(cells[4]));
  const day = (cell: unknown): number | null => (typeof cell === 'number' ? cell : null);
  return [
    ...stored.map(([id, from, to, above]) => ({ id: wordOf(id), from: day(from), to: day(to), above: above === null ? null : wordOf(above), key: null })),
    ...staged.map(([record, id, from, to, above]) => ({ id: wordOf(id), from: day(from), to: day(to), above: above === null ? null : wordOf(above), key: wholeOf(record) })),
  ];
}

function circleProblem(circle: Circle<number | null>, field: string, id: string): Problem {
  const since = circle.day === null ? '' : ` from ${formatDay(circle.day)} on`;
  const alone = circle.names.length === 2;
  return {
    code: 'row.circle', value: id,
    message: alone ? `${quoted(id)} is given as the \`${field}\` of ${quoted(id)}${since}.` : `By \`${field}\` these go round in a circle${since}: ${some(circle.names, 12).replaceAll(', ', ' → ')}.`,
    hint: alone ? `Leave \`${field}\` blank for whoever has nobody above.` : `Correct \`${field}\` in one of the rows; until then what was known before holds.`,
  };
}

/** The column of the file that a field is read from. */
function columnOf(source: Source, field: string, header: readonly string[]): { readonly column?: string; readonly letter?: string } {
  const formula = field === 'id' ? source.id : source.fields.find((f) => f.field === field)?.formula;
  if (formula?.kind !== 'name' || formula.ref.kind !== 'column') return {};
  const name = formula.ref.column;
  const index = header.findIndex((title) => title === name || title.toLowerCase().replaceAll(/[\s_./-]+/g, '_') === name.toLowerCase().replaceAll(/[\s_./-]+/g, '_'));
  return index < 0 ? {} : { column: header[index] ?? name, letter: columnLetter(index) };
}
