/** Formulas: text → tree. Language.md section 5; errors name the formula. */
import type { Ratio } from '../../src/value/rate.ts';
import { ZERO } from '../../src/value/rate.ts';
import { parseDay } from '../../src/value/period.ts';
import { must } from '../../src/value/diagnostic.ts';
import { Bad, numberOf } from './value.ts';
import type { Value } from './value.ts';

export const TIME_UNITS = ['day', 'week', 'month', 'quarter', 'half', 'year'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

export type Formula =
  | { readonly kind: 'literal'; readonly value: Value; readonly text: string }
  /** `20_000 a year` */
  | { readonly kind: 'per'; readonly value: Ratio; readonly unit: TimeUnit }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Formula[] }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'in'; readonly of: Formula; readonly among: readonly Formula[] | Formula }
  | { readonly kind: 'operation'; readonly op: string; readonly left: Formula; readonly right: Formula };

export const FUNCTIONS = new Set('if min max abs round days months month_number add_months month_start day month quarter year weekday lower upper left concat ifblank known count date switch yearly'.split(' '));

type Token = { readonly is: 'date' | 'number' | 'text' | 'sign' | 'name' | 'end'; readonly text: string };

const TOKEN = /\s*(?:(?<date>\d{4}-\d\d-\d\d)|(?<number>\d[\d_]*(?:\.\d+)?(?:%|[xkM]\b)?)|"(?<text>[^"]*)"|(?<sign><=|>=|<>|[-+*/&=<>(),])|(?<name>[A-Za-z_]\w*(?:\.\w+)*))/y;

/** How strongly an operator binds. */
const STRENGTH: Readonly<Record<string, number>> = { or: 1, and: 2, '=': 5, '<>': 5, '<': 5, '>': 5, '<=': 5, '>=': 5, between: 5, in: 5, '&': 6, '+': 7, '-': 7, '*': 8, '/': 8 };
const NOT = 4;

const known = new Map<string, Formula>();

export function parse(text: string): Formula {
  const before = known.get(text);
  if (before !== undefined) return before;
  const parser: Parser = { text, tokens: tokensOf(text), at: 0 };
  const formula = expression(parser, 0);
  if (peek(parser).is !== 'end') throw new Bad(`formula ${text}: ${peek(parser).text} left over`);
  known.set(text, formula);
  return formula;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; text.slice(at).trim() !== '';) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw new Bad(`formula ${text} at column ${at + 1}`);
    const [is, found] = must(Object.entries(match.groups ?? {}).find(([, v]) => v !== undefined));
    tokens.push({ is: is as Token['is'], text: found });
    at = TOKEN.lastIndex;
  }
  return [...tokens, { is: 'end', text: '' }];
}

interface Parser { readonly text: string; readonly tokens: readonly Token[]; at: number }

const peek = (p: Parser, ahead = 0): Token => p.tokens[p.at + ahead] ?? { is: 'end', text: '' };
/** The next token, if it is this sign or word (and not the same in quotes). */
const sees = (p: Parser, text: string, ahead = 0): boolean => peek(p, ahead).is !== 'text' && peek(p, ahead).text === text;

function take(p: Parser): Token {
  const token = peek(p);
  p.at += 1;
  return token;
}
function expect(p: Parser, text: string): void {
  if (!sees(p, text)) throw new Bad(`formula ${p.text}: ${text} expected`);
  p.at += 1;
}

function expression(p: Parser, low: number): Formula {
  let left = term(p);
  for (;;) {
    const op = peek(p);
    const strength = op.is === 'sign' || op.is === 'name' ? STRENGTH[op.text] ?? 0 : 0;
    if (strength <= low) return left;
    p.at += 1;
    left = operation(p, op.text, left, strength);
  }
}

function operation(p: Parser, op: string, left: Formula, strength: number): Formula {
  if (op === 'between') {
    const from = expression(p, strength);
    expect(p, 'and');
    const to = expression(p, strength);
    return { kind: 'operation', op: 'and', left: { kind: 'operation', op: '>=', left, right: from }, right: { kind: 'operation', op: '<=', left, right: to } };
  }
  if (op === 'in') return { kind: 'in', of: left, among: sees(p, '(') ? list(p) : expression(p, strength) };
  return { kind: 'operation', op, left, right: expression(p, strength) };
}

function list(p: Parser): Formula[] {
  const items: Formula[] = [];
  expect(p, '(');
  while (!sees(p, ')')) {
    items.push(expression(p, 0));
    if (!sees(p, ')')) expect(p, ',');
  }
  expect(p, ')');
  return items;
}

function term(p: Parser): Formula {
  const token = take(p);
  switch (token.is) {
    case 'number': return number(p, token.text);
    case 'date': {
      const day = parseDay(token.text);
      if (day === undefined) throw new Bad(`formula ${p.text}: ${token.text} is not a date`);
      return { kind: 'literal', value: { day }, text: token.text };
    }
    case 'text': return { kind: 'literal', value: token.text, text: token.text };
    case 'name': return word(p, token.text);
    case 'sign': case 'end': break;
  }
  if (token.text === '-') return { kind: 'operation', op: '-', left: { kind: 'literal', value: ZERO, text: '0' }, right: term(p) };
  if (token.text !== '(') throw new Bad(`formula ${p.text}: ${token.text} not expected`);
  const inside = expression(p, 0);
  expect(p, ')');
  return inside;
}

/** `20_000`, `20_000 a year` */
function number(p: Parser, text: string): Formula {
  const unit = TIME_UNITS.find((u) => sees(p, 'a') && sees(p, u, 1));
  if (unit === undefined) return { kind: 'literal', value: numberOf(text), text };
  p.at += 2;
  return { kind: 'per', value: numberOf(text), unit };
}

function word(p: Parser, name: string): Formula {
  if (name === 'not') return { kind: 'not', of: expression(p, NOT) };
  if (name === 'yes' || name === 'no') return { kind: 'literal', value: name === 'yes', text: name };
  return sees(p, '(') ? { kind: 'call', name, args: list(p) } : { kind: 'name', name };
}

/** All names that a formula reads, tables that it calls included. */
export function namesIn(formula: Formula): string[] {
  switch (formula.kind) {
    case 'literal': case 'per': return [];
    case 'name': return [formula.name];
    case 'not': return namesIn(formula.of);
    case 'in': return [...namesIn(formula.of), ...('kind' in formula.among ? namesIn(formula.among) : formula.among.flatMap(namesIn))];
    case 'call': return [...(FUNCTIONS.has(formula.name) ? [] : [formula.name]), ...formula.args.flatMap(namesIn)];
    case 'operation': return [...namesIn(formula.left), ...namesIn(formula.right)];
  }
}
