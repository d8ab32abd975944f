/**
 * The functions of the formula language, a row each: what they take, what they give, an example for
 * messages. `type-formula.ts` checks calls by this table, `evaluate-functions.ts` computes them.
 *
 * A place takes
 *   same       a value whose type all `same` places share; the result has it
 *   ordered    the same, where the values must have an order (numbers, money, dates)
 *   amount     the same, of numbers and money only
 *   unit       a step to round to, of the type of the amount or a plain number
 *   case       a value that can be compared with the first one
 *   writable   what can be written as text: text, payees, entities, dates, numbers
 *   term       the name of a term
 *   any        whatever there is
 * or one of the types named like themselves.
 */
export type Place =
  | 'same' | 'ordered' | 'amount' | 'unit' | 'case' | 'writable' | 'term' | 'any'
  | 'number' | 'date' | 'text' | 'yes_no';

export interface Signature {
  /** the places of a call with so many values; undefined where the function does not take so many */
  readonly places: (count: number) => readonly Place[] | undefined;
  /** how many values it takes, in words */
  readonly takes: string;
  /** `same`: the type that its same, ordered or amount places share; `term`: the type of the term */
  readonly gives: 'same' | 'term' | 'number' | 'date' | 'text' | 'yes_no';
  readonly example: string;
}

const COUNTING = ['no value', '1 value', '2 values', '3 values'];

function exactly(...places: readonly Place[]): Pick<Signature, 'places' | 'takes'> {
  return { places: (count) => (count === places.length ? places : undefined), takes: COUNTING[places.length] ?? `${places.length} values` };
}

function atLeastOne(place: Place): Pick<Signature, 'places' | 'takes'> {
  return { places: (count) => (count >= 1 ? Array<Place>(count).fill(place) : undefined), takes: 'one value or more' };
}

/** switch(value, case, result, case, result, …, result for everything else) */
function cases(): Pick<Signature, 'places' | 'takes'> {
  return {
    places: (count) => {
      if (count < 4 || count % 2 === 1) return undefined;
      return Array.from({ length: count }, (_, i): Place => (i === 0 ? 'any' : i % 2 === 1 && i < count - 1 ? 'case' : 'same'));
    },
    takes: 'a value, then pairs of a case and its result, then the result for everything else',
  };
}

export const FUNCTIONS = Object.freeze({
  if: { ...exactly('yes_no', 'same', 'same'), gives: 'same', example: 'if(amount >= 50k, 1.5x, 1x)' },
  min: { ...atLeastOne('ordered'), gives: 'same', example: 'min(amount, 50k)' },
  max: { ...atLeastOne('ordered'), gives: 'same', example: 'max(0, amount - 50k)' },
  abs: { ...exactly('amount'), gives: 'same', example: 'abs(actual - commit)' },
  round: { ...exactly('amount', 'unit'), gives: 'same', example: 'round(amount, 0.01)' },
  days: { ...exactly('date', 'date'), gives: 'number', example: 'days(opened, closed)' },
  months: { ...exactly('date', 'date'), gives: 'number', example: 'months(payee.hired, date)' },
  month_number: { ...exactly('date', 'date', 'number'), gives: 'number', example: 'month_number(payee.hired, period_start, 15)' },
  add_months: { ...exactly('date', 'number'), gives: 'date', example: 'add_months(date, 12)' },
  month_start: { ...exactly('date'), gives: 'date', example: 'month_start(date)' },
  day: { ...exactly('date'), gives: 'number', example: 'day(date)' },
  month: { ...exactly('date'), gives: 'number', example: 'month(date)' },
  quarter: { ...exactly('date'), gives: 'number', example: 'quarter(period_start)' },
  year: { ...exactly('date'), gives: 'number', example: 'year(date)' },
  weekday: { ...exactly('date'), gives: 'number', example: 'weekday(date)' },
  lower: { ...exactly('text'), gives: 'text', example: 'lower(industry)' },
  upper: { ...exactly('text'), gives: 'text', example: 'upper(industry)' },
  left: { ...exactly('text', 'number'), gives: 'text', example: 'left(won_date, 10)' },
  concat: { ...atLeastOne('writable'), gives: 'text', example: 'concat(order_id, "/", line)' },
  ifblank: { ...exactly('same', 'same'), gives: 'same', example: 'ifblank(segment, "other")' },
  known: { ...exactly('any'), gives: 'yes_no', example: 'known(next_step)' },
  count: { ...exactly('any'), gives: 'number', example: 'count(contacts)' },
  date: { ...exactly('text'), gives: 'date', example: 'date(left(won_date, 10))' },
  switch: { ...cases(), gives: 'same', example: 'switch(country, "US", "north", "BR", "south", "other")' },
  yearly: { ...exactly('term'), gives: 'term', example: 'yearly(quota)' },
} as const satisfies Record<string, Signature>);

export type FunctionName = keyof typeof FUNCTIONS;
export const FUNCTION_NAMES = Object.freeze(Object.keys(FUNCTIONS));

export function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}
