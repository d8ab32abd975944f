/**
 * A workspace folder → `Workspace`: its kinds, sources and plans, with everything that is wrong with
 * them. `value` is there whenever `trueup.yaml` can be read; plans and sources with errors are left
 * out of it (all plans where a kind of rows has errors), so whoever calculates must look at the
 * diagnostics first.
 */
import { hasErrors } from '../value/diagnostic.ts';
import type { Diagnostic, Outcome } from '../value/diagnostic.ts';
import type { Calendar } from '../value/period.ts';
import { closest } from './closest.ts';
import { entriesOf, find, textOf } from './document.ts';
import type { MapNode, Node } from './document.ts';
import { checkTemplates } from './check-templates.ts';
import { documentsOf } from './documents.ts';
import { readFiles, sectionsOf } from './files.ts';
import type { FileReader } from './files.ts';
import { resolveKinds } from './kinds.ts';
import type { DeclaredTerm, DeclaredTerms } from './kinds.ts';
import type { Term, Workspace } from './plan.ts';
import { namesOfPlans, sharedContext } from './plan-context.ts';
import { problem } from './problem.ts';
import { calendarOf, currencyOf, resolvePlan } from './resolve.ts';
import { resolveSources } from './resolve-sources.ts';
import { termType } from './resolve-terms.ts';
import { templatesByName } from './templates.ts';
import { versionsOf } from './versions.ts';
import type { Version } from './versions.ts';

export type { FileReader } from './files.ts';

const MONTHS: Calendar = { kind: 'months', start: 1 };

export function readWorkspace(dir: string, read: FileReader): Outcome<Workspace> {
  const found: Diagnostic[] = [];
  const files = readFiles(read, found);
  const root = files.root;
  const currency = root === undefined ? 'USD' : workspaceCurrency(root, found);
  const calendar = calendarOf(found, find(root, 'calendar')) ?? MONTHS;
  const defaults = find(root, 'defaults');
  if (defaults?.kind === 'map') checkDefaults(defaults, found);
  const below: MapNode = defaults?.kind === 'map' ? defaults : { kind: 'map', entries: [], at: { file: 'trueup.yaml', line: 0, column: 0, path: 'defaults' } };
  const templates = templatesByName(files.templates, found);
  const documents = documentsOf(files.plans, templates, below, read, found);
  const versions = versionsOf(documents.plans, found);
  const ofKinds: Diagnostic[] = [];
  const reviewed = files.shared.guardrails.size > 0 || [...versions, ...templates.values()].some((v) => find(v.root, 'guardrails') !== undefined);
  const terms = declaredTerms(versions);
  const stored = resolveKinds(files.shared, terms, reviewed, ofKinds);
  const { shared, check } = sharedContext(stored, files.shared, { currency, calendar, terms: [...terms].flatMap(termOfAny), planNames: namesOfPlans([...versions, ...templates.values()].map((v) => v.root), files.shared), found: ofKinds });
  const wrong = hasErrors(ofKinds);
  const kinds = shared.kinds;
  found.push(...ofKinds);
  const sources = resolveSources(files.shared, kinds, currency, found);
  const plans = versions.flatMap((version) => resolvePlan(version, shared, found) ?? []);
  const measures: Workspace['measures'] = {
    names: [...new Set([files.shared, ...versions.map((v) => sectionsOf(v.root))].flatMap((s) => [...s.measures.keys()]))].sort(),
    read: (some, names) => {
      const said: Diagnostic[] = [], of = versions.filter((v) => some.some((p) => p.plan === v.name && p.effective.from === v.effective?.from));
      const again = of.flatMap((version) => resolvePlan(version, shared, said, names) ?? []);
      return hasErrors(said) ? { value: undefined, diagnostics: inOrder(said) } : { value: again, diagnostics: [] };
    },
  };
  checkTemplates([...templates.values()].filter((t) => !documents.usedTemplates.has(t.name)), templates, below, shared, found);
  check();
  found.push(...ofKinds);
  checkZone(find(root, 'zone'), found);
  const diagnostics = inOrder(found);
  if (root === undefined) return { value: undefined, diagnostics };
  return { value: Object.freeze(workspaceOf(dir, root, { currency, calendar, kinds: [...new Set([...stored.keys(), ...files.shared.facts.keys()])].flatMap((name) => kinds.get(name) ?? []), sources, plans: wrong ? [] : plans, measures, tests: files.tests })), diagnostics };
}

function workspaceOf(dir: string, root: MapNode, rest: Omit<Workspace, 'dir' | 'company' | 'zone'>): Workspace {
  return { dir, company: textOf(find(root, 'company')) ?? '', zone: textOf(find(root, 'zone')) ?? 'UTC', ...rest };
}

function workspaceCurrency(root: MapNode, found: Diagnostic[]): string {
  for (const key of ['company', 'currency']) {
    if (find(root, key) === undefined) found.push(problem('plan.missing_key', root.at, `trueup.yaml does not say the \`${key}\``, key === 'company' ? 'add `company: Acme`' : 'add `currency: USD`: the money of every plan that names no other'));
  }
  return currencyOf(found, find(root, 'currency'), 'USD');
}

function checkZone(node: Node | undefined, found: Diagnostic[]): void {
  const zone = textOf(node)?.trim();
  if (node === undefined || zone === undefined || zone === '' || zone === 'UTC') return;
  if (Intl.supportedValuesOf('timeZone').includes(zone)) return;
  const near = closest(zone, Intl.supportedValuesOf('timeZone'));
  found.push(problem('plan.bad_value', node.at, `\`${zone}\` is not a time zone`, near === undefined ? 'write a name such as `Europe/Berlin`, `America/New_York` or `UTC`' : `did you mean \`${near}\`?`));
}

/** What a plan must say for itself cannot be a default. */
function checkDefaults(defaults: MapNode, found: Diagnostic[]): void {
  for (const entry of defaults.entries) {
    if (!['plan', 'template', 'effective', 'amends', 'based_on', 'with', 'for_each', 'components', 'sources', 'facts'].includes(entry.key)) continue;
    found.push(problem('plan.unknown_key', entry.at, `\`${entry.key}\` cannot be a default of all plans`, entry.key === 'sources' || entry.key === 'facts' ? 'write it in a file of the folder `sources`' : 'write it in each plan'));
  }
}

function declaredTerms(versions: readonly Version[]): DeclaredTerms {
  const terms = new Map<string, DeclaredTerm[]>();
  for (const version of versions) {
    for (const entry of entriesOf(find(version.root, 'terms'))) {
      const type = termType(entry);
      if (type !== undefined) terms.set(entry.key, [...(terms.get(entry.key) ?? []), { type, at: entry.at }]);
    }
  }
  return terms;
}

/** A term of some plan, for what is checked without a plan; without a value, which each plan gives. */
function termOfAny([name, declared]: readonly [string, readonly DeclaredTerm[]]): Term[] {
  const [first] = declared;
  return first === undefined ? [] : [{ name, type: first.type, at: first.at }];
}

/** By file and place, each once: what forty plans share is wrong once. */
function inOrder(found: readonly Diagnostic[]): Diagnostic[] {
  const once = new Map(found.map((d) => [JSON.stringify([d.code, d.file, d.line, d.column, d.path, d.message]), d]));
  return [...once.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}

