/**
 * `trueup test`: small tables of a workspace, facts in and pay out. A file of `tests/` holds one or
 * more documents; each names a plan, people and facts, and the figures that must come out:
 *
 *     plan: ae-2026
 *     people: { ann: { role: AE, quota: 800_000 } }
 *     facts: { deal: [ { id: d1, owner: ann, date: 2026-01-15, stage: Won, amount: 50_000 } ] }
 *     expect: [ [ann, 2026-Q1, commission, 1_500] ]
 *
 * The rows go into a store in memory and through the very program that pays people.
 */
import type { ProgramRunner } from '../engine/engine.ts';
import { closest } from '../plan/closest.ts';
import { entriesOf, find, itemsOf, type MapNode, type Node, readDocument, textOf } from '../plan/document.ts';
import type { Value } from '../plan/evaluate.ts';
import { isList } from '../plan/kinds.ts';
import { readLiteral } from '../plan/literal.ts';
import type { FieldType, Kind, Plan, Workspace } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import type { AskedMeasure } from '../stage/asked.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { type Day, formatDay, parseDay } from '../value/period.ts';
import { compare, formatRatio, type Ratio } from '../value/rate.ts';
import { FOREVER } from '../ledger/release.ts';
import { calculate, type Calculation } from './calculate.ts';
import { type Named, unknownName } from './figure-names.ts';
import { type Figures, figuresOf } from './figures.ts';
import { measureAsked } from './named-figures.ts';
import { asksForLines, isPaymentFigure } from './payment-figures.ts';
import { paymentsOf } from './payments.ts';
import { asOf, datedLists, type DatedLists, listsOf, type Say, withParties } from './plan-test-lists.ts';
import { fillStore, type SmallEntity, type SmallRow } from './small-store.ts';

export interface Difference { readonly file: string; readonly line: number; readonly payee: string; readonly period: string; readonly figure: string; readonly expected: string; readonly got: string }
export interface TestReport { readonly file: string; readonly figures: number; readonly differences: readonly Difference[]; readonly diagnostics: readonly Diagnostic[] }

/** What a test calculated, while its engine is still open. */
export interface Seen { readonly engine: ProgramRunner; readonly calculation: Calculation; readonly kinds: readonly Kind[]; /** the last day that it knows of */ readonly asOf: Day }

/** Runs one file of tests. `open` gives an empty engine for each document; `see` is shown each calculation. */
export async function runTestFile(workspace: Workspace, file: string, text: string, open: () => Promise<ProgramRunner>, see?: (seen: Seen) => Promise<void>): Promise<TestReport> {
  let figures = 0;
  const differences: Difference[] = [], diagnostics: Diagnostic[] = [];
  for (const part of documentsOf(text)) {
    const { value: root, diagnostics: found } = readDocument(file, part);
    diagnostics.push(...found);
    if (root === undefined) continue;
    const engine = await open();
    try {
      const out = await runTest(workspace, file, root, engine, see);
      figures += out.figures; differences.push(...out.differences); diagnostics.push(...out.diagnostics);
    } finally { await engine.close(); }
  }
  return { file, figures, differences, diagnostics };
}

/** Documents of a file, each with the lines before it left blank, so that places stay true. */
function documentsOf(text: string): string[] {
  const lines = text.split('\n');
  const starts = [0, ...lines.flatMap((l, i) => (/^---\s*$/.test(l) ? [i + 1] : []))];
  return starts.map((from, i) => {
    const to = starts[i + 1] === undefined ? lines.length : (starts[i + 1] as number) - 1;
    return '\n'.repeat(from) + lines.slice(from, to).join('\n');
  }).filter((part) => part.trim() !== '');
}

const TEST_KEYS = ['plan', 'people', 'entities', 'facts', 'known', 'expect'];

function didYouMean(name: string, names: readonly string[], all: string): string {
  const near = closest(name, names);
  return near !== undefined ? `Did you mean \`${near}\`?` : names.length === 0 ? 'There are none yet.' : `${all} ${both(names.map((n) => `\`${n}\``))}.`;
}

async function runTest(workspace: Workspace, file: string, root: MapNode, engine: ProgramRunner, see?: (seen: Seen) => Promise<void>): Promise<Omit<TestReport, 'file'>> {
  const say: Say = (node, message, hint) => ({ code: 'test.bad', severity: 'error', file, line: (node ?? root).at.line, column: (node ?? root).at.column, path: '', message, hint });
  const planNode = find(root, 'plan'), names = planNode?.kind === 'list' ? planNode.items.map((n) => textOf(n) ?? '') : [textOf(planNode) ?? ''];
  const expected = itemsOf(find(root, 'expect')), rows = expected.map((row) => itemsOf(row).map((n) => textOf(n) ?? '')), asked = rows.map((r) => r[2] ?? '');
  const wanted = rows.flatMap(([who = '', period = '', figure = '']): AskedMeasure[] => { const measure = measureAsked(figure); return measure === undefined ? [] : [{ measure, period, who }]; });
  const tested = workspace.plans.filter((p) => names.includes(p.plan) || (p.family !== undefined && names.includes(p.family)));
  if (tested.length === 0) return { figures: 0, differences: [], diagnostics: [say(planNode, planNode === undefined ? 'The test does not say which plan it tests.' : `There is no plan ${names.map((n) => `\`${n}\``).join(', ')} in this workspace.`, planNode === undefined ? 'Write `plan: NAME` at its top.' : didYouMean(names[0] ?? '', [...new Set(workspace.plans.map((p) => p.plan))], 'Plans are'))] };
  const reading = wanted.length === 0 ? { value: tested, diagnostics: [] } : workspace.measures.read(tested, [...new Set(wanted.map((w) => w.measure))]);
  if (reading.value === undefined) return { figures: 0, differences: [], diagnostics: reading.diagnostics };
  const plans = reading.value, problems: Diagnostic[] = [];
  for (const e of entriesOf(root)) if (!TEST_KEYS.includes(e.key)) problems.push(say(e, `\`${e.key}\` is not a part of a test.`, didYouMean(e.key, TEST_KEYS, 'Its parts are')));
  if (find(root, 'expect') === undefined) problems.push(say(planNode, 'The test expects nothing, so it can never differ.', 'Add `expect: [ [PAYEE, 2026-Q1, earned, 1_000] ]`.'));
  // the last day that the run knows of: what happened later is not in the store
  const knownNode = find(root, 'known'), known = knownNode === undefined ? undefined : parseDay(textOf(knownNode) ?? '');
  if (knownNode !== undefined && known === undefined) problems.push(say(knownNode, `\`known: ${textOf(knownNode) ?? ''}\` is not a day.`, 'Write the last day that the run knows of: `known: 2026-08-31`.'));
  const kinds = workspace.kinds.map((k) => (k.name === 'person' ? withTerms(k, plans) : k));
  const dateless = (kind: string): Kind | undefined => kinds.find((k) => k.name === kind);
  const people = peopleOf(find(root, 'people'), dateless('person'), problems, say);
  const entities = new Map<string, readonly SmallEntity[]>([['person', people]]);
  for (const e of entriesOf(find(root, 'entities'))) {
    const kind = dateless(e.key);
    if (kind === undefined || kind.dated) { problems.push(wrongKind(e, false, kinds, say)); continue; }
    entities.set(e.key, peopleOf(e.value, kind, problems, say));
  }
  const facts = new Map<string, readonly SmallRow[]>();
  for (const e of entriesOf(find(root, 'facts'))) {
    const kind = dateless(e.key);
    if (kind === undefined || !kind.dated) { problems.push(wrongKind(e, true, kinds, say)); continue; }
    facts.set(e.key, itemsOf(e.value).flatMap((row, i) => factRows(row, kind, i, plans[0] as Plan, problems, say)));
  }
  if (problems.length > 0) return { figures: 0, differences: [], diagnostics: problems };
  await fillStore(engine, { kinds, facts: known === undefined ? facts : new Map([...facts].map(([k, rows]) => [k, rows.filter((r) => r.day <= known)])), entities });
  const { calculation, diagnostics } = await calculate(engine, plans, kinds, { everyLine: asked.some(asksForLines), asked: wanted, ...(known !== undefined && { asOf: known }) });
  if (calculation === undefined) return { figures: 0, differences: [], diagnostics };
  await see?.({ engine, calculation, kinds, asOf: known ?? FOREVER });
  const payments = asked.some(isPaymentFigure) ? await paymentsOf(engine, calculation, known ?? FOREVER) : undefined;
  if (payments !== undefined && payments.value === undefined) return { figures: 0, differences: [], diagnostics: payments.diagnostics };
  const figures = await figuresOf(engine, calculation, asked, payments?.value);
  const named: Named = {
    plans, measures: workspace.measures.names, payees: calculation.catalogue.people.persons.map((p) => p.id), facts: new Set([...facts.values()].flatMap((some) => some.map((r) => r.id))),
    rowsOf: (kind) => [...new Set([...(entities.get(kind) ?? facts.get(kind) ?? []).map((r) => r.id), ...referredTo(kind, kinds, [...facts, ...entities])])].sort(),
  };
  const unknown = rows.map(([who = '', period = '', figure = '']) => unknownName([who, period, figure], named));
  const differences = expected.flatMap((row, i): Difference[] => (unknown[i] === undefined ? difference(file, row, figures) : []));
  return { figures: expected.length, differences, diagnostics: [...diagnostics.filter((d) => d.severity === 'error'), ...unknown.flatMap((u, i) => (u === undefined ? [] : [say(expected[i], u.message, u.hint)]))] };
}

/** Rows that nothing describes and that others name: the pod of a person, the account of a deal. */
function referredTo(kind: string, kinds: readonly Kind[], given: readonly (readonly [string, readonly { readonly values: ReadonlyMap<string, Value> }[]])[]): string[] {
  return given.flatMap(([name, rows]) => {
    const fields = kinds.find((k) => k.name === name)?.fields.filter((f) => f.name === kind || (typeof f.type === 'object' && f.type.entity === kind)) ?? [];
    return rows.flatMap((r) => fields.flatMap((f) => { const value = r.values.get(f.name); return typeof value === 'string' ? [value] : []; }));
  });
}

/** Terms that a test gives to people are fields, whether or not a source fills them. */
function withTerms(person: Kind, plans: readonly Plan[]): Kind {
  const fields = [...person.fields];
  for (const term of plans.flatMap((p) => p.terms)) {
    if (fields.some((f) => f.name === term.name)) continue;
    const type: FieldType = term.type === 'factor' ? 'number' : term.type;
    fields.push({ name: term.name, type });
  }
  return { ...person, fields };
}

function peopleOf(node: Node | undefined, kind: Kind | undefined, problems: Diagnostic[], say: Say): SmallEntity[] {
  return entriesOf(node).flatMap((e): SmallEntity[] => {
    const days = new Set<number | null>([null]);
    const fields = new Map<string, readonly { readonly from: number | null; readonly value: Value }[]>();
    const lists = new Map<string, DatedLists>();
    for (const f of entriesOf(e.value)) {
      const declared = kind?.fields.find((x) => x.name === f.key)?.type, type = declared ?? 'text';
      if (kind !== undefined && declared === undefined) problems.push(say(f, `\`${kind.name}\` has no field \`${f.key}\`.`, didYouMean(f.key, kind.fields.map((x) => x.name), kind.name === 'person' ? 'Fields and terms are' : 'Its fields are')));
      if (isList(type)) {
        const written = datedLists(f.value, type, problems, say);
        lists.set(f.key, written);
        for (const { from } of written) days.add(from);
        continue;
      }
      const dated = f.value.kind === 'list' ? f.value.items.map((item) => ({ from: parseDay(textOf(find(item, 'from')) ?? '') ?? null, value: readValue(find(item, 'value'), type, problems, say) })) : [{ from: null, value: readValue(f.value, type, problems, say) }];
      fields.set(f.key, dated);
      for (const d of dated) days.add(d.from);
    }
    return [...days].sort((a, b) => (a ?? -Infinity) - (b ?? -Infinity)).map((from) => ({
      id: e.key, from,
      values: new Map([...fields].map(([name, rows]) => [name, asOf(rows, from)])), lists: withParties([...lists].map(([name, rows]) => [name, asOf(rows, from)])),
    }));
  });
}

function factRows(node: Node, kind: Kind, index: number, plan: Plan, problems: Diagnostic[], say: Say): SmallRow[] {
  const day = parseDay(textOf(find(node, 'date')) ?? '');
  if (day === undefined) { problems.push(say(node, `A \`${kind.name}\` needs a date, and has none that can be read.`, 'Write `date: 2026-01-31` among its fields.')); return []; }
  for (const f of entriesOf(node)) {
    if (['id', 'date', 'copies', 'currency'].includes(f.key) || kind.fields.some((x) => x.name === f.key)) continue;
    problems.push(say(f, `\`${kind.name}\` has no field \`${f.key}\`.`, didYouMean(f.key, ['date', 'id', 'copies', ...kind.fields.map((x) => x.name)], 'Its fields are')));
  }
  const copies = Number.parseInt(textOf(find(node, 'copies')) ?? '1', 10);
  return Array.from({ length: Number.isSafeInteger(copies) && copies > 0 && copies <= 100_000 ? copies : 1 }, (_, copy): SmallRow => {
    const read = (name: string): string | undefined => textOf(find(node, name))?.replaceAll('#', String(copy));
    return {
      id: read('id') ?? `${kind.name}-${index}-${copy}`, day, currency: read('currency') ?? plan.currency,
      values: new Map(kind.fields.map((f) => [f.name, isList(f.type) ? null : copy === 0 && find(node, f.name)?.kind === 'text' ? readValue(find(node, f.name), f.type, problems, say) : valueOf(read(f.name), f.type)])),
      lists: listsOf(node, kind, String(copy), copy === 0 ? problems : [], say),
    };
  });
}

/** A value that cannot be read as the type of its field is told: a blank would be calculated with. */
function readValue(node: Node | undefined, type: FieldType, problems: Diagnostic[], say: Say): Value {
  const text = textOf(node), value = valueOf(text?.replaceAll('#', '0'), type), name = type === 'yes_no' ? 'yes or no' : typeof type === 'string' ? type : type.entity;
  const wrong = type === 'yes_no' ? !['yes', 'no', 'true', 'false', ''].includes(text ?? '') : value === null && (text ?? '') !== '';
  if (wrong) problems.push(say(node, `\`${text}\` cannot be read as ${name}.`, EXAMPLES[name] ?? 'Write one word or number.'));
  return value;
}
const EXAMPLES: Readonly<Record<string, string>> = { money: 'Write 50_000 or 1_234.50, without a currency sign.', number: 'Write 12 or 0.5.', percent: 'Write 40%.', date: 'Write 2026-01-31.', 'yes or no': 'Write yes or no.' };

function valueOf(text: string | undefined, type: FieldType): Value {
  if (text === undefined || text === '') return null;
  if (type === 'yes_no') return text === 'yes' || text === 'true';
  if (type === 'date') { const day = parseDay(text); return day === undefined ? null : { day }; }
  if (type === 'money' || type === 'number' || type === 'percent') {
    const literal = readLiteral(text);
    return literal?.kind === 'number' ? literal.value : null;
  }
  return text;
}
/** A list where facts are asked for, or the other way round, or a name that no kind has. */
function wrongKind(e: { readonly key: string; readonly at: Node['at'] }, dated: boolean, kinds: readonly Kind[], say: Say): Diagnostic {
  const { key } = e;
  if (!kinds.some((k) => k.name === key)) return say(e, `There is no kind of ${dated ? 'fact' : 'reference rows'} \`${key}\`.`, didYouMean(key, kinds.filter((k) => k.dated === dated).map((k) => k.name), dated ? 'Kinds are' : 'Such kinds are'));
  return dated
    ? say(e, `Rows of \`${key}\` have no date: they are a list that facts refer to.`, key === 'person' ? 'Write them under `people`.' : `Write them under \`entities\`: \`entities: { ${key}: { … } }\`.`)
    : say(e, `Rows of \`${key}\` are facts, which have a date, because no source makes them a list.`, `Write a source into \`${key}\` that has no \`date\`: \`{ file: data-in/${key}.csv, into: ${key}, id: id, fields: { … } }\`. If they do have a date, put them under \`facts\`.`);
}

/** `[payee, period, figure, value]`; `0.6667 ~ 0.0001` compares after rounding to that. */
/** What is held, or was not measured. */
const NO_VALUE = 'no value';

function difference(file: string, row: Node, figures: Figures): Difference[] {
  const [payee = '', period = '', figure = '', written = ''] = itemsOf(row).map((n) => textOf(n) ?? '');
  const [value = '', near] = written.split(' ~ ');
  const want = readLiteral(value), got = figures.get(payee, period, figure);
  const tolerance = near === undefined ? undefined : readLiteral(near);
  const at = { file, line: row.at.line, payee, period, figure, expected: written };
  const day = parseDay(value), gotDay = day === undefined ? undefined : figures.day(payee, period, figure);
  if (gotDay !== undefined) return gotDay === day ? [] : [{ ...at, got: formatDay(gotDay) }];
  const word = figures.word(payee, period, figure);
  if (word !== undefined) return word === value ? [] : [{ ...at, got: word }];
  const none = value === '' || value === NO_VALUE;
  if (!none && want?.kind !== 'number') return [{ ...at, got: day === undefined ? `the expected value is none of: a number, a date, \`${NO_VALUE}\`` : 'no day' }];
  if (got === undefined) return [{ ...at, got: 'nothing: no such figure, or the payee is not on the plan then' }];
  if (got === 'none') return none ? [] : [{ ...at, got: NO_VALUE }];
  if (want?.kind !== 'number') return [{ ...at, got: formatRatio(got) }];
  const equal = tolerance?.kind === 'number' ? near_(got, want.value, tolerance.value) : compare(got, want.value) === 0;
  return equal ? [] : [{ ...at, got: formatRatio(got) }];
}
function near_(a: Ratio, b: Ratio, unit: Ratio): boolean {
  const round = (x: Ratio): bigint => { const n = x.n * unit.d * 2n, d = x.d * unit.n; return (n + (n < 0n ? -d : d)) / (2n * d); };
  return round(a) === round(b);
}
