/** Arithmetic that is a sum of measures, each times a number: there the facts of each add to the whole. */
import { add, divide, multiply, negate, ONE, ZERO } from '../../src/value/rate.ts';
import type { Ratio } from '../../src/value/rate.ts';
import type { Formula } from './formula.ts';
import { isRatio } from './value.ts';

interface Linear { readonly constant: Ratio; readonly times: ReadonlyMap<string, Ratio> }

/** How many times each measure counts; undefined where the formula is no such sum. */
export function sumOfMeasures(formula: Formula, isMeasure: (name: string) => boolean): ReadonlyMap<string, Ratio> | undefined {
  const found = linear(formula, isMeasure);
  return found !== undefined && found.constant.n === 0n ? found.times : undefined;
}

function linear(f: Formula, isMeasure: (name: string) => boolean): Linear | undefined {
  if (f.kind === 'literal') return isRatio(f.value) ? { constant: f.value, times: new Map() } : undefined;
  if (f.kind === 'name') return isMeasure(f.name) ? { constant: ZERO, times: new Map([[f.name, ONE]]) } : undefined;
  if (f.kind !== 'operation') return undefined;
  const a = linear(f.left, isMeasure), b = linear(f.right, isMeasure);
  if (a === undefined || b === undefined) return undefined;
  switch (f.op) {
    case '+': return plus(a, b);
    case '-': return plus(a, scaled(b, negate(ONE)));
    case '*': return b.times.size === 0 ? scaled(a, b.constant) : a.times.size === 0 ? scaled(b, a.constant) : undefined;
    case '/': return b.times.size === 0 && b.constant.n !== 0n ? scaled(a, divide(ONE, b.constant)) : undefined;
    default: return undefined;
  }
}
function scaled({ constant, times }: Linear, by: Ratio): Linear {
  return { constant: multiply(constant, by), times: new Map([...times].map(([name, n]) => [name, multiply(n, by)])) };
}
function plus(a: Linear, b: Linear): Linear {
  const names = new Set([...a.times.keys(), ...b.times.keys()]);
  return { constant: add(a.constant, b.constant), times: new Map([...names].map((n) => [n, add(a.times.get(n) ?? ZERO, b.times.get(n) ?? ZERO)])) };
}
