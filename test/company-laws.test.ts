/** Laws of credits, caps, pools, ranks and lines over random companies. Invariants by their id. On the engine in memory; `parity.test.ts` holds the other one to it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openMemory } from '../src/engine/memory.ts';
import { type Company, type FactRow, KINDS, type Run, runCompany } from '../src/stage/stage.fixture.ts';
import { parseDay } from '../src/value/period.ts';
import { company, fact, facts, PEOPLE } from './companies.ts';

const RUNS = { numRuns: 20 };
const run = (of: Company): Promise<Run> => runCompany(openMemory(), of);
const HEAD = 'plan: p\neffective: 2026-01-01 / 2027-01-01\npayees: all\nperiod: quarter\n';
const sumOf = (amounts: Record<string, bigint>, pattern: RegExp): bigint => Object.entries(amounts).reduce((n, [key, x]) => (pattern.test(key) ? n + x : n), 0n);
const WHO = Object.keys(PEOPLE);
const QUARTERS = ['2026-Q1', '2026-Q2', '2026-Q3', '2026-Q4'];

// ---- credits ----

test('[B3] no relation of a run has two rows of one key: a fact is credited to a payee by a rule once', async () => {
  await fc.assert(fc.asyncProperty(facts, async (rows) => {
    // the same payee twice in one fact is where a rule could credit him twice
    const twice = rows.map((f, i) => (i % 3 === 0 ? { ...f, second: f['owner'] } : f));
    const made = await run(company(twice, [`${HEAD}credits: { parts: { from: deal, split: { owner: 60%, second: rest } }, all: { from: deal, to: [owner, second], overlay: yes }, up: { from: deal, to: owner, up: manager, levels: all, overlay: yes } }
components: { a: { measure: { sum: amount, from: deal, credited: parts }, rate: 1% }, b: { measure: { sum: amount, from: deal, credited: all }, rate: 1% }, c: { measure: { sum: amount, from: deal, credited: up }, rate: 1% } }\n`]));
    // somebody who is named twice has two shares of one rule, one for each place
    const places = new Map(twice.map((f) => [f.id ?? '', f['owner'] === f['second'] ? 2 : 1]));
    let relations = 0;
    for (const { name, key, make } of made.calculation.compiled.program.statements) {
      if (make === 'insert' || key.length === 0) continue;
      const most = name === 'credits' ? Math.max(...places.values()) : 1;
      const keyed = Map.groupBy(await made.rows(name), (r) => key.map((c) => String(r[c])).join('|'));
      for (const [of, found] of keyed) expect(found.length, `${name} ${of}`).toBeLessThanOrEqual(most);
      relations++;
    }
    expect(relations).toBeGreaterThan(5);
  }), RUNS);
});

test('[B4] an account has one owner on each day, and whoever owns it on the day of the fact is credited', async () => {
  const lead = fc.constantFrom('ann', 'ben', 'cat', 'mo'), month = fc.integer({ min: 1, max: 12 }).map((m) => `2026-${String(m).padStart(2, '0')}-15`);
  const owners = fc.tuple(lead, fc.uniqueArray(fc.tuple(month, lead), { maxLength: 4, selector: ([from]) => from })).map(([first, rows]) => [{ from: '2000-01-01', lead: first, tier: 'A' }, ...rows.map(([from, who]) => ({ from, lead: who, tier: 'A' }))]);
  await fc.assert(fc.asyncProperty(facts, owners, owners, async (rows, x, y) => {
    const made = await run({ plans: [`${HEAD}credits: { lead: { from: deal, to: account.lead } }\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 1% } }\n`], people: { ann: {}, ben: {}, cat: {}, mo: {} }, accounts: { x, y }, facts: rows });
    const { catalogue } = made.calculation, credited = (await made.rows('credits')).map((r) => `${String(r['day'])} ${catalogue.personOf(r['payee'] as number)?.id}`).sort();
    const holder = (f: FactRow): string | undefined => (f['account'] === 'x' ? x : y).filter((o) => o.from <= f.date).toSorted((a, b) => (a.from < b.from ? 1 : -1))[0]?.lead;
    expect(credited).toEqual(rows.map((f) => `${parseDay(f.date)} ${holder(f)}`).sort());
  }), RUNS);
});

test('[B7] whoever is in whose team, what is credited to sellers stays the same, and so does the pay of each', async () => {
  const SPLIT = `${HEAD}credits: { parts: { from: deal, split: { second: 33.3%, owner: rest } } }\ncomponents: { c: { measure: { sum: amount, from: deal, credited: parts }, rate: 3.7% } }\n`;
  await fc.assert(fc.asyncProperty(facts, fc.constantFrom('mo', 'kim', 'vic'), fc.constantFrom('mo', 'kim'), async (rows, ann, ben) => {
    const moved = { ...PEOPLE, ann: { manager: ann }, ben: { manager: ben, hired: '2026-02-10' } };
    expect(await (await run({ ...company(rows, [SPLIT]), people: moved })).earned()).toEqual(await (await run(company(rows, [SPLIT]))).earned());
  }), RUNS);
});

// ---- amounts ----

test('[C9] pay is between floor and cap, of a quarter, of the year and of the plan; what a cap cuts is a step that can be seen', async () => {
  const plan = (caps: boolean): string => `${HEAD}components:
  quarter: { measure: { sum: amount, from: deal }, rate: 7%${caps ? ', floor: 100, cap: 900.5' : ''} }
  year: { measure: { sum: amount, from: deal }, window: whole year, rate: 5%${caps ? ', cap: 1_000.01' : ''} }
${caps ? 'cap: 1_500\n' : ''}`;
  let cut = 0;
  await fc.assert(fc.asyncProperty(facts, async (rows) => {
    const free = await (await run(company(rows, [plan(false)]))).earned(), made = await run(company(rows, [plan(true)])), amounts = await made.earned();
    const least = (a: bigint, b: bigint): bigint => (a < b ? a : b), most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
    const earned = new Map((await made.rows('earnings')).map((r) => [`${made.calculation.catalogue.personOf(r['payee'] as number)?.id} p ${made.calculation.catalogue.components[r['component'] as number]?.path.join('.')} ${made.calculation.catalogue.periodOf(r['period'] as number).label}`, r['amount'] as bigint]));
    for (const who of WHO) {
      expect(sumOf(Object.fromEntries(earned), new RegExp(`^${who} p year `)) <= 100_001n, who).toBe(true);
      for (const quarter of QUARTERS) {
        const key = `${who} p quarter ${quarter}`;
        if (free[key] === undefined) continue;
        // part of a quarter has part of a floor without a unit of time: it is what it is
        expect(earned.get(key), key).toBe(least(most(free[key], 10_000n), 90_050n));
        const total = sumOf(amounts, new RegExp(`^${who} p \\w+ ${quarter}$`));
        expect(total <= 150_000n, key).toBe(true);
      }
    }
    // each cent between what the table gives and what is paid is in the columns of the steps
    for (const r of (await made.rows('earned_0')).filter((x) => made.calculation.catalogue.components[x['component'] as number]?.path[0] === 'quarter')) if (r['factored'] !== r['limited']) cut++;
  }), RUNS);
  expect(cut).toBeGreaterThan(10);
});

test('[C11] what has a flat rate is paid k times for k times the amounts, before the rounding', async () => {
  const FLAT = `${HEAD}credits: { parts: { from: deal, split: { second: 25%, owner: rest } }, up: { from: deal, to: owner, up: manager, levels: all, overlay: yes } }
components:
  own: { measure: { sum: amount, from: deal, where: stage = "Won", credited: parts }, rate: 3.33% }
  ytd: { measure: { sum: amount, from: deal, credited: parts }, window: year to date, rate: 0.077% }
  each: { measure: { sum: amount, from: deal }, per: deal, rate: 1.25% }
  team: { measure: { sum: amount, from: deal, credited: up }, rate: 0.77% }
  by_tier: { measure: { sum: amount, from: deal, credited: parts }, rate: { by: account.tier, lookup: { A: 2%, otherwise: 1% } } }
`;
  await fc.assert(fc.asyncProperty(facts, fc.bigInt({ min: -3n, max: 1_000n }), async (rows, k) => {
    const cents = (text: string | undefined): bigint => BigInt((text ?? '0').replace('.', ''));
    const written = (n: bigint): string => `${n < 0n ? '-' : ''}${(n < 0n ? -n : n) / 100n}.${String((n < 0n ? -n : n) % 100n).padStart(2, '0')}`;
    const raw = async (of: readonly FactRow[]): Promise<Map<string, bigint>> => {
      const made = await run(company(of, [FLAT])), { catalogue } = made.calculation, by = new Map<string, bigint>();
      for (const r of await made.rows('earned_0')) { const key = `${String(r['component'])} ${catalogue.personOf(r['payee'] as number)?.id} ${String(r['period'])}`; by.set(key, (by.get(key) ?? 0n) + (r['raw'] as bigint)); }
      return by;
    };
    const one = await raw(rows), many = await raw(rows.map((f) => ({ ...f, amount: written(cents(f['amount']) * k) })));
    expect([...many].filter(([, x]) => x !== 0n)).toEqual([...one].map(([key, x]) => [key, x * k]).filter(([, x]) => x !== 0n));
  }), RUNS);
});

const REVERSING = `${KINDS.replace('renewal: yes/no }', 'renewal: yes/no, reverses: deal }')}sources: { accounts: { file: accounts.csv, into: account, id: id, fields: { tier: tier, lead: lead } } }\n`;
test('[C12] a fact that is reversed in the same quarter pays as if it had not been, counts and different values too', async () => {
  const PLAN = `${HEAD}terms: { quota: money a year = 60_000 }
credits: { parts: { from: deal, split: { second: 25%, owner: rest } }, up: { from: deal, to: owner, up: manager, levels: all, overlay: yes } }
components:
  tiers: { measure: { sum: amount, from: deal, credited: parts }, rate: { marginal: { 0: 3.33%, 2_500: 5%, 9_999.99: 7.77% } } }
  curve: { measure: { sum: amount, from: deal, where: stage = "Won", credited: parts }, target: quota, window: year to date, amount: { points: { 0%: 0, 100%: 5_000, 200%: 20_000 } } }
  words: { measure: { count: deal, credited: parts }, rate: { by: account.tier, lookup: { A: 11, otherwise: 3 } } }
  team: { measure: { sum: amount, from: deal, credited: up }, rate: { retroactive: { 0: 1%, 20_000: 2% } } }
  each: { measure: { sum: amount, from: deal, credited: parts }, per: deal, amount: { steps: { 500: 50, 5_000: 450 } }, cap: 400, floor: 5 }
  size: { measure: { sum: amount, from: deal, credited: parts }, per: deal, rate: { retroactive: { 0: 1.111%, 2_500: 5% } }, gates: { large: { require: value >= 1_000, otherwise: 50% } } }
`;
  await fc.assert(fc.asyncProperty(facts, fact, async (rows, more) => {
    const pair: FactRow[] = [{ ...more, id: 'plus' }, { id: 'minus', reverses: 'plus', date: more.date }];
    const plain = { ...company(rows, [PLAN]), kinds: REVERSING };
    expect(await (await run({ ...plain, facts: [...rows, ...pair] })).earned()).toEqual(await (await run(plain)).earned());
  }), RUNS);
});

// ---- what is shared ----

test('[C14] the parts of a pool add up to it, to the cent; nobody has a part below 0, nor more than a cent beside his exact part', async () => {
  const POOL = `${HEAD}measures: { everything: { for: company, sum: amount, from: deal }, own: { sum: minutes, from: call } }
components: { pot: { measure: everything, rate: 1%, pool: { share: own } } }\n`;
  const minutes = fc.array(fc.record({ owner: fc.constantFrom(...WHO), date: fc.constantFrom('2026-03-03', '2026-05-05', '2026-11-11'), minutes: fc.integer({ min: 0, max: 7 }).map(String) }), { minLength: 1, maxLength: 8 });
  let shared = 0;
  await fc.assert(fc.asyncProperty(facts, minutes, async (rows, calls) => {
    const amounts = await (await run(company([...rows, ...calls.map((c, i): FactRow => ({ ...c, kind: 'call', id: `c${i}` }))], [POOL]))).earned();
    for (const [i, quarter] of QUARTERS.entries()) {
      const within = (day: string): boolean => Math.ceil(Number(day.slice(5, 7)) / 3) === i + 1;
      const there = (c: { readonly owner: string; readonly date: string }): boolean => !(c.owner === 'ben' && c.date < '2026-02-10') && !(c.owner === 'cat' && c.date >= '2026-08-20');
      const cents = rows.filter((f) => within(f.date)).reduce((n, f) => n + BigInt((f['amount'] ?? '0').replace('.', '')), 0n), pot = (cents + 50n) / 100n;
      const weight = (who: string): bigint => calls.filter((c) => within(c.date) && c.owner === who && there(c)).reduce((n, c) => n + BigInt(c.minutes), 0n);
      const weights = WHO.reduce((n, who) => n + weight(who), 0n);
      const paid = (who: string): bigint => amounts[`${who} p pot ${quarter}`] ?? 0n;
      expect(WHO.reduce((n, who) => n + paid(who), 0n), quarter).toBe(weights === 0n ? 0n : pot);
      if (weights === 0n) continue;
      shared++;
      for (const who of WHO) {
        const off = paid(who) * weights - pot * weight(who);
        expect(paid(who) >= 0n && off < weights && off > -weights, `${who} ${quarter}: ${paid(who)} of ${pot}, ${weight(who)} of ${weights}`).toBe(true);
      }
    }
  }), RUNS);
  expect(shared).toBeGreaterThan(RUNS.numRuns);
});

test('[C15] a contest does not depend on the order of facts, equals have the same prize, and no more than the prizes and the budget is paid', async () => {
  const CONTEST = `${HEAD}measures: { deals: { count: deal, where: stage = "Won" }, place: { rank: deals } }
components:
  prize: { measure: place, amount: { lookup: { 1: 600, 2: 300, 3: 120, otherwise: 0 } }, gates: { some: { require: deals >= 1 } } }
  spiff: { measure: { count: deal }, per: deal, rate: 500, limits: { each: { at_most: 1_200, per: payee }, budget: { at_most: 2_500, per: plan } } }
`;
  await fc.assert(fc.asyncProperty(facts, fc.nat(), async (rows, by) => {
    const amounts = await (await run(company(rows, [CONTEST]))).earned();
    const turned = [...rows.slice(by % rows.length), ...rows.slice(0, by % rows.length)].reverse();
    expect(await (await run(company(turned, [CONTEST]))).earned()).toEqual(amounts);
    for (const quarter of QUARTERS) expect(sumOf(amounts, new RegExp(`prize ${quarter}$`)) <= 102_000n + BigInt(WHO.length), quarter).toBe(true);
    expect(sumOf(amounts, / spiff /) <= 250_000n).toBe(true);
    for (const who of WHO) expect(sumOf(amounts, new RegExp(`^${who} p spiff `)) <= 120_000n, who).toBe(true);
    const won = (who: string, quarter: string): number => rows.filter((f) => f['owner'] === who && f['stage'] === 'Won' && `2026-Q${Math.ceil(Number(f.date.slice(5, 7)) / 3)}` === quarter).length;
    for (const quarter of QUARTERS) if (won('ann', quarter) === won('mo', quarter)) expect(amounts[`ann p prize ${quarter}`], quarter).toBe(amounts[`mo p prize ${quarter}`]);
  }), RUNS);
});

test('[G3] what is shown for each fact adds up to what is paid, to the cent', async () => {
  const LINED = `${HEAD}credits: { parts: { from: deal, split: { second: 33.3%, owner: rest } } }
components:
  tiers: { measure: { sum: amount, from: deal, credited: parts }, window: year to date, rate: { marginal: { 0: 3.33%, 2_500: 5%, 9_999.99: 7.77% } }, cap: 800 }
  each: { measure: { sum: amount, from: deal, credited: parts }, per: deal, rate: 1.237% }
cap: 1_000
`;
  let lines = 0;
  await fc.assert(fc.asyncProperty(facts, async (rows) => {
    const made = await run({ ...company(rows, [LINED]), everyLine: true }), { catalogue } = made.calculation;
    const shown: Record<string, bigint> = {};
    for (const r of await made.rows('attributed')) {
      const key = `${catalogue.personOf(r['payee'] as number)?.id} p ${catalogue.components[r['component'] as number]?.path.join('.')} ${catalogue.periodOf(r['period'] as number).label}`;
      shown[key] = (shown[key] ?? 0n) + BigInt(String(r['amount']));
      lines++;
    }
    for (const [key, amount] of Object.entries(await made.earned())) expect(shown[key] ?? 0n, key).toBe(amount);
  }), RUNS);
  expect(lines).toBeGreaterThan(100);
});
