/** Two engines as one: what is done to it is done to both, and whatever a statement makes or a reading gives is compared, row for row. */
import type { Cell, ProgramRunner, Rows } from '../../src/engine/engine.ts';
import { columnsOf } from '../../src/relation/check.ts';
import type { Relation, TableSchema } from '../../src/relation/relation.ts';

/** What was compared, and the first differences. */
export interface Compared { relations: number; rows: number; readings: number; readonly differences: string[] }

export const nothingCompared = (): Compared => ({ relations: 0, rows: 0, readings: 0, differences: [] });

/** Answers come from the first; the second must say the same. */
export function paired(first: ProgramRunner, second: ProgramRunner, compared: Compared): ProgramRunner {
  const both = async (work: (engine: ProgramRunner) => Promise<void>): Promise<void> => { await work(first); await work(second); };
  const read = async (relation: Relation, sortedBy: readonly string[] | undefined, what: string): Promise<Rows> => {
    const [a, b] = [await first.read(relation, sortedBy), await second.read(relation, sortedBy)];
    compared.differences.push(...differences(what, a, b));
    compared.rows += a.count;
    return a;
  };
  return {
    ensure: (schema) => both((e) => e.ensure(schema)),
    drop: (table) => both((e) => e.drop(table)),
    async execute(statement) {
      await both((e) => e.execute(statement));
      compared.relations++;
      await read({ kind: 'scan', table: statement.name, columns: columnsOf(statement.relation) }, undefined, statement.name);
    },
    read: (relation, sortedBy) => { compared.readings++; return read(relation, sortedBy, 'a reading'); },
    fill: (tables) => both((e) => e.fill(tables)),
    append: (schema, data) => both((e) => e.append(schema, data)),
    setCodes: (codes) => { first.setCodes(codes); second.setCodes(codes); },
    close: () => both((e) => e.close()),
  };
}

/** Rows of stored tables, taken over into another engine. */
export async function copyTables(from: ProgramRunner, to: ProgramRunner, schemas: readonly TableSchema[]): Promise<void> {
  for (const schema of schemas) {
    const { data } = await from.read({ kind: 'scan', table: schema.table, columns: schema.columns });
    await to.ensure(schema);
    await to.append(schema, data);
  }
}

/** At most five rows that only one of them has; rows are in no order. */
export function differences(what: string, a: Rows, b: Rows): string[] {
  if (JSON.stringify(a.columns) !== JSON.stringify(b.columns)) return [`${what}: columns ${JSON.stringify(a.columns)} | ${JSON.stringify(b.columns)}`];
  const left = sortedRows(a), right = sortedRows(b), out: string[] = [];
  for (let i = 0, j = 0; (i < left.length || j < right.length) && out.length < 5;) {
    const x = left[i], y = right[j];
    if (x === y) { i++; j++; }
    else if (y === undefined || (x !== undefined && x < y)) { out.push(`${what}: only the first has ${x}`); i++; }
    else { out.push(`${what}: only the second has ${y}`); j++; }
  }
  return out;
}
function sortedRows({ data, count }: Rows): string[] {
  return Array.from({ length: count }, (_, row) => data.map((cells) => spelt(cells[row] ?? null)).join(' | ')).sort();
}
/** With its type, so that 1 and 1n differ, and -0 and 0. */
function spelt(cell: Cell): string {
  if (typeof cell === 'bigint') return `${cell}n`;
  return Object.is(cell, -0) ? '-0' : JSON.stringify(cell);
}
