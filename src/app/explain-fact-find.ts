/** A fact by its id: what the store knows of it, or the ids that are nearest. */
import type { ProgramRunner } from '../engine/engine.ts';
import { nearest } from '../plan/closest.ts';
import { bareKind, storedKinds } from '../plan/kinds.ts';
import type { Kind } from '../plan/plan.ts';
import { both } from '../plan/problem.ts';
import { EARNING } from '../plan/rounds.ts';
import { col, eq, filter, keep, project, type Relation, text } from '../relation/relation.ts';
import { currentRows, entriesName, entriesOf, reverses } from '../stage/kind-rows.ts';
import { lineOrigins } from '../stage/lines.ts';
import { factTable } from '../stage/store.ts';
import { must } from '../value/diagnostic.ts';
import { quoted, some } from '../value/wording.ts';
import type { Calculation } from './calculate.ts';
import { type Row, rowsOf } from './cells.ts';
import { type Found, refusal } from './explain-request.ts';
import { smallOf, textIn, wideOf } from './explain-rows.ts';
import { withOrigins } from './explain-sums.ts';
import { capital } from './explain-words.ts';

/** `row`: its number in the store; `origin`: its fields, and the file that it is from; `takesBack`: the fact that it reverses. */
export interface FoundFact { readonly kind: Kind; readonly row: bigint; readonly day: number; readonly origin: Row; readonly takesBack: { readonly id: string; readonly row: bigint | undefined } | undefined }

/** So many ids are named instead of one that there is not. */
const NAMED = 5;

export async function findFact(engine: ProgramRunner, calculation: Calculation, id: string, kindName: string | undefined): Promise<Found<FoundFact>> {
  const { kinds } = calculation.catalogue, all = rootKinds(calculation);
  const asked = all.filter((k) => kindName === undefined || bareKind(k.name) === kindName);
  if (asked.length === 0) return refusal('explain.unknown_kind', 'kind', `There is no kind of fact ${quoted(kindName ?? '')}.`, all.length === 0 ? 'Kinds are declared under `facts`.' : `Kinds of fact are ${both(all.map((k) => k.name))}.`);
  const found: FoundFact[] = [];
  for (const kind of asked) {
    const row = await rowCalled(engine, calculation, kind, id);
    if (row === undefined) continue;
    const origin = must((await originsOf(engine, calculation, kind, row))[0]), target = reverses(kind, kinds), back = textIn(origin['field_reverses']);
    const taken = target === undefined || back === '' ? undefined : await rowCalled(engine, calculation, target, back);
    found.push({ kind, row: wideOf(row, 'row'), day: smallOf(row, 'day'), origin, takesBack: back === '' ? undefined : { id: back, row: taken === undefined ? undefined : wideOf(taken, 'row') } });
  }
  const [first, second] = found;
  if (first !== undefined && second === undefined) return { found: first };
  if (second !== undefined) return refusal('explain.unknown_fact', 'fact', `${capital(both(found.map((f) => `${/^[aeiou]/.test(f.kind.name) ? 'an' : 'a'} ${f.kind.name}`)))} have the id ${quoted(id)}.`, `Say which is meant: \`--kind ${must(first).kind.name}\` or \`--kind ${second.kind.name}\`.`);
  return unknown(engine, calculation, asked, id, kinds.length > 0 && kindName !== undefined);
}

/** Kinds whose facts are rows of files, or entries of states; what is derived from them has the same facts. */
function rootKinds({ catalogue: { kinds }, compiled }: Calculation): Kind[] {
  const made = (k: Kind): boolean => compiled.program.statements.some((s) => s.name === entriesName(k));
  return storedKinds(kinds).filter((k) => k.dated && k.name !== EARNING && (k.state === undefined || made(k)));
}
async function rowCalled(engine: ProgramRunner, calculation: Calculation, kind: Kind, id: string): Promise<Row | undefined> {
  return rowsOf(await engine.read(project(filter(rowsNow(kind, calculation), eq(col('id'), text(id))), keep(undefined, 'row', 'day')), ['row'])).at(-1);
}
const rowsNow = (kind: Kind, { cut }: Calculation): Relation => (kind.state === undefined ? currentRows(factTable(kind), kind, cut) : entriesOf(kind));

function originsOf(engine: ProgramRunner, { catalogue: { kinds }, cut }: Calculation, kind: Kind, row: Row): Promise<Row[]> {
  const place = kinds.indexOf(kind), columns = ['kind', 'day', 'rule', 'payee'].map((name) => ({ name, type: 'integer' as const }));
  const line: Relation = { kind: 'values', columns: [...columns, { name: 'fact', type: 'bigint' }], rows: [[BigInt(place), BigInt(smallOf(row, 'day')), 0n, 0n, wideOf(row, 'row')]] };
  return withOrigins(engine, kinds, kind, lineOrigins(line, kind, [place]), cut);
}

async function unknown(engine: ProgramRunner, calculation: Calculation, kinds: readonly Kind[], id: string, ofKind: boolean): Promise<Found<never>> {
  const ids: { readonly id: string; readonly kind: Kind }[] = [];
  for (const kind of kinds) for (const r of rowsOf(await engine.read(project(rowsNow(kind, calculation), keep(undefined, 'id')), ['id']))) ids.push({ id: textIn(r['id']), kind });
  const near = nearest(id, new Set(ids.map((i) => i.id)), NAMED), what = ofKind ? must(kinds[0]).name : 'fact';
  if (ids.length === 0) return refusal('explain.unknown_fact', 'fact', `There is no ${what} with the id ${quoted(id)}.`, `No ${what} has been imported yet: run \`trueup import\`.`);
  const byKind = [...Map.groupBy(ids.filter((i) => near.includes(i.id)), (i) => i.kind.name)].map(([kind, of]) => `${kind} ${near.filter((n) => of.some((i) => i.id === n)).join(', ')}`);
  const hint = near.length > 0 ? `Did you mean ${byKind.join(', or ')}?` : `Ids are as the files have them, such as ${some(kinds.flatMap((k) => ids.find((i) => i.kind === k)?.id ?? []), NAMED)}.`;
  return refusal('explain.unknown_fact', 'fact', `There is no ${what} with the id ${quoted(id)}.`, hint);
}
