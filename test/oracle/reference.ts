/** The test tables of the language's reference (../shared/language), read as questions for the oracle. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listOf, mapOf, overlay, readDocuments, textOf, textsOf, isMap, versions, expanded } from './documents.ts';
import type { Surroundings, Yaml, YamlMap } from './documents.ts';
import type { Question } from './oracle.ts';

export interface Table { readonly name: string; readonly document: YamlMap }

/** Every document of every test file; none where the folder is absent. */
export function tablesOf(folder: string): Table[] {
  if (!existsSync(join(folder, 'tests'))) return [];
  return readdirSync(join(folder, 'tests')).sort().flatMap((file) =>
    readDocuments(readFileSync(join(folder, 'tests', file), 'utf8')).map((document, i) => ({ name: `${file.replace('.yaml', '')} ${i + 1}`, document })));
}

/** One question a plan; amendments and versions of one plan are one question. */
export function questionsOf(folder: string, test: YamlMap): Question[] {
  const plans = textsOf(test['plan']).flatMap((name) => {
    const path = join(folder, 'plans', `${name}.yaml`);
    return expanded(readOne(path), around(folder, dirname(path)));
  }).map((plan) => mapOf(overlay(plan, mapOf(test['set']))));
  const data = {
    library: textsOf(test['uses']).reduce<YamlMap>((library, name) => mapOf(overlay(library, sectionsOf(readOne(join(folder, `${name}.yaml`))))), {}),
    people: mapOf(test['people']), roles: mapOf(test['roles']), entities: mapOf(test['entities']), facts: factsOf(mapOf(test['facts'])), known: textOf(test['known']),
  };
  const several = new Set(plans.map((p) => p['plan'])).size === plans.length && plans.every((p) => !('amends' in p));
  return several ? plans.map((plan) => ({ ...data, plans: [plan] })) : [{ ...data, plans: versions(plans) }];
}

function readOne(path: string): YamlMap {
  return readDocuments(readFileSync(path, 'utf8'))[0] ?? {};
}
function sectionsOf(library: YamlMap): YamlMap {
  return Object.fromEntries(Object.entries(library).filter(([, section]) => isMap(section)));
}
function around(folder: string, beside: string): Surroundings {
  const templates = readdirSync(join(folder, 'library/templates')).map((file) => readOne(join(folder, 'library/templates', file)));
  return {
    templates, defaults: mapOf(readOne(join(folder, 'trueup.yaml'))['defaults']),
    rowsOf: (file) => {
      const [header = '', ...lines] = readFileSync(join(beside, file), 'utf8').trim().split(/\r?\n/);
      const columns = header.split(',');
      return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [columns[i] ?? '', cell])));
    },
  };
}

/** `copies: 9` repeats a row; `#` in it is the number. */
function factsOf(facts: YamlMap): YamlMap {
  return Object.fromEntries(Object.entries(facts).map(([kind, rows]) => [kind, listOf(rows).flatMap((row) => {
    const map = mapOf(row), copies = Number(textOf(map['copies']) ?? '1');
    return Array.from({ length: copies }, (_, i): Yaml => Object.fromEntries(Object.entries(map).filter(([k]) => k !== 'copies').map(([k, v]) => [k, typeof v === 'string' ? v.replaceAll('#', String(i)) : v])));
  })]));
}
