/**
 * What the parts of one plan share while it is resolved: names of the plan before those of the
 * workspace, and everything that is found when it is first asked for. What all plans share (kinds,
 * derived fields, states) is resolved in a context of its own, without a plan.
 */
import type { Diagnostic } from '../value/diagnostic.ts';
import type { Calendar } from '../value/period.ts';
import { EARNING, withDerived } from './derived-kinds.ts';
import type { Made } from './derived-kinds.ts';
import { entriesOf, find } from './document.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { sectionsOf } from './files.ts';
import type { Sections } from './files.ts';
import { isDerived } from './kinds.ts';
import type { At, Kind, Term } from './plan.ts';
import { problem } from './problem.ts';
import { measuredLookup } from './resolve-components.ts';
import { resolveCredits } from './resolve-credits.ts';
import { factLookups } from './resolve-facts.ts';
import type { FactLookups } from './resolve-facts.ts';
import { resolveGuardrail } from './resolve-guardrails.ts';
import { measureLookup } from './resolve-measures.ts';
import type { PlanContext } from './scopes.ts';
import { subjectLookup, wordsOf } from './subjects.ts';

/** What all plans of a workspace share. */
export interface Shared {
  /** kinds of every sort by name: stored, derived, entries of states, earnings */
  readonly kinds: ReadonlyMap<string, Kind>;
  /** of these, the ones with errors */
  readonly broken: ReadonlySet<string>;
  readonly sections: Sections;
  readonly currency: string;
  readonly calendar: Calendar;
}

export interface Context { readonly ctx: PlanContext; readonly facts: FactLookups; readonly made: Made }
interface Given { readonly plan?: string; readonly root: MapNode; readonly terms: readonly Term[]; readonly currency: string; readonly found: Diagnostic[]; readonly skip?: (entry: Entry) => boolean }

export function planContext(shared: Shared, { plan, root, terms, currency, found, skip }: Given): Context {
  const own = sectionsOf(root);
  const tables = new Map([...shared.sections.tables, ...own.tables]);
  const measures = new Map([...shared.sections.measures, ...own.measures]);
  const states = new Map([...shared.sections.states, ...own.states]);
  const entries = plan === undefined ? [...shared.sections.facts.values()] : [...own.facts.values()].filter(isDerived);
  const newStates = plan === undefined ? [...shared.sections.states.values()] : [...own.states.values()];
  const made = withDerived(shared.kinds, { facts: entries.filter(isDerived), states: newStates, ...(plan !== undefined && { plan }) }, found);
  const declared = { kinds: made.kinds, entries: new Map(entries.map((e) => [plan === undefined ? e.key : `${plan}.${e.key}`, e])), states, broken: new Set([...shared.broken, ...made.broken]) };
  const facts = factLookups(declared, () => ctx);
  const components = new Map<string, Entry>();
  const rules = [...new Map([...shared.sections.credits, ...own.credits]).values()].filter((entry) => skip?.(entry) !== true);
  const ctx: PlanContext = {
    found, kinds: facts.kinds, currency, terms: new Map(terms.map((t) => [t.name, t])), refusedTerms: new Set(entriesOf(find(root, 'terms')).map((e) => e.key).filter((name) => !terms.some((t) => t.name === name))),
    tables, credits: [], ruleNames: new Set(rules.map((r) => r.key)), components, trail: [],
    measureNames: new Set(measures.keys()), measure: measureLookup(measures, () => ctx), subjectOf: subjectLookup(measures, made.kinds),
    state: facts.state, subjectOfState: facts.subjectOfState, levelOf: facts.levelOf, ready: facts.ready,
    measuredBy: measuredLookup(components, () => ctx), used: new Set(), measured: new Map(),
  };
  checkTwoMeanings(root, shared.kinds, { measures, tables, states, ownStates: own.states }, shared, found);
  collectComponents(entriesOf(find(root, 'components')), components, found);
  ctx.credits.push(...resolveCredits(ctx, rules));
  return { ctx, facts, made };
}

const EMPTY: MapNode = { kind: 'map', entries: [], at: { file: 'trueup.yaml', line: 0, column: 0, path: '' } };

interface GivenShared { readonly currency: string; readonly calendar: Calendar; readonly terms: readonly Term[]; readonly planNames: ReadonlySet<string>; readonly found: Diagnostic[] }

/**
 * Kinds of every sort with their conditions and derived fields, of what is declared for all plans.
 * `check` looks at measures, states and guardrails of the workspace also where no plan reads them, as
 * far as they need no plan: `planNames` are names that only plans have.
 */
export function sharedContext(stored: ReadonlyMap<string, Kind>, sections: Sections, given: GivenShared): { readonly shared: Shared; readonly check: () => void } {
  const { currency, calendar, terms, planNames, found } = given;
  const own = stored.get('earning');
  if (own !== undefined) found.push(problem('plan.two_meanings', own.at, '`earning` is what earlier rounds of a run paid, so no file can fill a kind of this name', 'give it another name'));
  const base = new Map([...stored, ['earning', EARNING] as const]);
  const needing = needsPlan(sections, planNames);
  const { ctx, facts, made } = planContext({ kinds: base, broken: new Set(), sections, currency, calendar }, { root: EMPTY, terms, currency, found, skip: (entry) => needing(entry.value) });
  const broken = new Set(made.broken);
  const kinds = new Map([...made.kinds].map(([name, kind]): [string, Kind] => {
    const whole = sections.states.has(name) ? kind : facts.kind(kind.name, kind.at);
    if (whole === undefined) broken.add(name);
    return [name, whole ?? kind];
  }));
  const check = (): void => {
    for (const [name, entry] of sections.measures) if (!needing(entry.value)) ctx.measure(name, entry.value);
    for (const [name, entry] of sections.states) if (!needing(entry.value)) ctx.state(name, entry.value);
    for (const entry of sections.guardrails.values()) {
      const said: Diagnostic[] = [];
      if (!needing(entry.value)) resolveGuardrail({ ...ctx, found: said }, entry);
      // a library may read terms of plans that are yet to be written
      if (!said.some((d) => d.message.includes('means nothing here') && !d.hint.startsWith('Did you mean'))) found.push(...said);
    }
  };
  return { shared: { kinds, broken, sections, currency, calendar }, check };
}

/** Whether something names what only a plan has, or a measure or state that does. */
function needsPlan(sections: Sections, planNames: ReadonlySet<string>): (node: Node) => boolean {
  const open = new Set<Node>();
  const needs = (node: Node): boolean => {
    if (open.has(node)) return false;
    open.add(node);
    const result = wordsIn(node).some((word) => {
      const named = sections.measures.get(word) ?? sections.states.get(word);
      return planNames.has(word) || (named !== undefined && needs(named.value));
    });
    open.delete(node);
    return result;
  };
  return needs;
}

function wordsIn(node: Node): string[] {
  if (node.kind === 'text') return wordsOf(node.text).flatMap((word) => [word, ...word.split('.')]);
  return node.kind === 'list' ? node.items.flatMap(wordsIn) : node.entries.filter((e) => e.key !== 'title').flatMap((e) => wordsIn(e.value));
}

/** Names that plans give to things: their terms, measures, tables, rules, states and kinds. */
export function namesOfPlans(roots: readonly MapNode[], sections: Sections): Set<string> {
  const names = roots.flatMap((root) => ['terms', 'measures', 'tables', 'credits', 'states', 'facts'].flatMap((section) => entriesOf(find(root, section)).map((e) => e.key)));
  const shared = [sections.measures, sections.tables, sections.credits, sections.states, sections.facts];
  return new Set(names.filter((name) => !shared.some((section) => section.has(name))));
}

interface Named { readonly measures: ReadonlyMap<string, Entry>; readonly tables: ReadonlyMap<string, Entry>; readonly states: ReadonlyMap<string, Entry>; readonly ownStates: ReadonlyMap<string, Entry> }

/** A measure, a table, a state and a term are called by their bare name, so one name can be only one of them; entries of a state are facts of its name. */
function checkTwoMeanings(root: MapNode, kinds: ReadonlyMap<string, Kind>, named: Named, shared: Shared, found: Diagnostic[]): void {
  const seen = new Map<string, { what: string; at: At }>();
  const groups: readonly (readonly [string, readonly Entry[]])[] = [['measure', [...named.measures.values()]], ['table', [...named.tables.values()]], ['term', entriesOf(find(root, 'terms'))]];
  const say = (entry: Entry, what: string, before: { what: string; at: At }): void => {
    found.push(problem('plan.two_meanings', entry.at, `\`${entry.key}\` is a ${what} here and a ${before.what} in ${before.at.file}, line ${before.at.line}`, 'give one of them another name'));
  };
  for (const [what, entries] of groups) {
    for (const entry of entries) {
      const before = seen.get(entry.key);
      if (before !== undefined) say(entry, what, before);
      else seen.set(entry.key, { what, at: entry.at });
    }
  }
  for (const entry of named.states.values()) {
    const before = seen.get(entry.key), kind = kinds.get(entry.key);
    const own = [...entriesOf(find(root, 'facts')), ...shared.sections.facts.values()].find((e) => e.key === entry.key);
    if (before !== undefined) say(entry, 'state', before);
    else if (own !== undefined || (kind !== undefined && !shared.sections.states.has(entry.key))) {
      const at = own?.at ?? (kind as Kind).at;
      found.push(problem('plan.two_meanings', entry.at, `the entries of the state \`${entry.key}\` are facts of this name, but there is a kind \`${entry.key}\` in ${at.file}, line ${at.line}`, 'give one of them another name'));
    }
  }
}

/** Components are called by their bare name (`bookings.attainment`), so a name stands once in a plan, at whatever depth. */
function collectComponents(entries: readonly Entry[], into: Map<string, Entry>, found: Diagnostic[]): void {
  for (const entry of entries) {
    const before = into.get(entry.key);
    if (before !== undefined) {
      found.push(problem('plan.two_meanings', entry.at, `there is another component \`${entry.key}\` on line ${before.at.line}`, 'give one of them another name, so that statements can tell them apart'));
    }
    into.set(entry.key, entry);
    collectComponents(entriesOf(find(entry.value, 'components')), into, found);
  }
}
