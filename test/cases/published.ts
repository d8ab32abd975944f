/**
 * The published cases as they lie beside the project: JSON files with rules, inputs and expected pay.
 * They are read when tests run and never copied, so every value has an address here, its path:
 * `inputs.rep.closed`, `expected.rep.year.payout`. What stands in a list is found by its `id` or
 * `name`, or else by its number from 0: `inputs.deals.A.amount`, `inputs.payments.0.amount`.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../../../shared/cases/published');
export const PUBLISHED_THERE = existsSync(FOLDER);

export interface Published {
  readonly family: string;
  /** path → value, as text */
  readonly values: ReadonlyMap<string, string>;
  /** paths of the expected figures, without the `expected.` before them */
  readonly expected: readonly string[];
}

/** The ids of all published cases, in order; none where the folder is absent. */
export function publishedIds(): string[] {
  return PUBLISHED_THERE ? readdirSync(FOLDER).filter((f) => f.endsWith('.json')).map((f) => f.replace('.json', '')).sort() : [];
}

export function readPublished(id: string): Published {
  return publishedOf(readFileSync(join(FOLDER, `${id}.json`), 'utf8'));
}

export function publishedOf(text: string): Published {
  const json = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const values = new Map<string, string>();
  for (const part of ['plan', 'inputs', 'expected']) gather(part, json[part], values);
  const expected = [...values.keys()].filter((path) => path.startsWith(EXPECTED)).map((path) => path.slice(EXPECTED.length));
  return { family: textOf(json['family']), values, expected };
}
const EXPECTED = 'expected.';

function gather(path: string, value: unknown, into: Map<string, string>): void {
  if (Array.isArray(value)) {
    value.forEach((item: unknown, i) => { gather(`${path}.${nameOf(item) ?? i}`, item, into); });
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) gather(`${path}.${key}`, inner, into);
  } else {
    into.set(path, textOf(value));
  }
}
function nameOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const named = Object.entries(item).find(([key]) => key === 'id' || key === 'name');
  return named === undefined ? undefined : textOf(named[1]);
}
function textOf(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
