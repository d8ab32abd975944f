/**
 * The relational tree: what a program is made of before it becomes text. Eight kinds of relation,
 * eight kinds of expression, plain frozen data. No plan words here ("quota", "credit"), no SQL.
 *
 * A kind is added only with a line in `docs/decisions.md`. There is no recursion (hierarchies arrive
 * as closure rows), no bare division (`ratio` names its scale and rounding, `quotient` cuts), and no
 * floating type exists. Dates are integers: days since 1970-01-01.
 */
import { assert } from '../value/diagnostic.ts';
import type { RoundingMode } from '../value/rate.ts';

/** integer: 32 bit; bigint: 64 bit; wide: 38 digits; timestamps and floats do not exist. */
export type SqlType = 'integer' | 'bigint' | 'wide' | 'boolean' | 'text';

export interface Column { readonly name: string; readonly type: SqlType }

/** A stored table that programs scan: its columns in order, and the columns that identify a row. */
export interface TableSchema {
  readonly table: string;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
  /** rows of a run: gone with the connection, never in the store */
  readonly temporary?: true;
}

export type CompareOp = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'is_distinct_from' | 'is_not_distinct_from';

/** The functions an expression may call; types and texts stand in `functions.ts`. */
export type Fn =
  | 'add' | 'subtract' | 'multiply' | 'negate' | 'abs' | 'quotient' | 'modulo' | 'gcd'
  | 'and' | 'or' | 'not' | 'is_null' | 'is_not_null'
  | 'coalesce' | 'nullif' | 'least' | 'greatest'
  | 'concat' | 'lower' | 'upper' | 'left';

export type Expr =
  | { readonly kind: 'column'; readonly name: string; readonly of?: string }
  /** `code`: the dictionary code of this text, found when the text is emitted */
  | { readonly kind: 'literal'; readonly type: SqlType; readonly value: bigint | string | boolean | null; readonly code?: string }
  | { readonly kind: 'call'; readonly fn: Fn; readonly args: readonly Expr[] }
  | { readonly kind: 'case'; readonly when: readonly (readonly [Expr, Expr])[]; readonly otherwise: Expr }
  | { readonly kind: 'cast'; readonly of: Expr; readonly to: SqlType }
  | { readonly kind: 'compare'; readonly op: CompareOp; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'aggregate'; readonly fn: 'sum' | 'count' | 'count_distinct' | 'min' | 'max' | 'any_true'; readonly of?: Expr; readonly where?: Expr }
  /** `n ÷ d × scale`, rounded to an integer; `d` is positive. Both stand several times in the text: columns, where they are long */
  | { readonly kind: 'ratio'; readonly n: Expr; readonly d: Expr; readonly scale: bigint; readonly mode: RoundingMode };

export interface Named { readonly name: string; readonly expr: Expr }

export interface JoinInput {
  readonly as: string;
  readonly relation: Relation;
  /** the first input is `from`; the others say how they join */
  readonly how: 'from' | 'inner' | 'left';
  readonly on?: Expr;
}
export interface WindowColumn {
  readonly name: string;
  /** `sum`, `max`: running where there is an order, else of the whole partition */
  readonly fn: 'lag' | 'lead' | 'sum' | 'max' | 'row_number';
  readonly of?: Expr;
  /** value of `lag` before the first row, of `lead` after the last */
  readonly before?: Expr;
  readonly partition: readonly string[];
  readonly order: readonly { readonly column: string; readonly descending: boolean }[];
}

export type Relation =
  | { readonly kind: 'scan'; readonly table: string; readonly columns: readonly Column[] }
  | { readonly kind: 'values'; readonly columns: readonly Column[]; readonly rows: readonly (readonly (bigint | string | boolean | null)[])[] }
  | { readonly kind: 'filter'; readonly from: Relation; readonly where: Expr }
  | { readonly kind: 'project'; readonly from: Relation; readonly columns: readonly Named[] }
  /** stands only under a filter, a project or an aggregate, which name its columns by input: `of: as` */
  | { readonly kind: 'join'; readonly inputs: readonly JoinInput[] }
  | { readonly kind: 'aggregate'; readonly from: Relation; readonly by: readonly Named[]; readonly columns: readonly Named[] }
  /** all columns of `from`, and these */
  | { readonly kind: 'window'; readonly from: Relation; readonly columns: readonly WindowColumn[] }
  /** UNION ALL of relations with the same columns */
  | { readonly kind: 'union'; readonly relations: readonly Relation[] };

/** One statement: its relation becomes a table or a view of this name, or is added to a table that exists. */
export interface Statement {
  readonly name: string;
  readonly make: 'table' | 'view' | 'insert';
  readonly relation: Relation;
  /** columns that identify a row */
  readonly key: readonly string[];
  /** what it holds, in words, for readers of the SQL */
  readonly about: string;
  /** order of storage, where the engine keeps one */
  readonly sorted?: readonly string[];
  /** a table of the store; what else a statement makes is gone with the connection */
  readonly stays?: true;
}

export interface Program {
  /** stored tables that the statements read */
  readonly inputs: readonly TableSchema[];
  readonly statements: readonly Statement[];
}

// ---- constructors: short, so that a stage reads as what it computes ----

export const col = (name: string, of?: string): Expr => (of === undefined ? { kind: 'column', name } : { kind: 'column', name, of });
export const int = (value: bigint | number): Expr => ({ kind: 'literal', type: 'bigint', value: BigInt(value) });
export const wide = (value: bigint): Expr => ({ kind: 'literal', type: 'wide', value });
export const text = (value: string): Expr => ({ kind: 'literal', type: 'text', value });
export const bool = (value: boolean): Expr => ({ kind: 'literal', type: 'boolean', value });
export const nothing = (type: SqlType): Expr => ({ kind: 'literal', type, value: null });
export const codeOf = (word: string): Expr => ({ kind: 'literal', type: 'integer', value: null, code: word });
export const call = (fn: Fn, ...args: readonly Expr[]): Expr => ({ kind: 'call', fn, args });
export const plus = (...args: readonly Expr[]): Expr => args.reduce((a, b) => call('add', a, b));
export const minus = (a: Expr, b: Expr): Expr => call('subtract', a, b);
export const times = (...args: readonly Expr[]): Expr => args.reduce((a, b) => call('multiply', a, b));
export const and = (...args: readonly Expr[]): Expr => (args.length === 0 ? bool(true) : args.reduce((a, b) => call('and', a, b)));
export const or = (...args: readonly Expr[]): Expr => (args.length === 0 ? bool(false) : args.reduce((a, b) => call('or', a, b)));
export const not = (a: Expr): Expr => call('not', a);
export const isNull = (a: Expr): Expr => call('is_null', a);
export const isNotNull = (a: Expr): Expr => call('is_not_null', a);
export const coalesce = (...args: readonly Expr[]): Expr => call('coalesce', ...args);
export const cast = (of: Expr, to: SqlType): Expr => ({ kind: 'cast', of, to });
export const compare = (op: CompareOp, left: Expr, right: Expr): Expr => ({ kind: 'compare', op, left, right });
export const eq = (left: Expr, right: Expr): Expr => compare('=', left, right);
export const when = (condition: Expr, then: Expr, otherwise: Expr): Expr => ({ kind: 'case', when: [[condition, then]], otherwise });
export const cases = (branches: readonly (readonly [Expr, Expr])[], otherwise: Expr): Expr =>
  branches.length === 0 ? otherwise : { kind: 'case', when: branches, otherwise };
export const sum = (of: Expr, options: { readonly where?: Expr } = {}): Expr => ({ kind: 'aggregate', fn: 'sum', of, ...options });
export const count = (where?: Expr): Expr => ({ kind: 'aggregate', fn: 'count', ...(where === undefined ? {} : { where }) });
export const countDistinct = (of: Expr, where?: Expr): Expr => ({ kind: 'aggregate', fn: 'count_distinct', of, ...(where === undefined ? {} : { where }) });
export const max = (of: Expr): Expr => ({ kind: 'aggregate', fn: 'max', of });
export const min = (of: Expr): Expr => ({ kind: 'aggregate', fn: 'min', of });
export const anyTrue = (of: Expr): Expr => ({ kind: 'aggregate', fn: 'any_true', of });
export const named = (name: string, expr: Expr): Named => ({ name, expr });
/** columns kept under their own names */
export const keep = (of: string | undefined, ...names: readonly string[]): Named[] => names.map((name) => ({ name, expr: col(name, of) }));

export const scan = (schema: TableSchema): Relation => ({ kind: 'scan', table: schema.table, columns: schema.columns });
export const filter = (from: Relation, where: Expr): Relation => ({ kind: 'filter', from, where });
export const project = (from: Relation, columns: readonly Named[]): Relation => ({ kind: 'project', from, columns });
export const aggregate = (from: Relation, by: readonly Named[], columns: readonly Named[]): Relation => ({ kind: 'aggregate', from, by, columns });
export const windowed = (from: Relation, columns: readonly WindowColumn[]): Relation => ({ kind: 'window', from, columns });
export const union = (relations: readonly Relation[]): Relation => {
  assert(relations.length > 0, 'a union has at least one part');
  return relations.length === 1 ? (relations[0] as Relation) : { kind: 'union', relations };
};
export const join = (first: readonly [string, Relation], ...rest: readonly (readonly ['inner' | 'left', string, Relation, Expr])[]): Relation => ({
  kind: 'join',
  inputs: [{ as: first[0], relation: first[1], how: 'from' }, ...rest.map(([how, as, relation, on]): JoinInput => ({ how, as, relation, on }))],
});

/**
 * The same relation, reading other relations in the place of these tables. This is how an
 * explanation, a what-if or one payee's own data runs through the very statements of the whole run.
 */
export function replaceScans(relation: Relation, by: ReadonlyMap<string, Relation>): Relation {
  const go = (r: Relation): Relation => replaceScans(r, by);
  switch (relation.kind) {
    case 'scan': return by.get(relation.table) ?? relation;
    case 'values': return relation;
    case 'filter': case 'project': case 'aggregate': case 'window': return { ...relation, from: go(relation.from) };
    case 'join': return { ...relation, inputs: relation.inputs.map((input) => ({ ...input, relation: go(input.relation) })) };
    case 'union': return { ...relation, relations: relation.relations.map(go) };
  }
}

/** The tables that it reads. */
export function tablesIn(relation: Relation): readonly string[] {
  switch (relation.kind) {
    case 'scan': return [relation.table];
    case 'values': return [];
    case 'filter': case 'project': case 'aggregate': case 'window': return tablesIn(relation.from);
    case 'join': return relation.inputs.flatMap((input) => tablesIn(input.relation));
    case 'union': return relation.relations.flatMap(tablesIn);
  }
}

/** Same program, these relations replaced: statements of a replaced name are left out. */
export function replaceRelations(program: Program, by: ReadonlyMap<string, Relation>): Program {
  return {
    inputs: program.inputs,
    statements: program.statements
      .filter((s) => !by.has(s.name))
      .map((s) => ({ ...s, relation: replaceScans(s.relation, by) })),
  };
}
