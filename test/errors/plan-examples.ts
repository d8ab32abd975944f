/** Plan files. Each example is one file of a small workspace; what it needs beside it stands in `BESIDE`. */
import type { FileReader } from '../../src/plan/files.ts';
import { readFiles } from '../../src/plan/files.ts';
import type { Code, Diagnostic } from '../../src/value/diagnostic.ts';
import type { Example } from './example.ts';

const PLAN = 'plans/ae.yaml';
const HEAD = 'plan: ae\neffective: 2026-01-01 / 2027-01-01\n';
const BESIDE: Readonly<Record<string, string>> = { 'trueup.yaml': 'company: Acme\ncurrency: USD\n' };

export const PLAN_EXAMPLES = {
  'plan.yaml': plan('Anchors, tags and second documents are refused too: a plan means what it shows.', `${HEAD}components:\n  deals: { rate: 5%\n`),
  'plan.unknown_key': plan('Keys are never ignored, since a misspelt one would change pay in silence.', `${HEAD}components:\n  deals:\n    wieght: 70%\n    measure: { sum: amount, from: deal }\n    rate: 5%\n`),
} satisfies Partial<Record<Code, Example>>;

function plan(about: string, text: string): Example {
  return { about, text, diagnose: () => check({ ...BESIDE, [PLAN]: text }) };
}

function check(files: Readonly<Record<string, string>>): readonly Diagnostic[] {
  const reader: FileReader = {
    list: (folder) => Object.keys(files).filter((path) => path.startsWith(`${folder}/`)),
    text: (path) => files[path],
  };
  const found: Diagnostic[] = [];
  readFiles(reader, found);
  return found;
}
