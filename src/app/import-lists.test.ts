/** Lists of payees through the import: stored beside their rows, versioned with them, refused with words, exported. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { scan } from '../relation/relation.ts';
import { partyTable, WORD } from '../stage/store.ts';
import { listOf } from './cells.ts';
import { exportFacts } from './export-facts.ts';
import { closeShared, HEADER, PEOPLE, reportOf, testWorkspace } from './import.fixture.ts';
import type { TestWorkspace } from './import.fixture.ts';
import { loadPeople } from './people.ts';

afterAll(closeShared);

const SOURCES = `facts:
  deal: { fields: { owner: payee, account: text, team: payees, parts: splits, amount: money } }
  account: { fields: { team: splits } }
sources:
  people: { file: people.csv, into: person, id: name, fields: { manager: boss } }
  accounts: { file: accounts.csv, into: account, id: id, fields: { team: team, from: from } }
  deals: { file: deals.csv, into: deal, id: id, date: closed, fields: { owner: owner, account: account, team: team, parts: parts, amount: amount } }
`;
const HEAD = `${HEADER.trim()},team,parts\n`;
const start = (deals: string, more: Record<string, string> = {}): Promise<TestWorkspace> =>
  testWorkspace({ 'sources/s.yaml': SOURCES, 'people.csv': PEOPLE, 'accounts.csv': 'id,team,from\nx,Ann 70%; Bob 30%,\n', 'deals.csv': HEAD + deals, ...more });

/** `id field: payee share, …` of every version, in the order of the list. */
async function parties(t: TestWorkspace, kind = 'deal'): Promise<string[]> {
  const found = t.workspace.kinds.find((k) => k.name === kind);
  if (found === undefined) throw new Error('no kind');
  const words = new Map(listOf(await t.engine.read(scan(WORD))).map(([code, word]) => [code, word]));
  const by = new Map<string, string[]>();
  for (const [row, field, , payee, share] of listOf(await t.engine.read(scan(partyTable(found)), ['row', 'field', 'position']))) {
    const key = `${String(row)} ${String(field)}`;
    by.set(key, [...(by.get(key) ?? []), `${String(words.get(payee ?? null))}${share === null ? '' : ` ${String(share)}`}`]);
  }
  return [...by].map(([key, list]) => `${key}: ${list.join(', ')}`);
}

describe('lists of payees', () => {
  test('stand beside their rows, in order, of facts and of reference rows', async () => {
    const t = await start('1,Ann,x,2026-01-05,10,Bob; Ann,Ann 60%; Cy 40%\n2,Ann,x,2026-01-06,10,,\n');
    const report = await t.run();
    expect(report.files.map((f) => [f.source, f.counts.new, f.counts.quarantined])).toEqual([['people', 3, 0], ['accounts', 1, 0], ['deals', 2, 0]]);
    expect(await t.rows('deal')).toEqual([
      'id=1 day=20458 currency=USD owner=Ann account=x amount=1000', 'id=2 day=20459 currency=USD owner=Ann account=x amount=1000']);
    expect(await parties(t)).toEqual(['5 parts: Ann 600000, Cy 400000', '5 team: Bob, Ann']);
    expect(await parties(t, 'account')).toEqual(['4 team: Ann 700000, Bob 300000']);
    await t.close();
  });

  test('a changed list is a new version of its row; the same one is none', async () => {
    const t = await start('1,Ann,x,2026-01-05,10,Bob; Ann,\n2,Ann,x,2026-01-06,10,Bob,\n');
    await t.run();
    t.write('deals.csv', `${HEAD}1,Ann,x,2026-01-05,10,Bob ;Ann,\n2,Ann,x,2026-01-06,10,Bob;Cy,\n`);
    expect(reportOf(await t.run(), 'deals').counts).toMatchObject({ new: 0, changed: 1, unchanged: 1 });
    expect([...await t.versions('deal')]).toEqual([['1', 1], ['2', 2]]);
    expect(await parties(t)).toEqual(['5 team: Bob, Ann', '6 team: Bob', '7 team: Bob, Cy']);
    t.write('deals.csv', `${HEAD}1,Ann,x,2026-01-05,10,Ann; Bob,\n2,Ann,x,2026-01-06,10,,\n`);
    expect(reportOf(await t.run(), 'deals').counts).toMatchObject({ changed: 2 });
    await t.close();
  });

  test('what cannot be read goes to quarantine, with its place and its reason', async () => {
    const t = await start('1,Ann,x,2026-01-05,10,Bob;;Ann,\n2,Ann,x,2026-01-05,10,,Ann 60%; Bob 50%\n3,Ann,x,2026-01-05,10,,Ann 60; Bob 40\n4,Ann,x,2026-01-05,10,Ann; Ann,\n5,Ann,x,2026-01-05,10,Ann; Bbo; Dee,\n6,Ann,x,2026-01-05,10,Cy,\n');
    const report = reportOf(await t.run(), 'deals');
    expect(report.counts).toMatchObject({ read: 6, new: 1, quarantined: 5 });
    expect([...await t.quarantine('deals')].sort()).toEqual([
      'deals.csv:2 row.bad_list team', 'deals.csv:3 row.bad_share parts', 'deals.csv:4 row.bad_share parts', 'deals.csv:5 row.bad_list team', 'deals.csv:6 row.unknown_payee team']);
    const [unknown] = report.reasons.find((r) => r.code === 'row.unknown_payee')?.examples ?? [];
    expect([unknown?.line, unknown?.message]).toEqual([6, '"Bbo", the `team` of this row, is not among the people. The nearest name is "Bob".']);
    await t.close();
  });

  test('a row that waited for one of its payees is tried again by itself', async () => {
    const t = await start('1,Ann,x,2026-01-05,10,Ann; Dee; Eve,\n');
    await t.run();
    t.write('people.csv', `${PEOPLE}Dee,Bob\n`);
    expect(reportOf(await t.run(), 'deals').counts).toMatchObject({ new: 0, quarantined: 1 });
    t.write('people.csv', `${PEOPLE}Dee,Bob\nEve,Bob\n`);
    expect(reportOf(await t.run(), 'deals').counts).toMatchObject({ new: 1, quarantined: 0 });
    expect((await parties(t)).map((p) => p.replace(/^\d+ /, ''))).toEqual(['team: Ann, Dee, Eve']);
    expect(await t.quarantine()).toEqual([]);
    await t.close();
  });

  test('a field of a kind that is there may become a list of its own', async () => {
    const before = SOURCES.replace(', team: payees, parts: splits', '').replace(', team: team, parts: parts, amount', ', amount').replace('{ team: splits }', '{ }').replace('{ team: team, from: from }', '{ from: from }');
    const t = await start('1,Ann,x,2026-01-05,10,Bob; Ann,\n2,Ann,x,2026-01-05,10,,\n', { 'sources/s.yaml': before });
    await t.run();
    t.write('sources/s.yaml', SOURCES);
    expect(reportOf(await t.run(), 'deals').counts).toMatchObject({ changed: 1, unchanged: 1 });
    const { engine, dir } = t;
    await engine.drop('party_deal');
    await engine.drop('party_account');
    rmSync(dir, { recursive: true, force: true });
  });

  test('constants, formulas and notes', async () => {
    const sources = SOURCES.replace('team: team, parts: parts, amount: amount } }', `team: 'concat(owner, ";", account)', amount: amount }, always: { parts: Cy 10% } }`);
    const t = await start('1,Ann,Bob,2026-01-05,10,,\n', { 'sources/s.yaml': sources });
    const report = await t.run();
    expect((await parties(t)).map((p) => p.replace(/^\d+ /, ''))).toEqual(['parts: Cy 100000', 'team: Ann, Bob']);
    expect(report.notes.filter((n) => n.includes('no fact'))).toEqual([]);
    await t.close();
  });

  test('who is only in lists is a payee where no source gives people', async () => {
    const sources = SOURCES.replace(/ {2}people:.*\n/, '');
    const t = await start('1,Ann,x,2026-01-05,10,Bob; Dee,Eve 10%\n', { 'sources/s.yaml': sources });
    await t.run();
    expect((await loadPeople(t.engine, t.workspace.kinds, 9)).persons.map((p) => p.id).sort()).toEqual(['Ann', 'Bob', 'Dee', 'Eve']);
    await t.close();
  });

  test('the export has a file of who is in the lists that count now', async () => {
    const t = await start('1,Ann,x,2026-01-05,10,Bob; Ann,Ann 60%; Cy 40%\n');
    await t.run();
    t.write('deals.csv', `${HEAD}1,Ann,x,2026-01-05,10,Bob,Ann 60%; Cy 40%\n`);
    await t.run();
    const out = join(t.dir, 'out');
    const files = await exportFacts(t.workspace, t.engine, out);
    expect(files.map((f) => [f.kind, f.rows])).toEqual([['deal', 1], ['deal_payees', 3], ['account', 1], ['account_payees', 2], ['person', 3]]);
    const rows: string[] = [];
    await t.engine.readParquet(join(out, 'deal_payees.parquet'), (header, batch) => {
      for (const cells of batch) rows.push(header.map((name, c) => `${name}=${cells[c] ?? ''}`).join(' '));
      return Promise.resolve();
    });
    expect(rows).toEqual([
      'id=1 field=parts position=1 payee=Ann share_millionths=600000', 'id=1 field=parts position=2 payee=Cy share_millionths=400000', 'id=1 field=team position=1 payee=Bob share_millionths=']);
    await t.close();
  });
});
