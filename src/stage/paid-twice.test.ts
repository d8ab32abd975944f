/** Nobody is paid twice for one thing by two plans. */
import { describe, expect, test } from 'vitest';
import { readWorkspace } from '../plan/workspace.ts';
import { compile } from './compile.ts';
import type { Person } from './people.ts';

const PLAN = (name: string, payees: string, dates = '2026-01-01 / 2027-01-01', more = ''): string =>
  `plan: ${name}\neffective: ${dates}\nperiod: quarter\npayees: ${payees}\ncomponents:\n  commission: { measure: { sum: amount, from: deal${more} }, rate: 5% }\n`;
const SOURCES = `facts: { deal: { fields: { owner: payee, amount: money } } }
sources:
  deals: { file: d.csv, into: deal, id: id, date: day, fields: { owner: owner, amount: amount } }
  people: { file: p.csv, into: person, id: id, fields: { role: role, region: region } }
`;

function said(plans: readonly string[], people: Readonly<Record<string, { role: string; region: string }>> = {}): string[] {
  const files = new Map([['trueup.yaml', 'company: Acme\ncurrency: USD\n'], ['sources/a.yaml', SOURCES], ...plans.map((text, i) => [`plans/p${i}.yaml`, text] as const)]);
  const { value, diagnostics } = readWorkspace('.', { list: (folder) => [...files.keys()].filter((f) => f.startsWith(`${folder}/`)), text: (path) => files.get(path) });
  expect(diagnostics).toEqual([]);
  if (value === undefined) return ['no workspace'];
  const persons = Object.entries(people).map(([id, values], i): Person => ({ payee: i + 1, id, rows: [{ from: null, values: new Map(Object.entries(values)) }], hired: null, left: null }));
  const { diagnostics: found } = compile({ plans: value.plans, kinds: value.kinds, people: { persons, byId: new Map(persons.map((p) => [p.id, p])), roles: new Map(), groups: new Map(), code: () => 1 }, cut: 1, code: () => 1 });
  return found.map((d) => `${d.code} ${d.file} ${d.message}`);
}

describe('two plans that pay one component', () => {
  const PEOPLE = { ann: { role: 'AE', region: 'north' }, bob: { role: 'AE', region: 'south' } };
  test('are an error where somebody is on both on the same days', () => {
    expect(said([PLAN('ae', 'role = "AE"'), PLAN('north', 'region = "north"')], PEOPLE)).toEqual([
      'plan.paid_twice plans/p1.yaml ann would be paid twice for one thing: `commission` of ae and of north look at the same measure, from 2026-01-01 to 2026-12-31.']);
  });
  test('are fine where nobody is on both, or not on one day', () => {
    expect(said([PLAN('north', 'region = "north"'), PLAN('south', 'region = "south"')], PEOPLE)).toEqual([]);
    expect(said([PLAN('spring', 'all', '2026-01-01 / 2026-07-01'), PLAN('autumn', 'all', '2026-07-01 / 2027-01-01')], PEOPLE)).toEqual([]);
  });
  test('are fine where they count something else', () => {
    expect(said([PLAN('ae', 'all'), PLAN('large', 'all', undefined, ', where: amount >= 50k')], PEOPLE)).toEqual([]);
  });
  test('are an error before anybody is known, where they mean the same people in the same words', () => {
    expect(said([PLAN('ae', 'role = "AE"'), PLAN('new', 'role = "AE"')])).toHaveLength(1);
    expect(said([PLAN('ae', 'role = "AE"'), PLAN('am', 'role = "AM"')])).toEqual([]);
  });
});
