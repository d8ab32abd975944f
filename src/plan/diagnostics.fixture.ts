/** A workspace without mistakes, for tests that put one into it. */
import type { Diagnostic } from '../value/diagnostic.ts';
import { readWorkspace } from './workspace.ts';

export type Texts = Readonly<Record<string, string | undefined>>;

const BASE: Texts = {
  'trueup.yaml': 'company: Acme\ncurrency: USD\n',
  'sources/crm.yaml': `facts:
  deal: { fields: { owner: payee, sdr: payee, account: account, stage: text, product: text, amount: money, seats: number, discount: percent, won: yes/no, closed: date } }
  account: { fields: { tier: number, csm: payee } }
sources:
  deals: { file: deals.csv, into: deal, id: id, date: date, fields: { owner: owner, sdr: sdr, account: account, stage: stage, product: product, amount: amount, seats: seats, discount: discount, won: won = "yes", closed: closed } }
  accounts: { file: accounts.csv, into: account, id: id, fields: { tier: tier, csm: csm } }
  people: { file: people.csv, into: person, id: name, fields: { role: role, manager: manager, team: team } }
`,
};
export const HEAD = 'plan: ae\neffective: 2026-01-01 / 2027-01-01\nperiod: quarter\n';
export const plan = (text: string): Texts => ({ 'plans/ae.yaml': HEAD + text });
export const one = (component: string): Texts => plan(`components:\n  c: ${component}\n`);
export const src = (text: string): Texts => ({ 'sources/more.yaml': text });
export const sum = '{ sum: amount, from: deal }';

export const TEMPLATE = `template: hybrid\ncap: 50k\ncomponents: { won: { measure: ${sum}, rate: 5% } }\n`;
export const regions = (csv: string | undefined): Texts => ({ 'plans/ae.yaml': `${HEAD}for_each: regions.csv\nterms: { area: text, quota: money a year }\ncomponents: { c: { measure: ${sum}, rate: 5% } }\n`, 'plans/regions.csv': csv });

/** Everything that is said about these files, laid over those of a workspace without mistakes. */
export function check(texts: Texts): readonly Diagnostic[] {
  const files = new Map(Object.entries({ ...BASE, ...texts }).flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])));
  return readWorkspace('.', { list: (folder) => [...files.keys()].filter((f) => f.startsWith(`${folder}/`)), text: (path) => files.get(path) }).diagnostics;
}
