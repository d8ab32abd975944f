/**
 * Which facts and references the store learned after a cut, and whose pay they can reach. What was credited
 * then and what is credited now both count: a deal that changed its owner is a reason for two payees.
 */
import type { Engine } from '../engine/engine.ts';
import { storedKinds } from '../plan/kinds.ts';
import type { Kind } from '../plan/plan.ts';
import { columnsOf } from '../relation/check.ts';
import {
  aggregate, and, cast, coalesce, col, compare, count, countDistinct, eq, type Expr, filter, int, isNull, join, keep, min, named, project, type Relation,
  replaceScans, scan, type Statement, union, when,
} from '../relation/relation.ts';
import { columnName } from '../stage/facts.ts';
import { currentRows, entityRows } from '../stage/kind-rows.ts';
import { referenced } from '../stage/row-scope.ts';
import type { CubeColumn, Gathered } from '../stage/gather.ts';
import { factTable, storeTable, supersededTable } from '../stage/store.ts';
import { assert } from '../value/diagnostic.ts';
import type { Calculation } from './calculate.ts';
import { rowsOf, wholeOf } from './cells.ts';
import { madeThen, type MadeThen, onlyIn } from './made-changes.ts';
import { relationOf } from './run-relations.ts';
import { counts, reachedPay } from './reach.ts';

/** Facts, each counted once. `referenced`: facts that name a row which changed, such as an account. */
export interface FactChanges { readonly added: number; readonly changed: number; readonly referenced: number }
/** By plan, top-level component, payee and period, as numbers of the run. */
export interface ReachedPay extends FactChanges { readonly plan: number; readonly top: number; readonly payee: number; readonly period: number }

const WHY = { added: 0, changed: 1, referenced: 2 } as const;
const SIDE = { then: 0, now: 1 } as const;

/** Facts that were learned, changed or touched through a reference after import `since`, with the pay that they can reach. */
export async function factChanges(engine: Engine, calculation: Calculation, kinds: readonly Kind[], since: number): Promise<{ readonly reached: readonly ReachedPay[]; readonly learned: Pick<FactChanges, 'added' | 'changed'> }> {
  const { statements } = calculation.compiled.program;
  const used = storedKinds(kinds).filter((k) => k.dated && statements.some((s) => s.name === `facts_${k.name}`));
  const dated = kinds.filter((k) => !k.dated && statements.some((s) => s.name === `dated_${k.name}`));
  const span = { since, cut: calculation.cut };
  const made = await madeThen(engine, calculation, since), every = calculation.catalogue.kinds;
  const parts = [
    ...used.flatMap((kind) => [changesOf(goneRows(kind, span), newRows(kind, span)), ...throughReferences(kind, keptRows(kind, span), every, dated, span)]),
    ...made.flatMap(({ kind, now, then }) => [changesOf(onlyIn(then, now), onlyIn(now, then)), ...throughReferences(kind, now, every, dated, span)]),
  ];
  if (parts.length === 0) return { reached: [], learned: { added: 0, changed: 0 } };
  // a fact that one kind picks of another is one fact
  const rows = aggregate(union(parts), keep(undefined, 'fact', 'side'), [named('origin', min(col('origin'))), named('why', min(col('why')))]);
  const touched: Statement = { name: 'touched_facts', make: 'table', relation: project(rows, keep(undefined, 'fact', 'origin', 'why', 'side')), key: ['fact', 'why', 'side'], about: 'facts that the last run saw otherwise' };
  await engine.execute(touched);
  const credits: Statement = { name: 'touched_credits', make: 'table', relation: creditsOf(touched, calculation, used, made, dated, since), key: ['origin', 'why', 'side', 'payee', 'rule'], about: 'who was and who is credited with them' };
  await engine.execute(credits);
  const reach = reachedPay(calculation, (column) => differing(column, scanOf(credits), calculation.catalogue.gathered), ['origin', 'why']);
  const of = (why: number): Expr => cast(countDistinct(col('origin'), eq(col('why'), int(why))), 'integer');
  const counted = await engine.read(aggregate(reach, keep(undefined, 'plan', 'top', 'payee', 'period'),
    [named('added', of(WHY.added)), named('changed', of(WHY.changed)), named('referenced', of(WHY.referenced))]));
  const [all] = rowsOf(await engine.read(aggregate(scanOf(touched), [], [named('added', of(WHY.added)), named('changed', of(WHY.changed))])));
  const reached = rowsOf(counted).map((r) => ({
    plan: wholeOf(r['plan']), top: wholeOf(r['top']), payee: wholeOf(r['payee']), period: wholeOf(r['period']),
    added: wholeOf(r['added']), changed: wholeOf(r['changed']), referenced: wholeOf(r['referenced']),
  }));
  return { reached, learned: { added: wholeOf(all?.['added']), changed: wholeOf(all?.['changed']) } };
}

/** Imports after `since`, up to and with `cut`. */
export interface Since { readonly since: number; readonly cut: number }

/** Versions that counted at `since` and no longer count at `cut`. */
export function goneRows(kind: Kind, { since, cut }: Since): Relation {
  const table = storeTable(kind);
  const joined = join(['v', scan(table)], ['inner', 's', scan(supersededTable(kind)), eq(col('row', 's'), col('row', 'v'))]);
  return project(filter(joined, and(compare('<=', col('seq', 'v'), int(since)), compare('>', col('seq', 's'), int(since)), compare('<=', col('seq', 's'), int(cut)))),
    keep('v', ...table.columns.map((c) => c.name)));
}
/** Versions that count at `cut` and did not yet exist at `since`. */
export function newRows(kind: Kind, { since, cut }: Since): Relation {
  return filter(currentRows(storeTable(kind), kind, cut), compare('>', col('seq'), int(since)));
}

/** (fact, origin, why, side): `fact` is the version, `origin` one number for all versions of a fact. */
function changesOf(gone: Relation, came: Relation): Relation {
  const beside = join(['n', came], ['left', 'g', gone, eq(col('id', 'g'), col('id', 'n'))]);
  return union([
    project(gone, touchedColumns(col('row'), col('row'), int(WHY.changed), SIDE.then)),
    project(beside, touchedColumns(col('row', 'n'), coalesce(col('row', 'g'), col('row', 'n')), when(isNull(col('row', 'g')), int(WHY.added), int(WHY.changed)), SIDE.now)),
  ]);
}
/** Versions that count at both; those that changed themselves are told by `changesOf`. */
const keptRows = (kind: Kind, span: Since): Relation => filter(currentRows(factTable(kind), kind, span.cut), compare('<=', col('seq'), int(span.since)));

/** Facts that name a person, an account … of which a dated row changed; whether that changed what they count for shows later. */
function throughReferences(kind: Kind, kept: Relation, kinds: readonly Kind[], dated: readonly Kind[], span: Since): Relation[] {
  return kind.fields.flatMap((field) => {
    const target = referenced(kind, field.name, kinds);
    if (target === undefined || !dated.includes(target)) return [];
    const entities = aggregate(union([goneRows(target, span), newRows(target, span)]), keep(undefined, 'entity'), []);
    return [SIDE.then, SIDE.now].map((side) => project(
      join(['f', kept], ['inner', 'e', entities, eq(col('entity', 'e'), col(field.name, 'f'))]),
      touchedColumns(col('row', 'f'), col('row', 'f'), int(WHY.referenced), side)));
  });
}
function touchedColumns(fact: Expr, origin: Expr, why: Expr, side: number) {
  return [named('fact', fact), named('origin', origin), named('why', cast(why, 'integer')), named('side', cast(int(side), 'integer'))];
}

/** Credits of these facts: of today's versions as the run has them, of the others by the same statements over the store as it was. */
function creditsOf(touched: Statement, calculation: Calculation, used: readonly Kind[], made: readonly MadeThen[], dated: readonly Kind[], since: number): Relation {
  const stored = new Map<string, Relation>([
    ...used.map((k) => [supersededTable(k).table, filter(scan(supersededTable(k)), compare('<=', col('seq'), int(since)))] as const),
    ...dated.map((k) => [`dated_${k.name}`, entityRows(k, since).relation] as const),
  ]);
  for (const { kind, then } of made) stored.set(`rows_${kind.name}`, then);
  const factsThen = new Map([...used, ...made.map((m) => m.kind)].map((k) => [`facts_${k.name}`, replaceScans(statementOf(calculation, `facts_${k.name}`).relation, stored)]));
  const now = relationOf(calculation, 'credits'), then = replaceScans(statementOf(calculation, 'credits').relation, factsThen);
  const columns = columnsOf(now).map((c) => c.name);
  return union(([[SIDE.then, then], [SIDE.now, now]] as const).map(([side, relation]) => project(
    filter(join(['c', relation], ['inner', 't', scanOf(touched), eq(col('fact', 't'), col('fact', 'c'))]), and(eq(col('side', 't'), int(side)), eq(col('facts_world', 'c'), int(0)))),
    [...keep('c', ...columns), ...keep('t', 'origin', 'why', 'side')])));
}

/** Credits that a column of the cube counts then and not now, now and not then, or with another value. */
function differing(column: CubeColumn, credits: Relation, gathered: Gathered): Relation {
  const values = [column.value, ...(column.key === null ? [] : [column.key])].map(columnName);
  const same = [...new Set(['origin', 'why', 'payee', 'stint', 'slice', 'rule', 'share', ...values])];
  const on = (side: number): Expr => count(eq(col('side'), int(side)));
  const counted = aggregate(filter(credits, counts(column, gathered)), keep(undefined, ...same), [named('then', on(SIDE.then)), named('now', on(SIDE.now))]);
  return filter(counted, compare('<>', col('then'), col('now')));
}

function statementOf(calculation: Calculation, name: string): Statement {
  const found = calculation.compiled.program.statements.find((s) => s.name === name);
  assert(found !== undefined, `the program has the statement ${name}`);
  return found;
}
const scanOf = (s: Statement): Relation => ({ kind: 'scan', table: s.name, columns: columnsOf(s.relation) });
