/**
 * Tree → SQL text. The only file that puts SQL together. Deterministic: the same tree gives the same
 * text. Plain SQL that DuckDB and Trino both run; where they differ, the dialect says how.
 */
import { assert } from '../value/diagnostic.ts';
import type { RoundingMode } from '../value/rate.ts';
import { columnsOf } from './check.ts';
import type { Dialect } from './dialect.ts';
import type { CompareOp, Expr, Fn, JoinInput, Named, Relation, SqlType, Statement, TableSchema, WindowColumn } from './relation.ts';
import { RESERVED } from './reserved.ts';

/** The dictionary code of a word; undefined where no row of the store says it. */
export type Codes = (word: string) => number | undefined;
interface Context { readonly dialect: Dialect; readonly codes: Codes }

/** One statement, with a line of comment that says what it makes. */
export function emitStatement(statement: Statement, dialect: Dialect, codes: Codes): string {
  const context = { dialect, codes };
  const name = identifier(statement.name);
  const head = statement.make === 'insert'
    ? `INSERT INTO ${name} (${columnsOf(statement.relation).map((c) => identifier(c.name)).join(', ')})`
    : dialect.create(statement.make, name, statement.stays === true);
  const order = statement.sorted !== undefined && dialect.keepsOrder ? `\nORDER BY ${statement.sorted.map(identifier).join(', ')}` : '';
  return `-- ${comment(`${statement.name}: ${statement.about}`)}\n${head}\n${finished(select(statement.relation, context, ''))}${order}`;
}

/** A query. Rows are in no order unless `sortedBy` says one. */
export function emitRelation(relation: Relation, dialect: Dialect, codes: Codes, sortedBy: readonly string[] = []): string {
  const query = select(relation, { dialect, codes }, '');
  if (sortedBy.length === 0) return finished(query);
  return finished(`SELECT *\nFROM (\n${indent(query)}\n) AS t\nORDER BY ${sortedBy.map((c) => `${word(c)} NULLS LAST`).join(', ')}`);
}

export function emitTable(schema: TableSchema, dialect: Dialect): string {
  const columns = schema.columns.map((c) => `${identifier(c.name)} ${dialect.types[c.type]}`);
  return `CREATE ${schema.temporary === true ? dialect.temporary : ''}TABLE IF NOT EXISTS ${identifier(schema.table)} (${columns.join(', ')})`;
}

/** Quotes where a name is not plain lower case or is a word of the language. */
export function identifier(name: string): string {
  assert(name.length > 0 && !name.includes('\0'), 'a column or table has a name');
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as a literal of SQL. */
export function quoteText(value: string): string {
  assert(!value.includes('\0'), 'text in SQL holds no NUL; import refuses it');
  return `'${value.replaceAll("'", "''")}'`;
}

// ---- relations ----

function select(relation: Relation, context: Context, pad: string): string {
  switch (relation.kind) {
    case 'scan': case 'filter': {
      const { from, where } = body(relation, context);
      return lines(pad, `SELECT ${columnsOf(relation).map((c) => word(c.name)).join(', ')}`, from, where);
    }
    case 'project': {
      const { from, where } = body(relation.from, context);
      return lines(pad, `SELECT ${list(relation.columns, relation, context)}`, from, where);
    }
    case 'aggregate': {
      const { from, where } = body(relation.from, context);
      const group = relation.by.length === 0 ? '' : `GROUP BY ${relation.by.map((_, i) => i + 1).join(', ')}`;
      return lines(pad, `SELECT ${list([...relation.by, ...relation.columns], relation, context)}`, from, where, group);
    }
    case 'window': {
      const { from, where } = body(relation.from, context);
      const kept = columnsOf(relation.from).map((c) => word(c.name));
      return lines(pad, `SELECT ${[...kept, ...relation.columns.map((w) => windowColumn(w, context))].join(', ')}`, from, where);
    }
    case 'union': return relation.relations.map((r) => select(r, context, pad)).join(`\n${pad}UNION ALL\n`);
    case 'values': return values(relation, context, pad);
    case 'join': return assertNever('a join stands under a project or an aggregate');
  }
}

/** FROM and WHERE of a select: filters are gathered, joins and tables written in place, the rest nested. */
function body(relation: Relation, context: Context): { from: string; where: string } {
  const conditions: string[] = [];
  let inner = relation;
  while (inner.kind === 'filter') { conditions.unshift(expression(inner.where, context)); inner = inner.from; }
  return { from: `FROM ${fromText(inner, context)}`, where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}` };
}

function fromText(relation: Relation, context: Context): string {
  if (relation.kind === 'scan') return word(relation.table);
  if (relation.kind !== 'join') return `(\n${indent(select(relation, context, ''))}\n) AS t`;
  return relation.inputs.map((input) => joinText(input, context)).join('\n');
}

function joinText(input: JoinInput, context: Context): string {
  const table = input.relation.kind === 'scan' ? word(input.relation.table) : `(\n${indent(select(input.relation, context, ''))}\n)`;
  const aliased = `${table} AS ${word(input.as)}`;
  if (input.how === 'from') return aliased;
  assert(input.on !== undefined, 'a join says on what');
  return `${input.how === 'left' ? 'LEFT JOIN' : 'JOIN'} ${aliased} ON ${expression(input.on, context)}`;
}

function values(relation: Extract<Relation, { kind: 'values' }>, context: Context, pad: string): string {
  const typed = relation.columns.map((c) => `CAST(${word(c.name)} AS ${context.dialect.types[c.type]}) AS ${word(c.name)}`);
  const names = relation.columns.map((c) => word(c.name)).join(', ');
  // an engine wants at least one row to know the shape
  const rows = relation.rows.length === 0 ? [relation.columns.map(() => 'NULL')] : relation.rows.map((row) => row.map((cell, i) => literal(cell, relation.columns[i]?.type ?? 'text', context)));
  const where = relation.rows.length === 0 ? 'WHERE false' : '';
  return lines(pad, `SELECT ${typed.join(', ')}`, `FROM (VALUES ${rows.map((r) => `(${r.join(', ')})`).join(', ')}) AS v(${names})`, where);
}

function windowColumn(w: WindowColumn, context: Context): string {
  const partition = w.partition.length === 0 ? '' : `PARTITION BY ${w.partition.map(word).join(', ')} `;
  const order = `ORDER BY ${w.order.map((o) => `${word(o.column)}${o.descending ? ' DESC' : ''} NULLS LAST`).join(', ')}`;
  const of = w.of === undefined ? '' : expression(w.of, context);
  switch (w.fn) {
    case 'row_number': return `row_number() OVER (${partition}${order}) AS ${word(w.name)}`;
    case 'lag': case 'lead': return `${w.fn}(${of}, 1${w.before === undefined ? '' : `, ${expression(w.before, context)}`}) OVER (${partition}${order}) AS ${word(w.name)}`;
    case 'max': return `max(${of}) OVER (${partition}${w.order.length === 0 ? '' : `${order} ROWS UNBOUNDED PRECEDING`}) AS ${word(w.name)}`;
    // a window over 64-bit integers wraps on Trino: it is widened first
    case 'sum': return `sum(CAST(${of} AS ${context.dialect.types.wide})) OVER (${partition}${w.order.length === 0 ? '' : `${order} ROWS UNBOUNDED PRECEDING`}) AS ${word(w.name)}`;
  }
}

function list(columns: readonly Named[], relation: Relation, context: Context): string {
  const types = new Map(columnsOf(relation).map((c) => [c.name, c.type]));
  return columns.map(({ name, expr }) => {
    const text = expression(expr, context);
    if (expr.kind === 'column') return expr.name === name ? text : `${text} AS ${word(name)}`;
    // small numbers in SQL are of 32 bits until they are told otherwise
    const told = expr.kind === 'cast' || expr.kind === 'aggregate' || (expr.kind === 'literal' && expr.value === null);
    const untold = types.get(name) === 'bigint' && !told;
    return `${untold ? `CAST(${text} AS ${context.dialect.types.bigint})` : text} AS ${word(name)}`;
  }).join(',\n  ');
}

// ---- expressions ----

const INFIX: Partial<Record<Fn, string>> = { add: '+', subtract: '-', multiply: '*', modulo: '%', and: 'AND', or: 'OR', concat: '||' };
const COMPARE: Record<CompareOp, string> = {
  '=': '=', '<>': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=', is_distinct_from: 'IS DISTINCT FROM', is_not_distinct_from: 'IS NOT DISTINCT FROM',
};

function expression(e: Expr, context: Context): string {
  switch (e.kind) {
    case 'column': return e.of === undefined ? word(e.name) : `${word(e.of)}.${word(e.name)}`;
    case 'literal': return e.code === undefined ? literal(e.value, e.type, context) : codeLiteral(e.code, context);
    case 'call': return callText(e.fn, e.args.map((a) => expression(a, context)), context);
    case 'case': return `CASE ${e.when.map(([c, v]) => `WHEN ${expression(c, context)} THEN ${expression(v, context)}`).join(' ')} ELSE ${expression(e.otherwise, context)} END`;
    case 'cast': return `CAST(${expression(e.of, context)} AS ${context.dialect.types[e.to]})`;
    case 'compare': return `(${expression(e.left, context)} ${COMPARE[e.op]} ${expression(e.right, context)})`;
    case 'aggregate': return aggregateText(e, context);
    case 'ratio': return ratioText(expression(e.n, context), expression(e.d, context), e.scale, e.mode, context);
  }
}

function callText(fn: Fn, args: readonly string[], context: Context): string {
  const [a = '', b = ''] = args;
  const infix = INFIX[fn];
  if (infix !== undefined) return `(${a} ${infix} ${b})`;
  switch (fn) {
    case 'negate': return `(- ${a})`;
    case 'quotient': return context.dialect.quotient(a, b);
    case 'gcd': return context.dialect.gcd(a, b);
    case 'not': return `(NOT ${a})`;
    case 'is_null': return `(${a} IS NULL)`;
    case 'is_not_null': return `(${a} IS NOT NULL)`;
    case 'left': return `substr(${a}, 1, ${b})`;
    default: return `${fn}(${args.join(', ')})`;
  }
}

function aggregateText(e: Extract<Expr, { kind: 'aggregate' }>, context: Context): string {
  const of = e.of === undefined ? '*' : expression(e.of, context);
  const where = e.where === undefined ? '' : ` FILTER (WHERE ${expression(e.where, context)})`;
  switch (e.fn) {
    case 'sum': return context.dialect.sum(of, where);
    case 'count_distinct': return `count(DISTINCT ${of})${where}`;
    case 'any_true': return `bool_or(${of})${where}`;
    case 'count': case 'min': case 'max': return `${e.fn}(${of})${where}`;
  }
}

/**
 * n ÷ d × scale, rounded. Whole part first, so that 38 digits suffice: n = q·d + r, then r·scale ÷ d,
 * with what the mode adds before the cut.
 */
function ratioText(n: string, d: string, scale: bigint, mode: RoundingMode, context: Context): string {
  const { quotient } = context.dialect;
  const s = literal(scale, 'wide', context);
  const whole = scale === 1n ? quotient(n, d) : `${quotient(n, d)} * ${s}`;
  const rest = scale === 1n ? `(${n} % ${d})` : `((${n} % ${d}) * ${s})`;
  return `(${whole} + ${roundRest(rest, d, n, mode, whole, quotient)})`;
}

/** A rest (of the sign of n, any size) ÷ d, as a whole number. `whole`: what it is added to, which decides what is even. */
function roundRest(rest: string, d: string, n: string, mode: RoundingMode, whole: string, quotient: (a: string, b: string) => string): string {
  const away = `CASE WHEN ${n} < 0 THEN -1 ELSE 1 END`;
  switch (mode) {
    case 'down': return quotient(rest, d);
    case 'half_away': return quotient(`(2 * ${rest} + ${away} * ${d})`, `(2 * ${d})`);
    case 'up': return quotient(`(${rest} + ${away} * (${d} - 1))`, d);
    case 'floor': return `(${quotient(rest, d)} - CASE WHEN ${rest} % ${d} < 0 THEN 1 ELSE 0 END)`;
    // floor(x + 1/2)
    case 'half_up': return `(${quotient(`(2 * ${rest} + ${d})`, `(2 * ${d})`)} - CASE WHEN (2 * ${rest} + ${d}) % (2 * ${d}) < 0 THEN 1 ELSE 0 END)`;
    case 'half_even': {
      const cut = quotient(rest, d), left = `abs(${rest} % ${d})`;
      return `(${cut} + CASE WHEN 2 * ${left} > ${d} OR (2 * ${left} = ${d} AND (${whole} + ${cut}) % 2 <> 0) THEN ${away} ELSE 0 END)`;
    }
  }
}

const LARGEST_PLAIN = 2n ** 63n - 1n;

function literal(value: bigint | string | boolean | null, type: SqlType, context: Context): string {
  if (value === null) return `CAST(NULL AS ${context.dialect.types[type]})`;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'string') return kept(quoteText(value));
  if (type !== 'wide') return value < 0n ? `(${value})` : `${value}`;
  const small = value <= LARGEST_PLAIN && value >= -LARGEST_PLAIN;
  return small ? `CAST(${value} AS ${context.dialect.types.wide})` : `CAST('${value}' AS ${context.dialect.types.wide})`;
}

/** A word of the store as its code, with the word beside it. Code -1 is nobody's: the word stands in no row. */
function codeLiteral(word: string, context: Context): string {
  return `${context.codes(word) ?? -1} /* ${comment(word)} */`;
}

/** Hostile words must not leave the comment. */
function comment(words: string): string {
  return words.replaceAll(/[^\p{L}\p{N} .,:;=<>%_()'"+&/-]/gu, ' ').replaceAll('*/', ' ').replaceAll('/*', ' ');
}

// ---- layout ----

/** Line breaks inside names and texts are no layout: until the text is whole, NUL, which neither can hold, stands for them. */
function kept(part: string): string {
  return part.replaceAll('\n', '\0');
}
function finished(query: string): string {
  return query.replaceAll('\0', '\n');
}
function word(name: string): string {
  return kept(identifier(name));
}

function lines(pad: string, ...parts: readonly string[]): string {
  return parts.filter((p) => p !== '').map((p) => indent(p, pad)).join('\n');
}
function indent(block: string, pad = '  '): string {
  return pad === '' ? block : block.split('\n').map((line) => pad + line).join('\n');
}
function assertNever(sentence: string): never {
  assert(false, sentence);
}
