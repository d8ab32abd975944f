/**
 * The rules of the house that a machine can hold. Each message says what to do instead. Every rule
 * is first tried on a sample that it must catch and one that it must let pass, because a rule that
 * cannot fire looks just like a tidy project.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cycles, layerFindings, lintOverrides, packagesBelow } from './layers.ts';
import { lengthFindings, nameFindings, ruleFindings, RULES, textFindings } from './rules.ts';
import { importsOf, scan } from './scan.ts';
import { codeFiles, ROOT, show, source, textFiles } from './source.ts';

const files = codeFiles();

describe('the project', () => {
  test('is found: the rules below look at real files', () => {
    expect(files.map((file) => file.path)).toContain('src/value/diagnostic.ts');
    expect(files.map((file) => file.path)).toContain('bin/trueup.mjs');
  });
  test('keeps its layers', () => {
    expect(show(files.flatMap(layerFindings))).toBe('');
  });
  test('has no import cycles', () => {
    expect(cycles(files).map((cycle) => `${cycle.join(' → ')}: move what they share into a file of its own`)).toEqual([]);
  });
  test('calculates in memory without Node: what runs in a browser imports nothing of it', () => {
    expect(packagesBelow(files, 'src/engine/memory.ts')).toEqual([]);
    expect(packagesBelow(files, 'src/app/calculate.ts')).toEqual(['yaml in src/plan/document.ts']);
  });
  test('has the same layers in .oxlintrc.json as in test/tidy/layers.ts', () => {
    const config: { overrides: unknown[] } = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8'));
    expect(config.overrides.slice(0, lintOverrides().length)).toEqual(lintOverrides());
  });
  test.each(RULES)('does without: $name', (rule) => {
    expect(show(files.flatMap((file) => ruleFindings(rule, file)))).toBe('');
  });
  test('has files that are named after what is in them and are short enough to read', () => {
    expect(show(files.flatMap((file) => [...nameFindings(file.path), ...lengthFindings(file.path, file.scan.text)]))).toBe('');
  });
  test('has no placeholders, conflict marks or machine paths, in prose neither', () => {
    expect(show(textFiles().flatMap((file) => textFindings(file.path, file.text)))).toBe('');
  });
});

describe('every rule can fire, and lets good code pass', () => {
  test.each(RULES)('$name', (rule) => {
    const path = ['src/stage/credits.ts', 'test/credits.test.ts'].find((one) => rule.where.test(one)) ?? '';
    expect(ruleFindings(rule, source(path, rule.caught))).toHaveLength(1);
    expect(ruleFindings(rule, source(path, rule.passes))).toEqual([]);
  });
  test.each(RULES.filter((rule) => rule.except))('exceptions of $name are in use', (rule) => {
    // An exception outlives its reason without anybody noticing; this notices.
    const whole = { ...rule, except: {} };
    const unused = Object.keys(rule.except ?? {}).filter((prefix) => {
      const meant = files.filter((file) => file.path.startsWith(prefix));
      return meant.length > 0 && meant.every((file) => ruleFindings(whole, file).length === 0);
    });
    expect(unused).toEqual([]);
  });
  test('a finding names file, line and what to do', () => {
    const [rule] = RULES;
    expect(rule && show(ruleFindings(rule, source('src/stage/a.ts', '\n\nparseFloat(x);')))).toBe(
      'src/stage/a.ts:3  parseFloat: "parseFloat". Read text with parseRatio or parseMoney (src/value): a float cannot hold a cent.');
  });
  test.each([
    ['src/value/a.ts', "import { x } from '../plan/plan.ts';", 'value may import nothing'],
    ['src/value/a.ts', "import { readFileSync } from 'node:fs';", 'value only calculates'],
    ['src/plan/a.ts', "import { parse } from 'yaml';", 'only src/plan/document.ts may'],
    ['src/plan/document.ts', "import { z } from 'zod';", 'only src/plan/schema.ts may'],
    ['src/relation/dialects/a.ts', "import type { Plan } from '../../plan/plan.ts';", 'relation may import value'],
    ['src/engine/sources.ts', "const d = await import('@duckdb/node-api');", 'only src/engine/duckdb*.ts may'],
    ['src/ledger/a.ts', "export * from '../stage/compile.ts';", 'ledger may import value, db'],
    ['src/cli/a.ts', "import { readPlan } from '../plan/read.ts';", 'may only `import type`'],
    ['src/cli/a.ts', "import { run } from '../engine/engine.ts';", 'imports engine'],
    ['src/app/a.ts', "import { facts } from '../../test/facts.ts';", 'nothing imports tests'],
    ['bench/a.ts', "import { facts } from '../src/value/money.test.ts';", 'nothing imports tests'],
    ['src/app/a.ts', "import fastify from 'fastify';", 'A new dependency is a decision'],
    ['src/newcomer/a.ts', "import { x } from '../value/money.ts';", 'no line in LAYERS'],
  ])('layers: %s with %s', (path, text, says) => {
    expect(show(layerFindings(source(path, text)))).toContain(says);
  });
  test.each([
    ['src/stage/a.ts', "import type { Plan } from '../plan/plan.ts';\nimport { ratio } from '../value/rate.ts';"],
    ['src/cli/a.ts', "import type { Plan } from '../plan/plan.ts';\nimport { Command } from 'commander';"],
    ['src/engine/duckdb-worker.ts', "import { DuckDBInstance } from '@duckdb/node-api';"],
    ['src/value/money.test.ts', "import fc from 'fast-check';"],
  ])('layers let pass: %s with %s', (path, text) => {
    expect(show(layerFindings(source(path, text)))).toBe('');
  });
  test('cycles: three files in a circle; a type import does not close one', () => {
    const circle = (last: string) => [
      source('src/value/a.ts', "import { b } from './b.ts';"),
      source('src/value/b.ts', "import { c } from './c.ts';"),
      source('src/value/c.ts', `import ${last}{ a } from './a.ts';`),
    ];
    expect(cycles(circle(''))).toEqual([['src/value/a.ts', 'src/value/b.ts', 'src/value/c.ts', 'src/value/a.ts']]);
    expect(cycles(circle('type '))).toEqual([]);
  });
  test('packages below a file: found through imports, not through types', () => {
    const files_ = [
      source('src/engine/memory.ts', "import { a } from './a.ts';\nimport type { B } from './b.ts';"),
      source('src/engine/a.ts', "export { c } from './c.ts';\nimport type { Stats } from 'node:fs';"), source('src/engine/b.ts', "import 'node:net';"), source('src/engine/c.ts', "import { readFileSync } from 'node:fs';"),
    ];
    expect(packagesBelow(files_, 'src/engine/memory.ts')).toEqual(['node:fs in src/engine/c.ts']);
  });
  test('names and lengths', () => {
    expect(show(nameFindings('src/app/date-utils.ts'))).toContain('says nothing');
    expect(show(nameFindings('src/app/index.ts'))).toContain('says nothing');
    expect(show(nameFindings('src/app/ClosePeriod.ts'))).toContain('kebab-case');
    expect([...nameFindings('src/app/close-period.test.ts'), ...nameFindings('vitest.config.ts'), ...nameFindings('src/index.ts')]).toEqual([]);
    expect(show(lengthFindings('src/app/a.ts', 'x\n'.repeat(401)))).toContain('401 lines');
    expect(lengthFindings('src/app/a.ts', 'x\n'.repeat(400))).toEqual([]);
  });
  test('marks in prose', () => {
    const text = ['fine', `OUTPUT-${'HERE'}`, `${'<'.repeat(7)} HEAD`, `see /${'work'}/shared/x`].join('\n');
    expect(textFindings('README.md', text).map((one) => one.line)).toEqual([2, 3, 4]);
  });
});

describe('the scanner', () => {
  test.each([
    ['a line comment', "f(); // it's any", 'f();            '],
    ['a block comment', 'a /* any\n any */ b', 'a       \n        b'],
    ['a string', "f('any')", "f('   ')"],
    ['an escaped quote', String.raw`f('a\'any') + any`, "f('      ') + any"],
    ['a template', 'f(`any ${any} any`)', 'f(`    ${any}    `)'],
    ['a template in a template', 'f(`a${`b${c}b`}a`) + {}', 'f(` ${` ${c} `} `) + {}'],
    ['an object inside a template', 'f(`a${{ b: 1 }.b}a`)', 'f(` ${{ b: 1 }.b} `)'],
    ['a regular expression', "f(/['\"`/]/) + 'a'", "f(        ) + ' '"],
    ['a division', "a / b / c + 'x'", "a / b / c + ' '"],
  ])('knows %s', (_name, text, code) => {
    expect(scan(text).code).toBe(code);
    expect(scan(text).code).toHaveLength(text.length);
  });
  test('finds imports of every form, and none in strings or comments', () => {
    const text = [
      "import a from 'a';", "import type { B } from 'b';", "import {\n  c,\n  d,\n} from 'c';", "export { e } from 'e';", "export type * from 'f';",
      "const g = await import('g');", "import 'h';", "// import i from 'i'", "const j = \"import j from 'j'\";",
    ].join('\n');
    expect(importsOf(scan(text)).map((one) => `${one.from}${one.typeOnly ? ' type' : ''}`)).toEqual(['a', 'b type', 'c', 'e', 'f type', 'g', 'h']);
  });
});
