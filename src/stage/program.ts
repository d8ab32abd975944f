/** The statements of a program, stage by stage, from facts to payouts. */
import type { Kind } from '../plan/plan.ts';
import { EARNING } from '../plan/rounds.ts';
import { and, col, eq, filter, int, isNotNull, keep, project, type Program, replaceScans, type Statement, type TableSchema, tablesIn, union, windowed } from '../relation/relation.ts';
import { must } from '../value/diagnostic.ts';
import type { Day } from '../value/period.ts';
import { scanOf } from './arithmetic.ts';
import { attainmentStage } from './attainment.ts';
import { asksForLines, askLines, linesStages } from './attributed.ts';
import { bookRows } from './book.ts';
import type { Catalogue } from './catalogue.ts';
import { roundsTiers } from './components.ts';
import { creditsStage, type CreditsContext, everyGuard } from './credits.ts';
import { earnedStage, earningsStages, factorsStage, gatesStage, type More, partsStage, payoutsStage } from './earnings.ts';
import { divisorsOf, type FactsBuilder, factsBuilder, REVIEWS } from './facts.ts';
import { figuresStage, lateFigures } from './figures.ts';
import type { CubeColumn, LinearMeasure, MeasureValue } from './gather.ts';
import { lineage } from './lineage.ts';
import { currentRows, entityRows, idedRows } from './kind-rows.ts';
import { looksStages } from './looks.ts';
import { madeRows } from './made-rows.ts';
import { blocksOf, cubeStage, measuresStage } from './measures.ts';
import { overCredited, type OverCredited } from './over-credited.ts';
import type { ParamsOf } from './params.ts';
import type { Personal } from './personal.ts';
import { withPools } from './pools.ts';
import { askTimed, pickedRows } from './picked.ts';
import { REFERENCES } from './reference.ts';
import { inRounds } from './rounds.ts';
import { factDays } from './single-days.ts';
import { entityTable, factTable, partyTable, supersededTable, WORD } from './store.ts';
import { takesBack } from './takes-back.ts';

export interface ProgramInput { readonly kinds: readonly Kind[]; readonly cut: number; readonly asOf?: Day }
export interface Made { readonly program: Program; /** facts that rules of a plan credit with more than the whole, where that can be */ readonly overCredited: OverCredited | undefined; /** half-lives that states read */ readonly halfLives: readonly number[]; readonly blockOf: (c: CubeColumn) => number; /** what reads the facts of each kind, for those who ask about single facts of the run later */ readonly builders: ReadonlyMap<string, FactsBuilder> }
export interface MakeContext { readonly history: boolean; readonly personal: Personal; readonly params: ParamsOf; readonly groupKinds: readonly string[] }

/** The statements, in order. */
export function programOf(input: ProgramInput, catalogue: Catalogue, context: MakeContext): Made {
  const { gathered } = catalogue;
  const named_ = new Set([...gathered.rules.flatMap((r) => [r.kind, ...(r.rule.through === undefined ? [] : [r.rule.through.kind])]), ...gathered.rules.flatMap((r) => lineage(r.kind, input.kinds))]);
  const kinds = input.kinds.filter((k) => k.dated && named_.has(k.name));
  const made = madeRows(input.kinds, catalogue.plans.map((p) => p.spec), input.cut, input.asOf), states = input.kinds.filter((k) => k.state !== undefined);
  for (const k of [...states, ...kinds]) made.of(k.name);
  const asked = kinds.filter((k) => gathered.rules.some((r) => r.kind === k.name || r.rule.through?.kind === k.name));
  const picked = gathered.measures.filter((m) => m.rows !== undefined);
  const lined = catalogue.components.filter((c) => asksForLines(c, catalogue));
  const ids = picked.length > 0 || lined.length > 0, runs = gathered.cube.some((c) => c.time.grain === 'instant') || picked.some((m) => m.rows?.time.grain === 'instant');
  const from = must(catalogue.spans.sliceStarts[0]);
  const builders = new Map(asked.map((k) => [k.name, factsBuilder(k, gathered, made.of(k.name), { kinds: input.kinds, from, history: context.history || gathered.rules.some((r) => r.rule.through?.kind === k.name), ids, runs })]));
  // what reads facts is made twice: first to learn which columns they must have, then in earnest
  const timeColumn = (c: CubeColumn): string => must(builders.get(c.value.kind)).time(c.time);
  for (const c of gathered.cube) timeColumn(c);
  for (const m of picked) for (const c of must(m.rows).columns) must(builders.get(c.value.kind)).time(must(m.rows).time);
  const times = [...new Set([...builders.values()].flatMap((b) => b.times()))].sort();
  const guards = everyGuard(gathered);
  const review = input.kinds.find((k) => k.name === 'review' && k.dated);
  const credited: CreditsContext = { gathered, divisors: divisorsOf(input.kinds), builders, personal: context.personal, asOf: input.asOf, guards, reviewed: guards.length > 0 && review !== undefined && ['fact', 'guardrail', 'decision'].every((f) => review.fields.some((x) => x.name === f)), times, ids };
  creditsStage(credited);
  overCredited(credited);
  for (const m of picked) askTimed(m, builders);
  askLines(catalogue, builders);
  const asking = { looks: NOTHING, attainment: NOTHING, builders, params: context.params };
  figuresStage(catalogue.figures, asking);
  lateFigures(catalogue.figures, asking, undefined, NOTHING);
  const facts = [...builders.values()].map((b) => b.finish());
  const { statements, blocks, references, paid } = bodyOf(credited, catalogue, context, input.kinds, timeColumn);
  const all = new Set([...facts.flatMap((f) => f.references), ...made.references, ...references].filter((k) => k.state === undefined)), reviewed = credited.reviewed || made.reviewed;
  const undated = [...all].filter((k) => !k.dated), ided = [...all].filter((k) => k.dated);
  const before = [...made.statements, ...facts.map((f) => f.statement), ...statements], read = new Set(before.flatMap((s) => tablesIn(s.relation)));
  const lists = input.kinds.map(partyTable).filter((t) => read.has(t.table));
  // ids stand beside codes where letters are read, where facts name facts, in ids that a run makes, and where equal parts of a pool go by them
  const wordy = read.has(WORD.table) || ided.length > 0 || reviewed || states.length > 0 || kinds.some((k) => k.name === EARNING) || catalogue.components.some((c) => c.spec.pool !== undefined);
  const stored: TableSchema[] = uniqueTables([
    ...[...made.stored, ...ided, ...(reviewed && review !== undefined ? [review] : [])].flatMap((k) => [factTable(k), supersededTable(k)]),
    ...lists, ...undated.flatMap((k) => [entityTable(k), supersededTable(k)]), ...(wordy ? [WORD] : []),
  ]);
  return {
    overCredited: overCredited(credited),
    halfLives: made.halfLives,
    builders, blockOf: (c) => blocks.find((b) => b.columns.includes(c))?.index ?? 0,
    program: {
      inputs: [...stored, ...REFERENCES],
      statements: inRounds([
        ...undated.map((k) => entityRows(k, input.cut)), ...ided.map((k) => idedRows(k, input.cut)), ...(reviewed && review !== undefined ? [decidedRows(review, input.cut)] : []),
        ...before,
      ], paid, catalogue),
    },
  };
}
/** Stands for a relation whose columns are not looked at yet. */
const NOTHING: Statement = { name: '', make: 'view', key: [], about: '', relation: { kind: 'values', columns: [], rows: [] } };

function uniqueTables(tables: readonly TableSchema[]): TableSchema[] { return [...new Map(tables.map((t) => [t.table, t])).values()]; }

interface Body { readonly statements: readonly Statement[]; /** the statement of what components earn */ readonly paid: string; readonly blocks: ReturnType<typeof blocksOf>; readonly references: readonly Kind[] }

/** From credits to payouts. */
function bodyOf(credited: CreditsContext, catalogue: Catalogue, context: MakeContext, kinds: readonly Kind[], timeColumn: (c: CubeColumn) => string): Body {
  const { gathered, components, figures } = catalogue, { builders } = credited;
  const credits = creditsStage(credited);
  const blocks = blocksOf(gathered, timeColumn);
  const cube = cubeStage(credits, gathered, blocks);
  const picked = gathered.measures.filter((m) => m.rows !== undefined), books = gathered.measures.filter((m) => m.book !== undefined);
  const references = new Set<Kind>();
  const passes: Statement[] = [measuresStage(cube, gathered, picked.map((m) => pickedRows(m, credits, builders)))];
  for (const later of passesOf(books)) {
    const before = must(passes.at(-1));
    const rows = later.map((m) => { const made = bookRows(m, before, gathered, kinds); for (const r of made.references) references.add(r); return made.relation; });
    passes.push({ ...before, relation: union([scanOf(before), ...rows]) });
  }
  const measured = passes.map((s, i): Statement => (i === passes.length - 1 ? s : { ...s, name: `measures_${i}` }));
  for (let i = 1; i < measured.length; i++) measured[i] = { ...must(measured[i]), relation: replaceScans(must(measured[i]).relation, new Map([['measures', scanOf(must(measured[i - 1]))]])) };
  const measures = must(measured.at(-1));
  const looks = looksStages(measures, gathered, { grouped: context.groupKinds.length > 0 || gathered.values.some((v) => v.subject === 'company'), params: context.params });
  const leaves = components.flatMap((c) => (c.spec.kind === 'leaf' ? [c.spec] : []));
  const attainment = attainmentStage(must(looks.at(-1)), {
    lines: leaves.some((l) => l.per !== undefined), carries: leaves.some((l) => l.carry === 'shortfall'), pots: leaves.some((l) => l.carry === 'shortfall' && l.pool !== undefined && l.per === undefined), excess: leaves.some((l) => l.of === 'excess'), other: leaves.some((l) => typeof l.of === 'object'),
    told: components.some((c) => [c.reading, c.base].some((v) => v?.kind === 'simple' && v.measure.byValue)), days: factDays(catalogue, builders), back: takesBack(gathered.values, builders),
  });
  const reading = { looks: must(looks.at(-1)), attainment, builders, params: context.params }, early = figuresStage(figures, reading);
  const ranks = looks.find((s) => s.name === 'ranks');
  const moreWith = (some: Statement | undefined): More => ({ ...(some !== undefined && { figures: some }), ...(ranks !== undefined && { ranks }) });
  const parts = partsStage(attainment, components.some((c) => roundsTiers(c, catalogue)), moreWith(early));
  const late = lateFigures(figures, reading, early, parts), figured = late.at(-1) ?? early, more = moreWith(figured);
  // as many as a component of any plan has, whoever is on it: who works here does not change the text
  const slots = { gates: Math.max(...components.map((c) => c.spec.gates.length)), factors: Math.max(...components.map((c) => c.spec.multiply.length)) };
  const gates = slots.gates > 0 ? gatesStage(must(looks.at(-1)), attainment, more) : undefined;
  const factors = slots.factors > 0 ? factorsStage(must(looks.at(-1)), attainment, more) : undefined;
  const levels: Statement[] = [earnedStage(0, [parts], gates, factors, slots)];
  const top = Math.max(...components.map((c) => c.level));
  for (let level = 1; level <= top; level++) levels.push(earnedStage(level, levels.slice(), gates, factors, slots));
  const earnings = earningsStages(levels, leaves.some((l) => l.per !== undefined), (tops) => withPools(tops, components.filter((c) => c.spec.pool !== undefined), figured));
  const lined = linesStages(catalogue, { credits, attainment, parts, lines: earnings.find((s) => s.name === 'lines'), earnings: must(earnings.at(-1)) }, builders);
  const payouts = payoutsStage(lined.paid);
  return {
    blocks, references: [...references], paid: lined.paid.name,
    statements: [
      credits, cube, ...measured, ...looks, attainment, ...(early === undefined ? [] : [early]), parts, ...late,
      ...(gates === undefined ? [] : [gates]), ...(factors === undefined ? [] : [factors]), ...levels, ...earnings, ...lined.before, payouts, ...lined.after(payouts),
    ],
  };
}

/** Measures over reference rows, those first that need no other of them. */
function passesOf(books: readonly LinearMeasure[]): LinearMeasure[][] {
  const depth = (m: LinearMeasure): number => (m.book === undefined ? 0 : 1 + Math.max(0, ...m.book.flatMap((t) => [...t.inputs.values()].flatMap(sumsOf).map(depth))));
  const out: LinearMeasure[][] = [];
  for (const m of books) (out[depth(m) - 1] ??= []).push(m);
  return out.filter((pass) => pass.length > 0);
}

/** The sums that a value is made of. */
export function sumsOf(value: MeasureValue): LinearMeasure[] {
  const nested = (m: LinearMeasure): LinearMeasure[] => [m, ...(m.book?.flatMap((t) => [...t.inputs.values()].flatMap(sumsOf)) ?? [])];
  switch (value.kind) {
    case 'simple': return [...nested(value.measure), ...(value.over === undefined ? [] : nested(value.over))];
    case 'formula': return [...value.inputs.values()].flatMap(sumsOf);
    case 'sample': return [...sumsOf(value.of), ...sumsOf(value.otherwise)];
    case 'rank': return sumsOf(value.of);
  }
}
/** The value, and those that it is worked out from. */
export function valuesIn(value: MeasureValue): MeasureValue[] {
  switch (value.kind) {
    case 'simple': return [value];
    case 'formula': return [value, ...[...value.inputs.values()].flatMap(valuesIn)];
    case 'sample': return [value, value.of, ...valuesIn(value.otherwise)];
    case 'rank': return [value, ...valuesIn(value.of)];
  }
}

/** The last decision on each fact under each guardrail. */
function decidedRows(review: Kind, cut: number): Statement {
  const rows = filter(currentRows(factTable(review), review, cut), and(isNotNull(col('fact')), isNotNull(col('decision'))));
  const placed = windowed(rows, [{ name: 'place', fn: 'row_number', partition: ['fact', 'guardrail'], order: [{ column: 'day', descending: true }, { column: 'id', descending: true }] }]);
  return { name: REVIEWS, make: 'view', key: ['fact', 'guardrail'], relation: project(filter(placed, eq(col('place'), int(1))), keep(undefined, 'fact', 'guardrail', 'decision')), about: 'what reviewers decided last' };
}

