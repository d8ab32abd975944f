import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { openDuckdb } from '../engine/duckdb.ts';
import type { Engine } from '../engine/engine.ts';
import { scan } from '../relation/relation.ts';
import type { Kind, Workspace } from '../plan/plan.ts';
import { IMPORTED, storeTable } from '../stage/store.ts';
import { listOf } from './cells.ts';
import { exportFacts } from './export-facts.ts';
import { importSources } from './import.ts';
import { closeShared, counts, DEALS, HEADER, PEOPLE, reportOf, testWorkspace } from './import.fixture.ts';
import type { TestWorkspace } from './import.fixture.ts';
import { exportQuarantine, listQuarantine } from './quarantine.ts';
import { openWorkspace, pathsOf } from './workspace-files.ts';

const open: TestWorkspace[] = [];
afterEach(async () => { for (const t of open.splice(0)) await t.close(); });
afterAll(closeShared);
async function workspace(files: Readonly<Record<string, string | Buffer>> = {}): Promise<TestWorkspace> {
  const t = await testWorkspace({ 'sources/s.yaml': DEALS, 'people.csv': PEOPLE, ...files });
  open.push(t);
  return t;
}

function kindOf(read: Workspace, source: string): Kind {
  const into = read.sources.find((s) => s.name === source)?.into;
  return read.kinds.find((k) => k.name === into) as Kind;
}

interface Deal { readonly id: string; readonly owner: string; readonly account: string; readonly closed: string; readonly amount: string }
const lineOf = (d: Deal): string => `${d.id},${d.owner},${d.account},${d.closed},${d.amount}\n`;
const fileOf = (deals: readonly Deal[]): string => HEADER + deals.map(lineOf).join('');
/** Deals with ids of their own; some rows cannot be read, some name nobody. */
const deal = fc.record({
  owner: fc.constantFrom('Ann', 'Bob', 'Nobody'), account: fc.constantFrom('Acme', 'Zeta', '', '"A, Inc"'),
  closed: fc.constantFrom('2025-01-05', '2025-02-30', '2024-12-31'), amount: fc.oneof(fc.bigInt({ min: -99_999n, max: 99_999n }).map(cents), fc.constantFrom('', '1.005', 'x')),
});
const deals = (max: number): fc.Arbitrary<readonly Deal[]> => fc.array(deal, { minLength: 1, maxLength: max }).map((list) => list.map((d, i) => ({ id: `D-${i}`, ...d })));
function cents(n: bigint): string {
  const digits = (n < 0n ? -n : n).toString().padStart(3, '0');
  return `${n < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
const minorOf = (amount: string): bigint | undefined => (/^-?\d+\.\d\d$/.test(amount) ? BigInt(amount.replace('.', '')) : undefined);
const FEW = { numRuns: 6 };

describe('properties', () => {
  test('[A1] [A2] every row is in exactly one place, and so is every cent; the bytes are kept', async () => {
    const t = await workspace();
    let run = 0;
    await fc.assert(fc.asyncProperty(deals(12), async (list) => {
      const own = list.map((d) => ({ ...d, id: `${d.id}-${run}` }));
      run++;
      const text = fileOf(own);
      t.write('deals.csv', text);
      const { counts: c } = reportOf(await t.run(), 'deals');
      expect(c.read).toBe(list.length);
      expect(c.new + c.changed + c.unchanged + c.quarantined + c.leftOut).toBe(c.read);
      const taken = (await t.rows('deal')).filter((r) => own.some((d) => r.startsWith(`id=${d.id} `))).map((r) => BigInt(/amount=(-?\d+)/.exec(r)?.[1] ?? '0'));
      const waiting = new Set((await listQuarantine(t.engine, 'deals')).map((q) => q.cells[0]));
      const held = own.filter((d) => waiting.has(d.id)).flatMap((d) => minorOf(d.amount) ?? []);
      const sum = (xs: readonly bigint[]): bigint => xs.reduce((a, b) => a + b, 0n);
      expect(sum(taken) + sum(held)).toBe(sum(own.flatMap((d) => minorOf(d.amount) ?? [])));
      const sha256 = createHash('sha256').update(text).digest('hex');
      expect(gunzipSync(readFileSync(join(t.paths.inbox, `${sha256}.gz`))).toString()).toBe(text);
      expect((await t.imported()).at(-1)?.['sha256']).toBe(sha256);
    }), FEW);
  });

  test('[A3] the same file twice adds nothing: no version, no import, no quarantine', async () => {
    const t = await workspace({ 'deals.csv': fileOf([{ id: 'D-1', owner: 'Ann', account: 'A', closed: '2025-01-05', amount: '1.00' }, { id: 'D-2', owner: 'Zoe', account: 'A', closed: '2025-01-05', amount: '2.00' }]) });
    const first = await t.run();
    const before = [await t.rows('deal'), await t.rows('person'), await t.imported(), await t.quarantine()];
    const second = await t.run();
    expect([await t.rows('deal'), await t.rows('person'), await t.imported(), await t.quarantine()]).toEqual(before);
    expect(second.files.map((f) => f.outcome)).toEqual(['same', 'same']);
    expect(reportOf(second, 'deals').notes).toEqual(['this very file was imported before (import 2); nothing to do', '1 row of this source is still in quarantine']);
    expect(second.seq).toBe(first.seq);
  });

  test('[A4] the order of rows in a file does not matter', async () => {
    await fc.assert(fc.asyncProperty(deals(10).chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list], { minLength: list.length }))), async ([list, shuffled]) => {
      const states: unknown[] = [];
      for (const order of [list, shuffled]) {
        const t = await workspace({ 'deals.csv': fileOf(order) });
        await t.run();
        states.push([await t.rows('deal'), (await t.quarantine()).map((q) => q.replace(/:\d+/, '')).sort()]);
      }
      expect(states[0]).toEqual(states[1]);
    }), FEW);
  });

  test('[A5] one file is the same as its parts one by one, whatever the parts', async () => {
    await fc.assert(fc.asyncProperty(deals(10), fc.array(fc.nat({ max: 2 }), { minLength: 10, maxLength: 10 }), async (list, parts) => {
      const whole = await workspace({ 'deals.csv': fileOf(list) });
      await whole.run();
      const state = [await whole.rows('deal'), (await whole.quarantine()).length];
      const apart = await workspace({ 'deals.csv': HEADER });
      for (const part of [0, 1, 2]) {
        apart.write('deals.csv', fileOf(list.filter((_, i) => parts[i] === part)));
        await apart.run();
      }
      expect([await apart.rows('deal'), (await apart.quarantine()).length]).toEqual(state);
    }), FEW);
  });

  test('[A6] versions are only added: the number of versions of an id never falls, and the newest one counts', async () => {
    const t = await workspace();
    let before = new Map<string, number>();
    const newest = new Map<string, string>();
    await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 3 })), { minLength: 1, maxLength: 5, selector: ([id]) => id }), async (list) => {
      t.write('deals.csv', fileOf(list.map(([id, amount]) => ({ id: `D-${id}`, owner: 'Ann', account: 'A', closed: '2025-01-05', amount: `${amount}.00` }))));
      for (const [id, amount] of list) newest.set(`D-${id}`, `${amount}00`.replace(/^0+(?=\d)/, ''));
      await t.run();
      const after = new Map(await t.versions('deal'));
      for (const [id, n] of before) expect(after.get(id)).toBeGreaterThanOrEqual(n);
      before = after;
      expect((await t.rows('deal')).map((r) => [/id=(\S+)/.exec(r)?.[1], /amount=(\S+)/.exec(r)?.[1]])).toEqual([...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, amount]) => [id, amount]));
    }), { numRuns: 10 });
  });
});

describe('versions', () => {
  const one = (amount: string): string => `${HEADER}D-1,Ann,A,2025-01-05,${amount}\nD-2,Ann,A,2025-01-05,5\n`;
  test('a changed row is a new version, both are kept, and the sequence says from when', async () => {
    const t = await workspace({ 'deals.csv': one('10') });
    expect((await t.run()).seq).toBe(2);
    t.write('deals.csv', one('12'));
    const report = await t.run();
    expect([counts(report, 'deals'), report.seq]).toEqual(['2 0 1 1 0 0', 3]);
    expect(await t.versions('deal')).toEqual(new Map([['D-1', 2], ['D-2', 1]]));
    const superseded = await t.engine.read(scan({ table: 'superseded_deal', key: [], columns: [{ name: 'row', type: 'bigint' }, { name: 'seq', type: 'integer' }] }));
    expect(listOf(superseded).map((c) => c[1])).toEqual([3]);
  });
  test('another spelling of the same value is no change, and the sequence stays', async () => {
    const t = await workspace({ 'deals.csv': one('10') });
    await t.run();
    t.write('deals.csv', one('10.00'));
    const report = await t.run();
    expect([counts(report, 'deals'), report.seq]).toEqual(['2 0 0 2 0 0', 2]);
  });
  test('a file that goes back to what it was brings the old content as the newest version', async () => {
    const t = await workspace({ 'deals.csv': one('10') });
    for (const amount of ['12', '10']) { await t.run(); t.write('deals.csv', one(amount)); }
    expect(counts(await t.run(), 'deals')).toBe('2 0 1 1 0 0');
    expect([(await t.versions('deal')).get('D-1'), (await t.rows('deal'))[0]]).toEqual([3, expect.stringContaining('amount=1000')]);
  });
  test('the same file under another mapping is read anew', async () => {
    const t = await workspace({ 'deals.csv': one('10') });
    await t.run();
    t.write('sources/s.yaml', DEALS.replace('    date: closed', '    date: closed\n    where: id <> "D-2"'));
    expect(counts(await t.run(), 'deals')).toBe('2 0 0 1 0 1');
    t.write('sources/s.yaml', `# only a comment\n${DEALS.replace('    date: closed', '    date: closed\n    title: Deals of the CRM\n    where: id <> "D-2"')}`);
    expect(reportOf(await t.run(), 'deals').outcome).toBe('same');
  });
  test('words have dense codes, new ones in alphabetical order, old ones as they were; rows have dense numbers', async () => {
    const t = await workspace({ 'deals.csv': one('10') });
    await t.run();
    t.write('deals.csv', `${HEADER}D-3,Cy,Zeta,2025-01-05,1\nD-4,Ann,Beta,2025-01-04,1\n`);
    await t.run();
    const words = listOf(await t.engine.read(scan({ table: 'word', key: [], columns: [{ name: 'code', type: 'integer' }, { name: 'word', type: 'text' }] }), ['code']));
    expect(words).toEqual([[1, 'Ann'], [2, 'Bob'], [3, 'Cy'], [4, 'A'], [5, 'USD'], [6, 'Beta'], [7, 'Zeta']]);
    const rows = listOf(await t.engine.read(scan({ table: 'fact_deal', key: [], columns: [{ name: 'row', type: 'bigint' }, { name: 'id', type: 'text' }] }), ['row']));
    expect(rows).toEqual([[4n, 'D-1'], [5n, 'D-2'], [6n, 'D-4'], [7n, 'D-3']]);
  });
  test('people are versions of (id, first day): a new first day adds, a changed row supersedes', async () => {
    const sources = DEALS.replace('fields: { manager: boss }', 'fields: { manager: boss, from: from }');
    const t = await workspace({ 'sources/s.yaml': sources, 'people.csv': 'name,boss,from\nAnn,Bob,2025-01-01\nBob,,\n', 'deals.csv': HEADER });
    await t.run();
    t.write('people.csv', 'name,boss,from\nAnn,Bob,2025-01-01\nAnn,Cy,2025-07-01\nBob,Cy,\nCy,,\n');
    expect(counts(await t.run(), 'people')).toBe('4 2 1 1 0 0');
    expect(await t.rows('person')).toEqual(['id=Ann from_day=20089 manager=Bob', 'id=Ann from_day=20270 manager=Cy', 'id=Bob manager=Cy', 'id=Cy']);
  });
});

describe('kinds that change', () => {
  const wider = DEALS.replace('amount: money }', 'amount: money, stage: text }').replace('amount: amount }', 'amount: amount, stage: stage }');
  test('a new field is filled from the files that are there; earlier versions stay as they were', async () => {
    const t = await workspace({ 'deals.csv': 'id,owner,account,closed,amount,stage\nD-1,Ann,A,2025-01-05,1,Won\nD-2,Ann,A,2025-01-05,1,\n' });
    await t.run();
    t.write('sources/s.yaml', wider);
    const report = await t.run();
    expect(counts(report, 'deals')).toBe('2 0 1 1 0 0');
    const { columns } = storeTable(kindOf(openWorkspace(t.dir).workspace as Workspace, report.files[1]?.source ?? ''));
    const rows = listOf(await t.engine.read(scan({ table: 'fact_deal', key: [], columns }), ['row']));
    expect(rows.map((cells) => [cells[0], cells[2], cells.at(-1) === null])).toEqual([[4n, 'D-1', true], [5n, 'D-2', true], [6n, 'D-1', false]]);
    // another connection sees them too: the wider table is one of the store, not of this run
    let seen = 0;
    await t.engine.stream(scan({ table: 'fact_deal', key: [], columns }), (chunk) => { seen += chunk.count; });
    expect(seen).toBe(3);
    expect((await t.run()).files.map((f) => f.outcome)).toEqual(['same', 'same']);
  });
  test('a field that changes its type is refused: what runs have seen must stay', async () => {
    const t = await workspace({ 'deals.csv': `${HEADER}D-1,Ann,5,2025-01-05,1\n` });
    await t.run();
    t.write('sources/s.yaml', DEALS.replace('account: text', 'account: number'));
    await expect(t.run()).rejects.toMatchObject({ diagnostic: { code: 'engine.table_differs' } });
  });
});

describe('quarantine', () => {
  const FILE = `${HEADER}D-1,Ann,A,2025-01-05,10\nD-2,Zoe,A,2025-01-05,20\nD-3,Ann,=cmd(),2025-02-30,30\nD-4,Ann\n`;
  test('rows whose payee becomes known are tried again by themselves, from the kept copy of the file', async () => {
    const t = await workspace({ 'deals.csv': FILE });
    await t.run();
    t.write('deals.csv', `${HEADER}D-9,Ann,A,2025-01-09,1\n`);
    await t.run();
    t.write('people.csv', `${PEOPLE}Zoe,Bob\n`);
    const report = await t.run();
    expect(report.files.map((f) => [f.source, f.how, f.outcome, f.counts.read, f.counts.new])).toEqual([
      ['people', 'file', 'imported', 4, 1], ['deals', 'file', 'same', 0, 0], ['deals', 'retry', 'imported', 1, 1],
    ]);
    expect((await t.rows('deal')).map((r) => r.split(' ')[0])).toEqual(['id=D-1', 'id=D-2', 'id=D-9']);
    // D-3 was never seen again; D-4 had no id that could be read, and the file came anew
    expect(await t.quarantine()).toEqual(['deals.csv:4 row.not_a_date closed']);
    expect((await t.run()).files.map((f) => f.outcome)).toEqual(['same', 'same']);
  });
  test('a corrected file of the source settles its rows', async () => {
    const t = await workspace({ 'deals.csv': FILE });
    await t.run();
    expect(await t.quarantine()).toEqual(['deals.csv:3 row.unknown_payee owner', 'deals.csv:4 row.not_a_date closed', 'deals.csv:5 row.too_few_fields account']);
    t.write('deals.csv', FILE.replace('Zoe', 'Cy').replace('02-30', '02-28').replace('D-4,Ann\n', 'D-4,Ann,A,2025-01-05,4\n'));
    expect(counts(await t.run(), 'deals')).toBe('4 3 0 1 0 0');
    expect(await t.quarantine()).toEqual([]);
  });
  test('exported, corrected and imported again: the good ones are taken, the others wait anew, nothing counts twice', async () => {
    const t = await workspace({ 'deals.csv': FILE });
    await t.run();
    const path = join(t.dir, 'to-correct.csv');
    expect(await exportQuarantine(t.engine, 'deals', path)).toBe(3);
    const text = readFileSync(path, 'utf8');
    expect(text.split('\r\n')[0]).toBe('\ufefffile,line,column,value,code,reason,what_to_do,id,owner,account,closed,amount');
    // what a spreadsheet would run is guarded on the way out, and as it was on the way in
    expect(text).toContain(",'=cmd(),");
    writeFileSync(path, text.replace('2025-02-30,30', '2025-02-28,30').replace('D-2,Zoe', 'D-2,Cy'));
    const report = await t.run({ corrected: { source: 'deals', path } });
    expect(report.files.map((f) => [f.how, f.path])).toEqual([['corrected', 'to-correct.csv']]);
    expect(counts(report, 'deals')).toBe('3 2 0 0 1 0');
    expect((await t.rows('deal'))[2]).toBe('id=D-3 day=20147 currency=USD owner=Ann account==cmd() amount=3000');
    expect(await t.quarantine()).toEqual(['to-correct.csv:4 row.blank_date closed']);
    expect(await exportQuarantine(t.engine, 'deals', path)).toBe(1);
    expect(readFileSync(path, 'utf8').split('\r\n')[0]).toBe('\ufefffile,line,column,value,code,reason,what_to_do,id,owner,account,closed,amount');
    expect(reportOf(await t.run(), 'deals').outcome).toBe('same');
  });
});

describe('a trial', () => {
  test('shows what would happen and keeps nothing', async () => {
    const t = await workspace({ 'deals.csv': `${HEADER}D-1,Ann,A,2025-01-05,10\nD-2,Zoe,A,2025-01-05,10\n` });
    const trial = await t.run({ dryRun: true });
    expect([counts(trial, 'people'), counts(trial, 'deals'), trial.dryRun]).toEqual(['3 3 0 0 0 0', '2 1 0 0 1 0', true]);
    expect([await t.imported(), await t.rows('deal'), await t.quarantine(), existsSync(t.paths.inbox)]).toEqual([[], [], [], false]);
    const real = await t.run();
    expect(real.files.map((f) => [f.counts, f.reasons])).toEqual(trial.files.map((f) => [f.counts, f.reasons]));
  });
});

test('a problem points at its cell, behind quotes too; not where the cell stands on another line', async () => {
  const t = await workspace({ 'deals.csv': `${HEADER}D-1,Ann,"A, ""x""",2025-01-05,x\nD-2,Ann,"two\nlines",2025-01-05,x\n,Ann,A,2025-01-05,1\n` });
  const examples = reportOf(await t.run(), 'deals').reasons.flatMap((r) => r.examples);
  expect(examples.map((d) => [d.line, d.column, d.path])).toEqual([[2, 31, 'amount (E)'], [3, 0, 'amount (E)'], [5, 1, 'id (A)']]);
});

test('fields may be called like words that the import and a run use for themselves', async () => {
  const named = DEALS.replace('account: text', 'n: text, old_row: text, starts: text, next_day: date, rows: text, verdict: text').replace('account: account', 'n: account, old_row: account, starts: account, next_day: closed, rows: account, verdict: account')
    .replace('manager: boss', 'manager: boss, n: boss, starts: boss, next_day: boss, old_row: boss');
  const t = await workspace({ 'sources/s.yaml': named, 'deals.csv': `${HEADER}D-1,Ann,A,2025-01-05,10\n` });
  expect(counts(await t.run(), 'deals')).toBe('1 1 0 0 0 0');
  expect(await t.rows('deal')).toEqual(['id=D-1 day=20093 currency=USD owner=Ann n=A old_row=A starts=A next_day=20093 rows=A verdict=A amount=1000']);
  t.write('deals.csv', `${HEADER}D-1,Ann,A,2025-01-05,11\n`);
  expect(counts(await t.run(), 'deals')).toBe('1 0 1 0 0 0');
  expect((await exportFacts(t.workspace, t.engine, join(t.dir, 'out'))).map((f) => f.rows)).toEqual([1, 3]);
});

describe('requests', () => {
  test('one source alone; an unknown one is named with what is near', async () => {
    const t = await workspace({ 'deals.csv': HEADER });
    expect((await t.run({ sources: ['people'] })).files.map((f) => f.source)).toEqual(['people']);
    expect((await t.run({ sources: ['deal'] })).diagnostics.map((d) => `${d.code}: ${d.message} ${d.hint}`)).toEqual(['import.unknown_source: There is no source `deal` in this workspace. Did you mean `deals`?']);
  });
});

test('Parquet: what is exported is imported again, to the cent, twice the same', async () => {
  const t = await workspace({ 'deals.csv': `${HEADER}D-1,Ann,"A, ""x""",2025-01-05,10.50\nD-2,Bob,,2025-02-05,-3\n` });
  await t.run();
  const files = await exportFacts(t.workspace, t.engine, join(t.dir, 'out'));
  expect(files.map((f) => [f.kind, f.rows])).toEqual([['deal', 2], ['person', 3]]);
  const sources = DEALS.replace('file: deals.csv', 'file: out/deal.parquet').replace('date: closed', 'date: date').replace('amount: amount }\n', 'amount: amount_minor }\n').replace('  deals:', '  bookings:');
  const u = await workspace({ 'sources/s.yaml': sources, 'out/deal.parquet': readFileSync(join(t.dir, 'out/deal.parquet')) });
  expect(counts(await u.run(), 'bookings')).toBe('2 2 0 0 0 0');
  expect(await u.rows('deal')).toEqual(['id=D-1 day=20093 currency=USD owner=Ann account=A, "x" amount=105000', 'id=D-2 day=20124 currency=USD owner=Bob amount=-30000']);
  expect(reportOf(await u.run(), 'bookings').outcome).toBe('same');
  u.write('out/deal.parquet', 'PAR1 and then nothing');
  expect(reportOf(await u.run(), 'bookings').diagnostics.map((d) => [d.code, d.file])).toEqual([['file.parquet_unreadable', 'out/deal.parquet']]);
});

describe('all or nothing', () => {
  const onDisk = async (body: (dir: string, store: () => Promise<Engine>) => Promise<void>): Promise<void> => {
    const t = await workspace({ 'deals.csv': `${HEADER}${Array.from({ length: 60_000 }, (_, i) => `D-${i},Ann,Account ${i % 500},2025-01-05,${i}.00\n`).join('')}` });
    await body(t.dir, () => openDuckdb({ path: t.paths.store, folders: [t.dir], memoryMb: 500, threads: 2, tempDir: t.paths.temp }));
  };
  const state = async (engine: Engine): Promise<readonly unknown[]> => {
    const imported = listOf(await engine.read(scan(IMPORTED), ['file'])).map((c) => [c[2], c[8]]);
    const facts = await engine.read(scan({ table: 'fact_deal', key: [], columns: [{ name: 'row', type: 'bigint' }] }));
    return [imported, facts.count];
  };
  test('a kill in the middle of a file leaves the files before it and nothing of it; the next import does the rest', async () => {
    await onDisk(async (dir, store) => {
      const script = join(dir, 'kill.ts');
      const app = new URL('./import.ts', import.meta.url).href, files = new URL('./workspace-files.ts', import.meta.url).href, duckdb = new URL('../engine/duckdb.ts', import.meta.url).href;
      writeFileSync(script, `
        import { importSources } from ${JSON.stringify(app)};
        import { openWorkspace, pathsOf } from ${JSON.stringify(files)};
        import { openDuckdb } from ${JSON.stringify(duckdb)};
        const dir = ${JSON.stringify(dir)};
        const engine = await openDuckdb({ path: pathsOf(dir).store, folders: [dir], memoryMb: 500, threads: 2, tempDir: pathsOf(dir).temp });
        await importSources(openWorkspace(dir).workspace, engine, { progress: (p) => { if (p.step === 'store deals.csv') process.kill(process.pid, 'SIGKILL'); } });
      `);
      const signal = await new Promise((resolve) => { spawn(process.execPath, [script], { stdio: 'ignore' }).on('exit', (_, how) => { resolve(how); }); });
      expect(signal).toBe('SIGKILL');
      const { workspace: read } = openWorkspace(dir);
      if (read === undefined) throw new Error('the workspace can be read');
      // the child of the killed process ends by itself, and then gives the store free
      let engine: Engine | undefined;
      for (let tries = 0; engine === undefined && tries < 50; tries++) engine = await store().catch(() => new Promise((r) => { setTimeout(r, 100, undefined); }));
      if (engine === undefined) throw new Error('the store is free again');
      expect(await state(engine)).toEqual([[['people', 3n]], 0]);
      const report = await importSources(read, engine);
      expect([counts(report, 'people'), counts(report, 'deals')]).toEqual(['0 0 0 0 0 0', '60000 60000 0 0 0 0']);
      expect(await state(engine)).toEqual([[['people', 3n], ['deals', 60_000n]], 60_000]);
      expect(readdirSync(pathsOf(dir).inbox).every((name) => /^[0-9a-f]{64}\.gz$/.test(name))).toBe(true);
      await engine.close();
    });
  });
  test('a cancel in the middle of a file ends with EngineStop and leaves nothing of it', async () => {
    await onDisk(async (dir, store) => {
      const { workspace: read } = openWorkspace(dir);
      if (read === undefined) throw new Error('the workspace can be read');
      const engine = await store();
      let cancelled: Promise<void> | undefined;
      await expect(importSources(read, engine, { progress: (p) => { if (p.step === 'read deals.csv' && p.done > 20_000) cancelled ??= engine.cancel(); } }))
        .rejects.toMatchObject({ diagnostic: { code: 'engine.cancelled' } });
      await cancelled;
      await engine.close();
      const again = await store();
      expect(await state(again)).toEqual([[['people', 3n]], 0]);
      await again.close();
    });
  });
});

const MAVEN = '../shared/data/maven-crm';
const SOURCES = '../shared/language/sources/maven.yaml';
test.skipIf(!existsSync(MAVEN) || !existsSync(SOURCES))('maven-crm: 6,711 deals, 35 agents, 6 managers, 1,480 rows with an alias (skipped where the shared data is not there)', async () => {
  const t = await testWorkspace({ 'sources/maven.yaml': readFileSync(SOURCES, 'utf8') });
  open.push(t);
  for (const file of ['sales_teams.csv', 'sales_pipeline.csv']) copyFileSync(join(MAVEN, file), join(t.dir, file));
  const report = await t.run();
  expect([counts(report, 'agents'), counts(report, 'managers'), counts(report, 'closed_opportunities')]).toEqual(['35 35 0 0 0 0', '35 6 0 29 0 0', '8800 6711 0 0 0 2089']);
  expect(reportOf(report, 'closed_opportunities').notes).toEqual([
    '`product`: GTXPro → GTX Pro: 1,480 rows', '2,089 rows left out, where not deal_stage in ("Won", "Lost")', '`account` is blank in 1,425 rows of those left out',
  ]);
  expect(report.notes).toEqual([
    '5 people of 35 in `agents` have no fact: Carl Lin, Carol Thompson, Elizabeth Anderson, Mei-Mei Johns, Natalya Ivanova', 'no fact names any of the 6 people of `managers`',
  ]);
  const won = (await t.rows('deal')).filter((r) => r.includes('stage=Won')).map((r) => BigInt(/amount=(\d+)/.exec(r)?.[1] ?? '0'));
  expect([won.length, won.reduce((a, b) => a + b, 0n)]).toEqual([4238, 1_000_553_400n]);
});
