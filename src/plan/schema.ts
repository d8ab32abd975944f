/**
 * The zod schema of the files of a workspace, made from the table in `keys.ts`. It checks the shape
 * of a document (which keys, and whether a value, a list or a map stands there) and gives editors
 * their JSON Schema. What the values mean is checked by `resolve.ts`.
 */
import { z } from 'zod';
import type { Diagnostic } from '../value/diagnostic.ts';
import { closest } from './closest.ts';
import { find, textOf } from './document.ts';
import type { MapNode, Node } from './document.ts';
import { isKey, KEYS, PLACE_NAMES } from './keys.ts';
import type { Place, Shape } from './keys.ts';
import { readLiteral } from './literal.ts';
import type { At } from './plan.ts';
import { both, either, problem } from './problem.ts';

/**
 * Everything that is wrong with the shape of one file: unknown keys,
 * empty values, lists and maps where they do not belong. In a plan or a template `removed` may
 * stand anywhere: it is gone once the document is laid over what it is based on.
 */
export function checkShape(root: MapNode, place: Place): Diagnostic[] {
  const found: Diagnostic[] = [];
  const removable = ['plan', 'template', 'amends'].some((key) => find(root, key) !== undefined);
  const strayed = strayedKeys(root, place, found);
  const plain = toPlain(strayed, removable, found);
  const result = schemaOf(place).safeParse(plain);
  if (!result.success) for (const issue of result.error.issues) report(strayed, place, issue, [], found);
  return found;
}

/**
 * `commission:` without anything under it, and `measure`, `rate` … beside it in place of under it: one
 * mistake, said once; what follows is read without them.
 */
function strayedKeys(node: MapNode, place: Place, found: Diagnostic[]): MapNode {
  const entries = node.entries.map((entry) => {
    const shape = KEYS[place][entry.key]?.shape;
    if (typeof shape !== 'object' || !('map' in shape) || !(shape.map in KEYS) || entry.value.kind !== 'map') return entry;
    const below = shape.map as Place, named = entry.value.entries;
    const empty = named.findIndex((e) => e.value.kind === 'text' && e.value.text === '' && !e.value.quoted), first = named[empty + 1];
    if (empty < 0 || first === undefined || !isKey(below, first.key)) return entry;
    const name = named[empty]?.key ?? '';
    found.push(problem('plan.empty_value', first.at, `\`${first.key}\` stands beside \`${name}\`, not under it, so \`${name}\` is empty`, `indent what belongs to \`${name}\` by two more spaces`));
    return { ...entry, value: { ...entry.value, entries: named.filter((e, i) => i !== empty && !(i > empty && isKey(below, e.key))) } };
  });
  return { ...node, entries };
}

/** The JSON Schema of a plan file (draft 2020-12), for editors. */
export function planJsonSchema(): unknown {
  return { ...jsonSchema('plan'), title: 'Trueup plan file' };
}

/** The JSON Schema of `trueup.yaml`. */
export function workspaceJsonSchema(): unknown {
  return { ...jsonSchema('workspace'), title: 'Trueup workspace file' };
}

function jsonSchema(place: Place): Record<string, unknown> {
  return z.toJSONSchema(schemaOf(place), { io: 'input', reused: 'ref' }) as Record<string, unknown>;
}

// Editors read `50` as a number and `yes` may come as a boolean; our own reader gives text only.
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const schemas = new Map<Place, z.ZodType>();

function schemaOf(place: Place): z.ZodType {
  const made = schemas.get(place);
  if (made !== undefined) return made;
  const schema = place === 'spelling' ? z.record(z.string(), scalar) : objectOf(place);
  schemas.set(place, schema);
  return schema;
}

function objectOf(place: Place): z.ZodType {
  const fields: Record<string, z.ZodType> = {};
  for (const [name, key] of Object.entries(KEYS[place])) {
    fields[name] = shapeSchema(key.shape).optional().describe(key.doc);
  }
  return z.strictObject(fields);
}

function shapeSchema(shape: Shape): z.ZodType {
  if (typeof shape === 'object') {
    if ('choice' in shape) return z.enum(shape.choice as [string, ...string[]]);
    if ('place' in shape) return z.lazy(() => schemaOf(shape.place));
    const of = shape.map;
    return z.record(z.string(), of in KEYS ? entryOf(of as Place) : shapeSchema(of as Shape));
  }
  const table = z.lazy(() => schemaOf('table'));
  const measure = z.union([scalar, z.lazy(() => schemaOf('measure'))]);
  const shapes: Readonly<Record<Extract<Shape, string>, () => z.ZodType>> = {
    text: () => scalar,
    formula: () => scalar,
    texts: () => z.union([scalar, z.array(scalar)]),
    number: () => z.union([scalar, table]),
    numbers: () => z.union([scalar, table, z.array(z.union([scalar, table]))]),
    measure: () => measure,
    measures: () => z.array(measure),
    rows: () => z.record(z.string(), z.union([scalar, z.array(scalar), z.record(z.string(), z.unknown())])),
    splits: () => z.union([z.record(z.string(), z.union([scalar, table])), z.array(z.record(z.string(), z.union([scalar, table])))]),
    guardrails: () => z.union([z.array(scalar), z.record(z.string(), z.lazy(() => schemaOf('guardrail')))]),
  };
  return shapes[shape]();
}

/** A named measure may be a formula of other measures; everything else with a name is a map. */
function entryOf(place: Place): z.ZodType {
  return place === 'measure' ? shapeSchema('measure') : z.lazy(() => schemaOf(place));
}

function toPlain(node: Node, removable: boolean, found: Diagnostic[]): unknown {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'list') return node.items.map((item) => toPlain(item, removable, found));
  const kept: [string, unknown][] = [];
  for (const entry of node.entries) {
    const { value } = entry;
    if (value.kind === 'text' && value.text === '' && !value.quoted) {
      found.push(problem('plan.empty_value', entry.at, `\`${entry.key}\` has no value`, 'write the value after the colon, or remove the line; what belongs under it is indented by two spaces'));
    } else if (!(removable && value.kind === 'text' && value.text === 'removed')) {
      kept.push([entry.key, toPlain(value, removable, found)]);
    }
  }
  return Object.fromEntries(kept);
}

interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly Issue[])[];
}

function report(root: MapNode, place: Place, issue: Issue, before: readonly string[], found: Diagnostic[]): void {
  const path = [...before, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') {
    const at = locate(place, path).place;
    const map = nodeAt(root, path);
    const keys = issue.keys ?? [];
    if (at === 'table' && keys.length > 0 && keys.every(isRowKey)) {
      found.push(bareRows(keys, path.at(-1) ?? '', keyPlace(map, keys[0] ?? '', root.at)));
      return;
    }
    if (at === 'fact' && map?.kind === 'map' && keys.every((key) => isText(find(map, key)))) {
      found.push(bareFields(path.at(-1) ?? '', map, keys, keyPlace(map, keys[0] ?? '', root.at)));
      return;
    }
    for (const key of keys) found.push(unknownKey(key, at ?? place, keyPlace(map, key, root.at)));
    return;
  }
  const node = nodeAt(root, path);
  if (issue.code === 'invalid_union') {
    const options = issue.errors ?? [];
    // the option that failed deeper inside is the one that was meant
    const meant = options.find((list) => list.some((i) => i.path.length > 0 || i.code === 'unrecognized_keys' || (i.code === 'invalid_union' && node?.kind === 'list')));
    if (meant !== undefined && node?.kind !== 'text') {
      for (const inner of meant) report(root, place, inner, path, found);
      return;
    }
  }
  const { shape } = locate(place, path), around = path.slice(0, -1), holder = locate(place, around).shape;
  if (isNamed(holder) && keysOf(shape ?? 'text') === holder.map && isKey(holder.map, path.at(-1) ?? '')) {
    const said = nameless(around.at(-1) ?? '', holder.map, path.at(-1) ?? '', nodeAt(root, around)?.at ?? root.at);
    if (!found.some((d) => d.message === said.message && d.line === said.line)) found.push(said);
    return;
  }
  found.push(wrongShape(path, node, shape, node?.at ?? root.at));
}

/** Would this key be the lower end of a table's row? */
function isRowKey(key: string): boolean {
  return readLiteral(key.replace(/^over /, '')) !== undefined;
}
/** Rows without a word that says how they are read: the same rows would pay different amounts. */
function bareRows(keys: readonly string[], under: string, at: At): Diagnostic {
  const kinds = under === 'rate' ? '`marginal` (each part at its own value) or `retroactive` (the value reached, for everything)'
    : '`marginal` (each part at its own value), `steps` (the value of the band reached), `points` (straight lines between) or `lookup` (the row of a word)';
  return problem('plan.table', at, `the rows ${both(keys.slice(0, 3).map((k) => `\`${k}\``))} do not say how they are read`, `put them under ${kinds}: ${under || 'rate'}: { marginal: { … } }`);
}

const isText = (node: Node | undefined): boolean => node?.kind === 'text';
/** Fields that stand beside the keys of their kind. */
function bareFields(kind: string, map: MapNode, keys: readonly string[], at: At): Diagnostic {
  const fields = keys.slice(0, 3).map((key) => `${key}: ${textOf(find(map, key)) ?? ''}`);
  const one = keys.length === 1, near = one ? closest(keys[0] ?? '', Object.keys(KEYS.fact)) : undefined;
  return near !== undefined ? unknownKey(keys[0] ?? '', 'fact', at)
    : problem('plan.unknown_key', at, `${both(keys.slice(0, 3).map((k) => `\`${k}\``))} ${one ? 'is not a key' : 'are not keys'} of a kind of fact`, `fields stand under \`fields\`: \`${kind}: { fields: { ${fields.join(', ')}${keys.length > 3 ? ', …' : ''} } }\``);
}

function keyPlace(map: Node | undefined, key: string, otherwise: At): At {
  return (map?.kind === 'map' ? map.entries.find((e) => e.key === key)?.at : undefined) ?? otherwise;
}

function nodeAt(root: Node, path: readonly string[]): Node | undefined {
  let node: Node | undefined = root;
  for (const step of path) node = node?.kind === 'list' ? node.items.find((_, i) => String(i) === step) : find(node, step);
  return node;
}

/** The shape that the table gives for a path, and the place whose keys may stand there. */
function locate(from: Place, path: readonly string[]): { place?: Place; shape?: Shape } {
  let shape: Shape | undefined = { place: from };
  for (const step of path) shape = shape === undefined ? undefined : below(shape, step);
  const place = shape === undefined ? undefined : keysOf(shape);
  return { ...(place !== undefined && { place }), ...(shape !== undefined && { shape }) };
}

function below(shape: Shape, step: string): Shape | undefined {
  if (typeof shape === 'object' && 'map' in shape) {
    const of = shape.map;
    return of !== 'measure' && of in KEYS ? { place: of as Place } : (of as Shape);
  }
  if (shape === 'numbers' && /^\d+$/.test(step)) return 'number';
  if (shape === 'measures') return 'measure';
  if (shape === 'splits') return /^\d+$/.test(step) ? 'splits' : 'number';
  if (shape === 'guardrails') return /^\d+$/.test(step) ? 'text' : { place: 'guardrail' };
  if (shape === 'texts' || shape === 'rows') return 'text';
  const place = keysOf(shape);
  return place !== undefined && Object.hasOwn(KEYS[place], step) ? KEYS[place][step]?.shape : undefined;
}

function keysOf(shape: Shape): Place | undefined {
  if (typeof shape === 'object') return 'place' in shape ? shape.place : undefined;
  return shape === 'number' || shape === 'numbers' ? 'table' : shape === 'measure' ? 'measure' : undefined;
}

/** Words of other systems, and what this language says instead. */
const INSTEAD: Readonly<Record<string, string>> = {
  tiers: 'a table says how it is read: write `marginal`, `retroactive`, `steps`, `points` or `lookup`',
  bands: 'a table says how it is read: write `marginal`, `retroactive`, `steps`, `points` or `lookup`',
  quota: 'put it under `terms` (quota: money a quarter) and write `target: quota`',
  ote: 'put it under `terms` (ote: money a year) and write `incentive: ote * 40%`',
  commission: 'write `rate` for pay per unit, `payout` for a share of the incentive, `amount` for money',
  bonus: 'write `amount` for money, or `payout` for a share of the incentive',
  accelerator: 'write a further row of the table, such as `marginal: { 0%: 1x, 100%: 1.5x }`',
  threshold: 'write a gate: `gates: { name: { require: measure >= 60% } }`, or a table that starts there',
  when: 'write `where` to pick facts, or a gate with `require` to put a condition on pay',
  if: 'write `where` to pick facts, or a gate with `require` to put a condition on pay',
  unless: 'write a gate with `require` and `otherwise`',
  filter: 'write `where`',
  start: 'write `effective: 2026-01-01 / 2027-01-01`',
  end: 'write `effective: 2026-01-01 / 2027-01-01`',
};

/** Is a key that is missing there in another spelling? That has been told. */
export function isMisspelt(root: MapNode, key: string): boolean {
  return root.entries.some((e) => !isKey('plan', e.key) && closest(e.key, Object.keys(KEYS.plan)) === key);
}

/** Parts of the language with a folder of their own. */
const OWN_FOLDERS: readonly string[] = ['sources', 'facts', 'states', 'measures', 'guardrails'];

function unknownKey(key: string, place: Place, at: At): Diagnostic {
  const known = Object.keys(KEYS[place]);
  const near = closest(key, known);
  const elsewhere = (Object.keys(KEYS) as Place[]).filter((p) => p !== place && isKey(p, key));
  const hint = near !== undefined
    ? `did you mean \`${near}\`?`
    : Object.hasOwn(INSTEAD, key) && INSTEAD[key] !== undefined
      ? INSTEAD[key]
      : place === 'workspace' && isKey('plan', key)
        ? OWN_FOLDERS.includes(key) ? `put \`${key}\` into a file of its own, such as ${key}/company.yaml` : `\`${key}\` belongs in a plan: put it into a file of the folder plans, or under \`defaults\` if it holds for all plans`
      : elsewhere[0] !== undefined
        ? `\`${key}\` belongs in ${PLACE_NAMES[elsewhere[0]]}: check the indentation`
        : `${PLACE_NAMES[place]} may have ${either(known)}`;
  return problem('plan.unknown_key', at, `\`${key}\` is not a key of ${PLACE_NAMES[place]}`, hint);
}

type Named = { readonly map: Place };
/** A map of names, each with keys of one place. */
const isNamed = (shape: Shape | undefined): shape is Named => typeof shape === 'object' && 'map' in shape && shape.map in KEYS;

function nameless(holder: string, place: Place, key: string, at: At): Diagnostic {
  return problem('plan.wrong_shape', at, `under \`${holder}\` each ${PLACE_NAMES[place].replace(/^an? /, '')} has a name, and here the name is missing`, `write \`${holder}: { name: { ${key}: … } }\`; the name is one word of your own`);
}

/** The key that is most often meant where one value stands for all keys of a place. */
const MAIN_KEY: Partial<Readonly<Record<Place, string>>> = {
  gate: 'require', guardrail: 'require', release: 'share', take_back: 'share', limit: 'at_most', credit: 'to', state: 'while', pool: 'share', convert: 'rate', exchange: 'rate', accounting: 'capitalise',
};

/** What to write in place of a value of the wrong shape, where it says what is meant. */
function meantBy(name: string, node: Node | undefined, shape: Shape | undefined): string | undefined {
  const place = shape === undefined ? undefined : keysOf(shape);
  if (node?.kind === 'text' && place === 'draw') return `write \`draw: { amount: ${node.text}, recover: 100% }\``;
  if (node?.kind === 'text' && place !== undefined && MAIN_KEY[place] !== undefined && typeof shape === 'object') return `write \`${name}: { ${MAIN_KEY[place]}: ${node.text} }\``;
  if (typeof shape === 'object' && 'map' in shape && node?.kind === 'list') return `give each a name: \`${name}: { name: … }\``;
  if (typeof shape === 'object' && 'map' in shape && shape.map === 'number' && node?.kind === 'text') return `give it a name: \`${name}: { name: ${node.text} }\``;
  if (name === 'payees' && node?.kind === 'list') return `write a condition: \`payees: id in (${node.items.map((i) => `"${textOf(i) ?? '…'}"`).join(', ')})\``;
  return name === 'to' && node?.kind === 'map' ? 'for shares write `split` in place of `to`' : undefined;
}

function wrongShape(path: readonly string[], node: Node | undefined, shape: Shape | undefined, at: At): Diagnostic {
  const name = path.at(-1) ?? 'the file';
  const got = node === undefined ? 'nothing' : node.kind === 'text' ? `\`${node.text}\`` : node.kind === 'list' ? 'a list' : 'a map';
  if (typeof shape === 'object' && 'choice' in shape) {
    const near = node?.kind === 'text' ? closest(node.text, shape.choice) : undefined;
    const words = either(shape.choice.map((w) => (w === '\t' ? '"\\t"' : w)));
    return problem('plan.bad_value', at, `\`${name}\` is ${words}, not ${got}`, near === undefined ? `write one of them` : `did you mean \`${near}\`?`);
  }
  const [expected, hint] = EXPECTED[typeof shape === 'string' ? shape : shape === undefined ? 'value' : 'map'];
  return problem('plan.wrong_shape', at, `\`${name}\` must be ${expected}, not ${got}`, meantBy(name, node, shape) ?? hint);
}

const EXPECTED: Readonly<Record<Extract<Shape, string> | 'map' | 'value', readonly [string, string]>> = {
  text: ['one value', 'write the value on the same line as the key'],
  value: ['one value', 'write the value on the same line as the key'],
  formula: ['one formula', 'write the formula on the same line as the key'],
  texts: ['a value or a list of values', 'write `name`, or `[name, name]`'],
  number: ['a number, a name, a formula or a table', 'write `5%`, `quota`, or a table such as `{ marginal: { 0: 3%, 50k: 5% } }`'],
  numbers: ['a number, a name, a formula, a table, or a list of them', 'write `200%` or `[200%, 50k]`'],
  measure: ['the name of a measure, or a map', 'write a name, or a map such as `{ sum: amount, from: deal }`'],
  measures: ['a list of two measures', 'write `[won, closed]`'],
  rows: ['a map of key: value', 'write the rows as `{ 0: 3%, 50k: 5% }`'],
  guardrails: ['a list of names, or a map of guardrails', 'write `[icp_floor, windfall]`, or `{ small: { from: deal, require: amount >= 500 } }`'],
  splits: ['a map of payee: share, or a list of such maps', 'write `{ partner: 20%, owner: rest }`'],
  map: ['a map of keys', 'write the keys below it, indented by two spaces, or in { }'],
};
