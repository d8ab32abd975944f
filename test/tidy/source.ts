/** The files that the tidy rules read, as text and scanned. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Scan } from './scan.ts';
import { scan } from './scan.ts';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Source {
  /** from the project's root, with forward slashes */
  readonly path: string;
  readonly scan: Scan;
}

/** One breach of a rule. `says` is what is wrong and what to do instead; line 0 is the whole file. */
export interface Finding { readonly path: string; readonly line: number; readonly says: string }

const FOLDERS = ['.ci', 'bench', 'bin', 'docs', 'examples', 'scripts', 'src', 'test'];
/** Written by a run or by npm, or somebody else's text. */
const NOT_OURS = ['package-lock.json', 'LICENSE'];
const CODE = /\.(ts|mjs)$/;
const TEXT = /\.(ts|mjs|md|json|yaml|yml|sql|txt)$|^\.ci\/|^\.(npmrc|gitignore)$/;

export function source(path: string, text: string): Source {
  return { path, scan: scan(text) };
}

export function codeFiles(): Source[] {
  return paths().filter((path) => CODE.test(path)).map((path) => source(path, read(path)));
}

/** Everything that a person wrote, prose and data too, by lines. */
export function textFiles(): { readonly path: string; readonly text: string }[] {
  return paths().filter((path) => TEXT.test(path)).map((path) => ({ path, text: read(path) }));
}

export function show(findings: readonly Finding[]): string {
  return findings.map((one) => `${one.path}:${one.line}  ${one.says}`).join('\n');
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function paths(): string[] {
  const top = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => entry.name);
  return [...top, ...FOLDERS.flatMap(filesUnder)].filter((path) => !NOT_OURS.includes(path)).sort();
}

function filesUnder(folder: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
