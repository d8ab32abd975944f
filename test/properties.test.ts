/** What must hold of every run, over random companies on the real engine. Invariants by their id. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../src/engine/engine.ts';
import { type FactRow, openEngine, runCompany } from '../src/stage/stage.fixture.ts';
import { company, fact, facts, PEOPLE, PLAN } from './companies.ts';

const RUNS = { numRuns: 5 };

describe('random companies', () => {
  let engine: Engine, single: Engine;
  beforeAll(async () => { [engine, single] = await Promise.all([openEngine('properties'), openEngine('properties-1', 1)]); });
  afterAll(async () => { await engine.close(); await single.close(); });
  const earned = async (rows: readonly FactRow[], plans?: readonly string[]): Promise<Record<string, bigint>> => (await runCompany(engine, company(rows, plans))).earned();
  const sum = (all: Record<string, bigint>, pattern: RegExp): bigint => Object.entries(all).reduce((n, [key, x]) => (pattern.test(key) ? n + x : n), 0n);

  test('[C2] the order of facts changes no cent, nor any step on the way; neither does the number of threads set, at this size', async () => {
    await fc.assert(fc.asyncProperty(facts, fc.nat(), async (rows, by) => {
      const turned = [...rows.slice(by % rows.length), ...rows.slice(0, by % rows.length)].reverse();
      const a = await runCompany(engine, company(rows)), b = await runCompany(single, company(turned));
      expect(await b.earned()).toEqual(await a.earned());
      const steps = async (run: typeof a): Promise<string[]> => (await run.rows('earned_0')).map((r) => [r['component'], r['payee'], r['period'], r['raw'], r['gated'], r['factored'], r['limited']].join()).sort();
      expect(await steps(b)).toEqual(await steps(a));
    }), RUNS);
  });

  test('[C10] facts of amount 0, of another kind, of another year or of nobody change nothing', async () => {
    await fc.assert(fc.asyncProperty(facts, async (rows) => {
      const plan = PLAN.replace('words: { measure: won_deals', 'words: { measure: paid_deals').replace('  team_won:', '  paid_deals: { count: deal, where: stage = "Won" and amount > 0, credited: owner }\n  team_won:');
      const more: FactRow[] = [{ id: 'n1', date: '2026-03-03', owner: 'ann', account: 'x', stage: 'Won', amount: '0.00' }, { id: 'n2', date: '2025-12-31', owner: 'ann', account: 'x', stage: 'Won', amount: '500.00' },
        { id: 'n3', date: '2026-03-03', account: 'x', stage: 'Won', amount: '500.00' }, { id: 'n4', kind: 'call', date: '2026-03-03', owner: 'ann', minutes: '5' }, { id: 'n5', date: '2026-03-03', owner: 'ben', account: 'x', stage: 'Draft', amount: '70.00' },
        { id: 'n6', date: '2026-09-01', owner: 'cat', account: 'x', stage: 'Won', amount: '900.00' }];
      const without = await earned(rows, [plan]), all = await earned([...rows, ...more], [plan]);
      // whoever left is gone for himself; his manager's roll-up does not see his deals either
      expect(all).toEqual(without);
    }), RUNS);
  });

  test('[C12] a fact and its negative in the same month pay as without them, but for what is counted', async () => {
    await fc.assert(fc.asyncProperty(facts, fact, async (rows, more) => {
      const pair: FactRow[] = [{ ...more, id: 'plus' }, { ...more, id: 'minus', amount: `-${more['amount'] ?? '0'}` }];
      const money = (all: Record<string, bigint>): [string, bigint][] => Object.entries(all).filter(([key]) => !key.includes(' rest '));
      expect(money(await earned([...rows, ...pair]))).toEqual(money(await earned(rows)));
    }), RUNS);
  });

  test('[C8] what the months of the year to date pay adds up to what the whole year pays at once', async () => {
    const once = PLAN.replace('window: year to date', 'period: year');
    await fc.assert(fc.asyncProperty(facts, async (rows) => {
      const monthly = await earned(rows), yearly = await earned(rows, [once]);
      for (const who of Object.keys(PEOPLE)) expect(sum(monthly, new RegExp(`^${who} p ytd `)), who).toBe(sum(yearly, new RegExp(`^${who} p ytd `)));
    }), RUNS);
  });

  test('[C5] a rising curve never pays less for more', async () => {
    await fc.assert(fc.asyncProperty(facts, fc.integer({ min: 1, max: 5_000 }), async (rows, more) => {
      const before = await earned(rows), after = await earned([...rows, { id: 'more', date: '2026-06-15', owner: 'ann', account: 'x', stage: 'Won', amount: `${more}.00` }]);
      for (const who of Object.keys(PEOPLE)) for (const component of ['ytd', 'rest', 'team']) {
        const own = new RegExp(`^${who} p ${component} `);
        expect(sum(after, own) >= sum(before, own), `${who} ${component}`).toBe(true);
      }
    }), RUNS);
  });

  test('[B5][B1] a roll-up counts each fact below once, on the day\'s hierarchy, and shares add up to the whole', async () => {
    await fc.assert(fc.asyncProperty(facts, async (rows) => {
      const run = await runCompany(engine, company(rows));
      const { catalogue } = run.calculation;
      const works = (f: FactRow): boolean => !(f['owner'] === 'ben' && f.date < '2026-02-10') && !(f['owner'] === 'cat' && f.date >= '2026-08-20');
      const won = rows.filter((f) => f['stage'] === 'Won'), cents = (f: FactRow): bigint => BigInt((f['amount'] ?? '0').replace('.', ''));
      const total = (of: readonly FactRow[]): bigint => of.reduce((n, f) => n + cents(f), 0n);
      const team = (await run.rows('attainment')).filter((r) => catalogue.components[r['component'] as number]?.path[0] === 'team');
      const rolled = (who: string): bigint => team.filter((r) => catalogue.personOf(r['payee'] as number)?.id === who).reduce((n, r) => n + (r['x_n'] as bigint) / (r['x_d'] as bigint), 0n);
      const below = (f: FactRow, boss: string): boolean => boss === 'vic' || (boss === 'mo' ? f['owner'] === 'ben' || (f['owner'] === 'ann' && f.date < '2026-04-16') : f['owner'] === 'cat' || (f['owner'] === 'ann' && f.date >= '2026-04-16'));
      for (const boss of ['vic', 'mo', 'kim']) expect(rolled(boss), boss).toBe(total(won.filter((f) => works(f) && below(f, boss))));
      const shares = new Map<string, bigint>();
      for (const c of await run.rows('credits')) shares.set(`${String(c['fact'])} ${String(c['rule'])}`, (shares.get(`${String(c['fact'])} ${String(c['rule'])}`) ?? 0n) + (c['share'] as bigint));
      for (const share of shares.values()) expect(share <= catalogue.gathered.shareDivisor).toBe(true);
    }), RUNS);
  });

  test('[C13] somebody else\'s deals change nobody who is not above him', async () => {
    await fc.assert(fc.asyncProperty(facts, fact, async (rows, more) => {
      const { second: _, ...own } = more;
      const before = await earned(rows), after = await earned([...rows, { ...own, id: 'more', owner: 'cat', date: '2026-05-05' }]);
      const others = (all: Record<string, bigint>): [string, bigint][] => Object.entries(all).filter(([key]) => !/^(cat|kim|vic) /.test(key));
      expect(others(after)).toEqual(others(before));
    }), RUNS);
  });
});
