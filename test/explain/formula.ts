/** A small calculator of the formulas that explanations show: numbers, [inputs], arithmetic, comparisons, a few functions. It knows nothing of plans. */
import { abs, add, compare, divide, max, min, multiply, negate, parseRatio, type Ratio, roundTo, subtract } from '../../src/value/rate.ts';

/** A blank is null. Days are numbers of days. */
export type Answer = Ratio | boolean | string | null;

const NUMBER = /^\d+(\.\d+)?/, TOKEN = /^(<=|>=|<>|[-+*/&(),=<>]|and\b|or\b|not\b|yes\b|no\b|[a-z_]+)/;
type Token = { readonly kind: 'value'; readonly value: Answer } | { readonly kind: 'sign'; readonly text: string };

function tokens(text: string, input: (name: string) => Answer): Token[] {
  const out: Token[] = [];
  for (let rest = text.trim(); rest !== '';) {
    const day = /^\d{4}-\d{2}-\d{2}/.exec(rest)?.[0], number = NUMBER.exec(rest)?.[0], name = /^\[([^\]]*)\]/.exec(rest), word = /^"([^"]*)"/.exec(rest), sign = TOKEN.exec(rest)?.[0];
    const taken = day ?? name?.[0] ?? word?.[0] ?? number ?? sign;
    if (taken === undefined) throw new Error(`cannot read ${rest}`);
    if (day !== undefined) out.push({ kind: 'value', value: daysOf(day) });
    else if (name !== null) out.push({ kind: 'value', value: input(name[1] ?? '') });
    else if (word !== null) out.push({ kind: 'value', value: word[1] ?? '' });
    else if (number !== undefined) out.push({ kind: 'value', value: parseRatio(number) ?? null });
    else if (taken === 'yes' || taken === 'no') out.push({ kind: 'value', value: taken === 'yes' });
    else out.push({ kind: 'sign', text: taken });
    rest = rest.slice(taken.length).trimStart();
  }
  return out;
}
export function daysOf(text: string): Ratio | null {
  const at = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(at) ? null : { n: BigInt(at) / 86_400_000n, d: 1n };
}

export function evaluate(text: string, input: (name: string) => Answer): Answer {
  const all = tokens(text, input);
  let at = 0;
  const sign = (...texts: readonly string[]): string | undefined => {
    const t = all[at];
    if (t?.kind !== 'sign' || !texts.includes(t.text)) return undefined;
    at++;
    return t.text;
  };
  const number = (a: Answer): Ratio | null => (a !== null && typeof a === 'object' ? a : null);
  const both = (a: Answer, b: Answer, make: (x: Ratio, y: Ratio) => Ratio | null): Ratio | null => { const [x, y] = [number(a), number(b)]; return x === null || y === null ? null : make(x, y); };
  const or = (): Answer => { let a = and(); while (sign('or') !== undefined) { const b = and(); a = a === true || b === true; } return a; };
  const and = (): Answer => { let a = not(); while (sign('and') !== undefined) { const b = not(); a = a === true && b === true; } return a; };
  const not = (): Answer => (sign('not') === undefined ? compared() : compared() !== true);
  const compared = (): Answer => {
    const a = sum(), op = sign('=', '<>', '<', '<=', '>', '>=');
    if (op === undefined) return a;
    const b = sum();
    if (op === '=' || op === '<>') { const same = a === null || b === null ? a === b : typeof a === 'object' && typeof b === 'object' ? compare(a, b) === 0 : a === b; return same === (op === '='); }
    const [x, y] = [number(a), number(b)];
    if (x === null || y === null) return false;
    const c = compare(x, y);
    return op === '<' ? c < 0 : op === '<=' ? c <= 0 : op === '>' ? c > 0 : c >= 0;
  };
  const sum = (): Answer => {
    let a = product();
    for (let op = sign('+', '-'); op !== undefined; op = sign('+', '-')) a = both(a, product(), op === '+' ? add : subtract);
    return a;
  };
  const product = (): Answer => {
    let a = single();
    for (let op = sign('*', '/'); op !== undefined; op = sign('*', '/')) a = both(a, single(), op === '*' ? multiply : (x, y) => (y.n === 0n ? null : divide(x, y)));
    return a;
  };
  const single = (): Answer => {
    if (sign('-') !== undefined) { const a = number(single()); return a === null ? null : negate(a); }
    if (sign('(') !== undefined) { const a = or(); sign(')'); return a; }
    const t = all[at++];
    if (t === undefined) throw new Error(`${text} ends too early`);
    if (t.kind === 'value') return t.value;
    if (sign('(') === undefined) throw new Error(`${t.text} is no value in ${text}`);
    const args: Answer[] = [];
    while (sign(')') === undefined) { args.push(or()); sign(','); if (at > all.length) throw new Error(`${text} is not closed`); }
    return called(t.text, args);
  };
  const called = (name: string, args: readonly Answer[]): Answer => {
    const [a = null, b = null, c = null] = args, numbers = args.map(number).filter((x) => x !== null);
    switch (name) {
      case 'min': case 'max': return numbers.length < args.length ? null : numbers.reduce(name === 'min' ? min : max);
      case 'abs': { const x = number(a); return x === null ? null : abs(x); }
      case 'if': return a === true ? b : c;
      case 'ifblank': return a ?? b;
      case 'known': return a !== null;
      case 'round': return both(a, b ?? { n: 0n, d: 1n }, (x, y) => roundTo(x, { n: 1n, d: 10n ** y.n }, 'half_away'));
      default: throw new Error(`the calculator does not know ${name}`);
    }
  };
  const answer = or();
  if (at < all.length) throw new Error(`${text} has something left over`);
  return answer;
}
