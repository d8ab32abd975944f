/**
 * Plan documents as they are written, all scalars text, and what several of them together mean:
 * templates, defaults, one plan a row, amendments and versions (language.md section 8).
 */
import { parseAllDocuments } from 'yaml';
import { byCodePoint } from '../../src/value/code-points.ts';
import { Bad } from './value.ts';

export type Yaml = string | readonly Yaml[] | YamlMap;
export interface YamlMap { readonly [key: string]: Yaml }

export function readDocuments(text: string): YamlMap[] {
  return parseAllDocuments(text, { schema: 'failsafe', logLevel: 'silent' }).map((d) => mapOf(plain(d.toJS())));
}
function plain(value: unknown): Yaml {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return typeof value === 'string' ? value : '';
}

export function isMap(value: Yaml | undefined): value is YamlMap {
  return typeof value === 'object' && !Array.isArray(value);
}
export function mapOf(value: Yaml | undefined): YamlMap {
  return isMap(value) ? value : {};
}
/** One value where a list may stand is a list of one. */
export function listOf(value: Yaml | undefined): readonly Yaml[] {
  if (value === undefined) return [];
  return typeof value === 'object' && !isMap(value) ? value : [value];
}
export function textOf(value: Yaml | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
export function textsOf(value: Yaml | undefined): string[] {
  return listOf(value).flatMap((v) => (typeof v === 'string' ? [v] : []));
}
/** The maps of a map of maps, in the order in which they are written. */
export function mapsOf(value: Yaml | undefined): [string, YamlMap][] {
  return Object.entries(mapOf(value)).map(([name, v]) => [name, mapOf(v)]);
}

/** Section 8: maps merge by key, everything else replaces, `removed` deletes. */
export function overlay(below: Yaml | undefined, above: Yaml): Yaml {
  if (!isMap(below) || !isMap(above)) return isMap(above) ? overlay({}, above) : above;
  const out: Record<string, Yaml> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === 'removed') delete out[key];
    else out[key] = isMap(out[key]) ? overlay(out[key], value) : value;
  }
  return out;
}

/** What stands around a plan: templates, the workspace's defaults, and the rows of files that `for_each` names. */
export interface Surroundings {
  readonly templates?: readonly YamlMap[];
  readonly defaults?: YamlMap;
  readonly rowsOf?: (file: string) => readonly Readonly<Record<string, string>>[];
}

/** The plans that one document stands for. Precedence: plan, template, `defaults`. */
export function expanded(document: YamlMap, around: Surroundings): YamlMap[] {
  let doc = document;
  const name = textOf(doc['based_on']);
  if (name !== undefined) {
    const template = around.templates?.find((t) => t['template'] === name);
    if (template === undefined) throw new Bad(`there is no template ${name}`);
    doc = mapOf(overlay(without(template, 'template'), without(doc, 'based_on')));
  }
  // an amendment is laid over a version that has its defaults already
  if (!('amends' in doc)) doc = mapOf(overlay(around.defaults ?? {}, doc));
  const file = textOf(doc['for_each']);
  if (file === undefined) return [doc];
  return (around.rowsOf?.(file) ?? []).map((row) => ({
    ...without(doc, 'for_each'), plan: `${textOf(doc['plan'])}-${Object.values(row)[0] ?? ''}`, with: { ...mapOf(doc['with']), ...row },
  }));
}

/** Versions of plans: `amends` lays its keys over the version of that date; versions of one plan neither overlap nor leave a gap. */
export function versions(documents: readonly YamlMap[]): YamlMap[] {
  const done: YamlMap[] = [];
  for (const doc of documents) {
    const amends = textOf(doc['amends']);
    if (amends === undefined) { done.push(doc); continue; }
    const old = done.find((v) => v['plan'] === doc['plan'] && (textOf(v['effective']) ?? '').startsWith(amends));
    if (old === undefined) throw new Bad(`${textOf(doc['plan'])} amends ${amends}: there is no such version`);
    done.push(mapOf(overlay(old, without(doc, 'amends'))));
  }
  for (const plan of new Set(done.map((d) => d['plan']))) {
    const spans = done.filter((d) => d['plan'] === plan).map((d) => (textOf(d['effective']) ?? '').split(' / ')).sort(([a = ''], [b = '']) => byCodePoint(a, b));
    spans.slice(1).forEach(([from = ''], i) => {
      const to = spans[i]?.[1] ?? '';
      if (from !== to) throw new Bad(`versions of ${textOf(plan)} ${from < to ? 'overlap' : 'leave a gap'}: ${to} and ${from}`);
    });
  }
  return done;
}

export function without(map: YamlMap, ...keys: readonly string[]): YamlMap {
  return Object.fromEntries(Object.entries(map).filter(([k]) => !keys.includes(k)));
}
