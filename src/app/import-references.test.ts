/** Facts that name other facts: reversals, payments of deals. They are codes of ids, and what they name may come later. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exportFacts } from './export-facts.ts';
import { closeShared, PEOPLE, reportOf, testWorkspace } from './import.fixture.ts';

afterAll(closeShared);

const SOURCES = `facts:
  deal: { fields: { owner: payee, amount: money, reverses: deal } }
  payment: { fields: { deal: deal, amount: money } }
sources:
  people: { file: people.csv, into: person, id: name, fields: { manager: boss } }
  payments: { file: payments.csv, into: payment, id: id, date: day, fields: { deal: deal, amount: amount } }
  deals: { file: deals.csv, into: deal, id: id, date: day, fields: { owner: owner, amount: amount, reverses: reverses } }
`;
const FILES = {
  'sources/s.yaml': SOURCES, 'people.csv': PEOPLE,
  'payments.csv': 'id,deal,day,amount\np1,d1,2026-02-01,5\np2,d9,2026-02-01,5\n',
  'deals.csv': 'id,owner,day,amount,reverses\nd1,Ann,2026-01-01,10,\nr1,Ann,2026-03-01,0,d1\nr2,Ann,2026-03-01,,d7\nr3,Ann,2026-03-01,0,d8\n',
};

test('are kept whether or not they are known, and told once', async () => {
  const t = await testWorkspace(FILES);
  const report = await t.run();
  expect(report.files.map((f) => [f.source, f.counts.new, f.counts.quarantined, f.notes])).toEqual([['people', 3, 0, ['`manager` is blank in 1 row that was read']], ['payments', 2, 0, []], ['deals', 4, 0, []]]);
  expect(report.notes.filter((n) => n.includes('names'))).toEqual([
    '`reverses` of 2 rows of `deal` names a `deal` that is not known, or not yet: "d7" and 1 more', '`deal` of 1 row of `payment` names a `deal` that is not known, or not yet: "d9"']);
  expect(await t.rows('payment')).toEqual(['id=p1 day=20485 currency=USD deal=d1 amount=500', 'id=p2 day=20485 currency=USD deal=d9 amount=500']);
  expect((await t.rows('deal'))[1]).toBe('id=r1 day=20513 currency=USD owner=Ann amount=0 reverses=d1');
  t.write('deals.csv', `${FILES['deals.csv']}d7,Ann,2026-01-01,1,\nd8,Ann,2026-01-01,1,\nd9,Ann,2026-01-01,1,\n`);
  expect((await t.run()).notes.filter((n) => n.includes('names'))).toEqual([]);
  await t.close();
});

test('what it reverses is a part of a fact: another one is a new version, itself is refused', async () => {
  const t = await testWorkspace(FILES);
  await t.run();
  t.write('deals.csv', FILES['deals.csv'].replace(',d7', ',d1').replace('0,d8', '0,r3'));
  const report = reportOf(await t.run(), 'deals');
  expect(report.counts).toMatchObject({ changed: 1, unchanged: 2, quarantined: 1 });
  expect(report.reasons[0]?.examples[0]).toMatchObject({ code: 'row.reverses_itself', line: 5, message: '"r3" is given as the fact that it reverses itself.' });
  await t.close();
});

test('are exported as the ids that they name', async () => {
  const t = await testWorkspace(FILES);
  await t.run();
  await exportFacts(t.workspace, t.engine, join(t.dir, 'out'));
  const rows: string[] = [];
  await t.engine.readParquet(join(t.dir, 'out', 'payment.parquet'), (header, batch) => { for (const cells of batch) rows.push(`${cells[header.indexOf('id')] ?? ''} ${cells[header.indexOf('deal')] ?? ''}`); return Promise.resolve(); });
  expect(rows).toEqual(['p1 d1', 'p2 d9']);
  await t.close();
});
