/**
 * Bad input of plans, line by line: what `check` refuses, with its code, and what only the facts can show,
 * told by the run. Never NaN, never infinity, never a silent zero. On both engines.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { openMemory } from '../engine/memory.ts';
import { tablesOf } from '../stage/store.ts';
import { checked, openForTests } from './both-engines.fixture.ts';
import { checkPlans } from './check.ts';
import { runTestFile } from './plan-tests.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('bad-formulas'); });
afterAll(() => engine.close());

const FACTS = `facts:
  deal: { fields: { owner: payee, stage: text, amount: money, qty: number }, derived: { each: amount / qty } }
sources: { deals: { file: d.csv, into: deal, id: id, date: day, fields: { owner: owner, stage: stage, amount: amount, qty: qty } } }
`;
const HEAD = 'plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\n';
const SUM = '{ sum: amount, from: deal }';
const paid = (rest: string): string => `components: { c: { measure: ${SUM}, ${rest} } }\n`;
const of = (value: string): string => `components: { c: { measure: { sum: "${value}", from: deal }, rate: 10% } }\n`;

describe('check refuses', () => {
  test.each<[what: string, plan: string, says: string]>([
    ['a division by 0', of('amount / 0'), 'plan.formula: This divides by 0.'],
    ['a division by a term of 0', `terms: { parts: number = 0 }\n${of('amount / parts')}`, 'plan.formula: This divides by the term `parts`, which is 0.'],
    ['a number beyond 38 digits', of(`amount * 1${'0'.repeat(38)}`), 'plan.formula: The number `1'],
    ['a product beyond 38 digits', of(`amount * ${'9'.repeat(27)} * ${'9'.repeat(15)}`), 'plan.too_many_digits: The numbers that are multiplied here have 41 digits together, and 38 is the most that a result can have.'],
    ['two currencies', `pays_in: EUR\n${paid('rate: 1%')}`, 'plan.settlement: The plan is calculated in USD and paid in EUR, but nothing says the exchange rate of `c`.'],
    ['text beside money', of('if(stage > 500, amount, 0)'), 'plan.formula: `stage` is text and `500` is a number: they cannot be compared.'],
    ['a percent beside money', of('if(amount > 50%, amount, 0)'), 'plan.formula: `amount` is money and `50%` is a percent: they cannot be compared.'],
    ['money times money', of('amount * amount'), 'plan.formula: `amount` is money and `amount` is money: money times money has no meaning.'],
    ['a later stage in a target', paid('target: 100 * attainment, amount: { steps: { 0%: 1 } }'), 'plan.later_stage: `attainment` is known only after the target.'],
    ['a measure that reads itself', `measures: { m: { formula: n + 1 }, n: { formula: m + 1 } }\ncomponents: { c: { measure: m, rate: 1 } }\n`, 'plan.cycle: These measures need each other: m → n → m.'],
    ['a table that reads itself', `tables: { t: { by: value, steps: { 0: 1x, 50: t } } }\n${paid('rate: 1%, multiply: { f: t }')}`, 'plan.cycle: These tables need each other: t → t.'],
    ['tiers out of order', paid('rate: { marginal: { 100: 8%, 50: 5%, 0: 3% } }'), 'plan.table: `50` follows `100`, which is higher.'],
    ['a target in another unit', `terms: { quota: money a year }\ncomponents: { c: { measure: { count: deal }, target: quota, amount: { steps: { 0%: 1 } } } }\n`, 'plan.formula: '],
  ])('%s', async (_, plan, says) => {
    const { workspace, errors } = checked({ 'facts/f.yaml': FACTS, 'plans/p.yaml': `${HEAD}${plan}` });
    const found = errors.length > 0 || workspace === undefined ? errors : (await checkPlans(workspace, undefined)).filter((d) => d.severity === 'error');
    expect(found.map((d) => `${d.code}: ${d.message}`)).toEqual([expect.stringContaining(says)]);
  });
  test('a payee in two plans for one component', async () => {
    const { workspace } = checked({ 'facts/f.yaml': FACTS, 'plans/p.yaml': `${HEAD}${paid('rate: 1%')}`, 'plans/q.yaml': `${HEAD.replace('plan: p', 'plan: q')}${paid('rate: 2%')}` });
    expect((await checkPlans(workspace as NonNullable<typeof workspace>, undefined)).map((d) => d.code)).toEqual(['plan.paid_twice']);
  });
});

/** What the run says beside its amounts, and the figures asked for, by engine. */
async function told(plan: string, facts: string, ...figures: readonly string[]): Promise<readonly (readonly string[])[]> {
  const { workspace, errors } = checked({ 'facts/f.yaml': FACTS, 'plans/p.yaml': `${HEAD}${plan}` });
  if (workspace === undefined || errors.length > 0) throw new Error(errors.map((d) => d.message).join('\n'));
  const clean = async (): Promise<Engine> => {
    for (const name of ['word', 'imported', ...workspace.kinds.flatMap(tablesOf).map((t) => t.table)]) await engine.drop(name);
    return { ...engine, close: () => Promise.resolve() };
  };
  return Promise.all([clean, () => Promise.resolve(openMemory())].map(async (open) => {
    const said: string[] = [];
    const report = await runTestFile(workspace, 't.yaml', `plan: p\npeople: { ann: {} }\nfacts: { deal: [ ${facts} ] }\nexpect: [ ${figures.map((f) => `[ann, 2026, ${f}, 999]`).join(', ')} ]`, open, (seen) => {
      said.push(...seen.calculation.diagnostics.map((d) => `${d.severity} ${d.code}: ${d.message}`));
      return Promise.resolve();
    });
    return [...said, ...report.diagnostics.map((d) => `${d.code}: ${d.message}`), ...report.differences.map((d) => `${d.figure} ${d.got}`)];
  }));
}
const twice = (...lines: readonly string[]): readonly (readonly string[])[] => [lines, lines];
const deal = (id: string, amount: string, qty: string): string => `{ id: ${id}, owner: ann, date: 2026-02-01, amount: ${amount}, qty: ${qty} }`;

describe('the run tells', () => {
  const FOUR = [deal('a', '100', '0'), deal('b', '60', '2'), deal('c', '1', '0'), deal('d', '2', '0'), deal('e', '3', '0')].join(', ');
  test('facts whose value divides by 0, directly, in a derived field or in a factor', async () => {
    const said = 'warning run.divided_by_zero: The value of 4 deal facts divides by 0, so they do not count: "a", "c", "d" and 1 more.';
    expect(await told(of('amount / qty'), FOUR, 'c.value')).toEqual(twice(said, 'c.value 30'));
    expect(await told(of('each'), FOUR, 'c.value')).toEqual(twice(said, 'c.value 30'));
    expect(await told(`components: { c: { measure: { sum: amount, from: deal, factors: { f: 1 / qty } }, rate: 10% } }\n`, FOUR, 'c.value')).toEqual(twice(said, 'c.value 30'));
  });
  test('nothing of facts that say what they are worth then, or that are left out', async () => {
    expect(await told(of('if(qty = 0, 0, amount / qty)'), FOUR, 'c.value')).toEqual(twice('c.value 30'));
    expect(await told('components: { c: { measure: { sum: each, from: deal, where: qty <> 0 }, rate: 10% } }\n', FOUR, 'c.value')).toEqual(twice('c.value 30'));
    expect(await told('credits: { o: { from: deal, to: owner, where: qty > 0 } }\ncomponents: { c: { measure: { sum: each, from: deal }, rate: 10% } }\n', FOUR, 'c.value')).toEqual(twice('c.value 30'));
  });
  test('a ratio over 0 has no value, and an average of nothing has none: what they pay is held', async () => {
    const ratio = '{ ratio: [{ sum: amount, from: deal }, { sum: qty, from: deal }] }';
    expect(await told(`components: { c: { measure: ${ratio}, amount: { steps: { 0: 5 } } } }\n`, deal('a', '100', '0'), 'c.value', 'c')).toEqual(twice('c.value no value', 'c 0'));
    expect(await told('components: { c: { measure: { average: amount, from: deal, where: qty = 9 }, rate: 10% } }\n', deal('a', '100', '0'), 'c.value', 'c')).toEqual(twice('c.value no value', 'c 0'));
  });
});
