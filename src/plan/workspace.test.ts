import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasErrors } from '../value/diagnostic.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { parseDay } from '../value/period.ts';
import { ratio } from '../value/rate.ts';
import type { Leaf, Plan, Workspace } from './plan.ts';
import { readWorkspace } from './workspace.ts';

type Texts = Readonly<Record<string, string>>;

const BASE: Texts = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\ndefaults: { period: quarter, round: { attainment: 0.1% } }\n',
  'sources/crm.yaml': `facts:
  deal: { fields: { owner: payee, sdr: payee, account: account, stage: text, product: text, amount: money, seats: number, won: yes/no, closed: date } }
  account: { fields: { tier: number, csm: payee } }
sources:
  deals: { file: deals.csv, into: deal, id: id, date: date, fields: { owner: owner, sdr: sdr, account: account, stage: stage, product: product, amount: amount, seats: seats, won: won = "yes", closed: Close Date } }
  accounts: { file: accounts.csv, into: account, id: id, fields: { tier: tier, csm: csm, from: start } }
  people: { file: people.csv, into: person, id: name, fields: { role: role, manager: manager, quota: quota, from: from } }
`,
};
const HEAD = 'plan: ae\neffective: 2026-01-01 / 2027-01-01\n';

function read(texts: Texts): { workspace: Workspace | undefined; found: readonly Diagnostic[] } {
  const files: Texts = { ...BASE, ...texts };
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)), text: (path) => files[path] });
  return { workspace: value, found: diagnostics };
}

function good(texts: Texts): Workspace {
  const { workspace, found } = read(texts);
  expect(found.map((d) => `${d.file}:${d.line} ${d.message}`)).toEqual([]);
  if (workspace === undefined) throw new Error('no workspace');
  return workspace;
}

function planOf(text: string): Plan {
  const [plan] = good({ 'plans/ae.yaml': HEAD + text }).plans;
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

function leafOf(plan: Plan): Leaf {
  const [leaf] = plan.components;
  if (leaf?.kind !== 'leaf') throw new Error('no component');
  return leaf;
}

describe('a workspace', () => {
  it('ten mistakes of a beginner in one file are all said in one go', () => {
    const { found, workspace } = read({ 'plans/ae.yaml': `plan: ae
title: Account executives
effective: 2026-01-01 / 2027-01-01
payees: role = AE
period: quaterly
terms: { quota: mony a quarter, ote: money a year = 80,000 }
incentive: ote * 40%
components:
  bookings:
    wieght: 60%
    measure: { sum: amuont, from: deal, where: stage = "Won" }
    target: quota
    payout: { marginal: { 0%: 1x, 100%: 1.5x } }
  speed:
    measure: { count: deals }
    rate: { steps: { 0: 10, 5: 20 } }
  spiff:
    measure: { count: deal, where: min(seats, 5, 6) > 3 }
    amount: { marginal: { 0: 100 } }
  last: { rate: 5% }
` });
    expect(found.map((d) => `${d.line} ${d.message}`)).toEqual([
      '4 The name `AE` means nothing here.',
      '5 `period` is week, half month, month, quarter, half or year, not `quaterly`.',
      '6 `mony a quarter` does not say what type the term `quota` has.',
      '6 `80,000` is read as two entries, because a comma separates the entries of { }.',
      '10 `wieght` is not a key of a component.',
      '11 The name `amuont` means nothing here.',
      '15 There is no kind of fact `deals`.',
      '18 The comma in `min(seats, 5, 6) > 3` cuts the formula, because it stands inside { }.',
      '19 A `marginal` table cannot stand under `amount`.',
      '20 `last` has no `measure`, but `rate` is paid for each unit of a measure.',
    ]);
    expect(workspace?.plans).toEqual([]);
  });

  it('a plan with a key that is refused has no Plan: without the key something else would be paid', () => {
    const { workspace, found } = read({ 'plans/ae.yaml': `${HEAD}negtive: forgive\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: 5% } }\n` });
    expect(found.map((d) => d.code)).toEqual(['plan.unknown_key']);
    expect(workspace?.plans).toEqual([]);
  });

  it('the same mistake of a shared file is said once, whatever the number of plans', () => {
    const plan = (name: string): string => `plan: ${name}\neffective: 2026-01-01 / 2027-01-01\ncomponents: { c: { measure: won, rate: 5% } }\n`;
    const { found } = read({ 'measures/all.yaml': 'measures: { won: { sum: amuont, from: deal } }\n', 'plans/a.yaml': plan('a'), 'plans/b.yaml': plan('b') });
    expect(found.map((d) => d.file)).toEqual(['measures/all.yaml']);
  });

  it('defaults stand below every plan, and the plan may take one away', () => {
    const component = 'components: { c: { measure: { sum: amount, from: deal }, rate: 5% } }\n';
    expect(planOf(component)).toMatchObject({ period: 'quarter', currency: 'USD', round: { attainment: { unit: ratio(1n, 1000n), mode: 'half_away' }, end: { unit: ratio(1n, 100n) } } });
    expect(planOf(`period: month\nround: { end: 1 down }\ncurrency: JPY\n${component}`)).toMatchObject({ period: 'month', currency: 'JPY', round: { attainment: {}, end: { unit: ratio(1n), mode: 'down' } } });
  });

  it('money in another currency: a rate by currency, dated rates, a rate of the plan', () => {
    const rates = { 'sources/rates.yaml': 'facts: { currency: { fields: { usd: number } } }\nsources: { rates: { file: r.csv, into: currency, id: code, fields: { usd: rate, from: day } } }\n' };
    const head = `plan: ae\neffective: 2026-01-01 / 2027-01-01\n`, pay = 'components: { c: { measure: { sum: amount, from: deal }, rate: 5% } }\n';
    const exchange = (text: string): Plan['exchange'] => good({ ...rates, 'plans/ae.yaml': `${head}${text}${pay}` }).plans[0]?.exchange;
    expect(exchange('exchange: { rate: currency.usd, at: period }\n')).toMatchObject({ when: 'period', rate: { formula: { ref: { kind: 'field', path: ['currency', 'usd'] }, type: { kind: 'number' } } } });
    expect(exchange('terms: { fx: number = 1.1 }\nexchange: { rate: "if(currency = \\"EUR\\", fx, currency.usd)" }\n')).toMatchObject({ when: 'date', rate: { kind: 'formula' } });
    expect(exchange('exchange: { rate: { by: currency, lookup: { EUR: 1.08, GBP: 1 / 0.8 } } }\n')).toMatchObject({ rate: { kind: 'table', table: { kind: 'lookup', rows: [{ key: 'EUR' }, { key: 'GBP' }] } } });
    expect(exchange('tables: { fx: { by: currency, lookup: { EUR: 1.08 } } }\nexchange: { rate: fx }\n')).toMatchObject({ rate: { kind: 'table' } });
    expect(exchange('')).toBeUndefined();
  });

  it('names are looked up in the plan, then in the workspace', () => {
    const texts = { 'measures/all.yaml': 'measures: { won: { count: deal } }\n', 'plans/a.yaml': `${HEAD}measures: { won: { sum: amount, from: deal } }\ncomponents: { c: { measure: won, rate: 5% } }\n` };
    const [plan] = good(texts).plans;
    expect(plan && leafOf(plan).measure?.kind).toBe('sum');
  });

  it('kinds and their fields: declared, known of persons, and typed by terms', () => {
    const { kinds } = good({ 'plans/a.yaml': `${HEAD}terms: { quota: money a year }\nincentive: 10k a year\ncomponents: { c: { measure: { sum: amount, from: deal }, target: quota, payout: attainment } }\n` });
    const kind = (name: string): unknown => Object.fromEntries(kinds.find((k) => k.name === name)?.fields.map((f) => [f.name, f.type]) ?? []);
    expect(kind('person')).toEqual({ role: 'text', manager: 'payee', hired: 'date', left: 'date', currency: 'text', quota: 'money', from: 'date' });
    expect(kind('account')).toEqual({ tier: 'number', csm: 'payee', from: 'date' });
    expect(kinds.map((k) => [k.name, k.dated])).toEqual([['deal', true], ['account', false], ['person', false]]);
  });

  it('sources: columns that are read, names with blanks, formats', () => {
    const [source] = good({ 'sources/x.yaml': `facts: { call: { fields: { owner: payee } } }
sources:
  calls: { file: calls.csv, into: call, id: 'concat(a, "/", b)', date: "left(Day, 10)", where: state = "done", fields: { owner: Rep Name }, replace: { state: { DONE: done } }, format: { delimiter: tab, encoding: windows-1252, decimal: ",", dates: DD.MM.YYYY } }
` }).sources.filter((s) => s.name === 'calls');
    expect(source).toMatchObject({ columns: ['a', 'b', 'Day', 'state', 'Rep Name'], replace: { state: { DONE: 'done' } }, format: { delimiter: '\t', encoding: 'windows-1252', decimal: ',', dates: 'DD.MM.YYYY' } });
  });

  it('a file that cannot be read does not hide what is wrong elsewhere', () => {
    const { found } = read({ 'plans/a.yaml': 'plan: [\n', 'plans/b.yaml': `${HEAD.replace('ae', 'b')}components: { c: { measure: { sum: x, from: deal }, rate: 5% } }\n`, 'templates/t.yaml': 'template: t\nplan: t\n' });
    expect(found.map((d) => `${d.file} ${d.code}`)).toEqual(['plans/a.yaml plan.yaml', 'plans/b.yaml plan.formula', 'templates/t.yaml plan.template']);
  });
});

describe('versions of a plan', () => {
  const first = 'plan: ae\neffective: 2026-01-01 / 2026-07-01\ncap: 50k\ncomponents: { a: { title: Old, measure: { sum: amount, from: deal }, rate: 5%, cap: 10k }, b: { measure: { count: deal }, rate: 100 } }\n';

  it('amends merges maps by key, replaces the rest, and `removed` deletes', () => {
    const { plans } = good({ 'plans/z.yaml': first, 'plans/a.yaml': 'plan: ae\namends: 2026-01-01\neffective: 2026-07-01 / 2027-01-01\ncap: removed\ncomponents: { a: { rate: 6%, cap: removed }, b: removed, c: { measure: { count: deal }, rate: 200 } }\n' });
    expect(plans.map((p) => [p.effective.from, p.components.map((c) => c.name), p.cap === undefined])).toEqual([[parseDay('2026-01-01'), ['a', 'b'], false], [parseDay('2026-07-01'), ['a', 'c'], true]]);
    const [old, now] = plans as [Plan, Plan];
    expect([leafOf(old).caps.length, leafOf(now).caps.length, leafOf(now).title]).toEqual([1, 0, 'Old']);
    expect(old.fingerprint.pay).not.toBe(now.fingerprint.pay);
  });

  it('an amendment may amend an amendment, in whatever order the files are read', () => {
    const { plans } = good({
      'plans/z.yaml': first, 'plans/m.yaml': 'plan: ae\namends: 2026-07-01\neffective: 2026-10-01 / 2027-01-01\ncomponents: { b: removed }\n',
      'plans/a.yaml': 'plan: ae\namends: 2026-01-01\neffective: 2026-07-01 / 2026-10-01\ncomponents: { a: { rate: 6% } }\n',
    });
    expect(plans.map((p) => p.components.length)).toEqual([2, 2, 1]);
  });

  it('what is wrong in an amended version points at the file that says it', () => {
    const { found } = read({ 'plans/z.yaml': first, 'plans/a.yaml': 'plan: ae\namends: 2026-01-01\neffective: 2026-07-01 / 2027-01-01\ncomponents: { a: { measure: { where: stag = "x" } } }\n' });
    expect(found.map((d) => `${d.file}:${d.line} ${d.code}`)).toEqual(['plans/a.yaml:4 plan.formula']);
  });
});

describe('what a plan says', () => {
  it('a kind without a credit rule credits its owner; a rule of its own replaces that', () => {
    const c = 'components: { c: { measure: { sum: amount, from: deal }, rate: 5% } }\n';
    expect(planOf(c).credits).toMatchObject([{ name: 'owner', from: ['deal'], to: [['owner']], overlay: false }]);
    expect(planOf(`credits: { csm: { from: deal, to: account.csm, share: 50% } }\n${c}`).credits).toMatchObject([{ name: 'csm', to: [['account', 'csm']], share: { formula: { value: ratio(1n, 2n) } } }]);
  });

  it('literals take the unit of their place', () => {
    const rate = (text: string): unknown => leafOf(planOf(`incentive: 10k a year\ncomponents: { c: { measure: { ${text} } }\n`)).pay;
    expect(rate('count: deal }, rate: 250')).toMatchObject({ number: { formula: { value: ratio(250n), type: { kind: 'money' } } } });
    expect(rate('sum: amount, from: deal }, rate: 0.75%')).toMatchObject({ number: { formula: { value: ratio(3n, 400n), type: { kind: 'percent' } } } });
    expect(rate('sum: amount, from: deal }, target: 1M, rate: 1.5x')).toMatchObject({ number: { formula: { value: ratio(3n, 2n), type: { kind: 'factor' } } } });
  });

  it('tables: what they read, their keys, jumps, `over`, and what holds otherwise', () => {
    const table = (text: string): unknown => { const { pay } = leafOf(planOf(`incentive: 10k a year\ncomponents: { c: { measure: { sum: amount, from: deal }, ${text} } }\n`)); return pay?.number.kind === 'table' ? pay.number.table : undefined; };
    expect(table('rate: { marginal: { 0: 3%, over 50k: 5% } }')).toMatchObject({ by: { ref: { what: 'value' } }, rows: [{ key: ratio(0n), over: false }, { key: ratio(50_000n), over: true }] });
    expect(table('target: 100k, payout: { points: { 50%: 0%, 100%: [80%, 100%] }, beyond: extend }')).toMatchObject({ by: { ref: { what: 'attainment' } }, beyond: 'extend', rows: [{}, { value: { value: ratio(4n, 5n) }, right: { value: ratio(1n) } }] });
    expect(table('rate: { by: product, lookup: { GTK 500: 3%, "yes": 5%, otherwise: 0% } }')).toMatchObject({ by: { ref: { kind: 'field' } }, rows: [{ key: 'GTK 500' }, { key: 'yes' }], otherwise: { value: ratio(0n) } });
    expect(table('rate: { by: won, lookup: { yes: 3%, no: 5% } }')).toMatchObject({ rows: [{ key: true }, { key: false }] });
    expect(table('rate: { by: account.tier, lookup: { 1: 3%, 2: 5% } }')).toMatchObject({ rows: [{ key: ratio(1n) }, { key: ratio(2n) }] });
    expect(table('rate: { by: closed, retroactive: { 2026-01-01: 3%, 2026-07-01: 5% } }')).toMatchObject({ rows: [{ key: ratio(BigInt(parseDay('2026-01-01') ?? 0)) }, {}] });
    expect(leafOf(planOf('incentive: 10k a year\ncomponents: { c: { measure: { sum: amount, from: deal }, target: 100k, payout: attainment, round: { payout: 1% } } }\n')).pay?.number).toMatchObject({ kind: 'formula', text: 'attainment' });
    expect(table('target: 100k, payout: attainment')).toMatchObject({ kind: 'marginal', rows: [{ key: ratio(0n), value: { value: ratio(1n), type: { kind: 'factor' } } }] });
  });

  it('gates: comparisons of a measure with what is known, turned round where need be', () => {
    const plan = planOf('terms: { floor: percent = 92% }\nincentive: 10k a year\nmeasures: { grr: { ratio: [{ count: deal, where: won }, { count: deal }] } }\ncomponents: { c: { measure: { sum: amount, from: deal }, target: 5k, payout: attainment, gates: { g: { require: floor <= grr and value between 1k and 2M and attainment > 0%, otherwise: at most 50% }, h: { require: grr > 1%, otherwise: hold } } } }\n');
    expect(leafOf(plan).gates).toMatchObject([
      { require: [{ left: { measure: { name: 'grr' } }, op: '>=', right: { name: 'floor' } }, { left: { kind: 'value' }, op: '>=' }, { left: { kind: 'value' }, op: '<=' }, { left: { kind: 'attainment' }, op: '>' }], otherwise: { kind: 'at_most', share: { value: ratio(1n, 2n) } } },
      { otherwise: { kind: 'hold' } },
    ]);
  });

  it('groups pass period, window and roundings on to their parts', () => {
    const [group] = planOf('incentive: 10k a year\ncomponents: { g: { period: month, window: year to date, round: { payout: 0.1% }, components: { a: { weight: 40%, measure: { sum: amount, from: deal }, target: 5k a month, payout: { points: { 0%: 0%, 100%: 100% } } }, b: { weight: 60%, measure: { count: deal }, target: 5, payout: { points: { 0%: 0%, 100%: 100% } } } } } }\n').components;
    expect(group?.kind === 'group' && group.components.map((c) => [c.period, c.window, c.round.payout?.unit])).toEqual([1, 2].map(() => ['month', { kind: 'to_date', of: 'year' }, ratio(1n, 1000n)]));
  });

  it('measures that only tables read are in the plan', () => {
    expect(planOf('measures: { size: { sum: seats, from: deal }, other: { count: deal } }\ncomponents: { c: { measure: { sum: amount, from: deal }, rate: { by: size, points: { 0: 0%, 100: 5% } } } }\n').measures.map((m) => m.name)).toEqual(['size']);
  });
});

const SHARED = '../shared/language';
describe.skipIf(!existsSync(SHARED))(`the plans of ${SHARED} (skipped where that folder is absent)`, () => {
  it('resolve without a word', () => {
    const texts: Record<string, string> = { 'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'sources/crm.yaml': readFileSync(`${SHARED}/sources/maven.yaml`, 'utf8') };
    for (const f of readdirSync(`${SHARED}/plans/data`).filter((n) => n.startsWith('maven-'))) texts[`plans/${f}`] = readFileSync(`${SHARED}/plans/data/${f}`, 'utf8');
    const { plans, sources } = good(texts);
    expect([plans.map((p) => p.plan), sources.length]).toEqual([['maven-a-agents', 'maven-b-managers', 'maven-b-spiffs'], 3]);
  });

  it('every other plan there gives a Plan or errors, never neither and never an exception', () => {
    for (const folder of ['cases', 'designs']) {
      for (const f of readdirSync(`${SHARED}/plans/${folder}`).filter((n) => n.endsWith('.yaml'))) {
        const { workspace, found } = read({ 'plans/x.yaml': readFileSync(`${SHARED}/plans/${folder}/${f}`, 'utf8') });
        expect((workspace?.plans.length ?? 0) > 0, f).toBe(!hasErrors(found));
      }
    }
  });
});
