/** What the page of the language says and no table of its tests covers, and what was decided beyond it. */
import { describe, expect, test } from 'vitest';
import { formatRatio } from '../../src/value/rate.ts';
import { decay } from './measures.ts';
import { asked, figures } from './oracle.fixture.ts';

const YEAR = 'effective: 2026-01-01 / 2027-01-01\n';
const plan = (rest: string): string => `plan: p\n${YEAR}${rest}`;

describe('who is on the plan', () => {
  const MOVER = `---
people: { ann: { role: [ { value: SDR }, { from: 2026-02-15, value: AE } ] }, ben: { role: AE, hired: 2026-02-10, left: 2026-02-20 } }
facts: { deal: [ { owner: ann, date: 2026-02-10, amount: 100 }, { owner: ann, date: 2026-02-20, amount: 1_000 }, { owner: ben, date: 2026-02-09, amount: 100 }, { owner: ben, date: 2026-02-19, amount: 1_000 }, { owner: ben, date: 2026-02-20, amount: 100 } ] }`;
  test('`payees` is read day by day: facts count on days on the plan, and time is scaled by them', () => {
    expect(figures(plan(`payees: role = "AE"
period: month
components: { c: { measure: { sum: amount, from: deal }, target: 2_800 a month, rate: 10% } }
${MOVER}`), 'ann 2026-02 c', 'ann 2026-02 c.target', 'ben 2026-02 c.value', 'ben 2026-02 c.target', 'ann 2026-01 c')).toEqual({
      'ann 2026-02 c': '100', 'ann 2026-02 c.target': '1400', 'ben 2026-02 c.value': '1000', 'ben 2026-02 c.target': '1000', 'ann 2026-01 c': '',
    });
  });
  test('another date decides the period; whose the fact is, its own day decides', () => {
    expect(figures(plan(`payees: role = "AE"
components: { c: { measure: { sum: amount, from: deal, date: closed }, rate: 10% } }
---
people: { ann: { role: [ { value: SDR }, { from: 2026-02-15, value: AE } ] } }
facts: { deal: [ { owner: ann, date: 2025-12-01, closed: 2026-02-20, amount: 100 }, { owner: ann, date: 2026-02-20, closed: 2026-02-01, amount: 7 } ] }`), 'ann 2026-02 c.value')).toEqual({ 'ann 2026-02 c.value': '7' });
  });
  test('nobody is credited through somebody who has left', () => {
    expect(figures(plan(`credits: { team: { from: deal, to: owner, up: boss } }
components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }
---
people: { ann: { boss: kim, left: 2026-02-01 }, kim: {} }
facts: { deal: [ { owner: ann, date: 2026-01-20, amount: 100 }, { owner: ann, date: 2026-02-20, amount: 1_000 } ] }`), 'kim all earned')).toEqual({ 'kim all earned': '10' });
  });
});

describe('terms and time', () => {
  test('a change of role blends what the roles say by days; own rows win entirely', () => {
    expect(figures(plan(`period: quarter
terms: { quota: money a year = 7_300 }
components: { c: { measure: { sum: amount, from: deal }, target: quota } }
---
people: { ann: { role: [ { value: A }, { from: 2026-02-15, value: B } ] }, own: { role: [ { value: A }, { from: 2026-02-15, value: B } ], quota: 4 }, cat: { role: [ { value: A }, { from: 2026-02-15, value: C } ] } }
roles: { A: { quota: 3_600 }, B: { quota: 7_200 } }
facts: { deal: [] }`), 'ann 2026-Q1 c.target', 'own 2026-Q1 c.target', 'cat 2026-Q1 c.target')).toEqual({
      'ann 2026-Q1 c.target': '1350', 'own 2026-Q1 c.target': '1', 'cat 2026-Q1 c.target': '1362.5',
    });
  });
  test('weeks and days as units of time count the days of the window', () => {
    expect(figures(plan(`period: month
components: { w: { measure: { sum: amount, from: deal }, target: 70 a week }, d: { measure: { sum: amount, from: deal }, target: 2 a day } }
---
people: { ann: {} }
facts: { deal: [] }`), 'ann 2026-02 w.target', 'ann 2026-02 d.target')).toEqual({ 'ann 2026-02 w.target': '280', 'ann 2026-02 d.target': '56' });
  });
  test('a version that begins within a period: facts before it do not count, and time is scaled', () => {
    expect(figures(`plan: p
effective: 2026-01-16 / 2027-01-01
period: month
incentive: 3_100 a month
components: { c: { measure: { sum: amount, from: deal }, payout: { steps: { 0: 100% } } } }
---
people: { ann: {} }
facts: { deal: [ { owner: ann, date: 2026-01-15, amount: 5 }, { owner: ann, date: 2026-01-16, amount: 7 } ] }`, 'ann 2026-01 c.value', 'ann 2026-01 c')).toEqual({ 'ann 2026-01 c.value': '7', 'ann 2026-01 c': '1600' });
  });
  test('facts that are paid one by one read what was in force on their days', () => {
    expect(figures(plan(`period: month
terms: { cut: percent = 10%, most: money = 500 }
components:
  rated:  { measure: { sum: amount, from: deal }, per: deal, rate: cut }
  capped: { measure: { sum: amount, from: deal }, per: deal, rate: 10%, cap: most }
  gated:  { measure: { sum: amount, from: deal }, per: deal, rate: 10%, gates: { lead: { require: payee.role = "Lead", otherwise: cut } } }
---
people: { ann: { cut: [ { value: 10% }, { from: 2026-01-16, value: 20% } ], role: [ { value: AE }, { from: 2026-01-21, value: Lead } ], most: [ { value: 30 }, { from: 2026-01-11, value: 500 } ] } }
facts: { deal: [ { owner: ann, date: 2026-01-10, amount: 1_000 }, { owner: ann, date: 2026-01-15, amount: 1_000 }, { owner: ann, date: 2026-01-16, amount: 1_000 }, { owner: ann, date: 2026-01-31, amount: 1_000 } ] }`), 'ann 2026-01 rated', 'ann 2026-01 capped', 'ann 2026-01 gated')).toEqual({
      'ann 2026-01 rated': '600', 'ann 2026-01 capped': '330', 'ann 2026-01 gated': '140',
    });
  });
  test('gates and factors read what the table gave', () => {
    expect(figures(plan(`period: month
incentive: 1_000 a month
components:
  whole: { measure: { sum: amount, from: deal }, rate: { retroactive: { 0: 5%, 3_000: 10% } }, gates: { high: { require: rate > 5%, otherwise: 50% } }, multiply: { more: { by: rate, steps: { 0%: 1x, 10%: 2x } } } }
  each: { measure: { sum: amount, from: deal }, per: deal, rate: { retroactive: { 0: 5%, 2_000: 10% } }, gates: { high: { require: rate > 5%, otherwise: 0% } } }
  points: { measure: { sum: amount, from: deal }, target: 2_000, payout: { points: { 0%: 0%, 100%: 100%, 200%: 300% } }, multiply: { more: "if(payout > 150%, 2x, 1x)" } }
  base: { measure: { sum: amount, from: deal }, target: 2_000, rate: { retroactive: { 0%: 1x, 150%: 2x } }, gates: { half: { require: rate >= 60%, otherwise: 10% } } }
---
people: { ann: {}, bob: {} }
facts: { deal: [ { owner: ann, date: 2026-01-10, amount: 1_000 }, { owner: ann, date: 2026-01-11, amount: 2_000 }, { owner: bob, date: 2026-01-11, amount: 500 } ] }`),
    'ann 2026-01 whole', 'bob 2026-01 whole', 'ann 2026-01 each', 'ann 2026-01 points', 'bob 2026-01 points', 'ann 2026-01 base', 'bob 2026-01 base')).toEqual({
      'ann 2026-01 whole': '600', 'bob 2026-01 whole': '12.5', 'ann 2026-01 each': '200', 'ann 2026-01 points': '4000', 'bob 2026-01 points': '250', 'ann 2026-01 base': '3000', 'bob 2026-01 base': '25',
    });
  });
  test('a multiple of the base rate may be found by a formula, or by a table of several results', () => {
    expect(figures(plan(`period: month
incentive: 1_000 a month
terms: { boost: factor = 3x }
measures: { wins: { count: deal, where: won } }
components:
  worked: { measure: { sum: amount, from: deal }, target: 2_000, rate: "if(attainment >= 150%, 2x, 1x)" }
  named: { measure: { sum: amount, from: deal }, target: 2_000, rate: "if(wins > 0, boost, 1x)" }
  outer: { measure: { sum: amount, from: deal }, target: 2_000, rate: { by: [wins, attainment], retroactive: { 0: { 0%: 1x, 100%: 2x }, 1: { 0%: 1x, 150%: boost } } } }
  rounded: { measure: { sum: amount, from: deal }, target: 3_000, rate: "if(attainment >= 100%, 2x, 1x)", round: { rate: 1% } }
---
people: { ann: {} }
facts: { deal: [ { owner: ann, date: 2026-01-10, amount: 1_000, won: yes }, { owner: ann, date: 2026-01-11, amount: 2_000, won: no } ] }`), 'ann 2026-01 worked', 'ann 2026-01 named', 'ann 2026-01 outer', 'ann 2026-01 rounded')).toEqual({
      'ann 2026-01 worked': '3000', 'ann 2026-01 named': '4500', 'ann 2026-01 outer': '4500', 'ann 2026-01 rounded': '1980',
    });
  });
  test('half-life: six-decimal factors, by whole numbers', () => {
    expect([0, 1, 15, 30, 60, 299].map((age) => formatRatio(decay(age, 30)))).toEqual(['1', '0.97716', '0.707107', '0.5', '0.25', '0.000999']);
  });
});

describe('measures', () => {
  test('min, max, first and last of the facts; a reversed fact is not there', () => {
    expect(figures(plan(`components:
  least: { measure: { min: amount, from: deal } }
  most: { measure: { max: amount, from: deal }, rate: 10% }
  first: { measure: { first: amount, from: deal } }
  last: { measure: { last: amount, from: deal } }
---
facts: { deal: [ { id: a, owner: ann, date: 2026-01-10, amount: 5 }, { id: b, owner: ann, date: 2026-01-11, amount: 90 }, { id: c, owner: ann, date: 2026-01-12, amount: 20 }, { id: d, owner: ann, date: 2026-01-13, amount: 7 }, { id: r, reverses: b, date: 2026-01-14 } ] }`),
    'ann 2026-01 least.value', 'ann 2026-01 most.value', 'ann 2026-01 most.line.c', 'ann 2026-01 first.value', 'ann 2026-01 last.value')).toEqual({
      'ann 2026-01 least.value': '5', 'ann 2026-01 most.value': '20', 'ann 2026-01 most.line.c': '2', 'ann 2026-01 first.value': '5', 'ann 2026-01 last.value': '7',
    });
  });
  test('distinct, average and count skip what is rejected; a blank is no value', () => {
    expect(figures(plan(`guardrails: { floor: { from: deal, require: amount >= 10 } }
components: { kinds: { measure: { distinct: type, from: deal } }, mean: { measure: { average: amount, from: deal } }, n: { measure: { count: deal } } }
---
facts: { deal: [ { owner: ann, type: x, amount: 10 }, { owner: ann, type: y, amount: 5 }, { owner: ann, type: '', amount: 30 } ] }`), 'ann 2026-01 kinds.value', 'ann 2026-01 mean.value', 'ann 2026-01 n.value')).toEqual({
      'ann 2026-01 kinds.value': '1', 'ann 2026-01 mean.value': '20', 'ann 2026-01 n.value': '2',
    });
  });
  test('who has no value has no place', () => {
    expect(figures(plan(`measures: { mean: { average: amount, from: deal }, place: { rank: mean } }
components: { prize: { measure: place, amount: { lookup: { 1: 100, 2: 50 } } } }
---
people: { ann: {}, ben: {}, cat: {} }
facts: { deal: [ { owner: ann, amount: 10 }, { owner: ben, amount: -5 } ] }`), 'ann 2026-01 prize', 'ben 2026-01 prize', 'cat 2026-01 prize', 'cat 2026-01 prize.held')).toEqual({
      'ann 2026-01 prize': '100', 'ben 2026-01 prize': '50', 'cat 2026-01 prize': '0', 'cat 2026-01 prize.held': 'no value',
    });
  });
  test('keep: last, and again some time before the one that counted', () => {
    expect(figures(plan(`facts: { late: { from: deal, keep: last, per: account, again_after: 30 days } }
components: { c: { measure: { sum: amount, from: late } } }
period: year
---
facts: { deal: [ { owner: ann, account: x, date: 2026-01-01, amount: 1 }, { owner: ann, account: x, date: 2026-02-25, amount: 10 }, { owner: ann, account: x, date: 2026-03-10, amount: 100 } ] }`), 'ann 2026 c.value')).toEqual({ 'ann 2026 c.value': '101' });
  });
});

describe('attainment and earnings', () => {
  test('lower is better: a measure that is not above 0 is missing; a target that is not above 0 is none', () => {
    expect(figures(plan(`incentive: 100 a month
components:
  cost: { measure: { sum: amount, from: cost }, target: 10, better: lower, missing: 20%, payout: attainment }
  none: { measure: { sum: amount, from: cost }, target: -10, no_target: 30%, payout: attainment }
---
facts: { cost: [ { owner: ann, amount: -1 } ] }`), 'ann 2026-01 cost', 'ann 2026-01 none')).toEqual({ 'ann 2026-01 cost': '20', 'ann 2026-01 none': '30' });
  });
  test('a group hands its points of rounding and an incentive of its own to its parts', () => {
    expect(figures(plan(`round: { end: 1 }
incentive: 999 a month
components:
  group:
    incentive: 100 a month
    round: { payout: 10% }
    components:
      a: { weight: 40%, measure: { sum: amount, from: deal }, payout: value }
      b: { weight: 60%, measure: { sum: amount, from: deal }, payout: value, round: { payout: 1% } }
---
facts: { deal: [ { owner: ann, amount: 12.6% } ] }`), 'ann 2026-01 group.a.earned', 'ann 2026-01 group.b.earned', 'ann 2026-01 group')).toEqual({
      'ann 2026-01 group.a.earned': '4', 'ann 2026-01 group.b.earned': '7.8', 'ann 2026-01 group': '12',
    });
  });
  test('lines of a year to date, one a value of a field: each earns what its year has earned less what it had', () => {
    const text = plan(`components: { c: { measure: { sum: amount, from: deal }, per: product, window: year to date, rate: { retroactive: { 0: 10%, 100: 20% } } } }
---
facts: { deal: [ { owner: ann, date: 2026-01-10, product: x, amount: 60 }, { owner: ann, date: 2026-02-10, product: x, amount: 60 }, { owner: ann, date: 2026-02-11, product: y, amount: 10 } ] }`);
    expect(figures(text, 'ann 2026-01 c.line.x', 'ann 2026-02 c.line.x', 'ann 2026-02 c.line.y', 'ann 2026-02 earned')).toEqual({
      'ann 2026-01 c.line.x': '6', 'ann 2026-02 c.line.x': '18', 'ann 2026-02 c.line.y': '1', 'ann 2026-02 earned': '19',
    });
  });
  test('lines add up to the earning, after the cap of the plan too', () => {
    const found = asked(plan(`cap: 10.00
components: { a: { measure: { sum: amount, from: deal }, rate: 10% }, b: { amount: 5 } }
---
facts: { deal: [ { owner: ann, amount: 33.35 }, { owner: ann, amount: 33.35 }, { owner: ann, amount: 33.30 } ] }`));
    expect(found.payouts().filter((r) => r.period === '2026-01').map((r) => `${r.component} ${r.minor}`)).toEqual(['a 667', 'b 333']);
    expect(found.lines().filter((r) => r.period === '2026-01').map((r) => r.minor)).toEqual([223n, 222n, 222n]);
  });
  test('a running limit: what goes back makes room', () => {
    expect(figures(plan(`components: { c: { measure: { sum: amount, from: deal }, rate: 10%, limits: { most: { at_most: 10 } } } }
---
facts: { deal: [ { id: a, owner: ann, date: 2026-01-01, amount: 80 }, { id: b, reverses: a, date: 2026-02-01 }, { id: c, owner: ann, date: 2026-03-01, amount: 120 } ] }`), 'ann 2026-01 c', 'ann 2026-02 c', 'ann 2026-03 c', 'ann 2026-03 c.unfunded.c')).toEqual({
      'ann 2026-01 c': '8', 'ann 2026-02 c': '-8', 'ann 2026-03 c': '10', 'ann 2026-03 c.unfunded.c': '2',
    });
  });
  test('a group measure in two groups: each result by its days, lines too', () => {
    const found = asked(plan(`period: quarter
components: { c: { measure: { sum: amount, from: deal, for: pod }, rate: 10% } }
---
people: { ann: { pod: [ { value: n }, { from: 2026-02-15, value: s } ] } }
entities: { account: { x: { pod: n }, y: { pod: s } } }
facts: { deal: [ { id: d, account: x, date: 2026-01-01, amount: 100 }, { id: e, account: y, date: 2026-01-02, amount: 300 } ] }`));
    expect(found.payouts().filter((r) => r.period === '2026-Q1').map((r) => r.minor)).toEqual([2000n]);
    expect(found.lines().map((r) => `${r.line} ${r.minor}`)).toEqual(['d 500', 'e 1500']);
  });
});

describe('releases and settlement', () => {
  test('a part with a share instead, and one that is looked at on its day', () => {
    expect(figures(plan(`release:
  now: { share: 50% }
  live: { share: 50%, from: go_live, within: 30 days, otherwise: 40% }
components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }
---
known: 2026-06-30
facts: { deal: [ { id: a, owner: ann, date: 2026-01-10, amount: 100 } ], go_live: [ { deal: a, date: 2026-02-09 } ] }`), 'ann 2026-01 release.live', 'ann 2026-01 release.live.due', 'ann 2026-01 release.live.lapsed', 'ann 2026-01 release.live.date')).toEqual({
      'ann 2026-01 release.live': '5', 'ann 2026-01 release.live.due': '2', 'ann 2026-01 release.live.lapsed': '3', 'ann 2026-01 release.live.date': '2026-02-09',
    });
  });
  test('no more is taken back than the line, however often an event names it', () => {
    expect(figures(plan(`take_back: { gone: { from: churn, share: 60% } }
negative: pay back
components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }
---
facts: { deal: [ { id: a, owner: ann, amount: 100 } ], churn: [ { deal: a, date: 2026-02-01 }, { deal: a, date: 2026-03-01 } ] }`), 'ann 2026-02 paid', 'ann 2026-03 paid')).toEqual({ 'ann 2026-02 paid': '-6', 'ann 2026-03 paid': '-4' });
  });
  test('where no draw runs any more, pay below zero is what `negative` says', () => {
    expect(figures(plan(`draw: { amount: 10 a month, within: 1 month, recover: never }
components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }
---
facts: { deal: [ { owner: ann, amount: 50 }, { owner: ann, date: 2026-02-01, amount: -70 }, { owner: ann, date: 2026-03-01, amount: 100 } ] }`), 'ann 2026-01 paid', 'ann 2026-02 paid', 'ann 2026-02 owed', 'ann 2026-03 paid')).toEqual({
      'ann 2026-01 paid': '10', 'ann 2026-02 paid': '0', 'ann 2026-02 owed': '7', 'ann 2026-03 paid': '3',
    });
  });
  test('the smallest unit of the currency is the default of rounding', () => {
    expect(figures(plan(`currency: JPY
components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }
---
facts: { deal: [ { owner: ann, amount: 1_235 } ] }`), 'ann 2026-01 c', 'ann 2026-01 paid')).toEqual({ 'ann 2026-01 c': '124', 'ann 2026-01 paid': '124' });
  });
});

describe('credits', () => {
  test('a reversal repeats the credits of its fact, negative, whoever owns the account by then', () => {
    expect(figures(plan(`credits: { own: { from: deal, to: account.owner } }
components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }
---
people: { ann: {}, ben: {} }
entities: { account: { x: { owner: [ { value: ann }, { from: 2026-02-01, value: ben } ] } } }
facts: { deal: [ { id: a, account: x, date: 2026-01-10, amount: 100 }, { id: r, reverses: a, date: 2026-03-10 } ] }`), 'ann 2026-03 c', 'ben 2026-03 c')).toEqual({ 'ann 2026-03 c': '-10', 'ben 2026-03 c': '0' });
  });
  test('`rest` is what the others of its step leave, wherever it stands', () => {
    expect(figures(plan(`credits: { split: { from: deal, split: { house: rest, seller: 60% } } }
components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }
---
facts: { deal: [ { house: h, seller: s, amount: 100 }, { house: h, amount: 100 } ] }`), 's 2026-01 c', 'h 2026-01 c')).toEqual({ 's 2026-01 c': '6', 'h 2026-01 c': '14' });
  });
  test('people above each other in a circle are an error', () => {
    expect(() => asked(plan(`credits: { team: { from: deal, to: owner, up: boss, levels: all } }
components: { c: { measure: { sum: amount, from: deal }, rate: 10% } }
---
people: { ann: { boss: ben }, ben: { boss: ann } }
facts: { deal: [ { owner: ann, amount: 100 } ] }`))).toThrow('in a circle: ann -> ben -> ann');
  });
});
