/**
 * The contract of the compiled program: forty plans run the statements of one, and the same program is
 * text for both engines. The texts are golden files; `UPDATE_GOLDEN=1 npx vitest run test/program.test.ts`
 * writes them anew, and a reviewer reads the difference.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Workspace } from '../src/plan/plan.ts';
import { type FileReader, readWorkspace } from '../src/plan/workspace.ts';
import type { Dialect } from '../src/relation/dialect.ts';
import { duckdb } from '../src/relation/dialects/duckdb.ts';
import { trino } from '../src/relation/dialects/trino.ts';
import { emitStatement } from '../src/relation/emit.ts';
import { compile, type Compiled } from '../src/stage/compile.ts';
import { hasErrors } from '../src/value/diagnostic.ts';
import { fileReader } from '../src/app/workspace-files.ts';
import { lessons, openLesson } from './corpus/corpus.ts';
import { inMemory, SHARED, TEAM, variant } from './variants.ts';

const ROOT = resolve(import.meta.dirname, '..');
const UPDATE = process.env['UPDATE_GOLDEN'] !== undefined;
const NOBODY = { persons: [], byId: new Map(), roles: new Map(), groups: new Map(), code: () => undefined };
/** A code of each word that does not depend on a store. */
const code = (word: string): number => [...word].reduce((n, letter) => (n * 31 + (letter.codePointAt(0) ?? 0)) % 100_003, 7);

function compiled(workspace: Workspace, everyLine = false): Compiled {
  const out = compile({ plans: workspace.plans, kinds: workspace.kinds, people: NOBODY, code, cut: 1, everyLine });
  if (!('program' in out)) throw new Error(JSON.stringify(out.diagnostics));
  return out;
}
function read(reader: FileReader): Workspace {
  const { value, diagnostics } = readWorkspace('.', reader);
  if (value === undefined || hasErrors(diagnostics)) throw new Error(JSON.stringify(diagnostics));
  return value;
}
const texts = (c: Compiled, dialect: Dialect): string[] => c.program.statements.map((s) => emitStatement(s, dialect, code));

// ---- forty plans ----

const withPlans = (n: number): Workspace => read(inMemory({ ...SHARED, ...Object.fromEntries(Array.from({ length: n }, (_, i) => [`plans/ae-${i}.yaml`, variant(i)])) }));

describe('1 plan and 40 plans of the same measures', () => {
  const one = compiled(withPlans(1)), forty = compiled(withPlans(40));
  test.each([duckdb, trino])('run the same statements with the same text: $name', (dialect) => {
    expect(forty.program.statements.map((s) => s.name)).toEqual(one.program.statements.map((s) => s.name));
    expect(texts(forty, dialect)).toEqual(texts(one, dialect));
  });
  test('the numbers of plans are rows: a plan more is rows more, and a different measure is a column more', () => {
    expect(forty.catalogue.components).toHaveLength(40 * one.catalogue.components.length);
    const wider = compiled(read(inMemory({ ...SHARED, 'plans/a.yaml': variant(0), 'plans/b.yaml': 'plan: b\neffective: 2026-01-01 / 2027-01-01\npayees: all\nperiod: quarter\ncomponents:\n  c: { measure: { count: deal, where: product = "Core" }, rate: 10 }\n' })));
    expect(wider.program.statements.map((s) => s.name)).toEqual(one.program.statements.map((s) => s.name));
    expect(wider.catalogue.gathered.cube.length).toBe(one.catalogue.gathered.cube.length + 1);
  });
});

// ---- golden texts ----

const WORKSPACES: Readonly<Record<string, FileReader>> = {
  'first-plan': fileReader(join(ROOT, 'examples/first-plan')),
  demo: fileReader(join(ROOT, 'examples/demo/workspace')),
  'maven-crm': fileReader(join(ROOT, 'test/data/maven-crm')),
  variants: inMemory({ ...SHARED, 'plans/a.yaml': variant(0), 'plans/team.yaml': TEAM }),
};
/** What Trino does not take, or takes otherwise than DuckDB. */
const NOT_TRINO = /::|\/\/|\bQUALIFY\b|\bASOF\b|<<|\bILIKE\b|DISTINCT ON|\blist\(|\barg_max\b|\bstring_agg\b|CREATE OR REPLACE TABLE|\bHUGEINT\b|\bTEMP\b/i;

describe.each(Object.entries(WORKSPACES))('the program of %s', (name, reader) => {
  const program = compiled(read(reader));
  test.each([duckdb, trino])('is the golden text of $name', (dialect) => {
    const path = join(ROOT, 'test/golden', name, `program.${dialect.name}.sql`), text = `${texts(program, dialect).join(';\n\n')};\n`;
    if (UPDATE) { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, text); }
    expect(existsSync(path), `${path} is written by UPDATE_GOLDEN=1 npx vitest run test/program.test.ts`).toBe(true);
    expect(text).toBe(readFileSync(path, 'utf8'));
  });
  test('stays inside what Trino runs', () => {
    expect(beyondTrino(texts(program, trino))).toEqual([]);
  });
});

/** What Trino would not run as DuckDB does, in the texts of a program. */
function beyondTrino(statements: readonly string[]): string[] {
  return statements.flatMap((text) => {
    const sql = text.replaceAll(/'(?:[^']|'')*'/g, "''").replaceAll(/^--.*$/gm, '').replaceAll(/\/\*.*?\*\//g, '');
    return [
      ...[NOT_TRINO.exec(sql)?.[0] ?? []].flat(), ...[...sql.matchAll(/\b\d{19,}\b/g)].map(([digits]) => digits).filter((digits) => BigInt(digits) >= 2n ** 63n),
      // over a window a sum of 64 bits would wrap there
      ...[...sql.matchAll(/sum\(([^)]*)\) OVER/g)].filter(([, argument = '']) => !argument.startsWith('CAST')).map(([found]) => found),
    ];
  });
}

describe('the programs of the lessons', () => {
  test.each(lessons())('%s: with and without lines they stay inside what Trino runs', (name) => {
    const workspace = openLesson(name);
    for (const everyLine of [false, true]) {
      const program = texts(compiled(workspace, everyLine), trino);
      expect(program.length).toBeGreaterThan(5);
      expect(beyondTrino(program)).toEqual([]);
    }
  });
  test('what does not is seen', () => {
    expect(beyondTrino(['SELECT a::INTEGER', 'SELECT 9223372036854775808', "SELECT '9223372036854775808::'", 'SELECT sum(x) OVER (), sum(CAST(x AS DECIMAL(38,0))) OVER ()', 'SELECT a // b QUALIFY true'])).toEqual(['::', '9223372036854775808', 'sum(x) OVER', '//']);
  });
});

test('no golden file is left over', () => {
  expect(readdirSync(join(ROOT, 'test/golden')).sort()).toEqual(Object.keys(WORKSPACES).sort());
});
