/**
 * The files of a workspace, read and sorted: the workspace file, the plans, and the sections that
 * all plans share. Names of one section must be different, whichever files they stand in.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import { entriesOf, find, readDocument, textOf } from './document.ts';
import type { Entry, MapNode } from './document.ts';
import { isDerived } from './kinds.ts';
import type { At } from './plan.ts';
import { both, problem } from './problem.ts';
import { checkShape } from './schema.ts';

/** How a workspace folder is read; the command line gives one for the disk, tests one for a map of texts. */
export interface FileReader {
  /** every file below a folder, at any depth, as paths relative to the workspace with `/`; none where there is no such folder */
  list(folder: string): readonly string[];
  /** the text of one file; undefined where there is none */
  text(path: string): string | undefined;
}

export type Section = 'facts' | 'states' | 'credits' | 'measures' | 'tables' | 'guardrails' | 'sources';
export const SECTIONS: readonly Section[] = ['facts', 'states', 'credits', 'measures', 'tables', 'guardrails', 'sources'];
/** Name → where it is said. */
export type Sections = Readonly<Record<Section, ReadonlyMap<string, Entry>>>;

export interface PlanFile { readonly file: string; readonly name: string; readonly root: MapNode }
/** `name`: of the template. */
export type TemplateFile = PlanFile;
export interface Files {
  readonly root: MapNode | undefined;
  readonly plans: readonly PlanFile[];
  readonly templates: readonly TemplateFile[];
  readonly shared: Sections;
  readonly tests: readonly string[];
}

const FOLDERS = ['sources', 'facts', 'states', 'measures', 'guardrails', 'plans', 'templates'];
const ROOT = 'trueup.yaml';

export function readFiles(read: FileReader, found: Diagnostic[]): Files {
  const root = readRoot(read, found);
  const plans: PlanFile[] = [];
  const templates: TemplateFile[] = [];
  const shared = emptySections();
  for (const file of FOLDERS.flatMap((folder) => yamlFiles(read, folder))) {
    const { value, diagnostics } = readDocument(file, read.text(file) ?? '');
    found.push(...diagnostics);
    if (value === undefined) continue;
    found.push(...checkShape(value, 'plan'));
    const template = textOf(find(value, 'template'));
    const name = textOf(find(value, 'plan'));
    if (template !== undefined || name !== undefined) {
      if (template !== undefined) templates.push({ file, name: template.trim(), root: value });
      else if (name !== undefined) plans.push({ file, name, root: value });
      // facts and sources have one name space: two plans that read one kind must mean the same; kinds that a plan makes of others are its own
      for (const section of ['facts', 'sources'] as const) collect(value, section, shared, found, (entry) => section === 'facts' && isDerived(entry));
    } else {
      sectionsOnly(file, value, found);
      for (const section of SECTIONS) collect(value, section, shared, found);
    }
  }
  return { root, plans, templates, shared, tests: yamlFiles(read, 'tests') };
}

function emptySections(): Record<Section, Map<string, Entry>> {
  return { facts: new Map(), states: new Map(), credits: new Map(), measures: new Map(), tables: new Map(), guardrails: new Map(), sources: new Map() };
}

/** The sections of one plan. */
export function sectionsOf(root: MapNode): Sections {
  const own = emptySections();
  for (const section of SECTIONS) for (const entry of entriesOf(find(root, section))) own[section].set(entry.key, entry);
  return own;
}

function yamlFiles(read: FileReader, folder: string): string[] {
  return read.list(folder).filter((f) => /\.ya?ml$/i.test(f)).sort();
}

function readRoot(read: FileReader, found: Diagnostic[]): MapNode | undefined {
  const at: At = { file: ROOT, line: 0, column: 0, path: '' };
  const text = read.text(ROOT);
  if (text === undefined) {
    found.push(problem('plan.no_workspace', at, `there is no \`${ROOT}\` here, so this folder is not a workspace`, 'make one with `trueup init`, or name the right folder with `--workspace DIR`'));
    return undefined;
  }
  const { value, diagnostics } = readDocument(ROOT, text);
  found.push(...diagnostics);
  if (value !== undefined) found.push(...checkShape(value, 'workspace'));
  return value;
}

function sectionsOnly(file: string, root: MapNode, found: Diagnostic[]): void {
  const foreign = root.entries.filter((e) => !(SECTIONS as readonly string[]).includes(e.key) && e.key !== 'title');
  const first = foreign.find((e) => ['components', 'payees', 'effective', 'period', 'incentive', 'terms', 'amends', 'based_on', 'for_each', 'with', 'cap'].includes(e.key));
  if (first === undefined) return;
  found.push(problem('plan.no_name', { ...first.at, path: '' }, `the file has ${both(foreign.map((e) => `\`${e.key}\``))}, but no \`plan\`, so it is not a plan`, `start the file with \`plan: ${suggestName(file)}\``));
}

function suggestName(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.ya?ml$/i, '');
}

function collect(root: MapNode, section: Section, into: Record<Section, Map<string, Entry>>, found: Diagnostic[], skip: (entry: Entry) => boolean = () => false): void {
  for (const entry of entriesOf(find(root, section))) {
    if (skip(entry)) continue;
    const before = into[section].get(entry.key);
    if (before === undefined) {
      into[section].set(entry.key, entry);
    } else {
      found.push(problem('plan.two_meanings', entry.at, `\`${entry.key}\` of \`${section}\` is also defined in ${before.at.file}, line ${before.at.line}`, 'keep one of them, or give them different names'));
    }
  }
}
