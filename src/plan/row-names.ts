/**
 * Names of a row: its fields, also the derived ones, and what it refers to. Dots follow references: a
 * payee's person, an account, and the fact that another fact names by its id (`invoice.owner`).
 */
import { closest } from './closest.ts';
import type { Node } from './document.ts';
import type { Type } from './formula.ts';
import { bareKind, fieldOf, isList, lineageOf, typeOf } from './kinds.ts';
import type { Kinds, More } from './kinds.ts';
import type { Kind } from './plan.ts';
import { both } from './problem.ts';
import type { Found, Names } from './scopes.ts';

/** What stands at the end of a path: its type; why there is nothing; or that it has errors of its own. */
export type Followed = { readonly type: Type; readonly list?: true } | { readonly why: string } | { readonly broken: true };

/** Fields of the rows of these kinds; dots follow references. A field must mean the same in each kind. */
export function rowNames(kinds: Kinds, rows: readonly string[]): Names {
  const known = rows.flatMap((name) => kinds.get(name) ?? []);
  return {
    all: () => known.flatMap((k) => pathsOf(k, kinds)),
    find(name, asked) {
      const found = known.map((kind) => ({ kind, path: ownPath(kinds, kind, name.split('.')) })).map(({ kind, path }) => ({ kind, path, got: followed(kinds, kind, path, asked) }));
      if (found.some(({ got }) => 'broken' in got)) return { broken: true };
      const first = found.find(({ got }) => 'type' in got);
      const missing = found.find(({ got }) => 'why' in got);
      if (first === undefined) return missing === undefined || !name.includes('.') || !('why' in missing.got) ? undefined
        : { refusal: { code: 'plan.unknown_name', message: missing.got.why, hint: hintFor(kinds, missing.kind, name.split('.')) } };
      const type = (first.got as { type: Type }).type;
      const meaning = { ref: { kind: 'field', path: first.path } as const, type };
      if (missing !== undefined) return { meaning, refusal: { code: 'plan.unknown_name', message: `\`${name}\` is a field of \`${bareKind(first.kind.name)}\`, but not of \`${bareKind(missing.kind.name)}\``, hint: `add it to \`${bareKind(missing.kind.name)}\`, or measure the two kinds apart` } };
      const other = found.find(({ got }) => JSON.stringify(got) !== JSON.stringify(first.got));
      if (other !== undefined) return { meaning, refusal: { code: 'plan.two_meanings', message: `\`${name}\` has one type in \`${bareKind(first.kind.name)}\` and another in \`${bareKind(other.kind.name)}\``, hint: 'measure the two kinds apart' } };
      return { meaning, ...('list' in first.got && { list: true as const }) };
    },
  };
}

/** A row calls itself by its kind: `account` in a row of account is its id, `account.tier` its tier. */
function ownPath(kinds: Kinds, kind: Kind, path: readonly string[]): readonly string[] {
  const [first = '', ...rest] = path;
  const itself = fieldOf(kind, first) === undefined && lineageOf(kinds, kind).some((k) => bareKind(k.name) === first);
  return !itself ? path : rest.length === 0 ? ['id'] : rest;
}

/** The type at the end of a path, or why there is none. A list has none: only `count` reads it, and only of the row itself. */
export function follow(kinds: Kinds, kind: Kind, path: readonly string[], asked?: Node): Type | string {
  const got = followed(kinds, kind, path, asked);
  if ('list' in got) return `\`${path.join('.')}\` of \`${bareKind(kind.name)}\` is a list of payees, not one value`;
  return 'type' in got ? got.type : 'why' in got ? got.why : `\`${path.join('.')}\` of \`${bareKind(kind.name)}\` has errors of its own`;
}

/** The same, where what has errors is told apart from what is not there. */
export function followed(kinds: Kinds, kind: Kind, path: readonly string[], asked?: Node): Followed {
  let at: Kind = kind;
  let type: Type | undefined;
  for (const [i, step] of path.entries()) {
    if (i > 0) {
      const next: Kind | undefined = type?.kind === 'entity' ? kinds.get(type.entity) : type?.kind === 'payee' ? kinds.get('person') : undefined;
      if (next === undefined) return { why: `\`${path.slice(0, i).join('.')}\` is ${type?.kind === 'text' ? 'text' : 'a value'}, so it has no field \`${step}\`` };
      at = next;
    }
    const known: Type | undefined = builtIn(at, step) ?? storedType(at, step) ?? at.derived.find((d) => d.name === step)?.type;
    const more: More | undefined = known ?? kinds.more?.(at, step, asked, i > 0 && i === path.length - 1);
    if (more === 'broken') return { broken: true };
    type = more;
    if (type === undefined) return { why: `\`${bareKind(at.name)}\` has no field \`${step}\`` };
  }
  if (type === undefined) return { why: `\`${bareKind(kind.name)}\` is not a field` };
  const field = fieldOf(at, path.at(-1) ?? '');
  return { type, ...(field !== undefined && isList(field.type) && { list: true as const }) };
}

function storedType(kind: Kind, name: string): Type | undefined {
  const field = fieldOf(kind, name);
  return field && typeOf(field.type);
}

function builtIn(kind: Kind, name: string): Type | undefined {
  if (name === 'id') return { kind: 'text' };
  return name === 'date' && kind.dated ? { kind: 'date' } : undefined;
}

/** What is meant by a path that leads nowhere. */
export function hintFor(kinds: Kinds, kind: Kind | undefined, path: readonly string[]): string {
  const all = kind === undefined ? [] : pathsOf(kind, kinds);
  if (all.includes(path.join('.'))) return 'lists are credited, as `to` of a credit rule, and counted in formulas about their own rows: `count(list)`';
  const near = closest(path.join('.'), all);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  const first = path[0] ?? '';
  const below = all.filter((p) => p.startsWith(`${first}.`));
  return below.length > 0 ? `there are ${both(below.slice(0, 12).map((p) => `\`${p}\``))}` : `to follow \`${first}\`, declare its type as \`payee\` or as a kind in \`facts\``;
}

function pathsOf(kind: Kind, kinds: Kinds): string[] {
  const derived = (k: Kind): readonly string[] => kinds.derivedNames?.(k) ?? k.derived.map((d) => d.name);
  const own = [...kind.fields.map((f) => f.name), ...derived(kind), 'id', ...(kind.dated ? ['date'] : [])];
  const below = kind.fields.flatMap((f) => {
    const next = typeof f.type === 'object' ? kinds.get(f.type.entity) : f.type === 'payee' ? kinds.get('person') : undefined;
    return next === undefined ? [] : [...next.fields.map((n) => n.name), ...derived(next)].map((n) => `${f.name}.${n}`);
  });
  return [...own, ...below];
}

/**
 * How the rows of a kind lead to the row of another that they belong to: a deal to its pod by
 * `account.pod`. The row itself, then a field of that kind, then one of what a field refers to;
 * the field that is called like the kind before others.
 */
export function pathTo(kinds: Kinds, kind: Kind, entity: string): readonly string[] | undefined {
  if (lineageOf(kinds, kind).some((k) => k.name === entity)) return ['id'];
  const to = (k: Kind): string | undefined => {
    const fields = k.fields.filter((f) => typeof f.type === 'object' && f.type.entity === entity).map((f) => f.name);
    return fields.find((name) => name === entity) ?? fields[0];
  };
  const own = to(kind);
  if (own !== undefined) return [own];
  const references = kind.fields.flatMap((f) => {
    const target = typeof f.type === 'object' ? kinds.get(f.type.entity) : undefined;
    const last = target && to(target);
    return last === undefined ? [] : [[f.name, last]];
  });
  return references.find(([first]) => first === 'account') ?? references[0];
}

/** Whether a name could stand for a field of every one of these kinds. */
export function isField(kinds: Kinds, rows: readonly string[], name: string): boolean {
  return rows.some((row) => {
    const kind = kinds.get(row);
    return kind !== undefined && (fieldOf(kind, name) !== undefined || (kinds.derivedNames?.(kind) ?? []).includes(name));
  });
}

export type { Found };
