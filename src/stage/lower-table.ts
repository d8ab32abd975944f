/**
 * Tables inside formulas → CASE expressions. (Tables that are the whole of a component's pay or of a
 * factor are rows, see `tables.ts`; a table at the grain of facts is a measure of its own anyway.)
 */
import type { Typed } from '../plan/formula.ts';
import type { OuterRow, Table, TableRow } from '../plan/plan.ts';
import { codeOf, type Expr, eq, int, isNull, not, nothing, text, when } from '../relation/relation.ts';
import { assert, must } from '../value/diagnostic.ts';
import { divide, multiply, ONE, powerOfTen, ratio, type Ratio, subtract } from '../value/rate.ts';
import { chosen } from './lower-calls.ts';
import { asPair, digitsOf, exprOf, isMoney, type Lower, type Lowered, type Scope } from './lowered.ts';
import { casesOfPairs, comparePair, constantPair, type Pair, productOfPairs, quotientOfPairs, sumOfPairs } from './lower-pair.ts';

/** `average`: under a factor or a share, a marginal table is the average of its parts. */
export function readTable(table: Table, scope: Scope, money: boolean, lower: Lower, average = false): Lowered {
  const at = lower(table.by, scope, isMoney(table.by.type));
  const inner = (t: Table): Lowered => readTable(t, scope, money, lower, average);
  if (table.outer !== undefined) return outer(table, at, table.outer.rows, inner, scope);
  const cell = (typed: Typed): Lowered => lower(typed, scope, money || isMoney(typed.type));
  switch (table.kind) {
    case 'lookup': {
      const branches = table.rows.map((row) => [holdsWord(at, row.key, table.by, scope), cell(row.value)] as const);
      return chosen(branches, table.otherwise === undefined ? null : cell(table.otherwise), must(table.rows[0]).value);
    }
    case 'steps': case 'retroactive': return steps(table, at, cell, scope);
    case 'points': return { kind: 'number', ...points(table, asPair(at, table.by), (t) => asPair(cell(t), t), scope) };
    case 'marginal': {
      const x = asPair(at, table.by), total = marginal(table, x, (t) => asPair(cell(t), t), scope);
      if (!average) return { kind: 'number', ...total };
      const share = quotientOfPairs(total, x), none = asPair(cell(must(table.rows[0]).value), must(table.rows[0]).value);
      const averaged = scope.quotient?.(share) ?? share;
      // of nothing, the first part
      return { kind: 'number', ...casesOfPairs([[eq(x.n, int(0)), none]], averaged) };
    }
  }
}

function outer(table: Table, at: Lowered, rows: readonly OuterRow[], inner: (t: Table) => Lowered, scope: Scope): Lowered {
  const words = rows.every((r) => typeof r.key !== 'object');
  const branches = (words ? rows : rows.toReversed()).map((r) => [words ? holdsWord(at, r.key, table.by, scope) : reached(at, r, table.by, scope), inner(r.table)] as const);
  const otherwise = table.outer?.otherwise === undefined ? null : inner(table.outer.otherwise);
  return chosen(branches, otherwise, table.by);
}

function holdsWord(at: Lowered, key: TableRow['key'], by: Typed, scope: Scope): Expr {
  if (typeof key === 'string') return eq(exprOf(at), at.kind === 'text' ? text(key) : codeOf(key));
  if (typeof key === 'boolean') return key ? exprOf(at) : not(exprOf(at));
  return comparePair('=', asPair(at, by), keyPair(key, by, scope));
}
/** At the edge or above; only above where the row says `over`. */
function reached(at: Lowered, row: { readonly key: TableRow['key']; readonly over: boolean }, by: Typed, scope: Scope): Expr {
  assert(typeof row.key === 'object', 'an edge is a number; resolve checks it');
  return comparePair(row.over ? '>' : '>=', asPair(at, by), keyPair(row.key, by, scope));
}
function keyPair(key: Ratio, by: Typed, scope: Scope): Pair {
  return constantPair(inUnits(key, by, scope));
}
function inUnits(key: Ratio, by: Typed, scope: Scope): Ratio {
  return isMoney(by.type) ? multiply(key, ratio(powerOfTen(digitsOf(scope.currency)))) : key;
}

function steps(table: Table, at: Lowered, cell: (t: Typed) => Lowered, scope: Scope): Lowered {
  const branches = table.rows.toReversed().map((row) => [reached(at, row, table.by, scope), cell(row.value)] as const);
  const first = must(branches[0])[1];
  // below the first 0, where there is something to read
  const below: Lowered | null = first.kind === 'number' ? { kind: 'number', n: when(isNull(exprOf(at)), nothing('bigint'), int(0)), d: 1n } : null;
  return chosen(branches, below, must(table.rows[0]).value);
}

function points(table: Table, x: Pair, cell: (t: Typed) => Pair, scope: Scope): Pair {
  const rows = table.rows.map((row) => { assert(typeof row.key === 'object', 'a point is a number'); return { at: row.key, edge: keyPair(row.key, table.by, scope), left: cell(row.value), right: cell(row.right ?? row.value) }; });
  type Point = (typeof rows)[number];
  // on the line through a and b, counted from `from`
  const line = (a: Point, b: Point, from: Point): Pair => {
    const each = constantPair(divide(ONE, subtract(inUnits(b.at, table.by, scope), inUnits(a.at, table.by, scope))));
    return sumOfPairs('+', from.right, productOfPairs(productOfPairs(sumOfPairs('-', b.left, a.right), sumOfPairs('-', x, from.edge)), each));
  };
  const branches = rows.map((row, i) => {
    const next = rows[i + 1], before = rows[i - 1];
    const value = next !== undefined ? line(row, next, row) : table.beyond === 'extend' && before !== undefined ? line(before, row, row) : row.right;
    return [comparePair('>=', x, row.edge), value] as const;
  }).toReversed();
  return casesOfPairs(branches, { n: when(isNull(x.n), nothing('bigint'), int(0)), d: 1n });
}

/** The sum of the parts, each at its own value; a first edge of 0 goes on below it. */
function marginal(table: Table, x: Pair, cell: (t: Typed) => Pair, scope: Scope): Pair {
  const zero: Pair = { n: int(0), d: 1n };
  return table.rows.map((row, i): Pair => {
    assert(typeof row.key === 'object', 'an edge is a number');
    const low = keyPair(row.key, table.by, scope), next = table.rows[i + 1];
    const high = next === undefined || typeof next.key !== 'object' ? undefined : keyPair(next.key, table.by, scope);
    const upTo = high === undefined ? x : casesOfPairs([[comparePair('>', x, high), high]], x);
    const width = sumOfPairs('-', upTo, low);
    const part = i === 0 && row.key.n === 0n ? width : casesOfPairs([[comparePair('<', width, zero), zero]], width);
    return productOfPairs(part, cell(row.value));
  }).reduce((a, b) => sumOfPairs('+', a, b));
}

