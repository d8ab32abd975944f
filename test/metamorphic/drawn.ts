/** Drawn companies as files: what `test/oracle/draw.ts` draws, written as a company would export it. */
import { formatDay } from '../../src/value/period.ts';
import { readWorkspace } from '../../src/plan/workspace.ts';
import { asList, asMap, asText, type Yaml, type YamlMap, written } from '../language/yaml.ts';
import { draw, type Drawn, KINDS } from '../oracle/draw.ts';
import { datedRows } from '../oracle-company.ts';
import type { Stages } from '../corpus/corpus.ts';
import { type Company, workspaceOf } from './company.ts';
import { paidBy, Refused, type Route } from './route.ts';
import { csvCell } from '../../src/engine/csv.ts';

/** Plans that are refused are left out: what a plan may not say is no question of what it pays. */
export function drawnCompany(name: string, drawn: Drawn): Company {
  const reference = Object.entries({ person: drawn.people, role: drawn.roles, ...drawn.entities } as YamlMap).map(([kind, rows]) => fileOf(kind, true, entityRows(asMap(rows))));
  const facts = Object.entries(drawn.facts).map(([kind, rows]) => fileOf(kind, false, asList(rows).map(asMap)));
  const files = new Map([
    ['trueup.yaml', written({ company: 'Acme', currency: 'USD', calendar: 'months' })], ['facts/kinds.yaml', written({ facts: { ...KINDS, person: { fields: { ...asMap(asMap(KINDS['person'])['fields']), pay: 'money', goal_term: 'money', boost: 'number' } } } })],
    ['sources/all.yaml', written({ sources: Object.fromEntries([...reference, ...facts].map((f) => [`${f.kind}s`, f.source])) })], ...[...reference, ...facts].map((f): [string, string] => [f.path, f.text]),
    ...drawn.plans.map((p): [string, string] => [`plans/${asText(p['plan'])}.yaml`, written(p)]),
  ]);
  for (;;) {
    const { diagnostics } = readWorkspace('.', { list: (folder) => [...files.keys()].filter((f) => f.startsWith(`${folder}/`)).sort(), text: (path) => files.get(path) });
    const wrong = new Set(diagnostics.filter((d) => d.severity === 'error').map((d) => d.file));
    if (wrong.size === 0) return { name, files };
    for (const file of wrong) if (!file.startsWith('plans/') || !files.delete(file)) throw new Error(`${name}: ${diagnostics.map((d) => `${d.file}: ${d.message}`).join('; ')}`);
  }
}

/** A drawn company of plans that are calculated, with what they pay. */
export async function paidCompany(route: Route, seed: number, plans: number): Promise<{ readonly company: Company; readonly before: Stages }> {
  let company = drawnCompany(`drawn ${seed}`, draw(seed, plans));
  const { memory } = await route.imported([company]), engine = await memory();
  for (;;) {
    try {
      return { company, before: await paidBy(engine, workspaceOf(company)) };
    } catch (error) {
      if (!(error instanceof Refused) || error.files.length === 0) throw error;
      company = { ...company, files: new Map([...company.files].filter(([file]) => !error.files.includes(file))) };
    }
  }
}

interface File { readonly kind: string; readonly path: string; readonly source: YamlMap; readonly text: string }
function fileOf(kind: string, reference: boolean, rows: readonly YamlMap[]): File {
  const own = kind === 'person' ? ['role', 'manager', 'hired', 'left'] : [], declared = Object.keys(asMap(asMap(KINDS[kind])['fields'])).filter((f) => f !== 'currency');
  const fields = [...reference ? ['from'] : [], ...own, ...declared], head = ['id', ...reference ? [] : ['date'], ...fields];
  const path = `data-in/${kind}.csv`, money = reference ? [] : declared.filter((f) => asMap(asMap(KINDS[kind])['fields'])[f] === 'money');
  // a blank amount would wait in quarantine
  return {
    kind, path, source: { file: path, into: kind, id: 'id', ...!reference && { date: 'date', ...money.length > 0 && { currency: 'USD' } }, fields: Object.fromEntries(fields.map((f) => [f, f])) },
    text: [head, ...rows.map((row) => head.map((f) => (row[f] === undefined && money.includes(f) && row['reverses'] === undefined ? '0' : cellOf(row[f]))))].map((cells) => `${cells.map(csvCell).join(',')}\n`).join(''),
  };
}
/** `ann; ben`, `ann: 60%; ben: 40%` */
function cellOf(value: Yaml | undefined): string {
  return asList(value).map((part) => (typeof part === 'string' ? part : asList(part).map(asText).join(': '))).join('; ');
}
/** A row for each day on which something of it changes. */
function entityRows(rows: YamlMap): YamlMap[] {
  return Object.entries(rows).flatMap(([id, row]) => {
    const dated = Object.entries(asMap(row)).map(([field, value]) => ({ field, of: datedRows(value) }));
    const days = [...new Set([null, ...dated.flatMap(({ of }) => of.map((d) => d.from))])].sort((a, b) => (a ?? -Infinity) - (b ?? -Infinity));
    return days.map((from): YamlMap => ({ id, from: from === null ? '' : formatDay(from), ...Object.fromEntries(dated.map(({ field, of }) => [field, of.findLast((d) => d.from === null || (from !== null && d.from <= from))?.value ?? ''])) }));
  });
}
