/**
 * Expressions in memory: compiled once into functions that read one row. Types are those that an
 * engine infers from the SQL text, where a literal that 32 bits hold is an integer: arithmetic of small
 * numbers overflows here where it would there. A branch that is not taken is not calculated.
 */
import { callType, widest } from '../relation/check.ts';
import type { Codes } from '../relation/emit.ts';
import type { Expr, SqlType } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import type { Cell } from './engine.ts';
import { asType, castTo, type Computed, integer, narrow } from './memory-cells.ts';
import { comparison, FUNCTIONS, ratioRead } from './memory-functions.ts';

export type Aggregate = Extract<Expr, { kind: 'aggregate' }>;

/** What names mean where an expression stands. */
export interface Scope {
  readonly column: (name: string, of: string | undefined) => Computed;
  /** only under an aggregate, whose rows are groups */
  readonly aggregate?: (e: Aggregate) => Computed;
  readonly codes: Codes;
}

export function compile(e: Expr, scope: Scope): Computed {
  switch (e.kind) {
    case 'column': return scope.column(e.name, e.of);
    case 'literal': return e.code === undefined ? literal(e.value, e.type) : constant('integer', scope.codes(e.code) ?? -1);
    case 'call': {
      const args = e.args.map((a) => compile(a, scope)), type = callType(e.fn, args.map((a) => a.type));
      return { type, read: FUNCTIONS[e.fn](args, type) };
    }
    case 'case': return branches(e, scope);
    case 'cast': return { type: e.to, read: castTo(compile(e.of, scope), e.to) };
    case 'compare': return { type: 'boolean', read: comparison(e.op, compile(e.left, scope), compile(e.right, scope)) };
    case 'aggregate': {
      assert(scope.aggregate !== undefined, 'an aggregate stands among the columns of an aggregate');
      return scope.aggregate(e);
    }
    case 'ratio': {
      const n = compile(e.n, scope), d = compile(e.d, scope), type = e.scale === 1n ? widest([n.type, d.type], 'ratio') : 'wide';
      return { type, read: ratioRead(n, d, e.scale, e.mode, type) };
    }
  }
}

/** All cells of an expression, in the form of the column that it becomes. */
export function cellsOf(e: Expr, type: SqlType, scope: Scope, count: number): readonly Cell[] {
  const read = asType(compile(e, scope), type), cells: Cell[] = [];
  for (let row = 0; row < count; row++) cells.push(read(row));
  return cells;
}

function branches(e: Extract<Expr, { kind: 'case' }>, scope: Scope): Computed {
  const when = e.when.map(([condition, value]) => [compile(condition, scope), compile(value, scope)] as const), last = compile(e.otherwise, scope);
  const type = widest([...when.map(([, value]) => value.type), last.type], 'case');
  const taken = when.map(([condition, value]) => [condition.read, asType(value, type)] as const), otherwise = asType(last, type);
  return { type, read: (row) => {
    for (const [condition, value] of taken) if (condition(row) === true) return value(row);
    return otherwise(row);
  } };
}

const LARGEST_SMALL = 2n ** 31n - 1n;

function literal(value: bigint | string | boolean | null, type: SqlType): Computed {
  if (typeof value !== 'bigint') return constant(type, value);
  const small = value <= LARGEST_SMALL && value >= -LARGEST_SMALL;
  return type !== 'wide' && small ? constant('integer', narrow(value)) : constant(type, value);
}
function constant(type: SqlType, value: Cell): Computed {
  return { type, read: () => value };
}
/** A cell of a values relation, in the form of its column. */
export function cellOf(value: bigint | string | boolean | null, type: SqlType): Cell {
  if (typeof value !== 'bigint' || type !== 'integer') return value;
  return integer(narrow(value));
}
