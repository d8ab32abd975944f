/** Measures over facts: which rows they gather, and what is done with each. */
import { closest } from './closest.ts';
import { entriesOf, find, itemsOf, textOf } from './document.ts';
import type { Entry, MapNode, Node } from './document.ts';
import { daysOf } from './durations.ts';
import { DATE, FACTOR, isNumeric, MONEY, NUMBER, PERCENT, typeName } from './formula-units.ts';
import type { Type } from './formula.ts';
import { bareKind, lineageOf } from './kinds.ts';
import { readLiteral } from './literal.ts';
import { checkName } from './names.ts';
import type { Aggregate, CreditRule, Factor, Gathering, MeasureLimit, Subject } from './plan.ts';
import { both, problem } from './problem.ts';
import { whereOf } from './resolve-credits.ts';
import { pathOf } from './resolve-facts.ts';
import { resolveNumber } from './resolve-tables.ts';
import { pathTo } from './row-names.ts';
import { rowScope, rowUse } from './row-scope.ts';
import type { Looker } from './row-scope.ts';
import { rowsFrom } from './rows-from.ts';
import { typed } from './scopes.ts';
import type { PlanContext } from './scopes.ts';

export const OVER_FACTS = ['sum', 'count', 'distinct', 'average', 'min', 'max', 'first', 'last'] as const;
type Form = (typeof OVER_FACTS)[number];
type Base = Pick<Aggregate, 'name' | 'title' | 'subject' | 'at'>;

export function overFacts(ctx: PlanContext, base: Base, node: MapNode, form: Form): Aggregate | undefined {
  const before = ctx.found.length;
  const gathering = gatheringOf(ctx, base, node, form);
  if (gathering === undefined) return undefined;
  const type = form === 'count' || form === 'distinct' ? NUMBER : undefined;
  const looker = lookerOf(ctx, base.subject, gathering);
  const ofNode = form === 'count' ? undefined : find(node, form);
  const of = ofNode?.kind === 'text' ? typed(ctx.found, ofNode, rowScope(ctx, gathering.from, looker), TAKES[form]) : undefined;
  if (form !== 'count' && of === undefined) return undefined;
  checkKeys(ctx, node, form, of?.formula.type ?? NUMBER);
  const factors = factorsOf(ctx, find(node, 'factors'), gathering.from, looker);
  const limits = limitsOf(ctx, find(node, 'limits'), gathering.from, type ?? of?.formula.type ?? NUMBER);
  if (ctx.found.slice(before).some((d) => d.severity === 'error')) return undefined;
  const whole = { ...base, ...gathering, factors, limits };
  return form === 'count' ? { ...whole, kind: 'count', type: NUMBER } : of && { ...whole, kind: form, of: of.formula, type: type ?? of.formula.type };
}

/** What each way of gathering can be of; everything where nothing is said. */
const TAKES: Readonly<Record<Form, readonly Type[] | undefined>> = {
  sum: [MONEY, NUMBER, PERCENT, FACTOR], average: [MONEY, NUMBER, PERCENT, FACTOR], min: [MONEY, NUMBER, PERCENT, FACTOR, DATE], max: [MONEY, NUMBER, PERCENT, FACTOR, DATE],
  count: undefined, distinct: undefined, first: undefined, last: undefined,
};

function gatheringOf(ctx: PlanContext, base: Base, node: MapNode, form: Form): Gathering | undefined {
  const said = find(node, 'from');
  if (form === 'count' && said !== undefined) {
    ctx.found.push(problem('plan.measure', said.at, '`count` names its facts itself, so `from` is one too many', `write \`count: ${textOf(said) ?? 'deal'}\` and remove \`from\``));
    return undefined;
  }
  const fromNode = form === 'count' ? find(node, 'count') : said;
  const from = rowsFrom(ctx, fromNode, base.at, `the measure \`${base.name}\``);
  if (from === undefined || !belong(ctx, base.subject, from, fromNode ?? node)) return undefined;
  if (base.subject === 'payee') for (const kind of from) if (!ctx.measured.has(kind)) ctx.measured.set(kind, base.at);
  const credited = creditedOf(ctx, find(node, 'credited'), from, base.subject);
  const looker = lookerOf(ctx, base.subject, { from, credited: credited ?? [] });
  const where = whereOf(ctx, find(node, 'where'), from, looker);
  const dateNode = find(node, 'date');
  const date = dateNode === undefined ? undefined : from.map((kind) => pathOf(ctx, dateNode, kind, 'date'))[0];
  const lookBack = daysOf(ctx.found, find(node, 'look_back'), 'look_back'), halfLife = daysOf(ctx.found, find(node, 'half_life'), 'half_life');
  if (where === 'broken' || credited === undefined || lookBack === 'broken' || halfLife === 'broken' || (dateNode !== undefined && date === undefined)) return undefined;
  checkTime(ctx, node, from);
  const at = textOf(find(node, 'at'));
  return {
    from, ...(where !== undefined && { where }), credited, ...(date !== undefined && { date }), ...((at === 'start' || at === 'end') && { moment: at }),
    ...(lookBack !== undefined && { lookBack }), ...(halfLife !== undefined && { halfLife }), factors: [], limits: [],
  };
}

/** Every row must say whose it is. */
function belong(ctx: PlanContext, subject: Subject, from: readonly string[], at: Node): boolean {
  if (typeof subject === 'string') return true;
  const lost = from.find((name) => { const kind = ctx.kinds.get(name); return kind !== undefined && pathTo(ctx.kinds, kind, subject.entity) === undefined; });
  if (lost === undefined) return true;
  const whose = bareKind(subject.entity);
  ctx.found.push(problem('plan.measure', at.at, `a row of \`${bareKind(lost)}\` does not say which \`${whose}\` it belongs to: neither it nor what it refers to has a field of this type`, `declare one in \`facts\`: \`${bareKind(lost)}: { fields: { ${whose}: ${whose} } }\``));
  return false;
}

/** `via` is somebody only where each rule that counts climbs. */
function lookerOf(ctx: PlanContext, subject: Subject, { from, credited }: Pick<Gathering, 'from' | 'credited'>): Looker {
  if (subject !== 'payee') return 'subject';
  const rules = from.flatMap((kind) => rulesOf(ctx, kind)).filter((r) => credited.length === 0 || credited.includes(r.name));
  return rules.length > 0 && rules.every((r) => r.up !== undefined) ? 'climb' : 'payee';
}

/** The rules that credit facts of a kind: those that name it, else those of the kind that it is made of. */
export function rulesOf(ctx: Pick<PlanContext, 'credits' | 'kinds'>, name: string): readonly CreditRule[] {
  const kind = ctx.kinds.get(name);
  for (const k of kind === undefined ? [] : lineageOf(ctx.kinds, kind)) {
    const rules = ctx.credits.filter((r) => r.from.includes(k.name));
    if (rules.length > 0) return rules;
  }
  return [];
}

function creditedOf(ctx: PlanContext, node: Node | undefined, kinds: readonly string[], subject: Subject): string[] | undefined {
  if (node === undefined) return [];
  if (subject !== 'payee') {
    ctx.found.push(problem('plan.measure', node.at, '`credited` picks credits of payees, but this is not a number of each payee', 'remove `credited`, or remove `for`'));
    return undefined;
  }
  const rules = kinds.flatMap((kind) => rulesOf(ctx, kind));
  const names = [...new Set(rules.map((r) => r.name))];
  const got = itemsOf(node).map((item) => {
    const name = textOf(item)?.trim() ?? '';
    if (names.includes(name) || (name === 'owner' && rules.length === 0)) return name;
    // one with errors of its own is not unknown
    if (ctx.ruleNames.has(name) && !ctx.credits.some((r) => r.name === name)) return undefined;
    const near = closest(name, names);
    const hint = near !== undefined ? `did you mean \`${near}\`?` : names.length > 0 ? `rules that credit ${both(kinds.map(bareKind))}: ${both(names)}` : 'define the rule under `credits`, or remove `credited`';
    if (kinds.length > 0) ctx.found.push(problem('plan.unknown_name', item.at, `no credit rule \`${name}\` credits ${both(kinds.map(bareKind))}`, hint));
    return undefined;
  });
  return got.every((n) => n !== undefined) ? got : undefined;
}

/** Keys about time stand with facts, and do not contradict each other. */
function checkTime(ctx: PlanContext, node: MapNode, from: readonly string[]): void {
  const reference = from.find((name) => ctx.kinds.get(name)?.dated === false);
  for (const key of ['date', 'at', 'look_back', 'half_life'] as const) {
    const stray = reference === undefined ? undefined : find(node, key);
    if (stray !== undefined) ctx.found.push(problem('plan.measure', stray.at, `\`${key}\` is about dates, but rows of \`${bareKind(reference ?? '')}\` have none: they are read as of the last day`, `remove it, or write it in the measures of each \`${bareKind(reference ?? '')}\``));
  }
  const at = find(node, 'at');
  for (const key of ['look_back', 'half_life'] as const) {
    const other = at === undefined ? undefined : find(node, key);
    if (other !== undefined) ctx.found.push(problem('plan.measure', other.at, `\`at\` looks at one instant, so \`${key}\` has no effect`, 'keep one of them'));
  }
}

/** Keys that change each value stand where values are added up. */
function checkKeys(ctx: PlanContext, node: MapNode, form: Form, type: Type): void {
  for (const key of ['half_life', 'limits'] as const) {
    const stray = form === 'sum' || form === 'count' ? undefined : find(node, key);
    if (stray !== undefined) ctx.found.push(problem('plan.measure', stray.at, `\`${key}\` changes what is added up, so it stands with \`sum\` and \`count\`, not with \`${form}\``, 'remove it'));
  }
  const factors = form === 'distinct' || !isNumeric(type) ? find(node, 'factors') : undefined;
  if (factors !== undefined) ctx.found.push(problem('plan.measure', factors.at, form === 'distinct' ? '`factors` multiply values, and `distinct` only tells them apart' : `\`factors\` multiply values, and these are ${typeName(type)}`, 'remove them'));
}

function factorsOf(ctx: PlanContext, node: Node | undefined, from: readonly string[], looker: Looker): Factor[] {
  return entriesOf(node).flatMap((entry): Factor[] => {
    const factor = checkName(entry, 'a factor', ctx.found) ? resolveNumber(ctx, entry.value, { ...rowUse(ctx, from, looker), place: 'factor' }) : undefined;
    return factor === undefined ? [] : [{ name: entry.key, factor, at: entry.at }];
  });
}

function limitsOf(ctx: PlanContext, node: Node | undefined, from: readonly string[], type: Type): MeasureLimit[] {
  return entriesOf(node).flatMap((entry) => (entry.value.kind === 'map' && checkName(entry, 'a limit', ctx.found) ? limitOf(ctx, entry, entry.value, from, type) ?? [] : []));
}

function limitOf(ctx: PlanContext, entry: Entry, node: MapNode, from: readonly string[], type: Type): MeasureLimit | undefined {
  const most = find(node, 'at_most');
  // a list or a map has been reported with its key
  if (most !== undefined && most.kind !== 'text') return undefined;
  const literal = most && readLiteral(most.text);
  const written = type.kind === 'percent' || type.kind === 'factor' ? type.kind : 'number';
  if (most === undefined) ctx.found.push(problem('plan.missing_key', entry.at, `the limit \`${entry.key}\` does not say \`at_most\``, 'add `at_most: 20`'));
  else if (literal?.kind !== 'number' || (literal.written !== written && literal.value.n !== 0n)) ctx.found.push(problem('plan.unit', most.at, `\`at_most: ${most.text.trim()}\` is not ${typeName(type)}, which is counted here`, 'write one number in the unit of the measure'));
  const per = itemsOf(find(node, 'per')).map((item) => {
    const day = textOf(item)?.trim() === 'day';
    return day ? 'day' as const : from.map((kind) => pathOf(ctx, item, kind))[0];
  });
  if (literal?.kind !== 'number' || !per.every((p) => p !== undefined)) return undefined;
  return { name: entry.key, atMost: literal.value, per, at: entry.at };
}
