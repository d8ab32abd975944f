/**
 * Tree → canonical text: one way to write each formula, with the fewest brackets. Reading the text
 * gives the tree back (`parseFormula(formulaText(f))` is f, up to spans), so the text can stand for
 * the formula in messages, diffs and fingerprints.
 */
import { formatDay } from '../value/period.ts';
import { formatRatio, multiply, ratio } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import type { Formula, Operator, Typed } from './formula.ts';
import { keysOf } from './table-cells.ts';

export function formulaText(formula: Formula | Typed): string {
  switch (formula.kind) {
    case 'number': return literalText(formula);
    case 'per': return `${decimalText(formula.value)} a ${formula.every}`;
    case 'date': return formatDay(formula.day);
    case 'text': return `"${formula.value.replaceAll('"', '""')}"`;
    case 'yes_no': return formula.value ? 'yes' : 'no';
    case 'name': return formula.name;
    case 'call': return `${formula.name}(${listText(formula.args)})`;
    case 'read': return formula.called ? `${formula.name}(${listText(keysOf(formula.table))})` : formula.name;
    case 'op': return operationText(formula.op, formula.args);
  }
}

type Tree = Formula | Typed;

/** How tightly the text of a node holds together; the levels of `parse-formula.ts`, atoms above all. */
const LEVELS: Readonly<Record<Operator, number>> = {
  or: 1, and: 2, not: 3,
  '=': 5, '<>': 5, '<': 5, '<=': 5, '>': 5, '>=': 5, between: 5, in: 5,
  '&': 6, '+': 7, '-': 7, '*': 8, '/': 8, negate: 9,
};

function operationText(op: Operator, args: readonly Tree[]): string {
  const [first, second, third] = args;
  const level = LEVELS[op];
  if (op === 'not') return `not ${within(first, level)}`;
  if (op === 'negate') return `-${within(first, level)}`;
  if (op === 'in') return `${within(first, level + 1)} in (${listText(args.slice(1))})`;
  if (op === 'between') return `${within(first, level + 1)} between ${within(second, level + 1)} and ${within(third, level + 1)}`;
  // comparisons do not chain, the others hold to the left
  return `${within(first, level === LEVELS['='] ? level + 1 : level)} ${op} ${within(second, level + 1)}`;
}

/** The text of a part, in brackets where it holds together less tightly than its place needs. */
function within(part: Tree | undefined, level: number): string {
  if (part === undefined) return '';
  const text = formulaText(part);
  return part.kind !== 'op' || LEVELS[part.op] >= level ? text : `(${text})`;
}

function listText(items: readonly Tree[]): string {
  return items.map(formulaText).join(', ');
}

function literalText(literal: Extract<Tree, { kind: 'number' }>): string {
  if (literal.written === 'percent') return `${decimalText(multiply(literal.value, ratio(100n)))}%`;
  return literal.written === 'factor' ? `${decimalText(literal.value)}x` : decimalText(literal.value);
}

/** Plain decimal text; from 10_000 on with underscores between the thousands (2026 stays 2026). */
function decimalText(value: Ratio): string {
  const [whole = '', decimals] = formatRatio(value).split('.');
  const grouped = whole.length < 5 ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, '_');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}
