/**
 * Where could the exact numbers of a run pass 38 digits? Bounds are taken from the rows at hand,
 * component by component: the largest sum that the facts can give, times the largest target, edge, rate
 * and unit amount that the component's own rows hold. The engine stops at such a number, never wraps;
 * this says which component it can have been, and what to round. As a refusal beforehand it would be
 * too strict: real numbers are far below the product of the largest ones.
 */
import type { Typed } from '../plan/formula.ts';
import { assert, type Diagnostic } from '../value/diagnostic.ts';
import { SCALE } from './arithmetic.ts';
import type { Compiled } from './compile.ts';
import type { LinearMeasure } from './gather.ts';
import { REF_ASSIGN, REF_SEGMENT } from './reference.ts';
import type { Cell } from './rows.ts';

const LIMIT = 10n ** 38n;

export function digitProblems(compiled: Compiled, factTotal: bigint): Diagnostic[] {
  const { catalogue } = compiled;
  const curves = curveBounds(rowsOf(compiled, REF_SEGMENT.table));
  const assigned = assignBounds(rowsOf(compiled, REF_ASSIGN.table));
  const out: Diagnostic[] = [];
  for (const entry of catalogue.components) {
    const own = assigned.get(entry.component);
    const { value } = entry;
    if (own === undefined || value?.kind !== 'simple') continue;
    const x = totalOf(value.measure, factTotal, catalogue.gathered.shareDivisor) * value.mul + 1n;
    const xUnder = value.over === undefined ? value.div : value.div * (totalOf(value.over, factTotal, catalogue.gathered.shareDivisor) + 1n);
    const byAttainment = entry.shape.reads === 2;
    const rN = byAttainment ? x * own.targetD : x, rD = byAttainment ? xUnder * own.targetN : xUnder;
    for (const curve of own.curves) {
      const c = curves.get(curve);
      if (c === undefined) continue;
      const unit = entry.shape.paysOnValue ? x : own.unitN, unitUnder = entry.shape.paysOnValue ? xUnder : own.unitD;
      const level = c.b === 0n;
      // the target is cancelled where the pay is on it
      const cancels = byAttainment && !entry.shape.paysOnValue && entry.spec.kind === 'leaf' && entry.spec.pay?.form === 'rate';
      const product = (cancels ? 1n : unit) * (level ? c.a : c.a * rD + c.b * rN), divisor = unitUnder * c.c * (level ? 1n : cancels ? xUnder : rD);
      const edge = rN * c.edgeD > rD * c.edgeN ? rN * c.edgeD : rD * c.edgeN;
      const worst = [product, 2n * divisor * SCALE, edge].reduce((m, n) => (n > m ? n : m), 0n);
      if (worst < LIMIT) continue;
      const { at, name } = entry.spec;
      out.push({ code: 'plan.too_many_digits', severity: 'error', file: at.file, line: at.line, column: at.column, path: at.path,
        message: `The exact pay of ${name} could need ${worst.toString().length} digits, and 38 is the most: facts sum to at most ${factTotal}, the target to ${own.targetN}, the amount it pays on to ${unit}.`,
        hint: 'Round the target or the base rate to fewer digits (`round: { target: 1 }`, `round: { rate: 0.0001% }`), or count in a larger unit.' });
      break;
    }
  }
  return out;
}

/** The most that a measure can be, in the parts that it is kept in. */
function totalOf(measure: LinearMeasure, factTotal: bigint, shareDivisor: bigint): bigint {
  return measure.terms.reduce((m, { column, coefficient }) => m + factTotal ** BigInt(Math.max(1, factorsOf(column.value.formula))) * shareDivisor * abs(coefficient), 0n);
}
/** How many fields of a fact are multiplied with each other. */
function factorsOf(f: Typed | null): number {
  if (f === null || (f.kind !== 'op' && f.kind !== 'call')) return f?.kind === 'name' ? 1 : 0;
  const each = f.args.map(factorsOf);
  return f.kind === 'op' && f.op === '*' ? each.reduce((a, b) => a + b, 0) : Math.max(0, ...each);
}

interface CurveBound { a: bigint; b: bigint; c: bigint; edgeN: bigint; edgeD: bigint }
function curveBounds(rows: readonly (readonly Cell[])[]): Map<number, CurveBound> {
  const at = columns(REF_SEGMENT.columns.map((c) => c.name)), out = new Map<number, CurveBound>();
  for (const row of rows) {
    const b = out.get(Number(row[at('curve')])) ?? { a: 0n, b: 0n, c: 1n, edgeN: 0n, edgeD: 1n };
    const up = (name: string, now: bigint): bigint => larger(now, row[at(name)]);
    out.set(Number(row[at('curve')]), { a: up('a', b.a), b: up('b', b.b), c: up('c', b.c), edgeN: up('high_n', up('low_n', b.edgeN)), edgeD: up('high_d', up('low_d', b.edgeD)) });
  }
  return out;
}
interface AssignBound { targetN: bigint; targetD: bigint; unitN: bigint; unitD: bigint; curves: Set<number> }
function assignBounds(rows: readonly (readonly Cell[])[]): Map<number, AssignBound> {
  const at = columns(REF_ASSIGN.columns.map((c) => c.name)), out = new Map<number, AssignBound>();
  const [component, tn, td, un, ud, curve] = [at('component'), at('target_n'), at('target_d'), at('unit_n'), at('unit_d'), at('curve')];
  for (const row of rows) {
    const key = Number(row[component]);
    let b = out.get(key);
    if (b === undefined) { b = { targetN: 1n, targetD: 1n, unitN: 0n, unitD: 1n, curves: new Set() }; out.set(key, b); }
    b.targetN = larger(b.targetN, row[tn]); b.targetD = larger(b.targetD, row[td]); b.unitN = larger(b.unitN, row[un]); b.unitD = larger(b.unitD, row[ud]);
    if (row[curve] !== null) b.curves.add(Number(row[curve]));
  }
  return out;
}
function rowsOf(compiled: Compiled, table: string): readonly (readonly Cell[])[] {
  return compiled.references.find((r) => r.schema.table === table)?.rows ?? [];
}
function columns(names: readonly string[]): (name: string) => number {
  return (name) => { const i = names.indexOf(name); assert(i >= 0, `the column ${name} is there`); return i; };
}
function larger(now: bigint, cell: Cell | undefined): bigint {
  return typeof cell === 'bigint' && abs(cell) > now ? abs(cell) : now;
}
function abs(n: bigint): bigint { return n < 0n ? -n : n; }
