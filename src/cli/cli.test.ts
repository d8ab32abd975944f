/** The real command in real folders: what it prints, what it answers with, and what it leaves behind. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { COMMANDS } from './program.ts';

// dozens of processes, on machines that do other things too
vi.setConfig({ testTimeout: 90_000 });

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'trueup-cli-'));
afterAll(() => { rmSync(home, { recursive: true, force: true }); });

interface Ended { readonly code: number | null; readonly out: string; readonly err: string; readonly ms: number }

/** Runs `trueup`; `meanwhile` is called with the process once it runs. */
function trueup(args: readonly string[], at: { readonly dir?: string; readonly variables?: Readonly<Record<string, string>>; readonly meanwhile?: (child: ReturnType<typeof spawn>) => void } = {}): Promise<Ended> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'bin/trueup.mjs'), ...args], { cwd: at.dir ?? home, env: { ...process.env, ...at.variables } });
    let out = '', err = '';
    child.stdout.on('data', (bytes: Buffer) => { out += bytes.toString('utf8'); });
    child.stderr.on('data', (bytes: Buffer) => { err += bytes.toString('utf8'); });
    child.on('error', reject);
    child.on('close', (code) => { resolve({ code, out, err, ms: performance.now() - began }); });
    at.meanwhile?.(child);
  });
}

interface Document { readonly ok: boolean; readonly exit_code: number; readonly problem?: string; readonly diagnostics: readonly { readonly code: string; readonly message: string }[] }
function documentOf<T = unknown>({ out }: Ended): Document & T {
  return JSON.parse(out) as Document & T;
}

/** A folder of its own with the first plan in it. */
function firstPlan(name: string): string {
  const dir = join(home, name);
  for (const part of ['trueup.yaml', 'plans', 'sources', 'data-in']) cpSync(join(ROOT, 'examples/first-plan', part), join(dir, part), { recursive: true });
  return dir;
}
function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, 'utf8'), after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

describe('help', () => {
  test('every command has a help with an example that begins with its name', async () => {
    const helps = await Promise.all(COMMANDS.map(async (c) => ({ name: c.name, ...await trueup([c.name, '--help']) })));
    for (const { name, code, out } of helps) {
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`Examples?:\\n  trueup ${name}\\b`));
      expect(out).toContain('--json');
    }
  });
  test('the program names every command, and its version', async () => {
    const [help, version, nothing] = await Promise.all([trueup(['--help']), trueup(['--version']), trueup([])]);
    for (const c of COMMANDS) expect(help.out).toContain(`  ${c.name} `);
    expect(nothing.out).toBe(help.out);
    expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect([help.code, version.code, nothing.code]).toEqual([0, 0, 0]);
  });
  test('what is not understood is answered with 1 and a way on, as JSON too', async () => {
    const [command, option, json, memory] = await Promise.all([trueup(['chek']), trueup(['check', '--nope']), trueup(['check', '--nope', '--json']), trueup(['preview', '--memory', 'much'])]);
    expect(command.code).toBe(1);
    expect(command.err).toContain('(Did you mean check?)');
    expect(option.code).toBe(1);
    expect(option.err).toContain('trueup check --help');
    expect(documentOf(json)).toMatchObject({ ok: false, exit_code: 1, problem: "unknown option '--nope'" });
    expect(memory.code).toBe(1);
    expect(memory.err).toContain('--memory 2000');
  });
});

describe('a workspace of one\'s own', () => {
  const dir = join(home, 'acme');
  test('init makes one that is right, pays what its test says, and has data to look at', async () => {
    const made = await trueup(['init', 'acme']);
    expect(made.code).toBe(0);
    expect(made.out).toContain('trueup check --workspace acme');
    const [checked, tested] = await Promise.all([trueup(['check'], { dir }), trueup(['test'], { dir })]);
    expect([checked.code, tested.code]).toEqual([0, 0]);
    expect(checked.out).toContain('No errors.');
    expect(tested.out).toContain('2 figures in 1 file, none differs.');
    const imported = await trueup(['import', '--json'], { dir });
    expect(imported.code).toBe(0);
    const explained = await trueup(['explain', '--payee', 'Ada Lind', '--period', '2026-Q1'], { dir });
    expect(explained.out).toContain('4,240.04');
    expect(explained.out).toMatch(/D-1004 .*29,750\.50.*deals\.csv/);
    const fact = await trueup(['explain', '--fact', 'D-1004'], { dir });
    expect(fact.out).toMatch(/^Deal D-1004, [^]*\n {2}Total credit factor: 100 % \(100 % direct, 0 % on top\)\n[^]*29,750\.50 USD/);
  });
  test('what people are paid is for their owner\'s eyes only', async () => {
    if (process.platform === 'win32') return;
    await trueup(['apply'], { dir });
    expect(statSync(join(dir, 'data')).mode & 0o077).toBe(0);
    expect(statSync(join(dir, 'data/book.sqlite')).mode & 0o077).toBe(0);
  });
  test('nothing is written into a folder that holds something', async () => {
    const again = await trueup(['init', 'acme']);
    expect(again.code).toBe(1);
    expect(again.err).toContain('cli.folder_in_use');
    mkdirSync(join(home, 'mine'));
    writeFileSync(join(home, 'mine/notes.txt'), 'mine');
    expect((await trueup(['demo', 'mine'])).code).toBe(1);
    expect(readdirSync(join(home, 'mine'))).toEqual(['notes.txt']);
  });
});

describe.concurrent('from a file to a posted amount', () => {
  test('import, preview, apply, a change, apply again', async () => {
    const dir = firstPlan('route');
    const early = await trueup(['preview'], { dir });
    expect(early.code).toBe(1);
    expect(early.err).toContain('trueup import');
    expect((await trueup(['import'], { dir })).code).toBe(0);
    expect((await trueup(['import'], { dir })).out).toContain('Nothing is new');
    const preview = await trueup(['preview'], { dir });
    expect(preview.out).toContain('15,475.35');
    expect(existsSync(join(dir, 'data/book.sqlite')), 'preview makes no book').toBe(false);
    expect((await trueup(['apply'], { dir })).out).toContain('Posted: 6 entries, 15,475.35 USD');
    const again = await trueup(['apply', '--json'], { dir });
    expect(documentOf(again)).toMatchObject({ ok: true, applied: { written: false, entries: 0 } });
    edit(join(dir, 'data-in/deals.csv'), (text) => text.replace('24000.00', '34000.00'));
    expect((await trueup(['import'], { dir })).code).toBe(0);
    const difference = await trueup(['preview'], { dir });
    expect(difference.out).toMatch(/1 amount differs/);
    expect(difference.out).toMatch(/Ann Lee +2026-Q1 .* 6,256\.32 +5,456\.32 +800\.00 +USD +1 changed fact/);
    expect((await trueup(['apply'], { dir })).out).toContain('Posted: 1 entry, 800.00 USD');
  });
  test('a preview fits a narrow screen, and has no colour where nobody looks', async () => {
    const dir = firstPlan('narrow');
    await trueup(['import'], { dir });
    const narrow = await trueup(['preview'], { dir, variables: { COLUMNS: '80', FORCE_COLOR: '1' } });
    expect(Math.max(...narrow.out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(narrow.out + narrow.err).not.toContain('\u001b');
  });
  test('earnings as CSV: importing first what has changed, zeros included, the same on the screen and in a file', async () => {
    const dir = firstPlan('earnings');
    const screen = await trueup(['export', 'earnings', '--format', 'csv'], { dir });
    expect(screen.code).toBe(0);
    expect(screen.out.split('\n').slice(0, 3)).toEqual(['plan,component,payee,period,amount,currency', 'commission,won,Ann Lee,2026-Q1,5456.32,USD', 'commission,won,Ann Lee,2026-Q2,294.00,USD']);
    expect(screen.out.trimEnd().split('\n')).toHaveLength(1 + 12);
    const file = await trueup(['export', 'earnings', '--out', 'out/earnings.csv'], { dir });
    expect(file.out).toBe('12 rows in out/earnings.csv.\n');
    expect(readFileSync(join(dir, 'out/earnings.csv'), 'utf8')).toBe(screen.out);
    const json = await trueup(['export', 'earnings', '--json'], { dir });
    expect(documentOf<{ earnings: { amount: string }[] }>(json).earnings).toHaveLength(12);
    const facts = await trueup(['export', 'facts', '--out', '../earnings-facts'], { dir });
    expect(facts.code).toBe(0);
    expect(readdirSync(join(home, 'earnings-facts'))).toContain('deal.parquet');
    const nowhere = await trueup(['export', 'earnings', '--out', 'trueup.yaml/earnings.csv'], { dir });
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toContain('cli.unwritable');
  });
  test('rows that cannot be read: 2, a list, a file to correct, and back', async () => {
    const dir = firstPlan('rejects');
    edit(join(dir, 'data-in/deals.csv'), (text) => text.replace('24000.00', '24000.005').replace('18500.00', '$18500'));
    const imported = await trueup(['import'], { dir });
    expect(imported.code).toBe(2);
    expect(imported.out).toMatch(/In quarantine: 2 rows/);
    const listed = await trueup(['import', '--quarantine'], { dir });
    expect(listed.code).toBe(0);
    expect(listed.out).toContain('24000.005');
    const exported = await trueup(['export', 'quarantine', '--out', 'rows.csv'], { dir });
    expect(exported.code).toBe(0);
    edit(join(dir, 'rows.csv'), (text) => text.replaceAll(/24000\.005(?=,2026)/g, '24000.00').replaceAll(/\$18500(?=,2026)/g, '18500.00'));
    const back = await trueup(['import', '--source', 'deals', '--corrected', 'rows.csv'], { dir });
    expect(back.code).toBe(0);
    expect((await trueup(['import', '--quarantine'], { dir })).out).toContain('No row is in quarantine.');
    expect((await trueup(['preview'], { dir })).out).toContain('15,475.35');
    expect((await trueup(['import', '--corrected', 'rows.csv'], { dir })).err).toContain('--source deals');
  });
});

describe.concurrent('a request or a plan that is wrong', () => {
  test('check shows every mistake with its line; what calculates refuses', async () => {
    const dir = firstPlan('wrong');
    edit(join(dir, 'plans/commission.yaml'), (text) => text.replace('payees: all', 'payes: all').replace('stage = "Won"', 'stag = "Won"'));
    const [checked, preview, json] = await Promise.all([trueup(['check'], { dir }), trueup(['preview'], { dir }), trueup(['check', '--json'], { dir })]);
    expect([checked.code, preview.code]).toEqual([1, 1]);
    expect(checked.out).toMatch(/--> plans\/commission\.yaml:4:1\n.*\n4 \| payes: all\n/);
    expect(checked.out).toContain('stag');
    expect(checked.out).toMatch(/\n\d errors\n$/);
    expect(documentOf(json).diagnostics.map((d) => d.code)).toContain('plan.unknown_key');
    expect(existsSync(join(dir, 'data/book.sqlite'))).toBe(false);
  });
  test('names that do not exist are answered with those that do', async () => {
    const dir = firstPlan('names');
    await trueup(['import'], { dir });
    const asked = [['preview', '--plan', 'comission'], ['explain', '--payee', 'Ann Le', '--period', '2026-Q1'], ['explain'], ['explain', '--fact', 'D-10004'], ['explain', '--fact', 'D-1004', '--payee', 'Ann Lee'], ['import', '--source', 'deal'], ['export', 'everything'], ['check', '--resolved', '--plan', 'x'], ['test', 'tests/none.yaml']];
    for (const args of asked) {
      const { code, err } = await trueup(args, { dir });
      expect(code, args.join(' ')).toBe(1);
      expect(err, args.join(' ')).toMatch(/hint: /);
    }
  });
  test('a folder that is no workspace is told so, and left as it is', async () => {
    const dir = join(home, 'empty');
    mkdirSync(dir);
    const all = await Promise.all([['check'], ['import'], ['apply'], ['test'], ['export', 'earnings'], ['doctor']].map((args) => trueup(args, { dir })));
    for (const { code, out, err } of all) {
      expect(code).toBe(1);
      expect(out + err).toContain('trueup init');
    }
    expect(readdirSync(dir), 'nothing is left behind').toEqual([]);
  });
});

describe.concurrent('--json', () => {
  test('is one document, with amounts as text', async () => {
    const dir = firstPlan('json');
    const lines: readonly (readonly string[])[] = [['check', '--resolved'], ['import'], ['import', '--quarantine'], ['preview'], ['explain', '--payee', 'Ann Lee', '--period', '2026-Q1'], ['explain', '--fact', 'D02'], ['apply'], ['test'], ['doctor'], ['init', 'json-init']];
    for (const args of lines) {
      const ended = await trueup([...args, '--json'], { dir });
      expect(ended.code, args.join(' ')).toBe(0);
      expect(ended.err, args.join(' ')).toBe('');
      expect(documentOf(ended)).toMatchObject({ ok: true, exit_code: 0, diagnostics: [] });
      expect(ended.out, 'no number has decimals: amounts are text').not.toMatch(/": -?\d+\.\d/);
    }
  });
  test('the JSON Schema for editors comes as it is', async () => {
    const schema = JSON.parse((await trueup(['check', '--schema', 'plan'])).out) as { readonly properties: Readonly<Record<string, unknown>> };
    expect(Object.keys(schema.properties)).toContain('components');
  });
});

describe('stopped from outside', () => {
  /** As many rows as an import takes seconds for. */
  function long(name: string): string {
    const dir = firstPlan(name);
    const rows = Array.from({ length: 400_000 }, (_, i) => `L${i},Ann Lee,Won,${100 + (i % 900)}.25,2026-0${1 + (i % 9)}-15`);
    writeFileSync(join(dir, 'data-in/deals.csv'), `deal_id,seller,stage,amount,closed\n${rows.join('\n')}\n`);
    return dir;
  }
  /** Calls back when the store is being written. */
  function whenWorking(dir: string, act: () => void): void {
    const wait = setInterval(() => {
      if (!existsSync(join(dir, 'data/inbox'))) return;
      clearInterval(wait);
      setTimeout(act, 400);
    }, 20);
  }

  test('Ctrl-C ends an import within about a second, nothing of it is kept, and the store is fine', async () => {
    const dir = long('stopped');
    let asked = 0;
    const ended = await trueup(['import'], { dir, meanwhile: (child) => { whenWorking(dir, () => { asked = performance.now(); child.kill('SIGINT'); }); } });
    expect(ended.code).toBe(130);
    expect(performance.now() - asked).toBeLessThan(2_000);
    expect(ended.err).toContain('Stopped.');
    expect(ended.out).toBe('');
    const after = await trueup(['export', 'earnings', '--json'], { dir: firstPlan('stopped') });
    expect(documentOf<{ import: { files: readonly { new: number }[] } }>(after).import.files[0]?.new, 'the small file is all that the store has').toBe(12);
  });
  test('a calculation process that is killed is our fault, not the user\'s: 3', async () => {
    if (process.platform !== 'linux') return;
    const dir = long('killed');
    const ended = await trueup(['import'], { dir, meanwhile: (child) => {
      whenWorking(dir, () => {
        const [engine = ''] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1').trim().split(' ');
        process.kill(Number.parseInt(engine, 10), 'SIGKILL');
      });
    } });
    expect(ended.code).toBe(3);
    expect(ended.err).toContain('engine.died');
  });
  test('a reader that has seen enough is no error', async () => {
    const dir = firstPlan('pipe');
    const ended = await trueup(['export', 'earnings'], { dir, meanwhile: (child) => { child.stdout?.destroy(); } });
    expect(ended.err).toBe('');
  });
});

describe('the demo', () => {
  test('its tour goes from the files to one amount, fits a screen, and leaves what is there alone', async () => {
    const dir = join(home, 'demo');
    const tour = await trueup(['demo', './demo', '--tour']);
    expect(tour.code).toBe(0);
    const lines = tour.out.split('\n');
    expect(lines.length).toBeLessThan(150);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    for (const part of ['1. Import', '2. What 2025 pays', '3. The statement of Vera Chen', '4. Why', '5. Try next', 'opportunities-americas.csv:']) expect(tour.out).toContain(part);
    expect(tour.out).not.toContain('demo/demo');
    edit(join(dir, 'plans/sdr.yaml'), (text) => `${text}# mine\n`);
    rmSync(join(dir, 'plans/csm-europe.yaml'));
    const again = await trueup(['demo', './demo', '--tour']);
    expect(again.out).toContain('Nothing is new');
    expect(readFileSync(join(dir, 'plans/sdr.yaml'), 'utf8')).toContain('# mine');
    expect(existsSync(join(dir, 'plans/csm-europe.yaml')), 'what was taken away is made again').toBe(true);
  });
});
