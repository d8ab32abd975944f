/** Codes of a run → the words of people: ids of facts, of payees and of groups. */
import { rowsOf } from '../../src/app/cells.ts';
import type { Calculation } from '../../src/app/calculate.ts';
import { keyColumn } from '../../src/app/line-figures.ts';
import { relationOf } from '../../src/app/run-relations.ts';
import type { ProgramRunner } from '../../src/engine/engine.ts';
import { storedKinds } from '../../src/plan/kinds.ts';
import type { Kind } from '../../src/plan/plan.ts';
import { EARNING } from '../../src/plan/rounds.ts';
import { keep, project, scan } from '../../src/relation/relation.ts';
import type { ComponentEntry } from '../../src/stage/catalogue.ts';
import { BLANK_KEY } from '../../src/stage/facts.ts';
import { COMPANY } from '../../src/stage/gather.ts';
import { entriesName } from '../../src/stage/kind-rows.ts';
import { factTable, WORD } from '../../src/stage/store.ts';
import { must } from '../../src/value/diagnostic.ts';
import { formatDay } from '../../src/value/period.ts';
import { ratio } from '../../src/value/rate.ts';
import { exact } from './text.ts';

export interface Names {
  /** kind and id of a fact, by its number in the store */
  fact(row: bigint): string;
  /** does it take back another fact? */
  takesBack(row: bigint): boolean;
  /** a payee, a group, or the company */
  subject(code: number): string;
  /** the value of a field by which pay is told apart; '' for 0, which is none */
  key(entry: ComponentEntry, value: bigint): string;
}

export async function namesOf(engine: ProgramRunner, calculation: Calculation, kinds: readonly Kind[]): Promise<Names> {
  const words = new Map(rowsOf(await engine.read(scan(WORD))).map((r) => [Number(r['code']), String(r['word'])]));
  const facts = new Map<bigint, string>(), back = new Set<bigint>();
  for (const kind of storedKinds(kinds).filter((k) => k.dated)) {
    const reverses = kind.fields.some((f) => f.name === 'reverses') ? ['reverses'] : [];
    for (const r of rowsOf(await engine.read(project(scan(factTable(kind)), keep(undefined, 'row', 'id', ...reverses))))) {
      facts.set(r['row'] as bigint, `${kind.name} ${String(r['id'])}`);
      if (typeof r['reverses'] === 'number') back.add(r['row'] as bigint);
    }
  }
  // what was earned is a fact of a later round, and an entry of a state is one: the run makes them
  for (const kind of calculation.catalogue.kinds) {
    const name = kind.name === EARNING ? factTable(kind).table : kind.state === undefined ? undefined : entriesName(kind);
    if (!calculation.compiled.program.statements.some((s) => s.name === name)) continue;
    for (const r of rowsOf(await engine.read(relationOf(calculation, must(name))))) facts.set(r['row'] as bigint, `${kind.name} ${String(r['id'])}`);
  }
  const persons = new Map(calculation.catalogue.people.persons.map((p) => [p.payee, p.id]));
  const fact = (row: bigint): string => must(facts.get(row));
  return {
    fact, takesBack: (row) => back.has(row),
    subject: (code) => (code === COMPANY ? 'company' : persons.get(code) ?? must(words.get(code))),
    key(entry, value) {
      if (value === 0n) return '';
      const { spec } = entry;
      if (spec.kind === 'leaf' && spec.per?.kind === 'fact') return fact(value);
      const measure = entry.value?.kind === 'simple' ? entry.value.measure : undefined, type = keyColumn(entry)?.formula?.type.kind;
      if (value === BLANK_KEY) return 'blank';
      if (type === 'date') return formatDay(Number(value));
      if (type === 'yes_no') return value === 1n ? 'yes' : value === -1n ? 'blank' : 'no';
      if (type === 'text' || type === 'payee' || type === 'entity') return value === -1n ? 'blank' : must(words.get(Number(value)));
      return exact(ratio(value, measure?.keyDivisor ?? 1n));
    },
  };
}
