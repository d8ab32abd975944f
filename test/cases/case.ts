/**
 * A folder of a published case → a small workspace and the figures that must come out of it.
 *
 * - `plan.yaml`: the plan. `facts.yaml`: the fields of its facts, with their types.
 * - `case.yaml`: people, entities and facts. `$inputs.rep.closed` is the value of that path in the
 *   published file; text before it and a `%` after it stay (`$inputs.rep.margin_pct%`, `2026-$inputs.day`).
 * - `expect`: path of a published figure → what it is with us, `[payee, period, figure]`, or several
 *   of these. Words may follow that say how the published figure becomes ours, in their order:
 *   `percent` (shown in percent), `times X`, `plus X`, `less X`; `to X` (it is rounded to that, as shown).
 *   Where the published figure is a period, it stands as `$published`, and `is X` says what the figure is.
 * - `not compared`: path → why not. `also`: further figures, `[payee, period, figure, value]`: of our own, or
 *   published inputs that the facts must come to.
 * - `refused`: why this version does on purpose not pay what is published.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLiteral } from '../../src/plan/literal.ts';
import { must } from '../../src/value/diagnostic.ts';
import { abs, add, formatRatio, multiply, parseRatio, type Ratio, ratio, subtract } from '../../src/value/rate.ts';
import { asList, asMap, asText, isMap, readDocuments, type Yaml } from '../language/yaml.ts';
import { type Published, readPublished } from './published.ts';

/** One figure that is compared: of the published case, or (without a path) a further one. */
export interface Expected { readonly path: string | undefined; readonly payee: string; readonly period: string; readonly figure: string; readonly value: string }
export interface Case {
  readonly id: string;
  readonly family: string;
  readonly plan: string;
  readonly facts: string;
  readonly people: Yaml;
  readonly entities: Yaml;
  readonly rows: Yaml;
  readonly expected: readonly Expected[];
  /** published figures that are compared, and those that are not, with the reason */
  readonly compared: ReadonlySet<string>;
  readonly left: ReadonlyMap<string, string>;
  readonly refused: string | undefined;
  /** what is wrong with the folder itself: figures that nobody compares, paths that lead nowhere */
  readonly mistakes: readonly string[];
}

export function caseIds(): string[] {
  return readdirSync(import.meta.dirname, { withFileTypes: true }).filter((f) => f.isDirectory()).map((f) => f.name).sort();
}

export function readCase(id: string): Case {
  const text = (name: string): string => readFileSync(join(import.meta.dirname, id, name), 'utf8');
  return caseOf(id, { plan: text('plan.yaml'), facts: text('facts.yaml'), case: text('case.yaml') }, readPublished(id));
}

export function caseOf(id: string, text: { readonly plan: string; readonly facts: string; readonly case: string }, published: Published): Case {
  const mistakes: string[] = [];
  const written = must(readDocuments(text.case)[0]);
  const document = asMap(filledIn(written, published, mistakes));
  const compared = Object.entries(asMap(document['expect'])).flatMap(([path, rows]) => rowsOf(rows).map((row) => comparison(path, row, published, mistakes)));
  const also = asList(document['also']).map((row): Expected => {
    const [payee = '', period = '', figure = '', value = ''] = asList(row).map(asText);
    return { path: undefined, payee, period, figure, value };
  });
  const paths = new Set(Object.keys(asMap(document['expect']))), left = new Map(Object.entries(asMap(document['not compared'])).map(([path, why]) => [path, asText(why)]));
  for (const path of published.expected) if (!paths.has(path) && !left.has(path)) mistakes.push(`nothing is said of the published figure \`${path}\``);
  for (const path of [...paths, ...left.keys()]) if (!published.expected.includes(path)) mistakes.push(`there is no published figure \`${path}\``);
  for (const [path, why] of left) if (why === '' || paths.has(path)) mistakes.push(`\`${path}\` is either compared, or not compared with a reason`);
  return {
    id, family: published.family, plan: text.plan, facts: text.facts,
    people: document['people'] ?? {}, entities: document['entities'] ?? {}, rows: document['facts'] ?? {}, expected: [...compared, ...also], compared: paths, left,
    refused: document['refused'] === undefined ? undefined : asText(document['refused']), mistakes,
  };
}

/** One `[payee, period, figure, …]`, or a list of them. */
function rowsOf(rows: Yaml): readonly Yaml[] {
  return asList(rows).every((cell) => typeof cell === 'string') ? [rows] : asList(rows);
}

/** Every `$path` replaced by the published value. */
function filledIn(value: Yaml, published: Published, mistakes: string[]): Yaml {
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filledIn(v, published, mistakes)]));
  if (typeof value !== 'string') return value.map((v) => filledIn(v, published, mistakes));
  return value.replace(/\$((?:plan|inputs|expected)\..+?)(%?)$/, (_, path: string, percent: string) => {
    const found = published.values.get(path);
    if (found === undefined) mistakes.push(`\`$${path}\` leads nowhere`);
    return `${found ?? ''}${percent}`;
  });
}

function comparison(path: string, row: Yaml, published: Published, mistakes: string[]): Expected {
  const [payee = '', period = '', figure = '', ...how] = asList(row).map(asText);
  const shown = published.values.get(`expected.${path}`) ?? '';
  let value = parseRatio(shown), scale = ratio(1n), unit: Ratio | undefined;
  for (const step of how) {
    const [word = '', x = ''] = step.split(' '), operand = numberOf(x);
    if (word === 'percent') { value &&= multiply(value, PERCENT); scale = multiply(scale, PERCENT); continue; }
    if (operand === undefined) { mistakes.push(`\`${step}\` of \`${path}\` is not understood`); continue; }
    switch (word) {
      case 'times': value &&= multiply(value, operand); scale = multiply(scale, abs(operand)); break;
      case 'plus': value &&= add(value, operand); break;
      case 'less': value &&= subtract(value, operand); break;
      case 'to': unit = operand; break;
      case 'is': value = operand; break;
      default: mistakes.push(`\`${step}\` of \`${path}\` is not understood`);
    }
  }
  if (value === undefined) mistakes.push(`the published figure \`${path}\` is not a number`);
  const near = unit === undefined ? '' : ` ~ ${formatRatio(multiply(unit, scale))}`;
  return { path, payee, period: period.replace('$published', shown), figure, value: `${value === undefined ? '' : formatRatio(value)}${near}` };
}
const PERCENT = ratio(1n, 100n);

function numberOf(text: string): Ratio | undefined {
  const literal = readLiteral(text);
  return literal?.kind === 'number' ? literal.value : undefined;
}
