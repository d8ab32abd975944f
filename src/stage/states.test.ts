/** From when until when a state holds, and the entries into it, in memory; `states-random.test.ts` compares both engines. */
import { beforeEach, describe, expect, test } from 'vitest';
import { rowsOf } from '../app/cells.ts';
import type { ProgramRunner } from '../engine/engine.ts';
import { openMemory } from '../engine/memory.ts';
import { scan } from '../relation/relation.ts';
import { formatDay } from '../value/period.ts';
import { type Company, type FactRow, runCompany, tryCompany } from './stage.fixture.ts';
import { WORD } from './store.ts';

let engine: ProgramRunner;
beforeEach(() => { engine = openMemory(); });

const KINDS = `facts:
  pod: { fields: { least: number } }
  account: { fields: { least: number, pod: pod, tier: text, lead: payee } }
  touch: { fields: { account: account, points: number, contact: text, seen: date, starts: date, ends: date } }
  seat: { fields: { account: account, starts: date, ends: date }, runs: [starts, ends] }
  move: { fields: { account: account, stage: text } }
  deal: { fields: { account: account, owner: payee, amount: money } }
sources:
  accounts: { file: a.csv, into: account, id: id, fields: { least: least, pod: pod, tier: tier, lead: lead } }
  pods: { file: p.csv, into: pod, id: id, fields: { least: least } }
`;
const plan = (states: string, more = '', measure = '{ for: company, count: s }'): string => `plan: p
effective: 2026-01-01 / 2027-01-01
period: year
states:
${states.replaceAll(/^/gm, '  ')}
measures:
  points: { for: account, sum: points, from: touch, look_back: 30 days }
  heat: { for: account, sum: points, from: touch, half_life: 5 days }
  seats: { for: account, count: seat, at: start }
  contacts: { for: account, distinct: contact, from: touch, look_back: 30 days }
  capped: { for: account, sum: points, from: touch, look_back: 30 days, limits: { daily: { at_most: 20, per: [contact, day] } } }
  ever: { for: account, sum: points, from: touch, at: end, limits: { all: { at_most: 25, per: contact } } }
  average: { for: account, average: points, from: touch, look_back: 30 days }
  last_points: { for: account, last: points, from: touch, at: end }
  share: { for: account, ratio: [points, contacts] }
  by_seen: { for: account, sum: points, from: touch, date: seen, look_back: 10 days }
${more}components:
  c: { measure: ${measure}, rate: 100 }
`;
/** A day of 2026 or the years around it: `01-05`, `2025-12-24`. */
const on = (text: string): string => (text.length === 5 ? `2026-${text}` : text);
const touch = (date: string, points = 10, more: Partial<FactRow> = {}): FactRow => ({ kind: 'touch', date: on(date), account: 'x', points: String(points), contact: 'k', ...more });
const move = (date: string, stage: string, more: Partial<FactRow> = {}): FactRow => ({ kind: 'move', date: on(date), account: 'x', stage, ...more });

/** `x 2026-01-10 since 2026-01-03`, in order of account and day. */
async function entries(states: string, facts: readonly FactRow[], more: Partial<Company> & { readonly of?: string; readonly measures?: string } = {}): Promise<string[]> {
  const run = await runCompany(engine, { plans: [plan(states, more.measures)], people: { ann: {} }, accounts: { x: {} }, facts, kinds: KINDS, ...more });
  const rows = await run.rows(`rows_${more.of ?? 's'}`);
  return rows.map((r) => { const [, who, since] = String(r['id']).split('/'); return `${who} ${formatDay(r['day'] as number)}${formatDay(r['day'] as number) === since ? '' : ` since ${since}`}`; }).sort();
}

describe('changes of a field', () => {
  const lasting = 's: { for: account, from: move, value: stage, levels: [A, B, C], lasting: 10 days }';
  const changed = async (states: string, facts: readonly FactRow[], more: Partial<Company> = {}): Promise<string[]> => {
    const run = await runCompany(engine, { plans: [plan(states)], people: { ann: {} }, accounts: { x: {} }, facts, kinds: KINDS, ...more });
    const words = new Map(rowsOf(await engine.read(scan(WORD))).map((w) => [w['code'], w['word']]));
    return (await run.rows('rows_s')).map((r) => `${formatDay(r['day'] as number)} ${words.get(r['previous']) ?? '-'} → ${words.get(r['value']) ?? '-'} ${r['steps'] === null ? '?' : (r['steps'] as bigint) / 1_000_000n}`).sort();
  };
  test('each change is an entry on its own day, with the steps between levels; the first is no step', async () => {
    expect(await changed('s: { for: account, from: move, value: stage, levels: [A, B, C] }', [move('01-05', 'A'), move('02-01', 'C'), move('02-03', 'B')])).toEqual(['2026-01-05 - → A 0', '2026-02-01 A → C 2', '2026-02-03 C → B -1']);
  });
  test('a stay that has lasted exactly counts; one day less is passed over', async () => {
    expect(await changed(lasting, [move('01-05', 'A'), move('02-01', 'B'), move('02-11', 'C')])).toEqual(['2026-01-05 - → A 0', '2026-02-01 A → B 1', '2026-02-11 B → C 1']);
    expect(await changed(lasting, [move('01-05', 'A'), move('02-01', 'B'), move('02-10', 'C')])).toEqual(['2026-01-05 - → A 0', '2026-02-10 A → C 2']);
  });
  test('equal neighbours are one, also where what lay between is passed over', async () => {
    expect(await changed(lasting, [move('01-05', 'A'), move('01-20', 'A'), move('02-10', 'B')])).toEqual(['2026-01-05 - → A 0', '2026-02-10 A → B 1']);
    expect(await changed(lasting, [move('01-05', 'A'), move('02-01', 'B'), move('02-04', 'A'), move('03-01', 'C')])).toEqual(['2026-01-05 - → A 0', '2026-03-01 A → C 2']);
  });
  test('a stay is as long as until the next row, whatever that says', async () => {
    expect(await changed(lasting, [move('01-05', 'A'), move('02-01', 'B'), move('02-08', 'B'), move('02-20', 'C')])).toEqual(['2026-01-05 - → A 0', '2026-02-08 A → B 1', '2026-02-20 B → C 1']);
  });
  test('what has not ended has lasted until the last day that is known', async () => {
    expect(await changed(lasting, [move('01-05', 'A'), move('02-01', 'B')], { asOf: '2026-02-11' })).toEqual(['2026-01-05 - → A 0', '2026-02-01 A → B 1']);
    expect(await changed(lasting, [move('01-05', 'A'), move('02-01', 'B')], { asOf: '2026-02-10' })).toEqual(['2026-01-05 - → A 0']);
    expect(await changed(lasting, [move('12-28', 'A')])).toEqual(['2026-12-28 - → A 0']);
  });
  test('several changes on one day go by their ids', async () => {
    expect(await changed('s: { for: account, from: move, value: stage, levels: [A, B, C] }', [move('01-05', 'B', { id: 'b' }), move('01-05', 'A', { id: 'a' })])).toEqual(['2026-01-05 - → A 0', '2026-01-05 A → B 1']);
  });
  test('a word that is no level has no steps, and rows of nobody change nothing', async () => {
    expect(await changed('s: { for: account, from: move, value: stage, levels: [A, B] }', [move('01-05', 'A'), move('01-06', 'Z'), { kind: 'move', date: '2026-01-07', stage: 'B' }])).toEqual(['2026-01-05 - → A 0', '2026-01-06 A → Z ?']);
    expect(await changed('s: { for: account, from: move, value: stage }', [move('01-05', 'A'), move('01-06', 'Z')])).toEqual(['2026-01-05 - → A 0', '2026-01-06 A → Z 0']);
  });
  test('the steps are summed for whom the account belongs to', async () => {
    const run = await runCompany(engine, { plans: [plan('s: { for: account, from: move, value: stage, levels: [A, B, C] }', 'credits: { r: { from: s, to: account.lead } }\n', '{ sum: steps, from: s }')], people: { ann: {}, ben: {} }, accounts: { x: { lead: 'ann' }, y: { lead: 'ben' } }, kinds: KINDS,
      facts: [move('01-05', 'A'), move('02-01', 'C'), move('01-05', 'A', { account: 'y' }), move('03-01', 'B', { account: 'y' })] });
    expect(await run.earned()).toEqual({ 'ann p c 2026': 20_000n, 'ben p c 2026': 10_000n });
  });
});

describe('days on which a condition holds', () => {
  const lasting = 's: { for: account, while: points >= 30, lasting: 7 days }';
  test('entered when it has held so long: exactly, and not one day less', async () => {
    // the first ten points leave the look-back on the 31st day
    expect(await entries(lasting, [touch('01-01'), touch('01-02'), touch('01-24')])).toEqual(['x 2026-01-31 since 2026-01-24']);
    expect(await entries(lasting, [touch('01-01'), touch('01-02'), touch('01-25')])).toEqual([]);
  });
  test('falls back below the threshold, and holds again', async () => {
    expect(await entries(lasting, [touch('01-01'), touch('01-02'), touch('01-26'), touch('02-10'), touch('02-11')])).toEqual(['x 2026-02-18 since 2026-02-11']);
  });
  test('short times in which it does not hold are passed over, too', async () => {
    // holds from 1 January, not from 31 January to 2 February, then again
    expect(await entries(lasting, [touch('01-01', 30), touch('02-03', 30)])).toEqual(['x 2026-01-08 since 2026-01-01']);
    expect(await entries(lasting, [touch('01-01', 30), touch('02-07', 30)])).toEqual(['x 2026-01-08 since 2026-01-01', 'x 2026-02-14 since 2026-02-07']);
  });
  test('without `lasting` each day on which it begins to hold is an entry', async () => {
    expect(await entries('s: { for: account, while: points >= 30 }', [touch('01-01', 30), touch('02-01', 30)])).toEqual(['x 2026-01-01', 'x 2026-02-01']);
  });
  test('entered again so long after the last entry that counted', async () => {
    const again = (days: number): string => `s: { for: account, while: points >= 30, again_after: ${days} days }`, facts = [touch('01-01', 30), touch('02-10', 30), touch('04-01', 30)];
    expect(await entries(again(40), facts)).toEqual(['x 2026-01-01', 'x 2026-02-10', 'x 2026-04-01']);
    expect(await entries(again(41), facts)).toEqual(['x 2026-01-01', 'x 2026-04-01']);
    expect(await entries(again(91), facts)).toEqual(['x 2026-01-01']);
  });
  test('the first entry of each account alone, by a kind that keeps it', async () => {
    const first = KINDS.replace('sources:', '  first_s: { from: s, keep: first, per: account }\nsources:');
    const run = await runCompany(engine, { plans: [plan('', '', '{ for: company, count: first_s }').replace('states:\n  \n', '')], people: { ann: {} }, accounts: { x: {}, y: {} }, kinds: `${first}states:\n  s: { for: account, while: points >= 30 }\nmeasures:\n  points: { for: account, sum: points, from: touch, look_back: 30 days }\n`.replace(/$/, ''), facts: [touch('01-01', 30), touch('04-10', 30), touch('05-01', 30, { account: 'y' })] });
    expect((await run.rows('rows_first_s')).map((r) => String(r['id'])).sort()).toEqual(['s/x/2026-01-01', 's/y/2026-05-01']);
  });
  test('what had held before the plan is no entry in it', async () => {
    const run = await runCompany(engine, { plans: [plan('s: { for: account, while: points >= 30, lasting: 7 days }')], people: { ann: {} }, accounts: { x: {}, y: {} }, kinds: KINDS, facts: [touch('2025-12-20', 30), touch('01-15', 30), touch('2025-12-25', 30, { account: 'y' })] });
    // of y the seventh day is in the plan
    expect(await run.earned()).toEqual({ 'ann p c 2026': 10_000n });
    expect((await run.rows('rows_s')).map((r) => formatDay(r['day'] as number)).sort()).toEqual(['2025-12-27', '2026-01-01']);
  });
  test('what still holds counts once it has lasted until the last day that is known', async () => {
    expect(await entries(lasting, [touch('03-01', 30)], { asOf: '2026-03-08' })).toEqual(['x 2026-03-08 since 2026-03-01']);
    expect(await entries(lasting, [touch('03-01', 30)], { asOf: '2026-03-07' })).toEqual([]);
  });
  test('an account that is not known has no state, and one without facts only what its fields say', async () => {
    const always = await runCompany(engine, { plans: [plan('s: { for: account, while: points >= 0 }')], people: { ann: {} }, accounts: { y: {} }, kinds: KINDS, facts: [touch('01-01', 30, { account: 'z' })] });
    expect((await always.rows('rows_s')).map((r) => String(r['id']))).toEqual(['s/y/always']);
    expect(await always.earned()).toEqual({ 'ann p c 2026': 0n });
    expect(await entries('s: { for: account, while: points >= 1 }', [], { accounts: { y: {} } })).toEqual([]);
  });
});

describe('what a condition may read', () => {
  test('fields of the account as of the day, and of what it refers to', async () => {
    const facts = [touch('01-01', 30)], rows = (field: string, rest: Readonly<Record<string, string>> = {}) => [{ ...rest, [field]: '50' }, { ...rest, from: '2026-01-10', [field]: '20' }, { ...rest, from: '2026-01-20', [field]: '40' }];
    expect(await entries('s: { for: account, while: points >= least }', facts, { accounts: { x: rows('least') } })).toEqual(['x 2026-01-10']);
    expect(await entries('s: { for: account, while: points >= least, lasting: 10 days }', facts, { accounts: { x: rows('least') } })).toEqual(['x 2026-01-20 since 2026-01-10']);
    expect(await entries('s: { for: account, while: points >= least, lasting: 11 days }', facts, { accounts: { x: rows('least') } })).toEqual([]);
    expect(await entries('s: { for: account, while: points >= pod.least }', facts, { accounts: { x: { pod: 'q' } }, pods: { q: rows('least') } })).toEqual(['x 2026-01-10']);
    expect(await entries('s: { for: account, while: pod.least = 20 }', [], { accounts: { x: [{ pod: 'r' }, { from: '2026-01-05', pod: 'q' }] }, pods: { q: rows('least'), r: { least: '1' } } })).toEqual(['x 2026-01-10']);
  });
  test('derived fields, and a measure among them', async () => {
    const kinds = KINDS.replace("account: { fields: { least: number, pod: pod, tier: text, lead: payee } }", "account: { fields: { least: number, pod: pod, tier: text, lead: payee }, derived: { wanted: { by: tier, lookup: { A: 20, otherwise: 40 } } } }");
    expect(await entries('s: { for: account, while: points >= wanted }', [touch('01-01', 20), touch('01-01', 20, { account: 'y' }), touch('01-03', 20, { account: 'y' })], { kinds, accounts: { x: { tier: 'A' }, y: { tier: 'B' } } })).toEqual(['x 2026-01-01', 'y 2026-01-03']);
  });
  test('half-lives: every day is looked at', async () => {
    // 40 is 20 after five days, 10 after ten, and 10 and 20 after that
    expect(await entries('s: { for: account, while: heat >= 25 and heat < 30 }', [touch('01-01', 40)])).toEqual(['x 2026-01-04']);
    expect(await entries('s: { for: account, while: heat >= 20, lasting: 6 days }', [touch('01-01', 40)])).toEqual(['x 2026-01-07 since 2026-01-01']);
    expect(await entries('s: { for: account, while: heat >= 20, lasting: 7 days }', [touch('01-01', 40)])).toEqual([]);
    expect(await entries('s: { for: account, while: heat >= 20, lasting: 7 days }', [touch('01-01', 40), touch('01-06', 20)])).toEqual(['x 2026-01-08 since 2026-01-01']);
    // after ten half-lives nothing is left
    expect(await entries('s: { for: account, while: heat = 0 }', [touch('01-01', 40)])).toEqual(expect.arrayContaining(['x 2026-02-20']));
  });
  test('different values, limits of a day, limits of all, averages, the last, ratios', async () => {
    expect(await entries('s: { for: account, while: contacts >= 2 }', [touch('01-01'), touch('01-02'), touch('01-09', 1, { contact: 'l' })])).toEqual(['x 2026-01-09']);
    expect(await entries('s: { for: account, while: capped >= 40 }', [touch('01-01', 15), touch('01-01', 15), touch('01-01', 15, { contact: 'l' }), touch('01-05', 5)])).toEqual(['x 2026-01-05']);
    expect(await entries('s: { for: account, while: ever >= 50 }', [touch('01-01', 40), touch('01-03', 40), touch('02-05', 40, { contact: 'l' })])).toEqual(['x 2026-02-05']);
    expect(await entries('s: { for: account, while: average < 8 and average > 1 }', [touch('01-01', 10), touch('01-03', 2)])).toEqual(['x 2026-01-03']);
    expect(await entries('s: { for: account, while: last_points = 3 }', [touch('01-01', 3), touch('01-03', 4), touch('01-09', 3)])).toEqual(['x 2026-01-01', 'x 2026-01-09']);
    expect(await entries('s: { for: account, while: share >= 1200% }', [touch('01-01', 12), touch('01-02', 11, { contact: 'l' }), touch('01-05', 1, { contact: 'l' })])).toEqual(['x 2026-01-01', 'x 2026-01-05']);
  });
  test('another date, and what runs', async () => {
    expect(await entries('s: { for: account, while: by_seen >= 10, lasting: 10 days }', [touch('01-01', 10, { seen: '2026-03-01' })])).toEqual(['x 2026-03-11 since 2026-03-01']);
    expect(await entries('s: { for: account, while: by_seen >= 10, lasting: 11 days }', [touch('01-01', 10, { seen: '2026-03-01' })])).toEqual([]);
    const seat = (starts: string, ends?: string): FactRow => ({ kind: 'seat', date: '2026-01-01', account: 'x', starts: on(starts), ...(ends !== undefined && { ends: on(ends) }) });
    expect(await entries('s: { for: account, while: seats = 1 }', [seat('02-01', '02-05'), seat('02-03', '03-01'), seat('04-01')])).toEqual(['x 2026-02-01', 'x 2026-02-05', 'x 2026-04-01']);
  });
  test('another state: while it holds, and at which level', async () => {
    const two = 'h: { for: account, while: points >= 30, lasting: 5 days }\nl: { for: account, from: move, value: stage, levels: [A, B] }\ns: { for: account, while: h and l = "B", lasting: 3 days }';
    expect(await entries(two, [move('01-01', 'A'), touch('01-05', 30), move('01-20', 'B')])).toEqual(['x 2026-01-23 since 2026-01-20']);
    expect(await entries(two, [move('01-01', 'A'), touch('01-05', 30), move('02-02', 'B')])).toEqual([]);
    expect(await entries('h: { for: account, while: points >= 30 }\ns: { for: account, while: not h }', [touch('01-05', 30)])).toEqual(expect.arrayContaining(['x 2026-02-04']));
  });
  test('entries of another state, as facts', async () => {
    const two = 'l: { for: account, from: move, value: stage, levels: [A, B, C] }\ns: { for: account, while: climbed >= 2 }';
    expect(await entries(two, [move('01-01', 'A'), move('01-10', 'B'), move('01-30', 'C')], { measures: '  climbed: { for: account, sum: steps, from: l, look_back: 30 days }\n' })).toEqual(['x 2026-01-30']);
    expect(await entries('l: { for: account, from: move, value: stage }\ns: { for: account, from: l, value: value, lasting: 20 days }', [move('01-01', 'A'), move('01-10', 'B'), move('01-30', 'C')])).toEqual(['x 2026-01-10', 'x 2026-01-30']);
  });
  test('facts that a guardrail rejects count nothing', async () => {
    const guarded = '  x: { for: account, sum: points, from: touch }\nguardrails: { real: { from: touch, require: points < 25, otherwise: reject } }\n';
    expect(await entries('s: { for: account, while: points >= 30 }', [touch('01-01', 40), touch('01-05', 20), touch('01-09', 20)], { measures: guarded })).toEqual(['x 2026-01-09']);
  });
});

describe('the level of a state in other formulas', () => {
  test('of the account of a fact, on the day of the fact', async () => {
    const states = 'h: { for: account, while: points >= 30, lasting: 5 days }\nl: { for: account, from: move, value: stage }';
    const deal = (date: string, amount: string): FactRow => ({ date: on(date), account: 'x', owner: 'ann', amount });
    const facts = [touch('02-01', 30), move('02-10', 'B'), deal('01-31', '1'), deal('02-01', '20'), deal('02-09', '300'), deal('02-10', '4000'), deal('03-02', '50000'), deal('03-03', '600000')];
    const earned = async (where: string): Promise<bigint | undefined> => (await (await runCompany(engine, { plans: [plan(states, '', `{ sum: amount, from: deal, where: ${where} }`).replace('rate: 100', 'rate: 10%')], people: { ann: {} }, accounts: { x: {} }, kinds: KINDS, facts })).earned())['ann p c 2026'];
    expect(await earned('h')).toBe(543_200n);
    expect(await earned('not account.h')).toBe(6_000_010n);
    expect(await earned('account.l = "B"')).toBe(6_540_000n);
  });
});

describe('what is refused', () => {
  const company = (plans: readonly string[]): Company => ({ plans, people: { ann: {} }, accounts: { x: {} }, facts: [], kinds: KINDS });
  test('one name with two meanings in two plans', async () => {
    const { diagnostics } = await tryCompany(engine, company([plan('s: { for: account, while: points >= 30 }'), plan('s: { for: account, while: points >= 31 }').replace('plan: p', 'plan: q').replace('\n  c: {', '\n  d: {')]));
    expect(diagnostics.map((d) => d.message)).toEqual(['The state s comes to other entries in q (from 2026-01-01) than in p (from 2026-01-01): what it says, the measures that it reads, or the guardrails of their facts differ']);
    expect((await tryCompany(engine, company([plan('s: { for: account, while: points >= 30 }'), plan('s: { for: account, while: points >= 30 }').replace('plan: p', 'plan: q').replace('\n  c: {', '\n  d: {')]))).diagnostics).toEqual([]);
  });
});
