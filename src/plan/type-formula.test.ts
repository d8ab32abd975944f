import { describe, expect, test } from 'vitest';
import { formulaText } from './formula-text.ts';
import { fits } from './formula-units.ts';
import type { Ref, Type, Typed } from './formula.ts';
import { parseFormula } from './parse-formula.ts';
import { typeFormula } from './type-formula.ts';
import type { Scope } from './type-formula.ts';

const kinds = {
  amount: 'money', fee: 'money', quota: 'money', logos: 'number', calls: 'number', attainment: 'percent', discount: 'percent', ramp: 'factor',
  date: 'date', period_end: 'date', 'payee.hired': 'date', stage: 'text', won_date: 'text', team: 'text', owner: 'payee', via: 'payee', trial: 'yes_no', 'account.on_list': 'yes_no',
} as const;
const types = new Map<string, Type>([...Object.entries(kinds).map(([name, kind]): [string, Type] => [name, { kind }]), ['account', { kind: 'entity', entity: 'account' }], ['product', { kind: 'entity', entity: 'product' }]]);
const scope: Scope = {
  lookup: (name) => {
    const type = types.get(name);
    const ref: Ref = name === 'quota' ? { kind: 'term', term: name } : { kind: 'field', path: name.split('.') };
    return type && { ref, type };
  },
  names: () => [...types.keys()],
  isList: (name) => name === 'team',
  tables: () => ['margin_floor', 'award'],
  table: (name) => {
    const keys = new Map<string, readonly Type[]>([['margin_floor', [{ kind: 'text' }]], ['award', [{ kind: 'percent' }, { kind: 'money' }]]]).get(name);
    return keys && ((args, c, call) => {
      const [by] = args;
      const wrong = args.length === keys.length ? args.find((arg, i) => !fits(arg, keys[i] as Type, false)) : call;
      if (by === undefined || wrong !== undefined) return c.problem(call.at, 'The keys do not fit.', 'Give other keys.');
      return { table: { kind: 'lookup', by, rows: [], beyond: 'flat', at: { file: '', line: 1, column: 1, path: '' } }, type: { kind: name === 'award' ? 'money' : 'percent' } };
    });
  },
};

function check(text: string, expected?: readonly Type[]): { readonly typed?: Typed; readonly problems: readonly (readonly [string, string, string])[] } {
  const read = parseFormula(text);
  if (!('formula' in read)) throw new Error(`${text}: ${read.problem.message}`);
  const result = typeFormula(read.formula, scope, expected);
  if ('typed' in result) return { typed: result.typed, problems: [] };
  return { problems: result.problems.map((p) => [text.slice(p.at.start, p.at.end), p.message, p.hint] as const) };
}
function typeOf(text: string, expected?: readonly Type[]): string {
  const { typed, problems } = check(text, expected);
  return typed === undefined ? problems.map(([, message]) => message).join(' ') : typed.type.kind;
}
/** Every part with its type: `amount:money`. */
function typesIn(part: Typed): string[] {
  const own = `${formulaText(part)} : ${part.type.kind}`;
  return 'args' in part ? [own, ...part.args.flatMap(typesIn)] : [own];
}

describe('units', () => {
  test.each([
    ['amount + fee', 'money'], ['amount - 50k', 'money'], ['amount * 5%', 'money'], ['5% * amount', 'money'], ['amount * 1.5x', 'money'], ['amount * logos', 'money'], ['amount / 12', 'money'],
    ['amount / quota', 'percent'], ['logos / calls', 'number'], ['logos * 2', 'number'], ['attainment * discount', 'percent'], ['attainment / 80%', 'number'], ['ramp * ramp', 'factor'],
    ['1 - discount', 'percent'], ['quota * (1 - discount)', 'money'], ['2 * 5%', 'percent'], ['-amount', 'money'], ['period_end - date', 'number'], ['date + 30', 'date'], ['date - logos', 'date'],
    ['max(0, amount - 50k)', 'money'], ['min(1.2, attainment / 80%)', 'number'], ['abs(amount - fee)', 'money'], ['round(amount, 0.01)', 'money'], ['round(attainment, 0.1%)', 'percent'],
    ['if(trial, 1.5x, 1)', 'factor'], ['if(trial, 5%, 0)', 'percent'], ['if(trial, 100, 0) + amount', 'money'], ['ifblank(owner, "house")', 'payee'], ['ifblank(amount, 0)', 'money'],
    ['max(date, 2026-01-01)', 'date'], ['switch(stage, "a", 5%, "b", 0, 1%)', 'percent'], ['concat(stage, "/", logos, date)', 'text'], ['yearly(quota)', 'money'], ['margin_floor(stage)', 'percent'],
    ['award(5%, 100)', 'money'], ['20_000 a year', 'money'], ['20_000 a year * ramp', 'money'], ['max(0, 1 - abs(amount - fee) / amount)', 'percent'], ['amount + 50 * logos', 'money'],
    ['100 * (40% * min(1.2, attainment / 80%) + 60% * min(1.2, discount / 105%))', 'number'], ['1_000 a month + amount', 'money'], ['min(20 a month, logos)', 'number'], ['count(team)', 'number'],
  ])('%s is %s', (text, type) => {
    expect(typeOf(text)).toBe(type);
  });

  test.each([
    'amount >= 50k', 'amount between 5k and 10k', 'attainment >= 100%', 'attainment >= amount / quota', 'attainment > 0', 'logos / calls >= 60%', '1 - logos / calls >= 60%', 'attainment / 80% >= 100%',
    '100 * attainment >= 92', 'discount <= 25% or known(stage)', 'stage in ("Won", "Lost")', 'owner = "ae1"', 'owner = via', 'account = "acme"', 'account.on_list and not trial', 'trial = yes',
    'date >= 2026-01-01', 'date - payee.hired between 0 and 90', 'abs(amount - fee) <= 2% * fee', 'logos >= 20 a month', 'amount >= 1_000 a month', 'stage > "a"', 'ramp >= 1', 'won_date = owner',
  ])('%s is a condition', (text) => {
    expect(typeOf(text)).toBe('yes_no');
  });

  test('a literal takes the type of its company, so that it can be scaled with it', () => {
    expect(typesIn(check('max(0, amount - 50k) >= 1_000 a month').typed as Typed)).toEqual([
      'max(0, amount - 50_000) >= 1000 a month : yes_no', 'max(0, amount - 50_000) : money', '0 : money', 'amount - 50_000 : money', 'amount : money', '50_000 : money', '1000 a month : money',
    ]);
    expect(typesIn(check('logos >= 20 a month').typed as Typed)).toContain('20 a month : number');
    expect(typesIn(check('amount + 50 * logos').typed as Typed)).toEqual(['amount + 50 * logos : money', 'amount : money', '50 * logos : money', '50 : money', 'logos : number']);
    expect(typesIn(check('attainment >= (1 - logos / calls) * 50%').typed as Typed)).toContain('logos / calls : percent');
  });

  test('the place of a formula may say which type it needs', () => {
    expect(typesIn(check('if(logos > 5, 100, 0)', [{ kind: 'money' }]).typed as Typed)).toEqual(['if(logos > 5, 100, 0) : money', 'logos > 5 : yes_no', 'logos : number', '5 : number', '100 : money', '0 : money']);
    expect(typeOf('1_200 * ramp', [{ kind: 'money' }])).toBe('money');
    expect(typeOf('1_000 * attainment', [{ kind: 'money' }])).toBe('money');
    expect(typeOf('5%', [{ kind: 'money' }, { kind: 'percent' }])).toBe('percent');
    expect(typeOf('stage', [{ kind: 'yes_no' }])).toBe('`stage` is text, but yes/no is needed here.');
    expect(typeOf('1', [{ kind: 'percent' }])).toBe('`1` is a number, but a percent is needed here.');
    expect(typeOf('logos', [{ kind: 'money' }])).toBe('`logos` is a number, but money is needed here.');
  });

  test('money × money ÷ money is read as a share of money', () => {
    expect(formulaText(check('amount * (fee - 5) / quota').typed as Typed)).toBe('amount * ((fee - 5) / quota)');
    expect(typeOf('amount * fee / logos')).toMatch(/money times money has no meaning/);
  });
});

describe('the commonest mistakes, in full', () => {
  test.each([
    ['amount + logos', 'amount + logos', '`amount` is money and `logos` is a number: they cannot be added.', 'Add money to money and numbers to numbers; to pay money for each, multiply: logos * 50.'],
    ['amount * quota', 'amount * quota', '`amount` is money and `quota` is money: money times money has no meaning.', 'Divide for a share (amount / quota), or multiply by a number or a percent.'],
    ['attainment > amount', 'attainment > amount', '`attainment` is a percent and `amount` is money: they cannot be compared.', 'Compare money with money, or divide for a share: amount / quota >= 100%.'],
    ['attainment >= 92', 'attainment >= 92', '`attainment` is a percent and `92` is a number: they cannot be compared.', 'Write the percent with its sign: 92%.'],
    ['attainment >= 0.92', 'attainment >= 0.92', '`attainment` is a percent and `0.92` is a number: they cannot be compared.', 'Write the percent with its sign: 92%.'],
    ['stage = 5', 'stage = 5', '`stage` is text and `5` is a number: they cannot be compared.', 'Write words of the data in double quotes; import a column as a number field to compare it with numbers.'],
    ['date + amount', 'date + amount', '`date` is a date and `amount` is money: they cannot be added.', 'To a date, a number of days can be added: date + 30; months with add_months(date, 1).'],
    ['won_date >= 2026-01-01', 'won_date >= 2026-01-01', '`won_date` is text and `2026-01-01` is a date: they cannot be compared.', 'Turn the text into a date: date(won_date).'],
    ['ammount > 5', 'ammount', 'The name `ammount` means nothing here.', 'Did you mean amount? A word of the data stands in double quotes: "ammount".'],
    ['rond(amount, 1)', 'rond', 'There is no function and no table `rond`.', 'Did you mean round( )?'],
    ['amount + 5%', 'amount + 5%', '`amount` is money and `5%` is a percent: they cannot be added.', 'A percent of money is a product: amount * 5%, or amount * (1 + 5%).'],
    ['if(trial, 5%, 10)', '5%, 10', '`5%` is a percent and `10` is a number: `if` gives one or the other, and they are not alike.', 'Write the number as a percent: 10%.'],
    ['not stage', 'stage', '`stage` is text, not a condition; `not` takes conditions.', 'Compare it: stage = "…", or ask known(stage).'],
    ['round(amount)', 'round(amount)', '`round` takes 2 values, and has 1 here.', 'Write it like this: round(amount, 0.01).'],
  ])('%s', (text, cut, message, hint) => {
    expect(check(text).problems).toEqual([[cut, message, hint]]);
  });

  test.each([
    'amount / 0', 'logos / amount', '30 + date', 'date + date', 'date * 2', 'stage + 1', '-stage', 'amount - 5%', 'logos >= 60%', 'amount < owner', 'owner < "x"', 'trial < yes', 'trial = "True"', 'owner = account',
    'account = product', 'stage in ("Won", 5)', 'date between 1 and 5', 'concat(amount)', 'stage & 5%', 'count(stage)', 'yearly(amount)', 'yearly(quota * 2)', 'round(amount, 0)', 'round(logos, 5%)', 'lower(amount)',
    'year(won_date)', 'if(amount, 1, 0)', 'if(trial, amount, logos)', 'min(stage, "x")', 'abs(date)', 'switch(stage, "a", 1, 2, 3)', 'switch(stage, 5, 1, 0)', 'switch(stage, "a", 1, "b")', 'margin_floor()', 'margin_floor(amount)',
    'true', 'toString', '__proto__(1)', 'sum(amount)', 'date(date)', 'days("2026-01-01", date)', 'max()', 'not amount', 'amount and trial', 'amount + ramp',
  ])('%s is refused, with something to do', (text) => {
    const { problems } = check(text);
    expect(problems.length).toBeGreaterThan(0);
    for (const [, message, hint] of problems) {
      expect(message).toMatch(/^.+\.$/);
      expect(hint).toMatch(/^.+\.$/);
    }
  });

  test('all problems of a formula come at once, an unknown name once', () => {
    expect(check('amonut + amonut > 5 and stage = 5 and owner + 1 = nothing').problems.map(([cut]) => cut)).toEqual(['amonut', 'stage = 5', 'owner + 1', 'nothing']);
  });

  test('names that look like anything else of the language say so', () => {
    expect(check('stage = Won').problems[0]?.[2]).toMatch(/^A word of the data stands in double quotes: "Won"\. Names here: amount, /);
    expect(check('quarter > 1').problems[0]?.[2]).toBe('quarter is a function: write quarter( ) with its values.');
    expect(check('trial = TRUE').problems[0]?.[2]).toBe('Write yes.');
  });
});

test('a formula of the largest size is checked in time', () => {
  check(`max(${Array(1_900).fill('fee').join(', ')}) > ${Array(90).fill('1').join(' + ')}`);
  check(`amount${' * (1 - discount)'.repeat(90)} > ${Array(90).fill('2').join(' * ')}`);
}, 2000);
