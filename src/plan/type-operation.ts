/** The types of operations: what + - * / & and the comparisons take, and what they give. */
import { compare, formatRatio, multiply, ratio } from '../value/rate.ts';
import type { Formula, Operator, Type, Typed } from './formula.ts';
import {
  DATE, FACTOR, MONEY, NUMBER, PERCENT, TEXT, YES_NO,
  commonType, described, fits, freedomOf, isNumeric, isWord, sameType, settle, shown, typeName,
} from './formula-units.ts';
import type { Checker } from './formula-scope.ts';

type Operation = Extract<Formula, { kind: 'op' }>;
type TypedOperation = Extract<Typed, { kind: 'op' }>;

export function typeOperation(c: Checker, formula: Operation, args: readonly Typed[]): Typed | undefined {
  const [a, b] = args;
  if (a === undefined) return undefined;
  switch (formula.op) {
    case 'and': case 'or': case 'not': return typeLogic(c, formula, args);
    case 'negate': return isNumeric(a.type) ? made(formula, [a], a.type)
      : c.problem(formula.at, `${described(a)} and has no minus.`, 'A minus stands before numbers, money and percents.');
    case 'in': case 'between': case '=': case '<>': case '<': case '<=': case '>': case '>=': return typeComparison(c, formula, args);
    case '+': case '-': return b && typeSum(c, formula, a, b);
    case '*': return b && typeProduct(c, formula, a, b);
    case '/': return b && typeQuotient(c, formula, a, b);
    case '&': return args.every((arg) => writable(c, arg)) ? made(formula, args, TEXT) : undefined;
  }
}

function made(formula: Operation, args: readonly Typed[], type: Type): TypedOperation {
  return { kind: 'op', op: formula.op, args, type, at: formula.at };
}

function typeLogic(c: Checker, formula: Operation, args: readonly Typed[]): Typed | undefined {
  const wrong = args.filter((arg) => arg.type.kind !== 'yes_no');
  for (const arg of wrong) {
    c.problem(arg.at, `${described(arg)}, not a condition; \`${formula.op}\` takes conditions.`,
      isWord(arg.type) ? `Compare it: ${plain(arg)} = "…", or ask known(${plain(arg)}).` : `Compare it: ${plain(arg)} > 0, or ask known(${plain(arg)}).`);
  }
  return wrong.length === 0 ? made(formula, args, YES_NO) : undefined;
}

/** What `&` and concat can write. Money and percents are left out: how they look is a matter of statements. */
export function writable(c: Checker, part: Typed): boolean {
  if (isWord(part.type) || part.type.kind === 'date' || part.type.kind === 'number') return true;
  c.problem(part.at, `${described(part)} and cannot be joined to text.`, 'Join text, dates and plain numbers; amounts are formatted where they are shown.');
  return false;
}

function typeSum(c: Checker, formula: Operation, a: Typed, b: Typed): Typed | undefined {
  if (a.type.kind === 'date' || b.type.kind === 'date') return typeDateSum(c, formula, a, b);
  const common = commonType([a, b], true);
  if ('type' in common && isNumeric(common.type)) return made(formula, [settle(a, common.type), settle(b, common.type)], common.type);
  return c.problem(formula.at, `${described(a)} and ${described(b)}: they cannot be ${formula.op === '+' ? 'added' : 'subtracted'}.`, sumHint(formula.op, a, b));
}

function sumHint(op: Operator, a: Typed, b: Typed): string {
  const kinds = [a.type.kind, b.type.kind];
  if (kinds.some((kind) => kind === 'text' || kind === 'payee' || kind === 'entity')) {
    return op === '+' ? `Texts are joined with \`&\`: ${plain(a)} & ${plain(b)}. A column of a file is text: import it as a number field to calculate with it.`
      : 'A column of a file is text: import it as a number or date field to calculate with it.';
  }
  if (kinds.includes('yes_no')) return 'Turn the condition into a number: if(condition, 1, 0).';
  const literal = [a, b].find((part) => part.kind === 'number' && freedomOf(part) === 'bare');
  if (kinds.includes('percent') && kinds.includes('money')) {
    const [share, money] = a.type.kind === 'percent' ? [a, b] : [b, a];
    return `A percent of money is a product: ${plain(money)} * ${plain(share)}, or ${plain(money)} * (1 ${op} ${plain(share)}).`;
  }
  if (kinds.includes('percent') && literal?.kind === 'number') return `Write the number as a percent: ${asPercent(literal)}.`;
  if (kinds.includes('money')) return `Add money to money and numbers to numbers; to pay money for each, multiply: ${plain(a.type.kind === 'money' ? b : a)} * 50.`;
  return 'Write both in one unit: 80% and 0.8x are a percent and a factor.';
}

function typeDateSum(c: Checker, formula: Operation, a: Typed, b: Typed): Typed | undefined {
  const dates = a.type.kind === 'date' && b.type.kind === 'date';
  if (dates && formula.op === '-') return made(formula, [a, b], NUMBER);
  if (a.type.kind === 'date' && fits(b, NUMBER, true)) return made(formula, [a, settle(b, NUMBER)], DATE);
  const hint = dates ? `Two dates can be subtracted: ${plain(a)} - ${plain(b)} is the days between them.`
    : b.type.kind === 'date' && fits(a, NUMBER, true) ? (formula.op === '+' ? `Put the date first: ${plain(b)} + ${plain(a)}.` : `Put the date first: ${plain(b)} - ${plain(a)}.`)
      : isWord(a.type) || isWord(b.type) ? `Turn the text into a date: date(${plain(isWord(a.type) ? a : b)}).`
        : 'To a date, a number of days can be added: date + 30; months with add_months(date, 1).';
  return c.problem(formula.at, `${described(a)} and ${described(b)}: they cannot be ${formula.op === '+' ? 'added' : 'subtracted'}.`, hint);
}

function typeProduct(c: Checker, formula: Operation, a: Typed, b: Typed): Typed | undefined {
  if (!bothNumeric(c, formula, a, b, 'multiplied')) return undefined;
  const type = productType(a, b);
  if (type !== undefined) return made(formula, [a, b], type);
  return c.problem(formula.at, `${described(a)} and ${described(b)}: money times money has no meaning.`,
    `Divide for a share (${plain(a)} / ${plain(b)}), or multiply by a number or a percent.`);
}

/** Percents of numbers are numbers, factors of anything are that thing, percents of percents are percents. */
function productType(a: Typed, b: Typed): Type | undefined {
  const kinds = [a.type.kind, b.type.kind];
  if (kinds.every((kind) => kind === 'money')) return undefined;
  if (kinds.includes('money')) return MONEY;
  if (kinds.includes('number')) {
    const [number, other] = a.type.kind === 'number' ? [a, b] : [b, a];
    // a literal without a unit leaves the other's: 2 * 5% is 10%
    return ['zero', 'bare'].includes(freedomOf(number) ?? '') ? other.type : NUMBER;
  }
  return kinds.includes('percent') ? PERCENT : FACTOR;
}

function isFree(part: Typed): boolean {
  return freedomOf(part) !== undefined;
}

function typeQuotient(c: Checker, formula: Operation, a: Typed, b: Typed): Typed | undefined {
  if (!bothNumeric(c, formula, a, b, 'divided')) return undefined;
  if (freedomOf(b) === 'zero' && b.kind === 'number') return c.problem(formula.at, `${shown(a)} is divided by zero.`, 'A division by zero gives a blank; write the number that is meant.');
  if (b.type.kind !== 'money') return made(formula, [a, b], quotientType(a.type, b.type));
  if (a.type.kind === 'money') return made(formula, [a, b], PERCENT);
  if (freedomOf(b) === 'per' && a.type.kind === 'number' && !isFree(a)) return made(formula, [a, settle(b, NUMBER)], NUMBER);
  return c.problem(formula.at, `${described(a)} and ${described(b)}: they cannot be divided.`, `Divide money by money for a share, or money by a number: ${plain(b)} / ${plain(a)}.`);
}

/** By anything but money: money stays money; percents and factors lose their unit against one another, not against numbers. */
function quotientType(a: Type, b: Type): Type {
  if (a.kind === 'percent') return b.kind === 'percent' ? NUMBER : PERCENT;
  if (a.kind === 'factor') return b.kind === 'number' ? FACTOR : NUMBER;
  return a;
}

function bothNumeric(c: Checker, formula: Operation, a: Typed, b: Typed, done: string): boolean {
  const wrong = [a, b].find((part) => !isNumeric(part.type));
  if (wrong === undefined) return true;
  c.problem(formula.at, `${described(a)} and ${described(b)}: they cannot be ${done}.`,
    wrong.type.kind === 'date' ? 'Subtract two dates for a number of days, then calculate with it.'
      : wrong.type.kind === 'yes_no' ? 'Turn the condition into a number: if(condition, 1, 0).'
        : 'A column of a file is text: import it as a money or number field to calculate with it.');
  return false;
}

function typeComparison(c: Checker, formula: Operation, args: readonly Typed[]): Typed | undefined {
  const [first, ...others] = args;
  if (first === undefined) return undefined;
  const ordering = formula.op !== '=' && formula.op !== '<>' && formula.op !== 'in';
  const joined = comparable(c, first, others);
  if (joined === undefined) return undefined;
  if (ordering && !isNumeric(first.type) && first.type.kind !== 'date' && first.type.kind !== 'text') {
    return c.problem(formula.at, `${described(first)} and has no order for \`${formula.op}\`.`, 'Compare it with = or <>, or with in (…).');
  }
  return made(formula, joined, YES_NO);
}

/** The first part beside each other one, settled to a type that both have; notes a problem for each that does not compare. */
export function comparable(c: Checker, first: Typed, others: readonly Typed[]): readonly Typed[] | undefined {
  if (isWord(first.type)) {
    const wrong = others.filter((other) => !wordsCompare(first.type, other.type));
    for (const other of wrong) unlike(c, first, other);
    return wrong.length === 0 ? [first, ...others] : undefined;
  }
  const common = commonType([first, ...others], false);
  if ('type' in common) return [first, ...others].map((part) => settle(part, common.type));
  const wrong = others.filter((other) => 'unlike' in commonType([first, other], false));
  for (const other of wrong.length > 0 ? wrong : [common.unlike[1]]) unlike(c, wrong.length > 0 ? first : common.unlike[0], other);
  return undefined;
}

/** Text compares with every word; payees and entities with their own kind. */
function wordsCompare(a: Type, b: Type): boolean {
  return isWord(a) && isWord(b) && (a.kind === 'text' || b.kind === 'text' || sameType(a, b));
}

function unlike(c: Checker, a: Typed, b: Typed): void {
  c.problem({ start: Math.min(a.at.start, b.at.start), end: Math.max(a.at.end, b.at.end) },
    `${described(a)} and ${described(b)}: they cannot be compared.`, unlikeHint(a, b));
}

function unlikeHint(a: Typed, b: Typed): string {
  const other = (kind: Type['kind']): Typed => (a.type.kind === kind ? b : a);
  const kinds = [a.type.kind, b.type.kind];
  const literal = [a, b].find((part) => part.kind === 'number' && part.written === 'number');
  if (kinds.includes('percent') && literal?.kind === 'number') {
    return compare(literal.value, ratio(1_000n)) > 0 ? `Percents are written with their sign (50%); an amount is compared with a measure, not with ${plain(a.type.kind === 'percent' ? a : b)}.`
      : `Write the percent with its sign: ${asPercent(literal)}.`;
  }
  if (kinds.includes('percent') && kinds.includes('money')) return `Compare money with money, or divide for a share: ${plain(other('percent'))} / quota >= 100%.`;
  if (kinds.includes('date') && kinds.includes('text')) {
    const text = other('date');
    return text.kind === 'text' ? `Write a date without quotes: ${/^\d{4}-\d\d-\d\d$/.test(text.value) ? text.value : '2026-07-01'}.` : `Turn the text into a date: date(${plain(text)}).`;
  }
  if (kinds.includes('yes_no') && kinds.includes('text')) {
    return other('yes_no').kind === 'text' ? `Write yes or no without quotes: ${plain(other('text'))} = yes.` : 'A column of a file is text: compare it with the word in the file, for example = "True".';
  }
  if (kinds.includes('text') && kinds.some((kind) => kind === 'number' || kind === 'money')) {
    const text = a.type.kind === 'text' ? a : b;
    return text.kind === 'text' ? 'Write numbers without quotes.' : 'Write words of the data in double quotes; import a column as a number field to compare it with numbers.';
  }
  if (kinds.includes('payee') || kinds.includes('entity')) return `Compare with a value of the same kind, or with its name in double quotes; ${plain(a)} and ${plain(b)} are of two kinds.`;
  if (kinds.includes('money')) return 'Compare money with money and numbers with numbers.';
  return `Write both in one unit: ${typeName(a.type)} on both sides, or ${typeName(b.type)}.`;
}

/** 92 → 92%, 0.92 and 1 → 92%, 100%: what was most likely meant. */
export function asPercent(literal: Extract<Typed, { kind: 'number' }>): string {
  const whole = literal.value.n > literal.value.d ? literal.value : multiply(literal.value, ratio(100n));
  return `${formatRatio(whole)}%`;
}

function plain(part: Typed): string {
  return shown(part).slice(1, -1);
}
