/**
 * Changes of a company's files that must change no pay, by the route that people use: files, import, every
 * stage. All of them at once, over every lesson of `examples/` and over drawn companies, byte for byte; where
 * that differs, each is tried alone, so that the test names the one.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLES, lessons, type Stages } from './corpus/corpus.ts';
import { differences, expectedOf } from './corpus/expected.ts';
import { CHANGES, type ChangeName, together } from './metamorphic/changes.ts';
import { type Company, lessonCompany } from './metamorphic/company.ts';
import { paidCompany } from './metamorphic/drawn.ts';
import { openRoute, paidBy, type Route } from './metamorphic/route.ts';

const ALL = Object.keys(CHANGES) as ChangeName[];
const HEAVY = { timeout: 120_000 };
let route: Route;
beforeAll(async () => { route = await openRoute(); });
afterAll(() => route.close());

/** Calculated in memory out of one import; what differs from before. */
async function changed(company: Company, before: Stages, names: readonly ChangeName[]): Promise<string[]> {
  const { arrivals, back } = together(company, names, 7);
  const { workspace, memory } = await route.imported(arrivals, names.includes('arrival'));
  return differences(before, back(await paidBy(await memory(), workspace)));
}
async function holds(company: Company, before: Stages, names: readonly ChangeName[]): Promise<void> {
  if ((await changed(company, before, names)).length === 0) return;
  const alone: string[] = [];
  for (const name of names) {
    const found = await changed(company, before, [name]);
    if (found.length > 0) alone.push(`[${CHANGES[name].id}] ${CHANGES[name].says}:`, ...found);
  }
  expect(alone.length > 0 ? alone : ['only all changes together differ', ...await changed(company, before, names)]).toEqual([]);
}

/** Where a change is one of pay, and why. */
const CHANGES_PAY: readonly (readonly [ChangeName, string, readonly string[]])[] = [
  ['neighbour', 'those above are paid for what he did', ['bonus-on-earnings', 'manager-roll-up']],
  ['neighbour', 'he takes a place, and a part of what all share', ['rank-contest', 'shared-pool']],
  ['neighbour', 'whoever has too few answers has those of all', ['net-retention']],
  ['outside', 'the last review of an account is another one', ['account-states']],
  ['outside', 'an invoice more is less of it paid', ['paid-on-cash']],
  ['names', 'an odd cent of a pool goes to the first by id', ['shared-pool']],
];
const applies = (lesson: string): ChangeName[] => ALL.filter((name) => !CHANGES_PAY.some(([of, , where]) => of === name && where.includes(lesson)));

describe('[A4] [A5] [C2] [C10] [C12] [C13] [C17] the order and parts of files, other ids, other years, somebody else, what is reversed and facts of no plan change nothing', () => {
  test.for(lessons())('%s', HEAVY, (name) => holds(lessonCompany(name), expectedOf(name), applies(name)));
  test('a drawn company', HEAVY, async () => {
    const { company, before } = await paidCompany(route, 1, 6);
    expect(before.get('payouts.csv')?.split('\n').length).toBeGreaterThan(50);
    // whoever is added is in pods and under managers of theirs; odd cents of their pools go by id
    await holds(company, before, ALL.filter((n) => n !== 'neighbour' && n !== 'names'));
  });
  test('each change is one of the files', () => {
    const company = lessonCompany('three-currencies'), texts = ({ files }: Company): string => JSON.stringify([...files]);
    for (const name of ALL.filter((n) => n !== 'arrival')) for (const made of CHANGES[name].apply(company, 7).arrivals) expect(texts(made), name).not.toBe(texts(company));
  });
  test('where a change is one of pay, pay does change', HEAVY, async () => {
    for (const [change, , where] of CHANGES_PAY) for (const lesson of where) expect(await changed(lessonCompany(lesson), expectedOf(lesson), [change]), `${lesson} ${change}`).not.toEqual([]);
  });
});

describe('[C1] the same bytes', () => {
  test('on one, two and four threads, and in memory', HEAVY, async () => {
    const { company, before } = await paidCompany(route, 4, 6);
    for (const threads of [1, 2, 4]) {
      const apart = await openRoute(threads);
      try {
        const { workspace, store } = await apart.imported([company]);
        expect(differences(before, await paidBy(store, workspace)), `${threads} threads`).toEqual([]);
      } finally { await apart.close(); }
    }
  });
  test('in every time zone and language of the process, through the command itself', HEAVY, async () => {
    const home = mkdtempSync(join(tmpdir(), 'trueup-zones-'));
    try {
      const texts = await Promise.all([['Pacific/Kiritimati', 'de_DE.UTF-8'], ['America/St_Johns', 'tr_TR.UTF-8']].map(async ([zone = '', language = ''], i) => {
        const dir = join(home, String(i)), env = { ...process.env, TZ: zone, LANG: language, LC_ALL: language };
        cpSync(join(EXAMPLES, 'three-currencies'), dir, { recursive: true });
        await trueup(['import', '--workspace', dir], env);
        return trueup(['export', 'earnings', '--workspace', dir, '--out', '-'], env);
      }));
      for (const text of texts) expect(text).toBe(expectedOf('three-currencies').get('payouts.csv'));
    } finally { rmSync(home, { recursive: true, force: true }); }
  });
});

function trueup(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(EXAMPLES, '../bin/trueup.mjs'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '', err = '';
    child.stdout.on('data', (bytes: Buffer) => { out += bytes.toString('utf8'); });
    child.stderr.on('data', (bytes: Buffer) => { err += bytes.toString('utf8'); });
    child.on('error', reject);
    child.on('close', (code) => { if (code === 0) resolve(out); else reject(new Error(`trueup ${args.join(' ')} answered ${code}: ${err}`)); });
  });
}
