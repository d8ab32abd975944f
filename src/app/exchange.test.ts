/** Money of facts in another currency than the plan's: by which rate it counts, how it is rounded, and what has none. On both engines. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('exchange'); });
afterAll(() => engine.close());

const HEAD = 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\n';
const FACTS = `facts:
  deal: { fields: { owner: payee, amount: money, cost: money, tag: text, reverses: deal }, derived: { margin: amount - cost, size: { by: amount, steps: { 0: 1, 100: 2 } } } }
  refund: { fields: { owner: payee, deal: deal, amount: money } }
  currency: { fields: { usd: number, per_usd: number } }
sources: { rates: { file: rates.csv, into: currency, id: code, fields: { usd: usd, per_usd: per_usd, from: day } } }
`;

const wrong = (plan: string, table: string): Promise<readonly (readonly string[])[]> =>
  differing(engine, { 'facts/f.yaml': FACTS, 'plans/p.yaml': `${HEAD}${plan}` }, `plan: p\npeople: { ann: {}, bob: {} }\n${table}`);
const SUM = 'components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }\n';
const EUR = 'EUR: { usd: [ { from: 2026-01-01, value: 1.10 }, { from: 2026-01-31, value: 1.20 } ] }';
const deal = (date: string, currency: string, amount: string, more = ''): string => `{ owner: ann, date: ${date}, currency: ${currency}, amount: ${amount}${more} }`;

describe('which rate', () => {
  test('[G1] of the day of the fact, from imported rows; each fact is rounded by itself, half away from zero, in the digits of its currency', async () => {
    const facts = [deal('2026-01-15', 'EUR', '100.05'), deal('2026-01-30', 'EUR', '-100.05'), deal('2026-01-31', 'EUR', '0.30'), deal('2026-01-20', 'JPY', '1234'), deal('2026-02-02', 'USD', '10')];
    // 110.055 → 110.06, twice; 0.36; 8.3912 → 8.39
    expect(await wrong(`exchange: { rate: currency.usd }\n${SUM}`, `entities: { currency: { ${EUR}, JPY: { usd: 0.0068 } } }
facts: { deal: [ ${facts.join(', ')} ] }
expect: [ [ann, 2026-01, c.value, 8.75], [ann, 2026-01, c, 0.88], [ann, 2026-02, c.value, 10] ]`)).toEqual(RIGHT);
  });
  test('of the last day of the period, for all its facts', async () => {
    expect(await wrong(`exchange: { rate: currency.usd, at: period }\n${SUM}`, `entities: { currency: { ${EUR} } }
facts: { deal: [ ${deal('2026-01-01', 'EUR', '100')}, ${deal('2026-01-31', 'EUR', '100')} ] }
expect: [ [ann, 2026-01, c.value, 240] ]`)).toEqual(RIGHT);
  });
  test('fixed in the plan: a table of currencies, a term, or quoted the other way round', async () => {
    const facts = `facts: { deal: [ ${deal('2026-03-01', 'EUR', '100')}, ${deal('2026-03-02', 'GBP', '80')} ] }\n`;
    expect(await wrong(`exchange: { rate: { by: currency, lookup: { EUR: 1.08, GBP: 1 / 0.8 } } }\n${SUM}`, `${facts}expect: [ [ann, 2026-03, c.value, 208] ]`)).toEqual(RIGHT);
    expect(await wrong(`terms: { euro: number = 1.5 }\nexchange: { rate: "if(currency = \\"EUR\\", euro, currency.usd)" }\n${SUM}`, `${facts}entities: { currency: { GBP: { usd: 2 } } }\nexpect: [ [ann, 2026-03, c.value, 310] ]`)).toEqual(RIGHT);
    expect(await wrong(`exchange: { rate: 1 / currency.per_usd }\n${SUM}`, `facts: { deal: [ ${deal('2026-03-01', 'JPY', '14725')} ] }\nentities: { currency: { JPY: { per_usd: 147.25 } } }\nexpect: [ [ann, 2026-03, c.value, 100] ]`)).toEqual(RIGHT);
  });
  test('by the date, in steps; into a currency without cents', async () => {
    expect(await wrong(`currency: JPY\ntables: { fx: { by: date, steps: { 2026-01-01: 150, 2026-02-01: 160.005 } } }\nexchange: { rate: fx }\n${SUM}`, `facts: { deal: [ ${deal('2026-01-31', 'USD', '1.01')}, ${deal('2026-02-01', 'USD', '100')} ] }
expect: [ [ann, 2026-01, c.value, 152], [ann, 2026-02, c.value, 16_001] ]`)).toEqual(RIGHT);
  });
  test('what takes back a fact takes back what was counted: the rate of the day of that fact', async () => {
    expect(await wrong(`exchange: { rate: currency.usd }\n${SUM}`, `entities: { currency: { ${EUR} } }
facts: { deal: [ ${deal('2026-01-15', 'EUR', '100', ', id: d1')}, { id: r1, owner: ann, date: 2026-02-10, reverses: d1, currency: EUR } ] }
expect: [ [ann, 2026-01, c.value, 110], [ann, 2026-02, c.value, -110] ]`)).toEqual(RIGHT);
  });
  test('money of a fact that is referred to has the rate of that fact', async () => {
    expect(await wrong('exchange: { rate: currency.usd }\ncomponents: { c: { measure: { sum: deal.amount, from: refund }, rate: 10% } }\n', `entities: { currency: { ${EUR} } }
facts: { deal: [ ${deal('2026-01-15', 'EUR', '100', ', id: d1')} ], refund: [ { owner: ann, date: 2026-02-10, deal: d1, amount: 1 } ] }
expect: [ [ann, 2026-02, c.value, 110] ]`)).toEqual(RIGHT);
  });
});

describe('a missing rate', () => {
  const UNKNOWN = `entities: { currency: { EUR: { usd: [ { from: 2026-02-01, value: 2 } ] } } }
facts: { deal: [ ${deal('2026-01-15', 'EUR', '100', ', tag: a')}, ${deal('2026-01-16', 'CHF', '100', ', tag: b')}, ${deal('2026-01-17', 'USD', '7', ', tag: c')}, ${deal('2026-02-01', 'EUR', '100', ', tag: d')} ] }\n`;
  test('[G2] is neither 1 nor 0 nor the next that is known: the fact does not count, whatever the formula does with blanks', async () => {
    for (const of of ['amount', 'ifblank(amount, 5)', 'if(amount > 50, 9, amount)']) {
      const found = of === 'amount' ? ['7', '200'] : of.startsWith('if(') ? ['7', '9'] : ['7', '200'];
      expect(await wrong(`exchange: { rate: currency.usd }\ncomponents: { c: { measure: { sum: "${of}", from: deal }, rate: 10% } }\n`, `${UNKNOWN}expect: [ [ann, 2026-01, c.value, ${found[0]}], [ann, 2026-02, c.value, ${found[1]}] ]`), of).toEqual(RIGHT);
    }
  });
  test('leaves out what is counted under a condition on money, and nothing that looks at no money', async () => {
    const counted = (where: string): string => `exchange: { rate: currency.usd }\ncomponents: { c: { measure: { count: deal${where} }, rate: 1 } }\n`;
    expect(await wrong(counted(', where: not (amount > 500)'), `${UNKNOWN}expect: [ [ann, 2026-01, c.value, 1], [ann, 2026-02, c.value, 1] ]`)).toEqual(RIGHT);
    expect(await wrong(counted(', where: size = 1'), `${UNKNOWN}expect: [ [ann, 2026-01, c.value, 1], [ann, 2026-02, c.value, 0] ]`)).toEqual(RIGHT);
    expect(await wrong(counted(''), `${UNKNOWN}expect: [ [ann, 2026-01, c.value, 3] ]`)).toEqual(RIGHT);
  });
  test('is the same in a plan without `exchange`', async () => {
    expect(await wrong('components: { c: { measure: { sum: "ifblank(margin, 5)", from: deal }, rate: 10% }, n: { measure: { count: deal, where: amount < 500 }, rate: 1 }, last: { measure: { max: amount, from: deal }, rate: 10% } }\n', `${UNKNOWN}expect: [ [ann, 2026-01, c.value, 5], [ann, 2026-01, n.value, 1], [ann, 2026-01, last.value, 7] ]`)).toEqual(RIGHT);
  });
});

describe('what reads money', () => {
  test('reads it converted: filters, guardrails, factors, tables, single facts, limits', async () => {
    const facts = `entities: { currency: { EUR: { usd: 2 } } }\nfacts: { deal: [ ${deal('2026-01-15', 'EUR', '60', ', cost: 10, id: d1')}, ${deal('2026-01-16', 'USD', '60', ', cost: 10, id: d2')} ] }\n`;
    const of = (rest: string, value: string): Promise<readonly (readonly string[])[]> => wrong(`exchange: { rate: currency.usd }\n${rest}`, `${facts}expect: [ [ann, 2026-01, c${value.startsWith('=') ? '' : '.value'}, ${value.replace('=', '')}] ]`);
    expect(await of('components: { c: { measure: { sum: amount, from: deal, where: amount > 100 }, rate: 10% } }\n', '120')).toEqual(RIGHT);
    expect(await of('components: { c: { measure: { sum: margin, from: deal }, rate: 10% } }\n', '150')).toEqual(RIGHT);
    expect(await of('guardrails: { big: { from: deal, require: amount >= 100, otherwise: 50% } }\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 10% } }\n', '150')).toEqual(RIGHT);
    expect(await of('credits: { big: { from: deal, to: owner, where: amount > 100 } }\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 10% } }\n', '120')).toEqual(RIGHT);
    expect(await of('components: { c: { measure: { count: deal, factors: { size: size } }, rate: 1 } }\n', '3')).toEqual(RIGHT);
    expect(await of('components: { c: { measure: { sum: amount, from: deal }, per: deal, rate: { retroactive: { 0: 10%, 100: 20% } } } }\n', '=30')).toEqual(RIGHT);
    expect(await of('components: { c: { measure: { sum: amount, from: deal, limits: { day: { at_most: 100, per: day } } }, rate: 10% } }\n', '160')).toEqual(RIGHT);
    expect(await of('terms: { edge: money = 100 }\ncomponents: { c: { measure: { sum: amount, from: deal, where: amount > edge }, rate: 10% } }\n', '120')).toEqual(RIGHT);
  });
});
