/**
 * Types of values as units: which fit together, and what a literal that is still free becomes.
 *
 * Most parts of a formula have one type. These are free until their company decides:
 *   zero    the literal 0: fits money, numbers, percents and factors
 *   bare    another literal without a unit (50k, 100 * 12): fits money, numbers and factors, and
 *           beside + - min max if also a percent where it is exactly 1 (`1 - discount`)
 *   scaled  a literal times or over something (50 * logos, 1_000 * attainment): money if the literal
 *           is meant as money, else a number, or what the something is
 *   per     `20_000 a year`: money, unless all around it says number
 *   share   number ÷ number, percent ÷ percent: a number, or a percent where a percent is wanted
 */
import { assert } from '../value/diagnostic.ts';
import { equal, ONE } from '../value/rate.ts';
import { isFunction, FUNCTIONS } from './formula-functions.ts';
import { clip } from './formula-tokens.ts';
import { formulaText } from './formula-text.ts';
import type { Type, Typed } from './formula.ts';
import { cellsOf, mapCells } from './table-cells.ts';

export type Freedom = 'zero' | 'bare' | 'scaled' | 'per' | 'share';

export const MONEY: Type = Object.freeze({ kind: 'money' });
export const NUMBER: Type = Object.freeze({ kind: 'number' });
export const PERCENT: Type = Object.freeze({ kind: 'percent' });
export const FACTOR: Type = Object.freeze({ kind: 'factor' });
export const DATE: Type = Object.freeze({ kind: 'date' });
export const TEXT: Type = Object.freeze({ kind: 'text' });
export const YES_NO: Type = Object.freeze({ kind: 'yes_no' });

export function sameType(a: Type, b: Type): boolean {
  return a.kind === b.kind && (a.kind !== 'entity' || b.kind !== 'entity' || a.entity === b.entity);
}

/** "money", "a percent": as messages say it. */
export function typeName(type: Type): string {
  if (type.kind === 'entity') return `${/^[aeiou]/i.test(type.entity) ? 'an' : 'a'} ${type.entity}`;
  return { money: 'money', number: 'a number', percent: 'a percent', factor: 'a factor', date: 'a date', text: 'text', yes_no: 'yes/no', payee: 'a payee' }[type.kind];
}

export function isNumeric(type: Type): boolean {
  return type.kind === 'money' || type.kind === 'number' || type.kind === 'percent' || type.kind === 'factor';
}

/** Text, payees and entities: all are words. */
export function isWord(type: Type): boolean {
  return type.kind === 'text' || type.kind === 'payee' || type.kind === 'entity';
}

/** How free a part still is; undefined where its type is certain. Follows from the tree alone. */
export function freedomOf(part: Typed): Freedom | undefined {
  switch (part.kind) {
    case 'number': return part.written !== 'number' || part.type.kind !== 'number' ? undefined : part.value.n === 0n ? 'zero' : 'bare';
    case 'per': return 'per';
    case 'read': return together(cellsOf(part.table).map(freedomOf));
    case 'call': return together(sharedParts(part).map(freedomOf));
    case 'op': {
      if (part.op === '+' || part.op === '-' || part.op === 'negate') return together(part.args.map(freedomOf));
      const [a, b] = part.args;
      if (a === undefined || b === undefined) return undefined;
      return part.op === '*' ? freedomOfProduct(a, b) : part.op === '/' ? freedomOfQuotient(part, a, b) : undefined;
    }
    default: return undefined;
  }
}

function freedomOfProduct(a: Typed, b: Typed): Freedom | undefined {
  const [first, second] = [freedomOf(a), freedomOf(b)];
  if (first === 'per' || second === 'per') {
    const other = first === 'per' ? b : a;
    return first === second || other.type.kind === 'money' ? undefined : 'per';
  }
  if (a.type.kind === 'money' || b.type.kind === 'money') return undefined;
  if (isLiteral(first) && isLiteral(second)) return together([first, second]);
  if (carriesUnit(first) || carriesUnit(second)) return 'scaled';
  // a share of a percent or a factor may be a percent itself
  return (first === 'share' && isShareable(b, second)) || (second === 'share' && isShareable(a, first)) ? 'share' : undefined;
}

function freedomOfQuotient(quotient: Typed, a: Typed, b: Typed): Freedom | undefined {
  const [first, second] = [freedomOf(a), freedomOf(b)];
  if (b.type.kind === 'money') return undefined;
  if (isLiteral(second)) return first;
  if (first === 'per') return 'per';
  if (carriesUnit(first)) return 'scaled';
  return quotient.type.kind === 'number' && a.type.kind === b.type.kind ? 'share' : undefined;
}

function isShareable(part: Typed, freedom: Freedom | undefined): boolean {
  return freedom === 'share' || part.type.kind === 'percent' || part.type.kind === 'factor';
}

function isLiteral(freedom: Freedom | undefined): boolean {
  return freedom === 'zero' || freedom === 'bare';
}

/** Whether the part holds a literal that may be meant as money. */
function carriesUnit(freedom: Freedom | undefined): boolean {
  return freedom === 'zero' || freedom === 'bare' || freedom === 'scaled';
}

function together(parts: readonly (Freedom | undefined)[]): Freedom | undefined {
  if (parts.length === 0 || parts.includes(undefined)) return undefined;
  if (parts.includes('share')) return parts.includes('per') || parts.includes('scaled') ? undefined : 'share';
  if (parts.includes('per')) return 'per';
  if (parts.includes('scaled')) return 'scaled';
  return parts.every((part) => part === 'zero') ? 'zero' : 'bare';
}

/**
 * Whether the part has the type, or may take it. `beside`: it stands beside a part of that type in a
 * sum or a choice, where the literal 1 may be the whole of a percent; in comparisons it may not.
 */
export function fits(part: Typed, type: Type, beside: boolean): boolean {
  if (sameType(part.type, type)) return true;
  if (part.kind === 'text') return isWord(type);
  if (part.kind === 'read') return cellsOf(part.table).every((cell) => fits(cell, type, beside));
  switch (freedomOf(part)) {
    case 'zero': return isNumeric(type);
    case 'bare': return type.kind === 'percent' ? beside && part.kind === 'number' && equal(part.value, ONE) : isNumeric(type);
    case 'per': case 'scaled': return type.kind === 'money' || type.kind === 'number';
    case 'share': return type.kind === 'number' || type.kind === 'percent';
    case undefined: return false;
  }
}

/** The part with a type that it fits; literals inside take it too. */
export function settle(part: Typed, type: Type): Typed {
  if (sameType(part.type, type)) return part;
  if (part.kind === 'read') return { ...part, type, table: mapCells(part.table, (cell) => settle(cell, type)) };
  if (part.kind === 'op') return { ...part, type, args: part.args.map((arg, i) => (takesTypeOfWhole(part, i) ? settle(arg, type) : arg)) };
  if (part.kind === 'call') {
    const shared = sharedPlaces(part);
    return { ...part, type, args: part.args.map((arg, i) => (shared.includes(i) ? settle(arg, type) : arg)) };
  }
  return { ...part, type };
}

/** In products one free part carries the unit, in quotients the dividend; in sums every part does. */
function takesTypeOfWhole(whole: Extract<Typed, { kind: 'op' }>, place: number): boolean {
  if (whole.op !== '*' && whole.op !== '/') return true;
  const freedoms = whole.args.map(freedomOf);
  if (freedomOf(whole) === 'share') return whole.op === '*' ? freedoms[place] === 'share' : place === 0 && freedoms[0] === 'share' && isLiteral(freedoms[1]);
  if (whole.op === '/') return place === 0;
  return place === (freedoms.includes('per') ? freedoms.indexOf('per') : freedoms.findIndex(carriesUnit));
}

/** The one type that all parts have or may take; else two parts that do not go together. */
export function commonType(parts: readonly Typed[], beside: boolean): { readonly type: Type } | { readonly unlike: readonly [Typed, Typed] } {
  const certain = parts.filter((part) => freedomOf(part) === undefined && part.kind !== 'text');
  const leading = certain[0] ?? parts.find((part) => freedomOf(part) === 'per') ?? parts[0];
  assert(leading !== undefined, 'a common type is asked for one part at least');
  const candidates = [...certain.map((part) => part.type), ...(certain.length === 0 ? [leading.type, NUMBER] : [])];
  for (const type of candidates) if (parts.every((part) => fits(part, type, beside))) return { type };
  const other = parts.find((part) => !fits(part, leading.type, beside));
  assert(other !== undefined, 'where no type is common, some part does not fit the first');
  return { unlike: parts.indexOf(leading) < parts.indexOf(other) ? [leading, other] : [other, leading] };
}

/** Which values of a call share the type of its result. */
export function sharedPlaces(call: Extract<Typed, { kind: 'call' }>): readonly number[] {
  if (!isFunction(call.name)) return [];
  const places = FUNCTIONS[call.name].places(call.args.length) ?? [];
  return places.flatMap((place, i) => (place === 'same' || place === 'ordered' || place === 'amount' ? [i] : []));
}

function sharedParts(call: Extract<Typed, { kind: 'call' }>): readonly Typed[] {
  return sharedPlaces(call).map((i) => call.args[i] as Typed);
}

/** "`amount` is money" */
export function described(part: Typed): string {
  return `${shown(part)} is ${typeName(part.type)}`;
}

/** The text of a part for a message, in backquotes. */
export function shown(part: Typed): string {
  return `\`${clip(formulaText(part))}\``;
}
