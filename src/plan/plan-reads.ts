/**
 * What a plan reads, however far round: measures and states that its formulas and tables name, also
 * through derived fields, kinds and dotted paths, and the kinds of fact behind them.
 */
import type { Typed } from './formula.ts';
import { lineageOf } from './kinds.ts';
import type { DerivedField, Kind, Measure, State } from './plan.ts';
import type { PlanContext } from './scopes.ts';

export interface Reads {
  readonly measures: readonly Measure[];
  readonly states: readonly State[];
  /** full names of all kinds whose rows are looked at */
  readonly kinds: ReadonlySet<string>;
  /** of these, the ones that measures gather */
  readonly gathered: ReadonlySet<string>;
  /** derived fields, each with the kind whose rows have it */
  readonly fields: readonly { readonly kind: string; readonly field: DerivedField }[];
}

type Name = Extract<Typed, { kind: 'name' }>;

/** `kindOf`: a kind with its condition and its derived fields. */
export function readsOf(parts: readonly unknown[], ctx: PlanContext, kindOf: (name: string) => Kind | undefined): Reads {
  const measures = new Map<string, Measure>(), states = new Map<string, State>(), kinds = new Set<string>(), gathered = new Set<string>(), fields = new Map<string, { kind: string; field: DerivedField }>();
  const at = { file: '', line: 0, column: 0, path: '' };
  const measure = (name: string): void => {
    const found = measures.has(name) ? undefined : ctx.measure(name, at);
    if (found === undefined) return;
    measures.set(name, found);
    visit(found, []);
  };
  const state = (name: string): void => {
    const found = states.has(name) ? undefined : ctx.state(name, at);
    if (found === undefined) return;
    states.set(name, found);
    visit(found, [found.subject]);
  };
  const kind = (name: string): void => {
    if (kinds.has(name)) return;
    kinds.add(name);
    if (ctx.subjectOfState(name) !== undefined) state(name);
    const derivation = kindOf(name)?.derivation;
    if (derivation !== undefined) visit(derivation, [derivation.from]);
  };
  /** a path may go over derived fields, and end at a measure or a state of what it leads to */
  const path = (steps: readonly string[], from: Kind): void => {
    let here: Kind | undefined = from;
    for (const [i, step] of steps.entries()) {
      if (here === undefined) return;
      const of: Kind = here;
      const field = of.fields.find((f) => f.name === step);
      const derived = field === undefined ? lineageOf(ctx.kinds, of).flatMap((k) => (kindOf(k.name) ?? k).derived).find((d) => d.name === step) : undefined;
      if (derived !== undefined && !fields.has(`${of.name}.${step}`)) {
        fields.set(`${of.name}.${step}`, { kind: of.name, field: derived });
        visit(derived.number, [of.name]);
      }
      if (field === undefined && derived === undefined && i > 0) {
        if (ctx.measureNames.has(step)) measure(step);
        else if (ctx.subjectOfState(step) !== undefined) state(step);
      }
      const type = field?.type ?? (derived?.type.kind === 'entity' ? { entity: derived.type.entity } : derived?.type.kind === 'payee' ? 'payee' as const : undefined);
      here = typeof type === 'object' ? kindOf(type.entity) ?? ctx.kinds.get(type.entity) : type === 'payee' ? ctx.kinds.get('person') : undefined;
    }
  };
  const name = ({ ref }: Name, rows: readonly string[]): void => {
    if (ref.kind === 'measure') measure(ref.measure);
    else if (ref.kind === 'state') state(ref.state);
    else if (ref.kind === 'field') for (const row of rows) { const from = ctx.kinds.get(row); if (from !== undefined) path(ref.path, from); }
    else if (ref.kind === 'payee_field' || ref.kind === 'via_field') { const person = ctx.kinds.get('person'); if (person !== undefined) path(ref.path, person); }
    else if (ref.kind === 'group_field') { const group = ctx.kinds.get(ref.group); if (group !== undefined) path(ref.path, group); }
  };
  const visit = (value: unknown, rows: readonly string[]): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) { for (const item of value) visit(item, rows); return; }
    if (isName(value)) { name(value, rows); return; }
    const said = kindsSaid(value, ctx);
    for (const row of said) kind(row);
    if ('credited' in value) for (const row of said) gathered.add(row);
    const inside = [...new Set([...rows, ...said, ...subjectsSaid(value, ctx)])];
    // what a component says beside its measure is about the facts of that measure
    const facts = 'measure' in value && 'components' in value === false ? deep(value.measure, ctx) : [];
    for (const [key, part] of Object.entries(value)) if (key !== 'at') visit(part, [...new Set([...inside, ...facts])]);
  };
  for (const part of parts) visit(part, []);
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return { measures: [...measures.values()].sort(byName), states: [...states.values()].sort(byName), kinds, gathered, fields: [...fields].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, field]) => field) };
}

function isName(value: object): value is Name {
  return 'kind' in value && value.kind === 'name' && 'ref' in value;
}

/** `from` of measures, rules, releases and kinds, and the kind of `through`. */
function kindsSaid(value: object, ctx: PlanContext): string[] {
  const from = 'from' in value ? value.from : 'to' in value && 'kind' in value ? value.kind : undefined;
  const list: readonly unknown[] = Array.isArray(from) ? from : [from];
  return list.filter((x): x is string => typeof x === 'string' && ctx.kinds.has(x));
}

function subjectsSaid(value: object, ctx: PlanContext): string[] {
  const subject = 'subject' in value ? value.subject : undefined;
  const entity = typeof subject === 'object' && subject !== null && 'entity' in subject ? subject.entity : subject;
  return typeof entity === 'string' && ctx.kinds.has(entity) ? [entity] : [];
}

/** All kinds that a measure gathers, at whatever depth. */
function deep(value: unknown, ctx: PlanContext): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => deep(item, ctx));
  return [...kindsSaid(value, ctx), ...Object.entries(value).flatMap(([key, part]) => (key === 'at' ? [] : deep(part, ctx)))];
}
