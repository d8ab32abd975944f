/**
 * Plan files. Each example is one file of a small workspace: `DEALS` beside it says what a deal is
 * and where it comes from.
 */
import type { FileReader } from '../../src/plan/workspace.ts';
import { readWorkspace } from '../../src/plan/workspace.ts';
import type { Code, Diagnostic } from '../../src/value/diagnostic.ts';
import type { Example } from './example.ts';

export const PLAN = 'plans/ae.yaml';
export const HEAD = 'plan: ae\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\n';
export const PAY = 'components:\n  deals: { measure: { sum: amount, from: deal }, rate: 5% }\n';

export const BESIDE: Readonly<Record<string, string>> = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n',
  'sources/deals.yaml': [
    'facts:',
    '  deal: { fields: { owner: payee, amount: money, stage: text } }',
    'sources:',
    '  deals: { file: data/deals.csv, into: deal, id: id, date: closed, fields: { owner: owner, amount: amount, stage: stage } }',
    '  people: { file: data/people.csv, into: person, id: name, fields: { role: role, manager: manager } }',
    '',
  ].join('\n'),
};

const ACCOUNTS: Readonly<Record<string, string>> = {
  'sources/accounts.yaml': 'facts:\n  account: { fields: { tier: text } }\nsources:\n  accounts: { file: data/accounts.csv, into: account, id: id, fields: { tier: tier } }\n',
};

export const PLAN_EXAMPLES = {
  'plan.yaml': plan('Anchors, tags and second documents are refused too: a plan means what it shows.', `${HEAD}components:\n\tdeals: { rate: 5% }\n`),
  'plan.unknown_key': plan('Keys are never ignored, since a misspelt one would change pay in silence.', `${HEAD}components:\n  deals:\n    mesure: { sum: amount, from: deal }\n    rate: 5%\n`),
  'plan.not_built_yet': source('It is refused rather than ignored, since what it says would not be paid.', 'facts:\n  call: { fields: { owner: payee } }\nsources:\n  calls: { file: data/calls.csv, into: call, id: id, date: day, fields: { owner: account.owner } }\n'),
  'plan.no_workspace': { about: 'A workspace is a folder with this file.', diagnose: () => check({ [PLAN]: HEAD + PAY }) },
  'plan.cut_formula': plan('Inside `{ }` a comma separates entries.', `${HEAD}components:\n  deals: { measure: { sum: min(amount, 100), from: deal }, rate: 5% }\n`),
  'plan.duplicate_key': plan('The second would win over the first without a word.', `${HEAD}${PAY}  deals: { measure: { sum: amount, from: deal }, rate: 6% }\n`),
  'plan.empty_value': plan('Nothing is not zero.', `${HEAD}components:\n  deals:\n    measure: { sum: amount, from: deal }\n    rate:\n`),
  'plan.wrong_shape': plan('A list has dashes, a map has keys.', `${HEAD}components:\n  - { measure: { sum: amount, from: deal }, rate: 5% }\n`),
  'plan.bad_value': plan('Some keys take one of a few words.', `plan: ae\neffective: 2026-01-01 / 2027-01-01\nperiod: quarterly\n${PAY}`),
  'plan.missing_key': plan('There is no default for how often people are paid.', `plan: ae\neffective: 2026-01-01 / 2027-01-01\n${PAY}`),
  'plan.no_name': plan('A file without `plan` may only hold sections that plans share.', `effective: 2026-01-01 / 2027-01-01\nperiod: quarter\n${PAY}`),
  'plan.bad_name': plan('What is said to people stands in `title`.', `${HEAD}components:\n  new deals: { measure: { sum: amount, from: deal }, rate: 5% }\n`),
  'plan.two_meanings': plan('Which one is meant would be a guess.', `${HEAD}terms: { won: number = 1 }\nmeasures: { won: { count: deal } }\n${PAY}`),
  'plan.bad_date': plan('Spans go from the first day up to, not including, the second.', `plan: ae\neffective: 2026-01-01 / 2026-02-30\nperiod: quarter\n${PAY}`),
  'plan.no_effective': plan('A plan without an end is easily paid for too long.', `plan: ae\nperiod: quarter\n${PAY}`),
  'plan.template': { ...plan('A template stands in a file of the folder `templates`.', `${HEAD}based_on: hybird\n`), diagnose: () => check({ ...BESIDE, [PLAN]: `${HEAD}based_on: hybird\n`, 'templates/hybrid.yaml': `template: hybrid\n${PAY}` }) },
  'plan.for_each': { about: 'The first cell of each row is the name of its plan, the columns are terms.', text: 'region,qouta\nnorth,400_000\n', diagnose: () => check({ ...BESIDE, [PLAN]: `${HEAD}for_each: regions.csv\nterms: { region: text, quota: money a year }\n${PAY}`, 'plans/regions.csv': 'region,qouta\nnorth,400_000\n' }) },
  'plan.removes_nothing': plan('What was meant would stay in force without a word.', `${HEAD}cap: removed\n${PAY}`),
  'plan.amends_nothing': plan('An amendment lays its keys over the version that it names.', `plan: ae\namends: 2025-01-01\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\n${PAY}`),
  'plan.versions_overlap': versions('Two versions would both pay.', '2026-01-01 / 2027-01-01', '2026-07-01 / 2027-07-01'),
  'plan.versions_gap': versions('Nobody would be paid on the days between.', '2026-01-01 / 2026-07-01', '2026-08-01 / 2027-01-01'),
  'plan.bad_term': plan('A unit of time says that the value is shared out: a year\'s quota to its quarters.', `${HEAD}terms: { quota: money a yaer }\n${PAY}`),
  'plan.unknown_term': plan('A misspelt term would leave the default in force.', `${HEAD}terms: { quota: money a year = 400_000 }\nwith: { qouta: 500_000 }\n${PAY}`),
  'plan.formula': plan('Formulas read as in a spreadsheet.', `${HEAD}components:\n  deals:\n    measure: { sum: amount *, from: deal }\n    rate: 5%\n`),
  'plan.unknown_name': plan('Kinds of facts, credit rules and fields are found by name.', `${HEAD}components:\n  deals: { measure: { count: dael }, rate: 50 }\n`),
  'plan.cycle': plan('Neither could be calculated first.', `${HEAD}measures:\n  won: { formula: weighted / 2 }\n  weighted: { formula: won * 2 }\ncomponents:\n  deals: { measure: won, rate: 50 }\n`),
  'plan.later_stage': plan('Each number is found before what needs it: facts, credits, measures, attainment, pay.', `${HEAD}components:\n  deals:\n    measure: { sum: amount, from: deal }\n    target: 100_000 * attainment\n    rate: 5%\n`),
  'plan.measure': plan('A measure adds, counts, or divides one measure by another.', `${HEAD}components:\n  deals: { measure: { from: deal }, rate: 5% }\n`),
  'plan.pay_form': plan('Two forms of pay in one component would leave open which one holds.', `${HEAD}components:\n  deals: { measure: { sum: amount, from: deal }, rate: 5%, amount: 100 }\n`),
  'plan.table': plan('Each kind of table reads its rows in another way, and pays other amounts.', `${HEAD}components:\n  deals:\n    measure: { sum: amount, from: deal }\n    rate: { marginal: { 50k: 5%, 0: 3% } }\n`),
  'plan.unit': plan('Money is not a count, and a percent is neither.', `${HEAD}components:\n  deals:\n    measure: { sum: amount, from: deal }\n    rate: { marginal: { 0%: 3%, 50%: 5% } }\n`),
  'plan.weights': plan('Otherwise pay at exactly 100 % would not be the incentive.', `${HEAD}incentive: 10_000 a quarter\ncomponents:\n  won: { weight: 60%, measure: { count: deal }, target: 10, payout: { points: { 0%: 0%, 100%: 100% } } }\n  value: { weight: 30%, measure: { sum: amount, from: deal }, target: 100k, payout: { points: { 0%: 0%, 100%: 100% } } }\n`),
  'plan.gate': plan('A gate says what must hold, and what is paid if it does not.', `${HEAD}measures: { won: { count: deal } }\ncomponents:\n  deals:\n    measure: { sum: amount, from: deal }\n    rate: 5%\n    gates: { enough: { require: won >= 10, otherwise: reject } }\n`),
  'plan.state': {
    about: 'A state is that of an account: what a field of it changes to, or the days on which a condition holds.',
    text: 'states:\n  tier: { for: account, value: tier }\n',
    diagnose: () => check({ ...BESIDE, ...ACCOUNTS, 'states/tier.yaml': 'states:\n  tier: { for: account, value: tier }\n' }),
  },
  'plan.guardrail': plan('What a guardrail does is to reject, to hold, or to let a part count.', `${HEAD}guardrails:\n  small: { from: deal, require: amount >= 500, otherwise: 80%, then: pass }\n${PAY}`),
  'plan.credit': plan('A credit rule names a field of the fact that holds a payee.', `${HEAD}credits: { team: { from: deal, to: stage } }\n${PAY}`),
  'plan.two_rules': plan('One event would count twice.', `${HEAD}credits:\n  first: { from: deal, to: owner }\n  second: { from: deal, to: owner }\n${PAY}`),
  'plan.window': plan('What accumulates must hold whole periods.', `${HEAD}components:\n  deals: { measure: { sum: amount, from: deal }, rate: 5%, window: whole month }\n`),
  'plan.release': plan('What is in no part would never be paid.', `${HEAD}release:\n  booking: { share: 60% }\n  year_end: { share: 30%, at: year end }\n${PAY}`),
  'plan.settlement': plan('An amount in another currency needs a rate.', `${HEAD}pays_in: EUR\n${PAY}`),
  'plan.round': plan('Each point of rounding has a unit.', `${HEAD}round: { end: cents }\n${PAY}`),
  'plan.exchange': plan('A wrong rate is seen only when somebody is paid.', `${HEAD}exchange:\n  rate: { by: currency, lookup: { EUR: 1.08, otherwise: 1 } }\n${PAY}`),
  'plan.unused': plan('Often a name that is misspelt where it should be read.', `${HEAD}tables: { rates: { by: value, marginal: { 0: 3%, 50k: 5% } } }\n${PAY}`),

  'source.missing_key': source('Every row needs a name of its own, so that the same file twice adds nothing.', 'sources:\n  calls: { file: data/calls.csv, into: call, date: day, fields: { owner: owner } }\n'),
  'source.bad_field': source('A column that goes nowhere would be lost without a word.', 'facts:\n  call: { fields: { owner: payee } }\nsources:\n  calls: { file: data/calls.csv, into: call, id: id, date: day, fields: { ownr: owner } }\n'),
  'source.bad_type': source('The type says how a cell is read: money exactly, a date as a day.', 'facts:\n  call: { fields: { owner: payee, minutes: integer } }\nsources:\n  calls: { file: data/calls.csv, into: call, id: id, date: day, fields: { owner: owner, minutes: minutes } }\n'),
  'source.blank_field': source('What reads the field would find nothing.', 'facts:\n  call: { fields: { owner: payee, minutes: number } }\nsources:\n  calls: { file: data/calls.csv, into: call, id: id, date: day, fields: { owner: owner } }\n'),
  'source.undeclared_kind': source('Text cannot be added up.', 'sources:\n  calls: { file: data/calls.csv, into: call, id: id, date: day, fields: { owner: owner } }\n'),
  'source.two_meanings': source('Rows of one kind must mean one thing.', 'facts:\n  call: { fields: { owner: payee } }\nsources:\n  calls: { file: data/calls.csv, into: call, id: id, date: day, fields: { owner: owner } }\n  old: { file: data/old.csv, into: call, id: id, fields: { owner: owner } }\n'),
  'source.bad_format': source('03/04 is two days, depending on who reads it.', 'facts:\n  call: { fields: { owner: payee } }\nsources:\n  calls:\n    { file: data/calls.csv, into: call, id: id, date: day, fields: { owner: owner }, format: { dates: DD.MM.YY } }\n'),
  'source.unused_replace': source('Often a column that is misspelt.', 'facts:\n  call: { fields: { owner: payee } }\nsources:\n  calls: { file: data/calls.csv, into: call, id: id, date: day, fields: { owner: owner }, replace: { ownr: { Ada L.: Ada Lind } } }\n'),
} satisfies Partial<Record<Code, Example>>;

function plan(about: string, text: string): Example {
  return { about, text, diagnose: () => check({ ...BESIDE, [PLAN]: text }) };
}

function source(about: string, text: string): Example {
  return { about, text, diagnose: () => check({ ...BESIDE, 'sources/calls.yaml': text }) };
}

function versions(about: string, first: string, second: string): Example {
  const text = (span: string): string => `plan: ae\neffective: ${span}\nperiod: quarter\n${PAY}`;
  return { about, text: text(second), diagnose: () => check({ ...BESIDE, [PLAN]: text(first), 'plans/ae-july.yaml': text(second) }) };
}

function check(files: Readonly<Record<string, string>>): readonly Diagnostic[] {
  return readWorkspace('.', reader(files)).diagnostics;
}

/** A workspace folder that is a map of texts. */
export function reader(files: Readonly<Record<string, string>>): FileReader {
  return {
    list: (folder) => Object.keys(files).filter((path) => path.startsWith(`${folder}/`)),
    text: (path) => files[path],
  };
}
