/**
 * What names mean at each place of a plan, in the order of the language: a result of this component, a
 * field of the row, `payee.x`, `component.attainment`, a measure, a table, a term, the edges of the
 * period. A name with two meanings is refused, so the order never decides what somebody is paid.
 */
import { assert } from '../value/diagnostic.ts';
import type { Code, Diagnostic } from '../value/diagnostic.ts';
import { placeOf } from './document.ts';
import type { Entry, Node, TextNode } from './document.ts';
import type { Formula, Ref, Span, Type, Typed } from './formula.ts';
import { isFunction } from './formula-functions.ts';
import { formulaText } from './formula-text.ts';
import type { Kinds } from './kinds.ts';
import type { Trail } from './lazily.ts';
import { parseFormula } from './parse-formula.ts';
import type { At, CreditRule, Measure, State, Term } from './plan.ts';
import { both, problem } from './problem.ts';
import { follow, hintFor, rowNames } from './row-names.ts';
import { typeFormula } from './type-formula.ts';
import type { Meaning } from './type-formula.ts';

/** What the parts of one plan share while it is resolved. */
export interface PlanContext {
  readonly found: Diagnostic[];
  readonly kinds: Kinds;
  readonly currency: string;
  readonly terms: ReadonlyMap<string, Term>;
  readonly tables: ReadonlyMap<string, Entry>;
  /** filled once everything else of the plan can be asked for */
  readonly credits: CreditRule[];
  /** of all credit rules, also of those with errors */
  readonly ruleNames: ReadonlySet<string>;
  readonly measureNames: ReadonlySet<string>;
  /** the measure of a name, resolved when it is first asked for; undefined where it has errors */
  readonly measure: (name: string, asked: Node | At) => Measure | undefined;
  /** whose number a measure of this name is, as its text says */
  readonly subjectOf: (name: string) => string;
  readonly state: (name: string, asked: Node | At) => State | undefined;
  /** the kind whose state it is */
  readonly subjectOfState: (name: string) => string | undefined;
  readonly levelOf: (state: string) => Type;
  /** whether rows of a kind can be read: what its condition, or its state, says is resolved first */
  readonly ready: (kind: string, asked: Node | At) => boolean;
  /** what is being resolved, outermost first */
  readonly trail: Trail;
  /** names of all components, at whatever depth */
  readonly components: ReadonlySet<string>;
  /** names of tables that something reads */
  readonly used: Set<string>;
  /** kinds of fact that a measure reads, and where it says so */
  readonly measured: Map<string, At>;
}

/** `broken`: what the name stands for has errors of its own, which are reported there */
export interface Found { readonly broken?: true; readonly meaning?: Meaning; readonly refusal?: { readonly code: Code; readonly message: string; readonly hint: string } }
/** The names of one place. `asked` is the node that asks, for messages of what is resolved on the way. */
export interface Names {
  find(name: string, asked: TextNode): Found | undefined;
  all(): readonly string[];
}

export interface TypedText { readonly formula: Typed; readonly text: string }

/** A text of a plan file as a typed formula; everything wrong with it is reported at its place in the file. */
export function typed(found: Diagnostic[], node: TextNode, names: Names, expected?: readonly Type[]): TypedText | undefined {
  // an empty value has been reported with its key
  if (node.text.trim() === '' && !node.quoted) return undefined;
  const read = parseFormula(node.text);
  if ('problem' in read) {
    found.push(problem('plan.formula', placeOf(node, read.problem.at), read.problem.message, read.problem.hint));
    return undefined;
  }
  const refused = new Set<number>();
  const meanings = new Map<string, Found | undefined>();
  for (const { name, at } of namesIn(read.formula)) {
    if (!meanings.has(name)) meanings.set(name, names.find(name, node));
    const refusal = meanings.get(name)?.refusal;
    if (refusal === undefined) continue;
    refused.add(at.start);
    found.push(problem(refusal.code, placeOf(node, at), refusal.message, refusal.hint));
  }
  if ([...meanings.values()].some((m) => m?.broken)) return undefined;
  const zero = divisionByZero(read.formula);
  if (zero !== undefined) {
    found.push(problem('plan.formula', placeOf(node, zero), 'this divides by 0', 'divide by something that is not 0'));
    return undefined;
  }
  const result = typeFormula(read.formula, { lookup: (name) => meanings.get(name)?.meaning, names: names.all }, expected);
  if ('problems' in result) {
    for (const p of result.problems) if (!refused.has(p.at.start)) found.push(problem('plan.formula', placeOf(node, p.at), p.message, p.hint));
    return undefined;
  }
  return refused.size > 0 ? undefined : { formula: result.typed, text: formulaText(result.typed) };
}

function divisionByZero(formula: Formula): Span | undefined {
  if (formula.kind !== 'call' && formula.kind !== 'op') return undefined;
  const [, by] = formula.args;
  if (formula.kind === 'op' && formula.op === '/' && by?.kind === 'number' && by.value.n === 0n) return by.at;
  return formula.args.map(divisionByZero).find((at) => at !== undefined);
}

function namesIn(formula: Formula): { readonly name: string; readonly at: Span }[] {
  if (formula.kind === 'name') return [{ name: formula.name, at: formula.at }];
  if (formula.kind === 'op') return formula.args.flatMap(namesIn);
  if (formula.kind !== 'call') return [];
  const called = isFunction(formula.name) ? [] : [{ name: formula.name, at: { start: formula.at.start, end: formula.at.start + formula.name.length } }];
  return [...called, ...formula.args.flatMap(namesIn)];
}

/** Names that several groups give: one meaning at most. */
export function together(...groups: readonly Names[]): Names {
  return {
    all: () => [...new Set(groups.flatMap((g) => g.all()))],
    find(name, asked) {
      const hits = groups.flatMap((g) => g.find(name, asked) ?? []);
      const clear = hits.filter((h) => h.refusal === undefined && h.meaning !== undefined);
      if (clear.length < 2) return clear[0] ?? hits[0];
      const what = clear.map((h) => meaningName(h.meaning as Meaning));
      return { meaning: (clear[0] as Found).meaning as Meaning, refusal: { code: 'plan.two_meanings', message: `\`${name}\` means two things here: ${both(what)}`, hint: 'give one of them another name' } };
    },
  };
}

function meaningName({ ref }: Meaning): string {
  const names: Readonly<Record<Ref['kind'], string>> = {
    column: 'a column of the file', field: 'a field of the row', payee_field: 'a field of the payee', result: 'a result of the component',
    component: 'a component', measure: 'a measure', payee: 'the payee', via_field: 'a field of the payee below', person_term: 'a term of the payee',
    group_field: 'a field of the group', state: 'a state', table: 'a table', term: 'a term', period: 'an edge of the period',
  };
  return names[ref.kind];
}

/** Fields of the person whose row is looked at, by their bare names. */
export function personNames(kinds: Kinds): Names {
  const row = rowNames(kinds, ['person']);
  return {
    all: () => row.all().filter((n) => !n.includes('.')),
    find(name, asked) {
      const got = row.find(name, asked);
      return got?.meaning !== undefined && name.includes('.') ? notYet(`\`${name}\`, which follows a reference from the payee,`, 'use fields of the person itself') : got;
    },
  };
}

/** `payee.x`: fields of the payee as of the end of the window. */
export function payeeNames(kinds: Kinds): Names {
  const person = kinds.get('person');
  assert(person !== undefined, 'there is always a person');
  return {
    all: () => person.fields.map((f) => `payee.${f.name}`),
    find(name) {
      const [first, ...path] = name.split('.');
      if (first !== 'payee' && first !== 'via') return undefined;
      if (first === 'via') return notYet('`via` (the payee directly below the one who is credited)');
      if (path.length === 0) return notYet('the payee himself as a value');
      const got = follow(kinds, person, path);
      if (typeof got === 'object' && path.length > 1) return notYet(`\`${name}\`, which follows a reference from the payee,`, `put the value on the payee's own row as a field`);
      if (typeof got === 'object') return { meaning: { ref: { kind: 'payee_field', path }, type: got } };
      return { refusal: { code: 'plan.unknown_name', message: got, hint: hintFor(kinds, person, path) } };
    },
  };
}

export function termNames(terms: ReadonlyMap<string, Term>): Names {
  return {
    all: () => [...terms.keys()],
    find(name) {
      const term = terms.get(name);
      return term && { meaning: { ref: { kind: 'term', term: name }, type: { kind: term.type } } };
    },
  };
}

export const periodNames: Names = {
  all: () => ['period_start', 'period_end'],
  find(name) {
    const edge = name === 'period_start' ? 'start' : name === 'period_end' ? 'end' : undefined;
    return edge && { meaning: { ref: { kind: 'period', edge }, type: { kind: 'date' } } };
  },
};

export function measureNames(ctx: PlanContext): Names {
  return {
    all: () => [...ctx.measureNames],
    find(name, asked) {
      if (!ctx.measureNames.has(name)) return undefined;
      const measure = ctx.measure(name, asked);
      return measure === undefined ? { broken: true } : { meaning: { ref: { kind: 'measure', measure: name }, type: measure.type } };
    },
  };
}

/** Tables may be the whole of a number; inside a formula they are not calculated yet. */
export function tableNames(ctx: PlanContext): Names {
  return {
    all: () => [...ctx.tables.keys()],
    find(name) {
      if (ctx.tables.has(name)) ctx.used.add(name);
      return ctx.tables.has(name) ? notYet(`the table \`${name}\` inside a formula`, 'write the name of the table alone, or multiply by it under `multiply`') : undefined;
    },
  };
}

/** `bookings.attainment` and the like, of any component of the plan: not calculated yet. */
export function componentNames(ctx: Pick<PlanContext, 'components'>): Names {
  return {
    all: () => [],
    find(name) {
      const [component = '', result] = name.split('.');
      return result !== undefined && ctx.components.has(component) ? notYet(`\`${name}\`, a result of another component,`, 'measure it here once more: give this component the same `measure`, or name the measure') : undefined;
    },
  };
}

/** Results of the component at hand; what it does not have is said in words. */
export function resultNames(types: Readonly<Partial<Record<'attainment' | 'value' | 'target' | 'incentive', Type>>>): Names {
  return {
    all: () => Object.keys(types),
    find(name) {
      if (name === 'rate' || name === 'payout') return notYet(`\`${name}\` as a value in a formula`);
      if (name !== 'attainment' && name !== 'value' && name !== 'target' && name !== 'incentive') return undefined;
      const type = types[name];
      if (type !== undefined) return { meaning: { ref: { kind: 'result', what: name }, type } };
      const lacks = name === 'value' ? 'no `measure` here, so there is no `value`' : name === 'incentive' ? 'no `incentive` here' : `no \`target\` here, so there is no \`${name}\``;
      return { refusal: { code: 'plan.unknown_name', message: `there is ${lacks}`, hint: `add \`${name === 'value' ? 'measure' : name === 'incentive' ? 'incentive' : 'target'}\`, or read something else` } };
    },
  };
}

/** Fields of the facts, where a formula cannot be about single facts. */
export function fieldsRefused(kinds: Kinds, rows: readonly string[]): Names {
  const row = rowNames(kinds, rows);
  return {
    all: () => [],
    find(name, asked) {
      return row.find(name, asked)?.meaning === undefined ? undefined
        : { refusal: { code: 'plan.table', message: `\`${name}\` is a field of \`${rows.join('`, `')}\`, so it differs from fact to fact; here one number is needed for all of them`, hint: 'only `rate` can be found for each fact: use `rate`, or pick facts with `where`' } };
    },
  };
}

/** Names that mean something in the language, but cannot be read at this place yet. */
export function later(names: Names, what: string, hint: string): Names {
  return {
    all: () => [],
    find(name, asked) {
      const got = names.find(name, asked);
      return got?.meaning === undefined ? got : notYet(`\`${name}\` ${what}`, hint);
    },
  };
}

function notYet(what: string, hint = 'say it in another way for now'): Found {
  return { refusal: { code: 'plan.not_built_yet', message: `${what} is part of the plan language, but this version does not calculate it yet`, hint } };
}
