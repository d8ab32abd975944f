import { describe, expect, it } from 'vitest';
import type { Plan } from './plan.ts';
import { describeComponent, describePlan } from './words.ts';
import { readWorkspace } from './workspace.ts';

const SOURCES = `facts: { deal: { fields: { owner: payee, csm: payee, stage: text, product: text, amount: money, kept: yes/no } } }
sources: { deals: { file: d.csv, into: deal, id: id, date: date, fields: { owner: o, csm: c, stage: s, product: p, amount: a, kept: k = "y" } } }
`;

function planOf(text: string): Plan {
  const files: Record<string, string> = { 'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'sources/s.yaml': SOURCES, 'plans/p.yaml': `plan: p\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\n${text}` };
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)), text: (path) => files[path] });
  expect(diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.line} ${d.message}`)).toEqual([]);
  const plan = value?.plans[0];
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

function component(text: string, head = ''): string {
  const plan = planOf(`${head}components: { c: { ${text} } }\n`);
  return plan.components.flatMap((c) => describeComponent(c, plan)).slice(1).join(' ');
}
const sum = 'measure: { sum: amount, from: deal }';

describe('a plan in words', () => {
  it('says the curve with a gate as the manual of the language does', () => {
    const words = component('measure: list_bookings, target: quota, no_target: 100%, payout: { points: { 50%: 0%, 80%: 60%, 100%: 100%, 150%: 200% } }, gates: { grr: { require: grr >= 92%, otherwise: at most 50% } }',
      'terms: { quota: money a quarter, target_incentive: money a quarter }\nincentive: target_incentive\nmeasures: { list_bookings: { sum: amount, from: deal }, grr: { ratio: [{ count: deal, where: kept }, { count: deal }] } }\n');
    expect(words).toBe('We compare list bookings with your quota. 50 % pays nothing, 80 % pays 60 % of your target incentive, 100 % pays 100 %, 150 % and more pay 200 %, on a straight line between. '
      + 'Where the target is 0, the attainment is 100 %. GRR must be at least 92 %; otherwise it pays at most 50 %.');
  });

  it.each([
    [`${sum}, rate: { marginal: { 0: 3%, 50k: 5%, 100k: 8% } }`, 'Each part is paid by itself: 3 % of it for the part up to 50,000, 5 % for the part from 50,000 to 100,000, 8 % for the part above 100,000.'],
    [`${sum}, rate: { retroactive: { 0: 25%, 500: 30% } }`, 'Everything is paid at the rate reached: from 0 on 25 % of it, from 500 on 30 %.'],
    ['measure: { count: deal }, rate: { by: product, lookup: { GTK 500: 150, otherwise: 0 } }', 'By product: GTK 500 pays 150 for each, everything else nothing.'],
    ['measure: { count: deal }, amount: { steps: { 5: 2_500, over 10: 5k } }', 'Below 5 nothing, from 5 on 2,500, above 10 5,000.'],
    [`${sum}, target: 100k, payout: attainment`, 'In proportion to the attainment: 1 times the incentive.'],
    [`${sum}, rate: 0.75%, cap: [200%, 50k]`, 'It pays 0.75 % of it. It pays at most 200 % of the incentive, and at most 50,000 USD.'],
    [`${sum}, target: 100k, rate: 1.5x, window: year to date`, 'It counts from the start of the year to date, against the target so far, less what was paid before.'],
  ])('%s', (text, words) => {
    expect(component(text, 'incentive: 10k a year\n')).toContain(words);
  });

  it('says conditions, credits, terms and roundings in words', () => {
    const words = describePlan(planOf(`payees: role in ("AE", "AM") and hired < 2026-01-01
terms: { share: percent = 40%, quota: money a year }
credits: { split: { from: deal, where: kept, split: { owner: 70%, csm: rest } }, up: { from: deal, up: manager, share: 50% } }
components: { c: { measure: { sum: amount, from: deal, where: not kept or stage <> "Lost", credited: split }, target: quota, rate: 5% } }
round: { end: 1 down }
`));
    expect(words).toEqual([
      'P (p).', 'It holds from 2026-01-01 to 2026-12-31, both days included.', 'It is for everybody of whom role is one of AE, AM and hired is less than 2026-01-01.', 'It is calculated for each quarter, in USD.',
      'Share is percent, 40 % where the payee and his role have none.', 'Quota is money a year, from the payee or his role.', 'Amounts with a unit of time are scaled by the days on the plan.',
      'Of each deal where kept is yes, owner 70 % and csm the rest.', 'For each deal, the manager of the owner is credited with 50 % of it, on top.',
      'C:', 'We compare the amount of deal where kept is no or stage is not Lost, credited by split with your quota.', 'It pays 5 % of it.', 'Where the target is 0, the pay is held.', 'We round each earning to 1, always down.',
    ]);
  });
});
