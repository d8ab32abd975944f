/**
 * What a store has learned, import by import: where each row came from, that a run with an earlier cut says
 * what it said then, and that many small imports end where one does. Invariants by their id.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AT, withCompany } from '../src/app/run.fixture.ts';
import { rowsOf } from '../src/app/cells.ts';
import { pathsOf } from '../src/app/workspace-files.ts';
import { storedKinds } from '../src/plan/kinds.ts';
import { scan } from '../src/relation/relation.ts';
import { IMPORTED, storeTable } from '../src/stage/store.ts';
import { must } from '../src/value/diagnostic.ts';
import type { Stages } from './corpus/corpus.ts';
import { differences, expectedOf } from './corpus/expected.ts';
import { type Company, lessonCompany, withRows } from './metamorphic/company.ts';
import { paidCompany } from './metamorphic/drawn.ts';
import { openRoute, paidBy, type Route } from './metamorphic/route.ts';
import { random } from './oracle/random.ts';

const HEAVY = { timeout: 120_000 };
let route: Route;
beforeAll(async () => { route = await openRoute(); });
afterAll(() => route.close());

/** The company some time later: other amounts, deals that came in, people who moved. Nothing is taken out of a file. */
function later(company: Company, seed: number): Company {
  const r = random(seed);
  return withRows(company, (t) => {
    const at = (name: string): number => t.columns.findIndex((c) => c.name === name);
    if (t.kinds.some((k) => k.name === 'deal')) {
      const changed = t.rows.map((cells) => cells.map((cell, i) => (i === at('amount') && cell !== '' && r.chance(30) ? `${r.int(5_000)}.${10 + r.int(90)}` : cell)));
      const known = changed.filter((cells) => cells[at('reverses')] === '');
      return [...changed, ...known.slice(0, 2).map((cells) => cells.map((cell, i) => (i === at('id') ? `${cell}-${seed}` : cell)))];
    }
    if (t.kinds.some((k) => k.name === 'person')) return t.rows.map((cells) => cells.map((cell, i) => (i === at('region') && r.chance(30) ? r.from(['east', 'west']) : cell)));
    return undefined;
  });
}

test.for([1, 2])('[A7] [C3] [C4] after any imports each version is one row of one file, a run with the cut of then says what it said then, and the last says what a new store says (company %i)', HEAVY, async (seed) => {
  const { company } = await paidCompany(route, seed, 6);
  const steps = [company, ...[10, 20, 30].map((s) => s + seed)].reduce<Company[]>((all, step) => [...all, typeof step === 'number' ? later(must(all.at(-1)), step) : step], []);
  const then: { readonly cut: number; readonly stages: Stages }[] = [];
  const { workspace, store, dir, memory: inMemory } = await route.imported(steps, false, async (read) => {
    const memory = await read.memory();
    const cut = Math.max(...rowsOf(await memory.read(scan(IMPORTED))).map((f) => f['seq'] as number));
    then.push({ cut, stages: await paidBy(memory, read.workspace) });
  });
  expect(new Set(then.map((t) => t.cut)).size).toBe(steps.length);

  // [C4] what was learned since changes nothing, on either engine
  const memory = await inMemory();
  for (const { cut, stages } of then) {
    expect(differences(stages, await paidBy(memory, workspace, { cut })), `cut ${cut}`).toEqual([]);
  }
  const [first] = then;
  expect(differences(must(first).stages, await paidBy(store, workspace, { cut: must(first).cut })), 'on DuckDB').toEqual([]);
  expect(differences(must(first).stages, must(then.at(-1)).stages)).not.toEqual([]);

  // [A7] one row of one kept file, and its line says the id
  const files = new Map(rowsOf(await memory.read(scan(IMPORTED))).map((f) => [f['file'], String(f['sha256'])]));
  const places = new Set<string>();
  let versions = 0;
  for (const kind of storedKinds(workspace.kinds)) for (const row of rowsOf(await memory.read(scan(storeTable(kind))))) {
    const sha256 = files.get(must(row['file'])), lines = gunzipSync(readFileSync(join(pathsOf(dir).inbox, `${sha256}.gz`))).toString().split('\n');
    expect(must(lines[Number(row['line']) - 1]).startsWith(`${String(row['id'])},`), `${kind.name} ${String(row['id'])}`).toBe(true);
    places.add(`${String(row['file'])} ${String(row['record'])}`);
    versions++;
  }
  expect(places.size).toBe(versions);
  expect(versions).toBeGreaterThan(30);

  // [C3] in the end it is as if everything had come at once
  const once = await route.imported([must(steps.at(-1))]);
  expect(differences(must(then.at(-1)).stages, await paidBy(await once.memory(), once.workspace))).toEqual([]);
});

test('[C21] a run names the content of each version of a plan, for ever; another content is another name, another title is not', HEAVY, () => withCompany(async (company) => {
  const namesOf = async (): Promise<Readonly<Record<string, string>>> => Object.fromEntries(must((await company.apply({ at: AT })).value).preview.run.plans.map((p) => [p.plan, p.fingerprint]));
  await company.importAll();
  const first = await namesOf();
  expect(Object.values(first).every((f) => /^[0-9a-f]{64}$/.test(f))).toBe(true);
  company.edit('plans/reps.yaml', 'plan: reps\n', 'plan: reps\ntitle: Sellers\n');
  expect(await namesOf()).toEqual(first);
  company.edit('plans/reps.yaml', 'rate: 5%', 'rate: 6%');
  const second = await namesOf();
  expect(Object.keys(second).filter((plan) => second[plan] !== first[plan]).map((plan) => plan.split('@')[0])).toEqual(['reps']);
  // what was recorded stays, also where somebody holds the book in his hands
  await company.withStore(async (_, book) => {
    const recorded = async (): Promise<string[]> => (await book.all<{ readonly fingerprint: string }>('SELECT fingerprint FROM run_plan ORDER BY fingerprint')).map((r) => r.fingerprint);
    const before = await recorded();
    expect(new Set(before)).toEqual(new Set([...Object.values(first), ...Object.values(second)]));
    await expect(book.run('UPDATE run_plan SET fingerprint = ?', ['0'])).rejects.toThrow();
    expect(await recorded()).toEqual(before);
  });
}));

test('[G1] a corrected rate is a version more: pay follows it, and a run with the cut of then has the rate of then', HEAVY, async () => {
  const company = lessonCompany('three-currencies'), rates = must(company.files.get('data-in/rates.csv'));
  const corrected = { ...company, files: new Map(company.files).set('data-in/rates.csv', rates.replace('EUR,2026-02-01,1.12', 'EUR,2026-02-01,1.1234')) };
  const then: Stages[] = [];
  const { workspace, memory } = await route.imported([company, corrected], false, async (read) => { then.push(await paidBy(await read.memory(), read.workspace)); });
  const cuts = rowsOf(await (await memory()).read(scan(IMPORTED))).map((f) => f['seq'] as number), last = Math.max(...cuts);
  expect(differences(must(then[0]), must(then[1])).join('\n')).toMatch(/^payouts\.csv: [1-9]/m);
  expect(differences(must(then[0]), await paidBy(await memory(), workspace, { cut: last - 1 }))).toEqual([]);
  expect(differences(must(then[1]), await paidBy(await memory(), workspace, { cut: last }))).toEqual([]);
});

test('[G4] money of payments in another currency changes no amount that is earned', HEAVY, async () => {
  const company = lessonCompany('three-currencies'), plan = must(company.files.get('plans/europe.yaml'));
  const expected = new Map([...expectedOf('three-currencies')].filter(([file]) => file !== 'payments.csv' && file !== 'releases.csv'));
  const earned = async (text: string): Promise<Stages> => {
    const { workspace, memory } = await route.imported([{ ...company, files: new Map(company.files).set('plans/europe.yaml', text) }]);
    return new Map([...await paidBy(await memory(), workspace)].filter(([file]) => expected.has(file)));
  };
  for (const text of [plan.replace('0.8654', '0.9'), plan.replace('GBP\nperiod', 'JPY\nperiod').replace('0.8654', '163.25'), plan.replace('pays_in: GBP\n', '').replace('convert: { rate: 0.8654 }\n', '')]) {
    expect(text).not.toBe(plan);
    expect(differences(expected, await earned(text))).toEqual([]);
  }
});
