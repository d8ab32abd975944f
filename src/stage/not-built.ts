/** What plans say and the stages do not calculate yet: told before anything is calculated, each with its place. */
import { readsOf } from '../plan/references.ts';
import { formulaText } from '../plan/formula-text.ts';
import type { Ref, Typed } from '../plan/formula.ts';
import { isNumeric } from '../plan/formula-units.ts';
import type { At, Component, Leaf, Num, Plan, Table } from '../plan/plan.ts';
import { cellsOf } from '../plan/table-cells.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { NotBuilt } from './lower.ts';

export function notBuiltIn(plans: readonly Plan[]): readonly Diagnostic[] {
  return plans.flatMap((plan) => [
    ...(plan.exchange === undefined ? [] : [refused(plan.exchange.at, '`exchange`')]),
    ...numbers([plan.incentive, plan.cap?.amount]), ...plan.components.flatMap(component),
  ]);
}

function component(c: Component): readonly Diagnostic[] {
  const own = [
    ...numbers([c.weight, c.incentive, ...c.caps.map((l) => l.amount), c.floor?.amount]), ...c.multiply.flatMap((m) => read(m.factor, false)),
    ...c.gates.flatMap((gate) => (gate.require.length > 0 ? [] : [refused(gate.at, `The condition \`${gate.text}\``)])),
    ...c.gates.flatMap(({ otherwise, at }) => (otherwise.kind === 'hold' ? [] : formula(otherwise.kind === 'share' ? otherwise.of : otherwise.share, at))),
  ];
  return c.kind === 'group' ? [...own, ...c.components.flatMap(component)] : [...own, ...leaf(c)];
}

function leaf(c: Leaf): readonly Diagnostic[] {
  const keys = [['per', c.per !== undefined], ['of', c.of !== 'value'], ['carry', c.carry !== 'none'], ['pool', c.pool !== undefined], ['limits', c.limits.length > 0]] as const;
  return [
    ...keys.flatMap(([key, said]) => (said ? [refused(c.at, `\`${key}\` of \`${c.name}\``)] : [])),
    ...numbers([c.target]), ...(c.pay === undefined ? [] : read(c.pay.number, c.pay.form === 'rate')),
  ];
}

function refused(at: At, what: string): Diagnostic {
  return new NotBuilt(at, `${what} is part of the plan language, but this version does not calculate it yet`, 'Say it in another way for now.').diagnostic;
}

/** Numbers that are known without facts. */
function numbers(all: readonly (Num | undefined)[]): readonly Diagnostic[] {
  return all.flatMap((number) => (number === undefined ? [] : number.kind === 'formula' ? formula(number.formula, number.at) : table(number.table, isKnown)));
}

/** Numbers whose table may be read at a result or a measure, and under `rate` at fields of the fact. */
function read(number: Num, facts: boolean): readonly Diagnostic[] {
  if (number.kind === 'formula') return formula(number.formula, number.at);
  return table(number.table, (by) => isKnown(by) || (by.kind === 'name' && (by.ref.kind === 'measure' || (by.ref.kind === 'result' && (by.ref.what === 'attainment' || by.ref.what === 'value'))))
    || (facts && refs(by).every((ref) => ref.kind === 'field') && readsOf(by).length === 0));
}

function table(t: Table, readable: (by: Typed) => boolean): readonly Diagnostic[] {
  if (t.outer !== undefined) return [refused(t.at, 'A table that is read by several things')];
  if (!readable(t.by)) return [refused(t.at, `A table that is read by \`${formulaText(t.by)}\``)];
  return cellsOf(t).flatMap((cell) => (isNumeric(cell.type) ? formula(cell, t.at) : [refused(t.at, `The value \`${formulaText(cell)}\` of a table`)]));
}

function formula(typed: Typed, at: At): readonly Diagnostic[] {
  return isKnown(typed) ? [] : [refused(at, `\`${formulaText(typed)}\` here`)];
}

function isKnown(typed: Typed): boolean {
  return readsOf(typed).length === 0 && refs(typed).every((ref) => ref.kind === 'term' || ref.kind === 'period' || (ref.kind === 'payee_field' && ref.path.length === 1));
}

function refs(typed: Typed): readonly Ref[] {
  if (typed.kind === 'name') return [typed.ref];
  return typed.kind === 'op' || typed.kind === 'call' ? typed.args.flatMap(refs) : [];
}
