/** Whatever changes between two runs, in any order: the book follows the result, and every difference has a cause that was found. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withCompany } from './run.fixture.ts';

interface Written { readonly people: string[][]; readonly accounts: string[][]; readonly deals: string[][]; rate: number; lead: number; cap: string }

const SOURCES = `sources:
  people: { file: in/people.csv, into: person, id: id, fields: { from: since, role: role, manager: manager, quota: quota } }
  accounts: { file: in/accounts.csv, into: account, id: id, fields: { from: since, tier: tier } }
  deals: { file: in/deals.csv, into: deal, id: id, date: closed, fields: { account: account, owner: owner, stage: stage, amount: amount, currency: currency } }
`;
/** Two tiers over the year to date, a table read by a field of an account, a gate, and credit for two levels above. */
function files(w: Written): Readonly<Record<string, string>> {
  const csv = (head: string, rows: readonly string[][]): string => [head, ...rows.map((r) => r.join(','))].join('\n');
  return {
    'in/people.csv': csv('id,since,role,manager,quota', w.people), 'in/accounts.csv': csv('id,since,tier', w.accounts),
    'in/deals.csv': csv('id,closed,owner,account,stage,amount,currency', w.deals),
    'plans/reps.yaml': `plan: reps
effective: 2026-01-01 / 2026-07-01
payees: role = "AE"
${w.cap}components:
  commission: { measure: { sum: amount, from: deal, where: stage = "Won" }, window: year to date, rate: { marginal: { 0: ${w.rate}%, 3000: 9% } } }
  gold: { measure: { count: deal, where: stage = "Won" }, rate: { by: account.tier, lookup: { gold: 100, otherwise: 0 } } }
`,
    'plans/leaders.yaml': `plan: leaders
effective: 2026-01-01 / 2026-07-01
payees: role = "Manager"
terms: { quota: money a year }
measures: { wins: { count: deal, where: stage = "Won" } }
credits: { team: { from: deal, to: owner, up: manager, levels: 2 } }
components:
  override: { measure: { sum: amount, from: deal, where: stage = "Won" }, rate: ${w.lead}%, gates: { g: { require: wins >= 2, otherwise: 50% } } }
  club: { measure: { sum: amount, from: deal, where: stage = "Won" }, target: quota, no_target: 0%, rate: { retroactive: { 0%: 0%, 50%: 1% } } }
`,
  };
}

const PEOPLE = ['ann', 'bob', 'cat', 'kim', 'mo', 'vic'];
const day = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 10, max: 28 })).map(([m, d]) => `2026-0${m}-${d}`);
const deal = fc.tuple(day, fc.constantFrom(...PEOPLE), fc.constantFrom('acme', 'bolt'), fc.constantFrom('Won', 'Won', 'Lost'), fc.integer({ min: 1, max: 5000 })).map((d) => [...d.map(String), 'USD']);
type Change = (w: Written) => void;
const cell = (of: 'people' | 'accounts' | 'deals', column: number, value: fc.Arbitrary<string>, among: number): fc.Arbitrary<Change> =>
  fc.tuple(fc.nat(among - 1), value).map(([row, text]) => (w) => { const r = w[of][row]; if (r !== undefined) r[column] = text; });
const dated = (of: 'people' | 'accounts', row: fc.Arbitrary<string[]>): fc.Arbitrary<Change> =>
  row.map((r) => (w) => { if (!w[of].some((o) => o[0] === r[0] && o[1] === r[1])) w[of].push([...r]); });
const change: fc.Arbitrary<Change> = fc.oneof(
  deal.map((d) => (w: Written) => { w.deals.push([`d${w.deals.length}`, ...d]); }),
  cell('deals', 1, day, 8), cell('deals', 2, fc.constantFrom(...PEOPLE), 8), cell('deals', 4, fc.constantFrom('Won', 'Lost'), 8), cell('deals', 5, fc.integer({ min: 1, max: 5000 }).map(String), 8),
  cell('accounts', 2, fc.constantFrom('gold', 'silver'), 2), cell('people', 3, fc.constantFrom('mo', 'kim'), 3), cell('people', 4, fc.constantFrom('0', '10000', '30000'), 6),
  dated('accounts', fc.tuple(fc.constantFrom('acme', 'bolt'), day, fc.constantFrom('gold', 'silver'))),
  dated('people', fc.tuple(fc.constantFrom('ann', 'bob', 'cat'), day, fc.constantFrom('AE', 'Finance'), fc.constantFrom('mo', 'kim', ''), fc.constant(''))),
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 })).map(([rate, lead]) => (w: Written) => { w.rate = rate; w.lead = lead; }),
  fc.constantFrom('', 'cap: 200\n', 'cap: 300\n').map((cap) => (w: Written) => { w.cap = cap; }),
);

test('[D8] [D13] after any changes the book is what is earned, the second apply posts nothing, and no difference is without a cause', { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(deal, { minLength: 8, maxLength: 8 }), fc.array(fc.array(fc.array(change, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 }), { minLength: 4, maxLength: 4 }), async (deals, rounds) => {
    const w: Written = {
      people: [['ann', '', 'AE', 'mo', '0'], ['bob', '', 'AE', 'mo', '0'], ['cat', '', 'AE', 'kim', '0'], ['kim', '', 'Manager', 'vic', '0'], ['mo', '', 'Manager', 'vic', '10000'], ['vic', '', 'Manager', '', '50000']],
      accounts: [['acme', '', 'gold'], ['bolt', '', 'silver']], deals: deals.map((d, i) => [`d${i}`, ...d]), rate: 5, lead: 1, cap: '',
    };
    await withCompany(async (company) => {
      await company.importAll();
      expect((await company.apply()).value?.recorded.written).toBe(true);
      for (const imports of rounds) {
        for (const changes of imports) {
          for (const apply of changes) apply(w);
          for (const [path, text] of Object.entries(files(w))) company.write(path, text);
          await company.importAll();
        }
        const { value: done, diagnostics } = await company.apply();
        expect(diagnostics).toEqual([]);
        for (const row of done?.preview.rows ?? []) {
          expect(row.now - row.posted).toBe(row.difference);
          expect(row.reasons.length > 0).toBe(row.difference !== 0n);
        }
        expect(done?.recorded.entryCount).toBe(done?.preview.differences);
        const again = (await company.apply()).value;
        expect([again?.recorded.written, again?.preview.differences]).toEqual([false, 0]);
      }
    }, { ...files(w), 'sources/acme.yaml': SOURCES });
  }), { numRuns: 2, endOnFailure: true });
});
