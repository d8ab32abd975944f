/** `credits`: who is credited with what share of which facts. */
import { add, compare, equal, multiply, ONE, subtract, ZERO } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { closest } from './closest.ts';
import { entriesOf, find, itemsOf, placeOf, textOf } from './document.ts';
import type { Entry, MapNode, Node, TextNode } from './document.ts';
import { daysOf } from './durations.ts';
import { typeName, YES_NO } from './formula-units.ts';
import { bareKind, fieldOf, isList, namesPayees } from './kinds.ts';
import { constantOf, readLiteral } from './literal.ts';
import { checkName } from './names.ts';
import type { At, CreditRule, Filter, Kind, Num } from './plan.ts';
import { both, problem } from './problem.ts';
import { resolveNumber } from './resolve-tables.ts';
import { follow } from './row-names.ts';
import { rowScope, rowUse } from './row-scope.ts';
import type { Looker } from './row-scope.ts';
import { rowsFrom } from './rows-from.ts';
import { typed } from './scopes.ts';
import type { PlanContext } from './scopes.ts';

export function resolveCredits(ctx: PlanContext, entries: readonly Entry[]): CreditRule[] {
  const rules = entries.flatMap((entry) => {
    const rule = entry.value.kind === 'map' && checkName(entry, 'a credit rule', ctx.found) ? resolveRule(ctx, entry, entry.value) : undefined;
    return rule === undefined ? [] : [rule];
  });
  checkYields(ctx, rules, entries);
  checkTwins(ctx, rules);
  checkWhole(ctx, rules);
  return rules;
}

/** The rule of a kind that no rule speaks of: its owner has all of it; an earning is its payee's. */
export function ownerRule(ctx: Pick<PlanContext, 'found' | 'kinds'>, kind: string, at: At): CreditRule | undefined {
  const field = kind === 'earning' ? 'payee' : 'owner', name = bareKind(kind);
  const owner = fieldOf(ctx.kinds.get(kind), field);
  if (owner !== undefined && namesPayees(owner.type)) {
    return { name: 'owner', from: [kind], to: typeof owner.type === 'string' && owner.type !== 'payee' ? [] : [[field]], ...(owner.type !== 'payee' && { list: { path: [field], shares: owner.type === 'splits' } }), split: [], overlay: false, at };
  }
  const payees = ctx.kinds.get(kind)?.fields.filter((f) => namesPayees(f.type)).map((f) => f.name) ?? [];
  const message = owner === undefined ? `\`${name}\` has no field \`owner\`, and no credit rule says who is credited` : `the field \`owner\` of \`${name}\` is not a payee, and no credit rule says who is credited`;
  const hint = payees[0] !== undefined ? `add \`credits: { ${payees[0]}: { from: ${name}, to: ${payees[0]} } }\`` : `declare a field of type payee in \`facts\`: \`${name}: { fields: { owner: payee } }\``;
  ctx.found.push(problem('plan.credit', at, message, hint));
  return undefined;
}

function resolveRule(ctx: PlanContext, entry: Entry, node: MapNode): CreditRule | undefined {
  const before = ctx.found.length;
  const from = rowsFrom(ctx, find(node, 'from'), entry.at, `the credit rule \`${entry.key}\``);
  if (from === undefined) return undefined;
  const where = whereOf(ctx, find(node, 'where'), from, 'nobody');
  const split = find(node, 'split');
  const to = find(node, 'to');
  if (split !== undefined && to !== undefined) {
    ctx.found.push(problem('plan.credit', split.at, `\`${entry.key}\` has both \`to\` and \`split\``, 'write `to` for equal shares, or `split` for given shares'));
  }
  const throughNode = find(node, 'through');
  const through = throughNode === undefined ? undefined : resolveThrough(ctx, entry, node, throughNode, from);
  if (throughNode === undefined) for (const key of ['look_back']) strayKey(ctx, node, key, 'through', 'the kind of fact that is a touch, such as `through: engagement`');
  const target = split !== undefined || throughNode !== undefined ? { to: [] } : resolveTo(ctx, to, entry, from);
  const steps = split === undefined || throughNode !== undefined ? [] : itemsOf(split).map((step) => resolveStep(ctx, step, from));
  const up = resolveUp(ctx, node);
  const shareNode = find(node, 'share'), factorNode = find(node, 'factor');
  const share = shareNode && resolveNumber(ctx, shareNode, { ...rowUse(ctx, from, 'nobody'), place: 'share' });
  if (share !== undefined && shareNode !== undefined) checkShare(ctx, shareNode, share);
  const factor = factorNode && resolveNumber(ctx, factorNode, { ...rowUse(ctx, from, up === undefined || up === 'broken' ? 'payee' : 'climb'), place: 'factor' });
  const title = textOf(find(node, 'title')), yieldsTo = textOf(find(node, 'yields_to'))?.trim();
  if (target === undefined || up === 'broken' || where === 'broken' || !steps.every((s) => s !== undefined) || ctx.found.slice(before).some((d) => d.severity === 'error')) return undefined;
  return {
    name: entry.key, ...(title !== undefined && { title }), from, ...(where !== undefined && { where }), ...target, split: steps,
    ...(share !== undefined && !isWhole(share) && { share }), ...(factor !== undefined && { factor }), overlay: textOf(find(node, 'overlay')) === 'yes',
    ...(up !== undefined && { up }), ...(through !== undefined && { through }), ...(yieldsTo !== undefined && { yieldsTo }), at: entry.at,
  };
}

function strayKey(ctx: PlanContext, node: MapNode, key: string, needs: string, what: string): void {
  const stray = find(node, key);
  if (stray !== undefined) ctx.found.push(problem('plan.credit', stray.at, `\`${key}\` needs \`${needs}\``, `add \`${needs}\`: ${what}`));
}

/** `through: engagement, to: engagement.owner`: whoever is named on touches of the same account. */
function resolveThrough(ctx: PlanContext, entry: Entry, node: MapNode, through: Node, from: readonly string[]): CreditRule['through'] {
  const [kind] = rowsFrom(ctx, through, entry.at, '`through`') ?? [];
  const lookBack = daysOf(ctx.found, find(node, 'look_back'), 'look_back');
  const touch = kind === undefined ? undefined : ctx.kinds.get(kind);
  if (kind === undefined || touch === undefined || lookBack === 'broken') return undefined;
  if (!touch.dated) {
    ctx.found.push(problem('plan.credit', through.at, `rows of \`${bareKind(kind)}\` have no date, so they are no touches before a fact`, 'name a kind of fact'));
    return undefined;
  }
  const shared = touch.fields.filter((f) => (typeof f.type === 'object' || f.name === 'account') && from.every((name) => JSON.stringify(fieldOf(ctx.kinds.get(name), f.name)?.type) === JSON.stringify(f.type)));
  if (!shared.some((f) => f.name === 'account') && shared.length !== 1) {
    ctx.found.push(problem('plan.credit', through.at, `\`${bareKind(kind)}\` and ${both(from.map((f) => `\`${bareKind(f)}\``))} do not both name an account, so it is not known which touches belong together`, 'give both a field `account: account` in `facts`'));
    return undefined;
  }
  const toNode = find(node, 'to');
  if (toNode?.kind !== 'text') {
    ctx.found.push(problem('plan.credit', toNode?.at ?? entry.at, `\`${entry.key}\` does not say whom \`through: ${bareKind(kind)}\` credits`, `add \`to: ${bareKind(kind)}.owner\``));
    return undefined;
  }
  const text = toNode.text.trim(), own = text.startsWith(`${bareKind(kind)}.`) ? text.slice(bareKind(kind).length + 1) : text;
  const path = payeePath(ctx, own, toNode.at, [touch], toNode);
  return path && { kind, to: path, ...(lookBack !== undefined && { lookBack }) };
}

/** `where` of a measure or a credit: a condition on single rows. */
export function whereOf(ctx: PlanContext, node: Node | undefined, rows: readonly string[], looker: Looker): Filter | undefined | 'broken' {
  if (node?.kind !== 'text') return undefined;
  // without its kinds every name would be called unknown
  if (rows.length === 0) return 'broken';
  const got = typed(ctx.found, node, rowScope(ctx, rows, looker), [YES_NO]);
  return got === undefined ? 'broken' : { ...got, at: node.at };
}

type Target = Pick<CreditRule, 'to' | 'list'>;

function resolveTo(ctx: PlanContext, node: Node | undefined, entry: Entry, from: readonly string[]): Target | undefined {
  const kinds = from.flatMap((name) => ctx.kinds.get(name) ?? []);
  if (node === undefined) {
    const rules = from.map((kind) => ownerRule(ctx, kind, entry.at));
    const [first] = rules;
    return first === undefined || !rules.every((r) => r !== undefined) ? undefined : { to: first.to, ...(first.list !== undefined && { list: first.list }) };
  }
  const items = itemsOf(node), [only] = items;
  const list = items.length === 1 && only?.kind === 'text' ? listOf(ctx, only, kinds) : undefined;
  if (list !== undefined) return { to: [], list };
  const paths = items.map((item) => (item.kind === 'text' ? payeePath(ctx, item.text, item.at, kinds, item) : undefined));
  return paths.every((p) => p !== undefined) ? { to: paths } : undefined;
}

/** A field that holds a list of payees, of the row itself or of what it refers to. */
function listOf(ctx: PlanContext, node: TextNode, kinds: readonly Kind[]): CreditRule['list'] {
  const path = node.text.trim().split('.'), before = path.slice(0, -1), last = path.at(-1) ?? '';
  const types = kinds.map((kind) => {
    const at = before.length === 0 ? undefined : follow(ctx.kinds, kind, before, node);
    const owner = at === undefined ? kind : typeof at !== 'object' ? undefined : at.kind === 'entity' ? ctx.kinds.get(at.entity) : at.kind === 'payee' ? ctx.kinds.get('person') : undefined;
    return fieldOf(owner, last)?.type;
  });
  const [type] = types;
  return type !== undefined && isList(type) && types.every((t) => t === type) ? { path, shares: type === 'splits' } : undefined;
}

function payeePath(ctx: PlanContext, text: string, at: At, kinds: readonly Kind[], asked?: Node): readonly string[] | undefined {
  const path = text.trim().split('.');
  for (const kind of kinds) {
    const type = follow(ctx.kinds, kind, path, asked);
    if (typeof type === 'object' && type.kind === 'payee') continue;
    const payees = kind.fields.filter((f) => namesPayees(f.type)).map((f) => f.name);
    const near = closest(text, payees), name = bareKind(kind.name);
    const hint = near !== undefined && near !== text.trim() ? `did you mean \`${near}\`?` : near !== undefined ? 'a list of payees stands alone, for all kinds of the rule' : typeof type === 'object' ? `declare it as \`payee\` in \`facts\`` : payees.length > 0 ? `fields of type payee: ${both(payees)}` : `declare a field of type payee: \`${name}: { fields: { owner: payee } }\``;
    ctx.found.push(problem('plan.credit', at, typeof type === 'string' ? type : `\`${text}\` of \`${name}\` is ${typeName(type)}, not a payee`, hint));
    return undefined;
  }
  return path;
}

type Step = CreditRule['split'][number];

function resolveStep(ctx: PlanContext, node: Node, from: readonly string[]): Step | undefined {
  const kinds = from.flatMap((name) => ctx.kinds.get(name) ?? []);
  let sum: Ratio = ZERO;
  const parts = entriesOf(node).map((entry) => {
    const to = payeePath(ctx, entry.key, entry.at, kinds);
    const share = textOf(entry.value) === 'rest' ? 'rest' as const : resolveNumber(ctx, entry.value, { ...rowUse(ctx, from, 'nobody'), place: 'share' });
    if (share !== undefined && share !== 'rest') {
      checkShare(ctx, entry.value, share);
      sum = add(sum, constantOf(share) ?? ZERO);
    }
    return to === undefined || share === undefined ? undefined : { to, share };
  });
  if (compare(sum, ONE) > 0) ctx.found.push(problem('plan.credit', node.at, 'the shares of this step add up to more than 100 %', 'lower one of them, or write `rest`'));
  if (parts.filter((p) => p?.share === 'rest').length > 1) ctx.found.push(problem('plan.credit', node.at, '`rest` stands twice in one step', 'only one can have what remains'));
  return parts.every((p) => p !== undefined) ? parts : undefined;
}

/** A share that is a literal is a percentage that is not below 0. */
function checkShare(ctx: PlanContext, node: Node, share: Num): void {
  const text = textOf(node)?.trim() ?? '', literal = share.kind === 'formula' ? readLiteral(text) : undefined;
  if (literal?.kind !== 'number' || literal.value.n === 0n || (literal.written !== 'number' && literal.value.n > 0n && compare(literal.value, ONE) <= 0)) return;
  ctx.found.push(problem('plan.credit', node.at, `\`${text}\` is not a share`, 'write a percentage such as 60%, at most 100%'));
}

/** All of it, which is what no share means. */
function isWhole(share: Num): boolean {
  const constant = constantOf(share);
  return constant !== undefined && equal(constant, ONE);
}

/** `yields_to` names a rule of the same facts, and no two rules wait for each other. */
function checkYields(ctx: PlanContext, rules: readonly CreditRule[], entries: readonly Entry[]): void {
  const circling = new Set<string>();
  for (const rule of rules) {
    if (rule.yieldsTo === undefined) continue;
    const at = find(entries.find((e) => e.key === rule.name)?.value, 'yields_to')?.at ?? rule.at;
    const others = rules.filter((r) => r !== rule && r.from.some((k) => rule.from.includes(k))).map((r) => r.name);
    if (!others.includes(rule.yieldsTo)) {
      const near = closest(rule.yieldsTo, others);
      // a rule with errors of its own is not unknown
      if (entries.some((e) => e.key === rule.yieldsTo && e.key !== rule.name && !rules.some((r) => r.name === e.key))) continue;
      ctx.found.push(problem('plan.unknown_name', at, `\`${rule.name}\` yields to \`${rule.yieldsTo}\`, which is no other rule that credits ${both(rule.from.map(bareKind))}`, near !== undefined ? `did you mean \`${near}\`?` : others.length === 0 ? 'remove `yields_to`' : `rules that do: ${both(others)}`));
      continue;
    }
    const path = [rule.name];
    for (let next: string | undefined = rule.yieldsTo; next !== undefined; next = rules.find((r) => r.name === next)?.yieldsTo) {
      path.push(next);
      if (path.indexOf(next) === path.length - 1) continue;
      if (next === rule.name && !circling.has(next)) ctx.found.push(problem('plan.cycle', at, `these credit rules yield to each other: ${path.join(' → ')}`, 'one of them must credit without waiting for another'));
      for (const name of path) circling.add(name);
      break;
    }
  }
}

function resolveUp(ctx: PlanContext, node: MapNode): CreditRule['up'] | 'broken' {
  const up = find(node, 'up');
  const levels = find(node, 'levels');
  if (up?.kind !== 'text') {
    if (levels !== undefined) ctx.found.push(problem('plan.credit', levels.at, '`levels` needs `up`', 'add `up: manager`: the field of person that names the one above'));
    return undefined;
  }
  const person = ctx.kinds.get('person');
  const field = fieldOf(person, up.text.trim());
  if (field?.type !== 'payee') {
    const fields = person?.fields.filter((f) => f.type === 'payee').map((f) => f.name) ?? [];
    const near = closest(up.text, fields);
    ctx.found.push(problem('plan.credit', up.at, field === undefined ? `\`person\` has no field \`${up.text}\`` : `\`${up.text}\` of \`person\` is not a payee`, near !== undefined ? `did you mean \`${near}\`?` : `fields of person that name a payee: ${both(fields)}`));
    return 'broken';
  }
  return levelsOf(ctx, up, levels);
}

function levelsOf(ctx: PlanContext, up: TextNode, levels: Node | undefined): CreditRule['up'] | 'broken' {
  const text = textOf(levels)?.trim() ?? '1';
  const field = up.text.trim();
  if (text === 'all') return { field, levels: 'all' };
  if (/^[1-9]\d?$/.test(text)) return { field, levels: Number(text) };
  ctx.found.push(problem('plan.credit', levels === undefined ? up.at : levels.kind === 'text' ? placeOf(levels, { start: 0, end: 0 }) : levels.at, `\`levels: ${text}\` is not a number of levels`, 'write a whole number from 1 to 99, or `all`'));
  return 'broken';
}

function checkTwins(ctx: PlanContext, rules: readonly CreditRule[]): void {
  const seen = new Map<string, CreditRule>();
  for (const rule of rules) {
    const content = contentOf(rule);
    const twin = seen.get(content);
    if (twin === undefined) seen.set(content, rule);
    else ctx.found.push(problem('plan.two_rules', rule.at, `\`${rule.name}\` and \`${twin.name}\` (line ${twin.at.line}) say the same, so the same facts would be credited twice`, 'remove one of them'));
  }
}

function contentOf(rule: CreditRule): string {
  const { name: _, title: __, at: ___, from, ...rest } = rule;
  // where it stands is no part of what a rule says
  return JSON.stringify([[...from].sort(), rest], (key, v: unknown) => (key === 'at' ? undefined : typeof v === 'bigint' ? v.toString() : v));
}

/** Direct credits of one fact are at most the whole. Filters may exclude each other, so only rules with the same filter, or none, are added up. */
function checkWhole(ctx: PlanContext, rules: readonly CreditRule[]): void {
  const direct = rules.filter((r) => !r.overlay && r.up === undefined && r.yieldsTo === undefined);
  for (const kind of new Set(direct.flatMap((r) => r.from))) {
    const ofKind = direct.filter((r) => r.from.includes(kind));
    for (const rule of ofKind) {
      const sharing = ofKind.slice(0, ofKind.indexOf(rule) + 1).filter((r) => r.where === undefined || rule.where === undefined || r.where.text === rule.where.text);
      const sum = sharing.reduce((s, r) => add(s, takenBy(r)), ZERO);
      if (compare(sum, ONE) <= 0) continue;
      ctx.found.push(problem('plan.two_rules', rule.at, `the direct credits of one \`${kind}\` can add up to more than 100 %: ${both(sharing.map((r) => `\`${r.name}\``))} each take a share of it`, 'mark what is on top of the direct credits `overlay: yes`, or give shares that add up to 100 %'));
      break;
    }
  }
}

/** What a rule takes of a fact for certain: shares that are found for each fact are looked at in the run. */
function takenBy(rule: CreditRule): Ratio {
  const known = (share: Num | undefined): Ratio => (share === undefined ? ONE : constantOf(share) ?? ZERO);
  if (rule.split.length === 0) return rule.through !== undefined || rule.list?.shares === true ? ZERO : known(rule.share);
  const left = rule.split.reduce((rest, step) => {
    const given = step.some((s) => s.share === 'rest') ? ONE : step.reduce((sum, s) => add(sum, s.share === 'rest' ? ZERO : known(s.share)), ZERO);
    return multiply(rest, subtract(ONE, given));
  }, ONE);
  return multiply(subtract(ONE, left), known(rule.share));
}
