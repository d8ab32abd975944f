/**
 * The rows of all kinds that a run reads, each made once and after those that it is made of: kinds of other
 * kinds, states of facts, kinds and states of states.
 */
import type { Kind, Plan } from '../plan/plan.ts';
import { EARNING } from '../plan/rounds.ts';
import type { Statement } from '../relation/relation.ts';
import { must } from '../value/diagnostic.ts';
import type { Day } from '../value/period.ts';
import { exchangesOf } from './exchange.ts';
import { type KindRows, rowsOfKind } from './kind-rows.ts';
import { stateRows } from './states.ts';

export interface MadeRows {
  of(kind: string): KindRows;
  /** what makes the rows asked for so far, in order */
  readonly statements: readonly Statement[];
  readonly references: readonly Kind[];
  /** kinds that are read from the store */
  readonly stored: readonly Kind[];
  /** half-lives that states read */
  readonly halfLives: readonly number[];
  /** some state reads what reviewers decided */
  readonly reviewed: boolean;
}

export function madeRows(kinds: readonly Kind[], plans: readonly Plan[], cut: number, asOf: Day | undefined): MadeRows {
  const made = new Map<string, KindRows>(), statements = new Map<string, Statement>(), references = new Set<Kind>(), stored: Kind[] = [], halfLives = new Set<number>();
  let reviewed = false;
  const named = (name: string): Kind => must(kinds.find((k) => k.name === name));
  const add = (more: readonly Statement[], used: readonly Kind[]): void => {
    for (const k of used) { references.add(k); if (k.state !== undefined) of(k.name); }
    for (const s of more) if (!statements.has(s.name)) statements.set(s.name, s);
  };
  const of = (name: string): KindRows => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const kind = named(name);
    if (kind.state !== undefined) {
      const plan = must(plans.find((p) => p.states.some((s) => s.name === name)));
      const rows = stateRows({ kind, subject: named(kind.state.subject), plan, exchanges: exchangesOf(plans), kinds, asOf, rowsOf: of });
      for (const h of rows.halfLives) halfLives.add(h);
      reviewed ||= rows.reviewed;
      add(rows.statements, rows.references);
    } else if (kind.derivation !== undefined) of(kind.derivation.from);
    else if (kind.name !== EARNING) stored.push(kind);
    const rows = rowsOfKind(kind, kinds, cut, made);
    add(rows.statements, rows.references);
    made.set(name, rows);
    return rows;
  };
  return {
    of, stored,
    get statements() { return [...statements.values()]; }, get references() { return [...references]; }, get halfLives() { return [...halfLives]; }, get reviewed() { return reviewed; },
  };
}
