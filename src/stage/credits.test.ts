/** Who is credited with which share, on the real engine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { type Company, type FactRow, KINDS, openEngine, runCompany } from './stage.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openEngine('credits'); });
afterAll(() => engine.close());

const plan = (credits: string, measure = '{ sum: amount, from: deal }'): string => `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: year\n${credits}components:\n  c: { measure: ${measure}, rate: 10% }\n`;
const PEOPLE = { ann: {}, ben: {}, cat: {}, mo: {} };
const deal = (more: Partial<FactRow> = {}): FactRow => ({ date: '2026-02-03', owner: 'ann', amount: '1000', ...more });
/** `ann 3/5, ben 2/5`: the shares of the facts, in order of payee. */
async function credits(rule: string, facts: readonly FactRow[], more: Partial<Company> = {}): Promise<string> {
  const run = await runCompany(engine, { plans: [plan(`credits: ${rule}\n`)], people: PEOPLE, facts, ...more });
  const { catalogue } = run.calculation;
  const rows = (await run.rows('credits')).map((r) => `${catalogue.personOf(r['payee'] as number)?.id} ${String(r['share'])}/${catalogue.gathered.shareDivisor}`);
  return rows.sort().join(', ');
}
const one = (rule: string): string => `{ r: { from: deal, ${rule} } }`;

describe('one recipient, several, and nobody', () => {
  test('the owner has all of it where no rule speaks of the kind; a fact of nobody is nobody\'s', async () => {
    const run = await runCompany(engine, { plans: [plan('')], people: PEOPLE, facts: [deal({ id: 'a' }), { date: '2026-02-03', id: 'b', amount: '5' }] });
    expect((await run.rows('credits')).map((r) => String(r['share']))).toEqual(['1']);
    expect(await run.earned()).toMatchObject({ 'ann p c 2026': 10_000n, 'ben p c 2026': 0n });
  });
  test('[B1] several share equally among those who are there: thirds add up to the whole', async () => {
    expect(await credits(one('to: [owner, second, third]'), [deal({ second: 'ben', third: 'cat' })])).toBe('ann 2/6, ben 2/6, cat 2/6');
    expect(await credits(one('to: [owner, second, third]'), [deal({ third: 'cat' })])).toBe('ann 3/6, cat 3/6');
    expect(await credits(one('to: [owner, second, third]'), [{ date: '2026-02-03', amount: '9', third: 'cat' }])).toBe('cat 6/6');
    expect(await credits(one('to: [owner, second]'), [{ date: '2026-02-03', amount: '9' }])).toBe('');
  });
  test('through a reference, on the day of the fact', async () => {
    expect(await credits(one('to: account.lead'), [deal({ account: 'x' }), deal({ id: 'n', account: 'y' }), deal({ id: 'm' })], { accounts: { x: { lead: 'mo', tier: 'A' }, y: { tier: 'B' } } })).toBe('mo 1/1');
  });
  test('only rows that the rule speaks of, at the share that it says', async () => {
    expect(await credits(one('to: owner, share: 40%, where: stage = "Won"'), [deal({ stage: 'Won' }), deal({ id: 'n', stage: 'Lost' }), deal({ id: 'm' })])).toBe('ann 2/5');
  });
  test('[B6] nobody is credited on days when he is not there', async () => {
    const people = { ...PEOPLE, ann: { hired: '2026-02-03', left: '2026-03-01' } };
    expect(await credits(one('to: owner'), [deal({ id: 'a', date: '2026-02-02' }), deal({ id: 'b' }), deal({ id: 'c', date: '2026-02-28' }), deal({ id: 'd', date: '2026-03-01' })], { people })).toBe('ann 1/1, ann 1/1');
  });
});

describe('split in steps', () => {
  const SPLIT = one('split: [ { second: 20% }, { third: 25%, owner: rest } ]');
  test('[B1] each step takes its shares from what is left; rest is what remains', async () => {
    expect(await credits(SPLIT, [deal({ second: 'ben', third: 'cat' })])).toBe('ann 12/20, ben 4/20, cat 4/20');
  });
  test('nobody there leaves the share for what follows in the step, and for the next step', async () => {
    expect(await credits(SPLIT, [deal({ third: 'cat' })])).toBe('ann 15/20, cat 5/20');
    expect(await credits(SPLIT, [deal({ second: 'ben' })])).toBe('ann 16/20, ben 4/20');
    expect(await credits(SPLIT, [deal()])).toBe('ann 20/20');
    // with nobody for the rest, it stays uncredited
    expect(await credits(SPLIT, [{ date: '2026-02-03', amount: '1', second: 'ben' }])).toBe('ben 4/20');
  });
  test('the same payee twice has both shares', async () => {
    expect(await credits(SPLIT, [deal({ second: 'ann', third: 'cat' })])).toBe('ann 12/20, ann 4/20, cat 4/20');
    const run = await runCompany(engine, { plans: [plan(`credits: ${SPLIT}\n`)], people: PEOPLE, facts: [deal({ second: 'ann', third: 'cat' })] });
    expect(await run.earned()).toMatchObject({ 'ann p c 2026': 8_000n, 'cat p c 2026': 2_000n });
  });
  test('[B1] what is split adds up to the amount to the last unit, at a sum that thirds do not divide', async () => {
    const run = await runCompany(engine, { plans: [plan('credits: { r: { from: deal, to: [owner, second, third] } }\n')], people: PEOPLE, facts: [deal({ amount: '1000.01', second: 'ben', third: 'cat' }), deal({ id: 'n', amount: '-0.02', second: 'ben', third: 'cat' })] });
    const { shareDivisor } = run.calculation.catalogue.gathered;
    const x = (await run.rows('attainment')).reduce((n, r) => n + ((r['x_n'] as bigint) * shareDivisor) / (r['x_d'] as bigint), 0n);
    expect(x).toBe(99_999n * shareDivisor);
  });
});

describe('those above', () => {
  const TEAM = 'credits: { own: { from: deal, to: owner }, team: { from: deal, to: owner, up: manager, levels: all, overlay: yes } }\n';
  const people = { vp: {}, mo: { manager: 'vp' }, kim: { manager: 'vp' }, ann: [{ manager: 'mo' }, { from: '2026-03-01', manager: 'kim' }], ben: { manager: 'kim' } };
  const facts = [deal({ id: 'a', date: '2026-02-28' }), deal({ id: 'b', date: '2026-03-01', amount: '100' }), deal({ id: 'c', owner: 'ben', amount: '10' }), deal({ id: 'd', owner: 'mo', amount: '1' })];
  const rolled = async (of: Company['people']): Promise<Record<string, bigint>> => (await runCompany(engine, { plans: [plan(TEAM, '{ sum: amount, from: deal, credited: team }')], people: of, facts })).earned();
  test('[B5] a roll-up is what those directly below have by themselves and from below them, on the hierarchy of the day', async () => {
    expect(await rolled(people)).toEqual({ 'ann p c 2026': 0n, 'ben p c 2026': 0n, 'kim p c 2026': 1_100n, 'mo p c 2026': 10_000n, 'vp p c 2026': 11_110n });
  });
  test('[B7] moving a payee to another team changes the teams, not the company', async () => {
    const moved = await rolled({ ...people, ann: { manager: 'kim' } });
    expect(moved).toMatchObject({ 'kim p c 2026': 11_100n, 'mo p c 2026': 0n, 'vp p c 2026': 11_110n });
    const own = await runCompany(engine, { plans: [plan('')], people, facts }), ownMoved = await runCompany(engine, { plans: [plan('')], people: { ...people, ann: [{ manager: 'kim' }] }, facts });
    expect(await ownMoved.earned()).toEqual(await own.earned());
  });
  test('as many levels as the rule says', async () => {
    const levels = async (n: string): Promise<Record<string, bigint>> => (await runCompany(engine, { plans: [plan(`credits: { team: { from: deal, to: owner, up: manager, levels: ${n} } }\n`)], people, facts })).earned();
    expect(await levels('1')).toMatchObject({ 'mo p c 2026': 10_000n, 'kim p c 2026': 1_100n, 'vp p c 2026': 10n });
    expect(await levels('2')).toMatchObject({ 'mo p c 2026': 10_000n, 'kim p c 2026': 1_100n, 'vp p c 2026': 11_110n });
  });
});

/** calls have an account, too */
const THROUGH = `${KINDS.replace('minutes: number', 'minutes: number, account: account')}sources: { accounts: { file: accounts.csv, into: account, id: id, fields: { tier: tier, lead: lead } } }\n`;

describe('through touches', () => {
  test('those of the days before count, also where the plan begins in between', async () => {
    const call = (id: string, date: string, owner: string): FactRow => ({ kind: 'call', id, date, owner, account: 'x' });
    const facts = [deal({ date: '2026-01-10', account: 'x' }), call('early', '2025-10-12', 'mo'), call('just', '2025-10-13', 'cat'), call('old', '2025-12-20', 'ben'), call('same day', '2026-01-10', 'ann'), call('later', '2026-01-11', 'mo')];
    expect(await credits(one('through: call, to: call.owner, look_back: 89 days, overlay: yes'), facts, { kinds: THROUGH, accounts: { x: {} } })).toBe('ann 1/1, ben 1/1, cat 1/1');
  });
});

describe('a share of 0 is no credit', () => {
  test('no deal is counted, and no stage told apart, for somebody whom a table gives nothing', async () => {
    const none = 'credits: { r: { from: deal, split: [ { second: { by: stage, lookup: { Won: 0%, otherwise: 25% } }, owner: rest } ] } }\n', facts = [deal({ second: 'ben', stage: 'Won' })];
    for (const measure of ['{ count: deal }', '{ distinct: stage, from: deal }', '{ count: deal, where: amount > 1 }']) {
      const run = await runCompany(engine, { plans: [plan(none, measure).replace('10%', '10')], people: PEOPLE, facts });
      expect(await run.earned(), measure).toMatchObject({ 'ann p c 2026': 1_000n, 'ben p c 2026': 0n });
    }
    const some = await runCompany(engine, { plans: [plan(none, '{ count: deal }').replace('10%', '10')], people: PEOPLE, facts: [deal({ second: 'ben', stage: 'Open' })] });
    expect(await some.earned()).toMatchObject({ 'ann p c 2026': 1_000n, 'ben p c 2026': 1_000n });
  });
});

describe('rules that look alike', () => {
  const two = (name: string, first: string): string => `plan: ${name}\neffective: 2026-01-01 / 2027-01-01\nperiod: year\ncredits: { first: { from: deal, ${first} }, helped: { from: deal, to: third, overlay: yes, yields_to: first } }\ncomponents:\n  ${name}_help: { measure: { sum: amount, from: deal, credited: helped }, rate: 10% }\n  ${name}_first: { measure: { sum: amount, from: deal, credited: first }, rate: 1% }\n`;
  test('each gives way to the rule of its own plan', async () => {
    const run = await runCompany(engine, { plans: [two('p', 'to: owner'), two('q', 'to: second')], people: PEOPLE, facts: [deal({ second: 'ben', third: 'ann' }), deal({ id: 'n', second: 'ben', third: 'ben', amount: '10' })] });
    expect(await run.earned()).toMatchObject({ 'ann p p_help 2026': 0n, 'ann q q_help 2026': 10_000n, 'ben p p_help 2026': 100n, 'ben q q_help 2026': 0n });
  });
  test('one gives way to whoever is named on touches', async () => {
    const call = (owner: string): FactRow => ({ kind: 'call', date: '2026-02-01', owner, account: 'x' });
    const run = await runCompany(engine, { plans: [two('p', 'through: call, to: call.owner')], people: PEOPLE, accounts: { x: {} }, facts: [deal({ account: 'x', third: 'ann' }), call('ann'), deal({ id: 'n', account: 'x', third: 'ben', amount: '10' })], kinds: THROUGH });
    expect(await run.earned()).toMatchObject({ 'ann p p_help 2026': 0n, 'ben p p_help 2026': 100n, 'ann p p_first 2026': 1_010n });
  });
});
