/** Relations that a run has made, to be read. */
import type { ProgramRunner, Rows } from '../engine/engine.ts';
import { columnsOf } from '../relation/check.ts';
import type { Relation } from '../relation/relation.ts';
import { assert } from '../value/diagnostic.ts';
import type { Calculation } from './calculate.ts';

/** Rows of one relation of the run. */
export async function table(engine: ProgramRunner, calculation: Calculation, name: string): Promise<Rows> {
  return engine.read(relationOf(calculation, name));
}
export function relationOf(calculation: Calculation, name: string): Relation {
  const statement = calculation.compiled.program.statements.find((s) => s.name === name);
  assert(statement !== undefined, `the program has the relation ${name}`);
  return { kind: 'scan', table: name, columns: columnsOf(statement.relation) };
}
