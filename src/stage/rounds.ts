/**
 * Rounds: what components earn is a fact of the round after theirs (`from: earning`). What depends on such
 * facts is made once a round; the last one has the results of all, so nothing after it knows of rounds.
 */
import type { Typed } from '../plan/formula.ts';
import type { Kind, Measure, Plan } from '../plan/plan.ts';
import { componentsNamed, EARNING, firstRound, roundsOf } from '../plan/rounds.ts';
import {
  aggregate, and, call, cast, col, compare, eq, type Expr, filter, int, join, keep, max, minus, named, nothing, project, type Relation, replaceScans, scan, type Statement, type TableSchema, text, windowed,
} from '../relation/relation.ts';
import { partsOf } from '../relation/check.ts';
import { assert, must } from '../value/diagnostic.ts';
import { scanOf } from './arithmetic.ts';
import type { Catalogue } from './catalogue.ts';
import type { KindRows } from './kind-rows.ts';
import { measuresOf } from './reads.ts';
import { REF_EARNING, REF_STINT, REF_WORLD } from './reference.ts';
import type { Cell } from './rows.ts';
import { factTable, WORD } from './store.ts';

/** The kind of earnings, where a plan reads them. */
export function readsEarnings(plan: Plan): boolean {
  return measuresOf(plan).some((m) => 'from' in m && m.from.includes(EARNING));
}

/** Facts like those of the store, made by the run; `plan`: the first of this name, as only its own earnings count for a plan. */
function earningTable(kind: Kind): TableSchema {
  const schema = factTable(kind);
  return { ...schema, columns: [...schema.columns, { name: 'plan', type: 'integer' }] };
}
export const earningRows = (kind: Kind): KindRows => ({ relation: scan(earningTable(kind)), signed: false, statements: [], references: [] });

/** Only earnings of these components count: those that the measure names, else those of the first round. */
export function ofComponents(measure: Extract<Measure, { from: unknown }>, plan: Plan): Typed {
  const own = measure.where?.formula ?? null, said = own === null ? [] : componentsNamed(own), at = { start: 0, end: 0 };
  const names = said.length > 0 ? said : firstRound(plan);
  const component: Typed = { kind: 'name', name: 'component', ref: { kind: 'field', path: ['component'] }, type: { kind: 'text' }, at };
  const among: Typed = { kind: 'op', op: 'in', args: [component, ...names.map((value): Typed => ({ kind: 'text', value, type: { kind: 'text' }, at }))], type: { kind: 'yes_no' }, at };
  return own === null ? among : { kind: 'op', op: 'and', args: [own, among], type: { kind: 'yes_no' }, at };
}

/** Words that stand for components of plans that read earnings; no file needs to say them. */
export function earningWords(plans: readonly Plan[]): readonly string[] {
  return [...new Set(plans.filter(readsEarnings).flatMap((p) => p.components.map((c) => c.name)))].sort();
}

/** The components whose earnings are facts, with the day on which each period ends for them. */
export function earningReference({ plans, components }: Pick<Catalogue, 'plans' | 'components'>, code: (word: string) => number | undefined): Cell[][] {
  return plans.filter(({ spec }) => readsEarnings(spec)).flatMap(({ plan, spec }) => {
    const rounds = roundsOf(spec), first = plans.findIndex((p) => p.spec.plan === spec.plan);
    return components.filter((c) => c.plan === plan && c.parent === null).flatMap((c) => {
      const [name] = c.path;
      assert(name !== undefined, 'a component has a name');
      return c.window.steps.map((s): Cell[] => [0, c.component, s.period, must(rounds.get(name)), first, name, code(name) ?? -1, code(spec.currency) ?? -1, Math.max(s.label.from, spec.effective.from), Math.min(s.label.to, spec.effective.to), s.label.label]);
    });
  });
}

/** The statements in rounds. `paid`: the one that holds what components earn. */
export function inRounds(statements: readonly Statement[], paid: string, catalogue: Catalogue): readonly Statement[] {
  const kind = catalogue.kinds.find((k) => k.name === EARNING), last = Math.max(...catalogue.plans.flatMap(({ spec }) => [...roundsOf(spec).values()]));
  if (kind === undefined) return statements;
  const { table } = factTable(kind), dependent = new Set([table]);
  for (const s of statements) if (readsAny(s.relation, dependent)) dependent.add(s.name);
  const repeated = statements.filter((s) => dependent.has(s.name)), upTo = repeated.findIndex((s) => s.name === paid);
  const out = statements.filter((s) => !dependent.has(s.name));
  let before: Statement | undefined;
  for (let round = 1; round < last; round++) {
    const moved = new Map<string, Relation>();
    for (const s of [earningFacts(kind, before, round), ...repeated.slice(0, upTo + 1)]) {
      const own: Statement = { ...s, name: `${s.name}_round_${round}`, relation: replaceScans(s.relation, moved) };
      moved.set(s.name, scanOf(own));
      out.push(own);
    }
    before = out.at(-1);
  }
  return [...out, earningFacts(kind, before, last), ...repeated];
}

function readsAny(relation: Relation, names: ReadonlySet<string>): boolean {
  return relation.kind === 'scan' ? names.has(relation.table) : partsOf(relation).some((r) => readsAny(r, names));
}

/**
 * What was earned in the rounds before, as facts of the last day of its period on which its payee was there.
 * They are numbered below 0, as no row of the store is.
 */
function earningFacts(kind: Kind, paid: Statement | undefined, round: number): Statement {
  const { table, columns } = earningTable(kind);
  const about = `what was earned in the rounds before round ${round}, as facts`;
  if (paid === undefined) return { name: table, make: 'view', key: ['row'], about, relation: { kind: 'values', columns, rows: [] } };
  const joined = join(
    ['e', scanOf(paid)],
    ['inner', 'o', scan(REF_WORLD), and(eq(col('world', 'o'), col('world', 'e')), eq(col('facts_world', 'o'), int(0)))],
    ['inner', 'k', scan(REF_EARNING), and(eq(col('plan_world', 'k'), col('plan_world', 'o')), eq(col('component', 'k'), col('component', 'e')), eq(col('period', 'k'), col('period', 'e')), compare('<', col('round', 'k'), int(round)))],
    ['inner', 's', scan(REF_STINT), and(eq(col('people_world', 's'), col('people_world', 'o')), eq(col('payee', 's'), col('payee', 'e')), compare('<', col('from_day', 's'), col('to_day', 'k')), compare('<', col('from_day', 'k'), col('to_day', 's')))],
    ['inner', 'w', scan(WORD), eq(col('code', 'w'), col('payee', 'e'))],
  );
  const stays = ['plan', 'name', 'word', 'currency', 'label'].map((name) => named(name, col(name, 'k')));
  const there = aggregate(filter(joined, compare('<>', col('amount', 'e'), int(0))), [...keep('e', 'component', 'payee', 'period', 'amount'), ...stays, named('until', col('to_day', 'k')), named('payee_id', col('word', 'w'))], [named('left', max(col('to_day', 's')))]);
  const numbered = windowed(there, [{ name: 'place', fn: 'row_number', partition: [], order: ['component', 'payee', 'period'].map((column) => ({ column, descending: false })) }]);
  const values: Readonly<Record<string, Expr>> = {
    row: minus(int(0), col('place')), seq: cast(int(0), 'integer'), id: [col('name'), text('/'), col('payee_id'), text('/'), col('label')].reduce((a, b) => call('concat', a, b)),
    hash: text(''), day: cast(minus(call('least', col('until'), col('left')), int(1)), 'integer'), currency: col('currency'), payee: col('payee'), component: col('word'), amount: col('amount'), plan: col('plan'),
  };
  return { name: table, make: 'table', key: ['row'], about, relation: project(numbered, columns.map((c) => named(c.name, values[c.name] ?? nothing(c.type)))) };
}
