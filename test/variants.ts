/** Plans of one shape with other numbers, and one of everything that they do not have; files of a workspace in memory. */
import type { FileReader } from '../src/plan/workspace.ts';

export const SHARED: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n',
  'facts/crm.yaml': 'facts:\n  deal: { fields: { owner: payee, stage: text, product: text, partner: payee, amount: money } }\n',
  'sources/crm.yaml': 'sources:\n  people: { file: p.csv, into: person, id: id, fields: { role: role, manager: boss } }\n  deals: { file: d.csv, into: deal, id: id, date: date, fields: { owner: owner, stage: stage, product: product, partner: partner, amount: amount } }\n',
  'measures/sales.yaml': 'measures:\n  won: { sum: amount, from: deal, where: stage = "Won" }\n  won_deals: { count: deal, where: stage = "Won" }\n  deals: { count: deal }\n  win_rate: { ratio: [won_deals, deals] }\n',
};
/** One shape, other numbers: names, people, quotas, tiers, weights, gates, factors and caps. */
export function variant(n: number): string {
  return `plan: ae-${n}
effective: 2026-01-01 / 2027-01-01
payees: role = "AE ${n}"
period: quarter
incentive: ${20_000 + n * 100} a year
terms: { quota: money a year = ${500_000 + n * 1_000} }
components:
  bookings:
    weight: ${60 + (n % 3)}%
    measure: won
    target: quota
    window: whole year
    payout: { points: { ${40 + n % 10}%: 0%, ${80 + n % 7}%: 60%, 100%: 100%, 150%: ${200 + n}% } }
    gates: { quality: { require: win_rate >= ${20 + n % 9}%, otherwise: at most ${40 + n % 20}% } }
    multiply: { pace: { by: won_deals, steps: { 0: 1x, ${5 + n % 4}: 1.${n % 9 + 1}x } } }
    cap: ${180 + n}%
  tiers: { weight: ${40 - (n % 3)}%, measure: won, rate: { marginal: { 0: ${1 + n % 4}%, ${50 + n}k: 5.5% } } }
`;
}
/** What the variants do not have: a group with gates of its own, splits, those above, a rate by a field of the fact, different values. */
export const TEAM = `plan: team
effective: 2026-01-01 / 2027-01-01
payees: all
period: month
currency: EUR
incentive: 12_000 a year
credits:
  sellers: { from: deal, split: [ { partner: 20% }, { owner: rest } ] }
  leads: { from: deal, to: owner, up: manager, levels: all, overlay: yes, where: stage = "Won" }
components:
  shared:
    components:
      products: { weight: 70%, measure: { distinct: product, from: deal, credited: sellers }, target: 3, better: lower, no_target: 100%, payout: { marginal: { 0%: 0.5x, over 50%: 1x } } }
      orders: { weight: 30%, measure: { sum: amount, from: deal, credited: sellers }, rate: { by: product, lookup: { Core: 2%, "O'Brien */ kit": 3%, otherwise: 1% } } }
    gates: { any: { require: deals >= 1, otherwise: hold } }
    floor: 10
  override: { measure: { sum: amount, from: deal, credited: leads }, window: year to date, rate: 0.5% }
cap: 150%
round: { attainment: 0.1%, end: 0.05 }
`;
export const inMemory = (files: Readonly<Record<string, string>>): FileReader => ({ list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)).sort(), text: (path) => files[path] });
