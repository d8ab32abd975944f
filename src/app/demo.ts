/**
 * The workspace of the demo company: its plans, sources and tests are copied, its exports are made from
 * the seed. What is there already is kept, so that somebody who changed a plan finds it changed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Diagnostic, Outcome } from '../value/diagnostic.ts';
import { folderInUse } from './init.ts';

export interface MadeDemo {
  /** files written now; 0 where the demo was there already */
  readonly written: number;
  readonly files: number;
}

/** What `examples/demo/generate.ts` exports. It is loaded when a demo is made: it is no part of what pays people. */
interface Generator { readonly DEMO_SEED: number; readonly generateDemo: (seed: number) => readonly { readonly path: string; readonly text: string }[] }

const ROOT_FILE = 'trueup.yaml';

/** Makes the demo in the folder, or completes it. Refuses a folder that holds something else. `examples`: where it is made from. */
export async function makeDemo(dir: string, examples: URL = new URL('../../examples/demo/', import.meta.url)): Promise<Outcome<MadeDemo>> {
  const templates = fileURLToPath(new URL('workspace/', examples));
  if (!existsSync(join(templates, ROOT_FILE))) return { value: undefined, diagnostics: [notInstalled(templates)] };
  const there = existsSync(dir) ? readdirSync(dir).filter((name) => !name.startsWith('.')) : [];
  if (there.length > 0 && !isOurs(dir, templates)) return { value: undefined, diagnostics: [folderInUse(dir, there)] };
  const copied = readdirSync(templates, { recursive: true, withFileTypes: true }).filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name)).map((path) => ({ path: path.slice(templates.length), text: () => readFileSync(path) }));
  const generated = await exportsOf(dir, examples);
  const missing = [...copied, ...generated.files].filter(({ path }) => !existsSync(join(dir, path)));
  for (const { path, text } of missing) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text());
  }
  return { value: { written: missing.length, files: copied.length + generated.count }, diagnostics: [] };
}

/** The exports; they are not made again where all of them are there. */
async function exportsOf(dir: string, examples: URL): Promise<{ readonly files: readonly { readonly path: string; readonly text: () => string }[]; readonly count: number }> {
  const there = existsSync(join(dir, 'data-in')) ? readdirSync(join(dir, 'data-in')).filter((name) => name.endsWith('.csv')).length : 0;
  if (there >= EXPORTS) return { files: [], count: there };
  const name = import.meta.url.endsWith('.ts') ? 'generate.ts' : 'generate.js';
  const { DEMO_SEED, generateDemo } = await import(new URL(name, examples).href) as Generator;
  const files = generateDemo(DEMO_SEED);
  return { files: files.map(({ path, text }) => ({ path, text: () => text })), count: files.length };
}
const EXPORTS = 14;

/** A workspace whose company is the demo's. */
function isOurs(dir: string, templates: string): boolean {
  const path = join(dir, ROOT_FILE);
  const first = (file: string): string => readFileSync(file, 'utf8').split('\n')[0] ?? '';
  return existsSync(path) && first(path) === first(join(templates, ROOT_FILE));
}

function notInstalled(folder: string): Diagnostic {
  return {
    code: 'cli.no_demo', severity: 'error', file: '', line: 0, column: 0, path: '',
    message: `The files of the demo company are not there: they belong in ${folder}.`, hint: 'Run this in a clone of Trueup, or start a workspace of your own with `trueup init`.',
  };
}
