/** What the store as a whole shows after an import: people without facts, references to things that nobody describes. */
import type { Engine } from '../engine/engine.ts';
import { storedKinds } from '../plan/kinds.ts';
import type { Kind, Workspace } from '../plan/plan.ts';
import { aggregate, cast, col, count, countDistinct, eq, filter, isNotNull, isNull, join, keep, min, named, project, scan, union } from '../relation/relation.ts';
import type { Relation } from '../relation/relation.ts';
import { listFields, ownFields, WORD } from '../stage/store.ts';
import { listOf, wholeOf, wordOf } from './cells.ts';
import { currentParties, currentVersions } from './import-store.ts';
import { counted, grouped, quoted, some } from '../value/wording.ts';

export async function storeNotes(engine: Engine, workspace: Workspace): Promise<readonly string[]> {
  return [...await peopleWithoutFacts(engine, workspace), ...await referencesToNothing(engine, workspace), ...await factsNotKnown(engine, workspace)];
}

/** By source of people, so that managers, who sell nothing themselves, do not hide an agent without a deal. */
async function peopleWithoutFacts(engine: Engine, workspace: Workspace): Promise<readonly string[]> {
  const person = workspace.kinds.find((k) => k.name === 'person' && !k.dated);
  const named_ = storedKinds(workspace.kinds).filter((k) => k.dated).flatMap((kind) => [...ownFields(kind).filter((f) => f.type === 'payee').map((f) => distinct(kind, f.name)), ...listed(kind)]);
  if (person === undefined || named_.length === 0 || !workspace.sources.some((s) => s.into === 'person')) return [];
  const people = aggregate(currentVersions(person), keep(undefined, 'source', 'entity', 'id'), []);
  const facts = aggregate(union(named_), [named('code', col('code'))], []);
  const beside = join(['p', people], ['left', 'f', facts, eq(col('code', 'f'), col('entity', 'p'))]);
  const idle = project(filter(beside, isNull(col('code', 'f'))), keep('p', 'source', 'id'));
  const totals = new Map(listOf(await engine.read(aggregate(people, keep(undefined, 'source'), [named('n', cast(count(), 'integer'))]), ['source'])).map(([source, n]) => [wordOf(source), wholeOf(n)]));
  const without = new Map<string, string[]>();
  for (const [source, id] of listOf(await engine.read(idle, ['source', 'id']))) without.set(wordOf(source), [...(without.get(wordOf(source)) ?? []), wordOf(id)]);
  return [...without].map(([source, ids]) => {
    const all = totals.get(source) ?? ids.length;
    return ids.length === all ? `no fact names any of the ${counted(all, 'person', 'people')} of \`${source}\`` : `${counted(ids.length, 'person', 'people')} of ${grouped(all)} in \`${source}\` ${ids.length === 1 ? 'has' : 'have'} no fact: ${some(ids)}`;
  });
}

async function referencesToNothing(engine: Engine, workspace: Workspace): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const kind of storedKinds(workspace.kinds)) {
    for (const { name, type } of ownFields(kind)) {
      const target = workspace.kinds.find((k) => !k.dated && k.name === (typeof type === 'object' ? type.entity : type === 'payee' ? 'person' : ''));
      if (target === undefined || !workspace.sources.some((s) => s.into === target.name)) continue;
      const known = aggregate(currentVersions(target), [named('entity', col('entity'))], []);
      const beside = join(['v', filter(currentVersions(kind), isNotNull(col(name)))], ['left', 'e', known, eq(col('entity', 'e'), col(name, 'v'))], ['left', 'w', scan(WORD), eq(col('code', 'w'), col(name, 'v'))]);
      const missing: Relation = project(filter(beside, isNull(col('entity', 'e'))), [named('word', col('word', 'w'))]);
      const [[rows, words, first] = []] = listOf(await engine.read(aggregate(missing, [], [named('n', cast(count(), 'integer')), named('words', cast(countDistinct(col('word')), 'integer')), named('first', min(col('word')))])));
      if (wholeOf(rows) > 0) notes.push(`\`${name}\` of ${counted(wholeOf(rows), 'row')} of \`${kind.name}\` names ${target.name === 'person' ? 'somebody' : 'something'} that no row of \`${target.name}\` describes: ${quoted(wordOf(first))}${wholeOf(words) > 1 ? ` and ${grouped(wholeOf(words) - 1)} more` : ''}`);
    }
  }
  return notes;
}

/** Facts that name another fact which is not known: they stay, since it may come later. */
async function factsNotKnown(engine: Engine, workspace: Workspace): Promise<readonly string[]> {
  const notes: string[] = [];
  for (const kind of workspace.kinds.filter((k) => k.dated)) {
    for (const { name, type } of ownFields(kind)) {
      const target = workspace.kinds.find((k) => k.dated && typeof type === 'object' && k.name === type.entity);
      if (target === undefined) continue;
      const ids = aggregate(currentVersions(target), [named('id', col('id'))], []);
      const beside = join(['v', filter(currentVersions(kind), isNotNull(col(name)))], ['inner', 'w', scan(WORD), eq(col('code', 'w'), col(name, 'v'))], ['left', 'f', ids, eq(col('id', 'f'), col('word', 'w'))]);
      const missing: Relation = project(filter(beside, isNull(col('id', 'f'))), [named('word', col('word', 'w'))]);
      const [[rows, words, first] = []] = listOf(await engine.read(aggregate(missing, [], [named('n', cast(count(), 'integer')), named('words', cast(countDistinct(col('word')), 'integer')), named('first', min(col('word')))])));
      if (wholeOf(rows) > 0) notes.push(`\`${name}\` of ${counted(wholeOf(rows), 'row')} of \`${kind.name}\` names a \`${target.name}\` that is not known, or not yet: ${quoted(wordOf(first))}${wholeOf(words) > 1 ? ` and ${grouped(wholeOf(words) - 1)} more` : ''}`);
    }
  }
  return notes;
}

function listed(kind: Kind): Relation[] {
  return listFields(kind).length === 0 ? [] : [aggregate(currentParties(kind), [named('code', col('payee'))], [])];
}
function distinct(kind: Kind, field: string): Relation {
  return aggregate(filter(currentVersions(kind), isNotNull(col(field))), [named('code', col(field))], []);
}
