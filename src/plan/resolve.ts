/**
 * One version of a plan: document → `Plan`, with every name found, every default filled in and every
 * number typed. All errors are reported in one go; a plan with errors has no `Plan`.
 */
import { hasErrors } from '../value/diagnostic.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { minorDigits } from '../value/money.ts';
import { formatCalendar, hasGrain, parseCalendar } from '../value/period.ts';
import type { Calendar, Grain } from '../value/period.ts';
import { fingerprintOf } from './fingerprint.ts';
import { certainFaults } from './certain-faults.ts';
import { closest } from './closest.ts';
import { entriesOf, find, textOf } from './document.ts';
import type { MapNode, Node } from './document.ts';
import { sectionsOf } from './files.ts';
import type { Typed } from './formula.ts';
import { YES_NO } from './formula-units.ts';
import { GRAINS } from './keys.ts';
import type { At, Component, Filter, Kind, Limit, Plan, Roundings } from './plan.ts';
import { both, either, problem } from './problem.ts';
import { resolveLimit } from './resolve-after.ts';
import { planContext } from './plan-context.ts';
import type { Shared } from './plan-context.ts';
import { readsOf } from './plan-reads.ts';
import { resolveGuardrails } from './resolve-guardrails.ts';
import { rulesOf } from './gathering.ts';
import { lineageOf } from './kinds.ts';
import { known, knownUse, resolveComponents } from './resolve-components.ts';
import { ownerRule } from './resolve-credits.ts';
import { lineKinds, resolveReleases, resolveTakeBacks } from './resolve-releases.ts';
import { PLAN_NAME } from './names.ts';
import { resolveExchange } from './resolve-exchange.ts';
import { minorUnit, resolveRoundings } from './resolve-roundings.ts';
import { checkCurrencies, negativeOf, paysInOf, resolveAccounting, resolveBase, resolveConvert, resolveDraw } from './resolve-settlement.ts';
import { checkUnusedTables } from './resolve-tables.ts';
import { resolveTerms } from './resolve-terms.ts';
import { checkOrder } from './rounds.ts';
import { isMisspelt } from './schema.ts';
import { personNames, termNames, typed } from './scopes.ts';
import type { Names, PlanContext } from './scopes.ts';
import { humanised } from './titles.ts';
import { unusedTerms } from './unused-terms.ts';
import type { Version } from './versions.ts';

/** `asked`: measures that are wanted by name, whether or not the plan reads them. */
export function resolvePlan(version: Version, shared: Shared, found: Diagnostic[], asked: readonly string[] = []): Plan | undefined {
  const { root } = version;
  const mine: Diagnostic[] = [];
  const nameNode = find(root, 'plan');
  const at = { ...(nameNode?.at ?? root.at), path: '' };
  checkPlanName(version, mine);
  const currency = currencyOf(mine, find(root, 'currency'), shared.currency);
  const calendar = calendarOf(mine, find(root, 'calendar')) ?? shared.calendar;
  const period = periodOf(root, mine);
  const terms = resolveTerms(root, mine);
  const { ctx, facts, made } = planContext(shared, { plan: version.name, root, terms, currency, found: mine });
  const incentiveNode = find(root, 'incentive');
  const incentive = known(ctx, incentiveNode, 'incentive');
  const round: Roundings = { end: minorUnit(currency), ...resolveRoundings(mine, find(root, 'round'), currency) };
  const components = componentsOf(ctx, root, { period: period ?? 'month', round, hasIncentive: incentiveNode !== undefined });
  checkGrains(calendar, find(root, 'period'), period, components, mine);
  const cap = capOf(ctx, find(root, 'cap'), incentiveNode !== undefined);
  const exchange = resolveExchange(ctx, find(root, 'exchange'));
  const payees = payeesOf(ctx, find(root, 'payees'));
  const settled = settlementOf(ctx, root, { currency, components, at });
  const guardrails = resolveGuardrails(ctx, find(root, 'guardrails'), shared.sections.guardrails);
  for (const name of sectionsOf(root).measures.keys()) ctx.measure(name, root);
  for (const name of sectionsOf(root).states.keys()) ctx.state(name, root);
  const own = made.made.filter((k) => k.derivation !== undefined).flatMap((k) => facts.kind(k.name, k.at) ?? []);
  checkUnusedTables(ctx, new Set(sectionsOf(root).tables.keys()));
  const owners = [...ctx.measured].flatMap(([kind, where]) => (rulesOf(ctx, kind).length > 0 ? [] : (ownerRule(ctx, kind, where) ?? [])));
  // what releases of the plan require is about the facts that its components pay for
  const reads = readsOf([components, { from: lineKinds(components), release: settled.release }, settled, ctx.credits, owners, guardrails, own, asked.flatMap((name) => namedMeasure(name, ctx))], ctx, (kind) => own.find((k) => k.name === kind) ?? ctx.kinds.get(kind));
  checkOrder({ components, measures: reads.measures }, mine);
  // a key that was refused is part of the plan: without it, something else would be paid
  const refused = [...found, ...mine].some((d) => d.severity === 'error' && (version.files.includes(d.file) || (d.file === 'trueup.yaml' && d.path.startsWith('defaults'))));
  // what cannot be read may be what reads a table
  found.push(...mine.filter((d) => !refused || d.code !== 'plan.unused'));
  if (refused || hasErrors(mine) || version.effective === undefined || period === undefined) return undefined;
  const derivedOf = (names: ReadonlySet<string>): string[] => [...names].filter((kind) => ctx.kinds.get(kind)?.derivation !== undefined).sort();
  const derived = derivedOf(reads.gathered);
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
    credits: withMade([...ctx.credits, ...owners], derived, (rule, kind) => rulesOf(ctx, kind).includes(rule)),
    guardrails: withMade(guardrails, derived, (guardrail, kind) => lineageOf(ctx.kinds, ctx.kinds.get(kind) as Kind).some((k) => guardrail.from.includes(k.name))),
    states: reads.states, kinds: own,
    ...settled,
    measures: reads.measures,
    ...(cap !== undefined && { cap }),
    round, at,
    ...(textOf(find(root, 'labels')) === 'target-and-payout' && { labels: 'target-and-payout' as const }),
  };
  // kinds of the plan itself stand in it
  const beside = [...reads.fields.filter(({ kind }) => !own.some((k) => k.name === kind)), ...derivedOf(reads.kinds).flatMap((name) => (own.some((k) => k.name === name) ? [] : [{ kind: name, derivation: ctx.kinds.get(name)?.derivation }]))];
  const faults = certainFaults(plan);
  found.push(...faults);
  if (faults.length > 0) return undefined;
  if (!hasErrors(found)) found.push(...unusedTerms(plan, version.files));
  return deepFreeze({ ...plan, fingerprint: fingerprintOf(plan, beside) });
}

/** The name of a measure as a formula says it, where the plan can say it. */
function namedMeasure(measure: string, ctx: PlanContext): Typed[] {
  const found = ctx.measureNames.has(measure) ? ctx.measure(measure, NOWHERE) : undefined;
  return found === undefined ? [] : [{ kind: 'name', name: measure, ref: { kind: 'measure', measure }, type: found.type, at: { start: 0, end: 0 } }];
}
const NOWHERE: At = { file: '', line: 0, column: 0, path: '' };

function checkPlanName(version: Version, found: Diagnostic[]): void {
  const node = find(version.root, 'plan');
  if (node === undefined || PLAN_NAME.test(version.family)) return;
  const better = version.family.trim().toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
  found.push(problem('plan.bad_name', node.at, `\`${version.family}\` cannot be the name of a plan, which stands in file names and commands`, better === '' ? 'use letters, digits, `-` and `_`' : `write \`plan: ${better}\`, and put the words for people into \`title\``));
}

/** What is payable when, and how it is settled. */
function settlementOf(ctx: PlanContext, root: MapNode, plan: Pick<Plan, 'currency' | 'components' | 'at'>): Pick<Plan, 'release' | 'takeBack' | 'draw' | 'negative' | 'paysIn' | 'convert' | 'accounting' | 'base'> {
  const paysIn = paysInOf(ctx, find(root, 'pays_in'), plan.currency);
  const convert = resolveConvert(ctx, find(root, 'convert'));
  const draw = resolveDraw(ctx, find(root, 'draw'));
  const accounting = resolveAccounting(ctx, find(root, 'accounting'));
  const base = resolveBase(ctx, find(root, 'base'));
  const lines = lineKinds(plan.components.filter((c) => c.release === undefined));
  checkCurrencies(ctx, { ...plan, paysIn, convert }, { payNode: find(root, 'pays_in'), refused: find(root, 'convert') !== undefined });
  return {
    release: resolveReleases(ctx, find(root, 'release'), lines) ?? [], takeBack: resolveTakeBacks(ctx, find(root, 'take_back')) ?? [],
    negative: negativeOf(root), paysIn, ...(draw !== undefined && { draw }), ...(convert !== undefined && { convert }),
    ...(accounting !== undefined && { accounting }), ...(base !== undefined && { base }),
  };
}

/** Facts that are made of other facts are credited, and guarded, like these, where no rule names them. */
function withMade<T extends { readonly from: readonly string[] }>(items: readonly T[], made: readonly string[], applies: (item: T, kind: string) => boolean): readonly T[] {
  return items.map((item) => {
    const added = made.filter((kind) => !item.from.includes(kind) && applies(item, kind));
    return added.length === 0 ? item : { ...item, from: [...item.from, ...added] };
  });
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
  if (node === undefined && !isMisspelt(root, 'period')) found.push(problem('plan.missing_key', find(root, 'plan')?.at ?? root.at, 'the plan does not say how often it is calculated', `add \`period: quarter\` (${either(GRAINS)}), or give all plans one under \`defaults\` in trueup.yaml`));
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
    if (!isMisspelt(root, 'components')) ctx.found.push(problem('plan.missing_key', node?.at ?? find(root, 'plan')?.at ?? root.at, 'the plan has no `components`, so it pays nothing', find(root, 'base') === undefined ? 'add `components: { commission: { measure: { sum: amount, from: deal }, rate: 5% } }`' : 'for base pay alone, show a number that pays nothing, such as `components: { bookings: { measure: { sum: amount, from: deal } } }`'));
    return [];
  }
  return resolveComponents(ctx, entriesOf(node), { top: true, window: { kind: 'period' }, ...given });
}

function capOf(ctx: PlanContext, node: Node | undefined, hasIncentive: boolean): Limit | undefined {
  return node && resolveLimit(ctx, node, { ...knownUse(ctx, 'the components'), place: 'limit' }, hasIncentive);
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
