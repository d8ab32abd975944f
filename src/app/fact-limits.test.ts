/** Releases that ask about a single fact by measures with limits, and with a half-life. On both engines. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { differing, openForTests, RIGHT } from './both-engines.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openForTests('fact-limits'); });
afterAll(() => engine.close());

const FACTS = 'facts:\n  deal: { fields: { owner: payee, amount: money } }\n  cash: { fields: { deal: deal, amount: money, payer: text } }\n  visit: { fields: { deal: deal, points: number } }\n';
const plan = (measures: string, part: string): Readonly<Record<string, string>> => ({ 'facts/f.yaml': FACTS,
  'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\nmeasures:\n${measures}components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }\nrelease:\n  one: { ${part} }\n` });
const head = 'plan: p\nknown: 2026-12-31\npeople: { ann: {} }\n';

test('of each payer, and on each day, so much counts', async () => {
  // of 1,000: 300 of 500 by k, 200 by l, then nothing more of k; what is taken off is by order of day
  const rows = 'facts: { deal: [ { id: d, owner: ann, date: 2026-01-10, amount: 1_000 } ], cash: [ { deal: d, date: 2026-01-12, amount: 250, payer: k }, { deal: d, date: 2026-02-12, amount: 250, payer: k }, { deal: d, date: 2026-02-12, amount: 200, payer: l }, { deal: d, date: 2026-03-12, amount: 500, payer: k } ] }\n';
  const paid = (limits: string): Readonly<Record<string, string>> => plan(`  collected: { for: deal, ratio: [{ sum: amount, from: cash, limits: { ${limits} } }, { sum: amount, from: deal }] }\n`, 'share: 100%, as: collected');
  expect(await differing(engine, paid('each: { at_most: 300, per: payer }'), `${head}${rows}expect: [ [ann, 2026-01, release.one.1, 25], [ann, 2026-01, release.one.2, 5], [ann, 2026-01, release.one.3, 20], [ann, 2026-01, release.one.due, 50] ]`)).toEqual(RIGHT);
  expect(await differing(engine, paid('each: { at_most: 300, per: [payer, day] }'), `${head}${rows}expect: [ [ann, 2026-01, release.one.due, 100] ]`)).toEqual(RIGHT);
});

test('what has faded no longer meets a condition', async () => {
  const rows = (day: string): string => `facts: { deal: [ { id: d, owner: ann, date: 2026-01-10, amount: 1_000 } ], visit: [ { deal: d, date: ${day}, points: 40 } ] }\n`;
  const files = plan('  warmth: { for: deal, sum: points, from: visit, half_life: 10 days }\n', 'share: 100%, require: warmth >= 20, otherwise: lapse');
  // 40 points are 20 after ten days, and less after eleven
  expect(await differing(engine, files, `${head}${rows('2026-01-21')}expect: [ [ann, 2026-01, release.one.due, 100] ]`)).toEqual(RIGHT);
  expect(await differing(engine, files, `${head}${rows('2026-01-20')}expect: [ [ann, 2026-01, release.one.due, 0] ]`)).toEqual(RIGHT);
});

test('what fades cannot be paid as it grows', async () => {
  for (const [fades, word] of [['half_life: 10 days', 'has a half-life'], ['look_back: 10 days', 'looks back some days']] as const) {
    const files = plan(`  share: { for: deal, ratio: [{ sum: amount, from: cash, ${fades} }, { sum: amount, from: deal }] }\n`, 'share: 100%, as: share');
    const said = await differing(engine, files, `${head}facts: { deal: [ { id: d, owner: ann, date: 2026-01-10, amount: 1_000 } ], cash: [ { deal: d, date: 2026-01-12, amount: 250, payer: k } ] }\nexpect: [ [ann, 2026-01, release.one.due, 100] ]`);
    expect(said[0]?.[0], word).toMatch(new RegExp(`^plan.not_built_yet: .*${word}, so what is payable by it would shrink again`));
    expect(said[1]).toEqual(said[0]);
  }
});
