/** What a formula is typed against: the names of its place, and where its problems go. */
import type { Ref, Span, Type } from './formula.ts';
import type { Table } from './plan.ts';

/** `table`: the name reads this table, in the place of a value that it stands for. */
export interface Meaning { readonly ref: Ref; readonly type: Type; readonly table?: Table }

/** What names mean where the formula stands. */
export interface Scope {
  lookup(name: string): Meaning | undefined;
  /** all names that could be meant, for "did you mean" */
  names(): readonly string[];
  /** tables that can be called: what they are read by, in order, and what they give */
  readonly tables?: ReadonlyMap<string, { readonly by: readonly Type[]; readonly type: Type }>;
}

/** What the parts of the check share. `problem` notes what is wrong and gives undefined, so that it can end a function. */
export interface Checker {
  readonly scope: Scope;
  problem(at: Span, message: string, hint: string): undefined;
}
