/** Formulas and literals in words. */
import { formatDay } from '../value/period.ts';
import { formatRatio, multiply, ratio } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import type { Comparison } from './plan.ts';
import { keysOf } from './table-cells.ts';
import type { Ref, Type, Typed } from './formula.ts';
import { groupedDigits } from '../value/wording.ts';

/** 1234567.5 → "1,234,567.5"; exact. */
export function numberWords(value: Ratio): string {
  const text = formatRatio(value);
  const [, sign = '', whole = '', rest = ''] = /^(\D*)(\d+)(.*)$/.exec(text) ?? [];
  return `${sign}${groupedDigits(whole)}${rest}`;
}

export function percentWords(value: Ratio): string {
  return `${numberWords(multiply(value, ratio(100n)))} %`;
}

/** A key or value of a type: "80 %", "50,000", "1.5 times", "2026-07-01". */
export function valueWords(value: Ratio, type: Type): string {
  if (type.kind === 'percent') return percentWords(value);
  if (type.kind === 'factor') return `${numberWords(value)} times`;
  return type.kind === 'date' ? formatDay(Number(value.n)) : numberWords(value);
}

export function formulaWords(formula: Typed): string {
  switch (formula.kind) {
    case 'number': return formula.written === 'percent' ? percentWords(formula.value) : formula.written === 'factor' ? `${numberWords(formula.value)} times` : numberWords(formula.value);
    case 'per': return `${numberWords(formula.value)} a ${formula.every}`;
    case 'date': return formatDay(formula.day);
    case 'text': return formula.value;
    case 'yes_no': return formula.value ? 'yes' : 'no';
    case 'name': return nameWords(formula.ref, formula.name);
    case 'read': return formula.called === true ? `${spaced(formula.name)} of ${keysOf(formula.table).map(formulaWords).join(' and ')}` : spaced(formula.name);
    case 'call': return formula.name === 'known' ? `${formula.args.map(formulaWords).join(', ')} is known` : `${formula.name.replaceAll('_', ' ')}(${formula.args.map(formulaWords).join(', ')})`;
    case 'op': return operationWords(formula);
  }
}

export function nameWords(ref: Ref, name: string): string {
  switch (ref.kind) {
    case 'term': return `your ${spaced(ref.term)}`;
    case 'payee': return 'you';
    case 'payee_field': return `your ${ref.path.map(spaced).join('\'s ')}`;
    case 'via_field': return `the ${ref.path.map(spaced).join('\'s ')} of the one below`;
    case 'person_term': return ref.who === 'payee' ? `your ${spaced(ref.term)}` : `the ${spaced(ref.term)} of the one below`;
    case 'group_field': return `the ${spaced(ref.group)}'s ${ref.path.map(spaced).join('\'s ')}`;
    case 'component': return `the ${ref.what === 'value' ? 'measure' : ref.what} of ${spaced(ref.component)}`;
    case 'field': return ref.path.map(spaced).join('\'s ');
    case 'period': return ref.edge === 'start' ? 'the start of the period' : 'the end of the period';
    case 'measure': return spaced(ref.measure);
    case 'result': return ref.what === 'value' ? 'the measure' : `the ${ref.what}`;
    case 'state': return spaced(ref.state);
    default: return name;
  }
}

export function spaced(name: string): string {
  return name.replaceAll('_', ' ');
}

export const COMPARISON_WORDS: Readonly<Record<Comparison, string>> = { '=': 'is', '<>': 'is not', '<': 'is less than', '<=': 'is at most', '>': 'is more than', '>=': 'is at least' };
const SIGNS: Readonly<Record<string, string>> = { '+': '+', '-': '−', '*': '×', '/': '÷', '&': 'joined with' };

function operationWords(formula: Extract<Typed, { kind: 'op' }>): string {
  const { op, args } = formula;
  const [first, second, third] = args.map((arg) => part(arg, op));
  const [asked] = args;
  if (op === 'not' && asked?.kind === 'call' && asked.name === 'known') return `${asked.args.map(formulaWords).join(', ')} is blank`;
  if (op === 'not') return args[0]?.kind === 'name' ? `${first ?? ''} is no` : `not (${first ?? ''})`;
  if (op === 'negate') return `−${first ?? ''}`;
  if (op === 'in') return `${first ?? ''} is one of ${args.slice(1).map(formulaWords).join(', ')}`;
  if (op === 'between') return `${first ?? ''} is between ${second ?? ''} and ${third ?? ''}`;
  if (op === 'and' || op === 'or') return args.map((arg) => conditionWords(arg, op)).join(` ${op} `);
  const between = op in COMPARISON_WORDS ? COMPARISON_WORDS[op as Comparison] : (SIGNS[op] ?? op);
  return `${first ?? ''} ${between} ${second ?? ''}`;
}

function part(arg: Typed, around: string): string {
  const words = formulaWords(arg);
  const mixed = arg.kind === 'op' && ['+', '-', '*', '/'].includes(arg.op) && ['*', '/', '-', 'negate'].includes(around);
  return mixed ? `(${words})` : words;
}

/** A condition: a bare yes/no name is said as such; `or` inside `and` is kept together. */
export function conditionWords(formula: Typed, around: 'and' | 'or' | '' = ''): string {
  if (formula.kind === 'name') return `${nameWords(formula.ref, formula.name)} is yes`;
  const words = formulaWords(formula);
  return formula.kind === 'op' && (formula.op === 'and' || formula.op === 'or') && around !== '' && formula.op !== around ? `(${words})` : words;
}
