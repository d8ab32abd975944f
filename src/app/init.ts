/**
 * `trueup init`: a small workspace with comments, to be changed into one's own. It passes `check`, its
 * test passes, and its sample data pay somebody, so that every command can be tried at once.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Diagnostic, Outcome } from '../value/diagnostic.ts';

/** Makes the files; none where the folder holds something. The value: their paths, relative to the folder. */
export function initWorkspace(dir: string): Outcome<readonly string[]> {
  const there = existsSync(dir) ? readdirSync(dir).filter((name) => !name.startsWith('.')) : [];
  if (there.length > 0) return { value: undefined, diagnostics: [folderInUse(dir, there)] };
  const files = filesFor(companyName(basename(resolve(dir))));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text, { flag: 'wx' });
  }
  return { value: Object.keys(files), diagnostics: [] };
}

export function folderInUse(dir: string, there: readonly string[]): Diagnostic {
  const some = there.slice(0, 3).join(', ') + (there.length > 3 ? ' and more' : '');
  return {
    code: 'cli.folder_in_use', severity: 'error', file: '', line: 0, column: 0, path: '',
    message: `The folder ${dir} is not empty: it holds ${some}.`, hint: 'Name a folder that does not exist yet; nothing was written.',
  };
}

function companyName(folder: string): string {
  const name = folder.charAt(0).toUpperCase() + folder.slice(1);
  return /^[A-Za-z][A-Za-z0-9 -]*$/.test(name) ? name : JSON.stringify(name);
}

function filesFor(company: string): Readonly<Record<string, string>> {
  return {
    'trueup.yaml': `# A folder with this file is a workspace of Trueup. What stands here holds for all plans.
company: ${company}
currency: USD              # of every plan that names no other
calendar: months           # or for example: months from April
`,
    'plans/ae.yaml': `# One file, one plan: who is paid, for what, against what target, by which table.
# \`trueup check --resolved\` prints it in words, and with every default.
plan: ae
title: Account executives
effective: 2026-01-01 / 2027-01-01        # from the first day up to, not including, the second
payees: role = "AE"
period: quarter
terms:
  quota: money a quarter                  # comes from the column of that name in sources/people.yaml
components:
  commission:
    title: Commission on won deals
    measure: { sum: amount, from: deal, where: stage = "Won" }
    target: quota
    rate: { marginal: { 0%: 5%, 100%: 8% } }      # 5 % up to the quota, 8 % of what goes beyond
`,
    'sources/deals.yaml': `# Which column of which export means what. \`deal\` is a kind of fact: something that happened on a day.
facts:
  deal: { title: A deal that was won or lost, fields: { owner: payee, stage: text, amount: money } }

sources:
  deals:
    file: data-in/deals.csv
    into: deal
    id: deal_id                           # tells rows apart: a changed row is a new version of the same deal
    date: closed
    currency: USD
    where: stage in ("Won", "Lost")       # deals that are still open are left out
    fields: { owner: seller, stage: stage, amount: amount }
`,
    'sources/people.yaml': `# Who works here, in which role, with which numbers. A row for each change, with \`from\`, keeps the history.
sources:
  people:
    file: data-in/people.csv
    into: person
    id: name
    fields: { role: role, quota: quarterly_quota }
`,
    'tests/ae.yaml': `# \`trueup test\`: facts in, pay out. The expected amounts are worked out by hand.
plan: ae
people: { ada: { role: AE, quota: 50_000 } }
facts:
  deal:
    - { id: d1, owner: ada, date: 2026-01-20, stage: Won, amount: 40_000 }
    - { id: d2, owner: ada, date: 2026-02-10, stage: Won, amount: 30_000 }
    - { id: d3, owner: ada, date: 2026-02-11, stage: Lost, amount: 90_000 }
expect:
  - [ada, 2026-Q1, commission.value, 70_000]
  - [ada, 2026-Q1, commission, 4_100]     # 5 % of 50,000 is 2,500; 8 % of 20,000 is 1,600
`,
    'data-in/people.csv': `name,role,quarterly_quota
Ada Lind,AE,50000.00
Ben Ortiz,AE,60000.00
Cara Novak,Manager,
`,
    'data-in/deals.csv': `deal_id,closed,seller,stage,amount
D-1001,2026-01-20,Ada Lind,Won,42000.00
D-1002,2026-02-03,Ben Ortiz,Won,18500.00
D-1003,2026-02-17,Ada Lind,Lost,90000.00
D-1004,2026-03-09,Ada Lind,Won,29750.50
D-1005,2026-03-30,Ben Ortiz,Won,41500.00
D-1006,2026-04-14,Ben Ortiz,Won,12000.00
D-1007,2026-05-05,Ada Lind,Won,36000.00
D-1008,,Ben Ortiz,Open,15000.00
`,
    '.gitignore': `# the store and the ledger; plans, sources and tests belong in Git
data/
`,
  };
}
