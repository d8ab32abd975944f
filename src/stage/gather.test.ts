/** What plans want to know of the facts, each thing once. */
import { describe, expect, test } from 'vitest';
import type { Plan } from '../plan/plan.ts';
import { assert } from '../value/diagnostic.ts';
import { ratio } from '../value/rate.ts';
import { divisorsOf } from './facts.ts';
import { gatherer, type Gathered, type MeasureValue, type SimpleValue } from './gather.ts';
import { KINDS, workspaceOf } from './stage.fixture.ts';

const plan = (name: string, measure: string, more = '', rate = '5%'): string => `plan: ${name}\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\n${more}components:\n  c: { measure: ${measure}, rate: ${rate} }\n`;
/** Gathers the measure of each plan's component. */
function gather(...texts: string[]): { gathered: Gathered; values: SimpleValue[]; kinds: MeasureValue['kind'][]; plans: readonly Plan[] } {
  const { plans, kinds } = workspaceOf(texts, KINDS);
  const gathered = gatherer(kinds, plans, divisorsOf(kinds));
  const values = plans.map((p) => { const [c] = p.components; assert(c?.kind === 'leaf' && c.measure !== undefined, 'a measure is there'); return gathered.valueOf(p, c.measure); });
  return { gathered, values: values.filter((v): v is SimpleValue => v.kind === 'simple'), kinds: values.map((v) => v.kind), plans };
}

describe('what is alike is kept once', () => {
  test('two plans that say the same in other words share columns, rules and the measure', () => {
    const { gathered, values } = gather(plan('a', "{ sum: amount, from: deal, where: 'stage = \"Won\"  and amount>50_000' }"), plan('b', '{ sum: amount, from: deal, where: stage = "Won" and amount > 50k }', 'credits: { mine: { from: deal, to: owner } }\n'));
    expect([gathered.facts, gathered.rules, gathered.cube, gathered.measures].map((l) => l.length)).toEqual([1, 1, 1, 1]);
    expect(values[0]?.measure).toBe(values[1]?.measure);
  });
  test('another filter, another sum, another kind and another share of credit are columns of their own', () => {
    const { gathered } = gather(plan('a', '{ sum: amount, from: deal }'), plan('b', '{ sum: cost, from: deal }'), plan('c', '{ count: deal }', '', '10'), plan('d', '{ sum: amount, from: deal, where: amount > 5 }'),
      plan('e', '{ sum: minutes, from: call }', '', '1'), plan('f', '{ sum: amount, from: deal }', 'credits: { half: { from: deal, to: owner, share: 50% } }\n'));
    expect(gathered.facts).toHaveLength(5);
    expect(gathered.rules.map((r) => r.kind)).toEqual(['deal', 'call', 'deal']);
    expect(gathered.cube).toHaveLength(6);
  });
  test('money is another column in another currency, a count is not', () => {
    const { gathered } = gather(plan('a', '{ sum: amount, from: deal }'), plan('b', '{ sum: amount, from: deal }', 'currency: EUR\n'), plan('c', '{ count: deal }', '', '10'), plan('d', '{ count: deal }', 'currency: EUR\n', '10'), plan('e', '{ count: deal, where: amount > 5 }', '', '10'), plan('f', '{ count: deal, where: amount > 5 }', 'currency: EUR\n', '10'));
    // a filter that compares money means another thing in another currency
    expect(gathered.facts.map((f) => `${f.role} ${f.plan.currency}`)).toEqual(['sum USD', 'sum EUR', 'count USD', 'count USD', 'count EUR']);
  });
  test('those above are a route, not a rule: climbing from the same rule is the same column', () => {
    const { gathered, values } = gather(plan('a', '{ sum: amount, from: deal }'), plan('b', '{ sum: amount, from: deal }', 'credits: { team: { from: deal, to: owner, up: manager, levels: all } }\n'), plan('c', '{ sum: amount, from: deal }', 'credits: { team: { from: deal, to: owner, up: manager } }\n'));
    expect([gathered.rules.length, gathered.cube.length, gathered.routes.map((r) => r.levels)]).toEqual([1, 1, ['all', 1]]);
    expect(values.map((v) => v.measure.terms.map((t) => t.route))).toEqual([[0], [1], [2]]);
  });
});

describe('arithmetic of measures', () => {
  const three = 'measures:\n  won: { sum: amount, from: deal, where: stage = "Won" }\n  lost: { sum: amount, from: deal, where: stage = "Lost" }\n  units: { sum: qty, from: deal }\n';
  const termsOf = (v: SimpleValue | undefined): string => v === undefined ? '' : `${v.measure.terms.map((t) => t.coefficient).join(' ')} / ${v.measure.divisor}`;
  test('is a sum of columns with whole coefficients over one divisor', () => {
    const { values } = gather(plan('a', 'won + lost * 0.5', three), plan('b', 'won - lost / 3', three), plan('c', '2 * (won - lost) + won', three), plan('d', 'won + lost - won', three), plan('e', '-won', three));
    expect(values.map(termsOf)).toEqual(['2 1 / 2', '3 -1 / 3', '3 -2 / 1', '1 / 1', '-1 / 1']);
  });
  test('a ratio keeps both parts; numbers are kept in millionths, money in minor units', () => {
    const { values } = gather(plan('a', '{ ratio: [won, units] }', three), plan('b', 'won / units', three), plan('c', '{ ratio: [won, lost] }', three, '100'));
    expect(values.map((v) => `${v.mul}/${v.div} over ${v.over === undefined ? 'nothing' : v.over.divisor}`)).toEqual(['1000000/1 over 1000000', '1000000/1 over 1000000', '1/1 over 1']);
    expect(values[0]?.measure).toBe(values[1]?.measure);
  });
  test.each([['the product of two measures', 'units * units'], ['a number added', 'units + 1'], ['different values added', 'units + names'], ['a ratio inside arithmetic', 'share + share']])('%s is a formula of values, worked out once they are known', (_, measure) => {
    expect(gather(plan('a', measure, `${three}  names: { distinct: stage, from: deal }\n  share: { ratio: [units, names] }\n`, '1')).kinds).toEqual(['formula']);
  });
});

describe('shares', () => {
  const divisor = (rule: string): bigint => { const { plans: [p], kinds } = workspaceOf([plan('a', '{ sum: amount, from: deal }', `credits: { r: { from: deal, ${rule} } }\n`)]); assert(p?.credits[0] !== undefined, 'a rule is there'); return divisorsOf(kinds).shares(p.credits[0], p); };
  test.each([
    ['to: owner', 1n], ['to: [owner, second]', 2n], ['to: [owner, second, third]', 6n], ['to: owner, share: 12.5%', 8n], ['to: [owner, second], share: 30%', 20n],
    ['split: { owner: 60%, second: rest }', 5n], ['split: [ { second: 25% }, { owner: 10%, third: rest } ]', 40n],
  ])('%s is a whole number of 1/%d', (rule, wanted) => { expect(divisor(rule)).toBe(wanted); });
  test('one divisor serves the rules of all plans', () => {
    const { gathered, values } = gather(plan('a', '{ sum: amount, from: deal }', 'credits: { r: { from: deal, to: owner, share: 12.5% } }\n'), plan('b', '{ sum: amount, from: deal }', 'credits: { r: { from: deal, split: { owner: 60%, second: rest } } }\n'));
    expect(gathered.shareDivisor).toBe(40n);
    expect(values.map((v) => ratio(1n, v.div))).toEqual([ratio(1n, 40n), ratio(1n, 40n)]);
  });
});
