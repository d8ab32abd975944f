/**
 * docs/plan-language.md: every example on the page runs, every figure on it comes out, and every key of
 * the language stands in it with an example that uses it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { checkPlans } from '../src/app/check.ts';
import { runTestFile } from '../src/app/plan-tests.ts';
import { openMemory } from '../src/engine/memory.ts';
import { FUNCTION_NAMES } from '../src/plan/formula-functions.ts';
import { KEYS, type Place } from '../src/plan/keys.ts';
import type { Workspace } from '../src/plan/plan.ts';
import { readWorkspace } from '../src/plan/workspace.ts';
import { readerOf } from './language/reference.ts';
import { anchorOf, completed, type Example, placeName, readPage, testOf } from './reference/blocks.ts';
import { ROOT } from './tidy/source.ts';

const TEXT = readFileSync(join(ROOT, 'docs/plan-language.md'), 'utf8');
const PAGE = readPage(TEXT);

function workspaceOf({ files, plan }: Example): { readonly workspace: Workspace | undefined; readonly said: string[] } {
  const all = new Map(files);
  all.set(/^template:/m.test(plan) ? 'templates/example.yaml' : 'plans/example.yaml', completed(plan));
  const { value, diagnostics } = readWorkspace('reference', readerOf(all));
  return { workspace: value, said: diagnostics.map((d) => `${d.file}:${d.line} ${d.message} ${d.hint}`) };
}

describe('the examples of the page', () => {

  test.for(PAGE.examples.map((e) => ({ ...e, title: `${e.name}, line ${e.line}` })))('$title', async (example) => {
    const { workspace, said } = workspaceOf(example);
    expect(said).toEqual([]);
    expect(workspace?.plans.length).toBeGreaterThan(0);
    if (workspace === undefined) return;
    const later = await checkPlans(workspace, undefined);
    expect(later.filter((d) => d.code !== 'plan.no_term_value').map((d) => d.message)).toEqual([]);
    expect(example.tests.length).toBeGreaterThan(0);
    for (const { line, text } of example.tests) {
      const report = await runTestFile(workspace, `line ${line}`, testOf(example.plan, text), () => Promise.resolve(openMemory()));
      expect(report.diagnostics.map((d) => `${d.line} ${d.message} ${d.hint}`)).toEqual([]);
      expect(report.differences.map((d) => `line ${line + d.line}: ${d.payee} ${d.period} ${d.figure}: ${d.expected} on the page, ${d.got} by us`)).toEqual([]);
      expect(report.figures).toBeGreaterThan(0);
    }
  });

  test('every block is of a kind that runs', () => {
    expect(PAGE.unknown).toEqual([]);
  });
});

describe('the commands of the page', () => {
  const home = mkdtempSync(join(tmpdir(), 'trueup-reference-'));
  afterAll(() => { rmSync(home, { recursive: true, force: true }); });
  const trueup = (args: readonly string[], cwd: string): string => spawnSync(process.execPath, [join(ROOT, 'bin/trueup.mjs'), ...args], { cwd, encoding: 'utf8' }).stdout;

  test('print what stands there', { timeout: 90_000 }, () => {
    for (const { line, command, text } of PAGE.printed) {
      const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? '');
      const out = trueup(args, args[0] === 'init' ? home : join(home, 'acme'));
      for (const part of text.split(/^…\n/m)) expect(out, `line ${line}: trueup ${command}`).toContain(part.trimEnd());
    }
  });
});

describe('A to Z', () => {
  const PLACES = Object.keys(KEYS) as Place[];
  const rows = PAGE.rows.filter((r) => r.length === 5).map(([key = '', at = '', value = '', meaning = '', example = '']) => ({ key: key.replaceAll('`', ''), at: at.split(', '), value, meaning, example }));

  test('has every key of the language at every place, and no other', () => {
    const written = rows.flatMap((r) => r.at.map((at) => `${r.key} in ${at}`)).sort();
    const known = PLACES.flatMap((place) => Object.keys(KEYS[place]).map((key) => `${key} in ${placeName(place)}`)).sort();
    expect(written).toEqual(known);
  });
  test('is in order', () => {
    const keys = rows.map((r) => r.key);
    expect(keys).toEqual([...keys].sort());
  });
  test('says what each takes and does, and leads to an example that uses the key', () => {
    const wrong = rows.flatMap(({ key, at, value, meaning, example }) => {
      const anchor = /\(#([^)]+)\)/.exec(example)?.[1] ?? '', used = PAGE.anchors.get(anchor);
      if (value === '' || meaning === '') return [`${key}: nothing is said`];
      if (used === undefined) return [`${key}: no heading ${anchor}`];
      return at.some((place) => used.has(`${key} in ${place}`)) ? [] : [`${key} in ${at.join(', ')}: not in the blocks of ${anchor}`];
    });
    expect(wrong).toEqual([]);
  });
  test('every function of formulas is on the page', () => {
    expect(FUNCTION_NAMES.filter((name) => !TEXT.includes(`${name}(`))).toEqual([]);
  });
  test('every link within the page leads to a heading', () => {
    const headings = new Set([...TEXT.matchAll(/^#{1,4} (.+)$/gm)].map((m) => anchorOf(m[1] ?? '')));
    expect([...TEXT.matchAll(/\]\(#([^)]+)\)/g)].map((m) => m[1] ?? '').filter((a) => !headings.has(a))).toEqual([]);
  });
});
