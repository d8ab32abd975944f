/** `credits`: who is credited with what share of which facts. */
import type { Diagnostic } from '../value/diagnostic.ts';
import { add, compare, equal, ONE, ZERO } from '../value/rate.ts';
import type { Ratio } from '../value/rate.ts';
import { closest } from './closest.ts';
import { entriesOf, find, itemsOf, placeOf, textOf } from './document.ts';
import type { Entry, MapNode, Node, TextNode } from './document.ts';
import { YES_NO } from './formula-units.ts';
import { fieldOf } from './kinds.ts';
import { constantOf, readLiteral, readNumber } from './literal.ts';
import { checkName } from './names.ts';
import type { At, CreditRule, Filter, Kind, Num, Term } from './plan.ts';
import { both, either, problem } from './problem.ts';
import { follow, outOfRow, rowNames, together, typed } from './scopes.ts';

export interface CreditContext {
  readonly found: Diagnostic[];
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly terms: ReadonlyMap<string, Term>;
  readonly tables: ReadonlyMap<string, Entry>;
}

export function resolveCredits(ctx: CreditContext, entries: readonly Entry[]): CreditRule[] {
  const rules = entries.flatMap((entry) => {
    const rule = entry.value.kind === 'map' && checkName(entry, 'a credit rule', ctx.found) ? resolveRule(ctx, entry, entry.value) : undefined;
    return rule === undefined ? [] : [rule];
  });
  checkTwins(ctx, rules);
  checkWhole(ctx, rules);
  return rules;
}

/** The rule of a kind that no rule speaks of: its owner has all of it. */
export function ownerRule(ctx: CreditContext, kind: string, at: At): CreditRule | undefined {
  const owner = fieldOf(ctx.kinds.get(kind), 'owner');
  if (owner?.type === 'payee') return { name: 'owner', from: [kind], to: [['owner']], split: [], overlay: false, at };
  const payees = ctx.kinds.get(kind)?.fields.filter((f) => f.type === 'payee').map((f) => f.name) ?? [];
  const message = owner === undefined ? `\`${kind}\` has no field \`owner\`, and no credit rule says who is credited` : `the field \`owner\` of \`${kind}\` is not a payee, and no credit rule says who is credited`;
  const hint = payees[0] !== undefined ? `add \`credits: { ${payees[0]}: { from: ${kind}, to: ${payees[0]} } }\`` : `declare a field of type payee in \`facts\`: \`${kind}: { fields: { owner: payee } }\``;
  ctx.found.push(problem('plan.credit', at, message, hint));
  return undefined;
}

function resolveRule(ctx: CreditContext, entry: Entry, node: MapNode): CreditRule | undefined {
  const from = kindsFrom(ctx, find(node, 'from'), entry.at, `the credit rule \`${entry.key}\``);
  const where = whereOf(ctx, find(node, 'where'), from ?? []);
  const split = find(node, 'split');
  const to = find(node, 'to');
  if (split !== undefined && to !== undefined) {
    ctx.found.push(problem('plan.credit', split.at, `\`${entry.key}\` has both \`to\` and \`split\``, 'write `to` for equal shares, or `split` for given shares'));
  }
  const kinds = (from ?? []).flatMap((name) => ctx.kinds.get(name) ?? []);
  const toPaths = split === undefined ? resolveTo(ctx, to, entry, kinds) : [];
  const steps = split === undefined ? [] : itemsOf(split).map((step) => resolveStep(ctx, step, kinds));
  const share = find(node, 'share');
  const up = resolveUp(ctx, node);
  const title = textOf(find(node, 'title'));
  const part = share && shareOf(ctx, share);
  if (from === undefined || toPaths === undefined || (share !== undefined && part === undefined) || up === 'broken' || where === 'broken' || !steps.every((s) => s !== undefined)) return undefined;
  return {
    name: entry.key, ...(title !== undefined && { title }), from, ...(where !== undefined && { where }), to: toPaths, split: steps,
    ...(part !== undefined && !isWhole(part) && { share: part }), overlay: textOf(find(node, 'overlay')) === 'yes', ...(up !== undefined && { up }), at: entry.at,
  };
}

/** The kinds of `from` or `count`: known, and with a date. */
export function kindsFrom(ctx: Pick<CreditContext, 'found' | 'kinds'>, node: Node | undefined, at: At, what: string): string[] | undefined {
  const dated = [...ctx.kinds.values()].filter((k) => k.dated).map((k) => k.name);
  if (node === undefined) {
    ctx.found.push(problem('plan.missing_key', at, `${what} does not say \`from\` which kind of facts`, dated.length === 0 ? 'add `from: deal`' : `add \`from: ${dated[0] ?? 'deal'}\`; kinds of fact: ${both(dated)}`));
    return undefined;
  }
  const names = itemsOf(node).map((item) => {
    const name = textOf(item)?.trim() ?? '';
    const kind = ctx.kinds.get(name);
    if (kind?.dated === true) return name;
    if (kind !== undefined) {
      ctx.found.push(problem('plan.not_built_yet', item.at, `rows of \`${name}\` have no date; measuring them is part of the plan language, but this version does not calculate it yet`, `give its source a \`date\`, or measure ${either(dated)}`));
    } else {
      const near = closest(name, dated);
      const hint = near !== undefined ? `did you mean \`${near}\`?` : dated.length === 0 ? 'declare it under `facts`, and say in a source which file it comes from' : `kinds of fact: ${both(dated)}`;
      ctx.found.push(problem('plan.unknown_name', item.at, `there is no kind of fact \`${name}\``, hint));
    }
    return undefined;
  });
  return names.length > 0 && names.every((n) => n !== undefined) ? names : undefined;
}

export function whereOf(ctx: CreditContext, node: Node | undefined, kinds: readonly string[]): Filter | undefined | 'broken' {
  if (node?.kind !== 'text') return undefined;
  // without its kinds every name would be called unknown
  if (kinds.length === 0) return 'broken';
  const got = typed(ctx.found, node, together(rowNames(ctx.kinds, kinds), outOfRow(ctx)), [YES_NO]);
  return got === undefined ? 'broken' : { ...got, at: node.at };
}

function resolveTo(ctx: CreditContext, node: Node | undefined, entry: Entry, kinds: readonly Kind[]): (readonly string[])[] | undefined {
  if (node === undefined) return kinds.every((k) => fieldOf(k, 'owner')?.type === 'payee') ? [['owner']] : payeePath(ctx, 'owner', entry.at, kinds) && [['owner']];
  const paths = itemsOf(node).map((item) => (item.kind === 'text' ? payeePath(ctx, item.text, item.at, kinds) : undefined));
  return paths.every((p) => p !== undefined) ? paths : undefined;
}

function payeePath(ctx: CreditContext, text: string, at: At, kinds: readonly Kind[]): readonly string[] | undefined {
  const path = text.trim().split('.');
  for (const kind of kinds) {
    const type = follow(ctx.kinds, kind, path);
    if (typeof type === 'object' && type.kind === 'payee') continue;
    const payees = kind.fields.filter((f) => f.type === 'payee').map((f) => f.name);
    const near = closest(text, payees);
    const hint = near !== undefined ? `did you mean \`${near}\`?` : typeof type === 'object' ? `declare it as \`payee\` in \`facts\`` : payees.length > 0 ? `fields of type payee: ${both(payees)}` : `declare a field of type payee: \`${kind.name}: { fields: { owner: payee } }\``;
    ctx.found.push(problem('plan.credit', at, typeof type === 'string' ? type : `\`${text}\` of \`${kind.name}\` is ${type.kind === 'yes_no' ? 'yes/no' : type.kind}, not a payee`, hint));
    return undefined;
  }
  return path;
}

type Step = CreditRule['split'][number];

function resolveStep(ctx: CreditContext, node: Node, kinds: readonly Kind[]): Step | undefined {
  let sum: Ratio = ZERO;
  const parts = entriesOf(node).map((entry) => {
    const to = payeePath(ctx, entry.key, entry.at, kinds);
    const share = textOf(entry.value) === 'rest' ? 'rest' as const : shareOf(ctx, entry.value);
    if (share !== undefined && share !== 'rest') sum = add(sum, constantOf(share) ?? ZERO);
    return to === undefined || share === undefined ? undefined : { to, share };
  });
  if (compare(sum, ONE) > 0) ctx.found.push(problem('plan.credit', node.at, 'the shares of this step add up to more than 100 %', 'lower one of them, or write `rest`'));
  if (parts.filter((p) => p?.share === 'rest').length > 1) ctx.found.push(problem('plan.credit', node.at, '`rest` stands twice in one step', 'only one can have what remains'));
  return parts.every((p) => p !== undefined) ? parts : undefined;
}

function shareOf(ctx: CreditContext, node: Node): Num | undefined {
  const text = textOf(node) ?? '';
  const share = readNumber(text, 'percent');
  if (share !== undefined && compare(share, ZERO) >= 0) return { kind: 'formula', formula: { kind: 'number', value: share, written: 'percent', type: { kind: 'percent' }, at: { start: 0, end: text.length } }, text, at: node.at };
  const literal = readLiteral(text);
  if (literal === undefined) ctx.found.push(problem('plan.not_built_yet', node.at, `a share that is found by a formula, \`${text}\`, is part of the plan language, but this version does not calculate it yet`, 'write a percentage such as 60%'));
  else ctx.found.push(problem('plan.credit', node.at, `\`${text}\` is not a share`, 'write a percentage such as 60%'));
  return undefined;
}

/** All of it, which is what no share means. */
function isWhole(share: Num): boolean {
  const constant = constantOf(share);
  return constant !== undefined && equal(constant, ONE);
}

function resolveUp(ctx: CreditContext, node: MapNode): CreditRule['up'] | 'broken' {
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

function levelsOf(ctx: CreditContext, up: TextNode, levels: Node | undefined): CreditRule['up'] | 'broken' {
  const text = textOf(levels)?.trim() ?? '1';
  const field = up.text.trim();
  if (text === 'all') return { field, levels: 'all' };
  if (/^[1-9]\d?$/.test(text)) return { field, levels: Number(text) };
  ctx.found.push(problem('plan.credit', levels === undefined ? up.at : levels.kind === 'text' ? placeOf(levels, { start: 0, end: 0 }) : levels.at, `\`levels: ${text}\` is not a number of levels`, 'write a whole number from 1 to 99, or `all`'));
  return 'broken';
}

function checkTwins(ctx: CreditContext, rules: readonly CreditRule[]): void {
  const seen = new Map<string, CreditRule>();
  for (const rule of rules) {
    const content = contentOf(rule);
    const twin = seen.get(content);
    if (twin === undefined) seen.set(content, rule);
    else ctx.found.push(problem('plan.two_rules', rule.at, `\`${rule.name}\` and \`${twin.name}\` (line ${twin.at.line}) say the same, so the same facts would be credited twice`, 'remove one of them'));
  }
}

function contentOf(rule: CreditRule): string {
  const { from, where, to, split, share, overlay, up } = rule;
  return JSON.stringify([[...from].sort(), where?.text ?? '', to, split, share, overlay, up ?? ''], (_, v: unknown) => (typeof v === 'bigint' ? v.toString() : v));
}

/** Direct credits of one fact are at most the whole. Filters may exclude each other, so only rules with the same filter, or none, are added up. */
function checkWhole(ctx: CreditContext, rules: readonly CreditRule[]): void {
  const direct = rules.filter((r) => !r.overlay && r.up === undefined);
  for (const kind of new Set(direct.flatMap((r) => r.from))) {
    const ofKind = direct.filter((r) => r.from.includes(kind));
    for (const rule of ofKind) {
      const sharing = ofKind.slice(0, ofKind.indexOf(rule) + 1).filter((r) => r.where === undefined || rule.where === undefined || r.where.text === rule.where.text);
      const sum = sharing.reduce((s, r) => add(s, r.share === undefined ? ONE : constantOf(r.share) ?? ZERO), ZERO);
      if (compare(sum, ONE) <= 0) continue;
      ctx.found.push(problem('plan.two_rules', rule.at, `the direct credits of one \`${kind}\` can add up to more than 100 %: ${both(sharing.map((r) => `\`${r.name}\``))} each take a share of it`, 'mark what is on top of the direct credits `overlay: yes`, or give shares that add up to 100 %'));
      break;
    }
  }
}
