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
import type { Diagnostic } from '../value/diagnostic.ts';
import { type Day, formatDay, parseDay } from '../value/period.ts';
import { compare, formatRatio, type Ratio } from '../value/rate.ts';
import { FOREVER } from '../ledger/release.ts';
import { calculate, type Calculation } from './calculate.ts';
import { type Figures, figuresOf } from './figures.ts';
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

function didYouMean(name: string, names: readonly string[], all: string): string {
  const near = closest(name, names);
  return near !== undefined ? `Did you mean \`${near}\`?` : names.length === 0 ? 'There are none yet.' : `${all} ${both(names.map((n) => `\`${n}\``))}.`;
}

async function runTest(workspace: Workspace, file: string, root: MapNode, engine: ProgramRunner, see?: (seen: Seen) => Promise<void>): Promise<Omit<TestReport, 'file'>> {
  const say: Say = (node, message, hint) => ({ code: 'test.bad', severity: 'error', file, line: (node ?? root).at.line, column: (node ?? root).at.column, path: '', message, hint });
  const planNode = find(root, 'plan'), names = planNode?.kind === 'list' ? planNode.items.map((n) => textOf(n) ?? '') : [textOf(planNode) ?? ''];
  const plans = workspace.plans.filter((p) => names.includes(p.plan) || (p.family !== undefined && names.includes(p.family)));
  if (plans.length === 0) return { figures: 0, differences: [], diagnostics: [say(planNode, planNode === undefined ? 'The test does not say which plan it tests.' : `There is no plan ${names.map((n) => `\`${n}\``).join(', ')} in this workspace.`, planNode === undefined ? 'Write `plan: NAME` at its top.' : didYouMean(names[0] ?? '', [...new Set(workspace.plans.map((p) => p.plan))], 'Plans are'))] };
  const problems: Diagnostic[] = [];
  // the last day that the run knows of: what happened later is not in the store
  const knownNode = find(root, 'known'), known = knownNode === undefined ? undefined : parseDay(textOf(knownNode) ?? '');
  if (knownNode !== undefined && known === undefined) problems.push(say(knownNode, `\`known: ${textOf(knownNode) ?? ''}\` is not a day.`, 'Write the last day that the run knows of: `known: 2026-08-31`.'));
  const kinds = workspace.kinds.map((k) => (k.name === 'person' ? withTerms(k, plans) : k));
  const dateless = (kind: string): Kind | undefined => kinds.find((k) => k.name === kind);
  const people = peopleOf(find(root, 'people'), dateless('person'), problems, say);
  const entities = new Map<string, readonly SmallEntity[]>([['person', people]]);
  for (const e of entriesOf(find(root, 'entities'))) {
    const kind = dateless(e.key);
    if (kind === undefined || kind.dated) { problems.push(say(e, `There is no kind of reference rows \`${e.key}\`.`, didYouMean(e.key, kinds.filter((k) => !k.dated).map((k) => k.name), 'Such kinds are'))); continue; }
    entities.set(e.key, peopleOf(e.value, kind, problems, say));
  }
  const facts = new Map<string, readonly SmallRow[]>();
  for (const e of entriesOf(find(root, 'facts'))) {
    const kind = dateless(e.key);
    if (kind === undefined || !kind.dated) { problems.push(say(e, `There is no kind of fact \`${e.key}\`.`, didYouMean(e.key, kinds.filter((k) => k.dated).map((k) => k.name), 'Kinds are'))); continue; }
    facts.set(e.key, itemsOf(e.value).flatMap((row, i) => factRows(row, kind, i, plans[0] as Plan, problems, say)));
  }
  if (problems.length > 0) return { figures: 0, differences: [], diagnostics: problems };
  const expected = itemsOf(find(root, 'expect')), asked = expected.map((row) => textOf(itemsOf(row)[2]) ?? '');
  await fillStore(engine, { kinds, facts: known === undefined ? facts : new Map([...facts].map(([k, rows]) => [k, rows.filter((r) => r.day <= known)])), entities });
  const { calculation, diagnostics } = await calculate(engine, plans, kinds, { everyLine: asked.some(asksForLines), ...(known !== undefined && { asOf: known }) });
  if (calculation === undefined) return { figures: 0, differences: [], diagnostics };
  await see?.({ engine, calculation, kinds, asOf: known ?? FOREVER });
  const payments = asked.some(isPaymentFigure) ? await paymentsOf(engine, calculation, known ?? FOREVER) : undefined;
  if (payments !== undefined && payments.value === undefined) return { figures: 0, differences: [], diagnostics: payments.diagnostics };
  const figures = await figuresOf(engine, calculation, asked, payments?.value);
  const differences = expected.flatMap((row): Difference[] => difference(file, row, figures));
  return { figures: expected.length, differences, diagnostics: diagnostics.filter((d) => d.severity === 'error') };
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
      const type = kind?.fields.find((x) => x.name === f.key)?.type ?? 'text';
      if (isList(type)) {
        const written = datedLists(f.value, type, problems, say);
        lists.set(f.key, written);
        for (const { from } of written) days.add(from);
        continue;
      }
      const dated = f.value.kind === 'list' ? f.value.items.map((item) => ({ from: parseDay(textOf(find(item, 'from')) ?? '') ?? null, value: valueOf(textOf(find(item, 'value')), type) })) : [{ from: null, value: valueOf(textOf(f.value), type) }];
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
      values: new Map(kind.fields.map((f) => [f.name, isList(f.type) ? null : valueOf(read(f.name), f.type)])),
      lists: listsOf(node, kind, String(copy), copy === 0 ? problems : [], say),
    };
  });
}

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

/** `[payee, period, figure, value]`; `0.6667 ~ 0.0001` compares after rounding to that. */
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
  if (want?.kind !== 'number') return [{ ...at, got: day === undefined ? 'the expected value is neither a number nor a date' : 'no day' }];
  if (got === undefined) return [{ ...at, got: 'nothing: no such figure' }];
  if (got === 'none') return value === '' ? [] : [{ ...at, got: 'no value' }];
  const equal = tolerance?.kind === 'number' ? near_(got, want.value, tolerance.value) : compare(got, want.value) === 0;
  return equal ? [] : [{ ...at, got: formatRatio(got) }];
}
function near_(a: Ratio, b: Ratio, unit: Ratio): boolean {
  const round = (x: Ratio): bigint => { const n = x.n * unit.d * 2n, d = x.d * unit.n; return (n + (n < 0n ? -d : d)) / (2n * d); };
  return round(a) === round(b);
}
