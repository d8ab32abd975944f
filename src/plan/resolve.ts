/**
 * One version of a plan: document → `Plan`, with every name found, every default filled in and every
 * number typed. All errors are reported in one go; a plan with errors has no `Plan`.
 */
import { hasErrors } from '../value/diagnostic.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { minorDigits } from '../value/money.ts';
import { formatCalendar, hasGrain, parseCalendar } from '../value/period.ts';
import type { Calendar, Grain } from '../value/period.ts';
import { fingerprintOf } from './canonical.ts';
import { closest } from './closest.ts';
import { entriesOf, find, textOf } from './document.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { sectionsOf } from './files.ts';
import type { Sections } from './files.ts';
import { YES_NO } from './formula-units.ts';
import { GRAINS } from './keys.ts';
import type { At, Component, Filter, Kind, Limit, Measure, Plan, Roundings, Term } from './plan.ts';
import { both, either, problem } from './problem.ts';
import { knownUse, resolveComponents, resolveLimit } from './resolve-components.ts';
import { ownerRule, resolveCredits } from './resolve-credits.ts';
import { PLAN_NAME } from './names.ts';
import { resolveExchange } from './resolve-exchange.ts';
import { measureLookup, measuresIn } from './resolve-measures.ts';
import { minorUnit, resolveRoundings } from './resolve-roundings.ts';
import { checkUnusedTables, resolveNumber } from './resolve-tables.ts';
import { resolveTerms } from './resolve-terms.ts';
import { personNames, termNames, typed } from './scopes.ts';
import type { Names, PlanContext } from './scopes.ts';
import { humanised } from './titles.ts';
import type { Version } from './versions.ts';

/** What all plans of a workspace share. */
export interface Shared {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly sections: Sections;
  readonly currency: string;
  readonly calendar: Calendar;
}

export function resolvePlan(version: Version, shared: Shared, found: Diagnostic[]): Plan | undefined {
  const { root } = version;
  const mine: Diagnostic[] = [];
  const nameNode = find(root, 'plan');
  const at = { ...(nameNode?.at ?? root.at), path: '' };
  checkPlanName(version, mine);
  const currency = currencyOf(mine, find(root, 'currency'), shared.currency);
  const calendar = calendarOf(mine, find(root, 'calendar')) ?? shared.calendar;
  const period = periodOf(root, mine);
  const terms = resolveTerms(root, mine);
  const ctx = contextOf(root, shared, terms, currency, mine);
  const incentiveNode = find(root, 'incentive');
  const known = knownUse(ctx);
  const incentive = incentiveNode && resolveNumber(ctx, incentiveNode, { ...known, place: 'incentive' });
  const round: Roundings = { end: minorUnit(currency), ...resolveRoundings(mine, find(root, 'round'), currency) };
  const components = componentsOf(ctx, root, { period: period ?? 'month', round, hasIncentive: incentiveNode !== undefined });
  checkGrains(calendar, find(root, 'period'), period, components, mine);
  const cap = capOf(ctx, find(root, 'cap'), incentiveNode !== undefined);
  const exchange = resolveExchange(ctx, find(root, 'exchange'));
  const payees = payeesOf(ctx, find(root, 'payees'));
  for (const name of sectionsOf(root).measures.keys()) ctx.measure(name, root);
  checkUnusedTables(ctx, new Set(sectionsOf(root).tables.keys()));
  const owners = [...ctx.measured].flatMap(([kind, where]) => (ctx.credits.some((r) => r.from.includes(kind)) ? [] : (ownerRule({ ...ctx }, kind, where) ?? [])));
  found.push(...mine);
  // a key that was refused is part of the plan: without it, something else would be paid
  const refused = found.some((d) => d.severity === 'error' && (version.files.includes(d.file) || (d.file === 'trueup.yaml' && d.path.startsWith('defaults'))));
  if (refused || hasErrors(mine) || version.effective === undefined || period === undefined) return undefined;
  const plan = {
    plan: version.name,
    ...(version.family !== version.name && { family: version.family }),
    title: textOf(find(root, 'title')) ?? humanised(version.name),
    purpose: textOf(find(root, 'purpose')) ?? '',
    effective: version.effective,
    payees: payees ?? 'all' as const,
    currency, calendar, period,
    ...(exchange !== undefined && { exchange }),
    prorate: prorateOf(root),
    terms,
    ...(incentive !== undefined && { incentive }),
    components,
    credits: [...ctx.credits, ...owners],
    guardrails: [], states: [], kinds: [], release: [], takeBack: [], negative: 'carry' as const, paysIn: currency,
    measures: measuresRead(components, ctx, root),
    ...(cap !== undefined && { cap }),
    round, at,
    ...(textOf(find(root, 'labels')) === 'target-and-payout' && { labels: 'target-and-payout' as const }),
  };
  return deepFreeze({ ...plan, fingerprint: fingerprintOf(plan) });
}

/** Measures of the workspace are checked also where no plan reads them, as far as they need no plan. */
export function checkSharedMeasures(shared: Shared, found: Diagnostic[]): void {
  const empty: MapNode = { kind: 'map', entries: [], at: { file: 'trueup.yaml', line: 0, column: 0, path: '' } };
  const ctx = contextOf(empty, shared, [], shared.currency, found);
  for (const [name, entry] of shared.sections.measures) {
    if (!needsPlan(entry.value, shared.sections.measures)) ctx.measure(name, entry.value);
  }
}

/** Whether a measure may name things that only a plan has: its terms, its credit rules, its own measures. */
function needsPlan(node: Node, measures: ReadonlyMap<string, Entry>): boolean {
  if (node.kind === 'text') return !measures.has(node.text.trim());
  if (find(node, 'formula') !== undefined || find(node, 'credited') !== undefined) return true;
  const parts = find(node, 'ratio');
  return parts?.kind === 'list' && parts.items.some((part) => {
    const named = part.kind === 'text' ? measures.get(part.text.trim())?.value : part;
    return named === undefined || (named !== node && named.kind === 'text') || (named.kind === 'map' && find(named, 'ratio') === undefined && needsPlan(named, measures));
  });
}

function contextOf(root: MapNode, shared: Shared, terms: readonly Term[], currency: string, found: Diagnostic[]): PlanContext {
  const own = sectionsOf(root);
  const tables = new Map([...shared.sections.tables, ...own.tables]);
  const measures = new Map([...shared.sections.measures, ...own.measures]);
  const byName = new Map(terms.map((t) => [t.name, t]));
  const creditEntries = new Map([...shared.sections.credits, ...own.credits]);
  const credits = resolveCredits({ found, kinds: shared.kinds, terms: byName, tables }, [...creditEntries.values()]);
  const components = new Set<string>();
  const ctx: PlanContext = {
    found, kinds: shared.kinds, currency, terms: byName, tables, credits, components,
    measureNames: new Set(measures.keys()),
    measure: measureLookup(measures, () => ctx),
    used: new Set(), measured: new Map(),
  };
  checkTwoMeanings(root, measures, tables, found);
  collectComponents(entriesOf(find(root, 'components')), components, new Map(), found);
  return ctx;
}

/** A measure, a table and a term are called by their bare name, so one name can be only one of them. */
function checkTwoMeanings(root: MapNode, measures: ReadonlyMap<string, Entry>, tables: ReadonlyMap<string, Entry>, found: Diagnostic[]): void {
  const seen = new Map<string, { what: string; entry: Entry }>();
  const groups: readonly (readonly [string, readonly Entry[]])[] = [['measure', [...measures.values()]], ['table', [...tables.values()]], ['term', entriesOf(find(root, 'terms'))]];
  for (const [what, entries] of groups) {
    for (const entry of entries) {
      const before = seen.get(entry.key);
      if (before !== undefined) {
        found.push(problem('plan.two_meanings', entry.at, `\`${entry.key}\` is a ${what} here and a ${before.what} in ${before.entry.at.file}, line ${before.entry.at.line}`, 'give one of them another name'));
      } else {
        seen.set(entry.key, { what, entry });
      }
    }
  }
}

/** Components are called by their bare name (`bookings.attainment`), so a name stands once in a plan, at whatever depth. */
function collectComponents(entries: readonly Entry[], into: Set<string>, seen: Map<string, Entry>, found: Diagnostic[]): void {
  for (const entry of entries) {
    const before = seen.get(entry.key);
    if (before !== undefined) {
      found.push(problem('plan.two_meanings', entry.at, `there is another component \`${entry.key}\` on line ${before.at.line}`, 'give one of them another name, so that statements can tell them apart'));
    }
    seen.set(entry.key, entry);
    into.add(entry.key);
    collectComponents(entriesOf(find(entry.value, 'components')), into, seen, found);
  }
}

function checkPlanName(version: Version, found: Diagnostic[]): void {
  const node = find(version.root, 'plan');
  if (node === undefined || PLAN_NAME.test(version.family)) return;
  const better = version.family.trim().toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  found.push(problem('plan.bad_name', node.at, `\`${version.family}\` cannot be the name of a plan, which stands in file names and commands`, better === '' ? 'use letters, digits, `-` and `_`' : `write \`plan: ${better}\`, and put the words for people into \`title\``));
}

/** Measures that tables read: they stand in no component themselves. */
function measuresRead(components: readonly Component[], ctx: PlanContext, root: MapNode): Measure[] {
  const names = components.flatMap(function read(c: Component): string[] {
    const tables = [c.kind === 'leaf' ? c.pay?.number : undefined, ...c.multiply.map((m) => m.factor)].flatMap((n) => (n?.kind === 'table' ? [n.table.by] : []));
    return [...tables.flatMap(measuresIn), ...(c.kind === 'group' ? c.components.flatMap(read) : [])];
  });
  return [...new Set(names)].sort().flatMap((name) => ctx.measure(name, root) ?? []);
}

export function currencyOf(found: Diagnostic[], node: Node | undefined, otherwise: string): string {
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined || text === '') return otherwise;
  if (minorDigits(text) !== undefined) return text;
  const capital = text.toUpperCase();
  found.push(problem('plan.bad_value', node.at, `\`${text}\` is not a currency in use`, minorDigits(capital) !== undefined ? `write it in capitals: \`${capital}\`` : 'write the three letters of ISO 4217, such as USD, EUR or GBP'));
  return otherwise;
}

export function calendarOf(found: Diagnostic[], node: Node | undefined): Calendar | undefined {
  const text = textOf(node)?.trim();
  if (node === undefined || text === undefined || text === '') return undefined;
  const calendar = parseCalendar(text);
  if (calendar === undefined) found.push(problem('plan.bad_value', node.at, `\`${text}\` is not a calendar`, 'write `months`, `months from April`, `4-4-5 ending last Saturday of January` or `4-4-5 ending Saturday nearest to January 31`'));
  return calendar;
}

function periodOf(root: MapNode, found: Diagnostic[]): Grain | undefined {
  const node = find(root, 'period');
  if (node === undefined) found.push(problem('plan.missing_key', find(root, 'plan')?.at ?? root.at, 'the plan does not say how often it is calculated', `add \`period: quarter\` (${either(GRAINS)}), or give all plans one under \`defaults\` in trueup.yaml`));
  return GRAINS.find((g) => g === textOf(node));
}

/** A year that is cut in weeks has no half months. */
function checkGrains(calendar: Calendar, node: Node | undefined, period: Grain | undefined, components: readonly Component[], found: Diagnostic[]): void {
  const say = (at: At): void => {
    found.push(problem('plan.window', at, `\`period: half month\` needs calendar months, but the months of this calendar (${formatCalendar(calendar)}) are whole weeks`, 'write `period: week` or `period: month`, or `calendar: months`'));
  };
  if (node !== undefined && period !== undefined && !hasGrain(calendar, period)) say(node.at);
  // parts of a group have its period
  for (const c of components) if (c.period !== period && !hasGrain(calendar, c.period)) say(c.at);
}

function prorateOf(root: MapNode): Plan['prorate'] {
  const text = textOf(find(root, 'prorate'));
  return text === 'none' ? 'none' : text === 'days after the first' ? 'days_after_first' : 'days';
}

function componentsOf(ctx: PlanContext, root: MapNode, given: { period: Grain; round: Roundings; hasIncentive: boolean }): Plan['components'] {
  const node = find(root, 'components');
  if (node === undefined || (node.kind === 'map' && node.entries.length === 0)) {
    ctx.found.push(problem('plan.missing_key', node?.at ?? find(root, 'plan')?.at ?? root.at, 'the plan has no `components`, so it pays nothing', 'add `components: { commission: { measure: { sum: amount, from: deal }, rate: 5% } }`'));
    return [];
  }
  return resolveComponents(ctx, entriesOf(node), { top: true, window: { kind: 'period' }, ...given });
}

function capOf(ctx: PlanContext, node: Node | undefined, hasIncentive: boolean): Limit | undefined {
  return node && resolveLimit(ctx, node, { ...knownUse(ctx), place: 'limit' }, hasIncentive);
}

function payeesOf(ctx: PlanContext, node: Node | undefined): Filter | 'all' | undefined {
  if (node?.kind !== 'text' || node.text.trim() === 'all') return 'all';
  const person = ctx.kinds.get('person');
  const fields = [...(person?.fields.map((f) => f.name) ?? []), ...ctx.terms.keys()];
  const bare = /^[A-Za-z]\w*$/.test(node.text.trim()) ? node.text.trim() : undefined;
  if (bare !== undefined && !fields.includes(bare)) {
    const near = closest(bare, fields);
    ctx.found.push(problem('plan.formula', node.at, `\`payees: ${bare}\` is not a condition`, near !== undefined ? `did you mean \`${near}\`?` : `write \`all\`, or a condition on the fields of a person (${both(fields)}), such as \`role = "${bare}"\``));
    return undefined;
  }
  const got = typed(ctx.found, node, whoNames(ctx), [YES_NO]);
  return got && { ...got, at: node.at };
}

/**
 * A term of the plan is found where every term is: with the payee, his role, `with`, the default. What has a
 * unit of time is no number of a day, so there the payee's own column is read.
 */
function whoNames(ctx: PlanContext): Names {
  const row = personNames(ctx.kinds);
  const terms = termNames(new Map([...ctx.terms].filter(([, t]) => t.every === undefined)));
  return { all: () => [...new Set([...row.all(), ...ctx.terms.keys()])], find: (name, asked) => terms.find(name, asked) ?? row.find(name, asked) };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
