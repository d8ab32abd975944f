/**
 * Joins in memory. The equalities of a condition find the rows by a dictionary; what else it says is
 * tried on each pair that they leave. Rows come in the order of the left side, then of the right.
 */
import type { Codes } from '../relation/emit.ts';
import type { Expr, JoinInput } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import type { Read } from './memory-cells.ts';
import { compile, type Scope } from './memory-expression.ts';
import { type Body, bodyOver, type Frame, keysOf, picked, scopeOver } from './memory-frame.ts';
import { alike } from './memory-functions.ts';

export function joined(inputs: readonly JoinInput[], frames: readonly Frame[], codes: Codes): Body {
  return inputs.reduce<Body>((body, input, i) => {
    const rows = frames[i];
    assert(rows !== undefined, 'each input of a join has rows');
    return input.how === 'from' ? bodyOver(rows, input.as) : joinedWith(body, input, rows, codes);
  }, { count: 0, inputs: [] });
}

function joinedWith(body: Body, input: JoinInput, rows: Frame, codes: Codes): Body {
  assert(input.on !== undefined, 'a join says on what');
  const left = scopeOver(body, codes), right = scopeOver(bodyOver(rows, input.as), codes);
  const { keys, rest } = splitCondition(input.on, input.as, left, right);
  const candidates = candidatesOf(keys, rows.count);
  // the pair at hand: the condition reads the right side at a row that moves
  let at = -1;
  const both: Scope = { codes, column: (name, of) => {
    if (of !== input.as) return left.column(name, of);
    const { type, read } = right.column(name, of);
    return { type, read: () => read(at) };
  } };
  const conditions = rest.map((e) => compile(e, both).read);
  const lefts: number[] = [], rights: number[] = [];
  for (let row = 0; row < body.count; row++) {
    let found = false;
    for (at of candidates(row)) {
      if (!conditions.every((holds) => holds(row) === true)) continue;
      lefts.push(row); rights.push(at);
      found = true;
    }
    if (!found && input.how === 'left') { lefts.push(row); rights.push(-1); }
  }
  const so = picked(body, Int32Array.from(lefts));
  return { count: so.count, inputs: [...so.inputs, { as: input.as, frame: rows, index: Int32Array.from(rights) }] };
}

interface Key { readonly left: Read; readonly right: Read; readonly nullsMeet: boolean }

/** Equalities between the new input and those before it, and everything else. */
function splitCondition(on: Expr, as: string, left: Scope, right: Scope): { readonly keys: readonly Key[]; readonly rest: readonly Expr[] } {
  const keys: Key[] = [], rest: Expr[] = [];
  for (const e of conjuncts(on)) {
    const sides = e.kind === 'compare' && (e.op === '=' || e.op === 'is_not_distinct_from') ? sidesOf(e.left, e.right, as) : undefined;
    if (sides === undefined) { rest.push(e); continue; }
    const [a, b] = alike(compile(sides.before, left), compile(sides.own, right));
    keys.push({ left: a, right: b, nullsMeet: e.kind === 'compare' && e.op !== '=' });
  }
  return { keys, rest };
}
function conjuncts(e: Expr): readonly Expr[] {
  return e.kind === 'call' && e.fn === 'and' ? e.args.flatMap(conjuncts) : [e];
}
function sidesOf(a: Expr, b: Expr, as: string): { readonly before: Expr; readonly own: Expr } | undefined {
  const ofA = inputsOf(a), ofB = inputsOf(b), only = (names: ReadonlySet<string>): boolean => names.size === 1 && names.has(as);
  if (only(ofB) && !ofA.has(as)) return { before: a, own: b };
  return only(ofA) && !ofB.has(as) ? { before: b, own: a } : undefined;
}

/** The inputs of a join that an expression reads. */
function inputsOf(e: Expr): ReadonlySet<string> {
  return new Set(partsOf(e).flatMap((part) => [...inputsOf(part)]).concat(e.kind === 'column' ? [e.of ?? ''] : []));
}
function partsOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'column': case 'literal': return [];
    case 'call': return e.args;
    case 'case': return [...e.when.flat(), e.otherwise];
    case 'cast': return [e.of];
    case 'compare': return [e.left, e.right];
    case 'aggregate': assert(false, 'a join is not on an aggregate');
    case 'ratio': return [e.n, e.d];
  }
}

/** Rows of the right side that may belong to a row of the left. */
function candidatesOf(keys: readonly Key[], count: number): (row: number) => readonly number[] {
  const known = keysOf(keys.length), own = keys.map((k) => k.right), before = keys.map((k) => k.left), rows: number[][] = [];
  for (let row = 0; row < count; row++) {
    // nothing equals null: such a row has no partner
    if (keys.some((k) => !k.nullsMeet && k.right(row) === null)) continue;
    const id = known.put(own, row);
    (rows[id] ??= []).push(row);
  }
  return (row) => { const id = known.find(before, row); return id < 0 ? NONE : rows[id] ?? NONE; };
}
const NONE: readonly number[] = [];
