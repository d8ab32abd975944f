/** The components of all plans, numbered, each with what it looks at and how its pay is found. */
import type { Component, Leaf, Measure, Num, Plan } from '../plan/plan.ts';
import type { Typed } from '../plan/formula.ts';
import type { Diagnostic } from '../value/diagnostic.ts';
import { must } from '../value/diagnostic.ts';
import type { Catalogue, ComponentEntry, PlanEntry } from './catalogue.ts';
import { CARRY_UNIT, carryUnit, type CurveShape, curveShape, hasFactors, NO_CURVE, READS, readingOf } from './curve.ts';
import { type Figure, measureNamed, readsPay } from './figures.ts';
import { fieldName, type Gathered, type MeasureValue } from './gather.ts';
import { isMoney, NotBuilt } from './lower.ts';
import { contentKey, isKnownBefore, namesOf } from './reads.ts';
import { leafTable } from './tables.ts';

export function componentEntries(plans: readonly PlanEntry[], gathered: Gathered, spans: Catalogue['spans'], figures: Figure[], notBuilt: Diagnostic[]): ComponentEntry[] {
  const out: ComponentEntry[] = [];
  const told = <T>(body: () => T): T | undefined => {
    try { return body(); } catch (error) {
      if (!(error instanceof NotBuilt)) throw error;
      if (!notBuilt.some((d) => d.line === error.diagnostic.line && d.file === error.diagnostic.file && d.message === error.diagnostic.message)) notBuilt.push(error.diagnostic);
      return undefined;
    }
  };
  const walk = (plan: PlanEntry, spec: Component, path: readonly string[], parent: number | null): ComponentEntry => {
    const component = out.length, leaf = spec.kind === 'leaf' ? spec : undefined;
    const shape = (leaf === undefined ? undefined : told(() => curveShape(leaf, plan.spec))) ?? NO_CURVE;
    const key = leaf?.per === undefined ? shape.field : leaf.per.kind === 'fact' ? 'fact' as const : lineKey(leaf.per.path, leaf);
    const valued = (m: Measure | undefined, by?: typeof key): MeasureValue | undefined => (m === undefined ? undefined : told(() => gathered.valueOf(plan.spec, m, by)));
    const value = valued(leaf?.measure, key), base = typeof leaf?.of === 'object' ? valued(leaf.of, leaf.per === undefined ? undefined : key) : undefined;
    const reading = valued(shape.measure);
    const group = leaf?.measure !== undefined && typeof leaf.measure.subject === 'object' ? leaf.measure.subject.entity : undefined;
    const own = figuresOf(spec, shape, plan, gathered, figures, told);
    const window = spans.windowOf(plan.spec, spec);
    // what gates and factors read is looked at here too, so that `check` tells of it without a payee
    const gateValues = spec.gates.flatMap((g) => g.require.flatMap((t) => (t.left.kind === 'measure' ? [valued(t.left.measure)] : [])));
    const factorValues = spec.multiply.map(({ factor }) => (factor.kind === 'table' ? valued(told(() => readingOf(leafTable(factor.table), plan.spec, leaf))?.measure) : undefined));
    const entry: ComponentEntry = { component, plan: plan.plan, path, parent, level: 0, spec, window, shape, value, reading, base, group, figures: own, looks: [value, reading, base, ...gateValues, ...factorValues].flatMap((v) => (v === undefined ? [] : [v])) };
    out.push(entry);
    if (spec.kind === 'group') entry.level = 1 + Math.max(...spec.components.map((c) => walk(plan, c, [...path, c.name], component).level));
    return entry;
  };
  for (const plan of plans) for (const c of plan.spec.components) walk(plan, c, [c.name], null);
  nameComponents(figures, out, plans);
  return out.map((entry) => ({ ...entry, looks: [...entry.looks, ...figuresIn(entry.figures).flatMap((f) => [...f.values.values()])] }));
}

type Figures = ComponentEntry['figures'];
export const figuresIn = (f: Figures): Figure[] => [...(f.reading === undefined ? [] : [f.reading]), ...f.gates.values(), ...f.factors.values(), ...poolFigures(f)];
/** Of the payees among whom a pot is shared. */
export const poolFigures = ({ pool }: Figures): Figure[] => [...(pool?.share === undefined ? [] : [pool.share]), ...(pool?.among === undefined ? [] : [pool.among])];

/** Formulas of results that a component has: what its table is read at, conditions that are more than comparisons, factors. */
function figuresOf(spec: Component, shape: CurveShape, plan: PlanEntry, gathered: Gathered, figures: Figure[], told: <T>(body: () => T) => T | undefined): Figures {
  const leaf = spec.kind === 'leaf' ? spec : undefined, at = spec.at;
  const made = (what: Figure['what'], money: boolean, pot: boolean): Figure | undefined => told(() => figure(what, money, pot, plan.spec, leaf, gathered, figures, at));
  const make = (what: Figure['what'], money: boolean): Figure | undefined => made(what, money, spec.pool !== undefined);
  const reading = shape.figure === undefined ? undefined : shape.figure.kind === 'by' ? make({ kind: 'key', formula: shape.figure.by }, isMoney(shape.figure.by.type))
    : make({ kind: 'number', number: shape.figure.number, money: paysMoney(must(leaf)), average: false }, false);
  const gates = new Map<number, Figure>(), factors = new Map<number, Figure>();
  spec.gates.forEach((gate, slot) => {
    const figured = gate.require.length > 0 ? undefined : make({ kind: 'condition', formula: gate.condition }, false);
    if (figured !== undefined) gates.set(slot, figured);
  });
  spec.multiply.forEach(({ factor }, slot) => {
    const figured = factorFigure(factor, plan.spec, leaf, make, told);
    if (figured !== undefined) factors.set(slot, figured);
  });
  const limits = [...spec.caps, ...(spec.floor === undefined ? [] : [spec.floor])].map((l) => l.amount), shares = spec.gates.flatMap(({ otherwise: o }) => (o.kind === 'hold' ? [] : [o.kind === 'share' ? o.of : o.share]));
  if (![...limits, ...shares].every(isKnownBefore)) told(() => { throw new NotBuilt(at, `A cap, a floor or the \`otherwise\` of a gate of ${spec.name} reads results or facts, which is not built yet`, 'Use terms and fields of the payee there; a factor (`multiply`) may read results.'); });
  const late = [...gates.values(), ...factors.values()].some(readsPay);
  if (late && shape.reads === READS.field) told(() => { throw new NotBuilt(at, `${spec.name} has a rate for each fact, so there is no one rate that its gates and factors could read`, 'Pay each fact by itself (`per` with the kind of fact).'); });
  if (late && leaf !== undefined && carryUnit(leaf, shape) !== CARRY_UNIT.none) told(() => { throw new NotBuilt(at, `The multiple of a base rate of ${spec.name}, whose target a shortfall is added to, cannot be read by its gates and factors yet`, 'Read attainment or value instead.'); });
  const { pool } = spec;
  const share = pool === undefined || pool.share === 'equal' ? undefined : made({ kind: 'number', number: pool.share, money: false, average: false }, false, false);
  const among = pool?.among === undefined ? undefined : made({ kind: 'condition', formula: pool.among.formula }, false, false);
  return { ...(reading !== undefined && { reading }), gates, factors, ...(pool !== undefined && { pool: { ...(share !== undefined && { share }), ...(among !== undefined && { among }) } }) };
}
function factorFigure(factor: Num, plan: Plan, leaf: Leaf | undefined, make: (what: Figure['what'], money: boolean) => Figure | undefined, told: <T>(body: () => T) => T | undefined): Figure | undefined {
  if (factor.kind === 'formula') return isKnownBefore(factor.formula) ? undefined : make({ kind: 'number', number: factor, money: false, average: true }, false);
  if (factor.table.outer !== undefined && !isKnownBefore(factor.table.by)) return make({ kind: 'number', number: factor, money: false, average: true }, false);
  const shape = told(() => readingOf(leafTable(factor.table), plan, leaf));
  if (shape?.reads === READS.field) return make({ kind: 'number', number: factor, money: false, average: true }, false);
  return shape?.figure?.kind === 'by' ? make({ kind: 'key', formula: shape.figure.by }, isMoney(shape.figure.by.type)) : undefined;
}
/** Money for each unit of something that is not money, and money itself, are in minor units. */
function paysMoney(leaf: Leaf): boolean {
  const { pay } = leaf;
  if (pay?.form === 'amount') return true;
  const paid = typeof leaf.of === 'object' ? leaf.of : leaf.measure;
  // multiples of the base rate are plain numbers
  return pay?.form === 'rate' && !hasFactors(pay.number) && paid !== undefined && paid.type.kind !== 'money';
}

/** `pot`: what it reads without facts is nobody's, so it is another figure than the same of a payee. */
function figure(what: Figure['what'], money: boolean, pot: boolean, plan: Plan, leaf: Leaf | undefined, gathered: Gathered, figures: Figure[], at: Component['at']): Figure {
  const names = what.kind === 'number' ? namesOf(what.number) : namesOf(what.formula);
  const values = new Map(names.flatMap((n): [string, MeasureValue][] => {
    const measure = n.ref.kind === 'measure' ? measureNamed(plan, n.ref.measure) : undefined;
    return measure === undefined ? [] : [[measure.name, gathered.valueOf(plan, measure)]];
  }));
  const facts = names.some((n) => n.ref.kind === 'field') && leaf?.per?.kind === 'fact' ? leaf.per.of : undefined;
  const components = new Map(names.flatMap((n): [string, number][] => (n.ref.kind === 'component' ? [[n.ref.component, -1]] : [])));
  const key = contentKey([what, money, [...values].map(([n, v]) => [n, v.index]), facts, components.size > 0 ? [plan.plan, plan.effective.from] : '', plan.currency, ...(pot ? ['pot'] : [])]);
  const known = figures.find((f) => f.key === key);
  if (known !== undefined) return known;
  const made: Figure = { index: figures.length, key, what, plan, at, values, components, facts, isMoney: money };
  figures.push(made);
  return made;
}

/** Components are named before all of them have numbers. */
function nameComponents(figures: readonly Figure[], entries: readonly ComponentEntry[], plans: readonly PlanEntry[]): void {
  for (const f of figures) for (const name of f.components.keys()) {
    const plan = plans.find((p) => p.spec === f.plan);
    const found = entries.find((e) => e.plan === plan?.plan && e.path.at(-1) === name);
    f.components.set(name, must(found).component);
  }
}

/** The field that facts are told apart by. */
function lineKey(path: readonly string[], leaf: Leaf): Typed {
  return fieldName(path, { name: '', title: '', dated: true, fields: [], derived: [], at: leaf.at });
}

export function isMarginal({ shape }: ComponentEntry): boolean {
  return shape.number?.kind === 'table' && leafTable(shape.number.table).kind === 'marginal' && shape.figure?.kind !== 'value';
}
export function roundsTiers(c: ComponentEntry, catalogue: Catalogue): boolean {
  return isMarginal(c) && { ...catalogue.plans[c.plan]?.spec.round, ...c.spec.round }.tier !== undefined;
}
