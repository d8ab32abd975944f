/** Tables in words: what each key pays, in the way in which the table is read. */
import { compare, ZERO } from '../value/rate.ts';
import type { Typed } from './formula.ts';
import type { Table, TableRow } from './plan.ts';
import { formulaWords, valueWords } from './words-formula.ts';

export type TableUse = 'rate' | 'payout' | 'amount' | 'target' | 'weight' | 'factor' | 'limit';

/** A table in words, without a full stop. `whole`: what a share is of, "your target incentive". */
export function describeTable(table: Table, use: TableUse, whole = 'the incentive'): string {
  if (table.outer !== undefined) return outerWords(table, use, whole);
  const by = isOwn(table.by) ? '' : `by ${formulaWords(table.by)}: `;
  const say = valueTeller(use, whole);
  const key = (row: TableRow): string => keyWords(row, table.by);
  const [first] = table.rows;
  const last = table.rows.at(-1);
  if (first === undefined || last === undefined) return table.otherwise === undefined ? `${by}nothing` : `always ${say(table.otherwise)}`;
  switch (table.kind) {
    case 'lookup': {
      const rows = table.rows.map((r) => `${key(r)} ${use === 'factor' || use === 'target' || use === 'weight' ? 'is' : 'pays'} ${say(r.value)}`);
      const rest = table.otherwise === undefined ? [] : [`everything else ${say(table.otherwise)}`];
      return `${by}${[...rows, ...rest].join(', ')}`;
    }
    case 'points': return `${by}${pointsWords(table, key, say)}`;
    case 'marginal': return `${by}${marginalWords(table, key, say)}`;
    case 'retroactive': return `${by}everything is paid at the rate reached: ${bandWords(table, key, say)}`;
    case 'steps': return `${by}${bandWords(table, key, say)}`;
  }
}

/** A table that is read by several things: the rows of each key after it. */
function outerWords(table: Table, use: TableUse, whole: string): string {
  const { rows = [], otherwise } = table.outer ?? {};
  const parts = rows.map((row) => `for ${typeof row.key === 'object' ? `${keyWords(row, table.by)} and more` : keyWords(row, table.by)} ${describeTable(row.table, use, whole)}`);
  const rest = otherwise === undefined ? [] : [`for everything else ${describeTable(otherwise, use, whole)}`];
  return `by ${formulaWords(table.by)}: ${[...parts, ...rest].join('; ')}`;
}

function isOwn(by: Typed): boolean {
  return by.kind === 'name' && by.ref.kind === 'result';
}

function keyWords(row: Pick<TableRow, 'key' | 'over'>, by: Typed): string {
  if (typeof row.key === 'string') return row.key;
  return typeof row.key === 'boolean' ? (row.key ? 'yes' : 'no') : valueWords(row.key, by.type);
}

type Teller = (value: Typed) => string;

/** Says what a share is of once, and then the share alone. */
function valueTeller(use: TableUse, whole: string): Teller {
  let said = false;
  return (value) => {
    if (use !== 'factor' && use !== 'target' && isNothing(value)) return 'nothing';
    const words = formulaWords(value);
    if (said || use === 'amount' || use === 'factor' || use === 'target' || use === 'limit') return words;
    said = true;
    if (use === 'payout') return value.type.kind === 'factor' ? `${words} ${whole}` : `${words} of ${whole}`;
    if (use === 'weight') return `${words} of ${whole}`;
    return value.type.kind === 'percent' ? `${words} of it` : value.type.kind === 'factor' ? `${words} the base rate` : `${words} for each`;
  };
}

export function isNothing(value: Typed): boolean {
  return value.kind === 'number' && value.value.n === 0n;
}

function pointsWords(table: Table, key: (r: TableRow) => string, say: Teller): string {
  const parts = table.rows.map((row, i) => {
    const last = i === table.rows.length - 1;
    const flat = last && table.beyond === 'flat' && i > 0;
    const jump = row.right === undefined ? '' : ` (just below it ${say(row.value)})`;
    const value = say(row.right ?? row.value);
    return `${key(row)}${flat ? ' and more pay' : ' pays'} ${value}${jump}`;
  });
  const beyond = table.beyond === 'extend' ? ', and the last line goes on' : '';
  return `${parts.join(', ')}${table.rows.length > 1 ? ', on a straight line between' : ''}${beyond}`;
}

function marginalWords(table: Table, key: (r: TableRow) => string, say: Teller): string {
  const [first] = table.rows;
  if (table.rows.length === 1 && first !== undefined && isZeroKey(first)) return `in proportion to ${formulaWords(table.by)}: ${say(first.value)}`;
  const below = first !== undefined && !isZeroKey(first) ? [`nothing up to ${key(first)}`] : [];
  const parts = table.rows.map((row, i) => {
    const next = table.rows[i + 1];
    const value = say(row.value);
    if (next === undefined) return `${value} for the part above ${key(row)}`;
    return isZeroKey(row) ? `${value} for the part up to ${key(next)}` : `${value} for the part from ${key(row)} to ${key(next)}`;
  });
  return `each part is paid by itself: ${[...below, ...parts].join(', ')}`;
}

function isZeroKey(row: TableRow): boolean {
  return typeof row.key === 'object' && compare(row.key, ZERO) === 0;
}

function bandWords(table: Table, key: (r: TableRow) => string, say: Teller): string {
  const [first] = table.rows;
  const below = first !== undefined && !isZeroKey(first) ? [`below ${key(first)} nothing`] : [];
  return [...below, ...table.rows.map((row) => `${row.over ? `above ${key(row)}` : `from ${key(row)} on`} ${say(row.value)}`)].join(', ');
}
