import { describe, expect, it } from 'vitest';
import { hasErrors } from '../value/diagnostic.ts';
import { formulaText } from './formula-text.ts';
import type { Measure, Plan, Workspace } from './plan.ts';
import { resolvedText } from './resolved-text.ts';
import { describePlan } from './words.ts';
import { readWorkspace } from './workspace.ts';

const FILES: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n',
  'facts/crm.yaml': `facts:
  pod: { fields: { quota: money } }
  person: { fields: { pod: pod } }
  account:
    fields: { tier: number, icp: number, csm: payee, pod: pod }
    derived:
      floor: { by: tier, lookup: { 1: 70, 2: 60, otherwise: 50 } }
      fits: icp >= floor
      warm: warmth > 10 and stage = "SQL"
  deal: { fields: { owner: payee, sdr: payee, account: account, stage: text, amount: money, cost: money, won: yes/no, closed: date }, derived: { margin: amount - cost, weight: "if(account.fits, 100%, 50%)" } }
  payment: { fields: { deal: deal, amount: money } }
  touch: { fields: { account: account, owner: payee, points: number } }
  stage_change: { fields: { account: account, stage: text } }
  contract: { fields: { account: account, arr: money, starts: date, ends: date }, runs: [starts, ends] }
  big_deal: { title: A big deal, from: deal, where: margin >= 1_000 and account.warm, derived: { double: margin * 2 } }
sources:
  pods: { file: pods.csv, into: pod, id: id, fields: { quota: quota } }
  accounts: { file: accounts.csv, into: account, id: id, fields: { tier: tier, icp: icp, csm: csm, pod: pod } }
  people: { file: people.csv, into: person, id: name, fields: { role: role, manager: manager, region: region, pod: pod } }
`,
  'states/states.yaml': `states:
  hot: { for: account, while: warmth > floor and fits, lasting: 7 days, again_after: 180 days }
  stage: { for: account, from: stage_change, value: stage, levels: [MQA, SQL, Won], lasting: 14 days }
`,
  'measures/measures.yaml': `measures:
  warmth: { for: account, sum: points, from: touch, half_life: 30 days, limits: { daily: { at_most: 20, per: [owner, day] } } }
  arr_start: { for: account, sum: arr, from: contract, at: start }
  arr_end: { for: account, sum: arr, from: contract, at: end }
  book_start: { sum: arr_start, from: account }
  book_now: { sum: "min(arr_start, arr_end)", from: account, where: arr_start > 0 and fits }
  grr: { ratio: [book_now, book_start] }
  pod_value: { for: pod, sum: amount * weight, from: deal, look_back: 90 days }
  paid: { for: deal, ratio: [{ sum: amount, from: payment }, { sum: amount, from: deal }] }
  unread: { for: pod, count: touch }
`,
  'guardrails/guardrails.yaml': `guardrails:
  fit: { from: [deal, touch], require: account.fits, otherwise: reject }
  windfall: { title: A very large deal, from: deal, require: amount <= 25% * yearly(quota), otherwise: { by: amount / yearly(quota), marginal: { 0%: 1x, 25%: 0.5x } } }
  late: { from: deal, require: not known(closed), otherwise: hold 30 days, then: pass, review: 5 business days }
`,
};

const FULL = `plan: ae
effective: 2026-01-01 / 2027-01-01
period: quarter
terms: { quota: money a year = 100k, level: percent = 10% }
guardrails: [late, fit, windfall]
facts:
  first_win: { from: big_deal, keep: first, per: account, again_after: 90 days, derived: { quarter_of_it: double / 4 } }
credits:
  book: { from: account, to: csm }
  deals: { from: deal, split: [{ sdr: by_stage }, { owner: 60%, account.csm: rest }], factor: { by: payee.role, lookup: { AE: 1x, otherwise: 0.5x } } }
  leaders: { from: deal, to: owner, up: manager, levels: all, factor: "max(0, payee.level - via.level) * 10" }
  touched: { from: deal, through: touch, to: touch.owner, look_back: 60 days, overlay: yes, yields_to: deals }
  hot: { from: hot, to: account.csm }
  team: { from: earning, to: payee, up: manager }
tables:
  by_stage: { by: stage, lookup: { Won: 40%, otherwise: 10% } }
measures:
  own: { sum: margin, from: deal, credited: deals, date: closed, where: account.stage <> "Won" and amount >= quota, factors: { size: { by: amount, steps: { 0: 0.5x, 10k: 1x } } } }
  lead: { sum: "amount * (payee.level - via.level)", from: deal, credited: leaders }
  wins: { count: first_win }
  average_win: { average: quarter_of_it, from: first_win }
  best: { max: amount, from: deal }
  last_stage: { last: stage, from: deal }
  hots: { count: hot }
  steps: { for: pod, sum: steps, from: stage }
  place: { rank: own, among: payee.region }
  win_rate: { ratio: [{ count: deal, where: won }, { count: deal }], min_sample: 20, otherwise: { ratio: [wins, hots] } }
  share: { formula: "min(1, own / pod.quota) * if(pod_value > pod.quota, 2, 1)" }
  override: { sum: amount, from: earning, where: component = "main" }
components:
  main: { measure: own, rate: 5% }
  lead: { measure: lead, rate: 100% }
  wins: { measure: wins, rate: 100 }
  average_win: { measure: average_win, rate: 1% }
  best: { measure: best, rate: 1% }
  grr: { measure: grr, amount: { steps: { 90%: 100 } } }
  steps: { measure: steps, rate: 10 }
  place: { measure: place, amount: { lookup: { 1: 500, otherwise: 0 } } }
  win_rate: { measure: win_rate, amount: { steps: { 20%: 100 } } }
  share: { measure: share, amount: { steps: { 1: 100 } } }
  hots: { measure: hots, rate: 10 }
  team: { measure: override, rate: 5% }
`;

function read(plan: string, more: Readonly<Record<string, string>> = {}): Workspace {
  const files: Record<string, string> = { ...FILES, 'plans/ae.yaml': plan, ...more };
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)), text: (path) => files[path] });
  expect(diagnostics.filter((d) => d.severity === 'error').map((d) => `${d.file}:${d.line} ${d.path} ${d.message}`)).toEqual([]);
  if (value === undefined || hasErrors(diagnostics)) throw new Error('not resolved');
  return value;
}
function planOf(text: string): Plan {
  const [plan] = read(text).plans;
  if (plan === undefined) throw new Error('no plan');
  return plan;
}
const full = planOf(FULL);
const named = (name: string): Measure | undefined => full.measures.find((m) => m.name === name) ?? full.components.flatMap((c) => (c.kind === 'leaf' && c.measure !== undefined ? [c.measure] : [])).find((m) => m.name === name);

describe('facts, states, credits, guardrails and measures of the whole language', () => {
  it('kinds of a plan are its own, those of a file are shared, and both have derived fields', () => {
    const { kinds } = read(FULL);
    expect(kinds.map((k) => k.name)).toEqual(['pod', 'person', 'account', 'deal', 'payment', 'touch', 'stage_change', 'contract', 'review', 'big_deal']);
    expect(kinds.find((k) => k.name === 'account')?.derived.map((d) => [d.name, d.type.kind, d.number.kind])).toEqual([['floor', 'number', 'table'], ['fits', 'yes_no', 'formula'], ['warm', 'yes_no', 'formula']]);
    expect(kinds.find((k) => k.name === 'contract')?.runs).toEqual(['starts', 'ends']);
    expect(full.kinds.map((k) => [k.name, k.derivation?.from, k.derivation?.keep, k.derivation?.per, k.derivation?.againAfter, k.derived.map((d) => d.name)])).toEqual([
      ['ae.first_win', 'big_deal', 'first', [['account']], 90, ['quarter_of_it', 'double', 'margin', 'weight']],
    ]);
    expect(named('wins')).toMatchObject({ kind: 'count', from: ['ae.first_win'], subject: 'payee' });
  });

  it('credits and guardrails of a kind are those of what is made of it', () => {
    expect(full.credits.map((c) => [c.name, ...c.from])).toEqual([['book', 'account'], ['deals', 'deal', 'ae.first_win'], ['leaders', 'deal', 'ae.first_win'],
      ['touched', 'deal', 'ae.first_win'], ['hot', 'hot'], ['team', 'earning']]);
    expect(full.guardrails.map((g) => [g.name, ...g.from])).toEqual([['late', 'deal', 'ae.first_win'], ['fit', 'deal', 'touch', 'ae.first_win'], ['windfall', 'deal', 'ae.first_win']]);
    expect(full.guardrails[0]).toMatchObject({ otherwise: { kind: 'hold', days: 30 }, then: 'pass', review: { n: 5, unit: 'business_day' } });
    expect(full.credits[3]).toMatchObject({ to: [], through: { kind: 'touch', to: ['owner'], lookBack: 60 }, yieldsTo: 'deals', overlay: true });
  });

  it('a plan has all measures and states that it reads, however far round, and no others', () => {
    expect(full.states.map((s) => [s.name, s.subject, s.lasting, s.againAfter])).toEqual([['hot', 'account', 7, 180], ['stage', 'account', 14, undefined]]);
    expect(full.measures.map((m) => [m.name, typeof m.subject === 'string' ? m.subject : m.subject.entity])).toEqual([
      ['arr_end', 'account'], ['arr_start', 'account'], ['own', 'payee'], ['pod_value', 'pod'], ['warmth', 'account'],
    ]);
    const small = planOf('plan: ae\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\ncomponents: { c: { measure: { count: deal, where: account.warm }, rate: 1 } }\n');
    expect([small.measures.map((m) => m.name), small.states.map((s) => s.name), small.guardrails, small.kinds]).toEqual([['warmth'], ['stage'], [], []]);
  });

  it('names of rows are fields, derived fields, measures and states of the row, and follow references to facts', () => {
    const meaning = (text: string): unknown => {
      const [plan] = read(`plan: ae\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\ncredits: { p: { from: payment, to: deal.owner } }\ncomponents: { c: { measure: { for: account, count: deal, where: ${text} }, amount: 1 }, d: { measure: { count: payment }, rate: 1 } }\n`).plans;
      const c = plan?.components[0];
      return c?.kind === 'leaf' && c.measure?.kind === 'count' && c.measure.where?.formula.kind === 'op' && c.measure.where.formula.args[0]?.kind === 'name' ? c.measure.where.formula.args[0].ref : undefined;
    };
    expect(meaning('margin > 0')).toEqual({ kind: 'field', path: ['margin'] });
    expect(meaning('account.floor > 0')).toEqual({ kind: 'field', path: ['account', 'floor'] });
    expect(meaning('account.warmth > 0')).toEqual({ kind: 'field', path: ['account', 'warmth'] });
    expect(meaning('deal.amount > 0')).toEqual({ kind: 'field', path: ['amount'] });
    expect(meaning('paid > 50%')).toEqual({ kind: 'measure', measure: 'paid' });
    expect(meaning('hot = yes')).toEqual({ kind: 'state', state: 'hot' });
    expect(named('share')).toMatchObject({ kind: 'formula' });
    expect(named('lead')).toMatchObject({ kind: 'sum', of: { args: [{}, { args: [{ ref: { kind: 'person_term', who: 'payee', term: 'level' } }, { ref: { kind: 'person_term', who: 'via', term: 'level' } }] }] } });
  });

  it('is printed with every default, and read back as the same plan', () => {
    const text = resolvedText(full).replace('credits:\n', 'tables: { by_stage: { by: stage, lookup: { Won: 40%, otherwise: 10% } } }\ncredits:\n');
    expect(planOf(text).fingerprint).toEqual(full.fingerprint);
  });

  it.each([
    ['again_after: 90 days', 'again_after: 91 days'], ['keep: first', 'keep: last'], ['double / 4', 'double / 5'], ['[late, fit, windfall]', '[fit, windfall]'], ['look_back: 60 days', 'look_back: 61 days'],
    ['yields_to: deals }', '}'], ['levels: all', 'levels: 2'], ['date: closed, ', ''], ['10k: 1x', '10k: 2x'], ['min_sample: 20', 'min_sample: 30'], ['among: payee.region', 'among: payee.role'], ['max: amount', 'min: amount'],
    ['average: quarter', 'sum: quarter'], ['steps: { for: pod', 'steps: { for: account'], ['own / pod.quota', 'own / pod.quota / 2'], ['AE: 1x', 'AE: 2x'],
  ])('a change of `%s` to `%s` changes the fingerprint of pay', (from, to) => {
    expect(FULL).toContain(from);
    const changed = planOf(FULL.replace(from, to));
    expect(changed.fingerprint.pay).not.toBe(full.fingerprint.pay);
    expect(planOf(resolvedText(changed).replace('credits:\n', 'tables: { by_stage: { by: stage, lookup: { Won: 40%, otherwise: 10% } } }\ncredits:\n')).fingerprint.pay).toBe(changed.fingerprint.pay);
  });

  it('what a plan reads of the workspace is part of its fingerprint', () => {
    const other = read(FULL, { 'facts/crm.yaml': (FILES['facts/crm.yaml'] ?? '').replace('2: 60', '2: 61') }).plans[0];
    expect(other?.fingerprint.pay).not.toBe(full.fingerprint.pay);
    expect(read(FULL, { 'facts/crm.yaml': (FILES['facts/crm.yaml'] ?? '').replace('margin >= 1_000', 'margin >= 2_000') }).plans[0]?.fingerprint.pay).not.toBe(full.fingerprint.pay);
  });

  it('values of another shape are told, and nothing falls over them', () => {
    for (const [from, to] of [['at_most: 20', 'at_most: [20]'], ['half_life: 30 days', 'half_life: { a: b }'], ['lasting: 7 days', 'lasting: [7]'], ['runs: [starts, ends]', 'runs: { a: starts }'], ['keep: first', 'keep: []'], ['min_sample: 20', 'min_sample: []']] as const) {
      const files: Record<string, string> = Object.fromEntries(Object.entries({ ...FILES, 'plans/ae.yaml': FULL }).map(([file, text]) => [file, text.replace(from, to)]));
      const { diagnostics } = readWorkspace('.', { list: (folder) => Object.keys(files).filter((f) => f.startsWith(`${folder}/`)), text: (path) => files[path] });
      expect(diagnostics.map((d) => d.code)).toContain(from === 'keep: first' ? 'plan.bad_value' : 'plan.wrong_shape');
    }
  });

  it('is said in words, a sentence a key', () => {
    const words = describePlan(full);
    expect(words.slice(words.indexOf('Amounts with a unit of time are scaled by the days on the plan.') + 1, words.indexOf('Main:'))).toEqual([
      'First win is the first big deal for each account, and again 90 days after the last that counted.',
      'Its quarter of it is double ÷ 4.',
      'Hot of each account holds while warmth is more than floor and fits is yes, once it has for 7 days, and again 180 days after it last did.',
      'Stage of each account is the last stage of stage change, in the order MQA, SQL and Won; stays of less than 14 days are passed over.',
      'The csm of each account is credited with all of it.',
      'Of each deal and first win, sdr (by stage: Won is 40 %, everything else 10 %); of what is left, owner 60 % and account\'s csm the rest. The credit is multiplied by a factor by your role: AE is 1 times, everything else 0.5 times.',
      'For each deal and first win, everybody above the owner (by manager) is credited with all of it, on top. The credit is multiplied by max(0, your level − the level of the one below) × 10.',
      'For each deal and first win, the owner of every touch of the same account in the 60 days before it is credited with all of it, once each, on top of the direct credits. Nobody has it whom deals credits for the same.',
      'The account\'s csm of each hot is credited with all of it.',
      'For each earning, the manager of the payee is credited with all of it, on top.',
      'Late: a credit of deal and first win counts if closed is blank; otherwise it is held for 30 days, and then counts if nobody has decided. Somebody looks within 5 business days.',
      'Fit: a credit of deal, touch and first win counts if account\'s fits is yes; otherwise it is rejected. Somebody looks within 10 business days.',
      'A very large deal: a credit of deal and first win counts if amount is at most 25 % × yearly(your quota); otherwise it is multiplied by a factor by amount ÷ yearly(your quota): each part is paid by itself: 1 times for the part up to 25 %, 0.5 times for the part above 25 %. Somebody looks within 10 business days.',
      'Own is the margin of deal where account\'s stage is not Won and amount is at least your quota, credited by deals, by the day of closed, multiplied by size (by amount: from 0 on 0.5 times, from 10,000 on 1 times).',
      'Book now is the min(arr start, arr end) of account where arr start is more than 0 and fits is yes.',
      'Book start is the arr start of account.',
      'Wins is the number of first win.',
      'Hots is the number of hot.',
      'Pod value is the amount × weight of deal, in the last 90 days, for each pod.',
      'Override is the amount of earning where component is main.',
      'Arr end is the arr of contract, as of the end of the period, for each account.',
      'Arr start is the arr of contract, as of the start of the period, for each account.',
      'Warmth is the points of touch, halved every 30 days, at most 20 for each owner and day, for each account.',
    ]);
  });

  it('a version without `for` has the subject of what it names', () => {
    expect(named('grr')?.subject).toBe('payee');
    expect(named('pod_value')).toMatchObject({ subject: { entity: 'pod' }, lookBack: 90 });
    expect(named('warmth')).toMatchObject({ halfLife: 30, limits: [{ name: 'daily', per: [['owner'], 'day'] }] });
    expect(full.credits.flatMap((c) => c.split.flat()).map((s) => (s.share === 'rest' || s.share.kind === 'table' ? s.share === 'rest' ? 'rest' : 'table' : formulaText(s.share.formula)))).toEqual(['table', '60%', 'rest']);
  });
});
