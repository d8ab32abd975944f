/**
 * Random facts under plans with releases, take-backs and draws: what the production route pays when, the
 * oracle pays when, figure by figure. On the engine in memory.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runTestFile } from '../src/app/plan-tests.ts';
import { openMemory } from '../src/engine/memory.ts';
import type { Workspace } from '../src/plan/plan.ts';
import { readWorkspace } from '../src/plan/workspace.ts';
import { formatDay, parseDay } from '../src/value/period.ts';
import { formatRatio } from '../src/value/rate.ts';
import { readerOf } from './language/reference.ts';
import { readDocuments, written, type Yaml, type YamlMap } from './language/yaml.ts';
import { oracle } from './oracle/oracle.ts';

const KINDS = `facts:
  account: { fields: { tier: text } }
  deal: { fields: { account: account, owner: payee, amount: money } }
  cash: { fields: { deal: deal, amount: money } }
  go_live: { fields: { account: account } }
  gone: { fields: { deal: deal, cause: text, part: percent } }
  subscription: { fields: { account: account, arr: money, starts: date, ends: date }, runs: [starts, ends] }
`;
const MEASURES = `measures:
  collected: { for: deal, ratio: [{ sum: amount, from: cash }, { sum: amount, from: deal }] }
  arr_running: { for: account, sum: arr, from: subscription, at: end }
`;
/** A source without a date makes accounts reference rows. */
const SOURCES = 'sources: { accounts: { file: accounts.csv, into: account, id: id, fields: { tier: tier } } }\n';
const HEAD = 'effective: 2026-01-01 / 2027-01-01\npayees: all\nperiod: month\n';
const RELEASES = `plan: releases
${HEAD}components:
  tiers: { measure: { sum: amount, from: deal }, rate: { marginal: { 0: 3%, 5_000: 7% } } }
  each: { measure: { sum: amount, from: deal }, per: deal, rate: 2%, release: { all: { share: 100%, instalments: 3 quarters } } }
release:
  booking: { share: 40% }
  live: { share: 20%, from: go_live, within: 60 days, otherwise: release }
  cash: { share: 15%, as: collected, within: 90 days, otherwise: lapse }
  kept: { share: 15%, after: 120 days, require: account.arr_running > 0, otherwise: 50% }
  vested: { share: 10%, after: 6 months, as: collected }
`;
const DRAWS = `plan: draws
${HEAD}components: { commission: { measure: { sum: amount, from: deal }, rate: 10% } }
draw: { amount: 300 a month, within: 8 months, recover: 100%, after: 2 months, forgive: 2026-10-31 }
release: { booking: { share: 70% }, year: { share: 30%, at: quarter end } }
`;
const BACKS = `plan: backs
${HEAD}components: { commission: { measure: { sum: amount, from: deal }, rate: 10% } }
negative: NEGATIVE
take_back:
  ended: { from: gone, where: cause <> "ours", within: 4 months, share: part, instalments: 2 months }
  fee: { from: gone, where: cause = "ours", amount: 25 }
`;

function workspaceOf(plan: string): Workspace {
  const files = new Map([['trueup.yaml', 'company: Acme\ncurrency: USD\ncalendar: months\n'], ['facts/kinds.yaml', KINDS], ['measures/all.yaml', MEASURES], ['sources/accounts.yaml', SOURCES], ['plans/plan.yaml', plan]]);
  const { value, diagnostics } = readWorkspace('payments', readerOf(files));
  expect(diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  return value as Workspace;
}

const START = parseDay('2026-01-01') as number;
const day = fc.integer({ min: 0, max: 330 }).map((n) => formatDay(START + n));
const amount = fc.integer({ min: -50_000, max: 900_000 }).map((cents) => formatRatio({ n: BigInt(cents), d: 100n }));
const account = fc.constantFrom('x', 'y'), owner = fc.constantFrom('ann', 'ben'), deal = fc.integer({ min: 0, max: 5 }).map((n) => `d${n}`);
const list = <T extends YamlMap>(row: fc.Arbitrary<T>, prefix: string, maxLength: number): fc.Arbitrary<Yaml[]> => fc.array(row, { maxLength }).map((rows) => rows.map((r, i) => ({ id: `${prefix}${i}`, ...r })));
const facts = fc.record({
  deal: list(fc.record({ date: day, account, owner, amount }), 'd', 6),
  cash: list(fc.record({ date: day, deal, amount }), 'c', 6),
  go_live: list(fc.record({ date: day, account }), 'g', 3),
  gone: list(fc.record({ date: day, deal, cause: fc.constantFrom('ours', 'theirs'), part: fc.integer({ min: 0, max: 120 }).map((p) => `${p}%`) }), 'e', 4),
  subscription: list(fc.record({ date: fc.constant('2026-01-01'), account, arr: fc.constantFrom('100', '-100', '0'), starts: day, ends: day }), 's', 3),
});
const known = fc.option(day, { nil: undefined });

const SETTLED = ['due', 'take_back', 'topup', 'paid', 'owed'];
const PART = ['', '.due', '.later', '.lapsed', '.waiting'];
const MONTHS = Array.from({ length: 18 }, (_, i) => `${2026 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`);

/** What the oracle says of these figures is what the route pays. */
async function agrees(plan: string, rows: YamlMap, asOf: string | undefined, parts: readonly string[]): Promise<void> {
  const document = readDocuments(plan)[0] as YamlMap;
  // months that are over by the last known day: later ones are not settled yet
  const months = MONTHS.filter((m) => asOf === undefined || `${m}-31` <= asOf);
  const inTime = Object.fromEntries(Object.entries(rows).map(([kind, all]) => [kind, (all as YamlMap[]).filter((r) => asOf === undefined || String(r['date']) <= asOf)]));
  const people = { ann: {}, ben: {} }, entities = { account: { x: { tier: '1' }, y: { tier: '2' } } };
  const said = oracle({ plans: [document], library: { ...readDocuments(KINDS)[0], ...readDocuments(MEASURES)[0] }, people, entities, facts: inTime, known: asOf });
  const figures = ['ann', 'ben'].flatMap((who) => [...months.flatMap((m) => SETTLED.map((f) => [who, m, f])), ...parts.flatMap((p) => PART.map((f) => [who, '', `${p}${f}`]))]);
  const expected = figures.flatMap(([who = '', period = '', figure = '']) => {
    const value = said.figure(who, period, figure);
    return value === undefined || typeof value === 'string' ? [] : [[who, period, figure, formatRatio(value)]];
  });
  const text = written({ plan: String(document['plan']), people, entities, ...(asOf !== undefined && { known: asOf }), facts: rows, expect: expected });
  const report = await runTestFile(workspaceOf(plan), 'payments.yaml', text, () => Promise.resolve(openMemory()));
  expect(report.diagnostics).toEqual([]);
  expect(report.differences.map((d) => `${d.payee} ${d.period} ${d.figure}: ${d.expected} by the oracle, ${d.got} by us`)).toEqual([]);
}

/** An event before the deal's own month cancels what is not payable yet; the oracle takes it back at once. */
function inOrder(rows: YamlMap): YamlMap {
  const month = (row: YamlMap | undefined): string => String(row?.['date']).slice(0, 7);
  return { ...rows, gone: (rows['gone'] as YamlMap[]).filter((e) => month((rows['deal'] as YamlMap[]).find((d) => d['id'] === e['deal'])) <= month(e)) };
}

const RUNS = { numRuns: 25 }, HEAVY = { timeout: 120_000 };
test('releases of every trigger, as far as they are known on any day', HEAVY, async () => {
  const parts = ['booking', 'live', 'cash', 'kept', 'vested'].map((p) => `tiers.release.${p}`).concat('each.release.all');
  await fc.assert(fc.asyncProperty(facts, known, (rows, asOf) => agrees(RELEASES, rows, asOf, parts)), RUNS);
});
test('draws over pay that is released in parts', HEAVY, async () => {
  await fc.assert(fc.asyncProperty(facts, known, (rows, asOf) => agrees(DRAWS, rows, asOf, ['release.booking', 'release.year'])), RUNS);
});
test('take-backs of what is paid at the pay day, under each policy for pay below zero', HEAVY, async () => {
  await fc.assert(fc.asyncProperty(facts, known, fc.constantFrom('carry', 'pay back', 'forgive'), (rows, asOf, negative) => agrees(BACKS.replace('NEGATIVE', negative), inOrder(rows), asOf, [])), RUNS);
});
