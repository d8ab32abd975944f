/** Templates, plans of many rows, amendments of both, and what stands below: one document a plan. */
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../value/diagnostic.ts';
import { formatDay } from '../value/period.ts';
import { ratio } from '../value/rate.ts';
import type { Plan, Workspace } from './plan.ts';
import { resolvedText } from './resolved-text.ts';
import { readWorkspace } from './workspace.ts';

type Texts = Readonly<Record<string, string>>;
const BASE: Texts = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\ndefaults: { period: quarter, prorate: none, round: { attainment: 0.1%, end: 1 } }\n',
  'sources/crm.yaml': `facts: { deal: { fields: { owner: payee, stage: text, amount: money } } }
sources:
  deals: { file: deals.csv, into: deal, id: id, date: date, fields: { owner: owner, stage: stage, amount: amount } }
  people: { file: people.csv, into: person, id: name, fields: { role: role, region: region } }
`,
  'templates/commission.yaml': `template: commission
title: Commission
terms: { area: text, accelerator: factor = 1.5x, ti: money a quarter, quota: money a quarter = 100k }
payees: role = "AE" and region = area
incentive: ti
cap: 50k
round: { attainment: removed }
components:
  commission: { measure: { sum: amount, from: deal, where: stage = "Won" }, target: quota, rate: { marginal: { 0%: 1x, 100%: accelerator } } }
  spiff: { measure: { count: deal }, rate: 100 }
`,
};
const HEAD = 'plan: ae\nbased_on: commission\neffective: 2026-01-01 / 2027-01-01\n';

function read(texts: Texts): { readonly workspace: Workspace | undefined; readonly found: readonly Diagnostic[] } {
  const files: Texts = { ...BASE, ...texts };
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)), text: (path) => files[path] });
  return { workspace: value, found: diagnostics };
}
function good(texts: Texts): readonly Plan[] {
  const { workspace, found } = read(texts);
  expect(found.map((d) => `${d.file}:${d.line} ${d.message}`)).toEqual([]);
  return workspace?.plans ?? [];
}
const said = (texts: Texts): string[] => read(texts).found.map((d) => `${d.severity === 'warning' ? 'warning ' : ''}${d.file}:${d.line}:${d.column} ${d.code} ${d.message}`);
const given = (plan: Plan | undefined): unknown => Object.fromEntries(plan?.terms.flatMap((t) => (t.given === undefined ? [] : [[t.name, t.given]])) ?? []);

describe('a plan based on a template', () => {
  it('takes what it does not say from the template, and that from the defaults, never by the order of files', () => {
    const [plan] = good({ 'plans/ae.yaml': `${HEAD}with: { quota: 200k }\ncomponents: { commission: { target: quota / 2 }, spiff: removed }\ncap: removed\n` });
    expect(plan).toMatchObject({ plan: 'ae', title: 'Commission', period: 'quarter', prorate: 'none' });
    expect(plan?.components.map((c) => c.name)).toEqual(['commission']);
    expect(plan?.cap).toBeUndefined();
    expect(plan?.round.attainment).toBeUndefined();
    expect(plan?.round.end?.unit).toEqual(ratio(1n));
    expect(given(plan)).toEqual({ quota: ratio(200_000n) });
    const names = { 'a/1.yaml': HEAD, 'z/2.yaml': HEAD };
    expect(Object.keys(names).map((path) => good({ [`plans/${path}`]: HEAD })[0]?.fingerprint)).toEqual([good({ 'plans/ae.yaml': HEAD })[0]?.fingerprint, good({ 'plans/ae.yaml': HEAD })[0]?.fingerprint]);
  });

  it('means the same as the plan written out, which is what `check --resolved` prints', () => {
    const [plan] = good({ 'plans/ae.yaml': `${HEAD}with: { area: north }\nlabels: target-and-payout\nallow: { cap: "Agreed with the works council" }\n` });
    const text = resolvedText(plan as Plan);
    expect(text).toContain('with:\n  area: north');
    expect(good({ 'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'templates/commission.yaml': '# nothing\n', 'plans/ae.yaml': text })[0]?.fingerprint).toEqual(plan?.fingerprint);
  });

  it('may have everything that plans have: kinds and states of its own, lists, guardrails, exchange, releases', () => {
    const texts = {
      'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'templates/commission.yaml': '# nothing\n',
      'facts/more.yaml': `facts:
  account: { fields: { tier: number, warm: yes/no } }
  crew: { fields: { team: payees, parts: splits, account: account, amount: money, reverses: crew } }
  paid: { fields: { crew: crew } }
  currency: { fields: { usd: number } }
sources:
  accounts: { file: accounts.csv, into: account, id: id, fields: { tier: tier, warm: warm } }
  rates: { file: rates.csv, into: currency, id: code, fields: { usd: usd, from: day } }
`,
      'templates/crews.yaml': `template: crews
period: half month
payees: role = "AE" and region = area
terms: { area: text, quota: money a year }
exchange: { rate: currency.usd * by_tier(1), at: date }
tables: { by_tier: { by: account.tier, steps: { 0: 1, 2: 1.5 } } }
facts: { first_crew: { from: crew, where: count(team) > 1, keep: first, per: account } }
states: { hot: { for: account, while: warm, lasting: 7 days } }
credits: { team: { from: crew, to: team }, parts: { from: crew, to: parts, overlay: yes } }
guardrails: { real: { from: crew, require: account.tier > 0, otherwise: hold 10 days } }
components:
  crews: { measure: { sum: amount * by_tier, from: [crew], where: count(parts) > 0 }, target: quota, rate: 5%, release: { paid: { from: paid } } }
  firsts: { measure: { count: first_crew, where: account.hot }, amount: "if(value > 0, 100, 0)" }
`,
      'plans/ae.yaml': 'plan: ae\nbased_on: crews\neffective: 2026-01-01 / 2027-01-01\nfor_each: regions.csv\n', 'plans/regions.csv': 'area,quota\nnorth,100k\nsouth,200k\n',
    };
    const plans = good(texts);
    expect(plans.map((p) => [p.plan, p.family, ...p.kinds.map((k) => k.name), ...p.states.map((s) => s.name), ...p.credits.map((c) => `${c.name}: ${c.from.join(', ')}`)])).toEqual(
      ['ae-north', 'ae-south'].map((name) => [name, 'ae', `${name}.first_crew`, 'hot', `team: crew, ${name}.first_crew`, `parts: crew, ${name}.first_crew`]));
    expect(plans.map((plan) => good({ ...texts, 'plans/ae.yaml': resolvedText(plan) })[0]?.fingerprint)).toEqual(plans.map((p) => p.fingerprint));
  });

  it('which is based on another template, and may stand in any folder of plans', () => {
    const texts = { 'plans/north/base.yaml': 'template: north\nbased_on: commission\nwith: { area: north }\ncomponents: { spiff: removed }\n', 'plans/ae.yaml': 'plan: ae\nbased_on: north\neffective: 2026-01-01 / 2027-01-01\nwith: { quota: 1k }\n' };
    const [plan] = good(texts);
    expect([plan?.components.map((c) => c.name), given(plan)]).toEqual([['commission'], { area: 'north', quota: ratio(1000n) }]);
  });

  it('a mistake is told in the file that holds it, once, and leaves the plan out', () => {
    const template = (BASE['templates/commission.yaml'] as string).replace('stage = "Won"', 'stag = "Won"');
    const texts = { 'templates/commission.yaml': template, 'plans/a.yaml': HEAD, 'plans/b.yaml': HEAD.replace('ae', 'am') };
    expect(said(texts)).toEqual(['templates/commission.yaml:9:60 plan.formula The name `stag` means nothing here.']);
    expect(read(texts).workspace?.plans).toEqual([]);
    expect(said({ 'plans/a.yaml': `${HEAD}components: { commission: { target: qouta } }\n` })).toEqual(['plans/a.yaml:4:37 plan.formula The name `qouta` means nothing here.']);
    expect(said({ 'plans/a.yaml': `${HEAD}components: { commission: { rate: { steps: { 0%: 5% } } } }\n` }).map((s) => s.split(' ')[0])).toEqual(['plans/a.yaml:4:35']);
    expect(said({ 'plans/a.yaml': `${HEAD}with: { qouta: 5k }\n` })).toEqual(['plans/a.yaml:4:9 plan.unknown_term `with` gives a value to `qouta`, which is not a term of this plan.']);
  });

  it('where the template cannot be used, nothing misleading follows', () => {
    expect(said({ 'plans/ae.yaml': HEAD.replace('commission', 'comission') })).toEqual(['plans/ae.yaml:2:11 plan.template There is no template `comission`.']);
  });
});

describe('a template', () => {
  it('never runs; without plans it is read by itself, and what plans may add is not missing', () => {
    expect(good({})).toEqual([]);
    expect(good({ 'templates/t.yaml': 'template: t\ncomponents: { a: { components: {} }, b: { weight: 30% } }\n' })).toEqual([]);
    expect(said({ 'templates/t.yaml': 'template: t\nperiod: quaterly\nterms: { q: mony }\ncomponents: { a: { measure: { sum: amuont, from: deal }, rate: 5%, cap: 1k, wait: 3 } }\n' })).toEqual([
      'templates/t.yaml:2:9 plan.bad_value `period` is week, half month, month, quarter, half or year, not `quaterly`.',
      'templates/t.yaml:3:13 plan.bad_term `mony` does not say what type the term `q` has.',
      'warning templates/t.yaml:4:36 plan.formula The name `amuont` means nothing here.',
      'templates/t.yaml:4:77 plan.unknown_key `wait` is not a key of a component.',
    ]);
  });
});

describe('a plan for each row of a file', () => {
  const each = `${HEAD}for_each: regions.csv\nwith: { quota: 300k, ti: 10k }\n`;

  it('is called after the plan and the first cell; cells stand before `with`, empty ones leave it', () => {
    const plans = good({ 'plans/eu/ae.yaml': each, 'plans/eu/regions.csv': '\uFEFFarea,accelerator,quota\r\nnorth,1.5x,\r\n"south",  2x ,"150k"\r\n\r\n' });
    expect(plans.map((p) => [p.plan, p.family, given(p)])).toEqual([
      ['ae-north', 'ae', { area: 'north', accelerator: ratio(3n, 2n), quota: ratio(300_000n), ti: ratio(10_000n) }],
      ['ae-south', 'ae', { area: 'south', accelerator: ratio(2n), quota: ratio(150_000n), ti: ratio(10_000n) }],
    ]);
    expect(plans[0]?.at.file).toBe('plans/eu/ae.yaml');
    const alone = `${HEAD.replace('ae', 'ae-north')}with: { quota: 300k, ti: 10k, area: north, accelerator: 1.5x }\n`;
    expect(good({ 'plans/x.yaml': alone })[0]?.fingerprint).toEqual(plans[0]?.fingerprint);
  });

  it('the file stands beside the document that names it, also under a template', () => {
    const texts = { 'templates/t.yaml': 'template: t\nbased_on: commission\nfor_each: lists/regions.csv\n', 'templates/lists/regions.csv': 'area\nnorth\nsouth\n', 'plans/ae.yaml': HEAD.replace('commission', 't') };
    expect(good(texts).map((p) => p.plan)).toEqual(['ae-north', 'ae-south']);
  });

  it('an amendment of the plan amends the plan of each row; with rows of its own, those', () => {
    const csv = { 'plans/regions.csv': 'area,accelerator\nnorth,1.5x\nsouth,2x\n', 'plans/ae.yaml': each.replace('2027-01-01', '2026-07-01') };
    const july = 'plan: ae\namends: 2026-01-01\neffective: 2026-07-01 / 2027-01-01\n';
    const spans = (plans: readonly Plan[]): unknown => plans.map((p) => [p.plan, formatDay(p.effective.from), p.components.length, (given(p) as { accelerator: unknown }).accelerator]);
    expect(spans(good({ ...csv, 'plans/july.yaml': `${july}components: { spiff: removed }\n` }))).toEqual([
      ['ae-north', '2026-01-01', 2, ratio(3n, 2n)], ['ae-north', '2026-07-01', 1, ratio(3n, 2n)], ['ae-south', '2026-01-01', 2, ratio(2n)], ['ae-south', '2026-07-01', 1, ratio(2n)],
    ]);
    expect(spans(good({ ...csv, 'plans/july.yaml': `${july}for_each: july.csv\n`, 'plans/july.csv': 'area,accelerator\nnorth,3x\nsouth,4x\n' }))).toEqual([
      ['ae-north', '2026-01-01', 2, ratio(3n, 2n)], ['ae-north', '2026-07-01', 2, ratio(3n)], ['ae-south', '2026-01-01', 2, ratio(2n)], ['ae-south', '2026-07-01', 2, ratio(4n)],
    ]);
    expect(said({ ...csv, 'plans/july.yaml': `${july}for_each: july.csv\n`, 'plans/july.csv': 'area\neast\n' })).toEqual(['plans/july.yaml:2:9 plan.amends_nothing `ae` has no version from 2026-01-01 that could be amended.']);
    expect(said({ ...csv, 'plans/july.yaml': july.replace('2026-07-01', '2026-06-01') }).map((s) => s.slice(0, 45))).toEqual(['plans/july.yaml:3:12 plan.versions_overlap Tw']);
  });

  it('one plan of the rows can be amended alone', () => {
    const plans = good({ 'plans/regions.csv': 'area\nnorth\nsouth\n', 'plans/ae.yaml': each, 'plans/n.yaml': 'plan: ae-north\namends: 2026-01-01\neffective: 2027-01-01 / 2028-01-01\ncap: 1k\n' });
    expect(plans.map((p) => [p.plan, formatDay(p.effective.from)])).toEqual([['ae-north', '2026-01-01'], ['ae-north', '2027-01-01'], ['ae-south', '2026-01-01']]);
  });

  it('a wrong value is told at its cell', () => {
    expect(said({ 'plans/ae.yaml': each, 'plans/regions.csv': 'area,accelerator\nnorth,150%\nsouth,2x\n' })).toEqual(['plans/regions.csv:2:7 plan.bad_term `150%` is not a factor, which the term `accelerator` needs.']);
  });
});
