/** Derived fields of people and pods, wherever plans read them, on the real engine. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../engine/engine.ts';
import { type Company, openEngine, runCompany, tryCompany } from './stage.fixture.ts';

let engine: Engine;
beforeAll(async () => { engine = await openEngine('derived-people'); });
afterAll(() => engine.close());

const KINDS = `facts:
  pod: { fields: { budget: money, region: text }, derived: { doubled: budget * 2 } }
  person:
    fields: { pod: pod, years: number, base: money }
    derived:
      seniority: { by: years, steps: { 0: 1, 5: 2 } }
      level: { by: seniority, lookup: { 1: '"junior"', 2: '"senior"', otherwise: '"none"' } }
      pay: base * seniority
      room: pod.budget + base
      above: manager.base * 10
  deal: { fields: { owner: payee, amount: money } }
sources:
  people: { file: p.csv, into: person, id: id, fields: { pod: pod, years: years, base: base, role: role, manager: manager, hired: hired, left: left, from: since } }
  pods: { file: q.csv, into: pod, id: id, fields: { budget: budget, region: region, from: since } }
`;
const plan = (components: string, more = ''): string => `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: month\n${more}components:\n${components}`;
const DEALS = [{ date: '2026-01-10', owner: 'ann', amount: '1000' }, { date: '2026-02-10', owner: 'ann', amount: '1000' }, { date: '2026-02-10', owner: 'ben', amount: '1000' }];
/** What is paid for January and February, without nothing: `ann 01: 200`. */
async function earned(components: string, more: Partial<Company> = {}, head = ''): Promise<string> {
  const run = await runCompany(engine, { plans: [plan(components, head)], kinds: KINDS, people: { ann: { years: '6', base: '100' }, ben: { years: '2', base: '50', manager: 'ann' } }, facts: DEALS, ...more });
  return Object.entries(await run.earned()).filter(([k, v]) => v !== 0n && /2026-0[12]$/.test(k)).map(([k, v]) => `${k.replace(' p c 2026-', ' ')}: ${v / 100n}`).join(', ');
}

describe('derived fields of a person', () => {
  test('in an amount, in a table, in the condition of the plan', async () => {
    expect(await earned('  c: { amount: payee.pay }\n')).toBe('ann 01: 200, ann 02: 200, ben 01: 50, ben 02: 50');
    expect(await earned('  c: { amount: { by: payee.level, lookup: { senior: 7, junior: 3 } } }\n')).toBe('ann 01: 7, ann 02: 7, ben 01: 3, ben 02: 3');
    expect(await earned('  c: { amount: 5 }\n', {}, 'payees: level = "junior"\n')).toBe('ben 01: 5, ben 02: 5');
  });
  test('of the one who is credited, and of the one whom a fact names', async () => {
    expect(await earned('  c: { measure: { sum: amount, from: deal, where: payee.level = "senior" }, rate: 10% }\n')).toBe('ann 01: 100, ann 02: 100');
    expect(await earned('  c: { measure: { sum: amount, from: deal, where: owner.level = "senior" }, rate: 10% }\n')).toBe('ann 01: 100, ann 02: 100');
    expect(await earned('  c: { measure: { sum: amount * payee.seniority, from: deal }, rate: 10% }\n')).toBe('ann 01: 200, ann 02: 200, ben 02: 100');
  });
  test('as of the day: his own rows, and those of what he refers to', async () => {
    expect(await earned('  c: { measure: { sum: amount * payee.seniority, from: deal }, rate: 10% }\n', { people: { ann: [{ years: '4' }, { from: '2026-02-01', years: '5' }] } })).toBe('ann 01: 100, ann 02: 200');
    expect(await earned('  c: { amount: payee.room }\n', { people: { ann: { base: '1', pod: 'q' } }, pods: { q: [{ budget: '10' }, { from: '2026-02-01', budget: '20' }] } })).toBe('ann 01: 11, ann 02: 21');
    expect(await earned('  c: { amount: payee.above }\n', { people: { ben: { base: '2', manager: 'mo' }, mo: [{ base: '3' }, { from: '2026-02-01', base: '4' }] } })).toBe('ben 01: 30, ben 02: 40');
  });
});

test('derived fields of what people belong to', async () => {
  expect(await earned('  c: { amount: pod.doubled }\n', { people: { ann: { pod: 'q' }, ben: { pod: 'r' } }, pods: { q: { budget: '12' }, r: { budget: '3' } } })).toBe('ann 01: 24, ann 02: 24, ben 01: 6, ben 02: 6');
});

test('words that formulas make are told apart, though no file says them', async () => {
  const kinds = KINDS.replace('deal: { fields: { owner: payee, amount: money } }', `deal: { fields: { owner: payee, amount: money }, derived: { size: { by: amount, steps: { 0: '"small"', 2_000: '"large"' } } } }`);
  expect(await earned('  c: { measure: { count: deal, where: size = "large" }, rate: 1 }\n', { kinds, facts: [...DEALS, { date: '2026-02-11', owner: 'ben', amount: '5000' }] })).toBe('ben 02: 1');
});

test('a measure among the fields of a person is refused', async () => {
  const kinds = `${KINDS.replace('above: manager.base * 10', 'above: pod.reached')}measures: { reached: { for: pod, sum: amount, from: deal } }\n`.replace('owner: payee, amount', 'pod: pod, owner: payee, amount');
  const { diagnostics } = await tryCompany(engine, { plans: [plan('  c: { amount: payee.above }\n')], people: { ann: { pod: 'q' } }, pods: { q: {} }, facts: [], kinds });
  expect(diagnostics.map((d) => d.message)).toEqual(['The derived field above reads reached of a pod, which is no field of a row']);
});
