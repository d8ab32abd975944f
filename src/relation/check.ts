/**
 * What must hold of a tree before it becomes text: columns exist, types fit, keys are columns. A
 * breach is our own mistake, so these are assertions. (That numbers fit into 38 digits depends on the
 * user's data: `digits.ts`.)
 */
import { assert, must } from '../value/diagnostic.ts';
import type { Column, Expr, Fn, Program, Relation, SqlType, Statement } from './relation.ts';

/** The columns of a relation, in order, after checking everything below it. */
export function columnsOf(relation: Relation): readonly Column[] {
  const known = memo.get(relation);
  if (known !== undefined) return known;
  const columns = infer(relation);
  const names = new Set(columns.map((c) => c.name));
  assert(names.size === columns.length, `the columns of a ${relation.kind} have different names: ${columns.map((c) => c.name).join(', ')}`);
  memo.set(relation, columns);
  return columns;
}
// relations are frozen data, so what was found once stays true
const memo = new WeakMap<Relation, readonly Column[]>();

/** Every statement reads only inputs and statements before it, with the columns that they have. */
export function checkProgram(program: Program): void {
  const tables = new Map<string, readonly Column[]>(program.inputs.map((t) => [t.table, t.columns]));
  for (const statement of program.statements) {
    checkScans(statement.relation, tables, statement);
    const columns = columnsOf(statement.relation);
    for (const key of statement.key) assert(columns.some((c) => c.name === key), `${statement.name} has its key column ${key}`);
    if (statement.make === 'insert') {
      const made = tables.get(statement.name);
      assert(made !== undefined, `${statement.name} exists before rows are added to it`);
      for (const c of columns) assert(made.some((m) => m.name === c.name && m.type === c.type), `rows added to ${statement.name} have a column ${c.name} ${c.type}; the table has ${describe(made)}`);
    } else tables.set(statement.name, columns);
  }
}

function checkScans(relation: Relation, tables: ReadonlyMap<string, readonly Column[]>, statement: Statement): void {
  if (relation.kind === 'scan') {
    const made = tables.get(relation.table);
    assert(made !== undefined, `${statement.name} reads ${relation.table}, which is made before it`);
    for (const c of relation.columns) {
      const have = made.find((m) => m.name === c.name);
      assert(have !== undefined && have.type === c.type, `${statement.name} reads ${relation.table}.${c.name} as ${c.type}; the table has it as ${have?.type ?? 'nothing'}`);
    }
  }
  for (const part of partsOf(relation)) checkScans(part, tables, statement);
}

export function partsOf(relation: Relation): readonly Relation[] {
  switch (relation.kind) {
    case 'scan': case 'values': return [];
    case 'filter': case 'project': case 'aggregate': case 'window': return [relation.from];
    case 'join': return relation.inputs.map((i) => i.relation);
    case 'union': return relation.relations;
  }
}

type Scope = (name: string, of: string | undefined) => SqlType;

function infer(relation: Relation): readonly Column[] {
  switch (relation.kind) {
    case 'scan': return relation.columns;
    case 'values':
      for (const row of relation.rows) assert(row.length === relation.columns.length, 'a row of values has a cell for each column');
      return relation.columns;
    case 'filter':
      scopeOf(relation);
      return relation.from.kind === 'join' ? [] : columnsOf(relation.from);
    case 'project': {
      const scope = scopeOf(relation.from);
      return relation.columns.map(({ name, expr }) => ({ name, type: typeOf(expr, scope) }));
    }
    case 'aggregate': {
      const scope = scopeOf(relation.from);
      return [...relation.by, ...relation.columns].map(({ name, expr }) => ({ name, type: typeOf(expr, scope) }));
    }
    case 'window': {
      const from = columnsOf(relation.from), scope = scopeOf(relation.from);
      for (const w of relation.columns) {
        for (const c of [...w.partition, ...w.order.map((o) => o.column)]) scope(c, undefined);
        if (w.before !== undefined) widest([typeOf(must(w.of), scope), typeOf(w.before, scope)], `what stands before the first ${w.name}`);
      }
      return [...from, ...relation.columns.map((w): Column => ({ name: w.name, type: w.fn === 'row_number' ? 'bigint' : w.fn === 'sum' ? 'wide' : typeOf(must(w.of), scope) }))];
    }
    case 'join': return [];
    case 'union': {
      const [first, ...rest] = relation.relations.map(columnsOf);
      assert(first !== undefined, 'a union has parts');
      for (const r of rest) assert(r.map((c) => `${c.name} ${c.type}`).join() === first.map((c) => `${c.name} ${c.type}`).join(), `the parts of a union have the same columns: ${describe(first)} | ${describe(r)}`);
      return first;
    }
  }
}

/** What a column name means over this relation: by input under a join, plainly otherwise. */
export function scopeOf(relation: Relation): Scope {
  let inner = relation;
  const conditions: Expr[] = [];
  while (inner.kind === 'filter') { conditions.push(inner.where); inner = inner.from; }
  const scope = scopeBelow(inner);
  for (const where of conditions) assert(typeOf(where, scope) === 'boolean', 'a filter is yes or no');
  return scope;
}

function scopeBelow(inner: Relation): Scope {
  const inputs = inner.kind === 'join' ? inner.inputs : undefined;
  if (inputs === undefined) {
    const columns = new Map(columnsOf(inner).map((c) => [c.name, c.type]));
    return (name, of) => {
      const type = columns.get(name);
      // asked for each name of a program: the words are made only when they are needed
      return of === undefined && type !== undefined ? type : assert(false, `column ${of === undefined ? '' : `${of}.`}${name} exists in ${[...columns.keys()].join(', ')}`) as never;
    };
  }
  const byInput = new Map(inputs.map((i) => [i.as, new Map(columnsOf(i.relation).map((c) => [c.name, c.type]))]));
  const scope: Scope = (name, of) => {
    const type = byInput.get(of ?? '')?.get(name);
    return type ?? assert(false, `column ${of}.${name} exists; inputs are ${[...byInput.keys()].join(', ')}`) as never;
  };
  for (const i of inputs) if (i.on !== undefined) assert(typeOf(i.on, scope) === 'boolean', 'a join is on yes or no');
  return scope;
}

const RANK: Partial<Record<SqlType, number>> = { integer: 1, bigint: 2, wide: 3 };
const isNumber = (t: SqlType): boolean => RANK[t] !== undefined;

/** The type that holds all of these. */
export function widest(types: readonly SqlType[], what: string): SqlType {
  const [first] = types;
  assert(first !== undefined, `${what} has arguments`);
  if (types.every((t) => t === first)) return first;
  assert(types.every(isNumber), `${what} mixes ${types.join(' and ')}`);
  return types.reduce((a, b) => ((RANK[a] ?? 0) >= (RANK[b] ?? 0) ? a : b));
}

export function typeOf(e: Expr, scope: Scope): SqlType {
  switch (e.kind) {
    case 'column': return scope(e.name, e.of);
    case 'literal': return e.type;
    case 'cast': typeOf(e.of, scope); return e.to;
    case 'compare': widest([typeOf(e.left, scope), typeOf(e.right, scope)], `comparison ${e.op}`); return 'boolean';
    case 'case':
      for (const [condition] of e.when) assert(typeOf(condition, scope) === 'boolean', 'a branch is chosen by yes or no');
      return widest([...e.when.map(([, v]) => typeOf(v, scope)), typeOf(e.otherwise, scope)], 'case');
    case 'aggregate': {
      if (e.where !== undefined) assert(typeOf(e.where, scope) === 'boolean', 'a filter is yes or no');
      const of = e.of === undefined ? undefined : typeOf(e.of, scope);
      if (e.fn === 'sum') { assert(of !== undefined && isNumber(of), 'a sum is of numbers'); return 'wide'; }
      if (e.fn === 'count' || e.fn === 'count_distinct') return 'bigint';
      if (e.fn === 'any_true') return 'boolean';
      return must(of);
    }
    case 'ratio':
      assert(isNumber(typeOf(e.n, scope)) && isNumber(typeOf(e.d, scope)), 'a ratio is of numbers');
      return 'wide';
    case 'call': return callType(e.fn, e.args.map((a) => typeOf(a, scope)));
  }
}

const TEXT_FN: ReadonlySet<Fn> = new Set(['concat', 'lower', 'upper', 'left']);

/** What a function gives for arguments of these types. */
export function callType(fn: Fn, args: readonly SqlType[]): SqlType {
  if (fn === 'is_null' || fn === 'is_not_null') return 'boolean';
  if (fn === 'and' || fn === 'or' || fn === 'not') {
    assert(args.every((t) => t === 'boolean'), `${fn} is of yes or no`);
    return 'boolean';
  }
  if (TEXT_FN.has(fn)) {
    assert(args[0] === 'text', `${fn} is of text`);
    return 'text';
  }
  const type = widest(args, fn);
  // `nullif` is its first argument, or nothing
  if (fn === 'nullif') return must(args[0]);
  if (fn === 'coalesce') return type;
  assert(isNumber(type), `${fn} is of numbers, not ${type}`);
  if (fn === 'gcd') assert(args.every((t) => t === 'wide'), 'the greatest common divisor is of wide numbers');
  // 32-bit arithmetic overflows early: codes and days are not for arithmetic beyond 64 bits
  return type === 'integer' ? 'integer' : type;
}

function describe(columns: readonly Column[]): string {
  return columns.map((c) => `${c.name} ${c.type}`).join(', ');
}
