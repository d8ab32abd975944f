/**
 * Tree → typed tree: every name gets its meaning, every part its type, and units are checked.
 * All problems of a formula are reported at once, each with both sides and what to do.
 *
 *   money ± money = money                money × number, percent, factor = money
 *   money ÷ money = percent              money ÷ number, percent, factor = money
 *   number with number = number          percent × number = number, percent × percent = percent
 *   number ÷ number is a number, or a percent where a percent is wanted
 *   date - date = number (of days)       date ± number = date
 *   money × money ÷ money is read as money × (money ÷ money), which is the same amount
 *
 * A literal `50_000` fits money and numbers, `0` everything that counts, `20_000 a year` is money
 * unless all around it says number (`formula-units.ts`).
 */
import { closest } from './closest.ts';
import { FUNCTION_NAMES, isFunction } from './formula-functions.ts';
import { clip } from './formula-tokens.ts';
import type { FormulaProblem } from './formula-tokens.ts';
import { described, fits, settle, shown, typeName } from './formula-units.ts';
import { typeCall } from './type-call.ts';
import { asPercent, typeOperation } from './type-operation.ts';
import type { Checker, Scope } from './formula-scope.ts';
import type { Formula, Type, Typed } from './formula.ts';

export type { Meaning, Scope } from './formula-scope.ts';
export type { FormulaProblem } from './formula-tokens.ts';

type Operation = Extract<Formula, { kind: 'op' }>;

/**
 * `expected`: types that the place of the formula takes; the first that fits is given to the whole, so
 * that the 100 in `if(x > 5, 100, 0)` is money under `amount`. Left out, every type is fine.
 */
export function typeFormula(formula: Formula, scope: Scope, expected?: readonly Type[]):
  { readonly typed: Typed } | { readonly problems: readonly FormulaProblem[] } {
  const problems: FormulaProblem[] = [];
  const unknown = new Set<string>();
  const checker: Checker = {
    scope,
    problem(at, message, hint) {
      problems.push({ at, message, hint });
      return undefined;
    },
  };
  const typed = typePart(checker, unknown, formula);
  if (typed === undefined || problems.length > 0) return { problems };
  if (expected === undefined) return { typed };
  const certain = withCertainTables(typed);
  const type = expected.find((candidate) => fits(certain, candidate, false)) ?? expected.find((candidate) => fits(typed, candidate, false));
  if (type !== undefined) return { typed: settle(typed, type) };
  return { problems: [{ at: formula.at, message: `${described(typed)}, but ${expected.map(typeName).join(' or ')} is needed here.`, hint: neededHint(typed, expected) }] };
}

/** The numbers of a table are numbers before they are money: a table of points is no table of amounts. */
function withCertainTables(part: Typed): Typed {
  if (part.kind === 'read') return { kind: 'name', name: part.name, ref: { kind: 'table', table: part.name }, type: part.type, at: part.at };
  return part.kind === 'op' || part.kind === 'call' ? { ...part, args: part.args.map(withCertainTables) } : part;
}

/** `lists`: a name may be that of a list. */
function typePart(c: Checker, unknown: Set<string>, formula: Formula, lists = false): Typed | undefined {
  switch (formula.kind) {
    case 'number': return { ...formula, type: { kind: formula.written } };
    case 'per': return { ...formula, type: { kind: 'money' } };
    case 'date': case 'text': case 'yes_no': return { ...formula, type: { kind: formula.kind } };
    case 'name': {
      const meaning = c.scope.lookup(formula.name);
      if (meaning !== undefined && !lists && c.scope.isList?.(formula.name) === true) return c.problem(formula.at, `\`${formula.name}\` is a list of payees, and a formula can only count its entries.`, `Write \`count(${formula.name})\`, or credit those in it: \`to: ${formula.name}\` in a credit rule.`);
      if (meaning !== undefined) return { kind: 'table' in meaning ? 'read' : 'name', name: formula.name, ...meaning, at: formula.at } as Typed;
      if (!unknown.has(formula.name)) unknownName(c, formula.name, formula.at);
      unknown.add(formula.name);
      return undefined;
    }
    case 'call': {
      if (!isFunction(formula.name) && c.scope.table?.(formula.name) === undefined) {
        unknownFunction(c, formula.name, formula.at);
        return undefined;
      }
      const args = allTyped(c, unknown, formula.args, formula.name === 'count');
      return args && typeCall(c, formula, args);
    }
    case 'op': {
      const regrouped = formula.op === '/' ? typeShareOfMoney(c, unknown, formula) : 'other';
      if (regrouped !== 'other') return regrouped;
      const args = allTyped(c, unknown, formula.args);
      return args && typeOperation(c, formula, args);
    }
  }
}

/** `amount * paid / invoiced`: money × money has no meaning of its own, but amount × (paid ÷ invoiced) has, and is the same. */
function typeShareOfMoney(c: Checker, unknown: Set<string>, formula: Operation): Typed | undefined | 'other' {
  const [product, divisor] = formula.args;
  if (product?.kind !== 'op' || product.op !== '*' || divisor === undefined) return 'other';
  const parts = allTyped(c, unknown, [...product.args, divisor]);
  const [a, b, by] = parts ?? [];
  if (a === undefined || b === undefined || by === undefined) return undefined;
  if ([a, b, by].every((part) => part.type.kind === 'money')) {
    const share: Operation = { kind: 'op', op: '/', args: [], at: { start: b.at.start, end: by.at.end } };
    const quotient = typeOperation(c, share, [b, by]);
    return quotient && typeOperation(c, { ...product, at: formula.at }, [a, quotient]);
  }
  const typedProduct = typeOperation(c, product, [a, b]);
  return typedProduct && typeOperation(c, formula, [typedProduct, by]);
}

/** Checks every part, so that all problems are found; undefined where one has no type. */
function allTyped(c: Checker, unknown: Set<string>, parts: readonly Formula[], lists = false): readonly Typed[] | undefined {
  const typed = parts.map((part) => typePart(c, unknown, part, lists));
  return typed.every((part) => part !== undefined) ? typed : undefined;
}

/** Words of other languages, and functions that are written like names. */
const HABITS: ReadonlyMap<string, string> = new Map([
  ['true', 'Write yes.'], ['false', 'Write no.'],
  ['null', 'Write known(field), or not known(field), to ask whether a field is blank.'],
  ['blank', 'Write known(field), or not known(field), to ask whether a field is blank.'],
  ['today', 'Formulas do not know the day on which they run; use period_start or period_end.'],
  ['now', 'Formulas do not know the day on which they run; use period_start or period_end.'],
]);

function unknownName(c: Checker, name: string, at: Formula['at']): void {
  const names = c.scope.names();
  const meant = closest(name, names);
  const habit = HABITS.get(name.toLowerCase());
  const some = names.length === 0 ? '' : ` Names here: ${names.slice(0, 12).map(clip).join(', ')}${names.length > 12 ? ', …' : ''}.`;
  c.problem(at, `The name \`${clip(name)}\` means nothing here.`,
    meant !== undefined ? `Did you mean ${clip(meant)}? A word of the data stands in double quotes: "${clip(name)}".`
      : habit ?? (isFunction(name) ? `${name} is a function: write ${name}( ) with its values.`
        : `A word of the data stands in double quotes: "${clip(name)}".${some}`));
}

const FUNCTION_HABITS: ReadonlyMap<string, string> = new Map([
  ['sum', 'Sums over facts are measures: { sum: amount, from: deal }; add two values with +.'],
  ['average', 'Averages over facts are measures: { average: amount, from: deal }.'],
  ['ifs', 'Write the cases as a table: { by: …, steps: { … } } for ranges, lookup for words.'],
  ['vlookup', 'Write a table: { by: tier, lookup: { … } }.'],
  ['xlookup', 'Write a table: { by: tier, lookup: { … } }.'],
  ['isblank', 'Write not known(field).'],
  ['coalesce', 'Write ifblank(field, other).'],
  ['edate', 'Write add_months(date, 3).'],
  ['roundup', 'Rounding up or down is a rounding point of the plan: round: { … : 0.01 up }.'],
  ['rounddown', 'Rounding up or down is a rounding point of the plan: round: { … : 0.01 down }.'],
  ['today', 'Formulas do not know the day on which they run; use period_start or period_end.'],
]);

function unknownFunction(c: Checker, name: string, at: Formula['at']): void {
  const tables = c.scope.tables?.() ?? [];
  const meant = closest(name, [...FUNCTION_NAMES, ...tables]) ?? closest(name.toLowerCase(), FUNCTION_NAMES);
  c.problem({ start: at.start, end: at.start + name.length }, `There is no function and no table \`${clip(name)}\`.`,
    meant !== undefined ? `Did you mean ${meant}( )?`
      : FUNCTION_HABITS.get(name.toLowerCase()) ?? `The functions are ${FUNCTION_NAMES.join(' ')}, and every table of \`tables:\`.`);
}

function neededHint(typed: Typed, expected: readonly Type[]): string {
  const kinds = new Set(expected.map((type) => type.kind));
  if (kinds.has('yes_no')) {
    return typed.type.kind === 'text' ? `Write a condition: ${bareShown(typed)} = "…", or known(${bareShown(typed)}).` : `Write a condition: ${bareShown(typed)} > 0, or known(${bareShown(typed)}).`;
  }
  if (kinds.has('date') && typed.type.kind === 'text') return `Turn the text into a date: date(${bareShown(typed)}).`;
  if (kinds.has('percent') && typed.kind === 'number') return `Write the percent with its sign: ${asPercent(typed)}.`;
  if (kinds.has('percent') && typed.type.kind === 'money') return 'Divide by money for a share: amount / quota.';
  if (kinds.has('money') && typed.type.kind === 'number') return 'A number becomes money when it is multiplied by an amount: 50 * logos.';
  if (kinds.has('money') && typed.type.kind === 'percent') return 'Multiply the percent by money: 5% * amount.';
  if (kinds.size === 1 && kinds.has('number') && (typed.type.kind === 'percent' || typed.type.kind === 'money')) return 'Write a plain number, such as 20: what is compared is in one unit.';
  return 'Check the unit: money, numbers, percents and factors are told apart, so that no amount is paid in the wrong one.';
}

function bareShown(typed: Typed): string {
  return shown(typed).slice(1, -1);
}
