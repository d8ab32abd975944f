/** What payments need to know: whether plans say anything about them, and the kinds of rows that they ask about single facts of. */
import type { Typed } from '../plan/formula.ts';
import type { Component, Kind, Measure, Num, Plan, ReleasePart, TakeBack } from '../plan/plan.ts';
import { lineage } from '../stage/lineage.ts';
import { CURRENCY } from '../stage/exchange.ts';
import { namesOf } from '../stage/reads.ts';
import { groupPath, referenced } from '../stage/row-scope.ts';
import { must } from '../value/diagnostic.ts';
import type { Wanted } from './known-rows.ts';

/** What holds where a plan says nothing: all of it, at the pay day. */
export const ALL_AT_PAY_DAY: readonly ReleasePart[] = Object.freeze([
  { name: 'payable', share: { n: 1n, d: 1n }, day: 'pay_day', otherwise: { kind: 'lapse' }, at: { file: '', line: 0, column: 0, path: 'release' } },
]);
export function releaseOf(plan: Plan, component: Component): readonly ReleasePart[] {
  const parts = component.release ?? plan.release;
  return parts.length === 0 ? ALL_AT_PAY_DAY : parts;
}
export function takeBacksOf(plan: Plan, component: Component): readonly TakeBack[] {
  return component.takeBack ?? plan.takeBack;
}

/** Does the plan say more than that everything is paid at the pay day, in its own currency? */
export function saysPayments(plan: Plan): boolean {
  return plan.release.length > 0 || plan.takeBack.length > 0 || plan.draw !== undefined || plan.convert !== undefined
    || plan.components.some((c) => c.convert !== undefined || c.release !== undefined || (c.takeBack?.length ?? 0) > 0);
}
/** Does this part wait for something that is found for each fact? */
export function needsLines(part: ReleasePart): boolean {
  return part.event !== undefined || part.as !== undefined || part.after !== undefined || part.require !== undefined;
}

/** Kinds of the facts that the lines of a component are for. */
function lineKinds(c: Component): readonly string[] {
  return c.kind === 'group' ? c.components.flatMap(lineKinds) : c.measure !== undefined && 'from' in c.measure ? c.measure.from : [];
}

/** The kinds whose rows are read back. `everyLine`: lines of all components are asked for. */
export function wantedRows(plans: readonly Plan[], kinds: readonly Kind[], everyLine: boolean): Wanted {
  const facts = new Set<string>(), references = new Set<string>(), states = new Set<string>(), seen = new Set<Measure>();
  const converts = plans.some((p) => [p.exchange, p.convert, ...p.components.map((c) => c.convert)].some((c) => namesOf(c?.rate).some(({ ref }) => ref.kind === 'field' && ref.path[0] === CURRENCY && ref.path.length > 1)));
  if (converts) references.add(CURRENCY);
  for (const plan of plans) {
    const look = looker(plan, kinds, { facts, references, states, seen });
    for (const c of plan.components) {
      const parts = releaseOf(plan, c).filter(needsLines), backs = takeBacksOf(plan, c), lines = lineKinds(c);
      const byFact = (c.convert ?? plan.convert)?.when === 'date';
      if (everyLine || parts.length > 0 || backs.length > 0 || c.limits.length > 0 || byFact) for (const k of lines) look.kind(k);
      for (const p of parts) {
        if (p.event !== undefined) { look.kind(p.event.from); look.formula(p.event.where?.formula, [p.event.from]); }
        if (p.as !== undefined) look.measure(p.as);
        look.formula(p.require?.formula, lines);
        if (p.otherwise.kind === 'share') look.number(p.otherwise.share, lines);
      }
      for (const b of backs) {
        look.kind(b.from);
        look.formula(b.where?.formula, [b.from]);
        look.number(b.share, [b.from]);
        look.number(b.amount, [b.from]);
      }
    }
  }
  return { facts, references, states };
}

/** Puts what it is shown into the sets that it was given. */
export interface Looker {
  kind(name: string): void;
  path(steps: readonly string[], about: readonly string[]): void;
  formula(formula: Typed | undefined, about: readonly string[]): void;
  number(num: Num | undefined, about: readonly string[]): void;
  measure(measure: Measure): void;
}

export function looker(plan: Plan, kinds: readonly Kind[], { facts, references, states, seen }: { readonly facts: Set<string>; readonly references: Set<string>; readonly states: Set<string>; readonly seen: Set<Measure> }): Looker {
  const named = (name: string): Kind => must(kinds.find((k) => k.name === name));
  const names = (list: ReturnType<typeof namesOf>, about: readonly string[]): void => {
    for (const { ref } of list) {
      if (ref.kind === 'measure') { const m = plan.measures.find((x) => x.name === ref.measure); if (m !== undefined) look.measure(m); }
      if (ref.kind === 'state') {
        states.add(ref.state);
        for (const name of about) path(groupPath(named(name), must(named(ref.state).state).subject, kinds) ?? [], named(name));
      }
      if (ref.kind === 'field') for (const name of about) path(ref.path, named(name));
    }
  };
  const path = (steps: readonly string[], from: Kind): void => {
    let at: Kind | undefined = from;
    for (const [i, step] of steps.entries()) {
      if (at === undefined) return;
      const derived = lineage(at.name, kinds).flatMap((k) => named(k).derived).find((d) => d.name === step);
      if (derived !== undefined) look.number(derived.number, [at.name]);
      if (i > 0 && plan.states.some((s) => s.name === step)) states.add(step);
      const measure = plan.measures.find((m) => m.name === step);
      if (i > 0 && measure !== undefined) look.measure(measure);
      at = i + 1 < steps.length ? referenced(at, step, kinds) : undefined;
      if (at !== undefined) look.kind(at.name);
    }
  };
  const look: Looker = {
    kind(name) {
      if (named(name).dated) facts.add(name);
      // people are known already
      else if (name !== 'person') references.add(name);
    },
    path: (steps, about) => { for (const name of about) path(steps, named(name)); },
    formula: (formula, about) => { names(namesOf(formula), about); },
    number: (num, about) => { names(namesOf(num), about); },
    measure(m) {
      if (seen.has(m)) return;
      seen.add(m);
      if (m.kind === 'ratio') { for (const part of [m.numerator, m.denominator, ...(m.otherwise === undefined ? [] : [m.otherwise])]) look.measure(part); return; }
      if (m.kind === 'rank') return;
      if (m.kind === 'formula') { for (const part of Object.values(m.measures)) look.measure(part); look.formula(m.formula, typeof m.subject === 'object' ? [m.subject.entity] : []); return; }
      for (const name of m.from) {
        look.kind(name);
        const to = typeof m.subject === 'object' ? groupPath(named(name), m.subject.entity, kinds) : undefined;
        if (to !== undefined) path(to, named(name));
      }
      look.formula(m.where?.formula, m.from);
      if (m.kind !== 'count') look.formula(m.of, m.from);
      for (const f of m.factors) look.number(f.factor, m.from);
    },
  };
  return look;
}
