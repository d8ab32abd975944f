/** Documents of the language's reference as plain data, all scalars text: read, laid over each other, written again. */
import { parseAllDocuments, stringify } from 'yaml';

export type Yaml = string | readonly Yaml[] | YamlMap;
export interface YamlMap { readonly [key: string]: Yaml }

export function readDocuments(text: string): YamlMap[] {
  return [...parseAllDocuments(text, { schema: 'failsafe', logLevel: 'silent' })].map((d) => asMap(plain(d.toJS())));
}
/** As text that our own reader takes: quoted everywhere, so that nothing changes its meaning. */
export function written(document: YamlMap): string {
  return stringify(ordered(document), { schema: 'failsafe', defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 });
}

/** Keys that are numbers in their order: objects would put whole ones first. */
function ordered(value: Yaml): unknown {
  if (typeof value === 'string') return value;
  if (!isMap(value)) return value.map(ordered);
  const entries = Object.entries(value).map(([k, v]): [string, unknown] => [k, ordered(v)]);
  return new Map(entries.every(([k]) => /^-?[\d._]+$/.test(k)) ? entries.sort(([a], [b]) => Number(a.replaceAll('_', '')) - Number(b.replaceAll('_', ''))) : entries);
}

function plain(value: unknown): Yaml {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  return typeof value === 'string' ? value : '';
}

export function isMap(value: Yaml | undefined): value is YamlMap {
  return typeof value === 'object' && !Array.isArray(value);
}
export function asMap(value: Yaml | undefined): YamlMap {
  return isMap(value) ? value : {};
}
export function asList(value: Yaml | undefined): readonly Yaml[] {
  return value === undefined ? [] : typeof value === 'object' && !isMap(value) ? value : [value];
}
export function asText(value: Yaml | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Maps merge by key, everything else replaces, `removed` deletes. */
export function overlay(below: Yaml | undefined, above: Yaml): Yaml {
  if (!isMap(below) || !isMap(above)) return above;
  const out: Record<string, Yaml> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === 'removed') delete out[key];
    else out[key] = overlay(out[key], value);
  }
  return out;
}

/** Every word that stands anywhere in keys or texts. */
export function wordsOf(value: Yaml, into: Set<string> = new Set()): Set<string> {
  if (typeof value === 'string') for (const word of value.match(/[A-Za-z_]\w*/g) ?? []) into.add(word);
  else if (isMap(value)) for (const [key, inner] of Object.entries(value)) { wordsOf(key, into); wordsOf(inner, into); }
  else for (const inner of value) wordsOf(inner, into);
  return into;
}
