/**
 * `derived`, kinds with `from`, and `states`: what is calculated of facts before anybody is credited.
 * Each is resolved when it is first asked for, since it may name measures, and measures name it.
 */
import { closest } from './closest.ts';
import { entriesOf, find, itemsOf, textOf } from './document.ts';
import type { Entry, Node, TextNode } from './document.ts';
import { daysOf } from './durations.ts';
import { isWord, typeName, YES_NO } from './formula-units.ts';
import type { Type } from './formula.ts';
import { levelType } from './derived-kinds.ts';
import { bareKind, fieldOf, lineageOf, typeOf } from './kinds.ts';
import type { Kinds, More } from './kinds.ts';
import { lazily } from './lazily.ts';
import { checkName } from './names.ts';
import type { At, DerivedField, Derivation, Filter, Kind, Num, State } from './plan.ts';
import { both, either, problem } from './problem.ts';
import { resolveNumber } from './resolve-tables.ts';
import { follow, hintFor, pathTo } from './row-names.ts';
import { rowScope, rowUse } from './row-scope.ts';
import { typed } from './scopes.ts';
import type { PlanContext } from './scopes.ts';
import { humanised } from './titles.ts';

/** What is declared: kinds by full name, whose entries may have `derived` and `from`, and states by name. */
export interface DeclaredFacts {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly states: ReadonlyMap<string, Entry>;
  readonly broken: ReadonlySet<string>;
}

export interface FactLookups {
  readonly kinds: Kinds;
  /** a kind with its condition and its derived fields */
  readonly kind: (name: string, asked: Node | At) => Kind | undefined;
  readonly state: (name: string, asked: Node | At) => State | undefined;
  readonly ready: (kind: string, asked: Node | At) => boolean;
  readonly subjectOfState: (name: string) => string | undefined;
  readonly levelOf: (state: string) => Type;
}

export function factLookups(declared: DeclaredFacts, ctx: () => PlanContext): FactLookups {
  const { kinds: map, entries, states, broken } = declared;
  const derivedEntries = (kind: Kind): readonly Entry[] => entriesOf(find(entries.get(kind.name)?.value, 'derived'));
  const field = lazily('field', ctx, (path): DerivedField | undefined => {
    const split = path.lastIndexOf('.');
    const kind = map.get(path.slice(0, split)), name = path.slice(split + 1);
    const entry = kind && derivedEntries(kind).find((e) => e.key === name);
    return kind && entry && resolveField(ctx(), kind, entry);
  });
  const state = lazily('state', ctx, (name) => {
    const entry = states.get(name);
    return entry && resolveState(ctx(), entry);
  });
  const kind = lazily('kind', ctx, (name): Kind | undefined => {
    const base = map.get(name), entry = entries.get(name);
    if (base === undefined || broken.has(name)) return undefined;
    const derivation = base.derivation === undefined || entry === undefined ? undefined : resolveDerivation(ctx(), base, entry);
    if (base.derivation !== undefined && entry !== undefined && derivation === undefined) return undefined;
    return derivation === undefined ? base : { ...base, derivation };
  });
  const inherited = (of: Kind): readonly { owner: Kind; entry: Entry }[] => lineageOf(map, of).flatMap((owner) => derivedEntries(owner).map((entry) => ({ owner, entry })));
  const withFields = (name: string, asked: Node | At): Kind | undefined => {
    const made = kind(name, asked);
    if (made === undefined) return undefined;
    const fields = inherited(made).map(({ owner, entry }) => field(`${owner.name}.${entry.key}`, entry.at));
    const all = [...fields.flatMap((f) => f ?? []), ...lineageOf(map, made).flatMap((k) => k.derived)];
    return { ...made, derived: [...new Map(all.map((d) => [d.name, d])).values()] };
  };
  const subjectOfState = (name: string): string | undefined => map.get(textOf(find(states.get(name)?.value, 'for'))?.trim() ?? '')?.name;
  const levelOf = (name: string): Type => { const entry = states.get(name); return (entry && levelType(entry, (k) => map.get(k))) ?? YES_NO; };
  const more = (of: Kind, name: string, asked: Node | undefined, dotted: boolean): More | undefined => {
    const mine = inherited(of).find(({ entry }) => entry.key === name);
    if (mine !== undefined) return field(`${mine.owner.name}.${name}`, asked ?? mine.entry.at)?.type ?? 'broken';
    const above = lineageOf(map, of).flatMap((k) => k.derived).find((d) => d.name === name);
    if (above !== undefined) return above.type;
    if (!dotted) return undefined;
    const c = ctx();
    if (c.measureNames.has(name) && lineageOf(map, of).some((k) => k.name === c.subjectOf(name))) return c.measure(name, asked ?? of.at)?.type ?? 'broken';
    return subjectOfState(name) !== of.name ? undefined : state(name, asked ?? of.at) === undefined ? 'broken' : levelOf(name);
  };
  return {
    kinds: Object.assign(new Map(map), { more, derivedNames: (of: Kind) => [...inherited(of).map(({ entry }) => entry.key), ...lineageOf(map, of).flatMap((k) => k.derived.map((d) => d.name))] }),
    kind: withFields, state,
    ready: (name, asked) => (states.has(name) ? state(name, asked) !== undefined : kind(map.get(name)?.name ?? name, asked) !== undefined),
    subjectOfState, levelOf,
  };
}

function resolveField(ctx: PlanContext, kind: Kind, entry: Entry): DerivedField | undefined {
  const number = resolveNumber(ctx, entry.value, { ...rowUse(ctx, [kind.name], 'nobody'), place: 'any' });
  return number && { name: entry.key, type: typeOfNumber(number), number, at: entry.at };
}

/** What a number gives: the type of its formula, or of the values of its table. */
export function typeOfNumber(number: Num): Type {
  if (number.kind === 'formula') return number.formula.type;
  let table = number.table;
  while (table.outer?.rows[0] !== undefined) table = table.outer.rows[0].table;
  return (table.rows[0]?.value ?? table.otherwise)?.type ?? { kind: 'text' };
}

function resolveDerivation(ctx: PlanContext, kind: Kind, entry: Entry): Derivation | undefined {
  const from = (kind.derivation as Derivation).from;
  if (!ctx.ready(from, entry.at)) return undefined;
  const whereNode = find(entry.value, 'where'), perNode = find(entry.value, 'per');
  const where = whereNode?.kind === 'text' ? filterOf(ctx, whereNode, [from]) : undefined;
  const keep = textOf(find(entry.value, 'keep'));
  const again = daysOf(ctx.found, find(entry.value, 'again_after'), 'again_after');
  const per = itemsOf(perNode).map((item) => pathOf(ctx, item, from));
  for (const key of ['per', 'again_after'] as const) {
    const stray = keep === undefined ? find(entry.value, key) : undefined;
    if (stray !== undefined) ctx.found.push(problem('plan.missing_key', stray.at, `\`${key}\` of \`${entry.key}\` has no effect without \`keep\``, 'add `keep: first` (or `last`), or remove it'));
  }
  if (keep !== undefined && perNode === undefined) {
    ctx.found.push(problem('plan.missing_key', find(entry.value, 'keep')?.at ?? entry.at, `\`${entry.key}\` keeps the ${keep} row, but does not say of which`, 'add `per`: `per: account` keeps one for each account'));
    return undefined;
  }
  if (where === 'broken' || again === 'broken' || !per.every((p) => p !== undefined)) return undefined;
  return { from, ...(where !== undefined && { where }), keep: keep === 'first' || keep === 'last' ? keep : 'all', per, ...(again !== undefined && { againAfter: again }) };
}

function filterOf(ctx: PlanContext, node: TextNode, rows: readonly string[]): Filter | undefined | 'broken' {
  if (node.text.trim() === '') return undefined;
  const got = typed(ctx.found, node, rowScope(ctx, rows, 'nobody'), [YES_NO]);
  return got === undefined ? 'broken' : { ...got, at: node.at };
}

/** A field of the rows of a kind, by its path. */
export function pathOf(ctx: PlanContext, node: Node, row: string, wanted?: Type['kind']): readonly string[] | undefined {
  const text = textOf(node)?.trim() ?? '', kind = ctx.kinds.get(row);
  if (text === '' || kind === undefined) return undefined;
  const path = text.split('.');
  const type = follow(ctx.kinds, kind, path, node);
  if (typeof type === 'string') ctx.found.push(problem('plan.unknown_name', node.at, type, hintFor(ctx.kinds, kind, path)));
  else if (wanted !== undefined && type.kind !== wanted) ctx.found.push(problem('plan.unit', node.at, `\`${text}\` of \`${bareKind(row)}\` is ${typeName(type)}, and ${typeName({ kind: wanted } as Type)} is needed here`, 'name another field'));
  else return path;
  return undefined;
}

// ---- states ----

function resolveState(ctx: PlanContext, entry: Entry): State | undefined {
  const { value: node } = entry;
  if (node.kind !== 'map' || !checkName(entry, 'a state', ctx.found)) return undefined;
  const before = ctx.found.length;
  const subject = subjectOf(ctx, entry);
  const from = find(node, 'from'), during = find(node, 'while');
  if ((from === undefined) === (during === undefined)) {
    ctx.found.push(problem('plan.state', from?.at ?? entry.at, from === undefined ? `the state \`${entry.key}\` says neither \`from\` which facts it changes nor \`while\` what it holds` : `the state \`${entry.key}\` has both \`from\` and \`while\``, 'write `from: stage_change` and `value: stage` for changes of a field, or `while: engagement >= 60` for days on which a condition holds'));
  }
  for (const key of ['value', 'levels']) {
    const stray = from === undefined ? find(node, key) : undefined;
    if (stray !== undefined) ctx.found.push(problem('plan.state', stray.at, `\`${key}\` belongs to a state with \`from\``, 'remove it'));
  }
  const again = find(node, 'again_after');
  if (from !== undefined && again !== undefined) ctx.found.push(problem('plan.state', again.at, '`again_after` belongs to a state with `while`', 'remove it; every change counts'));
  const change = subject === undefined || from === undefined ? undefined : changeOf(ctx, entry, subject, from);
  const condition = subject === undefined || during?.kind !== 'text' ? undefined : filterOf(ctx, during, [subject]);
  const lasting = daysOf(ctx.found, find(node, 'lasting'), 'lasting'), againAfter = daysOf(ctx.found, again, 'again_after');
  if (subject === undefined || condition === 'broken' || lasting === 'broken' || againAfter === 'broken' || (change === undefined && condition === undefined) || ctx.found.length > before) return undefined;
  return {
    name: entry.key, title: textOf(find(node, 'title')) ?? humanised(entry.key), subject, ...(change !== undefined && { change }), ...(condition !== undefined && { while: condition }),
    lasting: lasting ?? 0, ...(againAfter !== undefined && { againAfter }), at: entry.at,
  };
}

function subjectOf(ctx: PlanContext, entry: Entry): string | undefined {
  const node = find(entry.value, 'for'), name = textOf(node)?.trim() ?? '';
  const kind = ctx.kinds.get(name);
  const subjects = [...ctx.kinds].filter(([key, k]) => !key.includes('.') && !k.dated && key !== 'person').map(([key]) => key);
  if (node === undefined) {
    ctx.found.push(problem('plan.missing_key', entry.at, `the state \`${entry.key}\` does not say \`for\` whom it holds`, `add \`for: ${subjects[0] ?? 'account'}\``));
  } else if (kind === undefined || kind.dated || name === 'person') {
    const near = closest(name, subjects);
    ctx.found.push(problem('plan.unknown_name', node.at, kind === undefined ? `there is no kind \`${name}\`` : `a state is that of a reference row such as an account; \`${name}\` is ${kind.dated ? 'a kind of fact' : 'a payee'}`, near !== undefined ? `did you mean \`${near}\`?` : subjects.length === 0 ? 'declare one under `facts`, and fill it from a source without `date`' : `write ${either(subjects)}`));
  } else return kind.name;
  return undefined;
}

function changeOf(ctx: PlanContext, entry: Entry, subject: string, from: Node): State['change'] {
  const name = textOf(from)?.trim() ?? '', kind = ctx.kinds.get(name);
  if (kind?.dated !== true) {
    const dated = [...ctx.kinds].filter(([key, k]) => k.dated && !key.includes('.')).map(([key]) => key), near = closest(name, dated);
    ctx.found.push(problem('plan.unknown_name', from.at, `there is no kind of fact \`${name}\``, near !== undefined ? `did you mean \`${near}\`?` : `kinds of fact: ${both(dated)}`));
    return undefined;
  }
  if (!ctx.ready(kind.name, from)) return undefined;
  if (pathTo(ctx.kinds, kind, subject) === undefined) {
    ctx.found.push(problem('plan.state', from.at, `a row of \`${name}\` does not say whose it is: it has no field of type \`${subject}\``, `declare one in \`facts\`: \`${name}: { fields: { ${subject}: ${subject} } }\``));
  }
  const valueNode = find(entry.value, 'value'), value = textOf(valueNode)?.trim() ?? '';
  const type = fieldOf(kind, value);
  const words = kind.fields.filter((f) => isWord(typeOf(f.type))).map((f) => f.name);
  if (valueNode === undefined) ctx.found.push(problem('plan.missing_key', entry.at, `the state \`${entry.key}\` does not say \`value\`: which field of \`${name}\` it follows`, `add \`value: ${words.at(-1) ?? 'stage'}\``));
  else if (type === undefined || !isWord(typeOf(type.type))) {
    const near = closest(value, words);
    ctx.found.push(problem('plan.state', valueNode.at, type === undefined ? `\`${name}\` has no field \`${value}\`` : `\`${value}\` of \`${name}\` is ${typeName(typeOf(type.type))}; a state goes from word to word`, near !== undefined ? `did you mean \`${near}\`?` : words.length === 0 ? 'declare a field of type text' : `write ${either(words)}`));
  }
  const levels = itemsOf(find(entry.value, 'levels')).map((item) => textOf(item)?.trim() ?? '');
  const twin = levels.find((level, i) => levels.indexOf(level) !== i);
  if (twin !== undefined) ctx.found.push(problem('plan.state', find(entry.value, 'levels')?.at ?? entry.at, `\`${twin}\` stands twice in \`levels\``, 'write each level once, lowest first'));
  return { from: kind.name, value, levels };
}
