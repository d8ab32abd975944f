/** What a formula is typed against: the names of its place, and where its problems go. */
import type { Formula, Ref, Span, Type, Typed } from './formula.ts';
import type { Table } from './plan.ts';

export interface Meaning { readonly ref: Ref; readonly type: Type }
/** A table with what it is read at. */
export interface ReadTable { readonly table: Table; readonly type: Type }
/** Reads a table at values that are given to it; notes what does not fit, and gives undefined then. */
export type TableCall = (args: readonly Typed[], c: Checker, call: Formula) => ReadTable | undefined;

/** What names mean where the formula stands. */
export interface Scope {
  lookup(name: string): Meaning | ReadTable | undefined;
  /** all names that could be meant, for "did you mean" */
  names(): readonly string[];
  /** whether a name is a field that holds a list */
  readonly isList?: (name: string) => boolean;
  /** the table of a name, to be called */
  readonly table?: (name: string) => TableCall | undefined;
  /** names of tables, for "did you mean" */
  readonly tables?: () => readonly string[];
}

/** What the parts of the check share. `problem` notes what is wrong and gives undefined, so that it can end a function. */
export interface Checker {
  readonly scope: Scope;
  problem(at: Span, message: string, hint: string): undefined;
}
