/**
 * Formula text → tree. A Pratt parser: the looser an operator binds, the lower its level.
 *
 *   or < and < not < comparisons, between, in < & < + - < * / < unary minus
 *
 * Reserved words and functions are read in small letters and in capitals. Dates, numbers and text
 * are read by `formula-tokens.ts`. The first problem ends the reading; nothing throws.
 */
import { minorDigits } from '../value/money.ts';
import { closest } from './closest.ts';
import { FUNCTION_NAMES, isFunction } from './formula-functions.ts';
import { clip, tokenize } from './formula-tokens.ts';
import type { FormulaProblem, SpokenToken, Token } from './formula-tokens.ts';
import type { Formula, Operator, Span, TimeUnit } from './formula.ts';

export type { FormulaProblem } from './formula-tokens.ts';

/** Depth of a tree, and of brackets in a text; keeps every later walk over a tree safe. */
export const MAX_DEPTH = 100;
export const TIME_UNITS: readonly TimeUnit[] = ['day', 'week', 'month', 'quarter', 'half', 'year'];

export function parseFormula(text: string): { readonly formula: Formula } | { readonly problem: FormulaProblem } {
  const read = tokenize(text);
  if ('problem' in read) return read;
  const parser: Parser = { text, tokens: read.tokens, position: 0, nesting: 0, insideIf: false, heights: new WeakMap(), problem: undefined };
  const formula = parseWhole(parser);
  if (formula !== undefined && parser.problem === undefined) {
    const ladder = secondRung(formula);
    return ladder === undefined ? { formula } : { problem: ladder };
  }
  return { problem: parser.problem ?? { at: { start: 0, end: text.length }, message: 'The formula cannot be read.', hint: 'Compare it with the examples of the manual.' } };
}

interface Parser {
  readonly text: string;
  readonly tokens: readonly Token[];
  position: number;
  /** open brackets, minus signs and `not`s around the place at hand */
  nesting: number;
  insideIf: boolean;
  readonly heights: WeakMap<Formula, number>;
  problem: FormulaProblem | undefined;
}

const LEVELS: ReadonlyMap<string, number> = new Map([
  ['or', 1], ['and', 2],
  ['=', 5], ['<>', 5], ['<', 5], ['<=', 5], ['>', 5], ['>=', 5], ['between', 5], ['in', 5],
  ['&', 6], ['+', 7], ['-', 7], ['*', 8], ['/', 8],
]);
const NOT_LEVEL = 4;
const COMPARISON_LEVEL = 5;

function parseWhole(p: Parser): Formula | undefined {
  const first = peek(p);
  if (first.kind === 'end') return fail(p, first.at, 'The formula is empty.', 'Write a name, a number or a formula, or leave the key out.');
  if (symbolIs(first, '=')) return fail(p, first.at, 'The formula begins with `=`.', 'Leave the `=` out; what follows is the formula.');
  const formula = parseExpression(p, 0);
  if (formula === undefined) return undefined;
  const next = peek(p);
  return next.kind === 'end' ? formula : leftOver(p, next);
}

/** Reads an expression as far as its operators bind tighter than `above`. */
function parseExpression(p: Parser, above: number): Formula | undefined {
  const start = peek(p).at.start;
  let left = parseOperand(p);
  let compared = false;
  while (left !== undefined) {
    const token = peek(p);
    const level = token.kind === 'symbol' || token.kind === 'word' ? LEVELS.get(token.text) ?? 0 : 0;
    if (level <= above) return left;
    if (level === COMPARISON_LEVEL) {
      if (compared) return comparedTwice(p, token);
      compared = true;
    }
    const op = (token as SpokenToken).text as Operator;
    p.position += 1;
    const rest = op === 'in' ? parseList(p, 'in') : op === 'between' ? parseBounds(p) : one(parseExpression(p, level));
    left = rest && node(p, { kind: 'op', op, args: [left, ...rest], at: { start, end: lastEnd(p) } });
  }
  return undefined;
}

function one(formula: Formula | undefined): readonly Formula[] | undefined {
  return formula && [formula];
}

function parseBounds(p: Parser): readonly Formula[] | undefined {
  const low = parseExpression(p, COMPARISON_LEVEL);
  if (low === undefined) return undefined;
  const and = peek(p);
  if (and.kind !== 'word' || and.text !== 'and') return fail(p, and.at, '`between` has one end only.', 'Write both ends: x between 0 and 90.');
  p.position += 1;
  const high = parseExpression(p, COMPARISON_LEVEL);
  return high && [low, high];
}

/** `( a, b, … )` of a call or of `in`. */
function parseList(p: Parser, of: string): readonly Formula[] | undefined {
  const open = peek(p);
  if (!symbolIs(open, '(')) return fail(p, open.at, '`in` needs a list in brackets.', 'Write the values in brackets: stage in ("Won", "Lost").');
  p.position += 1;
  const items: Formula[] = [];
  while (!symbolIs(peek(p), ')')) {
    const item = nested(p, open.at, () => parseExpression(p, 0));
    if (item === undefined) return undefined;
    items.push(item);
    const after = peek(p);
    if (symbolIs(after, ')')) break;
    if (!symbolIs(after, ',')) return after.kind === 'end' ? unclosed(p, open.at) : leftOver(p, after);
    p.position += 1;
    if (symbolIs(peek(p), ')')) return fail(p, peek(p).at, 'After the last comma a value is missing.', 'Write the value, or delete the comma.');
  }
  p.position += 1;
  if (items.length === 0 && of === 'in') return fail(p, { start: open.at.start, end: lastEnd(p) }, 'The list of `in` is empty.', 'Write at least one value: stage in ("Won").');
  return items;
}

function parseOperand(p: Parser): Formula | undefined {
  const token = peek(p);
  p.position += 1;
  switch (token.kind) {
    case 'number': return parseNumber(p, token);
    case 'date': return node(p, { kind: 'date', day: token.day, at: token.at });
    case 'text': return node(p, { kind: 'text', value: token.value, at: token.at });
    case 'name': return symbolIs(peek(p), '(') ? parseCall(p, token) : node(p, { kind: 'name', name: token.text, at: token.at });
    case 'word': return parseWord(p, token);
    case 'symbol': return parseSign(p, token);
    case 'end': return endsEarly(p, token);
  }
}

function parseNumber(p: Parser, token: Extract<Token, { kind: 'number' }>): Formula | undefined {
  const a = peek(p);
  if (a.kind !== 'name' || !['a', 'an', 'per'].includes(a.text)) return node(p, { kind: 'number', value: token.value, written: token.written, at: token.at });
  const unit = p.tokens[p.position + 1];
  const word = unit?.kind === 'name' ? unit.text : '';
  const every = TIME_UNITS.find((known) => known === word);
  const at = { start: token.at.start, end: unit?.at.end ?? a.at.end };
  const written = clip(p.text.slice(token.at.start, token.at.end));
  if (a.text !== 'a' || every === undefined) {
    const meant = TIME_UNITS.find((known) => known === word.replace(/s$/, '')) ?? closest(word, TIME_UNITS);
    return fail(p, at, `\`${clip(p.text.slice(at.start, at.end))}\` is not an amount for a time.`, `Write ${written} a ${meant ?? 'year'}; the units are day, week, month, quarter, half and year.`);
  }
  if (token.written !== 'number') return fail(p, at, `A ${token.written} has no unit of time.`, `Only amounts and counts are shared out over time: 20_000 a ${every}. Write ${written} alone.`);
  p.position += 2;
  return node(p, { kind: 'per', value: token.value, every, at });
}

function parseCall(p: Parser, name: SpokenToken): Formula | undefined {
  const small = name.text.toLowerCase();
  const known = isFunction(small) && (name.text === small || name.text === name.text.toUpperCase());
  const called = known ? small : name.text;
  const outside = p.insideIf;
  if (called === 'if') {
    if (outside) return fail(p, name.at, 'An `if` stands inside another `if`.', 'One `if` is the most; write the cases as a table: { by: …, steps: { … } } for ranges, lookup for words.');
    p.insideIf = true;
  }
  const args = parseList(p, called);
  p.insideIf = outside;
  return args && node(p, { kind: 'call', name: called, args, at: { start: name.at.start, end: lastEnd(p) } });
}

function parseWord(p: Parser, token: SpokenToken): Formula | undefined {
  if (token.text === 'yes' || token.text === 'no') return node(p, { kind: 'yes_no', value: token.text === 'yes', at: token.at });
  if (token.text === 'not') {
    const arg = nested(p, token.at, () => parseExpression(p, NOT_LEVEL));
    return arg && node(p, { kind: 'op', op: 'not', args: [arg], at: { start: token.at.start, end: lastEnd(p) } });
  }
  if ((token.text === 'and' || token.text === 'or') && symbolIs(peek(p), '(')) {
    return fail(p, token.at, `\`${token.text}\` stands between two conditions; it is not a function.`, `Write: amount > 0 ${token.text} known(next_step).`);
  }
  return fail(p, token.at, `Before \`${token.text}\` a value is missing.`, `\`${token.text}\` is a word of the language: put a value or a condition on each side of it.`);
}

function parseSign(p: Parser, token: SpokenToken): Formula | undefined {
  if (token.text === '-') {
    const arg = nested(p, token.at, () => parseOperand(p));
    return arg && node(p, { kind: 'op', op: 'negate', args: [arg], at: { start: token.at.start, end: lastEnd(p) } });
  }
  if (token.text === '(') {
    const inner = nested(p, token.at, () => parseExpression(p, 0));
    if (inner === undefined) return undefined;
    const close = peek(p);
    if (!symbolIs(close, ')')) return close.kind === 'end' ? unclosed(p, token.at) : leftOver(p, close);
    p.position += 1;
    return inner;
  }
  const previous = p.tokens[p.position - 2];
  const before = previous === undefined || symbolIs(previous, '(') || symbolIs(previous, ',') ? 'Before' : 'Between';
  return fail(p, token.at,
    before === 'Before' ? `Before \`${token.text}\` a value is missing.` : `Between \`${clip(p.text.slice(previous?.at.start, previous?.at.end))}\` and \`${token.text}\` a value is missing.`,
    token.text === '+' ? 'Write the value, or leave the sign out.' : 'Write a name, a number or a formula there.');
}

/** Runs `read` one level deeper, unless that is too deep. */
function nested(p: Parser, at: Span, read: () => Formula | undefined): Formula | undefined {
  if (p.nesting >= MAX_DEPTH) return tooDeep(p, at);
  p.nesting += 1;
  const formula = read();
  p.nesting -= 1;
  return formula;
}

function node(p: Parser, formula: Formula): Formula | undefined {
  const below = formula.kind === 'op' || formula.kind === 'call' ? formula.args.map((arg) => p.heights.get(arg) ?? 0) : [];
  const height = 1 + Math.max(0, ...below);
  if (height > MAX_DEPTH) return tooDeep(p, formula.at);
  p.heights.set(formula, height);
  return formula;
}

function peek(p: Parser): Token {
  return p.tokens[Math.min(p.position, p.tokens.length - 1)] as Token;
}

function lastEnd(p: Parser): number {
  return p.tokens[p.position - 1]?.at.end ?? 0;
}

function symbolIs(token: Token, text: string): boolean {
  return token.kind === 'symbol' && token.text === text;
}

function fail(p: Parser, at: Span, message: string, hint: string): undefined {
  p.problem ??= { at, message, hint };
  return undefined;
}

function tooDeep(p: Parser, at: Span): undefined {
  return fail(p, at, `The formula is more than ${MAX_DEPTH} levels deep.`, 'Write long lists of cases with in (…), or as a table; split long sums into measures.');
}

function unclosed(p: Parser, at: Span): undefined {
  return fail(p, at, 'This bracket is never closed.', 'Add the `)`. Where a formula stands in { … }, a comma cuts it off: put the whole formula in double quotes there, or single quotes if it has "text".');
}

function endsEarly(p: Parser, end: Token): undefined {
  const last = p.tokens[p.tokens.length - 2];
  const shown = last === undefined ? '' : clip(p.text.slice(last.at.start, last.at.end));
  return fail(p, last?.at ?? end.at, `The formula ends after \`${shown}\`, where a value should follow.`,
    'Write the value. Where a formula stands in { … }, a comma cuts it off: put the whole formula in quotes there.');
}

function comparedTwice(p: Parser, token: Token): undefined {
  return fail(p, token.at, 'Two comparisons follow each other.', 'Join them with `and` (a < b and b < c), or write x between a and b.');
}

/** What may stand where a second operand follows the first without an operator. */
const HABITS: ReadonlyMap<string, string> = new Map([
  ['is', 'Write `=` to compare: stage = "Won".'],
  ['equals', 'Write `=` to compare: stage = "Won".'],
  ['like', 'Compare whole words: stage = "Won", or stage in ("Won", "Lost").'],
  ['contains', 'Compare whole words: stage = "Won", or stage in ("Won", "Lost").'],
  ['then', 'Write if(condition, then, else).'],
  ['per', 'Write 20_000 a year for an amount over time, and `/` to divide.'],
]);

/** `5 percent` */
function percentHabit(before: string, word: string): string | undefined {
  return /^per ?cent$|^pct$/i.test(word) ? `Write the sign after the number: ${/^[\d_.]+$/.test(before) ? before : '50'}%.` : undefined;
}

/** `500 EUR` */
function currencyHabit(previous: Token | undefined, token: SpokenToken): string | undefined {
  if (previous?.kind !== 'number' || minorDigits(token.text) === undefined) return undefined;
  return `Amounts have no currency of their own: a plan calculates in one (\`currency: ${token.text}\`). Sums of another currency stay apart.`;
}

function leftOver(p: Parser, token: Token): undefined {
  const shown = clip(p.text.slice(token.at.start, token.at.end));
  if (symbolIs(token, ')')) return fail(p, token.at, 'This `)` closes a bracket that was never opened.', 'Delete it, or add the `(`.');
  if (symbolIs(token, ',')) {
    return fail(p, token.at, 'A comma stands outside the values of a function.', 'Decimals have a point (1.5), thousands an underscore (50_000); only values of a function and lists are separated by commas.');
  }
  const previous = p.tokens[p.position - 1];
  const before = previous === undefined ? '' : clip(p.text.slice(previous.at.start, previous.at.end));
  const habit = token.kind === 'name' ? HABITS.get(token.text.toLowerCase()) ?? percentHabit(before, token.text) ?? currencyHabit(previous, token) : undefined;
  const names = previous?.kind === 'name' && token.kind === 'name';
  const meant = previous?.kind === 'name' && symbolIs(token, '(') ? closest(previous.text, FUNCTION_NAMES) : undefined;
  return fail(p, token.at, `Between \`${before}\` and \`${shown}\` an operator is missing.`,
    habit ?? (meant !== undefined ? `Did you mean ${meant}( )?`
      : names ? `Names have no spaces: ${before}_${shown}. Words of the data stand in double quotes: "${before} ${shown}".`
        : 'Write one of + - * / & = <> < <= > >= and or in between.'));
}

/**
 * A ladder of `if`s: one number compared with constants in a second `if` of the formula. It would be a
 * table that nobody can draw or explain, so it is refused like an `if` in an `if`.
 */
function secondRung(formula: Formula): FormulaProblem | undefined {
  const seen = new Set<string>();
  for (const call of ifs(formula)) {
    const compared = thresholds(call.args[0]);
    const again = compared.find((name) => seen.has(name));
    if (again !== undefined) {
      return { at: call.at, message: `A second \`if\` compares \`${clip(again)}\` with a constant.`, hint: `Write the ranges as a table: { by: ${clip(again)}, steps: { … } }.` };
    }
    for (const name of compared) seen.add(name);
  }
  return undefined;
}

type Call = Extract<Formula, { kind: 'call' }>;

function ifs(formula: Formula): readonly Call[] {
  if (formula.kind !== 'call' && formula.kind !== 'op') return [];
  if (formula.kind === 'call' && formula.name === 'if') return [formula];
  return formula.args.flatMap(ifs);
}

function thresholds(condition: Formula | undefined): readonly string[] {
  if (condition?.kind !== 'op') return [];
  const [left, right] = condition.args;
  if (['<', '<=', '>', '>='].includes(condition.op) && left !== undefined && right !== undefined) {
    if (left.kind === 'name' && isConstant(right)) return [left.name];
    if (right.kind === 'name' && isConstant(left)) return [right.name];
    return [];
  }
  return condition.args.flatMap(thresholds);
}

function isConstant(formula: Formula): boolean {
  return formula.kind === 'number' || formula.kind === 'per' || (formula.kind === 'op' && formula.op === 'negate' && formula.args.every(isConstant));
}
