/** What a run, a test of a plan and an explanation say. One small company goes through its first weeks for all of them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { calculate } from '../../src/app/calculate.ts';
import { explain } from '../../src/app/explain.ts';
import { explainFact } from '../../src/app/explain-fact.ts';
import type { ExplainRequest } from '../../src/app/explain.ts';
import { runTestFile } from '../../src/app/plan-tests.ts';
import { type Company, companyIn } from '../../src/app/run.fixture.ts';
import { openWorkspace } from '../../src/app/workspace-files.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Workspace } from '../../src/plan/plan.ts';
import type { Code, Diagnostic } from '../../src/value/diagnostic.ts';
import { assert } from '../../src/value/diagnostic.ts';
import type { Example } from './example.ts';
import { inFolder } from './example.ts';

const PLAN = `plan: ae
effective: 2026-01-01 / 2027-01-01
payees: role = "AE"
period: quarter
components:
  commission: { measure: { sum: amount, from: deal }, rate: 5% }
`;
const RATED = PLAN.replace('components:', 'exchange: { rate: { by: currency, lookup: { GBP: 1.25 } } }\ncomponents:');
const TWICE = PLAN.replace('components:', 'credits:\n  owner: { from: deal, to: owner, where: amount > 500 }\n  large: { from: deal, to: owner, where: amount > 1_000 }\ncomponents:');
const DIVIDED = PLAN.replace('sum: amount,', 'sum: amount / (amount - 1_200),').replace('rate: 5%', 'rate: 100');
const SOURCES = `facts:
  deal: { fields: { owner: payee, amount: money, currency: text } }
sources:
  people: { file: in/people.csv, into: person, id: name, fields: { role: role, hired: hired } }
  deals: { file: in/deals.csv, into: deal, id: id, date: closed, fields: { owner: owner, amount: amount, currency: currency } }
`;
const MORE_SOURCES = `facts:
  call: { fields: { owner: payee } }
sources:
  calls: { file: in/calls.csv, into: call, id: id, date: day, fields: { owner: owner } }
`;
const TEST = `plan: ae
people: { Ada Lind: { role: AE } }
facts:
  deal: [ { owner: Ada Lind, date: 2026-01-15, amuont: 1_000 } ]
expect: [ [Ada Lind, 2026-Q1, commission, 50] ]
`;
const FILES = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n', 'sources/deals.yaml': SOURCES, 'plans/ae.yaml': '', 'tests/ae.yaml': TEST,
  'in/people.csv': 'name,role,hired\nAda Lind,AE,\nBo Ek,AE,2026-05-01\n',
  'in/deals.csv': 'id,owner,closed,amount,currency\n7,Ada Lind,2026-01-15,1200.00,USD\n8,Ada Lind,2026-02-15,900.00,EUR\n',
};

const weeks = once();
const said = (about: string, text?: string): Example => ({ about, ...(text !== undefined && { text }), diagnose: weeks });

export const RUN_EXAMPLES = {
  'test.bad': said('A test that cannot be read tests nothing, so it counts as one that failed.', TEST),
  'run.no_plans': said('Who is paid, and how, is what plans say; a run needs at least one.'),
  'run.no_facts': said('A run reads what was imported, and never the files themselves.'),
  'run.source_not_imported': said('The run goes on with the rest.', MORE_SOURCES),
  'run.other_currency': said('Amounts of two currencies are never added.', PLAN),
  'run.no_rate': said('A rate that is missing is never taken for 1: the fact waits for it.', RATED),
  'run.divided_by_zero': said('A value that cannot be found is no 0: the facts are named, and the rest counts.', DIVIDED),
  'run.over_credited': said('One event would be paid twice. Filters that should exclude each other do not.', TWICE),
  'run.store_replaced': said('The same plans, facts and people give the same amounts, so something else has changed.'),
  'explain.unknown_payee': said('Ids and names are both understood, and capitals do not count.'),
  'explain.unknown_fact': said('A fact is asked for by its id, as the file has it; the nearest ids are named.'),
  'explain.unknown_kind': said('The kind is needed only where facts of two kinds have the same id.'),
  'explain.unknown_period': said('Periods are written as in the results of a run.'),
  'explain.unknown_plan': said('Plans are asked for by the name that stands after `plan:`.'),
  'explain.unknown_component': said('Components are asked for by name or title.'),
  'explain.not_on_plan': said('Who is on a plan, and from when, follows from `payees` and from the file of people.'),
} satisfies Partial<Record<Code, Example>>;

/** The first weeks, the first time that somebody asks, and all that was said in them. */
function once(): () => Promise<readonly Diagnostic[]> {
  let all: Promise<readonly Diagnostic[]> | undefined;
  return () => (all ??= inFolder({}, async (folder) => {
    const company = companyIn(folder, FILES);
    try {
      return await firstWeeks(company);
    } finally {
      await company.close();
    }
  }));
}

async function firstWeeks(company: Company): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  const preview = async (): Promise<void> => { found.push(...(await company.preview()).diagnostics); };
  await preview();
  company.write('plans/ae.yaml', PLAN);
  await preview();
  await company.importAll();
  found.push(...await company.withStore((engine) => questions(engine, workspaceOf(company))));
  found.push(...(await company.apply()).diagnostics);
  for (const plan of [RATED, DIVIDED, TWICE]) {
    company.write('plans/ae.yaml', plan);
    await preview();
  }
  company.write('plans/ae.yaml', PLAN);
  company.write('sources/calls.yaml', MORE_SOURCES);
  await preview();
  rmSync(join(company.dir, 'sources/calls.yaml'));
  // the store is moved away and made anew from a file that was changed meanwhile
  await company.close();
  for (const name of ['facts.duckdb', 'inbox']) rmSync(join(company.dir, 'data', name), { recursive: true });
  company.edit('in/deals.csv', '1200.00', '1400.00');
  await company.importAll();
  await preview();
  return found;
}

async function questions(engine: Engine, workspace: Workspace): Promise<readonly Diagnostic[]> {
  const { calculation } = await calculate(engine, workspace.plans, workspace.kinds);
  assert(calculation !== undefined, 'the plan of the examples is calculated');
  const asked: readonly Partial<ExplainRequest>[] = [{ payee: 'Ada Lynd' }, { period: '2026-Q5' }, { plan: 'ea' }, { component: 'comission' }, { payee: 'Bo Ek' }];
  const found: Diagnostic[] = [];
  for (const one of asked) found.push(...(await explain(engine, calculation, { payee: 'Ada Lind', period: '2026-Q1', kinds: workspace.kinds, ...one })).diagnostics);
  for (const one of [{ fact: '77' }, { fact: 'D-1001', kind: 'dael' }]) found.push(...(await explainFact(engine, calculation, one)).diagnostics);
  // the test is refused before its engine is used, or closed
  const untouched = { ...engine, close: () => Promise.resolve() };
  return [...found, ...(await runTestFile(workspace, 'tests/ae.yaml', TEST, () => Promise.resolve(untouched))).diagnostics];
}

function workspaceOf(company: Company): Workspace {
  const { workspace } = openWorkspace(company.dir);
  assert(workspace !== undefined, 'the workspace of the examples opens');
  return workspace;
}
