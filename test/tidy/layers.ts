/**
 * Which folder may import what. This table is the only one: the tidy test reads it for every file,
 * and holds the import rules of .oxlintrc.json to it, so that an editor shows the same.
 */
import { posix } from 'node:path';
import type { Finding, Source } from './source.ts';
import { importsOf, lineOf } from './scan.ts';

interface Layer {
  readonly may: readonly string[];
  /** of these folders only `import type` */
  readonly types?: readonly string[];
  /** pure folders calculate; they open no file, socket or process */
  readonly pure?: true;
}

export const LAYERS: Readonly<Record<string, Layer>> = {
  value: { may: [], pure: true },
  plan: { may: ['value'] },
  relation: { may: ['value'], pure: true },
  stage: { may: ['plan', 'relation', 'value'], pure: true },
  engine: { may: ['relation', 'value'] },
  db: { may: ['value'] },
  ledger: { may: ['value', 'db'] },
  app: { may: ['value', 'plan', 'relation', 'stage', 'engine', 'db', 'ledger'] },
  cli: { may: ['app', 'value'], types: ['plan'] },
};

/** package → the files that may import it. A package that is not here is not a dependency of the product. */
export const PACKAGES: Readonly<Record<string, { readonly files: RegExp; readonly folder: string }>> = {
  yaml: { files: /^src\/plan\/document\.ts$/, folder: 'plan' },
  zod: { files: /^src\/plan\/schema\.ts$/, folder: 'plan' },
  '@duckdb/node-api': { files: /^src\/engine\/duckdb[a-z-]*\.ts$/, folder: 'engine' },
  'node:sqlite': { files: /^src\/db\/sqlite\.ts$/, folder: 'db' },
  commander: { files: /^src\/cli\//, folder: 'cli' },
};

/** Builtin modules that reach nothing outside the process. */
const PURE_BUILTINS = ['node:crypto', 'node:util'];
/** Tests, and what only tests use. */
export const TESTS = /^test\/|\.(test|fixture)\.ts$/;
/** Outside src, these read the tests' own tables on purpose. */
const MAY_IMPORT_TESTS = ['scripts/errors.ts', 'scripts/golden.ts', 'scripts/reproduce.ts'];

export function layerFindings(source: Source): Finding[] {
  if (TESTS.test(source.path)) return [];
  return importsOf(source.scan).flatMap((one) => {
    const says = forbidden(source.path, one.from, one.typeOnly);
    return says ? [{ path: source.path, line: lineOf(source.scan.text, one.at), says }] : [];
  });
}

/** Import statements that go round in a circle; type imports do not run and so do not count. */
export function cycles(sources: readonly Source[]): string[][] {
  const edges = new Map(sources.map((source) => [source.path, importsOf(source.scan)
    .filter((one) => !one.typeOnly && one.from.startsWith('.'))
    .map((one) => target(source.path, one.from))]));
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const again = trail.indexOf(path);
    if (again >= 0) { found.push([...trail.slice(again), path]); return; }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return found;
}

/** Packages and builtin modules that a file needs to run, itself or through what it imports, each with the file that imports it. */
export function packagesBelow(sources: readonly Source[], path: string): string[] {
  const found = new Set<string>(), done = new Set<string>(), byPath = new Map(sources.map((source) => [source.path, source]));
  const visit = (at: string): void => {
    const source = byPath.get(at);
    if (done.has(at) || source === undefined) return;
    done.add(at);
    for (const one of importsOf(source.scan)) {
      if (one.typeOnly) continue;
      if (one.from.startsWith('.')) visit(target(at, one.from));
      else found.add(`${one.from} in ${at}`);
    }
  };
  visit(path);
  return [...found].sort();
}

/** The overrides of .oxlintrc.json that say the same as the table. */
export function lintOverrides(): unknown[] {
  return Object.entries(LAYERS).map(([folder, layer]) => {
    const types = layer.types ?? [];
    const closed = [...Object.keys(LAYERS), 'test'].filter((name) => name !== folder && !layer.may.includes(name) && !types.includes(name));
    const packages = Object.entries(PACKAGES).filter(([, entry]) => entry.folder !== folder).map(([name]) => name);
    const message = `src/${folder} may import ${[...layer.may, ...types.map((name) => `types of ${name}`)].join(', ') || 'nothing'}: see test/tidy/layers.ts.`;
    const patterns = [
      { group: [...closed.map((name) => `**/${name}/**`), ...packages], message },
      ...types.map((name) => ({ group: [`**/${name}/**`], allowTypeImports: true, message })),
    ];
    return { files: [`src/${folder}/**`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
  });
}

function forbidden(path: string, from: string, typeOnly: boolean): string | undefined {
  return from.startsWith('.') ? forbiddenFile(path, target(path, from), typeOnly) : forbiddenPackage(path, from);
}

function forbiddenFile(path: string, to: string, typeOnly: boolean): string | undefined {
  if (TESTS.test(to)) {
    return MAY_IMPORT_TESTS.includes(path) ? undefined : `imports ${to}: nothing imports tests. Move what is shared into src.`;
  }
  const [mine, theirs] = [folderOf(path), folderOf(to)];
  if (mine === undefined || theirs === mine) return undefined;
  const layer = LAYERS[mine];
  if (!layer) return `src/${mine} has no line in LAYERS (test/tidy/layers.ts). Add it, with what it may import.`;
  if (theirs === undefined) return `imports ${to} from outside src or above the folders: say what it needs as an argument.`;
  if (layer.may.includes(theirs)) return undefined;
  if (layer.types?.includes(theirs)) {
    return typeOnly ? undefined : `runs code of ${theirs}: ${mine} may only \`import type\` from it. Call a use case of app instead.`;
  }
  return `imports ${theirs}: ${mine} may import ${layer.may.join(', ') || 'nothing'}. `
    + 'Pass the value in as an argument, or move the code to the folder that owns the idea.';
}

function forbiddenPackage(path: string, from: string): string | undefined {
  const mine = folderOf(path);
  if (!path.startsWith('src/')) return undefined;
  const name = from.startsWith('node:') ? from : from.split('/').slice(0, from.startsWith('@') ? 2 : 1).join('/');
  const entry = PACKAGES[name];
  if (entry) return entry.files.test(path) ? undefined : `imports ${name}: only ${readable(entry.files)} may. Use what that file exports.`;
  if (!name.startsWith('node:')) return `imports ${name}, which is not in PACKAGES (test/tidy/layers.ts). A new dependency is a decision: see docs/decisions.md.`;
  if (mine !== undefined && LAYERS[mine]?.pure && !PURE_BUILTINS.includes(name)) {
    return `imports ${name}: ${mine} only calculates. Read or write in app, engine or db and pass the data in.`;
  }
  return undefined;
}

function readable(files: RegExp): string {
  return files.source.replace(/\\|\^|\$/g, '').replace('[a-z-]*', '*');
}

function target(path: string, from: string): string {
  return posix.normalize(posix.join(posix.dirname(path), from));
}

/** The folder below src; undefined for a file outside src or directly in it. */
function folderOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}
